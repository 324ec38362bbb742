"""A revised result: it names the one before it, why, and what changed; each of it is checked."""

from __future__ import annotations

from functools import cache

import pytest

from parcore.audit.bundle import Refused
from parcore.audit.seal import seal
from parcore.audit.verify import verify
from parcore.cli.run import Asked, run
from parcore.results.scoring import score
from tests.audit.bundles import (
    THEIRS,
    Files,
    json_of,
    keys,
    refusal,
    resealed,
    scored,
    sealed,
    second_refusal,
)
from tests.audit.tampering import edited

REASON = "dossiers of December were counted twice"


@cache
def _revised() -> Files:
    """The example with one agency's appeal granted, sealed as a revision of the first."""
    result, registry = scored("example")
    changed = run(Asked("example@2024", changes=("example-health.dossiers_on_time=0",)))[0].assumed
    evidence = result.evidence.with_(each.given for each in changed)
    again = score(result.edition, evidence, registry.units, result.period)
    return seal(again, registry, "vi", signer=keys()[0], earlier=sealed(), reason=REASON)


def revised() -> Files:
    """A copy of it."""
    return dict(_revised())


def test_a_revision_holds_with_and_without_the_earlier_bundle() -> None:
    """Both verifiers accept a revision, alone and beside the bundle that it revises."""
    for earlier in (None, sealed()):
        assert refusal(revised(), earlier=earlier) == []
        assert second_refusal(revised(), earlier=earlier) == ""


def test_a_revision_tells_what_changed() -> None:
    """It names the statement, the criteria, the index and the places that moved, each before and after."""
    said = json_of(revised(), "revision.json")
    assert said["reason"] == REASON
    changes = said["changes"]
    (statement,) = changes["statements"]
    assert (statement["unit"], statement["field"]) == ("example-health", "dossiers_on_time")
    assert (statement["before"]["value"] != "0", statement["after"]["value"]) == (True, "0")
    before, after = (
        {u["unit"]: u for u in json_of(files, "result.json")["units"]} for files in (sealed(), revised())
    )
    assert [row["unit"] for row in changes["index"]] == ["example-health"]
    assert changes["index"][0]["before"]["points"] == before["example-health"]["points"]
    assert changes["index"][0]["after"]["points"] == after["example-health"]["points"]
    moved = {row["unit"] for row in changes["places"]}
    assert moved == {unit for unit in before if before[unit]["places"] != after[unit]["places"]}
    assert "example-health" in moved
    assert {row["unit"] for row in changes["points"]} == {"example-health"}
    assert changes["documents"] == []


@pytest.mark.parametrize(
    ("path", "edit", "code"),
    [
        ("revision.json", lambda r: r["changes"]["places"].clear(), "revision-differs"),
        ("revision.json", lambda r: r["changes"]["points"][0].update(after=None), "revision-differs"),
        ("revision.json", lambda r: r["changes"].update(documents=["edition.yaml"]), "revision-differs"),
        ("revision.json", lambda r: r["changes"].pop("index"), "revision-differs"),
        ("revision.json", lambda r: r.update(reason=" "), "bundle-shape"),
        ("revision.json", lambda r: r.update(earlier="0" * 64), "revision-earlier"),
        ("revision.json", lambda r: r.update(format="parcore-revision-2"), "bundle-version"),
        ("bundle.json", lambda b: b.update(revises="0" * 64), "revision-earlier"),
        ("bundle.json", lambda b: b.update(revises=None), "bundle-unknown"),
        ("bundle.json", lambda b: b.update(revises=1), "bundle-shape"),
    ],
)
def test_a_revision_that_tells_otherwise_is_refused(path: str, edit: object, code: str) -> None:
    """What a revision says of the earlier bundle is refused where it is not so, whoever signed it."""
    given = resealed(edited(path, edit)(revised()))  # type: ignore[arg-type]
    assert refusal(given, earlier=sealed()) == [code]
    assert second_refusal(given, earlier=sealed()) != ""


def test_the_earlier_bundle_must_be_the_one_and_must_hold() -> None:
    """Another bundle, or the one revised but changed or signed by another, is refused."""
    other = resealed(edited("environment.json", lambda e: e.update(python="0"))(sealed()))
    assert refusal(revised(), earlier=other) == ["revision-earlier"]
    assert refusal(revised(), earlier=resealed(sealed(), THEIRS)) == ["bundle-signature"]
    assert refusal(revised(), earlier={**sealed(), "result.json": b"{}"}) == ["bundle-size"]
    assert refusal(revised(), earlier={}) == ["revision-earlier"]
    with pytest.raises(Refused, match=r"--earlier result\.json"):
        verify(revised(), keys()[1], {**sealed(), "result.json": b"{}"})
    assert refusal(sealed(), earlier=sealed()) == ["revision-none"]
    for given, earlier in (
        (revised(), other),
        (revised(), resealed(sealed(), THEIRS)),
        (revised(), {**sealed(), "result.json": b"{}"}),
        (revised(), Files()),
        (sealed(), sealed()),
    ):
        assert second_refusal(given, earlier=earlier) != ""


def test_a_bundle_of_another_result_is_not_revised() -> None:
    """Only a bundle of the same edition, period and stage is revised, and only one whose files are whole."""
    result, registry = scored("one-stop")
    with pytest.raises(Refused, match="revision-other"):
        seal(result, registry, "vi", earlier=sealed(), reason=REASON)
    broken = {**sealed(), "result.json": b"{}"}
    with pytest.raises(Refused, match="bundle-size"):
        seal(scored("example")[0], scored("example")[1], "vi", earlier=broken, reason=REASON)


def test_a_revision_may_be_revised() -> None:
    """The second revision names the first, not the original."""
    result, registry = scored("example")
    again = seal(result, registry, "vi", signer=keys()[0], earlier=revised(), reason="withdrawn")
    assert refusal(again, earlier=revised()) == []
    assert second_refusal(again, earlier=revised()) == ""
    assert refusal(again, earlier=sealed()) == ["revision-earlier"]
    back = json_of(again, "revision.json")["changes"]["places"]
    there = json_of(revised(), "revision.json")["changes"]["places"]
    assert [(r["unit"], r["before"], r["after"]) for r in back] == [
        (r["unit"], r["after"], r["before"]) for r in there
    ]
