"""A deduction as a whole: the least and the most that is left, over all its parts together.

What each part takes off at least and at most bounds what is left; evidence that joins the witnesses of
the parts, or that the solver finds, shows whether the bound is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from parcore.evidence.vocabulary import Vocabulary
from parcore.intervals import exactly
from parcore.numbers import ONE, ZERO
from parcore.readings.analysis.branches import Branches
from parcore.readings.analysis.extremes import Extreme, settle
from parcore.readings.analysis.findings import Analysis, Direction
from parcore.readings.analysis.plane import Axis, Plane
from parcore.readings.analysis.witness import Reach
from parcore.readings.inverse import Numbers
from parcore.rules.combinations import Guard, Guarded, Rule
from parcore.rules.conditions import names_in
from parcore.rules.deductions import Deduction, Part
from parcore.values import State

_FLIPPED = {Direction.RISING: Direction.FALLING, Direction.FALLING: Direction.RISING}


@frozen
class Taken:
    """A part of a deduction, analysed."""

    part: Part
    analysis: Analysis

    @property
    def least(self) -> Fraction | None:
        """What it takes off at least; nothing where nothing arose."""
        return min(self._ends(self.analysis.least), default=None)

    @property
    def most(self) -> Fraction | None:
        """What it takes off at most; None where there is no end."""
        return max(self._ends(self.analysis.most), default=None)

    def _ends(self, extreme: Extreme | None) -> list[Fraction]:
        if extreme is None:
            return []
        nothing = [ZERO] if State.NOTHING_AROSE in self.part.rule.states() else []
        return [extreme.points, *nothing]


def left(
    rule: Rule, parts: Sequence[Taken], vocabulary: Vocabulary, group: str, top: Fraction | None
) -> Analysis:
    """What is left of a deduction, perhaps behind guards, from the analyses of all its parts."""
    guards, inner = (rule.guards, rule.rule) if isinstance(rule, Guarded) else ((), rule)
    if not isinstance(inner, Deduction):
        raise TypeError(type(inner).__name__)
    axes, directions = _axes(parts)
    if _read_by(guards) & {*inner.fields}:  # what a guard settles may go the other way
        directions = {}
    reach = Reach(Plane(rule.node(group, top), axes, ()), vocabulary)
    lines = [each.award.line(top or ZERO, group) for each in guards if each.award.state is None]
    awards = [intercept for _, intercept in lines]
    start, floor = inner.start.of(group), inner.floor.of(group)
    most = _off(inner, [each.most for each in parts])
    least = _off(inner, [each.least for each in parts])
    held = [reach.completed(numbers) for numbers in _joined(parts, start - floor, vocabulary)]
    lowest = min([floor if most is None else max(floor, start - most), *awards])
    highest = None if least is None else max([max(floor, start - least), *awards])
    return Analysis(
        reach.plane,
        Branches(),
        settle(lowest, reach, held, largest=False),
        None if highest is None else settle(highest, reach, held, largest=True),
        directions,
        {},
        None,
        (),
        bool(reach.specs),
    )


def _read_by(guards: Sequence[Guard]) -> set[str]:
    """The fields that guards speak of."""
    named = {name for each in guards for name in names_in(each.condition)}
    return named | {name for each in guards for one in each.measures.values() for name in one.fields}


def _off(rule: Deduction, ends: Sequence[Fraction | None]) -> Fraction | None:
    """What all parts take off together, of a once-only group the largest; None where there is no end."""
    amounts: list[Fraction] = []
    for group in rule.groups():
        known = [end for each in group if (end := ends[rule.parts.index(each)]) is not None]
        if len(known) < len(group):
            return None
        amounts.append(max(known))
    return sum(amounts, ZERO)


def _axes(parts: Sequence[Taken]) -> tuple[dict[str, Axis], dict[str, Direction]]:
    """The axes of all parts, those of one graph as one, and how what is left goes with them."""
    axes: dict[str, Axis] = {}
    ways: dict[str, Direction] = {}
    for n, each in enumerate(parts, 1):
        for name, axis in each.analysis.plane.axes.items():
            same = next((own for own, other in axes.items() if other.node == axis.node), f"{n}.{name}")
            axes.setdefault(same, evolve(axis, name=same, text=axis.text or name))
            way = each.analysis.directions.get(name)
            if way is not None:
                ways[same] = _both(ways.get(same, Direction.FLAT), _FLIPPED.get(way, way))
    return axes, ways


def _both(one: Direction, two: Direction) -> Direction:
    if Direction.FLAT in (one, two):
        return two if one is Direction.FLAT else one
    return one if one is two else Direction.TURNING


def _joined(parts: Sequence[Taken], need: Fraction, vocabulary: Vocabulary) -> Iterator[Numbers]:
    """Evidence of the parts put together: where each takes off least, or most, or one alone does."""
    low = [_numbers(each.analysis.least) for each in parts]
    high = [_numbers(each.analysis.most) or _far(each, need, vocabulary) for each in parts]
    alone = [[*low[:at], high[at], *low[at + 1 :]] for at in range(len(parts))]
    for some in (low, high, *alone):
        for order in (some, some[::-1]):
            joined: Numbers = {}
            for each in order:
                joined.update(each)
            yield joined


def _numbers(extreme: Extreme | None) -> Numbers:
    return {} if extreme is None or extreme.witness is None else dict(extreme.witness.numbers)


def _far(taken: Taken, need: Fraction, vocabulary: Vocabulary) -> Numbers:
    """Evidence for which a part without end takes off as much as is needed."""
    plane = taken.analysis.plane
    for cell, at in plane.cells():
        slope, intercept = (None if at is None else plane.branches[at].line) or (ZERO, ZERO)
        axis = "" if at is None else plane.branches[at].axis
        if slope > 0 and cell[axis].high is None:
            step = plane.axes[axis].range.step or ONE
            number = -(-(need - intercept) / slope // step) * step
            spot = {**cell, axis: exactly(number)} if number in cell[axis] else cell
            found = Reach(plane, vocabulary).inside(spot)
            return {} if found is None else dict(found.numbers)
    return {}
