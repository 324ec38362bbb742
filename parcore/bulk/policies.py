"""Policies over columns: places and classes of every unit, decided by the same code as single scorecards.

In: columns of the roots that policies read, over all units. Out: places by circle; for each unit its class,
or the two between which it is open. A class is decided once for all units that vetoes, gates and caps treat
alike; quotas, which look at all units of a circle together, are decided unit by unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from attrs import field, frozen

from parcore.bulk.columnar import NONE, Column, banded, masked, ordered, ranks
from parcore.bulk.peers import circles_of
from parcore.editions.edition import Edition
from parcore.editions.index import ROUNDED, TOTAL
from parcore.evidence.units import Unit
from parcore.readings.columns.arrays import Ints
from parcore.readings.exact import Trace
from parcore.results.classes import with_class, with_quotas
from parcore.results.result import ROOTS, Move, Scorecard
from parcore.rules.graph import Field, Within
from parcore.rules.policies import Classes, Ranking, Reads
from parcore.rules.program import Program
from parcore.values import State, Value

MET: Final = ":met"
"""After the root of a veto or cap: what its condition met, before the edition's word on it."""

Columns = Mapping[str, Column]
Choice = tuple[str, ...]
"""A class; the two between which it is open; nothing where there is none."""


@frozen(eq=False)
class Places:
    """Each unit's place in its circle, among how many, and whether the tie is open; no place is -1."""

    place: Ints
    among: Ints
    open: Ints


@frozen(eq=False)
class Standing:
    """What class each unit has: `chosen[i]` is a position in `choices`; `moves`: what quotas moved."""

    choices: tuple[Choice, ...]
    chosen: Ints
    moves: Mapping[int, tuple[Move, ...]] = field(factory=dict)

    def of(self, row: int) -> Choice:
        """The class of a unit."""
        return self.choices[int(self.chosen[row])]


def root_of(reads: Reads) -> str:
    """The root that a policy reads."""
    return ROOTS[reads.quantity] + (ROUNDED if reads.rounded else "")


def limits_of(classes: Classes | None) -> list[str]:
    """The roots of vetoes and caps."""
    if classes is None:
        return []
    words = (("veto", classes.vetoes), ("cap", classes.caps))
    return [f"{classes.root}:{word}:{at}" for word, limits in words for at in range(len(limits))]


def gates_of(classes: Classes | None) -> list[str]:
    """The roots of gates."""
    bands = () if classes is None else classes.bands
    root = "" if classes is None else classes.root
    return [f"{root}:gate:{at}:{gate}" for at, band in enumerate(bands) for gate in range(len(band.gates))]


def read_by_policies(program: Program, edition: Edition, classes: Classes | None) -> tuple[str, ...]:
    """The roots of a program that policies read."""
    ranking = edition.ranking
    read = [TOTAL, *(root_of(policy.on) for policy in (classes, ranking) if policy is not None)]
    read += [each.root for each in (() if ranking is None else ranking.ties)]
    read += [*limits_of(classes), *(root + MET for root in limits_of(classes)), *gates_of(classes)]
    return tuple(dict.fromkeys(root for root in read if root in program.roots))


def placed(columns: Columns, units: Sequence[Unit], ranking: Ranking | None) -> dict[Within, Places]:
    """Each ranked unit's place in each circle that the edition ranks within."""
    found: dict[Within, Places] = {}
    if ranking is None or root_of(ranking.on) not in columns:
        return found
    values = _ranked(columns, units, ranking)
    breaks = [(columns[each.root], each.lowest) for each in ranking.ties]
    for within in ranking.within:
        circles = circles_of(units, within, named=True)
        place, shared = ranks(values, ranking.method, breaks, circles, ranking.tolerance)
        among = np.zeros(len(units), np.int64)
        inside = place != NONE
        if inside.any():
            among[inside] = np.bincount(circles[inside])[circles[inside]]
        found[within] = Places(place, among, shared & ranking.leaves_open)
    return found


def _ranked(columns: Columns, units: Sequence[Unit], ranking: Ranking) -> Column:
    """The numbers that are ranked; none for a unit outside the ranking, or without an index."""
    indexed = np.asarray(columns[TOTAL].states) == State.OK
    if ranking.unranked:
        outside = frozenset(ranking.unranked)
        indexed = indexed & np.array([unit.id not in outside for unit in units], bool)
    return masked(columns[root_of(ranking.on)], indexed)


def standing(
    columns: Columns,
    units: Sequence[Unit],
    groups: Sequence[tuple[str, Ints, Columns]],
    classes: Classes | None,
    ranking: Ranking | None,
) -> Standing:
    """The class of each unit; `groups` are the unit groups with the rows of each and its own columns."""
    known: dict[Choice, int] = {(): 0}
    chosen = np.zeros(len(units), np.int64)
    if classes is None:
        return Standing(((),), chosen)
    for group, rows, own in groups:
        chosen[rows] = _by_unit(own, group, units[int(rows[0])], classes, known)
    moves: dict[int, tuple[Move, ...]] = {}
    if classes.quotas and ranking is not None and root_of(ranking.on) in columns:
        names = tuple(known)
        cards = _cards(columns, units, groups, classes, ranking, [names[at] for at in chosen.tolist()])
        for row, card in enumerate(with_quotas(cards, classes, ranking)):
            chosen[row] = known.setdefault(_choice(card), len(known))
            if card.moves:
                moves[row] = card.moves
    return Standing(tuple(known), chosen, moves)


def _choice(card: Scorecard) -> Choice:
    return card.class_open or (() if card.class_name is None else (card.class_name,))


def _by_unit(columns: Columns, group: str, unit: Unit, classes: Classes, known: dict[Choice, int]) -> Ints:
    """The classes of a group's units before quotas: each combination of what decides is decided once."""
    root = root_of(classes.on)
    size = len(columns[TOTAL])
    if root not in columns:
        return np.zeros(size, np.int64)
    values = masked(columns[root], np.asarray(columns[TOTAL].states) == State.OK)
    limits = [each for each in limits_of(classes) if each in columns]
    gates = [each for each in gates_of(classes) if each in columns]
    keys = [
        np.asarray(values.states) == State.OK,
        banded(values, [each.intervals[group] for each in classes.zones]),
        banded(values, [each.intervals[group] for each in classes.bands]),
    ]
    for each in (*limits, *gates):
        keys += [np.asarray(columns[each].states), _true(columns[each])]
    keys += [np.asarray(columns[each + MET].states) for each in limits]
    code, first = combined(keys, size)
    read = [TOTAL, root, *limits, *(each + MET for each in limits), *gates]
    shape = shaped(read)
    decided = []
    for row in first.tolist():
        trace = Trace(shape, tuple(columns[each][row] for each in read))
        decided.append(
            known.setdefault(_choice(with_class(Scorecard(unit, group, trace), classes)), len(known))
        )
    return np.array(decided, np.int64)[code] if decided else np.zeros(size, np.int64)


def _true(values: Column) -> Ints:
    """Whether each condition holds: its number is not 0."""
    n = getattr(values, "n", None)
    return np.asarray(n) != 0 if n is not None else np.array([value.number != 0 for value in values[:]])


def combined(keys: Sequence[Ints], size: int) -> tuple[Ints, Ints]:
    """For each row the number of its combination of keys, and the first row of each combination."""
    code = np.zeros(size, np.int64)
    for key in keys:
        low = int(key.min()) if size else 0
        span = int(key.max()) - low + 1 if size else 1
        if span > 1:
            code = np.unique(code * span + (key.astype(np.int64) - low), return_inverse=True)[1]
    _, first, code = np.unique(code, return_index=True, return_inverse=True)
    return code, first


def shaped(roots: Sequence[str]) -> Program:
    """A program of which nothing is left but roots: what a trace of columns has of one unit."""
    at = {root: here for here, root in enumerate(roots)}
    inputs = tuple((at[root + MET],) if root + MET in at else () for root in roots)
    return Program(tuple(Field(root) for root in roots), inputs, at)


def _cards(
    columns: Columns,
    units: Sequence[Unit],
    groups: Sequence[tuple[str, Ints, Columns]],
    classes: Classes,
    ranking: Ranking,
    chosen: Sequence[Choice],
) -> Iterator[Scorecard]:
    """What quotas read of each unit, in order: its class, its place in line, what gates of lower classes say.

    Without a tolerance only the order of numbers matters: each is its place from above, negative.
    """
    lines = {
        root: column if ranking.tolerance is not None and root == root_of(ranking.on) else _line(column)
        for root, column in (
            (root_of(ranking.on), columns[root_of(ranking.on)]),
            *((each.root, columns[each.root]) for each in ranking.ties),
        )
    }
    gates = gates_of(classes)
    shape = shaped([TOTAL, *lines, *gates])
    of = {row: group for group, rows, _ in groups for row in rows.tolist()}
    read = [columns[TOTAL], *lines.values(), *(columns[each] for each in gates)]
    for row, unit in enumerate(units):
        trace = Trace(shape, tuple(column[row] for column in read))
        names = chosen[row]
        yield Scorecard(
            unit, of[row], trace,
            class_name=names[0] if len(names) == 1 else None, class_open=names if len(names) > 1 else (),
        )  # fmt: skip


def _line(column: Column) -> list[Value]:
    """Each number by its place from above, negative: in the same order, and as quick to compare."""
    states = np.asarray(column.states).tolist()
    tier = ordered(column).tier.tolist()
    return [
        Value(State.OK, Fraction(-place)) if state == State.OK else Value(State(state))
        for state, place in zip(states, tier, strict=True)
    ]
