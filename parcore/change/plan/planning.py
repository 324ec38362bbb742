"""What a unit can do next: for each criterion below its maximum the least change of evidence that gains.

In: a result and a unit. Out: a `Plan`. One statement is changed at a time, all others held as they are;
where none gains by itself, pairs of them. That nothing less does is proved over every nearer number
(`parcore.change.plan.nearest`). What the unit itself cannot change is left out, and listed with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from parcore.audit.appeal import standing
from parcore.change.plan.desk import Desk
from parcore.change.plan.left_out import LeftOut, Reason, full, reads, why_not
from parcore.change.plan.proposals import Need, Plan, Proposal, Together, gained, moved, scored_with
from parcore.diagnostics import Place, stop
from parcore.editions.edition import Criterion
from parcore.evidence.evidence import Datum
from parcore.numbers import ZERO
from parcore.results.result import Result, Scorecard


def plan(result: Result, unit: str, criteria: Collection[str] = (), *, also: Collection[Reason] = ()) -> Plan:
    """What a unit can do next in a result: of all criteria, or of those under the ids (or codes) given.

    `also`: what is planned for only where it is asked for (`ON_REQUEST`: surveys, statistics, what a ministry
    finds, wholes of shares). Points, index and places are those of scoring everything again; the unit's peers
    stay as they are.

    Raises:
        ParcoreError: the result has no such unit, or the edition no such criterion.
    """
    card = _card(result, unit)
    proposals: list[Proposal] = []
    needs: list[Need] = []
    left_out: list[LeftOut] = []
    for leaf in _leaves(result, criteria):
        if not leaf.applies(card.group) or full(result, card, leaf):
            continue
        reason = why_not(result, card, leaf, also)
        if reason is not None:
            left_out.append(LeftOut(leaf, reason))
            continue
        desk = Desk(result, card, leaf, tuple(reads(result, card, leaf, also)))
        left_out += (LeftOut(leaf, each.reason, each.name) for each in desk.read if each.reason is not None)
        if desk.hidden:
            needs.append(desk.need())
            proposals += desk.verified()
            continue
        found = list(desk.proposals(left_out))
        proposals += found
        if not found:
            left_out.append(LeftOut(leaf, desk.why_none()))
    proposals.sort(key=lambda each: (each.effect.gain is not None, -(each.effect.gain or ZERO)))
    return Plan(result, card.unit, tuple(proposals), tuple(needs), tuple(left_out))


def together(result: Result, unit: str, changes: Sequence[Datum]) -> Together:
    """What several statements bring a unit at once, beside what each brings alone.

    Raises:
        ParcoreError: the result has no such unit, or no rule admits a statement.
    """
    card = _card(result, unit)
    leaf = next(iter(result.edition.scored))
    then = scored_with(result, card.unit.id, changes)
    after = _card(then, card.unit.id)
    alone = (_card(scored_with(result, card.unit.id, [each]), card.unit.id) for each in changes)
    return Together(
        tuple(changes),
        standing(result, card, leaf),
        standing(then, after, leaf),
        gained(result, card, after),
        tuple(gained(result, card, each) for each in alone),
        tuple(moved(result, card, after)),
    )


def _card(result: Result, unit: str) -> Scorecard:
    card = result.card(unit)
    if card is None:
        known = ", ".join(each.unit.id for each in result.scorecards[:12])
        raise stop("unit-unknown", Place(result.edition.key), key=unit, nearest=known)
    return card


def _leaves(result: Result, criteria: Collection[str]) -> list[Criterion]:
    """The leaves under the criteria named; all where none is."""
    found: dict[str, Criterion] = {}
    for name in criteria:
        node = result.edition.criterion(name)
        if node is None:
            known = ", ".join(each.id for each in result.edition.nodes)
            raise stop("criterion-unknown", Place(result.edition.key), key=name, nearest=known)
        found.update((each.id, each) for each in node.leaves)
    return list(found.values()) if criteria else list(result.edition.scored)
