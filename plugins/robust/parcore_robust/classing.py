"""Classes of draws in columns: bands, zones, vetoes, gates, caps, then quotas: `parcore.results.classes`.

In: the roots of a batch of draws. Out: for each unit how many draws gave it which class. A class is a
position among the bands of the unit's group, best first; one past the last is no class; an open class is
that of two positions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from parcore.bulk.columnar import NONE, banded
from parcore.editions.index import TOTAL
from parcore.readings.columns.arrays import Ints, Truths
from parcore.results.classes import granted
from parcore.results.result import Scorecard
from parcore.rules.policies import Band, Border, Classes, Limit, Quota
from parcore.values import State
from parcore_robust.playing import Read
from parcore_robust.ranked import Ranked, circles_of, root_of

OPEN = " … "
"""Between the two classes of an open one."""


@frozen(eq=False)
class Decided:
    """Positions of the class of each draw and unit; where a class is open, of the lower one too."""

    upper: Ints
    lower: Ints

    def where(self, holds: Truths, upper: Ints, lower: Ints) -> Decided:
        """Another class in some places."""
        return Decided(np.where(holds, upper, self.upper), np.where(holds, lower, self.lower))


@frozen(eq=False)
class Banding:
    """The classes of a result's period, over the units as they are ranked."""

    ranked: Ranked
    classes: Classes

    @classmethod
    def of(cls, ranked: Ranked) -> Banding:
        """The classes of units whose edition has some."""
        assert ranked.classes is not None
        return cls(ranked, ranked.classes)

    @property
    def roots(self) -> tuple[str, ...]:
        """The roots that classes are read from."""
        root = self.classes.root
        limits = (
            f"{root}:{word}:{at}"
            for word, each in (("veto", self.classes.vetoes), ("cap", self.classes.caps))
            for at in range(len(each))
        )
        gates = (
            f"{root}:gate:{position}:{at}"
            for position, band in enumerate(self.classes.bands)
            for at in range(len(band.gates))
        )
        return root_of(self.classes.on), *limits, *gates

    def count(self, read: Mapping[str, Read], draws: int) -> dict[int, Counter[str]]:
        """How many draws give each unit each class; "" is none."""
        decided = self.decided(read, draws)
        found: dict[int, Counter[str]] = {}
        span = len(self.classes.bands) + 1
        for at, card in enumerate(self.ranked.cards):
            names = [*(band.name for band in self._bands(card)), ""]
            pairs = decided.upper[:, at] * span + decided.lower[:, at]
            each: Counter[str] = Counter()
            for pair, times in zip(*np.unique(pairs, return_counts=True), strict=True):
                upper, lower = divmod(int(pair), span)
                each[names[upper] if upper == lower else names[upper] + OPEN + names[lower]] += int(times)
            found[at] = each
        return found

    def decided(self, read: Mapping[str, Read], draws: int) -> Decided:
        """The class of each draw and unit."""
        groups: dict[str, list[int]] = {}
        for at, card in enumerate(self.ranked.cards):
            groups.setdefault(card.group, []).append(at)
        upper, lower = (np.empty((draws, len(self.ranked.cards)), np.int64) for _ in range(2))
        for group, units in groups.items():
            found = _Group(self.classes, group, _Shown(read, draws, units)).decided()
            upper[:, units], lower[:, units] = found.upper, found.lower
        decided = Decided(upper, lower)
        for quota in self.classes.quotas:
            decided = self._limited(quota, decided, read, draws)
        return decided

    def _bands(self, card: Scorecard) -> tuple[Band, ...]:
        return self.classes.ordered(card.group)

    def _limited(self, quota: Quota, decided: Decided, read: Mapping[str, Read], draws: int) -> Decided:
        """After a quota: the best keep the class, those over it fall, at its border the edition says."""
        # A quota counts units without a group or region together, as `with_quotas` does.
        circles = circles_of(self.ranked.result, quota.within, nameless="-")
        tier = self.ranked.places(read, draws, circles)
        after = decided
        for circle in np.unique(circles[circles != NONE]):
            units = np.flatnonzero(circles == circle)
            after = self._within(quota, after, read, (draws, units, tier[:, units]))
        return after

    def _within(
        self, quota: Quota, decided: Decided, read: Mapping[str, Read], circle: tuple[int, Ints, Ints]
    ) -> Decided:
        draws, units, tier = circle
        names = [[*(band.name for band in self._bands(self.ranked.cards[at])), ""] for at in units]
        placed = tier != NONE
        own = np.array([each.index(quota.name) for each in names])
        candidate = placed & (decided.upper[:, units] == own) & (decided.lower[:, units] == own)
        of = np.array([[name in quota.of for name in each] for each in names])
        rows = np.arange(len(units))
        among = (placed & of[rows, decided.upper[:, units]] & of[rows, decided.lower[:, units]]).sum(axis=1)
        most = np.array([granted(quota, each) for each in range(len(units) + 1)])[among][:, None]
        before, through = _counted(tier, candidate)
        over = candidate & (through > most)
        border = over & (before < most)
        fallen = self._fallen(quota, read, draws, units)
        upper, lower = decided.upper.copy(), decided.lower.copy()
        falls = over & ~border if quota.ties is not Border.NONE else over
        here_up, here_low = upper[:, units], lower[:, units]
        here_up, here_low = np.where(falls, fallen, here_up), np.where(falls, fallen, here_low)
        if quota.ties is Border.AUTHORITY:
            here_low = np.where(border, fallen, here_low)
        upper[:, units], lower[:, units] = here_up, here_low
        return Decided(upper, lower)

    def _fallen(self, quota: Quota, read: Mapping[str, Read], draws: int, units: Ints) -> Ints:
        """What units over the quota fall to: its other class, or lower where a gate of that fails."""
        found = np.empty((draws, len(units)), np.int64)
        for group in {self.ranked.cards[at].group for at in units}:
            own = [at for at, each in enumerate(units) if self.ranked.cards[each].group == group]
            names = [band.name for band in self.classes.ordered(group)]
            to = max(names.index(quota.otherwise), names.index(quota.name))
            course = _Group(self.classes, group, _Shown(read, draws, [int(units[at]) for at in own]))
            found[:, own] = course.gated(np.full((draws, len(own)), to))
        return found


def _counted(tier: Ints, candidate: Truths) -> tuple[Ints, Ints]:
    """How many candidates of each draw come before each unit, and how many before or beside it."""
    last = np.iinfo(np.int64).max // (len(tier) + 1) // 2
    step = int(tier.max(initial=0)) + 2
    assert step < last
    key = np.where(candidate, tier, step - 1) + step * np.arange(len(tier))[:, None]
    flat, width = np.sort(key, axis=1).reshape(-1), tier.shape[1]
    start = (np.arange(len(tier)) * width)[:, None]
    before = np.searchsorted(flat, key.reshape(-1), "left").reshape(key.shape) - start
    through = np.searchsorted(flat, key.reshape(-1), "right").reshape(key.shape) - start
    return before, through


@frozen(eq=False)
class _Shown:
    """Roots of a batch for some units, as rows of draws."""

    read: Mapping[str, Read]
    draws: int
    units: Sequence[int]

    def _of(self, column: Any) -> Any:
        whole = np.asarray(column).reshape(self.draws, -1)
        return whole[:, self.units]

    def states(self, root: str) -> Ints:
        """The states of a root."""
        return self._of(self.read[root].states)  # type: ignore[no-any-return]

    def holds(self, root: str) -> Truths:
        """Where a condition is true."""
        values: Any = self.read[root]
        return self._of((np.asarray(values.states) == State.OK) & (np.asarray(values.n) != 0))  # type: ignore[no-any-return]

    def banded(self, root: str, bands: Sequence[Any]) -> Ints:
        """The position of the first interval that holds each number, `NONE` for none."""
        return self._of(banded(self.read[root], bands))  # type: ignore[no-any-return]


@frozen(eq=False)
class _Group:
    """The classes of one unit group over some draws, before quotas."""

    classes: Classes
    group: str
    shown: _Shown

    def decided(self) -> Decided:
        """By number, lowered by vetoes, gates and caps; none where a fact that could lower it is hidden."""
        bands, root = self.classes.ordered(self.group), root_of(self.classes.on)
        at = self.shown.banded(root, [band.intervals[self.group] for band in bands])
        at = np.where(at == NONE, len(bands), at)
        zones = self.classes.zones
        zone = self.shown.banded(root, [each.intervals[self.group] for each in zones])
        names = [band.name for band in bands]
        first = np.array([*(names.index(each.between[0]) for each in zones), 0])
        start = np.where(zone == NONE, at, first[zone])
        upper = self._lowered(start)
        # An open class that something lowers anyway is settled; else it is that or the next one lowered.
        open_ = (zone != NONE) & (upper <= start)
        lower = np.where(open_, self._lowered(np.minimum(start + 1, len(bands))), upper)
        none = np.full_like(upper, len(bands))
        hidden = (start < len(bands)) & self._hidden()
        without = hidden | (self.shown.states(root) != State.OK) | (self.shown.states(TOTAL) != State.OK)
        return Decided(upper, lower).where(without, none, none)

    def _lowered(self, at: Ints) -> Ints:
        at = self.gated(self._limited(at, "veto", self.classes.vetoes))
        return self.gated(self._limited(at, "cap", self.classes.caps))

    def _limited(self, at: Ints, word: str, limits: Sequence[Limit]) -> Ints:
        bands = self.classes.ordered(self.group)
        names = [band.name for band in bands]
        for number, limit in enumerate(limits):
            holds = self.shown.holds(f"{self.classes.root}:{word}:{number}") & (at < len(bands))
            at = np.where(holds, np.maximum(at, names.index(limit.at_most)), at)
        return at

    def gated(self, at: Ints) -> Ints:
        """Down to the first class whose gates hold."""
        for position, band in enumerate(self.classes.ordered(self.group)):
            inside = f"{self.classes.root}:gate:{self.classes.bands.index(band)}"
            for number in range(len(band.gates)):
                fails = ~self.shown.holds(f"{inside}:{number}")
                at = np.where((at == position) & fails, position + 1, at)
        return at

    def _hidden(self) -> Any:
        """Where a fact of a veto or cap is not known."""
        found: Any = np.zeros((self.shown.draws, len(self.shown.units)), bool)
        for word, limits in (("veto", self.classes.vetoes), ("cap", self.classes.caps)):
            for at in range(len(limits)):
                found = found | (self.shown.states(f"{self.classes.root}:{word}:{at}") != State.OK)
        return found
