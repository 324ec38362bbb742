"""`score --by method`: the same points by method, as a table, CSV and JSON."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from tests.cli.test_commands import data, say

NAM_DINH = ("score", "par-index-province", "--period", "2023", "--unit", "nam-dinh")


def test_the_table_has_a_column_for_each_method() -> None:
    """Each method stands under its title with its maximum; what is not told apart stands beside them."""
    said = say(*NAM_DINH, "--by", "method", "--lang", "en")
    assert said.status == 0, said.err
    heads = " ".join(said.out.partition("─")[0].split())
    assert "SIPAS / 10" in heads
    assert all(f"/ {top}" in heads for top in ("61.5", "22", "6.5", "83.5"))
    rows = {line.split("  ")[0].strip(): line.split() for line in said.out.splitlines() if line}
    assert rows["SIPAS"][-3:] == ["7.85", "10", "2.15"]
    assert rows["not told apart"][-3:] == ["76.23", "83.5", "7.27"]


def test_csv_has_a_row_for_each_unit_and_method() -> None:
    """The rows of the ten of 2020 add up, unit by unit, to the points that JSON prints."""
    said = say("score", "par-index-province", "--period", "2020", "--by", "method", "--format", "csv")
    rows = [row for row in csv.DictReader(StringIO(said.out)) if row["unit"] == "quang-ninh"]
    found = {row["method"]: row["points"] for row in rows}
    assert found == {"assessed": "57.66", "derived": "9.56", "survey": "18.83", "statistics": "5"}
    units = data("score", "par-index-province", "--period", "2020")["units"]
    (unit,) = (each for each in units if each["unit"] == "quang-ninh")
    assert {each["method"]: each["points"] for each in unit["methods"]} == found


def test_an_edition_without_methods_says_so() -> None:
    """Where no leaf says its method, that is told in place of an empty table."""
    said = say("score", "par-index-province", "--period", "2024", "--by", "method", "--lang", "en")
    assert said.status == 0
    assert "No criterion of this edition says its method" in said.out


@pytest.mark.parametrize("more", [("--beside", "self"), ("--against", "2022"), ("--format", "svg")])
def test_the_cut_by_method_is_of_one_result(more: tuple[str, ...]) -> None:
    """With two results, a change, or a picture, the option is refused."""
    said = say(*NAM_DINH, "--by", "method", *more)
    assert said.status == 2
    assert "--by method" in said.err
