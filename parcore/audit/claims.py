"""The statements of an announcement as data: numbers as printed in their sentences, and how they relate.

A number has a name that stands once in the document. A relation compares two formulas over names;
where a sentence can be read in several ways it has several readings, the one meant first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import field, frozen

from parcore.arithmetic import Formula, names_of
from parcore.audit.printed import Printed, Printing
from parcore.audit.ranges import Ranges
from parcore.diagnostics import Place
from parcore.evidence.periods import Period
from parcore.i18n import Text
from parcore.numbers import NumberFormat
from parcore.sources import Source


@frozen
class Statement:
    """A sentence as printed. `other` is its source where it stands in another than the announcement."""

    text: str
    other: Source | None = None


NOWHERE: Final = Statement("")
"""Of numbers that nobody printed."""


@frozen
class FigureOf:
    """A figure of the engine: of a unit or of many (`about`), a quantity as observations name it."""

    about: str
    quantity: str


@frozen
class Number:
    """A number of a statement; `is_` names the figure of the engine that it should be."""

    name: str
    printed: Printed
    statement: Statement
    is_: FigureOf | None = None
    place: Place = field(default=Place(""), eq=False)


@frozen
class Reading:
    """One way to read a relation: left `op` right; `name` is empty where it is the only one."""

    name: str
    left: Formula
    op: str
    right: Formula
    text: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names in it, in order, some perhaps twice."""
        return (*names_of(self.left), *names_of(self.right))


@frozen
class Relation:
    """What an announcement says of several numbers, or what must hold of them."""

    id: str
    readings: tuple[Reading, ...]
    note: Text = Text()

    @property
    def names(self) -> tuple[str, ...]:
        """The names in it, each once."""
        return tuple(dict.fromkeys(name for each in self.readings for name in each.names))


@frozen
class Against:
    """The result to check against: a methodology or edition, and the period."""

    edition: str
    period: Period


@frozen
class Claims:
    """An announcement."""

    name: str
    title: Text
    source: Source
    format: NumberFormat
    printing: Printing
    statements: tuple[Statement, ...]
    numbers: Mapping[str, Number]
    relations: tuple[Relation, ...]
    against: Against | None = None

    @property
    def printed(self) -> tuple[Number, ...]:
        """The numbers that the statements say."""
        return tuple(each for each in self.numbers.values() if each.statement is not NOWHERE)

    def wide(self, names: Iterable[str]) -> Ranges:
        """The values that numbers can stand for."""
        return {name: self.numbers[name].printed.interval for name in names}

    def tight(self, names: Iterable[str]) -> Ranges:
        """The same, were nothing shortened."""
        return {name: self.numbers[name].printed.tight for name in names}
