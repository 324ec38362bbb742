"""SVG pictures of results: a plugin of parcore, found through its entry point like anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from parcore.hookspecs import hookimpl

if TYPE_CHECKING:
    from parcore.plugins import Writer
    from parcore.results.result import Result


@hookimpl
def parcore_writers() -> Mapping[str, Writer]:
    """The format `svg`."""
    return {"svg": write}


def write(result: Result, lang: str) -> str:
    """A result as SVG: what a single unit got and lost, or a bar for each of several in rank order."""
    from parcore_svg.one import draw_one
    from parcore_svg.ranking import draw_ranking

    if len(result.scorecards) == 1:
        return draw_one(result, result.scorecards[0], lang)
    return draw_ranking(result, lang)
