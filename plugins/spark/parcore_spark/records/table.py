"""A table of records whose files are read by tasks: its lists, and its bad rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from parcore.diagnostics import Findings, Place, stop
from parcore.evidence.evidence import RecordList
from parcore.evidence.records import RecordTable
from parcore.readings.columns.arrays import Ints
from parcore_records.dictionary import SHOWN
from parcore_records.faults import Bad, by_count, may_write, report
from parcore_spark.cluster import Cluster, session
from parcore_spark.records.again import Again, find_again
from parcore_spark.records.cases import (
    MANY,
    Cases,
    Head,
    Names,
    Numbered,
    Own,
    Owner,
    bad_rows,
    file_of,
    files,
    read_file,
)
from parcore_spark.records.lists import Lists
from parcore_spark.records.register import read_register

if TYPE_CHECKING:
    from pyspark import RDD

_AGAIN: Final = "record-twice"


def read_lists(asked: RecordTable, findings: Findings) -> Iterable[RecordList]:
    """The lists of a table: those of every unit and period in it, in the order of their first rows.

    Raises:
        ParcoreError: the text beside the evidence says no files, or the cluster could not do its work.
    """
    from pyspark import StorageLevel

    if not may_write(asked, findings):
        return ()
    register = read_register(asked.path)
    opened = session(register.master, register.settings, asked.place)
    cluster = Cluster(opened.sparkContext, asked.place)
    cluster.check()
    (paths,) = cluster.each(files, [register.files])
    numbered: list[Numbered] = list(enumerate(paths))
    at_work = evolve(asked, defaults=evolve(asked.defaults, quarantine=None))
    read = cluster.context.parallelize(numbered, len(numbered)).flatMap(_Read(at_work))
    read.persist(StorageLevel.DISK_ONLY)
    heads: list[Head] = cluster.gathered(read.filter(_is_head))
    if not _alike(heads, findings):
        return ()
    owners = list(dict.fromkeys(owner for head in heads for owner in head.lists))
    again = Again()
    if "id" in heads[0].columns:
        parts = max(-(-sum(head.rows for head in heads) // MANY), cluster.context.defaultParallelism)
        again = find_again(cluster, read, owners, parts)
    table = _Table(at_work, cluster, numbered, heads, again)
    report(asked, table, findings)
    said: RDD[Any] = read.filter(_is_cases).persist(StorageLevel.MEMORY_AND_DISK)  # asked for each rule
    aside = cluster.context.broadcast(again.orders)
    lists = Lists(cluster, read, said, heads, again, aside, tuple(asked.kind.fields))
    return _lists(asked, heads, again, lists)


@frozen(eq=False)
class _Read:
    asked: RecordTable

    def __call__(self, file: Numbered) -> Iterator[Head | Cases | Names]:
        return read_file(self.asked, file)


def _is_head(read: object) -> bool:
    return isinstance(read, Head)


def _is_cases(read: object) -> bool:
    return isinstance(read, Cases)


def _alike(heads: Sequence[Head], findings: Findings) -> bool:
    """Whether all files could be read and have the same columns; what is wrong is reported."""
    told = Findings()
    for head in heads:
        told.extend(head.told)
        if head.columns != heads[0].columns and not told.errors:
            unlike = f"{', '.join(heads[0].columns)} ≠ {', '.join(head.columns)}"
            told.extend(stop("bulk-broken", Place(head.path), cause=unlike[:300]).diagnostics)
    findings.extend(told)
    return not told.errors


@frozen(eq=False)
class _Table:
    """The bad rows of all files."""

    asked: RecordTable
    cluster: Cluster
    files: Sequence[Numbered]
    heads: Sequence[Head]
    again: Again

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.heads[0].columns

    def read(self) -> int:
        """How many rows there are, good and bad."""
        return sum(head.rows for head in self.heads)

    def kept(self) -> int:
        """How many bad rows are in a unit's list."""
        return len(self.again.orders) + sum(own.bad for head in self.heads for own in head.lists.values())

    def counts(self) -> Mapping[str, int]:
        """How many rows are bad, by reason; the most frequent first."""
        found = Counter({_AGAIN: len(self.again.orders)})
        for head in self.heads:
            found.update(head.reasons)
        return by_count(+found)

    def show(self, findings: Findings) -> None:
        """Report the first rows of each fault."""
        shown: Counter[str] = Counter()
        for each in (one for head in self.heads for one in head.shown):
            shown[each.code] += 1
            if shown[each.code] <= SHOWN:
                findings.extend([each])
        for at, first, (unit, period), id_ in self.again.shown:
            told = {"unit": unit, "period": period, "first": self._place(first)}
            findings.add(_AGAIN, self._place(at), id=id_[:60], **told)

    def _place(self, order: int) -> Place:
        file, line = file_of(order)
        return Place(self.heads[file].path, line)

    def rows(self) -> Iterator[Bad]:
        """Each bad row; files that have some are read anew.

        Raises:
            ParcoreError: a file has other bad rows now.
        """
        numbers, lines = file_of(self.again.orders)
        given = [
            (file, lines[numbers == file[0]])
            for file, head in zip(self.files, self.heads, strict=True)
            if head.reasons or (numbers == file[0]).any()
        ]
        if given:
            told = self.cluster.context.parallelize(given, len(given)).flatMap(_BadRows(self.asked))
            parts = self.cluster.parts(told, list, range(len(given)))
            for ((number, _), lines), rows in zip(given, parts, strict=True):
                head = self.heads[number]
                if len(rows) != sum(head.reasons.values()) + len(lines):
                    raise stop("records-changed", Place(head.path))
                yield from rows


@frozen(eq=False)
class _BadRows:
    asked: RecordTable

    def __call__(self, given: tuple[Numbered, Ints]) -> Iterator[Bad]:
        file, lines = given
        return bad_rows(self.asked, file, (_AGAIN, lines))


def _lists(asked: RecordTable, heads: Sequence[Head], again: Again, lists: Lists) -> Iterator[RecordList]:
    """A list for each unit and period."""
    found: dict[Owner, list[tuple[Head, Own]]] = {}
    for head in heads:
        for owner, own in head.lists.items():
            found.setdefault(owner, []).append((head, own))
    for owner, parts in found.items():
        head, own = parts[0]
        unit, period = owner
        yield RecordList(
            unit=unit,
            period=period,
            kind=asked.kind.name,
            records=lists.records(owner),
            stage=asked.defaults.stage,
            method=asked.defaults.method,
            source=asked.defaults.source,
            place=Place(head.path, own.first),
            counted=lists.counter(owner),
            set_aside=again.often.get(owner, 0) + sum(own.bad for _, own in parts),
        )
