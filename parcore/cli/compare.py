"""`parcore compare`: two editions by meaning; two years or stages, and why scores changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from parcore.change.attribution import Attribution
from parcore.change.editions import EditionChange, compare, path_of
from parcore.change.joining import Weights
from parcore.change.matching import same
from parcore.change.telling import Section, of_editions, of_scores
from parcore.change.weights import read_weights
from parcore.change.worlds import Year
from parcore.change.years import attribute
from parcore.cli.options import (
    Command,
    PeriodType,
    format_option,
    lang_option,
    path_option,
    quarantine_option,
    registry_of,
    unknown_format,
)
from parcore.cli.run import Asked, run
from parcore.cli.tables import Column, show_notes, show_table
from parcore.diagnostics import Findings, Place
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Quarantine
from parcore.numbers import NumberFormat
from parcore.registry import Registry
from parcore.results.result import Result

if TYPE_CHECKING:
    from parcore.cli.beside import Table

FORMATS = ("table", "json", "markdown", "html")


def _sides_options(command: Command) -> Command:
    """What decides what is scored of either side."""
    path = click.Path(path_type=Path)
    for option in (
        click.option("--period", "periods", multiple=True, type=PeriodType(), metavar="PERIOD",
                     help="The period scored: once for both sides, or once for each."),
        click.option("--stage", "stages", multiple=True, type=click.Choice([s.value for s in Stage]),
                     help="The stage of the evidence: once for both sides, or once for each."),
        click.option("--evidence", "files", multiple=True, type=path, metavar="FILE",
                     help="Evidence of both sides, or a folder; repeatable. Else what is installed."),
        click.option("--before", "befores", multiple=True, type=path, metavar="FILE",
                     help="Evidence of the first side alone, of its period; repeatable."),
        click.option("--after", "afters", multiple=True, type=path, metavar="FILE",
                     help="Evidence of the second side alone, of its period; repeatable."),
        click.option("--weights", type=path, metavar="FILE",
                     help="With --why, where units merged: what each weighs, a table unit,weight[,source]."),
        click.option("--numbers", type=click.Choice([f.value for f in NumberFormat]), default="undeclared",
                     help="How the files write numbers."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command("compare")
@click.argument("names", nargs=-1, required=True, metavar="METHODOLOGY[@EDITION] [METHODOLOGY@EDITION]")
@_sides_options
@click.option("--why", is_flag=True, help="Split each change: rule, evidence, units, rounding.")
@click.option("--unit", "units", multiple=True, help="With --why: this unit by criterion; repeatable.")
@quarantine_option
@path_option
@format_option(*FORMATS)
@lang_option
def command(
    names: tuple[str, ...],
    periods: tuple[Period, ...],
    stages: tuple[str, ...],
    files: tuple[Path, ...],
    befores: tuple[Path, ...],
    afters: tuple[Path, ...],
    weights: Path | None,
    numbers: str,
    why: bool,
    units: tuple[str, ...],
    quarantine: Quarantine | None,
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """Compare two editions, two periods or two stages.

    Two editions alone: what changed of each criterion, proved for all evidence. With a period, or
    evidence, units are scored on both sides; --why splits each unit's change, exactly, into better work,
    another rule, other units, rounding, and what cannot be compared.
    """
    if len(names) > 2 or len(periods) > 2 or len(stages) > 2:
        raise click.UsageError("two sides are compared: at most two editions, periods, stages")
    if form not in FORMATS:
        raise unknown_format(form, [*FORMATS])
    registry = registry_of(paths)
    sides = (*files, *befores), (*files, *afters)
    scored = why or bool(periods or stages or any(sides))
    if not scored and len(names) < 2:
        raise click.UsageError("name two editions, or one with two periods or two stages")
    read = NumberFormat(numbers), quarantine
    results = _results(names, periods, stages, sides, read, registry) if scored else None
    editions = [registry.edition(name) for name in names] if results is None else [e.edition for e in results]
    if results is None and editions[0].key == editions[1].key:
        raise click.UsageError("both sides are the same: name two editions, two periods or two stages")
    path = path_of(registry, editions[0], editions[1])
    change = None if editions[0].key == editions[1].key else compare(path)
    split = None
    if why and results is not None:
        split = _why(results, path, registry, _weights(weights, results, numbers, registry))
    chosen = () if split is None else _units(units, split, registry)
    _show(change, split, results, chosen, same(path), form, lang)
    show_notes(registry.findings, lang)


def _results(
    names: Sequence[str],
    periods: Sequence[Period],
    stages: Sequence[str],
    files: tuple[tuple[Path, ...], tuple[Path, ...]],
    read: tuple[NumberFormat, Quarantine | None],
    registry: Registry,
) -> tuple[Result, Result]:
    """Each side scored; a side of which nothing is said is as the other."""
    words = [Stage(each) for each in stages] or [Stage.FINAL]
    sides: list[Result] = []
    for at in (0, 1):
        period = periods[min(at, len(periods) - 1)] if periods else None
        if at and period is None and len(names) == 2:
            period = sides[0].period
        asked = Asked(
            names[min(at, len(names) - 1)],
            period,
            words[min(at, len(words) - 1)],
            files[at],
            read[0],
            quarantine=read[1],
        )
        sides.append(run(asked, registry)[0])
    first, second = sides
    if (first.edition.key, first.period, first.stage) == (second.edition.key, second.period, second.stage):
        raise click.UsageError("both sides are the same: name two editions, two periods or two stages")
    return first, second


def _weights(
    path: Path | None, results: tuple[Result, Result], numbers: str, registry: Registry
) -> Weights | None:
    """What units weigh, as the user declares.

    Raises:
        ParcoreError: the table is refused.
    """
    if path is None:
        return None
    findings = Findings()
    weights = read_weights(path, registry.units, results[0].period, findings, NumberFormat(numbers))
    findings.raise_errors()
    return weights


def _why(
    results: tuple[Result, Result], path: Sequence[Edition], registry: Registry, weights: Weights | None
) -> Attribution:
    first, second = (Year(each.edition, each.evidence, each.period, each.stage) for each in results)
    return attribute(first, second, path, registry.units, registry.lineage, weights)


def _units(names: Iterable[str], why: Attribution, registry: Registry) -> list[str]:
    """The ids of units asked for, of either side.

    Raises:
        ParcoreError: a name that means no unit of either.
    """
    there = {unit.id for each in why.units for unit in (each.first, each.second)}
    found: list[str] = []
    for name in names:
        ever = [unit.id for unit in registry.units.ever(name) if unit.id in there]
        if not ever:
            findings = Findings()
            registry.units.report(name, there, Place("--unit"), findings)
            findings.raise_errors()
        found += ever
    return found


def _show(
    change: EditionChange | None,
    why: Attribution | None,
    results: tuple[Result, Result] | None,
    units: Sequence[str],
    same: Mapping[str, str],
    form: str,
    lang: str,
) -> None:
    if form == "json":
        from parcore.change.output import plain

        click.echo(json.dumps(plain(change, why, results, lang), ensure_ascii=False, indent=2))
        return
    sections = [] if change is None else [*of_editions(change, lang)]
    sections += [] if why is None else [*of_scores(why, lang, units)]
    beside = [] if why is not None or results is None else _beside(*results, same, lang)
    if form == "table":
        for each in sections:
            _show_section(each)
        for table in beside:
            show_table(table.columns, table.rows, title=table.title)
        return
    sections += [_as_section(table) for table in beside if table.rows]
    from parcore.change.page import html, markdown

    click.echo(markdown(sections) if form == "markdown" else html(sections, lang), nl=False)


def _beside(first: Result, second: Result, same: Mapping[str, str], lang: str) -> Sequence[Table]:
    """The units on both sides, and every difference."""
    from parcore.cli.beside import beside

    return beside(first, second, lang, same)


def _as_section(table: Table) -> Section:
    columns = tuple((each.key, each.title) for each in table.columns)
    numeric = frozenset(each.key for each in table.columns if each.numeric)
    return Section(table.title, columns, tuple(table.rows), numeric=numeric)


def _show_section(section: Section) -> None:
    if section.columns:
        columns = [Column(key, title, key in section.numeric) for key, title in section.columns]
        show_table(columns, section.rows, title=section.title)
    else:
        click.echo(section.title)
    for line in section.lines:
        click.echo(f"  {line}")
