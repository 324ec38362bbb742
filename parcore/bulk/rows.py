"""The rows of wide tables: which unit and period each is of, and what stands twice.

In: tables at rest, the units known. Out: for each period that is read the rows of each table with the unit
of each; rows of other periods are known units' too, and are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from attrs import frozen

from parcore.bulk.cells import SHOWN, coded, is_text
from parcore.bulk.engines import Book, Wide
from parcore.bulk.tables import TableAtRest
from parcore.diagnostics import Findings, Place, stop
from parcore.documents.schema import report_columns
from parcore.documents.tree import Scalar
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.readers import WIDE
from parcore.evidence.units import Unit
from parcore.evidence.vocabulary import FieldSpec, Vocabulary, given_field
from parcore.readings.columns.arrays import Ints
from parcore.readings.columns.bulk import STATE

UNIT, PERIOD, STAGE = WIDE
_NONE: Final = -1


@frozen(eq=False)
class Rows:
    """Of one table and one period: its rows (None: all), and the unit of each, as positions in `Roll.units`.

    `straight`: the units are all, each in its place.
    """

    rows: Ints | None
    units: Ints
    straight: bool

    @property
    def whole(self) -> bool:
        """Whether they are all rows of the table."""
        return self.rows is None

    @property
    def at(self) -> Ints:
        """The positions of the rows."""
        return np.arange(len(self.units)) if self.rows is None else self.rows

    @property
    def first(self) -> int:
        """The position of the first row."""
        return 0 if self.rows is None else int(self.rows[0])


class Roll:
    """The units met, each once, in the order met."""

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self._at: dict[str, int] = {}

    def position(self, unit: Unit) -> int:
        """The position of a unit, which is taken in where it is new."""
        at = self._at.setdefault(unit.id, len(self.units))
        if at == len(self.units):
            self.units.append(unit)
        return at


@frozen(eq=False)
class _Look:
    """Where units are looked up and taken in, and where names that mean none are reported."""

    book: Book
    roll: Roll
    findings: Findings


def fields_of(table: TableAtRest, vocabulary: Vocabulary, findings: Findings) -> dict[str, FieldSpec]:
    """The fields that a table has columns of; columns that are none are reported."""
    found: dict[str, FieldSpec] = {}
    unknown: list[Scalar] = []
    place = Place(str(table.path), table.first - 1)
    for name in table.types:
        field = name.removesuffix(STATE)
        spec = vocabulary.fields.get(field) or given_field(field)
        if name in WIDE:
            continue
        if spec is None or (field != name and field not in table.types):
            unknown.append(Scalar(place, name))
        elif field == name:
            found[name] = spec
    report_columns(unknown, list(vocabulary.fields), findings, "unknown-field")
    if UNIT not in table.types:
        findings.add("column-missing", place, column=UNIT, has=", ".join(list(table.types)[:12]))
    return found


def rows_of(table: TableAtRest, wide: Wide, roll: Roll, findings: Findings) -> dict[Period, Rows]:
    """The rows of each period; a unit or period that is none, and a row that repeats one, are reported."""
    _check_stage(table, findings)
    periods = _periods(table, wide, findings)
    names = _codes(table, UNIT)
    found: dict[Period, Rows] = {}
    for period, rows in periods.items():
        units = _units(table, names, rows, period, _Look(wide.units, roll, findings))
        straight = bool((units == np.arange(len(units))).all())
        found[period] = Rows(rows, units, straight)
        if not straight:
            _check_once(table, found[period].at, units, period, roll, findings)
    return found


def _codes(table: TableAtRest, name: str) -> tuple[Ints, list[str]]:
    """A column of names as positions among the distinct ones, a blank one too; whole numbers are names."""
    import pyarrow as pa

    column = table.column(name)
    if pa.types.is_integer(column.type):
        column = column.cast(pa.string())
    if pa.types.is_null(column.type):
        return np.zeros(len(column), np.int64), [""]
    if not is_text(column.type):
        raise stop("bulk-type", Place(str(table.path)), field=name, type=column.type, kind=name)
    at, texts = coded(column)
    return np.where(at < 0, len(texts), at), [*(str(each).strip() for each in texts), ""]


def _check_stage(table: TableAtRest, findings: Findings) -> None:
    """Only what is decided is scored in bulk: other stages stand side by side in evidence documents."""
    if STAGE in table.types:
        at, texts = _codes(table, STAGE)
        for code in _present(at):
            if texts[code] not in ("", Stage.FINAL.value):
                row = int(np.argmax(at == code))
                findings.add("bulk-stage", table.place(row, STAGE), stage=texts[code][:40])


def _periods(table: TableAtRest, wide: Wide, findings: Findings) -> Mapping[Period, Ints | None]:
    """The rows of each period (None: all); a blank one is of the period asked."""
    if PERIOD not in table.types:
        return {wide.period: None}
    at, texts = _codes(table, PERIOD)
    found: dict[Period, list[int]] = {}
    for code in _present(at):
        text = texts[code]
        period = wide.period if not text else parse_period(text)
        if period is None:
            row = int(np.argmax(at == code))
            findings.add("not-a-period", table.place(row, PERIOD), value=text[:40])
        else:
            found.setdefault(period, []).append(code)
    if len(found) == 1:
        return dict.fromkeys(found)
    return {period: np.flatnonzero(np.isin(at, codes)) for period, codes in found.items()}


def _units(
    table: TableAtRest, names: tuple[Ints, list[str]], rows: Ints | None, period: Period, look: _Look
) -> Ints:
    """The position of each row's unit; -1 where a text names none, which is reported."""
    at, texts = names
    codes = at if rows is None else at[rows]
    found = np.full(len(texts), _NONE, np.int64)
    lost = 0
    for code in _present(codes):
        own = Findings()
        own.unlisted = int(lost >= SHOWN)  # names near a name are looked for only where they are told
        unit = look.book.look_up(texts[code], period.end, Place(""), own)
        if unit is not None:
            found[code] = look.roll.position(unit)
            continue
        lost += 1
        if lost <= SHOWN:
            row = int(np.argmax(codes == code))
            place = table.place(row if rows is None else int(rows[row]), UNIT)
            for each in own:
                look.findings.add(each.code, each.place if each.place.file else place, **each.values)
    if lost > SHOWN:
        look.findings.add("bulk-more", Place(str(table.path)), count=lost - SHOWN, what=UNIT)
    return found[codes]


def _present(codes: Ints) -> list[int]:
    """The codes that some row has."""
    found: list[int] = np.flatnonzero(np.bincount(codes)).tolist()
    return found


def _check_once(
    table: TableAtRest, rows: Ints, units: Ints, period: Period, roll: Roll, findings: Findings
) -> None:
    """A table has one row of a unit and period."""
    known = units[units != _NONE]
    if len(known) == 0 or np.bincount(known).max() <= 1:
        return
    order = np.argsort(units, kind="stable")
    again = order[1:][(np.diff(units[order]) == 0) & (units[order][1:] != _NONE)]
    for each in np.sort(again)[:SHOWN]:
        first = int(np.argmax(units == units[each]))
        findings.add(
            "bulk-twice", table.place(int(rows[each])), unit=roll.units[int(units[each])].id, period=period,
            first=table.place(int(rows[first])),
        )  # fmt: skip
    if len(again) > SHOWN:
        findings.add("bulk-more", Place(str(table.path)), count=len(again) - SHOWN, what=UNIT)


def parts_of(periods: Iterable[Period], wide: Wide) -> Iterator[Period]:
    """The periods met that are parts of one that is read: fields may roll up from them."""
    read = {part for lag in wide.lags for part in wide.period.back(lag).inside}
    return (each for each in periods if each in read)
