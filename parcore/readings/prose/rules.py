"""A rule in words: what is measured, what that pays, and what of it is ours."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from string import ascii_lowercase

from attrs import evolve, field, frozen

from parcore.editions.edition import Effect, EffectKind
from parcore.editions.records import MeanOver
from parcore.readings.prose.conditions import Named, condition_text
from parcore.readings.prose.measures import measure_text, noun_of
from parcore.readings.prose.scales import Measured, ours_in, scale_text
from parcore.readings.prose.words import Speaker
from parcore.rules.combinations import (
    ChoiceTable,
    ConditionTable,
    Guard,
    Guarded,
    Reported,
    Row,
    Rule,
    Scored,
)
from parcore.rules.deductions import Deduction
from parcore.rules.kinds import kind_of
from parcore.rules.protocols import Measure
from parcore.values import EVIDENCE_STATES, State


@frozen
class Said:
    """A rule in three parts: what it is laid on, what that pays, the places settled by us."""

    lead: str
    body: str
    ours: list[str] = field(factory=list)

    @property
    def clause(self) -> str:
        """All of it within one sentence."""
        return f"{self.lead}: {self.body}" + "".join(f" [{each}]" for each in self.ours)


def rule_sentences(rule: Rule, top: Fraction | None, speaker: Speaker) -> list[str]:
    """The sentences of a rule under a maximum, not yet with their capitals and stops."""
    match rule:
        case Guarded():
            guards = [_guard(each, at, top, speaker) for at, each in enumerate(rule.guards)]
            return [*guards, *rule_sentences(rule.rule, top, speaker)]
        case Deduction():
            return _deduction(rule, speaker)
        case Reported():
            return [_reported(rule, top, speaker)]
        case MeanOver():
            return _mean_over(rule, top, speaker)
        case _:
            said = _said(rule, top, speaker)
            word = "prose-scored-on" if isinstance(rule, Scored) else "prose-scored-by"
            return [speaker.say(word, measure=said.lead), said.body, *said.ours]


def _said(rule: Rule, top: Fraction | None, speaker: Speaker) -> Said:
    match rule:
        case Scored():
            return _scored(rule, top, speaker)
        case ChoiceTable():
            return _choices(rule, top, speaker)
        case ConditionTable():
            return _table(rule, top, speaker)
        case _:  # a rule that no reader makes here: said as what it is
            return Said(", ".join(map(speaker.name, rule.fields)), type(rule).__name__)


def _scored(rule: Scored, top: Fraction | None, speaker: Speaker) -> Said:
    measure = rule.measure
    noun = noun_of(measure, speaker)
    measured = Measured(kind_of(measure, speaker.vocabulary), noun, measure.range(speaker.group))
    return Said(
        measure_text(measure, speaker),
        scale_text(rule.scale, measured, top, speaker),
        ours_in(rule.scale, measured, top, speaker),
    )


def _choices(rule: ChoiceTable, top: Fraction | None, speaker: Speaker) -> Said:
    spec = rule.choice.spec
    rows = (
        f"{speaker.option(spec, option)}: {speaker.pays(rule.rows[option], top)}" for option in spec.options
    )
    return Said(measure_text(rule.choice, speaker), "; ".join(rows))


def _table(rule: ConditionTable, top: Fraction | None, speaker: Speaker) -> Said:
    named = named_by_letters(rule.measures)
    lead = "; ".join(
        f"{named.names[name]} {measure_text(each, speaker)}" for name, each in rule.measures.items()
    )

    def row(each: Row) -> str:
        return f"{condition_text(each.condition, speaker, named)}: {speaker.pays(each.award, top)}"

    body = "; ".join(row(each) for each in rule.rows if each.source is None)
    ours = [
        speaker.say("prose-ours", what=row(each), whose=speaker.whose(each.source))
        for each in rule.rows
        if each.source is not None
    ]
    return Said(lead, body, ours)


def _guard(guard: Guard, at: int, top: Fraction | None, speaker: Speaker) -> str:
    word = "prose-guard-unless" if guard.unless else "prose-guard"
    condition = condition_text(guard.condition, speaker, named_in(guard, speaker))
    return speaker.say(
        word,
        order=speaker.say("prose-next" if at else "prose-first"),
        condition=condition,
        pays=speaker.pays(guard.award, top),
        whose=speaker.whose(guard.source),
    )


def named_in(guard: Guard, speaker: Speaker) -> Named:
    """The measures that a guard names, each in its own words: their letters come only after it."""
    return Named(guard.measures, {name: measure_text(each, speaker) for name, each in guard.measures.items()})


def _reported(rule: Reported, top: Fraction | None, speaker: Speaker) -> str:
    low = speaker.number(rule.low)
    text = (
        speaker.say("prose-reported-from", low=low)
        if top is None
        else speaker.say("prose-reported", low=low, high=speaker.points(top))
    )
    step = "" if rule.step is None else speaker.say("prose-on-step", points=speaker.points(rule.step))
    return text + step


def _deduction(rule: Deduction, speaker: Speaker) -> list[str]:
    taking = speaker.taking_off()
    start, floor = (speaker.points(each.of(speaker.group)) for each in (rule.start, rule.floor))
    parts = [f"{letter(at)}) {_said(part.rule, None, taking).clause}" for at, part in enumerate(rule.parts)]
    once = [
        speaker.say(
            "prose-once",
            parts=speaker.listed([letter(at) for at, part in enumerate(rule.parts) if part.id in group]),
        )
        for group in rule.once
    ]
    idle = any(State.NOTHING_AROSE in part.rule.states() for part in rule.parts)
    nothing = [speaker.say("prose-off-nothing")] if idle else []
    return [
        speaker.say("prose-deduct", start=start, parts="; ".join(parts)),
        *once,
        *nothing,
        speaker.say("prose-floor", floor=floor),
    ]


def named_by_letters(measures: Mapping[str, Measure]) -> Named:
    """The measures of a condition table, called (a), (b), … in its conditions."""
    return Named(measures, {name: f"({letter(at)})" for at, name in enumerate(measures)})


def _mean_over(rule: MeanOver, top: Fraction | None, speaker: Speaker) -> list[str]:
    """The rule of each case, read with the fields of its records; then their mean."""
    records = speaker.vocabulary.records.get(rule.records)
    inner = speaker if records is None else evolve(speaker, vocabulary=records)
    effects = effects_text(rule.when, top, inner)
    title = rule.records if records is None else records.title.in_(speaker.lang) or rule.records
    digits = (
        "" if rule.digits is None else speaker.say("prose-mean-digits", digits=speaker.decimals(rule.digits))
    )
    return [
        speaker.say("prose-each-case", records=title),
        *rule_sentences(rule.rule, top, inner),
        *([speaker.say("prose-case-effects", effects=effects)] if effects else []),
        speaker.say("prose-mean", digits=digits),
        *([speaker.say("prose-needs-one")] if rule.needs_one else []),
    ]


def effects_text(
    when: Mapping[State, Effect], top: Fraction | None, speaker: Speaker, *, falls_through: bool = False
) -> str:
    """What empty states do, states with one effect together; "" where there are none."""
    groups: dict[str, list[State]] = {}
    for state in EVIDENCE_STATES:
        if state in when:
            falls = falls_through and state in (State.NOT_APPLICABLE, State.NOTHING_AROSE)
            told = speaker.say("prose-next-rule") if falls else _effect(when[state], top, speaker)
            groups.setdefault(told, []).append(state)
    return "; ".join(f"{speaker.states(states)}: {told}" for told, states in groups.items())


def _effect(effect: Effect, top: Fraction | None, speaker: Speaker) -> str:
    if effect.kind is EffectKind.SUBSTITUTE and effect.award is not None:
        told = speaker.say("prose-substitute", pays=speaker.pays(effect.award, top))
    elif speaker.off and effect.kind in (EffectKind.FULL, EffectKind.ZERO):
        told = speaker.say(f"prose-off-{effect.kind.value}")
    else:
        told = speaker.say(f"effect-{effect.kind.value}")
    return told + speaker.whose(effect.source)


def letter(at: int) -> str:
    """a, b, …, z, aa, bb, …"""
    return ascii_lowercase[at % 26] * (at // 26 + 1)
