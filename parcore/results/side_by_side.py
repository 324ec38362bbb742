"""The same evidence under two editions: two results, each difference named, nothing silently zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.editions.edition import Criterion
from parcore.numbers import exact_text
from parcore.results.result import Result, Scorecard
from parcore.rules.graph import Within
from parcore.rules.policies import Quantity
from parcore.values import State, Value

_QUANTITIES: Final = {"points": Quantity.BASE, "rate": Quantity.RATE, "total": Quantity.TOTAL}


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


def differences(first: Result, second: Result, same: Mapping[str, str] | None = None) -> Iterator[Difference]:
    """Every difference, by unit in the first result's order, then by the editions' order of leaves.

    `same` says which criteria are: the second's id under the first's; None: those of one id. A difference
    names the first's where both are.
    """
    for card in first.scorecards:
        other = second.card(card.unit.id)
        if other is not None:
            yield from _of_unit(first, second, card, other, same)


def _of_unit(
    first: Result, second: Result, card: Scorecard, other: Scorecard, same: Mapping[str, str] | None
) -> Iterator[Difference]:
    ours = {leaf.id: leaf for leaf in first.edition.scored if leaf.applies(card.group)}
    theirs = {leaf.id: leaf for leaf in second.edition.scored if leaf.applies(other.group)}
    became = {id_: id_ for id_ in ours} if same is None else same
    pairs = [(leaf, theirs.pop(became.get(id_, ""), None)) for id_, leaf in ours.items()]
    for one, two in [*pairs, *((None, leaf) for leaf in theirs.values())]:
        (points, top, empty), (points2, top2, empty2) = _side(one, card), _side(two, other)
        leaf = one or two
        if leaf is not None and (points, top, empty) != (points2, top2, empty2):
            standing = Standing.BOTH if one and two else _one_sided(one is not None)
            yield Difference(card.unit.id, leaf, standing, points, points2, (top, top2), (empty, empty2))


def _one_sided(in_first: bool) -> Standing:
    return Standing.ONLY_FIRST if in_first else Standing.ONLY_SECOND


def _side(leaf: Criterion | None, card: Scorecard) -> tuple[Value | None, Fraction | None, State | None]:
    if leaf is None:
        return None, None, None
    raw = card.raw(leaf.id).state
    top = None if leaf.max is None else leaf.max.of(card.group)
    if leaf.id in card.unreached:
        return None, top, None
    return card.points(leaf.id), top, None if raw is State.OK or card.is_set(leaf.id) else raw


@frozen
class IndexFigure:
    """One figure of a unit's index under two results, as text; empty where a result has none.

    `change` is the second less the first, of places how many the unit rose; None for a class.
    """

    figure: str
    first: str
    second: str
    change: Fraction | None = None


def index_figures(first: Result, second: Result, card: Scorecard, other: Scorecard) -> Iterator[IndexFigure]:
    """Points, rate, total, class and places of a unit's index, the same or not."""
    sides = ((first, card), (second, other))
    for name, quantity in _QUANTITIES.items():
        values = [each.index(quantity, rounded=True) for _, each in sides]
        known = [None if value is None else value.known for value in values]
        one, two = known
        texts = ["" if number is None else exact_text(number) for number in known]
        yield IndexFigure(name, texts[0], texts[1], None if one is None or two is None else two - one)
    classes = [each.class_name or " | ".join(each.class_open) for _, each in sides]
    if any(classes):
        yield IndexFigure("class", classes[0], classes[1])
    for within in Within:
        one_, two_ = (result.place(each.unit.id, within.value) for result, each in sides)
        if one_ is not None or two_ is not None:
            name = "place" if within is Within.ALL else f"place_{within.value}"
            texts = ["" if place is None else str(place.place) for place in (one_, two_)]
            rise = None if one_ is None or two_ is None else Fraction(one_.place - two_.place)
            yield IndexFigure(name, texts[0], texts[1], rise)
