"""`parcore report` as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from parcore.cli import COULD_NOT, FINE


def report(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `parcore report` with some words."""
    return subprocess.run(
        [sys.executable, "-m", "parcore", "report", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        check=False,
    )


def test_several_indices_give_a_brief_each() -> None:
    """Hà Nam 2021 has its reform index, SIPAS and PAPI, as its people's committee told them together."""
    asked = ("par-index-province", "sipas@2017", "papi", "--unit", "Hà Nam", "--period", "2021")
    said = report(*asked, "--lang", "vi")
    assert said.returncode == FINE
    for figure in ("81,51%", "xếp hạng 60/63", "88,38%", "xếp hạng 19/63", "43,28 điểm", "xếp hạng 20/60"):
        assert figure in said.stdout


def test_json_has_each_figure_with_its_unit_and_origin() -> None:
    """A program reads the exact value, the unit, and the figures that a derived one follows from."""
    said = report("par-index-province", "--unit", "nam-dinh", "--period", "2023", "--format", "json")
    (brief,) = json.loads(said.stdout)
    statements = [each for section in brief["sections"] for each in section["statements"]]
    change = next(f for each in statements for f in each["figures"] if f["quantity"] == "change")
    assert (change["value"], change["unit"], change["origin"]) == ("2.46", "percentage_points", "derived")
    assert [(each["period"], each["value"]) for each in change["from"]] == [
        ("2023", "87.32"),
        ("2022", "84.86"),
    ]
    assert all(each["source"] for each in change["from"])


def test_changes_are_on_a_result_from_a_file(tmp_path: Path) -> None:
    """--against takes the JSON of an earlier result, of the same methodology alone."""
    score = (sys.executable, "-m", "parcore", "score", "example", "--period", "2024", "--format", "json")
    then = subprocess.run(score, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    (tmp_path / "then.json").write_text(then.replace('"period": "2024"', '"period": "2023"'), "utf-8")
    asked = ("--unit", "example-justice", "--lang", "vi", "--against", "then.json")
    said = report("example", *asked, folder=tmp_path)
    assert "không đổi so với năm 2023" in said.stdout
    other = report("one-stop", "--lang", "vi", "--against", "then.json", folder=tmp_path)
    assert other.returncode == COULD_NOT
    assert "[result-other]" in other.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("example", "--unit", "nobody"), "unit-unknown"),
        (("example", "--period", "2030"), "evidence-none"),
        (("par-index-province", "--period", "2020", "--against", "1999"), "edition-not-in-force"),
        (("example", "--format", "pdf"), "format-unknown"),
    ],
)
def test_what_cannot_be_told_is_said_with_its_mend(words: tuple[str, ...], code: str) -> None:
    """A unit, period, earlier period or format that is not there gives a diagnostic, never a traceback."""
    said = report(*words)
    assert said.returncode == COULD_NOT
    assert f"[{code}]" in said.stderr
    assert said.stdout == ""
