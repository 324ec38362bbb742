"""`parcore robust`: how firm ranks are, against one source of uncertainty at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from attrs import evolve

from parcore.cli.options import (
    evidence_options,
    format_option,
    lang_option,
    path_option,
    unknown_format,
)
from parcore.cli.run import Asked, run
from parcore.cli.tables import csv_text, show_notes
from parcore.diagnostics import Findings, Place, stop
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period
from parcore.numbers import NumberFormat
from parcore.rules.graph import Within

if TYPE_CHECKING:
    from parcore.registry import Registry
    from parcore.results.result import Result
    from parcore_robust.document import Stated
    from parcore_robust.standing import Study

READ: Final[Mapping[str, tuple[str, ...]]] = {
    "survey": ("sample", "error", "design-effect", "stated"),
    "weights": ("around", "stated"),
    "missing": (),
}
"""The options that only some sources of uncertainty read."""
FORMATS = ("table", "json", "csv", "svg")
ORIGINS = ("survey", "weights", "missing")


@click.command("robust")
@click.argument("name", metavar="METHODOLOGY[@EDITION]")
@click.option("--from", "origin", type=click.Choice(ORIGINS), required=True,
              help="What is uncertain: survey samples, weights, or missing evidence.")  # fmt: skip
@click.option("--draws", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True,
              help="How many draws.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True,
              help="The seed: the same draws again for the same seed.")  # fmt: skip
@click.option("--stated", type=click.Path(path_type=Path), metavar="FILE",
              help="What is stated of surveys and weights: `robustness: METHODOLOGY`.")  # fmt: skip
@click.option("--sample", "samples", multiple=True, metavar="FIELD=N",
              help="A field is the mean of a sample of N; repeatable.")  # fmt: skip
@click.option("--error", "errors", multiple=True, metavar="FIELD=E",
              help="A field has the standard error E; repeatable.")  # fmt: skip
@click.option("--design-effect", "effect", metavar="D",
              help="The variance of counted answers against simple random sampling.")  # fmt: skip
@click.option("--around", metavar="SHARE", help="How far each weight may go from its own; 10% if left out.")
@click.option("--within", type=click.Choice([each.value for each in Within]),
              help="The circle of the ranks; the edition's first if left out.")  # fmt: skip
@click.option("--unit", "units", multiple=True, help="Show only this unit, by id or name; repeatable.")
@evidence_options
@path_option
@format_option(*FORMATS)
@lang_option
def command(
    name: str,
    origin: str,
    draws: int,
    seed: int,
    stated: Path | None,
    samples: tuple[str, ...],
    errors: tuple[str, ...],
    effect: str | None,
    around: str | None,
    within: str | None,
    units: tuple[str, ...],
    period: Period | None,
    stage: str,
    numbers: str,
    changes: tuple[str, ...],
    files: tuple[Path, ...],
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """How firm ranks are: where each could lie, from one source of uncertainty at a time.

    Survey: the respondents are drawn again as they were drawn. Weights: all weights within bounds,
    their sum kept. Missing: all that evidence still missing or not appraised can come to. The three
    are never added up.
    """
    if form not in FORMATS:
        raise unknown_format(form, [*FORMATS])
    given = {
        "sample": samples, "error": errors, "design-effect": effect, "around": around, "stated": stated,
    }  # fmt: skip
    _check_options(origin, given)
    asked = Asked(name, period, Stage(stage), files, NumberFormat(numbers), changes, paths=paths)
    result, registry = run(asked)
    said = _stated(result, stated, {"sample": samples, "error": errors}, effect, around)
    circle = None if within is None else Within(within)
    study = _study(result, origin, said, (draws, seed), circle)
    only = registry.unit_ids(units, result.period, Place("--unit"))
    if only:
        study = evolve(study, standings=tuple(e for e in study.standings if e.unit.id in only))
        study = evolve(study, swaps=tuple(each for each in study.swaps if each.unit.id in only))
        study = evolve(study, unswapped=tuple(each for each in study.unswapped if each[0].id in only))
    _write(study, form, lang, registry, single=bool(only))


def _check_options(origin: str, given: Mapping[str, object]) -> None:
    """No option is passed over.

    Raises:
        ParcoreError: one is given that says nothing of what is asked.
    """
    for option in [name for name, value in given.items() if value and name not in READ[origin]]:
        right = ", ".join(f"`--from {each}`" for each, names in READ.items() if option in names)
        raise stop("robust-option", Place(f"--{option}"), origin=origin, right=right)


def _stated(
    result: Result,
    path: Path | None,
    options: dict[str, tuple[str, ...]],
    effect: str | None,
    around: str | None,
) -> Stated:
    """What the document and the options state.

    Raises:
        ParcoreError: any of it is refused.
    """
    from parcore_robust.document import Stated, number_option, read_stated, with_options

    findings = Findings()
    stated = Stated() if path is None else read_stated(path, result.edition.methodology, findings)
    stated = with_options(stated, options, findings)
    if effect is not None:
        stated = evolve(stated, design_effect=number_option("design-effect", effect, 1, findings))
    if around is not None:
        stated = evolve(stated, around=number_option("around", around, 0, findings))
    findings.raise_errors()
    return stated


def _study(
    result: Result, origin: str, stated: Stated, drawn: tuple[int, int], within: Within | None
) -> Study:
    from parcore.readings.pair.backend import Undecided
    from parcore_robust import missing, survey, weights

    if origin == "missing":
        return missing.study(result, within=within)
    study = survey.study if origin == "survey" else weights.study
    draws, seed = drawn
    try:
        return study(result, stated, draws=draws, seed=seed, within=within)
    except Undecided as refusal:
        raise stop("robust-undecided", Place(result.edition.key), why=refusal) from refusal


def _write(study: Study, form: str, lang: str, registry: Registry, *, single: bool) -> None:
    from parcore_robust.output import ROWS, rows, to_dict

    if form == "json":
        click.echo(json.dumps(to_dict(study, lang), ensure_ascii=False, indent=2))
    elif form == "csv":
        click.echo(csv_text(ROWS, rows(study, lang)), nl=False)
    elif form == "svg":
        from parcore_robust.picture import draw

        click.echo(draw(study, lang))
    else:
        from parcore_robust.terminal import show

        show(study, lang, single=single)
    show_notes(registry.findings, lang)
