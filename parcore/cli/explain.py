"""`parcore explain`: how the points of a unit came about, criterion by criterion."""

from __future__ import annotations

import json
from pathlib import Path

import click

from parcore.cli.options import evidence_options, format_option, lang_option, path_option, unknown_format
from parcore.cli.run import Asked, run
from parcore.cli.tables import show_notes
from parcore.diagnostics import Findings, Place
from parcore.documents.schema import report_unknown
from parcore.editions.edition import Criterion
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period
from parcore.i18n import say
from parcore.numbers import NumberFormat
from parcore.readings.story import Teller
from parcore.results.output import number
from parcore.results.result import Result, Scorecard
from parcore.results.scope import UnitScope
from parcore.results.steps import steps


@click.command("explain")
@click.argument("name", metavar="METHODOLOGY[@EDITION]")
@click.argument("unit")
@click.argument("criteria", nargs=-1, metavar="[CRITERION]...")
@evidence_options
@path_option
@format_option("table", "json")
@lang_option
def command(
    name: str,
    unit: str,
    criteria: tuple[str, ...],
    period: Period | None,
    stage: str,
    numbers: str,
    changes: tuple[str, ...],
    files: tuple[Path, ...],
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """Tell how points came about: evidence, measure, step, clause. CRITERION is an id or a code.

    With --format json every step of the computation is given, for checking it again.
    """
    if form not in ("table", "json"):
        raise unknown_format(form, ["table", "json"])
    asked = Asked(name, period, Stage(stage), files, NumberFormat(numbers), changes, (unit,), "UNIT", paths)
    result, registry = run(asked)
    told = [(card, leaf) for card in result.scorecards for leaf in leaves_named(result, criteria)]
    if form == "json":
        data = [_data(result, card, leaf, lang) for card, leaf in told]
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        for card, leaf in told:
            click.echo(paragraph(result, card, leaf, lang) + "\n")
        if not result.scorecards:
            click.echo(say("score-none", lang))
    show_notes(registry.findings, lang)


def leaves_named(result: Result, names: tuple[str, ...]) -> list[Criterion]:
    """The leaves under the criteria named; all of them where none is.

    Raises:
        ParcoreError: no criterion of a name.
    """
    if not names:
        return list(result.edition.leaves)
    findings = Findings()
    known = [each.id for each in result.edition.criteria]
    found: list[Criterion] = []
    for name in names:
        criterion = result.edition.criterion(name)
        if criterion is None:
            report_unknown(name, known, Place(result.edition.key), findings, "criterion-unknown")
        else:
            found += criterion.leaves
    findings.raise_errors()
    return found


def _data(result: Result, card: Scorecard, leaf: Criterion, lang: str) -> dict[str, object]:
    return {
        "unit": card.unit.id,
        "edition": result.edition.key,
        "criterion": leaf.id,
        "points": number(card.points(leaf.id)),
        "told": paragraph(result, card, leaf, lang),
        "steps": steps(card.trace, f"points:{leaf.id}"),
    }


def paragraph(result: Result, card: Scorecard, leaf: Criterion, lang: str) -> str:
    """The story of one leaf: a heading and its sentences."""
    scope = UnitScope(card.unit.id, result.period, result.evidence, result.stage, result.population)
    teller = Teller(leaf, card.group, result.edition.vocabulary, scope, scope.datum, lang)
    name = f"{leaf.code} {leaf.title.in_(lang)}".strip()
    heading = say("tell-heading", lang, unit=card.unit.name.in_(lang), criterion=name)
    return heading + "\n  " + " ".join(teller.story(card.points(leaf.id)))
