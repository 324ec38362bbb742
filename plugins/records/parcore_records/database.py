"""DuckDB on a temporary file, within stated memory: what does not fit is spilled beside it.

`PARCORE_RECORDS_MEMORY` (default 1GB) and `PARCORE_RECORDS_THREADS` (default 2) bound it. Long statements
show a progress bar on a terminal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from csv import writer
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from re import sub
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, BinaryIO, Final, TextIO, TypeVar
from weakref import finalize

import duckdb
from rich.console import Console
from rich.progress import Progress

from parcore import progress
from parcore.diagnostics import ParcoreError, Place, stop

Each = TypeVar("Each")
MEMORY: Final = "1GB"
THREADS: Final = "2"
QUIET: Final = "PARCORE_RECORDS_QUIET"
"""Set where many files are read at once, each by a process of its own: none shows its progress."""
MANY: Final = 50_000
"""Rows fetched at once; so many different things are worth a progress bar."""
TICK: Final = 0.2
"""Seconds between two looks at how far a statement is."""


class Database:
    """A database of one table's own, gone with its last user; what fails in it is told at the table.

    Raises, in all that it does:
        ParcoreError: the file is none of its kind, or memory or disk do not suffice.
    """

    def __init__(self, path: Path, *, threads: str = "") -> None:
        self._path = path
        self.folder = Path(mkdtemp(prefix="parcore-records-"))
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _memory(),
            "threads": threads or _threads(),
            "temp_directory": str(self.folder / "spilled"),
        }
        try:
            self._connection = duckdb.connect(self.folder / "records.duckdb", config=config)
        except duckdb.Error as error:
            rmtree(self.folder, ignore_errors=True)
            raise unreadable(self._path, error) from error
        finalize(self, _gone, self._connection, self.folder)
        self._connection.execute("SET TimeZone = 'UTC'")  # what a file says is the same on every machine
        self._connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")

    def run(self, sql: str, values: Sequence[object] = (), told: str = "") -> None:
        """Run a statement, with a progress bar where it is told what it does."""
        try:
            self._run(sql, values, told)
        except duckdb.Error as error:
            raise unreadable(self._path, error) from error

    def _run(self, sql: str, values: Sequence[object], told: str) -> None:
        console = _terminal()
        if not told or console is None:
            self._connection.execute(sql, list(values))
            return
        with Progress(console=console, transient=True) as bar, ThreadPoolExecutor(1) as worker:
            task = bar.add_task(told, total=100)
            done = worker.submit(self._connection.execute, sql, list(values))
            try:
                while not wait([done], TICK).done:
                    bar.update(task, completed=max(self._connection.query_progress(), 0))
            except KeyboardInterrupt:
                self._connection.interrupt()
                raise
            done.result()

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, some at a time."""
        try:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute(sql, list(values))
                while rows := cursor.fetchmany(MANY):
                    yield from rows
        except duckdb.Error as error:
            raise unreadable(self._path, error) from error

    def load(
        self,
        table: str,
        columns: Mapping[str, str],
        path: Path,
        *,
        delimiter: str = ",",
        skip: int = 0,
        select: str = "*",
        told: str = "",
    ) -> None:
        """A table of the rows of a CSV file that have all its columns, given with their types."""
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        self.run(
            f"CREATE OR REPLACE TABLE {table} AS SELECT {select} FROM read_csv(?, delim=?, quote='\"',"
            f" escape='\"', header=false, skip={skip}, auto_detect=false, columns={{{types}}},"
            " store_rejects=true, rejects_limit=0)",
            [literal(path), delimiter],
            told=told,
        )

    def numbers(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table of whole numbers."""
        path = self.folder / f"{table}.csv"
        with path.open("w", encoding="ascii", newline="") as file:
            writer(file).writerows(rows)
        self.load(table, dict.fromkeys(columns, "BIGINT"), path)
        path.unlink()


def _terminal() -> Console | None:
    """Where progress is shown; nowhere if that is no terminal, or others do their part of the work beside."""
    console = Console(stderr=True)
    return console if console.is_terminal and not os.environ.get(QUIET) else None


def _memory() -> str:
    return os.environ.get("PARCORE_RECORDS_MEMORY", MEMORY)


def _threads() -> str:
    return os.environ.get("PARCORE_RECORDS_THREADS", THREADS)


def unreadable(path: Path, error: Exception) -> ParcoreError:
    """That a table cannot be read, with what its database says in its first line."""
    reason = str(error).partition("\n")[0]
    return stop("table-unreadable", Place(str(path)), reason=reason, memory=_memory(), threads=_threads())


def literal(path: Path) -> str:
    """A path that DuckDB takes for that file alone, whatever is in its name."""
    return sub(r"([\[*?])", r"[\1]", str(path))


def _gone(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Close a database and take its files away."""
    connection.close()
    rmtree(folder, ignore_errors=True)


def tracked(each: Iterable[Each], count: int, told: str) -> Iterator[Each]:
    """Things one after the other, with a progress bar on a terminal where they are many."""
    return iter(each) if count < MANY or os.environ.get(QUIET) else progress.tracked(each, count, told)


@contextmanager
def watched(path: Path) -> Iterator[BinaryIO]:
    """A file to read, with a progress bar on a terminal."""
    console = _terminal()
    if console is None:
        with path.open("rb") as file:
            yield file
        return
    with (
        Progress(console=console, transient=True) as bar,
        bar.open(path, "rb", description=path.name) as file,
    ):
        yield file


@contextmanager
def opened(path: Path, end: str) -> Iterator[TextIO]:
    """The lines of a text, which end by `end`; bytes that are no UTF-8 stand as lone surrogates."""
    with watched(path) as file:
        buffered = BufferedReader(file)  # type: ignore[type-var]  # it has all that a raw file has
        yield TextIOWrapper(buffered, encoding="utf-8-sig", errors="surrogateescape", newline=end)
