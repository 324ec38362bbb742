"""A value is a state and a number; joining two states takes the larger."""

from __future__ import annotations

from enum import IntEnum
from fractions import Fraction
from typing import Final, NamedTuple

from parcore.numbers import ZERO


class State(IntEnum):
    """One scale for what evidence says (0 to 5) and what rules make of it (10 to 30).

    `OK` has a number; every other state has none (its number is 0 and means nothing).
    """

    OK = 0
    NOTHING_AROSE = 1
    """No case arose (không phát sinh): a ratio over nothing."""
    UNVERIFIED = 2
    """Reported by the unit, not yet appraised."""
    MISSING = 3
    """Not provided."""
    REJECTED = 4
    """Provided, and not accepted by the appraiser."""
    NOT_APPLICABLE = 5
    """The unit has no such task."""
    EXCLUDED = 10
    """Out of the points and out of the attainable maximum."""
    RESCALED = 11
    """Out, with its group rescaled to what the group is worth."""
    WITHHELD = 20
    """The unit gets no index and no rank."""
    ERROR = 30
    """Bad evidence, or a rule that has no answer for it."""

    @property
    def word(self) -> str:
        """The state as files write it."""
        return self.name.lower()


EVIDENCE_STATES: Final = (
    State.NOTHING_AROSE,
    State.UNVERIFIED,
    State.MISSING,
    State.REJECTED,
    State.NOT_APPLICABLE,
)
"""The empty states that evidence can be in."""

ALWAYS_POSSIBLE: Final = (State.UNVERIFIED, State.MISSING, State.REJECTED)
"""The empty states that any piece of evidence can be in, whatever its field declares."""


class Value(NamedTuple):
    """A state and a number; the number is 0 wherever the state is not `OK`."""

    state: State
    number: Fraction = ZERO

    @property
    def known(self) -> Fraction | None:
        """The number, or None where the state has none."""
        return self.number if self.state is State.OK else None
