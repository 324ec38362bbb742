"""Two editions compared by meaning: each kind of change told, and shown by evidence that scores so."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from parcore.change.editions import EditionChange, Kind, compare, path_between
from parcore.editions.edition import Edition
from parcore.readings.analysis.witness import PERIOD
from parcore.readings.exact import evaluate
from parcore.readings.inverse import Facts
from parcore.registry import Registry
from parcore.rules.program import lay_out
from tests.results.editions import sound

BASE = """  - id: group
    code: "1"
    title: Lĩnh vực
    max: 8
    source: {clause: "1", basis: illustrative}
    criteria:
      - id: a
        code: "1.1"
        title: Đúng hạn
        max: 4
        method: assessed
        measure: {value: rate}
        scale: [{at_least: 80%, points: proportional}, {otherwise: 0}]
        when: {missing: zero, unverified: zero, rejected: zero}
        source: {clause: "1.1", basis: illustrative}
      - id: b
        code: "1.2"
        title: Kế hoạch
        max: 4
        measure: {choice: plan}
        table: {on_time: 4, late: 2, never: 0}
        when: {missing: zero, unverified: zero, rejected: zero, not_applicable: full}
        source: {clause: "1.2", basis: illustrative}
  - id: other
    title: Lĩnh vực khác
    max: 2
    source: {clause: "2", basis: illustrative}
    criteria:
      - id: c
        title: Ít
        max: 2
        measure: {value: few}
        scale: {per: 1, cap: 2}
        when: {missing: zero, unverified: zero, rejected: zero}
        source: {clause: "2.1", basis: illustrative}
"""
POLICIES = "rounding: {index: 2}\n"


def second(*changes: tuple[str, str], total: str = "10", policies: str = POLICIES) -> Edition:
    """The edition with some of its text written otherwise."""
    text = BASE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return evolve(sound(text, total, policies), name="2", replaces="test@1")


def compared(*changes: tuple[str, str], total: str = "10", policies: str = POLICIES) -> EditionChange:
    """What differs between the two."""
    return compare([sound(BASE, "10", POLICIES), second(*changes, total=total, policies=policies)])


ONE: list[tuple[Kind, str, tuple[str, str]]] = [
    (Kind.RENUMBERED, "a", ('code: "1.1"', 'code: "1.9"')),
    (Kind.REWORDED, "a", ("title: Đúng hạn", "title: Tỷ lệ đúng hạn")),
    (Kind.TIGHTENED, "a", ("at_least: 80%", "at_least: 90%")),
    (Kind.TIGHTENED, "a", ("at_least: 80%", "more_than: 80%")),
    (Kind.RELAXED, "a", ("at_least: 80%", "at_least: 70%")),
    (Kind.RELAXED, "b", ("late: 2", "late: 3")),
    (Kind.TURNED, "a", ("points: proportional}, {otherwise: 0}", "points: 90%}, {otherwise: 0}")),
    (Kind.RULE, "c", ("measure: {value: few}\n        scale: {per: 1, cap: 2}",
                      "deduct: {from: 2, floor: 0, parts: [{per: few, points: 1}]}")),
    (Kind.EMPTINESS, "b", ("not_applicable: full", "not_applicable: zero")),
    (Kind.METHOD, "a", ("method: assessed", "method: survey")),
    (Kind.RENAMED, "c", ("- id: c", "- id: d\n        supersedes: [c]")),
    (Kind.ROUNDED, "c", ("title: Ít", "title: Ít\n        round: 1")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "of", "change"), ONE, ids=lambda each: getattr(each, "value", None))
def test_one_change_of_a_document_is_told_as_what_it_is(kind: Kind, of: str, change: tuple[str, str]) -> None:
    """A single change is told once, of its criterion alone, by its name."""
    (told,) = compared(change).criteria
    assert told.kinds == (kind,)
    assert told.match.first[0].id == of


def test_editions_that_mean_the_same_do_not_differ() -> None:
    """Another way to write a rule is no change: what is compared is what it means."""
    found = compared(
        ("scale: [{at_least: 80%, points: proportional}, {otherwise: 0}]",
         "cases: [{in: '[0,80%)', points: 0}, {in: '[80%,100%]', points: proportional}]"),
        ("table: {on_time: 4, late: 2, never: 0}", "table: {on_time: 100%, late: 50%, never: 0}"),
    )  # fmt: skip
    assert (found.criteria, found.policies) == ((), ())
    assert [node.id for node in found.same] == ["group", "a", "b", "other", "c"]


def test_a_larger_maximum_alone_is_no_other_rule() -> None:
    """A rule that pays the same share of another maximum is re-weighted, neither tightened nor relaxed."""
    found = compared(("id: a\n        code: \"1.1\"\n        title: Đúng hạn\n        max: 4",
                      "id: a\n        code: \"1.1\"\n        title: Đúng hạn\n        max: 6"),
                     ("title: Lĩnh vực\n    max: 8", "title: Lĩnh vực\n    max: 10"), total="12")  # fmt: skip
    assert {each.criterion.id: each.kinds for each in found.criteria} == {
        "group": (Kind.REWEIGHTED,),
        "a": (Kind.REWEIGHTED,),
    }
    assert [*found.criteria[1].maxima("")] == [4, 6]


def test_a_criterion_under_another_component_is_moved() -> None:
    """What stands elsewhere in the tree is the same criterion, moved."""
    b = BASE[BASE.index("      - id: b") : BASE.index("  - id: other")]
    text = (
        BASE.replace(b, "").replace("max: 8", "max: 4").replace("max: 2\n    source", "max: 6\n    source")
        + b
    )
    moved = evolve(sound(text, "10", POLICIES), name="2", replaces="test@1")
    kinds = {each.criterion.id: each.kinds for each in compare([sound(BASE, "10", POLICIES), moved]).criteria}
    assert kinds == {"group": (Kind.REWEIGHTED,), "other": (Kind.REWEIGHTED,), "b": (Kind.MOVED,)}


def test_policies_that_differ_are_told_with_their_sentences() -> None:
    """A policy is told where its sentences differ, and no other is."""
    (told,) = compared(policies="rounding: {index: 1}\n").policies
    assert told.name == "rounding"
    assert told.first != told.second


@pytest.mark.parametrize("change", [each for kind, _, each in ONE if kind in (Kind.TIGHTENED, Kind.RELAXED)])
def test_every_region_has_evidence_that_scores_as_it_says(change: tuple[str, str]) -> None:
    """The evidence of a region gives the points told, under each of the two rules, by the exact reading."""
    after = second(change)
    found = compare([sound(BASE, "10", POLICIES), after])
    (told,) = found.criteria
    regions = [region for rule in told.rules for region in rule.regions]
    assert regions
    one, two = told.match.first[0].rule, told.match.second[0].rule
    assert one is not None
    assert two is not None
    program = lay_out({"one": one.node("", Fraction(4)), "two": two.node("", Fraction(4))})
    for region in regions:
        assert region.witness is not None
        values = evaluate(program, Facts(region.witness.numbers, PERIOD))
        assert (values["one"], values["two"]) == region.given
        assert values["one"] != values["two"]


def test_the_path_between_editions_goes_through_those_replaced() -> None:
    """Editions are followed from the later back to the earlier; without such a way the two stand alone."""
    registry = Registry()
    held = {each.key: registry.load(each) for each in registry.edition_documents("papi")}
    way = path_between(held, "papi@2011", "papi@2021")
    assert [each.key for each in way] == ["papi@2011", "papi@2018", "papi@2019", "papi@2021"]
    back = path_between(held, "papi@2021", "papi@2011")
    assert back == way[::-1]
    alone = {key: evolve(each, replaces="") for key, each in held.items()}
    pair = path_between(alone, "papi@2011", "papi@2021")
    assert [each.key for each in pair] == ["papi@2011", "papi@2021"]


def test_shipped_editions_differ_as_their_documents_say() -> None:
    """The illustrative methodology: three re-weighted, one of them tightened too, one new, one gone."""
    registry = Registry()
    found = compare([registry.edition("example@2024"), registry.edition("example@2025")])
    assert {kind.value: count for kind, count in found.counts().items()} == {
        "added": 1, "removed": 1, "reweighted": 3, "tightened": 1,
    }  # fmt: skip
