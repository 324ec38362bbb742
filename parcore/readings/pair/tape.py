"""A tape: what a fold asks of a backend, written down once and played on any part of a block.

The fold itself is Python over every node; its tape is a list of operations on columns, equal ones once.
It is folded with the bounds of a whole block and played on chunks of it that fit the cache. What nobody
asks for is never played, and a column is dropped after its last use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import frozen

from parcore.readings.pair.backend import Source


@frozen(eq=False)
class Step:
    """An operation of a backend: columns by their positions on the tape, and what else it takes."""

    operation: str
    columns: tuple[int, ...] = ()
    values: tuple[object, ...] = ()
    options: tuple[tuple[str, object], ...] = ()


class Tape:
    """The backend that writes down; a column of integers, reals or truths is a position."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.steps: list[Step] = []
        self._known: dict[object, int] = {}

    def _step(self, operation: str, *columns: int, values: tuple[object, ...] = (), **options: object) -> int:
        key = operation, columns, values, tuple(options.items())
        at = self._known.setdefault(key, len(self.steps))
        if at == len(self.steps):
            self.steps.append(Step(*key))
        return at

    def state(self, source: Source) -> int:
        return self._step("state", values=(source,))

    def number(self, source: Source, *, wide: bool) -> int:
        return self._step("number", values=(source,), wide=wide)

    def constant(self, value: int, *, wide: bool) -> int:
        return self._step("constant", values=(int(value),), wide=wide)

    def resized(self, a: int, *, wide: bool) -> int:
        return self._step("resized", a, wide=wide)

    def add(self, a: int, b: int) -> int:
        return self._step("add", a, b)

    def multiply(self, a: int, b: int) -> int:
        return self._step("multiply", a, b)

    def floor_divide(self, a: int, b: int, *, signed: bool) -> int:
        return self._step("floor_divide", a, b, signed=signed)

    def larger(self, a: int, b: int) -> int:
        return self._step("larger", a, b)

    def less(self, a: int, b: int) -> int:
        return self._step("less", a, b)

    def equal(self, a: int, b: int) -> int:
        return self._step("equal", a, b)

    def both(self, a: int, b: int) -> int:
        return self._step("both", a, b)

    def either(self, a: int, b: int) -> int:
        return self._step("either", a, b)

    def contrary(self, a: int) -> int:
        return self._step("contrary", a)

    def choose(self, condition: int, a: int, b: int) -> int:
        return self._step("choose", condition, a, b)

    def real(self, value: float) -> int:
        return self._step("real", values=(value,))

    def reals(self, a: int) -> int:
        return self._step("reals", a)

    def plus(self, a: int, b: int) -> int:
        return self._step("plus", a, b)

    def minus(self, a: int, b: int) -> int:
        return self._step("minus", a, b)

    def by(self, a: int, b: int) -> int:
        return self._step("by", a, b)

    def over(self, a: int, b: int) -> int:
        return self._step("over", a, b)

    def real_where(self, condition: int, a: int, b: int) -> int:
        return self._step("real_where", condition, a, b)

    def negative(self, a: int) -> int:
        return self._step("negative", a)

    def within(self, a: int, error: float) -> int:
        return self._step("within", a, values=(error,))

    def unsettled(self, a: int, error: float) -> int:
        return self._step("unsettled", a, values=(error,))

    def floor(self, a: int, low: int, high: int) -> int:
        return self._step("floor", a, values=(low, high))

    def recording(self, outputs: Iterable[int]) -> Recording:
        """What gives these columns, and nothing else."""
        wanted = tuple(outputs)
        last: dict[int, int] = dict.fromkeys(wanted, len(self.steps))
        for at in range(len(self.steps) - 1, -1, -1):
            if at in last:
                for column in self.steps[at].columns:
                    last.setdefault(column, at)
        drops: dict[int, list[int]] = {}
        for column, at in last.items():
            drops.setdefault(at, []).append(column)
        moves = tuple((at, self.steps[at], tuple(drops.get(at, ()))) for at in sorted(last))
        return Recording(moves, wanted)


@frozen(eq=False)
class Recording:
    """Operations in order, each with its position and the columns not used after it."""

    moves: Sequence[tuple[int, Step, tuple[int, ...]]]
    outputs: tuple[int, ...]

    def play(self, backend: object) -> list[Any]:
        """The columns asked for, on a backend."""
        held: dict[int, Any] = {}
        for at, step, drops in self.moves:
            operation: Callable[..., Any] = getattr(backend, step.operation)
            columns = [held[each] for each in step.columns]
            held[at] = operation(*columns, *step.values, **dict(step.options))
            for each in drops:
                del held[each]
        return [held[each] for each in self.outputs]
