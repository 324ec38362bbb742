"""How a unit's index came about: components, conversion, bonus and penalty, total, rate, class, places."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen

from parcore.cli.decisions import circle_name, class_line, provisional_line
from parcore.cli.result_table import CIRCLES, amount, has_total
from parcore.editions.edition import Block, Edition
from parcore.i18n import say
from parcore.numbers import HUNDRED, ONE, shown
from parcore.readings.prose.words import sentence
from parcore.results.result import Result, Scorecard
from parcore.rules.policies import Level, Quantity
from parcore.values import State


def index_paragraph(result: Result, card: Scorecard, lang: str) -> str:
    """The story of a unit's index: a heading and its sentences."""
    heading = say("tell-heading", lang, unit=card.unit.name.in_(lang), criterion=say("index", lang))
    return heading + "\n  " + " ".join(_Index(result, card, lang).sentences())


@frozen
class _Index:
    result: Result
    card: Scorecard
    lang: str

    @property
    def edition(self) -> Edition:
        return self.result.edition

    def say(self, word: str, **values: object) -> str:
        return say(word, self.lang, **values)

    def number(self, number: Fraction) -> str:
        return shown(number, self.lang)

    def figure(self, quantity: Quantity) -> str:
        digits = self.edition.rounding.digits.get(Level.INDEX)
        return amount(self.card.index(quantity, rounded=True), self.lang, digits)

    def sentences(self) -> Iterator[str]:
        yield self._components()
        base = self.card.index(Quantity.BASE, rounded=False)
        if base is None or base.known is None:
            yield self.say("index-none", state=self.say(f"state-{self.card.state.word}"))
            return
        yield self._base(base.number)
        if self.edition.conversion is not None:
            yield self._converted(self.edition.conversion.of(self.card.group))
        for name, block in self.edition.blocks.items():
            yield self._block(name, block)
        if has_total(self.edition):
            yield self._total()
        yield from self._rate()
        if self.card.moves:
            yield sentence(class_line(self.result, self.card, self.lang))
        yield from self._places()
        if self.card.provisional is not None:
            yield sentence(provisional_line(self.result, self.card, self.card.provisional, self.lang))

    def _components(self) -> str:
        def of(points: str, top: str, weight: Fraction) -> str:
            times = "" if weight == ONE else f" × {self.number(weight)}"
            return f"{points}{top}{times}"

        group, parts = self.card.group, []
        for each in (each for each in self.edition.components if each.applies(group)):
            top = self.card.attainable(each.id)
            most = "" if top is None or top.known is None else f"/{self.number(top.number)}"
            points = amount(self.card.points(each.id), self.lang)
            name = f"{each.code} {each.title.in_(self.lang)}".strip()
            parts.append(f"{name}: {of(points, most, each.weight_of(group))}")
        return self.say("index-components", parts="; ".join(parts))

    def _base(self, base: Fraction) -> str:
        top, rounded = self.card.total_attainable, self.card.index(Quantity.BASE, rounded=True)
        of = (
            ""
            if top is None or top.known is None
            else self.say("index-of", attainable=self.number(top.number))
        )
        digits = ""
        if rounded is not None and rounded.known is not None and rounded.number != base:
            digits = self.say("index-rounded", number=self.figure(Quantity.BASE))
        return self.say("index-base", points=self.number(base), of=of, rounded=digits)

    def _converted(self, to: Fraction) -> str:
        base, top = self.card.index(Quantity.BASE, rounded=False), self.card.total_attainable
        if base is None or top is None or not top.known:
            return self.say("index-none", state=self.say(f"state-{self.card.state.word}"))
        words = {
            "points": base.number,
            "attainable": top.number,
            "to": to,
            "number": to * base.number / top.number,
        }
        return self.say("index-converted", **{name: self.number(each) for name, each in words.items()})

    def _block(self, name: str, block: Block) -> str:
        """Each item that gives something; their sum, and what is left of it under the cap."""
        known, parts = Fraction(0), []
        for item in (item for item in block.items if item.applies(self.card.group)):
            points = self.card.points(item.id)
            known += points.number if points.known is not None else 0
            parts.append(f"{item.code} {item.title.in_(self.lang)}".strip() + f" {amount(points, self.lang)}")
        came, cap = self.card.block(name), block.cap.of(self.card.group)
        word = "index-block"
        if came is not None and came.known is not None and came.number < known:
            word = "index-block-capped"
        return self.say(
            word, block=self.say(name), parts=" + ".join(parts) or "0", sum=self.number(known),
            cap=self.number(cap), points=amount(came, self.lang),
        )  # fmt: skip

    def _total(self) -> str:
        exact = self.card.index(Quantity.TOTAL, rounded=False)
        start = self.card.index(Quantity.BASE, rounded=False)
        if exact is None or exact.known is None or start is None:
            return self.say("index-none", state=self.say(f"state-{self.card.state.word}"))
        number, top = start.number, self.card.total_attainable
        if self.edition.conversion is not None and top is not None and top.known:
            number = self.edition.conversion.of(self.card.group) * number / top.number
        line, total = self.number(number), number
        for name, sign in (("bonus", 1), ("penalty", -1)):
            came = self.card.block(name) if name in self.edition.blocks else None
            if came is not None and came.known is not None:
                line += f" {'+' if sign > 0 else '−'} {self.number(came.number)}"
                total += sign * came.number
        told = f"{line} = {self.number(total)}" if total != number or line != self.number(number) else line
        if exact.number != total:
            told += self.say("index-held", number=self.number(exact.number))
        rounded = self.card.index(Quantity.TOTAL, rounded=True)
        digits = ""
        if rounded is not None and rounded.number != exact.number:
            digits = self.say("index-rounded", number=self.figure(Quantity.TOTAL))
        return self.say("index-total", line=told, rounded=digits)

    def _rate(self) -> Iterator[str]:
        rate, top = self.card.index(Quantity.RATE, rounded=True), self.card.total_attainable
        base = self.card.index(Quantity.BASE, rounded=False)
        if rate is not None and rate.known is not None and top is not None and base is not None:
            words = {"points": base.number, "attainable": top.number, "hundred": HUNDRED}
            told = {name: self.number(each) for name, each in words.items()}
            yield self.say("index-rate", rate=self.figure(Quantity.RATE), **told)

    def _places(self) -> Iterator[str]:
        told = []
        for word, within in CIRCLES.items():
            place = self.result.place(self.card.unit.id, within.value)
            if place is not None:
                circle = circle_name(place.circle)
                where = f"{self.say(word)}{f' ({circle})' if circle else ''}"
                told.append(f"{where}: {place.place}/{place.among}")
        if told:
            yield sentence("; ".join(told))
        elif self.edition.ranking is not None and self.card.state is State.OK:
            yield self.say("index-unranked")
