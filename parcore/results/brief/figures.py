"""A figure of a brief: an exact number, what it is a number of, its unit, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.evidence.evidence import Observation
from parcore.i18n import say, words
from parcore.numbers import decimals, shown
from parcore.results.published import printed_digits

DIGITS: Final = 2
"""The decimals, half up, of a figure that has more and was not printed with them."""

EXACT: Final = 4
"""Points with no more decimals than these are told exactly."""


class Measure(Enum):
    """What a figure counts in. A change of a percentage counts in percentage points."""

    POINTS = "points"
    PERCENT = "percent"
    PERCENTAGE_POINTS = "percentage_points"
    PLACES = "places"
    RANK = "rank"
    COUNT = "count"
    AS_PRINTED = "as_printed"
    """Printed with "%", where the source does not say whether per cent or percentage points are meant."""

    @property
    def of_changes(self) -> Measure:
        """What a change of such a figure counts in."""
        changed = {Measure.PERCENT: Measure.PERCENTAGE_POINTS, Measure.RANK: Measure.PLACES}
        return changed.get(self, self)


class Origin(Enum):
    """Where a figure comes from."""

    COMPUTED = "computed"
    """By the engine, from evidence."""
    PUBLISHED = "published"
    """By others: an observation."""
    DERIVED = "derived"
    """From figures of which some are published: they are named."""
    EDITION = "edition"
    """A maximum or a mark of the edition."""


@frozen
class Figure:
    """A number of something (`about`, `quantity`, `period`, named as observations name them).

    `digits` are the decimals it is told with. A published figure has its `observation`, a derived or a
    computed one the figures that it follows from, where it follows from figures.
    """

    value: Fraction
    measure: Measure
    origin: Origin
    about: str
    quantity: str
    period: str
    digits: int
    observation: Observation | None = None
    inputs: tuple[Figure, ...] = ()

    def number(self, lang: str, *, bare: bool = False) -> str:
        """The number alone; `bare`, without its sign, where words say whether it rose or fell."""
        return shown(abs(self.value) if bare else self.value, lang, self.digits)

    def told(self, lang: str, *, bare: bool = False) -> str:
        """The number with its unit."""
        word = f"measure-{self.measure.value}"
        one = f"{word}-one"
        word = one if abs(self.value) == 1 and one in words() else word
        return say(word, lang, number=self.number(lang, bare=bare))

    @property
    def all(self) -> Iterator[Figure]:
        """Itself, and all that it follows from."""
        yield self
        for each in self.inputs:
            yield from each.all


def published(seen: Observation, measure: Measure) -> Figure:
    """A figure as others printed it."""
    value = seen.value.number * (100 if "%" in seen.text else 1)
    at = seen.about, seen.quantity, str(seen.period)
    return Figure(value, measure, Origin.PUBLISHED, *at, printed_digits(seen), seen)


def computed(
    value: Fraction,
    measure: Measure,
    about: str,
    quantity: str,
    period: str,
    origin: Origin = Origin.COMPUTED,
) -> Figure:
    """A figure of the engine, or of the edition."""
    return Figure(value, measure, origin, about, quantity, period, told_digits(value, measure))


def derived(value: Fraction, measure: Measure, quantity: str, *inputs: Figure) -> Figure:
    """A figure that follows from others, of what the first of them is of; computed where they all are."""
    first, ours = inputs[0], {Origin.COMPUTED, Origin.EDITION}
    origin = Origin.COMPUTED if {each.origin for each in inputs} <= ours else Origin.DERIVED
    at = first.about, quantity, first.period
    digits = told_digits(value, measure)
    return Figure(value, measure, origin, *at, digits, inputs=inputs)


def change(quantity: str, now: Figure, before: Figure) -> Figure:
    """The change from one figure to another of the same thing; of ranks, in places up."""
    ranks = now.measure is Measure.RANK
    value = before.value - now.value if ranks else now.value - before.value
    return derived(value, now.measure.of_changes, quantity, now, before)


def share(quantity: str, part: Figure, whole: Figure) -> Figure | None:
    """A part of a whole in per cent; None where the whole is 0."""
    if not whole.value:
        return None
    return derived(100 * part.value / whole.value, Measure.PERCENT, quantity, part, whole)


def told_digits(value: Fraction, measure: Measure) -> int:
    """The decimals with which a number is told that was not printed with some."""
    exact, most = decimals(value), EXACT if measure is Measure.POINTS else DIGITS
    return DIGITS if exact is None or exact > most else exact
