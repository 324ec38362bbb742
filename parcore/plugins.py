"""Plugins of `parcore.plugins`: loaded when first needed, each in its own guard."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Final

import pluggy
from attrs import frozen

from parcore import hookspecs
from parcore.diagnostics import Diagnostic, Place, stop

GROUP: Final = "parcore.plugins"


@frozen
class Plugin:
    """An installed plugin: its name and distribution, and what went wrong with it, if anything."""

    name: str
    distribution: str
    failure: Diagnostic | None = None


@frozen
class Loaded:
    """The plugins that could be loaded (by name, for `call`), and every one found."""

    manager: pluggy.PluginManager
    plugins: tuple[Plugin, ...]


@cache
def load() -> Loaded:
    """Load every plugin once; one that fails is listed with its cause and stops nobody."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    found: list[Plugin] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        distribution = "" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
        failure: Diagnostic | None = None
        try:
            manager.register(entry.load(), entry.name)
        except Exception as error:
            failure = _failure("plugin-import", entry.name, error)
        found.append(Plugin(entry.name, distribution, failure))
    return Loaded(manager, tuple(found))


def writers() -> tuple[dict[str, hookspecs.Writer], list[Diagnostic]]:
    """Every format that plugins write, and the plugins that failed to say theirs."""
    manager = load().manager
    found: dict[str, hookspecs.Writer] = {}
    failures: list[Diagnostic] = []
    for name, plugin in manager.list_name_plugin():
        hook = getattr(plugin, "parcore_writers", None)
        if hook is None:
            continue
        try:
            found.update(hook())
        except Exception as error:
            failures.append(_failure("plugin-hook", name, error, hook="parcore_writers"))
    return found, failures


def _failure(code: str, plugin: str, error: Exception, **values: str) -> Diagnostic:
    cause = f"{type(error).__name__}: {error}"
    return stop(code, Place(plugin), plugin=plugin, cause=cause, **values).diagnostics[0]
