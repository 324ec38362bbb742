"""DuckDB to run the statements, in the process itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from csv import writer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from parcore.readings.pair.backend import Undecided
from parcore.readings.pair.block import Block
from parcore.readings.pair.reading import Values
from parcore.rules.program import Program
from parcore_sql.dialects import DUCKDB
from parcore_sql.statement import TABLE
from parcore_sql.table import BlockTable, score


def score_block(
    program: Program, block: Block, connection: duckdb.DuckDBPyConnection | None = None
) -> Mapping[str, Values | Undecided]:
    """Every root of a program over a block, by a DuckDB of its own or by the one given."""
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
