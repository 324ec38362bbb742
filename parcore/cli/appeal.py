"""`parcore appeal`: what forces a unit's points in a criterion, and what a proposed change would do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from attrs import evolve

from parcore.audit.appeal import Appeal, Standing, appeal
from parcore.cli.emptiness import named
from parcore.cli.explain import leaves_named, paragraph
from parcore.cli.options import (
    evidence_options,
    format_option,
    lang_option,
    path_option,
    quarantine_option,
    unknown_format,
)
from parcore.cli.result_table import amount
from parcore.cli.run import Asked, run
from parcore.cli.tables import Column, show_notes, show_table
from parcore.evidence.evidence import Datum, Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Quarantine
from parcore.i18n import say
from parcore.numbers import NumberFormat, exact_text, shown
from parcore.results.output import number
from parcore.results.result import Result


@click.command("appeal")
@click.argument("name", metavar="METHODOLOGY[@EDITION]")
@click.argument("unit")
@click.argument("criterion")
@evidence_options
@quarantine_option
@path_option
@format_option("table", "json")
@lang_option
def command(
    name: str,
    unit: str,
    criterion: str,
    period: Period | None,
    stage: str,
    numbers: str,
    changes: tuple[str, ...],
    files: tuple[Path, ...],
    quarantine: Quarantine | None,
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """What forces a unit's points; with --set, what a proposed change does to points, index and rank."""
    if form not in ("table", "json"):
        raise unknown_format(form, ["table", "json"])
    asked = Asked(
        name, period, Stage(stage), files, NumberFormat(numbers), (), (unit,), "UNIT", paths,
        quarantine=quarantine,
    )  # fmt: skip
    before, registry = run(asked)
    proposed = evolve(asked, name=before.edition.key, period=before.period, changes=changes)
    after = run(proposed, registry)[0] if changes else None
    unit_id = before.scorecards[0].unit.id if before.scorecards else unit
    found = [appeal(before, unit_id, leaf, after) for leaf in leaves_named(before, (criterion,))]
    told = [each for each in found if each is not None]
    if form == "json":
        click.echo(json.dumps([_data(each) for each in told], ensure_ascii=False, indent=2))
    else:
        for each in told:
            _show(before, unit_id, each, after, lang)
        if not told:
            click.echo(say("score-none", lang))
    show_notes(registry.findings, lang)


def _show(before: Result, unit: str, found: Appeal, after: Result | None, lang: str) -> None:
    card = before.card(unit)
    if card is None or not found.criterion.applies(card.group):
        return
    click.echo(paragraph(before, card, found.criterion, lang))
    if found.forced_by is None:
        click.echo("  " + say("appeal-untold", lang))
    elif not found.forced_by and found.missing:
        click.echo("  " + say("appeal-missing", lang, fields=", ".join(found.missing)))
    elif not found.forced_by:
        click.echo("  " + say("appeal-whatever", lang))
    else:
        said = "; ".join(_statement(before, each, lang) for each in found.forced_by)
        free = [each.field for each in found.read if each not in found.forced_by]
        click.echo("  " + say("appeal-forced", lang, statements=said))
        if free:
            click.echo("  " + say("appeal-free", lang, fields=", ".join(free)))
    if after is None or found.after is None:
        return
    for each in after.assumed:
        held = "—" if each.held is None else each.held.text or each.held.value.state.word
        words = {"unit": card.unit.name.in_(lang), "field": each.given.field, "value": each.given.text}
        click.echo("  " + say("score-assumed", lang, **words, held=held))
    rows = [
        {"appeal-what": what, "appeal-before": one, "appeal-after": two}
        for what, one, two in _rows(before, found, lang)
    ]
    heads = ("appeal-what", "appeal-before", "appeal-after")
    show_table(
        [Column(word, say(word, lang), numeric=word != "appeal-what") for word in heads], rows, "table"
    )
    if found.after.points == found.before.points:
        click.echo(say("appeal-same", lang, criterion=named(before, found.criterion, lang)))


def _statement(result: Result, datum: Datum, lang: str) -> str:
    spec = result.edition.vocabulary.fields.get(datum.field)
    title = datum.field if spec is None else f"{spec.title.in_(lang)} ({datum.field})"
    source = "" if datum.source is None else f" [{datum.source}]"
    said = datum.text or say(f"state-{datum.value.state.word}", lang)
    return f"{title} = {said}{source}"


def _rows(result: Result, found: Appeal, lang: str) -> list[tuple[str, str, str]]:
    one, two = found.before, found.after
    if two is None:
        return []
    rows = [
        (say("points", lang), amount(one.points, lang), amount(two.points, lang)),
        (say("appeal-index", lang), _number(one.index, lang), _number(two.index, lang)),
    ]
    if result.classes is not None:
        rows.append((say("class", lang), one.class_name or "—", two.class_name or "—"))
    places = {each.circle: each for each in two.places}
    for each in one.places:
        other = places.get(each.circle)
        then = "—" if other is None else f"{other.place}/{other.among}"
        circle = "" if each.circle == "all" else f" ({each.circle})"
        rows.append((say("place", lang) + circle, f"{each.place}/{each.among}", then))
    return rows


def _number(value: Any, lang: str) -> str:
    return "—" if value is None else shown(value, lang)


def _data(found: Appeal) -> dict[str, Any]:
    forced = found.forced_by
    return {
        "criterion": found.criterion.id,
        "read": [_datum(each) for each in found.read],
        "forced_by": None if forced is None else [_datum(each) for each in forced],
        "missing": list(found.missing),
        "before": _standing(found.before),
        "after": None if found.after is None else _standing(found.after),
    }


def _datum(datum: Datum) -> dict[str, Any]:
    return {
        "field": datum.field,
        "value": datum.text,
        "stage": datum.stage.value,
        "place": str(datum.place),
        "source": None if datum.source is None else str(datum.source),
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "points": number(standing.points),
        "attainable": number(standing.attainable),
        "index": None if standing.index is None else exact_text(standing.index),
        "class": standing.class_name,
        "places": [{"circle": p.circle, "place": p.place, "among": p.among} for p in standing.places],
    }
