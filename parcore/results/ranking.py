"""Places: functions of scorecards, applied after every score stands.

Numbers are compared exactly; units are tied where they are equal, or within the tolerance that the
edition declares, and what it names to break ties does not tell them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from parcore.results.result import Place, Scorecard
from parcore.rules.graph import Within
from parcore.rules.policies import Against, Ranking, Ties, Tolerance


@frozen
class Entry:
    """A unit to be ranked: its number, and what breaks its ties, larger before smaller; None is last."""

    unit: str
    number: Fraction
    breaks: tuple[Fraction | None, ...] = ()


def entry_of(card: Scorecard, ranking: Ranking) -> Entry | None:
    """A unit as it is ranked; None where it has no number or stands outside."""
    number = card.reads(ranking.on)
    if number is None or card.unit.id in ranking.unranked:
        return None
    known = [(each, card.trace[each.root].known) for each in ranking.ties]
    breaks = tuple(None if x is None else -x if each.lowest else x for each, x in known)
    return Entry(card.unit.id, number, breaks)


def tiers(entries: Iterable[Entry], tolerance: Tolerance | None = None) -> list[list[Entry]]:
    """Units from the best down, those together that nothing tells apart."""
    found: list[list[Entry]] = []
    for equal in _equal(entries, tolerance):
        keyed = sorted(equal, key=lambda each: [_last(x) for x in each.breaks])
        for at, each in enumerate(keyed):
            if at and each.breaks == keyed[at - 1].breaks:
                found[-1].append(each)
            else:
                found.append([each])
    return found


def _last(number: Fraction | None) -> tuple[bool, Fraction]:
    """A key that sorts larger numbers first and None last."""
    return number is None, Fraction(0) if number is None else -number


def _equal(entries: Iterable[Entry], tolerance: Tolerance | None) -> list[list[Entry]]:
    """Units from the largest number down, those together whose numbers count as one.

    A tolerance is not transitive: a unit is compared with the first of its tie, or with the one above.
    """
    found: list[list[Entry]] = []
    for each in sorted(entries, key=lambda each: (-each.number, each.unit)):
        if found:
            near = found[-1][-1]
            if tolerance is not None and tolerance.against is Against.LEADER:
                near = found[-1][0]
            if near.number - each.number <= (tolerance.of if tolerance is not None else 0):
                found[-1].append(each)
                continue
        found.append([each])
    return found


def circle_of(card: Scorecard, within: Within) -> str | None:
    """The circle in which a unit is ranked; None where it has no such group or region."""
    if within is Within.ALL:
        return "all"
    name = card.unit.group if within is Within.GROUP else card.unit.region
    return f"{within.value}:{name}" if name else None


def places(cards: Iterable[Scorecard], ranking: Ranking | None) -> dict[str, tuple[Place, ...]]:
    """Each ranked unit's place in each circle that the edition ranks within."""
    if ranking is None:
        return {}
    circles: dict[str, list[Entry]] = defaultdict(list)
    for card in cards:
        entry = entry_of(card, ranking)
        named = (circle_of(card, within) for within in ranking.within)
        for circle in named if entry is not None else ():
            if circle is not None and entry is not None:
                circles[circle].append(entry)
    found: dict[str, list[Place]] = defaultdict(list)
    for circle, entries in circles.items():
        for unit, (place, shared) in ranked(entries, ranking.method, ranking.tolerance).items():
            found[unit].append(Place(circle, place, len(entries), shared and ranking.leaves_open))
    return {unit: tuple(each) for unit, each in found.items()}


def ranked(
    entries: Iterable[Entry], method: Ties, tolerance: Tolerance | None = None
) -> dict[str, tuple[int, bool]]:
    """Each unit's place, the best of the places of its tie, and whether it shares it."""
    found: dict[str, tuple[int, bool]] = {}
    for at, tier in enumerate(tiers(entries, tolerance), 1):
        place = at if method is Ties.DENSE else len(found) + 1
        found.update((each.unit, (place, len(tier) > 1)) for each in tier)
    return found
