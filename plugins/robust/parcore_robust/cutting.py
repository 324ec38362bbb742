"""A program cut down to what moves: what no draw changes becomes a column known of each unit, or a constant.

In: a program, the traces of units under it, which of its nodes move. Out: a program of the same roots whose
other evidence is in fields of its own (`@fixed:…`), with their values. The cut is exact: numbers that stay
are the trace's own, and addends of a sum that stay are added up before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, Final

from attrs import field, fields, frozen

from parcore.readings.exact import Trace, apply
from parcore.rules.graph import (
    NODES,
    Agg,
    Aggregate,
    Const,
    Div,
    Division,
    Field,
    Mul,
    Node,
    Over,
    Raise,
    Symbol,
    const,
)
from parcore.rules.program import Program, lay_out
from parcore.values import State, Value

FIXED: Final = "@fixed:"
_COMMON: Final = 10**9
"""Numbers of units have one denominator up to this one; else numerators and denominators are columns."""
_NARROW: Final = 2**31

Moves = Callable[[Node], bool]
Times = Mapping[str, tuple[Field, Fraction]]


@frozen(eq=False)
class Cut:
    """The program that is left, and for each of its own fields the value of each unit."""

    program: Program
    fixed: Mapping[Field, Sequence[Value]]


def cut(
    program: Program,
    traces: Sequence[Trace],
    moves: Moves,
    roots: Collection[str],
    times: Times | None = None,
) -> Cut:
    """The roots of a program, as far as they move; `traces` are of the units, in order.

    `times` are roots of which each unit's value, over a number, is multiplied by a field.
    """
    weighed = {program.roots[root]: by for root, by in (times or {}).items() if root in program.roots}
    cutter = _Cutter(program, traces, moves, weighed)
    return Cut(lay_out({root: cutter.left(program.roots[root]) for root in roots}), cutter.fixed)


@frozen(eq=False)
class _Cutter:
    _program: Program
    _traces: Sequence[Trace]
    _moves: Moves
    _times: Mapping[int, tuple[Field, Fraction]]
    fixed: dict[Field, Sequence[Value]] = field(factory=dict)
    _moving: dict[int, bool] = field(factory=dict)
    _made: dict[int, Node] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for at, node in enumerate(self._program.nodes):
            inner = any(self._moving[each] for each in self._program.inputs[at])
            own = isinstance(node, Field | Symbol | Over) and self._moves(node)
            self._moving[at] = inner or own or at in self._times

    def left(self, root: int) -> Node:
        """What is left of a node; operands are made before what uses them."""
        waiting = [root]
        while waiting:
            at = waiting[-1]
            whole = self._moving[at] and at not in self._times
            needed = self._program.inputs[at] if whole else ()
            new = [each for each in needed if each not in self._made]
            if new:
                waiting += new
                continue
            waiting.pop()
            if at not in self._made:
                self._made[at] = self._node(at)
        return self._made[root]

    def _node(self, at: int) -> Node:
        node = self._program.nodes[at]
        if at in self._times:
            by, over = self._times[at]
            shares = [Value(v.state, v.number / over) for v in (trace.values[at] for trace in self._traces)]
            return Mul(by, self._known(shares))
        if not self._moving[at]:
            return self._known([trace.values[at] for trace in self._traces])
        if isinstance(node, Agg) and node.op is Aggregate.SUM:
            return self._sum(at, node)
        operands = iter([self._made[each] for each in self._program.inputs[at]])
        own = {} if isinstance(node, Over) else {each.name: each for each in fields(type(node))}
        parts = {name: _replaced(getattr(node, name), operands) for name in own}
        return type(node)(**parts) if parts else node

    def _sum(self, at: int, node: Agg) -> Node:
        """The sum with what stays of it added up, as long as the denominators of that stay small."""
        inputs = self._program.inputs[at]
        moving = [self._made[each] for each in inputs if self._moving[each]]
        staying = [
            [trace.values[each] for trace in self._traces] for each in inputs if not self._moving[each]
        ]
        staying.sort(key=_denominator)
        sums: list[list[Value]] = []
        for values in staying:
            if sums:
                pair = Agg(Aggregate.SUM, (const(0), const(0)), node.skip)
                both = [apply(pair, each) for each in zip(sums[-1], values, strict=True)]
                if _denominator(both) <= _COMMON or _narrow(both):
                    sums[-1] = both
                    continue
            sums.append(values)
        return Agg(Aggregate.SUM, (*moving, *map(self._known, sums)), node.skip)

    def _known(self, values: Sequence[Value]) -> Node:
        """A node that gives each unit its value."""
        if len(set(values)) == 1:
            (value,) = set(values)
            return Raise(value.state) if value.state else Const(value.number)
        if _denominator(values) <= _COMMON:
            return self._field(values)
        # Denominators of one size: what is known of the quotient from their bounds is then near the truth.
        most = max(each.number.denominator for each in values)
        over = [Value(State.OK, _scaled(each.number.denominator, most)) for each in values]
        part = [Value(a.state, a.number * b.number) for a, b in zip(values, over, strict=True)]
        return Div(self._field(part), self._field(over), Division.STRICT)

    def _field(self, values: Sequence[Value]) -> Field:
        made = Field(f"{FIXED}{len(self.fixed)}")
        self.fixed[made] = values
        return made


def _scaled(denominator: int, most: int) -> Fraction:
    """A multiple of a denominator that is `most` at least, and less than twice that."""
    return Fraction(-(-most // denominator) * denominator)


def _replaced(part: Any, operands: Iterator[Node]) -> Any:
    """A node's field with its operands replaced, in the order in which `inputs` gives them."""
    if isinstance(part, tuple) and not isinstance(part, Value):
        return tuple(_replaced(each, operands) for each in part)
    return next(operands) if isinstance(part, NODES) else part


def _denominator(values: Sequence[Value]) -> int:
    """The least common denominator of numbers; of very many different ones, one that is too large."""
    found = 1
    for each in values:
        found = lcm(found, each.number.denominator)
        if found > _COMMON**2:
            break
    return found


def _narrow(values: Sequence[Value]) -> bool:
    """Whether numerators and denominators leave room to be reckoned with in 64 bits."""
    return all(abs(each.number.numerator) < _NARROW and each.number.denominator < _NARROW for each in values)
