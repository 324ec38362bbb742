"""Layouts: how a data set writes its tables, so that they are read as they are downloaded.

In: a layout document and a table. Out: the table as evidence writes it, with the ids of units and of
fields in the place of the data set's codes, every cell at its own place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Mapping as MappingOf

from attrs import evolve, frozen

from parcore.diagnostics import Findings
from parcore.documents.reading import choice_of, source_of, text_of
from parcore.documents.schema import check_shape, report_columns, report_unknown
from parcore.documents.table import Table
from parcore.documents.tree import Mapping, Scalar, Tree
from parcore.evidence.sections import Defaults
from parcore.numbers import NumberFormat
from parcore.sources import Source
from parcore.values import State

PLAIN = ("period", "stage")
"""Columns of a wide table that are no fields; a layout may name them otherwise."""


@frozen
class Layout:
    """How a data set writes its tables.

    `name` is the methodology or vocabulary whose evidence they are, `unit` the column that names the
    unit, `units` and `fields` what its codes stand for (none: they are ids already). With `blanks` a
    blank cell states that the figure is missing. Number format and source hold where a table has none.
    """

    name: str
    unit: str
    units: MappingOf[str, str]
    fields: MappingOf[str, str]
    numbers: NumberFormat = NumberFormat.UNDECLARED
    blanks: bool = False
    source: Source | None = None

    def reads(self, columns: Collection[str]) -> bool:
        """Whether a table with these columns is in this layout: it has its column of units, and no `unit`."""
        return self.unit in columns and "unit" not in columns

    def defaults(self, own: Defaults) -> Defaults:
        """What holds for the statements of a table of this layout, by what is declared for the table."""
        undeclared = own.numbers is NumberFormat.UNDECLARED
        return evolve(
            own,
            numbers=self.numbers if undeclared else own.numbers,
            columns={self.fields.get(name, name): each for name, each in own.columns.items()},
            source=own.source or self.source,
        )

    def plain(self, table: Table, findings: Findings) -> Table:
        """The table with ids in the place of codes; rows and columns of unknown codes are reported."""
        columns = self._columns(table, findings)
        header = tuple(
            Scalar(cell.place, columns[cell.text]) for cell in table.header if cell.text in columns
        )
        rows = (self._row(row, columns, findings) for row in table.rows)
        return Table(table.name, header, tuple(row for row in rows if row is not None))

    def _columns(self, table: Table, findings: Findings) -> dict[str, str]:
        """What each column stands for; one that is not known, or stands for what another does, is told."""
        taken: dict[str, Scalar] = {}
        unknown: list[Scalar] = []
        for cell in (each for each in table.header if each.text):
            kept = cell.text if cell.text in PLAIN or not self.fields else None
            name = "unit" if cell.text == self.unit else self.fields.get(cell.text, kept)
            if name is None:
                unknown.append(cell)
            elif name in taken:
                findings.add("duplicate-column", cell.place, key=name[:60], first=taken[name].place)
            else:
                taken[name] = cell
        report_columns(unknown, [self.unit, *self.fields, *PLAIN], findings, "layout-column-unknown")
        return {cell.text: name for name, cell in taken.items()}

    def _row(
        self, row: MappingOf[str, Scalar], columns: MappingOf[str, str], findings: Findings
    ) -> dict[str, Scalar] | None:
        code = row[self.unit]
        if self.units and code.text not in self.units:
            report_unknown(code.text, list(self.units), code.place, findings, "unit-code-unknown")
            return None
        plain = {name: self._cell(row[column], name) for column, name in columns.items()}
        plain["unit"] = Scalar(code.place, self.units.get(code.text, code.text))
        return plain

    def _cell(self, cell: Scalar, name: str) -> Scalar:
        blank = self.blanks and not cell.text and name not in PLAIN
        return Scalar(cell.place, State.MISSING.word) if blank else cell


def layout_of(table: Table, layouts: Iterable[Layout]) -> Layout | None:
    """The first layout that a table is written in."""
    return next((each for each in layouts if each.reads(table.columns)), None)


def read_layout(tree: Tree, findings: Findings) -> Layout | None:
    """The layout of a document; None where its shape is refused."""
    if not check_shape(tree, "layout", findings) or not isinstance(tree, Mapping):
        return None
    return Layout(
        name=text_of(tree["layout"]),
        unit=text_of(tree["unit"]),
        units=_names(tree.get("units")),
        fields=_names(tree.get("fields")),
        numbers=choice_of(tree.get("numbers"), NumberFormat, findings) or NumberFormat.UNDECLARED,
        blanks="blank" in tree,
        source=source_of(tree.get("source"), findings),
    )


def _names(tree: Tree | None) -> dict[str, str]:
    return {key: text_of(each) for key, each in tree.entries.items()} if isinstance(tree, Mapping) else {}
