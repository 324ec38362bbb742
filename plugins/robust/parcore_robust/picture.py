"""The picture of a study: a row for each unit in rank order, a bar over its ranks, a mark at its own.

Of draws the bar is the interval of 90 %, over a thin line from the best rank to the worst met; of what is
proven possible a pale band lies behind. Drawn with what `parcore_svg` draws with: no font, script or
style from outside.
"""

from __future__ import annotations

from itertools import count
from typing import Final
from xml.etree.ElementTree import Element

from attrs import frozen

from parcore.i18n import say
from parcore_robust.output import index_of, index_word, title_of
from parcore_robust.standing import Span, Standing, Study
from parcore_robust.words import tell
from parcore_svg.drawing import (
    INK,
    LINE,
    MARGIN,
    PALE,
    QUIET,
    WIDTH,
    colour,
    cut,
    finish,
    paragraph,
    rect,
    start,
    text_width,
    words,
)

ROW: Final = 22
BAR: Final = 10
RANKS: Final = 40
MOST_NAME: Final = 240
INDEX: Final = 72
_MARK: Final = 4


@frozen
class Axis:
    """Where the ranks stand: the first at the left, `last` ranks over the width."""

    left: int
    right: int
    last: int

    def at(self, rank: int, *, end: bool = False) -> int:
        """Where a rank's cell begins, or ends."""
        return self.left + (self.right - self.left) * (rank if end else rank - 1) // self.last

    def middle(self, rank: int) -> int:
        """The middle of a rank's cell."""
        return (self.at(rank) + self.at(rank, end=True)) // 2


def draw(study: Study, lang: str) -> str:
    """The study as an SVG document."""
    shown = [each for each in study.standings if each.place is not None or each.possible is not None]
    shown.sort(key=lambda each: (each.place is None, each.place or 0))
    title = title_of(study, lang)
    picture = start(title, "; ".join(_told(each, lang) for each in shown), lang)
    y = paragraph(picture, MARGIN - 10, title, 20, INK, font_weight="600")
    axis = _axis(shown, lang)
    y = _legend(picture, study, y + 30, lang) + 26
    _heads(picture, study, axis, y, lang)
    for rank in _ticks(axis.last):
        rect(picture, (axis.middle(rank), y + 6), (1, ROW * len(shown)), LINE, **{"fill-opacity": "0.5"})
    for each in shown:
        y += ROW
        _row(picture, study, each, axis, y, lang)
    y += 18
    for heading, texts in (("rests-on", study.facts), ("does-not-hold", study.cautions)):
        y = paragraph(picture, y + 4, f"{tell(heading).in_(lang)}:", 11, INK, font_weight="600")
        for text in texts:
            y = paragraph(picture, y, f"• {text.in_(lang)}", 11)
    return finish(picture, y + MARGIN - 8)


def _axis(shown: list[Standing], lang: str) -> Axis:
    names = max((text_width(each.unit.name.in_(lang), 13) for each in shown), default=0)
    spans = (
        span for each in shown for span in (each.possible, each.reached, _seen(each)) if span is not None
    )
    last = max([1, *(span.worst for span in spans), *(each.place or 0 for each in shown)])
    left = MARGIN + RANKS + min(int(names), MOST_NAME) + 12
    return Axis(left, WIDTH - MARGIN - INDEX, last)


def _seen(each: Standing) -> Span | None:
    return each.drawn.seen if each.drawn is not None else None


def _spans(each: Standing) -> list[tuple[str, Span]]:
    found = [("picture-drawn", each.drawn.interval)] if each.drawn is not None else []
    seen = each.reached or _seen(each)
    found += [("picture-seen", seen)] if seen is not None else []
    return found + ([("picture-possible", each.possible)] if each.possible is not None else [])


def _told(each: Standing, lang: str) -> str:
    """A unit's row for those who do not see it."""
    spans = ", ".join(f"{tell(word).in_(lang)} {span}" for word, span in _spans(each))
    place = "–" if each.place is None else each.place
    return tell("picture-row", name=each.unit.name, place=place, spans=spans).in_(lang)


def _legend(picture: Element, study: Study, y: int, lang: str) -> int:
    """What bar, line, band and mark stand for, as far as the picture has them."""
    x = MARGIN
    kinds = {word for each in study.standings for word, _ in _spans(each)} | {"picture-own"}
    for word, size, fill in (
        ("picture-own", (_MARK, 14), INK), ("picture-drawn", (22, BAR), colour(0)),
        ("picture-seen", (22, 2), colour(0)), ("picture-possible", (22, 14), PALE),
    ):  # fmt: skip
        if word in kinds:
            if x + 30 + text_width(tell(word).in_(lang), 12) > WIDTH - MARGIN:
                x, y = MARGIN, y + 20
            text = tell(word).in_(lang)
            rect(picture, (x, y - 4 - size[1] // 2), size, fill)
            words(picture, (x + 30, y), text, 12)
            x += 46 + int(text_width(text, 12))
    return y


def _heads(picture: Element, study: Study, axis: Axis, y: int, lang: str) -> None:
    words(picture, (MARGIN + RANKS - 12, y), say("place", lang), 11, QUIET, text_anchor="end")
    words(picture, (MARGIN + RANKS, y), say("unit", lang), 11, QUIET)
    for rank in _ticks(axis.last):
        words(picture, (axis.middle(rank), y), str(rank), 11, QUIET, text_anchor="middle")
    words(picture, (WIDTH - MARGIN, y), index_word(study, lang), 11, QUIET, text_anchor="end")


def _ticks(last: int) -> list[int]:
    """The ranks that the axis names: 1, and a dozen round ones at most."""
    step = next(s for p in count() for s in (10**p, 2 * 10**p, 5 * 10**p) if last <= 12 * s)
    return [rank for rank in (1, *range(step, last + 1, step)) if rank == 1 or rank - 1 >= step // 2]


def _row(picture: Element, study: Study, each: Standing, axis: Axis, y: int, lang: str) -> None:
    place = "–" if each.place is None else str(each.place)
    words(picture, (MARGIN + RANKS - 12, y), place, fill=QUIET, text_anchor="end")
    words(picture, (MARGIN + RANKS, y), cut(each.unit.name.in_(lang), 13, MOST_NAME))
    hint, middle = _told(each, lang), y - 5
    ink = colour(0)
    looks = {"picture-possible": (ROW - 6, PALE), "picture-seen": (2, ink), "picture-drawn": (BAR, ink)}
    for word, span in reversed(_spans(each)):
        high, fill = looks[word]
        left, right = axis.at(span.best), axis.at(span.worst, end=True)
        rect(picture, (left, middle - high // 2), (right - left, high), fill, hint)
    if each.place is not None:
        rect(picture, (axis.middle(each.place) - _MARK // 2, middle - 7), (_MARK, 14), INK, hint)
    words(picture, (WIDTH - MARGIN, y), index_of(study, each, lang), text_anchor="end", font_weight="600")
