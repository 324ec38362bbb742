"""The least change of some numbers after which a rule gives what is wanted, and the proof of it.

In: a unit's trace, a root in it, the fields that may move and all numbers that they can have. Out: the
nearest numbers for which the root gives what is wanted; and the parts of all nearer numbers, each with the
most that the bounded reading (`parcore.readings.bounds`) finds there, which is never what is wanted.
Parts are looked at nearest first and split until they are decided; a single point is read exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from heapq import heappop, heappush
from typing import Final

from attrs import evolve, frozen

from parcore.change.plan.ground import NO_NUMBER, Box, Ground, Numbers, first_boxes, point_of, split
from parcore.evidence.vocabulary import FieldKind
from parcore.intervals import Interval, Range, exactly, hull
from parcore.numbers import ZERO
from parcore.readings.bounds import Span

MOST_PARTS: Final = 600
"""After so many parts a search says that it has not decided."""


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


def nearest(ground: Ground, wanted: Interval) -> Nearest:
    """The nearest numbers for which the root gives a number in `wanted`, with the proof."""
    queue = _Queue(ground)
    for box in first_boxes(ground):
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
        box, point = left, point_of(left)
        pieces = () if point is not None else tuple(split(ground, box))
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
    span = NO_NUMBER if left is None else _span(ground, left)
    if left is not None and span.numbers is not None and span.numbers.interval.meet(wanted) is not None:
        return left, span
    most = None if span.numbers is None else span.numbers.interval.high
    parts.append(Part({name: each.interval for name, each in box.items()}, most))
    return None, None


def _span(ground: Ground, box: Box) -> Span:
    """What a box can give: exact where it is a point."""
    point = point_of(box)
    if point is None:
        return ground.span(box)
    exact = ground.points(point)
    return NO_NUMBER if exact is None else Span(Range(exactly(exact)))


def _found(ground: Ground, box: Box, span: Span, wanted: Interval) -> Nearest | None:
    """A point; or of a part without steps, all of which is wanted, the end that is nearer. None: untold."""
    point = point_of(box)
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
    return Nearest({name: end}, attained=end in within, sample={name: sample})


def best(ground: Ground) -> Best | None:
    """The most that the free fields give; None where they give nothing, or it was not decided."""
    queue: list[tuple[bool, Fraction, int, Box, Fraction | None]] = []
    serial = 0

    def put(box: Box) -> None:
        nonlocal serial
        serial += 1
        left, point = ground.narrowed(box), point_of(box)
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

    for box in first_boxes(ground):
        put(box)
    for _ in range(MOST_PARTS):
        if not queue:
            return None
        bounded, high, _serial, box, exact = heappop(queue)
        if exact is not None:
            return Best(exact, point_of(box) or {})
        pieces = sorted(split(ground, box), key=ground.distance, reverse=True)
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
