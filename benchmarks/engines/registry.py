"""The engines that are compared, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmarks.engines.c_loop import CLoop
from benchmarks.engines.fisca import OpenFisca
from benchmarks.engines.floats import NumPy
from benchmarks.engines.frames import Polars
from benchmarks.engines.jdm import Zen
from benchmarks.engines.json_logic import JsonLogic
from benchmarks.engines.ours import Exact, InColumns, InDuckDB, Native
from benchmarks.engines.results import Engine

OURS: Final[tuple[Engine, ...]] = (
    Exact(),
    InColumns(kept=False),
    InColumns(kept=True),
    Native(kept=False),
    Native(kept=True),
    InDuckDB(),
)
OTHERS: Final[tuple[Engine, ...]] = (
    OpenFisca(),
    Zen(),
    JsonLogic(),
    Polars(),
    NumPy(nudged=False),
    NumPy(nudged=True),
    CLoop(vector=False),
    CLoop(vector=True),
)
ENGINES: Final[Mapping[str, Engine]] = {each.name: each for each in (*OURS, *OTHERS)}
