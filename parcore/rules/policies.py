"""Policies of an edition, not of a criterion: rounding, classes, ranking. `results` applies them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

from parcore.diagnostics import Place
from parcore.i18n import Text
from parcore.intervals import Interval
from parcore.numbers import Rounding
from parcore.rules.graph import Within


class Level(Enum):
    """Where an edition rounds: each leaf, each criterion with children, each component, the index."""

    LEAF = "leaf"
    CRITERION = "criterion"
    COMPONENT = "component"
    INDEX = "index"


@frozen
class RoundingPlan:
    """The decimals at each level where the edition rounds, and how; elsewhere nothing is rounded."""

    digits: Mapping[Level, int] = field(factory=dict)
    mode: Rounding = Rounding.HALF_UP


class Quantity(Enum):
    """What a policy reads: points before adjustments, after them, or points per 100 attainable."""

    BASE = "base"
    TOTAL = "total"
    RATE = "rate"


@frozen
class Reads:
    """The quantity that a policy reads, before or after the index is rounded."""

    quantity: Quantity
    rounded: bool


@frozen
class Band:
    """A class: its name and the numbers that fall into it, by unit group."""

    name: str
    title: Text
    intervals: Mapping[str, Interval]
    place: Place = field(default=Place(""), eq=False)


@frozen
class Classes:
    """The classes of an edition; a number in no band has no class."""

    on: Reads
    bands: tuple[Band, ...]


class Ties(Enum):
    """How equal units are ranked: 1, 2, 2, 4 (competition) or 1, 2, 2, 3 (dense)."""

    COMPETITION = "competition"
    DENSE = "dense"


@frozen
class Ranking:
    """What is ranked, how ties count, within which circles; `unranked` units stand outside."""

    on: Reads
    method: Ties
    within: tuple[Within, ...]
    unranked: tuple[str, ...] = ()
