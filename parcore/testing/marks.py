"""Cases that stand on the edges of policies: bands met exactly or by a hair, rounding halves, gates, ties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from attrs import evolve, frozen
from hypothesis import strategies as st

from parcore.editions.edition import Criterion, Edition
from parcore.editions.records import mean_of
from parcore.evidence.evidence import Datum, Evidence, RecordList
from parcore.evidence.units import Unit
from parcore.evidence.vocabulary import POINTS
from parcore.i18n import Text
from parcore.numbers import HUNDRED, exact_text
from parcore.rules.combinations import reported_of
from parcore.rules.figures import Figure
from parcore.rules.policies import Classes, Gate, Level, Quantity, Quota
from parcore.testing.evidence import REASON
from parcore.testing.setting import F
from parcore.testing.standings import room_of
from parcore.testing.strategies import Case, cases
from parcore.values import State, Value

_SHARES = (F(1), F(9, 10), F(4, 5), F(1, 2), F(1, 3), F(0))


@frozen
class _Aims:
    """For a unit group: shares of the whole index to aim at, and points of one node to aim at.

    `gates`: None where every leaf has the share; `hair`: less than what rounding tells apart.
    """

    shares: tuple[Fraction, ...]
    gates: tuple[Gate, ...] | None
    hair: Fraction = F(0)


def standing(edition: Edition, *, units: int = 5) -> st.SearchStrategy[Case]:
    """Cases in which the points of leaves are set so that the index meets the edges of policies, and ties."""
    aims = {group: _aims(edition, group) for group in edition.groups}
    quotas = [(classes, quota) for classes in edition.classes for quota in classes.quotas if _crowd(quota)]

    @st.composite
    def case(draw: st.DrawFn) -> Case:
        drawn = draw(cases(edition, units=units))
        crowded = draw(st.sampled_from([None, *quotas])) if quotas else None
        before: list[Fraction] = []
        data: list[Datum] = []
        for unit in drawn.units:
            group = edition.group_of(unit.group) or ""
            own = aims[group]
            if crowded is not None and not before:
                own = _Aims(_inside(edition, *crowded, group) or own.shares, None)
            again = bool(before) and draw(st.integers(0, 2)) > 0
            near = [each for one in before for each in (one, max(one - own.hair, F(0)))]
            share = draw(st.sampled_from(near if again else own.shares))
            before.append(share)
            if own.gates is None or draw(st.integers(0, 5)) < 5:
                data += _set(draw, drawn, unit, group, share, own)
        found = drawn.with_evidence(drawn.evidence.with_(data))
        if crowded is None:
            return found
        return _with_twins(found, draw(st.sampled_from(_crowd(crowded[1]))), alone=draw(st.booleans()))

    return case()


def _crowd(quota: Quota) -> tuple[int, ...]:
    """How many units, all tied, have the border of a quota among them; none where all or none are let in."""
    return tuple(n for n in range(2, 12) if 0 < room_of(quota, n) < n)[:3]


def _inside(edition: Edition, classes: Classes, quota: Quota, group: str) -> tuple[Fraction, ...]:
    """Shares of the whole index that have the class of a quota, and one that has it once it is rounded."""
    ends = next(band.intervals[group] for band in classes.bands if band.name == quota.name)
    whole = _whole(edition, classes, group)
    near = [whole, *(end for end in (ends.low, ends.high) if end is not None and end in ends)]
    near += [ends.low - _hair(edition) / 4] if ends.low is not None else []
    return tuple(each / whole for each in near if whole and 0 <= each <= whole)


def _with_twins(case: Case, size: int, *, alone: bool) -> Case:
    """The case with so many units of the first one's evidence, itself among them, that nothing tells apart.

    `alone`: without the other units.
    """
    first, *others = case.units
    twins = [evolve(first, id=f"{first.id}-{n}", name=Text(f"{first.id}-{n}")) for n in range(2, size + 1)]
    said: dict[str, list[Datum]] = {each.id: [] for each in case.units}
    lists: dict[str, list[RecordList]] = {each.id: [] for each in case.units}
    for datum in case.evidence:
        said[datum.unit].append(datum)
    for listed in case.evidence.lists():
        lists[listed.unit].append(listed)
    for twin in twins:
        said[twin.id] = [evolve(each, unit=twin.id) for each in said[first.id]]
        lists[twin.id] = [evolve(each, unit=twin.id) for each in lists[first.id]]
    units = (first, *([] if alone else others), *twins)
    evidence = Evidence(
        (each for unit in units for each in said[unit.id]),
        (each for unit in units for each in lists[unit.id]),
        case.evidence.rollups,
    )
    return evolve(case, units=units, evidence=evidence)


def _aims(edition: Edition, group: str) -> _Aims:
    hair = _hair(edition)
    shares = list(_SHARES)
    gates = [gate for each in edition.classes for band in each.bands for gate in band.gates]
    for classes in edition.classes:
        whole = _whole(edition, classes, group)
        ends = (band.intervals[group].low for band in classes.bands)
        for end in (end for end in ends if end is not None and whole):
            near = (end, end - hair / 2, end - hair / 4, end - hair * F(3, 5), end + hair / 4, end + hair)
            shares += [each / whole for each in near if 0 <= each <= whole]
    return _Aims(tuple(dict.fromkeys(shares)), tuple(gates), hair / 300)


def _hair(edition: Edition) -> Fraction:
    """The least by which rounded numbers differ."""
    digits = edition.rounding.digits.get(Level.INDEX)
    return F(1, 1000) if digits is None else 1 / F(10) ** digits


def _whole(edition: Edition, classes: Classes, group: str) -> Fraction:
    if classes.on.quantity is Quantity.RATE:
        return HUNDRED
    figure = edition.total
    if classes.on.quantity is Quantity.TOTAL and edition.conversion is not None:
        figure = edition.conversion
    return F(0) if figure is None else figure.of(group)


def _set(draw: st.DrawFn, case: Case, unit: Unit, group: str, share: Fraction, aims: _Aims) -> list[Datum]:
    """Points of all leaves of a unit, the share of their maxima; of some one what a gate turns at."""
    had = [*_tops(case.edition.components, case.edition.total, group)]
    tops = {leaf.id: top for leaf, top in had if leaf.max is not None or reported_of(leaf.rule)}
    points = {name: share * top for name, top in tops.items()}
    if tops and aims.gates is not None and draw(st.integers(0, 3)) > (1 if aims.gates else 2):
        name = draw(st.sampled_from([*tops]))
        near = dict.fromkeys((F(0), tops[name]))
        points = dict(tops) if draw(st.integers(0, 3)) else points  # what else has all, a gate alone decides
        for gate in aims.gates:
            at = gate.amount.of(group) * (tops[name] if gate.share else 1)
            near |= dict.fromkeys((at, at - F(1, 250), at + F(1, 250)))
        points[name] = draw(st.sampled_from([each for each in near if 0 <= each <= tops[name]]))
    found, lost = [], F(0)
    # What is lost on the step of one leaf goes to the next that has room; those without steps come last.
    for leaf in sorted((each for each, _ in had if each.id in tops), key=lambda each: _step(each) is None):
        wanted = points[leaf.id] + lost
        number = _on_step(leaf, wanted if 0 <= wanted <= tops[leaf.id] else points[leaf.id])
        lost = wanted - number
        found.append(_datum(case, unit, leaf, number))
    items = [leaf for block in case.edition.blocks.values() for leaf in block.leaves]
    plain = bool(items) and draw(st.booleans())
    if plain:  # nothing is added or taken off: the total is what was aimed at
        found += [_datum(case, unit, leaf, F(0)) for leaf in items if leaf.applies(group)]
    return found


def _step(leaf: Criterion) -> Fraction | None:
    given, mean = reported_of(leaf.rule), mean_of(leaf.rule)
    return given.step if given is not None else None if mean is None else mean.step


def _on_step(leaf: Criterion, points: Fraction) -> Fraction:
    """The points, or those of the step below; no fewer than can be given."""
    given, step = reported_of(leaf.rule), _step(leaf)
    points = points if step is None else points // step * step
    return points if given is None else max(points, given.low)


def _tops(
    nodes: Iterable[Criterion], whole: Figure | Fraction | None, group: str
) -> Iterator[tuple[Criterion, Fraction]]:
    """The leaves that a group has, each with its maximum; unknown ones share what the known ones leave."""
    had = [node for node in nodes if node.applies(group)]
    known = sum((node.max.of(group) for node in had if node.max is not None), F(0))
    unknown = sum(node.max is None for node in had)
    size = whole.of(group) if isinstance(whole, Figure) else whole
    share = F(2) if size is None else max(size - known, F(0)) / max(unknown, 1)
    for node in had:
        top = share if node.max is None else node.max.of(group)
        if node.rule is not None:
            yield node, top
        yield from _tops(node.children, top, group)


def _datum(case: Case, unit: Unit, leaf: Criterion, points: Fraction) -> Datum:
    given = reported_of(leaf.rule)
    name = POINTS + leaf.id if given is None else given.field
    text = exact_text(points)
    return Datum(unit.id, case.period, name, Value(State.OK, points), text, case.stage, note=REASON)
