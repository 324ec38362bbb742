"""The tree of criteria as graph: two roots for each node, by the same desugaring.

`points:<id>` and, where its maximum is known, `attainable:<id>`; `unrounded:<id>` are the points before
the node's own rounding; leaves also have `raw:<id>`, the rule's own value before the effects of emptiness.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from parcore.editions.edition import Criterion, Effect, EffectKind
from parcore.numbers import ZERO
from parcore.rules.figures import Figure
from parcore.rules.graph import Agg, Aggregate, Const, Match, Node, Raise, Round, const, total
from parcore.rules.policies import Level, RoundingPlan
from parcore.values import EVIDENCE_STATES, State

OUT: Final = frozenset({State.EXCLUDED})
"""States that leave the points and the attainable maximum alike."""


def criterion_roots(
    node: Criterion, level: Level, group: str, rounding: RoundingPlan, roots: dict[str, Node]
) -> None:
    """Add the roots of a node and of all under it."""
    if node.rule is not None:
        _leaf(node, group, roots)
        points = roots[f"points:{node.id}"]
    else:
        for child in node.children:
            criterion_roots(child, Level.CRITERION, group, rounding, roots)
        points = sum_of([roots[f"points:{child.id}"] for child in node.children])
        attainable = attainable_of(node.children, node.max, group, roots)
        if attainable is not None:
            roots[f"attainable:{node.id}"] = attainable
    roots[f"unrounded:{node.id}"] = points
    if node.rule is not None:
        points = rounded(points, Level.LEAF, rounding)
    if level is Level.COMPONENT or node.rule is None:
        points = rounded(points, level, rounding)
    roots[f"points:{node.id}"] = points


def rounded(node: Node, level: Level, rounding: RoundingPlan) -> Node:
    """The node as the edition rounds at a level; as it is where it does not."""
    digits = rounding.digits.get(level)
    return node if digits is None else Round(node, digits, rounding.mode)


def _leaf(node: Criterion, group: str, roots: dict[str, Node]) -> None:
    assert node.rule is not None
    top = None if node.max is None else node.max.of(group)
    raw = node.rule.node(group, top)
    # A state that the edition gives no effect cannot arise there (checked); should it, it is an error.
    effects = tuple((state, _effect(node.when.get(state), node.max, group)) for state in EVIDENCE_STATES)
    points = Match(raw, effects)
    roots[f"raw:{node.id}"] = raw
    roots[f"points:{node.id}"] = points
    if top is not None:
        states = (State.WITHHELD, State.ERROR)
        roots[f"attainable:{node.id}"] = Match(points, tuple((s, const(top)) for s in states), const(top))


def _effect(effect: Effect | None, top: Figure | None, group: str) -> Node:
    if effect is None:
        return Raise(State.ERROR)
    match effect.kind:
        case EffectKind.ZERO:
            return const(ZERO)
        case EffectKind.FULL:
            return Raise(State.ERROR) if top is None else Const(top.of(group))
        case EffectKind.SUBSTITUTE:
            limit = ZERO if top is None else top.of(group)
            return Raise(State.ERROR) if effect.award is None else effect.award.node(limit, group)
        case EffectKind.EXCLUDE:
            return Raise(State.EXCLUDED)
        case EffectKind.WITHHOLD:
            return Raise(State.WITHHELD)
        case EffectKind.ERROR:
            return Raise(State.ERROR)


def sum_of(parts: Sequence[Node]) -> Node:
    """The sum of what is not excluded."""
    return total(*parts, skip=OUT)


def attainable_of(
    children: Sequence[Criterion], whole: Figure | None, group: str, roots: dict[str, Node]
) -> Node | None:
    """The attainable maximum of a parent; None where nobody published enough to know it.

    Where a child's maximum is unknown but the parent's is not, it is the parent's less what is
    excluded (an unknown maximum cannot be excluded: its edition is refused).
    """
    known = [roots.get(f"attainable:{child.id}") for child in children]
    nodes = [node for node in known if node is not None]
    if len(nodes) == len(children):
        return sum_of(nodes)
    if whole is None:
        return None
    lost = [node for child in children for node in _lost(child, group, roots)]
    return total(Const(whole.of(group)), *lost)


def _lost(node: Criterion, group: str, roots: dict[str, Node]) -> Iterator[Node]:
    """What leaves the maximum under a node, as negative numbers: 0, or the whole of what is excluded."""
    attainable = roots.get(f"attainable:{node.id}")
    if attainable is None or node.max is None:
        for child in node.children:
            yield from _lost(child, group, roots)
        return
    kept = Match(attainable, ((State.EXCLUDED, const(0)),))
    yield Agg(Aggregate.SUM, (kept, const(-node.max.of(group))))
