"""Whether two rules give the same points for all evidence, or where they differ, with evidence for it.

Both are laid on one plane: their axes together, cut wherever either turns. What is said of every cell is
proved; a difference has a witness where one is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import evolve, frozen

from parcore.evidence.vocabulary import Vocabulary
from parcore.intervals import Interval, exactly
from parcore.readings.analysis.plane import Axis, Branch, Cell, Plane, inside
from parcore.readings.analysis.solver import Answer
from parcore.readings.analysis.witness import PERIOD, Reach, Witness
from parcore.readings.exact import evaluate
from parcore.readings.inverse import Facts
from parcore.rules.graph import Mul, const
from parcore.rules.program import Program, lay_out
from parcore.values import Value


@frozen
class Region:
    """Where two rules differ: a cell, what each says there, and evidence with what each gives for it.

    `one_way`: throughout the cell the same one of the two gives more. Where each pays by a measure of its
    own this is not known, nor that they differ in all of it; evidence then tells of itself alone.
    """

    cell: Mapping[str, Interval]
    before: str
    after: str
    witness: Witness | None
    given: tuple[Value, Value] | None
    one_way: bool = True


def differences(one: Plane, two: Plane, vocabulary: Vocabulary) -> list[Region]:
    """Where two rules over one vocabulary differ; none: they give the same for all evidence, proved.

    Raises:
        ValueError: together they have too many cells.
    """
    axes, names = _together(one, two)
    other = evolve(two, branches=tuple(_renamed(each, names) for each in two.branches))
    both = evolve(one, axes=axes)
    reach = Reach(both, vocabulary)
    read = lay_out({"one": one.node, "two": two.node})
    found: list[Region] = []
    for cell, _ in both.cells():
        if reach.possible(cell):
            point = {name: inside(part) for name, part in cell.items()}
            for part in _apart(cell, _at(one, point), _at(other, point)):
                said = _said(_at(one, point)), _said(_at(other, point))
                if reach.settled(part) is not Answer.NONE:
                    one_way = not _measures_apart(_at(one, point), _at(other, point))
                    found.append(evolve(_region(part, said, reach, read), one_way=one_way))
    return list(_merged(found, axes))


def scaled(plane: Plane, factor: Fraction) -> Plane:
    """The plane of a rule that pays so many times as much."""
    branches = tuple(
        each if each.line is None else evolve(each, line=(each.line[0] * factor, each.line[1] * factor))
        for each in plane.branches
    )
    return evolve(plane, node=Mul(const(factor), plane.node), branches=branches)


def _region(cell: Cell, said: tuple[str, str], reach: Reach, read: Program) -> Region:
    witness = reach.inside(cell)
    if witness is None:
        return Region(cell, *said, None, None)
    values = evaluate(read, Facts(witness.numbers, PERIOD))
    if values["one"] == values["two"]:
        return Region(cell, *said, None, None)  # it tells nothing
    return Region(cell, *said, witness, (values["one"], values["two"]))


def _together(one: Plane, two: Plane) -> tuple[dict[str, Axis], dict[str, str]]:
    """The axes of both, those of one graph as one axis, and the names by which the second knows them."""
    axes, renamed = dict(one.axes), dict[str, str]()
    for name, axis in two.axes.items():
        same = next((own for own, each in axes.items() if each.node == axis.node), None)
        at = same or (name if name not in axes else f"{name}′")
        renamed[name] = at
        held = axes.get(at, evolve(axis, name=at))
        axes[at] = evolve(held, cuts=(*held.cuts, *axis.cuts))
    return axes, renamed


def _renamed(branch: Branch, names: Mapping[str, str]) -> Branch:
    def applies(point: Mapping[str, Fraction]) -> bool:
        return branch.applies({own: point[name] for own, name in names.items()})

    return evolve(branch, applies=applies, axis=names.get(branch.axis, branch.axis))


def _at(plane: Plane, point: Mapping[str, Fraction]) -> Branch | None:
    at = next((n for n, each in enumerate(plane.branches) if each.applies(point)), None)
    return None if at is None else plane.branches[at]


def _apart(cell: Cell, one: Branch | None, two: Branch | None) -> Iterator[Cell]:
    a, b = _pays(one), _pays(two)
    if a == b:
        return
    if not isinstance(a, tuple) or not isinstance(b, tuple):
        yield cell
        return
    (slope, first, axis), (slope2, second, axis2) = a, b
    name = axis or axis2
    if not name or _measures_apart(one, two) or slope == slope2:
        yield cell
        return
    at = (second - first) / (slope - slope2)
    if at not in cell[name]:
        yield cell
        return
    yield from ({**cell, name: part} for part in cell[name].minus(exactly(at)))


def _measures_apart(one: Branch | None, two: Branch | None) -> bool:
    """Whether each pays by a measure of its own."""
    axes = [each[2] for each in map(_pays, (one, two)) if isinstance(each, tuple)]
    return len(axes) == 2 and all(axes) and axes[0] != axes[1]


def _pays(branch: Branch | None) -> tuple[Fraction, Fraction, str] | object:
    """Slope, intercept and axis of what a branch pays; the state it raises; None where nothing decides."""
    if branch is None or branch.line is None:
        return None if branch is None else branch.state
    slope, intercept = branch.line
    return slope, intercept, branch.axis if slope else ""


def _said(branch: Branch | None) -> str:
    return "—" if branch is None else branch.label


def _merged(regions: list[Region], axes: Mapping[str, Axis]) -> Iterator[Region]:
    """Neighbours along one axis with the same pair of branches as one region."""
    held: Region | None = None
    for each in regions:
        joined = None if held is None else _joined(held, each, axes)
        if joined is None and held is not None:
            yield held
        held = joined or each
    if held is not None:
        yield held


def _joined(one: Region, two: Region, axes: Mapping[str, Axis]) -> Region | None:
    apart = [name for name in one.cell if one.cell[name] != two.cell[name]]
    if len(apart) != 1 or (one.before, one.after) != (two.before, two.after):
        return None
    first, second, step = one.cell[apart[0]], two.cell[apart[0]], axes[apart[0]].range.step
    if first.high is None or second.low is None:
        return None
    meets = first.high == second.low and (first.high_in or second.low_in)
    if not meets and (step is None or first.high + step != second.low):
        return None
    whole = Interval(first.low, first.low_in, second.high, second.high_in)
    return evolve(
        one,
        cell={**one.cell, apart[0]: whole},
        witness=one.witness or two.witness,
        given=one.given or two.given,
        one_way=one.one_way and two.one_way,
    )
