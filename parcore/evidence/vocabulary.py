"""The vocabulary of a family of editions: its fields, its kinds of records, and what must hold in them.

Shared by all editions of a family, so that one file of evidence is scored under every year's rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from enum import Enum
from fractions import Fraction
from functools import cached_property

from attrs import evolve, field, frozen

from parcore.diagnostics import Findings, Place
from parcore.documents.reading import (
    both_languages,
    choice_of,
    interval_of,
    items_of,
    source_of,
    text_of,
    texts_of,
)
from parcore.documents.schema import check_shape, report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.expressions import HOLDS, Compare, ExpressionError, Linear, parse_comparing
from parcore.i18n import Text
from parcore.intervals import EVERYTHING, Interval, Range, at_least
from parcore.numbers import ONE, ZERO
from parcore.sources import Source
from parcore.values import EVIDENCE_STATES, State

POINTS = "points:"
"""Before a criterion's id: the field of points given for it (by an appraiser, or as published)."""

INDEX = "index:"
"""Before `<methodology>:<quantity>`: the field of what another index says of a unit."""

QUANTITIES = ("score", "points", "rank", "class")
"""What another index says of a unit: points per 100, points, its place, its class."""

_INDEX_FIELD = re.compile(rf"{INDEX}[a-z0-9][a-z0-9-]*:({'|'.join(QUANTITIES)})")


class FieldKind(Enum):
    """What a field holds: whole numbers, numbers, days, or one of declared options."""

    COUNT = "count"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"


class Movement(Enum):
    """Whether a quantity is gathered over a period (flow) or taken at its end (stock)."""

    FLOW = "flow"
    STOCK = "stock"


class RollUp(Enum):
    """How a field's value for a period follows from those for the months or quarters in it."""

    SUM = "sum"
    MEAN = "mean"
    LAST = "last"
    FIRST = "first"
    MAX = "max"
    MIN = "min"


@frozen
class CarryOver:
    """How a field's value for a unit follows from those of the units that merged into it.

    By their sum; by their mean, weighted by the field `weight`; or by nothing (`none`).
    """

    how: str
    weight: str = ""


@frozen
class FieldSpec:
    """A field of evidence: its kind, unit, range and the states of emptiness it declares.

    Any field can be missing, unverified or rejected; `states` holds what can arise besides
    (`NOTHING_AROSE`, `NOT_APPLICABLE`). Without a `rollup` no value follows from those of its parts;
    without `derive`, as it is written, none follows from a list of records; without `carry_over` none
    follows from the units that merged into one.
    """

    name: str
    kind: FieldKind
    title: Text = Text()
    unit: str = ""
    range: Range = Range()
    options: tuple[str, ...] = ()
    option_titles: MappingOf[str, Text] = field(factory=dict)
    states: frozenset[State] = frozenset()
    movement: Movement = Movement.FLOW
    rollup: RollUp | None = None
    derive: Mapping | None = None
    carry_over: CarryOver | None = None
    source: Source | None = None
    place: Place = field(default=Place(""), eq=False)

    @property
    def shown(self) -> Text:
        """The title, or the name where there is none."""
        return self.title if self.title != Text() else Text(self.name)


@frozen
class Invariant:
    """What must hold between fields wherever all of them have numbers."""

    rule: Compare
    place: Place = field(eq=False)
    title: Text = Text()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields that it speaks of, in order."""
        return tuple(dict.fromkeys((*self.rule.left.names, *self.rule.right.names)))

    def holds(self, known: MappingOf[str, Fraction]) -> bool:
        """Whether it holds for known fields."""
        return HOLDS[self.rule.op](self.rule.left.value(known), self.rule.right.value(known))


@frozen
class Vocabulary:
    """The fields and invariants of a family of editions.

    `records` holds, for each kind of record that units hand in lists of, a vocabulary of its own:
    its fields are no fields of the unit. `extends` names those whose fields, invariants and records it
    has beside its own, the nearest first.
    """

    name: str
    title: Text
    fields: MappingOf[str, FieldSpec]
    invariants: tuple[Invariant, ...] = ()
    records: MappingOf[str, Vocabulary] = field(factory=dict)
    extends: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its name, and those of the vocabularies that it extends: evidence of any of them is its own."""
        return self.name, *self.extends

    def range_of(self, sum_: Linear) -> Range:
        """The numbers a sum of fields can take, from the fields' ranges alone."""
        low: Fraction | None = sum_.constant
        high: Fraction | None = sum_.constant
        step: Fraction | None = ONE
        for name, factor in sum_.terms:
            spec = self.fields[name]
            small, large = spec.range.interval.low, spec.range.interval.high
            if State.NOTHING_AROSE in spec.states and (len(sum_.terms) > 1 or sum_.constant):
                # A term of which nothing arose is passed over, as if it were 0.
                small = None if small is None else min(small, ZERO)
                large = None if large is None else max(large, ZERO)
            least, most = (small, large) if factor > 0 else (large, small)
            low = None if low is None or least is None else low + factor * least
            high = None if high is None or most is None else high + factor * most
            step = _common(step, spec.range.step, factor)
        if sum_.constant and step is not None and (sum_.constant / step).denominator != 1:
            step = None
        return Range(Interval(low, low is not None, high, high is not None), step)

    def never_negative(self, sum_: Linear) -> bool:
        """Whether a sum of fields is never below 0: by their ranges, or with an invariant's help."""
        lows = (self.range_of(each).interval.low for each in self._at_least(sum_))
        return any(low is not None and low >= 0 for low in lows)

    def _at_least(self, sum_: Linear) -> Iterator[Linear]:
        """Sums that are never more than a sum: itself, and itself less what an invariant orders."""
        yield sum_
        names = frozenset(sum_.names)
        for each in self.invariants:
            if names.isdisjoint(each.names):
                continue  # what says nothing of it does not help
            if each.rule.op in ("<=", "<", ">=", ">", "="):
                more = each.rule.right.plus(each.rule.left, -1)
                # What an invariant orders is never below 0: nor must the rest be.
                yield sum_.plus(more, -1 if each.rule.op in ("<=", "<", "=") else 1)
                if each.rule.op == "=":
                    yield sum_.plus(more)


def _common(a: Fraction | None, b: Fraction | None, factor: Fraction) -> Fraction | None:
    if a is None or b is None or factor.denominator != 1:
        return None
    return min(a, b) if (max(a, b) / min(a, b)).denominator == 1 else None


def given_field(name: str) -> FieldSpec | None:
    """The field of a name that every vocabulary knows: points given, or a quantity of another index.

    A class of another index is a choice whose options are not known here.
    """
    states = frozenset(EVIDENCE_STATES)
    if name.startswith(POINTS):
        return FieldSpec(name, FieldKind.NUMBER, states=states)
    found = _INDEX_FIELD.fullmatch(name)
    if found is None:
        return None
    match found.group(1):
        case "rank":
            return FieldSpec(name, FieldKind.COUNT, range=Range(at_least(ONE), ONE), states=states)
        case "class":
            return FieldSpec(name, FieldKind.CHOICE, states=states)
        case _:
            never_negative = Range(at_least(ZERO))
            return FieldSpec(name, FieldKind.NUMBER, unit="points", range=never_negative, states=states)


def read_vocabulary(tree: Tree, findings: Findings, base: Vocabulary | None = None) -> Vocabulary | None:
    """A vocabulary from its document, beside all that the one which it extends has; None: no such shape."""
    if not check_shape(tree, "vocabulary", findings) or not isinstance(tree, Mapping):
        return None
    records = {} if base is None else {**base.records}
    placed = {name: next(iter(each.fields.values())).place for name, each in records.items() if each.fields}
    for each in items_of(tree.get("records")):
        if isinstance(each, Mapping):
            name, place = text_of(each["id"]), each.place_of("id")
            if name in records:
                findings.add("duplicate-id", place, id=name, first=placed.get(name, place))
            placed.setdefault(name, place)
            records.setdefault(name, _read_section(name, each, findings))
    whole = _read_section(text_of(tree["vocabulary"]), tree, findings, base)
    return evolve(whole, records=records, extends=() if base is None else base.names)


def _read_section(name: str, tree: Mapping, findings: Findings, base: Vocabulary | None = None) -> Vocabulary:
    """The fields and invariants of the whole document, or of one kind of record."""
    fields: dict[str, FieldSpec] = {} if base is None else {**base.fields}
    for each in items_of(tree.get("fields")):
        spec = _read_field(each, findings)
        if spec is None:
            continue
        if spec.name in fields:
            findings.add("duplicate-id", spec.place, id=spec.name, first=fields[spec.name].place)
        fields.setdefault(spec.name, spec)
    for each in items_of(tree.get("fields")):
        if isinstance(each, Mapping) and "carry_over" in each:
            _check_carry_over(each, fields, findings)
    listed = [text_of(each["id"]) for each in items_of(tree["fields"]) if isinstance(each, Mapping)]
    declared = [*fields, *(each for each in listed if each not in fields)]
    invariants = () if base is None else base.invariants
    invariants += tuple(
        found
        for each in items_of(tree.get("invariants"))
        if (found := _read_invariant(each, declared, findings)) is not None
        and all(name in fields for name in found.names)
    )
    return Vocabulary(name, both_languages(tree.get("title")), fields, invariants)


def _read_field(tree: Tree, findings: Findings) -> FieldSpec | None:
    if not isinstance(tree, Mapping):
        return None
    kind = choice_of(tree["kind"], FieldKind, findings)
    if kind is None:
        return None
    options = tree.get("options")
    titles = options.entries if isinstance(options, Mapping) else {}
    if (kind is FieldKind.CHOICE) != (options is not None):
        place = tree.place_of("kind" if options is None else "options")
        findings.add("options-and-choice", place, field=text_of(tree["id"]))
        return None
    option_titles = {key: both_languages(value) for key, value in titles.items()}
    derive = tree.get("derive")
    _distinct(option_titles, tree, findings)
    spec = FieldSpec(
        name=text_of(tree["id"]),
        kind=kind,
        title=both_languages(tree.get("title")),
        unit=text_of(tree.get("unit")),
        range=_read_range(tree, kind, findings),
        options=tuple(titles) if titles else texts_of(options),
        option_titles=option_titles,
        states=frozenset(State[word.upper()] for word in texts_of(tree.get("states"))),
        movement=choice_of(tree.get("movement"), Movement, findings) or Movement.FLOW,
        rollup=choice_of(tree.get("rollup"), RollUp, findings),
        derive=derive if isinstance(derive, Mapping) else None,
        carry_over=_read_carry_over(tree.get("carry_over")),
        source=source_of(tree.get("source"), findings),
        place=tree.place_of("id"),
    )
    if spec.rollup is not None and not _rolls_up(spec, spec.rollup):
        findings.add("rollup-not-fitting", tree["rollup"].place, field=spec.name, rollup=spec.rollup.value)
    return spec


def _rolls_up(spec: FieldSpec, how: RollUp) -> bool:
    """Whether what the fold gives is again a value of the field: rules are checked on what it can take."""
    match how:
        case RollUp.SUM:
            numeric = spec.kind in (FieldKind.COUNT, FieldKind.NUMBER)
            return numeric and spec.movement is Movement.FLOW and spec.unit != "%"
        case RollUp.MEAN:
            return spec.kind is FieldKind.NUMBER and spec.range.step is None
        case RollUp.MAX | RollUp.MIN:
            return spec.kind is not FieldKind.CHOICE
        case RollUp.FIRST | RollUp.LAST:
            return True


def _read_carry_over(tree: Tree | None) -> CarryOver | None:
    if isinstance(tree, Mapping):
        return CarryOver("weighted_mean", text_of(tree["weighted_mean"]))
    return None if tree is None else CarryOver(text_of(tree))


def _check_carry_over(tree: Mapping, fields: MappingOf[str, FieldSpec], findings: Findings) -> None:
    """What units that merge give must be a value of the field, and a weight must weigh."""
    spec, written = fields.get(text_of(tree["id"])), tree["carry_over"]
    if spec is None or spec.carry_over is None:
        return
    how, weight = spec.carry_over.how, spec.carry_over.weight
    if how != "none" and not _carries_over(spec, how):
        findings.add("carry-over-not-fitting", written.place, field=spec.name, how=how)
    elif how == "weighted_mean" and weight not in fields:
        report_unknown(weight, list(fields), written.place, findings, "unknown-field")
    elif how == "weighted_mean" and not _weighs(fields[weight], spec):
        findings.add("carry-over-weight", written.place, field=spec.name, weight=weight)


def _carries_over(spec: FieldSpec, how: str) -> bool:
    """Whether units that merge give a value of the field again, a sum or a mean of any weights."""
    if how == "sum":
        numeric = spec.kind in (FieldKind.COUNT, FieldKind.NUMBER)
        return numeric and spec.unit != "%" and spec.range.interval.high is None
    return spec.kind is FieldKind.NUMBER and spec.range.step is None


def _weighs(weight: FieldSpec, spec: FieldSpec) -> bool:
    low = weight.range.interval.low
    numeric = weight.kind in (FieldKind.COUNT, FieldKind.NUMBER)
    return numeric and weight.unit != "%" and low is not None and low >= 0 and weight.name != spec.name


def _distinct(titles: MappingOf[str, Text], tree: Mapping, findings: Findings) -> None:
    """Options may be written by their titles: no title may be another's id or title."""
    options = tree.get("options")
    taken: dict[str, str] = {key.casefold(): key for key in titles}
    for key, title in titles.items():
        for each in {title.vi.casefold(), title.en.casefold()} - {""}:
            other = taken.setdefault(each, key)
            if other != key and isinstance(options, Mapping):
                findings.add("option-titles-clash", options.place_of(key), one=other, two=key, title=each)


def _read_range(tree: Mapping, kind: FieldKind, findings: Findings) -> Range:
    written = tree.get("range")
    interval = interval_of(written, findings) if written is not None else None
    if written is not None and text_of(tree.get("unit")) == "%" and "%" not in text_of(written):
        findings.add("percent-range", written.place, range=text_of(written)[:60])
    if kind is FieldKind.COUNT:
        return Range(interval or at_least(ZERO), ONE)
    digits = tree.get("decimals")
    step = Fraction(1, 10 ** int(text_of(digits))) if digits is not None else None
    return Range(interval or EVERYTHING, ONE if kind is FieldKind.DATE else step)


def _read_invariant(tree: Tree, declared: list[str], findings: Findings) -> Invariant | None:
    written = tree["that"] if isinstance(tree, Mapping) else tree
    title = both_languages(tree.get("title")) if isinstance(tree, Mapping) else Text()
    try:
        rule = parse_comparing(text_of(written))
    except ExpressionError as error:
        findings.add("not-a-condition", written.place, value=text_of(written)[:60], near=error)
        return None
    if not isinstance(rule, Compare):
        findings.add("not-a-condition", written.place, value=text_of(written)[:60], near="in")
        return None
    invariant = Invariant(rule, written.place, title)
    if not invariant.names:
        findings.add("condition-constant", written.place, value=text_of(written))
    unknown = [name for name in invariant.names if name not in declared]
    for name in unknown:
        report_unknown(name, declared, written.place, findings, "unknown-field")
    return invariant if invariant.names and not unknown else None
