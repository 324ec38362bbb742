"""Evidence carried over: what was stated of yesterday's units, as of the units that exist on a day.

In: evidence, how its fields carry over (the vocabulary, or weights that a user declares), and the lineage.
Out: evidence on the units of the day, each statement derived saying of which, and what is not comparable
and why. Nothing is divided and nothing guessed: what cannot be known is withheld, and so is an index of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from attrs import evolve, field, frozen

from parcore.change.joining import MEAN, SUM, Part, Weights, Why, join
from parcore.diagnostics import Findings, Place, stop
from parcore.evidence.evidence import Datum, Evidence, Method, Record, RecordList, Said, Stage
from parcore.evidence.lineage import Label, Lineage, Passage
from parcore.evidence.periods import Period
from parcore.evidence.rollup import written
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import POINTS, CarryOver, FieldKind, Vocabulary, given_field
from parcore.lazy import Lazy
from parcore.readings.notes import DECLARED, MEAN_OF_UNITS, NOT_COMPARABLE, SUM_OF_UNITS, WEIGHT
from parcore.rules.derivations import Derivation, How, derivations
from parcore.sources import Source
from parcore.values import State, Value

NOTES = {SUM: SUM_OF_UNITS, MEAN: MEAN_OF_UNITS}
"""How the note of a statement carried over begins; then the units, and what each states."""

BY_LABEL = {
    Label.SPLIT: Why.SPLIT,
    Label.REDRAWN: Why.REDRAWN,
    Label.NEW: Why.NEW,
    Label.UNKNOWN: Why.UNKNOWN,
}
"""The labels of units of which nothing is comparable."""


@frozen
class NotComparable:
    """A field (or kind of records) of a unit without a number at a stage; all of the unit where it is empty.

    `told` names the units at fault, each with its state.
    """

    unit: str
    period: Period
    field: str
    why: Why
    told: str = ""
    stage: Stage = Stage.FINAL


@frozen(eq=False)
class Carried:
    """Evidence on the units of a day; their labels since the period's last day, and what they came of.

    `ended` are the units of the period whose evidence goes nowhere. `not_comparable` speaks of the
    period and the parts of it.
    """

    evidence: Evidence
    period: Period
    day: date
    labels: Mapping[str, Label]
    parts: Mapping[str, tuple[str, ...]]
    ended: tuple[str, ...] = ()
    not_comparable: tuple[NotComparable, ...] = ()

    def lacking(self, stage: Stage) -> list[NotComparable]:
        """What is not comparable at a stage: where several stages say something, at the one that counts."""
        return [
            each for each in self.not_comparable if not each.field or self._counts(each, stage) is each.stage
        ]

    def _counts(self, each: NotComparable, stage: Stage) -> Stage | None:
        key = each.unit, each.period, each.field
        counts = self.evidence.at(*key, stage) or self.evidence.records(*key, stage)
        return None if counts is None else counts.stage


def carry(
    evidence: Evidence,
    vocabulary: Vocabulary,
    lineage: Lineage,
    units: UnitBook,
    period: Period,
    onto: date | Period,
    weights: Weights | None = None,
) -> Carried:
    """Evidence on the units that exist on a day (the last one of a period `onto`).

    All of its periods are carried, so that growth and months that roll up can still be read; the report
    is about one. `weights`, by unit, serve every number field, points too, for which nothing is declared.

    Raises:
        ParcoreError: the day is before the end of the period.
    """
    day = onto.end if isinstance(onto, Period) else onto
    if day < period.end:
        raise stop("carry-back", Place(str(period)), period=period, day=day)
    known = derivations(vocabulary, Findings())
    again = {each.spec.name: each for each in known if each.how not in (How.COUNT, How.SUM)}
    run = _Run(evidence, vocabulary, lineage, units, day, weights, again)
    carried = Evidence(run.data(), run.lists(), evidence.rollups)
    passage, spoken = run.passage(period), evidence.units(period)
    kinds = {units.units[each].kind for each in spoken if each in units.units}
    labels = {unit.id: passage.label(unit.id) for unit in units.on(day, kinds)}
    unrelated = [unit for unit, label in labels.items() if label in (Label.NEW, Label.UNKNOWN)]
    whole = [NotComparable(unit, period, "", BY_LABEL[labels[unit]]) for unit in unrelated]
    told = {period, *period.inside}
    return Carried(
        carried,
        period,
        day,
        labels,
        parts={unit: tuple(sorted(passage.predecessors(unit))) for unit in labels},
        ended=tuple(each for each in spoken if not passage.successors(each)),
        not_comparable=(*whole, *(each for each in run.not_comparable if each.period in told)),
    )


Key = tuple[str, Period, str]


@frozen(eq=False)
class _Run:
    """Carries statements and lists, and gathers what is not comparable.

    `again` are the fields that follow from records and do not add up (a mean, a percentile): they follow
    from the records of all the parts.
    """

    evidence: Evidence
    vocabulary: Vocabulary
    lineage: Lineage
    units: UnitBook
    day: date
    weights: Weights | None
    again: Mapping[str, Derivation] = field(factory=dict)
    not_comparable: list[NotComparable] = field(factory=list)
    _passages: dict[date, Passage] = field(factory=dict)

    def passage(self, period: Period) -> Passage:
        """From a period to the day; what is stated after the day stays where it is."""
        if period.end not in self._passages:
            last = max(self.day, period.end)
            self._passages[period.end] = self.lineage.passage(self.units, period.end, last)
        return self._passages[period.end]

    def data(self) -> Iterator[Datum]:
        """Every statement: as it is on intact units, joined on others."""
        joined: dict[tuple[Key, Stage], None] = {}
        for datum in self.evidence:
            passage = self.passage(datum.period)
            for unit in passage.successors(datum.unit):
                if passage.label(unit) is Label.INTACT:
                    yield evolve(datum, unit=unit)
                else:
                    joined[(unit, datum.period, datum.field), datum.stage] = None
        for key, stage in joined:
            yield self._derived(key, stage) or self._datum(key, stage)

    def _derived(self, key: Key, stage: Stage) -> Datum | None:
        """What follows from the records of all parts, of a field that does not add up; None: not known."""
        unit, period, name = key
        found, passage = self.again.get(name), self.passage(period)
        if found is None or passage.label(unit) in BY_LABEL:
            return None
        lists = [
            self.evidence.records(each, period, found.kind, stage) for each in passage.predecessors(unit)
        ]
        if any(each is None or each.state is not State.OK for each in lists):
            return None
        return found.of(self._union((unit, period, found.kind), stage))

    def _datum(self, key: Key, stage: Stage) -> Datum:
        """What the parts of a unit give at a stage, of each what counts then."""
        unit, period, name = key
        passage, how = self.passage(period), self._how(name)
        parts = [self._part(each, period, name, how, stage) for each in sorted(passage.predecessors(unit))]
        why = BY_LABEL.get(passage.label(unit)) or (Why.UNDECLARED if how is None else None)
        value, told = Value(State.WITHHELD), ""
        if why is None and how is not None:
            value, why, told = join(parts, how.how, needed=name.startswith(POINTS))
        if why is not None:
            self.not_comparable.append(NotComparable(unit, period, name, why, told, stage))
        head = NOT_COMPARABLE if how is None or value.state is State.WITHHELD else NOTES[how.how]
        return Datum(
            unit=unit,
            period=period,
            field=name,
            value=value,
            text="" if value.known is None else written(value.number, (each.text for each in parts)),
            stage=stage,
            method=Method.DERIVED,
            source=_common(each.datum.source for each in parts if each.datum is not None),
            note=f"{head}: {'; '.join(map(str, parts))}{self._weighed(how, parts)}",
            place=next(each.datum.place for each in parts if each.datum is not None),
        )

    def _how(self, name: str) -> CarryOver | None:
        """How a field carries over, if it does; what follows from records follows from all of them."""
        spec = self.vocabulary.fields.get(name) or given_field(name)
        if spec is None:
            return None
        if spec.carry_over is not None:
            return None if spec.carry_over.how == "none" else spec.carry_over
        if spec.derive is not None:
            return None if name in self.again else CarryOver(SUM)
        mean = spec.kind is FieldKind.NUMBER and spec.range.step is None
        return CarryOver(MEAN) if mean and self.weights is not None else None

    def _part(self, unit: str, period: Period, name: str, how: CarryOver | None, stage: Stage) -> Part:
        datum = self.evidence.at(unit, period, name, stage)
        if how is None or how.how != MEAN:
            return Part(unit, datum)
        if how.weight:
            weighs = self.evidence.at(unit, period, how.weight, stage)
            return Part(unit, datum, Value(State.MISSING) if weighs is None else weighs.value)
        declared = (self.weights or {}).get(unit)
        return Part(unit, datum, None if declared is None else Value(State.OK, declared.number))

    def _weighed(self, how: CarryOver | None, parts: list[Part]) -> str:
        """The field that weighs, or whose weights were declared, for a note."""
        if how is None or how.how != MEAN:
            return ""
        if how.weight:
            return f"; {WEIGHT}{how.weight}"
        own = (self.weights or {}).get
        sources = dict.fromkeys(w.source for each in parts if (w := own(each.unit)) is not None)
        return f"; {WEIGHT}{DECLARED}{', '.join(filter(None, sources)) or '—'})"

    def lists(self) -> Iterator[RecordList]:
        """Every list of records: as it is on intact units, the union on others."""
        joined: dict[tuple[Key, Stage], None] = {}
        for listed in self.evidence.lists():
            passage = self.passage(listed.period)
            for unit in passage.successors(listed.unit):
                if passage.label(unit) is Label.INTACT:
                    yield evolve(listed, unit=unit)
                else:
                    joined[(unit, listed.period, listed.kind), listed.stage] = None
        for key, stage in joined:
            yield self._union(key, stage)

    def _union(self, key: Key, stage: Stage) -> RecordList:
        """The records of all the parts; the id of each begins with that of its unit, whose number it is."""
        unit, period, kind = key
        passage = self.passage(period)
        found = {
            each: self.evidence.records(each, period, kind, stage)
            for each in sorted(passage.predecessors(unit))
        }
        lists = [each for each in found.values() if each is not None]
        states = {each: State.MISSING if own is None else own.state for each, own in found.items()}
        state, why = max(states.values()), BY_LABEL.get(passage.label(unit))
        told = "; ".join(f"{each} = {own.word}" for each, own in states.items() if own is not State.OK)
        if why is not None:
            state, told = State.WITHHELD, ""
        elif told and State.OK in states.values():
            why = Why.PART
        if why is not None:
            self.not_comparable.append(NotComparable(unit, period, kind, why, told, stage))
        held = lists if state is State.OK else []
        every, kept = _Every(tuple(held)), any(each.counted is not None for each in held)
        return RecordList(
            unit=unit,
            period=period,
            kind=kind,
            records=every if kept else tuple(every),
            stage=stage,
            state=state,
            method=Method.DERIVED,
            source=_common(each.source for each in lists),
            place=lists[0].place,
            counted=every.tally if kept else None,
            set_aside=sum(each.set_aside for each in held),
        )


@frozen(eq=False)
class _Every(Lazy[Record]):
    """The records of several lists, each fetched when asked."""

    lists: tuple[RecordList, ...]

    def __len__(self) -> int:
        return sum(len(each.records) for each in self.lists)

    def __iter__(self) -> Iterator[Record]:
        return (_named(each, listed) for listed in self.lists for each in listed.records)

    def item(self, at: int) -> Record:
        """The record at a position among all."""
        for listed in self.lists:
            if at < len(listed.records):
                return _named(listed.records[at], listed)
            at -= len(listed.records)
        raise IndexError(at)

    def tally(self, names: tuple[str, ...]) -> Mapping[Said, int]:
        """How many of all say the same."""
        total = Counter[Said]()
        for each in self.lists:
            total.update(each.tally(names))
        return total


def _named(record: Record, listed: RecordList) -> Record:
    return evolve(record, id=f"{listed.unit}/{record.id}" if record.id else "")


def _common(sources: Iterator[Source | None]) -> Source | None:
    """The one source that all have."""
    known = set(sources)
    return known.pop() if len(known) == 1 else None
