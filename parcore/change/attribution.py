"""A change of score split, exactly, into rule, evidence, units, rounding and what cannot be compared.

Two years differ in their edition, in their evidence, and now and then in their units. Each year's
evidence is scored under both editions, and last year's also on today's units; of these the parts are
the Owen value: today's evidence is of today's units only, so units and evidence go together, in this
order, before or after the rule. Where no unit changed it is the Shapley value of rule and evidence.

All of it is reckoned on unrounded points. What has no counterpart, or no evidence that the other edition
could be scored by, is taken out of both editions first; what that makes of a number is a part of its own,
and so is rounding. The parts of a change always add up to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import evolve, frozen

from parcore.change.aside import Aside, Line, lines_of, set_aside
from parcore.change.matching import Match, matches
from parcore.change.shapley import split
from parcore.change.worlds import Cell, World, Worlds
from parcore.editions.edition import Criterion, Edition
from parcore.evidence.units import Unit
from parcore.numbers import ZERO
from parcore.results.result import Result, Scorecard
from parcore.rules.policies import Quantity


class Factor(Enum):
    """What made a score change."""

    RULE = "rule"
    UNITS = "units"
    EVIDENCE = "evidence"


ORDERS: Final = (
    (Factor.RULE, Factor.UNITS, Factor.EVIDENCE),
    (Factor.UNITS, Factor.EVIDENCE, Factor.RULE),
)
"""Today's evidence is of today's units: the two change together, units first."""


@frozen
class Parts:
    """The parts of a change, in points (of a rate in percentage points)."""

    rule: Fraction = ZERO
    evidence: Fraction = ZERO
    units: Fraction = ZERO
    not_comparable: Fraction = ZERO
    rounding: Fraction = ZERO

    @property
    def total(self) -> Fraction:
        """Their sum: the change of the rounded number."""
        return self.rule + self.evidence + self.units + self.not_comparable + self.rounding


@frozen
class Split:
    """A number of a unit in two years, as each edition rounds it, and the parts of its change.

    `match` is what it is the number of: criteria that stand for the same; None for the index. A year in
    which there is nothing of the kind has None. `aside` says why it is not comparable, where it is not;
    `parts` is None where a year has no number at all.
    """

    match: Match | None
    first: Fraction | None
    second: Fraction | None
    parts: Parts | None
    aside: Aside | None = None


@frozen
class UnitSplit:
    """A unit's change: of its index, of its components, of what is scored.

    `first` and `second` are the same unit, or one of last year's and one of today's that has its
    territory or a part of it, as `label` says (`same` where no unit changed).
    """

    first: Unit
    second: Unit
    label: str
    quantity: Quantity
    index: Split
    components: tuple[Split, ...]
    criteria: tuple[Split, ...]


@frozen
class Attribution:
    """Two results, and of every unit of both the parts of its change.

    `only_first` and `only_second` are units without a counterpart in the other year.
    """

    first: Result
    second: Result
    units: tuple[UnitSplit, ...]
    only_first: tuple[Unit, ...] = ()
    only_second: tuple[Unit, ...] = ()


def attribute(worlds: Worlds, path: Sequence[Edition]) -> Attribution:
    """Split the change of every unit between two years.

    `path` are the editions from the first year's to the second's, each replaced by the next.

    Raises:
        ParcoreError: evidence that an edition cannot be scored by at all.
    """
    first, second = worlds.official()
    lines = lines_of(path)
    nodes = [each for each in matches(path) if _are_groups(each)]
    pairs = [each for each in worlds.pairs if first.card(each.first) and second.card(each.second)]
    found = []
    for pair in pairs:
        aside = set_aside(worlds, pair, lines)
        found.append(_Unit(worlds, pair.first, pair.second, pair.label, lines, aside).split(nodes))
    olds, news = {each.first for each in pairs}, {each.second for each in pairs}
    return Attribution(
        first,
        second,
        tuple(found),
        tuple(card.unit for card in first.scorecards if card.unit.id not in olds),
        tuple(card.unit for card in second.scorecards if card.unit.id not in news),
    )


def _are_groups(match: Match) -> bool:
    """Whether it is a group in both editions, or in the one that has it."""
    return all(node.rule is None for node in (*match.first, *match.second))
