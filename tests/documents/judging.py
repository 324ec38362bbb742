"""What became of a changed document: refused with findings at their places, or accepted for what it says."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import field, frozen

from parcore.audit.document import read_claims_tree
from parcore.checking import check, documents_at, vocabulary_of
from parcore.diagnostics import Diagnostic, Findings, ParcoreError
from parcore.documents.table import parse_table
from parcore.documents.text import decode
from parcore.documents.tree import Tree
from parcore.documents.yaml import parse_yaml
from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Datum, Evidence
from parcore.evidence.invariants import check_invariants
from parcore.evidence.layouts import read_layout
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.readers import WORDED, EvidenceReader, read_observations
from parcore.evidence.sections import Defaults
from parcore.evidence.units import read_units
from parcore.evidence.vocabulary import FieldSpec, Vocabulary, given_field, read_vocabulary
from parcore.numbers import NumberFormat
from parcore.packages import Document
from parcore.registry import Registry
from parcore.results.output import read_earlier, to_dict
from parcore.results.scoring import score
from parcore.rules.derivations import derive
from tests.documents.second import (
    Said,
    Wrong,
    decimal,
    number,
    plain,
    printed,
    rows_of,
    statements,
    text_of,
    tree,
    value,
)
from tests.documents.second import of_table as statements_of_table

NO_LINE = frozenset(
    ("document-empty", "document-kind", "encoding-utf16", "vocabulary-unclear", "unknown-vocabulary",
     "not-checked", "result-saved", "result-no-evidence", "result-file", "file-oversize")
)  # fmt: skip
"""Codes that speak of a whole file."""


@frozen
class Verdict:
    """What became of a case: the kind of document, and which claims were tried on what was accepted."""

    kind: str
    accepted: bool
    codes: tuple[str, ...]
    held: tuple[str, ...] = ()


@frozen(eq=False)
class Ground:
    """A folder with the files of a case, and what stands in it before any change."""

    folder: Path
    _texts: dict[str, str] = field(factory=dict)

    @staticmethod
    def laid_out(folder: Path, files: dict[str, bytes]) -> Ground:
        """The ground of some files, written into a folder."""
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return Ground(folder)

    def registry(self) -> Registry:
        """All that stands in the folder, read anew."""
        return Registry((self.folder,))

    @cached_property
    def editions(self) -> tuple[Edition, ...]:
        """The editions as they were before any change (first asked for while a case is judged)."""
        registry, found = self.registry(), list[Edition]()
        for each in registry.edition_documents():
            with suppress(ParcoreError):
                found.append(registry.load(each))
        return tuple(found)


_PLACE = re.compile(r"Place\(file='[^']*', line=\d+, column=\d+\)|quoted=(True|False)")


def judge(ground: Ground, path: Path, before: bytes) -> Verdict:
    """What became of a file after a change.

    Raises:
        Wrong: it is refused at no place, or accepted for what it does not say.
    """
    shown = _documents(ground, path)
    if shown is None:
        return Verdict("unread", False, ())
    documents, refused = shown
    if path.suffix == ".json":
        with suppress(ParcoreError):
            read_earlier(path)
    registry = ground.registry()
    found = refused or tuple(check(registry, documents, Defaults()).findings)
    lines = {each.name: _lines(each) for each in {path, *(each.path for each in documents)}}
    for each in found:
        _placed(each, lines)
    kind = documents[0].kind if documents else "none"
    codes = tuple({each.code for each in found})
    if not documents or any(each.severity.value == "error" for each in found):
        return Verdict(kind, False, codes)
    held: tuple[str, ...] = ()
    for document in documents:
        if document.kind == "evidence":
            held += _evidence(ground, registry, document)
        elif document.kind == "observations":
            held += _observed(registry, document)
        elif document.path == path:
            held += _whole(registry, document, before)
    return Verdict(kind, True, codes, held)


def _documents(ground: Ground, path: Path) -> tuple[list[Document], tuple[Diagnostic, ...]] | None:
    """The document that a file is, or of a table or saved result those that name it."""
    try:
        if path.suffix == ".yaml":
            return documents_at(path), ()
        beside = [each for each in documents_at(ground.folder) if path.parent == each.path.parent]
        naming = [each for each in beside if path.name in each.path.read_text("utf-8", "replace")]
        naming = [each for each in naming if each.kind in ("evidence", "observations")]
        return naming or documents_at(path), ()
    except ParcoreError as error:
        return [], error.diagnostics


def _lines(path: Path) -> int:
    text = path.read_bytes().decode("utf-8-sig", "replace")
    return 1 + sum(text.count(each) for each in "\n\r\x85\u2028\u2029")


def _placed(found: Diagnostic, lines: dict[str, int]) -> None:
    """Every finding has sentences, and a line that the file has."""
    if not (found.message("vi") and found.message("en") and found.fix("vi") and found.fix("en")):
        raise Wrong(f"no sentence: {found}")
    name = Path(found.place.file).name
    if found.place.line > lines.get(name, found.place.line):
        raise Wrong(f"no such line: {found.render('en')}")
    if name in lines and not found.place.line and found.code not in NO_LINE:
        raise Wrong(f"no line: {found.render('en')}")


def _text(path: Path) -> str:
    return decode(path.read_bytes(), path.name)


# Editions, vocabularies, units, layouts, claims: printed and read again they are the same


def _whole(registry: Registry, document: Document, before: bytes) -> tuple[str, ...]:
    text = _text(document.path)
    data = tree(text)
    read = _read(registry, document.kind, text)
    if read != _read(registry, document.kind, printed(data)):
        raise Wrong("printed and read again it is another")
    first = _read(registry, document.kind, before.decode("utf-8-sig"))
    if _numbers(plain(tree(before.decode("utf-8-sig"))), plain(data)) and read == first:
        raise Wrong("a number is another, and what was read is the same")
    if document.kind == "edition":
        edition = registry.load(document)
        for group in edition.groups or ("",):
            compile_edition(edition, group)
    return ("read again",)


def _read(registry: Registry, kind: str, text: str) -> str:
    """What the engine makes of a text, but for the places."""
    findings = Findings()
    held: Tree = parse_yaml(text, "again", findings)
    match kind:
        case "edition":
            read: Any = registry.edition_of(held, findings)
        case "vocabulary":
            read = read_vocabulary(held, findings)
        case "units":
            read = read_units(held, findings)
        case "layout":
            read = read_layout(held, findings)
        case "claims":
            read = read_claims_tree(held, findings)
        case _:
            return ""
    if kind != "claims":
        findings.raise_errors()
    return _PLACE.sub("", repr(read))


def _numbers(one: Any, two: Any) -> bool:
    """Whether two documents of one shape differ, and in numbers alone."""
    if isinstance(one, dict) and isinstance(two, dict) and list(one) == list(two):
        pairs = [(one[key], two[key]) for key in one]
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        pairs = list(zip(one, two, strict=True))
    else:
        return (
            not isinstance(one, str | list | dict) and not isinstance(two, str | list | dict) and one != two
        )
    unlike = [(a, b) for a, b in pairs if a != b]
    return bool(unlike) and all(_numbers(a, b) for a, b in unlike)


# Observations: every row, with the number that stands there


def _observed(registry: Registry, document: Document) -> tuple[str, ...]:
    data = tree(_text(document.path))
    numbers = text_of(data.get("numbers"), "undeclared")
    findings = Findings()
    read = [(each.quantity, each.text, each.value.known) for each in
            read_observations(document.path, registry.units, findings)]  # fmt: skip
    rows = [row for each in data["tables"] for row in rows_of(_text(document.path.parent / text_of(each)))]
    given = [(row["quantity"], row["value"]) for row in rows]
    said = [(name, text, None if name in WORDED else number(text, numbers)) for name, text in given]
    if read != said:
        raise Wrong(f"read {[a for a, b in zip(read, said, strict=False) if a != b][:3]} of {len(read)}")
    return ("observations as they stand",)


# Evidence: what was read is what stands there, and it scores as the same statements written plainly


def _evidence(ground: Ground, registry: Registry, document: Document) -> tuple[str, ...]:
    vocabulary = vocabulary_of(registry, document)
    if vocabulary is None:
        return ()
    findings = Findings()
    reader = registry.reader(document.name, vocabulary, findings)
    period = min((each.first_year for each in ground.editions), default=None)
    alone = Defaults(period=None if document.name or period is None else Period(period))
    reader.read(document.path, alone, document.shown)
    findings.raise_errors()
    evidence = reader.evidence()
    held: tuple[str, ...] = ()
    standing = None if registry.layouts else document.path  # layouts have words of their own
    said = _said(standing, "" if alone.period is None else str(alone.period))
    if said is not None:
        _as_said(registry, vocabulary, evidence, said)
        held = ("statements as they stand",)
    return held + _scores(ground, registry, document, vocabulary, evidence)


def _said(path: Path | None, period: str) -> list[Said] | None:
    """The statements to a second reader."""
    if path is None:
        return None
    if path.suffix == ".csv":
        return list(statements_of_table(_text(path), period, "final", "undeclared"))
    data = tree(_text(path))
    named = (*data.get("tables", ()), *data.get("results", ()))
    names = [text_of(each["file"] if isinstance(each, dict) else each) for each in named]
    return list(statements(data, {name: _text(path.parent / name) for name in names}))


def _as_said(registry: Registry, vocabulary: Vocabulary, evidence: Evidence, said: list[Said]) -> None:
    read = Counter(
        (each.unit, each.period, each.field, each.stage.value, each.value.state.word,
         each.value.number if each.value.state.word == "ok" else None)
        for each in evidence
    )  # fmt: skip
    wanted: Counter[Any] = Counter()
    for each in said:
        period = parse_period(each.period)
        spec = vocabulary.fields.get(each.field) or given_field(each.field)
        units = () if period is None else registry.units.find(each.unit, period.end)
        if spec is None or len(units) != 1:
            raise Wrong(f"accepted, though {each} speaks of nothing known")
        wanted[units[0].id, period, each.field, each.stage, *_value(each, spec)] += 1
    if read != wanted:
        raise Wrong(f"read {list((read - wanted).items())[:3]}, said {list((wanted - read).items())[:3]}")


def _value(said: Said, spec: FieldSpec) -> tuple[str, Any]:
    titles = {spec.options.index(id_): title for id_, title in spec.option_titles.items()}
    options = {text.casefold(): at for at, title in titles.items() for text in (title.vi, title.en) if text}
    options |= {id_: at for at, id_ in enumerate(spec.options)}
    if spec.kind.value == "choice" and not spec.options and not said.state:
        return "ok", 0
    return value(said, spec.kind.value, options)


def _scores(
    ground: Ground, registry: Registry, document: Document, vocabulary: Vocabulary, evidence: Evidence
) -> tuple[str, ...]:
    findings = Findings()
    whole = derive(evidence, vocabulary, findings)
    check_invariants(whole, vocabulary, findings)
    if findings.errors:
        raise Wrong("accepted by check, refused where it is read alone")
    again = _again(registry, vocabulary, evidence)
    held: tuple[str, ...] = ()
    for edition in ground.editions:
        if edition.vocabulary.name != vocabulary.name and edition.methodology != document.name:
            continue
        for period in whole.periods():
            if not edition.in_force(period):
                continue
            first = _scored(registry, edition, whole, period)
            if first != _scored(registry, edition, again, period):
                raise Wrong(f"the same statements written plainly give another result under {edition.key}")
            held = ("scored",)
    return held


def _again(registry: Registry, vocabulary: Vocabulary, evidence: Evidence) -> Evidence:
    """The same statements from the last to the first, written as a tidy table and read again."""
    columns = ("unit", "period", "field", "stage", "method", "value", "state", "source", "basis", "note")
    rows = [columns] + [_row(each, vocabulary) for each in [*evidence][::-1] if each.bound is None]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    findings = Findings()
    reader = EvidenceReader(vocabulary, registry.units, findings)
    reader.table(parse_table(out.getvalue(), "again.csv", findings), Defaults(numbers=NumberFormat.PLAIN))
    findings.raise_errors()
    bounds = [each for each in evidence if each.bound is not None]
    return derive(
        Evidence([*reader.evidence(), *bounds], evidence.lists(), evidence.rollups), vocabulary, findings
    )


def _row(each: Datum, vocabulary: Vocabulary) -> tuple[object, ...]:
    spec = vocabulary.fields.get(each.field) or given_field(each.field)
    value, state = each.text, ""
    if each.value.state.word != "ok":
        value, state = "", each.value.state.word
    elif spec is not None and spec.kind.value in ("count", "number"):
        value = decimal(each.value.number)
    source = ("", "") if each.source is None else (each.source.title, each.source.basis.value)
    method = "" if each.method is None else each.method.value
    return (each.unit, each.period, each.field, each.stage.value, method, value, state, *source, each.note)


def _scored(registry: Registry, edition: Edition, evidence: Evidence, period: Period) -> Any:
    try:
        found = to_dict(score(edition, evidence, registry.units, period), "vi")
    except ParcoreError as error:
        return sorted(each.code for each in error.diagnostics)
    return found | {"unused_fields": sorted(found["unused_fields"])}  # told in the order of the evidence
