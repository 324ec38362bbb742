"""The work in Polars float64: one lazy frame, a column for each criterion, collected by its own threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from benchmarks.engines.data import Columns
from benchmarks.engines.results import Floats, Run
from benchmarks.engines.work import COMPONENTS, WORK, Criterion, Style


def _ladder(pl: Any, each: Criterion, part: Any, whole: Any) -> Any:
    share = part / whole
    return (
        pl.when((whole == 0) | (share >= 1))
        .then(each.top)
        .when(share >= each["t"])
        .then(share * each.top)
        .otherwise(0.0)
    )


def _cases(pl: Any, each: Criterion, part: Any, whole: Any) -> Any:
    share = part / whole
    return (
        pl.when(whole == 0)
        .then(0.0)
        .when(share > each["high"])
        .then(each.top)
        .when(share >= each["low"])
        .then(each.top / 2)
        .otherwise(0.0)
    )


def _line(pl: Any, each: Criterion, part: Any, whole: Any) -> Any:
    share, a, b, half = part / whole, each["a"], each["b"], each.top / 2
    return (
        pl.when(whole == 0)
        .then(0.0)
        .when(share < a)
        .then(share / a * half)
        .when(share < b)
        .then(half + (share - a) / (b - a) * half)
        .otherwise(each.top)
    )


def _towards(pl: Any, each: Criterion, part: Any, whole: Any) -> Any:
    share = part / whole / each["target"]
    return pl.when(whole == 0).then(0.0).otherwise(share.clip(upper_bound=1.0) * each.top)


def _choice(pl: Any, each: Criterion, chosen: Any) -> Any:
    half = each.top * each["half"]
    return pl.when(chosen == 0).then(each.top).when(chosen == 1).then(half).otherwise(0.0)


def _deduct(_: Any, each: Criterion, undone: Any, overdue: Any) -> Any:
    taken = each["undone"] * each.top * undone + each["overdue"] * each.top * overdue
    return (each.top - taken).clip(lower_bound=0.0)


def _count(pl: Any, each: Criterion, confirmed: Any, checked: Any) -> Any:
    points = (each["per"] * each.top * confirmed).clip(upper_bound=each.top)
    return pl.when(checked == 50).then(points).otherwise(0.0)


def _formula(pl: Any, each: Criterion, early: Any, done: Any, late: Any) -> Any:
    whole = early + done + late
    share = (each["w"] * early + done) / whole
    return pl.when(whole == 0).then(each.top).otherwise(share.clip(upper_bound=1.0) * each.top)


def _growth(pl: Any, each: Criterion, now: Any, before: Any) -> Any:
    points = ((now - before) / before / each["g"]).clip(0.0, 1.0) * each.top
    return pl.when(before == 0).then(0.0).otherwise(points)


def _amount(pl: Any, each: Criterion, given: Any) -> Any:
    high, low = int(each["high"]), int(each["low"])
    return pl.when(given >= high).then(each.top).when(given >= low).then(each.top / 2).otherwise(0.0)


def _increments(_: Any, each: Criterion, spent: Any) -> Any:
    steps = (spent - each["start"]).clip(lower_bound=0.0) / each["each"]
    return (each["base"] * each.top + steps * (each["add"] * each.top)).clip(upper_bound=each.top)


def _survey(pl: Any, each: Criterion, good: Any, fair: Any, poor: Any, bad: Any) -> Any:
    whole = good + fair + poor + bad
    return (
        pl.when(whole == 0)
        .then(0.0)
        .otherwise((good + each["fair"] * fair + each["poor"] * poor) / whole * each.top)
    )


POINTS: Final[Mapping[str, Callable[..., Any]]] = {
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
HALF_UP: Final = "half_away_from_zero"


class Polars:
    """A lazy frame of expressions."""

    name = "polars"
    title = "Polars float64"

    def version(self) -> str | None:
        try:
            return str(import_module("polars").__version__)
        except ImportError:
            return None

    def ready(self, style: Style, columns: Columns) -> Run:
        pl: Any = import_module("polars")
        points = [POINTS[each.kind](pl, each, *map(pl.col, each.names)).alias(each.id) for each in WORK]
        if style is Style.CRITERION:
            points = [each.round(2, mode=HALF_UP) for each in points]
        counted = [
            pl.when(pl.col(each.names[-1]) == (3 if each.kind == "choice" else 0))
            .then(0.0)
            .otherwise(each.top)
            for each in WORK
            if each.can_be_left_out
        ]
        always = float(sum(each.most for each in WORK if not each.can_be_left_out))
        parts = [
            pl.sum_horizontal(each.id for each in WORK if each.component == at).alias(f"block{at}")
            for at in range(COMPONENTS)
        ]
        base = pl.sum_horizontal(f"block{at}" for at in range(COMPONENTS))
        query = (
            pl.DataFrame(columns)
            .lazy()
            .select(*points, (pl.sum_horizontal(counted) + always).alias("attainable"))
            .with_columns(parts)
            .with_columns((100 * base / pl.col("attainable")).alias("rate"))
            .with_columns(pl.col("rate").round(2, mode=HALF_UP).alias("index"))
        )

        def run() -> Floats:
            found = query.collect()
            return Floats([found[each.id] for each in WORK], found["index"], found["rate"])

        return run
