"""What a brief says of one unit: its index and ranks, every component, what is below its maximum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.editions.edition import Criterion
from parcore.evidence.units import Unit
from parcore.i18n import Text
from parcore.results.brief.figures import Figure, Measure, Origin, computed, derived, share
from parcore.results.brief.held import Held
from parcore.results.brief.statements import Clause, Kind, Statement, period_text, title_of
from parcore.results.brief.words import change_clause, many, moved, rank_clause, state_text

CIRCLES: Final = ("all", "region", "group")


@frozen
class Standing:
    """A criterion with a unit's points, what it could attain, and its name."""

    title: Text
    points: Figure
    top: Figure
    why: Text | None = None

    @property
    def below(self) -> bool:
        """Whether something is lost there."""
        return self.points.value < self.top.value

    def clause(self, *, first: bool) -> Clause:
        """It, as an item of a list."""
        parts: dict[str, Figure | Text] = {"title": self.title, "points": self.points, "max": self.top}
        word = "item-first" if first else "item"
        return Clause(word, parts) if self.why is None else Clause(f"{word}-why", parts | {"why": self.why})


def of_index(held: Held, unit: Unit) -> Iterator[Statement]:
    """The index with its change, its rank in each circle with the change, its class."""
    index, title = held.index(unit.id), title_of(held.result.edition)
    clauses: list[Clause] = []
    head: dict[str, Figure | Text] = {
        "title": title, "unit": unit.name, "period": period_text(held.result.period)
    }  # fmt: skip
    if index is not None:
        clauses.append(Clause("index", head | {"index": index}))
        clauses += moved(held.change(unit.id), held.before)
    for circle in CIRCLES:
        found = held.rank(unit.id, circle)
        if found is None:
            continue
        comma = Text("," if clauses else "")
        if not clauses:
            clauses.append(Clause("index-of", head))
        clauses.append(rank_clause(f"rank-{circle}", found, {**_of(held, unit, circle), "comma": comma}))
        places = held.places(unit.id, circle)
        if places is not None:
            clauses.append(change_clause("places", places, held.before))
    if clauses:
        yield Statement(Kind.INDEX, unit.id, tuple(clauses))


def _of(held: Held, unit: Unit, circle: str) -> dict[str, Figure | Text]:
    name = held.regions.get(unit.region, Text(unit.region)) if circle == "region" else Text()
    if circle == "group":
        edition = held.result.edition
        name = edition.group_titles.get(unit.group) or Text(unit.group)
    return {"circle": name, "units": many(held.result.edition)}


def of_class(held: Held, unit: Unit) -> Iterator[Statement]:
    """The class that a unit is in, if it is in one."""
    card, classes = held.card(unit.id), held.result.classes
    if card is None or classes is None or card.class_name is None:
        return
    band = next((each for each in classes.bands if each.name == card.class_name), None)
    title = band.title if band is not None and band.title.in_("vi") else Text(card.class_name)
    yield Statement(Kind.CLASS, unit.id, (Clause("class", {"unit": unit.name, "class": title}),))


def of_components(held: Held, unit: Unit) -> Iterator[Statement]:
    """Each component of which something is in hand."""
    group = held.result.edition.group_of(unit.group) or ""
    told = [
        each
        for node in held.result.edition.components
        if node.applies(group)
        for each in _component(held, unit, node, group)
    ]
    count = held.published("all", "components")
    if told and count is not None:
        yield Statement(Kind.COMPONENTS, "all", (Clause("components", {"count": count}),))
    yield from told
    last = held.published(unit.id, "components_in_last_group")
    if last is not None:
        yield Statement(Kind.LAST_GROUP, unit.id, (Clause("last-group", {"count": last}),))


def _component(held: Held, unit: Unit, node: Criterion, group: str) -> Iterator[Statement]:
    card = held.card(unit.id)
    points, top = held.points(unit.id, node, card), held.top(unit.id, node, card, group)
    rank = held.criterion_rank(unit.id, node)
    if points is None and rank is None:
        return
    clauses = [Clause("component", {"title": node.title})]
    if points is not None and top is not None:
        clauses.append(Clause("points-of", {"points": points, "max": top}))
        rate = share(f"rate:{node.id}", points, top)
        clauses += [] if rate is None else [Clause("rate", {"rate": rate})]
    elif points is not None:
        clauses.append(Clause("points", {"points": points}))
    if points is not None:
        clauses += moved(_last_year(held, unit, node, points), held.before)
    if rank is not None:
        clauses.append(rank_clause("rank-plain" if points is None else "rank-more", rank, {}))
    clauses += _finding(held, unit, node, points, top)
    yield Statement(Kind.COMPONENT, node.id, tuple(clauses))


def _last_year(held: Held, unit: Unit, node: Criterion, now: Figure) -> Figure | None:
    """The change of a criterion's points on the period before, under the same edition."""
    edition = held.result.edition
    if not edition.in_force(held.before):
        return None
    before = held.published_before(unit.id, f"points:{node.id}")
    if before is None and held.earlier is not None and held.earlier.edition == edition.key:
        value = held.earlier.criteria.get(unit.id, {}).get(node.id)
        if value is not None:
            before = computed(value, Measure.POINTS, unit.id, now.quantity, str(held.before))
    if before is None:
        return None
    return derived(now.value - before.value, Measure.POINTS, f"change:{node.id}", now, before)


def _finding(
    held: Held, unit: Unit, node: Criterion, points: Figure | None, top: Figure | None
) -> Iterator[Clause]:
    """At its maximum; or what is lost, and the parts known in which it is lost, with the state of each."""
    below = [each for each in parts_of(held, unit, node) if each.below]
    if points is not None and top is not None:
        if points.value == top.value:
            below = []
            yield Clause("at-maximum")
        elif points.value == 0:
            yield Clause("nothing")
        elif points.value < top.value:
            yield Clause("lost", {"lost": derived(top.value - points.value, Measure.POINTS, f"lost:{node.id}",
                                                  top, points)})  # fmt: skip
    if node.rule is not None and points is not None:
        why = state_text(held, unit, node)
        yield from () if why is None else [Clause("why", {"why": why})]
    if below:
        yield Clause("below")
        yield from items(below)


def items(found: Iterable[Standing]) -> Iterator[Clause]:
    """Criteria as a list within a sentence."""
    for at, each in enumerate(found):
        yield each.clause(first=not at)


def parts_of(held: Held, unit: Unit, node: Criterion) -> Iterator[Standing]:
    """The leaves under a criterion, and the parts of it that published figures alone name."""
    card, group = held.card(unit.id), held.result.edition.group_of(unit.group) or ""
    for leaf in node.leaves:
        if leaf.id == node.id or not leaf.applies(group):
            continue
        points, top = held.points(unit.id, leaf, card), held.top(unit.id, leaf, card, group)
        if points is not None and top is not None:
            yield Standing(leaf.title, points, top, state_text(held, unit, leaf))
    named: list[Standing] = []
    for name, title in named_parts(held, unit, {each.id for each in node.all}):
        points, top = held.published(unit.id, f"points:{name}"), held.published(unit.id, f"max:{name}")
        if points is not None and top is not None:
            named.append(Standing(title, points, top))
    yield from sorted(named, key=lambda each: each.points.value - each.top.value)  # most lost first


def named_parts(held: Held, unit: Unit, of: set[str] | None) -> list[tuple[str, Text]]:
    """Criteria outside the tree that published points of a unit name, in their order by name."""
    known = {node.id for node in held.result.edition.nodes}
    found: dict[str, Text] = {}
    for seen in held.result.observations:
        word, _, name = seen.quantity.partition(":")
        outside = word == "points" and name not in known and seen.named.in_("vi")
        if seen.about == unit.id and outside and (of is None or seen.part_of in of):
            found[name] = seen.named
    return sorted(found.items())


def of_shortfall(held: Held, unit: Unit) -> Iterator[Statement]:
    """How many criteria are below their maximum, and at zero, and which: as published, else counted."""
    counts = [held.published(unit.id, each) for each in ("criteria_below_max", "criteria_at_zero")]
    of = held.published("all", "criteria")
    if any(each is not None for each in counts):
        yield from _published_shortfall(held, unit, counts[0], counts[1], of)
        return
    card = held.card(unit.id)
    if card is None:
        return
    found = [each for node in held.result.edition.components for each in parts_of(held, unit, node)]
    leaves = [each for each in held.result.edition.leaves if each.applies(card.group)]
    if len(found) == len(leaves):  # a component that is a leaf hides its criteria: they cannot be counted
        yield from _counted(held, unit, found)


def _published_shortfall(
    held: Held, unit: Unit, below: Figure | None, zero: Figure | None, of: Figure | None
) -> Iterator[Statement]:
    if below is not None:
        yield Statement(Kind.SHORTFALL, unit.id, (_counted_clause("below-count", below, of),))
    if zero is not None:
        titles = [title for name, title in named_parts(held, unit, None) if _nothing(held, unit, name)]
        clauses = [_counted_clause("zero-count", zero, of)]
        if titles:
            clauses.append(Clause("namely" if len(titles) == zero.value else "among-them"))
            clauses += _names(titles)
        yield Statement(Kind.AT_ZERO, unit.id, tuple(clauses))


def _names(titles: Iterable[Text]) -> Iterator[Clause]:
    """Names as a list within a sentence."""
    for at, each in enumerate(titles):
        yield Clause("name" if at else "name-first", {"title": each})


def _nothing(held: Held, unit: Unit, name: str) -> bool:
    points = held.published(unit.id, f"points:{name}")
    return points is not None and not points.value


def _counted_clause(word: str, count: Figure, of: Figure | None) -> Clause:
    return Clause(word, {"count": count}) if of is None else Clause(f"{word}-of", {"count": count, "of": of})


def _counted(held: Held, unit: Unit, found: list[Standing]) -> Iterator[Statement]:
    """Criteria of a scorecard counted: below the maximum, and of these at zero."""
    below = [each for each in found if each.below]
    zero = [each for each in below if not each.points.value]
    of = computed(Fraction(len(found)), Measure.COUNT, unit.id, "criteria", held.now, Origin.EDITION)
    for kind, word, those, quantity in (
        (Kind.SHORTFALL, "below-count", below, "criteria_below_max"),
        (Kind.AT_ZERO, "zero-count", zero, "criteria_at_zero"),
    ):
        if those:
            count = computed(Fraction(len(those)), Measure.COUNT, unit.id, quantity, held.now)
            clauses = [_counted_clause(word, count, of), Clause("namely")]
            clauses += _names([each.title for each in those])
            yield Statement(kind, unit.id, tuple(clauses))
