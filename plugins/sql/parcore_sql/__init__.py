"""A program as one SQL statement in integers, and DuckDB to run it: the pair reading in a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from csv import writer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from parcore.readings.pair.backend import Source, Undecided
from parcore.readings.pair.block import Block
from parcore.readings.pair.fold import Shape
from parcore.readings.pair.reading import Values
from parcore.rules.program import Program
from parcore_sql.dialects import DIALECTS, DUCKDB
from parcore_sql.parts import parts_of
from parcore_sql.statement import TABLE
from parcore_sql.table import BlockTable, score

__all__ = ["score_block", "sql_of"]


def sql_of(program: Program, columns: Mapping[Source, Shape], dialect: str = "duckdb") -> str:
    """The statement that scores a block of these columns; the i-th are `si` (state) and `ni` (numerator).

    Raises:
        Undecided: a number or a statement for which the dialect has no room.
        ValueError: a dialect in which nothing has been tried.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"no dialect {dialect!r}; there is {', '.join(DIALECTS)}")
    parts = parts_of(program, columns, DIALECTS[dialect])
    for refusal in parts.refused.values():
        raise refusal
    if len(parts.statements) > 1:
        raise Undecided(f"{len(parts.statements)} statements, not one")
    return parts.statements[0].sql


def score_block(
    program: Program, block: Block, connection: duckdb.DuckDBPyConnection | None = None
) -> Mapping[str, Values | Undecided]:
    """Every root of a program over a block, by an embedded DuckDB (or by the one given).

    A root with a number of more than 127 bits says that there is no room for it.
    """
    if connection is None:
        with duckdb.connect() as own:
            return score_block(program, block, own)

    def execute(table: BlockTable, sql: str) -> Sequence[Sequence[Any]]:
        _load(table, connection)
        return connection.execute(sql).fetchall()

    return score(program, block, DUCKDB, execute)


def _load(table: BlockTable, connection: duckdb.DuckDBPyConnection) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "block.csv"
        with path.open("w", encoding="ascii", newline="") as file:
            writer(file).writerows(table.rows())
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {TABLE} AS"
            " SELECT * FROM read_csv($path, header=false, columns=$types)",
            {"path": str(path), "types": dict(table.types)},
        )
