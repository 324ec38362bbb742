"""Back-casting: last year's evidence scored on today's units, with what is not comparable said."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.change.weights import read_weights
from parcore.diagnostics import Findings
from parcore.evidence.periods import Period
from parcore.registry import Registry
from parcore.rules.policies import Quantity
from tests.cli.test_commands import say

PANEL = Path(__file__).parents[3] / "shared" / "data" / "papi" / "2024.csv"
COLUMNS = "unit,feedback_received,feedback_on_time,feedback_all,feedback_unsatisfied,rate_3_1"
FORMULAS = "service-766-formulas"


def old_provinces() -> list[str]:
    """The ids of the 63."""
    return [unit.id for unit in Registry().units.on(Period(2024).end, ["province"])]


@pytest.fixture
def feedback(tmp_path: Path) -> Path:
    """Invented feedback of the 63 provinces in 2024; the rate of item 3.1 of all."""
    rows = [f"{unit},{20 + at},{10 + at},{20 + at},{at % 7},80%" for at, unit in enumerate(old_provinces())]
    path = tmp_path / "feedback.csv"
    path.write_text("\n".join([COLUMNS, *rows]), "utf-8")
    return path


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Invented weights of the 63 provinces."""
    rows = [f"{unit},{100 + at},invented" for at, unit in enumerate(old_provinces())]
    path = tmp_path / "weights.csv"
    path.write_text("\n".join(["unit,weight,source", *rows]), "utf-8")
    return path


def scored(methodology: str, evidence: Path, *words: str) -> dict:
    """The JSON of 2024's evidence on the units of 2025."""
    said = say(
        "score", methodology, "--evidence", str(evidence), "--period", "2024", "--units-of", "2025",
        "--format", "json", *words,
    )  # fmt: skip
    assert said.status == 0, said.err
    result: dict = json.loads(said.out)
    return result


def points(result: dict, criterion: str) -> dict[str, str | None]:
    """The points of each unit for a criterion."""
    return {u["unit"]: c["points"] for u in result["units"] for c in u["criteria"] if c["id"] == criterion}


def test_counts_of_the_63_are_scored_on_the_34(feedback: Path) -> None:
    """Each of the 34 has the rate of its parts' totals; what does not carry over is withheld alone."""
    result = scored(FORMULAS, feedback)
    assert result["units_of"] == result["carried"]["units_of"] == "2025-12-31"
    units = {each["unit"]: each for each in result["carried"]["units"]}
    assert Counter(each["label"] for each in units.values()) == {"merged": 23, "intact": 11}
    at = {unit: place for place, unit in enumerate(old_provinces())}
    found = points(result, "feedback-on-time")
    assert set(found) == set(units)
    for unit, of in units.items():
        on_time = sum(10 + at[each] for each in of["of"])
        received = sum(20 + at[each] for each in of["of"])
        assert Fraction(found[unit] or 0) == Fraction(100 * on_time, received)
    lacking = {(each["field"], each["why"]) for each in result["carried"]["not_comparable"]}
    assert lacking == {("rate_3_1", "undeclared")}
    states = Counter(each["state"] for each in result["units"])
    assert states == {"withheld": 23, "ok": 11}


def test_months_of_the_old_units_make_the_first_year_of_the_new(tmp_path: Path) -> None:
    """The year 2025 rolls up from six months of the 63 and six of the 34."""
    rows = [
        f"{unit},2025-{month:02},2,1,2,0" for month in range(1, 7) for unit in ("ha-giang", "tuyen-quang")
    ]
    rows += [f"tuyen-quang-2025,2025-{month:02},4,4,4,0" for month in range(7, 13)]
    path = tmp_path / "months.csv"
    path.write_text(
        "\n".join([COLUMNS.replace("unit,", "unit,period,").replace(",rate_3_1", ""), *rows]), "utf-8"
    )
    words = ("score", FORMULAS, "--evidence", str(path), "--period", "2025", "--units-of", "2026-01")
    said = say(*words, "--format", "json")
    assert said.status == 0, said.err
    assert points(json.loads(said.out), "feedback-on-time")["tuyen-quang-2025"] == "75"


def test_the_table_says_whose_units_and_what_is_not_comparable(feedback: Path) -> None:
    """Under the table stand the labels, the mergers and what is not comparable, in either language."""
    words = ("score", FORMULAS, "--evidence", str(feedback), "--period", "2024", "--units-of", "2025")
    english, vietnamese = say(*words, "--lang", "en").out, say(*words, "--lang", "vi").out
    assert "Evidence of 2024 on the units of 2025-12-31: 11 intact, 23 merged" in english
    assert "tuyen-quang-2025 = ha-giang + tuyen-quang" in english
    assert "nothing says how it carries over: rate_3_1" in english
    assert "11 giữ nguyên, 23 sáp nhập" in vietnamese
    assert "chưa khai báo cách gộp: rate_3_1" in vietnamese


def test_a_mean_of_declared_weights_is_told_where_its_points_are(feedback: Path, weights: Path) -> None:
    """`explain` names the units, their rates and weights, and by whom the weights were declared."""
    said = say(
        "explain", FORMULAS, "tuyen-quang-2025", "--evidence", str(feedback), "--period", "2024",
        "--units-of", "2025", "--weights", str(weights), "--lang", "en",
    )  # fmt: skip
    assert said.status == 0, said.err
    assert "weighted mean of units: ha-giang = 80 % × 101; tuyen-quang = 80 % × 104" in said.out
    assert "weight: declared (invented)" in said.out


def test_the_units_of_the_period_itself_change_nothing(feedback: Path) -> None:
    """Carried to the units of its own last day the evidence is the evidence: the result is the same."""
    words = ("score", FORMULAS, "--evidence", str(feedback), "--period", "2024", "--format", "json")
    assert say(*words, "--units-of", "2024").out == say(*words).out


def test_names_are_those_of_the_day_that_is_scored(feedback: Path) -> None:
    """`--unit "An Giang"` with the units of 2025 is the An Giang of 2025, of both its parts."""
    (only,) = scored(FORMULAS, feedback, "--unit", "An Giang")["units"]
    assert only["unit"] == "an-giang-2025"


def test_points_set_in_one_part_alone_are_not_comparable(feedback: Path) -> None:
    """Points that an appraiser set for one of the parts, with a reason, are not those of the whole."""
    override = feedback.with_name("override.csv")
    override.write_text("unit,field,value,note\nha-giang,points:feedback-on-time,50,kiểm tra lại\n", "utf-8")
    result = scored(FORMULAS, feedback, "--evidence", str(override))
    assert points(result, "feedback-on-time")["tuyen-quang-2025"] is None
    assert points(result, "feedback-on-time")["lao-cai-2025"] is not None
    lacking = {
        (e["unit"], e["why"]) for e in result["carried"]["not_comparable"] if e["field"].startswith("points")
    }
    assert lacking == {("tuyen-quang-2025", "undeclared")}


def test_weights_are_checked_as_evidence_is(tmp_path: Path) -> None:
    """A negative weight, a unit twice, one that is none, a number of two readings: each is told."""
    path = tmp_path / "w.csv"
    path.write_text('unit,weight\nha-giang,-1\nHà Nội,2\nha-noi,3\nnowhere,4\nyen-bai,"1,234"\n', "utf-8")
    findings = Findings()
    found = read_weights(path, Registry().units, Period(2024), findings)
    assert set(found) == {"ha-noi"}
    codes = [each.code for each in findings]
    assert codes == ["weight-negative", "duplicate-id", "unit-unknown", "number-ambiguous"]
    path.write_text("unit,people\nha-giang,1\n", "utf-8")
    findings = Findings()
    assert read_weights(path, Registry().units, Period(2024), findings) == {}
    assert [each.code for each in findings] == ["column-missing"]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--weights", "w.csv"), "--weights goes with --units-of"), (("--units-of", "2023"), "carry-back")],
)
def test_what_cannot_be_asked_is_said(feedback: Path, words: tuple[str, ...], said: str) -> None:
    """Weights without other units, and units of a day before the evidence, are refused in a line."""
    found = say("score", FORMULAS, "--evidence", str(feedback), "--period", "2024", *words, "--lang", "en")
    assert found.status == 2
    assert said in found.err


def test_what_others_printed_of_the_old_units_is_not_held_against_the_new(feedback: Path) -> None:
    """Published figures of the period are of its own units: none stands beside those of the 34."""
    assert scored(FORMULAS, feedback)["observations"] == []


@pytest.mark.skipif(not PANEL.is_file(), reason="the panel of PAPI is not here")
class TestPapi:
    """PAPI 2024, of the 63, on the 34."""

    def test_without_weights_merged_provinces_are_not_comparable(self) -> None:
        """Points do not carry over: 11 intact provinces are scored, 23 have no total and no place."""
        result = scored("papi", PANEL)
        assert Counter(each["state"] for each in result["units"]) == {"ok": 11, "withheld": 23}
        assert {each["why"] for each in result["carried"]["not_comparable"]} == {"undeclared"}
        assert {place["among"] for u in result["units"] for place in u["places"]} == {11}

    def test_intact_provinces_have_the_points_they_had(self) -> None:
        """What is the same territory has the same total, whatever happened to others."""
        edition = parcore.load_edition("papi", period=2024)
        before = parcore.score(edition, parcore.read_evidence(edition, [PANEL], period=2024), 2024)
        now = {each["unit"]: each["points_unrounded"] for each in scored("papi", PANEL)["units"]}
        card = before.card("ha-noi")
        assert card is not None
        held = card.index(Quantity.BASE, rounded=False)
        assert held is not None
        assert Fraction(now["ha-noi-2025"]) == held.known

    def test_with_weights_each_is_the_weighted_mean_of_its_parts(self, weights: Path) -> None:
        """Where both parts were asked, a province's points are Σ w·x / Σ w; where one was not, it is said."""
        result = scored("papi", PANEL, "--weights", str(weights))
        assert Counter(each["state"] for each in result["units"]) == {"ok": 32, "withheld": 2}
        evidence = parcore.read_evidence(parcore.load_edition("papi", period=2024), [PANEL], period=2024)
        of = {each.unit: each.value.number for each in evidence if each.field == "points:civic-knowledge"}
        at = {unit: 100 + place for place, unit in enumerate(old_provinces())}
        parts = ("ha-giang", "tuyen-quang")
        mean = sum(of[each] * at[each] for each in parts) / sum(at[each] for each in parts)
        assert Fraction(points(result, "civic-knowledge")["tuyen-quang-2025"] or 0) == mean
        lacking = {(each["unit"], each["told"]) for each in result["carried"]["not_comparable"]}
        assert lacking == {
            ("phu-tho-2025", "vinh-phuc = missing"),
            ("dong-thap-2025", "tien-giang = missing"),
        }
