"""Joining what units state into what the unit that they merged into states: a sum, or a weighted mean.

In: what counts of a field for each of the units, and what each weighs. Out: the value, or why there is none.
States join as in roll-up; a mean is exact, Σ w·x / Σ w, and rounded nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import Final, NamedTuple

from attrs import frozen

from parcore.evidence.evidence import Datum
from parcore.numbers import ZERO, exact_text
from parcore.values import State, Value

SUM: Final = "sum"
MEAN: Final = "weighted_mean"


class Why(Enum):
    """Why a field of a unit, or the whole of it, is not comparable.

    `UNDECLARED`: nothing says how the field carries over. `WEIGHT`: a part has no weight; `NO_WEIGHT`:
    the weights add up to 0. `PART`: one part has no number, another has. The rest are the unit's labels.
    """

    UNDECLARED = "undeclared"
    WEIGHT = "weight"
    NO_WEIGHT = "no-weight"
    PART = "part"
    SPLIT = "split"
    REDRAWN = "redrawn"
    NEW = "new"
    UNKNOWN = "unknown"


@frozen
class Weight:
    """What a unit weighs, and by which source."""

    number: Fraction
    source: str = ""


Weights = Mapping[str, Weight]


class Part(NamedTuple):
    """One of the units: what counts of the field for it, and what it weighs (None: nobody says)."""

    unit: str
    datum: Datum | None
    weight: Value | None = None

    @property
    def value(self) -> Value:
        """Its value; MISSING where nothing is stated."""
        return Value(State.MISSING) if self.datum is None else self.datum.value

    @property
    def text(self) -> str:
        """Its value as written; a bound too."""
        if self.datum is None or (self.value.state is not State.OK and self.datum.bound is None):
            return ""
        return self.datum.text

    def __str__(self) -> str:
        said = f"{self.unit} = {self.text or self.value.state.word}"
        if self.weight is None:
            return said
        weight = self.weight.known
        return f"{said} × {self.weight.state.word if weight is None else exact_text(weight)}"


def join(parts: Sequence[Part], how: str, *, needed: bool) -> tuple[Value, Why | None, str]:
    """The value that parts give; else why they give none, and which of them do not.

    What is not comparable is WITHHELD; a part that has no number gives its state to the whole, as in
    roll-up; but where a statement is `needed` (points set by somebody) and there is none, it is withheld.
    Parts of which nothing arose are passed over with their weights, unless it arose of none.
    """
    if how == MEAN and (bare := [each.unit for each in parts if each.weight is None]):
        return Value(State.WITHHELD), Why.WEIGHT, ", ".join(bare)
    arose = [each for each in parts if max(_states(each)) is not State.NOTHING_AROSE]
    state = max((max(_states(each)) for each in arose), default=State.NOTHING_AROSE)
    if state > State.NOTHING_AROSE:
        lacking = [each for each in arose if max(_states(each)) is not State.OK]
        uneven = len(lacking) < len(parts)
        if needed and any(each.datum is None for each in parts):
            state = State.WITHHELD
        told = "; ".join(f"{each.unit} = {max(_states(each)).word}" for each in lacking)
        return Value(state), Why.PART if uneven or state is State.WITHHELD else None, told
    if not arose:
        return Value(State.NOTHING_AROSE), None, ""
    if how == SUM:
        return Value(State.OK, sum((each.value.number for each in arose), ZERO)), None, ""
    weights = [ZERO if each.weight is None else each.weight.number for each in arose]
    whole = sum(weights, ZERO)
    if not whole:
        return Value(State.WITHHELD), Why.NO_WEIGHT, ", ".join(each.unit for each in arose)
    total = sum((each.value.number * weight for each, weight in zip(arose, weights, strict=True)), ZERO)
    return Value(State.OK, total / whole), None, ""


def _states(part: Part) -> tuple[State, ...]:
    own = part.value.state
    return (own,) if part.weight is None else (own, part.weight.state)
