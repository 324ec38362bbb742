"""Criteria that only some unit groups have: no part of the others' index, maxima, gates or reports."""

from __future__ import annotations

from fractions import Fraction

import pytest

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.compile import nodes_of
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.units import UnitBook
from parcore.results.output import to_dict
from parcore.results.rests import points_by_basis, rests_on
from parcore.results.result import Result
from parcore.results.rows import csv_rows
from parcore.results.scoring import score
from parcore.rules.policies import Every, Quantity
from parcore.sources import Basis
from parcore.values import State, Value
from tests.results.editions import HEAD, Given, evidence, unit
from tests.results.editions import PERIOD as NOW
from tests.rules.reading import VOCABULARY

F = Fraction
SOURCE = "source: {clause: '1', basis: illustrative}"
ZERO = "when: {missing: zero, unverified: zero, rejected: zero}"
GROUPS = HEAD.replace("[department]}}", "[department], groups: [ward, office]}}")
CLASSES = """classes:
  on: {quantity: rate, rounded: no}
  bands:
    - name: high
      in: "[50,100]"
      require: [{every: leaf, points: "> 0", rounded: yes, excluded: fails}]
    - {name: low, in: "[0,50)"}
"""
COMPONENTS = f"""
  - id: one
    title: one
    max: {{ward: 6, office: 4}}
    criteria:
      - {{id: x, title: x, max: 4, measure: {{value: rate}}, scale: proportional, {ZERO}, {SOURCE}}}
      - {{id: y, title: y, groups: [ward], max: 2, measure: {{value: few}}, scale: {{per: 1, cap: 2}},
          {ZERO}, {SOURCE}}}
  - id: two
    title: two
    groups: [office]
    max: 3
    combine: highest
    criteria:
      - {{id: p, title: p, max: 3, measure: {{choice: plan}}, table: {{on_time: 3, late: 1, never: 0}},
          when: {{missing: zero, unverified: zero, rejected: zero, not_applicable: zero}}, {SOURCE}}}
      - {{id: q, title: q, max: 2, measure: {{count: [done]}}, scale: {{per: 1, cap: 2}}, {ZERO}, {SOURCE}}}
"""


def read(
    components: str = COMPONENTS, total: str = "{ward: 6, office: 7}", more: str = CLASSES
) -> tuple[Edition, list[str]]:
    """The edition, and the codes of what was found in it."""
    findings = Findings()
    tree = parse_yaml(GROUPS.format(total=total, more=more) + components, "test.yaml", findings)
    edition = read_edition(tree, {"test": VOCABULARY}, findings)
    assert edition is not None
    return edition, [each.code for each in findings.errors]


def scored() -> Result:
    """One unit of each group with the same evidence."""
    edition, codes = read()
    assert not codes
    book = UnitBook([unit("w", "ward"), unit("o", "office")])
    given: dict[str, Given] = {"rate": F(1, 2), "few": 1, "plan": "late", "done": 0}
    return score(edition, evidence({"w": given, "o": given}), book, NOW)


def test_a_group_has_its_own_criteria_and_no_others() -> None:
    """Points, attainable maximum and rate are of the criteria that the unit's group has."""
    result = scored()
    found = {}
    for card in result.scorecards:
        base, rate = (card.index(each, rounded=False) for each in (Quantity.BASE, Quantity.RATE))
        found[card.unit.id] = (base, card.total_attainable, rate)
    assert found == {
        "w": (Value(State.OK, F(3)), Value(State.OK, F(6)), Value(State.OK, F(50))),
        "o": (Value(State.OK, F(3)), Value(State.OK, F(7)), Value(State.OK, F(300, 7))),
    }


def test_a_gate_reads_the_criteria_of_the_group_and_alternatives_as_one() -> None:
    """A ward is not asked for an office's criterion; of the highest of two, one above 0 is enough."""
    result = scored()
    ward, office = result.card("w"), result.card("o")
    assert ward is not None
    assert office is not None
    assert ward.class_name == "high"
    roots = [root for root in office.trace.program.roots if ":gate:" in root]
    assert [root.rsplit(":", 1)[-1] for root in roots if not root.endswith(":0")] == ["x", "two"]


def test_a_gate_reads_leaves_criteria_or_components() -> None:
    """By `every` a gate reads leaves, the parts of components, or these; what is no sum is read as one."""
    edition, _ = read()
    read_by = {each: [node.id for node in nodes_of(edition, each, "office")] for each in Every}
    assert read_by == {
        Every.LEAF: ["x", "two"],
        Every.CRITERION: ["x", "two"],
        Every.COMPONENT: ["one", "two"],
    }
    assert [node.id for node in nodes_of(edition, Every.CRITERION, "ward")] == ["x", "y"]


@pytest.mark.parametrize(("share", "name"), [("50%", "high"), ("51%", "low")])
def test_a_gate_may_ask_a_share_of_what_is_attainable(share: str, name: str) -> None:
    """A gate of 50 % of the maximum is passed by half of it, one of 51 % is not."""
    classes = CLASSES.replace('points: "> 0"', f"at_least: {share}")
    edition, codes = read(more=classes)
    assert not codes
    given: dict[str, dict[str, Given]] = {"w": {"rate": F(1, 2), "few": 2}}
    (card,) = score(edition, evidence(given), UnitBook([unit("w", "ward")]), NOW).scorecards
    assert card.class_name == name


def test_reports_leave_out_what_a_group_has_not() -> None:
    """JSON, CSV and the list of what was empty name no criterion that the unit's group has not."""
    result = scored()
    data = to_dict(result, "en")
    ids = {each["unit"]: [criterion["id"] for criterion in each["criteria"]] for each in data["units"]}
    assert ids == {"w": ["one", "x", "y"], "o": ["one", "x", "two", "p", "q"]}
    rows = [(row["unit"], row["criterion"]) for row in csv_rows(result, "en")]
    assert ("w", "two") not in rows
    assert ("o", "two") in rows
    assert not result.empty


def test_shares_by_basis_are_of_the_group() -> None:
    """A group's points by basis come to its total: its own criteria, of alternatives the largest."""
    edition, _ = read()
    assert [points_by_basis(edition, each) for each in ("ward", "office")] == [
        {Basis.ILLUSTRATIVE: F(6)},
        {Basis.ILLUSTRATIVE: F(7)},
    ]


def test_alternatives_count_by_the_largest_of_the_group() -> None:
    """Where the largest of some alternatives is another in each group, each group's own is counted."""
    components = COMPONENTS.replace("    groups: [office]\n", "")
    components = components.replace("id: p, title: p, max: 3", "id: p, title: p, max: {ward: 2, office: 3}")
    components = components.replace("id: q, title: q, max: 2", "id: q, title: q, max: {ward: 3, office: 2}")
    edition, _ = read(components, total="{ward: 9, office: 7}")
    assert [points_by_basis(edition, each) for each in ("ward", "office")] == [
        {Basis.ILLUSTRATIVE: F(9)},
        {Basis.ILLUSTRATIVE: F(7)},
    ]


def test_groups_whose_maxima_stand_alike_share_a_line() -> None:
    """What an index rests on is said once for groups that stand alike, else for each by its name."""
    edition, _ = read()
    lines = [each for each in rests_on(edition, "en") if "illustrative 6" in each or "illustrative 7" in each]
    assert [each.partition(": ")[0] for each in lines] == [
        f"maximum points of the rules by basis ({group})" for group in ("ward", "office")
    ]
    assert "điểm tối đa của các quy tắc theo cơ sở (ward): minh họa 6 (100,0 %)" in rests_on(edition, "vi")


def test_a_leaf_with_one_interpretation_is_named() -> None:
    """One step that is ours is enough for its leaf to be named among what is settled by us."""
    ours = "scale: proportional, guard: {if: rate < 1%, points: 0, basis: interpretation, note: x},"
    edition, _ = read(COMPONENTS.replace("scale: proportional,", ours))
    assert "1 criteria with places that we interpret: x" in rests_on(edition, "en")
    assert not [each for each in rests_on(read()[0], "en") if "interpret" in each]


def test_maxima_add_up_group_by_group() -> None:
    """What a group has must make its maximum; a group that nobody knows is named."""
    assert read(total="{ward: 6, office: 8}")[1] == ["maxima-do-not-add-up"]
    assert "unknown-group" in read(COMPONENTS.replace("groups: [ward]", "groups: [wards]"))[1]
