"""Change of points and places against an earlier result.

Places are given as people say them: +3 is three places up, and "giảm 15 bậc" is −15.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import frozen

from parcore.numbers import parse_exact
from parcore.results.result import Result
from parcore.rules.policies import Quantity


@frozen
class Earlier:
    """What is compared of an earlier result: rates (else points) as it rounded them, and places."""

    edition: str
    period: str
    rates: Mapping[str, Fraction]
    points: Mapping[str, Fraction]
    places: Mapping[str, int]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Earlier:
        """From the plain data of a result.

        Raises:
            KeyError, TypeError, ValueError: it is not such data.
        """
        units = data["units"]
        places = {u["unit"]: [p["place"] for p in u["places"] if p["circle"] == "all"] for u in units}
        return cls(
            edition=str(data["edition"]),
            period=str(data["period"]),
            rates={u["unit"]: parse_exact(u["rate"]) for u in units if u["rate"] is not None},
            points={u["unit"]: parse_exact(u["points"]) for u in units if u["points"] is not None},
            places={unit: int(found[0]) for unit, found in places.items() if found},
        )

    @classmethod
    def of(cls, result: Result) -> Earlier:
        """From a result of this run."""
        rates, points, places = {}, {}, {}
        for card in result.scorecards:
            rate = card.index(Quantity.RATE, rounded=True)
            base = card.index(Quantity.BASE, rounded=True)
            if rate is not None and rate.known is not None:
                rates[card.unit.id] = rate.known
            if base is not None and base.known is not None:
                points[card.unit.id] = base.known
            place = result.place(card.unit.id)
            if place is not None:
                places[card.unit.id] = place.place
        return cls(result.edition.key, str(result.period), rates, points, places)


@frozen
class Change:
    """A unit's change: of its rate (of its points where rates are not known), and of places up."""

    points: Fraction | None
    places: int | None


def changes(result: Result, earlier: Earlier | None) -> dict[str, Change]:
    """The change of every unit that both results have; a unit that one lacks is left out."""
    if earlier is None:
        return {}
    now = Earlier.of(result)
    found: dict[str, Change] = {}
    for unit in (card.unit.id for card in result.scorecards):
        pairs = ((now.rates, earlier.rates), (now.points, earlier.points))
        points = next((a[unit] - b[unit] for a, b in pairs if unit in a and unit in b), None)
        both = unit in now.places and unit in earlier.places
        places = earlier.places[unit] - now.places[unit] if both else None
        if points is not None or places is not None:
            found[unit] = Change(points, places)
    return found
