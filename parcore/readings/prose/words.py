"""Numbers, intervals, names and awards in words, for one language and unit group.

What the sentences of an annex (`parcore.readings.prose`) and the story of a point
(`parcore.readings.story`) both say stands here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from attrs import evolve, frozen

from parcore.evidence.vocabulary import FieldSpec, Vocabulary
from parcore.expressions import Linear
from parcore.i18n import say
from parcore.intervals import Interval
from parcore.numbers import HUNDRED, ONE, shown
from parcore.rules.figures import Award, AwardKind
from parcore.rules.kinds import Kind
from parcore.rules.measures import PERIOD_DAYS
from parcore.sources import Source
from parcore.values import State

_GROUPS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
_MARKS: Final = frozenset(",;:()/+−×“”")
"""Marks that would make a title run into the sentence around it: such a title is quoted."""


@frozen
class Speaker:
    """Says things in one language for one unit group; `off`: awards are points taken off."""

    vocabulary: Vocabulary
    lang: str
    group: str = ""
    off: bool = False

    def taking_off(self) -> Speaker:
        """The same, for the parts of a deduction."""
        return evolve(self, off=True)

    def say(self, word: str, **values: object) -> str:
        """A pattern of `words.yaml`, filled in."""
        return say(word, self.lang, **values)

    def number(self, number: Fraction) -> str:
        """A number with its thousands apart: 21.000,5 in Vietnamese, 21,000.5 in English."""
        point, mark = (",", ".") if self.lang == "vi" else (".", ",")
        whole, dot, rest = shown(number, self.lang).partition(point)
        return _GROUPS.sub(mark, whole).replace("-", "−") + dot + rest

    def amount(self, number: Fraction, kind: Kind = Kind.NUMBER) -> str:
        """A number as its measure is spoken of: a percentage, days, or the number alone."""
        if kind is Kind.SHARE:
            return f"{self.number(number * HUNDRED)} %"
        if kind is Kind.GAP:
            return self.say("prose-gap", number=self.number(number * HUNDRED))
        text = self.number(number)
        if kind is Kind.DAYS:
            return self.say("prose-day" if number == ONE else "prose-days", days=text)
        return text

    def decimals(self, digits: int) -> str:
        """To what is rounded: so many decimals, or whole numbers."""
        if not digits:
            return self.say("prose-decimals-none")
        return self.say("prose-decimal" if digits == 1 else "prose-decimals", digits=digits)

    def points(self, points: Fraction) -> str:
        """So many points."""
        return self.say("pays-point" if points == ONE else "pays-points", points=self.number(points))

    def interval(self, interval: Interval, kind: Kind = Kind.NUMBER) -> str:
        """An interval with its edges in words: "trên 90 % đến 100 %"."""
        low, high = interval.low, interval.high

        def where(word: str, edge: Fraction) -> str:
            text = self.amount(edge, kind)
            return self.say(f"where-{word}{'-place' if kind is Kind.PLACE else ''}", low=text, high=text)

        if low is None:
            if high is None:
                return self.say("where-otherwise")
            return where("at-most" if interval.high_in else "under", high)
        if high is None:
            return where("at-least" if interval.low_in else "over", low)
        if low == high:
            return where("exactly", low)
        start = where("from" if interval.low_in else "over", low)
        return f"{start} {where('to' if interval.high_in else 'to-under', high)}"

    def pays(self, award: Award, top: Fraction | None = None, noun: str = "") -> str:
        """What a step, row or state pays; a share of the maximum with its points where it is known."""
        figure = award.figure.of(self.group)
        match award.kind:
            case AwardKind.POINTS:
                points = self.points(figure)
                return self.say("prose-off", points=points) if self.off else points
            case AwardKind.SHARE:
                share = self.say("pays-share", share=self.amount(figure, Kind.SHARE))
                return share if top is None else f"{share} ({self.points(figure * top)})"
            case AwardKind.PROPORTIONAL:
                if top is None or not noun:
                    return self.say("pays-proportional")
                return self.say("prose-proportional", noun=noun, max=self.number(top))
            case _:
                return self.say(f"pays-{award.kind.value}")

    def name(self, field: str) -> str:
        """A field by its title as it stands within a sentence; by its id where it has none."""
        if field in PERIOD_DAYS:
            return self.say(f"prose-day-{field}")
        spec = self.vocabulary.fields.get(field)
        return field if spec is None else _within(spec.shown.in_(self.lang))

    def option(self, spec: FieldSpec, option: str) -> str:
        """An option by its title; by its name where it has none."""
        title = spec.option_titles.get(option)
        text = option if title is None else title.in_(self.lang) or option
        return f"“{text}”" if _MARKS & set(text) else text

    def sum(self, sum_: Linear, kind: Kind = Kind.NUMBER, names: Mapping[str, str] | None = None) -> str:
        """A sum of fields (or of what `names` calls so): "trả lời A + 0,6 × trả lời B"."""
        text = ""
        for name, factor in sum_.terms:
            body = (names or {}).get(name) or self.name(name)
            body = body if abs(factor) == ONE else f"{self.number(abs(factor))} × {body}"
            text += _signed(body, negative=factor < 0, first=not text)
        if sum_.constant or not sum_.terms:
            body = self.amount(abs(sum_.constant), kind)
            text += _signed(body, negative=sum_.constant < 0, first=not text)
        return text

    def states(self, states: list[State]) -> str:
        """States one after another."""
        return self.listed([self.say(f"state-{state.word}") for state in states], "or")

    def listed(self, parts: list[str], word: str = "and") -> str:
        """ "a, b và c"; `word` joins the last."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.say(word)} {parts[-1]}"

    def whose(self, source: Source | None) -> str:
        """Whose word it is, in brackets: basis, clause, note; nothing where that is not stated."""
        if source is None:
            return ""
        told = "; ".join(each for each in (str(source), source.note.in_(self.lang)) if each)
        basis = self.say(f"basis-{source.basis.value}")
        return f" ({basis}: {told.rstrip('.')})" if told else f" ({basis})"

    def clause(self, source: Source) -> str:
        """The clause that a rule encodes, with its basis and words."""
        quote = source.quote.in_(self.lang).rstrip(".")
        words = f"{source}: “{quote}”" if quote else str(source)
        basis = self.say(f"basis-{source.basis.value}")
        told = self.say("tell-clause", clause=words, basis=basis) if words else f"({basis})."
        note = source.note.in_(self.lang)
        return sentence(f"{told} {note}" if note else told)


def sentence(text: str) -> str:
    """A text as a sentence: a capital at its beginning, a stop at its end."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


def _within(title: str) -> str:
    """A title inside a sentence: its first letter small, but in a name ("Hà Nội") or an abbreviation."""
    if _MARKS & set(title):
        return f"“{title}”"
    first, _, rest = title.partition(" ")
    proper = first[1:] != first[1:].lower() or rest[:1].isupper() or len(first) == 1
    return title if proper else title[:1].lower() + title[1:]


def _signed(body: str, *, negative: bool, first: bool) -> str:
    if first:
        return f"−{body}" if negative else body
    return f" − {body}" if negative else f" + {body}"
