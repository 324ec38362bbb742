"""The pair reading equals the exact one: in every root and scope, on any graph and on hard numbers."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.intervals import at_least
from parcore.numbers import Rounding
from parcore.readings.columns import calls, chunks
from parcore.readings.columns.reading import pair
from parcore.readings.pair import tape
from parcore.readings.pair.block import block_of
from parcore.readings.pair.fold import fold
from parcore.readings.pair.tape import WIDE, Tape
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Const,
    Div,
    Division,
    Field,
    Match,
    Mul,
    Node,
    Over,
    Peers,
    Pick,
    Piece,
    Piecewise,
    Round,
    Table,
)
from parcore.rules.program import Program, lay_out
from parcore.values import State, Value
from tests.readings.agreement import RECORDS, hard_facts, known, program_of, scopes_of, unlike
from tests.results.editions import Given, editions, evidence, populations
from tests.strategies import facts_from, graphs

F = Fraction
OK, MISSING, EXCLUDED = State.OK, State.MISSING, State.EXCLUDED
A, B, C = Field("a"), Field("b"), Field("c")
SIZES = (1, 2, 3, 30)
"""Blocks of few units have tight bounds, which settle most; large ones settle little."""


@given(graphs(mixed=True, domains=RECORDS), st.integers(0, 2**32))
def test_numpy_gives_what_the_exact_reading_gives(roots: dict[str, Node], seed: int) -> None:
    """On any graph every root has the exact state and number in every scope, and no row is redone."""
    program, random = lay_out(roots), Random(seed)
    scopes = [facts_from(random) for _ in range(random.choice(SIZES))]
    reading = pair(program, scopes)
    assert reading.redone == 0, reading.why
    assert not unlike(reading, program, scopes)


@given(graphs(depth=0), st.integers(0, 2**32))
def test_numpy_is_exact_on_hard_numbers(roots: dict[str, Node], seed: int) -> None:
    """Amounts beyond 64 bits, ties and their nearest neighbours change nothing."""
    program, random = lay_out(roots), Random(seed)
    scopes = [hard_facts(random) for _ in range(random.choice(SIZES))]
    reading = pair(program, scopes)
    assert reading.redone == 0, reading.why
    assert not unlike(reading, program, scopes)


@given(editions(), populations())
def test_numpy_scores_editions_exactly(edition: Edition, by_unit: dict[str, dict[str, Given]]) -> None:
    """Every root of an edition, the index among them, has the exact value for every unit."""
    program, scopes = program_of(edition), scopes_of(evidence(by_unit))
    reading = pair(program, scopes)
    assert reading.redone == 0, reading.why
    assert not unlike(reading, program, scopes)


RATIO = Div(A, B)
RATIO_LESS_2 = Agg(Aggregate.SUM, (RATIO, Const(F(-2))))
ROUNDED: list[Node] = [Round(RATIO, digits, mode) for digits in (-2, 0, 2) for mode in Rounding]
QUOTIENTS: list[Node] = [
    *(Div(A, B, division) for division in Division),
    *(
        Agg(Aggregate.SUM, (Div(A, B, division), Const(F(1))), frozenset({EXCLUDED, State.NOTHING_AROSE}))
        for division in Division
    ),
]
HARD_CASES: dict[str, tuple[list[Node], list[Any]]] = {
    "zero, negative and empty denominators": (
        QUOTIENTS,
        [known(a=a, b=b) for a in (0, 3, -3, State.NOTHING_AROSE, MISSING, EXCLUDED)
         for b in (0, 7, -7, F(1, 3), State.NOTHING_AROSE, MISSING, EXCLUDED)],
    ),
    "parts of an empty whole": (
        QUOTIENTS,
        [known(a=a, b=0) for a in (0, 3, -3, State.NOTHING_AROSE, MISSING, EXCLUDED)],
    ),
    "ties and near-ties of rounding": (
        [*ROUNDED, *(Round(A, digits, mode) for digits in (-2, 0, 2) for mode in Rounding),
         *(Cmp(op, A, Const(sign * F(5, 1000))) for op in ("<", ">") for sign in (1, -1))],
        [known(a=sign * (F(n, 1000) + F(near, 10**18)), b=b)
         for sign in (1, -1) for n in (0, 5, 15, 500, 50000) for near in (-1, 0, 1) for b in (1, 3)],
    ),
    "a sum of ratios of large amounts": (
        [Agg(Aggregate.SUM, (RATIO, Div(B, A), Const(F(1, 7)))), Mul(RATIO, Div(B, A)), RATIO_LESS_2],
        [known(a=sign * a, b=b)
         for sign in (1, -1) for a in (10**18, 10**18 - 1, 3) for b in (10**18 + 1, 7)],
    ),
    "denominators that meet again": (
        [Agg(Aggregate.SUM, (RATIO, Mul(RATIO, RATIO))), Div(RATIO, RATIO_LESS_2),
         *(Cmp(op, RATIO, each) for op in ("<", ">")
           for each in (RATIO_LESS_2, Const(F(3, 10)), Const(F(-2)))),
         Mul(RATIO_LESS_2, RATIO), Div(RATIO_LESS_2, Mul(RATIO, RATIO))],
        [known(a=a, b=b) for a in (1, 9, 30, -4) for b in (2, 3, 10)],
    ),
    "one of several with denominators of their own": (
        [Agg(Aggregate.MIN, (RATIO, Div(B, A), C)), Agg(Aggregate.MAX, (RATIO, Div(B, A), C)),
         Pick(((Cmp(">", A, Const(F(3))), RATIO), (Cmp(">", B, Const(F(3))), Div(B, A))), C),
         Match(C, ((MISSING, RATIO), (EXCLUDED, Div(B, A)))), Table(C, ((1, RATIO), (2, Div(B, A)), (3, A)))],
        [known(a=a, b=b, c=c)
         for a in (1, 5, 0) for b in (2, 7) for c in (1, 2, 3, F(4, 7), MISSING, EXCLUDED)],
    ),
    "halves of whole numbers": (ROUNDED, [known(a=a, b=b) for a in (1, -1, 3, 50) for b in (2, 100)]),
    "means and counts of what is left": (
        [Agg(op, args, skip) for op in Aggregate if op is not Aggregate.RANK
         for args in ((A, B), (A, B, Const(F(2))))
         for skip in (frozenset({MISSING}), frozenset({MISSING, EXCLUDED}))],
        [known(a=a, b=b) for a in (1, F(-1, 3), MISSING, EXCLUDED) for b in (4, MISSING, EXCLUDED)],
    ),
    **{
        f"sums of {sign * 5} of which a part is left out": (
            [Cmp(">=", Agg(op, (A, B), frozenset({MISSING})), Const(F(sign * 7)))
             for op in (Aggregate.SUM, Aggregate.MEAN)],
            [known(a=sign * 5, b=b) for b in (sign * 3, sign * 4, MISSING)],
        )
        for sign in (1, -1)
    },
    "a piece that large numbers never enter": (
        [Piecewise(A, (Piece(at_least(F(10**17)), F(0), F(5)),)), Cmp("<", A, Const(F(10**18, 3)))],
        [known(a=a) for a in (10**18, 1, -(10**18), F(10**18, 3))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD_CASES)
def test_numpy_is_exact_in_hard_cases(name: str) -> None:
    """The cases that integers get wrong most easily are right, root by root and row by row."""
    nodes, scopes = HARD_CASES[name]
    program = lay_out({str(at): node for at, node in enumerate(nodes)})
    reading = pair(program, scopes)
    assert reading.redone == 0
    assert not unlike(reading, program, scopes)


@pytest.mark.parametrize("name", HARD_CASES)
def test_what_bounds_settle_is_settled_exactly(name: str) -> None:
    """Each two rows of a hard case, as a block of their own, have the tightest bounds, and are right."""
    nodes, scopes = HARD_CASES[name]
    program = lay_out({str(at): node for at, node in enumerate(nodes)})
    random = Random(name)
    for _ in range(200):
        two = random.choices(scopes, k=2)
        reading = pair(program, two)
        assert reading.redone == 0
        assert not unlike(reading, program, two)


TOP = 2**63 - 1
AT_THE_EDGE: list[tuple[Node, list[Any], bool]] = [
    (Agg(Aggregate.SUM, (A, B)), [known(a=TOP - 1, b=1), known(a=0, b=0)], False),
    (Agg(Aggregate.SUM, (A, B)), [known(a=TOP, b=1), known(a=0, b=0)], True),
    (Agg(Aggregate.SUM, (A, B)), [known(a=-TOP, b=-1), known(a=0, b=0)], True),
    (Mul(A, B), [known(a=7, b=TOP // 7), known(a=0, b=0)], False),
    (Mul(A, B), [known(a=2**32, b=2**31), known(a=0, b=0)], True),
]


@pytest.mark.parametrize(("node", "scopes", "wide"), AT_THE_EDGE)
def test_integers_are_promoted_exactly_where_64_bits_end(node: Node, scopes: list[Any], wide: bool) -> None:
    """A result of 2**63 - 1 stays narrow, one of 2**63 is promoted, and both are exact."""
    program = lay_out({"x": node})
    block = block_of(program, scopes)
    written = Tape()
    answer = fold(program, block.shapes, written)["x"]
    assert (written.recording([answer.n]).kinds[answer.n] == WIDE) is wide
    assert not unlike(pair(program, scopes), program, scopes)


def truncating(a: Any, b: Any, *, out: Any) -> None:
    """A fault: division cuts off towards zero, as SQL's does."""
    quotient = np.floor_divide(np.abs(a), b)
    np.copyto(out, np.where(np.less(a, 0), -quotient, quotient))


def half_open(a: Any, b: Any, *, out: Any) -> None:
    """A fault: what is equal counts as less."""
    np.less_equal(a, b, out=out)


def floating(a: Any, b: Any, *, out: Any) -> None:
    """A fault: quotients by way of binary floats, however large."""
    np.copyto(out, np.floor(a.astype(float) / b.astype(float)).astype(a.dtype))


def wrapping(a: Any, b: Any, *, out: Any) -> None:
    """A fault: products of 32 bits."""
    np.multiply(a, b, out=out)
    if out.dtype == np.int64:
        np.copyto(out, out.astype(np.int32))


FAULTS = {
    "floor_divide": truncating,
    "less": half_open,
    "floor": np.trunc,
    "larger": np.minimum,
    "multiply": wrapping,
    "both": np.logical_or,
}
"""A wrong function in the place of what NumPy is to call."""


def killed() -> bool:
    """Whether comparing with the exact reading tells, in hard cases and a few hundred generated graphs."""

    @settings(derandomize=True, database=None, max_examples=300, phases=[Phase.generate])
    @given(graphs(depth=0), st.integers(0, 2**32))
    def agree(roots: dict[str, Node], seed: int) -> None:
        program, random = lay_out(roots), Random(seed)
        scopes = [hard_facts(random) for _ in range(random.choice(SIZES))]
        if differs(program, scopes):
            raise Killed

    with np.errstate(all="ignore"):
        for nodes, scopes in HARD_CASES.values():
            program = lay_out({str(at): node for at, node in enumerate(nodes)})
            if differs(program, scopes):
                return True
        try:
            agree()
        except Killed:
            return True
    return False


def differs(program: Program, scopes: list[Any]) -> bool:
    """Whether a reading is not the exact one, or gives nothing."""
    try:
        return bool(unlike(pair(program, scopes), program, scopes))
    except (ArithmeticError, ValueError):
        return True


class Killed(Exception):
    """A planted fault was found."""


@pytest.mark.parametrize("operation", FAULTS)
def test_a_fault_of_an_operation_is_found(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong operation shows as a difference from the exact reading."""
    monkeypatch.setitem(calls.OPERATIONS, operation, FAULTS[operation])
    assert killed()


def test_division_of_large_integers_by_floats_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Floats divide integers exactly up to 2**53, and the comparison shows where they are asked for more."""
    monkeypatch.setattr(calls, "FLOATS", 2**63)
    program = lay_out({"x": Round(Div(A, B), 0, Rounding.DOWN)})
    scopes = [known(a=2**60 - 1, b=2**3), known(a=3, b=2)]
    assert unlike(pair(program, scopes), program, scopes)


def test_integers_in_too_few_bits_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy wraps in silence where a bound is taken too lightly, and the comparison shows it."""
    program = lay_out({"x": Mul(A, B)})
    scopes = [known(a=2**33, b=2**31), known(a=1, b=1)]
    assert not unlike(pair(program, scopes), program, scopes)
    program.known.clear()
    monkeypatch.setattr(tape, "KINDS", (("i8", 2**66),))
    assert unlike(pair(program, scopes), program, scopes)


def test_rows_that_a_backend_cannot_decide_are_read_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for a product all rows are redone by the exact reading, and counted."""
    monkeypatch.setattr(chunks, "LIMIT", 2**80)
    program = lay_out({"x": Mul(A, B), "y": A})
    scopes = [known(a=2**50, b=2**50), known(a=1, b=2)]
    reading = pair(program, scopes)
    assert reading.redone == 2
    assert "101 bits" in reading.why
    assert not unlike(reading, program, scopes)


def test_an_aggregate_over_peers_is_refused_by_name() -> None:
    """Peers are frozen before a fold; where they are not, the exact reading does it and says why."""
    program = lay_out({"x": Over(Aggregate.MEAN, Peers(), A)})
    reading = pair(program, [known(a=1)])
    assert (reading.redone, reading.why) == (1, "mean over peers (all) is not frozen")
    assert reading["x"][:] == [Value(MISSING)]


def test_no_scopes_are_no_values() -> None:
    """A block without units has no values, and nobody is asked for any."""
    assert list(pair(lay_out({"x": Div(A, B)}), [])["x"]) == []
