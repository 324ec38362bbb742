"""A brief as values: sections of statements, each a sentence with all its figures and their origin.

The text is made from the statement. Its templates (`brief-…` in `words.yaml`) hold no number, so that a
text has none but those of its figures and those within names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum

from attrs import field, frozen

from parcore.editions.edition import Edition
from parcore.evidence.evidence import Observation
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.i18n import Text, say
from parcore.results.brief.figures import Figure
from parcore.results.result import Result


class Kind(Enum):
    """What a statement says."""

    INDEX = "index"
    COMPONENTS = "components"
    COMPONENT = "component"
    LAST_GROUP = "last_group"
    SHORTFALL = "shortfall"
    AT_ZERO = "at_zero"
    MEAN = "mean"
    AGAINST_MEAN = "against_mean"
    ABOVE = "above"
    MOVED = "moved"
    MOVES = "moves"
    RATE = "rate"
    YEARS = "years"
    HIGHEST = "highest"
    LOWEST = "lowest"
    SPREAD = "spread"
    CLASS = "class"
    REGION = "region"
    GROUP = "group"
    AS_PRINTED = "as_printed"
    UNLIKE = "unlike"


Part = Figure | Text

_DIRECTED = ("change", "apart")
"""What words say of whether it rose or fell; all other figures have their sign."""
_YEARS = re.compile(r"(,|\s+năm|\s+in)?\s+\d{4}(\s*[-–]\s*\d{4})?$")


@frozen
class Clause:
    """A piece of a sentence: a template of the catalogue, and what fills it, figures and names.

    A figure `x` fills `{x}` with its unit and `{x_n}` with the number alone.
    """

    word: str
    parts: Mapping[str, Part] = field(factory=dict)

    def text(self, lang: str) -> str:
        """The clause in a language."""
        told: dict[str, str] = {}
        for name, part in self.parts.items():
            told[name] = part.in_(lang) if isinstance(part, Text) else part.told(lang, bare=name in _DIRECTED)
            if isinstance(part, Figure):
                told[f"{name}_n"] = part.number(lang)
        return say(f"brief-{self.word}", lang, **told)

    @property
    def figures(self) -> Iterator[Figure]:
        """Its figures."""
        yield from (part for part in self.parts.values() if isinstance(part, Figure))


@frozen
class Statement:
    """One sentence: its kind, what it is about (a unit, a criterion), and its clauses."""

    kind: Kind
    about: str
    clauses: tuple[Clause, ...]

    def text(self, lang: str) -> str:
        """The sentence in a language."""
        text = "".join(each.text(lang) for each in self.clauses)
        return text[:1].upper() + text[1:] + "."

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures, in order."""
        return tuple(figure for each in self.clauses for figure in each.figures)


@frozen
class Section:
    """Statements under a heading (`brief-section-…` in the catalogue); `listed` stand one under another."""

    name: str
    statements: tuple[Statement, ...]
    listed: bool = False


@frozen
class Brief:
    """What is in hand of a unit, or of a whole period, said as announcements say it; made from `result`."""

    result: Result
    unit: Unit | None
    sections: tuple[Section, ...]

    @property
    def edition(self) -> Edition:
        """The edition of the result."""
        return self.result.edition

    @property
    def period(self) -> Period:
        """The period of the result."""
        return self.result.period

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Its statements, in order."""
        return tuple(each for section in self.sections for each in section.statements)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures, in order."""
        return tuple(figure for each in self.statements for figure in each.figures)

    @property
    def sources(self) -> tuple[Observation, ...]:
        """One observation for each source that its figures stand on, in the order of use."""
        found: dict[object, Observation] = {}
        for each in (figure.observation for told in self.figures for figure in told.all):
            if each is not None:
                found.setdefault((str(each.source), each.source.basis), each)
        return tuple(found.values())


def title_of(edition: Edition) -> Text:
    """An edition's title without its decision and years, as a sentence that says the year names the index."""
    cut = f" ({edition.decision.number})" if edition.decision is not None else ""
    return Text(*(_YEARS.sub("", each.removesuffix(cut)) for each in (edition.title.vi, edition.title.en)))


def period_text(period: Period) -> Text:
    """A period as a sentence names it."""
    text = str(period)
    if period.months == 12:
        return year_text(text)
    if period.quarter:
        return Text(f"quý {period.quarter}/{period.year}", f"quarter {period.quarter} of {period.year}")
    return Text(f"tháng {period.month}/{period.year}", text)


def year_text(year: str) -> Text:
    """A year as a sentence names it."""
    return Text(f"năm {year}", year)
