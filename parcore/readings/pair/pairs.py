"""Columns of values for the pair fold: a state, and a number n / (k · d), with what is known of them.

k is a known positive constant; d is a product of positive columns (`Den` names them), or none. Where
the state is not `OK`, n is 0. Sums, products and comparisons of such numbers stand here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache, reduce
from itertools import pairwise
from math import ceil, floor, gcd, lcm
from typing import Final, Generic, TypeAlias

from attrs import frozen

from parcore.numbers import ZERO
from parcore.readings.pair.backend import C, M
from parcore.readings.pair.guard import Guard, Mask, Whole
from parcore.readings.pair.near import Near, Nears
from parcore.values import State

Den: TypeAlias = tuple[int, ...]
"""A product of denominator columns: their positions in `Pairs`, in order, each as often as it divides."""

Bounds: TypeAlias = tuple[Fraction, Fraction]

OK: Final = State.OK
ALWAYS_OK: Final = frozenset({OK})
_COARSE: Final = 10**12


@frozen(eq=False)
class Pair(Generic[C, M]):
    """A value for each unit: `state` (one of `states`), and n / (k · d) between two bounds where it is OK.

    `truth`, where given, is whether the value is OK and its number is not 0; `near` where n / (k · d) lies.
    """

    state: Whole[C]
    states: frozenset[State]
    n: Whole[C]
    k: int = 1
    den: Den = ()
    bounds: Bounds = (ZERO, ZERO)
    truth: Mask[M] | None = None
    near: Near[C] | None = None


Args: TypeAlias = Sequence[Pair[C, M]]
"""A node's operands."""


class Pairs(Generic[C, M]):
    """What can be done with pairs, on the guarded integers of one backend.

    With `nears` what is asked of wide numbers is answered by where they lie; without, by the integers.
    """

    def __init__(self, guard: Guard[C, M], nears: Nears[C, M] | None = None) -> None:
        self.guard = guard
        self.nears = nears
        self._factors: list[Whole[C]] = []
        self._positions: dict[int, Den] = {}
        self._divisors: dict[int, tuple[Whole[C], Den]] = {}
        self._oks: dict[int, tuple[Whole[C], Mask[M]]] = {}
        self._products: dict[Den, Whole[C]] = {(): guard.one}
        self._near: dict[int, tuple[Pair[C, M], Near[C] | None]] = {}

    def const(self, value: Fraction) -> Pair[C, M]:
        n = self.guard.const(value.numerator)
        return Pair(self.guard.zero, ALWAYS_OK, n, value.denominator, (), (value, value))

    def empty(self, state: Whole[C], states: frozenset[State]) -> Pair[C, M]:
        """No numbers at all."""
        return Pair(state, states, self.guard.zero)

    def raised(self, state: State) -> Pair[C, M]:
        return self.empty(self.guard.const(state), frozenset({state}))

    def made(
        self,
        state: Whole[C],
        states: frozenset[State],
        n: Whole[C],
        k: int,
        den: Den,
        bounds: Bounds,
        near: Callable[[Nears[C, M]], Near[C] | None] = lambda _: None,
    ) -> Pair[C, M]:
        """A pair; what its bounds and its numerator's say of each other is used for both.

        `near` says where the numbers lie, and is asked where the numerators are wide.
        """
        if OK not in states:
            return self.empty(state, states)
        n = self.guard.within(n, *self.reach(bounds, k, den, states))
        if n.constant and n.low == 0:
            k, den = 1, ()
        elif n.constant and not den:
            part = gcd(n.low, k)
            n, k = self.guard.const(n.low // part), k // part
        bounds = self._closer(bounds, n, k, den)
        if bounds[0] > bounds[1]:  # so no number is ever there
            return self.empty(state, states - ALWAYS_OK)
        lies = near(self.nears) if self.nears is not None and n.wide else None
        return Pair(state, states, n, k, den, bounds, near=lies)

    def near(self, a: Pair[C, M]) -> Near[C] | None:
        """Where the numbers of a pair lie; None where that is not known."""
        if self.nears is None or a.near is not None:
            return a.near
        if id(a) not in self._near:
            most = max(-a.bounds[0], a.bounds[1], ZERO)
            found = self.nears.ratio(a.n, a.k, [self._factors[at] for at in a.den], most)
            self._near[id(a)] = a, found
        return self._near[id(a)][1]

    def _both_near(self, a: Pair[C, M], b: Pair[C, M]) -> tuple[Near[C], Near[C], Mask[M]] | None:
        """Where both lie, and where both are numbers."""
        one, two = self.near(a), self.near(b)
        if one is None or two is None:
            return None
        return one, two, self.guard.both(self.is_ok(a), self.is_ok(b))

    def reach(self, bounds: Bounds, k: int, den: Den, states: frozenset[State]) -> tuple[int, int]:
        """Between which numerators over k · d the numbers are; 0 is among them where a state is empty."""
        d, (least, most) = self.product(den), bounds
        low = least.numerator * k * (d.high if least < 0 else d.low) // least.denominator
        high = -(-most.numerator * k * (d.high if most > 0 else d.low) // most.denominator)
        return (low, high) if states == ALWAYS_OK else (min(low, 0), max(high, 0))

    def _closer(self, bounds: Bounds, n: Whole[C], k: int, den: Den) -> Bounds:
        d, (low, high) = self.product(den), bounds
        under = k * (d.low if n.low < 0 else d.high)
        if n.low * low.denominator > low.numerator * under:
            low = Fraction(n.low, under)
        over = k * (d.low if n.high > 0 else d.high)
        if n.high * high.denominator < high.numerator * over:
            high = Fraction(n.high, over)
        # Bounds need not be exact; small denominators keep them quick.
        if low.denominator > _COARSE:
            low = Fraction(floor(low * _COARSE), _COARSE)
        if high.denominator > _COARSE:
            high = Fraction(ceil(high * _COARSE), _COARSE)
        return low, high

    # Denominators

    def den_of(self, d: Whole[C]) -> Den:
        """The denominator that is this positive column."""
        if d.constant and d.low == 1:
            return ()
        if id(d) not in self._positions:
            self._positions[id(d)] = (len(self._factors),)
            self._factors.append(d)
        return self._positions[id(d)]

    def divisor(self, n: Whole[C]) -> Den:
        """The denominator that is n where n is positive, and 1 elsewhere."""
        if id(n) not in self._divisors:
            self._divisors[id(n)] = n, self.den_of(self.guard.larger(n, self.guard.one))
        return self._divisors[id(n)][1]

    def product(self, den: Den) -> Whole[C]:
        """The product of denominator columns; each product made on the way is kept."""
        at = len(den)
        while den[:at] not in self._products:
            at -= 1
        for end in range(at + 1, len(den) + 1):
            whole = self.guard.times(self._products[den[: end - 1]], self._factors[den[end - 1]])
            self._products[den[:end]] = whole
        return self._products[den]

    def scaled(self, n: Whole[C], k: int, den: Den) -> Whole[C]:
        """n · k · d."""
        if n.constant and n.low == 0:
            return n
        return self.guard.times(self.guard.times(n, self.guard.const(k)), self.product(den))

    def over(self, a: Pair[C, M], k: int, den: Den) -> Whole[C]:
        """The numerator of `a` over a multiple of its denominator."""
        return self.scaled(a.n, k // a.k, beside(den, a.den))

    # States and conditions

    def is_state(self, a: Pair[C, M], state: State) -> Mask[M]:
        """Where a pair has this state."""
        if len(a.states) == 1 or state not in a.states:
            return state in a.states
        return self.guard.equal(a.state, self.guard.const(state))

    def is_ok(self, a: Pair[C, M]) -> Mask[M]:
        """Where a pair is a number."""
        return self.ok(a.state, a.states)

    def ok(self, state: Whole[C], states: frozenset[State]) -> Mask[M]:
        """Whether a state, one of these, is OK."""
        if len(states) == 1 or OK not in states:
            return OK in states
        if id(state) not in self._oks:
            self._oks[id(state)] = state, self.guard.equal(state, self.guard.zero)
        return self._oks[id(state)][1]

    def among(self, a: Pair[C, M], states: frozenset[State]) -> Mask[M]:
        """Whether the state is one of these."""
        if a.states <= states:
            return True
        found: Mask[M] = False
        for each in sorted(a.states & states):
            found = self.guard.either(found, self.is_state(a, each))
        return found

    def joined(self, args: Sequence[Pair[C, M]]) -> tuple[Whole[C], frozenset[State]]:
        """The larger of the states."""
        state = reduce(self.guard.larger, (each.state for each in args), self.guard.zero)
        return state, reduce(joins, (each.states for each in args), ALWAYS_OK)

    def kept(self, ok: Mask[M], n: Whole[C]) -> Whole[C]:
        """n where it counts, 0 elsewhere."""
        return self.guard.choose(ok, n, self.guard.zero)

    def truth(self, a: Pair[C, M]) -> Mask[M]:
        """Whether the value is OK and its number is not 0."""
        if a.truth is not None:
            return a.truth
        return self.guard.contrary(self.guard.equal(a.n, self.guard.zero))

    def condition(self, state: Whole[C], states: frozenset[State], holds: Mask[M]) -> Pair[C, M]:
        """1 where the state is OK and the condition holds, else 0."""
        if OK not in states:
            return self.empty(state, states)
        truth = self.guard.both(self.ok(state, states), holds)
        n = self.guard.choose(truth, self.guard.one, self.guard.zero)
        return Pair(state, states, n, 1, (), (Fraction(n.low), Fraction(n.high)), truth)

    # Arithmetic

    def crossed(self, a: Pair[C, M], b: Pair[C, M]) -> tuple[Whole[C], Whole[C]]:
        """Two wholes that compare as the numbers do."""
        if any(each.n.constant and each.n.low == 0 for each in (a, b)):
            return a.n, b.n
        k = lcm(a.k, b.k)
        left = self.scaled(a.n, k // a.k, beside(b.den, a.den))
        return left, self.scaled(b.n, k // b.k, beside(a.den, b.den))

    def less(self, a: Pair[C, M], b: Pair[C, M]) -> Mask[M]:
        """Whether the number of `a` is the smaller; where a state is not OK the answer means nothing."""
        if a.bounds[1] < b.bounds[0] or a.bounds[0] >= b.bounds[1]:
            return a.bounds[1] < b.bounds[0]
        left, right = self.crossed(a, b)
        if self.nears is not None and (left.wide or right.wide):
            near = self._both_near(a, b)
            if near is not None:
                return self.nears.less(*near)
        return self.guard.less(left, right)

    def equal(self, a: Pair[C, M], b: Pair[C, M]) -> Mask[M]:
        """Whether the numbers are equal; where a state is not OK the answer means nothing."""
        if a.bounds[1] < b.bounds[0] or b.bounds[1] < a.bounds[0]:
            return False
        left, right = self.crossed(a, b)
        if self.nears is not None and (left.wide or right.wide):
            near = self._both_near(a, b)
            if near is not None:
                return self.nears.equal(*near)
        return self.guard.equal(left, right)

    def upto(self, a: Pair[C, M], cut: Fraction, included: bool) -> Mask[M]:
        """Whether the number is below a cut, or on it where that is included."""
        limit = self.const(cut)
        return self.guard.contrary(self.less(limit, a)) if included else self.less(a, limit)

    def sum_of(self, args: Iterable[Pair[C, M]]) -> tuple[Whole[C], int, Den]:
        """The numerators' sum over a common denominator; what is empty adds 0."""
        groups: dict[Den, list[Pair[C, M]]] = {}
        for pair in args:
            groups.setdefault(pair.den, []).append(pair)
        total, k = self.guard.zero, 1
        den: Den = ()
        for own, group in groups.items():
            whole, both = common(den, own), lcm(k, *(pair.k for pair in group))
            n = self.guard.zero
            for pair in group:
                n = self.guard.add(n, self.scaled(pair.n, both // pair.k, ()))
            left = self.scaled(total, both // k, beside(whole, den))
            total = self.guard.add(left, self.scaled(n, 1, beside(whole, own)))
            k, den = both, whole
        return total, k, den

    def choose(
        self,
        branches: Sequence[tuple[Mask[M], Pair[C, M]]],
        otherwise: Pair[C, M],
        *,
        zero_there: bool = False,
    ) -> Pair[C, M]:
        """The pair of the first mask that holds, else `otherwise`, all brought to one k and one d.

        With `zero_there` one mask at most holds, and where one does the number of `otherwise` is 0.
        """
        steps: list[tuple[Mask[M], Pair[C, M]]] = []
        for mask, pair in (*branches, (True, otherwise)):
            if mask is not False:
                steps.append((mask, pair))
            if mask is True:
                break
        numbers = [pair for _, pair in steps if OK in pair.states]
        states = frozenset[State]().union(*(pair.states for _, pair in steps))
        state = self.first([(mask, pair.state) for mask, pair in steps])
        state = self.guard.within(state, min(states), max(states))
        if not numbers:
            return self.empty(state, states)
        if zero_there:
            numbered = [step for step in steps[:-1] if not same(step[1].n, self.guard.zero)]
            steps = [*numbered, steps[-1]]
        k = lcm(*(pair.k for pair in numbers))
        dens = {pair.den for pair in numbers} - {()}
        if len(dens) > 1:  # one column for d, chosen as n is
            n = self.first([(mask, self.over(pair, k, pair.den)) for mask, pair in steps])
            den = self.den_of(self.first([(mask, self.product(pair.den)) for mask, pair in steps]))
        else:
            den = next(iter(dens), ())
            n = self.first([(mask, self.over(pair, k, den)) for mask, pair in steps])
        bounds = min(pair.bounds[0] for pair in numbers), max(pair.bounds[1] for pair in numbers)

        def near(nears: Nears[C, M]) -> Near[C] | None:
            chosen = self.near(steps[-1][1])
            for mask, pair in steps[-2::-1]:
                chosen = nears.where(mask, self.near(pair), chosen)
            return chosen

        return self.made(state, states, n, k, den, bounds, near)

    def first(self, steps: Sequence[tuple[Mask[M], Whole[C]]]) -> Whole[C]:
        """The whole of the first mask that holds; of the last, where none before it does."""
        chosen = steps[-1][1]
        mask: Mask[M] = False
        for at in range(len(steps) - 2, -1, -1):
            own, whole = steps[at]
            mask = self.guard.either(own, mask)
            if at and same(steps[at - 1][1], whole):
                continue
            chosen, mask = self.guard.choose(mask, whole, chosen), False
        return chosen

    def upto_first(self, steps: Sequence[tuple[Mask[M], Whole[C]]]) -> Whole[C]:
        """As `first`, where each mask that holds is followed by masks that do."""
        kept = [step for step, after in pairwise(steps) if not same(step[1], after[1])]
        return self.first([*kept, steps[-1]])


def same(a: Whole[C], b: Whole[C]) -> bool:
    """Whether two wholes are known to be one."""
    return a is b or (a.constant and b.constant and a.low == b.low)


def common(a: Den, b: Den) -> Den:
    """The smallest denominator that both divide."""
    return a if a == b or not b else b if not a else _sorted(Counter(a) | Counter(b))


def beside(a: Den, b: Den) -> Den:
    """What of `a` is not in `b`."""
    return () if a == b else a if not b else _sorted(Counter(a) - Counter(b))


def times(a: Den, b: Den) -> Den:
    """The product of both."""
    return tuple(sorted(a + b))


def _sorted(factors: Counter[int]) -> Den:
    return tuple(sorted(factors.elements()))


@cache
def joins(a: frozenset[State], b: frozenset[State]) -> frozenset[State]:
    """The states that joining one of these and one of those can give."""
    return frozenset(max(x, y) for x in a for y in b)
