"""The tree of a document: maps, lists and scalars, each with its place; every scalar is text.

Built by `documents.yaml`; read by measures, scales, editions and evidence. `yes`, `no` and `1:30`
are text here, and a number is text until `parcore.numbers` reads it exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from attrs import field, frozen

from parcore.diagnostics import Place

Tree: TypeAlias = "Scalar | Listing | Mapping"
Plain: TypeAlias = "str | int | Decimal | list[Plain] | dict[str, Plain]"

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,17})\.\d{1,18}")


@frozen
class Scalar:
    """A piece of text; `quoted` when the author put it in quotes."""

    place: Place = field(eq=False)
    text: str
    quoted: bool = False

    def plain(self) -> Plain:
        """As a schema sees it: an unquoted number is a number, all else is text."""
        if not self.quoted:
            if _INTEGER.fullmatch(self.text):
                return int(self.text)
            if _DECIMAL.fullmatch(self.text):
                return Decimal(self.text)
        return self.text


@frozen
class Listing:
    """A list."""

    place: Place = field(eq=False)
    items: tuple[Tree, ...]

    def __iter__(self) -> Iterator[Tree]:
        return iter(self.items)

    def plain(self) -> Plain:
        """As a schema sees it."""
        return [each.plain() for each in self.items]


@frozen
class Mapping:
    """A map with unique keys, in the order written."""

    place: Place = field(eq=False)
    entries: dict[str, Tree]
    keys: dict[str, Place] = field(eq=False, factory=dict)

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def __getitem__(self, key: str) -> Tree:
        return self.entries[key]

    def get(self, key: str) -> Tree | None:
        """The value of a key, or None."""
        return self.entries.get(key)

    def place_of(self, key: str) -> Place:
        """Where a key stands; the map's own place when it is not there."""
        return self.keys.get(key, self.place)

    def plain(self) -> Plain:
        """As a schema sees it."""
        return {key: value.plain() for key, value in self.entries.items()}
