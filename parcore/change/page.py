"""Sections as a page: Markdown, or HTML by way of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from parcore.change.telling import Section
from parcore.markup import as_written, html_page, line_as_written


def markdown(sections: Sequence[Section]) -> str:
    """The sections, each under its heading."""
    return "\n\n".join(part for each in sections for part in _parts(each)) + "\n"


def html(sections: Sequence[Section], lang: str) -> str:
    """The sections as one page that stands alone."""
    return html_page(markdown(sections), sections[0].title if sections else "parcore", lang)


def _parts(section: Section) -> Iterator[str]:
    yield f"## {as_written(section.title)}"
    if section.columns:
        heads = [as_written(title) for _, title in section.columns]
        rule = ["---:" if key in section.numeric else "---" for key, _ in section.columns]
        rows = ([as_written(row.get(key, "")) for key, _ in section.columns] for row in section.rows)
        yield "\n".join(_line(each) for each in (heads, rule, *rows))
    if section.lines:
        yield "\n".join(f"- {line_as_written(each)}" for each in section.lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
