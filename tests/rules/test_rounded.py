"""Measures at so many decimals, and other indices as evidence."""

from fractions import Fraction

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from parcore.intervals import Range
from parcore.numbers import Rounding, round_to
from parcore.rules.combinations import ChoiceTable, Scored
from parcore.rules.graph import Node, Raise
from parcore.rules.indices import field_of
from parcore.rules.measures import ChoiceOf, Rounded
from parcore.values import EVIDENCE_STATES, State, Value
from tests import strategies as our
from tests.rules.reading import read

F = Fraction


@frozen
class Any:
    """A measure that can give the numbers of a range."""

    numbers: Range
    fields: tuple[str, ...] = ()

    def node(self, group: str) -> Node:
        """Nothing: only its range is asked for."""
        return Raise(State.ERROR)

    def range(self, group: str) -> Range:
        """The range."""
        return self.numbers

    def states(self) -> frozenset[State]:
        """None."""
        return frozenset()

    def text(self) -> str:
        """A name."""
        return "any"


def probes(range_: Range) -> list[Fraction]:
    """Numbers of a range: its ends and their neighbours, ties of rounding, others."""
    ends = [each for each in (range_.interval.low, range_.interval.high) if each is not None]
    near = [end + F(n, 1000) for end in [*ends, F(0)] for n in (-501, -500, -499, -5, -1, 0, 1, 5, 499, 500)]
    steps = [] if range_.step is None else [range_.step * n for n in range(-8, 9)]
    return [each for each in (*our.EDGES, *our.AWKWARD, *near, *steps) if each in range_]


@given(our.ranges(), st.integers(0, 3), st.sampled_from(Rounding))
def test_the_range_of_a_rounded_measure_holds_what_it_gives(
    range_: Range, digits: int, mode: Rounding
) -> None:
    """Every number of the measure, rounded, lies in the range told, on its step; ends are reached."""
    told = Rounded(Any(range_), digits, mode).range("")
    for each in probes(range_):
        assert round_to(each, digits, mode) in told
    for end in (range_.interval.low, range_.interval.high):
        if end is not None and end in range_:
            assert round_to(end, digits, mode) in (told.interval.low, told.interval.high)


@given(st.sampled_from([0, 1, 2, 3, 7]), st.sampled_from([1, 2, 3, 8]), st.integers(0, 4))
def test_a_measure_is_rounded_half_up_and_keeps_its_states(done: int, all_of: int, digits: int) -> None:
    """`round` beside a measure rounds its number, half up, and moves no state; over its range it is bad."""
    found = read(f"measure: {{ratio: [done, all_of], round: {digits}}}\nscale: {{slope: 1}}\n")
    right = Value(State.OK, round_to(F(done, all_of), digits)) if done <= all_of else Value(State.ERROR)
    assert found.points(done=done, all_of=all_of) == right
    assert [found.points(done=0, all_of=each).state for each in EVIDENCE_STATES] == [*EVIDENCE_STATES]


@pytest.mark.parametrize("digits", ["13", "-1", "1.5", "''", "x", "²", "١", "9" * 9000])
def test_a_number_of_decimals_is_a_small_whole_one(digits: str) -> None:
    """Decimals beyond 12, none at all, or digits of another script are refused, not tripped over."""
    assert "round-digits" in read(f"measure: {{value: rate, round: {digits}}}\nscale: {{slope: 1}}\n").codes
    text = "measure: {ratio: [done, all_of]}, with: mean_of_rates, by: difference, within: all, who: all"
    peers = f"measure: {{compared: {{{text}, self: yes, round: {digits}}}}}\nscale: {{slope: 1}}\n"
    assert "mean-round" in read(peers).codes


@pytest.mark.parametrize("quantity", ["score", "points", "rank"])
@pytest.mark.parametrize(("period", "lag"), [("", 0), (", period: same", 0), (", period: previous", 1)])
def test_another_index_is_a_field_of_evidence(quantity: str, period: str, lag: int) -> None:
    """A quantity of another index is read from its own field, of the period asked for."""
    found = read(f"measure: {{index: {{name: sipas, of: {quantity}{period}}}}}\nscale: {{slope: 1}}\n")
    name = field_of("sipas", next(each for each in _quantities() if each.value == quantity))
    assert found.rule.fields == (name,)
    assert isinstance(found.rule, Scored)
    if not lag:
        assert found.points(**{name: F(7, 2)}) == Value(State.OK, F(7, 2))
    assert found.points(**{name: State.REJECTED}).state is (State.MISSING if lag else State.REJECTED)
    low = found.rule.measure.range("").interval.low
    assert low == (1 if quantity == "rank" else 0)


def test_the_class_of_another_index_is_a_choice() -> None:
    """A class is one of the classes listed, each with its points."""
    found = read("measure: {index: {name: sipas, of: class, classes: [A, B]}}\ntable: {A: 10, B: 0}\n")
    assert isinstance(found.rule, ChoiceTable)
    assert isinstance(found.rule.choice, ChoiceOf)
    assert found.points(**{"index:sipas:class": "A"}) == Value(State.OK, F(10))
    assert found.points(**{"index:sipas:class": "C"}) == Value(State.ERROR)


def _quantities() -> list:
    from parcore.rules.indices import IndexQuantity

    return [*IndexQuantity]
