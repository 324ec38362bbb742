"""Units and evidence as a bundle holds them: plain data, in one order, and back.

In: units and evidence as they were read. Out: `units.json` and `evidence.json`; and from these the
same units and evidence again, refused where the vocabulary would not admit them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from pathlib import PurePath
from typing import Any, Final, TypeVar

from parcore.audit.bundle import (
    EVIDENCE_FILE,
    UNITS_FILE,
    Files,
    Refused,
    canonical,
    listed,
    refuse,
    shaped,
    take,
    text,
    version,
)
from parcore.diagnostics import Findings, ParcoreError, Place
from parcore.documents.reading import text_of
from parcore.evidence.evidence import Cell, Datum, Evidence, Method, Record, RecordList, Stage
from parcore.evidence.invariants import check_invariants
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.units import Unit, UnitBook
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary, given_field
from parcore.i18n import Text
from parcore.intervals import Interval
from parcore.numbers import exact_text, parse_exact
from parcore.rules.derivations import derive
from parcore.sources import Basis, Source
from parcore.values import EVIDENCE_STATES, State, Value

UNITS, EVIDENCE = "parcore-units-1", "parcore-evidence-1"
MAX_NUMBER: Final = 2_000
"""Longest text of a number in evidence; the rounded score of another index has fewer than 20 characters."""

_STATES: Final = {state.word: state for state in State if state is not State.OK}
_UNIT: Final = ("id", "kind", "name", "group", "region", "code", "aliases", "since", "until")
_DATUM: Final = (
    "unit", "period", "field", "stage", "value", "bound", "text", "method", "source", "note", "place",
)  # fmt: skip
_LIST: Final = ("unit", "period", "kind", "stage", "method", "source", "place", "records")
_SOURCE: Final = ("basis", "title", "clause", "url", "quote", "note")
T = TypeVar("T")


def value_text(value: Value) -> str:
    """A value as one text: its number without loss, or the word of its state."""
    return exact_text(value.number) if value.state is State.OK else value.state.word


def read_value(data: Any) -> Value:
    """The value of such a text.

    Raises:
        ValueError: it is none.
    """
    if len(text(data)) > MAX_NUMBER:
        raise ValueError(f"{data[:20]}…: too long")
    state = _STATES.get(data)
    return Value(State.OK, parse_exact(data)) if state is None else Value(state)


def units_json(units: Iterable[Unit], regions: dict[str, Text]) -> bytes:
    """The units, in their order, and the regions that they are in."""
    units = tuple(units)
    named = {each.region for each in units}
    rows = [
        {
            "id": each.id,
            "kind": each.kind,
            "name": _both(each.name),
            "group": each.group,
            "region": each.region,
            "code": each.code,
            "aliases": list(each.aliases),
            "since": None if each.since is None else each.since.isoformat(),
            "until": None if each.until is None else each.until.isoformat(),
        }
        for each in units
    ]
    kept = {region: _both(title) for region, title in regions.items() if region in named}
    return canonical({"format": UNITS, "units": rows, "regions": kept})


def read_units(files: Files) -> UnitBook:
    """The units of a bundle.

    Raises:
        Refused: no such file, or not in its one form.
    """
    data = version(files, UNITS_FILE, UNITS)

    def read() -> UnitBook:
        _, rows, regions = take(data, "format", "units", "regions")
        named = {text(region): _text(title) for region, title in dict(regions).items()}
        return UnitBook([_unit(each) for each in listed(rows)], named)

    book = shaped(UNITS_FILE, read)
    _same(files, UNITS_FILE, units_json(book.units.values(), book.regions))
    return book


def _unit(data: object) -> Unit:
    id_, kind, name, group, region, code, aliases, since, until = take(data, *_UNIT)
    return Unit(
        id=text(id_),
        kind=text(kind),
        name=_text(name),
        group=text(group),
        region=text(region),
        code=text(code),
        aliases=tuple(text(each) for each in listed(aliases)),
        since=None if since is None else date.fromisoformat(text(since)),
        until=None if until is None else date.fromisoformat(text(until)),
        place=Place(UNITS_FILE),
    )


def evidence_json(evidence: Evidence) -> bytes:
    """Every statement and every list of records, by unit, period, field or kind, and stage."""
    data = sorted(evidence, key=lambda each: (each.unit, str(each.period), each.field, each.stage.order))
    lists = sorted(
        evidence.lists(), key=lambda each: (each.unit, str(each.period), each.kind, each.stage.order)
    )
    return canonical(
        {
            "format": EVIDENCE,
            "statements": [_stated(each) for each in data],
            "lists": [_handed_in(each) for each in lists],
        }
    )


def _stated(datum: Datum) -> dict[str, Any]:
    return {
        "unit": datum.unit,
        "period": str(datum.period),
        "field": datum.field,
        "stage": datum.stage.value,
        "value": value_text(datum.value),
        "bound": None if datum.bound is None else interval_json(datum.bound),
        "text": datum.text,
        "method": None if datum.method is None else datum.method.value,
        "source": _source_json(datum.source),
        "note": datum.note,
        "place": _place_json(datum.place),
    }


def _handed_in(given: RecordList) -> dict[str, Any]:
    return {
        "unit": given.unit,
        "period": str(given.period),
        "kind": given.kind,
        "stage": given.stage.value,
        "method": None if given.method is None else given.method.value,
        "source": _source_json(given.source),
        "place": _place_json(given.place),
        "records": [
            {
                "id": each.id,
                "cells": {
                    name: {"value": value_text(cell.value), "text": cell.text}
                    for name, cell in each.cells.items()
                },
                "place": _place_json(each.place),
            }
            for each in given.records
        ],
    }


def read_evidence(files: Files, vocabulary: Vocabulary) -> Evidence:
    """The evidence of a bundle, as the vocabulary admits it; what follows from records must follow.

    Raises:
        Refused: no such file, not in its one form, or against the vocabulary.
    """
    findings = Findings()
    evidence = derive(_decoded(files, vocabulary), vocabulary, findings)
    check_invariants(evidence, vocabulary, findings)
    try:
        findings.raise_errors()
    except ParcoreError as error:
        raise Refused(error.diagnostics) from error
    _same(files, EVIDENCE_FILE, evidence_json(evidence))
    return evidence


def evidence_in_order(evidence: Evidence, vocabulary: Vocabulary) -> bytes:
    """Evidence as a bundle has it: what follows from lists of records does so from them as sealed.

    Raises:
        ParcoreError: it is not what the vocabulary admits.
    """
    kinds = {each.name: each.derive for each in vocabulary.fields.values() if each.derive is not None}
    lists = {(each.unit, each.period, each.kind, each.stage) for each in evidence.lists()}

    def follows(datum: Datum) -> bool:
        tree = kinds.get(datum.field)
        named = "" if tree is None else text_of(tree["count" if "count" in tree else "of"])
        return (datum.unit, datum.period, named, datum.stage) in lists

    stated = Evidence((each for each in evidence if not follows(each)), evidence.lists())
    findings = Findings()
    again = derive(_decoded({EVIDENCE_FILE: evidence_json(stated)}, vocabulary), vocabulary, findings)
    findings.raise_errors()
    return evidence_json(again)


def _decoded(files: Files, vocabulary: Vocabulary) -> Evidence:
    data = version(files, EVIDENCE_FILE, EVIDENCE)

    def read() -> Evidence:
        _, statements, lists = take(data, "format", "statements", "lists")
        rollups = {each.name: each.rollup for each in vocabulary.fields.values() if each.rollup is not None}
        return Evidence(
            _each(statements, "statements", lambda row: _datum(row, vocabulary)),
            _each(lists, "lists", lambda row: _list(row, vocabulary)),
            rollups,
        )

    return shaped(EVIDENCE_FILE, read)


def _each(rows: object, name: str, read: Callable[[object], T]) -> list[T]:
    """What each row gives; of one that gives nothing its number, from 1, is told."""
    found: list[T] = []
    for at, row in enumerate(listed(rows), 1):
        try:
            found.append(read(row))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
            raise ValueError(f"{name} {at}: {error}") from error
    return found


def _datum(data: object, vocabulary: Vocabulary) -> Datum:
    unit, period, name, stage, value, bound, said, method, source, note, place = take(data, *_DATUM)
    spec = vocabulary.fields.get(text(name)) or given_field(name)
    return Datum(
        unit=text(unit),
        period=_period(period),
        field=name,
        value=_admitted(read_value(value), text(said), spec, name),
        bound=None if bound is None else _bound(bound, value, spec),
        text=text(said),
        stage=Stage(stage),
        method=None if method is None else Method(method),
        source=_source(source),
        note=text(note),
        place=_place(place),
    )


def _list(data: object, vocabulary: Vocabulary) -> RecordList:
    unit, period, kind, stage, method, source, place, records = take(data, *_LIST)
    own = vocabulary.records[text(kind)]
    return RecordList(
        unit=text(unit),
        period=_period(period),
        kind=kind,
        records=tuple(_each(records, "records", lambda row: _record(row, own))),
        stage=Stage(stage),
        method=None if method is None else Method(method),
        source=_source(source),
        place=_place(place),
    )


def _record(data: object, kind: Vocabulary) -> Record:
    id_, cells, place = take(data, "id", "cells", "place")
    read: dict[str, Cell] = {}
    for name, cell in dict(cells).items():
        value, said = take(cell, "value", "text")
        read[name] = Cell(_admitted(read_value(value), text(said), kind.fields.get(name), name), said)
    return Record(text(id_), read, _place(place))


def _admitted(value: Value, said: str, spec: FieldSpec | None, name: str) -> Value:
    """A value that its field can have.

    Raises:
        ValueError: no such field, or not its value.
    """
    if spec is None:
        raise ValueError(f"{name}: no field of the vocabulary")
    if value.state is not State.OK:
        if value.state not in EVIDENCE_STATES:
            raise ValueError(f"{name}: {value.state.word}")
        return value
    fine = value.number in spec.range
    if spec.kind is FieldKind.CHOICE and spec.options:
        fine = said in spec.options and value.number == spec.options.index(said)
    elif spec.kind is FieldKind.CHOICE:
        fine = value.number == 0
    elif spec.kind is FieldKind.DATE:
        fine = value.number == Fraction(int(value.number)) and bool(date.fromordinal(int(value.number)))
    if not fine:
        raise ValueError(f"{name}: {value_text(value)[:20]}")
    return value


def interval_json(interval: Interval) -> dict[str, Any]:
    """An interval: its ends, null where it has none, and whether they belong to it."""
    return {
        "low": None if interval.low is None else exact_text(interval.low),
        "low_in": interval.low_in,
        "high": None if interval.high is None else exact_text(interval.high),
        "high_in": interval.high_in,
    }


def _bound(data: object, value: object, spec: FieldSpec | None) -> Interval:
    """What is stated of a number that is not stated itself.

    Raises:
        ValueError: no interval, or beside a number or a field that is none.
    """
    low, low_in, high, high_in = take(data, "low", "low_in", "high", "high_in")
    numeric = spec is not None and spec.kind in (FieldKind.COUNT, FieldKind.NUMBER)
    if value != State.MISSING.word or not numeric or {type(low_in), type(high_in)} != {bool}:
        raise ValueError("bound")
    ends = [None if each is None else read_value(each).number for each in (low, high)]
    return Interval(ends[0], low_in, ends[1], high_in)


def _period(data: object) -> Period:
    period = parse_period(text(data))
    if period is None:
        raise ValueError(f"{data}: no period")
    return period


def _both(title: Text) -> dict[str, str]:
    return {"vi": title.vi, "en": title.en}


def _text(data: object) -> Text:
    vi, en = take(data, "vi", "en")
    return Text(text(vi), text(en))


def _source_json(source: Source | None) -> dict[str, Any] | None:
    if source is None:
        return None
    return {
        "basis": source.basis.value,
        "title": source.title,
        "clause": source.clause,
        "url": source.url,
        "quote": _both(source.quote),
        "note": _both(source.note),
    }


def _source(data: object) -> Source | None:
    if data is None:
        return None
    basis, title, clause, url, quote, note = take(data, *_SOURCE)
    return Source(Basis(basis), text(title), text(clause), text(url), _text(quote), _text(note))


def _place_json(place: Place) -> dict[str, Any]:
    """A place without the folders of the machine on which it was read."""
    return {"file": PurePath(place.file).name, "line": place.line, "column": place.column}


def _place(data: object) -> Place:
    file, line, column = take(data, "file", "line", "column")
    if not all(type(each) is int and each >= 0 for each in (line, column)):
        raise ValueError("place")
    return Place(text(file), line, column)


def _same(files: Files, path: str, again: bytes) -> None:
    """Refuse a file whose data are not in their one order, or stand twice.

    Raises:
        Refused: so it is.
    """
    if again != files[path]:
        raise refuse("bundle-shape", path, problem="not in its one order and form")
