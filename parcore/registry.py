"""What is installed: methodologies (data packages, never imported) and plugins (loaded when needed).

A methodology package is found by its entry point in `parcore.methodologies`, located without being
imported, and its documents are known by their first keys. `--path` and `PARCORE_PATH` add folders.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from contextlib import suppress
from functools import cached_property
from importlib.metadata import entry_points
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from parcore.diagnostics import NOT_CHECKED, Diagnostic, Findings, ParcoreError, Place, stop
from parcore.documents.reading import text_of
from parcore.documents.schema import check_shape
from parcore.documents.text import MAX_YAML_BYTES
from parcore.documents.tree import Mapping, Tree
from parcore.documents.yaml import read_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence, Observation
from parcore.evidence.invariants import check_invariants
from parcore.evidence.layouts import Layout, read_layout
from parcore.evidence.lineage import Event, Lineage, once_each, read_lineage
from parcore.evidence.periods import Period
from parcore.evidence.readers import EvidenceReader, read_observations
from parcore.evidence.sections import Defaults
from parcore.evidence.units import UnitBook, read_units
from parcore.evidence.vocabulary import Vocabulary
from parcore.packages import (
    KINDS,
    Document,
    Failure,
    Held,
    Package,
    beginning,
    documents_in,
    evidence_at,
    installed,
    once,
    spans,
    twice,
)
from parcore.rules.derivations import derive
from parcore.rules.figures import MoreMeasures
from parcore.vocabularies import bases_of, read_extending, read_vocabularies

if TYPE_CHECKING:
    from parcore.rules.figures import MeasureReader

METHODOLOGIES: Final = "parcore.methodologies"


@frozen(eq=False)
class Registry:
    """The methodologies, units, vocabularies, evidence and observations that are at hand."""

    paths: tuple[Path, ...] = ()
    findings: Findings = field(factory=Findings)
    _editions: dict[Path, Edition] = field(factory=dict)
    _read: dict[Path, tuple[Tree | None, tuple[Diagnostic, ...]]] = field(factory=dict)

    @cached_property
    def _found(self) -> list[Package | Failure]:
        seen: set[Path] = set()
        entries = sorted(entry_points(group=METHODOLOGIES), key=lambda each: (each.name, each.value))
        found = [once(installed(each), seen) for each in entries]
        for folder in self.paths:
            if not folder.is_dir():
                raise stop("file-not-found", Place(str(folder)))
            package = Package(folder.name, folder, tuple(documents_in(folder, str(folder))))
            if not package.documents:
                raise stop("folder-empty", Place(str(folder)), folder=folder)
            found.append(once(package, seen))
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
        book, read = UnitBook(), set[Path]()
        for document, tree in self._trees("units"):
            units, regions = read_units(tree, self.findings)
            book.add(units, regions, self.findings)
            read.update([document.path] if units else [])
        for each in self.documents("units"):
            if each.path not in read:
                book.lose(Place(each.shown), beginning(each.path, each.shown, MAX_YAML_BYTES))
        return book

    def unit_ids(self, names: Iterable[str], period: Period, place: Place) -> list[str]:
        """The ids of the units that ids or names mean in a period.

        Raises:
            ParcoreError: a name that means none, or several.
        """
        findings = Findings()
        found = [self.units.look_up(name, period.end, place, findings) for name in names]
        findings.raise_errors()
        return [unit.id for unit in found if unit is not None]

    @cached_property
    def vocabularies(self) -> dict[str, Vocabulary]:
        """All vocabularies, by name; of two with one name the first stands, and the second is reported."""
        return read_vocabularies(self._vocabulary_trees, self.documents("vocabulary"), self.findings)

    @cached_property
    def _vocabulary_trees(self) -> list[tuple[Document, Tree]]:
        return [*self._trees("vocabulary")]

    def vocabulary_of(self, tree: Tree, findings: Findings) -> Vocabulary | None:
        """The vocabulary of a tree, on those at hand; None where it, or one that it extends, is refused."""
        bases = bases_of(each for _, each in self._vocabulary_trees)
        return read_extending(tree, self.vocabularies, bases, self.documents("vocabulary"), findings)

    @property
    def refused(self) -> list[Document]:
        """The vocabularies' documents that cannot be read as such: what stands on them is not checked."""
        return [each for each in self.documents("vocabulary") if each.name not in self.vocabularies]

    @cached_property
    def lineage(self) -> Lineage:
        """Which units became which, and when, by all documents."""
        events: list[Event] = []
        for _, tree in self._trees("lineage"):
            events += read_lineage(tree, self.units, self.findings)
        return Lineage(once_each(events, self.findings))

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """How the data sets known write their tables."""
        found = (read_layout(tree, self.findings) for _, tree in self._trees("layout"))
        return tuple(each for each in found if each is not None)

    def reader(self, methodology: str, vocabulary: Vocabulary, findings: Findings) -> EvidenceReader:
        """A reader of a methodology's evidence, with the units, layouts and plugins' readers at hand."""
        from parcore import plugins

        layouts = (each for each in self.layouts if each.name in (methodology, *vocabulary.names))
        return EvidenceReader(vocabulary, self.units, findings, layouts, plugins.tables)

    def survey(self) -> None:
        """Look at everything at hand, so that `findings` holds what packages say twice or say wrong."""
        _ = (self.edition_documents(), self.units, self.vocabularies, self.layouts, self.lineage)

    def _trees(self, kind: str) -> Iterator[tuple[Document, Tree]]:
        """The documents of a kind that can be read; why others cannot goes to the findings."""
        for document in self.documents(kind):
            try:
                yield document, read_yaml(document.path, self.findings, document.shown)
            except ParcoreError as error:
                self.findings.extend(error.diagnostics)

    def edition_documents(self, methodology: str = "") -> list[Document]:
        """The editions of a methodology (or all), each key once; a second one of a key is reported."""
        found: dict[str, Document] = {}
        for document in self._named(methodology):
            if document.key in found:
                self.findings.extend(twice(found[document.key], document).diagnostics)
            found.setdefault(document.key, document)
        return sorted(found.values(), key=lambda each: (each.methodology, each.name))

    def _named(self, methodology: str) -> list[Document]:
        return [d for d in self.documents("edition") if methodology in ("", d.methodology)]

    def tree(self, document: Document) -> tuple[Tree | None, tuple[Diagnostic, ...]]:
        """An edition's tree, read once, with what is wrong in it; None where it cannot be read."""
        if document.path not in self._read:
            findings = Findings()
            try:
                tree: Tree | None = read_yaml(document.path, findings, document.shown)
            except ParcoreError as error:
                tree = None
                findings.extend(error.diagnostics)
            self._read[document.path] = tree, tuple(findings)
        return self._read[document.path]

    def load(self, document: Document) -> Edition:
        """The edition of a document.

        Raises:
            ParcoreError: the document, or a vocabulary it stands on, is refused.
        """
        known = self._editions.get(document.path)
        if known is not None:
            return known
        findings = Findings()
        tree, said = self.tree(document)
        if tree is None:
            raise ParcoreError(said)
        findings.extend(said)
        edition = self.edition_of(tree, findings)
        if findings.errors:  # a vocabulary that was refused is no vocabulary to an edition: say why
            refused = {each.shown for each in self.refused}
            findings.extend(each for each in self.findings.errors if each.place.file in refused)
        findings.raise_errors()
        if edition is None:
            raise stop("document-kind", Place(document.shown), known=", ".join(KINDS))
        self.findings.extend(findings)
        self._editions[document.path] = edition
        return edition

    def edition_of(self, tree: Tree, findings: Findings) -> Edition | None:
        """The edition of a tree; of one on a refused vocabulary the shape alone is checked, which is told."""
        named = text_of(tree.get("vocabulary")) if isinstance(tree, Mapping) else ""
        waits = [each for each in self.refused if each.name == named]
        if not waits:
            return read_edition(tree, self.vocabularies, findings, added_measures(findings))
        check_shape(tree, "edition", findings)
        findings.add(NOT_CHECKED, Place(waits[0].shown))
        return None

    def edition(self, name: str, period: Period | None = None) -> Edition:
        """The edition named `methodology@edition`, or the one of a methodology in force for a period.

        Only the edition chosen is loaded: what is wrong with another stops nobody.

        Raises:
            ParcoreError: there is none, several are in force, or it (or its vocabulary) is there twice.
        """
        methodology, _, wanted = name.partition("@")
        editions = [d for d in self.documents("edition") if d.methodology == methodology]
        documents = [d for d in editions if wanted in ("", d.name)]
        if not documents:
            if wanted == "" and name in self.unruled:
                held = self.held(name)
                told = {"name": name, "fields": held.fields, "statements": held.statements}
                raise stop("edition-none-held", Place(name), **told)
            known = sorted({d.methodology for d in self.documents("edition")})
            if editions:
                known = sorted({d.key for d in editions})
            raise stop("edition-unknown", Place(name), name=name, known=", ".join(known) or "—")
        if not wanted:
            documents = self._in_force(documents, period)
        if len(documents) > 1:
            raise twice(*documents[:2])
        edition = self.load(documents[0])
        for each in edition.vocabulary.names:
            self._sole_vocabulary(each)
        return edition

    def _in_force(self, documents: list[Document], period: Period | None) -> list[Document]:
        """Of the editions of a methodology those of the one key in force; without a period, of the latest.

        One whose years cannot be read may be in force: it is taken, so that loading it says why.
        """
        years = spans({each: self.tree(each)[0] for each in documents})
        if period is None:
            latest = max(documents, key=lambda d: years[d].first or math.inf)
            return [d for d in documents if d.key == latest.key]
        current = [d for d in documents if years[d].hold(period.year)]
        keys = sorted({d.key for d in current})
        methodology = documents[0].methodology
        at, told = Place(methodology), {"methodology": methodology, "period": period}
        if len(keys) > 1:
            raise stop("edition-several", at, **told, editions=", ".join(keys))
        if not current:
            known = sorted({f"{d.key} ({years[d]})" for d in documents})
            raise stop("edition-not-in-force", at, **told, known=", ".join(known))
        return current

    def _sole_vocabulary(self, name: str) -> None:
        same = [d for d in self.documents("vocabulary") if d.name == name]
        if len(same) > 1:
            raise twice(*same[:2])

    def vocabularies_of(self, methodology: str) -> list[Vocabulary]:
        """The vocabularies that the editions of a methodology name, each once."""
        trees = (self.tree(document)[0] for document in self._named(methodology))
        names = {text_of(tree.get("vocabulary")) for tree in trees if isinstance(tree, Mapping)}
        return [self.vocabularies[name] for name in sorted(names) if name in self.vocabularies]

    @cached_property
    def unruled(self) -> tuple[str, ...]:
        """The names of evidence that no edition is held for: kept and checked, scored by nothing."""
        ruled = {document.methodology for document in self.documents("edition")}
        ruled |= {own for name in ruled for each in self.vocabularies_of(name) for own in each.names}
        return tuple(sorted({document.name for document in self.documents("evidence")} - ruled))

    def held(self, name: str) -> Held:
        """What evidence of a name says, in numbers; what is wrong with it is not told here."""
        vocabulary = self.vocabularies.get(name)
        if vocabulary is None:
            return Held(name)
        evidence = Evidence()
        with suppress(ParcoreError):  # what cannot be read at all is told where it is read
            evidence = self._evidence(name, vocabulary, (), Defaults(), Findings())
        return Held(name, vocabulary.title, len({each.field for each in evidence}), len(evidence))

    def evidence(
        self, methodology: str, vocabulary: Vocabulary, files: Iterable[Path], defaults: Defaults
    ) -> Evidence:
        """Evidence from files and folders, or, where none are given, what the packages hold for it.

        Raises:
            ParcoreError: anything in it is refused; with all of its findings.
        """
        findings = Findings()
        evidence = self._evidence(methodology, vocabulary, files, defaults, findings)
        evidence = derive(evidence, vocabulary, findings)
        check_invariants(evidence, vocabulary, findings)
        # An error elsewhere may be the cause of one here; alone, it stops nobody.
        findings.extend(self.findings.errors if findings.errors else self._errors_under(evidence, vocabulary))
        findings.raise_errors()
        self.findings.extend(findings)
        return evidence

    def periods(self, methodology: str, files: Iterable[Path], defaults: Defaults) -> list[Period]:
        """The periods that evidence speaks of under any vocabulary of a methodology, in order."""
        files, spoken = tuple(files), set[Period]()
        for vocabulary in self.vocabularies_of(methodology):
            evidence = self._evidence(methodology, vocabulary, files, defaults, Findings())
            spoken.update(evidence.periods())
        return sorted(spoken, key=lambda each: each.order)

    def _evidence(
        self,
        methodology: str,
        vocabulary: Vocabulary,
        files: Iterable[Path],
        defaults: Defaults,
        findings: Findings,
    ) -> Evidence:
        reader, names = self.reader(methodology, vocabulary, findings), (methodology, *vocabulary.names)
        given = [source for path in files for source in evidence_at(path)]
        held = [(d.path, d.shown) for d in self.documents("evidence") if d.name in names]
        for path, name in given or held:
            if path.suffix.lower() not in (".yaml", ".yml"):
                reader.read(path, defaults, name)
                continue
            tree = read_yaml(path, findings, name)
            headed = text_of(tree.get("evidence")) if isinstance(tree, Mapping) else ""
            if headed and headed not in names:
                place = tree.place_of("evidence") if isinstance(tree, Mapping) else tree.place
                findings.add("evidence-other", place, name=headed[:60], methodology=methodology)
            else:
                reader.document(tree, path, defaults)
        return reader.evidence()

    def _errors_under(self, evidence: Evidence, vocabulary: Vocabulary) -> list[Diagnostic]:
        """The errors of the documents that evidence stands on: of its units, and of its vocabulary."""
        spoken = {id_ for period in evidence.periods() for id_ in evidence.units(period)}
        names = {unit.place.file for unit in self.units.units.values() if unit.id in spoken}
        for name in vocabulary.names:
            same = (each.shown for each in self.documents("vocabulary") if each.name == name)
            names.update(islice(same, 1))  # of two with one name the first stands
        return [each for each in self.findings.errors if each.place.file in names]

    def observations(self, methodology: str) -> list[Observation]:
        """The figures that others printed about a methodology; what cannot be read of them is told."""
        found: list[Observation] = []
        for each in self.documents("observations"):
            if each.name == methodology:
                try:
                    found += read_observations(each.path, self.units, self.findings, each.shown)
                except ParcoreError as error:
                    self.findings.extend(error.diagnostics)
        return found


def added_measures(findings: Findings) -> MoreMeasures:
    """Gives the measures that plugins add, loading plugins when first asked; what failed is told."""

    def added() -> MappingOf[str, MeasureReader]:
        from parcore import plugins

        loaded = plugins.load()
        findings.extend(loaded.failures)
        return loaded.measures

    return added


def search_paths(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """The folders given, then those of `PARCORE_PATH`."""
    named = os.environ.get("PARCORE_PATH", "")
    return tuple(Path(each) for each in (*paths, *filter(None, named.split(os.pathsep))))
