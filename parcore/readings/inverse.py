"""The inverse reading: fields set so that a part of a rule gives exactly a number, evidence on an edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from attrs import field, frozen

from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import FieldKind, FieldSpec
from parcore.numbers import decimals
from parcore.readings.exact import Scope, evaluate
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Const,
    Div,
    Domain,
    Field,
    Match,
    Mul,
    Node,
    Pick,
    Round,
    Symbol,
)
from parcore.rules.program import lay_out
from parcore.values import State, Value

Key = tuple[str, int]
"""A field and how many periods back it is read."""

Numbers = dict[Key, Fraction]


@frozen
class Facts:
    """The numbers of one unit, or of one case, as a scope."""

    numbers: Mapping[Key, Fraction]
    period: Period

    def field(self, name: str, lag: int) -> Value:
        """The number, or a day of the period."""
        if name.startswith("@"):
            return Value(State.OK, Fraction(self.period.back(lag).day(name[1:]).toordinal()))
        found = self.numbers.get((name, lag))
        return Value(State.MISSING) if found is None else Value(State.OK, found)

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        """The position of the choice."""
        return self.field(name, lag)

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        """None are known here."""
        return State.MISSING, ()


@frozen
class Aim:
    """Sets fields of one unit; `fixed` holds what an aim has set already."""

    specs: Mapping[Key, FieldSpec]
    numbers: Numbers
    period: Period
    multiple: int
    fixed: set[Key] = field(factory=set)

    def at(self, node: Node, number: Fraction) -> bool:
        """Whether fields could be set so that the node gives the number; they then are."""
        match node:
            case Const():
                return node.value == number
            case Field() | Symbol():
                return self._set((node.name, node.lag), number) or self._is(node, number)
            case Mul(a=Const(value)) if value:
                return self.at(node.b, number / value)
            case Div():
                return self._quotient(node, number)
            case Round() | Match(ok=None):
                return self.at(node.arg, number)
            case Match(ok=ok) if ok is not None:
                return self.at(ok, number)
            case Pick():
                return self.at(node.otherwise, number)
            case Agg(op=Aggregate.SUM):
                return self._sum(node, number)
            case Agg():
                return any(self.at(each, number) for each in node.args)
            case _:
                return False

    def _is(self, node: Node, number: Fraction) -> bool:
        return self._number(node) == number

    def _number(self, node: Node) -> Fraction | None:
        return evaluate(lay_out({"it": node}), Facts(self.numbers, self.period))["it"].known

    def _set(self, key: Key, number: Fraction) -> bool:
        spec = self.specs.get(key)
        if spec is None or key in self.fixed or not fits(spec, number):
            return False
        self.numbers[key] = number
        self.fixed.add(key)
        return True

    def _quotient(self, node: Div, number: Fraction) -> bool:
        """A whole that the part is exact over, then the part."""
        whole = Fraction(number.denominator * self.multiple)
        if not self.at(node.b, whole):
            found = self._number(node.b)
            if not found:
                return False
            whole = found
        return self.at(node.a, number * whole)

    def _sum(self, node: Agg, number: Fraction) -> bool:
        """One term makes up for the others as they are."""
        for n, term in enumerate(node.args):
            others = [self._number(each) for at, each in enumerate(node.args) if at != n]
            known = [each for each in others if each is not None]
            if len(known) == len(others) and self.at(term, number - sum(known, Fraction(0))):
                return True
        return False


def fits(spec: FieldSpec, number: Fraction) -> bool:
    """Whether a field can hold a number, and a file can write it."""
    if spec.kind is FieldKind.CHOICE:
        return number.denominator == 1 and 0 <= number < len(spec.options)
    if spec.kind is FieldKind.DATE and not 600_000 < number < 900_000:
        return False
    return number in spec.range and decimals(number) is not None
