"""A law of evidence: what counts of a unit's statements is the latest up to the stage, and its own."""

from __future__ import annotations

from attrs import evolve

from parcore.evidence.evidence import Datum, RecordList, Stage
from parcore.evidence.vocabulary import POINTS, FieldKind
from parcore.rules.combinations import reported_of
from parcore.rules.graph import Records
from parcore.testing.bench import bench_of
from parcore.testing.strategies import Case
from parcore.values import State, Value

_ORDER = list(Stage)


def latest_statement_counts(case: Case) -> int:
    """What a unit states or lists counts at its latest stage so far; what it alone says is unverified."""
    bench, made = bench_of(case), 0
    given = {reported.field: leaf.id for leaf in case.edition.scored if (reported := reported_of(leaf.rule))}
    for card in bench.result.scorecards:
        own = [each for each in case.evidence if each.unit == card.unit.id and each.period == case.period]
        for name in dict.fromkeys(each.field for each in own):
            spec = case.edition.vocabulary.fields.get(name)
            known = name in given or (spec is not None and spec.kind is not FieldKind.CHOICE)
            if not known or name in case.evidence.rollups:
                continue
            wanted = _counting([each for each in own if each.field == name], case.stage)
            got = bench.scope(card.unit.id).field(name, 0)
            made += 1
            if got != wanted:
                where = given.get(name, name.removeprefix(POINTS))
                bench.fail(card, where, f"the latest statement of {name} counts", got, wanted)
        for kind in case.edition.vocabulary.records:
            lists = [each for each in case.evidence.lists() if (each.unit, each.kind) == (card.unit.id, kind)]
            own_lists = [each for each in lists if each.period == case.period]
            made += bool(own_lists)
            counts = _list_counting(own_lists, case.stage)
            state, cases = bench.scope(card.unit.id).members(Records(kind))
            if (state, len(cases)) != counts:
                bench.fail(card, "index", f"the latest list of {kind} counts", (state, len(cases)), counts)
    return made


def _list_counting(handed_in: list[RecordList], stage: Stage) -> tuple[State, int]:
    """What counts of the lists of one kind: the state, and how many cases."""
    heard = [each for each in handed_in if _ORDER.index(each.stage) <= _ORDER.index(stage)]
    if not heard:
        return State.MISSING, 0
    last = max(heard, key=lambda each: _ORDER.index(each.stage))
    if last.stage is Stage.SELF and stage is not Stage.SELF:
        return State.UNVERIFIED, 0
    return last.state, len(last.records)


def _counting(said: list[Datum], stage: Stage) -> Value:
    """What counts of the statements of one field."""
    heard = [each for each in said if _ORDER.index(each.stage) <= _ORDER.index(stage)]
    if not heard:
        return Value(State.MISSING)
    last = max(heard, key=lambda each: _ORDER.index(each.stage))
    if last.stage is Stage.SELF and stage is not Stage.SELF and last.value.state is not State.MISSING:
        last = evolve(last, value=Value(State.UNVERIFIED))
    return last.value
