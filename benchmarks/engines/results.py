"""What an engine hands back, as it prints it: points and index in hundredths, and ranks by the rate."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from attrs import frozen

from benchmarks.engines.work import OPTIONS, Style


class Result(Protocol):
    """Points and index in hundredths, and competition ranks by the unrounded rate."""

    def points(self, at: int) -> Any: ...
    def index(self) -> Any: ...
    def ranks(self) -> Any: ...


class Run(Protocol):
    """The work over columns that are in the engine's form already: what is timed."""

    def __call__(self) -> Result: ...


class Engine(Protocol):
    """An engine: its version, and the work made ready for it."""

    name: str
    title: str

    def version(self) -> str | None:
        """None where it is not installed."""
        ...

    def ready(self, style: Style, columns: Any) -> Run:
        """Rules compiled, and columns brought into the engine's form: what is not timed."""
        ...


def hundredths(numbers: Any) -> Any:
    """Floats as they are printed with two decimals, times 100; -1 for what is no number."""
    return np.rint(np.nan_to_num(np.asarray(numbers, np.float64) * 100, nan=-1)).astype(np.int64)


def contexts(columns: Any) -> list[dict[str, Any]]:
    """A dictionary for each unit, as engines take it that read one unit at a time; a choice is its word."""
    listed = [
        [OPTIONS[at] for at in column] if name.startswith("choice") else column.tolist()
        for name, column in columns.items()
    ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*listed, strict=True)]


@frozen(eq=False)
class Floats:
    """The result of an engine that counts in floats: a column for each criterion, the index, the rate."""

    columns: Any
    rounded: Any
    rate: Any

    def points(self, at: int) -> Any:
        return hundredths(self.columns[at])

    def index(self) -> Any:
        return hundredths(self.rounded)

    def ranks(self) -> Any:
        rate = np.asarray(self.rate, np.float64)
        order = np.argsort(-rate, kind="stable")
        first = np.concatenate([[True], np.diff(rate[order]) != 0])
        places = np.empty(len(rate), np.int64)
        places[order] = np.maximum.accumulate(np.where(first, np.arange(len(rate)), 0)) + 1
        return places
