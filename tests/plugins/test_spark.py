"""Editions over wide tables on Spark: every cell, place and class is the exact one; what is wrong is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.numbers import NumberFormat
from parcore.results.bulk import BulkResult, score_bulk
from parcore.results.engines import Engine
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.rules.combinations import reported_of
from parcore.testing.strategies import Case as Drawn
from parcore.testing.strategies import cases
from parcore.values import State
from parcore_spark.blocks import Shuffled
from parcore_spark.engine import Spark
from parcore_spark.held import SparkHeld
from tests.results import policies
from tests.results.editions import (
    BOOK,
    PERIOD,
    Given,
    datum,
    editions,
    evidence,
    populations,
    result,
    sound,
)
from tests.results.policies import Plan, edition_of, plans
from tests.results.test_bulk import tabled
from tests.results.test_shipped import KEYS, REGISTRY
from tests.results.test_shipped import held as held_by
from tests.results.wide import WRITERS, check_same, wide_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

F = Fraction
SOME = settings(max_examples=max(settings().max_examples // 20, 3))
"""An edition takes Spark a second or two, however few its units."""
PIECE = 2
"""So few rows make a piece that a handful of units is on several tasks."""


@pytest.fixture(scope="module")
def cluster(spark: SparkSession) -> Spark:
    """The engine, in small pieces."""
    return Spark(spark, PIECE)


class Case:
    """Editions over tables in a folder, scored by an engine and held against the exact reading."""

    def __init__(self, engine_: Engine, folder: Path) -> None:
        self.engine, self.folder = engine_, folder

    def scored(
        self, edition: Edition, tables: Sequence[pa.Table], book: UnitBook, period: Period, **more: Any
    ) -> BulkResult:
        """What the engine makes of tables; their files stay, as the evidence does."""
        paths = []
        for table in tables:
            paths.append(Path(mkdtemp(dir=self.folder)) / f"evidence{more.get('ending', '.parquet')}")
            WRITERS[paths[-1].suffix](table, paths[-1])
        engine_ = more.get("engine", self.engine)
        return score_bulk(edition, engine_, paths, book, period, numbers=NumberFormat.PLAIN)

    def same(self, found: BulkResult, exact: Result) -> None:
        """The result, and what tasks write of it, are the exact ones."""
        path = self.folder / "result.parquet"
        found.held.write(path, found)
        check_same(found, exact, {row["unit"]: row for row in pq.read_table(path).to_pylist()})


@pytest.fixture(scope="module")
def case(cluster: Spark, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The engine, and a folder that is there for its tasks too."""
    return Case(cluster, tmp_path_factory.mktemp("wide"))


def of_table(said: Iterable[Datum], edition: Edition) -> Evidence:
    """What of evidence a wide table holds: final statements, no bounds, no points set by an appraiser."""
    computed = {f"points:{node.id}" for node in edition.nodes if reported_of(node.rule) is None}
    return Evidence(
        each
        for each in said
        if each.stage is Stage.FINAL and each.bound is None and each.field not in computed
    )


HELD = [
    key for key in KEYS
    if (edition := REGISTRY.edition(key)) and any(map(edition.in_force, held_by(edition).periods()))
]  # fmt: skip
RECORDS = ("one-stop@2018", "one-stop-officials@2018")
"""Editions that read lists of records, which no wide table holds."""


@pytest.mark.parametrize("key", [key for key in HELD if key not in RECORDS])
def test_a_shipped_edition_is_scored_as_exactly(key: str, case: Case) -> None:
    """On the evidence held for it, in every cell, place and class."""
    edition = REGISTRY.edition(key)
    said = of_table(held_by(edition), edition)
    period = [each for each in said.periods() if edition.in_force(each)][-1]
    exact = score(edition, said, REGISTRY.units, period)
    assert exact.scorecards
    case.same(case.scored(edition, [wide_of(said, typed=True)], REGISTRY.units, period), exact)


@pytest.mark.parametrize("key", RECORDS)
def test_an_edition_that_reads_lists_is_refused(key: str, case: Case) -> None:
    """It is no wide table that holds its cases."""
    edition = REGISTRY.edition(key)
    said = of_table(held_by(edition), edition)
    with pytest.raises(ParcoreError) as refused:
        case.scored(edition, [wide_of(said, typed=True)], REGISTRY.units, said.periods()[-1])
    assert [each.code for each in refused.value.diagnostics] == ["bulk-records"]


@pytest.mark.parametrize("key", [key for key in KEYS if key not in HELD])
@settings(max_examples=2)
@given(data=st.data())
def test_a_shipped_edition_without_evidence_is_scored_as_exactly(
    key: str, case: Case, data: st.DataObject
) -> None:
    """On drawn evidence of a few units in several groups and regions."""
    edition = REGISTRY.edition(key)
    compare(data.draw(cases(edition)), case)


def compare(drawn: Drawn, case: Case) -> None:
    """Score drawn evidence both ways; a table without a statement of the period is no evidence."""
    said = of_table(drawn.evidence, drawn.edition)
    assume(said.units(drawn.period))
    book = UnitBook(drawn.units)
    exact = score(drawn.edition, said, book, drawn.period)
    case.same(case.scored(drawn.edition, [wide_of(said, typed=True)], book, drawn.period), exact)


@SOME
@given(editions(), populations(), st.booleans())
def test_any_edition_is_scored_as_exactly(
    case: Case, edition: Edition, by_unit: dict[str, dict[str, Given]], typed: bool
) -> None:
    """Rules and effects of every kind, rounded anywhere, over typed columns and over texts."""
    said = tabled(by_unit)
    table = wide_of(evidence(said), typed=typed)
    case.same(case.scored(edition, [table], BOOK, PERIOD), result(edition, said))


@SOME
@given(plans(), policies.populations())
def test_policies_of_any_kind_decide_the_same(
    case: Case, plan: Plan, by_unit: dict[str, dict[str, Given]]
) -> None:
    """Conversion, bonus, gates, caps, vetoes, quotas, ties and tolerance, in every circle."""
    table = wide_of(evidence(by_unit), typed=True)
    found = case.scored(edition_of(plan), [table], policies.BOOK, PERIOD)
    case.same(found, policies.scored(plan, by_unit))


LAST = Period(2023)
WORDS = """  - {id: more, title: M, max: 3, measure: {growth: any}, round: 2,
     scale: [{at_least: 10%, points: 3}, {more_than: 0%, points: 1.5}, {otherwise: 0}],
     when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: full},
     source: {clause: "1", basis: illustrative}}
  - {id: beside, title: B, max: 2,
     measure: {compared: {measure: {ratio: [done, all_of]}, with: highest, by: quotient, within: all,
       who: all, self: yes}},
     scale: {slope: 2}, when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: exclude},
     source: {clause: "2", basis: illustrative}}
  - {id: kept, title: K, max: 2, measure: {choice: plan}, table: {on_time: 2, late: 1, never: 0},
     when: {missing: zero, unverified: zero, rejected: zero, not_applicable: exclude},
     source: {clause: "3", basis: illustrative}}
"""
MORE = """rounding: {index: 2}
ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all]}
"""
BOTH = {
    "u1": {"any": F(10), "done": 3, "all_of": 7, "plan": "late"},
    "u2": {"any": F(-10), "done": 0, "all_of": 0, "plan": State.NOT_APPLICABLE},
    "u3": {"any": F(1, 4), "done": State.MISSING, "all_of": 9, "plan": "never"},
    "u4": {"any": 0, "done": 9, "all_of": 9, "plan": State.UNVERIFIED},
    "u5": {"any": 10**17, "done": 1, "all_of": 10**15, "plan": "on_time"},
}
"""What each unit says of both periods, of the earlier one in another order."""


def test_tables_and_periods_are_put_together_on_the_cluster(case: Case) -> None:
    """Two tables in different orders, a period back, peers: each unit's statements meet in one block."""
    edition = sound(WORDS, "7", MORE)
    said = [
        datum(unit, name, each, period=period)
        for period, facts in ((PERIOD, BOTH.values()), (LAST, reversed(BOTH.values())))
        for unit, own in zip(BOTH, facts, strict=True)
        for name, each in own.items()
    ]
    mine = [each for each in said if each.field in ("any", "plan")]
    theirs = [each for each in reversed(said) if each.field not in ("any", "plan")]
    tables = [wide_of(Evidence(mine), typed=True), wide_of(Evidence(theirs), typed=False)]
    found = case.scored(edition, tables, BOOK, PERIOD)
    case.same(found, score(edition, Evidence(said), BOOK, PERIOD))
    assert isinstance(found.held, SparkHeld)
    assert isinstance(found.held.blocks, Shuffled)


RATIOS = "".join(
    f"""  - {{id: r{at}, title: R, max: 1, measure: {{ratio: [done, all_of]}}, scale: {{slope: "1/{prime}"}},
     when: {{missing: zero, unverified: zero, rejected: zero, nothing_arose: exclude}},
     source: {{clause: "{at}", basis: illustrative}}}}
"""
    for at, prime in enumerate((3, 7, 11))
)
