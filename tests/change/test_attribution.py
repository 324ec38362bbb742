"""The parts of a change: they add up, turn round with the years, and are what plain arithmetic gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import pytest
from attrs import astuple, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from parcore.change.aside import Aside
from parcore.change.attribution import Attribution, Parts, Split, UnitSplit
from parcore.change.telling import of_scores
from parcore.change.worlds import Year
from parcore.change.years import attribute
from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence
from parcore.evidence.lineage import Lineage
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import POINTS
from parcore.rules.policies import Quantity
from parcore.values import State
from tests.results.editions import BOOK, PERIOD, Given, editions, evidence, populations, sound
from tests.results.editions import unit as unit_of

F = Fraction
People = Mapping[str, Mapping[str, Given]]

LEAF = """  - id: {id}
    title: {id}
    max: {max}
    measure: {{{measure}}}
    scale: {scale}
    when: {{missing: zero, unverified: zero, rejected: zero{more}}}
    source: {{clause: x, basis: illustrative}}
"""
POLICIES = """rounding: {index: 2}
ranking: {on: {quantity: rate, rounded: yes}, method: competition, within: [all]}
"""


def leaf(id_: str, top: int, measure: str, scale: str = "proportional", more: str = "") -> str:
    """A leaf as an author writes it."""
    return LEAF.format(id=id_, max=top, measure=measure, scale=scale, more=more)


def year(read: Edition, people: People) -> Year:
    """A year: an edition, and evidence of some units."""
    return Year(read, evidence(people), PERIOD)


def why(first: tuple[Edition, People], second: tuple[Edition, People]) -> Attribution:
    """The parts of the changes between two years."""
    return attribute(year(*first), year(*second), [first[0], second[0]], BOOK, Lineage())


def splits(found: Attribution) -> Iterator[Split]:
    """Every number that was split."""
    for each in found.units:
        yield from splits_of(each)


def splits_of(unit: UnitSplit) -> Iterator[Split]:
    """Every number of a unit that was split."""
    yield from (unit.index, *unit.groups, *unit.criteria)


KNOWN: Mapping[str, Given] = {
    "done": 1, "all_of": 2, "late": 1, "few": 1, "rate": F(1, 2), "plan": "late", "index:other:rank": 2,
}  # fmt: skip


def known(people: People) -> People:
    """The same units with a number in the place of every state, so that most have an index."""
    return {
        name: {field: KNOWN[field] if isinstance(said, State) else said for field, said in own.items()}
        for name, own in people.items()
    }


some = st.one_of(populations(2).map(known), populations(2).map(known), populations())
drawn = st.tuples(st.one_of(editions(), editions(sums_only=True)), some)


@settings(max_examples=60)
@given(drawn, drawn)
def test_the_parts_add_up_to_the_change_of_what_is_printed(
    first: tuple[Edition, People], second: tuple[Edition, People]
) -> None:
    """Nothing of a change is left over, of no criterion, group, index or place."""
    found = why(first, second)
    for each in splits(found):
        if each.parts is not None:
            assert each.parts.total == (each.second or F(0)) - (each.first or F(0))
        else:
            assert each.aside is not None or None in (each.first, each.second)
    for unit in found.units:
        if unit.places is not None and unit.places.parts is not None:
            parts = unit.places.parts
            assert parts.units == 0
            assert parts.rule + parts.own + parts.others + parts.not_comparable == unit.places.gained


@settings(max_examples=40)
@given(drawn, drawn)
def test_seen_from_the_other_year_every_part_turns_its_sign(
    first: tuple[Edition, People], second: tuple[Edition, People]
) -> None:
    """What made a score rise from one year to the next makes it fall on the way back."""

    def signed(found: Attribution, sign: int) -> dict[object, object]:
        told: dict[object, object] = {}
        for unit in found.units:
            for each in (unit.index, *unit.groups, *unit.criteria):
                match = each.match
                sides = [] if match is None else [match.first, match.second][::sign]
                key = unit.first.id, *(tuple(node.id for node in side) for side in sides)
                parts = each.parts
                told[key] = None if parts is None else [
                    sign * part
                    for part in astuple(parts)
                ]  # fmt: skip
        return told

    assert signed(why(first, second), 1) == signed(why(second, first), -1)


@settings(max_examples=40)
@given(drawn, some)
def test_under_one_edition_no_change_is_the_rules(first: tuple[Edition, People], later: People) -> None:
    """Where the edition stays nothing is the rule's; of what both years have all but rounding is work."""
    for unit in why(first, (first[0], later)).units:
        for each in splits_of(unit):
            assert each.parts is None or [each.parts.rule, each.parts.units] == [0, 0]
        for each in unit.criteria:
            if each.parts is not None and each.aside is None:
                assert each.parts == Parts(evidence=each.parts.evidence, rounding=each.parts.rounding)


@settings(max_examples=40)
@given(drawn, editions())
def test_with_one_evidence_no_change_is_better_work(first: tuple[Edition, People], later: Edition) -> None:
    """Where the evidence stays, nothing is evidence's or the units'."""
    for each in splits(why(first, (later, first[1]))):
        assert each.parts is None or [each.parts.evidence, each.parts.units] == [0, 0]


STEPS = "[{at_least: 80%, points: proportional}, {otherwise: 0}]"
STRICT = "[{at_least: 90%, points: proportional}, {otherwise: 0}]"


def test_the_parts_are_what_pencil_and_paper_give() -> None:
    """Two criteria, one tightened and re-weighted: rule and evidence each in the mean of both orders."""
    share, zero = "ratio: [done, all_of]", ", nothing_arose: zero"
    one = sound(leaf("a", 4, "value: rate", STEPS) + leaf("b", 6, share, more=zero), "10", POLICIES)
    two = sound(leaf("a", 5, "value: rate", STRICT) + leaf("b", 5, share, more=zero), "10", POLICIES)
    before: People = {"u1": {"rate": F(8, 10), "done": 1, "all_of": 3}}
    after: People = {"u1": {"rate": F(95, 100), "done": 2, "all_of": 3}}
    (unit,) = why((one, before), (two, after)).units
    assert unit.quantity is Quantity.RATE
    # First edition: 4 × 0.8 + 6 / 3 = 5.2, then 3.8 + 4 = 7.8; second: 5/3, then 4.75 + 10/3.
    a, b, c, d = F(52), F(78), F(5, 3) * 10, (F(19, 4) + F(10, 3)) * 10
    assert unit.index.first == 52
    assert unit.index.second == F(8083, 100)
    assert unit.index.parts == Parts(
        rule=((c - a) + (d - b)) / 2, evidence=((b - a) + (d - c)) / 2, rounding=F(8083, 100) - d
    )
    by_id = {each.match.second[0].id: each for each in unit.criteria if each.match is not None}
    # Of a: 3.2 and 3.8 under the first, 0 and 4.75 under the second.
    assert by_id["a"].parts == Parts(rule=(F(-16, 5) + F(19, 20)) / 2, evidence=(F(3, 5) + F(19, 4)) / 2)


def test_what_one_edition_alone_has_is_not_comparable() -> None:
    """A criterion that is new or gone has no part in rule or evidence; the index has it apart."""
    one = sound(leaf("a", 4, "value: rate") + leaf("gone", 6, "value: rate"), "10", POLICIES)
    two = sound(
        leaf("a", 4, "value: rate") + leaf("new", 6, "value: few", "{per: 2, cap: 6}"), "10", POLICIES
    )
    (unit,) = why((one, {"u1": {"rate": F(1, 2)}}), (two, {"u1": {"rate": F(3, 4), "few": 3}})).units
    # a: 2, then 3 of 4: of a alone 50 %, then 75 %. All together 50 %, then 90 %.
    assert unit.index.parts == Parts(evidence=F(25), not_comparable=F(15))
    by_id = {(each.match.second or each.match.first)[0].id: each for each in unit.criteria if each.match}
    assert by_id["a"].parts == Parts(evidence=F(1))
    assert (by_id["gone"].aside, by_id["gone"].parts) == (Aside.NO_COUNTERPART, Parts(not_comparable=F(-3)))
    assert (by_id["new"].aside, by_id["new"].parts) == (Aside.NO_COUNTERPART, Parts(not_comparable=F(6)))


def test_a_rule_that_asks_for_evidence_never_gathered_is_not_comparable() -> None:
    """Last year's unit is not punished for what nobody asked it: that is no effect of the rule."""
    one = sound(leaf("a", 4, "value: rate"), "4", POLICIES)
    two = sound(leaf("a", 4, "value: few", "{per: 2, cap: 4}"), "4", POLICIES)
    (unit,) = why((one, {"u1": {"rate": F(1, 2)}}), (two, {"u1": {"rate": F(1, 2), "few": 2}})).units
    (split,) = unit.criteria
    assert (split.aside, split.parts) == (Aside.NO_EVIDENCE, Parts(not_comparable=F(2)))
    assert unit.index.parts == Parts(not_comparable=F(50))


def test_evidence_that_was_hidden_in_its_own_year_is_compared_as_it_was_scored() -> None:
    """What was not handed in scored 0 then; handing it in is better work."""
    read = sound(leaf("a", 4, "value: rate"), "4", POLICIES)
    (unit,) = why((read, {"u1": {"rate": State.MISSING}}), (read, {"u1": {"rate": F(1)}})).units
    assert unit.index.parts == Parts(evidence=F(100))


def test_points_given_under_another_maximum_are_not_comparable() -> None:
    """Points that somebody gave hold under the rule by which they were given."""
    rule = "  - id: a\n    title: a\n    max: {max}\n    measure: reported\n    when: {{missing: withhold,"
    rule += " unverified: withhold, rejected: withhold}}\n    source: {{clause: x, basis: illustrative}}\n"
    one, two = (sound(rule.format(max=top), str(top), POLICIES) for top in (4, 5))
    (unit,) = why((one, {"u1": {"points:a": 4}}), (two, {"u1": {"points:a": 4}})).units
    assert unit.criteria[0].aside is Aside.POINTS_GIVEN
    assert unit.index.parts == Parts(not_comparable=F(-20))
    (same,) = why((one, {"u1": {"points:a": 3}}), (one, {"u1": {"points:a": 4}})).units
    assert same.index.parts == Parts(evidence=F(25))


def with_reason(people: People) -> Evidence:
    """Evidence in which points that are set have a reason."""
    return Evidence(
        evolve(each, note="vì" if each.field.startswith(POINTS) else "") for each in evidence(people)
    )


def two_leaves(name: str = "1") -> Edition:
    """A component of two leaves, 4 points each, and one of 2."""
    rate, few = leaf("a", 4, "value: rate"), leaf("b", 4, "value: few", "{per: 1, cap: 4}")
    group = "  - id: g\n    title: g\n    max: 8\n    criteria:\n"
    inner = (rate + few).replace("\n", "\n    ").rstrip(" ")
    return evolve(sound(group + "    " + inner + leaf("c", 2, "value: rate"), "10", POLICIES), name=name)


SET: Mapping[str, Given] = {"rate": F(1, 2), "few": 2}
"""2 points each of a and b, 1 of c."""


@pytest.mark.parametrize(("of", "points", "change"), [("a", 4, -20), ("g", 8, -40)])
def test_points_set_under_the_same_edition_are_work(of: str, points: int, change: int) -> None:
    """An appraiser's points mean the same in both years of one edition; no rule changed."""
    first = Year(two_leaves(), with_reason({"u1": {**SET, f"points:{of}": points}}), PERIOD)
    (unit,) = attribute(first, year(two_leaves(), {"u1": SET}), [two_leaves()], BOOK, Lineage()).units
    assert unit.index.parts == Parts(evidence=F(change))
    assert {each.aside for each in unit.criteria} == {None}


@pytest.mark.parametrize(("of", "points", "out"), [("a", 4, {"a"}), ("g", 8, {"a", "b"})])
def test_points_set_are_taken_out_with_what_they_were_set_for(of: str, points: int, out: set[str]) -> None:
    """Points set hold in their own year alone: no part of what they made is the rule's."""
    one, two = two_leaves(), evolve(two_leaves("2"), replaces="test@1")
    first = Year(one, with_reason({"u1": {**SET, f"points:{of}": points}}), PERIOD)
    (unit,) = attribute(first, Year(two, evidence({"u1": SET}), PERIOD), [one, two], BOOK, Lineage()).units
    # Without them 3 of 6 points, or 1 of 2: 50 % in both years.
    assert unit.index.parts == Parts(not_comparable=(unit.index.second or F(0)) - (unit.index.first or F(0)))
    assert unit.index.parts != Parts()
    assert {each.match.first[0].id for each in unit.criteria if each.match and each.aside} == out
    groups = [each.parts for each in unit.groups if each.parts is not None]
    assert [each.rule for each in groups] == [0]


def test_the_rest_of_a_component_is_comparable_under_one_edition() -> None:
    """What a remainder stands for is the same in two years of one edition."""
    rest = leaf("r", 4, "value: rate").replace("    measure: {value: rate}\n    scale: proportional\n",
                                               "    measure: reported\n    remainder: yes\n")  # fmt: skip
    group = "  - id: g\n    title: g\n    max: 8\n    criteria:\n"
    inner = (leaf("a", 4, "value: rate") + rest).replace("\n", "\n    ").rstrip(" ")
    read = sound(group + "    " + inner, "8", POLICIES)
    before, after = ({"u1": {"rate": F(1, 2), "points:r": points}} for points in (2, 3))
    (unit,) = why((read, before), (read, after)).units
    assert unit.index.parts == Parts(evidence=F(100, 8))


def test_a_unit_of_a_group_that_one_edition_does_not_know_stops_nobody() -> None:
    """A new unit group has no place in the edition before: all others are compared all the same."""
    new = sound(leaf("a", 4, "value: rate"), "4", POLICIES)
    old = evolve(new, groups=("p",))
    book = UnitBook([unit_of("u1", "p"), unit_of("u2", "q")])
    first = Year(old, evidence({"u1": {"rate": F(1, 2)}}), PERIOD)
    second = Year(new, evidence({"u1": {"rate": F(3, 4)}, "u2": {"rate": F(1)}}), PERIOD)
    found = attribute(first, second, [old, new], book, Lineage())
    (unit,) = found.units
    assert unit.index.parts == Parts(evidence=F(25))
    assert [each.id for each in found.only_second] == ["u2"]


def test_a_year_without_a_number_is_told_as_such() -> None:
    """What is withheld has no parts, and the reason is not that of the other edition."""
    text = leaf("a", 4, "value: rate").replace("missing: zero", "missing: withhold")
    read = sound(text, "4", POLICIES)
    (unit,) = why((read, {"u1": {"rate": State.MISSING}}), (read, {"u1": {"rate": F(1, 2)}})).units
    for each in (unit.index, *unit.criteria):
        assert (each.first, each.parts, each.aside) == (None, None, Aside.WITHHELD)


def test_places_are_split_into_own_work_others_and_the_rule() -> None:
    """A unit that stood still falls because another passed it; that is the other's doing."""
    read = sound(leaf("a", 4, "value: rate"), "4", POLICIES)
    before = {"u1": {"rate": F(1, 2)}, "u2": {"rate": F(1, 4)}}
    after = {"u1": {"rate": F(1, 2)}, "u2": {"rate": F(1)}}
    found = {each.first.id: each.places for each in why((read, before), (read, after)).units}
    one, two = found["u1"], found["u2"]
    assert one is not None
    assert two is not None
    assert one.parts is not None
    assert two.parts is not None
    assert [one.first, one.second, one.parts.own, one.parts.others] == [1, 2, 0, -1]
    assert [two.first, two.second, two.parts.own, two.parts.others] == [2, 1, 1, 0]


def test_places_within_groups_are_split_among_the_group() -> None:
    """An edition that ranks groups alone: units of another group move nobody."""
    policies = POLICIES.replace("within: [all]", "within: [group]")
    read = sound(leaf("a", 4, "value: rate"), "4", policies)
    book = UnitBook([unit_of("u1", "p"), unit_of("u2", "p"), unit_of("u3", "q")])
    before = {"u1": {"rate": F(1, 2)}, "u2": {"rate": F(1, 4)}, "u3": {"rate": F(0)}}
    after = {"u1": {"rate": F(1, 2)}, "u2": {"rate": F(3, 4)}, "u3": {"rate": F(1)}}
    found = attribute(year(read, before), year(read, after), [read, read], book, Lineage())
    (section,) = of_scores(found, "en")
    assert "places are those within a unit's group" in section.lines
    told = {each.first.id: each.places for each in found.units}
    gained = {"u1": (1, 2, 0, -1), "u2": (2, 1, 1, 0), "u3": (1, 1, 0, 0)}
    for name, expected in gained.items():
        places = told[name]
        assert places is not None
        assert places.parts is not None
        assert [places.first, places.second, places.parts.own, places.parts.others] == [*expected]


def test_a_criterion_split_in_two_is_compared_with_both_together() -> None:
    """What became of one criterion is compared as a whole."""
    one = sound(leaf("a", 4, "value: rate"), "4", POLICIES)
    parts = leaf("b", 2, "value: rate") + leaf("c", 2, "value: rate", STEPS)
    parts = parts.replace("title: b", "title: b\n    supersedes: [a]").replace(
        "title: c", "title: c\n    supersedes: [a]"
    )
    two = evolve(sound(parts, "4", POLICIES), name="2", replaces=one.key)
    (unit,) = why((one, {"u1": {"rate": F(1, 2)}}), (two, {"u1": {"rate": F(1, 2)}})).units
    (split,) = unit.criteria
    assert [split.first, split.second] == [2, 1]
    assert split.parts == Parts(rule=F(-1))


def test_years_in_the_wrong_order_are_refused() -> None:
    """Evidence is carried from earlier units to later ones alone: the later year cannot come first."""
    read = sound(leaf("a", 4, "value: rate"), "4", POLICIES)
    late = Year(read, evidence({"u1": {"rate": F(1)}}), Period(2025))
    with pytest.raises(ParcoreError) as stopped:
        attribute(late, year(read, {"u1": {"rate": F(1)}}), [read, read], BOOK, Lineage())
    assert [each.code for each in stopped.value.diagnostics] == ["compare-order"]


def test_what_was_assessed_in_one_year_alone_is_not_comparable_in_the_index_too() -> None:
    """A criterion of which nothing arose, and which is left out then, is in no year's comparable part."""
    share, out = "ratio: [done, all_of]", ", nothing_arose: exclude"
    read = sound(leaf("a", 3, share, more=out) + leaf("b", 7, "value: rate"), "10", POLICIES)
    before: People = {"u1": {"done": State.NOTHING_AROSE, "all_of": 0, "rate": F(4, 10)}}
    after: People = {"u1": {"done": 3, "all_of": 3, "rate": F(5, 10)}}
    (unit,) = why((read, before), (read, after)).units
    # Of b alone 40 % to 50 %; with a the second year has (3 + 3.5) / 10 = 65 %.
    assert unit.index.parts == Parts(evidence=F(10), not_comparable=F(15))
    by_id = {each.match.second[0].id: each for each in unit.criteria if each.match is not None}
    assert (by_id["a"].aside, by_id["a"].parts) == (Aside.NOT_ASSESSED, Parts(not_comparable=F(3)))
    assert by_id["b"].parts == Parts(evidence=F(7, 10))


PENALTY = """adjustments:
  at_least: 0
  at_most: 12
  penalty:
    cap: 3
    criteria:
      - id: late
        title: late
        max: 3
        measure: {value: few}
        scale: {per: 1, cap: 3}
        when: {missing: full, unverified: full, rejected: full}
        source: {clause: "3", basis: illustrative}
"""


def test_what_a_penalty_takes_off_is_below_zero() -> None:
    """One late report less is a point more, of the penalty as of the index."""
    read = sound(leaf("a", 10, "value: rate"), "10", POLICIES + PENALTY)
    before: People = {"u1": {"rate": F(1), "few": 2}}
    after: People = {"u1": {"rate": F(1), "few": 1}}
    (unit,) = why((read, before), (read, after)).units
    assert unit.index.parts == Parts(evidence=F(1))
    by_id = {each.match.second[0].id: each for each in unit.criteria if each.match is not None}
    assert [by_id["late"].first, by_id["late"].second] == [-2, -1]
    assert by_id["late"].parts == Parts(evidence=F(1))
