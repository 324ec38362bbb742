"""What of an analysis deserves a word: each finding at its place, with its clause and evidence for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from parcore.diagnostics import Findings
from parcore.editions.edition import Combine, Criterion, Edition
from parcore.numbers import ZERO, exact_text
from parcore.readings.analysis.edition import Proof
from parcore.readings.analysis.fields import dead
from parcore.readings.analysis.findings import Analysis
from parcore.readings.analysis.plane import Plane
from parcore.readings.analysis.solver import BOUND, DIGITS, INSTALL
from parcore.readings.analysis.witness import Witness
from parcore.sources import Basis
from parcore.values import State

WRITTEN: Final = ("step", "case", "row", "option", "guard")
"""The branches that an author writes one by one; the pieces of a line are none."""

_FALLS_THROUGH: Final = frozenset({State.NOTHING_AROSE, State.NOT_APPLICABLE})


def report(proofs: Iterable[Proof], findings: Findings) -> None:
    """Add what deserves a word: steps never reached, maxima never paid, rules that turn or decide nothing."""
    for proof in proofs:
        if proof.analysis is not None:
            name = _named(proof)
            _branches(proof, proof.analysis, name, findings)
            _points(proof, proof.analysis, name, findings)
            _axes(proof, proof.analysis, name, findings)


def _named(proof: Proof) -> str:
    """The criterion as findings call it, with the clause that it stands on."""
    source = proof.criterion.source
    return proof.name if source is None or not source.clause else f"{proof.name} [{source.clause}]"


def _branches(proof: Proof, found: Analysis, name: str, findings: Findings) -> None:
    plane, known = found.plane, found.branches
    written = [n for n, each in enumerate(plane.branches) if each.word in WRITTEN]

    def tell(code: str, at: int, **values: object) -> None:
        branch = plane.branches[at]
        findings.add(
            code, branch.place or proof.criterion.place, criterion=name, branch=branch.label, **values
        )

    for at in (n for n in known.unreachable if n in written and not _settled_by_us(plane, n)):
        tell("prove-unreachable", at, instead=_shown(known.instead.get(at)))
    for at in (n for n in known.not_within if n in written):
        tell("prove-not-within", at, bound=BOUND, decimals=DIGITS)
    for at in (n for n in found.undecided if n in written):
        tell("prove-undecided", at, command=INSTALL)
    for at, (axis, number) in known.single.items():
        if at in written:
            witness = _shown(known.reached[at])
            tell("prove-single", at, measure=axis, number=exact_text(number), witness=witness)
    if known.gap is not None:
        findings.add("prove-gap", proof.criterion.place, criterion=name, witness=known.gap)
    for (one, two), both in known.overlaps.items():
        tell("prove-overlap", two, first=plane.branches[one].label, witness=both)


def _points(proof: Proof, found: Analysis, name: str, findings: Findings) -> None:
    most, least, place = found.most, found.least, proof.criterion.place
    for each in (most, least):
        if each is not None and each.attained is None:
            findings.add(
                "prove-ends", place, criterion=name, points=exact_text(each.points),
                witness=_shown(each.witness), command=INSTALL,
            )  # fmt: skip
    if most is None or least is None:
        return
    if most.points == least.points:
        points = exact_text(most.points)
        findings.add("prove-constant", place, criterion=name, points=points, witness=_shown(most.witness))
        return
    if proof.tops(most):
        findings.add(
            "prove-maximum", place, criterion=name, max=exact_text(proof.top or ZERO),
            points=exact_text(most.points), witness=_shown(most.witness),
        )  # fmt: skip
    floor = ZERO if proof.floor is None else proof.floor
    if proof.whole and least.attained and least.points > floor:
        code = "prove-minimum" if proof.floor is None else "prove-floor"
        findings.add(
            code, place, criterion=name, floor=exact_text(floor), points=exact_text(least.points),
            witness=_shown(least.witness),
        )  # fmt: skip
    if proof.cap is not None and most.attained and most.points < proof.cap:
        findings.add(
            "prove-cap", place, criterion=name, cap=exact_text(proof.cap), points=exact_text(most.points),
            witness=_shown(most.witness),
        )  # fmt: skip


def _axes(proof: Proof, found: Analysis, name: str, findings: Findings) -> None:
    place = proof.criterion.place
    for axis, (one, two) in found.turns.items():
        findings.add(
            "prove-turns", place, criterion=name, measure=axis, one=one, two=two,
            first=exact_text(one.value.number), second=exact_text(two.value.number),
        )  # fmt: skip
    if found.constant:
        return
    for axis in found.dead:
        pair = [_shown(each) for each in found.alike.get(axis, (None, None))]
        findings.add("prove-dead", place, criterion=name, measure=axis, one=pair[0], two=pair[1])


def report_first(edition: Edition, findings: Findings) -> None:
    """Add the rules of a `first` that never apply, because one before them always does."""
    for node in (each for each in edition.nodes if each.combine is Combine.FIRST):
        always: Criterion | None = None
        for child in node.children:
            if always is not None:
                first = always.code or always.id
                findings.add(
                    "prove-never-applies", child.place, criterion=child.code or child.id, first=first
                )
            elif not child.groups and child.rule is not None and not child.rule.states() & _FALLS_THROUGH:
                always = child


def report_fields(edition: Edition, proofs: Iterable[Proof], findings: Findings) -> None:
    """Add the fields that an edition reads and that change none of its points."""
    for proof, field in dead(proofs, edition.facts):
        findings.add("prove-field-dead", proof.criterion.place, criterion=_named(proof), field=field)


def _shown(witness: Witness | None) -> str:
    return "—" if witness is None else str(witness)


def _settled_by_us(plane: Plane, at: int) -> bool:
    """Whether the branch does apply somewhere, and an interpretation of ours decides there."""
    branch = plane.branches[at]
    for point, decides in plane.points():
        source = None if decides is None else plane.branches[decides].source
        if branch.applies(point) and source is not None and source.basis is Basis.INTERPRETATION:
            return True
    return False
