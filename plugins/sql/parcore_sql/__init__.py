"""A program as one SQL statement in integers, and DuckDB to run it: the pair reading in a database."""

from __future__ import annotations

from collections.abc import Mapping
from csv import writer
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from parcore.readings.pair.backend import NARROW, Source
from parcore.readings.pair.block import Block
from parcore.readings.pair.fold import Shape, fold
from parcore.readings.pair.reading import Values
from parcore.rules.program import Program
from parcore_sql.dialects import DIALECTS, DUCKDB
from parcore_sql.statement import TABLE, UNIT, statement
from parcore_sql.terms import Terms

__all__ = ["score_block", "sql_of"]


def sql_of(program: Program, columns: Mapping[Source, Shape], dialect: str = "duckdb") -> str:
    """The statement that scores a block of these columns; the i-th are `si` (state) and `ni` (numerator).

    Raises:
        Undecided: a number for which the dialect has no room.
        ValueError: a dialect in which nothing has been tried.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"no dialect {dialect!r}; there is {', '.join(DIALECTS)}")
    terms = Terms({source: at for at, source in enumerate(columns)}, DIALECTS[dialect].limit)
    results = {
        f"{root}:{part}": term
        for root, answer in fold(program, columns, terms).items()
        for part, term in (("state", answer.state), ("n", answer.n), ("d", answer.d))
    }
    return statement(results, DIALECTS[dialect])


def score_block(
    program: Program, block: Block, connection: duckdb.DuckDBPyConnection | None = None
) -> Mapping[str, Values]:
    """Every root of a program over a block, by an embedded DuckDB (or by the one given).

    Raises:
        Undecided: a number of more than 127 bits.
    """
    sql = sql_of(program, block.shapes)
    if connection is None:
        with duckdb.connect() as own:
            return _run(sql, program, block, own)
    return _run(sql, program, block, connection)


def _run(
    sql: str, program: Program, block: Block, connection: duckdb.DuckDBPyConnection
) -> Mapping[str, Values]:
    _load(block, connection)
    rows = connection.execute(f"{sql} ORDER BY {UNIT}").fetchall()
    _, *found = zip(*rows, strict=True)
    return {root: Values(*found[3 * at : 3 * at + 3]) for at, root in enumerate(program.roots)}


def _load(block: Block, connection: duckdb.DuckDBPyConnection) -> None:
    """The block as a table, of the columns that vary."""
    columns: dict[str, tuple[str, object]] = {UNIT: ("BIGINT", range(block.size))}
    for at, column in enumerate(block.columns.values()):
        shape = column.shape
        if len(shape.states) > 1:
            columns[f"s{at}"] = "BIGINT", column.states
        low, high = shape.span
        if low < high:
            wide = max(-low, high) > NARROW
            columns[f"n{at}"] = DUCKDB.wide if wide else "BIGINT", column.numbers
    types = {name: kind for name, (kind, _) in columns.items()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "block.csv"
        with path.open("w", encoding="ascii", newline="") as file:
            writer(file).writerows(zip(*(values for _, values in columns.values()), strict=True))
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {TABLE} AS"
            " SELECT * FROM read_csv($path, header=false, columns=$types)",
            {"path": str(path), "types": types},
        )
