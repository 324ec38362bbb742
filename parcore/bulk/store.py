"""Columns of bulk evidence put together: a row for each unit, whatever tables and rows they came from."""

from __future__ import annotations

from collections.abc import Mapping
from math import lcm

import numpy as np
from attrs import evolve

from parcore.bulk.cells import Cells
from parcore.bulk.rows import Rows
from parcore.bulk.tables import TableAtRest
from parcore.diagnostics import Findings, Place
from parcore.readings.columns.arrays import Ints, Truths
from parcore.readings.columns.bulk import Bulk
from parcore.values import State

Key = tuple[str, int]
"""A field, and how many periods back."""


class Store:
    """Columns of fields and periods back. `spoken` are the states stated, `said` the units spoken of now."""

    def __init__(self, size: int, tables: int) -> None:
        self.fields: dict[Key, Bulk] = {}
        self.spoken: dict[Key, frozenset[State]] = {}
        self.said = np.zeros(size, bool)
        self._size, self._single = size, tables == 1
        self._stated: dict[Key, tuple[Truths, TableAtRest]] = {}

    def put(self, key: Key, cells: Cells, rows: Rows, table: TableAtRest, findings: Findings) -> None:
        """Take the rows of a period out of a column; what another table states too is reported."""
        bulk = cells.bulk if rows.whole else cells.bulk.at(rows.at)
        blank = cells.blank if cells.blank is None or rows.whole else cells.blank[rows.at]
        stated = slice(None) if blank is None else ~blank
        units = rows.units[stated]
        if not len(units):
            return
        states = {State.OK} if bulk.states is None else _present(bulk.states[stated])
        self.spoken[key] = self.spoken.get(key, frozenset()) | states
        if not key[1]:
            self.said[units] = True
        if not self._single and self._conflict(key, units, table, findings):
            return
        if key not in self.fields and rows.straight and len(rows.units) == self._size:
            self.fields[key] = bulk
        else:
            self.fields[key] = self._joined(
                key, bulk if blank is None else bulk.at(np.flatnonzero(~blank)), units
            )

    def _conflict(self, key: Key, units: Ints, table: TableAtRest, findings: Findings) -> bool:
        """Whether two tables state a field of one unit and period."""
        here = np.zeros(self._size, bool)
        here[units] = True
        there, first = self._stated.get(key, (None, table))
        if there is not None:
            both = int((there & here).sum())
            if both:
                findings.add(
                    "bulk-both",
                    Place(str(table.path)),
                    field=key[0],
                    first=Place(str(first.path)),
                    count=both,
                )
                return True
            here |= there
        self._stated[key] = here, table
        return False

    def _joined(self, key: Key, bulk: Bulk, units: Ints) -> Bulk:
        known = self.fields.get(key)
        if known is None:
            nothing = np.full(self._size, State.MISSING, np.int8)
            known = evolve(bulk, numbers=np.zeros(self._size, bulk.numbers.dtype), states=nothing)
        one, two, k, options = _alike(known, bulk)
        states = np.zeros(self._size, np.int8) if known.states is None else known.states.copy()
        kind = np.promote_types(one.dtype, two.dtype)
        numbers = one.astype(object if kind.kind == "f" else kind)  # signed and unsigned 64 bits: neither
        numbers[units] = two
        states[units] = State.OK if bulk.states is None else bulk.states
        return Bulk(numbers, k, states, options)

    def trimmed(self) -> Mapping[Key, Bulk]:
        """The columns of the units spoken of."""
        rows = np.flatnonzero(self.said)
        if len(rows) == self._size:
            return self.fields
        return {key: bulk.at(rows) for key, bulk in self.fields.items()}


def _present(states: Ints) -> set[State]:
    return {State(int(each)) for each in np.flatnonzero(np.bincount(states))}


def _alike(one: Bulk, two: Bulk) -> tuple[Ints, Ints, int, tuple[str, ...]]:
    """The numbers of two columns of a field over one denominator, and among the same options."""
    if one.options != two.options:
        options = tuple(dict.fromkeys((*one.options, *two.options)))
        places = np.array([options.index(each) for each in two.options] or [0], np.int64)
        return one.numbers, places[np.clip(two.numbers.astype(np.int64), 0, len(places) - 1)], 1, options
    if one.denominator == two.denominator:
        return one.numbers, two.numbers, one.denominator, one.options
    k = lcm(one.denominator, two.denominator)
    wide = [each.numbers.astype(object) * (k // each.denominator) for each in (one, two)]
    return wide[0], wide[1], k, one.options
