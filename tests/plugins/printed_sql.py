"""A printed statement as an auditor runs it: on the table that its heading describes, in any database."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from attrs import field, frozen

from parcore.numbers import exact_text
from parcore.readings.exact import Scope
from parcore.rules.graph import Domain, Field, Over, Records, Symbol
from parcore.rules.program import Program
from parcore.values import State, Value
from parcore_sql.given import EVIDENCE

Execute: TypeAlias = Callable[[str], Sequence[Mapping[str, Any]]]
"""Runs a statement, and gives its rows by the names of their columns."""
Cells: TypeAlias = Mapping[str, tuple[Any, Any]]
"""The columns of a unit: what stands in each, and in the one for its state."""


def made(sql: str) -> dict[str, str]:
    """The statements in the heading that make the tables, by the name of each."""
    heading = "\n".join(
        line.removeprefix("--").removeprefix(" ") for line in sql.partition("\nWITH\n")[0].splitlines()
    )
    found = re.findall(r'^CREATE TABLE ["`](.+?)["`] \(\n.*?^\);$', heading, re.MULTILINE | re.DOTALL)
    texts = re.findall(r"^CREATE TABLE .*?^\);$", heading, re.MULTILINE | re.DOTALL)
    return dict(zip(found, texts, strict=True))


def column_of(node: Field | Symbol) -> str:
    """The column in which a field stands."""
    return node.name.removeprefix("@") + (f":{node.lag} back" if node.lag else "")


def cells_of(program: Program, scope: Scope) -> dict[str, tuple[Any, Any]]:
    """What a unit's evidence says, as columns: numbers and days as they are read, choices by their words."""
    found: dict[str, tuple[Any, Any]] = {}
    for node in program.nodes:
        if isinstance(node, Field):
            found[column_of(node)] = _said(scope.field(node.name, node.lag))
        elif isinstance(node, Symbol):
            value = scope.symbol(node.name, node.options, node.lag)
            said: Any = node.options[int(value.number)] if value.state is State.OK else None
            state = None if value.state in (State.OK, State.ERROR) else value.state.word
            found[column_of(node)] = ("none of them" if value.state is State.ERROR else said, state)
    return found


def cases_of(program: Program, scope: Scope) -> tuple[dict[str, str], dict[str, list[Cells]]]:
    """What the lists of a unit say: the state of each, and the cells of its cases."""
    bodies: dict[Domain, list[Program]] = {}
    for at, node in enumerate(program.nodes):
        if isinstance(node, Over):
            bodies.setdefault(node.domain, []).append(program.bodies[at])
    states, cases = dict[str, str](), dict[str, list[Cells]]()
    for domain, programs in bodies.items():
        assert isinstance(domain, Records)
        state, members = scope.members(domain)
        states[domain.kind] = state.word
        asked = [{**cells_of(each, member)} for member in members for each in programs]
        width = len(programs)
        cases[domain.kind] = [
            {name: cell for one in asked[at : at + width] for name, cell in one.items()}
            for at in range(0, len(asked), width)
        ]
    return states, cases


def _said(value: Value) -> tuple[Any, Any]:
    return (value.number, "ok") if value.state is State.OK else (None, value.state.word)


@frozen
class Row:
    """A unit's row of a table: its cells, and other values as they are written."""

    unit: str
    cells: Cells
    values: Mapping[str, str] = field(factory=dict)


def fill(execute: Execute, sql: str, program: Program, scopes: Mapping[str, Scope], group: str) -> None:
    """Make the tables as the heading says, with a row for each unit, and for each of its cases."""
    making = make(execute, sql)
    rows: dict[str, list[Row]] = {table: [] for table in making}
    for unit, scope in scopes.items():
        states, cases = cases_of(program, scope)
        values = {"unit_group": _literal(group)} if "unit_group" in making[EVIDENCE] else {}
        values |= {f"{kind}:state": _literal(state) for kind, state in states.items()}
        rows[EVIDENCE].append(Row(unit, cells_of(program, scope), values))
        for kind, members in cases.items():
            rows[kind] += [Row(unit, cells) for cells in members]
    for table, found in rows.items():
        insert(execute, making, table, found)


def make(execute: Execute, sql: str) -> dict[str, str]:
    """Make the empty tables as the heading says; the statements that made them."""
    making = made(sql)
    for table, text in making.items():
        execute(f"DROP TABLE IF EXISTS {quoted(table, text)}")
        execute(text)
    return making


def quoted(name: str, text: str) -> str:
    """A name in the quotes of a statement that makes a table."""
    quote = text.removeprefix("CREATE TABLE ")[0]
    return f"{quote}{name}{quote}"


def insert(execute: Execute, making: Mapping[str, str], table: str, rows: Sequence[Row]) -> None:
    """Put rows into a table."""
    text = making[table]
    days = {re.split(r'["`]', line)[1] for line in text.splitlines() if " DATE" in line}
    written: list[dict[str, str]] = []
    for row in rows:
        written.append({"unit": _literal(row.unit), **row.values})
        for name, (said, state) in row.cells.items():
            day = name in days and said is not None
            written[-1][name] = f"DATE '0001-01-01' + {int(said) - 1}" if day else _literal(said)
            written[-1][f"{name}:state"] = _literal(state)
    names = [*dict.fromkeys(name for row in written for name in row)]
    if rows:
        columns = ", ".join(quoted(each, text) for each in names)
        values = ", ".join("(" + ", ".join(row.get(each, "NULL") for each in names) + ")" for row in written)
        execute(f"INSERT INTO {quoted(table, text)} ({columns}) VALUES {values}")


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
