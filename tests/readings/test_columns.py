"""Columns by certified floats, in chunks, equal the exact reading; what floats leave open is counted."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.intervals import parse_interval
from parcore.numbers import Rounding
from parcore.readings.columns.calls import OPERATIONS
from parcore.readings.columns.chunks import BlockReading, WideValues, plan_of, read_block
from parcore.readings.columns.reading import pair
from parcore.readings.exact import Scope, evaluate
from parcore.readings.pair import guard, near
from parcore.readings.pair.block import Block, block_of
from parcore.readings.pair.near import Nears
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Const,
    Div,
    Field,
    Mul,
    Node,
    Pick,
    Piece,
    Piecewise,
    Round,
)
from parcore.rules.program import Program, lay_out
from parcore.values import State
from tests.readings.agreement import RECORDS, hard_facts, known, program_of, scopes_of
from tests.readings.test_pair import HARD_CASES
from tests.results.editions import Given, editions, evidence, populations
from tests.strategies import Facts, facts_from, graphs

F = Fraction
FIELDS = [Field(name) for name in "abcdefgh"]
PLACED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

Cell: TypeAlias = tuple[str, int, object, object]


def unlike(found: BlockReading, program: Program, scopes: list[Scope]) -> list[Cell]:
    """Each cell in which a reading is not the exact one; numbers known nearly lie where it is said."""
    wrong: list[Cell] = []
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


TERMS: Node = Agg(Aggregate.SUM, tuple(Div(each, FIELDS[at - 1]) for at, each in enumerate(FIELDS)))
"""Eight ratios of eight numbers: eight denominators that meet nowhere."""


def facts(numbers: list[int]) -> Facts:
    """Evidence of eight numbers."""
    return known(**dict(zip("abcdefgh", numbers, strict=True)))


@pytest.mark.parametrize("mode", list(Rounding))
@pytest.mark.parametrize("digits", [-2, 0, 2])
def test_sums_near_an_edge_of_rounding_are_rounded_exactly(digits: int, mode: Rounding) -> None:
    """A sum of ratios on an edge, or 10^-18 beside it, is left open by the floats and rounded rightly."""
    third, sixth, rest = Div(FIELDS[0], FIELDS[1]), Div(FIELDS[2], FIELDS[3]), Div(FIELDS[4], FIELDS[5])
    more = Div(FIELDS[6], FIELDS[7])
    program = lay_out({"x": Round(Agg(Aggregate.SUM, (third, sixth, rest, more)), digits, mode)})
    edges = [F(n, 1000) for n in (0, 5, 10, 15, 500, 995, 1500, 5000)] + [F(n) for n in (50, 100, 150)]
    scopes: list[Scope] = [
        # 1/p - 1/p + edge + a neighbour: denominators that cancel only in the sum.
        known(a=sign, b=p, c=-sign, d=p, e=edge.numerator, f=edge.denominator, g=near, h=10**18)
        for p in (999_983, 10**15 + 37) for edge in edges for near in (-1, 0, 1) for sign in (1, -1)
    ]  # fmt: skip
    found = read_block(program, block_of(program, scopes), chunk=10)
    assert not unlike(found, program, scopes)
    assert found.undecided


@pytest.mark.parametrize("size", [10**9, 10**12, 10**17])
@pytest.mark.parametrize("op", ["<", "<=", "=", "!=", ">", ">="])
def test_sums_near_a_threshold_are_compared_exactly(op: str, size: int) -> None:
    """On a threshold and just beside it the comparison is the exact one; far from it floats decide."""
    program = lay_out({"x": Cmp(op, TERMS, Const(F(8)))})
    close = [facts([size + more, *[size] * 7]) for more in (0, 1)]
    far = [facts([*[size] * 7, size + size // part]) for part in (1, 2, 3, 4)]
    scopes: list[Scope] = [*close, *far]
    found = read_block(program, block_of(program, scopes))
    assert not unlike(found, program, scopes)
    assert 1 <= found.undecided <= len(close)


def test_amounts_of_any_size_leave_no_row_open() -> None:
    """Shares of amounts from 1 to 10^18, each scored by pieces, add up to an index that floats settle."""
    random = Random(5)
    scores = [
        Piecewise(
            Div(one, two),
            (
                Piece(parse_interval("[0,80%)"), F(0), F(0)),
                Piece(parse_interval("[80%,100%]"), F(2), F(0)),
                Piece(parse_interval("(100%,…)"), F(0), F(2)),
            ),
        )
        for one, two in pairwise(FIELDS)
    ]
    program = lay_out({"index": Round(Agg(Aggregate.SUM, tuple(scores)), 2)})
    tops = (1, 10**3, 10**9, 10**18)
    scopes: list[Scope] = [
        facts([random.randint(max(top * 4 // 5, 1), top) for _ in FIELDS])
        for top in random.choices(tops, k=300)
    ]
    found = read_block(program, block_of(program, scopes))
    assert not unlike(found, program, scopes)
    assert found.undecided == 0


def test_a_sum_of_many_ratios_is_rounded_without_wide_integers() -> None:
    """Of 500 rows of eight ratios of amounts up to 10^18, rounded, none is left open, and each is right."""
    random = Random(7)
    scopes: list[Scope] = [facts([random.randrange(1, 10**18) for _ in FIELDS]) for _ in range(500)]
    program = lay_out({"sum": TERMS, "index": Round(TERMS, 2)})
    found = read_block(program, block_of(program, scopes), chunk=64)
    assert found.undecided == 0
    assert isinstance(found["sum"], WideValues)
    assert not unlike(found, program, scopes)


def test_one_row_left_open_is_read_again_alone() -> None:
    """A tie among rows without one is counted once, and its neighbours keep what the floats proved."""
    random = Random(7)
    scopes: list[Scope] = [facts([random.randrange(1, 10**6) for _ in FIELDS]) for _ in range(50)]
    scopes[17] = known(a=1, b=8, c=8, d=8, e=8, f=8, g=8, h=8)
    program = lay_out({"index": Round(TERMS, 2), "tie": Round(TERMS, 0, Rounding.DOWN)})
    scopes[31] = facts([5] * 8)
    found = read_block(program, block_of(program, scopes))
    assert found.undecided in {1, 2}
    assert not unlike(found, program, scopes)


@pytest.mark.parametrize("fault", ["open", "error"])
def test_a_floating_answer_without_its_proof_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where open rows are not told, or errors are taken for nothing, a cell is not the exact one."""
    if fault == "open":
        monkeypatch.setattr(Nears, "_open", lambda *_: None)
    else:
        monkeypatch.setattr(near, "_up", lambda bound: 0.0 if bound < 1 else float(bound) * 2)
    random = Random(3)
    total = Agg(Aggregate.SUM, tuple(Div(FIELDS[at], FIELDS[at + 1]) for at in (0, 2, 4, 6)))
    program = lay_out({"x": Cmp("<", total, Const(F(2))), "y": Round(total, 2, Rounding.DOWN)})
    scopes: list[Scope] = []
    for _ in range(100):
        p, q, r, s = (random.randrange(10**5, 10**6) for _ in range(4))
        scopes.append(facts([p, p + q, q, p + q, r, r + s, s, r + s]))
    assert unlike(read_block(program, block_of(program, scopes)), program, scopes)


def test_only_the_roots_asked_for_are_read() -> None:
    """A reading has the roots it was asked for, in blocks of no rows too."""
    program = lay_out({"x": TERMS, "y": FIELDS[0]})
    assert set(read_block(program, block_of(program, [facts([1] * 8)]), ["y"]).values) == {"y"}
    nothing = read_block(program, Block(0, block_of(program, [facts([1] * 8)]).columns), ["y"])
    assert list(nothing["y"]) == []


def test_plans_are_kept_with_their_program() -> None:
    """A block within the bounds of one before it is read without another fold; one beyond them is folded."""
    program = lay_out({"index": Round(TERMS, 2)})
    for numbers, plans in (((1, 9), 1), ((2, 8), 1), ((2, 10), 2), ((1, 9), 2), ((1, 10), 3)):
        scopes: list[Scope] = [facts([each] * 7 + [3]) for each in numbers]
        assert not unlike(read_block(program, block_of(program, scopes)), program, scopes)
        (kept,) = program.known.values()
        assert isinstance(kept, list)
        assert len(kept) == plans


def test_a_plan_reads_every_block_within_its_bounds() -> None:
    """A fold done once reads other evidence exactly, and refuses what leaves the bounds it was made for."""
    random = Random(2)
    program = lay_out({"index": Round(TERMS, 2), "sum": TERMS})

    def scopes_within(low: int, high: int) -> list[Scope]:
        return [facts([random.randint(low, high) for _ in FIELDS]) for _ in range(40)]

    ends: list[Scope] = [facts([10] * 8), facts([10**6] * 8), known(a=10), known()]
    plan = plan_of(program, block_of(program, ends).shapes)
    inside: list[list[Scope]] = [scopes_within(10, 10**6), [*scopes_within(10, 50), known(a=11)], [known()]]
    for scopes in inside:
        assert not unlike(plan.read(block_of(program, scopes)), program, scopes)
    outside: list[list[Scope]] = [[facts([9] * 8)], [*ends, facts([10**6 + 1] * 8)], [known(a=F(21, 2))]]
    for beyond in outside:
        with pytest.raises(ValueError, match="leaves the bounds"):
            plan.read(block_of(program, beyond))


def test_a_chunk_in_which_an_open_row_raises_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where integers of a row that counts for nothing raise, all rows of the chunk are read exactly."""

    def raising(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(OPERATIONS, "over", raising)
    random = Random(7)
    scopes: list[Scope] = [facts([random.randrange(1, 10**6) for _ in FIELDS]) for _ in range(9)]
    program = lay_out({"sum": TERMS, "index": Round(TERMS, 2), "a": FIELDS[0]})
    found = read_block(program, block_of(program, scopes), chunk=4)
    assert found.undecided == len(scopes)
    assert not unlike(found, program, scopes)


def test_rows_read_twice_are_counted() -> None:
    """A reading of scopes says how many rows the floats left open."""
    random = Random(9)
    scopes = [facts([random.randrange(1, 10**6) for _ in FIELDS]) for _ in range(9)]
    program = lay_out({"x": Cmp("<", TERMS, Const(F(8)))})
    assert pair(program, scopes).undecided == 0
    reading = pair(program, [*scopes, facts([7] * 8)])
    assert (reading.redone, reading.undecided) == (0, 1)


def test_what_was_claimed_of_open_rows_bounds_nothing() -> None:
    """Where every row is open, the error said of a wide root holds for the numbers read again."""
    on_it = Agg(Aggregate.SUM, (TERMS, Const(F(1, 3))))
    program = lay_out({"x": Pick(((Cmp("=", TERMS, Const(F(8))), on_it),), Mul(TERMS, Const(F(1, 10**20))))})
    scopes: list[Scope] = [facts([n] * 8) for n in (10**9 + 7, 10**9 + 9)]
    found = read_block(program, block_of(program, scopes))
    assert found.undecided == len(scopes)
    assert isinstance(found["x"], WideValues)
    assert not unlike(found, program, scopes)
