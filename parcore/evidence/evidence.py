"""Evidence: what is known of each unit, period and field, from whom, at which stage.

Statements are kept as given; `Evidence.at` settles which one counts at a stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

import attrs
from attrs import evolve, frozen

from parcore.diagnostics import Place
from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import POINTS
from parcore.i18n import Text
from parcore.sources import Source
from parcore.values import State, Value


class Stage(Enum):
    """Who speaks: the unit itself, the appraiser (twice), or the decision; in this order."""

    SELF = "self"
    APPRAISED = "appraised"
    APPRAISED_2 = "appraised-2"
    FINAL = "final"

    @property
    def order(self) -> int:
        """Its place in the order."""
        return _ORDER[self]


_ORDER = {stage: at for at, stage in enumerate(Stage)}


class Method(Enum):
    """How a figure came about."""

    ASSESSED = "assessed"
    SURVEY = "survey"
    STATISTICS = "statistics"
    DERIVED = "derived"
    MINISTRY_ONLY = "ministry-only"


@frozen
class Datum:
    """One statement: the value of a field for a unit and period, at a stage, and where it stands.

    `text` is the value as written (an option's name for a choice); `value.number` is exact.
    """

    unit: str
    period: Period
    field: str
    value: Value
    text: str
    stage: Stage
    method: Method | None = None
    source: Source | None = None
    note: str = ""
    place: Place = attrs.field(default=Place(""), eq=False)


Key = tuple[str, Period, str]


class Evidence:
    """Statements by unit, period and field. Immutable; `with_` makes a changed copy (what-if)."""

    def __init__(self, data: Iterable[Datum] = ()) -> None:
        self._data: dict[Key, dict[Stage, Datum]] = {}
        for each in data:
            self._data.setdefault((each.unit, each.period, each.field), {})[each.stage] = each

    def __iter__(self) -> Iterator[Datum]:
        return (each for stages in self._data.values() for each in stages.values())

    def __len__(self) -> int:
        return sum(len(stages) for stages in self._data.values())

    def at(self, unit: str, period: Period, field_name: str, stage: Stage) -> Datum | None:
        """The statement that counts at a stage: the latest up to it.

        Beyond the self-assessment, what was only self-assessed is UNVERIFIED, a state that the unit
        claims (nothing arose) as much as a number: neither is taken over in silence.
        """
        stages = self._data.get((unit, period, field_name))
        if stages is None:
            return None
        found = max((s for s in stages if s.order <= stage.order), key=lambda s: s.order, default=None)
        if found is None:
            return None
        datum = stages[found]
        if found is Stage.SELF and stage is not Stage.SELF and datum.value.state is not State.MISSING:
            return evolve(datum, value=Value(State.UNVERIFIED))
        return datum

    def given(self, unit: str, period: Period, criterion: str, stage: Stage) -> Datum | None:
        """The points set for a criterion: the latest up to a stage; the unit's own count at `self` alone."""
        stages = self._data.get((unit, period, POINTS + criterion), {})
        known = stages if stage is Stage.SELF else stages.keys() - {Stage.SELF}
        counted = [each for each in known if each.order <= stage.order]
        return stages[max(counted, key=lambda each: each.order)] if counted else None

    def periods(self) -> list[Period]:
        """The periods spoken of, in order."""
        return sorted({period for _, period, _ in self._data}, key=lambda each: each.order)

    def units(self, period: Period) -> list[str]:
        """The units spoken of in a period, in the order met."""
        return list(dict.fromkeys(unit for unit, at, _ in self._data if at == period))

    def fields(self, period: Period) -> list[str]:
        """The fields spoken of in a period, in the order met."""
        return list(dict.fromkeys(name for _, at, name in self._data if at == period))

    def with_(self, changes: Iterable[Datum]) -> Evidence:
        """A copy with some statements added, each replacing what is said of its key at every stage."""
        copy = Evidence()
        copy._data = {key: dict(stages) for key, stages in self._data.items()}
        for each in changes:
            copy._data[each.unit, each.period, each.field] = {each.stage: each}
        return copy


@frozen
class Observation:
    """A figure that others printed: shown beside results, never scored.

    `about` is a unit's id, `all`, or `region:…`, `group:…`, `band:…`; `quantity` is `index`,
    `rank`, `mean`, `points:<criterion>` and the like. A later restatement is an observation of its own.
    """

    methodology: str
    about: str
    period: Period
    quantity: str
    text: str
    value: Value
    source: Source
    note: Text = Text()
    place: Place = attrs.field(default=Place(""), eq=False)


def observed(observations: Iterable[Observation], **wanted: object) -> list[Observation]:
    """The observations whose named attributes equal what is wanted."""
    return [o for o in observations if all(getattr(o, name) == value for name, value in wanted.items())]
