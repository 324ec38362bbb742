"""A file of records to the table `raw`, by its ending: CSV, Parquet, SQLite, or what names a PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Final

from parcore.diagnostics import Findings
from parcore.evidence.records import RecordTable
from parcore.numbers import NumberFormat
from parcore_records.database import Database, literal, unreadable
from parcore_records.dictionary import decimal_text
from parcore_records.postgres import ENDING as POSTGRES
from parcore_records.postgres import read_postgres
from parcore_records.raw import WHITE, Row, Source, blank_in, header_of, load_rows
from parcore_records.splitting import read_csv

PARQUET: Final = ".parquet"
SQLITE: Final = (".sqlite", ".sqlite3", ".db")
SURE: Final = {"DOUBLE": 15, "FLOAT": 6}
"""Decimal digits that a binary float gives back as they were put in."""
WIDEST: Final = 38
"""Digits of the widest decimal that DuckDB keeps."""


def open_source(asked: RecordTable, database: Database, findings: Findings) -> Source | None:
    """Make `raw` of a file; None where it cannot be, which is reported."""
    suffix = asked.path.suffix.lower()
    if suffix == PARQUET:
        return _parquet(asked, database, findings)
    if suffix in SQLITE:
        try:
            return _sqlite(asked, database, findings)
        except sqlite3.Error as error:
            raise unreadable(asked.path, error) from error
    if suffix == POSTGRES:
        return read_postgres(asked, database, findings)
    return read_csv(asked.path, database, findings)


def _parquet(asked: RecordTable, database: Database, findings: Findings) -> Source | None:
    path = literal(asked.path)
    read = "read_parquet(?, binary_as_string=true, hive_partitioning=false"
    kinds = [(name, kind) for name, kind, *_ in database.rows(f"DESCRIBE SELECT * FROM {read})", [path])]
    table = header_of([name for name, _ in kinds], asked, findings)
    wide = dict(
        database.rows(f"SELECT name, precision FROM parquet_schema(?) WHERE precision > {WIDEST}", [path])
    )
    fields = asked.kind.fields
    both = [(cell, name) for cell, (name, _) in zip(table.header, kinds, strict=True) if cell.text in fields]
    inexact = [(cell, wide[name]) for cell, name in both if name in wide]
    for cell, digits in inexact:
        findings.add("decimal-too-wide", cell.place, column=cell.text, digits=digits, most=WIDEST)
    if inexact:
        return None
    texts = [_text(_quoted(name), kind) for name, kind in kinds]
    listed = ", ".join(f"{text} AS c{at}" for at, text in enumerate(texts))
    blank = blank_in(f"c{at}" for at in range(len(texts)))
    database.run(
        f"CREATE TABLE raw AS SELECT * FROM (SELECT file_row_number + 1 AS line, {listed}"
        f" FROM {read}, file_row_number=true)) WHERE NOT {blank}",
        [path, WHITE, WHITE],
        told=asked.path.name,
    )
    typed = zip(table.columns, (kind for _, kind in kinds), strict=True)
    numeric = {name: SURE.get(kind, 0) for name, kind in typed if kind in SURE or _numeric(kind)}
    return Source(table, numeric=numeric)


def _text(column: str, kind: str) -> str:
    """A column as text; a time that is a midnight is its day."""
    text, day = f"{column}::VARCHAR", f"{column}::DATE"
    if kind.startswith("TIMESTAMP") and "ZONE" not in kind:
        return f"CASE WHEN {day}::{kind} = {column} THEN {day}::VARCHAR ELSE {text} END"
    return text


def _numeric(kind: str) -> bool:
    base = kind.partition("(")[0]
    return base.endswith("INT") or base in ("INTEGER", "UINTEGER", "DECIMAL")


def _sqlite(asked: RecordTable, database: Database, findings: Findings) -> Source | None:
    uri = f"{asked.path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        listed = connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        known = {name.casefold(): name for (name,) in listed if not name.startswith("sqlite_")}
        name = known.get(asked.table.casefold()) if asked.table else None
        if not asked.table and len(known) == 1:
            name = next(iter(known.values()))
        if name is None:
            names = ", ".join(known.values()) or "—"
            findings.add("table-name-missing", asked.place, file=asked.path.name, known=names)
            return None
        found = connection.execute(f"SELECT * FROM {_quoted(name)}")
        table = header_of([column for column, *_ in found.description], asked, findings)
        own = {name: asked.defaults.columns.get(name, asked.defaults.numbers) for name in asked.kind.fields}
        formats = [own.get(each, NumberFormat.PLAIN) for each in table.columns]
        return load_rows(table, _rows(found, formats), database)


def _rows(found: Iterable[Sequence[object]], formats: Sequence[NumberFormat]) -> Iterator[Row]:
    for at, row in enumerate(found, 1):
        cells = [_cell(cell, numbers) for cell, numbers in zip(row, formats, strict=True)]
        text = "".join(cells)
        if text.strip():
            yield at, cells, text


def _cell(cell: object, numbers: NumberFormat) -> str:
    """A cell of a database as text; a number in it is written as the texts of its column are."""
    match cell:
        case None:
            return ""
        case float():
            return _written(decimal_text(repr(cell), SURE["DOUBLE"]), numbers)
        case bytes():
            return cell.decode("utf-8", "surrogateescape")
        case _:
            return str(cell)


def _written(text: str, numbers: NumberFormat) -> str:
    if numbers is NumberFormat.VI:
        return text.replace(".", ",")
    thousands = numbers is NumberFormat.UNDECLARED and len(text.partition(".")[2]) == 3
    return text + "0" if thousands else text


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
