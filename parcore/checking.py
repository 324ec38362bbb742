"""Checks documents whole: every finding of every document, and what depends on others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import combinations
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from parcore.diagnostics import NOT_CHECKED, Findings, ParcoreError, Place, stop
from parcore.documents.reading import items_of, text_of
from parcore.documents.schema import check_shape, report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.documents.yaml import read_yaml
from parcore.editions.edition import Edition
from parcore.editions.stated import check_stated
from parcore.evidence.invariants import check_invariants
from parcore.evidence.layouts import PLAIN, read_layout
from parcore.evidence.lineage import read_lineage
from parcore.evidence.periods import Period
from parcore.evidence.readers import read_observations
from parcore.evidence.results import is_result_file, is_result_table
from parcore.evidence.sections import Defaults
from parcore.evidence.units import Unit, UnitBook, read_units
from parcore.evidence.vocabulary import INDEX, POINTS, Vocabulary, given_field
from parcore.packages import KINDS, Document, beginning, documents_in, kind_of, spans
from parcore.registry import Registry
from parcore.rules.derivations import derive

RESULT: Final = "result"
"""The kind of a saved result: known for what it is, and passed over."""

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
        with _told(findings):
            edition = _document(registry, document, findings)
            if edition is not None:
                editions.append(edition)
    if checked := {each.shown for each in documents if each.kind == "units"}:
        units = (unit for unit in registry.units.units.values() if unit.place.file in checked)
        _groups(units, editions, findings)
    _overlaps(registry, [each for each in documents if each.kind == "edition"], findings)
    _evidence(registry, [each for each in documents if each.kind == "evidence"], defaults, findings)
    findings.extend(registry.findings)
    return Checked(documents, tuple(editions), findings)


def _groups(units: Iterable[Unit], editions: Iterable[Edition], findings: Findings) -> None:
    """Every unit of an edition's kinds stands in one of its groups, or could never be scored."""
    for unit in units:
        for edition in editions:
            if unit.kind in edition.kinds and edition.group_of(unit.group) is None:
                groups = ", ".join(edition.groups)
                findings.add("unit-group-unknown", unit.place, unit=unit.id, group=unit.group, groups=groups)


def _overlaps(registry: Registry, documents: Iterable[Document], findings: Findings) -> None:
    """Of two editions of a methodology in force at once, a period alone does not tell which is meant."""
    checked = {each.path.resolve() for each in documents}
    for methodology in sorted({each.methodology for each in documents}):
        known = spans({each: registry.tree(each)[0] for each in registry.edition_documents(methodology)})
        dated = sorted(
            ((span, each) for each, span in known.items() if span.first), key=lambda each: each[0].first or 0
        )
        for (one, first), (two, second) in combinations(dated, 2):
            told = second if second.path.resolve() in checked else first
            if not one.meet(two) or told.path.resolve() not in checked:
                continue
            tree, other = registry.tree(told)[0], first if told is second else second
            if not isinstance(tree, Mapping):
                continue  # refused for that; what its years are is asked when it can be read
            place = tree.place_of("applies")
            years = {
                told.key: str(two if told is second else one),
                other.key: str(one if told is second else two),
            }
            findings.add(
                "editions-overlap", place, edition=told.key, years=years[told.key],
                other=other.key, other_years=years[other.key], at=other.shown,
            )  # fmt: skip


@contextmanager
def _told(findings: Findings) -> Iterator[None]:
    """What stops the reading of one document is told, and the others are read."""
    try:
        yield
    except ParcoreError as error:
        findings.extend(error.diagnostics)


def _document(registry: Registry, document: Document, findings: Findings) -> Edition | None:
    """Check a document by itself; evidence, which documents share, is checked together."""
    if document.kind == RESULT:
        findings.add("result-saved", Place(document.shown))
    elif document.kind == "observations":
        read_observations(document.path, registry.units, findings, document.shown)
    elif document.kind != "evidence":
        tree = read_yaml(document.path, findings, document.shown)
        return _tree(registry, document, tree, findings)
    return None


def _tree(registry: Registry, document: Document, tree: Tree, findings: Findings) -> Edition | None:
    match document.kind:
        case "edition":
            edition = registry.edition_of(tree, findings)
            _names_others(registry, tree, findings)
            return edition
        case "vocabulary":
            registry.vocabulary_of(tree, findings)
        case "units":
            UnitBook().add(*read_units(tree, findings), findings)
        case "layout":
            if read_layout(tree, findings) is not None and isinstance(tree, Mapping):
                _codes(registry, document, tree, findings)
        case "lineage":
            read_lineage(tree, registry.units, findings)
        case "claims":
            check_shape(tree, "claims", findings)
        case _:
            findings.add("document-kind", Place(document.shown), known=", ".join(KINDS))
    return None


def _codes(registry: Registry, layout: Document, tree: Mapping, findings: Findings) -> None:
    """What the codes of a layout stand for is known: units, fields, criteria whose points are given."""
    vocabulary = vocabulary_of(registry, layout)
    if vocabulary is None:
        _without_vocabulary(registry, layout, findings)
        return
    units, fields = tree.get("units"), tree.get("fields")
    for each in units.entries.values() if isinstance(units, Mapping) else ():
        registry.units.check_id(each, findings)
    criteria = _criteria(registry, layout.name, vocabulary)
    for each in fields.entries.values() if isinstance(fields, Mapping) else ():
        name = text_of(each)
        points = name.removeprefix(POINTS) if name.startswith(POINTS) else ""
        if points and criteria and points not in criteria:
            report_unknown(points, criteria, each.place, findings, "points-unknown")
        elif name not in (*vocabulary.fields, *PLAIN) and given_field(name) is None:
            report_unknown(name, list(vocabulary.fields), each.place, findings, "unknown-field")


def _names_others(registry: Registry, tree: Tree, findings: Findings) -> None:
    """Units left out of a ranking, the edition replaced and its criteria must be known: a slip is silent."""
    if not isinstance(tree, Mapping):
        return
    ranking, replaces = tree.get("ranking"), tree.get("replaces")
    for each in items_of(ranking.get("unranked")) if isinstance(ranking, Mapping) else ():
        registry.units.check_id(each, findings)
    superseded = [each for node in _nodes(tree) for each in items_of(node.get("supersedes"))]
    if replaces is None:
        for each in superseded:
            findings.add("supersedes-nothing", each.place)
        return
    known = {each.key: each for each in registry.edition_documents()}
    earlier = known.get(text_of(replaces))
    if earlier is None:
        name, held = text_of(replaces), ", ".join(known) or "—"
        findings.add("edition-unknown", replaces.place, name=name, known=held)
    elif superseded:
        with suppress(ParcoreError):  # an edition that is refused says so itself
            ids = [node.id for node in registry.load(earlier).nodes]
            for each in superseded:
                if text_of(each) not in ids:
                    report_unknown(text_of(each), ids, each.place, findings, "superseded-unknown")


def _nodes(tree: Mapping) -> Iterator[Mapping]:
    """Every criterion of an edition's tree, those of bonus and penalty too."""
    adjustments = tree.get("adjustments")
    blocks = (
        [adjustments.get(each) for each in ("bonus", "penalty")] if isinstance(adjustments, Mapping) else []
    )
    below = [tree.get("components"), tree.get("criteria")]
    below += [block.get("criteria") for block in blocks if isinstance(block, Mapping)]
    for node in (each for listed in below for each in items_of(listed)):
        if isinstance(node, Mapping):
            yield node
            yield from _nodes(node)


def _evidence(
    registry: Registry, documents: Iterable[Document], defaults: Defaults, findings: Findings
) -> None:
    """Check evidence as scoring takes it: what is of one methodology is read together."""
    standing: list[tuple[Document, Vocabulary]] = []
    for each in documents:
        with _told(findings):
            document = _in_layout(registry, each)
            vocabulary = vocabulary_of(registry, document)
            if vocabulary is None:
                _without_vocabulary(registry, document, findings)
            elif document.name:
                standing.append((document, vocabulary))
            else:  # a table alone is of nobody's: it is read alone too
                beside = _period_beside(registry, document) if defaults.period is None else defaults.period
                own = evolve(defaults, period=beside)
                _together(registry, "", vocabulary, [document], own, findings)
    for name, vocabulary in {document.name: vocabulary for document, vocabulary in standing}.items():
        wider = [each for each in registry.vocabularies_of(name) if vocabulary.name in each.extends]
        for whole in (vocabulary, *wider):
            family = [d for d, own in standing if d.name == name or d.name == own.name in whole.names]
            _together(registry, name, whole, family, defaults, findings)


def _in_layout(registry: Registry, document: Document) -> Document:
    """A table alone that is written in the layout of one methodology alone is evidence of that one."""
    if document.name or document.path.suffix.lower() != ".csv":
        return document
    columns = _columns(document.path)
    names = {each.name for each in registry.layouts if each.reads(columns)}
    return evolve(document, name=names.pop()) if len(names) == 1 else document


def _without_vocabulary(registry: Registry, document: Document, findings: Findings) -> None:
    known, place = ", ".join(sorted(registry.vocabularies)) or "—", Place(document.shown)
    refused = _beside(document, registry.refused)
    if document.name:
        refused = [each for each in registry.refused if each.name == document.name]
    if refused:
        findings.add(NOT_CHECKED, Place(refused[0].shown))
    elif document.name:
        findings.add("unknown-vocabulary", place, name=document.name[:60], known=known)
    else:
        findings.add("vocabulary-unclear", place, known=known)


def _together(
    registry: Registry,
    name: str,
    vocabulary: Vocabulary,
    documents: Iterable[Document],
    defaults: Defaults,
    findings: Findings,
) -> None:
    """Read documents as one evidence; what must hold in it is checked at the end."""
    reader = registry.reader(name, vocabulary, findings)
    for document in documents:
        with _told(findings):
            reader.read(document.path, defaults, document.shown)
    evidence = derive(reader.evidence(), vocabulary, findings)
    check_invariants(evidence, vocabulary, findings)
    given = (each for each in evidence if each.field.startswith(POINTS))
    points = [(each.field.removeprefix(POINTS), each.place) for each in given]
    if any(each.field.startswith(INDEX) for each in evidence):
        for edition in _editions(registry, name, vocabulary) or ():
            check_stated(edition, evidence, findings)
    criteria = _criteria(registry, name, vocabulary) if points else []
    for id_, place in points if criteria else ():
        if id_ not in criteria:
            report_unknown(id_, criteria, place, findings, "points-unknown")


def _criteria(registry: Registry, methodology: str, vocabulary: Vocabulary) -> list[str]:
    """The criteria of all editions that evidence may be of; none where one of them may be a refused one."""
    editions = _editions(registry, methodology, vocabulary) or ()
    known = (node for each in editions for node in (*each.criteria, *each.scored))
    return list(dict.fromkeys(each.id for each in known))


def _editions(registry: Registry, methodology: str, vocabulary: Vocabulary) -> list[Edition] | None:
    """The editions that evidence may be of; None where one of them may be a refused one."""
    found: list[Edition] = []
    for document in registry.edition_documents():
        try:
            edition = registry.load(document)
        except ParcoreError:
            if methodology in (document.methodology, vocabulary.name):
                return None
            continue
        if methodology == document.methodology or vocabulary.name in edition.vocabulary.names != ("",):
            found.append(edition)
    return found


def _period_beside(registry: Registry, table: Document) -> Period | None:
    """Where a table names no period: the first year of the latest edition beside it."""
    folder, years = table.path.resolve().parent, []
    for each in registry.edition_documents():
        if each.path.resolve().parent == folder:
            with suppress(ParcoreError):
                years.append(registry.load(each).first_year)
    return Period(max(years)) if years else None


def tables_at(folder: Path, documents: Iterable[Document]) -> list[Document]:
    """The tables of a folder with a column `unit` that none of its documents names, and saved results.

    Such a table is evidence by itself, or a result too.
    """
    named: set[Path] = set()
    for each in documents:
        with suppress(ParcoreError):
            tree = read_yaml(each.path, Findings())
            keys = ("tables", "records", "results")
            sections = [tree.get(key) for key in keys] if isinstance(tree, Mapping) else []
            for table in (item for section in sections for item in items_of(section)):
                name = table["file"] if isinstance(table, Mapping) and "file" in table else table
                named.add((each.path.parent / text_of(name)).resolve())
    return [
        _table(path)
        for path in sorted((*folder.rglob("*.csv"), *folder.rglob("*.json")))
        if path.resolve() not in named and path.is_file()
        if (is_result_file(path) if path.suffix == ".json" else "unit" in _columns(path))
    ]


def _table(path: Path) -> Document:
    """A table alone: evidence, or a result that was saved."""
    saved = is_result_file(path) or is_result_table(_columns(path))
    kind = RESULT if saved else "evidence"
    return Document(path, kind, "", "", str(path.parent))


def _columns(table: Path) -> set[str]:
    """The names in the first line of a table.

    Raises:
        ParcoreError: it cannot be read.
    """
    header = re.split(r"[,;\t]", beginning(table, characters=MAX_HEADER).partition("\n")[0])
    return {cell.strip().strip('"') for cell in header}


def _beside(document: Document, others: Iterable[Document]) -> list[Document]:
    """Those of some documents that stand in the folder of one."""
    folder = document.path.resolve().parent
    return [each for each in others if each.path.resolve().parent == folder]


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
        beside = _beside(document, registry.documents("vocabulary"))
        names = [each.name for each in beside] or list(known)
        return known.get(names[0]) if len(names) == 1 else None
    refused: ParcoreError | None = None
    found: list[Vocabulary] = []
    for each in registry.edition_documents(document.name):
        try:
            found.append(registry.load(each).vocabulary)
        except ParcoreError as error:
            refused = error
    if refused is not None and not found:
        raise refused
    return min(found, key=lambda each: len(each.extends), default=None)  # which every edition can read


def documents_at(path: Path) -> list[Document]:
    """The documents of a folder, or the one that a file is.

    Raises:
        ParcoreError: no file or folder is there, or none of its files is a document.
    """
    if path.is_dir():
        return list(documents_in(path, str(path)))
    if not path.is_file():
        raise stop("file-not-found", Place(str(path)))
    if path.suffix.lower() == ".csv" or is_result_file(path):
        return [_table(path)]
    kind, name, methodology = kind_of(beginning(path))
    return [Document(path, kind, name, methodology, str(path.parent))]
