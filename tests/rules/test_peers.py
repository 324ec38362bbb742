"""Measures relative to peers, against the plainest reading of their words."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.numbers import round_to
from parcore.readings.exact import evaluate
from parcore.rules.combinations import Scored
from parcore.rules.graph import Node, Over, Peers, Within
from parcore.rules.program import lay_out
from parcore.rules.protocols import Measure
from parcore.values import ALWAYS_POSSIBLE, EVIDENCE_STATES, State, Value
from tests.rules.reading import read
from tests.strategies import Facts

F = Fraction
NOTHING = State.NOTHING_AROSE
Unit = tuple[Value, Value]
"""`done` and `all_of`: what the ratio of each unit is made of."""


def units() -> st.SearchStrategy[Unit]:
    """Ratios on ties, of nothing, of bad evidence and of every empty state."""
    counts = st.sampled_from([(0, 1), (1, 2), (2, 4), (1, 1), (3, 4), (0, 0)])
    known = counts.map(lambda each: (Value(State.OK, F(each[0])), Value(State.OK, F(each[1]))))
    states = st.sampled_from([*ALWAYS_POSSIBLE, NOTHING])
    empty = states.map(lambda each: (Value(State.OK, F(0)), Value(each)))
    return st.one_of(known, known, known, empty)


def populations() -> st.SearchStrategy[list[Unit]]:
    """The unit itself first, then others, perhaps none."""
    return st.lists(units(), min_size=1, max_size=5)


def ratio(unit: Unit) -> Value:
    """A unit's own ratio."""
    part, whole = unit
    if whole.state is not State.OK:
        return Value(whole.state)
    return Value(NOTHING) if not whole.number else Value(State.OK, part.number / whole.number)


def measured(text: str) -> Measure:
    """The measure of a text."""
    found = read(f"measure: {{{text}}}\nscale: {{slope: 1}}\n")
    assert isinstance(found.rule, Scored), found.codes
    return found.rule.measure


def domains(node: Node) -> set[Peers]:
    """The circles of peers anywhere in a graph."""
    program = lay_out({"it": node})
    over = (each.domain for each in program.nodes if isinstance(each, Over))
    return {each for each in over if isinstance(each, Peers)}


def value_of(measure: Measure, population: Sequence[Unit]) -> Value:
    """What a measure gives the first unit of a population."""
    node = measure.node("")

    def facts(unit: Unit, groups: dict[Peers, tuple[State, tuple[Facts, ...]]]) -> Facts:
        return Facts({("done", 0): unit[0], ("all_of", 0): unit[1]}, {}, groups)  # type: ignore[arg-type]

    peers = {
        each: (State.OK, tuple(facts(unit, {}) for unit in population[0 if each.with_self else 1 :]))
        for each in domains(node)
    }
    return evaluate(lay_out({"it": node}), facts(population[0], peers))["it"]


def kept(population: Sequence[Unit]) -> list[Fraction]:
    """The ratios of those that have one."""
    values = (ratio(each) for each in population)
    return [each.number for each in values if each.state is State.OK]


def plain_statistic(word: str, peers: Sequence[Unit]) -> Fraction | None:
    """A statistic of peers; None of none."""
    numbers = kept(peers)
    if not numbers:
        return None
    if word == "mean_of_rates":
        return sum(numbers, F(0)) / len(numbers)
    if word == "rate_of_totals":
        whole = [each for each in peers if ratio(each).state is State.OK]
        return sum((a.number for a, _ in whole), F(0)) / sum((b.number for _, b in whole), F(0))
    return max(numbers) if word == "highest" else min(numbers)


STATISTICS = ("mean_of_rates", "rate_of_totals", "highest", "lowest")


@pytest.mark.parametrize("word", STATISTICS)
@pytest.mark.parametrize("by", ["difference", "quotient"])
@pytest.mark.parametrize("itself", ["yes", "no"])
@given(population=populations(), digits=st.sampled_from([0, 1, 4]), rounds=st.booleans())
def test_a_comparison_is_with_the_statistic_of_those_that_have_one(
    word: str, by: str, itself: str, population: list[Unit], digits: int, rounds: bool
) -> None:
    """Difference or quotient, with itself or not, rounded or not: number, state and range are as said."""
    rounds = rounds or word == "mean_of_rates"
    more = f", round: {digits}" if rounds else ""
    text = f"measure: {{ratio: [done, all_of]}}, with: {word}, by: {by}, within: all, who: all"
    measure = measured(f"compared: {{{text}, self: {itself}{more}}}")
    mark = plain_statistic(word, population if itself == "yes" else population[1:])
    if mark is not None and rounds:
        mark = round_to(mark, digits)
    own, value = ratio(population[0]), value_of(measure, population)
    if own.state is State.OK and rounds:
        own = Value(State.OK, round_to(own.number, digits))
    if own.state is not State.OK:
        assert value == own
    elif mark is None or (by == "quotient" and not mark):
        assert value == Value(NOTHING)
    else:
        assert value == Value(State.OK, own.number - mark if by == "difference" else own.number / mark)
        assert value.number in measure.range("")
    assert value.state in {State.OK, *measure.states(), *ALWAYS_POSSIBLE}


@pytest.mark.parametrize("inverse", ["yes", "no"])
@given(population=populations())
def test_min_max_is_the_place_between_lowest_and_highest(inverse: str, population: list[Unit]) -> None:
    """(x − lowest) / (highest − lowest), or its inverse; nothing arose where all are equal."""
    text = f"min_max: {{measure: {{ratio: [done, all_of]}}, within: all, inverse: {inverse}}}"
    measure, own, numbers = measured(text), ratio(population[0]), kept(population)
    value = value_of(measure, population)
    if own.state is not State.OK:
        assert value == own
    elif min(numbers) == max(numbers):
        assert value == Value(NOTHING)
    else:
        low, high = min(numbers), max(numbers)
        way = high - own.number if inverse == "yes" else own.number - low
        assert value == Value(State.OK, way / (high - low))
        assert value.number in measure.range("")


@pytest.mark.parametrize("best", ["highest", "lowest"])
@given(population=populations())
def test_a_rank_is_one_more_than_those_that_are_better(best: str, population: list[Unit]) -> None:
    """Ties share a place, those without a number have none and take none from others."""
    text = f"rank: {{measure: {{ratio: [done, all_of]}}, within: all, who: all, best: {best}}}"
    measure, own = measured(text), ratio(population[0])
    value = value_of(measure, population)
    if own.state is not State.OK:
        assert value == own
    else:
        sign = 1 if best == "highest" else -1
        better = sum(sign * each > sign * own.number for each in kept(population))
        assert value == Value(State.OK, F(1 + better))
        assert value.number in measure.range("")


@pytest.mark.parametrize(("by", "bare"), [("quotient", False), ("difference", True)])
def test_a_quotient_of_shares_is_no_share_however_rounded(by: str, bare: bool) -> None:
    """1.2 times the mean, rounded, is written as it is; by 1.2 more than the mean no share can be."""
    words = f"with: mean_of_rates, by: {by}, within: all, self: yes, who: all, round: 4"
    measure = f"measure: {{compared: {{measure: {{ratio: [done, all_of]}}, {words}}}}}\n"
    found = read(measure + "scale: [{at_least: 1.2, points: 10}, {otherwise: 0}]\n")
    assert ("share-bare" in found.codes) == bare


@pytest.mark.parametrize("state", EVIDENCE_STATES)
def test_peers_that_are_all_empty_are_no_lack_of_the_unit(state: State) -> None:
    """Where no peer has a number there is nothing to compare with, whatever their reason."""
    text = "measure: {ratio: [done, all_of]}, with: highest, by: difference, within: all, who: all, self: no"
    one, other = (Value(State.OK, F(1)), Value(State.OK, F(2))), (Value(State.OK, F(0)), Value(state))
    assert value_of(measured(f"compared: {{{text}}}"), [one, other, other]) == Value(NOTHING)


def test_peers_that_nobody_handed_in_are_missing() -> None:
    """Without a population there is nothing to compare with, and no reward for it."""
    node = measured("min_max: {measure: {value: few}, within: all, inverse: no}").node("")
    own = Facts({("few", 0): Value(State.OK, F(3))})
    assert evaluate(lay_out({"it": node}), own)["it"] == Value(State.MISSING)


def test_a_peers_bad_evidence_is_an_error_to_all() -> None:
    """One part of an empty whole among the peers, and no statistic of them can be trusted."""
    one, bad = (Value(State.OK, F(1)), Value(State.OK, F(2))), (Value(State.OK, F(1)), Value(State.OK, F(0)))
    text = "measure: {ratio: [done, all_of]}, with: rate_of_totals, by: difference, within: all, who: all"
    assert value_of(measured(f"compared: {{{text}, self: yes}}"), [one, bad]) == Value(State.ERROR)


def test_the_circle_of_peers_is_as_said() -> None:
    """`within`, `who` and `self` reach the graph."""
    text = "measure: {ratio: [done, all_of]}, with: highest, by: difference"
    found = measured(f"compared: {{{text}, within: region, who: ranked, self: no}}")
    assert domains(found.node("")) == {Peers(Within.REGION, ranked_only=True, with_self=False)}


def test_a_range_of_a_comparison_knows_that_rounding_moves() -> None:
    """Rounded to whole numbers 0.6 is 1, as a unit's own number and as a mean: at most 1 apart."""
    text = "measure: {formula: 'few / 20'}, with: mean_of_rates, by: difference, within: all, who: all"
    measure = measured(f"compared: {{{text}, self: no, round: 0}}")
    assert (measure.range("").interval.low, measure.range("").interval.high) == (F(-1), F(1))


@given(st.integers(1, 5), st.integers(0, 3))
def test_equal_units_are_at_their_mean(count: int, digits: int) -> None:
    """Where all have the same rate, nobody is below the mean of the rates, however it is rounded."""
    text = "measure: {ratio: [done, all_of]}, with: mean_of_rates, by: difference, within: all, who: all"
    measure = measured(f"compared: {{{text}, self: yes, round: {digits}}}")
    assert value_of(measure, [(Value(State.OK, F(2)), Value(State.OK, F(3)))] * count) == Value(
        State.OK, F(0)
    )
