"""Ranks under admissible weights: what holds for all of them, what was met, what swaps neighbours.

In: a result, and bounds for the weights of its components, their sum fixed. Out: a `Study`. Over all
admissible weights a number is a linear form, so who can come before whom is settled exactly, pair by
pair; how many can do so at once is not, so the ranks that this leaves hold all there are (`possible`),
and those met at the weights tried are among them (`reached`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, Final

import numpy as np
from attrs import evolve, frozen

from parcore.bulk.columnar import NONE
from parcore.diagnostics import Findings, Place, stop
from parcore.documents.schema import report_unknown
from parcore.numbers import ZERO, exact_text
from parcore.readings.columns.arrays import Ints
from parcore.results.result import Result
from parcore.rules.graph import Field, Within
from parcore.rules.policies import Level, Quantity, Ties
from parcore_robust.document import Stated
from parcore_robust.draws import GENERATOR, generator
from parcore_robust.facts import weights_cautions, weights_facts
from parcore_robust.lattice import uniform
from parcore_robust.playing import Moved, play
from parcore_robust.polytope import Box, Vector, form
from parcore_robust.ranked import ranked_of, slack_of
from parcore_robust.standing import LEVEL, Origin, Span, Standing, Study
from parcore_robust.swaps import swaps_of
from parcore_robust.tally import Tally, roots_of
from parcore_robust.weighing import WEIGHT, Line, Weighing

AROUND: Final = Fraction(1, 10)
_GRID: Final = 10_000
_FINEST: Final = 10**8
MOST_UNITS: Final = 400
"""Of more units not all pairs are compared: their ranks have no proven bounds."""


def study(
    result: Result,
    stated: Stated | None = None,
    *,
    draws: int = 10_000,
    seed: int = 1,
    within: Within | None = None,
) -> Study:
    """Where each rank lies under admissible weights: within ±10 % of each where nothing else is stated.

    Raises:
        ParcoreError: the bounds do not fit, there are several unit groups, or the edition ranks nothing.
        Undecided: a number that there is no room for.
    """
    stated = stated or Stated()
    ranked = ranked_of(result, within)
    if not result.scorecards:
        raise stop(
            "evidence-none", Place(result.edition.key), methodology=result.edition.methodology, period="—"
        )
    weighing = Weighing(ranked)
    box = box_of(weighing, stated)
    found, how, grid = _drawn(box, seed, draws)
    tally = _played(weighing, found, grid, draws)
    pairs = _Pairs.of(weighing, box)
    corners = _corners(weighing, pairs.corners)
    standings = tuple(pairs.standing(at, each, corners) for at, each in enumerate(tally.standings()))
    swapped, unswapped = swaps_of(weighing, box)
    parts = tuple(zip((each.id for each in weighing.components), weighing.weights, strict=True))
    record = _record(weighing, box, stated, {"draws": draws, "seed": seed, "drawn": how, "grid": grid})
    return Study(
        result, Origin.WEIGHTS, ranked.within.value, standings,
        weights_facts(weighing, box, stated, (draws, seed, how)), weights_cautions(weighing, standings),
        record, parts, swapped, unswapped,
    )  # fmt: skip


def box_of(weighing: Weighing, stated: Stated) -> Box:
    """The admissible weights: between the bounds stated, else around the edition's own; their sum is its own.

    Raises:
        ParcoreError: a bound of no component, or bounds between which no weights add up.
    """
    findings, edition = Findings(), weighing.ranked.result.edition
    place, named = Place(edition.key), {each.id: each for each in weighing.components}
    by_code = {each.code: each.id for each in weighing.components if each.code}
    bounds = {by_code.get(name, name): each for name, each in stated.bounds.items()}
    for name in bounds:
        if name not in named:
            report_unknown(name, list(named), place, findings, "criterion-unknown")
    findings.raise_errors()
    # Where some weights are bounded by name and nothing is said of the others, these stay as they are.
    around = stated.around if stated.around is not None else (ZERO if bounds else AROUND)
    low, high = [], []
    for id_, weight in zip(named, weighing.weights, strict=True):
        own = bounds.get(id_)
        low.append(max(weight * (1 - around), ZERO) if own is None or own.low is None else own.low)
        high.append(weight * (1 + around) if own is None or own.high is None else own.high)
    box = Box(tuple(low), tuple(high), sum(weighing.weights, ZERO))
    if box.empty:
        told = {"low": exact_text(sum(low, ZERO)), "high": exact_text(sum(high, ZERO))}
        raise stop("robust-empty", place, total=exact_text(box.total), **told)
    return box


def _drawn(box: Box, seed: int, draws: int) -> tuple[Ints, str, int]:
    """Weights in whole parts of a grid, how they were drawn, and the grid."""
    ends = (*box.low, *box.high, box.total)
    grid = lcm(_GRID, *(each.denominator for each in ends))
    if grid > _FINEST:
        raise stop("robust-fine", Place("weights"))
    low, high = ([int(each * grid) for each in side] for side in (box.low, box.high))
    found, how = uniform(generator(seed, "weights"), low, high, int(box.total * grid), draws)
    return found, how, grid


def _played(weighing: Weighing, found: Ints, grid: int, draws: int) -> Tally:
    ranked = weighing.ranked
    tally = Tally.empty(ranked)
    moved = _moved(weighing, found, grid)
    for batch, read in play(ranked.cards, moved, roots_of(ranked), draws, weighing.times):
        tally.add(read, batch.stop - batch.start)
    return tally


def _moved(weighing: Weighing, weights: Ints, grid: int) -> Mapping[Field, Moved]:
    """Weights as fields: the same for every unit of a draw."""
    units = len(weighing.ranked.cards)
    return {
        Field(WEIGHT + each.id): Moved(np.broadcast_to(weights[:, [at]], (len(weights), units)), grid, {})
        for at, each in enumerate(weighing.components)
    }


def _corners(weighing: Weighing, corners: Sequence[Vector]) -> Ints:
    """The places of all units at some weights; `places[weights, unit]`."""
    grid = lcm(*(each.denominator for corner in corners for each in corner))
    found = np.array([[int(each * grid) for each in corner] for corner in corners], np.int64)
    ranked = weighing.ranked
    batches = play(ranked.cards, _moved(weighing, found, grid), roots_of(ranked), len(found), weighing.times)
    return np.concatenate([ranked.places(read, batch.stop - batch.start) for batch, read in batches])


@frozen(eq=False)
class _Pairs:
    """Who can come before whom: for two units the most by which one can exceed the other, and where.

    `most[a][b]` is the largest of a's number less b's; None where the two are no linear forms of one kind.
    """

    weighing: Weighing
    box: Box
    lines: tuple[Line | None, ...]
    most: tuple[tuple[Fraction | None, ...], ...]
    corners: tuple[Vector, ...]

    @classmethod
    def of(cls, weighing: Weighing, box: Box) -> _Pairs:
        """All pairs compared over a box."""
        units = range(len(weighing.ranked.cards))
        lines = tuple(weighing.line(at) for at in units) if len(units) <= MOST_UNITS else (None,) * len(units)
        corners = dict.fromkeys([box.most([ZERO] * len(box.low))])
        most: list[tuple[Fraction | None, ...]] = []
        for one in lines:
            row: list[Fraction | None] = []
            for two in lines:
                found = None if one is None or two is None else _most(one, two, box)
                row.append(None if found is None else found[0])
                if found is not None:
                    corners[found[1]] = None
            most.append(tuple(row))
        return cls(weighing, box, lines, tuple(most), tuple(corners))

    def standing(self, at: int, own: Standing, corners: Ints) -> Standing:
        """A unit with the ranks that are possible, where all pairs tell, and those that were reached."""
        found = corners[:, at][corners[:, at] != NONE]
        seen = [] if own.drawn is None else [own.drawn.seen.best, own.drawn.seen.worst]
        if self.weighing.weights in self.box and own.place is not None:
            seen.append(own.place)
        seen += [int(found.min()), int(found.max())] if len(found) else []
        reached = Span(min(seen), max(seen)) if seen else None
        # Without maxima the sum of what can be attained is not kept: classes would say nothing.
        classes = own.classes if self.weighing.by_maximum else {}
        return evolve(own, possible=self._possible(at, own), reached=reached, classes=classes)

    def _possible(self, at: int, own: Standing) -> Span | None:
        ranked = self.weighing.ranked
        if own.place is None or self.lines[at] is None:
            return None
        others = [
            o
            for o in range(len(ranked.cards))
            if o != at and ranked.circles[o] == ranked.circles[at] and ranked.place(o)[0] is not None
        ]
        sure = sum(self._surely(other, at, len(others)) for other in others)
        can = sum(self._can(other, at, len(others)) for other in others)
        return Span(1 + (min(sure, 1) if ranked.ranking.method is Ties.DENSE else sure), 1 + can)

    def _step(self) -> Fraction:
        """What rounding can make of two numbers that differ: level where they differ by less."""
        ranked = self.weighing.ranked
        digits = ranked.result.edition.rounding.digits.get(Level.INDEX)
        if not ranked.ranking.on.rounded or digits is None:
            return ZERO
        return Fraction(1, 10**digits)

    def _surely(self, one: int, two: int, others: int) -> bool:
        """Whether one comes before two at all weights."""
        back = self.most[two][one]
        if back is None or self._held(one, two):
            return False
        step, slack = self._step(), slack_of(self.weighing.ranked, others)
        return -back >= slack + step if step else -back > slack

    def _can(self, one: int, two: int, others: int) -> bool:
        """Whether one may come before two at some weights."""
        ahead = self.most[one][two]
        if ahead is None or ahead > 0:
            return True
        # What breaks ties may put first what is level, or counts as level.
        if not self.weighing.ranked.ranking.ties:
            return False
        slack = self._step() + slack_of(self.weighing.ranked, others)
        return ahead >= -slack or self._held(two, one)

    def _held(self, one: int, two: int) -> bool:
        """Whether an end of the total can make level the first and the second, though the first is ahead."""
        edition, on = self.weighing.ranked.result.edition, self.weighing.ranked.ranking.on
        if edition.adjustments is None or on.quantity is not Quantity.TOTAL:
            return False
        group = self.weighing.group
        above, below = self.lines[two], self.lines[one]
        assert above is not None
        assert below is not None
        most = form(above.coefficients, self.box.most(above.coefficients)) + above.constant
        lost = [-each for each in below.coefficients]
        least = below.constant - form(lost, self.box.most(lost))
        high, low = edition.adjustments.at_most.of(group), edition.adjustments.at_least.of(group)
        return most >= high or least <= low


def _most(one: Line, two: Line, box: Box) -> tuple[Fraction, Vector] | None:
    """The most by which one exceeds two, and the weights; None where the two are not of one kind."""
    if one.kind != two.kind:
        return None
    gains = [a - b for a, b in zip(one.coefficients, two.coefficients, strict=True)]
    corner = box.most(gains)
    return form(gains, corner) + one.constant - two.constant, corner


def _record(weighing: Weighing, box: Box, stated: Stated, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader needs to draw the same again."""
    return {
        **drawn,
        "generator": GENERATOR,
        "numpy": np.__version__,
        "level": exact_text(LEVEL),
        "weights_are": "maxima" if weighing.by_maximum else "multipliers",
        "total": exact_text(box.total),
        "bounds": {
            each.id: [exact_text(low), exact_text(high)]
            for each, low, high in zip(weighing.components, box.low, box.high, strict=True)
        },
        "source": None if stated.source is None else str(stated.source),
        "basis": None if stated.source is None else stated.source.basis.value,
    }
