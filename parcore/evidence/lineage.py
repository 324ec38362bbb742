"""Lineage: which units became which, and when: mergers, splits, renames, ends, beginnings.

In: documents of events between units, by id. Out: for any two days what each unit came of and what
became of it. A unit that nothing is told of is `UNKNOWN`: a name or a code is never a trace of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Final

from attrs import field, frozen

from parcore.diagnostics import Findings, Place
from parcore.documents.reading import date_of, items_of, source_of, text_of
from parcore.documents.schema import check_shape
from parcore.documents.tree import Mapping as TreeMapping
from parcore.documents.tree import Tree
from parcore.evidence.units import UnitBook
from parcore.sources import Source

NOTHING: Final = ""
"""What a new unit came of, and what became of one that ended: no unit."""

UNTOLD: Final = "?"
"""What a unit came of, or became, where no event says it; no unit's id."""

DAY: Final = timedelta(days=1)

Ids = frozenset[str]


class Label(Enum):
    """How a unit stands to those of another day, by territory; `UNKNOWN`: no event tells.

    `REDRAWN`: of parts of several. `NEW` has nothing before it, `ENDED` nothing after it.
    """

    INTACT = "intact"
    MERGED = "merged"
    SPLIT = "split"
    REDRAWN = "redrawn"
    NEW = "new"
    ENDED = "ended"
    UNKNOWN = "unknown"


@frozen
class Event:
    """On a day (the first of the units `after`) the units `before` became them; either may be none."""

    on: date
    before: tuple[str, ...]
    after: tuple[str, ...]
    source: Source | None = None
    place: Place = field(default=Place(""), eq=False)


@frozen
class Passage:
    """The way between two days: what became of the units of the first, what those of the last came of.

    `NOTHING` and `UNTOLD` stand among them.
    """

    first: date
    last: date
    became: Mapping[str, Ids]
    came_of: Mapping[str, Ids]

    def successors(self, unit: str) -> Ids:
        """The units of the last day that hold something of a unit of the first."""
        return self.became.get(unit, frozenset()) - {NOTHING, UNTOLD}

    def predecessors(self, unit: str) -> Ids:
        """The units of the first day of which a unit of the last holds something."""
        return self.came_of.get(unit, frozenset()) - {NOTHING, UNTOLD}

    def label(self, unit: str) -> Label:
        """How a unit of either day stands to those of the other; one that exists on both is intact."""
        if unit in self.came_of:
            return _label(unit, self.came_of, self.became, (Label.NEW, Label.SPLIT, Label.MERGED))
        # A part that ended is a part all the same.
        return _label(unit, self.became, self.came_of, (Label.ENDED, Label.MERGED, Label.SPLIT), NOTHING)


def _label(
    unit: str,
    own: Mapping[str, Ids],
    others: Mapping[str, Ids],
    labels: tuple[Label, Label, Label],
    free: str = UNTOLD,
) -> Label:
    """`labels`: of a unit with nothing across; of a part of one across; of one that holds several across."""
    across = own.get(unit, frozenset({UNTOLD}))
    if UNTOLD in across:
        return Label.UNKNOWN
    if across == {NOTHING}:
        return labels[0]
    alone = all(each == free or others.get(each) == frozenset({unit}) for each in across)
    if len(across) == 1:
        return Label.INTACT if alone else labels[1]
    return labels[2] if alone else Label.REDRAWN


class Lineage:
    """All events that are known, in the order of their days."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.events = tuple(sorted(events, key=lambda each: each.on))

    def passage(self, units: UnitBook, first: date, last: date) -> Passage:
        """The way from a day to a later one (or the same), through all events between them.

        Raises:
            ValueError: the last day is before the first.
        """
        if last < first:
            raise ValueError(f"{last} is before {first}")
        known = units.units.values()
        start = [each.id for each in known if each.exists_on(first)]
        held: dict[str, Ids] = {each: frozenset({each}) for each in start}
        became: dict[str, set[str]] = {each: set() for each in start}
        for event in (each for each in self.events if first < each.on <= last):
            parts = [held.pop(each, frozenset({UNTOLD})) for each in event.before]
            whole = frozenset[str]().union(*parts) if parts else frozenset({NOTHING})
            held.update(dict.fromkeys(event.after, whole))
            if not event.after:
                for each in whole & became.keys():
                    became[each].add(NOTHING)
        came_of = {each.id: held.get(each.id, frozenset({UNTOLD})) for each in known if each.exists_on(last)}
        for unit, whole in held.items():
            for each in whole & became.keys():
                became[each].add(unit if unit in came_of else UNTOLD)
        return Passage(first, last, {unit: frozenset(found) for unit, found in became.items()}, came_of)


def read_lineage(tree: Tree, units: UnitBook, findings: Findings) -> list[Event]:
    """The events of a document; one that cannot be is reported and passed over."""
    if not check_shape(tree, "lineage", findings) or not isinstance(tree, TreeMapping):
        return []
    source = source_of(tree.get("source"), findings)
    found = [_read_event(each, source, units, findings) for each in items_of(tree.get("events"))]
    return once_each((each for each in found if each is not None), findings)


def _read_event(tree: Tree, source: Source | None, units: UnitBook, findings: Findings) -> Event | None:
    if not isinstance(tree, TreeMapping):
        return None
    on = date_of(tree["on"], findings)
    sides = [[(text_of(each), each.place) for each in items_of(tree[side])] for side in ("from", "to")]
    if not sides[0] and not sides[1]:
        findings.add("lineage-empty", tree.place_of("from"))
        return None
    for each in (*items_of(tree["from"]), *items_of(tree["to"])):
        units.check_id(each, findings)
    if on is None or any(id_ not in units.units for side in sides for id_, _ in side):
        return None
    fits = [
        *(_fits(id_, units.units[id_].until, on - DAY, "until", place, findings) for id_, place in sides[0]),
        *(_fits(id_, units.units[id_].since, on, "from", place, findings) for id_, place in sides[1]),
    ]
    if not all(fits):
        return None
    before, after = (tuple(id_ for id_, _ in side) for side in sides)
    own = source_of(tree.get("source"), findings)
    return Event(on, before, after, own or source, tree.place_of("on"))


def _fits(unit: str, day: date | None, wanted: date, word: str, place: Place, findings: Findings) -> bool:
    """Whether a unit ends, or begins, on the day that an event has it do so."""
    if day != wanted:
        findings.add("lineage-days", place, unit=unit, word=word, day=day or "—", wanted=wanted)
    return day == wanted


def once_each(events: Iterable[Event], findings: Findings) -> list[Event]:
    """The events without those in which a unit ends, or begins, a second time; these are reported."""
    seen: dict[tuple[str, str], Event] = {}
    kept: list[Event] = []
    for event in events:
        sides = [("from", each) for each in event.before] + [("to", each) for each in event.after]
        again = [each for each, times in Counter(sides).items() if each in seen or times > 1]
        for side, unit in again:
            first = seen.get((side, unit), event)
            findings.add("lineage-twice", event.place, unit=unit, side=side, first=first.place)
        if not again:
            seen.update(dict.fromkeys(sides, event))
            kept.append(event)
    return kept
