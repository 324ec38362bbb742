"""Linear relations taken together: can numbers within their intervals satisfy all of them at once?

Exact: equations are solved for a name each, what is left is eliminated name by name (Fourier and
Motzkin), strict and not strict told apart. Of sums with the same names only the tightest is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Final

from attrs import frozen

from parcore.audit.ranges import Ranges
from parcore.expressions import Linear
from parcore.numbers import ZERO

MOST: Final = 3_000
"""Inequalities beyond which relations are left to stand each alone."""


@frozen
class Constraint:
    """sum `op` 0, `op` one of = <= <, and the relations that it comes from (none: a number's interval)."""

    sum: Linear
    op: str
    of: frozenset[str] = frozenset()


class TooMany(Exception):
    """More inequalities than are looked at."""


def constraint(sum_: Linear, op: str, id_: str) -> Constraint:
    """A relation whose two sides differ by a sum, as a constraint."""
    if op in (">", ">="):
        return Constraint(Linear().plus(sum_, -1), op.replace(">", "<"), frozenset((id_,)))
    return Constraint(sum_, op, frozenset((id_,)))


def conflict(constraints: Sequence[Constraint], ranges: Ranges) -> frozenset[str]:
    """The relations of a smallest conflict: they cannot all hold, and without any one of them the rest can.

    Empty where all can hold together.

    Raises:
        TooMany: it takes too many inequalities to say.
    """
    found = _conflict(constraints, ranges)
    if found is None:
        return frozenset()
    for each in sorted(found):
        less = [it for it in constraints if it.of <= found and each not in it.of]
        smaller = _conflict(less, ranges)
        found = found if smaller is None else smaller
    return found


def _conflict(constraints: Iterable[Constraint], ranges: Ranges) -> frozenset[str] | None:
    constraints = list(constraints)
    names = dict.fromkeys(name for each in constraints for name in each.sum.names)
    system = [*constraints, *(bound for name in names for bound in _bounds(name, ranges))]
    equations = [each for each in system if each.op == "="]
    rest = [each for each in system if each.op != "="]
    while equations:
        one = equations.pop()
        if not one.sum.terms:
            if one.sum.constant:
                return one.of
            continue
        name, _ = one.sum.terms[0]
        equations = [_without(name, each, one) for each in equations]
        rest = [_without(name, each, one) for each in rest]
    return _eliminated(rest)


def _bounds(name: str, ranges: Ranges) -> Iterator[Constraint]:
    own = ranges[name]
    if own.low is not None:
        yield Constraint(Linear(((name, Fraction(-1)),), own.low), "<=" if own.low_in else "<")
    if own.high is not None:
        yield Constraint(Linear(((name, Fraction(1)),), -own.high), "<=" if own.high_in else "<")


def _factor(name: str, each: Constraint) -> Fraction:
    return dict(each.sum.terms).get(name, ZERO)


def _without(name: str, each: Constraint, equation: Constraint) -> Constraint:
    """A constraint with a name replaced by what an equation says it is."""
    factor = _factor(name, each)
    if not factor:
        return each
    sum_ = each.sum.plus(equation.sum, -factor / _factor(name, equation))
    return Constraint(sum_, each.op, each.of | equation.of)


def _eliminated(rest: list[Constraint]) -> frozenset[str] | None:
    while True:
        for each in rest:
            if not each.sum.terms and (each.sum.constant > 0 or (each.op == "<" and not each.sum.constant)):
                return each.of
        rest = _tightest(each for each in rest if each.sum.terms)
        names = dict.fromkeys(name for each in rest for name in each.sum.names)
        if not names:
            return None
        sides = {name: _sides(name, rest) for name in names}
        name = min(names, key=lambda it: len(sides[it][0]) * len(sides[it][1]))
        above, below = sides[name]
        if len(above) * len(below) > MOST:
            raise TooMany
        rest = [each for each in rest if not _factor(name, each)]
        rest += [_pair(name, up, down) for up, down in product(above, below)]


def _sides(name: str, rest: Iterable[Constraint]) -> tuple[list[Constraint], list[Constraint]]:
    """What bounds a name from above, and what from below."""
    above: list[Constraint] = []
    below: list[Constraint] = []
    for each in rest:
        factor = _factor(name, each)
        if factor:
            (above if factor > 0 else below).append(each)
    return above, below


def _pair(name: str, up: Constraint, down: Constraint) -> Constraint:
    sum_ = Linear().plus(up.sum, 1 / _factor(name, up)).plus(down.sum, -1 / _factor(name, down))
    return Constraint(sum_, "<" if "<" in (up.op, down.op) else "<=", up.of | down.of)


def _tightest(rest: Iterable[Constraint]) -> list[Constraint]:
    kept: dict[tuple[tuple[str, Fraction], ...], Constraint] = {}
    for each in rest:
        terms = sorted(each.sum.terms)
        scaled = Linear().plus(each.sum, 1 / abs(terms[0][1]))
        key = tuple(sorted(scaled.terms))
        one = Constraint(scaled, each.op, each.of)
        other = kept.get(key)
        if other is None or _weight(one) > _weight(other):
            kept[key] = one
    if len(kept) > MOST:
        raise TooMany
    return list(kept.values())


def _weight(each: Constraint) -> tuple[Fraction, bool, int]:
    return each.sum.constant, each.op == "<", -len(each.of)
