"""What can be said of the branches of a rule one by one: never reached, reached once, overlapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Final

from attrs import field, frozen

from parcore.intervals import Interval
from parcore.readings.analysis.plane import Branch, Cells, Plane, inside
from parcore.readings.analysis.solver import Answer
from parcore.readings.analysis.witness import Reach, Witness
from parcore.sources import Basis

MOST_CELLS: Final = 40
"""In how many cells of a branch evidence is looked for before it is called not decided."""

APART: Final = ("case", "row")
"""Branches that must not overlap; of others the first that holds decides."""


@frozen
class Branches:
    """What is known of the branches of a plane, by their positions.

    `reached` has a witness for each, None where none was found; `unreachable` are those that no cell has:
    proved; `instead` has evidence for which such a one would apply and another decides. `not_within` are
    those that no evidence within the solver's bound reaches. `single` are those that one number of an axis
    alone reaches, though they speak of more. `gap` is evidence for which nothing decides, `overlaps` that
    for which two give different answers.
    """

    reached: tuple[Witness | None, ...] = ()
    unreachable: tuple[int, ...] = ()
    instead: Mapping[int, Witness] = field(factory=dict)
    not_within: tuple[int, ...] = ()
    single: Mapping[int, tuple[str, Fraction]] = field(factory=dict)
    gap: Witness | None = None
    overlaps: Mapping[tuple[int, int], Witness] = field(factory=dict)

    @property
    def undecided(self) -> tuple[int, ...]:
        """Those that some cell has and no witness reaches."""
        settled = {*self.unreachable, *self.not_within}
        return tuple(n for n, each in enumerate(self.reached) if each is None and n not in settled)


def branches_of(plane: Plane, cells: Cells, reach: Reach) -> Branches:
    """What is known of the branches of a plane, from the cells that can hold evidence."""
    reached = tuple(_reached(plane, cells, reach))
    used = {at for _, at in cells}
    unreachable = tuple(n for n in range(len(plane.branches)) if n not in used)
    return Branches(
        reached,
        unreachable,
        dict(_instead(plane, unreachable, reach)),
        tuple(_not_within(cells, reached, reach)),
        dict(_single(plane, cells)),
        _gap(plane, reach),
        dict(_overlaps(plane, cells, reach)),
    )


def _reached(plane: Plane, cells: Cells, reach: Reach) -> Iterator[Witness | None]:
    """A witness for each branch, from the first of its cells in which one is found."""
    for at in range(len(plane.branches)):
        own = (reach.inside(cell) for cell, each in cells if each == at)
        yield _first(own)


def _first(found: Iterator[Witness | None]) -> Witness | None:
    return next((each for each in islice(found, MOST_CELLS) if each is not None), None)


def _not_within(cells: Cells, reached: Sequence[Witness | None], reach: Reach) -> Iterator[int]:
    """The branches of whose cells each is asked for, and none holds evidence within the bound."""
    for at, witness in enumerate(reached):
        own = [cell for cell, each in cells if each == at] if witness is None and reach.specs else []
        if 0 < len(own) <= MOST_CELLS and all(reach.settled(cell) is Answer.NOT_WITHIN for cell in own):
            yield at


def _instead(plane: Plane, unreachable: Sequence[int], reach: Reach) -> Iterator[tuple[int, Witness]]:
    """Evidence for which a branch that is never reached would apply, were it not for one before it."""
    for at in unreachable:
        applies = plane.branches[at].applies
        own = (
            reach.inside(cell)
            for cell, _ in plane.cells()
            if applies({name: inside(part) for name, part in cell.items()}) and reach.possible(cell)
        )
        found = _first(own)
        if found is not None:
            yield at, found


def _single(plane: Plane, cells: Cells) -> Iterator[tuple[int, tuple[str, Fraction]]]:
    """The cases that one number reaches, but for those that name that number or begin at it."""
    for at, branch in enumerate(plane.branches):
        if branch.part is None or branch.word not in APART:
            continue
        own = [cell[branch.axis] for cell, each in cells if each == at]
        if not own or any(part != own[0] for part in own):
            continue
        number = own[0].low
        if number is not None and number == own[0].high and not _begins(branch.part, number):
            yield at, (branch.axis, number)


def _begins(part: Interval, number: Fraction) -> bool:
    one_sided = part.low is None or part.high is None or part.low == part.high
    return one_sided and number in (part.low, part.high)


def _gap(plane: Plane, reach: Reach) -> Witness | None:
    """Evidence for which no branch applies, though every measure is known."""
    open_ = (reach.inside(cell) for cell, at in plane.cells() if at is None and reach.possible(cell))
    return _first(open_)


def _overlaps(plane: Plane, cells: Cells, reach: Reach) -> Iterator[tuple[tuple[int, int], Witness]]:
    """Evidence for which two branches apply that must not, and pay differently; ours settle openly."""
    tried: dict[tuple[int, int], int] = {}
    found: dict[tuple[int, int], Witness] = {}
    for cell, at in cells:
        one = plane.branches[at]
        if one.word not in APART or _ours(one):
            continue
        point = {name: inside(part) for name, part in cell.items()}
        for n, two in enumerate(plane.branches[at + 1 :], at + 1):
            pair = at, n
            if pair in found or tried.get(pair, 0) >= MOST_CELLS or _pays(one) == _pays(two):
                continue
            if two.word in APART and two.applies(point):
                tried[pair] = tried.get(pair, 0) + 1
                witness = reach.inside(cell)
                if witness is not None:
                    found[pair] = witness
    return iter(found.items())


def _pays(branch: Branch) -> object:
    return branch.line, branch.axis if branch.line and branch.line[0] else "", branch.state


def _ours(branch: Branch) -> bool:
    return branch.source is not None and branch.source.basis is Basis.INTERPRETATION
