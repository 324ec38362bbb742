"""Rules: a measure on a scale, a table, points given; each perhaps behind a guard.

A rule desugars to one graph node for a unit group and maximum (`node`), before the effects of
emptiness are laid on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from fractions import Fraction
from typing import Final, Protocol

from attrs import field, frozen

from parcore.diagnostics import Place
from parcore.evidence.vocabulary import POINTS, Vocabulary
from parcore.intervals import Interval
from parcore.numbers import ONE, ZERO
from parcore.rules.conditions import Condition, names_in
from parcore.rules.figures import NOTHING, Award
from parcore.rules.graph import (
    FALSE,
    Agg,
    Aggregate,
    Field,
    Match,
    Node,
    Not,
    Pick,
    Piece,
    Piecewise,
    Raise,
    Table,
)
from parcore.rules.measures import ChoiceOf
from parcore.rules.protocols import Measure
from parcore.rules.scales import Scale, Steps
from parcore.sources import Basis, Source
from parcore.values import State


class Rule(Protocol):
    """What turns evidence into the points of one criterion."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of evidence it reads."""

    def node(self, group: str, top: Fraction | None) -> Node:
        """Its graph for a unit group, under the maximum `top` (None: nobody published it)."""

    def states(self) -> frozenset[State]:
        """The states that can arise beside missing, unverified and rejected."""

    def raises(self) -> frozenset[State]:
        """The states that it pays by itself in the place of points: a choice that is "not assessed"."""


def raised(awards: Iterable[Award]) -> frozenset[State]:
    """The states that some awards raise."""
    return frozenset(award.state for award in awards if award.state is not None)


@frozen
class Reported:
    """Points given, not computed: a rule whose text is not in hand. Within [low, maximum], on `step`."""

    criterion: str
    low: Fraction = ZERO
    step: Fraction | None = None
    declared: frozenset[State] = frozenset()

    @property
    def field(self) -> str:
        """The field of evidence that gives the points."""
        return POINTS + self.criterion

    @property
    def fields(self) -> tuple[str, ...]:
        """Its one field."""
        return (self.field,)

    def node(self, group: str, top: Fraction | None) -> Node:
        """The points given; outside [low, maximum] bad evidence."""
        interval = Interval(self.low, True, top, top is not None)
        return Piecewise(Field(self.field), (Piece(interval, ONE),))

    def states(self) -> frozenset[State]:
        """Those that the criterion's `when` names."""
        return self.declared

    def raises(self) -> frozenset[State]:
        """None."""
        return frozenset()


@frozen
class Scored:
    """A measure on a scale."""

    measure: Measure
    scale: Scale

    @property
    def fields(self) -> tuple[str, ...]:
        """The measure's fields."""
        return self.measure.fields

    def pieces(self, group: str, top: Fraction) -> tuple[Piece, ...]:
        """The scale's pieces, cut to the numbers that the measure can give."""
        domain = self.measure.range(group).interval
        cut = [(piece, piece.interval.meet(domain)) for piece in self.scale.at(group, top)]
        return tuple(Piece(part, p.slope, p.intercept) for p, part in cut if part is not None)

    def node(self, group: str, top: Fraction | None) -> Node:
        """The pieces over the measure; what it cannot give is bad evidence, never points outside the rule."""
        return Piecewise(self.measure.node(group), self.pieces(group, ZERO if top is None else top))

    def states(self) -> frozenset[State]:
        """The measure's."""
        return self.measure.states()

    def raises(self) -> frozenset[State]:
        """None: a scale pays points."""
        return frozenset()


@frozen
class ChoiceTable:
    """What each state of a choice pays."""

    choice: ChoiceOf
    rows: MappingOf[str, Award]

    @property
    def fields(self) -> tuple[str, ...]:
        """The choice's field."""
        return self.choice.fields

    def node(self, group: str, top: Fraction | None) -> Node:
        """A table by the choice's position."""
        limit = ZERO if top is None else top
        rows = [
            (at, self.rows[option].node(limit, group)) for at, option in enumerate(self.choice.spec.options)
        ]
        return Table(self.choice.node(group), tuple(rows))

    def states(self) -> frozenset[State]:
        """The field's."""
        return self.choice.states()

    def raises(self) -> frozenset[State]:
        """Those of its rows."""
        return raised(self.rows.values())


@frozen
class Row:
    """A row of a condition table; `source` is set where it is an interpretation of ours."""

    condition: Condition
    award: Award
    place: Place = field(eq=False)
    source: Source | None = None


@frozen
class ConditionTable:
    """Points by conditions over several measures; interpretations stand first in `rows`."""

    measures: MappingOf[str, Measure]
    rows: tuple[Row, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of all its measures."""
        return tuple(dict.fromkeys(name for each in self.measures.values() for name in each.fields))

    def node(self, group: str, top: Fraction | None) -> Node:
        """The first row that holds, once every measure is known; ERROR where none does."""
        limit = ZERO if top is None else top
        known = {name: each.node(group) for name, each in self.measures.items()}
        branches = tuple(
            (row.condition.node(known, group), row.award.node(limit, group)) for row in self.rows
        )
        # The count joins the states of all measures, so that no row decides while a measure hides.
        everything = Agg(Aggregate.COUNT, tuple(known.values()))
        return Match(everything, (), Pick(branches, Raise(State.ERROR)))

    def states(self) -> frozenset[State]:
        """Those of all its measures."""
        return frozenset().union(*(each.states() for each in self.measures.values()))

    def raises(self) -> frozenset[State]:
        """Those of its rows."""
        return raised(row.award for row in self.rows)


@frozen
class Guard:
    """What decides before the rule: where the condition holds (or, `unless`, does not), these points.

    `measures` are those of the rule that the condition names; its other names are fields.
    """

    condition: Condition
    unless: bool
    award: Award
    place: Place = field(eq=False)
    source: Source | None = None
    measures: MappingOf[str, Measure] = field(factory=dict)

    def decides(self, group: str) -> Node:
        """Its condition's graph; where nothing arose that it speaks of, it does not hold."""
        measured = {name: each.node(group) for name, each in self.measures.items()}
        holds = self.condition.node(measured, group, NOTHING)
        settled = Match(holds, ((State.NOTHING_AROSE, FALSE),))
        return Not(settled) if self.unless else settled


@frozen
class Guarded:
    """A rule behind guards, read in order."""

    guards: tuple[Guard, ...]
    rule: Rule
    vocabulary: Vocabulary

    @property
    def fields(self) -> tuple[str, ...]:
        """The guards' fields, then the rule's."""
        names = [name for guard in self.guards for name in names_in(guard.condition)]
        known = [name for name in names if name in self.vocabulary.fields]
        return tuple(dict.fromkeys((*known, *self.rule.fields)))

    def node(self, group: str, top: Fraction | None) -> Node:
        """The first guard that decides, else the rule."""
        limit = ZERO if top is None else top
        branches = tuple((guard.decides(group), guard.award.node(limit, group)) for guard in self.guards)
        return Pick(branches, self.rule.node(group, top))

    def states(self) -> frozenset[State]:
        """The rule's, and those that the guards' fields declare, but for the one that settles a guard."""
        known = self.vocabulary.fields
        own = (
            known[name].states for guard in self.guards for name in names_in(guard.condition) if name in known
        )
        return self.rule.states() | (frozenset().union(*own) - {State.NOTHING_AROSE})

    def raises(self) -> frozenset[State]:
        """The rule's, and those of the guards."""
        return self.rule.raises() | raised(guard.award for guard in self.guards)


def interpretations(rule: Rule) -> int:
    """How many places of a rule's text are settled by us: steps, rows and guards."""
    match rule:
        case Guarded():
            ours = sum(_is_ours(guard.source) for guard in rule.guards)
            return ours + interpretations(rule.rule)
        case Scored(scale=Steps() as scale):
            return sum(_is_ours(step.source) for step in scale.steps)
        case ConditionTable():
            return sum(_is_ours(row.source) for row in rule.rows)
        case _:
            return 0


def _is_ours(source: Source | None) -> bool:
    return source is not None and source.basis is Basis.INTERPRETATION


MEASURE: Final = "measure"
"""What a guard calls the one measure of its rule."""


def measures_of(rule: Rule) -> MappingOf[str, Measure]:
    """The measures that a rule's guards may name: those that a table declares, or its one `measure`."""
    match rule:
        case ConditionTable():
            return rule.measures
        case Scored():
            return {MEASURE: rule.measure}
        case _:
            return {}


def reported_of(rule: Rule | None) -> Reported | None:
    """The rule that takes points as given, looked for behind guards; None for a rule that computes."""
    inner = rule.rule if isinstance(rule, Guarded) else rule
    return inner if isinstance(inner, Reported) else None
