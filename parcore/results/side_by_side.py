"""The same evidence under two editions: two results, each difference named, nothing silently zero."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from fractions import Fraction

from attrs import frozen

from parcore.editions.edition import Criterion
from parcore.results.result import Result, Scorecard
from parcore.values import State, Value


class Standing(Enum):
    """How a criterion stands in two editions for one unit."""

    BOTH = "both"
    ONLY_FIRST = "only-first"
    ONLY_SECOND = "only-second"


@frozen
class Difference:
    """One leaf that differs between two results of one unit: in points, maximum, or standing.

    `empty` are the states for which an edition had no number, by result; the points are then an
    effect of emptiness, not of evidence.
    """

    unit: str
    criterion: Criterion
    standing: Standing
    first: Value | None
    second: Value | None
    maxima: tuple[Fraction | None, Fraction | None]
    empty: tuple[State | None, State | None]

    @property
    def change(self) -> Fraction | None:
        """Points under the second less those under the first; None where either has none."""
        if self.first is None or self.second is None:
            return None
        if self.first.known is None or self.second.known is None:
            return None
        return self.second.number - self.first.number


def differences(first: Result, second: Result) -> Iterator[Difference]:
    """Every difference, by unit in the first result's order, then by the editions' order of leaves.

    Criteria are the same where their ids are.
    """
    for card in first.scorecards:
        other = second.card(card.unit.id)
        if other is not None:
            yield from _of_unit(first, second, card, other)


def _of_unit(first: Result, second: Result, card: Scorecard, other: Scorecard) -> Iterator[Difference]:
    ours = {leaf.id: leaf for leaf in first.edition.scored if leaf.applies(card.group)}
    theirs = {leaf.id: leaf for leaf in second.edition.scored if leaf.applies(other.group)}
    for id_, leaf in {**ours, **theirs}.items():
        standing = Standing.BOTH if id_ in ours and id_ in theirs else _one_sided(id_ in ours)
        sides = [_side(each, card_, id_) for each, card_ in ((ours, card), (theirs, other))]
        (points, top, empty), (points2, top2, empty2) = sides
        found = Difference(card.unit.id, leaf, standing, points, points2, (top, top2), (empty, empty2))
        if (points, top, empty) != (points2, top2, empty2):
            yield found


def _one_sided(in_first: bool) -> Standing:
    return Standing.ONLY_FIRST if in_first else Standing.ONLY_SECOND


def _side(
    leaves: dict[str, Criterion], card: Scorecard, id_: str
) -> tuple[Value | None, Fraction | None, State | None]:
    leaf = leaves.get(id_)
    if leaf is None:
        return None, None, None
    raw = card.raw(id_).state
    top = None if leaf.max is None else leaf.max.of(card.group)
    if id_ in card.unreached:
        return None, top, None
    return card.points(id_), top, None if raw is State.OK or card.is_set(id_) else raw
