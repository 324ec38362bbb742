"""What a tape says of its columns is true of them, row by row, in Python's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor, inf, nan
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.readings.exact import Scope
from parcore.readings.pair import guard
from parcore.readings.pair.block import Block, block_of
from parcore.readings.pair.fold import fold_nearly
from parcore.readings.pair.tape import REAL, TRUTH, Tape, kind_of
from parcore.rules.graph import Node
from parcore.rules.program import Program, lay_out
from tests.readings.agreement import RECORDS, hard_facts, program_of, scopes_of
from tests.results.editions import Given, editions, evidence, populations
from tests.strategies import facts_from, graphs

F = Fraction
PLACED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def unsettled(a: float, error: float) -> bool:
    """Whether a float lies within an error of an integer."""
    above = a - floor(a) if abs(a) < inf else nan
    return not (error < above < 1.0 - error)


def over(a: float, b: float) -> float:
    """A quotient, which is no number where IEEE 754 says so."""
    return a / b if b else nan


MEANT: Final[Mapping[str, Any]] = {
    "constant": lambda value: value,
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "floor_divide": lambda a, b: a // b,
    "larger": max,
    "less": lambda a, b: a < b,
    "equal": lambda a, b: a == b,
    "both": lambda a, b: a and b,
    "either": lambda a, b: a or b,
    "contrary": lambda a: not a,
    "choose": lambda condition, a, b: a if condition else b,
    "real": lambda value: value,
    "reals": float,
    "plus": lambda a, b: a + b,
    "minus": lambda a, b: a - b,
    "by": lambda a, b: a * b,
    "over": over,
    "real_where": lambda condition, a, b: a if condition else b,
    "negative": lambda a: a < 0,
    "within": lambda a, error: not abs(a) > error,
    "unsettled": unsettled,
    "floor": lambda a, *_: floor(a) if abs(a) < inf else 0,
}
"""What the operations mean, for one row."""


def row_of(tape: Tape, block: Block, row: int) -> list[Any]:
    """What every column of a tape holds in a row."""
    held: list[Any] = []
    for operation, columns, values in tape.steps:
        if operation in {"state", "number"}:
            column = block.columns[values[0]]  # type: ignore[index]
            held.append((column.states if operation == "state" else column.numbers)[row])
        else:
            held.append(MEANT[operation](*(held[each] for each in columns), *values))
    return held


def wrong(program: Program, scopes: list[Scope]) -> list[Any]:
    """Columns that leave their bounds, or their kind, in a row that is not open."""
    block, tape = block_of(program, scopes), Tape()
    answers, opened = fold_nearly(program, block.shapes, tape, tape)
    assert answers
    recording = tape.recording(range(len(tape.steps)))
    found: list[Any] = []
    for row in range(block.size):
        held = row_of(tape, block, row)
        if any(held[each.rows] for each in opened):
            continue
        for at, value in enumerate(held):
            kind = recording.kinds[at]
            if kind in {TRUTH, REAL}:
                found += [(at, kind, value)] * (type(value) not in {bool, float})
            else:
                low, high = recording.bounds[at]
                found += [(at, tape.steps[at], value, low, high)] * (not low <= value <= high)
    return found


@PLACED
@given(graphs(mixed=True, domains=RECORDS), st.integers(0, 2**32), st.sampled_from((0, 15, 2**63 - 1)))
def test_columns_keep_their_bounds(roots: dict[str, Node], seed: int, narrow: int) -> None:
    """On any graph no column leaves its bounds in a row that is not open, so none needs more bits."""
    program, random = lay_out(roots), Random(seed)
    scopes: list[Scope] = [facts_from(random) for _ in range(random.choice((1, 2, 3, 10)))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "NARROW", narrow)
        assert not wrong(program, scopes)


@PLACED
@given(graphs(depth=0), st.integers(0, 2**32), st.sampled_from((0, 2**63 - 1)))
def test_columns_keep_their_bounds_on_hard_numbers(roots: dict[str, Node], seed: int, narrow: int) -> None:
    """Amounts beyond 64 bits, signs and ties do not lead out of them either."""
    program, random = lay_out(roots), Random(seed)
    scopes: list[Scope] = [hard_facts(random) for _ in range(random.choice((1, 2, 10)))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "NARROW", narrow)
        assert not wrong(program, scopes)


@PLACED
@given(editions(), populations(), st.sampled_from((15, 2**63 - 1)))
def test_columns_of_editions_keep_their_bounds(
    edition: Edition, by_unit: dict[str, dict[str, Given]], narrow: int
) -> None:
    """Nor in a drawn edition, whatever its units say."""
    program, scopes = program_of(edition), list[Scope](scopes_of(evidence(by_unit)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "NARROW", narrow)
        assert not scopes or not wrong(program, scopes)


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (-127, 127, "i1"), (-128, 0, "i2"), (0, 128, "i2"), (0, 2**15 - 1, "i2"), (-(2**15), 0, "i4"),
        (-(2**31) + 1, 0, "i4"), (0, 2**31, "i8"), (0, 2**63 - 1, "i8"), (0, 2**63, "O"), (-(2**63), 0, "O"),
    ],
)  # fmt: skip
def test_the_fewest_bits_are_taken_that_bounds_allow(low: int, high: int, kind: str) -> None:
    """On each edge between two kinds the one is taken that has room for both bounds and their contraries."""
    assert kind_of(low, high) == kind
