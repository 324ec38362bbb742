"""Weights between bounds, their sum fixed: what a linear form can come to, and the smallest changes. Exact.

A form Σ g·w over such weights is largest where the sum is given first to what gains most (a fractional
knapsack): a closed form in fractions. No solver, no float.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from parcore.numbers import ZERO

Vector: TypeAlias = tuple[Fraction, ...]


@frozen
class Box:
    """All weights with `low` <= weight <= `high`, part by part, that add up to `total`."""

    low: Vector
    high: Vector
    total: Fraction

    @property
    def empty(self) -> bool:
        """Whether there are no such weights."""
        crossed = any(low > high for low, high in zip(self.low, self.high, strict=True))
        return crossed or not sum(self.low) <= self.total <= sum(self.high)

    def __contains__(self, weights: Vector) -> bool:
        within = (a <= w <= b for a, w, b in zip(self.low, weights, self.high, strict=True))
        return all(within) and sum(weights) == self.total

    def most(self, gains: Sequence[Fraction]) -> Vector:
        """The weights at which Σ gain × weight is largest: what gains most is filled first."""
        found, left = [*self.low], self.total - sum(self.low)
        for at in sorted(range(len(gains)), key=lambda each: -gains[each]):
            more = min(left, self.high[at] - self.low[at])
            found[at] += more
            left -= more
        return tuple(found)


def form(gains: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    """Σ gain × weight."""
    return sum((g * w for g, w in zip(gains, weights, strict=True)), ZERO)


class Norm(Enum):
    """How large a change of weights is: its largest part, that part relative to the weight, or all parts."""

    LARGEST = "largest"
    RELATIVE = "relative"
    TOTAL = "total"


@frozen
class Change:
    """A change of weights: how large it is by its norm, and the weights it leads to."""

    size: Fraction
    weights: Vector


def smallest(norm: Norm, weights: Vector, box: Box, gains: Vector, gap: Fraction) -> Change | None:
    """The smallest change of weights, within the box, that lowers Σ gain × weight by `gap` > 0.

    None where no weights of the box lower it so far.
    """
    if norm is Norm.TOTAL:
        return _least_in_all(weights, box, gains, gap)
    unit = weights if norm is Norm.RELATIVE else (Fraction(1),) * len(weights)
    size = _least_reach(weights, box, gains, gap, unit)
    if size is None:
        return None
    reach = Box(
        tuple(max(a, w - size * u) for a, w, u in zip(box.low, weights, unit, strict=True)),
        tuple(min(b, w + size * u) for b, w, u in zip(box.high, weights, unit, strict=True)),
        box.total,
    )
    return Change(size, reach.most([-each for each in gains]))


def _least_reach(weights: Vector, box: Box, gains: Vector, gap: Fraction, unit: Vector) -> Fraction | None:
    """The least ε for which changes of at most ε units each lower the form by the gap.

    With room up and down in each part, the most that ε allows is, by the duality of linear programs,
    min over λ of Σ (λ − g)⁺ · min(ε·unit, up) + (g − λ)⁺ · min(ε·unit, down): convex and piecewise linear
    in λ with its corners at the gains, so the least is at one of them. So ε has to be enough for each.
    """
    up = [b - w for b, w in zip(box.high, weights, strict=True)]
    down = [w - a for a, w in zip(box.low, weights, strict=True)]
    found = ZERO
    for corner in set(gains):
        terms = [
            (corner - g, u, room) if g < corner else (g - corner, u, below)
            for g, u, room, below in zip(gains, unit, up, down, strict=True)
            if g != corner
        ]
        enough = _enough(terms, gap)
        if enough is None:
            return None
        found = max(found, enough)
    return found


def _enough(terms: Sequence[tuple[Fraction, Fraction, Fraction]], gap: Fraction) -> Fraction | None:
    """The least ε with Σ factor × min(ε × unit, room) = gap; None where the sum never gets there."""
    rising = sorted(((room / unit, f, unit) for f, unit, room in terms if unit), key=lambda each: each[0])
    slope, full = sum((f * unit for _, f, unit in rising), ZERO), ZERO
    for end, factor, unit in rising:
        if slope and (gap - full) / slope <= end:
            return (gap - full) / slope
        slope -= factor * unit
        full += factor * unit * end
    return None


def _least_in_all(weights: Vector, box: Box, gains: Vector, gap: Fraction) -> Change | None:
    """Weight moved from where the form gains most to where it gains least, pair by pair, until it is enough.

    A unit moved costs 2 whatever the pair, and lowers the form by the pair's difference: the best first.
    """
    by_gain = sorted(range(len(gains)), key=lambda each: gains[each])
    takers, givers = iter(by_gain), iter(reversed(by_gain))
    found, moved, left = [*weights], ZERO, gap
    to, of = next(takers), next(givers)
    while left:
        if gains[of] <= gains[to]:
            return None
        room, stock = box.high[to] - found[to], found[of] - box.low[of]
        if not room:
            to = next(takers)
        elif not stock:
            of = next(givers)
        else:
            amount = min(room, stock, left / (gains[of] - gains[to]))
            found[to] += amount
            found[of] -= amount
            moved += 2 * amount
            left -= amount * (gains[of] - gains[to])
    return Change(moved, tuple(found))
