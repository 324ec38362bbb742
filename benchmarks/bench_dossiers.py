"""How long `parcore score one-stop` takes on the synthetic dossiers of one province, and its parts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from timing import measure

from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults
from parcore.registry import Registry
from parcore.results.scoring import score
from parcore.testing.dossiers import PERIOD, write

NUMBER = 10_000
TARGET = 5.0


def main() -> None:
    """Measure the whole command from the prompt; reading with deriving, and scoring, beside it."""
    parcore = str(Path(sys.executable).with_name("parcore"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, 7, NUMBER)
        registry = Registry((folder,))
        edition, period = registry.edition("one-stop@2018"), Period(PERIOD)
        files = [folder / "agencies.yaml"]
        evidence = registry.evidence("one-stop", edition.vocabulary, files, Defaults())
        click.echo(f"{NUMBER} dossiers of {len(evidence.units(period))} agencies, five indicators each")

        def run(*words: str) -> None:
            subprocess.run([parcore, *words, "--path", name], check=True, capture_output=True)

        measure("parcore score one-stop", lambda: run("score", "one-stop"), TARGET, 3)
        unit, case = "synthetic-department-01", "SYN-00001"
        measure(
            "parcore explain … --record",
            lambda: run("explain", "one-stop", unit, "--record", case),
            TARGET,
            3,
        )
        measure(
            "reading and deriving",
            lambda: registry.evidence("one-stop", edition.vocabulary, files, Defaults()),
            TARGET,
            3,
        )
        measure("scoring", lambda: score(edition, evidence, registry.units, period), TARGET, 3)


if __name__ == "__main__":
    main()
