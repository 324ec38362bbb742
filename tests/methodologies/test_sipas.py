"""SIPAS: an index of its own, and the input of the provincial index as at most ten points."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.diagnostics import ParcoreError
from parcore.evidence.evidence import Method, observed
from parcore.results.output import to_json
from parcore.results.result import Result
from parcore.rules.policies import Quantity
from parcore.sources import Basis
from parcore.values import State


def sipas_points(result: Result, unit: str) -> Fraction | None:
    """What SIPAS gives a unit in the provincial index."""
    card = result.card(unit)
    assert card is not None
    return card.points("sipas").known


def province(tmp_path: Path, percentages: Iterable[str], period: str) -> list[Fraction | None]:
    """The points that percentages of SIPAS give, each to a province of its own."""
    units = ("ha-noi", "da-nang", "hai-phong", "can-tho", "quang-ninh", "bac-kan")
    rows = [f"{unit},{period},{each}" for unit, each in zip(units, percentages, strict=False)]
    (tmp_path / "sipas.csv").write_text("\n".join(["unit,period,index:sipas:score", *rows]), "utf-8")
    path = tmp_path / "sipas.yaml"
    path.write_text(
        "evidence: par-index-province\nstage: final\nnumbers: plain\ntables: [sipas.csv]\n", "utf-8"
    )
    edition = parcore.load_edition("par-index-province", period=period)
    result = parcore.score(edition, parcore.read_evidence(edition, [path]), period)
    return [sipas_points(result, row.split(",")[0]) for row in rows]


@pytest.mark.parametrize("period", ["2020", "2021", "2022", "2023"])
def test_a_percentage_of_91_17_gives_9_12_points(tmp_path: Path, period: str) -> None:
    """SIPAS is its percentage / 10, half up to two decimals, from 0 to 10 points: 91,17 % gives 9,12."""
    given = ["91.17", "100", "0", "91.15", "91.14", "83.25"]
    wanted = ["9.12", "10", "0", "9.12", "9.11", "8.33"]
    assert province(tmp_path, given, period) == [Fraction(each) for each in wanted]


@pytest.mark.parametrize(
    ("period", "edition", "decision"),
    [("2017", "2017", "2640/QĐ-BNV"), ("2020", "2017", "2640/QĐ-BNV"), ("2023", "2023", "1001/QĐ-BNV"),
     ("2026", "2023", "1001/QĐ-BNV")],
)  # fmt: skip
def test_each_year_has_its_decision(period: str, edition: str, decision: str) -> None:
    """2640/QĐ-BNV is of 2017 to 2020, 1001/QĐ-BNV of 2023 to 2026; both are known from reports alone."""
    found = parcore.load_edition("sipas", period=period)
    assert found.decision is not None
    assert (found.name, found.decision.number) == (edition, decision)
    assert {leaf.source.basis for leaf in found.leaves if leaf.source} == {Basis.REPORTED}


@pytest.mark.parametrize("period", ["2016", "2021", "2022", "2027"])
def test_a_year_without_a_known_decision_has_no_edition(period: str) -> None:
    """A year of whose decision nothing is known is refused."""
    with pytest.raises(ParcoreError) as refused:
        parcore.load_edition("sipas", period=period)
    assert refused.value.diagnostics[0].code == "edition-not-in-force"


def of_an_giang() -> Result:
    """SIPAS of 2020 as it is held: An Giang alone."""
    edition = parcore.load_edition("sipas", period=2020)
    return parcore.score(edition, parcore.read_evidence(edition), 2020)


def test_an_giang_2020_is_the_percentage_published() -> None:
    """The percentage is given, not computed from answers: 83,25, as published."""
    result = of_an_giang()
    card = result.card("an-giang")
    assert card is not None
    rate = card.index(Quantity.RATE, rounded=True)
    assert rate is not None
    (printed,) = observed(result.observations, about="an-giang", quantity="index")
    assert rate.known == printed.value.number == Fraction("83.25")
    assert [m.method for m in result.edition.leaves] == [Method.SURVEY]


def test_a_saved_result_is_evidence_of_the_provincial_index(tmp_path: Path) -> None:
    """What `score sipas --format json` writes is read as it is: An Giang's 83,25 gives 8,33."""
    written = to_json(of_an_giang(), "vi")
    assert json.loads(written)["units"][0]["rate"] == "83.25"
    (tmp_path / "sipas-2020.json").write_text(written, "utf-8")
    path = tmp_path / "with.yaml"
    path.write_text(
        "evidence: par-index-province\nresults: [{index: sipas, file: sipas-2020.json}]\n", "utf-8"
    )
    edition = parcore.load_edition("par-index-province", period=2020)
    result = parcore.score(edition, parcore.read_evidence(edition, [path]), 2020)
    assert sipas_points(result, "an-giang") == Fraction("8.33")


@pytest.mark.parametrize(
    ("period", "unit", "points"), [("2020", "an-giang", "8.33"), ("2021", "ha-nam", "8.84")]
)
def test_published_percentages_enter_the_index(period: str, unit: str, points: str) -> None:
    """An Giang's 83,25 and Hà Nam's 88,38 give their points; of the rest nothing is known, so no index."""
    edition = parcore.load_edition("par-index-province", period=period)
    result = parcore.score(edition, parcore.read_evidence(edition), period)
    assert sipas_points(result, unit) == Fraction(points)
    card = result.card(unit)
    assert card is not None
    assert card.state is State.WITHHELD
    assert result.place(unit) is None


def test_points_printed_without_their_percentage_stand_with_a_reason() -> None:
    """Nam Định's 7,85 of 10 is printed as points: it stands in place of what is not computed, and says so."""
    edition = parcore.load_edition("par-index-province", period=2023)
    result = parcore.score(edition, parcore.read_evidence(edition), 2023)
    assert sipas_points(result, "nam-dinh") == Fraction("7.85")
    (point,) = result.points_set
    assert (point.criterion.id, point.computed.state) == ("sipas", State.WITHHELD)
    assert "7,85/10" in point.given.note
