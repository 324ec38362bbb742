"""A second reckoning of what is made of several: statistics over peers, means over cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from parcore.editions.edition import Criterion, Effect, EffectKind
from parcore.editions.records import MeanOver
from parcore.numbers import ONE, ZERO, round_to
from parcore.readings.exact import Scope, evaluate
from parcore.results.result import Scorecard
from parcore.rules.combinations import Scored
from parcore.rules.graph import Records
from parcore.rules.measures import Ratio, Rounded
from parcore.rules.peers import By, Compared, MinMax, RankOf, Statistic
from parcore.rules.program import lay_out
from parcore.rules.protocols import Measure
from parcore.testing.bench import Bench, bench_of
from parcore.testing.strategies import Case
from parcore.values import State, Value


def peers_are_reckoned(case: Case) -> int:
    """What is measured against peers follows from the peers' known numbers alone, in plain arithmetic."""
    bench, made = bench_of(case), 0
    for card in bench.result.scorecards:
        for leaf in case.edition.scored:
            measure = _relative(leaf)
            if measure is None:
                continue
            wanted = _against(bench, card, measure)
            got = _value(measure, bench, card.unit.id, card.group)
            if wanted is None:
                continue
            made += 1
            if got != Value(State.OK, wanted):
                bench.fail(card, leaf.id, "a statistic is that of the known peers", got, wanted)
    return made


def _relative(leaf: Criterion) -> Compared | MinMax | RankOf | None:
    """The measure of a leaf against its peers, before it is rounded."""
    measure = leaf.rule.measure if isinstance(leaf.rule, Scored) else None
    measure = measure.measure if isinstance(measure, Rounded) else measure
    return measure if isinstance(measure, Compared | MinMax | RankOf) else None


def _value(measure: Measure, bench: Bench, unit: str, group: str) -> Value:
    return evaluate(lay_out({"it": measure.node(group)}), bench.scope(unit))["it"]


def _against(bench: Bench, card: Scorecard, measure: Compared | MinMax | RankOf) -> Fraction | None:
    """The number of a unit against its peers; None where it, or its peers, have none."""
    inner, peers = measure.of.measure, measure.of.peers
    circle = [each.id for each in bench.result.population.circle(card.unit.id, peers)]
    values = [_value(inner, bench, unit, card.group) for unit in circle]
    own = _value(inner, bench, card.unit.id, card.group).known
    known = [each.number for each in values if each.state is State.OK]
    if own is None or not known or any(each.state is State.ERROR for each in values):
        return None
    match measure:
        case RankOf():
            return ONE + sum((x < own if measure.lowest_first else x > own) for x in known)
        case MinMax():
            low, high = min(known), max(known)
            way = high - own if measure.inverse else own - low
            return way / (high - low) if high > low else None
        case Compared():
            mark = _mark(bench, card, measure, circle, known)
            if mark is None or (measure.by is By.QUOTIENT and mark <= 0):
                return None
            own = own if measure.digits is None else round_to(own, measure.digits)
            return own - mark if measure.by is By.DIFFERENCE else own / mark


def _mark(
    bench: Bench, card: Scorecard, measure: Compared, circle: Sequence[str], known: Sequence[Fraction]
) -> Fraction | None:
    """The peers' statistic."""
    match measure.statistic:
        case Statistic.HIGHEST:
            mark = max(known)
        case Statistic.LOWEST:
            mark = min(known)
        case Statistic.MEAN_OF_RATES:
            mark = sum(known, ZERO) / len(known)
        case _:
            assert isinstance(measure.of.measure, Ratio)
            mark = _rate(bench, card, measure.of.measure, circle)
    return mark if measure.digits is None else round_to(mark, measure.digits)


def _rate(bench: Bench, card: Scorecard, ratio: Ratio, circle: Sequence[str]) -> Fraction:
    """The sum of parts over the sum of wholes, of the peers whose rate is known."""
    sums = [ZERO, ZERO]
    for unit in circle:
        if _value(ratio, bench, unit, card.group).state is State.OK:
            node = ratio.node(card.group)
            for n, each in enumerate(node.inputs()):
                sums[n] += evaluate(lay_out({"it": each}), bench.scope(unit))["it"].number
    return sums[0] / sums[1]


def means_are_reckoned(case: Case) -> int:
    """The mean over cases is that of the cases that count, each with its effects, in plain arithmetic."""
    bench, made = bench_of(case), 0
    for card in bench.result.scorecards:
        for leaf in case.edition.scored:
            if not isinstance(leaf.rule, MeanOver):
                continue
            state, scopes = bench.scope(card.unit.id).members(Records(leaf.rule.records))
            points = list(_points(leaf, leaf.rule, card.group, scopes))
            counted = [each for each in points if each.state is not State.EXCLUDED]
            hidden = _hidden(leaf, leaf.rule, card.group, scopes) if leaf.rule.needs_one else State.OK
            wanted = Value(state or hidden) if state or hidden else _mean(counted)
            if wanted.state is State.OK and leaf.rule.digits is not None:
                wanted = Value(State.OK, round_to(wanted.number, leaf.rule.digits))
            made += bool(points)
            if card.raw(leaf.id) != wanted:
                bench.fail(card, leaf.id, "a mean over cases", card.raw(leaf.id), wanted)
    return made


def _hidden(leaf: Criterion, rule: MeanOver, group: str, scopes: Sequence[Scope]) -> State:
    """The worst state of cases of which none is known, those that are left out apart; OK where one is."""
    top = ZERO if leaf.max is None else leaf.max.of(group)
    program = lay_out({"it": rule.rule.node(group, top)})
    states = [evaluate(program, scope)["it"].state for scope in scopes]
    empty = [each for each in states if each in (State.UNVERIFIED, State.MISSING, State.REJECTED)]
    left_out = {s for s, effect in rule.when.items() if effect.kind is EffectKind.EXCLUDE} | {State.EXCLUDED}
    return max(empty) if empty and {*states} - {*empty} <= left_out else State.OK


def _mean(counted: Sequence[Value]) -> Value:
    if not counted:
        return Value(State.NOTHING_AROSE)
    worst = max(each.state for each in counted)
    sum_ = sum((each.number for each in counted), ZERO)
    return Value(worst) if worst else Value(State.OK, sum_ / len(counted))


def _points(leaf: Criterion, rule: MeanOver, group: str, scopes: Sequence[Scope]) -> Iterator[Value]:
    """What each case gets: the points of its rule, or what its state makes of it."""
    top = ZERO if leaf.max is None else leaf.max.of(group)
    program = lay_out({"it": rule.rule.node(group, top)})
    for scope in scopes:
        value = evaluate(program, scope)["it"]
        effect = rule.when.get(value.state)
        yield value if effect is None else made_of(effect, top, group)


def made_of(effect: Effect, top: Fraction, group: str) -> Value:
    """What an effect makes of points under a maximum."""
    match effect.kind:
        case EffectKind.ZERO:
            return Value(State.OK)
        case EffectKind.FULL:
            return Value(State.OK, top)
        case EffectKind.SUBSTITUTE:
            return Value(State.OK, ZERO if effect.award is None else effect.award.line(top, group)[1])
        case EffectKind.EXCLUDE:
            return Value(State.EXCLUDED)
        case EffectKind.RESCALE:
            return Value(State.RESCALED)
        case EffectKind.WITHHOLD:
            return Value(State.WITHHELD)
        case EffectKind.ERROR:
            return Value(State.ERROR)
