"""The tree of criteria as graph: two roots for each node, by the same desugaring.

`points:<id>` and, where its maximum is known, `attainable:<id>`; `unrounded:<id>` are the points before
the node's own rounding; leaves also have `raw:<id>`, the rule's own value before the effects of
emptiness. A node whose points an appraiser may have set has `computed:<id>` too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from attrs import field, frozen

from parcore.editions.edition import Combine, Criterion, Effect, EffectKind
from parcore.intervals import Interval
from parcore.numbers import ONE, ZERO
from parcore.rules.figures import Figure
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Const,
    Div,
    Division,
    Field,
    Match,
    Mul,
    Node,
    Piece,
    Piecewise,
    Raise,
    Round,
    const,
    total,
)
from parcore.rules.policies import Level, RoundingPlan
from parcore.values import EVIDENCE_STATES, State

OUT: Final = frozenset({State.EXCLUDED, State.RESCALED})
"""States that leave the points and the attainable maximum alike."""

Roots = dict[str, Node]


@frozen
class Variant:
    """What of an edition differs for some units or some evidence, known before anything is scored.

    `given`: nodes whose points an appraiser set; `out`: leaves that nobody is assessed on; `held`:
    nodes held at nothing (False) or at their maximum (True), to see how far an index can still move.
    """

    given: frozenset[str] = frozenset()
    out: frozenset[str] = frozenset()
    held: Mapping[str, bool] = field(factory=dict)


GIVEN: Final = "given:"
"""Before a criterion's id: the points that an appraiser set for it, as the scope knows them."""

AS_WRITTEN: Final = Variant()


@frozen
class Tree:
    """Desugars the nodes of an edition for a unit group, collecting their roots."""

    group: str
    rounding: RoundingPlan
    roots: Roots
    variant: Variant = AS_WRITTEN

    def add(self, node: Criterion, level: Level) -> None:
        """Add the roots of a node and of all under it."""
        if node.rule is not None:
            self._leaf(node)
        else:
            for child in node.children:
                self.add(child, Level.CRITERION)
            self._combine(node)
        points = self.roots[f"unrounded:{node.id}"] = self.roots[f"points:{node.id}"]
        if node.rule is not None:
            points = self._rounded(node, Level.LEAF)
        if level is Level.COMPONENT or node.rule is None:
            self.roots[f"points:{node.id}"] = points
            points = self._rounded(node, level)
        self.roots[f"points:{node.id}"] = points
        if node.id in self.variant.held:
            self._hold(node, high=self.variant.held[node.id])
        if node.id in self.variant.given:
            self._given(node)

    def _rounded(self, node: Criterion, level: Level) -> Node:
        points = self.roots[f"points:{node.id}"]
        if node.digits is not None:
            return Round(points, node.digits, self.rounding.mode)
        return rounded(points, level, self.rounding)

    def _leaf(self, node: Criterion) -> None:
        assert node.rule is not None
        top = None if node.max is None else node.max.of(self.group)
        raw = node.rule.node(self.group, top)
        # A state that the edition gives no effect cannot arise there (checked); should it, it is an error.
        effects = tuple((s, effect_node(node.when.get(s), node.max, self.group)) for s in EVIDENCE_STATES)
        points: Node = Match(raw, effects)
        if node.id in self.variant.out:
            points = Raise(State.EXCLUDED)
        self.roots[f"raw:{node.id}"] = raw
        self.roots[f"points:{node.id}"] = points
        if top is not None:
            states = (State.WITHHELD, State.ERROR)
            attainable = Match(points, tuple((s, const(top)) for s in states), const(top))
            self.roots[f"attainable:{node.id}"] = attainable

    def _combine(self, node: Criterion) -> None:
        match node.combine:
            case Combine.SUM:
                points, attainable = self._sum(node)
            case Combine.FIRST:
                points, attainable = self._first(node.children)
            case _:
                op = Aggregate.MAX if node.combine is Combine.HIGHEST else Aggregate.MIN
                points = Agg(op, self.points_of(node.children), OUT)
                known = self._attainables(node.children)
                attainable = None if None in known else Agg(op, tuple(n for n in known if n), OUT)
                if node.combine is Combine.LOWEST and node.max is not None:
                    # Where the part with the least maximum is out, the rest may have more than the group.
                    top = const(node.max.of(self.group))
                    points = Agg(op, (points, top))
                    attainable = None if attainable is None else Agg(op, (attainable, top))
        self.roots[f"points:{node.id}"] = points
        if attainable is not None:
            self.roots[f"attainable:{node.id}"] = attainable

    def points_of(self, children: Sequence[Criterion]) -> tuple[Node, ...]:
        """The points of nodes, each times its weight."""
        return tuple(self._weighted(each, self.roots[f"points:{each.id}"]) for each in children)

    def _attainables(self, children: Sequence[Criterion]) -> tuple[Node | None, ...]:
        known = ((each, self.roots.get(f"attainable:{each.id}")) for each in children)
        return tuple(None if node is None else self._weighted(each, node) for each, node in known)

    def _weighted(self, node: Criterion, value: Node) -> Node:
        weight = node.weight_of(self.group)
        return value if weight == ONE else Mul(const(weight), value)

    def _sum(self, node: Criterion) -> tuple[Node, Node | None]:
        got = sum_of(self.points_of(node.children))
        attainable = self.attainable_of(node.children, node.max)
        if attainable is None or not (node.scaled_from or any(map(may_rescale, node.children))):
            return got, attainable
        # An emptied group drops from its parent, however its parts left it.
        got, attainable = (
            Match(each, ((State.RESCALED, Raise(State.EXCLUDED)),)) for each in (got, attainable)
        )
        base = Mul(const(self._worth(node)), self._kept(node))
        return Div(Mul(got, base), attainable, Division.STRICT), Match(attainable, (), base)

    def _worth(self, node: Criterion) -> Fraction:
        """What each point of the children's maxima is worth in the group."""
        top = ZERO if node.max is None else node.max.of(self.group)
        return ONE if node.scaled_from is None else top / node.scaled_from.of(self.group)

    def _kept(self, node: Criterion) -> Node:
        """The children's maxima, those of the excluded left out and those of the rescaled not."""
        parts: list[Node] = []
        for child in node.children:
            own = self.roots[f"attainable:{child.id}"]
            top = ZERO if child.max is None else child.max.of(self.group)
            kept = Match(own, ((State.EXCLUDED, const(0)), (State.RESCALED, const(top))))
            parts.append(self._weighted(child, kept))
        return total(*parts)

    def _first(self, children: Sequence[Criterion]) -> tuple[Node, Node | None]:
        """The first child that applies: its points, and its maximum."""
        *earlier, last = children
        points: Node = self.roots[f"points:{last.id}"]
        attainable = self.roots.get(f"attainable:{last.id}")
        for child in reversed(earlier):
            raw, own = self.roots[f"raw:{child.id}"], self.roots[f"points:{child.id}"]
            top = self.roots.get(f"attainable:{child.id}")
            points = _unless_it_falls_through(raw, own, points)
            if attainable is not None and top is not None:
                attainable = _unless_it_falls_through(raw, top, attainable)
        return points, attainable

    def attainable_of(self, children: Sequence[Criterion], whole: Figure | None) -> Node | None:
        """The attainable maximum of a sum; None where nobody published enough to know it.

        Where a child's maximum is unknown but the parent's is not, it is the parent's less what is
        excluded (an unknown maximum cannot be excluded: its edition is refused).
        """
        nodes = [node for node in self._attainables(children) if node is not None]
        if len(nodes) == len(children):
            return sum_of(nodes)
        if whole is None:
            return None
        lost = [self._weighted(child, node) for child in children for node in self._lost(child)]
        return total(Const(whole.of(self.group)), *lost)

    def _lost(self, node: Criterion) -> Iterator[Node]:
        """What leaves the maximum under a node, as negative numbers: 0, or the whole of what is excluded."""
        attainable = self.roots.get(f"attainable:{node.id}")
        if attainable is None or node.max is None:
            for child in node.children:
                for lost in self._lost(child):
                    yield self._weighted(child, lost)
            return
        kept = Match(attainable, ((State.EXCLUDED, const(0)),))
        yield Agg(Aggregate.SUM, (kept, const(-node.max.of(self.group))))

    def _hold(self, node: Criterion, *, high: bool) -> None:
        top = ZERO if node.max is None else node.max.of(self.group)
        self.roots[f"points:{node.id}"] = const(top if high else ZERO)
        if f"attainable:{node.id}" in self.roots:
            self.roots[f"attainable:{node.id}"] = const(top)

    def _given(self, node: Criterion) -> None:
        """Points that an appraiser set stand in the place of those computed, whatever these are."""
        top = None if node.max is None else node.max.of(self.group)
        given = Field(GIVEN + node.id)
        own = Piecewise(given, (Piece(Interval(ZERO, True, top, True), ONE),))
        computed = self.roots[f"points:{node.id}"]
        self.roots[f"computed:{node.id}"] = computed
        self.roots[f"points:{node.id}"] = Match(given, tuple((s, computed) for s in EVIDENCE_STATES), own)
        attainable = self.roots.get(f"attainable:{node.id}")
        if attainable is not None and top is not None:
            by_state = tuple((s, attainable) for s in EVIDENCE_STATES)
            self.roots[f"attainable:{node.id}"] = Match(given, by_state, const(top))


def _dropped(group: Node) -> Node:
    """Nothing is left of a group but what left for its rescaling: it is out, as any empty group."""
    return Match(group, ((State.RESCALED, Raise(State.EXCLUDED)),))


def _unless_it_falls_through(raw: Node, own: Node, rest: Node) -> Node:
    """`own` for a number and for every state but those that let the next rule apply."""
    falls = (State.NOT_APPLICABLE, State.NOTHING_AROSE)
    states = [state for state in State if state is not State.OK]
    return Match(raw, tuple((s, rest if s in falls else own) for s in states), own)


def rounded(node: Node, level: Level, rounding: RoundingPlan) -> Node:
    """The node as the edition rounds at a level; as it is where it does not."""
    digits = rounding.digits.get(level)
    return node if digits is None else Round(node, digits, rounding.mode)


def sum_of(parts: Sequence[Node]) -> Node:
    """The sum of what is not excluded."""
    return total(*parts, skip=OUT)


def may_rescale(node: Criterion) -> bool:
    """Whether a leaf can leave its group so that the group is rescaled."""
    by_effect = any(effect.kind is EffectKind.RESCALE for effect in node.when.values())
    return by_effect or (node.rule is not None and State.RESCALED in node.rule.raises())


def effect_node(effect: Effect | None, top: Figure | None, group: str) -> Node:
    """What a state makes of points; one without an effect is an error."""
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
        case EffectKind.RESCALE:
            return Raise(State.RESCALED)
        case EffectKind.WITHHOLD:
            return Raise(State.WITHHELD)
        case EffectKind.ERROR:
            return Raise(State.ERROR)
