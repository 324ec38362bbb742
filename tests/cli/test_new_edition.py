"""`parcore new edition`, and what `check` says of an edition against the one that it replaces."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from parcore.cli import cli
from parcore.cli.new_edition import LONGEST
from parcore.diagnostics import ParcoreError
from parcore.evidence.periods import Period
from parcore.registry import Registry


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, with no other named by the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PARCORE_PATH", raising=False)
    return tmp_path


def run(*words: str, lang: str = "en") -> Result:
    """Run `parcore`; what stops it is raised."""
    done = CliRunner().invoke(cli, [*words, "--lang", lang])
    if isinstance(done.exception, ParcoreError):
        raise done.exception
    return done


def suggested(said: str) -> list[list[str]]:
    """The commands that the output says to type next."""
    return [shlex.split(line)[1:] for line in said.splitlines() if line.startswith("  parcore ")]


def files(folder: Path) -> list[str]:
    """The files under a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def edit(path: str, *changes: tuple[str, str]) -> None:
    """Change a document: each text once, where it stands first."""
    text = Path(path).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    Path(path).write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("parent", "file", "year"),
    [
        ("example", "example/edition-2026.yaml", 2026),
        ("example@2024", "example/edition-2024-b.yaml", 2024),
        ("par-index-province", "par-index-province/2025.yaml", 2025),
        ("one-stop", "one-stop/edition-2025.yaml", 2025),
        ("one-stop-officials@2018", "one-stop-officials/officials-2025.yaml", 2025),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_of_an_installed_methodology(here: Path, parent: str, file: str, year: int, lang: str) -> None:
    """A draft of an installed one stands in a folder of its own, and every command printed runs as copied."""
    name = [] if "-b" not in file else ["2024-b"]
    said = run("new", "edition", parent, *name, lang=lang)
    assert said.exit_code == 0
    folder = file.partition("/")[0]
    assert files(here) == [file, f"{folder}/schemas/edition.schema.json"]
    first = Path(file).read_text("utf-8").splitlines()[0]
    assert (Path(folder) / first.partition("$schema=")[2]).is_file()
    commands = suggested(said.output)
    assert [words[0] for words in commands] == ["check", "compare", "compare"]
    assert commands[1] + ["--why"] == commands[2]
    for words in commands:
        done = run(*words, lang=lang)
        assert done.exit_code == 0
    edition = Registry((Path(folder),)).edition(commands[1][2])
    assert edition.first_year == year


def test_beside_a_parent_of_ones_own(here: Path) -> None:
    """Where the parent stands in a folder that is named, so does the draft, with the parent's schema."""
    run("new", "methodology", "thu", "--kind", "thu-xa", "--title", "Thử", "--year", "2026", "--plain")
    before = files(here)
    said = run("new", "edition", "thu", "--path", "thu")
    assert sorted({*files(here)} - {*before}) == ["thu/edition-2027.yaml"]
    heads = [Path(f"thu/edition-{year}.yaml").read_text("utf-8").splitlines()[0] for year in (2026, 2027)]
    assert heads[0] == heads[1]
    assert suggested(said.output)[1] == [
        "compare",
        "thu@2026",
        "thu@2027",
        "--path",
        "thu",
        "--period",
        "2026",
    ]
    assert "no findings" in run("check", "thu").output  # though nobody gave the parent a last year
    listed = json.loads(run("list", "--path", "thu", "--format", "json").output)["editions"]
    years = {each["edition"]: each["years"] for each in listed}
    assert (years["thu@2026"], years["thu@2027"]) == ("2026–2026", "2027–…")


def test_the_folder_may_be_named(here: Path) -> None:
    """`--into` names the folder, even for a parent that stands in one of one's own; files there stay."""
    run("new", "methodology", "thu", "--kind", "thu-xa", "--title", "Thử", "--year", "2026", "--plain")
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("mine", "utf-8")
    said = run("new", "edition", "thu@2026", "2030", "--path", "thu", "--into", "mine")
    assert files(here / "mine") == ["edition-2030.yaml", "notes.txt", "schemas/edition.schema.json"]
    for words in suggested(said.output):
        assert run(*words).exit_code == 0
    assert Registry((Path("thu"), Path("mine"))).edition("thu@2030").first_year == 2030


def test_nothing_is_overwritten(here: Path) -> None:
    """A file that is there stays as it is, and a key that an edition has is not given twice."""
    run("new", "edition", "example")
    text = Path("example/edition-2026.yaml").read_text("utf-8")
    with pytest.raises(ParcoreError, match=r"\[folder-taken\]"):
        run("new", "edition", "example@2025")
    with pytest.raises(ParcoreError, match=r"\[edition-taken\]"):
        run("new", "edition", "example@2025", "--path", "example", "--year", "2026")
    with pytest.raises(ParcoreError, match=r"example@2024.*\[edition-taken\]"):
        run("new", "edition", "example@2025", "2024", "--into", "other")
    assert Path("example/edition-2026.yaml").read_text("utf-8") == text
    assert not Path("other").exists()


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nowhere"], "edition-unknown"),
        (["example@1999"], "edition-unknown"),
        (["example", "../2026"], "edition-name-unfit"),
        (["example", "Năm 2026"], "edition-name-unfit"),
        (["example", "a" * (LONGEST + 1)], "edition-name-unfit"),
        (["example", "--into", "no/where"], "folder-unwritable"),
    ],
)
def test_what_cannot_be_made_says_why(here: Path, words: list[str], code: str, lang: str) -> None:
    """A mistake is told by cause and mend, and nothing is left behind."""
    with pytest.raises(ParcoreError) as refused:
        run("new", "edition", *words, lang=lang)
    assert [each.code for each in refused.value.diagnostics] == [code]
    assert files(here) == []


SPLIT = """      - id: digitised
        code: "2.3"
        title: {vi: Số hóa, en: Digitised}
        supersedes: [paper-free]
        max: 1
        measure: {ratio: [dossiers_digitised, dossiers_settled]}
        scale: [{at_least: 90%, points: 1}, {otherwise: 0}]
        when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: exclude}
        source: {clause: "2.3", basis: illustrative}
      - id: half-digitised
        code: "2.4"
        title: {vi: Số hóa một nửa, en: Half digitised}
        supersedes: [paper-free]
        max: 1
        measure: {ratio: [dossiers_digitised, dossiers_settled]}
        scale: [{at_least: 50%, points: 1}, {otherwise: 0}]
        when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: exclude}
        source: {clause: "2.4", basis: illustrative}
      - id: initiatives
        code: "2.5"
        title: {vi: Sáng kiến, en: Initiatives}
        max: 2
        measure: {count: [initiatives]}
        scale: {per: 0.5, cap: 2}
        when: {missing: zero, unverified: zero, rejected: zero}
        source: {clause: "2.5", basis: illustrative}
"""


def autumn() -> None:
    """A year's work: a maximum, a threshold, one criterion split, one added, one removed."""
    run("new", "edition", "example@2025")
    path = "example/edition-2026.yaml"
    edit(
        path,
        ("total: 21", "total: 22"),
        ("    max: 6\n    criteria:\n      - id: plan", "    max: 5\n    criteria:\n      - id: plan"),
        ("max: 1\n", "max: 2\n"),
        ("{on_time: 1,", "{on_time: 2,"),
        ("    max: 9\n", "    max: 11\n"),
        ("at_least: 85%", "at_least: 90%"),
    )
    text = Path(path).read_text("utf-8")
    for begin, end, new in (("reports", "  - id: procedures", ""), ("paper-free", "  - id: impact", SPLIT)):
        at = text.index(f"      - id: {begin}\n")
        text = text[:at] + new + text[text.index(end, at) :]
    Path(path).write_text(text, "utf-8")


def test_check_tells_what_changed(here: Path) -> None:
    """Every check of a draft counts what changed against its parent, in words and for programs."""
    autumn()
    said = run("check", "example/edition-2026.yaml")
    assert said.exit_code == 0
    kinds = "1 added; 1 removed; 1 split; 3 re-weighted; 2 tightened"
    counts = f"{kinds}; Policies that differ: Total; criteria the same: 4"
    assert said.output.splitlines() == [
        f"example@2026 against example@2025: {counts}",
        "  in full: parcore compare example@2025 example@2026 --path example",
        "documents checked: 1, no findings",
    ]
    (told,) = json.loads(run("check", "example/edition-2026.yaml", "--format", "json").output)["changed"]
    assert told == {
        "edition": "example@2026",
        "against": "example@2025",
        "criteria": {"added": 1, "removed": 1, "split": 1, "reweighted": 3, "tightened": 2},
        "policies": ["total"],
        "same": 4,
    }
    assert "1 tách" in run("check", "./example", lang="vi").output


def test_check_tells_policies_that_changed(here: Path) -> None:
    """A class whose least rate moved is told by the name of the policy."""
    run("new", "edition", "example@2025")
    edit(
        "example/edition-2026.yaml", ('in: "[90,100]"', 'in: "[92,100]"'), ('in: "[80,90)"', 'in: "[80,92)"')
    )
    assert "Policies that differ: Classes" in run("check", "example/edition-2026.yaml").output


def test_check_is_silent_where_it_was_not_asked(here: Path) -> None:
    """CSV holds findings alone; of all at hand, and of an edition without a parent, nothing is told."""
    autumn()
    csv = run("check", "example/edition-2026.yaml", "--format", "csv").output
    assert csv.splitlines() == ["place,code,severity,message,fix"]
    assert "against" not in run("check", "--path", "example").output
    assert "changed" not in json.loads(run("check", "example@2024", "--format", "json").output)


def test_a_parent_that_is_refused_stops_no_check(here: Path) -> None:
    """Of a parent with an error nothing is compared, and the draft is checked all the same."""
    run("new", "methodology", "thu", "--kind", "thu-xa", "--title", "Thử", "--year", "2026", "--plain")
    run("new", "edition", "thu", "--path", "thu", "--into", "next")
    edit("thu/edition-2026.yaml", ("total: 10", "total: 11"))
    said = run("check", "next/edition-2027.yaml", "--path", "thu")
    assert (said.exit_code, "against" in said.output) == (0, False)


def test_last_years_evidence_under_the_draft(here: Path) -> None:
    """One command scores last year's evidence under both, and one more says why each index moved."""
    autumn()
    words = ["compare", "example@2025", "example@2026", "--path", "example", "--period", "2024"]
    scored = ["score", "example@2026", "--path", "example", "--period", "2024", "--format", "json"]
    rates = [each["rate"] for each in json.loads(run(*scored).output)["units"]]
    assert len(rates) == 5
    for asked in (words, [*words, "--why"]):
        said = run(*asked).output
        assert "2.3 → 2.3, 2.4" in said
        assert [rate for rate in rates if rate not in said] == []


def test_an_edition_without_a_last_year_ends_where_the_next_begins(here: Path) -> None:
    """A period tells which edition is meant, though the parent was left as it is; a second heir is told."""
    run("new", "edition", "example@2025", "2027")
    registry = Registry((Path("example"),))
    assert [registry.edition("example", Period(year)).name for year in (2025, 2026, 2027, 2030)] == [
        "2025",
        "2025",
        "2027",
        "2027",
    ]
    run("new", "edition", "example@2025", "2026-b")
    registry = Registry((Path("example"),))
    assert registry.edition("example", Period(2025)).name == "2025"
    with pytest.raises(ParcoreError, match=r"\[edition-several\]"):
        registry.edition("example", Period(2027))
    assert "[editions-overlap]" in run("check", "./example").stderr
