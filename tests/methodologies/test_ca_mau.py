"""Cà Mau 2013, area 1: the known rules on stated inputs, and what is not known."""

from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.evidence.evidence import observed
from parcore.registry import Registry
from parcore.results.result import Result, Scorecard
from parcore.sources import Basis
from parcore.values import State

UNIT = "illustrative-ca-mau-one"
COMPLETE = {
    "plan_issued": "on_time",
    "plan_requirements": "met",
    "plan_tasks": "20",
    "plan_tasks_done": "20",
    "points:plan-rest": "1",
    "reports": "all_on_time",
    "points:reports-rest": "1",
    "points:inspection": "3",
    "points:steering-rest": "10",
}


def scored(folder: Path, **changes: str | None) -> Result:
    """Complete evidence of one invented unit with some values changed, or (None) left out."""
    given = COMPLETE | {name.replace("__", ":").replace("_rest", "-rest"): v for name, v in changes.items()}
    lines = [f"    {name}: {value}" for name, value in given.items() if value is not None]
    path = folder / "evidence.yaml"
    path.write_text(
        "\n".join(["evidence: ca-mau-2013", "period: 2013", "units:", f"  {UNIT}:", *lines]), "utf-8"
    )
    edition = parcore.load_edition("ca-mau-2013", period=2013)
    return parcore.score(edition, parcore.read_evidence(edition, [path]), 2013)


def card_of(result: Result) -> Scorecard:
    """The invented unit's scorecard."""
    card = result.card(UNIT)
    assert card is not None
    return card


@pytest.mark.parametrize(("issued", "points"), [("on_time", "1"), ("late", "0.5"), ("not_issued", "0")])
def test_plan_issued(tmp_path: Path, issued: str, points: str) -> None:
    """A plan issued on time pays 1, late 0.5, not issued 0."""
    assert card_of(scored(tmp_path, plan_issued=issued)).points("plan-issued").known == Fraction(points)


@pytest.mark.parametrize(("requirements", "points"), [("met", 1), ("not_met", 0)])
def test_plan_requirements(tmp_path: Path, requirements: str, points: int) -> None:
    """A plan that meets the requirements pays 1, else 0."""
    assert card_of(scored(tmp_path, plan_requirements=requirements)).points("plan-quality").known == points


@pytest.mark.parametrize(
    ("done", "of", "points"),
    [
        (100, 100, 2),
        (9001, 10_000, 2),
        (90, 100, 1),
        (9, 10, 1),
        (7, 10, 1),
        (6999, 10_000, 0),
        (2, 3, 0),
        (0, 10, 0),
    ],
)
def test_share_of_the_plan_done(tmp_path: Path, done: int, of: int, points: int) -> None:
    """More than 90 % pays 2, from 70 % to 90 % with both ends 1, under 70 % 0."""
    result = scored(tmp_path, plan_tasks=str(of), plan_tasks_done=str(done))
    assert card_of(result).points("plan-done").known == points


@pytest.mark.parametrize(("reports", "points"), [("all_on_time", 1), ("otherwise", 0)])
def test_reports(tmp_path: Path, reports: str, points: int) -> None:
    """All reports sent and on time pay 1, anything else 0."""
    assert card_of(scored(tmp_path, reports=reports)).points("reports-sent").known == points


def test_area_1_is_worth_20(tmp_path: Path) -> None:
    """With every known rule at its maximum and every remainder given whole, area 1 pays 5 + 2 + 3 + 10."""
    card = card_of(scored(tmp_path))
    parts = [card.points(name).known for name in ("plan", "reports", "inspection", "steering-rest")]
    assert parts == [5, 2, 3, 10]
    assert card.points("steering").known == 20


@pytest.mark.parametrize("name", ["points__steering_rest", "points__plan_rest", "plan_issued"])
def test_a_part_not_provided_withholds_the_total(tmp_path: Path, name: str) -> None:
    """A part left out, known or not, is never taken as 0: the unit has no total."""
    assert card_of(scored(tmp_path, **{name: None})).state is State.WITHHELD


def test_a_plan_without_tasks_is_not_settled_by_us(tmp_path: Path) -> None:
    """What a plan without tasks pays is not known, so the unit has no total."""
    card = card_of(scored(tmp_path, plan_tasks="0", plan_tasks_done="0"))
    assert card.raw("plan-done").state is State.NOTHING_AROSE
    assert card.state is State.WITHHELD


def test_the_remainders_are_marked() -> None:
    """What is not known of area 1 is three remainders, inferred from the maxima."""
    edition = parcore.load_edition("ca-mau-2013")
    rests = {leaf.id: leaf for leaf in edition.leaves if leaf.remainder}
    assert set(rests) == {"plan-rest", "reports-rest", "steering-rest"}
    assert {leaf.source.basis for leaf in rests.values() if leaf.source is not None} == {Basis.INFERRED}


def test_what_is_shipped_is_illustrative_only() -> None:
    """The units are named illustrative, their evidence says so, and there are no observations."""
    edition = parcore.load_edition("ca-mau-2013")
    evidence = parcore.read_evidence(edition)
    assert all(datum.unit.startswith("illustrative-") for datum in evidence)
    assert {datum.source.basis for datum in evidence if datum.source is not None} == {Basis.ILLUSTRATIVE}
    assert observed(Registry().observations("ca-mau-2013")) == []
