"""From what a bundle gives to what follows from it: the result, the programs, every unit's trace.

In: edition, vocabulary, units and evidence, from the bundle's own files alone; nothing installed is
looked at. Out: the bytes of the files that follow. Sealing writes them, verifying compares them.
"""

from __future__ import annotations

from itertools import count, takewhile
from typing import Any

from attrs import frozen

from parcore.audit.bundle import (
    BUNDLE,
    BUNDLE_FILE,
    EDITION_FILE,
    ENVIRONMENT_FILE,
    RESULT_FILE,
    VOCABULARY_FILE,
    Files,
    Refused,
    canonical,
    refuse,
    shaped,
    take,
    text,
    version,
    vocabulary_file,
)
from parcore.audit.bundle_inputs import read_evidence, read_units
from parcore.audit.bundle_trace import program_json, trace_json
from parcore.diagnostics import Findings, ParcoreError, Place, stop
from parcore.documents.text import MAX_YAML_BYTES, decode
from parcore.documents.tree import Tree
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.vocabulary import Vocabulary
from parcore.i18n import LANGUAGES
from parcore.results.output import to_dict
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.vocabularies import read_extending

ENVIRONMENT = "parcore-environment-1"


@frozen
class Sealed:
    """What `bundle.json` says: which result it is, and the manifest of the one that it revises."""

    edition: str
    period: Period
    stage: Stage
    lang: str
    revises: str | None = None

    def json(self) -> bytes:
        """Its bytes."""
        return canonical(
            {
                "format": BUNDLE,
                "edition": self.edition,
                "period": str(self.period),
                "stage": self.stage.value,
                "lang": self.lang,
                "revises": self.revises,
            }
        )


def read_sealed(files: Files) -> Sealed:
    """What `bundle.json` says.

    Raises:
        Refused: it is not there, of another version, or of no such shape.
    """
    data = version(files, BUNDLE_FILE, BUNDLE)

    def read() -> Sealed:
        _, edition, period, stage, lang, revises = take(
            data, "format", "edition", "period", "stage", "lang", "revises"
        )
        found = parse_period(text(period))
        if found is None or str(found) != period or lang not in LANGUAGES:
            raise ValueError(f"{period}, {lang}")
        revised = None if revises is None else text(revises)
        return Sealed(text(edition), found, Stage(stage), lang, revised)

    return shaped(BUNDLE_FILE, read)


def read_environment(files: Files) -> str:
    """The version of parcore that sealed the bundle.

    Raises:
        Refused: the file is not there, of another version, or of no such shape.
    """
    data = version(files, ENVIRONMENT_FILE, ENVIRONMENT)
    _, engine, python = shaped(ENVIRONMENT_FILE, lambda: take(data, "format", "parcore", "python"))
    shaped(ENVIRONMENT_FILE, lambda: text(python))
    return shaped(ENVIRONMENT_FILE, lambda: text(engine))


def rescored(files: Files) -> Result:
    """The result that a bundle's own edition, vocabulary, units and evidence give.

    Raises:
        Refused: the engine refuses any of them.
    """
    sealed = read_sealed(files)
    units = read_units(files)
    try:
        edition = _edition(files)
        if edition.key != sealed.edition:
            raise refuse("bundle-shape", BUNDLE_FILE, problem=edition.key)
        evidence = read_evidence(files, edition.vocabulary)
        if not evidence.units(sealed.period):
            raise stop(
                "evidence-none", Place(edition.key), methodology=edition.methodology, period=sealed.period
            )
        return score(edition, evidence, units, sealed.period, stage=sealed.stage)
    except ParcoreError as error:
        raise Refused(error.diagnostics) from error
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as error:
        raise refuse("bundle-unscorable", EDITION_FILE, problem=type(error).__name__) from error


def _edition(files: Files) -> Edition:
    """The bundle's edition on the bundle's vocabulary, if any; words of plugins are not known here."""
    findings = Findings()
    known: dict[str, Vocabulary] = {}
    given = list(takewhile(files.__contains__, map(vocabulary_file, count())))
    for path in reversed(given):
        vocabulary = read_extending(_tree(files, path, findings), known, {}, (), findings)
        if vocabulary is not None:
            known[vocabulary.name] = vocabulary
    findings.raise_errors()
    edition = read_edition(_tree(files, EDITION_FILE, findings), known, findings)
    findings.raise_errors()
    if edition is None:
        raise refuse("bundle-shape", EDITION_FILE, problem="edition")
    if (VOCABULARY_FILE in files) != bool(edition.vocabulary.name):
        raise refuse("bundle-unknown", VOCABULARY_FILE)
    return edition


def _tree(files: Files, path: str, findings: Findings) -> Tree:
    if path not in files:
        raise refuse("bundle-missing", path)
    if len(files[path]) > MAX_YAML_BYTES:
        raise stop("file-oversize", Place(path), limit=f"{MAX_YAML_BYTES // 2**20} MB")
    return parse_yaml(decode(files[path], path), path, findings)


def following(result: Result, lang: str, engine: str) -> dict[str, bytes]:
    """The files that follow from a result; `engine` is the version of parcore that is named in it."""
    data: dict[str, Any] = to_dict(result, lang) | {"parcore": engine}
    files = {RESULT_FILE: canonical(data)}
    programs: dict[bytes, str] = {}
    for card in sorted(result.scorecards, key=lambda each: each.unit.id):
        program = canonical(program_json(card.trace.program))
        path = programs.setdefault(program, f"programs/{len(programs) + 1}.json")
        trace = trace_json(card.unit.id, card.group, path, card.trace)
        files[f"traces/{card.unit.id}.json"] = canonical(trace)
    return files | {path: program for program, path in programs.items()}
