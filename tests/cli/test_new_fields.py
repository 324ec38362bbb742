"""An edition on a vocabulary that extends its parent's: scored, compared, sealed, with a new field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from parcore.audit.bundle import Refused
from parcore.audit.seal import seal
from parcore.audit.verify import verify
from parcore.cli import cli
from parcore.cli.run import Asked
from parcore.cli.run import run as scoring
from parcore.diagnostics import ParcoreError
from parcore.evidence.periods import Period
from parcore.registry import Registry
from parcore.results.result import Result
from parcore.values import State
from tests.audit.bundles import second

FIELDS = """\
vocabulary: example-2026
extends: example
fields:
  - {id: replies, kind: count, title: {vi: Trả lời tự động, en: Automatic replies}, range: "[0,100]"}
records:
  - id: visits
    fields:
      - {id: served, kind: choice, options: ["yes", "no"], title: {vi: Đã phục vụ, en: Served}}
"""
CRITERION = """\
      - id: replies
        code: "1.4"
        title: {vi: Trả lời tự động, en: Automatic replies}
        max: 1
        measure: {value: replies}
        scale: {per: 0.1, cap: 1}
        when: {missing: zero, unverified: zero, rejected: zero}
        source: {clause: "1.4", basis: illustrative}
"""
OLD, NEW = "example@2025", "example@2026"


@pytest.fixture(autouse=True)
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A draft in a folder of its own, with a field and a criterion that its parent has not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PARCORE_PATH", raising=False)
    assert run("new", "edition", "example") == 0
    Path("example/fields-2026.yaml").write_text(FIELDS, "utf-8")
    path = Path("example/edition-2026.yaml")
    text = path.read_text("utf-8")
    assert "(`vocabulary: example-2026`, `extends: example`," in text
    for old, new in (
        ("\nvocabulary: example\n", "\nvocabulary: example-2026\n"),
        ("total: 21", "total: 22"),
        ("    max: 6\n    criteria:\n      - id: plan", "    max: 7\n    criteria:\n      - id: plan"),
        ("  - id: procedures\n", CRITERION + "  - id: procedures\n"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return path


def said(*words: str) -> str:
    """What `parcore` prints; what stops it is raised."""
    done = CliRunner().invoke(cli, [*words, "--lang", "en"])
    if isinstance(done.exception, ParcoreError):
        raise done.exception
    return done.output


def run(*words: str) -> int:
    """The exit code of `parcore`."""
    return CliRunner().invoke(cli, [*words]).exit_code


def scored(edition: str, period: str = "2024") -> dict[str, dict[str, dict[str, str]]]:
    """Each unit's criteria by id."""
    words = ("score", edition, "--path", "example", "--period", period, "--format", "json")
    units = json.loads(said(*words))["units"]
    return {unit["unit"]: {row["id"]: row for row in unit["criteria"]} for unit in units}


def result_of(edition: str) -> Result:
    """The result of 2024 under an edition."""
    return scoring(Asked(edition, Period(2024)), Registry((Path("example"),)))[0]


def test_the_draft_is_without_findings_wherever_it_is_checked() -> None:
    """The draft's file alone, its folder and all at hand: no finding in any."""
    for words in (("example/edition-2026.yaml",), ("./example",), (NEW, "--path", "example")):
        assert "no findings" in said("check", *words)


def test_last_years_evidence_is_scored_without_the_new_field() -> None:
    """Held for the base's name, it gives what it gave; of the new criterion it says nothing."""
    old, new = scored(OLD), scored(NEW)
    assert old.keys() == new.keys()
    cards = result_of(NEW).scorecards
    assert {card.raw("replies").state for card in cards} == {State.MISSING}
    for unit, rows in new.items():
        assert rows.pop("replies")["points"] == "0"
        unlike = {id_ for id_, row in rows.items() if row["points"] != old[unit][id_]["points"]}
        assert unlike == set()


def test_rules_that_read_what_both_have_are_the_same() -> None:
    """Of two vocabularies, one extending the other, rules are compared: only the new one differs."""
    told = json.loads(said("compare", OLD, NEW, "--path", "example", "--format", "json"))
    kinds = {each["second"][0]["id"]: each["kinds"] for each in told["editions"]["criteria"]}
    assert kinds == {"steering": ["reweighted"], "replies": ["added"]}
    assert len(told["editions"]["same"]) == 9


def test_why_sets_the_new_criterion_aside() -> None:
    """What one edition alone asks is not comparable; nothing else is left out, nor owed to a rule."""
    words = ("compare", OLD, NEW, "--path", "example", "--period", "2024", "--why", "--format", "json")
    told = json.loads(said(*words))
    for unit in told["why"]["units"]:
        because = {
            name: each["not_comparable_because"]
            for each in unit["criteria"]
            for name in {*each["criteria_first"], *each["criteria_second"]}
        }
        assert because.pop("replies") == "no-counterpart"
        assert set(because.values()) == {None}
        parts = unit["index"]["parts"]
        assert (parts["rule"], parts["evidence"]) == ("0", "0")


def test_the_new_figures_stand_under_the_new_name() -> None:
    """Of evidence in both names the old edition reads what it knows, the new one reads all."""
    Path("example/evidence-2026.yaml").write_text(
        "evidence: example-2026\nperiod: 2024\nunits:\n  example-home-affairs: {replies: 7}\n", "utf-8"
    )
    unit = "example-home-affairs"
    assert "no findings" in said("check", "./example")
    assert scored(NEW)[unit]["replies"]["points"] == "0.7"
    assert "replies" not in scored(OLD)[unit]


def test_a_new_field_under_the_old_name_is_refused_with_the_way_out() -> None:
    """A figure that the base does not know, held for all its editions, is told with `extends`."""
    Path("example/evidence.yaml").write_text(
        "evidence: example\nperiod: 2023\nunits:\n  example-home-affairs: {replies: 7}\n", "utf-8"
    )
    assert "or to a new one that `extends` it" in said("check", "./example")


def test_fields_that_only_the_draft_reads_are_read() -> None:
    """A proof names the fields that nobody reads where they are declared, and counts who extends."""
    told = said("check", "--prove", "./example")
    unread = [line for line in told.splitlines() if "[prove-unread]" in line]
    assert len(unread) == 1
    assert "fields-2026.yaml:8" in unread[0]  # the new kind of record
    assert "[prove-unread]" not in said("check", "--prove", OLD, "--path", "example")


def test_a_chain_of_vocabularies_is_one(draft: Path) -> None:
    """Each has all that those under it have, in whatever order their files come."""
    Path("example/a-fields.yaml").write_text(
        "vocabulary: wider\nextends: example-2026\nfields: [{id: more, kind: count, title: More}]\n", "utf-8"
    )
    known = Registry((Path("example"),)).vocabularies
    assert known["wider"].names == ("wider", "example-2026", "example")
    assert [*known["wider"].fields] == [*known["example"].fields, "replies", "more"]
    assert known["wider"].invariants == known["example"].invariants != ()
    assert "visits" in known["wider"].records


def test_a_bundle_holds_the_vocabularies_under_its_edition() -> None:
    """A sealed result of the draft is verified from itself alone, and needs each of them."""
    result = result_of(NEW)
    files = seal(result, Registry((Path("example"),)), "en")
    assert {"vocabulary.yaml", "vocabulary-1.yaml"} <= files.keys()
    assert verify(files, None).units == len(result.scorecards)
    second().verify(files, None)
    with pytest.raises(Refused):
        verify({path: data for path, data in files.items() if path != "vocabulary-1.yaml"}, None)
