"""The digest of every shipped result, as a line each: run by every Python that is there."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from parcore.evidence.sections import Defaults
from parcore.registry import Registry
from parcore.results.output import to_dict
from parcore.results.scoring import score

FIGURES: Final = (
    "unit", "state", "points", "points_unrounded", "attainable", "rate", "rate_unrounded", "bonus", "penalty",
    "total", "total_unrounded", "class", "class_open", "places",
)  # fmt: skip
OF_CRITERIA: Final = ("id", "points", "attainable", "state")


def figures(unit: dict[str, Any]) -> dict[str, Any]:
    """What is published of a unit: its numbers, states, class and places; no words."""
    nodes = [*unit["criteria"], *unit["adjustments"]]
    return {key: unit[key] for key in FIGURES} | {
        "criteria": [{key: node.get(key) for key in OF_CRITERIA} for node in nodes]
    }


def digests() -> Iterator[tuple[str, str, str]]:
    """Edition, period and SHA-256 of all figures of the result."""
    registry = Registry()
    for document in registry.edition_documents():
        edition = registry.load(document)
        evidence = registry.evidence(edition.methodology, edition.vocabulary, (), Defaults())
        for period in filter(edition.in_force, evidence.periods()):
            data = to_dict(score(edition, evidence, registry.units, period), "en")
            published = [figures(unit) for unit in data["units"]]
            text = json.dumps(published, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            yield edition.key, str(period), hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    sys.stdout.writelines(f"{' '.join(line)}\n" for line in digests())
