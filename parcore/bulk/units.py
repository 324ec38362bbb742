"""Units in a table at rest, for as many as no document of units holds: Parquet, Arrow or CSV.

In: a table with the columns `id` and `kind`, and perhaps `name`, `group`, `region`; the units known besides.
Out: a book in which units are found by id, or, those known besides, by any of their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from attrs import frozen

from parcore.bulk.cells import is_text
from parcore.bulk.engines import Book
from parcore.bulk.tables import TableAtRest, open_table
from parcore.diagnostics import Findings, Place, stop
from parcore.evidence.units import Unit
from parcore.i18n import Text

WANTED: Final = ("id", "kind")
MORE: Final = ("name", "group", "region")


@frozen(eq=False)
class UnitTable:
    """The units of a table, and those of another book."""

    units: dict[str, Unit]
    others: Book

    def on(self, day: date, kinds: Iterable[str]) -> Iterator[Unit]:
        """The units of some kinds that exist on a day; those of the table always do."""
        wanted = frozenset(kinds)
        yield from (unit for unit in self.units.values() if unit.kind in wanted)
        yield from (unit for unit in self.others.on(day, wanted) if unit.id not in self.units)

    def look_up(self, name: str, day: date, place: Place, findings: Findings) -> Unit | None:
        """The unit of an id; else what the other book says."""
        return self.units.get(name) or self.others.look_up(name, day, place, findings)


def read_units_table(path: Path, others: Book) -> UnitTable:
    """The units of a table.

    Raises:
        ParcoreError: a table that cannot be read, a column that is missing, a blank id, an id twice.
    """
    table = open_table(path)
    for name in WANTED:
        if name not in table.types:
            raise stop("units-table", Place(str(path)), column=name)
    columns = [_texts(table, name) for name in (*WANTED, *MORE)]
    units: dict[str, Unit] = {}
    for row, (id_, kind, name, group, region) in enumerate(zip(*columns, strict=True)):
        if not id_:
            raise stop("value-missing", table.place(row, "id"), field="id")
        if id_ in units:
            raise stop("duplicate-id", table.place(row, "id"), id=id_, first=path)
        units[id_] = Unit(id_, kind, Text(name or id_), group or kind, region)
    return UnitTable(units, others)


def _texts(table: TableAtRest, name: str) -> list[str]:
    import pyarrow as pa

    if name not in table.types:
        return [""] * table.size
    column = table.column(name)
    if not (is_text(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
        raise stop("bulk-type", Place(str(table.path)), field=name, type=column.type, kind=name)
    column = column.cast(pa.string()).fill_null("")
    return [each.strip() for each in column.to_pylist()]
