"""The rows of a piece by period: which of them are read, and the unit of each.

In: the rows of whole files, as `parcore.bulk.rows` finds them. Out: what a task has to know of its
own; rows in the order of the units, as most files have them, take no room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from attrs import frozen

from parcore.bulk.rows import Rows
from parcore.evidence.periods import Period
from parcore.readings.columns.arrays import Ints
from parcore_spark.wide.pieces import Piece


@frozen(eq=False)
class Local:
    """Rows of a piece that are `lag` periods back: which (None: all), and the units of them.

    Units one after the other are given by the first of them.
    """

    lag: int
    rows: Ints | None
    units: Ints | int

    def units_of(self, size: int) -> Ints:
        """The unit of each row; the piece has so many rows."""
        if isinstance(self.units, int):
            return np.arange(self.units, self.units + (size if self.rows is None else len(self.rows)))
        return self.units

    def positions(self, size: int) -> Ints:
        """The positions of the rows."""
        return np.arange(size) if self.rows is None else self.rows


def locals_of(
    piece: Piece, periods: Mapping[Period, Rows], asked: Period, lags: Iterable[int]
) -> tuple[Local, ...]:
    """What of a piece is of the periods that are read."""
    found: list[Local] = []
    for lag in lags:
        rows = periods.get(asked.back(lag))
        if rows is None:
            continue
        if rows.rows is None:
            units, inside = rows.units[piece.rows], None
        else:
            low, high = np.searchsorted(rows.rows, (piece.rows.start, piece.rows.stop))
            units, inside = rows.units[low:high], rows.rows[low:high] - piece.rows.start
            if len(inside) == piece.stop - piece.start:
                inside = None
        if len(units):
            found.append(Local(lag, inside, _shorter(units)))
    return tuple(found)


def _shorter(units: Ints) -> Ints | int:
    return int(units[0]) if not (np.diff(units) != 1).any() else units
