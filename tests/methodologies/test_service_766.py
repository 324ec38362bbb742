"""Decision 766: groups and their points as published, and the formulas that are known, month by month."""

from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

import parcore
from parcore.cli import cli
from parcore.diagnostics import ParcoreError
from parcore.numbers import exact_text
from parcore.results.published import Verdict, compared
from parcore.results.result import Result
from parcore.rules.policies import Quantity
from parcore.sources import Basis
from parcore.values import State

UNIT = "thai-nguyen-2025"
GROUPS = {
    "transparency": ("18", "15.67"),
    "progress": ("20", "19.31"),
    "digitisation": ("22", "17.49"),
    "online-services": ("22", "17.86"),
    "satisfaction": ("18", "16.64"),
}
MONTHS = [
    (8, 10),
    (0, 0),
    (30, 40),
    (5, 5),
    (9, 10),
    (20, 25),
    (1, 2),
    (3, 3),
    (7, 9),
    (4, 4),
    (6, 6),
    (10, 12),
]
"""Feedback handled on time and received, January to December; invented."""


def scored(period: str = "2025-08", *evidence: Path) -> Result:
    """Points by the decision, from the shipped evidence or another."""
    edition = parcore.load_edition("service-766", period=period)
    return parcore.score(edition, parcore.read_evidence(edition, evidence), period)


def months(folder: Path, *, without: int = 0) -> Path:
    """Invented monthly evidence of one province for the known formulas; `without` a month."""
    rows = [
        f"ha-noi,2024-{at:02},{on_time},{received},{received},{at % 2 if received else 0}"
        for at, (on_time, received) in enumerate(MONTHS, 1)
        if at != without
    ]
    path = folder / "months.csv"
    head = "unit,period,feedback_on_time,feedback_received,feedback_all,feedback_unsatisfied"
    path.write_text("\n".join([head, *rows]), "utf-8")
    return path


def formula(period: str, criterion: str, path: Path) -> Fraction | State:
    """What a formula gives for a period, in per cent, or why it gives nothing."""
    edition = parcore.load_edition("service-766-formulas", period=period)
    (card,) = parcore.score(edition, parcore.read_evidence(edition, [path]), period).scorecards
    value = card.points(criterion)
    return value.number if value.known is not None else card.raw(criterion).state


def test_groups_and_their_maxima() -> None:
    """The five groups have the maxima 18, 20, 22, 22 and 18, and these sum to 100."""
    edition = parcore.load_edition("service-766@2022")
    tops = {each.id: each.max.of("") for each in edition.components if each.max is not None}
    assert tops == {name: Fraction(top) for name, (top, _) in GROUPS.items()}
    assert sum(tops.values()) == 100


def test_nothing_of_the_decision_is_claimed_as_official() -> None:
    """The wording is not in hand: every leaf is reported, and what is a mere rest is inferred."""
    for name in ("service-766@2022", "service-766-formulas@2022"):
        edition = parcore.load_edition(name)
        bases = {leaf.source.basis for leaf in edition.leaves if leaf.source is not None}
        assert bases <= {Basis.REPORTED, Basis.INFERRED}
        for leaf in edition.leaves:
            assert leaf.source is not None
            assert leaf.remainder == (leaf.source.basis is Basis.INFERRED)


def test_thai_nguyen_of_29_august_2025() -> None:
    """The five printed points make the printed 86.97, between 80 and 90."""
    result = scored()
    (card,) = result.scorecards
    assert card.unit.id == UNIT
    for name, (_, points) in GROUPS.items():
        assert card.points(name).known == Fraction(points)
    total = card.index(Quantity.TOTAL, rounded=True)
    assert total is not None
    assert total.known == sum(Fraction(points) for _, points in GROUPS.values())
    assert card.class_name == "from-80"
    (found,) = compared(result)
    assert (found.observation.text, found.verdict) == ("86.97", Verdict.SAME)


def test_the_state_of_a_day_is_not_a_result_of_the_year() -> None:
    """What was printed in August says nothing of 2025 as a whole, which nobody stated."""
    with pytest.raises(ParcoreError) as refused:
        scored("2025")
    assert [each.code for each in refused.value.diagnostics] == ["evidence-none"]


def test_the_province_of_before_july_2025_is_another() -> None:
    """The unit scored is the territory formed on 1 July 2025, not the one of the same name before."""
    edition = parcore.load_edition("service-766", period="2025-08")
    (card,) = parcore.score(edition, parcore.read_evidence(edition), "2025-08").scorecards
    assert card.unit.since is not None
    assert card.unit.since.isoformat() == "2025-07-01"


def test_points_of_a_group_are_said_to_stand_for_its_parts() -> None:
    """The report names both groups set as a whole; that their parts are missing withholds nothing."""
    said = CliRunner().invoke(cli, ["score", "service-766", "--period", "2025-08", "--lang", "en"])
    assert said.exit_code == 0
    assert said.output.count("in place of withheld (final); reason: Chỉ công bố điểm của cả nhóm") == 2
    assert "gets no index" not in said.output


@pytest.mark.parametrize(
    ("total", "band"),
    [("90", "from-90"), ("89.99", "from-80"), ("80", "from-80"), ("79.99", "from-70"), ("70", "from-70"),
     ("69.99", "from-50"), ("50", "from-50"), ("49.99", "under-50")],
)  # fmt: skip
def test_bands_begin_at_their_marks(tmp_path: Path, total: str, band: str) -> None:
    """Each band takes its lower mark."""
    left = Fraction(total)
    lines = ["evidence: service-766", "period: 2025-08", "numbers: plain", "units:", f"  {UNIT}:"]
    for leaf in parcore.load_edition("service-766@2022").leaves:
        assert leaf.max is not None
        points = min(left, leaf.max.of(""))
        left -= points
        lines.append(f"    points:{leaf.id}: {exact_text(points)}")
    path = tmp_path / "evidence.yaml"
    path.write_text("\n".join(lines), "utf-8")
    (card,) = scored("2025-08", path).scorecards
    assert card.class_name == band


@pytest.mark.parametrize(
    ("period", "upto", "since"),
    [("2024-03", 3, 3), ("2024-Q1", 3, 1), ("2024-Q4", 12, 10), ("2024", 12, 1)],
)
def test_months_add_up_to_a_quarter_and_the_year(tmp_path: Path, period: str, upto: int, since: int) -> None:
    """Feedback of months is summed, and both rates are those of the sums, exactly: no mean of rates."""
    span = MONTHS[since - 1 : upto]
    on_time, received = (sum(each) for each in zip(*span, strict=True))
    marked = sum(at % 2 for at, (_, all_) in enumerate(MONTHS, 1) if since <= at <= upto and all_)
    path = months(tmp_path)
    assert formula(period, "feedback-on-time", path) == Fraction(100 * on_time, received)
    assert formula(period, "feedback-satisfaction", path) == Fraction(100 * (received - marked), received)


def test_the_rate_of_a_quarter_is_written_out(tmp_path: Path) -> None:
    """38 of 50 in the first quarter is 76 %, though the mean of the monthly rates would be another."""
    assert formula("2024-Q1", "feedback-on-time", months(tmp_path)) == 76


def test_a_quarter_without_one_of_its_months_is_missing(tmp_path: Path) -> None:
    """Without May there is no second quarter and no year; the first quarter stands."""
    path = months(tmp_path, without=5)
    found = [formula(period, "feedback-on-time", path) for period in ("2024-Q2", "2024", "2024-Q1")]
    assert found == [State.MISSING, State.MISSING, 76]


def test_a_month_without_feedback_has_no_rate(tmp_path: Path) -> None:
    """No feedback is no rate of 0 or 100 %: nothing arose, and no points are made up."""
    assert formula("2024-02", "feedback-on-time", months(tmp_path)) is State.NOTHING_AROSE


@pytest.mark.parametrize(("rate", "share"), [("80%", "100"), ("95%", "100"), ("60%", "75"), ("0%", "0")])
def test_item_3_1_has_its_maximum_from_80_per_cent_on(tmp_path: Path, rate: str, share: str) -> None:
    """From 80 % item 3.1 pays all of its maximum; under it, rate / 80 % of it."""
    path = tmp_path / "rate.csv"
    path.write_text(f"unit,period,rate_3_1\nha-noi,2024,{rate}\n", "utf-8")
    assert formula("2024", "item-3-1", path) == Fraction(share)
