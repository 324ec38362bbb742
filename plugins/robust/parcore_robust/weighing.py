"""The index of a result as a function of its components' weights: the engine's own program, weights put in.

In: the units of one group. Out: their numbers at any weights, by the exact reading; and, where it is one,
each unit's number as a linear form of the weights. A component's weight is its maximum; where some
maximum is not known, what its points are multiplied by (1 as the edition has it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Final

from attrs import frozen

from parcore.diagnostics import Place, stop
from parcore.editions.edition import Criterion
from parcore.editions.tree import OUT
from parcore.numbers import HUNDRED, ONE, ZERO
from parcore.readings.exact import Scope, Trace, evaluate
from parcore.results.result import Scorecard
from parcore.rules.graph import Domain, Field
from parcore.rules.policies import Quantity
from parcore.values import State, Value
from parcore_robust.cutting import Cut, Times, cut
from parcore_robust.playing import parts_of
from parcore_robust.polytope import Vector
from parcore_robust.ranked import Ranked, root_of

WEIGHT: Final = "@weight:"


@frozen
class Line:
    """A number before rounding: Σ coefficient × weight + constant, by what is one for all of a `kind`."""

    coefficients: Vector
    constant: Fraction
    kind: Vector


@frozen(eq=False)
class Weighing:
    """The index over weights, for the units of a result, which all stand in one group.

    Raises:
        ParcoreError: they stand in several, or two components are one and the same.
    """

    ranked: Ranked

    def __attrs_post_init__(self) -> None:
        place = Place(self.ranked.result.edition.key)
        if len(parts_of(self.ranked.cards)) > 1:
            groups = sorted({card.group for card in self.ranked.cards})
            raise stop("robust-groups", place, groups=", ".join(groups))
        program = self.ranked.cards[0].trace.program
        for one, two in combinations(self.components, 2):
            at, other = (program.roots[f"points:{each.id}"] for each in (one, two))
            if at == other and any(card.trace.values[at].state not in OUT for card in self.ranked.cards):
                raise stop("robust-same", place, one=one.id, two=two.id)

    @cached_property
    def group(self) -> str:
        """The unit group."""
        return self.ranked.cards[0].group

    @cached_property
    def components(self) -> tuple[Criterion, ...]:
        """The components that the group has, those of no weight aside."""
        own = (each for each in self.ranked.result.edition.components if each.applies(self.group))
        return tuple(each for each in own if each.max is None or each.max.of(self.group))

    @cached_property
    def by_maximum(self) -> bool:
        """Whether weights are maxima; else they are multipliers."""
        return all(each.max is not None for each in self.components)

    @cached_property
    def weights(self) -> Vector:
        """The weights as the edition has them."""
        if not self.by_maximum:
            return (ONE,) * len(self.components)
        return tuple(
            each.weight_of(self.group) * (ZERO if each.max is None else each.max.of(self.group))
            for each in self.components
        )

    @cached_property
    def times(self) -> Times:
        """The roots that weights multiply: a component's points and maximum, for each point of its weight."""
        return {
            f"{word}:{each.id}": (Field(WEIGHT + each.id), own)
            for each, own in zip(self.components, self.weights, strict=True)
            for word in ("points", "attainable")
        }

    @cached_property
    def _cut(self) -> Cut:
        program = self.ranked.cards[0].trace.program
        traces = [card.trace for card in self.ranked.cards]
        roots = [root for root in program.roots if root.startswith("index:")]
        return cut(program, traces, lambda _: False, roots, self.times)

    def numbers(self, weights: Vector) -> list[Fraction | None]:
        """The number that each unit is ranked by at some weights, as the exact reading gives it."""
        root = root_of(self.ranked.ranking.on)
        return [self.trace(at, weights)[root].known for at in range(len(self.ranked.cards))]

    def trace(self, at: int, weights: Vector) -> Trace:
        """A unit's index at some weights, by the exact reading."""
        given = {
            Field(WEIGHT + c.id): Value(State.OK, w) for c, w in zip(self.components, weights, strict=True)
        }
        given |= {node: values[at] for node, values in self._cut.fixed.items()}
        return evaluate(self._cut.program, _Given(given))

    def line(self, at: int) -> Line | None:
        """A unit's unrounded number as a linear form; None where it is none, or is not known."""
        card, reads = self.ranked.cards[at], self.ranked.ranking.on
        points = [card.points(each.id) for each in self.components]
        if card.state is not State.OK or any(p.state not in (State.OK, State.EXCLUDED) for p in points):
            return None
        own = [
            each.weight_of(self.group) * p.number / weight
            for each, p, weight in zip(self.components, points, self.weights, strict=True)
        ]
        conversion = self.ranked.result.edition.conversion
        if reads.quantity is Quantity.BASE:
            return Line(tuple(own), ZERO, ())
        if reads.quantity is Quantity.TOTAL and conversion is None:
            return Line(tuple(own), _added(card), ())
        shares = self._shares(card)
        if shares is None:
            return None
        if reads.quantity is Quantity.RATE:
            # Over the most that can be attained; what really is divides by less: differences are larger.
            return Line(tuple(HUNDRED / self._whole * each for each in own), ZERO, shares)
        if set(shares) != {ONE} or conversion is None:
            return None
        scale = conversion.of(self.group) / self._whole
        return Line(tuple(scale * each for each in own), _added(card), shares)

    @cached_property
    def _whole(self) -> Fraction:
        """The most that can be attained, at any weights."""
        total = self.ranked.result.edition.total
        return sum(self.weights, ZERO) if self.by_maximum or total is None else total.of(self.group)

    def _shares(self, card: Scorecard) -> Vector | None:
        """The share of each component that the unit can attain; of maxima not known all, or not known."""
        found = [card.attainable(each.id) for each in self.components]
        if None in found:
            left, whole = card.total_attainable, self.ranked.result.edition.total
            full = left is not None and whole is not None and left.known == whole.of(self.group)
            return (ONE,) * len(found) if full else None
        tops = [ONE if each.max is None else each.max.of(self.group) for each in self.components]
        return tuple(
            ZERO if a is None or a.known is None else a.known / top
            for a, top in zip(found, tops, strict=True)
        )


def _added(card: Scorecard) -> Fraction:
    """Bonus less penalty."""
    bonus, penalty = card.block("bonus"), card.block("penalty")
    return (ZERO if bonus is None else bonus.number) - (ZERO if penalty is None else penalty.number)


@frozen(eq=False)
class _Given:
    """Fields by node, as the exact reading asks for them."""

    values: Mapping[Field, Value]

    def field(self, name: str, lag: int) -> Value:
        """The field's value."""
        return self.values[Field(name, lag)]

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        """Nothing: what is no number was cut out."""
        return Value(State.ERROR)

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        """Nothing: what is counted over members was cut out."""
        return State.ERROR, ()
