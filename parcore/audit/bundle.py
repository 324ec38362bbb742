"""The form of a bundle (docs/bundle.md): its paths, canonical JSON, its manifest; and refusals.

In: the files of a bundle, by path. Out: plain data in the one form that has the one text, or a refusal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final, TypeVar

from parcore.diagnostics import Findings, ParcoreError, Place, stop

BUNDLE, MANIFEST, STATEMENT = "parcore-bundle-1", "parcore-manifest-1", "https://in-toto.io/Statement/v1"
ENVELOPE_FILE, MANIFEST_FILE, BUNDLE_FILE = "attestation.json", "manifest.json", "bundle.json"
ENVIRONMENT_FILE, RESULT_FILE, REVISION_FILE = "environment.json", "result.json", "revision.json"
EDITION_FILE, VOCABULARY_FILE = "edition.yaml", "vocabulary.yaml"
UNITS_FILE, EVIDENCE_FILE = "units.json", "evidence.json"
GIVEN: Final = (BUNDLE_FILE, ENVIRONMENT_FILE, EDITION_FILE, UNITS_FILE, EVIDENCE_FILE)
"""What a result is computed from, with the vocabulary where the edition names one; the rest follows."""

MAX_FILES: Final = 20_000
MAX_FILE_BYTES: Final = 256 * 2**20
MAX_BYTES: Final = 1024 * 2**20
MAX_PATH: Final = 200
MAX_DEPTH: Final = 32
"""How deep lists and maps of a JSON file are nested at most."""

MAX_SHOWN: Final = 60
_PATH: Final = re.compile(r"([a-z0-9][a-z0-9-]*/)?[a-z0-9][a-z0-9-]*\.(json|yaml)")
_WHOLE: Final = 2**53

Files = Mapping[str, bytes]
T = TypeVar("T")


class Refused(ParcoreError):
    """A bundle that is not what it should be; `diagnostics` say what and where in it."""


def refuse(code: str, path: str, /, **values: object) -> Refused:
    """The refusal for a single finding."""
    return Refused(stop(code, Place(path), **values).diagnostics)


def vocabulary_file(at: int) -> str:
    """The path of the edition's vocabulary (0), or of one that it extends, the nearest being 1."""
    return f"vocabulary-{at}.yaml" if at else VOCABULARY_FILE


def refuse_all(findings: Findings) -> None:
    """Stop here when anything was found.

    Raises:
        Refused: with every error found so far.
    """
    if findings.errors:
        raise Refused(findings.errors)


def sound_path(path: str) -> bool:
    """Whether a bundle may hold a file of this path: lower case, at most one folder, no way out."""
    return len(path) <= MAX_PATH and _PATH.fullmatch(path) is not None


def canonical(data: object) -> bytes:
    """The one text of plain data: RFC 8785, of texts, whole numbers, truths and nothing alone."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def load(files: Files, path: str) -> Any:
    """The plain data of a JSON file.

    Raises:
        Refused: it is not there, is no JSON of this kind, or not in its one form.
    """
    if path not in files:
        raise refuse("bundle-missing", path)
    try:
        data = json.loads(
            files[path].decode("utf-8"), parse_float=_fraction, parse_constant=_fraction, parse_int=_whole
        )
        _check_depth(data)
        again = canonical(data)
    except (ValueError, RecursionError) as error:
        raise refuse("bundle-json", path, problem=str(error)[:MAX_SHOWN]) from error
    if again != files[path]:
        raise refuse("bundle-json", path, problem=f"byte {_unlike(again, files[path])}")
    return data


def _fraction(text: str) -> None:
    raise ValueError(f"{text[:20]}: numbers with a fraction are texts here")


def _whole(text: str) -> int:
    number = int(text) if len(text) <= 17 else _WHOLE
    if abs(number) >= _WHOLE:
        raise ValueError(f"{text[:20]}: larger than 2^53")
    return number


def _check_depth(data: object) -> None:
    level, depth = [data], 0
    while level:
        inner = [each for each in level if isinstance(each, dict | list)]
        level = [part for each in inner for part in (each.values() if isinstance(each, dict) else each)]
        depth += bool(inner)
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH}")


def _unlike(one: bytes, two: bytes) -> int:
    """The first byte in which two texts differ, counted from 1."""
    pairs = enumerate(zip(one, two, strict=False), 1)
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(two)) + 1)


def shaped(path: str, read: Callable[[], T]) -> T:
    """What `read` makes of a file's data.

    Raises:
        Refused: the data are not of the shape that it reads.
    """
    try:
        return read()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise refuse("bundle-shape", path, problem=f"{error}"[:MAX_SHOWN]) from error


def take(data: object, *names: str) -> list[Any]:
    """The values of a map that has these keys and no other.

    Raises:
        ValueError: it is no such map.
    """
    if not isinstance(data, dict) or set(data) != set(names):
        raise ValueError(f"a map of {', '.join(sorted(names))} is wanted")
    return [data[name] for name in names]


def text(data: object) -> str:
    """A text.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(data, str):
        raise ValueError(f"{str(data)[:20]}: no text")
    return data


def listed(data: object) -> list[Any]:
    """A list.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(data, list):
        raise ValueError(f"{str(data)[:20]}: no list")
    return data


def version(files: Files, path: str, wanted: str) -> Any:
    """The data of a file whose `format` is the one known.

    Raises:
        Refused: it is of another, or no such file.
    """
    data = load(files, path)
    found = data.get("format") if isinstance(data, dict) else None
    if found != wanted:
        raise refuse("bundle-version", path, found=str(found)[:MAX_SHOWN], known=wanted)
    return data


def digest(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return sha256(data).hexdigest()


def manifest(files: Files) -> bytes:
    """The manifest of some files: path, digest and size of each, by path."""
    rows = [{"path": path, "sha256": digest(data), "size": len(data)} for path, data in sorted(files.items())]
    return canonical({"format": MANIFEST, "files": rows})


def check_manifest(files: Files) -> None:
    """Compare every file with the manifest.

    Raises:
        Refused: a file changed, larger or smaller, not there, or not listed; with all of them.
    """
    _, rows = shaped(MANIFEST_FILE, lambda: take(version(files, MANIFEST_FILE, MANIFEST), "format", "files"))
    findings = Findings()
    said: dict[str, tuple[str, int]] = {}
    for path, hashed, size in shaped(MANIFEST_FILE, lambda: [_row(each) for each in listed(rows)]):
        said[path] = hashed, size
    if list(said) != sorted(said) or len(said) != len(rows):
        raise refuse("bundle-shape", MANIFEST_FILE, problem="paths are not in order, each once")
    there = {path: data for path, data in files.items() if path not in (ENVELOPE_FILE, MANIFEST_FILE)}
    for path in sorted(said.keys() | there.keys()):
        if path not in said:
            findings.add("bundle-unlisted", Place(path))
        elif path not in there:
            findings.add("bundle-missing", Place(path))
        elif len(there[path]) != said[path][1]:
            findings.add("bundle-size", Place(path), size=len(there[path]), said=said[path][1])
        elif digest(there[path]) != said[path][0]:
            findings.add("bundle-digest", Place(path), digest=digest(there[path]), said=said[path][0])
    refuse_all(findings)


def _row(data: object) -> tuple[str, str, int]:
    path, hashed, size = take(data, "path", "sha256", "size")
    if not sound_path(text(path)) or path in (ENVELOPE_FILE, MANIFEST_FILE):
        raise ValueError(f"{path[:MAX_SHOWN]!r}: no path of a bundle")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_FILE_BYTES:
        raise ValueError(f"{path}: size")
    if re.fullmatch(r"[0-9a-f]{64}", text(hashed)) is None:
        raise ValueError(f"{path}: sha256")
    return path, hashed, size
