"""What of two years cannot be compared, and why: it is taken out of both before a change is split.

A *line* is what is scored in one edition with what stands for it in the other. Whether it can be
compared is settled for each unit: a rule without a counterpart, points that somebody gave under another
rule, evidence that only one of the two rules can be scored by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Final

from attrs import frozen

from parcore.change.matching import Fate, Match, leaf_matches
from parcore.change.worlds import Pair, World, Worlds
from parcore.editions.edition import Criterion, Edition
from parcore.editions.records import mean_of
from parcore.editions.tree import OUT
from parcore.evidence.vocabulary import FieldSpec, given_field
from parcore.results.result import Scorecard
from parcore.rules.combinations import reported_of
from parcore.values import State


class Aside(Enum):
    """Why something is not comparable between two years.

    `NO_COUNTERPART`: the other edition has nothing of the kind. `POINTS_GIVEN`: the points were given, not
    computed, and hold under their own rule alone. `FIELDS`: the two vocabularies measure other things by
    one name. `NO_EVIDENCE`: one year's evidence does not suffice for the other year's rule. `NOT_CARRIED`:
    it cannot be carried to today's units. `NOT_ASSESSED`: the unit was not assessed on it in one year.
    `NO_INDEX`: no index can be made of one year's evidence under the other's edition. `WITHHELD`: one
    year has no number of its own.
    """

    NO_COUNTERPART = "no-counterpart"
    POINTS_GIVEN = "points-given"
    FIELDS = "fields"
    NO_EVIDENCE = "no-evidence"
    NOT_CARRIED = "not-carried"
    NOT_ASSESSED = "not-assessed"
    NO_INDEX = "no-index"
    WITHHELD = "withheld"


KNOWN: Final = frozenset(
    {State.OK, State.NOTHING_AROSE, State.NOT_APPLICABLE, State.EXCLUDED, State.RESCALED}
)
"""States of a rule in which evidence has spoken."""


@frozen(eq=False)
class Line:
    """Leaves of two editions that stand for the same, and why they are comparable for no unit, if so."""

    match: Match
    aside: Aside | None = None

    def leaves(self, side: int) -> tuple[Criterion, ...]:
        """Those of the first edition (0) or the second (1)."""
        return self.match.second if side else self.match.first

    def out(self, side: int) -> frozenset[str]:
        """Their ids."""
        return frozenset(leaf.id for leaf in self.leaves(side))


def lines_of(path: Sequence[Edition]) -> tuple[Line, ...]:
    """The lines between the first edition of a path and its last."""
    first, last = path[0], path[-1]
    if first == last:
        return tuple(map(Line, leaf_matches(path)))
    return tuple(Line(each, _for_nobody(each, first, last)) for each in leaf_matches(path))


def points_alike(lines: Iterable[Line]) -> dict[str, str]:
    """The criteria of which points given mean the same in both editions: the second's id by the first's."""
    return {
        line.match.first[0].id: line.match.second[0].id
        for line in lines
        if line.aside is None and reported_of(line.match.first[0].rule) is not None
    }


def _for_nobody(match: Match, first: Edition, last: Edition) -> Aside | None:
    if match.fate in (Fate.ADDED, Fate.REMOVED):
        return Aside.NO_COUNTERPART
    given = [reported_of(leaf.rule) for leaf in (*match.first, *match.second)]
    if any(each is not None for each in given):
        one, two = match.first[0], match.second[0]
        alike = match.fate is Fate.KEPT and None not in given and one.max == two.max
        steps = {(each.low, each.step) for each in given if each is not None}
        return None if alike and len(steps) == 1 and _no_rest(match) else Aside.POINTS_GIVEN
    names = {name for leaf in (*match.first, *match.second) if leaf.rule for name in leaf.rule.fields}
    if first.vocabulary == last.vocabulary:
        return None
    means = [mean_of(leaf.rule) for leaf in (*match.first, *match.second) if leaf.rule]
    lists = {each.records for each in means if each is not None}
    other = any(_differs(name, first, last) for name in names)
    return Aside.FIELDS if other or any(_lists_differ(kind, first, last) for kind in lists) else None


def _no_rest(match: Match) -> bool:
    """Whether none of them is the rest of a parent: what a rest stands for is not known to be the same."""
    return not any(leaf.remainder for leaf in (*match.first, *match.second))


def _differs(name: str, first: Edition, last: Edition) -> bool:
    one, two = (each.vocabulary.fields.get(name) or given_field(name) for each in (first, last))
    return one is not two and (one is None or two is None or _meaning(one) != _meaning(two))


def _lists_differ(kind: str, first: Edition, last: Edition) -> bool:
    """Whether records of a kind hold other things in two vocabularies."""
    held = [each.vocabulary.records.get(kind) for each in (first, last)]
    fields = [None if each is None else {n: _meaning(s) for n, s in each.fields.items()} for each in held]
    return fields[0] != fields[1]


def _meaning(spec: FieldSpec) -> object:
    return spec.kind, spec.unit, spec.range, spec.options, spec.states, spec.movement, spec.derive


def set_aside(worlds: Worlds, pair: Pair, lines: Sequence[Line]) -> Mapping[Line, Aside]:
    """The lines that are not comparable for a unit; those that it has in neither year are left out."""
    found: dict[Line, Aside] = {}
    given = frozenset[tuple[int, str]]() if worlds.one_edition else _set_by_somebody(worlds, pair)
    for line in lines:
        had = [_own(worlds, side, pair, line) for side in (0, 1)]
        if any(had) and (why := _why(worlds, pair, line, had, given)) is not None:
            found[line] = why
    return found


def _set_by_somebody(worlds: Worlds, pair: Pair) -> frozenset[tuple[int, str]]:
    """The leaves of either year whose points, or those of what they are part of, somebody set."""
    return frozenset(
        (side, leaf.id)
        for side, (year, world) in enumerate(((worlds.first, World.BEFORE), (worlds.second, World.AFTER)))
        if (card := worlds.card(side, world, pair)) is not None
        for node in year.edition.nodes
        if card.is_set(node.id)
        for leaf in node.leaves
    )


def _own(worlds: Worlds, side: int, pair: Pair, line: Line) -> list[Criterion]:
    card = worlds.card(side, World.AFTER if side else World.BEFORE, pair)
    return [leaf for leaf in line.leaves(side) if card is not None and leaf.applies(card.group)]


def _why(
    worlds: Worlds,
    pair: Pair,
    line: Line,
    had: Sequence[Sequence[Criterion]],
    given: frozenset[tuple[int, str]],
) -> Aside | None:
    if line.aside is not None:
        return line.aside
    if not all(had):
        return Aside.NO_COUNTERPART
    before = [worlds.card(side, World.BEFORE, pair) for side in (0, 1)]
    carried = [worlds.card(side, World.CARRIED, pair) for side in (0, 1)]
    after = [worlds.card(side, World.AFTER, pair) for side in (0, 1)]
    own = before[0], after[1]
    for side, card in enumerate(own):
        if card is None or any((side, leaf.id) in given for leaf in had[side]):
            return Aside.POINTS_GIVEN
    if _assessed(own[0], had[0]) != _assessed(own[1], had[1]):
        return Aside.NOT_ASSESSED
    if _speaks(own[0], had[0]) and not _speaks(before[1], line.match.second):
        return Aside.NO_EVIDENCE
    if _speaks(own[1], had[1]) and not _speaks(after[0], line.match.first):
        return Aside.NO_EVIDENCE
    for side in (0, 1):
        if _speaks(before[side], line.leaves(side)) and not _speaks(carried[side], line.leaves(side)):
            return Aside.NOT_CARRIED
    return None


def _assessed(card: Scorecard | None, leaves: Iterable[Criterion]) -> bool:
    """Whether anything of some leaves counts for a unit, or is left out of points and maximum alike."""
    return card is not None and any(card.points(leaf.id).state not in OUT for leaf in leaves)


def _speaks(card: Scorecard | None, leaves: Iterable[Criterion]) -> bool:
    """Whether evidence has spoken of all that is asked of some leaves."""
    return card is not None and all(
        leaf.id in card.unreached or card.raw(leaf.id).state in KNOWN
        for leaf in leaves
        if leaf.applies(card.group)
    )
