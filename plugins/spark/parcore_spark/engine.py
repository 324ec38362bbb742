"""The engine `spark`: a session on a cluster, whose tasks read pieces of wide tables and score them.

In: the options of the command line. Out: evidence that stays at rest; the driver holds the units, and of
columns only those that policies read. Tasks run the same code as the engine `columns`, so Python with
`parcore[arrow,columnar]` and this plugin, in the driver's version, has to be where they run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import frozen

import parcore
from parcore.bulk.blocks import known_options
from parcore.diagnostics import Diagnostic, ParcoreError, Place, stop

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext
    from pyspark.sql import SparkSession

    from parcore.bulk.engines import Engine, Wide
    from parcore_spark.held import SparkHeld

NAME: Final = "spark"
MASTER: Final = "master"
ROWS_A_PIECE: Final = "rows"
SETTING: Final = "spark."
_QUIET: Final = {"spark.log.level": "ERROR"}
_PROGRESS: Final = "spark.ui.showConsoleProgress"
_PLACE: Final = Place(f"--engine {NAME}")

T = TypeVar("T")
R = TypeVar("R")


def engine(options: Mapping[str, str]) -> Engine:
    """The engine with a session: a new one, or the one that is open already.

    Raises:
        ParcoreError: an option that it does not know, or Spark does not start.
    """
    settings = {name: value for name, value in options.items() if name.startswith(SETTING)}
    known_options(NAME, options, (MASTER, ROWS_A_PIECE, f"{SETTING}…", *settings))
    rows = options.get(ROWS_A_PIECE, "")
    if rows and not (rows.isdecimal() and int(rows)):
        raise stop("engine-option", _PLACE, engine=NAME, option=f"{ROWS_A_PIECE}={rows}", known="rows=250000")
    return Spark(session(options.get(MASTER), settings), int(rows or 0))


def session(master: str | None, settings: Mapping[str, str], place: Place = _PLACE) -> SparkSession:
    """A session, or the one that is open; on this machine its workers are of this Python.

    Raises:
        ParcoreError: Spark does not start: no such cluster, no Java.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("parcore")
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    shown = str(sys.stderr.isatty()).lower()
    for name, value in {_PROGRESS: shown, **_QUIET, **settings}.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        cluster = master or settings.get(f"{SETTING}{MASTER}", "—")
        raise stop("spark-start", place, master=cluster, cause=_cause(str(error))) from error


@frozen(eq=False)
class Spark:
    """The engine on a session; pieces have so many rows at most (0: as many as is usual)."""

    session: SparkSession
    rows: int = 0

    def open(self, wide: Wide) -> SparkHeld:
        """The evidence, which stays in its files."""
        from parcore_spark.opening import opened

        return opened(Cluster(self.session.sparkContext), wide, self.rows)


@frozen(eq=False)
class Cluster:
    """Work for tasks; a task that fails is told as a finding, with its cause, where the work is asked for."""

    context: SparkContext
    place: Place = _PLACE

    def each(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Work done on each of some items, a task for each."""
        return self.gathered(self.context.parallelize(items, max(len(items), 1)).map(_Guarded(work)))

    def gathered(self, results: RDD[Any]) -> list[Any]:
        """What tasks gave, in order.

        Raises:
            ParcoreError: what a task raised, or why it could not be run.
        """
        found = self._done(results.collect)
        for each in found:
            if isinstance(each, _Refused):
                raise ParcoreError(each.diagnostics)
        return found

    def parts(
        self, results: RDD[Any], work: Callable[[Iterable[Any]], list[R]], parts: Sequence[int]
    ) -> Iterator[list[R]]:
        """What work gives of some parts of results, in order; as many at once as tasks run.

        Raises:
            ParcoreError: why it could not be run.
        """
        most = max(self.context.defaultParallelism, 1)
        for first in range(0, len(parts), most):
            some = list(parts[first : first + most])
            yield from self._done(partial(self.context.runJob, results, _Whole(work), some))

    def _done(self, action: Callable[[], list[R]]) -> list[R]:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            return action()
        except (PySparkException, Py4JError) as error:
            raise stop("engine-failed", self.place, engine=NAME, cause=_cause(str(error))) from error

    def check(self) -> None:
        """Refuse workers of another version: they would read rules differently.

        Raises:
            ParcoreError: with both versions.
        """
        (there,) = self.each(_version, [0])
        if there != parcore.__version__:
            cause = f"parcore {there} (workers), {parcore.__version__} (driver)"
            raise stop("engine-failed", self.place, engine=NAME, cause=cause)


@frozen
class _Refused:
    diagnostics: tuple[Diagnostic, ...]


@frozen(eq=False)
class _Guarded:
    """Work whose findings come back as they are: an error in a task would be tried again."""

    work: Callable[[Any], Any]

    def __call__(self, item: Any) -> Any:
        try:
            return self.work(item)
        except ParcoreError as error:
            return _Refused(error.diagnostics)


@frozen(eq=False)
class _Whole:
    """Work on a whole part, its result as the only one."""

    work: Callable[[Iterable[Any]], Any]

    def __call__(self, part: Iterable[Any]) -> list[Any]:
        return [self.work(part)]


def guarded(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Work whose findings come back as results."""
    return _Guarded(work)


def _version(_: int) -> str:
    return parcore.__version__


def _cause(text: str) -> str:
    """The last line of a worker's own error, else the first of Spark's."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    own = [each for each in lines if "Error: " in each and not each.startswith(("at ", "org.", "Caused"))]
    return " ".join((own[-1:] or lines[:1] or [""])[0].split())[:300]
