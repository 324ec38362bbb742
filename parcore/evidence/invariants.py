"""What must hold in evidence taken together: between fields, and within each record."""

from __future__ import annotations

from parcore.diagnostics import Findings
from parcore.evidence.evidence import Evidence, RecordList, Stage
from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import Vocabulary
from parcore.values import State


def check_invariants(evidence: Evidence, vocabulary: Vocabulary, findings: Findings) -> None:
    """Report every unit, period and stage at which what must hold between fields does not."""
    groups: dict[tuple[str, Period], set[Stage]] = {}
    for datum in evidence:
        groups.setdefault((datum.unit, datum.period), set()).add(datum.stage)
    for (unit, period), stages in groups.items():
        for invariant in vocabulary.invariants:
            for stage in sorted(stages, key=lambda s: s.order):
                found = {n: evidence.at(unit, period, n, stage) for n in invariant.names}
                data = {n: d for n, d in found.items() if d is not None and d.value.state is State.OK}
                if len(data) < len(found) or invariant.holds({n: d.value.number for n, d in data.items()}):
                    continue
                shown = ", ".join(f"{n} = {d.text}" for n, d in data.items())
                # What the command line gave (it has no line) is to be mended first.
                last = max(data.values(), key=lambda d: (not d.place.line, d.place))
                findings.add("invariant-broken", last.place, unit=unit, rule=invariant.rule, values=shown)
                break
    for listed in evidence.lists():
        if listed.kind in vocabulary.records:
            _check_records(listed, vocabulary.records[listed.kind], findings)


def _check_records(listed: RecordList, kind: Vocabulary, findings: Findings) -> None:
    for record in listed.records:
        cells = {name: cell for name, cell in record.cells.items() if cell.value.state is State.OK}
        known = {name: cell.value.number for name, cell in cells.items()}
        for invariant in kind.invariants:
            if all(name in known for name in invariant.names) and not invariant.holds(known):
                shown = ", ".join(f"{name} = {cells[name].text}" for name in invariant.names)
                unit = f"{listed.unit} {record.id}".strip()
                findings.add("invariant-broken", record.place, unit=unit, rule=invariant.rule, values=shown)
