"""Programs in Spark's SQL: the same states and exact numbers as the exact reading, in every root and row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.readings.exact import Scope
from parcore.readings.pair.block import Block, block_of
from parcore.readings.pair.reading import Reading, read
from parcore.rules.graph import Agg, Aggregate, Const, Field, Mul, Node, Round
from parcore.rules.program import Program, lay_out
from parcore_sql import dialects, parts, sql_of
from parcore_sql.dialects import SPARK
from parcore_sql.table import score
from tests.plugins.spark import execute
from tests.plugins.test_sql import Truncating
from tests.readings.agreement import RECORDS, hard_facts, known, program_of, scopes_of, unlike
from tests.readings.test_pair import HARD_CASES, SIZES
from tests.results.editions import Given, editions, evidence, populations
from tests.strategies import facts_from, graphs

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from sqlglot import exp

pytestmark = pytest.mark.xdist_group("spark")  # one session, in one worker

F = Fraction
A, B = Field("a"), Field("b")
SOME = settings(max_examples=max(settings().max_examples // 20, 4))
"""A statement takes Spark a third of a second, however few its rows."""

Scored = Callable[[Program, Sequence[Scope]], Reading]


@pytest.fixture(scope="module")
def scored(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """What Spark gives."""
    run = partial(execute, spark, tmp_path_factory.mktemp("blocks"))

    def block(program: Program, held: Block) -> Mapping[str, Any]:
        return score(program, held, SPARK, run)

    return lambda program, scopes: read(program, scopes, block)


@SOME
@given(graphs(mixed=True, domains=RECORDS), st.integers(0, 2**32))
def test_spark_gives_what_the_exact_reading_gives(scored: Scored, roots: dict[str, Node], seed: int) -> None:
    """On any graph every root has the exact state and number in every scope."""
    program, random = lay_out(roots), Random(seed)
    scopes = [facts_from(random) for _ in range(random.choice(SIZES))]
    assert not unlike(scored(program, scopes), program, scopes)


@SOME
@given(graphs(depth=0), st.integers(0, 2**32))
def test_spark_is_exact_on_hard_numbers(scored: Scored, roots: dict[str, Node], seed: int) -> None:
    """Amounts beyond 64 bits, ties and their nearest neighbours change nothing."""
    program, random = lay_out(roots), Random(seed)
    scopes = [hard_facts(random) for _ in range(random.choice(SIZES))]
    assert not unlike(scored(program, scopes), program, scopes)


@SOME
@given(editions(), populations())
def test_spark_scores_editions_exactly(
    scored: Scored, edition: Edition, by_unit: Mapping[str, Mapping[str, Given]]
) -> None:
    """Every root of an edition, the index among them, has the exact value for every unit."""
    program, scopes = program_of(edition), scopes_of(evidence(by_unit))
    reading = scored(program, scopes)
    assert reading.left == 0, reading.why
    assert not unlike(reading, program, scopes)


@pytest.mark.parametrize("name", HARD_CASES)
def test_spark_is_exact_in_hard_cases(name: str, scored: Scored) -> None:
    """The cases that integers get wrong most easily are right, root by root and row by row."""
    nodes, scopes = HARD_CASES[name]
    program = lay_out({str(at): node for at, node in enumerate(nodes)})
    assert not unlike(scored(program, scopes), program, scopes)


@pytest.mark.parametrize(("more", "left"), [(0, 0), (1, 1)])
def test_a_decimal_is_whole_up_to_32_digits(more: int, left: int, scored: Scored) -> None:
    """Where 64 bits end decimals begin; the last number with room is Spark's, the next is read exactly."""
    program = lay_out({"sum": Agg(Aggregate.SUM, (A, B)), "a": A})
    scopes = [known(a=10**32 - 2, b=1 + more), known(a=1, b=0)]
    reading = scored(program, scopes)
    assert reading.left == left, reading.why
    assert ("107 at most" in reading.why) is bool(left)
    assert not unlike(reading, program, scopes)
    assert "DECIMAL" in sql_of(lay_out({"a": Mul(A, A)}), block_of(program, [known(a=2**32)]).shapes, "spark")


WIDE = [known(a=F(sign * (10**31 + at), 10)) for sign in (1, -1) for at in (0, 4, 5, 6, 9)]
"""Numbers of 31 digits, beside the ties of their rounding."""


def test_a_quotient_that_is_cut_off_is_found(scored: Scored, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the floor is not made by hand a negative number, narrow or wide, differs from the exact one."""
    program = lay_out({"x": Round(Mul(A, Const(F(1))), 0)})
    for scopes in ([known(a=-7), known(a=F(-76, 10))], WIDE):
        assert not unlike(scored(program, scopes), program, scopes)
        with monkeypatch.context() as patch:
            patch.setattr(parts, "Terms", Truncating)
            assert unlike(scored(program, scopes), program, scopes)


def _rounded(a: exp.Expr, b: exp.Expr, _: bool) -> exp.Expr:
    """A fault: `/` as Spark has it."""
    from sqlglot import exp as made

    return made.Cast(this=made.Div(this=a, expression=b, typed=True), to=SPARK.type_of(wide=True))


def _wrapping(a: exp.Expr, b: exp.Expr, _: bool) -> exp.Expr:
    """A fault: `div` as Spark has it, whose result is a BIGINT."""
    from sqlglot import exp as made

    return made.IntDiv(this=a, expression=b)


@pytest.mark.parametrize("division", [_rounded, _wrapping])
def test_spark_s_own_division_of_decimals_is_found(
    division: Any, scored: Scored, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quotients of decimals are made whole by hand because Spark's own are wrong, and that would be seen."""
    from attrs import evolve

    program = lay_out({"x": Round(A, 0)})
    assert not unlike(scored(program, WIDE), program, WIDE)
    monkeypatch.setitem(globals(), "SPARK", evolve(dialects.SPARK, divide=division))
    assert unlike(scored(program, WIDE), program, WIDE)


def test_spark_refuses_what_would_wrap_or_be_empty(spark: SparkSession) -> None:
    """The mode in which statements are run is the one in which no overflow is silent."""
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"
