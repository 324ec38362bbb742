"""What a task does with a block: says what it holds, reads programs over it, writes its part of a result."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from math import lcm
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from attrs import evolve, frozen

from parcore.bulk.store import Key
from parcore.evidence.periods import Period
from parcore.readings.columns.arrays import Doubles, Ints
from parcore.readings.columns.bulk import Bulk, bulk_block
from parcore.readings.columns.chunks import BlockPlan, WideValues
from parcore.readings.pair.backend import Source
from parcore.readings.pair.block import Block, Column
from parcore.readings.pair.fold import Shape
from parcore.readings.pair.reading import Values
from parcore.rules.graph import Field, Symbol
from parcore.rules.program import Program
from parcore.values import State
from parcore_spark.wide.stored import Stored, Told

if TYPE_CHECKING:
    from parcore.bulk.engines import Wide
    from parcore.bulk.policies import Places
    from parcore.bulk.scoring import BulkResult
    from parcore.evidence.units import Unit
    from parcore.rules.graph import Within


@frozen
class Bounds:
    """What is known of a field: its states, the bounds of its numbers, their denominator; what was chosen."""

    states: frozenset[State]
    low: int
    high: int
    k: int
    options: frozenset[str] = frozenset()

    def beside(self, other: Bounds) -> Bounds:
        """What is known of both."""
        k = lcm(self.k, other.k)
        one, two = k // self.k, k // other.k
        return Bounds(
            self.states | other.states,
            min(self.low * one, other.low * two),
            max(self.high * one, other.high * two),
            k,
            self.options | other.options,
        )


def bounds_of(bulk: Bulk) -> Bounds:
    """The bounds of a column."""
    ok = np.ones(len(bulk.numbers), bool) if bulk.states is None else bulk.states == State.OK
    states = {State.OK} if bulk.states is None else {State(int(each)) for each in np.unique(bulk.states)}
    numbers = bulk.numbers[ok]
    low, high = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)
    if not bulk.options:
        return Bounds(frozenset(states), low, high, bulk.denominator)
    chosen = frozenset(bulk.options[int(at)] for at in np.unique(numbers))
    return Bounds(frozenset(states), 0, 0, 1, chosen)


@frozen(eq=False)
class Found:
    """What a block of so many rows holds: the units of which something is said, in the rows `said`."""

    size: int
    units: Ints
    said: Ints
    bounds: Mapping[Key, Bounds]
    spoken: Mapping[Key, frozenset[State]]
    told: tuple[Told, ...]


def look(stored: Stored) -> Found:
    """What a block holds."""
    said = np.flatnonzero(stored.said)
    whole = len(said) == len(stored.units)
    bounds = {
        key: bounds_of(bulk if whole else bulk.at(said)) for key, bulk in stored.fields.items() if len(said)
    }
    return Found(len(stored.units), stored.units[said], said, bounds, stored.spoken, stored.told)


def shapes_of(program: Program, known: Mapping[Key, Bounds], period: Period) -> dict[Source, Shape]:
    """The shapes of a program's columns in every block; of what no column is there for, as in a block."""
    own: dict[str | Key, Bulk] = {key: Bulk(np.zeros(1, np.int8)) for key in known if key[0].startswith("@")}
    empty = bulk_block(program, {"@rows": Bulk(np.zeros(1, np.int8)), **own}, period)
    found: dict[Source, Shape] = dict(empty.shapes)
    for node in empty.columns:
        bounds = known.get((node.name, node.lag)) if isinstance(node, Field | Symbol) else None
        if bounds is None:
            continue
        if isinstance(node, Symbol):
            at = [node.options.index(each) for each in bounds.options if each in node.options]
            other = {State.ERROR} if bounds.options - {*node.options} else set()
            states = (bounds.states - ({State.OK} if not at else set())) | other
            found[node] = Shape(frozenset(states), min(at, default=0), max(at, default=0), 1)
        else:
            found[node] = Shape(bounds.states, bounds.low, bounds.high, bounds.k)
    return found


@frozen(eq=False)
class Taken:
    """Of which rows of a block something is read (None: all), and the columns of them that no table has."""

    rows: Ints | None
    known: Mapping[Key, Bulk]


def fields_of(program: Program) -> frozenset[str]:
    """The fields that a program reads."""
    return frozenset(node.name for node in program.nodes if isinstance(node, Field | Symbol))


@frozen(eq=False)
class Sent:
    """A root over some rows, to be sent: states, numerators and denominators, or where wide numbers lie."""

    states: Any
    n: Any = 0
    d: Any = 1
    near: Any = None
    error: float = 0.0


def read(stored: Stored, plan: BlockPlan, period: Period, taken: Taken) -> dict[str, Values | WideValues]:
    """The roots of a plan over rows of a block."""
    found = plan.read(_block(stored, plan, period, taken)).values
    return cast("dict[str, Values | WideValues]", dict(found))


def _block(stored: Stored, plan: BlockPlan, period: Period, taken: Taken) -> Block:
    """The block of a plan's program, each column over the denominator of the plan's shapes."""
    wanted = {(node.name, node.lag) for node in plan.program.nodes if isinstance(node, Field | Symbol)}
    rows = taken.rows
    held = {
        key: bulk if rows is None else bulk.at(rows) for key, bulk in stored.fields.items() if key in wanted
    }
    fields = dict[str | Key, Bulk]([*held.items(), *taken.known.items()])
    size = len(stored.units) if rows is None else len(rows)
    fields["@rows"] = Bulk(np.zeros(size, np.int8))
    block = bulk_block(plan.program, fields, period)
    columns = {source: _over(column, plan.shapes[source].k) for source, column in block.columns.items()}
    return Block(block.size, columns)


def _over(column: Column, k: int) -> Column:
    """A column over a denominator that its own divides."""
    shape, factor = column.shape, k // column.shape.k
    if factor == 1:
        return column
    low, high = shape.low * factor, shape.high * factor
    numbers: Any = np.asarray(column.numbers)
    wide = max(-low, high) > np.iinfo(np.int64).max
    numbers = numbers.astype(object if wide else np.int64) * factor
    return Column(column.states, numbers, Shape(shape.states, low, high, k))


@frozen(eq=False)
class Answer:
    """Work on a block: roots of a plan over some rows, as they are sent to the driver.

    `exact`: the numbers are wanted in whole numbers, however wide.
    """

    plan: BlockPlan
    period: Period
    roots: tuple[str, ...]
    exact: bool = False

    def __call__(self, stored: Stored, taken: Taken) -> dict[str, Sent]:
        found = read(stored, self.plan, self.period, taken)
        return {root: _sent(found[root], exact=self.exact) for root in self.roots}


def _sent(values: Values | WideValues, *, exact: bool) -> Sent:
    if isinstance(values, WideValues):
        if not exact:
            return Sent(_short(values.states), near=_short(values.near), error=values.error)
        values = values.exactly(np.arange(len(values)))
    return Sent(_short(values.states), _short(values.n), _short(values.d))


def _short(column: Any) -> Any:
    """A column; what is the same in every row once."""
    held = np.asarray(column)
    return held[:1] if len(held) > 1 and (held == held[0]).all() else held


def joined(parts: Sequence[tuple[Ints, Sent]], size: int) -> Sent:
    """Columns of blocks put together, each at its rows."""

    def whole(name: str) -> Any:
        return _filled([(rows, getattr(part, name)) for rows, part in parts], size)

    near = whole("near") if any(part.near is not None for _, part in parts) else None
    error = max((part.error for _, part in parts), default=0.0)
    return Sent(whole("states"), whole("n"), whole("d"), near, error)


def _filled(parts: Sequence[tuple[Ints, Any]], size: int) -> Ints | Doubles:
    held = [np.asarray(column) for _, column in parts]
    kind = np.result_type(*held) if held else np.dtype(np.int64)
    found = np.zeros(size, kind)
    for (rows, _), column in zip(parts, held, strict=True):
        found[rows] = column
    return found


@frozen(eq=False)
class Share:
    """A block's share of a result: its rows, their units, the rows of each part, what was decided of them."""

    path: Path
    rows: Ints
    units: Sequence[Unit]
    parts: Sequence[tuple[Ints, Mapping[str | Key, Bulk]]]
    places: Mapping[Within, Places]
    chosen: Ints


@frozen(eq=False)
class Write:
    """Work on a block: writes its share of a result, of which no units are at hand."""

    wide: Wide
    result: BulkResult

    def __call__(self, stored: Stored, share: Share) -> None:
        from parcore.bulk.blocks import Blocks
        from parcore.bulk.output import write

        result = self.result
        whole = len(share.rows) == len(stored.units)
        fields = {key: bulk if whole else bulk.at(share.rows) for key, bulk in stored.fields.items()}
        parts = tuple(
            evolve(part, units=rows, known=known)
            for part, (rows, known) in zip(result.parts, share.parts, strict=True)
        )
        own = evolve(
            result,
            held=Blocks("", None, self.wide, fields, {}, share.units),
            units=share.units,
            parts=parts,
            columns=tuple({} for _ in parts),
            places=share.places,
            classes=evolve(result.classes, chosen=share.chosen),
        )
        # A task that is run twice leaves one part.
        beside = share.path.with_name(f"{os.getpid()}-{share.path.name}")
        write(beside, own)
        beside.replace(share.path)
