"""Linear relations taken together: can numbers within their intervals satisfy all of them at once?

Exact: equations are solved for a name each, what is left is eliminated name by name (Fourier and
Motzkin), strict and not strict told apart. Of sums with the same names only the tightest is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Final, TypeAlias

from attrs import field, frozen

from parcore.audit.ranges import Ranges
from parcore.expressions import Linear

_Key: TypeAlias = frozenset[tuple[str, Fraction]]

MOST: Final = 3_000
"""Inequalities beyond which relations are left to stand each alone."""


@frozen
class Constraint:
    """A sum of names `op` 0, `op` one of = <= <, and the relations it comes from (none: an interval)."""

    terms: Mapping[str, Fraction]
    constant: Fraction
    op: str
    of: frozenset[str] = field(default=frozenset())

    def plus(self, other: Constraint, factor: Fraction, op: str) -> Constraint:
        """This and another, times a factor, as one; names that cancel out are gone."""
        terms = dict(self.terms)
        for name, each in other.terms.items():
            terms[name] = terms.get(name, Fraction(0)) + factor * each
            if not terms[name]:
                del terms[name]
        return Constraint(terms, self.constant + factor * other.constant, op, self.of | other.of)


class TooMany(Exception):
    """More inequalities than are looked at."""


def constraint(sum_: Linear, op: str, id_: str) -> Constraint:
    """A relation whose two sides differ by a sum, as a constraint."""
    if op in (">", ">="):
        sum_, op = Linear().plus(sum_, -1), op.replace(">", "<")
    return Constraint(dict(sum_.terms), sum_.constant, op, frozenset((id_,)))


def conflict(constraints: Sequence[Constraint], ranges: Ranges) -> frozenset[str]:
    """The relations of a smallest conflict: they cannot all hold, and without any one of them the rest can.

    Empty where all can hold together.

    Raises:
        TooMany: it takes too many inequalities to say.
    """
    for part in _parts(constraints):
        found = _conflict(part, ranges)
        if found is None:
            continue
        for each in sorted(found):
            smaller = _conflict([it for it in part if it.of <= found and each not in it.of], ranges)
            found = found if smaller is None else smaller
        return found
    return frozenset()


def _parts(constraints: Iterable[Constraint]) -> list[list[Constraint]]:
    """The relations in parts that share no name."""
    parts: list[tuple[set[str], list[Constraint]]] = []
    for each in constraints:
        names, members = set(each.terms), [each]
        apart = []
        for part in parts:
            if names.isdisjoint(part[0]):
                apart.append(part)
            else:
                names |= part[0]
                members = [*part[1], *members]
        parts = [*apart, (names, members)]
    return [members for _, members in parts]


def _conflict(constraints: Sequence[Constraint], ranges: Ranges) -> frozenset[str] | None:
    names = dict.fromkeys(name for each in constraints for name in each.terms)
    system = [*constraints, *(bound for name in names for bound in _bounds(name, ranges))]
    equations = [each for each in system if each.op == "="]
    rest = [each for each in system if each.op != "="]
    while equations:
        one = equations.pop()
        if not one.terms:
            if one.constant:
                return one.of
            continue
        name = next(iter(one.terms))
        equations = [_without(name, each, one) for each in equations]
        rest = [_without(name, each, one) for each in rest]
    return _eliminated(rest)


def _bounds(name: str, ranges: Ranges) -> Iterator[Constraint]:
    own = ranges[name]
    if own.low is not None:
        yield Constraint({name: Fraction(-1)}, own.low, "<=" if own.low_in else "<")
    if own.high is not None:
        yield Constraint({name: Fraction(1)}, -own.high, "<=" if own.high_in else "<")


def _without(name: str, each: Constraint, equation: Constraint) -> Constraint:
    """A constraint with a name replaced by what an equation says it is."""
    factor = each.terms.get(name)
    return each if factor is None else each.plus(equation, -factor / equation.terms[name], each.op)


def _eliminated(rest: Iterable[Constraint]) -> frozenset[str] | None:
    """The relations behind something impossible, once every name is gone; None where all is possible."""
    system = _System()
    while True:
        for each in rest:
            if each.terms:
                system.add(each)
            elif each.constant > 0 or (each.op == "<" and not each.constant):
                return each.of
        if not system.rows:
            return None
        rest = system.without_a_name()


class _System:
    """Inequalities, of those on the same sum the one that says most; and where each name stands."""

    def __init__(self) -> None:
        self.rows: dict[_Key, Constraint] = {}
        self._above: dict[str, dict[_Key, None]] = defaultdict(dict)
        self._below: dict[str, dict[_Key, None]] = defaultdict(dict)

    def add(self, each: Constraint) -> None:
        """Take an inequality in; sums are scaled to be told alike."""
        scale = abs(each.terms[min(each.terms)])
        terms = {name: factor / scale for name, factor in each.terms.items()}
        one, key = Constraint(terms, each.constant / scale, each.op, each.of), frozenset(terms.items())
        other = self.rows.get(key)
        if other is not None and _weight(one) <= _weight(other):
            return
        self.rows[key] = one
        for name, factor in terms.items():
            (self._above if factor > 0 else self._below)[name][key] = None
        if len(self.rows) > MOST:
            raise TooMany

    def without_a_name(self) -> list[Constraint]:
        """Take out the name that makes fewest pairs; what its bounds from above and below say together."""
        names = dict.fromkeys((*self._above, *self._below))
        name = min(names, key=lambda it: len(self._above.get(it, ())) * len(self._below.get(it, ())))
        above, below = ([*side.pop(name, ())] for side in (self._above, self._below))
        if len(above) * len(below) > MOST:
            raise TooMany
        rows = {key: self._taken(key) for key in (*above, *below)}
        return [_pair(name, rows[up], rows[down]) for up, down in product(above, below)]

    def _taken(self, key: _Key) -> Constraint:
        for name, _ in key:
            for side in (self._above, self._below):
                if name in side:
                    side[name].pop(key, None)
        return self.rows.pop(key)


def _pair(name: str, up: Constraint, down: Constraint) -> Constraint:
    op = "<" if "<" in (up.op, down.op) else "<="
    return up.plus(down, -up.terms[name] / down.terms[name], op)


def _weight(each: Constraint) -> tuple[Fraction, bool, int]:
    return each.constant, each.op == "<", -len(each.of)
