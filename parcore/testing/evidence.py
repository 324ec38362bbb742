"""Evidence that fits an edition: every state, ties on every edge, empty wholes, stages, records, peers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Final

from attrs import field, frozen
from hypothesis import strategies as st

from parcore.editions.edition import Criterion, Edition
from parcore.editions.records import mean_of
from parcore.evidence.evidence import Cell, Datum, Evidence, Record, RecordList, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.evidence.vocabulary import POINTS, FieldKind, FieldSpec, Vocabulary
from parcore.i18n import Text
from parcore.numbers import ZERO, exact_text
from parcore.readings.inverse import Aim, Key, Numbers, fits
from parcore.rules.combinations import Reported, reported_of
from parcore.testing.reading import Reads, computed_of, reads_of
from parcore.testing.setting import F
from parcore.values import ALWAYS_POSSIBLE, State, Value

PERIOD: Final = Period(2024)
REASON: Final = "drawn"
_WHOLE: Final = tuple(map(F, (1, 2, 0, 3, 4, 5, 10, 12, 50, -1)))
_NUMBERS: Final = (*_WHOLE, F(1, 2), F(4, 5), F(1, 4), F(333, 1000), F(1, 10))


@frozen
class Statement:
    """What is said in one field: a number (a choice's position), or a state."""

    number: Fraction = ZERO
    state: State = State.OK


Statements = dict[Key, Statement]


def period_of(edition: Edition) -> Period:
    """The year for which evidence is drawn: one in which the edition, and so its classes, apply."""
    return PERIOD if edition.in_force(PERIOD) else Period(edition.first_year)


def unit_lists(edition: Edition, most: int = 4) -> st.SearchStrategy[tuple[Unit, ...]]:
    """Units of an edition's kind, in its groups and in two regions."""

    @st.composite
    def units(draw: st.DrawFn) -> tuple[Unit, ...]:
        groups = edition.groups if edition.groups != ("",) else ("north", "south")
        found = []
        for n in range(1, draw(st.integers(1, most)) + 1):
            group, region = draw(st.sampled_from(groups)), draw(st.sampled_from(["east", "west"]))
            found.append(Unit(f"u{n}", edition.kinds[0], Text(f"u{n}"), group=group, region=region))
        return tuple(found)

    return units()


def evidence_for(
    edition: Edition, units: Sequence[Unit] | None = None, *, stage: Stage = Stage.FINAL
) -> st.SearchStrategy[Evidence]:
    """Evidence that an edition's rules admit at a stage, on their edges as often as between them."""

    @st.composite
    def evidence(draw: st.DrawFn) -> Evidence:
        members = draw(unit_lists(edition)) if units is None else units
        period = period_of(edition)
        desk = Desk(draw, edition, reads_of(edition), period, stage, draw(st.integers(0, 3)) == 3)
        data, lists, silent = list[Datum](), list[RecordList](), desk.silent()
        for unit in members:
            numbers = desk.numbers(desk.reads, edition.vocabulary)
            data += desk.staged(unit.id, desk.said(desk.reads, numbers, silent))
            data += desk.points(unit)
            for kind, inner in desk.reads.records.items():
                lists += desk.cases(unit.id, kind, inner, edition.vocabulary.records[kind])
        if all(each.period != period for each in data) and not lists:
            name = next((name for name, _ in desk.reads.fields), POINTS + next(edition.leaves).id)
            kinds = list(desk.reads.records)
            if kinds and name.startswith(POINTS):
                lists.append(RecordList(members[0].id, period, kinds[0], (), stage))
            else:
                data.append(Datum(members[0].id, period, name, Value(State.MISSING), "missing", stage))
        return Evidence(data, lists)

    return evidence()


@frozen
class Desk:
    """Draws evidence for an edition, for a period, to be scored at a stage; `alike`: of equal units."""

    draw: st.DrawFn
    edition: Edition
    reads: Reads
    period: Period
    stage: Stage
    alike: bool = False
    _before: list[Numbers] = field(factory=list)

    def silent(self) -> frozenset[str]:
        """The fields of which nobody says anything: those of a method that may be left out."""
        found: set[str] = set()
        for each in self.edition.absent:
            if self.draw(st.booleans()):
                leaves = (leaf for leaf in self.edition.leaves if leaf.method is each.method)
                found.update(name for leaf in leaves if leaf.rule is not None for name in leaf.rule.fields)
        return frozenset(found)

    def numbers(self, reads: Reads, vocabulary: Vocabulary) -> Numbers:
        """A number for every field; some rules on an edge, or all as another unit has them."""
        if reads is self.reads and self.alike and self._before:
            return self._before[0]
        numbers = {key: self.draw(plain_numbers(spec, self.period)) for key, spec in reads.fields.items()}
        if reads is self.reads:
            if self._before and self.draw(st.integers(0, 2)) == 2:
                numbers |= self._before[-1]
            self._before.append(numbers)
        if reads.turns:
            aim = Aim(reads.fields, numbers, self.period, self.draw(st.integers(1, 3)))
            for turn in self.draw(st.lists(st.sampled_from(reads.turns), max_size=4)):
                aim.at(turn.node, turn.at)
        mend(numbers, vocabulary, reads)
        return numbers

    def said(self, reads: Reads, numbers: Numbers, silent: frozenset[str]) -> Statements:
        """The numbers, some of them hidden by a state that the field may be in, some not stated."""
        keys = [key for key in reads.fields if key[0] not in silent]
        found = {key: Statement(numbers[key]) for key in keys}
        for key in self.some(keys):
            states = (*states_of(reads.fields[key]), *states_of(reads.fields[key]), *ALWAYS_POSSIBLE, None)
            state = self.draw(st.sampled_from(states))
            if state is None:
                found.pop(key, None)
            else:
                found[key] = Statement(numbers[key], state)
        return found

    def some(self, keys: Sequence[Key]) -> list[Key]:
        """None of some fields as often as not, else one or two, or many."""
        most = self.draw(st.sampled_from([0, 0, 1, 2, 5]))
        return self.draw(st.lists(st.sampled_from(keys), max_size=most)) if keys and most else []

    def other_stage(self) -> Stage:
        """Any stage; mostly the one that is scored."""
        found: Stage = self.draw(st.sampled_from([self.stage, self.stage, *Stage]))
        return found

    def staged(self, unit: str, said: Statements) -> list[Datum]:
        """Statements at their stages; some have another, of the unit itself, before them."""
        at_other, twice, other = self.some(list(said)), self.some(list(said)), self.other_stage()
        bound = {name for each in self.edition.vocabulary.invariants for name in each.names}
        found = []
        for key, each in said.items():
            name, period, spec = key[0], self.period.back(key[1]), self.reads.fields[key]
            own = other if key in at_other else self.stage
            found.append(datum_of(unit, period, name, each, spec, own))
            if key in twice and own is not Stage.SELF and name not in bound:
                first = Statement(self.draw(plain_numbers(spec, self.period)))
                found.append(datum_of(unit, period, name, first, spec, Stage.SELF))
        return found

    def points(self, unit: Unit) -> list[Datum]:
        """Points given for leaves without a rule of their own, and set in the place of computed ones."""
        group = self.edition.group_of(unit.group) or ""
        given = ((leaf, reported_of(leaf.rule)) for leaf in self.edition.scored)
        found = [self.given(leaf, rule, unit, group) for leaf, rule in given if rule is not None]
        for name, top in computed_of(self.edition).items():
            if self.draw(st.integers(0, 15)) == 15:
                number = self.on_step(name, top, top * self.draw(st.sampled_from([F(1), F(0), F(1, 2)])))
                value, text = Value(State.OK, number), exact_text(number)
                found.append(
                    Datum(unit.id, self.period, POINTS + name, value, text, self.other_stage(), note=REASON)
                )
        return found

    def on_step(self, name: str, top: Fraction, number: Fraction) -> Fraction:
        """Points set in the place of a rounded mean stand on its step, as its maximum does."""
        node = self.edition.criterion(name)
        mean = None if node is None else mean_of(node.rule)
        step = None if mean is None else mean.step
        return number if step is None or (number / step).denominator == 1 else top

    def given(self, leaf: Criterion, rule: Reported, unit: Unit, group: str) -> Datum:
        """Points within their bounds and on their step; or a state that the leaf has an effect for."""
        top = F(2) if leaf.max is None else leaf.max.of(group)
        step = rule.step or F(1, 4)
        least, most = ceil(rule.low / step), floor(top / step)
        stage = self.other_stage()
        if least > most or self.draw(st.integers(0, 3)) == 3:
            state = self.draw(st.sampled_from([*rule.declared, *ALWAYS_POSSIBLE]))
            return Datum(unit.id, self.period, rule.field, Value(state), state.word, stage)
        number = step * self.draw(st.integers(least, most))
        return Datum(unit.id, self.period, rule.field, Value(State.OK, number), exact_text(number), stage)

    def cases(self, unit: str, kind: str, reads: Reads, vocabulary: Vocabulary) -> list[RecordList]:
        """A unit's cases: no list, an empty one, or some, each with numbers and states of its own."""
        count = self.draw(st.sampled_from([2, 1, 3, 2, 0, None]))
        if count is None:
            return []
        records = []
        for n in range(count):
            said = self.said(reads, self.numbers(reads, vocabulary), frozenset())
            cells = {key[0]: _cell(reads.fields[key], each) for key, each in said.items()}
            records.append(Record(f"r{n}", cells))
        return [RecordList(unit, self.period, kind, tuple(records), self.other_stage())]


def plain_numbers(spec: FieldSpec, period: Period) -> st.SearchStrategy[Fraction]:
    """Numbers that a field can hold: its ends, and those that other fields have too."""
    if spec.kind is FieldKind.CHOICE:
        return st.sampled_from([F(n) for n in range(len(spec.options))])
    if spec.kind is FieldKind.DATE:
        days = (period.end.toordinal() + shift for shift in (15, 0, -30, 16, 400))
        return st.sampled_from([F(day) for day in (period.start.toordinal(), *days)])
    ends = (spec.range.interval.low, spec.range.interval.high)
    found = [*_NUMBERS, *(end for end in ends if end is not None)]
    return st.sampled_from([each for each in dict.fromkeys(found) if fits(spec, each)])


def mend(numbers: Numbers, vocabulary: Vocabulary, reads: Reads) -> None:
    """Make what must hold between fields hold: the smaller side is what the larger is."""
    for lag in (0, 1):
        for _ in range(3):
            for each in vocabulary.invariants:
                known = {name: numbers[name, lag] for name in each.names if (name, lag) in numbers}
                if len(known) < len(each.names) or each.holds(known):
                    continue
                for name in each.rule.left.names:
                    numbers[name, lag] = ZERO
                    known[name] = ZERO
                if each.rule.left.name is not None and each.rule.op in ("<=", "=", ">="):
                    exact = each.rule.right.value(known)
                    if fits(reads.fields[each.rule.left.name, lag], exact):
                        numbers[each.rule.left.name, lag] = exact


def states_of(spec: FieldSpec) -> tuple[State, ...]:
    """What a field declares; another index is either there or not."""
    return () if ":" in spec.name else tuple(sorted(spec.states))


def datum_of(unit: str, period: Period, name: str, said: Statement, spec: FieldSpec, stage: Stage) -> Datum:
    """A statement of a unit."""
    if said.state is not State.OK:
        return Datum(unit, period, name, Value(said.state), said.state.word, stage)
    return Datum(unit, period, name, Value(State.OK, said.number), _text(spec, said.number), stage)


def _text(spec: FieldSpec, number: Fraction) -> str:
    return spec.options[int(number)] if spec.kind is FieldKind.CHOICE else exact_text(number)


def _cell(spec: FieldSpec, said: Statement) -> Cell:
    if said.state is not State.OK:
        return Cell(Value(said.state), said.state.word)
    return Cell(Value(State.OK, said.number), _text(spec, said.number))
