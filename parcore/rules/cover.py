"""Whether rules answer for every number once: gaps and overlaps, with a witness of each.

The axes (measures with the numbers they can give) are cut at every number that a rule names; inside
a cell no rule changes its answer, so one witness decides for the whole cell. Exact, no solver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Final

from attrs import frozen

from parcore.intervals import Interval, Range, above, below, exactly

MAX_CELLS: Final = 100_000

Point = Mapping[str, Fraction]


@frozen
class Answer:
    """What a rule says: where it applies, and what it then gives (`pays` compares answers)."""

    applies: Callable[[Point], bool]
    pays: Callable[[Point], object]


@frozen
class Hole:
    """A witness for which no answer applies (`answers` empty), or several that differ (positions)."""

    witness: Point
    answers: tuple[int, ...]


class TooManyCells(ValueError):
    """The axes are cut into more cells than can be looked at one by one."""


def cells(axis: Range, cuts: Iterable[Fraction]) -> list[Fraction]:
    """One number of the axis for each cell between and at the cuts that holds any."""
    edges = sorted(set(cuts))
    intervals: list[Interval] = []
    if edges:
        intervals.append(below(edges[0]))
        for low, high in zip(edges, [*edges[1:], None], strict=True):
            intervals += [exactly(low), above(low) if high is None else Interval(low, False, high, False)]
    else:
        intervals.append(Interval())
    samples = (axis.sample(each) for each in intervals)
    return [each for each in samples if each is not None]


def holes(
    axes: Mapping[str, Range], cuts: Mapping[str, Sequence[Fraction]], answers: Sequence[Answer], ours: int
) -> Iterator[Hole]:
    """Every cell that the answers do not settle.

    The first `ours` answers are interpretations: one that applies settles a cell. Else exactly one
    of the rest must apply, or several that pay the same.

    Raises:
        TooManyCells: more than `MAX_CELLS`.
    """
    samples = {name: cells(axis, cuts.get(name, ())) for name, axis in axes.items()}
    if prod(len(each) for each in samples.values()) > MAX_CELLS:
        raise TooManyCells
    for numbers in product(*samples.values()):
        point = dict(zip(samples, numbers, strict=True))
        if any(each.applies(point) for each in answers[:ours]):
            continue
        said = [at for at, each in enumerate(answers) if at >= ours and each.applies(point)]
        if not said or len({answers[at].pays(point) for at in said}) > 1:
            yield Hole(point, tuple(said))


def needless(
    axes: Mapping[str, Range], cuts: Mapping[str, Sequence[Fraction]], answers: Sequence[Answer], ours: int
) -> list[tuple[int, Point]]:
    """Interpretations that overrule a text which is clear: position and witness of each.

    Raises:
        TooManyCells: more than `MAX_CELLS`.
    """
    samples = {name: cells(axis, cuts.get(name, ())) for name, axis in axes.items()}
    if prod(len(each) for each in samples.values()) > MAX_CELLS:
        raise TooManyCells
    found: dict[int, Point] = {}
    for numbers in product(*samples.values()):
        point = dict(zip(samples, numbers, strict=True))
        said = [at for at, each in enumerate(answers) if at >= ours and each.applies(point)]
        if len({answers[at].pays(point) for at in said}) != 1:
            continue
        for at, each in enumerate(answers[:ours]):
            if each.applies(point) and each.pays(point) != answers[said[0]].pays(point):
                found.setdefault(at, point)
    return list(found.items())
