"""The units of a result as they are ranked: circles, places, who stands next above whom; over draws too."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

import numpy as np
from attrs import frozen

from parcore.bulk.columnar import NONE, ranks
from parcore.diagnostics import Place, stop
from parcore.editions.index import BASE, RATE, ROUNDED, TOTAL
from parcore.numbers import ZERO
from parcore.readings.columns.arrays import Ints
from parcore.results.ranking import circle_of
from parcore.results.result import Result, Scorecard
from parcore.rules.graph import Within
from parcore.rules.policies import Against, Classes, Quantity, Ranking, Reads, Ties
from parcore.values import State
from parcore_robust.ordering import placed, refined, tiers
from parcore_robust.playing import Read
from parcore_robust.standing import Standing

_ROOTS: Final = {Quantity.BASE: BASE, Quantity.TOTAL: TOTAL, Quantity.RATE: RATE}


def unrounded_of(reads: Reads) -> str:
    """The root that a policy reads, before it is rounded."""
    return _ROOTS[reads.quantity]


def root_of(reads: Reads) -> str:
    """The root that a policy reads."""
    return _ROOTS[reads.quantity] + (ROUNDED if reads.rounded else "")


@frozen(eq=False)
class Ranked:
    """The units of a result as they are ranked: within which circle each, and who stands next above it.

    `circles` are numbered by unit, `NONE` for a unit that is not ranked whatever its index; `above` has the
    place in the result of the one ranked next above, `NONE` where there is none.
    """

    result: Result
    ranking: Ranking
    within: Within
    circles: Ints
    above: Ints

    @property
    def cards(self) -> tuple[Scorecard, ...]:
        """The scorecards, in the order of the result."""
        return self.result.scorecards

    @property
    def classes(self) -> Classes | None:
        """The classes of the period."""
        return self.result.classes

    def place(self, at: int) -> tuple[int | None, int]:
        """A unit's place in its circle, and among how many."""
        found = self.result.place(self.cards[at].unit.id, self.within.value)
        return (None, 0) if found is None else (found.place, found.among)

    def places(self, read: Mapping[str, Read], draws: int, circles: Ints | None = None) -> Any:
        """The place of each unit in each draw, `NONE` where it has none; `places[draw, unit]`."""
        circles = self.circles if circles is None else circles
        number, whole = read[root_of(self.ranking.on)], np.asarray(read[TOTAL].states).reshape(draws, -1)
        known, dense = whole == State.OK, self.ranking.method is Ties.DENSE
        if self.ranking.tolerance is not None:
            return self._tolerant(read, draws, circles, known)
        tier = tiers(number, draws)
        for each in self.ranking.ties:
            tier = refined(tier, tiers(read[each.root], draws), lowest=each.lowest)
        return placed(tier, known, circles, dense=dense)

    def _tolerant(self, read: Mapping[str, Read], draws: int, circles: Ints, known: Any) -> Any:
        """Places where numbers that lie near count as one: circle by circle, as results do it."""
        apart = np.arange(draws)[:, None] * (circles.max(initial=0) + 1)
        rows = np.where((circles == NONE) | ~known, NONE, circles + apart).reshape(-1)
        breaks = [(read[each.root], each.lowest) for each in self.ranking.ties]
        number, method = read[root_of(self.ranking.on)], self.ranking.method
        return ranks(number, method, breaks, rows, self.ranking.tolerance)[0].reshape(draws, -1)


def ranked_of(result: Result, within: Within | None) -> Ranked:
    """The units of a result as they are ranked; the first circle of the edition unless one is named.

    Raises:
        ParcoreError: the edition ranks nothing, or not within that circle.
    """
    ranking = result.edition.ranking
    if ranking is None:
        raise stop("robust-unranked", Place(result.edition.key))
    within = ranking.within[0] if within is None else within
    if within not in ranking.within:
        known = ", ".join(each.value for each in ranking.within)
        raise stop("robust-circle", Place(result.edition.key), circle=within.value, known=known)
    circles = circles_of(result, within)
    above, last = np.full(len(circles), NONE), dict[int, int]()
    for at, card in enumerate(result.scorecards):
        if result.place(card.unit.id, within.value) is not None:
            above[at] = last.get(int(circles[at]), NONE)
            last[int(circles[at])] = at
    return Ranked(result, ranking, within, circles, above)


def circles_of(result: Result, within: Within, *, nameless: str | None = None) -> Ints:
    """The number of each unit's circle; `NONE` for one that stands in none, or outside the ranking.

    Units without such a group or region stand together in the circle `nameless`, where one is named.
    """
    out = () if result.edition.ranking is None else result.edition.ranking.unranked
    names = [
        None if card.unit.id in out else circle_of(card, within) or nameless for card in result.scorecards
    ]
    known = {name: at for at, name in enumerate(dict.fromkeys(each for each in names if each is not None))}
    return np.array([NONE if each is None else known[each] for each in names], np.int64)


def slack_of(ranked: Ranked, others: int) -> Fraction:
    """How far a number must be above another that no tolerance ties the two, through whatever chain."""
    tolerance = ranked.ranking.tolerance
    if tolerance is None:
        return ZERO
    return tolerance.of * (1 if tolerance.against is Against.LEADER else max(others, 1))


def standing(of: Ranked, at: int) -> Standing:
    """A unit as the result has it, before anything is said of its rank."""
    card, (place, among) = of.cards[at], of.place(at)
    number: Fraction | None = card.reads(of.ranking.on)
    return Standing(card.unit, place, among, number, card.class_name or " … ".join(card.class_open))
