"""Wide tables at rest: Parquet, Arrow (Feather) and CSV files whose columns are fetched one at a time.

In: a file. Out: the names of its columns, how many rows it has, a column as an Arrow array when asked for.
Cells of CSV are texts, as they stand. Needs `parcore[arrow]`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import frozen

from parcore.diagnostics import Findings, ParcoreError, Place, stop
from parcore.documents.table import DELIMITERS, MAX_COLUMNS, drop_blanks
from parcore.documents.text import MAX_TABLE_BYTES, decode

if TYPE_CHECKING:
    import pyarrow as pa

ENDINGS: Final = (".parquet", ".arrow", ".feather", ".csv")
"""The files that are wide tables of bulk evidence."""
DOCUMENTS: Final = (".yaml", ".yml")
"""Files of evidence that only the exact reading takes."""
_MOST_RAGGED: Final = 20
_MOST_BLANK: Final = 1_000
"""So many blank lines at most before the header."""


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
        if pa.types.is_string_view(found.type):
            found = found.cast(pa.string())
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
    place, ending = Place(str(path)), path.suffix.lower()
    if path.is_dir() or (path.is_file() and ending in DOCUMENTS):
        raise stop("bulk-document", place, file=path.name, known=", ".join(ENDINGS))
    if not path.is_file():
        raise stop("file-not-found", place)
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
    blank, line = _first_line(path)
    delimiter = max(DELIMITERS, key=decode(line, str(path)).count)
    table, ragged = _split(path, delimiter, blank)
    if (ragged or not table.column_names[-1]) and path.stat().st_size <= MAX_TABLE_BYTES:
        table, ragged = _split(_trimmed(path, delimiter), delimiter, blank)
    if ragged:
        raise _ragged(path, ragged)
    table = _to_last(table)
    return _named(path, table.schema, table.num_rows, table.column, blank + 2)


def _first_line(path: Path) -> tuple[int, bytes]:
    """How many blank lines stand before the header, and its line."""
    with path.open("rb") as file:
        for blank in range(_MOST_BLANK):
            line = file.readline(1 << 20)
            if line.strip() or not line:
                return blank, line
    return 0, b""


def _split(source: Path | bytes, delimiter: str, blank: int) -> tuple[pa.Table, list[Any]]:
    """The rows of a CSV, every cell a text, and the rows that have more or fewer cells than the header."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    ragged: list[Any] = []

    def handle(row: Any) -> str:
        ragged.append(row)
        return "skip"

    def opened() -> Any:
        return BytesIO(source) if isinstance(source, bytes) else source

    parsing = arrow.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=handle)
    with arrow.open_csv(opened(), arrow.ReadOptions(block_size=1 << 22), parsing) as reader:
        names = [each.strip() for each in reader.schema.names]
    ragged.clear()
    types = dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string()))
    reading = arrow.ReadOptions(column_names=names, skip_rows=blank + 1, use_threads=True)
    converting = arrow.ConvertOptions(column_types=types, null_values=[], strings_can_be_null=False)
    table = arrow.read_csv(opened(), reading, parsing, converting)
    if ragged:  # told with their numbers, which threads do not know
        reading.use_threads = False
        ragged.clear()
        arrow.read_csv(opened(), reading, parsing, converting)
    return table, ragged


def _trimmed(path: Path, delimiter: str) -> bytes:
    """A CSV without the blank cells that spreadsheets write behind the last column."""
    text = decode(path.read_bytes(), str(path))
    written = StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    width = 0
    try:
        for cells in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            drop_blanks(cells, width)
            width = width or len(cells)
            writer.writerow(cells)
    except csv.Error as error:
        raise stop("table-syntax", Place(str(path)), problem=error) from error
    return written.getvalue().encode()


def _to_last(table: pa.Table) -> pa.Table:
    """A table of texts to its last row that says anything: spreadsheets write blank rows behind it."""
    import pyarrow.compute as pc

    size = table.num_rows
    if not size or any(column[size - 1].as_py().strip() for column in table.columns):
        return table
    last = 0
    for column in table.columns:
        before = 0
        for chunk in column.iterchunks():
            said = pc.not_equal(pc.utf8_trim_whitespace(chunk.dictionary), "").take(chunk.indices)
            last = max([last, *(before + 1 + np.flatnonzero(said.to_numpy(zero_copy_only=False))[-1:])])
            before += len(chunk)
    return table.slice(0, int(last))


def _ragged(path: Path, rows: list[Any]) -> ParcoreError:
    findings = Findings()
    for row in rows[:_MOST_RAGGED]:
        place = Place(str(path), row.number or 0)
        findings.add("row-ragged", place, has=row.actual_columns, wants=row.expected_columns)
    if len(rows) > _MOST_RAGGED:
        findings.add("bulk-more", Place(str(path)), count=len(rows) - _MOST_RAGGED, what="row-ragged")
    return ParcoreError(findings)
