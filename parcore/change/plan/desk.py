"""One criterion of one unit: what it reads, what least changes of it gain, what evidence it needs.

In: a result, a scorecard, a leaf and the fields that it reads. Out: proposals and needs for the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Final

from attrs import frozen

from parcore.change.plan.ground import Ground, Numbers
from parcore.change.plan.left_out import LeftOut, Read, Reason, sign_of
from parcore.change.plan.nearest import Best, Nearest, best, nearest
from parcore.change.plan.proposals import Certificate, Change, Goal, Need, Proposal, effect_of, stated
from parcore.editions.edition import Criterion
from parcore.evidence.bounds import box
from parcore.evidence.evidence import Stage
from parcore.evidence.vocabulary import FieldKind, FieldSpec
from parcore.intervals import EVERYTHING, Interval, Range, above, at_least, exactly, hull
from parcore.numbers import ZERO
from parcore.results.result import Result, Scorecard
from parcore.values import ALWAYS_POSSIBLE, State

MOST_FIELDS: Final = 6
"""Of more fields than these no pairs are tried."""


@frozen(eq=False)
class Desk:
    """One criterion of one unit: what it reads, and what can be done about it."""

    result: Result
    card: Scorecard
    leaf: Criterion
    read: tuple[Read, ...]

    @property
    def hidden(self) -> list[Read]:
        """The fields without which the rule gives no points, that the unit can hand in or have appraised."""
        if self.card.raw(self.leaf.id).state not in ALWAYS_POSSIBLE:
            return []
        return [each for each in self.own if _state(each) in ALWAYS_POSSIBLE]

    @property
    def own(self) -> list[Read]:
        """The fields that the unit can change."""
        return [each for each in self.read if each.reason is None]

    @property
    def movable(self) -> list[Read]:
        """Those of them that have a number now."""
        return [each for each in self.own if _state(each) is State.OK]

    def spec(self, name: str) -> FieldSpec:
        """A field's declaration."""
        return self.result.edition.vocabulary.fields[name]

    @property
    def sign(self) -> int:
        """−1 in a penalty."""
        return sign_of(self.result.edition, self.leaf)

    @property
    def now(self) -> Fraction | None:
        """The points, negative in a penalty; None where there are none."""
        points = self.card.points(self.leaf.id).known
        return None if points is None else self.sign * points

    def ground(self, fields: Sequence[Read], start: Numbers | None = None) -> Ground:
        """What a search over some of the fields stands on."""
        vocabulary, names = self.result.edition.vocabulary, {each.name for each in fields}
        at = (self.card.unit.id, self.result.period)
        data = (self.result.evidence.at(*at, name, self.result.stage) for name in vocabulary.fields)
        held = box((each for each in data if each is not None and each.field not in names), vocabulary.fields)
        present = {each.name: each.datum.value.number for each in fields if each.datum is not None}
        return Ground(
            self.card.trace,
            f"points:{self.leaf.id}",
            {name: self.spec(name) for name in sorted(names)},
            present if start is None else start,
            held,
            vocabulary.invariants,
            self.sign,
        )

    def proposals(self, left_out: list[LeftOut]) -> Iterator[Proposal]:
        """Those of one field each, and which fields have none; where no field has any, the least of two."""
        found: list[Proposal] = []
        idle = [LeftOut(self.leaf, Reason.NO_NUMBER, each.name)
                for each in self.own if _state(each) is not State.OK]  # fmt: skip
        for field in self.movable:
            found += self._of_one(field, idle)
        found = found or list(self._of_two())
        moved = {change.to.field for each in found for change in each.changes}
        left_out += (each for each in idle if found and each.field not in moved)
        yield from found

    def _of_one(self, field: Read, idle: list[LeftOut]) -> Iterator[Proposal]:
        ground = self.ground([field])
        if self.spec(field.name).kind is FieldKind.CHOICE:
            found = list(self._options(ground, field))
            idle += () if found else (LeftOut(self.leaf, Reason.ALONE, field.name),)
            yield from found
            return
        wanted = self._more()
        step = nearest(ground, wanted)
        if step.numbers is None or not step.decided:
            reason = Reason.ALONE if step.decided else Reason.NOT_DECIDED
            idle.append(LeftOut(self.leaf, reason, field.name))
            return
        seen = set[Fraction]()
        for goal, aim, to in self._goals(ground, field, wanted, step):
            number = None if to.numbers is None else to.numbers[field.name]
            if number is None or number in seen or not to.decided:
                continue
            seen.add(number)
            yield self._proposal(goal, ground, to, aim)

    def _more(self) -> Interval:
        """More points than now."""
        return EVERYTHING if self.now is None else above(self.now)

    def _goals(
        self, ground: Ground, field: Read, wanted: Interval, step: Nearest
    ) -> Iterator[tuple[Goal, Interval, Nearest]]:
        """The first gain; where the rule next pays another way; the most that the field brings."""
        yield Goal.STEP, wanted, step
        gives = ground.points(step.sample or {})
        most = best(ground)
        beyond = self._next_cut(ground, field, step, gives)
        if beyond is not None and (most is None or beyond < most.points):
            yield Goal.CUT, at_least(beyond), nearest(ground, at_least(beyond))
        if most is not None and most.attained and gives is not None and most.points > gives:
            yield Goal.MOST, at_least(most.points), nearest(ground, at_least(most.points))

    def _next_cut(
        self, ground: Ground, field: Read, step: Nearest, gives: Fraction | None
    ) -> Fraction | None:
        """The points at the nearest number where the rule pays another way, and more than the first gain."""
        start, domain = ground.start[field.name], ground.domain()
        if gives is None or domain is None or step.numbers is None:
            return None
        up = step.numbers[field.name] >= start
        numbers = domain[field.name]
        for cut in sorted(ground.cuts[field.name], key=lambda each: abs(each - start)):
            side = at_least(cut) if up else Interval(high=cut, high_in=True)
            at = numbers.within(side)
            end = None if at is None else at.interval.low if up else at.interval.high
            if end is None or (end - start) * (1 if up else -1) <= 0:
                continue
            points = ground.points({field.name: end})
            if points is not None and points > gives:
                return points
        return None

    def _options(self, ground: Ground, field: Read) -> Iterator[Proposal]:
        """Every other option that pays more."""
        now = ground.start[field.name]
        wanted = self._more()
        for at in range(len(self.spec(field.name).options)):
            numbers = {field.name: Fraction(at)}
            gives = ground.points(numbers)
            if at != now and gives is not None and gives in wanted:
                yield self._proposal(Goal.STEP, ground, Nearest(numbers, sample=numbers), wanted)

    def _of_two(self) -> Iterator[Proposal]:
        """The fewest steps of two fields, where no one alone gains; options are as far apart as any two."""
        fields = [each for each in self.movable if self.spec(each.name).range.step is not None
                  or self.spec(each.name).kind is FieldKind.CHOICE]  # fmt: skip
        if len(fields) > MOST_FIELDS:
            return
        found: list[tuple[Fraction, int, Ground, Nearest]] = []
        for pair in combinations(fields, 2):
            ground = self.ground(pair)
            to = nearest(ground, self._more())
            if to.decided and to.numbers is not None:
                steps = {name: Range(exactly(n), self.spec(name).range.step)
                         for name, n in to.numbers.items()}  # fmt: skip
                found.append((ground.distance(steps), len(found), ground, to))
        if found:
            _, _, ground, to = min(found, key=lambda each: each[:2])
            yield self._proposal(Goal.TOGETHER, ground, to, self._more())

    def why_none(self) -> Reason:
        """Why nothing is proposed: that nothing gains is said only where it is proved."""
        if not self.movable:
            return Reason.NO_NUMBER
        ground = self.ground(self.movable)
        if any(each.kind is FieldKind.CHOICE for each in ground.free.values()):
            found = nearest(ground, self._more())
            return Reason.NOTHING_GAINS if found.decided and found.numbers is None else Reason.NOT_DECIDED
        domain = ground.domain()
        span = None if domain is None else ground.span(domain).numbers
        gains = span is not None and span.interval.meet(self._more()) is not None
        return Reason.NOT_DECIDED if gains else Reason.NOTHING_GAINS

    def _proposal(self, goal: Goal, ground: Ground, to: Nearest, wanted: Interval) -> Proposal:
        assert to.numbers is not None
        assert to.sample is not None
        unit, data = self.card.unit.id, {each.name: each.datum for each in self.own}
        changes = [
            Change(
                data[name],
                stated(self.result, unit, self.spec(name), number),
                stated(self.result, unit, self.spec(name), to.sample[name]),
                to.attained,
            )
            for name, number in to.numbers.items()
            if number != ground.start[name] or not to.attained
        ]
        scored = [each.scored for each in changes]
        effect = effect_of(self.result, unit, self.leaf, scored)
        return Proposal(self.leaf, goal, tuple(changes), effect, Certificate(wanted, to.parts))

    def verified(self) -> Iterator[Proposal]:
        """What the unit states itself, appraised as it is stated, where that alone is wanting."""
        at = (self.card.unit.id, self.result.period)
        changes: list[Change] = []
        for each in self.hidden:
            said = self.result.evidence.at(*at, each.name, Stage.SELF)
            if _state(each) is not State.UNVERIFIED or said is None or said.value.state is not State.OK:
                return
            to = stated(self.result, self.card.unit.id, self.spec(each.name), said.value.number)
            changes.append(Change(each.datum, to, to))
        effect = effect_of(self.result, self.card.unit.id, self.leaf, [each.to for each in changes])
        yield Proposal(self.leaf, Goal.VERIFIED, tuple(changes), effect, None)

    def need(self) -> Need:
        """What verified evidence of the hidden fields can bring at most."""
        hidden = self.hidden
        start = {each.name: self._somewhere(each.name) for each in hidden}
        ground = self.ground(hidden, start)
        most: Best | None = best(ground)
        options: list[tuple[str, Fraction]] = []
        gaining: Interval | None = None
        if len(hidden) == 1:
            (field,) = hidden
            if self.spec(field.name).kind is FieldKind.CHOICE:
                options = list(self._pays(ground, field))
            else:
                gaining = self._gaining(field)
        effect = None
        if most is not None and most.attained:
            unit, numbers = self.card.unit.id, most.numbers.items()
            data = [stated(self.result, unit, self.spec(name), number) for name, number in numbers]
            effect = effect_of(self.result, unit, self.leaf, data)
        return Need(
            self.leaf,
            tuple((each.name, _state(each)) for each in hidden),
            self.card.points(self.leaf.id),
            None if most is None else self.sign * most.points,
            effect,
            gaining,
            tuple(options),
        )

    def _pays(self, ground: Ground, field: Read) -> Iterator[tuple[str, Fraction]]:
        for at, option in enumerate(self.spec(field.name).options):
            points = ground.points({field.name: Fraction(at)})
            if points is not None:
                yield option, self.sign * points

    def _gaining(self, field: Read) -> Interval | None:
        """The numbers of a field outside which nothing is gained: looked for from both ends of its domain."""
        whole = self.ground([field], {field.name: self._somewhere(field.name)}).domain()
        if whole is None:
            return None
        within, ends = whole[field.name].interval, []
        for end in (within.low, within.high):
            if end is None:
                ends.append(within)
                continue
            found = nearest(self.ground([field], {field.name: end}), self._more())
            if not found.decided or found.numbers is None:
                return None
            number = found.numbers[field.name]
            ends.append(exactly(number))
        if within.high is None and within.low is not None:
            return Interval(ends[0].low, True, None)
        return hull(ends[0], ends[1])

    def _somewhere(self, name: str) -> Fraction:
        """A number of a field to search from, where it has none: one end of its range."""
        interval = self.spec(name).range.interval
        return next((each for each in (interval.low, interval.high) if each is not None), ZERO)


def _state(read: Read) -> State:
    return State.MISSING if read.datum is None else read.datum.value.state
