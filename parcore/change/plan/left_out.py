"""What a plan leaves out of a unit's criteria and fields, and why: nothing is passed over in silence.

A unit changes what it states itself of the period: not what surveys, statistics or a ministry find, what its
peers state, what earlier periods were, or points that somebody gives. The whole of a share (the dossiers that
came in) is what arose: it is left out too, though a smaller whole would often pay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import Enum
from typing import Final

from attrs import frozen

from parcore.editions.edition import Criterion, Edition
from parcore.editions.records import mean_of
from parcore.editions.tree import GIVEN
from parcore.evidence.evidence import Datum, Method
from parcore.evidence.vocabulary import POINTS
from parcore.readings.bounds import under
from parcore.results.population import PEERS
from parcore.results.result import Result, Scorecard
from parcore.results.scope import UnitScope
from parcore.rules.combinations import reported_of
from parcore.rules.graph import Div, Division, Field, Over, Symbol
from parcore.rules.program import Program
from parcore.values import State


class Reason(Enum):
    """Why a criterion, or one of its fields, is not planned for."""

    SURVEY = "survey"
    STATISTICS = "statistics"
    MINISTRY = "ministry-only"
    REPORTED = "reported"
    SET = "set"
    CASES = "cases"
    PEERS = "peers"
    NOT_REACHED = "not-reached"
    ABSENT = "absent"
    EXCLUDED = "excluded"
    EARLIER = "earlier"
    RECORDS = "records"
    WHOLE = "whole"
    OTHER_INDEX = "other-index"
    NO_NUMBER = "no-number"
    ALONE = "alone"
    NOTHING_GAINS = "nothing-gains"
    NOT_DECIDED = "not-decided"


@frozen
class LeftOut:
    """A criterion, or where it is named one field of it, that the plan leaves out."""

    criterion: Criterion
    reason: Reason
    field: str = ""


ON_REQUEST: Final = (Reason.SURVEY, Reason.STATISTICS, Reason.MINISTRY, Reason.WHOLE)
"""What is planned for only where it is asked for."""

OF_OTHERS: Final = {
    Method.SURVEY: Reason.SURVEY,
    Method.STATISTICS: Reason.STATISTICS,
    Method.MINISTRY_ONLY: Reason.MINISTRY,
}
"""Methods by which others than the unit find a figure."""


def full(result: Result, card: Scorecard, leaf: Criterion) -> bool:
    """Whether a leaf has all that the unit can attain there; in a penalty, whether nothing is taken off."""
    points, top = card.points(leaf.id).known, card.attainable(leaf.id)
    if points is None:
        return False
    if sign_of(result.edition, leaf) < 0:
        return points <= 0
    return top is not None and top.known is not None and points >= top.number


def sign_of(edition: Edition, leaf: Criterion) -> int:
    """1 where more points are better; −1 where they are taken off."""
    taken = (item.id for block, each in edition.items if block == "penalty" for item in each.leaves)
    return -1 if leaf.id in taken else 1


def why_not(result: Result, card: Scorecard, leaf: Criterion, also: Collection[Reason]) -> Reason | None:
    """Why a leaf as a whole is not planned for, but for the reasons in `also`; None where it is."""
    if leaf.id in card.unreached:
        return Reason.NOT_REACHED
    if any(each.method is leaf.method for each in result.absent):
        return Reason.ABSENT
    if any(leaf.id in {part.id for part in each.criterion.all} for each in result.points_set
           if each.unit.id == card.unit.id):  # fmt: skip
        return Reason.SET
    if card.points(leaf.id).state in (State.EXCLUDED, State.RESCALED):
        return Reason.EXCLUDED
    if leaf.method in OF_OTHERS and OF_OTHERS[leaf.method] not in also:
        return OF_OTHERS[leaf.method]
    if reported_of(leaf.rule) is not None:
        return Reason.REPORTED
    if mean_of(leaf.rule) is not None:
        return Reason.CASES
    program = card.trace.program
    for at in under(program, program.roots[f"points:{leaf.id}"]):
        node = program.nodes[at]
        if isinstance(node, Over) or (isinstance(node, Field) and node.name.startswith(PEERS)):
            return Reason.PEERS if isinstance(node, Field) else Reason.CASES
    return None


@frozen
class Read:
    """A field that a leaf reads of the unit, what is stated of it, and why it is not to be changed, if so."""

    name: str
    lag: int
    datum: Datum | None
    reason: Reason | None


def reads(result: Result, card: Scorecard, leaf: Criterion, also: Collection[Reason]) -> Iterator[Read]:
    """The fields of evidence that a leaf reads, each once; days of the period are none."""
    program = card.trace.program
    scope = UnitScope(card.unit.id, result.period, result.evidence, result.stage, result.population)
    order = under(program, program.roots[f"points:{leaf.id}"])
    wholes = {each for at in order for each in _whole(program, at)}
    seen = set[tuple[str, int]]()
    for node in (program.nodes[at] for at in order):
        if not isinstance(node, Field | Symbol) or (node.name, node.lag) in seen:
            continue
        if node.name.startswith(("@", POINTS, GIVEN)):
            continue
        seen.add((node.name, node.lag))
        datum = scope.datum(node.name, node.lag)
        reason = _fixed(result, node, datum, whole=node.name in wholes)
        yield Read(node.name, node.lag, datum, None if reason in also else reason)


def _whole(program: Program, at: int) -> Iterator[str]:
    """The fields of which the whole of a share is made."""
    node = program.nodes[at]
    if isinstance(node, Div) and node.division is not Division.STRICT:
        inner = (program.nodes[each] for each in under(program, program.inputs[at][1]))
        yield from (each.name for each in inner if isinstance(each, Field))


def _fixed(result: Result, node: Field | Symbol, datum: Datum | None, *, whole: bool) -> Reason | None:
    """Why a unit cannot change a statement; a whole that is missing it can still hand in."""
    spec = result.edition.vocabulary.fields.get(node.name)
    if node.lag:
        return Reason.EARLIER
    if spec is None:
        return Reason.OTHER_INDEX
    if spec.derive is not None and datum is not None and datum.method is Method.DERIVED:
        return Reason.RECORDS
    if datum is not None and datum.method in OF_OTHERS:
        return OF_OTHERS[datum.method]
    stated = datum is not None and datum.value.state is State.OK
    return Reason.WHOLE if whole and stated else None
