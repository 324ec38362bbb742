"""What changed, as plain data: exact numbers as text, ids, words of this room's enumerations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from parcore.change.attribution import Attribution, Parts, Split, UnitSplit
from parcore.change.editions import CriterionChange, EditionChange
from parcore.change.places import PlaceSplit
from parcore.change.policies import PolicyChange
from parcore.change.telling import PARTS, PLACES
from parcore.editions.edition import Criterion, Effect
from parcore.i18n import Text
from parcore.numbers import exact_text
from parcore.readings.analysis.edition import shared_groups
from parcore.readings.analysis.equivalence import Region
from parcore.results.output import to_dict
from parcore.results.result import Result
from parcore.values import Value


def plain(
    change: EditionChange | None, why: Attribution | None, results: tuple[Result, Result] | None, lang: str
) -> dict[str, Any]:
    """Everything that `compare` knows."""
    told: dict[str, Any] = {}
    if change is not None:
        told["editions"] = edition_change(change)
    if results is not None:
        told["first"], told["second"] = (to_dict(each, lang) for each in results)
    if why is not None:
        told["why"] = attribution(why)
    return told


def edition_change(change: EditionChange) -> dict[str, Any]:
    """Criteria that changed, with the regions in which points differ; policies; what is the same."""
    return {
        "first": change.first.key,
        "second": change.second.key,
        "criteria": [_criterion(each, change) for each in change.criteria],
        "policies": [_policy(each) for each in change.policies],
        "same": [each.id for each in change.same],
    }


def _criterion(each: CriterionChange, change: EditionChange) -> dict[str, Any]:
    groups = shared_groups(change.first, change.second)
    return {
        "first": [_node(node) for node in each.match.first],
        "second": [_node(node) for node in each.match.second],
        "kinds": [kind.value for kind in each.kinds],
        "maxima": {group: [_number(top) for top in each.maxima(group)] for group in groups},
        "rules": [
            {
                "part": rule.part,
                "groups": [group for group in rule.groups if group],
                "why_not": rule.why,
                "regions": [_region(region) for region in rule.regions],
            }
            for rule in each.rules
        ],
        "emptiness": [
            {"state": one.state.word, "first": _effect(one.first), "second": _effect(one.second)}
            for one in each.effects
        ],
    }


def _node(node: Criterion) -> dict[str, Any]:
    source = node.source
    return {
        "id": node.id,
        "code": node.code,
        "title": _text(node.title),
        "clause": "" if source is None else source.clause,
        "basis": None if source is None else source.basis.value,
    }


def _text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _effect(effect: Effect | None) -> str | None:
    return None if effect is None else effect.kind.value


def _region(region: Region) -> dict[str, Any]:
    given = region.given or (None, None)
    numbers = {} if region.witness is None else region.witness.numbers
    words = {} if region.witness is None else region.witness.words
    return {
        "where": {axis: str(part) for axis, part in region.cell.items()},
        "witness": {
            name + (f"@-{lag}" if lag else ""): words.get((name, lag)) or exact_text(number)
            for (name, lag), number in numbers.items()
        },
        "first": _value(given[0]),
        "second": _value(given[1]),
    }


def _value(value: Value | None) -> str | None:
    if value is None:
        return None
    return value.state.word if value.known is None else exact_text(value.known)


def _policy(each: PolicyChange) -> dict[str, Any]:
    return {
        "policy": each.name,
        "first": [_text(said) for said in each.first],
        "second": [_text(said) for said in each.second],
    }


def attribution(why: Attribution) -> dict[str, Any]:
    """Each unit's change and its parts, exact: they add up to it."""
    return {
        "first": {
            "edition": why.first.edition.key,
            "period": str(why.first.period),
            "stage": why.first.stage.value,
        },
        "second": {
            "edition": why.second.edition.key,
            "period": str(why.second.period),
            "stage": why.second.stage.value,
        },
        "units": [_unit(each) for each in why.units],
        "only_first": [unit.id for unit in why.only_first],
        "only_second": [unit.id for unit in why.only_second],
    }


def _unit(each: UnitSplit) -> dict[str, Any]:
    return {
        "first": each.first.id,
        "second": each.second.id,
        "label": each.label,
        "quantity": each.quantity.value,
        "index": _split(each.index),
        "groups": [_split(one) for one in each.groups],
        "criteria": [_split(one) for one in each.criteria],
        "places": None if each.places is None else _places(each.places),
    }


def _split(each: Split) -> dict[str, Any]:
    match = each.match
    named = {} if match is None else {
        "criteria_first": [node.id for node in match.first],
        "criteria_second": [node.id for node in match.second],
    }  # fmt: skip
    return named | {
        "first": _number(each.first),
        "second": _number(each.second),
        "parts": None if each.parts is None else _parts(each.parts),
        "not_comparable_because": None if each.aside is None else each.aside.value,
    }


def _parts(parts: Parts) -> dict[str, str]:
    return {name: exact_text(getattr(parts, name)) for name in PARTS}


def _places(places: PlaceSplit) -> dict[str, Any]:
    return {
        "first": places.first,
        "second": places.second,
        "among": list(places.among),
        "within": places.within.value,
        "parts": None
        if places.parts is None
        else {name: exact_text(getattr(places.parts, name)) for name in PLACES},
    }


def _number(number: Fraction | None) -> str | None:
    return None if number is None else exact_text(number)
