"""How long `parcore score one-stop` takes on millions of synthetic dossiers, in two threads, and its memory.

The dossiers are drawn once and repeated under new numbers: `--number` of them from `--drawn` different ones.
`--spark local[2]` has them counted on Spark, from `--files` files, beside the one table.
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
@click.option("--spark", metavar="MASTER", help="Count them on Spark as well.")
@click.option("--files", default=10, show_default=True, help="With --spark: into so many files they are cut.")
def main(number: int, drawn: int, where: Path | None, spark: str | None, files: int) -> None:
    """Measure the whole command from the prompt: its time, and the most memory that it had."""
    with TemporaryDirectory(dir=where) as name:
        folder = Path(name)
        write(folder, 7, drawn)
        repeat(folder / TABLE, number, drawn)
        size = (folder / TABLE).stat().st_size // 10**6
        click.echo(f"{number} dossiers, {size} MB, {os.cpu_count()} cores")
        told = measure(folder)
        if spark is not None:
            cut(folder, files, spark)
            same = measure(folder) == told
            click.echo(f"Spark on {spark}, {files} files: {'the same' if same else 'NOT THE SAME'}")


def measure(folder: Path) -> bytes:
    """Score, say how long it took (Spark's workers are not among its own), and give what was printed."""
    parcore = str(Path(sys.executable).with_name("parcore"))
    evidence = str(folder / "agencies.yaml")
    words = [parcore, "score", "one-stop", "--path", str(folder), "--evidence", evidence, "--format", "csv"]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE)
    taken, usage = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = usage.ru_utime + usage.ru_stime - before.ru_utime - before.ru_stime
    used = usage.ru_maxrss // 1000
    verdict = "ok" if taken <= SECONDS and used <= MEGABYTES else "OVER"
    click.echo(f"{taken:.1f} s, of its own processors {busy:.1f} s, {used} MB at most in a process")
    click.echo(f"target {SECONDS} s, {MEGABYTES} MB: {verdict}")
    return done.stdout


def cut(folder: Path, files: int, master: str) -> None:
    """Cut the table into files, and have the evidence name them."""
    (folder / "parts").mkdir()
    with (folder / TABLE).open(encoding="utf-8") as table:
        header, *rows = table
    each = -(-len(rows) // files)
    for number in range(files):
        with (folder / "parts" / f"part-{number:05}.csv").open("w", encoding="utf-8") as part:
            part.writelines([header, *rows[number * each : (number + 1) * each]])
    (folder / "dossiers.spark").write_text(f"files parts\nspark.master {master}\n", "utf-8")
    evidence = folder / "agencies.yaml"
    evidence.write_text(evidence.read_text("utf-8").replace(TABLE, "dossiers.spark"), "utf-8")


if __name__ == "__main__":
    main()
