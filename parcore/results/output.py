"""Results for programs: JSON. Numbers are decimal strings, a fraction where no decimal is exact."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from parcore.diagnostics import Place as At
from parcore.diagnostics import stop
from parcore.documents.saved import parse_saved
from parcore.documents.text import decode
from parcore.editions.edition import Criterion
from parcore.evidence.evidence import Observation
from parcore.numbers import exact_text
from parcore.packages import readable
from parcore.results.by_method import by_method
from parcore.results.change import Change, Earlier, changes
from parcore.results.provisional import Provisional
from parcore.results.published import Comparison, compared
from parcore.results.rests import evidence_basis, rests_on
from parcore.results.result import Result, Scorecard
from parcore.results.stated import Stated
from parcore.rules.policies import Quantity
from parcore.values import Value
from parcore.version import __version__

FORMAT: Final = "parcore-result-1"
NOT_REACHED: Final = "not_reached"
"""What stands for the state of a leaf that is never come to, because a rule before it counts."""


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
        **({} if result.on is None else {"units_of": str(result.on)}),
        **_assumed(result),
        "units": [_unit(result, card, lang) | _change(moved.get(card.unit.id)) for card in result.scorecards],
        **_beyond_rules(result),
        "without_evidence": [unit.id for unit in result.without_evidence],
        "unused_fields": list(result.unused_fields),
        "rests_on": [evidence_basis(result, lang), *rests_on(edition, lang)],
        "observations": _observations(result, lang),
    }


def _assumed(result: Result) -> dict[str, Any]:
    """What was put in the place of evidence."""
    return {
        "assumed": [
            {
                "unit": each.given.unit,
                "field": each.given.field,
                "value": each.given.text,
                "evidence": None if each.held is None else each.held.text or each.held.value.state.word,
            }
            for each in result.assumed
        ],
    }


def _beyond_rules(result: Result) -> dict[str, Any]:
    """What was empty, what an appraiser set, which methods were left out."""
    return {
        "empty": [
            {
                "unit": each.unit.id,
                "criterion": each.criterion.id,
                "state": each.state.word,
                "effect": None if each.effect is None else each.effect.kind.value,
                **_stated(each.stated),
            }
            for each in result.empty
        ],
        "points_set": [
            {
                "unit": each.unit.id,
                "criterion": each.criterion.id,
                "points": number(each.given.value),
                "computed": number(each.computed),
                "stage": each.given.stage.value,
                "reason": each.given.note,
            }
            for each in result.points_set
        ],
        "absent": [
            {"method": each.method.value, "basis": each.source.basis.value, "source": str(each.source)}
            for each in result.absent
        ],
    }


def _stated(stated: Stated | None) -> dict[str, Any]:
    """What evidence bounds without stating it, and the least and the most points that this allows."""
    if stated is None:
        return {}
    allows = None if stated.points is None else [exact_text(end) for end in stated.points]
    return {"stated": [{"field": each.field, "value": each.text} for each in stated.data], "allows": allows}


def _observations(result: Result, lang: str) -> list[dict[str, Any]]:
    """The figures that others printed; `computed` and `finding` where the result decides them."""
    found = {each.observation: each for each in compared(result)}
    return [_observation(each, found.get(each), lang) for each in result.observations]


def _observation(each: Observation, found: Comparison | None, lang: str) -> dict[str, Any]:
    computed = None if found is None else found.figure
    return {
        "about": each.about,
        "quantity": each.quantity,
        "value": number(each.value) or each.text,
        "computed": exact_text(computed) if isinstance(computed, Fraction) else computed,
        "finding": None if found is None else found.finding,
        "basis": each.source.basis.value,
        "source": str(each.source),
        "note": each.note.in_(lang),
        "explained": each.explained.in_(lang),
        **({} if each.stated_in is None else {"stated_in": str(each.stated_in)}),
    }


def _provisional(open_: Provisional | None) -> dict[str, Any] | None:
    """What waits for its appraisal, and between which numbers the index can still move."""
    if open_ is None:
        return None
    spans = {"points": open_.base, "total": open_.total, "rate": open_.rate}
    bounded = [leaf.id for leaf in open_.leaves if leaf.id in open_.bounded]
    return {"open": [leaf.id for leaf in open_.leaves], "bounded": bounded} | {
        name: None if span is None else [exact_text(end) for end in span] for name, span in spans.items()
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
        "bonus": number(card.block("bonus")),
        "penalty": number(card.block("penalty")),
        "total": number(card.index(Quantity.TOTAL, rounded=True)),
        "total_unrounded": number(card.index(Quantity.TOTAL, rounded=False)),
        "provisional": _provisional(card.provisional),
        "class": card.class_name,
        "class_open": list(card.class_open),
        "class_moves": moves(card),
        "places": [
            {"circle": each.circle, "place": each.place, "among": each.among, "open": each.open}
            for each in result.places.get(card.unit.id, ())
        ],
        "criteria": [_criterion(card, each) for each in result.edition.criteria if each.applies(card.group)],
        "methods": [
            {
                "method": None if each.method is None else each.method.value,
                "points": number(each.points),
                "attainable": number(each.attainable),
                "max": None if each.max is None else exact_text(each.max),
                "state": None if each.points is None else each.points.state.word,
            }
            for each in by_method(result.edition, card)
        ],
        "adjustments": [
            {
                "id": each.id,
                "block": block,
                "points": number(card.points(each.id)),
                "max": None if each.max is None else exact_text(each.max.of(card.group)),
                "state": card.points(each.id).state.word,
            }
            for block, each in result.edition.items
        ],
    }


def _criterion(card: Scorecard, each: Criterion) -> dict[str, Any]:
    reached = each.id not in card.unreached
    return {
        "id": each.id,
        "code": each.code,
        "points": number(card.points(each.id)) if reached else None,
        "attainable": number(card.attainable(each.id)) if reached else None,
        "max": None if each.max is None else exact_text(each.max.of(card.group)),
        "state": card.points(each.id).state.word if reached else NOT_REACHED,
    }


def moves(card: Scorecard) -> list[dict[str, Any]]:
    """The steps by which a class was decided, as plain data."""
    return [
        {
            "step": each.step.value,
            "from": each.before,
            "to": each.after,
            "said": each.said,
            "criteria": list(each.criteria),
            "state": each.state.word,
            "open": list(each.open_),
        }
        for each in card.moves
    ]


def to_json(result: Result, lang: str, earlier: Earlier | None = None) -> str:
    """The result as JSON text."""
    return json.dumps(to_dict(result, lang, earlier), ensure_ascii=False, indent=2)


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
        data = parse_saved(decode(written, str(path)), str(path))
        if data["format"] != FORMAT:
            raise KeyError("format")
        return Earlier.from_dict(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise stop("result-file", at, problem=f"{type(error).__name__}: {error}") from error
