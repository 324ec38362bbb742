"""The engine's own readings of the work: exact, in columns, native where that can be imported, in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from attrs import frozen

from benchmarks.engines.data import Columns
from benchmarks.engines.edition import program_of
from benchmarks.engines.results import Run
from benchmarks.engines.work import OPTIONS, WORK, Style
from parcore import __version__
from parcore.bulk.columnar import ranks
from parcore.evidence.periods import Period
from parcore.readings.columns.bulk import Bulk, bulk_block
from parcore.readings.columns.chunks import BlockPlan, plan_of
from parcore.readings.exact import evaluate
from parcore.readings.pair.backend import Undecided
from parcore.rules.graph import Domain
from parcore.rules.policies import Ties
from parcore.values import State, Value

PERIOD = Period(2024)
RATE, INDEX = "index:rate", "index:rate:rounded"
_BEFORE = {each.names[1]: (each.names[0], 1) for each in WORK if each.kind == "growth"}

program = cache(program_of)


def roots(style: Style) -> list[str]:
    """What is asked for: points of criteria and components, base, rate, index."""
    return [root for root in program(style).roots if root.startswith(("points:", "index:"))]


def bulk_of(columns: Columns) -> dict[Any, Bulk]:
    """The columns as bulk evidence; a base of growth is the field a period before."""
    return {
        _BEFORE.get(name, name): Bulk(column, 1, None, OPTIONS if name.startswith("choice") else ())
        for name, column in columns.items()
    }


@frozen(eq=False)
class Values:
    """A result in exact columns: states, numerators and denominators of each root."""

    read: Any

    def points(self, at: int) -> Any:
        return _cents(self.read[f"points:c{at}"])

    def index(self) -> Any:
        return _cents(self.read[INDEX])

    def ranks(self) -> Any:
        return ranks(self.read[RATE], Ties.COMPETITION)[0]


def _cents(values: Any) -> Any:
    n, d = np.asarray(values.n), np.asarray(values.d)
    if np.dtype(object) in {n.dtype, d.dtype}:
        return np.array([int(a) * 100 // int(b) for a, b in zip(n, d, strict=True)])
    return n.astype(np.int64) * 100 // d


class InColumns:
    """Columns in NumPy, from bulk evidence: bounds read, rules folded and played; or folded before."""

    name, title = "columns", "parcore, NumPy"
    kept_name, kept_title = "columns-kept", "parcore, NumPy, fold kept"
    options: Mapping[str, Any] = {}

    def __init__(self, *, kept: bool) -> None:
        self.kept = kept
        if kept:
            self.name, self.title = self.kept_name, self.kept_title

    def version(self) -> str | None:
        return __version__

    def ready(self, style: Style, columns: Columns) -> Run:
        rules, asked, fields = program(style), roots(style), bulk_of(columns)

        def run(kept: BlockPlan | None = None) -> Values:
            block = bulk_block(rules, fields, PERIOD)
            plan = plan_of(rules, block.shapes, asked, **self.options) if kept is None else kept
            return Values(plan.read(block))

        if not self.kept:
            return run
        return partial(run, plan_of(rules, bulk_block(rules, fields, PERIOD).shapes, asked, **self.options))


class Native(InColumns):
    """The same, compiled to the machine's code."""

    name, title = "native", "parcore, native"
    kept_name, kept_title = "native-kept", "parcore, native, fold kept"
    options: Mapping[str, Any] = {"native": True}

    def version(self) -> str | None:
        return __version__ if find_spec("llvmlite") and find_spec("parcore.readings.columns.native") else None


class InDuckDB:
    """One SQL statement in integers, run by DuckDB."""

    name = "duckdb"
    title = "parcore, DuckDB"

    def version(self) -> str | None:
        try:
            import_module("parcore_sql")
            return str(import_module("duckdb").__version__)
        except ImportError:
            return None

    def ready(self, style: Style, columns: Columns) -> Run:
        from parcore_sql import score_block

        rules, fields = program(style), bulk_of(columns)

        def run() -> Values:
            found = score_block(rules, bulk_block(rules, fields, PERIOD))
            for each in found.values():
                if isinstance(each, Undecided):
                    raise each
            return Values(found)

        return run


def by_name(fields: Mapping[Any, Bulk]) -> dict[tuple[str, int], Bulk]:
    """Fields under their names and how many periods back."""
    return {name if isinstance(name, tuple) else (name, 0): each for name, each in fields.items()}


class Row:
    """A unit of the columns, as the exact reading asks for it."""

    def __init__(self, fields: Mapping[Any, Bulk], at: int) -> None:
        self._fields, self._at = fields, at

    def field(self, name: str, lag: int) -> Value:
        return Value(State.OK, Fraction(int(self._fields[name, lag].numbers[self._at])))

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        chosen = OPTIONS[int(self._fields[name, lag].numbers[self._at])]
        return Value(State.OK, Fraction(options.index(chosen)))

    def members(self, domain: Domain) -> tuple[State, tuple[()]]:
        return State.MISSING, ()


@frozen(eq=False)
class Traces:
    """A result of the exact reading: the trace of every unit."""

    traces: Sequence[Mapping[str, Value] | Any]

    def points(self, at: int) -> Any:
        return self._hundredths(f"points:c{at}")

    def index(self) -> Any:
        return self._hundredths(INDEX)

    def _hundredths(self, root: str) -> Any:
        return np.array([int(each[root].number * 100 // 1) for each in self.traces])

    def ranks(self) -> Any:
        rates = [each[RATE].number for each in self.traces]
        first: dict[Fraction, int] = {}
        for at, rate in enumerate(sorted(rates, reverse=True), 1):
            first.setdefault(rate, at)
        return np.array([first[rate] for rate in rates])


class Exact:
    """The definition: unit by unit, in fractions, with a trace of every step."""

    name = "exact"
    title = "parcore, exact with trace"

    def version(self) -> str:
        return __version__

    def ready(self, style: Style, columns: Columns) -> Run:
        rules, fields = program(style), by_name(bulk_of(columns))
        size = len(next(iter(columns.values())))
        return lambda: Traces([evaluate(rules, Row(fields, at)) for at in range(size)])


def compared(read: Values, columns: Columns, style: Style, rows: Sequence[int]) -> int:
    """How many cells were compared with the exact reading's.

    Raises:
        SystemExit: one that is not the same.
    """
    rules, asked, fields = program(style), roots(style), by_name(bulk_of(columns))
    for at in rows:
        trace = evaluate(rules, Row(fields, at))
        wrong = [root for root in asked if read.read[root][at] != trace[root]]
        if wrong:
            raise SystemExit(f"unit {at}: {wrong} are not what the exact reading gives")
    return len(rows) * len(asked)
