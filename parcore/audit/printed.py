"""A number as an announcement prints it, and the values that it can stand for.

In: "9,05 points", "> 31 %", "[0,100] %", the format of its numbers and how they were shortened.
Out: an interval. Counts, ranks, places, years and maxima are exact; a bound is open to one side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.intervals import Interval, exactly, is_bound, parse_bound
from parcore.numbers import HALF, NumberError, NumberFormat, parse_number, printed_decimals


class Printing(Enum):
    """How the numbers of an announcement were shortened; `UNKNOWN`: either way, each number by itself.

    Half up is floor(x + ½) in units of the last digit; truncated is towards zero.
    """

    HALF_UP = "half_up"
    TRUNCATED = "truncated"
    UNKNOWN = "unknown"


class Unit(Enum):
    """What a number counts. Points and per cent are shortened when they are printed; the rest is exact."""

    POINTS = "points"
    PERCENT = "%"
    MAXIMUM = "maximum"
    RANK = "rank"
    PLACES = "places"
    COUNT = "count"
    YEAR = "year"


SHORTENED: Final = (Unit.POINTS, Unit.PERCENT)
_SHAPE: Final = re.compile(rf"(.+?)\s*({'|'.join(each.value for each in Unit)})")
_MARKS: Final = "0123456789"


@frozen
class Printed:
    """A number as printed: its text, its unit, the values it can stand for.

    `value` is the number itself; None where only a bound or a range is given.
    """

    text: str
    unit: Unit
    interval: Interval
    value: Fraction | None

    @property
    def tight(self) -> Interval:
        """The values it can stand for, were nothing shortened."""
        return self.interval if self.value is None else exactly(self.value)

    @property
    def shown(self) -> str:
        """The number with its unit, as a reader meets it."""
        return f"{self.text} %" if self.unit is Unit.PERCENT else self.text


def parse_printed(text: str, numbers: NumberFormat, printing: Printing) -> Printed:
    """What a number of an announcement stands for.

    Raises:
        NumberError: no number in the format.
        IntervalError: no interval, where one is written.
    """
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        raise NumberError(text)
    body, unit = shape[1], Unit(shape[2])
    if is_bound(body):
        return Printed(body, unit, parse_bound(body, numbers), None)
    value = parse_number(body, numbers)
    if unit not in SHORTENED:
        return Printed(body, unit, exactly(value), value)
    step = Fraction(1, 10 ** printed_decimals(body, value))
    return Printed(body, unit, behind(value, step, printing), value)


def behind(value: Fraction, step: Fraction, printing: Printing) -> Interval:
    """The numbers that are printed as `value`, a multiple of `step`."""
    half = step * HALF
    match printing:
        case Printing.HALF_UP:
            return Interval(value - half, True, value + half, False)
        case Printing.TRUNCATED if value > 0:
            return Interval(value, True, value + step, False)
        case Printing.TRUNCATED if value < 0:
            return Interval(value - step, False, value, True)
        case Printing.UNKNOWN if value > 0:
            return Interval(value - half, True, value + step, False)
        case Printing.UNKNOWN if value < 0:
            return Interval(value - step, False, value + half, False)
        case _:
            return Interval(-step, False, step, False)


def misprints(text: str) -> Iterator[tuple[bool, str]]:
    """The texts one slip away: a digit changed, two characters swapped, one dropped; and one added (True)."""
    seen = {text}
    for longer, each in _slips(text):
        if each not in seen:
            seen.add(each)
            yield longer, each


def _slips(text: str) -> Iterator[tuple[bool, str]]:
    for at, char in enumerate(text):
        yield from ((False, text[:at] + digit + text[at + 1 :]) for digit in _MARKS if char.isdigit())
        yield False, text[:at] + text[at + 1 :]
        yield False, text[:at] + text[at + 1 : at + 2] + char + text[at + 2 :]
    for at in range(len(text) + 1):
        yield from ((True, text[:at] + digit + text[at:]) for digit in _MARKS)
