"""Edition → rule graph, specialised for one unit group: numbers that differ by group become constants."""

from __future__ import annotations

from attrs import frozen

from parcore.editions.edition import Edition
from parcore.editions.index import index_roots
from parcore.editions.tree import AS_WRITTEN, Tree, Variant
from parcore.rules.policies import Level
from parcore.rules.program import Program, lay_out


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
    return Compiled(edition, group, lay_out(tree.roots))
