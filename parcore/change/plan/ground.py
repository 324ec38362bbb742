"""What a search for the least change stands on: the fields that may move, and all that they can have.

In: a unit's trace, a root in it, the fields, the numbers of all other statements. Out: for numbers of the
fields what the root gives exactly; for boxes of numbers all that it can give (`parcore.readings.bounds`); and
boxes cut into smaller ones, so that a search ends at points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Final

from attrs import evolve, frozen

from parcore.change.plan.cuts import cuts
from parcore.evidence.bounds import narrow
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Invariant
from parcore.intervals import Interval, Range, exactly, times
from parcore.numbers import ONE, ZERO
from parcore.readings.bounds import Span, span_of, under
from parcore.readings.exact import Trace, apply
from parcore.rules.graph import Field, Symbol
from parcore.values import State, Value

FARTHEST: Final = 10**9
"""What has no end is not cut beyond this many steps."""

Numbers = Mapping[str, Fraction]
Box = dict[str, Range]
"""The numbers that each field which may move can have."""

NO_NUMBER: Final = Span(states=frozenset({State.ERROR}))


@frozen(eq=False)
class Ground:
    """What a search stands on: the fields that may move (`free`), from where, and all else as it is.

    `held` are the numbers of the unit's other statements, which invariants compare; `sign` is −1 where
    fewer points are better (what is taken off): all points here are then negative.
    """

    trace: Trace
    root: str
    free: Mapping[str, FieldSpec]
    start: Numbers
    held: Mapping[str, Range]
    invariants: tuple[Invariant, ...]
    sign: int = 1

    @cached_property
    def _order(self) -> list[int]:
        return under(self.trace.program, self.trace.program.roots[self.root])

    @cached_property
    def _at(self) -> dict[int, str]:
        """The positions where the free fields are read."""
        nodes = ((at, self.trace.program.nodes[at]) for at in self._order)
        return {
            at: node.name
            for at, node in nodes
            if isinstance(node, Field | Symbol) and node.name in self.free and not node.lag
        }

    @cached_property
    def cuts(self) -> dict[str, list[Fraction]]:
        """Where the rule reads a number of each free field another way, the others as they are."""
        return {
            name: cuts(self.trace, self._order, {at for at, each in self._at.items() if each == name})
            for name in self.free
        }

    def domain(self) -> Box | None:
        """All numbers that the free fields can have beside what is held; None where there are none."""
        whole = {name: _whole(spec) for name, spec in self.free.items()}
        return self.narrowed(whole)

    def narrowed(self, box: Box) -> Box | None:
        """A box with what the invariants rule out gone; None where nothing is left."""
        left = narrow({**self.held, **box}, self.invariants)
        return None if left is None else {name: evolve(left[name], step=box[name].step) for name in box}

    def points(self, numbers: Numbers) -> Fraction | None:
        """What the root gives for numbers of the free fields; None for no points, or what may not be."""
        point = {name: Range(exactly(number)) for name, number in numbers.items()}
        if narrow({**self.held, **point}, self.invariants) is None or not self._holds(numbers):
            return None
        values = list(self.trace.values)
        for at in self._order:
            node = self.trace.program.nodes[at]
            if at in self._at:
                values[at] = self._given(at, numbers[self._at[at]])
            elif self.trace.program.inputs[at]:
                values[at] = apply(node, [values[i] for i in self.trace.program.inputs[at]])
        known = values[self.trace.program.roots[self.root]].known
        return None if known is None else self.sign * known

    def _holds(self, numbers: Numbers) -> bool:
        exact = {n: each.interval.low for n, each in self.held.items() if _is_point(each)}
        known = {n: low for n, low in exact.items() if low is not None} | dict(numbers)
        return all(each.holds(known) for each in self.invariants if known.keys() >= set(each.names))

    def _given(self, at: int, number: Fraction) -> Value:
        node = self.trace.program.nodes[at]
        if not isinstance(node, Symbol):
            return Value(State.OK, number)
        option = self.free[node.name].options[int(number)]
        found = option in node.options
        return Value(State.OK, Fraction(node.options.index(option))) if found else Value(State.ERROR)

    def span(self, box: Box) -> Span:
        """All that the root can give for numbers of a box."""
        known: dict[int, Range] = {}
        for at, name in self._at.items():
            known[at] = box[name]
            if isinstance(self.trace.program.nodes[at], Symbol):
                given = self._given(at, box[name].interval.low or ZERO)
                if given.known is None:
                    return NO_NUMBER
                known[at] = Range(exactly(given.known))
        found = span_of(self.trace, self.root, known, {})
        if found.numbers is None or self.sign > 0:
            return found
        return evolve(found, numbers=Range(times(found.numbers.interval, exactly(Fraction(self.sign)))))

    def distance(self, box: Box) -> Fraction:
        """How far the nearest numbers of a box are from the start: steps of all fields together."""
        return sum((self._far(name, each) for name, each in box.items()), ZERO)

    def _far(self, name: str, numbers: Range) -> Fraction:
        start, within = self.start[name], numbers.interval
        if start in within:
            return ZERO
        if self.free[name].kind is FieldKind.CHOICE:
            return ONE
        ends = [abs(end - start) for end in (within.low, within.high) if end is not None]
        return min(ends) / (numbers.step or ONE)


def first_boxes(ground: Ground) -> Iterator[Box]:
    """The domain cut at the start: on no side of it does distance turn; each option of a choice by itself."""
    domain = ground.domain()
    if domain is None:
        return
    sides = [list(_sides(ground, name, each)) for name, each in domain.items()]
    for each in product(*sides):
        yield dict(zip(domain, each, strict=True))


def _sides(ground: Ground, name: str, numbers: Range) -> Iterator[Range]:
    spec = ground.free[name]
    if spec.kind is FieldKind.CHOICE:
        options = (Fraction(at) for at in range(len(spec.options)))
        yield from (Range(exactly(at), ONE) for at in options if at in numbers)
        return
    start = exactly(ground.start[name])
    for part in (*numbers.interval.minus(start), numbers.interval.meet(start)):
        left = None if part is None else numbers.within(part)
        if left is not None:
            yield left


def split(ground: Ground, box: Box) -> Iterator[Box]:
    """A box cut in two or three along its widest side; nothing where no side can be cut."""
    for name, numbers in sorted(box.items(), key=_wide, reverse=True):
        pieces = list(_pieces(numbers, ground.start[name], ground.cuts[name]))
        if len(pieces) > 1:
            for each in pieces:
                yield {**box, name: each}
            return


def _wide(side: tuple[str, Range]) -> tuple[bool, Fraction]:
    within, step = side[1].interval, side[1].step or ONE
    if within.low is None or within.high is None:
        return True, ZERO
    return False, (within.high - within.low) / step


def _pieces(numbers: Range, start: Fraction, at: Sequence[Fraction]) -> Iterator[Range]:
    within, step = numbers.interval, numbers.step
    low, high = within.low, within.high
    if low is not None and low == high:
        yield numbers
    elif step is None:
        inner = [each for each in (*at, low, high) if each is not None and each in within]
        cut = exactly(min(inner, key=lambda each: abs(each - start))) if inner else None
        parts = [within] if cut is None else [cut, *within.minus(cut)]
        yield from (Range(each) for each in parts)
    else:
        middle = _middle(within, step, start)
        if middle is not None:
            yield Range(Interval(low, low is not None, middle, True), step)
            yield Range(Interval(middle + step, True, high, high is not None), step)


def _middle(within: Interval, step: Fraction, start: Fraction) -> Fraction | None:
    """Where an interval on a grid is cut: in halves; without an end four times as far out."""
    low, high = within.low, within.high
    if low is not None and high is not None:
        return low + (high - low) / step // 2 * step
    end = low if low is not None else high
    if end is None or abs(end - start) > FARTHEST * step:
        return None
    out = max(16 * step, 3 * abs(end - start) // step * step)
    return end + out if low is not None else end - out - step


def point_of(box: Box) -> dict[str, Fraction] | None:
    """The numbers of a box that holds no others; None for any other box."""
    found = {name: each.interval.low for name, each in box.items() if _is_point(each)}
    known = {name: number for name, number in found.items() if number is not None}
    return known if len(known) == len(box) else None


def _is_point(numbers: Range) -> bool:
    return numbers.interval.low is not None and numbers.interval.low == numbers.interval.high


def _whole(spec: FieldSpec) -> Range:
    if spec.kind is FieldKind.CHOICE:
        return Range(Interval(ZERO, True, Fraction(len(spec.options) - 1), True), ONE)
    if spec.kind is FieldKind.DATE:
        days = Interval(ONE, True, Fraction(date.max.toordinal()), True)
        return spec.range.within(days) or Range(days, ONE)
    return spec.range
