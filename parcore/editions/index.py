"""The index as graph: `index:base`, `index:attainable`, `index:rate`; with `:rounded` as it is rounded."""

from __future__ import annotations

from typing import Final

from parcore.editions.edition import Edition
from parcore.editions.tree import Tree, rounded, sum_of
from parcore.numbers import HUNDRED
from parcore.rules.graph import Cmp, Div, Division, Match, Mul, Pick, Raise, const
from parcore.rules.policies import Level
from parcore.values import State

BASE, ATTAINABLE, RATE = "index:base", "index:attainable", "index:rate"
ROUNDED: Final = ":rounded"


def index_roots(edition: Edition, tree: Tree) -> None:
    """Add the roots of the index; those of the tree are there."""
    roots = tree.roots
    base = sum_of(tree.points_of(edition.components))
    # An index of which nothing is left is withheld, not zero.
    base = Match(base, ((State.EXCLUDED, Raise(State.WITHHELD)),))
    roots[BASE] = base
    roots[BASE + ROUNDED] = rounded(base, Level.INDEX, edition.rounding)
    attainable = tree.attainable_of(edition.components, edition.total)
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
    roots[RATE + ROUNDED] = rounded(rate, Level.INDEX, edition.rounding)
