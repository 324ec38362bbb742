"""Witnesses: evidence under which a rule does what a finding says, checked by the exact reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Final

from attrs import field, frozen

from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary, given_field
from parcore.expressions import HOLDS, Compare
from parcore.intervals import EVERYTHING, Interval
from parcore.numbers import ZERO, exact_text
from parcore.readings.analysis.plane import Plane, inside
from parcore.readings.analysis.solver import Answer, Goal, ask
from parcore.readings.exact import evaluate
from parcore.readings.inverse import Aim, Facts, Key, Numbers
from parcore.rules.graph import Field, Node, Over, Symbol
from parcore.rules.program import Program, lay_out
from parcore.values import Value

PERIOD: Final = Period(2024)
"""The period for which witnesses are evidence; only rules that count days from its ends can tell."""

WHOLE: Final = 100
"""A whole is at least so large, where its field lets it: shares then read as people count them."""

TRIES: Final = 3

MOST_UNKNOWN: Final = 3
"""After so many questions that the solver left open none is asked of the same rule."""

MOST_ASKED: Final = 50
"""Nor more questions than this of one rule."""

Cell = Mapping[str, Interval]


@frozen
class Witness:
    """Numbers of a unit's fields, and what the rule gives for them; `words`: those written otherwise.

    A choice is written by its option, a day as a date.
    """

    numbers: Mapping[Key, Fraction]
    words: Mapping[Key, str]
    value: Value

    def __str__(self) -> str:
        return ", ".join(
            f"{name}{'₋₁' if lag else ''} = {self.words.get((name, lag)) or exact_text(number)}"
            for (name, lag), number in self.numbers.items()
        )


@frozen(eq=False)
class Reach:
    """Finds evidence for cells of a plane, under a vocabulary with its invariants."""

    plane: Plane
    vocabulary: Vocabulary
    _known: dict[tuple[tuple[str, str], ...], Witness | Answer] = field(factory=dict)
    _answers: list[Answer] = field(factory=list)
    _empty: list[Cell] = field(factory=list)

    @cached_property
    def specs(self) -> Mapping[Key, FieldSpec]:
        """The fields that the rule reads; empty where it reads more than a unit's own fields."""
        found: dict[Key, FieldSpec] = {}
        for node in self._program.nodes:
            if isinstance(node, Over):
                return {}
            if isinstance(node, Field | Symbol) and not node.name.startswith("@"):
                spec = self.vocabulary.fields.get(node.name) or given_field(node.name)
                if spec is None:
                    return {}
                if isinstance(node, Symbol) and not spec.options:  # the class of another index
                    spec = FieldSpec(node.name, FieldKind.CHOICE, options=node.options)
                found[node.name, node.lag] = spec
        return found

    def possible(self, cell: Cell) -> bool:
        """False where no invariant between fields that the rule reads could hold in a cell: proved empty."""
        stated = {name for name, lag in self.specs if not lag}
        rules = (each.rule for each in self.vocabulary.invariants if stated.issuperset(each.names))
        fields = {
            axis.node.name: cell[name]
            for name, axis in self.plane.axes.items()
            if isinstance(axis.node, Field) and not axis.node.lag
        }
        known = {name: each.range.interval for (name, lag), each in self.specs.items() if not lag}
        return all(_may_hold(rule, known | fields) for rule in rules)

    @cached_property
    def _program(self) -> Program:
        return lay_out(self._roots)

    @cached_property
    def _roots(self) -> Mapping[str, Node]:
        return {"it": self.plane.node} | {name: axis.node for name, axis in self.plane.axes.items()}

    def inside(self, cell: Cell) -> Witness | None:
        """Evidence for which every axis lies in its part of the cell; None where none was found."""
        found = self.settled(cell)
        return found if isinstance(found, Witness) else None

    def settled(self, cell: Cell) -> Witness | Answer:
        """Evidence for a cell, or what is known of there being none: by search, then by asking the solver."""
        key = tuple((name, str(part)) for name, part in cell.items())
        if key not in self._known:
            found: Witness | Answer | None = self._searched(cell)
            self._known[key] = found or self._asked(cell)
        return self._known[key]

    def giving(self, points: Interval) -> Witness | Answer:
        """Evidence for which the whole rule gives points of an interval, by asking the solver."""
        found = self._asked({"it": points})
        if isinstance(found, Witness) and (found.value.known is None or found.value.known not in points):
            return Answer.UNKNOWN
        return found

    def _asked(self, cell: Cell) -> Witness | Answer:
        if any(all(cell.get(name) == part for name, part in each.items()) for each in self._empty):
            return Answer.NONE
        if not self.specs or self._spent:
            return Answer.UNKNOWN
        wanted = {name: part for name, part in cell.items() if part != EVERYTHING}
        program = lay_out({name: self._roots[name] for name in wanted})
        reply = ask(Goal(program, wanted), self.specs, self.vocabulary, PERIOD)
        self._answers.append(reply.answer)
        if reply.answer is Answer.FOUND:
            named = {name: part for name, part in cell.items() if name in self.plane.axes}
            return self.read(reply.numbers, named) or Answer.UNKNOWN
        if reply.answer is Answer.NONE:
            self._empty.append({name: wanted[name] for name in reply.core})
        return reply.answer

    @property
    def _spent(self) -> bool:
        """Whether as much was asked of this rule as may be."""
        unknown = self._answers.count(Answer.UNKNOWN)
        return unknown >= MOST_UNKNOWN or len(self._answers) >= MOST_ASKED

    def _searched(self, cell: Cell) -> Witness | None:
        numbers = {name: list(_points(part)) for name, part in cell.items()}
        names = list(cell)
        for attempt in range(TRIES if self.specs else 0):
            for turn in range(len(names)):
                order = (*names[turn:], *names[:turn])
                aims = {name: each[attempt % len(each)] for name, each in numbers.items()}
                for low in (True, False):
                    found = self._aimed(cell, aims, order, low=low)
                    if found is not None:
                        return found
        return None

    def _aimed(
        self, cell: Cell, aims: Mapping[str, Fraction], order: Iterable[str], *, low: bool
    ) -> Witness | None:
        """Aims at one axis after the other; one whose fields are set already must lie in its part."""
        specs = self.specs
        numbers: Numbers = {key: _start(spec, low=low) for key, spec in specs.items()}
        fixed: set[Key] = set()
        common = lcm(*(number.denominator for number in aims.values()))
        whole = common * -(-WHOLE // common)
        for name in order:
            aim = Aim(specs, numbers, PERIOD, whole // aims[name].denominator, fixed)
            aim.at(self.plane.axes[name].node, aims[name])
        return self.read(numbers, cell)

    def read(self, numbers: Numbers, cell: Cell) -> Witness | None:
        """Numbers as a witness, where they are lawful and every axis then lies in its part of the cell."""
        specs = self.specs
        if not specs or not self._lawful(numbers):
            return None
        values = evaluate(self._program, Facts(numbers, PERIOD))
        known = {name: values[name].known for name in cell}
        if any(x is None or x not in cell[name] for name, x in known.items()):
            return None
        words = {key: _word(spec, numbers[key]) for key, spec in specs.items() if spec.kind in _WORDED}
        return Witness(numbers, words, values["it"])

    def completed(self, numbers: Numbers) -> Witness | None:
        """Numbers of some fields as a witness, the others of the rule as they start."""
        start = {key: _start(spec, low=True) for key, spec in self.specs.items()}
        return self.read(start | {key: number for key, number in numbers.items() if key in start}, {})

    def _lawful(self, numbers: Numbers) -> bool:
        """Within the fields' ranges, and as the invariants ask of the fields that are stated."""
        specs = self.specs
        days = (n for key, n in numbers.items() if specs[key].kind is FieldKind.DATE)
        if any(not 1 <= day <= date.max.toordinal() for day in days):
            return False
        if any(
            n not in specs[key].range for key, n in numbers.items() if specs[key].kind is not FieldKind.CHOICE
        ):
            return False
        for lag in {lag for _, lag in numbers}:
            own = {name: number for (name, at), number in numbers.items() if at == lag}
            for rule in self.vocabulary.invariants:
                if all(name in own for name in rule.names) and not rule.holds(own):
                    return False
        return True


_WORDED: Final = (FieldKind.CHOICE, FieldKind.DATE)


def _word(spec: FieldSpec, number: Fraction) -> str:
    """How evidence writes the number of a choice or a day."""
    if spec.kind is FieldKind.CHOICE:
        return spec.options[int(number)]
    return date.fromordinal(int(number)).isoformat()


def _may_hold(rule: Compare, known: Mapping[str, Interval]) -> bool:
    """Whether a comparison holds for some numbers of the intervals, each taken by itself."""
    difference = rule.left.plus(rule.right, -1)
    low: Fraction | None = difference.constant
    high: Fraction | None = difference.constant
    for name, factor in difference.terms:
        small, large = known[name].low, known[name].high
        small, large = (small, large) if factor > 0 else (large, small)
        low = None if low is None or small is None else low + factor * small
        high = None if high is None or large is None else high + factor * large
    if rule.op in ("<=", "<"):
        return low is None or HOLDS[rule.op](low, ZERO)
    if rule.op in (">=", ">"):
        return high is None or HOLDS[rule.op](high, ZERO)
    if rule.op == "=":
        return (low is None or low <= 0) and (high is None or high >= 0)
    return low is None or (low, high) != (ZERO, ZERO)


def _points(part: Interval) -> Iterator[Fraction]:
    """A few numbers of a part: its ends where they belong to it, something between, something beyond."""
    first = inside(part)
    yield first
    if part.low is not None and part.high is not None and part.low < part.high:
        middle = (part.low + part.high) / 2
        yield from (x for x in (part.high if part.high_in else middle, middle) if x != first)
    elif part.low is not None and part.high is None:
        yield from (first + 1, first + 10)


def _start(spec: FieldSpec, *, low: bool) -> Fraction:
    """Where a field stands before it is aimed: the least it can hold, or something large."""
    if spec.kind is FieldKind.CHOICE:
        return ZERO
    if spec.kind is FieldKind.DATE:
        return Fraction(PERIOD.end.toordinal())
    least = spec.range.interval.low
    if low or spec.range.interval.high is not None:
        return ZERO if least is None and ZERO in spec.range else least or ZERO
    return Fraction(WHOLE)
