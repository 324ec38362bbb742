"""Weights that a user declares: a table with `unit` (id or name), `weight` and, where given, `source`.

In: a CSV file and the period whose units it weighs. Out: a weight, never negative, for each unit named.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from parcore.change.joining import Weight, Weights
from parcore.diagnostics import Findings, Place
from parcore.documents.reading import number_of, text_of
from parcore.documents.table import read_table
from parcore.evidence.periods import Period
from parcore.evidence.sections import lacks
from parcore.evidence.units import UnitBook
from parcore.numbers import NumberFormat

NEEDED: Final = ("unit", "weight")


def read_weights(
    path: Path,
    units: UnitBook,
    period: Period,
    findings: Findings,
    numbers: NumberFormat = NumberFormat.UNDECLARED,
) -> Weights:
    """The weights of a table, by unit; what is wrong in a row is reported, and the row passed over.

    Raises:
        ParcoreError: the file cannot be read as a table.
    """
    table = read_table(path, findings)
    if lacks(table, NEEDED, findings):
        return {}
    found: dict[str, Weight] = {}
    places: dict[str, Place] = {}
    for row in table.rows:
        cell = row["unit"]
        unit = units.look_up(cell.text, period.end, cell.place, findings)
        number = number_of(row["weight"], findings, numbers)
        if unit is None or number is None:
            continue
        if number < 0:
            findings.add("weight-negative", row["weight"].place, unit=unit.id, weight=row["weight"].text[:60])
        elif unit.id in found:
            findings.add("duplicate-id", cell.place, id=unit.id, first=places[unit.id])
        else:
            places[unit.id] = cell.place
            found[unit.id] = Weight(number, text_of(row.get("source")))
    return found
