"""What the sections of evidence documents share: what holds for their statements, and files beside them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from pathlib import Path

from attrs import field, frozen

from parcore.diagnostics import Findings, ParcoreError, Place
from parcore.documents.reading import choice_of, source_of, text_of
from parcore.documents.table import Table, read_table
from parcore.documents.tree import Mapping, Scalar, Tree
from parcore.evidence.evidence import Method, Stage
from parcore.evidence.periods import Period, parse_period
from parcore.numbers import NumberFormat
from parcore.sources import Source


@frozen(eq=False)
class Quarantine:
    """The file into which one run puts the bad rows of records; `tables` are those whose rows it has.

    Of each it holds the columns. A table that is read again is not written again.
    """

    path: Path
    tables: dict[tuple[str, ...], tuple[str, ...]] = field(factory=dict)


@frozen
class Defaults:
    """What holds for every statement of a source unless the statement says otherwise.

    `quarantine` is where bad rows of records are put; without one they refuse the table.
    """

    period: Period | None = None
    stage: Stage = Stage.FINAL
    method: Method | None = None
    numbers: NumberFormat = NumberFormat.UNDECLARED
    columns: MappingOf[str, NumberFormat] = field(factory=dict)
    source: Source | None = None
    quarantine: Quarantine | None = None

    def within(self, tree: Mapping, findings: Findings) -> Defaults:
        """What holds in a part of the source that may say otherwise."""
        period = tree.get("period")
        columns = tree.get("columns")
        numbers = choice_of(tree.get("numbers"), NumberFormat, findings)
        return Defaults(
            period=self.period if period is None else period_of(period, findings) or self.period,
            stage=choice_of(tree.get("stage"), Stage, findings) or self.stage,
            method=choice_of(tree.get("method"), Method, findings) or self.method,
            numbers=self.numbers if numbers is None else numbers,
            columns={
                name: choice_of(value, NumberFormat, findings) or self.numbers
                for name, value in (columns.entries if isinstance(columns, Mapping) else {}).items()
            },
            source=source_of(tree.get("source"), findings) or self.source,
            quarantine=self.quarantine,
        )

    def row_period(self, row: MappingOf[str, Scalar], findings: Findings) -> Period | None:
        """The period of a table's row; None where it names none, or what is none, which is reported."""
        named = row.get("period")
        period = period_of(named, findings) if named is not None and named.text else self.period
        if period is None and (named is None or not named.text):
            findings.add("period-missing", (named or next(iter(row.values()))).place)
        return period


def period_of(tree: Tree, findings: Findings) -> Period | None:
    """The period that a scalar names."""
    period = parse_period(text_of(tree))
    if period is None:
        findings.add("not-a-period", tree.place, value=text_of(tree)[:40])
    return period


def table_beside(document: Path, named: Tree, findings: Findings) -> Table | None:
    """The table that a document names; None where it cannot be read, which is reported."""
    try:
        return read_table(document.parent / text_of(named), findings)
    except ParcoreError as error:
        report_beside(error, named, findings)
        return None


def report_beside(error: ParcoreError, named: Tree, findings: Findings) -> None:
    """Say why a file that a document names cannot be read: at its name, where it is not there."""
    if any(each.code == "file-not-found" for each in error.diagnostics):
        findings.add("table-not-found", named.place, file=text_of(named)[:60])
    else:
        findings.extend(error.diagnostics)


def check_formats(options: Mapping, table: Table, findings: Findings) -> None:
    """Report the columns for which a document states a number format and which are not there."""
    columns = options.get("columns")
    if isinstance(columns, Mapping):
        for name in columns.entries:
            lacks(table, [name], findings, columns.place_of(name))


def lacks(table: Table, wanted: Iterable[str], findings: Findings, place: Place | None = None) -> bool:
    """Whether a table has not all the columns wanted, which is reported; at its header, or at a place."""
    missing = [each for each in wanted if each not in table.columns]
    if missing:
        at, has = table.header[0].place if place is None else place, ", ".join(table.columns[:12])
        findings.add("column-missing", at, column=", ".join(missing)[:60], has=has)
    return bool(missing)
