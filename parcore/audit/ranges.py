"""Exact interval arithmetic: the values that a formula can take where its names lie in intervals.

Ends that belong and ends that do not are told apart through every operation. Where each name stands
once the range is the true one; else it is an enclosure: never too narrow, perhaps too wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from typing import TypeAlias

from parcore.arithmetic import Formula, Name, Number, Operation
from parcore.expressions import Linear
from parcore.intervals import Interval, exactly, hull, inverse, plus, times
from parcore.numbers import ONE, ZERO

Ranges: TypeAlias = Mapping[str, Interval]


def negative(a: Interval) -> Interval:
    """Every number of the other sign."""
    return times(exactly(-ONE), a)


def reciprocal(a: Interval) -> Interval | None:
    """One over every number here; None where 0 is among them."""
    if ZERO in a:
        return None
    return inverse(a) if a.low is not None and a.low >= 0 else negative(inverse(negative(a)))


def lesser(a: Interval, b: Interval) -> Interval:
    """Every lesser one of a number here and one there: no more than the highest of each."""
    both = hull(a, b)
    under = Interval(high=a.high, high_in=a.high_in).meet(Interval(high=b.high, high_in=b.high_in))
    found = None if under is None else both.meet(under)
    assert found is not None  # the lowest number of the two is in it
    return found


def greater(a: Interval, b: Interval) -> Interval:
    """Every greater one of a number here and one there."""
    return negative(lesser(negative(a), negative(b)))


def range_of(formula: Formula, ranges: Ranges) -> Interval | None:
    """The values of a formula; None where it may divide by 0."""
    match formula:
        case Number():
            return exactly(formula.value)
        case Name():
            return ranges[formula.name]
        case Operation():
            args = [range_of(each, ranges) for each in formula.args]
            known = [each for each in args if each is not None]
            return _operation(formula.op, known) if len(known) == len(args) else None


def _operation(op: str, args: list[Interval]) -> Interval | None:
    match op:
        case "+":
            return plus(*args)
        case "-":
            return plus(args[0], negative(args[1]))
        case "*":
            return times(*args)
        case "/":
            under = reciprocal(args[1])
            return None if under is None else times(args[0], under)
        case "min":
            return reduce(lesser, args)
        case _:
            return reduce(greater, args)


def linear_of(formula: Formula, ranges: Ranges) -> Linear | None:
    """The formula as a sum of names, each times a number; a name of one value is that value.

    None where it is no such sum.
    """
    match formula:
        case Number():
            return Linear(constant=formula.value)
        case Name():
            known = ranges[formula.name]
            if known.low is not None and known.low == known.high:
                return Linear(constant=known.low)
            return Linear(((formula.name, Fraction(1)),))
        case Operation(op="+" | "-" | "*" | "/"):
            left, right = (linear_of(each, ranges) for each in formula.args)
            return None if left is None or right is None else _combined(formula.op, left, right)
        case _:
            return None


def _combined(op: str, left: Linear, right: Linear) -> Linear | None:
    if op in "+-":
        return left.plus(right, 1 if op == "+" else -1)
    if op == "*":
        scaled, by = (left, right) if not right.terms else (right, left)
        return None if by.terms else Linear().plus(scaled, by.constant)
    if right.terms or not right.constant:
        return None
    return Linear().plus(left, 1 / right.constant)


def range_of_linear(sum_: Linear, ranges: Ranges) -> Interval:
    """The values of a sum; always the true range."""
    parts: Iterable[Interval] = (times(exactly(k), ranges[name]) for name, k in sum_.terms)
    return reduce(plus, parts, exactly(sum_.constant))


def known_together(names: Iterable[str], ranges: Ranges) -> bool:
    """Whether no name that can move stands twice, so that a range is the true one."""
    moving = [name for name in names if ranges[name].low is None or ranges[name].low != ranges[name].high]
    return len(moving) == len(set(moving))
