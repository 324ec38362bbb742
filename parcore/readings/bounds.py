"""The bounded reading: all that a rule can give when some fields are only known to lie in ranges.

In: a trace, a root in it, the ranges of fields, and of measures where the vocabulary bounds them. Out: a
`Span`: the least interval found that holds every number it can give, and every state. It holds all of
them (each step holds all that its operands can give); a number compared with constants is cut there and
the rule is read on each part by itself, so that conditions on one number are never true or false
together where they cannot be. It is no definition: where it says one number, the exact reading gives
that number for every number in the ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, Final

from attrs import frozen

from parcore.intervals import (
    Interval,
    Range,
    above,
    at_least,
    at_most,
    below,
    exactly,
    hull,
    inverse,
    plus,
    times,
)
from parcore.numbers import ONE, ZERO, round_to
from parcore.readings.exact import Trace, apply
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Const,
    Div,
    Logic,
    Match,
    Mul,
    Not,
    Pick,
    Piecewise,
    Raise,
    Round,
    Table,
)
from parcore.rules.program import Program
from parcore.values import State, Value

MOST_PARTS: Final = 4_096
"""More parts than these are not read one by one: the span is then wider, and still holds all."""

_OK: Final = frozenset({State.OK})


@frozen
class Span:
    """What a node can give: a number of `numbers`, or one of `states`."""

    numbers: Range | None = None
    states: frozenset[State] = frozenset()

    @property
    def all_states(self) -> frozenset[State]:
        """Its states, OK among them where it can be a number."""
        return self.states | _OK if self.numbers is not None else self.states

    def or_(self, other: Span) -> Span:
        """What either can give."""
        a, b = self.numbers, other.numbers
        both = a or b
        if a is not None and b is not None and a != b:
            both = Range(hull(a.interval, b.interval), a.step if a.step == b.step else None)
        return Span(both, self.states | other.states)


_ANYTHING: Final = Span(Range(), frozenset(State) - _OK)
_NOTHING: Final = Span()
_SIDES: Final[Mapping[str, tuple[Interval, ...]]] = {
    "<": (below(ZERO),),
    "<=": (at_most(ZERO),),
    ">": (above(ZERO),),
    ">=": (at_least(ZERO),),
    "=": (exactly(ZERO),),
    "!=": (below(ZERO), above(ZERO)),
}
"""Where a − b lies when a `op` b holds."""
_CONTRARY: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def span_of(trace: Trace, root: str, known: Mapping[int, Range], limits: Mapping[int, Range]) -> Span:
    """All that a root can give where the fields at some positions lie in the ranges `known`.

    `limits` are ranges that other nodes are known to lie in: those of the measures.
    """
    program, at = trace.program, trace.program.roots[root]
    order = under(program, at)
    whole = _read(trace, order, known, limits)
    cells = dict(_cells(program, order, whole))
    if prod(map(len, cells.values())) > MOST_PARTS:
        return whole[at]
    found = _NOTHING
    for part in product(*cells.values()):
        spans = _read(trace, order, known, {**limits, **dict(zip(cells, part, strict=True))})
        if spans:
            found = found.or_(spans[at])
    return found


def under(program: Program, root: int) -> list[int]:
    """The positions of a node and of all that it is computed from, operands first."""
    seen, left = set[int](), [root]
    while left:
        at = left.pop()
        if at not in seen:
            seen.add(at)
            left += program.inputs[at]
    return sorted(seen)


def _read(
    trace: Trace, order: Sequence[int], known: Mapping[int, Range], limits: Mapping[int, Range]
) -> dict[int, Span]:
    """The span of each node, operands first; empty where the limits leave some node nothing to give."""
    spans: dict[int, Span] = {}
    for at in order:
        node = trace.program.nodes[at]
        if at in known:
            span = Span(known[at])
        elif type(node) in _FOLDS:
            span = _FOLDS[type(node)](node, [spans[i] for i in trace.program.inputs[at]])
        else:
            span = _point(trace.values[at])
        if at in limits and span.numbers is not None:
            own = limits[at].step
            within = Range(span.numbers.interval, span.numbers.step or own).within(limits[at].interval)
            span = Span(within, span.states)
        if span == _NOTHING:
            return {}
        spans[at] = span
    return spans


def _cells(
    program: Program, order: Sequence[int], spans: Mapping[int, Span]
) -> Iterator[tuple[int, list[Range]]]:
    """The nodes that are compared with constants, and the parts into which these cut what they can be."""
    cuts: dict[int, set[Interval]] = {}
    for at in order if spans else ():
        node = program.nodes[at]
        if isinstance(node, Cmp):
            a, b = program.inputs[at]
            for one, other in ((a, b), (b, a)):
                constant = program.nodes[other]
                if isinstance(constant, Const):
                    cuts.setdefault(one, set()).add(exactly(constant.value))
        elif isinstance(node, Piecewise):
            (one,) = program.inputs[at]
            cuts.setdefault(one, set()).update(piece.interval for piece in node.pieces)
    for at, by in cuts.items():
        numbers = spans[at].numbers
        if numbers is None or spans[at].states:
            continue
        parts = [numbers.interval]
        for cut in by:
            parts = [each for part in parts for each in _cut(part, cut)]
        left = [found for part in parts if (found := numbers.within(part)) is not None]
        if len(left) > 1:
            yield at, left


def _cut(part: Interval, cut: Interval) -> Iterator[Interval]:
    inside = part.meet(cut)
    if inside is not None:
        yield inside
    yield from part.minus(cut)


def _point(value: Value) -> Span:
    if value.known is None:
        return Span(states=frozenset({value.state}))
    return Span(Range(exactly(value.known)))


def _joined(args: Iterable[Span]) -> frozenset[State]:
    """The states of what is strict: for each choice of its operands' states the largest."""
    found = frozenset(_OK)
    for each in args:
        found = frozenset(max(a, b) for a in found for b in each.all_states)
    return found - _OK


def _strict(numbers: Iterable[Interval], args: Sequence[Span]) -> Span:
    """Numbers where every operand can have one, and the states that join."""
    if any(each.numbers is None for each in args):
        return Span(states=_joined(args))
    found: Interval | None = None
    for each in numbers:
        found = each if found is None else hull(found, each)
    return Span(None if found is None else Range(found), _joined(args))


def _intervals(args: Iterable[Span]) -> list[Interval]:
    return [each.numbers.interval for each in args if each.numbers is not None]


def _const(node: Const, _: Sequence[Span]) -> Span:
    return Span(Range(exactly(node.value)))


def _raise(node: Raise, _: Sequence[Span]) -> Span:
    return Span(states=frozenset({node.state}))


def _agg(node: Agg, args: Sequence[Span]) -> Span:
    if any(each.all_states & node.skip and len(each.all_states) > 1 for each in args):
        return _ANYTHING
    kept = [each for each in args if not each.all_states & node.skip]
    if not kept:
        return _point(apply(node, [Value(max(each.all_states)) for each in args]))
    of = _intervals(kept)
    if len(of) < len(kept):
        return Span(states=_joined(kept))
    match node.op:
        case Aggregate.COUNT:
            found = exactly(ONE * len(kept))
        case Aggregate.MIN | Aggregate.MAX:
            found = _extreme(of, largest=node.op is Aggregate.MAX)
        case _:
            found = exactly(ZERO)
            for each in of:
                found = plus(found, each)
            if node.op is Aggregate.MEAN:
                found = times(found, exactly(ONE / len(kept)))
    return _strict([found], kept)


def _extreme(of: Sequence[Interval], *, largest: bool) -> Interval:
    """All that the largest (or smallest) of a number of each can be."""
    found = of[0]
    for each in of[1:]:
        above_all = hull(found, each)
        low = _larger_low(found, each) if largest else above_all
        high = above_all if largest else _smaller_high(found, each)
        found = Interval(low.low, low.low_in, high.high, high.high_in)
    return found


def _larger_low(a: Interval, b: Interval) -> Interval:
    return a if b.low is None or (a.low is not None and a.low > b.low) else b


def _smaller_high(a: Interval, b: Interval) -> Interval:
    return a if b.high is None or (a.high is not None and a.high < b.high) else b


def _mul(_: Mul, args: Sequence[Span]) -> Span:
    of = _intervals(args)
    return _strict([times(*of)] if len(of) == len(args) else [], args)


def _div(node: Div, args: Sequence[Span]) -> Span:
    """A quotient where the whole can be positive; elsewhere what the exact reading says of such numbers."""
    a, b = args
    found = _NOTHING
    for part in _samples(a):
        for whole in _samples(b):
            if part.state is State.OK and whole.state is State.OK and whole.number > 0:
                continue
            found = found.or_(_point(apply(node, [part, whole])))
    positive = None if b.numbers is None else b.numbers.within(above(ZERO))
    if a.numbers is not None and positive is not None:
        found = found.or_(Span(Range(times(a.numbers.interval, inverse(positive.interval)))))
    return found


def _samples(span: Span) -> Iterator[Value]:
    """A value of each sort that a quotient tells apart: each state, 0, and numbers under and over 0."""
    yield from (Value(state) for state in span.states)
    for sort in (exactly(ZERO), above(ZERO), below(ZERO)):
        number = None if span.numbers is None else span.numbers.sample(sort)
        if number is not None:
            yield Value(State.OK, number)


def _piecewise(node: Piecewise, args: Sequence[Span]) -> Span:
    (x,) = args
    found = Span(states=x.states)
    if x.numbers is None:
        return found
    rest = [x.numbers.interval]
    for piece in node.pieces:
        inside = x.numbers.within(piece.interval)
        rest = [each for part in rest for each in part.minus(piece.interval)]
        if inside is not None:
            line = plus(times(inside.interval, exactly(piece.slope)), exactly(piece.intercept))
            found = found.or_(Span(Range(line)))
    if any(x.numbers.sample(part) is not None for part in rest):
        found = found.or_(Span(states=frozenset({State.ERROR})))
    return found


def _round(node: Round, args: Sequence[Span]) -> Span:
    (x,) = args
    if x.numbers is None:
        return x
    low, high = (
        None if end is None else round_to(end, node.digits, node.mode)
        for end in (x.numbers.interval.low, x.numbers.interval.high)
    )
    return Span(Range(Interval(low, low is not None, high, high is not None)), x.states)


def _cmp(node: Cmp, args: Sequence[Span]) -> Span:
    of = _intervals(args)
    if len(of) < len(args):
        return Span(states=_joined(args))
    less = plus(of[0], times(of[1], exactly(-ONE)))
    truths = [
        exactly(truth)
        for truth, op in ((ONE, node.op), (ZERO, _CONTRARY[node.op]))
        if any(less.meet(side) is not None for side in _SIDES[op])
    ]
    return _strict(truths, args)


def _logic(node: Logic, args: Sequence[Span]) -> Span:
    of = _intervals(args)
    if len(of) < len(args):
        return Span(states=_joined(args))
    return _strict([_extreme(of, largest=not node.every)], args)


def _not(_: Not, args: Sequence[Span]) -> Span:
    return _strict([plus(exactly(ONE), times(each, exactly(-ONE))) for each in _intervals(args)], args)


def _table(node: Table, args: Sequence[Span]) -> Span:
    key = args[0]
    found = Span(states=key.states)
    if key.numbers is None:
        return found
    rest = [key.numbers.interval]
    for (code, _), row in zip(node.rows, args[1:], strict=True):
        if ONE * code in key.numbers:
            found = found.or_(row)
            rest = [each for part in rest for each in part.minus(exactly(ONE * code))]
    if any(key.numbers.sample(part) is not None for part in rest):
        found = found.or_(Span(states=frozenset({State.ERROR})))
    return found


def _pick(_: Pick, args: Sequence[Span]) -> Span:
    found = _NOTHING
    for at in range(0, len(args) - 1, 2):
        condition = args[at]
        found = found.or_(Span(states=condition.states))
        if condition.numbers is None:
            return found
        if ONE in condition.numbers.interval:
            found = found.or_(args[at + 1])
        if ZERO not in condition.numbers.interval:
            return found
    return found.or_(args[-1])


def _match(node: Match, args: Sequence[Span]) -> Span:
    found = Span(args[0].numbers)
    if node.ok is not None:
        found = _NOTHING if args[0].numbers is None else args[-1]
    given = {state: at for at, (state, _) in enumerate(node.by_state, 1)}
    for state in args[0].states:
        found = found.or_(args[given[state]] if state in given else Span(states=frozenset({state})))
    return found


# Each function takes its own kind of node; the table pairs them, so the common type is Any.
_FOLDS: Final[Mapping[type, Callable[[Any, Sequence[Span]], Span]]] = {
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
