"""A whole edition over a wide table at rest, from the command line: processor time and peak memory by engine.

100 criteria, only the index rounded; units in a table of their own, evidence in Parquet. The command reads,
checks, scores, ranks, classes and shows the best; with `--output` it writes every point too.
`python benchmarks/bench_engines.py [UNITS …]`, a million and fewer where none are named.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import generated
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SIZES = (3_321, 100_000, 1_000_000)
RUNS = (("columns", False), ("columns", True), ("duckdb", False))
DUCKDB_LIMIT = 3_321
"""Rows as a Python list each: more takes long and says no more."""
CRITERIA = 100


def write(folder: Path, units: int) -> None:
    """The edition, its units and their evidence: every third whole empty, every part within its whole."""
    generated.write(folder, CRITERIA, 1)
    for name in ("evidence.csv", "evidence.yaml"):
        (folder / name).unlink()
    random = np.random.default_rng(2024)
    names = pa.array([f"u{at:07d}" for at in range(units)])
    columns = {"unit": names}
    for at in range(CRITERIA):
        if "choice" in generated.RULES[at % len(generated.RULES)][0]:
            chosen = pa.array(random.integers(0, 3, units, dtype=np.int8))
            options = pa.array(["on_time", "late", "never"])
            columns[f"choice{at}"] = pa.DictionaryArray.from_arrays(chosen, options)
            continue
        whole = random.choice(np.array([0, 7, 120, 9973, 104729], np.int32), units)
        columns[f"whole{at}"] = pa.array(whole)
        columns[f"part{at}"] = pa.array((random.integers(0, 1 << 30, units) % (whole + 1)).astype(np.int32))
    pq.write_table(pa.table(columns), folder / "evidence.parquet")
    pq.write_table(pa.table({"id": names, "kind": ["bench-province"] * units}), folder / "units.parquet")


def measured(command: list[str]) -> tuple[float, float, int]:
    """Seconds of processor and of the clock, and the peak of memory in MB, of a process of its own."""
    start = time.perf_counter()
    script = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command], check=True, capture_output=True, text=True
    )
    processor, peak = done.stdout.split()
    return float(processor), time.perf_counter() - start, int(peak)


def asked(engine: str, folder: Path, *, output: bool) -> list[str]:
    """The command that scores the evidence of a folder, and writes every point where that is asked."""
    command = [str(Path(sys.executable).with_name("parcore")), "score", "bench@1", "--path", str(folder)]
    command += ["--period", "2024", "--engine", engine]
    command += ["--evidence", str(folder / "evidence.parquet")]
    command += ["--units-table", str(folder / "units.parquet")]
    return [*command, "--output", str(folder / "result.parquet")] if output else command


@click.command()
@click.argument("sizes", nargs=-1, type=click.IntRange(min=1), metavar="[UNITS]...")
def main(sizes: tuple[int, ...]) -> None:
    """Measure each engine at each size: so many UNITS each, else 3 321, 100 000 and a million."""
    for units in sizes or SIZES:
        with TemporaryDirectory() as name:
            folder = Path(name)
            write(folder, units)
            for engine, output in RUNS:
                if engine == "duckdb" and units > DUCKDB_LIMIT:
                    continue
                processor, clock, peak = measured(asked(engine, folder, output=output))
                written = ", every point written" if output else ""
                told = f"{processor:.1f} s of processor, {clock:.1f} s, {peak} MB"
                click.echo(f"{units} units, {engine}{written}: {told}")


if __name__ == "__main__":
    main()
