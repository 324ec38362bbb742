"""Lists of cases that stay on the cluster: counted there by what they say, fetched when asked."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, Final

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
    from pyspark import RDD, Broadcast

TOGETHER: Final = 50_000
"""So many cases of several lists are fetched together at most: each time all their files are gone through."""


@frozen(eq=False)
class Lists:
    """The cases that were `read`, a part for each file, and of them what they have `said`.

    `aside` are the rows that have an id `again`, where tasks are; `declared` are the fields of their kind.
    """

    cluster: Cluster
    read: RDD[Any]
    said: RDD[Cases]
    heads: Sequence[Head]
    again: Again
    aside: Broadcast[Ints]
    declared: tuple[str, ...]
    _sizes: list[tuple[Owner, int]] = field(factory=list)
    _fetched: dict[Owner, list[Record]] = field(factory=dict)
    _counted: dict[tuple[str, ...], Mapping[Owner, Mapping[Said, int]]] = field(factory=dict)

    def counter(self, owner: Owner) -> Tally:
        """Counts the cases of one list."""
        return lambda names: self._all(names).get(owner, {})

    def records(self, owner: Owner) -> Sequence[Record]:
        """The cases of one list."""
        sizes = {at: head.lists[owner].count for at, head in enumerate(self.heads) if owner in head.lists}
        return _Records(self, owner, sizes)

    def all(self, owner: Owner) -> list[Record]:
        """The cases of one list; with them come those of lists after it, mostly asked for next."""
        if owner not in self._fetched:
            self._fetched.clear()
            owners = self._from(owner)
            files = [at for at, head in enumerate(self.heads) if not owners.isdisjoint(head.lists)]
            for whose, record in chain.from_iterable(self.fetch(owners, files)):
                self._fetched.setdefault(whose, []).append(record)
        return self._fetched.pop(owner)

    def _from(self, owner: Owner) -> Set[Owner]:
        """A list and some after it, by unit and period, which have `TOGETHER` cases at most."""
        if not self._sizes:
            sizes: Counter[Owner] = Counter()
            for each, own in chain.from_iterable(head.lists.items() for head in self.heads):
                sizes[each] += own.count
            self._sizes.extend(sorted(sizes.items(), key=lambda item: _rank(item[0])))
        first = bisect_left(self._sizes, _rank(owner), key=lambda item: _rank(item[0]))
        together = accumulate(size for _, size in self._sizes[first:])
        return {owner} | {
            each for (each, _), size in zip(self._sizes[first:], together, strict=True) if size <= TOGETHER
        }

    def _all(self, names: tuple[str, ...]) -> Mapping[Owner, Mapping[Said, int]]:
        """How often the same is said in some fields, for every list: one pass for all of them."""
        if names not in self._counted:
            self._counted[names] = self._count(names)
        return self._counted[names]

    def _count(self, names: tuple[str, ...]) -> Mapping[Owner, Mapping[Said, int]]:
        found: dict[Owner, dict[Said, int]] = {}
        for part in self.cluster.gathered(self.said.map(_Count(names, self.aside))):
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

    def fetch(self, owners: Set[Owner], files: Sequence[int]) -> Iterator[list[tuple[Owner, Record]]]:
        """The cases of some lists in some files, file by file."""
        fetched = _Fetch(owners, self.declared, self.aside)
        return self.cluster.parts(self.read, fetched, files)


def _rank(owner: Owner) -> tuple[str, str]:
    """What lists are ordered by."""
    unit, period = owner
    return unit, str(period)


@frozen(eq=False)
class _Count:
    names: tuple[str, ...]
    again: Broadcast[Ints]

    def __call__(self, cases: Cases) -> Mapping[Owner, Mapping[Said, int]]:
        return count(cases, self.names, self.again.value)


@frozen(eq=False)
class _Fetch:
    owners: Set[Owner]
    declared: tuple[str, ...]
    again: Broadcast[Ints]

    def __call__(self, read: Iterable[object]) -> list[tuple[Owner, Record]]:
        return [
            one
            for cases, names in batched(read)
            for one in records(cases, names, self.owners, self.declared, self.again.value)
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
        if len(self) <= TOGETHER:
            return iter(self.lists.all(self.owner))
        fetched = self.lists.fetch({self.owner}, list(self.sizes))
        return (record for _, record in chain.from_iterable(fetched))

    def item(self, at: int) -> Record:
        """A case, with all that its file has of the list."""
        for file, size in self.sizes.items():
            if at < size:
                (found,) = self.lists.fetch({self.owner}, [file])
                return found[at][1]
            at -= size
        raise IndexError(at)
