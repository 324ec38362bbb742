"""`parcore score`: score units under an edition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve

from parcore.cli import FINDINGS
from parcore.cli.carried import carried_data, show_carried
from parcore.cli.earlier import earlier_of
from parcore.cli.options import (
    evidence_options,
    format_option,
    lang_option,
    path_option,
    quarantine_option,
    units_options,
    unknown_format,
)
from parcore.cli.run import Asked, run, run_carried
from parcore.cli.tables import csv_text, show_notes
from parcore.cli.wide import engine_options, score_wide, wide_of
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Quarantine
from parcore.numbers import NumberFormat
from parcore.registry import Registry
from parcore.results.change import Earlier
from parcore.results.result import Result
from parcore.values import State

if TYPE_CHECKING:
    from parcore.change.carry import Carried

BUILT_IN = ("table", "json", "csv")


@click.command("score")
@click.argument("names", nargs=-1, required=True, metavar="METHODOLOGY[@EDITION] [METHODOLOGY@EDITION]")
@evidence_options
@click.option("--unit", "units", multiple=True, help="Show only this unit, by id or name; repeatable.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="FILE|PERIOD",
    help="Show the change since an earlier result: a JSON file, or a period scored now.",
)
@click.option(
    "--beside",
    type=click.Choice([each.value for each in Stage]),
    help="Put the result of this stage beside that of --stage, criterion by criterion.",
)
@click.option(
    "--by",
    type=click.Choice(["component", "method"]),
    default="component",
    show_default=True,
    help="Cut the points by component or by method; JSON has both.",
)
@quarantine_option
@units_options
@engine_options
@path_option
@format_option(*BUILT_IN)
@lang_option
def command(
    names: tuple[str, ...],
    period: Period | None,
    stage: str,
    numbers: str,
    changes: tuple[str, ...],
    files: tuple[Path, ...],
    units: tuple[str, ...],
    against: Path | None,
    beside: str | None,
    by: str,
    units_of: Period | None,
    weights: Path | None,
    quarantine: Quarantine | None,
    engine: str,
    engine_pairs: tuple[str, ...],
    master: str | None,
    output: Path | None,
    units_table: Path | None,
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """Score the units that the evidence speaks of, and rank them.

    Without @EDITION the edition in force for the period is taken. With two editions the same
    evidence is scored under both, side by side, each difference named; --beside does so for two
    stages of one. Without --evidence the evidence that is installed for the methodology is scored.
    With --units-of the evidence is carried over to the units of a later period, and those are scored.
    With --engine the evidence is wide tables (Parquet, Arrow, CSV), as long as they like.
    Exit status 1 when bad evidence leaves a unit without an index.
    """
    two = len(names) == 2 or beside is not None
    _check_together(names, two=two, against=against, beside=beside, by=by, form=form)
    if weights is not None and units_of is None:
        raise click.UsageError("--weights goes with --units-of")
    asked = Asked(
        names[0], period, Stage(stage), files, NumberFormat(numbers), changes, units, paths=paths,
        units_of=units_of, weights=weights, quarantine=quarantine,
    )  # fmt: skip
    wide = wide_of(engine, engine_pairs, master, output, units_table)
    if wide is not None:
        _check_wide(asked, two=two, against=against)
        bad = score_wide(asked, wide, form, lang, lambda shown: _write(shown, None, None, by, form, lang))
    else:
        bad = _score_exactly(asked, names, beside, against, by, form, lang)
    if bad:
        raise SystemExit(FINDINGS)


def _score_exactly(
    asked: Asked,
    names: tuple[str, ...],
    beside: str | None,
    against: Path | None,
    by: str,
    form: str,
    lang: str,
) -> bool:
    """Score and show, a second edition or stage beside; whether bad evidence leaves any without an index."""
    result, registry, carried = run_carried(asked)
    results, before = [result], None
    if len(names) == 2 or beside is not None:
        results.append(_other(asked, result, names, beside, registry))
        _show_both(results, registry, form, lang)
    else:
        earlier = None
        if against is not None:
            earlier, before = earlier_of(against, asked, registry)
        _write(result, earlier, carried or before, by, form, lang)
    if form == "table":
        show_carried(carried or before, result.stage, lang)
    # Errors too: what did not stop the work (a broken package beside it) is still told.
    show_notes(registry.findings, lang)
    return any(card.state is State.ERROR for each in results for card in each.scorecards)


def _check_wide(asked: Asked, *, two: bool, against: Path | None) -> None:
    """Refuse options that only the exact reading takes."""
    only_exact = {
        "--stage": asked.stage is not Stage.FINAL,
        "--set": asked.changes,
        "--units-of": asked.units_of,
        "--quarantine": asked.quarantine,
        "--against": against,
        "a second edition or stage": two,
    }
    for name, given in only_exact.items():
        if given:
            raise click.UsageError(f"{name} goes with --engine exact alone")


def _other(
    asked: Asked, result: Result, names: tuple[str, ...], beside: str | None, registry: Registry
) -> Result:
    """The result of the second edition, or of the second stage."""
    name = names[1] if beside is None else result.edition.key
    stage = asked.stage if beside is None else Stage(beside)
    return run(evolve(asked, name=name, period=result.period, stage=stage), registry)[0]


def _show_both(results: list[Result], registry: Registry, form: str, lang: str) -> None:
    """Of two stages the earlier stands first; of two editions the one named first."""
    from parcore.change.editions import path_of
    from parcore.change.matching import same
    from parcore.cli.beside import show_beside

    first, second = sorted(results, key=lambda each: each.stage.order)
    path = path_of(registry, first.edition, second.edition)
    show_beside(first, second, form, lang, same(path))


def _check_together(
    names: tuple[str, ...], *, two: bool, against: Path | None, beside: str | None, by: str, form: str
) -> None:
    """Refuse options that do not go together."""
    if len(names) > 2:
        raise click.UsageError("at most two editions stand side by side")
    if two and against is not None:
        raise click.UsageError("--against is for one result, not for two side by side")
    if len(names) == 2 and beside is not None:
        raise click.UsageError("--beside is for one edition, not for two")
    if by == "method" and (two or against is not None or form not in BUILT_IN):
        raise click.UsageError("--by method is for one result, as table, json or csv")
    if two and form not in BUILT_IN:
        raise unknown_format(form, [*BUILT_IN])


def _write(
    result: Result, earlier: Earlier | None, carried: Carried | None, by: str, form: str, lang: str
) -> None:
    from parcore.cli.by_method import show_by_method
    from parcore.cli.result_table import show_result
    from parcore.results.output import to_dict
    from parcore.results.rows import CSV_COLUMNS, csv_rows

    if form == "json":
        data = to_dict(result, lang, earlier) | carried_data(carried, result.stage)
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    elif by == "method":
        show_by_method(result, form, lang)
    elif form == "csv":
        click.echo(csv_text(CSV_COLUMNS, csv_rows(result, lang)), nl=False)
    elif form == "table":
        show_result(result, lang, earlier)
    else:
        from parcore import plugins

        loaded = plugins.load()
        show_notes(loaded.failures, lang)
        if form not in loaded.writers:
            raise unknown_format(form, [*BUILT_IN, *loaded.writers])
        click.echo(loaded.writers[form](result, lang))
