"""CSV tables to rows of scalars with places: comma, semicolon or tab; a BOM and NFD text are met."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from parcore.diagnostics import Findings, ParcoreError, Place, stop
from parcore.documents.text import MAX_TABLE_BYTES, one_form, read_text
from parcore.documents.tree import Scalar

MAX_COLUMNS: Final = 4_000
MAX_CELL: Final = 20_000
MAX_CELLS: Final = 2_000_000
"""Most cells in a table; eleven thousand communes with 150 fields each have fewer."""

DELIMITERS: Final = (",", ";", "\t")
_FIRST_LINE: Final = re.compile(r"\s*([^\r\n]*)")


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
        ParcoreError: the file cannot be read, has no header, or is too large.
    """
    text = read_text(path, MAX_TABLE_BYTES, name)
    return parse_table(text, name or str(path), findings)


def parse_table(text: str, name: str, findings: Findings) -> Table:
    """The table of a CSV text; as `read_table`."""
    lines = _rows(text, name, delimiter_of(text))
    header: tuple[Scalar, ...] = ()
    rows: list[dict[str, Scalar]] = []
    left = MAX_CELLS
    for cells, raw, place in lines:
        drop_blanks(cells, len(header))
        if not header:
            if len(cells) > MAX_COLUMNS:
                raise stop("table-too-wide", place, limit=MAX_COLUMNS)
            header = tuple(_placed(cells, raw, place))
            _check_header(header, findings)
            continue
        if len(cells) != len(header):
            findings.add("row-ragged", place, has=len(cells), wants=len(header))
            continue
        left -= len(cells)
        if left < 0:
            raise stop("table-too-large", place, limit=MAX_CELLS)
        placed = _placed(cells, raw, place)
        rows.append({column.text: cell for column, cell in zip(header, placed, strict=True)})
    if not header:
        raise stop("document-empty", Place(name))
    return Table(name, header, tuple(rows))


def delimiter_of(text: str) -> str:
    """The delimiter of a table: the one that its first line has most of."""
    found = _FIRST_LINE.match(text)
    return max(DELIMITERS, key=(found.group(1) if found else "").count)


def drop_blanks(cells: list[str], width: int) -> None:
    """Take off the blank cells that spreadsheets write behind the last column."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()


def _check_header(header: tuple[Scalar, ...], findings: Findings) -> None:
    seen: dict[str, Place] = {}
    for cell in header:
        if not cell.text:
            findings.add("column-unnamed", cell.place)
            continue
        if cell.text in seen:
            findings.add("duplicate-column", cell.place, key=cell.text[:60], first=seen[cell.text])
        seen.setdefault(cell.text, cell.place)


def _rows(text: str, name: str, delimiter: str) -> Iterator[tuple[list[str], str, Place]]:
    """Each row that is not blank: its cells, its text, and where it begins."""
    source = _Lines(text)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _refused(error, Place(name, line)) from error
        if cells is None:
            return
        raw = source.taken()
        if any(cell.strip() for cell in cells):
            yield cells, raw, Place(name, line, 1)
        line = reader.line_num + 1
        if line > MAX_CELLS:
            raise stop("table-too-large", Place(name, line), limit=MAX_CELLS)


def _refused(error: csv.Error, place: Place) -> ParcoreError:
    if "field larger than field limit" in str(error):
        return stop("cell-too-long", place, limit=MAX_CELL)
    return stop("table-syntax", place, problem=error)


class _Lines:
    """Feeds lines to the reader and remembers those of the row at hand, to find its columns."""

    def __init__(self, text: str) -> None:
        # Old Macintosh tables end their lines by a bare carriage return.
        self._text = text if "\n" in text else text.replace("\r", "\n")
        self._at = 0
        self._row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._at >= len(self._text):
            raise StopIteration
        end = self._text.find("\n", self._at) + 1 or len(self._text)
        line = self._text[self._at : end]
        self._at = end
        self._row.append(line)
        return line

    def taken(self) -> str:
        row, self._row = "".join(self._row), []
        return row


def _placed(cells: list[str], raw: str, row: Place) -> list[Scalar]:
    """The cells with their places: each is as long in the file as its text, or its quoted text."""
    placed: list[Scalar] = []
    line, start, at = row.line, 0, 0
    for cell in cells:
        place = Place(row.file, line, at - start + 1)
        placed.append(Scalar(place, one_form(cell.strip(), place), quoted=True))
        if raw[at : at + 1] == '"':
            at += len(cell) + cell.count('"') + 2
            if "\n" in cell:
                line += cell.count("\n")
                start = raw.rfind("\n", 0, at) + 1
        else:
            at += len(cell)
        at += 1
    return placed
