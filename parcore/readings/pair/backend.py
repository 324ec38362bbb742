"""What the pair fold asks of a backend: columns of integers and of truths, and a dozen operations on them.

A column holds an integer for each unit of a block; it is narrow (64 bits) or wide (whatever the
backend has beyond). The fold proves by bounds that no result leaves its width, so a backend needs no
check of its own. No column ever holds an empty value.
"""

from __future__ import annotations

from typing import Final, Protocol, TypeVar

from parcore.rules.graph import Field, Over, Symbol

C = TypeVar("C")
"""A backend's column of integers."""
M = TypeVar("M")
"""A backend's column of truths."""

Source = Field | Symbol | Over
"""What a block has a column for: evidence, and what was aggregated before the fold."""

NARROW: Final = 2**63 - 1
"""The largest magnitude of a narrow integer."""


class Undecided(Exception):
    """A backend cannot give exact numbers here, and the message says why: the exact reading can."""


class Backend(Protocol[C, M]):
    """Columns and the operations on them; both operands have one width, and the result fits it.

    A backend that has `bounded(column, low, high)` is told between which integers each column lies.
    """

    limit: int | None
    """The largest magnitude of a wide integer; None: any."""

    def state(self, source: Source) -> C:
        """The block's states, as narrow integers."""

    def number(self, source: Source, *, wide: bool) -> C:
        """The block's numerators."""

    def constant(self, value: int, *, wide: bool) -> C:
        """The same integer for every unit."""

    def resized(self, a: C, *, wide: bool) -> C:
        """The same integers in the other width, in which they fit."""

    def add(self, a: C, b: C) -> C:
        """a + b."""

    def multiply(self, a: C, b: C) -> C:
        """a × b."""

    def floor_divide(self, a: C, b: C, *, signed: bool) -> C:
        """The floor of a / b, where b > 0; where not `signed`, no a is negative either."""

    def larger(self, a: C, b: C) -> C:
        """The larger of the two."""

    def less(self, a: C, b: C) -> M:
        """Whether a < b."""

    def equal(self, a: C, b: C) -> M:
        """Whether a = b."""

    def both(self, a: M, b: M) -> M:
        """Whether both hold."""

    def either(self, a: M, b: M) -> M:
        """Whether one of them holds, or both."""

    def contrary(self, a: M) -> M:
        """Whether it does not hold."""

    def choose(self, condition: M, a: C, b: C) -> C:
        """a where the condition holds, b elsewhere."""
