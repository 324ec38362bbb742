"""What a plan holds: proposals with their certificates, what each brings when the whole is scored again.

Every effect is that of scoring all units anew with the changed statements: points of the criterion, index,
class and places of the unit, and the other criteria that the same statements move.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum
from fractions import Fraction

from attrs import evolve, frozen

from parcore.audit.appeal import Standing, standing
from parcore.change.plan.left_out import LeftOut
from parcore.change.plan.nearest import Part
from parcore.editions.edition import Criterion
from parcore.evidence.evidence import Datum
from parcore.evidence.units import Unit, UnitBook
from parcore.evidence.vocabulary import FieldKind, FieldSpec
from parcore.intervals import Interval
from parcore.numbers import HUNDRED, exact_text
from parcore.results.result import Result, Scorecard
from parcore.results.scoring import score
from parcore.rules.policies import Quantity
from parcore.values import State, Value


class Goal(Enum):
    """What a proposal reaches: any gain; where the rule pays another way; the most that it brings alone.

    `VERIFIED` has what the unit states appraised as it is. `TOGETHER` gains by several statements where no
    one alone does.
    """

    STEP = "step"
    CUT = "cut"
    MOST = "most"
    TOGETHER = "together"
    VERIFIED = "verified"


@frozen
class Change:
    """A statement as it is (None: nothing is stated), and as it would be.

    Not `attained`: any number beyond that of `to`, on the side away from the present one, and none is the
    least; the effect told is that of the number `scored`.
    """

    held: Datum | None
    to: Datum
    scored: Datum
    attained: bool = True


@frozen
class Beside:
    """Another criterion whose points the same statements move."""

    criterion: Criterion
    before: Value
    after: Value


@frozen
class Effect:
    """How a unit stands now and after: one criterion's points, index, class, places; the others it moves.

    `gain` is that of the index before it is rounded; None where there is no index before or after.
    """

    before: Standing
    after: Standing
    gain: Fraction | None
    beside: tuple[Beside, ...] = ()


@frozen
class Certificate:
    """The proof that nothing less does: no numbers in `parts` give points that are in `wanted`.

    The parts hold all numbers nearer than those proposed. Points of a penalty count as negative numbers.
    """

    wanted: Interval
    parts: tuple[Part, ...]


@frozen
class Proposal:
    """Statements to change for a criterion, with what that brings.

    `least`: no change of the same fields that is less reaches the goal, as `certificate` proves; of several
    fields less means fewer steps together. Without a certificate it is an example.
    """

    criterion: Criterion
    goal: Goal
    changes: tuple[Change, ...]
    effect: Effect
    certificate: Certificate | None

    @property
    def least(self) -> bool:
        """Whether it is proved that nothing less does."""
        return self.certificate is not None


@frozen
class Need:
    """A criterion whose evidence is missing, not appraised or rejected: what verified evidence could bring.

    `fields` with their states; `most` the points it brings at most (None: that is not known), proved, and
    `effect` what such evidence, all else as it is, does. Where it is one field, `gaining` holds the numbers
    outside which nothing is gained, and `options` what each option of a choice pays.
    """

    criterion: Criterion
    fields: tuple[tuple[str, State], ...]
    points: Value
    most: Fraction | None
    effect: Effect | None = None
    gaining: Interval | None = None
    options: tuple[tuple[str, Fraction], ...] = ()


@frozen
class Together:
    """Several changes at once, each alone beside them."""

    changes: tuple[Datum, ...]
    before: Standing
    after: Standing
    gain: Fraction | None
    alone: tuple[Fraction | None, ...]
    moved: tuple[Beside, ...]


@frozen
class Plan:
    """What a unit can do next: proposals, the largest gain of the index first; what is needed; the rest."""

    result: Result
    unit: Unit
    proposals: tuple[Proposal, ...]
    needs: tuple[Need, ...]
    left_out: tuple[LeftOut, ...]


def stated(result: Result, unit: str, spec: FieldSpec, number: Fraction) -> Datum:
    """A statement of a number in a field, as evidence would write it."""
    text = exact_text(number) if spec.unit != "%" else exact_text(number * HUNDRED) + "%"
    if spec.kind is FieldKind.CHOICE:
        text = spec.options[int(number)]
    elif spec.kind is FieldKind.DATE:
        text = date.fromordinal(int(number)).isoformat()
    return Datum(unit, result.period, spec.name, Value(State.OK, number), text, result.stage)


def scored_with(result: Result, unit: str, data: Iterable[Datum]) -> Result:
    """The whole scored again with some statements in the place of those of their fields."""
    units = UnitBook((*result.population.units, *result.without_evidence))
    again = score(
        result.edition, result.evidence.with_(data), units, result.period, stage=result.stage, only=(unit,)
    )
    return evolve(again, assumed=result.assumed)


def effect_of(result: Result, unit: str, leaf: Criterion, data: Sequence[Datum]) -> Effect:
    """What some statements bring a unit, in a criterion and beyond it."""
    then = scored_with(result, unit, data)
    before, after = result.card(unit), then.card(unit)
    assert before is not None
    assert after is not None
    beside = tuple(each for each in moved(result, before, after) if each.criterion.id != leaf.id)
    return Effect(
        standing(result, before, leaf), standing(then, after, leaf), gained(result, before, after), beside
    )


def moved(result: Result, before: Scorecard, after: Scorecard) -> Iterable[Beside]:
    """The criteria whose points are others afterwards."""
    for each in result.edition.scored:
        if each.applies(before.group) and before.points(each.id) != after.points(each.id):
            yield Beside(each, before.points(each.id), after.points(each.id))


def gained(result: Result, before: Scorecard, after: Scorecard) -> Fraction | None:
    """What the index gains, unrounded: the total where the edition adjusts it, else the rate, or points."""
    edition = result.edition
    adjusted = edition.conversion is not None or edition.adjustments is not None
    for quantity in (Quantity.TOTAL,) if adjusted else (Quantity.RATE, Quantity.BASE):
        values = [card.index(quantity, rounded=False) for card in (before, after)]
        known = [None if each is None else each.known for each in values]
        if known[0] is not None and known[1] is not None:
            return known[1] - known[0]
    return None
