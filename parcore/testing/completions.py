"""What is open, settled: evidence in which whatever waits for its appraisal is found to be something."""

from __future__ import annotations

from attrs import evolve
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.units import Unit
from parcore.evidence.vocabulary import POINTS, Vocabulary
from parcore.readings.inverse import Key, Numbers
from parcore.rules.combinations import reported_of
from parcore.testing.evidence import Desk, Statement, datum_of, period_of, states_of
from parcore.testing.reading import reads_of
from parcore.values import State, Value


def opened(edition: Edition, evidence: Evidence) -> st.SearchStrategy[Evidence]:
    """The evidence with some of it not appraised yet."""

    @st.composite
    def evidence_opened(draw: st.DrawFn) -> Evidence:
        given = {rule.field for leaf in edition.scored if (rule := reported_of(leaf.rule)) is not None}
        known = [d for d in evidence if not d.field.startswith(POINTS) or d.field in given]
        most = 4 if known else 0
        chosen = [known[n] for n in draw(st.lists(st.integers(0, max(len(known) - 1, 0)), max_size=most))]
        state = State.UNVERIFIED
        return evidence.with_(evolve(each, value=Value(state), text=state.word) for each in chosen)

    return evidence_opened()


def completions(
    edition: Edition, evidence: Evidence, unit: Unit, stage: Stage
) -> st.SearchStrategy[Evidence]:
    """The evidence with what waits for appraisal of one unit settled: by any number, or any state."""

    @st.composite
    def completion(draw: st.DrawFn) -> Evidence:
        desk = Desk(draw, edition, reads_of(edition), period_of(edition), stage)
        period = desk.period
        fields = desk.reads.fields
        held = {key: evidence.at(unit.id, period.back(key[1]), key[0], stage) for key in fields}
        known = {
            key: d.value.number for key, d in held.items() if d is not None and d.value.state is State.OK
        }
        open_ = [key for key, d in held.items() if d is not None and d.value.state is State.UNVERIFIED]
        numbers = desk.numbers(desk.reads, edition.vocabulary)
        settled = {key: Statement(numbers[key]) for key in open_}
        for key in _broken(edition.vocabulary, {**known, **{key: numbers[key] for key in open_}}):
            if key in settled:
                settled[key] = Statement(state=State.MISSING)
        for key in desk.some(open_):
            states = (*states_of(fields[key]), State.MISSING, State.REJECTED)
            settled[key] = Statement(state=draw(st.sampled_from(states)))
        changes = [
            datum_of(unit.id, period.back(key[1]), key[0], said, fields[key], stage)
            for key, said in settled.items()
        ]
        return evidence.with_([*changes, *_given(desk, evidence, unit)])

    return completion()


def _broken(vocabulary: Vocabulary, numbers: Numbers) -> set[Key]:
    """The fields of invariants that do not hold."""
    found: set[Key] = set()
    for lag in (0, 1):
        for each in vocabulary.invariants:
            known = {name: numbers[name, lag] for name in each.names if (name, lag) in numbers}
            if len(known) == len(each.names) and not each.holds(known):
                found.update((name, lag) for name in each.names)
    return found


def _given(desk: Desk, evidence: Evidence, unit: Unit) -> list[Datum]:
    """Points for the leaves without a rule whose points wait."""
    found: list[Datum] = []
    group = desk.edition.group_of(unit.group) or ""
    for leaf in desk.edition.scored:
        rule = reported_of(leaf.rule)
        held = None if rule is None else evidence.at(unit.id, desk.period, rule.field, desk.stage)
        if rule is not None and held is not None and held.value.state is State.UNVERIFIED:
            found.append(evolve(desk.given(leaf, rule, unit, group), stage=desk.stage))
    return found
