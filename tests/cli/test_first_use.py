"""What a first user stumbles over: one slip, one finding; the cause first; nothing lost in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from parcore.cli import cli
from parcore.cli.beside import COLUMNS as BESIDE_COLUMNS
from parcore.diagnostics import ParcoreError
from parcore.evidence.results import is_result_table
from parcore.results.rows import CSV_COLUMNS, METHOD_COLUMNS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The documents of a new methodology `thu`, and the process standing among them; nothing is installed."""
    monkeypatch.setattr("parcore.registry.entry_points", lambda **_: ())
    monkeypatch.delenv("PARCORE_PATH", raising=False)
    monkeypatch.chdir(tmp_path)
    run("new", "methodology", "thu", "--title", "Thử", "--kind", "phuong")
    monkeypatch.chdir(tmp_path / "thu" / "parcore_thu")
    return tmp_path / "thu" / "parcore_thu"


def run(*words: str) -> Result:
    """Run `parcore` with some words, in this process."""
    return CliRunner().invoke(cli, words)


def told(*words: str) -> list[str]:
    """The codes that a command tells, in their order: of its findings, or of what stops it."""
    done = run(*words)
    if isinstance(done.exception, ParcoreError):
        return [each.code for each in done.exception.diagnostics]
    return [line.rpartition("[")[2].rstrip("]") for line in done.stderr.splitlines() if line.endswith("]")]


def slip(path: Path, old: str, new: str) -> None:
    """Change the first place of a text in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


CAUSES = [
    ("units.yaml", "name: ", "name: [", "yaml-syntax"),
    ("units.yaml", "kind: phuong", "kin: phuong", "missing-key"),
    ("vocabulary.yaml", "title: ", "title: [", "yaml-syntax"),
    ("vocabulary.yaml", "title: ", "titel: ", "unknown-key"),
]


@pytest.mark.parametrize(("name", "old", "new", "code"), CAUSES)
def test_a_slip_in_what_others_stand_on_is_told_first_and_alone(
    folder: Path, name: str, old: str, new: str, code: str
) -> None:
    """What cannot be read comes first; what merely follows from it is left out, which one line says."""
    slip(folder / name, old, new)
    for words in (("check", "."), ("check", "evidence-2026.yaml"), ("score", "thu", "--path", ".")):
        codes = told(*words)
        assert codes[0] == code, words
        assert codes[-1] == "not-checked"
        assert set(codes) <= {code, "unknown-key", "missing-key", "not-checked"}


def test_json_has_the_cause_first_too(folder: Path) -> None:
    """`check --format json` lists what cannot be read before what other files are told."""
    slip(folder / "units.yaml", "name: ", "name: [")
    slip(folder / "edition-2026.yaml", "rounding:", "roundin:")
    done = run("check", ".", "--format", "json", "--lang", "vi")
    found = json.loads(done.stdout)["findings"]
    assert [each["code"] for each in found] == ["yaml-syntax", "not-checked", "unknown-key"]
    assert found[0]["place"].startswith("./units.yaml:")
    assert "thiếu dấu `,` hoặc dấu đóng `]`" in found[0]["message"]
    assert "chưa được kiểm tra" in found[1]["message"]
    assert done.exit_code == 1


def test_units_saved_as_utf16_are_known_as_units(folder: Path) -> None:
    """A document in an encoding that is refused is told as such, and not passed over."""
    text = (folder / "units.yaml").read_text("utf-8")
    (folder / "units.yaml").write_text(text, "utf-16")
    assert told("check", ".") == ["encoding-utf16", "not-checked"]


def test_a_name_that_the_refused_units_do_not_hold_is_told(folder: Path) -> None:
    """A slip of its own is not hidden behind a document that is refused."""
    slip(folder / "units.yaml", "name: ", "name: [")
    slip(folder / "evidence-2026.csv", "thu-b", "thu-xyz")
    assert told("check", ".") == ["yaml-syntax", "not-checked", "unit-unknown"]


@pytest.mark.parametrize("columns", [CSV_COLUMNS, METHOD_COLUMNS, BESIDE_COLUMNS])
def test_every_table_of_a_result_is_known_as_one(columns: tuple[str, ...]) -> None:
    """The columns that `score` writes as CSV are those of a result, and those of evidence are not."""
    assert is_result_table(columns)
    assert not is_result_table({"unit", "period", "points", "max", "state"})


@pytest.mark.parametrize("options", [(), ("--by", "method")])
def test_a_saved_result_breaks_no_check_and_is_no_evidence(folder: Path, options: tuple[str, ...]) -> None:
    """A result in the folder is passed over with one note, and refused where it is given as evidence."""
    scored = ("score", "thu", "--path", ".")
    (folder / "ket-qua.csv").write_text(run(*scored, *options, "--format", "csv").stdout, "utf-8")
    (folder / "ket-qua.json").write_text(run(*scored, "--format", "json").stdout, "utf-8")
    assert told("check", ".") == ["result-saved"] * 2
    assert run("check", ".").exit_code == 0
    for name in ("ket-qua.csv", "ket-qua.json"):
        assert told("check", name) == ["result-saved"]
        assert told(*scored, "--evidence", name) == ["result-no-evidence"]
    for lang, words in (("vi", "đã bỏ qua"), ("en", "passed over")):
        assert words in run("check", "ket-qua.csv", "--lang", lang).stderr


OBSERVED = """\
about,period,quantity,value,basis,source,note
thu-a,2026,index,90,illustrative,x,
thu-b,2026,index,80,illustrative,x
"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("about", "about", "row-ragged"),
        ("note", "ghi_chu", "column-missing"),
        ("90", "9O", "not-a-number"),
        ('"', '"', "row-ragged"),
    ],
)
def test_a_page_drops_no_published_figure_in_silence(folder: Path, old: str, new: str, code: str) -> None:
    """What is wrong in observations is told by `show --as page` as by `score`, which both go on."""
    (folder / "o.yaml").write_text("observations: thu\ntables: [o.csv]\n", "utf-8")
    (folder / "o.csv").write_text(OBSERVED.replace(old, new), "utf-8")
    for words in (("show", "thu", "--as", "page"), ("score", "thu")):
        done = run(*words, "--path", ".")
        assert done.exit_code == 0
        assert f"[{code}]" in done.stderr


def test_observations_that_cannot_be_read_stop_no_score(folder: Path) -> None:
    """Figures that are only shown are told where they cannot be read, and scoring goes on."""
    (folder / "o.yaml").write_text("observations: thu\ntables: [o.csv\n", "utf-8")
    for words in (("show", "thu", "--as", "page"), ("score", "thu")):
        done = run(*words, "--path", ".")
        assert done.exit_code == 0
        assert "o.yaml:2:9" in done.stderr
        assert "[yaml-syntax]" in done.stderr
    assert run("check", ".").exit_code == 1


def test_a_repeated_row_is_one_finding_with_both_rows(folder: Path) -> None:
    """A row given twice is told once, with both places and the fields that differ."""
    table = folder / "evidence-2026.csv"
    rows = table.read_text("utf-8").rstrip("\n").split("\n")
    table.write_text("\n".join([*rows, rows[1].replace("250", "251")]) + "\n", "utf-8")
    for lang in ("vi", "en"):
        (line,) = run("check", ".", "--lang", lang).stderr.splitlines()
        assert line.startswith("./evidence-2026.csv:5: ") or "evidence-2026.csv:5: " in line
        assert "evidence-2026.csv:2" in line
        assert "dossiers_settled" in line
        assert "dossiers_on_time" not in line


def test_check_tells_two_editions_in_force_at_once(folder: Path) -> None:
    """`check` warns where a period would not tell which edition is meant, naming both and their years."""
    text = (folder / "edition-2026.yaml").read_text("utf-8").replace('edition: "2026"', 'edition: "2027"')
    (folder / "edition-2027.yaml").write_text(text, "utf-8")
    assert told("check", ".") == ["editions-overlap"]
    for lang in ("vi", "en"):
        said = run("check", ".", "--lang", lang)
        assert said.exit_code == 0
        assert "thu@2026" in said.stderr
        assert "thu@2027" in said.stderr
    slip(folder / "edition-2026.yaml", "applies: {from: 2026", "applies: {from: 2026, to: 2026")
    slip(folder / "edition-2027.yaml", "applies: {from: 2026", "applies: {from: 2027")
    assert told("check", ".") == []
