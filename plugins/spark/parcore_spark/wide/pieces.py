"""Pieces of wide tables: what one task reads. A task opens its piece and gives its columns, one at a time.

A piece of Parquet is some rows of a row group, and only that row group is read; other files are opened
whole. Rows keep their places in the file, so what is wrong in one is told where it stands.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from parcore.bulk.rows import PERIOD, STAGE, UNIT
from parcore.bulk.tables import TableAtRest, open_table
from parcore.diagnostics import Place, stop
from parcore_spark.cluster import files_of

ROWS: Final = 250_000
"""The most rows of a piece: its columns and what is read of them are held by one task at a time."""


@frozen
class Piece:
    """Rows `start` to `stop` of a file; of a Parquet file they lie in row group `group`, which `begins`.

    `before` are the rows of the table in the files before this one.
    """

    table: int
    path: Path
    start: int
    stop: int
    group: int = -1
    begins: int = 0
    before: int = 0

    @property
    def rows(self) -> slice:
        """Its rows among those of the table."""
        return slice(self.before + self.start, self.before + self.stop)


@frozen
class File:
    """A file of a table: its rows begin after `before` others; `first` is the number of its first one."""

    path: Path
    before: int
    first: int


@frozen(eq=False)
class Outline:
    """What the driver knows of a table: its columns' types, its files and pieces."""

    types: Mapping[str, Any]
    size: int
    files: tuple[File, ...]
    pieces: tuple[Piece, ...]


def outline(number: int, path: Path, most: int = ROWS) -> Outline:
    """The outline of a table: a file, or a folder of files that have the same columns.

    Raises:
        ParcoreError: no such file, no such format, a file that is broken or has other columns.
    """
    files, pieces = list[File](), list[Piece]()
    types: Mapping[str, Any] | None = None
    size = 0
    for each in files_of(path):
        table = open_table(each)
        if types is not None and table.types != types:
            unlike = ", ".join(f"{name} {kind}" for name, kind in table.types.items() - types.items())
            raise stop("bulk-broken", Place(str(each)), cause=f"{files[0].path.name} ≠ {unlike}"[:300])
        types = table.types
        files.append(File(each, size, table.first))
        for group, begins, end in _groups(table):
            for start in range(begins, end, most):
                pieces.append(Piece(number, each, start, min(start + most, end), group, begins, size))
        size += table.size
    return Outline(types or {}, size, tuple(files), tuple(pieces))


def _groups(table: TableAtRest) -> Iterator[tuple[int, int, int]]:
    """The row groups of a file with their rows; of a file that has none, all rows."""
    if table.path.suffix.lower() != ".parquet":
        yield -1, 0, table.size
        return
    import pyarrow.parquet as pq

    metadata, begins = pq.ParquetFile(table.path).metadata, 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        yield group, begins, begins + rows
        begins += rows


def open_piece(piece: Piece) -> TableAtRest:
    """The rows of a piece as a table of their own, each at its place in the file."""
    if piece.group < 0:
        whole = open_table(piece.path)

        def cut(name: str) -> Any:
            return whole.column(name).slice(piece.start, piece.stop - piece.start)

        return evolve(whole, size=piece.stop - piece.start, fetch=cut, first=whole.first + piece.start)
    import pyarrow.parquet as pq

    file = pq.ParquetFile(piece.path, memory_map=True)
    schema = file.schema_arrow

    def fetch(name: str) -> Any:
        found = file.read_row_group(piece.group, columns=[name]).column(0)
        return found.slice(piece.start - piece.begins, piece.stop - piece.start)

    types = dict(zip(schema.names, schema.types, strict=True))
    return TableAtRest(piece.path, piece.stop - piece.start, types, fetch, 1 + piece.start)


def names_of(piece: Piece) -> dict[str, Any]:
    """The columns of a piece that say of which unit, period and stage its rows are."""
    import pyarrow as pa

    table = open_piece(piece)
    names = [name for name in (UNIT, PERIOD, STAGE) if name in table.types]
    return {name: pa.concat_arrays([table.column(name)]) for name in names}  # what is cut off is not sent


@frozen(eq=False)
class Table(TableAtRest):
    """A table of which only some columns are at hand, in one or several files."""

    files: tuple[File, ...] = ()

    def place(self, row: int, name: str = "") -> Place:
        """Where a row stands in its file."""
        file = self.files[max(bisect_right([each.before for each in self.files], row) - 1, 0)]
        column = 1 + list(self.types).index(name) if name in self.types else 0
        return Place(str(file.path), file.first + row - file.before, column)


def table_of(path: Path, known: Outline, columns: Mapping[str, Any]) -> Table:
    """A table by its outline, with the columns that are at hand."""
    first = known.files[0].first
    return Table(path, known.size, known.types, columns.__getitem__, first, known.files)
