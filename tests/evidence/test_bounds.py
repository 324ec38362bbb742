"""Numbers stated by a bound: missing, the bound kept; checked against range, grid and invariants."""

from __future__ import annotations

from fractions import Fraction

import pytest

from parcore.evidence.bounds import box, narrow
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.intervals import Interval, at_least
from parcore.values import State, Value
from tests.evidence.reading import read, read_rows, vocabulary

F = Fraction
WORDS = vocabulary(
    """
vocabulary: test
title: Test
fields:
  - {id: part, kind: count, rollup: sum, title: Part}
  - {id: whole, kind: count, title: Whole}
  - {id: rate, kind: number, unit: "%", range: "[0%,100%]", decimals: 2, title: Rate}
  - id: state
    kind: choice
    title: State
    options: {much: "> 80%", little: "<= 80%"}
invariants:
  - part <= whole
"""
)


def said(evidence: Evidence, field: str, period: Period | None = None) -> Datum:
    """What counts of a field of unit a in 2024."""
    found = evidence.at("a", period or Period(2024), field, Stage.FINAL)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("field", "text", "bound"),
    [
        ("part", "> 183.6", at_least(F(184))),
        ("part", "< 5", Interval(F(0), True, F(4), True)),
        ("rate", "> 80%", Interval(F(81, 100), True, F(1), True)),
        ("rate", '"(60%,100%]"', Interval(F(61, 100), True, F(1), True)),
    ],
)
def test_a_bound_is_missing_and_kept(field: str, text: str, bound: Interval) -> None:
    """A bound is no number: its text stands as written, its numbers are those that the field can have."""
    evidence, codes = read_rows(WORDS, f"a,2024,{field},{text}\n")
    datum = said(evidence, field)
    assert codes == []
    assert (datum.value, datum.bound) == (Value(State.MISSING), bound)
    assert datum.text == text.strip('"')


def test_an_option_may_be_titled_as_a_bound_is_written() -> None:
    """A choice whose title reads "> 80%" is that choice, not a bound."""
    evidence, codes = read_rows(WORDS, "a,2024,state,> 80%\n")
    assert codes == []
    assert (said(evidence, "state").text, said(evidence, "state").bound) == ("much", None)


def test_a_bound_and_a_number_for_one_key_are_a_conflict() -> None:
    """What is stated twice is refused, however little the bound says."""
    assert read_rows(WORDS, "a,2024,part,> 5\na,2024,part,6\n")[1] == ["evidence-twice"]


def test_a_bound_that_only_the_unit_stated_is_not_taken_over() -> None:
    """Beyond the self-assessment it is unverified, as a number would be."""
    evidence, _ = read(WORDS, "evidence: test\nperiod: 2024\nstage: self\nunits: {a: {part: '> 5'}}\n")
    assert said(evidence, "part").value.state is State.UNVERIFIED
    own = evidence.at("a", Period(2024), "part", Stage.SELF)
    assert own is not None
    assert own.value.state is State.MISSING


@pytest.mark.parametrize(
    ("part", "whole", "codes"),
    [
        (">= 6", "5", ["invariant-broken"]),
        (">= 5", "5", []),
        ("> 5", "< 6", ["invariant-broken"]),
        ("> 5", "<= 6", []),
        ("> 5", "", []),
    ],
)
def test_invariants_hold_bounds_as_far_as_they_can(part: str, whole: str, codes: list[str]) -> None:
    """Bounds are refused where no numbers within them keep an invariant, and only there."""
    rows = f"a,2024,part,{part}\n" + (f"a,2024,whole,{whole}\n" if whole else "")
    assert read_rows(WORDS, rows)[1] == codes


def test_invariants_narrow_what_bounds_leave() -> None:
    """A part of at least 3 is at most its whole, and the whole at least the part."""
    evidence, _ = read_rows(WORDS, "a,2024,part,>= 3\na,2024,whole,<= 7\n")
    data = [said(evidence, name) for name in ("part", "whole")]
    left = narrow(box(data, WORDS.fields), WORDS.invariants)
    assert left is not None
    assert {name: each.interval for name, each in left.items()} == {
        "part": Interval(F(3), True, F(7), True),
        "whole": Interval(F(3), True, F(7), True),
    }


def test_what_parts_give_names_the_bounds_among_them() -> None:
    """A year of which one quarter is bounded is missing, and its note says what was stated."""
    rows = "".join(f"a,2024-Q{n},part,{text}\n" for n, text in enumerate(("5", "> 7", "2", "3"), 1))
    evidence, codes = read_rows(WORDS, rows)
    assert codes == []
    assert said(evidence, "part").value.state is State.MISSING
    assert "2024-Q2 = > 7" in said(evidence, "part").note
