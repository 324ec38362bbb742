"""`parcore show --as sql`: statements on the command line, and what is said where there are none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from parcore import plugins
from parcore.cli.show import command
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.hookspecs import hookimpl
from parcore.plugins import DialectWriter
from parcore.registry import Registry
from parcore_sql.dialects import DIALECTS
from parcore_sql.plugin import NAMES
from parcore_sql.readable import readable
from tests.cli.test_commands import say


def test_a_statement_is_printed_on_the_command_line() -> None:
    """What is printed is the statement, in the dialect and the language asked, and nothing else."""
    said = say("show", "example@2025", "--as", "sql", "--dialect", "postgres", "--lang", "vi")
    assert (said.status, said.err) == (0, "")
    assert said.out == readable(Registry().edition("example@2025"), "postgres", "vi")


def test_a_dialect_without_a_statement_is_no_use() -> None:
    """Who names a database and asks for no SQL is told what goes with it."""
    done = CliRunner().invoke(command, ["example@2025", "--dialect", "postgres"])
    assert done.exit_code == 2
    assert "--dialect goes with --as sql" in done.output


def test_each_dialect_is_known_without_importing_what_writes_it() -> None:
    """The plugin names the dialects that there are; to list them neither database nor printer is imported."""
    assert tuple(DIALECTS) == NAMES
    code = (
        "import sys, parcore_sql.plugin; print(sorted({'duckdb', 'sqlglot', 'psycopg'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert (
        f"plugin sql (parcore-sql 0.1.0): statements in SQL {', '.join(NAMES)}"
        in say("list", "--lang", "en").out
    )


def test_an_edition_over_peers_says_why_it_is_not_printed(tmp_path: Path) -> None:
    """An edition that sets units against each other is refused for that reason, not printed in part."""
    document = next(each for each in Registry().edition_documents("example") if each.name == "2025")
    text = document.path.read_text("utf-8").replace("methodology: example", "methodology: mine")
    rule = "{value: satisfaction}"
    assert rule in text
    text = text.replace(rule, f"{{min_max: {{measure: {rule}, within: all, inverse: no}}}}")
    text = text.replace("replaces: example@2024\n", "").replace(
        "{missing: withhold,", "{nothing_arose: zero, missing: withhold,"
    )
    (tmp_path / "edition.yaml").write_text(text, "utf-8")
    said = say("show", "mine", "--as", "sql", "--path", str(tmp_path), "--lang", "en")
    assert (said.status, said.out) == (2, "")
    assert "mine@2025 asks for what follows from peers" in said.err


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Mapping[str, object]]]:
    """Plugins with dialects, to be filled in by a test; what is loaded is forgotten at the end."""
    given: dict[str, Mapping[str, object]] = {}

    def found(*, group: str) -> list[EntryPoint]:
        entries = []
        for name, dialects in given.items():
            module = ModuleType(f"plugin_{name}")

            def parcore_dialects(own: Mapping[str, object] = dialects) -> Mapping[str, object]:
                return own

            module.parcore_dialects = hookimpl(parcore_dialects)  # type: ignore[attr-defined]
            monkeypatch.setitem(sys.modules, module.__name__, module)
            entries.append(EntryPoint(name, module.__name__, group))
        return entries

    monkeypatch.setattr(plugins, "entry_points", found)
    plugins.load.cache_clear()
    yield given
    plugins.load.cache_clear()


def shown(dialect: str) -> None:
    """Ask for the statements of an edition."""
    command.main(["example@2025", "--as", "sql", "--dialect", dialect, "--lang", "vi"], standalone_mode=False)


def code_of(error: pytest.ExceptionInfo[ParcoreError]) -> tuple[str, str]:
    """The code of a refusal, and its sentence."""
    (found,) = error.value.diagnostics
    return found.code, f"{found.message('en')} → {found.fix('en')}"


def test_without_the_plugin_it_is_said_what_to_install(installed: dict[str, Mapping[str, object]]) -> None:
    """Where nothing writes SQL the mend names the distribution that does."""
    with pytest.raises(ParcoreError) as error:
        shown("postgres")
    code, told = code_of(error)
    assert code == "dialect-unknown"
    assert "pip install parcore-sql" in told


def test_a_dialect_of_any_plugin_is_printed(
    installed: dict[str, Mapping[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The first plugin with a dialect writes it, a second one is reported."""

    def write(edition: Edition, lang: str) -> str:
        return f"{edition.key} in {lang}"

    def other(edition: Edition, lang: str) -> str:
        return "other"

    installed |= {"first": {"x": write}, "second": {"x": other, "y": other}}
    shown("x")
    assert capsys.readouterr().out == "example@2025 in vi"
    loaded = plugins.load()
    assert [(each.name, each.adds["dialects"]) for each in loaded.plugins] == [
        ("first", ("x",)),
        ("second", ("y",)),
    ]
    assert [each.code for each in loaded.failures] == ["plugin-dialect-taken"]


@pytest.mark.parametrize("broken", [3, "text", None])
def test_a_dialect_without_a_writer_is_reported(
    installed: dict[str, Mapping[str, object]], broken: object
) -> None:
    """A plugin that gives no function is named with its hook, and its dialects are not there."""
    installed["broken"] = {"x": broken}
    (failure,) = plugins.load().failures
    assert failure.code == "plugin-hook"
    assert not plugins.load().dialects


def test_a_writer_that_fails_is_named(installed: dict[str, Mapping[str, object]]) -> None:
    """What goes wrong in a plugin is told as the plugin's, with its cause."""

    def fail(edition: Edition, lang: str) -> str:
        raise LookupError("no ink")

    writers: dict[str, DialectWriter] = {"x": fail}
    installed["broken"] = writers
    with pytest.raises(ParcoreError) as error:
        shown("x")
    code, told = code_of(error)
    assert code == "plugin-dialect"
    assert "LookupError: no ink" in told
