"""The commands as a person types them: what they print, and the status they exit with."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

import parcore

EVIDENCE_2024 = "example@2024"


class Said(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


def say(*words: str, folder: Path | None = None) -> Said:
    """Run `parcore` with some words."""
    done = subprocess.run(
        [sys.executable, "-m", "parcore", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def data(*words: str) -> dict:
    """The JSON that a command prints."""
    said = say(*words, "--format", "json")
    assert said.status == 0, said.err
    found: dict = json.loads(said.out)
    return found


def test_version_is_that_of_the_package() -> None:
    """`--version` prints the version that the package declares."""
    assert say("--version").out == f"parcore {parcore.__version__}\n"


def test_the_version_is_the_project_s() -> None:
    """`pyproject.toml` and the package state one version."""
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["version"] == parcore.__version__


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("score", "nowhere"), "edition-unknown"),
        (("score", "example@1999"), "edition-unknown"),
        (("score", "example", "--period", "2031"), "evidence-none"),
        (("score", EVIDENCE_2024, "--unit", "nobody"), "unit-unknown"),
        (("score", EVIDENCE_2024, "--set", "oops"), "set-shape"),
        (("score", EVIDENCE_2024, "--set", "example-health.nothing=1"), "unknown-field"),
        (("score", EVIDENCE_2024, "--set", "example-health.tasks_done=1.234"), "number-ambiguous"),
        (("score", EVIDENCE_2024, "--set", "example-health.tasks_done=999"), "invariant-broken"),
        (("score", EVIDENCE_2024, "--format", "xml"), "format-unknown"),
        (("score", EVIDENCE_2024, "--against", "no-such.json"), "file-not-found"),
        (("explain", EVIDENCE_2024, "example-health", "9.9"), "criterion-unknown"),
    ],
)
def test_what_cannot_run_says_why_in_one_line_and_exits_with_2(words: tuple[str, ...], code: str) -> None:
    """A mistake is met by its diagnostic, in both languages, and never by a traceback."""
    for lang in ("vi", "en"):
        said = say(*words, "--lang", lang)
        assert said.status == 2
        assert f"[{code}]" in said.err
        assert "Traceback" not in said.err


def test_check_exits_with_1_when_a_document_is_refused(tmp_path: Path) -> None:
    """A document with findings makes `check` exit with 1 and name the place."""
    (tmp_path / "units.yaml").write_text(
        "units: u\nmembers:\n  - {id: a, kind: k, name: A, colour: red}\n", "utf-8"
    )
    said = say("check", str(tmp_path), "--lang", "en")
    assert said.status == 1
    assert "units.yaml:3:31" in said.err
    assert "[unknown-key]" in said.err


def test_check_of_all_that_is_installed_is_clean() -> None:
    """Everything that is shipped passes `check`."""
    said = say("check")
    assert said.status == 0, said.err


def test_json_and_csv_say_the_same_points() -> None:
    """Both formats give the same numbers for the same criteria, as exact texts."""
    result = data("score", EVIDENCE_2024)
    rows = list(csv.DictReader(StringIO(say("score", EVIDENCE_2024, "--format", "csv").out)))
    in_json = {(u["unit"], c["id"]): c["points"] for u in result["units"] for c in u["criteria"]}
    in_csv = {
        (r["unit"], r["criterion"]): r["points_exact"] or None for r in rows if r["criterion"] != "index"
    }
    assert in_json == in_csv
    assert in_json["example-justice", "on-time"] == "1404/421"
    shown = {(r["unit"], r["criterion"]): r["points"] for r in rows}
    assert shown["example-justice", "on-time"] == "3.334917"
    assert shown["example-finance", "on-time"] == "3.25625"


def test_csv_says_why_a_leaf_has_no_number_of_its_own() -> None:
    """A zero earned and a zero for missing evidence are told apart."""
    text = say("score", "example@2025", "--period", "2024", "--format", "csv").out
    rows = {(r["unit"], r["criterion"]): r for r in csv.DictReader(StringIO(text))}
    missing, earned = rows["example-health", "paper-free"], rows["example-justice", "on-time"]
    assert (missing["points"], missing["evidence"], missing["effect"]) == ("0", "missing", "zero")
    assert (earned["points"], earned["evidence"], earned["effect"]) == ("0", "", "")


def test_what_is_assumed_is_said() -> None:
    """A result with a value set on the command line names it beside what the evidence says."""
    words = ("score", EVIDENCE_2024, "--set", "example-health.tasks_done=28")
    assert data(*words)["assumed"] == [
        {"unit": "example-health", "field": "tasks_done", "value": "28", "evidence": "25"}
    ]
    assert "ASSUMED: example-health, tasks_done = 28 (evidence: 25)" in say(*words, "--lang", "en").out


def test_a_state_that_the_field_does_not_declare_cannot_be_set() -> None:
    """`--set` is held to the vocabulary as a file is."""
    said = say("score", EVIDENCE_2024, "--set", "example-health.satisfaction=nothing_arose")
    assert said.status == 2
    assert "[state-not-declared]" in said.err


def test_bad_evidence_exits_with_1() -> None:
    """A unit left without an index by contradictory evidence makes the run exit with 1."""
    said = say(
        "score", EVIDENCE_2024, "--set", "example-health.dossiers_settled=nothing_arose", "--lang", "en"
    )
    assert said.status == 1
    assert "bad evidence" in said.out


def test_the_unit_option_leaves_places_as_they_are() -> None:
    """Showing one unit does not rank it alone."""
    whole = {u["unit"]: u["places"] for u in data("score", EVIDENCE_2024)["units"]}
    (alone,) = data("score", EVIDENCE_2024, "--unit", "Sở Y tế (minh họa)")["units"]
    assert alone["unit"] == "example-health"
    assert (
        alone["places"]
        == whole["example-health"]
        == [{"circle": "all", "place": 3, "among": 5, "open": False}]
    )


def test_set_answers_what_if_and_against_shows_the_change(tmp_path: Path) -> None:
    """A value set on the command line changes its unit alone; the change since a saved result is shown."""
    before = say("score", EVIDENCE_2024, "--format", "json").out
    (tmp_path / "before.json").write_text(before, "utf-8")
    result = data(
        "score",
        EVIDENCE_2024,
        "--set",
        "example-finance.dossiers_on_time=640",
        "--against",
        str(tmp_path / "before.json"),
    )
    changes = {u["unit"]: u["change"] for u in result["units"]}
    assert changes.pop("example-finance") == {"points": "3.72", "places": 0}
    assert set(map(str, changes.values())) == {str({"points": "0", "places": 0})}


def test_places_change_as_people_say_them(tmp_path: Path) -> None:
    """A unit that falls from 2nd to 4th has changed by −2 places, one that rises by +1."""
    before = say("score", EVIDENCE_2024, "--format", "json").out
    (tmp_path / "before.json").write_text(before, "utf-8")
    result = data(
        "score",
        EVIDENCE_2024,
        "--set",
        "example-justice.satisfaction=10%",
        "--against",
        str(tmp_path / "before.json"),
    )
    places = {u["unit"]: u["change"]["places"] for u in result["units"]}
    assert places["example-justice"] == -1
    assert places["example-health"] == 1


def test_a_state_can_be_set() -> None:
    """`--set unit.field=missing` empties a value; the edition says what becomes of it."""
    result = data("score", EVIDENCE_2024, "--set", "example-health.satisfaction=missing")
    health = next(u for u in result["units"] if u["unit"] == "example-health")
    assert (health["state"], health["points"], health["places"]) == ("withheld", None, [])
    assert {
        "unit": "example-health",
        "criterion": "satisfaction",
        "state": "missing",
        "effect": "withhold",
    } in result["empty"]


def test_one_evidence_under_two_editions_names_every_difference() -> None:
    """Added, removed and changed criteria are named for each unit; a missing field is never silently zero."""
    both = data("score", "example@2024", "example@2025")
    assert both["first"]["edition"] == "example@2024"
    assert both["second"]["edition"] == "example@2025"
    found = {(d["unit"], d["criterion"]): d for d in both["differences"]}
    for unit in ("example-home-affairs", "example-justice", "example-finance", "example-health"):
        assert found[unit, "initiatives"]["standing"] == "only-first"
        assert found[unit, "paper-free"]["standing"] == "only-second"
        assert found[unit, "paper-free"]["empty_second"] == "missing"
        assert found[unit, "paper-free"]["empty_first"] is None
    justice = found["example-justice", "on-time"]
    assert (justice["first"], justice["second"]) == ("1404/421", "0")
    assert (justice["max_first"], justice["max_second"]) == ("4", "5")
    same = {"plan", "tasks", "reports", "satisfaction"}
    assert not [d for d in both["differences"] if d["criterion"] in same]
    unused = both["second"]["unused_fields"]
    assert "initiatives" in unused


def test_a_table_of_two_editions_says_what_was_empty_in_each() -> None:
    """The states of each side stand in a column of their own."""
    rows = list(csv.DictReader(StringIO(say("score", "example@2024", "example@2025", "--format", "csv").out)))
    found = {(row["unit"], row["criterion"]): (row["empty_first"], row["empty_second"]) for row in rows}
    assert found["example-health", "paper-free"] == ("", "missing")


@pytest.mark.parametrize("form", ["foo", "svg"])
def test_two_editions_have_no_format_of_a_plugin(form: str) -> None:
    """A format that two results cannot take is refused, not shown as a table."""
    said = say("score", "example@2024", "example@2025", "--format", form)
    assert (said.status, said.out) == (2, "")
    assert "[format-unknown]" in said.err


def test_two_editions_cannot_stand_against_a_third_result() -> None:
    """`--against` beside two editions is refused, not ignored."""
    said = say("score", "example@2024", "example@2025", "--against", "2023")
    assert said.status == 2
    assert "--against" in said.err


@pytest.mark.parametrize("names", [("example@2024", "example@2025"), ("example@2025", "example@2024")])
def test_bad_evidence_under_either_edition_exits_with_1(names: tuple[str, str]) -> None:
    """A unit without an index under one of two editions makes the run exit with 1."""
    settled = "example-health.dossiers_settled=nothing_arose"
    assert say("score", *names).status == 0
    assert say("score", *names, "--set", settled).status == 1


def test_a_result_of_another_methodology_is_no_earlier_one(tmp_path: Path) -> None:
    """`--against` takes any edition of the methodology, and no other methodology."""
    for name in ("example@2025", "one-stop"):
        (tmp_path / f"{name}.json").write_text(say("score", name, "--format", "json").out, "utf-8")
    assert say("score", EVIDENCE_2024, "--against", str(tmp_path / "example@2025.json")).status == 0
    said = say("score", EVIDENCE_2024, "--against", str(tmp_path / "one-stop.json"), "--lang", "en")
    assert said.status == 2
    assert "this result is of `one-stop@2018`" in said.err


def test_a_folder_hides_no_period(tmp_path: Path) -> None:
    """`--against 2024` is the period, whatever folder stands beside."""
    (tmp_path / "2024").mkdir()
    assert say("score", EVIDENCE_2024, "--against", "2024", folder=tmp_path).status == 0


def test_explain_places_an_unknown_unit_at_its_argument() -> None:
    """A unit that `explain` does not know is placed at the argument UNIT."""
    assert say("explain", EVIDENCE_2024, "nobody").err.startswith("UNIT: ")


def test_explain_and_show_tell_what_is_wrong_beside(tmp_path: Path) -> None:
    """What was found on the way is told by `explain` and `show` as by `score`."""
    (tmp_path / "v.yaml").write_text("vocabulary: other\ncolour: red\n", "utf-8")
    for words in (
        ("show", EVIDENCE_2024),
        ("explain", EVIDENCE_2024, "example-health"),
        ("score", EVIDENCE_2024),
    ):
        said = say(*words, "--path", str(tmp_path))
        assert said.status == 0
        assert "[unknown-key]" in said.err


def test_a_page_tells_of_a_printed_figure_that_cannot_be_read(tmp_path: Path) -> None:
    """A row with a cell too many is not on the page, and the reason stands on standard error."""
    (tmp_path / "o.yaml").write_text("observations: sipas\nnumbers: plain\ntables: [o.csv]\n", "utf-8")
    (tmp_path / "o.csv").write_text(
        "about,period,quantity,value,basis,source\nall,2020,mean,83,reported,a,b\n", "utf-8"
    )
    said = say("show", "sipas", "--as", "page", "--path", str(tmp_path))
    assert said.status == 0
    assert "o.csv:2:1" in said.err
    assert "row-ragged" in said.err


def test_the_edition_in_force_is_taken() -> None:
    """Where only the methodology is named, the period decides on the edition."""
    assert data("score", "example", "--period", "2024")["edition"] == "example@2024"


def test_explain_tells_evidence_measure_step_and_clause() -> None:
    """The paragraph of a point names its evidence, measure, step, points and clause."""
    said = say("explain", EVIDENCE_2024, "example-justice", "2.1", "--lang", "vi")
    assert said.status == 0
    for part in (
        "= 7.020",
        "= 83,372921… %",
        "từ 80 % đến dưới 100 % → tỷ lệ × 4 (điểm tối đa)",
        "Điểm: 3,334916…/4",
        "từ 80% đến dưới 100%: tỷ lệ",
    ):
        assert part in said.out


def test_explain_as_json_gives_every_step() -> None:
    """Each step names its operands among the steps before it, and the last has the points."""
    (told,) = json.loads(say("explain", EVIDENCE_2024, "example-justice", "2.1", "--format", "json").out)
    for step in told["steps"]:
        assert all(of < step["step"] for of in step["of"])
    assert told["steps"][-1]["value"] == told["points"] == "1404/421"


def test_show_lists_every_criterion_with_its_maximum() -> None:
    """`show` gives the tree, its maxima and sources."""
    shown = data("show", "example@2025")
    maxima = {c["id"]: c["max"] for c in shown["criteria"]}
    assert maxima["paper-free"] == "2"
    assert "initiatives" not in maxima
    assert shown["total"] == "21"


def test_show_says_the_rules_as_sentences() -> None:
    """`show --as prose` is the annex as text, with what it rests on, or as data; it is no table of CSV."""
    said = say("show", "example@2025", "--as", "prose", "--lang", "vi")
    assert said.status == 0
    for line in (
        "  1.2 Tỷ lệ hoàn thành nhiệm vụ (tối đa 3 điểm)",
        "      Trên 90 % đến 100 %: 3 điểm; từ 70 % đến 90 %: 1,5 điểm; từ 0 % đến dưới 70 %: 0 điểm.",
        "  • phiên bản example@2025: minh họa",
    ):
        assert line in said.out.splitlines()
    annex = data("show", "example@2025", "--as", "prose", "--lang", "en")
    assert (
        annex["items"][0]["parts"][0]["sentences"][1]
        == "On time: 1 point; late: 0.5 points; not issued: 0 points."
    )
    assert "[format-unknown]" in say("show", "example@2025", "--as", "prose", "--format", "csv").err


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_command_speaks_both_languages(lang: str) -> None:
    """Tables and sentences come in the language asked."""
    words = {"vi": ("Đơn vị", "Kết quả dựa trên"), "en": ("Unit", "The result rests on")}[lang]
    said = say("score", EVIDENCE_2024, "--lang", lang)
    assert all(word in said.out for word in words)


POLICED = Path(__file__).parent / "policies"


def policed(*words: str) -> Said:
    """A command on the folder of an edition with policies, and its evidence."""
    command, *rest = words
    return say(command, "policed", *rest, "--path", str(POLICED), "--evidence", str(POLICED / "evidence.csv"))


def test_what_policies_decide_is_told_under_the_table() -> None:
    """Open ties, moves of classes, methods left out: a line each, with the reason, in both languages."""
    lines = policed("score", "--lang", "en").out.splitlines()
    assert "Tied for place 1, left to the authority: A, B" in lines
    assert (
        "Class of A: 95 → Excellent; tied at the border of the quota (1 of 2 units keep the class): "
        "the authority chooses Excellent | Good"
    ) in lines
    assert "Class of C: 90 → Excellent; not at least 50 % of the maximum in criterion 2 → Good" in lines
    assert "Class of D: 93.33 → Excellent; since “head’s discipline is reprimanded”, at most Good" in lines
    assert (
        "Class of E: 94 → Excellent; “head’s discipline is reprimanded” is not known (missing) → no class"
        in lines
    )
    assert any(line.startswith("Nothing was handed in by the method survey") for line in lines)
    assert "E, criterion Penalty: T1 Late tasks: missing → scored full" in lines
    lines = policed("score", "--lang", "vi").out.splitlines()
    assert "Đồng hạng 1, chờ cấp có thẩm quyền quyết định: A, B" in lines
    assert "Xếp loại C: 90 → Xuất sắc; tiêu chí 2 không đạt ít nhất 50 % điểm tối đa → Tốt" in lines


def test_explain_ends_with_the_class() -> None:
    """All of a unit explained ends with its index: total, class, and the steps that led there."""
    assert "in criterion 2 → Good. Rank: 5/5." in policed("explain", "C", "--lang", "en").out
    whole = json.loads(policed("explain", "C", "--format", "json").out)[-1]
    assert (whole["criterion"], whole["points"], whole["class"]) == ("index", "90", "tot")
    assert [(each["step"], each["to"], each["criteria"]) for each in whole["class_moves"]] == [
        ("band", "xs", []),
        ("gate", "tot", ["two"]),
    ]
    assert whole["steps"][-1]["value"] == "90"
    assert all(
        each["criterion"] != "index"
        for each in json.loads(policed("explain", "C", "two", "--format", "json").out)
    )


def test_tables_hold_total_and_what_is_open() -> None:
    """CSV has the total, bonus and penalty item by item, and says what is left open."""
    rows = list(csv.DictReader(StringIO(policed("score", "--format", "csv").out)))
    index = {row["unit"]: row for row in rows if row["criterion"] == "index"}
    assert (index["a"]["total"], index["a"]["class"], index["a"]["class_open"]) == ("95", "", "xs | tot")
    assert (index["a"]["place_open"], index["c"]["place_open"]) == ("yes", "no")
    items = {row["unit"]: row for row in rows if row["block"] == "penalty"}
    assert (items["e"]["criterion"], items["e"]["points"], items["a"]["points"]) == ("tasks-late", "1", "0")


def test_evidence_without_an_edition_is_named_where_one_looks_for_it(tmp_path: Path) -> None:
    """`list` and `check` name evidence that no edition is held for; `score` says so and how to go on."""
    (tmp_path / "vocabulary.yaml").write_text(
        "vocabulary: found\ntitle: Found\nfields: [{id: a, kind: count, title: A}]\n", "utf-8"
    )
    (tmp_path / "units.yaml").write_text(
        "units: found\nsource: {basis: illustrative}\nmembers: [{id: found-unit, kind: x, name: Found}]\n",
        "utf-8",
    )
    (tmp_path / "evidence.yaml").write_text(
        "evidence: found\nperiod: 2024\nunits: {found-unit: {a: '> 5'}}\n", "utf-8"
    )
    line = "found: evidence of 1 fields (1 statements), no edition held"
    for words in (["list"], ["check", "found"]):
        said = say(*words, "--path", str(tmp_path), "--lang", "en")
        assert (said.status, line in said.out) == (0, True), said
    listed = data("list", "--path", str(tmp_path))["without_edition"]
    assert {"name": "found", "title": "Found", "fields": 1, "statements": 1} in listed
    refused = say("score", "found", "--path", str(tmp_path), "--lang", "en")
    assert refused.status == 2
    assert "no edition to score it by" in refused.err
    assert "edition-none-held" in refused.err


def test_a_bound_is_told_beside_the_points_it_does_not_give() -> None:
    """`--set` takes a bound; table, JSON, CSV and `explain` tell it with the points that it allows."""
    words = ("one-stop@2018", "--set", "illustrative-department.petitions_on_time=>= 18")
    table = say("score", *words, "--lang", "en").out
    assert (
        "stated by a bound only: petitions handled on time 18 or more; the bound allows 1 to 2 points"
        in table
    )
    assert "1 stated by a bound only, the index lies between" in table
    (empty,) = data("score", *words)["empty"]
    assert empty["stated"] == [{"field": "petitions_on_time", "value": ">= 18"}]
    assert empty["allows"] == ["1", "2"]
    rows = csv.DictReader(StringIO(say("score", *words, "--format", "csv").out))
    cells = {row["criterion"]: (row["stated"], row["allows"]) for row in rows}
    assert cells["petitions"] == ("petitions_on_time >= 18", "1 … 2")
    decided = ("one-stop@2018", "--set", "illustrative-department.petitions_on_time=[18,20)")
    told = say("explain", "one-stop@2018", "illustrative-department", "8", *decided[1:], "--lang", "en").out
    assert "missing (stated by a bound only: from 18 to 19)" in told
    assert "decided by the bound: 1 points whatever the exact number; not counted in the index" in told
