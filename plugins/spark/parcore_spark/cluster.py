"""Work on a Spark cluster: a session, tasks whose findings come back as findings, the files that they read.

Tasks run the same code as the driver, so Python with this plugin, in the driver's version, has to be where
they run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from errno import EISDIR
from functools import partial
from os import strerror
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import frozen

import parcore
from parcore.diagnostics import Diagnostic, ParcoreError, Place, stop

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext
    from pyspark.sql import SparkSession

NAME: Final = "spark"
MASTER: Final = "master"
SETTING: Final = "spark."
ASKED: Final = Place(f"--engine {NAME}")
_QUIET: Final = {"spark.log.level": "ERROR"}
_PROGRESS: Final = "spark.ui.showConsoleProgress"

T = TypeVar("T")
R = TypeVar("R")


def session(master: str | None, settings: Mapping[str, str], place: Place = ASKED) -> SparkSession:
    """A session, or the one that is open; on this machine its workers are of this Python.

    Raises:
        ParcoreError: there is none, and none could be opened: the master is not reached, or no Java is there.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("parcore")
    if master is not None:
        builder = builder.master(master)
    shown = str(sys.stderr.isatty()).lower()
    for name, value in {_PROGRESS: shown, **_QUIET, **settings}.items():
        builder = builder.config(name, value)
    try:
        opened = builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        told = {"engine": NAME, "master": master or "—", "cause": _cause(str(error))}
        raise stop("engine-unopened", place, **told) from error
    context = opened.sparkContext
    if str(context.master).startswith("local") and "PYSPARK_PYTHON" not in os.environ:
        context.pythonExec = sys.executable
    return opened


def files_of(path: Path) -> list[Path]:
    """A file; those of a folder in the order of their names, but for what begins with `_` or a point.

    Raises:
        ParcoreError: a folder without files, or with a folder in it: its rows would be missing.
    """
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.iterdir() if each.name[0] not in "._")
    if not found:
        raise stop("file-not-found", Place(str(path)))
    for each in found:
        if each.is_dir():
            raise stop("file-unreadable", Place(str(each)), reason=strerror(EISDIR))
    return found


@frozen(eq=False)
class Cluster:
    """Work for tasks; a task that fails is told as a finding, with its cause, where the work is asked for."""

    context: SparkContext
    place: Place = ASKED

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
    """The last line of a worker's own error, else Java's and its last cause, else the first."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    own = [each for each in lines if "Error: " in each and not each.startswith(("at ", "org.", "Caused"))]
    java = [each.partition(": ")[2] for each in lines if each.startswith((": ", "Caused by: "))]
    causes = "; ".join(dict.fromkeys(java[:1] + java[-1:]))
    return " ".join((own[-1:] or [causes or "".join(lines[:1])])[0].split())[:300]
