"""Aggregates of pairs: sum, mean, minimum, maximum and count, some states left out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from parcore.numbers import ONE, ZERO
from parcore.readings.pair.backend import C, M
from parcore.readings.pair.guard import Mask, Whole
from parcore.readings.pair.near import Near, Nears
from parcore.readings.pair.pairs import ALWAYS_OK, OK, Args, Bounds, Pair, Pairs, joins, times
from parcore.rules.graph import Agg, Aggregate
from parcore.values import State


def agg(pairs: Pairs[C, M], node: Agg, args: Args[C, M]) -> Pair[C, M]:
    """Sum, mean, minimum, maximum or count of the operands that are not skipped."""
    guard = pairs.guard
    skipped = [pairs.among(each, node.skip) for each in args]
    state, states = _state(pairs, node, args, skipped)
    if OK not in states:
        return pairs.empty(state, states)
    kept = [(pair, out) for pair, out in zip(args, skipped, strict=True) if out is not True]
    count = guard.zero
    if node.op in {Aggregate.MEAN, Aggregate.COUNT}:
        for _, out in kept:
            count = guard.add(count, guard.choose(out, guard.zero, guard.one))
    if node.op is Aggregate.COUNT:
        bounds = Fraction(count.low), Fraction(count.high)
        return pairs.made(state, states, pairs.kept(pairs.ok(state, states), count), 1, (), bounds)
    if node.op in {Aggregate.MIN, Aggregate.MAX}:
        best = _extreme(pairs, node.op, kept)
        n, k, den, bounds = best.n, best.k, best.den, best.bounds
    else:
        best = None
        n, k, den = pairs.sum_of([pair for pair, _ in kept])
        bounds = _sum_bounds(kept)
    if node.op is Aggregate.MEAN:
        most, fewest = max(count.high, 1), max(count.low, 1)
        corners = [bound / number for bound in bounds for number in (fewest, most)]
        bounds = min(corners), max(corners)
        if count.constant:
            k *= most
        else:
            den = times(den, pairs.den_of(guard.larger(count, guard.one)))
    ok = pairs.ok(state, states)

    def near(nears: Nears[C, M]) -> Near[C] | None:
        found = pairs.near(best) if best else nears.total([pairs.near(pair) for pair, _ in kept])
        if node.op is Aggregate.MEAN and not count.constant:
            found = nears.quotient(
                found, nears.ratio(guard.larger(count, guard.one), 1, (), Fraction(most)), ONE
            )
        elif node.op is Aggregate.MEAN:
            found = nears.times(found, Fraction(1, most))
        return nears.kept(ok, found)

    return pairs.made(state, states, pairs.kept(ok, n), k, den, bounds, near)


def _state(
    pairs: Pairs[C, M], node: Agg, args: Args[C, M], skipped: Sequence[Mask[M]]
) -> tuple[Whole[C], frozenset[State]]:
    """The states of what is kept, joined; of everything where all is skipped, but a count is 0 there."""
    none: Mask[M] = True
    for out in skipped:
        none = pairs.guard.both(none, out)
    state, states = _state_of_kept(pairs, node.skip, args, skipped)
    if none is False or node.op is Aggregate.COUNT:
        return state, states
    everything, all_states = pairs.joined(args)
    if none is True:
        return everything, all_states
    return pairs.guard.choose(none, everything, state), states | all_states


def _sum_bounds(kept: Sequence[tuple[Pair[C, M], Mask[M]]]) -> Bounds:
    """What operands can add up to; what is skipped adds 0."""
    low, high = ZERO, ZERO
    for pair, out in kept:
        low += pair.bounds[0] if out is False else min(pair.bounds[0], ZERO)
        high += pair.bounds[1] if out is False else max(pair.bounds[1], ZERO)
    return low, high


def _state_of_kept(
    pairs: Pairs[C, M], skip: frozenset[State], args: Args[C, M], skipped: Sequence[Mask[M]]
) -> tuple[Whole[C], frozenset[State]]:
    """The states of operands that are not skipped, joined; OK where there are none."""
    state, states = pairs.guard.zero, ALWAYS_OK
    for pair, out in zip(args, skipped, strict=True):
        if out is True:
            continue
        own = pair.states - skip | (frozenset() if out is False else ALWAYS_OK)
        state = pairs.guard.larger(state, pairs.guard.choose(out, pairs.guard.zero, pair.state))
        states = joins(states, own)
    return state, states


def _extreme(pairs: Pairs[C, M], op: Aggregate, kept: Sequence[tuple[Pair[C, M], Mask[M]]]) -> Pair[C, M]:
    """The smallest or largest of the operands that are not skipped."""
    guard = pairs.guard
    best, unseen = kept[0]
    for pair, out in kept[1:]:
        one, two = (pair, best) if op is Aggregate.MIN else (best, pair)
        better = guard.both(guard.contrary(out), guard.either(unseen, pairs.less(one, two)))
        best = pairs.choose([(better, pair)], best)
        unseen = guard.both(unseen, out)
    return best
