"""Periods: a year ("2023"), a quarter ("2023-Q1") or a month ("2023-05")."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from attrs import frozen

_SHAPE = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")


@frozen
class Period:
    """A year, a quarter or a month."""

    year: int
    quarter: int = 0
    month: int = 0

    @property
    def start(self) -> date:
        """Its first day."""
        month = self.month or (self.quarter * 3 - 2 if self.quarter else 1)
        return date(self.year, month, 1)

    @property
    def end(self) -> date:
        """Its last day; a unit that exists on it takes part in the period."""
        month = self.month or (self.quarter * 3 if self.quarter else 12)
        return date(self.year, month, monthrange(self.year, month)[1])

    def day(self, name: str) -> date:
        """A day by its name: `period_start`, `period_end`, or `q1_end` to `q3_end` of its year."""
        if name.startswith("q"):
            return Period(self.year, quarter=int(name[1])).end
        return self.start if name == "period_start" else self.end

    @property
    def order(self) -> tuple[date, int]:
        """By its last day; of periods that end together the longest is the last."""
        return self.end, -self.start.toordinal()

    @property
    def months(self) -> int:
        """How many months it has: 12, 3 or 1."""
        return 1 if self.month else 3 if self.quarter else 12

    @property
    def parts(self) -> tuple[Period, ...]:
        """The quarters of a year, the months of a quarter, in order; a month has none."""
        if self.month:
            return ()
        if self.quarter:
            return tuple(Period(self.year, month=self.quarter * 3 + each) for each in (-2, -1, 0))
        return tuple(Period(self.year, quarter=each) for each in (1, 2, 3, 4))

    @property
    def inside(self) -> frozenset[Period]:
        """Its parts and theirs."""
        return frozenset(each for part in self.parts for each in (part, *part.parts))

    @property
    def wholes(self) -> tuple[Period, ...]:
        """The longer periods that it is a part of: the quarter of a month, the year of both."""
        year = (Period(self.year),) if self.month or self.quarter else ()
        return (Period(self.year, quarter=(self.month + 2) // 3), *year) if self.month else year

    def back(self, periods: int) -> Period:
        """The period of the same length so many before this one."""
        if self.month:
            months = self.year * 12 + self.month - 1 - periods
            return Period(months // 12, month=months % 12 + 1)
        if self.quarter:
            quarters = self.year * 4 + self.quarter - 1 - periods
            return Period(quarters // 4, quarter=quarters % 4 + 1)
        return Period(self.year - periods)

    def __str__(self) -> str:
        if self.month:
            return f"{self.year}-{self.month:02}"
        return f"{self.year}-Q{self.quarter}" if self.quarter else str(self.year)


def parse_period(text: str) -> Period | None:
    """The period a text names; None when it names none."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None or not 1900 <= int(found.group(1)) <= 2999:
        return None
    return Period(int(found.group(1)), int(found.group(2) or 0), int(found.group(3) or 0))
