"""Equivalence: where two rules differ, told for all evidence, each difference with evidence that shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from hypothesis import HealthCheck, given, settings

from parcore.editions.edition import Edition
from parcore.readings.analysis.edition import Compared, leaves_compared, prove
from parcore.readings.analysis.equivalence import differences
from parcore.readings.analysis.plane import plane_of
from parcore.readings.exact import evaluate
from parcore.registry import Registry
from parcore.rules.program import lay_out
from parcore.testing.bench import bench_of
from parcore.testing.strategies import Case, cases
from tests.readings.test_analysis import RATIO, leaf
from tests.results.editions import sound

F = Fraction
NOTHING = ", nothing_arose: zero"


def compared(before: Edition, after: Edition) -> Iterator[Compared]:
    """Every rule that two editions have, side by side."""
    others = {each.id: each for each in before.scored}
    for each in (each for each in after.scored if each.id in others):
        yield from leaves_compared(before, others[each.id], after, each)


def of(before: str, after: str, *, more: str = NOTHING) -> Compared:
    """One rule beside another."""
    (found,) = compared(sound(leaf(before, more=more), "2"), sound(leaf(after, more=more), "2"))
    return found


def test_two_ways_to_write_one_rule_are_the_same() -> None:
    """A ladder and cases, a target and a line with a cap, say the same: proved."""
    ladder = f"{RATIO}, scale: [{{at_least: 80%, points: 2}}, {{otherwise: 0}}]"
    steps = f"{RATIO}, cases: [{{in: '[80%,100%]', points: 2}}, {{in: '[0%,80%)', points: 0}}]"
    target = f"{RATIO}, scale: {{towards: 80%}}"
    line = f"{RATIO}, scale: {{slope: 2.5, cap: 2}}"
    assert of(ladder, steps).regions == ()
    assert of(target, line).regions == ()


def test_a_moved_threshold_differs_where_it_moved() -> None:
    """From 80 % to 85 %: the rules differ from 80 % to under 85 %, and evidence shows it."""
    (region,) = of(
        f"{RATIO}, scale: [{{at_least: 80%, points: 2}}, {{otherwise: 0}}]",
        f"{RATIO}, scale: [{{at_least: 85%, points: 2}}, {{otherwise: 0}}]",
    ).regions
    assert str(region.cell["measure"]) == "[0.8,0.85)"
    assert region.given is not None
    assert [each.number for each in region.given] == [2, 0]
    assert str(region.witness) == "done = 80, all_of = 100"


def test_lines_that_cross_differ_on_both_sides_of_the_crossing() -> None:
    """2 x and 1 + x / 2 meet at two thirds, where alone they are the same."""
    found = of(f"{RATIO}, scale: proportional", f"{RATIO}, scale: {{slope: 0.5, offset: 1, cap: 2}}").regions
    assert [str(each.cell["measure"]) for each in found] == ["[0,2/3)", "(2/3,1]"]


def test_counts_differ_at_whole_numbers() -> None:
    """On whole numbers regions run from number to number."""
    (region,) = of(
        "measure: {value: few}, scale: [{at_least: 3, points: 2}, {otherwise: 0}]",
        "measure: {value: few}, scale: [{at_least: 5, points: 2}, {otherwise: 0}]",
        more="",
    ).regions
    assert str(region.cell["measure"]) == "[3,4]"


def test_the_editions_of_the_example_differ_in_one_rule() -> None:
    """Of the criteria that both editions of the example have, one pays otherwise, from 80 % on."""
    registry = Registry()
    found = list(compared(registry.edition("example@2024"), registry.edition("example@2025")))
    assert [each.criterion.id for each in found if each.regions] == ["on-time"]
    assert not [each for each in found if each.why]


def test_regions_hold_all_evidence_that_differs_and_no_other() -> None:
    """On drawn editions: a rule and the same under another maximum differ exactly where a region says so."""
    made = Counter[str]()

    @settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(cases(units=3))
    def hold(case: Case) -> None:
        bench = bench_of(case)
        for told in prove(case.edition):
            rule, top = told.criterion.rule, told.top
            if told.analysis is None or told.part or rule is None or top is None:
                continue
            one, two = told.analysis.plane, plane_of(rule, told.groups[0], top + 1)
            if two is None:  # a deduction as a whole
                continue
            regions = differences(one, two, case.edition.vocabulary)
            roots = {"one": one.node, "two": two.node} | {n: a.node for n, a in one.axes.items()}
            for card in bench.result.scorecards:
                read = evaluate(lay_out(roots), bench.scope(card.unit.id))
                point = {name: number for name in one.axes if (number := read[name].known) is not None}
                if len(point) < len(one.axes):
                    continue
                inside = any(
                    all(number in region.cell[name] for name, number in point.items()) for region in regions
                )
                made["points"] += 1
                made["differ"] += inside
                assert inside == (read["one"] != read["two"]), (told.name, point)

    hold()
    assert made["points"] > 20
    assert made["differ"] > 5
