"""The guard of the pair fold: integer columns that know their bounds, and the one way to compute with them.

Every operation works out the bounds of its result first. Within 64 bits it is narrow; beyond, both
operands are promoted to wide ones; beyond what the backend holds at all it is refused (`Undecided`).
What the bounds already settle (a constant, a comparison) is never computed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Generic, TypeAlias

from attrs import field, frozen

from parcore.readings.pair.backend import NARROW, Backend, C, M, Source, Undecided

Mask: TypeAlias = M | bool
"""Truths: a column, or the same for every unit."""


@frozen(eq=False)
class Whole(Generic[C]):
    """Integers between two bounds, both included; with equal bounds a constant, which has no column."""

    low: int
    high: int
    column: C | None = field(default=None, repr=False)

    @property
    def constant(self) -> bool:
        return self.low == self.high

    @property
    def wide(self) -> bool:
        """A column is wide where its bounds ask for it, and nowhere else."""
        return max(-self.low, self.high) > NARROW


class Guard(Generic[C, M]):
    """Integer operations on a backend, none of which can overflow."""

    def __init__(self, backend: Backend[C, M]) -> None:
        self._backend = backend
        self._note: Callable[[C, int, int], None] | None = getattr(backend, "bounded", None)
        self.zero = self.const(0)
        self.one = self.const(1)

    def const(self, value: int) -> Whole[C]:
        """A constant of every row."""
        return Whole(value, value)

    def state(self, source: Source, low: int, high: int) -> Whole[C]:
        """A block's states."""
        return Whole(low, high) if low == high else self.known(low, high, self._backend.state(source))

    def number(self, source: Source, low: int, high: int) -> Whole[C]:
        """A block's numerators, whose bounds were read from them."""
        if low == high:
            return self.const(low)
        wide = self._room(low, high)
        return self.known(low, high, self._backend.number(source, wide=wide))

    def column(self, a: Whole[C]) -> C:
        """The column of a whole, even of a constant."""
        return self._as(a, wide=self._room(a.low, a.high))

    def within(self, a: Whole[C], low: int, high: int) -> Whole[C]:
        """The same integers, known to lie between these bounds too."""
        low, high = max(a.low, low), min(a.high, high)
        assert low <= high, "bounds contradict each other"
        if (low, high) == (a.low, a.high):
            return a
        if low == high:
            return self.const(low)
        return self.known(low, high, self._as(a, wide=self._room(low, high)))

    def add(self, a: Whole[C], b: Whole[C]) -> Whole[C]:
        """a + b."""
        if _is(a, 0) or _is(b, 0):
            return b if _is(a, 0) else a
        return self._computed(self._backend.add, a, b, a.low + b.low, a.high + b.high)

    def times(self, a: Whole[C], b: Whole[C], known: tuple[int, int] | None = None) -> Whole[C]:
        """a × b; `known` are bounds of the product, where they are better than those of its operands."""
        if _is(a, 1) or _is(b, 1):
            return b if _is(a, 1) else a
        low, high = _products(a, b)
        if known is not None:
            low, high = max(low, known[0]), min(high, known[1])
        return self._computed(self._backend.multiply, a, b, low, high)

    def floor_divided(self, a: Whole[C], b: Whole[C]) -> Whole[C]:
        """The floor of a / b, for b > 0."""
        if _is(b, 1):
            return a

        def divide(x: C, y: C) -> C:
            return self._backend.floor_divide(x, y, signed=a.low < 0)

        corners = [x // y for x, y in product((a.low, a.high), (b.low, b.high))]
        return self._computed(divide, a, b, min(corners), max(corners))

    def larger(self, a: Whole[C], b: Whole[C]) -> Whole[C]:
        """The larger of the two, row by row."""
        if a is b or a.low >= b.high:
            return a
        if b.low >= a.high:
            return b
        return self._computed(self._backend.larger, a, b, max(a.low, b.low), max(a.high, b.high))

    def less(self, a: Whole[C], b: Whole[C]) -> Mask[M]:
        """Where a < b."""
        if a is b or a.low >= b.high:
            return False
        if a.high < b.low:
            return True
        wide = a.wide or b.wide
        return self._backend.less(self._as(a, wide=wide), self._as(b, wide=wide))

    def equal(self, a: Whole[C], b: Whole[C]) -> Mask[M]:
        """Where a = b."""
        if a is b or (a.constant and b.constant):
            return a.low == b.low
        if a.high < b.low or b.high < a.low:
            return False
        wide = a.wide or b.wide
        return self._backend.equal(self._as(a, wide=wide), self._as(b, wide=wide))

    def both(self, a: Mask[M], b: Mask[M]) -> Mask[M]:
        """Where both hold."""
        if isinstance(a, bool):
            return b if a else False
        if isinstance(b, bool):
            return a if b else False
        return a if a is b else self._backend.both(a, b)

    def either(self, a: Mask[M], b: Mask[M]) -> Mask[M]:
        """Where one of them holds, or both."""
        if isinstance(a, bool):
            return True if a else b
        if isinstance(b, bool):
            return True if b else a
        return a if a is b else self._backend.either(a, b)

    def contrary(self, a: Mask[M]) -> Mask[M]:
        """Where it does not hold."""
        return not a if isinstance(a, bool) else self._backend.contrary(a)

    def choose(self, condition: Mask[M], a: Whole[C], b: Whole[C]) -> Whole[C]:
        """a where the condition holds, b elsewhere."""
        if isinstance(condition, bool):
            return a if condition else b
        if a is b or (a.constant and b.constant and a.low == b.low):
            return a
        low, high = min(a.low, b.low), max(a.high, b.high)
        wide = self._room(low, high)
        column = self._backend.choose(condition, self._as(a, wide=wide), self._as(b, wide=wide))
        return self.known(low, high, column)

    def known(self, low: int, high: int, column: C) -> Whole[C]:
        """A column between bounds; a backend that wants to know (`bounded`) is told."""
        if self._note is not None:
            self._note(column, low, high)
        return Whole(low, high, column)

    def _computed(
        self, operation: Callable[[C, C], C], a: Whole[C], b: Whole[C], low: int, high: int
    ) -> Whole[C]:
        if low == high:
            return self.const(low)
        beyond = self._room(low, high)
        wide = beyond or a.wide or b.wide
        column = operation(self._as(a, wide=wide), self._as(b, wide=wide))
        if wide != beyond:
            column = self._backend.resized(column, wide=beyond)
        return self.known(low, high, column)

    def _room(self, low: int, high: int) -> bool:
        """Whether integers between these bounds must be wide.

        Raises:
            Undecided: the backend has none that are wide enough.
        """
        if high <= NARROW and low >= -NARROW:
            return False
        most, limit = max(-low, high), self._backend.limit
        if limit is not None and most > limit:
            raise Undecided(
                f"integers of up to {most.bit_length()} bits, here of {limit.bit_length()} at most"
            )
        return True

    def _as(self, a: Whole[C], *, wide: bool) -> C:
        if a.constant:
            return self._backend.constant(a.low, wide=self._room(a.low, a.low) or wide)
        assert a.column is not None
        return a.column if a.wide == wide else self._backend.resized(a.column, wide=wide)


def _products(a: Whole[C], b: Whole[C]) -> tuple[int, int]:
    """The bounds of a × b."""
    if a.low >= 0 and b.low >= 0:
        return a.low * b.low, a.high * b.high
    corners = a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high
    return min(corners), max(corners)


def _is(a: Whole[C], value: int) -> bool:
    return a.low == value == a.high
