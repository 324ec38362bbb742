"""What an edition has, as far as faults ask: a fault in what it has not does not apply to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import gcd, lcm
from typing import Any, Final

from parcore.editions.edition import Combine, Criterion, Edition, Effect, EffectKind
from parcore.editions.records import MeanOver
from parcore.editions.tree import may_rescale
from parcore.numbers import HUNDRED
from parcore.rules import peers as comparing
from parcore.rules import scales as scaling
from parcore.rules.combinations import Guarded, Rule, Scored, reported_of
from parcore.rules.measures import Rounded
from parcore.rules.policies import Level, Quantity
from parcore.values import State


def rules_of(edition: Edition) -> Iterator[Rule]:
    """Every rule of an edition, and what stands behind its guards or is done for each case."""
    for leaf in edition.scored:
        yield from _within(leaf.rule)


def _within(rule: Rule | None) -> Iterator[Rule]:
    while rule is not None:
        yield rule
        rule = rule.rule if isinstance(rule, Guarded | MeanOver) else None


def nodes_of(edition: Edition) -> list[Criterion]:
    """Every node of an edition."""
    return [*edition.nodes]


def always(_: Edition) -> bool:
    """It applies to every edition."""
    return True


def has_rule(*kinds: type) -> Callable[[Edition], bool]:
    """Whether a rule is of some kind."""
    return lambda edition: any(isinstance(rule, kinds) for rule in rules_of(edition))


def combines(how: Combine) -> Callable[[Edition], bool]:
    """Whether a group combines its parts so."""
    return lambda edition: any(node.children and node.combine is how for node in nodes_of(edition))


def has_effect(kind: EffectKind) -> Callable[[Edition], bool]:
    """Whether a state of evidence has an effect of a kind; one that pays needs a maximum to differ from."""
    return lambda edition: any(
        effect.kind is kind and (leaf.max is not None or kind is EffectKind.WITHHOLD)
        for leaf in edition.scored
        for effect in leaf.when.values()
    )


def rounds(*levels: Level) -> Callable[[Edition], bool]:
    """Whether an edition rounds at one of some levels, or a node or a mean has decimals of its own."""

    def found(edition: Edition) -> bool:
        own = any(node.digits is not None for node in nodes_of(edition))
        return own or any(level in edition.rounding.digits for level in levels)

    return found


def steps_of(edition: Edition) -> Iterator[scaling.Steps]:
    """Every ladder, and every scale of cases."""
    for leaf in edition.scored:
        yield from steps_under(leaf.rule)


def steps_under(rule: Rule | None) -> Iterator[scaling.Steps]:
    """The ladders and cases of one rule."""
    for each in _within(rule):
        if isinstance(each, Scored) and isinstance(each.scale, scaling.Steps):
            yield each.scale


def has_measure(*kinds: type) -> Callable[[Edition], bool]:
    """Whether a measure is of some kind, rounded or not."""

    def found(edition: Edition) -> bool:
        scored = (rule.measure for rule in rules_of(edition) if isinstance(rule, Scored))
        return any(isinstance(m.measure if isinstance(m, Rounded) else m, kinds) for m in scored)

    return found


against_peers: Final = has_measure(comparing.Compared, comparing.MinMax, comparing.RankOf)


def has_peers_without_self(edition: Edition) -> bool:
    """Whether a unit is measured against others alone."""
    for rule in rules_of(edition):
        measure: Any = rule.measure if isinstance(rule, Scored) else None
        measure = measure.measure if isinstance(measure, Rounded) else measure
        against = isinstance(measure, comparing.Compared | comparing.MinMax | comparing.RankOf)
        if against and not measure.of.peers.with_self:
            return True
    return False


def tells_missing_from_nothing(edition: Edition) -> bool:
    """Whether a leaf makes of what is missing something else than of nothing."""
    return any(
        _paid(leaf.when.get(State.MISSING)) != _paid(leaf.when[State.NOTHING_AROSE])
        for leaf in edition.scored
        if State.NOTHING_AROSE in leaf.when
    )


def _paid(effect: Effect | None) -> object:
    """What an effect does, whoever says so."""
    return None if effect is None else (effect.kind, effect.award)


def rescales(edition: Edition) -> bool:
    """Whether a group may be rescaled."""
    return any(node.children and any(map(may_rescale, node.children)) for node in nodes_of(edition))


def has_weights(edition: Edition) -> bool:
    """Whether a node has a weight."""
    return any(node.weight is not None for node in nodes_of(edition))


def rounds_no_leaf(edition: Edition) -> bool:
    """Whether points of leaves are not rounded by the edition's plan."""
    return Level.LEAF not in edition.rounding.digits


def rounds_below_the_index(edition: Edition) -> bool:
    """Whether points are rounded by the edition's plan."""
    return any(level in edition.rounding.digits for level in (Level.LEAF, Level.CRITERION, Level.COMPONENT))


def excludes_cases(edition: Edition) -> bool:
    """Whether a mean over cases leaves some of them out."""
    means = (rule for rule in rules_of(edition) if isinstance(rule, MeanOver))
    return any(
        any(effect.kind is EffectKind.EXCLUDE for effect in mean.when.values())
        or State.EXCLUDED in mean.rule.raises()
        for mean in means
    )


def may_need_rounding(edition: Edition, *quantities: Quantity) -> bool:
    """Whether an index may have more decimals than those to which the edition rounds it."""
    digits = edition.rounding.digits.get(Level.INDEX)
    if digits is None:
        return False
    grains = (_grain(edition, quantity, group) for quantity in quantities for group in edition.groups)
    return any(grain is None or (grain * 10**digits).denominator > 1 for grain in grains)


def _grain(edition: Edition, quantity: Quantity, group: str) -> Fraction | None:
    """What an index is a multiple of, where its parts are reported on steps and none is left out."""
    parts = [each for each in edition.components if each.applies(group)]
    given = [reported_of(each.rule) for each in parts]
    steps = [each.step for each in given if each is not None and each.step]
    effects = {effect.kind for each in parts for effect in each.when.values()}
    plain = effects <= {EffectKind.ZERO, EffectKind.WITHHOLD} and not has_weights(edition)
    if not plain or len(steps) < len(parts) or edition.absent or edition.adjustments is not None:
        return None
    step = Fraction(gcd(*(each.numerator for each in steps)), lcm(*(each.denominator for each in steps)))
    converted = edition.conversion if quantity is Quantity.TOTAL else None
    if quantity is not Quantity.RATE and converted is None:
        return step
    whole = HUNDRED if converted is None else converted.of(group)
    return None if edition.total is None else step * whole / edition.total.of(group)
