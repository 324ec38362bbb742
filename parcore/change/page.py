"""Sections as a page: Markdown, or HTML by way of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from markdown_it import MarkdownIt

from parcore.change.telling import Section

STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.3rem .6rem;border-bottom:1px solid #ccc;"
    "vertical-align:top}th{text-align:left}"
)


_ESCAPED: Final = r"\1\\\2"

_MARKER: Final = re.compile(r"^(\d*)([-+.)=~])(?= |$|=|-|~)")
"""What at the beginning of a line would make it a list of its own, a rule or code."""


def markdown(sections: Sequence[Section]) -> str:
    """The sections, each under its heading."""
    return "\n\n".join(part for each in sections for part in _parts(each)) + "\n"


def html(sections: Sequence[Section], lang: str) -> str:
    """The sections as one page that stands alone."""
    body = MarkdownIt("commonmark").enable("table").render(markdown(sections))
    title = escape(sections[0].title) if sections else "parcore"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _parts(section: Section) -> Iterator[str]:
    yield f"## {_text(section.title)}"
    if section.columns:
        heads = [title for _, title in section.columns]
        rule = ["---:" if key in section.numeric else "---" for key, _ in section.columns]
        rows = ([row.get(key, "") for key, _ in section.columns] for row in section.rows)
        yield "\n".join(_line(each) for each in (map(_text, heads), rule, *(map(_text, row) for row in rows)))
    if section.lines:
        yield "\n".join(f"- {_MARKER.sub(_ESCAPED, _text(each))}" for each in section.lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _text(text: str) -> str:
    """A text of documents as Markdown that says it as it is."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>|#&" else each for each in " ".join(text.split()))
