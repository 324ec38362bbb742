"""CSV tables to rows of scalars with places: comma, semicolon or tab; a BOM and NFD text are met."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Final

from attrs import frozen

from parcore.diagnostics import Findings, Place, stop
from parcore.documents.text import MAX_TABLE_BYTES, read_text
from parcore.documents.tree import Scalar
from parcore.i18n import nfc

MAX_COLUMNS: Final = 4_000
MAX_CELL: Final = 20_000
DELIMITERS: Final = (",", ";", "\t")


@frozen
class Table:
    """A table: its columns' names and its rows, each a map from column to cell."""

    name: str
    header: tuple[Scalar, ...]
    rows: tuple[dict[str, Scalar], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(each.text for each in self.header)


def read_table(path: Path, findings: Findings, name: str | None = None) -> Table:
    """The table of a CSV file; blank lines are passed over, ragged rows reported.

    Raises:
        ParcoreError: the file cannot be read, has no header, or too many columns.
    """
    text = read_text(path, MAX_TABLE_BYTES, name)
    return parse_table(text, name or str(path), findings)


def parse_table(text: str, name: str, findings: Findings) -> Table:
    """The table of a CSV text; as `read_table`."""
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    if first.count(delimiter) >= MAX_COLUMNS:
        raise stop("table-too-wide", Place(name, 1), limit=MAX_COLUMNS)
    lines = _rows(text, name, delimiter)
    header = next(lines, None)
    if header is None:
        raise stop("document-empty", Place(name))
    seen: dict[str, Place] = {}
    for cell in header:
        if cell.text in seen:
            findings.add("duplicate-column", cell.place, key=cell.text, first=seen[cell.text])
        seen.setdefault(cell.text, cell.place)
    rows: list[dict[str, Scalar]] = []
    for cells in lines:
        if len(cells) != len(header):
            findings.add("row-ragged", cells[0].place, has=len(cells), wants=len(header))
            continue
        rows.append({column.text: cell for column, cell in zip(header, cells, strict=True)})
    return Table(name, tuple(header), tuple(rows))


def _rows(text: str, name: str, delimiter: str) -> Iterator[list[Scalar]]:
    source = _Lines(text)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise stop("table-syntax", Place(name, line), problem=error) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _placed(cells, source.taken(), Place(name, line))
        source.taken()
        line = reader.line_num + 1


class _Lines:
    """Feeds lines to the reader and remembers those of the row at hand, to find its columns."""

    def __init__(self, text: str) -> None:
        self._file = StringIO(text, newline="")
        self._row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._file)
        self._row.append(line)
        return line

    def taken(self) -> str:
        row, self._row = "".join(self._row), []
        return row


def _placed(cells: list[str], raw: str, row: Place) -> list[Scalar]:
    placed: list[Scalar] = []
    at = 0
    for cell in cells:
        found = raw.find(cell, at) if cell else at
        found = at if found < 0 else found
        before = raw[:found]
        line = before.count("\n")
        column = found - (before.rfind("\n") + 1) + 1
        placed.append(Scalar(Place(row.file, row.line + line, column), nfc(cell.strip()), quoted=True))
        at = found + len(cell) + 1
    return placed
