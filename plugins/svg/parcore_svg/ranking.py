"""The picture of several units: a bar for each in rank order, its points stacked by component."""

from __future__ import annotations

from fractions import Fraction
from itertools import count
from typing import Final
from xml.etree.ElementTree import Element

from attrs import frozen

from parcore.i18n import say
from parcore.numbers import ZERO, shown
from parcore.results.result import Result, Scorecard
from parcore_svg.drawing import (
    INK,
    INSIDE,
    LINE,
    MARGIN,
    PALE,
    QUIET,
    WIDTH,
    colour,
    cut,
    edges,
    finish,
    paragraph,
    rect,
    start,
    text_width,
    words,
)
from parcore_svg.texts import (
    BY_COMPONENT,
    LEFT,
    NONE,
    attainable,
    footing,
    got,
    heading,
    index,
    index_word,
    name_of,
)

ROW: Final = 28
BAR: Final = 18
RANKS: Final = 40
MOST_NAME: Final = 280
LEAST_INDEX: Final = 72


@frozen
class Axis:
    """Where bars begin and end, and how long a point is; `top` is the longest bar's points."""

    left: int
    right: int
    top: Fraction

    @property
    def scale(self) -> Fraction:
        """The length of a point."""
        return Fraction(self.right - self.left) / self.top


def draw_ranking(result: Result, lang: str) -> str:
    """The picture of a result with several units, or none."""
    title = f"{heading(result, lang)}: {BY_COMPONENT.in_(lang)}"
    picture = start(title, _told(result, lang), lang)
    y = paragraph(picture, MARGIN - 10, heading(result, lang), 20, INK, font_weight="600")
    if result.scorecards:
        y = _legend(picture, result, y + 14, lang) + 30
        axis = _axis(result, lang)
        _heads(picture, result, axis, y, lang)
        for card in result.scorecards:
            y += ROW
            _row(picture, result, card, axis, y, lang)
        y = _ticks(picture, axis, y + 8, lang)
    else:
        y = paragraph(picture, y + 8, NONE.in_(lang))
    for line in footing(result, lang):
        y = paragraph(picture, y + 6, line, 11)
    return finish(picture, y + MARGIN - 8)


def _axis(result: Result, lang: str) -> Axis:
    """Room for the longest name at the left, and for the longest index at the right."""
    names = max(text_width(_name(card, lang), 13) for card in result.scorecards)
    indexes = max(text_width(index(result, card, lang), 14) for card in result.scorecards)
    left = MARGIN + RANKS + min(int(names), MOST_NAME) + 12
    return Axis(left, WIDTH - MARGIN - max(int(indexes) + 12, LEAST_INDEX), _top(result))


def _told(result: Result, lang: str) -> str:
    """What the picture shows, for those who do not see it."""
    cards = result.scorecards
    listed = [f"{rank_of(result, each)} {_name(each, lang)} {index(result, each, lang)}" for each in cards]
    return f"{index_word(result, lang)}: {'; '.join(listed)}" if listed else NONE.in_(lang)


def rank_of(result: Result, card: Scorecard) -> str:
    """A unit's place among all; a dash where it has none."""
    place = result.place(card.unit.id)
    return "–" if place is None else str(place.place)


def _name(card: Scorecard, lang: str) -> str:
    return card.unit.name.in_(lang)


def _parts(result: Result, card: Scorecard) -> list[Fraction]:
    """The points of each component; 0 where it has none, or takes points away."""
    return [max(got(card, each) or ZERO, ZERO) for each in result.edition.components]


def _top(result: Result) -> Fraction:
    tops = [attainable(result, card) or ZERO for card in result.scorecards]
    return max(*tops, *(sum(_parts(result, card), ZERO) for card in result.scorecards), Fraction(1, 100))


def _legend(picture: Element, result: Result, y: int, lang: str) -> int:
    items = [(colour(at), name_of(each, lang)) for at, each in enumerate(result.edition.components)]
    x, y = Fraction(MARGIN), y + 12
    for fill, name in [*items, (PALE, LEFT.in_(lang))]:
        text = cut(name, 12, INSIDE - 18)
        wide = 18 + text_width(text, 12)
        if x > MARGIN and x + wide > WIDTH - MARGIN:
            x, y = Fraction(MARGIN), y + 20
        rect(picture, (x, y - 10), (12, 12), fill, rx="2")
        words(picture, (x + 18, y), text, 12)
        x += wide + 14
    return y


def _heads(picture: Element, result: Result, axis: Axis, y: int, lang: str) -> None:
    words(picture, (MARGIN + RANKS - 12, y), say("place", lang), 11, QUIET, text_anchor="end")
    words(picture, (MARGIN + RANKS, y), say("unit", lang), 11, QUIET)
    words(picture, (axis.left, y), say("points", lang), 11, QUIET)
    words(picture, (WIDTH - MARGIN, y), index_word(result, lang), 11, QUIET, text_anchor="end")


def _row(picture: Element, result: Result, card: Scorecard, axis: Axis, y: int, lang: str) -> None:
    name, under = _name(card, lang), y - 5
    words(picture, (MARGIN + RANKS - 12, under), rank_of(result, card), fill=QUIET, text_anchor="end")
    words(picture, (MARGIN + RANKS, under), cut(name, 13, MOST_NAME))
    parts, whole = _parts(result, card), attainable(result, card)
    got_in_all = sum(parts, ZERO)
    if whole is not None and whole > got_in_all:
        hint = f"{name}: {shown(got_in_all, lang)} / {shown(whole, lang)}"
        ((left, wide),) = edges([whole], axis.left, axis.scale)
        rect(picture, (left, y - BAR), (wide, BAR), PALE, hint)
    for at, (component, (left, wide)) in enumerate(
        zip(result.edition.components, edges(parts, axis.left, axis.scale), strict=True)
    ):
        if wide:
            hint = f"{name}, {name_of(component, lang)}: {shown(parts[at], lang)}"
            rect(picture, (left, y - BAR), (wide, BAR), colour(at), hint, stroke="#ffffff")
    words(picture, (WIDTH - MARGIN, under), index(result, card, lang), text_anchor="end", font_weight="600")


def _ticks(picture: Element, axis: Axis, y: int, lang: str) -> int:
    step = _step(axis.top)
    for times in range(int(axis.top / step) + 1):
        x = axis.left + times * step * axis.scale
        rect(picture, (x, y - 8), (1, 5), LINE)
        words(picture, (x, y + 10), shown(times * step, lang), 11, QUIET, text_anchor="middle")
    rect(picture, (axis.left, y - 8), (axis.top * axis.scale, 1), LINE)
    return y + 12


def _step(top: Fraction) -> Fraction:
    """The least of 1, 2, 5 times a power of ten that goes into the axis five times at most."""
    steps = (digit * Fraction(10) ** power for power in count(-3) for digit in (1, 2, 5))
    return next(step for step in steps if top <= 5 * step)
