"""The tree of criteria as graph: two roots for each node, by the same desugaring.

`points:<id>` and, where its maximum is known, `attainable:<id>`; `unrounded:<id>` are the points before
the node's own rounding, or those set for it; leaves also have `raw:<id>`, the rule's own value before
the effects of emptiness. A node whose points an appraiser may have set has `computed:<id>` and
`given:<id>` too.
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
    Cmp,
    Const,
    Div,
    Division,
    Field,
    Match,
    Mul,
    Node,
    Pick,
    Piece,
    Piecewise,
    Raise,
    Round,
    const,
    total,
)
from parcore.rules.policies import Level, RoundingPlan
from parcore.values import ALWAYS_POSSIBLE, EVIDENCE_STATES, State

OUT: Final = frozenset({State.EXCLUDED, State.RESCALED})
"""States that leave the points and the attainable maximum alike."""

Roots = dict[str, Node]
_OUT: Final = Raise(State.EXCLUDED)


@frozen
class Variant:
    """What of an edition differs for some units or some evidence, known before anything is scored.

    `given`: nodes whose points an appraiser set; `out`: leaves that nobody is assessed on; `held`:
    nodes held at so many points, to see how far an index can still move.
    """

    given: frozenset[str] = frozenset()
    out: frozenset[str] = frozenset()
    held: Mapping[str, Fraction] = field(factory=dict)


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
        """Add the roots of a node and of all under it; a node that the group has not is out."""
        if not node.applies(self.group):
            words = ("raw", "unrounded", "points", "attainable")
            self.roots.update((f"{word}:{each.id}", _OUT) for each in node.all for word in words)
            return
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
            self._hold(node, self.variant.held[node.id])
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
        self.roots[f"points:{node.id}"] = points
        if attainable is not None:
            self.roots[f"attainable:{node.id}"] = attainable

    def points_of(self, children: Sequence[Criterion]) -> tuple[Node, ...]:
        """The points of nodes, each times its weight; out where the group has none of them."""
        own = self._own(children)
        return tuple(self._weighted(each, self.roots[f"points:{each.id}"]) for each in own) or (_OUT,)

    def _own(self, children: Sequence[Criterion]) -> tuple[Criterion, ...]:
        return tuple(child for child in children if child.applies(self.group))

    def _attainables(self, children: Sequence[Criterion]) -> tuple[Node | None, ...]:
        known = ((each, self.roots.get(f"attainable:{each.id}")) for each in self._own(children))
        return tuple(None if node is None else self._weighted(each, node) for each, node in known) or (_OUT,)

    def _weighted(self, node: Criterion, value: Node) -> Node:
        weight = node.weight_of(self.group)
        return value if weight == ONE else Mul(const(weight), value)

    def _sum(self, node: Criterion) -> tuple[Node, Node | None]:
        got = self.sum_within(node.children, node.max)
        attainable = self.attainable_of(node.children, node.max)
        if attainable is None or not (node.scaled_from or any(map(may_rescale, node.children))):
            return got, attainable
        # An emptied group drops from its parent, however its parts left it.
        got, attainable = _dropped(got), _dropped(attainable)
        base = Mul(const(self._worth(node)), self._kept(node))
        # Parts that are left but have nothing to give leave the group as empty as none.
        empty = (Cmp("=", attainable, const(0)), Raise(State.EXCLUDED))
        points = Div(Mul(got, base), attainable, Division.STRICT)
        return Match(got, (), Pick((empty,), points)), Pick((empty,), base)

    def sum_within(self, children: Sequence[Criterion], whole: Figure | None) -> Node:
        """The sum of children; ERROR where those of unknown maxima have more than the known ones leave."""
        got = sum_of(self.points_of(children))
        unknown = [child for child in children if child.max is None]
        if whole is None or not unknown:
            return got
        known = (child.weight_of(self.group) * child.max.of(self.group) for child in children if child.max)
        taken, rest = sum_of(self.points_of(unknown)), const(whole.of(self.group) - sum(known, ZERO))
        held = Pick(((Cmp(">", taken, rest), Raise(State.ERROR)),), got)
        return Match(taken, tuple((state, got) for state in State if state is not State.OK), held)

    def _worth(self, node: Criterion) -> Fraction:
        """What each point of the children's maxima is worth in the group."""
        top = ZERO if node.max is None else node.max.of(self.group)
        return ONE if node.scaled_from is None else top / node.scaled_from.of(self.group)

    def _kept(self, node: Criterion) -> Node:
        """The children's maxima, those of the excluded left out and those of the rescaled not."""
        parts: list[Node] = []
        for child in self._own(node.children):
            own = self.roots[f"attainable:{child.id}"]
            top = ZERO if child.max is None else child.max.of(self.group)
            kept = Match(own, ((State.EXCLUDED, const(0)), (State.RESCALED, const(top))))
            parts.append(self._weighted(child, kept))
        return total(*parts)

    def _first(self, children: Sequence[Criterion]) -> tuple[Node, Node | None]:
        """The first child that applies: its points, and its maximum.

        What is hidden might not have applied: then the largest maximum that could is attainable. What
        nobody is assessed on gives way.
        """
        had = self._own(children)
        if not had:
            return _OUT, _OUT
        rules = [each for each in had if each.id not in self.variant.out] or [*had]
        *earlier, last = rules
        points: Node = self.roots[f"points:{last.id}"]
        attainable = self.roots.get(f"attainable:{last.id}")
        tops = [ZERO if child.max is None else child.max.of(self.group) for child in rules]
        for at, child in reversed([*enumerate(earlier)]):
            raw, own = self._settled(child), self.roots[f"points:{child.id}"]
            top = self.roots.get(f"attainable:{child.id}")
            points = _unless_it_falls_through(raw, own, points)
            if attainable is None or top is None:
                continue
            most = Match(top, (), const(max(tops[at:])))
            attainable = _unless_it_falls_through(raw, top, attainable, most)
        return points, attainable

    def _settled(self, leaf: Criterion) -> Node:
        """What tells whether a leaf applies: its rule's own value, or the points that somebody set for it."""
        raw = self.roots[f"raw:{leaf.id}"]
        if leaf.id not in self.variant.given:
            return raw
        given = self.roots[GIVEN + leaf.id]
        return Match(given, tuple((state, raw) for state in EVIDENCE_STATES))

    def attainable_of(self, children: Sequence[Criterion], whole: Figure | None) -> Node | None:
        """The attainable maximum of a sum; None where nobody published enough to know it.

        Where a child's maximum is unknown but the parent's is not, it is the parent's less what is
        excluded (an unknown maximum cannot be excluded: its edition is refused).
        """
        known = self._attainables(children)
        nodes = [node for node in known if node is not None]
        if len(nodes) == len(known):
            return sum_of(nodes)
        children = self._own(children)
        if whole is None:
            return None
        lost = [self._weighted(child, node) for child in children for node in self._lost(child)]
        return total(Const(whole.of(self.group)), *lost)

    def _lost(self, node: Criterion) -> Iterator[Node]:
        """What leaves the maximum under a node, as negative numbers: 0, or the whole of what is excluded."""
        attainable = self.roots.get(f"attainable:{node.id}")
        if attainable is None or node.max is None:
            for child in self._own(node.children):
                for lost in self._lost(child):
                    yield self._weighted(child, lost)
            return
        kept = Match(attainable, ((State.EXCLUDED, const(0)),))
        yield Agg(Aggregate.SUM, (kept, const(-node.max.of(self.group))))

    def _hold(self, node: Criterion, points: Fraction) -> None:
        top = ZERO if node.max is None else node.max.of(self.group)
        self.roots[f"points:{node.id}"] = const(points)
        if f"attainable:{node.id}" in self.roots:
            self.roots[f"attainable:{node.id}"] = const(top)

    def _given(self, node: Criterion) -> None:
        """Points that an appraiser set stand in the place of those computed, whatever these are."""
        top = None if node.max is None else node.max.of(self.group)
        given = Field(GIVEN + node.id)
        own = Piecewise(given, (Piece(Interval(ZERO, True, top, True), ONE),))
        self.roots[f"computed:{node.id}"] = self.roots[f"points:{node.id}"]
        self.roots[GIVEN + node.id] = given
        for root in (f"points:{node.id}", f"unrounded:{node.id}"):
            by_state = tuple((s, self.roots[root]) for s in EVIDENCE_STATES)
            self.roots[root] = Match(given, by_state, own)
        attainable = self.roots.get(f"attainable:{node.id}")
        if attainable is not None and top is not None:
            by_state = tuple((s, attainable) for s in EVIDENCE_STATES)
            self.roots[f"attainable:{node.id}"] = Match(given, by_state, const(top))


def _dropped(group: Node) -> Node:
    """Nothing is left of a group but what left for its rescaling: it is out, as any empty group."""
    return Match(group, ((State.RESCALED, Raise(State.EXCLUDED)),))


def _unless_it_falls_through(raw: Node, own: Node, rest: Node, hidden: Node | None = None) -> Node:
    """`own` for a number and for every state but those that let the next rule apply, or that hide it."""
    states = {state: own for state in State if state is not State.OK}
    states |= dict.fromkeys((State.NOT_APPLICABLE, State.NOTHING_AROSE), rest)
    states |= dict.fromkeys(ALWAYS_POSSIBLE, own if hidden is None else hidden)
    return Match(raw, tuple(states.items()), own)


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
