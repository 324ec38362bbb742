"""Classes: by number, then vetoes, gates and caps of one unit; quotas once all are ranked.

A class only moves down. Every step that moved it is kept, so that an auditor sees why it is what it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from parcore.numbers import exact_text, round_to
from parcore.results.ranking import Entry, circle_of, entry_of, tiers
from parcore.results.result import Move, Scorecard, Step
from parcore.rules.policies import Band, Border, Classes, Limit, Quota, Ranking
from parcore.values import State


def with_class(card: Scorecard, classes: Classes | None) -> Scorecard:
    """The card with the class of its number, lowered by vetoes, gates and caps.

    In an open zone that is the class above or the one below, open unless something lowers both to one.
    There is none where no band holds the number, or where a fact that could lower it is hidden and
    the edition withholds the class.
    """
    number = None if classes is None else card.reads(classes.on)
    if classes is None or number is None:
        return card
    course = _by_number(card, classes, number)
    hidden = next(_hidden(card, classes), None)
    if course.name is not None and hidden is not None:
        return evolve(card, moves=(*course.moves, evolve(hidden, before=course.moves[-1].after)))
    lowered = _lowered(course)
    if not course.moves[-1].open_ or lowered.at > course.at:
        return lowered.decided
    below = _lowered(evolve(course, at=course.at + 1))
    return evolve(card, class_open=(lowered.name or "", below.name or ""), moves=below.moves)


def _lowered(course: _Course) -> _Course:
    """Down as far as vetoes, gates and caps take it."""
    course = _gated(_limited(course, Step.VETO, course.classes.vetoes))
    # A cap may lead to a class that has gates of its own.
    return _gated(_limited(course, Step.CAP, course.classes.caps))


@frozen
class _Course:
    """A class on its way down: a position among the bands, best first; beyond the last there is none."""

    card: Scorecard
    classes: Classes
    at: int
    moves: tuple[Move, ...]

    @property
    def bands(self) -> tuple[Band, ...]:
        return self.classes.ordered(self.card.group)

    @property
    def name(self) -> str | None:
        return self.bands[self.at].name if self.at < len(self.bands) else None

    @property
    def decided(self) -> Scorecard:
        """The card with the class reached."""
        return evolve(self.card, class_name=self.name, moves=self.moves)

    def down(self, to: int, step: Step, said: str, criteria: tuple[str, ...] = ()) -> _Course:
        """Down to a position; as it is where it stands there or lower."""
        if to <= self.at:
            return self
        lowered = evolve(self, at=to)
        return evolve(lowered, moves=(*self.moves, Move(step, self.name, lowered.name, said, criteria)))

    def down_to(self, name: str, step: Step, said: str) -> _Course:
        """Down to a class."""
        return self.down([band.name for band in self.bands].index(name), step, said)


def _by_number(card: Scorecard, classes: Classes, number: Fraction) -> _Course:
    """The course from the class of a number; in an open zone from the class above."""
    bands, zone = classes.ordered(card.group), classes.zone(number, card.group)
    if zone is not None:
        at = [band.name for band in bands].index(zone.between[0])
        return _Course(
            card, classes, at, (Move(Step.BAND, None, None, exact_text(number), open_=zone.between),)
        )
    holding = (at for at, band in enumerate(bands) if number in band.intervals[card.group])
    course = _Course(card, classes, next(holding, len(bands)), ())
    return evolve(course, moves=(Move(Step.BAND, None, course.name, exact_text(number)),))


def _hidden(card: Scorecard, classes: Classes) -> Iterator[Move]:
    """The facts of vetoes and caps that are not known, for which the class is withheld."""
    for step, limits in ((Step.VETO, classes.vetoes), (Step.CAP, classes.caps)):
        for at, limit in enumerate(limits):
            root = f"{classes.root}:{step.value}:{at}"
            if card.trace[root].state is not State.OK:
                # What the condition itself met, before the edition's word on it.
                program = card.trace.program
                met = card.trace.values[program.inputs[program.roots[root]][0]].state
                yield Move(step, None, None, limit.said, state=met)


def _limited(course: _Course, step: Step, limits: Sequence[Limit]) -> _Course:
    for at, limit in enumerate(limits):
        if course.name is not None and course.card.trace[f"{course.classes.root}:{step.value}:{at}"].number:
            course = course.down_to(limit.at_most, step, limit.said)
    return course


def _gated(course: _Course) -> _Course:
    """Down to the first class whose gates hold."""
    while course.name is not None:
        band, trace = course.bands[course.at], course.card.trace
        inside = f"{course.classes.root}:gate:{course.classes.bands.index(band)}"
        roots = [f"{inside}:{at}" for at in range(len(band.gates))]
        failed = next((at for at, root in enumerate(roots) if not trace[root].number), None)
        if failed is None:
            break
        named = (root for root in trace.program.roots if root.startswith(f"{roots[failed]}:"))
        criteria = tuple(root.rpartition(":")[2] for root in named if not trace[root].number)
        course = course.down(course.at + 1, Step.GATE, band.gates[failed].said, criteria)
    return course


def with_quotas(
    cards: Iterable[Scorecard], classes: Classes | None, ranking: Ranking | None
) -> list[Scorecard]:
    """The cards with the quotas of classes applied, in order, each within its circles."""
    found = {card.unit.id: card for card in cards}
    if classes is None or ranking is None:
        return list(found.values())
    for quota in classes.quotas:
        circles: dict[str | None, list[tuple[Scorecard, Entry]]] = defaultdict(list)
        for card in found.values():
            entry = entry_of(card, ranking)
            if entry is not None:
                circles[circle_of(card, quota.within)].append((card, entry))
        for members in circles.values():
            found.update((card.unit.id, card) for card in _limited_to(quota, members, classes, ranking))
    return list(found.values())


def granted(quota: Quota, among: int) -> int:
    """How many units a quota lets into its class, of so many that its share is of."""
    number = int(round_to(quota.share * among, 0, quota.rounding))
    number = max(number, quota.at_least)
    return number if quota.at_most is None else min(number, quota.at_most)


def _limited_to(
    quota: Quota, members: list[tuple[Scorecard, Entry]], classes: Classes, ranking: Ranking
) -> Iterator[Scorecard]:
    """The cards of one circle that a quota moves."""
    # A class left open between two of them is one of them.
    among = sum(set(card.class_open or (card.class_name,)) <= set(quota.of) for card, _ in members)
    candidates = {card.unit.id: card for card, _ in members if card.class_name == quota.name}
    left = granted(quota, among)
    said = f"{min(left, len(candidates))}/{len(candidates)}"
    for tier in tiers((entry for _, entry in members), ranking.tolerance):
        tied = [candidates[each.unit] for each in tier if each.unit in candidates]
        if not tied or len(tied) <= left:
            left -= len(tied)
            continue
        if left and quota.ties is Border.AUTHORITY:
            yield from (_opened(card, quota, classes, said) for card in tied)
        elif not (left and quota.ties is Border.ALL):
            yield from (_dropped(card, quota, classes, said) for card in tied)
        left = 0


def quota_moved(card: Scorecard, move: Move, classes: Classes | None) -> Scorecard:
    """The card after a step of a quota that was decided among all units; any other step is left out."""
    if classes is None or move.step is not Step.QUOTA:
        return card
    for quota in classes.quotas:
        if quota.name == move.before and card.class_name == quota.name:
            moved = (_opened if move.open_ else _dropped)(card, quota, classes, move.said)
            at = len(card.moves)
            if moved.moves[at : at + 1] == (move,):
                return moved
    return card


def _dropped(card: Scorecard, quota: Quota, classes: Classes, said: str) -> Scorecard:
    """The card in the class for those over the quota, or lower where a gate of that fails."""
    at = [band.name for band in classes.ordered(card.group)].index(quota.name)
    course = _Course(card, classes, at, card.moves)
    return _gated(course.down_to(quota.otherwise, Step.QUOTA, said)).decided


def _opened(card: Scorecard, quota: Quota, classes: Classes, said: str) -> Scorecard:
    """The card with its class left to the authority: the quota's, or what it would fall to."""
    lower = _dropped(card, quota, classes, said).class_name
    both = (quota.name, lower or "")
    move = Move(Step.QUOTA, quota.name, None, said, open_=both)
    return evolve(card, class_name=None, class_open=both, moves=(*card.moves, move))
