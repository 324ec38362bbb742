"""Published figures over the periods: one row a figure, with what was restated later beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

import click
from attrs import frozen

from parcore.cli.page import figure_name, printed, source_name
from parcore.cli.tables import Column, show_table
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Observation
from parcore.i18n import say, words
from parcore.registry import Registry


@frozen
class Series:
    """One figure of one unit, or of many, as printed: by period, what was first printed of each first."""

    about: str
    quantity: str
    figures: tuple[Observation, ...]

    @property
    def restated(self) -> list[Observation]:
        """What was printed again later, with the figures first printed for the same periods."""
        periods = {each.period for each in self.figures if each.stated_in is not None}
        return [each for each in self.figures if each.period in periods]

    def cell(self, period: str) -> str:
        """All figures printed for a period; a star on those restated later."""
        found = [each for each in self.figures if str(each.period) == period]
        return "; ".join(dict.fromkeys(f"{e.text}{'' if e.stated_in is None else '*'}" for e in found))


def series(registry: Registry, methodology: str) -> list[Series]:
    """Every figure that was printed for more than one period, or more than once; in the order first found."""
    found: dict[tuple[str, str], list[Observation]] = {}
    for each in registry.observations(methodology):
        found.setdefault((each.about, each.quantity), []).append(each)
    return [
        Series(about, quantity, tuple(sorted(each, key=_when)))
        for (about, quantity), each in found.items()
        if len({seen.period for seen in each}) > 1 or any(seen.stated_in is not None for seen in each)
    ]


def _when(seen: Observation) -> tuple[object, object]:
    return seen.period.order, (seen.stated_in or seen.period).order


def show_series(registry: Registry, methodology: str, form: str, lang: str) -> None:
    """Print the series of a methodology; under the table both sources of each figure restated.

    Raises:
        ParcoreError: nothing of that name is at hand.
    """
    found = series(registry, methodology)
    if not found:
        registry.edition(methodology)  # which says what is known, if this is not
    if form == "json":
        click.echo(json.dumps([_plain(each) for each in found], ensure_ascii=False, indent=2))
        return
    if not found and form == "table":
        click.echo(say("series-none", lang, name=methodology))
        return
    editions = _editions(registry, methodology)
    periods = sorted({seen.period for each in found for seen in each.figures}, key=lambda each: each.order)
    columns = [Column("unit", say("unit", lang)), Column("figure", say("page-figure", lang))]
    columns += [Column(str(each), str(each), numeric=True) for each in periods]
    rows = []
    for each in found:
        names = _names(registry, editions, each, lang)
        rows.append(
            dict(zip(("unit", "figure"), names, strict=True)) | {str(p): each.cell(str(p)) for p in periods}
        )
    show_table(columns, rows, form, say("series-title", lang, name=methodology))
    again = [each for each in found if each.restated] if form == "table" else []
    if again:
        click.echo(say("series-restated", lang))
    for each in again:
        click.echo(f"  {', '.join(_names(registry, editions, each, lang))}")
        for seen in each.restated:
            click.echo(f"    {seen.period}: {printed(seen, lang)} — {source_name(seen, lang)}")


def _editions(registry: Registry, methodology: str) -> list[Edition]:
    """The editions at hand, the latest first: their criteria name figures."""
    found: list[Edition] = []
    for document in registry.edition_documents(methodology):
        with suppress(ParcoreError):  # what is wrong with an edition is told where it is read
            found.append(registry.load(document))
    return sorted(found, key=lambda each: -each.first_year)


def _names(registry: Registry, editions: Sequence[Edition], each: Series, lang: str) -> tuple[str, str]:
    unit, (kind, _, name) = registry.units.units.get(each.about), each.about.partition(":")
    about = each.about if unit is None else unit.name.in_(lang)
    if unit is None and f"about-{kind}" in words():
        region = registry.units.regions.get(name) if kind == "region" else None
        about = say(f"about-{kind}", lang, name=name if region is None else region.in_(lang))
    return about, figure_name(editions, each.quantity, lang)


def _plain(each: Series) -> dict[str, object]:
    figures = [
        {
            "period": str(seen.period),
            "value": seen.text,
            "stated_in": None if seen.stated_in is None else str(seen.stated_in),
            "basis": seen.source.basis.value,
            "source": str(seen.source),
        }
        for seen in each.figures
    ]
    return {"about": each.about, "quantity": each.quantity, "figures": figures}
