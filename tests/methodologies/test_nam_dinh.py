"""Nam Định's own index: what is known of its sets of 2018 and 2020, what is not, and what was printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import parcore
from parcore.cli.page import results
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Observation
from parcore.numbers import HUNDRED, round_to
from parcore.registry import Registry
from parcore.results.published import Verdict, compared
from parcore.results.result import Result, Scorecard
from parcore.rules.policies import Quantity, RoundingPlan
from parcore.sources import Basis
from parcore.testing.laws import LAWS
from parcore.testing.strategies import Case, cases
from parcore.values import State

PACKAGE = Path(__file__).parents[2] / "methodologies" / "nam-dinh"
OBSERVATIONS = Registry().observations("nam-dinh")
EDITIONS = {name: parcore.load_edition(f"nam-dinh@{name}") for name in ("2018", "2020")}
GROUPS = ("department", "district")
COMPONENTS = (
    "steering",
    "legal-documents",
    "procedures",
    "organisation",
    "staff",
    "finance",
    "modernisation",
    "one-stop",
)

ARTICLE = {
    "all": {"count_years": "6"},
    "department": {
        "count": "17",
        "max:steering": "13,50",
        "mean:points:steering": "12,56",
        "change_percent:steering": "3,81",
        "max:legal-documents": "3,0",
        "count_at_maximum:legal-documents": "16",
        "max:procedures": "8,50",
        "mean:points:procedures": "8,32",
        "mean:rate:procedures": "94,9",
        "change_percent:procedures": "-7,32",
        "max:organisation": "5,75",
        "mean:points:organisation": "4,87",
        "change_percent:organisation": "-11,89",
        "mean:rate:staff": "91,85",
        "change_percent:staff": "-7,56",
        "mean:rate:finance": "100",
        "mean:rate:modernisation": "70,73",
        "change_percent:modernisation": "4,56",
        "change_percent:one-stop": "-11,25",
    },
    "district": {
        "count": "10",
        "max:steering": "12,50",
        "mean:points:steering": "11,23",
        "change_percent:steering": "5,94",
        "max:legal-documents": "5,5",
        "count_at_maximum:legal-documents": "4",
        "max:procedures": "9,0",
        "mean:points:procedures": "7,9",
        "change_percent:procedures": "-2,71",
        "max:organisation": "4,0",
        "mean:points:organisation": "3,36",
        "change_percent:organisation": "-16",
        "mean:rate:staff": "79,49",
        "change_percent:staff": "-18,29",
        "mean:rate:finance": "100",
        "mean:rate:modernisation": "61,88",
        "change_percent:modernisation": "14,88",
        "change_percent:one-stop": "-5,59",
    },
}
"""The figures of the article of 07/06/2019, in its order; a fall is negative."""
NOTICE = {
    "department": {"mean_self:points": "64,75", "mean:points": "62,62", "mean:rate": "89,45"},
    "district": {"mean_self:points": "65,17", "mean:points": "61,46", "mean:rate": "87,80"},
}
"""The figures of the results of 2020."""


def printed(year: int) -> dict[tuple[str, str], Observation]:
    """The observations of a year by group (or all) and quantity."""
    held = [each for each in OBSERVATIONS if each.period.year == year]
    found = {(each.about.removeprefix("group:"), each.quantity): each for each in held}
    assert len(found) == len(held)
    return found


def number(year: int, group: str, quantity: str) -> Fraction:
    """A printed figure."""
    return printed(year)[group, quantity].value.number


def maximum(edition: Edition, criterion: str, group: str) -> Fraction | None:
    """A group's maximum of a criterion; None where it is not known."""
    found = edition.criterion(criterion)
    assert found is not None
    return None if found.max is None else found.max.of(group)


def scored(folder: Path, year: int, points: Mapping[str, Mapping[str, str]]) -> Result:
    """Made-up units, one named for each group, with these points, under the edition of a year."""
    units = [f"  - {{id: made-up-{g}, kind: nam-dinh-{g}, group: {g}, name: Made up {g}}}" for g in points]
    (folder / "units.yaml").write_text("\n".join(["units: made-up", "members:", *units]), "utf-8")
    lines = ["evidence: nam-dinh", f"period: {year}", "numbers: plain", "units:"]
    for group, given_ in points.items():
        lines += [f"  made-up-{group}:", *(f"    points:{id_}: {value}" for id_, value in given_.items())]
    evidence = folder / "points.yaml"
    evidence.write_text("\n".join(lines), "utf-8")
    edition = parcore.load_edition("nam-dinh", period=year)
    statements = parcore.read_evidence(edition, [evidence], paths=[folder])
    return parcore.score(edition, statements, year, paths=[folder])


def card_of(result: Result, group: str) -> Scorecard:
    """The scorecard of the made-up unit of a group."""
    card = result.card(f"made-up-{group}")
    assert card is not None
    return card


@pytest.mark.parametrize(("year", "groups"), [(2018, ARTICLE), (2020, NOTICE)])
def test_every_printed_figure_is_held_as_printed(year: int, groups: dict[str, dict[str, str]]) -> None:
    """The observations of a year are the figures printed, no more, no fewer, each with where it stood."""
    held = printed(year)
    assert {key: each.text for key, each in held.items()} == {
        (group, quantity): text for group, figures in groups.items() for quantity, text in figures.items()
    }
    assert all(each.source.title for each in held.values())
    assert {each.source.basis for each in held.values()} == {Basis.REPORTED}


def test_maxima_are_those_printed_and_the_others_are_unknown() -> None:
    """The first four components have each group's printed maximum; the other four and the total have none."""
    edition = EDITIONS["2018"]
    assert [each.id for each in edition.components] == list(COMPONENTS)
    for group in GROUPS:
        known = {id_: maximum(edition, id_, group) for id_ in COMPONENTS}
        assert {id_: top for id_, top in known.items() if top is not None} == {
            id_: number(2018, group, f"max:{id_}") for id_ in COMPONENTS[:4]
        }
    assert edition.total is None


def test_what_no_source_says_stands_in_no_edition() -> None:
    """Nothing is rounded, classed or converted in 2018; nothing is ranked, added or taken off in either."""
    edition = EDITIONS["2018"]
    assert (edition.rounding, edition.classes, edition.conversion) == (RoundingPlan(), (), None)
    for each in EDITIONS.values():
        assert (each.ranking, each.adjustments, each.absent) == (None, None, ())


def test_the_decision_is_dated_after_the_year_that_it_scores() -> None:
    """Decision 71 is of January 2019 and scores 2018 alone, as far as is known."""
    edition = EDITIONS["2018"]
    assert edition.decision is not None
    assert edition.decision.issued is not None
    assert edition.decision.issued.isoformat() == "2019-01-11"
    assert (edition.first_year, edition.last_year) == (2018, 2018)


@pytest.mark.parametrize("year", [2017, 2019, 2021, 2022, 2023])
def test_a_year_without_known_rules_is_refused(year: int) -> None:
    """A year of whose set nothing is known is not scored by its neighbour's."""
    with pytest.raises(ParcoreError) as refused:
        parcore.load_edition("nam-dinh", period=year)
    assert [each.code for each in refused.value.diagnostics] == ["edition-not-in-force"]


@pytest.mark.parametrize(
    ("group", "component", "rate"),
    [
        ("department", "steering", "93.04"),
        ("department", "procedures", "97.88"),
        ("department", "organisation", "84.70"),
        ("district", "steering", "89.84"),
        ("district", "procedures", "87.78"),
        ("district", "organisation", "84"),
    ],
)
def test_a_unit_at_the_printed_mean_has_its_rate(
    tmp_path: Path, group: str, component: str, rate: str
) -> None:
    """A unit with its group's mean points has this rate of its group's maximum, to two decimals."""
    mean = printed(2018)[group, f"mean:points:{component}"].text.replace(",", ".")
    card = card_of(scored(tmp_path, 2018, {group: {component: mean}}), group)
    points, top = card.points(component).known, card.attainable(component)
    assert points == Fraction(mean)
    assert top is not None
    assert top.known == number(2018, group, f"max:{component}")
    assert round_to(HUNDRED * points / top.known, 2) == Fraction(rate)


def test_what_the_edition_decides_is_reproduced_but_for_one_figure() -> None:
    """Printed maxima are the edition's; of rates that follow from printed points one differs, unexplained."""
    registry = Registry()
    found = {
        (each.observation.about.removeprefix("group:"), each.observation.quantity): each
        for edition in EDITIONS.values()
        for result in results(registry, edition)
        for each in compared(result)
    }
    same = {(group, f"max:{id_}") for group in GROUPS for id_ in COMPONENTS[:4]} | {("district", "mean:rate")}
    assert {key for key, each in found.items() if each.verdict is Verdict.SAME} == same
    assert {key for key, each in found.items() if each.verdict is Verdict.CUT} == {
        ("department", "mean:rate")
    }
    (unlike,) = (each for each in found.values() if each.verdict is Verdict.UNLIKE)
    assert (unlike.observation.about, unlike.observation.quantity) == (
        "group:department",
        "mean:rate:procedures",
    )
    assert unlike.figure == HUNDRED * Fraction("8.32") / Fraction("8.5")
    assert unlike.observation.text == "94,9"
    assert unlike.observation.explained.in_("en") == "not explained"
    assert all(each.settled for each in found.values())


def test_the_fall_printed_with_it_fits_neither_figure() -> None:
    """A fall by 7,32, in points or per cent, from 94,9 or from 97,88… puts 2017 over 100 %; no other does."""
    over = set()
    for (group, quantity), change in printed(2018).items():
        word, _, component = quantity.partition(":")
        if word != "change_percent" or component == "one-stop":
            continue
        rates = [
            printed(2018)[key].value.number
            for key in [(group, f"mean:rate:{component}")]
            if key in printed(2018)
        ]
        if (group, f"mean:points:{component}") in printed(2018):
            mean, top = (number(2018, group, f"{word}:{component}") for word in ("mean:points", "max"))
            rates.append(HUNDRED * mean / top)
        assert rates
        by = change.value.number
        for rate in rates:
            before = {rate - by > HUNDRED, rate / (1 + by / HUNDRED) > HUNDRED}
            if True in before:
                over.add((group, component, rate, before == {True}))
    assert over == {
        ("department", "procedures", Fraction("94.9"), True),
        ("department", "procedures", Fraction(83200, 850), True),
    }


def test_an_index_is_open_where_maxima_are_unknown(tmp_path: Path) -> None:
    """With points in all eight components a unit has their sum, and neither per cent nor class nor place."""
    result = scored(tmp_path, 2018, {"department": dict.fromkeys(COMPONENTS, "2.5")})
    card = card_of(result, "department")
    base = card.index(Quantity.BASE, rounded=False)
    assert base is not None
    assert base.known == 20
    assert card.total_attainable is None
    assert card.index(Quantity.RATE, rounded=False) is None
    assert (card.class_name, result.place(card.unit.id)) == (None, None)


def test_a_component_left_out_leaves_no_index(tmp_path: Path) -> None:
    """What missing points mean is not known: the components given stand, the index is withheld."""
    card = card_of(scored(tmp_path, 2018, {"district": {"steering": "11.23"}}), "district")
    assert card.points("steering").known == Fraction("11.23")
    assert card.points("one-stop").state is State.WITHHELD
    assert card.state is State.WITHHELD


def test_each_group_has_its_own_maximum(tmp_path: Path) -> None:
    """The departments' mean in steering, 12,56, is admitted of a department and refused of a district."""
    points = {"steering": "12.56"}
    assert card_of(scored(tmp_path, 2018, {"department": points}), "department").points("steering").known
    with pytest.raises(ParcoreError) as refused:
        scored(tmp_path, 2018, {"district": points})
    (found,) = refused.value.diagnostics
    assert (found.code, found.place.line) == ("points-out-of-range", 6)


@pytest.mark.parametrize(
    ("group", "rate", "band"), [("department", "89.46", "middle"), ("district", "87.8", "upper")]
)
def test_results_of_2020(tmp_path: Path, group: str, rate: str, band: str) -> None:
    """A unit with its group's mean points of 70 has this rate and band; a department's print cuts it off."""
    mean = printed(2020)[group, "mean:points"].text.replace(",", ".")
    card = card_of(scored(tmp_path, 2020, {group: {"whole": mean}}), group)
    rounded, exact = (card.index(Quantity.RATE, rounded=each) for each in (True, False))
    assert rounded is not None
    assert rounded.known == Fraction(rate)
    assert card.class_name == band
    assert exact is not None
    assert exact.known is not None
    assert Fraction(int(exact.known * HUNDRED), 100) == number(2020, group, "mean:rate")


def test_seventy_is_the_one_whole_scale_that_gives_both_rates() -> None:
    """Among whole numbers 70 alone can give both printed rates from points that print as those printed."""

    def gives(top: int, group: str) -> bool:
        points, rate = (number(2020, group, f"mean:{word}") for word in ("points", "rate"))
        half = Fraction("0.005")
        lowest, highest = (HUNDRED * (points + side) / top for side in (-half, half))
        return lowest < rate + half and rate - half < highest

    assert [top for top in range(1, 1001) if all(gives(top, group) for group in GROUPS)] == [70]
    assert [maximum(EDITIONS["2020"], "whole", group) for group in GROUPS] == [70, 70]


@pytest.mark.parametrize(
    ("group", "points", "band"),
    [
        ("department", "70", "upper"),
        ("department", "63", "upper"),
        ("department", "62.9965", "upper"),
        ("department", "62.9964", "middle"),
        ("department", "56", "middle"),
        ("department", "55.99", None),
        ("district", "70", "upper"),
        ("district", "56", "upper"),
        ("district", "55.99", "middle"),
        ("district", "49", "middle"),
        ("district", "48.99", None),
    ],
)
def test_bands_of_2020_by_group(tmp_path: Path, group: str, points: str, band: str | None) -> None:
    """Marks are 90 and 80, or 80 and 70; who reaches one, rounded, is in the band above (our reading)."""
    assert card_of(scored(tmp_path, 2020, {group: {"whole": points}}), group).class_name == band


def test_bases_say_what_is_known_and_from_where() -> None:
    """The set of 2018 is reported, that of 2020 inferred, and nothing is official or illustrative."""
    bases = {
        name: {edition.source.basis, *(leaf.source.basis for leaf in edition.leaves if leaf.source)}
        for name, edition in EDITIONS.items()
    }
    assert bases == {"2018": {Basis.REPORTED}, "2020": {Basis.INFERRED}}


def test_no_unit_and_no_evidence_is_invented() -> None:
    """The package holds editions and observations and nothing else: the sources name no unit."""
    kinds = {
        kind: [each.path for each in Registry().documents(kind) if PACKAGE in each.path.parents]
        for kind in ("edition", "observations", "vocabulary", "units", "evidence")
    }
    assert {kind: len(paths) for kind, paths in kinds.items()} == {
        "edition": 2,
        "observations": 1,
        "vocabulary": 0,
        "units": 0,
        "evidence": 0,
    }


def test_the_line_of_decisions_is_told_wherever_one_reads() -> None:
    """Both editions, in both languages, and the README name the four decisions in order."""
    texts = [edition.note.in_(lang) for edition in EDITIONS.values() for lang in ("vi", "en")]
    for text in (*texts, (PACKAGE / "README.md").read_text("utf-8")):
        places = [text.rfind(f"{decision}/QĐ-UBND") for decision in ("2516", "2183")]
        assert "71/QĐ-UBND" in text
        assert "348/QĐ-UBND" in text
        assert -1 < places[0] < places[1]
    assert EDITIONS["2020"].replaces == "nam-dinh@2018"


def test_the_readme_quotes_the_edition() -> None:
    """Lines of an edition that the README shows are lines of the edition."""
    readme = (PACKAGE / "README.md").read_text("utf-8")
    (quoted,) = re.findall(r"(?<!`)\n\n```yaml\n(  - id: .*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert quoted in (PACKAGE / "parcore_nam_dinh" / "edition-2018.yaml").read_text("utf-8")


@pytest.mark.parametrize("name", EDITIONS)
def test_every_law_holds(name: str) -> None:
    """On evidence drawn for units of both groups every law of a score holds under each edition."""
    tried: dict[str, int] = dict.fromkeys(LAWS, 0)

    @settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=20)
    @given(cases(EDITIONS[name]))
    def hold(case: Case) -> None:
        for law, check in LAWS.items():
            tried[law] += check(case)

    hold()
    assert tried["hiding_never_pays"]
    assert tried["parents_combine_children"]
