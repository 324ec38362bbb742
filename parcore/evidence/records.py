"""Lists of cases that units hand in (dossiers, staff): from sections of documents and their CSV tables.

A row is a case. A unit's cases of one kind, for one period at one stage, are one list and stand in
one table; `none` names the units whose list is handed in empty. One table may serve two lists: `unit`
names the column of those whose cases they are, `unread` the columns that this list passes over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingOf
from errno import EISDIR
from os import strerror
from pathlib import Path
from typing import Final, TypeAlias

from attrs import frozen

from parcore.diagnostics import Findings, Place
from parcore.documents.reading import items_of, text_of, texts_of
from parcore.documents.schema import report_columns, report_unknown
from parcore.documents.table import Table
from parcore.documents.tree import Mapping, Scalar
from parcore.evidence.cells import read_value, stated
from parcore.evidence.evidence import Cell, Record, RecordList, Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults, check_formats, lacks, table_beside
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import FieldSpec, Vocabulary
from parcore.numbers import NumberFormat

UNIT: Final = "unit"
COLUMNS: Final = (UNIT, "period", "id")

Columns = MappingOf[str, tuple[FieldSpec, NumberFormat, dict[str, Cell]]]
"""The fields of a table's columns, and what was read in them: in long lists the same few texts come again."""


STORED: Final = (".parquet", ".sqlite", ".sqlite3", ".db", ".postgres", ".spark")
"""Files of tables that a plugin reads; the last two name a database, and files on a cluster."""

LARGE: Final = 16 * 2**20
"""From so many bytes a table is read by a plugin, where there is one for it."""


@frozen
class RecordTable:
    """A table of cases, a row each, for a reader that a plugin gives; `table` is its name in a database."""

    path: Path
    table: str
    place: Place
    kind: Vocabulary
    units: UnitBook
    defaults: Defaults
    whose: str
    unread: tuple[str, ...]


TableReader: TypeAlias = Callable[[RecordTable, Findings], Iterable[RecordList]]
"""Reads a table into lists, reporting what is wrong."""

TableReaders: TypeAlias = Callable[[], MappingOf[str, TableReader]]
"""The readers of plugins, by the ending of the file's name; asked for when first needed."""


class RecordReader:
    """Reads lists of cases, reporting what is wrong; `lists` gives what was read."""

    def __init__(
        self,
        kinds: MappingOf[str, Vocabulary],
        units: UnitBook,
        findings: Findings,
        readers: TableReaders = dict,
    ) -> None:
        self._readers = readers
        self._kinds = kinds
        self._units = units
        self._findings = findings
        self._lists: dict[tuple[str, Period, str, Stage], RecordList] = {}

    def lists(self) -> tuple[RecordList, ...]:
        """What was read so far."""
        return tuple(self._lists.values())

    def section(self, section: Mapping, document: Path, defaults: Defaults) -> None:
        """Read one section `records` of a document: its table, and the units that have no case."""
        name = section["kind"]
        kind = self._kinds.get(text_of(name))
        if kind is None:
            report_unknown(
                text_of(name), list(self._kinds), name.place, self._findings, "record-kind-unknown"
            )
            return
        if "file" in section and not self._stored(section, document, kind, defaults):
            table = table_beside(document, section["file"], self._findings)
            if table is not None:
                check_formats(section, table, self._findings)
                unread = texts_of(section.get("unread"))
                if not lacks(table, unread, self._findings, section.place_of("unread")):
                    self._table(table, kind, defaults, text_of(section.get("unit")) or UNIT, unread)
        self._none(section, kind, defaults)

    def _stored(self, section: Mapping, document: Path, kind: Vocabulary, defaults: Defaults) -> bool:
        """Whether the table is one for a plugin's reader, which has read it then."""
        path, place = document.parent / text_of(section["file"]), section["file"].place
        suffix, quarantine = path.suffix.lower(), defaults.quarantine is not None
        if path.is_dir():
            self._findings.add("file-unreadable", place, reason=strerror(EISDIR))
            return True
        if not path.is_file() or not (suffix in STORED or quarantine or path.stat().st_size > LARGE):
            return False
        reader = self._readers().get(suffix)
        if reader is None:
            if suffix in STORED or quarantine:
                self._findings.add("table-reader-missing", place, file=text_of(section["file"])[:60])
            return suffix in STORED or quarantine
        asked = RecordTable(
            path=path,
            table=text_of(section.get("table")),
            place=place,
            kind=kind,
            units=self._units,
            defaults=defaults,
            whose=text_of(section.get("unit")) or UNIT,
            unread=texts_of(section.get("unread")),
        )
        for listed in reader(asked, self._findings):
            self._keep(listed)
        return True

    def _none(self, section: Mapping, kind: Vocabulary, defaults: Defaults) -> None:
        """The empty lists of the units that a section names."""
        period = defaults.period
        if period is None:
            if "none" in section and "period" not in section:
                self._findings.add("period-missing", section.place_of("none"))
            return
        for each in items_of(section.get("none")):
            unit = self._units.look_up(text_of(each), period.end, each.place, self._findings)
            if unit is not None:
                self._take(unit.id, period, kind, [], each.place, defaults)

    def _table(
        self, table: Table, kind: Vocabulary, defaults: Defaults, whose: str, unread: tuple[str, ...]
    ) -> None:
        if lacks(table, [whose], self._findings):
            return
        if "period" not in table.columns and defaults.period is None:
            self._findings.add("period-missing", table.header[0].place)
            return
        columns: dict[str, tuple[FieldSpec, NumberFormat, dict[str, Cell]]] = {}
        passed_over = {*COLUMNS[1:], whose, *unread}
        cells = [each for each in table.header if each.text and each.text not in passed_over]
        unknown = [each for each in cells if each.text not in kind.fields]
        report_columns(unknown, [*kind.fields, *COLUMNS], self._findings, "unknown-field")
        for name in (each.text for each in cells if each.text in kind.fields):
            columns[name] = kind.fields[name], defaults.columns.get(name, defaults.numbers), {}
        lists: dict[tuple[str, Period], list[Record]] = {}
        for row in table.rows:
            period = defaults.row_period(row, self._findings)
            if period is None:
                continue
            unit = self._units.look_up(row[whose].text, period.end, row[whose].place, self._findings)
            if unit is not None:
                place = row["id" if "id" in row else whose].place
                lists.setdefault((unit.id, period), []).append(self._record(row, columns, place))
        for (id_, period), records in lists.items():
            self._distinct(id_, period, records)
            self._take(id_, period, kind, records, records[0].place, defaults)

    def _record(self, row: MappingOf[str, Scalar], columns: Columns, place: Place) -> Record:
        cells: dict[str, Cell] = {}
        for name, (spec, numbers, known) in columns.items():
            cell = row[name]
            if cell.text in known:
                cells[name] = known[cell.text]
            elif cell.text:
                value = read_value(Scalar(cell.place, name), cell, None, spec, numbers, self._findings)
                if value is not None:
                    cells[name] = known[cell.text] = Cell(value, stated(spec, value, cell.text))
        return Record(text_of(row.get("id")), cells, place)

    def _distinct(self, unit: str, period: Period, records: list[Record]) -> None:
        first: dict[str, Place] = {}
        for each in records:
            if each.id and first.setdefault(each.id, each.place) is not each.place:
                self._findings.add(
                    "record-twice", each.place, id=each.id[:60], unit=unit, period=period,
                    first=first[each.id],
                )  # fmt: skip

    def _take(
        self,
        unit: str,
        period: Period,
        kind: Vocabulary,
        records: list[Record],
        place: Place,
        own: Defaults,
    ) -> None:
        given = RecordList(
            unit=unit,
            period=period,
            kind=kind.name,
            records=tuple(records),
            stage=own.stage,
            method=own.method,
            source=own.source,
            place=place,
        )
        self._keep(given)

    def _keep(self, given: RecordList) -> None:
        first = self._lists.setdefault((given.unit, given.period, given.kind, given.stage), given)
        if first is not given:
            self._findings.add(
                "records-twice", given.place, kind=given.kind, unit=given.unit, period=given.period,
                stage=given.stage.value, first=first.place, one=len(first.records), two=len(given.records),
            )  # fmt: skip
