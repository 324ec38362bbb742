"""Peers: the units that a unit is measured against, and their statistics, evaluated once and frozen.

A statistic over peers is the same for all units of a circle (or all but the unit's own part of it):
it is evaluated over the population before any unit is scored, and put in the place of its node as a
field `@peers:<n>` that the scope knows. What it gives is what the node itself would (`Over` in
`parcore.rules.graph`): frozen, 3 321 units are not read 3 321 times.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Final, cast

from attrs import evolve, field, frozen

from parcore.evidence.units import Unit
from parcore.numbers import ZERO
from parcore.readings.exact import Scope, evaluate
from parcore.rules.graph import Aggregate, Domain, Field, Over, Peers, Within
from parcore.rules.program import Program
from parcore.values import State, Value

PEERS: Final = "@peers:"


@frozen(eq=False)
class Population:
    """The units that are scored together; `unranked` stand outside the ranking."""

    units: tuple[Unit, ...] = ()
    unranked: frozenset[str] = frozenset()

    def circle(self, unit: str, peers: Peers) -> list[Unit]:
        """The peers of a unit; a unit that is not ranked is among those that are where it counts itself."""
        others = [each for each in self.counted(self.key(unit, peers.within), peers) if each.id != unit]
        return [*others, self._by_id[unit]] if peers.with_self else others

    def counted(self, key: str, peers: Peers) -> list[Unit]:
        """All that count as peers in one circle."""
        out = self.unranked if peers.ranked_only else frozenset[str]()
        return [each for each in self.units if key_of(each, peers.within) == key and each.id not in out]

    def key(self, unit: str, within: Within) -> str:
        """What the units of a unit's circle share."""
        return key_of(self._by_id[unit], within)

    @cached_property
    def _by_id(self) -> dict[str, Unit]:
        return {unit.id: unit for unit in self.units}


def key_of(unit: Unit, within: Within) -> str:
    """What the units of a unit's circle share."""
    return {Within.ALL: "", Within.GROUP: unit.group, Within.REGION: unit.region}[within]


@frozen(eq=False)
class FrozenScope:
    """A scope in which the statistics over peers are fields; `waiting` for a peer's appraisal are some."""

    scope: Scope
    known: Mapping[str, Value]
    waiting: frozenset[str] = frozenset()

    def field(self, name: str, lag: int) -> Value:
        """A statistic, else what the scope says."""
        return self.known[name] if name in self.known else self.scope.field(name, lag)

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        """What the scope says."""
        return self.scope.symbol(name, options, lag)

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        """What the scope says."""
        return self.scope.members(domain)


@frozen(eq=False)
class FrozenProgram:
    """A program whose statistics over peers are fields; `statistics` has each as it was."""

    program: Program
    statistics: Mapping[str, tuple[Over, Program]] = field(factory=dict)


def freeze(program: Program) -> FrozenProgram:
    """The program with each statistic over peers as a field."""
    nodes, inputs, bodies = list(program.nodes), list(program.inputs), dict(program.bodies)
    found: dict[str, tuple[Over, Program]] = {}
    for at, node in enumerate(program.nodes):
        if isinstance(node, Over) and isinstance(node.domain, Peers) and node.where is None:
            name = f"{PEERS}{len(found) + 1}"
            found[name] = node, bodies.pop(at)
            nodes[at], inputs[at] = Field(name), ()
    if not found:
        return FrozenProgram(program)
    return FrozenProgram(evolve(program, nodes=tuple(nodes), inputs=tuple(inputs), bodies=bodies), found)


def frozen_scopes(
    read: FrozenProgram, population: Population, scopes: Mapping[str, Scope], wanted: Iterable[str]
) -> dict[str, Scope]:
    """The scopes of some units with the statistics in them; `scopes` are those of the whole population."""
    if not read.statistics:
        return {unit: scopes[unit] for unit in wanted}
    known: dict[str, dict[str, Value]] = {unit: {} for unit in wanted}
    waiting: dict[str, set[str]] = {unit: set() for unit in known}
    for name, (over, body) in read.statistics.items():
        values = {unit: evaluate(body, scope)["body"] for unit, scope in scopes.items()}
        peers, circles = cast("Peers", over.domain), dict[str, Circle]()
        for unit, own in known.items():
            key = population.key(unit, peers.within)
            if key not in circles:
                members = [each.id for each in population.counted(key, peers)]
                circles[key] = Circle(over, {each: values[each] for each in members})
            own[name] = circles[key].of(unit, values[unit], with_self=peers.with_self)
            if circles[key].waits:
                waiting[unit].add(name)
    return {unit: FrozenScope(scopes[unit], own, frozenset(waiting[unit])) for unit, own in known.items()}


class Circle:
    """The values of one circle, added up once; with a unit put in or taken out as its statistic asks."""

    def __init__(self, over: Over, values: Mapping[str, Value]) -> None:
        self._op, self._skip, self._members = over.op, over.skip, frozenset(values)
        self._states = Counter(each.state for each in values.values())
        self._numbers = sorted(each.number for each in values.values() if each.state is State.OK)
        self._total = sum(self._numbers, ZERO)

    @property
    def waits(self) -> bool:
        """Whether what one of them has is not appraised yet: the statistic can still move."""
        return self._states[State.UNVERIFIED] > 0

    def of(self, unit: str, own: Value, *, with_self: bool) -> Value:
        """The statistic to a unit with this value of its own."""
        return self.beside(own, int(with_self) - int(unit in self._members))

    def beside(self, own: Value, change: int) -> Value:
        """The statistic with a value put in (1), taken out (−1), or neither."""
        states = self._states.copy()
        states[own.state] += change
        present = {state for state, count in states.items() if count}
        kept = present - self._skip
        if self._op is Aggregate.RANK:
            state = max(own.state, max(kept, default=State.OK))
            better = len(self._numbers) - bisect_right(self._numbers, own.number)
            return Value(state) if state else Value(State.OK, Fraction(1 + better))
        if not kept:
            empty = max(present, default=State.NOTHING_AROSE)
            return Value(State.OK) if self._op is Aggregate.COUNT else Value(empty)
        if max(kept) is not State.OK:
            return Value(max(kept))
        return Value(State.OK, self._number(own, change, states[State.OK]))

    def _number(self, own: Value, change: int, count: int) -> Fraction:
        """The circle's number, the unit's own put in (1) or taken out (−1); `count` are the numbers then."""
        change = change if own.state is State.OK else 0
        numbers = self._numbers
        match self._op:
            case Aggregate.SUM:
                return self._total + change * own.number
            case Aggregate.MEAN:
                return (self._total + change * own.number) / count
            case Aggregate.MIN:
                left = numbers[1:2] if change < 0 and own.number == numbers[0] else numbers[:1]
                return min([*left, own.number] if change > 0 else left)
            case Aggregate.MAX:
                left = numbers[-2:-1] if change < 0 and own.number == numbers[-1] else numbers[-1:]
                return max([*left, own.number] if change > 0 else left)
            case _:
                return Fraction(count)
