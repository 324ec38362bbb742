"""A change of score between two years, from what is scored of each to its parts.

`attribute` brings the rooms together: which criteria are which, last year's evidence carried to today's
units, the worlds, the split.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parcore.change.aside import lines_of, points_alike
from parcore.change.attribution import Attribution, attributed
from parcore.change.carry import carry
from parcore.change.joining import Weights
from parcore.change.worlds import Pair, Worlds, Year
from parcore.diagnostics import Place, stop
from parcore.editions.edition import Edition
from parcore.evidence.lineage import Lineage, Passage
from parcore.evidence.units import UnitBook


def attribute(
    first: Year,
    second: Year,
    path: Sequence[Edition],
    units: UnitBook,
    lineage: Lineage,
    weights: Weights | None = None,
) -> Attribution:
    """The change of every unit between two years, split into its parts, with residue 0.

    `path` are the editions from the first year's to the second's, each replaced by the next
    (`parcore.change.editions.path_between`). Where units ended in between, the first year's evidence is
    carried to those of the second; `weights`, by unit, then serve the number fields for which the
    vocabulary declares nothing.

    Raises:
        ParcoreError: the second year is before the first, or evidence cannot be scored at all.
    """
    if second.period.end < first.period.end:
        told = {"first": first.period, "second": second.period}
        raise stop("compare-order", Place(str(second.period)), **told)
    lines = lines_of(path)
    passage = lineage.passage(units, first.period.end, second.period.end)
    pairs = list(_pairs(passage))
    if all(each.first == each.second for each in pairs):
        worlds = Worlds(first, second, units, points_alike(lines))
    else:
        vocabulary = first.edition.vocabulary
        carried = carry(first.evidence, vocabulary, lineage, units, first.period, second.period, weights)
        worlds = Worlds(first, second, units, points_alike(lines), carried.evidence, pairs)
    return attributed(worlds, path, lines)


def _pairs(passage: Passage) -> Iterator[Pair]:
    """Each unit of the last day with every unit of the first day that it holds something of."""
    for unit in passage.came_of:
        for before in sorted(passage.predecessors(unit)):
            yield Pair(before, unit, passage.label(unit).value)
