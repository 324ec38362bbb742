"""How long `parcore score one-stop` takes on millions of synthetic dossiers, in two threads, and how much memory.

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
import duckdb

from parcore.testing.dossiers import TABLE, write

SECONDS = 60
MEGABYTES = 2_000


def repeat(path: Path, number: int, drawn: int, form: str) -> Path:
    """Make a table of so many rows, each with an id of its own, in place of the one drawn."""
    out = path.with_suffix(f".{form}")
    once = path.rename(path.with_suffix(".once"))
    options = "FORMAT csv, HEADER" if form == "csv" else "FORMAT parquet"
    with duckdb.connect(config={"memory_limit": "1GB", "threads": 2}) as connection:
        connection.execute(
            "COPY (SELECT * EXCLUDE (row, round) REPLACE ('SYN-' || (round * $drawn + row) AS id) FROM"
            " (SELECT *, row_number() OVER () AS row FROM read_csv($path, all_varchar=true)),"
            f" range(($number / $drawn)::BIGINT) AS rounds(round)) TO '{out}' ({options})",
            {"drawn": drawn, "path": str(once), "number": number},
        )
    return out


@click.command()
@click.option("--number", default=10_000_000, show_default=True)
@click.option("--drawn", default=100_000, show_default=True)
@click.option("--form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@click.option("--dir", "where", type=click.Path(path_type=Path), help="Where the tables are made.")
def main(number: int, drawn: int, form: str, where: Path | None) -> None:
    """Measure the whole command from the prompt: its time, and the most memory that it had."""
    with TemporaryDirectory(dir=where) as name:
        folder = Path(name)
        write(folder, 7, drawn)
        table = repeat(folder / TABLE, number, drawn, form)
        document = folder / "agencies.yaml"
        document.write_text(document.read_text("utf-8").replace(TABLE, table.name), "utf-8")
        (folder / "officials.yaml").unlink()
        click.echo(f"{number} dossiers, {table.stat().st_size // 10**6} MB as {form}, {os.cpu_count()} cores")
        parcore = str(Path(sys.executable).with_name("parcore"))
        words = [parcore, "score", "one-stop", "--path", name, "--evidence", str(document), "--format", "csv"]
        start = perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        taken = perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1000
        verdict = "ok" if taken <= SECONDS and used <= MEGABYTES else "OVER"
        click.echo(f"{taken:.1f} s, {used} MB (target {SECONDS} s, {MEGABYTES} MB: {verdict})")


if __name__ == "__main__":
    main()
