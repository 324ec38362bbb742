"""Results: a scorecard for each unit, with places, classes, and what the figures rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from fractions import Fraction

from attrs import evolve, field, frozen

from parcore.editions.edition import Criterion, Edition, Effect
from parcore.editions.index import ATTAINABLE, BASE, BONUS, PENALTY, RATE, ROUNDED, TOTAL
from parcore.editions.tree import GIVEN
from parcore.evidence.evidence import Datum, Evidence, Observation, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.readings.exact import Trace
from parcore.results.population import Population
from parcore.results.provisional import Provisional
from parcore.results.stated import Stated
from parcore.rules.policies import Absent, Classes, Quantity, Reads
from parcore.values import State, Value

ROOTS = {Quantity.BASE: BASE, Quantity.TOTAL: TOTAL, Quantity.RATE: RATE}


class Step(Enum):
    """What decided a class, or moved it down."""

    BAND = "band"
    VETO = "veto"
    GATE = "gate"
    CAP = "cap"
    QUOTA = "quota"


@frozen
class Move:
    """One step of the decision of a class, from one to another (None: no class).

    `said` is the number read, the condition as the edition writes it, or how many of how many a quota
    lets in; `criteria` are those that fail a gate; `state` is why a fact is not known; `open_` holds the
    two classes between which the authority decides, or between which the cut is not known.
    """

    step: Step
    before: str | None
    after: str | None
    said: str
    criteria: tuple[str, ...] = ()
    state: State = State.OK
    open_: tuple[str, ...] = ()


@frozen
class Scorecard:
    """One unit's points, by criterion, and its index; every number is in `trace`.

    `class_name` is None where there is no class, or where it is open between those of
    `class_open` (either, or one between them); `moves` say how it came about. `stated` has, for leaves
    that are missing, the bounds that the evidence gives in the place of numbers. `unreached` are the
    leaves of `first` groups that come after the one that counts: nothing of them is asked.
    """

    unit: Unit
    group: str
    trace: Trace
    class_name: str | None = None
    provisional: Provisional | None = None
    class_open: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    stated: Mapping[str, Stated] = field(factory=dict)
    unreached: frozenset[str] = frozenset()

    def points(self, criterion: str) -> Value:
        """The points of a node of the tree, rounded where the edition rounds."""
        return self.trace[f"points:{criterion}"]

    def attainable(self, criterion: str) -> Value | None:
        """What the unit could attain there; None where the maximum is not known."""
        return self._at(f"attainable:{criterion}")

    def computed(self, criterion: str) -> Value | None:
        """The points computed where somebody set others for some unit; None where nobody did for any."""
        return self._at(f"computed:{criterion}")

    def is_set(self, criterion: str) -> bool:
        """Whether somebody set this unit's points for a criterion."""
        given = self._at(GIVEN + criterion)
        return given is not None and given.state is State.OK

    def raw(self, leaf: str) -> Value:
        """What a leaf's rule gives, before the effects of emptiness."""
        return self.trace[f"raw:{leaf}"]

    def index(self, quantity: Quantity, *, rounded: bool) -> Value | None:
        """The index as points (`BASE`, `TOTAL`) or per 100 attainable; None where it is not known."""
        return self._at(ROOTS[quantity] + (ROUNDED if rounded else ""))

    def block(self, name: str) -> Value | None:
        """What `bonus` or `penalty` comes to, a positive amount under its cap; None where there is none."""
        return self._at({"bonus": BONUS, "penalty": PENALTY}[name])

    def _at(self, root: str) -> Value | None:
        return self.trace[root] if root in self.trace.program.roots else None

    @property
    def total_attainable(self) -> Value | None:
        """The attainable maximum of the index; None where it is not known."""
        return self._at(ATTAINABLE)

    @property
    def state(self) -> State:
        """OK, or why the unit has no index."""
        return self.trace[TOTAL].state

    def reads(self, reads: Reads) -> Fraction | None:
        """The number that a policy reads; None where there is none, or the unit has no index."""
        value = self.index(reads.quantity, rounded=reads.rounded)
        return None if value is None or self.state is not State.OK else value.known


@frozen
class Place:
    """A unit's place in a circle (`all`, `group:…`, `region:…`), among how many.

    An `open` place is shared by units that nothing the edition names tells apart: the authority decides.
    """

    circle: str
    place: int
    among: int
    open: bool = False


@frozen
class Empty:
    """A leaf for which a unit's evidence has no number: its state, and what the edition makes of it.

    `stated` is what the evidence bounds without stating it.
    """

    unit: Unit
    criterion: Criterion
    state: State
    effect: Effect | None
    stated: Stated | None = None


@frozen
class PointsSet:
    """Points that an appraiser set for a criterion, with the reason, in the place of those computed."""

    unit: Unit
    criterion: Criterion
    given: Datum
    computed: Value


@frozen
class Assumed:
    """A value put in the place of evidence (what if), and what the evidence says."""

    given: Datum
    held: Datum | None


@frozen
class Result:
    """The scorecards of a period under an edition, best first; units outside the ranking last.

    `absent` are the methods of which nothing was handed in, left out for everybody. `on` is the day whose
    units are scored, where it is not the period's last: their evidence was carried over to them. `tables` are
    the wide tables in which the evidence stands, where it is not held statement by statement.
    """

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
    points_set: tuple[PointsSet, ...] = field(factory=tuple)
    population: Population = Population()
    absent: tuple[Absent, ...] = field(factory=tuple)
    on: date | None = None
    tables: tuple[str, ...] = ()

    def beside(self, observations: Iterable[Observation]) -> Result:
        """The result with what others printed of its period."""
        return evolve(self, observations=tuple(each for each in observations if each.period == self.period))

    @property
    def classes(self) -> Classes | None:
        """The classes of the period."""
        return self.edition.classes_in(self.period)

    def card(self, unit: str) -> Scorecard | None:
        """A unit's scorecard."""
        return next((each for each in self.scorecards if each.unit.id == unit), None)

    def place(self, unit: str, circle: str = "all") -> Place | None:
        """A unit's place in a circle."""
        kind = circle.split(":", maxsplit=1)[0]
        return next((p for p in self.places.get(unit, ()) if p.circle.split(":")[0] == kind), None)
