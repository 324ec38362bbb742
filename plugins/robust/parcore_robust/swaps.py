"""The smallest changes of weights at which a unit draws level with the one ranked next above it. Exact.

In: the index over weights. Out: for each two neighbours and each way to say how large a change is, the
least one, with the weights as certificate: both units are scored at them by the exact reading, and at
weights a little further on, where the lower one stands above.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from parcore.bulk.columnar import NONE
from parcore.evidence.units import Unit
from parcore.i18n import Text
from parcore.numbers import ZERO
from parcore.rules.policies import Quantity
from parcore_robust.polytope import Box, Norm, Vector, form, smallest
from parcore_robust.ranked import unrounded_of
from parcore_robust.standing import Swap
from parcore_robust.weighing import Line, Weighing
from parcore_robust.words import tell

_FURTHER: Final = Fraction(1001, 1000)
Unswapped = tuple[Unit, Unit, Text]


def swaps_of(weighing: Weighing, box: Box) -> tuple[tuple[Swap, ...], tuple[Unswapped, ...]]:
    """The changes for each two neighbours; and the neighbours for which there is none, with why."""
    found: list[Swap] = []
    without: list[Unswapped] = []
    cards, above = weighing.ranked.cards, weighing.ranked.above
    for at in range(len(cards)):
        if above[at] == NONE:
            continue
        over = int(above[at])
        why = None
        lines = weighing.line(at), weighing.line(over)
        if lines[0] is None or lines[1] is None or lines[0].kind != lines[1].kind:
            why = tell("swap-not-linear")
        else:
            swaps = [*_of(weighing, box, (at, over), (lines[0], lines[1]))]
            found += swaps
            why = None if swaps else _why(weighing, lines[0], lines[1])
        if why is not None:
            without.append((cards[at].unit, cards[over].unit, why))
    return tuple(found), tuple(without)


def _why(weighing: Weighing, lower: Line, upper: Line) -> Text:
    gap = _gap(weighing, lower, upper)
    if gap <= 0:
        return tell("swap-level")
    total = sum(weighing.weights, ZERO)
    gains = tuple(a - b for a, b in zip(upper.coefficients, lower.coefficients, strict=True))
    free = Box((ZERO,) * len(gains), (total,) * len(gains), total)
    if form(gains, weighing.weights) - form(gains, free.most([-each for each in gains])) >= gap:
        # By the line there are such weights; scored, the two are not level there, or do not swap past them.
        return tell("swap-held")
    if _meets_an_end(weighing, lower, upper, free):
        return tell("swap-held")
    behind = any(a > b for a, b in zip(lower.coefficients, upper.coefficients, strict=True))
    return tell("swap-not-found") if behind else tell("swap-never")


def _meets_an_end(weighing: Weighing, lower: Line, upper: Line, free: Box) -> bool:
    """Whether at some of these weights an end of the total can hold both units."""
    edition, on = weighing.ranked.result.edition, weighing.ranked.ranking.on
    if edition.adjustments is None or on.quantity is not Quantity.TOTAL:
        return False
    most = form(lower.coefficients, free.most(lower.coefficients)) + lower.constant
    least = form(upper.coefficients, free.most([-each for each in upper.coefficients])) + upper.constant
    ends = edition.adjustments
    return most >= ends.at_most.of(weighing.group) or least <= ends.at_least.of(weighing.group)


def _around(weights: Vector, norm: Norm, size: Fraction) -> Box:
    """All weights that no larger change leads to, and by all changes together some more."""
    total, reach = sum(weights, ZERO), size / 2 if norm is Norm.TOTAL else size
    moves = [reach * each if norm is Norm.RELATIVE else reach for each in weights]
    low = tuple(max(ZERO, w - move) for w, move in zip(weights, moves, strict=True))
    return Box(low, tuple(min(total, w + move) for w, move in zip(weights, moves, strict=True)), total)


def _gap(weighing: Weighing, lower: Line, upper: Line) -> Fraction:
    gains = [a - b for a, b in zip(upper.coefficients, lower.coefficients, strict=True)]
    return form(gains, weighing.weights) + upper.constant - lower.constant


def _of(weighing: Weighing, box: Box, pair: tuple[int, int], lines: tuple[Line, Line]) -> Iterator[Swap]:
    """The smallest change by each norm, of any weights that are not negative and keep their sum."""
    lower, upper = lines
    at, over = pair
    weights, gap = weighing.weights, _gap(weighing, lower, upper)
    gains = tuple(a - b for a, b in zip(upper.coefficients, lower.coefficients, strict=True))
    total = sum(weights, ZERO)
    free = Box((ZERO,) * len(weights), (total,) * len(weights), total)
    back = box.most([-each for each in gains])
    within = form(gains, back) + upper.constant - lower.constant <= 0
    cards = weighing.ranked.cards
    for norm in Norm if gap > 0 else ():
        least = smallest(norm, weights, free, gains, gap)
        # Where an end of the total can hold both before, they may be level before.
        if least is None or _meets_an_end(weighing, lower, upper, _around(weights, norm, least.size)):
            continue
        further = smallest(norm, weights, free, gains, gap * _FURTHER)
        past = None if further is None else further.weights
        if not _certified(weighing, pair, least.weights, past):
            continue
        yield Swap(cards[at].unit, cards[over].unit, norm, least.size, least.weights, past, within)


def _certified(weighing: Weighing, pair: tuple[int, int], level: Vector, past: Vector | None) -> bool:
    """Whether both units, scored exactly at the weights found, are level, and past them the lower one above.

    They are wherever no end of the total holds one of them.
    """
    root = unrounded_of(weighing.ranked.ranking.on)
    one, two = (weighing.trace(at, level)[root] for at in pair)
    if one != two or one.known is None or past is None:
        return one == two and one.known is not None
    one, two = (weighing.trace(at, past)[root] for at in pair)
    return one.number > two.number
