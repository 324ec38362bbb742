"""Evidence as blocks on a cluster: work is done on each block by a task of its own.

A block is made anew for each reading, from the columns that it asks for; what was shuffled once is kept by
Spark on the disks of its workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from attrs import frozen

from parcore.bulk.engines import Wide
from parcore.readings.columns.arrays import Ints
from parcore_spark.cluster import Cluster, guarded
from parcore_spark.wide.local import Local
from parcore_spark.wide.pieces import Piece
from parcore_spark.wide.reading import Found, look
from parcore_spark.wide.stored import Sent, Stored, block_of_piece, put_together, send

if TYPE_CHECKING:
    from pyspark import RDD, Broadcast

Source = tuple[Piece, tuple[Local, ...]]
Work = Callable[[Stored, Any], Any]


class Blocks(Protocol):
    """Blocks of evidence: each unit is in one."""

    @property
    def cluster(self) -> Cluster:
        """Where they are."""

    def looked(self) -> list[Found]:
        """What each block holds, once it was checked."""

    def each(self, fields: frozenset[str], work: Work, items: Sequence[Any]) -> list[Any]:
        """Work done on each block, with columns of these fields and an item of its own; None: no work."""


def blocks_of(cluster: Cluster, wide: Wide, sources: Sequence[Source], units: int, size: int) -> Blocks:
    """The blocks of pieces: each piece one, where it has a row for each of its units and no other has."""
    alone = len(wide.tables) == 1 and {each.lag for _, held in sources for each in held} <= {0}
    if alone:
        return ByPieces(cluster, wide, tuple(sources))
    count = max(-(-units // size), 1)
    numbered = list(enumerate(sources))
    sent = cluster.context.parallelize(numbered, len(numbered)).flatMap(_Send(wide, size))
    return Shuffled(cluster, wide, sent.partitionBy(count, int), units, size, count)


@frozen(eq=False)
class ByPieces:
    """Each piece is a block."""

    cluster: Cluster
    wide: Wide
    sources: tuple[Source, ...]

    def looked(self) -> list[Found]:
        """What each piece holds."""
        on_piece = _OnPiece(self.wide, None, _look, checking=True)
        return self.cluster.each(on_piece, [(each, 0) for each in self.sources])

    def each(self, fields: frozenset[str], work: Work, items: Sequence[Any]) -> list[Any]:
        """Work on the pieces that have an item."""
        asked = [at for at, item in enumerate(items) if item is not None]
        given = [(self.sources[at], items[at]) for at in asked]
        done = dict(zip(asked, self.cluster.each(_OnPiece(self.wide, fields, work), given), strict=True))
        return [done.get(at) for at in range(len(items))]


def _look(stored: Stored, _: Any) -> Found:
    return look(stored)


@frozen(eq=False)
class _OnPiece:
    wide: Wide
    fields: frozenset[str] | None
    work: Work
    checking: bool = False

    def __call__(self, given: tuple[Source, Any]) -> Any:
        (piece, held), item = given
        return self.work(block_of_piece(piece, self.wide, held, self.fields, checking=self.checking), item)


@frozen(eq=False)
class Shuffled:
    """Blocks of `size` units, one after the other, put together from what all pieces say of them."""

    cluster: Cluster
    wide: Wide
    sent: RDD[tuple[int, Sent]]
    units: int
    size: int
    count: int

    def looked(self) -> list[Found]:
        """What each block holds."""
        return self._done(_look, [0] * self.count)

    def each(self, fields: frozenset[str], work: Work, items: Sequence[Any]) -> list[Any]:
        """Work on the blocks that have an item; all columns are there."""
        return self._done(work, items)

    def _done(self, work: Work, items: Sequence[Any]) -> list[Any]:
        shared = self.cluster.context.broadcast(list(items))
        on_block = _OnBlock(self.wide, work, shared, self.units, self.size)
        return self.cluster.gathered(self.sent.mapPartitionsWithIndex(on_block))


@frozen(eq=False)
class _Send:
    wide: Wide
    size: int

    def __call__(self, numbered: tuple[int, Source]) -> Iterator[tuple[int, Sent]]:
        number, (piece, held) = numbered
        return send(number, piece, self.wide, held, self.size)


@frozen(eq=False)
class _OnBlock:
    wide: Wide
    work: Work
    items: Broadcast[list[Any]]
    units: int
    size: int

    def __call__(self, block: int, sent: Iterable[tuple[int, Sent]]) -> Iterator[Any]:
        item = self.items.value[block]
        if item is None:
            return iter((None,))
        first = block * self.size
        units = np.arange(first, min(first + self.size, self.units))
        return iter((guarded(self._on)((units, [each for _, each in sent], item)),))

    def _on(self, given: tuple[Ints, list[Sent], Any]) -> Any:
        units, sent, item = given
        return self.work(put_together(units, sent, self.wide), item)
