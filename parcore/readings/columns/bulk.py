"""Bulk evidence that is columnar already: blocks for the pair reading without a `Fraction` for each cell.

In: for each field a column of integers over one declared denominator, with a column of states; from NumPy
arrays, or from an Arrow table (`parcore[arrow]`) and so from Parquet. Out: a block. No binary float comes in.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import frozen

from parcore.evidence.periods import Period
from parcore.readings.columns.arrays import Ints
from parcore.readings.pair.backend import Source, Undecided
from parcore.readings.pair.block import Block, Column
from parcore.readings.pair.fold import Shape
from parcore.rules.graph import Field, Over, Symbol
from parcore.rules.program import Program
from parcore.values import EVIDENCE_STATES, State

if TYPE_CHECKING:
    import pyarrow as pa

STATE: Final = ":state"
"""What follows the name of a field in the name of the Arrow column of its states."""
_STATES: Final = (State.OK, *EVIDENCE_STATES)
_SOUND: Final = frozenset({State.OK})


@frozen(eq=False)
class Bulk:
    """A field of many units: integers over a denominator, and a state for each unit (None: all are `OK`).

    A choice has the positions of what was chosen among its `options`. What belongs to the scope (`@…`), a
    statistic over peers, can be in any state; evidence only in those of evidence.
    """

    numbers: Ints
    denominator: int = 1
    states: Ints | None = None
    options: tuple[str, ...] = ()

    def at(self, rows: Ints | slice) -> Bulk:
        """Some rows of it."""
        states = None if self.states is None else self.states[rows]
        return Bulk(self.numbers[rows], self.denominator, states, self.options)


def bulk_block(program: Program, fields: Mapping[str | tuple[str, int], Bulk], period: Period) -> Block:
    """The block of what a program asks, of as many units as the columns have rows.

    A key is a field's name, or its name and how many periods back. What no column is there for is MISSING.

    Raises:
        ValueError: a column that is not of exact numbers, or not as long as the others.
        Undecided: an aggregate over records or peers, which columns of fields do not hold.
    """
    named = {(key, 0) if isinstance(key, str) else key: each for key, each in fields.items()}
    sizes = {len(each.numbers) for each in named.values()}
    if len(sizes) != 1:
        raise ValueError(f"columns of {sorted(sizes)} rows: they have to be of one length")
    (size,) = sizes
    columns: dict[Source, Column] = {}
    ok = np.broadcast_to(np.int8(State.OK), (size,))
    for node in [each for each in program.nodes if isinstance(each, (Field, Symbol, Over))]:
        if isinstance(node, Over):
            raise Undecided(f"{node.op.value} over what columns of fields do not hold")
        given = named.get((node.name, node.lag))
        if given is not None:
            columns[node] = _column(node, given, ok)
        elif node.name.startswith("@"):
            day = period.back(node.lag).day(node.name[1:]).toordinal()
            columns[node] = _same(size, State.OK, day)
        else:
            columns[node] = _same(size, State.MISSING, 0)
    return Block(size, columns)


def _same(size: int, state: State, number: int) -> Column:
    states = np.broadcast_to(np.array(state, np.int8), (size,))
    numbers = np.broadcast_to(np.array(number, np.int64), (size,))
    return _made(states, numbers, Shape(frozenset({state}), number, number, 1))


def _column(node: Field | Symbol, given: Bulk, ok: Ints) -> Column:
    """A column of the block; `ok` says `OK` of each row."""
    states, numbers, name = ok, np.asarray(given.numbers), node.name
    kind = numbers.dtype.kind
    if kind not in "iuO" or (kind == "O" and not all(type(each) is int for each in numbers)):
        raise ValueError(f"{name}: {numbers.dtype} is no column of integers")
    if type(given.denominator) is not int or given.denominator < 1:
        raise ValueError(f"{name}: the denominator {given.denominator!r} is no positive integer")
    if given.states is not None:
        states = np.asarray(given.states)
        if len(states) != len(numbers) or states.dtype.kind not in "iu":
            raise ValueError(f"{name}: {len(numbers)} numbers with {len(states)} states ({states.dtype})")
        most = max(_STATES) if isinstance(node, Symbol) or not name.startswith("@") else max(State)
        if len(states) and not (states.min() >= min(_STATES) and states.max() <= most):
            raise ValueError(f"{name}: a state that no evidence is in")
        states = states.astype(np.int8, copy=False)
    if numbers.dtype == np.uint64 and len(numbers) and numbers.max() > np.iinfo(np.int64).max:
        numbers = numbers.astype(object)
    if isinstance(node, Symbol):
        numbers, states = _positions(node, given, numbers, states)
    return _bounded(numbers, states, given.denominator, counted=states is not ok)


def _positions(node: Symbol, given: Bulk, numbers: Ints, states: Ints) -> tuple[Ints, Ints]:
    """Positions among the options of the rule; a choice that is none of them is an error."""
    ok = states == State.OK
    if given.denominator != 1 or not ((numbers[ok] >= 0) & (numbers[ok] < len(given.options))).all():
        raise ValueError(f"{node.name}: a choice is a position among its {len(given.options)} options")
    known = {option: at for at, option in enumerate(node.options)}
    table = np.array([*(known.get(option, -1) for option in given.options), -1], np.int64)
    found = table[np.where(ok, numbers.astype(np.int64), -1)]
    return found, np.where(ok & (found < 0), State.ERROR, states).astype(np.int8)


def _bounded(numbers: Ints, states: Ints, k: int, *, counted: bool) -> Column:
    """A column with its bounds, 0 wherever the state is not `OK`; not `counted`, it is in every row."""
    held, sound = _SOUND, numbers
    if counted:
        held = frozenset(State(int(each)) for each in np.flatnonzero(np.bincount(states, minlength=1)))
    if held != _SOUND:
        empty = states != State.OK
        sound = numbers[~empty]
        if numbers[empty].any():
            numbers = np.where(empty, np.zeros(1, numbers.dtype), numbers)
    low, high = (int(np.minimum.reduce(sound)), int(np.maximum.reduce(sound))) if len(sound) else (0, 0)
    return _made(states, numbers, Shape(held, low, high, k))


def _made(states: Any, numbers: Any, shape: Shape) -> Column:
    return Column(states, numbers, shape)


def from_arrow(table: pa.Table) -> dict[str | tuple[str, int], Bulk]:
    """The fields of an Arrow table: integers, decimals at their scale, choices as texts; null is MISSING.

    A column `<field>:state` has the words of states; a row with a word other than `ok` needs no number.

    Raises:
        ValueError: a column of another type; binary floats are no exact numbers.
    """
    found: dict[str | tuple[str, int], Bulk] = {}
    for name in table.column_names:
        if not name.endswith(STATE):
            states = table.column(name + STATE) if name + STATE in table.column_names else None
            found[name] = _from_arrow(name, table.column(name), states)
    return found


def _from_arrow(name: str, column: Any, words: Any) -> Bulk:
    import pyarrow as pa

    column = column.combine_chunks()
    missing = np.asarray(column.is_null().to_numpy(zero_copy_only=False))
    states = np.where(missing, State.MISSING, State.OK).astype(np.int8)
    if words is not None:
        stated = _stated(name, words)
        # A number beside a word that says there is none is not counted; no number beside `ok` is missing.
        states = np.where(stated == State.OK, states, stated)
    kind = column.type
    if pa.types.is_integer(kind):
        return Bulk(column.fill_null(0).to_numpy(zero_copy_only=False), 1, states)
    if pa.types.is_decimal(kind):
        return Bulk(unscaled(column.cast(pa.decimal128(38, kind.scale))), 10**kind.scale, states)
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        coded = column if pa.types.is_dictionary(kind) else column.dictionary_encode()
        options = tuple(coded.dictionary.to_pylist())
        return Bulk(coded.indices.fill_null(0).to_numpy(zero_copy_only=False), 1, states, options)
    raise ValueError(f"{name}: {kind} is no type of exact numbers or of choices")


def _stated(name: str, words: Any) -> Ints:
    coded = words.combine_chunks().dictionary_encode()
    known = {state.word: state for state in _STATES}
    unknown = [each for each in coded.dictionary.to_pylist() if each not in known]
    if unknown or coded.null_count:
        raise ValueError(f"{name}{STATE}: {unknown[0] if unknown else None!r} is no state of evidence")
    table = np.array([int(known[each]) for each in coded.dictionary.to_pylist()], np.int8)
    found: Ints = table[coded.indices.to_numpy(zero_copy_only=False)]
    return found


def unscaled(column: Any) -> Ints:
    """The integers that decimals are stored as: 64 bits, or Python integers where one needs more."""
    if sys.byteorder != "little":
        raise ValueError("decimals are read on little-endian machines only")
    halves = np.frombuffer(column.buffers()[1], np.int64)[2 * column.offset :][: 2 * len(column)]
    halves = np.where(np.repeat(column.is_null().to_numpy(zero_copy_only=False), 2), 0, halves)
    low, high = halves[::2], halves[1::2]
    if (high == low >> 63).all():
        return low
    wide: Ints = high.astype(object) * 2**64 + low.astype(np.uint64).astype(object)
    return wide
