"""Evidence: what is known of each unit, period and field, from whom, at which stage.

Statements and lists of records are kept as given; `Evidence.at` and `Evidence.records` settle which
one counts at a stage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, TypeVar

import attrs
from attrs import evolve, frozen

from parcore.diagnostics import Place
from parcore.evidence.periods import Period
from parcore.evidence.rollup import Part, roll_up
from parcore.evidence.vocabulary import POINTS, RollUp
from parcore.i18n import Text
from parcore.intervals import Interval
from parcore.sources import Source
from parcore.values import State, Value


class Stage(Enum):
    """Who speaks: the unit itself, the appraiser (twice), or the decision; in this order."""

    SELF = "self"
    APPRAISED = "appraised"
    APPRAISED_2 = "appraised-2"
    FINAL = "final"

    __hash__ = object.__hash__  # its members are one each: quicker than by their names

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

    `text` is the value as written (an option's name for a choice); `value.number` is exact. A number
    that was not stated itself ("> 80%") is MISSING; `bound` holds what was said of it.
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
    bound: Interval | None = None


class Cell(NamedTuple):
    """What a record says in one field: the value, and its text (an option's name for a choice)."""

    value: Value
    text: str = ""


@frozen
class Record:
    """One case (a dossier): its number, where it has one, and what it says; a field not said is not there."""

    id: str
    cells: Mapping[str, Cell]
    place: Place = attrs.field(default=Place(""), eq=False)


Said = tuple[Cell | None, ...]
"""What a record says in some fields; None where it says nothing."""

Tally = Callable[[tuple[str, ...]], Mapping[Said, int]]
"""How many records say the same in these fields, counted where the records are kept."""


@frozen
class RecordList:
    """The list of its cases of one kind that a unit handed in for a period: OK, though it may be empty.

    Of a table too large to be held `records` fetches each when asked, and `counted` counts them there;
    `set_aside` of its records are known to be there, and nothing else: their rows are bad.
    """

    unit: str
    period: Period
    kind: str
    records: Sequence[Record]
    stage: Stage
    state: State = State.OK
    method: Method | None = None
    source: Source | None = None
    place: Place = attrs.field(default=Place(""), eq=False)
    counted: Tally | None = attrs.field(default=None, eq=False)
    set_aside: int = 0

    def tally(self, names: tuple[str, ...]) -> Mapping[Said, int]:
        """How many records say the same in these fields, in the order met."""
        if self.counted is not None:
            return self.counted(names)
        return Counter(tuple(record.cells.get(name) for name in names) for record in self.records)


Key = tuple[str, Period, str]
Given = TypeVar("Given")


class Evidence:
    """Statements by unit, period and field, and lists of records. Immutable.

    `rollups` holds the fields whose value for a period may follow from those for its parts.
    """

    def __init__(
        self,
        data: Iterable[Datum] = (),
        lists: Iterable[RecordList] = (),
        rollups: Mapping[str, RollUp] | None = None,
    ) -> None:
        self.rollups: Mapping[str, RollUp] = dict(rollups or {})
        self._data: dict[Key, dict[Stage, Datum]] = {}
        for each in data:
            self._data.setdefault((each.unit, each.period, each.field), {})[each.stage] = each
        self._lists: dict[Key, dict[Stage, RecordList]] = {}
        for listed in lists:
            self._lists.setdefault((listed.unit, listed.period, listed.kind), {})[listed.stage] = listed

    def __iter__(self) -> Iterator[Datum]:
        return (each for stages in self._data.values() for each in stages.values())

    def __len__(self) -> int:
        return sum(len(stages) for stages in self._data.values())

    def lists(self) -> Iterator[RecordList]:
        """Every list of records, of every stage."""
        return (each for stages in self._lists.values() for each in stages.values())

    def at(self, unit: str, period: Period, field_name: str, stage: Stage) -> Datum | None:
        """The statement that counts at a stage: the latest up to it, else what the period's parts give.

        Beyond the self-assessment, what was only self-assessed is UNVERIFIED, a state that the unit
        claims (nothing arose) as much as a number or its bound: none is taken over in silence.
        """
        datum = _latest(self._data.get((unit, period, field_name)), stage)
        if datum is None:
            return self.of_parts(unit, period, field_name, stage) if field_name in self.rollups else None
        nothing = datum.value.state is State.MISSING and datum.bound is None
        if nothing or not _stealthy(datum.stage, stage):
            return datum
        return evolve(datum, value=Value(State.UNVERIFIED))

    def of_parts(self, unit: str, period: Period, field_name: str, stage: Stage) -> Datum | None:
        """What the parts of a period give for a field that rolls up, whatever is stated for the period.

        None where nothing is stated for any part. Its note names the parts; its stage is the earliest
        of theirs, its place the first's, its source the one that all of them have.
        """
        found = list(self._parts(unit, period, field_name, stage))
        given = [datum for _, datum in found if datum is not None]
        if not given:
            return None
        how = self.rollups[field_name]
        parts = [
            Part(at, Value(State.MISSING), "")
            if datum is None
            else Part(at, datum.value, datum.text, bounded=datum.bound is not None)
            for at, datum in found
        ]
        value, text = roll_up(how, parts)
        sources = {each.source for each in given}
        return Datum(
            unit=unit,
            period=period,
            field=field_name,
            value=value,
            text=text,
            stage=min((each.stage for each in given), key=lambda each: each.order),
            method=Method.DERIVED,
            source=sources.pop() if len(sources) == 1 else None,
            note=f"{how.value}: {'; '.join(map(str, parts))}",
            place=given[0].place,
        )

    def _parts(
        self, unit: str, period: Period, field_name: str, stage: Stage
    ) -> Iterator[tuple[Period, Datum | None]]:
        """The parts with what counts for each: a quarter that is stated, else its months where any is."""
        for part in period.parts:
            stated = _latest(self._data.get((unit, part, field_name)), stage)
            inner = [] if stated else list(self._parts(unit, part, field_name, stage))
            if any(datum is not None for _, datum in inner):
                yield from inner
            else:
                yield part, None if stated is None else self.at(unit, part, field_name, stage)

    def records(self, unit: str, period: Period, kind: str, stage: Stage) -> RecordList | None:
        """The list that counts at a stage, whole: the latest up to it; None where none was handed in.

        Beyond the self-assessment a list that only the unit handed in is UNVERIFIED, an empty one too.
        """
        listed = _latest(self._lists.get((unit, period, kind)), stage)
        if listed is None or not _stealthy(listed.stage, stage):
            return listed
        return evolve(listed, state=State.UNVERIFIED, records=(), counted=None, set_aside=0)

    def given(self, unit: str, period: Period, criterion: str, stage: Stage) -> Datum | None:
        """The points set for a criterion: the latest up to a stage; the unit's own count at `self` alone."""
        datum = _latest(self._data.get((unit, period, POINTS + criterion)), stage)
        return None if datum is None or _stealthy(datum.stage, stage) else datum

    def periods(self) -> list[Period]:
        """The periods stated, in order; not those that only roll up."""
        spoken = {period for _, period, _ in (*self._data, *self._lists)}
        return sorted(spoken, key=lambda each: each.order)

    def of(self, period: Period) -> Iterator[Datum]:
        """The statements on a period, and on parts of it for fields that roll up, in the order met."""
        inside = period.inside if self.rollups else ()
        for (_, at, name), stages in self._data.items():
            if at == period or (name in self.rollups and at in inside):
                yield from stages.values()

    def units(self, period: Period) -> list[str]:
        """The units spoken of in a period, in the order met."""
        listed = [unit for unit, at, _ in self._lists if at == period]
        return list(dict.fromkeys([*(each.unit for each in self.of(period)), *listed]))

    def fields(self, period: Period) -> list[str]:
        """The fields spoken of in a period, in the order met."""
        return list(dict.fromkeys(each.field for each in self.of(period)))

    def joined(self, more: Iterable[Datum]) -> Evidence:
        """A copy with more statements, each at its own stage."""
        return Evidence((*self, *more), self.lists(), self.rollups)

    def with_(self, changes: Iterable[Datum]) -> Evidence:
        """A copy with some statements added, each replacing what is said of its key at every stage.

        For a field that rolls up it also replaces what is said for the period's parts and wholes.
        """
        copy = Evidence(rollups=self.rollups)
        copy._lists = self._lists
        copy._data = {key: dict(stages) for key, stages in self._data.items()}
        for each in changes:
            for period in (*each.period.inside, *each.period.wholes) if each.field in self.rollups else ():
                copy._data.pop((each.unit, period, each.field), None)
            copy._data[each.unit, each.period, each.field] = {each.stage: each}
        return copy


def _latest(stages: Mapping[Stage, Given] | None, stage: Stage) -> Given | None:
    """What is given at the latest stage up to one."""
    if stages is None:
        return None
    found = max((s for s in stages if s.order <= stage.order), key=lambda s: s.order, default=None)
    return None if found is None else stages[found]


def _stealthy(given: Stage, stage: Stage) -> bool:
    """Whether what only the unit says would count as more than that."""
    return given is Stage.SELF and stage is not Stage.SELF


@frozen
class Observation:
    """A figure that others printed: shown beside results, never scored.

    `about` is a unit's id, `all`, or `region:…`, `group:…`, `band:…`; `quantity` is `index`,
    `rank`, `mean`, `points:<criterion>` and the like; the value of a `class` is a word, without number. A
    later restatement is an observation of its own: `stated_in` is the later period with whose figures it
    was printed. `explained` says why a computed figure is another.
    `named` is the name of the criterion that the figure is of where its document gives one, because no
    edition's tree has it; `part_of` the criterion of the tree that it is a part of, where that is known.
    """

    methodology: str
    about: str
    period: Period
    quantity: str
    text: str
    value: Value
    source: Source
    note: Text = Text()
    explained: Text = Text()
    stated_in: Period | None = None
    named: Text = Text()
    part_of: str = ""
    place: Place = attrs.field(default=Place(""), eq=False)


def observed(observations: Iterable[Observation], **wanted: object) -> list[Observation]:
    """The observations whose named attributes equal what is wanted."""
    return [o for o in observations if all(getattr(o, name) == value for name, value in wanted.items())]
