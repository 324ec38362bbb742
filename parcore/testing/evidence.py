"""Evidence that fits an edition: every state, ties on every edge, empty wholes, stages, records, peers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from attrs import frozen
from hypothesis import strategies as st

from parcore.editions.edition import Criterion, Edition
from parcore.evidence.evidence import Cell, Datum, Evidence, Record, RecordList, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.evidence.vocabulary import POINTS, FieldKind, FieldSpec, Vocabulary
from parcore.i18n import Text
from parcore.numbers import ZERO, exact_text
from parcore.rules.combinations import Reported, reported_of
from parcore.testing.aiming import Aim, Numbers, fits
from parcore.testing.reading import Key, Reads, computed_of, reads_of
from parcore.testing.setting import F
from parcore.values import ALWAYS_POSSIBLE, State, Value

PERIOD: Final = Period(2024)
REASON: Final = "drawn"
_NUMBERS: Final = tuple(map(F, (1, 2, 0, 3, 4, 5, 10, 12, 50, -1))) + (F(1, 2), F(4, 5), F(1, 4), F(333, 1000), F(1, 10))


@frozen
class Statement:
    """What is said in one field: a number (a choice's position), or a state."""

    number: Fraction = ZERO
    state: State = State.OK


Statements = dict[Key, Statement]


@st.composite
def unit_lists(draw: st.DrawFn, edition: Edition, most: int = 4) -> tuple[Unit, ...]:
    """Units of an edition's kind, in its groups and in two regions."""
    groups = edition.groups if edition.groups != ("",) else ("north", "south")
    found = []
    for n in range(1, draw(st.integers(1, most)) + 1):
        group, region = draw(st.sampled_from(groups)), draw(st.sampled_from(["east", "west"]))
        found.append(Unit(f"u{n}", edition.kinds[0], Text(f"u{n}"), group=group, region=region))
    return tuple(found)


@st.composite
def evidence_for(
    draw: st.DrawFn, edition: Edition, units: Sequence[Unit] | None = None, *, period: Period = PERIOD
) -> Evidence:
    """Evidence of some units that an edition's rules admit, on their edges as often as between them."""
    if units is None:
        units = draw(unit_lists(edition))
    reads, data, lists = reads_of(edition), list[Datum](), list[RecordList]()
    silent = _silent(draw, edition)
    before: list[Numbers] = []
    for unit in units:
        numbers = _numbers(draw, reads, edition.vocabulary, period, before)
        before.append(numbers)
        said = _said(draw, reads, numbers, silent)
        data += _staged(draw, unit.id, said, reads, edition.vocabulary, period)
        data += _points(draw, edition, unit, period)
        for kind, inner in reads.records.items():
            lists += _lists(draw, unit.id, kind, inner, edition.vocabulary.records[kind], period)
    if not any(each.period == period for each in (*data, *lists)):
        key = next(iter(reads.fields), (POINTS + next(edition.leaves).id, 0))
        data.append(Datum(units[0].id, period, key[0], Value(State.MISSING), "missing", Stage.FINAL))
    return Evidence(data, lists)


def _silent(draw: st.DrawFn, edition: Edition) -> frozenset[str]:
    """The fields of which nobody says anything: those of a method that may be left out."""
    found: set[str] = set()
    for each in edition.absent:
        if draw(st.booleans()):
            leaves = (leaf for leaf in edition.leaves if leaf.method is each.method)
            found.update(name for leaf in leaves if leaf.rule is not None for name in leaf.rule.fields)
    return frozenset(found)


# Numbers


def _numbers(
    draw: st.DrawFn, reads: Reads, vocabulary: Vocabulary, period: Period, before: list[Numbers]
) -> Numbers:
    """A number for every field; some rules on an edge, or a field as another unit has it."""
    numbers = {key: draw(_plain(spec, period)) for key, spec in reads.fields.items()}
    if before and draw(st.integers(0, 2)) == 2:
        numbers |= before[-1]
    if reads.turns:
        aim = Aim(reads.fields, numbers, period, draw(st.integers(1, 3)))
        for turn in draw(st.lists(st.sampled_from(reads.turns), max_size=4)):
            aim.at(turn.node, turn.at)
    _mend(numbers, vocabulary, reads)
    return numbers


def _plain(spec: FieldSpec, period: Period) -> st.SearchStrategy[Fraction]:
    if spec.kind is FieldKind.CHOICE:
        return st.sampled_from([F(n) for n in range(len(spec.options))])
    if spec.kind is FieldKind.DATE:
        days = (period.end.toordinal() + shift for shift in (15, 0, -30, 16, 400))
        return st.sampled_from([F(day) for day in (period.start.toordinal(), *days)])
    ends = (spec.range.interval.low, spec.range.interval.high)
    found = [*_NUMBERS, *(end for end in ends if end is not None)]
    return st.sampled_from([each for each in dict.fromkeys(found) if fits(spec, each)])


def _mend(numbers: Numbers, vocabulary: Vocabulary, reads: Reads) -> None:
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


# States and stages


def _said(draw: st.DrawFn, reads: Reads, numbers: Numbers, silent: frozenset[str]) -> Statements:
    """The numbers, some of them hidden by a state that the field may be in, some not stated."""
    keys = [key for key in reads.fields if key[0] not in silent]
    found = {key: Statement(numbers[key]) for key in keys}
    for key in _some(draw, keys):
        state = draw(st.sampled_from([*_states(reads.fields[key]), *ALWAYS_POSSIBLE, None]))
        if state is None:
            found.pop(key, None)
        else:
            found[key] = Statement(numbers[key], state)
    return found


def _some(draw: st.DrawFn, keys: Sequence[Key]) -> list[Key]:
    """None of some fields as often as not, else one or two, or many."""
    most = draw(st.sampled_from([0, 0, 1, 2, 5]))
    return draw(st.lists(st.sampled_from(keys), max_size=most)) if keys and most else []


def _states(spec: FieldSpec) -> frozenset[State]:
    """What a field declares; another index is either there or not."""
    return frozenset() if ":" in spec.name else spec.states


def _staged(
    draw: st.DrawFn, unit: str, said: Statements, reads: Reads, vocabulary: Vocabulary, period: Period
) -> list[Datum]:
    """Statements at their stages: most at the final one; some have another, earlier statement before them."""
    stage = draw(st.sampled_from([Stage.FINAL, Stage.APPRAISED_2, Stage.APPRAISED, Stage.SELF]))
    at_stage, twice = _some(draw, list(said)), _some(draw, list(said))
    bound = {name for each in vocabulary.invariants for name in each.names}
    found = []
    for key, each in said.items():
        name, period_ = key[0], period.back(key[1])
        own = stage if key in at_stage else Stage.FINAL
        found.append(_datum(unit, period_, name, each, reads.fields[key], own))
        if key in twice and own is not Stage.SELF and name not in bound:
            other = draw(_plain(reads.fields[key], period))
            found.append(_datum(unit, period_, name, Statement(other), reads.fields[key], Stage.SELF))
    return found


def _datum(unit: str, period: Period, name: str, said: Statement, spec: FieldSpec, stage: Stage) -> Datum:
    if said.state is not State.OK:
        return Datum(unit, period, name, Value(said.state), said.state.word, stage)
    return Datum(unit, period, name, Value(State.OK, said.number), _text(spec, said.number), stage)


def _text(spec: FieldSpec, number: Fraction) -> str:
    return spec.options[int(number)] if spec.kind is FieldKind.CHOICE else exact_text(number)


# Points given


def _points(draw: st.DrawFn, edition: Edition, unit: Unit, period: Period) -> list[Datum]:
    """Points given for leaves without a rule of their own, and set in the place of computed ones."""
    found = []
    group = edition.group_of(unit.group) or ""
    for leaf in edition.scored:
        given = reported_of(leaf.rule)
        if given is not None:
            found += _given(draw, leaf, given, unit, group, period)
    for name, top in computed_of(edition).items():
        if draw(st.integers(0, 15)) == 15:
            number = top * draw(st.sampled_from([F(1), F(0), F(1, 2)]))
            stage = draw(st.sampled_from([Stage.FINAL, Stage.APPRAISED]))
            value = Value(State.OK, number)
            found.append(
                Datum(unit.id, period, POINTS + name, value, exact_text(number), stage, note=REASON)
            )
    return found


def _given(
    draw: st.DrawFn, leaf: Criterion, rule: Reported, unit: Unit, group: str, period: Period
) -> list[Datum]:
    """Points within their bounds and on their step; or a state that the leaf has an effect for."""
    top = F(2) if leaf.max is None else leaf.max.of(group)
    step = rule.step or F(1, 4)
    numbers = [step * n for n in range(int(top / step) + 1) if step * n >= rule.low]
    stage = draw(st.sampled_from([Stage.FINAL, Stage.APPRAISED, Stage.SELF]))
    states = [*ALWAYS_POSSIBLE, *rule.declared]
    if not numbers or draw(st.integers(0, 3)) == 3:
        state = draw(st.sampled_from(states))
        return [Datum(unit.id, period, rule.field, Value(state), state.word, stage)]
    number = draw(st.sampled_from(numbers))
    return [Datum(unit.id, period, rule.field, Value(State.OK, number), exact_text(number), stage)]


# Records


def _lists(
    draw: st.DrawFn, unit: str, kind: str, reads: Reads, vocabulary: Vocabulary, period: Period
) -> list[RecordList]:
    """A unit's cases: none handed in, an empty list, or some, each with numbers and states of its own."""
    count = draw(st.sampled_from([2, 1, 3, 2, 0, None]))
    if count is None:
        return []
    records = []
    for n in range(count):
        numbers = _numbers(draw, reads, vocabulary, period, [])
        said = _said(draw, reads, numbers, frozenset())
        cells = {key[0]: _cell(reads.fields[key], each) for key, each in said.items()}
        records.append(Record(f"r{n}", cells))
    stage = draw(st.sampled_from([*[Stage.FINAL] * 3, Stage.APPRAISED, Stage.SELF]))
    return [RecordList(unit, period, kind, tuple(records), stage)]


def _cell(spec: FieldSpec, said: Statement) -> Cell:
    if said.state is not State.OK:
        return Cell(Value(said.state), said.state.word)
    return Cell(Value(State.OK, said.number), _text(spec, said.number))

