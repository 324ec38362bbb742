"""Lists of cases that stay in the database: fetched when asked, and counted by what they say."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from parcore.evidence.evidence import Cell, Record, Said, Tally
from parcore.lazy import Lazy
from parcore_records.database import Database, tracked
from parcore_records.dictionary import REJECTED
from parcore_records.raw import Source

Counted = Mapping[int, Mapping[Said, int]]


@frozen(eq=False)
class Store:
    """The table `cases`: for each field that it has, the column of its numbers and what they stand for."""

    database: Database
    source: Source
    declared: tuple[str, ...]
    fields: Mapping[str, tuple[str, Sequence[object]]]
    _counted: dict[tuple[str, ...], Counted] = field(factory=dict)

    def counter(self, owner: int) -> Tally:
        """Counts the cases of one list."""
        return lambda names: self._all(names).get(owner, {})

    def records(self, owner: int, count: int) -> Sequence[Record]:
        """The cases of one list."""
        return _Records(self, owner, count)

    def _all(self, names: tuple[str, ...]) -> Counted:
        """How often the same is said in some fields, for every list: one pass for all of them."""
        if names not in self._counted:
            self._counted[names] = self._count(names)
        return self._counted[names]

    def _count(self, names: tuple[str, ...]) -> Counted:
        there, told = [self.fields.get(name) for name in names], ", ".join(names) or "∑"
        keys = "".join(f", {each[0]}" for each in there if each is not None)
        self.database.run(
            f"CREATE OR REPLACE TABLE counted AS SELECT owner, bad > 0 AS aside{keys}, count(*) AS times"
            f" FROM (SELECT owner, bad{keys} FROM cases WHERE owner > 0 AND bad = 0) GROUP BY ALL",
            told=told,
        )
        found: dict[int, dict[Said, int]] = {}
        for owner, _, *numbers, times in self.database.rows("SELECT * FROM counted ORDER BY ALL"):
            given = iter(numbers)
            said = tuple(None if each is None else _cell(each[1][next(given)]) for each in there)
            own = found.setdefault(owner, {})
            own[said] = own.get(said, 0) + times
        aside = self.database.rows(
            "SELECT owner, count(*) FROM cases WHERE owner > 0 AND bad > 0 GROUP BY owner"
        )
        rejected: Said = (REJECTED,) * len(names)
        for owner, times in aside:
            own = found.setdefault(owner, {})
            own[rejected] = own.get(rejected, 0) + times
        return {owner: Counts(own, told) for owner, own in found.items()}

    def record(self, at: int, id_: str, bad: int, numbers: Sequence[int]) -> Record:
        """A case of a row: of a bad one every field is rejected."""
        if bad:
            return Record(id_, dict.fromkeys(self.declared, REJECTED), self.source.place(at))
        said = {
            name: _cell(values[number])
            for (name, (_, values)), number in zip(self.fields.items(), numbers, strict=True)
        }
        cells = {name: cell for name, cell in said.items() if cell is not None}
        return Record(id_, cells, self.source.place(at))


@frozen(eq=False)
class Counts(Mapping[Said, int]):
    """How many cases say each thing; whoever goes through many of them sees a progress bar."""

    times: Mapping[Said, int]
    told: str

    def __getitem__(self, said: Said) -> int:
        return self.times[said]

    def __iter__(self) -> Iterator[Said]:
        return tracked(self.times, len(self.times), self.told)

    def __len__(self) -> int:
        return len(self.times)

    def items(self) -> ItemsView[Said, int]:
        """The things said and how many cases say each."""
        return _Items(self)


class _Items(ItemsView[Said, int]):
    def __init__(self, counts: Counts) -> None:
        super().__init__(counts)
        self._counts = counts

    def __iter__(self) -> Iterator[tuple[Said, int]]:
        return tracked(self._counts.times.items(), len(self), self._counts.told)


def _cell(value: object) -> Cell | None:
    return value if isinstance(value, Cell) else None


@frozen(eq=False)
class _Records(Lazy[Record]):
    """The cases of one list in the order of their rows, each fetched when asked."""

    store: Store
    owner: int
    size: int

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Record]:
        return self._fetch("")

    def item(self, at: int) -> Record:
        """A case, by a query of its own."""
        return next(self._fetch(f" LIMIT 1 OFFSET {at}"))

    def _fetch(self, part: str) -> Iterator[Record]:
        keys = "".join(f", {key}" for key, _ in self.store.fields.values())
        rows: Iterator[tuple[Any, ...]] = self.store.database.rows(
            f"SELECT pos, id, bad{keys} FROM cases WHERE owner = ? ORDER BY pos{part}", [self.owner]
        )
        return (self.store.record(at, id_, bad, numbers) for at, id_, bad, *numbers in rows)
