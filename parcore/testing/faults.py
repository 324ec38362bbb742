"""Faults to plant under an edition, in its rules and in how the engine reads them: some law must find each.

A `Fault` is a change of the running engine, taken back by the `pytest.MonkeyPatch` that planted it. Those
of policies are in `parcore.testing.policy_faults`; `parcore.testing.planting` tries them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve, frozen

from parcore.editions import tree as growing
from parcore.editions.edition import Combine, Criterion, Edition, Effect, EffectKind
from parcore.intervals import above
from parcore.numbers import ZERO
from parcore.results import population as freezing
from parcore.results import scope as scoping
from parcore.rules import peers as comparing
from parcore.rules import scales as scaling
from parcore.rules.combinations import ChoiceTable, ConditionTable
from parcore.rules.graph import Agg, Aggregate, Div, Division, Match, Node, Over, Piece, Records, const
from parcore.rules.policies import Level
from parcore.testing.features import (
    against_peers,
    always,
    combines,
    excludes_cases,
    has_effect,
    has_measure,
    has_peers_without_self,
    has_rule,
    has_weights,
    rescales,
    rounds,
    rounds_below_the_index,
    rounds_no_leaf,
    steps_of,
    steps_under,
    tells_missing_from_nothing,
)
from parcore.values import EVIDENCE_STATES, State, Value

if TYPE_CHECKING:
    import pytest

Plant = Callable[["pytest.MonkeyPatch"], None]
Repaid = Callable[[tuple[Piece, ...]], tuple[Piece, ...]]


@frozen
class Fault:
    """A fault: how it is planted, to which editions it applies, and what those have in words.

    `anew`: it lies in the reading of documents, so the edition is read again under it.
    """

    plant: Plant
    applies: Callable[[Edition], bool]
    of: str
    anew: bool = False

    @property
    def name(self) -> str:
        """Its name."""
        return self.plant.__name__

    @property
    def says(self) -> str:
        """What goes wrong, in a sentence."""
        return (self.plant.__doc__ or "").strip().splitlines()[0]


# Rules


def swapped_edge(patch: pytest.MonkeyPatch) -> None:
    """At least so much is read as more than so much."""
    patch.setitem(scaling.LADDER_WORDS, "at_least", above)


def reversed_direction(patch: pytest.MonkeyPatch) -> None:
    """Of a ladder or cases the best pays what the worst should, and the other way round."""
    _repaid(patch, _paid_in_reverse)


def _paid_in_reverse(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    paid = [(piece.slope, piece.intercept) for piece in pieces][::-1]
    return tuple(Piece(piece.interval, *each) for piece, each in zip(pieces, paid, strict=True))


def swapped_thresholds(patch: pytest.MonkeyPatch) -> None:
    """Two neighbouring steps of a ladder or of cases pay what the other should."""
    _repaid(patch, _first_two_swapped)


def _first_two_swapped(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    if len(pieces) < 2:
        return pieces
    one, two, *rest = pieces
    return (
        Piece(one.interval, two.slope, two.intercept),
        Piece(two.interval, one.slope, one.intercept),
        *rest,
    )


def wrong_edge(patch: pytest.MonkeyPatch) -> None:
    """An edge between two steps belongs to the other one: closed is taken as open."""

    _repaid(patch, _other_sides)


def _other_sides(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    lows = {piece.interval.low for piece in pieces} - {None}
    shared = lows & {piece.interval.high for piece in pieces}
    found = []
    for piece in pieces:
        ends = piece.interval
        if ends.low == ends.high:
            return pieces  # a step of one number has no neighbour to give its edge to
        low_in = ends.low_in != (ends.low in shared)
        high_in = ends.high_in != (ends.high in shared)
        found.append(evolve(piece, interval=evolve(ends, low_in=low_in, high_in=high_in)))
    return tuple(found)


def _repaid(patch: pytest.MonkeyPatch, wrong: Repaid) -> None:
    right = scaling.Steps.at
    patch.setattr(scaling.Steps, "at", lambda steps, group, top: wrong(right(steps, group, top)))


def swapped_options(patch: pytest.MonkeyPatch) -> None:
    """The options of a choice pay in reverse order."""
    right = ChoiceTable.node

    def wrong(table: ChoiceTable, group: str, top: Fraction | None) -> Node:
        paid = [*table.rows.values()][::-1]
        return right(evolve(table, rows=dict(zip(table.rows, paid, strict=True))), group, top)

    patch.setattr(ChoiceTable, "node", wrong)


def swapped_rows(patch: pytest.MonkeyPatch) -> None:
    """The rows of a table of conditions pay in reverse order."""
    right = ConditionTable.node

    def wrong(table: ConditionTable, group: str, top: Fraction | None) -> Node:
        paid = [row.award for row in table.rows][::-1]
        rows = tuple(evolve(row, award=award) for row, award in zip(table.rows, paid, strict=True))
        return right(evolve(table, rows=rows), group, top)

    patch.setattr(ConditionTable, "node", wrong)


# Evidence


def neighbours_evidence(patch: pytest.MonkeyPatch) -> None:
    """What a unit does not state is taken from another."""
    right = scoping.UnitScope.field

    def wrong(scope: scoping.UnitScope, name: str, lag: int) -> Value:
        found = right(scope, name, lag)
        if found.state is not State.MISSING or scope.population is None:
            return found
        others = (right(evolve(scope, unit=each.id), name, lag) for each in scope.population.units)
        return next((each for each in others if each.state is State.OK), found)

    patch.setattr(scoping.UnitScope, "field", wrong)


def last_statement_wins(patch: pytest.MonkeyPatch) -> None:
    """Of two statements the one read last counts, whatever its stage."""
    patch.setattr("parcore.evidence.evidence._latest", lambda stages, _: _last(stages))


def _last(stages: Mapping[Any, Any] | None) -> Any:
    return None if not stages else list(stages.values())[-1]


def missing_is_full(patch: pytest.MonkeyPatch) -> None:
    """Zero for an empty state pays the maximum."""
    right = growing.effect_node

    def wrong(effect: Effect | None, top: Any, group: str) -> Node:
        zero = effect is not None and effect.kind is EffectKind.ZERO and top is not None
        return const(top.of(group)) if zero else right(effect, top, group)

    patch.setattr(growing, "effect_node", wrong)


def withheld_is_zero(patch: pytest.MonkeyPatch) -> None:
    """A unit that should have no index gets zero points for what it hides."""
    right = growing.effect_node

    def wrong(effect: Effect | None, top: Any, group: str) -> Node:
        withheld = effect is not None and effect.kind is EffectKind.WITHHOLD
        return const(ZERO) if withheld else right(effect, top, group)

    patch.setattr(growing, "effect_node", wrong)


def missing_as_nothing_arose(patch: pytest.MonkeyPatch) -> None:
    """What is missing is treated as if nothing had arisen."""
    right = growing.Tree._leaf

    def wrong(tree: growing.Tree, node: Criterion) -> None:
        when = dict(node.when)
        if State.NOTHING_AROSE in when:
            when[State.MISSING] = when[State.NOTHING_AROSE]
        right(tree, evolve(node, when=when))

    patch.setattr(growing.Tree, "_leaf", wrong)


def excluded_cases_count(patch: pytest.MonkeyPatch) -> None:
    """A mean over cases counts those that are excluded as zero."""

    def wrong(op: Aggregate, domain: Records, body: Node, skip: frozenset[State]) -> Node:
        return Over(op, domain, Match(body, ((State.EXCLUDED, const(0)),)), skip)

    patch.setattr("parcore.editions.records.Over", wrong)


# Peers


def empty_peers_as_zero(patch: pytest.MonkeyPatch) -> None:
    """A statistic counts empty peers as zero."""
    right = comparing.Statistics.over

    def wrong(of: comparing.Statistics, op: Aggregate, body: Node) -> Node:
        return right(of, op, Match(body, tuple((state, const(0)) for state in EVIDENCE_STATES)))

    patch.setattr(comparing.Statistics, "over", wrong)


def self_among_peers(patch: pytest.MonkeyPatch) -> None:
    """A frozen statistic always has the unit itself in it."""
    right = freezing.Circle.of
    patch.setattr(freezing.Circle, "of", lambda *args, **_: right(*args, with_self=True))


def hidden_behind_peers(patch: pytest.MonkeyPatch) -> None:
    """Where all peers are equal, of what a unit hides nothing arose."""
    right = comparing.MinMax.node
    patch.setattr(
        comparing.MinMax, "node", lambda *of: evolve(cast("Div", right(*of)), division=Division.SHARE)
    )


# Groups


def double_count(patch: pytest.MonkeyPatch) -> None:
    """In every sum the first part counts twice."""
    right = growing.sum_of
    patch.setattr(growing, "sum_of", lambda parts: right([*parts[:1], *parts]))


def weight_dropped(patch: pytest.MonkeyPatch) -> None:
    """Weights are passed over."""
    patch.setattr(growing.Tree, "_weighted", lambda *args: args[-1])


def highest_without_exclusion(patch: pytest.MonkeyPatch) -> None:
    """Of the best part nothing is left out: an excluded one takes the group with it."""
    right = growing.Tree._combine

    def wrong(tree: growing.Tree, node: Criterion) -> None:
        right(tree, node)
        if node.combine is Combine.HIGHEST:
            tree.roots[f"points:{node.id}"] = Agg(Aggregate.MAX, tree.points_of(node.children))

    patch.setattr(growing.Tree, "_combine", wrong)


def lowest_pays_the_best(patch: pytest.MonkeyPatch) -> None:
    """Of several the highest counts, where the lowest should."""
    right = growing.Tree._combine

    def wrong(tree: growing.Tree, node: Criterion) -> None:
        right(tree, evolve(node, combine=Combine.HIGHEST) if node.combine is Combine.LOWEST else node)

    patch.setattr(growing.Tree, "_combine", wrong)


def first_falls_through_on_missing(patch: pytest.MonkeyPatch) -> None:
    """What is missing opens the way to the next rule."""
    right = growing._unless_it_falls_through

    def wrong(raw: Node, own: Node, rest: Node, hidden: Node | None = None) -> Node:
        found = cast("Match", right(raw, own, rest, hidden))
        by_state = ((state, rest if state is State.MISSING else node) for state, node in found.by_state)
        return evolve(found, by_state=tuple(by_state))

    patch.setattr(growing, "_unless_it_falls_through", wrong)


def rescaled_to_the_whole(patch: pytest.MonkeyPatch) -> None:
    """A group is rescaled to all of its maxima, those of the excluded too."""

    def wrong(tree: growing.Tree, node: Criterion) -> Node:
        tops = (each.max.of(tree.group) * each.weight_of(tree.group) for each in node.children if each.max)
        return const(sum(tops, ZERO))

    patch.setattr(growing.Tree, "_kept", wrong)


def unrounded(patch: pytest.MonkeyPatch) -> None:
    """Groups are never rounded."""
    patch.setattr(growing, "rounded", lambda node, *_: node)


def parts_rounded(patch: pytest.MonkeyPatch) -> None:
    """Points of leaves are rounded to whole points before they are added."""
    right = growing.Tree._rounded

    def wrong(tree: growing.Tree, node: Criterion, level: Level) -> Node:
        plan = evolve(tree.rounding, digits={**tree.rounding.digits, Level.LEAF: 0})
        return right(evolve(tree, rounding=plan, roots=tree.roots), node, level)

    patch.setattr(growing.Tree, "_rounded", wrong)


def float_rounding(patch: pytest.MonkeyPatch) -> None:
    """Numbers are rounded as machines round binary fractions: halves to even, and not exactly."""

    def wrong(value: Fraction, digits: int, *_: object) -> Fraction:
        return Fraction(str(round(float(value), digits)))

    patch.setattr("parcore.readings.exact.round_to", wrong)


def _pays_otherwise(wrong: Repaid) -> Callable[[Edition], bool]:
    """Whether ladders or cases so changed pay something else at an edge or between two."""

    def found(edition: Edition) -> bool:
        places = ((leaf, group) for leaf in edition.scored for group in edition.groups if leaf.applies(group))
        laid = (
            steps.at(group, ZERO if leaf.max is None else leaf.max.of(group))
            for leaf, group in places
            for steps in steps_under(leaf.rule)
        )
        return any(_paid(wrong(pieces), x) != _paid(pieces, x) for pieces in laid for x in _probes(pieces))

    return found


def _probes(pieces: tuple[Piece, ...]) -> list[Fraction]:
    ends = (end for piece in pieces for end in (piece.interval.low, piece.interval.high))
    edges = sorted({end for end in ends if end is not None})
    between = [(one + two) / 2 for one, two in pairwise(edges)]
    return [*edges, *between, *(edge + way for edge in (*edges[:1], *edges[-1:]) for way in (-1, 1))]


def _paid(pieces: tuple[Piece, ...], x: Fraction) -> Fraction | None:
    return next((piece.slope * x + piece.intercept for piece in pieces if x in piece.interval), None)


RULE_FAULTS: Final = (
    Fault(swapped_edge, lambda edition: any(each.nested for each in steps_of(edition)), "ladder", anew=True),
    Fault(wrong_edge, _pays_otherwise(_other_sides), "edge between two steps"),
    Fault(swapped_thresholds, _pays_otherwise(_first_two_swapped), "ladder or cases of several steps"),
    Fault(reversed_direction, _pays_otherwise(_paid_in_reverse), "ladder or cases of several steps"),
    Fault(swapped_options, has_rule(ChoiceTable), "table of a choice"),
    Fault(swapped_rows, has_rule(ConditionTable), "table of conditions"),
    Fault(neighbours_evidence, always, "evidence"),
    Fault(last_statement_wins, always, "evidence"),
    Fault(missing_is_full, has_effect(EffectKind.ZERO), "empty state that pays zero"),
    Fault(withheld_is_zero, has_effect(EffectKind.WITHHOLD), "empty state that withholds"),
    Fault(
        missing_as_nothing_arose,
        tells_missing_from_nothing,
        "leaf that pays otherwise for what is missing than where nothing arose",
    ),
    Fault(excluded_cases_count, excludes_cases, "mean over cases that leaves some out"),
    Fault(empty_peers_as_zero, against_peers, "measure against peers"),
    Fault(self_among_peers, has_peers_without_self, "measure against others alone"),
    Fault(
        hidden_behind_peers, has_measure(comparing.MinMax), "measure between the least and the most of peers"
    ),
    Fault(double_count, always, "sum"),
    Fault(weight_dropped, has_weights, "weight"),
    Fault(highest_without_exclusion, combines(Combine.HIGHEST), "group of which the highest counts"),
    Fault(lowest_pays_the_best, combines(Combine.LOWEST), "group of which the lowest counts"),
    Fault(first_falls_through_on_missing, combines(Combine.FIRST), "group of which the first counts"),
    Fault(rescaled_to_the_whole, rescales, "group that is rescaled"),
    Fault(unrounded, rounds_below_the_index, "rounding below the index"),
    Fault(parts_rounded, rounds_no_leaf, "leaf that the plan leaves unrounded"),
    Fault(float_rounding, rounds(*Level), "rounding"),
)
"""The faults of rules, of evidence and of groups, in the order in which they are tried."""
