"""Policies one by one, where a drawn case would not say what is meant."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from attrs import evolve

from parcore.cli.decisions import class_title, decisions
from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.readings.prose.annex import describe
from parcore.results.output import to_dict
from parcore.results.result import Move, Place, Result, Step
from parcore.results.rows import csv_rows
from parcore.results.scoring import score
from parcore.rules.policies import Quantity, Reads
from parcore.values import State, Value
from tests.results.editions import PERIOD, Given, datum, edition, result, sound, unit
from tests.rules.reading import VOCABULARY

F = Fraction
WHEN = "missing: zero, unverified: zero, rejected: zero"
SOURCE = "source: {clause: '1', basis: illustrative}"
X = f"  - {{id: x, title: x, max: 100, measure: reported, when: {{{WHEN}}}, {SOURCE}}}\n"
ON = "{quantity: total, rounded: no}"
RANKING = f"ranking: {{on: {ON}, method: competition, within: [all]}}\n"


def item(name: str, field: str, when: str, more: str = "") -> str:
    """A bonus or penalty of so many points for each of a count, at most 10."""
    measure = f"measure: {{count: [{field}]}}, scale: {{per: 1, cap: 10}}"
    return f"{{id: {name}, title: {name}, max: 10, {measure}, when: {{{when}}}, {SOURCE}{more}}}"


def adjusted(penalty: str, cap: object = 10) -> Edition:
    """An edition whose penalty has these effects of emptiness."""
    block = f"penalty: {{cap: {cap}, criteria: [{item('late', 'late', penalty)}]}}"
    return sound(X, "100", f"adjustments: {{at_least: 0, at_most: 100, {block}}}\n{RANKING}")


def total(found: Result, name: str = "u1") -> Fraction | None:
    """A unit's total."""
    card = found.card(name)
    value = None if card is None else card.index(Quantity.TOTAL, rounded=False)
    return None if value is None else value.known


def attainable(found: Result) -> list[Fraction | None]:
    """What each unit could attain."""
    tops = [card.total_attainable for card in found.scorecards]
    return [None if top is None else top.known for top in tops]


def test_points_of_a_penalty_may_be_set() -> None:
    """What an appraiser sets for an item of bonus or penalty stands in the place of what is computed."""
    read = adjusted("missing: full, unverified: full, rejected: full, nothing_arose: zero")
    said = evolve(datum("u1", "points:late", 3), note="reason")
    held = Evidence([datum("u1", "points:x", 50), datum("u1", "late", 8), said])
    found = score(read, held, UnitBook([unit("u1")]), PERIOD)
    assert (total(found), found.unused_fields) == (F(47), ())
    assert [(each.criterion.id, each.computed.known) for each in found.points_set] == [("late", F(8))]


@pytest.mark.parametrize("state", [State.MISSING, State.UNVERIFIED, State.REJECTED])
def test_a_hidden_penalty_is_the_whole_penalty(state: State) -> None:
    """Hiding what a penalty counts costs no less than the most that it could count."""
    read = adjusted("missing: full, unverified: full, rejected: full, nothing_arose: zero")
    most = result(read, {"u1": {"points:x": 50, "late": 99}})
    assert total(result(read, {"u1": {"points:x": 50, "late": state}})) == total(most) == 40


def test_a_withheld_penalty_withholds_the_index() -> None:
    """A penalty that is not known and is withheld leaves the unit without total, class and place."""
    read = adjusted("missing: withhold, unverified: withhold, rejected: withhold, nothing_arose: zero")
    found = result(
        read, {"u1": {"points:x": 50, "late": State.UNVERIFIED}, "u2": {"points:x": 10, "late": 0}}
    )
    card = found.card("u1")
    assert card is not None
    assert card.state is State.WITHHELD
    assert card.reads(Reads(Quantity.BASE, rounded=False)) is None
    assert found.place("u1") is None
    assert [each.unit.id for each in found.scorecards] == ["u2", "u1"]
    assert found.place("u2") == Place("all", 1, 1)


@pytest.mark.parametrize("effect", ["zero", "exclude", "{effect: exclude, basis: official, clause: '1'}"])
def test_a_penalty_that_forgives_is_refused(effect: str) -> None:
    """Zero without a ground, and leaving out on any, would let off who hides: both are refused."""
    _, codes = edition(
        X, "100", "adjustments: {at_least: 0, at_most: 100, penalty: {cap: 3, criteria: ["
        + item("late", "late", f"missing: {effect}, unverified: full, rejected: full, nothing_arose: zero")
        + "]}}\n",
    )  # fmt: skip
    assert codes == {"penalty-forgives"}


def test_a_penalty_may_forgive_on_a_stated_ground() -> None:
    """Where the decision itself says that what is missing takes nothing off, that is stated and taken."""
    zero = "{effect: zero, basis: official, clause: '1'}"
    read = adjusted(f"missing: {zero}, unverified: full, rejected: full, nothing_arose: zero")
    assert total(result(read, {"u1": {"points:x": 50, "late": State.MISSING}})) == 50


def test_a_bonus_left_out_adds_nothing() -> None:
    """An item that does not apply changes neither total nor attainable maximum."""
    choice = "measure: {choice: plan}, table: {on_time: 3, late: 1, never: 0}"
    one = f"{{id: plus, title: plus, max: 3, {choice}, when: {{{WHEN}, not_applicable: exclude}}, {SOURCE}}}"
    read = sound(
        X, "100", f"adjustments: {{at_least: 0, at_most: 100, bonus: {{cap: 3, criteria: [{one}]}}}}\n"
    )
    for plan, wanted in (("on_time", 53), (State.NOT_APPLICABLE, 50), (State.MISSING, 50)):
        found = result(read, {"u1": {"points:x": 50, "plan": plan}})
        assert total(found) == wanted
        assert attainable(found) == [100]


GROUPED = f"""components:
  - id: x
    title: x
    max: {{a: 60, b: 80}}
    measure: reported
    when: {{{WHEN}}}
    {SOURCE}
"""


def test_numbers_of_policies_may_differ_by_group() -> None:
    """Conversion, caps, ends of the total and gates take the number of the unit's group."""
    block = f"bonus: {{cap: {{a: 1, b: 2}}, criteria: [{item('plus', 'few', WHEN)}]}}"
    gate = "[{every: leaf, at_least: {a: 30, b: 70}, rounded: no, excluded: fails}]"
    written = f"""conversion: {{to: {{a: 100, b: 50}}}}
adjustments: {{at_least: 0, at_most: {{a: 90, b: 60}}, {block}}}
classes:
  on: {{quantity: total, rounded: no}}
  bands: [{{name: high, in: "[40,…)", require: {gate}}}, {{name: low, in: "(…,40)"}}]
"""
    read = grouped(GROUPED, written)
    book = UnitBook([unit("u1", "a"), unit("u2", "b"), unit("u3", "a")])
    found = result(
        read,
        {
            "u1": {"points:x": 30, "few": 5},
            "u2": {"points:x": 64, "few": 5},
            "u3": {"points:x": 60, "few": 0},
        },
        book,
    )
    assert [total(found, name) for name in ("u1", "u2", "u3")] == [51, 42, 90]
    assert {card.unit.id: card.class_name for card in found.scorecards} == {
        "u1": "high",
        "u2": "low",
        "u3": "high",
    }


def test_a_fact_may_compare_with_a_figure_of_the_group() -> None:
    """A veto beyond a figure holds for the group whose figure is passed."""
    read = grouped(
        GROUPED,
        """classes:
  on: {quantity: base, rounded: no}
  bands: [{name: high, in: "[40,…)"}, {name: low, in: "(…,40)"}]
  vetoes:
    - if: few > most
      figures: {most: {a: 1, b: 2}}
      class: low
      when: {missing: holds, unverified: holds, rejected: holds}
""",
    )
    book = UnitBook([unit("u1", "a"), unit("u2", "b")])
    found = result(read, {name: {"points:x": 60, "few": 2} for name in ("u1", "u2")}, book)
    assert {card.unit.id: card.class_name for card in found.scorecards} == {"u1": "low", "u2": "high"}


OPEN = """classes:
  on: {quantity: base, rounded: no}
  bands: [{name: high, in: "[40,…)"GATE}, {name: low, in: "(…,30)"}]
  open: [{between: [high, low], in: "[30,40)", basis: inferred, note: the cut was not published}]
  vetoes: [{if: few > 5, class: low, when: {missing: withhold, unverified: withhold, rejected: withhold}}]
"""


def opened(gate: str = "") -> Result:
    """Four units: over an open zone, in it, in it with a veto, in it with a fact not yet appraised."""
    read = grouped(GROUPED, OPEN.replace("GATE", gate))
    book = UnitBook([unit(f"u{n}", "a") for n in range(4)])
    few = [0, 0, 9, State.UNVERIFIED]
    return result(read, {f"u{n}": {"points:x": [40, 35, 35, 35][n], "few": few[n]} for n in range(4)}, book)


def test_a_class_in_an_open_zone_is_open_until_something_lowers_it() -> None:
    """Between the bands a class is open; a veto settles it; what is not known withholds it all the same."""
    cards = {card.unit.id: card for card in opened().scorecards}
    assert {name: (card.class_name, card.class_open) for name, card in cards.items()} == {
        "u0": ("high", ()),
        "u1": (None, ("high", "low")),
        "u2": ("low", ()),
        "u3": (None, ()),
    }
    assert cards["u1"].moves == (Move(Step.BAND, None, None, "35", open_=("high", "low")),)
    assert [(move.before, move.after) for move in cards["u2"].moves] == [(None, None), ("high", "low")]
    assert cards["u3"].moves[-1].state is State.UNVERIFIED


def test_an_open_class_is_settled_by_a_gate_of_the_upper_one() -> None:
    """A unit in an open zone that fails what the upper class requires is in the lower one."""
    gate = ", require: [{every: leaf, points: '> 36', rounded: no, excluded: fails}]"
    cards = {card.unit.id: card.class_name for card in opened(gate).scorecards}
    assert cards == {"u0": "high", "u1": "low", "u2": "low", "u3": None}


def test_an_open_class_is_open_in_every_output() -> None:
    """JSON, CSV, the table's cell, its line and the prose say between which classes, and on whose word."""
    found = opened()
    card = found.card("u1")
    assert card is not None
    (data,) = (each for each in to_dict(found, "en")["units"] if each["unit"] == "u1")
    assert (data["class"], data["class_open"]) == (None, ["high", "low"])
    (row,) = (each for each in csv_rows(found, "en") if each["unit"] == "u1" and each["criterion"] == "index")
    assert (row["class"], row["class_open"]) == ("", "high | low")
    assert class_title(found, card, "en") == "high … low"
    line = "Class of u1: 35: where the cut between high and low lies is not known"
    assert f"{line} (inferred: the cut was not published)" in list(decisions(found, "en"))
    told = "\n".join(describe(found.edition, "en").policies)
    assert (
        "From 30 to under 40: which class it is, from low to high, is not known"
        " (inferred: the cut was not published)." in told
    )


def grouped(components: str, policies: str) -> Edition:
    """An edition of two unit groups."""
    findings = Findings()
    head = """methodology: test
edition: "1"
title: Test
applies: {from: 2000}
units: {kinds: [department], groups: [a, b]}
vocabulary: test
total: {a: 60, b: 80}
source: {basis: illustrative, title: test}
"""
    read = read_edition(
        parse_yaml(head + policies + components, "test.yaml", findings), {"test": VOCABULARY}, findings
    )
    assert read is not None
    assert not findings.errors, [each.render("en") for each in findings]
    return read


SURVEYED = f"""  - {{id: x, title: x, max: 60, measure: reported, when: {{{WHEN}}}, {SOURCE}}}
  - id: y
    title: y
    max: 40
    criteria:
      - {{id: s, title: s, max: 30, method: survey, measure: {{value: rate}}, scale: proportional,
         when: {{{WHEN}}}, {SOURCE}}}
      - {{id: t, title: t, max: 10, method: assessed, measure: reported, when: {{{WHEN}}}, {SOURCE}}}
"""
ABSENT = "absent: [{method: survey, effect: exclude, source: {clause: '9', basis: official}}]\n"


def test_a_survey_not_run_is_left_out_for_everybody() -> None:
    """Without any statement of it, a survey's points and maximum leave every unit, and the result says so."""
    read = sound(SURVEYED, "100", ABSENT)
    found = result(read, {"u1": {"points:x": 60, "points:t": 10}, "u2": {"points:x": 30}})
    assert attainable(found) == [70, 70]
    assert {card.points("s").state for card in found.scorecards} == {State.EXCLUDED}
    assert [each.method.value for each in found.absent] == ["survey"]
    assert to_dict(found, "en")["absent"] == [{"method": "survey", "basis": "official", "source": "9"}]
    assert "s" not in {each.criterion.id for each in found.empty}
    assert found.scorecards[0].trace.rerun() == found.scorecards[0].trace.values


@pytest.mark.parametrize("said", [F(0), State.MISSING, State.UNVERIFIED])
def test_one_statement_of_a_survey_counts_for_all(said: Given) -> None:
    """One unit's statement, be it that it is missing, makes the survey count for everybody."""
    read = sound(SURVEYED, "100", ABSENT)
    found = result(read, {"u1": {"points:x": 60}, "u2": {"points:x": 30, "rate": said}})
    assert found.absent == ()
    assert attainable(found) == [100, 100]


SURVEY_FIRST = f"""  - id: g
    title: g
    max: 100
    combine: first
    criteria:
      - {{id: s, title: s, max: 100, method: survey, measure: {{value: rate}}, scale: proportional,
         when: {{missing: withhold, unverified: withhold, rejected: zero}}, {SOURCE}}}
      - {{id: t, title: t, max: 80, method: assessed, measure: reported, when: {{{WHEN}}}, {SOURCE}}}
"""


def test_a_survey_not_run_gives_way_to_the_next_rule() -> None:
    """Of rules of which the first counts, one that nobody is assessed on is as if it were not written."""
    read = sound(SURVEY_FIRST, "100", ABSENT)
    without = result(read, {"u1": {"points:t": 70}}).scorecards[0]
    assert (without.points("g").known, without.attainable("g")) == (F(70), Value(State.OK, F(80)))
    run = result(read, {"u1": {"points:t": 70}, "u2": {"rate": F(1, 2)}})
    assert run.absent == ()
    silent = run.card("u1")
    assert silent is not None
    assert silent.points("g").state is State.WITHHELD


def test_a_survey_of_another_year_does_not_count() -> None:
    """What was handed in for another period is nothing for this one."""
    read = sound(SURVEYED, "100", ABSENT)
    held = Evidence([datum("u1", "points:x", 60), datum("u1", "rate", 1, period=Period(2023))])
    assert len(score(read, held, UnitBook([unit("u1")]), PERIOD).absent) == 1


def test_bands_are_those_of_the_year() -> None:
    """The same points have the class of the year that they are of; a year without bands has none."""
    bands = "on: {quantity: base, rounded: no}, bands: [{name: A, in: '[%s,100]'}, {name: B, in: '[0,%s)'}]"
    read = sound(
        X,
        "100",
        f"classes:\n  - {{from: 2018, to: 2018, {bands % (80, 80)}}}\n"
        f"  - {{from: 2020, {bands % (90, 90)}}}\n",
    )
    for year, wanted in ((2017, None), (2018, "A"), (2019, None), (2020, "B"), (2024, "B")):
        held = Evidence([datum("u1", "points:x", 85, period=Period(year))])
        found = score(read, held, UnitBook([unit("u1")]), Period(year))
        assert found.scorecards[0].class_name == wanted


QUOTA = f"""classes:
  on: {ON}
  bands: [{{name: top, in: "[90,100]"}}, {{name: good, in: "[50,90)"}}, {{name: low, in: "[0,50)"}}]
  caps: [{{if: plan = late, at_most: good, when: {{missing: holds, unverified: withhold, rejected: holds}}}}]
  quota: [{{class: top, share: 50%, of: [top, good], round: down, within: all, ties: authority,
    otherwise: good}}]
{RANKING}"""


def quota() -> Edition:
    """Half of those at least good may be at the top."""
    return sound(X, "100", QUOTA.replace("missing: holds", "missing: withhold"))


def test_each_step_of_a_class_is_kept() -> None:
    """Number, cap and quota each leave their step; what is open names both classes."""
    found = result(
        quota(),
        {
            "u1": {"points:x": 99, "plan": "on_time"},
            "u2": {"points:x": 95, "plan": "on_time"},
            "u3": {"points:x": 95, "plan": "on_time"},
            "u4": {"points:x": 97, "plan": "late"},
            "u5": {"points:x": 97, "plan": State.MISSING},
        },
    )
    cards = {card.unit.id: card for card in found.scorecards}
    assert [cards[name].class_name for name in ("u1", "u2", "u3", "u4", "u5")] == [
        "top",
        None,
        None,
        "good",
        None,
    ]
    assert cards["u2"].class_open == cards["u3"].class_open == ("top", "good")
    assert [(m.step, m.before, m.after, m.said) for m in cards["u4"].moves] == [
        (Step.BAND, None, "top", "97"),
        (Step.CAP, "top", "good", "plan = late"),
    ]
    assert [(m.step, m.state) for m in cards["u5"].moves] == [
        (Step.BAND, State.OK),
        (Step.CAP, State.MISSING),
    ]
    assert cards["u2"].moves[-1].said == "2/3"
    rows = {row["unit"]: row for row in csv_rows(found, "en") if row["criterion"] == "index"}
    assert rows["u2"]["class_open"] == "top | good"
    assert (rows["u2"]["class"], rows["u1"]["class"]) == ("", "top")


@pytest.mark.parametrize("lacking", [{"late": State.NOTHING_AROSE}, {"plan": State.NOT_APPLICABLE}])
def test_one_fact_of_several_is_enough_whatever_did_not_arise(lacking: Mapping[str, Given]) -> None:
    """Of a veto on any of several facts one that holds is enough, and one that is hidden is not let off."""
    when = "{missing: holds, unverified: holds, rejected: holds}"
    read = sound(
        X,
        "100",
        f"""classes:
  on: {{quantity: base, rounded: no}}
  bands: [{{name: A, in: "[50,100]"}}, {{name: B, in: "[0,50)"}}]
  vetoes: [{{if: {{any: [late > 0, plan = never, few > 3]}}, class: B, when: {when}}}]
""",
    )
    clean: dict[str, Given] = {"points:x": 60, "late": 0, "plan": "on_time", "few": 0, **lacking}
    found = result(read, {"u1": clean, "u2": clean | {"few": 4}, "u3": clean | {"few": State.MISSING}})
    assert [card.class_name for card in sorted(found.scorecards, key=lambda card: card.unit.id)] == [*"ABB"]


def test_the_milder_way_by_hiding_a_fact_is_refused() -> None:
    """A fact that withholds the class while unverified may not merely hold it down when missing."""
    _, codes = edition(X, "100", QUOTA)
    assert codes == {"fact-forgives"}


def test_what_leaves_its_class_by_a_quota_meets_the_gates_below() -> None:
    """A unit over the quota of one class goes past the next where a gate of that fails."""
    gate = "[{every: leaf, points: '> 95', rounded: no, excluded: fails}]"
    text = QUOTA.replace('in: "[50,90)"', f'in: "[50,90)", require: {gate}').replace(
        "missing: holds", "missing: withhold"
    )
    found = result(
        sound(X, "100", text.replace("share: 50%", "share: 50%, at_most: 1")),
        {name: {"points:x": x, "plan": "on_time"} for name, x in (("u1", 99), ("u2", 95))},
    )
    assert {card.unit.id: card.class_name for card in found.scorecards} == {"u1": "top", "u2": "low"}
    assert [move.step for move in found.scorecards[1].moves] == [Step.BAND, Step.QUOTA, Step.GATE]
    assert found.scorecards[1].moves[-1].criteria == ("x",)


def test_a_class_left_open_counts_in_the_next_quota() -> None:
    """Units open between two classes are in them: the share of the next quota is of them too."""
    quota = "share: 50%, round: down, within: all, ties: authority"
    read = sound(
        X,
        "100",
        f"""classes:
  on: {{quantity: total, rounded: no}}
  bands: [{{name: A, in: "[90,100]"}}, {{name: B, in: "[70,90)"}}, {{name: C, in: "[0,70)"}}]
  quota:
    - {{class: A, of: [A, B], otherwise: B, {quota}}}
    - {{class: B, of: [A, B, C], otherwise: C, {quota}}}
{RANKING}""",
    )
    points = {"u1": 100, "u2": 95, "u3": 95, "u4": 75, "u5": 74}
    found = result(read, {name: {"points:x": x} for name, x in points.items()})
    classes = {card.unit.id: card.class_name for card in found.scorecards}
    assert classes == {"u1": "A", "u2": None, "u3": None, "u4": "B", "u5": "B"}


def test_units_outside_the_ranking_are_outside_quotas() -> None:
    """An unranked unit keeps the class of its number and counts for nobody's quota."""
    text = QUOTA.replace("missing: holds", "missing: withhold").replace(
        "within: [all]}", "within: [all], unranked: [u1]}"
    )
    found = result(
        sound(X, "100", text),
        {name: {"points:x": x, "plan": "on_time"} for name, x in (("u1", 99), ("u2", 95), ("u3", 60))},
    )
    assert {card.unit.id: card.class_name for card in found.scorecards} == {
        "u1": "top",
        "u2": "top",
        "u3": "good",
    }


def test_tied_units_stand_in_the_order_of_what_breaks_the_tie() -> None:
    """Scorecards, places and the flag of an open tie follow the tie-breaks, what is unknown last."""
    ties = "ties: [{by: value, of: few, best: lowest}, authority]"
    read = sound(X, "100", f"ranking: {{on: {ON}, method: competition, within: [all], {ties}}}\n")
    few: dict[str, Given] = {"u1": 3, "u2": State.UNVERIFIED, "u3": 1, "u4": 3}
    found = result(read, {name: {"points:x": 50, "few": each} for name, each in few.items()})
    assert [card.unit.id for card in found.scorecards] == ["u3", "u1", "u4", "u2"]
    places = [found.places[card.unit.id][0] for card in found.scorecards]
    assert [(each.place, each.open) for each in places] == [(1, False), (2, True), (2, True), (4, False)]
    assert "few" not in found.unused_fields
