"""Terms in layers: which of them are bound to a name, and the table in which each name is made.

A term used more than once, or too long to be printed inside another, is bound. Its layer is the first
in which all that it uses is there; a layer carries on what later ones use, and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from parcore_sql.terms import Term

LONGEST: Final = 40
"""The most operations that are printed in one expression."""


@frozen
class Layers:
    """`made[i]` are the terms bound in layer i (from 0), `carried[i]` the columns and terms taken over.

    `columns` are those of the table beneath.
    """

    columns: Sequence[Term]
    names: dict[int, str]
    made: Sequence[Sequence[Term]]
    carried: Sequence[Sequence[Term]]


def layers_of(results: Sequence[Term]) -> Layers:
    """The layers beneath the results, which stand in a last table over them all."""
    terms = _beneath(results)
    bound = _bound(terms, results)
    level: dict[int, int] = {}  # how many layers must stand before the term can be computed
    for term in terms:
        level[term.at] = max((level[each.at] + (each.at in bound) for each in term.args), default=0)
    depth = 1 + max((level[at] for at in bound), default=-1)
    last: dict[int, int] = {}
    by_at = {term.at: term for term in terms}
    for user, where in [*((by_at[at], level[at]) for at in bound), *((each, depth) for each in results)]:
        parts = [user] if user.at in bound and where == depth else _read_by(user, bound)
        for each in parts:
            last[each.at] = max(last.get(each.at, 0), where)
    made = [[by_at[at] for at in sorted(bound) if level[at] == layer] for layer in range(depth)]
    carried = [
        [by_at[at] for at in sorted(last) if last[at] > layer and (by_at[at].leaf or level[at] < layer)]
        for layer in range(depth)
    ]
    columns = [term for term in terms if term.operation == "column"]
    return Layers(columns, {at: f"t{at}" for at in bound}, made, carried)


def _beneath(results: Iterable[Term]) -> list[Term]:
    found: dict[int, Term] = {}
    waiting = list(results)
    while waiting:
        term = waiting.pop()
        if term.at not in found:
            found[term.at] = term
            waiting += term.args
    return [found[at] for at in sorted(found)]


def _bound(terms: Sequence[Term], results: Sequence[Term]) -> set[int]:
    uses = Counter(each.at for term in terms for each in term.args)
    uses.update({each.at for each in results})
    bound: set[int] = set()
    size: dict[int, int] = {}
    for term in terms:
        size[term.at] = 1 + sum(1 if each.at in bound else size[each.at] for each in term.args)
        if not term.leaf and (uses[term.at] > 1 or size[term.at] > LONGEST):
            bound.add(term.at)
    return bound


def _read_by(term: Term, bound: set[int]) -> Iterator[Term]:
    """The columns and bound terms that a term's expression names."""
    waiting = list(term.args)
    if term.operation == "column":
        yield term
    while waiting:
        each = waiting.pop()
        if each.at in bound or each.operation == "column":
            yield each
        else:
            waiting += each.args
