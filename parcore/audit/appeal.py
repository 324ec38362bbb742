"""An appeal: which statements force a unit's points in a criterion, and what others would change.

A set of statements forces the points where every number that the others could have gives the same: known
by the bounded reading, so a set that is said to force does. The least one found is told; a smaller one
that the bounded reading cannot prove may exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Final

from attrs import frozen

from parcore.editions.edition import Criterion
from parcore.evidence.bounds import box, narrow
from parcore.evidence.evidence import Datum
from parcore.evidence.vocabulary import FieldKind, FieldSpec, given_field
from parcore.intervals import Interval, Range
from parcore.numbers import ONE, ZERO
from parcore.readings.bounds import span_of, under
from parcore.results.population import PEERS
from parcore.results.result import Place, Result, Scorecard
from parcore.results.scope import UnitScope
from parcore.rules.graph import Field, Over, Symbol
from parcore.rules.policies import Quantity
from parcore.values import State, Value

MOST_STATEMENTS: Final = 12
"""Of more statements than these the least forcing set is not looked for."""


@frozen
class Standing:
    """What one result says of a unit: points in the criterion, index as published, class, places."""

    points: Value
    attainable: Value | None
    index: Fraction | None
    class_name: str | None
    places: tuple[Place, ...]


@frozen
class Appeal:
    """A unit's points in a criterion, what forces them, and how it stands before and after a proposal.

    `forced_by` is None where points are not a number, or where it cannot be told (peers, cases, too many
    statements); what is stated without a number is always among it. `missing` are fields read of which
    nothing is stated. `after` is None where nothing was proposed.
    """

    criterion: Criterion
    read: tuple[Datum, ...]
    forced_by: tuple[Datum, ...] | None
    missing: tuple[str, ...]
    before: Standing
    after: Standing | None


def appeal(before: Result, unit: str, leaf: Criterion, after: Result | None = None) -> Appeal | None:
    """The appeal of a unit in a leaf; `after` is the result with the proposal. None for an unknown unit."""
    card = before.card(unit)
    if card is None:
        return None
    then = None if after is None else after.card(unit)
    return Appeal(
        leaf,
        tuple(_statements(before, card, leaf).values()),
        forced_by(before, card, leaf),
        _missing(before, card, leaf),
        standing(before, card, leaf),
        None if after is None or then is None else standing(after, then, leaf),
    )


def standing(result: Result, card: Scorecard, leaf: Criterion) -> Standing:
    """How a unit stands in a result."""
    return Standing(
        card.points(leaf.id),
        card.attainable(leaf.id),
        _index(result, card),
        card.class_name,
        result.places.get(card.unit.id, ()),
    )


def _index(result: Result, card: Scorecard) -> Fraction | None:
    edition = result.edition
    adjusted = edition.conversion is not None or edition.adjustments is not None
    for quantity in (Quantity.TOTAL,) if adjusted else (Quantity.RATE, Quantity.BASE):
        value = card.index(quantity, rounded=True)
        if value is not None and value.known is not None:
            return value.known
    return None


def _statements(result: Result, card: Scorecard, leaf: Criterion) -> dict[int, Datum]:
    """The statements that a leaf's points were computed from, by their place in the program."""
    scope = UnitScope(card.unit.id, result.period, result.evidence, result.stage, result.population)
    return {
        at: datum
        for at, node in _reads(card, leaf)
        if not node.name.startswith("@") and (datum := scope.datum(node.name, node.lag)) is not None
    }


def _missing(result: Result, card: Scorecard, leaf: Criterion) -> tuple[str, ...]:
    stated = _statements(result, card, leaf)
    inner = ("@", PEERS)
    names = (node.name for at, node in _reads(card, leaf) if at not in stated)
    return tuple(dict.fromkeys(name for name in names if not name.startswith(inner)))


def _reads(card: Scorecard, leaf: Criterion) -> Iterator[tuple[int, Field | Symbol]]:
    program = card.trace.program
    for at in under(program, program.roots[f"points:{leaf.id}"]):
        node = program.nodes[at]
        if isinstance(node, Field | Symbol):
            yield at, node


def forced_by(result: Result, card: Scorecard, leaf: Criterion) -> tuple[Datum, ...] | None:
    """The fewest statements found that force the points, whatever numbers the others could have."""
    program = card.trace.program
    points = card.points(leaf.id).known
    nodes = [program.nodes[at] for at in under(program, program.roots[f"points:{leaf.id}"])]
    peers = any(
        isinstance(each, Over) or (isinstance(each, Field) and each.name.startswith(PEERS)) for each in nodes
    )
    read = _statements(result, card, leaf)
    stated = {at: d for at, d in read.items() if d.value.state is State.OK}
    hidden = tuple(d for d in read.values() if d.value.state is not State.OK)
    if points is None or peers or len(stated) > MOST_STATEMENTS:
        return None
    for size in range(len(stated) + 1):
        for kept in combinations(stated, size):
            if _forces(result, card, leaf, stated, kept, points):
                return (*hidden, *(stated[at] for at in kept))
    return None


def _forces(
    result: Result,
    card: Scorecard,
    leaf: Criterion,
    stated: Mapping[int, Datum],
    kept: tuple[int, ...],
    points: Fraction,
) -> bool:
    ranges = _left(result, card, stated, kept)
    if ranges is None:
        return False
    span = span_of(card.trace, f"points:{leaf.id}", ranges, {})
    known = None if span.numbers is None else span.numbers.interval
    return not span.states and known is not None and (known.low, known.high) == (points, points)


def _left(
    result: Result, card: Scorecard, stated: Mapping[int, Datum], kept: tuple[int, ...]
) -> dict[int, Range] | None:
    """The numbers that each field which is not kept could have, beside those that are; None: none at all."""
    vocabulary, program = result.edition.vocabulary, card.trace.program
    freed = [at for at in stated if at not in kept]
    found: dict[int, Range] = {}
    for lag in {_node(card, at).lag for at in stated}:
        here = {at: _node(card, at).name for at in stated if _node(card, at).lag == lag}
        held = box((stated[at] for at in here if at in kept), vocabulary.fields)
        whole = {name: _whole(vocabulary.fields.get(name), program.nodes[at]) for at, name in here.items()}
        narrowed = narrow({**whole, **held}, vocabulary.invariants)
        if narrowed is None:
            return None
        found.update({at: narrowed[name] for at, name in here.items() if at in freed})
    return found


def _node(card: Scorecard, at: int) -> Field | Symbol:
    node = card.trace.program.nodes[at]
    assert isinstance(node, Field | Symbol)
    return node


def _whole(spec: FieldSpec | None, node: object) -> Range:
    """Every number that a field could have."""
    if isinstance(node, Symbol):
        return Range(Interval(ZERO, True, Fraction(len(node.options) - 1), True), ONE)
    if spec is None:
        given = given_field(node.name) if isinstance(node, Field) else None
        return Range() if given is None else given.range
    return Range(step=ONE) if spec.kind is FieldKind.DATE else spec.range
