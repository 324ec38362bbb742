"""Policies: conversion, bonus and penalty, absent methods, classes of every kind, ranking."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from parcore.testing.documents import Plain
from parcore.testing.leaves import SOURCE
from parcore.testing.measures import measures
from parcore.testing.scales import edges
from parcore.testing.setting import Amount, F, Setting, number_text, times, written
from parcore.testing.trees import METHODS, Grove, Grown
from parcore.values import ALWAYS_POSSIBLE

NAMES: Final = ("excellent", "good", "done", "not_done")
UNRANKED: Final = "u4"
_READS: Final = ("total", "rate", "base")


def policies(at: Setting, parts: list[Grown], total: Amount, known: bool) -> Plain:
    """The policies of an edition over a tree; `known`: whether every maximum is."""
    found: Plain = {}
    if known and at.chance(3):
        found["conversion"] = {"to": written(at.amount(lambda: at.one_of(F(100), F(50))))}
    if at.chance(2):
        found["adjustments"] = _adjustments(at, total)
    methods = [method for method in METHODS if any(_has(part.data, method) for part in parts)]
    if known and methods and at.chance(2):
        found["absent"] = [{"method": at.one_of(*methods), "effect": "exclude", "source": dict(SOURCE)}]
    ids = [id_ for part in parts for id_ in _ids(part.data)]
    if at.chance(4) is False:
        found["ranking"] = _ranking(at, ids, known)
        found["classes"] = _many(at, total, "ranking" in found, known)
    return found


def _has(data: Plain, method: str) -> bool:
    return data.get("method") == method or any(_has(each, method) for each in data.get("criteria", ()))


def _ids(data: Plain) -> list[str]:
    return [data["id"], *(id_ for each in data.get("criteria", ()) for id_ in _ids(each))]


def _reads(at: Setting, known: bool) -> Plain:
    return {"quantity": at.one_of(*_READS) if known else "base", "rounded": at.one_of("no", "yes")}


# Bonus and penalty


def _adjustments(at: Setting, total: Amount) -> Plain:
    found: Plain = {
        "at_least": "0",
        "at_most": written(times(total, dict.fromkeys(total, at.one_of(F(1), F(3))))),
    }
    blocks = at.one_of(("bonus", "penalty"), ("bonus",), ("penalty",))
    for word in blocks:
        inner = evolve(at, penalty=word == "penalty", in_group=False)
        grove = Grove(inner, prefix=word[0])
        top = inner.amount(lambda: at.one_of(F(2), F(1)))
        kinds = ("scored", "choice", "conditions", "deduct", "mean_over", "peers")
        items = [grove.leaf(inner, top, kind=at.one_of(*kinds)).data for _ in range(at.one_of(1, 2))]
        found[word] = {"cap": at.one_of("1", "3"), "criteria": items}
    return found


# Classes


def _many(at: Setting, total: Amount, ranked: bool, known: bool) -> Any:
    """One set of classes, or one for each span of years."""
    if not at.chance(4):
        return _classes(at, total, ranked, known)
    spans: list[Plain] = [{"from": "2020", "to": "2023"}, {"from": "2024"}]
    return [span | _classes(at, total, ranked, known) for span in spans]


def _classes(at: Setting, total: Amount, ranked: bool, known: bool) -> Plain:
    reads = _reads(at, known)
    size = dict.fromkeys(total, F(100)) if reads["quantity"] == "rate" else total
    bands, zones = _bands(at, size, known)
    names = [band["name"] for band in bands]
    found: Plain = {"on": reads, "bands": bands}
    if at.chance(3):
        found["vetoes"] = [_limit(at, "class", names[1:], n) for n in range(at.one_of(1, 2))]
    if at.chance(3):
        found["caps"] = [_limit(at, "at_most", names[1:], n + 2) for n in range(at.one_of(1, 2))]
    if zones:
        found["open"] = zones
    elif ranked and at.chance(2):
        found["quota"] = [_quota(at, names)]
    return found


def _bands(at: Setting, size: Amount, known: bool) -> tuple[list[Plain], list[Plain]]:
    """Bands that join, by group where their edges differ, some with gates, and perhaps an open zone."""
    cuts = at.one_of((F(4, 5), F(1, 2)), (F(3, 4), F(1, 2), F(1, 4)), (F(9, 10), F(4, 5)))
    closed = [at.chance(2) for _ in cuts]
    opened = at.one_of(1, len(cuts)) if at.chance(4) else 0
    bands: list[Plain] = []
    zones: list[Plain] = []
    for n in range(len(cuts) + 1):
        each, gap = {}, {}
        for group, most in size.items():
            low = "(…" if n == len(cuts) else ("(" if closed[n] else "[") + number_text(cuts[n] * most)
            high = "…)" if n == 0 else number_text(cuts[n - 1] * most) + ("]" if closed[n - 1] else ")")
            if n and n == opened:
                under = number_text((cuts[n - 1] - F(1, 20)) * most)
                gap[group], high = f"[{under},{high}", f"{under})"
            each[group] = f"{low},{high}"
        if gap:
            between = [NAMES[n - 1], NAMES[n]]
            zones.append({"between": between, "in": _once(gap), "basis": "illustrative", "note": "x"})
        band: Plain = {"name": NAMES[n], "in": _once(each)}
        if n < len(cuts) and at.chance(3):
            band["require"] = [_gate(at, known)]
        bands.append(band)
    return bands, zones


def _once(each: dict[str, str]) -> Any:
    """What is the same for every group, written once."""
    return next(iter(each.values())) if len(set(each.values())) == 1 else each


def _gate(at: Setting, known: bool) -> Plain:
    asked = (
        at.one_of({"points": "> 0"}, {"at_least": "50%"}, {"at_least": "100%"})
        if known
        else {"points": "> 0"}
    )
    every = at.one_of("leaf", "criterion", "component")
    ends = {"rounded": at.one_of("no", "yes"), "excluded": at.one_of("passes", "fails")}
    return {"every": every, **asked, **ends}


def _limit(at: Setting, word: str, names: list[str], n: int) -> Plain:
    """A fact that holds a class down: a condition on fields, or on measures that it names."""
    fact: Plain
    possible = set(ALWAYS_POSSIBLE)
    if at.chance(2):
        data, measure = measures(at, "days", "ratio", "value", "count")
        edge = number_text(at.one_of(*edges(measure.range(at.groups[0]))))
        fact = {"if": f"x > {edge} " + " " * n, "measures": {"x": data}}
        possible |= measure.states()
    else:
        name = ("plan", "late", "rate", "target")[n]
        conditions = {
            "plan": "plan = never",
            "late": "late > 3",
            "rate": "rate < 50%",
            "target": "target = not_met",
        }
        fact = {"if": conditions[name]}
        possible |= at.vocabulary.fields[name].states
    verdict = at.one_of("holds", "withhold")
    when: Plain = {state.word: verdict for state in ALWAYS_POSSIBLE}
    for state in sorted(possible - set(ALWAYS_POSSIBLE)):
        when[state.word] = at.one_of("fails", "holds", "withhold")
    return {**fact, word: at.one_of(*names), "when": when, **({"source": {**SOURCE}} if at.chance(4) else {})}


def _quota(at: Setting, names: list[str]) -> Plain:
    found: Plain = {
        "class": names[0],
        "share": at.one_of("50%", "20%", "100%"),
        "of": at.one_of([names[0]], names[:2]),
        "round": at.one_of("down", "up", "half_up"),
        "within": at.one_of("all", "group", "region"),
        "ties": at.one_of("authority", "all", "none"),
        "otherwise": names[1],
    }
    return found | ({"at_least": "1"} if at.chance(3) else {}) | ({"at_most": "2"} if at.chance(3) else {})


# Ranking


def _ranking(at: Setting, ids: list[str], known: bool) -> Plain:
    found: Plain = {
        "on": _reads(at, known),
        "method": at.one_of("competition", "dense", "sequential"),
        "within": at.one_of(["all"], ["all", "group"], ["all", "group", "region"]),
    }
    if at.chance(3):
        found["unranked"] = [UNRANKED]
    breaks: list[Any] = []
    if at.chance(2):
        breaks.append({"by": "points", "of": at.one_of(*ids), "rounded": at.one_of("yes", "no")})
    if at.chance(3):
        breaks.append(
            {"by": "value", "of": at.one_of("people", "sent"), "best": at.one_of("highest", "lowest")}
        )
    if at.chance(3):
        breaks.append("authority")
    if at.chance(4):
        found["tolerance"] = {"of": at.one_of("0.5", "1"), "against": at.one_of("leader", "neighbour")}
    return found | ({"ties": breaks} if breaks else {})
