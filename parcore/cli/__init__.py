"""The command `parcore`. Each command's module is imported only when that command runs."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import Final

import click

import parcore
from parcore.diagnostics import ParcoreError

COMMANDS: Final = {
    "list": "What is installed: methodologies, editions, evidence, plugins.",
    "show": "An edition: its tree, maxima, sources.",
    "check": "Check documents: everything wrong, each with its place and mend.",
    "score": "Score units under an edition.",
    "explain": "How the points of a unit came about.",
    "report": "A brief: the sentences of announcements, each figure with its origin.",
    "compare": "Two editions, years or stages: what changed, and why.",
    "appeal": "What forces a unit's points, and what a proposed change would do.",
    "plan": "What a unit can do next: the least changes that gain, and what they bring.",
    "audit": "Check the numbers of an announcement: among themselves, and against a result.",
    "seal": "A result with all it was computed from, in one signed bundle.",
    "verify": "Whether a sealed result holds, computed again from the bundle alone.",
    "new": "Make a methodology, or the next edition of one, ready to edit.",
    "demo": "Real figures scored, in one second.",
}

FINE, FINDINGS, COULD_NOT = 0, 1, 2


class LazyGroup(click.Group):
    """Imports `parcore.cli.<command>` when it is asked for; `--help` needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"parcore.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(parcore.__version__, prog_name="parcore", message="%(prog)s %(version)s")
def cli() -> None:
    """Score public administration indices: rules are data, numbers are exact, every point has its trace."""


def main() -> None:
    """Run the command; exit status 0 fine, 1 findings, 2 could not run."""
    gc.set_threshold(50_000, 20, 50)  # a command makes many objects, few in cycles, and ends
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")  # arguments may be no text
    try:
        cli.main(prog_name="parcore")
    except ParcoreError as error:
        from parcore.cli.options import language_asked

        for each in error.diagnostics:
            click.echo(each.render(language_asked()), err=True)
        sys.exit(COULD_NOT)
