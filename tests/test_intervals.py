"""Intervals as decisions write them: membership, cutting, text, and numbers found inside."""

from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.intervals import (
    EVERYTHING,
    Interval,
    IntervalError,
    Range,
    above,
    at_least,
    at_most,
    below,
    exactly,
    hull,
    inverse,
    is_bound,
    parse_bound,
    parse_interval,
    plus,
    times,
)
from parcore.numbers import NumberError, NumberFormat, decimals, exact_text, parse_number
from tests import strategies as our
from tests.readings.oracle import holds

F = Fraction
PROBES = sorted({edge + shift for edge in our.EDGES for shift in (F(-1, 7), F(0), F(1, 7))})
"""Every end that the strategies draw, and a number on either side of it."""


@given(our.intervals(), st.one_of(our.numbers(), st.sampled_from(PROBES)))
def test_membership_is_what_the_words_say(interval: Interval, x: Fraction) -> None:
    """A number is inside where it is past the lower end and short of the upper, a closed end included."""
    assert (x in interval) == holds(interval, x)


@given(our.intervals(), our.intervals())
def test_meet_is_membership_in_both(one: Interval, two: Interval) -> None:
    """The meet holds exactly the numbers in both, in either order; None where there are none."""
    both = one.meet(two)
    assert both == two.meet(one)
    for x in PROBES:
        assert (both is not None and x in both) == (x in one and x in two)


@given(our.intervals(), our.intervals())
def test_an_interval_is_cut_into_what_is_there_and_what_is_not(one: Interval, two: Interval) -> None:
    """Meet and rest share no number, miss none, and the rest stands in order."""
    both, rest = one.meet(two), one.minus(two)
    for x in PROBES:
        inside = [part for part in (*rest, *([both] if both else [])) if x in part]
        assert len(inside) == (x in one)
        assert any(x in part for part in rest) == (x in one and x not in two)
    assert all(a.before(b) for a, b in pairwise(rest))


@given(our.intervals(), our.intervals())
def test_before_means_every_number_is_smaller(one: Interval, two: Interval) -> None:
    """One interval is before another where no number of it reaches any of the other's."""
    pairs = product([x for x in PROBES if x in one], [x for x in PROBES if x in two])
    if one.before(two):
        assert one.meet(two) is None
        assert all(x < y for x, y in pairs)
        assert not two.before(one)
    else:
        assert one.meet(two) is not None or two.before(one)


@given(our.cuttings(most=8))
def test_touching_intervals_are_disjoint_and_cover(parts: list[Interval]) -> None:
    """Neighbours that share an end, one of them closed there, are apart and leave no number out."""
    for x in PROBES:
        assert sum(x in part for part in parts) == 1
    assert all(a.before(b) for a, b in pairwise(parts))


def clear(text: str) -> bool:
    """Whether a text has one reading."""
    try:
        parse_number(text, NumberFormat.UNDECLARED)
    except NumberError:
        return False
    return True


@given(our.intervals(st.one_of(st.sampled_from(our.EDGES), our.decimals(4))))
def test_an_interval_is_parsed_from_its_text(interval: Interval) -> None:
    """The text of an interval gives it back, unless an end has two readings, which is refused."""
    texts = [exact_text(end) for end in (interval.low, interval.high) if end is not None]
    if not all(map(clear, texts)):
        with pytest.raises(IntervalError):
            parse_interval(str(interval))
        return
    assert parse_interval(str(interval)) == interval
    assert str(parse_interval(str(interval))) == str(interval)


@given(st.integers(0, 100), st.integers(0, 100), st.booleans(), st.booleans())
def test_per_cent_ends_are_hundredths(a: int, b: int, low_in: bool, high_in: bool) -> None:
    """Ends in per cent are the same interval as their hundredths, with spaces or `;` as people write."""
    low, high = sorted((a, b))
    wanted = our.made_interval(F(low, 100), low_in, F(high, 100), high_in)
    left, right = "[" if low_in else "(", "]" if high_in else ")"
    for text in (f"{left}{low}%,{high}%{right}", f" {left} {low} % ; {high} % {right} "):
        if wanted is None:
            with pytest.raises(IntervalError):
                parse_interval(text)
        else:
            assert parse_interval(text) == wanted


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("[88%,90%]", Interval(F(88, 100), True, F(9, 10), True)),
        ("(90%,100%)", Interval(F(9, 10), False, F(1), False)),
        ("=100%", exactly(F(1))),
        ("[21,…)", at_least(F(21))),
        ("(...,0)", below(F(0))),
        ("(…,…)", EVERYTHING),
        ("[0,100%]", Interval(F(0), True, F(1), True)),
        ("(0, 2.5]", Interval(F(0), False, F(5, 2), True)),
    ],
)
def test_decisions_write_intervals(text: str, interval: Interval) -> None:
    """The shapes that decisions use are read as they are meant."""
    assert parse_interval(text) == interval


@pytest.mark.parametrize(
    "text",
    ["", "[1]", "[2,1]", "(1,1)", "[1,1)", "[…,1]", "[1,…]", "[1.234,2]", "[1%,2]", "[1,2%)", "[a,b]", "1,2",
     "=", "=…", "[1,2,3]", "{1,2}", "[0.5,1", "[1e3,2e3]"],
)  # fmt: skip
def test_what_is_no_interval_is_refused(text: str) -> None:
    """Reversed, empty, half in per cent, closed at infinity, with two readings: none is an interval."""
    with pytest.raises(IntervalError):
        parse_interval(text)


@given(st.text(alphabet="[]()=,;.…0159% -a\n", max_size=14))
def test_a_text_is_an_interval_or_an_error(text: str) -> None:
    """Any text gives an interval that is not empty, or an `IntervalError`, and nothing else."""
    try:
        interval = parse_interval(text)
    except IntervalError:
        return
    found = Range(interval).sample(EVERYTHING)
    assert found is not None
    assert found in interval


def test_a_long_blank_is_refused_at_once() -> None:
    """A text of twenty thousand blanks costs no more than a glance."""
    with pytest.raises(IntervalError):
        parse_interval("[" + " " * 20_000 + "x")


@given(our.intervals())
def test_one_set_is_one_interval(interval: Interval) -> None:
    """Intervals of the same numbers are equal, however they were made."""
    again = Interval(
        interval.low,
        interval.low_in or interval.low is None,
        interval.high,
        interval.high_in or interval.high is None,
    )
    assert again == interval
    assert hash(again) == hash(interval)


@given(st.sampled_from(our.EDGES), st.sampled_from(PROBES))
def test_half_lines_say_whether_their_end_belongs(x: Fraction, y: Fraction) -> None:
    """At least, more than, at most and less than are the comparisons of their words."""
    assert (y in at_least(x)) == (y >= x)
    assert (y in above(x)) == (y > x)
    assert (y in at_most(x)) == (y <= x)
    assert (y in below(x)) == (y < x)
    assert (y in exactly(x)) == (y == x)


def on_grid(range_: Range, within: Interval) -> bool:
    """Whether a number of the range lies within, by looking at every number of its grid near the ends."""
    assert range_.step is not None
    ends = [end for each in (range_.interval, within) for end in (each.low, each.high) if end is not None]
    low, high = min(ends, default=F(0)), max(ends, default=F(0))
    first, last = int(low // range_.step) - 2, int(high // range_.step) + 2
    return any(
        at * range_.step in within and at * range_.step in range_.interval for at in range(first, last + 1)
    )


@given(our.ranges(), our.intervals())
def test_a_sample_is_found_wherever_there_is_one(range_: Range, within: Interval) -> None:
    """A sample lies in the range and within; None is given only where a search of the grid finds none."""
    found = range_.sample(within)
    if found is not None:
        assert found in range_
        assert found in within
    elif range_.step is not None:
        assert not on_grid(range_, within)
    else:
        assert range_.interval.meet(within) is None


@given(our.ranges(), our.numbers())
def test_a_range_is_its_interval_on_its_grid(range_: Range, x: Fraction) -> None:
    """A number belongs to a range where it is inside and a whole number of steps from 0."""
    steps = range_.step is None or any(abs(n) * range_.step == abs(x) for n in {round(x / range_.step)})
    assert (x in range_) == (holds(range_.interval, x) and steps)


def test_from_three_to_four_meetings_there_is_no_number() -> None:
    """Between two neighbouring whole numbers a count has no sample; a rational has."""
    between = Interval(F(3), False, F(4), False)
    assert Range(at_least(F(0)), F(1)).sample(between) is None
    assert decimals(Range(at_least(F(0))).sample(between) or F(0)) == 1


@given(our.intervals(), our.intervals())
def test_arithmetic_holds_every_result(one: Interval, two: Interval) -> None:
    """Sums and products of numbers of two intervals lie in their sum and product, and in the hull both."""
    for a in (x for x in PROBES if x in one):
        assert a in hull(one, two)
        assert a in hull(two, one)
        for b in (x for x in PROBES if x in two):
            assert a + b in plus(one, two)
            assert a * b in times(one, two)


@pytest.mark.parametrize(
    ("one", "two", "product_"),
    [
        ("(0,1]", "[2,3)", "(0,3)"),
        ("(-1,2]", "[-3,…)", "(…,…)"),
        ("[0,1]", "[2,…)", "[0,…)"),
        ("(0,1)", "=0", "=0"),
        ("(1,2)", "(…,-3]", "(…,-3)"),
    ],
)
def test_a_product_has_no_wider_ends(one: str, two: str, product_: str) -> None:
    """Each end of a product is one that products reach or come near to, open where they only come near."""
    assert times(parse_interval(one), parse_interval(two)) == parse_bound(product_, NumberFormat.PLAIN)


@pytest.mark.parametrize(
    ("one", "inverted"), [("[2,4)", "(0.25,0.5]"), ("(0,5]", "[0.2,…)"), ("[4,…)", "(0,0.25]")]
)
def test_the_inverse_of_what_is_positive(one: str, inverted: str) -> None:
    """1 / x turns the ends round; what comes near 0 has no bound above."""
    assert inverse(parse_interval(one)) == parse_interval(inverted)


@given(our.ranges(), our.intervals())
def test_a_range_drawn_in_holds_the_same_numbers(one: Range, cut: Interval) -> None:
    """A range within an interval holds the numbers in both, and its ends stand on its grid."""
    left = one.within(cut)
    for x in PROBES:
        assert (left is not None and x in left) == (x in one and x in cut)
    for end in () if left is None else (left.interval.low, left.interval.high):
        assert one.step is None or end is None or end in one


@pytest.mark.parametrize(
    ("text", "numbers", "found"),
    [
        ("> 80%", NumberFormat.PLAIN, above(F(4, 5))),
        (">= 184", NumberFormat.PLAIN, at_least(F(184))),
        ("≥184", NumberFormat.UNDECLARED, at_least(F(184))),
        ("< 60,5%", NumberFormat.VI, below(F(121, 200))),
        ("≤ 1.250", NumberFormat.VI, at_most(F(1250))),
        ("(60,5%; 1.000%]", NumberFormat.VI, Interval(F(121, 200), False, F(10), True)),
        ("(60%,100%]", NumberFormat.VI, Interval(F(3, 5), False, F(1), True)),
        ("[1,…)", NumberFormat.EN, at_least(F(1))),
    ],
)
def test_a_bound_is_read_in_the_source_s_own_numbers(
    text: str, numbers: NumberFormat, found: Interval
) -> None:
    """A comparison or an interval, its numbers written as the source writes numbers."""
    assert is_bound(text)
    assert parse_bound(text, numbers) == found


@pytest.mark.parametrize("text", ["> ", "(1,5,2]", "[5,4]", "[2", "> 1.234", ">> 5", "(…,…]"])
def test_what_is_no_bound_is_refused(text: str) -> None:
    """A comparison with no number, or two; an interval of another shape or with nothing inside."""
    with pytest.raises((IntervalError, NumberError)):
        parse_bound(text, NumberFormat.UNDECLARED)


def test_one_number_is_read_in_the_format_of_its_source() -> None:
    """A text of one number is read as its source writes numbers, as both ends of others are."""
    assert parse_interval("=1.234,5", NumberFormat.VI) == exactly(F("1234.5"))
    assert parse_interval("[1.234,5;2.000]", NumberFormat.VI) == Interval(F("1234.5"), True, F(2000), True)
