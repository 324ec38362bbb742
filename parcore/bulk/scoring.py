"""A whole edition over bulk evidence, by an engine: what `parcore.results.scoring.score` gives, in columns.

In: an edition, an engine, wide tables at rest, the units known. Out: places, classes and the numbers of
every unit as columns, with a row for each unit that the evidence speaks of. Needs `parcore[columnar]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import evolve, frozen

from parcore.bulk.admission import admit_points
from parcore.bulk.checks import checks_of
from parcore.bulk.columnar import Column, joined
from parcore.bulk.engines import Book, Engine, Held, Part, Wide
from parcore.bulk.peers import statistics, taken
from parcore.bulk.policies import (
    MET,
    Columns,
    Places,
    Standing,
    limits_of,
    placed,
    read_by_policies,
    standing,
)
from parcore.diagnostics import Diagnostic, Findings, Place, stop
from parcore.editions.compile import compile_edition
from parcore.editions.edition import Combine, Edition
from parcore.editions.index import ATTAINABLE, BASE, BONUS, PENALTY, RATE, ROUNDED, TOTAL
from parcore.editions.stated import check_stated
from parcore.editions.tree import Variant
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.evidence.vocabulary import INDEX, POINTS
from parcore.numbers import NumberFormat
from parcore.readings.columns.arrays import Ints
from parcore.results.admission import by_code
from parcore.results.population import FrozenProgram, freeze
from parcore.results.scoring import absent_methods, left_out, unused_fields, variant_of
from parcore.rules.graph import Field, Over, Symbol, Within
from parcore.rules.policies import Absent
from parcore.rules.program import Program
from parcore.values import State, Value

if TYPE_CHECKING:
    from parcore.rules.policies import Classes

_NOT_IN_TREE: Final = "@"
INDEX_ROOTS: Final = (
    BASE + ROUNDED, ATTAINABLE, RATE + ROUNDED, TOTAL + ROUNDED, BONUS, PENALTY,
)  # fmt: skip
"""The roots of the index that a result shows."""


@frozen(eq=False)
class BulkResult:
    """What bulk evidence comes to under an edition; row i is of the unit `units[i]`.

    `parts` hold, by unit group, the rows of its units, and `columns` the values of each part's roots.
    """

    edition: Edition
    period: Period
    held: Held
    units: Sequence[Unit]
    parts: tuple[Part, ...]
    columns: tuple[Columns, ...]
    places: Mapping[Within, Places]
    classes: Standing
    variant: Variant
    witness: Evidence
    absent: tuple[Absent, ...]
    unused_fields: tuple[str, ...]
    without_evidence: tuple[Unit, ...]
    tables: tuple[Path, ...]
    notes: tuple[Diagnostic, ...] = ()

    def write(self, path: str | Path) -> None:
        """Write all of it as Parquet, Arrow or CSV (`parcore.bulk.output`).

        Raises:
            ParcoreError: an ending that is no format, or a file that cannot be written.
        """
        self.held.write(Path(path), self)

    def column(self, root: str) -> Column:
        """A root over all units; no number where a unit's group has no such root.

        Raises:
            KeyError: a root that no group has.
        """
        return self.read((root,))[root]

    def read(self, roots: Sequence[str], rows: Ints | None = None) -> Columns:
        """Roots over some rows (None: all), in ascending order, read now where policies did not read them.

        Raises:
            KeyError: a root that no group has.
        """
        size = len(self.units) if rows is None else len(rows)
        found: dict[str, list[tuple[Ints, Column | None]]] = {root: [] for root in roots}
        for part, own in zip(self.parts, self.columns, strict=True):
            here = part if rows is None else part_within(part, rows)
            at = here.units if rows is None else np.searchsorted(rows, here.units)
            if not len(at):
                continue
            wanted = tuple(r for r in roots if r in part.program.roots and (rows is not None or r not in own))
            read = self.held.read(evolve(here, roots=wanted, kept=())) if wanted else {}
            for root in roots:
                found[root].append((at, read.get(root, own.get(root) if rows is None else None)))
        for root in roots:
            if not any(root in part.program.roots for part in self.parts):
                raise KeyError(root)
        return {root: joined(each, size) for root, each in found.items()}


def score_bulk(
    edition: Edition,
    engine: Engine,
    tables: Iterable[Path],
    units: Book,
    period: Period,
    *,
    numbers: NumberFormat = NumberFormat.UNDECLARED,
) -> BulkResult:
    """Score every unit that wide tables speak of in a period; `numbers` is how their texts write numbers.

    The evidence is final. Points set by an appraiser, records, bounds and provisional intervals are what
    `parcore.results.scoring.score` alone gives.

    Raises:
        ParcoreError: evidence that is refused, or an edition that reads records.
    """
    wide = asked_of(edition, tables, units, period, numbers)
    held = engine.open(wide)
    if not held.units:
        raise stop("bulk-none", Place(", ".join(str(each) for each in wide.tables[:3])), period=period)
    witness = _witness(held, period)
    _admit(edition, witness, period)
    groups = _groups(edition, held)
    absent = tuple(absent_methods(edition, witness, period))
    variant = variant_of(edition, witness, period, left_out(edition, absent), frozenset())
    classes = edition.classes_in(period)
    parts = [_part(edition, group, rows, variant, classes, held) for group, rows in groups.items()]
    for part in parts:
        admit_points(edition, part, held)
    columns = tuple(held.read(part) for part in parts)
    roots = dict.fromkeys(root for part in parts for root in part.roots)
    whole = {root: _over_all(parts, columns, root, len(held.units)) for root in roots}
    return BulkResult(
        edition=edition,
        period=period,
        held=held,
        units=held.units,
        parts=tuple(parts),
        columns=columns,
        places=placed(whole, held.units, edition.ranking),
        classes=standing(whole, held.units, _by_group(parts, columns), classes, edition.ranking),
        variant=variant,
        witness=witness,
        absent=absent,
        unused_fields=unused_fields(edition, witness, period, variant),
        without_evidence=_without(edition, units, held, period),
        tables=wide.tables,
        notes=(*held.notes, *_not_told(held, edition)),
    )


def _by_group(parts: Sequence[Part], columns: Sequence[Columns]) -> list[tuple[str, Ints, Columns]]:
    return [(part.group, part.units, own) for part, own in zip(parts, columns, strict=True)]


def in_error(result: BulkResult) -> bool:
    """Whether bad evidence leaves a unit without an index."""
    return bool((np.asarray(result.column(TOTAL).states) == State.ERROR).any())


def _without(edition: Edition, units: Book, held: Held, period: Period) -> tuple[Unit, ...]:
    spoken = {unit.id for unit in held.units}
    return tuple(unit for unit in units.on(period.end, edition.kinds) if unit.id not in spoken)


def asked_of(
    edition: Edition, tables: Iterable[Path], units: Book, period: Period, numbers: NumberFormat
) -> Wide:
    """What an engine is asked to open: the tables, what is checked in them, the periods that rules read."""
    programs = (compile_edition(edition, group).program for group in edition.groups)
    reads = {key for program in programs for key in _read_by(program)}
    lags = tuple(sorted({0, *(lag for _, lag in reads)}))
    checks = checks_of(edition.vocabulary, sorted(name for name, _ in reads if name.startswith(INDEX)))
    return Wide(tuple(tables), edition.vocabulary, units, period, checks, lags, numbers)


def part_within(part: Part, rows: Ints) -> Part:
    """The part of a part whose rows are among some, both in ascending order."""
    inner = np.flatnonzero(np.isin(part.units, rows, assume_unique=True))
    known = {name: bulk.at(inner) for name, bulk in part.known.items()}
    return evolve(part, units=part.units[inner], known=known)


def _over_all(parts: Sequence[Part], columns: Sequence[Columns], root: str, size: int) -> Column:
    return joined([(part.units, own.get(root)) for part, own in zip(parts, columns, strict=True)], size)


def _read_by(program: Program) -> Iterator[tuple[str, int]]:
    """The fields that a program reads, and how many periods back."""
    for at, node in enumerate(program.nodes):
        if isinstance(node, Field | Symbol) and not node.name.startswith(_NOT_IN_TREE):
            yield node.name, node.lag
        if isinstance(node, Over):
            yield from _read_by(program.bodies[at])


def _witness(held: Held, period: Period) -> Evidence:
    """A statement for each field and state that the evidence has: what whole populations are asked about."""
    return Evidence(
        Datum(state.word, period.back(lag), name, Value(state), "", Stage.FINAL, place=held.place(0))
        for (name, lag), states in held.spoken.items()
        for state in sorted(states)
    )


def _admit(edition: Edition, witness: Evidence, period: Period) -> None:
    """Refuse what an edition has no answer to: states of other indices, points set, points by a code."""
    findings = Findings()
    check_stated(edition, witness, findings, period)
    by_code(edition, witness, period, findings)
    findings.raise_errors()
    given = variant_of(edition, witness, period, frozenset(), frozenset()).given
    if given:
        place = next(each.place for each in witness)
        raise stop("bulk-points-set", place, fields=", ".join(POINTS + each for each in sorted(given)))


def _groups(edition: Edition, held: Held) -> dict[str, Ints]:
    """The rows of each unit group.

    Raises:
        ParcoreError: a unit that the edition has no place for.
    """
    kinds, findings = frozenset(edition.kinds), Findings()
    known: dict[tuple[str, str], str | None] = {}
    found: dict[str, list[int]] = {}
    for row, unit in enumerate(held.units):
        key = unit.kind, unit.group
        if key not in known:
            known[key] = edition.group_of(unit.group) if unit.kind in kinds else None
            if unit.kind not in kinds:
                told = {"unit": unit.id, "kind": unit.kind, "kinds": ", ".join(edition.kinds)}
                findings.add("unit-not-of-edition", held.place(row), **told)
            elif known[key] is None:
                told = {"unit": unit.id, "group": unit.group, "groups": ", ".join(edition.groups)}
                findings.add("unit-group-unknown", held.place(row), **told)
        group = known[key]
        if group is not None:
            found.setdefault(group, []).append(row)
    findings.raise_errors()
    return {group: np.array(rows, np.int64) for group, rows in found.items()}


def _part(
    edition: Edition, group: str, rows: Ints, variant: Variant, classes: Classes | None, held: Held
) -> Part:
    """What is asked of a unit group: its peers are known first."""
    frozen_ = freeze(compile_edition(edition, group, variant).program)
    _refuse_records(frozen_, edition)
    unranked = frozenset(() if edition.ranking is None else edition.ranking.unranked)
    known = statistics(frozen_, held, held.units, unranked) if frozen_.statistics else {}
    program = with_met(frozen_.program, classes)
    roots = read_by_policies(program, edition, classes)
    kept = tuple(root for root in shown_roots(edition, program) if root not in roots)
    return Part(group, program, rows, roots, kept, taken(known, rows))


def with_met(program: Program, classes: Classes | None) -> Program:
    """The program with a root for what the condition of each veto and cap met."""
    met = {root + MET: program.inputs[program.roots[root]][0] for root in limits_of(classes)}
    return evolve(program, roots={**program.roots, **met})


def shown_roots(edition: Edition, program: Program) -> Iterator[str]:
    """The roots that a result shows beside those that policies read."""
    wanted = [*INDEX_ROOTS, *(f"points:{node.id}" for node in edition.nodes)]
    for node in edition.nodes:
        if node.combine is Combine.FIRST:
            wanted += [f"raw:{leaf.id}" for leaf in node.children]
    return (root for root in wanted if root in program.roots)


def _refuse_records(read: FrozenProgram, edition: Edition) -> None:
    programs = [read.program, *(body for _, body in read.statistics.values())]
    if any(isinstance(node, Over) for program in programs for node in program.nodes):
        raise stop("bulk-records", Place(edition.key), edition=edition.key)


def _not_told(held: Held, edition: Edition) -> Iterator[Diagnostic]:
    """That what waits for its appraisal has no provisional interval here."""
    if any(State.UNVERIFIED in states for states in held.spoken.values()):
        yield from stop("bulk-provisional", Place(edition.key)).diagnostics
