"""`parcore score --engine NAME`: wide tables of evidence, scored by another engine than the exact reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from attrs import frozen

from parcore.cli.options import Command, registry_of
from parcore.cli.run import Asked
from parcore.cli.tables import show_notes
from parcore.diagnostics import Findings, Place, stop
from parcore.i18n import say
from parcore.results.result import Result

if TYPE_CHECKING:
    from parcore.bulk.engines import Book
    from parcore.bulk.scoring import BulkResult

MOST_SHOWN: Final = {"table": 200}
"""So many units at most are shown one by one in a form; a file (`--output`) has all."""
MOST_WRITTEN: Final = 5_000
"""The same in every other form."""
BEST_SHOWN: Final = 20
"""So many a table shows of more than that, the best."""


@frozen
class Wide:
    """What the command line says of an engine: its name and options, where units and results stand."""

    engine: str
    options: Mapping[str, str]
    output: Path | None
    units_table: Path | None


def engine_options(command: Command) -> Command:
    """`--engine`, its options, `--output`, `--units-table`."""
    for option in (
        click.option("--units-table", type=click.Path(path_type=Path), metavar="FILE",
                     help="With --engine: a table of more units: id, kind, name, group, region."),
        click.option("--output", type=click.Path(path_type=Path), metavar="FILE",
                     help="With --engine: write the whole result as .parquet, .arrow or .csv, a row a unit."),
        click.option("--master", metavar="URL", help="With --engine spark: the cluster, or local[2]."),
        click.option("--engine-option", "engine_pairs", multiple=True, metavar="KEY=VALUE",
                     help="An option of the engine; repeatable."),
        click.option("--engine", default="exact", show_default=True, metavar="NAME",
                     help="Who reads the rules: exact, or columns (or a plugin's) over wide tables."),
    ):  # fmt: skip
        command = option(command)
    return command


def wide_of(
    engine: str, pairs: tuple[str, ...], master: str | None, output: Path | None, units_table: Path | None
) -> Wide | None:
    """What is asked of an engine; None where it is the exact reading.

    Raises:
        UsageError: options of an engine, and none is named; a pair that is none.
    """
    options: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"--engine-option {pair!r}: write KEY=VALUE")
        options[key.strip()] = value
    if master is not None:
        options["master"] = master
    if engine != "exact":
        return Wide(engine, options, output, units_table)
    given = {"--engine-option": pairs, "--master": master, "--output": output, "--units-table": units_table}
    named = next((name for name, value in given.items() if value), None)
    if named is not None:
        raise click.UsageError(f"{named} goes with --engine columns, or another than exact")
    return None


def score_wide(asked: Asked, wide: Wide, form: str, lang: str, show: Callable[[Result], None]) -> bool:
    """Score, write and show; whether bad evidence leaves a unit without an index.

    Raises:
        ParcoreError: anything on the way is refused.
    """
    from parcore.bulk.named import engine_of

    if asked.period is None:
        raise stop("engine-period", Place("--period"), engine=wide.engine)
    if not asked.files:
        raise stop("engine-evidence", Place("--evidence"), engine=wide.engine)
    registry = registry_of(asked.paths)
    engine = engine_of(wide.engine, wide.options)
    from parcore.bulk.scoring import in_error, score_bulk
    from parcore.bulk.units import read_units_table
    from parcore.bulk.view import view

    edition = registry.edition(asked.name, asked.period)
    book: Book = registry.units
    if wide.units_table is not None:
        book = read_units_table(wide.units_table, book)
    result = score_bulk(edition, engine, asked.files, book, asked.period, numbers=asked.numbers)
    if wide.output is not None:
        result.held.write(wide.output, result)
    rows, more = _rows(result, asked, book, form)
    show(view(result, rows).beside(registry.observations(edition.methodology)))
    if more and form == "table":
        click.echo(say("score-more-rows", lang, shown=len(rows), count=more + len(rows)))
    show_notes([*registry.findings, *result.notes], lang)
    return in_error(result)


def _rows(result: BulkResult, asked: Asked, book: Book, form: str) -> tuple[list[int], int]:
    """The rows to show, and how many are not: those named, all where they are few enough, or the best."""
    from parcore.bulk.view import best

    size = len(result.units)
    if asked.units:
        findings = Findings()
        day, place = result.period.end, Place(asked.units_from)
        units = [book.look_up(name, day, place, findings) for name in asked.units]
        findings.raise_errors()
        ids = {unit.id for unit in units if unit is not None}
        return [row for row, unit in enumerate(result.units) if unit.id in ids], 0
    most = MOST_SHOWN.get(form, MOST_WRITTEN)
    if size <= most:
        return list(range(size)), 0
    if form not in MOST_SHOWN:
        raise stop("bulk-shown", Place("--format"), count=size, form=form, limit=most)
    return best(result, BEST_SHOWN), size - BEST_SHOWN
