"""A rule as a plane: axes (what it measures) and branches (where it says what), first that applies.

The axes are cut at every number that a branch names, so that inside a cell one branch decides and
pays along one line. What is true of every cell is true of all evidence; that a cell holds evidence at
all is for a witness to show, since two axes may read one field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise, product
from math import prod
from typing import Final

from attrs import evolve, frozen

from parcore.diagnostics import Place
from parcore.evidence.vocabulary import FieldKind, Vocabulary
from parcore.expressions import HOLDS, Inside, Linear
from parcore.intervals import Interval, Range, above, below, exactly
from parcore.numbers import ONE, ZERO
from parcore.rules.combinations import MEASURE, ChoiceTable, ConditionTable, Guard, Guarded, Rule, Scored
from parcore.rules.conditions import Condition, Joined, Test
from parcore.rules.figures import Award, sum_node
from parcore.rules.graph import Node, Symbol
from parcore.rules.scales import Steps
from parcore.sources import Source
from parcore.values import State

MAX_CELLS: Final = 20_000

Cell = dict[str, Interval]
Cells = list[tuple[Cell, int]]
"""Cells, each with the position of the branch that decides there."""

Point = Mapping[str, Fraction]
Holds = Callable[[Point], bool]


@frozen
class Axis:
    """Something measured: its graph, the numbers it can give, and where a branch turns.

    `text` is what it is in the author's words.
    """

    name: str
    node: Node
    range: Range
    cuts: tuple[Fraction, ...] = ()
    text: str = ""

    @property
    def ordered(self) -> bool:
        """Whether more of it means something: not of a choice, whose options stand in any order."""
        return not isinstance(self.node, Symbol)

    def cells(self) -> list[Interval]:
        """The parts between and at the cuts that hold any number, in order; on a grid, from end to end."""
        edges = sorted(set(self.cuts))
        parts = [below(edges[0])] if edges else [Interval()]
        for low, high in pairwise((*edges, None)) if edges else ():
            if low is not None:
                parts += [exactly(low), above(low) if high is None else Interval(low, False, high, False)]
        found = (self.within(each) for each in parts)
        return [each for each in found if each is not None]

    def within(self, part: Interval) -> Interval | None:
        """The part that the axis reaches; on a grid with ends that are numbers of it."""
        both = part.meet(self.range.interval)
        if both is None or self.range.step is None:
            return both
        step, low, high = self.range.step, both.low, both.high
        if low is not None:
            low = -(-low // step) * step
            low = low + step if low == both.low and not both.low_in else low
        if high is not None:
            high = high // step * step
            high = high - step if high == both.high and not both.high_in else high
        if low is not None and high is not None and low > high:
            return None
        return Interval(low, low is not None, high, high is not None)


@frozen
class Branch:
    """Where a rule says something (`applies`), what it pays along which axis, and whose word it is.

    `line` is slope and intercept over `axis`; None where it raises `state` instead. `label` is its
    condition as the author writes it. `word` is what it is: a "step" of a ladder, of which the first that
    holds decides, a "case" or a "row" of those that must not overlap, an "option", a "guard", a "piece".
    `part` is what a step or case speaks of.
    """

    word: str
    label: str
    applies: Holds
    line: tuple[Fraction, Fraction] | None
    axis: str = ""
    state: State | None = None
    place: Place | None = None
    source: Source | None = None
    part: Interval | None = None


@frozen
class Plane:
    """The axes and branches of a rule for one unit group, and its graph."""

    node: Node
    axes: Mapping[str, Axis]
    branches: tuple[Branch, ...]

    @property
    def size(self) -> int:
        """How many cells it has at most."""
        return prod(len(each.cells()) for each in self.axes.values())

    def cells(self) -> Iterator[tuple[dict[str, Interval], int | None]]:
        """Every cell, and the position of the branch that decides there; None where none does.

        Raises:
            ValueError: there are more than `MAX_CELLS`.
        """
        if self.size > MAX_CELLS:
            raise ValueError(f"{self.size} cells")
        for parts in product(*(each.cells() for each in self.axes.values())):
            cell = dict(zip(self.axes, parts, strict=True))
            yield cell, self.decides({name: inside(part) for name, part in cell.items()})

    def decides(self, point: Point) -> int | None:
        """The position of the first branch that applies; None where none does."""
        return next((n for n, each in enumerate(self.branches) if each.applies(point)), None)

    def points(self) -> Iterator[tuple[Point, int | None]]:
        """A point of every cell, and the branch that decides there."""
        for cell, at in self.cells():
            yield {name: inside(part) for name, part in cell.items()}, at


def inside(part: Interval) -> Fraction:
    """A number of a part that `Axis.within` gave."""
    if part.low is not None and part.low_in:
        return part.low
    if part.high is not None and part.high_in:
        return part.high
    if part.low is not None and part.high is not None:
        return (part.low + part.high) / 2
    if part.low is not None:
        return part.low + 1
    return part.high - 1 if part.high is not None else ZERO


def plane_of(rule: Rule, group: str, top: Fraction | None) -> Plane | None:
    """A rule that is a measure on a scale, a table, or these behind guards; None for any other."""
    limit = ZERO if top is None else top
    match rule:
        case Guarded():
            inner = plane_of(rule.rule, group, top)
            return None if inner is None else _guarded(rule, inner, group, top)
        case Scored():
            return _scored(rule, group, limit)
        case ChoiceTable():
            node, spec = rule.choice.node(group), rule.choice.spec
            options = [
                _option(at, option, rule.rows[option], limit, group) for at, option in enumerate(spec.options)
            ]
            cuts = tuple(Fraction(at) for at in range(len(spec.options)))
            axis = Axis(spec.name, node, rule.choice.range(group), cuts)
            applied = tuple(evolve(each, applies=_equals(spec.name, at)) for at, each in enumerate(options))
            return Plane(rule.node(group, top), {spec.name: axis}, applied)
        case ConditionTable():
            return _table(rule, group, limit)
        case _:
            return None


def _equals(name: str, at: int) -> Holds:
    return lambda point: point[name] == at


def _option(at: int, option: str, award: Award, top: Fraction, group: str) -> Branch:
    line = award.line(top, group) if award.state is None else None
    return Branch("option", option, _equals("", at), line, state=award.state)


def _scored(rule: Scored, group: str, top: Fraction) -> Plane:
    if isinstance(rule.scale, Steps):
        word = "step" if rule.scale.nested else "case"
        branches = [
            Branch(
                word, str(part := step.intervals[group]), _inside(MEASURE, part), step.award.line(top, group),
                MEASURE, place=step.place, source=step.source, part=part,
            )
            for step in rule.scale.steps
        ]  # fmt: skip
        parts = [step.intervals[group] for step in rule.scale.steps]
    else:
        pieces = rule.scale.at(group, top)
        branches = [
            Branch("piece", str(p.interval), _inside(MEASURE, p.interval), (p.slope, p.intercept), MEASURE)
            for p in pieces
        ]
        parts = [piece.interval for piece in pieces]
    cuts = tuple(end for part in parts for end in (part.low, part.high) if end is not None)
    axis = Axis(MEASURE, rule.measure.node(group), rule.measure.range(group), cuts, rule.measure.text())
    return Plane(rule.node(group, top), {MEASURE: axis}, tuple(branches))


def _inside(name: str, part: Interval) -> Holds:
    return lambda point: point[name] in part


def _table(rule: ConditionTable, group: str, top: Fraction) -> Plane:
    axes = {
        name: Axis(name, each.node(group), each.range(group), text=f"{name} = {each.text()}")
        for name, each in rule.measures.items()
    }
    branches = []
    for row in rule.rows:
        applies = _ready(row.condition, group, axes, None)
        line = row.award.line(top, group) if row.award.state is None else None
        label, state = _label(row.condition), row.award.state
        branches.append(Branch("row", label, applies, line, "", state, row.place, row.source))
    return Plane(rule.node(group, top), axes, tuple(branches))


def _guarded(rule: Guarded, inner: Plane, group: str, top: Fraction | None) -> Plane:
    axes, guards = dict(inner.axes), []
    for guard in rule.guards:
        applies = _ready(guard.condition, group, axes, rule.vocabulary)
        guards.append(_guard(guard, applies, group, ZERO if top is None else top))
    return Plane(rule.node(group, top), axes, (*guards, *inner.branches))


def _guard(guard: Guard, applies: Holds, group: str, top: Fraction) -> Branch:
    line = guard.award.line(top, group) if guard.award.state is None else None
    label = _label(guard.condition)
    if not guard.unless:
        return Branch("guard", label, applies, line, "", guard.award.state, guard.place, guard.source)
    return Branch(
        "guard", f"unless {label}", lambda point: not applies(point), line, "", guard.award.state,
        guard.place, guard.source,
    )  # fmt: skip


def _label(condition: Condition) -> str:
    if isinstance(condition, Test):
        return str(condition.comparing)
    word = " and " if condition.every else " or "
    said = word.join(_label(each) for each in condition.parts)
    return f"not ({said})" if condition.contrary else f"({said})" if len(condition.parts) > 1 else said


def _ready(condition: Condition, group: str, axes: dict[str, Axis], vocabulary: Vocabulary | None) -> Holds:
    """The condition over the axes, to which the fields that it names are added where they are none yet."""
    if isinstance(condition, Joined):
        parts = [_ready(part, group, axes, vocabulary) for part in condition.parts]
        join = all if condition.every else any
        return lambda point: join(part(point) for part in parts) != condition.contrary
    one = condition.sides(group)
    if isinstance(one, Inside):
        name = _axis(one.left, axes, vocabulary)
        part, shift = one.interval, one.left.constant
        ends = tuple(end - shift for end in (part.low, part.high) if end is not None)
        axes[name] = evolve(axes[name], cuts=(*axes[name].cuts, *ends))
        return lambda point: point[name] + shift in part
    difference = one.left.plus(one.right, -1)
    compare, limit = HOLDS[one.op], -difference.constant
    if not difference.terms:
        settled = compare(ZERO, limit)
        return lambda _: settled
    name = _axis(difference, axes, vocabulary)
    axes[name] = evolve(axes[name], cuts=(*axes[name].cuts, limit))
    return lambda point: compare(point[name], limit)


def _axis(sum_: Linear, axes: dict[str, Axis], vocabulary: Vocabulary | None) -> str:
    """The axis of a sum without its constant, added where it is a sum of fields not measured yet."""
    bare = Linear(sum_.terms)
    name = bare.name or str(bare)
    if name in axes or vocabulary is None:
        return name
    spec, node = vocabulary.fields.get(name), sum_node(bare, vocabulary)
    same = next((each.name for each in axes.values() if each.node == node), None)
    if same is not None:
        return same
    reach = vocabulary.range_of(bare)
    if spec is not None and spec.kind is FieldKind.CHOICE:
        reach = Range(Interval(ZERO, True, Fraction(len(spec.options) - 1), True), ONE)
    elif spec is not None and spec.kind is FieldKind.DATE:
        reach = Range(step=ONE)
    axes[name] = Axis(name, node, reach)
    return name
