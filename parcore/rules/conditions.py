"""Conditions of guards and tables: comparisons of measures, fields and figures, joined by all, any, not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from fractions import Fraction
from typing import Final, TypeAlias

from attrs import field, frozen

from parcore.documents.reading import items_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Listing, Mapping, Tree
from parcore.evidence.vocabulary import Vocabulary
from parcore.expressions import (
    HOLDS,
    Compare,
    Comparing,
    ExpressionError,
    Inside,
    Linear,
    parse_comparing,
    sides_of,
)
from parcore.numbers import exact_text
from parcore.rules.figures import Context, Figure, sum_node
from parcore.rules.graph import FALSE, Cmp, Logic, Match, Mul, Node, Not, Pick, const, total
from parcore.rules.kinds import in_percent
from parcore.rules.measures import ChoiceOf
from parcore.rules.protocols import Measure
from parcore.rules.shares import are_shares, report_bare
from parcore.values import State


@frozen
class Test:
    """One comparison; its names are those of measures, fields or figures, an option's name a constant."""

    __test__ = False  # not a pytest class

    comparing: Comparing
    vocabulary: Vocabulary
    figures: MappingOf[str, Figure]
    options: MappingOf[str, tuple[str, ...]]

    def sides(self, group: str) -> Comparing:
        """The comparison with figures and options put in for a group."""
        one = self.comparing
        if isinstance(one, Inside):
            return Inside(self._filled(one.left, one.left, group), one.interval)
        return Compare(
            self._filled(one.left, one.right, group), one.op, self._filled(one.right, one.left, group)
        )

    def _filled(self, sum_: Linear, other: Linear, group: str) -> Linear:
        options = self.options.get(other.name or "", ())
        constant, terms = sum_.constant, []
        for name, factor in sum_.terms:
            if name in self.figures:
                constant += factor * self.figures[name].of(group)
            elif name in options:
                constant += factor * options.index(name)
            else:
                terms.append((name, factor))
        return Linear(tuple(terms), constant)

    def holds(self, point: MappingOf[str, Fraction], group: str) -> bool:
        """Whether it holds where every name is known."""
        one = self.sides(group)
        if isinstance(one, Inside):
            return one.left.value(point) in one.interval
        return HOLDS[one.op](one.left.value(point), one.right.value(point))

    def node(self, measures: MappingOf[str, Node], group: str, failing: Failing = frozenset()) -> Node:
        """Its graph; a name that is no measure is a field."""
        one = self.sides(group)
        left = self._sum(one.left, measures)
        if isinstance(one, Compare):
            node: Node = Cmp(one.op, left, self._sum(one.right, measures))
        else:
            node = _inside(left, one)
        return node

    def _sum(self, sum_: Linear, measures: MappingOf[str, Node]) -> Node:
        if not any(name in measures for name in sum_.names):
            return sum_node(sum_, self.vocabulary)
        parts = [
            measures[name] if factor == 1 else Mul(const(factor), measures[name])
            for name, factor in sum_.terms
        ]  # fmt: skip
        return total(*parts, *([const(sum_.constant)] if sum_.constant else []))


def _inside(left: Node, one: Inside) -> Node:
    ends: list[Node] = []
    low, high = one.interval.low, one.interval.high
    if low is not None:
        ends.append(Cmp(">=" if one.interval.low_in else ">", left, const(low)))
    if high is not None:
        ends.append(Cmp("<=" if one.interval.high_in else "<", left, const(high)))
    if not ends:  # every number is inside, yet a state still decides
        return Cmp("=", left, left)
    return ends[0] if len(ends) == 1 else Logic(True, tuple(ends))


@frozen
class Joined:
    """All (or any) of several conditions, or their contrary."""

    every: bool
    parts: tuple[Condition, ...]
    contrary: bool = False

    def holds(self, point: MappingOf[str, Fraction], group: str) -> bool:
        """Whether it holds where every name is known."""
        truths = (part.holds(point, group) for part in self.parts)
        return (all(truths) if self.every else any(truths)) != self.contrary

    def node(self, measures: MappingOf[str, Node], group: str, failing: Failing = frozenset()) -> Node:
        """Its graph; in an `any`, a part in a state of `failing` does not hold where another part does."""
        parts = tuple(part.node(measures, group, failing) for part in self.parts)
        node: Node = parts[0] if len(parts) == 1 else Logic(self.every, parts)
        if failing and len(parts) > 1 and not self.every:
            others = (Match(part, tuple((state, FALSE) for state in sorted(failing))) for part in parts)
            node = Pick(((Logic(False, tuple(others)), const(1)),), node)
        return Not(node) if self.contrary else node


Condition: TypeAlias = "Test | Joined"

Failing: TypeAlias = "frozenset[State]"
"""States in which what a condition speaks of makes it fail, as it does where nothing arose."""


@frozen
class Names:
    """What conditions may name beside figures: `measures`, and the fields where `fields` says so."""

    measures: MappingOf[str, Measure] = field(factory=dict)
    fields: bool = False


FIELDS: Final = Names(fields=True)


def ready(condition: Condition, group: str) -> Callable[[MappingOf[str, Fraction]], bool]:
    """`condition.holds`, made ready for many points."""
    if isinstance(condition, Joined):
        parts = [ready(part, group) for part in condition.parts]
        join = all if condition.every else any
        return lambda point: join(part(point) for part in parts) != condition.contrary
    one = condition.sides(group)
    left, name = one.left, one.left.name
    if isinstance(one, Inside):
        interval = one.interval
        return lambda point: (left.value(point) if name is None else point[name]) in interval
    compare, right = HOLDS[one.op], one.right
    if name is None or right.names:
        return lambda point: compare(left.value(point), right.value(point))
    limit = right.constant
    return lambda point: compare(point[name], limit)


def tests_in(condition: Condition) -> Iterator[Test]:
    """Every comparison in a condition."""
    if isinstance(condition, Test):
        yield condition
    else:
        for part in condition.parts:
            yield from tests_in(part)


def names_in(condition: Condition) -> tuple[str, ...]:
    """Every name compared in a condition, figures and options left out."""
    names: list[str] = []
    for test in tests_in(condition):
        one = test.sides("")
        names += one.left.names
        names += one.right.names if isinstance(one, Compare) else ()
    return tuple(dict.fromkeys(names))


def read_condition(tree: Tree, context: Context, names: Names = FIELDS) -> Condition | None:
    """A condition: a text, a list (all of it), or `{any: […]}`, `{all: […]}`, `{not: …}`."""
    if isinstance(tree, Listing):
        return _joined(tree, context, names, every=True)
    if isinstance(tree, Mapping):
        if set(tree.entries) == {"not"}:
            part = read_condition(tree["not"], context, names)
            return None if part is None else Joined(True, (part,), contrary=True)
        for word in ("any", "all"):
            if set(tree.entries) == {word}:
                return _joined(tree[word], context, names, every=word == "all")
        context.findings.add("condition-word", tree.place)
        return None
    return _test(tree, context, names)


def _joined(tree: Tree, context: Context, names: Names, *, every: bool) -> Condition | None:
    parts = [read_condition(each, context, names) for each in items_of(tree)]
    known = [part for part in parts if part is not None]
    if not parts or len(known) < len(parts):
        if not parts:
            context.findings.add("condition-word", tree.place)
        return None
    return known[0] if len(known) == 1 else Joined(every, tuple(known))


def _test(tree: Tree, context: Context, names: Names) -> Condition | None:
    try:
        comparing = parse_comparing(text_of(tree))
    except ExpressionError as error:
        context.findings.add("not-a-condition", tree.place, value=text_of(tree)[:60], near=error)
        return None
    fields = context.vocabulary.fields if names.fields else {}
    options = {name: spec.options for name, spec in fields.items() if spec.options}
    measured = names.measures.items()
    options |= {name: each.spec.options for name, each in measured if isinstance(each, ChoiceOf)}
    test = Test(comparing, context.vocabulary, context.figures, options)
    known = [*fields, *names.measures, *context.figures]
    if not _options_named(test, tree, context):
        return None
    unknown = [name for name in names_in(test) if name not in known]
    for name in unknown:
        report_unknown(name, known, tree.place, context.findings, "unknown-name")
    if unknown:
        return None
    if not names_in(test):
        context.findings.add("condition-constant", tree.place, value=text_of(tree))
        return None
    _check_shares(comparing, tree, context, names)
    return test


def _check_shares(comparing: Comparing, tree: Tree, context: Context, names: Names) -> None:
    """Report what a share alone is compared with, where that is written without %."""
    right = comparing.right if isinstance(comparing, Compare) else Linear()
    for one, other, at in ((comparing.left, right, -1), (right, comparing.left, 0)):
        measure = names.measures.get(one.name or "")
        if measure is None:
            share = one.name is not None and in_percent(one.name, context.vocabulary)
        else:
            share = are_shares(measure, context)
        figure = context.figures.get(other.name or "")
        if share and figure is not None and figure.bare:
            numbers = (figure.common, *figure.by_group.values())
            report_bare(exact_text(next(each for each in numbers if abs(each) > 1)), tree, context)
        elif share and not other.names:
            report_bare(sides_of(text_of(tree))[at], tree, context)


def _options_named(test: Test, tree: Tree, context: Context) -> bool:
    """A choice is compared by = or != with one of its options, and with nothing else."""
    one = test.comparing
    right = one.right if isinstance(one, Compare) else Linear()
    for side, other in ((one.left, right), (right, one.left)):
        choices = [name for name in side.names if name in test.options]
        if not choices:
            continue
        options = test.options[choices[0]]
        equal = isinstance(one, Compare) and one.op in ("=", "!=")
        if not equal or side.name is None or other.name not in options:
            named = str(other) if isinstance(one, Compare) else str(one.interval)
            report_unknown(named, list(options), tree.place, context.findings, "option-unknown")
            return False
    return True
