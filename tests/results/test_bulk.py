"""A whole edition over wide tables, by engines: equal to the exact reading in every cell, place and class."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcore.bulk.engines import Engine
from parcore.bulk.named import engine_of
from parcore.diagnostics import ParcoreError
from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.sections import Defaults
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import POINTS
from parcore.registry import Registry
from parcore.results.scoring import score
from parcore.rules.combinations import reported_of
from parcore.rules.graph import Over, Records
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

COLUMNS, DUCKDB = engine_of("columns"), engine_of("duckdb")
REGISTRY = Registry()
KEYS = ["@".join((each.methodology, each.name)) for each in REGISTRY.edition_documents()]
F = Fraction
THIRD = F(1, 3)


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


def final_of(held: Evidence, edition: Edition) -> Evidence:
    """What a wide table can hold of evidence: final statements of exact numbers, no list, no points set."""
    computed = {POINTS + each.id for each in edition.nodes if reported_of(each.rule) is None}
    data = [o for o in held if o.stage is Stage.FINAL and o.bound is None and o.field not in computed]
    return Evidence(data, (), held.rollups)


def reads_records(edition: Edition) -> bool:
    """Whether a rule of an edition asks for lists of records."""
    return any(
        isinstance(node, Over) and isinstance(node.domain, Records)
        for group in edition.groups
        for node in compile_edition(edition, group).program.nodes
    )


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


@given(editions(), populations())
@settings(max_examples=settings().max_examples // 5)
def test_a_database_scores_any_edition_as_exactly(
    edition: Edition, by_unit: dict[str, dict[str, Given]]
) -> None:
    """DuckDB reads the same; what it has no room for is read in columns, and told."""
    held = tabled(by_unit)
    table = wide_of(evidence(held), typed=True)
    check_same(scored_by(DUCKDB, edition, [table], BOOK, PERIOD), result(edition, held))


@pytest.mark.parametrize("engine", [COLUMNS, DUCKDB])
@pytest.mark.parametrize("key", KEYS)
def test_shipped_editions_over_shipped_evidence(key: str, engine: Engine) -> None:
    """Every edition installed, over every period of the evidence held for it, made wide: cell for cell."""
    edition = REGISTRY.edition(key)
    evidence_ = REGISTRY.evidence(edition.methodology, edition.vocabulary, (), Defaults())
    for period in evidence_.periods():
        if not edition.in_force(period):
            continue
        held = final_of(evidence_, edition)
        if not held.units(period):
            continue
        table = wide_of(held, typed=True)
        if reads_records(edition):
            with pytest.raises(ParcoreError, match="bulk-records"):
                scored_by(engine, edition, [table], REGISTRY.units, period)
            continue
        check_same(
            scored_by(engine, edition, [table], REGISTRY.units, period),
            score(edition, held, REGISTRY.units, period),
        )


RANKED = "ranking: {on: {quantity: base, rounded: no}, method: dense, within: [all]}\n"
LARGE = """  - id: x
    title: x
    max: 10
    measure: {formula: 'any / (done + 1)'}
    scale: [{at_least: 100%, points: 10}, {at_least: -300%, points: 2.5}, {otherwise: 0}]
    when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: zero}
    source: {clause: '1', basis: illustrative}
  - id: y
    title: y
    max: 10
    measure: {formula: '(any - fine) / (all_of + 3)'}
    scale: {through: [[0, 0], [1000000000000000000, 10]]}
    when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: zero}
    source: {clause: '1', basis: illustrative}
"""
AMOUNTS: list[Given] = [
    0,
    1,
    -1,
    10**18,
    10**18 + 1,
    -(10**18),
    2**63,
    3 * 10**30,
    F("0.01"),
    F("-7.125"),
    F(10**20 + 1, 8),
]


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize("engine", [COLUMNS, DUCKDB])
def test_large_and_negative_amounts_are_exact(engine: Engine, typed: bool) -> None:
    """Amounts beyond 64 bits, below zero and of many decimals, ranked to the last digit."""
    edition = sound(LARGE, "20", "rounding: {index: 2}\n" + RANKED)
    random = Random(7)
    by_unit: dict[str, dict[str, Given]] = {
        name: {
            "any": random.choice(AMOUNTS),
            "done": random.choice([0, 2, 10**17]),
            "all_of": 10**17,
            "fine": random.choice([F(-2), F(1, 2), F(4)]),
        }
        for name in UNITS
    }
    table = wide_of(evidence(by_unit), typed=typed)
    check_same(scored_by(engine, edition, [table], BOOK, PERIOD), result(edition, by_unit))
