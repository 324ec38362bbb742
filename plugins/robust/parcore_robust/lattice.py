"""Weights drawn from all that are admissible, in whole numbers: each equally likely.

In: bounds in whole units, and their fixed sum. Out: draws on that lattice. All but one weight are drawn
within their bounds, and the draw is kept where the last one is too: exactly uniform. Where too few would
be kept, each draw is a walk of its own that moves units from one weight to another, as far as the bounds
let it, at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np

from parcore.readings.columns.arrays import Ints

_LEAST_KEPT: Final = 0.02
_SWEEPS: Final = 30
"""How often a walk visits every pair of weights."""


def uniform(
    rng: np.random.Generator, low: Sequence[int], high: Sequence[int], total: int, draws: int
) -> tuple[Ints, str]:
    """Draws of weights between bounds that add up to a total, and how they were drawn."""
    lows, highs = np.array(low, np.int64), np.array(high, np.int64)
    widest = int(np.argmax(highs - lows))
    kept = _kept(rng, lows, highs, total, widest, 4096)
    if len(kept) < _LEAST_KEPT * 4096:
        return _walked(rng, lows, highs, total, draws), "walk"
    found = [kept]
    while sum(map(len, found)) < draws:
        found.append(_kept(rng, lows, highs, total, widest, 16384))
    return np.concatenate(found)[:draws], "rejection"


def _kept(rng: np.random.Generator, low: Ints, high: Ints, total: int, last: int, tries: int) -> Ints:
    drawn: Any = rng.integers(low, high, (tries, len(low)), endpoint=True)
    drawn[:, last] = 0
    drawn[:, last] = total - drawn.sum(axis=1)
    within: Any = (drawn[:, last] >= low[last]) & (drawn[:, last] <= high[last])
    return drawn[within]  # type: ignore[no-any-return]


def _walked(rng: np.random.Generator, low: Ints, high: Ints, total: int, draws: int) -> Ints:
    start, left = low.copy(), total - int(low.sum())
    for at in range(len(low)):
        more = min(left, int(high[at] - low[at]))
        start[at] += more
        left -= more
    found = np.tile(start, (draws, 1))
    pairs = [*combinations(range(len(low)), 2)]
    for _ in range(_SWEEPS):
        for one, two in (pairs[at] for at in rng.permutation(len(pairs))):
            both = found[:, one] + found[:, two]
            least = np.maximum(low[one], both - high[two])
            most = np.minimum(high[one], both - low[two])
            moved: Any = rng.integers(least, most, endpoint=True)
            found[:, one], found[:, two] = moved, both - moved
    return found
