"""What this plugin adds to the command line: `parcore show EDITION --as sql --dialect NAME`, and engines for
`parcore score --engine NAME`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from parcore.hookspecs import hookimpl

if TYPE_CHECKING:
    from parcore.bulk.engines import Engine, EngineFactory
    from parcore.editions.edition import Edition
    from parcore.plugins import DialectWriter
    from parcore.readings.pair.backend import Undecided
    from parcore.readings.pair.block import Block
    from parcore.readings.pair.reading import Values
    from parcore.rules.program import Program

NAMES = ("duckdb", "postgres", "spark")
"""The dialects, known without importing what writes them."""


@hookimpl
def parcore_dialects() -> Mapping[str, DialectWriter]:
    """Statements for each database in which they have been run."""
    return {name: partial(write, name) for name in NAMES}


@hookimpl
def parcore_engines() -> Mapping[str, EngineFactory]:
    """`duckdb`, an embedded one, without options; `postgres`, the one of the option `dsn`."""
    return {"duckdb": duckdb, "postgres": postgres}


def duckdb(options: Mapping[str, str]) -> Engine:
    """The engine `duckdb`.

    Raises:
        ParcoreError: an option; it has none.
    """
    from parcore.bulk.blocks import in_blocks, known_options
    from parcore_sql import score_block

    known_options("duckdb", options, ())
    return in_blocks("duckdb", score_block)


def postgres(options: Mapping[str, str]) -> Engine:
    """The engine `postgres`: a server that the option `dsn` names, else the environment (`PGHOST`, …).

    Nothing stays there: each block is a temporary table of a connection of its own.

    Raises:
        ParcoreError: another option, no driver (`parcore-sql[postgres]`), or no server that answers.
    """
    from parcore.bulk.blocks import in_blocks, known_options
    from parcore.diagnostics import Place, stop

    known_options("postgres", options, ("dsn",))
    try:
        from parcore_sql.postgres import connected, score_block
    except ImportError as error:
        raise stop("bulk-needs", Place("postgres"), what="parcore-sql[postgres]") from error

    def run(program: Program, block: Block) -> Mapping[str, Values | Undecided]:
        with connected(options.get("dsn", "")) as connection:
            return score_block(program, block, connection)

    with connected(options.get("dsn", "")):  # before any evidence is read
        return in_blocks("postgres", run)


def write(dialect: str, edition: Edition, lang: str) -> str:
    """An edition as statements of a database.

    Raises:
        ParcoreError: an edition that asks for what follows from records or peers.
    """
    from parcore.diagnostics import Place, stop
    from parcore.readings.pair.backend import Undecided
    from parcore_sql.readable import readable

    try:
        return readable(edition, dialect, lang)
    except Undecided as refusal:
        raise stop("sql-of-no-column", Place(edition.key), edition=edition.key, what=refusal) from refusal
