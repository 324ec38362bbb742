"""Another index as evidence: a saved result becomes statements, and nothing else is taken for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from parcore import api
from parcore.cli.run import Asked, run
from parcore.diagnostics import Findings, ParcoreError
from parcore.documents.yaml import parse_yaml
from parcore.evidence.evidence import Evidence, Method, Stage
from parcore.evidence.periods import Period
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.results import read_result
from parcore.evidence.sections import Defaults
from parcore.registry import Registry
from parcore.results.output import read_earlier, to_json
from parcore.results.result import Result
from parcore.rules.policies import Quantity
from parcore.sources import Basis
from parcore.values import State, Value
from tests.evidence.reading import UNITS, read_rows, vocabulary

INDEX = "example"
WORDS = "vocabulary: words\nfields: [{id: x, kind: count, title: X}]\n"
DOCUMENT = "evidence: words\nresults: [{{index: {index}, file: other.json}}]\n"
SMALL: dict[str, Any] = {
    "format": "parcore-result-1",
    "edition": "sipas@2023",
    "period": "2023",
    "stage": "final",
    "assumed": [],
    "units": [
        {
            "unit": "a",
            "rate": "85.5",
            "points": "42.75",
            "class": "Tốt",
            "places": [
                {"circle": "region:r", "place": 1, "among": 2},
                {"circle": "all", "place": 3, "among": 9},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def scored() -> Result:
    """A result of the evidence that is installed."""
    edition = api.load_edition(f"{INDEX}@2025")
    evidence = api.read_evidence(edition)
    return api.score(edition, evidence, evidence.periods()[-1])


def small(folder: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
    """A saved result of one unit, with a change made to it."""
    data = json.loads(json.dumps(SMALL))
    change(data)
    path = folder / "other.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


def evidence_of(folder: Path, index: str, *, registry: Registry | None = None) -> tuple[Evidence, list[str]]:
    """The evidence of a document that names the saved result, and the codes of what was found."""
    findings = Findings()
    units = UNITS if registry is None else registry.units
    reader = EvidenceReader(vocabulary(WORDS), units, findings)
    tree = parse_yaml(DOCUMENT.format(index=index), "e.yaml", findings)
    reader.document(tree, folder / "e.yaml", Defaults())
    return reader.evidence(), [each.code for each in findings]


def test_what_score_wrote_is_stated_of_each_unit(scored: Result, tmp_path: Path) -> None:
    """The rate, points, place and class of every scorecard come back as they were, and whence they are."""
    (tmp_path / "other.json").write_text(to_json(scored, "vi"), "utf-8")
    evidence, codes = evidence_of(tmp_path, INDEX, registry=Registry())
    assert codes == []
    assert len(evidence) == 4 * len(scored.scorecards) > 0
    for card in scored.scorecards:
        place, rate = scored.place(card.unit.id), card.index(Quantity.RATE, rounded=True)
        points = card.index(Quantity.BASE, rounded=True)
        assert points is not None
        for quantity, number in (
            ("rank", None if place is None else Fraction(place.place)),
            ("score", None if rate is None else rate.known),
            ("points", points.known),
        ):
            datum = evidence.at(card.unit.id, scored.period, f"index:{INDEX}:{quantity}", Stage.FINAL)
            assert datum is not None
            assert datum.value.known == number
            assert datum.method is Method.DERIVED
            assert datum.source is not None
            assert datum.source.title == f"{INDEX}@2025, other.json"
            assert datum.source.basis is Basis.INFERRED
        named = evidence.at(card.unit.id, scored.period, f"index:{INDEX}:class", Stage.FINAL)
        assert named is not None
        assert named.text == (card.class_name or "")


def test_a_class_is_its_text_and_a_place_that_among_all(tmp_path: Path) -> None:
    """The four quantities of a unit; the place is that in the circle of all."""
    small(tmp_path)
    evidence, codes = evidence_of(tmp_path, "sipas")
    assert codes == []
    found = {each.field: (each.value, each.text) for each in evidence}
    assert found == {
        "index:sipas:score": (Value(State.OK, Fraction(171, 2)), "85.5"),
        "index:sipas:points": (Value(State.OK, Fraction(171, 4)), "42.75"),
        "index:sipas:rank": (Value(State.OK, Fraction(3)), "3"),
        "index:sipas:class": (Value(State.OK, Fraction(0)), "Tốt"),
    }


def test_what_the_other_index_does_not_say_is_missing(tmp_path: Path) -> None:
    """A unit that is out of its ranking, or without an index, has no number there."""

    def withheld(data: dict[str, Any]) -> None:
        data["units"][0].update({"rate": None, "points": None, "class": None, "places": []})

    small(tmp_path, withheld)
    evidence, codes = evidence_of(tmp_path, "sipas")
    assert codes == []
    assert [each.value for each in evidence] == [Value(State.MISSING)] * 4


def test_a_result_at_the_stage_of_the_units_is_no_final_one(tmp_path: Path) -> None:
    """A result that was scored from self-assessments is unverified where appraised figures are asked for."""
    small(tmp_path, lambda data: data.update(stage="self"))
    evidence, _ = evidence_of(tmp_path, "sipas")
    states = [
        evidence.at("a", Period(2023), "index:sipas:rank", stage) for stage in (Stage.SELF, Stage.FINAL)
    ]
    assert [each and each.value.state for each in states] == [State.OK, State.UNVERIFIED]


EDITION = """methodology: whole
edition: "1"
title: Thử
applies: {from: 2023}
units: {kinds: [ward]}
vocabulary: words
total: 2
source: {title: Thử, basis: illustrative}
components:
  - id: place
    title: Thứ hạng
    max: 2
    measure: {index: {name: sipas, of: rank}}
    scale: [{at_most: 5, points: 2}, {at_most: 9, points: 1}, {otherwise: 0}]
    when: {missing: zero, unverified: zero, rejected: zero}
    source: {clause: "1", basis: illustrative}
"""
WARDS = "units: wards\nmembers: [{id: a, kind: ward, name: A}]\n"


def whole(folder: Path, more: str = "") -> Asked:
    """What scores the edition, from the saved result and more evidence."""
    small(folder)
    for name, text in (
        ("edition", EDITION),
        ("words", WORDS),
        ("units", WARDS),
        ("evidence", DOCUMENT.format(index="sipas").replace("words", "whole") + more),
    ):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return Asked("whole", files=(folder / "evidence.yaml",), paths=(folder,))


def test_a_rule_scores_the_place_in_another_index(tmp_path: Path) -> None:
    """From the saved result of one index to the points of another, with what-if on the place."""
    asked = whole(tmp_path)
    for changes, points in ((), 2), (("a.index:sipas:rank=6",), 1), (("a.index:sipas:rank=missing",), 0):
        result, _ = run(evolve(asked, changes=changes))
        (card,) = result.scorecards
        assert card.points("place") == Value(State.OK, Fraction(points))
        assert result.period == Period(2023)
        assert result.unused_fields == ()


def test_what_no_rule_reads_is_told_but_not_what_stands_for_a_rule(tmp_path: Path) -> None:
    """Points set in the place of a rule's are used, and so is a saved result that a rule reads one of."""
    units = 'period: 2023\nunits: {a: {"points:place": {value: 1, note: x}, "index:pci:rank": 3, x: 1}}\n'
    result, _ = run(whole(tmp_path, units))
    assert result.scorecards[0].points("place") == Value(State.OK, Fraction(1))
    assert sorted(result.unused_fields) == ["index:pci:rank", "x"]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(format="parcore-result-0"),
        lambda data: data.pop("units"),
        lambda data: data.update(period="năm nay"),
        lambda data: data.update(stage="appealed"),
        lambda data: data["units"][0].update(rate=85.5),
        lambda data: data["units"][0].update(rate="85,5"),
        lambda data: data["units"][0].update(points="1e3"),
        lambda data: data["units"][0]["places"][1].update(place=0),
        lambda data: data["units"][0]["places"][1].update(place="3"),
        lambda data: data["units"][0]["places"][1].update(place=3.0),
        lambda data: data["units"][0]["places"].append({"circle": "all", "place": 4, "among": 9}),
        lambda data: data["units"][0].update(rate="-85.5"),
        lambda data: data["units"][0].pop("class"),
        lambda data: data.update(units=[3]),
    ],
)
def test_what_is_no_saved_result_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """A file is read by its documented keys, and refused where one is gone or holds something else."""
    with pytest.raises(ParcoreError, match="result-file"):
        read_result(small(tmp_path, change))


@pytest.mark.parametrize("name", ["rate", "unit", "place"])
def test_a_saved_result_that_says_one_thing_twice_is_refused(tmp_path: Path, name: str) -> None:
    """A key twice in one object of a saved result is refused, for evidence and for changes alike."""
    path = small(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(text.replace(f'"{name}":', f'"{name}": "1", "{name}":', 1), "utf-8")
    for read in (read_result, read_earlier):
        with pytest.raises(ParcoreError, match=f"twice: {name}"):
            read(path)


def test_an_earlier_result_with_a_unit_twice_is_refused(tmp_path: Path) -> None:
    """Of two rows of one unit neither is taken for its earlier points."""
    with pytest.raises(ParcoreError, match="a unit twice"):
        read_earlier(small(tmp_path, lambda data: data["units"].append(data["units"][0])))


@pytest.mark.parametrize("text", ["", "[]", "{}", "3", '{"format":', "[" * 100_000, "NaN"])
def test_any_other_text_is_refused(tmp_path: Path, text: str) -> None:
    """A file that is no result at all is told so, whatever is in it."""
    path = tmp_path / "other.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ParcoreError, match="result-file"):
        read_result(path)


def test_a_result_of_another_index_or_of_assumed_values_is_refused(tmp_path: Path) -> None:
    """The document says whose result it wants, and a what-if is nobody's."""
    small(tmp_path)
    assert evidence_of(tmp_path, "pci")[1] == ["result-of-another"]
    small(tmp_path, lambda data: data.update(assumed=[{"unit": "a", "field": "x", "value": "1"}]))
    assert evidence_of(tmp_path, "sipas")[1] == ["result-assumed"]


def test_the_quantities_of_an_index_may_be_written_by_hand() -> None:
    """Where there is no saved result, a table states them; a place is a whole number from 1 on."""
    words = vocabulary(WORDS)
    evidence, codes = read_rows(
        words, "a,2023,index:sipas:rank,3\na,2023,index:sipas:class,Tốt\na,2023,index:sipas:score,85.5\n"
    )
    assert codes == []
    assert [each.text for each in evidence] == ["3", "Tốt", "85.5"]
    for field, value, code in (
        ("index:sipas:rank", "0", "value-out-of-range"),
        ("index:sipas:rank", "1.5", "value-off-step"),
        ("index:sipas:score", "85.5%", "percent-not-meant"),
        ("index:sipas:place", "1", "unknown-field"),
        ("index:rank", "1", "unknown-field"),
    ):
        assert read_rows(words, f"a,2023,{field},{value}\n")[1] == [code]
