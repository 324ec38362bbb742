"""Sequences whose items are made when asked for are met as tuples are."""

from __future__ import annotations

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from parcore.lazy import Lazy


@frozen
class Squares(Lazy[int]):
    """The squares of the first numbers, and which were asked for."""

    size: int
    asked: list[int] = field(factory=list)

    def __len__(self) -> int:
        return self.size

    def item(self, at: int) -> int:
        """A number's square."""
        self.asked.append(at)
        return at * at


PLACES = st.none() | st.integers(-9, 9)


@given(st.integers(0, 6), st.integers(-9, 9), PLACES, PLACES, PLACES.filter(lambda step: step != 0))
def test_positions_and_slices_are_those_of_a_tuple(
    size: int, at: int, start: int | None, stop: int | None, step: int | None
) -> None:
    """An item, some items, all of them: what a tuple gives, and nothing else is made."""
    squares, wanted = Squares(size), tuple(each * each for each in range(size))
    if -size <= at < size:
        assert squares[at] == wanted[at]
        assert squares.asked == [at % size]
    else:
        with pytest.raises(IndexError):
            squares[at]
    assert squares[start:stop:step] == list(wanted[start:stop:step])
    assert tuple(squares) == wanted
    assert tuple(reversed(squares)) == wanted[::-1]
