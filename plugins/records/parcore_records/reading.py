"""A table of records to lists of cases: every row is read, and bad ones are counted and set aside.

`raw` holds the texts; `cases` a row for each: where it stands, whose list it is in, the number of what each
field says, its id, and why it is bad (0: it is not).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from parcore.diagnostics import Findings
from parcore.documents.schema import report_columns
from parcore.documents.table import MAX_CELL, Table
from parcore.evidence.evidence import Cell, RecordList
from parcore.evidence.periods import Period
from parcore.evidence.records import COLUMNS, RecordTable
from parcore.evidence.sections import lacks
from parcore.evidence.vocabulary import Invariant
from parcore.numbers import NumberFormat
from parcore.values import State
from parcore_records.database import Database, tracked
from parcore_records.dictionary import SHOWN, Reader, Reasons, Texts, cell_of, owner_of, read_texts
from parcore_records.faults import Faults, may_write, report
from parcore_records.raw import WHITE, Source
from parcore_records.source import open_source
from parcore_records.store import Store


@frozen
class Column:
    """A field's column: its place in `raw`, the name of its numbers in `cases`, what they stand for."""

    name: str
    at: int
    texts: Texts

    @property
    def key(self) -> str:
        return f"f{self.at}"


def read_lists(asked: RecordTable, findings: Findings) -> Iterable[RecordList]:
    """The lists of a table: those of every unit and period in it, in the order of their first rows."""
    if not may_write(asked, findings):
        return ()
    database = Database(asked.path)
    reading = read_rows(asked, database, findings)
    if reading is None:
        return ()
    reading.twice()
    report(asked, Faults(reading.source, database, reading.reasons), findings)
    database.run("DROP TABLE raw")
    return reading.lists()


def read_rows(asked: RecordTable, database: Database, findings: Findings) -> Reading | None:
    """Every row of a file by itself: whose it is, what it says, why it is bad; None: it is no such table."""
    source = open_source(asked, database, findings)
    unsound = Findings()
    sound = source is not None and _sound(asked, source.table, unsound)
    findings.extend(unsound)
    if source is None or not sound:
        return None
    reading = Reading(asked, source, database)
    reading.cases()
    reading.long()
    reading.invariants()
    return reading


def _sound(asked: RecordTable, table: Table, findings: Findings) -> bool:
    """Whether it has the columns that it must have, and no other; what is wrong is reported."""
    if lacks(table, [asked.whose, *asked.unread], findings):
        return False
    if "period" not in table.columns and asked.defaults.period is None:
        findings.add("period-missing", table.header[0].place)
        return False
    lacks(table, asked.defaults.columns, findings)
    known = {*COLUMNS[1:], asked.whose, *asked.unread, *asked.kind.fields}
    unknown = [each for each in table.header if each.text and each.text not in known]
    report_columns(unknown, [*asked.kind.fields, *COLUMNS], findings, "unknown-field")
    return not findings.errors


class Reading:
    """Makes `cases` of `raw`, step by step; `columns` are those of fields, `owners` whose lists there are."""

    def __init__(self, asked: RecordTable, source: Source, database: Database) -> None:
        self._asked, self.source, self._database = asked, source, database
        self.reasons = Reasons()
        self.owners = Texts()
        names = source.table.columns
        passed_over = {*COLUMNS[1:], asked.whose, *asked.unread}
        self.columns = [
            Column(name, at, Texts())
            for at, name in enumerate(names)
            if name in asked.kind.fields and name not in passed_over
        ]

    def cases(self) -> None:
        """Every row: whose it is, what it says, what is wrong with a cell."""
        names, asked = self.source.table.columns, self._asked
        dated = "period" in names
        own = [names.index(asked.whose), *([names.index("period")] if dated else [])]
        self._dictionary("owners", own, self.owners, owner_of(asked, dated=dated))
        for each in self.columns:
            sure = self.source.numeric.get(each.name)
            numbers = asked.defaults.columns.get(each.name, asked.defaults.numbers)
            if sure is not None:
                numbers = NumberFormat.PLAIN
            read = cell_of(each.name, asked.kind.fields[each.name], numbers, sure or 0)
            self._dictionary(f"d{each.at}", [each.at], each.texts, read)
        joins = "".join(_join(f"d{each.at}", [each.at]) for each in self.columns)
        values = "".join(f", d{each.at}.value AS {each.key}" for each in self.columns)
        bad = ", ".join(f"nullif({name}.bad, 0)" for name in ("owners", *(f"d{c.at}" for c in self.columns)))
        self._database.run(
            f"CREATE TABLE cases AS SELECT {self.source.line} AS pos, owners.value AS owner,"
            f" {self._id()} AS id, coalesce({bad}, 0) AS bad{values} FROM raw{_join('owners', own)}{joins}",
            [WHITE] if "id" in names else [],
            told=asked.path.name,
        )

    def _id(self) -> str:
        """A row's id, in SQL."""
        names = self.source.table.columns
        if "id" not in names:
            return "''"
        id_ = f"raw.c{names.index('id')}"
        plain = f"regexp_full_match({id_}, '[!-~]+')"  # most are: the rest takes much longer
        return f"CASE WHEN {plain} THEN {id_} ELSE nfc_normalize(trim(coalesce({id_}, ''), ?)) END"

    def long(self) -> None:
        """Set aside the rows with an id that is too long."""
        findings, which = Findings(), f"bad = 0 AND length(id) > {MAX_CELL}"
        for (at,) in self._database.rows(f"SELECT pos FROM cases WHERE {which} ORDER BY pos LIMIT {SHOWN}"):
            findings.add("cell-too-long", self.source.place(at), limit=MAX_CELL)
        if len(findings):
            self._database.run(f"UPDATE cases SET bad = {self.reasons.of(findings)} WHERE {which}")

    def _dictionary(self, name: str, columns: Sequence[int], texts: Texts, read: Reader) -> None:
        """A table of the different texts of columns: their numbers, and what is wrong with them."""
        listed = ", ".join(f"c{at}" for at in columns)
        told = ", ".join(self.source.table.columns[at] for at in columns)
        self._database.run(
            f"CREATE TABLE {name}_texts AS SELECT row_number() OVER (ORDER BY {listed}) AS number,"
            f" min({self.source.line}) AS pos, {listed} FROM raw GROUP BY {listed}",
            told=told,
        )
        ((count,),) = self._database.rows(f"SELECT count(*) FROM {name}_texts")
        rows = self._database.rows(f"SELECT number, pos, {listed} FROM {name}_texts ORDER BY number")
        found = read_texts(tracked(rows, count, told), self.source.place, read, texts, self.reasons)
        self._database.numbers(f"{name}_read", ("number", "value", "bad"), found)
        self._database.run(
            f"CREATE TABLE {name} AS SELECT {listed}, value, bad FROM {name}_texts"
            f" JOIN {name}_read USING (number)"
        )

    def invariants(self) -> None:
        """Set aside the rows in which what must hold between fields does not."""
        known = {each.name: each for each in self.columns}
        for invariant in self._asked.kind.invariants:
            if all(name in known for name in invariant.names):
                self._broken(invariant, [known[name] for name in invariant.names])

    def _broken(self, invariant: Invariant, columns: list[Column]) -> None:
        """Each thing that is said is asked once whether it may be."""
        listed = ", ".join(each.key for each in columns)
        broken: list[tuple[int, ...]] = []
        for at, *numbers in self._database.rows(
            f"SELECT min(pos), {listed} FROM cases WHERE bad = 0 GROUP BY {listed} ORDER BY 1"
        ):
            cells = [column.texts.values[number] for column, number in zip(columns, numbers, strict=True)]
            found = [each for each in cells if isinstance(each, Cell) and each.value.state is State.OK]
            values = dict(zip(invariant.names, (each.value.number for each in found), strict=False))
            if len(found) == len(cells) and not invariant.holds(values):
                broken.append(tuple(numbers))
                if len(broken) <= SHOWN:
                    self._show_broken(invariant, at, found)
        if broken:
            self._database.numbers("broken", [each.key for each in columns], broken)
            number = self.reasons.number("invariant-broken")
            self._database.run(
                f"UPDATE cases SET bad = {number} WHERE bad = 0"
                f" AND ({listed}) IN (SELECT ({listed}) FROM broken)"
            )

    def _show_broken(self, invariant: Invariant, at: int, cells: list[Cell]) -> None:
        ((owner, id_),) = self._database.rows("SELECT owner, id FROM cases WHERE pos = ?", [at])
        shown = ", ".join(f"{n} = {cell.text}" for n, cell in zip(invariant.names, cells, strict=True))
        unit, findings = f"{self._owner(owner)[0]} {id_}".strip(), Findings()
        findings.add("invariant-broken", self.source.place(at), unit=unit, rule=invariant.rule, values=shown)
        self.reasons.shown.extend(findings)

    def twice(self) -> None:
        """Set aside the rows with an id that an earlier row of the same list has."""
        if "id" not in self.source.table.columns:
            return
        self._database.run(
            "CREATE TABLE again AS WITH named AS"
            " (SELECT owner, id, pos, hash(owner, id) AS h FROM cases WHERE owner > 0 AND id <> ''),"
            " alike AS (SELECT h FROM named GROUP BY h HAVING count(*) > 1)"
            " SELECT owner, id, min(pos) AS first FROM named JOIN alike USING (h)"
            " GROUP BY owner, id HAVING count(*) > 1",
            told="id",
        )
        findings = Findings()
        for owner, id_, at, first in self._database.rows(
            "SELECT owner, id, pos, first FROM cases JOIN again USING (owner, id)"
            f" WHERE pos > first AND bad = 0 ORDER BY pos LIMIT {SHOWN}"
        ):
            unit, period = self._owner(owner)
            place, one = self.source.place(at), self.source.place(first)
            findings.add("record-twice", place, id=id_[:60], unit=unit, period=period, first=one)
        if len(findings):
            number = self.reasons.of(findings)
            self._database.run(
                f"UPDATE cases SET bad = {number} FROM again WHERE cases.owner = again.owner"
                " AND cases.id = again.id AND pos > first AND bad = 0"
            )

    def counts(self) -> Iterator[tuple[int, int, int, int]]:
        """For each number of an owner: its first row, how many rows it has, and how many of them are bad."""
        return self._database.rows(
            "SELECT owner, min(pos), count(*), count(*) FILTER (bad > 0) FROM cases WHERE owner > 0"
            " GROUP BY owner ORDER BY 2"
        )

    def _owner(self, number: int) -> tuple[str, Period]:
        owner = self.owners.values[number]
        assert isinstance(owner, tuple)
        return owner

    def lists(self) -> Iterator[RecordList]:
        """A list for each unit and period."""
        asked, fields = self._asked, {each.name: (each.key, each.texts.values) for each in self.columns}
        store = Store(self._database, self.source, tuple(asked.kind.fields), fields)
        for owner, first, count, bad in self.counts():
            unit, period = self._owner(owner)
            yield RecordList(
                unit=unit,
                period=period,
                kind=asked.kind.name,
                records=store.records(owner, count),
                stage=asked.defaults.stage,
                method=asked.defaults.method,
                source=asked.defaults.source,
                place=self.source.place(first),
                counted=store.counter(owner),
                set_aside=bad,
            )


def _join(name: str, columns: Sequence[int]) -> str:
    on = " AND ".join(f"raw.c{at} IS NOT DISTINCT FROM {name}.c{at}" for at in columns)
    return f" JOIN {name} ON {on}"
