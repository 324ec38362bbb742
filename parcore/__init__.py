"""Scores public administration indices: rules are data, numbers exact, every point has its trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcore.version import __version__

if TYPE_CHECKING:
    from parcore.api import attribute, compare, describe, load_edition, read_evidence, score, score_bulk

__all__ = [
    "__version__",
    "attribute",
    "compare",
    "describe",
    "load_edition",
    "read_evidence",
    "score",
    "score_bulk",
]


def __getattr__(name: str) -> Any:
    """The public functions, imported when first used, so that `import parcore` is quick."""
    if name in __all__:
        from parcore import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
