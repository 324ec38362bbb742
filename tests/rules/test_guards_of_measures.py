"""Guards that name the measures of their own rule: what they decide, and how it is told."""

from __future__ import annotations

from fractions import Fraction

import pytest

from parcore.readings.analysis.edition import prove
from parcore.readings.columns.reading import pair
from parcore.readings.prose.annex import describe
from parcore.values import State
from tests.readings.agreement import known, program_of, unlike
from tests.results.editions import card, sound

F = Fraction
WHEN = "when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: full}"
SOURCE = "source: {clause: '1', basis: illustrative}"
SCORED = "measure: {ratio: [done, all_of]}, scale: proportional, guard: {if: measure < 30%, points: 0}"
TABLE = (
    "measures: {share: {ratio: [done, all_of]}, few_of: {value: few}},"
    " guard: {unless: share >= 30%, points: 0.5},"
    " table: [{when: share >= 80%, points: 2}, {when: share < 80%, points: 1}]"
)
ROWS: tuple[dict[str, int | State], ...] = (
    {"done": 2, "all_of": 10, "few": 0},
    {"done": 3, "all_of": 10, "few": 0},
    {"done": 10, "all_of": 10, "few": 0},
    {"done": 0, "all_of": 0, "few": 0},
    {"done": State.MISSING, "all_of": 10, "few": 0},
    {"done": 9, "all_of": 10, "few": State.REJECTED},
)


def leaf(body: str) -> str:
    """A component of one rule of two points."""
    return f"  - {{id: x, title: x, max: 2, {body}, {WHEN}, {SOURCE}}}\n"


@pytest.mark.parametrize(
    ("body", "points"),
    [(SCORED, ["0", "3/5", "2", "2", "0", "9/5"]), (TABLE, ["1/2", "1", "2", "1/2", "0", "0"])],
)
def test_a_guard_decides_by_a_measure_of_its_rule(body: str, points: list[str]) -> None:
    """A guard compares the rule's own measure, and an empty measure is never decided by it."""
    edition = sound(leaf(body), "2")
    assert [card(edition, **row).points("x").number for row in ROWS] == [F(each) for each in points]


@pytest.mark.parametrize("body", [SCORED, TABLE])
def test_the_readings_agree_on_a_guard_of_a_measure(body: str) -> None:
    """NumPy gives what the exact reading gives behind a guard that names a measure."""
    program = program_of(sound(leaf(body), "2"))
    scopes = [known(**row) for row in ROWS]
    assert unlike(pair(program, scopes), program, scopes) == []


@pytest.mark.parametrize(("body", "first"), [(SCORED, "measure < 3/10"), (TABLE, "unless share >= 3/10")])
def test_a_guard_of_a_measure_is_analysed_on_its_axis(body: str, first: str) -> None:
    """The analysis knows that guard and rule speak of one measure, and has evidence on both sides."""
    (proof,) = prove(sound(leaf(body), "2"))
    assert proof.analysis is not None
    assert proof.analysis.undecided == ()
    assert proof.analysis.plane.branches[0].word == "guard"
    witness = proof.analysis.branches.reached[0]
    assert witness is not None
    assert witness.numbers["done", 0] / witness.numbers["all_of", 0] < F(3, 10)
    assert set(proof.analysis.plane.axes) == ({"measure"} if body is SCORED else {"share", "few_of"})
    assert proof.analysis.plane.branches[0].label.replace("0.3", "3/10") == first


def test_a_guard_says_a_measure_in_its_own_words() -> None:
    """The sentence of a guard names the measure by its fields and writes its share in per cent."""
    (item,) = describe(sound(leaf(SCORED), "2"), "en").items
    assert "30 %" in item.sentences[0]
    assert "share" in item.sentences[0] or "/" in item.sentences[0]
    assert "measure <" not in item.sentences[0]
