"""Statistics over peers in columns: evaluated over all units first, then put in the place of their nodes.

In: a frozen program and the units scored. Out: for each statistic a column, what `population` gives to each
unit; equal units of a circle are asked once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from parcore.bulk.columnar import NONE, Column
from parcore.bulk.engines import Held, Part
from parcore.evidence.units import Unit
from parcore.readings.columns.arrays import Ints
from parcore.readings.columns.bulk import Bulk
from parcore.readings.pair.block import column_of
from parcore.results.population import Circle, FrozenProgram, key_of
from parcore.rules.graph import Peers, Within
from parcore.values import State, Value


def statistics(
    read: FrozenProgram, held: Held, units: Sequence[Unit], unranked: frozenset[str]
) -> dict[str, Bulk]:
    """Each statistic of a program as a field, a row for each unit."""
    found: dict[str, Bulk] = {}
    everyone = np.arange(len(units))
    for name, (over, body) in read.statistics.items():
        peers = cast("Peers", over.domain)
        values = held.read(Part("", body, everyone, ("body",)))["body"]
        code, first = alike(values)
        out = unranked if peers.ranked_only else frozenset[str]()
        counted = np.array([unit.id not in out for unit in units])
        circles = circles_of(units, peers.within)
        given: list[Value] = [Value(State.MISSING)] * len(units)
        distinct = [values[int(row)] for row in first]
        for circle in np.unique(circles).tolist():
            inside = circles == circle
            members = np.flatnonzero(inside & counted)
            own = Circle(over, {units[row].id: distinct[code[row]] for row in members.tolist()})
            known: dict[tuple[int, bool], Value] = {}
            for row in np.flatnonzero(inside).tolist():
                key = int(code[row]), bool(counted[row])
                if key not in known:
                    known[key] = own.beside(distinct[key[0]], int(peers.with_self) - int(key[1]))
                given[row] = known[key]
        found[name] = _bulk(given)
    return found


def alike(values: Column) -> tuple[Ints, Ints]:
    """For each row the number of its value among the distinct ones, and the first row of each of these."""
    known: dict[Value, int] = {}
    first: list[int] = []
    code = np.empty(len(values), np.int64)
    for row, value in enumerate(values[:]):
        at = known.setdefault(value, len(first))
        if at == len(first):
            first.append(row)
        code[row] = at
    return code, np.array(first, np.int64)


def circles_of(units: Sequence[Unit], within: Within, *, named: bool = False) -> Ints:
    """The number of each unit's circle; where circles must have a name, `NONE` for a unit without one."""
    if within is Within.ALL:
        return np.zeros(len(units), np.int64)
    known: dict[str, int] = {"": NONE} if named else {}
    return np.array([known.setdefault(key_of(unit, within), len(known)) for unit in units], np.int64)


def _bulk(values: Sequence[Value]) -> Bulk:
    column = column_of(values)
    low, high = column.shape.span
    wide = not -(2**63) <= low <= high < 2**63
    numbers = np.array(column.numbers, object if wide else np.int64)
    return Bulk(numbers, column.shape.k, np.array(column.states, np.int8))


def taken(columns: Mapping[str, Bulk], rows: Ints) -> dict[str | tuple[str, int], Bulk]:
    """The statistics of some units, as the fields that a part knows."""
    return {name: bulk.at(rows) for name, bulk in columns.items()}
