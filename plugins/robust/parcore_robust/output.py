"""A study as plain data and as rows: for programs, and for tables."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from parcore.i18n import say
from parcore.numbers import decimals, exact_text, shown
from parcore.rules.policies import Level, Quantity
from parcore.version import __version__
from parcore_robust.facts import plain_share
from parcore_robust.standing import Beside, Drawn, Span, Standing, Study, Swap
from parcore_robust.words import tell

ROWS: Final = (
    "unit", "name", "place", "among", "index", "class", "best_90", "median", "worst_90",
    "best_drawn", "worst_drawn", "share_same", "best_possible", "worst_possible",
    "best_reached", "worst_reached", "above_next", "level_next", "below_next", "classes",
)  # fmt: skip
"""The columns of a row; those of the draws are empty where nothing was drawn."""


def to_dict(study: Study, lang: str) -> dict[str, Any]:
    """All that a study found, and what it needs to be done again; numbers are exact texts."""
    result = study.result
    return {
        "kind": "robustness",
        "from": study.origin.value,
        "edition": result.edition.key,
        "period": str(result.period),
        "stage": result.stage.value,
        "basis": result.edition.source.basis.value,
        "circle": study.circle,
        "parcore": __version__,
        "evidence": _evidence(study),
        "record": dict(study.record),
        "rests_on": [each.in_(lang) for each in study.facts],
        "does_not_hold": [each.in_(lang) for each in study.cautions],
        "units": [_standing(each, lang) for each in study.standings],
        "components": [{"component": id_, "weight": exact_text(weight)} for id_, weight in study.parts],
        "swaps": [_swap(each, study) for each in study.swaps],
        "no_swap": [
            {"unit": unit.id, "above": other.id, "why": why.in_(lang)} for unit, other, why in study.unswapped
        ],
    }


def _evidence(study: Study) -> list[dict[str, Any]]:
    """The sources of the evidence of the period, each with its basis and how many statements have it."""
    found: dict[tuple[str, str], int] = {}
    for each in study.result.evidence.of(study.result.period):
        key = ("", "") if each.source is None else (str(each.source), each.source.basis.value)
        found[key] = found.get(key, 0) + 1
    return [{"source": source, "basis": basis, "statements": n} for (source, basis), n in found.items()]


def _span(span: Span | None) -> list[int] | None:
    return None if span is None else [span.best, span.worst]


def _standing(each: Standing, lang: str) -> dict[str, Any]:
    return {
        "unit": each.unit.id,
        "name": each.unit.name.in_(lang),
        "place": each.place,
        "among": each.among,
        "index": None if each.number is None else exact_text(each.number),
        "class": each.class_name or None,
        "drawn": None if each.drawn is None else _drawn(each.drawn),
        "possible": _span(each.possible),
        "reached": _span(each.reached),
        "classes": dict(each.classes),
        "next_above": None if each.beside is None else _beside(each.beside),
    }


def _drawn(drawn: Drawn) -> dict[str, Any]:
    return {
        "interval": _span(drawn.interval),
        "median": drawn.median,
        "seen": _span(drawn.seen),
        "same": exact_text(drawn.same),
        "draws": drawn.draws,
    }


def _beside(beside: Beside) -> dict[str, Any]:
    return {
        "unit": beside.other.id,
        "draws_above_it": beside.above,
        "draws_level": beside.level,
        "draws_below_it": beside.below,
    }


def _swap(swap: Swap, study: Study) -> dict[str, Any]:
    names = [id_ for id_, _ in study.parts]
    return {
        "unit": swap.unit.id,
        "above": swap.other.id,
        "norm": swap.norm.value,
        "size": exact_text(swap.size),
        "level_at": dict(zip(names, map(exact_text, swap.weights), strict=True)),
        "swapped_at": None
        if swap.past is None
        else dict(zip(names, map(exact_text, swap.past), strict=True)),
        "within_bounds": swap.within,
    }


def rows(study: Study, lang: str) -> list[dict[str, str]]:
    """A row for each unit, exact."""
    return [_row(each, lang) for each in study.standings]


def _row(each: Standing, lang: str) -> dict[str, str]:
    row = {
        "unit": each.unit.id,
        "name": each.unit.name.in_(lang),
        "place": "" if each.place is None else str(each.place),
        "among": str(each.among or ""),
        "index": "" if each.number is None else exact_text(each.number),
        "class": each.class_name,
        "classes": "; ".join(f"{name or '-'}: {n}" if n else name for name, n in each.classes.items()),
    }
    for word, span in (("possible", each.possible), ("reached", each.reached)):
        row[f"best_{word}"], row[f"worst_{word}"] = (
            ("", "") if span is None else (str(span.best), str(span.worst))
        )
    drawn, beside = each.drawn, each.beside
    if drawn is not None:
        row["best_90"], row["worst_90"] = str(drawn.interval.best), str(drawn.interval.worst)
        row["best_drawn"], row["worst_drawn"] = str(drawn.seen.best), str(drawn.seen.worst)
        row["median"], row["share_same"] = str(drawn.median), exact_text(drawn.same)
    if beside is not None and drawn is not None:
        row["above_next"], row["level_next"] = str(beside.above), str(beside.level)
        row["below_next"] = str(beside.below)
    return row


def index_of(study: Study, each: Standing, lang: str) -> str:
    """The number that a unit is ranked by, as results print it, few decimals at most; a dash for none."""
    digits = study.result.edition.rounding.digits.get(Level.INDEX)
    if each.number is None:
        return "–"
    if digits is None:
        places = decimals(each.number)
        return shown(each.number, lang, 2) + "…" if places is None or places > 4 else shown(each.number, lang)
    return shown(each.number, lang, digits)


def index_word(study: Study, lang: str) -> str:
    """What that number is called."""
    ranking = study.result.edition.ranking
    rate = ranking is not None and ranking.on.quantity is Quantity.RATE
    return say("rate" if rate else "points", lang)


def classes_of(each: Standing, lang: str) -> str:
    """The classes of a unit with their shares of the draws; without draws those that are possible."""
    counts = {name or "–": n for name, n in each.classes.items()}
    total = sum(counts.values())
    if not total:
        return ", ".join(counts)
    if len(counts) == 1:
        return next(iter(counts))
    best = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {plain_share(Fraction(n, total), lang)}" for name, n in best)


def title_of(study: Study, lang: str) -> str:
    """What a study is of."""
    result = study.result
    what = tell(f"title-{study.origin.value}").in_(lang)
    return f"{result.edition.title.in_(lang)} ({result.edition.key}) — {result.period}: {what}"
