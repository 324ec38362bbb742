"""The order of units in every draw: floats with a proven error settle it, what lies near is compared exactly.

In: a root over draws (`parcore_robust.playing`). Out: for each draw and unit how many distinct numbers of
the draw are larger. Units are compared with those of their own draw alone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np

from parcore.bulk.columnar import NONE
from parcore.readings.columns.arrays import Doubles, Ints
from parcore.readings.columns.chunks import WideValues
from parcore.values import State
from parcore_robust.playing import Read

_UNIT: Final = 2.0**-53
_WIDE: Final = np.dtype(object)


def tiers(values: Read, draws: int) -> Ints:
    """0 for the largest number of a draw, one more for each smaller one; `NONE` where there is none."""
    known = (np.asarray(values.states) == State.OK).reshape(draws, -1)
    whole = _whole(values)
    if whole is not None:
        return _numbered(whole.reshape(draws, -1), known)
    lies, error = _lies(values)
    near = np.where(known, lies.reshape(draws, -1), -np.inf)
    order = np.argsort(-near, axis=1, kind="stable")
    sorted_ = np.take_along_axis(near, order, axis=1)
    with np.errstate(invalid="ignore"):  # the distance of nothing from nothing
        gap = sorted_[:, :-1] - sorted_[:, 1:]
    most = float(np.abs(near[known]).max()) if known.any() else 0.0
    slack = 2 * error * (1 + 8 * _UNIT) + 8 * _UNIT * most
    there = np.take_along_axis(known, order, axis=1)
    close = ~(gap > slack) & there[:, 1:]
    step = np.zeros(near.shape, np.int64)
    step[:, 1:] = (gap > slack) & there[:, 1:]
    _settle(values, order, close, step)
    found = np.full(near.shape, NONE, np.int64)
    np.put_along_axis(found, order, np.cumsum(step, axis=1), axis=1)
    return np.where(known, found, NONE)


def refined(tier: Ints, breaks: Ints, *, lowest: bool) -> Ints:
    """The tiers with what tells equal units apart: the tiers of another root; no number is last."""
    known, width = tier != NONE, int(breaks.max(initial=0)) + 2
    own = np.where(breaks == NONE, width - 1, width - 2 - breaks if lowest else breaks)
    return _numbered(-(tier * width + own), known)


def placed(tier: Ints, known: Any, circles: Ints, *, dense: bool) -> Ints:
    """Each unit's place within its circle of the draw: the best of its tie's; `NONE` where it has none."""
    found = np.full(tier.shape, NONE, np.int64)
    last = np.iinfo(np.int64).max
    for circle in np.unique(circles[circles != NONE]):
        units = np.flatnonzero(circles == circle)
        there = known[:, units] & (tier[:, units] != NONE)
        key = np.where(there, tier[:, units], last)
        order = np.argsort(key, axis=1, kind="stable")
        sorted_ = np.take_along_axis(key, order, axis=1)
        step = np.ones(key.shape, bool)
        step[:, 1:] = sorted_[:, 1:] != sorted_[:, :-1]
        at = np.where(step, np.arange(key.shape[1]), 0)
        place = np.cumsum(step, axis=1) if dense else np.maximum.accumulate(at, axis=1) + 1
        own = np.empty(key.shape, np.int64)
        np.put_along_axis(own, order, place, axis=1)
        found[:, units] = np.where(there, own, NONE)
    return found


def _settle(values: Read, order: Ints, close: Any, step: Ints) -> None:
    """Put in order, by their exact numbers, the units of a draw that lie too near each other."""
    involved = np.zeros(order.shape, bool)
    involved[:, 1:] |= close
    involved[:, :-1] |= close
    rows, places = np.nonzero(involved)
    if not len(rows):
        return
    cells = rows * order.shape[1] + order[rows, places]
    read = values.exactly(cells)[:] if isinstance(values, WideValues) else [values[int(at)] for at in cells]
    numbers: dict[Any, Any] = {
        (row, place): each.number for row, place, each in zip(rows, places, read, strict=True)
    }
    starts = involved & ~np.concatenate([np.zeros((len(order), 1), bool), close], axis=1)
    for row, first in zip(*np.nonzero(starts), strict=True):
        last = first + 1
        while last < order.shape[1] and close[row, last - 1]:
            last += 1
        own = sorted(range(first, last), key=lambda place: -numbers[row, place])
        order[row, first:last] = order[row, own]
        for place, (one, two) in enumerate(pairwise(own), first + 1):
            step[row, place] = numbers[row, one] != numbers[row, two]


def _numbered(numbers: Ints, known: Any) -> Ints:
    """The tiers of whole numbers."""
    least = np.iinfo(np.int64).min
    key = np.where(known, numbers, least)
    order = np.argsort(-key, axis=1, kind="stable")
    sorted_ = np.take_along_axis(key, order, axis=1)
    step = np.zeros(key.shape, np.int64)
    step[:, 1:] = sorted_[:, 1:] != sorted_[:, :-1]
    found = np.empty(key.shape, np.int64)
    np.put_along_axis(found, order, np.cumsum(step, axis=1), axis=1)
    return np.where(known, found, NONE)


def _whole(values: Read) -> Any | None:
    """The numerators, where they fit 62 bits and have one denominator: they compare as the numbers do."""
    if isinstance(values, WideValues):
        return None
    n, d = np.asarray(values.n), np.asarray(values.d)
    if _WIDE in (n.dtype, d.dtype) or (len(d) and (d != d[0]).any()):
        return None
    n = n.astype(np.int64)
    return n if not len(n) or max(-int(n.min()), int(n.max())) < 2**62 else None


def _lies(values: Read) -> tuple[Doubles, float]:
    """Where the numbers lie, and within which error."""
    if isinstance(values, WideValues):
        return values.near, values.error
    n, d = np.asarray(values.n), np.asarray(values.d)
    if _WIDE in (n.dtype, d.dtype):
        lies = np.array([int(a) / int(b) for a, b in zip(n, d, strict=True)], np.float64)
    else:
        lies = n / d
    return lies, 8 * _UNIT * (float(np.abs(lies).max()) if len(lies) else 0.0)
