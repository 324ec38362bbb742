"""Checks documents whole: every finding of every document, and what depends on others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from parcore.diagnostics import Findings, ParcoreError, Place, stop
from parcore.documents.reading import items_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.documents.yaml import read_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.periods import Period
from parcore.evidence.readers import Defaults, EvidenceReader, check_invariants, read_observations
from parcore.evidence.units import UnitBook, read_units
from parcore.evidence.vocabulary import Vocabulary, read_vocabulary
from parcore.registry import KINDS, Document, Registry, documents_in, kind_of

MAX_HEADER: Final = 100_000
"""As much of a table's first line as is looked at to see whether it is evidence."""


@frozen
class Checked:
    """What was checked: the documents, the editions among them, and all findings."""

    documents: tuple[Document, ...]
    editions: tuple[Edition, ...]
    findings: Findings


def check(registry: Registry, documents: Iterable[Document], defaults: Defaults) -> Checked:
    """Check documents against their schemas, their rules, and what the registry holds."""
    findings = Findings()
    editions: list[Edition] = []
    documents = tuple(documents)
    for document in documents:
        try:
            if document.path.suffix.lower() == ".csv":
                _evidence(registry, document, defaults, findings)
                continue
            edition = _document(registry, document, defaults, findings)
            if edition is not None:
                editions.append(edition)
        except ParcoreError as error:
            findings.extend(error.diagnostics)
    findings.extend(registry.findings)
    return Checked(documents, tuple(editions), findings)


def _document(
    registry: Registry, document: Document, defaults: Defaults, findings: Findings
) -> Edition | None:
    if document.kind == "evidence":
        _evidence(registry, document, defaults, findings)
    elif document.kind == "observations":
        read_observations(document.path, registry.units, findings, document.shown)
    else:
        tree = read_yaml(document.path, findings, document.shown)
        return _tree(registry, document, tree, findings)
    return None


def _tree(registry: Registry, document: Document, tree: Tree, findings: Findings) -> Edition | None:
    match document.kind:
        case "edition":
            edition = read_edition(tree, registry.vocabularies, findings)
            _names_others(registry, tree, findings)
            return edition
        case "vocabulary":
            read_vocabulary(tree, findings)
        case "units":
            UnitBook().add(*read_units(tree, findings), findings)
        case _:
            findings.add("document-kind", Place(document.shown), known=", ".join(KINDS))
    return None


def _names_others(registry: Registry, tree: Tree, findings: Findings) -> None:
    """Units left out of a ranking and the edition replaced must be known: a slip there is silent."""
    if not isinstance(tree, Mapping):
        return
    ranking, replaces = tree.get("ranking"), tree.get("replaces")
    for each in items_of(ranking.get("unranked")) if isinstance(ranking, Mapping) else ():
        if text_of(each) not in registry.units.units:
            report_unknown(text_of(each), list(registry.units.units), each.place, findings, "unit-unknown")
    known = [f"{each.methodology}@{each.name}" for each in registry.edition_documents()]
    if replaces is not None and text_of(replaces) not in known:
        name = text_of(replaces)
        findings.add("edition-unknown", replaces.place, name=name, known=", ".join(known) or "—")


def _evidence(registry: Registry, document: Document, defaults: Defaults, findings: Findings) -> None:
    vocabulary = vocabulary_of(registry, document)
    if vocabulary is None:
        known, place = ", ".join(sorted(registry.vocabularies)) or "—", Place(document.shown)
        if document.name:
            findings.add("unknown-vocabulary", place, name=document.name[:60], known=known)
        else:
            findings.add("vocabulary-unclear", place, known=known)
        return
    if defaults.period is None and not document.name:
        defaults = evolve(defaults, period=_period_beside(registry, document))
    reader = EvidenceReader(vocabulary, registry.units, findings)
    reader.read(document.path, defaults, document.shown)
    check_invariants(reader.evidence(), vocabulary, findings)


def _period_beside(registry: Registry, table: Document) -> Period | None:
    """Where a table names no period: the first year of the latest edition beside it."""
    folder, years = table.path.resolve().parent, []
    for each in registry.edition_documents():
        if each.path.resolve().parent == folder:
            with suppress(ParcoreError):
                years.append(registry.load(each).first_year)
    return Period(max(years)) if years else None


def tables_at(folder: Path, documents: Iterable[Document]) -> list[Document]:
    """The tables of a folder with a column `unit` that none of its documents names: evidence by itself."""
    named: set[Path] = set()
    for each in documents:
        with suppress(ParcoreError):
            tree = read_yaml(each.path, Findings())
            for table in items_of(tree.get("tables")) if isinstance(tree, Mapping) else ():
                name = table["file"] if isinstance(table, Mapping) and "file" in table else table
                named.add((each.path.parent / text_of(name)).resolve())
    found: list[Document] = []
    for path in sorted(folder.rglob("*.csv")):
        if path.resolve() not in named and path.is_file():
            with path.open(encoding="utf-8-sig", errors="replace") as file:
                header = re.split(r"[,;\t]", file.readline(MAX_HEADER))
            if "unit" in {cell.strip().strip('"') for cell in header}:
                found.append(Document(path, "evidence", "", "", str(path.parent)))
    return found


def vocabulary_of(registry: Registry, document: Document) -> Vocabulary | None:
    """The vocabulary that evidence stands on: of its name, or of the editions of its methodology.

    A table alone names neither: it stands on the vocabulary beside it, or on the only one there is.

    Raises:
        ParcoreError: it is that of editions which are all refused.
    """
    known = registry.vocabularies
    if document.name in known:
        return known[document.name]
    if not document.name:
        folder = document.path.resolve().parent
        beside = [d.name for d in registry.documents("vocabulary") if d.path.resolve().parent == folder]
        names = [name for name in beside if name in known] or list(known)
        return known[names[0]] if len(names) == 1 else None
    refused: ParcoreError | None = None
    for each in registry.edition_documents(document.name):
        try:
            return registry.load(each).vocabulary
        except ParcoreError as error:
            refused = error
    if refused is not None:
        raise refused
    return None


def documents_at(path: Path) -> list[Document]:
    """The documents of a folder, or the one that a file is.

    Raises:
        ParcoreError: no file or folder is there, or none of its files is a document.
    """
    if path.is_dir():
        return list(documents_in(path, str(path)))
    if not path.is_file():
        raise stop("file-not-found", Place(str(path)))
    if path.suffix.lower() == ".csv":
        return [Document(path, "evidence", "", "", str(path.parent))]
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        kind, name, methodology = kind_of(file.read(200_000))
    return [Document(path, kind, name, methodology, str(path.parent))]
