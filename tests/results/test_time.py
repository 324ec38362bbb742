"""Measures that look at days and at the period before, scored from files."""

from __future__ import annotations

from pathlib import Path

import pytest

import parcore
from parcore.diagnostics import ParcoreError
from parcore.numbers import exact_text
from parcore.results.result import Scorecard
from parcore.values import State

VOCABULARY = """vocabulary: time
fields:
  - {id: submitted, kind: date, title: Ngày gửi}
  - {id: revenue, kind: number, unit: đồng, range: "[0,…)", title: Thu ngân sách, states: [nothing_arose]}
"""
UNITS = "units: time\nmembers:\n  - {id: a, kind: test-ward, name: Phường A}\n"
EDITION = """methodology: time
edition: "1"
title: Thời gian
applies: {from: 2020}
units: {kinds: [test-ward]}
vocabulary: time
total: 5
source: {title: Thử, basis: illustrative}
components:
  - id: report
    title: Báo cáo
    max: 2
    measure: {days: {from: period_end + 15, to: submitted}}
    scale: [{less_than: 0, points: 2}, {at_most: 0, points: 1}, {otherwise: 0}]
    when: {missing: zero, unverified: zero, rejected: zero}
    source: {clause: "1", basis: illustrative}
  - id: growth
    title: Tăng thu
    max: 3
    measure: {growth: revenue}
    scale: [{at_least: 10%, points: 3}, {more_than: 0%, points: 1.5}, {otherwise: 0}]
    when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: full}
    source: {clause: "2", basis: illustrative}
"""


def scored(folder: Path, rows: str, period: str = "2024") -> Scorecard:
    """The scorecard of the one unit, from a table of evidence."""
    for name, text in {"v.yaml": VOCABULARY, "u.yaml": UNITS, "e.yaml": EDITION}.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "t.csv").write_text("unit,period,field,value,state\n" + rows, "utf-8")
    edition = parcore.load_edition("time@1", paths=[folder])
    evidence = parcore.read_evidence(edition, [folder / "t.csv"], paths=[folder])
    (card,) = parcore.score(edition, evidence, period, paths=[folder]).scorecards
    return card


@pytest.mark.parametrize(
    ("day", "period", "points"),
    [
        ("2025-01-14", "2024", "2"),
        ("2025-01-15", "2024", "1"),
        ("2025-01-16", "2024", "0"),
        ("2024-04-14", "2024-Q1", "2"),
        ("2024-04-15", "2024-Q1", "1"),
        ("2024-03-15", "2024-02", "1"),
    ],
)
def test_days_are_early_on_the_day_or_late(tmp_path: Path, day: str, period: str, points: str) -> None:
    """A report is due fifteen days after the period's last day, whether a year, a quarter or a leap month."""
    card = scored(tmp_path, f"a,{period},submitted,{day},\n", period)
    assert exact_text(card.points("report").number) == points


@pytest.mark.parametrize(
    ("before", "now", "points"),
    [
        ("1000", "1100", "3"),
        ("1000", "1099.99", "1.5"),
        ("1000", "1000", "0"),
        ("1000", "0", "0"),
        ("0", "5", "3"),
    ],
)
def test_growth_is_over_the_period_before(tmp_path: Path, before: str, now: str, points: str) -> None:
    """At 10 % the edge belongs to the step that names it; on a base of 0 nothing arose."""
    card = scored(tmp_path, f"a,2023,revenue,{before},\na,2024,revenue,{now},\n")
    assert exact_text(card.points("growth").number) == points


def test_growth_without_a_base_is_missing(tmp_path: Path) -> None:
    """What is not known of the period before is not taken for nothing."""
    card = scored(tmp_path, "a,2024,revenue,5,\n")
    assert card.raw("growth").state is State.MISSING


def test_growth_from_nothing_to_nothing(tmp_path: Path) -> None:
    """Where nothing had arisen there is no growth to speak of."""
    card = scored(tmp_path, "a,2023,revenue,,nothing_arose\na,2024,revenue,5,\n")
    assert card.raw("growth").state is State.NOTHING_AROSE


def test_the_api_refuses_a_period_without_evidence(tmp_path: Path) -> None:
    """A period that the evidence does not speak of is an error, not an empty result."""
    with pytest.raises(ParcoreError, match="evidence-none"):
        scored(tmp_path, "a,2024,revenue,5,\n", "2022")
