"""What sealing writes: one form, nothing secret, nothing but what the result stands on."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from attrs import evolve

from parcore.audit.bundle import canonical
from parcore.audit.bundle_files import read_bundle, write_bundle, zipped
from parcore.audit.seal import seal
from parcore.audit.seal_keys import new_key, read_signer, read_trusted
from parcore.cli.run import Asked, run
from parcore.diagnostics import ParcoreError
from parcore.evidence.evidence import Evidence
from parcore.evidence.sections import Defaults
from parcore.registry import Registry
from parcore.results.output import to_dict
from tests.audit.bundles import (
    OURS,
    RESULTS,
    json_of,
    keys,
    refusal,
    scored,
    sealed,
    second_refusal,
    write_keys,
)

NAMES = sorted(RESULTS)


@pytest.mark.parametrize("name", NAMES)
def test_a_sealed_result_holds_as_folder_and_as_zip(name: str, tmp_path: Path) -> None:
    """Both verifiers accept a sealed result, read back from a folder and from a zip."""
    for out in (tmp_path / "bundle", tmp_path / "bundle.zip"):
        write_bundle(sealed(name), out)
        files = read_bundle(out)
        assert files == sealed(name)
        assert refusal(files) == []
        assert second_refusal(files) == ""
    assert second_refusal((tmp_path / "bundle.zip").read_bytes()) == ""


@pytest.mark.parametrize("name", NAMES)
def test_the_same_result_and_key_give_the_same_bytes(name: str) -> None:
    """Sealed again, from documents read again, a result is the same zip to the byte."""
    result, registry = run(RESULTS[name])
    assert zipped(seal(result, registry, "vi", signer=keys()[0])) == zipped(sealed(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_sealed_numbers_are_those_of_the_result(name: str) -> None:
    """Every unit's points, classes and places in a bundle are those that scoring gives."""
    result, _ = scored(name)
    again = json.loads(canonical(to_dict(result, "vi")["units"]))
    assert again
    assert json_of(sealed(name), "result.json")["units"] == again


def test_a_bundle_holds_no_other_edition_and_no_other_period() -> None:
    """Of all that is installed it takes one edition, its units, and evidence of the periods that it reads."""
    files = sealed("par-index")
    assert b'edition: "2022"' in files["edition.yaml"]
    assert {row["period"] for row in json_of(files, "evidence.json")["statements"]} == {"2023"}
    assert len([path for path in files if path.endswith(".yaml")]) == 1
    kinds = {unit["kind"] for unit in json_of(files, "units.json")["units"]}
    assert kinds == set(scored("par-index")[0].edition.kinds)


def test_every_statement_keeps_its_source_and_place() -> None:
    """A statement says its source and the line of the file, without the folders of a machine."""
    rows = json_of(sealed(), "evidence.json")["statements"]
    assert all(row["source"]["basis"] == "illustrative" for row in rows)
    assert {row["place"]["file"] for row in rows} <= {"evidence.csv", "evidence.yaml"}
    assert all(row["place"]["line"] > 0 for row in rows)


def test_no_key_is_in_a_bundle() -> None:
    """Of the private key no byte is in any file, in hexadecimal, raw or as PEM."""
    whole = zipped(sealed())
    assert bytes.fromhex(OURS) not in whole
    assert OURS.encode() not in whole
    assert b"PRIVATE" not in whole


def test_new_keys_are_for_their_owner_and_never_written_over(tmp_path: Path) -> None:
    """A private key can be read by its owner alone; a second pair of the name is refused, the first kept."""
    private, public, id_ = new_key(tmp_path / "office")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert read_signer(private).id == read_trusted(public).id == id_
    signature = read_signer(private).sign(b"a")
    assert read_trusted(public).signed(signature, b"a")
    assert not read_trusted(public).signed(signature, b"b")
    before = private.read_bytes()
    with pytest.raises(ParcoreError, match="seal-taken"):
        new_key(tmp_path / "office")
    private.unlink()
    with pytest.raises(ParcoreError, match="seal-taken"):
        new_key(tmp_path / "office")
    assert before
    assert not private.exists()


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    """Signing wants a private Ed25519 key, verifying a public one; anything else is told."""
    private, public = write_keys(tmp_path)
    (tmp_path / "text.pem").write_text("no key", "utf-8")
    for read, path in (
        (read_signer, public),
        (read_trusted, private),
        (read_signer, tmp_path / "text.pem"),
        (read_trusted, tmp_path / "text.pem"),
    ):
        with pytest.raises(ParcoreError, match="seal-key"):
            read(path)
    with pytest.raises(ParcoreError, match="file-not-found"):
        read_signer(tmp_path / "none.pem")


def test_a_what_if_is_not_sealed() -> None:
    """A result that rests on a value put in the place of evidence is refused."""
    asked = evolve(RESULTS["example"], changes=("example-health.tasks_done=1",))
    result, registry = run(asked)
    with pytest.raises(ParcoreError, match="seal-differs"):
        seal(result, registry, "en")


def test_a_result_that_the_bundle_does_not_give_is_not_sealed() -> None:
    """Where the evidence of a result is not that which it was scored from, sealing refuses."""
    result, registry = scored("example")
    other = evolve(result, scorecards=result.scorecards[::-1])
    with pytest.raises(ParcoreError, match="seal-differs"):
        seal(other, registry, "en")
    with pytest.raises(ParcoreError, match="seal-differs") as error:
        seal(evolve(result, evidence=Evidence()), registry, "en")
    assert error.value.diagnostics[1].code == "evidence-none", "and why"


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A bundle is never written where something is."""
    for name in ("there", "there.zip"):
        (tmp_path / name).mkdir()
        with pytest.raises(ParcoreError, match="seal-taken"):
            write_bundle(sealed(), tmp_path / name)
        assert not list((tmp_path / name).iterdir())


def test_evidence_in_another_order_is_the_same_bundle(tmp_path: Path) -> None:
    """Statements are sealed in one order, whatever the order of the files that they came from."""
    head = "evidence: example\nperiod: 2024\nsource: {title: a test, basis: illustrative}\nunits:\n"
    lines = [
        "  example-health: {tasks_planned: 8, tasks_done: 4}\n",
        "  example-justice: {tasks_planned: 8, tasks_done: 6}\n",
    ]
    for name, rows in (("a", lines), ("b", lines[::-1])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "e.yaml").write_text(head + "".join(rows), "utf-8")
    found = []
    for name in ("a", "b"):
        result, registry = run(Asked("example@2024", files=(tmp_path / name / "e.yaml",)))
        found.append(seal(result, registry, "vi"))
    places = [json_of(each, "evidence.json")["statements"] for each in found]
    assert [{**row, "place": None} for row in places[0]] == [{**row, "place": None} for row in places[1]]
    assert found[0]["result.json"] == found[1]["result.json"]


def test_every_result_that_is_installed_can_be_sealed() -> None:
    """Every installed edition, in each period for which evidence is installed, is sealed and verified."""
    registry, count = Registry(), 0
    for document in registry.edition_documents():
        edition = registry.edition(document.key)
        evidence = registry.evidence(edition.methodology, edition.vocabulary, (), Defaults())
        for period in evidence.periods():
            if edition.in_force(period):
                files = seal(*run(Asked(edition.key, period)), "vi", signer=keys()[0])
                assert (refusal(files), second_refusal(files)) == ([], ""), (edition.key, period)
                count += 1
    assert count >= len(RESULTS)
