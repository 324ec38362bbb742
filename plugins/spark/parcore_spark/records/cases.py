"""What a task does with a file of records: reads its rows by themselves, counts, fetches and tells of them.

A row is bad here for what is wrong in it alone. That an earlier row, in whatever file, has its id, is found
when all have been read (`again`), and said to every task after that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import evolve, field, frozen

from parcore.diagnostics import Diagnostic, Findings, ParcoreError, Place, stop
from parcore.evidence.evidence import Cell, Record, Said
from parcore.evidence.periods import Period
from parcore.evidence.records import RecordTable
from parcore.readings.columns.arrays import Ints, Truths
from parcore_records import ENDINGS
from parcore_records.database import QUIET, Database
from parcore_records.dictionary import REJECTED
from parcore_records.faults import Bad, Faults
from parcore_records.reading import Reading, read_rows
from parcore_spark.cluster import files_of

MANY: Final = 1_000_000
"""So many rows are kept together at most."""
_SERVERS: Final = (".postgres",)
_FILE: Final = 2**40
"""More rows than a file has."""

At = TypeVar("At", int, Ints)
Owner: TypeAlias = tuple[str, Period]
"""Whose list: the unit's id, and the period."""
Numbered: TypeAlias = tuple[int, Path]
"""A file, and which of the table's it is."""


@frozen
class Own:
    """What a file has of a list: its first row, how many, and how many of them are bad."""

    first: int
    count: int
    bad: int


@frozen(eq=False)
class Head:
    """What a file holds: its columns, rows, lists, why rows are bad, the first of them, what else is told."""

    path: str
    columns: tuple[str, ...] = ()
    rows: int = 0
    lists: Mapping[Owner, Own] = field(factory=dict)
    reasons: Mapping[str, int] = field(factory=dict)
    shown: tuple[Diagnostic, ...] = ()
    told: tuple[Diagnostic, ...] = ()


@frozen(eq=False)
class Cases:
    """Some rows of a file in their order, and what the numbers in them stand for.

    `rows` has `owner` (a number in `owners`), whether it is `bad`, and a column of numbers for each field:
    `said` has its name, and the cells. `lines` are where the rows stand: the first, where none is left out.
    """

    file: int
    lines: Ints | int
    rows: pa.Table
    owners: tuple[Owner | None, ...]
    said: Mapping[str, tuple[str, tuple[Cell | None, ...]]]

    def orders(self) -> Ints:
        """Where each row stands among those of all files."""
        lines = self.lines
        if isinstance(lines, int):
            lines = np.arange(lines, lines + len(self.rows))
        return self.file * _FILE + lines

    def good(self, again: Ints) -> Truths:
        """Which rows are not bad, by themselves or by standing `again` (in order)."""
        good: Truths = ~self.rows["bad"].to_numpy()
        if len(again) and len(good):
            orders = self.orders()
            low, high = np.searchsorted(again, (orders[0], orders[-1] + 1))
            good &= ~np.isin(orders, again[low:high])
        return good


@frozen(eq=False)
class Names:
    """The ids of some rows, and of each a number that is another for almost every other id."""

    path: str
    ids: pa.ChunkedArray
    hashes: Ints


def file_of(at: At) -> tuple[At, At]:
    """The file and the line of a row that stands there, or of each of several."""
    return at // _FILE, at % _FILE


def files(path: Path) -> list[Path]:
    """The files of a table: one, or those of a folder in the order of their names.

    Raises:
        ParcoreError: there is none, or one is of no kind that is read.
    """
    found = files_of(path)
    known = [each for each in ENDINGS if each not in _SERVERS]
    for each in found:
        if not each.is_file():
            raise stop("file-not-found", Place(str(each)))
        if each.suffix.lower() not in known:
            raise stop("bulk-ending", Place(str(each)), file=each.name, known=", ".join(known))
    return found


def batched(read: Iterable[object]) -> Iterator[tuple[Cases, Names]]:
    """Of what was read of a file the rows, each some with their names."""
    cases: Cases | None = None
    for each in read:
        if isinstance(each, Cases):
            cases = each
        elif isinstance(each, Names) and cases is not None:
            yield cases, each


def read_file(asked: RecordTable, file: Numbered) -> Iterator[Head | Cases | Names]:
    """A file's head, then its rows, some at a time: what they say, and their names."""
    number, path = file
    findings = Findings()
    try:
        database, reading = _reading(asked, path, findings)
        if reading is None:
            yield Head(str(path), told=tuple(findings))
            return
        faults = Faults(reading.source, database, reading.reasons)
        shown = Findings()
        faults.show(shown)
        yield Head(
            path=str(path),
            columns=faults.columns,
            rows=faults.read(),
            lists={_owner(reading, at): Own(*rest) for at, *rest in reading.counts()},
            reasons=faults.counts(),
            shown=tuple(shown),
            told=tuple(findings),
        )
        yield from _cases(number, path, reading, database)
    except ParcoreError as error:
        yield Head(str(path), told=(*findings, *error.diagnostics))


def _reading(asked: RecordTable, path: Path, findings: Findings) -> tuple[Database, Reading | None]:
    os.environ[QUIET] = "1"
    database = Database(path, threads="1")
    return database, read_rows(evolve(asked, path=path), database, findings)


def _owner(reading: Reading, number: int) -> Owner:
    found = reading.owners.values[number]
    assert isinstance(found, tuple)
    return found


def _cases(number: int, path: Path, reading: Reading, database: Database) -> Iterator[Cases | Names]:
    """The rows of a file in their order, some at a time, with no more values than they name."""
    keys = "".join(f", {each.key}" for each in reading.columns)
    written = database.folder / "cases.parquet"
    database.run(
        f"COPY (SELECT pos, owner, id, md5_number_lower(id) AS hash, bad > 0 AS bad{keys}"
        f" FROM cases ORDER BY pos) TO '{written}' (FORMAT parquet, ROW_GROUP_SIZE 122880)"
    )
    database.run("DROP TABLE raw")
    with pq.ParquetFile(written) as rows:
        for batch in rows.iter_batches(MANY):
            whose, owners = _fewer(batch["owner"], reading.owners.values)
            columns = {"owner": whose, "bad": batch["bad"].to_numpy(zero_copy_only=False)}
            said: dict[str, tuple[str, tuple[Cell | None, ...]]] = {}
            for each in reading.columns:
                columns[each.key], cells = _fewer(batch[each.key], each.texts.values)
                said[each.name] = each.key, cells
            yield Cases(number, _lines(batch["pos"].to_numpy()), pa.table(columns), owners, said)
            yield Names(str(path), pa.chunked_array([batch["id"]]), batch["hash"].to_numpy())


def _lines(lines: Ints) -> Ints | int:
    return lines if not len(lines) or (np.diff(lines) != 1).any() else int(lines[0])


def _fewer(numbers: Any, values: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
    """Numbers of values as numbers of those that are named, and these."""
    named = np.bincount(numbers.to_numpy(), minlength=len(values)) > 0
    kept = np.flatnonzero(named)
    at = (np.cumsum(named) - 1).astype(np.min_scalar_type(len(kept)))
    return at[numbers.to_numpy()], tuple(values[each] for each in kept.tolist())


def count(cases: Cases, names: tuple[str, ...], again: Ints) -> Mapping[Owner, Mapping[Said, int]]:
    """How many of the good rows of each list say the same in some fields."""
    there = [cases.said.get(name) for name in names]
    keys = ["owner", *dict.fromkeys(key for key, _ in filter(None, there))]
    rows = cases.rows.select(keys).filter(pa.array(cases.good(again)))
    groups = rows.group_by(keys, use_threads=False).aggregate([([], "count_all")])
    columns = {name: groups[name].to_pylist() for name in groups.column_names}
    found: dict[Owner, dict[Said, int]] = {}
    for at, (number, times) in enumerate(zip(columns["owner"], columns["count_all"], strict=True)):
        owner = cases.owners[number]
        if owner is not None:
            said = tuple(None if each is None else each[1][columns[each[0]][at]] for each in there)
            own = found.setdefault(owner, {})
            own[said] = own.get(said, 0) + times
    return found


def records(
    cases: Cases, names: Names, owners: Set[Owner], declared: Sequence[str], again: Ints
) -> Iterator[tuple[Owner, Record]]:
    """The cases of some lists, in the order of their rows; of a bad row every field is rejected."""
    asked = np.array([each in owners for each in cases.owners])
    own = asked[cases.rows["owner"].to_numpy()]
    some = pa.array(own)
    rows, ids = cases.rows.filter(some).to_pylist(), names.ids.filter(some).to_pylist()
    sound, orders = cases.good(again)[own].tolist(), cases.orders()[own].tolist()
    for row, id_, good, order in zip(rows, ids, sound, orders, strict=True):
        said = {name: values[row[key]] for name, (key, values) in cases.said.items()}
        cells = {name: cell for name, cell in said.items() if cell is not None}
        _, line = file_of(order)
        owner = cases.owners[row["owner"]]
        assert owner is not None
        told = cells if good else dict.fromkeys(declared, REJECTED)
        yield owner, Record(id_, told, Place(names.path, line))


def bad_rows(asked: RecordTable, file: Numbered, again: tuple[str, Ints]) -> Iterator[Bad]:
    """The bad rows of a file, which is read anew; `again` are a reason and the lines that are bad for it."""
    _, path = file
    database, reading = _reading(asked, path, Findings())
    if reading is None:
        return
    code, lines = again
    database.numbers("later", ("line",), ([each] for each in lines.tolist()))
    why = reading.reasons.number(code)
    database.run(f"UPDATE cases SET bad = {why} FROM later WHERE pos = line AND bad = 0")
    yield from Faults(reading.source, database, reading.reasons).rows()
