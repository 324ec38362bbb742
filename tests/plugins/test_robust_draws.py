"""Draws read in columns: ranks, classes and numbers of every draw are those of scoring it by itself."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Datum
from parcore.evidence.units import UnitBook
from parcore.numbers import exact_text
from parcore.results.classes import granted
from parcore.results.population import freeze
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.rules.graph import Const, Field, const
from parcore.rules.policies import Quota
from parcore.testing.strategies import Case, cases
from parcore.values import State, Value
from parcore_robust import cutting, ordering
from parcore_robust.classing import Banding, Decided
from parcore_robust.playing import Moved, denominator_of, play
from parcore_robust.ranked import Ranked, circles_of, ranked_of
from parcore_robust.tally import Tally, roots_of
from tests.results.editions import PERIOD as YEAR
from tests.results.editions import UNITS, Given, evidence, sound, unit
from tests.results.policies import BOOK, Plan, plans, populations, scored

REGIONAL = """  - {id: a, title: a, max: 10, measure: reported, source: {clause: '1', basis: illustrative},
     when: {missing: zero, unverified: zero, rejected: zero}}
  - {id: b, title: b, max: 6, measure: reported, source: {clause: '2', basis: illustrative},
     when: {missing: zero, unverified: zero, rejected: zero}}
"""
QUOTA = """classes:
  on: {quantity: rate, rounded: no}
  bands: [{name: top, in: "[50,…)"}, {name: good, in: "(…,50)"}]
  quota: [{class: top, share: 0.5, of: [top], round: down, within: region, ties: none, otherwise: good}]
ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all, region]}
"""
DRAWS = 3


FEW = settings(max_examples=max(10, settings().max_examples // 4))
"""Whole drawn editions take long to draw: a quarter of the cases of other laws."""


def movable(result: Result) -> list[str]:
    """The fields with numbers in this period that no statistic over peers reads."""
    read = [
        freeze(compile_edition(result.edition, group, result.variant).program)
        for group in {card.group for card in result.scorecards}
    ]
    bodies = [body for each in read for _, body in each.statistics.values()]
    peers = {node.name for body in bodies for node in body.nodes if isinstance(node, Field)}
    names = {
        node.name
        for card in result.scorecards
        for at, node in enumerate(card.trace.program.nodes)
        if isinstance(node, Field) and not node.lag and card.trace.values[at].state is State.OK
    }
    spoken = {each.field for each in result.evidence.of(result.period)}
    return sorted(name for name in names & spoken - peers if not name.startswith(("@", "index:")))


def values_of(result: Result, name: str) -> list[Value]:
    """A field's value of each unit; MISSING where its group does not ask for it."""
    found = []
    for card in result.scorecards:
        at = next((i for i, n in enumerate(card.trace.program.nodes) if n == Field(name)), None)
        found.append(Value(State.MISSING) if at is None else card.trace.values[at])
    return found


def drawn_at_random(result: Result, names: list[str], random: Random) -> dict[Field, Moved]:
    """Draws that give a field of a unit what another unit has there, or a neighbour of it."""
    found: dict[Field, Moved] = {}
    for name in names:
        own = values_of(result, name)
        known = [each.number for each in own if each.state is State.OK]
        steps = (1, -1) if ":" not in name else ()  # points stay those that somebody was given
        near = [*known, *(number + step for number in known for step in steps if number + step >= 0)]
        k = denominator_of([Value(State.OK, each) for each in near])
        column = np.zeros((DRAWS, len(own)), np.int64)
        for at, value in enumerate(own):
            if value.state is State.OK:
                column[:, at] = [int(random.choice(near) * k) for _ in range(DRAWS)]
        kept = {at: each for at, each in enumerate(own) if each.state is not State.OK}
        found[Field(name)] = Moved(column, k, kept)
    return found


def by_scoring(result: Result, book: UnitBook, moved: Mapping[Field, Moved], draw: int) -> Result:
    """One draw put in the place of the evidence, and scored."""
    changes = []
    for node, column in moved.items():
        for at, card in enumerate(result.scorecards):
            if at not in column.own:
                number = Fraction(int(column.numbers[draw, at]), column.k)
                changes.append(
                    Datum(
                        card.unit.id, result.period, node.name, Value(State.OK, number), exact_text(number),
                        result.stage, note="drawn",
                    )
                )  # fmt: skip
    return score(result.edition, result.evidence.with_(changes), book, result.period, stage=result.stage)


def compare(result: Result, book: UnitBook, random: Random) -> int:
    """Stop where a draw's places or classes are not those of scoring it; how many cells were compared."""
    names = movable(result)
    if not names:
        return 0
    moved = drawn_at_random(result, random.sample(names, min(3, len(names))), random)
    compared = 0
    for within in () if result.edition.ranking is None else result.edition.ranking.within:
        ranked = ranked_of(result, within)
        tally = Tally.empty(ranked)
        for batch, read in play(result.scorecards, moved, roots_of(ranked), DRAWS):
            size = batch.stop - batch.start
            tally.add(read, size)
            places = ranked.places(read, size)
            decided = None if ranked.classes is None else Banding.of(ranked).decided(read, size)
            for draw in range(size):
                compared += same(ranked, places[draw], decided, draw, by_scoring(result, book, moved, draw))
        assert tally.places.sum() == DRAWS * len(result.scorecards)
    return compared


def same(ranked: Ranked, places: Any, decided: Decided | None, draw: int, right: Result) -> int:
    """Stop where places or classes are not those of a result; how many units there are."""
    for at, card in enumerate(ranked.cards):
        place, mine = right.place(card.unit.id, ranked.within.value), right.card(card.unit.id)
        assert mine is not None
        assert places[at] == (-1 if place is None else place.place), card.unit.id
        if decided is not None and ranked.classes is not None:
            bands = [*(each.name for each in ranked.classes.ordered(card.group)), ""]
            both = bands[decided.upper[draw, at]], bands[decided.lower[draw, at]]
            assert both == (mine.class_open or (mine.class_name or "",) * 2), card.unit.id
    return len(ranked.cards)


@given(plans(), populations(), st.integers(0, 10**6))
def test_policies_of_every_draw_are_those_of_scoring_it(
    plan: Plan, by_unit: dict[str, dict[str, Given]], seed: int
) -> None:
    """Places and classes of each draw are those of scoring it, with gates, caps, quotas, ties, tolerance."""
    event(f"quota: {plan.quota is not None}, tolerance: {plan.tolerance is not None}")
    assume(compare(scored(plan, by_unit), BOOK, Random(seed)))


@FEW
@given(cases(units=5), st.integers(0, 10**6))
def test_every_draw_is_what_scoring_gives(case: Case, seed: int) -> None:
    """On drawn editions with all their rules, places and classes of each draw are those of scoring it."""
    assume(compare(case.result(), UnitBook(case.units), Random(seed)))


@FEW
@given(cases(units=4), st.integers(0, 10**6))
def test_a_cut_program_gives_what_the_whole_gives(case: Case, seed: int) -> None:
    """A program cut down to some fields gives, at the evidence's own numbers, the values of every root."""
    result, random = case.result(), Random(seed)
    assume(result.scorecards)
    card = random.choice(result.scorecards)
    same = [each for each in result.scorecards if each.trace.program is card.trace.program]
    program, traces = card.trace.program, [each.trace for each in same]
    fields = [node for node in program.nodes if isinstance(node, Field)]
    moving = set(random.sample(fields, min(2, len(fields))))
    left = cutting.cut(program, traces, lambda node: node in moving, list(program.roots))
    for at, trace in enumerate(traces):
        given_ = {node: values[at] for node, values in left.fixed.items()}
        given_ |= {node: trace.values[program.nodes.index(node)] for node in moving}
        again = _evaluated(left.program, given_)
        assert {root: again[root] for root in program.roots} == {root: trace[root] for root in program.roots}


def _evaluated(program: Any, values: Mapping[Field, Value]) -> Any:
    from parcore.readings.exact import evaluate

    class Given:
        """Fields by node."""

        def field(self, name: str, lag: int) -> Value:
            return values[Field(name, lag)]

        def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
            raise AssertionError("a choice is no field that moves")

        def members(self, domain: object) -> Any:
            raise AssertionError("members do not move")

    return evaluate(program, Given())


class _Rows:
    """Exact numbers over draws as a wide root has them: near by floats, exact where asked for."""

    def __init__(self, numbers: list[list[Fraction | None]], error: float) -> None:
        from parcore.readings.columns.chunks import WideValues

        flat = [each for row in numbers for each in row]
        states = np.array([0 if each is not None else int(State.MISSING) for each in flat], np.int8)
        near = np.array([0.0 if each is None else float(each) for each in flat])

        class Exact:
            """The numbers by row."""

            def values(self, rows: Any, roots: Any) -> dict[str, list[Value]]:
                return {"x": [Value(State.OK, flat[int(at)] or Fraction(0)) for at in rows]}

        self.values: Any = WideValues(states, near, error, Exact(), "x")  # type: ignore[arg-type]


def tiers_of(row: list[Fraction | None]) -> list[int]:
    """How many distinct numbers of a row are larger."""
    distinct = sorted({each for each in row if each is not None}, reverse=True)
    return [-1 if each is None else distinct.index(each) for each in row]


NEAR = st.sampled_from([Fraction(n, 3) + Fraction(e, 10**18) for n in range(3) for e in (-1, 0, 1)])


@given(st.lists(st.lists(st.one_of(NEAR, st.none()), min_size=5, max_size=5), min_size=1, max_size=4))
def test_near_numbers_of_a_draw_are_told_apart_exactly(rows: list[list[Fraction | None]]) -> None:
    """Numbers closer than floats can tell stand in their exact order, within their own draw only."""
    found = ordering.tiers(_Rows(rows, 1e-12).values, len(rows))
    assert [list(each) for each in found] == [tiers_of(row) for row in rows]


def test_an_order_by_floats_alone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where near numbers are not compared exactly, the order is another one."""
    rows: list[list[Fraction | None]] = [[Fraction(1, 3), Fraction(1, 3) + Fraction(1, 10**18), Fraction(0)]]
    assert list(ordering.tiers(_Rows(rows, 1e-12).values, 1)[0]) == tiers_of(rows[0])
    monkeypatch.setattr(ordering, "_settle", lambda *_: None)
    assert list(ordering.tiers(_Rows(rows, 1e-12).values, 1)[0]) != tiers_of(rows[0])


def _passed_over(_: object, at: Any) -> Any:
    return at


def _without_circles(tier: Any, known: Any, circles: Any, *, dense: bool) -> Any:
    return ordering.placed(tier, known, circles * 0, dense=dense)


def _unbroken(tier: Any, *_: object, **__: object) -> Any:
    return tier


def _one_more(quota: Quota, among: int) -> int:
    return granted(quota, among) + 1


def _nothing(*_: object) -> Const:
    return const(0)


def _none_pooled(*given: Any, **_: object) -> Any:
    return circles_of(*given)


@cache
def _of_regions() -> Edition:
    return sound(REGIONAL, "16", QUOTA)


def of_regions(random: Random) -> tuple[Result, UnitBook]:
    """Units of one region, of another, and of none, with points at random."""
    regions = zip(UNITS, ("north", "north", "", "", "south"), strict=True)
    book = UnitBook([unit(name, region=region) for name, region in regions])
    by_unit: dict[str, dict[str, Given]] = {
        name: {"points:a": random.randint(4, 10), "points:b": random.randint(3, 6)} for name in UNITS
    }
    return score(_of_regions(), evidence(by_unit), book, YEAR), book


@pytest.mark.parametrize("seed", range(4))
def test_a_quota_counts_units_of_no_region_together(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Classes of every draw are those of scoring it where some units have no region; else it is found."""
    result, book = of_regions(Random(seed))
    assert compare(result, book, Random(seed)) > 0
    monkeypatch.setattr("parcore_robust.classing.circles_of", _none_pooled)
    with pytest.raises(AssertionError):
        _ = [compare(*of_regions(Random(each)), Random(each)) for each in range(8)]


PLANTED = {
    "gates passed over": ("parcore_robust.classing._Group.gated", _passed_over),
    "circles forgotten": ("parcore_robust.ranked.placed", _without_circles),
    "ties not broken": ("parcore_robust.ranked.refined", _unbroken),
    "one more lets in": ("parcore_robust.classing.granted", _one_more),
    "sums lose a part": ("parcore_robust.cutting._Cutter._known", _nothing),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_planted_faults_are_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted in ranks, classes or the cut is found by comparing draws with scoring them."""
    plan = Plan(
        None, 1, None, None, ("rate", True), (None, ('points: ">= 20"', True, True)), True,
        (Fraction(1, 2), "down", 0, 1, "all", "none"), ("rate", False), "competition", ("y",), None,
    )  # fmt: skip
    numbers = zip(UNITS, ("54", "55", "54", "53.5", "60"), ("36", "35", "36", "36.5", "19.5"), strict=True)
    rest: dict[str, Given] = {"few": 1, "late": 2, "plan": "on_time"}
    by_unit = {u: {"points:x": Fraction(x), "points:y": Fraction(y), **rest} for u, x, y in numbers}
    result = scored(plan, by_unit)
    for seed in range(6):
        assert compare(result, BOOK, Random(seed)) > 0
    place, planted = PLANTED[fault]
    monkeypatch.setattr(place, planted)
    with pytest.raises(AssertionError):
        _ = [compare(result, BOOK, Random(seed)) for seed in range(12)]
