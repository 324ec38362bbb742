"""The same points cut by method: what an edition declares of it, and what its leaves tell.

In: the tree and the list `methods` of a document. Out: the declared maxima, checked against the total
and the leaves; and the parts of a tree whose leaves share a method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.documents.reading import both_languages, choice_of, items_of, source_of
from parcore.documents.tree import Mapping, Tree
from parcore.editions.criteria import read_maximum
from parcore.editions.edition import Combine, Criterion
from parcore.editions.sums import UNREAD
from parcore.evidence.evidence import Method
from parcore.numbers import ONE, ZERO, exact_text
from parcore.rules.figures import Context, Figure
from parcore.rules.policies import MethodMaximum


@frozen
class Part:
    """A node whose leaves share a method (None: it cannot be told), and what multiplies it in the index."""

    node: Criterion
    weight: Fraction
    method: Method | None


def adds_up(node: Criterion) -> bool:
    """Whether the points of a node are simply the sum of its parts'."""
    return bool(node.children) and node.combine is Combine.SUM and node.scaled_from is None


def cut(
    nodes: Iterable[Criterion],
    group: str,
    told: Callable[[Criterion], bool] = adds_up,
    weight: Fraction = ONE,
) -> Iterator[Part]:
    """The largest parts of a tree that one method gives; a node that is not `told` apart stays whole."""
    for node in nodes:
        if not node.applies(group):
            continue
        own = weight * node.weight_of(group)
        methods = {leaf.method for leaf in node.leaves if leaf.applies(group)}
        if len(methods) > 1 and told(node):
            yield from cut(node.children, group, told, own)
        else:
            yield Part(node, own, methods.pop() if len(methods) == 1 else None)


def read_methods(
    tree: Tree | None, components: Sequence[Criterion], total: Figure | None, context: Context
) -> tuple[MethodMaximum, ...]:
    """The maxima by method that a document declares; reported where they do not fit total or leaves."""
    found: dict[Method, MethodMaximum] = {}
    for each in items_of(tree):
        if not isinstance(each, Mapping):
            continue
        method = choice_of(each["method"], Method, context.findings)
        source = source_of(each["source"], context.findings)
        top, title = read_maximum(each["max"], context), both_languages(each.get("title"))
        if method is None or source is None or top is UNREAD:
            return ()
        if method in found:
            first = found[method].place
            context.findings.add("duplicate-id", each.place, id=method.value, first=first)
        found.setdefault(method, MethodMaximum(method, top, source, title, each["max"].place))
    maxima = tuple(found.values())
    unread = total is UNREAD or any(node.max is UNREAD for each in components for node in each.all)
    sound = not any(each.code in _UNSOUND for each in context.findings.errors)
    if tree is None or not maxima or unread:
        return maxima
    for group in context.groups:
        _check_total(maxima, total, tree, group, context)
        if sound:
            _check_leaves(maxima, components, tree, group, context)
    return maxima


_UNSOUND: Final = frozenset(
    (
        "maxima-do-not-add-up", "maxima-leave-nothing", "maximum-is-known", "maxima-one-counts",
        "combine-needs-maxima", "lowest-of-unequal", "not-a-number", "number-ambiguous",
        "wrong-form", "wrong-shape",
    )
)  # fmt: skip
"""Errors beside which the maxima of leaves tell nothing of the methods."""


def _named(name: str, group: str) -> str:
    return f"{name} ({group})" if group else name


def _check_total(
    maxima: Sequence[MethodMaximum], total: Figure | None, tree: Tree, group: str, context: Context
) -> None:
    """The methods make up the total; where a maximum is unknown, the others leave it something."""
    if total is None:
        return
    sum_ = sum((each.max.of(group) for each in maxima if each.max is not None), ZERO)
    unknown = any(each.max is None for each in maxima)
    if sum_ >= total.of(group) if unknown else sum_ != total.of(group):
        said = {"max": exact_text(total.of(group)), "sum": exact_text(sum_)}
        context.findings.add("methods-do-not-add-up", tree.place, criterion=_named("total", group), **said)


def _check_leaves(
    maxima: Sequence[MethodMaximum],
    components: Sequence[Criterion],
    tree: Tree,
    group: str,
    context: Context,
) -> None:
    """The leaves of a method make no more than it has; just that where the method of every leaf is known."""
    parts = [*cut(components, group)]
    declared = {each.method: each for each in maxima}
    untold = any(part.method is None for part in parts)
    for method in {**declared, **{part.method: None for part in parts if part.method is not None}}:
        own = [part for part in parts if part.method is method]
        sum_ = sum((part.weight * part.node.max.of(group) for part in own if part.node.max is not None), ZERO)
        found = declared.get(method)
        top = ZERO if found is None else None if found.max is None else found.max.of(group)
        open_ = untold or any(part.node.max is None for part in own)
        if top is not None and (sum_ > top or (sum_ != top and not open_)):
            place = tree.place if found is None else found.place
            said = {"max": exact_text(top), "sum": exact_text(sum_)}
            context.findings.add("method-maximum", place, method=_named(method.value, group), **said)
