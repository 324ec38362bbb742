"""Lists of cases that stay on the cluster: counted there by what they say, fetched when asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from parcore.evidence.evidence import Record, Said, Tally
from parcore.lazy import Lazy
from parcore.readings.columns.arrays import Ints
from parcore_records.dictionary import REJECTED
from parcore_records.store import Counts
from parcore_spark.cluster import Cluster
from parcore_spark.records.again import Again
from parcore_spark.records.cases import Cases, Head, Owner, batched, count, records

if TYPE_CHECKING:
    from pyspark import RDD


@frozen(eq=False)
class Lists:
    """The cases that were `read`, a part for each file, and of them what they have `said`.

    `declared` are the fields of their kind.
    """

    cluster: Cluster
    read: RDD[Any]
    said: RDD[Cases]
    heads: Sequence[Head]
    again: Again
    declared: tuple[str, ...]
    _sent: list[Any] = field(factory=list)
    _counted: dict[tuple[str, ...], Mapping[Owner, Mapping[Said, int]]] = field(factory=dict)

    def counter(self, owner: Owner) -> Tally:
        """Counts the cases of one list."""
        return lambda names: self._all(names).get(owner, {})

    def records(self, owner: Owner) -> Sequence[Record]:
        """The cases of one list."""
        sizes = {at: head.lists[owner].count for at, head in enumerate(self.heads) if owner in head.lists}
        return _Records(self, owner, sizes)

    def _all(self, names: tuple[str, ...]) -> Mapping[Owner, Mapping[Said, int]]:
        """How often the same is said in some fields, for every list: one pass for all of them."""
        if names not in self._counted:
            self._counted[names] = self._count(names)
        return self._counted[names]

    def _count(self, names: tuple[str, ...]) -> Mapping[Owner, Mapping[Said, int]]:
        found: dict[Owner, dict[Said, int]] = {}
        for part in self.cluster.gathered(self.said.map(_Count(names, self.set_aside()))):
            for owner, counted in part.items():
                own = found.setdefault(owner, {})
                for said, times in counted.items():
                    own[said] = own.get(said, 0) + times
        for owner, times in self._bad().items():
            own, rejected = found.setdefault(owner, {}), (REJECTED,) * len(names)
            own[rejected] = own.get(rejected, 0) + times
        told = ", ".join(names) or "∑"
        return {owner: Counts(own, told) for owner, own in found.items()}

    def _bad(self) -> Mapping[Owner, int]:
        """How many rows of each list are bad."""
        bad = dict(self.again.often)
        for owner, own in chain.from_iterable(head.lists.items() for head in self.heads):
            if own.bad:
                bad[owner] = bad.get(owner, 0) + own.bad
        return bad

    def set_aside(self) -> Any:
        """The rows with an id again, sent once to whoever works."""
        if not self._sent:
            self._sent.append(self.cluster.context.broadcast(self.again.orders))
        return self._sent[0]

    def fetch(self, owner: Owner, files: Sequence[int]) -> Iterator[list[Record]]:
        """The cases of a list in some files, file by file."""
        fetched = _Fetch(owner, self.declared, self.set_aside())
        return self.cluster.parts(self.read, fetched, files)


@frozen(eq=False)
class _Count:
    names: tuple[str, ...]
    again: Any

    def __call__(self, cases: Cases) -> Mapping[Owner, Mapping[Said, int]]:
        return count(cases, self.names, self.again.value)


@frozen(eq=False)
class _Fetch:
    owner: Owner
    declared: tuple[str, ...]
    again: Any

    def __call__(self, read: Iterable[object]) -> list[Record]:
        again: Ints = self.again.value
        return [
            one
            for cases, names in batched(read)
            for one in records(cases, names, self.owner, self.declared, again)
        ]


@frozen(eq=False)
class _Records(Lazy[Record]):
    """The cases of one list in the order of their rows, each fetched when asked; how many each file has."""

    lists: Lists
    owner: Owner
    sizes: Mapping[int, int]

    def __len__(self) -> int:
        return sum(self.sizes.values())

    def __iter__(self) -> Iterator[Record]:
        return chain.from_iterable(self.lists.fetch(self.owner, list(self.sizes)))

    def item(self, at: int) -> Record:
        """A case, with all that its file has of the list."""
        for file, size in self.sizes.items():
            if at < size:
                (found,) = self.lists.fetch(self.owner, [file])
                return found[at]
            at -= size
        raise IndexError(at)
