"""The pair reading of a block in NumPy, chunk by chunk: columns of states and exact numbers for each root.

In: a program and a block, whose columns may be NumPy arrays already (`parcore.readings.bulk`). Bounds are
read from the whole block, the fold is written down once (`pair.tape`), and played on chunks that fit the
cache. Rows that the floats leave open are read again in wide integers, and counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import inf
from typing import Any, Final, overload

import numpy as np
from attrs import field, frozen

from parcore.readings import columns
from parcore.readings.columns import Doubles, Ints
from parcore.readings.pair.backend import Source
from parcore.readings.pair.block import Block, Column
from parcore.readings.pair.fold import Answer, Shape, fold, fold_nearly
from parcore.readings.pair.reading import Values
from parcore.readings.pair.tape import Recording, Tape
from parcore.rules.program import Program
from parcore.values import State, Value

CHUNK: Final = 16384
"""Rows played at once: some dozen columns of them fit a core's cache."""
_WIDE_CHUNK: Final = 1024
"""Rows read at once in wide integers."""


@frozen(eq=False)
class BlockReading:
    """A column of values for each root asked for, in the order of the block's rows.

    `undecided` is how many rows the floats left open, which were read again in wide integers.
    """

    values: Mapping[str, Sequence[Value]]
    size: int
    undecided: int = 0

    def __getitem__(self, root: str) -> Sequence[Value]:
        return self.values[root]


@frozen(eq=False)
class WideValues(Sequence[Value]):
    """A root's values whose numbers are wide: states, and where each number lies, within `error` of `near`.

    The numbers themselves are read in wide integers where they are asked for.
    """

    states: Ints
    near: Doubles
    error: float
    _exact: _Exact
    _root: str
    _known: dict[int, Values] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.states)

    @overload
    def __getitem__(self, at: int) -> Value: ...
    @overload
    def __getitem__(self, at: slice) -> list[Value]: ...
    def __getitem__(self, at: int | slice) -> Value | list[Value]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        chunk, row = divmod(at, _WIDE_CHUNK)
        if chunk not in self._known:
            rows = np.arange(chunk * _WIDE_CHUNK, min((chunk + 1) * _WIDE_CHUNK, len(self)))
            self._known[chunk] = self.exactly(rows)
        return self._known[chunk][row]

    def exactly(self, rows: Ints) -> Values:
        """The values of some rows."""
        return self._exact.values(rows, (self._root,))[self._root]


def read_block(
    program: Program, block: Block, roots: Collection[str] | None = None, chunk: int = CHUNK
) -> BlockReading:
    """The roots asked for (None: all) over a block.

    Raises:
        Undecided: a number that there is no room for.
    """
    return plan_of(program, block.shapes, roots).read(block, chunk)


def plan_of(
    program: Program, shapes: Mapping[Source, Shape], roots: Collection[str] | None = None
) -> BlockPlan:
    """The fold of a program, done once for every block whose columns keep within these shapes.

    Raises:
        Undecided: a number that there is no room for.
    """
    wanted = tuple(program.roots) if roots is None else tuple(roots)
    tape = Tape(columns.Columns.limit)
    answers, open_ = fold_nearly(program, shapes, tape, tape)
    asked = {root: answers[root] for root in wanted}
    outputs = tuple(dict.fromkeys(at for each in asked.values() for at in _parts_of(each)))
    recording = tape.recording((*outputs, *(() if isinstance(open_, bool) else (open_,))))
    assert open_ is not True, "something is proven of a row"
    return BlockPlan(program, shapes, asked, outputs, recording, open_ is not False)


@frozen(eq=False)
class BlockPlan:
    """A fold written down: for which shapes, what it answers, and whether it can leave rows open."""

    program: Program
    shapes: Mapping[Source, Shape]
    answers: Mapping[str, Answer[int]]
    outputs: tuple[int, ...]
    recording: Recording
    opens: bool

    def covers(self, block: Block) -> bool:
        """Whether the columns of a block keep within the shapes."""
        return all(_within(shape, self.shapes[source]) for source, shape in block.shapes.items())

    def read(self, block: Block, chunk: int = CHUNK) -> BlockReading:
        """The values of a block's rows.

        Raises:
            ValueError: a block that the plan does not cover.
        """
        if not self.covers(block):
            raise ValueError("a column leaves the bounds that this plan was made for")
        held = {source: _held(each, self.shapes[source]) for source, each in block.columns.items()}
        block = Block(block.size, held)
        found = _Outputs(self.answers, self.outputs, block.size)
        undecided: list[Ints] = [np.empty(0, np.int64)]
        for start in range(0, block.size, chunk):
            part = slice(start, min(start + chunk, block.size))
            try:
                played = _play(self.recording, _part(block, part))
            except ArithmeticError:
                # Python integers of an open row, of which nothing counts, cannot wrap: they may raise.
                if not self.opens:
                    raise
                undecided.append(np.arange(part.start, part.stop))
                continue
            found.put(part, played)
            if self.opens:
                left = np.broadcast_to(played[-1], (part.stop - start,))
                undecided.append(np.flatnonzero(left) + start)
        rows = np.concatenate(undecided)
        exact = _Exact(self.program, block)
        if len(rows):
            found.correct(rows, exact.values(rows, tuple(self.answers)))
        return BlockReading(found.values(exact), block.size, len(rows))


def _within(shape: Shape, bounds: Shape) -> bool:
    held = State.OK not in shape.states or (bounds.low <= shape.low and shape.high <= bounds.high)
    return held and shape.states <= bounds.states and shape.k == bounds.k


def _parts_of(answer: Answer[int]) -> tuple[int, ...]:
    """The columns of an answer that are read of every row."""
    if answer.near is not None:
        return answer.state, answer.near.column
    return answer.state, answer.n, answer.d


def _play(recording: Recording, part: Block) -> list[Any]:
    # What wraps or divides by nothing does so in open rows alone, of which nothing counts.
    with np.errstate(all="ignore"):
        return recording.play(columns.Columns(part))


class _Exact:
    """The same fold in integers alone, for some rows of a block."""

    def __init__(self, program: Program, block: Block) -> None:
        self._program, self._block = program, block
        self._tape: Tape | None = None
        self._answers: Mapping[str, Answer[int]] = {}

    def values(self, rows: Ints, roots: Sequence[str]) -> dict[str, Values]:
        """The values of roots in some rows."""
        if self._tape is None:
            self._tape = Tape(columns.Columns.limit)
            self._answers = fold(self._program, self._block.shapes, self._tape)
        parts = [(self._answers[root].state, self._answers[root].n, self._answers[root].d) for root in roots]
        recording = self._tape.recording(at for part in parts for at in part)
        found: list[list[Any]] = [[] for _ in recording.outputs]
        for start in range(0, len(rows), _WIDE_CHUNK):
            some = rows[start : start + _WIDE_CHUNK]
            for column, each in zip(found, _play(recording, _part(self._block, some)), strict=True):
                column.append(np.broadcast_to(each, (len(some),)))
        whole: list[Any] = [np.concatenate(each) for each in found]
        return {root: Values(*whole[3 * at : 3 * at + 3]) for at, root in enumerate(roots)}


class _Outputs:
    """The columns asked for, put together from chunks."""

    def __init__(self, answers: Mapping[str, Answer[int]], columns_: tuple[int, ...], size: int) -> None:
        self._answers, self._columns, self._size = answers, columns_, size
        self._kinds = {
            at: _narrowest(-most, most)
            for each in answers.values()
            if each.near is None
            for at, most in zip((each.n, each.d), each.most, strict=True)
        }
        self._whole: dict[int, Any] = {}
        self._redone: dict[str, tuple[Ints, Values]] = {}

    def put(self, part: slice, played: Sequence[Any]) -> None:
        """Keep a chunk; what is the same in every row is kept once."""
        for at, column in zip(self._columns, played, strict=False):
            if not column.ndim:
                self._whole[at] = column
                continue
            if at not in self._whole:
                self._whole[at] = np.empty(self._size, self._kinds.get(at, column.dtype))
            self._whole[at][part] = column

    def correct(self, rows: Ints, values: Mapping[str, Values]) -> None:
        """Put in the place of open rows what was read of them again."""
        self._redone = {root: (rows, each) for root, each in values.items()}

    def values(self, exact: _Exact) -> dict[str, Sequence[Value]]:
        """The values of each root."""
        return {root: self._values(root, answer, exact) for root, answer in self._answers.items()}

    def _values(self, root: str, answer: Answer[int], exact: _Exact) -> Sequence[Value]:
        states = self._column(answer.state)
        redone = self._redone.get(root)
        if redone is not None:
            states = _replaced(states, redone[0], redone[1].states)
        if answer.near is None:
            n, d = self._column(answer.n), self._column(answer.d)
            if redone is not None:
                n, d = _replaced(n, redone[0], redone[1].n), _replaced(d, redone[0], redone[1].d)
            return Values(states, n, d)
        near, error = self._column(answer.near.column, np.float64), float(answer.near.error)
        if redone is not None:
            near = near.copy()
            near[redone[0]] = [_nearest(n, d) for n, d in zip(redone[1].n, redone[1].d, strict=True)]
            # What was claimed of an open row bounds nothing: its error is the rounding of its own number.
            error = max(error, float(np.abs(near[redone[0]]).max()) * 2**-52)
        return WideValues(states, near, error, exact, root)

    def _column(self, at: int, kind: Any = np.int8) -> Any:
        return np.broadcast_to(self._whole.get(at, np.zeros(1, kind)), (self._size,))


def _nearest(n: int, d: int) -> float:
    try:
        return int(n) / int(d)
    except OverflowError:
        return inf


def _replaced(column: Ints, rows: Ints, by: Any) -> Ints:
    """The column with other integers in some rows: itself where they are there already, else a copy."""
    by = np.asarray(by)
    if (column[rows] == by).all():
        return column
    kind = np.promote_types(column.dtype, _narrowest(int(by.min()), int(by.max())))
    column = column.astype(kind)
    column[rows] = by
    return column


def _held(column: Column, shape: Shape) -> Column:
    """The column as arrays, in the shape of a plan."""
    kind = _narrowest(*column.shape.span)
    numbers: Any = column.numbers
    if not isinstance(numbers, np.ndarray):
        numbers = np.array(numbers, dtype=kind)
    states: Any = np.asarray(column.states, dtype=np.int8)
    return Column(states, numbers, shape)


def _narrowest(low: int, high: int) -> Any:
    """The type with the fewest bits for integers between two bounds."""
    for kind in (np.int8, np.int16, np.int32, np.int64):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return kind
    return object


def _part(block: Block, rows: slice | Ints) -> Block:
    """Some rows of a block of arrays; its shapes stay those of the whole."""
    size = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
    return Block(size, _Parts(block.columns, rows))


class _Parts(Mapping[Any, Column]):
    """Columns of some rows, cut out when they are asked for."""

    def __init__(self, whole: Mapping[Any, Column], rows: slice | Ints) -> None:
        self._whole, self._rows = whole, rows

    def __getitem__(self, source: Any) -> Column:
        column: Any = self._whole[source]
        return Column(column.states[self._rows], column.numbers[self._rows], column.shape)

    def __iter__(self) -> Any:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)
