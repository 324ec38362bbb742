"""Every root of a program over many scopes, in columns (NumPy): what the exact reading gives for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from parcore.readings.columns.chunks import read_block
from parcore.readings.exact import Scope
from parcore.readings.pair.block import Block
from parcore.readings.pair.reading import Reading, read
from parcore.rules.program import Program
from parcore.values import Value


def run(program: Program, block: Block) -> Mapping[str, Sequence[Value]]:
    """Every root of a program over a block.

    Raises:
        Undecided: a number that there is no room for.
    """
    return read_block(program, block).values


def pair(program: Program, scopes: Sequence[Scope]) -> Reading:
    """Every root of a program in every scope, in columns: what the exact reading gives for each."""
    undecided = 0

    def counted(laid: Program, block: Block) -> Mapping[str, Sequence[Value]]:
        nonlocal undecided
        found = read_block(laid, block)
        undecided = found.undecided
        return found.values

    return evolve(read(program, scopes, counted), undecided=undecided)
