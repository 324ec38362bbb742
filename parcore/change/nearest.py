"""The least change of some numbers after which a rule gives what is wanted, and the proof of it.

In: a unit's trace, a root in it, the fields that may move and all numbers that they can have. Out: the
nearest numbers for which the root gives what is wanted; and the parts of all nearer numbers, each with the
most that the bounded reading (`parcore.readings.bounds`) finds there, which is never what is wanted.
Parts are looked at nearest first and split until they are decided; a single point is read exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from heapq import heappop, heappush
from itertools import product
from typing import Final

from attrs import evolve, frozen

from parcore.change.cuts import cuts
from parcore.evidence.bounds import narrow
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Invariant
from parcore.intervals import Interval, Range, exactly, hull, times
from parcore.numbers import ONE, ZERO
from parcore.readings.bounds import Span, span_of, under
from parcore.readings.exact import Trace, apply
from parcore.rules.graph import Field, Symbol
from parcore.values import State, Value

MOST_PARTS: Final = 1_200
"""After so many parts a search says that it has not decided."""

Numbers = Mapping[str, Fraction]
Box = dict[str, Range]
"""The numbers that each field which may move can have."""

_NO_NUMBER: Final = Span(states=frozenset({State.ERROR}))


@frozen
class Part:
    """Numbers of the fields that may move, and the most points that any of them gives.

    `most` is None where none of them gives points, or what must hold between fields rules them all out.
    """

    numbers: Mapping[str, Interval]
    most: Fraction | None


@frozen
class Nearest:
    """The nearest numbers that give what is wanted (None: none do), and the proof: the parts that do not.

    Not `attained`: what is wanted begins right beyond these numbers, without a least one; `sample` is one
    of those. Not `decided`: the search was broken off, and nothing is said.
    """

    numbers: Numbers | None
    parts: tuple[Part, ...] = ()
    attained: bool = True
    decided: bool = True
    sample: Numbers | None = None


@frozen
class Best:
    """The most points that the fields give alone, with numbers that give them; `attained`: some do."""

    points: Fraction
    numbers: Numbers
    attained: bool = True


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
                    return _NO_NUMBER
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


def nearest(ground: Ground, wanted: Interval) -> Nearest:
    """The nearest numbers for which the root gives a number in `wanted`, with the proof."""
    queue = _Queue(ground)
    for box in _first(ground):
        queue.put(box)
    parts: list[Part] = []
    found: Nearest | None = None
    best: Fraction | None = None
    far = ZERO
    for _ in range(MOST_PARTS):
        top = queue.take()
        if top is None or (found is not None and top[0] > far):
            return evolve(found or Nearest(None), parts=_together(ground, parts))
        far_here, box = top
        left, most = _left(ground, box, wanted, parts)
        if left is None or most is None:
            continue
        box, point = left, _point(left)
        pieces = () if point is not None else tuple(_split(ground, box))
        for each in pieces:
            queue.put(each)
        if pieces:
            continue
        here = _found(ground, box, most, wanted)
        if here is None:
            return Nearest(None, decided=False)
        # Of two equally near the one that gives more.
        gives = None if here.sample is None else ground.points(here.sample)
        if gives is not None and (best is None or gives > best):
            found, best, far = here, gives, far_here
    return Nearest(None, decided=False)


def _left(
    ground: Ground, box: Box, wanted: Interval, parts: list[Part]
) -> tuple[Box, Span] | tuple[None, None]:
    """What is left of a box, and what it can give, where that may be wanted; else it joins the proof."""
    left = ground.narrowed(box)
    span = _NO_NUMBER if left is None else _span(ground, left)
    if left is not None and span.numbers is not None and span.numbers.interval.meet(wanted) is not None:
        return left, span
    most = None if span.numbers is None else span.numbers.interval.high
    parts.append(Part({name: each.interval for name, each in box.items()}, most))
    return None, None


def _span(ground: Ground, box: Box) -> Span:
    """What a box can give: exact where it is a point."""
    point = _point(box)
    if point is None:
        return ground.span(box)
    exact = ground.points(point)
    return _NO_NUMBER if exact is None else Span(Range(exactly(exact)))


def _found(ground: Ground, box: Box, span: Span, wanted: Interval) -> Nearest | None:
    """A point; or of a part without steps, all of which is wanted, the end that is nearer. None: untold."""
    point = _point(box)
    if point is not None:
        return Nearest(point, sample=point)
    assert span.numbers is not None
    (name, numbers), *others = box.items()
    if others or span.states or wanted.meet(span.numbers.interval) != span.numbers.interval:
        return None
    within, start = numbers.interval, ground.start[name]
    sample = numbers.sample(within)
    end = within.low if within.low is not None and within.low >= start else within.high
    if end is None or sample is None:
        return None
    return Nearest({name: end}, attained=False, sample={name: sample})


def best(ground: Ground) -> Best | None:
    """The most that the free fields give; None where they give nothing, or it was not decided."""
    queue: list[tuple[bool, Fraction, int, Box, Fraction | None]] = []
    serial = 0

    def put(box: Box) -> None:
        nonlocal serial
        serial += 1
        left, point = ground.narrowed(box), _point(box)
        if left is None:
            return
        if point is not None:
            exact = ground.points(point)
            if exact is not None:
                heappush(queue, (True, -exact, -serial, box, exact))
            return
        span = ground.span(left)
        if span.numbers is not None:
            high = span.numbers.interval.high
            heappush(queue, (high is not None, -(high or ZERO), -serial, left, None))

    for box in _first(ground):
        put(box)
    for _ in range(MOST_PARTS):
        if not queue:
            return None
        bounded, high, _serial, box, exact = heappop(queue)
        if exact is not None:
            return Best(exact, _point(box) or {})
        pieces = sorted(_split(ground, box), key=ground.distance, reverse=True)
        for each in pieces:  # of equal ones the last put in is looked at first: the nearest
            put(each)
        if not pieces:
            sample = {name: each.sample(each.interval) for name, each in box.items()}
            known = {name: number for name, number in sample.items() if number is not None}
            return Best(-high, known, attained=ground.points(known) == -high) if bounded else None
    return None


class _Queue:
    """Boxes, the nearest to the start first."""

    def __init__(self, ground: Ground) -> None:
        self._ground, self._serial = ground, 0
        self._boxes: list[tuple[Fraction, int, Box]] = []

    def put(self, box: Box) -> None:
        self._serial += 1
        heappush(self._boxes, (self._ground.distance(box), self._serial, box))

    def take(self) -> tuple[Fraction, Box] | None:
        if not self._boxes:
            return None
        far, _, box = heappop(self._boxes)
        return far, box


def _first(ground: Ground) -> Iterator[Box]:
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


def _split(ground: Ground, box: Box) -> Iterator[Box]:
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
        if low is not None and high is not None:
            middle = low + (high - low) / step // 2 * step
        elif low is not None:
            middle = low + max(16 * step, 3 * abs(low - start))
        else:
            assert high is not None
            middle = high - max(16 * step, 3 * abs(high - start)) - step
        yield Range(Interval(low, low is not None, middle, True), step)
        yield Range(Interval(middle + step, True, high, high is not None), step)


def _point(box: Box) -> dict[str, Fraction] | None:
    found = {name: each.interval.low for name, each in box.items() if _is_point(each)}
    known = {name: number for name, number in found.items() if number is not None}
    return known if len(known) == len(box) else None


def _is_point(numbers: Range) -> bool:
    return numbers.interval.low is not None and numbers.interval.low == numbers.interval.high


def _whole(spec: FieldSpec) -> Range:
    if spec.kind is FieldKind.CHOICE:
        return Range(Interval(ZERO, True, Fraction(len(spec.options) - 1), True), ONE)
    return spec.range


def _together(ground: Ground, parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts of one field joined on each side of the start: they leave nothing out between them."""
    names = list(ground.free)
    if len(names) > 1 or ground.free[names[0]].kind is FieldKind.CHOICE:
        return tuple(parts)
    (name,), start = names, exactly(ground.start[names[0]])
    joined: dict[int, Part] = {}
    for each in parts:
        own = each.numbers[name]
        side = 0 if own == start else 1 if start.before(own) else -1
        other = joined.get(side)
        most = [p.most for p in (each, other) if p is not None and p.most is not None]
        both = own if other is None else hull(own, other.numbers[name])
        joined[side] = Part({name: both}, max(most, default=None))
    return tuple(joined[side] for side in sorted(joined))
