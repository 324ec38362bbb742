"""Plugins of `parcore.plugins`: loaded when first needed, each in its own guard.

In: the entry points that are installed. Out: every plugin with what it adds and what failed, the
writers of the formats, the readers of the measures and of tables, the engines. A plugin that fails is
reported with its cause and stops nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pluggy
from attrs import frozen

from parcore import hookspecs
from parcore.diagnostics import Diagnostic, ParcoreError, Place, stop

if TYPE_CHECKING:
    from parcore.diagnostics import Findings
    from parcore.documents.tree import Tree
    from parcore.evidence.evidence import RecordList
    from parcore.evidence.records import RecordTable, TableReader
    from parcore.results.engines import Engine, EngineFactory
    from parcore.results.result import Result
    from parcore.rules.figures import Context, MeasureReader
    from parcore.rules.protocols import Measure

Writer = Callable[["Result", str], str]
"""Writes a result in a language (`vi`, `en`) as text: what a plugin gives for each format."""

GROUP: Final = "parcore.plugins"
ENGINE: Final = "parcore"
ENGINE_FORMATS: Final = ("table", "json", "csv")
"""What `parcore score` writes itself; a plugin's format of such a name is reported and passed over."""

ENGINES: Final = ("exact", "columns")
"""Engines that come with the engine itself; a plugin's of such a name is reported and passed over."""

OTHER_WORDS: Final = ("reported", "round")
"""Words beside the engine's measures that no plugin's measure can have."""

_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")
Given = TypeVar("Given")
_BROKEN: Final = (Exception, SystemExit)  # a plugin that calls `sys.exit` stops nobody either


@frozen
class Plugin:
    """An installed plugin: its distribution, the what it adds of each kind, by name, what went wrong."""

    name: str
    distribution: str
    formats: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    failures: tuple[Diagnostic, ...] = ()


@frozen
class Loaded:
    """Every plugin found, by name; the writers of formats, readers of measures and tables, and engines."""

    plugins: tuple[Plugin, ...]
    writers: Mapping[str, Writer]
    measures: Mapping[str, MeasureReader]
    tables: Mapping[str, TableReader]
    engines: Mapping[str, EngineFactory]

    @property
    def failures(self) -> tuple[Diagnostic, ...]:
        """What went wrong, plugin by plugin."""
        return tuple(failure for plugin in self.plugins for failure in plugin.failures)


@cache
def load() -> Loaded:
    """Load every plugin once, and ask each for what it adds; of two with one name the first stands."""
    from parcore.rules.measuring import MEASURES

    plugins: list[Plugin] = []
    writers: dict[str, Writer] = {}
    measures: dict[str, MeasureReader] = {}
    tables: dict[str, TableReader] = {}
    engines: dict[str, EngineFactory] = {}
    formats_of = dict.fromkeys(ENGINE_FORMATS, ENGINE)
    measures_of = dict.fromkeys((*MEASURES, *OTHER_WORDS), ENGINE)
    tables_of: dict[str, str] = {}
    engines_of = dict.fromkeys(ENGINES, ENGINE)
    for entry in sorted(entry_points(group=GROUP), key=lambda each: (each.name, each.value)):
        failures: list[Diagnostic] = []
        manager = _manager(entry, failures)
        given = _ask(manager, entry.name, "parcore_writers", _guarded, failures)
        added = _ask(manager, entry.name, "parcore_measures", _reader, failures)
        read = _ask(manager, entry.name, "parcore_tables", _table_reader, failures)
        made = _ask(manager, entry.name, "parcore_engines", _engine, failures)
        fresh = _fresh(given, formats_of, "plugin-format-taken", "format", entry.name, failures)
        new = _fresh(added, measures_of, "plugin-measure-taken", "measure", entry.name, failures)
        endings = _fresh(read, tables_of, "plugin-table-taken", "ending", entry.name, failures)
        runs = _fresh(made, engines_of, "plugin-engine-taken", "engine", entry.name, failures)
        writers |= fresh
        measures |= new
        tables |= endings
        engines |= runs
        distribution = "" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
        names = tuple(fresh), tuple(new), tuple(endings), tuple(runs)
        plugins.append(Plugin(entry.name, distribution, *names, tuple(failures)))
    return Loaded(tuple(plugins), writers, measures, tables, engines)


def tables() -> Mapping[str, TableReader]:
    """The readers of tables of records, by the ending of a file's name."""
    return load().tables


def _manager(entry: EntryPoint, failures: list[Diagnostic]) -> pluggy.PluginManager | None:
    """A manager of one plugin's own: a plugin half registered is seen nowhere else."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(entry.load(), entry.name)
        manager.check_pending()  # a hook whose name we do not know would else be passed over in silence
    except _BROKEN as error:
        failures.append(_failure("plugin-import", entry.name, cause=_cause(error)))
        return None
    return manager


def _ask(
    manager: pluggy.PluginManager | None,
    plugin: str,
    hook: str,
    guarded: Callable[[str, object, object], Given],
    failures: list[Diagnostic],
) -> dict[str, Given]:
    """What one hook of a plugin gives by name, each guarded; nothing where any of it is wrong."""
    if manager is None:
        return {}
    try:
        return {
            name: guarded(plugin, name, each)
            for given in getattr(manager.hook, hook)()
            for name, each in dict(given).items()
        }
    except _BROKEN as error:
        failures.append(_failure("plugin-hook", plugin, hook=hook, cause=_cause(error)))
        return {}


def _fresh(
    given: dict[str, Given],
    owners: dict[str, str],
    code: str,
    kind: str,
    plugin: str,
    failures: list[Diagnostic],
) -> dict[str, Given]:
    """What no other gave under the same name before; the rest is reported."""
    taken = [name for name in given if name in owners]
    failures += [_failure(code, plugin, **{kind: name}, first=owners[name]) for name in taken]
    fresh = {name: each for name, each in given.items() if name not in owners}
    owners.update(dict.fromkeys(fresh, plugin))
    return fresh


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


def _table_reader(plugin: str, ending: object, reader: object) -> TableReader:
    """The reader of tables, its failures told with the plugin's name; one that is none is refused here."""
    if not isinstance(ending, str) or not ending.startswith(".") or not callable(reader):
        raise TypeError(f"{ending!r}: {reader!r} is no ending of a file's name and reader")

    def read(asked: RecordTable, findings: Findings) -> tuple[RecordList, ...]:
        """The lists of a table, or none with a finding: the plugin's own, or that it failed."""
        try:
            return tuple(reader(asked, findings))
        except ParcoreError as error:
            findings.extend(error.diagnostics)
        except _BROKEN as error:
            findings.add(
                "plugin-table", asked.place, plugin=plugin, file=asked.path.name, cause=_cause(error)
            )
        return ()

    return read


def _engine(plugin: str, name: object, factory: object) -> EngineFactory:
    """The factory of an engine, its failures told as the plugin's; one that is none is refused here."""
    if not isinstance(name, str) or not callable(factory):
        raise TypeError(f"{name!r}: {factory!r} is no engine's name and factory")

    def make(options: Mapping[str, str]) -> Engine:
        """The engine, or its failure told as the plugin's."""
        try:
            engine: Engine = factory(options)
        except ParcoreError:
            raise
        except _BROKEN as error:
            raise stop(
                "plugin-engine", Place(plugin), plugin=plugin, engine=name, cause=_cause(error)
            ) from error
        return engine

    return make


def _reader(plugin: str, word: object, reader: object) -> MeasureReader:
    """The reader of a measure, its failures told with the plugin's name; one that is none is refused here."""
    if not isinstance(word, str) or not _WORD.fullmatch(word) or not callable(reader):
        raise TypeError(f"{word!r}: {reader!r} is no measure's word and reader")

    def read(tree: Tree, context: Context) -> Measure | None:
        """The plugin's measure, or None with a finding: its own, or that it failed."""
        before = len(context.findings)
        try:
            measure: Any = reader(tree, context)
            if measure is not None:
                _try(measure, context)
        except _BROKEN as error:
            measure, cause = None, _cause(error)
        else:
            cause = "no measure, and no finding that says why"
        if measure is None and len(context.findings) == before:
            context.findings.add("plugin-measure", tree.place, plugin=plugin, measure=word, cause=cause)
        return measure  # type: ignore[no-any-return]  # tried: it has all that a measure has

    return read


def _try(measure: Any, context: Context) -> None:
    """Ask a measure for everything that a measure gives, so that it fails here or nowhere."""
    from parcore.intervals import Range
    from parcore.rules.graph import NODES
    from parcore.rules.program import lay_out
    from parcore.values import State

    for group in context.groups:
        node, range_ = measure.node(group), measure.range(group)
        if not isinstance(node, NODES) or not isinstance(range_, Range):
            raise TypeError(f"{measure!r} gives no node, or no range")
        lay_out({"measure": node})
    states, fields, text = measure.states(), measure.fields, measure.text()
    if not all(isinstance(each, State) for each in states) or not all(isinstance(f, str) for f in fields):
        raise TypeError(f"{measure!r} gives no states, or no fields")
    if not isinstance(text, str):
        raise TypeError(f"{measure!r} has no text")


def _cause(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _failure(code: str, plugin: str, **values: str) -> Diagnostic:
    return stop(code, Place(plugin), plugin=plugin, **values).diagnostics[0]
