"""Shipped editions and the evidence held with them: compiled, scored, re-computed."""

from fractions import Fraction

import pytest

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.editions.tree import Variant
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.sections import Defaults
from parcore.readings.exact import evaluate
from parcore.registry import Registry
from parcore.results.scope import UnitScope
from parcore.results.scoring import score
from parcore.rules.policies import Quantity
from parcore.values import State, Value
from tests.readings.oracle import value_of
from tests.strategies import Facts

REGISTRY = Registry()
KEYS = ["@".join((each.methodology, each.name)) for each in REGISTRY.edition_documents()]


@pytest.fixture(params=KEYS)
def edition(request: pytest.FixtureRequest) -> Edition:
    """Every edition that is installed."""
    return REGISTRY.edition(request.param)


def held(edition: Edition) -> Evidence:
    """The evidence that packages hold for an edition's methodology."""
    return REGISTRY.evidence(edition.methodology, edition.vocabulary, (), Defaults())


def test_there_are_shipped_editions() -> None:
    """The tests below are not vacuous."""
    assert {"example@2024", "example@2025"} <= set(KEYS)


def test_an_edition_compiles_with_two_roots_for_each_criterion(edition: Edition) -> None:
    """Each node of the tree has its points, and its attainable maximum wherever one is known."""
    for group in edition.groups:
        program = compile_edition(edition, group).program
        assert len(program.nodes) == len(set(program.nodes))
        for each in edition.criteria:
            assert f"points:{each.id}" in program.roots
            if each.max is not None and not each.children:
                assert f"attainable:{each.id}" in program.roots
        assert {"index:base", "index:base:rounded"} <= set(program.roots)


def test_with_nothing_handed_in_nothing_is_paid(edition: Edition) -> None:
    """A unit without any evidence gets no points from any leaf, or no index, and never an error."""
    for group in edition.groups:
        trace = evaluate(compile_edition(edition, group).program, Facts())
        for leaf in edition.leaves:
            assert trace[f"raw:{leaf.id}"] == Value(State.MISSING)
            assert trace[f"points:{leaf.id}"].number == 0
            assert trace[f"points:{leaf.id}"].state is not State.ERROR


def test_the_evidence_held_is_scored_and_re_computes(edition: Edition) -> None:
    """Every unit and period held, at every stage: the trace computes again, and the oracle agrees."""
    evidence = held(edition)
    for period in evidence.periods():
        if not edition.in_force(period):
            continue
        for stage in Stage:
            found = score(edition, evidence, REGISTRY.units, period, stage=stage)
            for card in found.scorecards:
                given = frozenset(each.id for each in edition.criteria if card.computed(each.id) is not None)
                compiled = compile_edition(edition, card.group, Variant(given))
                assert card.trace.rerun(compiled.program) == card.trace.values
                scope = UnitScope(card.unit.id, period, evidence, stage)
                for root in ("index:base", "index:base:rounded", "index:rate:rounded"):
                    if root in compiled.program.roots:
                        node = compiled.program.nodes[compiled.program.roots[root]]
                        assert card.trace[root] == value_of(node, scope)


def test_points_stay_within_their_maxima(edition: Edition) -> None:
    """No criterion of any unit held pays below 0 or over its attainable maximum."""
    evidence = held(edition)
    for period in evidence.periods():
        if edition.in_force(period):
            for card in score(edition, evidence, REGISTRY.units, period).scorecards:
                for each in edition.criteria:
                    points, top = card.points(each.id), card.attainable(each.id)
                    assert points.number >= 0
                    assert top is None or points.number <= top.number


def test_the_example_of_2024_is_what_its_rules_say() -> None:
    """Home Affairs 2024, by hand: 1 + 3 + 2 + 1,5; 4 + 610/1250 of the way; 91,17 % of 6: 18,5968 of 20."""
    edition = REGISTRY.edition("example@2024")
    (period,) = held(edition).periods()
    card = score(edition, held(edition), REGISTRY.units, period).card("example-home-affairs")
    assert card is not None
    online = 1 + (Fraction(610, 1250) - Fraction(3, 10)) / Fraction(3, 10)
    total = Fraction(15, 2) + 4 + online + 6 * Fraction(9117, 10000)
    base, rate = (card.index(each, rounded=False) for each in (Quantity.BASE, Quantity.RATE))
    assert base == Value(State.OK, total)
    assert rate == Value(State.OK, total * 5)
    assert card.index(Quantity.RATE, rounded=True) == Value(State.OK, Fraction(9298, 100))
    assert card.class_name == "A"
