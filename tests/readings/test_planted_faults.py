"""The oracle can tell: faults planted in the exact reading are found by comparing the two."""

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parcore.numbers import Rounding, round_to
from parcore.readings import exact
from parcore.rules.graph import Agg, Cmp, Div, Logic, Match, Node, Pick, Piecewise, Round, Table
from parcore.rules.program import lay_out
from parcore.values import State, Value
from tests.readings.oracle import value_of
from tests.strategies import facts_from, graphs

Fault = Callable[[Any, Any], Value]


def fault(
    node: type,
) -> Callable[[Callable[[Any, Any, Fault], Value]], tuple[type, Callable[[Fault], Fault]]]:
    """A fault of a node: a function of the node, its operands, and the right answer's function."""

    def planted(wrong: Callable[[Any, Any, Fault], Value]) -> tuple[type, Callable[[Fault], Fault]]:
        return node, lambda right: lambda node_, args: wrong(node_, args, right)

    return planted


@fault(Round)
def half_down(node: Round, args: Any, right: Fault) -> Value:
    """Ties are rounded to the even neighbour."""
    if args[0].state or node.mode is not Rounding.HALF_UP:
        return right(node, args)
    scale = Fraction(10) ** node.digits
    return Value(State.OK, round(args[0].number * scale) / scale)


@fault(Round)
def towards_zero(node: Round, args: Any, right: Fault) -> Value:
    """DOWN cuts off, so that a negative number is rounded up."""
    x = args[0]
    if x.state or node.mode is not Rounding.DOWN or x.number >= 0:
        return right(node, args)
    return Value(State.OK, -round_to(-x.number, node.digits, Rounding.DOWN))


@fault(Piecewise)
def closed_ends(node: Piecewise, args: Any, right: Fault) -> Value:
    """An open end belongs to its interval."""
    x = args[0]
    for piece in () if x.state else node.pieces:
        if x.number == piece.interval.low or x.number in piece.interval:
            return Value(State.OK, piece.slope * x.number + piece.intercept)
    return right(node, args)


@fault(Logic)
def lenient(node: Logic, args: Any, right: Fault) -> Value:
    """One true condition settles `any`, whatever hides."""
    if not node.every and any(each.number for each in args):
        return Value(State.OK, Fraction(1))
    return right(node, args)


@fault(Div)
def zero_is_zero(node: Div, args: Any, right: Fault) -> Value:
    """0/0 is 0."""
    if args[0] == args[1] == Value(State.OK):
        return Value(State.OK)
    return right(node, args)


@fault(Agg)
def forgetful(node: Agg, args: Any, right: Fault) -> Value:
    """A missing operand counts as 0."""
    return right(node, [Value(State.OK) if each.state is State.MISSING else each for each in args])


@fault(Match)
def swallowing(node: Match, args: Any, right: Fault) -> Value:
    """A state that is not named is 0."""
    value = right(node, args)
    return Value(State.OK) if value is args[0] and value.state is State.NOT_APPLICABLE else value


@fault(Pick)
def careless(node: Pick, args: Any, right: Fault) -> Value:
    """A hidden condition is false."""
    return right(node, [Value(State.OK) if at % 2 == 0 and at < len(args) - 1 and each.state else each
                        for at, each in enumerate(args)])  # fmt: skip


@fault(Table)
def first_row(node: Table, args: Any, right: Fault) -> Value:
    """A key in no row takes the first."""
    value = right(node, args)
    return args[1] if value == Value(State.ERROR) and len(args) > 1 else value


@fault(Cmp)
def tolerant(node: Cmp, args: Any, right: Fault) -> Value:
    """Numbers within a thousandth are equal."""
    if node.op == "=" and not any(each.state for each in args):
        return Value(State.OK, Fraction(abs(args[0].number - args[1].number) <= Fraction(1, 1000)))
    return right(node, args)


FAULTS = {
    "half_down": half_down,
    "towards_zero": towards_zero,
    "closed_ends": closed_ends,
    "lenient": lenient,
    "zero_is_zero": zero_is_zero,
    "forgetful": forgetful,
    "swallowing": swallowing,
    "careless": careless,
    "first_row": first_row,
    "tolerant": tolerant,
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fault in one node of the exact reading, some generated case differs from the oracle."""
    node, wrong = FAULTS[name]
    rules: dict[type, Fault] = dict(exact._RULES)
    monkeypatch.setattr(exact, "_RULES", rules | {node: wrong(rules[node])})

    @settings(derandomize=True, database=None, max_examples=400, phases=[Phase.generate])
    @given(graphs(), st.integers(0, 2**32))
    def agree(roots: dict[str, Node], seed: int) -> None:
        program, random = lay_out(roots), Random(seed)
        for _ in range(20):
            scope = facts_from(random, depth=0)
            trace = exact.evaluate(program, scope)
            for root, each in roots.items():
                if trace[root] != value_of(each, scope):
                    raise Killed

    with pytest.raises(Killed):
        agree()


class Killed(Exception):
    """A planted fault was found."""
