"""Tables of conditions read a second time: a condition's words and numbers, and what the first row pays.

In: the words of a document, known numbers by name. Out: whether a condition holds; `Unread` for other words.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from parcore.intervals import IntervalError, parse_interval
from parcore.numbers import ZERO, NumberError, NumberFormat, parse_number
from parcore.testing.documents import Plain

Numbers = Mapping[str, Fraction]

_SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_COMPARED: Final = re.compile(r"\s*(>=|<=|>|<|=)\s*")
_INSIDE: Final = re.compile(r"(.+?)\s+in\s+([\[(].*)")
_TERM: Final = re.compile(r"([+-]?)\s*([^+\-\s][^+\-]*)")


class Unread(Exception):
    """Words that are not read here."""


def row_of(data: Plain, numbers: Numbers) -> Any:
    """What the first row that holds pays, as written; interpretations stand first.

    Raises:
        Unread: no row holds, or one cannot be read.
    """
    rows = [(each["case"], each) for each in data.get("interpret", ())]
    rows += [(each.get("when"), each) for each in data["table"]]
    for condition, row in rows:
        if condition is None and "otherwise" in row:
            return row["otherwise"]
        if holds(condition, numbers):
            return row["points"]
    raise Unread


def holds(condition: Any, numbers: Numbers) -> bool:
    """Whether a condition holds of numbers.

    Raises:
        Unread: it is written in other words.
    """
    if isinstance(condition, list):
        return all(holds(each, numbers) for each in condition)
    if isinstance(condition, dict):
        if set(condition) == {"any"}:
            return any(holds(each, numbers) for each in condition["any"])
        if set(condition) == {"all"}:
            return holds(condition["all"], numbers)
        raise Unread
    if not isinstance(condition, str):
        raise Unread
    inside = _INSIDE.fullmatch(condition.strip())
    try:
        if inside:
            return _linear(inside.group(1), numbers) in parse_interval(inside.group(2))
        left, sign, right = _COMPARED.split(condition.strip())
        return _SIGNS[sign](_linear(left, numbers), _linear(right, numbers))
    except (ValueError, IntervalError, NumberError, KeyError) as error:
        raise Unread from error


def _linear(text: str, numbers: Numbers) -> Fraction:
    """A sum of numbers, names, and names times numbers."""
    if "".join(match.group(0) for match in _TERM.finditer(text)).replace(" ", "") != text.replace(" ", ""):
        raise Unread
    return sum(_terms(text, numbers), ZERO)


def _terms(text: str, numbers: Numbers) -> Iterator[Fraction]:
    for sign, term in _TERM.findall(text):
        product = Fraction(-1 if sign == "-" else 1)
        for factor in term.split("*"):
            name = factor.strip()
            product *= numbers[name] if name in numbers else parse_number(name, NumberFormat.PLAIN)
        yield product
