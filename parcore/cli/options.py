"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from parcore import i18n
from parcore.diagnostics import Place, stop
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.sections import Quarantine
from parcore.numbers import NumberFormat
from parcore.registry import Registry, search_paths

Command = TypeVar("Command", bound=Callable[..., Any])


def language_asked() -> str:
    """The language of the command that runs (or failed): `--lang`, else the surroundings'."""
    context = click.get_current_context(silent=True)
    asked = None if context is None else context.params.get("lang")
    return asked or _LAST.get("lang") or i18n.default_language()


_LAST: dict[str, str] = {}


def _remember(_: click.Context, __: click.Parameter, value: str | None) -> str:
    lang = value or i18n.default_language()
    _LAST["lang"] = lang
    return lang


def lang_option(command: Command) -> Command:
    """`--lang vi|en`."""
    return click.option(
        "--lang",
        type=click.Choice(i18n.LANGUAGES),
        callback=_remember,
        is_eager=True,
        help="Language of the output.",
    )(command)


def path_option(command: Command) -> Command:
    """`--path DIR`, repeatable."""
    return click.option(
        "--path", "paths", multiple=True, type=click.Path(path_type=Path), metavar="DIR",
        help="A folder of editions, units and evidence beside what is installed; repeatable.",
    )(command)  # fmt: skip


def format_option(*names: str) -> Callable[[Command], Command]:
    """`--format`, the first name being the default; names of plugins' formats are taken too."""
    known = ", ".join(names)
    return click.option(
        "--format", "form", default=names[0], metavar="|".join(names), help=f"{known}, or a plugin's format."
    )


class PeriodType(click.ParamType[Period]):
    """A period: 2023, 2023-Q1 or 2023-05."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        """The period that the text names."""
        if isinstance(value, Period):
            return value
        period = parse_period(str(value))
        if period is None:
            self.fail(f"{value!r} is no period: write 2023, 2023-Q1 or 2023-05", param, ctx)
        return period


def evidence_options(command: Command) -> Command:
    """What decides which evidence is scored: files, `--period`, `--stage`, `--numbers`, `--set`."""
    for option in (
        click.option("--period", type=PeriodType(), help="The period to score; the latest if left out."),
        click.option("--stage", type=click.Choice([s.value for s in Stage]), default="final",
                     show_default=True, help="The stage at which the evidence is taken."),
        click.option("--numbers", type=click.Choice([f.value for f in NumberFormat]), default="undeclared",
                     help="How the files write numbers: 21000.5 plain, 21.000,5 vi, 21,000.5 en."),
        click.option("--set", "changes", multiple=True, metavar="UNIT.FIELD=VALUE",
                     help="What if: a value in place of the evidence; repeatable."),
        click.option("--evidence", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
                     help="Evidence, YAML or CSV, or a folder of it; repeatable. Else what is installed."),
    ):  # fmt: skip
        command = option(command)
    return command


def _quarantine(_: click.Context, __: click.Parameter, value: Path | None) -> Quarantine | None:
    return None if value is None else Quarantine(value)


def quarantine_option(command: Command) -> Command:
    """`--quarantine FILE`: where bad rows of records go."""
    return click.option(
        "--quarantine", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", callback=_quarantine,
        help="Write bad rows of records there with the reason of each, and go on: they count as rejected.",
    )(command)  # fmt: skip


def units_options(command: Command) -> Command:
    """`--units-of` and `--weights`: whose units are scored, and how what they came of is averaged."""
    for option in (
        click.option("--units-of", "units_of", type=PeriodType(),
                     help="Carry the evidence over to the units of this later period, and score those."),
        click.option("--weights", type=click.Path(path_type=Path), metavar="FILE",
                     help="With --units-of: a table unit,weight[,source] for means where no field says how."),
    ):  # fmt: skip
        command = option(command)
    return command


def registry_of(paths: tuple[Path, ...]) -> Registry:
    """The registry with the folders of the command line and the environment."""
    return Registry(search_paths(paths))


def unknown_format(form: str, known: list[str]) -> Exception:
    """The error for a format that nobody writes."""
    return stop("format-unknown", Place("--format"), key=form, nearest=", ".join(known))
