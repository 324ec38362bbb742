"""The change between two years across 1 July 2025: territory and work told apart, and no name misleads."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

import parcore
from parcore.change.aside import Aside
from parcore.change.attribution import Attribution, Parts, UnitSplit
from parcore.evidence.periods import Period
from parcore.registry import Registry

F = Fraction
FORMULAS = "service-766-formulas"
COLUMNS = "unit,feedback_received,feedback_on_time,feedback_all,feedback_unsatisfied,rate_3_1"
PAPI = Path(__file__).parents[3] / "shared" / "data" / "papi" / "2024.csv"


@cache
def ids(year: int) -> tuple[str, ...]:
    """The provinces of a year."""
    return tuple(unit.id for unit in Registry().units.on(Period(year).end, ["province"]))


def table(folder: Path, year: int) -> Path:
    """Invented feedback of a year's provinces, other numbers each year; the rate of item 3.1 of all."""
    rows = [
        f"{unit},{20 + at},{10 + (at + 1) * year % 11},{20 + at},{at % 7},80%"
        for at, unit in enumerate(ids(year))
    ]
    path = folder / f"{year}.csv"
    path.write_text("\n".join([COLUMNS, *rows]), "utf-8")
    return path


@pytest.fixture
def found(tmp_path: Path) -> Attribution:
    """Why the provinces' scores changed from 2024 to 2025."""
    results = []
    for year in (2024, 2025):
        edition = parcore.load_edition(FORMULAS, period=year)
        results.append(
            parcore.score(edition, parcore.read_evidence(edition, [table(tmp_path, year)], period=year), year)
        )
    return parcore.attribute(*results)


def of(found: Attribution, first: str, second: str) -> UnitSplit:
    """The change between two provinces."""
    return next(each for each in found.units if (each.first.id, each.second.id) == (first, second))


def test_each_of_the_63_is_compared_with_what_has_its_territory(found: Attribution) -> None:
    """63 pairs, labelled; a province of the same name is one of several that a new one came of."""
    assert len(found.units) == 63
    assert {each.second.id for each in found.units} == set(ids(2025))
    assert sorted({each.label for each in found.units}) == ["intact", "merged"]
    came = {each.first.id for each in found.units if each.second.id == "an-giang-2025"}
    assert came == {"an-giang", "kien-giang"}
    assert (found.only_first, found.only_second) == ((), ())


def test_on_intact_provinces_no_change_is_the_units(found: Attribution) -> None:
    """Hà Nội is what it was: all of its change is work."""
    unit = of(found, "ha-noi", "ha-noi-2025")
    assert unit.label == "intact"
    assert unit.index.parts is not None
    assert [unit.index.parts.units, unit.index.parts.rule, unit.index.parts.not_comparable] == [0, 0, 0]
    assert unit.index.parts.evidence != 0


def test_of_merged_provinces_territory_and_work_are_told_apart(found: Attribution) -> None:
    """From one of its parts to the whole is the units', from the whole then to the whole now is work."""
    at = {unit: place for place, unit in enumerate(ids(2024))}
    now = {unit: place for place, unit in enumerate(ids(2025))}

    def rate(parts: list[str]) -> Fraction:
        on_time = sum(10 + (at[each] + 1) * 2024 % 11 for each in parts)
        return F(100 * on_time, sum(20 + at[each] for each in parts))

    whole = rate(["an-giang", "kien-giang"])
    place = now["an-giang-2025"]
    after = F(100 * (10 + (place + 1) * 2025 % 11), 20 + place)
    for first in ("an-giang", "kien-giang"):
        unit = of(found, first, "an-giang-2025")
        assert unit.label == "merged"
        split = next(
            each for each in unit.criteria if each.match and each.match.second[0].id == "feedback-on-time"
        )
        before = rate([first])
        assert split.parts == Parts(
            units=whole - before,
            evidence=after - whole,
            rounding=(split.second or 0) - after - ((split.first or 0) - before),
        )


def test_what_cannot_be_carried_is_set_aside_by_name(found: Attribution) -> None:
    """A rate for which nothing is declared is not comparable on merged provinces, and is on intact ones."""
    aside = {
        (each.label, split.aside)
        for each in found.units
        for split in each.criteria
        if split.match
        and "rate_3_1" in (split.match.second[0].rule.fields if split.match.second[0].rule else ())
    }
    assert aside == {("intact", None), ("merged", Aside.NOT_CARRIED)}


def test_every_change_adds_up(found: Attribution) -> None:
    """Of all 63, of the index and of every criterion, nothing is left over."""
    count = 0
    for unit in found.units:
        for each in (unit.index, *unit.groups, *unit.criteria):
            if each.parts is not None:
                assert each.parts.total == (each.second or F(0)) - (each.first or F(0))
                count += 1
    assert count > 63 * 3


@pytest.mark.skipif(not PAPI.is_file(), reason="the PAPI data set is not at hand")
def test_papi_is_not_comparable_on_the_34_without_weights(tmp_path: Path) -> None:
    """Points of a survey do not add up: without declared weights merged provinces have no comparable part."""
    before = parcore.load_edition("papi", period=2024)
    first = parcore.score(before, parcore.read_evidence(before, [PAPI], period=2024), 2024)
    criteria = [leaf.id for leaf in before.leaves]
    rows = [f"{unit}," + ",".join("1.5" for _ in criteria) for unit in ids(2025)]
    later = tmp_path / "2025.csv"
    later.write_text("\n".join(["unit," + ",".join(f"points:{each}" for each in criteria), *rows]), "utf-8")
    second = parcore.score(before, parcore.read_evidence(before, [later], period=2025), 2025)
    bare = parcore.attribute(first, second)
    weighed = parcore.attribute(first, second, weights=dict.fromkeys(ids(2024), 1))
    for split, aside in ((bare, Aside.NOT_CARRIED), (weighed, None)):
        unit = of(split, "an-giang", "an-giang-2025")
        assert {each.aside for each in unit.criteria} == {aside}
    parts = of(weighed, "an-giang", "an-giang-2025").index.parts
    assert parts is not None
    assert parts.units != 0
    assert parts.not_comparable == 0


def test_places_add_up_across_a_merger(found: Attribution) -> None:
    """The places that a province gained are those by rule, territory, work and others, and what is left."""
    told = [each.places for each in found.units if each.places is not None and each.places.parts is not None]
    for each in told:
        parts = each.parts
        assert parts is not None
        assert parts.rule + parts.units + parts.own + parts.others + parts.not_comparable == each.gained
