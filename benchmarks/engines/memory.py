"""The most memory that an engine needs: `python -m benchmarks.engines.memory ENGINE STYLE FOLDER`.

A process of its own does the work once for a few units, so that everything is loaded; what it holds then is
the baseline. Then it reads the columns in FOLDER, brings them into the engine's form, does the work, and
tells how far its resident memory rose above the baseline, in bytes: columns, work and results together.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.engines.data import Columns
from benchmarks.engines.work import FIELDS, Style

ROOT = Path(__file__).resolve().parents[2]


def keep(columns: Columns, folder: Path) -> None:
    """Write the columns to files, for processes of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, column in columns.items():
        np.save(folder / f"{name}.npy", column)


def taken(engine: str, style: Style, folder: Path) -> int | None:
    """The bytes that the work takes in a process of its own; None where it did not end well."""
    words = [sys.executable, "-m", "benchmarks.engines.memory", engine, style.value, str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return int(json.loads(done.stdout)) if done.returncode == 0 else None


def _status(word: str) -> int:
    """A line of the process's own status, in bytes."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(word):
            return int(line.split()[1]) * 1024
    raise ValueError(word)


def _begin() -> int:
    """What is resident now; the peak is counted anew from here, where the system can."""
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
        return _status("VmRSS")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _peak() -> int:
    try:
        return _status("VmHWM")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _columns(folder: Path) -> dict[str, Any]:
    return {name: np.load(folder / f"{name}.npy") for name in FIELDS}


@click.command()
@click.argument("engine")
@click.argument("style", type=click.Choice([each.value for each in Style]))
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def main(engine: str, style: str, folder: Path) -> None:
    """Print the bytes."""
    from benchmarks.engines.registry import ENGINES

    chosen, said = ENGINES[engine], Style(style)
    few = {name: column[:63].copy() for name, column in _columns(folder).items()}
    chosen.ready(said, few)()
    del few
    baseline = _begin()
    run = chosen.ready(said, _columns(folder))
    result = run()
    peak = _peak()
    assert result is not None
    click.echo(json.dumps(peak - baseline))


if __name__ == "__main__":
    main()
