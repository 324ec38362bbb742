"""The engines of the benchmarks do one work: on plain evidence each gives what the exact reading gives."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.engines import memory
from benchmarks.engines.data import DATA, hard, ordinary
from benchmarks.engines.measure import Options, session
from benchmarks.engines.registry import ENGINES
from benchmarks.engines.report import markdown
from benchmarks.engines.results import Result
from benchmarks.engines.targets import targets
from benchmarks.engines.work import FIELDS, TWINS, WORK, Style
from benchmarks.engines.wrong import Wrong

PLAIN, HARD = ordinary(6), hard(24)


SCRIPTS = sorted((Path(__file__).parents[1] / "benchmarks").glob("bench_*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.stem)
def test_every_benchmark_starts(script: Path) -> None:
    """Each script finds all that it imports."""
    loading = f"import runpy; runpy.run_path({str(script)!r}, run_name='benchmark')"
    done = subprocess.run(
        [sys.executable, "-c", loading], cwd=script.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "script", [each for each in SCRIPTS if "@click" in each.read_text("utf-8")], ids=lambda each: each.stem
)
def test_a_benchmark_with_options_says_which(script: Path) -> None:
    """What it takes is told, and nothing is measured."""
    asked = [sys.executable, str(script), "--help"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.startswith("Usage: ")) == (0, True), done.stderr


@cache
def right_of(style: Style, *, plain: bool) -> Result:
    """What the exact reading gives."""
    return ENGINES["exact"].ready(style, PLAIN if plain else HARD)()


def same(name: str, style: Style, *, plain: bool) -> None:
    """Assert that an engine prints what the exact reading gives."""
    found, right = ENGINES[name].ready(style, PLAIN if plain else HARD)(), right_of(style, plain=plain)
    for each in WORK if style is Style.CRITERION else ():
        assert found.points(each.at).tolist() == right.points(each.at).tolist(), each
    assert found.index().tolist() == right.index().tolist()
    assert found.ranks().tolist() == right.ranks().tolist()


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("name", sorted(ENGINES.keys() - {"exact"}))
def test_engines_agree_on_plain_evidence(name: str, style: Style) -> None:
    """Every engine that is installed gives the points, indices and ranks of the exact reading."""
    if name in {"c", "c-vector"} and "CI" in os.environ:
        assert shutil.which("gcc"), "the C loop needs gcc"
    if ENGINES[name].version() is None:
        pytest.skip(f"{ENGINES[name].title} is not installed")
    if (name, style) == ("duckdb", Style.INDEX):
        pytest.skip("a sum of so many ratios has no room in DuckDB's integers")
    same(name, style, plain=True)


@pytest.mark.parametrize("style", Style)
def test_our_columns_bear_what_floats_do_not(style: Style) -> None:
    """On edges, halves, empty wholes and large amounts our columns are right in every cell."""
    same("columns", style, plain=False)
    found, right = ENGINES["numpy"].ready(Style.CRITERION, HARD)(), right_of(Style.CRITERION, plain=False)
    assert any((found.points(each.at) != right.points(each.at)).any() for each in WORK)


def test_data_are_the_same_each_time_and_in_their_types() -> None:
    """Evidence is drawn from its seed alone, in the narrowest types, and no part is more than its whole."""
    for draw in DATA.values():
        one, two = draw(200), draw(200)
        assert list(one) == list(FIELDS)
        for name, kind in FIELDS.items():
            assert one[name].dtype == kind
            assert (one[name] == two[name]).all()
        for each in WORK:
            if each.kind in {"ladder", "cases", "line", "towards", "money", "count"}:
                part, whole = each.names
                assert (one[part] <= one[whole]).all()


def test_twins_pay_alike() -> None:
    """A criterion and its twin, which level evidence is exchanged between, are one rule with other fields."""
    for one, two in zip(WORK, WORK[TWINS:], strict=False):
        assert (one.kind, one.most, one.figures) == (two.kind, two.most, two.figures)
    assert sum(each.most for each in WORK) == 100


def test_a_session_counts_what_is_wrong(tmp_path: Path) -> None:
    """What an engine prints wrongly is counted and shown with its evidence; what is right is not."""
    chosen = [ENGINES[name] for name in ("columns-kept", "numpy")]
    found = session(24, Style.CRITERION, Options(chosen, 2, 60.0, 1.0, tmp_path, lambda _: None))
    for name in DATA:
        assert found["columns-kept"].wrong[name] == Wrong(0, 0, 0)
    assert found["numpy"].wrong["hard"].points
    assert found["numpy"].memory is None, "so few units are lost in what a process holds anyway"
    assert len(found["numpy"].processor) == 2
    assert {each.engine for each in found.examples} == {"numpy"}
    page = markdown([found])
    assert found.examples[0].evidence in page
    assert targets([found]) == ""


def test_a_slow_engine_is_not_asked_for_more_than_the_limit() -> None:
    """An engine that would take longer than the limit says about how long, and is left out."""
    slow = [ENGINES["exact"]]
    found = session(100, Style.INDEX, Options(slow, 1, 0.01, 1.0, None, lambda _: None))
    assert found["exact"].note.startswith("not run: about ")
    assert not found["exact"].processor


def test_memory_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    """A process of its own says how much memory the work takes: the columns and the results at least."""
    columns = ordinary(20_000)
    memory.keep(columns, tmp_path)
    taken = memory.taken("numpy", Style.INDEX, tmp_path)
    assert taken is not None
    assert taken > sum(column.nbytes for column in columns.values())
    assert np.load(tmp_path / "part0.npy").tolist() == columns["part0"].tolist()
