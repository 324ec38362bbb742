"""The work in NumPy float64, as somebody writes it who needs these rules and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from benchmarks.engines.data import Columns
from benchmarks.engines.results import Floats, Run
from benchmarks.engines.work import COMPONENTS, CRITERIA, WORK, Criterion, Style


def _share(part: Any, whole: Any) -> tuple[Any, Any]:
    nothing = whole == 0
    return part / np.where(nothing, 1, whole), nothing


def ladder(each: Criterion, part: Any, whole: Any) -> Any:
    """Points of a ladder; of money too."""
    share, nothing = _share(part, whole)
    points = np.where(share >= 1, each.top, np.where(share >= each["t"], share * each.top, 0))
    return np.where(nothing, each.top, points)


def cases(each: Criterion, part: Any, whole: Any) -> Any:
    """Points of bands of a share."""
    share, nothing = _share(part, whole)
    points = np.where(share > each["high"], each.top, np.where(share >= each["low"], each.top / 2, 0))
    return np.where(nothing, 0, points)


def line(each: Criterion, part: Any, whole: Any) -> Any:
    """Points on a line."""
    share, nothing = _share(part, whole)
    return np.where(nothing, 0, np.interp(share, [0, each["a"], each["b"]], [0, each.top / 2, each.top]))


def towards(each: Criterion, part: Any, whole: Any) -> Any:
    """Points towards a target."""
    share, nothing = _share(part, whole)
    return np.where(nothing, 0, np.minimum(share / each["target"], 1) * each.top)


def choice(each: Criterion, chosen: Any) -> Any:
    """Points of what was chosen."""
    return np.array([each.top, each.top * each["half"], 0, 0])[chosen]


def deduct(each: Criterion, undone: Any, overdue: Any) -> Any:
    """Points after deductions."""
    return np.maximum(each.top - each["undone"] * each.top * undone - each["overdue"] * each.top * overdue, 0)


def count(each: Criterion, confirmed: Any, checked: Any) -> Any:
    """Points for people who confirm."""
    return np.where(checked == 50, np.minimum(each["per"] * each.top * confirmed, each.top), 0)


def formula(each: Criterion, early: Any, done: Any, late: Any) -> Any:
    """Points of a formula."""
    share, nothing = _share(each["w"] * early + done, early + done + late)
    return np.where(nothing, each.top, np.minimum(share, 1) * each.top)


def growth(each: Criterion, now: Any, before: Any) -> Any:
    """Points for growth."""
    grown, nothing = _share(now - before, before)
    return np.where(nothing, 0, np.clip(grown / each["g"], 0, 1) * each.top)


def amount(each: Criterion, given: Any) -> Any:
    """Points of bands of an amount."""
    return np.where(given >= each["high"], each.top, np.where(given >= each["low"], each.top / 2, 0))


def increments(each: Criterion, spent: Any) -> Any:
    """Points in increments."""
    steps = np.maximum(spent - each["start"], 0) / each["each"]
    return np.minimum(each["base"] * each.top + steps * (each["add"] * each.top), each.top)


def survey(each: Criterion, good: Any, fair: Any, poor: Any, bad: Any) -> Any:
    """Points of answers."""
    share, nothing = _share(good + each["fair"] * fair + each["poor"] * poor, good + fair + poor + bad)
    return np.where(nothing, 0, share * each.top)


POINTS: Final[Mapping[str, Callable[..., Any]]] = {
    "ladder": ladder,
    "cases": cases,
    "line": line,
    "towards": towards,
    "choice": choice,
    "deduct": deduct,
    "count": count,
    "formula": formula,
    "growth": growth,
    "amount": amount,
    "increments": increments,
    "survey": survey,
    "money": ladder,
}


def counts(each: Criterion, *columns: Any) -> Any:
    """The maximum where the criterion counts, else 0."""
    return np.where(columns[-1] == (3 if each.kind == "choice" else 0), 0, each.top)


def half_up(numbers: Any, nudge: float = 0.0) -> Any:
    """Two decimals, as a user of floats rounds half up."""
    return np.floor(numbers * 100 + (0.5 + nudge)) / 100


NUDGE: Final = 1e-7
"""What a careful user adds to hundredths, so that a half which floats made too small is one still."""


class NumPy:
    """Column by column; `nudged` as a careful user does it, who also ranks by rates of nine decimals."""

    def __init__(self, *, nudged: bool) -> None:
        self.nudge = NUDGE if nudged else 0.0
        self.name, self.title = ("nudged", "NumPy float64, nudged") if nudged else ("numpy", "NumPy float64")

    def version(self) -> str:
        return np.__version__

    def ready(self, style: Style, columns: Columns) -> Run:
        size = len(columns[WORK[0].names[0]])

        def run() -> Floats:
            points = np.empty((CRITERIA, size))
            attainable = np.zeros(size)
            parts = np.zeros((COMPONENTS, size))
            for each in WORK:
                given = [columns[name] for name in each.names]
                got = POINTS[each.kind](each, *given)
                points[each.at] = half_up(got, self.nudge) if style is Style.CRITERION else got
                parts[each.component] += points[each.at]
                attainable += counts(each, *given) if each.can_be_left_out else each.top
            base = parts.sum(axis=0)
            rate = 100 * base / attainable
            return Floats(points, half_up(rate, self.nudge), np.round(rate, 9) if self.nudge else rate)

        return run
