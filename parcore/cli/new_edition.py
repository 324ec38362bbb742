"""`parcore new edition`: next year's edition from this year's, beside it or in a folder of its own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from parcore.change.draft import Draft
from parcore.cli.options import lang_option, path_option
from parcore.diagnostics import Findings, ParcoreError, Place, stop
from parcore.documents.schema import schema_folder
from parcore.documents.text import MAX_YAML_BYTES, read_text
from parcore.documents.yaml import parse_yaml
from parcore.editions.edition import Edition
from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults
from parcore.i18n import say
from parcore.packages import Document
from parcore.registry import Registry, search_paths

NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST: Final = 60
SCHEMA: Final = "schemas/edition.schema.json"


@click.command("edition")
@click.argument("parent", metavar="METHODOLOGY[@EDITION]")
@click.argument("name", required=False, default="")
@click.option("--year", type=click.IntRange(1900, 2999), help="The first index year; the next if left out.")
@click.option("--into", "--in", "into", type=click.Path(path_type=Path), metavar="DIR",
              help="The folder that it is written to. Else beside the parent, where that stands in a --path"
              " folder; else in the folder METHODOLOGY here.")  # fmt: skip
@path_option
@lang_option
def edition(
    parent: str, name: str, year: int | None, into: Path | None, paths: tuple[Path, ...], lang: str
) -> None:
    """Make the draft of next year's edition from this year's: its text, with every id and comment.

    Without a decision of its own no rule of it is called official. Nothing is ever overwritten.
    """
    registry = Registry(search_paths(paths))
    old = registry.edition(parent)
    periods = _periods(registry, old)
    draft = _draft(old, name, year, periods)
    _check_free(draft, registry)
    document = next(each for each in registry.edition_documents(old.methodology) if each.key == old.key)
    folder, beside = _folder(document, into, paths)
    file = folder / _file_name(document, draft)
    text = draft.text(read_text(document.path, MAX_YAML_BYTES, document.shown), "" if beside else SCHEMA)
    _check_text(text, file, registry)
    _write(file, text, with_schema=not beside)
    click.echo(say("draft-made", lang, file=file, key=draft.key, parent=old.key))
    click.echo(say("draft-basis", lang))
    click.echo(say("draft-next", lang))
    known = [each for each in periods if old.in_force(each)] or periods
    for words in _next(draft, file, paths, known[-1:]):
        click.echo("  " + typed(words))


def typed(words: Sequence[str]) -> str:
    """A command as it is typed where this runs."""
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _periods(registry: Registry, parent: Edition) -> list[Period]:
    """The periods that the evidence at hand speaks of, in order; none where it cannot be read."""
    with suppress(ParcoreError):
        return [*registry.evidence(parent.methodology, parent.vocabulary, (), Defaults()).periods()]
    return []


def _draft(parent: Edition, name: str, year: int | None, periods: Iterable[Period]) -> Draft:
    """What is to be made: named for its first year, which follows the parent's last.

    Where the parent has no last year, it follows the last year of which there is evidence.

    Raises:
        ParcoreError: a name that cannot be an edition's.
    """
    if name and (not NAME.fullmatch(name) or len(name) > LONGEST):
        suggestion = re.sub(r"[^a-z0-9]+", "-", name.lower())[:LONGEST].strip("-")
        told = {"value": name[:LONGEST], "limit": LONGEST, "suggestion": suggestion or str(parent.first_year)}
        raise stop("edition-name-unfit", Place("NAME"), **told)
    named = re.match(r"(19|2\d)\d\d(?![a-z0-9])", name)
    last = parent.last_year or max([parent.first_year, *(each.year for each in periods)])
    first = year or (int(named.group()) if named else last + 1)
    return Draft(parent, name or str(first), first)


def _check_free(draft: Draft, registry: Registry) -> None:
    taken = {each.key: each.shown for each in registry.edition_documents(draft.parent.methodology)}
    if draft.key in taken:
        told = {"edition": draft.key, "by": taken[draft.key], "parent": draft.parent.key}
        raise stop("edition-taken", Place("NAME"), **told)


def _folder(document: Document, into: Path | None, paths: Iterable[Path]) -> tuple[Path, bool]:
    """Where the draft is written, and whether its parent stands there too."""
    here = document.path.parent
    if into is None and _inside(here, search_paths(paths)):
        return here, True
    folder = Path(document.methodology) if into is None else into
    return folder, folder.resolve() == here.resolve()


def _inside(folder: Path, others: Iterable[Path]) -> bool:
    return any(folder.resolve().is_relative_to(each.resolve()) for each in others)


def _file_name(document: Document, draft: Draft) -> str:
    """As its parent's, with its own name in it."""
    parts = re.split(rf"(?<![a-z0-9]){re.escape(document.name)}(?![a-z0-9])", document.path.name)
    return draft.name.join(parts) if len(parts) > 1 else f"edition-{draft.name}.yaml"


def _check_text(text: str, file: Path, registry: Registry) -> None:
    """Whether the draft is read without errors, as its parent was."""
    findings = Findings()
    registry.edition_of(parse_yaml(text, str(file), findings), findings)
    findings.raise_errors()


def _write(file: Path, text: str, *, with_schema: bool) -> None:
    """Write the draft, and beside it the schema that its first line names.

    Raises:
        ParcoreError: it is there already, or cannot be written.
    """
    try:
        file.parent.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as new:
            new.write(text)
        schema = file.parent / SCHEMA
        if with_schema and not schema.exists():
            schema.parent.mkdir(exist_ok=True)
            schema.write_text((schema_folder() / schema.name).read_text("utf-8"), "utf-8", newline="\n")
    except FileExistsError as error:
        raise stop("folder-taken", Place(str(file))) from error
    except OSError as error:
        raise stop("folder-unwritable", Place(str(file)), reason=error.strerror or str(error)) from error


def _next(
    draft: Draft, file: Path, paths: tuple[Path, ...], last: Sequence[Period]
) -> tuple[tuple[str, ...], ...]:
    """The commands to type next: check, and, where there is evidence, last year's under both editions."""
    own = () if _inside(file.parent, search_paths(paths)) else (file.parent,)
    at = tuple(word for each in (*paths, *own) for word in ("--path", str(each)))
    checked = tuple(word for each in paths for word in ("--path", str(each)))
    both = ("parcore", "compare", draft.parent.key, draft.key, *at)
    scored = [(*both, "--period", str(each)) for each in last] or [both]
    whys = [(*each, "--why") for each in scored if last]
    return (("parcore", "check", str(file), *checked), *scored, *whys)
