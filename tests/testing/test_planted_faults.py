"""Faults planted in the engine, each of which some law finds on drawn cases."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from parcore.evidence.evidence import Evidence
from parcore.testing.faults import Fault
from parcore.testing.kit import DRAWN, LAWS_OF_AN_EDITION, STANDING
from parcore.testing.laws import provisional_contains
from parcore.testing.policy_faults import FAULTS
from parcore.testing.strategies import Case, completed

LAWS = [law.judge for law in LAWS_OF_AN_EDITION.values() if law.pool in (DRAWN, STANDING)]


class Killed(Exception):
    """A planted fault was found."""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
def test_some_law_finds_a_planted_fault(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a fault in one place of the engine some law fails on some drawn case."""
    fault.plant(monkeypatch)

    @settings(
        derandomize=True,
        database=None,
        max_examples=1500,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(completed(depth=1, components=2, units=3))
    def hold(drawn: tuple[Case, dict[str, Evidence]]) -> None:
        case, settled = drawn
        try:
            for law in LAWS:
                law(case)
            provisional_contains(case, settled)
        except Exception as error:
            raise Killed(str(error)) from error

    with pytest.raises(Killed):
        hold()
