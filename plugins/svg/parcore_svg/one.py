"""The picture of one unit: what it got and lost, component by component."""

from __future__ import annotations

from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element

from parcore.editions.edition import Criterion
from parcore.i18n import say
from parcore.numbers import ZERO, shown
from parcore.results.result import Result, Scorecard
from parcore.rules.policies import Level, Quantity
from parcore_svg.drawing import (
    INK,
    INSIDE,
    MARGIN,
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
    CLASS,
    GOT,
    LOST,
    LOST_BY_COMPONENT,
    LOST_SHORT,
    PUBLISHED,
    RANK,
    attainable,
    footing,
    got,
    heading,
    index,
    index_word,
    maximum,
    name_of,
    short,
)

ROW: Final = 50
BAR: Final = 18
LABEL: Final = 90


def draw_one(result: Result, card: Scorecard, lang: str) -> str:
    """The picture of one unit of a result."""
    unit, components = card.unit.name.in_(lang), result.edition.components
    told = "; ".join(f"{name_of(each, lang)}: {_amounts(card, each, lang)}" for each in components)
    summary = _summary(result, card, lang)
    title = f"{unit}: {LOST_BY_COMPONENT.in_(lang)}"
    picture = start(title, f"{heading(result, lang)}. {summary}. {told}", lang)
    y = paragraph(picture, MARGIN - 10, title, 20, INK, font_weight="600")
    y = paragraph(picture, y + 2, heading(result, lang), 13)
    y = paragraph(picture, y + 2, summary, 15, INK, font_weight="600")
    y = _key(picture, y + 26, lang)
    longest = max((_length(card, each) for each in components), default=ZERO)
    scale = Fraction(INSIDE - LABEL) / (longest or 1)
    for at, component in enumerate(components):
        _bar(picture, card, component, (at, y + at * ROW, scale), lang)
    y += len(components) * ROW + 4
    for line in (*_published(result, card, lang), *footing(result, lang)):
        y = paragraph(picture, y, line, 11)
    return finish(picture, y + MARGIN - 8)


def _summary(result: Result, card: Scorecard, lang: str) -> str:
    """Index, points, points lost, rank and class, as far as there are such."""
    parts = [f"{index_word(result, lang)}: {index(result, card, lang)}"]
    word, digits = say("points", lang).lower(), result.edition.rounding.digits.get(Level.INDEX)
    base, whole = card.index(Quantity.BASE, rounded=True), attainable(result, card)
    if base is not None and base.known is not None and whole is not None:
        parts.append(f"{shown(base.known, lang, digits)} / {shown(whole, lang)} {word}")
        parts.append(LOST_SHORT.in_(lang).format(lost=shown(whole - base.known, lang, digits)))
    place = result.place(card.unit.id)
    if place is not None and place.among > 1:
        parts.append(f"{RANK.in_(lang)} {place.place}/{place.among}")
    if card.class_name or card.class_open:
        parts.append(f"{CLASS.in_(lang)} {card.class_name or ' … '.join(card.class_open)}")
    return " · ".join(parts)


def _published(result: Result, card: Scorecard, lang: str) -> list[str]:
    """The published index, where it is another than the one computed."""
    value = card.index(Quantity.RATE, rounded=True) or card.index(Quantity.BASE, rounded=True)
    return [
        PUBLISHED.in_(lang).format(
            value=shown(each.value.number, lang),
            basis=say(f"basis-{each.source.basis.value}", lang),
            source=each.source,
        )
        for each in result.observations
        if (each.about, each.quantity) == (card.unit.id, "index")
        and each.value.known is not None
        and (value is None or each.value.known != value.known)
    ]


def _length(card: Scorecard, component: Criterion) -> Fraction:
    return max(got(card, component) or ZERO, maximum(card, component) or ZERO)


def _amounts(card: Scorecard, component: Criterion, lang: str) -> str:
    """Points got of the maximum, or why there are none."""
    points, top = got(card, component), maximum(card, component)
    if points is None:
        return say(f"state-{card.points(component.id).state.word}", lang)
    return f"{short(points, lang)} / {say('score-unknown', lang) if top is None else shown(top, lang)}"


def _key(picture: Element, y: int, lang: str) -> int:
    x = Fraction(MARGIN)
    for opacity, text in (("1", GOT.in_(lang)), ("0.2", LOST.in_(lang))):
        rect(picture, (x, y - 10), (12, 12), QUIET, rx="2", **{"fill-opacity": opacity})
        words(picture, (x + 18, y), text, 12)
        x += 32 + text_width(text, 12)
    return y + 12


def _bar(
    picture: Element, card: Scorecard, component: Criterion, at: tuple[int, int, Fraction], lang: str
) -> None:
    """A component: its name and points over a bar of what was got, and pale behind it what was lost."""
    position, y, scale = at
    amounts, name = _amounts(card, component, lang), name_of(component, lang)
    words(picture, (MARGIN, y + 18), cut(name, 13, INSIDE - 150))
    words(picture, (WIDTH - MARGIN, y + 18), amounts, fill=QUIET, text_anchor="end")
    points, top = max(got(card, component) or ZERO, ZERO), maximum(card, component)
    lost = ZERO if top is None or got(card, component) is None else top - points
    parts = edges([points, max(lost, ZERO)], MARGIN, scale)
    for (left, wide), opacity in zip(parts, ("1", "0.2"), strict=True):
        if wide:
            rect(
                picture, (left, y + 25), (wide, BAR), colour(position), f"{name}: {amounts}",
                **{"fill-opacity": opacity},
            )  # fmt: skip
    if lost:
        end = MARGIN + _length(card, component) * scale
        text = ("−" if lost > 0 else "+") + short(abs(lost), lang)
        words(picture, (end + 8, y + 39), text, 13, "#a3232f" if lost > 0 else INK, font_weight="600")
