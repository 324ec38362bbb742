"""A table of a PostgreSQL to the table `raw`, read as texts as it comes (`parcore-records[postgres]`).

The file that evidence names (`register.postgres`) says where the database is, in the words of libpq
(`host=… dbname=…`); what it leaves out, passwords above all, the environment has (`PGPASSFILE`, `PGUSER`, …).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from parcore.diagnostics import Findings, Place, stop
from parcore.evidence.records import RecordTable
from parcore_records.database import Database
from parcore_records.raw import Row, Source, header_of, load_rows

if TYPE_CHECKING:
    from psycopg import Connection

ENDING: Final = ".postgres"
SURE: Final = {"double precision": 15, "real": 6}
"""Decimal digits that a binary float gives back as they were put in."""
_NUMBERS: Final = ("smallint", "integer", "bigint", "numeric")
_ROWS: Final = 10_000
"""How many rows are fetched at a time."""
_SETTINGS: Final = "-c extra_float_digits=1 -c datestyle=ISO -c timezone=UTC -c intervalstyle=iso_8601"
"""How values are written as texts, whatever the server's own habits."""
_TABLES: Final = """
    SELECT c.oid, n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg_toast%' AND n.nspname NOT LIKE 'pg_temp%'
    ORDER BY n.nspname, c.relname"""
_COLUMNS: Final = """
    SELECT attname, format_type(atttypid, NULL)
    FROM pg_attribute WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""


def read_postgres(asked: RecordTable, database: Database, findings: Findings) -> Source | None:
    """Make `raw` of a table or view, in one transaction; None where it cannot be named, which is reported.

    Raises:
        ParcoreError: no driver, or no database that answers and gives the table.
    """
    try:
        import psycopg
    except ImportError as error:
        raise stop("table-driver-missing", asked.place, what="parcore-records[postgres]") from error
    try:
        words = asked.path.read_text("utf-8").strip()
        with psycopg.connect(words, options=_SETTINGS, client_encoding="UTF8") as connection:
            connection.read_only = True
            return _read(connection, asked, database, findings)
    except (psycopg.Error, UnicodeDecodeError) as error:
        raise stop(
            "table-server", Place(str(asked.path)), file=asked.path.name, reason=" ".join(str(error).split())
        ) from error


def _read(
    connection: Connection[Any], asked: RecordTable, database: Database, findings: Findings
) -> Source | None:
    from psycopg import sql

    named = _named(connection, asked, findings)
    if named is None:
        return None
    oid, schema, relation = named
    kinds = connection.execute(_COLUMNS, [oid]).fetchall()
    table = header_of([name for name, _ in kinds], asked, findings)
    texts = sql.SQL(", ").join(_text(sql.Identifier(name), kind) for name, kind in kinds)
    query = sql.SQL("SELECT {} FROM {}").format(texts, sql.Identifier(schema, relation))
    with connection.cursor("records") as cursor:
        cursor.itersize = _ROWS
        source = load_rows(table, _rows(cursor.execute(query)), database)
    typed = zip(table.columns, (kind for _, kind in kinds), strict=True)
    return evolve(source, numeric={n: SURE.get(k, 0) for n, k in typed if k in SURE or k in _NUMBERS})


def _named(
    connection: Connection[Any], asked: RecordTable, findings: Findings
) -> tuple[int, str, str] | None:
    """The table or view asked for, with or without its schema; the one that there is need not be named."""
    there = connection.execute(_TABLES).fetchall()
    wanted = asked.table.casefold()
    found = [each for each in there if wanted in {each[2].casefold(), f"{each[1]}.{each[2]}".casefold()}]
    if not asked.table:
        found = there
    if len(found) != 1:
        names = ", ".join(f"{schema}.{name}" for _, schema, name in there) or "—"
        findings.add("table-name-missing", asked.place, file=asked.path.name, known=names)
        return None
    return found[0][0], found[0][1], found[0][2]


def _text(column: Any, kind: str) -> Any:
    """A column as text; a time that is a midnight is its day."""
    from psycopg import sql

    if kind == "timestamp without time zone":
        text = "CASE WHEN {0} = date_trunc('day', {0}) THEN {0}::date::text ELSE {0}::text END"
        return sql.SQL(text).format(column)
    return sql.SQL("{}::text").format(column)


def _rows(found: Iterable[Sequence[str | None]]) -> Iterator[Row]:
    for at, row in enumerate(found, 1):
        cells = [cell or "" for cell in row]
        text = "".join(cells)
        if text.strip():
            yield at, cells, text
