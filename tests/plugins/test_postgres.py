"""Programs in PostgreSQL: the same states and exact numbers as the exact reading, in every root and row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from parcore.editions.edition import Edition
from parcore.readings.exact import Scope
from parcore.readings.pair.block import block_of
from parcore.readings.pair.reading import Reading, read
from parcore.rules.graph import Agg, Aggregate, Cmp, Const, Div, Field, Mul, Node, Round
from parcore.rules.program import Program, lay_out
from parcore_sql import parts, sql_of
from parcore_sql.postgres import score_block
from tests.plugins import postgres as own_server
from tests.plugins.test_sql import Truncating
from tests.readings.agreement import RECORDS, hard_facts, known, program_of, scopes_of, unlike
from tests.readings.test_pair import AT_THE_EDGE, HARD_CASES, SIZES
from tests.results.editions import Given, editions, evidence, populations
from tests.strategies import facts_from, graphs

F = Fraction
A, B = Field("a"), Field("b")
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
