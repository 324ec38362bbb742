"""The engine `spark`: tasks read pieces of wide tables where they lie, and score them.

In: the options of the command line. Out: evidence that stays at rest; the driver holds the units, and of
columns only those that policies read. Tasks run the same code as the engine `columns`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from parcore.bulk.blocks import known_options
from parcore.diagnostics import stop
from parcore_spark.cluster import ASKED, MASTER, NAME, SETTING, Cluster, session
from parcore_spark.wide.opening import opened

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from parcore.bulk.engines import Engine, Wide
    from parcore_spark.wide.held import SparkHeld

ROWS_A_PIECE: Final = "rows"


def engine(options: Mapping[str, str]) -> Engine:
    """The engine with a session: a new one, or the one that is open already.

    Raises:
        ParcoreError: an option that it does not know, or no session could be opened.
    """
    settings = {name: value for name, value in options.items() if name.startswith(SETTING)}
    known_options(NAME, options, (MASTER, ROWS_A_PIECE, f"{SETTING}…", *settings))
    rows = options.get(ROWS_A_PIECE, "")
    if rows and not (rows.isdecimal() and int(rows)):
        raise stop("engine-option", ASKED, engine=NAME, option=f"{ROWS_A_PIECE}={rows}", known="rows=250000")
    return Spark(session(options.get(MASTER), settings), int(rows or 0))


@frozen(eq=False)
class Spark:
    """The engine on a session; pieces have so many rows at most (0: as many as is usual)."""

    session: SparkSession
    rows: int = 0

    def open(self, wide: Wide) -> SparkHeld:
        """The evidence, which stays in its files."""
        tables = tuple(each.absolute() for each in wide.tables)  # workers are in folders of their own
        return opened(Cluster(self.session.sparkContext), evolve(wide, tables=tables), self.rows)
