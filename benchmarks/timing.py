"""Repeats a piece of work and says how long it took."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import click


def measure(name: str, work: Callable[[], object], target: float, times: int = 7) -> float:
    """Run `work` so many times; print the best and the median in milliseconds, beside the target."""
    taken: list[float] = []
    for _ in range(times):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    best = min(taken)
    verdict = "ok" if best <= target else "SLOW"
    click.echo(
        f"{name}: best {best * 1000:.1f} ms, median {median(taken) * 1000:.1f} ms of {times}"
        f" (target {target * 1000:.0f} ms: {verdict})"
    )
    return best
