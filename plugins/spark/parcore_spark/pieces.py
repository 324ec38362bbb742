"""Pieces of wide tables: what one task reads. A task opens its piece and gives its columns, one at a time.

A piece of Parquet is some rows of a row group, and only that row group is read; other files are opened
whole. Rows keep their places in the file, so what is wrong in one is told where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from parcore.results.bulk_rows import PERIOD, STAGE, UNIT
from parcore.results.bulk_tables import TableAtRest, open_table

ROWS: Final = 250_000
"""The most rows of a piece: its columns and what is read of them are held by one task at a time."""


@frozen
class Piece:
    """Rows `start` to `stop` of a file; of a Parquet file they lie in row group `group`, which `begins`."""

    table: int
    path: Path
    start: int
    stop: int
    group: int = -1
    begins: int = 0


@frozen(eq=False)
class Outline:
    """What the driver knows of a file: its columns' types, its pieces."""

    types: Mapping[str, Any]
    size: int
    first: int
    pieces: tuple[Piece, ...]


def outline(number: int, path: Path, most: int = ROWS) -> Outline:
    """The outline of a file.

    Raises:
        ParcoreError: no such file, no such format, a file that is broken.
    """
    table = open_table(path)
    pieces = tuple(
        Piece(number, path, start, min(start + most, stop), group, begins)
        for group, begins, stop in _groups(table)
        for start in range(begins, stop, most)
    )
    return Outline(table.types, table.size, table.first, pieces)


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


def table_of(path: Path, known: Outline, columns: Mapping[str, Any]) -> TableAtRest:
    """A whole file of which only some columns are at hand."""
    return TableAtRest(path, known.size, known.types, columns.__getitem__, known.first)
