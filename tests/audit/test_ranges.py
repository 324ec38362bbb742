"""Exact interval arithmetic: enclosures, and ends that are reached."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parcore.arithmetic import Formula, Name, Number, Operation, parse_formula
from parcore.audit.ranges import linear_of, range_of, range_of_linear, reciprocal
from parcore.intervals import Interval, exactly, parse_interval, times

F = Fraction
small = st.integers(-6, 6).map(lambda n: F(n, 2))


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Intervals with ends that touch 0, belong or do not, or are not there."""
    low, high = sorted((draw(small), draw(small)))
    if low == high:
        return exactly(low)
    kind = draw(st.sampled_from(["both", "both", "low", "high"]))
    return Interval(
        None if kind == "high" else low,
        draw(st.booleans()),
        None if kind == "low" else high,
        draw(st.booleans()),
    )


def inside(interval: Interval) -> list[Fraction]:
    """Numbers of an interval: at its ends, near them, between them, far out."""
    low = F(-50) if interval.low is None else interval.low
    high = F(50) if interval.high is None else interval.high
    near = (high - low) / 1000
    return [x for x in (low, low + near, (low + high) / 2, F(0), high - near, high) if x in interval]


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> Formula:
    """Formulas over a and b, any of them more than once."""
    if depth == 0 or draw(st.booleans()):
        leaves: list[Formula] = [Name("a"), Name("b"), Number(F(2)), Number(F(1, 3)), Number(F(0))]
        return draw(st.sampled_from(leaves))
    op = draw(st.sampled_from(["+", "-", "*", "/", "min", "max"]))
    return Operation(op, (draw(formulas(depth - 1)), draw(formulas(depth - 1))))


def value(formula: Formula, known: dict[str, Fraction]) -> Fraction | None:
    """The formula reckoned a second time; None where it divides by 0."""
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Name):
        return known[formula.name]
    left, right = (value(each, known) for each in formula.args)
    if left is None or right is None or (formula.op == "/" and not right):
        return None
    return {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "min": lambda: min(left, right),
        "max": lambda: max(left, right),
    }[formula.op]()


@given(formulas(), intervals(), intervals())
def test_a_range_holds_every_value(formula: Formula, a: Interval, b: Interval) -> None:
    """No value that a formula takes within the intervals of its names lies outside its range."""
    found = range_of(formula, {"a": a, "b": b})
    assume(found is not None)
    assert found is not None
    for x in inside(a):
        for y in inside(b):
            reckoned = value(formula, {"a": x, "b": y})
            assert reckoned is not None
            assert reckoned in found


@given(formulas(), intervals(), intervals())
def test_a_sum_of_names_is_the_formula(formula: Formula, a: Interval, b: Interval) -> None:
    """Where a formula is a sum of names, the sum has its values, and a range that holds them."""
    ranges = {"a": a, "b": b}
    found = linear_of(formula, ranges)
    assume(found is not None)
    assert found is not None
    for x in inside(a):
        for y in inside(b):
            assert found.value({"a": x, "b": y}) == value(formula, {"a": x, "b": y})
            assert found.value({"a": x, "b": y}) in range_of_linear(found, ranges)


@given(intervals(), intervals())
def test_the_ends_of_a_product_are_reached_where_they_belong(a: Interval, b: Interval) -> None:
    """An end of a product belongs to it exactly where two numbers of the intervals have that product."""
    found = times(a, b)
    reached = {x * y for x in inside(a) for y in inside(b)}
    for end, belongs in ((found.low, found.low_in), (found.high, found.high_in)):
        if end is not None:
            assert (end in reached) == belongs


@given(intervals())
def test_a_reciprocal_is_none_only_over_nothing(a: Interval) -> None:
    """One over an interval is an interval unless 0 is in it; over the reciprocal it is the interval again."""
    found = reciprocal(a)
    assert (found is None) == (F(0) in a)
    if found is not None and a.low != 0 and a.high != 0 and a.low is not None and a.high is not None:
        assert reciprocal(found) == a


@pytest.mark.parametrize(
    ("formula", "a", "b", "wanted"),
    [
        ("a + b", "[1,2)", "(3,4]", "(4,6)"),
        ("a - b", "[1,2)", "(3,4]", "[-3,-1)"),
        ("a * b", "(0,1]", "[0,5)", "[0,5)"),
        ("a * b", "[-1,2)", "[3,…)", "(…,…)"),
        ("a / b", "[1,2)", "(0,4]", "[1/4,…)"),
        ("min(a, b)", "[1,5]", "(0,5)", "(0,5)"),
        ("max(a, b)", "[1,5)", "(0,5]", "[1,5]"),
    ],
)
def test_ends_that_belong_are_told_from_ends_that_do_not(formula: str, a: str, b: str, wanted: str) -> None:
    """Open and closed ends go through every operation."""
    found = range_of(parse_formula(formula), {"a": parse_interval(a), "b": parse_interval(b)})
    assert str(found) == str(Interval()) if wanted == "(…,…)" else str(found).replace("0.25", "1/4") == wanted


def test_what_may_divide_by_zero_has_no_range() -> None:
    """A quotient over an interval with 0 inside is not decided."""
    assert range_of(parse_formula("a / b"), {"a": exactly(F(1)), "b": parse_interval("[-1,1]")}) is None
