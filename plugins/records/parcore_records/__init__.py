"""Large tables of records, counted in DuckDB: a plugin of parcore, found through its entry point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from parcore.hookspecs import hookimpl

if TYPE_CHECKING:
    from parcore.diagnostics import Findings
    from parcore.evidence.evidence import RecordList
    from parcore.evidence.records import RecordTable, TableReader

ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".sqlite", ".sqlite3", ".db", ".postgres")


@hookimpl
def parcore_tables() -> Mapping[str, TableReader]:
    """CSV, Parquet, SQLite, and a file that names a PostgreSQL."""
    return dict.fromkeys(ENDINGS, read)


def read(asked: RecordTable, findings: Findings) -> Iterable[RecordList]:
    """The lists of cases in a table, which stay in the database and are counted there."""
    from parcore_records.reading import read_lists

    return read_lists(asked, findings)
