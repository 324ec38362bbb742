"""What a study of robustness finds: for each unit where its rank lies, and all that the finding rests on."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Any, Final

import numpy as np
from attrs import field, frozen

from parcore.evidence.units import Unit
from parcore.i18n import Text
from parcore.readings.columns.arrays import Ints
from parcore.results.result import Result
from parcore_robust.polytope import Norm

LEVEL: Final = Fraction(9, 10)
"""The share of draws that the interval shown holds."""


class Origin(Enum):
    """Where the uncertainty comes from; one at a time."""

    SURVEY = "survey"
    WEIGHTS = "weights"
    MISSING = "missing"


@frozen
class Span:
    """Ranks from the best to the worst."""

    best: int
    worst: int

    def __str__(self) -> str:
        return str(self.best) if self.best == self.worst else f"{self.best}–{self.worst}"


@frozen
class Drawn:
    """Ranks over draws: the interval that holds `LEVEL` of them, the middle one, all that were seen.

    Order statistics of whole numbers, so exact of these draws. `same` is the share of draws with the
    unit's own rank; `draws` are those in which it has one.
    """

    interval: Span
    median: int
    seen: Span
    same: Fraction
    draws: int


@frozen
class Beside:
    """A unit and the one ranked next above it: in how many draws it stood above, level, and below."""

    other: Unit
    above: int
    level: int
    below: int


@frozen
class Standing:
    """A unit: its rank among how many, and where that lies.

    `possible` holds every rank there can be (a proof, not draws); `reached` are the best and worst that
    were found, each at weights or evidence that exist. `classes` counts draws by class.
    """

    unit: Unit
    place: int | None
    among: int
    number: Fraction | None
    class_name: str
    drawn: Drawn | None = None
    possible: Span | None = None
    reached: Span | None = None
    classes: Mapping[str, int] = field(factory=dict)
    beside: Beside | None = None

    @property
    def settled(self) -> bool:
        """Whether the bounds meet: each of the possible ranks' ends is reached."""
        return self.possible is not None and self.possible == self.reached


@frozen
class Swap:
    """The smallest changes of weights at which a unit draws level with the one ranked next above it.

    `size` is by norm; `weights` are the components' weights then, `past` those a little further on, where it
    stands above. Each was scored exactly. `within`: whether the bounds studied hold such weights.
    """

    unit: Unit
    other: Unit
    norm: Norm
    size: Fraction
    weights: tuple[Fraction, ...]
    past: tuple[Fraction, ...] | None
    within: bool


@frozen
class Study:
    """A study of one origin: the standings in the order of the result, and what it rests on.

    `facts` are what was drawn or bounded, `cautions` what the intervals do not hold; `parts` the
    components whose weights were changed, with the weights that the edition gives them.
    """

    result: Result
    origin: Origin
    circle: str
    standings: tuple[Standing, ...]
    facts: tuple[Text, ...]
    cautions: tuple[Text, ...]
    record: Mapping[str, Any]
    parts: tuple[tuple[str, Fraction], ...] = ()
    swaps: tuple[Swap, ...] = ()
    unswapped: tuple[tuple[Unit, Unit, Text], ...] = ()

    def standing(self, unit: str) -> Standing:
        """A unit's standing.

        Raises:
            KeyError: the result has no such unit.
        """
        for each in self.standings:
            if each.unit.id == unit:
                return each
        raise KeyError(unit)


def drawn(counts: Ints, own: int | None) -> Drawn | None:
    """The order statistics of a unit's ranks; `counts[r]` draws gave it rank r. None where none did."""
    ranks = np.flatnonzero(counts[1:]) + 1
    if not len(ranks):
        return None
    whole, reached = int(counts[1:].sum()), np.cumsum(counts[1:])

    def at(share: Fraction) -> int:
        """The least rank that so large a share of draws does not pass."""
        wanted = -(-share.numerator * whole // share.denominator)
        return int(np.searchsorted(reached, max(wanted, 1))) + 1

    tail = (1 - LEVEL) / 2
    interval = Span(at(tail), at(1 - tail))
    same = Fraction(0 if own is None else int(counts[own]), whole)
    return Drawn(interval, at(Fraction(1, 2)), Span(int(ranks[0]), int(ranks[-1])), same, whole)
