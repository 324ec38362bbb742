"""Editions over wide tables on Spark: every cell, place and class is the exact one; what is wrong is told."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attrs import evolve
from click.testing import CliRunner
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from py4j.protocol import Py4JError

from parcore.bulk.blocks import in_blocks
from parcore.bulk.engines import Engine
from parcore.bulk.scoring import BulkResult, score_bulk
from parcore.cli import cli
from parcore.diagnostics import Diagnostic, ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.numbers import NumberFormat
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.rules.combinations import reported_of
from parcore.rules.graph import Within
from parcore.testing.strategies import Case as Drawn
from parcore.testing.strategies import cases
from parcore.values import State
from parcore_spark import spark as spark_engine
from parcore_spark.cluster import session
from parcore_spark.wide import held
from parcore_spark.wide.blocks import Shuffled
from parcore_spark.wide.engine import Spark
from parcore_spark.wide.held import RemoteValues, SparkHeld
from parcore_spark.wide.reading import Answer, Taken
from parcore_spark.wide.stored import Stored
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

pytestmark = pytest.mark.xdist_group("spark")  # one session, in one worker

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
            WRITERS[paths[-1].suffix](table, str(paths[-1]))
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
    if any(map(REGISTRY.edition(key).in_force, held_by(REGISTRY.edition(key)).periods()))
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
BOTH: dict[str, dict[str, Given]] = {
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


RATIOS = """  - {id: one, title: O, max: 1, measure: {ratio: [done, all_of]}, scale: {slope: 1},
     when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: exclude},
     source: {clause: "1", basis: illustrative}}
  - {id: two, title: T, max: 1, measure: {ratio: [done, late]}, scale: {slope: 1, cap: 1},
     when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: exclude},
     source: {clause: "2", basis: illustrative}}
"""
BIG = 10**18
TIES: dict[str, dict[str, Given]] = {
    "u1": {"done": 5 * BIG - 1, "all_of": 7 * BIG + 1, "late": 9 * BIG + 7},
    "u2": {"done": 5 * BIG - 1, "all_of": 7 * BIG + 1, "late": 9 * BIG + 7},
    "u3": {"done": 5 * BIG, "all_of": 7 * BIG + 1, "late": 9 * BIG + 7},
    "u4": {"done": 5 * BIG, "all_of": 7 * BIG + 1, "late": 9 * BIG + 8},
    "u5": {"done": 5 * BIG, "all_of": 7 * BIG + 2, "late": State.MISSING},
}
"""Sums of ratios that are equal, or differ behind the thirtieth decimal."""


@pytest.mark.parametrize("few", [0, held.FEW])
def test_near_ties_of_wide_sums_are_told_apart(few: int, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the driver has only where numbers lie, those too near each other are fetched in whole numbers."""
    monkeypatch.setattr(held, "FEW", few)
    edition = sound(RATIOS, "2", MORE)
    found = case.scored(edition, [wide_of(evidence(TIES), typed=True)], BOOK, PERIOD)
    assert isinstance(found.columns[0]["index:rate"], RemoteValues) is (few == 0)
    assert found.places[Within.ALL].place.tolist() == [3, 3, 1, 2, 5]
    case.same(found, result(edition, TIES))


def test_every_part_of_a_result_has_the_columns_of_one_file(case: Case) -> None:
    """Large numbers in one part and small ones in another have the types that one file has."""
    edition = sound(RATIOS, "2", MORE)
    small: dict[str, dict[str, Given]] = {
        "u1": {"done": 1, "all_of": 3, "late": 7},
        "u2": {"done": 1, "all_of": 4, "late": 7},
    }
    by_unit = {**TIES, **small}
    found = case.scored(edition, [wide_of(evidence(by_unit), typed=True)], BOOK, PERIOD)
    case.same(found, result(edition, by_unit))
    parts = sorted((case.folder / "result.parquet").iterdir())
    assert len(parts) == 3
    alone = case.scored(
        edition, [wide_of(evidence(by_unit), typed=True)], BOOK, PERIOD, engine=in_blocks("columns", None)
    )
    alone.held.write(case.folder / "alone.parquet", alone)
    schema = pq.read_schema(case.folder / "alone.parquet")
    assert {pq.read_schema(each).remove_metadata() for each in parts} == {schema.remove_metadata()}


def wrong(**columns: list[Any]) -> pa.Table:
    """A table of nine units, some of whose rows are wrong."""
    size = max(map(len, columns.values()))
    return pa.table({"unit": [f"u{at % 5 + 1}" for at in range(size)], **columns})


NINE = [str(2020 + at) for at in range(9)]
BROKEN = {
    "cells that are no numbers": wrong(period=NINE, done=["1", "x", "2", "y", "3", "z", "4", "w", "5"]),
    "a part that is more than its whole": wrong(
        period=NINE, done=[9] * 9, all_of=[10, 8, 10, 8, 8, 8, 8, 9, 1]
    ),
    "numbers out of range and off their step": wrong(
        few=[3, 13, 4, -1, 12], fine=["1", "0.5", "0.3", "5", "4"]
    ),
    "a unit twice": wrong(done=[1] * 7),
    "a unit that nobody knows": pa.table({"unit": ["u1", "nobody", "u2"], "done": [1, 2, 3]}),
    "a column that is no field": wrong(done=[1, 2], dona=[1, 2]),
    "binary floats": wrong(done=[1, 2], any=[0.5, 1.5]),
    "no column of units": pa.table({"done": [1]}),
    "words that are no states": wrong(done=[1, None, 3], **{"done:state": ["ok", "gone", None]}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_told_as_by_one_reader(name: str, case: Case) -> None:
    """Wherever the rows lay, the findings are those of the engine `columns`: code, place, sentence, count."""
    edition = sound(RATIOS, "2", MORE)
    path, told = Path(mkdtemp(dir=case.folder)) / "evidence.parquet", list[list[Diagnostic]]()
    pq.write_table(BROKEN[name], path)
    for engine_ in (case.engine, in_blocks("columns", None)):
        with pytest.raises(ParcoreError) as refused:
            score_bulk(edition, engine_, [path], BOOK, PERIOD)
        told.append([*refused.value.diagnostics])
    assert told[0] == told[1]
    assert told[0]


def test_two_tables_that_state_the_same_are_refused(case: Case) -> None:
    """What two tables state of one unit and field is told once, with how often."""
    edition = sound(RATIOS, "2", MORE)
    table = wide_of(evidence(TIES), typed=True)
    with pytest.raises(ParcoreError) as refused:
        case.scored(edition, [table, table.select(["unit", "period", "done"])], BOOK, PERIOD)
    told = [(each.code, each.values["field"], each.values["count"]) for each in refused.value.diagnostics]
    assert told == [("bulk-both", "done", "5")]


class WrongFloor(Answer):
    """A fault: numbers are rounded one up."""

    def __call__(self, stored: Stored, taken: Taken) -> Any:
        sent = super().__call__(stored, taken)
        return {root: each if each.n is None else evolve(each, n=each.n + 1) for root, each in sent.items()}


class Empty(Answer):
    """A fault: a cell that says nothing is 0."""

    def __call__(self, stored: Stored, taken: Taken) -> Any:
        fields = {key: evolve(bulk, states=None) for key, bulk in stored.fields.items()}
        return super().__call__(evolve(stored, fields=fields), taken)


class Shifted(Answer):
    """A fault: rows change places."""

    def __call__(self, stored: Stored, taken: Taken) -> Any:
        back = np.arange(len(stored.units))[::-1]
        fields = {key: bulk.at(back) for key, bulk in stored.fields.items()}
        return super().__call__(evolve(stored, fields=fields), taken)


@pytest.mark.parametrize("fault", [WrongFloor, Empty, Shifted])
def test_a_task_that_reads_wrongly_is_found(
    fault: type[Answer], case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison with the exact reading sees a wrong floor, an empty cell that counts, rows misplaced."""
    edition = sound(RATIOS, "2", MORE)
    by_unit: dict[str, dict[str, Given]] = {
        "u1": {"done": 1, "all_of": 3, "late": 7},
        "u2": {"done": State.MISSING, "all_of": 3, "late": 9},
        "u3": {"done": 2, "all_of": 3, "late": State.MISSING},
        "u4": {"done": 0, "all_of": 3, "late": 0},
    }
    table = wide_of(evidence(by_unit), typed=True)
    with monkeypatch.context() as patch:
        patch.setattr(held, "Answer", fault)
        found = case.scored(edition, [table], BOOK, PERIOD)
        with pytest.raises(AssertionError):
            case.same(found, result(edition, by_unit))
    case.same(case.scored(edition, [table], BOOK, PERIOD), result(edition, by_unit))


def test_an_option_that_there_is_not_is_refused() -> None:
    """Beside the master, rows and settings of Spark's own the engine has no options."""
    for options in ({"workers": "3"}, {"rows": "many"}):
        with pytest.raises(ParcoreError) as refused:
            spark_engine(options)
        assert [each.code for each in refused.value.diagnostics] == ["engine-option"]


def test_a_task_that_cannot_read_the_evidence_says_so(case: Case, tmp_path: Path) -> None:
    """A file that is gone once it was opened is told with its cause, not with a traceback."""
    edition = sound(RATIOS, "2", MORE)
    path = tmp_path / "evidence.parquet"
    pq.write_table(wide_of(evidence(TIES), typed=True), path)
    found = score_bulk(edition, case.engine, [path], BOOK, PERIOD)
    path.unlink()
    with pytest.raises(ParcoreError, match=r"evidence\.parquet") as refused:
        found.held.write(tmp_path / "result.parquet", found)
    assert [each.code for each in refused.value.diagnostics] == ["engine-failed"]
    assert not (tmp_path / "result.parquet").exists()


def test_a_session_that_cannot_be_opened_is_told(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the master and what Java names as the cause, not with its traceback."""
    told = "An error occurred.\n: a.Exception: no such master\n\tat a.b(c)\nCaused by: b.Exception: refused\n"

    def refuse(_: object) -> None:
        raise Py4JError(told)

    monkeypatch.setattr(type(spark).Builder, "getOrCreate", refuse)
    with pytest.raises(
        ParcoreError, match=r"`local\[x`: a.Exception: no such master; b.Exception: refused"
    ) as refused:
        spark_engine({"master": "local[x"})
    assert [each.code for each in refused.value.diagnostics] == ["engine-unopened"]


@pytest.mark.parametrize("real", [True, False])
def test_a_terminal_shows_how_far_tasks_are(
    spark: SparkSession, real: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spark's own bar is asked for on a terminal alone, unless its settings say otherwise."""
    asked: list[str] = []

    def kept(builder: Any) -> None:
        asked.append(builder._options["spark.ui.showConsoleProgress"])
        raise OSError("no Java")

    monkeypatch.setattr(type(spark).Builder, "getOrCreate", kept)
    monkeypatch.setattr("sys.stderr", SimpleNamespace(isatty=lambda: real))
    for own in ({}, {"spark.ui.showConsoleProgress": "no"}):
        with pytest.raises(ParcoreError):
            session("local[2]", own)
    assert asked == [str(real).lower(), "no"]


def test_workers_of_this_machine_are_of_this_python(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where Spark's own settings name the master, unless they name another Python."""
    monkeypatch.setattr(spark.sparkContext, "pythonExec", "python3")
    session(None, {})
    assert spark.sparkContext.pythonExec == "python3"
    monkeypatch.delenv("PYSPARK_PYTHON")
    session(None, {})
    assert spark.sparkContext.pythonExec == sys.executable


def test_workers_of_another_version_are_refused(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules are not read by two versions at once."""
    monkeypatch.setattr("parcore.__version__", "0.0.1")
    with pytest.raises(ParcoreError, match=r"0\.0\.1 \(driver\)"):
        case.scored(sound(RATIOS, "2", MORE), [wide_of(evidence(TIES), typed=True)], BOOK, PERIOD)


@pytest.mark.parametrize("name", ["result.csv", "beside/result.parquet"])
def test_a_result_that_cannot_be_written_is_told(name: str, case: Case, tmp_path: Path) -> None:
    """Tasks write Parquet alone, into a folder beside others."""
    found = case.scored(sound(RATIOS, "2", MORE), [wide_of(evidence(TIES), typed=True)], BOOK, PERIOD)
    with pytest.raises(ParcoreError) as refused:
        found.held.write(tmp_path / name, found)
    assert {each.code for each in refused.value.diagnostics} <= {"bulk-ending", "bulk-unwritten"}


@pytest.mark.parametrize("ending", [".csv", ".arrow"])
def test_other_files_are_read_as_parquet_is(ending: str, case: Case) -> None:
    """CSV and Arrow files, in as many pieces, give the same."""
    edition = sound(RATIOS, "2", MORE)
    table = wide_of(evidence(TIES), typed=False)
    case.same(case.scored(edition, [table], BOOK, PERIOD, ending=ending), result(edition, TIES))


def test_the_command_scores_on_a_cluster(case: Case, spark: SparkSession, tmp_path: Path) -> None:
    """`parcore score --engine spark --master … --output` shows and writes what the engine `columns` does."""
    edition = REGISTRY.edition("example@2024")
    said = of_table(held_by(edition), edition)
    table, shown = tmp_path / "evidence.parquet", []
    pq.write_table(wide_of(said, typed=True, period=PERIOD), table)
    for name, more in (("spark", ["--master", "local[2]"]), ("columns", [])):
        asked = ["score", "example@2024", "--engine", name, *more, "--evidence", str(table)]
        done = CliRunner().invoke(
            cli, [*asked, "--period", "2024", "--output", str(tmp_path / f"{name}.parquet")]
        )
        assert done.exit_code == 0, done.output
        shown.append(done.stdout)
    assert shown[0] == shown[1]
    one, two = (pq.read_table(tmp_path / f"{name}.parquet").to_pylist() for name in ("spark", "columns"))
    assert one == two


def in_folder(folder: Path, table: pa.Table, size: int) -> Path:
    """A table as a cluster leaves one: a folder of parts, and a mark that it is whole."""
    folder.mkdir()
    for at in range(0, table.num_rows, size):
        pq.write_table(table.slice(at, size), folder / f"part-{at:05}.parquet")
    (folder / "_SUCCESS").touch()
    return folder


def test_a_folder_of_parts_is_one_table(case: Case, tmp_path: Path) -> None:
    """What a cluster wrote is read as it lies, and a row that is wrong stands in its own file."""
    edition = sound(RATIOS, "2", MORE)
    path = in_folder(tmp_path / "evidence.parquet", wide_of(evidence(TIES), typed=True), 3)
    case.same(score_bulk(edition, case.engine, [path], BOOK, PERIOD), result(edition, TIES))
    wrong_ = BROKEN["a part that is more than its whole"].slice(0, 5).drop_columns(["period"])
    path = in_folder(tmp_path / "broken.parquet", wrong_, 3)
    with pytest.raises(ParcoreError) as refused:
        score_bulk(edition, case.engine, [path], BOOK, PERIOD)
    told = [(Path(o.place.file).name, o.place.line, o.values["unit"]) for o in refused.value.diagnostics]
    assert told == [
        ("part-00000.parquet", 2, "u2"),
        ("part-00003.parquet", 1, "u4"),
        ("part-00003.parquet", 2, "u5"),
    ]


def test_a_folder_whose_parts_differ_is_refused(case: Case, tmp_path: Path) -> None:
    """Parts of one table have the same columns."""
    edition, table = sound(RATIOS, "2", MORE), wide_of(evidence(TIES), typed=True)
    path = in_folder(tmp_path / "evidence.parquet", table, 3)
    other = table.slice(3).drop_columns(["done"]).append_column("done", pa.array(["1", "2"]))
    pq.write_table(other, path / "part-00003.parquet")
    with pytest.raises(ParcoreError, match="done string") as refused:
        score_bulk(edition, case.engine, [path], BOOK, PERIOD)
    assert [each.code for each in refused.value.diagnostics] == ["bulk-broken"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ParcoreError, match="file-not-found"):
        score_bulk(edition, case.engine, [tmp_path / "empty"], BOOK, PERIOD)
