"""Do the maxima of an edition add up: children to their parent, components to the total, by group?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from parcore.diagnostics import Place
from parcore.editions.edition import Combine, Criterion
from parcore.numbers import ONE, ZERO, exact_text
from parcore.rules.figures import Context, Figure

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
        if combine is Combine.SUM:
            _check(children, whole, group, label, place, context)
        else:
            _check_one(children, whole, group, label, place, context, combine)


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
    """Of parts of which one counts: the largest maximum, or of the lowest the smallest."""
    known = [child.max.of(group) for child in children if child.max is not None]
    if len(known) < len(children) or whole is None or not known:
        context.findings.add("combine-needs-maxima", place, criterion=label)
        return
    made = min(known) if combine is Combine.LOWEST else max(known)
    if made != whole.of(group):
        top, sum_, parts = exact_text(whole.of(group)), exact_text(made), ", ".join(map(exact_text, known))
        context.findings.add(
            "maxima-one-counts", place, criterion=label, max=top, sum=sum_, parts=parts, combine=combine.value
        )


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
