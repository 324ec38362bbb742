"""How long `parcore score one-stop` takes on millions of synthetic dossiers, in two threads, and its memory.

The dossiers are drawn once and repeated under new numbers: `--number` of them from `--drawn` different ones.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import click

from parcore.testing.dossiers import TABLE, write

SECONDS = 60
MEGABYTES = 2_000


def repeat(path: Path, number: int, drawn: int) -> None:
    """Make a table of so many rows, each with an id of its own, of the one drawn."""
    header, *rows = path.read_text("utf-8").splitlines(keepends=True)
    parts = [(before, rest.partition(",")[2]) for before, _, rest in (row.partition("SYN-") for row in rows)]
    with path.open("w", encoding="utf-8") as file:
        file.write(header)
        for first in range(0, number, drawn):
            file.writelines(f"{before}SYN-{first + at},{after}" for at, (before, after) in enumerate(parts))


@click.command()
@click.option("--number", default=10_000_000, show_default=True)
@click.option("--drawn", default=100_000, show_default=True)
@click.option("--dir", "where", type=click.Path(path_type=Path), help="Where the tables are made.")
def main(number: int, drawn: int, where: Path | None) -> None:
    """Measure the whole command from the prompt: its time, and the most memory that it had."""
    with TemporaryDirectory(dir=where) as name:
        folder = Path(name)
        write(folder, 7, drawn)
        repeat(folder / TABLE, number, drawn)
        size = (folder / TABLE).stat().st_size // 10**6
        click.echo(f"{number} dossiers, {size} MB, {os.cpu_count()} cores")
        parcore = str(Path(sys.executable).with_name("parcore"))
        words = [
            parcore,
            "score",
            "one-stop",
            "--path",
            name,
            "--evidence",
            str(folder / "agencies.yaml"),
            "--format",
            "csv",
        ]
        start = perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        taken = perf_counter() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        used, busy = usage.ru_maxrss // 1000, usage.ru_utime + usage.ru_stime
        verdict = "ok" if taken <= SECONDS and used <= MEGABYTES else "OVER"
        click.echo(f"{taken:.1f} s, of processor {busy:.1f} s, {used} MB")
        click.echo(f"target {SECONDS} s, {MEGABYTES} MB: {verdict}")


if __name__ == "__main__":
    main()
