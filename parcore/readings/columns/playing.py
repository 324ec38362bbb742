"""What plays a recording in NumPy: calls and their registers, with buffers that are used again.

In: `Code`, made once (`calls`). Out: its players, each with buffers of one size, which play
chunk after chunk of a block and allocate nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from attrs import frozen

from parcore.readings.pair.backend import Source
from parcore.readings.pair.block import Block

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Register: TypeAlias = int
Call: TypeAlias = tuple[Callable[..., Any], Register, Register, Register]
"""What is called, with one or two (else `NO_REGISTER`) registers, and where the result goes."""

NO_REGISTER: Final = -1


@frozen
class Slot:
    """What a register holds: a constant, some of the evidence, an output, another's bits, or a buffer."""

    kind: str
    constant: Array | None = None
    source: tuple[str, Source] | None = None
    output: int | None = None
    bits_of: Register | None = None


@frozen(eq=False)
class Code:
    """The calls that play a recording; `outputs` are its registers, in order."""

    calls: Sequence[Call]
    slots: Sequence[Slot]
    outputs: Sequence[Register]

    def kind(self, output: int) -> str:
        """What an output holds."""
        return self.slots[self.outputs[output]].kind

    def constant(self, output: int) -> Array | None:
        """What an output is in every row, where it is known."""
        return self.slots[self.outputs[output]].constant

    def player(self, size: int) -> Player:
        """What plays up to so many rows at a time."""
        return Player(self, size)


class Player:
    """Code with buffers of a size, which are its own: one thread plays at a time."""

    def __init__(self, code: Code, size: int) -> None:
        self._calls, self._size = code.calls, size
        slots = list(enumerate(code.slots))
        self._whole = [_held(slot, size) for _, slot in slots]
        self._sources = [(at, *slot.source, np.dtype(slot.kind)) for at, slot in slots if slot.source]
        self._written = [(at, slot.output) for at, slot in slots if slot.output is not None]
        passing = {at for at, slot in slots if slot.source or slot.output is not None}
        bits = [(at, slot.bits_of, slot.kind) for at, slot in slots if slot.bits_of is not None]
        self._bits = [each for each in bits if each[1] in passing]
        for at, of, kind in bits:
            if of not in passing:
                self._whole[at] = self._whole[of].view(kind)
        self._copied = [
            (output, register)
            for output, register in enumerate(code.outputs)
            if code.slots[register].constant is None and code.slots[register].output is None
        ]
        self._registers = list(self._whole)
        self._now = size

    def play(self, block: Block, part: slice, columns: Sequence[Array]) -> None:
        """Play rows of a block into the same rows of columns, but for those that are constant."""
        registers = self._resized(part.stop - part.start)
        for at, operation, source, kind in self._sources:
            column: Any = block.columns[source]
            held = (column.states if operation == "state" else column.numbers)[part]
            registers[at] = held if held.dtype == kind else held.astype(kind)
        for at, output in self._written:
            registers[at] = columns[output][part]
        for at, of, bits in self._bits:
            registers[at] = registers[of].view(bits)
        # What wraps or divides by nothing does so in open rows alone, of which nothing counts.
        with np.errstate(all="ignore"):
            for function, a, b, out in self._calls:
                if b == NO_REGISTER:
                    function(registers[a], out=registers[out])
                else:
                    function(registers[a], registers[b], out=registers[out])
        for output, register in self._copied:
            columns[output][part] = registers[register]

    def free(self) -> None:
        """Hold nothing of what was played."""
        passing = [each[0] for each in self._sources]
        passing += [each[0] for each in self._written] + [each[0] for each in self._bits]
        for at in passing:
            self._registers[at] = None

    def _resized(self, size: int) -> list[Any]:
        if size != self._now:
            self._now = size
            self._registers = [
                each[:size] if each is not None and each.ndim else each for each in self._whole
            ]
        return self._registers


def _held(slot: Slot, size: int) -> Any:
    if slot.constant is not None:
        return slot.constant
    passing = slot.source or slot.output is not None or slot.bits_of is not None
    return None if passing else np.empty(size, slot.kind)
