"""The text of a cell to a value: a number, an option, a day, or the word of an empty state."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from parcore.diagnostics import Findings
from parcore.documents.reading import date_of, report_number
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Scalar
from parcore.evidence.vocabulary import FieldKind, FieldSpec
from parcore.i18n import LANGUAGES, Text, say
from parcore.numbers import HUNDRED, NumberError, NumberFormat, exact_text, parse_number
from parcore.values import EVIDENCE_STATES, State, Value

_number = lru_cache(maxsize=100_000)(parse_number)  # in large tables the same few come again and again


@lru_cache(maxsize=1)
def state_words() -> dict[str, State]:
    """How a cell may write an empty state: by its id, or in words (không phát sinh, nothing arose)."""
    words = {state.word: state for state in EVIDENCE_STATES}
    for state in EVIDENCE_STATES:
        words.update({say(f"state-{state.word}", lang).casefold(): state for lang in LANGUAGES})
    return words


def read_value(
    name: Scalar,
    written: Scalar | None,
    word: Scalar | None,
    spec: FieldSpec,
    numbers: NumberFormat,
    findings: Findings,
) -> Value | None:
    """The value of a statement: `word` is its state, where it names one; None where it cannot be read."""
    if word is not None and word.text not in ("", State.OK.word):
        if written is not None and written.text and word.text != State.UNVERIFIED.word:
            findings.add("state-and-value", word.place, state=word.text, value=written.text[:60])
            return None
        return _empty(word, spec, findings)
    if written is None or not written.text:
        findings.add("value-missing", name.place, field=name.text)
        return None
    if option_at(written.text, spec) is None and written.text.casefold() in state_words():
        return _empty(written, spec, findings)
    number = read_number(written, spec, numbers, findings)
    return None if number is None else Value(State.OK, number)


def _empty(word: Scalar, spec: FieldSpec, findings: Findings) -> Value | None:
    state = state_words().get(word.text.casefold())
    if state is None:
        known = ", ".join(each.word for each in EVIDENCE_STATES)
        findings.add("not-a-choice", word.place, value=word.text[:60], choices=known)
        return None
    if state in (State.NOTHING_AROSE, State.NOT_APPLICABLE) and state not in spec.states:
        findings.add("state-not-declared", word.place, field=spec.name, state=state.word)
        return None
    return Value(state)


def read_number(
    written: Scalar, spec: FieldSpec, numbers: NumberFormat, findings: Findings
) -> Fraction | None:
    """The number of a field's text: a choice's position, a day's number, or the number itself."""
    if spec.kind is FieldKind.CHOICE:
        return _option(written, spec, findings)
    if spec.kind is FieldKind.DATE:
        day = date_of(written, findings)
        return None if day is None else Fraction(day.toordinal())
    if "%" in written.text and (spec.kind is FieldKind.COUNT or spec.unit not in ("", "%")):
        findings.add("percent-not-meant", written.place, field=spec.name, value=written.text[:60])
        return None
    try:
        number = _number(written.text, numbers)
    except NumberError as error:
        if bound := _bound_of_words(written.text, numbers):
            findings.add("bound-in-words", written.place, value=written.text[:60], mend=bound)
        else:
            report_number(error, written, findings)
        return None
    if number in spec.range:
        return number
    interval, step = spec.range.interval, spec.range.step
    if number in interval and step is not None:
        findings.add(
            "value-off-step", written.place, field=spec.name, value=written.text, step=exact_text(step)
        )
    elif spec.unit == "%" and number / HUNDRED in interval and "%" not in written.text:
        findings.add("percent-sign", written.place, field=spec.name, value=written.text)
    else:
        findings.add("value-out-of-range", written.place, field=spec.name, value=written.text, range=interval)
    return None


_SIGNS: Final = {
    ">=": "ít nhất|tối thiểu|từ|không dưới|không ít hơn|at least|no less than",
    "<=": "nhiều nhất|tối đa|không quá|không vượt quá|không trên|đến|at most|no more than|up to",
    ">": "trên|hơn|lớn hơn|cao hơn|nhiều hơn|over|above|more than",
    "<": "dưới|nhỏ hơn|thấp hơn|ít hơn|chưa đến|under|below|less than",
}
_WORDS: Final = {word: sign for sign, words in _SIGNS.items() for word in words.split("|")}
_UP_OR_DOWN: Final = {"trở lên": ">=", "trở xuống": "<="}
_IN_WORDS: Final = re.compile(
    rf"(?:({'|'.join(_WORDS)}) )?(\S.*?)(?: ({'|'.join(_UP_OR_DOWN)}))?", re.IGNORECASE
)


def _bound_of_words(text: str, numbers: NumberFormat) -> str:
    """How a bound in words is written by its sign: "trên 80 %" is "> 80%"; empty for any other text."""
    found = _IN_WORDS.fullmatch(" ".join(text.split()))
    if found is None or not (found.group(1) or found.group(3)):
        return ""
    before, number, behind = (each and each.casefold() for each in found.groups())
    if behind and before not in (None, "từ"):
        return ""
    try:
        _number(number, numbers)
    except NumberError as error:
        number = error.mend
    sign = _UP_OR_DOWN[behind] if behind else _WORDS[before]
    return f"{sign} {number}".replace(" %", "%") if number else ""


def option_at(text: str, spec: FieldSpec) -> int | None:
    """The position of the option that a text names by its id, else by its title in either language."""
    if text in spec.options:
        return spec.options.index(text)
    key = text.casefold()
    for at, option in enumerate(spec.options):
        title = spec.option_titles.get(option, Text())
        if key in {each.casefold() for each in (title.vi, title.en) if each}:
            return at
    return None


def _option(written: Scalar, spec: FieldSpec, findings: Findings) -> Fraction | None:
    at = option_at(written.text, spec)
    if at is not None or not spec.options:  # a choice whose options are not known here is its text
        return Fraction(at or 0)
    titles = {each: spec.option_titles.get(each, Text()) for each in spec.options}
    named = {each: f"{each} ({title})" if str(title) else each for each, title in titles.items()}
    names = {text: named[each] for each, title in titles.items() for text in (title.vi, title.en) if text}
    report_unknown(written.text, list(spec.options), written.place, findings, "option-unknown", named | names)
    return None


def stated(spec: FieldSpec, value: Value, text: str) -> str:
    """What a statement keeps as its text: the option's id where a choice was written by its title."""
    return spec.options[int(value.number)] if spec.options and value.state is State.OK else text
