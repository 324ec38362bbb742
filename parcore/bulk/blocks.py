"""Engines of backends that read blocks in memory: NumPy's columns, a database beside the program.

In: what a backend gives for a program over a block (`Run`). Out: an engine that opens wide tables, checks
them, and hands the backend blocks of them. What a backend refuses is read in NumPy's columns, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from attrs import field, frozen

from parcore.bulk.cells import read_cells
from parcore.bulk.checks import check, checked, only
from parcore.bulk.columnar import as_column
from parcore.bulk.engines import Engine, Part, Wide
from parcore.bulk.rows import Roll, Rows, fields_of, parts_of, rows_of
from parcore.bulk.store import Store
from parcore.bulk.tables import TableAtRest, open_table
from parcore.diagnostics import Diagnostic, Findings, Place, stop
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.evidence.vocabulary import FieldSpec
from parcore.progress import tracked
from parcore.readings.columns.arrays import Ints
from parcore.readings.columns.bulk import Bulk, bulk_block
from parcore.readings.columns.chunks import read_block
from parcore.readings.pair.backend import Undecided
from parcore.readings.pair.block import Block
from parcore.readings.pair.reading import Run
from parcore.rules.graph import Field, Symbol
from parcore.rules.program import Program
from parcore.values import State

if TYPE_CHECKING:
    from parcore.bulk.columnar import Column
    from parcore.bulk.scoring import BulkResult

_SPOKEN = {"master": "--master"}
"""Options of engines that the command line knows by a name of their own."""


def columns(options: Mapping[str, str]) -> Engine:
    """The engine `columns`: NumPy, in this process. It has no options.

    Raises:
        ParcoreError: an option.
    """
    known_options("columns", options, ())
    return in_blocks("columns", None)


def known_options(engine: str, options: Mapping[str, str], known: Iterable[str]) -> None:
    """Refuse an option that an engine does not know.

    Raises:
        ParcoreError: with the options that it knows.
    """
    names = tuple(known)
    for name in options:
        if name not in names:
            told = {"engine": engine, "option": name, "known": ", ".join(names) or "—"}
            raise stop("engine-option", Place(_SPOKEN.get(name, "--engine-option")), **told)


def in_blocks(name: str, run: Run | None) -> Engine:
    """The engine of a backend for blocks that fit into memory; None is NumPy's columns."""
    return _Blocks(name, run)


@frozen(eq=False)
class _Blocks:
    name: str
    run: Run | None

    def open(self, wide: Wide) -> Blocks:
        """The tables, read into memory and checked."""
        findings, roll = Findings(), Roll()
        tables = [open_table(path) for path in wide.tables]
        specs = [fields_of(table, wide.vocabulary, findings) for table in tables]
        findings.raise_errors()
        held = [rows_of(table, wide, roll, findings) for table in tables]
        findings.raise_errors()
        store = Store(len(roll.units), len(tables))
        for table, fields, periods in zip(tables, specs, held, strict=True):
            _read_table(table, fields, periods, wide, store, roll, findings)
        findings.raise_errors()
        _check_across(wide, [{*each} for each in specs], store, roll, findings)
        findings.raise_errors()
        units = [roll.units[at] for at in np.flatnonzero(store.said).tolist()]
        return Blocks(self.name, self.run, wide, store.trimmed(), store.spoken, units)


def _read_table(
    table: TableAtRest,
    fields: Mapping[str, FieldSpec],
    periods: Mapping[Period, Rows],
    wide: Wide,
    store: Store,
    roll: Roll,
    findings: Findings,
) -> None:
    """Read each column into the store, then check the rows."""
    rolling = sorted(name for name, spec in fields.items() if spec.rollup is not None)
    for period in parts_of(periods, wide) if rolling else ():
        place = table.place(periods[period].first)
        findings.add("bulk-parts", place, period=period, fields=", ".join(rolling[:5]))
    whole: dict[str, Bulk] = {}
    for name, spec in tracked(fields.items(), len(fields), table.path.name):
        cells = read_cells(table, name, spec, wide.numbers, findings)
        if cells is None:
            continue
        whole[name] = cells.bulk
        for lag in wide.lags:
            rows = periods.get(wide.period.back(lag))
            if rows is not None:
                store.put((name, lag), cells, rows, table, findings)
    if findings.errors:
        return
    units = np.empty(table.size, np.int64)
    for rows in periods.values():
        units[rows.at] = rows.units

    def at(row: int, name: str) -> tuple[Place, str]:
        return table.place(row, name), roll.units[int(units[row])].id

    roots = [root for root, names in checked(wide).items() if names <= whole.keys()]
    check(wide, roots, whole, at, findings)


def _check_across(
    wide: Wide, tables: Sequence[Set[str]], store: Store, roll: Roll, findings: Findings
) -> None:
    """Check what must hold between fields of several tables."""
    place = Place(str(wide.tables[-1]))
    for lag in wide.lags if len(tables) > 1 else ():
        held = {name: bulk for (name, back), bulk in store.fields.items() if back == lag}
        roots = [
            root
            for root, names in checked(wide).items()
            if names <= held.keys() and not any(names <= each for each in tables)
        ]
        check(wide, roots, held, lambda row, _: (place, roll.units[row].id), findings)


@frozen(eq=False)
class Blocks:
    """Evidence in memory, a row for each unit of which anything is stated."""

    name: str
    run: Run | None
    wide: Wide
    fields: Mapping[tuple[str, int], Bulk]
    spoken: Mapping[tuple[str, int], frozenset[State]]
    units: Sequence[Unit]
    _why: dict[str, None] = field(factory=dict)

    @property
    def notes(self) -> Sequence[Diagnostic]:
        """That the backend could not decide, and why."""
        place = Place(f"--engine {self.name}")
        stops = (stop("engine-undecided", place, engine=self.name, why=why) for why in self._why)
        return [each for refusal in stops for each in refusal.diagnostics]

    def place(self, unit: int) -> Place:
        """The table."""
        return Place(str(self.wide.tables[0]))

    def read(self, part: Part) -> Mapping[str, Column]:
        """The roots asked for; what is kept is read when it is written, from the evidence at hand."""
        program = only(part.program, part.roots)
        asked = {(node.name, node.lag) for node in program.nodes if isinstance(node, Field | Symbol)}
        fields: dict[str | tuple[str, int], Bulk] = {
            key: _of(self.fields[key], part.units) for key in asked if key in self.fields
        }
        fields.update(part.known)
        if not fields:  # a block has as many rows as its columns
            fields["@rows"] = Bulk(np.zeros(len(part.units), np.int8))
        block = bulk_block(program, fields, self.wide.period)
        found = {} if self.run is None else self._run(self.run, program, block)
        left = [root for root in part.roots if root not in found]
        own = read_block(program, block, left).values if left else {}
        return {**found, **cast("Mapping[str, Column]", own)}

    def _run(self, run: Run, program: Program, block: Block) -> dict[str, Column]:
        """What the backend gives; for what it leaves out, and why, see the notes."""
        try:
            given = run(program, block)
        except Undecided as refusal:
            given = dict.fromkeys(program.roots, refusal)
        found: dict[str, Column] = {}
        for root, values in given.items():
            if isinstance(values, Undecided):
                self._why[str(values)] = None
            else:
                found[root] = as_column(values)
        return found

    def write(self, path: Path, result: BulkResult) -> None:
        """Write the result from the columns in memory."""
        from parcore.bulk.output import write

        write(path, result, tell=True)


def _of(bulk: Bulk, rows: Ints) -> Bulk:
    """Some rows of a column; a view of it where they stand one after the other."""
    if len(rows) and not (np.diff(rows) != 1).any():
        return bulk.at(slice(int(rows[0]), int(rows[-1]) + 1))
    return bulk.at(rows)
