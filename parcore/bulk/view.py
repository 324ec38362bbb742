"""Some units of a bulk result as scorecards: what terminal, CSV and JSON show of single units.

In: a bulk result, and which of its rows to show. Out: a `Result` whose places and classes are those among all
units. Its traces hold every root of the edition's program and no step between: those the exact reading has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from attrs import evolve

from parcore.bulk.columnar import NONE
from parcore.bulk.engines import Part
from parcore.bulk.policies import shaped
from parcore.bulk.scoring import BulkResult, part_within
from parcore.evidence.evidence import Evidence, Stage
from parcore.readings.columns.arrays import Ints
from parcore.readings.exact import Trace
from parcore.results.classes import quota_moved, with_class
from parcore.results.ranking import circle_of
from parcore.results.reached import unreached
from parcore.results.result import Place, Result, Scorecard
from parcore.results.scoring import best_first, empty_leaves


def view(result: BulkResult, rows: Iterable[int]) -> Result:
    """The scorecards of some rows, best first."""
    wanted = np.array(sorted(rows), np.int64)
    found = {row: card for part in result.parts for row, card in _cards(result, part, wanted)}
    cards = best_first([found[row] for row in wanted.tolist()], result.edition.ranking)
    return Result(
        edition=result.edition,
        period=result.period,
        stage=Stage.FINAL,
        evidence=Evidence(),
        scorecards=tuple(cards),
        places={
            card.unit.id: places for row, card in found.items() if (places := _places(result, row, card))
        },
        empty=tuple(empty_leaves(result.edition, cards, result.variant)),
        without_evidence=result.without_evidence,
        unused_fields=result.unused_fields,
        absent=result.absent,
        tables=tuple(str(each) for each in result.tables),
    )


def best(result: BulkResult, count: int) -> list[int]:
    """So many rows from the best down, by their places in the first circle that the edition ranks within."""
    circles = list(result.places.values())
    if not circles:
        return list(range(min(count, len(result.units))))
    place = circles[0].place
    last = np.where(place == NONE, np.iinfo(np.int64).max, place)
    order: list[int] = np.argsort(last, kind="stable")[:count].tolist()
    return order


def _cards(result: BulkResult, part: Part, wanted: Ints) -> Iterator[tuple[int, Scorecard]]:
    """The scorecard of each row of a part that is wanted."""
    roots = tuple(part.program.roots)
    asked = evolve(part_within(part, wanted), roots=roots, kept=())
    if not len(asked.units):
        return
    columns = result.held.read(asked)
    read = [columns[root][:] for root in roots]
    shape = shaped(roots)
    classes = result.edition.classes_in(result.period)
    for at, row in enumerate(asked.units.tolist()):
        trace = Trace(shape, tuple(column[at] for column in read))
        later = frozenset(unreached(result.edition, part.group, trace, result.variant))
        card = with_class(Scorecard(result.units[row], part.group, trace, unreached=later), classes)
        for move in result.classes.moves.get(row, ()):
            card = quota_moved(card, move, classes)
        yield row, card


def _places(result: BulkResult, row: int, card: Scorecard) -> tuple[Place, ...]:
    """The places of a unit, in the circles that the edition ranks within."""
    found = []
    for within, places in result.places.items():
        circle = circle_of(card, within)
        if circle is not None and places.place[row] != NONE:
            place, among = int(places.place[row]), int(places.among[row])
            found.append(Place(circle, place, among, bool(places.open[row])))
    return tuple(found)
