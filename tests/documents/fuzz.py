"""Documents, tables and saved results changed at random: none crashes, none hangs, none is wrongly accepted.

    python -m tests.documents.fuzz SECONDS SEED

In: every document and table that is shipped and of the good corpus, each among those it stands with.
Out: counts; a case that fails is shown with its seed, and `case(SEED, number)` makes it again.
What is accepted must be what the text says to a second reader (`tests.documents.second`), must stay the
same when it is printed and read again, and must not be the original where a number is another.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

from parcore import api
from parcore.results.output import to_json
from tests.documents.changes import changed
from tests.documents.judging import Ground, judge
from tests.documents.second import Wrong

HERE = Path(__file__).parent
METHODOLOGIES = HERE.parent.parent / "methodologies"
NAMES = re.compile(r"^[\w-]+$|(?<=vi: )[^,}]+(?=, en)", re.MULTILINE)
"""In a member of a document of units: its id, its name."""

LIMIT = 20
"""Seconds after which a case hangs."""

WORDS = "vocabulary: words\nfields: [{id: x, kind: count, title: X}]\n"
RESULTS = "evidence: words\nresults:\n  - {index: example, file: result.json}\n"


class Target(NamedTuple):
    """A file to be changed, and the files that it stands with, by their path in one folder."""

    name: str
    files: dict[str, bytes]


class Case(NamedTuple):
    """A target with what stands in it after the change."""

    target: Target
    data: bytes


def _read(folder: Path) -> dict[str, bytes]:
    kinds = (".yaml", ".csv", ".json")
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in sorted(folder.rglob("*.*"))
        if each.suffix in kinds and "dist" not in each.parts
    }


def _saved() -> dict[str, bytes]:
    """A saved result and the evidence that names it."""
    edition = api.load_edition("example@2025")
    evidence = api.read_evidence(edition)
    result = to_json(api.score(edition, evidence, evidence.periods()[-1]), "vi")
    units = METHODOLOGIES / "example/parcore_example/units.yaml"
    files = {"words.yaml": WORDS.encode(), "evidence.yaml": RESULTS.encode(), "result.json": result.encode()}
    return {**files, "units.yaml": units.read_bytes()}


def folders() -> Iterator[dict[str, bytes]]:
    """Sets of documents that stand together."""
    ground = _read(HERE / "ground")
    for each in sorted((HERE / "good").iterdir()):
        own = _read(each) if each.is_dir() else {each.name: each.read_bytes()}
        yield own | {name: data for name, data in ground.items() if name not in own}
    vietnam = METHODOLOGIES / "vietnam/parcore_vietnam"
    units = {f"units/{name}": data for name, data in _read(vietnam / "units").items()}
    packages = [next((METHODOLOGIES / name).glob("parcore_*")) for name in ("par-index", "nam-dinh", "papi")]
    alone = [
        each for each in vietnam.iterdir() if each.is_dir() and each.name not in ("units", "__pycache__")
    ]
    for each in (*sorted(alone), *packages, METHODOLOGIES / "example/parcore_example"):
        own = _read(each)
        printed = {name: data for name, data in own.items() if name.startswith("observations/")}
        rules = {name: data for name, data in own.items() if name not in printed}
        for some in filter(None, (printed, rules)):
            yield some | {name: _named(data, some) for name, data in units.items()}
    yield _saved()


def _named(units: bytes, files: dict[str, bytes]) -> bytes:
    """Of a document of units those that some files name, so that a case is quick."""
    texts = b"\n".join(files.values()).decode("utf-8-sig")
    head, *members = units.decode("utf-8").split("\n  - id: ")
    named = [each for each in members if any(word in texts for word in NAMES.findall(each))]
    return "\n  - id: ".join([head, *(named or members[:2])]).encode()


def targets() -> list[Target]:
    """Every file of every set; of the units that many sets share, one."""
    found = {each: files for files in folders() for each in ((name, files[name]) for name in files)}
    return [Target(name, files) for (name, _), files in found.items()]


TARGETS: list[Target] = []


def case(seed: int, number: int) -> Case:
    """The case of a number: the same for the same seed."""
    if not TARGETS:
        TARGETS.extend(targets())
    random = Random(f"{seed}/{number}")
    target = random.choice(TARGETS)
    if random.random() < 0.02:  # one of many, and the only one of its form
        target = next(each for each in TARGETS if each.name == "result.json")
    return Case(target, changed(target.name, target.files, random))


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Work that is stopped when it takes longer.

    Raises:
        TimeoutError: it did.
    """

    def late(*_: object) -> None:
        raise TimeoutError(f"no end after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class Fuzz:
    """Runs cases in one folder for each set of files; `counts` says what became of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._grounds: dict[int, Ground] = {}
        self.counts: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.slowest = 0.0

    def run(self, made: Case) -> None:
        """Judge a case.

        Raises:
            Wrong: it is wrongly accepted, or told at no place.
            Exception: whatever the engine fails with.
        """
        known = self._grounds.get(id(made.target.files))
        if known is None:
            at = self._folder / str(len(self._grounds))
            known = self._grounds[id(made.target.files)] = Ground.laid_out(at, made.target.files)
        path = known.folder / made.target.name
        path.write_bytes(made.data)
        began = time.process_time()
        try:
            with limited(LIMIT):
                verdict = judge(known, path, made.target.files[made.target.name])
        finally:
            path.write_bytes(made.target.files[made.target.name])
        self.slowest = max(self.slowest, time.process_time() - began)
        self.counts[f"{verdict.kind}: {'accepted' if verdict.accepted else 'refused'}"] += 1
        self.counts.update(verdict.held)
        self.codes.update(verdict.codes)


@contextmanager
def nothing_installed() -> Iterator[None]:
    """No methodology is at hand but those of a case's folder."""
    if not TARGETS:
        TARGETS.extend(targets())  # the saved result is one of what is installed
    with patch("parcore.registry.entry_points", lambda **_: ()):
        yield


def main() -> int:
    """Run cases for some seconds; gives the number of those that failed."""
    seconds, seed, failed, number = float(sys.argv[1]), int(sys.argv[2]), 0, 0
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    with tempfile.TemporaryDirectory() as folder, nothing_installed():
        fuzz, end = Fuzz(Path(folder)), time.monotonic() + seconds
        while time.monotonic() < end:
            made = case(seed, first + number)
            try:
                fuzz.run(made)
            except Exception as error:
                failed += 1
                kind = "wrong" if isinstance(error, Wrong) else type(error).__name__
                sys.stdout.write(f"case {first + number} ({made.target.name}): {kind}: {str(error)[:1500]}\n")
                sys.stdout.flush()
            number += 1
        told = {"cases": number, "failed": failed, "seed": seed, "slowest": round(fuzz.slowest, 2)}
        told |= {"codes": len(fuzz.codes), **dict(sorted(fuzz.counts.items()))}
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
    return failed


def replay(seed: int, number: int) -> Any:
    """Run one case again, as `main` did."""
    with tempfile.TemporaryDirectory() as folder, nothing_installed():
        made = case(seed, number)
        Fuzz(Path(folder)).run(made)
        return made


if __name__ == "__main__":
    sys.exit(min(main(), 1))
