"""The pair reading of a block in NumPy, chunk by chunk: columns of states and exact numbers for each root.

In: a program and a block, whose columns may be NumPy arrays already (`bulk`). Bounds are
read from the whole block, the fold is written down once (`pair.tape`), and played on chunks that fit the
cache. Rows that the floats leave open are read again in wide integers, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from math import inf
from typing import Any, Final

import numpy as np
from attrs import field, frozen

from parcore.lazy import Lazy
from parcore.readings.columns.arrays import Doubles, Ints
from parcore.readings.columns.calls import code_of
from parcore.readings.columns.running import Playable, Runner, processors
from parcore.readings.pair.backend import Source
from parcore.readings.pair.block import Block, Column
from parcore.readings.pair.fold import Answer, Shape, fold, fold_nearly
from parcore.readings.pair.near import Opening
from parcore.readings.pair.reading import Values
from parcore.readings.pair.tape import WIDE, Recording, Tape, kind_of
from parcore.rules.program import Program
from parcore.values import State, Value

CHUNK: Final = 65536
"""Rows played at once: the calls of NumPy cost little beside them, and some dozen buffers fit a cache."""
LEAST: Final = 4096
"""Rows that are worth a thread of their own."""
PART: Final = 32768
"""Rows of which the outputs are held at once, where nobody asks for all of them."""
PLANS: Final = 4
"""Plans kept with a program, for each set of roots."""
LIMIT: int | None = None
"""The largest magnitude of a wide integer; None: any."""
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
class WideValues(Lazy[Value]):
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

    def item(self, at: int) -> Value:
        """The value in a row."""
        chunk, row = divmod(at, _WIDE_CHUNK)
        if chunk not in self._known:
            rows = np.arange(chunk * _WIDE_CHUNK, min((chunk + 1) * _WIDE_CHUNK, len(self)))
            self._known[chunk] = self.exactly(rows)
        return self._known[chunk][row]

    def exactly(self, rows: Ints) -> Values:
        """The values of some rows."""
        return self._exact.values(rows, (self._root,))[self._root]


def read_block(
    program: Program,
    block: Block,
    roots: Collection[str] | None = None,
    chunk: int = CHUNK,
    *,
    native: bool = False,
    threads: int | None = None,
) -> BlockReading:
    """The roots asked for (None: all) over a block; `native` and `threads` as `plan_of` and `read` say.

    The last plans made for a program are kept with it, for other blocks that they cover.

    Raises:
        Undecided: a number that there is no room for.
    """
    asked = "plans", None if roots is None else tuple(roots), native
    plans: list[BlockPlan] = program.known.setdefault(asked, [])  # type: ignore[assignment]
    plan = next((each for each in reversed(plans) if each.covers(block)), None)
    if plan is None:
        plan = plan_of(program, block.shapes, roots, native=native)
        plans[:] = [*plans[1 - PLANS :], plan]
    return plan.read(block, chunk, threads=threads)


def plan_of(
    program: Program,
    shapes: Mapping[Source, Shape],
    roots: Collection[str] | None = None,
    *,
    native: bool = False,
) -> BlockPlan:
    """The fold of a program, done once for every block whose columns keep within these shapes.

    With `native` it is compiled (`parcore[native]`), but for roots that wide integers are asked for.

    Raises:
        Undecided: a number that there is no room for.
    """
    tape = Tape(LIMIT)
    answers, opened = fold_nearly(program, shapes, tape, tape)
    asked = {root: answers[root] for root in (program.roots if roots is None else roots)}
    wide = _wide(tape, asked, opened) if native else asked.keys()
    parts = [
        _asked(tape, [each for root, each in asked.items() if (root in wide) is own], opened, make())
        for own, make in ((False, compiler), (True, lambda: code_of))
        if own in {root in wide for root in asked}
    ]
    return BlockPlan(program, shapes, asked, tuple(parts), _Fold(program, shapes))


def _wide(
    tape: Tape, answers: Mapping[str, Answer[int]], opened: Sequence[Opening[int, int]]
) -> Collection[str]:
    """The roots for which wide integers are asked."""
    wide = tape.wide()
    if any(wide[each.rows] for each in opened):
        found = {root: _recorded(tape, [each], opened)[0].kinds.values() for root, each in answers.items()}
        return [root for root, kinds in found.items() if WIDE in kinds]
    return [root for root, each in answers.items() if any(wide[at] for at in _parts_of(each))]


def compiler() -> Callable[[Recording], Playable]:
    """What compiles recordings.

    Raises:
        ImportError: there is no compiler.
    """
    try:
        from parcore.readings.columns.native import native
    except ImportError as error:
        raise ImportError("native code is made by llvmlite: pip install parcore[native]") from error
    return native


@frozen(eq=False)
class _Asked:
    """Columns of a tape that are asked for, and what plays them; last of its outputs, where rows are open."""

    columns: tuple[int, ...]
    opens: bool
    runner: Runner


def _asked(
    tape: Tape,
    answers: Iterable[Answer[int]],
    opened: Sequence[Opening[int, int]],
    make: Callable[[Recording], Playable],
) -> _Asked:
    recording, wanted = _recorded(tape, answers, opened)
    count = len(recording.outputs)
    return _Asked(wanted, count > len(wanted), Runner(make(recording), count))


def _recorded(
    tape: Tape, answers: Iterable[Answer[int]], opened: Sequence[Opening[int, int]]
) -> tuple[Recording, tuple[int, ...]]:
    """What gives the columns of answers, and where they are open: where anything is that they follow from."""
    wanted = tuple(dict.fromkeys(at for each in answers for at in _parts_of(each)))
    open_: list[int] = []
    more = bool(opened)
    while more:
        reached, before = tape.reached([*wanted, *open_]), open_
        open_ = [each.rows for each in opened if each.answer is None or reached[each.answer]]
        more = open_ != before
    found = (reduce(tape.either, dict.fromkeys(open_)),) if open_ else ()
    return tape.recording((*wanted, *found)), wanted


@frozen(eq=False)
class BlockPlan:
    """A fold written down: for which shapes, what it answers, and what plays it."""

    program: Program
    shapes: Mapping[Source, Shape]
    answers: Mapping[str, Answer[int]]
    _asked: tuple[_Asked, ...]
    _fold: _Fold

    def covers(self, block: Block) -> bool:
        """Whether the columns of a block keep within the shapes."""
        return all(_within(each.shape, self.shapes[source]) for source, each in block.columns.items())

    def read(self, block: Block, chunk: int = CHUNK, *, threads: int | None = None) -> BlockReading:
        """The values of a block's rows, read by so many threads (None: one for each processor).

        Raises:
            ValueError: a block that the plan does not cover.
        """
        (found,) = self.parts(block, max(block.size, 1), chunk, threads=threads)
        return found

    def parts(
        self, block: Block, size: int = PART, chunk: int = CHUNK, *, threads: int | None = None
    ) -> Iterator[BlockReading]:
        """The values of a block's rows, so many at a time: nothing is held of those that came before.

        Raises:
            ValueError: a block that the plan does not cover.
        """
        if not self.covers(block):
            raise ValueError("a column leaves the bounds that this plan was made for")
        held = {source: _held(each, self.shapes[source]) for source, each in block.columns.items()}
        block = Block(block.size, held)
        threads = processors() if threads is None else threads
        chunk = min(chunk, max(-(-min(size, block.size) // threads), LEAST))
        for start in range(0, max(block.size, 1), size):
            part = slice(start, min(start + size, block.size))
            yield self._read(block if size >= block.size else _part(block, part), chunk, threads)

    def _read(self, block: Block, chunk: int, threads: int) -> BlockReading:
        columns: dict[int, Any] = {}
        undecided: list[Ints] = []
        for asked in self._asked:
            found, failed = asked.runner.run(block, chunk, threads)
            columns |= zip(asked.columns, found, strict=False)
            if asked.opens:
                # Python integers of an open row, of which nothing counts, cannot wrap: they may raise.
                open_ = np.array(found[-1], bool)
                for part in failed:
                    open_[part] = True
                undecided.append(np.flatnonzero(open_))
            elif failed:
                raise ArithmeticError("a number without room in a row that is not open")
        rows = np.unique(np.concatenate(undecided)) if undecided else np.empty(0, np.int64)
        exact = _Exact(self._fold, block)
        redone = exact.values(rows, tuple(self.answers)) if len(rows) else {}
        values = {
            root: _values(root, answer, columns, exact, rows, redone.get(root))
            for root, answer in self.answers.items()
        }
        return BlockReading(values, block.size, len(rows))


def _within(shape: Shape, bounds: Shape) -> bool:
    held = State.OK not in shape.states or (bounds.low <= shape.low and shape.high <= bounds.high)
    return held and shape.states <= bounds.states and shape.k == bounds.k


def _parts_of(answer: Answer[int]) -> tuple[int, ...]:
    """The columns of an answer that are read of every row."""
    if answer.near is not None:
        return answer.state, answer.near.column
    return answer.state, answer.n, answer.d


@frozen(eq=False)
class _Fold:
    """The fold of a program in integers alone, done when it is first asked for; and what plays its roots."""

    program: Program
    shapes: Mapping[Source, Shape]
    _known: dict[object, Any] = field(factory=dict)

    def roots(self, roots: tuple[str, ...]) -> tuple[Runner, Sequence[int], list[tuple[int, int, int]]]:
        """What plays roots, the columns it gives, and which of them are each root's states, n and d."""
        if "tape" not in self._known:
            tape = Tape(LIMIT)
            self._known["tape"] = tape, fold(self.program, self.shapes, tape)
        if roots not in self._known:
            tape, answers = self._known["tape"]
            parts = [(answers[root].state, answers[root].n, answers[root].d) for root in roots]
            wanted = tuple(dict.fromkeys(at for part in parts for at in part))
            runner = Runner(code_of(tape.recording(wanted)), len(wanted))
            self._known[roots] = runner, wanted, parts
        found: tuple[Runner, Sequence[int], list[tuple[int, int, int]]] = self._known[roots]
        return found


@frozen(eq=False)
class _Exact:
    """The same fold in integers alone, for some rows of a block."""

    _fold: _Fold
    _block: Block

    def values(self, rows: Ints, roots: tuple[str, ...]) -> dict[str, Values]:
        """The values of roots in some rows."""
        runner, wanted, parts = self._fold.roots(roots)
        whole, player = runner.columns(len(rows)), runner.playable.player(min(_WIDE_CHUNK, len(rows)))
        for start in range(0, len(rows), _WIDE_CHUNK):
            part = slice(start, min(start + _WIDE_CHUNK, len(rows)))
            some = [each[part] for each in whole]
            player.play(_part(self._block, rows[part]), slice(0, part.stop - part.start), some)
        found = dict(zip(wanted, whole, strict=True))
        return {root: Values(*(found[at] for at in each)) for root, each in zip(roots, parts, strict=True)}


def _values(
    root: str,
    answer: Answer[int],
    columns: Mapping[int, Any],
    exact: _Exact,
    rows: Ints,
    redone: Values | None,
) -> Sequence[Value]:
    """A root's values; in open rows, what was read of them again."""
    states = columns[answer.state]
    if redone is not None:
        states = _replaced(states, rows, redone.states)
    if answer.near is None:
        n, d = columns[answer.n], columns[answer.d]
        if redone is not None:
            n, d = _replaced(n, rows, redone.n), _replaced(d, rows, redone.d)
        return Values(states, n, d)
    near, error = columns[answer.near.column], float(answer.near.error)
    if redone is not None:
        near = near.copy()
        near[rows] = [_nearest(n, d) for n, d in zip(redone.n, redone.d, strict=True)]
        # What was claimed of an open row bounds nothing: its error is the rounding of its own number.
        error = max(error, float(np.abs(near[rows]).max()) * 2**-52)
    return WideValues(states, near, error, exact, root)


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
    kind = np.promote_types(column.dtype, kind_of(int(by.min()), int(by.max())))
    column = column.astype(kind)
    column[rows] = by
    return column


def _held(column: Column, shape: Shape) -> Column:
    """The column as arrays."""
    states: Any = column.states
    numbers: Any = column.numbers
    if not isinstance(numbers, np.ndarray):
        numbers = np.array(numbers, dtype=kind_of(*column.shape.span))
    elif isinstance(states, np.ndarray) and states.dtype == np.int8:
        return column
    return Column(np.asarray(states, dtype=np.int8), numbers, shape)  # type: ignore[arg-type]


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
