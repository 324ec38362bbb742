"""What a department reads off its result: lines under the table, columns, the index explained, words."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from parcore.cli.tables import Column, show_table
from tests.cli.test_commands import Said, say

FOLDER = Path(__file__).parent / "outputs"
GIVEN = ("--path", str(FOLDER), "--evidence", str(FOLDER / "evidence.csv"))


def told(command: str, *words: str) -> Said:
    """Run a command on the illustrative index of five wards."""
    said = say(command, "told", *words, *GIVEN)
    assert said.status == 0, said.err
    return said


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(StringIO(text)))


def test_an_alternative_never_come_to_is_nowhere_empty() -> None:
    """Where the first rule applies the second lacks nothing; where it gives way the second is asked."""
    result = json.loads(told("score", "--format", "json").out)
    assert not [each for each in result["empty"] if each["criterion"] == "own-spare"]
    units = {unit["unit"]: {each["id"]: each for each in unit["criteria"]} for unit in result["units"]}
    assert (units["a"]["own-spare"]["points"], units["a"]["own-spare"]["state"]) == (None, "not_reached")
    assert (units["c"]["own-spare"]["points"], units["c"]["own-spare"]["state"]) == ("5", "ok")
    cells = {(row["unit"], row["criterion"]): row for row in rows(told("score", "--format", "csv").out)}
    spare = cells["a", "own-spare"]
    assert (spare["points"], spare["evidence"], spare["effect"]) == ("", "", "not_reached")
    assert "1.2" not in told("score", "--lang", "en").out.partition("─")[2]
    assert "Not reached: a rule before it" in told("explain", "a", "1.2", "--lang", "en").out
    assert "not reached" in told("score", "--unit", "A", "--lang", "en").out


def test_units_without_an_index_come_first_and_the_rest_by_criterion() -> None:
    """Who gets no index stands first with the cause; units alike in the rest share a line."""
    lines = told("score", "--lang", "en").out.splitlines()
    at = lines.index("E, criterion 1.1 Main rate: missing → the unit gets no index")
    assert lines[at + 1] == "Criterion 4 Survey: missing → scored zero: 4 units (C, B, D, E)"
    assert not [line for line in lines if line.startswith("D, criterion")]


def test_csv_has_group_places_and_adjustments() -> None:
    """A unit ranked within its group alone has its place there; its bonus and group stand beside it."""
    index = {
        row["unit"]: row for row in rows(told("score", "--format", "csv").out) if row["criterion"] == "index"
    }
    names = ("place", "place_group", "among_group", "place_group_open", "group", "bonus", "penalty")
    assert [index["a"][name] for name in names] == ["", "1", "2", "no", "north", "3", ""]
    assert [index["e"][name] for name in names] == ["", "", "", "", "south", "0", ""]


def test_csv_of_two_results_has_the_index_of_every_unit() -> None:
    """Points, rate, total, class and places stand before the differences, with name, code and group."""
    found = rows(told("score", "--stage", "self", "--beside", "final", "--format", "csv").out)
    index = {row["figure"]: row for row in found if (row["unit"], row["criterion"]) == ("a", "index")}
    assert list(index) == ["points", "rate", "total", "class", "place_group"]
    assert (index["total"]["first"], index["total"]["second"], index["class"]["second"]) == (
        "",
        "27.5",
        "good",
    )
    own = next(row for row in found if (row["unit"], row["criterion"]) == ("b", "standing"))
    assert (own["name"], own["code"], own["group"], own["figure"]) == ("B", "3", "north", "points")


@pytest.mark.parametrize("words", [("--stage", "self", "--beside", "final"), ("--by", "method")])
def test_tables_show_what_class_and_places_are_read_from(words: tuple[str, ...]) -> None:
    """Two results and the cut by method show the total that is classed and ranked, not points alone."""
    if words[0] == "--by":
        said = say("score", "par-index-province", "--period", "2023", "--by", "method", "--lang", "en")
        assert "Class" in said.out.partition("─")[0]
        return
    head = told("score", *words, "--lang", "en").out.partition("─")[0]
    assert all(word in head for word in ("Total", "Class", "Rank in group"))


def test_explain_tells_the_index() -> None:
    """`explain NAME UNIT index` gives components, bonus under its cap, total, rate, class and places."""
    said = told("explain", "a", "index", "--lang", "vi").out
    assert said.startswith("A, chỉ số\n")
    assert "Thưởng: T1 Sáng kiến 2 + T2 Khen thưởng 2 = 4, nhưng không quá 3 → 3." in said
    assert "Tổng: 24,5 + 3 = 27,5." in said
    assert "Chỉ số: 24,5 / 30 × 100 = 81,67 %." in said
    assert said.rstrip().endswith("Xếp loại A: 27,5 → Tốt. Hạng trong khối (north): 1/2.")
    assert "chưa tính" in told("explain", "e", "index", "--lang", "vi").out
    assert told("explain", "a", "--lang", "vi").out.rstrip().endswith(said.rstrip())
    (whole,) = json.loads(told("explain", "a", "index", "--format", "json").out)
    assert (whole["criterion"], whole["points"]) == ("index", "27.5")


@pytest.mark.parametrize(
    ("unit", "criterion", "sentence"),
    [
        ("a", "peers", "The unit's own: 1; the mean of its peers: 2.4; peers that count: 5."),
        ("b", "standing", "The unit's own: 3; the lowest: 1; the highest: 4; peers that count: 5."),
        ("a", "survey", "Answers: 40, and 30 are asked for at the least."),
        ("b", "survey", "Answers: 20, fewer than the 30 asked for at the least."),
        ("a", "reports", "b) missed reports: 2 points; not taken off: a) late reports: 0.5 points."),
    ],
)
def test_a_story_tells_what_stands_beside_a_measure(unit: str, criterion: str, sentence: str) -> None:
    """Own value and peers, answers against the least, and of a chain counted once what was passed over."""
    assert sentence in told("explain", unit, criterion, "--lang", "en").out


def test_points_set_are_told_after_those_computed() -> None:
    """First what was computed, then what was set and why, and last the points that stand."""
    said = say("explain", "one-stop@2018", "illustrative-department", "2", "--lang", "en").out
    order = [said.find(text) for text in ("Then set to 1.5", "reason:", "Points: 1.5 of 2.")]
    assert order == sorted(order)
    assert order[0] > 0
    assert said.count("Points: ") == 1


COLUMNS = [
    Column("unit", "Unit"),
    Column("lost", "Lost", numeric=True, spare=2),
    Column("points", "Points", numeric=True),
]


def test_columns_left_out_are_named_with_how_to_see_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """COLUMNS holds through a pipe; what it has no room for is named; without it nothing is left out."""
    cells = [{"unit": "A", "lost": "1", "points": "2"}]
    monkeypatch.setenv("COLUMNS", "18")
    show_table(COLUMNS, cells)
    narrow = capsys.readouterr().out
    assert "Lost" not in narrow.partition("─")[0]
    assert "Lost" in narrow.splitlines()[-1]
    assert "--format csv" in narrow.splitlines()[-1]
    monkeypatch.delenv("COLUMNS")
    many = [Column(f"c{at}", f"Column {at}", numeric=True, spare=at) for at in range(40)]
    show_table(many, [{each.key: "123456" for each in many}])
    wide = capsys.readouterr().out
    assert wide.count("123456") == 40
    assert "--format csv" not in wide


def test_a_provisional_index_tells_total_and_class() -> None:
    """Where only the total can still move the index stays; the classes of both ends are named."""
    said = told("score", "--set", "a.points:award=unverified", "--lang", "en").out
    assert (
        "A: 1 leaves open, the index stays 81.67, the total lies between 26.5 and 27.5, "
        "the class by that number stays Good"
    ) in said.splitlines()
    words = ("one-stop@2018", "--set", "illustrative-department.petitions_on_time=>= 18", "--lang", "en")
    assert "the total lies between 11.5 and 12.5, the class by that number from" in say("score", *words).out
