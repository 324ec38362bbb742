"""A whole edition over wide tables, by engines: equal to the exact reading in every cell, place and class."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.evidence.units import UnitBook
from parcore.results.bulk_blocks import in_blocks
from parcore.results.scoring import score
from parcore.values import State
from tests.results import policies
from tests.results.editions import (
    BOOK,
    PERIOD,
    UNITS,
    Given,
    editions,
    evidence,
    populations,
    result,
    sound,
    unit,
)
from tests.results.policies import Plan, edition_of, plans
from tests.results.wide import check_same, scored_by, wide_of

COLUMNS = in_blocks("columns", None)
THIRD = Fraction(1, 3)


def tabled(by_unit: dict[str, dict[str, Given]]) -> dict[str, dict[str, Given]]:
    """The evidence that a table can hold: decimals, and within the invariants."""
    found: dict[str, dict[str, Given]] = {}
    for name, facts in by_unit.items():
        numbers = {field: each for field, each in facts.items() if not isinstance(each, State | str)}
        held = {field: Fraction(1, 4) if each == THIRD else each for field, each in facts.items()}
        if "all_of" in numbers and numbers.get("done", 0) > numbers["all_of"]:
            held["done"] = numbers["all_of"]
        found[name] = held
    return found


@given(editions(), populations(), st.booleans())
def test_any_edition_is_scored_as_exactly(
    edition: Edition, by_unit: dict[str, dict[str, Given]], typed: bool
) -> None:
    """Rules and effects of every kind, rounded anywhere, over typed columns and over texts."""
    held = tabled(by_unit)
    table = wide_of(evidence(held), typed=typed)
    check_same(scored_by(COLUMNS, edition, [table], BOOK, PERIOD), result(edition, held))


QUOTA = """classes:
  on: {quantity: rate, rounded: no}
  bands: [{name: top, in: "[50,…)"}, {name: good, in: "(…,50)"}]
  quota: [{class: top, share: 0.5, of: [top], round: down, within: region, ties: none, otherwise: good}]
ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all, region]}
"""


@given(st.lists(st.integers(4, 10), min_size=5, max_size=5))
def test_a_quota_counts_units_of_no_region_together(points: list[int]) -> None:
    """Units without a region are one circle to a quota, as by the exact reading, and have no place in it."""
    leaf = """  - {id: a, title: a, max: 10, measure: reported, source: {clause: '1', basis: illustrative},
     when: {missing: zero, unverified: zero, rejected: zero}}
"""
    read, regions = sound(leaf, "10", QUOTA), zip(UNITS, ("n", "n", "", "", "s"), strict=True)
    book = UnitBook([unit(name, region=region) for name, region in regions])
    said: dict[str, dict[str, Given]] = {
        name: {"points:a": each} for name, each in zip(UNITS, points, strict=True)
    }
    right = score(read, evidence(said), book, PERIOD)
    nowhere = [right.card(name) for name in UNITS[2:4]]
    assert sum(card is not None and card.class_name == "top" for card in nowhere) <= 1
    assert right.place(UNITS[2], "region") is None
    check_same(scored_by(COLUMNS, read, [wide_of(evidence(said), typed=True)], book, PERIOD), right)


@given(plans(), policies.populations())
def test_policies_of_any_kind_decide_the_same(plan: Plan, by_unit: dict[str, dict[str, Given]]) -> None:
    """Conversion, bonus, gates, caps, vetoes, quotas, ties and tolerance, in every circle."""
    table = wide_of(evidence(by_unit), typed=True)
    found = scored_by(COLUMNS, edition_of(plan), [table], policies.BOOK, PERIOD)
    check_same(found, policies.scored(plan, by_unit))
