"""Whole editions in bulk: unit groups, peers, periods before, absent methods, tables of every format."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from parcore.bulk.columnar import as_column
from parcore.bulk.named import engine_of
from parcore.bulk.output import number
from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence
from parcore.evidence.units import UnitBook
from parcore.results.scoring import score
from parcore.values import State, Value
from tests.results.editions import HEAD, PERIOD, Given, datum, unit
from tests.results.wide import check_same, scored_by, wide_of
from tests.rules.reading import VOCABULARY

F = Fraction
SOURCE = "source: {clause: '1', basis: illustrative}"
ZERO = "missing: zero, unverified: zero, rejected: zero"
POLICIES = """rounding: {leaf: 3, index: 2}
absent: [{method: survey, effect: exclude, source: {clause: '9', basis: official}}]
classes:
  on: {quantity: rate, rounded: yes}
  bands:
    - {name: high, in: "[60,100]", require: [{every: leaf, points: "> 0", rounded: yes, excluded: passes}]}
    - {name: middle, in: "[30,60)"}
    - {name: low, in: "[0,30)"}
  quota: [{class: high, share: 25%, of: [high, middle], round: down, within: group, ties: authority,
           otherwise: middle}]
ranking: {on: {quantity: rate, rounded: yes}, method: sequential, within: [all, group, region],
          ties: [{by: points, of: grown, rounded: no}]}
"""
COMPONENTS = f"""
  - id: compared
    title: compared
    max: 10
    measure: {{compared: {{measure: {{ratio: [done, all_of]}}, with: mean_of_rates, by: quotient,
      within: group, who: all, self: no, round: 4}}}}
    scale: [{{at_least: 1, points: 10}}, {{otherwise: 2}}]
    when: {{{ZERO}, nothing_arose: full}}
    {SOURCE}
  - id: ranked
    title: ranked
    max: 5
    measure: {{rank: {{measure: {{value: rate}}, within: all, who: all, best: highest}}}}
    cases: [{{in: "[1,3]", points: 5}}, {{in: "[4,…)", points: 1}}]
    when: {{{ZERO}}}
    {SOURCE}
  - id: grown
    title: grown
    max: 5
    measure: {{growth: few}}
    scale: [{{at_least: 10%, points: 5}}, {{more_than: 0%, points: 2.5}}, {{otherwise: 0}}]
    when: {{{ZERO}, nothing_arose: exclude}}
    {SOURCE}
  - id: of-offices
    title: of offices
    groups: [office]
    max: 4
    combine: first
    criteria:
      - {{id: planned, title: planned, max: 4, measure: {{choice: plan}},
          table: {{on_time: 4, late: 1, never: 0}}, when: {{{ZERO}}}, {SOURCE}}}
      - {{id: otherwise, title: otherwise, max: 4, measure: {{value: rate}}, scale: proportional,
          when: {{{ZERO}}}, {SOURCE}}}
  - id: asked
    title: asked
    max: 6
    method: survey
    measure: {{value: seats}}
    scale: {{per: 0.6, cap: 6}}
    when: {{{ZERO}, nothing_arose: zero}}
    {SOURCE}
"""
TOTAL = "{ward: 26, office: 30}"
COLUMNS = engine_of("columns")


def whole() -> Edition:
    """Two unit groups, peers of both circles, growth, one rule after another, a method that may be absent."""
    findings = Findings()
    head = HEAD.replace("[department]}}", "[department], groups: [ward, office]}}")
    tree = parse_yaml(head.format(total=TOTAL, more=POLICIES) + COMPONENTS, "test.yaml", findings)
    read = read_edition(tree, {"test": VOCABULARY}, findings)
    assert read is not None, [each.render("en") for each in findings]
    assert not findings.errors, [each.render("en") for each in findings]
    return read


EDITION = whole()


def population(seed: int, size: int = 12) -> tuple[UnitBook, Evidence]:
    """Units of two groups and three regions, and what they state of two years, with ties and empty states."""
    random = Random(seed)
    names = [f"u{at}" for at in range(size)]
    book = UnitBook(
        [unit(o, random.choice(("ward", "office")), random.choice(("n", "s", ""))) for o in names]
    )
    data = []
    for name in names:
        for period, facts in ((PERIOD, _facts(random)), (PERIOD.back(1), {"few": random.randrange(6)})):
            if period == PERIOD and seed % 2:
                facts["seats"] = random.choice((5, 7, State.MISSING))
            data += [datum(name, field, given, period=period) for field, given in facts.items()]
    return book, Evidence(data)


def _facts(random: Random) -> dict[str, Given]:
    all_of = random.choice((0, 2, 4, 5))
    facts: dict[str, Given] = {
        "all_of": all_of,
        "done": random.randint(0, all_of),
        "rate": random.choice((F(1, 4), F(1, 2), F(9, 10), F(1))),
        "few": random.randrange(7),
        "plan": random.choice(("on_time", "late", "never", State.NOT_APPLICABLE, State.MISSING)),
    }
    for name in ("done", "rate", "few"):
        if random.random() < 0.1:
            facts[name] = random.choice((State.MISSING, State.REJECTED, State.UNVERIFIED))
    return facts


@pytest.mark.parametrize("seed", range(12))
def test_groups_peers_growth_and_absent_methods(seed: int) -> None:
    """All of them at once: every root, place, class, quota and cell of the file is the exact one."""
    book, evidence = population(seed)
    exact = score(EDITION, evidence, book, PERIOD)
    ending = (".parquet", ".arrow", ".csv")[seed % 3]
    table = wide_of(evidence, typed=ending != ".csv")
    check_same(scored_by(COLUMNS, EDITION, [table], book, PERIOD, ending), exact)


def test_the_population_is_not_vacuous() -> None:
    """There are peers to freeze, a method left out, a leaf never come to, a quota that moved somebody."""
    found = [score(EDITION, evidence, book, PERIOD) for book, evidence in map(population, range(12))]
    assert any(each.absent for each in found)
    assert not all(each.absent for each in found)
    assert any(card.unreached for each in found for card in each.scorecards)
    assert any(len(card.moves) > 1 for each in found for card in each.scorecards)


@pytest.mark.parametrize("seed", range(3))
def test_tables_side_by_side_and_one_below_the_other(seed: int) -> None:
    """Fields or units may stand in several tables: what they say together is what one table says."""
    book, evidence = population(seed)
    exact = score(EDITION, evidence, book, PERIOD)
    table = wide_of(evidence, typed=True)
    half = table.num_rows // 2
    below = [table.slice(0, half), table.slice(half)]
    some = [name for name in table.column_names if name.startswith(("done", "few"))]
    beside = [table.drop_columns(some), table.select(["unit", "period", *some])]
    for tables in (below, beside, [*reversed(beside)]):
        found = scored_by(COLUMNS, EDITION, tables, book, PERIOD)
        assert {each.id for each in found.units} == {card.unit.id for card in exact.scorecards}
        check_same(found, exact)


def test_a_unit_of_which_nothing_is_stated_is_not_scored() -> None:
    """A row of blanks says nothing: its unit is among those without evidence."""
    book, evidence = population(1)
    blank = {"unit": ["u0"], "period": ["2024"]}
    held = Evidence(each for each in evidence if each.unit != "u0")
    table = pa.concat_tables([wide_of(held, typed=True), pa.table(blank)], promote_options="default")
    found = scored_by(COLUMNS, EDITION, [table], book, PERIOD)
    assert [each.id for each in found.without_evidence] == ["u0"]
    check_same(found, score(EDITION, held, book, PERIOD))


def test_long_numbers_are_written_to_their_last_digit() -> None:
    """A rounded number keeps all of 38 digits in the result's file."""
    wanted = [F(10**36 - 1) + F(1, 4), F(-(10**30)) - F(3, 4)]
    values = as_column([Value(State.OK, each) for each in wanted])
    written = number(values, 2, np.ones(2, bool)).to_pylist()
    assert [F(each) for each in written] == wanted
