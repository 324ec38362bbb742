"""What a brief says of each unit group: mean points of maximum, in per cent, and who is at the maximum."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from parcore.editions.edition import Criterion
from parcore.i18n import Text
from parcore.results.brief.figures import Figure, Measure, Origin, computed, share
from parcore.results.brief.held import Held
from parcore.results.brief.statements import Clause, Kind, Statement
from parcore.results.brief.words import direction
from parcore.results.result import Scorecard
from parcore.rules.policies import Quantity
from parcore.values import State


def of_groups(held: Held) -> Iterator[Statement]:
    """Each component by unit group, then the index; and what a printed "%" leaves open."""
    edition = held.result.edition
    if edition.groups == ("",):
        return
    told = [*_nodes(held)]
    yield from told
    if any(each.measure is Measure.AS_PRINTED for statement in told for each in statement.figures):
        yield Statement(Kind.AS_PRINTED, "all", (Clause("as-printed"),))


def _nodes(held: Held) -> Iterator[Statement]:
    for node in (*held.result.edition.components, None):
        clauses: list[Clause] = []
        for group in held.result.edition.groups:
            found = [*_group(held, node, group)]
            if found:
                title = held.result.edition.group_titles.get(group) or Text(group)
                clauses += [Clause("group" if clauses else "group-first", {"group": title}), *found]
        if clauses:
            head = Clause("group-index") if node is None else Clause("component", {"title": node.title})
            yield Statement(Kind.GROUP, "index" if node is None else node.id, (head, *clauses))


def _group(held: Held, node: Criterion | None, group: str) -> Iterator[Clause]:
    about, suffix = f"group:{group}", "" if node is None else f":{node.id}"
    cards = _cards(held, group)
    self_, points = held.published(about, f"mean_self:points{suffix}"), _points(held, node, group, cards)
    top, rate = _top(held, node, group), held.published(about, f"mean:rate{suffix}")
    if self_ is not None:
        yield Clause("group-self", {"points": self_})
    if points is not None and top is not None:
        yield Clause("group-points-of", {"points": points, "max": top})
        own = share(f"mean:rate{suffix}", points, top)
        yield from () if own is None else [Clause("rate", {"rate": own})]
    elif points is not None:
        yield Clause("group-points", {"points": points})
    if rate is not None and (points is None or top is None):
        yield Clause("group-rate", {"rate": rate})
    if node is not None:
        comma = Text("," if points or rate else "")
        yield from _at_maximum(held, node, group, cards, top if points is None else None, comma)
    printed = held.published(about, f"change_percent{suffix}")
    if printed is not None:
        yield Clause(f"printed-{direction(printed)}", {"change": printed})


def _cards(held: Held, group: str) -> list[Scorecard]:
    """The scorecards of a group, where all of its units are in hand and have an index."""
    cards = [each for each in held.result.scorecards if each.group == group]
    out = any(held.result.edition.group_of(unit.group) == group for unit in held.result.without_evidence)
    return [] if out or any(card.state is not State.OK for card in cards) else cards


def _points(held: Held, node: Criterion | None, group: str, cards: list[Scorecard]) -> Figure | None:
    """The mean points of a group, of a criterion or of all."""
    quantity = "mean:points" + ("" if node is None else f":{node.id}")
    found = held.published(f"group:{group}", quantity)
    if found is not None or (node is not None and not node.applies(group)):
        return found
    values = [
        card.index(Quantity.BASE, rounded=False) if node is None else card.points(node.id) for card in cards
    ]
    known = [each.known for each in values if each is not None and each.known is not None]
    if not known or len(known) < len(cards):
        return None
    number = sum(known, Fraction(0)) / len(known)
    return computed(number, Measure.POINTS, f"group:{group}", quantity, held.now)


def _top(held: Held, node: Criterion | None, group: str) -> Figure | None:
    """The maximum of a group, of a criterion or of all."""
    figure = held.result.edition.total if node is None else node.max
    quantity = "max" if node is None else f"max:{node.id}"
    if figure is None:
        return held.published(f"group:{group}", quantity)
    at = f"group:{group}", quantity, held.now
    return computed(figure.of(group), Measure.POINTS, *at, Origin.EDITION)


def _at_maximum(
    held: Held, node: Criterion, group: str, cards: list[Scorecard], top: Figure | None, comma: Text
) -> Iterator[Clause]:
    """How many units are at the maximum, and the share of all; the maximum, where nothing else says it."""
    about = f"group:{group}"
    count, of = held.published(about, f"count_at_maximum:{node.id}"), held.published(about, "count")
    if count is None and cards and node.applies(group) and node.max is not None:
        tops = [(card.points(node.id).known, card.attainable(node.id)) for card in cards]
        full = sum(top is not None and points is not None and points == top.known for points, top in tops)
        count = computed(Fraction(full), Measure.COUNT, about, f"count_at_maximum:{node.id}", held.now)
        of = computed(Fraction(len(cards)), Measure.COUNT, about, "count", held.now)
    if count is None:
        return
    parts: dict[str, Figure | Text] = {"comma": comma, "count": count, **({} if of is None else {"of": of})}
    yield Clause("at-top" if of is None else "at-top-of", parts)
    yield from () if top is None else [Clause("top-points", {"points": top, "max": top})]
    part = None if of is None else share(f"share:{node.id}", count, of)
    yield from () if part is None else [Clause("rate", {"rate": part})]
