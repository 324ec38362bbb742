"""Programs in DuckDB: the same states and exact numbers as the exact reading, in every root and row."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.readings.pair.backend import Source
from parcore.readings.pair.block import block_of
from parcore.readings.pair.fold import Shape
from parcore.readings.pair.reading import read
from parcore.registry import Registry
from parcore.rules.graph import Agg, Aggregate, Const, Div, Field, Mul, Node, Round, Symbol
from parcore.rules.program import lay_out
from parcore.values import EVIDENCE_STATES, State
from parcore_sql import parts, score_block, sql_of
from parcore_sql.terms import Term, Terms
from tests.readings.agreement import RECORDS, hard_facts, known, program_of, scopes_of, unlike
from tests.readings.test_pair import AT_THE_EDGE, HARD_CASES, SIZES
from tests.results.editions import Given, editions, evidence, populations
from tests.strategies import facts_from, graphs

F = Fraction
A, B = Field("a"), Field("b")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """One embedded database for all statements."""
    with duckdb.connect() as own:
        yield own


@given(graphs(mixed=True, domains=RECORDS), st.integers(0, 2**32))
def test_duckdb_gives_what_the_exact_reading_gives(
    connection: duckdb.DuckDBPyConnection, roots: dict[str, Node], seed: int
) -> None:
    """On any graph every root has the exact state and number in every scope."""
    program, random = lay_out(roots), Random(seed)
    scopes = [facts_from(random) for _ in range(random.choice(SIZES))]
    reading = read(program, scopes, partial(score_block, connection=connection))
    assert not unlike(reading, program, scopes)


def test_duckdb_decides_most_graphs_by_itself(connection: duckdb.DuckDBPyConnection) -> None:
    """The laws here are not vacuous: nine graphs in ten are scored in the database, not redone."""
    redone: list[bool] = []

    @given(graphs(mixed=True, domains=RECORDS), st.integers(0, 2**32))
    def gather(roots: dict[str, Node], seed: int) -> None:
        program, random = lay_out(roots), Random(seed)
        scopes = [facts_from(random) for _ in range(4)]
        redone.append(bool(read(program, scopes, partial(score_block, connection=connection)).redone))

    gather()
    assert sum(redone) * 10 < len(redone)


@given(graphs(depth=0), st.integers(0, 2**32))
def test_duckdb_is_exact_on_hard_numbers(
    connection: duckdb.DuckDBPyConnection, roots: dict[str, Node], seed: int
) -> None:
    """Amounts beyond 64 bits, ties and their nearest neighbours change nothing."""
    program, random = lay_out(roots), Random(seed)
    scopes = [hard_facts(random) for _ in range(random.choice(SIZES))]
    reading = read(program, scopes, partial(score_block, connection=connection))
    assert not unlike(reading, program, scopes)


@given(editions(), populations())
def test_duckdb_scores_editions_exactly(
    connection: duckdb.DuckDBPyConnection, edition: Edition, by_unit: dict[str, dict[str, Given]]
) -> None:
    """Every root of an edition, the index among them, has the exact value for every unit."""
    program, scopes = program_of(edition), scopes_of(evidence(by_unit))
    reading = read(program, scopes, partial(score_block, connection=connection))
    assert not unlike(reading, program, scopes)


@pytest.mark.parametrize("name", HARD_CASES)
def test_duckdb_is_exact_in_hard_cases(name: str, connection: duckdb.DuckDBPyConnection) -> None:
    """The cases that integers get wrong most easily are right, root by root and row by row."""
    nodes, scopes = HARD_CASES[name]
    for node in nodes:
        program = lay_out({"x": node})
        assert not unlike(read(program, scopes, partial(score_block, connection=connection)), program, scopes)


@pytest.mark.parametrize(("node", "scopes", "wide"), AT_THE_EDGE)
def test_a_statement_has_128_bits_exactly_where_64_end(
    node: Node, scopes: list[Any], wide: bool, connection: duckdb.DuckDBPyConnection
) -> None:
    """A result of 2**63 - 1 stays a BIGINT, one of 2**63 is an INT128, and both are exact."""
    program = lay_out({"x": node})
    assert ("INT128" in sql_of(program, block_of(program, scopes).shapes)) is wide
    reading = read(program, scopes, partial(score_block, connection=connection))
    assert reading.redone == 0
    assert not unlike(reading, program, scopes)


@pytest.mark.parametrize(("a", "b", "redone"), [(2**127 - 2, 1, 0), (2**127 - 1, 1, 2), (-(2**127), 0, 2)])
def test_numbers_beyond_127_bits_are_read_exactly_instead(
    a: int, b: int, redone: int, connection: duckdb.DuckDBPyConnection
) -> None:
    """The last number with room is scored in the database; the next is refused, and every row redone."""
    program = lay_out({"x": Agg(Aggregate.SUM, (A, B))})
    scopes = [known(a=a, b=b), known(a=1, b=0)]
    reading = read(program, scopes, partial(score_block, connection=connection))
    assert reading.redone == redone
    assert ("128 bits" in reading.why) is bool(redone)
    assert not unlike(reading, program, scopes)


class Truncating(Terms):
    """A fault: division as SQL has it, towards zero."""

    def floor_divide(self, a: Term, b: Term, *, signed: bool) -> Term:
        return super().floor_divide(a, b, signed=False)


def test_a_statement_that_cuts_off_is_found(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the floor is not made by hand, a negative number differs from the exact reading."""
    program, scopes = lay_out({"x": Round(Mul(A, Const(F(1))), 0)}), [known(a=-7), known(a=F(-76, 10))]
    assert not unlike(read(program, scopes, partial(score_block, connection=connection)), program, scopes)
    monkeypatch.setattr(parts, "Terms", Truncating)
    assert unlike(read(program, scopes, partial(score_block, connection=connection)), program, scopes)


def test_a_statement_of_a_real_edition_stays_small() -> None:
    """PAR INDEX is one statement without an empty value, no layer of it wider than PostgreSQL allows."""
    edition = Registry().edition("par-index-province@2022")
    program = compile_edition(edition, edition.groups[0]).program
    columns: dict[Source, Shape] = {
        node: Shape(frozenset({State.OK, *EVIDENCE_STATES}), 0, 10**6, 100)
        for node in program.nodes
        if isinstance(node, Field | Symbol)
    }
    sql = sql_of(program, columns)
    assert sql == sql_of(program, columns)
    tree = parse_one(sql, dialect="duckdb")
    assert not list(tree.find_all(exp.Null))
    widths = [len(each.expressions) for each in tree.find_all(exp.Select)]
    assert len(widths) > 1
    assert max(widths) < 1600


def test_a_dialect_that_was_not_tried_is_refused() -> None:
    """No statement is printed for a database in which none has been run."""
    with pytest.raises(ValueError, match="no dialect 'oracle'; there is duckdb, postgres"):
        sql_of(lay_out({"x": Const(F(1))}), {}, "oracle")


def test_a_statement_needs_no_connection_of_its_own() -> None:
    """Without a connection an embedded database is opened for the one statement."""
    program, scopes = lay_out({"x": Div(A, B), "y": Const(F(2))}), [known(a=1, b=3), known(a=1, b=0)]
    assert not unlike(read(program, scopes, score_block), program, scopes)
