"""Do the maxima of an edition add up: children to their parent, components to the total, by group?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from parcore.diagnostics import Place
from parcore.editions.edition import Criterion
from parcore.numbers import ZERO, exact_text
from parcore.rules.figures import Context, Figure

UNREAD: Final = Figure()
"""Stands where a maximum is written but could not be read: nothing is reckoned from it."""


def check_maxima(
    children: Sequence[Criterion], whole: Figure | None, name: str, place: Place, context: Context
) -> None:
    """Report, for each group, maxima of children that do not add up to their parent's, with the sum."""
    if whole is UNREAD or any(child.max is UNREAD for child in children):
        return
    for group in context.groups:
        label = f"{name} ({group})" if group else name
        _check(children, whole, group, label, place, context)


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
        direct = sum((child.max.of(group) for child in children if child.max is not None), ZERO)
        if direct >= whole.of(group) or sum_ > whole.of(group):
            context.findings.add("maxima-leave-nothing", place, criterion=label, max=top, sum=said)
    elif whole.of(group) != sum_:
        parts = " + ".join(exact_text(each) for each in known)
        context.findings.add("maxima-do-not-add-up", place, criterion=label, max=top, sum=said, parts=parts)


def _known(node: Criterion, group: str) -> Fraction:
    """A node's maximum; where it is not known, what is known of its parts."""
    if node.max is not None:
        return node.max.of(group)
    return sum((_known(child, group) for child in node.children), ZERO)
