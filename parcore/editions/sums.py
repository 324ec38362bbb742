"""Do the maxima of an edition add up: children to their parent, components to the total, by group?"""

from __future__ import annotations

from parcore.diagnostics import Findings, Place
from parcore.editions.edition import Criterion, Edition
from parcore.numbers import ZERO, exact_text
from parcore.rules.figures import Figure


def check_maxima(edition: Edition, total_place: Place, findings: Findings) -> None:
    """Report every parent whose children's maxima do not add up to its own, with the sum."""
    for group in edition.groups:
        _check(edition.components, edition.total, group, total_place, edition.key, findings)
        for criterion in edition.criteria:
            if criterion.children:
                _check(criterion.children, criterion.max, group, criterion.place, criterion.id, findings)
    for criterion in edition.criteria:
        if criterion.remainder and criterion.children:
            findings.add("remainder-with-children", criterion.place, criterion=criterion.id)


def _check(
    children: tuple[Criterion, ...],
    whole: Figure | None,
    group: str,
    place: Place,
    name: str,
    findings: Findings,
) -> None:
    known = [child.max.of(group) for child in children if child.max is not None]
    sum_ = sum(known, ZERO)
    parts = " + ".join(exact_text(each) for each in known)
    of = f" ({group})" if group else ""
    if len(known) == len(children):
        if whole is None:
            findings.add("maximum-is-known", place, criterion=name + of, sum=exact_text(sum_))
        elif whole.of(group) != sum_:
            declared = exact_text(whole.of(group))
            findings.add(
                "maxima-do-not-add-up",
                place,
                criterion=name + of,
                max=declared,
                sum=exact_text(sum_),
                parts=parts,
            )
    elif whole is not None and sum_ >= whole.of(group):
        declared = exact_text(whole.of(group))
        findings.add("maxima-leave-nothing", place, criterion=name + of, max=declared, sum=exact_text(sum_))
