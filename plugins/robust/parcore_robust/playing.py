"""Draws of evidence read in columns: a row for each draw and unit, every root exact.

In: the scorecards of a result, and for some fields a number for each draw and unit. Out: the roots asked
for, batch by batch of draws; rows are draw by draw, units in the order of the result. What the draws do not
move is cut out before (`parcore_robust.cutting`), so that a draw costs what it moves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from math import lcm
from typing import Any, Final, TypeAlias

import numpy as np
from attrs import frozen

from parcore.readings.columns.arrays import Ints
from parcore.readings.columns.chunks import BlockPlan, WideValues, plan_of
from parcore.readings.exact import Trace
from parcore.readings.pair.block import Block, Column, column_of
from parcore.readings.pair.fold import Shape
from parcore.readings.pair.reading import Values
from parcore.results.result import Scorecard
from parcore.rules.graph import Field, Node
from parcore.rules.program import Program
from parcore.values import State, Value
from parcore_robust.cutting import Times, cut

Read: TypeAlias = "Values | WideValues"
BATCH: Final = 65_536
"""Rows read together."""


@frozen(eq=False)
class Moved:
    """Numbers of a field: `numbers[draw, unit]` over `k`, for units by their place in the result.

    A unit with a number of its own is not moved: its `own` value, in every draw.
    """

    numbers: Ints
    k: int
    own: Mapping[int, Value]

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """The least and the largest number drawn."""
        return int(self.numbers.min()), int(self.numbers.max())


@frozen(eq=False)
class Part:
    """The units that share a program, by their places in the result, with their traces."""

    program: Program
    units: tuple[int, ...]
    traces: tuple[Trace, ...]


def parts_of(cards: Sequence[Scorecard]) -> list[Part]:
    """The scorecards by program: one for each unit group."""
    found: dict[int, list[int]] = {}
    for at, card in enumerate(cards):
        found.setdefault(id(card.trace.program), []).append(at)
    return [
        Part(cards[units[0]].trace.program, tuple(units), tuple(cards[at].trace for at in units))
        for units in found.values()
    ]


@frozen(eq=False)
class _Player:
    """A part with its plan, its fixed columns for a batch of draws, and what moves."""

    part: Part
    plan: BlockPlan
    fixed: Mapping[Any, Column]
    moved: Mapping[Field, Moved]

    def read(self, draws: slice) -> Mapping[str, Any]:
        """The roots of some draws."""
        size = (draws.stop - draws.start) * len(self.part.units)
        columns = {
            source: Column(_first(each.states, size), _first(each.numbers, size), each.shape)
            for source, each in self.fixed.items()
        }
        for source, moved in self.moved.items():
            columns[source] = _moved_column(moved, self.part.units, draws, self.plan.shapes[source])
        return self.plan.read(Block(size, columns)).values


def play(
    cards: Sequence[Scorecard],
    moved: Mapping[Field, Moved],
    roots: Collection[str],
    draws: int,
    times: Times | None = None,
) -> Iterator[tuple[slice, Mapping[str, Read]]]:
    """The roots over all draws, batch by batch.

    Raises:
        Undecided: a number that there is no room for.
    """
    wanted = tuple(dict.fromkeys(roots))
    size = max(1, min(draws, BATCH // max(len(cards), 1)))
    players = [_player(each, moved, wanted, size, times) for each in parts_of(cards)]
    for start in range(0, draws, size):
        batch = slice(start, min(start + size, draws))
        found = [(each.part.units, each.read(batch)) for each in players]
        yield batch, {root: _joined(root, found, batch, len(cards)) for root in wanted}


def _player(
    part: Part, moved: Mapping[Field, Moved], roots: Sequence[str], size: int, times: Times | None
) -> _Player:
    def moves(node: Node) -> bool:
        """Whether a field has draws."""
        return isinstance(node, Field) and node in moved

    left = cut(part.program, part.traces, moves, roots, times)
    asked = {node: moved[node] for node in left.program.nodes if isinstance(node, Field) and node in moved}
    fixed = {node: _repeated(column_of(values), size) for node, values in left.fixed.items()}
    shapes: dict[Any, Shape] = {node: column.shape for node, column in fixed.items()}
    shapes |= {node: _shape(each, part.units) for node, each in asked.items()}
    return _Player(part, plan_of(left.program, shapes, roots), fixed, asked)


def _repeated(column: Column, times: int) -> Column:
    """The column of the units, once for each draw of a batch."""
    low, high = column.shape.span
    kind: Any = np.int64 if max(-low, high) < 2**63 else object
    states: Any = np.tile(np.asarray(column.states, np.int8), times)
    numbers: Any = np.tile(np.array(column.numbers, kind), times)
    return Column(states, numbers, column.shape)


def _first(numbers: Any, size: int) -> Any:
    return numbers if len(numbers) == size else numbers[:size]


def _shape(moved: Moved, units: Sequence[int]) -> Shape:
    """The bounds of all draws, of the values of units that are not moved too."""
    low, high = moved.bounds
    own = [value for at, value in moved.own.items() if at in units]
    known = [int(value.number * moved.k) for value in own if value.state is State.OK]
    drawn = [low, high] if len(own) < len(units) else []
    ends = [*drawn, *known] or [0]
    states = {value.state for value in own} | ({State.OK} if drawn else set())
    return Shape(frozenset(states), min(ends), max(ends), moved.k)


def _moved_column(moved: Moved, units: Sequence[int], draws: slice, shape: Shape) -> Column:
    numbers: Any = moved.numbers[draws][:, units].astype(np.int64)
    states = np.zeros(len(units), np.int8)
    for at, unit in enumerate(units):
        if unit in moved.own:
            value = moved.own[unit]
            numbers[:, at] = int(value.number * moved.k)
            states[at] = value.state
    whole: Any = np.tile(states, len(numbers))
    return Column(whole, numbers.reshape(-1), shape)


def _joined(root: str, found: Sequence[tuple[Sequence[int], Any]], draws: slice, units: int) -> Any:
    """A root's values of all units, draw by draw."""
    if len(found) == 1:
        return found[0][1][root]
    rows = draws.stop - draws.start
    each = [(np.asarray(own), _plain(read[root])) for own, read in found]
    wide = any(np.asarray(v.n).dtype == object or np.asarray(v.d).dtype == object for _, v in each)
    states = np.empty((rows, units), np.int8)
    n, d = (np.empty((rows, units), object if wide else np.int64) for _ in range(2))
    for own, values in each:
        for whole, part in ((states, values.states), (n, values.n), (d, values.d)):
            whole[:, own] = np.asarray(part).reshape(rows, -1)
    return Values(states.reshape(-1), n.reshape(-1), d.reshape(-1))  # type: ignore[arg-type]


def _plain(values: Read) -> Values:
    """Numbers that are only known to lie somewhere, made."""
    return values.exactly(np.arange(len(values))) if isinstance(values, WideValues) else values


def denominator_of(values: Sequence[Value]) -> int:
    """The least denominator over which all numbers are whole."""
    return lcm(*(each.number.denominator for each in values))
