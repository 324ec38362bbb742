"""Rows on a terminal, or as CSV; diagnostics on standard error."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Final, Literal

import click
from attrs import frozen

from parcore.cli.options import language_asked
from parcore.diagnostics import Diagnostic
from parcore.i18n import say

if TYPE_CHECKING:
    from parcore.packages import Held

WIDE: Final = 160
"""The least width of output that goes to no terminal; it is as much wider as its columns need."""

GAP: Final = 3
"""What stands between two columns."""

LEAST_TEXT: Final = 24
"""A text may be broken over lines beyond this width."""


LONG_TEXT: Final = 60
"""Where there is room a text is broken over lines beyond this width only."""


@frozen
class Column:
    """A column: the key of its cells, its title, whether it holds numbers (set right).

    Where the terminal is too narrow for all, columns are left out, those with the largest `spare`
    first and together; a column without (0) always stays.
    """

    key: str
    title: str
    numeric: bool = False
    spare: int = 0


def show_table(
    columns: Sequence[Column], rows: Sequence[Mapping[str, str]], form: str = "table", title: str = ""
) -> None:
    """Print rows as a table or as CSV; a number is never broken over lines.

    Columns that a terminal has no room for are named under the table, with how to see them.
    """
    if form == "csv":
        click.echo(csv_text([c.key for c in columns], rows), nl=False)
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, width=_width(columns, rows), highlight=False)
    table = Table(
        title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, title_style="bold"
    )
    kept = fitting(columns, rows, console.width)
    for column in kept:
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        least = _longest(column, rows) if column.numeric else None
        table.add_column(column.title, justify=justify, overflow="fold", min_width=least)
    for row in rows:
        table.add_row(*(Text(row.get(column.key, "")) for column in kept))
    console.print(table)
    left_out = [" ".join(each.title.split()) for each in columns if each not in kept]
    if left_out:
        needs = _room(columns, rows)
        click.echo(say("table-left-out", language_asked(), columns="; ".join(left_out), width=needs))


def _width(columns: Sequence[Column], rows: Sequence[Mapping[str, str]]) -> int | None:
    """The width asked for by COLUMNS; else the terminal's own (None), or where there is none all it needs."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdigit() and int(asked):
        return int(asked)
    return None if sys.stdout.isatty() else max(WIDE, sum(_most(each, rows) + GAP for each in columns))


def _room(columns: Sequence[Column], rows: Sequence[Mapping[str, str]]) -> int:
    """The least width in which columns stand side by side."""
    return sum(_least(each, rows) + GAP for each in columns)


def _longest(column: Column, rows: Sequence[Mapping[str, str]]) -> int:
    words = [word for word in column.title.split() if column.numeric]
    return max((len(cell) for cell in (*words, *(row.get(column.key, "") for row in rows))), default=1)


def fitting(columns: Sequence[Column], rows: Sequence[Mapping[str, str]], width: int) -> list[Column]:
    """The columns that fit a width: spare ones leave, the sparest first, until they do."""
    kept = list(columns)
    while _room(kept, rows) > width and any(each.spare for each in kept):
        sparest = max(each.spare for each in kept)
        kept = [each for each in kept if each.spare != sparest]
    return kept


def _least(column: Column, rows: Sequence[Mapping[str, str]]) -> int:
    longest = _longest(column, rows)
    return longest if column.numeric else min(longest, LEAST_TEXT)


def _most(column: Column, rows: Sequence[Mapping[str, str]]) -> int:
    """The width in which nothing of a column is broken over lines, but long texts."""
    cells = (*column.title.splitlines(), *(row.get(column.key, "") for row in rows))
    longest = max(map(len, cells), default=1)
    return longest if column.numeric else min(longest, LONG_TEXT)


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as CSV with a header; a cell is never read as a formula by a spreadsheet."""
    out = StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _inert(row.get(key, "")) for key in columns} for row in rows)
    return out.getvalue()


def _inert(cell: str) -> str:
    return "'" + cell if cell[:1] in ("=", "@", "\t", "\r") else cell


def show_notes(diagnostics: Iterable[Diagnostic], lang: str) -> None:
    """Print diagnostics on standard error, each once."""
    for line in dict.fromkeys(each.render(lang) for each in diagnostics):
        click.echo(line, err=True)


def held_line(held: Held, lang: str) -> str:
    """That evidence is held and no edition to score it by."""
    words = {"name": held.name, "fields": held.fields, "statements": held.statements}
    return say("held-no-edition", lang, **words)
