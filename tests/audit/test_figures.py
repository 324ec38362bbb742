"""Numbers of an announcement beside figures of the engine."""

from __future__ import annotations

import pytest

from parcore.audit.checks import Finding, Verdict
from parcore.audit.figures import check_figures
from parcore.diagnostics import Findings
from parcore.registry import Registry
from tests.audit.claims import read


def figure(printed: str, unit: str, quantity: str, period: str = "2023", edition: str = "par-index-province",
           printing: str = "unknown") -> tuple[Finding, list[str]]:  # fmt: skip
    """The finding on one number, and the codes of what was told."""
    findings = Findings()
    claims = read(
        f"numbers: plain\nprinting: {printing}\nagainst: {{edition: {edition}, period: {period}}}\n"
        f"statements:\n  - text: x\n    says:\n"
        f'      a: {{printed: "{printed}", is: {{unit: "{unit}", quantity: "{quantity}"}}}}\n',
        findings,
    )
    assert claims is not None
    (found,) = check_figures(claims, Registry(), findings)
    return found, [each.code for each in findings]


@pytest.mark.parametrize(
    ("printed", "unit", "quantity", "verdict"),
    [
        ("9.05 points", "nam-dinh", "points:steering", Verdict.EXACT),
        ("9.06 points", "nam-dinh", "points:steering", Verdict.ROUNDING),
        ("9.08 points", "nam-dinh", "points:steering", Verdict.CONTRADICTION),
        ("9.1 points", "Nam Định", "points:steering", Verdict.ROUNDING),
        ("95.3 %", "nam-dinh", "rate:steering", Verdict.ROUNDING),
        ("95.0 %", "nam-dinh", "rate:steering", Verdict.CONTRADICTION),
        ("6.5 maximum", "nam-dinh", "max:socio-economic-impact", Verdict.EXACT),
        ("6.25 maximum", "nam-dinh", "max:socio-economic-impact", Verdict.CONTRADICTION),
        ("11.1 points", "nam-dinh", "points:impact", Verdict.EXACT),
        ("87.33 points", "nam-dinh", "index", Verdict.EXACT),
        ("87.32 points", "nam-dinh", "index", Verdict.ROUNDING),
        ("87.28 points", "nam-dinh", "index", Verdict.ROUNDING),
        ("87.27 points", "nam-dinh", "index", Verdict.CONTRADICTION),
        ("> 80 %", "nam-dinh", "index", Verdict.EXACT),
        ("> 90 %", "nam-dinh", "index", Verdict.CONTRADICTION),
        ("29 rank", "nam-dinh", "rank", Verdict.OPEN),
        ("86.98 %", "all", "mean", Verdict.OPEN),
        ("1 points", "nam-dinh", "points:no-such-part", Verdict.OPEN),
    ],
)
def test_a_number_is_compared_with_the_figure_it_should_be(
    printed: str, unit: str, quantity: str, verdict: Verdict
) -> None:
    """What printing cut off the number and the points behind the figure is allowed, and no more."""
    found, told = figure(printed, unit, quantity)
    assert found.verdict is verdict
    assert told == []


def test_places_are_compared_in_their_order() -> None:
    """Where only some units are scored, a place is compared with the places printed of the others."""
    assert figure("2 rank", "hai-phong", "rank", "2020")[0].verdict is Verdict.EXACT
    assert figure("4 rank", "hai-phong", "rank", "2020")[0].verdict is Verdict.CONTRADICTION


def test_computed_figures_have_no_slack() -> None:
    """Where the evidence is counts and not points, the figure is one number."""
    found, _ = figure("92.4 points", "example-health", "index", "2024", "example")
    assert found.sides is not None
    assert found.sides.right is not None
    assert found.sides.right.low == found.sides.right.high


@pytest.mark.parametrize(
    ("unit", "edition", "code"),
    [("nam-dinh", "no-such-index", "edition-unknown"), ("nowhere", "par-index-province", "unit-unknown")],
)
def test_without_a_figure_nothing_is_decided(unit: str, edition: str, code: str) -> None:
    """Where no figure is to be had the number stays open, and the reason is told."""
    found, told = figure("1 points", unit, "index", edition=edition)
    assert found.verdict is Verdict.OPEN
    assert told == [code]
