"""Sealing: a result and what it was computed from, to the files of a bundle.

In: a result, the registry that its documents came from. Out: the files, with the attestation. What is
written is what the bundle alone gives: it is computed again from it, and must be the same result.
"""

from __future__ import annotations

import platform
from pathlib import Path

from parcore.audit.bundle import (
    BUNDLE_FILE,
    EDITION_FILE,
    ENVIRONMENT_FILE,
    EVIDENCE_FILE,
    MANIFEST_FILE,
    MAX_FILES,
    REVISION_FILE,
    UNITS_FILE,
    Files,
    Refused,
    canonical,
    check_manifest,
    digest,
    refuse,
    vocabulary_file,
)
from parcore.audit.bundle_inputs import evidence_in_order, units_json
from parcore.audit.bundle_scoring import ENVIRONMENT, Sealed, following, rescored
from parcore.audit.seal_envelope import signed
from parcore.audit.seal_keys import Signer
from parcore.audit.seal_revision import revision
from parcore.diagnostics import ParcoreError, Place, stop
from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence
from parcore.evidence.periods import Period
from parcore.packages import Document, readable
from parcore.registry import Registry
from parcore.results.output import to_dict
from parcore.results.result import Result
from parcore.rules.graph import Field, Symbol
from parcore.version import __version__


def seal(
    result: Result,
    registry: Registry,
    lang: str,
    *,
    signer: Signer | None = None,
    earlier: Files | None = None,
    reason: str = "",
) -> dict[str, bytes]:
    """The files of the bundle of a result; `earlier` are those of the bundle that it revises, and why.

    Raises:
        ParcoreError: the bundle alone does not give the result (a plugin's measure, a what-if), its
            documents cannot be read, or `earlier` is not a bundle of the same edition, period and stage.
    """
    revises = None
    if earlier is not None:
        check_manifest(earlier)
        revises = digest(earlier[MANIFEST_FILE])
    sealed = Sealed(result.edition.key, result.period, result.stage, lang, revises)
    files = {
        BUNDLE_FILE: sealed.json(),
        ENVIRONMENT_FILE: _environment(),
        **_documents(result.edition, registry),
        **_evidence(result, registry),
    }
    again = _again(result, files)
    files |= following(again, lang, __version__)
    if earlier is not None:
        files[REVISION_FILE] = revision(earlier, files, reason)
    if len(files) > MAX_FILES - 2:
        raise refuse("bundle-limit", BUNDLE_FILE, what=f"{len(files)} files", limit=MAX_FILES)
    return signed(files, signer)


def _environment() -> bytes:
    data = {"format": ENVIRONMENT, "parcore": __version__, "python": platform.python_version()}
    return canonical(data)


def _documents(edition: Edition, registry: Registry) -> dict[str, bytes]:
    """As they were written: the edition, the vocabulary that it names, if any, and those under that."""
    files = {d.key: d for d in registry.documents("edition")}
    found = {EDITION_FILE: _bytes(files[edition.key])}
    for document in registry.documents("vocabulary"):
        if document.name in edition.vocabulary.names:
            found[vocabulary_file(edition.vocabulary.names.index(document.name))] = _bytes(document)
    return found


def _bytes(document: Document) -> bytes:
    with readable(document.shown):
        return Path(document.path).read_bytes()


def _evidence(result: Result, registry: Registry) -> dict[str, bytes]:
    """The units of the edition's kinds in the period, and what is stated of them for the periods read."""
    units = registry.units.on(result.period.end, result.edition.kinds)
    kept = {unit.id for unit in units}
    first, last = result.period.back(_furthest(result.edition)).start, result.period.end

    def read(unit: str, period: Period) -> bool:
        return unit in kept and first <= period.start and period.end <= last

    evidence = Evidence(
        (each for each in result.evidence if read(each.unit, each.period)),
        (each for each in result.evidence.lists() if read(each.unit, each.period)),
    )
    sealed = evidence_in_order(evidence, result.edition.vocabulary)
    return {UNITS_FILE: units_json(units, registry.units.regions), EVIDENCE_FILE: sealed}


def _furthest(edition: Edition) -> int:
    """How many periods back the edition's rules look at most."""
    waiting = [compile_edition(edition, group).program for group in edition.groups]
    furthest = 0
    while waiting:
        program = waiting.pop()
        waiting += program.bodies.values()
        lags = (node.lag for node in program.nodes if isinstance(node, Field | Symbol))
        furthest = max(furthest, *lags, 0)
    return furthest


def _again(result: Result, files: Files) -> Result:
    """The result that the bundle alone gives.

    Raises:
        ParcoreError: it gives none, or other points, classes, places or steps of a trace.
    """
    differs = stop("seal-differs", Place(result.edition.key))
    try:
        again = rescored(files)
    except Refused as refused:
        raise ParcoreError([*differs.diagnostics, *refused.diagnostics]) from refused
    units = [to_dict(each, "en")["units"] for each in (result, again)]
    values = [{card.unit.id: card.trace.values for card in each.scorecards} for each in (result, again)]
    if result.assumed or units[0] != units[1] or values[0] != values[1]:
        raise differs
    return again
