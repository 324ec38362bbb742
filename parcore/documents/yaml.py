"""YAML text to a tree with places, in bounded time and memory.

Reads libyaml's events, not its composed nodes: nesting, size and repeated keys are judged as they
come, and an alias is copied by reference, its full size counted against `MAX_NODES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from parcore.diagnostics import Findings, ParcoreError, Place, stop
from parcore.documents.text import MAX_YAML_BYTES, one_form, read_text
from parcore.documents.tree import Listing, Mapping, Scalar, Tree

MAX_DEPTH: Final = 40
MAX_NODES: Final = 200_000
MAX_SCALAR: Final = 20_000
"""Longest single text; a clause quoted whole is a few thousand characters."""

SHOWN_NAME: Final = 60

_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_DECIMALS: Final = re.compile(r"[0-9]+ ?%?")


def read_yaml(path: Path, findings: Findings, name: str | None = None) -> Tree:
    """The tree of a YAML file.

    Raises:
        ParcoreError: the file cannot be read as one YAML document; repeated keys go to `findings`.
    """
    return parse_yaml(read_text(path, MAX_YAML_BYTES, name), name or str(path), findings)


def parse_yaml(text: str, name: str, findings: Findings) -> Tree:
    """The tree of a YAML text; as `read_yaml`."""
    text = text.removeprefix("\ufeff")  # libyaml passes it over, and counts from behind it
    try:
        return _Builder(name, findings).document(yaml.parse(text, Loader=yaml.CBaseLoader))
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text, name) from error
    except yaml.reader.ReaderError as error:
        raise _character(len(text.encode()[: error.position].decode(errors="ignore")), text, name) from error
    except UnicodeEncodeError as error:
        raise _character(error.start, text, name) from error


def _character(at: int, text: str, name: str) -> ParcoreError:
    return stop("yaml-characters", _at(at, text, name), problem=f"U+{ord(text[at : at + 1] or ' '):04X}")


def _at(index: int, text: str, name: str) -> Place:
    return Place(name, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _syntax(error: yaml.MarkedYAMLError, text: str, name: str) -> ParcoreError:
    mark = error.problem_mark or error.context_mark
    if mark is not None and error.context_mark is not None and not text[mark.index :].strip():
        mark = error.context_mark  # what is not closed is mended where it was opened
    if mark is None:
        return stop("yaml-syntax", Place(name), problem=error.problem or error.context or "")
    if mark.index >= len(text):  # behind the last line, which may have no end
        return stop("yaml-syntax", _at(len(text), text, name), problem=error.problem or error.context or "")
    place = Place(name, mark.line + 1, mark.column + 1)
    if text[mark.index : mark.index + 1] == "\t":
        return stop("yaml-tab", place)
    return stop("yaml-syntax", place, problem=error.problem or error.context or "")


class _Builder:
    """Builds the tree of one document from events.

    `sizes` and `heights` tell how many nodes an alias stands for, and how deep they are nested.
    """

    def __init__(self, name: str, findings: Findings) -> None:
        self._name = name
        self._findings = findings
        self._anchors: dict[str, Tree] = {}
        self._sizes: dict[str, int] = {}
        self._heights: dict[str, int] = {}
        self._left = MAX_NODES
        self._deepest = 0

    def document(self, events: Iterator[yaml.Event]) -> Tree:
        """The one document that the events make."""
        tree: Tree | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if tree is not None:
                    raise stop("yaml-many-documents", self._place(event))
                tree = self._node(next(events), events, 0)
        if tree is None:
            raise stop("document-empty", Place(self._name))
        return tree

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self._name) if mark is None else Place(self._name, mark.line + 1, mark.column + 1)

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Tree:
        place = self._place(event)
        self._reach(depth, place)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place, depth)
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise stop("yaml-tag", place, tag=tag[:SHOWN_NAME])
        before, deepest = self._left, self._deepest
        self._deepest = depth
        self._spend(1, place)
        node: Tree
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, place)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Listing(place, tuple(self._items(events, depth)))
        else:
            node = self._mapping(events, place, depth, flow=bool(getattr(event, "flow_style", False)))
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = node
            self._sizes[anchor] = before - self._left
            self._heights[anchor] = self._deepest - depth
        self._deepest = max(deepest, self._deepest)
        return node

    def _reach(self, depth: int, place: Place) -> None:
        if depth > MAX_DEPTH:
            raise stop("yaml-too-deep", place, limit=MAX_DEPTH)
        self._deepest = max(depth, self._deepest)

    def _spend(self, nodes: int, place: Place) -> None:
        self._left -= nodes
        if self._left < 0:
            raise stop("yaml-too-large", place, limit=MAX_NODES)

    def _alias(self, event: yaml.AliasEvent, place: Place, depth: int) -> Tree:
        name = event.anchor or ""
        if name not in self._anchors:
            raise stop("yaml-alias-unknown", place, name=name[:SHOWN_NAME])
        self._spend(self._sizes[name], place)
        self._reach(depth + self._heights[name], place)
        return self._anchors[name]

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        if len(event.value) > MAX_SCALAR:
            raise stop("yaml-scalar-too-long", place, limit=MAX_SCALAR)
        return Scalar(
            place, one_form(event.value, place), quoted=event.style is not None and event.style != ""
        )

    def _items(self, events: Iterator[yaml.Event], depth: int) -> Iterator[Tree]:
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._node(event, events, depth + 1)

    def _mapping(
        self, events: Iterator[yaml.Event], place: Place, depth: int, *, flow: bool = False
    ) -> Mapping:
        before = ""
        entries: dict[str, Tree] = {}
        keys: dict[str, Place] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, events, depth + 1)
            if not isinstance(key, Scalar):
                raise stop("yaml-key-not-text", key.place)
            value = self._node(next(events), events, depth + 1)
            if flow and before and _splits(entries[before], key, value):
                entries[before] = self._whole(entries[before], key)
                continue
            before = ""
            if key.text == "<<" and not key.quoted:
                self._findings.add("yaml-merge", key.place)
            elif key.text in entries:
                first = keys[key.text]
                self._findings.add("duplicate-key", key.place, key=key.text[:SHOWN_NAME], first=first)
            else:
                entries[key.text] = value
                keys[key.text] = key.place
                before = key.text
        return Mapping(place, entries, keys)

    def _whole(self, left: Tree, right: Scalar) -> Scalar:
        """The number that a comma split, which is reported, taken as meant so that nothing follows."""
        text = left.text if isinstance(left, Scalar) else ""
        written = f"{text},{right.text}"[:SHOWN_NAME]
        self._findings.add("decimal-comma", left.place, value=written, mend=written.replace(",", "."))
        return Scalar(left.place, f"{text},{right.text}")


def _splits(left: Tree, key: Scalar, value: Tree) -> bool:
    """Whether a comma split a number: `per: 0,25` is read as `per: 0` and a key `25` without a value."""
    return (
        isinstance(left, Scalar)
        and isinstance(value, Scalar)
        and not (left.quoted or key.quoted or value.quoted or value.text)
        and _WHOLE.fullmatch(left.text) is not None
        and _DECIMALS.fullmatch(key.text) is not None
    )
