"""The work in JSON-Logic: one compiled rule that gives the points, evaluated for a batch of parsed contexts.

`datalogic-py` is the engine: of those in Python the best kept (several releases this year; a core in Rust,
rules compiled once, data parsed once, batches; the older ones interpret in Python, or rest since 2024).
JSON-Logic has no rounding: half up is written with `floor`. Results come back as JSON; summing them is the
caller's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from benchmarks.engines.data import Columns
from benchmarks.engines.floats import half_up
from benchmarks.engines.results import Floats, Run, contexts
from benchmarks.engines.work import COMPONENTS, WORK, Criterion, Style

Rule = Any


def _of(operator: str) -> Callable[..., Rule]:
    return lambda *arguments: {operator: list(arguments)}


ADD, LESS, TIMES, OVER = _of("+"), _of("-"), _of("*"), _of("/")
IF, IS, FROM, ABOVE, BELOW = _of("if"), _of("=="), _of(">="), _of(">"), _of("<")
LEAST, MOST = _of("min"), _of("max")


def _ladder(each: Criterion, part: Rule, whole: Rule) -> Rule:
    share = OVER(part, whole)
    ladder = IF(FROM(share, 1), each.top, FROM(share, each["t"]), TIMES(share, each.top), 0)
    return IF(IS(whole, 0), each.top, ladder)


def _cases(each: Criterion, part: Rule, whole: Rule) -> Rule:
    share = OVER(part, whole)
    return IF(
        IS(whole, 0), 0, ABOVE(share, each["high"]), each.top, FROM(share, each["low"]), each.top / 2, 0
    )


def _line(each: Criterion, part: Rule, whole: Rule) -> Rule:
    share, a, b, half = OVER(part, whole), each["a"], each["b"], each.top / 2
    first = TIMES(OVER(share, a), half)
    second = ADD(half, TIMES(OVER(LESS(share, a), LESS(b, a)), half))
    return IF(IS(whole, 0), 0, BELOW(share, a), first, BELOW(share, b), second, each.top)


def _towards(each: Criterion, part: Rule, whole: Rule) -> Rule:
    share = OVER(OVER(part, whole), each["target"])
    return IF(IS(whole, 0), 0, TIMES(LEAST(share, 1), each.top))


def _choice(each: Criterion, chosen: Rule) -> Rule:
    return IF(IS(chosen, "on_time"), each.top, IS(chosen, "late"), each.top * each["half"], 0)


def _deduct(each: Criterion, undone: Rule, overdue: Rule) -> Rule:
    first = LESS(each.top, TIMES(each["undone"] * each.top, undone))
    return MOST(LESS(first, TIMES(each["overdue"] * each.top, overdue)), 0)


def _count(each: Criterion, confirmed: Rule, checked: Rule) -> Rule:
    per = float(each.figures["per"] * each.most)
    return IF(IS(checked, 50), LEAST(TIMES(per, confirmed), each.top), 0)


def _formula(each: Criterion, early: Rule, done: Rule, late: Rule) -> Rule:
    whole = ADD(early, done, late)
    share = OVER(ADD(TIMES(each["w"], early), done), whole)
    return IF(IS(whole, 0), each.top, TIMES(LEAST(share, 1), each.top))


def _growth(each: Criterion, now: Rule, before: Rule) -> Rule:
    grown = OVER(OVER(LESS(now, before), before), each["g"])
    return IF(IS(before, 0), 0, TIMES(MOST(LEAST(grown, 1), 0), each.top))


def _amount(each: Criterion, given: Rule) -> Rule:
    low, high = int(each.figures["low"]), int(each.figures["high"])
    return IF(FROM(given, high), each.top, FROM(given, low), each.top / 2, 0)


def _increments(each: Criterion, spent: Rule) -> Rule:
    steps = OVER(MOST(LESS(spent, int(each.figures["start"])), 0), int(each.figures["each"]))
    base, add = (float(each.figures[name] * each.most) for name in ("base", "add"))
    return LEAST(ADD(base, TIMES(steps, add)), each.top)


def _survey(each: Criterion, good: Rule, fair: Rule, poor: Rule, bad: Rule) -> Rule:
    whole = ADD(good, fair, poor, bad)
    part = ADD(good, TIMES(each["fair"], fair), TIMES(each["poor"], poor))
    return IF(IS(whole, 0), 0, TIMES(OVER(part, whole), each.top))


POINTS: Final[Mapping[str, Callable[..., Rule]]] = {
    "ladder": _ladder,
    "cases": _cases,
    "line": _line,
    "towards": _towards,
    "choice": _choice,
    "deduct": _deduct,
    "count": _count,
    "formula": _formula,
    "growth": _growth,
    "amount": _amount,
    "increments": _increments,
    "survey": _survey,
    "money": _ladder,
}


def rule_of(style: Style) -> list[Rule]:
    """The points of every criterion, and last the maximum of what counts."""
    found = []
    for each in WORK:
        points = POINTS[each.kind](each, *({"var": name} for name in each.names))
        if style is Style.CRITERION:
            points = OVER({"floor": ADD(TIMES(points, 100), 0.5)}, 100)
        found.append(points)
    left = [
        IF(IS({"var": each.names[-1]}, "none" if each.kind == "choice" else 0), 0, each.top)
        for each in WORK
        if each.can_be_left_out
    ]
    always = float(sum(each.most for each in WORK if not each.can_be_left_out))
    return [*found, ADD(always, *left)]


class JsonLogic:
    """A compiled rule over a batch of parsed contexts."""

    name = "json-logic"
    title = "JSON-Logic (datalogic)"

    def version(self) -> str | None:
        try:
            import_module("datalogic_py")
        except ImportError:
            return None
        return version("datalogic-py")

    def ready(self, style: Style, columns: Columns) -> Run:
        datalogic: Any = import_module("datalogic_py")
        engine = datalogic.Engine()
        rule = engine.compile(rule_of(style))
        handles = [datalogic.DataHandle(each) for each in contexts(columns)]

        def run() -> Floats:
            with engine.session() as session:
                found = np.array([json.loads(each) for each in session.evaluate_batch(rule, handles)]).T
            points, attainable = found[:-1], found[-1]
            parts = [points[at::COMPONENTS].sum(axis=0) for at in range(COMPONENTS)]
            rate = 100 * np.sum(parts, axis=0) / attainable
            return Floats(points, half_up(rate), rate)

        return run
