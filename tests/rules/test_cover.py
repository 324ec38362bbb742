"""Gaps and overlaps: exactly those that looking at every number would find."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.intervals import Interval, Range
from parcore.rules.cover import MAX_CELLS, Answer, TooManyCells, cells, holes, needless
from tests import strategies as our

F = Fraction
Box = Mapping[str, Interval]
SIZE = 7


def whole(low: int, high: int) -> Range:
    """The whole numbers from `low` to `high`."""
    return Range(Interval(F(low), True, F(high), True), F(1))


@st.composite
def boxes(draw: st.DrawFn, axes: tuple[str, ...]) -> tuple[Box, int]:
    """A box over some axes, and what it pays; one side may be without bounds."""
    sides = {axis: draw(our.intervals(st.integers(-1, SIZE).map(F))) for axis in axes}
    return sides, draw(st.integers(0, 2))


def answer(box: Box, pays: int) -> Answer:
    """The box as an answer."""
    return Answer(_inside(box), lambda _: pays)


def _inside(box: Box) -> Callable[[Mapping[str, Fraction]], bool]:
    return lambda point: all(point[axis] in side for axis, side in box.items())


def cuts_of(given_: list[tuple[Box, int]], axes: tuple[str, ...]) -> dict[str, list[Fraction]]:
    """Every end named."""
    return {
        axis: [end for box, _ in given_ for end in (box[axis].low, box[axis].high) if end is not None]
        for axis in axes
    }


@pytest.mark.parametrize("axes", [("x",), ("x", "y")])
@given(data=st.data())
def test_holes_are_the_gaps_and_overlaps_there_are(axes: tuple[str, ...], data: st.DataObject) -> None:
    """Over whole numbers every point without one answer is of a kind that some hole reports, and no other."""
    given_ = data.draw(st.lists(boxes(axes), max_size=5))
    ours = data.draw(st.integers(0, len(given_)))
    ranges = {axis: whole(0, SIZE - 1) for axis in axes}
    answers = [answer(*each) for each in given_]
    expected: set[tuple[int, ...]] = set()
    overruled: set[int] = set()
    for point in (
        dict(zip(axes, map(F, each), strict=True)) for each in product(range(SIZE), repeat=len(axes))
    ):
        said = tuple(at for at, each in enumerate(answers) if each.applies(point))
        official = tuple(at for at in said if at >= ours)
        if said == official and len({given_[at][1] for at in official}) != 1:
            expected.add(official)
        if len({given_[at][1] for at in official}) == 1:
            overruled |= {at for at in said if at < ours and given_[at][1] != given_[official[0]][1]}
    cuts = cuts_of(given_, axes)
    found = list(holes(ranges, cuts, answers, ours))
    assert {each.answers for each in found} == expected
    for each in found:
        assert all(x in ranges[axis] for axis, x in each.witness.items())
        assert each.answers == tuple(
            at for at, one in enumerate(answers) if at >= ours and one.applies(each.witness)
        )
        assert not any(one.applies(each.witness) for one in answers[:ours])
    assert {at for at, _ in needless(ranges, cuts, answers, ours)} == overruled


@given(our.ranges(), st.lists(st.sampled_from(our.EDGES), max_size=5))
def test_cells_cover_the_axis_with_one_number_each(axis: Range, cuts: list[Fraction]) -> None:
    """Cells ascend, lie on the axis, and hold every cut on it; between two cuts there is at most one."""
    found = cells(axis, cuts)
    assert all(x in axis for x in found)
    assert found == sorted(set(found))
    assert {cut for cut in cuts if cut in axis} <= set(found)
    edges = sorted(set(cuts))
    for x in (edge + shift for edge in our.EDGES for shift in (F(-1, 7), F(0), F(1, 7))):
        if x in axis:
            same = [y for y in found if [y < e for e in edges] == [x < e for e in edges]
                    and [y > e for e in edges] == [x > e for e in edges]]  # fmt: skip
            assert len(same) == 1


@given(our.cuttings(), st.data())
def test_a_partition_has_no_hole_until_one_part_is_left_out(
    parts: list[Interval], data: st.DataObject
) -> None:
    """Parts that cut the line answer once for every rational; without one of them there is a gap in it."""
    axes, cuts = {"x": Range()}, cuts_of([({"x": each}, 0) for each in parts], ("x",))
    answers = [answer({"x": each}, at) for at, each in enumerate(parts)]
    assert not list(holes(axes, cuts, answers, 0))
    out = data.draw(st.integers(0, len(parts) - 1))
    found = list(holes(axes, cuts, [*answers[:out], *answers[out + 1 :]], 0))
    assert found
    assert all(hole.answers == () and hole.witness["x"] in parts[out] for hole in found)


def test_answers_that_pay_the_same_do_not_contradict() -> None:
    """Two cases that hold together are no overlap where they pay the same, on a line even at one number."""
    line = Answer(lambda point: point["x"] <= 2, lambda point: point["x"] * 2)
    flat = Answer(lambda point: point["x"] >= 2, lambda _: 4)
    steep = Answer(lambda point: point["x"] >= 2, lambda _: 5)
    axes, cuts = {"x": Range()}, {"x": [F(2)]}
    assert not list(holes(axes, cuts, [line, flat], 0))
    (hole,) = holes(axes, cuts, [line, steep], 0)
    assert hole.witness["x"] == 2
    assert hole.answers == (0, 1)


def test_too_many_cells_are_refused_before_they_are_looked_at() -> None:
    """More cells than can be looked at are an error, not a long wait."""
    axes = {name: Range() for name in "abcd"}
    cuts = {name: [F(n) for n in range(20)] for name in axes}
    assert MAX_CELLS < (2 * 20 + 1) ** 4
    with pytest.raises(TooManyCells):
        list(holes(axes, cuts, [Answer(lambda _: True, lambda _: 0)], 0))
    with pytest.raises(TooManyCells):
        needless(axes, cuts, [], 0)
