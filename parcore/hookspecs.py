"""The hooks of `parcore.plugins`: what a plugin may add. Each has a real user in this repository."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from parcore.results.result import Result

PROJECT = "parcore"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Writer = Callable[["Result", str], str]
"""Writes a result in a language (`vi`, `en`) as text."""


@hookspec
def parcore_writers() -> Mapping[str, Writer]:  # type: ignore[empty-body]
    """Formats for `parcore score --format NAME`, by name (see `plugins/svg`)."""
