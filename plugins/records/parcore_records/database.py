"""DuckDB on a temporary file, within stated memory: what does not fit is spilled beside it.

`PARCORE_RECORDS_MEMORY` (default 1GB) and `PARCORE_RECORDS_THREADS` (default 2) bound it. Long statements
show a progress bar on a terminal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from csv import writer
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Final
from weakref import finalize

import duckdb
from rich.console import Console
from rich.progress import Progress

MEMORY: Final = "1GB"
THREADS: Final = "2"
MANY: Final = 50_000
"""Rows fetched at once."""
TICK: Final = 0.2
"""Seconds between two looks at how far a statement is."""


class Database:
    """A database of its own, gone with its last user."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="parcore-records-"))
        finalize(self, rmtree, self.folder, ignore_errors=True)
        self._connection = duckdb.connect(
            self.folder / "records.duckdb",
            config={
                "memory_limit": os.environ.get("PARCORE_RECORDS_MEMORY", MEMORY),
                "threads": os.environ.get("PARCORE_RECORDS_THREADS", THREADS),
                "temp_directory": str(self.folder / "spilled"),
            },
        )
        self._connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")

    def run(self, sql: str, values: Sequence[object] = (), told: str = "") -> None:
        """Run a statement, with a progress bar where it is told what it does."""
        if not told or not Console(stderr=True).is_terminal:
            self._connection.execute(sql, list(values))
            return
        with Progress(console=Console(stderr=True), transient=True) as bar, ThreadPoolExecutor(1) as worker:
            task = bar.add_task(told, total=100)
            done = worker.submit(self._connection.execute, sql, list(values))
            while not wait([done], TICK).done:
                bar.update(task, completed=max(self._connection.query_progress(), 0))
            done.result()

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, some at a time."""
        cursor = self._connection.cursor().execute(sql, list(values))
        while rows := cursor.fetchmany(MANY):
            yield from rows

    def own_rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query over what only this connection has: the rows that a file's reader rejected."""
        return self._connection.execute(sql).fetchall()

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table of whole numbers."""
        path = self.folder / f"{table}.csv"
        with path.open("w", encoding="ascii", newline="") as file:
            writer(file).writerows(rows)
        types = ", ".join(f"'{name}': 'BIGINT'" for name in columns)
        self.run(
            f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM"
            f" read_csv(?, header=false, auto_detect=false, columns={{{types}}})",
            [str(path)],
        )
        path.unlink()
