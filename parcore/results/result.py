"""Results: a scorecard for each unit, with places, classes, and what the figures rest on."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from attrs import field, frozen

from parcore.editions.edition import Criterion, Edition, Effect
from parcore.editions.index import ATTAINABLE, BASE, RATE, ROUNDED
from parcore.evidence.evidence import Datum, Evidence, Observation, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.readings.exact import Trace
from parcore.results.population import Population
from parcore.results.provisional import Provisional
from parcore.rules.policies import Quantity, Reads
from parcore.values import State, Value


@frozen
class Scorecard:
    """One unit's points, by criterion, and its index; every number is in `trace`."""

    unit: Unit
    group: str
    trace: Trace
    class_name: str | None = None
    provisional: Provisional | None = None

    def points(self, criterion: str) -> Value:
        """The points of a node of the tree, rounded where the edition rounds."""
        return self.trace[f"points:{criterion}"]

    def attainable(self, criterion: str) -> Value | None:
        """What the unit could attain there; None where the maximum is not known."""
        root = f"attainable:{criterion}"
        return self.trace[root] if root in self.trace.program.roots else None

    def computed(self, criterion: str) -> Value | None:
        """The points computed where an appraiser set others; None where nobody did."""
        root = f"computed:{criterion}"
        if root not in self.trace.program.roots or self.trace[f"points:{criterion}"] == self.trace[root]:
            return None
        return self.trace[root]

    def raw(self, leaf: str) -> Value:
        """What a leaf's rule gives, before the effects of emptiness."""
        return self.trace[f"raw:{leaf}"]

    def index(self, quantity: Quantity, *, rounded: bool) -> Value | None:
        """The index as points (`BASE`, `TOTAL`) or per 100 attainable; None where it is not known."""
        root = (RATE if quantity is Quantity.RATE else BASE) + (ROUNDED if rounded else "")
        return self.trace[root] if root in self.trace.program.roots else None

    @property
    def total_attainable(self) -> Value | None:
        """The attainable maximum of the index; None where it is not known."""
        return self.trace[ATTAINABLE] if ATTAINABLE in self.trace.program.roots else None

    @property
    def state(self) -> State:
        """OK, or why the unit has no index."""
        return self.trace[BASE].state

    def reads(self, reads: Reads) -> Fraction | None:
        """The number that a policy reads; None where there is none."""
        value = self.index(reads.quantity, rounded=reads.rounded)
        return None if value is None else value.known


@frozen
class Place:
    """A unit's place in a circle (`all`, `group:…`, `region:…`), among how many."""

    circle: str
    place: int
    among: int


@frozen
class Empty:
    """A leaf for which a unit's evidence has no number: its state, and what the edition makes of it."""

    unit: Unit
    criterion: Criterion
    state: State
    effect: Effect | None


@frozen
class Assumed:
    """A value put in the place of evidence (what if), and what the evidence says."""

    given: Datum
    held: Datum | None


@frozen
class Result:
    """The scorecards of a period under an edition, best first; units outside the ranking last."""

    edition: Edition
    period: Period
    stage: Stage
    evidence: Evidence
    scorecards: tuple[Scorecard, ...]
    places: Mapping[str, tuple[Place, ...]]
    empty: tuple[Empty, ...]
    without_evidence: tuple[Unit, ...]
    unused_fields: tuple[str, ...]
    observations: tuple[Observation, ...] = field(factory=tuple)
    assumed: tuple[Assumed, ...] = field(factory=tuple)
    population: Population = Population()

    def card(self, unit: str) -> Scorecard | None:
        """A unit's scorecard."""
        return next((each for each in self.scorecards if each.unit.id == unit), None)

    def place(self, unit: str, circle: str = "all") -> Place | None:
        """A unit's place in a circle."""
        kind = circle.split(":", maxsplit=1)[0]
        return next((p for p in self.places.get(unit, ()) if p.circle.split(":")[0] == kind), None)
