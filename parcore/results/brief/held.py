"""What is in hand for a brief: published figures, and those that the engine computes, asked for by name.

Nothing is made up: what is not in hand is None. A place, a mean or a count among units is computed only
where the evidence of all of them is in hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Final

from attrs import frozen

from parcore.editions.edition import Criterion
from parcore.evidence.evidence import Observation
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.i18n import Text
from parcore.results.brief.figures import Figure, Measure, Origin, change, computed, published
from parcore.results.change import Earlier
from parcore.results.published import final_of, index_of
from parcore.results.ranking import Entry, ranked
from parcore.results.result import Result, Scorecard
from parcore.rules.graph import Within
from parcore.rules.policies import Quantity
from parcore.values import State

_MEASURES: Final = {
    "points": Measure.POINTS,
    "max": Measure.POINTS,
    "rate": Measure.PERCENT,
    "change_percent": Measure.AS_PRINTED,
}
_PLACES: Final = ("change_places", "change_places_in_region", "change_places_in_group")
_INDEX: Final = ("index", "mean", "mean_self", "highest", "lowest", "from", "below", "above")
_CHANGES: Final = ("change", "mean_change", "mean_change_since", "spread", "lead", "largest_rise")
_MANY: Final = 6
"""Decimals enough for any index that an edition rounds; an unrounded one is told with two."""


@frozen(eq=False)
class Held:
    """A result, what others printed of its methodology in all periods, and the period compared with."""

    result: Result
    observations: tuple[Observation, ...]
    before: Period
    earlier: Earlier | None
    regions: Mapping[str, Text]

    @property
    def now(self) -> str:
        """The period of the brief, as figures have it."""
        return str(self.result.period)

    # What a figure counts in

    @cached_property
    def index_measure(self) -> Measure:
        """Per cent where the index is a rate, else points."""
        edition = self.result.edition
        if edition.conversion is not None or edition.adjustments is not None or edition.total is None:
            return Measure.POINTS
        known = self.result.scorecards and any(card.state is State.OK for card in self.result.scorecards)
        if known and final_of(self.result) is not Quantity.RATE:
            return Measure.POINTS
        return Measure.PERCENT

    def measure_of(self, quantity: str) -> Measure:
        """What a figure of a name counts in."""
        word, _, rest = quantity.partition(":")
        if word in _PLACES:
            return Measure.PLACES
        if word.startswith("rank") and word != "ranked_units":
            return Measure.RANK
        if word in ("mean", "mean_self", "highest", "lowest") and rest:
            return self.measure_of(rest)
        if word in _CHANGES:
            return self.index_measure.of_changes
        if word.endswith("_rate"):
            return Measure.PERCENT
        return self.index_measure if word in _INDEX else _MEASURES.get(word, Measure.COUNT)

    # Published figures

    @cached_property
    def _seen(self) -> Mapping[tuple[str, str, Period], list[Observation]]:
        found: dict[tuple[str, str, Period], list[Observation]] = {}
        for each in sorted(self.observations, key=_standing):
            if each.value.state is State.OK:
                found.setdefault((each.about, each.quantity, each.period), []).append(each)
        return found

    def all_published(self, about: str, quantity: str, period: Period | None = None) -> list[Figure]:
        """Every published figure of that name, the one that stands first."""
        seen = self._seen.get((about, quantity, period or self.result.period), [])
        return [published(each, self.measure_of(quantity)) for each in seen]

    def published(self, about: str, quantity: str, period: Period | None = None) -> Figure | None:
        """The published figure of that name."""
        return next(iter(self.all_published(about, quantity, period)), None)

    def published_before(self, about: str, quantity: str) -> Figure | None:
        """The figure that a change is on: as this period's announcement quotes it, else as then published."""
        found = self.all_published(about, quantity, self.before)
        quoted = (each for each in found if _quoted(each, self.result.period))
        return next(quoted, next(iter(found), None))

    def published_change(self, about: str, quantity: str) -> Figure | None:
        """A change as published: it is on the period before, and on no other."""
        usual = self.before == self.result.period.back(1)
        return self.published(about, quantity) if usual else None

    def named(self, quantity: str) -> Iterator[Figure]:
        """The published figures of the period that are of that kind, whatever they are about."""
        for about, each, period in self._seen:
            if each == quantity and period == self.result.period:
                found = self.published(about, quantity)
                if found is not None:
                    yield found

    # Computed figures

    @cached_property
    def whole(self) -> bool:
        """Whether the evidence of all units that the edition scores, two at least, is in hand, and scored."""
        return complete(self.result) and len(self.ranked) > 1

    @cached_property
    def ranked(self) -> tuple[Scorecard, ...]:
        """The units that have an index and are not outside the ranking."""
        ranking = self.result.edition.ranking
        out = ranking.unranked if ranking is not None else ()
        cards = self.result.scorecards
        return tuple(each for each in cards if each.state is State.OK and each.unit.id not in out)

    @cached_property
    def _cards(self) -> Mapping[str, Scorecard]:
        return {card.unit.id: card for card in self.result.scorecards}

    def card(self, unit: str) -> Scorecard | None:
        """A unit's scorecard."""
        return self._cards.get(unit)

    def card_index(self, card: Scorecard) -> Figure | None:
        """A unit's computed index, rounded as the edition rounds it."""
        value = index_of(self.result, card, _MANY)
        if value is None or card.state is not State.OK:
            return None
        return computed(value, self.index_measure, card.unit.id, "index", self.now)

    def index(self, unit: str) -> Figure | None:
        """A unit's index: as published, else computed."""
        card = self.card(unit)
        return self.published(unit, "index") or (None if card is None else self.card_index(card))

    def index_before(self, unit: str) -> Figure | None:
        """A unit's index in the period compared with, where it counts in the same."""
        if self.index_measure is Measure.POINTS and not self.result.edition.in_force(self.before):
            return None
        found = self.published_before(unit, "index")
        if found is not None or self.earlier is None:
            return found
        earlier, edition = self.earlier, self.result.edition
        numbers = earlier.rates if self.index_measure is Measure.PERCENT else earlier.points
        if edition.conversion is not None or edition.adjustments is not None:
            numbers = earlier.totals
        value = numbers.get(unit)
        return None if value is None else computed(value, self.index_measure, unit, "index", str(self.before))

    def change(self, unit: str) -> Figure | None:
        """The change of a unit's index, as published or as its two figures give it."""
        found = self.published_change(unit, "change")
        now, before = self.index(unit), self.index_before(unit)
        if found is not None or now is None or before is None:
            return found
        return change("change", now, before)

    def rank(self, unit: str, circle: str) -> tuple[Figure, Figure | None] | None:
        """A unit's rank in a circle (`all`, `region`, `group`), and among how many, where that is known."""
        word = "rank" if circle == "all" else f"rank_in_{circle}"
        found = self.published(unit, word)
        card = self.card(unit)
        if found is not None:
            return found, self.published(self._circle(unit, circle), "ranked_units")
        place = self.result.place(unit, circle)
        if card is None or place is None or place.open or not self.whole:
            return None
        both = {word: (place.place, Measure.RANK), "ranked_units": (place.among, Measure.COUNT)}
        rank, among = (computed(Fraction(n), m, unit, q, self.now) for q, (n, m) in both.items())
        return rank, among

    def _circle(self, unit: str, circle: str) -> str:
        found = self.unit(unit)
        if circle == "all" or found is None:
            return "all"
        return f"{circle}:{found.region if circle == 'region' else found.group}"

    def places(self, unit: str, circle: str) -> Figure | None:
        """The places that a unit rose in a circle: as published, or as two ranks give them."""
        suffix = "" if circle == "all" else f"_in_{circle}"
        found, now = self.published_change(unit, f"change_places{suffix}"), self.rank(unit, circle)
        if found is not None or now is None:
            return found
        before = self.published_before(unit, f"rank{suffix}")
        held = self.earlier.places.get(unit) if self.earlier is not None and circle == "all" else None
        if before is None and held is not None:
            before = computed(Fraction(held), Measure.RANK, unit, "rank", str(self.before))
        return None if before is None else change(f"change_places{suffix}", now[0], before)

    def unit(self, id_: str) -> Unit | None:
        """A unit of the period, by its id."""
        card = self.card(id_)
        if card is not None:
            return card.unit
        return next((each for each in self.result.without_evidence if each.id == id_), None)

    # Criteria

    def points(self, about: str, node: Criterion, card: Scorecard | None) -> Figure | None:
        """A unit's points of a criterion: as published, else computed."""
        found = self.published(about, f"points:{node.id}")
        if found is not None or card is None or not node.applies(card.group):
            return found
        value = card.points(node.id).known if node.id not in card.unreached else None
        if value is None:
            return None
        return computed(value, Measure.POINTS, about, f"points:{node.id}", self.now)

    def top(self, about: str, node: Criterion, card: Scorecard | None, group: str) -> Figure | None:
        """What a unit could attain of a criterion: by its scorecard, else the edition's maximum."""
        quantity = f"max:{node.id}"
        attainable = None if card is None else card.attainable(node.id)
        if attainable is not None and attainable.known is not None:
            stated = node.max is not None and node.max.of(group) == attainable.known
            origin = Origin.EDITION if stated else Origin.COMPUTED
            return computed(attainable.known, Measure.POINTS, about, quantity, self.now, origin)
        if node.max is None or not node.applies(group):
            return self.published(about, quantity)
        return computed(node.max.of(group), Measure.POINTS, about, quantity, self.now, Origin.EDITION)

    def criterion_rank(self, about: str, node: Criterion) -> tuple[Figure, Figure | None] | None:
        """A unit's rank in a criterion; the engine's is by points over what is attainable, all in hand."""
        found = self.published(about, f"rank:{node.id}")
        if found is not None:
            return found, self.published("all", "ranked_units")
        ranking = self.result.edition.ranking
        if ranking is None or not self.whole or Within.ALL not in ranking.within:
            return None
        entries = [_entry(card, node) for card in self.ranked]
        known = [each for each in entries if each is not None]
        place = ranked(known, ranking.method).get(about)
        if place is None or len(known) < len(entries):
            return None
        rank = computed(Fraction(place[0]), Measure.RANK, about, f"rank:{node.id}", self.now)
        return rank, computed(Fraction(len(known)), Measure.COUNT, "all", "ranked_units", self.now)


def complete(result: Result) -> bool:
    """Whether every unit that the edition scores has evidence and a scorecard."""
    return len(result.scorecards) == len(result.population.units) and not result.without_evidence


def _quoted(figure: Figure, period: Period) -> bool:
    return figure.observation is not None and figure.observation.stated_in == period


def _entry(card: Scorecard, node: Criterion) -> Entry | None:
    if not node.applies(card.group):
        return None
    points, top = card.points(node.id).known, card.attainable(node.id)
    if points is None or (top is not None and not top.known):
        return None
    return Entry(card.unit.id, points if top is None or top.known is None else points / top.known)


def _standing(seen: Observation) -> tuple[bool, bool, int, str, Fraction]:
    """Of several figures of one name: the one of its own time, without doubt, on the better basis, first."""
    bases, doubted = [*type(seen.source.basis)], bool(seen.explained.in_("en"))
    at = bases.index(seen.source.basis), str(seen.source), seen.value.number
    return seen.stated_in is not None, doubted, *at
