"""Draws counted: how often each unit came where, in which class, and how beside the one ranked above it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
from attrs import evolve, field, frozen

from parcore.bulk.columnar import NONE
from parcore.editions.index import TOTAL
from parcore.readings.columns.arrays import Ints
from parcore_robust.classing import Banding
from parcore_robust.playing import Read
from parcore_robust.ranked import Ranked, root_of, standing
from parcore_robust.standing import Beside, Standing, drawn


def roots_of(ranked: Ranked) -> tuple[str, ...]:
    """The roots that ranks and classes are read from."""
    breaks = (each.root for each in ranked.ranking.ties)
    classes = () if ranked.classes is None else Banding.of(ranked).roots
    return TOTAL, root_of(ranked.ranking.on), *breaks, *classes


@frozen(eq=False)
class Tally:
    """How often each unit came where: `places[unit, place]` draws, in `places[unit, 0]` it had none.

    `beside[unit]` counts draws above, level with and below the unit ranked next above it; `classes[unit]`
    draws by class.
    """

    ranked: Ranked
    places: Ints
    beside: Ints
    classes: dict[int, Counter[str]] = field(factory=dict)

    @classmethod
    def empty(cls, of: Ranked) -> Tally:
        """Nothing counted yet."""
        units = len(of.cards)
        return cls(of, np.zeros((units, units + 1), np.int64), np.zeros((units, 3), np.int64))

    def add(self, read: Mapping[str, Read], draws: int) -> None:
        """Count a batch of draws."""
        found = self.ranked.places(read, draws)
        units = np.arange(found.shape[1])
        flat = (units * self.places.shape[1] + np.where(found == NONE, 0, found)).reshape(-1)
        self.places[...] += np.bincount(flat, minlength=self.places.size).reshape(self.places.shape)
        (own,) = np.nonzero(self.ranked.above != NONE)
        mine, other = found[:, own], found[:, self.ranked.above[own]]
        both = (mine != NONE) & (other != NONE)
        for at, holds in enumerate((mine < other, mine == other, mine > other)):
            self.beside[own, at] += (holds & both).sum(axis=0)
        if self.ranked.classes is not None:
            counted = Banding.of(self.ranked).count(read, draws)
            for at, each in counted.items():
                self.classes.setdefault(at, Counter()).update(each)

    def standings(self) -> tuple[Standing, ...]:
        """What was counted, unit by unit."""
        return tuple(self._standing(at) for at in range(len(self.ranked.cards)))

    def _standing(self, at: int) -> Standing:
        own = standing(self.ranked, at)
        beside = None
        if self.ranked.above[at] != NONE:
            other = self.ranked.cards[int(self.ranked.above[at])].unit
            beside = Beside(other, *(int(each) for each in self.beside[at]))
        return evolve(
            own, drawn=drawn(self.places[at], own.place), classes=self.classes.get(at, {}), beside=beside
        )
