"""Markdown, and HTML by way of it: a text of documents as it stands, a page that stands alone."""

from __future__ import annotations

import re
from html import escape
from typing import Final

STYLE: Final = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}"
    "p,li{max-width:46rem}table{border-collapse:collapse;margin:1rem 0}"
    "th,td{padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}th{text-align:left}"
)


def as_written(text: str) -> str:
    """A text as Markdown that says it as it is, on one line."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>|#&" else each for each in " ".join(text.split()))


_MARKER: Final = re.compile(r"^(\d*)([-+.)=~])(?= |$|=|-|~)")
"""What at the beginning of a line would make it a list of its own, a rule or code."""


def line_as_written(text: str) -> str:
    """The same, of a text that begins a line."""
    return _MARKER.sub(r"\1\\\2", as_written(text))


def html_page(markdown: str, title: str, lang: str) -> str:
    """A page of its own from Markdown: tables, and no markup but its own."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
