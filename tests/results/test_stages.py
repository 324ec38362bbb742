"""Stages: points set by an appraiser in the place of computed ones, and results that are provisional."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.diagnostics import ParcoreError
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.units import Unit, UnitBook
from parcore.i18n import Text
from parcore.numbers import exact_text
from parcore.results.result import Result, Scorecard
from parcore.results.scoring import score
from parcore.rules.policies import Quantity
from parcore.values import EVIDENCE_STATES, State, Value
from tests.results.editions import PERIOD, sound

F = Fraction
SOURCE = "source: {clause: '1', basis: illustrative}"
ZERO = "missing: zero, unverified: zero, rejected: zero"
EDITION = sound(
    f"""
  - id: one
    title: one
    max: 8
    criteria:
      - {{id: x, title: x, max: 4, measure: {{value: rate}}, scale: proportional, when: {{{ZERO}}}, {SOURCE}}}
      - {{id: y, title: y, max: 4, measure: {{ratio: [done, all_of]}}, scale: proportional,
          when: {{{ZERO}, nothing_arose: exclude}}, {SOURCE}}}
  - {{id: z, title: z, max: 2, measure: {{value: few}}, scale: {{per: 1, cap: 2}},
      when: {{{ZERO}}}, {SOURCE}}}
""",
    "10",
    "rounding: {leaf: 1, index: 2}\n",
)
BOOK = UnitBook()
BOOK.add([Unit("u", "department", Text("U")), Unit("v", "department", Text("V"))], {}, None)  # type: ignore[arg-type]
NUMBERS = {"rate": F(1, 2), "done": F(3), "all_of": F(4), "few": F(1)}


def said(field: str, value: Value | Fraction | int, stage: Stage, note: str = "", unit: str = "u") -> Datum:
    """A statement."""
    value = value if isinstance(value, Value) else Value(State.OK, F(value))
    text = exact_text(value.number) if value.state is State.OK else ""
    return Datum(unit, PERIOD, field, value, text, stage, note=note)


def inputs(stage: Stage, unit: str = "u") -> list[Datum]:
    """Every field of the edition at a stage."""
    return [said(name, number, stage, unit=unit) for name, number in NUMBERS.items()]


def scored(data: list[Datum], stage: Stage) -> Result:
    """The result at a stage."""
    return score(EDITION, Evidence(data), BOOK, PERIOD, stage=stage)


def points(result: Result, unit: str = "u") -> dict[str, Fraction | None]:
    """Every node's points, and the index."""
    card = result.card(unit)
    assert card is not None
    index = card.index(Quantity.BASE, rounded=True)
    assert index is not None
    return {each.id: card.points(each.id).known for each in EDITION.criteria} | {"index": index.known}


@pytest.mark.parametrize("stage", [Stage.APPRAISED, Stage.APPRAISED_2, Stage.FINAL])
def test_points_that_an_appraiser_sets_stand_for_those_computed(stage: Stage) -> None:
    """A leaf's points set with a reason count in its parent and the index; those computed stay on record."""
    data = [*inputs(Stage.APPRAISED), said("points:x", F("3.5"), Stage.APPRAISED, "reason")]
    result = scored(data, stage)
    assert points(result) == {"one": F("6.5"), "x": F("3.5"), "y": 3, "z": 1, "index": F("7.5")}
    (given_,) = result.points_set
    assert (given_.criterion.id, given_.computed, given_.given.note) == ("x", Value(State.OK, F(2)), "reason")
    assert "points:x" not in result.unused_fields


def test_points_may_be_set_for_a_parent() -> None:
    """Points set for a component stand whatever its parts have, and its attainable maximum is its own."""
    data = [*inputs(Stage.APPRAISED), said("all_of", NOTHING, Stage.APPRAISED_2)]
    data += [
        said("done", NOTHING, Stage.APPRAISED_2),
        said("points:one", 7, Stage.APPRAISED_2, "reason"),
    ]
    result = scored(data, Stage.FINAL)
    assert points(result) == {"one": 7, "x": 2, "y": None, "z": 1, "index": 8}
    card = result.card("u")
    assert card is not None
    assert card.attainable("one") == Value(State.OK, F(8))


NOTHING = Value(State.NOTHING_AROSE)


def test_the_latest_setting_wins_and_only_from_its_stage_on() -> None:
    """Each stage sees the points set up to it; before any, the computed ones."""
    data = [
        *inputs(Stage.APPRAISED),
        said("points:x", 1, Stage.APPRAISED_2, "second look"),
        said("points:x", 4, Stage.FINAL, "the council"),
    ]
    assert [
        points(scored(data, each))["x"] for each in (Stage.APPRAISED, Stage.APPRAISED_2, Stage.FINAL)
    ] == [2, 1, 4]


def test_points_a_unit_gives_itself_count_at_the_self_assessment_alone() -> None:
    """At `self` they are the unit's claim; afterwards what its evidence gives counts, never the claim."""
    data = [*inputs(Stage.SELF), *inputs(Stage.APPRAISED), said("points:x", 4, Stage.SELF)]
    assert points(scored(data, Stage.SELF))["x"] == 4
    assert points(scored(data, Stage.APPRAISED))["x"] == 2
    assert not scored(data, Stage.APPRAISED).points_set


def test_points_set_for_one_unit_are_no_other_units() -> None:
    """Another unit keeps what its own evidence gives."""
    data = [
        *inputs(Stage.APPRAISED),
        *inputs(Stage.APPRAISED, "v"),
        said("points:x", 4, Stage.APPRAISED, "reason"),
    ]
    result = scored(data, Stage.FINAL)
    assert (points(result)["x"], points(result, "v")["x"]) == (F(4), F(2))


FIRST = f"""
  - id: g
    title: g
    max: 10
    combine: first
    criteria:
      - {{id: x, title: x, max: 8, measure: {{ratio: [done, all_of]}}, scale: proportional,
          when: {{{ZERO}}}, {SOURCE}}}
      - {{id: y, title: y, max: 10, measure: {{value: rate}}, scale: proportional,
          when: {{{ZERO}}}, {SOURCE}}}
"""


@pytest.mark.parametrize("state", [State.NOTHING_AROSE, State.MISSING, State.REJECTED])
def test_points_set_for_the_first_rule_are_those_of_its_parent(state: State) -> None:
    """Where somebody set the points of a rule it applies, and its maximum is the parent's, whatever arose."""
    data = [said("all_of", Value(state), Stage.FINAL), said("done", Value(state), Stage.FINAL)]
    data += [said("rate", 1, Stage.FINAL), said("points:x", 6, Stage.FINAL, "reason")]
    card = score(sound(FIRST, "10"), Evidence(data), BOOK, PERIOD).card("u")
    assert card is not None
    assert (card.points("g"), card.attainable("g")) == (Value(State.OK, F(6)), Value(State.OK, F(8)))


@pytest.mark.parametrize("set_for", ["x", "one"])
def test_gates_and_ties_read_the_points_that_were_set(set_for: str) -> None:
    """What reads unrounded points reads those set, not those computed, of a leaf and of a parent."""
    tie = f"{{by: points, of: {set_for}, rounded: no}}"
    gate = "{every: criterion, points: '> 2', rounded: no, excluded: passes}"
    if set_for == "one":
        gate = gate.replace("criterion", "component").replace("2", "0")
    read = sound(
        f"""
  - id: one
    title: one
    max: 4
    criteria:
      - {{id: x, title: x, max: 4, measure: {{value: rate}}, scale: proportional, when: {{{ZERO}}}, {SOURCE}}}
""",
        "4",
        f"""classes:
  on: {{quantity: base, rounded: no}}
  bands: [{{name: A, in: "[2,4]", require: [{gate}]}}, {{name: B, in: "[0,2)"}}]
ranking:
  {{on: {{quantity: base, rounded: no}}, method: sequential, within: [all], ties: [{tie}]}}
""",
    )
    data = [said("rate", 0, Stage.FINAL), said(f"points:{set_for}", 3, Stage.FINAL, "reason")]
    card = score(read, Evidence(data), BOOK, PERIOD).card("u")
    assert card is not None
    assert (card.class_name, card.trace[f"unrounded:{set_for}"]) == ("A", Value(State.OK, F(3)))


@pytest.mark.parametrize(
    ("datum", "code"),
    [
        (said("points:x", 3, Stage.APPRAISED), "override-without-reason"),
        (said("points:x", 5, Stage.APPRAISED, "reason"), "points-out-of-range"),
        (said("points:one", -1, Stage.APPRAISED, "reason"), "points-out-of-range"),
        (said("points:x", Value(State.MISSING), Stage.APPRAISED, "reason"), "override-state"),
    ],
)
def test_points_set_wrongly_are_refused(datum: Datum, code: str) -> None:
    """Without a reason, outside what the node can have, or without a number, nothing is scored."""
    with pytest.raises(ParcoreError) as raised:
        scored([*inputs(Stage.APPRAISED), datum], Stage.FINAL)
    assert [each.code for each in raised.value.diagnostics] == [code]


def test_what_waits_for_its_appraisal_is_counted_and_bounded() -> None:
    """A leaf with only the unit's own evidence is open: the index lies between it at nothing and at full."""
    data = [each for each in inputs(Stage.APPRAISED) if each.field != "rate"] + [said("rate", 1, Stage.SELF)]
    card = scored(data, Stage.APPRAISED).card("u")
    assert card is not None
    assert card.provisional is not None
    assert [leaf.id for leaf in card.provisional.leaves] == ["x"]
    assert (card.provisional.base, card.provisional.rate) == ((F(4), F(8)), (F(40), F(80)))
    assert all(each.provisional is None for each in scored(data, Stage.SELF).scorecards)


def test_a_leaf_is_open_whatever_else_it_reads_twice() -> None:
    """One field that is not appraised yet leaves a leaf open, though another is missing and read twice."""
    leaf = "id: x, title: x, max: 10, measure: {formula: few * done * done}, scale: {slope: 1, cap: 10}"
    text = f"  - {{{leaf}, when: {{{ZERO}}}, {SOURCE}}}\n"
    data = [said("few", 1, Stage.SELF), said("done", Value(State.MISSING), Stage.APPRAISED)]
    (card,) = score(sound(text, "10"), Evidence(data), BOOK, PERIOD, stage=Stage.APPRAISED).scorecards
    assert card.provisional is not None
    assert [each.id for each in card.provisional.leaves] == ["x"]


def test_what_is_open_under_an_unknown_maximum_has_no_ends() -> None:
    """Where an open leaf's maximum is not known, nobody knows how far the index can go."""
    leaf = "{{id: {}, title: x, max: {}, measure: reported, when: {{{}}}, {}}}"
    text = "".join(
        f"  - {leaf.format(id_, top, ZERO, SOURCE)}\n" for id_, top in (("x", "unknown"), ("y", 2))
    )
    data = [said("points:x", 1, Stage.SELF), said("points:y", 1, Stage.APPRAISED, "reason")]
    (card,) = score(sound(text, "unknown"), Evidence(data), BOOK, PERIOD, stage=Stage.APPRAISED).scorecards
    assert card.provisional is not None
    assert [each.id for each in card.provisional.leaves] == ["x"]
    assert (card.provisional.base, card.provisional.total, card.provisional.rate) == (None, None, None)


def test_points_set_meanwhile_close_a_leaf() -> None:
    """What somebody set points for waits for nothing, for that unit; for another it does."""
    data = [*inputs(Stage.SELF), *inputs(Stage.SELF, "v"), said("points:one", 5, Stage.APPRAISED, "reason")]
    result = scored(data, Stage.APPRAISED)
    cards = [result.card(each) for each in ("u", "v")]
    assert all(card is not None and card.provisional is not None for card in cards)
    opened = [[leaf.id for leaf in card.provisional.leaves] for card in cards if card and card.provisional]
    assert opened == [["z"], ["x", "y", "z"]]
    assert [each.criterion.id for each in result.empty if each.unit.id == "u"] == ["x", "y", "z"]


FINDINGS = st.one_of(
    st.builds(Value, st.sampled_from(EVIDENCE_STATES)),
    st.builds(Value, st.just(State.OK), st.fractions(0, 1, max_denominator=7)),
)


@given(st.sets(st.sampled_from(sorted(NUMBERS)), min_size=1), st.data())
def test_whatever_the_appraiser_finds_the_index_lies_between_the_ends(
    open_fields: set[str], data: st.DataObject
) -> None:
    """Every completion of what is open gives an index within the bounds of the provisional result."""
    settled = [each for each in inputs(Stage.APPRAISED) if each.field not in open_fields]
    before = scored(
        settled + [each for each in inputs(Stage.SELF) if each.field in open_fields], Stage.APPRAISED
    )
    found = {name: data.draw(FINDINGS, name) for name in sorted(open_fields)}
    if "all_of" in found and found["all_of"].state is State.OK:
        found["all_of"] = Value(State.OK, 3 + found["all_of"].number)
    whole = [said(name, value, Stage.APPRAISED) for name, value in found.items()]
    after = scored(settled + whole, Stage.APPRAISED)
    first, last = before.card("u"), after.card("u")
    assert last is not None
    assert first is not None
    assert first.provisional is not None
    for quantity, span in (
        (Quantity.BASE, first.provisional.base),
        (Quantity.TOTAL, first.provisional.total),
        (Quantity.RATE, first.provisional.rate),
    ):
        value = last.index(quantity, rounded=True)
        assert value is not None
        assert span is not None
        assert value.state is State.ERROR or span[0] <= value.number <= span[1]


@pytest.mark.parametrize("who", ["yes", "no"])
def test_a_unit_measured_against_peers_waits_for_theirs(who: str) -> None:
    """While a peer is not appraised what is measured against it is open, and lies between the ends after."""
    measure = f"{{measure: {{value: rate}}, with: highest, by: quotient, within: all, who: all, self: {who}}}"
    read = sound(
        f"""
  - id: one
    title: one
    max: 10
    measure: {{compared: {measure}}}
    scale: [{{at_least: 1, points: 10}}, {{otherwise: 2}}]
    when: {{{ZERO}, nothing_arose: full}}
    {SOURCE}
""",
        "10",
    )
    own, stage = said("rate", F(1, 2), Stage.APPRAISED), Stage.APPRAISED

    def card(rate: Fraction | Value, by: Stage) -> Scorecard:
        found = score(read, Evidence([own, said("rate", rate, by, unit="v")]), BOOK, PERIOD, stage=stage)
        return next(each for each in found.scorecards if each.unit.id == "u")

    before = card(F(1), Stage.SELF)
    assert before.provisional is not None
    assert before.provisional.base == (F(0), F(10))
    assert card(F(1), stage).points("one").known == 2
    assert card(F(1), stage).provisional is None
    assert card(Value(State.MISSING), stage).provisional is None
