"""Policies in their order, against a second reckoning; and the faults that it must find."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parcore.editions import compile as compiling
from parcore.editions import index as indexing
from parcore.editions.tree import Tree
from parcore.results import classes as classing
from parcore.results import ranking as ranking_
from parcore.results import result as results
from parcore.rules.graph import Agg, Aggregate, Node, const, total
from parcore.rules.policies import Against, Border, Quantity, Reads
from parcore.values import ALWAYS_POSSIBLE, State
from tests.results.editions import Given
from tests.results.policies import (
    NAMES,
    Plan,
    edition_of,
    facts,
    plans,
    populations,
    reckoned,
    scored,
    told,
)

F = Fraction


@given(plans(), populations())
def test_policies_are_what_their_words_say(plan: Plan, by_unit: dict[str, dict[str, Given]]) -> None:
    """Numbers, classes, places and what is left open agree with a second reckoning, whatever is combined."""
    assert told(scored(plan, by_unit)) == reckoned(plan, by_unit)


@given(plans(), populations(), st.randoms(use_true_random=False))
def test_the_order_of_units_changes_nothing(
    plan: Plan, by_unit: dict[str, dict[str, Given]], random: Random
) -> None:
    """Places, classes and what is open are the same in whatever order units are given."""
    names = list(by_unit)
    random.shuffle(names)
    assert told(scored(plan, {name: by_unit[name] for name in names})) == told(scored(plan, by_unit))


@given(plans(), populations())
def test_methods_agree_on_the_order(plan: Plan, by_unit: dict[str, dict[str, Given]]) -> None:
    """Competition, dense and sequential places put the same units before the same others."""
    orders = []
    for method in ("competition", "dense", "sequential"):
        found = scored(evolve(plan, method=method, quota=None), by_unit)
        place = {name: each.places["all"][0] for name, each in told(found).items()}
        orders.append({(a, b) for a in place for b in place if place[a] < place[b]})
    assert orders[0] == orders[1] == orders[2]


@given(plans(), populations())
def test_a_class_only_moves_down(plan: Plan, by_unit: dict[str, dict[str, Given]]) -> None:
    """Each step starts where the one before ended, ends lower, and the last is the class given."""
    order = (*NAMES, None)
    for card in scored(plan, by_unit).scorecards:
        at = None
        for move in card.moves:
            if move.step is not results.Step.BAND:
                assert move.before == at
                assert order.index(move.after) > order.index(at)
            at = move.after
        assert card.class_name == at
        assert bool(card.class_open) == any(move.open_ for move in card.moves)


@given(plans(), populations())
def test_a_quota_never_grants_more_than_its_number(plan: Plan, by_unit: dict[str, dict[str, Given]]) -> None:
    """In every circle no more units keep the class than the quota lets in, unless all tied are kept."""
    (quota,) = edition_of(plan).classes[0].quotas or (None,)
    if quota is None:
        return
    before = scored(evolve(plan, quota=None), by_unit).scorecards
    after = scored(plan, by_unit).scorecards
    circles = {ranking_.circle_of(card, quota.within) for card in after}
    for circle in circles:
        within = [c for c in before if ranking_.circle_of(c, quota.within) == circle]
        kept = [c for c in after if ranking_.circle_of(c, quota.within) == circle and c.class_name == "top"]
        among = sum(card.class_name in quota.of for card in within)
        exact = quota.share * among
        most = max(quota.at_least, -(-exact.numerator // exact.denominator))
        most = most if quota.at_most is None else min(most, quota.at_most)
        assert len(kept) <= most or quota.ties is Border.ALL


@given(plans(), facts(), st.dictionaries(st.sampled_from(["points:x", "points:y", "few", "late", "plan"]),
                                         st.sampled_from(ALWAYS_POSSIBLE)))  # fmt: skip
def test_hiding_pays_in_no_policy(plan: Plan, given_: dict[str, Given], hidden: Mapping[str, State]) -> None:
    """What is hidden raises no total, lifts no class and wins no tie, in bonus, penalty, gates and facts."""
    rival = dict(given_)
    before, after = (told(scored(plan, {"u1": each, "u2": rival})) for each in (given_, {**given_, **hidden}))
    if given_["points:y"] is State.NOT_APPLICABLE and "points:y" in hidden and "y" in plan.ties:
        return  # what does not apply breaks no tie; said to be missing it is scored zero, which does
    one, two = before["u1"], after["u1"]
    assert all(two.numbers[each] <= one.numbers[each] for each in one.numbers)
    assert _standing(two.classes) >= _standing(one.classes)
    assert two.places["all"][0] >= one.places["all"][0]


def _standing(classes: tuple[str, ...]) -> int:
    return NAMES.index(classes[0]) if classes else len(NAMES)


# Planted faults

Plant = Callable[[pytest.MonkeyPatch], None]


def bonus_in_bands(patch: pytest.MonkeyPatch) -> None:
    """Bands read the total where they name the base."""
    right = results.Scorecard.reads
    patch.setattr(
        results.Scorecard,
        "reads",
        lambda card, on: right(
            card, Reads(Quantity.TOTAL, on.rounded) if on.quantity is Quantity.BASE else on
        ),
    )


def gate_before_rounding(patch: pytest.MonkeyPatch) -> None:
    """A gate reads points before they are rounded, whatever it says."""
    right = compiling._passes
    patch.setattr(compiling, "_passes", lambda gate, *rest: right(evolve(gate, rounded=False), *rest))


def gate_passes_what_is_left_out(patch: pytest.MonkeyPatch) -> None:
    """What is left out passes every gate."""
    right = compiling._passes
    patch.setattr(compiling, "_passes", lambda gate, *rest: right(evolve(gate, excluded=True), *rest))


def quota_keeps_the_tied(patch: pytest.MonkeyPatch) -> None:
    """All who are tied at the border of a quota keep the class."""
    right = classing._limited_to
    patch.setattr(classing, "_limited_to", lambda quota, *rest: right(evolve(quota, ties=Border.ALL), *rest))


def quota_over_everybody(patch: pytest.MonkeyPatch) -> None:
    """A quota is taken over all units, not within its circle."""
    patch.setattr(classing, "circle_of", lambda *_: "all")


def tolerance_is_transitive(patch: pytest.MonkeyPatch) -> None:
    """A tolerance against the leader is taken against the neighbour."""
    right = ranking_._equal
    patch.setattr(
        ranking_,
        "_equal",
        lambda entries, near: right(
            entries, None if near is None else evolve(near, against=Against.NEIGHBOUR)
        ),
    )


def unknown_breaks_ties(patch: pytest.MonkeyPatch) -> None:
    """What is not known sorts as zero."""
    patch.setattr(ranking_, "_last", lambda number: (False, -(number or F(0))))


def cap_before_bonus(patch: pytest.MonkeyPatch) -> None:
    """The total is held within its ends before bonus and penalty."""
    right = indexing._adjusted

    def wrong(start: Node, edition: Any, tree: Tree) -> Node:
        adjustments = edition.adjustments
        if adjustments is None:
            return start
        held = Agg(Aggregate.MIN, (start, const(adjustments.at_most.of(tree.group))))
        wide = evolve(adjustments, at_most=evolve(adjustments.at_most, common=F(999)))
        return right(held, evolve(edition, adjustments=wide), tree)

    patch.setattr(indexing, "_adjusted", wrong)


def blocks_uncapped(patch: pytest.MonkeyPatch) -> None:
    """Bonus and penalty have no caps."""
    right = indexing._block
    patch.setattr(
        indexing,
        "_block",
        lambda block, *rest: right(evolve(block, cap=evolve(block.cap, common=F(999))), *rest),
    )


def bonus_converted(patch: pytest.MonkeyPatch) -> None:
    """Conversion comes after bonus and penalty."""
    right = indexing._per

    def wrong(whole: Fraction, base: Node, attainable: Node) -> Node:
        return right(whole, total(base, const(1)) if whole == 50 else base, attainable)

    patch.setattr(indexing, "_per", wrong)


def no_gate_after_a_cap(patch: pytest.MonkeyPatch) -> None:
    """A class reached by a cap or a veto is taken without its gates."""
    right = classing._gated
    patch.setattr(classing, "_gated", lambda course: right(course) if len(course.moves) == 1 else course)


FAULTS: tuple[Plant, ...] = (
    bonus_in_bands,
    gate_before_rounding,
    gate_passes_what_is_left_out,
    quota_keeps_the_tied,
    quota_over_everybody,
    tolerance_is_transitive,
    unknown_breaks_ties,
    cap_before_bonus,
    blocks_uncapped,
    bonus_converted,
    no_gate_after_a_cap,
)


class Killed(Exception):
    """A planted fault was found."""


@pytest.mark.parametrize("plant", FAULTS, ids=lambda each: each.__name__)
def test_a_planted_fault_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fault in one policy some generated population differs from the second reckoning."""
    plant(monkeypatch)

    @settings(derandomize=True, database=None, max_examples=1500, phases=[Phase.generate])
    @given(plans(), populations())
    def agree(plan: Plan, by_unit: dict[str, dict[str, Given]]) -> None:
        if told(scored(plan, by_unit)) != reckoned(plan, by_unit):
            raise Killed

    with pytest.raises(Killed):
        agree()
