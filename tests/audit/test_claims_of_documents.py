"""The five announcements that are shipped: exactly these contradictions, and no other."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from parcore.audit.checks import Finding, Report, Verdict, audit
from parcore.audit.document import read_claims
from parcore.audit.figures import check_figures
from parcore.diagnostics import Findings
from parcore.registry import Registry


class Expected(NamedTuple):
    """What an announcement holds: statements, numbers, relations, how they stand, what contradicts."""

    statements: int
    numbers: int
    relations: int
    exact: int
    rounding: tuple[str, ...]
    contradictions: tuple[str, ...]
    unspoken: tuple[str, ...] = ()


DOCUMENTS = {
    "nam-dinh-2023": Expected(
        18, 53, 53, 47,
        ("points-sum", "steering-lost", "figure:total"),
        ("maxima-sum", "sipas-within-impact", "figure:impact_max"),
    ),
    "an-giang-2020": Expected(
        24, 72, 71, 69,
        ("figure:quang_ninh",),
        ("headline-rank",),
        ("online_procedures", "online_dossiers"),
    ),
    "ha-nam-2021": Expected(7, 23, 21, 19, ("papi-value",), ("papi-rank",)),
    "nam-dinh-departments-2018": Expected(
        11, 45, 40, 38, (), ("d-procedures-rate", "d-procedures-change"), ("years",)
    ),
    "dong-thap-2021": Expected(5, 11, 7, 7, (), ()),
}  # fmt: skip


def report(name: str) -> Report:
    """The report on an announcement that is installed."""
    registry, findings = Registry(), Findings()
    (document,) = [each for each in registry.documents("claims") if each.name == name]
    claims = read_claims(document.path, findings, document.shown)
    assert claims is not None
    found = audit(claims, check_figures(claims, registry, findings))
    assert not list(findings)
    return found


def finding(name: str, id_: str) -> Finding:
    """One finding of an announcement."""
    (found,) = [each for each in report(name).findings if each.id == id_]
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_announcement_contradicts_in_exactly_these_places(name: str) -> None:
    """Every contradiction is found, rounding is told from it, and nothing else is called either."""
    expected, found = DOCUMENTS[name], report(name)
    standing = {each: tuple(it.id for it in found.findings if it.verdict is each) for each in Verdict}
    assert standing[Verdict.CONTRADICTION] == expected.contradictions
    assert standing[Verdict.ROUNDING] == expected.rounding
    assert standing[Verdict.OPEN] == ()
    assert not found.undecided


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_announcement_is_encoded_whole(name: str) -> None:
    """The counts of statements, numbers and relations, and the numbers that nothing can be said of."""
    expected, found = DOCUMENTS[name], report(name)
    counts = (len(found.claims.statements), len(found.claims.printed), found.relations)
    assert counts == (expected.statements, expected.numbers, expected.relations)
    assert found.count(Verdict.EXACT) == expected.exact
    assert tuple(each.name for each in found.unspoken) == expected.unspoken


def test_every_announcement_shipped_is_expected_here() -> None:
    """No announcement is shipped whose contradictions nobody states."""
    assert {each.name for each in Registry().documents("claims")} == set(DOCUMENTS)


@pytest.mark.parametrize(
    ("name", "id_", "mends"),
    [
        ("nam-dinh-2023", "maxima-sum", {"6,25": "6,5"}),
        ("nam-dinh-departments-2018", "d-procedures-rate", {"94,9": "97,9"}),
        ("ha-nam-2021", "papi-rank", {"20": "22"}),
        ("an-giang-2020", "headline-rank", {}),
    ],
)
def test_a_misprint_that_would_explain_it_is_named(name: str, id_: str, mends: dict[str, str]) -> None:
    """One character misprinted explains some contradictions, and none is invented for the others."""
    assert {each.printed: each.meant for each in finding(name, id_).mends} == mends


def test_a_fall_that_no_reading_allows() -> None:
    """From 94.9 % a fall of 7.32 fits no rate of at most 100 %, however it is read."""
    claims = report("nam-dinh-departments-2018").claims
    (relation,) = [each for each in claims.relations if each.id == "d-procedures-change"]
    assert [each.name for each in relation.readings] == [
        "points",
        "per-cent",
        "points-of-8-32",
        "per-cent-of-8-32",
    ]


@pytest.mark.parametrize("id_", ["ministries-gap", "ministries-rise-from-2012", "provinces-rise"])
def test_per_cent_is_printed_where_points_are_meant(id_: str) -> None:
    """A change printed with “%” holds in points of the index; in per cent of the older figure it does not."""
    found = finding("an-giang-2020", id_)
    assert (found.verdict, found.reading) == (Verdict.EXACT, "points")


def test_evidence_that_was_printed_was_shortened_too() -> None:
    """The engine's index is the sum of printed points, 87.33; the printed 87.32 is no contradiction to it."""
    found = finding("nam-dinh-2023", "figure:total")
    assert found.sides is not None
    assert found.sides.right is not None
    assert str(found.sides.right) == "[87.285,87.42)"
