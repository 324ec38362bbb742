"""What must hold in evidence: between fields, in each record, between a period and its parts."""

from __future__ import annotations

from collections.abc import Mapping

from parcore.diagnostics import Findings
from parcore.evidence.bounds import box, narrow
from parcore.evidence.evidence import Datum, Evidence, RecordList, Stage
from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import Invariant, Vocabulary
from parcore.values import State


def check_invariants(evidence: Evidence, vocabulary: Vocabulary, findings: Findings) -> None:
    """Report every unit, period and stage at which what must hold between fields does not."""
    groups: dict[tuple[str, Period], set[Stage]] = {}
    for datum in evidence:
        for period in _periods(datum, evidence):
            groups.setdefault((datum.unit, period), set()).add(datum.stage)
    for (unit, period), stages in groups.items():
        for invariant in vocabulary.invariants:
            for stage in sorted(stages, key=lambda s: s.order):
                found = {n: evidence.at(unit, period, n, stage) for n in invariant.names}
                data = {n: d for n, d in found.items() if d is not None}
                if _may_hold(invariant, data, vocabulary):
                    continue
                shown = ", ".join(f"{n} = {d.text}" for n, d in data.items())
                # What the command line gave (it has no line) is to be mended first.
                last = max(data.values(), key=lambda d: (not d.place.line, d.place))
                findings.add("invariant-broken", last.place, unit=unit, rule=invariant.rule, values=shown)
                break
    _check_rollups(evidence, vocabulary, findings)
    for listed in evidence.lists():
        if listed.kind in vocabulary.records:
            _check_records(listed, vocabulary.records[listed.kind], findings)


def _may_hold(invariant: Invariant, data: Mapping[str, Datum], vocabulary: Vocabulary) -> bool:
    """Whether an invariant holds, or may still: of numbers not known, or known by a bound that allows it."""
    known = {name: datum.value.number for name, datum in data.items() if datum.value.state is State.OK}
    if len(known) == len(invariant.names):
        return invariant.holds(known)
    return narrow(box(data.values(), vocabulary.fields), [invariant]) is not None


def _periods(datum: Datum, evidence: Evidence) -> tuple[Period, ...]:
    """The periods for which a statement says something: its own, and the longer ones it rolls up to."""
    wholes = datum.period.wholes if datum.field in evidence.rollups else ()
    return (datum.period, *wholes)


def _check_rollups(evidence: Evidence, vocabulary: Vocabulary, findings: Findings) -> None:
    """Report what parts give outside the field's range, or other than what is stated for their whole."""
    wholes: dict[tuple[str, Period, str], set[Stage]] = {}
    for datum in evidence:
        if datum.field in evidence.rollups:
            for period in _periods(datum, evidence):
                wholes.setdefault((datum.unit, period, datum.field), set()).add(datum.stage)
    for (unit, period, name), stages in wholes.items():
        for stage in sorted(stages, key=lambda s: s.order):
            given = evidence.of_parts(unit, period, name, stage)
            stated = evidence.at(unit, period, name, stage)
            spec = vocabulary.fields.get(name)
            if given is None or stated is None or spec is None or given.value.state is not State.OK:
                continue
            if given.value.number not in spec.range.interval:
                findings.add(
                    "value-out-of-range", given.place, field=f"{name} {period}", value=given.text,
                    range=spec.range.interval,
                )  # fmt: skip
                break
            if stated.value.state is State.OK and stated.value != given.value:
                findings.add(
                    "rollup-differs", stated.place, field=name, unit=unit, period=period, one=stated.text,
                    two=given.text, how=evidence.rollups[name].value, first=given.place,
                )  # fmt: skip
                break


def _check_records(listed: RecordList, kind: Vocabulary, findings: Findings) -> None:
    invariants = [(each, each.names) for each in kind.invariants if not _holds(each, listed)]
    for record in listed.records if invariants else ():
        cells = {name: cell for name, cell in record.cells.items() if cell.value.state is State.OK}
        known = {name: cell.value.number for name, cell in cells.items()}
        for invariant, names in invariants:
            if all(name in known for name in names) and not invariant.holds(known):
                shown = ", ".join(f"{name} = {cells[name].text}" for name in names)
                unit = f"{listed.unit} {record.id}".strip()
                findings.add("invariant-broken", record.place, unit=unit, rule=invariant.rule, values=shown)


def _holds(invariant: Invariant, listed: RecordList) -> bool:
    """Whether it holds in all records of a list: of many that say the same it is asked once."""
    for said in listed.tally(invariant.names):
        cells = [cell for cell in said if cell is not None and cell.value.state is State.OK]
        known = dict(zip(invariant.names, (cell.value.number for cell in cells), strict=False))
        if len(cells) == len(said) and not invariant.holds(known):
            return False
    return True
