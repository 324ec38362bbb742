"""A whole edition over wide tables, by engines: equal to the exact reading in every cell, place and class."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.readings.columns import run
from parcore.results.bulk_blocks import in_blocks
from parcore.values import State
from tests.results import policies
from tests.results.editions import BOOK, PERIOD, Given, editions, evidence, populations, result
from tests.results.policies import Plan, edition_of, plans
from tests.results.wide import check_same, scored_by, wide_of

COLUMNS = in_blocks("columns", None)
THIRD = Fraction(1, 3)


def tabled(by_unit: dict[str, dict[str, Given]]) -> dict[str, dict[str, Given]]:
    """The evidence that a table can hold: decimals, and within the invariants."""
    found: dict[str, dict[str, Given]] = {}
    for unit, facts in by_unit.items():
        numbers = {name: each for name, each in facts.items() if not isinstance(each, State | str)}
        held = {name: Fraction(1, 4) if each == THIRD else each for name, each in facts.items()}
        if "all_of" in numbers and numbers.get("done", 0) > numbers["all_of"]:
            held["done"] = numbers["all_of"]
        found[unit] = held
    return found


@given(editions(), populations(), st.booleans())
def test_any_edition_is_scored_as_exactly(
    edition: Edition, by_unit: dict[str, dict[str, Given]], typed: bool
) -> None:
    """Rules and effects of every kind, rounded anywhere, over typed columns and over texts."""
    held = tabled(by_unit)
    table = wide_of(evidence(held), typed=typed)
    check_same(scored_by(COLUMNS, edition, [table], BOOK, PERIOD), result(edition, held))


@given(plans(), policies.populations())
def test_policies_of_any_kind_decide_the_same(plan: Plan, by_unit: dict[str, dict[str, Given]]) -> None:
    """Conversion, bonus, gates, caps, vetoes, quotas, ties and tolerance, in every circle."""
    table = wide_of(evidence(by_unit), typed=True)
    found = scored_by(COLUMNS, edition_of(plan), [table], policies.BOOK, PERIOD)
    check_same(found, policies.scored(plan, by_unit))
