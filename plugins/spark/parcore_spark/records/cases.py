"""What a task does with a file of records: reads its rows by themselves, counts, fetches and tells of them.

A row is bad here for what is wrong in it alone. That an earlier row, in whatever file, has its id, is found
when all have been read (`again`), and said to every task after that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
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
from parcore_spark.pieces import files_of

MANY: Final = 1_000_000
"""So many rows are kept together at most."""
BUCKETS: Final = 1_024
"""The number of parts into which ids can be dealt."""
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

    `rows` has `line`, `owner` (a number in `owners`), `id`, its `bucket`, `bad` (0: no), and a column of
    numbers for each field: `said` has its name, and the cells.
    """

    file: int
    path: str
    rows: pa.Table
    owners: tuple[Owner | None, ...]
    said: Mapping[str, tuple[str, tuple[Cell | None, ...]]]

    def orders(self) -> Ints:
        """Where each row stands among those of all files."""
        return order(self.file, self.rows["line"].to_numpy())

    def good(self, again: Ints) -> Truths:
        """Which rows are not bad, by themselves or by standing `again` (in order)."""
        good: Truths = self.rows["bad"].to_numpy() == 0
        if len(again) and len(good):
            orders = self.orders()
            low, high = np.searchsorted(again, (orders[0], orders[-1] + 1))
            good &= ~np.isin(orders, again[low:high])
        return good


def order(file: int, lines: Ints) -> Ints:
    """Where rows of a file stand among those of all files."""
    return file * _FILE + lines


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


def read_file(asked: RecordTable, file: Numbered) -> Iterator[Head | Cases]:
    """A file's head, then its rows."""
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


def _cases(number: int, path: Path, reading: Reading, database: Database) -> Iterator[Cases]:
    """The rows of a file in their order, some at a time, with no more values than they name."""
    keys = "".join(f", {each.key}" for each in reading.columns)
    written = database.folder / "cases.parquet"
    database.run(
        f"COPY (SELECT pos AS line, owner, id, md5_number_lower(id) % {BUCKETS} AS bucket, bad{keys}"
        f" FROM cases ORDER BY pos) TO '{written}' (FORMAT parquet, ROW_GROUP_SIZE 122880)"
    )
    database.run("DROP TABLE raw")
    with pq.ParquetFile(written) as rows:
        for batch in rows.iter_batches(MANY):
            whose, owners = _fewer(batch["owner"], reading.owners.values)
            columns = {name: batch[name] for name in ("line", "id", "bucket", "bad")} | {"owner": whose}
            said: dict[str, tuple[str, tuple[Cell | None, ...]]] = {}
            for each in reading.columns:
                columns[each.key], cells = _fewer(batch[each.key], each.texts.values)
                said[each.name] = each.key, cells
            yield Cases(number, str(path), pa.table(columns), owners, said)


def _fewer(numbers: Any, values: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
    """Numbers of values as numbers of those that are named, and these."""
    named, at = np.unique(numbers.to_numpy(), return_inverse=True)
    return pa.array(at.astype(np.int32)), tuple(values[each] for each in named.tolist())


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


def records(cases: Cases, owner: Owner, declared: Sequence[str], again: Ints) -> Iterator[Record]:
    """The cases of a list; of a bad row every field is rejected."""
    if owner not in cases.owners:
        return
    good, own = cases.good(again), cases.rows["owner"].to_numpy() == cases.owners.index(owner)
    rows = cases.rows.filter(pa.array(own)).to_pylist()
    for row, sound in zip(rows, good[own].tolist(), strict=True):
        place = Place(cases.path, row["line"])
        said = {name: values[row[key]] for name, (key, values) in cases.said.items()}
        cells = {name: cell for name, cell in said.items() if cell is not None}
        yield Record(row["id"], cells if sound else dict.fromkeys(declared, REJECTED), place)


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
