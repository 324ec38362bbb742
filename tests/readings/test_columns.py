"""Columns by certified floats, in chunks, equal the exact reading; what floats leave open is counted."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.numbers import Rounding
from parcore.readings.chunks import BlockReading, WideValues, read_block
from parcore.readings.exact import Scope, evaluate
from parcore.readings.pair import guard
from parcore.readings.pair.block import block_of
from parcore.readings.pair.near import Nears
from parcore.rules.graph import Agg, Aggregate, Cmp, Const, Div, Field, Mul, Node, Pick, Piece, Piecewise, Round
from parcore.rules.program import Program, lay_out
from parcore.values import State
from tests.readings.agreement import RECORDS, hard_facts, known, program_of, scopes_of
from tests.readings.test_pair import HARD_CASES
from tests.results.editions import Given, editions, evidence, populations
from tests.strategies import facts_from, graphs

F = Fraction
FIELDS = [Field(name) for name in "abcdefgh"]
PLACED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def unlike(found: BlockReading, program: Program, scopes: list[Scope]) -> list[tuple[str, int, object, object]]:
    """Each cell in which a reading is not the exact one; numbers known nearly lie where it is said."""
    wrong: list[tuple[str, int, object, object]] = []
    for at, scope in enumerate(scopes):
        trace = evaluate(program, scope)
        for root, values in found.values.items():
            if values[at] != trace[root]:
                wrong.append((root, at, values[at], trace[root]))
            if isinstance(values, WideValues) and trace[root].state is State.OK:
                distance = abs(F(float(values.near[at])) - trace[root].number)
                if distance > F(values.error):
                    wrong.append((root, at, distance, values.error))
    return wrong


@PLACED
@given(graphs(mixed=True, domains=RECORDS), st.integers(0, 2**32), st.sampled_from((0, 15, 2**10)))
def test_floats_with_proofs_change_nothing(roots: dict[str, Node], seed: int, narrow: int) -> None:
    """Where integers count as wide from a few bits on, floats decide nearly everything, and rightly."""
    program, random = lay_out(roots), Random(seed)
    scopes: list[Scope] = [facts_from(random) for _ in range(random.choice((1, 2, 3, 30)))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "NARROW", narrow)
        found = read_block(program, block_of(program, scopes), chunk=random.choice((1, 7, 100)))
        assert not unlike(found, program, scopes)


@PLACED
@given(graphs(depth=0), st.integers(0, 2**32), st.sampled_from((0, 15, 2**10, 2**63 - 1)))
def test_floats_with_proofs_are_right_on_hard_numbers(roots: dict[str, Node], seed: int, narrow: int) -> None:
    """Amounts beyond 64 bits, ties and their nearest neighbours are left open or answered rightly."""
    program, random = lay_out(roots), Random(seed)
    scopes: list[Scope] = [hard_facts(random) for _ in range(random.choice((1, 2, 3, 30)))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "NARROW", narrow)
        found = read_block(program, block_of(program, scopes), chunk=random.choice((1, 7, 100)))
        assert not unlike(found, program, scopes)


@PLACED
@given(editions(), populations(), st.sampled_from((0, 15, 2**10)))
def test_floats_with_proofs_score_editions_exactly(
    edition: Edition, by_unit: dict[str, dict[str, Given]], narrow: int
) -> None:
    """Every root of a drawn edition has the exact value for every unit."""
    program, scopes = program_of(edition), list[Scope](scopes_of(evidence(by_unit)))
    if not scopes:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "NARROW", narrow)
        assert not unlike(read_block(program, block_of(program, scopes), chunk=2), program, scopes)


@pytest.mark.parametrize("name", HARD_CASES)
@pytest.mark.parametrize("narrow", [0, 63])
def test_hard_cases_are_exact_by_floats(name: str, narrow: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zero denominators, signs, ties and means come out right where floats are asked first."""
    nodes, scopes = HARD_CASES[name]
    program = lay_out({str(at): node for at, node in enumerate(nodes)})
    monkeypatch.setattr(guard, "NARROW", narrow)
    assert not unlike(read_block(program, block_of(program, scopes)), program, scopes)
