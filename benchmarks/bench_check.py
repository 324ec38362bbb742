"""How long `check` takes on a generated edition of 100 criteria, once everything is imported."""

from __future__ import annotations

import cProfile
import pstats
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from generated import write
from timing import measure

from parcore.checking import check, documents_at
from parcore.diagnostics import Findings
from parcore.documents.schema import check_shape
from parcore.documents.yaml import read_yaml
from parcore.evidence.sections import Defaults
from parcore.registry import Registry

TARGET = 0.100


def main() -> None:
    """Measure the check as a whole and its two largest parts; with `--profile`, where the time goes."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, criteria=100, units=63)
        path = folder / "edition.yaml"

        def whole() -> None:
            checked = check(Registry((folder,)), documents_at(path), Defaults())
            if checked.findings.errors:
                raise SystemExit([each.render("en") for each in checked.findings.errors][:3])

        whole()  # imports, schemas
        measure("check, 100 criteria", whole, TARGET)
        tree = read_yaml(path, Findings())
        measure("  of which YAML to tree", lambda: read_yaml(path, Findings()), TARGET)
        measure("  of which the schema", lambda: check_shape(tree, "edition", Findings()), TARGET)
        if "--profile" in sys.argv:
            profile = cProfile.Profile()
            profile.runcall(whole)
            click.echo()
            pstats.Stats(profile).sort_stats("cumulative").print_stats("parcore", 30)


if __name__ == "__main__":
    main()
