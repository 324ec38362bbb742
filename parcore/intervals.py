"""Intervals of exact numbers, as decisions write them: "[88%,90%]", "(90%,100%)", "=100%", "[21,…)".

Sums, products and inverses of intervals hold all that the numbers in them can give.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from attrs import field, frozen

from parcore.numbers import ZERO, NumberError, NumberFormat, exact_text, parse_number

_SHAPE = re.compile(r"([\[(])([^,;]+)[,;]([^,;]+)([\])])")
_COMMAS = re.compile(r"([\[(])([^;]+);([^;]+)([\])])")  # where a comma may stand in a number
_ONE_END = re.compile(r"(>=|<=|>|<|≥|≤)(.+)", re.DOTALL)
_OPEN = {"…", "..."}


class IntervalError(ValueError):
    """A text that is no interval, or one that holds nothing."""


def _exact(_: object, __: object, bound: Fraction | None) -> None:
    if not isinstance(bound, Fraction | None):
        raise TypeError(f"{bound!r} is no exact number")


@frozen(cache_hash=True)
class Interval:
    """The numbers from `low` to `high`; None is no bound. `low_in`, `high_in`: whether the ends belong."""

    low: Fraction | None = field(default=None, validator=_exact)
    low_in: bool = False
    high: Fraction | None = field(default=None, validator=_exact)
    high_in: bool = False

    def __attrs_post_init__(self) -> None:
        # No bound is open: one set of numbers is one interval.
        if self.low is None:
            object.__setattr__(self, "low_in", False)
        if self.high is None:
            object.__setattr__(self, "high_in", False)
        if self.low is None or self.high is None:
            return
        if self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in)):
            raise IntervalError(f"{self} holds no number")

    def __contains__(self, x: Fraction) -> bool:
        if self.low is not None and (x < self.low or (x == self.low and not self.low_in)):
            return False
        return self.high is None or x < self.high or (x == self.high and self.high_in)

    def before(self, other: Interval) -> bool:
        """Whether every number here is smaller than every number there."""
        if self.high is None or other.low is None:
            return False
        return self.high < other.low or (self.high == other.low and not (self.high_in and other.low_in))

    def meet(self, other: Interval) -> Interval | None:
        """The numbers in both; None when there are none."""
        low, low_in = _tighter(self.low, self.low_in, other.low, other.low_in, largest=True)
        high, high_in = _tighter(self.high, self.high_in, other.high, other.high_in, largest=False)
        try:
            return Interval(low, low_in, high, high_in)
        except IntervalError:
            return None

    def minus(self, other: Interval) -> tuple[Interval, ...]:
        """The numbers here that are not there: no, one or two intervals, in order."""
        left = None if other.low is None else Interval(high=other.low, high_in=not other.low_in)
        right = None if other.high is None else Interval(low=other.high, low_in=not other.high_in)
        parts = (self.meet(each) for each in (left, right) if each is not None)
        return tuple(part for part in parts if part is not None)

    def __str__(self) -> str:
        if self.low is not None and self.low == self.high:
            return f"={exact_text(self.low)}"
        low = "…" if self.low is None else exact_text(self.low)
        high = "…" if self.high is None else exact_text(self.high)
        return f"{'[' if self.low_in else '('}{low},{high}{']' if self.high_in else ')'}"


def _tighter(
    a: Fraction | None, a_in: bool, b: Fraction | None, b_in: bool, *, largest: bool
) -> tuple[Fraction | None, bool]:
    if a is None:
        return b, b_in
    if b is None:
        return a, a_in
    if a == b:
        return a, a_in and b_in
    return (a, a_in) if (a > b) == largest else (b, b_in)


def exactly(x: Fraction) -> Interval:
    """The interval of one number."""
    return Interval(x, True, x, True)


def at_least(x: Fraction) -> Interval:
    """From `x` up, `x` included."""
    return Interval(low=x, low_in=True)


def below(x: Fraction) -> Interval:
    """Under `x`, `x` not included."""
    return Interval(high=x)


def above(x: Fraction) -> Interval:
    """Over `x`, `x` not included."""
    return Interval(low=x)


def at_most(x: Fraction) -> Interval:
    """Up to `x`, `x` included."""
    return Interval(high=x, high_in=True)


_ONE_SIDED = {">": above, "<": below, ">=": at_least, "≥": at_least, "<=": at_most, "≤": at_most}

EVERYTHING = Interval()

_End = tuple[int, Fraction, bool]
"""An end: −1 or 1 where there is no bound, else 0 and the number; whether it belongs."""


def _ends(a: Interval) -> tuple[_End, _End]:
    low = (-1, ZERO, False) if a.low is None else (0, a.low, a.low_in)
    return low, (1, ZERO, False) if a.high is None else (0, a.high, a.high_in)


def _around(ends: Iterable[_End]) -> Interval:
    """The smallest interval that holds all of some ends."""
    ends = [*ends]
    low, high = min(each[:2] for each in ends), max(each[:2] for each in ends)
    return Interval(
        None if low[0] else low[1], (*low, True) in ends, None if high[0] else high[1], (*high, True) in ends
    )


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval that holds both."""
    return _around((*_ends(a), *_ends(b)))


def plus(a: Interval, b: Interval) -> Interval:
    """All sums of a number of each."""
    low = None if a.low is None or b.low is None else a.low + b.low
    high = None if a.high is None or b.high is None else a.high + b.high
    return Interval(low, a.low_in and b.low_in, high, a.high_in and b.high_in)


def times(a: Interval, b: Interval) -> Interval:
    """All products of a number of each."""
    return _around(_product(x, y) for x in _ends(a) for y in _ends(b))


def _product(x: _End, y: _End) -> _End:
    nothing = [end[2] for end in (x, y) if not end[0] and not end[1]]
    if nothing:  # 0 times anything, however large
        return 0, ZERO, any(nothing) or (x[2] and y[2])
    if x[0] or y[0]:
        return (x[0] or (1 if x[1] > 0 else -1)) * (y[0] or (1 if y[1] > 0 else -1)), ZERO, False
    return 0, x[1] * y[1], x[2] and y[2]


def inverse(a: Interval) -> Interval:
    """1 / x for every x of an interval of positive numbers."""
    low, low_in = (ZERO, False) if a.high is None else (1 / a.high, a.high_in)
    return Interval(low, low_in, 1 / a.low, a.low_in) if a.low else Interval(low, low_in)


@frozen
class Range:
    """The numbers that a quantity can take: an interval, and its grid (0.01 for two decimals; None: any)."""

    interval: Interval = EVERYTHING
    step: Fraction | None = None

    def __contains__(self, x: Fraction) -> bool:
        if self.step is not None and (x if self.step == 1 else x / self.step).denominator != 1:
            return False
        return x in self.interval

    def within(self, interval: Interval) -> Range | None:
        """The numbers of the range inside an interval, its ends drawn in to the grid; None when none are."""
        both = self.interval.meet(interval)
        if both is None or self.step is None:
            return None if both is None else Range(both)
        low, high = both.low, both.high
        if low is not None:
            least = -(-low // self.step) * self.step
            low = least if least in both or least > low else least + self.step
        if high is not None:
            most = high // self.step * self.step
            high = most if most in both or most < high else most - self.step
        if low is not None and high is not None and low > high:
            return None
        return Range(Interval(low, low is not None, high, high is not None), self.step)

    def sample(self, within: Interval) -> Fraction | None:
        """A number of the range inside `within`; None when there is none."""
        both = self.interval.meet(within)
        if both is None:
            return None
        if self.step is None:
            return _inside(both)
        return _on_grid(both, self.step)


def _inside(interval: Interval) -> Fraction:
    low, high = interval.low, interval.high
    if low is not None and interval.low_in:
        return low
    if high is not None and interval.high_in:
        return high
    if low is not None and high is not None:
        return (low + high) / 2
    if low is not None:
        return low + 1
    return high - 1 if high is not None else ZERO


def _on_grid(interval: Interval, step: Fraction) -> Fraction | None:
    if interval.low is not None:
        x = -((-interval.low) // step) * step
        x = x if x in interval or interval.low_in else x + step if x == interval.low else x
    elif interval.high is not None:
        x = (interval.high // step) * step
        x = x if interval.high_in or x != interval.high else x - step
    else:
        x = ZERO
    return x if x in interval else None


def parse_bound(text: str, numbers: NumberFormat) -> Interval:
    """What is said of a number that is not said itself: "> 80%", "<= 5", "[60%,100%)".

    Where numbers may have a comma, the ends of an interval stand apart by a semicolon, if by a comma
    they could be read in two ways.

    Raises:
        IntervalError: no such shape, or an interval that is none.
        NumberError: a number that cannot be read, or has two readings.
    """
    one = _ONE_END.fullmatch(text.strip())
    if one is None:
        return parse_interval(text, numbers)
    return _ONE_SIDED[one.group(1)](parse_number(one.group(2), numbers))


def is_bound(text: str) -> bool:
    """Whether a text is written as a bound is, whatever it bounds."""
    return text.lstrip().startswith((*"<>≤≥[(",))


def parse_interval(text: str, numbers: NumberFormat = NumberFormat.UNDECLARED) -> Interval:
    """The interval a decision writes; `…` (or `...`) stands for no bound, `%` divides by 100.

    Raises:
        IntervalError: no such shape, a bound that is no number or has two readings ("21.000"), one
            bound in per cent and the other not, a closed end at `…`, or nothing inside.
    """
    body = text.strip()
    try:
        if body.startswith("="):
            return exactly(parse_number(body[1:], numbers))
        shape = _SHAPE.fullmatch(body) or _COMMAS.fullmatch(body)
        if shape is None:
            raise IntervalError(f"{text!r} is no interval")
        left, low, high, right = (part.strip() for part in shape.groups())
        ends = {each.endswith("%") for each in (low, high) if each not in _OPEN and each.strip("0")}
        if len(ends) > 1:
            raise IntervalError(f"{text!r}: one end is in per cent, the other is not")
        if (low in _OPEN and left == "[") or (high in _OPEN and right == "]"):
            raise IntervalError(f"{text!r}: an end without a bound is open")
        return Interval(
            None if low in _OPEN else parse_number(low, numbers),
            left == "[",
            None if high in _OPEN else parse_number(high, numbers),
            right == "]",
        )
    except NumberError as error:
        raise IntervalError(f"{text!r}: {error}") from error
