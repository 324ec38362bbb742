"""The points of a unit cut by method: the same points that its components have, summed another way."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from parcore.editions.edition import Criterion, Edition
from parcore.editions.methods import Part, adds_up, cut
from parcore.evidence.evidence import Method
from parcore.numbers import ZERO
from parcore.results.result import Scorecard
from parcore.values import State, Value

_OUT = (State.EXCLUDED, State.RESCALED)


@frozen
class MethodPoints:
    """What one method gives a unit; without a method, what its leaves do not tell apart.

    `points` and `attainable` are None where no leaf of the method is known. `max` is what the edition
    declares, else the sum of the leaves' maxima; None where nobody published it.
    """

    method: Method | None
    points: Value | None
    attainable: Value | None
    max: Fraction | None


def by_method(edition: Edition, card: Scorecard) -> tuple[MethodPoints, ...]:
    """A unit's points by method, unrounded: those declared in order, then others, then what is untold.

    Empty where the edition has no methods at all. The points add up to the unrounded base.
    """
    parts = [*cut(edition.components, card.group, lambda node: _told(node, card))]
    declared = {each.method: each.max for each in edition.methods}
    named = (leaf.method for leaf in edition.leaves if leaf.method and leaf.applies(card.group))
    methods: list[Method | None] = [*dict.fromkeys((*declared, *named))]
    if methods and any(part.method is None for part in parts):
        methods.append(None)
    found: list[MethodPoints] = []
    for method in methods:
        own = [part for part in parts if part.method is method]
        if method in declared:
            figure = declared[method]
            top = None if figure is None else figure.of(card.group)
        else:
            top = _maximum(own if method is None else _written(edition, method, card.group), card.group)
        found.append(_sum(method, own, card, top))
    return tuple(found)


def _written(edition: Edition, method: Method, group: str) -> list[Part]:
    """The parts of a method as the tree has them; none where a group hides some of it."""
    parts = [*cut(edition.components, group)]
    mixed = (part.node for part in parts if part.method is None)
    hidden = any(leaf.method is method for node in mixed for leaf in node.leaves if leaf.applies(group))
    return [] if hidden else [part for part in parts if part.method is method]


def _told(node: Criterion, card: Scorecard) -> bool:
    """Whether the points of a node are the sum of its parts' for this unit: not set, rounded or rescaled."""
    if not adds_up(node) or card.is_set(node.id):
        return False
    own = [child for child in node.children if child.applies(card.group)]
    if any(card.points(each.id).state is State.RESCALED for each in own):
        return False
    sum_ = _join((card.points(each.id), each.weight_of(card.group)) for each in own)
    points = card.points(node.id)
    return sum_.state is not State.OK or points.state is not State.OK or sum_ == points


def _sum(method: Method | None, own: list[Part], card: Scorecard, top: Fraction | None) -> MethodPoints:
    if not own:
        return MethodPoints(method, None, None, top)
    points = _join((card.points(part.node.id), part.weight) for part in own)
    attainable = [(card.attainable(part.node.id), part.weight) for part in own]
    known = [(value, weight) for value, weight in attainable if value is not None]
    return MethodPoints(method, points, _join(known) if len(known) == len(own) else None, top)


def _maximum(own: list[Part], group: str) -> Fraction | None:
    known = [part.weight * part.node.max.of(group) for part in own if part.node.max is not None]
    return sum(known, ZERO) if known and len(known) == len(own) else None


def _join(parts: Iterable[tuple[Value, Fraction]]) -> Value:
    """The weighted sum of what is not out; the worst state where one has no number."""
    left = [(value, weight) for value, weight in parts if value.state not in _OUT]
    if not left:
        return Value(State.EXCLUDED)
    worst = max(value.state for value, _ in left)
    return Value(worst, sum((v.number * w for v, w in left), ZERO) if worst is State.OK else ZERO)
