"""Measures: an exact number drawn from evidence, or the reason why there is none.

Each kind stands in one place: how it is read, its graph, the numbers it can give, the states that
can arise. `MEASURES` maps the word that an edition writes to its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Final, Protocol

from attrs import frozen

from parcore.documents.reading import items_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary
from parcore.expressions import ExpressionError, Linear, parse_linear
from parcore.intervals import Interval, Range, at_least
from parcore.numbers import ONE, ZERO
from parcore.rules.figures import Context, sum_node
from parcore.rules.graph import Div, Division, Field, Mul, Node, Symbol, const, total
from parcore.values import State

NUMERIC: Final = (FieldKind.COUNT, FieldKind.NUMBER)
PERIOD_DAYS: Final = ("period_start", "period_end")
"""The first and the last day of the period that is scored; the scope knows them (`@period_end`)."""


class Measure(Protocol):
    """What a scale is laid on."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of evidence it reads."""

    def node(self, group: str) -> Node:
        """Its graph for a unit group."""

    def range(self, group: str) -> Range:
        """The numbers it can give, for a unit group."""

    def states(self) -> frozenset[State]:
        """The states that can arise beside missing, unverified and rejected."""


def _declared(vocabulary: Vocabulary, sum_: Linear) -> frozenset[State]:
    """The states that the fields of a sum declare; nothing arose of it only where it can of every field."""
    each = [vocabulary.fields[name].states for name in sum_.names]
    alone = frozenset.intersection(*each) if not sum_.constant else frozenset[State]()
    return (frozenset[State]().union(*each) - {State.NOTHING_AROSE}) | (alone & {State.NOTHING_AROSE})


@frozen
class Sum:
    """A field, or a sum of fields, as it is: `{value: revenue}`, `{count: [issued, amended]}`."""

    vocabulary: Vocabulary
    sum: Linear
    word: str = "value"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields summed."""
        return self.sum.names

    def node(self, group: str) -> Node:
        """The sum."""
        return sum_node(self.sum, self.vocabulary)

    def range(self, group: str) -> Range:
        """From the fields' ranges."""
        return self.vocabulary.range_of(self.sum)

    def states(self) -> frozenset[State]:
        """Those the fields declare."""
        return _declared(self.vocabulary, self.sum)


@frozen
class Ratio:
    """A part over its whole: `{ratio: [dossiers_on_time, dossiers_settled]}`; 0/0 is "nothing arose"."""

    vocabulary: Vocabulary
    part: Linear
    whole: Linear

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the part, then of the whole."""
        return tuple(dict.fromkeys((*self.part.names, *self.whole.names)))

    def node(self, group: str) -> Node:
        """The quotient; an empty whole as `Division.SHARE` says."""
        return Div(sum_node(self.part, self.vocabulary), sum_node(self.whole, self.vocabulary))

    def range(self, group: str) -> Range:
        """From 0 where the part has no negative values; to 1 where an invariant holds it to its whole."""
        part = self.vocabulary.range_of(self.part).interval
        low = ZERO if part.low is not None and part.low >= 0 else None
        high = ONE if self.vocabulary.never_more(self.part, self.whole) or self._within() else None
        return Range(Interval(low, low is not None, high, high is not None))

    def _within(self) -> bool:
        """Whether the part is one of the non-negative terms that the whole sums."""
        whole = dict(self.whole.terms)
        inside = all(name in whole and factor <= whole[name] for name, factor in self.part.terms)
        fields = self.vocabulary.fields
        lows = [fields[name].range.interval.low for name in whole]
        positive = all(low is not None and low >= 0 for low in lows) and min(whole.values()) > 0
        return inside and positive and not self.part.constant and self.whole.constant >= 0

    def states(self) -> frozenset[State]:
        """Nothing arose, and those the fields declare."""
        declared = _declared(self.vocabulary, self.part) | _declared(self.vocabulary, self.whole)
        return declared | {State.NOTHING_AROSE}


@frozen
class ChoiceOf:
    """A state among a field's declared options: `{choice: plan_issued}`."""

    spec: FieldSpec

    @property
    def fields(self) -> tuple[str, ...]:
        """The field."""
        return (self.spec.name,)

    def node(self, group: str) -> Node:
        """The position of the choice among the options."""
        return Symbol(self.spec.name, self.spec.options)

    def range(self, group: str) -> Range:
        """The positions."""
        return Range(Interval(ZERO, True, Fraction(len(self.spec.options) - 1), True), ONE)

    def states(self) -> frozenset[State]:
        """Those the field declares."""
        return self.spec.states


@frozen
class Days:
    """Days from one day to another, negative when the second is earlier: `{days: {from: due, to: sent}}`.

    Each is a date field, or `period_start` or `period_end` with days added or taken off
    ("period_end + 15").
    """

    vocabulary: Vocabulary
    start: Linear
    end: Linear

    @property
    def fields(self) -> tuple[str, ...]:
        """The date fields."""
        names = (*self.start.names, *self.end.names)
        return tuple(dict.fromkeys(name for name in names if name not in PERIOD_DAYS))

    def node(self, group: str) -> Node:
        """The day of the end less the day of the start."""
        parts = [*_day(self.end, 1), *_day(self.start, -1)]
        shift = self.end.constant - self.start.constant
        return total(*parts, *([const(shift)] if shift else []))

    def range(self, group: str) -> Range:
        """Whole days, before or after."""
        return Range(step=ONE)

    def states(self) -> frozenset[State]:
        """Those the fields declare."""
        declared = (self.vocabulary.fields[name].states for name in self.fields)
        return frozenset[State]().union(*declared)


def _day(day: Linear, sign: int) -> Iterator[Node]:
    for name in day.names:
        node: Node = Field(f"@{name}" if name in PERIOD_DAYS else name)
        yield node if sign > 0 else Mul(const(-1), node)


@frozen
class Growth:
    """Growth on the period before: `{growth: revenue}` is (now − before) / before; 20 % is 0.2.

    On a base of 0, or where nothing had arisen, nothing arose; without a base it is missing.
    """

    vocabulary: Vocabulary
    field: FieldSpec

    @property
    def fields(self) -> tuple[str, ...]:
        """The field."""
        return (self.field.name,)

    def node(self, group: str) -> Node:
        """The change over the base."""
        now, before = Field(self.field.name), Field(self.field.name, lag=1)
        return Div(total(now, Mul(const(-1), before)), before, Division.BASE)

    def range(self, group: str) -> Range:
        """From −100 % where the field is never negative."""
        low = self.field.range.interval.low
        return Range(at_least(-ONE)) if low is not None and low >= 0 else Range()

    def states(self) -> frozenset[State]:
        """Nothing arose, and those the field declares."""
        return self.field.states | {State.NOTHING_AROSE}


def _value(tree: Tree, context: Context) -> Measure | None:
    linear = context.sum_of(tree, *NUMERIC)
    return None if linear is None else Sum(context.vocabulary, linear)


def _count(tree: Tree, context: Context) -> Measure | None:
    sums = [context.sum_of(each, FieldKind.COUNT) for each in (items_of(tree) or (tree,))]
    if any(each is None for each in sums):
        return None
    return Sum(context.vocabulary, _added(each for each in sums if each is not None), word="count")


def _added(sums: Iterable[Linear]) -> Linear:
    terms: dict[str, Fraction] = {}
    constant = ZERO
    for each in sums:
        constant += each.constant
        for name, factor in each.terms:
            terms[name] = terms.get(name, ZERO) + factor
    return Linear(tuple(terms.items()), constant)


def _ratio(tree: Tree, context: Context) -> Measure | None:
    items = items_of(tree)
    if len(items) != 2:
        context.findings.add("ratio-of-two", tree.place, has=len(items))
        return None
    part, whole = (context.sum_of(each, *NUMERIC) for each in items)
    return None if part is None or whole is None else Ratio(context.vocabulary, part, whole)


def _share(tree: Tree, context: Context) -> Measure | None:
    if not isinstance(tree, Mapping) or set(tree.entries) != {"of", "among"}:
        context.findings.add("share-of-among", tree.place)
        return None
    part = context.sum_of(tree["of"], *NUMERIC)
    sums = [context.sum_of(each, *NUMERIC) for each in items_of(tree["among"])]
    if part is None or not sums or any(each is None for each in sums):
        return None
    whole = _added(each for each in sums if each is not None)
    if not set(part.names) <= set(whole.names):
        context.findings.add("share-not-among", tree["of"].place, part=part, whole=", ".join(whole.names))
        return None
    return Ratio(context.vocabulary, part, whole)


def _choice(tree: Tree, context: Context) -> Measure | None:
    spec = context.field(tree, FieldKind.CHOICE)
    return None if spec is None else ChoiceOf(spec)


def _days(tree: Tree, context: Context) -> Measure | None:
    if not isinstance(tree, Mapping) or set(tree.entries) != {"from", "to"}:
        context.findings.add("days-from-to", tree.place)
        return None
    start, end = (_day_of(tree[word], context) for word in ("from", "to"))
    return None if start is None or end is None else Days(context.vocabulary, start, end)


def _day_of(tree: Tree, context: Context) -> Linear | None:
    """One date field, or a day of the period with whole days added."""
    try:
        day = parse_linear(text_of(tree))
    except ExpressionError as error:
        context.findings.add("not-a-sum", tree.place, value=text_of(tree)[:60], near=error)
        return None
    if len(day.terms) != 1 or day.terms[0][1] != 1 or day.constant.denominator != 1:
        context.findings.add("days-from-to", tree.place)
        return None
    if day.names[0] in PERIOD_DAYS:
        return day
    return None if context.named(day.names[0], tree.place, FieldKind.DATE) is None else day


def _growth(tree: Tree, context: Context) -> Measure | None:
    spec = context.field(tree, *NUMERIC)
    return None if spec is None else Growth(context.vocabulary, spec)


MeasureReader = Callable[[Tree, Context], Measure | None]

MEASURES: Final[dict[str, MeasureReader]] = {
    "value": _value,
    "count": _count,
    "ratio": _ratio,
    "share": _share,
    "choice": _choice,
    "days": _days,
    "growth": _growth,
}
"""Every measure an edition can write, by its word (`reported` is a rule of its own)."""


def read_measure(tree: Tree, context: Context) -> Measure | None:
    """The measure of a map with one word, as `{ratio: [a, b]}`."""
    if not isinstance(tree, Mapping) or len(tree.entries) != 1:
        context.findings.add("measure-one-word", tree.place, known=", ".join(MEASURES))
        return None
    (word,) = tree.entries
    reader = MEASURES.get(word)
    if reader is None:
        report_unknown(word, list(MEASURES), tree.place_of(word), context.findings, "unknown-measure")
        return None
    return reader(tree[word], context)
