"""A block: the evidence of many scopes as columns of states and integers, for the pair fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import lcm

from attrs import frozen

from parcore.readings.exact import Scope, aggregate
from parcore.readings.pair.backend import Source, Undecided
from parcore.readings.pair.fold import Shape
from parcore.rules.graph import Field, Over, Peers, Symbol
from parcore.rules.program import Program
from parcore.values import State, Value


@frozen(eq=False)
class Column:
    """States, and exact numbers as integers over one denominator; 0 wherever the state is not `OK`."""

    states: Sequence[int]
    numbers: Sequence[int]
    shape: Shape


@frozen(eq=False)
class Block:
    """A column for each piece of evidence that a program asks for; a row for each scope, in order."""

    size: int
    columns: Mapping[Source, Column]

    @property
    def shapes(self) -> Mapping[Source, Shape]:
        return {source: column.shape for source, column in self.columns.items()}


def block_of(program: Program, scopes: Sequence[Scope]) -> Block:
    """What a program asks of scopes; aggregates over records are worked out here, record by record.

    Raises:
        Undecided: an aggregate over peers, which has to be frozen before a fold.
    """
    columns: dict[Source, Column] = {}
    for at, node in enumerate(program.nodes):
        if isinstance(node, Field):
            columns[node] = column_of([scope.field(node.name, node.lag) for scope in scopes])
        elif isinstance(node, Symbol):
            columns[node] = column_of([scope.symbol(node.name, node.options, node.lag) for scope in scopes])
        elif isinstance(node, Over):
            if isinstance(node.domain, Peers):
                raise Undecided(f"{node.op.value} over peers ({node.domain.within.value}) is not frozen")
            columns[node] = column_of([aggregate(node, program.bodies[at], scope) for scope in scopes])
    return Block(len(scopes), columns)


def column_of(values: Iterable[Value]) -> Column:
    """Values as a column, over the least common denominator of their numbers."""
    values = list(values)
    k = lcm(*{value.number.denominator for value in values})
    states = [int(value.state) for value in values]
    numbers = [value.number.numerator * (k // value.number.denominator) for value in values]
    sound = [n for state, n in zip(states, numbers, strict=True) if not state] or [0]
    shape = Shape(frozenset(map(State, set(states))), min(sound), max(sound), k)
    return Column(states, numbers, shape)
