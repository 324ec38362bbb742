"""The pair fold: every node of a program over a whole block of units, in integers.

In: a program, the shape of a block's columns (their states and bounds, read from the data), and a
backend that holds them. Out: an answer for each root. What each node means is said by the exact
reading (`parcore.readings.exact`); this one has to equal it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, Generic

from attrs import frozen

from parcore.readings.pair.aggregates import agg
from parcore.readings.pair.arithmetic import div, mul, piecewise, rounded
from parcore.readings.pair.backend import Backend, C, M, Source, Undecided
from parcore.readings.pair.guard import Guard, Mask
from parcore.readings.pair.near import Near, Nears, Reals
from parcore.readings.pair.pairs import ALWAYS_OK, OK, Args, Pair, Pairs
from parcore.rules.graph import (
    Agg,
    Cmp,
    Const,
    Div,
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
from parcore.rules.program import Program
from parcore.values import State


@frozen
class Shape:
    """What is known of a column: its states, the bounds of numerators that are OK, the denominator."""

    states: frozenset[State]
    low: int
    high: int
    k: int

    @property
    def span(self) -> tuple[int, int]:
        """The bounds of the whole column: an empty value has the numerator 0."""
        return (self.low, self.high) if self.states == ALWAYS_OK else (min(self.low, 0), max(self.high, 0))


@frozen(eq=False)
class Answer(Generic[C]):
    """A root over a block, as columns: states, and the numbers n / d (0 wherever the state is not `OK`).

    `near`, where n or d is wide and the fold was given reals, is where the numbers lie; `most` are the
    largest magnitudes of n and d.
    """

    state: C
    n: C
    d: C
    near: Near[C] | None = None
    most: tuple[int, int] = (0, 0)


def fold(program: Program, shapes: Mapping[Source, Shape], backend: Backend[C, M]) -> Mapping[str, Answer[C]]:
    """The roots of a program over a block of which the backend holds the columns.

    Raises:
        Undecided: a number that the backend has no room for.
    """
    return _all(_fold(program, shapes, Pairs(Guard(backend))))


def fold_each(
    program: Program, shapes: Mapping[Source, Shape], backend: Backend[C, M]
) -> Mapping[str, Answer[C] | Undecided]:
    """As `fold`, but a root that needs a number for which there is no room says so, and the others stand."""
    return _fold(program, shapes, Pairs(Guard(backend)))


def fold_nearly(
    program: Program, shapes: Mapping[Source, Shape], backend: Backend[C, M], reals: Reals[C, M]
) -> tuple[Mapping[str, Answer[C]], Mask[M]]:
    """As `fold`, but wide numbers are asked where they lie; with the rows in which that proves nothing.

    In those rows no answer counts, nor does any operation on them; in all others each is exact.

    Raises:
        Undecided: a number that the backend has no room for.
    """
    guard = Guard(backend)
    nears = Nears(guard, reals)
    return _all(_fold(program, shapes, Pairs(guard, nears))), nears.open


def _fold(
    program: Program, shapes: Mapping[Source, Shape], pairs: Pairs[C, M]
) -> Mapping[str, Answer[C] | Undecided]:
    done: list[Pair[C, M] | Undecided] = []
    for node, inputs in zip(program.nodes, program.inputs, strict=True):
        done.append(_reached(pairs, shapes, node, [done[at] for at in inputs]))
    answers = {at: _answer(pairs, done[at]) for at in set(program.roots.values())}
    return {name: answers[at] for name, at in program.roots.items()}


def _all(answers: Mapping[str, Answer[C] | Undecided]) -> Mapping[str, Answer[C]]:
    refusal = next((each for each in answers.values() if isinstance(each, Undecided)), None)
    if refusal is not None:
        raise refusal
    return {name: each for name, each in answers.items() if not isinstance(each, Undecided)}


def _reached(
    pairs: Pairs[C, M], shapes: Mapping[Source, Shape], node: Node, args: Sequence[Pair[C, M] | Undecided]
) -> Pair[C, M] | Undecided:
    """What a node gives, or why there is no room for it; then there is none for what needs it."""
    sound: list[Pair[C, M]] = []
    for each in args:
        if isinstance(each, Undecided):
            return each
        sound.append(each)
    try:
        if isinstance(node, Field | Symbol | Over):
            return _source(pairs, node, shapes[node])
        return _RULES[type(node)](pairs, node, sound)
    except Undecided as refusal:
        return refusal


def _answer(pairs: Pairs[C, M], pair: Pair[C, M] | Undecided) -> Answer[C] | Undecided:
    if isinstance(pair, Undecided):
        return pair
    try:
        d = pairs.scaled(pairs.guard.one, pair.k, pair.den)
        near = pairs.near(pair) if pair.n.wide or d.wide else None
        state, n, below = (pairs.guard.column(each) for each in (pair.state, pair.n, d))
    except Undecided as refusal:
        return refusal
    return Answer(state, n, below, near, (max(-pair.n.low, pair.n.high), d.high))


def _source(pairs: Pairs[C, M], node: Source, shape: Shape) -> Pair[C, M]:
    state = pairs.guard.state(node, min(shape.states), max(shape.states))
    n = pairs.guard.number(node, *shape.span)
    bounds = Fraction(shape.low, shape.k), Fraction(shape.high, shape.k)
    return pairs.made(state, shape.states, n, shape.k, (), bounds, lambda nears: nears.source(n, shape.k))


def _const(pairs: Pairs[C, M], node: Const, _: Args[C, M]) -> Pair[C, M]:
    return pairs.const(node.value)


def _raise(pairs: Pairs[C, M], node: Raise, _: Args[C, M]) -> Pair[C, M]:
    return pairs.raised(node.state)


def _cmp(pairs: Pairs[C, M], node: Cmp, args: Args[C, M]) -> Pair[C, M]:
    a, b = args
    guard = pairs.guard
    state, states = pairs.joined(args)
    if OK not in states:
        return pairs.empty(state, states)
    if node.op in {"=", "!="}:
        holds = pairs.equal(a, b)
    else:
        holds = pairs.less(a, b) if node.op in {"<", ">="} else pairs.less(b, a)
    if node.op in {"!=", ">=", "<="}:
        holds = guard.contrary(holds)
    return pairs.condition(state, states, holds)


def _logic(pairs: Pairs[C, M], node: Logic, args: Args[C, M]) -> Pair[C, M]:
    state, states = pairs.joined(args)
    holds: Mask[M] = node.every
    join = pairs.guard.both if node.every else pairs.guard.either
    for each in args:
        holds = join(holds, pairs.truth(each))
    return pairs.condition(state, states, holds)


def _not(pairs: Pairs[C, M], _: Not, args: Args[C, M]) -> Pair[C, M]:
    (x,) = args
    return pairs.condition(x.state, x.states, pairs.guard.contrary(pairs.truth(x)))


def _table(pairs: Pairs[C, M], node: Table, args: Args[C, M]) -> Pair[C, M]:
    key, *rows = args
    ok = pairs.is_ok(key)
    branches = [
        (pairs.guard.both(ok, pairs.equal(key, pairs.const(Fraction(code)))), row)
        for (code, _), row in zip(node.rows, rows, strict=True)
    ]
    return pairs.choose([*branches, (ok, pairs.raised(State.ERROR))], _numberless(pairs, key))


def _numberless(pairs: Pairs[C, M], pair: Pair[C, M]) -> Pair[C, M]:
    """The state alone, where a number has been dealt with before."""
    return pairs.empty(pair.state, pair.states - ALWAYS_OK)


def _pick(pairs: Pairs[C, M], _: Pick, args: Args[C, M]) -> Pair[C, M]:
    branches: list[tuple[Mask[M], Pair[C, M]]] = []
    for at in range(0, len(args) - 1, 2):
        condition = args[at]
        hidden = pairs.guard.contrary(pairs.is_ok(condition))
        branches.append((hidden, _numberless(pairs, condition)))
        branches.append((pairs.truth(condition), args[at + 1]))
    return pairs.choose(branches, args[-1])


def _match(pairs: Pairs[C, M], node: Match, args: Args[C, M]) -> Pair[C, M]:
    arg = args[0]
    given = dict(zip((state for state, _ in node.by_state), args[1:], strict=False))
    if node.ok is not None:
        given[OK] = args[-1]
    branches = [(pairs.is_state(arg, state), pair) for state, pair in given.items() if state in arg.states]
    if arg.states <= set(given):
        return pairs.choose(branches[:-1], branches[-1][1])
    return pairs.choose(branches, arg if node.ok is None else _numberless(pairs, arg))


# Each function takes its own kind of node; the table pairs them, so the common type is Any.
_RULES: Final[Mapping[type, Callable[[Any, Any, Any], Pair[Any, Any]]]] = {
    Const: _const,
    Raise: _raise,
    Agg: agg,
    Mul: mul,
    Div: div,
    Piecewise: piecewise,
    Round: rounded,
    Cmp: _cmp,
    Logic: _logic,
    Not: _not,
    Table: _table,
    Pick: _pick,
    Match: _match,
}
