"""Ranks and bands in columns are those of one unit after the other, among near ties and on every edge."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import cast

import numpy as np
import pytest

from parcore.bulk import columnar
from parcore.bulk.columnar import NONE, Column, banded, ordered, ranks
from parcore.intervals import Interval, parse_interval
from parcore.numbers import ZERO
from parcore.readings.columns.chunks import WideValues, read_block
from parcore.readings.pair.block import block_of
from parcore.readings.pair.reading import Values
from parcore.results.ranking import Entry, ranked
from parcore.rules.graph import Agg, Aggregate, Div, Field, Node, Round
from parcore.rules.policies import Against, Ties, Tolerance
from parcore.rules.program import lay_out
from parcore.values import State
from tests.readings.agreement import known

F = Fraction
A, B, C, D, E, G = (Field(name) for name in "abcdeg")
SUM = Agg(Aggregate.SUM, (Div(A, B), Div(C, D), Div(E, G)))
ROOTS: dict[str, Node] = {"wide": SUM, "rounded": Round(SUM, 1), "ratio": Div(A, B), "whole": A}
TOLERANCES = [None, *(Tolerance(F(1, 3), each) for each in Against)]


def columns_of(seed: int, size: int = 90) -> dict[str, Column]:
    """Numbers with equal ones in many shapes, neighbours at 10^-18, and units without any."""
    random = Random(seed)
    scopes = []
    for _ in range(size):
        p, q = random.randrange(1, 4), random.randrange(10**8, 10**8 + 3)
        near = random.choice((-1, 0, 0, 1))
        # p / q + (q - p) / q is 1 whatever p and q are; the rest is a whole number, or just beside it.
        scopes.append(known(
            a=random.choice((p, p, p, State.MISSING)), b=q, c=q - p, d=q,
            e=random.randrange(3) * 10**18 + near, g=10**18,
        ))  # fmt: skip
    program = lay_out(ROOTS)
    found = read_block(program, block_of(program, scopes))
    return {root: cast("Column", values) for root, values in found.values.items()}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("method", Ties)
@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_places_in_columns_are_those_of_single_units(
    root: str, method: Ties, tolerance: Tolerance | None
) -> None:
    """In every circle, with and without tie-breaks and tolerance, places are the exact ones."""
    values = columns_of(4)
    column, random = values[root], Random(9)
    circles = np.array([random.choice((NONE, 0, 1)) for _ in range(len(column))])
    for breaks in ([], [(values["whole"], True)], [(values["rounded"], False), (values["ratio"], True)]):
        places, shared = ranks(column, method, breaks, circles, tolerance)
        for circle in (0, 1):
            rows = [at for at, each in enumerate(column) if each.state is State.OK and circles[at] == circle]
            keys = {at: [(each[at].known, lowest) for each, lowest in breaks] for at in rows}
            entries = [
                Entry(
                    str(at),
                    column[at].number,
                    tuple(None if x is None else -x if lowest else x for x, lowest in keys[at]),
                )
                for at in rows
            ]
            right = ranked(entries, method, tolerance)
            assert {str(at): (places[at], bool(shared[at])) for at in rows} == right
        outside = [at for at in range(len(column)) if circles[at] == NONE or column[at].state is not State.OK]
        assert (places[outside] == NONE).all()


def test_numbers_too_near_for_floats_are_compared_exactly() -> None:
    """Wide numbers that are equal or 10^-18 apart are counted as compared, and stand in the exact order."""
    column = columns_of(4)["wide"]
    assert isinstance(column, WideValues)
    found = ordered(column)
    assert found.compared > 10
    numbers = sorted({each.number for each in column if each.state is State.OK}, reverse=True)
    assert [numbers[at] for at in found.tier if at != NONE] == [
        each.number for each in column if each.state is State.OK
    ]


@pytest.mark.parametrize("size", [2**29, 2**30, 2**31])
def test_fractions_that_one_float_stands_for_are_ordered(size: int) -> None:
    """Neighbours of one float, in any order of rows, stand in the exact order, within 63 bits and beyond."""
    pairs = [(at, 2 * at + 1) for at in range(size, size + 40)]
    pairs += [(2 * n, 2 * d) for n, d in pairs[:10]]
    Random(1).shuffle(pairs)
    assert len({n / d for n, d in pairs}) < 5
    n, d = (list(each) for each in zip(*pairs, strict=True))
    found = ordered(Values([0] * len(pairs), n, d))
    numbers = sorted({F(*pair) for pair in pairs}, reverse=True)
    assert [numbers[at] for at in found.tier] == [F(*pair) for pair in pairs]
    assert found.compared == len(pairs)


BANDS = [parse_interval(each) for each in ("[3,…)", "(2,3)", "=2", "[1.1,2)", "(…,1]")]


@pytest.mark.parametrize("root", ROOTS)
def test_bands_in_columns_hold_what_they_hold(root: str) -> None:
    """On each edge, 10^-18 beside it and in a gap the band is that of the exact number."""
    column = columns_of(5)[root]
    bands: list[Interval] = BANDS
    right = [
        next((at for at, band in enumerate(bands) if each.known is not None and each.number in band), NONE)
        for each in column
    ]
    assert list(banded(column, bands)) == right


def test_an_order_by_floats_alone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where near numbers are not made exact, the order is not the exact one."""
    column = columns_of(4)["wide"]
    right = list(ordered(column).tier)
    monkeypatch.setattr(columnar, "_exactly", lambda _, rows: [ZERO] * len(rows))
    assert list(ordered(column).tier) != right


def test_nobody_is_ranked_among_nobody() -> None:
    """A block without units has no places and no bands."""
    program = lay_out({"x": A})
    column = cast("Column", read_block(program, block_of(program, [known(a=State.MISSING)]))["x"])
    places, shared = ranks(column, Ties.COMPETITION)
    assert (list(places), list(shared), list(banded(column, BANDS))) == ([NONE], [False], [NONE])
