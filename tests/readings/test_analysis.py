"""Exact analysis: what is said of a rule holds for all evidence, and each witness does what is said of it."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.units import Unit, UnitBook
from parcore.evidence.vocabulary import FieldKind, FieldSpec
from parcore.i18n import Text
from parcore.readings.analysis.edition import Proof, prove
from parcore.readings.analysis.findings import Analysis, Direction
from parcore.readings.analysis.report import report
from parcore.readings.analysis.witness import PERIOD, Witness
from parcore.readings.exact import evaluate
from parcore.registry import Registry
from parcore.results.scoring import score
from parcore.rules.combinations import Guarded, Rule
from parcore.rules.deductions import Deduction
from parcore.rules.program import lay_out
from parcore.testing.bench import bench_of
from parcore.testing.strategies import Case, cases
from parcore.values import State, Value
from tests.results.editions import HEAD, sound
from tests.rules.reading import VOCABULARY

F = Fraction
REGISTRY = Registry()
ZERO = "when: {missing: zero, unverified: zero, rejected: zero%s}"
SOURCE = "source: {clause: '1', basis: illustrative}"


def leaf(body: str, *, top: str = "2", more: str = "", figures: str = "") -> str:
    """A component of one rule."""
    return f"  - {{id: x, title: x, max: {top}, {figures}{body}, {ZERO % more}, {SOURCE}}}\n"


def proof(body: str, *, top: str = "2", more: str = "", total: str = "") -> Proof:
    """The one proof of an edition of one rule."""
    (found,) = prove(sound(leaf(body, top=top, more=more), total or top))
    return found


def analysis(body: str, *, top: str = "2", more: str = "") -> Analysis:
    """The analysis of one rule."""
    found = proof(body, top=top, more=more).analysis
    assert found is not None
    return found


def codes(body: str, *, top: str = "2", more: str = "") -> list[str]:
    """What is reported of one rule."""
    findings = Findings()
    report([proof(body, top=top, more=more)], findings)
    return [each.code for each in findings]


RATIO = "measure: {ratio: [done, all_of]}"
NOTHING = ", nothing_arose: zero"


def test_a_ladder_is_known_from_end_to_end() -> None:
    """Extremes, direction and the largest jump of a rate, with evidence on both sides of it."""
    found = analysis(
        f"{RATIO}, scale: [{{at_least: 80%, points: proportional}}, {{otherwise: 0}}]", more=NOTHING
    )
    assert found.least is not None
    assert found.most is not None
    assert (found.least.points, found.most.points, found.most.attained) == (F(0), F(2), True)
    assert found.directions == {"measure": Direction.RISING}
    assert found.cliff is not None
    assert (found.cliff.at, found.cliff.jump) == (F(4, 5), F(8, 5))
    assert (str(found.cliff.below), str(found.cliff.above)) == (
        "done = 79, all_of = 100",
        "done = 80, all_of = 100",
    )


def test_a_step_between_whole_numbers_is_never_reached() -> None:
    """Of counts, no evidence lies between 3 and 4: the case that asks for it is unreachable."""
    body = (
        "measure: {value: few}, cases: [{in: '[0,3]', points: 0}, {in: '(3,4)', points: 1},"
        " {in: '[4,…)', points: 2}]"
    )
    assert analysis(body).branches.unreachable == (1,)
    assert codes(body) == ["prove-unreachable"]


def test_a_maximum_that_is_only_approached_is_told() -> None:
    """A line that stops short of its end never pays the maximum, and what it pays at most is shown."""
    body = f"{RATIO}, cases: [{{in: '[0%,100%)', points: proportional}}, {{in: '=100%', points: 0}}]"
    found = analysis(body, more=NOTHING)
    assert found.most is not None
    assert (found.most.points, found.most.attained) == (F(2), False)
    assert codes(body, more=NOTHING) == ["prove-maximum", "prove-turns"]


def test_a_rule_that_turns_has_two_witnesses() -> None:
    """Where more pays less, evidence on both sides shows it."""
    body = (
        "measure: {value: few}, cases: [{in: '[0,2]', points: 1}, {in: '[3,5]', points: 2},"
        " {in: '[6,…)', points: 0}]"
    )
    found = analysis(body)
    assert found.directions == {"measure": Direction.TURNING}
    one, two = found.turns["measure"]
    assert one.value.number > two.value.number
    assert one.numbers["few", 0] < two.numbers["few", 0]


def test_a_measure_that_changes_nothing_is_dead() -> None:
    """A condition whose rows pay alike on both sides does not matter."""
    body = (
        "measures: {a: {ratio: [done, all_of]}, b: {value: few}}, table:"
        " [{when: ['a >= 50%', b > 3], points: 2}, {when: ['a >= 50%', b <= 3], points: 2},"
        " {when: a < 50%, points: 0}]"
    )
    assert analysis(body, more=NOTHING).dead == ("b",)
    assert codes(body, more=NOTHING) == ["prove-dead"]


def test_units_that_cannot_differ_are_told() -> None:
    """Where every evidence gives the same points, the criterion decides nothing."""
    body = "measure: {value: few}, scale: [{at_least: 1, points: 2}, {otherwise: 2}]"
    assert codes(body) == ["prove-constant"]


def test_a_guard_that_reads_a_field_of_the_measure_is_reached() -> None:
    """Evidence is found though the guard and the rate read one field."""
    body = f"guard: {{if: done > 60, points: 0}}, {RATIO}, scale: proportional"
    found = analysis(body, more=NOTHING)
    assert found.undecided == ()
    guard, line = found.branches.reached
    assert guard is not None
    assert line is not None
    assert guard.numbers["done", 0] > 60 >= line.numbers["done", 0]


def test_a_cell_that_an_invariant_forbids_is_empty() -> None:
    """A row for numbers that what must hold between fields excludes is unreachable: proved."""
    body = (
        "measures: {a: {value: done}, b: {value: all_of}}, table:"
        " [{when: [a > 10, b < 5], points: 2}, {when: {any: [a <= 10, b >= 5]}, points: 2}]"
    )
    assert analysis(body, more=NOTHING).branches.unreachable == (0,)


def test_what_peers_decide_is_not_decided_here() -> None:
    """A measure against peers has its range, and no unit's evidence alone is a witness of it."""
    found = analysis(
        "measure: {min_max: {measure: {value: rate}, within: all, inverse: no}}, scale: proportional",
        more=NOTHING,
    )
    assert found.most is not None
    assert (found.most.points, found.most.witness) == (F(2), None)


def test_what_peers_decide_is_not_called_undecided() -> None:
    """Where no unit alone can be a witness nothing is reported, and the analysis says that it is so."""
    body = (
        "measure: {compared: {measure: {value: rate}, with: mean_of_rates, by: difference, within: all,"
        " who: all, self: yes, round: 4}},"
        " scale: [{at_least: 10%, points: 2}, {at_least: 0, points: 1}, {otherwise: 0}]"
    )
    assert codes(body, more=NOTHING) == []
    assert not analysis(body, more=NOTHING).one_unit
    assert analysis(f"{RATIO}, scale: proportional", more=NOTHING).one_unit


def test_a_witness_writes_a_day_as_a_date() -> None:
    """A day is told as evidence writes it, not as a number of days."""
    issued = FieldSpec("issued", FieldKind.DATE)
    vocabulary = evolve(VOCABULARY, fields={**VOCABULARY.fields, "issued": issued})
    days = "measure: {days: {from: period_end + 15, to: issued}}"
    body = f"{days}, scale: [{{at_most: 0, points: 2}}, {{otherwise: 0}}]"
    tree = parse_yaml(HEAD.format(total="2", more="") + leaf(body), "test.yaml", Findings())
    edition = read_edition(tree, {"test": vocabulary}, Findings())
    assert edition is not None
    (told,) = prove(edition)
    assert told.analysis is not None
    first, second = told.analysis.branches.reached
    assert first is not None
    assert second is not None
    assert str(first) == "issued = 2025-01-14"
    assert second.words["issued", 0] > "2025-01-15"


@pytest.mark.parametrize("key", [each.key for each in REGISTRY.edition_documents()])
def test_nothing_is_left_open_of_a_shipped_edition(key: str) -> None:
    """Of every rule that computes points, each branch is reached or proved not to be."""
    found = [each for each in prove(REGISTRY.edition(key)) if each.analysis is not None]
    assert [
        (each.name, each.analysis.undecided) for each in found if each.analysis and each.analysis.undecided
    ] == []


# On drawn editions

patient = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def witnesses(found: Analysis) -> list[Witness]:
    """Every witness of an analysis."""
    ends = [each.witness for each in (found.least, found.most) if each is not None]
    cliff = [] if found.cliff is None else [found.cliff.below, found.cliff.above]
    pairs = [each for pair in found.turns.values() for each in pair]
    return [each for each in (*found.branches.reached, *ends, *cliff, *pairs) if each is not None]


def reproduced(case: Case, told: Proof, witness: Witness) -> bool:
    """Whether scoring a unit with a witness's evidence gives what the witness says."""
    group = told.groups[0]
    kind = case.edition.kinds[0]
    unit = Unit("w", kind, Text("w"), group=group)
    data = [
        Datum(
            "w",
            PERIOD.back(lag),
            name,
            Value(State.OK, number),
            witness.words.get((name, lag), "x"),
            Stage.FINAL,
        )
        for (name, lag), number in witness.numbers.items()
    ]
    if not any(each.period == PERIOD for each in data):  # a unit is scored where something is said of it
        data.append(evolve(data[0], period=PERIOD, value=Value(State.MISSING), text=""))
    result = score(case.edition, Evidence(data), UnitBook([unit]), PERIOD)
    return result.scorecards[0].raw(told.criterion.id) == witness.value


def test_what_is_proved_holds_of_drawn_evidence() -> None:
    """On drawn editions: points within the extremes, no branch said unreachable, directions as said."""
    made = Counter[str]()

    @patient
    @given(cases(units=4))
    def hold(case: Case) -> None:
        bench = bench_of(case)
        for told in (each for each in prove(case.edition) if each.analysis is not None and each.whole):
            found = told.analysis
            assert found is not None
            if told.part:  # each case of a list has a scope of its own
                continue
            pairs: list[tuple[Fraction, Fraction]] = []
            for card in (c for c in bench.result.scorecards if c.group in told.groups):
                scope = bench.scope(card.unit.id)
                raw = evaluate(lay_out({"it": found.plane.node}), scope)["it"]
                values = evaluate(lay_out({n: a.node for n, a in found.plane.axes.items()}), scope)
                point = {name: values[name].known for name in found.plane.axes}
                known = {name: number for name, number in point.items() if number is not None}
                if raw.known is None or len(known) < len(point):
                    continue
                made["points"] += 1
                assert found.least is None or found.least.points <= raw.number
                assert found.most is None or raw.number <= found.most.points
                assert found.plane.decides(known) not in found.branches.unreachable
                alone = len(known) == 1 and not _guarded_deduction(told.criterion.rule)
                pairs += [(number, raw.number) for number in known.values()] if alone else []
            way = next(iter(found.directions.values()), None)
            for (_, one), (_, two) in pairwise(sorted(pairs)):
                made["pairs"] += 1
                assert way is not Direction.RISING or one <= two
                assert way is not Direction.FALLING or one >= two

    hold()
    assert made["points"] > 40
    assert made["pairs"] > 5


def test_a_guard_on_what_a_deduction_counts_leaves_its_direction_unsaid() -> None:
    """Late work takes off, but from five on a guard pays all: no direction is said of it."""
    body = "deduct: {from: 2, floor: 0, parts: [{per: late, points: 0.5}]}"
    deduction = next(each for each in prove(sound(leaf(body), "2")) if each.whole).analysis
    guarded = next(
        each
        for each in prove(sound(leaf(f"guard: {{if: late >= 5, points: 100%}}, {body}"), "2"))
        if each.whole
    ).analysis
    assert deduction is not None
    assert guarded is not None
    assert list(deduction.directions.values()) == [Direction.FALLING]
    assert guarded.directions == {}


def _guarded_deduction(rule: Rule | None) -> bool:
    """Whether a guard stands before a deduction: its plane has the deduction's axes alone."""
    return isinstance(rule, Guarded) and isinstance(rule.rule, Deduction)


def test_every_witness_does_what_is_said_of_it() -> None:
    """On drawn editions: scoring a unit with a witness's evidence gives the witness's points or state."""
    made = Counter[str]()

    @patient
    @given(cases(units=1))
    def hold(case: Case) -> None:
        for told in prove(case.edition):
            if told.analysis is None or told.part:
                continue
            for witness in witnesses(told.analysis):
                made["witnesses"] += 1
                assert reproduced(case, told, witness), (told.name, str(witness))

    hold()
    assert made["witnesses"] > 100
