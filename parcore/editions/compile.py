"""Edition → rule graph, specialised for one unit group: numbers that differ by group become constants.

Each node of the tree has two roots, `points:<id>` and, where its maximum is known, `attainable:<id>`;
leaves also `raw:<id>`, the rule's own value before the effects of emptiness. `index:base`,
`index:attainable` and `index:rate` are the index; with `:rounded` behind, as the edition rounds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from parcore.editions.edition import Criterion, Edition, Effect, EffectKind
from parcore.numbers import HUNDRED, ZERO
from parcore.rules.figures import Figure
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Const,
    Div,
    Division,
    Match,
    Mul,
    Node,
    Pick,
    Raise,
    Round,
    const,
    total,
)
from parcore.rules.policies import Level, RoundingPlan
from parcore.rules.program import Program, lay_out
from parcore.values import EVIDENCE_STATES, State

OUT: Final = frozenset({State.EXCLUDED})
"""States that leave the points and the attainable maximum alike."""

BASE, ATTAINABLE, RATE = "index:base", "index:attainable", "index:rate"
ROUNDED = ":rounded"


@frozen
class Compiled:
    """An edition's graph for one unit group."""

    edition: Edition
    group: str
    program: Program


def compile_edition(edition: Edition, group: str) -> Compiled:
    """The graph of an edition for a unit group ("" where groups make no difference)."""
    roots: dict[str, Node] = {}
    for component in edition.components:
        _roots(component, Level.COMPONENT, group, edition.rounding, roots)
    _index(edition, group, roots)
    return Compiled(edition, group, lay_out(roots))


def _roots(node: Criterion, level: Level, group: str, rounding: RoundingPlan, roots: dict[str, Node]) -> None:
    if node.rule is not None:
        _leaf(node, group, roots)
        points = _rounded(roots[f"points:{node.id}"], Level.LEAF, rounding)
    else:
        for child in node.children:
            _roots(child, Level.CRITERION, group, rounding, roots)
        points = _sum([roots[f"points:{child.id}"] for child in node.children])
        attainable = _attainable(node.children, node.max, group, roots)
        if attainable is not None:
            roots[f"attainable:{node.id}"] = attainable
    if level is Level.COMPONENT or node.rule is None:
        points = _rounded(points, level, rounding)
    roots[f"points:{node.id}"] = points


def _rounded(node: Node, level: Level, rounding: RoundingPlan) -> Node:
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


def _sum(parts: Sequence[Node]) -> Node:
    return total(*parts, skip=OUT)


def _attainable(
    children: Sequence[Criterion], whole: Figure | None, group: str, roots: dict[str, Node]
) -> Node | None:
    """The attainable maximum of a parent; None where nobody published enough to know it.

    Where a child's maximum is unknown but the parent's is not, it is the parent's less what is
    excluded (an unknown maximum cannot be excluded: its edition is refused).
    """
    known = [roots.get(f"attainable:{child.id}") for child in children]
    nodes = [node for node in known if node is not None]
    if len(nodes) == len(children):
        return _sum(nodes)
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


def _index(edition: Edition, group: str, roots: dict[str, Node]) -> None:
    base = _sum([roots[f"points:{each.id}"] for each in edition.components])
    # An index of which nothing is left is withheld, not zero.
    base = Match(base, ((State.EXCLUDED, Raise(State.WITHHELD)),))
    roots[BASE] = base
    roots[BASE + ROUNDED] = _rounded(base, Level.INDEX, edition.rounding)
    attainable = _attainable(edition.components, edition.total, group, roots)
    if attainable is None:
        return
    attainable = Match(attainable, ((State.EXCLUDED, Raise(State.WITHHELD)),))
    empty = Cmp("=", attainable, const(0))
    rate = Pick(
        ((empty, Raise(State.WITHHELD)),),
        Div(Mul(const(HUNDRED), base), attainable, Division.STRICT),
    )
    roots[ATTAINABLE] = attainable
    roots[RATE] = rate
    roots[RATE + ROUNDED] = _rounded(rate, Level.INDEX, edition.rounding)
