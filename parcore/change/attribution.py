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

from collections.abc import Callable, Sequence
from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import evolve, frozen

from parcore.change.aside import Aside, Line, set_aside
from parcore.change.matching import Match, matches
from parcore.change.places import PlaceSplit, split_place
from parcore.change.shapley import split
from parcore.change.worlds import Pair, World, Worlds
from parcore.editions.edition import Edition
from parcore.editions.tree import OUT
from parcore.evidence.units import Unit
from parcore.numbers import ZERO
from parcore.results.result import Result, Scorecard
from parcore.rules.policies import Quantity
from parcore.values import State, Value


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
    """A unit's change: of its index, of its groups of criteria (components among them), of what is scored.

    `first` and `second` are the same unit, or one of last year's and one of today's that has its territory
    or a part of it, as `label` says. `places` are those among all units, or in its group or region.
    """

    first: Unit
    second: Unit
    label: str
    quantity: Quantity
    index: Split
    groups: tuple[Split, ...]
    criteria: tuple[Split, ...]
    places: PlaceSplit | None = None


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


def attributed(worlds: Worlds, path: Sequence[Edition], lines: Sequence[Line]) -> Attribution:
    """Split the change of every unit between two years.

    `path` are the editions from the first year's to the second's, `lines` what stands for what in them.

    Raises:
        ParcoreError: evidence that an edition cannot be scored by at all.
    """
    first, second = worlds.official()
    nodes = [each for each in matches(path) if _are_groups(each)]
    pairs = [each for each in worlds.pairs if first.card(each.first) and second.card(each.second)]
    olds, news = {each.first for each in pairs}, {each.second for each in pairs}
    return Attribution(
        first,
        second,
        tuple(_Unit(worlds, each, lines).split(nodes) for each in pairs),
        tuple(card.unit for card in first.scorecards if card.unit.id not in olds),
        tuple(card.unit for card in second.scorecards if card.unit.id not in news),
    )


def _are_groups(match: Match) -> bool:
    """Whether it is a group in both editions, or in the one that has it."""
    return all(node.rule is None for node in (*match.first, *match.second))


Reads = Callable[[int, Scorecard], Value | None]
"""A number of a scorecard under the first edition (0) or the second (1); None where it is unknown there."""


class _Unit:
    """The numbers of a unit in every world, with and without what is set aside."""

    def __init__(self, worlds: Worlds, pair: Pair, lines: Sequence[Line]) -> None:
        self._worlds, self._pair, self._lines = worlds, pair, lines
        self._aside = set_aside(worlds, pair, lines)
        out = [frozenset[str]().union(*(line.out(side) for line in self._aside)) for side in (0, 1)]
        self._out = out[0], out[1]
        self._official = worlds.official()

    def split(self, nodes: Sequence[Match]) -> UnitSplit:
        """The splits of the index, the groups, the lines and the place."""
        first, second = (self._own(side, rounded=True) for side in (0, 1))
        quantity = self._quantity(first, second)
        index = self._of(None, lambda _, card: card.index(quantity, rounded=False),
                         lambda _, card: card.index(quantity, rounded=True))  # fmt: skip
        penalties = [_penalties(each.edition) for each in self._official]
        groups = (self._of(each, *(_points_of(each, penalties),) * 2) for each in nodes)
        lines = (
            self._of(line.match, *(_points_of(line.match, penalties),) * 2, aside=self._aside.get(line))
            for line in self._lines
        )
        return UnitSplit(
            first.unit, second.unit, self._pair.label, quantity, index or Split(None, None, None, None),
            tuple(each for each in groups if each is not None),
            tuple(each for each in lines if each is not None),
            split_place(self._worlds, self._pair, self._out),
        )  # fmt: skip

    def _own(self, side: int, *, rounded: bool) -> Scorecard:
        """The unit under its own year's edition."""
        if rounded:
            unit = (self._pair.first, self._pair.second)[side]
            card = self._official[side].card(unit)
        else:
            card = self._worlds.card(side, World.AFTER if side else World.BEFORE, self._pair)
        assert card is not None  # pairs are of units that both years have
        return card

    def _quantity(self, first: Scorecard, second: Scorecard) -> Quantity:
        """The number that both years print as the index: the total, else the rate, else the points."""
        editions = [each.edition for each in self._official]
        if any(each.adjustments is not None or each.conversion is not None for each in editions):
            return Quantity.TOTAL
        rates = [card.index(Quantity.RATE, rounded=True) for card in (first, second)]
        bare = any(leaf.max is None for line in self._aside for leaf in (*line.leaves(0), *line.leaves(1)))
        return Quantity.BASE if None in rates or bare else Quantity.RATE

    def _of(
        self, match: Match | None, reads: Reads, rounded: Reads, aside: Aside | None = None
    ) -> Split | None:
        """The split of one number; None where neither year has it."""
        official = [rounded(side, self._own(side, rounded=True)) for side in (0, 1)]
        full = [reads(side, self._own(side, rounded=False)) for side in (0, 1)]
        printed = [None if each is None else each.known for each in official]
        if not any(each is not None and each.state not in OUT for each in official):
            return None
        numbers = [_amount(each) for each in (*official, *full)]
        if None in numbers:
            return Split(match, printed[0], printed[1], None, aside or Aside.WITHHELD)
        one, two, bare, bare2 = (each or ZERO for each in numbers)
        rounding = (two - bare2) - (one - bare)
        if aside is None and match is not None and not (match.first and match.second):
            aside = Aside.NO_COUNTERPART
        elif aside is None and None in printed:
            aside = Aside.NOT_ASSESSED
        parts = None if aside is not None else self._parts(reads, bare, bare2)
        if parts is None:
            aside = aside or Aside.NO_INDEX
            parts = Parts(not_comparable=bare2 - bare)
        return Split(match, printed[0], printed[1], evolve(parts, rounding=rounding), aside)

    def _parts(self, reads: Reads, bare: Fraction, bare2: Fraction) -> Parts | None:
        """The parts of a change from `bare` to `bare2`; None where some world has no number."""
        known: dict[frozenset[Factor], Fraction] = {}
        for done, world in _WORLDS.items():
            for side in (0, 1):
                card = self._worlds.card(side, world, self._pair, self._out[side])
                value = None if card is None else _amount(reads(side, card))
                if value is None:
                    return None
                known[done | ({Factor.RULE} if side else set())] = value
        shares = split(ORDERS, known.__getitem__)
        kept = known[frozenset(Factor)] - known[frozenset()]
        return Parts(
            rule=shares[Factor.RULE],
            evidence=shares[Factor.EVIDENCE],
            units=shares[Factor.UNITS],
            not_comparable=bare2 - bare - kept,
        )


_WORLDS: Final = {
    frozenset[Factor](): World.BEFORE,
    frozenset({Factor.UNITS}): World.CARRIED,
    frozenset({Factor.UNITS, Factor.EVIDENCE}): World.AFTER,
}


def _amount(value: Value | None) -> Fraction | None:
    """What a value counts: nothing where it is left out, None where it is not known."""
    if value is None:
        return None
    return ZERO if value.state in OUT else value.known


def _penalties(edition: Edition) -> frozenset[str]:
    """The items of an edition whose points are taken off."""
    return frozenset(node.id for block, node in edition.items if block == "penalty")


def _points_of(match: Match, penalties: Sequence[frozenset[str]]) -> Reads:
    """The points of the criteria that stand for one thing, together; below 0 what a penalty takes off."""

    def reads(side: int, card: Scorecard) -> Value | None:
        nodes = match.second if side else match.first
        own = [node for node in nodes if node.applies(card.group) and card.points(node.id).state not in OUT]
        if not own:
            return Value(State.EXCLUDED)
        values = [card.points(node.id) for node in own]
        worst = max(each.state for each in values)
        signs = (-1 if node.id in penalties[side] else 1 for node in own)
        number = sum((sign * each.number for sign, each in zip(signs, values, strict=True)), ZERO)
        return Value(State.OK, number) if worst is State.OK else Value(worst)

    return reads
