"""Where documents stand: methodology packages (located, never imported) and folders.

In: an entry point or a folder. Out: its documents, known by their first keys, each with its place.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from parcore.diagnostics import Diagnostic, ParcoreError, Place, stop
from parcore.documents.reading import text_of
from parcore.documents.tree import Mapping, Tree
from parcore.i18n import Text

KINDS: Final = ("edition", "vocabulary", "units", "layout", "evidence", "observations", "claims", "lineage")
_HEADER: Final = re.compile(
    rf"""^(["']?)({"|".join(KINDS)}|methodology)\1[ \t]*:[ \t]*(.*)$""",
    re.MULTILINE,
)
_APPLIES: Final = re.compile(r"^applies[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE)
_END: Final = re.compile(r"\b(from|to)[ \t]*:[ \t]*[\"']?(\w+)")
_YEAR: Final = re.compile(r"[0-9]{4}")
HEADER_CHARACTERS: Final = 200_000
"""How far into a file its first keys are looked for."""


@frozen
class Document:
    """A document of a package: where it stands, what kind it is, and its name."""

    path: Path
    kind: str
    name: str
    methodology: str
    origin: str

    @property
    def shown(self) -> str:
        """The path as messages name it: from the package's folder on."""
        return f"{self.origin}/{self.path.name}"

    @property
    def key(self) -> str:
        """An edition's full name: `par-index-province@2022`."""
        return f"{self.methodology}@{self.name}"


@frozen
class Package:
    """A methodology package or a folder of documents."""

    name: str
    folder: Path
    documents: tuple[Document, ...]


@frozen
class Failure:
    """A package that could not be listed, and why."""

    name: str
    diagnostic: Diagnostic


@frozen
class Held:
    """Evidence that is held: its name, its vocabulary's title, how many fields and statements it has."""

    name: str
    title: Text = Text()
    fields: int = 0
    statements: int = 0


def once(found: Package | Failure, seen: set[Path]) -> Package | Failure:
    """A package without the documents that another already brought (a folder named that is installed)."""
    if isinstance(found, Failure):
        return found
    fresh = tuple(each for each in found.documents if each.path.resolve() not in seen)
    seen.update(each.path.resolve() for each in fresh)
    return evolve(found, documents=fresh)


def evidence_at(path: Path) -> list[tuple[Path, str | None]]:
    """The evidence that a path names: itself, or the evidence documents of a folder.

    Raises:
        ParcoreError: a folder without any.
    """
    if not path.is_dir():
        return [(path, None)]
    found = [(d.path, d.shown) for d in documents_in(path, str(path)) if d.kind == "evidence"]
    if not found:
        raise stop("folder-empty", Place(str(path)), folder=path)
    return [*found]


def twice(first: Document, second: Document) -> ParcoreError:
    """The error for two documents of one edition, or of one vocabulary."""
    place = Place(second.shown, 1)
    if second.kind == "edition":
        return stop("edition-duplicate", place, edition=second.key, first=first.shown)
    return stop("vocabulary-duplicate", place, name=second.name, first=first.shown)


def kind_of(text: str) -> tuple[str, str, str]:
    """Kind, name and methodology of a document, from its unindented first keys; ("", …) when it is none."""
    keys: dict[str, str] = {}
    for _, key, value in _HEADER.findall(text):
        bare = value.split(" #")[0].strip().strip("\"'")
        keys.setdefault(key, bare)
    # `vocabulary` and `units` are keys of other kinds too: the kind is decided in this order.
    if "methodology" in keys and "edition" in keys:
        return "edition", keys["edition"], keys["methodology"]
    for kind in ("observations", "claims", "evidence", "layout", "lineage", "vocabulary", "units"):
        if kind in keys:
            return kind, keys[kind], keys[kind]
    return "", "", ""


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Work on a file that messages call `name`.

    Raises:
        ParcoreError: the system does not let it be read.
    """
    try:
        yield
    except OSError as error:
        raise stop("file-unreadable", Place(name), reason=error.strerror or str(error)) from error


def beginning(path: Path, name: str = "", characters: int = HEADER_CHARACTERS) -> str:
    """The first characters of a file; `name` is what messages call it.

    Raises:
        ParcoreError: it cannot be read.
    """
    with readable(name or str(path)), path.open("rb") as file:
        wide = file.read(2) in (
            BOM_UTF16_LE,
            BOM_UTF16_BE,
        )  # refused where it is read, but known for what it is
    encoding = "utf-16" if wide else "utf-8-sig"
    with readable(name or str(path)), path.open(encoding=encoding, errors="replace") as file:
        return file.read(characters)


def documents_in(folder: Path, origin: str) -> Iterator[Document]:
    """The documents in a folder and below, known by their first keys; `origin` is what messages call it.

    Raises:
        ParcoreError: a file cannot be read.
    """
    for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
        relative = path.relative_to(folder).parent.as_posix()
        at = origin if relative == "." else f"{origin}/{relative}"
        with readable(f"{at}/{path.name}"):
            if path.name.startswith(".") or not path.is_file():
                continue  # an editor's lock file is a link to nothing
        kind, name, methodology = kind_of(beginning(path, f"{at}/{path.name}"))
        if kind:
            yield Document(path, kind, name, methodology, at)


@frozen
class Years:
    """The years for which an edition's document says that it applies; `first` None: not to be read."""

    first: int | None = None
    last: int | None = None

    def hold(self, year: int) -> bool:
        """Whether the edition may be in force in a year."""
        return (self.first is None or self.first <= year) and (self.last is None or year <= self.last)

    def meet(self, other: Years) -> bool:
        """Whether there is a year for which both editions apply."""
        last = min((each.last for each in (self, other) if each.last is not None), default=None)
        return last is None or max(self.first or 0, other.first or 0) <= last

    def __str__(self) -> str:
        return f"{self.first or '…'}–{self.last or '…'}"


def years_of(tree: Tree | None, path: Path) -> Years:
    """The years under `applies`; from the bare text of a file that is no YAML (`tree` None)."""
    if tree is None:
        block = _APPLIES.search(beginning(path))
        ends = dict(_END.findall(block.group(1))) if block is not None else {}
    else:
        applies = tree.get("applies") if isinstance(tree, Mapping) else None
        given = applies.entries if isinstance(applies, Mapping) else {}
        ends = {key: text_of(value) for key, value in given.items()}
    first, last = ends.get("from", ""), ends.get("to", "")
    if not _YEAR.fullmatch(first) or (last and not _YEAR.fullmatch(last)):
        return Years()
    return Years(int(first), int(last) if last else None)


def spans(trees: MappingOf[Document, Tree | None]) -> dict[Document, Years]:
    """The years for which each edition applies; one without a last year, until another replaces it."""
    own = {document: years_of(tree, document.path) for document, tree in trees.items()}
    begins: dict[str, list[int]] = {}
    for document, tree in trees.items():
        replaced = text_of(tree.get("replaces")) if isinstance(tree, Mapping) else ""
        begins.setdefault(replaced, []).append(own[document].first or 0)
    found: dict[Document, Years] = {}
    for document, years in own.items():
        later = [each for each in begins.get(document.key, ()) if each > (years.first or each)]
        ends = years.last is None and bool(later)
        found[document] = evolve(years, last=min(later) - 1) if ends else years
    return found


def installed(entry: EntryPoint) -> Package | Failure:
    """The package of an entry point, located and never imported, or why it cannot be listed."""
    place = Place(entry.name)
    named = {"plugin": entry.name, "package": entry.value}
    if not entry.value.isidentifier():
        return Failure(entry.name, _one("plugin-dotted", place, **named))
    # For a top-level name find_spec locates the package and imports nothing.
    try:
        spec = find_spec(entry.value)
    except ValueError:  # a module made by hand, as `__main__`, has no spec
        spec = None
    if spec is None or not spec.submodule_search_locations:
        return Failure(entry.name, _one("plugin-package-missing", place, **named))
    folder = Path(next(iter(spec.submodule_search_locations)))
    try:
        documents = tuple(documents_in(folder, entry.value))
    except ParcoreError as error:
        return Failure(entry.name, error.diagnostics[0])
    if not documents:
        return Failure(entry.name, _one("plugin-package-empty", place, **named))
    return Package(entry.name, folder, documents)


def _one(code: str, place: Place, **values: object) -> Diagnostic:
    return stop(code, place, **values).diagnostics[0]
