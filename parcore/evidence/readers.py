"""Evidence and observations from YAML and CSV.

A document (YAML) states the methodology, the period, stage, number format and source that hold for
it, lists values by unit, and names tables (CSV) beside it. A table may also be read alone. A table
is tidy (a column `field`, one statement a row) or wide (a column for each field).
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from pathlib import Path

from attrs import evolve, field, frozen

from parcore.diagnostics import Findings, ParcoreError
from parcore.documents.reading import (
    both_languages,
    choice_of,
    report_number,
    source_of,
    text_of,
)
from parcore.documents.schema import check_shape, report_unknown
from parcore.documents.table import Table, read_table
from parcore.documents.tree import Listing, Mapping, Scalar, Tree
from parcore.documents.yaml import read_yaml
from parcore.evidence.cells import read_value, stated
from parcore.evidence.evidence import Datum, Evidence, Method, Observation, Stage
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import POINTS, FieldKind, FieldSpec, Vocabulary
from parcore.numbers import NumberError, NumberFormat, parse_number
from parcore.sources import Basis, Source
from parcore.values import EVIDENCE_STATES, State, Value

TIDY = ("unit", "period", "field", "stage", "method", "value", "state", "source", "basis", "note")
WIDE = ("unit", "period", "stage")
OBSERVED = ("about", "period", "quantity", "value", "basis", "source", "note")


@frozen
class Defaults:
    """What holds for every statement of a source unless the statement says otherwise."""

    period: Period | None = None
    stage: Stage = Stage.FINAL
    method: Method | None = None
    numbers: NumberFormat = NumberFormat.UNDECLARED
    columns: MappingOf[str, NumberFormat] = field(factory=dict)
    source: Source | None = None


class EvidenceReader:
    """Reads sources into statements, reporting what is wrong; `evidence` gives what was read."""

    def __init__(self, vocabulary: Vocabulary, units: UnitBook, findings: Findings) -> None:
        self._vocabulary = vocabulary
        self._units = units
        self._findings = findings
        self._data: dict[tuple[str, Period, str, Stage], Datum] = {}

    def evidence(self) -> Evidence:
        """What was read so far."""
        return Evidence(self._data.values())

    def read(self, path: Path, defaults: Defaults, name: str | None = None) -> None:
        """Read a YAML document or a CSV table.

        Raises:
            ParcoreError: the file cannot be read at all; what is wrong inside goes to the findings.
        """
        if path.suffix.lower() in (".yaml", ".yml"):
            self.document(read_yaml(path, self._findings, name), path, defaults)
        else:
            self.table(read_table(path, self._findings, name), defaults)

    def document(self, tree: Tree, path: Path, defaults: Defaults) -> None:
        """Read an evidence document and the tables it names."""
        if not check_shape(tree, "evidence", self._findings) or not isinstance(tree, Mapping):
            return
        defaults = self._defaults(tree, defaults)
        units = tree.get("units")
        if isinstance(units, Mapping) and defaults.period is not None:
            for name, fields in units.entries.items():
                self._unit(Scalar(units.place_of(name), name), fields, defaults, defaults.period)
        elif isinstance(units, Mapping) and "period" not in tree:
            self._findings.add("period-missing", tree.place_of("units"))
        tables = tree.get("tables")
        for each in tables.items if isinstance(tables, Listing) else ():
            options = each if isinstance(each, Mapping) else Mapping(each.place, {"file": each})
            table = table_beside(path, options["file"], self._findings)
            if table is not None:
                self._check_columns(options, table)
                self.table(table, self._defaults(options, defaults))

    def _check_columns(self, options: Mapping, table: Table) -> None:
        columns = options.get("columns")
        if not isinstance(columns, Mapping):
            return
        for name in columns.entries:
            if name not in table.columns:
                has = ", ".join(table.columns[:12])
                self._findings.add("column-missing", columns.place_of(name), column=name[:60], has=has)

    def _defaults(self, tree: Mapping, outer: Defaults) -> Defaults:
        found = self._findings
        period = tree.get("period")
        columns = tree.get("columns")
        numbers = choice_of(tree.get("numbers"), NumberFormat, found)
        return Defaults(
            period=outer.period if period is None else self._period(period) or outer.period,
            stage=choice_of(tree.get("stage"), Stage, found) or outer.stage,
            method=choice_of(tree.get("method"), Method, found) or outer.method,
            numbers=outer.numbers if numbers is None else numbers,
            columns={
                name: choice_of(value, NumberFormat, found) or outer.numbers
                for name, value in (columns.entries if isinstance(columns, Mapping) else {}).items()
            },
            source=source_of(tree.get("source"), found) or outer.source,
        )

    def _period(self, tree: Tree) -> Period | None:
        period = parse_period(text_of(tree))
        if period is None:
            self._findings.add("not-a-period", tree.place, value=text_of(tree)[:40])
        return period

    def _unit(self, name: Scalar, fields: Tree, defaults: Defaults, period: Period) -> None:
        unit = self._units.look_up(name.text, period.end, name.place, self._findings)
        if unit is None or not isinstance(fields, Mapping):
            return
        for field_name, given in fields.entries.items():
            at = Scalar(fields.place_of(field_name), field_name)
            row, own = {"value": given} if isinstance(given, Scalar) else {}, defaults
            if isinstance(given, Mapping):
                row = {k: v for k, v in given.entries.items() if isinstance(v, Scalar)}
                source = source_of(given.get("source"), self._findings) or defaults.source
                own = evolve(defaults, source=source)
            self._statement(unit.id, period, at, row, own)

    def table(self, table: Table, defaults: Defaults) -> None:
        """Read a tidy or wide table."""
        tidy = "field" in table.columns
        given = "state" in table.columns or not tidy
        if missing := [each for each in ("unit", *([] if given else ["value"])) if each not in table.columns]:
            place, has = table.header[0].place, ", ".join(table.columns[:12])
            self._findings.add("column-missing", place, column=", ".join(missing), has=has)
            return
        if "period" not in table.columns and defaults.period is None:
            self._findings.add("period-missing", table.header[0].place)
            return
        fields: dict[str, Defaults] = {}
        for cell in (each for each in table.header if each.text):
            if tidy and cell.text not in TIDY:
                report_unknown(cell.text, list(TIDY), cell.place, self._findings, "unknown-column")
            elif not tidy and cell.text not in (*WIDE, *fields) and self._spec(cell) is not None:
                numbers = defaults.columns.get(cell.text, defaults.numbers)
                fields[cell.text] = evolve(defaults, numbers=numbers)
        for row in table.rows:
            self._row(row, fields, defaults, tidy=tidy)

    def _row(
        self, row: dict[str, Scalar], fields: dict[str, Defaults], defaults: Defaults, *, tidy: bool
    ) -> None:
        named = row.get("period")
        period = self._period(named) if named is not None and named.text else defaults.period
        if period is None:
            if named is None or not named.text:
                self._findings.add("period-missing", (named or row["unit"]).place)
            return
        unit = self._units.look_up(row["unit"].text, period.end, row["unit"].place, self._findings)
        if unit is None:
            return
        if tidy:
            given = {key: cell for key, cell in row.items() if cell.text}
            self._statement(unit.id, period, row["field"], given, defaults)
            return
        stage = {"stage": row["stage"]} if "stage" in row and row["stage"].text else {}
        for name, own in fields.items():
            cell = row[name]
            if cell.text:
                self._statement(unit.id, period, Scalar(cell.place, name), {"value": cell, **stage}, own)

    def _statement(
        self, unit: str, period: Period, name: Scalar, row: MappingOf[str, Scalar], defaults: Defaults
    ) -> None:
        spec = self._spec(name)
        if spec is None:
            return
        numbers = defaults.columns.get("value", defaults.numbers)
        value = read_value(name, row.get("value"), row.get("state"), spec, numbers, self._findings)
        if value is None:
            return
        stage = choice_of(row.get("stage"), Stage, self._findings) if "stage" in row else defaults.stage
        if stage is None:
            return
        datum = Datum(
            unit=unit,
            period=period,
            field=name.text,
            value=value,
            text=stated(spec, value, text_of(row.get("value"))),
            stage=stage,
            method=choice_of(row.get("method"), Method, self._findings) or defaults.method,
            source=self._source(row, defaults),
            note=text_of(row.get("note")),
            place=name.place,
        )
        key = (unit, period, name.text, stage)
        first = self._data.setdefault(key, datum)
        if first is not datum:
            self._findings.add(
                "evidence-twice", name.place, unit=unit, field=name.text, period=period,
                stage=stage.value, first=first.place, one=_said(first), two=_said(datum),
            )  # fmt: skip

    def _source(self, row: MappingOf[str, Scalar], defaults: Defaults) -> Source | None:
        title = text_of(row.get("source"))
        basis = choice_of(row.get("basis"), Basis, self._findings)
        if not title and basis is None:
            return defaults.source
        held = defaults.source or Source(Basis.REPORTED)
        return evolve(held, title=title or held.title, basis=basis or held.basis)

    def _spec(self, name: Scalar) -> FieldSpec | None:
        if name.text.startswith(POINTS):
            return FieldSpec(name.text, FieldKind.NUMBER, states=frozenset(EVIDENCE_STATES))
        spec = self._vocabulary.fields.get(name.text)
        if spec is None:
            known = list(self._vocabulary.fields)
            report_unknown(name.text, known, name.place, self._findings, "unknown-field")
        return spec


def _said(datum: Datum) -> str:
    """What a statement says, as messages quote it: its text, or its state where it has none."""
    return datum.text[:60] or datum.value.state.word


def table_beside(document: Path, named: Tree, findings: Findings) -> Table | None:
    """The table that a document names; None where it cannot be read, which is reported."""
    try:
        return read_table(document.parent / text_of(named), findings)
    except ParcoreError as error:
        if any(each.code == "file-not-found" for each in error.diagnostics):
            findings.add("table-not-found", named.place, file=text_of(named)[:60])
        else:
            findings.extend(error.diagnostics)
        return None


def check_invariants(evidence: Evidence, vocabulary: Vocabulary, findings: Findings) -> None:
    """Report every unit, period and stage at which what must hold between fields does not."""
    groups: dict[tuple[str, Period], set[Stage]] = {}
    for datum in evidence:
        groups.setdefault((datum.unit, datum.period), set()).add(datum.stage)
    for (unit, period), stages in groups.items():
        for invariant in vocabulary.invariants:
            for stage in sorted(stages, key=lambda s: s.order):
                found = {n: evidence.at(unit, period, n, stage) for n in invariant.names}
                data = {n: d for n, d in found.items() if d is not None and d.value.state is State.OK}
                if len(data) < len(found) or invariant.holds({n: d.value.number for n, d in data.items()}):
                    continue
                shown = ", ".join(f"{n} = {d.text}" for n, d in data.items())
                # What the command line gave (it has no line) is to be mended first.
                last = max(data.values(), key=lambda d: (not d.place.line, d.place))
                findings.add("invariant-broken", last.place, unit=unit, rule=invariant.rule, values=shown)
                break


def read_observations(
    path: Path, units: UnitBook, findings: Findings, name: str | None = None
) -> list[Observation]:
    """The observations of a document and the tables it names.

    Raises:
        ParcoreError: the document cannot be read at all.
    """
    tree = read_yaml(path, findings, name)
    if not check_shape(tree, "observations", findings) or not isinstance(tree, Mapping):
        return []
    numbers = choice_of(tree.get("numbers"), NumberFormat, findings) or NumberFormat.UNDECLARED
    found: list[Observation] = []
    tables = tree["tables"]
    for each in tables.items if isinstance(tables, Listing) else ():
        table = table_beside(path, each, findings)
        if table is None:
            continue
        if missing := [column for column in OBSERVED if column not in table.columns]:
            place = table.header[0].place
            has = ", ".join(table.columns[:12])
            findings.add("column-missing", place, column=", ".join(missing), has=has)
            continue
        for row in table.rows:
            observation = _observation(text_of(tree["observations"]), row, numbers, units, findings)
            if observation is not None:
                found.append(observation)
    return found


def _observation(
    methodology: str, row: dict[str, Scalar], numbers: NumberFormat, units: UnitBook, findings: Findings
) -> Observation | None:
    period = parse_period(row["period"].text)
    if period is None:
        findings.add("not-a-period", row["period"].place, value=row["period"].text[:40])
        return None
    about = row["about"].text
    if about != "all" and ":" not in about:
        unit = units.look_up(about, period.end, row["about"].place, findings)
        if unit is None:
            return None
        about = unit.id
    basis = choice_of(row["basis"], Basis, findings)
    try:
        number = parse_number(row["value"].text, numbers)
    except NumberError as error:
        report_number(error, row["value"], findings)
        return None
    if basis is None:
        return None
    return Observation(
        methodology, about, period, row["quantity"].text, row["value"].text, Value(State.OK, number),
        Source(basis, title=row["source"].text), both_languages(row["note"]), row["about"].place,
    )  # fmt: skip
