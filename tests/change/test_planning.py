"""Plans: what is said to be least is, what it is said to bring it brings, by scoring every nearer number."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import parcore
from parcore.change.plan.left_out import ON_REQUEST, Reason
from parcore.change.plan.planning import plan, together
from parcore.change.plan.proposals import Goal, Plan, Proposal, stated
from parcore.diagnostics import Findings, ParcoreError
from parcore.evidence.evidence import Datum
from parcore.evidence.invariants import check_invariants
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import FieldKind, FieldSpec
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.rules.policies import Quantity
from parcore.testing.strategies import cases
from parcore.values import State, Value

F = Fraction
MOST = 8
"""So many numbers on each side of the present one are scored one by one."""


def again(result: Result, data: list[Datum]) -> Result | None:
    """The result scored again with some statements; None where they may not stand beside the others."""
    evidence, findings = result.evidence.with_(data), Findings()
    check_invariants(evidence, result.edition.vocabulary, findings)
    if findings.errors:
        return None
    units = UnitBook((*result.population.units, *result.without_evidence))
    return score(result.edition, evidence, units, result.period, stage=result.stage)


def points(result: Result | None, unit: str, criterion: str) -> Fraction | None:
    """A unit's points, negative for what is taken off, as the public result has them."""
    card = None if result is None else result.card(unit)
    if card is None or result is None:
        return None
    known = card.points(criterion).known
    block = next((name for name, each in result.edition.items if each.id == criterion), "")
    return -known if known is not None and block == "penalty" else known


def numbers_of(spec: FieldSpec, start: Fraction) -> Iterator[Fraction]:
    """All options of a choice; of a number with steps those near the present one, and the first of all."""
    if spec.kind is FieldKind.CHOICE:
        yield from map(F, range(len(spec.options)))
    elif spec.range.step is not None:
        near = {start + spec.range.step * n for n in range(-MOST, MOST + 1)}
        least = 1 if spec.kind is FieldKind.DATE else min(near)
        yield from sorted(n for n in near | set(map(F, range(12))) if n in spec.range and n >= least)


def far(spec: FieldSpec, start: Fraction, number: Fraction) -> Fraction:
    """How many steps a number is from the present one; an option is one step from any other."""
    if spec.kind is FieldKind.CHOICE:
        return F(number != start)
    return abs(number - start) / (spec.range.step or 1)


def check_least(found: Plan, proposal: Proposal) -> int:
    """Score every nearer number of the fields of a proposal: none reaches the goal. How many were scored."""
    result, unit, leaf = found.result, found.unit.id, proposal.criterion.id
    specs = {each.to.field: result.edition.vocabulary.fields[each.to.field] for each in proposal.changes}
    start = {each.to.field: each.held.value.number for each in proposal.changes if each.held is not None}
    steps = {each.to.field: far(specs[each.to.field], start[each.to.field], each.to.value.number)
             for each in proposal.changes}  # fmt: skip
    total = sum(steps.values(), F(0))
    assert proposal.certificate is not None
    scored = 0
    points_of = product(*(list(numbers_of(specs[name], start[name])) for name in start))
    chosen_of = (dict(zip(start, point, strict=True)) for point in points_of)
    nearer = [each for each in chosen_of
              if sum((far(specs[n], start[n], x) for n, x in each.items()), F(0)) < total]  # fmt: skip
    for chosen in nearer[:: max(1, len(nearer) // 30)]:
        then = again(result, [stated(result, unit, specs[n], x) for n, x in chosen.items()])
        gives = points(then, unit, leaf)
        scored += then is not None
        assert gives is None or gives not in proposal.certificate.wanted, (proposal, chosen)
        inside = [part for part in proposal.certificate.parts
                  if all(x in part.numbers[n] for n, x in chosen.items())]  # fmt: skip
        if len(chosen) == 1 and specs[next(iter(chosen))].kind is not FieldKind.CHOICE:
            assert inside or then is None, (proposal, chosen)
            highest = max((part.most for part in inside if part.most is not None), default=None)
            assert gives is None or (highest is not None and gives <= highest)
    return scored


def check_brings(found: Plan, proposal: Proposal) -> None:
    """Score a proposal: points, index and places are those told, and it gains."""
    result, unit, leaf = found.result, found.unit.id, proposal.criterion.id
    then = again(result, [each.scored for each in proposal.changes])
    assert then is not None, proposal
    card = then.card(unit)
    assert card is not None
    now, gives = points(result, unit, leaf), points(then, unit, leaf)
    assert gives is not None
    assert now is None or gives > now
    assert proposal.certificate is None or gives in proposal.certificate.wanted
    assert proposal.effect.after.points == card.points(leaf)
    assert proposal.effect.after.places == then.places.get(unit, ())
    assert proposal.effect.after.class_name == card.class_name


def check_left_out(found: Plan) -> None:
    """Score the numbers near the present one of each field that is said to bring nothing: none gains."""
    result, unit = found.result, found.unit.id
    card = result.card(unit)
    assert card is not None
    for each in (one for one in found.left_out if one.reason is Reason.ALONE):
        spec = result.edition.vocabulary.fields[each.field]
        held = result.evidence.at(unit, result.period, each.field, result.stage)
        assert held is not None
        now = points(result, unit, each.criterion.id)
        for number in numbers_of(spec, held.value.number):
            gives = points(again(result, [stated(result, unit, spec, number)]), unit, each.criterion.id)
            assert gives is None or (now is not None and gives <= now), (each, number)


def check_needs(found: Plan) -> None:
    """Hand in one field that is needed: never more than said, and nothing outside the numbers that gain."""
    result, unit = found.result, found.unit.id
    for need in found.needs:
        if len(need.fields) > 1 or need.most is None:
            continue
        ((name, _),) = need.fields
        spec = result.edition.vocabulary.fields[name]
        block = next((each for each, node in result.edition.items if node.id == need.criterion.id), "")
        now, sign = points(result, unit, need.criterion.id), -1 if block == "penalty" else 1
        for number in numbers_of(spec, F(0)):
            gives = points(again(result, [stated(result, unit, spec, number)]), unit, need.criterion.id)
            assert gives is None or gives <= sign * need.most, (need, number)
            gains = gives is not None and (now is None or gives > now)
            assert not gains or need.gaining is None or number in need.gaining, (need, number)


@settings(suppress_health_check=list(HealthCheck), max_examples=8, phases=[Phase.generate, Phase.reuse])
@given(st.data())
def test_no_nearer_number_gains_what_a_proposal_gains(data: st.DataObject) -> None:
    """On drawn editions each proposal brings what is told, and every nearer number, scored, does not."""
    case = data.draw(cases(units=2))
    result = case.result()
    for card in result.scorecards:
        found = plan(result, card.unit.id, also=ON_REQUEST)
        for proposal in found.proposals:
            if proposal.goal is not Goal.VERIFIED:
                check_brings(found, proposal)
                assert proposal.least
                check_least(found, proposal)
        check_left_out(found)
        check_needs(found)


def shipped(name: str, period: str) -> Result:
    """The result of shipped evidence."""
    edition = parcore.load_edition(name)
    return parcore.score(edition, parcore.read_evidence(edition), period)


SHIPPED = [
    ("example@2024", "2024", 25),
    ("example@2025", "2024", 20),
    ("one-stop@2018", "2024", 4),
    ("ca-mau-2013@2013", "2013", 1),
]


@pytest.mark.parametrize(("name", "period", "least"), SHIPPED)
def test_proposals_for_shipped_units_bring_what_is_told(name: str, period: str, least: int) -> None:
    """Every proposal for every unit of shipped evidence, scored, gives what the plan says, and is least."""
    result = shipped(name, period)
    seen = 0
    for card in result.scorecards:
        found = plan(result, card.unit.id)
        for proposal in found.proposals:
            check_brings(found, proposal)
            check_least(found, proposal)
            seen += 1
        check_left_out(found)
    assert seen >= least


def of(found: Plan, criterion: str, goal: Goal) -> list[tuple[str, str]]:
    """Field and value of the proposals for a criterion that reach a goal."""
    return [(change.to.field, change.to.text) for each in found.proposals for change in each.changes
            if each.criterion.id == criterion and each.goal is goal]  # fmt: skip


def test_a_step_is_proposed_with_its_proof() -> None:
    """Of 25 tasks the 23rd is the first over 90 %; the proof holds 21 and 22 tasks done, at 1.5 points."""
    found = plan(shipped("example@2024", "2024"), "example-finance", ["1.2"])
    (proposal,) = found.proposals
    assert of(found, "tasks", Goal.STEP) == [("tasks_done", "23")]
    assert proposal.certificate is not None
    nearer = {str(part.numbers["tasks_done"]): part.most for part in proposal.certificate.parts}
    assert nearer == {"[0,19]": F(3, 2), "=20": F(3, 2), "[21,22]": F(3, 2)}
    assert (proposal.effect.before.index, proposal.effect.after.index) == (F("55.1"), F("62.6"))


def test_a_rate_is_proposed_up_to_its_cuts() -> None:
    """One more dossier, the point at 30 %, and the maximum at 60 % of 640 dossiers."""
    found = plan(shipped("example@2024", "2024"), "example-finance", ["online"])
    told = {goal: of(found, "online", goal) for goal in (Goal.STEP, Goal.CUT, Goal.MOST)}
    assert told == {
        Goal.STEP: [("dossiers_online", "41")],
        Goal.CUT: [("dossiers_online", "192")],
        Goal.MOST: [("dossiers_online", "384")],
    }


def test_a_whole_is_changed_only_on_request_and_what_else_it_moves_is_told() -> None:
    """Fewer dossiers settled would pay in two criteria: left out, and told with both where asked for."""
    result = shipped("example@2024", "2024")
    found = plan(result, "example-finance")
    left = {(each.criterion.id, each.field, each.reason) for each in found.left_out}
    assert ("on-time", "dossiers_settled", Reason.WHOLE) in left
    assert all(change.to.field != "dossiers_settled" for p in found.proposals for change in p.changes)
    asked = plan(result, "example-finance", ["on-time"], also=[Reason.WHOLE])
    beside = [
        each.effect.beside for each in asked.proposals if each.changes[0].to.field == "dossiers_settled"
    ]
    assert [[one.criterion.id for one in each] for each in beside] == [["online"]] * 2


def test_a_survey_is_planned_for_only_on_request() -> None:
    """Satisfaction is left out as a survey, and proposed where surveys are asked for."""
    result = shipped("example@2024", "2024")
    found = plan(result, "example-justice")
    assert [each.criterion.id for each in found.left_out if each.reason is Reason.SURVEY] == ["satisfaction"]
    asked = plan(result, "example-justice", ["satisfaction"], also=[Reason.SURVEY])
    assert of(asked, "satisfaction", Goal.STEP) == [("satisfaction", "88.51%")]


def test_points_that_are_given_are_not_planned_for() -> None:
    """Where no rule is in hand nothing is proposed, and each criterion below its maximum says why."""
    found = plan(shipped("par-index-province@2022", "2023"), "nam-dinh")
    assert found.proposals == ()
    assert {each.reason for each in found.left_out} >= {Reason.REPORTED}


def test_missing_evidence_is_needed_not_invented() -> None:
    """Without its count of dossiers a unit is told what the count could bring, and which numbers gain."""
    result = shipped("example@2024", "2024")
    spec = result.edition.vocabulary.fields["dossiers_on_time"]
    datum = stated(result, "example-finance", spec, F(0))
    hidden = again(result, [evolve(datum, value=Value(State.MISSING), text="")])
    assert hidden is not None
    found = plan(hidden, "example-finance", ["on-time"])
    (need,) = found.needs
    assert found.proposals == ()
    assert (need.fields, need.most) == ((("dossiers_on_time", State.MISSING),), F(4))
    assert str(need.gaining) == "[512,640]"


def test_several_changes_are_told_at_once_beside_each_alone() -> None:
    """More on time of fewer dossiers: at once they bring other than the sum of each."""
    result = shipped("example@2024", "2024")
    fields = result.edition.vocabulary.fields
    changes = [stated(result, "example-finance", fields["dossiers_on_time"], F(560)),
               stated(result, "example-finance", fields["dossiers_settled"], F(600))]  # fmt: skip
    found = together(result, "example-finance", changes)
    alone = [together(result, "example-finance", [each]).gain for each in changes]
    assert [*found.alone] == alone
    both = again(result, changes)
    assert both is not None
    card, before = both.card("example-finance"), result.card("example-finance")
    assert card is not None
    assert before is not None
    rates = [each.index(Quantity.RATE, rounded=False) for each in (card, before)]
    assert rates[0] is not None
    assert rates[1] is not None
    assert found.gain == rates[0].number - rates[1].number
    assert found.gain != sum(each for each in alone if each is not None)


def test_an_unknown_unit_or_criterion_is_refused() -> None:
    """What the result does not hold is named, with what it does."""
    result = shipped("example@2024", "2024")
    for unit, criteria in (("nobody", []), ("example-justice", ["9.9"])):
        with pytest.raises(ParcoreError):
            plan(result, unit, criteria)


REAL = """
methodology: real
edition: "1"
title: Real
applies: {from: 2024}
units: {kinds: [real-unit]}
vocabulary: real
total: 3
source: {title: test, basis: illustrative}
components:
  - id: over
    title: Over
    max: 2
    measure: {value: rate}
    scale: [{more_than: 80%, points: 2}, {otherwise: 0}]
    when: {missing: zero, unverified: zero, rejected: zero}
    source: {clause: "1", basis: illustrative}
  - id: both
    title: Both
    max: 1
    measures: {one: {count: [one]}, two: {count: [two]}, three: {count: [three]}}
    table:
      - {when: [one >= 3, two >= 5, three >= 1], points: 1}
      - {when: {any: [one < 3, two < 5, three < 1]}, points: 0}
    when: {missing: zero, unverified: zero, rejected: zero}
    source: {clause: "2", basis: illustrative}
"""


@pytest.fixture
def real(tmp_path: Path) -> Result:
    """An edition of a rate without steps and of two counts that pay together alone."""
    files = {
        "edition.yaml": REAL,
        "vocabulary.yaml": """
vocabulary: real
title: Real
fields:
  - {id: rate, kind: number, unit: "%", range: "[0,100%]", title: Rate}
  - {id: one, kind: count, title: One}
  - {id: two, kind: count, title: Two}
  - {id: three, kind: count, title: Three}
""",
        "units.yaml": "members: [{id: it, kind: real-unit, name: It}]\nunits: real\n",
        "evidence.yaml": """
evidence: real
title: Real
period: 2024
stage: final
numbers: plain
source: {title: test, basis: illustrative}
units: {it: {rate: 70%, one: 1, two: 2, three: 1}}
""",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    edition = parcore.load_edition("real", paths=[tmp_path])
    evidence = parcore.read_evidence(edition, paths=[tmp_path])
    return parcore.score(edition, evidence, 2024, paths=[tmp_path])


def test_a_border_that_is_not_reached_is_told_as_such(real: Result) -> None:
    """Over 80 % there is no least number: any number over it gains, none up to it does."""
    found = plan(real, "it", ["over"])
    (proposal,) = found.proposals
    (change,) = proposal.changes
    assert (change.to.value.number, change.attained) == (F("0.8"), False)
    assert proposal.certificate is not None
    assert max(part.numbers["rate"].high or F(2) for part in proposal.certificate.parts) == F("0.8")
    check_brings(found, proposal)


def test_two_counts_that_gain_only_together_are_proposed_together(real: Result) -> None:
    """Neither count alone brings a point; two more of one and three of the other do, and nothing less."""
    found = plan(real, "it", ["both"])
    (proposal,) = found.proposals
    assert proposal.goal is Goal.TOGETHER
    assert {each.to.field: each.to.text for each in proposal.changes} == {"one": "3", "two": "5"}
    check_brings(found, proposal)
    assert check_least(found, proposal) > 10
    assert [(each.field, each.reason) for each in found.left_out] == [("three", Reason.ALONE)]
