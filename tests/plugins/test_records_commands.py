"""The commands that score take tables that only the plugin reads, and put their bad rows aside."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from parcore.cli import cli

DOCS = Path(__file__).parents[2] / "docs" / "records.md"
COLUMNS = ("unit", "id", "days")
ROWS = [("Phường A", "1", "3"), ("Phường A", "2", "5"), ("Phường A", "3", "3"), ("Phường B", "1", "4")]


def make_office(folder: Path, file: str) -> Path:
    """The documents of docs/records.md, the table of dossiers under another name."""
    folder.mkdir(exist_ok=True)
    for name, text in re.findall(
        r"`my-office/([\w.]+)`\n\n```\w+\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL
    ):
        (folder / name).write_text(text.replace("dossiers.csv", file), "utf-8")
    return folder


def later(office: Path) -> str:
    """An edition of the year after, with another rule."""
    edition = (office / "edition.yaml").read_text("utf-8")
    for one, two in (('"2025"', '"2026"'), ("from: 2025", "from: 2026"), ("at_most: 3", "at_most: 4")):
        edition = edition.replace(one, two)
    return edition


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The documents of docs/records.md, with a table as Parquet of which the last row is bad."""
    make_office(tmp_path, "dossiers.parquet")
    (tmp_path / "dossiers.csv").unlink()
    table(tmp_path, [*ROWS, ("Phường B", "2", "four")])
    return tmp_path


def table(folder: Path, rows: list[tuple[str, str, str]]) -> None:
    """A table of dossiers."""
    columns = zip(*rows, strict=True)
    pq.write_table(pa.table(dict(zip(COLUMNS, map(list, columns), strict=True))), folder / "dossiers.parquet")


def run(office: Path, *words: str) -> Result:
    """A command that reads the evidence of the office."""
    where = ["--path", str(office), "--evidence", str(office / "evidence.yaml"), "--lang", "en"]
    return CliRunner().invoke(cli, [*words, *where])


def say(office: Path, *words: str) -> str:
    """What a command prints that reads the evidence of the office."""
    done = run(office, *words)
    assert done.exit_code == 0, done.output
    return done.output


WORDS = {
    "score": ["my-office", "--format", "csv"],
    "explain": ["my-office", "ward-b", "slow"],
    "report": ["my-office", "--unit", "ward-b"],
    "plan": ["my-office", "ward-b"],
    "appeal": ["my-office", "ward-b", "slow", "--set", "ward-b.slow=3"],
    "seal": ["my-office", "--out"],
    "compare": ["my-office@2025", "my-office@2026", "--period", "2025"],
}


def test_a_table_of_records_that_no_document_names_is_refused(office: Path) -> None:
    """Given as evidence itself it is no table of statements, and the message says where it belongs."""
    words = ["--path", str(office), "--evidence", str(office / "dossiers.parquet")]
    done = CliRunner().invoke(cli, ["score", "my-office", *words])
    assert "evidence-stored" in str(done.exception)


@pytest.mark.parametrize("command", WORDS)
def test_every_command_that_scores_puts_bad_rows_aside(office: Path, tmp_path: Path, command: str) -> None:
    """Without `--quarantine` a bad row stops each command; with it the row stands in the file, once."""
    (office / "later.yaml").write_text(later(office), "utf-8")
    out = [str(tmp_path / "sealed.zip")] if command == "seal" else []
    words = [command, *WORDS[command], *out]
    assert "records-bad" in str(run(office, *words).exception)
    aside = tmp_path / "aside.csv"
    assert "records-set-aside" in say(office, *words, "--quarantine", str(aside))
    assert aside.read_text("utf-8").splitlines() == [
        "file,row,reason,unit,id,days", "dossiers.parquet,5,not-a-number,Phường B,2,four",
    ]  # fmt: skip


def test_a_sealed_result_with_rejected_cases_is_verified(office: Path, tmp_path: Path) -> None:
    """A bundle made with a quarantine holds the rejected cases, and everything follows from it alone."""
    sealed = str(tmp_path / "sealed.zip")
    say(office, "seal", "my-office", "--out", sealed, "--quarantine", str(tmp_path / "aside.csv"))
    done = CliRunner().invoke(cli, ["verify", sealed, "--unsigned", "--lang", "en"])
    assert (done.exit_code, "is the same to the byte" in done.output) == (0, True)


def test_two_tables_and_two_editions_fill_one_quarantine(office: Path, tmp_path: Path) -> None:
    """Where a table is read twice in one run its bad rows stand once, beside those of others."""
    evidence = (office / "evidence.yaml").read_text("utf-8")
    more = "  - {kind: dossiers, period: 2024, file: more.csv}\n"
    (office / "evidence.yaml").write_text(evidence + more, "utf-8")
    (office / "more.csv").write_text("unit,id,days\nPhường A,1,x\n", "utf-8")
    (office / "later.yaml").write_text(
        (office / "edition.yaml").read_text("utf-8").replace('"2025"', '"2026"'), "utf-8"
    )
    aside = tmp_path / "aside.csv"
    say(office, "score", "my-office@2025", "my-office@2026", "--period", "2025", "--quarantine", str(aside))
    assert [line.split(",")[0] for line in aside.read_text("utf-8").splitlines()] == [
        "file", "dossiers.parquet", "more.csv",
    ]  # fmt: skip


def test_a_case_of_a_table_that_is_kept_is_found_by_its_number(office: Path) -> None:
    """`explain --record` tells one case of a table of any size; of a number that no case has, the nearest."""
    table(office, ROWS)
    assert "Points: 1 of 2" in say(office, "explain", "my-office", "ward-a", "--record", "2")
    unknown = run(office, "explain", "my-office", "ward-a", "--record", "x").exception
    assert "list: 1, 2, 3 [record-unknown]" in str(unknown)


def test_points_from_a_table_that_is_kept_are_those_from_a_small_one(office: Path, tmp_path: Path) -> None:
    """The same cases as Parquet and as a small CSV give the same results, to the last digit."""
    table(office, ROWS)
    kept = json.loads(say(office, "score", "my-office", "--format", "json"))
    (office / "dossiers.csv").write_text("\n".join(map(",".join, [COLUMNS, *ROWS])), "utf-8")
    evidence = (office / "evidence.yaml").read_text("utf-8")
    (office / "evidence.yaml").write_text(evidence.replace(".parquet", ".csv"), "utf-8")
    assert json.loads(say(office, "score", "my-office", "--format", "json")) == kept


def test_of_cases_with_many_different_points_the_first_are_told(office: Path) -> None:
    """Where hundreds of cases have points of their own the story tells the highest, and of how many."""
    edition = (office / "edition.yaml").read_text("utf-8")
    scale = "[{at_most: 3, points: 2}, {otherwise: 1}]"
    line = "{through: [[0, 2], [1000, 1]]}"
    assert scale in edition
    (office / "edition.yaml").write_text(edition.replace(scale, line), "utf-8")
    table(office, [("Phường A", str(n), str(n)) for n in range(300)])
    told = say(office, "explain", "my-office", "ward-a", "each")
    assert "Cases: 300 (1 × 2 points; 1 × 1.999 points; " in told
    assert (told.count(" × 1."), "; …)" in told) == (19, True)


MERGED = """units: my-office
members:
  - {id: ward-a, kind: ward, name: Phường A, valid: {until: 2025-12-31}}
  - {id: ward-b, kind: ward, name: Phường B, valid: {until: 2025-12-31}}
  - {id: ward-c, kind: ward, name: Phường C, valid: {from: 2026-01-01}}
"""
LINEAGE = """lineage: my-office-2026
source: {title: Tài liệu minh họa, basis: illustrative}
events:
  - {on: 2026-01-01, from: [ward-a, ward-b], to: [ward-c]}
"""


def test_merged_units_have_the_cases_of_all_their_parts(office: Path, tmp_path: Path) -> None:
    """Over a merger cases that are kept count as those that are held do, and rejected ones are still told."""
    (office / "units.yaml").write_text(MERGED, "utf-8")
    (office / "lineage.yaml").write_text(LINEAGE, "utf-8")
    words = ["score", "my-office", "--period", "2025", "--units-of", "2026", "--format", "json"]
    aside = ["--quarantine", str(tmp_path / "aside.csv")]
    rests = json.dumps(json.loads(run(office, *words, *aside).stdout))
    assert "ward-c 1" in rests
    table(office, ROWS)
    explained = say(office, "explain", "my-office", "ward-c", "--period", "2025", "--units-of", "2026")
    kept = json.loads(say(office, *words))
    assert [each["points"] for each in kept["units"]] == ["3.5"]
    (office / "dossiers.csv").write_text("\n".join(map(",".join, [COLUMNS, *ROWS])), "utf-8")
    evidence = (office / "evidence.yaml").read_text("utf-8")
    (office / "evidence.yaml").write_text(evidence.replace(".parquet", ".csv"), "utf-8")
    assert json.loads(say(office, *words)) == kept
    assert (
        say(office, "explain", "my-office", "ward-c", "--period", "2025", "--units-of", "2026") == explained
    )
