"""Admissible weights: exact over all of them; draws uniform; the smallest swaps, against a solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import z3  # type: ignore[import-untyped]
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import parcore
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.intervals import parse_interval
from parcore.numbers import ZERO
from parcore.registry import Registry
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.rules.figures import Figure
from parcore_robust.document import Stated
from parcore_robust.lattice import uniform
from parcore_robust.polytope import Box, Norm, Vector, form, smallest
from parcore_robust.ranked import ranked_of, root_of, unrounded_of
from parcore_robust.standing import Span, Standing
from parcore_robust.weighing import Weighing
from parcore_robust.weights import box_of, study
from tests.results.editions import BOOK, PERIOD, UNITS, Given, evidence, result, sound
from tests.results.policies import BOOK as GROUPED
from tests.results.policies import Plan, plans, populations, scored

F = Fraction
FEW = settings(max_examples=max(10, settings().max_examples // 3))
"""A study takes some milliseconds: a third of the cases of other laws."""
PANEL = Path(__file__).parents[3] / "shared" / "data" / "papi"
POLICIES = """rounding: {index: 2}
classes:
  on: {quantity: rate, rounded: yes}
  bands: [{name: A, in: "[80,100]"}, {name: B, in: "[50,80)"}, {name: C, in: "[0,50)"}]
ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all]}
"""
NAMES = ("p", "q", "r")
TOPS = (20, 30, 50)
LEAF = (
    "  - {{id: {name}, title: {name}, max: {top}, measure: reported,\n"
    "     source: {{clause: '1', basis: illustrative}},\n"
    "     when: {{missing: zero, unverified: zero, rejected: zero}}}}\n"
)


@cache
def edition_of(tops: tuple[int, ...] = TOPS, more: str = POLICIES) -> Edition:
    """Components whose points are given."""
    text = "".join(LEAF.format(name=name, top=top) for name, top in zip(NAMES, tops, strict=True))
    return sound(text, str(sum(tops)), more)


def given_points(points: Mapping[str, tuple[int, ...]], more: str = POLICIES) -> Result:
    """Units with points of each component."""
    said = {
        unit: {f"points:{n}": F(x) for n, x in zip(NAMES, each, strict=True)} for unit, each in points.items()
    }
    return result(edition_of(more=more), said)


FIVE = {"u1": (18, 21, 44), "u2": (15, 26, 41), "u3": (19, 20, 41), "u4": (12, 27, 41), "u5": (20, 11, 48)}


def reweighed(edition: Edition, weights: Vector) -> Edition:
    """The edition with each component counting as much as its weight says."""
    parts = []
    for each, weight in zip(edition.components, weights, strict=True):
        top = F(1) if each.max is None else each.max.of("")
        parts.append(evolve(each, weight=Figure(weight / top)))
    return evolve(edition, components=tuple(parts))


def scored_at(found: Result, weights: Vector) -> Result:
    """The same evidence under other weights, scored by the engine."""
    return score(reweighed(found.edition, weights), found.evidence, BOOK, PERIOD)


def around(share: Fraction) -> Stated:
    """Weights within a share of their own."""
    return Stated(around=share)


numbers = st.integers(0, 12).map(lambda n: F(n, 2))


@st.composite
def boxes(draw: st.DrawFn, size: int = 4) -> tuple[Box, Vector]:
    """A box of weights, some of its sides without width, and weights in it."""
    low = tuple(draw(numbers) for _ in range(size))
    room = tuple(draw(numbers) for _ in range(size))
    weights = tuple(
        a + r * draw(st.sampled_from([F(0), F(1, 3), F(1, 2), F(1)])) for a, r in zip(low, room, strict=True)
    )
    return Box(low, tuple(a + r for a, r in zip(low, room, strict=True)), sum(weights, ZERO)), weights


def best_of(box: Box, gains: Vector) -> Fraction:
    """The largest Σ gain × weight, by a solver."""
    solver = z3.Optimize()
    parts = _variables(solver, box)
    goal = solver.maximize(z3.Sum([_number(g) * w for g, w in zip(gains, parts, strict=True)]))
    assert solver.check() == z3.sat
    return _fraction(solver.upper(goal))


def _variables(solver: z3.Optimize, box: Box) -> list[z3.ArithRef]:
    parts = [z3.Real(f"w{at}") for at in range(len(box.low))]
    for part, low, high in zip(parts, box.low, box.high, strict=True):
        solver.add(part >= _number(low), part <= _number(high))
    solver.add(z3.Sum(parts) == _number(box.total))
    return parts


def _number(value: Fraction) -> z3.ArithRef:
    return z3.RealVal(str(value))


def _fraction(value: z3.ArithRef) -> Fraction:
    return Fraction(str(value))


@FEW
@given(boxes(), st.tuples(numbers, numbers, numbers, numbers))
def test_the_most_a_form_can_come_to_is_that_of_a_solver(drawn: tuple[Box, Vector], gains: Vector) -> None:
    """The closed form for a linear form over a box gives weights of the box, and no solver finds more."""
    box, _ = drawn
    found = box.most(gains)
    assert found in box
    assert form(gains, found) == best_of(box, gains)


@pytest.mark.parametrize("norm", Norm)
@FEW
@given(boxes(), st.tuples(numbers, numbers, numbers, numbers), st.integers(1, 12).map(lambda n: F(n, 3)))
def test_the_smallest_change_is_that_of_a_solver(
    norm: Norm, drawn: tuple[Box, Vector], gains: Vector, gap: Fraction
) -> None:
    """By each norm the change found does what it must within the box, and a solver finds none smaller."""
    box, weights = drawn
    found = smallest(norm, weights, box, gains, gap)
    solver = z3.Optimize()
    parts, size = _variables(solver, box), z3.Real("size")
    changes = [part - _number(own) for part, own in zip(parts, weights, strict=True)]
    solver.add(z3.Sum([_number(g) * c for g, c in zip(gains, changes, strict=True)]) <= _number(-gap))
    if norm is Norm.TOTAL:
        bounds = [z3.Real(f"b{at}") for at in range(len(parts))]
        for bound, change in zip(bounds, changes, strict=True):
            solver.add(bound >= change, bound >= -change)
        solver.add(size == z3.Sum(bounds))
    else:
        for change, own in zip(changes, weights, strict=True):
            unit = _number(own if norm is Norm.RELATIVE else F(1))
            solver.add(size * unit >= change, size * unit >= -change)
    goal = solver.minimize(size)
    if solver.check() == z3.unsat:
        assert found is None
        return
    assert found is not None
    assert found.size == _fraction(solver.lower(goal))
    assert found.weights in box
    assert form(gains, weights) - form(gains, found.weights) >= gap
    moves = [abs(a - b) for a, b in zip(found.weights, weights, strict=True)]
    if norm is Norm.TOTAL:
        assert sum(moves) == found.size
    else:
        limits = weights if norm is Norm.RELATIVE else (F(1),) * len(weights)
        assert all(move <= found.size * limit for move, limit in zip(moves, limits, strict=True))


def test_swaps_are_what_the_engine_scores_at_the_weights_found() -> None:
    """At the weights of each swap the engine scores the two level, and past them the lower one above."""
    found = given_points(FIVE)
    told = study(found, draws=50)
    assert {each.norm for each in told.swaps} == set(Norm)
    for swap in told.swaps:
        level = scored_at(found, swap.weights)
        one, two = (level.card(each.id) for each in (swap.unit, swap.other))
        assert one is not None
        assert two is not None
        root = unrounded_of(found.edition.ranking.on)  # type: ignore[union-attr]
        assert one.trace[root] == two.trace[root]
        assert sum(swap.weights) == 100
        assert swap.past is not None
        past = scored_at(found, swap.past)
        mine, other = past.place(swap.unit.id), past.place(swap.other.id)
        assert mine is not None
        assert other is not None
        assert mine.place < other.place


def test_no_swap_is_told_where_one_unit_is_ahead_in_everything() -> None:
    """Where the upper unit is behind in no component there is no change, and it is said why."""
    found = given_points({"u1": (20, 30, 50), "u2": (10, 20, 40), "u3": (10, 20, 40)})
    told = study(found, draws=20)
    assert not told.swaps
    assert [(a.id, b.id, why.en) for a, b, why in told.unswapped] == [
        ("u2", "u1", "no weights make the two level: the upper one is behind in no component"),
        ("u3", "u2", "the two are level as it is"),
    ]
    assert told.standing("u1").possible == Span(1, 1)


HELD = """adjustments:
  at_least: 0
  at_most: 100
  bonus: {cap: 8, criteria: [{id: plus, title: plus, max: 8, measure: {value: few}, scale: {per: 1, cap: 8},
     source: {clause: '3', basis: illustrative}, when: {missing: zero, unverified: zero, rejected: zero}}]}
ranking: {on: {quantity: total, rounded: no}, method: competition, within: [all],
  ties: [{by: points, of: p, rounded: no}]}
"""


def test_no_swap_is_told_where_an_end_holds_the_total() -> None:
    """Two held at the highest total are level: that is said, and not that no weights make them level."""
    said: dict[str, dict[str, Given]] = {
        "u1": {"points:p": 20, "points:q": 28, "points:r": 50, "few": 8},
        "u2": {"points:p": 18, "points:q": 29, "points:r": 50, "few": 8},
    }
    told = study(result(edition_of(more=HELD), said), draws=20)
    assert not told.swaps
    ((_, _, why),) = told.unswapped
    assert why.en.startswith("an end of the total can hold the two level")
    behind: dict[str, dict[str, Given]] = {**said, "u2": {**said["u2"], "points:p": 1, "points:q": 27}}
    ((_, _, why),) = study(result(edition_of(more=HELD), behind), draws=20).unswapped
    assert why.en.startswith("an end of the total can hold the two level")


points = st.tuples(*(st.integers(0, top) for top in TOPS))


@FEW
@given(
    st.dictionaries(st.sampled_from(UNITS), points, min_size=2),
    st.sampled_from([F(0), F(1, 10), F(1, 2), F(1)]),
)
def test_possible_ranks_hold_all_that_weights_give(
    given_: dict[str, tuple[int, ...]], share: Fraction
) -> None:
    """At weights all over the box every rank lies in the possible ones, the reached in them, corners too."""
    found = given_points(given_)
    told = study(found, around(share), draws=40)
    box = box_of(Weighing(ranked_of(found, None)), around(share))
    steps = [F(n, 4) for n in range(5)]
    tried = [w for a, b in product(steps, steps) if (w := _between(box, a, b)) in box]
    assert tried
    for weights in tried:
        right = scored_at(found, weights)
        for each in told.standings:
            place, possible = right.place(each.unit.id), each.possible
            assert place is not None
            assert possible is not None
            assert possible.best <= place.place <= possible.worst
    for each in told.standings:
        assert each.possible is not None
        assert each.reached is not None
        assert each.possible.best <= each.reached.best
        assert each.reached.worst <= each.possible.worst
    if not share:
        assert all(each.settled for each in told.standings)


def _between(box: Box, a: Fraction, b: Fraction) -> Vector:
    first = box.low[0] + a * (box.high[0] - box.low[0])
    second = box.low[1] + b * (box.high[1] - box.low[1])
    return first, second, box.total - first - second


@FEW
@given(st.dictionaries(st.sampled_from(UNITS), points, min_size=2))
def test_wider_bounds_give_wider_ranks(given_: dict[str, tuple[int, ...]]) -> None:
    """What is possible within narrow bounds is possible within wide ones."""
    found = given_points(given_)
    narrow, wide = (study(found, around(F(n, 10)), draws=10) for n in (1, 4))
    for each in narrow.standings:
        inner, outer = each.possible, wide.standing(each.unit.id).possible
        assert inner is not None
        assert outer is not None
        assert outer.best <= inner.best
        assert inner.worst <= outer.worst


def test_numbers_at_weights_are_those_of_the_engine() -> None:
    """The index at other weights, classes and places of draws are those of an edition with these weights."""
    found = given_points(FIVE)
    weighing = Weighing(ranked_of(found, None))
    assert list(weighing.weights) == [20, 30, 50]
    assert weighing.numbers(weighing.weights) == [
        c.reads(weighing.ranked.ranking.on) for c in found.scorecards
    ]
    root = root_of(weighing.ranked.ranking.on)
    for weights in ((F(18), F(33), F(49)), (F(0), F(50), F(50)), (F(61, 3), F(89, 3), F(50))):
        right = scored_at(found, weights)
        cards = [right.card(card.unit.id) for card in found.scorecards]
        assert weighing.numbers(weights) == [None if c is None else c.trace[root].known for c in cards]


def test_classes_over_draws_are_counted() -> None:
    """A unit far from every edge keeps its class in all draws; the counts add up to the draws."""
    told = study(given_points(FIVE), around(F(3, 10)), draws=300)
    for each in told.standings:
        assert sum(each.classes.values()) == 300
    assert told.standing("u1").classes == {"A": 300} or len(told.standing("u1").classes) > 1


def test_no_width_leaves_every_rank() -> None:
    """Where weights may not move, every interval is the rank itself."""
    found = given_points(FIVE)
    for each in study(found, around(ZERO), draws=30).standings:
        assert each.place is not None
        own = Span(each.place, each.place)
        assert (each.possible, each.reached) == (own, own)
        assert each.drawn is not None
        assert each.drawn.interval == own
        assert each.drawn.same == 1


@pytest.mark.parametrize(("low", "high", "total", "how"), [
    ((0, 0, 0), (3, 3, 3), 5, "rejection"), ((0, 1, 0), (2, 4, 6), 6, "rejection"),
    ((0,) * 6, (7,) * 6, 3, "walk"), ((0, 0, 0), (900, 900, 900), 3, "walk"),
])  # fmt: skip
def test_each_admissible_weight_is_as_likely(
    low: tuple[int, ...], high: tuple[int, ...], total: int, how: str
) -> None:
    """On a small lattice every point is drawn, none much more often than another, none outside."""
    draws, way = uniform(np.random.default_rng(5), low, high, total, 30_000)
    ranges = (range(a, min(b, total) + 1) for a, b in zip(low, high, strict=True))
    points_ = [each for each in product(*ranges) if sum(each) == total]
    counts = Counter(map(tuple, draws.tolist()))
    assert way == how
    assert set(counts) == set(points_)
    expected = 30_000 / len(points_)
    spread = sum((n - expected) ** 2 for n in counts.values()) / expected
    assert spread < 3 * len(points_), (counts, spread)


def test_the_same_seed_draws_the_same() -> None:
    """A seed gives the same study again, another seed another one."""
    found = given_points(FIVE)
    one, same, other = (study(found, around(F(3, 10)), draws=500, seed=seed) for seed in (4, 4, 5))
    assert one.standings == same.standings
    assert one.standings != other.standings


def bounded(**bounds: str) -> Stated:
    """Bounds of components by name."""
    return Stated(bounds={name: parse_interval(each) for name, each in bounds.items()})


def test_bounds_by_name_leave_the_others_as_they_are() -> None:
    """Components that no bound names keep their weights, unless it is said how far these may go."""
    weighing = Weighing(ranked_of(given_points(FIVE), None))
    box = box_of(weighing, bounded(p="[10,30]", r="[40,60]"))
    assert [*box.low, *box.high] == [10, 30, 40, 30, 30, 60]
    wide = box_of(weighing, evolve(bounded(p="[10,30]"), around=F(1, 2)))
    assert [*wide.low, *wide.high] == [10, 15, 25, 30, 45, 75]


@pytest.mark.parametrize(("stated", "code"), [
    (bounded(nobody="[1,2]"), "criterion-unknown"), (bounded(p="[0,1]"), "robust-empty"),
    (Stated(around=F(1, 10**12)), "robust-fine"),
])  # fmt: skip
def test_bounds_that_do_not_fit_are_refused(stated: Stated, code: str) -> None:
    """An unknown component, bounds without any weights in them, and too fine ones each have their finding."""
    with pytest.raises(ParcoreError) as told:
        study(given_points(FIVE), stated, draws=5)
    assert [each.code for each in told.value.diagnostics] == [code]


def test_units_of_several_groups_are_refused() -> None:
    """Weights belong to one group: units of two are not studied together."""
    grouped = evolve(edition_of(), groups=("a", "b"), classes=())
    said = {unit: {f"points:{n}": F(x) for n, x in zip(NAMES, FIVE[unit], strict=True)} for unit in UNITS}
    with pytest.raises(ParcoreError) as told:
        study(score(grouped, evidence(said), GROUPED, PERIOD), draws=5)
    assert [each.code for each in told.value.diagnostics] == ["robust-groups"]


def panel(year: int) -> Result:
    """PAPI of a year, from the panel; the test is skipped where it is not at hand."""
    if not PANEL.is_dir():
        pytest.skip(f"{PANEL} is not here")
    edition = parcore.load_edition("papi", period=year)
    evidence_ = parcore.read_evidence(edition, [PANEL / f"{year}.csv"], period=year)
    return parcore.score(edition, evidence_, year)


def test_the_panel_of_2022_under_other_weights() -> None:
    """Of 61 provinces every rank met is possible; swaps are what the engine scores; two have no rank."""
    found = panel(2022)
    told = study(found, draws=300)
    ranked = [each for each in told.standings if each.place is not None]
    assert (len(ranked), len(told.standings)) == (61, 63)
    for each in ranked:
        assert each.possible is not None
        assert each.reached is not None
        assert each.place is not None
        assert each.possible.best <= each.reached.best <= each.place
        assert each.place <= each.reached.worst <= each.possible.worst
    assert told.standing("quang-ninh").place == 1
    units = Registry().units
    for swap in told.swaps[:3]:
        weights = swap.weights
        again = score(_multiplied(found.edition, weights), found.evidence, units, found.period)
        one, two = again.card(swap.unit.id), again.card(swap.other.id)
        assert one is not None
        assert two is not None
        assert one.trace["index:base"] == two.trace["index:base"]


def _multiplied(edition: Edition, weights: Vector) -> Edition:
    parts = zip(edition.components, weights, strict=True)
    return evolve(edition, components=tuple(evolve(each, weight=Figure(w)) for each, w in parts))


@FEW
@given(plans(), populations(), st.tuples(st.integers(30, 90), st.sampled_from([F(1, 10), F(1, 2)])))
def test_under_any_policies_ranks_at_other_weights_are_possible(
    plan: Plan, by_unit: dict[str, dict[str, Given]], drawn: tuple[int, Fraction]
) -> None:
    """With bonus, conversion, caps, tolerance, ties: numbers at weights are the engine's, places possible."""
    found, (first, share) = scored(plan, by_unit), drawn
    told = study(found, around(share), draws=20)
    weighing = Weighing(ranked_of(found, None))
    one = max(F(60) * (1 - share), min(F(60) * (1 + share), F(first)))
    weights = one, 100 - one
    assume(weights in box_of(weighing, around(share)))
    right = score(reweighed(found.edition, weights), found.evidence, GROUPED, PERIOD)
    root = root_of(weighing.ranked.ranking.on)
    for card, number in zip(found.scorecards, weighing.numbers(weights), strict=True):
        mine, place = right.card(card.unit.id), right.place(card.unit.id)
        assert mine is not None
        assert number == mine.trace[root].known
        each = told.standing(card.unit.id)
        if place is not None and each.possible is not None:
            assert each.possible.best <= place.place <= each.possible.worst
        if each.possible is not None:
            assert each.reached is not None
            assert each.possible.best <= each.reached.best
            assert each.reached.worst <= each.possible.worst


def test_components_that_are_one_and_the_same_are_refused() -> None:
    """Two components whose points are one number have no weights of their own."""
    text = "".join(
        f"  - {{id: {name}, title: {name}, max: 6, measure: {{value: few}}, scale: {{per: 0.5, cap: 6}},\n"
        "     source: {clause: '1', basis: illustrative},\n"
        "     when: {missing: zero, unverified: zero, rejected: zero}}\n"
        for name in ("one", "two")
    )
    found = result(sound(text, "12", POLICIES), {"u1": {"few": 3}, "u2": {"few": 4}})
    with pytest.raises(ParcoreError) as told:
        study(found, draws=5)
    assert [each.code for each in told.value.diagnostics] == ["robust-same"]


def test_a_planted_fault_in_the_bounds_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a form is taken at the edition's own weights alone, some rank met is not among the possible."""
    found = given_points(FIVE)
    wide = around(F(1, 2))
    for each in study(found, wide, draws=200).standings:
        assert _inside(each)
    monkeypatch.setattr(Box, "most", lambda *_: tuple(map(F, TOPS)))
    assert not all(_inside(each) for each in study(found, wide, draws=200).standings)


def _inside(each: Standing) -> bool:
    assert each.possible is not None
    assert each.reached is not None
    return each.possible.best <= each.reached.best and each.reached.worst <= each.possible.worst
