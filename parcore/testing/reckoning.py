"""A second reckoning of nodes and index, from the points of their parts, in plain arithmetic.

Written from the meaning of the words, without the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from attrs import frozen

from parcore.editions.edition import Combine, Criterion, Edition, EffectKind
from parcore.numbers import ONE, ZERO, round_to
from parcore.results.result import Scorecard
from parcore.rules.policies import Level
from parcore.values import ALWAYS_POSSIBLE, State, Value

OUT = (State.EXCLUDED, State.RESCALED)
FALLS = (State.NOTHING_AROSE, State.NOT_APPLICABLE)


@frozen
class Part:
    """A part of a group: its weight, points, and what was attainable (None: nobody knows)."""

    weight: Fraction
    points: Value
    attainable: Value | None
    top: Fraction | None

    @property
    def is_out(self) -> bool:
        """Whether it is left out."""
        return self.points.state in OUT


def part_of(node: Criterion, card: Scorecard) -> Part:
    """A node as its parent sees it."""
    top = None if node.max is None else node.max.of(card.group)
    return Part(node.weight_of(card.group), card.points(node.id), card.attainable(node.id), top)


def combined(
    node: Criterion, card: Scorecard, out: frozenset[str] = frozenset()
) -> tuple[Value, Value | None]:
    """A group's points before its rounding and its attainable maximum, of those of its parts.

    `out` are the leaves that nobody was assessed on.
    """
    parts = [part_of(child, card) for child in node.children]
    if node.combine is Combine.FIRST:
        return _first_that_applies(node, card, out)
    if node.combine is not Combine.SUM:
        pick = max if node.combine is Combine.HIGHEST else min
        known = [part.attainable for part in parts if part.attainable is not None and not part.is_out]
        top = pick((each.number for each in known), default=None)
        return joined(parts, pick), _or_out(top)
    got, attainable = total(parts), _attainable(parts)
    if attainable is None or not (node.scaled_from or any(map(may_leave, node.children))):
        return got, attainable
    if all(part.is_out for part in parts):
        return Value(State.EXCLUDED), Value(State.EXCLUDED)
    base = _scale(node, card.group) * sum((part.weight * _kept(part) for part in parts), ZERO)
    share = Value(State.OK, got.number * base / attainable.number) if got.state is State.OK else got
    return share, Value(State.OK, base)


def _first_that_applies(node: Criterion, card: Scorecard, out: frozenset[str]) -> tuple[Value, Value | None]:
    """The first of the rules that applies; where it is hidden, under the largest maximum that might be."""
    *earlier, last = [child for child in node.children if child.id not in out] or list(node.children)
    for n, child in enumerate(earlier):
        part, state = part_of(child, card), card.raw(child.id).state
        if card.is_set(child.id):
            return part.points, part.attainable
        if state in FALLS:
            continue
        known = part.attainable is not None and part.attainable.state is State.OK
        if state in ALWAYS_POSSIBLE and known:
            tops = [part_of(each, card).top or ZERO for each in (*earlier[n:], last)]
            return part.points, Value(State.OK, max(tops))
        return part.points, part.attainable
    part = part_of(last, card)
    return part.points, part.attainable


def joined(parts: Sequence[Part], of: Callable[[list[Fraction]], Fraction]) -> Value:
    """A number of the parts that count; the largest of their states where any has none."""
    counted = [part.points for part in parts if not part.is_out]
    if not counted:
        return Value(max(part.points.state for part in parts))
    worst = max(each.state for each in counted)
    numbers = [each.number for each in counted]
    return Value(worst) if worst else Value(State.OK, of(numbers))


def total(parts: Sequence[Part]) -> Value:
    """The weighted sum of the points that count."""
    counted = [part for part in parts if not part.is_out]
    if not counted:
        return Value(max((part.points.state for part in parts), default=State.EXCLUDED))
    worst = max(part.points.state for part in counted)
    return (
        Value(worst) if worst else Value(State.OK, sum((p.weight * p.points.number for p in counted), ZERO))
    )


def _attainable(parts: Sequence[Part]) -> Value | None:
    if all(part.attainable is not None for part in parts):
        counted = [part for part in parts if not part.is_out and part.attainable is not None]
        numbers = [part.weight * part.attainable.number for part in counted if part.attainable is not None]
        return Value(State.OK, sum(numbers, ZERO)) if counted else Value(max(p.points.state for p in parts))
    return None


def _or_out(top: Fraction | None) -> Value:
    return Value(State.EXCLUDED) if top is None else Value(State.OK, top)


def _kept(part: Part) -> Fraction:
    """What a part keeps of its maximum in a group that is rescaled."""
    if part.points.state is State.RESCALED:
        return part.top or ZERO
    if part.points.state is State.EXCLUDED or part.attainable is None:
        return ZERO
    return part.attainable.number


def _scale(node: Criterion, group: str) -> Fraction:
    if node.scaled_from is None or node.max is None:
        return ONE
    return node.max.of(group) / node.scaled_from.of(group)


def may_leave(node: Criterion) -> bool:
    """Whether a leaf may leave its group so that this is rescaled."""
    kinds = {effect.kind for effect in node.when.values()}
    return EffectKind.RESCALE in kinds or (node.rule is not None and State.RESCALED in node.rule.raises())


def digits_of(edition: Edition, node: Criterion) -> int | None:
    """The decimals of a group's points, None where they are not rounded."""
    if node.digits is not None:
        return node.digits
    level = Level.COMPONENT if node in edition.components else Level.CRITERION
    return edition.rounding.digits.get(level)


def rounded(value: Value, digits: int | None, edition: Edition) -> Value:
    """A value at so many decimals, as the edition rounds."""
    if value.state is not State.OK or digits is None:
        return value
    return Value(State.OK, round_to(value.number, digits, edition.rounding.mode))


def index_of(edition: Edition, card: Scorecard) -> Iterator[tuple[str, Value]]:
    """The index's numbers, each with its name, from the points of components and blocks."""
    base = total([part_of(each, card) for each in edition.components])
    base = Value(State.WITHHELD) if base.state in OUT else base
    yield "index:base", base
    attainable = card.total_attainable
    start = base
    if attainable is not None:
        rate = _per(Fraction(100), base, attainable)
        yield "index:rate", rate
        if edition.conversion is not None:
            start = _per(edition.conversion.of(card.group), base, attainable)
    if edition.adjustments is None:
        yield "index:total", start
        return
    states, number = [start.state], start.number
    for name, block in edition.blocks.items():
        points = [card.points(item.id) for item in block.items]
        counted = [each for each in points if each.state is not State.EXCLUDED]
        states += [each.state for each in counted]
        sum_ = min(sum((each.number for each in counted), ZERO), block.cap.of(card.group))
        number += sum_ if name == "bonus" else -sum_
    low, high = (each.of(card.group) for each in (edition.adjustments.at_least, edition.adjustments.at_most))
    worst = max(states)
    yield "index:total", Value(worst) if worst else Value(State.OK, max(low, min(high, number)))


def _per(whole: Fraction, base: Value, attainable: Value) -> Value:
    state = max(base.state, attainable.state)
    if state is State.OK and not attainable.number:
        return Value(State.WITHHELD)
    if attainable.state is State.OK and not attainable.number:
        return Value(State.WITHHELD)
    return Value(state) if state else Value(State.OK, whole * base.number / attainable.number)
