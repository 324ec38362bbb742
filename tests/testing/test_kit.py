"""The conformance kit from outside: one line of pytest in a repository that knows nothing of this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from attrs import evolve

from parcore.testing.faults import RULE_FAULTS, Fault
from parcore.testing.features import always
from parcore.testing.held import held
from parcore.testing.kit import DRAWN, LAWS_OF_AN_EDITION, STANDING, Target
from parcore.testing.planting import Outcome, tried

NAME, PACKAGE, EDITION = "red-river-communes", "parcore_red_river_communes", "edition-2026.yaml"
Run = Callable[..., tuple[int, str]]

GENEROUS = """
    from attrs import frozen

    from parcore.evidence.vocabulary import FieldKind
    from parcore.hookspecs import hookimpl
    from parcore.intervals import Interval, Range
    from parcore.rules.graph import Field, Match, const
    from parcore.values import State

    @frozen
    class Generous:
        spec: object

        @property
        def fields(self):
            return (self.spec.name,)

        def node(self, group):
            return Match(Field(self.spec.name), ((State.MISSING, const(2)),))

        def range(self, group):
            return self.spec.range

        def states(self):
            return self.spec.states

        def text(self):
            return f"generous({self.spec.name})"

    def read(tree, context):
        spec = context.field(tree, FieldKind.COUNT)
        return None if spec is None else Generous(spec)

    @hookimpl
    def parcore_measures():
        return {"generous": read}
"""

IDLE = """
    from parcore.testing import policy_faults
    from parcore.testing.faults import Fault

    def idle(_):
        '''Nothing is planted.'''

    def absent(_):
        '''Nothing is planted in what is not there.'''

    faults = Fault(idle, lambda _: True, "evidence"), Fault(absent, lambda _: False, "quota")
    policy_faults.FAULTS = faults
"""

PRINTED = """\
observations: red-river-communes
title: {vi: Số liệu đã in, en: Printed figures}
numbers: plain
tables: [printed.csv]
"""


def installed(folder: Path, name: str, group: str, package: str) -> None:
    """Make a package of a folder look installed to whoever has the folder on the path."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {package}\n", "utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a new methodology, installed where it stands."""
    words = ["new", "methodology", NAME, "--kind", "commune", "--title", "Chỉ số", "--year", "2026"]
    done = subprocess.run([sys.executable, "-m", "parcore", *words], cwd=tmp_path, check=False)
    assert done.returncode == 0
    installed(tmp_path / NAME, NAME, "parcore.methodologies", PACKAGE)
    return tmp_path / NAME


@pytest.fixture
def run(repository: Path) -> Run:
    """Run pytest there with some words; its exit status and what it printed."""

    def pytest_with(*words: str) -> tuple[int, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PARCORE_", "PYTEST_"))
        }
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
            cwd=repository,
            env=kept | {"PYTHONPATH": str(repository), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "en_US.UTF-8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return pytest_with


def changed(path: Path, old: str, new: str) -> None:
    """Change a text that stands once in a file."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_a_new_methodology_passes_in_one_line(run: Run) -> None:
    """The line of the new package's README runs every law on its edition, and says what each of them did."""
    status, said = run("--parcore-methodology", NAME, "--parcore-cases", "8")
    assert status == 0, said
    assert f"collected {len(LAWS_OF_AN_EDITION) + 1} items" in said
    rows = {line.split()[0]: line for line in said.splitlines() if line.split()[:1]}
    assert set(LAWS_OF_AN_EDITION) <= set(rows)
    assert rows["peers_are_reckoned"].endswith("nothing to say")
    name, editions, cases, vacuous, comparisons = rows["hiding_never_pays"].split()
    assert (name, editions, cases, vacuous) == ("hiding_never_pays", "1", "8", "0")
    assert int(comparisons) > 1000
    assert " 1 passed" not in said
    assert "test_golden" not in said


def test_items_are_chosen_as_others_are(run: Run) -> None:
    """Items have names of edition and law, can be listed and chosen, and run beside tests that are named."""
    status, said = run("--parcore-path", PACKAGE, "--collect-only", "-q", "-k", "hiding or places")
    assert status == 0, said
    listed = [line for line in said.splitlines() if "::" in line]
    assert listed == [f"parcore::{NAME}@2026::{law}" for law in ("hiding_never_pays", "places_are_reckoned")]
    words = ("--parcore-methodology", f"{NAME}@2026", "--parcore-cases", "2", "-k", "golden or is_accepted")
    status, said = run("tests", *words)
    assert status == 0, said
    assert "3 passed" in said


def test_a_measure_that_pays_for_hiding_is_found(repository: Path, run: Run) -> None:
    """A plugin's measure that gives more where evidence is hidden fails the law of hiding."""
    (repository / "generous.py").write_text(dedent(GENEROUS), "utf-8")
    installed(repository, "generous", "parcore.plugins", "generous")
    changed(
        repository / PACKAGE / EDITION, "measure: {count: [initiatives]}", "measure: {generous: initiatives}"
    )
    status, said = run("--parcore-methodology", NAME, "--parcore-cases", "10")
    assert status == 1, said
    assert f"FAILED parcore::{NAME}@2026::hiding_never_pays" in said
    law = "hiding never pays (initiatives said to be missing)"
    assert f"{law}: unit u1, initiatives: 1/2 against 1 (initiatives = 1)" in said
    smallest = said.partition("the smallest case found:")[2].partition("again:")[0]
    assert "u1 2026 initiatives = 1 (" in smallest
    assert "u2" not in smallest
    again = f"again: pytest --parcore-methodology {NAME}@2026 --parcore-cases 10 -k hiding_never_pays"
    assert again in said
    assert f"FAILS on {NAME}@2026" in said


def test_a_printed_figure_that_is_not_reproduced_fails(repository: Path, run: Run) -> None:
    """A figure that the evidence gives passes; another, which nothing explains, fails with both numbers."""
    (repository / PACKAGE / "printed.yaml").write_text(PRINTED, "utf-8")
    table = repository / PACKAGE / "printed.csv"
    head = "about,period,quantity,value,basis,source,note,explained\n"
    table.write_text(f"{head}{NAME}-a,2026,rate,94.9,illustrative,a test,,\n", "utf-8")
    words = ("--parcore-methodology", NAME, "-k", "figures_are_reproduced")
    status, said = run(*words)
    assert (status, "1 passed" in said) == (0, True), said
    changed(table, "94.9", "94.8")
    status, said = run(*words)
    assert status == 1, said
    assert f"{NAME}-a, rate of 2026: 949/10 against 94.8 as printed" in said


def test_what_is_refused_is_said(repository: Path, run: Run) -> None:
    """A refused document fails with its diagnostics; an unknown name says what there is."""
    status, said = run("--parcore-methodology", "red-rivers")
    assert (status, "red-rivers" in said, NAME in said) == (4, True, True), said
    status, said = run("--parcore-faults")
    assert (status, "--parcore-faults needs" in said) == (4, True), said
    changed(
        repository / PACKAGE / EDITION, "{on_time: 1, late: 0.5, not_issued: 0}", "{on_time: 1, late: 0.5}"
    )
    status, said = run("--parcore-methodology", NAME)
    assert status == 1, said
    assert f"FAILED parcore::{NAME}@2026::is_accepted" in said
    assert f"{PACKAGE}/{EDITION}:" in said
    assert "collected 1 item" in said


def test_nothing_is_loaded_unless_it_is_asked_for(repository: Path, run: Run) -> None:
    """In a pytest that does not ask for the kit neither the engine nor hypothesis nor numpy is imported."""
    heavy = (
        "parcore.registry",
        "parcore.editions",
        "parcore.testing.kit",
        "hypothesis.core",
        "numpy",
        "yaml",
    )
    (repository / "test_light.py").write_text(
        f"import sys\n\ndef test_light():\n    assert not set({heavy}) & set(sys.modules)\n", "utf-8"
    )
    status, said = run("test_light.py")
    assert (status, "1 passed" in said) == (0, True), said


# Faults


@pytest.fixture(scope="module")
def target() -> Target:
    """An edition written by hand, with a few cases."""
    return Target(held(["example@2025"], ())[0], 12)


def test_faults_are_found_under_an_edition(run: Run) -> None:
    """Under a new methodology every planted fault dies, or it is said what the edition has not."""
    status, said = run("--parcore-methodology", NAME, "--parcore-faults", "--parcore-cases", "5")
    assert status == 0, said
    rows = [line.split() for line in said.splitlines() if f"{NAME}@2026" in line]
    found = {row[0]: row[3] for row in rows if row[2:3] == ["killed"]}
    assert found["swapped_edge"] == "pays_as_written"
    assert found["ranked_backwards"] == "places_are_reckoned"
    assert found["double_count"] in ("within_bounds", "parents_combine_children")
    assert len(found) > 12
    assert "SURVIVED" not in said
    assert [row[2:] for row in rows if row[0] == "quota_tie"] == [["not", "applicable", "no", "quota"]]


def test_a_fault_of_no_effect_is_red(repository: Path, run: Run) -> None:
    """A fault in what the edition has that moves nothing fails the run, and is told in the table."""
    (repository / "idle.py").write_text(dedent(IDLE), "utf-8")
    status, said = run(
        "-p", "idle", "--parcore-methodology", NAME, "--parcore-faults", "--parcore-cases", "1"
    )
    assert status == 1, said
    assert f"FAILED parcore::{NAME}@2026::idle" in said
    assert "no effect seen: it has evidence; no number, class or place of 8 cases changes" in said
    assert "1 NO EFFECT SEEN, 1 not applicable" in said
    rows = [line.split() for line in said.splitlines() if f"{NAME}@2026  " in line]
    assert [row[2:6] for row in rows if row[0] == "absent"] == [["not", "applicable", "no", "quota"]]


def nothing_at_all(_: pytest.MonkeyPatch) -> None:
    """Nothing is planted."""


def test_a_fault_that_no_law_finds_is_no_silent_pass(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that changes results and breaks no law survives; one that changes none is seen by none."""
    assert tried(target, Fault(nothing_at_all, always, "evidence")).outcome is Outcome.NO_EFFECT
    lacking = tried(target, Fault(nothing_at_all, lambda _: False, "quota"))
    assert (lacking.outcome, lacking.said) == (Outcome.NOT_APPLICABLE, "not applicable: no quota")
    fault = next(each for each in RULE_FAULTS if each.name == "neighbours_evidence")
    assert tried(target, fault).outcome is Outcome.KILLED
    denied = tried(target, evolve(fault, applies=lambda _: False))
    assert (denied.outcome, denied.moved > 0) == (Outcome.SURVIVED, True)
    few = {name: law for name, law in LAWS_OF_AN_EDITION.items() if name == "trace_recomputes"}
    monkeypatch.setattr("parcore.testing.planting.LAWS_OF_AN_EDITION", few)
    found = tried(target, fault)
    assert (found.outcome, found.moved > 0) == (Outcome.SURVIVED, True)


def test_one_seed_draws_the_same_cases(target: Target) -> None:
    """The cases of an edition are the same on every run with one seed, and others with another."""

    def told(of: Target) -> list[str]:
        return [repr(case) for pool in (DRAWN, STANDING) for case in of.pool(pool)]

    assert len(told(target)) == 24
    assert told(Target(target.held, 12)) == told(target)
    assert told(Target(target.held, 12, seed=7)) != told(target)
