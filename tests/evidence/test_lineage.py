"""Lineage: what became of units between two days, through any events, and never by name or code."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml, read_yaml
from parcore.evidence.lineage import DAY, Event, Label, Lineage, read_lineage
from parcore.evidence.units import Unit, UnitBook, read_units
from parcore.i18n import Text
from parcore.registry import Registry

GOOD = Path(__file__).parents[1] / "documents" / "good" / "lineage"
MAPPING = Path(__file__).parents[3] / "shared" / "data" / "provinces_63_to_34.csv"
BEFORE, AFTER = date(2024, 12, 31), date(2025, 12, 31)


def illustrative() -> tuple[UnitBook, Lineage]:
    """The districts and communes of the corpus: split, ended, merged, redrawn, renamed, new."""
    findings = Findings()
    units = UnitBook(read_units(read_yaml(GOOD / "units.yaml", findings), findings)[0])
    events = read_lineage(read_yaml(GOOD / "lineage.yaml", findings), units, findings)
    assert not list(findings)
    return units, Lineage(events)


def chain(*steps: tuple[str, str]) -> tuple[UnitBook, Lineage]:
    """Units and events from steps `a b > c`, the first of them in 2001, each a year after the last."""
    since: dict[str, date] = {}
    until: dict[str, date] = {}
    events = []
    for at, (before, after) in enumerate(steps, 1):
        on = date(2000 + at, 1, 1)
        until.update(dict.fromkeys(before.split(), on - DAY))
        since.update(dict.fromkeys(after.split(), on))
        events.append(Event(on, tuple(before.split()), tuple(after.split())))
    names = dict.fromkeys([*until, *since])
    units = (Unit(n, "k", Text(n), since=since.get(n), until=until.get(n)) for n in names)
    return UnitBook(units), Lineage(events)


def labels(units: UnitBook, lineage: Lineage) -> dict[str, str]:
    """The label of each unit of 2000, and of each of 2010, by the way between the two."""
    passage = lineage.passage(units, date(2000, 12, 31), date(2010, 12, 31))
    return {unit: passage.label(unit).value for unit in (*passage.became, *passage.came_of)}


def test_every_unit_of_the_illustrative_reform_has_its_label() -> None:
    """A split, a merger, a redrawing, a rename, an end and a beginning are told apart, from both sides."""
    units, lineage = illustrative()
    passage = lineage.passage(units, BEFORE, AFTER)
    of = {unit: passage.label(unit) for unit in units.units}
    assert of["xa-1"] is of["xa-1-2"] is Label.MERGED
    assert of["xa-3"] is of["xa-3-tay"] is of["xa-3-dong"] is Label.REDRAWN
    assert of["xa-5"] is of["phuong-5"] is Label.INTACT
    assert of["dac-khu"] is Label.NEW
    assert of["huyen-b"] is of["huyen-a-bac"] is Label.ENDED
    earlier = lineage.passage(units, date(2023, 12, 31), BEFORE)
    assert earlier.label("huyen-a") is earlier.label("huyen-a-bac") is Label.SPLIT
    assert earlier.successors("huyen-a") == {"huyen-a-bac", "huyen-a-nam"}
    assert earlier.label("xa-1") is Label.INTACT


def test_a_district_split_first_ends_through_both_its_parts() -> None:
    """Events in a row are composed: what was split, and whose parts then ended, has ended."""
    units, lineage = illustrative()
    passage = lineage.passage(units, date(2023, 12, 31), AFTER)
    assert passage.label("huyen-a") is Label.ENDED
    assert passage.successors("huyen-a") == frozenset()


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([("a", "b c"), ("b c", "d")], {"a": "intact", "d": "intact"}),
        ([("a b", "c d"), ("c d", "e")], {"a": "merged", "b": "merged", "e": "merged"}),
        ([("a b", "c"), ("c d", "e")], {"a": "merged", "b": "merged", "d": "merged", "e": "merged"}),
        ([("a", "b c"), ("b", "")], {"a": "split", "c": "split"}),
        ([("a", "b c"), ("c x", "d")], {"a": "redrawn", "b": "split", "d": "redrawn", "x": "merged"}),
        ([("", "n"), ("a n", "d")], {"a": "merged", "d": "redrawn"}),
        ([("", "n"), ("n", "m")], {"m": "new"}),
    ],
)
def test_events_in_a_row_are_composed(steps: list[tuple[str, str]], expected: dict[str, str]) -> None:
    """What came of what is followed through every step; a part lost or gained on the way is not forgotten."""
    found = labels(*chain(*steps))
    assert {unit: found[unit] for unit in expected} == expected


def test_a_unit_that_no_event_tells_of_is_of_unknown_origin() -> None:
    """A unit that begins, or ends, without an event is neither new nor ended: nobody said so."""
    units = UnitBook([
        Unit("old", "k", Text("An Giang"), code="89", until=date(2005, 12, 31)),
        Unit("young", "k", Text("An Giang"), code="89", since=date(2006, 1, 1)),
    ])  # fmt: skip
    assert labels(units, Lineage()) == {"old": "unknown", "young": "unknown"}


def test_the_order_of_events_in_a_file_is_irrelevant() -> None:
    """Events are taken by their days, however they are listed."""
    units, lineage = chain(("a b", "c"), ("c d", "e"), ("e", "f g"))
    ways = {tuple(sorted(labels(units, Lineage(each)).items())) for each in permutations(lineage.events)}
    assert len(ways) == 1


@given(st.lists(st.sampled_from(["merge", "split", "rename"]), max_size=8), st.data())
def test_predecessors_and_successors_mirror_each_other(kinds: list[str], data: st.DataObject) -> None:
    """A unit is among the successors of all its predecessors, and the other way, whatever happened."""
    alive, steps, fresh = ["a", "b", "c", "d"], [], iter(f"u{at}" for at in range(100))
    for kind in kinds:
        taken = data.draw(st.permutations(alive))[: 2 if kind == "merge" and len(alive) > 1 else 1]
        born = [next(fresh) for _ in range(2 if kind == "split" else 1)]
        steps.append((" ".join(taken), " ".join(born)))
        alive = [each for each in alive if each not in taken] + born
    units, lineage = chain(*steps)
    known = [unit for unit in units.units.values() if unit.exists_on(date(2000, 12, 31))]
    passage = lineage.passage(units, date(2000, 12, 31), date(2010, 12, 31))
    assert {unit.id for unit in known} == set(passage.became)
    pairs = {(one, two) for one in passage.became for two in passage.successors(one)}
    assert pairs == {(one, two) for two in passage.came_of for one in passage.predecessors(two)}


def test_a_way_back_in_time_is_refused() -> None:
    """The first of the two days is not after the last."""
    units, lineage = chain(("a", "b"))
    with pytest.raises(ValueError, match="is before"):
        lineage.passage(units, AFTER, BEFORE)


def test_the_34_provinces_are_those_of_the_table() -> None:
    """Each of the 63 is in the one of the 34 that the table says, by codes and names of its own time."""
    if not MAPPING.is_file():
        pytest.skip(f"{MAPPING} is not here")
    registry = Registry()
    units, passage = registry.units, registry.lineage.passage(registry.units, BEFORE, AFTER)
    with MAPPING.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 63
    for row in rows:
        (old,) = [u for u in units.on(BEFORE, ["province"]) if u.code == row["code_until_2025_06"]]
        assert old in units.find(row["name_until_2025_06"], BEFORE)
        (new,) = passage.successors(old.id)
        assert units.units[new].code == row["code_since_2025_07"]
        assert units.units[new] in units.find(row["name_since_2025_07"], AFTER)


def test_63_provinces_become_34_of_which_11_are_intact() -> None:
    """Every province of 2024 goes whole into one of 2025; 11 are the same territory, 23 are merged."""
    registry = Registry()
    passage = registry.lineage.passage(registry.units, BEFORE, AFTER)
    new = [unit.id for unit in registry.units.on(AFTER, ["province"])]
    assert Counter(passage.label(each) for each in new) == {Label.MERGED: 23, Label.INTACT: 11}
    parts = Counter(part for each in new for part in passage.predecessors(each))
    assert sorted(parts) == sorted(unit.id for unit in registry.units.on(BEFORE, ["province"]))
    assert set(parts.values()) == {1}


def test_names_and_codes_used_again_confuse_nothing() -> None:
    """The new An Giang, Hải Phòng and Ninh Bình are not the old ones; code 15 was Yên Bái, now Lào Cai."""
    registry = Registry()
    passage = registry.lineage.passage(registry.units, BEFORE, AFTER)
    for name, parts in {
        "an-giang": {"an-giang", "kien-giang"},
        "hai-phong": {"hai-phong", "hai-duong"},
        "ninh-binh": {"ninh-binh", "ha-nam", "nam-dinh"},
        "lao-cai": {"lao-cai", "yen-bai"},
    }.items():
        assert passage.predecessors(f"{name}-2025") == parts
        assert passage.label(f"{name}-2025") is passage.label(name) is Label.MERGED
    book = registry.units
    assert [u.id for day in (BEFORE, AFTER) for u in book.on(day, ["province"]) if u.code == "15"] == [
        "yen-bai",
        "lao-cai-2025",
    ]


def test_communes_at_their_real_number_are_read_and_followed() -> None:
    """10 035 communes that become 3 321, and 696 districts that end, all from a document; no unit is lost."""
    old, new, districts = 10_035, 3_321, 696
    last, first = date(2025, 6, 30), date(2025, 7, 1)
    units = UnitBook([
        *(Unit(f"x{at}", "commune", Text(f"X {at % 900}"), until=last) for at in range(old)),
        *(Unit(f"y{at}", "commune", Text(f"X {at % 900}"), since=first) for at in range(new)),
        *(Unit(f"h{at}", "district", Text(f"H {at}"), until=last) for at in range(districts)),
    ])  # fmt: skip
    lines = ["lineage: communes", "source: {title: invented, basis: illustrative}", "events:"]
    lines += [
        f"  - {{on: 2025-07-01, from: [{', '.join(f'x{each}' for each in range(at, old, new))}],"
        f" to: [y{at}]}}"
        for at in range(new)
    ]
    lines += [f"  - {{on: 2025-07-01, from: [h{at}], to: []}}" for at in range(districts)]
    findings = Findings()
    tree = parse_yaml("\n".join(lines), "communes.yaml", findings)
    lineage = Lineage(read_lineage(tree, units, findings))
    assert not list(findings)
    passage = lineage.passage(units, last, first)
    assert sum(len(passage.predecessors(f"y{at}")) for at in range(new)) == old
    assert Counter(passage.label(unit) for unit in passage.became) == {
        Label.MERGED: old,
        Label.ENDED: districts,
    }
