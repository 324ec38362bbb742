#!/usr/bin/env python3
"""Runs mutmut over a random sample of the mutants of each scoring room (docs/trials.md).

    PARCORE_PROFILE=mutants python -m tools.mutants EACH SEED
    PARCORE_PROFILE=quick python -m tools.mutants again MODULE TEST…

EACH mutants of each module, the same for the same seed; a larger EACH goes on from a smaller one, and
what was run is not run again. `again` tries the survivors of a module with all of some tests. mutmut
(`pip install mutmut`) is set up in pyproject.toml; as a plugin of pytest this module runs the quickest
tests first, so that a mutant is killed soon, and of them no more than SECONDS.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

MUTANTS = Path("mutants")
SECONDS, LIMIT = 8, 180
KILLED, SURVIVED, UNTESTED, TIMEOUTS = (1, 3), 0, 33, (-24, 24, 36, 152, 255)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """The quickest tests first, as mutmut measured them, and no more than `SECONDS` of them."""
    stats = Path("mutmut-stats.json")  # the tests are run in the folder of mutants
    took = json.loads(stats.read_text("utf-8"))["duration_by_test"] if stats.exists() else {}
    items.sort(key=lambda each: took.get(each.nodeid, 0))
    sums = accumulate(took.get(each.nodeid, 0) for each in items)
    items[:] = [each for each, sum_ in zip(items, sums, strict=True) if sum_ <= SECONDS or not took]


def outcomes() -> dict[str, dict[str, int | None]]:
    """The exit status of each mutant run, None of the others, by module."""
    files = sorted((MUTANTS / "parcore").rglob("*.meta"))
    found = {each: json.loads(each.read_text("utf-8"))["exit_code_by_key"] for each in files}
    return {str(each.relative_to(MUTANTS))[:-5]: codes for each, codes in found.items() if codes}


def sampled(codes: dict[str, int | None], each: int, seed: int) -> list[str]:
    """The mutants of a module that belong to the sample."""
    names = sorted(codes)
    Random(seed).shuffle(names)
    return names[:each]


def word(code: int) -> str:
    """What became of a mutant."""
    if code in KILLED:
        return "killed"
    return "timed out" if code in TIMEOUTS else "survived" if code in (SURVIVED, UNTESTED) else f"exit {code}"


def again(module: str, tests: list[str]) -> None:
    """Try a module's survivors with some tests as they are now, and keep what becomes of them."""
    shutil.copytree("tests", MUTANTS / "tests", dirs_exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    file = MUTANTS / f"{module}.meta"
    held = json.loads(file.read_text("utf-8"))
    codes = held["exit_code_by_key"]
    for name in [name for name, code in codes.items() if code is not None and word(code) != "killed"]:
        environment = os.environ | {"MUTANT_UNDER_TEST": name}
        try:
            done = subprocess.run(
                command, cwd=MUTANTS, env=environment, capture_output=True, check=False, timeout=LIMIT
            )
            codes[name] = KILLED[0] if done.returncode == 1 else SURVIVED
        except subprocess.TimeoutExpired:
            codes[name] = TIMEOUTS[-1]
        print(f"{word(codes[name])}: {name}", flush=True)
        file.write_text(json.dumps(held), "utf-8")


def main() -> None:
    """Run what is left of the sample and print the score of each module."""
    if sys.argv[1] == "again":
        again(sys.argv[2], sys.argv[3:])
        return
    each, seed = int(sys.argv[1]), int(sys.argv[2])
    mutmut = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
    if not outcomes():  # makes the mutants and measures the tests
        subprocess.run([*mutmut, "parcore.numbers.x_round_to__mutmut_1"], check=True)
    left = [
        name for codes in outcomes().values() for name in sampled(codes, each, seed) if codes[name] is None
    ]
    if left:
        subprocess.run([*mutmut, *left], check=True)
    for module, codes in outcomes().items():
        run = {name: codes[name] for name in sampled(codes, each, seed)}
        count = Counter(word(code) for code in run.values() if code is not None)
        print(f"{module}: {len(codes)} made, {sum(count.values())} run,", dict(count))
        for name, code in run.items():
            if code is not None and word(code) != "killed":
                print(f"    {word(code)}: {name}")


if __name__ == "__main__":
    main()
