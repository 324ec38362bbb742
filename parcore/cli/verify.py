"""`parcore verify`: whether a sealed result is what was signed, and follows from what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from parcore.audit.bundle import Refused
from parcore.cli import FINDINGS
from parcore.cli.options import lang_option
from parcore.i18n import say

if TYPE_CHECKING:
    from parcore.audit.verify import Verified


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), metavar="PEM", help="The public key that is trusted.")
@click.option("--unsigned", is_flag=True, help="Take a bundle that nobody signed.")
@click.option(
    "--earlier", type=click.Path(path_type=Path), metavar="BUNDLE", help="The bundle that this one revises."
)
@lang_option
def command(bundle: Path, key: Path | None, unsigned: bool, earlier: Path | None, lang: str) -> None:
    """Verify a bundle: who signed it, every file, and every score again from the bundle alone.

    Exit status 1 when anything is refused, each finding with its place; 2 when it could not run.
    """
    from parcore.audit.bundle_files import read_bundle
    from parcore.audit.seal_keys import read_trusted
    from parcore.audit.verify import verify

    if (key is None) != unsigned:
        raise click.UsageError("either --key with the public key that is trusted, or --unsigned")
    trusted = None if key is None else read_trusted(key)
    try:
        before = None if earlier is None else read_bundle(earlier)
        verified = verify(read_bundle(bundle), trusted, before)
    except Refused as refused:
        for each in refused.diagnostics:
            click.echo(each.render(lang), err=True)
        raise SystemExit(FINDINGS) from refused
    _show(verified, lang)


def _show(verified: Verified, lang: str) -> None:
    sealed = verified.sealed
    told = {"edition": sealed.edition, "period": sealed.period, "units": verified.units}
    click.echo(say("verify-done", lang, **told))
    click.echo(say("verify-manifest", lang, manifest=verified.manifest, engine=verified.engine))
    click.echo(
        say("verify-unsigned", lang) if verified.key is None else say("seal-by", lang, key=verified.key)
    )
    if sealed.revises is not None:
        click.echo(say("verify-revises", lang, earlier=sealed.revises, reason=verified.reason))
        click.echo(say("verify-compared" if verified.compared else "verify-not-compared", lang))
