"""Cases that stand on the edges of policies: bands met exactly or by a hair, rounding halves, gates, ties."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import frozen
from hypothesis import strategies as st

from parcore.editions.edition import Criterion, Edition
from parcore.editions.records import mean_of
from parcore.evidence.evidence import Datum
from parcore.evidence.units import Unit
from parcore.evidence.vocabulary import POINTS
from parcore.numbers import HUNDRED, exact_text
from parcore.rules.combinations import reported_of
from parcore.rules.policies import Classes, Gate, Level, Quantity
from parcore.testing.evidence import REASON
from parcore.testing.setting import F
from parcore.testing.strategies import Case, cases
from parcore.values import State, Value

_SHARES = (F(1), F(9, 10), F(4, 5), F(1, 2), F(1, 3), F(0))


@frozen
class _Aims:
    """For a unit group: shares of the whole index to aim at, and points of one node to aim at."""

    shares: tuple[Fraction, ...]
    gates: tuple[Gate, ...]


def standing(edition: Edition, *, units: int = 5) -> st.SearchStrategy[Case]:
    """Cases in which the points of leaves are set so that the index meets the edges of policies, and ties."""
    aims = {group: _aims(edition, group) for group in edition.groups}

    @st.composite
    def case(draw: st.DrawFn) -> Case:
        drawn = draw(cases(edition, units=units))
        before: list[Fraction] = []
        data: list[Datum] = []
        for unit in drawn.units:
            group = edition.group_of(unit.group) or ""
            again = bool(before) and draw(st.integers(0, 2)) > 0
            share = draw(st.sampled_from(before if again else aims[group].shares))
            before.append(share)
            if draw(st.integers(0, 5)) < 5:
                data += _set(draw, drawn, unit, group, share, aims[group])
        return drawn.with_evidence(drawn.evidence.with_(data))

    return case()


def _aims(edition: Edition, group: str) -> _Aims:
    digits = edition.rounding.digits.get(Level.INDEX)
    hair = F(1, 1000) if digits is None else 1 / F(10) ** digits
    shares = list(_SHARES)
    gates = [gate for each in edition.classes for band in each.bands for gate in band.gates]
    for classes in edition.classes:
        whole = _whole(edition, classes, group)
        ends = (band.intervals[group].low for band in classes.bands)
        for end in (end for end in ends if end is not None and whole):
            near = (end, end - hair / 2, end - hair * F(3, 5), end + hair / 4, end + hair)
            shares += [each / whole for each in near if 0 <= each <= whole]
    return _Aims(tuple(dict.fromkeys(shares)), tuple(gates))


def _whole(edition: Edition, classes: Classes, group: str) -> Fraction:
    if classes.on.quantity is Quantity.RATE:
        return HUNDRED
    figure = edition.total
    if classes.on.quantity is Quantity.TOTAL and edition.conversion is not None:
        figure = edition.conversion
    return F(0) if figure is None else figure.of(group)


def _set(draw: st.DrawFn, case: Case, unit: Unit, group: str, share: Fraction, aims: _Aims) -> list[Datum]:
    """Points of all leaves of a unit, the share of their maxima; of some one what a gate turns at."""
    leaves = _had(case.edition, group)
    tops = {leaf.id: leaf.max.of(group) for leaf in leaves if leaf.max is not None}
    points = {name: share * top for name, top in tops.items()}
    if tops and (aims.gates or draw(st.integers(0, 3)) == 3):
        name = draw(st.sampled_from([*tops]))
        near = [F(0), F(1, 1000), tops[name]]
        for gate in aims.gates:
            at = gate.amount.of(group) * (tops[name] if gate.share else 1)
            near += [at, at - F(1, 250), at + F(1, 250)]
        points[name] = draw(st.sampled_from([each for each in near if 0 <= each <= tops[name]]))
    found, lost = [], F(0)
    for leaf in (each for each in leaves if each.id in tops):
        # What is lost on the step of one leaf goes to the next that has room for it.
        wanted = points[leaf.id] + lost
        number = _on_step(leaf, wanted if 0 <= wanted <= tops[leaf.id] else points[leaf.id])
        lost = wanted - number
        found.append(_datum(case, unit, leaf, number))
    return found


def _on_step(leaf: Criterion, points: Fraction) -> Fraction:
    """The points, or those of the step below; no fewer than can be given."""
    given, mean = reported_of(leaf.rule), mean_of(leaf.rule)
    step = given.step if given is not None else None if mean is None else mean.step
    points = points if step is None else points // step * step
    return points if given is None else max(points, given.low)


def _had(edition: Edition, group: str) -> list[Criterion]:
    """The leaves of the tree that a group has, and all that they stand in."""

    def under(node: Criterion) -> Iterator[Criterion]:
        if not node.applies(group):
            return
        if node.rule is not None:
            yield node
        for child in node.children:
            yield from under(child)

    return [leaf for component in edition.components for leaf in under(component)]


def _datum(case: Case, unit: Unit, leaf: Criterion, points: Fraction) -> Datum:
    given = reported_of(leaf.rule)
    name = POINTS + leaf.id if given is None else given.field
    text = exact_text(points)
    return Datum(unit.id, case.period, name, Value(State.OK, points), text, case.stage, note=REASON)
