"""What this plugin adds to the command line: `parcore show EDITION --as sql --dialect NAME`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from parcore.hookspecs import hookimpl

if TYPE_CHECKING:
    from parcore.editions.edition import Edition
    from parcore.plugins import DialectWriter

NAMES = ("duckdb", "postgres")
"""The dialects, known without importing what writes them."""


@hookimpl
def parcore_dialects() -> Mapping[str, DialectWriter]:
    """Statements for each database in which they have been run."""
    return {name: partial(write, name) for name in NAMES}


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
