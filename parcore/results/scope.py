"""A unit's evidence, and each of its cases, as readings ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from attrs import evolve, frozen

from parcore.editions.tree import GIVEN
from parcore.evidence.evidence import Datum, Evidence, Record, RecordList, Stage
from parcore.evidence.periods import Period
from parcore.lazy import Lazy
from parcore.readings.exact import Scope
from parcore.results.population import Population
from parcore.rules.graph import Domain, Field, Peers, Symbol
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
            return _day(name, self.period.back(lag))
        datum = self.datum(name, lag)
        return _MISSING if datum is None else datum.value

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        """The position of the choice stated among `options`."""
        datum = self.datum(name, lag)
        return _MISSING if datum is None else _position(datum.value, datum.text, options)

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        """The unit's peers; its records of a kind, in the order handed in, MISSING where no list was."""
        if isinstance(domain, Peers):
            return self._peers(domain)
        listed = self.evidence.records(self.unit, self.period, domain.kind, self.stage)
        if listed is None:
            return State.MISSING, ()
        if listed.counted is not None:
            return listed.state, CountedScopes(listed, self.period)
        return listed.state, [RecordScope(each, self.period) for each in listed.records]

    def _peers(self, peers: Peers) -> tuple[State, Sequence[Scope]]:
        if self.population is None:
            return State.MISSING, ()
        return State.OK, [evolve(self, unit=each.id) for each in self.population.circle(self.unit, peers)]


@frozen
class RecordScope:
    """One case of a unit's list as the exact reading asks for it; it has no period before its own."""

    record: Record
    period: Period

    def field(self, name: str, lag: int) -> Value:
        """The field's value; MISSING where the case says nothing of it. `@period_…` are the list's days."""
        if name.startswith("@"):
            return _day(name, self.period.back(lag))
        cell = None if lag else self.record.cells.get(name)
        return _MISSING if cell is None else cell.value

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        """The position of the case's choice among `options`."""
        cell = None if lag else self.record.cells.get(name)
        return _MISSING if cell is None else _position(cell.value, cell.text, options)

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        """A case has no cases of its own."""
        return State.MISSING, ()


@frozen
class CountedScopes(Lazy[Scope]):
    """The cases of a list that are counted where they are kept, by what they say."""

    listed: RecordList
    period: Period

    def __len__(self) -> int:
        return len(self.listed.records)

    def item(self, at: int) -> Scope:
        """A case by itself."""
        return RecordScope(self.listed.records[at], self.period)

    def alike(self, reads: Sequence[Field | Symbol]) -> Iterator[tuple[Scope, int]]:
        """A case for each thing that is said where these nodes read, and how many say it."""
        own = (node.name for node in reads if not node.lag and not node.name.startswith("@"))
        names = tuple(sorted(set(own)))
        for said, times in self.listed.tally(names).items():
            cells = {name: cell for name, cell in zip(names, said, strict=True) if cell is not None}
            yield RecordScope(Record("", cells), self.period), times


def _day(name: str, period: Period) -> Value:
    """The number of a day of the period."""
    return Value(State.OK, Fraction(period.day(name[1:]).toordinal()))


def _position(value: Value, text: str, options: tuple[str, ...]) -> Value:
    """The position of a choice among the options of a rule, which are not all that the vocabulary has."""
    if value.state is not State.OK:
        return value
    return Value(State.OK, Fraction(options.index(text))) if text in options else Value(State.ERROR)
