"""Rows on a terminal, or as CSV; diagnostics on standard error."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

import click
from attrs import frozen

from parcore.diagnostics import Diagnostic


@frozen
class Column:
    """A column: the key of its cells, its title, and whether it holds numbers (set right)."""

    key: str
    title: str
    numeric: bool = False


def show_table(
    columns: Sequence[Column], rows: Sequence[Mapping[str, str]], form: str = "table", title: str = ""
) -> None:
    """Print rows as a table or as CSV."""
    if form == "csv":
        click.echo(csv_text([c.key for c in columns], rows), nl=False)
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, title_style="bold"
    )
    for column in columns:
        table.add_column(column.title, justify="right" if column.numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(row.get(column.key, "")) for column in columns))
    # Piped output is not cut to a terminal's width.
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160, highlight=False)
    console.print(table)


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
