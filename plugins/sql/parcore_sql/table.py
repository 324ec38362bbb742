"""A block as a table: the columns that a statement reads, their types and their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import frozen

from parcore.readings.pair.backend import NARROW, Undecided
from parcore.readings.pair.block import Block
from parcore.readings.pair.reading import Values
from parcore.rules.program import Program
from parcore_sql.dialects import Dialect
from parcore_sql.parts import parts_of
from parcore_sql.statement import UNIT, Statement


@frozen(eq=False)
class BlockTable:
    """A table by its columns: the type of each, and its numbers."""

    columns: Mapping[str, tuple[str, Iterable[int]]]

    @property
    def types(self) -> Mapping[str, str]:
        """The type of each column, in order."""
        return {name: kind for name, (kind, _) in self.columns.items()}

    def rows(self) -> Iterable[tuple[int, ...]]:
        """Its rows, in the order of the block."""
        return zip(*(numbers for _, numbers in self.columns.values()), strict=True)


def table_of(block: Block, statement: Statement, dialect: Dialect) -> BlockTable:
    """The columns of a block that a statement reads, after the number of the row."""
    held = list(block.columns.values())
    columns: dict[str, tuple[str, Iterable[int]]] = {UNIT: ("BIGINT", range(block.size))}
    for name in statement.reads:
        column = held[int(name[1:])]
        low, high = column.shape.span
        wide = name.startswith("n") and max(-low, high) > NARROW
        numbers = column.numbers if name.startswith("n") else column.states
        columns[name] = dialect.wide if wide else "BIGINT", numbers
    return BlockTable(columns)


Execute = Callable[[BlockTable, str], Sequence[Sequence[int]]]
"""Puts a table in the place of the last one and runs a statement on it: a row for each unit, in order."""


def score(
    program: Program, block: Block, dialect: Dialect, execute: Execute
) -> Mapping[str, Values | Undecided]:
    """Every root of a program over a block, by statements that a database executes.

    A root for which there is no room says why. Of no units nothing is asked.
    """
    parts = parts_of(program, block.shapes, dialect)
    found: dict[str, Values | Undecided] = {**parts.refused}
    for each in parts.statements:
        rows = execute(table_of(block, each, dialect), f"{each.sql} ORDER BY {UNIT}")
        columns = list(zip(*rows, strict=True))[1:] or [()] * 3 * len(each.roots)
        for at, root in enumerate(each.roots):
            found[root] = Values(*columns[3 * at : 3 * at + 3])
    return {root: found[root] for root in program.roots}
