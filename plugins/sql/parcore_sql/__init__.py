"""A program as one SQL statement in integers, and DuckDB to run it: the pair reading in a database.

What writes statements and runs them is imported when it is first asked: this package is also a plugin of the
command line, which has to start quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from parcore.readings.pair.backend import Source, Undecided
    from parcore.readings.pair.block import Block
    from parcore.readings.pair.fold import Shape
    from parcore.readings.pair.reading import Values
    from parcore.rules.program import Program

__all__ = ["score_block", "sql_of"]


def sql_of(program: Program, columns: Mapping[Source, Shape], dialect: str = "duckdb") -> str:
    """The statement that scores a block of these columns; the i-th are `si` (state) and `ni` (numerator).

    Raises:
        Undecided: a number or a statement for which the dialect has no room.
        ValueError: a dialect in which nothing has been tried.
    """
    from parcore_sql import parts

    return parts.sql_of(program, columns, dialect)


def score_block(
    program: Program, block: Block, connection: DuckDBPyConnection | None = None
) -> Mapping[str, Values | Undecided]:
    """Every root of a program over a block, by an embedded DuckDB (or by the one given).

    A root with a number of more than 127 bits says that there is no room for it.
    """
    from parcore_sql import embedded

    return embedded.score_block(program, block, connection)
