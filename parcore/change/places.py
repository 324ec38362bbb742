"""A change of place split into what the rule, the unit's territory, its work and all others make of it.

A place is one among others, so each is reckoned in a table of its own: all units under one edition, the
unit by its own evidence of one year (on its own territory or on today's), the others by theirs of one
year. The parts are the mean over all orders in which territory comes before work, in places gained; they
may be fractions. Where no unit changed it is the Shapley value of rule, own work and others. What is set
aside for a unit is left out of these tables for everybody; what that makes of the place is a part of its
own.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from itertools import permutations
from typing import Final

from attrs import frozen

from parcore.change.shapley import split
from parcore.change.worlds import Pair, World, Worlds
from parcore.results.ranking import Entry, circle_of, entry_of, ranked
from parcore.results.result import Result
from parcore.rules.graph import Within


class Mover(Enum):
    """What moves a unit's place."""

    RULE = "rule"
    UNITS = "units"
    OWN = "own"
    OTHERS = "others"


@frozen
class PlaceParts:
    """The places gained by each cause (+1: one up): `units` by the unit's own territory, `own` by its work.

    Other units that came and went are among the others.
    """

    rule: Fraction
    units: Fraction
    own: Fraction
    others: Fraction
    not_comparable: Fraction


@frozen
class PlaceSplit:
    """Places in two years, among how many, and the parts of the change.

    `within` is whom the places are among: all units, if both editions rank these, else its group or region.
    `parts` is None where the unit has no place in one of the tables: under the other edition no index.
    """

    first: int
    second: int
    among: tuple[int, int]
    within: Within
    parts: PlaceParts | None = None

    @property
    def gained(self) -> int:
        """The places that a unit rose."""
        return self.first - self.second


def split_place(worlds: Worlds, pair: Pair, out: tuple[frozenset[str], frozenset[str]]) -> PlaceSplit | None:
    """The places of a unit and the parts of their change; None where it is ranked in one year only.

    `out` are the leaves of either edition that are set aside for it.
    """
    first, second = worlds.official()
    within = _within(first, second)
    if within is None:
        return None
    one, two = first.place(pair.first, within.value), second.place(pair.second, within.value)
    if one is None or two is None:
        return None
    among = one.among, two.among
    known: dict[frozenset[Mover], Fraction] = {}
    for side in (0, 1):
        for own, done in _OWN.items():
            for others in (World.BEFORE, World.AFTER):
                place = _place(worlds, pair, (side, own, others), out[side], within)
                if place is None:
                    return PlaceSplit(one.place, two.place, among, within)
                moved = {Mover.RULE} if side else set()
                moved |= {Mover.OTHERS} if others is World.AFTER else set()
                known[done | moved] = -Fraction(place)
    parts = split(_ORDERS, known.__getitem__)
    rest = one.place - two.place - sum(parts.values(), Fraction(0))
    rule, units, work, rivals = (parts[each] for each in Mover)
    told = PlaceParts(rule, units, work, rivals, rest)
    return PlaceSplit(one.place, two.place, among, within, told)


_OWN: Final = {
    World.BEFORE: frozenset[Mover](),
    World.CARRIED: frozenset({Mover.UNITS}),
    World.AFTER: frozenset({Mover.UNITS, Mover.OWN}),
}
"""What of the unit itself has changed in a world: its territory comes before its work."""

_ORDERS: Final = [each for each in permutations(Mover) if each.index(Mover.UNITS) < each.index(Mover.OWN)]


def _within(first: Result, second: Result) -> Within | None:
    """Among whom both editions rank: all units, where they do."""
    ranked_in = [
        () if each is None else each.within for each in (first.edition.ranking, second.edition.ranking)
    ]
    return next((each for each in Within if each in ranked_in[0] and each in ranked_in[1]), None)


def _place(
    worlds: Worlds, pair: Pair, at: tuple[int, World, World], out: frozenset[str], within: Within
) -> int | None:
    """The place of a unit by its evidence of one world among the others by theirs of one."""
    side, own, others = at
    table, table_own = worlds.table(side, others, out), worlds.table(side, own, out)
    ranking = table.edition.ranking
    card = table_own.card(_name(pair, own))
    circle = None if card is None else circle_of(card, within)
    entry = None if card is None or ranking is None else entry_of(card, ranking)
    if entry is None or ranking is None or circle is None:
        return None
    entries = _entries(table, within, circle)
    for each in _itself(worlds, pair, own, others):
        entries.pop(each, None)
    entries[entry.unit] = entry
    return ranked(entries.values(), ranking.method, ranking.tolerance)[entry.unit][0]


def _itself(worlds: Worlds, pair: Pair, own: World, others: World) -> set[str]:
    """The units of a table in whose stead the unit stands: beside no part of itself, nor the whole."""
    if others is World.AFTER:
        return {pair.second}
    if own is World.BEFORE:
        return {pair.first}
    return {each.first for each in worlds.pairs if each.second == pair.second}


def _name(pair: Pair, world: World) -> str:
    return pair.first if world is World.BEFORE else pair.second


def _entries(result: Result, within: Within, circle: str) -> dict[str, Entry]:
    """Those ranked in a circle."""
    ranking = result.edition.ranking
    cards = [each for each in result.scorecards if circle_of(each, within) == circle]
    found = (None if ranking is None else entry_of(card, ranking) for card in cards)
    return {each.unit: each for each in found if each is not None}
