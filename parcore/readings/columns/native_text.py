"""A tape printed as LLVM's language: a loop over rows for each piece of it, and what plays all pieces.

Equal pieces are there once: criteria with like rules share theirs, so that there is less to compile.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import field, frozen

from parcore.readings.pair.backend import Source
from parcore.readings.pair.tape import FLOATS, KINDS, REAL, TRUTH, Recording, Step

LEAST: Final = 12
MOST: Final = 400
"""Steps of a piece: a new one begins where a step uses nothing of the last, or it has become too long."""

_TYPES: Final = {TRUTH: "i1", "i1": "i8", "i2": "i16", "i4": "i32", "i8": "i64", REAL: "double"}
_STORED: Final = _TYPES | {TRUTH: "i8"}
_ORDER: Final = [kind for kind, _ in KINDS]
_PLAIN: Final = {
    "both": "and i1",
    "either": "or i1",
    "plus": "fadd double",
    "minus": "fsub double",
    "by": "fmul double",
    "over": "fdiv double",
}
_HEAD: Final = """declare double @llvm.floor.f64(double)
declare double @llvm.fabs.f64(double)
""" + "".join(
    f"declare {each} @llvm.smax.{each}({each}, {each})\ndeclare {each} @llvm.fptosi.sat.{each}.f64(double)\n"
    for each in ("i8", "i16", "i32", "i64")
)


@frozen(eq=False)
class Output:
    """What an output of a recording holds, and, where it is the same in every row, what that is."""

    kind: str
    constant: Any = None


@frozen(eq=False)
class Printed:
    """A text, and what the table of addresses holds that its `play` takes: sources, outputs, scratch.

    `written` are the outputs that are in the table, `copied` those that are a source, by its position.
    """

    text: str
    sources: Sequence[tuple[str, Source, str]]
    written: Sequence[int]
    copied: Sequence[tuple[int, int]]
    scratch: Sequence[str]
    outputs: Sequence[Output]


@frozen(eq=False)
class _Piece:
    """Steps that one loop plays; what they make, and what they take from other pieces."""

    moves: list[tuple[int, Step]] = field(factory=list)
    made: set[int] = field(factory=set)
    taken: set[int] = field(factory=set)


def printed(recording: Recording) -> Printed:
    """The text of a recording."""
    return _Printer(recording).printed()


class _Printer:
    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._kinds = recording.kinds
        self._steps = {at: step for at, step, _ in recording.moves}

    def printed(self) -> Printed:
        pieces = self._pieces()
        outputs = self._recording.outputs
        constants = {at: self._literal(at) for at in outputs if self._steps[at][0] in {"constant", "real"}}
        kept = [at for at in outputs if at not in constants and not self._is_source(at)]
        sources = [at for at, step in self._steps.items() if self._is_source(at)]
        scratch, places = self._places(pieces, set(kept))
        table = {at: place for place, at in enumerate([*sources, *kept])}
        table |= {at: len(table) + place for at, place in places.items()}
        texts: dict[str, str] = {}
        calls: list[str] = []
        for piece in pieces:
            text, taken = _Loop(self._recording, self._steps, piece, table).text()
            name = texts.setdefault(text, f"@piece{len(texts)}")
            calls.append(_call(len(calls), name, [table[at] for at in taken]))
        return Printed(
            _HEAD + "".join(text.replace("@NAME", name) for text, name in texts.items()) + _play(calls),
            [(self._steps[at][0], self._steps[at][2][0], self._kinds[at]) for at in sources],  # type: ignore[misc]
            [outputs.index(at) for at in kept],
            [(place, sources.index(at)) for place, at in enumerate(outputs) if self._is_source(at)],
            scratch,
            [Output(self._kinds[at], constants.get(at)) for at in outputs],
        )

    def _is_source(self, at: int) -> bool:
        return self._steps[at][0] in {"state", "number"}

    def _literal(self, at: int) -> Any:
        return np.array(self._steps[at][2][0], self._kinds[at])

    def _pieces(self) -> list[_Piece]:
        """The steps in order, cut where one uses nothing of those before it."""
        pieces = [_Piece()]
        fresh: set[int] = set()
        for at, step in self._steps.items():
            if step[0] in {"constant", "real"}:
                continue
            if self._is_source(at):
                fresh.add(at)
                continue
            now = pieces[-1]
            own = any(each in now.made or (each in now.taken and each not in fresh) for each in step[1])
            if len(now.moves) >= MOST or (len(now.moves) >= LEAST and not own):
                now = _Piece()
                pieces.append(now)
            now.moves.append((at, step))
            now.made.add(at)
            now.taken.update(each for each in step[1] if each not in now.made)
        return pieces

    def _places(self, pieces: Sequence[_Piece], kept: set[int]) -> tuple[list[str], dict[int, int]]:
        """Scratch for what one piece makes and another takes; a place is free again after its last use."""
        last: dict[int, int] = {}
        for number, piece in enumerate(pieces):
            last |= dict.fromkeys(piece.taken, number)
        scratch: list[str] = []
        places: dict[int, int] = {}
        free: dict[str, list[int]] = {}
        ending: dict[int, list[int]] = {}
        for number, piece in enumerate(pieces):
            for at, _ in piece.moves:
                if at in last and at not in kept:
                    kind = self._kinds[at]
                    waiting = free.setdefault(kind, [])
                    if not waiting:
                        scratch.append(kind)
                    places[at] = waiting.pop() if waiting else len(scratch) - 1
                    ending.setdefault(last[at], []).append(at)
            for at in ending.pop(number, ()):
                free[self._kinds[at]].append(places[at])
        return scratch, places


def _call(number: int, name: str, places: Sequence[int]) -> str:
    lines, given = "", []
    for at, place in enumerate(places):
        lines += f"  %a{number}.{at} = getelementptr ptr, ptr %table, i64 {place}\n"
        lines += f"  %p{number}.{at} = load ptr, ptr %a{number}.{at}\n"
        given.append(f"ptr %p{number}.{at}, ")
    return f"{lines}  call void {name}({''.join(given)}i64 %n)\n"


def _play(calls: Sequence[str]) -> str:
    return f"define void @play(ptr %table, i64 %n) nounwind {{\n{''.join(calls)}  ret void\n}}\n"


class _Loop:
    """The text of a piece, in which values and addresses are numbered by their first use."""

    def __init__(
        self, recording: Recording, steps: dict[int, Step], piece: _Piece, table: dict[int, int]
    ) -> None:
        self._recording, self._steps, self._piece, self._table = recording, steps, piece, table
        self._kinds = recording.kinds
        self._lines: list[str] = []
        self._names: dict[int, str] = {}
        self._forms: dict[tuple[str, str], str] = {}
        self._taken: list[int] = []
        self._last = 0

    def text(self) -> tuple[str, list[int]]:
        """The text, and the columns whose addresses it takes."""
        for at, step in self._piece.moves:
            self._names[at] = getattr(self, "print_" + step[0], self._plain)(at, step)
            if at in self._table:
                self._store(at)
        given = "".join(f"ptr noalias %q{each}, " for each in range(len(self._taken)))
        body = "".join(f"  {line}\n" for line in self._lines)
        return (
            f"define internal void @NAME({given}i64 %n) noinline nounwind {{\n"
            "entry:\n  %any = icmp sgt i64 %n, 0\n  br i1 %any, label %rows, label %done\n"
            f"rows:\n  %r = phi i64 [0, %entry], [%next, %rows]\n{body}"
            "  %next = add nuw nsw i64 %r, 1\n  %more = icmp slt i64 %next, %n\n"
            "  br i1 %more, label %rows, label %done\ndone:\n  ret void\n}\n"
        ), self._taken

    def _put(self, line: str) -> str:
        self._last += 1
        self._lines.append(f"%v{self._last} = {line}")
        return f"%v{self._last}"

    def _address(self, at: int) -> str:
        if at not in self._taken:
            self._taken.append(at)
        stored = _STORED[self._kinds[at]]
        return self._put(f"getelementptr inbounds {stored}, ptr %q{self._taken.index(at)}, i64 %r")

    def _store(self, at: int) -> None:
        name, stored = self._names[at], _STORED[self._kinds[at]]
        if self._kinds[at] == TRUTH:
            name = self._put(f"zext i1 {name} to i8")
        address = self._address(at)
        self._lines.append(f"store {stored} {name}, ptr {address}, align 1")

    def _own(self, at: int) -> str:
        """A column's value in this row."""
        if at not in self._names:
            operation, _, values = self._steps[at]
            kind = self._kinds[at]
            if operation == "constant":
                self._names[at] = str(values[0])
            elif operation == "real":
                self._names[at] = _real(values[0])
            else:
                loaded = self._put(f"load {_STORED[kind]}, ptr {self._address(at)}, align 1")
                self._names[at] = self._put(f"trunc i8 {loaded} to i1") if kind == TRUTH else loaded
        return self._names[at]

    def _as(self, at: int, kind: str) -> str:
        """The same in another kind of integers, or as a real."""
        own, held = self._own(at), self._kinds[at]
        constant = self._steps[at][0] == "constant"
        if held == kind or (constant and kind != REAL):
            return own if not constant else str(_wrapped(int(own), kind))
        if constant:
            return _real(float(int(own)))
        if (own, kind) not in self._forms:
            word = (
                "sitofp" if kind == REAL else "sext" if _ORDER.index(held) < _ORDER.index(kind) else "trunc"
            )
            self._forms[own, kind] = self._put(f"{word} {_TYPES[held]} {own} to {_TYPES[kind]}")
        return self._forms[own, kind]

    def _common(self, columns: Sequence[int]) -> str:
        return max((self._kinds[each] for each in columns), key=_ORDER.index)

    def _plain(self, at: int, step: Step) -> str:
        a, b = (self._own(each) for each in step[1])
        return self._put(f"{_PLAIN[step[0]]} {a}, {b}")

    def print_add(self, at: int, step: Step) -> str:
        a, b = (self._as(each, self._kinds[at]) for each in step[1])
        word = "add" if step[0] == "add" else "mul"
        return self._put(f"{word} {_TYPES[self._kinds[at]]} {a}, {b}")

    print_multiply = print_add

    def print_larger(self, at: int, step: Step) -> str:
        working = self._common(step[1])
        type_ = _TYPES[working]
        a, b = (self._as(each, working) for each in step[1])
        return self._cut(self._put(f"call {type_} @llvm.smax.{type_}({type_} {a}, {type_} {b})"), working, at)

    def _cut(self, name: str, working: str, at: int) -> str:
        kind = self._kinds[at]
        if working == kind:
            return name
        return self._put(f"trunc {_TYPES[working]} {name} to {_TYPES[kind]}")

    def print_less(self, at: int, step: Step) -> str:
        working = self._common(step[1])
        a, b = (self._as(each, working) for each in step[1])
        word = "slt" if step[0] == "less" else "eq"
        return self._put(f"icmp {word} {_TYPES[working]} {a}, {b}")

    print_equal = print_less

    def print_contrary(self, at: int, step: Step) -> str:
        return self._put(f"xor i1 {self._own(step[1][0])}, true")

    def print_choose(self, at: int, step: Step) -> str:
        condition, *of = step[1]
        type_ = _TYPES[self._kinds[at]]
        a, b = (self._own(each) if type_ == "double" else self._as(each, self._kinds[at]) for each in of)
        return self._put(f"select i1 {self._own(condition)}, {type_} {a}, {type_} {b}")

    print_real_where = print_choose

    def print_floor_divide(self, at: int, step: Step) -> str:
        bounds = self._recording.bounds
        if all(max(-bounds[each][0], bounds[each][1]) <= FLOATS for each in step[1]):
            # As in NumPy: floats divide such integers so that the floor is the right one.
            a, b = (self._as(each, REAL) for each in step[1])
            return self._floor(self._put(f"fdiv double {a}, {b}"), at)
        working = self._common(step[1])
        type_ = _TYPES[working]
        a, b = (self._as(each, working) for each in step[1])
        # A divisor is positive but in an open row, where nothing counts and the processor would stop.
        sound = self._put(f"icmp sgt {type_} {b}, 0")
        b = self._put(f"select i1 {sound}, {type_} {b}, {type_} 1")
        quotient = self._put(f"sdiv {type_} {a}, {b}")
        rest = self._put(f"srem {type_} {a}, {b}")
        under = self._put(f"icmp slt {type_} {rest}, 0")
        less = self._put(f"sext i1 {under} to {type_}")
        return self._cut(self._put(f"add {type_} {quotient}, {less}"), working, at)

    def _floor(self, name: str, at: int) -> str:
        type_ = _TYPES[self._kinds[at]]
        floor = self._put(f"call double @llvm.floor.f64(double {name})")
        return self._put(f"call {type_} @llvm.fptosi.sat.{type_}.f64(double {floor})")

    def print_floor(self, at: int, step: Step) -> str:
        return self._floor(self._own(step[1][0]), at)

    def print_reals(self, at: int, step: Step) -> str:
        return self._as(step[1][0], REAL)

    def print_negative(self, at: int, step: Step) -> str:
        return self._put(f"fcmp olt double {self._own(step[1][0])}, {_real(0.0)}")

    def print_within(self, at: int, step: Step) -> str:
        size = self._put(f"call double @llvm.fabs.f64(double {self._own(step[1][0])})")
        return self._put(f"fcmp ule double {size}, {_real(step[2][0])}")

    def print_unsettled(self, at: int, step: Step) -> str:
        own, error = self._own(step[1][0]), step[2][0]
        floor = self._put(f"call double @llvm.floor.f64(double {own})")
        above = self._put(f"fsub double {own}, {floor}")
        near = self._put(f"fcmp ule double {above}, {_real(error)}")
        far = self._put(f"fcmp uge double {above}, {_real(1.0 - error)}")  # type: ignore[operator]
        return self._put(f"or i1 {near}, {far}")


def _real(value: Any) -> str:
    """A double by its bits."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def _wrapped(value: int, kind: str) -> int:
    half: int = 2 ** (8 * int(kind[1]) - 1)
    return (value + half) % (2 * half) - half
