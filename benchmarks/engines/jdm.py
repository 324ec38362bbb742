"""The work in zen-engine: one decision (JDM), compiled once, of expression nodes and decision tables.

Shares of wholes are expressions; what decisions write as bands or choices stands in decision tables; the
rest, the sums and the index are expressions. A unit is one context, evaluated by itself: `evaluate_batch` and
`async_evaluate` take longer for each (250 µs and 300 µs beside 190 µs when this was written).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from benchmarks.engines.data import Columns
from benchmarks.engines.results import Floats, Run, contexts
from benchmarks.engines.work import COMPONENTS, WORK, Criterion, Style


def _over(part: str, whole: str, nothing: str, points: str) -> str:
    return f"{whole} == 0 ? {nothing} : {points.replace('share', f'({part} / {whole})')}"


def _ladder(each: Criterion, part: str, whole: str) -> str:
    top = f"{each.top!r}"
    ladder = f"share >= 1 ? {top} : share >= {each['t']!r} ? share * {top} : 0"
    return _over(part, whole, top, ladder)


def _line(each: Criterion, part: str, whole: str) -> str:
    a, b, half = each["a"], each["b"], each.top / 2
    second = f"{half!r} + (share - {a!r}) / ({b!r} - {a!r}) * {half!r}"
    line = f"share < {a!r} ? share / {a!r} * {half!r} : share < {b!r} ? {second} : {each.top!r}"
    return _over(part, whole, "0", line)


def _towards(each: Criterion, part: str, whole: str) -> str:
    return _over(part, whole, "0", f"min([share / {each['target']!r}, 1]) * {each.top!r}")


def _deduct(each: Criterion, undone: str, overdue: str) -> str:
    taken = f"{each['undone'] * each.top!r} * {undone} - {each['overdue'] * each.top!r} * {overdue}"
    return f"max([{each.top!r} - {taken}, 0])"


def _count(each: Criterion, confirmed: str, checked: str) -> str:
    per = each.figures["per"] * each.most
    return f"{checked} == 50 ? min([{float(per)!r} * {confirmed}, {each.top!r}]) : 0"


def _formula(each: Criterion, early: str, done: str, late: str) -> str:
    part, whole = f"({each['w']!r} * {early} + {done})", f"({early} + {done} + {late})"
    return _over(part, whole, f"{each.top!r}", f"min([share, 1]) * {each.top!r}")


def _growth(each: Criterion, now: str, before: str) -> str:
    clipped = f"max([min([share / {each['g']!r}, 1]), 0]) * {each.top!r}"
    return _over(f"({now} - {before})", before, "0", clipped)


def _increments(each: Criterion, spent: str) -> str:
    start, step = int(each.figures["start"]), int(each.figures["each"])
    base, add = (float(each.figures[name] * each.most) for name in ("base", "add"))
    steps = f"max([{spent} - {start}, 0]) / {step}"
    return f"min([{base!r} + {steps} * {add!r}, {each.top!r}])"


def _survey(each: Criterion, good: str, fair: str, poor: str, bad: str) -> str:
    part = f"({good} + {each['fair']!r} * {fair} + {each['poor']!r} * {poor})"
    return _over(part, f"({good} + {fair} + {poor} + {bad})", "0", f"share * {each.top!r}")


EXPRESSIONS: Final[Mapping[str, Callable[..., str]]] = {
    "ladder": _ladder,
    "line": _line,
    "towards": _towards,
    "deduct": _deduct,
    "count": _count,
    "formula": _formula,
    "growth": _growth,
    "increments": _increments,
    "survey": _survey,
    "money": _ladder,
}


def _table(each: Criterion) -> tuple[str, list[tuple[str, float]]]:
    """What a decision table reads, and its rows: the first that holds counts; an empty cell always holds."""
    if each.kind == "choice":
        half = float(each.figures["half"] * each.most)
        return each.names[0], [('"on_time"', each.top), ('"late"', half), ("", 0.0)]
    if each.kind == "amount":
        low, high = int(each.figures["low"]), int(each.figures["high"])
        return each.names[0], [(f">= {high}", each.top), (f">= {low}", each.top / 2), ("", 0.0)]
    rows = [(f"> {each['high']!r}", each.top), (f">= {each['low']!r}", each.top / 2), ("", 0.0)]
    return f"share{each.at}", rows


def _table_node(each: Criterion) -> dict[str, Any]:
    field, rows = _table(each)
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": "i", "name": field, "field": field}],
        "outputs": [{"id": "o", "name": each.id, "field": each.id}],
        "rules": [{"_id": f"{at}", "i": cell, "o": f"{points!r}"} for at, (cell, points) in enumerate(rows)],
        "passThrough": False,
        "executionMode": "single",
        "inputField": None,
        "outputPath": None,
    }
    return {"id": f"table-{each.id}", "name": each.id, "type": "decisionTableNode", "content": content}


def _expressions(name: str, keys: Mapping[str, str], *, through: bool) -> dict[str, Any]:
    listed = [{"id": f"{name}-{key}", "key": key, "value": value} for key, value in keys.items()]
    content = {
        "expressions": listed,
        "passThrough": through,
        "executionMode": "single",
        "inputField": None,
        "outputPath": None,
    }
    return {"id": name, "name": name, "type": "expressionNode", "content": content}


def decision_of(style: Style) -> dict[str, Any]:
    """The decision graph: shares, then tables and formulas side by side, then the sums."""
    tables = [each for each in WORK if each.kind not in EXPRESSIONS]
    shares = {
        f"share{each.at}": "{1} == 0 ? 0 : {0} / {1}".format(*each.names)
        for each in tables
        if each.kind == "cases"
    }
    formulas = {
        each.id: EXPRESSIONS[each.kind](each, *each.names) for each in WORK if each.kind in EXPRESSIONS
    }
    left = [
        "({} == {} ? 0 : {!r})".format(each.names[-1], '"none"' if each.kind == "choice" else 0, each.top)
        for each in WORK
        if each.can_be_left_out
    ]
    always = float(sum(each.most for each in WORK if not each.can_be_left_out))
    formulas["attainable"] = " + ".join([f"{always!r}", *left])
    rounding = "round({}, 2)" if style is Style.CRITERION else "{}"
    sums = {f"p{each.at}": rounding.format(each.id) for each in WORK}
    for at in range(COMPONENTS):
        sums[f"block{at}"] = " + ".join(f"$.p{each.at}" for each in WORK if each.component == at)
    sums["rate"] = "100 * (" + " + ".join(f"$.block{at}" for at in range(COMPONENTS)) + ") / attainable"
    sums["index"] = "round($.rate, 2)"
    middle = [_expressions("formulas", formulas, through=False), *map(_table_node, tables)]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        _expressions("shares", shares, through=True),
        *middle,
        _expressions("sums", sums, through=False),
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    pairs = [("in", "shares"), ("sums", "out")]
    pairs += [pair for node in middle for pair in (("shares", node["id"]), (node["id"], "sums"))]
    edges = [{"id": f"{one}-{two}", "sourceId": one, "targetId": two, "type": "edge"} for one, two in pairs]
    return {"nodes": nodes, "edges": edges}


class Zen:
    """A compiled decision, evaluated for one context after another."""

    name = "zen"
    title = "zen-engine"

    def version(self) -> str | None:
        try:
            import_module("zen")
        except ImportError:
            return None
        return version("zen-engine")

    def ready(self, style: Style, columns: Columns) -> Run:
        content = {"type": "static", "content": {"work": decision_of(style)}}
        engine = import_module("zen").ZenEngine({"loader": content})
        given = contexts(columns)

        def run() -> Floats:
            found = [engine.evaluate("work", each)["result"] for each in given]
            points = np.array([[row[f"p{each.at}"] for row in found] for each in WORK])
            index, rate = (np.array([row[name] for row in found]) for name in ("index", "rate"))
            return Floats(points, index, rate)

        return run
