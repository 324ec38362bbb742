"""Do the maxima of an edition add up: children to their parent, components to the total, by group?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from fractions import Fraction
from typing import Final

from attrs import evolve

from parcore.diagnostics import Place
from parcore.editions.edition import Combine, Criterion, Edition, EffectKind
from parcore.evidence.evidence import Method
from parcore.numbers import ONE, ZERO, Rounding, exact_text, round_to
from parcore.rules.figures import Context, Figure
from parcore.rules.policies import Level, RoundingPlan
from parcore.values import State

UNREAD: Final = Figure()
"""Stands where a maximum is written but could not be read: nothing is reckoned from it."""


def check_maxima(
    children: Sequence[Criterion],
    whole: Figure | None,
    name: str,
    place: Place,
    context: Context,
    combine: Combine = Combine.SUM,
) -> None:
    """Report, for each group, maxima of children that do not make up their parent's, with what they make."""
    if whole is UNREAD or any(child.max is UNREAD for child in children):
        return
    for group in context.groups:
        label = f"{name} ({group})" if group else name
        own = [child for child in children if child.applies(group)]
        if combine is Combine.SUM:
            _check(own, whole, group, label, place, context)
        else:
            _check_one(own, whole, group, label, place, context, combine)


def _check(
    children: Sequence[Criterion],
    whole: Figure | None,
    group: str,
    label: str,
    place: Place,
    context: Context,
) -> None:
    known = [_known(child, group) for child in children]
    sum_ = sum(known, ZERO)
    said = exact_text(sum_)
    if whole is None:
        if all(child.max is not None for child in children):
            context.findings.add("maximum-is-known", place, criterion=label, sum=said)
        return
    top = exact_text(whole.of(group))
    if any(child.max is None for child in children):
        direct = sum((_known(child, group) for child in children if child.max is not None), ZERO)
        if direct >= whole.of(group) or sum_ > whole.of(group):
            context.findings.add("maxima-leave-nothing", place, criterion=label, max=top, sum=said)
    elif whole.of(group) != sum_:
        parts = " + ".join(_weighted(child, group) for child in children)
        context.findings.add("maxima-do-not-add-up", place, criterion=label, max=top, sum=said, parts=parts)


def _check_one(
    children: Sequence[Criterion],
    whole: Figure | None,
    group: str,
    label: str,
    place: Place,
    context: Context,
    combine: Combine,
) -> None:
    """Of parts of which one counts: the largest maximum; parts of which the lowest counts share one."""
    known = [child.max.of(group) for child in children if child.max is not None]
    if len(known) < len(children) or whole is None or not known:
        context.findings.add("combine-needs-maxima", place, criterion=label)
        return
    made, said = max(known), ", ".join(map(exact_text, known))
    if combine is Combine.LOWEST and len(set(known)) > 1:
        # With the smallest left out, the rest could pay more than the whole.
        context.findings.add("lowest-of-unequal", place, criterion=label, parts=said)
    elif made != whole.of(group):
        top, sum_, parts = exact_text(whole.of(group)), exact_text(made), said
        context.findings.add(
            "maxima-one-counts", place, criterion=label, max=top, sum=sum_, parts=parts, combine=combine.value
        )


def check_rounding(edition: Edition, context: Context) -> None:
    """Report maxima that their own rounding moves: points could pass them, or never reach them."""
    out = frozenset(each.method for each in edition.absent)
    for component in edition.components:
        _check_rounding(component, Level.COMPONENT, edition.rounding, out, context)
    for item in (item for block in edition.blocks.values() for item in block.items):
        _check_rounding(item, Level.CRITERION, edition.rounding, out, context)


def _check_rounding(
    node: Criterion, level: Level, plan: RoundingPlan, out: Set[Method], context: Context
) -> None:
    own = [level] if node.children or level is Level.COMPONENT else []
    levels = [Level.LEAF, *own] if node.rule is not None else own
    decimals = {plan.digits.get(each) for each in levels} if node.digits is None else {node.digits}
    digits = sorted(each for each in decimals if each is not None)
    for group in context.groups if digits and node.max not in (None, UNREAD) else ():
        top = ZERO if node.max is None else node.max.of(group)
        left = sorted({top, *_attainable(node, group, out)}, reverse=True)
        for each in digits:
            check_moves(left, each, plan.mode, node.place, evolve(context, criterion=node.id))
            if (moved := round_to(top, each, plan.mode)) < top:
                points, most = exact_text(moved), exact_text(top)
                context.findings.add("maximum-not-paid", node.place, points=points, max=most)
    for child in node.children:
        _check_rounding(child, Level.CRITERION, plan, out, context)


def check_moves(
    tops: Iterable[Fraction], digits: int, mode: Rounding, place: Place, context: Context
) -> None:
    """Report the first of some maxima that rounding lifts: points could pass it."""
    for top in tops:
        moved = round_to(top, digits, mode)
        if moved > top:
            said = {"max": exact_text(top), "rounded": exact_text(moved)}
            context.findings.add("maximum-moves", place, criterion=context.criterion, digits=digits, **said)
            return


_MOST: Final = 100_000
"""Most sums reckoned for what may be left of one node; an edition with more is not looked through."""


def _attainable(node: Criterion, group: str, out: Set[Method]) -> Set[Fraction]:
    """What can be left of a node's maximum where parts of it are excluded; 0 where all are."""
    top = ZERO if node.max is None or node.max is UNREAD else node.max.of(group)
    if not node.children:
        excludes = any(effect.kind is EffectKind.EXCLUDE for effect in node.when.values())
        by_rule = node.rule is not None and State.EXCLUDED in node.rule.raises()
        return {top, ZERO} if excludes or by_rule or node.method in out else {top}
    parts = [
        {child.weight_of(group) * left for left in _attainable(child, group, out)} for child in node.children
    ]
    if node.combine is not Combine.SUM:
        return set().union(*parts)
    whole = ONE if node.scaled_from is None else top / (node.scaled_from.of(group) or ONE)
    sums: Set[Fraction] = {ZERO}
    for part in parts:
        if len(sums) * len(part) > _MOST:
            return {top}
        sums = {one + other for one in sums for other in part}
    return {whole * each for each in sums}


def _known(node: Criterion, group: str) -> Fraction:
    """A node's maximum, weighted; where it is not known, what is known of its parts."""
    if node.max is not None:
        return node.weight_of(group) * node.max.of(group)
    return node.weight_of(group) * sum((_known(child, group) for child in node.children), ZERO)


def _weighted(node: Criterion, group: str) -> str:
    """A child's maximum as a term of the sum."""
    own = _known(node, group)
    weight = node.weight_of(group)
    return exact_text(own) if weight == ONE else f"{exact_text(weight)} × {exact_text(own / weight)}"
