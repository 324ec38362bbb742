"""A file of records to the table `raw`: its columns as text, `c0`, `c1`, …, in the order of its rows."""

from __future__ import annotations

import csv
import io
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Final

from attrs import frozen

from parcore.diagnostics import Findings, Place
from parcore.documents.reading import text_of
from parcore.documents.table import DELIMITERS, Table, parse_table
from parcore.documents.tree import Scalar
from parcore.evidence.records import RecordTable
from parcore_records.database import Database

PARQUET: Final = ".parquet"
SQLITE: Final = (".sqlite", ".sqlite3", ".db")
NUMERIC: Final = ("INT", "DEC", "NUM", "REAL", "FLOA", "DOUB")
RAGGED: Final = "row-ragged"
ENCODING: Final = "encoding-not-utf8"


@frozen
class Reject:
    """A row that is none: where it stands among the rows, why, and its text."""

    row: int
    reason: str
    text: str


@frozen
class Source:
    """What `raw` holds: the header; columns that are numbers in the file; rows that could not be split.

    `gaps` are the numbers of the rows that do not stand in `raw` at their place; `texts` says whether rows
    are lines of a text, which begin under the header.
    """

    table: Table
    plain: frozenset[str] = frozenset()
    rejects: tuple[Reject, ...] = ()
    gaps: tuple[int, ...] = ()
    texts: bool = True

    def row(self, at: int) -> int:
        """The number of a row among all rows of the file, from 1; `at` is its place in `raw`, from 0."""
        before = [row - 1 - index for index, row in enumerate(self.gaps)]
        return at + 1 + bisect_left(before, at + 1)

    def place(self, at: int) -> Place:
        """Where a row of `raw` stands: its line, or the number of a row that has none."""
        return Place(self.table.name, self.row(at) + self.texts)


def open_source(asked: RecordTable, database: Database, findings: Findings) -> Source | None:
    """Make `raw` of a file; None where it cannot be, which is reported."""
    suffix = asked.path.suffix.lower()
    if suffix == PARQUET:
        return _parquet(asked, database, findings)
    if suffix in SQLITE:
        return _sqlite(asked, database, findings)
    return _csv(asked, database, findings)


def _csv(asked: RecordTable, database: Database, findings: Findings) -> Source:
    with asked.path.open(encoding="utf-8-sig", errors="replace") as file:
        first, skip = "", 0
        while not first.strip() and (line := file.readline()):
            first, skip = line, skip + 1
    delimiter = max(DELIMITERS, key=first.count)
    table = parse_table(first, str(asked.path), findings)
    width = len(table.header)
    _load_csv(database, str(asked.path), width, delimiter, skip)
    found = database.own_rows(
        "SELECT line, any_value(error_type)::VARCHAR, any_value(csv_line) FROM reject_errors"
        " GROUP BY line ORDER BY line"
    )
    rejects = tuple(_rejects(found, width, delimiter, skip, database))
    return Source(table, rejects=rejects, gaps=tuple(line - skip for line, *_ in found))


def _load_csv(database: Database, path: str, width: int, delimiter: str, skip: int) -> None:
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(width))
    database.run(
        f"CREATE TABLE raw AS SELECT * FROM read_csv(?, delim=?, quote='\"', escape='\"', header=false,"
        f" skip={skip}, auto_detect=false, columns={{{columns}}}, store_rejects=true, rejects_limit=0)",
        [path, delimiter],
        told=path,
    )


def _rejects(
    found: Iterable[tuple[int, str, str]], width: int, delimiter: str, skip: int, database: Database
) -> Iterator[Reject]:
    """The rows that have too few or too many cells; blank ones behind the last column are taken off."""
    marks = ", ".join("?" * width)
    for line, why, text in found:
        cells = next(csv.reader(io.StringIO(text.lstrip("\r\n")), delimiter=delimiter), [])
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        whole = "TOO MANY" in why and len(cells) == width
        if whole:
            database.run(f"INSERT INTO raw VALUES ({marks})", cells)
        elif any(cell.strip() for cell in cells):
            yield Reject(line - skip, ENCODING if "ENCODING" in why else RAGGED, text.strip("\r\n"))


def _header(names: Sequence[str], asked: RecordTable, findings: Findings) -> Table:
    out = io.StringIO()
    csv.writer(out).writerow(names)
    return parse_table(out.getvalue(), str(asked.path), findings)


def _parquet(asked: RecordTable, database: Database, findings: Findings) -> Source:
    path = str(asked.path)
    described = list(database.rows("DESCRIBE SELECT * FROM read_parquet(?)", [path]))
    columns = [_quoted(name) for name, *_ in described]
    texts = ", ".join(f"{name}::VARCHAR AS c{at}" for at, name in enumerate(columns))
    database.run(f"CREATE TABLE raw AS SELECT {texts} FROM read_parquet(?)", [path], told=path)
    table = _header([name for name, *_ in described], asked, findings)
    return Source(table, _numeric((name, kind) for name, kind, *_ in described), texts=False)


def _sqlite(asked: RecordTable, database: Database, findings: Findings) -> Source | None:
    uri = f"{asked.path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        listed = connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        known = [name for (name,) in listed]
        name = asked.table or (known[0] if len(known) == 1 else "")
        if name not in known:
            findings.add("table-name-missing", asked.place, file=asked.path.name, known=", ".join(known))
            return None
        kinds = [(row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({_quoted(name)})")]
        path = database.folder / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = connection.execute(f"SELECT * FROM {_quoted(name)}")
            csv.writer(file).writerows([_text(cell) for cell in row] for row in rows)
    _load_csv(database, str(path), len(kinds), ",", 0)
    path.unlink()
    return Source(_header([name for name, _ in kinds], asked, findings), _numeric(kinds), texts=False)


def _text(cell: object) -> str:
    """A cell as text; a binary float by its shortest decimal text, as in a workbook."""
    return "" if cell is None else repr(cell) if isinstance(cell, float) else str(cell)


def _numeric(kinds: Iterable[tuple[str, str]]) -> frozenset[str]:
    return frozenset(name for name, kind in kinds if any(word in kind.upper() for word in NUMERIC))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def header_cell(table: Table, name: str) -> Scalar:
    """The header's cell of a column."""
    return next(each for each in table.header if text_of(each) == name)
