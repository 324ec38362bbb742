"""A program as statements: one where columns and text allow, else one for each part of its roots."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from parcore.readings.pair.backend import Source, Undecided
from parcore.readings.pair.fold import Shape, fold_each
from parcore.rules.program import Program
from parcore_sql.dialects import Dialect
from parcore_sql.statement import Statement, statement
from parcore_sql.terms import Term, Terms


@frozen
class Parts:
    """Statements that give roots, each root in one of them, and why those in none have no room."""

    statements: tuple[Statement, ...]
    refused: Mapping[str, Undecided]


def parts_of(program: Program, columns: Mapping[Source, Shape], dialect: Dialect) -> Parts:
    """The statements of a program over these columns; the i-th are `si` (state) and `ni` (numerator)."""
    terms = Terms({source: at for at, source in enumerate(columns)}, dialect.limit)
    results: dict[str, Mapping[str, Term]] = {}
    refused: dict[str, Undecided] = {}
    for root, answer in fold_each(program, columns, terms).items():
        if isinstance(answer, Undecided):
            refused[root] = answer
        else:
            results[root] = {"state": answer.state, "n": answer.n, "d": answer.d}
    statements: list[Statement] = []
    waiting = [tuple(results)] if results else []
    while waiting:
        roots = waiting.pop()
        try:
            statements.append(statement({root: results[root] for root in roots}, dialect))
        except Undecided as refusal:
            half = len(roots) // 2
            if half:  # roots stand in the order of the tree, so what belongs together stays together
                waiting += [roots[half:], roots[:half]]
            else:
                refused[roots[0]] = refusal
    return Parts(tuple(statements), refused)
