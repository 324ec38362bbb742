"""Conditions read a second time: what they hold of, and what is not read."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from parcore.testing.rows import Unread, holds, row_of

NUMBERS = {"a": Fraction(2), "b": Fraction(1, 2)}


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ("a > 1", True),
        ("a >= 2", True),
        ("a < 2", False),
        ("b = 50%", True),
        ("a - 2 * b <= 1", True),
        ("a in [0,2)", False),
        ("a in (1,2]", True),
        (["a > 1", "b > 1"], False),
        ({"any": ["a > 3", "b < 1"]}, True),
        ({"any": ["a > 3", "b > 1"]}, False),
    ],
)
def test_a_condition_holds_as_its_words_say(condition: Any, held: bool) -> None:
    """A comparison, an interval, all of a list, one of any: as they are written."""
    assert holds(condition, NUMBERS) is held


@pytest.mark.parametrize("condition", ["a", "c > 1", "a > 1 > 0", {"none": ["a > 1"]}, "a > many"])
def test_other_words_are_not_guessed(condition: Any) -> None:
    """What is not read is said to be so, never taken as false."""
    with pytest.raises(Unread):
        holds(condition, NUMBERS)


def test_the_first_row_that_holds_pays() -> None:
    """Interpretations stand before the rows of the text; where none holds nothing is said."""
    table = {"table": [{"when": "a > 1", "points": "1"}, {"otherwise": "0"}]}
    assert row_of(table, NUMBERS) == "1"
    assert row_of(table | {"interpret": [{"case": "b < 1", "points": "3"}]}, NUMBERS) == "3"
    assert row_of({"table": [{"when": "a > 9", "points": "1"}, {"otherwise": "0"}]}, NUMBERS) == "0"
    with pytest.raises(Unread):
        row_of({"table": [{"when": "a > 9", "points": "1"}]}, NUMBERS)
