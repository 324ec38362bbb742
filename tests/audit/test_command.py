"""`parcore audit` as a person types it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from tests.audit.claims import HEAD, document

WRONG = HEAD + document(
    {"c1": "1.2 points", "c2": "2.3 points", "total": "3.9 points"}, {"sum": "total = c1 + c2"}
)
ROUNDED = HEAD + document(
    {"c1": "1.2 points", "c2": "2.3 points", "total": "3.6 points", "seen": "3 count"},
    {"sum": "total = c1 + c2"},
)
CLASHING = HEAD + document(
    {"a": "1 count", "b": "2 count"}, {"one": "x = a", "two": "x = b"}, {"x": "[0,9] count"}
)


def say(*words: str) -> tuple[int, str, str]:
    """Status, output and errors of a command."""
    done = subprocess.run(
        [sys.executable, "-m", "parcore", "audit", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def at(folder: Path, text: str) -> str:
    """A claims file."""
    path = folder / "claims.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def test_a_contradiction_is_shown_with_its_numbers_sentence_and_reason(tmp_path: Path) -> None:
    """The relation as printed, why it cannot be, the sentence, and the counts; exit status 1."""
    status, out, err = say(at(tmp_path, WRONG), "--lang", "en")
    assert (status, err) == (1, "")
    assert "✗ sum: 3.9 = 1.2 + 2.3" in out
    assert "left side [3.85; 4), right side [3.4; 3.7); they miss each other by at least 0.15" in out
    assert "“one sentence”" in out
    assert "1 statements, 3 numbers, 1 relations: 0 hold, 0 hold by rounding, 1 contradict" in out


def test_it_speaks_vietnamese(tmp_path: Path) -> None:
    """The same in Vietnamese, with a decimal comma."""
    status, out, _ = say(at(tmp_path, WRONG), "--lang", "vi")
    assert status == 1
    assert "vế trái [3,85; 4), vế phải [3,4; 3,7); lệch ít nhất 0,15" in out


def test_rounding_is_fine(tmp_path: Path) -> None:
    """What rounding explains is no finding; numbers in no relation are counted; exit status 0."""
    status, out, _ = say(at(tmp_path, ROUNDED), "--lang", "en", "--all")
    assert status == 0
    assert "holds by rounding" in out
    assert "✗" not in out
    assert "numbers in no relation: 1" in out


def test_relations_that_clash_are_named(tmp_path: Path) -> None:
    """A conflict of several relations is shown as one finding."""
    status, out, _ = say(at(tmp_path, CLASHING), "--lang", "en")
    assert status == 1
    assert "✗ one + two: x = 1; x = 2" in out
    assert "each can hold, but not all of them at once: one, two" in out


def test_json_and_csv_hold_every_finding(tmp_path: Path) -> None:
    """Programs get each relation with its verdict, sides, numbers and sentences."""
    path = at(tmp_path, WRONG)
    (found,) = json.loads(say(path, "--format", "json")[1])
    assert found["format"] == "parcore-audit-1"
    assert found["summary"]["contradiction"] == 1
    (finding,) = found["findings"]
    assert (finding["verdict"], finding["left"], finding["miss"]) == ("contradiction", "[3.85,4)", "0.15")
    assert finding["numbers"] == {"total": "3.9", "c1": "1.2", "c2": "2.3"}
    assert finding["sentences"] == [{"text": "one sentence", "source": "a paper"}]
    (row,) = csv.DictReader(StringIO(say(path, "--format", "csv")[1]))
    assert "“one sentence”" in row["sentences"]
    assert (row["id"], row["verdict"], row["right"]) == ("sum", "contradiction", "[3.4,3.7)")


def test_installed_announcements_are_known_by_name() -> None:
    """A name stands for an announcement that is installed; without any, all of them are checked."""
    assert say("dong-thap-2021")[0] == 0
    status, out, _ = say("--format", "json")
    assert status == 1
    assert "nam-dinh-2023" in [each["claims"] for each in json.loads(out)]


@pytest.mark.parametrize("words", [("no-such-announcement",), ("dong-thap-2021", "--format", "xml")])
def test_what_cannot_run_exits_with_2(words: tuple[str, ...]) -> None:
    """A name that is not known and a format that nobody writes are told in one line."""
    status, out, err = say(*words)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1


def test_a_document_that_is_refused_exits_with_2(tmp_path: Path) -> None:
    """What is wrong with a document is told, and nothing is checked; `check` tells the same."""
    path = at(tmp_path, WRONG.replace("total = c1", "totl = c1"))
    status, _, err = say(path)
    assert status == 2
    assert "claim-unknown" in err
    done = subprocess.run(
        [sys.executable, "-m", "parcore", "check", path],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "claim-unknown" in done.stderr
