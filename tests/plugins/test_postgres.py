"""Programs in PostgreSQL: the same states and exact numbers as the exact reading, in every root and row."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from parcore.bulk.named import engine_of
from parcore.cli import COULD_NOT
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.sections import Defaults
from parcore.readings.exact import Scope
from parcore.readings.pair.block import block_of
from parcore.readings.pair.reading import Reading, read
from parcore.registry import Registry
from parcore.results.scoring import score
from parcore.rules.graph import Agg, Aggregate, Cmp, Const, Div, Field, Mul, Node, Round
from parcore.rules.program import Program, lay_out
from parcore_sql import parts, sql_of
from parcore_sql.postgres import connected, score_block
from tests.cli.test_engines import asked, say, written
from tests.plugins import postgres as own_server
from tests.plugins.test_sql import Truncating
from tests.readings.agreement import RECORDS, hard_facts, known, program_of, scopes_of, unlike
from tests.readings.test_pair import AT_THE_EDGE, HARD_CASES, SIZES
from tests.results.editions import Given, editions, evidence, populations
from tests.results.test_bulk import final_of
from tests.results.wide import check_same, scored_by, wide_of
from tests.strategies import facts_from, graphs

F = Fraction
A, B = Field("a"), Field("b")
REGISTRY = Registry()
KEYS = ("ca-mau-2013@2013", "example@2024", "par-index-province@2020", "tay-ninh-2023@2023")
"""Editions with evidence that wide tables hold; that every one is exact in statements, others see to."""
HUNDREDS = settings(max_examples=max(settings().max_examples // 25, 8))
"""A statement in a server takes longer than one in a process: hundreds where others are thousands."""


def scored(program: Program, scopes: Sequence[Scope], connection: Connection[Any]) -> Reading:
    """What PostgreSQL gives."""
    return read(program, scopes, partial(score_block, connection=connection))


@HUNDREDS
@given(graphs(mixed=True, domains=RECORDS), st.integers(0, 2**32))
def test_postgres_gives_what_the_exact_reading_gives(
    postgres: Connection[Any], roots: dict[str, Node], seed: int
) -> None:
    """On any graph every root has the exact state and number in every scope, and no row is redone."""
    program, random = lay_out(roots), Random(seed)
    scopes = [facts_from(random) for _ in range(random.choice(SIZES))]
    reading = scored(program, scopes, postgres)
    assert reading.redone == 0, reading.why
    assert not unlike(reading, program, scopes)


@HUNDREDS
@given(graphs(depth=0), st.integers(0, 2**32))
def test_postgres_is_exact_on_hard_numbers(
    postgres: Connection[Any], roots: dict[str, Node], seed: int
) -> None:
    """Amounts beyond 64 bits, ties and their nearest neighbours change nothing."""
    program, random = lay_out(roots), Random(seed)
    scopes = [hard_facts(random) for _ in range(random.choice(SIZES))]
    reading = scored(program, scopes, postgres)
    assert reading.redone == 0, reading.why
    assert not unlike(reading, program, scopes)


@HUNDREDS
@given(editions(), populations())
def test_postgres_scores_editions_exactly(
    postgres: Connection[Any], edition: Edition, by_unit: Mapping[str, Mapping[str, Given]]
) -> None:
    """Every root of an edition, the index among them, has the exact value for every unit."""
    program, scopes = program_of(edition), scopes_of(evidence(by_unit))
    reading = scored(program, scopes, postgres)
    assert reading.redone == 0, reading.why
    assert not unlike(reading, program, scopes)


@pytest.mark.parametrize("name", HARD_CASES)
def test_postgres_is_exact_in_hard_cases(name: str, postgres: Connection[Any]) -> None:
    """The cases that integers get wrong most easily are right, root by root and row by row."""
    nodes, scopes = HARD_CASES[name]
    for node in nodes:
        program = lay_out({"x": node})
        reading = scored(program, scopes, postgres)
        assert reading.redone == 0, reading.why
        assert not unlike(reading, program, scopes)


@pytest.mark.parametrize(("node", "scopes", "wide"), AT_THE_EDGE)
def test_a_statement_is_numeric_exactly_where_64_bits_end(
    node: Node, scopes: list[Any], wide: bool, postgres: Connection[Any]
) -> None:
    """A result of 2**63 - 1 stays a BIGINT, one of 2**63 is NUMERIC, and both are exact."""
    program = lay_out({"x": node})
    assert ("DECIMAL" in sql_of(program, block_of(program, scopes).shapes, "postgres")) is wide
    assert not unlike(scored(program, scopes, postgres), program, scopes)


def test_a_sum_of_many_ratios_is_exact(postgres: Connection[Any]) -> None:
    """Forty ratios of amounts near 10**18 add up, over a denominator of 2 400 bits, and are rounded."""
    parts = [Div(Field(f"a{at}"), Field(f"b{at}")) for at in range(40)]
    total = Agg(Aggregate.SUM, tuple(parts))
    program = lay_out({"sum": total, "rounded": Round(total, 2), "less": Cmp("<", total, Const(F(40)))})
    random = Random(7)
    scopes = [
        known(**{f"{name}{at}": 10**18 - random.randrange(10**6) for name in "ab" for at in range(40)})
        for _ in range(5)
    ]
    reading = scored(program, scopes, postgres)
    assert reading.redone == 0, reading.why
    assert not unlike(reading, program, scopes)


def test_numbers_beyond_4000_digits_are_read_exactly_instead(postgres: Connection[Any]) -> None:
    """The last number with room is scored in the database; the next is refused, and every row redone."""
    program = lay_out({"x": Agg(Aggregate.SUM, (A, B)), "y": Agg(Aggregate.SUM, (A, A))})
    for more, left in ((0, 0), (1, 1)):
        scopes = [known(a=10**3999, b=10**4000 - 10**3999 + more), known(a=1, b=0)]
        reading = scored(program, scopes, postgres)
        assert reading.left == left, reading.why
        assert not unlike(reading, program, scopes)


def test_a_statement_that_cuts_off_is_found(
    postgres: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the floor is not made by hand a negative number, narrow or wide, differs from the exact one."""
    for large in (1, 10**30):
        program, scopes = (
            lay_out({"x": Round(Mul(A, Const(F(1))), 0)}),
            [known(a=F(-76 * large, 10)), known(a=F(1, 10))],
        )
        assert not unlike(scored(program, scopes, postgres), program, scopes)
        with monkeypatch.context() as patch:
            patch.setattr(parts, "Terms", Truncating)
            assert unlike(scored(program, scopes, postgres), program, scopes)


@pytest.mark.parametrize("key", KEYS)
def test_the_engine_scores_shipped_editions_as_exactly(key: str, postgres_server: str) -> None:
    """An edition over the evidence held for it, made wide: cell for cell, and nothing is left undecided."""
    edition, engine = REGISTRY.edition(key), engine_of("postgres", {"dsn": postgres_server})
    held = final_of(REGISTRY.evidence(edition.methodology, edition.vocabulary, (), Defaults()), edition)
    periods = [each for each in held.periods() if edition.in_force(each) and held.units(each)]
    for period in periods:
        found = scored_by(engine, edition, [wide_of(held, typed=True)], REGISTRY.units, period)
        check_same(found, score(edition, held, REGISTRY.units, period))
        assert not any(each.code == "engine-undecided" for each in found.held.notes)
    assert periods


def test_the_engine_closes_what_it_opens(
    tmp_path: Path, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the command line the server says what the exact reading says, and no connection is left open."""
    opened: list[Connection[Any]] = []
    connect = psycopg.connect

    def remember(*args: Any, **more: Any) -> Connection[Any]:
        opened.append(connect(*args, **more))
        return opened[-1]

    monkeypatch.setattr(psycopg, "connect", remember)
    folder = written(tmp_path)
    by_server = asked(
        folder, "--engine-option", f"dsn={postgres_server}", "--format", "csv", engine="postgres"
    )
    found, exact = say(*by_server), say(*asked(folder, "--format", "csv", engine="exact"))
    assert (found.status, found.out) == (exact.status, exact.out)
    assert len(opened) > 1
    assert all(each.closed for each in opened)


def test_the_engine_knows_one_option(tmp_path: Path) -> None:
    """Anything but `dsn` ends with status 2, before a server is asked."""
    said = say(*asked(written(tmp_path), "--engine-option", "host=nowhere", engine="postgres"))
    assert said.status == COULD_NOT
    assert "host" in said.err
    assert "dsn" in said.err
    assert "[engine-option]" in said.err


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    """Where no server listens the command ends with status 2, the server's words and the option to check."""
    said = say(*asked(written(tmp_path), "--engine-option", f"dsn=host={tmp_path}", engine="postgres"))
    assert said.status == COULD_NOT
    assert "no server answers the engine `postgres`" in said.err
    assert f"{tmp_path}/.s.PGSQL" in said.err
    assert "--engine-option dsn=" in said.err
    assert "[engine-server]" in said.err


def test_a_server_that_goes_away_is_told(postgres_server: str) -> None:
    """What breaks between two statements is told as the server's, not raised as the driver's."""
    with pytest.raises(ParcoreError, match="terminat") as caught, connected(postgres_server) as connection:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert [each.code for each in caught.value.diagnostics] == ["engine-server"]


def test_without_a_driver_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where psycopg is not installed the mend names the distribution with it."""
    monkeypatch.delitem(sys.modules, "parcore_sql.postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ParcoreError, match=re.escape("pip install 'parcore-sql[postgres]'")) as caught:
        engine_of("postgres")
    assert [each.code for each in caught.value.diagnostics] == ["bulk-needs"]


@pytest.mark.parametrize(("ci", "end"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_server_fails_in_ci_and_skips_elsewhere(
    ci: str, end: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that is tried against PostgreSQL is green in CI without having run."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(own_server, "PROGRAMS", tmp_path)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(end, match="no PostgreSQL is installed"):
        own_server.programs_or_stop()
