"""The tiny grammar of conditions: sums of names and numbers, compared; never evaluated as Python.

In: "dossiers_on_time <= dossiers_settled", "online_share in [15%,30%)", "petitions_prolonged > 0".
Out: a `Compare` or `Inside` over `Linear` sums. Names are those of fields, measures and figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Final, TypeAlias

from attrs import frozen

from parcore.intervals import Interval, IntervalError, parse_interval
from parcore.numbers import ONE, ZERO, NumberError, exact_text, parse_number

HOLDS: Final[Mapping[str, Callable[[Fraction, Fraction], bool]]] = {
    "<=": le,
    ">=": ge,
    "!=": ne,
    "<": lt,
    ">": gt,
    "=": eq,
}
"""The comparisons there are, each with what it means."""

MAX_LENGTH: Final = 500

_TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?\s*%?)|([a-z][a-z0-9_]*)|([+\-*]))")
_SPLIT = re.compile(r"(<=|>=|!=|<|>|=)")
_IN = re.compile(r"(.+?)\s+in\s+\"?([\[(=].*?)\"?\s*")


class ExpressionError(ValueError):
    """A text outside the grammar; `at` is the offset of what was not understood."""

    def __init__(self, text: str, at: int) -> None:
        self.at = at
        super().__init__(text[at : at + 20] or text[:20])


@frozen
class Linear:
    """A sum of names, each times a number, and a constant."""

    terms: tuple[tuple[str, Fraction], ...] = ()
    constant: Fraction = ZERO

    @property
    def names(self) -> tuple[str, ...]:
        """The names in it, in order."""
        return tuple(name for name, _ in self.terms)

    @property
    def name(self) -> str | None:
        """The name, where the sum is one name and nothing else."""
        single = len(self.terms) == 1 and not self.constant and self.terms[0][1] == 1
        return self.terms[0][0] if single else None

    def plus(self, other: Linear, factor: Fraction | int = 1) -> Linear:
        """This sum and another, times a factor; names that cancel out are gone."""
        terms = dict(self.terms)
        for name, each in other.terms:
            terms[name] = terms.get(name, ZERO) + factor * each
        left = tuple((name, each) for name, each in terms.items() if each)
        return Linear(left, self.constant + factor * other.constant)

    def value(self, known: Mapping[str, Fraction]) -> Fraction:
        """The sum for known names.

        Raises:
            KeyError: a name is not known.
        """
        return sum((known[name] * factor for name, factor in self.terms), self.constant)

    def __str__(self) -> str:
        parts: list[str] = []
        for name, factor in self.terms:
            body = name if abs(factor) == 1 else f"{exact_text(abs(factor))} * {name}"
            sign = "- " if factor < 0 else "+ "
            parts.append((sign if parts or factor < 0 else "") + body)
        if self.constant or not parts:
            sign = "- " if self.constant < 0 else "+ "
            parts.append((sign if parts or self.constant < 0 else "") + exact_text(abs(self.constant)))
        return " ".join(parts)


@frozen
class Compare:
    """left `op` right, `op` one of <= >= != < > =."""

    left: Linear
    op: str
    right: Linear

    def __str__(self) -> str:
        return f"{self.left} {self.op} {self.right}"


@frozen
class Inside:
    """Whether the sum lies in the interval."""

    left: Linear
    interval: Interval

    def __str__(self) -> str:
        return f"{self.left} in {self.interval}"


Comparing: TypeAlias = Compare | Inside


def parse_linear(text: str) -> Linear:
    """A sum: "a + 2 * b - 5%".

    Raises:
        ExpressionError: outside the grammar.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(text, 0)
    terms: dict[str, Fraction] = {}
    constant, at, sign, factor = ZERO, 0, ONE, ONE
    wanted = True  # whether a name or number must come next
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        if token is None:
            raise ExpressionError(text, at)
        number, name, operator = token.groups()
        if operator is None and not wanted:
            raise ExpressionError(text, at)
        if operator is not None:
            if operator == "*" or (wanted and (operator == "+" or at > 0)):
                raise ExpressionError(text, at)
            sign, wanted = ONE if operator == "+" else -ONE, True
        elif number is not None:
            factor *= _number(text, at, number)
            times = _TOKEN.match(text, token.end())
            if times is not None and times.group(3) == "*":
                at = times.end()
                continue
            constant += sign * factor
            wanted, factor = False, ONE
        else:
            terms[name] = terms.get(name, ZERO) + sign * factor
            wanted, factor = False, ONE
        at = token.end()
    if wanted:
        raise ExpressionError(text, len(text))
    return Linear(tuple(terms.items()), constant)


def _number(text: str, at: int, number: str) -> Fraction:
    try:
        return parse_number(number)
    except NumberError as error:
        raise ExpressionError(text, at) from error


def sides_of(text: str) -> tuple[str, str]:
    """The texts of the two sides of a comparison; of "x in [1,2]" the interval is the right one."""
    inside = _IN.fullmatch(text)
    if inside is not None:
        return inside.group(1), inside.group(2)
    left, _, right = _SPLIT.split(text, maxsplit=1)
    return left, right


def parse_comparing(text: str) -> Comparing:
    """A comparison: "a + b <= c", "share in [15%,30%)".

    Raises:
        ExpressionError: outside the grammar, or an interval that is none.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(text, 0)
    inside = _IN.fullmatch(text)
    if inside is not None:
        try:
            return Inside(parse_linear(inside.group(1)), parse_interval(inside.group(2)))
        except IntervalError as error:
            raise ExpressionError(text, inside.start(2)) from error
    parts = _SPLIT.split(text)
    if len(parts) != 3:
        raise ExpressionError(text, 0)
    left, op, right = parts
    return Compare(parse_linear(left), op, parse_linear(right))
