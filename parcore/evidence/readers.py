"""Evidence and observations from YAML and CSV.

A document (YAML) states the methodology, the period, stage, number format and source that hold for
it, lists values by unit, and names tables (CSV) beside it. A table may also be read alone. A table
is tidy (a column `field`, one statement a row) or wide (a column for each field); a layout makes wide
ones of tables that a data set writes in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from pathlib import Path

from attrs import evolve

from parcore.diagnostics import Findings, ParcoreError, Place, stop
from parcore.documents.reading import (
    both_languages,
    choice_of,
    items_of,
    report_number,
    source_of,
    text_of,
)
from parcore.documents.schema import check_shape, report_columns, report_unknown
from parcore.documents.table import Table, read_table
from parcore.documents.tree import Listing, Mapping, Scalar, Tree
from parcore.documents.yaml import read_yaml
from parcore.evidence.bounds import read_given
from parcore.evidence.cells import stated
from parcore.evidence.evidence import Datum, Evidence, Method, Observation, Stage
from parcore.evidence.layouts import Layout, layout_of
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.records import STORED, RecordReader, TableReaders
from parcore.evidence.results import is_result_file, is_result_table, read_result
from parcore.evidence.sections import Defaults, check_formats, lacks, report_beside, table_beside
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import INDEX, QUANTITIES, FieldSpec, Vocabulary, given_field
from parcore.numbers import NumberError, NumberFormat, parse_number
from parcore.sources import Basis, Source
from parcore.values import State, Value

TIDY = ("unit", "period", "field", "stage", "method", "value", "state", "source", "basis", "note")
WIDE = ("unit", "period", "stage")
OBSERVED = ("about", "period", "quantity", "value", "basis", "source", "note")
WORDED = ("class",)
"""Observed quantities whose value is a word."""


class EvidenceReader:
    """Reads sources into statements, reporting what is wrong; `evidence` gives what was read."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        units: UnitBook,
        findings: Findings,
        layouts: Iterable[Layout] = (),
        readers: TableReaders = dict,
    ) -> None:
        self._vocabulary = vocabulary
        self._layouts = tuple(layouts)
        self._units = units
        self._findings = findings
        self._data: dict[tuple[str, Period, str, Stage], Datum] = {}
        self._twice: list[tuple[Datum, Datum]] = []
        self._records = RecordReader(vocabulary.records, units, findings, readers)

    def evidence(self) -> Evidence:
        """What was read so far."""
        fields = self._vocabulary.fields.values()
        rollups = {each.name: each.rollup for each in fields if each.rollup is not None}
        return Evidence(self._data.values(), self._records.lists(), rollups)

    def read(self, path: Path, defaults: Defaults, name: str | None = None) -> None:
        """Read a YAML document or a CSV table.

        Raises:
            ParcoreError: the file cannot be read at all; what is wrong inside goes to the findings.
        """
        if path.suffix.lower() in (".yaml", ".yml"):
            self.document(read_yaml(path, self._findings, name), path, defaults)
        elif is_result_file(path):
            raise stop("result-no-evidence", Place(name or str(path)))
        elif path.suffix.lower() in STORED:
            raise stop("evidence-stored", Place(name or str(path)), file=path.name)
        else:
            self.table(read_table(path, self._findings, name), defaults)

    def document(self, tree: Tree, path: Path, defaults: Defaults) -> None:
        """Read an evidence document and the tables it names."""
        if not check_shape(tree, "evidence", self._findings) or not isinstance(tree, Mapping):
            return
        defaults = defaults.within(tree, self._findings)
        units = tree.get("units")
        if isinstance(units, Mapping) and defaults.period is not None:
            for name, fields in units.entries.items():
                self._unit(Scalar(units.place_of(name), name), fields, defaults, defaults.period)
            self._tell_twice()
        elif isinstance(units, Mapping) and "period" not in tree:
            self._findings.add("period-missing", tree.place_of("units"))
        for each in items_of(tree.get("tables")):
            options = each if isinstance(each, Mapping) else Mapping(each.place, {"file": each})
            table = table_beside(path, options["file"], self._findings)
            if table is not None:
                check_formats(options, table, self._findings)
                self.table(table, defaults.within(options, self._findings))
        for each in items_of(tree.get("records")):
            if isinstance(each, Mapping):
                self._records.section(each, path, defaults.within(each, self._findings))
        for each in items_of(tree.get("results")):
            if isinstance(each, Mapping):
                self._result(each, path, defaults)
        self._tell_twice()

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
        """Read a tidy or wide table, or one in a layout; a saved result is none of them."""
        if is_result_table(table.columns):
            self._findings.add("result-no-evidence", Place(table.name))
            return
        layout = layout_of(table, self._layouts)
        if layout is not None:
            table, defaults = layout.plain(table, self._findings), layout.defaults(defaults)
        tidy = "field" in table.columns
        given = "state" in table.columns or not tidy
        if lacks(table, ["unit", *([] if given else ["value"])], self._findings):
            return
        if "period" not in table.columns and defaults.period is None:
            self._findings.add("period-missing", table.header[0].place)
            return
        fields = {} if tidy else self._fields(table, defaults)
        if tidy:
            unknown = [each for each in table.header if each.text and each.text not in TIDY]
            report_columns(unknown, list(TIDY), self._findings, "unknown-column")
        for row in table.rows:
            self._row(row, fields, defaults, tidy=tidy)
        self._tell_twice()

    def _fields(self, table: Table, defaults: Defaults) -> dict[str, Defaults]:
        """What holds for each field that a wide table has a column of; unknown ones are reported."""
        cells = [each for each in table.header if each.text and each.text not in WIDE]
        unknown = [each for each in cells if self._known(each.text) is None]
        indices = [each for each in unknown if each.text.startswith(INDEX)]
        others = [each for each in unknown if not each.text.startswith(INDEX)]
        report_columns(others, list(self._vocabulary.fields), self._findings, "unknown-field")
        for each in indices:
            self._spec(each)
        return {
            each.text: evolve(defaults, numbers=defaults.columns.get(each.text, defaults.numbers))
            for each in cells
            if self._known(each.text) is not None
        }

    def _row(
        self, row: dict[str, Scalar], fields: dict[str, Defaults], defaults: Defaults, *, tidy: bool
    ) -> None:
        period = defaults.row_period(row, self._findings)
        if period is None:
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
        given = read_given(name, row.get("value"), row.get("state"), spec, numbers, self._findings)
        if given is None:
            return
        stage = choice_of(row.get("stage"), Stage, self._findings) if "stage" in row else defaults.stage
        if stage is None:
            return
        datum = Datum(
            unit=unit,
            period=period,
            field=name.text,
            value=given.value,
            text=stated(spec, given.value, text_of(row.get("value"))),
            stage=stage,
            method=choice_of(row.get("method"), Method, self._findings) or defaults.method,
            source=self._source(row, defaults),
            note=text_of(row.get("note")),
            place=name.place,
            bound=given.bound,
        )
        self._take(datum)

    def _take(self, datum: Datum) -> None:
        first = self._data.setdefault((datum.unit, datum.period, datum.field, datum.stage), datum)
        if first is not datum:
            self._twice.append((first, datum))

    def _tell_twice(self) -> None:
        """Report what is given twice: each statement, or, of a row that repeats another, the two rows."""
        rows: dict[tuple[object, ...], list[tuple[Datum, Datum]]] = {}
        for first, second in self._twice:
            lines = ((each.place.file, each.place.line) for each in (first, second))
            rows.setdefault((second.unit, second.period, second.stage, *lines), []).append((first, second))
        self._twice.clear()
        for both in rows.values():
            first, second = both[0]
            told = {"unit": second.unit, "period": second.period, "stage": second.stage.value}
            if len(both) == 1:
                told |= {"field": second.field, "one": _said(first), "two": _said(second)}
                self._findings.add("evidence-twice", second.place, **told, first=first.place)
            else:
                place, at = (Place(each.place.file, each.place.line) for each in (second, first))
                unlike = [two.field for one, two in both if one.value != two.value or one.bound != two.bound]
                fields = ", ".join(unlike[:12]) + (", …" if len(unlike) > 12 else "") or "—"
                self._findings.add("row-twice", place, **told, first=at, count=len(both), unlike=fields)

    def _result(self, section: Mapping, document: Path, defaults: Defaults) -> None:
        """State what the result of another index, which a document names, says of each unit."""
        named, index = section["file"], section["index"]
        try:
            result = read_result(document.parent / text_of(named))
        except ParcoreError as error:
            report_beside(error, named, self._findings)
            return
        if result.methodology != text_of(index):
            self._findings.add("result-of-another", index.place, index=text_of(index), edition=result.edition)
            return
        if result.assumed:
            self._findings.add("result-assumed", named.place, edition=result.edition)
            return
        basis = Basis.INFERRED if defaults.source is None else defaults.source.basis
        source = Source(basis, title=f"{result.edition}, {text_of(named)}")
        for each in result.figures:
            unit = self._units.look_up(each.unit, result.period.end, named.place, self._findings)
            if unit is not None:
                self._take(
                    Datum(
                        unit=unit.id,
                        period=result.period,
                        field=each.field,
                        value=each.value,
                        text=each.text,
                        stage=result.stage,
                        method=Method.DERIVED,
                        source=source,
                        place=named.place,
                    )
                )

    def _source(self, row: MappingOf[str, Scalar], defaults: Defaults) -> Source | None:
        title = text_of(row.get("source"))
        basis = choice_of(row.get("basis"), Basis, self._findings)
        if not title and basis is None:
            return defaults.source
        held = defaults.source or Source(Basis.REPORTED)
        return evolve(held, title=title or held.title, basis=basis or held.basis)

    def _known(self, name: str) -> FieldSpec | None:
        return self._vocabulary.fields.get(name) or given_field(name)

    def _spec(self, name: Scalar) -> FieldSpec | None:
        spec = self._known(name.text)
        if spec is None:
            fields, quantities = list(self._vocabulary.fields), [f"{INDEX}…:{each}" for each in QUANTITIES]
            known = quantities if name.text.startswith(INDEX) else fields
            report_unknown(name.text, known, name.place, self._findings, "unknown-field")
        return spec


def _said(datum: Datum) -> str:
    """What a statement says, as messages quote it: its text, or its state where it has none."""
    return datum.text[:60] or datum.value.state.word


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
        if lacks(table, OBSERVED, findings):
            continue
        known = [*OBSERVED, "explained", "stated_in"]
        unknown = [each for each in table.header if each.text and each.text not in known]
        report_columns(unknown, known, findings, "unknown-column")
        for row in table.rows:
            observation = _observation(text_of(tree["observations"]), row, numbers, units, findings)
            if observation is not None:
                found.append(_named(observation, tree.get("names")))
    return found


def _named(seen: Observation, names: Tree | None) -> Observation:
    """An observation with the name of its criterion, where its document gives it one."""
    given = names.get(seen.quantity.partition(":")[2]) if isinstance(names, Mapping) else None
    if not isinstance(given, Mapping):
        return seen
    return evolve(seen, named=both_languages(given["title"]), part_of=text_of(given.get("of")))


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
    basis, quantity = choice_of(row["basis"], Basis, findings), row["quantity"].text
    value = Value(State.NOT_APPLICABLE)
    if quantity not in WORDED:
        try:
            value = Value(State.OK, parse_number(row["value"].text, numbers))
        except NumberError as error:
            report_number(error, row["value"], findings)
            return None
    stated_in = _stated_in(row.get("stated_in"), period, findings)
    if basis is None:
        return None
    return Observation(
        methodology=methodology,
        about=about,
        period=period,
        quantity=quantity,
        text=row["value"].text,
        value=value,
        source=Source(basis, title=row["source"].text),
        note=both_languages(row["note"]),
        explained=both_languages(row.get("explained")),
        stated_in=stated_in,
        place=row["about"].place,
    )


def _stated_in(cell: Scalar | None, of: Period, findings: Findings) -> Period | None:
    """The later period with whose figures one was printed again; None: with those of its own."""
    if cell is None or not cell.text:
        return None
    period = parse_period(cell.text)
    if period is None:
        findings.add("not-a-period", cell.place, value=cell.text[:40])
    elif period.end <= of.end:
        findings.add("restated-before", cell.place, stated=period, period=of)
    return period
