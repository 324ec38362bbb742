"""Wide tables scored, and tables of records counted, on a Spark cluster: a plugin of parcore."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from parcore.hookspecs import hookimpl

if TYPE_CHECKING:
    from parcore.bulk.engines import Engine, EngineFactory
    from parcore.diagnostics import Findings
    from parcore.evidence.evidence import RecordList
    from parcore.evidence.records import RecordTable, TableReader


@hookimpl
def parcore_engines() -> Mapping[str, EngineFactory]:
    """`spark`."""
    return {"spark": spark}


def spark(options: Mapping[str, str]) -> Engine:
    """The engine `spark`: `master` is the cluster's address, any `spark.…` a setting of Spark's own.

    Raises:
        ParcoreError: another option.
    """
    from parcore_spark.wide.engine import engine

    return engine(options)


@hookimpl
def parcore_tables() -> Mapping[str, TableReader]:
    """`.spark`: a text that says which files of records, and which cluster."""
    return {".spark": read}


def read(asked: RecordTable, findings: Findings) -> Iterable[RecordList]:
    """The lists of cases in files on a cluster, which stay there and are counted there.

    Raises:
        ParcoreError: `parcore-records`, which reads each file, is not installed.
    """
    try:
        import parcore_records  # noqa: F401
    except ImportError as error:
        from parcore.diagnostics import stop

        raise stop("table-driver-missing", asked.place, what="parcore-spark[records]") from error
    from parcore_spark.records.table import read_lists

    return read_lists(asked, findings)
