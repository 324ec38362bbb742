"""`parcore audit`: the statements of announcements, checked among themselves and against a result."""

from __future__ import annotations

import json
from pathlib import Path

import click

from parcore.audit.checks import Report, audit
from parcore.audit.document import read_claims
from parcore.audit.figures import check_figures
from parcore.audit.output import (
    CSV_COLUMNS,
    csv_rows,
    filled,
    quoted,
    sentences,
    summary,
    to_dict,
    why,
)
from parcore.cli import FINDINGS
from parcore.cli.options import format_option, lang_option, path_option, registry_of, unknown_format
from parcore.cli.tables import Column, csv_text, show_notes, show_table
from parcore.diagnostics import Findings, Place, stop
from parcore.i18n import say
from parcore.registry import Registry

FORMATS = ("table", "json", "csv")


@click.command("audit")
@click.argument("targets", nargs=-1, metavar="[CLAIMS.yaml|NAME]...")
@click.option("--all", "whole", is_flag=True, help="Show relations that hold, too.")
@path_option
@format_option(*FORMATS)
@lang_option
def command(targets: tuple[str, ...], whole: bool, paths: tuple[Path, ...], form: str, lang: str) -> None:
    """Check the numbers of an announcement: among themselves, and against a result.

    Without arguments, every announcement that is installed. Exit status 1 when something contradicts.
    """
    if form not in FORMATS:
        raise unknown_format(form, [*FORMATS])
    registry = registry_of(paths)
    findings = Findings()
    reports = [_report(registry, *each, findings) for each in _targets(registry, targets)]
    if form == "json":
        click.echo(json.dumps([to_dict(each, lang) for each in reports], ensure_ascii=False, indent=2))
    elif form == "csv":
        rows = (row for each in reports for row in csv_rows(each, lang))
        click.echo(csv_text(CSV_COLUMNS, rows), nl=False)
    else:
        for each in reports:
            _show(each, whole, lang)
    show_notes(findings, lang)
    if any(each.contradictions for each in reports):
        raise SystemExit(FINDINGS)


def _targets(registry: Registry, targets: tuple[str, ...]) -> list[tuple[Path, str]]:
    """The files meant, each with what messages call it."""
    held = {each.name: (each.path, each.shown) for each in registry.documents("claims")}
    found: list[tuple[Path, str]] = []
    for target in targets:
        if target not in held and not Path(target).exists():
            raise stop("claims-not-found", Place(target), known=", ".join(held) or "—")
        found.append(held[target] if target in held else (Path(target), target))
    return found if targets else list(held.values())


def _report(registry: Registry, path: Path, name: str, findings: Findings) -> Report:
    claims = read_claims(path, findings, name)
    findings.raise_errors()
    assert claims is not None  # where it is refused, an error says why
    return audit(claims, check_figures(claims, registry, findings))


def _show(report: Report, whole: bool, lang: str) -> None:
    claims = report.claims
    click.echo(f"{claims.title.in_(lang) or claims.name} ({claims.source})")
    if whole:
        columns = [
            Column("id", say("audit-relation", lang)),
            Column("verdict", say("audit-verdict", lang)),
            Column("numbers", say("audit-numbers", lang)),
        ]
        rows = [
            {
                "id": each.id,
                "verdict": say(f"audit-{each.verdict.value}", lang)
                + (f" ({each.reading})" if each.reading and each not in report.contradictions else ""),
                "numbers": filled(claims, each),
            }
            for each in report.findings
            if not each.together
        ]
        show_table(columns, rows)
    for each in report.contradictions:
        click.echo()
        click.echo(f"✗ {each.id}: {filled(claims, each)}")
        click.echo(f"  {why(each, lang)}")
        for statement in sentences(claims, each):
            click.echo(f"  {quoted(statement)}")
        if each.note.in_(lang):
            click.echo(f"  {say('audit-note', lang, note=each.note.in_(lang))}")
    click.echo()
    click.echo(summary(report, lang))
    if report.undecided:
        click.echo(say("audit-undecided", lang))
