"""A plan as plain data for programs: JSON, and rows of CSV. Numbers are exact text."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from parcore.audit.appeal import Standing
from parcore.change.plan.proposals import Beside, Certificate, Change, Effect, Need, Plan, Proposal, Together
from parcore.numbers import exact_text
from parcore.results.output import number

CSV_COLUMNS: Final = (
    "criterion", "goal", "fields", "from", "to", "least", "points", "points_after", "attainable", "gain",
    "index", "index_after", "place", "place_after", "class", "class_after", "left_out",
)  # fmt: skip


def plan_data(plan: Plan) -> dict[str, Any]:
    """A plan whole, each proposal with its proof."""
    return {
        "edition": plan.result.edition.key,
        "period": str(plan.result.period),
        "unit": plan.unit.id,
        "proposals": [_proposal(each) for each in plan.proposals],
        "needs": [_need(each) for each in plan.needs],
        "left_out": [
            {"criterion": each.criterion.id, "field": each.field or None, "reason": each.reason.value}
            for each in plan.left_out
        ],
    }


def together_data(found: Together) -> dict[str, Any]:
    """What several changes bring at once."""
    return {
        "changes": [
            {
                "unit": each.unit,
                "field": each.field,
                "value": each.text or each.value.state.word,
                "gain": _text(gain),
            }
            for each, gain in zip(found.changes, found.alone, strict=True)
        ],
        "gain": _text(found.gain),
        "before": _standing(found.before),
        "after": _standing(found.after),
        "criteria": [_beside(each) for each in found.moved],
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    before, after = proposal.effect.before, proposal.effect.after
    return {
        "criterion": proposal.criterion.id,
        "goal": proposal.goal.value,
        "changes": [_change(each) for each in proposal.changes],
        "points": number(before.points),
        "points_after": number(after.points),
        "attainable": number(before.attainable),
        **_effect(proposal.effect),
        "least": proposal.least,
        "certificate": None if proposal.certificate is None else _certificate(proposal.certificate),
    }


def _change(change: Change) -> dict[str, Any]:
    held = None if change.held is None else change.held.text or change.held.value.state.word
    return {
        "field": change.to.field,
        "from": held,
        "to": change.to.text,
        "attained": change.attained,
        "scored": change.scored.text,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "gain": _text(effect.gain),
        "before": _standing(effect.before),
        "after": _standing(effect.after),
        "other_criteria": [_beside(each) for each in effect.beside],
    }


def _certificate(certificate: Certificate) -> dict[str, Any]:
    parts = [
        {"numbers": {name: str(each) for name, each in part.numbers.items()}, "most": _text(part.most)}
        for part in certificate.parts
    ]
    return {"wanted": str(certificate.wanted), "parts": parts}


def _need(need: Need) -> dict[str, Any]:
    return {
        "criterion": need.criterion.id,
        "fields": {name: state.word for name, state in need.fields},
        "points": number(need.points),
        "most": _text(need.most),
        "gaining": None if need.gaining is None else str(need.gaining),
        "options": {option: exact_text(points) for option, points in need.options},
        "effect": None if need.effect is None else _effect(need.effect),
    }


def _beside(beside: Beside) -> dict[str, Any]:
    return {
        "criterion": beside.criterion.id,
        "points": number(beside.before),
        "points_after": number(beside.after),
    }


def _standing(standing: Standing) -> dict[str, Any]:
    places = [{"circle": p.circle, "place": p.place, "among": p.among} for p in standing.places]
    return {"index": _text(standing.index), "class": standing.class_name, "places": places}


def _text(value: Fraction | None) -> str | None:
    return None if value is None else exact_text(value)


def csv_rows(plan: Plan) -> Iterator[dict[str, str]]:
    """A row for each proposal; then one for each need, and for all that is left out."""
    for each in plan.proposals:
        data, changes = _proposal(each), [_change(one) for one in each.changes]
        row = {
            key: data[key] for key in ("criterion", "goal", "points", "points_after", "attainable", "gain")
        }
        row["fields"] = "; ".join(one["field"] for one in changes)
        row["from"] = "; ".join(one["from"] or "" for one in changes)
        row["to"] = "; ".join(_to(one) for one in each.changes)
        row["least"] = "yes" if each.least else "no"
        for key, standing in (("", each.effect.before), ("_after", each.effect.after)):
            row["index" + key], row["class" + key] = _text(standing.index), standing.class_name
            row["place" + key] = next((str(p.place) for p in standing.places if p.circle == "all"), "")
        yield {key: value or "" for key, value in row.items()}
    for need in plan.needs:
        fields, states = zip(*need.fields, strict=True)
        yield {
            "criterion": need.criterion.id,
            "goal": "need",
            "fields": "; ".join(fields),
            "from": "; ".join(state.word for state in states),
            "points": number(need.points) or "",
            "points_after": _text(need.most) or "",
        }
    for left in plan.left_out:
        yield {"criterion": left.criterion.id, "fields": left.field, "left_out": left.reason.value}


def _to(change: Change) -> str:
    if change.attained:
        return change.to.text
    return f"{'>' if change.scored.value.number > change.to.value.number else '<'} {change.to.text}"
