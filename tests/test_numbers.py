"""Exact numbers: from text, rounded, and back to text."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.intervals import Interval
from parcore.numbers import (
    MAX_DIGITS,
    NumberError,
    NumberFormat,
    Rounding,
    decimal_text,
    decimals,
    exact_text,
    parse_exact,
    parse_number,
    round_to,
    shown,
    shown_percent,
)
from parcore.rules.graph import Const, Piece
from tests import strategies as our

F = Fraction
MARKS = {NumberFormat.PLAIN: ("", "."), NumberFormat.VI: (".", ","), NumberFormat.EN: (",", ".")}


def written(value: Fraction, number_format: NumberFormat, places: int, *, grouped: bool) -> str:
    """A decimal as a person writes it in a format, digit by digit; no code of parcore in it."""
    group, point = MARKS[number_format]
    whole, rest = divmod(abs(value), 1)
    digits = ""
    number = int(whole)
    while number or not digits:
        digits = str(number % 10) + digits
        number //= 10
    if grouped and group:
        head = len(digits) % 3 or 3
        digits = group.join([digits[:head], *(digits[at : at + 3] for at in range(head, len(digits), 3))])
    tail = ""
    for _ in range(places):
        rest *= 10
        tail += str(int(rest // 1))
        rest %= 1
    return ("-" if value < 0 else "") + digits + (point + tail if places else "")


@given(our.decimals(4), st.sampled_from(list(MARKS)), st.booleans(), st.sampled_from(["", "%", " %"]))
def test_a_number_is_read_as_its_format_writes_it(
    value: Fraction, number_format: NumberFormat, grouped: bool, percent: str
) -> None:
    """What a person writes in a declared format, grouped or not, in per cent or not, is read exactly."""
    text = written(value, number_format, 4, grouped=grouped) + percent
    assert parse_number(text, number_format) == (value / 100 if percent else value)


@given(our.decimals(3), st.sampled_from(list(MARKS)), st.booleans(), st.integers(0, 3))
def test_an_undeclared_number_has_one_reading_or_is_refused(
    value: Fraction, number_format: NumberFormat, grouped: bool, places: int
) -> None:
    """Without a declaration a text with one reading is read; else each reading is shown."""
    text = written(round_to(value, places), number_format, places, grouped=grouped)
    readings = set()
    for each in MARKS:
        try:
            readings.add(parse_number(text, each))
        except NumberError:
            continue
    if len(readings) == 1:
        assert {parse_number(text, NumberFormat.UNDECLARED)} == readings
    else:
        with pytest.raises(NumberError) as refused:
            parse_number(text, NumberFormat.UNDECLARED)
        assert {parse_exact(shown_) for _, shown_ in refused.value.readings} == readings
        assert all(shown_ in str(refused.value) for _, shown_ in refused.value.readings)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.234", {"1.234", "1234"}),
        ("1,234", {"1.234", "1234"}),
        ("-1.000", {"-1", "-1000"}),
        ("21.000", {"21", "21000"}),
        ("1.234%", {"1.234%", "1234%"}),
        ("999,999", {"999.999", "999999"}),
    ],
)
def test_two_readings_are_both_shown(text: str, readings: set[str]) -> None:
    """A text that groups in one format and has decimals in another is refused, with both of its readings."""
    with pytest.raises(NumberError) as refused:
        parse_number(text, NumberFormat.UNDECLARED)
    assert {each for _, each in refused.value.readings} == readings


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.125", F(1, 8)),
        ("0,125", F(1, 8)),
        ("21.000,5", F(42001, 2)),
        ("21,000.5", F(42001, 2)),
        ("1.234.567", 1234567),
        ("1,234,567", 1234567),
        ("12345.678", F(12345678, 1000)),
        ("91,17%", F(9117, 10000)),
        ("−5", -5),
        (" 7 ", 7),
    ],
)
def test_one_reading_needs_no_declaration(text: str, value: Fraction) -> None:
    """A text that only one number fits is read without a declared format."""
    assert parse_number(text, NumberFormat.UNDECLARED) == value


@pytest.mark.parametrize("number_format", NumberFormat)
@pytest.mark.parametrize(
    "text",
    ["", " ", "%", "-", "1e3", "1E3", "0x10", "1_000", "1/2", "٣", "５", "1 000", "1..2", "1,,2", ".5", "5.",
     "--1", "1.2.3,4", "1,23,456", "01.234,5,6", "nan", "inf", "1%%", "1\n2", "½", "1" * (MAX_DIGITS + 1)],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str, number_format: NumberFormat) -> None:
    """Exponents, hexadecimal, underscores, foreign digits, odd groups and endless digits are no numbers."""
    with pytest.raises(NumberError) as refused:
        parse_number(text, number_format)
    assert len(refused.value.readings) != 1


@given(st.text(alphabet="0123456789.,-+% eE_x/١½\n", max_size=12), st.sampled_from(NumberFormat))
def test_a_text_is_a_number_or_an_error(text: str, number_format: NumberFormat) -> None:
    """Any text gives an exact number or a `NumberError`, and nothing else."""
    try:
        found: object = parse_number(text, number_format)
    except NumberError as error:
        found = error
        named = str(error)
    else:
        named = repr(text)
    assert isinstance(found, Fraction | NumberError)
    assert repr(text) in named


@given(our.numbers(), st.integers(-2, 6))
def test_half_up_is_the_floor_of_x_and_a_half(value: Fraction, digits: int) -> None:
    """Rounding half up is floor(x + ½) in units of the last digit, for negatives too."""
    unit = F(1, 10**digits) if digits >= 0 else F(10**-digits)
    got = round_to(value, digits)
    steps = got / unit
    assert steps.denominator == 1
    # floor(x + ½) is the only whole number n with n ≤ x + ½ < n + 1.
    assert steps <= value / unit + F(1, 2) < steps + 1


@given(our.numbers(), st.integers(-2, 6))
def test_down_is_the_floor_and_up_the_ceiling(value: Fraction, digits: int) -> None:
    """Rounding down and up enclose the number by at most one unit, and meet where it is exact."""
    unit = F(1, 10**digits) if digits >= 0 else F(10**-digits)
    down, up = (round_to(value, digits, mode) for mode in (Rounding.DOWN, Rounding.UP))
    assert (down / unit).denominator == (up / unit).denominator == 1
    assert down <= value <= up
    assert up - down == (0 if (value / unit).denominator == 1 else unit)


@pytest.mark.parametrize(
    ("text", "digits", "rounded"),
    [("2.675", 2, "2.68"), ("-2.675", 2, "-2.67"), ("0.5", 0, "1"), ("-0.5", 0, "0"), ("1.005", 2, "1.01")],
)
def test_ties_go_up(text: str, digits: int, rounded: str) -> None:
    """A tie goes to the larger neighbour, where binary floats and bankers' rounding would not."""
    assert round_to(parse_exact(text), digits) == parse_exact(rounded)


@given(st.one_of(our.numbers(), our.decimals(9), st.fractions()))
def test_exact_text_and_its_parser_are_inverse(value: Fraction) -> None:
    """The exact text of a number parses to it, and is the only text that does."""
    text = exact_text(value)
    assert parse_exact(text) == value
    for other in (
        f"+{text}",
        f" {text}",
        f"{text}.0",
        f"{text}0" if "." in text else f"0{text}",
        f"{text}/1",
    ):
        with pytest.raises(NumberError):
            parse_exact(other)


@given(st.text(alphabet="0123456789./-+ ", max_size=8))
def test_only_exact_texts_are_parsed_exactly(text: str) -> None:
    """A text is refused, or is the exact text of the number it gives."""
    try:
        value = parse_exact(text)
    except NumberError:
        return
    assert exact_text(value) == text


@pytest.mark.parametrize("text", ["", "-0", "1/0", "2/4", "1/2", "1.50", "--1", "1e3"])
def test_a_number_not_in_its_exact_form_is_refused(text: str) -> None:
    """Another spelling of a number and a zero denominator are `NumberError`, nothing else."""
    with pytest.raises(NumberError):
        parse_exact(text)


@pytest.mark.parametrize("text", ["9" * 5000, "1/" + "7" * 5000, "-" + "3" * 6000 + ".5"])
def test_a_number_of_thousands_of_digits_is_written_and_read(text: str) -> None:
    """What Python's own conversion of whole numbers refuses is exact all the same."""
    assert exact_text(parse_exact(text)) == text


@given(our.numbers())
def test_decimals_is_the_least_number_of_places(value: Fraction) -> None:
    """`decimals` is the fewest places that write a number exactly, or None where none do."""
    places = decimals(value)
    if places is None:
        assert all((value * 10**k).denominator != 1 for k in range(25))
    else:
        assert (value * 10**places).denominator == 1
        assert places == 0 or (value * 10 ** (places - 1)).denominator != 1


@given(our.numbers(), st.integers(0, 5))
def test_decimal_text_has_the_places_asked_for(value: Fraction, digits: int) -> None:
    """The text has exactly so many decimals, is the number rounded half up, and never is a negative zero."""
    text = decimal_text(value, digits)
    assert len(text.partition(".")[2]) == digits
    assert parse_number(text) == round_to(value, digits)
    assert not (text.startswith("-") and parse_number(text) == 0)


@given(our.decimals(6))
def test_what_is_shown_is_read_back(value: Fraction) -> None:
    """A decimal shown to a reader of either language reads back to the same number."""
    assert parse_number(shown(value, "vi"), NumberFormat.VI) == value
    assert parse_number(shown(value, "en"), NumberFormat.PLAIN) == value
    assert parse_number(shown_percent(value, "vi"), NumberFormat.VI) == value


@given(our.numbers())
def test_a_repeating_decimal_shows_its_first_digits(value: Fraction) -> None:
    """A repeating decimal is shown as its first six decimals and `…`, cut, not rounded."""
    text = shown(value, "en")
    if decimals(value) is not None:
        assert "…" not in text
        return
    cut = parse_number(text.removesuffix("…"))
    assert text.endswith("…")
    assert abs(cut) < abs(value) < abs(cut) + F(1, 10**6)
    assert cut * value >= 0


@pytest.mark.parametrize("number", [0.1, 1.0, True, "1", None])
def test_no_binary_float_enters_a_rule(number: object) -> None:
    """A float, a truth value or a text is refused as a number of a rule or an end of an interval."""
    with pytest.raises(TypeError):
        Const(number)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Piece(Interval(), number)  # type: ignore[arg-type]
    if number is not None:
        with pytest.raises(TypeError):
            Interval(number)  # type: ignore[arg-type]
