"""Engines: who reads the rules of an edition over evidence at rest. What is asked of one, and what it gives.

In: wide tables of evidence that lie in files, as long as they like. Out: columns of the roots that policies
need; the points of criteria may stay with the engine, which then writes them itself (`Held.write`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import field, frozen

from parcore.diagnostics import Diagnostic, Findings, Place
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.evidence.vocabulary import Vocabulary
from parcore.numbers import NumberFormat
from parcore.rules.program import Program
from parcore.values import State

if TYPE_CHECKING:
    from parcore.bulk.columnar import Column
    from parcore.bulk.scoring import BulkResult
    from parcore.readings.columns.arrays import Ints
    from parcore.readings.columns.bulk import Bulk


class Book(Protocol):
    """The units known, by id and by the names that people write (`UnitBook`)."""

    def on(self, day: date, kinds: Iterable[str]) -> Iterable[Unit]:
        """The units of some kinds that exist on a day."""

    def look_up(self, name: str, day: date, place: Place, findings: Findings) -> Unit | None:
        """The one unit a text names on a day; anything else is reported at `place`."""


@frozen(eq=False)
class Wide:
    """Evidence at rest: wide tables of one meaning, read one after the other, and what is asked of them.

    Each has a column `unit`, perhaps `period` and `stage`, a column for each field, and perhaps one of the
    words of its states, `<field>:state`. A table without `period` is of the period asked.

    `checks` is a program over single rows whose roots must not be 0 in any: the ranges and steps of fields,
    the invariants between them (`parcore.bulk.checks`). A root that is not `OK` says nothing. `lags`
    are the periods back that rules read, 0 among them. `numbers` is how texts write numbers.
    """

    tables: tuple[Path, ...]
    vocabulary: Vocabulary
    units: Book
    period: Period
    checks: Program
    lags: tuple[int, ...] = (0,)
    numbers: NumberFormat = NumberFormat.UNDECLARED


@frozen(eq=False)
class Part:
    """What is asked about the units of one unit group.

    `units` are positions in `Held.units`; every column that goes in or comes back has a row for each of
    them, in this order. `program` reads no peers and no records: the statistics over peers are fields
    `@peers:<n>`, which `known` has. The columns of `roots` come back; those of `kept` stay with the engine,
    to be written.
    """

    group: str
    program: Program
    units: Ints
    roots: tuple[str, ...]
    kept: tuple[str, ...] = ()
    known: Mapping[str | tuple[str, int], Bulk] = field(factory=dict)


class Held(Protocol):
    """Evidence that an engine holds open: checked row by row, of the period asked and those before it."""

    @property
    def units(self) -> Sequence[Unit]:
        """The units of which anything is stated for the period, each once, in any order that stays."""

    @property
    def spoken(self) -> Mapping[tuple[str, int], frozenset[State]]:
        """The states in which anything is stated of a field, so many periods back; `OK` for a number."""

    @property
    def notes(self) -> Sequence[Diagnostic]:
        """What a reader of the result has to be told: of rows read by another way than asked, for example."""

    def place(self, unit: int) -> Place:
        """Where the unit at a position stands, as closely as the engine knows."""

    def read(self, part: Part) -> Mapping[str, Column]:
        """The columns of `part.roots`, equal to the exact reading in every state and number."""

    def write(self, path: Path, result: BulkResult) -> None:
        """Write the result: a row for each unit, in the columns of `parcore.bulk.output`.

        Raises:
            ParcoreError: an ending that is no format, or a file that cannot be written.
        """


class Engine(Protocol):
    """A way to read rules over evidence at rest."""

    def open(self, wide: Wide) -> Held:
        """The evidence, opened and checked.

        Raises:
            ParcoreError: a column, a cell or a row that is refused; with its place, counted where many are.
        """


EngineFactory: TypeAlias = Callable[[Mapping[str, str]], Engine]
"""Makes an engine with the options of the command line (`--master`, `--engine-option key=value`).

Raises `ParcoreError` for an option that it does not know.
"""
