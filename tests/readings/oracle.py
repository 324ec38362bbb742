"""A second interpreter of the rule graph, naive and recursive, written from the nodes' docstrings alone.

It shares no code with `parcore.readings.exact`: where they differ, one of them or a docstring is wrong.
"""

from __future__ import annotations

from fractions import Fraction

from parcore.intervals import Interval
from parcore.numbers import Rounding
from parcore.readings.exact import Scope
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Const,
    Div,
    Division,
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
    Round,
    Symbol,
    Table,
)
from parcore.values import State, Value

EMPTY = {
    State.NOTHING_AROSE,
    State.UNVERIFIED,
    State.MISSING,
    State.REJECTED,
    State.NOT_APPLICABLE,
}


def value_of(node: Node, scope: Scope) -> Value:
    """The value of a node in a scope."""
    return _Reading(scope).of(node)


def holds(interval: Interval, x: Fraction) -> bool:
    """Membership, by the words of the interval."""
    if interval.low is not None:
        if interval.low_in and not interval.low <= x:
            return False
        if not interval.low_in and not interval.low < x:
            return False
    if interval.high is not None:
        if interval.high_in and not x <= interval.high:
            return False
        if not interval.high_in and not x < interval.high:
            return False
    return True


def rounded(x: Fraction, digits: int, mode: Rounding) -> Fraction:
    """`x` at `digits` decimals: the integer below or above is found by divmod, with no help from parcore."""
    unit = Fraction(1, 10**digits) if digits >= 0 else Fraction(10**-digits)
    whole, rest = divmod(x, unit)
    if mode is Rounding.UP:
        up = rest > 0
    elif mode is Rounding.HALF_UP:
        up = rest * 2 >= unit
    else:
        up = False
    return (whole + int(up)) * unit


def _number(x: Fraction | int) -> Value:
    return Value(State.OK, Fraction(x))


def _worst(*values: Value) -> State:
    worst = State.OK
    for each in values:
        worst = max(worst, each.state)
    return worst


class _Reading:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        # Shared parts are read once: a graph of n nodes may have 2^n paths.
        self.seen: dict[int, Value] = {}

    def of(self, node: Node) -> Value:
        if id(node) not in self.seen:
            self.seen[id(node)] = self._read(node)
        return self.seen[id(node)]

    def _read(self, node: Node) -> Value:  # noqa: PLR0912 - one branch for each kind of node
        match node:
            case Const():
                return _number(node.value)
            case Raise():
                return Value(node.state)
            case Field():
                return self.scope.field(node.name, node.lag)
            case Symbol():
                return self.scope.symbol(node.name, node.options, node.lag)
            case Agg():
                return _aggregate(node.op, [self.of(each) for each in node.args], node.skip)
            case Mul():
                a, b = self.of(node.a), self.of(node.b)
                worst = _worst(a, b)
                return Value(worst) if worst else _number(a.number * b.number)
            case Div():
                return _quotient(node.division, self.of(node.a), self.of(node.b))
            case Piecewise():
                return self._piecewise(node)
            case Round():
                x = self.of(node.arg)
                return x if x.state else _number(rounded(x.number, node.digits, node.mode))
            case Cmp():
                return _compared(node.op, self.of(node.a), self.of(node.b))
            case Logic():
                parts = [self.of(each) for each in node.args]
                worst = _worst(*parts)
                if worst:
                    return Value(worst)
                true = sum(each.number == 1 for each in parts)
                return _number(true == len(parts) if node.every else true > 0)
            case Not():
                x = self.of(node.arg)
                return x if x.state else _number(1 - x.number)
            case Table():
                return self._table(node)
            case Pick():
                return self._pick(node)
            case Match():
                return self._match(node)
            case Over():
                return self._over(node)

    def _piecewise(self, node: Piecewise) -> Value:
        x = self.of(node.arg)
        if x.state:
            return x
        for piece in node.pieces:
            if holds(piece.interval, x.number):
                return _number(piece.slope * x.number + piece.intercept)
        return Value(State.ERROR)

    def _table(self, node: Table) -> Value:
        key = self.of(node.key)
        if key.state:
            return key
        rows = {Fraction(at): row for at, row in node.rows}
        return self.of(rows[key.number]) if key.number in rows else Value(State.ERROR)

    def _pick(self, node: Pick) -> Value:
        for condition, result in node.branches:
            truth = self.of(condition)
            if truth.state:
                return truth
            if truth.number == 1:
                return self.of(result)
        return self.of(node.otherwise)

    def _match(self, node: Match) -> Value:
        x = self.of(node.arg)
        if not x.state:
            return x if node.ok is None else self.of(node.ok)
        given = dict(node.by_state)
        return self.of(given[x.state]) if x.state in given else x

    def _over(self, node: Over) -> Value:
        state, scopes = self.scope.members(node.domain)
        if state:
            return Value(state)
        members = list(scopes)
        if node.where is not None:
            truths = [value_of(node.where, each) for each in members]
            worst = _worst(*truths)
            if worst:
                return Value(worst)
            members = [each for each, truth in zip(members, truths, strict=True) if truth.number == 1]
        results = [value_of(node.body, each) for each in members]
        if node.op is not Aggregate.RANK:
            if not results and node.op is not Aggregate.COUNT:
                return Value(State.NOTHING_AROSE)
            return _aggregate(node.op, results, node.skip)
        own = value_of(node.body, self.scope)
        counted = [each for each in results if each.state not in node.skip]
        worst = _worst(own, *counted)
        return Value(worst) if worst else _number(1 + sum(each.number > own.number for each in counted))


def _aggregate(op: Aggregate, args: list[Value], skip: frozenset[State]) -> Value:
    rest = [each for each in args if each.state not in skip]
    if not rest:
        return _number(0) if op is Aggregate.COUNT else Value(_worst(*args))
    worst = _worst(*rest)
    if worst:
        return Value(worst)
    numbers = [each.number for each in rest]
    sum_ = Fraction(0)
    for each in numbers:
        sum_ += each
    return {
        Aggregate.COUNT: _number(len(numbers)),
        Aggregate.SUM: _number(sum_),
        Aggregate.MEAN: _number(sum_ / len(numbers)),
        Aggregate.MIN: _number(min(numbers)),
        Aggregate.MAX: _number(max(numbers)),
    }[op]


def _quotient(division: Division, a: Value, b: Value) -> Value:
    empty_whole = b.state is State.NOTHING_AROSE or (b.state is State.OK and b.number == 0)
    if division is Division.SHARE and empty_whole:
        if a.state in EMPTY or (a.state is State.OK and a.number == 0):
            return Value(State.NOTHING_AROSE)
        return Value(a.state or State.ERROR)
    if division is Division.STRICT and empty_whole:
        return Value(State.ERROR)
    if division is Division.SHARE and a.state is State.NOTHING_AROSE and b.state is State.OK:
        return Value(State.ERROR)
    hidden = (State.UNVERIFIED, State.MISSING, State.REJECTED)
    if division is Division.SHARE and a.state is State.NOT_APPLICABLE and b.state in hidden:
        return Value(b.state)
    worst = _worst(a, b)
    if worst:
        return Value(worst)
    if empty_whole:
        return Value(State.NOTHING_AROSE)
    return Value(State.ERROR) if b.number < 0 else _number(a.number / b.number)


def _compared(op: str, a: Value, b: Value) -> Value:
    worst = _worst(a, b)
    if worst:
        return Value(worst)
    rest = a.number - b.number
    truth = {
        "<": rest < 0,
        "<=": not rest > 0,
        ">": rest > 0,
        ">=": not rest < 0,
        "=": rest == 0,
        "!=": rest != 0,
    }[op]
    return _number(truth)
