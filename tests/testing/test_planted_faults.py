"""Faults planted in the engine, each of which some law finds on drawn cases."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve
from hypothesis import Phase, assume
from hypothesis import strategies as st

from parcore.evidence.evidence import Evidence
from parcore.readings.exact import AlteredTrace
from parcore.testing.faults import RULE_FAULTS, Fault
from parcore.testing.kit import LAWS_OF_AN_EDITION, STANDING, draw
from parcore.testing.laws import LAWS, provisional_contains
from parcore.testing.marks import standing
from parcore.testing.policy_faults import POLICY_FAULTS
from parcore.testing.strategies import Case, completed, documents
from tests.results.policies import Plan, edition_of

IN_THE_GRAPH = ("penalty_added", "cap_forgotten", "penalty_held_as_bonus")
OF_ROUNDING = ("parts_rounded", "float_rounding")

FOUND_BY_LAWS = [each for each in RULE_FAULTS if each.name not in OF_ROUNDING]
FOUND_BY_LAWS += [each for each in POLICY_FAULTS if each.name in IN_THE_GRAPH]
FOUND_BY_STANDINGS = [each for each in (*RULE_FAULTS, *POLICY_FAULTS) if each not in FOUND_BY_LAWS]

STANDINGS = [law.judge for law in LAWS_OF_AN_EDITION.values() if law.pool == STANDING]


POLICIES = Plan(
    leaf=None,
    index=1,
    to=None,
    adjusted=(3, 3, 0, 103),
    class_on=("total", True),
    gates=(('points: ">= 20"', True, True), ("at_least: 50%", False, False), ("at_least: 50%", False, True)),
    limits=True,
    quota=(Fraction(1, 2), "down", 0, None, "all", "authority"),
    rank_on=("rate", False),
    method="competition",
    ties=(),
    tolerance=None,
)
"""An edition with every policy that a fault may lie in."""
WITH_LEAVES_ROUNDED = evolve(POLICIES, leaf=0)
PLAIN = evolve(POLICIES, gates=(None, None), limits=False, quota=None)
"""Here nothing but a number decides a class."""


MOST = 200
"""So many cases are drawn at most, of editions to which a fault applies."""


class Killed(Exception):
    """A planted fault was found."""


def found(strategy: st.SearchStrategy[Any], judge: Callable[[Any], None]) -> None:
    """Judge what is drawn until a law fails; what else breaks is no kill."""

    def hold(drawn: Any) -> None:
        try:
            judge(drawn)
        except (AssertionError, AlteredTrace) as error:
            raise Killed(str(error)) from error

    with pytest.raises(Killed):
        draw(strategy, hold, MOST, 0, (Phase.generate,))


@st.composite
def small(draw_: st.DrawFn, fault: Fault) -> tuple[Case, dict[str, Evidence]]:
    """A case of a small edition that has what a fault lies in, and completions of it."""
    document = draw_(documents(depth=1, components=2))
    edition = document.read()
    assume(fault.applies(edition))
    case, settled = draw_(completed(edition, units=3))
    return evolve(case, document=document), settled


@pytest.mark.parametrize("fault", FOUND_BY_LAWS, ids=lambda each: each.name)
def test_some_law_finds_a_planted_fault(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fault in one place of the engine some law fails on some drawn case."""
    fault.plant(monkeypatch)

    def judge(drawn: tuple[Case, dict[str, Evidence]]) -> None:
        for law in LAWS.values():
            law(drawn[0])
        provisional_contains(*drawn)

    found(small(fault), judge)


@pytest.mark.parametrize("fault", FOUND_BY_STANDINGS, ids=lambda each: each.name)
def test_a_second_reckoning_finds_a_fault_in_policies(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fault in rounding, classes or places a case on their edges differs from its second reckoning."""
    fault.plant(monkeypatch)

    def judge(case: Case) -> None:
        for law in STANDINGS:
            law(case)

    found(st.one_of([standing(edition_of(plan)) for plan in (POLICIES, WITH_LEAVES_ROUNDED, PLAIN)]), judge)
