"""Formulas: full arithmetic over fields and figures, exact: `{formula: "(early + on_time) / settled"}`.

A sum passes over what did not arise, and a quotient is a part of a whole, as everywhere; over a
number that no evidence moves (an average) it is that share of its part.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.arithmetic import Formula, Name, Number, Operation, formula_text, names_of, parse_formula
from parcore.documents.reading import text_of
from parcore.documents.tree import Tree
from parcore.evidence.vocabulary import FieldKind, Vocabulary
from parcore.expressions import ExpressionError, Linear
from parcore.intervals import EVERYTHING, Interval, Range, exactly
from parcore.numbers import ONE, ZERO
from parcore.rules.figures import NOTHING, Context, Figure
from parcore.rules.graph import Agg, Aggregate, Div, Division, Field, Mul, Node, const, total
from parcore.values import State

_NUMERIC: Final = (FieldKind.COUNT, FieldKind.NUMBER)
_WHOLE: Final = frozenset({"+", "-", "*", "min", "max"})
"""What makes whole numbers of whole numbers."""

_SUMS: Final = ("+", "-")


@frozen
class Computed:
    """A formula over fields, its figures put in for a unit group."""

    vocabulary: Vocabulary
    formula: Formula
    figures: MappingOf[str, Figure]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields in it."""
        names = dict.fromkeys(names_of(self.formula))
        return tuple(name for name in names if name not in self.figures)

    def node(self, group: str) -> Node:
        """The arithmetic."""
        return self._node(self.formula, group)

    def _node(self, part: Formula, group: str) -> Node:
        match part:
            case Number():
                return const(part.value)
            case Name():
                figure = self.figures.get(part.name)
                return Field(part.name) if figure is None else const(figure.of(group))
            case Operation():
                args = tuple(self._node(each, group) for each in part.args)
                if part.op == "/" and not self._reads(part.args[1]):
                    return Div(args[0], args[1], Division.STRICT)
                return _operation(part.op, args)

    def range(self, group: str) -> Range:
        """By the arithmetic of intervals: never too narrow, perhaps too wide."""
        interval = self._interval(self.formula, group)
        whole = _is_whole(self.formula, self)
        return Range(interval, ONE if whole else None)

    def _interval(self, part: Formula, group: str) -> Interval:
        match part:
            case Number():
                return exactly(part.value)
            case Name():
                figure = self.figures.get(part.name)
                field = self.vocabulary.fields.get(part.name)
                if figure is not None:
                    return exactly(figure.of(group))
                return EVERYTHING if field is None else _closed(field.range.interval)
            case Operation():
                parts = [self._interval(each, group) for each in part.args]
                if part.op in _SUMS:  # a term of which nothing arose is passed over, as if it were 0
                    parts = [
                        _with_zero(one) if self._may_be_nothing(each) else one
                        for each, one in zip(part.args, parts, strict=True)
                    ]
                found = _reach(part.op, parts)
                return found if part.op != "/" else self._share(part, group).meet(found) or found

    def _share(self, part: Operation, group: str) -> Interval:
        """What invariants hold a quotient of two sums to: never below 0, never over 1."""
        one, two = (self._linear(each, group) for each in part.args)
        if one is None or two is None:
            return EVERYTHING
        never = self.vocabulary.never_negative
        low, high = ZERO if never(one) else None, ONE if never(two.plus(one, -1)) else None
        return Interval(low, True, high, True)

    def _linear(self, part: Formula, group: str) -> Linear | None:
        """A part of the formula as a sum of fields, where it is one."""
        match part:
            case Number():
                return Linear((), part.value)
            case Name():
                figure = self.figures.get(part.name)
                return Linear(((part.name, ONE),)) if figure is None else Linear((), figure.of(group))
            case Operation(op="+" | "-" | "*"):
                one, two = (self._linear(each, group) for each in part.args)
                if one is None or two is None:
                    return None
                if part.op != "*":
                    return one.plus(two, 1 if part.op == "+" else -1)
                known, sum_ = (one, two) if not one.terms else (two, one)
                return None if known.terms else Linear().plus(sum_, known.constant)
            case _:
                return None

    def _reads(self, part: Formula) -> bool:
        return any(name not in self.figures for name in names_of(part))

    def wrong_divisor(self, group: str) -> Formula | None:
        """A divisor that no evidence moves and that is not more than 0, if there is one."""
        for part in _parts(self.formula):
            if isinstance(part, Operation) and part.op == "/" and not self._reads(part.args[1]):
                low = self._interval(part.args[1], group).low
                if low is None or low <= 0:
                    return part.args[1]
        return None

    def _may_be_nothing(self, part: Formula) -> bool:
        """Whether nothing may arise of a part: of a sum only where it may of every term."""
        match part:
            case Number():
                return False
            case Name():
                field = self.vocabulary.fields.get(part.name)
                return field is not None and State.NOTHING_AROSE in field.states
            case Operation():
                each = [self._may_be_nothing(one) for one in part.args]
                if part.op in _SUMS:
                    return all(each)
                return any(each) or (part.op == "/" and self._reads(part.args[1]))

    def states(self) -> frozenset[State]:
        """Nothing arose, where a quotient or every term allows it, and what the fields declare."""
        each = [self.vocabulary.fields[name].states for name in self.fields]
        nothing = NOTHING if self._may_be_nothing(self.formula) else frozenset[State]()
        return (frozenset[State]().union(*each) - NOTHING) | nothing

    def text(self) -> str:
        """The formula."""
        return formula_text(self.formula)


def _operation(op: str, args: tuple[Node, ...]) -> Node:
    match op:
        case "+":
            return total(*args, skip=NOTHING)
        case "-":
            return total(args[0], Mul(const(-1), args[1]), skip=NOTHING)
        case "*":
            return Mul(args[0], args[1])
        case "/":
            return Div(args[0], args[1])
        case _:
            return Agg(Aggregate.MIN if op == "min" else Aggregate.MAX, args)


def _parts(part: Formula) -> Iterator[Formula]:
    yield part
    if isinstance(part, Operation):
        for each in part.args:
            yield from _parts(each)


def _with_zero(interval: Interval) -> Interval:
    low = None if interval.low is None else min(interval.low, ZERO)
    return _within(low, None if interval.high is None else max(interval.high, ZERO))


def _is_whole(part: Formula, measure: Computed) -> bool:
    match part:
        case Number():
            return part.value.denominator == 1
        case Name():
            figure, field = measure.figures.get(part.name), measure.vocabulary.fields.get(part.name)
            if figure is not None:
                return all(each.denominator == 1 for each in (figure.common, *figure.by_group.values()))
            return field is not None and field.range.step == ONE
        case Operation():
            return part.op in _WHOLE and all(_is_whole(each, measure) for each in part.args)


def _closed(interval: Interval) -> Interval:
    return Interval(interval.low, True, interval.high, True)


def _reach(op: str, parts: list[Interval]) -> Interval:
    lows, highs = [each.low for each in parts], [each.high for each in parts]
    match op:
        case "+":
            return _within(_sum(lows), _sum(highs))
        case "-":
            low = None if lows[0] is None or highs[1] is None else lows[0] - highs[1]
            return _within(low, None if highs[0] is None or lows[1] is None else highs[0] - lows[1])
        case "*":
            return _product(*parts)
        case "/":
            return _quotient(*parts)
        case "min":
            known = [each for each in highs if each is not None]
            return _within(_least(lows), min(known, default=None))
        case _:
            known = [each for each in lows if each is not None]
            most = None if any(each is None for each in highs) else max(e for e in highs if e is not None)
            return _within(max(known, default=None), most)


def _within(low: Fraction | None, high: Fraction | None) -> Interval:
    return Interval(low, True, high, True)


def _sum(ends: list[Fraction | None]) -> Fraction | None:
    known = [each for each in ends if each is not None]
    return sum(known, ZERO) if len(known) == len(ends) else None


def _least(ends: list[Fraction | None]) -> Fraction | None:
    known = [each for each in ends if each is not None]
    return min(known) if len(known) == len(ends) else None


def _product(a: Interval, b: Interval) -> Interval:
    ends = (a.low, a.high, b.low, b.high)
    known = [each for each in ends if each is not None]
    if len(known) == len(ends):
        products = [known[i] * known[j] for i in (0, 1) for j in (2, 3)]
        return _within(min(products), max(products))
    if a.low is not None and b.low is not None and min(a.low, b.low) >= 0:
        return _within(a.low * b.low, None)
    return EVERYTHING


def _quotient(a: Interval, b: Interval) -> Interval:
    """What a part over its whole can be: the whole is more than 0 wherever there is a quotient."""
    if a.low is None or a.low < 0:
        return EVERYTHING
    low = ZERO if b.high is None or b.high <= 0 else a.low / b.high
    high = a.high / b.low if a.high is not None and b.low is not None and b.low > 0 else None
    return _within(low, high)


def read_formula(tree: Tree, context: Context) -> Computed | None:
    """The formula of a text; every name a number field or a figure of the criterion."""
    written = text_of(tree)
    try:
        formula = parse_formula(written)
    except ExpressionError as error:
        context.findings.add("not-a-formula", tree.place, value=written[:60], near=error)
        return None
    names = list(dict.fromkeys(names_of(formula)))
    fields = [name for name in names if name not in context.figures]
    specs = [context.named(name, tree.place, *_NUMERIC) for name in fields]
    if not fields:
        context.findings.add("not-a-formula", tree.place, value=written[:60], near=written[:20])
        return None
    used = {name: context.figures[name] for name in names if name in context.figures}
    if not all(specs):
        return None
    read = Computed(context.vocabulary, formula, used)
    wrong = (divisor for group in context.groups if (divisor := read.wrong_divisor(group)) is not None)
    for divisor in wrong:
        context.findings.add("formula-divisor", tree.place, divisor=formula_text(divisor))
        return None
    return read
