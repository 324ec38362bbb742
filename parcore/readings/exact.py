"""The exact reading: the definition of every score.

In: a program (a laid-out rule graph) and a scope that answers for evidence. Out: the memo, a value
for each node, which is the trace: `rerun` computes every step again from the recorded evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, Protocol, cast, runtime_checkable

from attrs import field, frozen

from parcore.expressions import HOLDS
from parcore.numbers import ONE, ZERO, round_to
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Const,
    Div,
    Division,
    Domain,
    Field,
    Logic,
    Match,
    Mul,
    Node,
    Not,
    Over,
    Pick,
    Piecewise,
    Raise,
    Records,
    Round,
    Symbol,
    Table,
)
from parcore.rules.program import Program
from parcore.values import ALWAYS_POSSIBLE, State, Value


class Scope(Protocol):
    """Where evidence comes from: one unit (or one record) at one period and stage."""

    def field(self, name: str, lag: int) -> Value:
        """The value of a field; MISSING where nothing was provided."""

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        """The position of a choice among `options`; ERROR where it is none of them."""

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        """The state of a domain (MISSING: never handed in) and its records or peers, in a fixed order."""


@runtime_checkable
class Alike(Protocol):
    """Records that are counted by what they say, not held one by one."""

    def alike(self, reads: Sequence[Field | Symbol]) -> Iterable[tuple[Scope, int]]:
        """A record for each thing that is said where these nodes read, and how many say it."""


OK: Final = State.OK
_EMPTY: Final = Value(State.NOTHING_AROSE)
_ERROR: Final = Value(State.ERROR)
_TRUE: Final = Value(OK, ONE)
_FALSE: Final = Value(OK, ZERO)

Operands = Sequence[Value]


def _const(node: Const, _: Operands) -> Value:
    return Value(OK, node.value)


def _raise(node: Raise, _: Operands) -> Value:
    return Value(node.state)


def _agg(node: Agg, args: Operands) -> Value:
    return _aggregate(node.op, args, node.skip)


def _aggregate(
    op: Aggregate, args: Operands, skip: frozenset[State], times: Sequence[int] | None = None
) -> Value:
    """One number of several; `times` says how often each operand stands, once each where it is left out."""
    if times is not None:
        return _weighed(op, [(each, n) for each, n in zip(args, times, strict=True) if n], skip)
    kept = [each for each in args if each.state not in skip] if skip else args
    if op is Aggregate.COUNT and not kept:
        return _FALSE
    if not kept:
        return Value(max((each.state for each in args), default=State.NOTHING_AROSE))
    state = max(each.state for each in kept)
    if state is not OK:
        return Value(state)
    if op is Aggregate.COUNT:
        return Value(OK, Fraction(len(kept)))
    numbers = [each.number for each in kept]
    if op is Aggregate.SUM:
        return Value(OK, sum(numbers, ZERO))
    if op is Aggregate.MEAN:
        return Value(OK, sum(numbers, ZERO) / len(numbers))
    return Value(OK, min(numbers) if op is Aggregate.MIN else max(numbers))


def _weighed(op: Aggregate, args: Sequence[tuple[Value, int]], skip: frozenset[State]) -> Value:
    """The same as if each operand stood as often as its count says."""
    kept = [(each, n) for each, n in args if each.state not in skip]
    if op in (Aggregate.MIN, Aggregate.MAX) or not kept or any(each.state for each, _ in kept):
        return _aggregate(op, [each for each, _ in args], skip)
    count = sum(n for _, n in kept)
    if op is Aggregate.COUNT:
        return Value(OK, Fraction(count))
    total = sum((each.number * n for each, n in kept), ZERO)
    return Value(OK, total / count if op is Aggregate.MEAN else total)


def _mul(_: Mul, args: Operands) -> Value:
    a, b = args
    if a.state or b.state:
        return Value(max(a.state, b.state))
    return Value(OK, a.number * b.number)


def _div(node: Div, args: Operands) -> Value:
    a, b = args
    if b.state is State.NOTHING_AROSE or (b.state is OK and not b.number):
        return _over_nothing(node.division, a)
    if a.state or b.state:
        if node.division is Division.SHARE and a.state is State.NOTHING_AROSE and b.state is OK:
            return _ERROR
        if node.division is Division.SHARE and a.state is State.NOT_APPLICABLE and b.state in ALWAYS_POSSIBLE:
            return b
        return Value(max(a.state, b.state))
    return Value(OK, a.number / b.number) if b.number > 0 else _ERROR


def _over_nothing(division: Division, a: Value) -> Value:
    if division is Division.STRICT:
        return Value(max(a.state, State.ERROR))
    if a.state is OK:
        return _ERROR if a.number and division is Division.SHARE else _EMPTY
    if division is Division.SHARE and a.state < State.EXCLUDED:
        return _EMPTY
    return Value(max(a.state, State.NOTHING_AROSE))


def _piecewise(node: Piecewise, args: Operands) -> Value:
    (x,) = args
    if x.state:
        return x
    for piece in node.pieces:
        if x.number in piece.interval:
            if not piece.slope:
                return Value(OK, piece.intercept)
            return Value(OK, piece.slope * x.number + piece.intercept)
    return _ERROR


def _round(node: Round, args: Operands) -> Value:
    (x,) = args
    return x if x.state else Value(OK, round_to(x.number, node.digits, node.mode))


def _cmp(node: Cmp, args: Operands) -> Value:
    a, b = args
    if a.state or b.state:
        return Value(max(a.state, b.state))
    return _TRUE if HOLDS[node.op](a.number, b.number) else _FALSE


def _logic(node: Logic, args: Operands) -> Value:
    state = max((each.state for each in args), default=OK)
    if state is not OK:
        return Value(state)
    truths = [bool(each.number) for each in args]
    return _TRUE if (all(truths) if node.every else any(truths)) else _FALSE


def _not(_: Not, args: Operands) -> Value:
    (x,) = args
    return x if x.state else (_FALSE if x.number else _TRUE)


def _table(node: Table, args: Operands) -> Value:
    key = args[0]
    if key.state:
        return key
    for (code, _), row in zip(node.rows, args[1:], strict=True):
        if key.number == code:
            return row
    return _ERROR


def _pick(_: Pick, args: Operands) -> Value:
    for at in range(0, len(args) - 1, 2):
        condition = args[at]
        if condition.state:
            return condition
        if condition.number:
            return args[at + 1]
    return args[-1]


def _match(node: Match, args: Operands) -> Value:
    state = args[0].state
    if state is OK:
        return args[0] if node.ok is None else args[-1]
    for at, (each, _) in enumerate(node.by_state, 1):
        if each is state:
            return args[at]
    return args[0]


# Each function takes its own kind of node; the table pairs them, so the common type is Any.
_RULES: Final[Mapping[type, Callable[[Any, Operands], Value]]] = {
    Const: _const,
    Raise: _raise,
    Agg: _agg,
    Mul: _mul,
    Div: _div,
    Piecewise: _piecewise,
    Round: _round,
    Cmp: _cmp,
    Logic: _logic,
    Not: _not,
    Table: _table,
    Pick: _pick,
    Match: _match,
}


def apply(node: Node, operands: Operands) -> Value:
    """What a node gives for its operands: the semantics, in one place (scope-reading nodes apart)."""
    return _RULES[type(node)](node, operands)


@frozen
class Members:
    """What an `Over` node read: the state of its domain, and the trace of each record or peer.

    For a rank the unit's own trace stands first. Of records that are only counted, `times` says for each
    trace of how many records it is.
    """

    state: State
    traces: tuple[Trace, ...]
    times: tuple[int, ...] | None = None

    def counted(self) -> Iterable[tuple[Trace, int]]:
        """Each trace, and of how many records it is."""
        return zip(self.traces, self.times or (1,) * len(self.traces), strict=True)


@frozen
class Trace:
    """The memo of one evaluation: `values[i]` is the value of `program.nodes[i]`."""

    program: Program
    values: tuple[Value, ...]
    members: Mapping[int, Members] = field(factory=dict)

    def __getitem__(self, root: str) -> Value:
        return self.values[self.program.roots[root]]

    def rerun(self, program: Program | None = None) -> tuple[Value, ...]:
        """Compute every step again, from the recorded evidence alone.

        Raises:
            AlteredTrace: a step's recorded value is not what its operands give.
        """
        program = self.program if program is None else program
        again: list[Value] = []
        for at, node in enumerate(program.nodes):
            if isinstance(node, Over):
                value = _gather(node, program.bodies[at], self._members_again(at, program))
            elif isinstance(node, Field | Symbol):
                value = self.values[at]
            else:
                value = apply(node, [again[i] for i in program.inputs[at]])
            if at >= len(self.values) or value != self.values[at]:
                raise AlteredTrace(at, node)
            again.append(value)
        return tuple(again)

    def _members_again(self, at: int, program: Program) -> Members:
        members = self.members.get(at)
        if members is None:
            raise AlteredTrace(at, program.nodes[at])
        for each in {id(each): each for each in members.traces}.values():  # records alike share one
            each.rerun(program.bodies[at])
        if cast("Over", program.nodes[at]).op is Aggregate.RANK:
            self._own_again(at, program, members)
        return members

    def _own_again(self, at: int, program: Program, members: Members) -> None:
        """The unit's own trace for a rank must read the evidence that the rest of its trace reads."""
        known = dict(zip(program.nodes, self.values, strict=False))
        for own in members.traces[:1]:
            for node, value in zip(program.bodies[at].nodes, own.values, strict=True):
                if isinstance(node, Field | Symbol) and known.get(node, value) != value:
                    raise AlteredTrace(at, node)


class AlteredTrace(ValueError):
    """A trace whose steps do not follow from one another; `step` is the first that does not."""

    def __init__(self, step: int, node: Node) -> None:
        self.step = step
        super().__init__(f"step {step} ({type(node).__name__}) is not what its operands give")


def evaluate(program: Program, scope: Scope) -> Trace:
    """Every node's value in one scope; total, with no effect but asking the scope for evidence."""
    values: list[Value] = []
    members: dict[int, Members] = {}
    for at, (node, inputs) in enumerate(zip(program.nodes, program.inputs, strict=True)):
        rule = _RULES.get(type(node))
        if rule is not None:
            values.append(rule(node, [values[i] for i in inputs]))
        elif isinstance(node, Field | Symbol):
            values.append(_asked(node, scope))
        else:
            over = cast("Over", node)
            members[at] = _read_members(over, program.bodies[at], scope)
            values.append(_gather(over, program.bodies[at], members[at]))
    return Trace(program, tuple(values), members)


def aggregate(node: Over, body: Program, scope: Scope) -> Value:
    """What an aggregate over records or peers gives in a scope."""
    return _gather(node, body, _read_members(node, body, scope))


def _read_members(node: Over, body: Program, scope: Scope) -> Members:
    state, scopes = scope.members(node.domain)
    if isinstance(node.domain, Records) and not body.bodies:
        return _alike(body, state, scopes)
    own = [scope] if node.op is Aggregate.RANK else []
    return Members(state, tuple(evaluate(body, each) for each in (*own, *scopes)))


def _alike(body: Program, state: State, scopes: Sequence[Scope]) -> Members:
    """The trace of each record; those that say the same in all that is read of them share one."""
    reads = [node for node in body.nodes if isinstance(node, Field | Symbol)]
    if not isinstance(scopes, Alike):
        known: dict[object, object] = {}
        return Members(state, tuple(_trace(body, reads, each, known) for each in scopes))
    found = [(_trace(body, reads, each, body.known), times) for each, times in scopes.alike(reads)]
    return Members(state, tuple(trace for trace, _ in found), tuple(times for _, times in found))


def _trace(
    body: Program, reads: Sequence[Field | Symbol], scope: Scope, known: dict[object, object]
) -> Trace:
    said = tuple(_asked(node, scope) for node in reads)
    if said not in known:
        known[said] = evaluate(body, scope)
    return cast("Trace", known[said])


def members_of(body: Program, state: State, scopes: Sequence[Scope]) -> Members:
    """What a rule gives in each scope of a list of records."""
    return _alike(body, state, scopes)


def _asked(node: Field | Symbol, scope: Scope) -> Value:
    if isinstance(node, Field):
        return scope.field(node.name, node.lag)
    return scope.symbol(node.name, node.options, node.lag)


def _gather(node: Over, body: Program, members: Members) -> Value:
    if members.state is not OK:
        return Value(members.state)
    at, where = body.roots["body"], body.roots.get("where")
    values = [each.values for each in members.traces]
    own = values.pop(0)[at] if node.op is Aggregate.RANK else None
    times = members.times
    if where is not None:
        unknown = max((each[where].state for each in values), default=OK)
        if unknown is not OK:
            return Value(unknown)
        if times is not None:
            times = tuple(n for each, n in zip(values, times, strict=True) if each[where].number)
        values = [each for each in values if each[where].number]
    results = [each[at] for each in values]
    if own is None:
        return _aggregate(node.op, results, node.skip, times)
    peers = [each for each in results if each.state not in node.skip]
    state = max(own.state, max((each.state for each in peers), default=OK))
    return Value(state) if state else Value(OK, Fraction(1 + sum(p.number > own.number for p in peers)))
