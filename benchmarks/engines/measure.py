"""Times of the same work by several engines, taken in turns in one process, with what each gets wrong."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from attrs import field, frozen, mutable

from benchmarks.engines.data import DATA, Columns, bytes_of
from benchmarks.engines.memory import keep, taken
from benchmarks.engines.results import Engine, Run
from benchmarks.engines.work import Style
from benchmarks.engines.wrong import Example, Wrong, examples, reference, wrong
from parcore.readings.pair.backend import Undecided

PILOT, GROWTH, DECISIVE = 63, 8, 0.5
"""What an engine can do is judged by so few units, then by so many times as many, until it takes so long."""
ROUNDS = ((1_000, 15), (10_000, 7), (200_000, 5), (10**9, 3))
"""How often each engine does the work: up to so many units, so many times."""
KEPT = 200_000
"""Up to so many units the work of all engines is at hand at once; of more it is made ready for each turn."""
FEWEST = 10_000
"""Units from which memory is measured: below, what a process holds anyway hides it."""


@mutable
class Measured:
    """An engine's figures for one number of units and one style; seconds, bytes."""

    engine: str
    units: int
    style: Style
    note: str = ""
    """Why there are no figures."""
    processor: list[float] = field(factory=list)
    wall: list[float] = field(factory=list)
    ranking: list[float] = field(factory=list)
    memory: int | None = None
    wrong: dict[str, Wrong] = field(factory=dict)

    @property
    def each(self) -> float:
        """Seconds of the processor for one unit."""
        return median(self.processor) / self.units


@frozen
class Session:
    """All that was measured for one number of units and one style."""

    units: int
    style: Style
    columns: int
    """Bytes of the columns in their narrowest exact types."""
    undecided: Mapping[str, int]
    """Rows that the columns' floats left open, read again in wide integers, by data."""
    cells: int
    """Cells of the reference compared with the exact reading."""
    measured: Sequence[Measured]
    examples: Sequence[Example]

    def __getitem__(self, engine: str) -> Measured:
        return next(each for each in self.measured if each.engine == engine)

    def ratio(self, engine: str, to: str) -> float | None:
        """How many times the processor's time of another an engine took, the median over turns."""
        pairs = list(zip(self[engine].processor, self[to].processor, strict=False))
        return median(one / two for one, two in pairs) if pairs else None


@frozen
class Options:
    """What to measure."""

    engines: Sequence[Engine]
    times: int | None
    limit: float
    """Seconds that one engine may take for the work once."""
    budget: float
    """Seconds after which an engine's turns end; it has two at least."""
    folder: Path | None
    """Where columns are kept for processes that measure memory; None: memory is not measured."""
    say: Callable[[str], None]


def session(units: int, style: Style, options: Options) -> Session:
    """Measure one number of units in one style: what is wrong of all data, time and memory of hard ones."""
    found = {each.name: Measured(each.name, units, style) for each in options.engines}
    able = [each for each in options.engines if _able(each, found[each.name], options.limit)]
    runs: dict[str, Callable[[], Run]] = {}
    columns: Columns = {}
    listed: list[Example] = []
    undecided: dict[str, int] = {}
    cells = 0
    for name, draw in DATA.items():
        columns = draw(units)
        right = reference(style, columns)
        undecided[name], cells = right.undecided, cells + right.cells
        for engine in able:
            options.say(f"{units} units, {style.value}: {name} data, {engine.name}")
            runs.pop(engine.name, None)
            try:
                run = engine.ready(style, columns)
                result = run()
            except Undecided as refused:
                found[engine.name].note = f"refused: {refused}"
                continue
            found[engine.name].wrong[name] = wrong(result, right)
            listed += examples(engine.name, name, result, right, columns)
            if draw is DATA["hard"]:
                runs[engine.name] = (
                    partial(_warm, engine, style, columns) if units > KEPT else partial(_as_is, run)
                )
            del run, result
    if options.folder is not None and units >= FEWEST:
        keep(columns, options.folder)
        for engine_name in runs:
            options.say(f"{units} units, {style.value}: memory of {engine_name}")
            found[engine_name].memory = taken(engine_name, style, options.folder)
    _turns(runs, found, options)
    return Session(units, style, bytes_of(columns), undecided, cells, tuple(found.values()), tuple(listed))


def _as_is(run: Run) -> Run:
    return run


def _warm(engine: Engine, style: Style, columns: Columns) -> Run:
    """The work made ready, and done once."""
    run = engine.ready(style, columns)
    run()
    return run


def _able(engine: Engine, measured: Measured, limit: float) -> bool:
    """Whether an engine is there, and can do the work within the limit, by what it takes for a few units."""
    if engine.version() is None:
        measured.note = "not installed"
        return False
    if measured.units <= PILOT:
        return True
    try:
        needed = _needed(engine, measured, limit)
    except Undecided as refused:
        measured.note = f"refused: {refused}"
        return False
    if needed > limit:
        measured.note = f"not run: about {needed:.0f} s each time, and {limit:g} s is the limit"
    return needed <= limit


def _needed(engine: Engine, measured: Measured, limit: float) -> float:
    """About how many seconds of the processor the work takes, or a number within the limit."""
    size, taken_one = PILOT, _once(engine, measured.style, PILOT)
    needed = taken_one * measured.units / size
    while needed > limit and size * GROWTH <= measured.units:
        before, size = size, size * GROWTH
        less, taken_one = taken_one, _once(engine, measured.style, size)
        needed = taken_one + (taken_one - less) * (measured.units - size) / (size - before)
        if taken_one > DECISIVE:
            break
    return needed


def _once(engine: Engine, style: Style, size: int) -> float:
    """Seconds of the processor that an engine takes, once it is warm."""
    run = engine.ready(style, DATA["hard"](size))
    run()
    start = process_time()
    run()
    return process_time() - start


def _turns(runs: Mapping[str, Callable[[], Run]], found: Mapping[str, Measured], options: Options) -> None:
    """Let the engines do the work in turns, so that what else the machine does falls on all of them."""
    names = list(runs)
    for turn in range(options.times or next(times for most, times in ROUNDS if _units(found) <= most)):
        for at in range(len(names)):
            measured = found[names[(at + turn) % len(names)]]
            if turn < 2 or sum(measured.wall) < options.budget:
                options.say(
                    f"{measured.units} units, {measured.style.value}: turn {turn + 1}, {measured.engine}"
                )
                _take(runs[measured.engine](), measured)


def _units(found: Mapping[str, Measured]) -> int:
    return next(iter(found.values())).units


def _take(run: Run, measured: Measured) -> None:
    gc.collect()
    wall, processor = perf_counter(), process_time()
    result: Any = run()
    measured.processor.append(process_time() - processor)
    measured.wall.append(perf_counter() - wall)
    processor = process_time()
    result.ranks()
    measured.ranking.append(process_time() - processor)
