"""Faults planted in the engine, each of which some law finds on drawn cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings

from parcore.editions import index as indexing
from parcore.editions import tree as growing
from parcore.editions.edition import Combine, Criterion, Effect, EffectKind
from parcore.evidence.evidence import Evidence
from parcore.intervals import above
from parcore.numbers import ZERO
from parcore.readings.exact import AlteredTrace
from parcore.results import population as freezing
from parcore.results import scope as scoping
from parcore.rules import peers as comparing
from parcore.rules import scales as scaling
from parcore.rules.graph import Agg, Aggregate, Div, Division, Match, Node, Over, Records, const
from parcore.testing.laws import LAWS, provisional_contains
from parcore.testing.strategies import Case, completed
from parcore.values import EVIDENCE_STATES, State, Value

Plant = Callable[[pytest.MonkeyPatch], None]


def swapped_edge(patch: pytest.MonkeyPatch) -> None:
    """At least so much is read as more than so much."""
    patch.setitem(scaling.LADDER_WORDS, "at_least", above)


def highest_without_exclusion(patch: pytest.MonkeyPatch) -> None:
    """Of the best part nothing is left out: an excluded one takes the group with it."""
    right = growing.Tree._combine

    def wrong(tree: growing.Tree, node: Criterion) -> None:
        right(tree, node)
        if node.combine is Combine.HIGHEST:
            tree.roots[f"points:{node.id}"] = Agg(Aggregate.MAX, tree.points_of(node.children))

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


def weight_dropped(patch: pytest.MonkeyPatch) -> None:
    """Weights are passed over."""
    patch.setattr(growing.Tree, "_weighted", lambda *args: args[-1])


def penalty_added(patch: pytest.MonkeyPatch) -> None:
    """A penalty is added."""
    patch.setattr(indexing, "const", lambda number: const(abs(number)))


def empty_peers_as_zero(patch: pytest.MonkeyPatch) -> None:
    """A statistic counts empty peers as zero."""
    right = comparing.Statistics.over

    def wrong(of: comparing.Statistics, op: Aggregate, body: Node) -> Node:
        return right(of, op, Match(body, tuple((state, const(0)) for state in EVIDENCE_STATES)))

    patch.setattr(comparing.Statistics, "over", wrong)


def excluded_cases_count(patch: pytest.MonkeyPatch) -> None:
    """A mean over cases counts those that are excluded as zero."""

    def wrong(op: Aggregate, domain: Records, body: Node, skip: frozenset[State]) -> Node:
        return Over(op, domain, Match(body, ((State.EXCLUDED, const(0)),)), skip)

    patch.setattr("parcore.editions.records.Over", wrong)


def self_among_peers(patch: pytest.MonkeyPatch) -> None:
    """A frozen statistic always has the unit itself in it."""
    right = freezing._Circle.of
    patch.setattr(freezing._Circle, "of", lambda *args, **_: right(*args, with_self=True))


def missing_is_full(patch: pytest.MonkeyPatch) -> None:
    """Zero for an empty state pays the maximum."""
    right = growing.effect_node

    def wrong(effect: Effect | None, top: Any, group: str) -> Node:
        zero = effect is not None and effect.kind is EffectKind.ZERO and top is not None
        return const(top.of(group)) if zero else right(effect, top, group)

    patch.setattr(growing, "effect_node", wrong)


def hidden_behind_peers(patch: pytest.MonkeyPatch) -> None:
    """Where all peers are equal, of what a unit hides nothing arose."""
    right = comparing.MinMax.node
    patch.setattr(
        comparing.MinMax, "node", lambda *of: evolve(cast("Div", right(*of)), division=Division.SHARE)
    )


def lowest_pays_the_best(patch: pytest.MonkeyPatch) -> None:
    """Of several the highest counts, where the lowest should."""
    right = growing.Tree._combine

    def wrong(tree: growing.Tree, node: Criterion) -> None:
        right(tree, evolve(node, combine=Combine.HIGHEST) if node.combine is Combine.LOWEST else node)

    patch.setattr(growing.Tree, "_combine", wrong)


def unrounded(patch: pytest.MonkeyPatch) -> None:
    """Groups are never rounded."""
    patch.setattr(growing, "rounded", lambda node, *_: node)


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


def penalty_held_as_bonus(patch: pytest.MonkeyPatch) -> None:
    """An open penalty is held at nothing at the lower end of a provisional result."""
    right = evolve
    patch.setattr(
        "parcore.results.provisional.evolve",
        lambda variant, held: right(variant, held=dict.fromkeys(held, all(held.values()) if held else False)),
    )


def last_statement_wins(patch: pytest.MonkeyPatch) -> None:
    """Of two statements the one read last counts, whatever its stage."""
    patch.setattr("parcore.evidence.evidence._latest", lambda stages, _: _last(stages))


def _last(stages: Mapping[Any, Any] | None) -> Any:
    return None if not stages else list(stages.values())[-1]


FAULTS: tuple[Plant, ...] = (
    swapped_edge,
    highest_without_exclusion,
    first_falls_through_on_missing,
    rescaled_to_the_whole,
    weight_dropped,
    penalty_added,
    empty_peers_as_zero,
    excluded_cases_count,
    self_among_peers,
    missing_is_full,
    hidden_behind_peers,
    lowest_pays_the_best,
    unrounded,
    neighbours_evidence,
    penalty_held_as_bonus,
    last_statement_wins,
)


class Killed(Exception):
    """A planted fault was found."""


@pytest.mark.parametrize("plant", FAULTS, ids=lambda each: each.__name__)
def test_some_law_finds_a_planted_fault(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fault in one place of the engine some law fails on some drawn case."""
    plant(monkeypatch)

    @settings(
        derandomize=True,
        database=None,
        max_examples=1500,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(completed(depth=1, components=2, units=3))
    def hold(drawn: tuple[Case, dict[str, Evidence]]) -> None:
        case, settled = drawn
        try:
            for law in LAWS.values():
                law(case)
            provisional_contains(case, settled)
        except (AssertionError, AlteredTrace) as error:
            raise Killed(str(error)) from error

    with pytest.raises(Killed):
        hold()
