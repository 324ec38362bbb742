"""Where numbers are said to lie they lie, and what is said to be settled is: floats against fractions."""

from __future__ import annotations

import os
from fractions import Fraction
from math import floor
from random import Random
from typing import Any

import pytest

from parcore.readings.pair import near
from parcore.readings.pair.guard import Guard, Whole
from parcore.readings.pair.near import Near, Nears

F = Fraction
SEEDS = range(1_000 if os.environ.get("PARCORE_PROFILE") == "full" else 12)
STEPS = 250


class Row:
    """One row: integers are Python's, reals its floats, truths 0 and 1."""

    limit = None

    def constant(self, value: int, *, wide: bool) -> int:
        return value

    def resized(self, a: int, *, wide: bool) -> int:
        return a

    def real(self, value: float) -> float:
        return value

    def reals(self, a: int) -> float:
        return float(a)

    def plus(self, a: float, b: float) -> float:
        return a + b

    def minus(self, a: float, b: float) -> float:
        return a - b

    def by(self, a: float, b: float) -> float:
        return a * b

    def over(self, a: float, b: float) -> float:
        return a / b

    def real_where(self, condition: int, a: float, b: float) -> float:
        return a if condition else b

    def negative(self, a: float) -> int:
        return int(a < 0)

    def within(self, a: float, error: float) -> int:
        return int(not abs(a) > error)

    def unsettled(self, a: float, error: float) -> int:
        above = a - floor(a)
        return int(not (error < above < 1.0 - error))

    def floor(self, a: float, low: int, high: int) -> int:
        return floor(a)


class Trial:
    """Numbers known nearly, each beside what it is, made from each other at random."""

    def __init__(self, seed: int) -> None:
        row: Any = Row()
        self.random = Random(seed)
        self.nears: Any = Nears(Guard(row), row)
        self.known: list[tuple[Near[Any], Fraction]] = []

    def grow(self) -> None:
        """Add a number; keep the last few, so that some are deep."""
        made, number = self.made()
        if made is not None:
            self.check(made, number)
            self.known = [*self.known[-30:], (made, number)]

    def check(self, made: Near[Any], number: Fraction) -> None:
        """It lies where it is said to lie, and is not larger than is said."""
        distance = abs(F(made.column) - number)
        assert distance <= made.error
        assert max(abs(F(made.column)), abs(number)) <= made.most
        if made.relative is not None:
            assert distance <= made.relative * abs(number)

    def made(self) -> tuple[Near[Any] | None, Fraction]:
        """A new number, from evidence, a constant, or those that are there."""
        random, nears = self.random, self.nears
        if len(self.known) < 4 or random.random() < 0.25:
            return self.leaf()
        (a, x), (b, y) = (random.choice(self.known) for _ in range(2))
        kind = random.randrange(6)
        if kind == 0:
            return nears.total([a, b]), x + y
        if kind == 1:  # a difference of what is nearly equal leaves nothing but errors
            minus = nears.times(a, F(-1))
            return nears.total([a, b, minus]), y
        if kind == 2:
            return nears.product(a, b), x * y
        if kind == 3:
            factor = F(random.randint(-(10**9), 10**9), random.randint(1, 10**9))
            return nears.times(a, factor), x * factor
        if kind == 4:
            on = random.randrange(2)
            return nears.where(on, a, b), x if on else y
        return (nears.quotient(a, b, y), x / y) if y > 0 else (None, F(0))

    def leaf(self) -> tuple[Near[Any] | None, Fraction]:
        """Evidence over a constant, a ratio of integers, a constant: of any size."""
        random = self.random
        n, k, d = (self.size() for _ in range(3))
        n *= random.choice((1, -1))
        most = abs(n) * random.choice((1, 3))
        if random.randrange(3) == 0:
            return self.nears.const(F(n, k)), F(n, k)
        if random.randrange(2):
            return self.nears.source(Whole(-most - 1, most, n), k), F(n, k)
        narrow = min(n, 2**63 - 1) if n > 0 else max(n, 1 - 2**63)
        factors = [Whole(0, min(d, 2**62) * 2 - 1, min(d, 2**62)), Whole(1, 2**60, k % 2**60 + 1)]
        number = F(narrow, k * factors[0].column * factors[1].column)  # type: ignore[operator]
        whole = Whole(-(2**63) + 1, 2**63 - 1, narrow)
        return self.nears.ratio(whole, k, factors, abs(number)), number

    def size(self) -> int:
        """An integer on a power of two or of ten, or beside it, or anywhere."""
        random = self.random
        bits = random.choice((1, 8, 30, 53, 54, 60, 63, 120, 300))
        return random.choice((2**bits + random.randint(-1, 1), 10 ** (bits // 4), random.randint(1, 2**bits)))


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_lie_where_it_is_said(seed: int) -> None:
    """Sums that cancel, products, quotients and choices of any depth are within the error said of them."""
    trial = Trial(seed)
    for _ in range(STEPS):
        trial.grow()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_settled_is_so(seed: int) -> None:
    """Where a comparison or a floor is not open it is the right one, for numbers on an edge and beside it."""
    trial = Trial(seed)
    settled = opened = 0
    for _ in range(STEPS):
        trial.grow()
        a, x = trial.random.choice(trial.known)
        edge = F(floor(x)) + trial.random.choice((0, 1, F(1, 3), x - floor(x)))
        beside = edge + trial.random.choice((0, 1, -1)) * F(1, 10 ** trial.random.randint(1, 40))
        b = trial.nears.const(beside)
        if b is None:
            continue
        less, floored = trial.nears.less(a, b, True), trial.nears.floor(a, 0, 1, True).column
        equal = trial.nears.equal(a, b, True)
        open_less, open_floor, open_equal = (each.rows for each in trial.nears.opened[-3:])
        assert open_less or bool(less) == (x < beside)
        assert open_equal or equal == (x == beside)
        assert open_floor or floored == floor(x)
        settled += not open_less
        opened += open_less
    assert settled > STEPS // 10
    assert opened > STEPS // 10


def test_a_number_in_its_piece_is_known_better() -> None:
    """What is said of numbers between bounds holds there, and is closer than what is said of all."""
    row: Any = Row()
    nears: Any = Nears(Guard(row), row)
    random = Random(1)
    for _ in range(200):
        n, d = random.randint(1, 10**18), random.randint(1, 10**18)
        all_ = nears.ratio(Whole(0, 10**18, n), 7, [Whole(1, 10**18, d)], F(10**18, 7))
        number = F(n, 7 * d)
        piece = all_.among(number / 2, number * 2)
        assert piece.error < all_.error
        assert abs(F(piece.column) - number) <= piece.error
        assert abs(F(piece.column)) <= piece.most


@pytest.mark.parametrize("fault", ["_UNIT", "roundings"])
def test_an_error_that_is_said_too_small_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a unit of rounding of a quarter, or relative errors forgotten, a number lies beyond its error."""
    if fault == "_UNIT":
        monkeypatch.setattr(near, "_UNIT", F(1, 2**55))
    else:
        related = near._related
        monkeypatch.setattr(
            near, "_related", lambda column, relative, most: related(column, relative / 64, most)
        )
    with pytest.raises(AssertionError):
        grown()


def grown() -> None:
    """Grow trials of every seed."""
    for seed in SEEDS:
        trial = Trial(seed)
        for _ in range(STEPS):
            trial.grow()
