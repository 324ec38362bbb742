"""Good and bad documents: a bad one states its findings, no more and no less (`# expect: line:column code`).

A document states them in itself where a comment does it no harm, else in a file `.expect` beside it;
a folder of documents that do not agree has one file `expect`, with the name of the document in front.
All are checked against the vocabulary and the units of `ground/` and nothing that is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from parcore import i18n
from parcore.checking import check, documents_at
from parcore.diagnostics import Findings, ParcoreError
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.evidence.sections import Defaults
from parcore.registry import Registry

HERE = Path(__file__).parent
GROUND = HERE / "ground"
GOOD = sorted((HERE / "good").iterdir())
BAD = sorted(each for each in (HERE / "bad").iterdir() if each.suffix != ".expect")
EXPECT = re.compile(r"^# expect: (?:(\S+):)?(\d+):(\d+) ([a-z0-9-]+)$", re.MULTILINE)
PLACEHOLDER = re.compile(r"\{[a-z_]+\}|\{\{")

NOT_OF_DOCUMENTS = {
    "compare-order": "two periods of the command line: tests/change",
    **{
        f"prove-{word}": "the analysis of `check --prove`: tests/readings/analysis"
        for word in (
            "gap",
            "overlap",
            "unreachable",
            "not-within",
            "undecided",
            "ends",
            "never-applies",
            "single",
            "maximum",
            "minimum",
            "floor",
            "cap",
            "constant",
            "turns",
            "dead",
            "field-dead",
            "unread",
        )
    },
    **dict.fromkeys(
        (
            "plugin-table",
            "plugin-table-taken",
            "evidence-stored",
            "table-reader-missing",
            "table-driver-missing",
            "table-name-missing",
            "register-files",
            "register-setting",
            "register-twice",
            "records-changed",
            "table-unreadable",
            "table-server",
            "quarantine-taken",
            "quarantine-unwritable",
            "float-inexact",
            "decimal-too-wide",
            "records-bad",
            "records-set-aside",
        ),
        "tables that plugins read: tests/plugins/test_records.py",
    ),
    **dict.fromkeys(
        ("plugin-dialect", "plugin-dialect-taken", "dialect-unknown", "sql-of-no-column"),
        "SQL that plugins write: tests/plugins/test_sql_command.py",
    ),
    **dict.fromkeys(
        (
            "plugin-engine",
            "plugin-engine-taken",
            "bulk-both",
            "bulk-bound",
            "bulk-broken",
            "bulk-document",
            "bulk-ending",
            "bulk-none",
            "bulk-float",
            "bulk-more",
            "bulk-needs",
            "bulk-parts",
            "bulk-points-set",
            "bulk-provisional",
            "bulk-records",
            "bulk-shown",
            "bulk-stage",
            "bulk-twice",
            "bulk-type",
            "bulk-unwritten",
            "engine-evidence",
            "engine-failed",
            "engine-option",
            "engine-period",
            "engine-server",
            "engine-undecided",
            "engine-unknown",
            "engine-unopened",
            "units-table",
        ),
        "wide tables, which engines read: tests/results/test_bulk_refused.py",
    ),
    **dict.fromkeys(
        (
            "robust-unranked",
            "robust-circle",
            "robust-option",
            "robust-wide",
            "robust-no-design",
            "robust-error",
            "robust-effect",
            "robust-effect-large",
            "robust-population",
            "robust-range",
            "robust-outside",
            "robust-overlap",
            "robust-peers",
            "robust-groups",
            "robust-same",
            "robust-bounds",
            "robust-empty",
            "robust-fine",
            "robust-undecided",
        ),
        "the plugin robust: tests/plugins/test_robust.py",
    ),
    "sealed-extra": "sealed results: tests/audit",
    "seal-taken": "sealed results: tests/audit",
    "seal-key": "sealed results: tests/audit",
    "seal-differs": "sealed results: tests/audit",
    "revision-other": "sealed results: tests/audit",
    "revision-none": "sealed results: tests/audit",
    "revision-earlier": "sealed results: tests/audit",
    "revision-differs": "sealed results: tests/audit",
    "bundle-missing": "sealed results: tests/audit",
    "bundle-unlisted": "sealed results: tests/audit",
    "bundle-unknown": "sealed results: tests/audit",
    "bundle-size": "sealed results: tests/audit",
    "bundle-digest": "sealed results: tests/audit",
    "bundle-path": "sealed results: tests/audit",
    "bundle-twice": "sealed results: tests/audit",
    "bundle-link": "sealed results: tests/audit",
    "bundle-limit": "sealed results: tests/audit",
    "bundle-zip": "sealed results: tests/audit",
    "bundle-json": "sealed results: tests/audit",
    "bundle-shape": "sealed results: tests/audit",
    "bundle-version": "sealed results: tests/audit",
    "bundle-signed": "sealed results: tests/audit",
    "bundle-unsigned": "sealed results: tests/audit",
    "bundle-signature": "sealed results: tests/audit",
    "bundle-subject": "sealed results: tests/audit",
    "bundle-predicate": "sealed results: tests/audit",
    "bundle-unscorable": "sealed results: tests/audit",
    "bundle-differs": "sealed results: tests/audit",
    "file-not-found": "what a command or a call names",
    "findings-unlisted": "more findings than are kept: tests/documents/test_hostile.py",
    "folder-empty": "what a command or a call names",
    "result-other": "a saved result",
    "evidence-other": "what a command or a call names",
    "set-shape": "an option of a command",
    "edition-taken": "an argument of a command",
    "edition-name-unfit": "an argument of a command",
    "carry-back": "what a command or a call names",
    "weight-negative": "a table that a command names: tests/change",
    "record-none": "an option of a command",
    "record-unknown": "an option of a command",
    "criterion-unknown": "an argument of a command",
    "edition-none-held": "what a command or a call names",
    "format-unknown": "an option of a command",
    "name-unfit": "what `new` makes",
    "title-unfit": "what `new` makes",
    "methodology-taken": "what `new` makes",
    "kind-taken": "what `new` makes",
    "folder-taken": "what `new` makes",
    "folder-unwritable": "what `new` makes",
    "edition-unknown": "what a command or a call names",
    "edition-not-in-force": "what a command or a call names",
    "edition-several": "what a command or a call names",
    "unit-not-of-edition": "scoring",
    "evidence-none": "scoring",
    "points-out-of-range": "scoring",
    "points-off-step": "scoring",
    "override-without-reason": "scoring",
    "override-state": "scoring",
    "points-by-code": "scoring",
    "file-oversize": "too large to keep here: test_hostile.py",
    "yaml-scalar-too-long": "too large to keep here: test_hostile.py",
    "claims-not-found": "what a command names",
    "claim-unknown": "an audit: tests/audit",
    "claim-relation": "an audit: tests/audit",
    "table-too-wide": "too large to keep here: test_hostile.py",
    "table-too-large": "too large to keep here: test_hostile.py",
    "cell-too-long": "too large to keep here: test_hostile.py",
}
"""Codes that no document of the corpus can cause, and what does."""

ELSEWHERE: dict[str, str] = {}
"""Documents whose findings wait for a room that is not this one, and what it lacks."""


def marked(paths: list[Path]) -> list:
    """The documents as parameters, those of `ELSEWHERE` expected to fail."""
    return [
        pytest.param(
            path,
            id=path.name,
            marks=[pytest.mark.xfail(reason=ELSEWHERE[path.name])] if path.name in ELSEWHERE else [],
        )
        for path in paths
    ]


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No methodology is at hand but what a test names."""
    monkeypatch.setattr("parcore.registry.entry_points", lambda **_: ())
    monkeypatch.delenv("PARCORE_PATH", raising=False)


def findings_of(path: Path) -> Findings:
    """What `check` finds in a document or a folder of documents."""
    registry = Registry((GROUND, path) if path.is_dir() else (GROUND,))
    documents = documents_at(path)
    if path.is_dir():
        named = {each.path for each in documents}
        tables = [each for each in sorted(path.glob("*.csv")) if not named_in(each, named)]
        documents += [document for table in tables for document in documents_at(table)]
    return check(registry, documents, Defaults()).findings


def named_in(table: Path, documents: set[Path]) -> bool:
    """Whether one of the documents names the table."""
    return any(table.name in each.read_text("utf-8") for each in documents)


def found_in(path: Path) -> list[tuple[str, int, int, str]]:
    """The file (of a folder), line, column and code of each finding."""
    return sorted(
        (
            Path(each.place.file).name if path.is_dir() else "",
            each.place.line,
            each.place.column,
            each.code,
        )
        for each in findings_of(path)
    )


def expected_of(path: Path) -> list[tuple[str, int, int, str]]:
    """The findings that a bad document states."""
    beside = path / "expect" if path.is_dir() else path.with_name(path.name + ".expect")
    stated = (beside if beside.exists() else path).read_bytes().decode("utf-8")
    return sorted((name, int(line), int(column), code) for name, line, column, code in EXPECT.findall(stated))


def codes_of_the_corpus() -> Iterator[str]:
    """Every code that a bad document states."""
    return (code for path in BAD for *_, code in expected_of(path))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_good_document_has_no_finding(path: Path) -> None:
    """A valid document is taken as it is, however odd its corners."""
    assert [each.render("en") for each in findings_of(path)] == []


@pytest.mark.parametrize("path", marked(BAD))
def test_bad_document_has_the_findings_it_states(path: Path) -> None:
    """A bad document is told all that is wrong with it at once, each at its place, and nothing else."""
    stated = expected_of(path)
    assert stated
    assert found_in(path) == stated


@pytest.mark.parametrize("path", marked(BAD))
@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_findings_are_whole_sentences(path: Path, lang: str) -> None:
    """Every finding fills its sentence and its fix in both languages and leaves no name in braces."""
    for each in findings_of(path):
        for text in (each.message(lang), each.fix(lang)):
            assert not PLACEHOLDER.search(text)
            assert not text.rstrip().endswith((":", "``"))
            assert "``" not in text or not all(each.values.values())


def test_corpus_covers_every_code_that_a_document_can_cause() -> None:
    """Each code of the catalogue has a bad document that causes it, or its reason for having none."""
    codes = {each for each in i18n.codes() if not each.startswith("plugin-")}
    assert codes - set(codes_of_the_corpus()) - set(NOT_OF_DOCUMENTS) == set()
    assert set(codes_of_the_corpus()) & set(NOT_OF_DOCUMENTS) == set()


def test_can_tho_is_refused_at_both_shared_ends_with_both_answers() -> None:
    """Bands that share their ends are refused there, and the message shows the answers that clash."""
    said = [each.message("en") for each in findings_of(HERE / "bad" / "can-tho.yaml")]
    assert [("7.5 | 5" in text, "0.95" in text) for text in said[:1]] == [(True, True)]
    assert [("5 | 2.5" in text, "0.9" in text) for text in said[1:]] == [(True, True)]


def test_an_ambiguous_number_is_shown_with_both_readings() -> None:
    """A number that two formats read differently is refused with each reading and its format."""
    said = [each.message("vi") for each in findings_of(HERE / "bad" / "evidence-ambiguous.yaml")]
    assert any("1.234 (plain)" in text and "1234 (vi)" in text for text in said)
    assert any("1.234 (vi)" in text and "1234 (en)" in text for text in said)


def test_an_unknown_key_is_told_with_the_nearest_one() -> None:
    """A misspelt key is told with the key that was meant."""
    said = [each.fix("en") for each in findings_of(HERE / "bad" / "unknown-key.yaml")]
    assert any("rounding" in text for text in said)
    assert any("max" in text for text in said)


def test_evidence_given_twice_names_both_places() -> None:
    """Two values for one key are told with the place and the value of each."""
    (found,) = findings_of(HERE / "bad" / "evidence-twice-in-two-tables")
    assert "`5` at" in found.message("en")
    assert "one.csv:2:10" in found.message("en")
    assert "`6` here" in found.message("en")
    assert "two.csv:2:16" in str(found.place)


def test_a_path_that_is_not_there_is_told() -> None:
    """A file that does not exist is a finding of its own, not a traceback."""
    with pytest.raises(ParcoreError, match="file-not-found"):
        documents_at(HERE / "khong-co.yaml")


def test_a_decimal_comma_inside_braces_is_told_with_what_to_write() -> None:
    """A number that a comma split is one finding, with the number as it is written there."""
    found = [*findings_of(HERE / "bad" / "decimal-comma.yaml")]
    assert [each.values["mend"] for each in found] == ["0.25", "2.5"]
    assert "write `0.25` inside `{ }`" in found[0].fix("en")
    assert "viết `0.25` trong `{ }`" in found[0].fix("vi")


@pytest.mark.parametrize("before", ["", "\ufeff", "\ufeff\ufeff"])
def test_what_is_not_closed_at_the_end_is_told_at_a_place_that_is_there(before: str, tmp_path: Path) -> None:
    """Where a file ends without a line's end, the finding stands on its last line, not behind it."""
    path = tmp_path / "a.yaml"
    path.write_text(f"{before}vocabulary: v\nfields:\n  - {{id: a, kind:\n    count", "utf-8")
    (found,) = findings_of(path)
    assert (found.code, found.place.line) == ("yaml-syntax", 3)
    path.write_text(f"{before}vocabulary: v\nfields:\n  - {{id: [a}}", "utf-8")
    (found,) = findings_of(path)
    assert (found.code, found.place.line) == ("yaml-syntax", 3)


def test_a_number_of_another_format_is_told_as_the_declared_one_writes_it() -> None:
    """In a file declared `vi`, 95.5% is told as 95,5%; a bound of another format keeps its sign."""
    number, *_ = findings_of(HERE / "bad" / "numbers-other.yaml")
    assert "write `95,5%`" in number.fix("en")
    assert "viết `95,5%`" in number.fix("vi")
    found = findings_of(HERE / "bad" / "evidence-bounds.yaml")
    assert [each.values["mend"] for each in found if each.code == "number-other-format"] == ["> 1.5"]


def test_an_edition_that_cannot_be_read_overlaps_no_other(tmp_path: Path) -> None:
    """What is wrong with a document that is no YAML is told at its place, and nothing of its years."""
    text = (HERE / "good" / "shares.yaml").read_text("utf-8")
    (tmp_path / "one.yaml").write_text(text, "utf-8")
    (tmp_path / "two.yaml").write_text(text.replace('edition: "1"', 'edition: "2"'), "utf-8")
    registry = Registry((GROUND, tmp_path))
    found = check(registry, documents_at(tmp_path / "two.yaml"), Defaults()).findings
    assert [each.code for each in found] == ["editions-overlap"]
    (tmp_path / "two.yaml").write_text(text.replace('edition: "1"', 'edition: "2"') + "x: [\n", "utf-8")
    registry = Registry((GROUND, tmp_path))
    found = check(registry, documents_at(tmp_path / "two.yaml"), Defaults()).findings
    assert [(each.code, each.place.line > 0) for each in found] == [("yaml-syntax", True)]


def test_a_bare_number_over_one_is_told_with_the_share_that_it_is() -> None:
    """A share compared with 95 is told as 9500%, of a measure that is rounded too."""
    text = (HERE / "bad" / "share-bare.yaml").read_text("utf-8")
    assert "{ratio: [meetings, settled]}" in text
    for measure in ("{ratio: [meetings, settled]}", "{ratio: [meetings, settled], round: 4}"):
        findings = Findings()
        tree = parse_yaml(text.replace("{ratio: [meetings, settled]}", measure), "share-bare.yaml", findings)
        read_edition(tree, Registry((GROUND,)).vocabularies, findings)
        first = next(each for each in findings if each.code == "share-bare")
        assert first.values["share"] == f"{int(first.values['number']) * 100}%"
        assert first.place.line == 14


def test_a_tie_break_by_a_code_is_told_with_the_id() -> None:
    """Ties name a criterion by its id: where its code is given, the id of that code is suggested."""
    text = (HERE / "bad" / "ties.yaml").read_text("utf-8").replace("of: b,", 'of: "1.1",')
    tree = parse_yaml(text.replace("  - id: a\n", '  - id: a\n    code: "1.1"\n'), "ties.yaml", Findings())
    findings = Findings()
    read_edition(tree, Registry((GROUND,)).vocabularies, findings)
    (found,) = (each for each in findings if each.code == "criterion-not-an-id")
    assert found.values == {"key": "1.1", "nearest": "a"}
    assert found.fix("en").endswith(": a")
