"""Places and classes: functions of scorecards, applied after every score stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from attrs import evolve

from parcore.results.result import Place, Scorecard
from parcore.rules.graph import Within
from parcore.rules.policies import Classes, Ranking, Ties


def with_class(card: Scorecard, classes: Classes | None) -> Scorecard:
    """The card with the class of its number; none where no band holds it."""
    number = None if classes is None else card.reads(classes.on)
    if classes is None or number is None:
        return card
    found = (band.name for band in classes.bands if number in band.intervals[card.group])
    return evolve(card, class_name=next(found, None))


def places(cards: Iterable[Scorecard], ranking: Ranking | None) -> dict[str, tuple[Place, ...]]:
    """Each ranked unit's place in each circle that the edition ranks within."""
    if ranking is None:
        return {}
    circles: dict[str, list[tuple[Fraction, str]]] = defaultdict(list)
    for card in cards:
        number = card.reads(ranking.on)
        if number is None or card.unit.id in ranking.unranked:
            continue
        for within in ranking.within:
            circle = _circle(card, within)
            if circle is not None:
                circles[circle].append((number, card.unit.id))
    found: dict[str, list[Place]] = defaultdict(list)
    for circle, numbers in circles.items():
        for unit, place in ranked(numbers, ranking.method).items():
            found[unit].append(Place(circle, place, len(numbers)))
    return {unit: tuple(each) for unit, each in found.items()}


def _circle(card: Scorecard, within: Within) -> str | None:
    if within is Within.ALL:
        return "all"
    name = card.unit.group if within is Within.GROUP else card.unit.region
    return f"{within.value}:{name}" if name else None


def ranked(numbers: Iterable[tuple[Fraction, str]], method: Ties) -> dict[str, int]:
    """Places from the largest number down; equal numbers share one, compared exactly."""
    ordered = sorted(numbers, key=lambda each: (-each[0], each[1]))
    found: dict[str, int] = {}
    place, last = 0, None
    for at, (number, unit) in enumerate(ordered, 1):
        if number != last:
            place = at if method is Ties.COMPETITION else place + 1
        found[unit], last = place, number
    return found
