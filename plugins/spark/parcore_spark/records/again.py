"""Rows with an id that an earlier row of the same list has, whatever files they are in.

Rows are dealt by their ids (Spark's shuffle), so that all that have the same come to one task; there each is
compared in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import field, frozen

from parcore.readings.columns.arrays import Ints
from parcore_records.dictionary import SHOWN
from parcore_spark.engine import Cluster, guarded
from parcore_spark.records.cases import Cases, Owner

if TYPE_CHECKING:
    from pyspark import RDD

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
    numbers = cluster.context.broadcast({owner: at for at, owner in enumerate(owners)})
    dealt = read.flatMap(_Deal(numbers, parts)).partitionBy(parts, int)
    found = cluster.gathered(dealt.mapPartitions(_later))
    often: Counter[Owner] = Counter()
    for each in found:
        for number, times in zip(*np.unique(each["owner"].to_numpy(), return_counts=True), strict=True):
            often[owners[number]] += int(times)
    orders = np.sort(np.concatenate([np.empty(0, np.int64), *(each["order"].to_numpy() for each in found)]))
    first = pa.concat_tables(each.slice(0, SHOWN) for each in found).sort_by("order").slice(0, SHOWN)
    shown = [(row["order"], row["order_min"], owners[row["owner"]], row["id"]) for row in first.to_pylist()]
    return Again(orders, often, shown)


@frozen(eq=False)
class _Deal:
    """The rows of cases that are in a list and have an id, each in the part of its id."""

    numbers: Any
    parts: int

    def __call__(self, cases: object) -> Iterator[tuple[int, pa.Table]]:
        if not isinstance(cases, Cases):
            return
        numbers = self.numbers.value
        whose = np.array([-1 if each is None else numbers[each] for each in cases.owners], np.int64)
        owners = whose[cases.rows["owner"].to_numpy()]
        rows = pa.table(
            {
                "owner": owners,
                "id": cases.rows["id"],
                "order": cases.orders(),
                "bad": cases.rows["bad"],
                "part": cases.rows["bucket"].to_numpy() % self.parts,
            }
        )
        named = rows.filter(pc.and_(pc.greater_equal(rows["owner"], 0), pc.not_equal(rows["id"], "")))
        dealt = named.sort_by("part")
        parts, sizes = np.unique(dealt["part"].to_numpy(), return_counts=True)
        starts = np.cumsum(sizes) - sizes
        for part, start, size in zip(parts.tolist(), starts.tolist(), sizes.tolist(), strict=True):
            yield part, dealt.slice(start, size).drop_columns("part")


_NONE = pa.table(
    {
        "owner": pa.array([], pa.int64()), "id": pa.array([], pa.string()), "order": pa.array([], pa.int64()),
        "order_min": pa.array([], pa.int64()),
    }
)  # fmt: skip


def _later(dealt: Iterable[tuple[int, pa.Table]]) -> Iterator[Any]:
    """Of the rows dealt to a task those that have an id again, in order, each with the first that has it."""
    tables = [rows for _, rows in dealt]
    yield guarded(_of)(tables) if tables else _NONE


def _of(tables: Sequence[pa.Table]) -> pa.Table:
    rows = pa.concat_tables(tables)
    ids = rows.group_by(["owner", "id"]).aggregate([("order", "min"), ("order", "count")])
    twice = ids.filter(pc.greater(ids["order_count"], 1)).drop_columns("order_count")
    both = rows.join(twice, ["owner", "id"], join_type="inner")
    later = both.filter(pc.and_(pc.greater(both["order"], both["order_min"]), pc.equal(both["bad"], 0)))
    return later.select(_NONE.column_names).cast(_NONE.schema).sort_by("order")
