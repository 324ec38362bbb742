"""Rows with an id that an earlier row of the same list has, whatever files they are in.

Rows are dealt (Spark's shuffle) by a number of their id and list, eight bytes each, so that all that have the
same come to one task. Those few whose number is not theirs alone are dealt once more and compared in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve, field, frozen

from parcore.readings.columns.arrays import Ints
from parcore_records.dictionary import SHOWN
from parcore_spark.cluster import Cluster, guarded
from parcore_spark.records.cases import Cases, Names, Owner, batched

if TYPE_CHECKING:
    from pyspark import RDD, Broadcast

_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
"""Sets the numbers of one owner's ids apart from another's."""
_NONE: Final = pa.table(
    {
        "owner": pa.array([], pa.int64()), "id": pa.array([], pa.string()), "order": pa.array([], pa.int64()),
        "order_min": pa.array([], pa.int64()),
    }
)  # fmt: skip

Shown: TypeAlias = tuple[int, int, Owner, str]
"""A row, the earlier one, whose they are, and the id."""


@frozen(eq=False)
class Again:
    """The rows with an id again and nothing else wrong, in order; how many each list has; the first."""

    orders: Ints = field(factory=lambda: np.empty(0, np.int64))
    often: Mapping[Owner, int] = field(factory=dict)
    shown: Sequence[Shown] = ()


def find_again(cluster: Cluster, read: RDD[Any], owners: Sequence[Owner], parts: int) -> Again:
    """The rows of `read` with an id that an earlier one of the same owner has; dealt in so many parts."""
    deal = _Deal(cluster.context.broadcast({owner: at for at, owner in enumerate(owners)}), parts)
    alike = np.concatenate(cluster.gathered(_dealt(read, deal, parts).mapPartitions(_alike)))
    if not len(alike):
        return Again()
    deal = evolve(deal, alike=cluster.context.broadcast(np.sort(alike)))
    found = cluster.gathered(_dealt(read, deal, parts).mapPartitions(_later))
    often: Counter[Owner] = Counter()
    for each in found:
        for number, times in zip(*np.unique(each["owner"].to_numpy(), return_counts=True), strict=True):
            often[owners[number]] += int(times)
    orders = np.sort(np.concatenate([each["order"].to_numpy() for each in found]))
    first = pa.concat_tables(each.slice(0, SHOWN) for each in found).sort_by("order").slice(0, SHOWN)
    shown = [(row["order"], row["order_min"], owners[row["owner"]], row["id"]) for row in first.to_pylist()]
    return Again(orders, often, shown)


def _dealt(read: RDD[Any], deal: _Deal, parts: int) -> RDD[tuple[int, Any]]:
    """What is dealt of each part of `read`, in so many parts."""
    return read.mapPartitions(deal).partitionBy(parts, int)


@frozen(eq=False)
class _Deal:
    """The rows that are in a list and have an id, by a number of both that is another for almost every other.

    Of all rows only that number; once `alike` are known, the numbers that several have, these rows in full.
    """

    owners: Broadcast[Mapping[Owner, int]]
    parts: int
    alike: Broadcast[Ints] | None = None

    def __call__(self, read: Iterable[object]) -> Iterator[tuple[int, Any]]:
        for cases, names in batched(read):
            yield from self._deal(cases, names)

    def _deal(self, cases: Cases, names: Names) -> Iterator[tuple[int, Any]]:
        numbers = self.owners.value
        whose = np.array([-1 if each is None else numbers[each] for each in cases.owners], np.int64)
        owners = whose[cases.rows["owner"].to_numpy()]
        mixed = names.hashes ^ (owners.astype(np.uint64) * _ODD)
        rows = np.flatnonzero((owners >= 0) & pc.not_equal(names.ids, "").to_numpy())
        if self.alike is not None:
            rows = rows[np.isin(mixed[rows], self.alike.value)]
        mixed = mixed[rows]
        part = (mixed % np.uint64(self.parts)).astype(np.int64)
        order = np.argsort(part, kind="stable")
        numbered, sizes = np.unique(part[order], return_counts=True)
        for number, end, size in zip(
            numbered.tolist(), np.cumsum(sizes).tolist(), sizes.tolist(), strict=True
        ):
            some = order[end - size : end]
            yield number, mixed[some] if self.alike is None else _rows(cases, names, owners, rows[some])


def _rows(cases: Cases, names: Names, owners: Ints, rows: Ints) -> pa.Table:
    """Some rows: whose they are, their ids, where they stand, whether they are bad."""
    return pa.table(
        {
            "owner": owners[rows],
            "id": names.ids.take(pa.array(rows)),
            "order": cases.orders()[rows],
            "bad": cases.rows["bad"].to_numpy()[rows],
        }
    )


def _alike(dealt: Iterable[tuple[int, Ints]]) -> Iterator[Ints]:
    """The numbers that several rows have."""
    found = np.sort(np.concatenate([np.empty(0, np.uint64), *(each for _, each in dealt)]))
    yield np.unique(found[1:][found[1:] == found[:-1]])


def _later(dealt: Iterable[tuple[int, pa.Table]]) -> Iterator[Any]:
    """Of the rows dealt those that have an id again, in order, each with the first that has it."""
    tables = [rows for _, rows in dealt]
    yield guarded(_of)(tables) if tables else _NONE


def _of(tables: Sequence[pa.Table]) -> pa.Table:
    rows = pa.concat_tables(tables)
    ids = rows.group_by(["owner", "id"]).aggregate([("order", "min"), ("order", "count")])
    twice = ids.filter(pc.greater(ids["order_count"], 1)).drop_columns("order_count")
    both = rows.join(twice, ["owner", "id"], join_type="inner")
    later = both.filter(pc.and_(pc.greater(both["order"], both["order_min"]), pc.invert(both["bad"])))
    return later.select(_NONE.column_names).cast(_NONE.schema).sort_by("order")
