"""The index as graph: `index:base`, `index:attainable`, `index:rate`, `index:total`.

With `:rounded` each is as the edition rounds it. The total is the base, converted where the edition
converts, with bonus and penalty (`index:bonus`, `index:penalty`, each capped), held within its ends;
without any of these it is the base.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from parcore.editions.edition import Block, Edition
from parcore.editions.tree import Tree, rounded
from parcore.numbers import HUNDRED
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Div,
    Division,
    Match,
    Mul,
    Node,
    Pick,
    Raise,
    const,
    total,
)
from parcore.rules.policies import Level
from parcore.values import State

BASE, ATTAINABLE, RATE, TOTAL = "index:base", "index:attainable", "index:rate", "index:total"
BONUS, PENALTY = "index:bonus", "index:penalty"
ROUNDED: Final = ":rounded"


def index_roots(edition: Edition, tree: Tree) -> None:
    """Add the roots of the index; those of the tree are there."""
    roots = tree.roots
    base = tree.sum_within(edition.components, edition.total)
    # An index of which nothing is left is withheld, not zero.
    base = Match(base, ((State.EXCLUDED, Raise(State.WITHHELD)),))
    roots[BASE] = base
    roots[BASE + ROUNDED] = rounded(base, Level.INDEX, edition.rounding)
    attainable = tree.attainable_of(edition.components, edition.total)
    start: Node = base
    if attainable is not None:
        attainable = Match(attainable, ((State.EXCLUDED, Raise(State.WITHHELD)),))
        roots[ATTAINABLE] = attainable
        roots[RATE] = _per(HUNDRED, base, attainable)
        roots[RATE + ROUNDED] = rounded(roots[RATE], Level.INDEX, edition.rounding)
        if edition.conversion is not None:
            start = _per(edition.conversion.of(tree.group), base, attainable)
    roots[TOTAL] = _adjusted(start, edition, tree)
    roots[TOTAL + ROUNDED] = rounded(roots[TOTAL], Level.INDEX, edition.rounding)


def _per(whole: Fraction, base: Node, attainable: Node) -> Node:
    """base × whole / attainable; withheld where nothing can be attained."""
    empty = Cmp("=", attainable, const(0))
    share = Div(Mul(const(whole), base), attainable, Division.STRICT)
    return Pick(((empty, Raise(State.WITHHELD)),), share)


def _adjusted(start: Node, edition: Edition, tree: Tree) -> Node:
    """The start with bonus added and penalty taken off, each capped; then held within the two ends."""
    adjustments = edition.adjustments
    if adjustments is None:
        return start
    terms = [start]
    for root, sign, block in ((BONUS, 1, adjustments.bonus), (PENALTY, -1, adjustments.penalty)):
        if block is not None:
            tree.roots[root] = _block(block, tree)
            terms.append(tree.roots[root] if sign > 0 else Mul(const(sign), tree.roots[root]))
    low, high = adjustments.at_least.of(tree.group), adjustments.at_most.of(tree.group)
    held = Agg(Aggregate.MIN, (total(*terms), const(high)))
    return Agg(Aggregate.MAX, (held, const(low)))


def _block(block: Block, tree: Tree) -> Node:
    """The sum of a block's items, at most its cap; an excluded item adds nothing."""
    for item in block.items:
        tree.add(item, Level.CRITERION)
    points = (Match(tree.roots[f"points:{item.id}"], ((State.EXCLUDED, const(0)),)) for item in block.items)
    return Agg(Aggregate.MIN, (total(*points), const(block.cap.of(tree.group))))
