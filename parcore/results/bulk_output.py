"""A bulk result in a file: a row for each unit. Numbers stay exact: decimals, or numerator and denominator.

A number that the edition rounds is one decimal column of its digits. Any other is two columns of whole
numbers in lowest terms, `<name>:n` and `<name>:d`; where there is no number both are null. Which of the two a
column is follows from the edition alone (`digits_of`), never from the data or the engine. Whole numbers have
64 bits; a column in which one needs more is of texts. Needs `parcore[arrow]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parcore.diagnostics import Place, stop
from parcore.editions.edition import Combine, Criterion, Edition
from parcore.editions.index import ATTAINABLE, BASE, BONUS, PENALTY, RATE, ROUNDED, TOTAL
from parcore.readings.columns import Ints, Truths
from parcore.readings.pair.reading import Values
from parcore.results.bulk_policies import Places
from parcore.results.columnar import NONE, Column
from parcore.results.output import NOT_REACHED
from parcore.rules.graph import Within
from parcore.rules.policies import Level
from parcore.values import State

if TYPE_CHECKING:
    import pyarrow as pa

    from parcore.results.bulk import BulkResult

NUMERATOR, DENOMINATOR, STATE = ":n", ":d", ":state"
INDEX_COLUMNS: Final = {
    "points": BASE + ROUNDED, "attainable": ATTAINABLE, "rate": RATE + ROUNDED, "total": TOTAL + ROUNDED,
    "bonus": BONUS, "penalty": PENALTY,
}  # fmt: skip
"""The numbers of the index, by the names of their columns."""
_GIVES_WAY: Final = (State.NOT_APPLICABLE, State.NOTHING_AROSE)


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


def write(path: Path, result: BulkResult) -> None:
    """Write a result as Parquet, Arrow (Feather) or CSV, by the ending of the file's name.

    Raises:
        ParcoreError: another ending, or a file that cannot be written.
    """
    writers = {".parquet": _to_parquet, ".arrow": _to_arrow, ".feather": _to_arrow, ".csv": _to_csv}
    place = Place(str(path))
    if path.suffix.lower() not in writers:
        raise stop("bulk-ending", place, file=path.name, known=", ".join(writers))
    try:
        writers[path.suffix.lower()](path, table_of(result))
    except OSError as error:
        raise stop("bulk-unwritten", place, cause=error.strerror or str(error)) from error


def _to_parquet(path: Path, table: pa.Table) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd")


def _to_arrow(path: Path, table: pa.Table) -> None:
    from pyarrow import feather

    feather.write_feather(table, str(path), compression="zstd")


def _to_csv(path: Path, table: pa.Table) -> None:
    from pyarrow import csv

    csv.write_csv(table, path)


def table_of(result: BulkResult) -> pa.Table:
    """The result as an Arrow table, a row for each unit in the order of `result.units`."""
    import pyarrow as pa

    columns = dict(_decided(result))
    for name, root in INDEX_COLUMNS.items():
        if any(root in own for own in result.columns):
            columns.update(numbers(name, result.column(root), digits_of(result.edition, root)))
    out = _not_reached(result)
    for node in result.edition.nodes:
        root = f"points:{node.id}"
        column = result.column(root)
        has = _over(result, node.applies)
        reached = ~out[node.id] if node.id in out else np.ones(len(result.units), bool)
        columns.update(numbers(root, column, digits_of(result.edition, root), has & reached))
        columns[root + STATE] = _words(column, has, reached)
    return pa.table(columns)


def _decided(result: BulkResult) -> Iterator[tuple[str, Any]]:
    """Who the units are, and what policies made of them."""
    import pyarrow as pa

    units = result.units
    yield "unit", pa.array([unit.id for unit in units], pa.string())
    yield "name", pa.array([unit.name.vi or unit.name.en for unit in units], pa.string())
    yield "group", _coded(pa.array([unit.group for unit in units], pa.string()))
    yield "region", _coded(pa.array([unit.region or None for unit in units], pa.string()))
    total = result.column(TOTAL)
    yield "state", _words(total, np.ones(len(units), bool), np.ones(len(units), bool))
    chosen, choices = result.classes.chosen, result.classes.choices
    single = [each[0] if len(each) == 1 else None for each in choices]
    open_ = [" | ".join(each) if len(each) > 1 else None for each in choices]
    for name, texts in (("class", single), ("class_open", open_)):
        yield name, _coded(pa.array(texts, pa.string()).take(pa.array(chosen)))
    for within, places in result.places.items():
        yield from _places(within, places)


def _places(within: Within, places: Places) -> Iterator[tuple[str, Any]]:
    import pyarrow as pa

    end = "" if within is Within.ALL else f"_{within.value}"
    none = places.place == NONE
    yield f"place{end}", pa.array(places.place.astype(np.int32), mask=none)
    yield f"among{end}", pa.array(places.among.astype(np.int32), mask=none)
    yield f"place{end}_open", pa.array(places.open.astype(bool), mask=none)


def _coded(texts: Any) -> Any:
    return texts.dictionary_encode()


def _over(result: BulkResult, asks: Callable[[str], bool]) -> Truths:
    """What holds of each unit by its group."""
    found = np.zeros(len(result.units), bool)
    for part in result.parts:
        found[part.units] = asks(part.group)
    return found


def _words(column: Column, has: Truths, reached: Truths) -> Any:
    """The words of states; null where there is nothing to have one."""
    import pyarrow as pa

    states = np.asarray(column.states)
    words = [state.word for state in State]
    at = np.zeros(max(State) + 1, np.int8)
    at[[int(state) for state in State]] = range(len(words))
    codes = np.where(reached, at[states], np.int8(len(words)))
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=~has), pa.array([*words, NOT_REACHED]))


def _not_reached(result: BulkResult) -> dict[str, Truths]:
    """The units in which a leaf is never come to, as a rule before it counts."""
    found: dict[str, Truths] = {}
    for node in result.edition.nodes:
        if node.combine is not Combine.FIRST:
            continue
        decided = np.zeros(len(result.units), bool)
        for leaf in node.children:
            if leaf.id in result.variant.out:
                continue
            has = _over(result, node.applies) & _over(result, leaf.applies)
            found[leaf.id] = decided & has
            gives_way = np.isin(np.asarray(result.column(f"raw:{leaf.id}").states), _GIVES_WAY)
            decided = decided | (has & ~gives_way)
    return found


def numbers(
    name: str, column: Column, digits: int | None, kept: Truths | None = None
) -> Iterator[tuple[str, Any]]:
    """A column's numbers: one of decimals, or two of whole numbers."""
    known = np.asarray(column.states) == State.OK
    none = ~known if kept is None else ~(known & kept)
    n, d = _pairs(column, np.flatnonzero(~none))
    if digits is not None:
        yield (
            name,
            _decimals(n * 10**digits // d if n.dtype == object else _scaled(n, d, digits), none, digits),
        )
    else:
        yield name + NUMERATOR, _wholes(n, none)
        yield name + DENOMINATOR, _wholes(d, none)


def _pairs(column: Column, rows: Ints) -> tuple[Ints, Ints]:
    """Numerators and denominators in lowest terms, of all rows; 0 and 1 where there is no number."""
    size = len(column)
    if isinstance(column, Values):
        n, d = np.asarray(column.n), np.asarray(column.d)
        if object not in (n.dtype, d.dtype):
            n, d = n.astype(np.int64), d.astype(np.int64)
            shared = np.gcd(n, d)
            held = np.zeros(size, bool)
            held[rows] = True
            return np.where(held, n // np.where(held, shared, 1), 0), np.where(
                held, d // np.where(held, shared, 1), 1
            )
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
    if len(n) and int(np.abs(n).max()) > (2**63 - 1) // scale:
        n, d = n.astype(object), d.astype(object)
    found: Ints = n * scale // d
    return found


def _wholes(numbers_: Ints, none: Truths) -> Any:
    import pyarrow as pa

    if numbers_.dtype != object or all(-(2**63) <= each < 2**63 for each in numbers_):
        return pa.array(numbers_.astype(np.int64), mask=none)
    return pa.array(
        [None if out else str(each) for each, out in zip(numbers_, none, strict=True)], pa.string()
    )


def _decimals(scaled: Ints, none: Truths, digits: int) -> Any:
    """Whole numbers of units of so many decimals, as decimals."""
    import pyarrow as pa

    kind = pa.decimal128(38, digits)
    if scaled.dtype == object:
        held: Sequence[Decimal | None] = [
            None if out else Decimal(int(each)).scaleb(-digits)
            for each, out in zip(scaled, none, strict=True)
        ]
        return pa.array(held, kind)
    halves = np.empty((len(scaled), 2), np.int64)
    halves[:, 0], halves[:, 1] = scaled, scaled >> 63
    valid = pa.array(~none).buffers()[1]
    return pa.Array.from_buffers(kind, len(scaled), [valid, pa.py_buffer(halves)])
