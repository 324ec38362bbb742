"""A case scored once, and its units scored again on other evidence with their peers held fixed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NoReturn

from attrs import evolve, field, frozen

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Criterion
from parcore.editions.tree import Variant
from parcore.evidence.evidence import Datum, Evidence
from parcore.numbers import exact_text
from parcore.readings.exact import Scope, Trace, evaluate
from parcore.results.population import FrozenProgram, freeze, frozen_scopes
from parcore.results.result import Result, Scorecard
from parcore.results.scope import UnitScope
from parcore.rules.program import Program
from parcore.testing.strategies import Case
from parcore.values import State, Value

COMPUTED = "computed:"


@frozen(eq=False)
class Bench:
    """A case with its result; programs are compiled once for each unit group."""

    case: Case
    result: Result
    _programs: dict[str, tuple[Program, FrozenProgram]] = field(factory=dict)

    def programs(self, card: Scorecard) -> tuple[Program, FrozenProgram]:
        """The program of a unit's group as it was scored, and the same with statistics as fields."""
        if card.group not in self._programs:
            program = compile_edition(self.case.edition, card.group, self.variant(card)).program
            self._programs[card.group] = program, freeze(program)
        return self._programs[card.group]

    def variant(self, card: Scorecard) -> Variant:
        """Whose points were set, and what nobody was assessed on, as the result shows it."""
        roots = card.trace.program.roots
        given = frozenset(root.removeprefix(COMPUTED) for root in roots if root.startswith(COMPUTED))
        out = {each.method for each in self.result.absent}
        return Variant(given, frozenset(leaf.id for leaf in self.case.edition.scored if leaf.method in out))

    def scope(self, unit: str, evidence: Evidence | None = None) -> UnitScope:
        """A unit's evidence as readings ask for it."""
        held = self.case.evidence if evidence is None else evidence
        return UnitScope(unit, self.case.period, held, self.case.stage, self.result.population)

    def again(self, card: Scorecard, evidence: Evidence) -> Scorecard:
        """The unit scored on other evidence, that of its peers as it was."""
        _, read = self.programs(card)
        scopes: dict[str, Scope] = {u.id: self.scope(u.id) for u in self.result.population.units}
        scopes[card.unit.id] = self.scope(card.unit.id, evidence)
        found = frozen_scopes(read, self.result.population, scopes, [card.unit.id])
        return evolve(card, trace=self.evaluated(read, found[card.unit.id]))

    @staticmethod
    def evaluated(read: FrozenProgram, scope: Scope) -> Trace:
        """The trace of a scope under a program."""
        return evaluate(read.program, scope)

    def statements(self, unit: str) -> Iterator[Datum]:
        """What counts of a unit's evidence, a statement for each field."""
        for name in self.case.evidence.fields(self.case.period):
            datum = self.case.evidence.at(unit, self.case.period, name, self.case.stage)
            if datum is not None:
                yield datum

    def fail(self, card: Scorecard, where: str, law: str, one: object, two: object) -> NoReturn:
        """Say which law does not hold, where, for what evidence, and the two numbers that differ.

        Raises:
            AssertionError: always.
        """
        node = self.case.edition.criterion(where)
        said = [f"{d.field} = {d.text}" for d in self.statements(card.unit.id) if _reads(node, d)]
        evidence = ", ".join(said) or "no evidence of its own"
        raise AssertionError(
            f"{law}: unit {card.unit.id}, {where}: {shown(one)} against {shown(two)} ({evidence})"
        )


def _reads(node: Criterion | None, datum: Datum) -> bool:
    if node is None:
        return True
    return any(leaf.rule is not None and datum.field in leaf.rule.fields for leaf in node.leaves)


def shown(value: object) -> str:
    """A value as people read it."""
    if isinstance(value, Value):
        return exact_text(value.number) if value.state is State.OK else value.state.word
    return str(value)


@lru_cache(maxsize=8)
def bench_of(case: Case) -> Bench:
    """The bench of a case: several laws on one case score it once."""
    return Bench(case, case.result())
