"""Numbers of a rule, which may differ by unit group, and what a rule needs while it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingOf
from enum import Enum
from fractions import Fraction
from typing import Final, TypeAlias

from attrs import evolve, field, frozen

from parcore.diagnostics import Findings, Place
from parcore.documents.reading import interval_of, number_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary
from parcore.expressions import ExpressionError, Linear, parse_linear
from parcore.intervals import Interval
from parcore.numbers import ZERO
from parcore.rules.graph import Const, Field, Mul, Node, Raise, Symbol, const, total
from parcore.rules.protocols import Measure
from parcore.values import State


@frozen
class Figure:
    """A number of a rule: one for all units, or one for each unit group.

    `bare`: one of them is over 1 and written without %.
    """

    common: Fraction = ZERO
    by_group: MappingOf[str, Fraction] = field(factory=dict)
    bare: bool = field(default=False, eq=False)

    def of(self, group: str) -> Fraction:
        """The number for a group."""
        return self.by_group.get(group, self.common)

    @property
    def differs(self) -> bool:
        """Whether it differs by group."""
        return bool(self.by_group)


class AwardKind(Enum):
    """What a step pays: points, a share of the maximum, the measure times the maximum, or a state."""

    POINTS = "points"
    SHARE = "share"
    PROPORTIONAL = "proportional"
    EXCLUDE = "exclude"
    RESCALE = "rescale"
    WITHHOLD = "withhold"


_STATES: Final = {
    AwardKind.EXCLUDE: State.EXCLUDED,
    AwardKind.RESCALE: State.RESCALED,
    AwardKind.WITHHOLD: State.WITHHELD,
}


@frozen
class Award:
    """What a step, case, row or state of a rule pays."""

    kind: AwardKind
    figure: Figure = Figure()

    def line(self, top: Fraction, group: str) -> tuple[Fraction, Fraction]:
        """Slope and intercept of the points over the measure; of a state, no points."""
        if self.kind is AwardKind.PROPORTIONAL:
            return top, ZERO
        if self.kind is AwardKind.SHARE:
            return ZERO, self.figure.of(group) * top
        return ZERO, self.figure.of(group) if self.kind is AwardKind.POINTS else ZERO

    @property
    def state(self) -> State | None:
        """The state it raises, if it pays no points but one."""
        return _STATES.get(self.kind)

    def node(self, top: Fraction, group: str) -> Const | Raise:
        """What a row of a table gives."""
        return Const(self.line(top, group)[1]) if self.state is None else Raise(self.state)


MeasureReader: TypeAlias = "Callable[[Tree, Context], Measure | None]"
"""Reads what stands behind a measure's word; None where it cannot, which it reports."""

MoreMeasures: TypeAlias = "Callable[[], MappingOf[str, MeasureReader]]"


@frozen
class Context:
    """What the rule of one criterion is read against.

    `groups` are the unit groups of the edition ("" alone where it has none); `figures` are the
    names that the criterion declares for its conditions and formulas; `restricted`: only some of the
    edition's groups have it, which `groups` then are; `in_group`: it is part of a
    sum, which may be rescaled; `falls_through`: where it does not apply, another rule does; in a
    `penalty` points are taken off, so that it is full points, not zero, by which hiding never pays;
    `leaving_pays`: points rise where it is left out (of a mean, of the lowest of several);
    `taken_off`: the points are a deduction's, which have no maximum of their own;
    `more_measures` gives the measures that plugins add, asked for only where the engine has no such word.
    """

    vocabulary: Vocabulary
    findings: Findings
    groups: tuple[str, ...]
    criterion: str
    top: Figure | None
    figures: MappingOf[str, Figure] = field(factory=dict)
    restricted: bool = False
    in_group: bool = False
    falls_through: bool = False
    penalty: bool = False
    leaving_pays: bool = False
    taken_off: bool = False
    more_measures: MoreMeasures = dict

    def naming(self, figures: MappingOf[str, Figure]) -> Context:
        """The same, with figures that conditions may name."""
        return evolve(self, figures=figures)

    def figure(self, tree: Tree) -> Figure | None:
        """A number, or a map from each group to its number."""
        if isinstance(tree, Mapping):
            read = {g: number_of(n, self.findings) for g, n in self.by_group(tree).items()}
            known = {g: n for g, n in read.items() if n is not None}
            bare = any(_bare(n, tree[g]) for g, n in known.items())
            return Figure(by_group=known, bare=bare) if len(known) == len(self.groups) else None
        number = number_of(tree, self.findings)
        return None if number is None else Figure(number, bare=_bare(number, tree))

    def by_group(self, tree: Mapping) -> dict[str, Tree]:
        """A map by group, checked: every group of the edition is there, and no other."""
        for key in tree.entries:
            if key not in self.groups:
                report_unknown(
                    key, [g for g in self.groups if g], tree.place_of(key), self.findings, "unknown-group"
                )
        missing = [group for group in self.groups if group not in tree]
        if missing and self.groups != ("",):
            self.findings.add("group-missing", tree.place, groups=", ".join(missing))
        elif missing and not tree.entries:
            self.findings.add("wrong-shape", tree.place, value="{}", wanted="number")
        return {group: tree[group] for group in self.groups if group in tree}

    def intervals(self, tree: Tree) -> dict[str, Interval] | None:
        """An interval for each group, written once or by group."""
        if isinstance(tree, Mapping):
            read = {g: interval_of(each, self.findings) for g, each in self.by_group(tree).items()}
        else:
            one = interval_of(tree, self.findings)
            read = dict.fromkeys(self.groups, one)
        known = {group: each for group, each in read.items() if each is not None}
        return known if len(known) == len(self.groups) else None

    def award(self, tree: Tree, *, proportional: bool = False, states: bool = False) -> Award | None:
        """What a step pays; where allowed also `proportional`, or one of the states that a rule pays."""
        word = text_of(tree)
        if proportional and word == AwardKind.PROPORTIONAL.value:
            return self._needs_top(tree, Award(AwardKind.PROPORTIONAL))
        if states and word in [kind.value for kind in _STATES]:
            return Award(AwardKind(word))
        figure = self.figure(tree)
        if figure is None:
            return None
        shares = {text_of(each).endswith("%") for each in written(tree)}
        if len(shares) > 1:
            self.findings.add("percent-mixed", tree.place)
            return None
        if True in shares:
            return self._needs_top(tree, Award(AwardKind.SHARE, figure))
        return Award(AwardKind.POINTS, figure)

    def points(self, tree: Tree) -> Figure | None:
        """A number of points, by group where it differs; per cent of what would not be said."""
        if any(text_of(each).endswith("%") for each in written(tree)):
            self.findings.add("percent-of-nothing", tree.place, value=text_of(tree)[:60] or "{…}")
            return None
        return self.figure(tree)

    def _needs_top(self, tree: Tree, award: Award) -> Award | None:
        if self.top is None:
            self.without_top(tree.place)
            return None
        return award

    def without_top(self, place: Place) -> None:
        """Report what reckons from a maximum that is not known, or that there is not."""
        code = "deduct-share" if self.taken_off else "needs-maximum"
        self.findings.add(code, place, criterion=self.criterion)

    def field(self, tree: Tree, *kinds: FieldKind) -> FieldSpec | None:
        """A field of the vocabulary, of one of some kinds."""
        return self.named(text_of(tree), tree.place, *kinds)

    def named(self, name: str, place: Place, *kinds: FieldKind) -> FieldSpec | None:
        """As `field`, by name."""
        spec = self.vocabulary.fields.get(name)
        if spec is None:
            report_unknown(name, list(self.vocabulary.fields), place, self.findings, "unknown-field")
            return None
        if kinds and spec.kind not in kinds:
            wanted = ", ".join(kind.value for kind in kinds)
            self.findings.add("field-kind", place, field=name, kind=spec.kind.value, wanted=wanted)
            return None
        return spec

    def sum_of(self, tree: Tree, *kinds: FieldKind) -> Linear | None:
        """A sum of fields, as "a + b"."""
        try:
            linear = parse_linear(text_of(tree))
        except ExpressionError as error:
            self.findings.add("not-a-sum", tree.place, value=text_of(tree)[:60], near=error)
            return None
        specs = [self.named(name, tree.place, *kinds) for name in linear.names]
        if not linear.names:
            self.findings.add("not-a-sum", tree.place, value=text_of(tree)[:60], near=text_of(tree)[:20])
            return None
        return linear if all(spec is not None for spec in specs) else None


MAX_DIGITS: Final = 12
"""Decimals that a rule may ask for."""

_DIGITS: Final = {str(digits): digits for digits in range(MAX_DIGITS + 1)}


def digits_of(tree: Tree | None) -> int | None:
    """A number of decimals, 0 to `MAX_DIGITS`; None where it is none."""
    return _DIGITS.get(text_of(tree))


def _bare(number: Fraction, tree: Tree) -> bool:
    return abs(number) > 1 and not text_of(tree).endswith("%")


def written(tree: Tree) -> Iterable[Tree]:
    """What an author wrote once, or for each group."""
    return tree.entries.values() if isinstance(tree, Mapping) else (tree,)


NOTHING: Final = frozenset({State.NOTHING_AROSE})
"""Where nothing arose there is nothing to add: the term is passed over while any other is there."""


def sum_node(linear: Linear, vocabulary: Vocabulary) -> Node:
    """The graph of a sum of fields; of which nothing arose only where it did of every one."""
    parts = [_term(vocabulary, name, factor) for name, factor in linear.terms]
    if linear.constant or not parts:
        parts.append(const(linear.constant))
    return total(*parts, skip=NOTHING if len(parts) > 1 else frozenset())


def _term(vocabulary: Vocabulary, name: str, factor: Fraction) -> Node:
    spec = vocabulary.fields.get(name)
    node: Node = Symbol(name, spec.options) if spec is not None and spec.options else Field(name)
    return node if factor == 1 else Mul(const(factor), node)
