"""`parcore show`: an edition's tree with maxima, methods, bases and sources; its rules as prose or SQL."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import click

from parcore.cli.by_method import method_maxima
from parcore.cli.options import (
    PeriodType,
    format_option,
    lang_option,
    path_option,
    registry_of,
    unknown_format,
)
from parcore.cli.tables import Column, show_notes, show_table
from parcore.diagnostics import Place, stop
from parcore.editions.edition import Criterion, Edition
from parcore.evidence.periods import Period
from parcore.i18n import say
from parcore.numbers import exact_text, shown
from parcore.readings.prose.annex import describe, written
from parcore.results.rests import rests_on
from parcore.rules.figures import Figure

COLUMNS = ("code", "criterion", "max", "method", "basis", "source")


@click.command("show")
@click.argument("name", metavar="METHODOLOGY[@EDITION]")
@click.option(
    "--period", type=PeriodType(), help="The period whose edition in force is shown; else the latest."
)
@click.option(
    "--as",
    "reading",
    type=click.Choice(["tree", "prose", "page", "series", "sql"]),
    default="tree",
    show_default=True,
    help="The tree in a table; each rule in sentences, as an annex; all of it, with sources and"
    " published figures beside computed ones, as a page in Markdown; the figures"
    " published over the periods; or a statement in SQL that scores it.",
)
@click.option(
    "--dialect",
    help="With --as sql: the database (duckdb, postgres, spark).  [default: duckdb]",
)
@path_option
@format_option("table", "json", "csv")
@lang_option
def command(
    name: str,
    period: Period | None,
    reading: str,
    dialect: str | None,
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """Show an edition: its tree, maxima, methods and sources; or its rules as sentences or SQL."""
    if dialect is not None and reading != "sql":
        raise click.UsageError("--dialect goes with --as sql")
    registry = registry_of(paths)
    if reading == "page":
        from parcore.cli.page import page

        click.echo(page(registry, name, lang), nl=False)
        show_notes(registry.findings, lang)
        return
    if reading == "series":
        from parcore.cli.series import show_series

        show_series(registry, name.partition("@")[0], form, lang)
        show_notes(registry.findings, lang)
        return
    edition = registry.edition(name, period)
    if reading == "sql":
        click.echo(_sql(edition, dialect or "duckdb", lang), nl=False)
    elif reading == "prose":
        _tell(edition, form, lang)
    elif form == "json":
        click.echo(json.dumps(_dict(edition, lang), ensure_ascii=False, indent=2))
    else:
        _show(edition, form, lang)
    show_notes(registry.findings, lang)


def _sql(edition: Edition, dialect: str, lang: str) -> str:
    from parcore import plugins

    loaded = plugins.load()
    if dialect not in loaded.dialects:
        show_notes(loaded.failures, lang)
        known = ", ".join(loaded.dialects) or "—"
        raise stop("dialect-unknown", Place("--dialect"), dialect=dialect, known=known)
    return loaded.dialects[dialect](edition, lang)


def _tell(edition: Edition, form: str, lang: str) -> None:
    if form not in ("table", "json"):
        raise unknown_format(form, ["table", "json"])
    annex = describe(edition, lang)
    if form == "json":
        click.echo(json.dumps(attrs.asdict(annex), ensure_ascii=False, indent=2))
        return
    click.echo(written(annex, lang))
    for line in rests_on(edition, lang):
        click.echo(f"  • {line}")


def _show(edition: Edition, form: str, lang: str) -> None:
    rows = [row for each in edition.components for row in _rows(each, lang, 0)]
    for name, block in edition.blocks.items():
        rows.append({"criterion": say(name, lang), "max": _figure(block.cap, lang)})
        rows += [row for each in block.items for row in _rows(each, lang, 1)]
    columns = [Column(word, say(word, lang), numeric=word == "max") for word in COLUMNS]
    title = f"{edition.title.in_(lang)} ({edition.key})"
    if edition.decision is not None:
        title += f" — {edition.decision.number}"
    show_table([c for c in columns if any(row.get(c.key) for row in rows)], rows, form, title)
    if form == "table":
        total = say("score-unknown", lang) if edition.total is None else _figure(edition.total, lang)
        click.echo(f"{say('max', lang)}: {total}")
        for line in method_maxima(edition, lang):
            click.echo(line)
        for line in rests_on(edition, lang):
            click.echo(f"  • {line}")


def _figure(figure: Figure | None, lang: str) -> str:
    if figure is None:
        return say("score-unknown", lang)
    if figure.differs:
        return "; ".join(f"{group} {shown(number, lang)}" for group, number in figure.by_group.items())
    return shown(figure.common, lang)


def _rows(criterion: Criterion, lang: str, depth: int) -> list[dict[str, str]]:
    source = criterion.source
    row = {
        "code": criterion.code or criterion.id,
        "criterion": "  " * depth + criterion.title.in_(lang),
        "max": _figure(criterion.max, lang),
        "method": "" if criterion.method is None else criterion.method.value,
        "basis": "" if source is None else say(f"basis-{source.basis.value}", lang),
        "source": "" if source is None else str(source),
    }
    return [row, *(each for child in criterion.children for each in _rows(child, lang, depth + 1))]


def _dict(edition: Edition, lang: str) -> dict[str, object]:
    return {
        "edition": edition.key,
        "title": edition.title.in_(lang),
        "decision": None if edition.decision is None else edition.decision.number,
        "years": [edition.first_year, edition.last_year],
        "kinds": list(edition.kinds),
        "groups": [group for group in edition.groups if group],
        "total": _plain(edition.total),
        "criteria": [
            {
                "id": each.id,
                "code": each.code,
                "title": each.title.in_(lang),
                "max": _plain(each.max),
                "method": None if each.method is None else each.method.value,
                "basis": None if each.source is None else each.source.basis.value,
                "source": None if each.source is None else str(each.source),
                "fields": [] if each.rule is None else list(each.rule.fields),
            }
            for each in edition.criteria
        ],
        "methods": [
            {
                "method": each.method.value,
                "max": _plain(each.max),
                "basis": each.source.basis.value,
                "source": str(each.source),
            }
            for each in edition.methods
        ],
        "adjustments": [
            {"id": each.id, "block": block, "max": _plain(each.max), "title": each.title.in_(lang)}
            for block, each in edition.items
        ],
        "rests_on": rests_on(edition, lang),
    }


def _plain(figure: Figure | None) -> object:
    if figure is None:
        return None
    if figure.differs:
        return {group: exact_text(number) for group, number in figure.by_group.items()}
    return exact_text(figure.common)
