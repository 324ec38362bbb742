"""Evidence that a cluster holds: what `parcore.bulk.engines.Held` asks of it.

Units have a position in the order met (the roll) and, of those of which something is said, a row. A reading
is planned once here, with the bounds of all blocks, and played by a task on each block.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from attrs import evolve, field, frozen

from parcore.bulk.checks import only
from parcore.bulk.engines import Part, Wide
from parcore.bulk.policies import Places
from parcore.bulk.store import Key
from parcore.diagnostics import Diagnostic, Place, stop
from parcore.evidence.evidence import Evidence
from parcore.evidence.units import Unit, UnitBook
from parcore.readings.columns.arrays import Ints
from parcore.readings.columns.bulk import Bulk
from parcore.readings.columns.chunks import BlockPlan, WideValues, plan_of
from parcore.readings.pair.reading import Values
from parcore.values import State, Value
from parcore_spark.wide.blocks import Blocks
from parcore_spark.wide.reading import (
    Answer,
    Bounds,
    Found,
    Sent,
    Share,
    Taken,
    Write,
    bounds_of,
    fields_of,
    joined,
    shapes_of,
)

if TYPE_CHECKING:
    from parcore.bulk.columnar import Column
    from parcore.bulk.scoring import BulkResult

ENDING: Final = ".parquet"
FEW: Final = 5_000
"""Of so many units wide numbers are fetched at once; of more, those that lie too near each other."""
_NONE: Final = np.empty(0, np.int64)


class SparkHeld:
    """Evidence in the files of a cluster, checked."""

    def __init__(self, wide: Wide, blocks: Blocks, found: Sequence[Found], roll: Sequence[Unit]) -> None:
        self.wide, self.blocks = wide, blocks
        positions = np.concatenate([np.empty(0, np.int64), *(each.units for each in found)])
        order = np.argsort(positions, kind="stable")
        rows = np.empty(len(order), np.int64)
        rows[order] = np.arange(len(order))
        self.units: Sequence[Unit] = [roll[at] for at in positions[order].tolist()]
        self._said = [each.said for each in found]
        ends = np.cumsum([len(each.units) for each in found])
        self._rows = np.split(rows, ends[:-1]) if found else []
        self._sizes = [each.size for each in found]
        self._bounds = _bounds(found)
        self.spoken: Mapping[Key, frozenset[State]] = _spoken(found)
        self.notes: Sequence[Diagnostic] = ()

    def place(self, unit: int) -> Place:
        """The table."""
        return Place(str(self.wide.tables[0]))

    def read(self, part: Part) -> Mapping[str, Column]:
        """The roots asked for; those kept are read again where they are written."""
        plan = self._plan(part, part.roots)
        rows, taken = self._taken(part)
        answer = Answer(plan, self.wide.period, part.roots, exact=len(part.units) <= FEW)
        parts = self._answers(answer, rows, taken)
        return {root: self._column(part, plan, root, parts[root]) for root in part.roots}

    def _plan(self, part: Part, roots: tuple[str, ...]) -> BlockPlan:
        program = only(part.program, roots)
        known = {_key(name): bounds_of(bulk) for name, bulk in part.known.items()}
        shapes = shapes_of(program, {**self._bounds, **known}, self.wide.period)
        return plan_of(program, shapes, roots)

    def _taken(self, part: Part, among: Ints | None = None) -> tuple[list[Ints], list[Taken | None]]:
        """The rows of a part (only those `among` them) in each block, and what is taken of it."""
        at = np.full(len(self.units), -1, np.int64)
        if among is None:
            at[part.units] = np.arange(len(part.units))
        else:
            at[part.units[among]] = among
        rows, taken = list[Ints](), list[Taken | None]()
        for own, said, size in zip(self._rows, self._said, self._sizes, strict=True):
            inside = at[own] >= 0
            rows.append(at[own][inside])
            local = said[inside]
            known = {_key(name): bulk.at(rows[-1]) for name, bulk in part.known.items()}
            taken.append(Taken(None if len(local) == size else local, known) if len(local) else None)
        return rows, taken

    def _answers(
        self, answer: Answer, rows: Sequence[Ints], taken: Sequence[Taken | None]
    ) -> dict[str, list[tuple[Ints, Sent]]]:
        """What each block that has rows answers, root by root."""
        done = self.blocks.each(fields_of(answer.plan.program), answer, taken)
        return {
            root: [(own, each[root]) for own, each in zip(rows, done, strict=True) if each is not None]
            for root in answer.roots
        }

    def _column(self, part: Part, plan: BlockPlan, root: str, parts: Sequence[tuple[Ints, Sent]]) -> Column:
        whole = joined(parts, len(part.units))
        if whole.near is None:
            return Values(whole.states, whole.n, whole.d)
        nobody = cast("Any", None)  # the numbers are not here
        return RemoteValues(whole.states, whole.near, whole.error, nobody, root, source=self, part=part)

    def exactly(self, part: Part, root: str, rows: Ints) -> Values:
        """A root's numbers in some rows of a part."""
        asked, order = np.unique(rows, return_inverse=True)
        own, taken = self._taken(part, asked)
        answer = Answer(self._plan(part, (root,)), self.wide.period, (root,), exact=True)
        parts = self._answers(answer, own, taken)[root]
        found = joined([(np.searchsorted(asked, each), sent) for each, sent in parts], len(asked))
        return Values(found.states[order], found.n[order], found.d[order])

    def write(self, path: Path, result: BulkResult) -> None:
        """Write a folder of Parquet files, one for each block that has units.

        Raises:
            ParcoreError: another ending, or a folder that cannot be written.
        """
        if path.suffix.lower() != ENDING:
            raise stop("bulk-ending", Place(str(path)), file=path.name, known=ENDING)
        beside = path.absolute().with_name(f".{path.name}.unfinished")
        try:
            if beside.exists():
                shutil.rmtree(beside)
            beside.mkdir()
            self._write(beside, result)
            if path.is_dir() and all(each.suffix == ENDING for each in path.iterdir()):
                shutil.rmtree(path)
            beside.replace(path)
        except OSError as error:
            cause = error.strerror or str(error)
            raise stop("bulk-unwritten", Place(str(path)), cause=cause) from error

    def _write(self, folder: Path, result: BulkResult) -> None:
        # Of the result a task needs what it means; what it holds of the block's own units is sent beside it.
        base = evolve(
            result,
            held=cast("Any", None),
            units=(),
            parts=tuple(evolve(each, known={}, units=_NONE) for each in result.parts),
            columns=(),
            places={},
            classes=evolve(result.classes, chosen=_NONE, moves={}),
            witness=Evidence(()),
            without_evidence=(),
            tables=(),
        )
        fields = frozenset[str]().union(*(fields_of(part.program) for part in result.parts))
        wide = evolve(self.wide, units=UnitBook(()))
        self.blocks.each(fields, Write(wide, base), self._shares(folder, result))

    def _shares(self, folder: Path, result: BulkResult) -> list[Share | None]:
        """What each block writes."""
        part_of = np.full(len(self.units), -1, np.int64)
        row_of = np.zeros(len(self.units), np.int64)
        for at, part in enumerate(result.parts):
            part_of[part.units], row_of[part.units] = at, np.arange(len(part.units))
        found: list[Share | None] = []
        for block, (own, said) in enumerate(zip(self._rows, self._said, strict=True)):
            if not len(own):
                found.append(None)
                continue
            parts = list[tuple[Ints, Mapping[str | Key, Bulk]]]()
            for at, part in enumerate(result.parts):
                rows = np.flatnonzero(part_of[own] == at)
                known = {name: bulk.at(row_of[own[rows]]) for name, bulk in part.known.items()}
                parts.append((rows, known))
            places = {
                within: Places(each.place[own], each.among[own], each.open[own])
                for within, each in result.places.items()
            }
            units = [self.units[row] for row in own.tolist()]
            name = folder / f"part-{block:05}{ENDING}"
            found.append(Share(name, said, units, parts, places, result.classes.chosen[own]))
        return found


def _key(name: str | Key) -> Key:
    return (name, 0) if isinstance(name, str) else name


def _spoken(found: Sequence[Found]) -> dict[Key, frozenset[State]]:
    """The states in which anything is stated."""
    spoken: dict[Key, frozenset[State]] = {}
    for each in found:
        for key, states in each.spoken.items():
            spoken[key] = spoken.get(key, frozenset()) | states
    return spoken


def _bounds(found: Sequence[Found]) -> dict[Key, Bounds]:
    """The bounds of each field over all blocks; in a block that has no column of it, it is missing."""
    nothing = Bounds(frozenset({State.MISSING}), 0, 0, 1)
    known: dict[Key, Bounds] = {}
    for key in {key for each in found for key in each.bounds}:
        parts = [each.bounds.get(key, nothing) for each in found if len(each.units)]
        known[key] = reduce(Bounds.beside, parts)
    return known


@frozen(eq=False)
class RemoteValues(WideValues):
    """Values whose wide numbers are read on the cluster where they are asked for, many at once."""

    source: SparkHeld = field(kw_only=True)
    part: Part = field(kw_only=True)

    def items(self, at: range) -> list[Value]:
        """The values in some rows, read together."""
        return self.exactly(np.asarray(at))[:]

    def exactly(self, rows: Ints) -> Values:
        """The values of some rows."""
        return self.source.exactly(self.part, self._root, rows)
