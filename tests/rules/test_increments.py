"""Increments and targets: what each further step adds, and what a target pays."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.numbers import exact_text
from parcore.values import State, Value
from tests.rules.reading import read

F = Fraction
POPULATION = "scale: {base: 10, from: 21000, each: 1000, add: 0.5, cap: 25, steps: pro_rata}\n"
CITY = (
    "scale: {base: 10, from: 44000, cap: 36, steps: pro_rata, segments: [{to: 88000, each: 8800, add: 2},"
    " {to: 176000, each: 8800, add: 1}, {each: 8800, add: 0.5}]}\n"
)


def ok(number: Fraction | int) -> Value:
    """A value with a number."""
    return Value(State.OK, F(number))


@pytest.mark.parametrize(
    ("people", "points"),
    [
        (0, F(10)),
        (21_000, F(10)),
        (24_300, F("11.65")),
        (51_000, F(25)),
        (50_999, F("24.9995")),
        (10**6, F(25)),
    ],
)
def test_each_further_thousand_counts_in_proportion(people: int, points: Fraction) -> None:
    """Up to 21 000 people 10 points, each further 1 000 adds 0.5, at most 25: 24 300 people are 11.65."""
    assert read("measure: {value: done}\n" + POPULATION, top="25").points(done=people) == ok(points)


@pytest.mark.parametrize(
    ("people", "points"),
    [
        (44_000, 10),
        (52_800, 12),
        (88_000, 20),
        (96_800, 21),
        (176_000, 30),
        (184_800, F("30.5")),
        (10**7, 36),
    ],
)
def test_segments_follow_one_another(people: int, points: Fraction | int) -> None:
    """What a step adds changes at the end of a segment, and the points run on without a jump."""
    assert read("measure: {value: done}\n" + CITY, top="36").points(done=people) == ok(points)


@given(st.integers(0, 60), st.sampled_from([1, 2, 7]), st.sampled_from([F(1), F(1, 2), F(3)]))
def test_whole_steps_count_only_when_they_are_full(x: int, each: int, add: Fraction) -> None:
    """By whole steps the points are base + add × floor((x − from) / each), held at the cap."""
    gain = exact_text(add)
    scale = f"scale: {{base: 1, from: 5, each: {each}, add: {gain}, cap: 10, steps: whole}}\n"
    wanted = 1 if x < 5 else min(F(10), 1 + add * ((x - 5) // each))
    assert read("measure: {value: done}\n" + scale).points(done=x) == ok(wanted)


@pytest.mark.parametrize(
    ("x", "points"), [(3, 0), (7, 1), (19, 4), (20, 4), (24, 4), (25, F("4.5")), (30, 5)]
)
def test_what_is_left_at_the_end_of_a_segment_adds_nothing(x: int, points: Fraction | int) -> None:
    """By whole steps a segment of 17 in fours has four of them; the next counts from the segment's end."""
    segments = "[{to: 20, each: 4, add: 1}, {each: 5, add: 0.5}]"
    scale = f"scale: {{base: 0, from: 3, cap: 10, steps: whole, segments: {segments}}}\n"
    assert read("measure: {value: done}\n" + scale).points(done=x) == ok(points)


def test_each_group_has_its_own_start_and_ends() -> None:
    """Where start and ends differ by group, steps are counted from the group's own; all must be in order."""
    scale = (
        "{{base: 0, from: {{a: 3, b: 10}}, cap: 10, steps: pro_rata, segments: [{{to: {}, each: 1, add: 1}},"
    )
    scale += " {{each: 2, add: 1}}]}}"
    body = "measure: {value: done}\nscale: "
    found = read(body + scale.format("{a: 5, b: 12}"), groups=("a", "b"))
    assert not found.codes
    assert [found.points(each, done=13) for each in ("a", "b")] == [ok(6), ok(F("2.5"))]
    assert "increments-order" in read(body + scale.format("{a: 5, b: 9}"), groups=("a", "b")).codes


@pytest.mark.parametrize(("add", "many"), [("0.005", False), ("0.00499", True)])
def test_steps_are_as_many_as_the_limit_at_most(add: str, many: bool) -> None:
    """Two thousand steps from base to cap are taken, one more is refused."""
    scale = f"{{base: 0, from: 3, each: 1, add: {add}, cap: 10, steps: whole}}"
    assert ("increments-many" in read(f"measure: {{value: done}}\nscale: {scale}\n").codes) == many


@given(st.integers(0, 60), st.integers(0, 60))
def test_more_is_never_worth_less(x: int, y: int) -> None:
    """Increments rise with the measure, by either way of counting."""
    for steps in ("pro_rata", "whole"):
        segments = "[{to: 20, each: 4, add: 1}, {each: 5, add: 0.5}]"
        scale = f"scale: {{base: 0, from: 3, cap: 10, steps: {steps}, segments: {segments}}}\n"
        found = read("measure: {value: done}\n" + scale)
        low, high = found.points(done=min(x, y)), found.points(done=max(x, y))
        assert low.number <= high.number


@pytest.mark.parametrize(
    ("scale", "code"),
    [
        ("{base: 0, from: 3, each: 1, add: 1, cap: 10}", "missing-key"),
        ("{base: 0, from: 3, each: 0, add: 1, cap: 10, steps: whole}", "increments-order"),
        ("{base: 11, from: 3, each: 1, add: 1, cap: 10, steps: whole}", "increments-order"),
        (
            "{base: 0, from: 3, cap: 10, steps: whole, segments: [{each: 1, add: 1}, {each: 2, add: 1}]}",
            "increments-order",
        ),
        ("{base: 0, from: 3, each: 1, add: 0.001, cap: 10, steps: whole}", "increments-many"),
        ("{base: 0, from: 3, each: 1, add: 1, cap: 9, steps: whole}", "maximum-not-paid"),
        ("{base: 0, from: 3, each: 1, add: 1, cap: 12, steps: whole}", "points-over-maximum"),
        ("{towards: 0%}", "target-not-positive"),
    ],
)
def test_increments_without_sense_are_found(scale: str, code: str) -> None:
    """The word pro rata or whole steps is required, sizes are over 0, ends rise, the cap is the maximum."""
    assert code in read(f"measure: {{value: done}}\nscale: {scale}\n").codes


@given(st.integers(0, 100))
def test_a_target_pays_the_maximum_and_less_in_proportion(x: int) -> None:
    """Under a target of 80 % the points are rate × maximum / 80 %; from there on the maximum."""
    found = read("measure: {value: rate}\nscale: {towards: 80%}\n", top="20")
    assert found.points(rate=F(x, 100)) == ok(min(F(20), F(x, 100) * 20 / F(4, 5)))
