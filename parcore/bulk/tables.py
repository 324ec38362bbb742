"""Wide tables at rest: Parquet, Arrow (Feather) and CSV files whose columns are fetched one at a time.

In: a file. Out: the names of its columns, how many rows it has, a column as an Arrow array when asked for.
Cells of CSV are texts, as they stand. Needs `parcore[arrow]`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from parcore.diagnostics import Findings, ParcoreError, Place, stop
from parcore.documents.table import DELIMITERS, MAX_COLUMNS

if TYPE_CHECKING:
    import pyarrow as pa

ENDINGS: Final = (".parquet", ".arrow", ".feather", ".csv")
"""The files that are wide tables of bulk evidence."""
_MOST_RAGGED: Final = 20


@frozen(eq=False)
class TableAtRest:
    """A wide table in a file; `types` are its columns' Arrow types, `first` the number of its first row."""

    path: Path
    size: int
    types: Mapping[str, pa.DataType]
    fetch: Callable[[str], Any]
    first: int = 1

    def column(self, name: str) -> pa.Array:
        """A column in one piece."""
        import pyarrow as pa

        found = self.fetch(name)
        if not isinstance(found, pa.ChunkedArray):
            return found
        if found.num_chunks == 1:
            return found.chunk(0)
        return pa.array([], found.type) if not found.num_chunks else found.combine_chunks()

    def place(self, row: int, name: str = "") -> Place:
        """Where a row stands: its number counts from 1, in a CSV from the line of the header."""
        column = 1 + list(self.types).index(name) if name in self.types else 0
        return Place(str(self.path), self.first + row, column)


def open_table(path: Path) -> TableAtRest:
    """The table of a file.

    Raises:
        ParcoreError: no such file, no such format, a file that is broken, columns without a name or twice.
    """
    place = Place(str(path))
    if not path.is_file():
        raise stop("file-not-found", place)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise stop("bulk-ending", place, file=path.name, known=", ".join(ENDINGS))
    readers = {".parquet": _parquet, ".csv": _csv}
    try:
        import pyarrow as pa
    except ImportError as error:
        raise stop("bulk-needs", place, what="parcore[arrow]") from error
    try:
        table = readers.get(ending, _feather)(path)
    except (pa.ArrowException, OSError) as error:
        raise stop("bulk-broken", place, cause=" ".join(str(error).split())[:300]) from error
    return table


def _named(path: Path, schema: Any, size: int, fetch: Callable[[str], Any], first: int = 1) -> TableAtRest:
    findings, place = Findings(), Place(str(path), 1 if first > 1 else 0)
    if len(schema.names) > MAX_COLUMNS:
        raise stop("table-too-wide", place, limit=MAX_COLUMNS)
    for name, times in Counter(schema.names).items():
        if not name.strip():
            findings.add("column-unnamed", place)
        elif times > 1:
            findings.add("duplicate-column", place, key=name[:60], first=place)
    findings.raise_errors()
    return TableAtRest(path, size, dict(zip(schema.names, schema.types, strict=True)), fetch, first)


def _parquet(path: Path) -> TableAtRest:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path, memory_map=True)

    def fetch(name: str) -> Any:
        return file.read(columns=[name]).column(0)

    return _named(path, file.schema_arrow, file.metadata.num_rows, fetch)


def _feather(path: Path) -> TableAtRest:
    from pyarrow import feather

    table = feather.read_table(path, memory_map=True)
    return _named(path, table.schema, table.num_rows, table.column)


def _csv(path: Path) -> TableAtRest:
    import pyarrow as pa
    from pyarrow import csv

    with path.open("rb") as file:
        line = file.readline(1 << 20)
    delimiter = max(DELIMITERS, key=lambda each: line.count(each.encode()))
    ragged: list[Any] = []

    def handle(row: Any) -> str:
        ragged.append(row)
        return "skip"

    parsing = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=handle)
    names = [each.strip() for each in _header(path, parsing)]
    types = dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string()))
    reading = csv.ReadOptions(column_names=names, skip_rows=1, use_threads=True)
    converting = csv.ConvertOptions(column_types=types, null_values=[], strings_can_be_null=False)
    table = csv.read_csv(path, reading, parsing, converting)
    if ragged:
        reading.use_threads = False
        ragged.clear()
        csv.read_csv(path, reading, parsing, converting)
        raise _ragged(path, ragged)
    return _named(path, table.schema, table.num_rows, table.column, 2)


def _header(path: Path, parsing: Any) -> list[str]:
    from pyarrow import csv

    with csv.open_csv(path, csv.ReadOptions(block_size=1 << 22), parsing) as reader:
        return list(reader.schema.names)


def _ragged(path: Path, rows: list[Any]) -> ParcoreError:
    findings = Findings()
    for row in rows[:_MOST_RAGGED]:
        place = Place(str(path), row.number or 0)
        findings.add("row-ragged", place, has=row.actual_columns, wants=row.expected_columns)
    if len(rows) > _MOST_RAGGED:
        findings.add("bulk-more", Place(str(path)), count=len(rows) - _MOST_RAGGED, what="row-ragged")
    return ParcoreError(findings)
