"""A whole edition over bulk evidence, by an engine: what `parcore.results.scoring.score` gives, in columns.

In: an edition, an engine, wide tables at rest, the units known. Out: places, classes and the numbers of
every unit as columns, with a row for each unit that the evidence speaks of. Needs `parcore[columnar]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from parcore.diagnostics import Diagnostic
from parcore.editions.edition import Edition
from parcore.evidence.periods import Period
from parcore.readings.columns import Ints, Truths
from parcore.results.engines import Held, Part
from parcore.rules.graph import Within
from parcore.rules.policies import Absent

if TYPE_CHECKING:
    from parcore.results.columnar import Column


@frozen(eq=False)
class Places:
    """Each unit's place in its circle, among how many, and whether the tie is open; no place is -1."""

    place: Ints
    among: Ints
    open: Truths


@frozen(eq=False)
class Standing:
    """What was decided of each unit: `chosen[i]` is its class among `names`, or, where it is open, its pair.

    A position in `names`, each one class or the two between which it is open; -1 where there is no class.
    """

    names: tuple[tuple[str, ...], ...]
    chosen: Ints


@frozen(eq=False)
class BulkResult:
    """What bulk evidence comes to under an edition; row i is of the unit `held.units[i]`.

    `parts` hold, by unit group, the rows of its units, and `columns` the values of each part's roots.
    """

    edition: Edition
    period: Period
    held: Held
    parts: tuple[Part, ...]
    columns: tuple[Mapping[str, Column], ...]
    places: Mapping[Within, Places]
    classes: Standing
    absent: tuple[Absent, ...]
    unused_fields: tuple[str, ...]
    without_evidence: int
    notes: tuple[Diagnostic, ...]
