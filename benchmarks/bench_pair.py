"""How long 63 and 3 321 units × 100 criteria take in columns, beside the exact reading in the same run."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click
from generated import write
from timing import measure

from parcore.editions.compile import compile_edition
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults
from parcore.readings.columns.reading import pair, run
from parcore.readings.exact import evaluate
from parcore.readings.pair.block import block_of
from parcore.registry import Registry
from parcore.results.scope import UnitScope

LEAST = {63: 1, 3321: 10}
"""How many times as fast as the exact reading the fold should be, for so many units."""


def main() -> None:
    """Measure a province's and a country's worth of units."""
    compare(63, 7)
    compare(3321, 1)


def compare(units: int, times: int) -> None:
    """Measure the fold, the making of its block, and the exact reading; stop where they differ."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, criteria=100, units=units)
        registry = Registry((folder,))
        edition = registry.edition("bench@1")
        evidence = registry.evidence("bench", edition.vocabulary, (), Defaults())
    period = Period(2024)
    program = compile_edition(edition, "").program
    scopes = [UnitScope(unit, period, evidence, Stage.FINAL) for unit in sorted(evidence.units(period))]
    click.echo(f"{units} units, {len(program.nodes)} steps each, {len(program.roots)} roots")
    block = block_of(program, scopes)
    exact = measure("exact", lambda: [evaluate(program, scope) for scope in scopes], 60, times)
    folded = measure("columns: the fold", lambda: run(program, block), exact / LEAST[units], times)
    whole = measure("columns: with the block", lambda: pair(program, scopes), exact, times)
    click.echo(f"exact / columns: {exact / folded:.1f} for the fold, {exact / whole:.1f} with its block")
    reading = pair(program, scopes)
    for at in range(0, units, 63):
        trace = evaluate(program, scopes[at])
        if reading.redone or any(reading[root][at] != trace[root] for root in program.roots):
            raise SystemExit(f"the readings differ, or {reading.why}")


if __name__ == "__main__":
    main()
