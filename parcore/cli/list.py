"""`parcore list`: what is installed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from parcore.cli.options import format_option, lang_option, path_option, registry_of, unknown_format
from parcore.cli.tables import Column, held_line, show_notes, show_table
from parcore.diagnostics import Findings, ParcoreError
from parcore.documents.reading import both_languages, text_of
from parcore.documents.tree import Mapping
from parcore.documents.yaml import read_yaml
from parcore.i18n import say
from parcore.packages import Document
from parcore.registry import Registry

FORMATS = ("table", "json", "csv")


@click.command("list")
@path_option
@format_option(*FORMATS)
@lang_option
def command(paths: tuple[Path, ...], form: str, lang: str) -> None:
    """What is installed: methodologies with their editions, and plugins."""
    if form not in FORMATS:
        raise unknown_format(form, [*FORMATS])
    from parcore import plugins

    registry = registry_of(paths)
    rows = [_row(registry, document, lang) for document in registry.edition_documents()]
    unruled = [registry.held(name) for name in registry.unruled]
    loaded = plugins.load()
    if form == "json":
        found = [
            {
                "name": each.name,
                "distribution": each.distribution,
                "works": not each.failures,
                "formats": each.formats,
                "measures": each.measures,
                "tables": each.tables,
                "engines": each.engines,
            }
            for each in loaded.plugins
        ]
        held = [
            {"name": h.name, "title": h.title.in_(lang), "fields": h.fields, "statements": h.statements}
            for h in unruled
        ]
        told = {"editions": rows, "without_edition": held, "plugins": found}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        columns = [Column(word, say(f"list-{word}", lang)) for word in rows[0]] if rows else []
        show_table(columns, rows, form)
    if form == "table":
        for held_ in unruled:
            click.echo(held_line(held_, lang))
        for each in loaded.plugins:
            if each.formats or each.measures or each.tables or each.engines or not each.failures:
                told = {"name": each.name, "distribution": each.distribution}
                words = [
                    ("list-formats", each.formats),
                    ("list-measures", each.measures),
                    ("list-tables", each.tables),
                    ("list-engines", each.engines),
                ]
                adds = [f"{say(word, lang)} {', '.join(names)}" for word, names in words if names]
                click.echo(say("list-plugin", lang, **told, adds="; ".join(adds) or "—"))
    broken = (each.diagnostic for each in registry.failures)
    show_notes([*registry.findings, *broken, *loaded.failures], lang)


def _row(registry: Registry, document: Document, lang: str) -> dict[str, str]:
    title, years, decision = "", "", ""
    try:
        tree = read_yaml(document.path, Findings(), document.shown)
    except ParcoreError as error:
        registry.findings.extend(error.diagnostics)
        tree = None
    if isinstance(tree, Mapping):
        title = both_languages(tree.get("title")).in_(lang)
        applies, decided = tree.get("applies"), tree.get("decision")
        if isinstance(applies, Mapping):
            years = f"{text_of(applies.get('from'))}–{text_of(applies.get('to')) or '…'}"
        decision = text_of(decided.get("number")) if isinstance(decided, Mapping) else "—"
    return {
        "edition": f"{document.methodology}@{document.name}",
        "title": title,
        "years": years,
        "decision": decision,
    }
