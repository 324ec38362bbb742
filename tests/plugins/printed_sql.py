"""A printed statement as an auditor runs it: on the table that its heading describes, in either database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from parcore.numbers import exact_text
from parcore.readings.exact import Scope
from parcore.rules.graph import Field, Symbol
from parcore.rules.program import Program
from parcore.values import State, Value

Execute: TypeAlias = Callable[[str], Sequence[Mapping[str, Any]]]
"""Runs a statement, and gives its rows by the names of their columns."""
Cells: TypeAlias = Mapping[str, tuple[Any, Any]]
"""The columns of a unit: what stands in each, and in the one for its state."""


def made(sql: str) -> str:
    """The statement in the heading that makes the table."""
    lines = sql.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("-- CREATE TABLE"))
    end = next(at for at, line in enumerate(lines) if at > start and line == "-- );")
    return "\n".join(line.removeprefix("-- ") for line in lines[start : end + 1])


def column_of(node: Field | Symbol) -> str:
    """The column in which a field stands."""
    return node.name.removeprefix("@") + (f":{node.lag} back" if node.lag else "")


def cells_of(program: Program, scope: Scope) -> dict[str, tuple[Any, Any]]:
    """What a unit's evidence says, as columns: numbers and days as they are read, choices by their words."""
    found: dict[str, tuple[Any, Any]] = {}
    for node in program.nodes:
        if not isinstance(node, Field | Symbol):
            continue
        name = column_of(node)
        if isinstance(node, Symbol):
            value = scope.symbol(node.name, node.options, node.lag)
            said: Any = node.options[int(value.number)] if value.state is State.OK else None
            state = None if value.state in (State.OK, State.ERROR) else value.state.word
            found[name] = ("none of them" if value.state is State.ERROR else said, state)
        else:
            value = scope.field(node.name, node.lag)
            found[name] = _said(value)
    return found


def _said(value: Value) -> tuple[Any, Any]:
    return (value.number, "ok") if value.state is State.OK else (None, value.state.word)


def fill(execute: Execute, sql: str, units: Mapping[str, Cells], group: str) -> None:
    """Make the table as the heading says, with a row for each unit."""
    execute("DROP TABLE IF EXISTS evidence")
    making = made(sql)
    group = group if "unit_group" in making else ""
    execute(making)
    days = {line.split('"')[1] for line in making.splitlines() if " DATE" in line}
    for unit, cells in units.items():
        values = {"unit": _literal(unit)} | ({"unit_group": _literal(group)} if group else {})
        for name, (said, state) in cells.items():
            day = name in days and said is not None
            values[name] = f"DATE '0001-01-01' + {int(said) - 1}" if day else _literal(said)
            values[f"{name}:state"] = _literal(state)
        names = ", ".join(f'"{each}"' for each in values)
        execute(f"INSERT INTO evidence ({names}) VALUES ({', '.join(values.values())})")


def _literal(said: Any) -> str:
    if said is None:
        return "NULL"
    if isinstance(said, Fraction | int):
        return exact_text(Fraction(said))
    return "'" + str(said).replace("'", "''") + "'"


def value_of(row: Mapping[str, Any], root: str) -> Value:
    """What a row says of a root: its fraction where it has one, else its number."""
    state = State[row[f"{root}:state"].upper()]
    if state is not State.OK:
        return Value(state)
    return Value(state, Fraction(row.get(f"{root}:exact") or str(row[root])))
