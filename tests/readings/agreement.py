"""What readings of many scopes at once are held against: the exact reading of each scope."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import TypeAlias

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence, Stage
from parcore.readings.exact import Scope, evaluate
from parcore.readings.pair.reading import Reading
from parcore.results.scope import UnitScope
from parcore.rules.program import Program
from parcore.values import State, Value
from tests.results.editions import PERIOD
from tests.strategies import AWKWARD, DOMAINS, EDGES, FIELDS, NUMBERLESS, OPTIONS, Facts

F = Fraction
RECORDS = DOMAINS[:2]

HARD = (
    F(0),
    F(1),
    F(-1),
    F(10**18),
    F(10**18 + 1),
    F(-(10**18)),
    F(2**63 - 1),
    F(2**63),
    F(-(2**63)),
    F(2**31),
    F(1, 3),
    F(5, 1000) - F(1, 10**18),
    F(5, 1000),
    F(5, 1000) + F(1, 10**18),
    F(-5, 1000),
    F(4, 5) - F(1, 10**18),
)
"""Amounts beyond 64 bits, ties and their nearest neighbours, signs and zeros."""


def hard_facts(random: Random) -> Facts:
    """Evidence of one unit in hard numbers; columns of it stay within 64 bits or leave them."""
    pool = random.choice((HARD, HARD[:6], EDGES, AWKWARD))

    def value() -> Value:
        empty = random.random() < 0.2
        return Value(random.choice(NUMBERLESS)) if empty else Value(State.OK, random.choice(pool))

    fields = {(name, lag): value() for name in FIELDS for lag in (0, 1)}
    return Facts(fields, {("s", 0): random.choice((*OPTIONS, "other", *NUMBERLESS))})


def known(**fields: Fraction | int | State) -> Facts:
    """Evidence of one unit, field by field."""
    values = {
        (name, 0): Value(given) if isinstance(given, State) else Value(State.OK, F(given))
        for name, given in fields.items()
    }
    return Facts(values)


Difference: TypeAlias = tuple[str, int, Value, Value]


def unlike(reading: Reading, program: Program, scopes: Sequence[Scope]) -> list[Difference]:
    """Each root and scope in which a reading is not the exact one: what it gave, and what is right."""
    traces = [evaluate(program, scope) for scope in scopes]
    return [
        (root, at, reading[root][at], trace[root])
        for at, trace in enumerate(traces)
        for root in program.roots
        if reading[root][at] != trace[root]
    ]


def program_of(edition: Edition) -> Program:
    """An edition's graph."""
    return compile_edition(edition, "").program


def scopes_of(evidence: Evidence) -> list[UnitScope]:
    """The units that evidence speaks of."""
    return [UnitScope(unit, PERIOD, evidence, Stage.FINAL) for unit in sorted(evidence.units(PERIOD))]
