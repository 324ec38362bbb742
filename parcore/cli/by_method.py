"""`parcore score --by method`: the same points, cut by method in the place of components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from parcore.cli.result_table import CIRCLES, amount, figures, show_basis, show_decisions
from parcore.cli.tables import Column, csv_text, show_table
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Method
from parcore.i18n import say
from parcore.numbers import shown
from parcore.results.by_method import MethodPoints, by_method
from parcore.results.result import Result, Scorecard
from parcore.results.rows import METHOD_COLUMNS, method_rows
from parcore.rules.figures import Figure

FIGURES: Final = ("points", "rate", "bonus", "penalty", "total", "class")
"""What stands behind the methods: points, index, and what comes to the total."""


def show_by_method(result: Result, form: str, lang: str) -> None:
    """Print, as a table or CSV, each unit's points by method; of a single unit what was lost too."""
    if form == "csv":
        click.echo(csv_text(METHOD_COLUMNS, method_rows(result, lang)), nl=False)
        return
    edition = result.edition
    title = say("score-title", lang, title=f"{edition.title.in_(lang)} ({edition.key})", period=result.period)
    cuts = [(card, by_method(edition, card)) for card in result.scorecards]
    titles = {_key(each.method): method_title(edition, each.method, lang) for _, cut in cuts for each in cut}
    if not titles:
        click.echo(f"{title}\n{say('by-method-none', lang)}")
        return
    columns = [Column(word, say(word, lang), numeric=True) for word in CIRCLES]
    columns.append(Column("unit", say("unit", lang)))
    columns += [
        Column(key, _with_maximum(key, name, cuts, lang), numeric=True) for key, name in titles.items()
    ]
    columns += [Column(word, say(word, lang), numeric=word != "class") for word in FIGURES]
    rows = [_row(result, card, cut, lang) for card, cut in cuts]
    show_table([each for each in columns if any(row.get(each.key) for row in rows)], rows, title=title)
    if len(cuts) == 1:
        _show_one(edition, cuts[0][1], lang)
    show_decisions(result, lang)
    show_basis(result, lang)


def _key(method: Method | None) -> str:
    return "method:" + ("" if method is None else method.value)


def method_title(edition: Edition, method: Method | None, lang: str) -> str:
    """A method as the edition calls it, else by its own word; None is what is not told apart."""
    declared = next((each.title.in_(lang) for each in edition.methods if each.method is method), "")
    return declared or say("by-method-untold" if method is None else f"prose-method-{method.value}", lang)


def method_maxima(edition: Edition, lang: str) -> Iterator[str]:
    """A line for each method whose maximum the edition declares: the maximum, and on whose word."""
    for each in edition.methods:
        top = say("score-unknown", lang) if each.max is None else _figure(each.max, lang)
        basis = say(f"basis-{each.source.basis.value}", lang)
        title = f"{say('max', lang)}, {method_title(edition, each.method, lang)}"
        yield f"{title}: {top} ({basis}: {each.source})"


def _figure(figure: Figure, lang: str) -> str:
    if figure.differs:
        return "; ".join(f"{group} {shown(number, lang)}" for group, number in figure.by_group.items())
    return shown(figure.common, lang)


def _with_maximum(
    key: str, title: str, cuts: list[tuple[Scorecard, tuple[MethodPoints, ...]]], lang: str
) -> str:
    """A method's title, with its maximum where it is known and one for all units shown."""
    tops = {each.max for _, cut in cuts for each in cut if _key(each.method) == key}
    top = tops.pop() if len(tops) == 1 else None
    return title if top is None else f"{title} / {shown(top, lang)}"


def _row(result: Result, card: Scorecard, cut: tuple[MethodPoints, ...], lang: str) -> dict[str, str]:
    cells = {_key(each.method): amount(each.points, lang) for each in cut}
    cells |= {name: amount(card.block(name), lang) for name in result.edition.blocks}
    return cells | {"unit": card.unit.name.in_(lang)} | figures(result, card, lang)


def _show_one(edition: Edition, cut: tuple[MethodPoints, ...], lang: str) -> None:
    rows = []
    for each in cut:
        got, could = each.points, each.attainable
        known = got is not None and could is not None and got.known is not None and could.known is not None
        rows.append(
            {
                "method": method_title(edition, each.method, lang),
                "points": amount(got, lang),
                "max": say("score-unknown", lang) if each.max is None else shown(each.max, lang),
                "lost": shown(could.number - got.number, lang) if known and got and could else "",
            }
        )
    columns = [Column("method", say("method", lang))]
    columns += [Column(word, say(word, lang), numeric=True) for word in ("points", "max", "lost")]
    show_table(columns, rows)
