"""Edition → rule graph, specialised for one unit group: numbers that differ by group become constants."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from parcore.editions.edition import Combine, Criterion, Edition
from parcore.editions.index import index_roots
from parcore.editions.tree import AS_WRITTEN, Tree, Variant
from parcore.numbers import ONE, ZERO
from parcore.rules.graph import Cmp, Field, Logic, Match, Mul, Node, const
from parcore.rules.policies import Classes, Every, Gate, Level
from parcore.rules.program import Program, lay_out
from parcore.values import State


@frozen
class Compiled:
    """An edition's graph for one unit group."""

    edition: Edition
    group: str
    program: Program


def compile_edition(edition: Edition, group: str, variant: Variant = AS_WRITTEN) -> Compiled:
    """The graph of an edition for a unit group ("" where groups make no difference)."""
    tree = Tree(group, edition.rounding, {}, variant)
    for component in edition.components:
        tree.add(component, Level.COMPONENT)
    index_roots(edition, tree)
    for classes in edition.classes:
        _class_roots(edition, classes, group, tree.roots)
    for each in () if edition.ranking is None else edition.ranking.ties:
        if not each.points:
            tree.roots[each.root] = Field(each.of)
    return Compiled(edition, group, lay_out(tree.roots))


def nodes_of(edition: Edition, every: Every, group: str) -> Iterator[Criterion]:
    """The nodes that a gate reads of a group; a component without parts counts as its own part.

    Of what combines other than by a sum not all parts count: it is read as one.
    """
    for component in (each for each in edition.components if each.applies(group)):
        parts = component.children if component.combine is Combine.SUM else ()
        if every is Every.LEAF:
            yield from _counted(component, group)
        elif every is Every.CRITERION:
            yield from (each for each in parts or (component,) if each.applies(group))
        else:
            yield component


def _counted(node: Criterion, group: str) -> Iterator[Criterion]:
    """The leaves under a node that a group has, and the nodes of which not all parts count."""
    if node.rule is not None or not node.children or node.combine is not Combine.SUM:
        yield node
        return
    for child in node.children:
        if child.applies(group):
            yield from _counted(child, group)


def _class_roots(edition: Edition, classes: Classes, group: str, roots: dict[str, Node]) -> None:
    """The conditions of classes: `class:veto:<n>`, `class:cap:<n>`, `class:gate:<band>:<n>:<id>`."""
    for word, limits in (("veto", classes.vetoes), ("cap", classes.caps)):
        for at, limit in enumerate(limits):
            roots[f"{classes.root}:{word}:{at}"] = limit.fact.node(group)
    for position, band in enumerate(classes.bands):
        for at, gate in enumerate(band.gates):
            root = f"{classes.root}:gate:{position}:{at}"
            passed = []
            for node in nodes_of(edition, gate.every, group):
                roots[f"{root}:{node.id}"] = _passes(gate, node, group, roots)
                passed.append(roots[f"{root}:{node.id}"])
            roots[root] = Logic(True, tuple(passed))


def _passes(gate: Gate, node: Criterion, group: str, roots: dict[str, Node]) -> Node:
    """Whether one node has what a gate asks, on points rounded or not, as the gate says."""
    points = roots[f"points:{node.id}" if gate.rounded else f"unrounded:{node.id}"]
    amount: Node = const(gate.amount.of(group))
    if gate.share:
        amount = Mul(amount, roots[f"attainable:{node.id}"])
    out = const(ONE if gate.excluded else ZERO)
    return Match(points, ((State.EXCLUDED, out), (State.RESCALED, out)), Cmp(gate.op, points, amount))
