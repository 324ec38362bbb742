"""Blocks of evidence in a task: the columns of some units, put together from the pieces that have them.

Where one table has each unit in one row, a piece is a block. Else what pieces say is sent to the block of
its unit (Spark's shuffle), and put together by the store that the engine `columns` uses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set

import numpy as np
from attrs import frozen

from parcore.bulk.cells import Cells, read_cells
from parcore.bulk.checks import check, checked
from parcore.bulk.engines import Wide
from parcore.bulk.rows import Rows, fields_of
from parcore.bulk.store import Key, Store
from parcore.bulk.tables import TableAtRest
from parcore.diagnostics import Diagnostic, Findings, Place
from parcore.readings.columns.arrays import Ints, Truths
from parcore.readings.columns.bulk import Bulk
from parcore.values import State
from parcore_spark.wide.local import Local
from parcore_spark.wide.pieces import Piece, open_piece


@frozen
class Told:
    """What is wrong: with cells; and, where all cells can be read, what does not hold between them."""

    cells: tuple[Diagnostic, ...] = ()
    rows: tuple[Diagnostic, ...] = ()


@frozen(eq=False)
class Stored:
    """Columns with a row for each of `units`; those of which something is `said` for the period asked."""

    units: Ints
    fields: Mapping[Key, Bulk]
    spoken: Mapping[Key, frozenset[State]]
    said: Truths
    told: tuple[Told, ...] = ()


@frozen(eq=False)
class Sent:
    """What a piece says of a field to one block: its cells, and the units of them within the block."""

    order: tuple[int, int]
    key: Key
    cells: Cells
    units: Ints
    told: Told | None = None


def cells_of(
    piece: Piece, wide: Wide, names: frozenset[str] | None, *, checking: bool
) -> tuple[dict[str, Cells], Told]:
    """The columns of a piece, and what is wrong with them."""
    table, findings, broken = open_piece(piece), Findings(), Findings()
    specs = fields_of(table, wide.vocabulary, findings)
    found: dict[str, Cells] = {}
    for name, spec in specs.items():
        if names is None or name in names:
            cells = read_cells(table, name, spec, wide.numbers, findings)
            if cells is not None:
                found[name] = cells
    if checking and not findings.errors:
        columns = {name: each.bulk for name, each in found.items()}
        roots = [root for root, fields in checked(wide).items() if fields <= columns.keys()]
        # Whose a row is the driver knows.
        check(wide, roots, columns, lambda row, name: (table.place(row, name), ""), broken)
    return found, Told(tuple(findings), tuple(broken))


def block_of_piece(
    piece: Piece, wide: Wide, held: tuple[Local, ...], names: frozenset[str] | None, *, checking: bool
) -> Stored:
    """The block that a piece is by itself."""
    cells, told = cells_of(piece, wide, names, checking=checking)
    size = piece.stop - piece.start
    if not held:
        return Stored(np.empty(0, np.int64), {}, {}, np.empty(0, bool), (told,))
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
    return Stored(own.units_of(size), fields, spoken, said, (told,))


def _states(bulk: Bulk, stated: slice | Truths) -> frozenset[State]:
    if bulk.states is None:
        return frozenset({State.OK})
    return frozenset(State(int(each)) for each in np.flatnonzero(np.bincount(bulk.states[stated])))


def send(
    number: int, piece: Piece, wide: Wide, held: tuple[Local, ...], size: int
) -> Iterator[tuple[int, Sent]]:
    """What a piece says, to the blocks of its units; each block has so many units, one after the other."""
    cells, told = cells_of(piece, wide, None, checking=True)
    if told.cells or told.rows:
        nothing = Cells(Bulk(np.empty(0, np.int64)), None)
        yield 0, Sent((piece.table, number), ("", 0), nothing, np.empty(0, np.int64), told)
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
                yield block, Sent((piece.table, number), key, part, units[inside] % size)


def put_together(units: Ints, sent: Collection[Sent], wide: Wide) -> Stored:
    """The block of these units, of what was sent to it."""
    findings, broken, store = Findings(), Findings(), Store(len(units), len(wide.tables))
    fields: dict[int, set[str]] = {}
    for each in sorted(sent, key=lambda one: (one.order, one.key)):
        if len(each.units):
            number, _ = each.order
            fields.setdefault(number, set()).add(each.key[0])
            table = TableAtRest(wide.tables[number], 0, {}, _nothing)
            store.put(each.key, each.cells, Rows(None, each.units, False), table, findings)
    if not findings.errors:
        _check_across(wide, fields.values(), store, units, broken)
    pieces = [each.told for each in sent if each.told is not None]
    told = (*pieces, Told(tuple(findings), tuple(broken)))
    return Stored(units, store.fields, store.spoken, store.said, told)


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
