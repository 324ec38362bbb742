"""What the pictures say, and the numbers of a result as they print them."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from parcore.editions.edition import Criterion
from parcore.evidence.evidence import Stage
from parcore.i18n import Text, say
from parcore.numbers import decimals, shown
from parcore.results.rests import rests_on
from parcore.results.result import Result, Scorecard
from parcore.rules.policies import Level, Quantity

GOT: Final = Text("Điểm đạt được", "Points got")
LOST: Final = Text("Điểm bị mất", "Points lost")
LEFT: Final = Text("Phần còn lại đến mức tối đa", "What is left up to the maximum")
NONE: Final = Text("Không có đơn vị nào được chấm", "No unit was scored")
PUBLISHED: Final = Text(
    "Chỉ số đã công bố: {value} ({basis}; {source})", "Published index: {value} ({basis}; {source})"
)
LOST_SHORT: Final = Text("mất {lost} điểm", "{lost} points lost")
RANK: Final = Text("hạng", "rank")
CLASS: Final = Text("xếp loại", "class")
BY_COMPONENT: Final = Text("điểm theo từng thành phần", "points by component")
LOST_BY_COMPONENT: Final = Text("điểm bị mất theo từng thành phần", "points lost by component")


def heading(result: Result, lang: str) -> str:
    """The edition's title and the period."""
    return say("score-title", lang, title=result.edition.title.in_(lang), period=result.period)


def name_of(component: Criterion, lang: str) -> str:
    """A component as the pictures call it: its code, if it has one, and its title."""
    return f"{component.code} {component.title.in_(lang)}".strip()


def got(card: Scorecard, component: Criterion) -> Fraction | None:
    """The points of a component; None where it has none."""
    return card.points(component.id).known


def maximum(card: Scorecard, component: Criterion) -> Fraction | None:
    """What the unit could get there; None where nobody knows it."""
    attainable = card.attainable(component.id)
    if attainable is not None:
        return attainable.known
    return None if component.max is None else component.max.of(card.group)


def attainable(result: Result, card: Scorecard) -> Fraction | None:
    """What the unit could get in all; None where nobody knows it."""
    total = card.total_attainable
    if total is not None:
        return total.known
    return None if result.edition.total is None else result.edition.total.of(card.group)


def quantity(result: Result) -> Quantity:
    """What the pictures give as the index: the rate per 100 attainable where it is known, else points."""
    rated = any(card.index(Quantity.RATE, rounded=True) is not None for card in result.scorecards)
    return Quantity.RATE if rated else Quantity.BASE


def index(result: Result, card: Scorecard, lang: str) -> str:
    """A unit's index, or why it has none."""
    value = card.index(quantity(result), rounded=True)
    if value is None or value.known is None:
        return say(f"state-{card.state.word}", lang)
    return shown(value.known, lang, result.edition.rounding.digits.get(Level.INDEX))


def short(points: Fraction, lang: str) -> str:
    """Points for a picture: as they are where few decimals write them, else at two and `…`."""
    places = decimals(points)
    return shown(points, lang) if places is not None and places <= 4 else shown(points, lang, 2) + "…"


def index_word(result: Result, lang: str) -> str:
    """What `index` is called."""
    return say("rate" if quantity(result) is Quantity.RATE else "points", lang)


def footing(result: Result, lang: str) -> list[str]:
    """What the figures rest on: the edition's basis, and a stage that is not the last."""
    lines = rests_on(result.edition, lang)[:1]
    if result.stage is not Stage.FINAL:
        lines.append(say("score-provisional", lang, stage=say(f"stage-{result.stage.value}", lang)))
    return [f"{say('score-rests', lang)}: {'; '.join(lines)}"]
