"""Products, quotients, pieces and roundings of pairs: what the nodes of arithmetic mean, in integers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from itertools import product
from math import gcd, lcm
from typing import Final

from attrs import frozen

from parcore.numbers import HALF, ZERO, Rounding, round_to
from parcore.readings.pair.backend import C, M
from parcore.readings.pair.guard import Mask, Whole
from parcore.readings.pair.near import Near, Nears
from parcore.readings.pair.pairs import ALWAYS_OK, OK, Args, Bounds, Pair, Pairs, beside, joins, times
from parcore.rules.graph import Div, Division, Mul, Piece, Piecewise, Round
from parcore.values import ALWAYS_POSSIBLE, State

_EMPTY: Final = State.NOTHING_AROSE
_ERROR: Final = State.ERROR


def mul(pairs: Pairs[C, M], _: Mul, args: Args[C, M]) -> Pair[C, M]:
    """a × b."""
    a, b = args
    state, states = pairs.joined(args)
    if OK not in states:
        return pairs.empty(state, states)
    return _product(pairs, state, states, a, b)


def _product(
    pairs: Pairs[C, M], state: Whole[C], states: frozenset[State], a: Pair[C, M], b: Pair[C, M]
) -> Pair[C, M]:
    one, two = a, b
    corners = [x * y for x, y in product(a.bounds, b.bounds)]
    if a.n.constant:
        a, b = b, a
    n, k, den = a.n, a.k * b.k, times(a.den, b.den)
    bounds = min(corners), max(corners)
    if b.n.constant:  # most factors are constants of the rule, and many cancel a denominator
        part = gcd(b.n.low, a.k)
        k //= part
        n = pairs.guard.times(n, pairs.guard.const(b.n.low // part))
    else:
        n = pairs.guard.times(n, b.n, pairs.reach(bounds, k, den, states | {_EMPTY}))
    return pairs.made(
        state, states, n, k, den, bounds, lambda nears: nears.product(pairs.near(one), pairs.near(two))
    )


def div(pairs: Pairs[C, M], node: Div, args: Args[C, M]) -> Pair[C, M]:
    """a / b; a numerator of b that is not positive becomes 1 before it divides."""
    a, b = args
    state, states = _quotient_state(pairs, node.division, a, b)
    if OK not in states or b.bounds[1] <= 0:
        return pairs.empty(state, states - ALWAYS_OK)
    if b.n.constant and not b.den:
        return _product(pairs, state, states, a, pairs.const(b.k / Fraction(b.n.low)))
    return _over_column(pairs, state, states, a, b)


def _over_column(
    pairs: Pairs[C, M], state: Whole[C], states: frozenset[State], a: Pair[C, M], b: Pair[C, M]
) -> Pair[C, M]:
    part = gcd(a.k, b.k)
    k, den = a.k // part, times(beside(a.den, b.den), pairs.divisor(b.n))
    smallest = max(b.bounds[0], Fraction(1, b.k * pairs.product(b.den).high))
    corners = [x / y for x, y in product(a.bounds, (smallest, b.bounds[1]))]
    ok = pairs.ok(state, states)
    n = pairs.scaled(pairs.kept(ok, a.n), b.k // part, beside(b.den, a.den))

    def near(nears: Nears[C, M]) -> Near[C] | None:
        factors = [pairs.product((at,)) for at in pairs.divisor(b.n)] if not b.den else []
        most = max(b.bounds[1], Fraction(1, b.k))
        below = nears.ratio(factors[0], b.k, (), most) if factors else None
        # Where the quotient is no number 0 is divided, whatever by.
        return nears.quotient(nears.kept(ok, pairs.near(a)), below, smallest)

    return pairs.made(state, states, n, k, den, (min(corners), max(corners)), near)


def _quotient_state(
    pairs: Pairs[C, M], division: Division, a: Pair[C, M], b: Pair[C, M]
) -> tuple[Whole[C], frozenset[State]]:
    guard = pairs.guard
    state, states = pairs.joined((a, b))
    error = guard.const(_ERROR)
    if OK in b.states and b.bounds[0] < 0:
        negative = guard.less(b.n, guard.zero)
        state = guard.choose(guard.both(pairs.is_ok(a), negative), error, state)
        states |= {_ERROR}
    if division is Division.SHARE and _EMPTY in a.states and OK in b.states:
        bad = guard.both(pairs.is_state(a, _EMPTY), pairs.is_ok(b))
        state, states = guard.choose(bad, error, state), states | {_ERROR}
    hidden = b.states & frozenset(ALWAYS_POSSIBLE)
    if division is Division.SHARE and State.NOT_APPLICABLE in a.states and hidden:
        held = [pairs.is_state(b, each) for each in sorted(hidden)]
        beside_it = guard.both(pairs.is_state(a, State.NOT_APPLICABLE), reduce(guard.either, held))
        state, states = guard.choose(beside_it, b.state, state), states | hidden
    zero = guard.both(pairs.is_ok(b), guard.equal(b.n, guard.zero)) if OK in b.states else False
    nothing = guard.either(pairs.is_state(b, _EMPTY), zero)
    if nothing is False:
        return state, states
    other, others = _over_nothing(pairs, division, a)
    return guard.choose(nothing, other, state), (others if nothing is True else states | others)


def _over_nothing(pairs: Pairs[C, M], division: Division, a: Pair[C, M]) -> tuple[Whole[C], frozenset[State]]:
    guard = pairs.guard
    error, empty = guard.const(_ERROR), guard.const(_EMPTY)
    if division is Division.STRICT:
        return error, frozenset({_ERROR})
    if division is Division.BASE:
        return guard.larger(a.state, empty), joins(a.states, frozenset({_EMPTY}))
    high = frozenset(each for each in a.states if each >= State.EXCLUDED)
    state = guard.choose(guard.less(a.state, guard.const(State.EXCLUDED)), empty, a.state)
    bad = guard.contrary(guard.equal(a.n, guard.zero))
    return guard.choose(bad, error, state), high | {_EMPTY} | (set() if bad is False else {_ERROR})


def piecewise(pairs: Pairs[C, M], node: Piecewise, args: Args[C, M]) -> Pair[C, M]:
    """The piece in which the number lies: slope and intercept are chosen, then one product is made."""
    (x,) = args
    if OK not in x.states:
        return x
    steps = _steps(node.pieces, x.bounds)
    masks = [True if upto is None else pairs.upto(x, *upto) for upto, _ in steps]
    state, states = _fallen(pairs, x, masks, [each is None for _, each in steps])
    lines = [_Line.of(each, x.bounds) for _, each in steps if each is not None]
    if not lines:
        return pairs.empty(state, states)
    q = lcm(*(part.denominator for each in lines for part in (each.slope, each.intercept)))
    sloped = any(each.slope for each in lines)
    k, den = (q * x.k, x.den) if sloped else (q, ())
    slopes = [0 if each is None else int(each.slope * q) for _, each in steps]
    lifts = [0 if each is None else int(each.intercept * k) for _, each in steps]
    part = gcd(k, *slopes, *lifts) if sloped else 1
    lift = pairs.kept(pairs.is_ok(x), _by_step(pairs, masks, lifts, part))
    n = pairs.guard.times(lift, pairs.product(den))
    if sloped:
        # A slope counts in its own piece alone, so the product has the bounds of that piece.
        spans = [each.span(ZERO) for each in lines]
        most = min(low for low, _ in spans) * q / part, max(high for _, high in spans) * q / part
        known = pairs.reach(most, x.k, x.den, states | {_EMPTY})
        n = pairs.guard.add(pairs.guard.times(x.n, _by_step(pairs, masks, slopes, part), known), n)
    spans = [each.span(each.intercept) for each in lines]
    bounds = min(low for low, _ in spans), max(high for _, high in spans)

    def near(nears: Nears[C, M]) -> Near[C] | None:
        ok, drawn = pairs.is_ok(x), pairs.near(x)
        chosen = nears.const(ZERO)
        for mask, (_, piece) in reversed(list(zip(masks, steps, strict=True))):
            on = nears.const(ZERO)
            if piece is not None and drawn is not None:
                line = _Line.of(piece, x.bounds)
                sloped = nears.times(drawn.among(line.low, line.high), line.slope)
                on = nears.total((sloped, nears.const(line.intercept)))
            chosen = nears.where(mask, on, chosen) if drawn is not None else None
        return nears.kept(ok, chosen)

    return pairs.made(state, states, n, k // part, den, bounds, near)


@frozen
class _Line:
    """slope × x + intercept for the x of a piece that lie within bounds."""

    slope: Fraction
    intercept: Fraction
    low: Fraction
    high: Fraction

    @classmethod
    def of(cls, piece: Piece, bounds: Bounds) -> _Line:
        """A piece within the bounds of what it is laid on."""
        low, high = piece.interval.low, piece.interval.high
        return cls(
            piece.slope,
            piece.intercept,
            bounds[0] if low is None else max(bounds[0], low),
            bounds[1] if high is None else min(bounds[1], high),
        )

    def span(self, intercept: Fraction) -> Bounds:
        """The bounds of slope × x + intercept."""
        one, two = self.slope * self.low + intercept, self.slope * self.high + intercept
        return min(one, two), max(one, two)


def _fallen(
    pairs: Pairs[C, M], x: Pair[C, M], masks: Sequence[Mask[M]], gaps: Sequence[bool]
) -> tuple[Whole[C], frozenset[State]]:
    """The state of x, and ERROR where its number falls into a gap."""
    if not any(gaps):
        return x.state, x.states
    guard = pairs.guard
    falls: Mask[M] = gaps[-1]
    for at in range(len(gaps) - 2, -1, -1):
        if gaps[at] != gaps[at + 1]:  # each mask that holds is followed by masks that do
            falls = (
                guard.either(masks[at], falls) if gaps[at] else guard.both(guard.contrary(masks[at]), falls)
            )
    state = guard.choose(guard.both(falls, pairs.is_ok(x)), guard.const(_ERROR), x.state)
    return state, (x.states - ALWAYS_OK if all(gaps) else x.states) | {_ERROR}


def _by_step(pairs: Pairs[C, M], masks: Sequence[Mask[M]], numbers: Sequence[int], part: int) -> Whole[C]:
    """Each step's number, divided by `part`."""
    wholes = [pairs.guard.const(each // part) for each in numbers]
    return pairs.upto_first(list(zip(masks, wholes, strict=True)))


def rounded(pairs: Pairs[C, M], node: Round, args: Args[C, M]) -> Pair[C, M]:
    """One floor division, after which the denominator is known."""
    (x,) = args
    guard = pairs.guard
    scale = Fraction(10) ** node.digits
    near = _rounded_near(pairs, node, x)
    if near is not None:
        return near
    part = gcd(x.k * scale.denominator, scale.numerator)
    n, k = scale.numerator // part, x.k * scale.denominator // part
    if OK not in x.states or (k == 1 and not x.den):
        return x
    if node.mode is Rounding.HALF_UP and k % 2 == 0:
        up, half = guard.times(x.n, guard.const(n)), k // 2
    elif node.mode is Rounding.HALF_UP:
        up, half, k = guard.times(x.n, guard.const(2 * n)), k, 2 * k
    else:
        up, half = guard.times(x.n, guard.const(n if node.mode is Rounding.DOWN else -n)), 0
    over = pairs.scaled(guard.one, k, x.den)
    cut = guard.floor_divided(guard.add(up, pairs.scaled(guard.const(half), 1, x.den)), over)
    if node.mode is Rounding.UP:
        cut = guard.times(cut, guard.const(-1))
    low, high = (round_to(each, node.digits, node.mode) for each in x.bounds)
    n_out = guard.times(cut, guard.const(scale.denominator))
    return pairs.made(x.state, x.states, n_out, scale.numerator, (), (low, high))


def _rounded_near(pairs: Pairs[C, M], node: Round, x: Pair[C, M]) -> Pair[C, M] | None:
    """Rounded by where wide numbers lie, which settles most rows; None where that is not known."""
    nears = pairs.nears
    if nears is None or x.near is None:
        return None
    scale, sign = Fraction(10) ** node.digits, -1 if node.mode is Rounding.UP else 1
    low, high = (round_to(each, node.digits, node.mode) for each in x.bounds)
    lift = nears.const(HALF if node.mode is Rounding.HALF_UP else ZERO)
    up = nears.total((nears.times(x.near, sign * scale), lift))
    reach = pairs.reach((low * scale, high * scale), 1, (), x.states)
    ends = sorted(sign * end for end in reach)
    if up is None or Whole(ends[0], ends[1]).wide:
        return None
    cut = pairs.guard.times(nears.floor(up, ends[0], ends[1], pairs.is_ok(x)), pairs.guard.const(sign))
    n = pairs.kept(pairs.is_ok(x), pairs.guard.times(cut, pairs.guard.const(scale.denominator)))
    return pairs.made(x.state, x.states, n, scale.numerator, (), (low, high))


def _steps(
    pieces: Sequence[Piece], bounds: Bounds
) -> list[tuple[tuple[Fraction, bool] | None, Piece | None]]:
    """The pieces and the gaps between them in order, each up to its end; those out of bounds are left out."""
    steps: list[tuple[tuple[Fraction, bool] | None, Piece | None]] = []
    edge: tuple[Fraction, bool] | None = None
    for piece in pieces:
        inside = piece.interval
        if inside.low is not None and edge != (inside.low, not inside.low_in):
            steps.append(((inside.low, not inside.low_in), None))
        edge = None if inside.high is None else (inside.high, inside.high_in)
        steps.append((edge, piece))
    if edge is not None or not pieces:
        steps.append((None, None))
    low, high = bounds
    kept: list[tuple[tuple[Fraction, bool] | None, Piece | None]] = []
    for upto, each in steps:
        if upto is not None and (upto[0] < low or (upto[0] == low and not upto[1])):
            continue
        if upto is None or upto[0] > high or (upto[0] == high and upto[1]):
            return [*kept, (None, each)]
        kept.append((upto, each))
    raise AssertionError("the last step has no end")
