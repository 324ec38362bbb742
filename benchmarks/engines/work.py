"""The work that every engine does: 100 criteria of the kinds that decisions write, each with its figures.

What each kind pays is said once, in words, in `KINDS`; every engine's module says it as its users would. A
criterion's fields are named `<word><number>`. The points are summed by component and to a base, over what was
attainable; 100 × base / attainable is the rate, its two decimals the index, and units are ranked by the rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Final

import numpy as np
from attrs import frozen

CRITERIA: Final = 100
COMPONENTS: Final = 8
MAXIMA: Final = (Fraction(1), Fraction(1, 2), Fraction(3, 2), Fraction(1))
"""Of the criteria in turn; they sum to 100."""
OPTIONS: Final = ("on_time", "late", "never", "none")


class Style(Enum):
    """Where an edition rounds to two decimals, half up: every criterion and the index, or the index alone."""

    CRITERION = "criterion"
    INDEX = "index"


@frozen
class Kind:
    """What a criterion of a kind pays, and the type of its fields."""

    says: str
    fields: Mapping[str, type[np.signedinteger]]
    figures: tuple[Mapping[str, Fraction], ...]
    """Two variants, by turns; shares are of 1, amounts in đồng, points of a maximum of 1."""


def _two(**figures: tuple[object, object]) -> tuple[Mapping[str, Fraction], ...]:
    return tuple({name: Fraction(str(pair[at])) for name, pair in figures.items()} for at in (0, 1))


_SHARE: Final = {"part": np.int32, "whole": np.int32}
KINDS: Final[Mapping[str, Kind]] = {
    "ladder": Kind(
        "part / whole: from 100 % the maximum, from t on the share × maximum, below 0; 0/0 pays the maximum",
        _SHARE,
        _two(t=("0.8", "0.7")),
    ),
    "cases": Kind(
        "part / whole: above `high` the maximum, from `low` to `high` half of it, below 0; 0/0 pays 0",
        _SHARE,
        _two(low=("0.7", "0.5"), high=("0.9", "0.8")),
    ),
    "line": Kind(
        "part / whole: a line from (0, 0) by (a, half) to (b, maximum), then level; 0/0 is not counted",
        _SHARE,
        _two(a=("0.5", "0.4"), b=("0.75", "0.6")),
    ),
    "towards": Kind(
        "part / whole: from the target the maximum, below share / target × maximum; 0/0 pays 0",
        _SHARE,
        _two(target=("0.8", "0.5")),
    ),
    "choice": Kind(
        "on time the maximum, late half of it, never 0; none asked for: not counted",
        {"choice": np.int8},
        _two(half=("0.5", "0.5")),
    ),
    "deduct": Kind(
        "the maximum, less so much for each task not done and each done late, at least 0",
        {"undone": np.int16, "overdue": np.int16},
        _two(undone=("0.25", "0.5"), overdue=("0.1", "0.2")),
    ),
    "count": Kind(
        "so much for each person who confirms, at most the maximum; 0 unless 50 people were asked",
        {"confirmed": np.int8, "checked": np.int8},
        _two(per=("0.02", "0.025")),
    ),
    "formula": Kind(
        "min(1, (w × early + done) / (early + done + late)) × maximum; 0/0 pays the maximum",
        {"early": np.int32, "done": np.int32, "late": np.int32},
        _two(w=("1.5", "1.2")),
    ),
    "growth": Kind(
        "(now − before) / before: the maximum from g on, in proportion between 0 and g; without a base 0",
        {"revenue": np.int64, "before": np.int64},
        _two(g=("0.2", "0.1")),
    ),
    "amount": Kind(
        "an amount: below `low` 0, from `low` to under `high` half of the maximum, from `high` on all of it",
        {"amount": np.int64},
        _two(low=("5e11", "1e12"), high=("1e13", "1e15")),
    ),
    "increments": Kind(
        "an amount: up to `start` `base` × maximum; each further `each` adds `add` × maximum, pro rata",
        {"spent": np.int64},
        _two(base=("0.2", "0.2"), start=("1e12", "1e11"), each=("1e11", "1e10"), add=("0.02", "0.01")),
    ),
    "survey": Kind(
        "answers worth 100, 60, 20 and 0 %, their mean × maximum; nobody asked: 0",
        dict.fromkeys(("good", "fair", "poor", "bad"), np.int16),
        _two(fair=("0.6", "0.6"), poor=("0.2", "0.2")),
    ),
    "money": Kind(
        "disbursed / plan, amounts in đồng: as a ladder",
        {"disbursed": np.int64, "plan": np.int64},
        _two(t=("0.8", "0.7")),
    ),
}
HARD: Final = (0, 1, 2, 7, 9, 10, 12)
"""The criteria whose evidence `data.hard` draws on edges, on halves, empty and large."""
TWINS: Final = 4 * len(KINDS)
"""A criterion and the one so much further have one kind, one maximum and the same figures."""


@frozen
class Criterion:
    """One criterion of the work."""

    at: int
    kind: str
    most: Fraction
    figures: Mapping[str, Fraction]

    @property
    def id(self) -> str:
        return f"c{self.at}"

    @property
    def fields(self) -> Mapping[str, type[np.signedinteger]]:
        return {f"{word}{self.at}": kind for word, kind in KINDS[self.kind].fields.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields, in the order of its kind."""
        return tuple(self.fields)

    def __getitem__(self, figure: str) -> float:
        """A figure as an engine that counts in floats is given it."""
        return float(self.figures[figure])

    @property
    def top(self) -> float:
        """Its maximum as an engine that counts in floats is given it."""
        return float(self.most)

    @property
    def component(self) -> int:
        return self.at % COMPONENTS

    @property
    def can_be_left_out(self) -> bool:
        """Whether it may leave the attainable maximum."""
        return self.kind in {"line", "choice"}


def _criterion(at: int) -> Criterion:
    kind = list(KINDS)[at % len(KINDS)]
    figures = KINDS[kind].figures[at // len(KINDS) % 2]
    return Criterion(at, kind, MAXIMA[at % len(MAXIMA)], figures)


WORK: Final = tuple(_criterion(at) for at in range(CRITERIA))
FIELDS: Final = {name: kind for each in WORK for name, kind in each.fields.items()}
