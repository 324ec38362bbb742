"""Numbers that a source bounds and does not state: "> 80%", ">= 184". The number is MISSING, the bound kept.

In: the text of a cell; the statements of a unit. Out: a value with its bound; for each field the numbers
that what is stated, and the invariants, leave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from attrs import evolve

from parcore.diagnostics import Findings
from parcore.documents.reading import report_number
from parcore.documents.tree import Scalar
from parcore.evidence.cells import option_at, read_value
from parcore.evidence.evidence import Datum
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Invariant
from parcore.expressions import Linear
from parcore.intervals import (
    EVERYTHING,
    Interval,
    IntervalError,
    Range,
    above,
    at_least,
    at_most,
    below,
    exactly,
    is_bound,
    parse_bound,
    plus,
    times,
)
from parcore.numbers import HUNDRED, ONE, ZERO, NumberError, NumberFormat
from parcore.values import State, Value

ROUNDS: Final = 8
"""How often invariants are gone through; each time bounds only narrow, so any number of them is sound."""

_LESS: Final = {
    "<=": at_least(ZERO),
    "<": above(ZERO),
    ">=": at_most(ZERO),
    ">": below(ZERO),
    "=": exactly(ZERO),
    "!=": EVERYTHING,
}
"""Where right − left lies when a comparison of left and right holds."""


class Given(NamedTuple):
    """What a cell says: a value, and for a number that it does not state the bound."""

    value: Value
    bound: Interval | None = None


def read_given(
    name: Scalar,
    written: Scalar | None,
    word: Scalar | None,
    spec: FieldSpec,
    numbers: NumberFormat,
    findings: Findings,
) -> Given | None:
    """The value of a statement or the bound of it; None where it can be read as neither, which is told."""
    stated = word is None or word.text in ("", State.OK.word)
    if stated and written is not None and is_bound(written.text) and option_at(written.text, spec) is None:
        bound = _read_bound(written, spec, numbers, findings)
        return None if bound is None else Given(Value(State.MISSING), bound)
    value = read_value(name, written, word, spec, numbers, findings)
    return None if value is None else Given(value)


def _read_bound(
    written: Scalar, spec: FieldSpec, numbers: NumberFormat, findings: Findings
) -> Interval | None:
    """The numbers of a field that a bound leaves."""
    told = {"field": spec.name, "value": written.text[:60]}
    if spec.kind not in (FieldKind.COUNT, FieldKind.NUMBER):
        findings.add("bound-of-no-number", written.place, **told, kind=spec.kind.value)
        return None
    if "%" in written.text and (spec.kind is FieldKind.COUNT or spec.unit not in ("", "%")):
        findings.add("percent-not-meant", written.place, **told)
        return None
    try:
        said = parse_bound(written.text, numbers)
    except (NumberError, IntervalError) as error:
        cause = error if isinstance(error, NumberError) else error.__cause__
        if isinstance(cause, NumberError):
            one = cause.mend and not written.text.lstrip().startswith(("[", "("))
            mend = written.text.replace(cause.text.strip(), cause.mend) if one else ""
            report_number(evolve(cause, mend=mend), written, findings)
        else:
            findings.add("not-a-bound", written.place, value=written.text[:60])
        return None
    left = spec.range.within(said)
    if left is not None:
        return left.interval
    hundredth = times(said, exactly(1 / HUNDRED))
    if spec.unit == "%" and "%" not in written.text and spec.range.within(hundredth) is not None:
        findings.add("percent-sign", written.place, **told)
    else:
        findings.add("bound-empty", written.place, **told, range=spec.range.interval)
    return None


def box(data: Iterable[Datum], fields: Mapping[str, FieldSpec]) -> dict[str, Range]:
    """The numbers that statements leave to each field that they give a number or a bound for."""
    found: dict[str, Range] = {}
    for datum in data:
        spec = fields.get(datum.field)
        if datum.value.state is State.OK:
            found[datum.field] = Range(exactly(datum.value.number))
        elif datum.value.state is State.MISSING and datum.bound is not None:
            found[datum.field] = Range(datum.bound, None if spec is None else spec.range.step)
    return found


def narrow(fields: Mapping[str, Range], invariants: Iterable[Invariant]) -> dict[str, Range] | None:
    """The same with what the invariants rule out gone; None where one of them cannot hold."""
    left = dict(fields)
    known = [each for each in invariants if all(name in left for name in each.names)]
    for _ in range(ROUNDS):
        before = dict(left)
        for each in known:
            more, wanted = each.rule.right.plus(each.rule.left, -1), _LESS[each.rule.op]
            if not more.terms and more.constant not in wanted:
                return None
            for name, factor in more.terms:
                rest = _sum(more, left, name)
                allowed = times(plus(wanted, times(rest, exactly(-ONE))), exactly(1 / factor))
                narrowed = left[name].within(allowed)
                if narrowed is None:
                    return None
                left[name] = narrowed
        if left == before:
            break
    return left


def _sum(sum_: Linear, fields: Mapping[str, Range], without: str) -> Interval:
    """All that a sum can come to without one of its terms."""
    found = exactly(sum_.constant)
    for name, factor in sum_.terms:
        if name != without:
            found = plus(found, times(fields[name].interval, exactly(factor)))
    return found
