"""Printed statements, run as an auditor runs them: every cell is the exact one, or the row is not decided."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from attrs import evolve
from psycopg import Connection
from psycopg.rows import dict_row

from parcore.cli.page import results
from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.i18n import Text
from parcore.readings.exact import Scope, evaluate
from parcore.readings.pair.backend import Undecided
from parcore.registry import Registry
from parcore.results.result import Result
from parcore.results.scope import UnitScope
from parcore.rules.graph import Aggregate, Domain, Field, Over, Peers, Symbol
from parcore.rules.program import Program, lay_out
from parcore.values import EVIDENCE_STATES, State, Value
from parcore_sql.cases import without_cases
from parcore_sql.given import ROOMS, WHOLE, given_of, layers
from parcore_sql.readable import readable
from tests.plugins.printed_sql import (
    Cells,
    Execute,
    Row,
    column_of,
    fill,
    insert,
    made,
    make,
    value_of,
)
from tests.readings.agreement import known
from tests.strategies import Facts, Key

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

F = Fraction
ROOT = Path(__file__).parents[2]
REGISTRY = Registry()
KEYS = [each.key for each in REGISTRY.edition_documents()]
PROFILE = os.environ.get("PARCORE_PROFILE", "quick")
BOTH = ("duckdb", "postgres")
SPARK = pytest.param("spark", marks=pytest.mark.xdist_group("spark"))
DIALECTS = (*BOTH, SPARK)
IN_SPARK = ("nam-dinh@2020", "tay-ninh-2023@2023")
"""The editions tried in Spark, which plans large statements slowly; a full run tries all."""
UNITS = 400 if PROFILE == "full" else 12
GROUPS = 2 if PROFILE == "quick" else None
"""How many of an edition's unit groups are tried; CI tries all."""


@pytest.fixture(scope="module")
def in_duckdb() -> Iterator[Execute]:
    """An embedded database."""
    with duckdb.connect(config={"threads": 1}) as own:

        def execute(sql: str) -> Sequence[Mapping[str, Any]]:
            found = own.execute(sql)
            names = [each[0] for each in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        yield execute


@pytest.fixture
def execute(request: pytest.FixtureRequest, dialect: str) -> Execute:
    """Any of the databases."""
    if dialect == "duckdb":
        found: Execute = request.getfixturevalue("in_duckdb")
        return found
    if dialect == "spark":
        spark: SparkSession = request.getfixturevalue("spark")
        return lambda sql: [row.asDict() for row in spark.sql(sql).collect()]
    postgres: Connection[Any] = request.getfixturevalue("postgres")

    def in_postgres(sql: str) -> Sequence[Mapping[str, Any]]:
        with postgres.cursor(row_factory=dict_row) as cursor:
            cursor.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    return in_postgres


@cache
def statements(key: str, dialect: str, *, bound: bool = True) -> list[tuple[str, str, Program]]:
    """The printed statements of an edition: the unit group of each, and the program that it prints.

    What is not `bound` decides rows that break what must hold between columns too, as drawn rows do.
    """
    edition = REGISTRY.edition(key)
    printed = readable(edition if bound else unbound(edition), dialect).split("\n\n\n")
    return [
        (group, sql, compile_edition(edition, group).program)
        for group, sql in zip(edition.groups, printed, strict=True)
    ]


def unbound(edition: Edition) -> Edition:
    """An edition in whose vocabulary nothing need hold between fields."""
    records = {kind: evolve(each, invariants=()) for kind, each in edition.vocabulary.records.items()}
    return evolve(edition, vocabulary=evolve(edition.vocabulary, invariants=(), records=records))


@cache
def shipped(key: str) -> list[Result]:
    """The evidence that ships with an edition, scored."""
    return [*results(REGISTRY, REGISTRY.edition(key))]


def wrong(
    execute: Execute, sql: str, program: Program, scopes: Mapping[str, Scope], group: str
) -> list[object]:
    """The cells that a printed statement gets wrong; rows that are not decided, or not there, are some."""
    fill(execute, sql, program, scopes, group)
    rows = {row["unit"]: row for row in execute(sql)}
    found: list[object] = [unit for unit in scopes if unit not in rows or not rows[unit]["decided"]]
    found += [unit for unit in rows if unit not in scopes]
    for unit, scope in scopes.items():
        trace = evaluate(program, scope)
        shown = [root for root in program.roots if f"{root}:state" in rows[unit]]
        if "index:total:rounded" not in shown or len(shown) < 3:
            found.append(shown)
        found += [(unit, root) for root in shown if value_of(rows[unit], root) != trace[root]]
    return found


@pytest.mark.parametrize(
    ("key", "dialect"),
    [*product(KEYS, BOTH)]
    + [
        pytest.param(key, *SPARK.values, marks=SPARK.marks)
        for key in KEYS
        if PROFILE == "full" or key in IN_SPARK
    ],
)
def test_a_printed_statement_gives_what_the_exact_reading_gives(
    key: str, dialect: str, execute: Execute
) -> None:
    """Every edition, over the shipped evidence and over numbers at both ends of their bounds: every cell."""
    for group, sql, program in statements(key, dialect, bound=False)[:GROUPS]:
        scopes: dict[str, Scope] = {
            f"{card.unit.id} {result.period}": UnitScope(
                card.unit.id, result.period, result.evidence, result.stage
            )
            for result in shipped(key)
            for card in result.scorecards
            if card.group == group
        }
        within, random = bounds(sql), Random(key)
        units = min(UNITS, 40) if dialect == "spark" else UNITS
        scopes |= {f"drawn {at}": drawn(program, within, random) for at in range(units)}
        assert not wrong(execute, sql, program, scopes, group)


@pytest.mark.parametrize(
    ("right", "fault"),
    [
        ("WHEN 'nothing_arose' THEN 1", "WHEN 'nothing_arose' THEN 3"),
        ('"on-time: part 4" * 20) < (17', '"on-time: part 4" * 20) <= (17'),
        ("THEN 5 ELSE 0 END", "THEN 4 ELSE 0 END"),
    ],
)
def test_a_statement_with_a_fault_is_found(right: str, fault: str, in_duckdb: Execute) -> None:
    """The comparison has power: one state, threshold, number or operation changed is a wrong cell."""
    ((group, sql, program),) = statements("example@2025", "duckdb", bound=False)
    within, random = bounds(sql), Random(3)
    scopes: dict[str, Scope] = {f"u{at}": drawn(program, within, random) for at in range(30)}
    scopes["tie"] = known(dossiers_on_time=17, dossiers_settled=20)
    assert not wrong(in_duckdb, sql, program, scopes, group)
    assert right in sql
    assert wrong(in_duckdb, sql.replace(right, fault), program, scopes, group)


def bounds(sql: str) -> dict[str, tuple[Fraction, Fraction, int]]:
    """The bounds and decimals that the heading says of each column of numbers."""
    found: dict[str, tuple[Fraction, Fraction, int]] = {}
    for line in "\n".join(made(sql).values()).splitlines():
        said = re.search(
            r'["`](.+?)["`] (?:BIGINT|DECIMAL\(38, (\d+)\)).*(?:: |-- )(-?[\d. \u202f]+) … (-?[\d. \u202f]+)',
            line,
        )
        if said is not None:
            low, high = (Fraction(re.sub(r"\s", "", said[at])) for at in (3, 4))
            found[said[1]] = low, high, int(said[2] or 0)
    return found


def drawn(program: Program, within: Mapping[str, tuple[Fraction, Fraction, int]], random: Random) -> Facts:
    """Evidence of one unit: numbers that meet each other and the ends of their bounds, states, choices."""
    groups: dict[Domain, tuple[State, tuple[Facts, ...]]] = {}
    for node in program.nodes:
        if isinstance(node, Over) and node.domain not in groups:
            state = random.choice((State.OK, State.OK, State.OK, *EVIDENCE_STATES))
            leaves = [each for body in program.bodies.values() for each in body.nodes if not each.inputs()]
            asked = lay_out({str(at): each for at, each in enumerate(leaves)})
            size = 0 if state is not State.OK else random.choice((0, 1, 2, 5))
            groups[node.domain] = state, tuple(drawn(asked, within, random) for _ in range(size))
    fields: dict[Key, Value] = {}
    choices: dict[Key, str | State] = {}
    kind = random.choice(("ends", "small", "small", "mixed"))
    for node in program.nodes:
        empty = random.choice(EVIDENCE_STATES) if random.random() < 0.15 else None
        if isinstance(node, Symbol):
            choices[node.name, node.lag] = empty or random.choice((*node.options, "other"))
        elif isinstance(node, Field):
            low, high, decimals = within.get(column_of(node), (Fraction(1), Fraction(10**6), 0))
            unit = Fraction(1, 10**decimals)
            ends = [low, low + unit, high, high - unit]
            small = [Fraction(n) / d for n in (0, 1, 2, 3, 7, 9, 10, 17, 85, 95, 100) for d in (1, 10, 100)]
            pool = {"ends": ends, "small": small, "mixed": ends + small}[kind]
            fit = [each for each in pool if low <= each <= high and not each % unit]
            number = random.choice(fit or [low])
            fields[node.name, node.lag] = Value(empty) if empty else Value(State.OK, number)
    return Facts(fields, choices, groups)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_rows_outside_what_a_statement_holds_for_are_not_decided(dialect: str, execute: Execute) -> None:
    """A number out of bounds, too many decimals, a word that is no state, a unit twice: no points at all."""
    ((_, sql, _),) = statements("example@2025", dialect)
    low, high, decimals = bounds(sql)["satisfaction"]
    sound = {"satisfaction": (low, "ok")}
    rows_in: dict[str, Cells] = {
        "sound": sound,
        "beyond": {"satisfaction": (high + 1, "ok")},
        "below": {"tasks_done": (Fraction(-1), None)},
        "a number beside a state is not read": sound | {"tasks_done": (Fraction(-1), "missing")},
        "word": sound | {"tasks_done": (None, "unknown")},
        "twice": sound,
    }
    making = make(execute, sql)
    insert(execute, making, "evidence", [Row(*each) for each in [*rows_in.items(), ("twice", sound)]])
    rows = {row["unit"]: row for row in execute(sql)}
    decided = {unit for unit, row in rows.items() if row["decided"]}
    assert decided == {"sound", "a number beside a state is not read"}
    for unit, row in rows.items():
        if unit not in decided:
            assert {name for name, said in row.items() if said is not None} == {"unit", "decided"}
    # A table whose columns hold more decimals than are stated: such a number is not cut to what fits.
    execute("DROP TABLE IF EXISTS evidence")
    execute(making["evidence"].replace(f"DECIMAL(38, {decimals})", f"DECIMAL(38, {decimals + 1})"))
    execute(f"INSERT INTO evidence (unit, satisfaction) VALUES ('fine', 0.{'0' * decimals}1), ('sound', 0.5)")
    assert {row["unit"]: row["decided"] for row in execute(sql)} == {"fine": False, "sound": True}


@pytest.mark.parametrize("dialect", BOTH if PROFILE == "quick" else DIALECTS)
def test_a_unit_with_an_unsound_case_is_not_decided(dialect: str, execute: Execute) -> None:
    """One case out of bounds, or a word that is no state of a list, leaves its unit without points."""
    _, sql, _ = statements("one-stop-officials@2018", dialect)[0]
    making = make(execute, sql)
    cases = {"sound": Fraction(1), "below": Fraction(-1)}
    lists = {"word": "'unknown'", "nothing arose": "'ok'"}
    said = {unit: {"dossiers:state": lists.get(unit, "NULL")} for unit in (*cases, *lists, "no list")}
    insert(execute, making, "evidence", [Row(unit, {}, values) for unit, values in said.items()])
    times = [(unit, each) for unit, number in cases.items() for each in (number, Fraction(2))]
    insert(execute, making, "dossiers", [Row(unit, {"time_taken": (each, None)}) for unit, each in times])
    rows = {row["unit"]: row for row in execute(sql)}
    assert {unit for unit, row in rows.items() if row["decided"]} == {"sound", "nothing arose", "no list"}
    for unit in ("below", "word"):
        assert {name for name, said in rows[unit].items() if said is not None} == {"unit", "decided"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_row_that_breaks_what_must_hold_between_columns_is_not_decided(
    dialect: str, execute: Execute
) -> None:
    """Where both numbers are known and one is over the other the row is out; equal, unknown, it is not."""
    ((_, sql, _),) = statements("example@2025", dialect)
    rows_in: dict[str, Cells] = {
        "over": {"tasks_done": (F(11), None), "tasks_planned": (F(10), None)},
        "equal": {"tasks_done": (F(10), None), "tasks_planned": (F(10), None)},
        "not known": {"tasks_done": (F(11), None), "tasks_planned": (F(10), "missing")},
        "later over": {"dossiers_digitised": (F(1), None), "dossiers_settled": (F(0), None)},
        "out of bounds": {"tasks_done": (F(-1), None), "tasks_planned": (F(10), None)},
    }
    making = make(execute, sql)
    insert(execute, making, "evidence", [Row(*each) for each in rows_in.items()])
    assert {row["unit"] for row in execute(sql) if row["decided"]} == {"equal", "not known"}
    assert "-- Must hold where all of the columns have numbers: tasks_done <= tasks_planned;" in sql


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_unit_whose_case_breaks_what_must_hold_is_not_decided(dialect: str, execute: Execute) -> None:
    """Sums of columns with a constant are held against each case too."""
    vocabulary = REGISTRY.edition("one-stop-officials@2018").vocabulary.records["dossiers"]
    _, sql, _ = statements("one-stop-officials@2018", dialect)[0]
    making = make(execute, sql)
    asked = {name for each in vocabulary.invariants for name in each.names}
    assert asked <= {*re.findall(r'["`]([a-z_]+)["`]', making["dossiers"])}
    none: dict[str, tuple[Any, Any]] = dict.fromkeys(asked, (F(0), None))
    one = none | {"bodies_on_time": (F(1), None)}
    cases = {"none": none, "one": one, "more": one | {"contacts_by_applicant": (F(1), None)}}
    insert(execute, making, "evidence", [Row(unit, {}) for unit in cases])
    insert(execute, making, "dossiers", [Row(unit, cells) for unit, cells in cases.items()])
    assert {row["unit"] for row in execute(sql) if row["decided"]} == {"one"}


def test_a_unit_in_two_groups_is_decided_in_neither(in_duckdb: Execute) -> None:
    """A unit that stands twice is not decided, whatever groups its rows say; one without a name is none."""
    (first, sql, _), (second, _, _) = statements("nam-dinh@2020", "duckdb")[:2]
    making = make(in_duckdb, sql)
    groups = (("twice", first), ("twice", second), ("once", first))
    insert(in_duckdb, making, "evidence", [Row(unit, {}, {"unit_group": f"'{of}'"}) for unit, of in groups])
    assert {row["unit"]: row["decided"] for row in in_duckdb(sql)} == {"twice": False, "once": True}
    with pytest.raises(duckdb.ConstraintException):
        in_duckdb("INSERT INTO evidence (unit) VALUES (NULL)")


def test_a_day_without_end_is_not_decided(in_duckdb: Execute) -> None:
    """A day that has no number leaves its row undecided, with no empty value inside."""
    program, room = lay_out({"x": Field("@day")}), ROOMS[0]
    given = given_of(program, REGISTRY.edition("example@2025").vocabulary, room)
    assert [each.type for each in given] == ["DATE"]
    in_duckdb('CREATE OR REPLACE TABLE evidence (unit TEXT, day DATE, "day:state" TEXT)')
    in_duckdb("INSERT INTO evidence (unit, day) VALUES ('sound', '2024-02-29'), ('without end', 'infinity')")
    tables = ", ".join(f'"{name}" AS ({text})' for name, text in layers(given, "", "INT128"))
    found = in_duckdb(f'WITH {tables} SELECT * FROM "{WHOLE}" ORDER BY unit')
    in_duckdb("DROP TABLE evidence")
    assert [each["decided"] for each in found] == [True, False]
    assert not any(value is None for row in found for value in row.values())


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_text_gets_out_of_its_comment(lang: str) -> None:
    """Whatever lines, quotes or dashes stand in titles and clauses, every one of them stays a comment."""
    edition = REGISTRY.edition("example@2025")
    bad = "x\n; DROP TABLE evidence; --\r\u2028\x85 '\" */"
    text = Text("  " + bad, "  " + bad)
    fields = {
        name: evolve(each, title=text, unit=each.unit and f"  {bad}")
        for name, each in edition.vocabulary.fields.items()
    }
    source = evolve(edition.source, title="  " + bad, quote=text)
    children = tuple(evolve(each, title=text) for each in edition.components)
    nasty = evolve(
        edition,
        title=text,
        source=source,
        components=children,
        vocabulary=evolve(edition.vocabulary, fields=fields),
    )
    for line in readable(nasty, "duckdb", lang).splitlines():
        assert "DROP TABLE" not in line or line.lstrip().startswith("--")


LEAF = """
      - id: c{at}
        code: "1.{at}"
        title: {{vi: Tỷ lệ {at}, en: Share {at}}}
        max: 2
        measure: {{ratio: [a{at}, b{at}]}}
        scale: proportional
        when: {{missing: zero, unverified: zero, rejected: zero, nothing_arose: zero}}
        source: {{clause: "1.{at}", basis: illustrative}}"""
EDITION = """
methodology: ratios
edition: "2025"
title: {vi: Tỷ lệ, en: Ratios}
applies: {from: 2025}
units: {kinds: [example-department]}
vocabulary: ratios
total: 16
rounding: {index: 2}
source: {title: a test, basis: illustrative}
components:
  - id: whole
    code: "1"
    title: {vi: Tất cả, en: All}
    max: 16
    criteria:"""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_has_no_room_is_named_and_the_rest_is_exact(
    dialect: str, execute: Execute, tmp_path: Path
) -> None:
    """A sum of eight ratios, nowhere rounded, has room in PostgreSQL alone; elsewhere it is named."""
    leaves = "".join(LEAF.format(at=at) for at in range(8))
    fields = "".join(
        f"\n  - {{id: {name}{at}, kind: count, title: {{vi: x, en: x}}}}" for name in "ab" for at in range(8)
    )
    held = ", ".join(f"a{at} <= b{at}" for at in range(8))
    (tmp_path / "edition.yaml").write_text(EDITION.lstrip() + leaves, "utf-8")
    vocabulary = f"vocabulary: ratios\ntitle: {{vi: x, en: x}}\nfields:{fields}\ninvariants: [{held}]\n"
    (tmp_path / "vocabulary.yaml").write_text(vocabulary, "utf-8")
    edition = Registry((tmp_path,)).edition("ratios")
    sql, program = readable(unbound(edition), dialect), compile_edition(edition, "").program
    within, random = bounds(sql), Random(8)
    assert within["a0"] == (F(0), F(10**18), 0)
    scopes: dict[str, Scope] = {f"u{at}": drawn(program, within, random) for at in range(UNITS)}
    fill(execute, sql, program, scopes, "")
    rows = {row["unit"]: row for row in execute(sql)}
    shown = {root for root in program.roots if f"{root}:state" in rows["u0"]}
    summed = {"points:whole", *(root for root in program.roots if root.startswith("index:"))}
    summed.discard("index:attainable")
    assert {f"points:c{at}" for at in range(8)} <= shown
    assert (summed & shown, "`index:rate:rounded`" in sql) == (
        (summed, False) if dialect == "postgres" else (set(), True)
    )
    for unit, scope in scopes.items():
        trace = evaluate(program, scope)
        assert rows[unit]["decided"]
        assert {root: value_of(rows[unit], root) for root in shown} == {root: trace[root] for root in shown}


@pytest.mark.parametrize("dialect", BOTH)
def test_fields_whose_long_names_begin_alike_are_columns_of_their_own(
    dialect: str, execute: Execute, tmp_path: Path
) -> None:
    """A part and its whole of forty bytes in common are not read as one figure, which would be 100 %."""
    long = "dossiers_of_land_registration_and_of_house_ownership_settled_"
    leaf = LEAF.format(at=0).replace("[a0, b0]", f"[{long}on_time, {long}in_all]")
    (tmp_path / "edition.yaml").write_text(EDITION.lstrip().replace("16", "2") + leaf, "utf-8")
    fields = "".join(
        f"\n  - {{id: {long}{end}, kind: count, title: {{vi: x, en: x}}}}" for end in ("on_time", "in_all")
    )
    held = f"\ninvariants: [{long}on_time <= {long}in_all]\n"
    vocabulary = f"vocabulary: ratios\ntitle: {{vi: x, en: x}}\nfields:{fields}{held}"
    (tmp_path / "vocabulary.yaml").write_text(vocabulary, "utf-8")
    sql = readable(Registry((tmp_path,)).edition("ratios"), dialect)
    columns = dict(re.findall(rf'^--   "([^"]+)" .*\(`{long}(\w+)`\)', sql, re.MULTILINE))
    assert sorted(columns.values()) == ["in_all", "on_time"]
    make(execute, sql)
    names = ", ".join(f'"{each}"' for each in columns)
    values = ", ".join("3" if of == "on_time" else "4" for of in columns.values())
    execute(f"INSERT INTO evidence (unit, {names}) VALUES ('u', {values})")
    (row,) = execute(sql)
    assert (row["decided"], value_of(row, "points:c0").known) == (True, F(3, 2))


@pytest.mark.parametrize("dialect", BOTH)
def test_a_long_criterion_has_a_value_and_a_state_that_are_told_apart(
    dialect: str, execute: Execute, tmp_path: Path
) -> None:
    """Names are cut to what databases keep before what a column holds is said, not after."""
    long = "registration-of-land-and-houses-settled-on-time-"
    named = enumerate(("in-wards", "in-communes"))
    leaves = [LEAF.format(at=at).replace(f"id: c{at}", f"id: {long}{end}") for at, end in named]
    (tmp_path / "edition.yaml").write_text(EDITION.lstrip().replace("16", "4") + "".join(leaves), "utf-8")
    names = ("a0", "b0", "a1", "b1")
    fields = "".join(f"\n  - {{id: {name}, kind: count, title: {{vi: x, en: x}}}}" for name in names)
    held = "\ninvariants: [a0 <= b0, a1 <= b1]\n"
    vocabulary = f"vocabulary: ratios\ntitle: {{vi: x, en: x}}\nfields:{fields}{held}"
    (tmp_path / "vocabulary.yaml").write_text(vocabulary, "utf-8")
    sql = readable(Registry((tmp_path,)).edition("ratios"), dialect)
    make(execute, sql)
    execute("INSERT INTO evidence (unit, a0, b0, a1, b1) VALUES ('u', 3, 4, 3, 4)")
    (row,) = execute(sql)
    told = {name: value for name, value in row.items() if name.startswith("points:registration")}
    ends = [name.rpartition(":")[2] for name in told if name.endswith((":exact", ":state"))]
    assert sorted(ends) == ["exact", "exact", "state", "state"]
    for name in told.keys() - {each for each in told if each.endswith((":exact", ":state"))}:
        assert (F(told[name]), told[f"{name}:exact"], told[f"{name}:state"]) == (F(3, 2), "6/4", "ok")


def test_an_edition_over_peers_is_not_printed() -> None:
    """A statistic over other units is in no table of one unit's evidence, and that is said."""
    with pytest.raises(Undecided, match="peers"):
        without_cases(lay_out({"x": Over(Aggregate.MEAN, Peers(), Field("a"))}))


def test_a_printed_statement_says_the_clause_beside_each_criterion() -> None:
    """Code, title, maximum, rule and the words of the decision stand before a criterion's first layer."""
    ((_, sql, _),) = statements("example@2025", "postgres")
    for said in (
        "  -- 2.1 Dossiers settled on time (at most 5 points)\n",
        "from 85 % to under 100 %: rate × 5; under 85 %: 0”.\n",
        '"on-time … paper-free: step 1" AS MATERIALIZED (\n',
    ):
        assert said in sql
    # Each column beneath the title of its own criterion, up to that of the next.
    for code, id_ in (("2.1", "on-time"), ("2.2", "online"), ("2.3", "paper-free")):
        for part in re.findall(rf"^  -- {code} .*\n((?:(?!  --|FROM).*\n|  --   .*\n)*)", sql, re.MULTILINE):
            named = re.findall(
                r'(?:AS )?"(?:\w+:)*([\w-]+)(?:: part \d+|:state|:n|:d)",?$', part, re.MULTILINE
            )
            assert set(named) == {id_}, part
    assert "NULL" not in sql.partition("evidence: whole")[2].partition("-- The result")[0]
    assert "-- 2.1 Tỷ lệ hồ sơ giải quyết đúng hạn" in readable(
        REGISTRY.edition("example@2025"), "duckdb", "vi"
    )


def test_the_heading_names_what_the_vocabulary_derives_from_cases() -> None:
    """An auditor reads which columns have to be worked out before, and on what the rules rest."""
    edition = REGISTRY.edition("one-stop@2018")
    heading = " ".join(readable(edition, "duckdb", "vi").partition("\nWITH")[0].split("\n-- "))
    derived = {name for name, spec in edition.vocabulary.fields.items() if spec.derive is not None}
    told = set(re.findall(r"`(\w+)`", heading.partition("đã tính của ")[2].partition(". ")[0]))
    assert told
    assert told <= derived
    assert {name for name in derived if f'"{name}"' in heading} == told
    assert "[chính thức] " in heading


@pytest.mark.parametrize("dialect", BOTH)
def test_the_page_shows_what_a_statement_gives(dialect: str, execute: Execute) -> None:
    """The table that docs/sql.md makes is the one described, and what the page shows comes of it."""
    page = (ROOT / "docs/sql.md").read_text("utf-8")
    (making,) = re.findall(r"^```sql\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    ((_, sql, _),) = statements("example@2025", dialect)
    execute("DROP TABLE IF EXISTS evidence")
    for each in making.split(";"):
        if each.strip():
            execute(each)
    described = re.findall(r'"(.+?)" (\w+)', made(sql)["evidence"])
    assert re.findall(r'"(.+?)" (\w+)', making.partition(";")[0]) == described
    rows = {row["unit"]: row for row in execute(sql)}
    header, *shown = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith(("| unit |", *(f"| {unit} |" for unit in rows)))
    ]
    assert len(shown) == len(rows) == 3
    for cells in shown:
        row = rows[cells[0]]
        said = ["" if row[name] is None else str(row[name]) for name in header]
        assert [each.lower() if each in ("True", "False") else each for each in said] == cells


def test_statements_of_no_dialect_are_refused() -> None:
    """No statement is printed for a database in which none has been run."""
    with pytest.raises(ValueError, match="no dialect 'oracle'"):
        readable(REGISTRY.edition("example@2025"), "oracle")


@pytest.mark.xdist_group("spark")
def test_columns_of_other_types_are_not_rounded_in_spark(spark: SparkSession) -> None:
    """Spark compares decimals of two types rounded: a number that does not fit is still not decided."""
    _, sql, _ = statements("sipas@2023", "spark")[0]
    making = made(sql)["evidence"]
    ((name, (_, high, decimals)),) = bounds(sql).items()
    assert f"DECIMAL(38, {decimals})" in making
    tried: dict[str, dict[str, bool]] = {
        "DOUBLE": {"0.1": True, "85.25": True, f"0.{'0' * decimals}5": False, "1e300": False},
        "DECIMAL(38, 0)": {"1": True, f"{high}": True, f"{high + 1}": False, "9" * 38: False},
        f"DECIMAL(38, {decimals + 3})": {"0.1": True, f"0.{'0' * decimals}001": False, "1.5": True},
    }
    for kind, numbers in tried.items():
        spark.sql("DROP TABLE IF EXISTS evidence")
        spark.sql(making.replace(f"DECIMAL(38, {decimals})", kind))
        rows = ", ".join(f"('{number}', CAST('{number}' AS {kind}))" for number in numbers)
        spark.sql(f"INSERT INTO evidence (unit, `{name}`) VALUES {rows}")
        assert {row["unit"]: row["decided"] for row in spark.sql(sql).collect()} == numbers, kind
