"""Sequences whose items are made when they are asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

Item_co = TypeVar("Item_co", covariant=True)


class Lazy(Sequence[Item_co]):
    """A sequence that knows its length, and how to make the item at a position; positions count from 0."""

    __slots__ = ()

    @abstractmethod
    def item(self, at: int) -> Item_co:
        """The item at a position that there is."""

    def items(self, at: range) -> list[Item_co]:
        """The items at some positions."""
        return [self.item(each) for each in at]

    @overload
    def __getitem__(self, at: int) -> Item_co: ...
    @overload
    def __getitem__(self, at: slice) -> list[Item_co]: ...
    def __getitem__(self, at: int | slice) -> Item_co | list[Item_co]:
        if isinstance(at, slice):
            return self.items(range(*at.indices(len(self))))
        return self.item(range(len(self))[at])
