"""Of what a derived statement follows, in words: the parts of a period, or the records that count."""

from __future__ import annotations

import re
from typing import Final

from parcore.diagnostics import Findings
from parcore.evidence.evidence import Datum
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.vocabulary import RollUp
from parcore.numbers import NumberError, parse_number
from parcore.readings.prose.conditions import condition_text
from parcore.readings.prose.words import Speaker
from parcore.rules.derivations import Derivation, derivations
from parcore.rules.kinds import Kind
from parcore.values import EVIDENCE_STATES, State

SUM_OF_UNITS: Final = "sum of units"
MEAN_OF_UNITS: Final = "weighted mean of units"
NOT_COMPARABLE: Final = "not comparable"
UNITS: Final = {
    SUM_OF_UNITS: "carried-sum",
    MEAN_OF_UNITS: "carried-mean",
    NOT_COMPARABLE: "carried-not",
}
"""How the note of a statement carried over from other units begins, and its words."""

WEIGHT: Final = "weight: "
"""Before the field that weighs, at the end of such a note."""

DECLARED: Final = "declared ("
"""Before the source of weights that a user declared."""

_COUNTED = re.compile(r"(\d+)/(\d+)")
_ASIDE = re.compile(rf"; (\d+) {State.REJECTED.word}$")


def derived_from(datum: Datum, speaker: Speaker) -> str:
    """What a statement was derived from; as it was noted, where it is of no kind known here."""
    head, colon, rest = datum.note.partition(": ")
    if colon and head in {each.value for each in RollUp}:
        parts = "; ".join(_part(each, speaker) for each in rest.split("; "))
        return f"{speaker.say(f'rollup-{head}')}: {parts}"
    if colon and head in UNITS:
        return (
            f"{speaker.say(UNITS[head])}: {'; '.join(_of_units(each, speaker) for each in rest.split('; '))}"
        )
    if datum.field in speaker.vocabulary.fields:
        known = derivations(speaker.vocabulary, Findings())
        own = next((each for each in known if each.spec.name == datum.field), None)
        if own is not None:
            return _records(own, rest, speaker)
    return datum.note


def _of_units(text: str, speaker: Speaker) -> str:
    """What a unit states, and its weight; or by which field, or whose weights, all of them weigh."""
    if text.startswith(WEIGHT):
        weight = text.removeprefix(WEIGHT)
        spec = speaker.vocabulary.fields.get(weight)
        told = weight if spec is None else spec.shown.in_(speaker.lang)
        if weight.startswith(DECLARED):
            told = speaker.say("carried-declared", source=weight.removeprefix(DECLARED).removesuffix(")"))
        return speaker.say("carried-by", weight=told)
    unit, _, said = text.partition(" = ")
    return f"{unit} = {' × '.join(_value(each, speaker) for each in said.split(' × '))}"


def bound_text(datum: Datum, speaker: Speaker) -> str:
    """Between which numbers a statement says that its own lies."""
    if datum.bound is None:
        return datum.text
    return speaker.interval(datum.bound, Kind.SHARE if "%" in datum.text else Kind.NUMBER)


def _part(text: str, speaker: Speaker) -> str:
    name, equals, said = text.partition(" = ")
    period = parse_period(name)
    if not equals or period is None:
        return text
    return f"{_period(period, speaker)} = {_value(said, speaker)}"


def _period(period: Period, speaker: Speaker) -> str:
    if period.quarter:
        return speaker.say("period-quarter", number=period.quarter, year=period.year)
    return speaker.say("period-month", number=f"{period.month:02}", year=period.year)


def _value(said: str, speaker: Speaker) -> str:
    if said in {state.word for state in EVIDENCE_STATES}:
        return speaker.say(f"state-{said}")
    try:
        number = parse_number(said)
    except NumberError:
        return said
    return speaker.amount(number, Kind.SHARE if said.endswith("%") else Kind.NUMBER)


def _records(own: Derivation, told: str, speaker: Speaker) -> str:
    """Of how many of the records, by the title of their kind, and which."""
    inner = Speaker(own.records, speaker.lang, speaker.group)
    title = own.records.title.in_(speaker.lang) or own.kind
    where = ""
    if own.where is not None:
        where = speaker.say("derived-where", condition=condition_text(own.where, inner))
    aside = _ASIDE.search(told)
    if aside is not None:
        told, where = told[: aside.start()], where + speaker.say("derived-aside", count=aside.group(1))
    counted = _COUNTED.match(told)
    if counted is None:
        return f"{title}: {told}"
    rest = told[counted.end() :].removesuffix(f", {own.condition}").strip()
    word, _, more = rest.partition(" ")
    if word in {state.word for state in EVIDENCE_STATES}:
        rest = f" {speaker.say(f'state-{word}')} {more}"
    count, whole = counted.groups()
    return speaker.say("derived-count", records=title, count=count, whole=whole) + rest.rstrip() + where
