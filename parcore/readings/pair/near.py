"""Numbers known nearly: binary floating columns, each with a proven bound of its error.

A sum of many ratios, nowhere rounded, has a numerator of hundreds of bits. What a rule asks of it (its
floor, whether it is the smaller) is mostly settled by where it lies: the float settles it wherever the
error cannot change the answer. Rows in which it could are `open`; nothing else of them counts, and whoever
folds reads them again in integers. A float is never a score and never decides without this proof.

The proof: in IEEE 754 double precision, rounded to nearest, the result of +, −, × and / is the true one
times (1 + e), |e| <= 2**-53, plus at most 2**-1074 where × or / come below 2**-1022; a conversion from
an integer is rounded once. Bounds keep every number under 2**1000.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from math import inf, nextafter, prod
from typing import Final, Generic, Protocol

from attrs import frozen

from parcore.numbers import ONE, ZERO
from parcore.readings.pair.backend import C, M
from parcore.readings.pair.guard import Guard, Mask, Whole

_UNIT: Final = Fraction(1, 2**53)
_TINY: Final = Fraction(1, 2**1000)
_MOST: Final = 2**1000
_WHOLE: Final = 2**53
"""Integers up to here are floats."""


class Reals(Protocol[C, M]):
    """Columns of IEEE 754 doubles; every operation is rounded to nearest."""

    def real(self, value: float) -> C:
        """The same number for every unit."""

    def reals(self, a: C) -> C:
        """The nearest to integers, narrow or wide."""

    def plus(self, a: C, b: C) -> C:
        """a + b."""

    def minus(self, a: C, b: C) -> C:
        """a - b."""

    def by(self, a: C, b: C) -> C:
        """a × b."""

    def over(self, a: C, b: C) -> C:
        """a / b."""

    def real_where(self, condition: M, a: C, b: C) -> C:
        """a where the condition holds, b elsewhere."""

    def negative(self, a: C) -> M:
        """Whether a < 0."""

    def within(self, a: C, error: float) -> M:
        """Whether |a| <= error, or a is no number."""

    def unsettled(self, a: C, error: float) -> M:
        """Whether a lies within the error of an integer, or is no number."""

    def floor(self, a: C, low: int, high: int) -> C:
        """The floors, as narrow integers, held within bounds."""


@frozen(eq=False)
class Near(Generic[C]):
    """Numbers that lie within `error` of a floating column, whose magnitude is `most` at most.

    `relative`, where given, times a row's own number bounds its error too.
    """

    column: C
    error: Fraction
    most: Fraction
    relative: Fraction | None = None

    def among(self, low: Fraction, high: Fraction) -> Near[C]:
        """The same in rows whose numbers lie between these bounds; of other rows it says nothing."""
        most = max(-low, high, ZERO)
        if self.relative is None or most >= self.most:
            return self
        return _near(self.column, min(self.error, self.relative * most), most)


@frozen(eq=False)
class Opening(Generic[C, M]):
    """Rows in which an answer is not proven: a column of truths or of floors; None: of any column."""

    rows: M
    answer: C | M | None


class Nears(Generic[C, M]):
    """What can be done with numbers known nearly; `opened` says where answers given are not proven."""

    def __init__(self, guard: Guard[C, M], reals: Reals[C, M]) -> None:
        self.opened: list[Opening[C, M]] = []
        self._guard = guard
        self._reals = reals

    def const(self, value: Fraction) -> Near[C] | None:
        """A constant."""
        if abs(value) >= _MOST:
            return None
        return _near(self._reals.real(float(value)), abs(value) * _UNIT + _TINY, abs(value))

    def source(self, n: Whole[C], k: int) -> Near[C] | None:
        """Evidence n / k, which may be wide."""
        most = max(-n.low, n.high)
        if max(most, k) >= _MOST:
            return None
        column = self._reals.over(self._reals.reals(self._guard.column(n)), self._reals.real(float(k)))
        return _related(column, 6 * _UNIT, Fraction(most, k))

    def ratio(self, n: Whole[C], k: int, factors: Sequence[Whole[C]], most: Fraction) -> Near[C] | None:
        """n / (k · the factors) of narrow integers, no larger than `most`."""
        if n.wide or any(each.wide for each in factors):
            return None
        if k * prod(each.high for each in factors) >= _MOST:
            return None
        column, roundings = self._reals.reals(self._guard.column(n)), int(max(-n.low, n.high) > _WHOLE)
        parts = [self._reals.reals(self._guard.column(each)) for each in factors]
        parts += [self._reals.real(float(k))] if k != 1 else []
        if parts:
            # Each part is rounded, each product of two, and the quotient.
            column = self._reals.over(column, reduce(self._reals.by, parts))
            roundings += 2 * len(parts)
        return _related(column, 2 * roundings * _UNIT, most)

    def total(self, terms: Sequence[Near[C] | None]) -> Near[C] | None:
        """The sum."""
        found = terms[0] if terms else self.const(ZERO)
        for each in terms[1:]:
            if found is None or each is None:
                return None
            found = self._joined(found, each, self._reals.plus(found.column, each.column))
        return found

    def _joined(self, a: Near[C], b: Near[C], column: C) -> Near[C]:
        most = a.most + b.most
        return _near(column, a.error + b.error + most * _UNIT, most)

    def product(self, a: Near[C] | None, b: Near[C] | None) -> Near[C] | None:
        """a × b."""
        if a is None or b is None or a.most * b.most >= _MOST:
            return None
        error = a.error * (b.most + b.error) + b.error * a.most
        most = a.most * b.most
        return _near(self._reals.by(a.column, b.column), error + most * _UNIT + _TINY, most)

    def times(self, a: Near[C] | None, factor: Fraction) -> Near[C] | None:
        """a × a constant."""
        return a if factor == ONE else self.product(a, self.const(factor))

    def quotient(self, a: Near[C] | None, b: Near[C] | None, smallest: Fraction) -> Near[C] | None:
        """a / b, where b is `smallest` at least."""
        if a is None or b is None or 2 * b.error >= smallest:
            return None
        most = 2 * a.most / smallest
        if most >= _MOST:
            return None
        error = (a.error + most * b.error) / smallest
        return _near(self._reals.over(a.column, b.column), error + most * _UNIT + _TINY, most)

    def where(self, condition: Mask[M], a: Near[C] | None, b: Near[C] | None) -> Near[C] | None:
        """a where the condition holds, b elsewhere."""
        if isinstance(condition, bool):
            return a if condition else b
        if a is None or b is None:
            return None
        column = self._reals.real_where(condition, a.column, b.column)
        return _near(column, max(a.error, b.error), max(a.most, b.most))

    def kept(self, ok: Mask[M], a: Near[C] | None) -> Near[C] | None:
        """a where it counts, 0 elsewhere."""
        return a if ok is True else self.where(ok, a, self.const(ZERO))

    def less(self, a: Near[C], b: Near[C], counts: Mask[M]) -> M:
        """Whether a < b, where it counts."""
        apart = self._joined(a, b, self._reals.minus(a.column, b.column))
        answer = self._reals.negative(apart.column)
        self._open(self._reals.within(apart.column, _up(apart.error)), counts, answer)
        return answer

    def equal(self, a: Near[C], b: Near[C], counts: Mask[M]) -> bool:
        """Whether a = b, where it counts: nowhere that anything is proven."""
        apart = self._joined(a, b, self._reals.minus(a.column, b.column))
        self._open(self._reals.within(apart.column, _up(apart.error)), counts, None)
        return False

    def floor(self, a: Near[C], low: int, high: int, counts: Mask[M]) -> Whole[C]:
        """The floor of a, which is known to lie between the bounds."""
        answer = self._reals.floor(a.column, low, high)
        # What is added to the error is the rounding of the distance from the floor.
        self._open(self._reals.unsettled(a.column, _up(a.error + 8 * _UNIT)), counts, answer)
        return self._guard.known(low, high, answer)

    def _open(self, rows: M, counts: Mask[M], answer: C | M | None) -> None:
        where = self._guard.both(rows, counts)
        if not isinstance(where, bool):
            self.opened.append(Opening(where, answer))


def _near(column: C, error: Fraction, most: Fraction) -> Near[C]:
    """Nearly known numbers; both bounds are rounded up to floats, which keeps them quick."""
    error = Fraction(_up(error))
    return Near(column, error, Fraction(_up(most + error)))


def _related(column: C, relative: Fraction, most: Fraction) -> Near[C]:
    found = _near(column, relative * most, most)
    return Near(column, found.error, found.most, relative)


def _up(bound: Fraction) -> float:
    """A float that is not smaller."""
    found = float(bound)
    return nextafter(found, inf) if Fraction(found) < bound else found
