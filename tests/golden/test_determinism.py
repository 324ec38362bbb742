"""Published results are scored again bit for bit, on every Python that is there; a change has its erratum."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.golden.digests import digests

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PUBLISHED, ERRATA = HERE / "published.csv", HERE / "errata.csv"
LEAST = (3, 11)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected() -> dict[tuple[str, str], str]:
    """What each result must be: as published, then as each erratum changed it, in order.

    An erratum names what it replaces, so that none is written against another result than the one there was.
    """
    found = {(row["edition"], row["period"]): row["sha256"] for row in rows(PUBLISHED)}
    for row in rows(ERRATA):
        key = row["edition"], row["period"]
        assert found[key] == row["before"], f"the erratum of {key} is of another result"
        assert row["reason"].strip(), f"the erratum of {key} has no reason"
        found[key] = row["after"]
    return found


def test_every_shipped_result_is_what_was_published() -> None:
    """Edition by edition, period by period the result is the one published, or an erratum says why not."""
    assert {(edition, period): digest for edition, period, digest in digests()} == expected()


def pythons() -> Iterator[str]:
    """Every other Python from 3.11 on that is there, each version once."""
    seen = {sys.version_info[:2]}
    named = (shutil.which(f"python3.{minor}") for minor in range(LEAST[1], 30))
    kept = Path.home().glob(".pyenv/versions/3.*/bin/python3")
    for path in map(str, [*filter(None, named), *sorted(kept)]):
        ask = "import sys; print(*sys.version_info[:2])"
        told = subprocess.run([path, "-c", ask], capture_output=True, text=True, check=False).stdout.split()
        version = tuple(map(int, told))
        if len(version) == 2 and version >= LEAST and version not in seen:
            seen.add(version)
            yield path


@pytest.mark.parametrize("python", list(pythons()) or [None], ids=lambda each: Path(str(each)).parts[-3:][0])
def test_other_pythons_give_the_same(
    python: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scored by another version of Python, installed afresh, every result is the same to the last bit."""
    if python is None:
        pytest.skip("no other Python is there")
    made = tmp_path / "environment"
    subprocess.run([python, "-m", "venv", made], check=True)
    run = made / "bin" / "python"
    projects: list[Path] = [
        ROOT,
        *sorted(path.parent for path in ROOT.glob("methodologies/*/pyproject.toml")),
    ]
    install: list[str | Path] = [run, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", *projects]
    done = subprocess.run(install, capture_output=True, text=True, check=False, cwd=tmp_path)
    if done.returncode:
        pytest.skip(f"not to be installed there: {done.stderr[-300:]}")
    told = subprocess.run(
        [run, HERE / "digests.py"], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout
    with capsys.disabled():
        sys.stdout.write(f"\nscored again by {python}: {len(told.splitlines())} results\n")
    assert {tuple(line.split()[:2]): line.split()[2] for line in told.splitlines()} == expected()
