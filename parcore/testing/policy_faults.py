"""Faults to plant in policies: what bands read, gates, quotas, places, bonus and penalty, rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from parcore.editions import compile as compiling
from parcore.editions import index as indexing
from parcore.editions.edition import Edition
from parcore.results import classes as deciding
from parcore.results import ranking as ordering
from parcore.results import scoring
from parcore.results.provisional import provisional
from parcore.results.result import Scorecard
from parcore.rules.graph import Agg, Aggregate, Node, const
from parcore.rules.policies import Band, Border, Classes, Level, Quantity, Ranking
from parcore.testing.faults import RULE_FAULTS, Fault
from parcore.testing.features import may_need_rounding

if TYPE_CHECKING:
    import pytest


# The index


def penalty_added(patch: pytest.MonkeyPatch) -> None:
    """A penalty is added."""
    patch.setattr(indexing, "const", lambda number: const(abs(number)))


def cap_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Bonus and penalty are not capped, and the total is not held within its ends."""
    right = Agg

    def wrong(op: Aggregate, nodes: tuple[Node, ...], *rest: Any) -> Node:
        return nodes[0] if op in (Aggregate.MIN, Aggregate.MAX) else right(op, nodes, *rest)

    patch.setattr(indexing, "Agg", wrong)


def penalty_held_as_bonus(patch: pytest.MonkeyPatch) -> None:
    """An open penalty is held at nothing at the lower end of a provisional result."""
    patch.setattr(
        "parcore.results.scoring.provisional", lambda edition, *rest: provisional(_all_bonus(edition), *rest)
    )


def _all_bonus(edition: Edition) -> Edition:
    both = edition.adjustments
    if both is None or both.penalty is None:
        return edition
    items = (*(() if both.bonus is None else both.bonus.items), *both.penalty.items)
    return evolve(edition, adjustments=evolve(both, bonus=evolve(both.penalty, items=items), penalty=None))


def index_unrounded(patch: pytest.MonkeyPatch) -> None:
    """The index is not rounded."""
    patch.setattr(indexing, "rounded", lambda node, *_: node)


# Classes


def _read_otherwise(
    patch: pytest.MonkeyPatch, other: Any, when: Callable[[Scorecard], bool] = lambda _: True
) -> None:
    right = deciding.with_class

    def wrong(card: Scorecard, classes: Classes | None) -> Scorecard:
        if classes is not None and when(card):
            classes = evolve(classes, on=other(classes.on))
        return right(card, classes)

    patch.setattr(scoring, "with_class", wrong)


def class_of_unrounded(patch: pytest.MonkeyPatch) -> None:
    """Bands read the unrounded number where they should read the rounded one, or the other way round."""
    _read_otherwise(patch, lambda on: evolve(on, rounded=not on.rounded))


def bonus_in_bands(patch: pytest.MonkeyPatch) -> None:
    """Bands read points with bonus and penalty where they should be left out, or without them."""
    other = {Quantity.TOTAL: Quantity.BASE, Quantity.BASE: Quantity.TOTAL, Quantity.RATE: Quantity.TOTAL}

    def adjusted(card: Scorecard) -> bool:
        return bool({indexing.BONUS, indexing.PENALTY} & set(card.trace.program.roots))

    _read_otherwise(patch, lambda on: evolve(on, quantity=other[on.quantity]), adjusted)


def wrong_band_edge(patch: pytest.MonkeyPatch) -> None:
    """An edge between two bands belongs to the lower one where it should belong to the higher, or reverse."""
    right = deciding._by_number

    def wrong(card: Scorecard, classes: Classes, number: Any) -> Any:
        bands = tuple(_turned(band, classes.bands) for band in classes.bands)
        return evolve(right(card, evolve(classes, bands=bands), number), classes=classes)

    patch.setattr(deciding, "_by_number", wrong)


def _turned(band: Band, all_: Iterable[Band]) -> Band:
    intervals = {}
    for group, ends in band.intervals.items():
        others = [each.intervals[group] for each in all_ if each is not band]
        low = ends.low is not None and any(each.high == ends.low for each in others)
        high = ends.high is not None and any(each.low == ends.high for each in others)
        intervals[group] = evolve(ends, low_in=ends.low_in != low, high_in=ends.high_in != high)
    return evolve(band, intervals=intervals)


def gate_rounded_otherwise(patch: pytest.MonkeyPatch) -> None:
    """A gate reads points before they are rounded where it should read them after, or the reverse."""
    right = compiling._passes
    patch.setattr(
        compiling, "_passes", lambda gate, *rest: right(evolve(gate, rounded=not gate.rounded), *rest)
    )


def gate_forgotten(patch: pytest.MonkeyPatch) -> None:
    """No class requires anything but its number."""
    patch.setattr(deciding, "_gated", lambda course: course)


def limit_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Vetoes and caps are passed over."""
    patch.setattr(deciding, "_limited", lambda course, *_: course)


def quota_tie(patch: pytest.MonkeyPatch) -> None:
    """At the border of a quota a tie is settled otherwise than said."""
    right = deciding._limited_to
    other = {Border.AUTHORITY: Border.ALL, Border.ALL: Border.NONE, Border.NONE: Border.ALL}
    patch.setattr(
        deciding, "_limited_to", lambda quota, *rest: right(evolve(quota, ties=other[quota.ties]), *rest)
    )


def quota_too_large(patch: pytest.MonkeyPatch) -> None:
    """A quota lets in one unit more."""
    right = deciding.granted
    patch.setattr(deciding, "granted", lambda quota, among: right(quota, among) + 1)


# Places


def ranked_backwards(patch: pytest.MonkeyPatch) -> None:
    """The lowest number is ranked first."""
    right = ordering.entry_of

    def wrong(card: Scorecard, ranking: Ranking) -> Any:
        found = right(card, ranking)
        return None if found is None else evolve(found, number=-found.number)

    patch.setattr(ordering, "entry_of", wrong)


def ranked_on_rounded(patch: pytest.MonkeyPatch) -> None:
    """Places follow rounded numbers where unrounded ones are said, or the other way round."""
    right = ordering.entry_of
    patch.setattr(
        ordering,
        "entry_of",
        lambda card, ranking: right(
            card, evolve(ranking, on=evolve(ranking.on, rounded=not ranking.on.rounded))
        ),
    )


def tie_by_order(patch: pytest.MonkeyPatch) -> None:
    """Units that nothing tells apart are ranked in the order in which they come."""
    right = ordering.tiers

    def wrong(*args: Any) -> list[list[ordering.Entry]]:
        return [[each] for tier in right(*args) for each in tier]

    patch.setattr(ordering, "tiers", wrong)


# What an edition has


def _classes(edition: Edition) -> Iterator[Classes]:
    yield from edition.classes


def _has_classes(edition: Edition) -> bool:
    return any(_classes(edition))


def _has_gates(edition: Edition) -> bool:
    return any(band.gates for each in _classes(edition) for band in each.bands)


def _gates_meet_rounding(edition: Edition) -> bool:
    return _has_gates(edition) and any(
        level in edition.rounding.digits for level in Level if level is not Level.INDEX
    )


def _has_limits(edition: Edition) -> bool:
    return any(each.vetoes or each.caps for each in _classes(edition))


def _has_quotas(edition: Edition) -> bool:
    return any(each.quotas for each in _classes(edition))


def _meeting_bands(edition: Edition) -> bool:
    return any(_turned(band, each.bands) != band for each in _classes(edition) for band in each.bands)


def _has_block(*names: str) -> Any:
    return lambda edition: any(name in edition.blocks for name in names)


def _is_ranked(edition: Edition) -> bool:
    return edition.ranking is not None


def _index_needs_rounding(edition: Edition) -> bool:
    return may_need_rounding(edition, *Quantity)


def _classes_meet_rounding(edition: Edition) -> bool:
    return any(may_need_rounding(edition, each.on.quantity) for each in _classes(edition))


def _ranking_meets_rounding(edition: Edition) -> bool:
    return edition.ranking is not None and may_need_rounding(edition, edition.ranking.on.quantity)


POLICY_FAULTS: Final = (
    Fault(penalty_added, _has_block("penalty"), "penalty"),
    Fault(cap_forgotten, _has_block("bonus", "penalty"), "bonus or penalty"),
    Fault(penalty_held_as_bonus, _has_block("penalty"), "penalty"),
    Fault(index_unrounded, _index_needs_rounding, "index with more decimals than it is rounded to"),
    Fault(
        class_of_unrounded,
        _classes_meet_rounding,
        "class of an index with more decimals than it is rounded to",
    ),
    Fault(
        bonus_in_bands,
        lambda edition: _has_classes(edition) and bool(edition.blocks),
        "class beside bonus or penalty",
    ),
    Fault(wrong_band_edge, _meeting_bands, "edge between two bands"),
    Fault(gate_rounded_otherwise, _gates_meet_rounding, "gate beside rounded points"),
    Fault(gate_forgotten, _has_gates, "gate"),
    Fault(limit_forgotten, _has_limits, "veto or cap"),
    Fault(quota_tie, _has_quotas, "quota"),
    Fault(quota_too_large, _has_quotas, "quota"),
    Fault(ranked_backwards, _is_ranked, "ranking"),
    Fault(
        ranked_on_rounded,
        _ranking_meets_rounding,
        "ranking of an index with more decimals than it is rounded to",
    ),
    Fault(tie_by_order, _is_ranked, "ranking"),
)
"""The faults of policies, in the order in which they are tried."""

FAULTS: Final = (*RULE_FAULTS, *POLICY_FAULTS)
"""Every fault there is."""
