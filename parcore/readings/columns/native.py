"""A tape compiled: machine code that plays it row by row, where NumPy is too slow. Needs `parcore[native]`.

In: a recording without wide integers. It is printed as LLVM's language (`native_text`) and compiled by LLVM
(llvmlite, the compiler under Numba). Out: `Native`, which plays rows as `playing` does, to
the last bit: integers have the bits that their bounds ask for, so none wraps where a row is not open; floats
are rounded operation by operation, as IEEE 754 says and the proofs of errors need, none fused or reordered.
What was compiled is kept in a folder (`native_cache`), by its text, the compiler and the processor.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from itertools import count
from threading import Lock
from typing import Any, Final

import llvmlite
import numpy as np
from attrs import field, frozen
from llvmlite import binding as llvm

from parcore.readings.columns.native_cache import keep, kept
from parcore.readings.columns.native_text import Printed, printed
from parcore.readings.pair.block import Block
from parcore.readings.pair.tape import Recording

ROWS: Final = 2048
"""Rows played at once: what one piece hands to another stays in a core's cache."""
LOADED: Final = 64
"""Codes kept at hand, those asked for last; each is there as long as someone plays it."""
_LEVEL: Final = 3


@frozen(eq=False)
class Native:
    """A recording as machine code; any number of threads play it at a time."""

    printed: Printed
    play: Callable[..., None]
    _library: Any = field(repr=False)
    """Holds the code that `play` points to."""

    def kind(self, output: int) -> str:
        """What an output holds."""
        return self.printed.outputs[output].kind

    def constant(self, output: int) -> Any:
        """What an output is in every row, where it is known."""
        return self.printed.outputs[output].constant

    def player(self, size: int) -> NativePlayer:
        """What plays up to so many rows at a time."""
        return NativePlayer(self)


class NativePlayer:
    """Native code with memory for what its pieces hand to each other; one thread plays at a time."""

    def __init__(self, native: Native) -> None:
        self._native = native
        self._scratch = [np.empty(ROWS, kind) for kind in native.printed.scratch]
        self._sources = [
            (operation, source, np.dtype(kind)) for operation, source, kind in native.printed.sources
        ]
        self._of: tuple[object, object] = (None, None)
        self._held: list[Any] = []
        self._bases = self._steps = np.empty(0, np.int64)

    def play(self, block: Block, part: slice, columns: Sequence[Any]) -> None:
        """Play rows of a block into the same rows of columns, but for those that are constant."""
        if self._of[0] is not block or self._of[1] is not columns:
            self._bind(block, columns)
        bases = self._bases
        odd = [(at, np.ascontiguousarray(self._held[at][part], kind)) for at, kind in self._odd]
        if odd:
            bases = bases.copy()
            bases[[at for at, _ in odd]] = [_address(each) - part.start * each.itemsize for _, each in odd]
        for start in range(part.start, part.stop, ROWS):
            table = bases + start * self._steps
            self._native.play(_address(table), min(ROWS, part.stop - start))
        for output, source in self._native.printed.copied:
            columns[output][part] = self._held[source][part]

    def free(self) -> None:
        """Hold nothing of what was played."""
        self._of, self._held = (None, None), []

    def _bind(self, block: Block, columns: Sequence[Any]) -> None:
        """Find where everything stands; what is not as the code reads it is copied part by part."""
        self._of = block, columns
        held: list[Any] = []
        for operation, source, _ in self._sources:
            column = block.columns[source]
            held.append(column.states if operation == "state" else column.numbers)
        self._odd = [
            (at, kind)
            for at, (each, (_, _, kind)) in enumerate(zip(held, self._sources, strict=True))
            if each.dtype != kind or not each.flags.c_contiguous
        ]
        self._held = [*held, *(columns[at] for at in self._native.printed.written)]
        steps = [each.itemsize for each in self._held] + [0] * len(self._scratch)
        for at, kind in self._odd:
            steps[at] = kind.itemsize
        self._steps = np.array(steps, np.int64)
        self._bases = np.array([_address(each) for each in (*self._held, *self._scratch)], np.int64)


def _address(column: Any) -> int:
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(column))
    except (TypeError, ValueError):  # read-only, empty, or not in one piece
        found: int = column.__array_interface__["data"][0]
        return found


def native(recording: Recording) -> Native:
    """A recording compiled, or found compiled before."""
    text = printed(recording)
    play, library = _compiled(text.text)
    return Native(text, play, library)


@cache
def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=cpu, features=features, opt=_LEVEL, codemodel="jitdefault")


@cache
def _processor() -> str:
    llvm_version = ".".join(map(str, llvm.llvm_version_info))
    features = llvm.get_host_cpu_features().flatten()
    made_for = f"{llvm.get_default_triple()} {llvm.get_host_cpu_name()} {features}"
    return f"{llvmlite.__version__} {llvm_version} {made_for} {_LEVEL}"


_COUNT: Final = count()
_LOADED: Final[dict[str, tuple[Callable[..., None], Any]]] = {}
_LOADING: Final = Lock()


def _compiled(text: str) -> tuple[Callable[..., None], Any]:
    key = sha256(f"{_processor()}\n{text}".encode()).hexdigest()
    with _LOADING:
        found = _LOADED.pop(key, None) or _loaded(key, text)
        while len(_LOADED) >= LOADED:
            del _LOADED[next(iter(_LOADED))]
        _LOADED[key] = found
    return found


def _loaded(key: str, text: str) -> tuple[Callable[..., None], Any]:
    code = kept(key)
    if code is None:
        code = compiled(text)
        keep(key, code)
    library = _linker(key, code)
    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)
    return call(library["play"]), library


def _linker(key: str, code: bytes) -> Any:
    builder = llvm.JITLibraryBuilder().add_object_img(code).export_symbol("play")
    return builder.link(_jit(), f"{key}-{next(_COUNT)}")


@cache
def _jit() -> Any:
    _machine()
    return llvm.create_lljit_compiler()


def optimized(text: str) -> Any:
    """The module that a text says, made quick."""
    machine = _machine()
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    tuning = llvm.create_pipeline_tuning_options(speed_level=_LEVEL)
    tuning.loop_vectorization = True
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    return module


def compiled(text: str) -> bytes:
    """The object code of a text."""
    code: bytes = _machine().emit_object(optimized(text))
    return code


def assembly(text: str) -> str:
    """The same as assembly language."""
    code: str = _machine().emit_assembly(optimized(text))
    return code
