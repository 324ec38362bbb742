"""Runs what plays a recording over a block: chunk after chunk, by several threads, into whole columns."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, Protocol

import numpy as np
from attrs import field, frozen

from parcore.readings.pair.block import Block


class Player(Protocol):
    """Plays rows, with memory of its own: one thread at a time."""

    def play(self, block: Block, part: slice, columns: Sequence[Any]) -> None:
        """Play rows of a block into the same rows of columns, but for those that are constant.

        Raises:
            ArithmeticError: a number that has no room, in a row that is open.
        """

    def free(self) -> None:
        """Hold nothing of what was played."""


class Playable(Protocol):
    """A recording made ready to be played."""

    def kind(self, output: int) -> str:
        """What an output holds."""

    def constant(self, output: int) -> Any:
        """What an output is in every row, where it is known."""

    def player(self, size: int) -> Player:
        """What plays up to so many rows at a time."""


def processors() -> int:
    """How many threads can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@frozen(eq=False)
class Runner:
    """What plays a recording of so many outputs, with the players that it made last, by how many rows."""

    playable: Playable
    outputs: int
    _spare: list[tuple[int, Player]] = field(factory=list)

    def columns(self, size: int) -> list[Any]:
        """Room for the outputs; what is the same in every row is there once."""
        constants = [self.playable.constant(at) for at in range(self.outputs)]
        kinds = Counter(self.playable.kind(at) for at, each in enumerate(constants) if each is None)
        # One piece of memory for all columns of a kind is had sooner than many.
        rows = {kind: iter(np.empty((number, size), kind)) for kind, number in kinds.items()}
        return [
            next(rows[self.playable.kind(at)]) if each is None else np.broadcast_to(each, (size,))
            for at, each in enumerate(constants)
        ]

    def run(self, block: Block, chunk: int, threads: int) -> tuple[list[Any], list[slice]]:
        """The outputs over a block, and the parts in which a number had no room."""
        columns, parts = self.columns(block.size), range(0, block.size, chunk)
        turn = count()

        def work() -> list[slice]:
            return list(self._failing(block, chunk, parts, turn, columns))

        threads = min(threads, len(parts))
        if threads <= 1:
            return columns, work()
        with ThreadPoolExecutor(threads) as pool:
            found = [pool.submit(work) for _ in range(threads)]
            return columns, sorted((part for each in found for part in each.result()), key=_start)

    def _failing(
        self, block: Block, chunk: int, parts: range, turn: Iterator[int], columns: list[Any]
    ) -> Iterator[slice]:
        """Play one part after another, whichever is next; the parts that raise."""
        size = min(chunk, max(block.size, 1))
        player = self._player(size)
        while (at := next(turn)) < len(parts):
            part = slice(parts[at], min(parts[at] + chunk, block.size))
            try:
                player.play(block, part, columns)
            except ArithmeticError:
                yield part
        player.free()
        self._spare.append((size, player))
        del self._spare[: -processors()]

    def _player(self, size: int) -> Player:
        while self._spare:
            try:
                held, player = self._spare.pop()
            except IndexError:  # another thread took it
                break
            if held == size:
                return player
        return self.playable.player(size)


def _start(part: slice) -> int:
    start: int = part.start
    return start
