"""`parcore seal`: a result with all that it was computed from, in one signed bundle; and keys for it."""

from __future__ import annotations

from pathlib import Path

import click

from parcore.audit.bundle import MANIFEST_FILE, REVISION_FILE, digest
from parcore.cli.options import evidence_options, lang_option, path_option, quarantine_option
from parcore.cli.run import Asked, run
from parcore.cli.tables import show_notes
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Quarantine
from parcore.i18n import say
from parcore.numbers import NumberFormat


@click.command("seal")
@click.argument("name", required=False, metavar="METHODOLOGY[@EDITION]")
@evidence_options
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FOLDER|FILE.zip", help="The bundle to write."
)
@click.option(
    "--key", type=click.Path(path_type=Path), metavar="PEM", help="The private key that signs; else nobody."
)
@click.option(
    "--revises", type=click.Path(path_type=Path), metavar="BUNDLE", help="The bundle that this one revises."
)
@click.option("--reason", default="", help="Why the result was revised.")
@click.option(
    "--new-key",
    type=click.Path(path_type=Path),
    metavar="NAME",
    help="Make a pair of keys, NAME.pem and NAME.pub.pem, and nothing else.",
)
@quarantine_option
@path_option
@lang_option
def command(
    name: str | None,
    period: Period | None,
    stage: str,
    numbers: str,
    changes: tuple[str, ...],
    files: tuple[Path, ...],
    out: Path | None,
    key: Path | None,
    revises: Path | None,
    reason: str,
    new_key: Path | None,
    quarantine: Quarantine | None,
    paths: tuple[Path, ...],
    lang: str,
) -> None:
    """Seal a result: edition, evidence, every step and the result, signed, for anyone to verify.

    The same result, key and versions give the same bytes. Without --key the bundle is not signed.
    """
    if new_key is not None:
        if name is not None or out is not None:
            raise click.UsageError("--new-key makes keys and seals nothing")
        _make_key(new_key, lang)
        return
    if name is None or out is None:
        raise click.UsageError("what to seal, and --out, are wanted (or --new-key)")
    if changes:
        raise click.UsageError("--set is for what-if; only a result from evidence is sealed")
    if (revises is None) != (not reason.strip()):
        raise click.UsageError("--revises and --reason go together")
    asked = Asked(
        name, period, Stage(stage), files, NumberFormat(numbers), paths=paths, quarantine=quarantine
    )
    _seal(asked, out, key, revises, reason.strip(), lang)


def _make_key(name: Path, lang: str) -> None:
    from parcore.audit.seal_keys import new_key

    private, public, key = new_key(name)
    click.echo(say("seal-keys", lang, private=private, public=public, key=key))


def _seal(asked: Asked, out: Path, key: Path | None, revises: Path | None, reason: str, lang: str) -> None:
    from parcore.audit.bundle_files import read_bundle, write_bundle
    from parcore.audit.seal import seal
    from parcore.audit.seal_keys import read_signer
    from parcore.audit.seal_revision import said

    signer = None if key is None else read_signer(key)
    earlier = None if revises is None else read_bundle(revises)
    result, registry = run(asked)
    sealed = seal(result, registry, lang, signer=signer, earlier=earlier, reason=reason)
    write_bundle(sealed, out)
    told = {"edition": result.edition.key, "period": result.period, "out": out}
    click.echo(say("seal-done", lang, **told, manifest=digest(sealed[MANIFEST_FILE])))
    click.echo(say("seal-unsigned", lang) if signer is None else say("seal-by", lang, key=signer.id))
    if REVISION_FILE in sealed:
        counts = said(sealed)
        evidence = counts["statements"] + counts["lists"]
        click.echo(say("seal-changes", lang, **(counts | {"evidence": evidence})))
    show_notes(registry.findings, lang)
