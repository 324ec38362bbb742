"""`parcore demo`: real figures scored, in one second."""

from __future__ import annotations

import click

from parcore.cli.options import lang_option


@click.command("demo")
@lang_option
def command(lang: str) -> None:
    """Real figures scored."""
