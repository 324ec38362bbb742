"""Arithmetic over names, as formulas write it: "(on_time + 0.5 * late) / settled"; never Python.

In: a text of numbers (also per cent), names, + − * /, brackets, min(…) and max(…). Out: a tree of
`Number`, `Name` and `Operation`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, TypeAlias

from attrs import frozen

from parcore.expressions import MAX_LENGTH, ExpressionError
from parcore.numbers import ZERO, NumberError, exact_text, parse_number

_TOKEN = re.compile(r"(?:([0-9]+(?:\.[0-9]+)?\s*%?)|([a-z][a-z0-9_]*)|([-+*/(),]))")
FUNCTIONS: Final = ("min", "max")
MAX_DEPTH: Final = 30
"""Brackets within brackets."""


@frozen
class Number:
    """A number of the formula."""

    value: Fraction


@frozen
class Name:
    """A field or a figure."""

    name: str


@frozen
class Operation:
    """`op` is one of + - * / min max."""

    op: str
    args: tuple[Formula, ...]


Formula: TypeAlias = Number | Name | Operation


def names_of(formula: Formula) -> Iterator[str]:
    """The names in a formula, in order, some perhaps twice."""
    if isinstance(formula, Name):
        yield formula.name
    elif isinstance(formula, Operation):
        for each in formula.args:
            yield from names_of(each)


def parse_formula(text: str) -> Formula:
    """The formula of a text.

    Raises:
        ExpressionError: outside the grammar.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(text, 0)
    reader = _Reader(text)
    formula = reader.sum(0)
    if reader.token:
        raise ExpressionError(text, reader.at)
    return formula


class _Reader:
    """Recursive descent over the tokens; `token` is the next one ("" at the end), `at` its place."""

    def __init__(self, text: str) -> None:
        self.text = text.rstrip()
        self.at = self._end = 0
        self.token = ""
        self._next()

    def _next(self) -> None:
        self.at = self._end
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        if self.at >= len(self.text):
            self.token = ""
            return
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            raise ExpressionError(self.text, self.at)
        self.token = found.group().strip()
        self._end = found.end()

    def _take(self, wanted: str) -> None:
        if self.token != wanted:
            raise ExpressionError(self.text, self.at)
        self._next()

    def sum(self, depth: int) -> Formula:
        """Terms added and taken off, from the left."""
        if depth > MAX_DEPTH:
            raise ExpressionError(self.text, self.at)
        found = self._product(depth)
        while self.token in ("+", "-"):
            op = self.token
            self._next()
            found = Operation(op, (found, self._product(depth)))
        return found

    def _product(self, depth: int) -> Formula:
        found = self._one(depth)
        while self.token in ("*", "/"):
            op = self.token
            self._next()
            found = Operation(op, (found, self._one(depth)))
        return found

    def _one(self, depth: int) -> Formula:
        token, at, first = self.token, self.at, not self.text[: self.at].strip()
        if token == "(":
            self._next()
            found = self.sum(depth + 1)
            self._take(")")
            return found
        if token == "-" and first:
            self._next()
            return Operation("-", (Number(ZERO), self._one(depth)))
        if not token or token in "+-*/),":
            raise ExpressionError(self.text, at)
        self._next()
        if token[0].isdigit():
            try:
                return Number(parse_number(token))
            except NumberError as error:
                raise ExpressionError(self.text, at) from error
        if token in FUNCTIONS and self.token == "(":
            return Operation(token, self._arguments(depth))
        return Name(token)

    def _arguments(self, depth: int) -> tuple[Formula, ...]:
        self._take("(")
        args = [self.sum(depth + 1)]
        while self.token == ",":
            self._next()
            args.append(self.sum(depth + 1))
        self._take(")")
        return tuple(args)


def formula_text(formula: Formula) -> str:
    """The formula as text, each operation in brackets that needs them."""
    match formula:
        case Number():
            return exact_text(formula.value)
        case Name():
            return formula.name
        case Operation(op="min" | "max"):
            return f"{formula.op}({', '.join(formula_text(each) for each in formula.args)})"
        case Operation():
            left, right = formula.args
            return f"{_bracketed(left, formula.op, 0)} {formula.op} {_bracketed(right, formula.op, 1)}"


def _bracketed(part: Formula, op: str, at: int) -> str:
    text = formula_text(part)
    if not isinstance(part, Operation) or part.op in FUNCTIONS:
        return text
    tight, inner = op in "*/", part.op in "*/"
    needs = (tight and not inner) or (at == 1 and op != "+" and tight == inner)
    return f"({text})" if needs else text
