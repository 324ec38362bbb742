"""How firm a rank is: a plugin of parcore that adds the command `parcore robust`.

From Python: `parcore_robust.survey.study`, `parcore_robust.weights.study`, `parcore_robust.missing.study`,
each of a result (`parcore.score`), give a `parcore_robust.standing.Study`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from parcore.hookspecs import hookimpl

if TYPE_CHECKING:
    import click

    from parcore.plugins import CommandMaker


@hookimpl
def parcore_commands() -> Mapping[str, CommandMaker]:
    """The command `robust`."""
    return {"robust": _command}


def _command() -> click.Command:
    from parcore_robust.command import command

    return command
