"""A unit's evidence as readings ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from attrs import evolve, frozen

from parcore.editions.tree import GIVEN
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.readings.exact import Scope
from parcore.results.population import Population
from parcore.rules.graph import Domain, Peers
from parcore.values import State, Value

_MISSING: Final = Value(State.MISSING)


@frozen
class UnitScope:
    """A unit's evidence as the exact reading asks for it: at one period and stage."""

    unit: str
    period: Period
    evidence: Evidence
    stage: Stage
    population: Population | None = None

    def datum(self, name: str, lag: int = 0) -> Datum | None:
        """The statement that counts for a field."""
        return self.evidence.at(self.unit, self.period.back(lag), name, self.stage)

    def field(self, name: str, lag: int) -> Value:
        """The field's value; MISSING where nothing is stated. `@period_end` and the like are days."""
        if name.startswith(GIVEN):
            given = self.evidence.given(self.unit, self.period, name.removeprefix(GIVEN), self.stage)
            return _MISSING if given is None else given.value
        if name.startswith("@"):
            return Value(State.OK, Fraction(self.period.back(lag).day(name[1:]).toordinal()))
        datum = self.datum(name, lag)
        return _MISSING if datum is None else datum.value

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        """The position of the choice stated among `options`."""
        datum = self.datum(name, lag)
        if datum is None:
            return _MISSING
        if datum.value.state is not State.OK:
            return datum.value
        known = datum.text in options
        return Value(State.OK, Fraction(options.index(datum.text))) if known else Value(State.ERROR)

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        """The unit's peers."""
        if not isinstance(domain, Peers) or self.population is None:
            return State.MISSING, ()
        return State.OK, [evolve(self, unit=each.id) for each in self.population.circle(self.unit, domain)]
