"""Engines for `parcore score --engine NAME`: databases that read an edition's rules over bulk evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from parcore.hookspecs import hookimpl

if TYPE_CHECKING:
    from parcore.results.engines import Engine, EngineFactory


@hookimpl
def parcore_engines() -> Mapping[str, EngineFactory]:
    """`duckdb`: an embedded DuckDB, without options."""
    return {"duckdb": duckdb}


def duckdb(options: Mapping[str, str]) -> Engine:
    """The engine `duckdb`.

    Raises:
        ParcoreError: an option; it has none.
    """
    from parcore.results.bulk_blocks import in_blocks, known_options
    from parcore_sql import score_block

    known_options("duckdb", options, ())
    return in_blocks("duckdb", score_block)
