"""Increments: a base, and so much more for each further step ("cứ thêm … được tính thêm …, tối đa").

`{base: 10, from: 21000, each: 1000, add: 0.5, cap: 25, steps: pro_rata}` pays 10 up to 21 000 and
0.5 for each further 1 000, at most 25: pro rata, or by whole steps, as the word `steps` says. With
`segments` the step and what it adds change along the way.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from attrs import frozen

from parcore.documents.reading import choice_of, items_of
from parcore.documents.tree import Mapping, Tree
from parcore.intervals import Interval, at_least, below
from parcore.numbers import ZERO
from parcore.rules.figures import Context, Figure
from parcore.rules.graph import Piece

MAX_STEPS: Final = 2_000
"""Whole steps that one rule may have before its cap."""


class Counting(Enum):
    """Whether a part of a step counts in proportion, or not at all."""

    PRO_RATA = "pro_rata"
    WHOLE = "whole"


@frozen
class Segment:
    """Up to `to` (None: without end), `add` points for each `each` of the measure."""

    to: Figure | None
    each: Figure
    add: Figure


@frozen
class Increments:
    """A base up to `start`, then the segments one after another, never over `cap`."""

    base: Figure
    start: Figure
    segments: tuple[Segment, ...]
    cap: Figure
    counting: Counting

    def at(self, group: str, top: Fraction) -> tuple[Piece, ...]:
        """The pieces from the smallest number to where the cap is met, and the cap from there on."""
        low, points, cap = self.start.of(group), self.base.of(group), self.cap.of(group)
        pieces = [Piece(below(low), ZERO, points)]
        walk = self._pro_rata if self.counting is Counting.PRO_RATA else self._whole
        for segment in self.segments:
            if points < cap:
                more, low, points = walk(segment, group, low, points)
                pieces += more
        pieces.append(Piece(at_least(low), ZERO, points))
        return tuple(pieces)

    def _pro_rata(
        self, segment: Segment, group: str, low: Fraction, points: Fraction
    ) -> tuple[list[Piece], Fraction, Fraction]:
        """One line up to the segment's end or the cap; then where it ends, and the points there."""
        slope = segment.add.of(group) / segment.each.of(group)
        reach = low + (self.cap.of(group) - points) / slope
        end = reach if segment.to is None else min(reach, segment.to.of(group))
        line = Piece(Interval(low, True, end, False), slope, points - slope * low)
        return [line], end, points + slope * (end - low)

    def _whole(
        self, segment: Segment, group: str, low: Fraction, points: Fraction
    ) -> tuple[list[Piece], Fraction, Fraction]:
        """A level for each whole step of the segment; what is left of it at its end adds nothing."""
        each, add, cap = segment.each.of(group), segment.add.of(group), self.cap.of(group)
        end = None if segment.to is None else segment.to.of(group)
        pieces: list[Piece] = []
        while points < cap and (end is None or low + each <= end):
            pieces.append(Piece(Interval(low, True, low + each, False), ZERO, points))
            low, points = low + each, min(cap, points + add)
        if end is not None and low < end and points < cap:
            pieces.append(Piece(Interval(low, True, end, False), ZERO, points))
            low = end
        return pieces, low, points


def read_increments(tree: Mapping, context: Context) -> Increments | None:
    """The increments of a scale; what makes no sense of them is reported."""
    found = context.findings
    for word in ("from", "cap", "steps"):
        if word not in tree:
            found.add("missing-key", tree.place, key=word, known="")
            return None
    counting = choice_of(tree["steps"], Counting, found)
    base, start, cap = context.points(tree["base"]), context.figure(tree["from"]), context.points(tree["cap"])
    listed = items_of(tree["segments"]) if "segments" in tree else (tree,)
    read = [_segment(each, context) for each in listed]
    segments = tuple(each for each in read if each is not None)
    if counting is None or base is None or start is None or cap is None or len(segments) < len(read):
        return None
    rule = Increments(base, start, segments, cap, counting)
    return rule if all(_sound(rule, group, tree, context) for group in context.groups) else None


def _segment(tree: Tree, context: Context) -> Segment | None:
    if not isinstance(tree, Mapping) or "each" not in tree or "add" not in tree:
        context.findings.add("missing-key", tree.place, key="each, add", known="")
        return None
    each, add = context.figure(tree["each"]), context.points(tree["add"])
    to = context.figure(tree["to"]) if "to" in tree else None
    if each is None or add is None or ("to" in tree and to is None):
        return None
    return Segment(to, each, add)


def _sound(rule: Increments, group: str, tree: Mapping, context: Context) -> bool:
    """Steps and gains over 0; ends that rise, the last segment's alone missing; a base under the cap."""
    ends = [rule.start.of(group), *(each.to.of(group) for each in rule.segments if each.to is not None)]
    open_ends = [each.to is None for each in rule.segments]
    sizes = [size.of(group) for segment in rule.segments for size in (segment.each, segment.add)]
    gap = rule.cap.of(group) - rule.base.of(group)
    rising = all(low < high for low, high in pairwise(ends)) and not any(open_ends[:-1])
    if not rising or min(sizes) <= 0 or gap < 0:
        context.findings.add("increments-order", tree.place, criterion=context.criterion)
        return False
    if gap / min(segment.add.of(group) for segment in rule.segments) > MAX_STEPS:
        context.findings.add("increments-many", tree.place, limit=MAX_STEPS)
        return False
    return True
