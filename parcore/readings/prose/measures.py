"""A measure in words: what it is, what its numbers are called, how they are written."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from parcore.arithmetic import Formula, Name, Number, Operation, names_of
from parcore.evidence.vocabulary import INDEX
from parcore.expressions import Linear
from parcore.readings.prose.words import Speaker
from parcore.rules.formulas import Computed
from parcore.rules.graph import Peers
from parcore.rules.indices import IndexOf, IndexQuantity
from parcore.rules.kinds import Kind, in_percent, kind_of
from parcore.rules.measures import ChoiceOf, Days, Growth, Ratio, Rounded, Sum
from parcore.rules.peers import By, Compared, MinMax, RankOf, Statistics
from parcore.rules.protocols import Measure
from parcore.rules.surveys import Respondents, Survey

_TOKEN: Final = re.compile(r"[a-z][a-z0-9_]*|\d+(?:\.\d+)?")
_SIGNS: Final = {"*": "×", "-": "−", "+": "+", "/": "/"}


def noun_of(measure: Measure, speaker: Speaker) -> str:
    """What a formula of points calls the measure's number."""
    match measure:
        case Sum(sum=sum_) if sum_.name is not None:
            return speaker.name(sum_.name)
        case Rounded():
            return noun_of(measure.measure, speaker)
        case Growth():
            return speaker.say("prose-noun-growth")
        case Compared(by=By.DIFFERENCE):
            return speaker.say("prose-noun-difference")
        case MinMax():
            return speaker.say("prose-noun-standing")
        case IndexOf(quantity=IndexQuantity.SCORE):
            return speaker.say("prose-noun-index")
        case _:
            return speaker.say(f"prose-noun-{kind_of(measure, speaker.vocabulary).value}")


def measure_text(measure: Measure, speaker: Speaker) -> str:
    """The measure with the titles of its fields, as it stands within a sentence."""
    match measure:
        case Sum():
            return speaker.sum(measure.sum, kind_of(measure, speaker.vocabulary))
        case Ratio():
            ratio = f"{_bracketed(measure.part, speaker)} / {_bracketed(measure.whole, speaker)}"
            share = kind_of(measure, speaker.vocabulary) is Kind.SHARE
            return speaker.say("prose-ratio", ratio=ratio) if share else ratio
        case ChoiceOf():
            return _before(_choice(measure, speaker), measure.lag, speaker)
        case Days():
            start, end = (speaker.sum(each, Kind.DAYS) for each in (measure.start, measure.end))
            return speaker.say("prose-days-between", start=start, end=end)
        case Growth():
            return speaker.say("prose-growth", field=speaker.name(measure.field.name))
        case Rounded():
            inner = measure_text(measure.measure, speaker)
            step = _step(measure.digits, measure.measure, speaker)
            return speaker.say("prose-rounded", measure=inner, step=step)
        case Survey():
            return _survey(measure, speaker)
        case Computed():
            return _formula(measure.formula, measure, speaker)
        case Compared() | MinMax() | RankOf():
            return _relative(measure, speaker)
        case IndexOf():
            named = speaker.say(
                f"prose-index-{measure.quantity.value}", index=measure.fields[0].split(":")[1]
            )
            return _before(named, measure.lag, speaker)
        case _:
            return _other(measure, speaker)


def _choice(measure: ChoiceOf, speaker: Speaker) -> str:
    name = measure.spec.name
    if name.startswith(INDEX):
        return speaker.say("prose-index-class", index=name.split(":")[1])
    return speaker.name(name)


def _before(text: str, lag: int, speaker: Speaker) -> str:
    return speaker.say("prose-before", measure=text) if lag else text


def _step(digits: int, measure: Measure, speaker: Speaker) -> str:
    """The last decimal that rounding keeps, as the measure is written: 4 decimals of a rate are 0,01 %."""
    return speaker.amount(Fraction(1, 10**digits), kind_of(measure, speaker.vocabulary))


def _bracketed(sum_: Linear, speaker: Speaker) -> str:
    text = speaker.sum(sum_)
    return text if len(sum_.terms) == 1 and not sum_.constant else f"({text})"


def _survey(measure: Survey, speaker: Speaker) -> str:
    groups = measure.groups
    if len(groups) == 1:
        text = speaker.say("prose-survey", answers=_answers(groups[0], speaker))
    else:
        rates = "; ".join(
            speaker.say(
                "prose-survey-group",
                group=each.name,
                weight=speaker.number(each.weight.of(speaker.group)),
                answers=_answers(each, speaker),
            )
            for each in groups
        )
        text = speaker.say("prose-survey-groups", groups=rates)
    if measure.least is not None:
        word = "prose-survey-least" if len(groups) == 1 else "prose-survey-least-each"
        text += speaker.say(word, least=speaker.number(measure.least.of(speaker.group)))
    return text


def _answers(one: Respondents, speaker: Speaker) -> str:
    return ", ".join(
        f"{speaker.name(name)} {speaker.amount(worth.of(speaker.group), Kind.SHARE)}"
        for name, worth in one.answers
    )


def _formula(part: Formula, measure: Computed, speaker: Speaker) -> str:
    match part:
        case Number():
            return _plain(part.value, measure, speaker)
        case Name():
            figure = measure.figures.get(part.name)
            if figure is None:
                return speaker.name(part.name)
            return _plain(figure.of(speaker.group), measure, speaker)
        case Operation(op="min" | "max" as op):
            parts = "; ".join(_formula(each, measure, speaker) for each in part.args)
            return speaker.say("prose-least-of" if op == "min" else "prose-most-of", parts=parts)
        case Operation(op="-", args=(Number(value=Fraction(numerator=0)), other)):
            return f"−{_operand(other, '-', 1, measure, speaker)}"
        case Operation():
            left, right = (_operand(each, part.op, at, measure, speaker) for at, each in enumerate(part.args))
            return f"{left} {_SIGNS[part.op]} {right}"


def _plain(number: Fraction, measure: Computed, speaker: Speaker) -> str:
    """A number of a formula; in per cent where everything beside it is."""
    beside = list(names_of(measure.formula))
    share = all(in_percent(name, speaker.vocabulary) for name in beside if name not in measure.figures)
    return speaker.amount(number, Kind.SHARE if share and number < 1 else Kind.NUMBER)


def _operand(part: Formula, op: str, at: int, measure: Computed, speaker: Speaker) -> str:
    text = _formula(part, measure, speaker)
    if not isinstance(part, Operation) or part.op in ("min", "max"):
        return text
    tight, inner = op in "*/", part.op in "*/"
    needs = (tight and not inner) or (at == 1 and op != "+" and tight == inner)
    return f"({text})" if needs else text


def _relative(measure: Compared | MinMax | RankOf, speaker: Speaker) -> str:
    own = measure_text(measure.of.measure, speaker)
    compared = isinstance(measure, Compared)
    circle = _circle(measure.of, speaker, said=compared)
    if isinstance(measure, RankOf):
        word = "prose-rank-lowest" if measure.lowest_first else "prose-rank-highest"
        return speaker.say(word, measure=own, circle=circle)
    if isinstance(measure, MinMax):
        word = "prose-min-max-inverse" if measure.inverse else "prose-min-max"
        return speaker.say(word, measure=own, circle=circle)
    rounded = ""
    if measure.digits is not None:
        step = _step(measure.digits, measure.of.measure, speaker)
        rounded = speaker.say("prose-rounded", measure="", step=step)
    statistic = speaker.say(f"prose-of-{measure.statistic.value}", circle=circle, rounded=rounded)
    return speaker.say(f"prose-by-{measure.by.value}", measure=own, statistic=statistic)


def _circle(of: Statistics, speaker: Speaker, *, said: bool) -> str:
    """The peers; `said`: whether the unit is one of them, which of a place goes without saying."""
    peers: Peers = of.peers
    circle = speaker.say(f"prose-within-{peers.within.value}")
    if peers.ranked_only:
        circle = speaker.say("prose-ranked", circle=circle)
    if not said:
        return circle
    return speaker.say("prose-with-self" if peers.with_self else "prose-without-self", circle=circle)


def _other(measure: Measure, speaker: Speaker) -> str:
    """A plugin's measure: its formula, with titles for fields and numbers as the language writes them."""
    fields = set(measure.fields)

    def told(token: re.Match[str]) -> str:
        text = token.group()
        if text[0].isdigit():
            return speaker.number(Fraction(text))
        return speaker.name(text) if text in fields else text

    return _TOKEN.sub(told, measure.text())
