"""Evidence as wide tables at rest, scored by engines; whether a bulk result is exact in every cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv, feather

from parcore.bulk.engines import Engine
from parcore.bulk.output import batches
from parcore.bulk.scoring import BulkResult, score_bulk
from parcore.bulk.view import view
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Datum, Evidence
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.numbers import NumberFormat, decimals, exact_text
from parcore.results.output import to_dict
from parcore.results.result import Result, Scorecard
from parcore.values import State

WRITERS = {
    ".parquet": pq.write_table,
    ".arrow": feather.write_feather,
    ".csv": csv.write_csv,
}


def wide_of(evidence: Evidence, *, typed: bool, period: Period | None = None) -> pa.Table:
    """A row for each unit and period; without `typed` every cell is a text, a state its word.

    With a period, of that alone, and without a column that names it.
    """
    rows: dict[tuple[str, Period], dict[str, Datum]] = {}
    for datum in evidence:
        if period in (None, datum.period):
            rows.setdefault((datum.unit, datum.period), {})[datum.field] = datum
    names = sorted({name for row in rows.values() for name in row})
    columns: dict[str, Any] = {"unit": [unit for unit, _ in rows]}
    if period is None:
        columns["period"] = [str(at) for _, at in rows]
    for name in names:
        data = [row.get(name) for row in rows.values()]
        if typed:
            columns[name] = _typed(data)
            columns[name + ":state"] = [
                None if o is None else "ok" if o.value.state is State.OK else o.value.state.word for o in data
            ]
        else:
            columns[name] = [_text(each) for each in data]
    return pa.table(columns)


def _text(datum: Datum | None) -> str:
    if datum is None:
        return ""
    if datum.value.state is not State.OK:
        return datum.value.state.word
    return datum.text if _is_choice(datum) else exact_text(datum.value.number)


def _is_choice(datum: Datum) -> bool:
    return not datum.text[:1].isdigit() and not datum.text.startswith("-")


def _typed(data: Sequence[Datum | None]) -> Any:
    known = [o for o in data if o is not None and o.value.state is State.OK]
    if any(_is_choice(each) for each in known):
        return pa.array([o.text if o is not None and o.value.state is State.OK else None for o in data])
    digits = max((decimals(each.value.number) or 0 for each in known), default=0)
    numbers = [o.value.number if o is not None and o.value.state is State.OK else None for o in data]
    if not digits:
        return pa.array([None if n is None else int(n) for n in numbers], pa.int64())
    return pa.array(
        [None if n is None else Decimal(exact_text(n)) for n in numbers], pa.decimal128(30, digits)
    )


def scored_by(
    engine: Engine,
    edition: Edition,
    tables: Iterable[pa.Table],
    book: UnitBook,
    period: Period,
    ending: str = ".arrow",
) -> BulkResult:
    """What an engine makes of tables, put into files."""
    with TemporaryDirectory() as folder:
        paths = []
        for at, table in enumerate(tables):
            paths.append(Path(folder) / f"{at}{ending}")
            WRITERS[ending](table, str(paths[at]))
        return score_bulk(edition, engine, paths, book, period, numbers=NumberFormat.PLAIN)


def check_same(bulk: BulkResult, exact: Result, cells: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Every root of every unit, every place, class and move, and all that output shows, is the exact one.

    `cells` are the rows of the result's file by unit, where an engine has written one.
    """
    shown = view(bulk, range(len(bulk.units)))
    assert [card.unit.id for card in shown.scorecards] == [card.unit.id for card in exact.scorecards]
    for one, two in zip(shown.scorecards, exact.scorecards, strict=True):
        for root in two.trace.program.roots:
            assert one.trace[root] == two.trace[root], (one.unit.id, root)
        assert (one.class_name, one.class_open, one.moves) == (two.class_name, two.class_open, two.moves)
        assert one.unreached == two.unreached
    assert told(shown) == told(exact)
    written = {row["unit"]: row for batch in batches(bulk, 2) for row in batch.to_pylist()}
    held = written if cells is None else cells
    assert held.keys() == {card.unit.id for card in exact.scorecards}
    for card in exact.scorecards:
        check_cells(held[card.unit.id], card, exact)


def told(result: Result) -> Mapping[str, Any]:
    """A result as data, but for what wide tables do not hold: sources, and how far an open index can move."""
    data = to_dict(result, "en")
    for unit in data["units"]:
        unit["provisional"] = None
        unit["places"] = sorted(unit["places"], key=lambda each: each["circle"])
    data["unused_fields"] = sorted(data["unused_fields"])
    return {key: each for key, each in data.items() if key not in ("rests_on", "observations")}


def number_of(cells: Mapping[str, Any], name: str) -> Fraction | None:
    """The number that a result's file has in a column."""
    return None if cells.get(name) is None else Fraction(cells[name])


def check_cells(cells: Mapping[str, Any], card: Scorecard, exact: Result) -> None:
    """A row of a result's file is the scorecard."""
    said = next(each for each in told(exact)["units"] if each["unit"] == card.unit.id)
    for name in ("points", "attainable", "rate", "total", "bonus", "penalty"):
        number = number_of(cells, name)
        assert (None if number is None else exact_text(number)) == said[name], name
    for each in (*said["criteria"], *said["adjustments"]):
        number = number_of(cells, f"points:{each['id']}")
        assert (None if number is None else exact_text(number)) == each["points"], each
        assert cells[f"points:{each['id']}:state"] == each["state"]
    assert cells["class"] == card.class_name
    assert (cells["class_open"] or "") == " | ".join(card.class_open)
    assert cells["state"] == card.state.word
    for place in exact.places.get(card.unit.id, ()):
        kind = place.circle.partition(":")[0]
        end = "" if kind == "all" else f"_{kind}"
        found = tuple(cells[name] for name in (f"place{end}", f"among{end}", f"place{end}_open"))
        assert found == (place.place, place.among, place.open)
