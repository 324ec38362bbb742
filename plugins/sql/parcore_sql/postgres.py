"""PostgreSQL to run the statements (`pip install parcore-sql[postgres]`): blocks go in by COPY."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

import psycopg
from psycopg import Connection
from psycopg.adapt import Buffer, Loader
from psycopg.rows import tuple_row

from parcore.diagnostics import Place, stop
from parcore.readings.pair.backend import Undecided
from parcore.readings.pair.block import Block
from parcore.readings.pair.reading import Values
from parcore.rules.program import Program
from parcore_sql.dialects import POSTGRES
from parcore_sql.statement import TABLE
from parcore_sql.table import BlockTable, score

_ROWS: Final = 1000
"""How many rows are sent at a time."""


@contextmanager
def connected(dsn: str) -> Iterator[Connection[Any]]:
    """A connection that is closed at the end, each statement by itself.

    Raises:
        ParcoreError: no server answers, or it refuses what is asked of it.
    """
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        cause = " ".join(str(error).split())
        raise stop("engine-server", Place("postgres"), engine="postgres", cause=cause) from error


def score_block(
    program: Program, block: Block, connection: Connection[Any]
) -> Mapping[str, Values | Undecided]:
    """Every root of a program over a block, by a PostgreSQL; it leaves a temporary table `block` there.

    A root with a number of more than 4 000 digits, or one whose statement is too large by itself, says that
    there is no room for it.
    """

    def execute(table: BlockTable, sql: str) -> Sequence[Sequence[int]]:
        _load(table, connection)
        with connection.cursor(row_factory=tuple_row) as cursor:
            cursor.adapters.register_loader("numeric", _WholeLoader)
            return cursor.execute(sql.encode()).fetchall()

    return score(program, block, POSTGRES, execute)


class _WholeLoader(Loader):
    """Numbers that are whole, as integers."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


def _load(table: BlockTable, connection: Connection[Any]) -> None:
    columns = ", ".join(f"{name} {kind} NOT NULL" for name, kind in table.types.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{TABLE}".encode())
        cursor.execute(f"CREATE TEMP TABLE {TABLE} ({columns})".encode())
        with cursor.copy(f"COPY pg_temp.{TABLE} FROM STDIN".encode()) as copy:
            for lines in _texts(table):
                copy.write(lines)


def _texts(table: BlockTable) -> Iterator[str]:
    rows = iter(table.rows())
    while some := list(islice(rows, _ROWS)):
        yield "".join("\t".join(map(str, row)) + "\n" for row in some)
