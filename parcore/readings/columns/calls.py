"""A recording as NumPy calls: each operation a ufunc into a buffer, in the narrowest integers.

In: a recording (`parcore.readings.pair.tape`). Out: its `Code`. One of two is chosen by products, which take
NumPy a third of the time of `where`. Wide integers are Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from parcore.readings.columns.playing import NO_REGISTER, Array, Call, Code, Register, Slot
from parcore.readings.pair.tape import FLOATS, KINDS, REAL, TRUTH, WIDE, Recording

Columns: TypeAlias = tuple[int, ...]
Values: TypeAlias = tuple[Any, ...]

_ORDER: Final = [kind for kind, _ in KINDS] + [WIDE]


def cast(a: Array, *, out: Array) -> None:
    """The same numbers in another kind; integers that do not fit keep their last bits."""
    np.copyto(out, a, casting="unsafe")


def overlaid(condition: Array, a: Array, *, out: Array) -> None:
    """a laid over what is there, where the condition holds."""
    np.copyto(out, a, where=condition)


OPERATIONS: Final[dict[str, Callable[..., Any]]] = {
    "add": np.add,
    "multiply": np.multiply,
    "floor_divide": np.floor_divide,
    "larger": np.maximum,
    "less": np.less,
    "equal": np.equal,
    "both": np.logical_and,
    "either": np.logical_or,
    "contrary": np.logical_not,
    "plus": np.add,
    "minus": np.subtract,
    "by": np.multiply,
    "over": np.divide,
    "floor": np.floor,
}
"""What NumPy calls the operations that are one call."""


def code_of(recording: Recording) -> Code:
    """The calls for a recording."""
    return _Writer(recording).code()


class _Writer:
    """Writes calls; a buffer is free again after the last use of what it holds."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._outputs = {at: position for position, at in enumerate(recording.outputs)}
        self._calls: list[Call] = []
        self._slots: list[Slot] = []
        self._free: dict[str, list[Register]] = {}
        self._known: dict[object, Register] = {}
        self._forms: dict[int, dict[str, Register]] = {}
        self._spare: list[Register] = []

    def code(self) -> Code:
        kinds = self._recording.kinds
        for at, (operation, columns, values), drops in self._recording.moves:
            write = _WRITERS.get(operation, _Writer._plain)
            own = write(self, at, operation, columns, values)
            self._forms[at] = {kinds[at]: own}
            self._release(self._spare)
            self._spare = []
            for each in drops:
                self._release(self._forms[each].values())
        outputs = [self._forms[at][kinds[at]] for at in self._recording.outputs]
        return Code(self._calls, self._slots, outputs)

    # Registers

    def _slot(self, slot: Slot) -> Register:
        self._slots.append(slot)
        return len(self._slots) - 1

    def _constant(self, value: Any, kind: str) -> Register:
        if kind in _ORDER[:-1]:
            half = 2 ** (8 * int(kind[1]) - 1)
            value = (value + half) % (2 * half) - half
        return self._kept((value, kind), lambda: Slot(kind, constant=np.array(value, kind)))

    def _kept(self, key: object, slot: Callable[[], Slot]) -> Register:
        if key not in self._known:
            self._known[key] = self._slot(slot())
        return self._known[key]

    def _bits(self, register: Register, kind: str) -> Register:
        """The same bits, read as another kind."""
        slot = self._slots[register]
        if slot.kind == kind:
            return register
        if slot.constant is not None:
            return self._kept(
                ("bits", register, kind),
                lambda: Slot(kind, constant=slot.constant.view(kind)),  # type: ignore[union-attr]
            )
        return self._kept(("bits", register, kind), lambda: Slot(kind, bits_of=register))

    def _buffer(self, kind: str) -> Register:
        free = self._free.setdefault(kind, [])
        return free.pop() if free else self._slot(Slot(kind))

    def _release(self, registers: Iterable[Register]) -> None:
        for each in registers:
            slot = self._slots[each]
            if slot.constant is None and slot.source is None and slot.output is None and slot.bits_of is None:
                self._free.setdefault(slot.kind, []).append(each)

    def _call(
        self, function: Callable[..., Any], of: Sequence[Register], kind: str, at: int | None = None
    ) -> Register:
        """Call a function for a position on the tape, or (None) for what the next calls alone need."""
        known = [self._slots[each].constant for each in of]
        if all(each is not None for each in known):
            found = np.empty((), kind)
            function(*known, out=found)
            return self._slot(Slot(kind, constant=found))
        out = self._target(kind, at)
        self._put(function, of, out)
        return out

    def _target(self, kind: str, at: int | None) -> Register:
        """Where the next result goes."""
        if at in self._outputs:
            return self._slot(Slot(kind, output=self._outputs[at]))
        out = self._buffer(kind)
        if at is None:
            self._spare.append(out)
        return out

    def _put(self, function: Callable[..., Any], of: Sequence[Register], out: Register) -> None:
        self._calls.append((function, of[0], of[1] if len(of) > 1 else NO_REGISTER, out))

    def _own(self, at: int) -> Register:
        return self._forms[at][self._recording.kinds[at]]

    def _form(self, at: int, form: str, made: Callable[[], Register]) -> Register:
        """A form of a column, kept as long as the column is."""
        forms = self._forms[at]
        if form not in forms:
            forms[form] = made()
            if forms[form] in self._spare:
                self._spare.remove(forms[form])
        return forms[form]

    def _as(self, at: int, kind: str) -> Register:
        """A column in another kind."""
        own = self._own(at)
        constant = self._slots[own].constant
        if constant is not None and kind != REAL:
            return self._constant(self._recording.bounds[at][0], kind)
        return self._form(at, kind, lambda: self._call(cast, [own], kind))

    def _common(self, *columns: int) -> str:
        """The kind that has room for all."""
        return max((self._recording.kinds[each] for each in columns), key=_ORDER.index)

    # Operations

    def _plain(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        own = [self._own(each) for each in columns]
        return self._call(OPERATIONS[operation], own, self._recording.kinds[at], at)

    def write_state(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        return self._slot(Slot(self._recording.kinds[at], source=(operation, values[0])))

    write_number = write_state

    def write_constant(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        return self._constant(values[0], self._recording.kinds[at])

    write_real = write_constant

    def write_add(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        # What fits its kind is right in its last bits, whatever is left of those of its operands.
        wide = self._common(*columns) == WIDE
        return self._computed(at, operation, columns, WIDE if wide else self._recording.kinds[at])

    write_multiply = write_add

    def write_larger(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        return self._computed(at, operation, columns, self._common(*columns))

    def write_less(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        working = self._common(*columns)
        return self._call(OPERATIONS[operation], [self._as(each, working) for each in columns], TRUTH, at)

    write_equal = write_less

    def write_floor_divide(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        a, b = columns
        bounds = self._recording.bounds
        if bounds[b][0] < bounds[b][1] and all(
            max(-bounds[each][0], bounds[each][1]) <= FLOATS for each in columns
        ):
            # No quotient of integers that are floats is rounded onto or over an integer: the next one is
            # 1 / b away at least, and |a / b| × 2**-53 is less.
            quotient = self._call(OPERATIONS["over"], [self._as(a, REAL), self._as(b, REAL)], REAL)
            self._put(OPERATIONS["floor"], [quotient], quotient)
            return self._call(cast, [quotient], self._recording.kinds[at], at)
        return self._computed(at, operation, columns, self._common(*columns))

    def _computed(self, at: int, operation: str, columns: Columns, working: str) -> Register:
        """What an operation gives in one kind, kept in its own."""
        of, kind = [self._as(each, working) for each in columns], self._recording.kinds[at]
        if working == kind:
            return self._call(OPERATIONS[operation], of, kind, at)
        return self._call(cast, [self._call(OPERATIONS[operation], of, working)], kind, at)

    def write_choose(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        condition, a, b = columns
        kind = self._recording.kinds[at]
        if kind == WIDE:
            out = self._target(WIDE, at)
            self._put(cast, [self._as(b, WIDE)], out)
            self._put(overlaid, [self._own(condition), self._as(a, WIDE)], out)
            return out
        return self._chosen(at, condition, self._as(a, kind), self._as(b, kind))

    def write_real_where(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        condition, a, b = columns
        return self._chosen(at, condition, self._own(a), self._own(b))

    def _chosen(self, at: int, condition: int, a: Register, b: Register) -> Register:
        """a where a condition holds, b elsewhere: b + (a - b) × the truth, whose last bits are right."""
        kind = self._recording.kinds[at]
        bits = "i8" if kind == REAL else kind
        a, b = self._bits(a, bits), self._bits(b, bits)
        one, two = self._slots[a].constant, self._slots[b].constant
        if one is not None and not one:
            return self._counted(at, b, self._truth(condition, bits, contrary=True), kind)
        if two is not None and not two:
            return self._counted(at, a, self._truth(condition, bits), kind)
        apart = self._call(np.subtract, [a, b], bits)
        counted = self._call(np.multiply, [apart, self._truth(condition, bits)], bits)
        out = self._target(kind, at)
        self._put(np.add, [counted, b], self._bits(out, bits))
        return out

    def _counted(self, at: int, a: Register, truth: Register, kind: str) -> Register:
        out = self._target(kind, at)
        self._put(np.multiply, [a, truth], self._bits(out, self._slots[truth].kind))
        return out

    def _truth(self, condition: int, bits: str, *, contrary: bool = False) -> Register:
        """1 where a condition holds (or its contrary), 0 elsewhere."""
        own = self._own(condition)
        if contrary:
            own = self._form(condition, "contrary", lambda: self._call(np.logical_not, [own], TRUTH))
        truth = self._bits(own, "i1")
        if bits == "i1":
            return truth
        form = f"{bits} contrary" if contrary else bits
        return self._form(condition, form, lambda: self._call(cast, [truth], bits))

    # Reals

    def write_reals(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        (a,) = columns
        return self._call(cast, [self._own(a)], REAL, at)

    def write_negative(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        return self._call(np.less, [self._own(columns[0]), self._constant(0.0, REAL)], TRUTH, at)

    def write_within(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        size = self._call(np.absolute, [self._own(columns[0])], REAL)
        beyond = self._call(np.greater, [size, self._constant(values[0], REAL)], TRUTH)
        return self._call(np.logical_not, [beyond], TRUTH, at)

    def write_unsettled(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        own, (error,) = self._own(columns[0]), values
        above = self._call(OPERATIONS["floor"], [own], REAL)
        self._put(np.subtract, [own, above], above)
        beyond = self._call(np.greater, [above, self._constant(error, REAL)], TRUTH)
        below = self._call(np.less, [above, self._constant(1.0 - error, REAL)], TRUTH)
        self._put(np.logical_and, [beyond, below], beyond)
        return self._call(np.logical_not, [beyond], TRUTH, at)

    def write_floor(self, at: int, operation: str, columns: Columns, values: Values) -> Register:
        # Where it does not fit its kind the row is open.
        floor = self._call(OPERATIONS["floor"], [self._own(columns[0])], REAL)
        return self._call(cast, [floor], self._recording.kinds[at], at)


_WRITERS: Final = {
    name.removeprefix("write_"): each for name, each in vars(_Writer).items() if name.startswith("write_")
}
