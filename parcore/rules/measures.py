"""Measures: an exact number drawn from evidence, or the reason why there is none.

Each kind stands in one place: its graph, the numbers it can give, the states that can arise, its
formula. The plain ones are here; `parcore.rules.measuring` has the words that name them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary
from parcore.expressions import Linear
from parcore.intervals import Interval, Range, at_least
from parcore.numbers import ONE, ZERO, Rounding, round_to
from parcore.rules.figures import sum_node
from parcore.rules.graph import Div, Division, Field, Mul, Node, Round, Symbol, const, total
from parcore.rules.protocols import Measure
from parcore.values import State

NUMERIC: Final = (FieldKind.COUNT, FieldKind.NUMBER)
PERIOD_DAYS: Final = ("period_start", "q1_end", "q2_end", "q3_end", "period_end")
"""Days of the period that is scored, and the quarters' last days in its year; the scope knows them."""


def declared(vocabulary: Vocabulary, sum_: Linear) -> frozenset[State]:
    """The states that the fields of a sum declare; nothing arose of it only where it can of every field."""
    each = [vocabulary.fields[name].states for name in sum_.names]
    alone = frozenset.intersection(*each) if not sum_.constant else frozenset[State]()
    return (frozenset[State]().union(*each) - {State.NOTHING_AROSE}) | (alone & {State.NOTHING_AROSE})


@frozen
class Sum:
    """A field, or a sum of fields, as it is: `{value: revenue}`, `{count: [issued, amended]}`."""

    vocabulary: Vocabulary
    sum: Linear
    word: str = "value"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields summed."""
        return self.sum.names

    def node(self, group: str) -> Node:
        """The sum."""
        return sum_node(self.sum, self.vocabulary)

    def range(self, group: str) -> Range:
        """From the fields' ranges."""
        return self.vocabulary.range_of(self.sum)

    def states(self) -> frozenset[State]:
        """Those the fields declare."""
        return declared(self.vocabulary, self.sum)

    def text(self) -> str:
        """The sum."""
        return str(self.sum)


@frozen
class Ratio:
    """A part over its whole: `{ratio: [dossiers_on_time, dossiers_settled]}`; 0/0 is "nothing arose"."""

    vocabulary: Vocabulary
    part: Linear
    whole: Linear

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the part, then of the whole."""
        return tuple(dict.fromkeys((*self.part.names, *self.whole.names)))

    def node(self, group: str) -> Node:
        """The quotient; an empty whole as `Division.SHARE` says."""
        return Div(sum_node(self.part, self.vocabulary), sum_node(self.whole, self.vocabulary))

    def range(self, group: str) -> Range:
        """From 0 where the part is never negative; to 1 where it is never more than its whole."""
        never = self.vocabulary.never_negative
        low = ZERO if never(self.part) else None
        high = ONE if never(self.whole.plus(self.part, -1)) else None
        return Range(Interval(low, low is not None, high, high is not None))

    def states(self) -> frozenset[State]:
        """Nothing arose, and those the fields declare."""
        both = declared(self.vocabulary, self.part) | declared(self.vocabulary, self.whole)
        return both | {State.NOTHING_AROSE}

    def text(self) -> str:
        """Part / whole."""
        return f"{bracketed(self.part)} / {bracketed(self.whole)}"


@frozen
class ChoiceOf:
    """A state among a field's declared options: `{choice: plan_issued}`."""

    spec: FieldSpec
    lag: int = 0

    @property
    def fields(self) -> tuple[str, ...]:
        """The field."""
        return (self.spec.name,)

    def node(self, group: str) -> Node:
        """The position of the choice among the options."""
        return Symbol(self.spec.name, self.spec.options, self.lag)

    def range(self, group: str) -> Range:
        """The positions."""
        return Range(Interval(ZERO, True, Fraction(len(self.spec.options) - 1), True), ONE)

    def states(self) -> frozenset[State]:
        """Those the field declares."""
        return self.spec.states

    def text(self) -> str:
        """The field."""
        return self.spec.name


@frozen
class Days:
    """Days from one day to another, negative when the second is earlier: `{days: {from: due, to: sent}}`.

    Each is a date field, or `period_start` or `period_end` with days added or taken off
    ("period_end + 15").
    """

    vocabulary: Vocabulary
    start: Linear
    end: Linear

    @property
    def fields(self) -> tuple[str, ...]:
        """The date fields."""
        names = (*self.start.names, *self.end.names)
        return tuple(dict.fromkeys(name for name in names if name not in PERIOD_DAYS))

    def node(self, group: str) -> Node:
        """The day of the end less the day of the start."""
        parts = [*_day(self.end, 1), *_day(self.start, -1)]
        shift = self.end.constant - self.start.constant
        return total(*parts, *([const(shift)] if shift else []))

    def range(self, group: str) -> Range:
        """Whole days, before or after."""
        return Range(step=ONE)

    def states(self) -> frozenset[State]:
        """Those the fields declare."""
        each = (self.vocabulary.fields[name].states for name in self.fields)
        return frozenset[State]().union(*each)

    def text(self) -> str:
        """The end less the start."""
        return f"{self.end} − {bracketed(self.start)}"


def _day(day: Linear, sign: int) -> Iterator[Node]:
    for name in day.names:
        node: Node = Field(f"@{name}" if name in PERIOD_DAYS else name)
        yield node if sign > 0 else Mul(const(-1), node)


@frozen
class Growth:
    """Growth on the period before: `{growth: revenue}` is (now − before) / before; 20 % is 0.2.

    On a base of 0, or where nothing had arisen, nothing arose; without a base it is missing.
    """

    vocabulary: Vocabulary
    field: FieldSpec

    @property
    def fields(self) -> tuple[str, ...]:
        """The field."""
        return (self.field.name,)

    def node(self, group: str) -> Node:
        """The change over the base."""
        now, before = Field(self.field.name), Field(self.field.name, lag=1)
        return Div(total(now, Mul(const(-1), before)), before, Division.BASE)

    def range(self, group: str) -> Range:
        """From −100 % where the field is never negative."""
        low = self.field.range.interval.low
        return Range(at_least(-ONE)) if low is not None and low >= 0 else Range()

    def states(self) -> frozenset[State]:
        """Nothing arose, and those the field declares."""
        return self.field.states | {State.NOTHING_AROSE}

    def text(self) -> str:
        """The change over the base, which is marked ₋₁."""
        name = self.field.name
        return f"({name} − {name}₋₁) / {name}₋₁"


@frozen
class Rounded:
    """A measure at so many decimals, half up: `{ratio: [a, b], round: 4}`."""

    measure: Measure
    digits: int
    mode: Rounding = Rounding.HALF_UP

    @property
    def fields(self) -> tuple[str, ...]:
        """The measure's fields."""
        return self.measure.fields

    def node(self, group: str) -> Node:
        """The measure, rounded."""
        return Round(self.measure.node(group), self.digits, self.mode)

    def range(self, group: str) -> Range:
        """Its own numbers, each moved to the nearest of the step; ends that are steps stay ends."""
        own, step = self.measure.range(group), Fraction(1, 10**self.digits)
        low, high = own.interval.low, own.interval.high
        low = None if low is None else round_to(low, self.digits, self.mode)
        high = None if high is None else round_to(high, self.digits, self.mode)
        kept = own.step is not None and (own.step / step).denominator == 1
        return Range(Interval(low, low is not None, high, high is not None), own.step if kept else step)

    def states(self) -> frozenset[State]:
        """The measure's."""
        return self.measure.states()

    def text(self) -> str:
        """The measure, with its decimals."""
        return f"round({self.measure.text()}, {self.digits})"


def bracketed(linear: Linear) -> str:
    """A sum as text, in brackets where it is more than a name."""
    return str(linear) if linear.name is not None else f"({linear})"
