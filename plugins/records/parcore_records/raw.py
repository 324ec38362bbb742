"""The table `raw`: the rows of a file, their columns as texts `c0`, `c1`, …; and `rejected`: what are none.

`line` is where a row stands: the line of a text on which it begins, else its number in its table. Blank rows
stand in neither.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from attrs import field, frozen

from parcore.diagnostics import Findings, Place
from parcore.documents.table import MAX_CELL, Table, parse_table
from parcore.evidence.records import RecordTable
from parcore_records.database import Database

RAGGED: Final = "row-ragged"
ENCODING: Final = "encoding-not-utf8"
WHITE: Final = "".join(chr(each) for each in range(0x3001) if chr(each).isspace())
"""What `str.strip` takes off."""

Row: TypeAlias = tuple[int, list[str], str]
"""Where a row stands, its cells, all of it as one text; bytes that are no UTF-8 stand as lone surrogates."""


@frozen
class Source:
    """What `raw` holds: the header; where a row stands, in SQL; how many rows are `rejected`.

    `numeric` are the columns that are numbers in the file, each with how many digits of a number it is sure
    to keep (0: all of them).
    """

    table: Table
    line: str = "raw.line"
    rejected: int = 0
    numeric: Mapping[str, int] = field(factory=dict)

    def place(self, line: int) -> Place:
        """Where a row stands."""
        return Place(self.table.name, line)


def header_of(names: Iterable[str], asked: RecordTable, findings: Findings) -> Table:
    """The header of a table whose columns have these names."""
    out = io.StringIO()
    csv.writer(out).writerow(names)
    return parse_table(out.getvalue(), str(asked.path), findings)


def load_lines(
    path: Path, table: Table, skip: int, delimiter: str, lines: int, database: Database
) -> Source | None:
    """Make `raw` of a file each line of which is a row; None where one is not, or is blank."""
    width = len(table.header)
    columns = {f"c{at}": "VARCHAR" for at in range(width)}
    database.load("raw", columns, path, delimiter=delimiter, skip=skip, told=path.name)
    ((rows,),) = database.rows("SELECT count(*) FROM raw")
    ((blank,),) = database.rows(f"SELECT count(*) FROM raw WHERE {blank_in(columns)}", [WHITE, WHITE])
    return Source(table, f"raw.rowid + {skip + 1}") if rows == lines - skip and not blank else None


def load_rows(table: Table, rows: Iterable[Row], database: Database) -> Source:
    """Make `raw` of rows that are not blank; those without the header's cells are `rejected`.

    Of these `has` is how many cells they have, or the byte that is no text.
    """
    width = len(table.header)
    good, bad, counts = database.folder / "rows.csv", database.folder / "rejected.csv", [0, 0]
    broken = False
    with (
        good.open("w", encoding="utf-8", newline="") as kept,
        bad.open("w", encoding="utf-8", newline="") as left,
    ):
        keep, leave = csv.writer(kept, lineterminator="\n"), csv.writer(left, lineterminator="\n")
        for line, cells, text in rows:
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            byte, joined = _bad_byte(text), "".join(cells)
            counts[len(cells) != width or byte is not None] += 1
            if len(cells) != width:
                leave.writerow([line, RAGGED, len(cells), _one_line(_shown(text))])
            elif byte is not None:
                leave.writerow([line, ENCODING, byte, _one_line(_shown(text))])
            elif len(joined) > MAX_CELL or _BREAK.search(joined):
                keep.writerow([line, *map(_one_line, cells)])
                broken = True
            else:
                keep.writerow([line, *cells])
    texts = {f"c{at}": "VARCHAR" for at in range(width)}
    whole = ", ".join(map(_as_written, texts))
    database.load(
        "raw", {"line": "BIGINT"} | texts, good, select=f"line, {whole}" if broken else "*", told=table.name
    )
    why = {"line": "BIGINT", "why": "VARCHAR", "has": "BIGINT", "told": "VARCHAR"}
    database.load("rejected", why, bad, select=f"line, why, has, {_as_written('told')}")
    for path, name, count in ((good, "raw", counts[0]), (bad, "rejected", counts[1])):
        ((found,),) = database.rows(f"SELECT count(*) FROM {name}")
        if found != count:
            raise RuntimeError(f"{found} of {count} rows arrived")
        path.unlink()
    return Source(table, rejected=counts[1])


_MARK: Final = "\x1a"
_BREAKS: Final = {_MARK: f"{_MARK}0", "\n": f"{_MARK}n", "\r": f"{_MARK}r"}
"""How line ends within cells are written on the way: DuckDB loses its way among them."""
_BREAK: Final = re.compile("[\x1a\n\r]")


def _one_line(cell: str) -> str:
    """A cell without line ends; what is too long stays so, and is told."""
    return _BREAK.sub(lambda found: _BREAKS[found[0]], cell[: MAX_CELL + 1])


def _as_written(column: str) -> str:
    """A column with the line ends of its cells, in SQL."""
    lines = f"replace(replace({column}, chr(26) || 'n', chr(10)), chr(26) || 'r', chr(13))"
    return f"replace({lines}, chr(26) || '0', chr(26)) AS {column}"


def _bad_byte(text: str) -> int | None:
    """The first byte that is no UTF-8."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return ord(text[error.start]) - 0xDC00
    return None


def _shown(text: str) -> str:
    """A text with marks for the bytes that are none."""
    return text.strip("\r\n")[:MAX_CELL].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def blank_in(columns: Iterable[str]) -> str:
    """Whether all of some columns are blank, in SQL; it asks for `WHITE` twice."""
    first, *_ = listed = list(columns)  # mostly that decides
    return f"(trim(coalesce({first}, ''), ?) = '' AND trim(concat_ws('', {', '.join(listed)}), ?) = '')"
