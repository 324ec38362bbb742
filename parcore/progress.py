"""How far long work is: a bar, on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Each = TypeVar("Each")


def tracked(each: Iterable[Each], count: int, told: str) -> Iterator[Each]:
    """Things one after the other, so many in all, with a bar if errors go to a terminal."""
    if not sys.stderr.isatty():
        yield from each
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield from bar.track(each, total=count, description=told)
