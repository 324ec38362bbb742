"""How long `parcore --version` takes from the prompt, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from timing import measure

TARGET = 0.150


def main() -> None:
    """Measure the command, `python -c pass` beside it, and a first real command."""
    python = sys.executable
    parcore = str(Path(python).with_name("parcore"))

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)

    measure("python -c pass", lambda: run(python, "-c", "pass"), TARGET, 10)
    measure("parcore --version", lambda: run(parcore, "--version"), TARGET, 10)
    measure("import parcore", lambda: run(python, "-c", "import parcore"), TARGET, 10)
    measure("parcore list", lambda: run(parcore, "list"), 1.0, 5)


if __name__ == "__main__":
    main()
