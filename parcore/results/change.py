"""Change of points and places against an earlier result.

Places are given as people say them: +3 is three places up, and "giảm 15 bậc" is −15.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from parcore.numbers import parse_exact
from parcore.results.result import Result, Scorecard
from parcore.rules.policies import Quantity


@frozen
class Earlier:
    """What is compared of an earlier result, as it rounded them: totals, rates, points; places; each unit's
    points by criterion."""

    edition: str
    period: str
    totals: Mapping[str, Fraction]
    rates: Mapping[str, Fraction]
    points: Mapping[str, Fraction]
    places: Mapping[str, int]
    criteria: Mapping[str, Mapping[str, Fraction]] = field(factory=dict)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Earlier:
        """From the plain data of a result.

        Raises:
            KeyError, TypeError, ValueError: it is not such data.
        """
        units = data["units"]
        if len({u["unit"] for u in units}) != len(units):
            raise ValueError("a unit twice")
        places = {u["unit"]: [p["place"] for p in u["places"] if p["circle"] == "all"] for u in units}
        return cls(
            edition=str(data["edition"]),
            period=str(data["period"]),
            totals=_numbers(units, "total"),
            rates=_numbers(units, "rate"),
            points=_numbers(units, "points"),
            places={unit: int(found[0]) for unit, found in places.items() if found},
            criteria={u["unit"]: _numbers(u["criteria"], "points", "id") for u in units},
        )

    @classmethod
    def of(cls, result: Result) -> Earlier:
        """From a result of this run."""
        numbers: dict[Quantity, dict[str, Fraction]] = {each: {} for each in Quantity}
        for card in result.scorecards:
            for quantity, known in numbers.items():
                value = card.index(quantity, rounded=True)
                if value is not None and value.known is not None:
                    known[card.unit.id] = value.known
        found = {card.unit.id: result.place(card.unit.id) for card in result.scorecards}
        places = {unit: place.place for unit, place in found.items() if place is not None}
        criteria = {card.unit.id: _criteria(result, card) for card in result.scorecards}
        return cls(
            result.edition.key, str(result.period), numbers[Quantity.TOTAL], numbers[Quantity.RATE],
            numbers[Quantity.BASE], places, criteria,
        )  # fmt: skip


def _criteria(result: Result, card: Scorecard) -> dict[str, Fraction]:
    nodes = [each for each in result.edition.criteria if each.applies(card.group)]
    found = {each.id: card.points(each.id).known for each in nodes if each.id not in card.unreached}
    return {id_: points for id_, points in found.items() if points is not None}


def _numbers(units: Iterable[Mapping[str, Any]], key: str, name: str = "unit") -> dict[str, Fraction]:
    return {u[name]: parse_exact(u[key]) for u in units if u.get(key) is not None}


@frozen
class Change:
    """A unit's change of its index, and of places up.

    The index is the total where the edition converts or adjusts, else the rate, else the points.
    """

    points: Fraction | None
    places: int | None


def changes(result: Result, earlier: Earlier | None) -> dict[str, Change]:
    """The change of every unit that both results have; a unit that one lacks is left out."""
    if earlier is None:
        return {}
    now = Earlier.of(result)
    adjusted = result.edition.adjustments is not None or result.edition.conversion is not None
    found: dict[str, Change] = {}
    for unit in (card.unit.id for card in result.scorecards):
        pairs = [(now.rates, earlier.rates), (now.points, earlier.points)]
        if adjusted:
            pairs = [(now.totals, earlier.totals)]
        points = next((a[unit] - b[unit] for a, b in pairs if unit in a and unit in b), None)
        both = unit in now.places and unit in earlier.places
        places = earlier.places[unit] - now.places[unit] if both else None
        if points is not None or places is not None:
            found[unit] = Change(points, places)
    return found
