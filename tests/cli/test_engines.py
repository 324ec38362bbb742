"""`score --engine`: wide tables from the command line, shown, written, and refused."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from parcore.cli import COULD_NOT, cli
from parcore.diagnostics import ParcoreError
from tests.cli.test_commands import Said

VOCABULARY = """vocabulary: wards
fields:
  - {id: settled, kind: count, title: Đã giải quyết, states: [nothing_arose]}
  - {id: on_time, kind: count, title: Đúng hạn}
invariants: [on_time <= settled]
"""
UNITS = """units: wards
members:
  - {id: ward-a, kind: ward, name: Phường A}
  - {id: ward-b, kind: ward, name: Phường B}
  - {id: ward-c, kind: ward, name: Phường C}
"""
EDITION = """methodology: wards
edition: "2025"
title: {vi: Chỉ số minh họa, en: Illustrative index}
applies: {from: 2025}
units: {kinds: [ward]}
vocabulary: wards
total: 10
rounding: {index: 2}
source: {title: Tài liệu minh họa, basis: illustrative}
components:
  - id: on-time
    title: {vi: Đúng hạn, en: On time}
    max: 10
    measure: {ratio: [on_time, settled]}
    scale: proportional
    when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: exclude}
    source: {clause: "1", basis: illustrative}
ranking: {on: {quantity: base, rounded: yes}, method: competition, within: [all]}
"""
ROWS = "unit,settled,on_time\nPhường A,3,2\nward-b,8,8\n"
ENGINES = ("columns", "duckdb")


def say(*words: str) -> Said:
    """Run `parcore` with some words, in this process."""
    done = CliRunner().invoke(cli, words)
    if isinstance(done.exception, ParcoreError):
        return Said(COULD_NOT, done.stdout, str(done.exception))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An edition with its units, and a wide table beside it."""
    return written(tmp_path)


def written(folder: Path) -> Path:
    """Put an edition with its units, and a wide table, into a folder."""
    (folder / "rules").mkdir()
    for name, text in {"v": VOCABULARY, "u": UNITS, "e": EDITION}.items():
        (folder / "rules" / f"{name}.yaml").write_text(text, "utf-8")
    (folder / "wide.csv").write_text(ROWS, "utf-8")
    return folder


def asked(folder: Path, *more: str, engine: str = "columns") -> tuple[str, ...]:
    """The command over the wide table."""
    where = ("--path", str(folder / "rules"), "--evidence", str(folder / "wide.csv"))
    chosen = () if engine == "exact" else ("--engine", engine)
    return ("score", "wards", "--period", "2025", "--lang", "en", *where, *chosen, *more)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_shows_what_the_exact_reading_shows(folder: Path, engine: str) -> None:
    """As table, CSV and JSON, but for what the evidence rests on, which a wide table does not say."""
    for form in ("csv", "json", "table"):
        exact = say(*asked(folder, "--format", form, engine="exact"))
        found = say(*asked(folder, "--format", form, engine=engine))
        assert (found.status, found.err) == (exact.status, exact.err) == (0, "")
        if form == "json":
            one, two = (json.loads(each.out) | {"rests_on": []} for each in (found, exact))
            assert one == two
        else:
            mark = "The result rests on"
            assert found.out.partition(mark)[0] == exact.out.partition(mark)[0]
            assert form == "csv" or "evidence in wide tables" in found.out


@pytest.mark.parametrize("engine", ENGINES)
def test_the_whole_result_is_written(folder: Path, engine: str) -> None:
    """A row for each unit: places, the rounded index as decimals, unrounded points as exact texts."""
    for ending in (".parquet", ".csv"):
        path = folder / f"result{ending}"
        said = say(*asked(folder, "--output", str(path), engine=engine))
        assert said.status == 0, said.err
        text = path.read_text("utf-8") if ending == ".csv" else ""
        rows = list(csv.DictReader(StringIO(text))) if text else pq.read_table(path).to_pylist()
        cells = {
            row["unit"]: tuple(str(row[name]) for name in ("place", "points", "points:on-time"))
            for row in rows
        }
        assert cells == {"ward-a": ("2", "6.67", "20/3"), "ward-b": ("1", "10.00", "10")}


def test_units_named_are_shown_with_their_places_among_all(folder: Path) -> None:
    """Of `--unit` the criteria are shown too; its place is that among all scored."""
    said = say(*asked(folder, "--unit", "Phường A"))
    assert said.status == 0, said.err
    assert "2/2" in said.out
    assert "6.67" in said.out


REFUSED = [
    (("--stage", "self"), "--stage"),
    (("--set", "ward-a.settled=4"), "--set"),
    (("--against", "2024"), "--against"),
    (("--engine-option", "speed"), "KEY=VALUE"),
    (("--engine-option", "speed=1"), "--engine-option: "),
    (("--master", "local[2]"), "--master: "),
    (("--output", "result.txt"), "bulk-ending"),
    (("--unit", "nobody"), "unit-unknown"),
    (("--format", "svg", "--engine", "none"), "engine-unknown"),
]


@pytest.mark.parametrize(("more", "word"), REFUSED)
def test_what_an_engine_does_not_do_is_refused(folder: Path, more: tuple[str, ...], word: str) -> None:
    """Options of the exact reading, and those that no engine knows, end with status 2 and say which."""
    said = say(*asked(folder, *more))
    assert said.status == 2
    assert word in said.err


def test_an_engine_is_told_the_period_and_the_evidence(folder: Path) -> None:
    """Without a period or a table there is nothing to open; the exact reading takes no such options."""
    found = say("score", "wards", "--path", str(folder / "rules"), "--engine", "columns", "--lang", "en")
    assert (found.status, "engine-period" in found.err) == (2, True)
    found = say("score", "wards", "--path", str(folder / "rules"), "--engine", "columns", "--period", "2025")
    assert (found.status, "engine-evidence" in found.err) == (2, True)
    for more in (("--output", "x.parquet"), ("--units-table", "x.csv"), ("--master", "local")):
        assert "goes with --engine" in say(*asked(folder, *more, engine="exact")).err


def test_bad_evidence_ends_with_findings(folder: Path) -> None:
    """An invariant that is broken refuses the table; what is bad evidence to a rule leaves status 1."""
    (folder / "wide.csv").write_text(ROWS.replace("8,8", "8,9"), "utf-8")
    said = say(*asked(folder))
    assert (said.status, "invariant-broken" in said.err) == (2, True)
    (folder / "wide.csv").write_text(ROWS.replace("8,8", "nothing_arose,8"), "utf-8")
    assert say(*asked(folder)).status == say(*asked(folder, engine="exact")).status == 1
