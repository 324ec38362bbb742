"""Plugins of `parcore.plugins`: loaded when first needed, each in its own guard.

In: the entry points that are installed. Out: every plugin with what it adds and what failed, and all that
they add, by kind. A plugin that fails is reported with its cause and stops nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Final

import pluggy
from attrs import frozen

from parcore import hookspecs
from parcore.diagnostics import Diagnostic, ParcoreError, Place, stop

if TYPE_CHECKING:
    import click

    from parcore.bulk.engines import Engine, EngineFactory
    from parcore.diagnostics import Findings
    from parcore.documents.tree import Tree
    from parcore.editions.edition import Edition
    from parcore.evidence.evidence import RecordList
    from parcore.evidence.records import RecordTable, TableReader
    from parcore.results.result import Result
    from parcore.rules.figures import Context, MeasureReader
    from parcore.rules.protocols import Measure

Writer = Callable[["Result", str], str]
"""Writes a result in a language (`vi`, `en`) as text: what a plugin gives for each format."""

DialectWriter = Callable[["Edition", str], str]
"""Writes an edition as statements of a database, with sentences in a language (`vi`, `en`)."""

CommandMaker = Callable[[], "click.Command"]
"""Gives a command when it is asked for, so that what it imports is imported then."""

GROUP: Final = "parcore.plugins"
ENGINE: Final = "parcore"
ENGINE_FORMATS: Final = ("table", "json", "csv")
"""What `parcore score` writes itself."""
ENGINES: Final = ("exact", "columns")
"""Engines that come with the engine itself."""
ENGINE_COMMANDS: Final = (
    "list", "show", "check", "score", "explain", "report", "compare", "appeal", "plan", "audit", "seal",
    "verify", "new", "demo",
)  # fmt: skip
"""The engine's own commands."""
OTHER_WORDS: Final = ("reported", "round")
"""Words beside the engine's measures that no plugin's measure can have."""

_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")
_COMMAND: Final = re.compile(r"[a-z][a-z0-9-]*")
_BROKEN: Final = (Exception, SystemExit)  # a plugin that calls `sys.exit` stops nobody either


@frozen
class Kind:
    """A kind of what plugins add: its hook, the word for one of it, how one is guarded, and the code of the
    finding where two have one name.

    `own` gives the names taken from the start: a plugin's of such a name is reported and passed over.
    """

    hook: str
    word: str
    guarded: Callable[[str, object, object], object]
    taken: str
    own: Callable[[], Iterable[str]] = tuple


@frozen
class Plugin:
    """An installed plugin: its distribution, the names it adds by kind (`formats`, …), what went wrong."""

    name: str
    distribution: str
    adds: Mapping[str, tuple[str, ...]]
    failures: tuple[Diagnostic, ...] = ()


@frozen
class Loaded:
    """Every plugin found, by name, and all that they add: by kind, and by name."""

    plugins: tuple[Plugin, ...]
    added: Mapping[str, Mapping[str, Any]]

    @property
    def failures(self) -> tuple[Diagnostic, ...]:
        """What went wrong, plugin by plugin."""
        return tuple(failure for plugin in self.plugins for failure in plugin.failures)

    @property
    def writers(self) -> Mapping[str, Writer]:
        """The writers of results, by format."""
        return self.added["formats"]

    @property
    def measures(self) -> Mapping[str, MeasureReader]:
        """The readers of measures, by word."""
        return self.added["measures"]

    @property
    def tables(self) -> Mapping[str, TableReader]:
        """The readers of tables of records, by the ending of a file's name."""
        return self.added["tables"]

    @property
    def dialects(self) -> Mapping[str, DialectWriter]:
        """The writers of editions as SQL, by database."""
        return self.added["dialects"]

    @property
    def commands(self) -> Mapping[str, CommandMaker]:
        """What makes commands, by name."""
        return self.added["commands"]

    @property
    def engines(self) -> Mapping[str, EngineFactory]:
        """What makes engines, by name."""
        return self.added["engines"]


@cache
def load() -> Loaded:
    """Load every plugin once, and ask each for what it adds; of two with one name the first stands."""
    plugins: list[Plugin] = []
    added: dict[str, dict[str, object]] = {kind: {} for kind in KINDS}
    owners = {name: dict.fromkeys(kind.own(), ENGINE) for name, kind in KINDS.items()}
    for entry in sorted(entry_points(group=GROUP), key=lambda each: (each.name, each.value)):
        failures: list[Diagnostic] = []
        manager = _manager(entry, failures)
        adds: dict[str, tuple[str, ...]] = {}
        for name, kind in KINDS.items():
            given = _ask(manager, entry.name, kind, failures)
            fresh = _fresh(given, owners[name], kind, entry.name, failures)
            added[name] |= fresh
            adds[name] = tuple(fresh)
        distribution = "" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
        plugins.append(Plugin(entry.name, distribution, adds, tuple(failures)))
    return Loaded(tuple(plugins), added)


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
    manager: pluggy.PluginManager | None, plugin: str, kind: Kind, failures: list[Diagnostic]
) -> dict[str, object]:
    """What one hook of a plugin gives by name, each guarded; nothing where any of it is wrong."""
    if manager is None:
        return {}
    try:
        return {
            name: kind.guarded(plugin, name, each)
            for given in getattr(manager.hook, kind.hook)()
            for name, each in dict(given).items()
        }
    except _BROKEN as error:
        failures.append(_failure("plugin-hook", plugin, hook=kind.hook, cause=_cause(error)))
        return {}


def _fresh(
    given: dict[str, object], owners: dict[str, str], kind: Kind, plugin: str, failures: list[Diagnostic]
) -> dict[str, object]:
    """What no other gave under the same name before; the rest is reported."""
    taken = [name for name in given if name in owners]
    failures += [_failure(kind.taken, plugin, **{kind.word: name}, first=owners[name]) for name in taken]
    fresh = {name: each for name, each in given.items() if name not in owners}
    owners.update(dict.fromkeys(fresh, plugin))
    return fresh


def _writer(plugin: str, form: object, writer: object) -> Writer:
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


def _maker(plugin: str, name: object, maker: object) -> CommandMaker:
    """What makes the command, its failures told with the plugin's name; what is none is refused here."""
    if not isinstance(name, str) or not _COMMAND.fullmatch(name) or not callable(maker):
        raise TypeError(f"{name!r}: {maker!r} is no command's name and what makes it")

    def make() -> click.Command:
        """The command, or that the plugin failed."""
        import click

        try:
            command = maker()
            if not isinstance(command, click.Command):
                raise TypeError(f"{command!r} is no command")
        except _BROKEN as error:
            raise stop(
                "plugin-command", Place(plugin), plugin=plugin, command=name, cause=_cause(error)
            ) from error
        return command

    return make


def _dialect_writer(plugin: str, dialect: object, writer: object) -> DialectWriter:
    """The writer of a dialect, its failures told with the plugin's name; one that is none is refused here."""
    if not isinstance(dialect, str) or not callable(writer):
        raise TypeError(f"{dialect!r}: {writer!r} is no dialect's name and writer")

    def write(edition: Edition, lang: str) -> str:
        """What the plugin writes, or its failure told as the plugin's."""
        try:
            return str(writer(edition, lang))
        except ParcoreError:
            raise
        except _BROKEN as error:
            told = {"plugin": plugin, "dialect": dialect, "cause": _cause(error)}
            raise stop("plugin-dialect", Place(plugin), **told) from error

    return write


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


def _words() -> tuple[str, ...]:
    from parcore.rules.measuring import MEASURES

    return (*MEASURES, *OTHER_WORDS)


KINDS: Final[Mapping[str, Kind]] = {
    "formats": Kind("parcore_writers", "format", _writer, "plugin-format-taken", lambda: ENGINE_FORMATS),
    "measures": Kind("parcore_measures", "measure", _reader, "plugin-measure-taken", _words),
    "tables": Kind("parcore_tables", "table", _table_reader, "plugin-table-taken"),
    "dialects": Kind("parcore_dialects", "dialect", _dialect_writer, "plugin-dialect-taken"),
    "commands": Kind("parcore_commands", "command", _maker, "plugin-command-taken", lambda: ENGINE_COMMANDS),
    "engines": Kind("parcore_engines", "engine", _engine, "plugin-engine-taken", lambda: ENGINES),
}
"""All that plugins add."""


def _cause(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _failure(code: str, plugin: str, **values: str) -> Diagnostic:
    return stop(code, Place(plugin), plugin=plugin, **values).diagnostics[0]
