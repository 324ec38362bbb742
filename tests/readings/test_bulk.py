"""Bulk evidence in columns is read as the same evidence cell by cell; what is not exact is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parcore.evidence.periods import Period
from parcore.readings.columns.bulk import Bulk, bulk_block, from_arrow
from parcore.readings.columns.chunks import read_block
from parcore.readings.exact import evaluate
from parcore.readings.pair.backend import Undecided
from parcore.rules.graph import Agg, Aggregate, Const, Div, Field, Node, Over, Records, Symbol, Table
from parcore.rules.program import lay_out
from parcore.values import State, Value
from tests.strategies import Facts

F = Fraction
PERIOD = Period(2024)
A, B = Field("a"), Field("b")
CHOICE = Symbol("s", ("yes", "no"))
ROOTS: dict[str, Node] = {
    "ratio": Div(A, B),
    "late": Agg(Aggregate.SUM, (A, Field("a", 1))),
    "choice": Table(CHOICE, ((0, Const(F(2))), (1, Const(F(1))))),
    "absent": Field("nobody-states-it"),
}


def test_columns_are_read_as_cells_are() -> None:
    """Numbers, states, choices, an earlier period, a field without a column: each cell is the exact one."""
    random = Random(1)
    states = [State.OK, State.OK, State.MISSING, State.NOTHING_AROSE, State.REJECTED]
    rows = [[random.choice(states) for _ in range(4)] for _ in range(200)]
    numbers = [[random.randint(-5, 10**6) for _ in range(3)] for _ in rows]
    texts = [random.choice(("no", "yes", "never")) for _ in rows]
    keys: tuple[tuple[str, int], ...] = (("a", 0), ("b", 0), ("a", 1))
    fields: dict[Any, Bulk] = {
        key: Bulk(np.array([each[at] for each in numbers]), 100, np.array([row[at] for row in rows]))
        for at, key in enumerate(keys)
    }
    options = ("never", "no", "yes")
    positions = np.array([options.index(each) for each in texts], np.uint8)
    fields["s"] = Bulk(positions, 1, np.array([row[3] for row in rows]), options)
    program = lay_out(ROOTS)
    found = read_block(program, bulk_block(program, fields, PERIOD))

    def value(row: int, at: int) -> Value:
        state = rows[row][at]
        return Value(state, F(numbers[row][at], 100)) if state is State.OK else Value(state)

    for row in range(len(rows)):
        facts = {key: value(row, at) for at, key in enumerate(keys)}
        said = texts[row] if rows[row][3] is State.OK else rows[row][3]
        trace = evaluate(program, Facts(facts, {("s", 0): said}))
        assert {root: found[root][row] for root in ROOTS} == {root: trace[root] for root in ROOTS}


def test_a_parquet_file_is_read_exactly(tmp_path: Any) -> None:
    """Integers, decimals of any width, nulls, states in words and texts are what was put into Parquet."""
    table = pa.table({
        "a": pa.array([1, None, 3, 7], pa.int32()),
        "a:state": pa.array(["ok", "ok", "nothing_arose", "ok"]),
        "b": pa.array([Decimal("0.25"), Decimal("-3.10"), None, Decimal(4)], pa.decimal128(9, 2)),
        "c": pa.array([Decimal(10**30), Decimal(-1), Decimal(0), None], pa.decimal128(38, 0)),
        "s": pa.array(["no", None, "yes", "never"]),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "evidence.parquet")
    program = lay_out({name: Field(name) for name in "abc"} | {"s": CHOICE})
    fields = from_arrow(pq.read_table(tmp_path / "evidence.parquet").slice(0, 4))
    found = read_block(program, bulk_block(program, fields, PERIOD))
    ok, missing = State.OK, Value(State.MISSING)
    assert found["a"][:] == [Value(ok, F(1)), missing, Value(State.NOTHING_AROSE), Value(ok, F(7))]
    assert found["b"][:] == [Value(ok, F(1, 4)), Value(ok, F(-31, 10)), missing, Value(ok, F(4))]
    assert found["c"][:] == [Value(ok, F(10**30)), Value(ok, F(-1)), Value(ok, F(0)), missing]
    assert found["s"][:] == [Value(ok, F(1)), missing, Value(ok, F(0)), Value(State.ERROR)]


def test_a_slice_of_decimals_is_that_slice() -> None:
    """An Arrow column that begins within its buffer is read from there."""
    table = pa.table({"b": pa.array([Decimal(each) for each in range(9)], pa.decimal128(5, 0))}).slice(4, 3)
    assert list(from_arrow(table)["b"].numbers) == [4, 5, 6]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"a": Bulk(np.array([0.5]))}, "no column of integers"),
        ({"a": Bulk(np.array([True]))}, "no column of integers"),
        ({"a": Bulk(np.array([F(1, 2)], object))}, "no column of integers"),
        ({"a": Bulk(np.array([1]), 0)}, "no positive integer"),
        ({"a": Bulk(np.array([1]), 1, np.array([10]))}, "a state that no evidence is in"),
        ({"a": Bulk(np.array([1]), 1, np.array([0, 0]))}, "1 numbers with 2 states"),
        ({"a": Bulk(np.array([1])), "b": Bulk(np.array([1, 2]))}, "one length"),
        ({"s": Bulk(np.array([2]), 1, None, ("yes", "no"))}, "among its 2 options"),
        ({"s": Bulk(np.array([-1]), 1, None, ("yes", "no"))}, "among its 2 options"),
    ],
)
def test_what_is_not_exact_or_does_not_fit_is_refused(fields: dict[Any, Bulk], said: str) -> None:
    """Binary floats, wrong states and columns of other lengths are refused by a sentence that names them."""
    with pytest.raises(ValueError, match=said):
        bulk_block(lay_out(ROOTS), fields, PERIOD)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"a": pa.array([0.5])}, "no type of exact numbers"),
        ({"a": pa.array([1]), "a:state": pa.array(["lost"])}, "'lost' is no state of evidence"),
        ({"a": pa.array([1]), "a:state": pa.array([None], pa.string())}, "None is no state of evidence"),
    ],
)
def test_an_arrow_table_without_exact_numbers_is_refused(columns: dict[str, Any], said: str) -> None:
    """Binary floats and words that are no states are refused."""
    with pytest.raises(ValueError, match=said):
        from_arrow(pa.table(columns))


def test_what_columns_of_fields_cannot_hold_is_undecided() -> None:
    """An aggregate over records is left to whoever has the records."""
    program = lay_out({"x": Over(Aggregate.SUM, Records("case"), A)})
    with pytest.raises(Undecided, match="sum over"):
        bulk_block(program, {"a": Bulk(np.array([1]))}, PERIOD)


def test_days_of_the_period_are_the_same_for_all() -> None:
    """A rule that asks for a day of the period gets it, of an earlier period too."""
    program = lay_out({"end": Field("@period_end"), "before": Field("@period_end", 1)})
    found = read_block(program, bulk_block(program, {"a": Bulk(np.array([1, 2]))}, PERIOD))
    days = [F(PERIOD.end.toordinal()), F(PERIOD.back(1).end.toordinal())]
    assert [found[root][1].number for root in ("end", "before")] == days
