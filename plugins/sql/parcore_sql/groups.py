"""A program cut along its criteria: for each the terms that are its own, above those of criteria before it.

In: the terms of a program's roots. Out: a `Group` for each criterion, for the index and for what policies
read; each gives what is shown of it, or used by groups after it, and computes nothing that another gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from parcore_sql.terms import Term

INDEX: Final = "index"
FACTS: Final = "facts"
PARTS: Final = ("state", "n", "d")
_OF_CRITERIA: Final = ("points", "shown:points", "attainable", "unrounded", "computed", "given", "raw")
SHOWN: Final = ("points:", "shown:", "index:", "class:", "tie:")

MOST_TOGETHER: Final = 12

Answers = Mapping[str, Mapping[str, Term]]
"""The terms of each root: its state, n and d."""


@frozen
class Group:
    """A criterion's id, `index` or `facts`, with its roots and the terms that it gives, by name."""

    id: str
    roots: tuple[str, ...]
    gives: dict[str, Term] = field(factory=dict)


def groups_of(answers: Answers) -> list[Group]:
    """The groups of a program's roots, each after those it needs."""
    roots: dict[str, list[str]] = {}
    for root in answers:
        roots.setdefault(_group(root), []).append(root)
    last = [each for each in (INDEX, FACTS) if each in roots]
    order = [*(each for each in roots if each not in last), *last]
    groups = [Group(each, tuple(sorted(roots[each], key=_place))) for each in order]
    _share(groups, answers)
    return groups


def together(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Groups that are worked out side by side: the leaves under one node, at most so many; others alone.

    A database plans a statement of a few tables of many columns far sooner than one of hundreds of tables.
    """
    leaves: list[Group] = []
    for group in groups:
        if not group.gives:
            continue
        leaf = any(root.startswith("raw:") for root in group.roots)
        if leaves and (not leaf or len(leaves) == MOST_TOGETHER):
            yield leaves
            leaves = []
        if leaf:
            leaves.append(group)
        else:
            yield [group]
    if leaves:
        yield leaves


def owners(groups: Iterable[Group]) -> dict[int, str]:
    """Of each term beneath what groups give the first that uses it."""
    found: dict[int, str] = {}
    for group in groups:
        waiting = [*group.gives.values()]
        while waiting:
            term = waiting.pop()
            if term.at not in found:
                found[term.at] = group.id
                waiting += term.args
    return found


def _group(root: str) -> str:
    if root.removeprefix("shown:").startswith("index:"):
        return INDEX
    found = (root.removeprefix(f"{word}:") for word in _OF_CRITERIA if root.startswith(f"{word}:"))
    return next(found, FACTS)


def _place(root: str) -> int:
    return next((at for at, word in enumerate(_OF_CRITERIA) if root.startswith(f"{word}:")), 0)


def _share(groups: Sequence[Group], answers: Answers) -> None:
    """Settle what each group gives: what is shown, and what a later one uses."""
    owner: dict[int, tuple[Group, str]] = {}
    for group in groups:
        for root in group.roots:
            for part in PARTS:
                term = answers[root][part]
                if not term.leaf:
                    owner.setdefault(term.at, (group, f"{root}:{part}"))
    for group in reversed(groups):
        for root in group.roots:
            if root.startswith(SHOWN):
                for part in PARTS:
                    _give(owner, answers[root][part])
        own = frozenset(at for at, (each, _) in owner.items() if each is group)
        for term in used([*group.gives.values()], frozenset(owner) - own):
            _give(owner, term)


def _give(owner: Mapping[int, tuple[Group, str]], term: Term) -> None:
    if term.at in owner:
        group, name = owner[term.at]
        group.gives.setdefault(name, term)


def used(results: Iterable[Term], others: frozenset[int]) -> Iterator[Term]:
    """The columns beneath the results, and the terms of other groups, beneath which nothing is looked at."""
    seen: set[int] = set()
    waiting = [*results]
    while waiting:
        term = waiting.pop()
        if term.at in seen:
            continue
        seen.add(term.at)
        if term.at in others or term.operation == "column":
            yield term
        else:
            waiting += term.args


def above(results: Mapping[str, Term], names: Mapping[int, str]) -> dict[str, Term]:
    """The results with all that has a name already as a column of that name."""
    made: dict[int, Term] = {}

    def copied(root: Term) -> Term:
        waiting = [root]
        while waiting:
            term = waiting[-1]
            if term.at in made:
                waiting.pop()
            elif term.at in names:
                made[term.at] = Term(term.at, "column", value=names[term.at], wide=term.wide)
            else:
                missing = [each for each in term.args if each.at not in made]
                if missing:
                    waiting += missing
                else:
                    args = tuple(made[each.at] for each in term.args)
                    made[term.at] = Term(term.at, term.operation, args, term.value, term.wide)
        return made[root.at]

    return {name: copied(term) for name, term in results.items()}
