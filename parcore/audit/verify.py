"""Verifying: a bundle is what its signer sealed, and every score follows from what is in it.

In: a bundle's files, the key that is trusted. Out: what was verified, or a refusal that names each
thing that is not so. It fails closed: what is not known is refused, and nothing outside is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import evolve, frozen

from parcore.audit.bundle import (
    ENVELOPE_FILE,
    GIVEN,
    MANIFEST_FILE,
    MAX_SHOWN,
    REVISION_FILE,
    Files,
    Refused,
    canonical,
    check_manifest,
    digest,
    load,
    refuse,
    refuse_all,
    vocabulary_file,
)
from parcore.audit.bundle_scoring import Sealed, following, read_environment, read_sealed, rescored
from parcore.audit.seal_envelope import check_envelope
from parcore.audit.seal_keys import Trusted
from parcore.audit.seal_revision import changes, read_reason
from parcore.diagnostics import Diagnostic, Findings, Place
from parcore.version import __version__

MOST: Final = 20
"""Differences told of one file."""


@frozen
class Verified:
    """What a bundle that holds was verified to be; `key` None: nobody signed it."""

    sealed: Sealed
    manifest: str
    key: str | None
    engine: str
    units: int
    reason: str = ""
    compared: bool = False


def verify(files: Files, trusted: Trusted | None, earlier: Files | None = None) -> Verified:
    """Verify a bundle: envelope, manifest, every score again, and what it says of the one before it.

    `trusted` None takes a bundle that nobody signed, and no other. `earlier` is the bundle that this
    one revises: it must itself hold, under the same key.

    Raises:
        Refused: anything in it is not what it should be.
    """
    sealed = verify_sealed(files, trusted)
    result = rescored(files)
    engine = read_environment(files)
    expected = following(result, sealed.lang, engine)
    names = result.edition.vocabulary.names if result.edition.vocabulary.name else ()
    more = [vocabulary_file(at) for at, _ in enumerate(names)]
    more += [REVISION_FILE] if sealed.revises is not None else []
    _check_names(files, {*GIVEN, *expected, *more})
    findings = Findings()
    for path, data in sorted(expected.items()):
        if files[path] != data:
            _tell(path, files, data, engine, findings)
    refuse_all(findings)
    reason = _check_revision(files, sealed, trusted, earlier)
    return Verified(
        sealed=sealed,
        manifest=digest(files[MANIFEST_FILE]),
        key=None if trusted is None else trusted.id,
        engine=engine,
        units=len(result.scorecards),
        reason=reason,
        compared=earlier is not None,
    )


def verify_sealed(files: Files, trusted: Trusted | None) -> Sealed:
    """Check who sealed a bundle, and that its files are those that were sealed; nothing is computed.

    Raises:
        Refused: envelope, manifest or a file is not what it should be.
    """
    check_envelope(files, trusted)
    check_manifest(files)
    return read_sealed(files)


def _check_names(files: Files, wanted: set[str]) -> None:
    """Refuse files that follow and are not there, and files that no bundle of this version has."""
    findings = Findings()
    there = files.keys() - {ENVELOPE_FILE, MANIFEST_FILE}
    for path in wanted - there:
        findings.add("bundle-missing", Place(path))
    for path in there - wanted:
        findings.add("bundle-unknown", Place(path))
    refuse_all(findings)


def _tell(path: str, files: Files, expected: bytes, engine: str, findings: Findings) -> None:
    """Report where a file is not what follows from the bundle's evidence."""
    data, again = load(files, path), json.loads(expected)
    for count, (at, said, computed) in enumerate(_unlike(data, again, "")):
        if count == MOST:
            break
        findings.add(
            "bundle-differs", Place(path), at=at or "·", said=_shown(said), computed=_shown(computed),
            sealed_by=engine, here=__version__,
        )  # fmt: skip


def _unlike(one: Any, two: Any, at: str) -> Iterator[tuple[str, Any, Any]]:
    """Where two pieces of plain data differ, with what each has there."""
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        for key in sorted(one):
            yield from _unlike(one[key], two[key], f"{at}.{key}" if at else key)
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for index, (a, b) in enumerate(zip(one, two, strict=True)):
            yield from _unlike(a, b, f"{at}[{_name(b, index)}]")
    elif type(one) is not type(two) or one != two:
        yield at, one, two


def _name(data: Any, index: int) -> str:
    """How an element of a list is called: by what it is of, else by its number from 1."""
    if isinstance(data, Mapping):
        named = next((data[key] for key in ("unit", "id", "circle") if isinstance(data.get(key), str)), None)
        if named is not None:
            return str(named)
    return str(index + 1)


def _shown(data: Any) -> str:
    text = data if isinstance(data, str) else canonical(data).decode("utf-8")
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def _of_earlier(finding: Diagnostic) -> Diagnostic:
    """A finding in the earlier bundle, said to be there."""
    return evolve(finding, place=Place(f"--earlier {finding.place.file}"))


def _check_revision(files: Files, sealed: Sealed, trusted: Trusted | None, earlier: Files | None) -> str:
    """The reason of a revision, checked against the bundle before it where that is at hand.

    Raises:
        Refused: it is not the bundle revised, does not hold itself, or the changes told are not those.
    """
    if sealed.revises is None:
        if earlier is not None:
            raise refuse("revision-none", REVISION_FILE)
        return ""
    before, reason = read_reason(files)
    if before != sealed.revises:
        raise refuse("revision-earlier", REVISION_FILE, earlier=before[:64], said=sealed.revises[:64])
    if earlier is None:
        return reason
    found = digest(earlier.get(MANIFEST_FILE, b""))
    if found != before:
        raise refuse("revision-earlier", REVISION_FILE, earlier=found, said=before)
    try:
        verify_sealed(earlier, trusted)
    except Refused as refused:
        raise Refused(_of_earlier(each) for each in refused.diagnostics) from refused
    findings = Findings()
    again = {"changes": changes(earlier, files)}
    told = {"changes": load(files, REVISION_FILE)["changes"]}
    for count, (at, said, computed) in enumerate(_unlike(told, again, "")):
        if count < MOST:
            findings.add(
                "revision-differs", Place(REVISION_FILE), at=at, said=_shown(said), computed=_shown(computed)
            )
    refuse_all(findings)
    return reason
