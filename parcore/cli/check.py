"""`parcore check`: everything wrong with documents, each with its place and mend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from parcore.audit.document import read_claims
from parcore.checking import Checked, check, documents_at, tables_at
from parcore.cli import FINDINGS
from parcore.cli.options import (
    PeriodType,
    format_option,
    lang_option,
    path_option,
    registry_of,
    unknown_format,
)
from parcore.cli.tables import csv_text, held_line, show_notes
from parcore.diagnostics import NOT_CHECKED, Diagnostic, ParcoreError, Severity
from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults
from parcore.i18n import say
from parcore.numbers import NumberFormat
from parcore.packages import Document
from parcore.registry import Registry

if TYPE_CHECKING:
    from parcore.cli.changed import Changed
    from parcore.cli.prove import Proved

FORMATS = ("table", "json", "csv")


@click.command("check")
@click.argument("targets", nargs=-1, metavar="[FILE|FOLDER|METHODOLOGY]...")
@click.option("--numbers", type=click.Choice([f.value for f in NumberFormat]), default="undeclared",
              help="How tables write numbers.")  # fmt: skip
@click.option("--period", type=PeriodType(), help="The period of tables that name none.")
@click.option(
    "--prove", is_flag=True, help="Analyse each rule for all evidence, with a witness of each finding."
)
@path_option
@format_option(*FORMATS)
@lang_option
def command(
    targets: tuple[str, ...],
    numbers: str,
    period: Period | None,
    prove: bool,
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """Check documents; without arguments, everything that is installed.

    Of an edition named, what changed of the one that it replaces is told too.

    Exit status 1 when anything refuses a document, or an installed package.
    """
    if form not in FORMATS:
        raise unknown_format(form, [*FORMATS])
    registry = registry_of((*paths, *_folders(targets)))
    documents = _documents(registry, targets)
    registry.survey()
    checked = check(registry, documents, Defaults(period=period, numbers=NumberFormat(numbers)))
    for each in checked.documents:
        if each.kind == "claims":
            with suppress(ParcoreError):  # what cannot be read at all is told already
                read_claims(each.path, checked.findings, each.shown)
    proofs: list[Proved] = []
    if prove:
        from parcore.cli.prove import proved

        proofs = proved(checked, registry)
    broken = [each.diagnostic for each in registry.failures]
    if targets:
        findings = _about(checked, registry)
        show_notes(broken, lang)
    else:
        findings = [*checked.findings, *broken]
    against_parents = _changed(registry, checked, targets, paths) if targets and form != "csv" else []
    _print(checked, findings, proofs, against_parents, form, lang)
    if form == "table":
        names = {each.name for each in checked.documents if each.kind == "evidence"}
        for held in (registry.held(name) for name in registry.unruled if name in names):
            click.echo(held_line(held, lang))
    if any(each.severity is Severity.ERROR for each in findings):
        raise SystemExit(FINDINGS)


def _changed(
    registry: Registry, checked: Checked, targets: tuple[str, ...], paths: tuple[Path, ...]
) -> list[Changed]:
    """What the editions checked changed of those that they replace, where any of them replaces one."""
    editions = [each for each in checked.editions if each.replaces]
    if not editions:
        return []
    from parcore.cli.changed import changed

    folders = dict.fromkeys(str(each) for each in (*paths, *_folders(targets)))
    return [*changed(registry, editions, [word for each in folders for word in ("--path", each)])]


def _folders(targets: tuple[str, ...]) -> Iterator[Path]:
    """The folders of the targets, so far as they hold documents; none is asked of a file's neighbours."""
    folders = {path if path.is_dir() else path.parent: path for path in map(Path, targets) if path.exists()}
    for folder, target in folders.items():
        try:
            if documents_at(folder):
                yield folder
        except ParcoreError:
            if folder == target:
                raise


def _about(checked: Checked, registry: Registry) -> list[Diagnostic]:
    """The findings without those of other documents at hand, which were not asked for.

    The vocabulary that an edition stands on is asked for with it.
    """
    held = {each.shown for package in registry.packages for each in package.documents}
    stood_on = {name for each in checked.editions for name in each.vocabulary.names}
    under = {each.shown for each in registry.documents("vocabulary") if each.name in stood_on}
    waited_for = {each.place.file for each in checked.findings if each.code == NOT_CHECKED}
    others = held - under - waited_for - {each.shown for each in checked.documents}
    return [each for each in checked.findings if each.place.file not in others]


def _documents(registry: Registry, targets: tuple[str, ...]) -> list[Document]:
    if not targets:
        return [each for package in registry.packages for each in package.documents]
    documents: list[Document] = []
    for target in targets:
        path = Path(target)
        if path.exists():
            found = documents_at(path)
            documents += [*found, *tables_at(path, found)] if path.is_dir() else found
            continue
        documents += _named(registry, target)
    return list({each.path: each for each in documents}.values())


def _named(registry: Registry, target: str) -> list[Document]:
    """The document of one edition; of a methodology, its editions and all that they stand on."""
    methodology, _, name = target.partition("@")
    editions = [d for d in registry.documents("edition") if d.methodology == methodology]
    editions = [d for d in editions if name in ("", d.name)]  # two of one key are both checked
    if not editions and target in registry.unruled:
        return _unruled(registry, target)
    if not editions:
        registry.edition(target)  # says what there is when there is none of that name
    if name:
        return editions
    family = {methodology}
    for each in editions:
        with suppress(ParcoreError):  # an edition that is refused is told by the check itself
            family.update(registry.load(each).vocabulary.names)
    packages = [p for p in registry.packages if any(d in p.documents for d in editions)]
    beside = [d for p in packages for d in p.documents if d.kind == "units" or d.name in family]
    return [*editions, *(d for d in registry.documents("vocabulary") if d.name in family), *beside]


def _unruled(registry: Registry, name: str) -> list[Document]:
    """Evidence that no edition is held for, its vocabulary, and the units beside it."""
    named = [d for kind in ("vocabulary", "evidence") for d in registry.documents(kind) if d.name == name]
    folders = {document.path.parent for document in named}
    return [*named, *(d for d in registry.documents("units") if d.path.parent in folders)]


def _print(
    checked: Checked,
    findings: list[Diagnostic],
    proofs: list[Proved],
    against_parents: list[Changed],
    form: str,
    lang: str,
) -> None:
    rows = [
        {
            "place": str(each.place),
            "code": each.code,
            "severity": each.severity.value,
            "message": each.message(lang),
            "fix": each.fix(lang),
        }
        for each in findings
    ]
    if form == "json":
        told: dict[str, object] = {"documents": len(checked.documents), "findings": rows}
        if proofs:
            told["proofs"] = [each.data for each in proofs]
        if against_parents:
            told["changed"] = [each.data for each in against_parents]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if form == "csv":
        click.echo(csv_text(["place", "code", "severity", "message", "fix"], rows), nl=False)
        return
    if proofs:
        from parcore.cli.prove import show_proofs

        show_proofs(proofs, lang)
    for line in (line for each in against_parents for line in each.lines(lang)):
        click.echo(line)
    show_notes(findings, lang)
    errors = sum(each.severity is Severity.ERROR for each in findings)
    warnings = sum(each.severity is Severity.WARNING for each in findings)
    if checked.findings.unlisted:
        click.echo(say("check-unlisted", lang, count=checked.findings.unlisted))
    word = "check-findings" if findings else "check-fine"
    click.echo(say(word, lang, documents=len(checked.documents), errors=errors, warnings=warnings))
    if len(findings) > errors + warnings:
        click.echo(say("check-infos", lang, count=len(findings) - errors - warnings))
