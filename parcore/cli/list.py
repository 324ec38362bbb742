"""`parcore list`: what is installed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from parcore.cli.options import format_option, lang_option, path_option, registry_of, unknown_format
from parcore.cli.tables import Column, held_line, show_notes, show_table
from parcore.documents.reading import both_languages, text_of
from parcore.documents.tree import Mapping, Tree
from parcore.i18n import say
from parcore.packages import Document, Years, spans
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
    rows = _rows(registry, lang)
    unruled = [registry.held(name) for name in registry.unruled]
    loaded = plugins.load()
    if form == "json":
        found = [
            {
                "name": each.name,
                "distribution": each.distribution,
                "works": not each.failures,
                **each.adds,
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
            adds = [
                f"{say(f'list-{kind}', lang)} {', '.join(names)}"
                for kind, names in each.adds.items()
                if names
            ]
            if adds or not each.failures:
                told = {"name": each.name, "distribution": each.distribution}
                click.echo(say("list-plugin", lang, **told, adds="; ".join(adds) or "—"))
    broken = (each.diagnostic for each in registry.failures)
    show_notes([*registry.findings, *broken, *loaded.failures], lang)


def _rows(registry: Registry, lang: str) -> list[dict[str, str]]:
    """A row for each edition; what stops one from being read is a finding."""
    trees = {document: registry.tree(document) for document in registry.edition_documents()}
    years = spans({document: tree for document, (tree, _) in trees.items()})
    for tree, findings in trees.values():
        registry.findings.extend(findings if tree is None else ())
    return [_row(document, tree, years[document], lang) for document, (tree, _) in trees.items()]


def _row(document: Document, tree: Tree | None, years: Years, lang: str) -> dict[str, str]:
    title, decision = "", ""
    if isinstance(tree, Mapping):
        title = both_languages(tree.get("title")).in_(lang)
        decided = tree.get("decision")
        decision = text_of(decided.get("number")) if isinstance(decided, Mapping) else "—"
    return {
        "edition": f"{document.methodology}@{document.name}",
        "title": title,
        "years": "" if tree is None else str(years),
        "decision": decision,
    }
