"""Results for programs: JSON and CSV. Numbers are decimal strings, a fraction where no decimal is exact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from parcore.diagnostics import Place as At
from parcore.diagnostics import stop
from parcore.documents.text import decode
from parcore.numbers import decimal_text, decimals, exact_text
from parcore.packages import readable
from parcore.results.change import Change, Earlier, changes
from parcore.results.rests import evidence_basis, rests_on
from parcore.results.result import Result, Scorecard
from parcore.rules.policies import Quantity
from parcore.values import Value
from parcore.version import __version__

FORMAT: Final = "parcore-result-1"
CSV_COLUMNS: Final = (
    "unit", "name", "criterion", "code", "points", "attainable", "max", "state", "evidence", "effect",
    "rate", "class", "place", "among", "points_exact", "rate_exact",
)  # fmt: skip
CSV_DIGITS: Final = 6
"""Decimals in a table where no number of them is exact; the exact columns have the fraction."""


def number(value: Value | None) -> str | None:
    """A value's number as text; None where it has none or nobody knows it."""
    return None if value is None or value.known is None else exact_text(value.known)


def to_dict(result: Result, lang: str, earlier: Earlier | None = None) -> dict[str, Any]:
    """The result as plain data; the keys are stable, texts are in `lang`."""
    edition = result.edition
    moved = changes(result, earlier)
    return {
        "format": FORMAT,
        "parcore": __version__,
        "edition": edition.key,
        "decision": None if edition.decision is None else edition.decision.number,
        "period": str(result.period),
        "stage": result.stage.value,
        "assumed": [
            {
                "unit": each.given.unit,
                "field": each.given.field,
                "value": each.given.text,
                "evidence": None if each.held is None else each.held.text or each.held.value.state.word,
            }
            for each in result.assumed
        ],
        "units": [_unit(result, card, lang) | _change(moved.get(card.unit.id)) for card in result.scorecards],
        "empty": [
            {
                "unit": each.unit.id,
                "criterion": each.criterion.id,
                "state": each.state.word,
                "effect": None if each.effect is None else each.effect.kind.value,
            }
            for each in result.empty
        ],
        "without_evidence": [unit.id for unit in result.without_evidence],
        "unused_fields": list(result.unused_fields),
        "rests_on": [evidence_basis(result, lang), *rests_on(edition, lang)],
        "observations": [
            {
                "about": each.about,
                "quantity": each.quantity,
                "value": number(each.value),
                "basis": each.source.basis.value,
                "source": str(each.source),
                "note": each.note.in_(lang),
            }
            for each in result.observations
        ],
    }


def _change(change: Change | None) -> dict[str, Any]:
    if change is None:
        return {}
    points, places = change.points, change.places
    return {"change": {"points": None if points is None else exact_text(points), "places": places}}


def _unit(result: Result, card: Scorecard, lang: str) -> dict[str, Any]:
    return {
        "unit": card.unit.id,
        "name": card.unit.name.in_(lang),
        "group": card.group,
        "region": card.unit.region,
        "state": card.state.word,
        "points": number(card.index(Quantity.BASE, rounded=True)),
        "points_unrounded": number(card.index(Quantity.BASE, rounded=False)),
        "attainable": number(card.total_attainable),
        "rate": number(card.index(Quantity.RATE, rounded=True)),
        "rate_unrounded": number(card.index(Quantity.RATE, rounded=False)),
        "class": card.class_name,
        "places": [
            {"circle": each.circle, "place": each.place, "among": each.among}
            for each in result.places.get(card.unit.id, ())
        ],
        "criteria": [
            {
                "id": each.id,
                "code": each.code,
                "points": number(card.points(each.id)),
                "attainable": number(card.attainable(each.id)),
                "max": None if each.max is None else exact_text(each.max.of(card.group)),
                "state": card.points(each.id).state.word,
            }
            for each in result.edition.criteria
        ],
    }


def to_json(result: Result, lang: str, earlier: Earlier | None = None) -> str:
    """The result as JSON text."""
    return json.dumps(to_dict(result, lang, earlier), ensure_ascii=False, indent=2)


def _decimal(value: Value | None) -> str:
    if value is None or value.known is None:
        return ""
    exact = decimals(value.number) is not None
    return exact_text(value.number) if exact else decimal_text(value.number, CSV_DIGITS)


def csv_rows(result: Result, lang: str) -> Iterator[dict[str, str]]:
    """A row for each unit's index, then for each of its criteria.

    `evidence` and `effect` say of a leaf why it has no number of its own, and what became of it.
    """
    empty = {(each.unit.id, each.criterion.id): each for each in result.empty}
    for card in result.scorecards:
        unit = {"unit": card.unit.id, "name": card.unit.name.in_(lang)}
        place = result.place(card.unit.id)
        points, rate = (card.index(each, rounded=True) for each in (Quantity.BASE, Quantity.RATE))
        yield unit | {
            "criterion": "index",
            "points": _decimal(points),
            "attainable": _decimal(card.total_attainable),
            "max": "" if result.edition.total is None else exact_text(result.edition.total.of(card.group)),
            "state": card.state.word,
            "rate": _decimal(rate),
            "class": card.class_name or "",
            "place": "" if place is None else str(place.place),
            "among": "" if place is None else str(place.among),
            "points_exact": number(points) or "",
            "rate_exact": number(rate) or "",
        }
        for each in result.edition.criteria:
            why = empty.get((card.unit.id, each.id))
            yield unit | {
                "criterion": each.id,
                "code": each.code,
                "points": _decimal(card.points(each.id)),
                "attainable": _decimal(card.attainable(each.id)),
                "max": "" if each.max is None else exact_text(each.max.of(card.group)),
                "state": card.points(each.id).state.word,
                "evidence": "" if why is None else why.state.word,
                "effect": "" if why is None or why.effect is None else why.effect.kind.value,
                "points_exact": number(card.points(each.id)) or "",
            }


def read_earlier(path: Path) -> Earlier:
    """An earlier result from the JSON that `to_json` writes.

    Raises:
        ParcoreError: no such file, or not such a result.
    """
    at = At(str(path))
    with readable(str(path)):
        if not path.is_file():
            raise stop("file-not-found", at)
        written = path.read_bytes()
    try:
        data = json.loads(decode(written, str(path)))
        if data["format"] != FORMAT:
            raise KeyError("format")
        return Earlier.from_dict(data)
    except (json.JSONDecodeError, RecursionError) as error:
        raise stop("result-file", at, problem=error) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise stop("result-file", at, problem=f"{type(error).__name__}: {error}") from error
