"""What bounds leave to a leaf: numbers that evidence bounds and does not state, and the points they allow.

In: a unit's trace, and its statements. A bound pays nothing: the number is missing. What is said here
stands beside the points, and narrows how far the index can still move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from attrs import frozen

from parcore.editions.edition import Criterion, Edition
from parcore.evidence.bounds import box, narrow
from parcore.evidence.evidence import Datum
from parcore.evidence.vocabulary import Vocabulary
from parcore.intervals import Range
from parcore.readings.bounds import span_of, under
from parcore.readings.exact import Trace
from parcore.results.population import PEERS
from parcore.rules.combinations import ConditionTable, Guarded, Rule, Scored
from parcore.rules.graph import Field, Over, Peers
from parcore.rules.protocols import Measure
from parcore.values import ALWAYS_POSSIBLE, State

Statement = Callable[[str, int], Datum | None]
"""The statement that counts for a field, so many periods back."""


@frozen
class Stated:
    """The statements that bound what a leaf reads; the least and the most points that they allow.

    `points` is None where the bounds do not tell: something else is hidden, or is not a bound's to tell.
    """

    data: tuple[Datum, ...]
    points: tuple[Fraction, Fraction] | None = None

    @property
    def decided(self) -> Fraction | None:
        """The points, where they are the same whatever the exact numbers are."""
        return self.points[0] if self.points is not None and self.points[0] == self.points[1] else None


def stated_by(edition: Edition, group: str, trace: Trace, statement: Statement) -> dict[str, Stated]:
    """What bounds a unit's evidence has for each leaf that has no number of its own for want of them."""
    found: dict[str, Stated] = {}
    for leaf in edition.scored:
        if leaf.applies(group) and trace[f"raw:{leaf.id}"].state is State.MISSING:
            stated = _stated(leaf, edition.vocabulary, group, trace, statement)
            if stated.data:
                found[leaf.id] = stated
    return found


def _stated(
    leaf: Criterion, vocabulary: Vocabulary, group: str, trace: Trace, statement: Statement
) -> Stated:
    program = trace.program
    order = under(program, program.roots[f"points:{leaf.id}"])
    reads = {at: node for at in order if isinstance(node := program.nodes[at], Field)}
    given = (statement(node.name, node.lag) for node in reads.values() if not node.name.startswith("@"))
    data = tuple(each for each in given if each is not None and _is_bound(each))
    if not data or any(_of_peers(program.nodes[at]) for at in order):
        return Stated(data)
    boxes: dict[int, Mapping[str, Range]] = {}
    for lag in {node.lag for node in reads.values()}:
        names = dict.fromkeys((*vocabulary.fields, *(each.name for each in reads.values())))
        boxes[lag] = _box(names, vocabulary, statement, lag)
    known = {at: boxes[node.lag][node.name] for at, node in reads.items() if node.name in boxes[node.lag]}
    places = {node: at for at, node in enumerate(program.nodes)}
    ranges = ((places.get(each.node(group)), each.range(group)) for each in _measures(leaf.rule))
    limits = {at: own for at, own in ranges if at is not None}
    raw, span = (span_of(trace, f"{root}:{leaf.id}", known, limits) for root in ("raw", "points"))
    # What else is hidden stays so whatever the numbers are: then the points are no bound's to tell.
    if raw.states.intersection(ALWAYS_POSSIBLE) or span.states or span.numbers is None:
        return Stated(data)
    low, high = span.numbers.interval.low, span.numbers.interval.high
    return Stated(data, None if low is None or high is None else (low, high))


def _is_bound(datum: Datum) -> bool:
    return datum.value.state is State.MISSING and datum.bound is not None


def _of_peers(node: object) -> bool:
    """Whether a node is a statistic over peers, whose own bounds are theirs to tell."""
    if isinstance(node, Over):
        return isinstance(node.domain, Peers)
    return isinstance(node, Field) and node.name.startswith(PEERS)


def _box(names: Iterable[str], vocabulary: Vocabulary, statement: Statement, lag: int) -> Mapping[str, Range]:
    """The numbers left to each field; none where what is stated cannot all hold."""
    data = (statement(name, lag) for name in names if not name.startswith("@"))
    left = box((each for each in data if each is not None), vocabulary.fields)
    return narrow(left, vocabulary.invariants) or {}


def _measures(rule: Rule | None) -> list[Measure]:
    """The measures of a rule that the vocabulary may bound."""
    match rule:
        case Guarded():
            return _measures(rule.rule)
        case Scored():
            return [rule.measure]
        case ConditionTable():
            return [*rule.measures.values()]
        case _:
            return []
