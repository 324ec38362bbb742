"""PAR INDEX: what the editions give for published figures, and what they refuse."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve

import parcore
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.evidence import observed
from parcore.evidence.periods import parse_period
from parcore.numbers import exact_text
from parcore.registry import Registry
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.rules.policies import Quantity
from parcore.sources import Basis
from parcore.values import State

SHARED = Path(__file__).parents[3] / "shared" / "data"
NAM_DINH = {
    "steering": "9.05",
    "institutions": "9.37",
    "procedures": "12.99",
    "organisation": "8.81",
    "civil-service": "13.06",
    "public-finance": "10.71",
    "digital-government": "12.24",
    "impact": "11.1",
    "socio-economic-impact": "3.25",
    "sipas": "7.85",
}
MAXIMA = {
    "2017": ["10", "10", "14.5", "11", "16", "7", "16", "15.5"],
    "2022": ["9.5", "10", "13", "10.5", "15", "12", "13.5", "16.5"],
    "2024": ["9.5", "10", "13", "10.5", "15", "12", "13.5", "16.5"],
}


def shared_rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of the project's shared data; the test is skipped where it is not at hand."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scored(methodology: str, period: str) -> Result:
    """The evidence that is installed, scored under the edition in force."""
    edition = parcore.load_edition(methodology, period=period)
    return parcore.score(edition, parcore.read_evidence(edition), period)


def ten_of_2020() -> Result:
    """The ten provinces of 2020 that have an index; of a further one only SIPAS is known."""
    result = scored("par-index-province", "2020")
    return evolve(result, scorecards=tuple(each for each in result.scorecards if each.state is State.OK))


def published(result: Result, unit: str, quantity: str) -> Fraction:
    """A figure that others printed of a unit."""
    (found,) = observed(result.observations, about=unit, quantity=quantity)
    return found.value.number


def maximum(edition: Edition, criterion: str) -> Fraction | None:
    """The maximum of a criterion; None where nobody published it."""
    found = edition.criterion(criterion)
    assert found is not None
    return None if found.max is None else found.max.of("")


@pytest.mark.parametrize(
    ("period", "edition"),
    [
        ("2017", "2017"),
        ("2020", "2020"),
        ("2021", "2020"),
        ("2022", "2022"),
        ("2023", "2022"),
        ("2024", "2024"),
    ],
)
def test_each_year_has_its_edition(period: str, edition: str) -> None:
    """The edition in force is found by the index year alone."""
    assert parcore.load_edition("par-index-province", period=period).name == edition


@pytest.mark.parametrize("period", ["2016", "2018", "2019", "2025"])
def test_a_year_without_known_rules_has_no_edition(period: str) -> None:
    """A year of whose decision nothing is known is refused, not scored by its neighbour's rules."""
    with pytest.raises(ParcoreError) as refused:
        parcore.load_edition("par-index-province", period=period)
    assert refused.value.diagnostics[0].code == "edition-not-in-force"


@pytest.mark.parametrize("name", MAXIMA)
def test_maxima_are_those_known_and_sum_to_100(name: str) -> None:
    """The eight components have the maxima known, in order, and these sum to exactly 100."""
    edition = parcore.load_edition(f"par-index-province@{name}")
    maxima = [maximum(edition, each.id) for each in edition.components]
    assert maxima == [Fraction(each) for each in MAXIMA[name]]
    assert sum(each for each in maxima if each is not None) == 100


def test_maxima_of_876_are_those_of_the_shared_table() -> None:
    """Numbers, names and maxima of decision 876 are those of the project's own table."""
    edition = parcore.load_edition("par-index-province@2022")
    rows = shared_rows("maxima_876_province.csv")
    ours = [(each.code, each.title.vi, maximum(edition, each.id)) for each in edition.components]
    assert ours == [(row["no"], row["component_vi"], Fraction(row["max_points"])) for row in rows]


def test_unconfirmed_maxima_of_2024_are_marked_inferred() -> None:
    """Of 892 the three maxima assumed unchanged are inferred, and the five confirmed are reported."""
    edition = parcore.load_edition("par-index-province@2024")
    bases = {each.id: each.source.basis for each in edition.components if each.source is not None}
    inferred = {id_ for id_, basis in bases.items() if basis is Basis.INFERRED}
    assert inferred == {"institutions", "public-finance", "digital-government"}
    assert len(bases) == 8
    assert set(bases.values()) == {Basis.INFERRED, Basis.REPORTED}


def test_no_text_of_the_ministry_is_claimed() -> None:
    """No leaf of any edition of the index stands as official: the annexes are not in hand."""
    registry = Registry()
    for methodology in ("par-index-province", "par-index-ministry"):
        for document in registry.edition_documents(methodology):
            edition = registry.load(document)
            assert edition.source.basis is Basis.REPORTED
            bases = {leaf.source.basis for leaf in edition.leaves if leaf.source is not None}
            assert bases <= {Basis.REPORTED, Basis.INFERRED}


def test_maxima_that_nobody_published_are_unknown() -> None:
    """Of 1149 only the maximum of SIPAS is known, and of the ministries' 876 none."""
    provinces = parcore.load_edition("par-index-province@2020")
    assert {each.id: maximum(provinces, each.id) for each in provinces.components} == {
        "appraised": None,
        "sipas": Fraction(10),
        "leaders-survey": None,
        "socio-economic": None,
    }
    ministries = parcore.load_edition("par-index-ministry@2022")
    assert [maximum(ministries, each.id) for each in ministries.components] == [None] * 7


@pytest.mark.parametrize(("criterion", "points"), NAM_DINH.items())
def test_nam_dinh_2023_by_component(criterion: str, points: str) -> None:
    """Nam Định's points of 2023 are those printed; the impact is SIPAS and statistics together."""
    card = scored("par-index-province", "2023").card("nam-dinh")
    assert card is not None
    assert card.points(criterion).known == Fraction(points)


def test_nam_dinh_2023_index_is_the_sum_of_the_printed_parts() -> None:
    """The printed parts make 87.33; the published 87.32 stands beside it and is not scored from."""
    result = scored("par-index-province", "2023")
    card = result.card("nam-dinh")
    assert card is not None
    for quantity in (Quantity.BASE, Quantity.RATE):
        index = card.index(quantity, rounded=True)
        assert index is not None
        assert index.known == Fraction("87.33")
    assert published(result, "nam-dinh", "index") == Fraction("87.32")
    assert published(result, "nam-dinh", "rank") == 29
    assert card.class_name == "B"


def test_nam_dinh_2023_lost_points_are_exact() -> None:
    """What was lost against the true maxima is exact: 0.45 in steering, 5.4 in impact, 12.67 in all."""
    card = scored("par-index-province", "2023").card("nam-dinh")
    assert card is not None
    lost = {}
    for name in NAM_DINH:
        attainable = card.attainable(name)
        assert attainable is not None
        lost[name] = attainable.number - card.points(name).number
    assert lost["steering"] == Fraction("0.45")
    assert lost["impact"] == Fraction("5.4")
    total = card.total_attainable
    assert total is not None
    assert total.number - card.trace["index:base"].number == Fraction("12.67")


def test_nam_dinh_evidence_is_the_shared_table() -> None:
    """The packaged evidence of Nam Định is what the project's table has, part by part."""
    rows = {row["no"]: row for row in shared_rows("nam_dinh_2023.csv")}
    numbers = ["1", "2", "3", "4", "5", "6", "7", "8a", "8b"]
    names = [each for each in NAM_DINH if each != "impact"]
    assert [Fraction(rows[no]["points"]) for no in numbers] == [Fraction(NAM_DINH[name]) for name in names]
    edition = parcore.load_edition("par-index-province@2022")
    assert [Fraction(rows[no]["max_true"]) for no in numbers] == [maximum(edition, name) for name in names]


@pytest.mark.parametrize(
    ("component", "of", "declared", "sum_"),
    [("16.5", "impact", "16.5", "16.25"), ("16.25", "par-index-province@printed", "100", "99.75")],
)
def test_the_misprinted_maximum_is_refused(
    tmp_path: Path, component: str, of: str, declared: str, sum_: str
) -> None:
    """With the printed 6.25 the maxima do not add up: the edition is refused, with the place and the sum."""
    document = next(d for d in Registry().edition_documents("par-index-province") if d.name == "2022")
    text = document.path.read_text("utf-8")
    changes = {
        'edition: "2022"': "edition: printed",
        "max: 6.5\n": "max: 6.25\n",
        "max: 16.5\n": f"max: {component}\n",
    }
    for old, new in changes.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = tmp_path / "printed.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ParcoreError) as refused:
        parcore.load_edition("par-index-province@printed", paths=[tmp_path])
    (found,) = refused.value.diagnostics
    assert found.code == "maxima-do-not-add-up"
    assert (found.values["criterion"], found.values["max"], found.values["sum"]) == (of, declared, sum_)
    named = "max: 16.5" if of == "impact" else "total: 100"
    line = next(at for at, each in enumerate(text.splitlines(), 1) if each.strip() == named)
    assert found.place.file.endswith("printed.yaml")
    assert found.place.line == line


def test_points_over_the_maximum_are_refused(tmp_path: Path) -> None:
    """Points over a component's maximum are refused at their place, not cut to it."""
    evidence = tmp_path / "over.yaml"
    evidence.write_text(
        "evidence: par-index-province\nperiod: 2023\nunits:\n  nam-dinh:\n    points:steering: 9.51\n",
        "utf-8",
    )
    edition = parcore.load_edition("par-index-province@2022")
    given = parcore.read_evidence(edition, [evidence])
    with pytest.raises(ParcoreError) as refused:
        parcore.score(edition, given, "2023")
    (found,) = refused.value.diagnostics
    assert (found.code, found.place.line) == ("points-out-of-range", 5)


def test_top_ten_2020_totals_are_within_the_rounding_of_their_parts() -> None:
    """Each printed total lies within what rounding four parts and one total can move, exactly."""
    result = ten_of_2020()
    assert len(result.scorecards) == 10
    for card in result.scorecards:
        index = card.index(Quantity.BASE, rounded=False)
        assert index is not None
        difference = abs(index.number - published(result, card.unit.id, "index"))
        assert difference <= Fraction(4 * 5, 1000) + Fraction(5, 1000)


def test_top_ten_2020_totals_differ_from_the_sums_in_three_rows() -> None:
    """Three printed totals are 0.01 off the sum of their printed parts: they were rounded from others."""
    result = ten_of_2020()
    off = {
        card.unit.id: card.trace["index:base"].number - published(result, card.unit.id, "index")
        for card in result.scorecards
    }
    cent = Fraction(1, 100)
    assert {unit: each for unit, each in off.items() if each} == {
        "quang-ninh": cent,
        "dong-thap": -cent,
        "phu-tho": -cent,
    }


def test_top_ten_2020_order_is_the_published_one() -> None:
    """The ten are ranked 1 to 10 as published, two of them in band A and eight in band B."""
    result = ten_of_2020()
    for at, card in enumerate(result.scorecards, 1):
        place = result.place(card.unit.id)
        assert place is not None
        assert place.place == at == published(result, card.unit.id, "rank")
    assert [card.class_name for card in result.scorecards] == ["A"] * 2 + ["B"] * 8


def test_top_ten_2020_evidence_is_the_shared_table() -> None:
    """The packaged parts, totals and ranks are those of the project's table, row by row."""
    rows = shared_rows("parts_2020_top10.csv")
    result = ten_of_2020()
    parts = {"appraised": "appraised", "sipas": "sipas_points", "leaders-survey": "leader_survey"}
    parts["socio-economic"] = "socio_economic"
    for row, card in zip(rows, result.scorecards, strict=True):
        assert card.unit.name.vi == row["province"]
        assert published(result, card.unit.id, "index") == Fraction(row["total_published"])
        for criterion, column in parts.items():
            assert card.points(criterion).known == Fraction(row[column])


def test_son_la_2024_is_withheld_and_what_is_missing_is_named() -> None:
    """With four components of eight there is no index, no class and no place; the other four are named."""
    result = scored("par-index-province", "2024")
    card = result.card("son-la")
    assert card is not None
    assert card.state is State.WITHHELD
    assert card.points("impact").known == Fraction("13.14")
    assert card.class_name is None
    assert result.place("son-la") is None
    assert [(each.criterion.id, each.state) for each in result.empty] == [
        (name, State.MISSING) for name in ("steering", "institutions", "public-finance", "digital-government")
    ]
    assert published(result, "son-la", "index") == Fraction("90.02")


@pytest.mark.parametrize(
    ("points", "of_2022", "of_2023"),
    [
        ("90", "A", "A"),
        ("89.99", "B", "B"),
        ("80", "B", "B"),
        ("79.99", "C", None),
        ("70", "C", None),
        ("69.99", None, None),
    ],
)
def test_band_edges_of_876(tmp_path: Path, points: str, of_2022: str | None, of_2023: str | None) -> None:
    """Each band takes its lower end and not its upper one; under the lowest known of a year there is none."""
    edition = parcore.load_edition("par-index-province@2022")
    left = Fraction(points)
    lines = ["evidence: par-index-province", "numbers: plain", "units:", "  ha-noi:"]
    for leaf in edition.leaves:
        top = maximum(edition, leaf.id)
        assert top is not None
        given = min(top, left)
        left -= given
        lines.append(f"    points:{leaf.id}: {{value: {exact_text(given)}, note: drawn}}")
    for period, band in (("2022", of_2022), ("2023", of_2023)):
        path = tmp_path / f"{period}.yaml"
        path.write_text("\n".join([*lines[:1], f"period: {period}", *lines[1:]]), "utf-8")
        result = parcore.score(edition, parcore.read_evidence(edition, [path]), period)
        card = result.card("ha-noi")
        assert card is not None
        assert card.trace["index:base"].known == Fraction(points)
        assert card.class_name == band


def ministries(tmp_path: Path, points: dict[str, str]) -> Result:
    """Invented points, the same in each component, for ministries under decision 876."""
    edition = parcore.load_edition("par-index-ministry@2022")
    header = ",".join(["unit", "period", *(f"points:{leaf.id}" for leaf in edition.leaves)])
    rows = [",".join([unit, "2022", *[each] * 7]) for unit, each in points.items()]
    path = tmp_path / "ministries.csv"
    path.write_text("\n".join([header, *rows]), "utf-8")
    return parcore.score(edition, parcore.read_evidence(edition, [path]), "2022")


def test_two_bodies_are_scored_outside_the_ranking(tmp_path: Path) -> None:
    """The two bodies that 876 does not rank get an index and no place, and move nobody else's."""
    result = ministries(
        tmp_path,
        {"bo-tu-phap": "12", "thanh-tra-chinh-phu": "13", "uy-ban-dan-toc": "11", "bo-cong-thuong": "10"},
    )
    found = {card.unit.id: result.place(card.unit.id) for card in result.scorecards}
    assert found["thanh-tra-chinh-phu"] is None
    assert found["uy-ban-dan-toc"] is None
    first, second = found["bo-tu-phap"], found["bo-cong-thuong"]
    assert first is not None
    assert second is not None
    assert (first.place, second.place, first.among) == (1, 2, 2)
    inspectorate = result.card("thanh-tra-chinh-phu")
    assert inspectorate is not None
    assert inspectorate.trace["index:base"].known == 91


def test_bodies_outside_the_ranking_are_units_at_hand() -> None:
    """Every unit named as unranked exists, so that no misspelling ranks it in silence."""
    registry = Registry()
    for document in registry.edition_documents("par-index-ministry"):
        ranking = registry.load(document).ranking
        assert ranking is not None
        assert set(ranking.unranked) <= set(registry.units.units)


def test_the_parts_of_the_ministries_of_2020_sum_to_100() -> None:
    """Of the ministries' points in 1149 the survey takes 36.5; all others are one explicit remainder."""
    edition = parcore.load_edition("par-index-ministry@2020")
    survey, rest = edition.components
    assert (maximum(edition, survey.id), maximum(edition, rest.id)) == (Fraction("36.5"), Fraction("63.5"))
    assert rest.remainder


def test_self_assessed_points_are_no_final_points(tmp_path: Path) -> None:
    """Points that only the province itself gave leave it without an index; SIPAS lacks its percentage."""
    edition = parcore.load_edition("par-index-province@2022")
    registry = Registry()
    document = next(d for d in registry.documents("evidence") if d.path.name == "nam_dinh_2023.yaml")
    text = document.path.read_text("utf-8").replace("stage: final", "stage: self")
    path = tmp_path / "self.yaml"
    path.write_text(text, "utf-8")
    period = parse_period("2023")
    assert period is not None
    result = score(edition, parcore.read_evidence(edition, [path]), registry.units, period)
    card = result.card("nam-dinh")
    assert card is not None
    assert card.state is State.WITHHELD
    assert {each.criterion.id for each in result.empty if each.state is State.MISSING} == {"sipas"}
    assert {each.state for each in result.empty if each.criterion.id != "sipas"} == {State.UNVERIFIED}
