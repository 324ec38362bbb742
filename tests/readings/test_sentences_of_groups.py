"""Sentences of what differs by unit group: parts in their order, groups by their titles."""

from __future__ import annotations

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.readings.prose.annex import describe
from tests.rules.reading import VOCABULARY

TITLED = "{so: Khối sở, xa: {vi: Khối xã, en: Communes}}"
EDITION = """methodology: test
edition: "1"
title: Test
applies: {from: 2000}
units: {kinds: [so, xa], groups: GROUPS}
vocabulary: test
total: {so: 4, xa: 6}
source: {basis: illustrative, title: test}
components:
  - id: three
    code: "3"
    title: Ba
    max: {so: 4, xa: 6}
    criteria:
"""
PART = (
    "      - {id: c%s, code: '3.%s', title: x, max: 2,%s measure: {value: rate}, scale: proportional,"
    " when: {missing: zero, unverified: zero, rejected: zero}, source: {clause: '1', basis: illustrative}}\n"
)
PARTS = "".join(
    PART % (n, n, groups)
    for n, groups in ((1, ""), (2, " groups: [xa],"), (3, " groups: [xa],"), (4, " groups: [so],"))
)


def read(groups: str) -> Edition:
    """The edition with its groups written so."""
    findings = Findings()
    tree = parse_yaml(EDITION.replace("GROUPS", groups) + PARTS, "test.yaml", findings)
    edition = read_edition(tree, {"test": VOCABULARY}, findings)
    assert [each.render("en") for each in findings] == []
    assert edition is not None
    return edition


def test_parts_stand_in_the_order_of_the_tree_each_with_its_groups() -> None:
    """A component whose parts differ by group names each part once, and beside it the groups that have it."""
    (item,) = describe(read("[so, xa]"), "vi").items
    assert item.sentences == ("Điểm là tổng điểm của 3.1, 3.2 (xa), 3.3 (xa) và 3.4 (so).",)


def test_groups_are_called_by_their_titles() -> None:
    """Sentences call a group by its title in their language, else by the one there is."""
    vi, en = (describe(read(TITLED), lang).items[0] for lang in ("vi", "en"))
    assert vi.max == "tối đa 4 điểm (Khối sở), 6 điểm (Khối xã)"
    assert vi.sentences == ("Điểm là tổng điểm của 3.1, 3.2 (Khối xã), 3.3 (Khối xã) và 3.4 (Khối sở).",)
    assert en.max == "at most 4 points (Khối sở), 6 points (Communes)"
    assert vi.parts[1].sentences[0] == "Chỉ áp dụng cho: Khối xã."


def test_titles_leave_the_groups_themselves_as_they_are() -> None:
    """Groups with titles have the same ids, in the same order, as groups in a list."""
    assert read(TITLED).groups == read("[so, xa]").groups == ("so", "xa")
    assert read(TITLED).total == read("[so, xa]").total


def test_groups_of_one_title_stay_two() -> None:
    """Two groups that were given one title are still told with a number each."""
    (item,) = describe(read("{so: Khối, xa: Khối}"), "vi").items
    assert item.max == "tối đa 4 điểm (Khối), 6 điểm (Khối)"
