"""What evidence is admitted to scoring: units that have a place there, points that a rule allows."""

from __future__ import annotations

from datetime import date

from parcore.diagnostics import Findings
from parcore.diagnostics import Place as At
from parcore.editions.edition import Criterion, Edition
from parcore.editions.records import mean_of
from parcore.editions.stated import check_stated
from parcore.editions.tree import Variant
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import POINTS
from parcore.numbers import exact_text
from parcore.rules.combinations import Reported, reported_of
from parcore.values import State


def admit(
    edition: Edition,
    evidence: Evidence,
    units: UnitBook,
    period: Period,
    stage: Stage,
    variant: Variant,
    on: date | None = None,
) -> None:
    """Refuse units that have no place here, and points given off their step or outside their bounds.

    Points carried over to the units of a day `on` are nobody's statement: a mean need be on no step.
    """
    findings = Findings()
    places: dict[str, At] = {}
    for each in evidence:
        if each.period == period:
            places.setdefault(each.unit, each.place)
    for name in sorted(evidence.units(period)):
        place = places.get(name, At(name))
        unit = units.look_up(name, on or period.end, place, findings)
        if unit is None:
            continue
        if unit.kind not in edition.kinds:
            kinds = ", ".join(edition.kinds)
            findings.add("unit-not-of-edition", place, unit=unit.id, kind=unit.kind, kinds=kinds)
            continue
        group = edition.group_of(unit.group)
        if group is None:
            groups = ", ".join(edition.groups)
            findings.add("unit-group-unknown", place, unit=unit.id, group=unit.group, groups=groups)
            continue
        for leaf in edition.scored:
            given = reported_of(leaf.rule)
            datum = None if given is None else evidence.at(unit.id, period, given.field, stage)
            if given is not None and datum is not None and datum.value.state is State.OK:
                _points_given(leaf, given, datum, group, findings, carried=on is not None)
        for node in (each for each in edition.nodes if each.id in variant.given):
            datum = evidence.given(unit.id, period, node.id, stage)
            if datum is not None:
                _points_set(node, datum, group, findings, carried=on is not None)
    check_stated(edition, evidence, findings, period)
    by_code(edition, evidence, period, findings)
    findings.raise_errors()


def by_code(edition: Edition, evidence: Evidence, period: Period, findings: Findings) -> None:
    """Points stated for a criterion's code in the place of its id would be passed over: say so."""
    ids = {each.code: each.id for each in edition.criteria if each.code}
    known = set(ids.values())
    for datum in evidence.of(period):
        code = datum.field.removeprefix(POINTS)
        if datum.field.startswith(POINTS) and code in ids and code not in known:
            findings.add("points-by-code", datum.place, code=code, id=ids[code])


def _points_given(
    leaf: Criterion, rule: Reported, datum: Datum, group: str, findings: Findings, *, carried: bool
) -> None:
    number = datum.value.number
    top = None if leaf.max is None else leaf.max.of(group)
    if number < rule.low or (top is not None and number > top):
        high = "…" if top is None else exact_text(top)
        findings.add(
            "points-out-of-range", datum.place, criterion=leaf.id, value=datum.text,
            range=f"{exact_text(rule.low)}–{high}",
        )  # fmt: skip
    elif rule.step is not None and (number / rule.step).denominator != 1 and not carried:
        findings.add(
            "points-off-step", datum.place, criterion=leaf.id, value=datum.text, step=exact_text(rule.step)
        )


def _points_set(node: Criterion, datum: Datum, group: str, findings: Findings, *, carried: bool) -> None:
    """Points in the place of computed ones: a number that the node can have, and a reason."""
    if datum.value.state is not State.OK:
        if carried:
            return
        findings.add("override-state", datum.place, criterion=node.id, state=datum.value.state.word)
        return
    if not datum.note and datum.stage is not Stage.SELF:
        findings.add("override-without-reason", datum.place, criterion=node.id, value=datum.text)
    mean = mean_of(node.rule)
    rule = Reported(node.id, step=None if mean is None else mean.step)
    _points_given(node, rule, datum, group, findings, carried=carried)
