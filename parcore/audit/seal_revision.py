"""A revised result: the bundle before it, the reason, and what changed, computed from both.

In: the files of two bundles of one edition, period and stage. Out: `revision.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from parcore.audit.bundle import (
    BUNDLE_FILE,
    EVIDENCE_FILE,
    MANIFEST_FILE,
    RESULT_FILE,
    REVISION_FILE,
    Files,
    canonical,
    digest,
    load,
    refuse,
    shaped,
    take,
    text,
    version,
)
from parcore.audit.bundle_scoring import read_sealed

REVISION: Final = "parcore-revision-1"
DOCUMENTS: Final = re.compile(r"(edition|vocabulary(-[1-9]\d*)?)\.yaml|units\.json")
STATEMENT_KEY: Final = ("unit", "period", "field", "stage")
LIST_KEY: Final = ("unit", "period", "kind", "stage")
INDEX: Final = (
    "attainable", "bonus", "class", "penalty", "points", "points_unrounded", "rate", "rate_unrounded",
    "state", "total", "total_unrounded",
)  # fmt: skip
NODE: Final = ("attainable", "points", "state")

Row = Mapping[str, Any]
Rows = dict[tuple[str, ...], Any]


def revision(earlier: Files, files: Files, reason: str) -> bytes:
    """What a revision says of the bundle before it.

    Raises:
        Refused: the two are not of one edition, period and stage.
    """
    old, new = read_sealed(earlier), read_sealed(files)
    for before, after in ((old.edition, new.edition), (old.period, new.period), (old.stage, new.stage)):
        if before != after:
            raise refuse("revision-other", BUNDLE_FILE, before=before, after=after)
    changed = shaped(RESULT_FILE, lambda: changes(earlier, files))
    return canonical(
        {
            "format": REVISION,
            "earlier": digest(earlier[MANIFEST_FILE]),
            "reason": reason,
            "changes": changed,
        }
    )


def read_reason(files: Files) -> tuple[str, str]:
    """The digest of the earlier manifest, and the reason.

    Raises:
        Refused: the file is not there, of another version, or of no such shape.
    """
    data = version(files, REVISION_FILE, REVISION)
    _, earlier, reason, _ = shaped(
        REVISION_FILE, lambda: take(data, "format", "earlier", "reason", "changes")
    )
    shaped(REVISION_FILE, lambda: text(earlier))
    if not shaped(REVISION_FILE, lambda: text(reason)).strip():
        raise refuse("bundle-shape", REVISION_FILE, problem="reason")
    return earlier, reason


def changes(earlier: Files, files: Files) -> dict[str, Any]:
    """What changed: documents, evidence, points, the index, classes, places; each before and after."""
    evidence = [load(each, EVIDENCE_FILE) for each in (earlier, files)]
    results = [load(each, RESULT_FILE)["units"] for each in (earlier, files)]
    return {
        "documents": [
            path
            for path in sorted({*earlier, *files})
            if DOCUMENTS.fullmatch(path) and earlier.get(path) != files.get(path)
        ],
        "statements": _changed(STATEMENT_KEY, *(_statements(each["statements"]) for each in evidence)),
        "lists": _changed(LIST_KEY, *(_lists(each["lists"]) for each in evidence)),
        "points": _changed(("unit", "criterion"), *(_points(each) for each in results)),
        "index": _changed(("unit",), *(_index(each) for each in results)),
        "places": _changed(("unit", "circle"), *(_places(each) for each in results)),
    }


def _changed(names: tuple[str, ...], before: Rows, after: Rows) -> list[dict[str, Any]]:
    """The keys whose values differ, in order; null where one side has none."""
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return [
        dict(zip(names, key, strict=True)) | {"before": before.get(key), "after": after.get(key)}
        for key in keys
    ]


def _statements(rows: Iterable[Row]) -> Rows:
    """Statements by their key, without the place where each stood."""
    out = {*STATEMENT_KEY, "place"}
    return {
        tuple(row[name] for name in STATEMENT_KEY): {k: v for k, v in row.items() if k not in out}
        for row in rows
    }


def _lists(rows: Iterable[Row]) -> Rows:
    """Lists of records by their key: how many, and the digest of them without their places."""
    return {
        tuple(row[name] for name in LIST_KEY): {
            "records": len(row["records"]),
            "sha256": digest(
                canonical([{k: v for k, v in r.items() if k != "place"} for r in row["records"]])
            ),
        }
        for row in rows
    }


def _points(units: Iterable[Row]) -> Rows:
    return {
        (unit["unit"], row["id"]): {name: row[name] for name in NODE if name in row}
        for unit in units
        for row in (*unit["criteria"], *unit["adjustments"])
    }


def _index(units: Iterable[Row]) -> Rows:
    return {(unit["unit"],): {name: unit[name] for name in INDEX} for unit in units}


def _places(units: Iterable[Row]) -> Rows:
    return {
        (unit["unit"], place["circle"]): {name: place[name] for name in ("place", "among", "open")}
        for unit in units
        for place in unit["places"]
    }


def said(files: Files) -> dict[str, int]:
    """How many changes of each kind a revision tells of."""
    data = json.loads(files[REVISION_FILE])["changes"]
    return {kind: len(rows) for kind, rows in data.items()}
