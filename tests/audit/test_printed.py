"""Numbers as printed, and what they can stand for."""

from __future__ import annotations

from fractions import Fraction
from math import trunc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.audit.printed import Printing, behind, misprints, parse_printed
from parcore.intervals import Interval, IntervalError
from parcore.numbers import NumberError, NumberFormat, Rounding, round_to

F = Fraction
exact = st.fractions(min_value=-200, max_value=200, max_denominator=10**6) | st.integers(-4000, 4000).map(
    lambda n: F(n, 2000)
)
digits = st.integers(0, 4)


def half_up(x: Fraction, places: int) -> Fraction:
    """Floor of x and a half unit."""
    return round_to(x, places, Rounding.HALF_UP)


def truncated(x: Fraction, places: int) -> Fraction:
    """Towards zero."""
    return F(trunc(x * 10**places), 10**places)


@given(exact, digits)
def test_a_number_lies_in_what_its_half_up_text_stands_for(x: Fraction, places: int) -> None:
    """Under half up the interval holds the numbers that are so printed, and no other."""
    for value in (half_up(x, places), truncated(x, places)):
        inside = x in behind(value, F(1, 10**places), Printing.HALF_UP)
        assert inside == (half_up(x, places) == value)


@given(exact, digits)
def test_a_number_lies_in_what_its_truncated_text_stands_for(x: Fraction, places: int) -> None:
    """Cut off, the interval holds the numbers that are so printed, and no other."""
    for value in (half_up(x, places), truncated(x, places)):
        inside = x in behind(value, F(1, 10**places), Printing.TRUNCATED)
        assert inside == (truncated(x, places) == value)


@given(exact, digits, exact)
def test_unknown_printing_is_one_of_the_two(x: Fraction, places: int, other: Fraction) -> None:
    """Where it is not known how a number was shortened, exactly what either way allows is allowed."""
    for value in (half_up(x, places), truncated(x, places), truncated(other, places)):
        inside = x in behind(value, F(1, 10**places), Printing.UNKNOWN)
        assert inside == (value in (half_up(x, places), truncated(x, places)))


@pytest.mark.parametrize(
    ("text", "interval", "value"),
    [
        ("87,32 points", Interval(F("87.315"), True, F("87.33"), False), F("87.32")),
        ("-2,19 %", Interval(F("-2.20"), False, F("-2.185"), False), F("-2.19")),
        ("0 %", Interval(F(-1), False, F(1), False), F(0)),
        ("9,5 maximum", Interval(F("9.5"), True, F("9.5"), True), F("9.5")),
        ("21.000 count", Interval(F(21000), True, F(21000), True), F(21000)),
        ("37 rank", Interval(F(37), True, F(37), True), F(37)),
        ("> 31 %", Interval(F(31), False), None),
        (">= 80 %", Interval(F(80), True), None),
        ("< 5 points", Interval(high=F(5)), None),
        ("<= 5 points", Interval(high=F(5), high_in=True), None),
        ("[0,100] %", Interval(F(0), True, F(100), True), None),
    ],
)
def test_what_a_number_stands_for(text: str, interval: Interval, value: Fraction | None) -> None:
    """Points and per cent were shortened; counts, ranks and maxima are exact; a bound is open to one side."""
    printed = parse_printed(text, NumberFormat.VI, Printing.UNKNOWN)
    assert (printed.interval, printed.value) == (interval, value)


@pytest.mark.parametrize("text", ["9,05", "9,05 apples", "points", "1.2.3 points", "> points", ""])
def test_a_text_that_is_no_printed_number_is_refused(text: str) -> None:
    """A number needs digits and a unit."""
    with pytest.raises((NumberError, IntervalError)):
        parse_printed(text, NumberFormat.VI, Printing.UNKNOWN)


def test_misprints_are_one_slip_away() -> None:
    """A digit changed, two characters swapped, one dropped or one added; never the text itself."""
    found = {text: longer for longer, text in misprints("6,25")}
    assert {"6,5": False, "6,52": False, "9,25": False, "62,5": False, "6,255": True}.items() <= found.items()
    assert "6,25" not in found
    assert "7,26" not in found
