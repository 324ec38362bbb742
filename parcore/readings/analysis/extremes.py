"""The least and the most that a rule gives: a bound that is proved, and evidence that gives it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.intervals import Interval, above, at_least, at_most, below
from parcore.readings.analysis.solver import Answer
from parcore.readings.analysis.witness import Reach, Witness

CLIMBS: Final = 12
"""How often better evidence is asked for before an extreme is called not decided."""


@frozen
class Extreme:
    """The least or the most points: whether some evidence gives them, or they are only approached.

    None: not decided; no evidence gives more (or less), and the witness is the best in hand.
    """

    points: Fraction
    attained: bool | None
    witness: Witness | None


def settle(bound: Fraction, reach: Reach, held: Iterable[Witness | None], *, largest: bool) -> Extreme:
    """The extreme of a rule, which is proved not to lie beyond `bound`, from evidence in hand.

    Of a rule that reads more than a unit's own fields no evidence is looked for.
    """
    if not reach.specs:
        return Extreme(bound, True, None)
    best = _best(held, largest=largest)
    if best is not None and best.value.number == bound:
        return Extreme(bound, True, best)
    found = reach.giving(at_least(bound) if largest else at_most(bound))
    if isinstance(found, Witness):
        return Extreme(bound, True, found)
    for _ in range(CLIMBS if found is Answer.NONE else 0):
        found = reach.giving(_further(best, bound, largest=largest))
        if isinstance(found, Witness):
            best = found
        elif found is Answer.NONE and best is not None:
            return Extreme(best.value.number, True, best)
        else:
            break
    return Extreme(bound, None, best)


def _further(best: Witness | None, bound: Fraction, *, largest: bool) -> Interval:
    if best is None:
        return below(bound) if largest else above(bound)
    return above(best.value.number) if largest else below(best.value.number)


def _best(held: Iterable[Witness | None], *, largest: bool) -> Witness | None:
    known = [each for each in held if each is not None and each.value.known is not None]
    if not known:
        return None
    end = max if largest else min
    return end(known, key=lambda each: each.value.number)
