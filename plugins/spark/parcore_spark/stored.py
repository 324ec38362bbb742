"""Blocks of evidence in a task: the columns of some units, put together from the pieces that have them.

Where one table has each unit in one row, a piece is a block. Else what pieces say is sent to the block of
its unit (Spark's shuffle), and put together by the store that the engine `columns` uses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from pathlib import Path

import numpy as np
from attrs import frozen

from parcore.diagnostics import Diagnostic, Findings, Place
from parcore.readings.bulk import Bulk
from parcore.readings.columns import Ints, Truths
from parcore.results.bulk_cells import Cells, read_cells
from parcore.results.bulk_checks import check, checked
from parcore.results.bulk_rows import Rows, fields_of
from parcore.results.bulk_store import Key, Store
from parcore.results.bulk_tables import TableAtRest
from parcore.results.engines import Wide
from parcore.values import State
from parcore_spark.local import Local
from parcore_spark.pieces import Piece, open_piece


@frozen(eq=False)
class Stored:
    """Columns with a row for each of `units`; those of which something is `said` for the period asked."""

    units: Ints
    fields: Mapping[Key, Bulk]
    spoken: Mapping[Key, frozenset[State]]
    said: Truths
    findings: tuple[Diagnostic, ...] = ()


@frozen(eq=False)
class Sent:
    """What a piece says of a field to one block: its cells, and the units of them within the block."""

    order: tuple[int, int]
    path: Path
    key: Key
    cells: Cells
    units: Ints
    findings: tuple[Diagnostic, ...] = ()


def cells_of(
    piece: Piece, wide: Wide, names: frozenset[str] | None, held: Iterable[Local] | None, findings: Findings
) -> dict[str, Cells]:
    """The columns of a piece; with `held`, the units of its rows, they are checked row by row too."""
    table = open_piece(piece)
    specs = fields_of(table, wide.vocabulary, findings)
    found: dict[str, Cells] = {}
    for name, spec in specs.items():
        if names is None or name in names:
            cells = read_cells(table, name, spec, wide.numbers, findings)
            if cells is not None:
                found[name] = cells
    if held is not None and not findings.errors:
        _check(table, wide, found, held, findings)
    return found


def _check(
    table: TableAtRest, wide: Wide, cells: Mapping[str, Cells], held: Iterable[Local], findings: Findings
) -> None:
    """What must hold in each row; the unit of one in which it does not is told by its position."""
    units = np.full(table.size, -1, np.int64)
    for each in held:
        units[each.positions(table.size)] = each.units_of(table.size)
    columns = {name: each.bulk for name, each in cells.items()}
    roots = [root for root, names in checked(wide).items() if names <= columns.keys()]
    check(wide, roots, columns, lambda row, name: (table.place(row, name), str(units[row])), findings)


def block_of_piece(
    piece: Piece, wide: Wide, held: tuple[Local, ...], names: frozenset[str] | None, *, checking: bool
) -> Stored:
    """The block that a piece is by itself."""
    findings = Findings()
    cells = cells_of(piece, wide, names, held if checking else None, findings)
    size = piece.stop - piece.start
    if not held:
        return Stored(np.empty(0, np.int64), {}, {}, np.empty(0, bool), tuple(findings))
    (own,) = held
    rows = own.rows
    said = np.zeros(size if rows is None else len(rows), bool)
    fields: dict[Key, Bulk] = {}
    spoken: dict[Key, frozenset[State]] = {}
    for name, each in cells.items():
        blank = each.blank if each.blank is None or rows is None else each.blank[rows]
        bulk = each.bulk if rows is None else each.bulk.at(rows)
        stated = slice(None) if blank is None else ~blank
        if blank is not None and blank.all():
            continue
        said[stated] = True
        fields[name, own.lag] = bulk
        spoken[name, own.lag] = _states(bulk, stated)
    return Stored(own.units_of(size), fields, spoken, said, tuple(findings))


def _states(bulk: Bulk, stated: slice | Truths) -> frozenset[State]:
    if bulk.states is None:
        return frozenset({State.OK})
    return frozenset(State(int(each)) for each in np.flatnonzero(np.bincount(bulk.states[stated])))


def send(
    number: int, piece: Piece, wide: Wide, held: tuple[Local, ...], size: int
) -> Iterator[tuple[int, Sent]]:
    """What a piece says, to the blocks of its units; each block has so many units, one after the other."""
    findings = Findings()
    cells = cells_of(piece, wide, None, held, findings)
    told = tuple(findings)
    if told:
        nothing = Cells(Bulk(np.empty(0, np.int64)), None)
        yield 0, Sent((piece.table, number), piece.path, ("", 0), nothing, np.empty(0, np.int64), told)
    for each in held:
        units, rows = each.units_of(piece.stop - piece.start), each.positions(piece.stop - piece.start)
        blocks = units // size
        for block in np.unique(blocks).tolist():
            inside = blocks == block
            for name, own in cells.items():
                part = Cells(
                    own.bulk.at(rows[inside]), None if own.blank is None else own.blank[rows[inside]]
                )
                key = name, each.lag
                yield block, Sent((piece.table, number), piece.path, key, part, units[inside] % size)


def put_together(units: Ints, sent: Iterable[Sent], wide: Wide) -> Stored:
    """The block of these units, of what was sent to it."""
    findings, store = Findings(), Store(len(units), len(wide.tables))
    fields: dict[Path, set[str]] = {}
    for each in sorted(sent, key=lambda one: (one.order, one.key)):
        findings.extend(each.findings)
        if len(each.units):
            fields.setdefault(each.path, set()).add(each.key[0])
            table = TableAtRest(each.path, 0, {}, _nothing)
            store.put(each.key, each.cells, Rows(None, each.units, False), table, findings)
    _check_across(wide, fields.values(), store, units, findings)
    return Stored(units, store.fields, store.spoken, store.said, tuple(findings))


def _nothing(name: str) -> None:
    """No column is at hand."""


def _check_across(
    wide: Wide, tables: Collection[Set[str]], store: Store, units: Ints, findings: Findings
) -> None:
    """Check what must hold between fields of several tables."""
    place = Place(str(wide.tables[-1]))
    for lag in wide.lags if len(wide.tables) > 1 else ():
        held = {name: bulk for (name, back), bulk in store.fields.items() if back == lag}
        roots = [
            root
            for root, names in checked(wide).items()
            if names <= held.keys() and not any(names <= each for each in tables)
        ]
        check(wide, roots, held, lambda row, _: (place, str(units[row])), findings)
