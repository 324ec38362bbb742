"""How long bulk evidence of many units × 100 criteria takes in columns, beside floats and the exact reading.

The same work, in one run: the points of every criterion and component, base, rate, total and the rounded
index, ranks and bands. `floats` is plain NumPy in float64, written by hand for these rules alone, without
states other than missing, and wrong where floats are. Times are of the processor, not of the clock.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import click
import numpy as np
from generated import write

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.periods import Period
from parcore.readings.bulk import Bulk, bulk_block
from parcore.readings.chunks import BlockReading, plan_of, read_block
from parcore.readings.exact import evaluate
from parcore.registry import Registry
from parcore.results.columnar import banded, ranks
from parcore.rules.graph import Domain
from parcore.rules.policies import Ties
from parcore.rules.program import Program
from parcore.values import State, Value

CRITERIA = 100
PERIOD = Period(2024)
CHOICES = ("on_time", "late", "never")
WHOLES = np.array([0, 7, 120, 9973, 104729])


@click.command()
@click.option(
    "--units", multiple=True, type=int, default=(3_321, 100_000), help="How many units, each in turn."
)
@click.option("--times", default=5, help="How often each is run.")
def main(units: tuple[int, ...], times: int) -> None:
    """Print a table of medians and spreads, and stop where a cell of a sample is not the exact one."""
    with TemporaryDirectory() as name:
        write(Path(name), criteria=CRITERIA, units=3)
        edition = Registry((Path(name),)).edition("bench@1")
    program = compile_edition(edition, "").program
    roots = [root for root in program.roots if root.startswith(("points:", "index:"))]
    for size in units:
        compare(edition, program, roots, size, times)


def compare(edition: Edition, program: Program, roots: list[str], size: int, times: int) -> None:
    """Measure one size."""
    fields = drawn(size)
    bands = [each.intervals[""] for each in edition.classes[0].ordered("")]
    block = bulk_block(program, fields, PERIOD)
    plan = plan_of(program, block.shapes, roots)
    read = plan.read(block)
    index, rate = read["index:rate:rounded"], read["index:rate"]
    sample = np.random.default_rng(7).choice(size, min(size, 60), replace=False)
    scopes = [Row(fields, int(at)) for at in sample]
    click.echo(f"\n{size} units × {CRITERIA} criteria, {len(roots)} roots, {read.undecided} rows read again")
    measured = {
        "block": timed(lambda: bulk_block(program, fields, PERIOD), times),
        "columns": timed(lambda: read_block(program, block, roots), times),
        "columns, folded before": timed(lambda: plan.read(block), times),
        "ranks and bands": timed(lambda: (ranks(rate, Ties.COMPETITION), banded(index, bands)), times),  # type: ignore[arg-type]
        "floats": timed(lambda: floats(fields), times),
    }
    exact = timed(lambda: [evaluate(program, scope) for scope in scopes], min(times, 3))
    measured["exact (from a sample)"] = [each / len(scopes) * size for each in exact]
    for name, taken in measured.items():
        click.echo(
            f"  {name:24} median {median(taken) * 1000:12.1f} ms   ({min(taken) * 1000:.1f} to"
            f" {max(taken) * 1000:.1f})   {median(taken) / size * 1e6:9.2f} µs a unit"
        )
    whole = sum(median(measured[each]) for each in ("block", "columns", "ranks and bands"))
    click.echo(f"  floats / columns with block, ranks and bands: {median(measured['floats']) / whole:.2f}")
    click.echo(f"  exact / columns with block: {median(measured['exact (from a sample)']) / whole:.0f}")
    held = sum(
        each.numbers.nbytes + (0 if each.states is None else each.states.nbytes) for each in fields.values()
    )
    tracemalloc.start()
    read_block(program, block, roots)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    click.echo(
        f"  memory: columns {held / 1e6:.0f} MB; with what was read of them {(held + peak) / held:.2f} ×"
    )
    same(program, read, roots, scopes, sample)
    told(fields, read)


def timed(work: Callable[[], object], times: int) -> list[float]:
    """Seconds of the processor, each time."""
    taken = []
    for _ in range(times):
        start = process_time()
        work()
        taken.append(process_time() - start)
    return taken


def drawn(size: int) -> dict[str | tuple[str, int], Bulk]:
    """Evidence as `generated` writes it, in columns; one cell in fifty is missing."""
    random = np.random.default_rng(2024)
    fields: dict[str | tuple[str, int], Bulk] = {}

    def put(name: str, numbers: Any, options: tuple[str, ...] = ()) -> None:
        states = np.where(random.random(size) < 0.02, State.MISSING, State.OK).astype(np.int8)
        fields[name] = Bulk(np.where(states == 0, numbers, 0).astype(numbers.dtype), 1, states, options)

    for at in range(CRITERIA):
        if at % 5 == 3:
            put(f"choice{at}", random.integers(0, 3, size).astype(np.int8), CHOICES)
            continue
        whole = (WHOLES[random.integers(0, 5, size)] * random.integers(1, 9, size)).astype(np.int32)
        put(f"whole{at}", whole)
        put(f"part{at}", (random.random(size) * (whole + 1)).astype(np.int32))
        # No part of a whole that is missing or 0 is more than the whole.
        part, of = fields[f"part{at}"], fields[f"whole{at}"]
        fields[f"part{at}"] = Bulk(np.minimum(part.numbers, of.numbers), 1, part.states)
    return fields


def floats(fields: Mapping[Any, Bulk]) -> dict[str, Any]:
    """The same in float64, column by column: points, base, rate, rounded rate, ranks and bands."""
    size = len(fields["whole0"].numbers)
    base, attainable = np.zeros(size), np.zeros(size)
    found: dict[str, Any] = {}
    for at in range(CRITERIA):
        counts: Any = 2.0
        if at % 5 == 3:
            given = fields[f"choice{at}"]
            points = np.where(given.states == 0, np.array([2.0, 1.0, 0.0])[given.numbers], 0.0)
        else:
            part, whole = fields[f"part{at}"], fields[f"whole{at}"]
            known = (part.states == 0) & (whole.states == 0)
            a, b = part.numbers.astype(float), whole.numbers.astype(float)
            share = a / np.where(b == 0, 1, b)
            nothing = (whole.states == 0) & (b == 0)
            if at % 5 == 0:
                points = np.where(share >= 1, 2, np.where(share >= 0.8, share * 2, 0))
                points = np.where(nothing, 2, np.where(known, points, 0))
            elif at % 5 == 1:
                points = np.where(known & ~nothing, np.where(share > 0.9, 2, np.where(share >= 0.7, 1, 0)), 0)
            elif at % 5 == 2:
                line = np.where(share < 0.3, share / 0.3, np.where(share < 0.6, 1 + (share - 0.3) / 0.3, 2))
                points = np.where(known & ~nothing, line, 0)
                counts = np.where(nothing, 0.0, 2.0)
            else:
                points = np.where(known, np.maximum(2 - 0.01 * a - 0.001 * b, 0), 0)
        found[f"points:c{at}"] = points
        base, attainable = base + points, attainable + counts
    rate = 100 * base / attainable
    found["index:base"], found["index:rate"] = base, rate
    found["index:rate:rounded"] = rounded = np.floor(rate * 100 + 0.5) / 100
    order = np.argsort(-rate, kind="stable")
    first = np.concatenate([[True], np.diff(rate[order]) != 0])
    found["rank"] = np.empty(size, np.int64)
    found["rank"][order] = np.maximum.accumulate(np.where(first, np.arange(size), 0)) + 1
    found["band"] = np.where(rounded >= 90, 0, np.where(rounded >= 80, 1, 2))
    return found


class Row:
    """A unit of the columns, as the exact reading asks for it."""

    def __init__(self, fields: Mapping[Any, Bulk], at: int) -> None:
        self._fields, self._at = fields, at

    def field(self, name: str, lag: int) -> Value:
        given = self._fields.get(name)
        if given is None or given.states is None:
            return Value(State.MISSING)
        state = State(int(given.states[self._at]))
        return Value(state, Fraction(int(given.numbers[self._at]))) if state is State.OK else Value(state)

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        value = self.field(name, lag)
        chosen = self._fields[name].options[int(value.number)]
        return value if value.state else Value(State.OK, Fraction(options.index(chosen)))

    def members(self, domain: Domain) -> tuple[State, tuple[()]]:
        return State.MISSING, ()


def same(program: Program, read: BlockReading, roots: list[str], scopes: list[Row], sample: Any) -> None:
    """Stop where a cell of the sample is not the exact one."""
    for scope, at in zip(scopes, sample, strict=True):
        trace = evaluate(program, scope)
        wrong = [root for root in roots if read[root][int(at)] != trace[root]]
        if wrong:
            raise SystemExit(f"unit {at}: {wrong} are not what the exact reading gives")


def told(fields: Mapping[Any, Bulk], read: BlockReading) -> None:
    """How often floats are wrong in what is printed: the rounded rate, and ranks by the unrounded one."""
    plain = floats(fields)
    index: Any = read["index:rate:rounded"]
    right = np.asarray(index.n) / np.asarray(index.d)
    places, _shared = ranks(read["index:rate"], Ties.COMPETITION)  # type: ignore[arg-type]
    click.echo(
        f"  floats are wrong in {(plain['index:rate:rounded'] != right).sum()} rounded rates"
        f" and {(plain['rank'] != places).sum()} ranks"
    )


if __name__ == "__main__":
    main()
