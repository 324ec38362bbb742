"""Scales: from a measure to points. All but the table of states desugar to disjoint linear pieces.

`at` gives the pieces for one unit group and maximum; what is not covered by any piece is found by
`parcore.rules.cover`, never scored in silence.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from fractions import Fraction
from itertools import pairwise
from typing import Final

from attrs import evolve, frozen

from parcore.diagnostics import Place
from parcore.documents.reading import items_of, source_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Listing, Mapping, Scalar, Tree
from parcore.intervals import EVERYTHING, Interval, above, at_least, at_most, below
from parcore.numbers import ZERO
from parcore.rules.figures import Award, AwardKind, Context, Figure
from parcore.rules.graph import Piece
from parcore.rules.increments import Increments, read_increments
from parcore.sources import Source

LADDER_WORDS: Final = {"at_least": at_least, "more_than": above, "at_most": at_most, "less_than": below}


@frozen
class Step:
    """One step: the interval it speaks of, by group, what it pays, and whose word it is.

    `source` is set where the step is an interpretation of ours, None where it is the rule's text.
    """

    intervals: MappingOf[str, Interval]
    award: Award
    place: Place
    source: Source | None = None


@frozen
class Steps:
    """A ladder (`nested`: the first step that holds decides) or cases (as the decision writes them).

    Interpretations stand first in `steps`; of nested steps the first match is the rule itself.
    """

    steps: tuple[Step, ...]
    nested: bool

    def at(self, group: str, top: Fraction) -> tuple[Piece, ...]:
        """The pieces, each the part of a step's interval that no earlier step takes."""
        pieces: list[Piece] = []
        left = [EVERYTHING]
        for step in self.steps:
            slope, intercept = step.award.line(top, group)
            interval = step.intervals[group]
            taken = [part for each in left if (part := each.meet(interval)) is not None]
            pieces += [Piece(part, slope, intercept) for part in taken]
            left = [part for each in left for part in each.minus(interval)]
        return ordered(pieces)

    def step_at(self, group: str, x: Fraction) -> Step | None:
        """The step that decides at a number."""
        return next((step for step in self.steps if x in step.intervals[group]), None)


@frozen
class Straight:
    """A line, within [0, maximum] unless the rule says otherwise.

    points = slope × x + offset. `proportional` is slope = maximum, offset = 0; `per` item is
    slope = points of each, held at `cap`.
    """

    slope: Figure | None
    offset: Figure
    cap: Figure | None
    word: str

    def at(self, group: str, top: Fraction) -> tuple[Piece, ...]:
        """The line, flat where it passes its cap; a line below 0 is for the check to find."""
        slope = top if self.slope is None else self.slope.of(group)
        offset = self.offset.of(group)
        if self.cap is None:
            return (Piece(EVERYTHING, slope, offset),)
        cap = self.cap.of(group)
        if not slope:
            return (Piece(EVERYTHING, ZERO, min(offset, cap)),)
        turn = (cap - offset) / slope
        if slope < 0:
            return (Piece(below(turn), ZERO, cap), Piece(at_least(turn), slope, offset))
        return (Piece(at_most(turn), slope, offset), Piece(above(turn), ZERO, cap))


@frozen
class Through:
    """Straight lines between points (x, points), flat beyond the first and the last."""

    points: tuple[tuple[Figure, Award], ...]

    def at(self, group: str, top: Fraction) -> tuple[Piece, ...]:
        """The lines between neighbours and the two flat ends."""
        known: list[tuple[Fraction, Fraction]] = []
        for figure, award in self.points:
            x, (slope, intercept) = figure.of(group), award.line(top, group)
            known.append((x, slope * x + intercept))
        pieces = [Piece(below(known[0][0]), ZERO, known[0][1])]
        for (x, y), (x2, y2) in pairwise(known):
            slope = (y2 - y) / (x2 - x)
            pieces.append(Piece(Interval(x, True, x2, False), slope, y - slope * x))
        pieces.append(Piece(at_least(known[-1][0]), ZERO, known[-1][1]))
        return tuple(pieces)


@frozen
class Towards:
    """Straight from 0 to a target that pays the maximum, and the maximum from there on."""

    target: Figure

    def at(self, group: str, top: Fraction) -> tuple[Piece, ...]:
        """The line up to the target, flat beyond."""
        target = self.target.of(group)
        return (Piece(below(target), top / target, ZERO), Piece(at_least(target), ZERO, top))


Scale = Steps | Straight | Through | Towards | Increments


def ordered(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Disjoint pieces from the smallest numbers to the largest."""

    def start(piece: Piece) -> tuple[bool, Fraction, bool]:
        low = piece.interval.low
        return (low is not None, ZERO if low is None else low, not piece.interval.low_in)

    return tuple(sorted(pieces, key=start))


def read_scale(tree: Tree, context: Context) -> Scale | None:
    """The scale of a criterion: a ladder (list), `proportional`, or a map that names its kind."""
    if isinstance(tree, Listing):
        return _ladder(tree, context)
    if isinstance(tree, Scalar):
        if tree.text != AwardKind.PROPORTIONAL.value:
            report_unknown(tree.text, list(_KINDS), tree.place, context.findings, "unknown-scale")
            return None
        return _proportional(tree, context)
    for word, reader in _KINDS.items():
        if word in tree:
            return reader(tree, context)
    report_unknown(next(iter(tree.entries), ""), list(_KINDS), tree.place, context.findings, "unknown-scale")
    return None


def _ladder(tree: Listing, context: Context) -> Steps | None:
    steps: list[Step] = []
    for each in tree.items:
        if not isinstance(each, Mapping):
            continue
        step = _rung(each, context)
        if step is None:
            return None
        steps.append(step)
    if steps and any(each != EVERYTHING for each in steps[-1].intervals.values()):
        context.findings.add("ladder-open", tree.items[-1].place, criterion=context.criterion)
        return None
    for group in context.groups:
        _reachable(steps, group, context)
    return Steps(tuple(steps), nested=True)


def _rung(tree: Mapping, context: Context) -> Step | None:
    if "otherwise" in tree:
        award = context.award(tree["otherwise"], proportional=True)
        everywhere = dict.fromkeys(context.groups, EVERYTHING)
        return None if award is None else Step(everywhere, award, tree.place)
    word = next((each for each in LADDER_WORDS if each in tree), None)
    if word is None or "points" not in tree:
        context.findings.add("ladder-step", tree.place, words=", ".join(LADDER_WORDS))
        return None
    edge, award = context.figure(tree[word]), context.award(tree["points"], proportional=True)
    if edge is None or award is None:
        return None
    return Step({g: LADDER_WORDS[word](edge.of(g)) for g in context.groups}, award, tree.place)


def _reachable(steps: list[Step], group: str, context: Context) -> None:
    left = [EVERYTHING]
    for step in steps:
        if not any(each.meet(step.intervals[group]) for each in left):
            context.findings.add("step-unreachable", step.place, interval=step.intervals[group])
        left = [part for each in left for part in each.minus(step.intervals[group])]


def read_cases(tree: Tree, interpret: Tree | None, context: Context) -> Steps | None:
    """Cases as a decision writes them, with the interpretations that settle their gaps and overlaps."""
    ours = [_case(each, "case", context) for each in items_of(interpret)]
    official = [_case(each, "in", context) for each in items_of(tree)]
    if any(each is None for each in (*ours, *official)):
        return None
    return Steps(tuple(each for each in (*ours, *official) if each is not None), nested=False)


def _case(tree: Tree, word: str, context: Context) -> Step | None:
    if not isinstance(tree, Mapping) or word not in tree or "points" not in tree:
        context.findings.add("case-shape", tree.place, word=word)
        return None
    intervals, award = context.intervals(tree[word]), context.award(tree["points"], proportional=True)
    if intervals is None or award is None:
        return None
    step = Step(intervals, award, tree.place)
    return evolve(step, source=source_of(tree, context.findings)) if word == "case" else step


def _proportional(tree: Tree, context: Context) -> Straight | None:
    award = context.award(Scalar(tree.place, AwardKind.PROPORTIONAL.value), proportional=True)
    return None if award is None else Straight(None, Figure(), None, "proportional")


def _line(tree: Mapping, context: Context) -> Straight | None:
    slope = context.points(tree["slope"])
    offset = context.points(tree["offset"]) if "offset" in tree else Figure()
    cap = context.points(tree["cap"]) if "cap" in tree else None
    return None if slope is None or offset is None else Straight(slope, offset, cap, "slope")


def _per_item(tree: Mapping, context: Context) -> Straight | None:
    if "cap" not in tree:
        context.findings.add("per-without-cap", tree.place)
        return None
    each, cap = context.points(tree["per"]), context.points(tree["cap"])
    return None if each is None or cap is None else Straight(each, Figure(), cap, "per")


def _through(tree: Mapping, context: Context) -> Through | None:
    points: list[tuple[Figure, Award]] = []
    for each in items_of(tree["through"]):
        pair = items_of(each)
        if len(pair) != 2:
            context.findings.add("through-pairs", each.place)
            return None
        x, award = context.figure(pair[0]), context.award(pair[1])
        if x is None or award is None:
            return None
        points.append((x, award))
    for group in context.groups:
        xs = [x.of(group) for x, _ in points]
        if len(xs) < 2 or any(a >= b for a, b in pairwise(xs)):
            context.findings.add("through-order", tree["through"].place)
            return None
    return Through(tuple(points))


def _towards(tree: Mapping, context: Context) -> Towards | None:
    target = context.figure(tree["towards"])
    if target is None:
        return None
    if context.top is None:
        context.without_top(tree.place)
        return None
    if any(target.of(group) <= 0 for group in context.groups):
        context.findings.add("target-not-positive", tree["towards"].place)
        return None
    return Towards(target)


_KINDS: Final = {
    "per": _per_item,
    "slope": _line,
    "through": _through,
    "towards": _towards,
    "base": read_increments,
}
