"""Results as CSV rows. Numbers are decimals; columns `…_exact` have the fraction where none is exact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from parcore.editions.document import INDEX
from parcore.editions.edition import Criterion
from parcore.numbers import decimal_text, decimals, exact_text
from parcore.results.by_method import by_method
from parcore.results.output import NOT_REACHED, number
from parcore.results.provisional import Provisional
from parcore.results.result import Empty, PointsSet, Result, Scorecard
from parcore.results.stated import Stated
from parcore.rules.graph import Within
from parcore.rules.policies import Quantity
from parcore.values import Value

CSV_COLUMNS: Final = (
    "unit", "name", "criterion", "code", "points", "attainable", "max", "state", "evidence", "effect",
    "rate", "class", "place", "among", "points_exact", "rate_exact", "total", "total_exact", "block",
    "class_open", "place_open", "computed", "reason", "open", "lowest", "highest", "stated",
    "allows", "group", "region", "place_group", "among_group", "place_group_open", "place_region",
    "among_region", "place_region_open", "bonus", "penalty", "total_lowest", "total_highest",
)  # fmt: skip
METHOD_COLUMNS: Final = ("unit", "name", "method", "points", "attainable", "max", "state", "points_exact")
CSV_DIGITS: Final = 6
"""Decimals in a table where no number of them is exact; the exact columns have the fraction."""


def _decimal(value: Value | None) -> str:
    if value is None or value.known is None:
        return ""
    exact = decimals(value.number) is not None
    return exact_text(value.number) if exact else decimal_text(value.number, CSV_DIGITS)


def _stated_cells(stated: Stated | None) -> dict[str, str]:
    if stated is None:
        return {"stated": "", "allows": ""}
    said = "; ".join(f"{each.field} {each.text}" for each in stated.data)
    ends = [] if stated.points is None else sorted({*stated.points})
    return {"stated": said, "allows": " … ".join(map(exact_text, ends))}


def csv_rows(result: Result, lang: str) -> Iterator[dict[str, str]]:
    """A row for each unit's index, then for each of its criteria, then for bonus and penalty (`block`).

    `evidence` and `effect` say of a leaf why it has no number of its own, and what became of it;
    `computed` and `reason` stand where points were set; `open`, `lowest`, `highest` say how many leaves
    wait for their appraisal and between which numbers the rate (where not known, the points) can move;
    `stated` is what evidence bounds without stating it, `allows` the points that this leaves. A leaf that is
    never come to, because a rule before it counts, has no points and the effect `not_reached`.
    """
    empty = {(each.unit.id, each.criterion.id): each for each in result.empty}
    set_ = {(each.unit.id, each.criterion.id): each for each in result.points_set}
    for card in result.scorecards:
        unit = {
            "unit": card.unit.id,
            "name": card.unit.name.in_(lang),
            "group": card.unit.group,
            "region": card.unit.region,
        }
        yield unit | _index(result, card)
        tree = [("", each) for each in result.edition.criteria if each.applies(card.group)]
        for block, each in (*tree, *result.edition.items):
            at = (card.unit.id, each.id)
            yield unit | {"block": block} | _criterion(card, each, empty.get(at), set_.get(at))


def _index(result: Result, card: Scorecard) -> dict[str, str]:
    whole = result.edition.total
    points, rate, total = (
        card.index(each, rounded=True) for each in (Quantity.BASE, Quantity.RATE, Quantity.TOTAL)
    )
    return {
        "criterion": INDEX,
        "points": _decimal(points),
        "attainable": _decimal(card.total_attainable),
        "max": "" if whole is None else exact_text(whole.of(card.group)),
        "state": card.state.word,
        "rate": _decimal(rate),
        "class": card.class_name or "",
        "points_exact": number(points) or "",
        "rate_exact": number(rate) or "",
        "total": _decimal(total),
        "total_exact": number(total) or "",
        "class_open": " | ".join(card.class_open),
        **_places(result, card),
        **_still_open(card.provisional),
        "bonus": _decimal(card.block("bonus")),
        "penalty": _decimal(card.block("penalty")),
    }


def _criterion(
    card: Scorecard, each: Criterion, why: Empty | None, given: PointsSet | None
) -> dict[str, str]:
    points = card.points(each.id)
    known = {
        "criterion": each.id,
        "code": each.code,
        "max": "" if each.max is None else exact_text(each.max.of(card.group)),
    }
    if each.id in card.unreached:
        return known | {"effect": NOT_REACHED}
    return known | {
        "points": _decimal(points),
        "attainable": _decimal(card.attainable(each.id)),
        "state": points.state.word,
        "evidence": "" if why is None else why.state.word,
        "effect": "" if why is None or why.effect is None else why.effect.kind.value,
        "points_exact": number(points) or "",
        "computed": "" if given is None else _decimal(given.computed) or given.computed.state.word,
        "reason": "" if given is None else given.given.note,
        **_stated_cells(None if why is None else why.stated),
    }


def method_rows(result: Result, lang: str) -> Iterator[dict[str, str]]:
    """A row for each unit and method; a blank method holds what the leaves do not tell apart."""
    for card in result.scorecards:
        for each in by_method(result.edition, card):
            yield {
                "unit": card.unit.id,
                "name": card.unit.name.in_(lang),
                "method": "" if each.method is None else each.method.value,
                "points": _decimal(each.points),
                "attainable": _decimal(each.attainable),
                "max": "" if each.max is None else exact_text(each.max),
                "state": "" if each.points is None else each.points.state.word,
                "points_exact": number(each.points) or "",
            }


def _places(result: Result, card: Scorecard) -> dict[str, str]:
    """The place in each circle; the columns of that among all have no name behind them."""
    cells: dict[str, str] = {}
    for within in Within:
        place = result.place(card.unit.id, within.value)
        end = "" if within is Within.ALL else f"_{within.value}"
        if place is not None:
            cells |= {f"place{end}": str(place.place), f"among{end}": str(place.among)}
            cells[f"place{end}_open"] = "yes" if place.open else "no"
    return cells


def _still_open(open_: Provisional | None) -> dict[str, str]:
    if open_ is None:
        return {}
    cells = {"open": str(len(open_.leaves))}
    spans = {"": open_.rate or open_.total or open_.base, "total_": open_.total}
    for start, span in spans.items():
        if span is not None:
            cells |= {f"{start}lowest": exact_text(span[0]), f"{start}highest": exact_text(span[1])}
    return cells
