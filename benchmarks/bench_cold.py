"""How long a whole index takes from the prompt, cold: each run a process of its own, in processor time.

Scores and shows the 63 provinces of an edition with published figures, and the demo. Modules are compiled
beforehand, as an installation does.
"""

from __future__ import annotations

import compileall
import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

import click

import parcore

TARGET = 0.5
TIMES = 11
COMMANDS = (("score", "par-index-province@2022"), ("score", "par-index-province@2024"), ("demo",))


def processor_time(command: list[str]) -> float:
    """The processor time, of user and system, that a process takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Time each command."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(str(Path(parcore.__file__).parent), quiet=2)
    program = str(Path(sys.executable).with_name("parcore"))
    for command in COMMANDS:
        taken = [processor_time([program, *command]) for _ in range(TIMES)]
        verdict = "ok" if median(taken) <= TARGET else "SLOW"
        click.echo(
            f"parcore {' '.join(command)}: median {median(taken) * 1000:.0f} ms"
            f" ({min(taken) * 1000:.0f}–{max(taken) * 1000:.0f}) of {TIMES}"
            f" (target {TARGET * 1000:.0f}: {verdict})"
        )


if __name__ == "__main__":
    main()
