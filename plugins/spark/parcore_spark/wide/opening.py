"""Opening evidence on a cluster: its pieces, whose rows they are, what is wrong in them, what they hold.

The driver fetches the columns that name units, periods and stages, and looks the units up; all other columns
are read where they lie. What is wrong in rows comes back with its place: a few of each, the rest counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from attrs import evolve, frozen

from parcore.bulk.cells import SHOWN
from parcore.bulk.engines import Wide
from parcore.bulk.rows import PERIOD, STAGE, UNIT, Roll, Rows, fields_of, parts_of, rows_of
from parcore.diagnostics import Diagnostic, Findings, Place, stop
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.readings.columns.arrays import Ints
from parcore_spark.cluster import Cluster
from parcore_spark.wide.blocks import blocks_of
from parcore_spark.wide.held import SparkHeld
from parcore_spark.wide.local import locals_of
from parcore_spark.wide.pieces import ROWS, File, Outline, Piece, Table, names_of, outline, table_of

_MORE: Final = "bulk-more"
_OF_UNITS: Final = ("invariant-broken",)
"""What is told with the unit, which tasks do not know."""


def opened(cluster: Cluster, wide: Wide, most: int = 0) -> SparkHeld:
    """The evidence of wide tables, checked.

    Raises:
        ParcoreError: a column, a cell or a row that is refused; a worker that could not do its work.
    """
    cluster.check()
    outlines = cluster.each(_Outline(most or ROWS), list(enumerate(wide.tables)))
    pieces = [piece for each in outlines for piece in each.pieces]
    tables = _named(cluster, wide, outlines, pieces)
    findings, roll = Findings(), Roll()
    specs = [fields_of(table, wide.vocabulary, findings) for table in tables]
    findings.raise_errors()
    rows = [rows_of(table, wide, roll, findings) for table in tables]
    for table, own, periods in zip(tables, specs, rows, strict=True):
        rolling = sorted(name for name, spec in own.items() if spec.rollup is not None)
        for period in parts_of(periods, wide) if rolling else ():
            place = table.place(periods[period].first)
            findings.add("bulk-parts", place, period=period, fields=", ".join(rolling[:5]))
    findings.raise_errors()
    at_work = evolve(wide, units=UnitBook(()))  # units are looked up here alone
    sources = [(piece, locals_of(piece, rows[piece.table], wide.period, wide.lags)) for piece in pieces]
    blocks = blocks_of(cluster, at_work, sources, len(roll.units), most or ROWS)
    found = blocks.looked()
    whose = {file: of for each, own in zip(tables, rows, strict=True) for file, of in _units(each, own)}
    told = [one for each in found for one in each.told]
    for some in ([each.cells for each in told], [each.rows for each in told]):
        one_by_one = [_whose(one, whose, roll) for each in some for one in each]
        findings.extend(_merged(one_by_one, wide, tables))
        findings.raise_errors()
    return SparkHeld(wide, blocks, found, roll.units)


@frozen
class _Outline:
    """The outline of a numbered table, in pieces of so many rows at most."""

    most: int

    def __call__(self, numbered: tuple[int, Path]) -> Outline:
        return outline(*numbered, self.most)


def _named(cluster: Cluster, wide: Wide, outlines: Sequence[Outline], pieces: Sequence[Piece]) -> list[Table]:
    """The tables, of which the columns are at hand that say whose rows they are."""
    columns = cluster.each(names_of, pieces)
    found: list[Table] = []
    for number, (path, known) in enumerate(zip(wide.tables, outlines, strict=True)):
        own = [held for piece, held in zip(pieces, columns, strict=True) if piece.table == number]
        whole = {
            name: _one([held[name] for held in own], known.types[name])
            for name in (UNIT, PERIOD, STAGE)
            if name in known.types
        }
        found.append(table_of(path, known, whole))
    return found


def _one(arrays: Sequence[Any], kind: Any) -> Any:
    """Arrays as one."""
    if not arrays:
        return pa.array([], kind)
    whole = pa.chunked_array(arrays).unify_dictionaries()
    return whole.combine_chunks() if whole.num_chunks > 1 else whole.chunk(0)


def _units(table: Table, periods: Mapping[Period, Rows]) -> Iterator[tuple[str, Callable[[int], int]]]:
    """For each file the position of the unit of a line."""
    units = np.full(table.size, -1, np.int64)
    for rows in periods.values():
        units[rows.at] = rows.units
    for file in table.files:
        yield str(file.path), partial(_unit, units, file)


def _unit(units: Ints, file: File, line: int) -> int:
    return int(units[file.before + line - file.first])


def _whose(told: Diagnostic, whose: Mapping[str, Callable[[int], int]], roll: Roll) -> Diagnostic:
    """A finding with the id of its unit: that of its line, or the one at the position told."""
    if told.code not in _OF_UNITS:
        return told
    place, position = told.place, told.values["unit"]
    unit = roll.units[whose[place.file](place.line) if place.line else int(position)]
    return evolve(told, values={**told.values, "unit": unit.id})


def _merged(told: Iterable[Diagnostic], wide: Wide, tables: Sequence[Table]) -> Iterator[Diagnostic]:
    """What tasks tell, as one reader of the whole would: a few of each, the rest counted."""
    shown: dict[tuple[str, str, str], int] = {}
    counted: dict[tuple[str, Place, tuple[tuple[str, str], ...]], int] = {}
    of = {str(file.path): table for table in tables for file in table.files}
    rules = {str(each.rule): ", ".join(each.names) for each in wide.vocabulary.invariants}
    for each in sorted(told, key=lambda one: one.place):
        place, values = each.place, dict(each.values)
        if "count" in values:
            count = int(values.pop("count"))
            key = each.code, place, tuple(values.items())
            counted[key] = counted.get(key, 0) + count
            continue
        table = of[place.file]
        what = rules[values["rule"]] if "rule" in values else ["", *table.types][place.column]
        alike = each.code, str(table.path), what
        shown[alike] = shown.get(alike, 0) + 1
        if shown[alike] <= SHOWN:
            yield each
        else:
            key = _MORE, Place(str(table.path)), (("what", what),)
            counted[key] = counted.get(key, 0) + 1
    for (code, place, more), count in counted.items():
        yield from stop(code, place, count=count, **dict(more)).diagnostics
