"""Policies of an edition, not of a criterion: rounding, conversion, classes, ranking, quotas.

Those of one unit alone become roots of its graph; those of the population `results` applies. The
order is that of the rounding plan, conversion, adjustments, the index, classes, ranking, quotas.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction

from attrs import field, frozen

from parcore.diagnostics import Place
from parcore.evidence.evidence import Method
from parcore.i18n import Text
from parcore.intervals import Interval
from parcore.numbers import ONE, ZERO, Rounding
from parcore.rules.conditions import Condition, names_in
from parcore.rules.figures import Figure
from parcore.rules.graph import Const, Match, Node, Raise, Within
from parcore.rules.protocols import Measure
from parcore.sources import Source
from parcore.values import State


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
    """What a policy reads: points, points converted and adjusted, or points per 100 attainable.

    `RATE` is of the points before adjustments: bonus and penalty do not change it.
    """

    BASE = "base"
    TOTAL = "total"
    RATE = "rate"


@frozen
class Reads:
    """The quantity that a policy reads, before or after the index is rounded."""

    quantity: Quantity
    rounded: bool


@frozen
class Absent:
    """A method of which nothing at all was handed in for a period: its leaves are left out for everybody."""

    method: Method
    source: Source
    place: Place = field(default=Place(""), eq=False)


@frozen
class MethodMaximum:
    """What all leaves of a method count at most together; None is a maximum that nobody published.

    `title` is what the edition calls them; empty where it is the method's own word.
    """

    method: Method
    max: Figure | None
    source: Source
    title: Text = Text()
    place: Place = field(default=Place(""), eq=False)


class Every(Enum):
    """The nodes that a gate reads: leaves, the parts of components, or components."""

    LEAF = "leaf"
    CRITERION = "criterion"
    COMPONENT = "component"


@frozen
class Gate:
    """What every node of a kind must have for a class: points `op` an amount, or a share of its maximum.

    `rounded` says whether points are read as the edition rounds them there; `excluded` whether a node
    left out passes. `said` is the gate as written.
    """

    every: Every
    op: str
    amount: Figure
    share: bool
    rounded: bool
    excluded: bool
    said: str
    place: Place = field(default=Place(""), eq=False)


@frozen
class Band:
    """A class: its name, the numbers that fall into it by unit group, and what else it requires."""

    name: str
    title: Text
    intervals: Mapping[str, Interval]
    gates: tuple[Gate, ...] = ()
    place: Place = field(default=Place(""), eq=False)


@frozen
class Zone:
    """Numbers whose class is open: the cut between two bands, the higher first, lies somewhere there."""

    between: tuple[str, str]
    intervals: Mapping[str, Interval]
    source: Source
    place: Place = field(default=Place(""), eq=False)


class Verdict(Enum):
    """What an empty fact makes of a condition: it holds, it fails, or the unit gets no class."""

    HOLDS = "holds"
    FAILS = "fails"
    WITHHOLD = "withhold"


@frozen
class Fact:
    """A condition on evidence; where nothing arose, or none applies, it fails unless `when` says else."""

    condition: Condition
    measures: Mapping[str, Measure]
    when: Mapping[State, Verdict]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of evidence that it reads."""
        measured = (name for each in self.measures.values() for name in each.fields)
        return tuple(measured) if self.measures else names_in(self.condition)

    def node(self, group: str) -> Node:
        """Its graph: 1 or 0, or a state for which the unit gets no class."""
        unless_said = {State.NOTHING_AROSE: Verdict.FAILS, State.NOT_APPLICABLE: Verdict.FAILS}
        settled = unless_said | dict(self.when)
        measures = {name: each.node(group) for name, each in self.measures.items()}
        failing = frozenset(state for state, verdict in settled.items() if verdict is Verdict.FAILS)
        holds = self.condition.node(measures, group, failing)
        return Match(holds, tuple((state, _settled(settled[state])) for state in sorted(settled)))


def _settled(verdict: Verdict) -> Node:
    if verdict is Verdict.WITHHOLD:
        return Raise(State.WITHHELD)
    return Const(ONE if verdict is Verdict.HOLDS else ZERO)


@frozen
class Limit:
    """A veto or a cap: where the fact holds, the class is at most this one. `said` is it as written."""

    fact: Fact
    at_most: str
    said: str
    source: Source | None = None
    place: Place = field(default=Place(""), eq=False)


class Border(Enum):
    """A tie at the border of a quota: the authority decides, all are kept, or none is."""

    AUTHORITY = "authority"
    ALL = "all"
    NONE = "none"


@frozen
class Quota:
    """At most so many units of a class: a share of those in the classes `of`, within each circle.

    The number is rounded, then held within `at_least` and `at_most`; the best keep the class, the
    rest fall to `otherwise`.
    """

    name: str
    share: Fraction
    of: tuple[str, ...]
    rounding: Rounding
    within: Within
    ties: Border
    otherwise: str
    at_least: int = 0
    at_most: int | None = None
    place: Place = field(default=Place(""), eq=False)


@frozen
class Classes:
    """The classes of an edition, for its index years `first` to `last` (None: all of them).

    A number in no band has no class; in one of the `zones` its class is open.
    """

    on: Reads
    bands: tuple[Band, ...]
    zones: tuple[Zone, ...] = ()
    vetoes: tuple[Limit, ...] = ()
    caps: tuple[Limit, ...] = ()
    quotas: tuple[Quota, ...] = ()
    first: int | None = None
    last: int | None = None
    place: Place = field(default=Place(""), eq=False)

    def holds_in(self, year: int) -> bool:
        """Whether these are the classes of a year."""
        return (self.first is None or self.first <= year) and (self.last is None or year <= self.last)

    def ordered(self, group: str) -> tuple[Band, ...]:
        """The bands of a group, best first."""
        low = {band.name: band.intervals[group].low for band in self.bands}
        known = [band for band in self.bands if low[band.name] is not None]
        known.sort(key=lambda band: (low[band.name] or ZERO, not band.intervals[group].low_in), reverse=True)
        return (*known, *(band for band in self.bands if low[band.name] is None))

    def zone(self, number: Fraction, group: str) -> Zone | None:
        """The zone that a number of a group lies in."""
        return next((each for each in self.zones if number in each.intervals[group]), None)

    @property
    def root(self) -> str:
        """What the roots of its conditions in the graph begin with."""
        return "class" if self.first is None else f"class@{self.first}"


class Ties(Enum):
    """How equal units are ranked: 1, 2, 2, 4 (competition), 1, 2, 2, 3 (dense), or each on a place.

    `SEQUENTIAL` gives a place to every unit; units that nothing tells apart share the best of theirs,
    and the tie is open.
    """

    COMPETITION = "competition"
    DENSE = "dense"
    SEQUENTIAL = "sequential"


@frozen
class TieBreak:
    """What tells equal units apart: the points of a criterion, or a field, the highest or lowest first."""

    of: str
    points: bool
    rounded: bool = False
    lowest: bool = False

    @property
    def root(self) -> str:
        """Its root in the graph."""
        if not self.points:
            return f"tie:{self.of}"
        return f"points:{self.of}" if self.rounded else f"unrounded:{self.of}"


class Against(Enum):
    """With whom a tolerance compares a unit: the first of its tie, or the unit next above."""

    LEADER = "leader"
    NEIGHBOUR = "neighbour"


@frozen
class Tolerance:
    """Units whose numbers differ by no more than `of` are tied; it is not transitive, hence `against`."""

    of: Fraction
    against: Against


@frozen
class Ranking:
    """What is ranked, how ties count, within which circles; `unranked` units stand outside.

    `ties` tell equal units apart, in order; `authority` leaves what remains to a decision.
    """

    on: Reads
    method: Ties
    within: tuple[Within, ...]
    unranked: tuple[str, ...] = ()
    ties: tuple[TieBreak, ...] = ()
    authority: bool = False
    tolerance: Tolerance | None = None

    @property
    def leaves_open(self) -> bool:
        """Whether a tie that nothing breaks is open, and not simply a shared place."""
        return self.authority or bool(self.ties) or self.method is Ties.SEQUENTIAL
