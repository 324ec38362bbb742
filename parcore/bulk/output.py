"""A bulk result in a file: a row for each unit, a column for each number. Numbers stay exact.

A number that the edition rounds is a decimal of its digits. Any other is a text, `n` or `n/d`, in lowest
terms. Which of the two a column is follows from the edition alone (`digits_of`), never from the data.
Where there is no number it is null. Needs `parcore[arrow]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parcore.bulk.columnar import NONE, Column
from parcore.bulk.policies import Columns, Places
from parcore.diagnostics import Place, stop
from parcore.editions.edition import Combine, Criterion, Edition
from parcore.editions.index import ATTAINABLE, BASE, BONUS, PENALTY, RATE, ROUNDED, TOTAL
from parcore.numbers import whole_text
from parcore.progress import tracked
from parcore.readings.columns.arrays import Ints, Truths
from parcore.readings.pair.reading import Values
from parcore.results.output import NOT_REACHED
from parcore.rules.graph import Within
from parcore.rules.policies import Level
from parcore.values import State

if TYPE_CHECKING:
    import pyarrow as pa

    from parcore.bulk.scoring import BulkResult

STATE: Final = ":state"
INDEX_COLUMNS: Final = {
    "points": BASE + ROUNDED, "attainable": ATTAINABLE, "rate": RATE + ROUNDED, "total": TOTAL + ROUNDED,
    "bonus": BONUS, "penalty": PENALTY,
}  # fmt: skip
"""The numbers of the index, by the names of their columns."""
ROWS: Final = 1 << 17
"""Units written at once."""
_GIVES_WAY: Final = (State.NOT_APPLICABLE, State.NOTHING_AROSE)
_WORDS: Final = tuple(state.word for state in State)


def digits_of(edition: Edition, root: str) -> int | None:
    """The decimals to which the edition rounds a root's numbers; None where it does not round them."""
    if root.endswith(ROUNDED):
        return edition.rounding.digits.get(Level.INDEX)
    node = next((each for each in edition.nodes if root == f"points:{each.id}"), None)
    return None if node is None else _digits(edition, node)


def _digits(edition: Edition, node: Criterion) -> int | None:
    if node.digits is not None:
        return node.digits
    component = any(node is each for each in edition.components)
    levels = [Level.COMPONENT] if component else [] if node.rule is not None else [Level.CRITERION]
    levels += [Level.LEAF] if node.rule is not None else []
    declared = edition.rounding.digits
    return next((declared[level] for level in levels if level in declared), None)


def write(path: Path, result: BulkResult, *, tell: bool = False) -> None:
    """Write a result as Parquet, Arrow (Feather) or CSV, by the ending of the file's name, piece by piece.

    With `tell` a terminal shows how far it is.

    Raises:
        ParcoreError: another ending, or a file that cannot be written.
    """
    import pyarrow as pa

    writers = {".parquet": _parquet, ".arrow": _arrow, ".feather": _arrow, ".csv": _csv}
    place, ending = Place(str(path)), path.suffix.lower()
    if ending not in writers:
        raise stop("bulk-ending", place, file=path.name, known=", ".join(writers))
    try:
        written = batches(result)
        if tell:
            written = tracked(written, max(-(-len(result.units) // ROWS), 1), path.name)
        first = next(written)
        with writers[ending](path, first.schema) as writer:
            writer.write_batch(first)
            for batch in written:
                writer.write_batch(batch)
    except OSError as error:
        raise stop("bulk-unwritten", place, cause=error.strerror or str(error)) from error
    except pa.ArrowInvalid as error:  # a number of more than 38 digits
        raise stop("bulk-unwritten", place, cause=" ".join(str(error).split())[:300]) from error


def _parquet(path: Path, schema: Any) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetWriter(path, schema, compression="zstd")


def _arrow(path: Path, schema: Any) -> Any:
    import pyarrow as pa

    return pa.ipc.new_file(str(path), schema, options=pa.ipc.IpcWriteOptions(compression="zstd"))


def _csv(path: Path, schema: Any) -> Any:
    from pyarrow import csv

    return csv.CSVWriter(str(path), schema)


def batches(result: BulkResult, size: int = ROWS) -> Iterator[pa.RecordBatch]:
    """The result as Arrow batches, a row for each unit in the order of `result.units`."""
    import pyarrow as pa

    for start in range(0, len(result.units), size):
        rows = np.arange(start, min(start + size, len(result.units)))
        yield pa.RecordBatch.from_pydict(dict(_columns(result, rows)))


def _columns(result: BulkResult, rows: Ints) -> Iterator[tuple[str, Any]]:
    yield from _decided(result, rows)
    held = frozenset(root for part in result.parts for root in part.program.roots)
    roots = [each for part in result.parts for each in part.kept]
    read = result.read(tuple(dict.fromkeys([*roots, *_shown(result.edition, held)])), rows)
    yield "state", _words(read[TOTAL], _all(rows), _all(rows))
    for name, root in INDEX_COLUMNS.items():
        if root in held:
            yield name, number(read[root], digits_of(result.edition, root), _all(rows))
    later = _not_reached(result, rows, read)
    for node in result.edition.nodes:
        root = f"points:{node.id}"
        has = _over(result, rows, node.applies)
        reached = ~later[node.id] if node.id in later else _all(rows)
        yield root, number(read[root], digits_of(result.edition, root), has & reached)
        yield root + STATE, _words(read[root], has, reached)


def _shown(edition: Edition, held: frozenset[str]) -> Iterator[str]:
    wanted = [TOTAL, *INDEX_COLUMNS.values(), *(f"points:{node.id}" for node in edition.nodes)]
    return (root for root in wanted if root in held)


def _all(rows: Ints) -> Truths:
    return np.ones(len(rows), bool)


def _decided(result: BulkResult, rows: Ints) -> Iterator[tuple[str, Any]]:
    """Who the units are, and what policies made of them."""
    import pyarrow as pa

    units = [result.units[row] for row in rows.tolist()]
    yield "unit", pa.array([unit.id for unit in units], pa.string())
    yield "name", pa.array([unit.name.vi or unit.name.en for unit in units], pa.string())
    yield "group", pa.array([unit.group for unit in units], pa.string())
    yield "region", pa.array([unit.region or None for unit in units], pa.string())
    chosen = pa.array(result.classes.chosen[rows])
    choices = result.classes.choices
    single = [each[0] if len(each) == 1 else None for each in choices]
    open_ = [" | ".join(each) if len(each) > 1 else None for each in choices]
    yield "class", pa.array(single, pa.string()).take(chosen)
    yield "class_open", pa.array(open_, pa.string()).take(chosen)
    for within, places in result.places.items():
        yield from _places(within, places, rows)


def _places(within: Within, places: Places, rows: Ints) -> Iterator[tuple[str, Any]]:
    import pyarrow as pa

    end = "" if within is Within.ALL else f"_{within.value}"
    none = places.place[rows] == NONE
    yield f"place{end}", pa.array(places.place[rows].astype(np.int32), mask=none)
    yield f"among{end}", pa.array(places.among[rows].astype(np.int32), mask=none)
    yield f"place{end}_open", pa.array(places.open[rows].astype(bool), mask=none)


def _over(result: BulkResult, rows: Ints, asks: Callable[[str], bool]) -> Truths:
    """What holds of each unit by its group."""
    found = np.zeros(len(result.units), bool)
    for part in result.parts:
        found[part.units] = asks(part.group)
    return found[rows]


def _words(column: Column, has: Truths, reached: Truths) -> Any:
    """The words of states; null where there is nothing to have one."""
    import pyarrow as pa

    at = np.zeros(max(State) + 1, np.int8)
    at[[int(state) for state in State]] = range(len(_WORDS))
    codes = np.where(reached, at[np.asarray(column.states)], np.int8(len(_WORDS)))
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=~has), pa.array([*_WORDS, NOT_REACHED]))


def _not_reached(result: BulkResult, rows: Ints, read: Columns) -> dict[str, Truths]:
    """The units in which a leaf is never come to, as a rule before it counts."""
    found: dict[str, Truths] = {}
    for node in result.edition.nodes:
        decided = ~_all(rows)
        for leaf in node.children if node.combine is Combine.FIRST else ():
            if leaf.id in result.variant.out:
                continue
            has = _over(result, rows, node.applies) & _over(result, rows, leaf.applies)
            found[leaf.id] = decided & has
            gives_way = np.isin(np.asarray(read[f"raw:{leaf.id}"].states), _GIVES_WAY)
            decided = decided | (has & ~gives_way)
    return found


def number(column: Column, digits: int | None, kept: Truths) -> Any:
    """A column's numbers: decimals of so many digits, or texts."""
    none = ~((np.asarray(column.states) == State.OK) & kept)
    n, d = _lowest(column, np.flatnonzero(~none))
    return _texts(n, d, none) if digits is None else _decimals(_scaled(n, d, digits), none, digits)


def _lowest(column: Column, rows: Ints) -> tuple[Ints, Ints]:
    """Numerators and denominators in lowest terms, of all rows; 0 and 1 where there is no number."""
    size = len(column)
    if isinstance(column, Values):
        n, d = np.asarray(column.n), np.asarray(column.d)
        if object not in (n.dtype, d.dtype):
            held = np.zeros(size, bool)
            held[rows] = True
            n, d = np.where(held, n, 0).astype(np.int64), np.where(held, d, 1).astype(np.int64)
            shared = np.gcd(n, d)
            return n // shared, d // shared
        exact = [column[int(row)] for row in rows]
    else:
        exact = list(column.exactly(rows)[:])
    whole_n, whole_d = np.zeros(size, object), np.ones(size, object)
    whole_n[rows] = [each.number.numerator for each in exact]
    whole_d[rows] = [each.number.denominator for each in exact]
    return whole_n, whole_d


def _scaled(n: Ints, d: Ints, digits: int) -> Ints:
    """n / d in units of so many decimals."""
    scale = 10**digits
    if n.dtype != object and len(n) and int(np.abs(n).max()) > (2**63 - 1) // scale:
        n, d = n.astype(object), d.astype(object)
    found: Ints = n * scale // d
    return found


def _texts(n: Ints, d: Ints, none: Truths) -> Any:
    """Fractions as texts, whole numbers without a denominator."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if n.dtype == object:
        pairs = zip(n, d, none, strict=True)
        texts = [None if out else whole_text(a) if b == 1 else f"{whole_text(a)}/{whole_text(b)}"
                 for a, b, out in pairs]  # fmt: skip
        return pa.array(texts, pa.string())
    above, under = (pa.array(each).cast(pa.string()) for each in (n, d))
    found = pc.if_else(pa.array(d == 1), above, pc.binary_join_element_wise(above, under, "/"))
    return pc.if_else(pa.array(none), pa.scalar(None, pa.string()), found)


def _decimals(scaled: Ints, none: Truths, digits: int) -> Any:
    """Whole numbers of units of so many decimals, as decimals."""
    import pyarrow as pa

    kind = pa.decimal128(38, digits)
    if scaled.dtype == object:
        held: Sequence[Decimal | None] = [
            None if out else Decimal(f"{whole_text(each)}E-{digits}")  # arithmetic would keep 28 digits
            for each, out in zip(scaled, none, strict=True)
        ]
        return pa.array(held, kind)
    halves = np.empty((len(scaled), 2), np.int64)
    halves[:, 0], halves[:, 1] = scaled, scaled >> 63
    valid = pa.array(~none).buffers()[1]
    return pa.Array.from_buffers(kind, len(scaled), [valid, pa.py_buffer(halves)])
