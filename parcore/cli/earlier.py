"""The earlier result of `--against`: a JSON file, or a period scored now from the same sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from parcore.cli.run import Asked, run_carried
from parcore.diagnostics import Place, stop
from parcore.evidence.periods import parse_period
from parcore.registry import Registry
from parcore.results.change import Earlier
from parcore.results.output import read_earlier

if TYPE_CHECKING:
    from parcore.change.carry import Carried


def earlier_of(against: Path, asked: Asked, registry: Registry) -> tuple[Earlier, Carried | None]:
    """The earlier result that the command line names, and how its evidence was carried over, if it was.

    Raises:
        ParcoreError: no such file, not a result of the methodology, or a period that cannot be scored.
    """
    methodology = asked.name.split("@")[0]
    period = None if against.is_file() else parse_period(str(against))
    if period is None:
        return earlier_in(against, asked.name), None
    result, _, carried = run_carried(
        evolve(asked, name=methodology, period=period, changes=(), units=()), registry
    )
    return Earlier.of(result), carried


def earlier_in(against: Path, name: str) -> Earlier:
    """The earlier result of a methodology, or of an edition of it, that a file holds.

    Raises:
        ParcoreError: no such file, or not a result of the methodology.
    """
    earlier = read_earlier(against)
    if earlier.edition.partition("@")[0] != name.partition("@")[0]:
        raise stop("result-other", Place(str(against)), edition=name, earlier=earlier.edition)
    return earlier
