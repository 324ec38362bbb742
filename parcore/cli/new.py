"""`parcore new`: a new methodology's folder, whole and ready to edit; a new edition (`new_edition`).

The files are templates under `parcore/scaffold`; a folder appears complete or not at all.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Final

import click
from attrs import frozen

from parcore.cli.new_edition import edition, typed
from parcore.cli.options import lang_option
from parcore.diagnostics import Findings, Place, stop
from parcore.documents.schema import schema_folder
from parcore.i18n import nfc, say
from parcore.packages import documents_in
from parcore.registry import METHODOLOGIES, Registry, search_paths

SLUG: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_NAME, LONGEST_TITLE = 60, 200
EXAMPLE: Final = "ha-giang-districts"

DOCUMENTS: Final = {
    "documents/edition.yaml": "edition-${year}.yaml",
    "documents/vocabulary.yaml": "vocabulary.yaml",
    "documents/units.yaml": "units.yaml",
    "documents/evidence.yaml": "evidence-${year}.yaml",
    "documents/evidence.csv": "evidence-${year}.csv",
}
PLAIN: Final = {"plain/README.md": "README.md"} | DOCUMENTS
PACKAGE: Final = {
    "package/README.md": "README.md",
    "package/pyproject.toml": "pyproject.toml",
    "package/__init__.py": "${package}/__init__.py",
    **{template: "${package}/" + path for template, path in DOCUMENTS.items()},
    "package/tests/test_golden.py": "tests/test_golden.py",
}
SCHEMAS: Final = ("edition", "vocabulary", "units", "evidence")


@frozen
class New:
    """What is to be made: the names that its templates are filled with."""

    name: str
    kind: str
    title: str
    title_en: str
    year: int
    plain: bool

    @property
    def package(self) -> str:
        """The Python package that holds the documents."""
        return "parcore_" + self.name.replace("-", "_")

    def texts(self) -> Iterator[tuple[str, str]]:
        """Each file's path in the new folder, and its text."""
        quoted = {"vi": _quoted(self.title)} | ({"en": _quoted(self.title_en)} if self.title_en else {})
        filled = {
            "name": self.name,
            "kind": self.kind,
            "year": str(self.year),
            "package": self.package,
            "title": "{" + ", ".join(f"{lang}: {text}" for lang, text in quoted.items()) + "}",
            "heading": self.title,
            "description": _quoted(self.title)[1:-1],
            "schemas": "schemas" if self.plain else "../schemas",
        }
        for template, path in (PLAIN if self.plain else PACKAGE).items():
            text = (files("parcore") / "scaffold" / template).read_text("utf-8")
            yield Template(path).substitute(filled), Template(text).substitute(filled)
        for kind in SCHEMAS:
            name = f"{kind}.schema.json"
            yield f"schemas/{name}", (schema_folder() / name).read_text("utf-8")

    def next(self, folder: Path) -> tuple[tuple[str, ...], ...]:
        """The commands to type next, from where the folder was made."""
        if self.plain:
            at = ("--path", str(folder))
            return (
                ("parcore", "check", str(folder)),
                ("parcore", "score", self.name, *at),
                ("parcore", "explain", self.name, f"{self.name}-b", *at),
            )
        return (
            ("pip", "install", "-e", str(folder)),
            ("parcore", "check", self.name),
            ("parcore", "score", self.name),
        )


def _quoted(text: str) -> str:
    """A printable text between double quotes, as YAML and TOML both read it."""
    return json.dumps(text, ensure_ascii=False)


@click.group("new")
def command() -> None:
    """Make something new to edit: a methodology, or the next edition of one."""


command.add_command(edition)


@command.command("methodology")
@click.argument("name")
@click.option("--kind", required=True, help="The kind of unit that it scores, as `district`.")
@click.option("--title", required=True, help="Its title, in Vietnamese.")
@click.option("--title-en", default="", help="Its title in English.")
@click.option("--year", type=click.IntRange(1900, 2999), help="The first index year; this year if left out.")
@click.option("--in", "parent", type=click.Path(path_type=Path), default=Path(), metavar="DIR",
              help="Where the folder NAME is made; here if left out.")  # fmt: skip
@click.option("--plain", is_flag=True, help="Only the documents, for --path: no package.")
@lang_option
def methodology(
    name: str, kind: str, title: str, title_en: str, year: int | None, parent: Path, plain: bool, lang: str
) -> None:
    """Make the folder NAME: a methodology with illustrative rules and figures that works at once.

    It is a package to install; with --plain only the documents. Nothing is ever overwritten.
    """
    year = year or datetime.now().astimezone().year
    findings = Findings()
    new = New(
        name, kind, _title(title, "--title", findings), _title(title_en, "--title-en", findings), year, plain
    )
    _check_names(new, findings)
    findings.raise_errors()
    folder = parent / name
    # A folder of the environment may still be empty: the one that the first methodology comes to.
    held = (each for each in search_paths(()) if any(documents_in(each, str(each))))
    _check_free(new, Registry(tuple(held)), findings)
    findings.raise_errors()
    made = _make(new, folder)
    click.echo(say("new-made", lang, folder=folder))
    for path in made:
        click.echo(f"  {path}")
    click.echo(say("new-illustrative", lang))
    click.echo(say("new-next", lang))
    for words in new.next(folder):
        click.echo("  " + typed(words))


def _title(text: str, option: str, findings: Findings) -> str:
    """A title on one line; only the English one may be left out."""
    title = nfc(" ".join(text.split()))
    if not title.isprintable() or len(title) > LONGEST_TITLE or (not title and option == "--title"):
        findings.add("title-unfit", Place(option), limit=LONGEST_TITLE)
    return title


def _check_names(new: New, findings: Findings) -> None:
    for place, text in (("NAME", new.name), ("--kind", new.kind)):
        if not SLUG.fullmatch(text) or len(text) > LONGEST_NAME:
            suggestion = _slug(text) or EXAMPLE
            findings.add(
                "name-unfit", Place(place), value=text[:60], limit=LONGEST_NAME, suggestion=suggestion
            )


def _slug(text: str) -> str:
    """The name that a text becomes: without marks, in lower case, hyphens between words."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(each for each in bare if not unicodedata.combining(each))
    joined = re.sub(r"[^a-z0-9]+", "-", plain)
    return joined.lstrip("-0123456789")[:LONGEST_NAME].rstrip("-")


def _check_free(new: New, registry: Registry, findings: Findings) -> None:
    """The name and the kind belong to nobody who is at hand.

    Units of another package that had the kind would be scored by the new edition too.
    """
    entries = {each.name for each in entry_points(group=METHODOLOGIES)}
    documents = [each for package in registry.packages for each in package.documents]
    named = {each.methodology: each.shown for each in documents if each.kind != "units"}
    taken = named.get(new.name) or (new.name if new.name in entries else "")
    if taken or find_spec(new.package) is not None:
        findings.add("methodology-taken", Place("NAME"), name=new.name, by=taken or new.package)
    same = [unit for unit in registry.units.units.values() if unit.kind == new.kind]
    if same:
        where = {"unit": same[0].name, "place": same[0].place}
        findings.add(
            "kind-taken", Place("--kind"), kind=new.kind, suggestion=f"{new.name}-{new.kind}", **where
        )


def _make(new: New, folder: Path) -> list[str]:
    """Write the folder, beside its place first, then moved there whole.

    Raises:
        ParcoreError: it is there already and holds something, or cannot be written.
    """
    place = Place(str(folder))
    if not folder.parent.is_dir():
        raise stop("file-not-found", Place(str(folder.parent)))
    try:
        if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
            raise stop("folder-taken", place)
        with TemporaryDirectory(prefix=".parcore-new-", dir=folder.parent) as beside:
            whole = Path(beside) / new.name
            paths = []
            for path, text in new.texts():
                (whole / path).parent.mkdir(parents=True, exist_ok=True)
                # By this mark spreadsheets know that a table is UTF-8.
                encoding = "utf-8-sig" if path.endswith(".csv") else "utf-8"
                (whole / path).write_text(text, encoding, newline="\n")
                paths.append(path)
            if folder.exists():
                folder.rmdir()  # only an empty one lets itself be removed
            whole.rename(folder)
    except OSError as error:
        raise stop("folder-unwritable", place, reason=error.strerror or str(error)) from error
    return paths
