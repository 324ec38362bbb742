"""Tây Ninh 2023: 19 departments with maxima of their own; rates, places and classes as published."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.evidence.evidence import observed
from parcore.results.published import Verdict, compared
from parcore.results.result import Result
from parcore.rules.policies import Quantity

SHARED = Path(__file__).parents[3] / "shared" / "data" / "tay_ninh_2023.csv"
MAXIMA = {Fraction("71.5"): 3, Fraction("96.5"): 4, Fraction(100): 12}


def scored(*evidence: Path) -> Result:
    """The departments scored, from the shipped evidence or another."""
    edition = parcore.load_edition("tay-ninh-2023", period=2023)
    return parcore.score(edition, parcore.read_evidence(edition, evidence), 2023)


def with_points(folder: Path, unit: str, points: str) -> Result:
    """One department alone, with other points than it had."""
    path = folder / "evidence.csv"
    path.write_text(f"unit,period,points:all-criteria\n{unit},2023,{points}\n", "utf-8")
    return scored(path)


@pytest.mark.parametrize("quantity", ["rate", "rank", "class", "max:all-criteria"])
def test_every_published_figure_is_reproduced(quantity: str) -> None:
    """Of each of the 19 departments the rate, the place, the class and the maximum are those printed."""
    found = [each for each in compared(scored()) if each.observation.quantity == quantity]
    assert len({each.observation.about for each in found}) == 19
    assert {(each.verdict, each.order) for each in found} == {(Verdict.SAME, False)}
    given = {
        "rate": 12,
        "rank": 0,
        "class": 0,
        "max:all-criteria": 19,
    }  # of 100, rate = points
    assert sum(each.given for each in found) == given[quantity]


def test_the_shipped_data_are_the_shared_table() -> None:
    """Names, points, maxima and the figures compared with are those of the project's table, in its order."""
    if not SHARED.is_file():
        pytest.skip(f"{SHARED} is not here")
    with SHARED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    result = scored()
    for row, card in zip(rows, result.scorecards, strict=True):
        assert card.unit.name.vi == f"{row['unit']} (Tây Ninh)"
        assert card.points("all-criteria").known == Fraction(row["points"])
        assert card.total_attainable is not None
        assert card.total_attainable.known == Fraction(row["max_points"])
        for quantity, column in (("rate", "rate_published"), ("rank", "rank"), ("class", "class_published")):
            (printed,) = observed(result.observations, about=card.unit.id, quantity=quantity)
            assert printed.text == row[column]


def test_maxima_differ_by_unit() -> None:
    """Three bodies have a maximum of 71.5, four of 96.5 and twelve of 100."""
    tops = [card.total_attainable for card in scored().scorecards]
    assert {top: sum(each is not None and each.known == top for each in tops) for top in MAXIMA} == MAXIMA


def test_the_order_is_that_of_rates_not_of_points() -> None:
    """The first has fewer points than most others: ranked by points it would stand behind."""
    cards = scored().scorecards
    points = [card.points("all-criteria").number for card in cards]
    rates = [card.index(Quantity.RATE, rounded=False) for card in cards]
    known = [Fraction(0) if rate is None else rate.number for rate in rates]
    assert known == sorted(known, reverse=True)
    assert points[0] == Fraction("69.25")
    assert sum(each > points[0] for each in points) == 15


@pytest.mark.parametrize(
    ("points", "class_", "between"),
    [
        ("81.70", "good", ()),
        ("81.69", None, ("good", "fair")),
        ("78.50", None, ("good", "fair")),
        ("78.49", "fair", ()),
        ("78.48", None, ("fair", "poor")),
        ("49.08", None, ("fair", "poor")),
        ("49.07", "poor", ()),
    ],
)
def test_a_rate_between_printed_classes_has_an_open_class(
    tmp_path: Path, points: str, class_: str | None, between: tuple[str, ...]
) -> None:
    """No cut was published: between the rates of two classes the class is open, and at them it is theirs."""
    card = with_points(tmp_path, "tay-ninh-so-y-te", points).scorecards[0]
    assert (card.class_name, card.class_open) == (class_, between)
