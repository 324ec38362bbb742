"""The NumPy backend of the pair fold: `int64` columns, and columns of Python integers beyond them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import numpy as np

from parcore.readings.exact import Scope
from parcore.readings.pair.backend import Source
from parcore.readings.pair.block import Block
from parcore.readings.pair.fold import fold
from parcore.readings.pair.reading import Reading, Values, read
from parcore.rules.program import Program

Ints: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Truths: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"


class Columns:
    """The columns of a block in memory."""

    limit: int | None = None

    def __init__(self, block: Block) -> None:
        self._block = block

    def state(self, source: Source) -> Ints:
        return np.array(self._block.columns[source].states, dtype=np.int64)

    def number(self, source: Source, *, wide: bool) -> Ints:
        return np.array(self._block.columns[source].numbers, dtype=object if wide else np.int64)

    def constant(self, value: int, *, wide: bool) -> Ints:
        return np.array(value, dtype=object if wide else np.int64)

    def resized(self, a: Ints, *, wide: bool) -> Ints:
        return a.astype(object if wide else np.int64)

    def add(self, a: Ints, b: Ints) -> Ints:
        return np.add(a, b)

    def multiply(self, a: Ints, b: Ints) -> Ints:
        return np.multiply(a, b)

    def floor_divide(self, a: Ints, b: Ints, *, signed: bool) -> Ints:
        return np.floor_divide(a, b)

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
        return np.where(condition, a, b)


def run(program: Program, block: Block) -> Mapping[str, Values]:
    """Every root of a program over a block."""

    def spread(column: Ints) -> Sequence[int]:
        return cast("Sequence[int]", np.broadcast_to(column, (block.size,)))

    answers = fold(program, block.shapes, Columns(block))
    return {
        root: Values(spread(each.state), spread(each.n), spread(each.d)) for root, each in answers.items()
    }


def pair(program: Program, scopes: Sequence[Scope]) -> Reading:
    """Every root of a program in every scope, in columns: what the exact reading gives for each."""
    return read(program, scopes, run)
