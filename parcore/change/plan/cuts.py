"""Where a rule reads one field another way, all others held: what its parts are compared with, solved for it.

In: a trace, the positions under a root, those of the field. Out: the numbers of the field at which some part
of the rule meets a constant. They say where to look; what holds between them is proved elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from fractions import Fraction
from typing import NamedTuple

from parcore.numbers import ONE, ZERO
from parcore.readings.exact import Trace
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Div,
    Field,
    Match,
    Mul,
    Pick,
    Piecewise,
    Round,
)


class Form(NamedTuple):
    """(a·x + b) / (c·x + d)."""

    a: Fraction
    b: Fraction
    c: Fraction
    d: Fraction


_ITSELF = Form(ONE, ZERO, ZERO, ONE)


def cuts(trace: Trace, order: Sequence[int], field: Set[int]) -> list[Fraction]:
    """The numbers of a field at which a part of the rule meets what it is compared with."""
    forms: dict[int, Form] = {}
    found = set[Fraction]()
    for at in order:
        node = trace.program.nodes[at]
        if at in field and isinstance(node, Field):
            forms[at] = _ITSELF
            continue
        inputs = trace.program.inputs[at]
        own = [_form(trace, forms, each) for each in inputs]
        if any(each in forms for each in inputs):
            form = _through(node, own)
            if form is not None:
                forms[at] = form
            found.update(_met(node, own))
        elif any(each is None for each in own) or trace.values[at].known is None:
            continue
    return sorted(found)


def _form(trace: Trace, forms: dict[int, Form], at: int) -> Form | None:
    if at in forms:
        return forms[at]
    known = trace.values[at].known
    return None if known is None else Form(ZERO, known, ZERO, ONE)


def _through(node: object, args: Sequence[Form | None]) -> Form | None:
    """What a node makes of its operands, where that is again such a form."""
    match node:
        case Match() | Round():
            return args[0] if not (isinstance(node, Match) and node.ok is not None) else args[-1]
        case Pick():
            return args[-1]
        case Agg(op=Aggregate.SUM | Aggregate.MEAN):
            known = [each for each in args if each is not None]
            if any(each.c for each in known):
                return None
            parts = len(known) if node.op is Aggregate.MEAN else 1
            a = sum((each.a / each.d for each in known), ZERO)
            return Form(a / parts, sum((each.b / each.d for each in known), ZERO) / parts, ZERO, ONE)
        case Mul():
            one, two = args
            if one is None or two is None:
                return None
            one, two = (two, one) if not one.a and not one.c else (one, two)
            return (
                None if two.a or two.c else Form(one.a * two.b, one.b * two.b, one.c * two.d, one.d * two.d)
            )
        case Div():
            one, two = args
            if one is None or two is None or one.c or two.c or not (two.a or two.b):
                return None
            return Form(one.a / one.d, one.b / one.d, two.a / two.d, two.b / two.d)
        case _:
            return None


def _met(node: object, args: Sequence[Form | None]) -> Iterator[Fraction]:
    """Where the operands of a comparison, a scale, a least or a largest meet."""
    match node:
        case Piecewise():
            ends = {end for piece in node.pieces for end in (piece.interval.low, piece.interval.high)}
            others: list[Form | None] = [Form(ZERO, end, ZERO, ONE) for end in ends if end is not None]
            pairs = [(args[0], other) for other in others]
        case Cmp():
            pairs = [(args[0], args[1])]
        case Agg(op=Aggregate.MIN | Aggregate.MAX):
            pairs = [(one, two) for n, one in enumerate(args) for two in args[:n]]
        case _:
            return
    for one, two in pairs:
        if one is not None and two is not None:
            yield from _meet(one, two)


def _meet(one: Form, two: Form) -> Iterator[Fraction]:
    """Where two forms are equal, one of them a number."""
    if two.a or two.c:
        one, two = two, one
    if two.a or two.c or not two.d:
        return
    number = two.b / two.d
    slope = one.a - number * one.c
    if slope:
        yield (number * one.d - one.b) / slope
