"""Deductions: points taken off a start, never under a floor.

Each part is a rule of its own whose points are taken off; of the parts of a once-only group (a chain
of errors counts once) only the largest is.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from parcore.rules.combinations import Rule
from parcore.rules.figures import NOTHING, Figure
from parcore.rules.graph import Agg, Aggregate, Mul, Node, const, total
from parcore.values import State


@frozen
class Part:
    """One deduction, as a rule that gives the points to take off; `id` where a group names it."""

    rule: Rule
    id: str = ""


@frozen
class Deduction:
    """max(floor, start − Σ parts), of each once-only group the largest part."""

    start: Figure
    floor: Figure
    parts: tuple[Part, ...]
    once: tuple[tuple[str, ...], ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of all parts."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.rule.fields))

    def groups(self) -> Iterator[tuple[Part, ...]]:
        """The parts that count together: each alone, or those of a once-only group, in order."""
        named = {part.id: part for part in self.parts if part.id}
        grouped = {id_: group for group in self.once for id_ in group}
        for part in self.parts:
            group = grouped.get(part.id, ())
            if not group:
                yield (part,)
            elif group[0] == part.id:
                yield tuple(named[id_] for id_ in group)

    def node(self, group: str, top: object) -> Node:
        """What is left; what did not arise takes nothing off."""
        taken = [self._largest(parts, group) for parts in self.groups()]
        off = (Mul(const(-1), each) for each in taken)
        rest = total(const(self.start.of(group)), *off, skip=NOTHING)
        return Agg(Aggregate.MAX, (rest, const(self.floor.of(group))))

    def _largest(self, parts: tuple[Part, ...], group: str) -> Node:
        amounts = tuple(part.rule.node(group, None) for part in parts)
        return amounts[0] if len(amounts) == 1 else Agg(Aggregate.MAX, amounts, NOTHING)

    def states(self) -> frozenset[State]:
        """Those of the parts; what did not arise takes nothing off."""
        states = frozenset[State]().union(*(part.rule.states() for part in self.parts))
        return states - {State.NOTHING_AROSE}

    def raises(self) -> frozenset[State]:
        """Those of the parts."""
        return frozenset[State]().union(*(part.rule.raises() for part in self.parts))
