"""The brief of a unit, or of a whole period, from a result and from what others printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from parcore.evidence.evidence import Observation
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.i18n import Text
from parcore.results.brief.held import Held
from parcore.results.brief.of_all import (
    against_mean,
    of_above,
    of_classes,
    of_ends,
    of_mean,
    of_moves,
    of_rates,
    of_regions,
)
from parcore.results.brief.of_groups import of_groups
from parcore.results.brief.of_unit import of_class, of_components, of_index, of_shortfall
from parcore.results.brief.statements import Brief, Section, Statement
from parcore.results.brief.unlike import of_unlike
from parcore.results.change import Earlier
from parcore.results.result import Result


def brief(
    result: Result,
    observations: Iterable[Observation] = (),
    *,
    unit: Unit | None = None,
    before: Period | None = None,
    earlier: Earlier | None = None,
    regions: Mapping[str, Text] | None = None,
) -> Brief:
    """What is in hand, as sentences: of a unit, or without one of the whole period.

    `result` is of all units that the evidence speaks of; `observations` are those of the methodology, of
    every period. Changes are on `before` (the period before, if left out), from `earlier`, the result of
    that period, where it has one, and from what others printed of it. `regions` are titles by id.

    Where a figure is not in hand nothing is said. A published figure stands before a computed one, and
    where the two read differently both are told, in a section of their own. A rank or a mean among
    units that are not all in hand is said only if it is published.
    """
    at = before or result.period.back(1)
    held = Held(result, tuple(observations), at, earlier, dict(regions or {}))
    sections = [*(_of_all(held) if unit is None else _of_unit(held, unit))]
    told = [each for section in sections for each in section.statements]
    sections.append(Section("unlike", tuple(_unlike(held, told))))
    kept = tuple(section for section in sections if section.statements)
    return Brief(result, unit, kept)


def _of_unit(held: Held, unit: Unit) -> Iterator[Section]:
    yield Section("index", (*of_index(held, unit), *of_class(held, unit), *against_mean(held, unit.id)))
    yield Section("components", tuple(of_components(held, unit)), listed=True)
    yield Section("shortfall", tuple(of_shortfall(held, unit)), listed=True)
    yield Section("all", _all(held))


def _all(held: Held) -> tuple[Statement, ...]:
    return (*of_mean(held), *of_above(held), *of_moves(held), *of_ends(held), *of_rates(held))


def _of_all(held: Held) -> Iterator[Section]:
    yield Section("all", _all(held))
    yield Section("groups", tuple(of_groups(held)), listed=True)
    yield Section("classes", tuple(of_classes(held)), listed=True)
    yield Section("regions", tuple(of_regions(held)), listed=True)


def _unlike(held: Held, told: Iterable[Statement]) -> Iterator[Statement]:
    """The differences of what the brief tells."""
    figures = [each for statement in told for each in statement.figures]
    inner = [each for figure in figures for each in figure.all]
    about = {each.about for each in inner}
    return of_unlike(held, about, frozenset(each.quantity for each in inner))
