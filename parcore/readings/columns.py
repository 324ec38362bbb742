"""The NumPy backend of the pair fold: 64 bits, Python integers beyond them, doubles with proofs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from attrs import evolve

from parcore.readings.exact import Scope
from parcore.readings.pair.backend import Source
from parcore.readings.pair.block import Block
from parcore.readings.pair.reading import Reading, read
from parcore.rules.program import Program
from parcore.values import Value

Ints: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Doubles: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Truths: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"


class Columns:
    """The columns of a block in memory; states and small constants have 8 bits."""

    limit: int | None = None

    def __init__(self, block: Block) -> None:
        self._block = block

    def state(self, source: Source) -> Ints:
        return np.asarray(self._block.columns[source].states, dtype=np.int8)

    def number(self, source: Source, *, wide: bool) -> Ints:
        return np.asarray(self._block.columns[source].numbers, dtype=object if wide else np.int64)

    def constant(self, value: int, *, wide: bool) -> Ints:
        return np.array(value, dtype=object if wide else np.int8 if -128 <= value <= 127 else np.int64)

    def resized(self, a: Ints, *, wide: bool) -> Ints:
        return a.astype(object if wide else np.int64)

    def add(self, a: Ints, b: Ints) -> Ints:
        return np.add(a, b, dtype=_width(a))

    def multiply(self, a: Ints, b: Ints) -> Ints:
        return np.multiply(a, b, dtype=_width(a))

    def floor_divide(self, a: Ints, b: Ints, *, signed: bool) -> Ints:
        return np.floor_divide(a, b, dtype=_width(a))

    def larger(self, a: Ints, b: Ints) -> Ints:
        return np.maximum(a, b)

    def less(self, a: Ints, b: Ints) -> Truths:
        return np.less(a, b)

    def equal(self, a: Ints, b: Ints) -> Truths:
        return np.equal(a, b)

    def both(self, a: Truths, b: Truths) -> Truths:
        return np.logical_and(a, b)

    def either(self, a: Truths, b: Truths) -> Truths:
        return np.logical_or(a, b)

    def contrary(self, a: Truths) -> Truths:
        return np.logical_not(a)

    def choose(self, condition: Truths, a: Ints, b: Ints) -> Ints:
        if a.dtype != np.int8 or b.dtype != np.int8:
            return np.where(condition, a, b)
        # The bits of a where the mask is all ones, of b where it is all zeros: half the time of `where`.
        mask = np.negative(condition.view(np.int8))
        return np.bitwise_xor(b, np.bitwise_and(mask, np.bitwise_xor(a, b)))

    def real(self, value: float) -> Doubles:
        return np.array(value, dtype=np.float64)

    def reals(self, a: Ints) -> Doubles:
        return a.astype(np.float64)

    def plus(self, a: Doubles, b: Doubles) -> Doubles:
        return np.add(a, b)

    def minus(self, a: Doubles, b: Doubles) -> Doubles:
        return np.subtract(a, b)

    def by(self, a: Doubles, b: Doubles) -> Doubles:
        return np.multiply(a, b)

    def over(self, a: Doubles, b: Doubles) -> Doubles:
        return np.divide(a, b)

    def real_where(self, condition: Truths, a: Doubles, b: Doubles) -> Doubles:
        return np.where(condition, a, b)

    def negative(self, a: Doubles) -> Truths:
        return np.less(a, 0)

    def within(self, a: Doubles, error: float) -> Truths:
        return np.logical_not(np.greater(np.abs(a), error))

    def unsettled(self, a: Doubles, error: float) -> Truths:
        above = np.subtract(a, np.floor(a))
        return np.logical_not(np.logical_and(np.greater(above, error), np.less(above, 1.0 - error)))

    def floor(self, a: Doubles, low: int, high: int) -> Ints:
        return np.clip(np.floor(a).astype(np.int64), low, high)


def _width(a: Ints) -> Any:
    return object if a.dtype == object else np.int64


def run(program: Program, block: Block) -> Mapping[str, Sequence[Value]]:
    """Every root of a program over a block.

    Raises:
        Undecided: a number that there is no room for.
    """
    from parcore.readings.chunks import read_block

    return read_block(program, block).values


def pair(program: Program, scopes: Sequence[Scope]) -> Reading:
    """Every root of a program in every scope, in columns: what the exact reading gives for each."""
    from parcore.readings.chunks import read_block

    undecided = 0

    def counted(laid: Program, block: Block) -> Mapping[str, Sequence[Value]]:
        nonlocal undecided
        found = read_block(laid, block)
        undecided = found.undecided
        return found.values

    return evolve(read(program, scopes, counted), undecided=undecided)
