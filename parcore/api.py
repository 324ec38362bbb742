"""The public functions: load an edition, say its rules, read evidence, score, compare; as the commands do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from parcore.change import editions
from parcore.change.attribution import Attribution
from parcore.change.editions import EditionChange
from parcore.change.joining import Weight
from parcore.change.worlds import Year
from parcore.change.years import attribute as split
from parcore.diagnostics import Findings, Place, stop
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.invariants import check_invariants
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.sections import Defaults
from parcore.i18n import LANGUAGES
from parcore.numbers import NumberFormat
from parcore.readings.prose import annex
from parcore.registry import Registry, search_paths
from parcore.results.result import Result
from parcore.results.scoring import score as score_units

if TYPE_CHECKING:
    from parcore.bulk.engines import Book
    from parcore.bulk.scoring import BulkResult


def _period(period: str | int | Period) -> Period:
    if isinstance(period, Period):
        return period
    found = parse_period(str(period))
    if found is None:
        raise ValueError(f"{period!r} is no period: write 2023, 2023-Q1 or 2023-05")
    return found


def load_edition(
    name: str, *, period: str | int | Period | None = None, paths: Iterable[str | Path] = ()
) -> Edition:
    """The edition `methodology@edition`, or the one of a methodology in force for a period.

    `paths` are folders of documents beside what is installed.

    Raises:
        ParcoreError: there is none, several are in force, it is there twice, or its document is refused.
    """
    return Registry(search_paths(paths)).edition(name, None if period is None else _period(period))


def describe(edition: Edition, lang: str = "vi") -> annex.Annex:
    """The rules of an edition as sentences of an annex, in Vietnamese (`vi`) or English (`en`).

    Raises:
        ValueError: another language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"{lang!r} is no language here: {', '.join(LANGUAGES)}")
    return annex.describe(edition, lang)


def read_evidence(
    edition: Edition,
    files: Iterable[str | Path] = (),
    *,
    period: str | int | Period | None = None,
    numbers: NumberFormat = NumberFormat.UNDECLARED,
    paths: Iterable[str | Path] = (),
) -> Evidence:
    """Evidence for an edition from YAML and CSV files; from what is installed where none are given.

    Raises:
        ParcoreError: a file is refused; with every finding in it.
    """
    registry = Registry(search_paths(paths))
    defaults = Defaults(period=None if period is None else _period(period), numbers=numbers)
    return registry.evidence(edition.methodology, edition.vocabulary, map(Path, files), defaults)


def score(
    edition: Edition,
    evidence: Evidence,
    period: str | int | Period,
    *,
    stage: Stage = Stage.FINAL,
    units: Sequence[str] = (),
    paths: Iterable[str | Path] = (),
) -> Result:
    """Score the units that the evidence speaks of; `units` (ids or names) leaves out all others.

    `paths` are those with which the evidence was read: they hold its units.

    Raises:
        ParcoreError: evidence that no rule admits, none of the period, or a unit that is not known.
    """
    registry, at = Registry(search_paths(paths)), _period(period)
    if not evidence.units(at):
        raise stop("evidence-none", Place(edition.key), methodology=edition.methodology, period=at)
    findings = Findings()
    check_invariants(evidence, edition.vocabulary, findings)
    findings.raise_errors()
    only = registry.unit_ids(units, at, Place("units"))
    result = score_units(edition, evidence, registry.units, at, stage=stage, only=only)
    return result.beside(registry.observations(edition.methodology))


def score_bulk(
    edition: Edition,
    tables: Iterable[str | Path],
    period: str | int | Period,
    *,
    engine: str = "columns",
    options: Mapping[str, str] | None = None,
    numbers: NumberFormat = NumberFormat.UNDECLARED,
    units_table: str | Path | None = None,
    paths: Iterable[str | Path] = (),
) -> BulkResult:
    """Score wide tables of evidence (Parquet, Arrow, CSV) by an engine: `columns`, or one that a plugin adds.

    `units_table` holds more units than documents do: `id`, `kind`, perhaps `name`, `group`, `region`. The
    numbers of the result are columns, `write` puts them into a file.

    Raises:
        ParcoreError: evidence that is refused, an edition that reads records, an engine that is not there.
    """
    from parcore.bulk.named import engine_of

    run = engine_of(engine, options)
    from parcore.bulk import scoring
    from parcore.bulk.units import read_units_table

    registry = Registry(search_paths(paths))
    book: Book = registry.units
    if units_table is not None:
        book = read_units_table(Path(units_table), book)
    return scoring.score_bulk(edition, run, map(Path, tables), book, _period(period), numbers=numbers)


def compare(first: Edition, second: Edition, *, paths: Iterable[str | Path] = ()) -> EditionChange:
    """What changed from one edition to another, by meaning: criteria, rules with evidence, policies.

    Criteria are followed through the editions between the two, each replaced by the next, where these
    are at hand.

    Raises:
        ParcoreError: an edition between the two is refused.
    """
    return editions.compare(editions.path_of(Registry(search_paths(paths)), first, second))


def attribute(
    first: Result,
    second: Result,
    *,
    weights: Mapping[str, Fraction | int] | None = None,
    paths: Iterable[str | Path] = (),
) -> Attribution:
    """The change of every unit between two results, split exactly: rule, evidence, units, rounding, the rest.

    Points in points, rates in percentage points; the parts add up to the change of the rounded number.
    `weights`, by id of the units of the first, serve where units merged: number fields for which the
    vocabulary declares nothing are then averaged.

    Raises:
        ParcoreError: the second result's period is before the first's.
    """
    registry = Registry(search_paths(paths))
    path = editions.path_of(registry, first.edition, second.edition)
    years = [Year(each.edition, each.evidence, each.period, each.stage) for each in (first, second)]
    declared = None if weights is None else {unit: Weight(Fraction(n)) for unit, n in weights.items()}
    return split(years[0], years[1], path, registry.units, registry.lineage, declared)
