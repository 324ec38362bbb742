"""Statements over blocks: every shipped edition with its evidence; statements cut into parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any, TypeAlias

import duckdb
import pytest
from attrs import evolve

from parcore.cli.page import results
from parcore.editions.compile import compile_edition
from parcore.evidence.units import Unit
from parcore.i18n import Text
from parcore.readings.exact import Scope, evaluate
from parcore.readings.pair.backend import Undecided
from parcore.readings.pair.block import Block, block_of
from parcore.readings.pair.reading import Values, read
from parcore.registry import Registry
from parcore.results.population import Population, freeze, frozen_scopes
from parcore.results.scope import UnitScope
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Const,
    Div,
    Field,
    Mul,
    Node,
    Over,
    Peers,
    Round,
    Within,
    total,
)  # fmt: skip
from parcore.rules.peers import EMPTY
from parcore.rules.program import Program, lay_out
from parcore.values import State, Value
from parcore_sql import embedded
from parcore_sql import postgres as in_postgres
from parcore_sql.dialects import DUCKDB, POSTGRES, Dialect
from parcore_sql.parts import parts_of
from tests.readings.agreement import known, unlike
from tests.results.test_population import Held

F = Fraction
REGISTRY = Registry()
KEYS = [each.key for each in REGISTRY.edition_documents()]
Score: TypeAlias = Callable[[Program, Block], Mapping[str, Values | Undecided]]


@pytest.fixture(params=["duckdb", "postgres"])
def score(request: pytest.FixtureRequest) -> Iterator[Score]:
    """A database that scores blocks."""
    if request.param == "duckdb":
        with duckdb.connect() as own:
            yield partial(embedded.score_block, connection=own)
    else:
        yield partial(in_postgres.score_block, connection=request.getfixturevalue("postgres"))


@pytest.mark.parametrize("key", KEYS)
def test_every_shipped_edition_is_scored_in_a_database(key: str, score: Score) -> None:
    """Of the shipped evidence every root of every unit is the exact one, what is over cases made before."""
    edition = REGISTRY.edition(key)
    for result in results(REGISTRY, edition):
        scopes: dict[str, Scope] = {
            card.unit.id: UnitScope(
                card.unit.id, result.period, result.evidence, result.stage, result.population
            )
            for card in result.scorecards
        }
        for group in {card.group for card in result.scorecards}:
            mates = [card.unit.id for card in result.scorecards if card.group == group]
            frozen = freeze(compile_edition(edition, group).program)
            within = frozen_scopes(frozen, result.population, scopes, mates)
            own = [within[unit] for unit in mates]
            reading = read(frozen.program, own, score)
            assert reading.redone == 0, reading.why
            assert not unlike(reading, frozen.program, own)


ROOTS: dict[str, Node] = {
    f"points:{at}": Round(Mul(Div(Field(f"a{at}"), Field(f"b{at}")), Const(F(10))), 2) for at in range(30)
}


def facts(random: Random) -> Scope:
    """Evidence of sixty fields."""
    return known(**{f"{name}{at}": random.choice((0, 1, 7, 10**18, -3)) for name in "ab" for at in range(30)})


@pytest.mark.parametrize(("narrower", "least"), [({"columns": 40}, 3), ({"text": 6_000}, 3), ({}, 1)])
def test_a_program_too_large_for_a_statement_is_cut_into_several(
    narrower: dict[str, Any], least: int, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where columns or text run out each statement gives a part of the roots, and reads its own columns."""
    for module, name in ((embedded, "DUCKDB"), (in_postgres, "POSTGRES")):
        monkeypatch.setattr(module, name, evolve(getattr(module, name), **narrower))
    program, random = lay_out(ROOTS), Random(1)
    scopes = [facts(random) for _ in range(5)]
    parts = parts_of(program, block_of(program, scopes).shapes, evolve(POSTGRES, **narrower))
    assert len(parts.statements) >= least
    assert [root for each in parts.statements for root in each.roots] == list(ROOTS)
    reading = read(program, scopes, score)
    assert reading.redone == 0, reading.why
    assert not unlike(reading, program, scopes)


def test_only_a_root_that_fits_in_no_statement_is_read_exactly(
    score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sum over all columns does not fit; what stands on few of them is scored in the database."""
    for module, name in ((embedded, "DUCKDB"), (in_postgres, "POSTGRES")):
        monkeypatch.setattr(module, name, evolve(getattr(module, name), columns=40))
    program, random = lay_out(ROOTS | {"sum": total(*ROOTS.values())}), Random(2)
    scopes = [facts(random) for _ in range(3)]
    reading = read(program, scopes, score)
    assert (reading.left, reading.redone) == (1, 3)
    assert "columns" in reading.why
    assert not unlike(reading, program, scopes)


def test_only_roots_without_room_are_read_exactly() -> None:
    """A number beyond 127 bits leaves its own root to the exact reading, and those that stand on it."""
    a, b = Field("a"), Field("b")
    wide = Agg(Aggregate.SUM, (Mul(a, a), b))
    program = lay_out({"fits": Div(a, b), "wide": wide, "over": Round(Div(wide, b), 2), "too": Round(a, 1)})
    scopes = [known(a=10**30, b=7), known(a=-(10**30), b=3)]
    reading = read(program, scopes, embedded.score_block)
    assert (reading.left, reading.redone) == (2, 2)
    assert "here of 127 at most" in reading.why
    assert not unlike(reading, program, scopes)


@pytest.mark.parametrize("dialect", [DUCKDB, POSTGRES])
def test_a_row_of_many_wide_columns_is_cut_for_a_page(dialect: Dialect) -> None:
    """A table whose rows would not fit a page of PostgreSQL's is never asked for."""
    fields = [Field(f"f{at}") for at in range(700)]
    program = lay_out({f"points:{at}": Mul(each, Const(F(3))) for at, each in enumerate(fields)})
    scopes = [known(**{f"f{at}": 10**25 + sign for at in range(700)}) for sign in (0, 1)]
    parts = parts_of(program, block_of(program, scopes).shapes, dialect)
    assert not parts.refused
    assert len(parts.statements) == (1 if dialect.row is None else 4)


def test_statistics_over_peers_are_made_first_and_are_columns(score: Score) -> None:
    """A rate against the mean and the best of one's group is the definition's, for every unit."""
    random = Random(5)
    units = tuple(Unit(f"u{at}", "k", Text(f"u{at}"), group="ab"[at % 2], region="x") for at in range(9))
    numbers = [Value(State.OK, F(random.randrange(1, 9), 3)) for _ in units]
    values = {unit.id: number for unit, number in zip(units, numbers, strict=True)}
    values["u4"] = Value(State.NOTHING_AROSE)
    population = Population(units, frozenset({"u2"}))
    scopes: dict[str, Scope] = {unit.id: Held(unit.id, values, population) for unit in units}
    of_group, x = Peers(Within.GROUP, ranked_only=True), Field("x")
    program = lay_out({
        "share": Round(Div(x, Over(Aggregate.MEAN, of_group, x, EMPTY)), 2),
        "best": Div(x, Over(Aggregate.MAX, Peers(), x, EMPTY)),
        "rank": Over(Aggregate.RANK, Peers(), x, EMPTY),
    })  # fmt: skip
    frozen = freeze(program)
    within = frozen_scopes(frozen, population, scopes, list(scopes))
    reading = read(frozen.program, list(within.values()), score)
    assert reading.redone == 0, reading.why
    for at, unit in enumerate(within):
        trace = evaluate(program, scopes[unit])
        assert {root: reading[root][at] for root in program.roots} == {r: trace[r] for r in program.roots}


def test_a_block_of_no_units_has_no_values(score: Score) -> None:
    """Of no units every root has no values, and nothing goes wrong."""
    program = lay_out({"x": Div(Field("a"), Field("b")), "y": Const(F(2))})
    found = score(program, block_of(program, []))
    assert {root: len(each) for root, each in found.items() if isinstance(each, Sequence)} == {"x": 0, "y": 0}
