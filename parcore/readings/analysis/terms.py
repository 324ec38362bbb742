"""A rule graph as terms of the solver z3: each node a number, and where it has a state instead.

In: a program and a term for each field. Out: a term for each root, which says of any numbers of the
fields exactly what the exact reading would. z3 itself is handed in: nothing here imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from attrs import define, evolve, field, frozen

from parcore.numbers import HALF, Rounding
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
    Not,
    Pick,
    Piecewise,
    Raise,
    Round,
    Symbol,
    Table,
)
from parcore.rules.program import Program
from parcore.values import ALWAYS_POSSIBLE, State


class CannotSay(Exception):
    """A node that is no term here: what is gathered over records or peers."""


@frozen
class Term:
    """A number, and for each state that can stand in its place the condition under which it does.

    The conditions exclude each other; where one holds the number means nothing.
    """

    number: Any
    states: Mapping[State, Any] = field(factory=dict)


@define
class Terms:
    """Builds terms in one context of z3; `facts` are what must hold besides, of quotients."""

    z3: Any
    context: Any
    fields: Mapping[tuple[str, int], Term]
    facts: list[Any] = field(factory=list)

    def of(self, program: Program) -> dict[str, Term]:
        """The term of each root.

        Raises:
            CannotSay: some node is none.
        """
        made: list[Term] = []
        for node, inputs in zip(program.nodes, program.inputs, strict=True):
            args = [made[at] for at in inputs]
            fold = _FOLDS.get(type(node))
            if fold is None:
                raise CannotSay(type(node).__name__)
            made.append(fold(self, node, args))
        return {name: made[at] for name, at in program.roots.items()}

    def number(self, value: Fraction | int) -> Any:
        """A constant."""
        return self.z3.RealVal(str(value), self.context)

    def every(self, parts: Sequence[Any]) -> Any:
        """All of some conditions."""
        return self.z3.And(*parts, self.z3.BoolVal(True, self.context))

    def some(self, parts: Sequence[Any]) -> Any:
        """Any of some conditions."""
        return self.z3.Or(*parts, self.z3.BoolVal(False, self.context))

    def known(self, term: Term) -> Any:
        """Where a term is a number."""
        return self.z3.Not(self.some([*term.states.values()]))

    def state(self, state: State) -> Term:
        """A state without a number."""
        return Term(self.number(0), {state: self.z3.BoolVal(True, self.context)})

    def truth(self, condition: Any) -> Term:
        """A condition as 1 or 0."""
        return Term(self.z3.If(condition, self.number(1), self.number(0)))

    def either(self, condition: Any, one: Term, two: Term) -> Term:
        """One term where a condition holds, else another."""
        other = self.z3.Not(condition)
        states: dict[State, Any] = {}
        for state in {*one.states, *two.states}:
            parts = [self.every([condition, one.states[state]])] if state in one.states else []
            parts += [self.every([other, two.states[state]])] if state in two.states else []
            states[state] = self.some(parts)
        return Term(self.z3.If(condition, one.number, two.number), states)

    def joined(self, args: Sequence[Term]) -> dict[State, Any]:
        """The largest of the operands' states, as conditions."""
        found: dict[State, Any] = {}
        for state in sorted({state for each in args for state in each.states}, reverse=True):
            here = self.some([each.states[state] for each in args if state in each.states])
            found[state] = self.every([here, *(self.z3.Not(larger) for larger in found.values())])
        return found

    def strict(self, number: Any, args: Sequence[Term]) -> Term:
        """A number where every operand has one."""
        return Term(number, self.joined(args))

    def within(self, term: Term, interval: Any) -> Any:
        """That a term is a number of an interval."""
        parts = [self.known(term)]
        if interval.low is not None:
            low = self.number(interval.low)
            parts.append(term.number >= low if interval.low_in else term.number > low)
        if interval.high is not None:
            high = self.number(interval.high)
            parts.append(term.number <= high if interval.high_in else term.number < high)
        return self.every(parts)


def _const(to: Terms, node: Const, _: Sequence[Term]) -> Term:
    return Term(to.number(node.value))


def _raise(to: Terms, node: Raise, _: Sequence[Term]) -> Term:
    return to.state(node.state)


def _field(to: Terms, node: Field | Symbol, _: Sequence[Term]) -> Term:
    return to.fields[node.name, node.lag]


def _agg(to: Terms, node: Agg, args: Sequence[Term]) -> Term:
    kept = [
        evolve(each, states={s: c for s, c in each.states.items() if s not in node.skip}) for each in args
    ]
    left_out = [
        evolve(each, states={s: c for s, c in each.states.items() if s in node.skip}) for each in args
    ]
    out = [to.some([*each.states.values()]) for each in left_out]
    count = to.number(0)
    sum_ = to.number(0)
    best = args[0].number
    some = to.some([])
    for each, skipped in zip(args, out, strict=True):
        count += to.z3.If(skipped, to.number(0), to.number(1))
        sum_ += to.z3.If(skipped, to.number(0), each.number)
        further = each.number > best if node.op is Aggregate.MAX else each.number < best
        takes = to.every([to.z3.Not(skipped), to.some([to.z3.Not(some), further])])
        best, some = to.z3.If(takes, each.number, best), to.some([some, to.z3.Not(skipped)])
    found = to.strict(_aggregated(to, node.op, sum_, count, best), kept)
    if not any(each.states for each in left_out):
        return found
    nothing = Term(to.number(0), {} if node.op is Aggregate.COUNT else to.joined(left_out))
    return to.either(to.every(out), nothing, found)


def _aggregated(to: Terms, op: Aggregate, sum_: Any, count: Any, best: Any) -> Any:
    match op:
        case Aggregate.SUM:
            return sum_
        case Aggregate.COUNT:
            return count
        case Aggregate.MEAN:
            return _quotient(to, sum_, count)
        case _:
            return best


def _quotient(to: Terms, a: Any, b: Any) -> Any:
    """a / b as a number of its own, so that what is asked stays polynomial; free where b is 0."""
    whole = to.z3.simplify(b)
    if to.z3.is_rational_value(whole) and whole.as_fraction():
        return a * to.number(1 / whole.as_fraction())
    found = to.z3.Real(f"/{len(to.facts)}", to.context)
    to.facts.append(to.z3.Or(b == to.number(0), found * b == a))
    return found


def _mul(to: Terms, _: Mul, args: Sequence[Term]) -> Term:
    return to.strict(args[0].number * args[1].number, args)


def _div(to: Terms, node: Div, args: Sequence[Term]) -> Term:
    a, b = args
    zero = to.every([to.known(b), b.number == to.number(0)])
    empty = to.some([zero, b.states[State.NOTHING_AROSE]] if State.NOTHING_AROSE in b.states else [zero])
    positive = b.number > to.number(0)
    known = to.either(positive, Term(_quotient(to, a.number, b.number)), to.state(State.ERROR))
    found = to.either(to.every([to.known(a), to.known(b)]), known, Term(to.number(0), to.joined(args)))
    if node.division is Division.SHARE and State.NOTHING_AROSE in a.states:
        bad = to.every([a.states[State.NOTHING_AROSE], to.known(b)])
        found = to.either(bad, to.state(State.ERROR), found)
    if node.division is Division.SHARE and State.NOT_APPLICABLE in a.states:
        hidden = to.some([b.states[each] for each in ALWAYS_POSSIBLE if each in b.states])
        found = to.either(to.every([a.states[State.NOT_APPLICABLE], hidden]), b, found)
    return to.either(empty, _over_nothing(to, node.division, a), found)


def _over_nothing(to: Terms, division: Division, a: Term) -> Term:
    if division is Division.STRICT:
        return to.state(State.ERROR)
    nothing = to.state(State.NOTHING_AROSE)
    whole = {state: held for state, held in a.states.items() if state >= State.EXCLUDED}
    if division is Division.BASE:
        whole = dict(a.states)
    found = to.either(to.some([*whole.values()]), Term(to.number(0), whole), nothing)
    if division is Division.BASE:
        return found
    bad = to.every([to.known(a), a.number != to.number(0)])
    return to.either(bad, to.state(State.ERROR), found)


def _piecewise(to: Terms, node: Piecewise, args: Sequence[Term]) -> Term:
    (x,) = args
    found = to.state(State.ERROR)
    for piece in reversed(node.pieces):
        line = to.number(piece.slope) * x.number + to.number(piece.intercept)
        found = to.either(to.within(Term(x.number), piece.interval), Term(line), found)
    return to.either(to.known(x), found, x)


def _round(to: Terms, node: Round, args: Sequence[Term]) -> Term:
    (x,) = args
    scale = to.number(10**node.digits)
    scaled = x.number * scale
    if node.mode is Rounding.UP:
        whole = -to.z3.ToInt(-scaled)
    else:
        whole = to.z3.ToInt(scaled + to.number(HALF) if node.mode is Rounding.HALF_UP else scaled)
    return Term(to.z3.ToReal(whole) * to.number(Fraction(1, 10**node.digits)), x.states)


def _cmp(to: Terms, node: Cmp, args: Sequence[Term]) -> Term:
    a, b = (each.number for each in args)
    holds = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "=": a == b, "!=": a != b}[node.op]
    return to.strict(to.truth(holds).number, args)


def _logic(to: Terms, node: Logic, args: Sequence[Term]) -> Term:
    truths = [each.number != to.number(0) for each in args]
    return to.strict(to.truth(to.every(truths) if node.every else to.some(truths)).number, args)


def _not(to: Terms, _: Not, args: Sequence[Term]) -> Term:
    return to.strict(to.truth(args[0].number == to.number(0)).number, args)


def _table(to: Terms, node: Table, args: Sequence[Term]) -> Term:
    key, *rows = args
    found = to.state(State.ERROR)
    for (code, _), row in zip(node.rows, rows, strict=True):
        found = to.either(key.number == to.number(code), row, found)
    return to.either(to.known(key), found, key)


def _pick(to: Terms, _: Pick, args: Sequence[Term]) -> Term:
    *branches, found = args
    for at in range(len(branches) - 2, -1, -2):
        condition, given = branches[at : at + 2]
        found = to.either(condition.number != to.number(0), given, found)
        found = to.either(to.known(condition), found, condition)
    return found


def _match(to: Terms, node: Match, args: Sequence[Term]) -> Term:
    arg = args[0]
    found = arg
    for at, (state, _) in enumerate(node.by_state, 1):
        if state in arg.states:
            found = to.either(arg.states[state], args[at], found)
    return found if node.ok is None else to.either(to.known(arg), args[-1], found)


# Each function takes its own kind of node; the table pairs them, so the common type is Any.
_FOLDS: Final[Mapping[type, Callable[[Terms, Any, Sequence[Term]], Term]]] = {
    Const: _const,
    Raise: _raise,
    Field: _field,
    Symbol: _field,
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
