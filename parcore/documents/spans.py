"""Where each value stands in a YAML text, from its first character to its last: to change it in place.

What is around a value, comments and order, is left as its author wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import yaml
from attrs import evolve, frozen

Path: TypeAlias = tuple[str, ...]

_ANCHOR: Final = re.compile(r"&\S+\s+")


@frozen
class Entry:
    """A key with its value: characters of the text, counted from 0, the end not included.

    `start` is behind the value's anchor. `text` is None where the value is no scalar; `alias`: it is
    written elsewhere. `flow`: it stands between braces; `after` is where the next key begins, if any.
    """

    key: int
    start: int
    end: int
    flow: bool
    text: str | None = None
    alias: bool = False
    after: int | None = None


def entries(text: str) -> dict[Path, Entry]:
    """Every key of a document, by its path; items of lists are counted: ("components", "0", "max").

    `text` has been read as one YAML document without errors.
    """
    events = yaml.parse(text, Loader=yaml.CBaseLoader)
    found: dict[Path, Entry] = {}
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            _value(text, next(events), events, (), found)
    return found


def changed(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """A text with parts put in the place of others; no two of them overlap."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def line_end(text: str, at: int) -> int:
    """Where the line of a character ends, before its line break."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def without(text: str, entry: Entry) -> tuple[int, int, str]:
    """The edit that takes an entry out: with its line where it has one of its own."""
    begin = text.rfind("\n", 0, entry.key) + 1
    if entry.after is not None and (entry.flow or text[begin : entry.key].strip()):
        return entry.key, entry.after, ""
    if not entry.flow and not text[begin : entry.key].strip():
        return begin, min(line_end(text, entry.end) + 1, len(text)), ""
    before = text[: entry.key].rstrip()
    return len(before.removesuffix(",")), entry.end, ""


def _value(
    text: str, event: yaml.Event, events: Iterator[yaml.Event], path: Path, found: dict[Path, Entry]
) -> tuple[int, int]:
    """Where a value begins, behind its anchor, and ends; what is in it goes to `found`."""
    start, end = _ends(event)
    if not isinstance(event, yaml.AliasEvent) and (anchor := _ANCHOR.match(text, start)) is not None:
        start = anchor.end()
    if isinstance(event, yaml.MappingStartEvent):
        end = _mapping(text, event, events, path, found)
    elif isinstance(event, yaml.SequenceStartEvent):
        for count, item in enumerate(events):
            if isinstance(item, yaml.SequenceEndEvent):
                end = _ends(item)[1] if event.flow_style else end
                break
            end = _value(text, item, events, (*path, str(count)), found)[1]
    return start, start + len(text[start:end].rstrip())


def _mapping(
    text: str,
    event: yaml.MappingStartEvent,
    events: Iterator[yaml.Event],
    path: Path,
    found: dict[Path, Entry],
) -> int:
    """Where a mapping ends; its entries go to `found`."""
    end, last, flow = _ends(event)[1], None, bool(event.flow_style)
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            return _ends(key)[1] if flow else end
        at = _ends(key)[0]
        if last is not None:
            found[last] = evolve(found[last], after=at)
        last = (*path, str(getattr(key, "value", "")))
        value = next(events)
        start, end = _value(text, value, events, last, found)
        found[last] = Entry(
            at, start, end, flow, getattr(value, "value", None), isinstance(value, yaml.AliasEvent)
        )
    return end


def _ends(event: yaml.Event) -> tuple[int, int]:
    marks = (event.start_mark, event.end_mark)
    start, end = (0 if mark is None else mark.index for mark in marks)
    return start, end
