"""Draws of evidence, in whole numbers: counts of answers, and numbers on a grid.

In: what a sample gave, and how it was drawn. Out: integers from NumPy's PCG64. A stream of its own for each
unit and survey, from the seed and their names: what is drawn of one does not hang on what else is studied.
The chances behind a draw are floats; what is drawn, and all that is computed from it, is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from typing import Any, Final

import numpy as np

from parcore.readings.columns.arrays import Ints

GENERATOR: Final = "numpy.random.PCG64"
_MANY: Final = 10**9
"""So large a population is as good as drawn from with replacement."""


def generator(seed: int, *names: str) -> np.random.Generator:
    """The stream of a seed for something named."""
    digest = sha256("\0".join(names).encode()).digest()
    return np.random.Generator(np.random.PCG64([seed, int.from_bytes(digest[:16])]))


def method_of(effect: Fraction) -> str:
    """How answers are drawn again under a design effect, the finite population's in it."""
    if effect == 1:
        return "multinomial"
    return "dirichlet-multinomial" if effect > 1 else "hypergeometric"


def effect_of(sample: int, population: int | None, design: Fraction) -> Fraction:
    """How much larger the error is than that of simple random sampling with replacement.

    Of a population of N, a sample of n has (N − n) / (N − 1) of the variance.
    """
    if population is None or population == 1:
        return design
    return design * Fraction(population - sample, population - 1)


def answers(rng: np.random.Generator, counts: Sequence[int], effect: Fraction, draws: int) -> Ints:
    """As many answers as were given, drawn again from the shares given: `found[draw, answer]`.

    Under an effect of 1 multinomial; over 1 with shares that vary themselves (Dirichlet), so that the
    variance is larger by just that; under 1 without replacement from a population as large as gives it,
    about the sample's shares.
    """
    given, size = np.array(counts, np.int64), sum(counts)
    if effect <= 0 or size == 0:
        return np.tile(given, (draws, 1))
    if effect == 1:
        return rng.multinomial(size, given / size, draws)
    if effect < 1:
        whole = max(round((size - effect) / (1 - effect)), size)
        if whole < _MANY:
            return _without_replacement(rng, given, whole, draws)
        return rng.multinomial(size, given / size, draws)
    spread = float((size - effect) / (effect - 1))
    had = np.flatnonzero(given)
    shares = rng.dirichlet(spread * given[had] / size, draws)
    found = np.zeros((draws, len(given)), np.int64)
    found[:, had] = rng.multinomial(size, shares / shares.sum(axis=1, keepdims=True))
    return found


def _without_replacement(rng: np.random.Generator, given: Ints, whole: int, draws: int) -> Ints:
    """Samples of a population with the shares given, which is one of whole people.

    Each draw has a population of its own: its parts are the shares' whole numbers or one more, by systematic
    rounding from a random start, so that on average none is too large.
    """
    size = int(given.sum())
    ends = (np.cumsum(given) * whole + rng.integers(0, size, (draws, 1))) // size
    people: Any = np.diff(ends, axis=1, prepend=0)
    found = np.zeros((draws, len(given)), np.int64)
    rest, left = people.sum(axis=1), np.full(draws, size)
    for at in range(len(given)):
        rest = rest - people[:, at]
        found[:, at] = rng.hypergeometric(people[:, at], rest, left)
        left = left - found[:, at]
    return found


def near(rng: np.random.Generator, error: Fraction, step: Fraction, draws: int) -> Ints:
    """Normal deviations of a standard error, in whole steps."""
    found: Any = np.rint(rng.standard_normal(draws) * float(error / step))
    return found.astype(np.int64)  # type: ignore[no-any-return]


def shares(
    rng: np.random.Generator,
    mean: Fraction,
    ends: tuple[Fraction, Fraction],
    sample: int,
    step: Fraction,
    draws: int,
) -> Ints:
    """Means of a sample whose answers are all at one end or the other, in whole steps, half up.

    No answers between the same ends with the same mean vary more.
    """
    low, high = ends
    high_ones: Any = rng.binomial(sample, float((mean - low) / (high - low)), draws)
    start, width = low / step, (high - low) / step
    common = start.denominator * width.denominator
    most = 2 * (abs(int(start * common)) + int(width * common) + common) * sample
    if most >= 2**63:  # fine steps of a large sample: Python's integers
        high_ones = high_ones.astype(object)
    top = 2 * (int(start * common) * sample + int(width * common) * high_ones) + common * sample
    found: Ints = (top // (2 * common * sample)).astype(np.int64)
    return found
