"""The hooks of `parcore.plugins`: what a plugin may add. Each has a real user in this repository.

What a hook gives is typed where it is used (`parcore.plugins`), and checked there before it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pluggy

PROJECT: Final = "parcore"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def parcore_writers() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Formats for `parcore score --format NAME`: each name's `parcore.plugins.Writer` (see `plugins/svg`)."""


@hookspec
def parcore_commands() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Commands for `parcore NAME`: each name's `parcore.plugins.CommandMaker`, asked when the command is
    (see `plugins/robust`)."""


@hookspec
def parcore_measures() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Measures for editions: each word's `parcore.rules.figures.MeasureReader`."""


@hookspec
def parcore_tables() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Readers of tables of records: by the ending of a file's name (`.parquet`), a
    `parcore.evidence.records.TableReader`."""


@hookspec
def parcore_dialects() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Databases for `parcore show --as sql --dialect NAME`: each name's `parcore.plugins.DialectWriter`."""


@hookspec
def parcore_engines() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Engines for `parcore score --engine NAME`: each name's `parcore.bulk.engines.EngineFactory`."""
