"""Measures of every word, over the fields that the drawn vocabulary has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import evolve

from parcore.evidence.vocabulary import FieldKind
from parcore.rules.measuring import MEASURES, RELATIVE, read_measure
from parcore.rules.protocols import Measure
from parcore.testing.documents import Plain, Unsound, tree_of
from parcore.testing.scales import edges
from parcore.testing.setting import Setting

RATIOS: Final = (
    ["done", "planned"],
    ["late", "planned"],
    ["planned - late", "planned"],
    ["done", "planned + late"],
    ["done + 2 * late", "planned"],
)
FORMULAS: Final = (
    "min(1, (1.5 * late + done) / (late + done + planned))",
    "done - late",
    "max(done, 2 * late) + 3",
    "done / planned * 100%",
    "(planned - done) / planned",
    "rate * 2",
)
WITHIN: Final = ("all", "group", "region")


def measures(at: Setting, *words: str) -> tuple[Plain, Measure]:
    """A measure of one of some words (of any but `choice` where none is named), and as it is read."""
    known = words or tuple(word for word in DRAWN if word != "choice")
    if at.of_cases:  # a case has no peers, no year before and no index of its own
        known = tuple(word for word in known if word not in _OF_UNITS)
    word = at.one_of(*known)
    data: Plain = {word: DRAWN[word](at)}
    measure = as_read(at, data)
    if not measure.fields or word == "choice" or "class" in str(data) or at.chance(4) is False:
        return data, measure
    data["round"] = at.one_of("2", "0", "3")
    rounded = as_read(at, data)
    if edges(rounded.range(at.groups[0])):
        return data, rounded
    data["round"] = "2"  # a share in whole numbers leaves a scale nothing to turn at
    return data, as_read(at, data)


def as_read(at: Setting, data: Plain) -> Measure:
    """A measure as the engine reads it."""
    context = at.context()
    measure = read_measure(tree_of(data), context)
    if measure is None or context.findings.errors:
        raise Unsound(f"{data}: {[each.render('en') for each in context.findings]}")
    return measure


def _names(at: Setting, *kinds: FieldKind) -> list[str]:
    return [name for name, spec in at.vocabulary.fields.items() if spec.kind in kinds]


def _value(at: Setting) -> str:
    one = at.one_of(*_names(at, FieldKind.NUMBER, FieldKind.COUNT))
    return str(at.one_of(one, one, "planned - late", "done + late", f"2 * {one}"))


def _count(at: Setting) -> Any:
    names = _names(at, FieldKind.COUNT)
    return at.one_of([at.one_of(*names)], "done", ["done", "late"])


def _ratio(at: Setting) -> list[str]:
    return list(at.one_of(*RATIOS))


def _share(at: Setting) -> Plain:
    return {"of": at.one_of("done", "late"), "among": ["done", "late"]}


def _choice(at: Setting) -> str:
    return str(at.one_of(*_names(at, FieldKind.CHOICE)))


def _days(at: Setting) -> Plain:
    ends = [("due", "sent"), ("period_end + 15", "sent"), ("period_start", "sent"), ("q1_end", "sent")]
    start, end = at.one_of(*ends)
    return {"from": start, "to": end}


def _growth(at: Setting) -> str:
    return str(at.one_of("revenue", "people", "balance"))


def _survey(at: Setting) -> Plain:
    found: Plain = at.one_of(
        {"answers": {"a": "100%", "b": "0%"}},
        {"answers": {"a": "100%", "b": "50%"}},
        {"answers": ["a", "b"], "satisfied": ["a"]},
        {"answers": {"a": "100%", "b": "0%"}, "groups": {"council": "2", "leaders": "1"}},
    )
    return found | ({"at_least": "4"} if at.chance(3) else {})


def _formula(at: Setting) -> str:
    return str(at.one_of(*FORMULAS))


def _of_peers(at: Setting) -> Plain:
    """A measure that every unit has by itself, with numbers that peers can be set against."""
    inner = evolve(at, of_cases=False)
    return measures(inner, "ratio", "value", "count", "survey", "share", "days", "growth", "formula")[0]


def _compared(at: Setting) -> Plain:
    statistic = at.one_of("highest", "mean_of_rates", "rate_of_totals", "lowest")
    totals = statistic == "rate_of_totals"
    measure: Plain = {"ratio": _ratio(at)} if totals else _of_peers(at)
    lows = [as_read(at, measure).range(group).interval.low for group in at.groups]
    never_below = all(low is not None and low >= 0 for low in lows)
    found: Plain = {
        "measure": measure,
        "with": statistic,
        "by": at.one_of("difference", "quotient") if never_below else "difference",
        "within": at.one_of(*WITHIN),
        "who": at.one_of("all", "ranked"),
        "self": at.one_of("yes", "no"),
    }
    rounds = statistic == "mean_of_rates" or at.chance(4)
    return found | ({"round": at.one_of("4", "1")} if rounds else {})


def _min_max(at: Setting) -> Plain:
    return {"measure": _of_peers(at), "within": at.one_of(*WITHIN), "inverse": at.one_of("no", "yes")}


def _rank(at: Setting) -> Plain:
    best, who = at.one_of("highest", "lowest"), at.one_of("all", "ranked")
    return {"measure": _of_peers(at), "within": at.one_of(*WITHIN), "who": who, "best": best}


def _index(at: Setting) -> Plain:
    found: Plain = {"name": at.one_of("sipas", "other-index"), "of": at.one_of("score", "points", "rank")}
    return found | ({"period": "previous"} if at.chance(3) else {})


DRAWN: Final[Mapping[str, Callable[[Setting], Any]]] = {
    "value": _value,
    "count": _count,
    "ratio": _ratio,
    "share": _share,
    "choice": _choice,
    "days": _days,
    "growth": _growth,
    "survey": _survey,
    "formula": _formula,
    "compared": _compared,
    "min_max": _min_max,
    "rank": _rank,
    "index": _index,
}
"""How each word is drawn; a test compares the words with those the engine reads."""

_OF_UNITS: Final = (RELATIVE | {"growth", "survey", "index"}) & set(MEASURES)
