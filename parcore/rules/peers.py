"""Measures relative to peers: against their mean, total, best or worst; min–max; the place among them.

Peers whose own measure is empty are left out of the statistic; a peer's bad evidence is an error to
all that are measured against it. Who the peers are is always said: `within`, `who`, `self`.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.documents.reading import choice_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.intervals import EVERYTHING, Interval, Range, at_least
from parcore.numbers import ONE, ZERO, round_to
from parcore.rules.figures import MAX_DIGITS, Context, MeasureReader, digits_of
from parcore.rules.graph import (
    Aggregate,
    Div,
    Division,
    Match,
    Mul,
    Node,
    Over,
    Peers,
    Raise,
    Round,
    Within,
    const,
    total,
)
from parcore.rules.measures import Ratio
from parcore.rules.protocols import Measure
from parcore.values import EVIDENCE_STATES, State

EMPTY: Final = frozenset(EVIDENCE_STATES)
"""Peers in these states are left out of a statistic."""


class Statistic(Enum):
    """What of the peers: the mean of their rates, the rate of their totals, the highest, the lowest."""

    MEAN_OF_RATES = "mean_of_rates"
    RATE_OF_TOTALS = "rate_of_totals"
    HIGHEST = "highest"
    LOWEST = "lowest"


class By(Enum):
    """How a unit is set against a statistic: what it has more, or how many times it has it."""

    DIFFERENCE = "difference"
    QUOTIENT = "quotient"


class Who(Enum):
    """Which units count as peers: all that are scored, or those that are ranked."""

    ALL = "all"
    RANKED = "ranked"


@frozen
class Statistics:
    """The statistics of one measure over one circle of peers."""

    measure: Measure
    peers: Peers

    def over(self, op: Aggregate, body: Node) -> Node:
        """An aggregate of `body` over the peers, empty ones left out."""
        return Over(op, self.peers, body, EMPTY)

    def node(self, statistic: Statistic, group: str) -> Node:
        """A statistic; where every peer is empty there is none: nothing arose, and it is nobody's lack."""
        # Peers that nobody handed in are missing, as counting them shows.
        nobody = Match(self.over(Aggregate.COUNT, self.measure.node(group)), (), Raise(State.NOTHING_AROSE))
        return Match(self._node(statistic, group), tuple((state, nobody) for state in EVIDENCE_STATES))

    def _node(self, statistic: Statistic, group: str) -> Node:
        own = self.measure.node(group)
        match statistic:
            case Statistic.MEAN_OF_RATES:
                return self.over(Aggregate.MEAN, own)
            case Statistic.HIGHEST:
                return self.over(Aggregate.MAX, own)
            case Statistic.LOWEST:
                return self.over(Aggregate.MIN, own)
            case Statistic.RATE_OF_TOTALS:
                assert isinstance(own, Div)
                # A peer counts in both totals or in neither.
                part, whole = (self.over(Aggregate.SUM, Match(own, (), each)) for each in (own.a, own.b))
                return Div(part, whole)


@frozen
class Compared:
    """A measure against a statistic of the peers' own."""

    of: Statistics
    statistic: Statistic
    by: By
    digits: int | None

    @property
    def fields(self) -> tuple[str, ...]:
        """The measure's fields."""
        return self.of.measure.fields

    def node(self, group: str) -> Node:
        """The unit's number less the statistic, or over it; where it says so both are rounded, alike.

        Rounded alone, a mean could stand above every number that it is the mean of.
        """
        own, mark = self.of.measure.node(group), self.of.node(self.statistic, group)
        if self.digits is not None:
            own, mark = Round(own, self.digits), Round(mark, self.digits)
        if self.by is By.DIFFERENCE:
            return total(own, Mul(const(-1), mark))
        return Div(own, mark, Division.BASE)

    def range(self, group: str) -> Range:
        """A difference of two of the measure's numbers; a quotient from 0 where these are never negative."""
        own = self.of.measure.range(group).interval
        if self.by is By.DIFFERENCE:
            if own.low is None or own.high is None:
                return Range(EVERYTHING)
            spread = self._mark(own.high) - self._mark(own.low)
            return Range(Interval(-spread, True, spread, True))
        if own.low is None or own.low < 0:
            return Range()
        best = self.statistic is Statistic.HIGHEST and self.of.peers.with_self
        sure = best and not self.of.peers.ranked_only
        return Range(Interval(ZERO, True, ONE, True) if sure else at_least(ZERO))

    def _mark(self, x: Fraction) -> Fraction:
        return x if self.digits is None else round_to(x, self.digits)

    def states(self) -> frozenset[State]:
        """The measure's; nothing arose where there is nobody, or nothing, to compare with."""
        return self.of.measure.states() | {State.NOTHING_AROSE}

    def text(self) -> str:
        """The measure, the sign, the statistic."""
        sign = "−" if self.by is By.DIFFERENCE else "/"
        return f"{_inner(self.of.measure)} {sign} {self.statistic.value}({_circle(self.of.peers)})"


@frozen
class MinMax:
    """Where a unit stands between the lowest and the highest of its peers, from 0 to 1."""

    of: Statistics
    inverse: bool

    @property
    def fields(self) -> tuple[str, ...]:
        """The measure's fields."""
        return self.of.measure.fields

    def node(self, group: str) -> Node:
        """(x − lowest) / (highest − lowest); inverse (highest − x) / (highest − lowest)."""
        own = self.of.measure.node(group)
        low, high = (self.of.node(each, group) for each in (Statistic.LOWEST, Statistic.HIGHEST))
        way = (high, own) if self.inverse else (own, low)
        # Relative to a base: what a unit hides stays hidden, though all its peers be equal.
        return Div(_less(*way), _less(high, low), Division.BASE)

    def range(self, group: str) -> Range:
        """From 0 to 1: the unit itself is among those compared."""
        return Range(Interval(ZERO, True, ONE, True))

    def states(self) -> frozenset[State]:
        """The measure's; nothing arose where all are equal."""
        return self.of.measure.states() | {State.NOTHING_AROSE}

    def text(self) -> str:
        """In words of the statistic."""
        name = "max_min" if self.inverse else "min_max"
        return f"{name}({self.of.measure.text()}; {_circle(self.of.peers)})"


@frozen
class RankOf:
    """A unit's place among its peers by the measure: 1 for the highest (or the lowest), ties equal."""

    of: Statistics
    lowest_first: bool

    @property
    def fields(self) -> tuple[str, ...]:
        """The measure's fields."""
        return self.of.measure.fields

    def node(self, group: str) -> Node:
        """1 + the peers that are better."""
        own = self.of.measure.node(group)
        return self.of.over(Aggregate.RANK, Mul(const(-1), own) if self.lowest_first else own)

    def range(self, group: str) -> Range:
        """Whole numbers from 1."""
        return Range(at_least(ONE), ONE)

    def states(self) -> frozenset[State]:
        """The measure's."""
        return self.of.measure.states()

    def text(self) -> str:
        """The place by the measure."""
        return f"rank({self.of.measure.text()}; {_circle(self.of.peers)})"


Relative = Compared | MinMax | RankOf


def _less(a: Node, b: Node) -> Node:
    return total(a, Mul(const(-1), b))


def _inner(measure: Measure) -> str:
    text = measure.text()
    return f"({text})" if " " in text else text


def _circle(peers: Peers) -> str:
    words = [peers.within.value, *(["ranked"] if peers.ranked_only else [])]
    return ", ".join([*words, "with itself" if peers.with_self else "without itself"])


def read_compared(tree: Tree, context: Context, read: MeasureReader) -> Compared | None:
    """`{measure: …, with: mean_of_rates, by: difference, within: all, who: ranked, self: yes, round: 4}`."""
    keys = ("measure", "with", "by", "within", "who", "self")
    if not _shaped(tree, keys, ("round",), context) or not isinstance(tree, Mapping):
        return None
    of = _statistics(tree, text_of(tree["self"]) == "yes", context, read)
    statistic = choice_of(tree["with"], Statistic, context.findings)
    by = choice_of(tree["by"], By, context.findings)
    if of is None or statistic is None or by is None:
        return None
    if statistic is Statistic.RATE_OF_TOTALS and not isinstance(of.measure, Ratio):
        context.findings.add("totals-of-ratio", tree["measure"].place)
        return None
    digits = digits_of(tree.get("round"))
    if by is By.QUOTIENT and any(_may_be_negative(of.measure, group) for group in context.groups):
        # Over a mean below 0 there is no quotient: everybody's would be an error for what others did.
        context.findings.add("quotient-below-zero", tree["by"].place)
        return None
    if digits is None and (statistic is Statistic.MEAN_OF_RATES or "round" in tree):
        # The exact mean of thousands of rates has hundreds of digits: an edition says where it stops.
        context.findings.add("mean-round", tree.place, limit=MAX_DIGITS)
        return None
    return Compared(of, statistic, by, digits)


def read_min_max(tree: Tree, context: Context, read: MeasureReader) -> MinMax | None:
    """`{measure: …, within: group, inverse: no}`; the unit itself is always among the peers."""
    if not _shaped(tree, ("measure", "within", "inverse"), (), context) or not isinstance(tree, Mapping):
        return None
    of = _statistics(tree, True, context, read)
    return None if of is None else MinMax(of, text_of(tree["inverse"]) == "yes")


def read_rank(tree: Tree, context: Context, read: MeasureReader) -> RankOf | None:
    """`{measure: …, within: all, who: ranked, best: highest}`."""
    if not _shaped(tree, ("measure", "within", "who", "best"), (), context) or not isinstance(tree, Mapping):
        return None
    of = _statistics(tree, True, context, read)
    return None if of is None else RankOf(of, text_of(tree["best"]) == "lowest")


_WORDS: Final = {"self": ("yes", "no"), "inverse": ("yes", "no"), "best": ("highest", "lowest")}


def _shaped(tree: Tree, needed: tuple[str, ...], more: tuple[str, ...], context: Context) -> bool:
    """Whether all the words are there, no other, and those of a few values have one of them."""
    known = ", ".join((*needed, *more))
    if not isinstance(tree, Mapping):
        context.findings.add("peers-shape", tree.place, keys=known)
        return False
    right = True
    for key in tree.entries:
        if key not in (*needed, *more):
            report_unknown(key, [*needed, *more], tree.place_of(key), context.findings)
            right = False
    for key in needed:
        if key not in tree:
            context.findings.add("missing-key", tree.place, key=key, known=known)
            right = False
        elif key in _WORDS and text_of(tree[key]) not in _WORDS[key]:
            value, choices = text_of(tree[key])[:60], ", ".join(_WORDS[key])
            context.findings.add("not-a-choice", tree[key].place, value=value, choices=choices)
            right = False
    return right


def _statistics(tree: Mapping, with_self: bool, context: Context, read: MeasureReader) -> Statistics | None:
    measure = read(tree["measure"], context)
    within = choice_of(tree["within"], Within, context.findings)
    who = choice_of(tree["who"], Who, context.findings) if "who" in tree else Who.ALL
    if measure is None or within is None or who is None:
        return None
    if within is not Within.GROUP and len({measure.node(group) for group in context.groups}) > 1:
        # A peer of another group would be measured by the unit's numbers, not by its own.
        context.findings.add("peers-by-group", tree["within"].place, within=within.value)
        return None
    return Statistics(measure, Peers(within, who is Who.RANKED, with_self))


def _may_be_negative(measure: Measure, group: str) -> bool:
    low = measure.range(group).interval.low
    return low is None or low < 0
