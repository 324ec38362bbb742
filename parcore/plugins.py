"""Plugins of `parcore.plugins`: loaded when first needed, each in its own guard.

In: the entry points that are installed. Out: every plugin with what it adds and what failed, and the
writers of the formats. A plugin that fails is reported with its cause and stops nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final

import pluggy
from attrs import frozen

from parcore import hookspecs
from parcore.diagnostics import Diagnostic, ParcoreError, Place, stop

if TYPE_CHECKING:
    from parcore.results.result import Result

Writer = Callable[["Result", str], str]
"""Writes a result in a language (`vi`, `en`) as text: what a plugin gives for each format."""

GROUP: Final = "parcore.plugins"
ENGINE: Final = "parcore"
ENGINE_FORMATS: Final = ("table", "json", "csv")
"""What `parcore score` writes itself; a plugin's format of such a name is reported and passed over."""

_BROKEN: Final = (Exception, SystemExit)  # a plugin that calls `sys.exit` stops nobody either


@frozen
class Plugin:
    """An installed plugin: its distribution, the formats it adds, and what went wrong with it."""

    name: str
    distribution: str
    formats: tuple[str, ...] = ()
    failures: tuple[Diagnostic, ...] = ()


@frozen
class Loaded:
    """Every plugin found, by name, and the writers of all their formats."""

    plugins: tuple[Plugin, ...]
    writers: Mapping[str, Writer]

    @property
    def failures(self) -> tuple[Diagnostic, ...]:
        """What went wrong, plugin by plugin."""
        return tuple(failure for plugin in self.plugins for failure in plugin.failures)


@cache
def load() -> Loaded:
    """Load every plugin once, and ask each for its formats; of two with one name the first stands."""
    plugins: list[Plugin] = []
    writers: dict[str, Writer] = {}
    owners = dict.fromkeys(ENGINE_FORMATS, ENGINE)
    for entry in sorted(entry_points(group=GROUP), key=lambda each: (each.name, each.value)):
        given, failures = _ask(entry)
        fresh = {form: writer for form, writer in given.items() if form not in owners}
        failures += [
            _failure("plugin-format-taken", entry.name, format=form, first=owners[form])
            for form in given
            if form in owners
        ]
        writers |= fresh
        owners |= dict.fromkeys(fresh, entry.name)
        distribution = "" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
        plugins.append(Plugin(entry.name, distribution, tuple(fresh), tuple(failures)))
    return Loaded(tuple(plugins), writers)


def _ask(entry: EntryPoint) -> tuple[dict[str, Writer], list[Diagnostic]]:
    """The writers of one plugin, in a manager of its own: a plugin half registered is seen nowhere else."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(entry.load(), entry.name)
        manager.check_pending()  # a hook whose name we do not know would else be passed over in silence
    except _BROKEN as error:
        return {}, [_failure("plugin-import", entry.name, cause=_cause(error))]
    try:
        given = {
            form: _guarded(entry.name, form, writer)
            for formats in manager.hook.parcore_writers()
            for form, writer in dict(formats).items()
        }
    except _BROKEN as error:
        return {}, [_failure("plugin-hook", entry.name, hook="parcore_writers", cause=_cause(error))]
    return given, []


def _guarded(plugin: str, form: object, writer: object) -> Writer:
    """The writer, its failures told with the plugin's name; one that is none is refused here."""
    if not isinstance(form, str) or not callable(writer):
        raise TypeError(f"{form!r}: {writer!r} is no format's name and writer")

    def write(result: Result, lang: str) -> str:
        """What the plugin writes, or its failure told as the plugin's."""
        try:
            text = writer(result, lang)
            if not isinstance(text, str):
                raise TypeError(f"{text!r} is no text")
        except ParcoreError:
            raise
        except _BROKEN as error:
            raise stop(
                "plugin-writer", Place(plugin), plugin=plugin, format=form, cause=_cause(error)
            ) from error
        return text

    return write


def _cause(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _failure(code: str, plugin: str, **values: str) -> Diagnostic:
    return stop(code, Place(plugin), plugin=plugin, **values).diagnostics[0]
