"""What a measure is, to whatever reads one."""

from __future__ import annotations

from typing import Protocol

from parcore.intervals import Range
from parcore.rules.graph import Node
from parcore.values import State


class Measure(Protocol):
    """What a scale is laid on."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of evidence it reads."""

    def node(self, group: str) -> Node:
        """Its graph for a unit group."""

    def range(self, group: str) -> Range:
        """The numbers it can give, for a unit group."""

    def states(self) -> frozenset[State]:
        """The states that can arise beside missing, unverified and rejected."""

    def text(self) -> str:
        """It as a formula over its fields, as people who check it read it."""
