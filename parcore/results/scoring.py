"""Scoring: the exact reading of an edition over units and their evidence, then its policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from fractions import Fraction

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Criterion, Edition, Effect, EffectKind
from parcore.editions.index import BASE
from parcore.editions.records import mean_of
from parcore.editions.tree import Variant
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit, UnitBook
from parcore.evidence.vocabulary import INDEX, POINTS
from parcore.numbers import ZERO
from parcore.readings.exact import Scope, Trace, evaluate
from parcore.results.admission import admit
from parcore.results.classes import with_class, with_quotas
from parcore.results.population import FrozenScope, Population, freeze, frozen_scopes
from parcore.results.provisional import provisional
from parcore.results.ranking import entry_of, places, tiers
from parcore.results.reached import unreached
from parcore.results.result import Empty, PointsSet, Result, Scorecard
from parcore.results.scope import UnitScope
from parcore.results.stated import Stated, stated_by
from parcore.rules.combinations import reported_of
from parcore.rules.policies import Absent, Ranking
from parcore.rules.program import Program
from parcore.values import State

_BY_RULE = {
    State.EXCLUDED: Effect(EffectKind.EXCLUDE),
    State.RESCALED: Effect(EffectKind.RESCALE),
    State.WITHHELD: Effect(EffectKind.WITHHOLD),
    State.ERROR: Effect(EffectKind.ERROR),
}
"""What a rule makes of a leaf by itself: a choice that is "not assessed", bad evidence."""


def score(
    edition: Edition,
    evidence: Evidence,
    units: UnitBook,
    period: Period,
    *,
    stage: Stage = Stage.FINAL,
    only: Sequence[str] = (),
    on: date | None = None,
    without: Set[str] = frozenset(),
) -> Result:
    """Score every unit of the edition's kinds that the evidence speaks of in the period.

    `only` leaves out all scorecards but these units'; places are those among all scored. The units are
    those of the period's last day, or of the day `on`, onto which the evidence was carried. `without` names
    leaves that nobody is assessed on, as if their method had not been run, nor points set for them.

    Raises:
        ParcoreError: evidence of points that no rule admits, or a unit that the edition has no place for.
    """
    spoken = set(evidence.units(period))
    known = units.on(on or period.end, edition.kinds)
    members = [unit for unit in known if unit.id in spoken]
    absent = tuple(absent_methods(edition, evidence, period))
    variant = variant_of(edition, evidence, period, left_out(edition, absent) | without, without)
    admit(edition, evidence, units, period, stage, variant, on)
    population = population_of(edition, members)
    classes = edition.classes_in(period)
    run = _run(edition, evidence, population, period, stage)
    cards = [with_class(run.card(unit, variant), classes) for unit in members]
    ranks = places(cards, edition.ranking)
    cards = best_first(with_quotas(cards, classes, edition.ranking), edition.ranking)
    shown = [card for card in cards if not only or card.unit.id in only]
    return Result(
        edition=edition,
        period=period,
        stage=stage,
        evidence=evidence,
        scorecards=tuple(shown),
        places=ranks,
        empty=tuple(empty_leaves(edition, shown, variant)),
        without_evidence=tuple(unit for unit in known if unit.id not in spoken),
        unused_fields=unused_fields(edition, evidence, period, variant),
        points_set=tuple(_points_in_place(edition, evidence, period, stage, shown, variant)),
        absent=absent,
        population=population,
        on=on,
        variant=variant,
    )


def variant_of(
    edition: Edition, evidence: Evidence, period: Period, out: Set[str], without: Set[str]
) -> Variant:
    """What of the edition differs for this evidence: points set, and the leaves that are `out`."""
    given = _given(edition, evidence, period) - _of_nothing_but(edition, without)
    return Variant(given, frozenset(out))


def population_of(edition: Edition, members: Iterable[Unit]) -> Population:
    """The units that are scored together, as the edition ranks them."""
    unranked = () if edition.ranking is None else edition.ranking.unranked
    return Population(tuple(members), frozenset(unranked))


def _run(edition: Edition, evidence: Evidence, population: Population, period: Period, stage: Stage) -> _Run:
    scopes = {unit.id: UnitScope(unit.id, period, evidence, stage, population) for unit in population.units}
    inexact = frozenset(each.unit for each in evidence if each.bound is not None)
    return _Run(edition, population, scopes, inexact)


class _Run:
    """Scores units under variants of an edition, each variant compiled and its statistics frozen once.

    `inexact` are the units of which something is stated by a bound.
    """

    def __init__(
        self,
        edition: Edition,
        population: Population,
        scopes: Mapping[str, UnitScope],
        inexact: frozenset[str],
    ) -> None:
        self._edition, self._population, self._scopes = edition, population, scopes
        self._inexact = inexact
        self._ready: dict[object, tuple[Program, Mapping[str, Scope]]] = {}

    def card(self, unit: Unit, variant: Variant) -> Scorecard:
        """A unit's scorecard, before anything is decided on it."""
        group = self._edition.group_of(unit.group) or ""
        trace = self.trace(unit.id, group, variant)
        waiting = self.waiting(unit.id, group, variant)
        stated: Mapping[str, Stated] = {}
        if unit.id in self._inexact:
            stated = stated_by(self._edition, group, trace, self._scopes[unit.id].datum)
        open_ = provisional(
            self._edition, group, trace, variant, waiting, stated,
            lambda other: self.trace(unit.id, group, other),
        )  # fmt: skip
        later = frozenset(unreached(self._edition, group, trace, variant))
        return Scorecard(unit, group, trace, provisional=open_, stated=stated, unreached=later)

    def trace(self, unit: str, group: str, variant: Variant) -> Trace:
        """A unit's trace under a variant."""
        key = _key(group, variant)
        if key not in self._ready:
            read = freeze(compile_edition(self._edition, group, variant).program)
            mates = [u.id for u in self._population.units if (self._edition.group_of(u.group) or "") == group]
            self._ready[key] = read.program, frozen_scopes(read, self._population, self._scopes, mates)
        program, scopes = self._ready[key]
        return evaluate(program, scopes[unit])

    def waiting(self, unit: str, group: str, variant: Variant) -> frozenset[str]:
        """The statistics over a unit's peers that can still move; its trace under the variant is there."""
        scope = self._ready[_key(group, variant)][1][unit]
        return scope.waiting if isinstance(scope, FrozenScope) else frozenset()


def _key(group: str, variant: Variant) -> object:
    return group, variant.given, variant.out, tuple(sorted(variant.held.items()))


def _given(edition: Edition, evidence: Evidence, period: Period) -> frozenset[str]:
    """The criteria whose points are computed, and that somebody set points for."""
    named = {name.removeprefix(POINTS) for name in evidence.fields(period) if name.startswith(POINTS)}
    computed = {each.id for each in edition.nodes if reported_of(each.rule) is None}
    return frozenset(named & computed)


def _of_nothing_but(edition: Edition, without: Set[str]) -> frozenset[str]:
    """The criteria of which nothing is left without some leaves."""
    nodes = edition.nodes if without else ()
    return frozenset(node.id for node in nodes if all(leaf.id in without for leaf in node.leaves))


def _points_in_place(
    edition: Edition,
    evidence: Evidence,
    period: Period,
    stage: Stage,
    cards: Iterable[Scorecard],
    variant: Variant,
) -> Iterator[PointsSet]:
    nodes = [each for each in edition.nodes if each.id in variant.given]
    for card in cards:
        for node in nodes:
            given, computed = evidence.given(card.unit.id, period, node.id, stage), card.computed(node.id)
            if given is not None and computed is not None:
                yield PointsSet(card.unit, node, given, computed)


def left_out(edition: Edition, absent: Iterable[Absent]) -> frozenset[str]:
    """The leaves whose method was not run for anybody."""
    methods = {each.method for each in absent}
    return frozenset(leaf.id for leaf in edition.scored if leaf.method in methods)


def absent_methods(edition: Edition, evidence: Evidence, period: Period) -> Iterator[Absent]:
    """The methods that the edition leaves out where nobody states anything of them, and nobody does.

    It is a fact of the whole population: any statement of any unit, a missing value too, is something.
    """
    spoken = set(evidence.fields(period))
    listed = {each.kind for each in evidence.lists() if each.period == period}
    for each in edition.absent:
        leaves = [leaf for leaf in edition.leaves if leaf.method is each.method]
        if not any(_spoken_of(leaf, spoken, listed) for leaf in leaves):
            yield each


def _spoken_of(leaf: Criterion, spoken: Set[str], listed: Set[str]) -> bool:
    """Whether any of a leaf's fields is spoken of, its points set, or a list of its cases handed in."""
    if leaf.rule is None:
        return False
    own, mean = {*leaf.rule.fields, POINTS + leaf.id}, mean_of(leaf.rule)
    return bool(own & spoken) or (mean is not None and mean.records in listed)


def best_first(cards: list[Scorecard], ranking: Ranking | None) -> list[Scorecard]:
    """Best first as they are ranked; then units outside the ranking, and those without an index."""
    entries = [] if ranking is None else [entry_of(card, ranking) for card in cards]
    best = tiers(
        (each for each in entries if each is not None), None if ranking is None else ranking.tolerance
    )
    at = {each.unit: place for place, tier in enumerate(best) for each in tier}

    def order(card: Scorecard) -> tuple[bool, int, bool, Fraction, str]:
        number = None if ranking is None else card.reads(ranking.on)
        number = card.trace[BASE].known if number is None else number
        place = at.get(card.unit.id)
        return place is None, place or 0, number is None, -(number or ZERO), card.unit.id

    return sorted(cards, key=order)


def empty_leaves(edition: Edition, cards: Iterable[Scorecard], variant: Variant) -> Iterator[Empty]:
    """The leaves without a number of their own; not those never come to or set."""
    leaves = [leaf for leaf in edition.scored if leaf.id not in variant.out]
    for card in cards:
        for leaf in leaves:
            if not leaf.applies(card.group) or card.is_set(leaf.id) or leaf.id in card.unreached:
                continue
            state = card.raw(leaf.id).state
            gives_way = leaf.falls_through and state in (State.NOT_APPLICABLE, State.NOTHING_AROSE)
            if state is not State.OK and not gives_way:
                effect = leaf.when.get(state) or _BY_RULE.get(state)
                yield Empty(card.unit, leaf, state, effect, card.stated.get(leaf.id))


def unused_fields(edition: Edition, evidence: Evidence, period: Period, variant: Variant) -> tuple[str, ...]:
    """The fields that are stated for the period and that nothing reads."""
    used = {name for leaf in edition.scored if leaf.rule is not None for name in leaf.rule.fields}
    used.update(edition.facts)
    used.update(POINTS + id_ for id_ in variant.given)
    # What an invariant compares with what is used is there to check it.
    for invariant in edition.vocabulary.invariants:
        if used.intersection(invariant.names):
            used.update(invariant.names)
    used.update(POINTS + each.id for each in edition.nodes)
    # A saved result states all that another index says; a rule reads one of it.
    indices = {name.rpartition(":")[0] for name in used if name.startswith(INDEX)}
    # What follows from lists of records is nobody's statement.
    used.update(each.name for each in edition.vocabulary.fields.values() if each.derive is not None)
    unread = (name for name in evidence.fields(period) if name not in used)
    return tuple(name for name in unread if name.rpartition(":")[0] not in indices)
