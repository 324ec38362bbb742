"""The grammar of conditions: parsed, printed, evaluated; never Python."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parcore.expressions import (
    HOLDS,
    MAX_LENGTH,
    Compare,
    Comparing,
    ExpressionError,
    Inside,
    Linear,
    parse_comparing,
    parse_linear,
)
from parcore.intervals import Interval
from parcore.numbers import NumberError, NumberFormat, exact_text, parse_number
from tests import strategies as our

F = Fraction
NAMES = ("a", "b", "on_time", "x2")


def linears() -> st.SearchStrategy[Linear]:
    """Sums of names, each once, in any order, and a constant."""
    factors = st.one_of(st.sampled_from([F(1), F(-1), F(2), F(1, 2), F(0)]), our.decimals(3))
    terms = st.lists(st.tuples(st.sampled_from(NAMES), factors), unique_by=lambda each: each[0], max_size=4)
    constants = st.one_of(st.just(F(0)), our.decimals(3))
    return st.builds(lambda given, rest: Linear(tuple(given), rest), terms, constants)


def known() -> st.SearchStrategy[dict[str, Fraction]]:
    """A number for each name."""
    return st.fixed_dictionaries({name: our.numbers() for name in NAMES})


def clear(interval: Interval) -> bool:
    """Whether the ends of an interval have one reading each."""
    try:
        for end in (interval.low, interval.high):
            if end is not None:
                parse_number(exact_text(end), NumberFormat.UNDECLARED)
    except NumberError:
        return False
    return True


def comparings() -> st.SearchStrategy[Comparing]:
    """Comparisons and memberships."""
    compares = st.builds(Compare, linears(), st.sampled_from(sorted(HOLDS)), linears())
    return st.one_of(compares, st.builds(Inside, linears(), our.intervals().filter(clear)))


@given(linears())
def test_a_sum_is_parsed_from_its_text(linear: Linear) -> None:
    """The text of a sum gives it back."""
    assert parse_linear(str(linear)) == linear


@given(comparings())
def test_a_comparison_is_parsed_from_its_text(comparing: Comparing) -> None:
    """The text of a comparison or membership gives it back."""
    assert parse_comparing(str(comparing)) == comparing


def blanks() -> st.SearchStrategy[str]:
    """What may stand between words."""
    return st.sampled_from(["", " ", "  "])


def products() -> st.SearchStrategy[tuple[str, list[str], str]]:
    """A sign, some factors and perhaps a name."""
    factors = st.lists(st.sampled_from(["2", "0.5", "10%", "3 %"]), max_size=3)
    return st.tuples(st.sampled_from("+-"), factors, st.sampled_from([*NAMES, ""]))


@given(st.lists(products(), min_size=1, max_size=5), known(), blanks())
def test_a_sum_is_evaluated_as_it_is_written(
    parts: list[tuple[str, list[str], str]], numbers: dict[str, Fraction], blank: str
) -> None:
    """Signs, factors, per cent, repeated names: the value is that of the sum as it is written."""
    value, texts = F(0), []
    for sign, factors, name in parts:
        words = [*factors, *([name] if name else [])] or ["7"]
        product = F(1)
        for word in words:
            product *= numbers[word] if word in numbers else parse_number(word.replace(" ", ""))
        value += product if sign == "+" else -product
        texts.append(f"{blank}{sign}{blank}" + f"{blank}*{blank}".join(words))
    text = "".join(texts).strip().removeprefix("+")
    assert parse_linear(text).value(numbers) == value


@given(linears(), linears(), known())
def test_comparisons_are_those_of_exact_numbers(
    one: Linear, two: Linear, numbers: dict[str, Fraction]
) -> None:
    """A sum's value is Σ factor × number + constant, and each comparison is the sign of a difference."""
    x, y = (
        sum((numbers[name] * factor for name, factor in each.terms), each.constant) for each in (one, two)
    )
    assert one.value(numbers) == x
    truths = {op for op, holds in HOLDS.items() if holds(one.value(numbers), two.value(numbers))}
    assert truths == ({"<", "<=", "!="} if x < y else {">", ">=", "!="} if x > y else {"=", "<=", ">="})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 * 3 * a", 30),
        ("2 * 3", 6),
        ("a + a", 10),
        ("-a + 5%", F(-99, 20)),
        ("50% * a - 1", F(3, 2)),
        ("a - a", 0),
    ],
)
def test_products_and_repeats_count(text: str, value: Fraction) -> None:
    """Every factor counts, and a name that stands twice counts twice."""
    assert parse_linear(text).value({"a": F(5)}) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", "+", "+ a", "a +", "a b", "2 a", "a * 2", "2 *", "* a", "2 * - a", "a + + b", "a + - b", "A",
     "a.b", "a()", "1e3", "1_000", "0x10", "a ** 2", "a / b", "(a)", "__import__", "a; b", "1,5", "9" * 61,
     "٣", "a + ٣"],
)  # fmt: skip
def test_what_is_no_sum_is_refused(text: str) -> None:
    """Calls, powers, brackets, grouping, foreign digits, endless numbers: none is in the grammar."""
    with pytest.raises(ExpressionError):
        parse_linear(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a <", "< a", "a < b < c", "a == b", "a => b", "a in", "a in [2,1]", "a in 5", "a in [1.234,2]",
     "in [1,2]", "a in [1,2] in [1,2]", "a < " + "9" * 61, "a ≤ b", "a and b", "a < b or c"],
)  # fmt: skip
def test_what_is_no_comparison_is_refused(text: str) -> None:
    """Two comparisons in a row, words of Python, empty intervals and missing sides are refused."""
    with pytest.raises(ExpressionError):
        parse_comparing(text)


@given(st.one_of(st.text(max_size=30), st.text(alphabet='ab2 +-*%.,<>=!in[]()"…\n\t٣9', max_size=40)))
@example("9" * 100)
@example("a < " + "9" * 100)
@example("9" * 400 + " * a")
@example("a in [" + "9" * 400 + ",1]")
@example("a in [" + " " * (MAX_LENGTH - 7))
@example("a" + " " * (MAX_LENGTH - 1))
@example("a" * (MAX_LENGTH + 1))
def test_hostile_text_is_an_expression_error(text: str) -> None:
    """No text makes either parser raise anything but `ExpressionError`, which points into the text."""
    for parse in (parse_linear, parse_comparing):
        try:
            parse(text)
        except ExpressionError as error:
            at = error.at
        else:
            at = 0
        assert 0 <= at <= len(text)
