"""What the drawing of one rule is set in, and the numbers that differ by unit group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final, TypeAlias

from attrs import evolve, frozen
from hypothesis import strategies as st

from parcore.diagnostics import Findings
from parcore.evidence.vocabulary import Vocabulary
from parcore.intervals import Interval
from parcore.numbers import ONE, ZERO, exact_text
from parcore.rules.figures import Context, Figure

F = Fraction
Amount: TypeAlias = Mapping[str, Fraction]
"""A number by unit group."""

SHARES: Final = (ZERO, F(1, 4), F(1, 2), F(3, 4))
"""What steps pay of the maximum, beside all of it."""


@frozen
class Setting:
    """Where a rule stands: its edition's groups and fields, its maximum, its place in the tree.

    `stays`: hiding its evidence may not leave it out; `part`: it is a part of a deduction.
    """

    draw: st.DrawFn
    vocabulary: Vocabulary
    groups: tuple[str, ...]
    top: Amount | None = None
    in_group: bool = False
    falls_through: bool = False
    penalty: bool = False
    stays: bool = False
    of_cases: bool = False
    part: bool = False

    def chance(self, one_in: int) -> bool:
        """True once in so many draws; shrinks to False."""
        return self.draw(st.integers(0, one_in - 1)) == one_in - 1

    def one_of(self, *choices: Any) -> Any:
        """One of some values; shrinks to the first."""
        return self.draw(st.sampled_from(choices))

    def amount(self, make: Callable[[], Fraction]) -> Amount:
        """A number, which may differ by group."""
        if len(self.groups) > 1 and self.chance(3):
            return {group: make() for group in self.groups}
        return dict.fromkeys(self.groups, make())

    def pays(self, share: Fraction) -> Any:
        """Points that are a share of the maximum, written as points or as the share."""
        if self.top is None:
            return number_text(share * 2)
        if self.chance(2):
            return percent(share)
        return written({group: share * top for group, top in self.top.items()})

    def share(self) -> Fraction:
        """A share of the maximum."""
        return self.draw(st.sampled_from((*SHARES, ONE)))

    def context(self) -> Context:
        """What the engine's readers are given in its place."""
        return Context(
            self.vocabulary,
            Findings(),
            self.groups,
            "drawn",
            None if self.top is None else Figure(by_group=dict(self.top)),
            in_group=self.in_group,
            falls_through=self.falls_through,
            penalty=self.penalty,
        )

    def over_cases(self) -> Setting:
        """The setting of a rule for each case of a list."""
        cases = next(iter(self.vocabulary.records.values()))
        return evolve(self, vocabulary=cases, of_cases=True, in_group=False, falls_through=False, stays=True)


def number_text(number: Fraction) -> str:
    """A number that has one reading in any format: three decimals could be thousands."""
    text = exact_text(number)
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def written(amount: Amount) -> Any:
    """A number as a document writes it: once, or for each group."""
    if len(set(amount.values())) == 1:
        return number_text(next(iter(amount.values())))
    return {group: number_text(each) for group, each in amount.items()}


def percent(share: Fraction) -> str:
    """A share in per cent."""
    return f"{number_text(share * 100)}%"


def interval_text(interval: Interval) -> str:
    """An interval as a decision writes it."""
    low = "…" if interval.low is None else number_text(interval.low)
    high = "…" if interval.high is None else number_text(interval.high)
    return f"{'[' if interval.low_in else '('}{low},{high}{']' if interval.high_in else ')'}"


def plus(one: Amount, two: Amount) -> Amount:
    """The sum, by group."""
    return {group: one[group] + two[group] for group in one}


def times(amount: Amount, factor: Amount) -> Amount:
    """The product, by group."""
    return {group: amount[group] * factor[group] for group in amount}
