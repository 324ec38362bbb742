"""Figures of the engine beside the numbers of an announcement: the result is scored, its figures compared.

Where evidence is points as somebody printed them, they were shortened too: a figure that sums them is
known within what that cut off, and is no contradiction inside it.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Final

from attrs import evolve

from parcore.audit.checks import Finding, Sides, Verdict
from parcore.audit.claims import Against, Claims, FigureOf, Number
from parcore.audit.printed import Printing, behind
from parcore.diagnostics import Findings, ParcoreError
from parcore.editions.edition import Combine, Criterion
from parcore.evidence.evidence import Observation
from parcore.evidence.sections import Defaults
from parcore.evidence.vocabulary import POINTS
from parcore.intervals import Interval, exactly, plus, times
from parcore.numbers import HUNDRED, ONE, ZERO, printed_decimals
from parcore.registry import Registry
from parcore.results.published import Comparison, compared, number_of
from parcore.results.published import Verdict as Compared
from parcore.results.result import Result, Scorecard
from parcore.results.scoring import score
from parcore.values import State, Value

UNROUNDED: Final = -1
"""Fewer decimals than any rounded figure has."""

_OF_MANY: Final = ("mean", "highest", "lowest")


def check_figures(claims: Claims, registry: Registry, findings: Findings) -> list[Finding]:
    """A finding for each number that is said to be a figure of the engine.

    Why no figure is to be had (no such edition here, no evidence) goes to `findings`.
    """
    named = [(each, each.is_) for each in claims.numbers.values() if each.is_ is not None]
    if claims.against is None or not named:
        return []
    try:
        result = _result(registry, claims.against)
    except ParcoreError as error:
        findings.extend(error.diagnostics)
        return [_open(each, is_) for each, is_ in named]
    return [_checked(claims, registry, result, each, is_, findings) for each, is_ in named]


def _checked(
    claims: Claims, registry: Registry, result: Result, number: Number, is_: FigureOf, findings: Findings
) -> Finding:
    found = _compared(claims, registry, result, number, is_, findings)
    if found is None or isinstance(found.figure, str):
        return _open(number, is_)
    return _finding(result, number, is_, found, found.figure)


def _result(registry: Registry, against: Against) -> Result:
    edition = registry.edition(against.edition, against.period)
    evidence = registry.evidence(edition.methodology, edition.vocabulary, (), Defaults())
    result = score(edition, evidence, registry.units, against.period)
    return result.beside(registry.observations(edition.methodology))


def _compared(
    claims: Claims, registry: Registry, result: Result, number: Number, is_: FigureOf, findings: Findings
) -> Comparison | None:
    about, value = is_.about, number.printed.value
    if about != "all" and ":" not in about:
        try:
            (about,) = registry.unit_ids([about], result.period, number.place)
        except ParcoreError as error:
            findings.extend(error.diagnostics)
            return None
    said = Observation(
        methodology=result.edition.methodology,
        about=about,
        period=result.period,
        quantity=is_.quantity,
        text=number.printed.text,
        value=Value(State.MISSING) if value is None else Value(State.OK, value),
        source=number.statement.other or claims.source,
        place=number.place,
    )
    others = (each for each in result.observations if (each.about, each.quantity) != (about, is_.quantity))
    found = compared(evolve(result, observations=(*others, said)))
    return next((each for each in found if each.observation is said), None)


def _open(number: Number, is_: FigureOf) -> Finding:
    text = f"{number.name} = {is_.about} {is_.quantity}"
    return Finding(f"figure:{number.name}", Verdict.OPEN, (number.name,), text, figure=is_)


def _finding(result: Result, number: Number, is_: FigureOf, found: Comparison, figure: Fraction) -> Finding:
    """How a number stands to the figure; a place is compared in its order, where no more is known."""
    printed, values = number.printed, _values(result, found, figure)
    if found.order:
        verdict = Verdict.EXACT if found.verdict is Compared.SAME else Verdict.CONTRADICTION
    elif figure in printed.tight:
        verdict, values = Verdict.EXACT, exactly(figure)
    elif values is None:
        verdict = Verdict.OPEN
    else:
        verdict = Verdict.ROUNDING if values.meet(printed.interval) else Verdict.CONTRADICTION
    return evolve(_open(number, is_), verdict=verdict, sides=Sides(printed.interval, values))


def _values(result: Result, found: Comparison, figure: Fraction) -> Interval | None:
    """What a figure can be, given what printing cut off the points it sums; None where that is not known."""
    card, quantity = result.card(found.observation.about), found.observation.quantity
    given = any(each.field.startswith(POINTS) for each in result.evidence.of(result.period))
    own = None if card is None else number_of(result, card, quantity, UNROUNDED)
    if card is None or own is None:
        shortened = found.printed or (given and quantity.partition(":")[0] in _OF_MANY)
        return None if shortened else exactly(figure)
    scale = _scale(result, card, quantity)
    if not given or scale == 0:
        return exactly(own)
    name = quantity.partition(":")[2]
    nodes = [each for each in result.edition.criteria if each.id == name] if name else ()
    cuts = [_cut(result, card, each) for each in nodes or result.edition.components]
    known = [each for each in cuts if each is not None]
    if scale is None or len(known) < len(cuts):
        return None
    return plus(exactly(own), times(exactly(scale), reduce(plus, known)))


def _scale(result: Result, card: Scorecard, quantity: str) -> Fraction | None:
    """How much a point moves a figure; 0 for a maximum, None where it is not known."""
    word, _, name = quantity.partition(":")
    if word == "max":
        return ZERO
    if word in ("index", "total") and (result.edition.conversion or result.edition.adjustments):
        return None
    if word in ("points", "total"):
        return ONE
    top = card.attainable(name) if name else card.total_attainable
    return None if top is None or not top.known else HUNDRED / top.known


def _cut(result: Result, card: Scorecard, node: Criterion) -> Interval | None:
    """What printing may have cut off the points given at or under a node, where it is a plain sum of them."""
    datum = result.evidence.given(card.unit.id, result.period, node.id, result.stage)
    if datum is not None and datum.value.known is not None:
        value = datum.value.known
        step = Fraction(1, 10 ** printed_decimals(datum.text, value))
        return plus(behind(value, step, Printing.UNKNOWN), exactly(-value))
    if node.combine is not Combine.SUM or node.weight or node.scaled_from or node.digits is not None:
        return None
    parts = [_cut(result, card, each) for each in node.children]
    known = [each for each in parts if each is not None]
    return reduce(plus, known, exactly(ZERO)) if len(known) == len(parts) else None
