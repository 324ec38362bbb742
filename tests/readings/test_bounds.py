"""The bounded reading: it holds whatever the exact reading gives, and is no wider than rules allow."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from parcore.intervals import Range, exactly, parse_interval
from parcore.readings.bounds import Span, span_of
from parcore.readings.exact import evaluate
from parcore.rules.graph import Agg, Aggregate, Cmp, Const, Div, Field, Logic, Node, Pick, Piece, Piecewise
from parcore.rules.program import lay_out
from parcore.values import State, Value
from tests.strategies import FIELDS, Facts, facts_from, graphs, intervals

F = Fraction
SCOPES = 4


@given(graphs(), st.integers(0, 2**32), st.lists(intervals(), min_size=6, max_size=6))
def test_what_a_rule_gives_lies_in_its_span(roots: dict[str, Node], seed: int, drawn: list) -> None:
    """On any graph, with fields known only to lie in ranges, every value within the ranges is held."""
    program, random = lay_out(roots), Random(seed)
    keys = [(name, lag) for name in FIELDS for lag in (0, 1)]
    for _ in range(SCOPES):
        scope = facts_from(random)
        trace = evaluate(program, scope)
        around = {
            key: Range(cut)
            for key, cut in zip(keys, drawn, strict=True)
            if (number := scope.field(*key).known) is not None and number in cut
        }
        known = {
            at: around[node.name, node.lag]
            for at, node in enumerate(program.nodes)
            if isinstance(node, Field) and (node.name, node.lag) in around
        }
        for name in roots:
            span, value = span_of(trace, name, known, {}), trace[name]
            if value.known is None:
                assert value.state in span.states
            else:
                assert span.numbers is not None
                assert value.known in span.numbers


def span(node: Node, **ranges: str) -> Span:
    """The span of a graph whose fields lie in ranges of whole numbers; a field not named is 1."""
    program = lay_out({"it": node})
    scope = Facts({(name, 0): Value(State.OK, F(1)) for name in FIELDS})
    known = {
        at: Range(parse_interval(ranges[each.name]), F(1))
        for at, each in enumerate(program.nodes)
        if isinstance(each, Field) and each.name in ranges
    }
    return span_of(evaluate(program, scope), "it", known, {})


A, B, C = map(Field, FIELDS)


def steps(node: Node, *cuts: int) -> Node:
    """As many points as cuts are reached."""
    held = [(Cmp(">=", node, Const(F(cut))), Const(F(at))) for at, cut in reversed([*enumerate(cuts, 1)])]
    return Pick(tuple(held), Const(F(0)))


@pytest.mark.parametrize(
    ("within", "low", "high"),
    [("[0,9]", 0, 2), ("[3,9]", 1, 2), ("[5,9]", 2, 2), ("(3,5)", 1, 1), ("[0,2]", 0, 0), ("(4,…)", 2, 2)],
)
def test_the_points_of_a_ladder(within: str, low: int, high: int) -> None:
    """A ladder of 1 point from 3 and 2 from 5 gives those that the range reaches; whole numbers are few."""
    found = span(steps(A, 3, 5), a=within).numbers
    assert found is not None
    assert (found.interval.low, found.interval.high) == (F(low), F(high))


def test_conditions_on_one_number_do_not_hold_against_each_other() -> None:
    """A table whose rows cut one number between them has a row for each part of a range, and no error."""
    rows = (
        (Logic(True, (Cmp(">", A, Const(F(0))), Cmp("<", A, Const(F(4))))), Const(F(1))),
        (Cmp(">=", A, Const(F(4))), Const(F(2))),
    )
    found = span(Pick(rows, Div(Const(F(1)), Const(F(0)))), a="[1,9]")
    assert not found.states
    assert found.numbers is not None
    assert found.numbers.interval == parse_interval("[1,2]")


def test_a_gap_that_no_number_of_the_range_stands_in_is_none() -> None:
    """Pieces to 3 and from 4 leave nothing out for whole numbers, and something for others."""
    pieces = (Piece(parse_interval("[0,3]"), F(1)), Piece(parse_interval("[4,9]"), F(1)))
    assert span(Piecewise(A, pieces), a="[1,5]") == Span(Range(parse_interval("[1,5]")))
    half = Agg(Aggregate.MEAN, (A, B))
    assert span(Piecewise(half, pieces), a="[1,5]", b="[1,5]").states == {State.ERROR}


def test_a_quotient_over_what_may_be_empty_may_be_nothing() -> None:
    """A part of a whole that may be 0 is bad evidence there, or nothing arose; never left out."""
    found = span(Div(A, B), a="[0,5]", b="[0,10]")
    assert found.states == {State.NOTHING_AROSE, State.ERROR}
    assert span(Div(A, B), a="[1,5]", b="[5,10]") == Span(Range(parse_interval("[0.1,1]")))


def test_what_cannot_be_has_no_span() -> None:
    """Where a limit leaves a node nothing, there is no value and no state."""
    program = lay_out({"it": A})
    trace = evaluate(program, Facts())
    assert span_of(trace, "it", {0: Range(parse_interval("[3,5]"))}, {0: Range(exactly(F(6)))}) == Span()


def test_more_parts_than_are_read_one_by_one_still_hold_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the limit of parts the span is that of the whole, wider and no other."""
    rule = Agg(Aggregate.SUM, (steps(A, 3, 5), steps(B, 3, 5)))
    exact = span(rule, a="[0,9]", b="[4,4]")
    monkeypatch.setattr("parcore.readings.bounds.MOST_PARTS", 1)
    wide = span(rule, a="[0,9]", b="[4,4]")
    assert wide.numbers is not None
    assert exact.numbers is not None
    assert wide.numbers.interval.meet(exact.numbers.interval) == exact.numbers.interval
    assert evolve(exact, numbers=None) == Span()
