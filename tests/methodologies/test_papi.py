"""PAPI: every published figure from the panel of sub-dimensions, where it is at hand, and what is refused."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

import parcore
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Observation
from parcore.evidence.layouts import Layout
from parcore.registry import Registry
from parcore.results.published import Verdict, compared
from parcore.results.result import Result
from parcore.rules.policies import Quantity
from parcore.values import State
from tests.test_docs import FILE, commands, run, same

PACKAGE = Path(__file__).parents[2] / "methodologies" / "papi"
SHARED = Path(__file__).parents[3] / "shared" / "data"
PANEL = SHARED / "papi"
YEARS = range(2011, 2025)
LATE = frozenset({"SC24", "SC71", "SC72", "SC73", "SC81", "SC82", "SC83"})
NOT_IN_USE = dict.fromkeys(YEARS, LATE) | {2018: frozenset({"SC83"}), 2019: frozenset(), 2020: frozenset()}
NOT_IN_USE |= dict.fromkeys(range(2021, 2025), frozenset({"SC52"}))
RANKED = dict.fromkeys(YEARS, 63) | {2014: 61, 2018: 61, 2021: 60, 2022: 61, 2023: 61, 2024: 61}


@pytest.fixture
def panel() -> Path:
    """The files of the data set; the test is skipped where they are not at hand."""
    if not PANEL.is_dir():
        pytest.skip(f"{PANEL} is not here")
    return PANEL


@cache
def registry() -> Registry:
    """What is installed."""
    return Registry()


@cache
def edition_of(year: int) -> Edition:
    """The edition in force for a year."""
    return parcore.load_edition("papi", period=year)


@cache
def layout() -> Layout:
    """How the data set writes its files."""
    (found,) = [each for each in registry().layouts if each.name == "papi"]
    return found


@cache
def scored(year: int) -> Result:
    """A year's file, scored as it is downloaded under the edition in force."""
    edition = edition_of(year)
    evidence = parcore.read_evidence(edition, [PANEL / f"{year}.csv"], period=year)
    return parcore.score(edition, evidence, year)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a file, as plain text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes_in_use(year: int) -> list[str]:
    """The columns that a year's edition has as criteria."""
    edition = edition_of(year)
    return [each.code for each in edition.leaves]


def test_there_are_as_many_editions_as_there_are_sets_of_columns() -> None:
    """Four editions hold for the fourteen years, each for the years between two changes of columns."""
    names = [edition_of(year).name for year in YEARS]
    assert names == ["2011"] * 7 + ["2018"] + ["2019"] * 2 + ["2021"] * 4


@pytest.mark.parametrize("year", [2010, 2025])
def test_years_outside_the_data_set_have_no_edition(year: int) -> None:
    """A year whose columns nobody has seen is refused, not scored by its neighbour's."""
    with pytest.raises(ParcoreError) as refused:
        parcore.load_edition("papi", period=year)
    assert refused.value.diagnostics[0].code == "edition-not-in-force"


@pytest.mark.parametrize("year", YEARS)
def test_criteria_are_the_columns_in_use(year: int) -> None:
    """Each year has the columns known for it, in the order of their codes, under six or eight dimensions."""
    edition = edition_of(year)
    every = list(layout().fields)
    assert len(every) == 29
    assert codes_in_use(year) == [code for code in every if code not in NOT_IN_USE[year]]
    assert len(edition.components) == (6 if year < 2018 else 8)
    assert {each.code[2] for each in edition.leaves} == {each.code[2] for each in edition.components}
    for component in edition.components:
        assert {each.code[2] for each in component.children} == {component.code[2]}


@pytest.mark.parametrize("year", YEARS)
def test_criteria_are_the_columns_that_the_panel_fills(year: int, panel: Path) -> None:
    """A column is in use where some province has a figure in it: those are the year's criteria."""
    file = rows(panel / f"{year}.csv")
    filled = [code for code in file[0] if code != "Province" and any(row[code] for row in file)]
    assert codes_in_use(year) == filled


def test_no_maximum_is_claimed() -> None:
    """The scale of presentation is no maximum: every maximum is unknown, and no unit has a rate."""
    for document in registry().edition_documents("papi"):
        edition = registry().load(document)
        assert {each.max for each in edition.criteria} == {None}
        assert not edition.rounding.digits


def test_names_are_those_of_the_code_books(panel: Path) -> None:
    """Every code of the code books has its column or unit, and every criterion its English name."""
    names = {
        row["Variable_Code"]: row["Variable_Name"].strip() for row in rows(panel / "codebook_subcriteria.csv")
    }
    dimensions = {
        row["Variable_Code"]: row["Variable_Name"].strip() for row in rows(panel / "codebook_criteria.csv")
    }
    assert list(layout().fields) == list(names)
    for document in registry().edition_documents("papi"):
        edition = registry().load(document)
        assert all(each.title.en == names[each.code] for each in edition.leaves)
        assert all(each.title.en == dimensions[each.code] for each in edition.components)
        assert all(layout().fields[each.code] == f"points:{each.id}" for each in edition.leaves)


def test_the_codes_of_provinces_are_the_63_each_once() -> None:
    """P01 to P63 stand for the 63 provinces until June 2025, no two for one, and for none of the 34 since."""
    units = registry().units.units
    assert list(layout().units) == [f"P{number:02}" for number in range(1, 64)]
    old = {each.id for each in units.values() if each.kind == "province" and each.until is not None}
    assert len(old) == 63
    assert set(layout().units.values()) == old


def test_the_codes_of_provinces_are_those_of_the_code_book(panel: Path) -> None:
    """The unaccented name of each code is the English name, or an alias, of the unit it is joined to."""
    units = registry().units.units
    found = 0
    for row in rows(panel / "codebook_provinces.csv"):
        unit = units[layout().units[row["Variable_Code"]]]
        assert row["Variable_Name"].strip() in {unit.name.en, *unit.aliases}
        found += 1
    assert found == 63


@pytest.mark.parametrize("year", YEARS)
def test_totals_and_ranks_are_those_of_a_plain_reckoning(year: int, panel: Path) -> None:
    """Of all 63 provinces: sums of fractions, places by them, and nothing for a row with a blank in it."""
    result = scored(year)
    used = codes_in_use(year)
    totals: dict[str, Fraction] = {}
    partial: set[str] = set()
    for row in rows(panel / f"{year}.csv"):
        unit = layout().units[row["Province"]]
        cells = [row[code] for code in used]
        if all(cells):
            totals[unit] = sum(map(Fraction, cells), Fraction(0))
        else:
            partial.add(unit)
    assert len(totals) == RANKED[year]
    assert len(result.scorecards) == len(totals) + len(partial) == 63
    for unit, total in totals.items():
        assert index(result, unit) == total
        place = result.place(unit)
        assert place is not None
        better = sum(other > total for other in totals.values())
        assert (place.place, place.among) == (1 + better, len(totals))
    for unit in partial:
        card = result.card(unit)
        assert card is not None
        assert card.state is State.WITHHELD
        assert index(result, unit) is None
        assert result.place(unit) is None


@pytest.mark.parametrize("year", YEARS)
def test_dimensions_are_the_sums_of_their_columns(year: int, panel: Path) -> None:
    """Each dimension of each province is the sum of its columns, and withheld where one is blank."""
    result = scored(year)
    edition = edition_of(year)
    for row in rows(panel / f"{year}.csv"):
        card = result.card(layout().units[row["Province"]])
        assert card is not None
        for dimension in edition.components:
            cells = [row[each.code] for each in dimension.children]
            points = card.points(dimension.id)
            if all(cells):
                assert points.known == sum(map(Fraction, cells))
            else:
                assert points.state is State.WITHHELD


def index(result: Result, unit: str) -> Fraction | None:
    """A unit's total, unrounded; None where it has none."""
    card = result.card(unit)
    assert card is not None
    total = card.index(Quantity.BASE, rounded=False)
    return None if total is None or total.state is not State.OK else total.known


def published() -> list[Observation]:
    """The figures that others printed, as the package holds them."""
    return registry().observations("papi")


def test_published_figures_are_reproduced_but_for_one_rank(panel: Path) -> None:
    """The panel gives every total, rank and count as printed; one total is cut off, one rank is another."""
    found = [each for year in sorted({o.period.year for o in published()}) for each in compared(scored(year))]
    assert [each.observation for each in found] == published()
    assert all(each.settled and not each.order and not each.printed for each in found)
    unlike = {
        (each.observation.about, each.observation.period.year, each.observation.quantity): (
            each.verdict,
            each.figure,
            each.observation.explained.vi,
        )
        for each in found
        if each.verdict is not Verdict.SAME
    }
    assert unlike == {
        ("ha-nam", 2021, "index"): (Verdict.CUT, Fraction("43.285460083"), ""),
        ("ha-nam", 2021, "rank"): (Verdict.UNLIKE, Fraction(22), "not explained"),
    }


def test_published_figures_are_those_of_the_shared_table() -> None:
    """Every total, rank and count of the project's table stands among the observations, and no other."""
    path = SHARED / "papi_published.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    assert {(o.about, o.period.year, o.quantity, o.text) for o in published()} == set(table(path))


def table(path: Path) -> Iterator[tuple[str, int, str, str]]:
    """The figures of the project's table as observations name them."""
    for row in rows(path):
        year = int(row["year"])
        (unit,) = [u for u in registry().units.ever(row["province"]) if u.until is not None]
        yield unit.id, year, "index", row["total_published"]
        if row["rank_published"]:
            yield unit.id, year, "rank", row["rank_published"]
        if row["ranked_units"]:
            yield "all", year, "ranked_units", row["ranked_units"]


def small(folder: Path, *lines: str) -> Path:
    """An invented file in the layout of the data set, for the columns of 2022."""
    used = codes_in_use(2022)
    path = folder / "small.csv"
    header = ",".join(["Province", *used, "SC52"])
    path.write_text(
        "\n".join([header, *(line.format(",".join("1" for _ in used)) for line in lines)]), "utf-8"
    )
    return path


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Codes are read, an unused column is passed over, blanks withhold; the figures are invented."""
    path = small(tmp_path, "P14,{},", "P03,{},7", "P15," + "," * 28)
    edition = edition_of(2022)
    result = parcore.score(edition, parcore.read_evidence(edition, [path], period=2022), 2022)
    assert {card.unit.id: index(result, card.unit.id) for card in result.scorecards} == {
        "quang-ninh": 28, "cao-bang": 28, "bac-giang": None,
    }  # fmt: skip
    assert {state for each in result.empty for state in [each.state]} == {State.MISSING}
    assert {each.unit.id for each in result.empty} == {"bac-giang"}


def test_a_province_with_one_blank_is_scored_nowhere(tmp_path: Path) -> None:
    """With 27 of 28 figures there is no total and no rank; others are ranked without it. Invented figures."""
    path = small(tmp_path, "P14,{},", "P03,{},")
    header, first, second = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([header, first.replace("P14,1", "P14,"), second]), "utf-8")
    edition = edition_of(2022)
    result = parcore.score(edition, parcore.read_evidence(edition, [path], period=2022), 2022)
    assert index(result, "quang-ninh") is None
    assert result.place("quang-ninh") is None
    place = result.place("cao-bang")
    assert place is not None
    assert (place.place, place.among) == (1, 1)


def test_an_unknown_code_of_a_province_is_told_at_its_place(tmp_path: Path) -> None:
    """A code that the data set does not have, and a name in its place, are refused, each where it stands."""
    path = small(tmp_path, "P64,{},", "Quảng Ninh,{},")
    edition = edition_of(2022)
    with pytest.raises(ParcoreError) as refused:
        parcore.read_evidence(edition, [path], period=2022)
    found = [(each.place.line, each.code) for each in refused.value.diagnostics]
    assert found == [(2, "unit-code-unknown"), (3, "unit-code-unknown")]


def test_the_codes_do_not_stand_for_the_provinces_since_2025(tmp_path: Path) -> None:
    """A file said to be of 2025 is refused: the 63 provinces of the codes had ceased to be."""
    path = small(tmp_path, "P25,{},")
    edition = parcore.load_edition("papi@2021")
    with pytest.raises(ParcoreError) as refused:
        parcore.read_evidence(edition, [path], period=2025)
    assert [each.code for each in refused.value.diagnostics] == ["unit-not-then"]


def test_the_readme_shows_what_the_program_prints(tmp_path: Path, panel: Path) -> None:
    """What the package's page shows is what its commands print with the files of the data set."""
    page = (PACKAGE / "README.md").read_text("utf-8")
    for year in (2021, 2022):
        shutil.copy(panel / f"{year}.csv", tmp_path)
    for name, text in FILE.findall(page):
        (tmp_path / name).write_text(text, "utf-8")
    asked = commands(page)
    assert len(asked) == 4
    for command, shown in asked:
        printed = run(command, tmp_path)
        assert same(shown, printed), f"$ {command}\nshown:\n{shown}\nprinted:\n{printed}"


def test_no_figure_of_the_panel_is_in_the_package() -> None:
    """The package holds codes, names and published figures, and no scores of sub-dimensions."""
    documents = [
        each for package in registry().packages if package.name == "papi" for each in package.documents
    ]
    assert sorted(each.kind for each in documents) == ["edition"] * 4 + ["layout", "observations"]
    assert [each.name for each in PACKAGE.rglob("*.csv")] == ["published.csv"]
