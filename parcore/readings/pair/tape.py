"""A tape: what a fold asks of a backend, written down once and played on any part of a block.

The fold itself is Python over every node; its tape is a list of operations on columns, equal ones once, each
with the bounds that the guard knows of it. It is folded with the bounds of a whole block and played on chunks
of it that fit the cache, in NumPy (`columns.playing`) or compiled (`columns.native`). What
nobody asks for is never played, and a column is dropped after its last use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from attrs import frozen

from parcore.readings.pair.backend import Source

TRUTH: Final = "b1"
REAL: Final = "f8"
WIDE: Final = "O"
KINDS: Final = (("i1", 2**7), ("i2", 2**15), ("i4", 2**31), ("i8", 2**63))
"""Kinds of integers, and the smallest magnitude that each has no room for."""

FLOATS: Final = 2**53
"""Integers up to here are floats, and floats divide them so that the floor is the right one."""

Step: TypeAlias = tuple[str, tuple[int, ...], tuple[object, ...]]
"""An operation of a backend: its name, columns by their positions on the tape, and what else it takes."""

_TRUTHS: Final = ("less", "equal", "both", "either", "contrary", "negative", "within", "unsettled")
_REALS: Final = ("real", "reals", "plus", "minus", "by", "over", "real_where")
_KINDS: Final = dict.fromkeys(_TRUTHS, TRUTH) | dict.fromkeys(_REALS, REAL)


class Tape:
    """The backend that writes down; a column of integers, reals or truths is a position.

    Integers of any width are one column: how many bits it needs is for whoever plays it.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.steps: list[Step] = []
        self.bounds: dict[int, tuple[int, int]] = {}
        self._known: dict[Step, int] = {}

    def _step(self, operation: str, columns: tuple[int, ...], values: tuple[object, ...] = ()) -> int:
        key = operation, columns, values
        end = len(self.steps)
        at = self._known.setdefault(key, end)
        if at == end:
            self.steps.append(key)
        return at

    def bounded(self, a: int, low: int, high: int) -> None:
        """What the guard knows of a column: in every row that is not open it lies between these."""
        held = self.bounds.get(a)
        self.bounds[a] = (low, high) if held is None else (max(low, held[0]), min(high, held[1]))

    def state(self, source: Source) -> int:
        return self._step("state", (), (source,))

    def number(self, source: Source, *, wide: bool) -> int:
        return self._step("number", (), (source,))

    def constant(self, value: int, *, wide: bool) -> int:
        at = self._step("constant", (), (int(value),))
        self.bounds[at] = value, value
        return at

    def resized(self, a: int, *, wide: bool) -> int:
        return a

    def add(self, a: int, b: int) -> int:
        return self._step("add", (a, b))

    def multiply(self, a: int, b: int) -> int:
        return self._step("multiply", (a, b))

    def floor_divide(self, a: int, b: int, *, signed: bool) -> int:
        return self._step("floor_divide", (a, b))

    def larger(self, a: int, b: int) -> int:
        return self._step("larger", (a, b))

    def less(self, a: int, b: int) -> int:
        return self._step("less", (a, b))

    def equal(self, a: int, b: int) -> int:
        return self._step("equal", (a, b))

    def both(self, a: int, b: int) -> int:
        return self._step("both", (a, b))

    def either(self, a: int, b: int) -> int:
        return self._step("either", (a, b))

    def contrary(self, a: int) -> int:
        operation, columns, _ = self.steps[a]
        return columns[0] if operation == "contrary" else self._step("contrary", (a,))

    def choose(self, condition: int, a: int, b: int) -> int:
        operation, columns, _ = self.steps[condition]
        if operation == "contrary":
            return self.choose(columns[0], b, a)
        return self._step("choose", (condition, a, b))

    def real(self, value: float) -> int:
        return self._step("real", (), (value,))

    def reals(self, a: int) -> int:
        return self._step("reals", (a,))

    def plus(self, a: int, b: int) -> int:
        return self._step("plus", (a, b))

    def minus(self, a: int, b: int) -> int:
        return self._step("minus", (a, b))

    def by(self, a: int, b: int) -> int:
        return self._step("by", (a, b))

    def over(self, a: int, b: int) -> int:
        return self._step("over", (a, b))

    def real_where(self, condition: int, a: int, b: int) -> int:
        return self._step("real_where", (condition, a, b))

    def negative(self, a: int) -> int:
        return self._step("negative", (a,))

    def within(self, a: int, error: float) -> int:
        return self._step("within", (a,), (error,))

    def unsettled(self, a: int, error: float) -> int:
        return self._step("unsettled", (a,), (error,))

    def floor(self, a: int, low: int, high: int) -> int:
        return self._step("floor", (a,), (low, high))

    def reached(self, outputs: Iterable[int]) -> bytearray:
        """Which positions these columns need, themselves among them."""
        found, steps = bytearray(len(self.steps)), self.steps
        for at in outputs:
            found[at] = True
        for at in range(len(found) - 1, -1, -1):
            if found[at]:
                for column in steps[at][1]:
                    found[column] = True
        return found

    def recording(self, outputs: Iterable[int]) -> Recording:
        """What gives these columns, and nothing else."""
        wanted, steps = tuple(outputs), self.steps
        order = [at for at, needed in enumerate(self.reached(wanted)) if needed]
        last = dict.fromkeys(wanted, len(steps))
        drops: dict[int, list[int]] = {}
        for at in reversed(order):
            for column in steps[at][1]:
                if column not in last:
                    last[column] = at
                    drops.setdefault(at, []).append(column)
        moves = [(at, steps[at], tuple(drops.get(at, ()))) for at in order]
        return Recording(moves, {at: self._kind(at) for at in order}, self.bounds, wanted)

    def wide(self) -> bytearray:
        """Which positions are wide integers, or need some."""
        found = bytearray(len(self.steps))
        for at, (_, columns, _) in enumerate(self.steps):
            found[at] = any(found[each] for each in columns) or self._kind(at) == WIDE
        return found

    def _kind(self, at: int) -> str:
        kind = _KINDS.get(self.steps[at][0])
        return kind_of(*self.bounds[at]) if kind is None else kind


def kind_of(low: int, high: int) -> str:
    """The kind with the fewest bits for integers between two bounds."""
    most = max(-low, high)
    for kind, limit in KINDS:
        if most < limit:
            return kind
    return WIDE


@frozen(eq=False)
class Recording:
    """Operations in order, each with its position and the columns not used after it.

    `kinds` says of each position what its column holds: truths, reals, or integers of the fewest bits that
    its `bounds` allow. Where a row is open nothing of this holds, and nothing in it counts.
    """

    moves: Sequence[tuple[int, Step, tuple[int, ...]]]
    kinds: Mapping[int, str]
    bounds: Mapping[int, tuple[int, int]]
    outputs: tuple[int, ...]
