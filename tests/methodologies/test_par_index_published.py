"""PAR INDEX: both cuts of the points, the bands of each year, and the figures that others printed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from click.testing import CliRunner

import parcore
from parcore.cli import cli
from parcore.cli.page import page
from parcore.cli.series import series
from parcore.diagnostics import Findings, Place
from parcore.evidence.evidence import Method, Observation
from parcore.evidence.periods import Period
from parcore.numbers import parse_exact
from parcore.registry import Registry
from parcore.results.by_method import by_method
from parcore.results.output import to_dict
from parcore.results.published import Verdict, compared
from parcore.results.rows import METHOD_COLUMNS, method_rows
from parcore.rules.policies import Quantity
from tests.methodologies.test_par_index import scored, shared_rows, ten_of_2020

F = Fraction
BOOK = Registry()
PROVINCES = BOOK.observations("par-index-province")
MINISTRIES = BOOK.observations("par-index-ministry")
SIPAS = BOOK.observations("sipas")
AN_GIANG, HA_NAM, NAM_DINH = "Cổng TTĐT Đảng bộ tỉnh An Giang", "Tạp chí Thanh tra", "Báo Nam Định"
REGIONS = {
    "red-river-delta": ("86.62", "88.33", "90.17"),
    "southeast": ("84.74", "87.79", "89.44"),
    "northern-midlands-and-mountains": ("85.00", "87.72", "88.20"),
    "north-central-and-central-coast": ("84.25", "86.82", "88.51"),
    "mekong-river-delta": ("", "85.42", "87.37"),
    "central-highlands": ("", "85.42", "85.63"),
}


def printed(held: list[Observation], about: str, period: int, quantity: str) -> list[str]:
    """The texts of the figures held, in their order."""
    key = (about, period, quantity)
    return [each.text for each in held if (each.about, each.period.year, each.quantity) == key]


# Both cuts


def test_the_ten_of_2020_by_method_are_the_published_parts() -> None:
    """The four parts by method are those printed, and add up to the index by component."""
    result = ten_of_2020()
    columns = ("appraised", "sipas_points", "leader_survey", "socio_economic")
    rows = shared_rows("parts_2020_top10.csv")
    for row, card in zip(rows, result.scorecards, strict=True):
        cut = by_method(result.edition, card)
        assert [each.method for each in cut] == [
            Method.ASSESSED, Method.DERIVED, Method.SURVEY, Method.STATISTICS
        ]  # fmt: skip
        got = [each.points and each.points.known for each in cut]
        assert got == [Fraction(row[name]) for name in columns]
        assert [each.max for each in cut] == [None, 10, None, None]
        base = card.index(Quantity.BASE, rounded=False)
        assert base is not None
        assert sum((each or F(0) for each in got), F(0)) == base.known


def test_maxima_by_method_of_876_are_those_of_the_shared_table() -> None:
    """The same 100 points cut by method: 61,50, 10, 22 and 6,50, each of its method."""
    edition = parcore.load_edition("par-index-province@2022")
    words = {"appraised": "assessed", "sipas": "derived", "survey_leaders": "survey"}
    rows = shared_rows("methods_876_province.csv")
    declared = [(each.method.value, each.max and each.max.common) for each in edition.methods]
    assert declared == [(words.get(r["method"], r["method"]), F(r["max_points"])) for r in rows]
    assert sum(each.max.common for each in edition.methods if each.max) == 100


@pytest.mark.parametrize(("edition", "points"), [("2020", "36.5"), ("2022", "31.5")])
def test_of_the_ministries_only_the_survey_s_maximum_is_declared(edition: str, points: str) -> None:
    """Of 100 points the survey has 36,5 under 1149 and 31,50 under 876; what is appraised is not known."""
    methods = parcore.load_edition(f"par-index-ministry@{edition}").methods
    assert [(each.method, each.max and each.max.common) for each in methods] == [
        (Method.SURVEY, F(points)), (Method.ASSESSED, None),
    ]  # fmt: skip


def test_nam_dinh_2023_by_method() -> None:
    """SIPAS 7,85/10 and statistics 3,25/6,5 are told apart; appraised and surveyed points only together."""
    result = scored("par-index-province", "2023")
    cut = {each.method: each for each in by_method(result.edition, result.scorecards[0])}
    told = {method: (each.points and each.points.known, each.max) for method, each in cut.items()}
    assert told == {
        Method.ASSESSED: (None, F("61.5")),
        Method.DERIVED: (F("7.85"), F(10)),
        Method.SURVEY: (None, F(22)),
        Method.STATISTICS: (F("3.25"), F("6.5")),
        None: (F("76.23"), F("83.5")),
    }


def test_both_cuts_are_written() -> None:
    """JSON has the points of each unit by criterion and by method; CSV has a row for each method."""
    result = ten_of_2020()
    first = to_dict(result, "vi")["units"][0]
    assert {each["method"]: each["points"] for each in first["methods"]} == {
        "assessed": "57.66", "derived": "9.56", "survey": "18.83", "statistics": "5",
    }  # fmt: skip
    assert {each["id"]: each["points"] for each in first["criteria"]}["appraised"] == "57.66"
    rows = list(method_rows(result, "vi"))
    assert len(rows) == 40
    assert all(set(row) == set(METHOD_COLUMNS) for row in rows)


# Years


@pytest.mark.parametrize(
    ("period", "bands"),
    [("2020", "ABC"), ("2021", "A"), ("2022", "ABC"), ("2023", "AB"), ("2024", "AB"), ("2017", "")],
)
def test_bands_are_those_known_of_the_year(period: str, bands: str) -> None:
    """Each year of an edition has the bands that are known of it, no band of its neighbour's."""
    classes = parcore.load_edition("par-index-province", period=period).classes_in(Period(int(period)))
    assert [each.name for each in classes.bands] == [*bands] if classes else bands == ""
    counted = {
        each.about for each in PROVINCES if each.period.year == int(period) and each.quantity == "count"
    }
    assert {f"band:{each}" for each in bands} <= counted or period == "2017"


def test_bands_by_year_are_those_of_the_shared_table() -> None:
    """Each year's bands, with their ends and provinces: A from 80 in 2018, from 90 since 2020."""
    ids = {"nhóm 1": "nhom-1", "nhóm khá": "nhom-kha"}
    for row in shared_rows("bands_by_year.csv"):
        about, year = f"band:{ids.get(row['band'], row['band'])}", int(row["year"])
        for quantity, column in (("from", "from"), ("below", "below"), ("count", "provinces")):
            assert printed(PROVINCES, about, year, quantity) == ([row[column]] if row[column] else [])


def test_the_national_table_is_that_of_the_shared_table() -> None:
    """Means, highest and lowest of each year, of provinces and of ministries, are all held, and no others."""
    columns = {"mean": "mean_{}", "highest": "max_{}value", "lowest": "min_{}value"}
    for row in shared_rows("national_by_year.csv"):
        for quantity, column in columns.items():
            for held, name in ((PROVINCES, ""), (MINISTRIES, "ministry_")):
                of = "ministries" if name else "provinces"
                cell = row[column.format(of if quantity == "mean" else name)]
                assert printed(held, "all", int(row["year"]), quantity) == ([cell] if cell else []), row


def test_every_province_value_is_held() -> None:
    """Each index and rank of the shared table is an observation, computed ones marked as inferred."""
    made = 0
    for row in shared_rows("par_values.csv"):
        for quantity, column in (("index", "par_index"), ("rank", "rank")):
            if row[column]:
                period = Period(int(row["year"]))
                unit = BOOK.units.look_up(row["province"], period.end, Place(""), Findings())
                assert unit is not None
                held = printed(PROVINCES, unit.id, period.year, quantity)
                assert held == [row[column]], row
                made += 1
    assert made > 150


def test_means_of_regions_are_held_with_their_restatements() -> None:
    """Each region's mean by year; 2023 of two regions twice, as first published and as restated."""
    restated = {"red-river-delta": "88.32", "southeast": "87.45"}
    for region, means in REGIONS.items():
        for year, mean in zip((2022, 2023, 2024), means, strict=True):
            more = [restated[region]] if year == 2023 and region in restated else []
            wanted = ([mean] if mean else []) + more
            assert printed(PROVINCES, f"region:{region}", year, "mean") == wanted


# What three articles print


def test_differences_printed_follow_from_the_figures_printed() -> None:
    """Each printed difference of 2020 is that of two printed figures, exactly."""

    def number(held: list[Observation], about: str, year: int, quantity: str) -> Fraction:
        (text,) = printed(held, about, year, quantity)
        found = parse_exact(text)
        assert found is not None
        return found

    mean = {year: number(PROVINCES, "all", year, "mean") for year in (2019, 2020)}
    assert number(PROVINCES, "all", 2020, "mean_change") == mean[2020] - mean[2019]
    ministries = {year: number(MINISTRIES, "all", year, "mean") for year in (2012, 2019, 2020)}
    assert number(MINISTRIES, "all", 2020, "mean_change") == ministries[2020] - ministries[2019]
    assert number(MINISTRIES, "all", 2020, "mean_change_since:2012") == ministries[2020] - ministries[2012]
    ends = [number(MINISTRIES, "all", 2020, each) for each in ("highest", "lowest")]
    assert number(MINISTRIES, "all", 2020, "spread") == ends[0] - ends[1]
    indexes = [number(PROVINCES, each, 2020, "index") for each in ("quang-ninh", "hai-phong")]
    assert number(PROVINCES, "quang-ninh", 2020, "lead") == indexes[0] - indexes[1]


def test_changes_of_rank_follow_from_the_ranks() -> None:
    """“Giảm 15 bậc” means that the rank number rises by 15: the ranks of the two years differ by it."""
    for about, year, quantity, rank in (
        ("an-giang", 2020, "change_places", "rank"),
        ("an-giang", 2020, "change_places_in_region", "rank_in_region"),
        ("ha-nam", 2021, "change_places", "rank"),
    ):
        (change,) = printed(PROVINCES, about, year, quantity)
        (now,), (before,) = (printed(PROVINCES, about, each, rank) for each in (year, year - 1))
        assert int(change) == int(before) - int(now)


def test_counts_of_2020_follow_from_the_bands() -> None:
    """The 58 provinces above 80 are those of the bands A and B; 15 ministries rose and 2 fell, of 17."""
    of_bands = [int(*printed(PROVINCES, f"band:{each}", 2020, "count")) for each in "AB"]
    assert printed(PROVINCES, "band:above-80", 2020, "count") == [str(sum(of_bands))]
    moved = [int(*printed(MINISTRIES, f"band:{each}", 2020, "count")) for each in ("risen", "fallen")]
    assert printed(MINISTRIES, "all", 2020, "count") == [str(sum(moved))] == ["17"]


def test_criteria_without_points_are_named() -> None:
    """Of Hà Nam's 43 criteria in 2021, 22 are below their maximum and 3 have no points, each named."""
    counts = [printed(PROVINCES, "ha-nam", 2021, f"criteria_{each}") for each in ("below_max", "at_zero")]
    assert counts == [["22"], ["3"]]
    assert printed(PROVINCES, "all", 2021, "criteria") == ["43"]
    zero = [o for o in PROVINCES if o.about == "ha-nam" and o.quantity.startswith("points:")]
    assert [each.value.number for each in zero] == [0, 0, 0]
    assert all(each.note.vi.count("“") == 1 for each in zero)


def test_the_counts_of_2019_are_those_of_its_components() -> None:
    """Under 1150 the criteria and sub-criteria of the eight components make the 43 and 95 of the whole."""
    for quantity in ("criteria", "subcriteria"):
        (whole,) = printed(PROVINCES, "all", 2019, quantity)
        held = [o for o in PROVINCES if o.period.year == 2019 and o.quantity.startswith(f"{quantity}:")]
        assert len(held) == 8
        assert sum(each.value.number for each in held) == F(whole)


def test_the_structure_of_each_decision_is_held() -> None:
    """Criteria, sub-criteria and survey points of every decision of which they are known are observations."""
    for row in shared_rows("editions.csv"):
        held = PROVINCES if row["family"] == "par-index-province" else MINISTRIES
        for quantity, column in (("criteria", "criteria"), ("subcriteria", "subcriteria")):
            if row[column]:
                assert row[column] in printed(held, "all", int(row["first_index_year"]), quantity)
        if row["survey_points"]:
            (points,) = printed(held, "all", int(row["first_index_year"]), "survey_points")
            assert F(points) == F(row["survey_points"])


@pytest.mark.parametrize(
    ("source", "provinces", "ministries", "sipas"),
    [(AN_GIANG, 22, 19, 7), (HA_NAM, 10, 0, 4), (NAM_DINH, 37, 0, 0)],
)
def test_figures_of_an_article_stand_with_their_sentences(
    source: str, provinces: int, ministries: int, sipas: int
) -> None:
    """All checkable figures of the three articles are held, each with the sentence that prints it."""
    for held, count in ((PROVINCES, provinces), (MINISTRIES, ministries), (SIPAS, sipas)):
        found = [o for o in held if o.source.title.startswith(source) and o.source.basis.value == "reported"]
        assert len(found) == count
        assert [o.place for o in found if "“" not in o.note.vi] == []


def test_only_what_was_rounded_elsewhere_or_misprinted_differs() -> None:
    """Four totals differ from the sums of their printed parts, and one printed maximum is wrong: no more."""
    unlike = [
        (each.observation.about, each.observation.quantity, each.observation.text)
        for period in ("2020", "2021", "2023", "2024")
        for each in compared(scored("par-index-province", period))
        if each.verdict is not Verdict.SAME
    ]
    assert sorted(unlike) == [
        ("dong-thap", "index", "86.77"),
        ("nam-dinh", "index", "87.32"),
        ("nam-dinh", "max:socio-economic-impact", "6.25"),
        ("phu-tho", "index", "85.74"),
        ("quang-ninh", "index", "91.04"),
    ]


def test_a_series_shows_what_was_printed_first_and_what_the_next_release_made_of_it() -> None:
    """2023 of two regions: 88.33 and 87.79 at first, 88.32 and 87.45 a year later; each its source."""
    restated = {each.about: each for each in series(Registry(), "par-index-province") if each.restated}
    printed_again = {"red-river-delta": ("88.33", "88.32"), "southeast": ("87.79", "87.45")}
    assert [*restated] == [f"region:{region}" for region in printed_again]
    for region, (first, later) in printed_again.items():
        found = restated[f"region:{region}"]
        assert [each.text for each in found.restated] == [first, later]
        assert [each.stated_in for each in found.restated] == [None, Period(2024)]
        assert len({str(each.source) for each in found.restated}) == 2
        cells = [found.cell(str(year)) for year in (2022, 2023, 2024)]
        assert cells == [REGIONS[region][0], f"{first}; {later}*", REGIONS[region][2]]


def test_a_series_names_regions_and_figures_as_people_do() -> None:
    """No id of a region or of a figure stands in the Vietnamese page."""
    done = CliRunner().invoke(cli, ["show", "par-index-province", "--as", "series", "--lang", "vi"])
    assert "vùng Đông Nam Bộ, trung bình" in done.stdout
    for word in ("southeast", "red-river-delta", "subcriteria", "survey_points"):
        assert word not in done.stdout


@pytest.mark.parametrize(
    ("lang", "mark"), [("en", "restated with the results of 2024"), ("vi", "nêu lại cùng kết quả 2024")]
)
def test_the_page_marks_what_was_restated(lang: str, mark: str) -> None:
    """On the methodology's page the later figures, and no others, are marked as restated."""
    lines = [line for line in page(Registry(), "par-index-province", lang).splitlines() if mark in line]
    assert len(lines) == 2
    assert [figure in line for figure, line in zip(("88.32", "87.45"), lines, strict=True)] == [True, True]
