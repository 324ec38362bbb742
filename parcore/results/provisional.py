"""How far an index can still move: leaves not appraised yet, held at nothing and at their maximum.

Before all is appraised a result is provisional: so many leaves open, the index between two numbers.
A leaf that is measured against peers is open until they are appraised too. A leaf for which a bound is
stated in the place of a number is open between the points that the bound allows.
Points never fall when a leaf's points rise, and leaving a leaf out moves the rate less than these two
ends do: whatever the appraiser finds, and whatever exact numbers within their bounds are handed in, the
index lies between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from attrs import evolve, frozen

from parcore.editions.edition import Combine, Criterion, Edition
from parcore.editions.index import BASE, RATE, ROUNDED, TOTAL
from parcore.editions.tree import GIVEN, Variant
from parcore.numbers import ZERO
from parcore.readings.exact import Members, Trace
from parcore.results.stated import Stated
from parcore.rules.graph import Field, Symbol
from parcore.values import EVIDENCE_STATES, State, Value

Evaluate = Callable[[Variant], Trace]
"""Scores the unit again under a variant of its edition."""


Span = tuple[Fraction, Fraction]


@frozen
class Provisional:
    """The leaves that are open for a unit, and the least and the most its index can come to, as rounded.

    `bounded` are those of them that wait for an exact number only, within bounds that are stated.
    Points (`base`), after conversion, bonus and penalty (`total`), per 100 attainable (`rate`); None
    where it is not known.
    """

    leaves: tuple[Criterion, ...]
    base: Span | None
    total: Span | None
    rate: Span | None
    bounded: frozenset[str] = frozenset()


def provisional(
    edition: Edition,
    group: str,
    trace: Trace,
    variant: Variant,
    waiting: frozenset[str],
    stated: Mapping[str, Stated],
    again: Evaluate,
) -> Provisional | None:
    """What is still open for a unit; None where nothing is.

    `waiting` are the statistics over its peers (by the names that the trace has for them) that can
    still move, because a peer's evidence is not appraised yet; `stated` is what bounds leave to a leaf.
    """
    settled = {id_ for id_ in variant.given if trace[GIVEN + id_].state is State.OK}
    closed = {leaf.id for node in edition.nodes if node.id in settled for leaf in node.leaves}
    left = [leaf for leaf in edition.scored if leaf.id not in closed]
    open_ = {leaf.id for leaf in left if _is_open(leaf, trace, waiting)}
    spans = {id_: each.points for id_, each in stated.items() if each.points and id_ not in open_}
    leaves = tuple(leaf for leaf in left if leaf.id in open_ or leaf.id in spans)
    if not leaves:
        return None
    ids = {leaf.id for leaf in leaves}
    rising = {id_ for each in edition.components for id_ in _held(each, ids)}
    falling = {id_ for name, item in edition.items if name == "penalty" for id_ in _held(item, ids)}
    rising |= {id_ for name, item in edition.items if name == "bonus" for id_ in _held(item, ids)}
    span = {
        node.id: spans.get(node.id, (ZERO, ZERO if node.max is None else node.max.of(group)))
        for node in edition.nodes
    }
    ends = [
        again(evolve(variant, held={id_: span[id_][(id_ in falling) != high] for id_ in (*rising, *falling)}))
        for high in (False, True)
    ]
    known = all(leaf.max is not None for leaf in leaves)
    base, total, rate = (_between(ends, root) if known else None for root in (BASE, TOTAL, RATE))
    return Provisional(leaves, base, total, rate, frozenset(spans).intersection(ids))


def _is_open(leaf: Criterion, trace: Trace, waiting: frozenset[str]) -> bool:
    """Whether a leaf waits for an appraisal: of its own evidence, of one of its cases, or of a peer's."""
    program, root = trace.program, trace.program.roots[f"raw:{leaf.id}"]
    state = trace.values[root].state
    # Another empty state may stand before it only until it is appraised: over a whole of 0 nothing arose.
    own = state in EVIDENCE_STATES
    others = state is State.NOTHING_AROSE or not own  # else its own evidence decides, whatever its peers have
    seen, left = set[int](), [root]
    while left:
        at = left.pop()
        if at in seen:
            continue
        seen.add(at)
        left += program.inputs[at]
        node, members = program.nodes[at], trace.members.get(at)
        if own and isinstance(node, Field | Symbol) and trace.values[at].state is State.UNVERIFIED:
            return True
        if others and isinstance(node, Field) and node.name in waiting:
            return True
        if members is not None and any(
            value.state is State.UNVERIFIED for values in _values(members) for value in values
        ):
            return True
    return state is State.UNVERIFIED


def _values(members: Members) -> Iterable[tuple[Value, ...]]:
    """What each record or peer gave at every step; records alike share one trace."""
    return {id(each): each.values for each in members.traces}.values()


def _held(node: Criterion, open_: set[str]) -> list[str]:
    """The nodes to hold for the open leaves under a node: of the first that applies the whole group.

    Which of its rules applies is open too.
    """
    if node.id in open_:
        return [node.id]
    found = [id_ for child in node.children for id_ in _held(child, open_)]
    return [node.id] if found and node.combine is Combine.FIRST else found


def _between(ends: list[Trace], root: str) -> Span | None:
    if root + ROUNDED not in ends[0].program.roots:
        return None
    low, high = (each[root + ROUNDED].known for each in ends)
    return None if low is None or high is None else (low, high)
