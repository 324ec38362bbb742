"""`parcore plan` as a person types it."""

from __future__ import annotations

import csv
import json
from io import StringIO

from click.testing import CliRunner

from parcore.cli import cli


def say(*words: str) -> str:
    """What `parcore plan` prints."""
    done = CliRunner().invoke(cli, ["plan", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_table_tells_changes_effects_and_what_is_left_out() -> None:
    """A change with points, index, rank and class; then what is not planned for, each with its reason."""
    out = say("example@2024", "example-finance", "--lang", "en")
    assert "tasks_done: 20 → 23" in out
    assert "55.1 → 65.1" in out
    assert "D → C" in out
    assert "found by surveys (--with survey plans for them too): 3.1 Satisfaction" in out


def test_criteria_named_are_told_with_their_proofs() -> None:
    """The parts of the proof stand under the table, each with the most points in it."""
    out = say("example@2024", "example-finance", "1.2", "--lang", "en")
    assert "tasks_done [21,22] gives at most 1.5" in out
    assert "initiatives" not in out


def test_json_has_every_proposal_with_its_certificate() -> None:
    """Programs get the numbers exactly, the parts of each proof, and the reasons."""
    data = json.loads(say("example@2024", "example-finance", "1.2", "--format", "json"))
    (proposal,) = data["proposals"]
    assert (proposal["changes"][0]["to"], proposal["gain"], proposal["least"]) == ("23", "7.5", True)
    assert {part["most"] for part in proposal["certificate"]["parts"]} == {"1.5"}
    assert data["left_out"] == [{"criterion": "tasks", "field": "tasks_planned", "reason": "whole"}]


def test_csv_has_a_row_for_each_proposal_and_for_all_that_is_left_out() -> None:
    """Nothing is passed over in silence there either."""
    rows = list(csv.DictReader(StringIO(say("example@2024", "example-finance", "--format", "csv"))))
    assert {row["left_out"] for row in rows} == {"", "whole", "survey"}
    assert {(row["criterion"], row["to"]) for row in rows if row["goal"] == "cut"} == {("online", "192")}


def test_several_changes_are_set_beside_the_sum_of_each_alone() -> None:
    """Part and whole of one rate at once bring other than the two gains added."""
    change = ["example-finance.dossiers_on_time=560", "example-finance.dossiers_settled=600"]
    words = [word for each in change for word in ("--set", each)]
    out = say("example@2024", "example-finance", *words, "--lang", "en")
    assert "Sum of each alone" in out
    assert "2.373611…" in out
    data = json.loads(say("example@2024", "example-finance", *words, "--format", "json"))
    assert [each["field"] for each in data["changes"]] == ["dossiers_on_time", "dossiers_settled"]
    assert {each["criterion"] for each in data["criteria"]} == {"on-time", "online"}


def test_what_needs_evidence_says_which_numbers_gain() -> None:
    """A count set to missing is needed: what it can bring at most, told in Vietnamese."""
    out = say("par-index-province", "nam-dinh", "--period", "2023", "--lang", "vi")
    assert "Không có đề xuất nào." in out
    assert "điểm được cho sẵn" in out
