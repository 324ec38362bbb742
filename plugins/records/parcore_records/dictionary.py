"""What the texts of a column say: each different text is read once, by the engine's own reader.

In: a column of `raw`. Out: for each text the number of a cell (0: blank), or why it is bad. So a cell means
here what it means in a table that the engine reads itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final, TypeAlias

from attrs import field, frozen

from parcore.diagnostics import Diagnostic, Findings, ParcoreError, Place
from parcore.documents.table import MAX_CELL
from parcore.documents.text import one_form
from parcore.documents.tree import Scalar
from parcore.evidence.cells import read_value, stated
from parcore.evidence.evidence import Cell
from parcore.evidence.periods import Period
from parcore.evidence.records import RecordTable
from parcore.evidence.vocabulary import FieldSpec
from parcore.numbers import NumberFormat
from parcore.values import State, Value

Reader: TypeAlias = Callable[[tuple[Scalar, ...], Findings], object]
"""What texts say; None where nothing, or where they are bad, which is reported."""

NOT_EXACT: Final = "≈"
"""Before the text of a binary float that has more digits than are sure."""
SHOWN: Final = 20
"""Findings of one kind that are shown."""
REJECTED: Final = Cell(Value(State.REJECTED))
"""What each field of a bad row says."""


@frozen
class Reasons:
    """Why rows are bad: each code with its number, from 1, and findings that show it."""

    codes: dict[str, int] = field(factory=dict)
    shown: list[Diagnostic] = field(factory=list)
    _often: Counter[str] = field(factory=Counter)

    def number(self, code: str) -> int:
        """The number of a code."""
        return self.codes.setdefault(code, len(self.codes) + 1)

    def of(self, findings: Findings) -> int:
        """The number of what was found; the first findings of each kind are kept to be shown."""
        for each in findings:
            self._often[each.code] += 1
            if self._often[each.code] <= SHOWN:
                self.shown.append(each)
        return self.number(next(iter(findings)).code)


@frozen
class Texts:
    """What the texts of a column, or of several together, say; each known once."""

    values: list[object] = field(factory=lambda: [None])
    _at: dict[object, int] = field(factory=lambda: {None: 0})

    def number(self, value: object) -> int:
        """The number of a value."""
        if value not in self._at:
            self._at[value] = len(self.values)
            self.values.append(value)
        return self._at[value]


def read_texts(
    rows: Iterator[tuple[object, ...]],
    place: Callable[[int], Place],
    read: Reader,
    texts: Texts,
    reasons: Reasons,
) -> Iterator[tuple[object, int, int]]:
    """For each row of a dictionary (number, first place, texts): its number, its value's, its fault's."""
    for key, at, *cells in rows:
        findings, value = Findings(), None
        try:
            where = place(int(str(at)))
            said = tuple(_scalar(str(cell or ""), where, findings) for cell in cells)
            value = None if findings.errors else read(said, findings)
        except ParcoreError as error:
            findings.extend(error.diagnostics)
        bad = reasons.of(findings) if value is None and findings.errors else 0
        yield key, texts.number(value), bad


def _scalar(text: str, place: Place, findings: Findings) -> Scalar:
    if len(text) > MAX_CELL:
        findings.add("cell-too-long", place, limit=MAX_CELL)
    return Scalar(place, one_form(text.strip(), place), quoted=True)


def decimal_text(text: str, sure: int) -> str:
    """The text of a binary float without an exponent; marked where it has more digits than are sure."""
    number = Decimal(text)
    if not number.is_finite():
        return text
    return f"{number:f}" if len(number.normalize().as_tuple().digits) <= sure else f"{NOT_EXACT}{text}"


def cell_of(name: str, spec: FieldSpec, numbers: NumberFormat, sure: int) -> Reader:
    """What the text of a field's column says, of binary floats with so many sure digits; None where blank."""

    def read(said: tuple[Scalar, ...], findings: Findings) -> Cell | None:
        (cell,) = said
        if not cell.text:
            return None
        if sure:
            cell = Scalar(cell.place, decimal_text(cell.text, sure), quoted=True)
        if cell.text.startswith(NOT_EXACT):
            findings.add("float-inexact", cell.place, field=name, value=cell.text[1:])
            return None
        value = read_value(Scalar(cell.place, name), cell, None, spec, numbers, findings)
        return None if value is None else Cell(value, stated(spec, value, cell.text))

    return read


def owner_of(asked: RecordTable, *, dated: bool) -> Reader:
    """Whose list, and of which period, a row is in, by the texts of its columns `unit` and `period`."""

    def read(said: tuple[Scalar, ...], findings: Findings) -> tuple[str, Period] | None:
        row = {asked.whose: said[0]} | ({"period": said[1]} if dated else {})
        period = asked.defaults.row_period(row, findings)
        if period is None:
            return None
        unit = asked.units.look_up(said[0].text, period.end, said[0].place, findings)
        return None if unit is None else (unit.id, period)

    return read
