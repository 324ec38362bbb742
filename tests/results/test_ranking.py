"""Places, classes and changes: exact, whatever the order, and as people say them."""

from fractions import Fraction
from random import Random

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.units import UnitBook
from parcore.numbers import NumberError
from parcore.results.change import Change, Earlier, changes
from parcore.results.output import to_dict
from parcore.results.ranking import Entry, places, tiers
from parcore.results.ranking import ranked as ranked_entries
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.rules.graph import Within
from parcore.rules.policies import Against, Quantity, Ranking, Reads, Ties, Tolerance
from parcore.values import State
from tests import strategies as our
from tests.results.editions import (
    BOOK,
    PERIOD,
    UNITS,
    Given,
    datum,
    editions,
    evidence,
    populations,
    result,
    statements,
    unit,
)
from tests.results.editions import edition as found_in

F = Fraction
RATE = Reads(Quantity.RATE, rounded=False)


def ranked(units: list[tuple[Fraction, str]], method: Ties) -> dict[str, int]:
    """The places of units with numbers and nothing else."""
    entries = [Entry(name, number) for number, name in units]
    return {name: place for name, (place, _) in ranked_entries(entries, method).items()}


def numbered() -> st.SearchStrategy[list[tuple[Fraction, str]]]:
    """Units with numbers, among which exact ties and near misses are common."""
    numbers = st.sampled_from([*our.NEAR, F(1), F(3333333333, 10**10), F(2, 3), F(0), F(-1)])
    return st.lists(numbers, max_size=9).map(lambda given: [(x, f"u{at}") for at, x in enumerate(given)])


@given(numbered())
def test_competition_counts_those_ahead(units: list[tuple[Fraction, str]]) -> None:
    """A competition place is one more than the units strictly ahead: 1, 2, 2, 4."""
    assert ranked(units, Ties.COMPETITION) == {
        name: 1 + sum(other > x for other, _ in units) for x, name in units
    }


@given(numbered())
def test_dense_counts_the_numbers_ahead(units: list[tuple[Fraction, str]]) -> None:
    """A dense place is one more than the different numbers ahead: 1, 2, 2, 3."""
    assert ranked(units, Ties.DENSE) == {name: 1 + len({y for y, _ in units if y > x}) for x, name in units}


@given(numbered(), st.sampled_from(Ties), st.randoms(use_true_random=False))
def test_the_order_of_units_is_irrelevant(
    units: list[tuple[Fraction, str]], method: Ties, random: Random
) -> None:
    """Places are the same in whatever order units are given."""
    shuffled = list(units)
    random.shuffle(shuffled)
    assert ranked(shuffled, method) == ranked(units, method)


def test_a_third_is_not_its_decimals() -> None:
    """1/3 stands before 0,333333333 and is equal to 2/6; nothing is compared to so many places."""
    near = [(F(333333333, 10**9), "near"), (F(1, 3), "third"), (F(2, 6), "again")]
    assert ranked(near, Ties.COMPETITION) == {"third": 1, "again": 1, "near": 3}
    assert ranked(near, Ties.DENSE) == {"third": 1, "again": 1, "near": 2}


SCALE = """  - {id: x, title: x, max: 100, when: {missing: withhold, unverified: withhold, rejected: zero},
     source: {clause: '1', basis: illustrative}, measure: {value: rate}, scale: proportional}
"""
BANDS = """classes:
  on: {quantity: rate, rounded: %s}
  bands: [{name: A, in: "[90,100]"}, {name: B, in: "(80,90)"}, {name: C, in: "[0,80)"}]
"""


def rated(rounding: str = "", rounded: str = "no", ranking: str = "") -> Edition:
    """An edition in which a unit's rate is its points."""
    read, codes = found_in(SCALE, "100", rounding + BANDS % rounded + ranking)
    assert codes <= {"bands-gap"}  # exactly 80 is in no band, on purpose
    return read


@pytest.mark.parametrize(
    ("rate", "rounded", "name"),
    [
        (F(90), "no", "A"),
        (F(90) - F(1, 10**9), "no", "B"),
        (F(90) - F(1, 10**9), "yes", "A"),
        (F(89994, 1000), "yes", "B"),
        (F(89995, 1000), "yes", "A"),
        (F(89995, 1000), "no", "B"),
        (F(80), "no", None),
        (F(80) + F(1, 3 * 10**9), "no", "B"),
        (F(80) + F(1, 3 * 10**9), "yes", None),
        (F(80) - F(1, 3), "no", "C"),
        (F(0), "no", "C"),
        (F(100), "yes", "A"),
    ],
)
def test_a_class_holds_to_its_exact_edges(rate: Fraction, rounded: str, name: str | None) -> None:
    """A band takes exactly the numbers it says, of the rate rounded or not; between bands none."""
    found = result(rated("rounding: {index: 2}\n", rounded), {"u1": {"rate": rate / 100}})
    assert found.scorecards[0].class_name == name


def test_a_unit_without_an_index_has_no_class_and_no_place() -> None:
    """A withheld unit stands last, outside classes and places, and does not push others down."""
    read = rated(ranking="ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all]}\n")
    given_: dict[str, dict[str, Given]] = {
        "u1": {"rate": State.UNVERIFIED},
        "u2": {"rate": F(1, 2)},
        "u3": {"rate": F(0)},
    }
    found = result(read, given_)
    assert [each.unit.id for each in found.scorecards] == ["u2", "u3", "u1"]
    assert found.scorecards[2].class_name is None
    assert "u1" not in found.places
    assert [(p.place, p.among) for name in ("u2", "u3") for p in found.places[name]] == [(1, 2), (2, 2)]


GROUPED = UnitBook(
    [
        unit("u1", "big", "north"),
        unit("u2", "big", "south"),
        unit("u3", "small", "north"),
        unit("u4", "small"),
        unit("u5", "small", "south"),
    ]
)


@given(
    st.dictionaries(st.sampled_from(UNITS), st.sampled_from([F(1, 3), F(333, 1000), F(1), F(0)]), min_size=1),
    st.sampled_from(Ties),
    st.sets(st.sampled_from(UNITS)),
)
def test_places_are_within_their_circle(rates: dict[str, Fraction], method: Ties, outside: set[str]) -> None:
    """In each circle a unit's place counts its ranked units; the unranked count nowhere."""
    ranking = Ranking(RATE, method, (Within.ALL, Within.GROUP, Within.REGION), tuple(outside))
    read = evolve(rated(), ranking=ranking)
    found = result(read, {name: {"rate": rate} for name, rate in rates.items()}, GROUPED)
    for name, rate in rates.items():
        one = GROUPED.units[name]
        circles = {
            "all": set(UNITS),
            f"group:{one.group}": {n for n in UNITS if GROUPED.units[n].group == one.group},
        }
        if one.region:
            circles[f"region:{one.region}"] = {n for n in UNITS if GROUPED.units[n].region == one.region}
        got = {each.circle: (each.place, each.among) for each in found.places.get(name, ())}
        if name in outside:
            assert not got
            continue
        wanted = {}
        for circle, members in circles.items():
            others = [rates[n] for n in members if n in rates and n not in outside]
            ahead = [x for x in others if x > rate]
            wanted[circle] = (
                1 + (len(set(ahead)) if method is Ties.DENSE else len(ahead)),
                len(others),
            )
        assert got == wanted


def test_an_edition_without_ranking_ranks_nobody() -> None:
    """No ranking declared, no places."""
    found = result(rated(), {"u1": {"rate": F(1)}})
    assert found.places == {}
    assert places(found.scorecards, None) == {}


@given(editions(), populations(), st.randoms(use_true_random=False))
def test_the_order_of_evidence_is_irrelevant(
    read: Edition, by_unit: dict[str, dict[str, Given]], random: Random
) -> None:
    """Statements in another order give the same scores, places, classes and order of units."""
    one = result(read, by_unit)
    shuffled = list(evidence(by_unit))
    random.shuffle(shuffled)
    two = score(read, Evidence(shuffled), BOOK, PERIOD)
    assert [(c.unit.id, c.trace.values, c.class_name) for c in two.scorecards] == [
        (c.unit.id, c.trace.values, c.class_name) for c in one.scorecards
    ]
    assert dict(two.places) == dict(one.places)


@given(editions(), populations(2), st.data())
def test_a_unit_s_points_are_its_own(
    read: Edition, by_unit: dict[str, dict[str, Given]], data: st.DataObject
) -> None:
    """Other units' evidence, changed or taken away, does not change a unit's points or class."""
    mine, other = sorted(by_unit)[:2]
    before = result(read, by_unit).card(mine)
    changed = result(read, by_unit | {other: data.draw(statements())}).card(mine)
    alone = result(read, {mine: by_unit[mine]}).card(mine)
    assert before is not None
    assert changed is not None
    assert alone is not None
    assert before.trace.values == changed.trace.values == alone.trace.values
    assert before.class_name == changed.class_name == alone.class_name


@given(editions(), populations())
def test_every_number_of_a_scorecard_re_computes(read: Edition, by_unit: dict[str, dict[str, Given]]) -> None:
    """Each unit's trace computes again to the same values, under the edition compiled anew."""
    program = compile_edition(read, "").program
    for each in result(read, by_unit).scorecards:
        assert each.trace.rerun(program) == each.trace.values


@given(editions(), populations())
def test_better_units_stand_first(read: Edition, by_unit: dict[str, dict[str, Given]]) -> None:
    """Scorecards stand by falling rate, units without an index last, and places follow that order."""
    found = result(read, by_unit)
    rates = [each.reads(RATE) for each in found.scorecards]
    known = [each for each in rates if each is not None]
    assert known == sorted(known, reverse=True)
    assert rates[: len(known)] == known
    got = [place.place for each in found.scorecards if (place := found.place(each.unit.id))]
    assert got == sorted(got)
    assert len(got) == len(known)


RANKED = "ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all]}\n"


def of_rates(*rates: int | None) -> Result:
    """A result of units u1, u2, … with these rates; None for a unit that is not there."""
    given_ = {name: {"rate": F(x, 100)} for name, x in zip(UNITS, rates, strict=False) if x is not None}
    return result(rated("rounding: {index: 2}\n", ranking=RANKED), given_)


def test_changes_are_signed_as_people_say_them() -> None:
    """Up two places is +2, down one −1 ("giảm 1 bậc"), and points lost are negative."""
    earlier = Earlier.of(of_rates(90, 80, 70, 60))
    assert changes(of_rates(75, 80, 95, 60), earlier) == {
        "u1": Change(F(-15), -2),
        "u2": Change(F(0), 0),
        "u3": Change(F(25), 2),
        "u4": Change(F(0), 0),
    }


@given(st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=5, max_size=5),
       st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=5, max_size=5))  # fmt: skip
def test_a_change_is_now_less_then(before: list[int | None], now: list[int | None]) -> None:
    """A change is of units that both results have: rate now less rate then, place then less place now."""
    one, two = of_rates(*before), of_rates(*now)
    found = changes(two, Earlier.of(one))
    both = {name for name, a, b in zip(UNITS, before, now, strict=True) if a is not None and b is not None}
    assert set(found) == both
    back = changes(one, Earlier.of(two))
    for name, a, b in zip(UNITS, before, now, strict=True):
        if a is not None and b is not None:
            ahead_then = sum(x is not None and x > a for x in before)
            ahead_now = sum(x is not None and x > b for x in now)
            assert found[name] == Change(F(b - a), ahead_then - ahead_now)
            assert back[name] == Change(F(a - b), ahead_now - ahead_then)


@given(editions(), populations())
def test_an_earlier_result_from_its_file_is_the_result(
    read: Edition, by_unit: dict[str, dict[str, Given]]
) -> None:
    """What a result says of itself as plain data compares as the result itself does: all changes are 0."""
    found = result(read, by_unit)
    assert Earlier.from_dict(to_dict(found, "vi")) == Earlier.of(found)
    assert all(
        each.points in (None, 0) and each.places in (None, 0)
        for each in changes(found, Earlier.of(found)).values()
    )


def test_nothing_is_compared_with_nothing() -> None:
    """Without an earlier result there are no changes."""
    assert changes(of_rates(90), None) == {}


@pytest.mark.parametrize("rate", ["abc", "1.50", "90,5", "1e2"])
def test_a_forged_earlier_result_is_a_value_error(rate: str) -> None:
    """A rate that is no exact text is refused as wrong data, of a kind that readers of files catch."""
    data = {
        "edition": "x",
        "period": "2024",
        "units": [{"unit": "u1", "rate": rate, "points": None, "places": []}],
    }
    with pytest.raises(ValueError, match=rate) as refused:
        Earlier.from_dict(data)
    assert isinstance(refused.value, NumberError)


@given(editions(), statements())
def test_what_was_only_self_assessed_is_unverified_later(read: Edition, given_: dict[str, Given]) -> None:
    """At the final stage what a unit said of itself is unverified, what it lacks missing."""
    self_ = Evidence(datum("u1", name, each, stage=Stage.SELF) for name, each in given_.items())
    hidden: dict[str, Given] = {
        name: each if each is State.MISSING else State.UNVERIFIED for name, each in given_.items()
    }
    final = score(read, self_, BOOK, PERIOD, stage=Stage.FINAL).scorecards[0]
    assert final.trace.values == result(read, {"u1": hidden}).scorecards[0].trace.values
    own = score(read, self_, BOOK, PERIOD, stage=Stage.SELF).scorecards[0]
    assert own.trace.values == result(read, {"u1": given_}).scorecards[0].trace.values


@pytest.mark.parametrize(
    ("against", "wanted"),
    [
        (Against.LEADER, {"a": 1, "b": 1, "c": 3, "d": 4}),
        (Against.NEIGHBOUR, {"a": 1, "b": 1, "c": 1, "d": 4}),
        (None, {"a": 1, "b": 2, "c": 3, "d": 4}),
    ],
)
def test_a_tolerance_ties_those_that_are_near(against: Against | None, wanted: dict[str, int]) -> None:
    """Half a point apart are tied: with the first of the tie, or each with the one above; else nobody."""
    entries = [Entry("a", F(10)), Entry("b", F("9.5")), Entry("c", F(9)), Entry("d", F("8.4"))]
    tolerance = None if against is None else Tolerance(F(1, 2), against)
    found = ranked_entries(entries, Ties.COMPETITION, tolerance)
    assert {name: place for name, (place, _) in found.items()} == wanted
    assert sum(len(tier) for tier in tiers(entries, tolerance)) == len(entries)
    assert len(tiers(entries, tolerance)) == len(set(wanted.values()))
