"""How long the exact scores of 63 units under 100 criteria take, with a trace of every step."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click
from generated import write
from timing import measure

from parcore.editions.compile import compile_edition
from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults
from parcore.registry import Registry
from parcore.results.scoring import score

TARGET = 0.250


def main() -> None:
    """Measure scoring from evidence in memory, and compiling, reading and re-computing beside it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, criteria=100, units=63)
        registry = Registry((folder,))
        edition = registry.edition("bench@1")
        evidence = registry.evidence("bench", edition.vocabulary, (), Defaults())
        period = Period(2024)
        result = score(edition, evidence, registry.units, period)
        steps = len(result.scorecards[0].trace.values)
        click.echo(
            f"{len(result.scorecards)} units, {len(list(edition.leaves))} criteria, {steps} steps each"
        )
        measure("score with trace", lambda: score(edition, evidence, registry.units, period), TARGET)
        measure("  of which compiling", lambda: compile_edition(edition, ""), TARGET)
        measure("re-computing every trace", lambda: [c.trace.rerun() for c in result.scorecards], TARGET)
        measure(
            "reading the evidence",
            lambda: registry.evidence("bench", edition.vocabulary, (), Defaults()),
            TARGET,
        )


if __name__ == "__main__":
    main()
