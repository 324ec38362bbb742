"""What an engine prints that is not what the exact reading gives: cells, indices, ranks, with examples."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from attrs import asdict, frozen

from benchmarks.engines.data import Columns
from benchmarks.engines.ours import InColumns, Row, Values, bulk_of, by_name, compared, program
from benchmarks.engines.results import Result
from benchmarks.engines.work import OPTIONS, WORK, Style
from parcore.readings.exact import evaluate

SAMPLE = 300
"""Units of which every cell of the reference is compared with the exact reading."""


@frozen(eq=False)
class Reference:
    """The right results: points and index in hundredths, ranks; checked against the exact reading."""

    points: Any
    index: Any
    ranks: Any
    undecided: int
    cells: int
    """How many cells of it were compared with the exact reading."""


def reference(style: Style, columns: Columns) -> Reference:
    """The columns' result, of which every cell of a sample of units is compared with the exact reading.

    Raises:
        SystemExit: a cell that is not the same.
    """
    size = len(next(iter(columns.values())))
    found = InColumns(kept=True).ready(style, columns)()
    assert isinstance(found, Values)
    rows = np.random.default_rng(7).choice(size, min(size, SAMPLE), replace=False)
    cells = compared(found, columns, style, rows.tolist())
    points = None
    if style is Style.CRITERION:
        points = np.empty((len(WORK), size), np.int16)
        for each in WORK:
            points[each.at] = found.points(each.at)
    return Reference(points, found.index(), found.ranks(), found.read.undecided, cells)


@frozen
class Wrong:
    """How many are wrong: points (None where the edition rounds none), indices, ranks."""

    points: int | None
    index: int
    ranks: int


def wrong(found: Result, right: Reference) -> Wrong:
    """What is not as the reference."""
    points = None
    if right.points is not None:
        points = sum(int((found.points(each.at) != right.points[each.at]).sum()) for each in WORK)
    index, ranks = (found.index() != right.index).sum(), (found.ranks() != right.ranks).sum()
    return Wrong(points, int(index), int(ranks))


@frozen
class Example:
    """A wrong cell, as somebody can check it by hand: what an engine printed, and what is right."""

    engine: str
    data: str
    unit: int
    criterion: str
    says: str
    evidence: str
    gave: str
    right: str


def examples(engine: str, data: str, found: Result, right: Reference, columns: Columns) -> list[Example]:
    """The first wrong cell of each kind of criterion, at most four."""
    listed: dict[str, Example] = {}
    for each in WORK if right.points is not None else ():
        given = found.points(each.at)
        rows = np.flatnonzero(given != right.points[each.at])
        if not len(rows) or each.kind in listed:
            continue
        unit = int(rows[0])
        rules, fields = program(Style.INDEX), by_name(bulk_of(columns))
        exact = evaluate(rules, Row(fields, unit))[f"points:{each.id}"].number
        evidence = ", ".join(f"{name} = {_said(name, columns[name][unit])}" for name in each.names)
        figures = ", ".join(f"{name} {float(number):g}" for name, number in each.figures.items())
        listed[each.kind] = Example(
            engine,
            data,
            unit,
            each.id,
            f"{each.kind}, maximum {each.top:g}, {figures}",
            evidence,
            f"{int(given[unit]) / 100:.2f}",
            f"{int(right.points[each.at][unit]) / 100:.2f} (exactly {_exactly(exact)})",
        )
    return list(listed.values())[:4]


def _said(name: str, number: Any) -> str:
    return OPTIONS[int(number)] if name.startswith("choice") else str(int(number))


def _exactly(number: Fraction) -> str:
    scaled = number * 10**15
    if scaled.denominator > 1:
        return str(number)
    return f"{int(scaled) // 10**15}.{int(scaled) % 10**15:015d}".rstrip("0")


def as_rows(listed: list[Example]) -> list[dict[str, Any]]:
    """For JSON."""
    return [asdict(each) for each in listed]
