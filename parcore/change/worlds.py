"""Two years scored in every way that their editions, evidence and units can be put together.

A *world* is evidence with the units it is of: that before, that before carried to the units of after,
and that after. Each is scored under both editions. The unrounded points, which parts of a change are
reckoned on, come of the editions without their rounding; rules keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum

from attrs import evolve, frozen

from parcore.editions.edition import Block, Criterion, Edition
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import POINTS
from parcore.results.result import Result, Scorecard
from parcore.results.scoring import score
from parcore.rules.policies import RoundingPlan


class World(Enum):
    """Evidence with the units it is of."""

    BEFORE = "before"
    CARRIED = "carried"
    AFTER = "after"


@frozen
class Year:
    """What is scored of a year: an edition, and evidence of a period at a stage."""

    edition: Edition
    evidence: Evidence
    period: Period
    stage: Stage = Stage.FINAL


@frozen
class Pair:
    """A unit before and one after that has its territory, or a part of it, as `label` says."""

    first: str
    second: str
    label: str = "intact"


class Worlds:
    """Two years and the units known, scored when asked for and kept.

    `carried` is the evidence of the first year on the units of the second, and `pairs` which unit became
    which; without them units are the same where their ids are. `points` names the criteria of the second
    edition by those of the first of which points given mean the same: all other points given, and all
    points set in the place of computed ones, hold for their own year's edition alone. Of `one_edition`
    in both years everything means the same.
    """

    def __init__(
        self,
        first: Year,
        second: Year,
        units: UnitBook,
        points: Mapping[str, str],
        carried: Evidence | None = None,
        pairs: Sequence[Pair] | None = None,
    ) -> None:
        self.first, self.second, self.units = first, second, units
        self.moved = carried is not None
        self.one_edition = first.edition == second.edition
        self._evidence = {
            World.BEFORE: first.evidence,
            World.CARRIED: first.evidence if carried is None else carried,
            World.AFTER: second.evidence,
        }
        self._points = (points, {new: old for old, new in points.items()})
        self._held: dict[object, Result] = {}
        self._cards: dict[object, dict[str, Scorecard]] = {}
        self.pairs = tuple(self._same() if pairs is None else pairs)

    def _same(self) -> Iterator[Pair]:
        first, second = self.official()
        for card in second.scorecards:
            if first.card(card.unit.id) is not None:
                yield Pair(card.unit.id, card.unit.id)

    def official(self) -> tuple[Result, Result]:
        """Each year's result as its edition rounds it."""
        return self._result(0, World.BEFORE, rounded=True), self._result(1, World.AFTER, rounded=True)

    def table(self, side: int, world: World, without: frozenset[str]) -> Result:
        """All units under the first edition (0) or the second (1) in a world, as that edition rounds."""
        return self._result(side, self._there(world), rounded=True, without=without)

    def _there(self, world: World) -> World:
        """Where no unit changed, evidence carried is evidence as it was."""
        return World.BEFORE if world is World.CARRIED and not self.moved else world

    def card(
        self, side: int, world: World, pair: Pair, without: frozenset[str] = frozenset()
    ) -> Scorecard | None:
        """A unit under the first edition (0) or the second (1) in a world, unrounded.

        `without` names leaves of that edition that are left out.
        """
        world = self._there(world)
        key = side, world, without
        if key not in self._cards:
            result = self._result(side, world, without=without)
            self._cards[key] = {card.unit.id: card for card in result.scorecards}
        return self._cards[key].get(pair.first if world is World.BEFORE else pair.second)

    def _result(
        self, side: int, world: World, *, rounded: bool = False, without: frozenset[str] = frozenset()
    ) -> Result:
        key = side, world, rounded, without
        if key not in self._held:
            year, other = (self.first, self.second)[side], world is World.AFTER
            evidence = self._evidence[world]
            if other != bool(side) and not self.one_edition:
                strangers = frozenset(self._without_place(year.edition))
                evidence = _crossed(evidence, self._points[1 - side], strangers)
            of = self.second if other else self.first
            edition = year.edition if rounded else unrounded(year.edition)
            self._held[key] = score(
                edition, evidence, self.units, of.period, stage=of.stage, without=without,
                on=self._day(world),
            )  # fmt: skip
        return self._held[key]

    def _without_place(self, edition: Edition) -> Iterator[str]:
        """The units of a group that an edition does not know."""
        for unit in self.units.units.values():
            if unit.kind in edition.kinds and edition.group_of(unit.group) is None:
                yield unit.id

    def _day(self, world: World) -> date:
        return (self.first if world is World.BEFORE else self.second).period.end


def unrounded(edition: Edition) -> Edition:
    """The edition without its rounding of points and of the index; what a rule rounds stays."""
    adjusted = edition.adjustments
    if adjusted is not None:
        adjusted = evolve(adjusted, bonus=_bare_block(adjusted.bonus), penalty=_bare_block(adjusted.penalty))
    return evolve(
        edition,
        rounding=RoundingPlan(mode=edition.rounding.mode),
        components=tuple(map(_bare, edition.components)),
        adjustments=adjusted,
    )


def _bare_block(block: Block | None) -> Block | None:
    return None if block is None else evolve(block, items=tuple(map(_bare, block.items)))


def _bare(node: Criterion) -> Criterion:
    return evolve(node, digits=None, children=tuple(map(_bare, node.children)))


def _crossed(evidence: Evidence, points: Mapping[str, str], strangers: frozenset[str]) -> Evidence:
    """Evidence for the other year's edition: points given go to their counterpart, or nowhere.

    `strangers` are units that it has no place for.
    """

    def statements() -> Iterable[Datum]:
        for each in evidence:
            if each.unit in strangers:
                continue
            if not each.field.startswith(POINTS):
                yield each
            elif (criterion := each.field.removeprefix(POINTS)) in points:
                yield evolve(each, field=POINTS + points[criterion])

    lists = (each for each in evidence.lists() if each.unit not in strangers)
    return Evidence(statements(), lists, evidence.rollups)
