"""Alternatives never come to: where the first rule that applies counts, those after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from parcore.editions.edition import Combine, Edition
from parcore.editions.tree import GIVEN, Variant
from parcore.readings.exact import Trace
from parcore.values import State

_GIVES_WAY: Final = (State.NOT_APPLICABLE, State.NOTHING_AROSE)


def unreached(edition: Edition, group: str, trace: Trace, variant: Variant) -> Iterator[str]:
    """The leaves that follow, in a `first` group, the one whose points count.

    What is hidden decides too: it pays what its edition says, and no later rule is asked.
    """
    for node in edition.nodes:
        if node.combine is not Combine.FIRST or not node.applies(group):
            continue
        decided = False
        for leaf in (each for each in node.children if each.applies(group) and each.id not in variant.out):
            if decided:
                yield leaf.id
            given = leaf.id in variant.given and trace[GIVEN + leaf.id].state is State.OK
            decided = decided or given or trace[f"raw:{leaf.id}"].state not in _GIVES_WAY
