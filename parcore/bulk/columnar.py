"""Ranks and bands of many units in columns: what `ranking` and `classes` give for each, compared exactly.

In: the values of a root over a block (`readings.columns.chunks`). Where floats settle an order or a side
of an edge they do; numbers that lie too near each other are compared exactly. Needs `parcore[columnar]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any, Final, TypeAlias, cast

import numpy as np
from attrs import evolve, frozen

from parcore.intervals import Interval
from parcore.lazy import Lazy
from parcore.readings.columns.arrays import Doubles, Ints, Truths
from parcore.readings.columns.chunks import WideValues
from parcore.readings.pair.reading import Values
from parcore.results.ranking import Entry, tiers
from parcore.rules.policies import Ties, Tolerance
from parcore.values import State, Value

_UNIT: Final = 2.0**-53
_WIDE: Final = np.dtype(object)
NONE: Final = -1
"""The place or band of a unit that has none."""


@frozen(eq=False)
class Joined(Lazy[Value]):
    """A root's values over several parts of the units: row i is row `within[i]` of `parts[of[i]]`.

    As `WideValues`, it says of each number where it lies; in a row of no part (`NONE`) nobody knows any.
    """

    parts: tuple[Values | WideValues, ...]
    of: Ints
    within: Ints
    states: Ints
    near: Doubles
    error: float

    def __len__(self) -> int:
        return len(self.of)

    def item(self, at: int) -> Value:
        """The value in a row."""
        state = State(int(self.states[at]))
        return self.parts[self.of[at]][int(self.within[at])] if state is State.OK else Value(state)

    def exactly(self, rows: Ints) -> list[Value]:
        """The values of some rows."""
        found = [Value(State.WITHHELD)] * len(rows)
        for at, part in enumerate(self.parts):
            here = np.flatnonzero(self.of[rows] == at)
            inner = self.within[rows[here]]
            values = part.exactly(inner) if isinstance(part, WideValues) else [part[int(o)] for o in inner]
            for row, value in zip(here, values, strict=True):
                found[row] = value
        return found


Column: TypeAlias = Values | WideValues | Joined


def joined(parts: Sequence[tuple[Ints, Column | None]], size: int) -> Column:
    """A root's column over all units, from those of parts: the rows of each, and its column where it has one.

    A row of no column has no number.
    """
    held = [(rows, column) for rows, column in parts if column is not None]
    if len(held) == 1 and len(held[0][0]) == size and not (np.diff(held[0][0]) != 1).any():
        return held[0][1]
    states = np.full(size, State.WITHHELD, np.int8)
    for rows, column in held:
        states[rows] = column.states
    if held and all(_plain(column) is not None for _, column in held):
        denominators = {int(np.asarray(cast("Values", column).d)[0]) for _, column in held if len(column)}
        if len(denominators) <= 1:
            n = np.zeros(size, np.int64)
            for rows, column in held:
                n[rows] = np.asarray(cast("Values", column).n)
            return Values(states, n, np.broadcast_to(np.int64(next(iter(denominators), 1)), (size,)))  # type: ignore[arg-type]  # arrays are sequences to whom reads them
    of, within = np.full(size, NONE, np.int64), np.zeros(size, np.int64)
    near, error = np.zeros(size), 0.0
    for at, (rows, column) in enumerate(held):
        of[rows], within[rows] = at, np.arange(len(rows))
        near[rows], own = _lies(column)
        error = max(error, own)
    inner = tuple(cast("Values | WideValues", column) for _, column in held)
    return Joined(inner, of, within, states, near, error)


def masked(values: Column, kept: Truths) -> Column:
    """The column without the numbers of rows that are not kept."""
    own = np.asarray(values.states)
    states: Any = np.where(kept | (own != State.OK), own, np.int8(State.WITHHELD))
    changed: Column = evolve(cast("Any", values), states=states)
    return changed


def as_column(values: Sequence[Value]) -> Column:
    """What a backend gives as a column of arrays: 64 bits where they fit, else Python integers."""
    if isinstance(values, WideValues | Joined):
        return values
    if isinstance(values, Values):
        return Values(*(_array(each) for each in (values.states, values.n, values.d)))
    numbers = [(value.state, value.number.numerator, value.number.denominator) for value in values]
    return Values(*(_array(each) for each in zip(*numbers, strict=True)))


def _array(numbers: Any) -> Any:
    if isinstance(numbers, np.ndarray):
        return numbers
    held = [int(each) for each in numbers]
    fits = not held or (min(held) >= -(2**63) and max(held) < 2**63)
    return np.array(held, np.int64 if fits else object)


@frozen(eq=False)
class Order:
    """Units from the best down: `tier[i]` counts the larger numbers, `NONE` where a unit has none.

    `compared` is how many numbers lay too near each other for floats and were compared exactly.
    """

    tier: Ints
    compared: int


def ordered(values: Column) -> Order:
    """The order of a root's numbers: equal ones have one tier, 0 for the largest."""
    known = np.flatnonzero(np.asarray(values.states) == State.OK)
    tier = np.full(len(values), NONE, np.int64)
    plain = _plain(values)
    if plain is not None:
        _, place = np.unique(-plain[known], return_inverse=True)
        tier[known] = place
        return Order(tier, 0)
    lies, error = _lies(values)
    best = known[np.argsort(-lies[known], kind="stable")]
    # Two numbers further apart than both errors, and the rounding of the distance, are in order.
    apart = np.diff(-lies[best]) > 2 * error * (1 + 8 * _UNIT) + 8 * _UNIT * _most(lies[known])
    first = np.concatenate([[True], apart]) if len(best) else np.empty(0, bool)
    starts, ends = np.flatnonzero(first), np.append(np.flatnonzero(first)[1:], len(best))
    steps = first.astype(np.int64)
    near = np.flatnonzero(ends - starts > 1)
    compared = int((ends - starts)[near].sum())
    signs = _signs(values, best)
    if signs is not None:
        steps[1:] = first[1:] | (signs != 0)
        astray = np.flatnonzero((signs < 0) & ~first[1:])
        near = np.unique(np.searchsorted(starts, astray, side="right") - 1)
    groups = [best[starts[at] : ends[at]].copy() for at in near]
    # All at once: each call folds the program anew.
    numbers_of = iter(_exactly(values, np.concatenate(groups)) if groups else ())
    for at, rows in zip(near, groups, strict=True):
        numbers = list(islice(numbers_of, len(rows)))
        order = sorted(range(len(rows)), key=lambda each: -numbers[each])
        best[starts[at] : ends[at]] = rows[order]
        for here, (one, two) in enumerate(pairwise(order), int(starts[at]) + 1):
            steps[here] = numbers[one] != numbers[two]
    tier[best] = np.cumsum(steps) - 1
    return Order(tier, compared)


def _signs(values: Column, best: Ints) -> Ints | None:
    """Whether each number is larger than the next (1), equal (0) or smaller (-1), where 63 bits can tell."""
    if not isinstance(values, Values):
        return None
    n, d = np.asarray(values.n)[best], np.asarray(values.d)[best]
    if _WIDE in {n.dtype, d.dtype} or not len(best) or int(d.min()) < 1:
        return None
    n, d = n.astype(np.int64), d.astype(np.int64)
    if max(-int(n.min()), int(n.max())) * int(d.max()) >= 2**62:
        return None
    found: Ints = np.sign(n[:-1] * d[1:] - n[1:] * d[:-1])
    return found


def ranks(
    values: Column,
    method: Ties,
    breaks: Sequence[tuple[Column, bool]] = (),
    circles: Ints | None = None,
    tolerance: Tolerance | None = None,
) -> tuple[Ints, Truths]:
    """Each unit's place within its circle (`NONE` without a number or a circle), and whether it shares it.

    `breaks` tell equal units apart, in order: a column, and whether the lowest comes first; no number is
    last. `circles` number the circle of each unit, `NONE` for none.
    """
    tier = ordered(values).tier
    circles = np.zeros(len(tier), np.int64) if circles is None else circles
    ranked = np.flatnonzero((tier != NONE) & (circles != NONE))
    if tolerance is not None:
        tier = _tolerant(values, tier, circles, ranked, tolerance)
    keys = [tier[ranked], *(_broken(column, lowest)[ranked] for column, lowest in breaks)]
    order = np.lexsort([*reversed(keys), circles[ranked]])
    rows, parts = ranked[order], [circles[ranked][order], *(key[order] for key in keys)]
    new = np.ones(len(rows), bool)
    if len(rows):
        new[1:] = np.logical_or.reduce([np.diff(each) != 0 for each in parts])
    start = np.ones(len(rows), bool)
    start[1:] = np.diff(parts[0]) != 0
    at = np.arange(len(rows))
    begins = np.maximum.accumulate(np.where(start, at, 0)) if len(rows) else at
    place = np.maximum.accumulate(np.where(new, at, 0)) - begins if len(rows) else at
    if method is Ties.DENSE and len(rows):
        count = np.cumsum(new)
        place = count - count[begins]
    alone = new & np.append(new[1:], True) if len(rows) else new
    places, shared = np.full(len(tier), NONE, np.int64), np.zeros(len(tier), bool)
    places[rows], shared[rows] = place + 1, ~alone
    return places, shared


def _broken(values: Column, lowest: bool) -> Ints:
    """A key that is the smaller the earlier a unit comes."""
    tier = ordered(values).tier
    last = np.iinfo(np.int64).max
    return np.where(tier == NONE, last, -tier if lowest else tier)


def _tolerant(values: Column, tier: Ints, circles: Ints, ranked: Ints, tolerance: Tolerance) -> Ints:
    """Tiers within each circle of numbers that count as one; each distinct number is made once."""
    found = tier.copy()
    for circle in np.unique(circles[ranked]):
        rows = ranked[circles[ranked] == circle]
        _, first, inverse = np.unique(tier[rows], return_index=True, return_inverse=True)
        numbers = _exactly(values, rows[first])
        entries = [Entry(f"{at:020d}", number) for at, number in enumerate(numbers)]
        merged = np.empty(len(first), np.int64)
        for place, tied in enumerate(tiers(entries, tolerance)):
            merged[[int(each.unit) for each in tied]] = place
        found[rows] = merged[inverse]
    return found


def banded(values: Column, bands: Sequence[Interval]) -> Ints:
    """The position of the first band that holds each unit's number; `NONE` where there is none."""
    found = np.full(len(values), NONE, np.int64)
    known = np.asarray(values.states) == State.OK
    for at in range(len(bands) - 1, -1, -1):
        band, inside = bands[at], known.copy()
        if band.low is not None:
            inside &= ~_below(values, band.low, known, on_it=not band.low_in)
        if band.high is not None:
            inside &= _below(values, band.high, known, on_it=band.high_in)
        found[inside] = at
    return found


def _below(values: Column, edge: Fraction, known: Truths, *, on_it: bool) -> Truths:
    """Whether each number is below an edge, or on it where that counts."""
    plain = _plain(values)
    if plain is not None and len(plain):
        at = edge * int(values.d[0])  # type: ignore[union-attr]
        cut = at.numerator // at.denominator
        side: Truths = plain <= cut if on_it or at.denominator > 1 else plain < cut
        return side
    lies, error = _lies(values)
    limit = float(edge)
    away = lies - limit
    below = away < 0
    slack = error * (1 + 8 * _UNIT) + 8 * _UNIT * (_most(lies) + abs(limit))
    rows = np.flatnonzero(known & ~(np.abs(away) > slack))
    if len(rows):
        numbers = _exactly(values, rows)
        below[rows] = [each <= edge if on_it else each < edge for each in numbers]
    return below


def _plain(values: Column) -> Any | None:
    """The numerators, where they fit 63 bits and have one denominator: they compare as the numbers do."""
    if not isinstance(values, Values):
        return None
    n, d = np.asarray(values.n), np.asarray(values.d)
    if _WIDE in {n.dtype, d.dtype} or (len(d) and (d != d[0]).any()):
        return None
    return n.astype(np.int64, copy=False)


def _lies(values: Column) -> tuple[Doubles, float]:
    """Where the numbers lie, and within which error."""
    if not isinstance(values, Values):
        return values.near, values.error
    n, d = np.asarray(values.n), np.asarray(values.d)
    if _WIDE in {n.dtype, d.dtype}:
        lies = np.array([int(a) / int(b) for a, b in zip(n, d, strict=True)], np.float64)
    else:
        lies = n / d
    return lies, 8 * _UNIT * _most(lies)


def _most(lies: Doubles) -> float:
    return float(np.abs(lies).max()) if len(lies) else 0.0


def _exactly(values: Column, rows: Ints) -> list[Fraction]:
    found: Sequence[Value] = () if isinstance(values, Values) else values.exactly(rows)[:]
    return [each.number for each in found] if found else [values[int(at)].number for at in rows]
