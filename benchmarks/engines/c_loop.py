"""The limit: the work as a plain C loop in float64, compiled by gcc, columns in the narrowest types.

A chunk of rows is kept in the cache; over it goes one loop for each criterion. With `-O3` alone gcc leaves
most of them in single steps, for a division might trap; told that none does, and for which processor, it
vectorises them.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import numpy as np

from benchmarks.engines.data import Columns
from benchmarks.engines.results import Floats, Run
from benchmarks.engines.work import COMPONENTS, CRITERIA, FIELDS, WORK, Criterion, Style

VECTOR: Final = ("-march=native", "-fno-trapping-math")
_TYPES: Final = {np.int8: "int8_t", np.int16: "int16_t", np.int32: "int32_t", np.int64: "int64_t"}
_SOURCE: Final = """#include <math.h>
#include <stdint.h>
#define CHUNK 512
static inline double least(double a, double b) {{ return a < b ? a : b; }}
static inline double most(double a, double b) {{ return a > b ? a : b; }}
static inline double rounded(double x) {{ return floor(x * 100 + 0.5) / 100; }}
{loops}
void score(int64_t size, void **in, double *points, double *rate, double *index) {{
  for (int64_t start = 0; start < size; start += CHUNK) {{
    int rows = size - start < CHUNK ? (int)(size - start) : CHUNK;
    double part[{components}][CHUNK] = {{0}}, attainable[CHUNK];
    for (int i = 0; i < rows; i++) attainable[i] = {always!r};
{calls}
    for (int i = 0; i < rows; i++) {{
      double base = 0;
      for (int at = 0; at < {components}; at++) base += part[at][i];
      rate[start + i] = 100 * base / attainable[i];
      index[start + i] = rounded(rate[start + i]);
    }}
  }}
}}
"""
_LOOP: Final = """static __attribute__((noinline)) void {id}(
    int rows, {arguments}, double *restrict out, double *restrict sum, double *restrict attainable) {{
  for (int i = 0; i < rows; i++) {{
    double p = {points};
    {rounded}out[i] = p;
    sum[i] += p;
{counted}  }}
}}"""
_CALL: Final = "    {id}(rows, {pointers}, points + {at} * size + start, part[{component}], attainable);"
_COUNTED: Final = "    attainable[i] += {0}[i] == {1} ? 0 : {2!r};\n"


def _ladder(each: Criterion, part: str, whole: str) -> str:
    share = f"(double){part} / ({whole} ? {whole} : 1)"
    return f"{share}; p = {whole} == 0 || p >= 1 ? {each.top!r} : p >= {each['t']!r} ? p * {each.top!r} : 0"


def _cases(each: Criterion, part: str, whole: str) -> str:
    bands = f"p > {each['high']!r} ? {each.top!r} : p >= {each['low']!r} ? {each.top / 2!r} : 0"
    return f"(double){part} / ({whole} ? {whole} : 1); p = {whole} == 0 ? 0 : {bands}"


def _line(each: Criterion, part: str, whole: str) -> str:
    a, b, half = each["a"], each["b"], each.top / 2
    first, second = f"p / {a!r} * {half!r}", f"{half!r} + (p - {a!r}) / {b - a!r} * {half!r}"
    line = f"p < {a!r} ? {first} : p < {b!r} ? {second} : {each.top!r}"
    return f"(double){part} / ({whole} ? {whole} : 1); p = {whole} == 0 ? 0 : {line}"


def _towards(each: Criterion, part: str, whole: str) -> str:
    share = f"(double){part} / ({whole} ? {whole} : 1)"
    return f"{whole} == 0 ? 0 : least({share} / {each['target']!r}, 1) * {each.top!r}"


def _choice(each: Criterion, chosen: str) -> str:
    return f"{chosen} == 0 ? {each.top!r} : {chosen} == 1 ? {each.top * each['half']!r} : 0"


def _deduct(each: Criterion, undone: str, overdue: str) -> str:
    taken = f"{each['undone'] * each.top!r} * {undone} - {each['overdue'] * each.top!r} * {overdue}"
    return f"most({each.top!r} - {taken}, 0)"


def _count(each: Criterion, confirmed: str, checked: str) -> str:
    return f"{checked} == 50 ? least({each['per'] * each.top!r} * {confirmed}, {each.top!r}) : 0"


def _formula(each: Criterion, early: str, done: str, late: str) -> str:
    whole = f"({early} + {done} + {late})"
    share = f"({each['w']!r} * {early} + {done}) / ({whole} ? {whole} : 1)"
    return f"{whole} == 0 ? {each.top!r} : least({share}, 1) * {each.top!r}"


def _growth(each: Criterion, now: str, before: str) -> str:
    grown = f"(double)({now} - {before}) / ({before} ? {before} : 1)"
    return f"{before} == 0 ? 0 : most(least({grown} / {each['g']!r}, 1), 0) * {each.top!r}"


def _amount(each: Criterion, given: str) -> str:
    high, low = f"{int(each['high'])}LL", f"{int(each['low'])}LL"
    return f"{given} >= {high} ? {each.top!r} : {given} >= {low} ? {each.top / 2!r} : 0"


def _increments(each: Criterion, spent: str) -> str:
    steps = f"most({spent} - {each['start']!r}, 0) / {each['each']!r}"
    base, add = each["base"] * each.top, each["add"] * each.top
    return f"least({base!r} + {steps} * {add!r}, {each.top!r})"


def _survey(each: Criterion, good: str, fair: str, poor: str, bad: str) -> str:
    whole = f"({good} + {fair} + {poor} + {bad})"
    share = f"({good} + {each['fair']!r} * {fair} + {each['poor']!r} * {poor}) / ({whole} ? {whole} : 1)"
    return f"{whole} == 0 ? 0 : {share} * {each.top!r}"


POINTS: Final[Mapping[str, Callable[..., str]]] = {
    "ladder": _ladder,
    "cases": _cases,
    "line": _line,
    "towards": _towards,
    "choice": _choice,
    "deduct": _deduct,
    "count": _count,
    "formula": _formula,
    "growth": _growth,
    "amount": _amount,
    "increments": _increments,
    "survey": _survey,
    "money": _ladder,
}


def source_of(style: Style) -> str:
    """The C text."""
    places = {name: at for at, name in enumerate(FIELDS)}
    loops = [
        _LOOP.format(
            id=each.id,
            arguments=", ".join(
                f"const {_TYPES[kind]} *restrict {name}" for name, kind in each.fields.items()
            ),
            points=POINTS[each.kind](each, *(f"{name}[i]" for name in each.names)),
            rounded="p = rounded(p); " if style is Style.CRITERION else "",
            counted=_COUNTED.format(each.names[-1], 3 if each.kind == "choice" else 0, each.top)
            if each.can_be_left_out
            else "",
        )
        for each in WORK
    ]
    calls = [
        _CALL.format(
            id=each.id,
            pointers=", ".join(
                f"({_TYPES[kind]} *)in[{places[name]}] + start" for name, kind in each.fields.items()
            ),
            at=each.at,
            component=each.component,
        )
        for each in WORK
    ]
    always = float(sum(each.most for each in WORK if not each.can_be_left_out))
    return _SOURCE.format(
        components=COMPONENTS, always=always, loops="\n".join(loops), calls="\n".join(calls)
    )


@cache
def _compiled(style: Style, flags: tuple[str, ...]) -> Any:
    folder = Path(mkdtemp(prefix="engines-"))
    try:
        (folder / "score.c").write_text(source_of(style))
        library = folder / "score.so"
        words = ["gcc", "-O3", *flags, "-shared", "-fPIC", "-o", str(library), str(folder / "score.c"), "-lm"]
        subprocess.run(words, check=True)
        return ctypes.CDLL(str(library)).score
    finally:
        shutil.rmtree(folder)


class CLoop:
    """The C loop, called through ctypes."""

    def __init__(self, *, vector: bool) -> None:
        self.name, self.title = ("c-vector", "C, vectorised") if vector else ("c", "C, gcc -O3")
        self._flags = VECTOR if vector else ()

    def version(self) -> str | None:
        if shutil.which("gcc") is None:
            return None
        told = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=True)
        return told.stdout.strip()

    def ready(self, style: Style, columns: Columns) -> Run:
        score = _compiled(style, self._flags)
        size = len(next(iter(columns.values())))
        held = [np.ascontiguousarray(columns[name]) for name in FIELDS]
        pointers = (ctypes.c_void_p * len(held))(*(column.ctypes.data for column in held))

        def run() -> Floats:
            points, rate, index = np.empty((CRITERIA, size)), np.empty(size), np.empty(size)
            out = (ctypes.c_void_p(each.ctypes.data) for each in (points, rate, index))
            score(ctypes.c_int64(size), pointers, *out)
            assert held
            return Floats(points, index, rate)

        return run
