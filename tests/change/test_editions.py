"""Two editions compared by meaning: each kind of change told, and shown by evidence that scores so."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from parcore.change.editions import EditionChange, Kind, compare, path_between
from parcore.change.telling import of_editions
from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.i18n import Text
from parcore.readings.analysis.witness import PERIOD
from parcore.readings.exact import evaluate
from parcore.readings.inverse import Facts
from parcore.registry import Registry
from parcore.rules.combinations import Reported
from parcore.rules.figures import Figure
from parcore.rules.program import lay_out
from tests.results.editions import HEAD, sound, with_leaf
from tests.rules.reading import VOCABULARY

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


BLOCK = """adjustments:
  at_least: 0
  at_most: 10
  {block}:
    cap: {cap}
    criteria:
      - id: x
        title: Thêm
        max: 1
        measure: {{value: few}}
        scale: {{per: {each}, cap: 1}}
        when: {{missing: {hidden}, unverified: {hidden}, rejected: {hidden}}}
        source: {{clause: "3", basis: illustrative}}
"""


def block(name: str, cap: str = "1", each: str = "0.5") -> str:
    """Policies with a bonus or a penalty of one item."""
    hidden = "full" if name == "penalty" else "zero"
    return POLICIES + BLOCK.format(block=name, cap=cap, each=each, hidden=hidden)


@pytest.mark.parametrize(("name", "kind"), [("bonus", Kind.TIGHTENED), ("penalty", Kind.RELAXED)])
def test_a_penalty_that_takes_less_is_relaxed(name: str, kind: Kind) -> None:
    """Fewer points are worse in a bonus and better in a penalty."""
    change = compare([sound(BASE, "10", block(name)), second(policies=block(name, each="0.25"))])
    assert [each.kinds for each in change.criteria] == [(kind,)]


def test_an_item_that_goes_from_bonus_to_penalty_is_moved() -> None:
    """What was added and is now taken off is not the same."""
    change = compare([sound(BASE, "10", block("bonus")), second(policies=block("penalty"))])
    assert [each.kinds for each in change.criteria] == [(Kind.MOVED, Kind.EMPTINESS)]
    assert [each.name for each in change.policies] == ["bonus", "penalty"]


@pytest.mark.parametrize("name", ["bonus", "penalty"])
def test_the_cap_of_a_block_is_told(name: str) -> None:
    """Another cap is a change, though every item is the same."""
    change = compare([sound(BASE, "10", block(name)), second(policies=block(name, cap="0.5"))])
    assert ([*change.criteria], [each.name for each in change.policies]) == ([], [name])


def test_whom_an_edition_is_for_and_its_total_are_told() -> None:
    """Units of another kind, another total: the editions are not the same."""
    one = sound(BASE, "10", POLICIES)
    other = evolve(second(), kinds=("commune",), total=None)
    change = compare([one, other])
    assert ([*change.criteria], [each.name for each in change.policies]) == ([], ["units", "total"])


FIRST = """  - id: g
    title: g
    max: 4
    combine: first
    criteria:
"""


def test_the_first_of_parts_in_another_order_is_combined_otherwise() -> None:
    """Where the first rule that applies counts, their order decides."""
    parts = [
        f"""      - id: {name}
        title: {name}
        max: 4
        measure: {{ratio: [{part}, all_of]}}
        scale: [{{at_least: 50%, points: 4}}, {{otherwise: 0}}]
        when: {{missing: zero, unverified: zero, rejected: zero}}
        source: {{clause: x, basis: illustrative}}
"""
        for name, part in (("p", "done"), ("q", "late"))
    ]
    last = BASE[BASE.index("      - id: a") : BASE.index("      - id: b")]
    one, two = (sound(FIRST + "".join(each) + last, "4", POLICIES) for each in (parts, [*reversed(parts)]))
    change = compare([one, evolve(two, name="2", replaces="test@1")])
    assert [(each.criterion.id, each.kinds) for each in change.criteria] == [("g", (Kind.COMBINED,))]


@pytest.mark.parametrize("formula", ["few / 3", "few / 8 + few / 8"])
def test_a_rule_by_another_measure_is_neither_tightened_nor_relaxed(formula: str) -> None:
    """Evidence at one place does not tell for all where each rule pays by a measure of its own."""
    rule = "measure: {{formula: '{}'}}\n        scale: {{per: 1, cap: 2}}"
    old = "measure: {value: few}\n        scale: {per: 1, cap: 2}"
    one = sound(BASE.replace(old, rule.format("few / 4")), "10", POLICIES)
    (told,) = compare([one, second((old, rule.format(formula)))]).criteria
    assert told.kinds == (Kind.RULE,)
    given = [region.given for each in told.rules for region in each.regions]
    assert given
    assert all(each is None or each[0] != each[1] for each in given)


def test_fixed_points_of_a_larger_maximum_are_a_smaller_share() -> None:
    """The same points are less of a larger maximum: the rule is tightened, as `compare` defines it."""
    old, new = sound(BASE, "10", POLICIES), second()
    b = new.criterion("b")
    assert b is not None
    larger = evolve(b, max=Figure(Fraction(8)))
    (told,) = compare([old, with_leaf(new, larger)]).criteria
    assert told.kinds == (Kind.REWEIGHTED, Kind.TIGHTENED)


def test_points_given_on_other_steps_are_another_rule() -> None:
    """Points that somebody gives, in halves or in quarters."""
    new = second()
    c = new.criterion("c")
    assert c is not None
    both = [
        with_leaf(each, evolve(c, rule=Reported("c", step=Fraction(1, step))))
        for each, step in ((sound(BASE, "10", POLICIES), 2), (new, 4))
    ]
    (told,) = compare(both).criteria
    assert told.kinds == (Kind.RULE,)


def test_a_field_that_no_rule_reads_changes_no_rule() -> None:
    """A vocabulary that grew, or titles that changed, make no rule another; another range does."""
    new, held = second(), second().vocabulary
    rate = held.fields["rate"]
    grown = {**held.fields, "more": evolve(rate, name="more"), "rate": evolve(rate, title=Text("Khác"))}
    old = sound(BASE, "10", POLICIES)
    assert not compare([old, evolve(new, vocabulary=evolve(held, fields=grown))]).criteria
    narrow = {**held.fields, "rate": evolve(rate, range=held.fields["any"].range)}
    (told,) = compare([old, evolve(new, vocabulary=evolve(held, fields=narrow))]).criteria
    assert (told.criterion.id, told.kinds) == ("a", (Kind.RULE,))


def of_groups(groups: str, *changes: tuple[str, str]) -> Edition:
    """The edition for some unit groups, with some of its text written otherwise."""
    text = HEAD.format(total="10", more=POLICIES).replace("[department]", f"[department], groups: {groups}")
    text += BASE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    findings = Findings()
    read = read_edition(parse_yaml(text, "test.yaml", findings), {"test": VOCABULARY}, findings)
    assert read is not None
    assert not findings.errors
    return evolve(read, name="2", replaces="test@1")


def test_unit_groups_that_come_or_go_change_no_criterion() -> None:
    """Only what units of one group have in both editions is compared; an edition without groups has all."""
    old, new = sound(BASE, "10", POLICIES), of_groups("[p, q]")
    for one in (old, of_groups("[p]"), of_groups("[q, p]")):
        change = compare([evolve(one, name="1", replaces=""), new])
        assert [*change.criteria] == []
        assert {each.name for each in change.policies} <= {"units"}
    apart = of_groups(
        "[p, q]",
        ("total: 10", "total: {p: 10, q: 12}"),
        ("title: Lĩnh vực\n    max: 8", "title: Lĩnh vực\n    max: {p: 8, q: 10}"),
        ("title: Đúng hạn\n        max: 4", "title: Đúng hạn\n        max: {p: 4, q: 6}"),
    )
    group, told = compare([old, apart]).criteria
    assert (group.kinds, told.kinds) == ((Kind.REWEIGHTED,), (Kind.REWEIGHTED,))
    assert [[*told.maxima(each)] for each in ("p", "q")] == [[4, 4], [4, 6]]
    (row, _) = next(iter(of_editions(compare([old, apart]), "en"))).rows
    assert row["compare-maximum"] == "p: 8; q: 8 → 10"
    (strict,) = compare([old, of_groups("[p, q]", ("at_least: 80%", "at_least: 90%"))]).criteria
    assert strict.kinds == (Kind.TIGHTENED,)


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


def test_what_differs_alike_in_several_unit_groups_is_told_once() -> None:
    """Regions that are the same for unit groups are one, with the groups of which they are true."""

    def of_two_groups(step: str) -> Edition:
        head = HEAD.replace("[department]}}", "[department], groups: [x, y]}}").format(
            total=10, more=POLICIES
        )
        tree = parse_yaml(head + BASE.replace("80%", step), "test.yaml", Findings())
        read = read_edition(tree, {"test": VOCABULARY}, Findings())
        assert read is not None
        return read

    (told,) = compare([of_two_groups("80%"), of_two_groups("90%")]).criteria
    (rule,) = told.rules
    assert rule.groups == ("x", "y")
    assert len(rule.regions) == 1
