"""A CSV file to the rows of `raw`, split as the engine's own reader splits them, whatever it looks like.

A file without quotation marks and blank lines, all of whose rows have their cells, DuckDB splits by itself:
there a line is a row to both. Any other is split here, one row after the other, and written down for DuckDB
with the line on which each begins.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final, TextIO

from attrs import frozen

from parcore.diagnostics import Findings, ParcoreError, Place, stop
from parcore.documents.table import MAX_CELL, Table, delimiter_of, parse_table
from parcore.documents.text import decode
from parcore_records.database import Database, opened, watched
from parcore_records.raw import Row, Source, load_lines, load_rows

CHUNK: Final = 2**22
"""Bytes looked at, at once."""
MAX_ROW: Final = 2**20
"""Characters of a cell from which on a quotation mark must be missing: the table is refused."""


@frozen
class _Look:
    """What the bytes of a file tell: how many lines it has, how they end, and whether each may be a row."""

    lines: int
    end: str
    plain: bool


@frozen
class _Head:
    """The header, the number of lines up to its end, and what stands between cells."""

    table: Table
    lines: int
    delimiter: str


def read_csv(path: Path, database: Database, findings: Findings) -> Source:
    """Make `raw` of a CSV file.

    Raises:
        ParcoreError: it cannot be split: a quotation mark is missing, it is no text, it has no header.
    """
    try:
        look = _look(path)
    except OSError as error:
        raise stop("file-unreadable", Place(str(path)), reason=error.strerror or str(error)) from error
    head = _head(path, look.end, findings)
    if look.plain:
        source = load_lines(path, head.table, head.lines, head.delimiter, look.lines, database)
        if source is not None:
            return source
    with opened(path, look.end) as file:
        for _ in islice(file, head.lines):
            pass
        rows = _rows(_ended(file, look.end), head, str(path))
        return load_rows(head.table, rows, database)


def _look(path: Path) -> _Look:
    lines, returns, both, seen, last, quoted = 0, 0, 0, 0, b"", False
    with watched(path) as file:
        while chunk := file.read(CHUNK):
            if not seen and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise stop("encoding-utf16", Place(str(path)))
            nul = chunk.find(b"\0")
            if nul >= 0:
                line = lines + chunk.count(b"\n", 0, nul) + 1
                raise stop("nul-byte", Place(str(path), line), offset=seen + nul)
            lines += chunk.count(b"\n")
            if b"\r" in chunk or last == b"\r":
                returns += chunk.count(b"\r")
                both += (last + chunk).count(b"\r\n")
            quoted = quoted or b'"' in chunk
            seen, last = seen + len(chunk), chunk[-1:]
    alike = returns in (0, lines) and both == returns
    end = "\r" if returns and not lines else "\n"
    return _Look(lines + (last not in (b"", b"\n")), end, not quoted and alike)


def _head(path: Path, end: str, findings: Findings) -> _Head:
    taken: list[str] = []

    def kept(lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline=end) as file:
        lines = kept(_ended(file, end))
        first = next((line for line in lines if line.strip()), "")
        delimiter = delimiter_of(first)
        try:
            rest = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
            while not any(map(str.strip, next(rest, ["."]))):
                pass
        except csv.Error as error:
            raise _refused(error, Place(str(path), 1)) from error
    text = "".join(taken).encode("utf-8", "surrogateescape")
    table = parse_table(decode(text, str(path)), str(path), findings)
    return _Head(table, len(taken), delimiter)


def _ended(lines: TextIO, end: str) -> Iterator[str]:
    """Lines that end by a line feed, as old Macintosh tables' do not."""
    return iter(lines) if end == "\n" else (line.replace("\r", "\n") for line in lines)


def _rows(lines: Iterator[str], head: _Head, name: str) -> Iterator[Row]:
    """Each row that is not blank: the line on which it begins, its cells, its text."""
    taken: list[str] = []

    def kept() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader = csv.reader(kept(), delimiter=head.delimiter, strict=True)
    limit, at = csv.field_size_limit(MAX_ROW), head.lines + 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield at, cells, "".join(taken)
            taken.clear()
            at = head.lines + reader.line_num + 1
    except csv.Error as error:
        raise _refused(error, Place(name, at)) from error
    finally:
        csv.field_size_limit(limit)


def _refused(error: csv.Error, place: Place) -> ParcoreError:
    if "field larger than field limit" in str(error):
        return stop("cell-too-long", place, limit=MAX_CELL)
    return stop("table-syntax", place, problem=error)
