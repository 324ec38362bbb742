"""What is installed: methodologies (data packages, never imported) and plugins (loaded when needed).

A methodology package is found by its entry point in `parcore.methodologies`, located without being
imported, and its documents are known by their first keys. `--path` and `PARCORE_PATH` add folders.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen

from parcore.diagnostics import Diagnostic, Findings, ParcoreError, Place, stop
from parcore.documents.tree import Tree
from parcore.documents.yaml import read_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence, Observation
from parcore.evidence.periods import Period
from parcore.evidence.readers import Defaults, EvidenceReader, check_invariants, read_observations
from parcore.evidence.units import UnitBook, read_units
from parcore.evidence.vocabulary import Vocabulary, read_vocabulary

METHODOLOGIES: Final = "parcore.methodologies"
KINDS: Final = ("edition", "vocabulary", "units", "evidence", "observations")
_HEADER: Final = re.compile(
    r"""^(["']?)(edition|vocabulary|units|evidence|observations|methodology)\1[ \t]*:[ \t]*(.*)$""",
    re.MULTILINE,
)
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


def kind_of(text: str) -> tuple[str, str, str]:
    """Kind, name and methodology of a document, from its unindented first keys; ("", …) when it is none."""
    keys: dict[str, str] = {}
    for _, key, value in _HEADER.findall(text):
        bare = value.split(" #")[0].strip().strip("\"'")
        keys.setdefault(key, bare)
    # `vocabulary` and `units` are keys of an edition too: the kind is decided in this order.
    if "methodology" in keys and "edition" in keys:
        return "edition", keys["edition"], keys["methodology"]
    for kind in ("observations", "evidence", "vocabulary", "units"):
        if kind in keys:
            return kind, keys[kind], keys[kind]
    return "", "", ""


def documents_in(folder: Path, origin: str) -> Iterator[Document]:
    """The documents in a folder and below, known by their first keys; `origin` is what messages call it."""
    for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
        if path.name.startswith(".") or not path.is_file():
            continue  # an editor's lock file is a link to nothing
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            kind, name, methodology = kind_of(file.read(HEADER_CHARACTERS))
        if kind:
            relative = path.relative_to(folder).parent.as_posix()
            yield Document(
                path, kind, name, methodology, origin if relative == "." else f"{origin}/{relative}"
            )


def _installed(entry: EntryPoint) -> Package | Failure:
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
    documents = tuple(documents_in(folder, entry.value))
    if not documents:
        return Failure(entry.name, _one("plugin-package-empty", place, **named))
    return Package(entry.name, folder, documents)


def _once(found: Package | Failure, seen: set[Path]) -> Package | Failure:
    """A package without the documents that another already brought (a folder named that is installed)."""
    if isinstance(found, Failure):
        return found
    fresh = tuple(each for each in found.documents if each.path.resolve() not in seen)
    seen.update(each.path.resolve() for each in fresh)
    return evolve(found, documents=fresh)


def _one(code: str, place: Place, **values: object) -> Diagnostic:
    return stop(code, place, **values).diagnostics[0]


@frozen(eq=False)
class Registry:
    """The methodologies, units, vocabularies, evidence and observations that are at hand."""

    paths: tuple[Path, ...] = ()
    findings: Findings = field(factory=Findings)
    _editions: dict[str, Edition] = field(factory=dict)

    @cached_property
    def _found(self) -> list[Package | Failure]:
        seen: set[Path] = set()
        entries = sorted(entry_points(group=METHODOLOGIES), key=lambda each: (each.name, each.value))
        found = [_once(_installed(each), seen) for each in entries]
        for folder in self.paths:
            if not folder.is_dir():
                raise stop("file-not-found", Place(str(folder)))
            package = Package(folder.name, folder, tuple(documents_in(folder, str(folder))))
            if not package.documents:
                raise stop("folder-empty", Place(str(folder)), folder=folder)
            found.append(_once(package, seen))
        return found

    @property
    def packages(self) -> tuple[Package, ...]:
        """Every package found, installed ones by name, then folders in the order given."""
        return tuple(each for each in self._found if isinstance(each, Package))

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every package that could not be listed; none of them stops another."""
        return tuple(each for each in self._found if isinstance(each, Failure))

    def documents(self, kind: str) -> list[Document]:
        """Every document of a kind."""
        return [each for package in self.packages for each in package.documents if each.kind == kind]

    @cached_property
    def units(self) -> UnitBook:
        """All units of all packages."""
        book = UnitBook()
        for _, tree in self._trees("units"):
            units, regions = read_units(tree, self.findings)
            book.add(units, regions, self.findings)
        return book

    @cached_property
    def vocabularies(self) -> dict[str, Vocabulary]:
        """All vocabularies, by name; of two with one name the first stands, and the second is reported."""
        found: dict[str, Vocabulary] = {}
        first: dict[str, Document] = {}
        for document, tree in self._trees("vocabulary"):
            vocabulary = read_vocabulary(tree, self.findings)
            if vocabulary is None:
                continue
            if vocabulary.name in found:
                place = Place(document.shown, 1)
                at = first[vocabulary.name].shown
                self.findings.add("vocabulary-duplicate", place, name=vocabulary.name, first=at)
            found.setdefault(vocabulary.name, vocabulary)
            first.setdefault(vocabulary.name, document)
        return found

    def survey(self) -> None:
        """Look at everything at hand, so that `findings` holds what packages say twice or say wrong."""
        _ = (self.edition_documents(), self.units, self.vocabularies)

    def _trees(self, kind: str) -> Iterator[tuple[Document, Tree]]:
        """The documents of a kind that can be read; why others cannot goes to the findings."""
        for document in self.documents(kind):
            try:
                yield document, read_yaml(document.path, self.findings, document.shown)
            except ParcoreError as error:
                self.findings.extend(error.diagnostics)

    def edition_documents(self, methodology: str = "") -> list[Document]:
        """The editions of a methodology (or all), each key once; a second one of a key is reported."""
        found: dict[tuple[str, str], Document] = {}
        for document in self.documents("edition"):
            if methodology and document.methodology != methodology:
                continue
            key = (document.methodology, document.name)
            if key in found:
                name, first = "@".join(key), found[key].shown
                self.findings.add("edition-duplicate", Place(document.shown, 1), edition=name, first=first)
            found.setdefault(key, document)
        return sorted(found.values(), key=lambda each: (each.methodology, each.name))

    def load(self, document: Document) -> Edition:
        """The edition of a document.

        Raises:
            ParcoreError: the document, or a vocabulary it stands on, is refused.
        """
        known = self._editions.get(str(document.path))
        if known is not None:
            return known
        findings = Findings()
        tree = read_yaml(document.path, findings, document.shown)
        edition = read_edition(tree, self.vocabularies, findings)
        if findings.errors:  # a vocabulary that was refused is no vocabulary to an edition: say why
            refused = {d.shown for d in self.documents("vocabulary") if d.name not in self.vocabularies}
            findings.extend(each for each in self.findings.errors if each.place.file in refused)
        findings.raise_errors()
        if edition is None:
            raise stop("document-kind", Place(document.shown), known=", ".join(KINDS))
        self.findings.extend(findings)
        self._editions[str(document.path)] = edition
        return edition

    def edition(self, name: str, period: Period | None = None) -> Edition:
        """The edition named `methodology@edition`, or the one of a methodology in force for a period.

        Raises:
            ParcoreError: there is none, or several are in force.
        """
        methodology, _, wanted = name.partition("@")
        documents = self.edition_documents(methodology)
        if wanted:
            documents = [each for each in documents if each.name == wanted]
        if not documents:
            known = sorted({d.methodology for d in self.edition_documents()})
            if methodology in known:
                known = [f"{methodology}@{d.name}" for d in self.edition_documents(methodology)]
            raise stop("edition-unknown", Place(name), name=name, known=", ".join(known) or "—")
        if wanted:
            return self.load(documents[0])
        editions = [self.load(each) for each in documents]
        if period is None:
            return max(editions, key=lambda each: each.first_year)
        current = [each for each in editions if each.in_force(period)]
        if len(current) > 1:
            names = ", ".join(each.key for each in current)
            raise stop("edition-several", Place(name), methodology=methodology, period=period, editions=names)
        if not current:
            names = ", ".join(f"{e.key} ({e.first_year}–{e.last_year or '…'})" for e in editions)
            raise stop(
                "edition-not-in-force", Place(name), methodology=methodology, period=period, known=names
            )
        return current[0]

    def evidence(
        self, methodology: str, vocabulary: Vocabulary, files: Iterable[Path], defaults: Defaults
    ) -> Evidence:
        """Evidence from files, or, where none are given, what the packages hold for the methodology.

        Raises:
            ParcoreError: anything in it is refused; with all of its findings.
        """
        findings = Findings()
        reader = EvidenceReader(vocabulary, self.units, findings)
        given = [(path, None) for path in files]
        held = [
            (d.path, d.shown) for d in self.documents("evidence") if d.name in (methodology, vocabulary.name)
        ]
        for path, name in given or held:
            reader.read(path, defaults, name)
        evidence = reader.evidence()
        check_invariants(evidence, vocabulary, findings)
        # An error elsewhere may be the cause of one here; alone, it stops nobody.
        findings.extend(self.findings.errors if findings.errors else self._errors_under(evidence, vocabulary))
        findings.raise_errors()
        self.findings.extend(findings)
        return evidence

    def _errors_under(self, evidence: Evidence, vocabulary: Vocabulary) -> list[Diagnostic]:
        """The errors of the documents that evidence stands on: of its units, and of its vocabulary."""
        spoken = {id_ for period in evidence.periods() for id_ in evidence.units(period)}
        names = {unit.place.file for unit in self.units.units.values() if unit.id in spoken}
        same = (each.shown for each in self.documents("vocabulary") if each.name == vocabulary.name)
        names.update(islice(same, 1))  # of two with one name the first stands
        return [each for each in self.findings.errors if each.place.file in names]

    def observations(self, methodology: str) -> list[Observation]:
        """The figures that others printed about a methodology."""
        return [
            each
            for document in self.documents("observations")
            if document.name == methodology
            for each in read_observations(document.path, self.units, self.findings)
        ]


def search_paths(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """The folders given, then those of `PARCORE_PATH`."""
    named = os.environ.get("PARCORE_PATH", "")
    return tuple(Path(each) for each in (*paths, *filter(None, named.split(os.pathsep))))
