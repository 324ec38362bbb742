"""What must hold in every row of bulk evidence, as a program that an engine runs over rows.

In: a vocabulary. Out: a root for each thing that must hold, 1 where it does, 0 where it does not, a state
where it says nothing; and, for a row where one does not, the sentence that the cell itself would get.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from parcore.bulk.engines import Wide
from parcore.diagnostics import Findings, Place
from parcore.documents.tree import Scalar
from parcore.evidence.cells import read_number
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Invariant, Vocabulary, given_field
from parcore.expressions import Linear
from parcore.numbers import NumberFormat, exact_text
from parcore.readings.columns.arrays import Ints
from parcore.readings.columns.bulk import Bulk, bulk_block
from parcore.readings.columns.chunks import read_block
from parcore.rules.graph import Agg, Aggregate, Cmp, Field, Logic, Mul, Node, Round, const
from parcore.rules.program import Program, lay_out
from parcore.values import State, Value

if TYPE_CHECKING:
    from parcore.readings.pair.reading import Values

RANGE, STEP, INVARIANT = "range:", "step:", "invariant:"
SHOWN: Final = 3
"""So many rows of a fault are shown; of more it says how many they are."""


def checks_of(vocabulary: Vocabulary, more: Iterable[str] = ()) -> Program:
    """The checks of every field of a vocabulary, of `more` that every vocabulary knows, of the invariants."""
    roots: dict[str, Node] = {}
    others = (given_field(name) for name in more if name not in vocabulary.fields)
    for spec in (*vocabulary.fields.values(), *(each for each in others if each is not None)):
        roots.update(_checks(spec))
    for at, invariant in enumerate(vocabulary.invariants):
        rule = invariant.rule
        roots[f"{INVARIANT}{at}"] = Cmp(rule.op, _sum(rule.left), _sum(rule.right))
    return lay_out(roots)


def _checks(spec: FieldSpec) -> dict[str, Node]:
    """Whether a number is within the field's range, and on its step."""
    if spec.kind not in (FieldKind.COUNT, FieldKind.NUMBER):
        return {}
    interval, step, number = spec.range.interval, spec.range.step, Field(spec.name)
    found: dict[str, Node] = {}
    ends: list[Node] = []
    if interval.low is not None:
        ends.append(Cmp(">=" if interval.low_in else ">", number, const(interval.low)))
    if interval.high is not None:
        ends.append(Cmp("<=" if interval.high_in else "<", number, const(interval.high)))
    if ends:
        found[RANGE + spec.name] = Logic(True, tuple(ends))
    if step is not None:
        steps = Mul(const(1 / step), number)
        found[STEP + spec.name] = Cmp("=", Round(steps, 0), steps)
    return found


def _sum(linear: Linear) -> Node:
    terms = [Field(name) if factor == 1 else Mul(const(factor), Field(name)) for name, factor in linear.terms]
    constant = [const(linear.constant)] if linear.constant or not terms else []
    parts: tuple[Node, ...] = (*terms, *constant)
    return parts[0] if len(parts) == 1 else Agg(Aggregate.SUM, parts)


def fields_of(root: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The fields that a check speaks of."""
    if root.startswith(INVARIANT):
        return invariant_of(root, vocabulary).names
    return (root.partition(":")[2],)


def invariant_of(root: str, vocabulary: Vocabulary) -> Invariant:
    """The invariant that a root checks."""
    return vocabulary.invariants[int(root.removeprefix(INVARIANT))]


def tell(
    root: str,
    numbers: Mapping[str, Fraction],
    unit: str,
    place: Place,
    vocabulary: Vocabulary,
    findings: Findings,
) -> None:
    """Report a row in which a check fails; `numbers` are those of its fields."""
    if root.startswith(INVARIANT):
        shown = ", ".join(f"{name} = {exact_text(number)}" for name, number in numbers.items())
        rule = invariant_of(root, vocabulary).rule
        findings.add("invariant-broken", place, unit=unit, rule=rule, values=shown)
        return
    ((name, number),) = numbers.items()
    spec = vocabulary.fields.get(name) or given_field(name)
    assert spec is not None, "a check is of a field that is known"
    read_number(Scalar(place, exact_text(number)), spec, NumberFormat.PLAIN, findings)


def checked(wide: Wide) -> dict[str, frozenset[str]]:
    """The fields of each check."""
    return {root: frozenset(fields_of(root, wide.vocabulary)) for root in wide.checks.roots}


def check(
    wide: Wide,
    roots: Iterable[str],
    columns: Mapping[str, Bulk],
    at: Callable[[int, str], tuple[Place, str]],
    findings: Findings,
) -> None:
    """Run checks over rows in memory; `at` says where a row stands, and of which unit it is."""
    asked = [root for root in roots if not _settled(root, columns, wide.vocabulary)]
    if not asked or not any(len(each.numbers) for each in columns.values()):
        return
    program = only(wide.checks, asked)
    read = {node.name for node in program.nodes if isinstance(node, Field)}
    found = read_block(program, bulk_block(program, {name: columns[name] for name in read}, wide.period))
    for root in asked:
        bad = failing(found[root])
        if len(bad):
            _report(wide, root, bad, columns, at, findings)


def _report(
    wide: Wide,
    root: str,
    bad: Ints,
    columns: Mapping[str, Bulk],
    at: Callable[[int, str], tuple[Place, str]],
    findings: Findings,
) -> None:
    fields = fields_of(root, wide.vocabulary)
    for row in bad[:SHOWN].tolist():
        held = {name: columns[name] for name in fields}
        numbers = {name: Fraction(int(o.numbers[row]), o.denominator) for name, o in held.items()}
        place, unit = at(row, fields[-1])
        tell(root, numbers, unit, place, wide.vocabulary, findings)
    if len(bad) > SHOWN:
        file = at(int(bad[0]), fields[-1])[0].file
        findings.add("bulk-more", Place(file), count=len(bad) - SHOWN, what=", ".join(fields))


def failing(values: Sequence[Value]) -> Ints:
    """The rows in which a check is 0."""
    held = cast("Values", values)
    return np.flatnonzero((np.asarray(held.states) == State.OK) & (np.asarray(held.n) == 0))


def _settled(root: str, columns: Mapping[str, Bulk], vocabulary: Vocabulary) -> bool:
    """Whether a check of one field holds whatever row it is, by the smallest and the largest number."""
    if root.startswith(INVARIANT):
        return False
    (name,) = fields_of(root, vocabulary)
    spec, bulk = vocabulary.fields.get(name) or given_field(name), columns[name]
    if spec is None or not len(bulk.numbers):
        return True
    if root.startswith(STEP):
        return spec.range.step is not None and (1 / spec.range.step / bulk.denominator).denominator == 1
    ends = (Fraction(int(end), bulk.denominator) for end in (bulk.numbers.min(), bulk.numbers.max()))
    return all(end in spec.range.interval for end in ends)


def only(program: Program, roots: Iterable[str]) -> Program:
    """The program with some of its roots, and only the nodes that these stand on."""
    wanted = {root: program.roots[root] for root in roots}
    needed, waiting = set[int](), list(wanted.values())
    while waiting:
        at = waiting.pop()
        if at not in needed:
            needed.add(at)
            waiting += program.inputs[at]
    order = sorted(needed)
    new = {at: here for here, at in enumerate(order)}
    return Program(
        tuple(program.nodes[at] for at in order),
        tuple(tuple(new[each] for each in program.inputs[at]) for at in order),
        {root: new[at] for root, at in wanted.items()},
        {new[at]: body for at, body in program.bodies.items() if at in needed},
    )
