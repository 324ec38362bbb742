"""What can be said of a rule for all evidence: reach, extremes, direction, cliffs, what is dead.

Said of every cell of its plane, and so proved; that something does happen is shown by a witness.
Points are those of the rule, before rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from fractions import Fraction
from functools import cached_property
from itertools import islice, pairwise
from math import lcm
from typing import Final

from attrs import field, frozen

from parcore.intervals import Interval, exactly
from parcore.numbers import ONE, ZERO
from parcore.readings.analysis.branches import MOST_CELLS, Branches, branches_of
from parcore.readings.analysis.extremes import Extreme, settle
from parcore.readings.analysis.plane import Axis, Branch, Cell, Cells, Plane, inside
from parcore.readings.analysis.solver import Answer, installed
from parcore.readings.analysis.witness import WHOLE, Reach, Witness
from parcore.rules.graph import Div, Field, Symbol
from parcore.rules.program import lay_out

MOST_ASKED: Final = 400
"""Of a rule with no more cells than this the solver says which of them hold no evidence at all."""


class Direction(Enum):
    """How points go with an axis."""

    FLAT = "flat"
    RISING = "rising"
    FALLING = "falling"
    TURNING = "turning"


@frozen
class Cliff:
    """The largest jump of points along an axis: at which number, and evidence on both sides of it."""

    axis: str
    at: Fraction
    jump: Fraction
    below: Witness | None
    above: Witness | None


@frozen
class Analysis:
    """What one rule does for any evidence, in one unit group.

    `dead` are the axes on which no points depend, `alike` evidence that differs along one and is paid the
    same. `one_unit`: the rule reads nothing but a unit's own evidence; of one that reads peers or records no
    unit alone is a witness.
    """

    plane: Plane
    branches: Branches
    least: Extreme | None
    most: Extreme | None
    directions: dict[str, Direction]
    turns: dict[str, tuple[Witness, Witness]]
    cliff: Cliff | None
    dead: tuple[str, ...]
    one_unit: bool = True
    alike: Mapping[str, tuple[Witness, Witness]] = field(factory=dict)

    @property
    def undecided(self) -> tuple[int, ...]:
        """The branches that are not decided, where one unit can be a witness."""
        return self.branches.undecided if self.one_unit else ()

    @property
    def constant(self) -> bool:
        """Whether every evidence gives the same points."""
        ends = self.least, self.most
        return ends[0] is not None and ends[1] is not None and ends[0].points == ends[1].points

    @cached_property
    def fields(self) -> Mapping[str, frozenset[str]]:
        """The fields that each axis reads."""
        return {name: frozenset(_fields(axis)) for name, axis in self.plane.axes.items()}


@frozen
class _Step:
    """Points along one axis from one cell to the next, all other axes held."""

    axis: str
    before: Cell
    after: Cell
    left: Fraction
    right: Fraction
    grown: Fraction = ZERO
    """What the line would have brought from one number of a grid to the next without any jump."""

    @property
    def jump(self) -> Fraction:
        """What the edge itself brings, beyond what a step of the grid would have brought anyway."""
        whole = self.right - self.left
        return whole if abs(whole) > abs(self.grown) else ZERO


def analyse(plane: Plane, reach: Reach) -> Analysis:
    """What a rule does for any evidence.

    Raises:
        ValueError: the plane has too many cells to be looked at one by one.
    """
    every = [(cell, at) for cell, at in plane.cells() if at is not None and reach.possible(cell)]
    cells = every
    if installed() and reach.specs and len(cells) <= MOST_ASKED:
        cells = [(cell, at) for cell, at in cells if reach.settled(cell) is not Answer.NONE]
    branches = branches_of(plane, cells, reach)
    steps = list(_steps(plane, cells))
    ordered = [name for name, axis in plane.axes.items() if axis.ordered]
    dead = tuple(_dead(plane, every, cells))
    directions = {name: _direction(name, plane, cells, steps) for name in ordered}
    return Analysis(
        plane,
        branches,
        _extreme(plane, cells, reach, branches.reached, largest=False),
        _extreme(plane, cells, reach, branches.reached, largest=True),
        directions,
        _turns(plane, directions, cells, steps, reach),
        _cliff(plane, steps, reach),
        dead,
        bool(reach.specs),
        {name: pair for name in dead if (pair := _alike(name, cells, reach)) is not None},
    )


def _alike(name: str, cells: Cells, reach: Reach) -> tuple[Witness, Witness] | None:
    """Two pieces of evidence that differ along an axis and are paid the same."""
    held: dict[tuple[str, ...], Witness] = {}
    for cell, _ in cells[:MOST_ASKED]:
        witness = reach.inside(cell)
        others = tuple(str(part) for each, part in cell.items() if each != name)
        if witness is not None and held.setdefault(others, witness) is not witness:
            return held[others], witness
    return None


def points_at(branch: Branch, axis_number: Fraction | None) -> Fraction | None:
    """What a branch pays at a number of its axis; None where it raises a state."""
    if branch.line is None:
        return None
    slope, intercept = branch.line
    return intercept if not slope else slope * (axis_number or ZERO) + intercept


@frozen
class _End:
    """The points at an end of a cell: whether they are reached, and where; without end, which way."""

    points: Fraction | None
    belongs: bool
    spot: Cell
    up: bool = False


def _ends(branch: Branch, cell: Cell) -> Iterator[_End]:
    if branch.line is None:
        return
    slope, intercept = branch.line
    if not slope:
        yield _End(intercept, True, cell)
        return
    part = cell[branch.axis]
    for end, belongs, high in ((part.low, part.low_in, False), (part.high, part.high_in, True)):
        if end is None:
            yield _End(None, False, cell, up=(slope > 0) == high)
        else:
            spot = {**cell, branch.axis: exactly(end)} if belongs else cell
            yield _End(slope * end + intercept, belongs, spot)


def _extreme(
    plane: Plane,
    cells: Cells,
    reach: Reach,
    reached: tuple[Witness | None, ...],
    *,
    largest: bool,
) -> Extreme | None:
    """The most (or least) points of all cells; None where there are none, or no end."""
    ends = [end for cell, at in cells for end in _ends(plane.branches[at], cell)]
    numbers = [each.points for each in ends if each.points is not None]
    if not numbers or any(each.points is None and each.up == largest for each in ends):
        return None
    best = max(numbers) if largest else min(numbers)
    spots = [each.spot for each in ends if each.points == best and each.belongs]
    witnesses = (reach.inside(spot) for spot in spots[:MOST_CELLS])
    found = next((each for each in witnesses if each is not None and each.value.known == best), None)
    if found is not None or not spots or not reach.specs:
        return Extreme(best, bool(spots), found)
    return settle(best, reach, reached, largest=largest)


def _steps(plane: Plane, cells: Cells) -> Iterator[_Step]:
    """Each cell with the next along one axis that holds evidence, and the points at their edges."""
    by_key = {tuple(map(str, cell.values())): (cell, at) for cell, at in cells}
    for name, axis in plane.axes.items():
        after = dict(pairwise(str(each) for each in axis.cells()))
        for cell, at in cells:
            found, beyond = None, after.get(str(cell[name]))
            while found is None and beyond is not None:
                key = tuple(beyond if each == name else str(part) for each, part in cell.items())
                found, beyond = by_key.get(key), after.get(beyond)
            if found is not None:
                other, then = found
                left = _edge(plane.branches[at], cell, name, high=True)
                right = _edge(plane.branches[then], other, name, high=False)
                if left is not None and right is not None:
                    yield _Step(name, cell, other, left, right, _grown(plane, axis, at, then))


def _grown(plane: Plane, axis: Axis, at: int, then: int) -> Fraction:
    slopes = [
        branch.line[0]
        for branch in (plane.branches[at], plane.branches[then])
        if branch.line is not None and branch.axis == axis.name
    ]
    return max(slopes, key=abs, default=ZERO) * (axis.range.step or ZERO)


def _edge(branch: Branch, cell: Cell, axis: str, *, high: bool) -> Fraction | None:
    """The points at an end of a cell along an axis; None for a state, or a line along another axis."""
    if branch.line is None:
        return None
    if not branch.line[0]:
        return branch.line[1]
    end = cell[axis].high if high else cell[axis].low
    return None if branch.axis != axis or end is None else points_at(branch, end)


def _direction(name: str, plane: Plane, cells: Cells, steps: list[_Step]) -> Direction:
    changes = [each.right - each.left for each in steps if each.axis == name]
    lines = ((plane.branches[at], cell[name]) for cell, at in cells)
    changes += [
        branch.line[0]
        for branch, part in lines
        if branch.line is not None and branch.axis == name and part.low != part.high
    ]
    rises, falls = any(each > 0 for each in changes), any(each < 0 for each in changes)
    if rises and falls:
        return Direction.TURNING
    return Direction.RISING if rises else Direction.FALLING if falls else Direction.FLAT


def _turns(
    plane: Plane, directions: dict[str, Direction], cells: Cells, steps: list[_Step], reach: Reach
) -> dict[str, tuple[Witness, Witness]]:
    """For each axis that turns, evidence where more of it pays less: on both sides of a fall."""
    found: dict[str, tuple[Witness, Witness]] = {}
    for name in (each for each, way in directions.items() if way is Direction.TURNING):
        for before, after in islice(_falls(name, plane, cells, steps), MOST_CELLS):
            one, two = reach.inside(before), reach.inside(after)
            if one is not None and two is not None and _less(two, one):
                found[name] = one, two
                break
    return found


def _falls(name: str, plane: Plane, cells: Cells, steps: list[_Step]) -> Iterator[tuple[Cell, Cell]]:
    """Where points fall along an axis: from one cell to the next, or along a line inside one."""
    yield from ((each.before, each.after) for each in steps if each.axis == name and each.right < each.left)
    for cell, at in cells:
        branch = plane.branches[at]
        if branch.axis == name and branch.line is not None and branch.line[0] < 0:
            low, high = _apart(cell[name], plane.axes[name].range.step)
            yield {**cell, name: exactly(low)}, {**cell, name: exactly(high)}


def _apart(part: Interval, step: Fraction | None) -> tuple[Fraction, Fraction]:
    """Two numbers of a part, in order; the same where it holds but one."""
    if part.low is None or part.high is None:
        first = inside(part)
        beyond = step or ONE
        return (first - beyond, first) if part.low is None else (first, first + beyond)
    if part.low_in and part.high_in:
        return part.low, part.high
    quarter = (part.high - part.low) / 4
    return part.low + quarter, part.high - quarter


def _less(one: Witness, two: Witness) -> bool:
    a, b = one.value.known, two.value.known
    return a is not None and b is not None and a < b


def _dead(plane: Plane, every: Cells, possible: Cells) -> Iterator[str]:
    """The axes on which no points depend: all others held, or where evidence alone excludes the rest.

    The latter is said only of an axis whose fields no other axis reads that does matter.
    """
    dead = [name for name in plane.axes if _is_dead([name], plane, every)]
    reads = {name: _fields(axis) for name, axis in plane.axes.items()}
    for name in plane.axes:
        others = set().union(*(reads[each] for each in plane.axes if each != name and each not in dead))
        if name not in dead and not reads[name] & others and _is_dead([*dead, name], plane, possible):
            dead.append(name)
    return iter(dead)


def _fields(axis: Axis) -> set[str]:
    nodes = lay_out({"it": axis.node}).nodes
    return {node.name for node in nodes if isinstance(node, Field | Symbol)}


def _is_dead(names: list[str], plane: Plane, cells: Cells) -> bool:
    """Whether what is paid is the same whatever some axes give, all others held."""
    said: dict[tuple[str, ...], object] = {}
    for cell, at in cells:
        branch = plane.branches[at]
        if branch.axis in names and branch.line is not None and branch.line[0]:
            return False
        others = tuple(str(part) for each, part in cell.items() if each not in names)
        pays = (branch.line, branch.axis if branch.line and branch.line[0] else "", branch.state)
        if said.setdefault(others, pays) != pays:
            return False
    return True


def _cliff(plane: Plane, steps: list[_Step], reach: Reach) -> Cliff | None:
    """The largest jump, with evidence one dossier apart on both sides where the axis is a ratio."""
    ordered = [each for each in steps if plane.axes[each.axis].ordered]
    largest = max(ordered, key=lambda each: abs(each.jump), default=None)
    if largest is None or not largest.jump:
        return None
    at = largest.after[largest.axis].low
    at = largest.before[largest.axis].high if at is None else at
    if at is None:
        return None
    near = _near(plane.axes[largest.axis], at, largest)
    one = reach.inside({**largest.before, largest.axis: exactly(near[0])})
    two = reach.inside({**largest.after, largest.axis: exactly(near[1])})
    return Cliff(largest.axis, at, largest.right - largest.left, one, two)


def _near(axis: Axis, at: Fraction, step: _Step) -> tuple[Fraction, Fraction]:
    """Two numbers of an axis on the two sides of a jump: one apart in a hundred or so for a ratio."""
    before, after = step.before[axis.name], step.after[axis.name]
    if not isinstance(axis.node, Div) or axis.range.step is not None:
        return before.high if before.high_in and before.high is not None else inside(before), inside(after)
    whole = lcm(at.denominator * -(-WHOLE // at.denominator), 1)
    below, above = at - Fraction(1, whole), at + Fraction(1, whole)
    return (at if at in before else below), (at if at in after else above)
