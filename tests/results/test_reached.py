"""Of rules of which the first that applies counts: which leaves are never come to."""

from __future__ import annotations

import pytest
from attrs import evolve

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence
from parcore.evidence.units import UnitBook
from parcore.results.scoring import score
from parcore.values import State
from tests.results.editions import PERIOD, Given, datum, unit
from tests.results.test_unit_groups import GROUPS, SOURCE, ZERO
from tests.rules.reading import VOCABULARY

APPLIES = "when: {missing: zero, unverified: zero, rejected: zero, not_applicable: zero, nothing_arose: zero}"
COMPONENTS = f"""
  - id: plain
    title: plain
    max: 2
    criteria:
      - {{id: x, title: x, max: 2, measure: {{value: rate}}, scale: proportional, {ZERO}, {SOURCE}}}
  - id: ranked
    title: ranked
    max: {{ward: 6, office: 6}}
    combine: first
    criteria:
      - {{id: a, title: a, max: 6, measure: {{choice: plan}}, table: {{on_time: 6, late: 1, never: 0}},
          {APPLIES.replace(", nothing_arose: zero", "")}, {SOURCE}}}
      - {{id: b, title: b, groups: [ward], max: 6, measure: {{ratio: [late, all_of]}}, scale: proportional,
          {APPLIES.replace(", not_applicable: zero", "")}, {SOURCE}}}
      - {{id: c, title: c, max: 6, measure: {{value: rate}}, scale: proportional, {ZERO}, {SOURCE}}}
  - id: wards
    title: wards
    groups: [ward]
    max: 1
    combine: first
    criteria:
      - {{id: d, title: d, max: 1, measure: {{value: few}}, scale: {{per: 1, cap: 1}}, {ZERO}, {SOURCE}}}
      - {{id: e, title: e, max: 1, measure: {{value: few}}, scale: {{per: 1, cap: 1}}, {ZERO}, {SOURCE}}}
"""
BOOK = UnitBook([unit("w", "ward"), unit("o", "office")])


def read() -> Edition:
    """The edition, without a finding that refuses it."""
    findings = Findings()
    text = GROUPS.format(total="{ward: 9, office: 8}", more="") + COMPONENTS
    found = read_edition(parse_yaml(text, "test.yaml", findings), {"test": VOCABULARY}, findings)
    assert found is not None
    return found


def unreached(name: str, **given: Given) -> set[str]:
    """The leaves never come to of a unit with that evidence."""
    data = [datum(name, field.replace("points_", "points:"), value) for field, value in given.items()]
    noted = [evolve(each, note="x") if each.field.startswith("points:") else each for each in data]
    (card,) = score(read(), Evidence(noted), BOOK, PERIOD).scorecards
    return set(card.unreached)


NA, NOTHING, MISSING = State.NOT_APPLICABLE, State.NOTHING_AROSE, State.MISSING


@pytest.mark.parametrize(
    ("given", "ward", "office"),
    [
        ({"plan": "late"}, {"b", "c"}, {"c"}),
        ({"plan": MISSING}, {"b", "c"}, {"c"}),
        ({"plan": NA, "late": 1, "all_of": 2}, {"c"}, set()),
        ({"plan": NA, "late": NOTHING, "all_of": 0}, set(), set()),
        ({"plan": NA, "late": NOTHING, "all_of": 0, "rate": 1}, set(), set()),
        ({"plan": NA, "late": 1, "all_of": 2, "points_a": 3}, {"b", "c"}, {"c"}),
        ({"plan": NA, "late": NOTHING, "all_of": 0, "points_b": 3}, {"c"}, set()),
    ],
)
def test_what_follows_the_rule_that_counts_is_never_come_to(
    given: dict[str, Given], ward: set[str], office: set[str]
) -> None:
    """After the first rule that applies, is hidden or has its points set, no other of the group is asked."""
    assert unreached("w", **given) == {*ward, "e"}
    if "points_b" not in given:
        assert unreached("o", **given) == office
