"""A law of evidence: what counts of a unit's statements is the latest up to the stage, and its own."""

from __future__ import annotations

from attrs import evolve

from parcore.evidence.evidence import Datum, Stage
from parcore.evidence.vocabulary import POINTS, FieldKind
from parcore.rules.combinations import reported_of
from parcore.testing.bench import bench_of
from parcore.testing.strategies import Case
from parcore.values import State, Value

_ORDER = list(Stage)


def latest_statement_counts(case: Case) -> int:
    """Of a unit's statements the latest up to the stage counts; what it alone says is unverified."""
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
    return made


def _counting(said: list[Datum], stage: Stage) -> Value:
    """What counts of the statements of one field."""
    heard = [each for each in said if _ORDER.index(each.stage) <= _ORDER.index(stage)]
    if not heard:
        return Value(State.MISSING)
    last = max(heard, key=lambda each: _ORDER.index(each.stage))
    if last.stage is Stage.SELF and stage is not Stage.SELF and last.value.state is not State.MISSING:
        last = evolve(last, value=Value(State.UNVERIFIED))
    return last.value
