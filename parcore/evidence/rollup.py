"""Roll-up: the value of a field for a year or quarter from those of the quarters or months in it.

In: what counts for each part, in order. Out: the value and its text. How is declared, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import RollUp
from parcore.numbers import HUNDRED, ZERO, exact_text
from parcore.values import State, Value


class Part(NamedTuple):
    """What counts of a field for a part of a period; MISSING where nothing does, or a bound alone."""

    period: Period
    value: Value
    text: str
    bounded: bool = False

    def __str__(self) -> str:
        said = self.bounded or self.value.state is State.OK
        return f"{self.period} = {self.text if said else self.value.state.word}"


def roll_up(how: RollUp, parts: Sequence[Part]) -> tuple[Value, str]:
    """The value that parts give, and its text.

    States join. Parts of which nothing arose are passed over, unless it arose of none; where the
    first or the last part decides, it decides that too. A mean weighs parts by their months.
    """
    if how in (RollUp.FIRST, RollUp.LAST):
        state = max(each.value.state for each in parts)
        part = parts[0 if how is RollUp.FIRST else -1]
        return (part.value, part.text) if state <= State.NOTHING_AROSE else (Value(state), "")
    arose = [each for each in parts if each.value.state is not State.NOTHING_AROSE]
    state = max((each.value.state for each in arose), default=State.NOTHING_AROSE)
    if state is not State.OK:
        return Value(state), ""
    if how in (RollUp.MAX, RollUp.MIN):
        best = (max if how is RollUp.MAX else min)(arose, key=lambda each: each.value.number)
        return best.value, best.text
    if how is RollUp.SUM:
        number = sum((each.value.number for each in arose), ZERO)
    else:
        months = sum(each.period.months for each in arose)
        number = sum((each.value.number * each.period.months for each in arose), ZERO) / months
    return Value(State.OK, number), written(number, (each.text for each in arose))


def written(number: Fraction, texts: Iterable[str]) -> str:
    """A number as the texts of its parts write theirs: in per cent where one of them does."""
    percent = any(each.rstrip().endswith("%") for each in texts)
    return exact_text(number * HUNDRED) + "%" if percent else exact_text(number)
