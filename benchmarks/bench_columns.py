"""How long bulk evidence of many units × 100 criteria takes in columns, beside floats and the exact reading.

The same work, in one run: the points of every criterion and component, base, rate, total and the rounded
index, ranks and bands. `floats` is plain NumPy in float64, written by hand for these rules alone, without
states other than missing, and wrong where floats are; so is `C`, a loop for each criterion (`loop.c`),
compiled by `cc -O3`. Times are of the processor, not of the clock, and all work is done in turns.
"""

from __future__ import annotations

import ctypes
import subprocess
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

from parcore.bulk.columnar import banded, ranks
from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.periods import Period
from parcore.readings.columns.bulk import Bulk, bulk_block
from parcore.readings.columns.chunks import BlockPlan, BlockReading, plan_of
from parcore.readings.exact import evaluate
from parcore.readings.pair.block import Block
from parcore.registry import Registry
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
    plan, compiled = (plan_of(program, block.shapes, roots, native=native) for native in (False, True))
    read, again = plan.read(block), compiled.read(block)
    index, rate = read["index:rate:rounded"], read["index:rate"]
    sample = np.random.default_rng(7).choice(size, min(size, 60), replace=False)
    scopes = [Row(fields, int(at)) for at in sample]
    click.echo(f"\n{size} units × {CRITERIA} criteria, {len(roots)} roots, {read.undecided} rows read again")
    loop = looped(fields)
    measured = timed(
        {
            "block": lambda: bulk_block(program, fields, PERIOD),
            "fold": lambda: plan_of(program, block.shapes, roots),
            "fold, compiled before": lambda: plan_of(program, block.shapes, roots, native=True),
            "NumPy": lambda: plan.read(block, threads=1),
            "native": lambda: compiled.read(block, threads=1),
            "ranks and bands": lambda: (ranks(rate, Ties.COMPETITION), banded(index, bands)),  # type: ignore[arg-type]
            "floats": lambda: floats(fields),
            "C": loop,
            "exact": lambda: [evaluate(program, scope) for scope in scopes],
        },
        times,
    )
    measured["exact"] = [each / len(scopes) * size for each in measured["exact"]]
    for name, taken in measured.items():
        click.echo(
            f"  {name:22} median {median(taken) * 1000:12.2f} ms   ({min(taken) * 1000:.2f} to"
            f" {max(taken) * 1000:.2f})   {median(taken) / size * 1e6:9.3f} µs a unit"
        )
    for one, two in (("floats", "NumPy"), ("floats", "native"), ("C", "native"), ("exact", "NumPy")):
        click.echo(f"  {one} / {two}: {median(measured[one]) / median(measured[two]):.2f}")
    held = sum(
        each.numbers.nbytes + (0 if each.states is None else each.states.nbytes) for each in fields.values()
    )
    kept, streamed = (peak(work) for work in (lambda: plan.read(block), lambda: drained(plan, block)))
    click.echo(
        f"  memory: columns {held / 1e6:.0f} MB; with all that the reading holds and gives"
        f" {(held + kept) / held:.2f} ×, in parts {(held + streamed) / held:.2f} ×"
    )
    same(program, read, roots, scopes, sample)
    same(program, again, roots, scopes, sample)
    told(fields, read)


def drained(plan: BlockPlan, block: Block) -> None:
    """Read part after part, and keep none."""
    for _ in plan.parts(block):
        pass


def peak(work: Callable[[], object]) -> int:
    """The most memory that is held at once on top of what was before."""
    tracemalloc.start()
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def timed(works: Mapping[str, Callable[[], object]], times: int) -> dict[str, list[float]]:
    """Seconds of the processor of each work, each time; all of them in turns."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            start = process_time()
            work()
            taken[name].append(process_time() - start)
    return taken


def looped(fields: Mapping[Any, Bulk]) -> Callable[[], object]:
    """The same work in C."""
    with TemporaryDirectory() as folder:
        made = Path(folder) / "loop.so"
        source = Path(__file__).with_name("loop.c")
        subprocess.run(["cc", "-O3", "-shared", "-fPIC", source, "-o", made, "-lm"], check=True)
        score = ctypes.CDLL(str(made)).score
    size = len(fields["whole0"].numbers)
    empty = Bulk(np.zeros(1, np.int32), 1, np.zeros(1, np.int8))
    parts, wholes, choices = (
        [fields.get(f"{name}{at}", empty) for at in range(CRITERIA)] for name in ("part", "whole", "choice")
    )
    states = [
        (choice if at % 5 == 3 else part).states
        for at, (part, choice) in enumerate(zip(parts, choices, strict=True))
    ]

    def table(columns: list[Any]) -> Any:
        return (ctypes.c_void_p * len(columns))(*(each.ctypes.data for each in columns))

    given = (
        table(states), table([each.states for each in wholes]), table([each.numbers for each in parts]),
        table([each.numbers for each in wholes]), table([each.numbers for each in choices]),
    )  # fmt: skip

    def run() -> object:
        points = [np.empty(size) for _ in range(CRITERIA)]
        rest = [np.empty(size) for _ in range(4)]
        addresses = (ctypes.c_void_p(each.ctypes.data) for each in rest)
        score(ctypes.c_int64(size), ctypes.c_int32(CRITERIA), *given, table(points), *addresses)
        return points, rest

    return run


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
