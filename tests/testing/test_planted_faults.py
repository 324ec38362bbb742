"""Faults planted in the engine, each of which some law finds on drawn cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from parcore.evidence.evidence import Evidence
from parcore.testing.faults import RULE_FAULTS, Fault
from parcore.testing.kit import LAWS_OF_AN_EDITION, STANDING
from parcore.testing.laws import LAWS, provisional_contains
from parcore.testing.marks import standing
from parcore.testing.policy_faults import POLICY_FAULTS
from parcore.testing.strategies import Case, completed, editions

IN_THE_GRAPH = ("penalty_added", "cap_forgotten", "penalty_held_as_bonus")
OF_ROUNDING = ("parts_rounded", "float_rounding")

FOUND_BY_LAWS = [each for each in RULE_FAULTS if each.name not in OF_ROUNDING]
FOUND_BY_LAWS += [each for each in POLICY_FAULTS if each.name in IN_THE_GRAPH]
FOUND_BY_STANDINGS = [each for each in (*RULE_FAULTS, *POLICY_FAULTS) if each not in FOUND_BY_LAWS]

STANDINGS = [law.judge for law in LAWS_OF_AN_EDITION.values() if law.pool == STANDING]


class Killed(Exception):
    """A planted fault was found."""


def found(strategy: SearchStrategy[Any], judge: Callable[[Any], None]) -> None:
    """Judge what is drawn until something is found wrong."""

    @settings(
        derandomize=True,
        database=None,
        max_examples=1500,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def hold(drawn: Any) -> None:
        try:
            judge(drawn)
        except Exception as error:
            raise Killed(str(error)) from error

    with pytest.raises(Killed):
        hold()


@pytest.mark.parametrize("fault", FOUND_BY_LAWS, ids=lambda each: each.name)
def test_some_law_finds_a_planted_fault(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fault in one place of the engine some law fails on some drawn case."""
    fault.plant(monkeypatch)

    def judge(drawn: tuple[Case, dict[str, Evidence]]) -> None:
        for law in LAWS.values():
            law(drawn[0])
        provisional_contains(*drawn)

    found(completed(depth=1, components=2, units=3), judge)


@pytest.mark.parametrize("fault", FOUND_BY_STANDINGS, ids=lambda each: each.name)
def test_a_second_reckoning_finds_a_fault_in_policies(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fault in rounding, classes or places some drawn case differs from its second reckoning."""
    fault.plant(monkeypatch)

    def judge(case: Case) -> None:
        for law in STANDINGS:
            law(case)

    found(editions(depth=1, components=2).flatmap(lambda edition: standing(edition, units=4)), judge)
