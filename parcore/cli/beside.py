"""Two results side by side on the terminal, as JSON or as CSV."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import click

from parcore.cli.result_table import CIRCLES, amount, figures, has_total, signed
from parcore.cli.tables import Column, csv_text, show_table
from parcore.editions.document import INDEX
from parcore.i18n import say
from parcore.numbers import exact_text, shown
from parcore.results.output import number, to_dict
from parcore.results.result import Result
from parcore.results.side_by_side import Difference, Standing, differences, index_figures

FIGURES: Final = ("points", "rate", "total", "class", *CIRCLES)
"""What is told of each index: among them what class and places are read from."""

COLUMNS: Final = (
    "unit",
    "criterion",
    "standing",
    "first",
    "second",
    "max_first",
    "max_second",
    "change",
    "empty_first",
    "empty_second",
    "name",
    "code",
    "group",
    "figure",
)


def show_beside(
    first: Result, second: Result, form: str, lang: str, same: Mapping[str, str] | None = None
) -> None:
    """Print two results and every difference between them; `same` as `differences` takes it."""
    found = list(differences(first, second, same))
    if form == "json":
        data = {
            "first": to_dict(first, lang),
            "second": to_dict(second, lang),
            "differences": [_plain(each) for each in found],
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    if form == "csv":
        click.echo(csv_text(COLUMNS, _csv_rows(first, second, found, lang)), nl=False)
        return
    for each in beside(first, second, lang, same):
        show_table(each.columns, each.rows, title=each.title)


class Table(NamedTuple):
    """A table with its title."""

    title: str
    columns: list[Column]
    rows: list[dict[str, str]]


def beside(
    first: Result, second: Result, lang: str, same: Mapping[str, str] | None = None
) -> tuple[Table, Table]:
    """Two results side by side, and every difference between them."""
    labels = _labels(first, second, lang)
    found = list(differences(first, second, same))
    return _totals(first, second, labels, lang), _differences(first, found, labels, lang)


def _labels(first: Result, second: Result, lang: str) -> tuple[str, str]:
    """What tells two results apart: their periods, their editions, or of one edition their stages."""
    if first.period != second.period:
        return str(first.period), str(second.period)
    if first.edition.key != second.edition.key:
        return first.edition.name, second.edition.name
    one, two = (say(f"stage-{each.stage.value}", lang) for each in (first, second))
    return one, two


def _totals(first: Result, second: Result, labels: tuple[str, str], lang: str) -> Table:
    rows = []
    for card in first.scorecards:
        other = second.card(card.unit.id)
        if other is None:
            continue
        row = {"unit": card.unit.name.in_(lang)}
        for at, (result, each) in enumerate(((first, card), (second, other))):
            cells = figures(result, each, lang)
            row |= {f"{word}{at}": cells.get(word, "") for word in FIGURES if word not in CIRCLES}
            row |= {f"{word}{at}": cells[word].partition("/")[0] for word in CIRCLES}
        rows.append(row)
    spare = 1 if any(map(has_total, (first.edition, second.edition))) else 0
    columns = [Column("unit", say("unit", lang))]
    for at, name in enumerate(labels):
        columns += [
            Column(f"{word}{at}", f"{say(word, lang)}\n{name}", word != "class",
                   spare if word in ("points", "rate") else 0)
            for word in FIGURES
        ]  # fmt: skip
    columns = [each for each in columns if any(row.get(each.key) for row in rows)]
    return Table(_title(first, second, labels, lang), columns, rows)


def _title(first: Result, second: Result, labels: tuple[str, str], lang: str) -> str:
    keys = (first.edition.key, second.edition.key)
    if first.period != second.period:
        one, two = (f"{key} {label}" for key, label in zip(keys, labels, strict=True))
        return say("compare-title", lang, first=one, second=two)
    one, two = keys if keys[0] != keys[1] else (f"{first.edition.key} {labels[0]}", labels[1])
    return say("beside-title", lang, first=one, second=two, period=first.period)


def _differences(first: Result, found: list[Difference], labels: tuple[str, str], lang: str) -> Table:
    names = {card.unit.id: card.unit.name.in_(lang) for card in first.scorecards}
    rows = []
    for each in found:
        change = each.change
        rows.append(
            {
                "unit": names[each.unit],
                "criterion": f"{each.criterion.code} {each.criterion.title.in_(lang)}".strip(),
                "first": _points(each, 0, lang),
                "second": _points(each, 1, lang),
                "change": "" if change is None else signed(change, lang),
                "note": _note(each, labels, lang),
            }
        )
    columns = [
        Column("unit", say("unit", lang)),
        Column("criterion", say("criterion", lang)),
        Column("first", labels[0], numeric=True),
        Column("second", labels[1], numeric=True),
        Column("change", say("change", lang), numeric=True),
        Column("note", ""),
    ]
    return Table(say("beside-differences", lang), columns, rows)


def _points(each: Difference, side: int, lang: str) -> str:
    value, top = (each.first, each.second)[side], each.maxima[side]
    if value is None:
        return "—"
    of = "" if top is None else f"/{shown(top, lang)}"
    return amount(value, lang) + of


def _note(each: Difference, labels: tuple[str, str], lang: str) -> str:
    notes: list[str] = []
    if each.standing is not Standing.BOTH:
        only = labels[0] if each.standing is Standing.ONLY_FIRST else labels[1]
        notes.append(say("beside-only", lang, edition=only))
    for state, label in zip(each.empty, labels, strict=True):
        if state is not None:
            notes.append(f"{label}: {say(f'state-{state.word}', lang)}")
    return "; ".join(notes)


def _csv_rows(first: Result, second: Result, found: list[Difference], lang: str) -> Iterator[dict[str, str]]:
    """Of each unit its index, figure by figure and what is the same too, then its differences."""
    for card in first.scorecards:
        other = second.card(card.unit.id)
        if other is None:
            continue
        unit = {"unit": card.unit.id, "name": card.unit.name.in_(lang), "group": card.unit.group}
        whole = {"criterion": INDEX, "standing": Standing.BOTH.value}
        for each in index_figures(first, second, card, other):
            change = "" if each.change is None else exact_text(each.change)
            cells = {"figure": each.figure, "first": each.first, "second": each.second, "change": change}
            yield unit | whole | cells
        for difference in (each for each in found if each.unit == card.unit.id):
            code = {"code": difference.criterion.code, "figure": "points"}
            yield _cells(difference) | unit | code


def _cells(each: Difference) -> dict[str, str]:
    change = each.change
    empty = ["" if state is None else state.word for state in each.empty]
    return {
        "unit": each.unit,
        "criterion": each.criterion.id,
        "standing": each.standing.value,
        "first": number(each.first) or "",
        "second": number(each.second) or "",
        "max_first": "" if each.maxima[0] is None else exact_text(each.maxima[0]),
        "max_second": "" if each.maxima[1] is None else exact_text(each.maxima[1]),
        "change": "" if change is None else exact_text(change),
        "empty_first": empty[0],
        "empty_second": empty[1],
    }


def _plain(each: Difference) -> dict[str, str | None]:
    return {key: cell or None for key, cell in _cells(each).items()}
