"""Ranks under missing evidence: what they can become when what is not known comes in. Exact, without draws.

In: a result. Out: a `Study`. A leaf is open whose evidence is missing or not appraised: it may get
anything from nothing to its maximum, or, where the evidence bounds a number, what the bound allows.
Points never fall when a leaf's points rise, and leaving a leaf out moves the rate less than these two
ends do (`results.provisional`): the unit's index lies between the two ends, and a rank between what the
ends of all leave. What comes in can also take a unit out of the ranking (an index withheld, or nothing left
to attain): such a unit is before nobody for sure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from parcore.bulk.columnar import NONE
from parcore.editions.compile import compile_edition
from parcore.editions.edition import Combine, Criterion, EffectKind
from parcore.editions.index import TOTAL
from parcore.editions.tree import GIVEN, Variant
from parcore.intervals import Interval
from parcore.numbers import ZERO, exact_text
from parcore.readings.exact import Scope, Trace, evaluate
from parcore.results.population import FrozenProgram, freeze, frozen_scopes
from parcore.results.result import Result, Scorecard
from parcore.results.scope import UnitScope
from parcore.rules.graph import Field, Raise, Symbol, Within
from parcore.rules.policies import Ties
from parcore.values import State
from parcore_robust.facts import missing_cautions, missing_facts
from parcore_robust.ranked import Ranked, ranked_of, root_of, slack_of, standing
from parcore_robust.standing import Origin, Span, Standing, Study

_OPEN = (State.MISSING, State.UNVERIFIED)

Ends = tuple[Fraction, Fraction]


def study(result: Result, *, within: Within | None = None) -> Study:
    """Where each rank can come to lie.

    Raises:
        ParcoreError: the edition ranks nothing, or not within that circle.
    """
    ranked, reading = ranked_of(result, within), _Reading(result)
    open_ = [reading.open_leaves(card) for card in result.scorecards]
    both = [*zip(ranked.cards, open_, strict=True)]
    ends = [reading.ends(card, leaves, root_of(ranked.ranking.on)) for card, leaves in both]
    stays = [not reading.may_leave(card, leaves) for card, leaves in both]
    standings = tuple(
        evolve(_standing(ranked, at, ends, stays), classes=_classes(ranked, reading, *both[at]))
        for at in range(len(ends))
    )
    record = {
        "open": {card.unit.id: [leaf.id for leaf in leaves] for card, leaves in both if leaves},
        "index": {
            card.unit.id: None if end is None else [exact_text(each) for each in end]
            for card, end in zip(ranked.cards, ends, strict=True)
        },
        "without_evidence": [unit.id for unit in result.without_evidence],
    }
    facts, cautions = missing_facts(result, open_), missing_cautions(result, ends)
    return Study(result, Origin.MISSING, ranked.within.value, standings, facts, cautions, record)


@frozen(eq=False)
class _Reading:
    """Scores units again with leaves held at their ends; each variant is compiled once."""

    result: Result
    _scopes: dict[str, UnitScope] = field(factory=dict)
    _read: dict[Any, FrozenProgram] = field(factory=dict)
    _waiting: dict[str, frozenset[str]] = field(factory=dict)

    def open_leaves(self, card: Scorecard) -> list[Criterion]:
        """The leaves of which something is missing or not appraised, its own or a peer's."""
        settled = {id_ for id_ in self.result.variant.given if card.trace[GIVEN + id_].state is State.OK}
        nodes = self.result.edition.nodes
        closed = {leaf.id for node in nodes if node.id in settled for leaf in node.leaves}
        closed |= set(self.result.variant.out)
        scored = (leaf for leaf in self.result.edition.scored if leaf.applies(card.group))
        return [leaf for leaf in scored if leaf.id not in closed and self._is_open(leaf, card)]

    def _is_open(self, leaf: Criterion, card: Scorecard) -> bool:
        trace, left, seen = card.trace, [card.trace.program.roots[f"raw:{leaf.id}"]], set[int]()
        if trace[f"raw:{leaf.id}"].state in _OPEN:
            return True
        waiting = self._peers(card.group)
        while left:
            at = left.pop()
            if at in seen:
                continue
            seen.add(at)
            left += trace.program.inputs[at]
            node, members = trace.program.nodes[at], trace.members.get(at)
            if isinstance(node, Field | Symbol) and trace.values[at].state in _OPEN:
                return True
            if isinstance(node, Field) and node.name in waiting:
                return True
            if members is not None and any(
                value.state in _OPEN for each in members.traces for value in each.values
            ):
                return True
        return False

    def _peers(self, group: str) -> frozenset[str]:
        """The statistics over peers of which some peer's part is open."""
        if group not in self._waiting:
            read = self._program(group, self.result.variant)
            scopes = self._all_scopes() if read.statistics else {}
            self._waiting[group] = frozenset(
                name
                for name, (_, body) in read.statistics.items()
                if any(
                    value.state in _OPEN
                    for scope in scopes.values()
                    for value in evaluate(body, scope).values
                )
            )
        return self._waiting[group]

    def ends(self, card: Scorecard, leaves: Sequence[Criterion], root: str) -> Ends | None:
        """The least and the most that a root of the index can come to; None where that is not known."""
        if any(leaf.max is None and leaf.id not in card.stated for leaf in leaves):
            return None
        traces = (
            [self._held(card, leaves, high=high) for high in (False, True)] if leaves else [card.trace] * 2
        )
        found = [trace[root].known for trace in traces if root in trace.program.roots]
        if any(trace[TOTAL].state is not State.OK for trace in traces) or len(found) < 2 or None in found:
            return None
        return found[0] or ZERO, found[1] or ZERO

    def may_leave(self, card: Scorecard, leaves: Sequence[Criterion]) -> bool:
        """Whether what comes in for the open leaves can leave the unit without an index."""
        if not leaves:
            return False
        ids, edition = {leaf.id for leaf in leaves}, self.result.edition
        nodes = [*edition.components, *(item for _, item in edition.items)]
        left = [card.trace.program.roots[f"points:{id_}"] for node in nodes for id_ in _held(node, ids)]
        raised, seen = set[State](), set[int]()
        while left:
            at = left.pop()
            if at not in seen:
                seen.add(at)
                left += card.trace.program.inputs[at]
                node = card.trace.program.nodes[at]
                raised |= {node.state} if isinstance(node, Raise) else set()
        effects = {effect.kind for leaf in leaves for effect in leaf.when.values()}
        if State.WITHHELD in raised or EffectKind.ERROR in effects:
            return True
        return bool(raised & {State.EXCLUDED, State.RESCALED}) and self._without(card, ids) is not State.OK

    def _without(self, card: Scorecard, ids: set[str]) -> State:
        """The state of the unit's index where all of these leaves are out."""
        variant = evolve(self.result.variant, out=self.result.variant.out | ids)
        return self._trace(card, self._program(card.group, variant))[TOTAL].state

    def _held(self, card: Scorecard, leaves: Sequence[Criterion], *, high: bool) -> Trace:
        edition, group = self.result.edition, card.group
        ids = {leaf.id for leaf in leaves}
        falling = {id_ for name, item in edition.items if name == "penalty" for id_ in _held(item, ids)}
        rising = {id_ for node in edition.components for id_ in _held(node, ids)}
        rising |= {id_ for name, item in edition.items if name == "bonus" for id_ in _held(item, ids)}
        held: dict[str, Fraction] = {}
        for id_ in (*rising, *falling):
            stated, node = card.stated.get(id_), edition.criterion(id_)
            top = ZERO if node is None or node.max is None else node.max.of(group)
            span = stated.points if stated is not None and stated.points is not None else (ZERO, top)
            held[id_] = span[(id_ in falling) != high]
        return self._trace(card, self._program(group, evolve(self.result.variant, held=held)))

    def _trace(self, card: Scorecard, read: FrozenProgram) -> Trace:
        unit = card.unit.id
        scopes: Mapping[str, Scope] = self._all_scopes() if read.statistics else {unit: self._scope(unit)}
        return evaluate(read.program, frozen_scopes(read, self.result.population, scopes, [unit])[unit])

    def _program(self, group: str, variant: Variant) -> FrozenProgram:
        key = group, tuple(sorted(variant.held.items())), variant.out
        if key not in self._read:
            self._read[key] = freeze(compile_edition(self.result.edition, group, variant).program)
        return self._read[key]

    def _scope(self, unit: str) -> UnitScope:
        of = self.result
        if unit not in self._scopes:
            self._scopes[unit] = UnitScope(unit, of.period, of.evidence, of.stage, of.population)
        return self._scopes[unit]

    def _all_scopes(self) -> dict[str, Scope]:
        return {unit.id: self._scope(unit.id) for unit in self.result.population.units}


def _held(node: Criterion, open_: set[str]) -> list[str]:
    """The nodes to hold for the open leaves under a node: of the first that applies the whole group."""
    if node.id in open_:
        return [node.id]
    found = [id_ for child in node.children for id_ in _held(child, open_)]
    return [node.id] if found and node.combine is Combine.FIRST else found


def _standing(ranked: Ranked, at: int, ends: Sequence[Ends | None], stays: Sequence[bool]) -> Standing:
    """A unit with the ranks that the ends of all leave it; none where its own ends are not known."""
    own, mine = standing(ranked, at), ends[at]
    if mine is None or ranked.circles[at] == NONE:
        return own
    others = [o for o in range(len(ends)) if o != at and ranked.circles[o] == ranked.circles[at]]
    slack = slack_of(ranked, len(others))
    sure = before = 0
    for other in others:
        theirs = ends[other]
        if theirs is None:
            before += 1  # it may come in anywhere, or not at all
            continue
        there = ranked.place(other)[0] is not None
        sure += there and stays[other] and theirs[0] - mine[1] > slack
        # What breaks ties may put first what is level, or counts as level.
        before += theirs[1] > mine[0] or (bool(ranked.ranking.ties) and theirs[1] >= mine[0] - slack)
    best = min(sure, 1) if ranked.ranking.method is Ties.DENSE else sure
    return evolve(own, possible=Span(1 + best, 1 + before))


def _classes(
    ranked: Ranked, reading: _Reading, card: Scorecard, leaves: Sequence[Criterion]
) -> dict[str, int]:
    """The classes of the numbers that the unit's index can come to, best first; vetoes and gates aside."""
    classes = ranked.classes
    ends = None if classes is None else reading.ends(card, leaves, root_of(classes.on))
    if classes is None or ends is None:
        return {}
    span = Interval(ends[0], True, ends[1], True)
    bands = classes.ordered(card.group)
    return {each.name: 0 for each in bands if each.intervals[card.group].meet(span) is not None}
