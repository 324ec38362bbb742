"""`parcore demo`: real figures scored, in one second."""

from __future__ import annotations

from collections import Counter
from typing import Final

import click
from attrs import evolve

from parcore.cli.beside import show_beside
from parcore.cli.explain import leaves_named, paragraph
from parcore.cli.options import lang_option, registry_of
from parcore.cli.result_table import show_criteria, show_published, show_result
from parcore.cli.run import Asked, run
from parcore.evidence.periods import Period
from parcore.i18n import say
from parcore.registry import Registry
from parcore.values import State

NAM_DINH: Final = Asked("par-index-province", Period(2023), units=("nam-dinh",))
TEN: Final = Asked("par-index-province", Period(2020))
ONE_STOP: Final = Asked("one-stop")
TWO: Final = (Asked("example@2024", Period(2024)), Asked("example@2025", Period(2024)))
WHY: Final = ("example-justice", "on-time")


@click.command("demo")
@lang_option
def command(lang: str) -> None:
    """Real figures scored: two years of the PAR INDEX, one agency, two editions, one explanation."""
    registry = registry_of(())
    _heading("demo-nam-dinh", lang)
    result, _ = run(NAM_DINH, registry)
    show_result(result, lang, notes=False)
    show_published(result, lang)
    _ten(registry, lang)
    _heading("demo-one-stop", lang)
    result, _ = run(ONE_STOP, registry)
    show_result(result, lang, notes=False)
    if len(result.scorecards) > 1:
        show_criteria(result, result.scorecards[0], lang)
    _heading("demo-two", lang)
    first, second = (run(asked, registry)[0] for asked in TWO)
    show_beside(first, second, "table", lang)
    _heading("demo-why", lang)
    unit, criterion = WHY
    card = first.card(unit)
    if card is not None:
        for leaf in leaves_named(first, (criterion,)):
            click.echo(paragraph(first, card, leaf, lang))
    click.echo("\n" + say("demo-more", lang))


def _heading(word: str, lang: str) -> None:
    click.secho(f"\n{say(word, lang)}\n", bold=True)


def _ten(registry: Registry, lang: str) -> None:
    _heading("demo-ten", lang)
    result, _ = run(TEN, registry)
    # Of others only a part is known; they have no index.
    result = evolve(result, scorecards=tuple(each for each in result.scorecards if each.state is State.OK))
    show_result(result, lang, notes=False)
    counted = Counter(card.class_name for card in result.scorecards if card.class_name)
    bands = ", ".join(say("demo-band", lang, name=name, count=n) for name, n in sorted(counted.items()))
    click.echo(say("demo-bands", lang, bands=bands))
