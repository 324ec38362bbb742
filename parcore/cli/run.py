"""A run: from the options of the command line to a result."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from parcore.cli.options import registry_of
from parcore.diagnostics import Findings, Place, stop
from parcore.documents.tree import Scalar
from parcore.editions.edition import Edition
from parcore.evidence.bounds import read_given
from parcore.evidence.cells import stated
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.invariants import check_invariants
from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults, Quarantine
from parcore.evidence.vocabulary import FieldSpec, given_field
from parcore.numbers import NumberFormat
from parcore.registry import Registry
from parcore.results.result import Assumed, Result
from parcore.results.scoring import score

if TYPE_CHECKING:
    from parcore.change.carry import Carried


@frozen
class Asked:
    """What the command line asks to score."""

    name: str
    period: Period | None = None
    stage: Stage = Stage.FINAL
    files: tuple[Path, ...] = ()
    numbers: NumberFormat = NumberFormat.UNDECLARED
    changes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    units_from: str = "--unit"
    paths: tuple[Path, ...] = ()
    units_of: Period | None = None
    weights: Path | None = None
    quarantine: Quarantine | None = None


def run(asked: Asked, registry: Registry | None = None) -> tuple[Result, Registry]:
    """Load, read, score.

    Without a period the latest in the evidence is taken; without an edition the one in force then.

    Raises:
        ParcoreError: anything on the way is refused.
    """
    result, registry, _ = run_carried(asked, registry)
    return result, registry


def run_carried(asked: Asked, registry: Registry | None = None) -> tuple[Result, Registry, Carried | None]:
    """As `run`; with how the evidence was carried over to the units of another period, where it was.

    Raises:
        ParcoreError: anything on the way is refused.
    """
    registry = registry_of(asked.paths) if registry is None else registry
    edition, evidence = _read(asked, registry)
    spoken = evidence.periods()
    if not spoken or (asked.period is not None and not evidence.units(asked.period)):
        period_asked = asked.period or "—"
        raise stop("evidence-none", Place(edition.key), methodology=edition.methodology, period=period_asked)
    period = asked.period or _latest(evidence, edition, named="@" in asked.name)
    if "@" not in asked.name and not edition.in_force(period):
        edition, evidence = _again(asked, registry, edition, evidence, period)
    given = changes(asked.changes, edition, registry, period, asked.stage, evidence)
    assumed = tuple(Assumed(each, evidence.at(each.unit, period, each.field, asked.stage)) for each in given)
    evidence = evidence.with_(given)
    carried = _carried(asked, edition, evidence, registry, period)
    if carried is not None:
        evidence = carried.evidence
    only = registry.unit_ids(asked.units, asked.units_of or period, Place(asked.units_from))
    day = None if carried is None else carried.day
    result = score(edition, evidence, registry.units, period, stage=asked.stage, only=only, on=day)
    if carried is None:  # what others printed is about the period's own units
        result = result.beside(registry.observations(edition.methodology))
    return evolve(result, assumed=assumed), registry, carried


def _carried(
    asked: Asked, edition: Edition, evidence: Evidence, registry: Registry, period: Period
) -> Carried | None:
    """The evidence on the units of the period asked for; None where those are the period's own."""
    from parcore.change.carry import carry
    from parcore.change.weights import read_weights

    if asked.units_of is None or asked.units_of.end == period.end:
        return None
    findings, weights = Findings(), None
    if asked.weights is not None:
        weights = read_weights(asked.weights, registry.units, period, findings, asked.numbers)
    findings.raise_errors()
    return carry(
        evidence, edition.vocabulary, registry.lineage, registry.units, period, asked.units_of, weights
    )


def _read(asked: Asked, registry: Registry) -> tuple[Edition, Evidence]:
    """The edition asked for, or the latest, and the evidence.

    Where a methodology's editions stand on several vocabularies, the latest period that the evidence
    speaks of under any of them decides first which edition, and so which vocabulary, it is read under.
    """
    defaults, period = _defaults(asked), asked.period
    if period is None and len(registry.vocabularies_of(asked.name)) > 1:
        spoken = registry.periods(asked.name, asked.files, defaults)
        period = spoken[-1] if spoken else None
    edition = registry.edition(asked.name, period)
    return edition, registry.evidence(edition.methodology, edition.vocabulary, asked.files, defaults)


def _again(
    asked: Asked, registry: Registry, edition: Edition, evidence: Evidence, period: Period
) -> tuple[Edition, Evidence]:
    """The edition in force for a period, and the evidence, read again where its vocabulary is another."""
    current = registry.edition(asked.name, period)
    if current.vocabulary == edition.vocabulary:
        return current, evidence
    return current, registry.evidence(current.methodology, current.vocabulary, asked.files, _defaults(asked))


def _defaults(asked: Asked) -> Defaults:
    return Defaults(
        period=asked.period, stage=Stage.FINAL, numbers=asked.numbers, quarantine=asked.quarantine
    )


def _latest(evidence: Evidence, edition: Edition, *, named: bool) -> Period:
    periods = evidence.periods()
    current = [each for each in periods if edition.in_force(each)] if named else periods
    return (current or periods)[-1]


def changes(
    texts: Iterable[str],
    edition: Edition,
    registry: Registry,
    period: Period,
    stage: Stage,
    evidence: Evidence,
) -> list[Datum]:
    """The statements of `--set unit.field=value`; a state's word stands for an empty state.

    Raises:
        ParcoreError: a text without this shape, an unknown unit or field, a value that is none.
    """
    findings = Findings()
    data: dict[tuple[str, str], Datum] = {}
    for text in texts:
        place = Place(f"--set {text}")
        name, field, value = _set(text, place)
        unit = registry.units.look_up(name, period.end, place, findings)
        spec = _spec(field, edition)
        if spec is None:
            raise stop("unknown-field", place, key=field, nearest=", ".join(_fields(edition)[:12]))
        written = Scalar(place, value)
        given = read_given(Scalar(place, spec.name), written, None, spec, NumberFormat.UNDECLARED, findings)
        if unit is None or given is None:
            continue
        said = stated(spec, given.value, written.text)
        datum = Datum(unit.id, period, spec.name, given.value, said, stage, place=place, bound=given.bound)
        first = data.setdefault((unit.id, spec.name), datum)
        if first is not datum:
            findings.add(
                "evidence-twice", place, unit=unit.id, field=spec.name, period=period, stage=stage.value,
                first=first.place, one=_said(first), two=_said(datum),
            )  # fmt: skip
    findings.raise_errors()
    if not data:
        return []
    check_invariants(evidence.with_(data.values()), edition.vocabulary, findings)
    findings.raise_errors()
    return list(data.values())


def _said(datum: Datum) -> str:
    return datum.text[:60] or datum.value.state.word


def _set(text: str, place: Place) -> tuple[str, str, str]:
    """Unit, field and value of `unit.field=value`; a unit's name may have dots, a field has none."""
    left, equals, value = text.partition("=")
    name, dot, field = left.rpartition(".")
    if not equals or not dot:
        raise stop("set-shape", place, text=text)
    return name.strip(), field.strip(), value.strip()


def _spec(name: str, edition: Edition) -> FieldSpec | None:
    if name in edition.vocabulary.fields:
        return edition.vocabulary.fields[name]
    return given_field(name) if name in _fields(edition) else None


def _fields(edition: Edition) -> list[str]:
    used = [name for leaf in edition.scored if leaf.rule is not None for name in leaf.rule.fields]
    given = [name for name in used if given_field(name) is not None]
    return [*given, *edition.vocabulary.fields]
