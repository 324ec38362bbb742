"""Editions with a fault planted in a rule: each is found at its line, with evidence that scoring reproduces.

A document states its findings in itself (`# expect: line:column code what the finding says`, without its
examples), and jumps that no finding tells (`# cliff: criterion at points`). Some are found with z3 alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import parcore
from parcore.checking import Checked, check, documents_at
from parcore.cli.prove import proved
from parcore.diagnostics import Diagnostic
from parcore.evidence.sections import Defaults
from parcore.i18n import codes
from parcore.numbers import exact_text
from parcore.readings.analysis.edition import Proof
from parcore.readings.analysis.witness import PERIOD, Witness
from parcore.readings.exact import evaluate
from parcore.readings.inverse import Facts
from parcore.registry import Registry
from parcore.rules.program import lay_out
from parcore.values import State

HERE = Path(__file__).parent
GROUND = HERE / "ground"
BAD = sorted((HERE / "bad").iterdir())
EXPECT = re.compile(r"^# expect: (\d+):(\d+) (\S+) (.*)$", re.MULTILINE)
CLIFF = re.compile(r"^# cliff: (\S+) (\S+) (\S+)$", re.MULTILINE)
EXAMPLES = re.compile(r" \(as .*\)| \(proved.*\)| with .*|; the nearest .*| for .*? both| for .*$")
"""The evidence in a finding's sentence, which the test scores and does not compare."""

documents = pytest.mark.parametrize("path", [pytest.param(each, id=each.stem) for each in BAD])


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No methodology is at hand but what a test names."""
    monkeypatch.setattr("parcore.registry.entry_points", lambda **_: ())
    monkeypatch.delenv("PARCORE_PATH", raising=False)


def proofs_of(path: Path) -> tuple[Checked, list[Proof]]:
    """What `check --prove` knows of a document."""
    registry = Registry((GROUND,))
    checked = check(registry, documents_at(path), Defaults())
    return checked, [each.proof for each in proved(checked, registry)]


def said(found: Diagnostic) -> str:
    """A finding's sentence after the criterion, without its examples."""
    sentence = found.message("en")
    sentence = sentence.partition("]: ")[2] or sentence
    return EXAMPLES.sub("", sentence)


def told(checked: Checked) -> list[tuple[str, str, str, str]]:
    """Each finding by line, column, code and sentence."""
    found = checked.findings
    return sorted((str(each.place.line), str(each.place.column), each.code, said(each)) for each in found)


@documents
def test_a_planted_fault_is_found_at_its_line(path: Path) -> None:
    """`check --prove` finds what the document states, at its place and in those words, and nothing else."""
    text = path.read_text("utf-8")
    checked, proofs = proofs_of(path)
    assert told(checked) == sorted(EXPECT.findall(text))
    assert told(checked) or CLIFF.search(text), "a document here has a fault"
    jumps = {
        (each.criterion.id, exact_text(cliff.at), exact_text(cliff.jump))
        for each in proofs
        if each.analysis is not None and (cliff := each.analysis.cliff) is not None
    }
    assert set(CLIFF.findall(text)) <= jumps


def witnesses(proof: Proof) -> Iterator[Witness]:
    """All evidence that an analysis names."""
    found = proof.analysis
    assert found is not None
    known = found.branches
    cliff = [] if found.cliff is None else [found.cliff.below, found.cliff.above]
    pairs = [each for some in (found.turns, found.alike) for pair in some.values() for each in pair]
    ends = [each.witness for each in (found.least, found.most) if each is not None]
    single = [*known.reached, known.gap, *ends, *cliff]
    yield from (each for each in (*single, *pairs, *known.instead.values()) if each is not None)
    yield from known.overlaps.values()


def rows(found: Sequence[Witness]) -> Iterator[str]:
    """Witnesses as a table of evidence, a unit each; a unit is scored where something is said of it."""
    yield "unit,period,field,stage,value"
    for n, each in enumerate(found):
        for (name, lag), number in each.numbers.items():
            value = each.words.get((name, lag)) or exact_text(number)
            yield f"w{n},{PERIOD.back(lag)},{name},final,{value}"


def folder(tmp_path: Path, path: Path, found: Sequence[Witness]) -> Path:
    """A folder with an edition, its vocabulary, and a unit for each witness with its evidence."""
    units = "".join(f"  - {{id: w{n}, kind: department, name: W{n}}}\n" for n in range(len(found)))
    (tmp_path / "units.yaml").write_text(f"units: planted\nmembers:\n{units}", "utf-8")
    (tmp_path / "edition.yaml").write_text(path.read_text("utf-8"), "utf-8")
    vocabulary = (GROUND / "vocabulary.yaml").read_text("utf-8")
    (tmp_path / "vocabulary.yaml").write_text(vocabulary, "utf-8")
    (tmp_path / "evidence.csv").write_text("\n".join([*rows(found), ""]), "utf-8")
    return tmp_path


@documents
def test_its_witnesses_are_reproduced_by_scoring(path: Path, tmp_path: Path) -> None:
    """Evidence that the analysis names, put into a table and scored, gives what the analysis says of it."""
    checked, proofs = proofs_of(path)
    analysed = [each for each in proofs if each.analysis is not None and not each.part]
    found = [(each, witness) for each in analysed for witness in witnesses(each)]
    if checked.findings.errors:  # no edition is scored that a check refuses: its rule is read as it is
        assert all(read(proof, witness) for proof, witness in found)
        return
    if not found:
        assert not any(each.analysis and each.analysis.one_unit for each in analysed)
        return
    at = folder(tmp_path, path, [witness for _, witness in found])
    edition = parcore.load_edition("planted@1", paths=[at])
    evidence = parcore.read_evidence(edition, [at / "evidence.csv"], paths=[at])
    result = parcore.score(edition, evidence, str(PERIOD), paths=[at])
    cards = {card.unit.id: card for card in result.scorecards}
    for n, (proof, witness) in enumerate(found):
        raw = cards[f"w{n}"].raw(proof.criterion.id)
        assert raw == witness.value, (proof.name, str(witness))
        assert raw.state is State.OK


def read(proof: Proof, witness: Witness) -> bool:
    """Whether the exact reading of a rule gives what a witness says."""
    assert proof.analysis is not None
    program = lay_out({"it": proof.analysis.plane.node})
    return evaluate(program, Facts(witness.numbers, PERIOD))["it"] == witness.value


def test_a_field_that_no_edition_reads_is_told(tmp_path: Path) -> None:
    """Of a vocabulary the fields that no edition at hand reads are told where they stand, records' too."""
    at = folder(tmp_path, HERE / "bad" / "minimum.yaml", [])
    (at / "units.yaml").unlink()
    (at / "evidence.csv").unlink()
    registry = Registry((at,))
    checked = check(registry, documents_at(at), Defaults())
    proved(checked, registry)
    unread = {each.values["field"] for each in checked.findings if each.code == "prove-unread"}
    assert unread == {
        "done",
        "planned",
        "late",
        "few",
        "visits",
        "revenue",
        "change",
        "plan",
        "pages",
        "outcome",
    }
    lines = (GROUND / "vocabulary.yaml").read_text("utf-8").splitlines()
    for each in (each for each in checked.findings if each.code == "prove-unread"):
        assert f"id: {each.values['field']}," in lines[each.place.line - 1]


def test_every_kind_of_finding_is_planted() -> None:
    """The documents here bring out every finding of the analysis but that of a vocabulary."""
    planted = {code for path in BAD for _, _, code, _ in EXPECT.findall(path.read_text("utf-8"))}
    every = {code for code in codes() if code.startswith("prove-")}
    assert every - planted == {"prove-unread"}
