"""Published figures beside computed ones: how each stands to what the engine gives."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from parcore.evidence.evidence import Observation
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.i18n import Text
from parcore.numbers import NumberFormat, parse_number
from parcore.results.published import Comparison, Verdict, compared, printed_digits
from parcore.results.result import Result
from parcore.sources import Basis, Source
from parcore.values import State, Value
from tests.results.editions import PERIOD, sound, unit
from tests.results.editions import result as scored
from tests.results.test_unit_groups import read as grouped_edition

F = Fraction
SOURCE = Source(Basis.REPORTED, title="a paper")
WHEN = "missing: withhold, unverified: withhold, rejected: withhold"
REST = f"measure: reported, when: {{{WHEN}}}, source: {{clause: '1', basis: illustrative}}"
TEXT = f"""
  - {{id: x, title: x, max: 3, {REST}}}
  - {{id: y, title: y, max: 4, {REST}}}
"""
MORE = """rounding: {index: 2}
classes:
  on: {quantity: rate, rounded: yes}
  bands: [{name: A, title: {vi: Tốt, en: Good}, in: "[80,100]"}, {name: B, in: "[0,80)"}]
ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all, region]}
"""
EDITION = sound(TEXT, "7", MORE)
BOOK = UnitBook([unit("u1", region="north"), unit("u2", region="north"), unit("u3", region="south")])
POINTS = {"u1": (3, 3), "u2": (2, 3), "u3": (1, 2)}


def seen(about: str, quantity: str, text: str, explained: str = "") -> Observation:
    """A printed figure, read as tables are."""
    value = Value(State.NOT_APPLICABLE)
    if quantity != "class":
        value = Value(State.OK, parse_number(text, NumberFormat.VI))
    return Observation("test", about, PERIOD, quantity, text, value, SOURCE, explained=Text(vi=explained))


def result(*observations: Observation, units: tuple[str, ...] = ("u1", "u2", "u3")) -> Result:
    """Three units, 6, 5 and 3 of 7 points: 85,714…, 71,428… and 42,857… per cent."""
    given = {name: {"points:x": POINTS[name][0], "points:y": POINTS[name][1]} for name in units}
    return evolve(scored(EDITION, given, BOOK), observations=observations)


def one(about: str, quantity: str, text: str, **more: tuple[str, ...]) -> Comparison | None:
    """What is found of one printed figure; None where nothing is."""
    found = compared(result(seen(about, quantity, text), **more))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("about", "quantity", "text", "verdict"),
    [
        ("u1", "index", "85,71", Verdict.SAME),
        ("u1", "rate", "85,7", Verdict.SAME),
        ("u1", "rate", "86", Verdict.SAME),
        ("u1", "rate", "85,71 %", Verdict.SAME),
        ("u1", "rate", "85,72", Verdict.UNLIKE),
        ("u3", "rate", "42,85", Verdict.UNLIKE),
        ("u3", "rate", "42,8", Verdict.CUT),
        ("u3", "rate", "42", Verdict.CUT),
        ("u3", "rate", "43", Verdict.SAME),
        ("u2", "points", "5", Verdict.SAME),
        ("u2", "total", "5,00", Verdict.SAME),
        ("u2", "points:x", "2", Verdict.SAME),
        ("u2", "points:x", "2,01", Verdict.UNLIKE),
        ("u2", "rate:x", "66,67", Verdict.SAME),
        ("u2", "rate:x", "66,66", Verdict.CUT),
        ("u2", "max:y", "4", Verdict.SAME),
        ("u2", "max:y", "4,5", Verdict.UNLIKE),
        ("u2", "rank", "2", Verdict.SAME),
        ("u2", "rank", "1", Verdict.UNLIKE),
        ("u3", "rank_in_region", "1", Verdict.SAME),
        ("u1", "class", "tốt", Verdict.SAME),
        ("u1", "class", "A", Verdict.SAME),
        ("u2", "class", "A", Verdict.UNLIKE),
        ("all", "mean", "66,67", Verdict.SAME),
        ("all", "mean:points:x", "2", Verdict.SAME),
        ("all", "mean:rate:y", "66,7", Verdict.SAME),
        ("region:north", "mean", "78,57", Verdict.SAME),
        ("region:south", "highest", "42,86", Verdict.SAME),
        ("all", "lowest", "42,9", Verdict.SAME),
        ("all", "ranked_units", "3", Verdict.SAME),
        ("all", "max:y", "4,0", Verdict.SAME),
        ("all", "max:y", "4,5", Verdict.UNLIKE),
        ("band:A", "count", "1", Verdict.SAME),
        ("band:B", "count", "1", Verdict.UNLIKE),
    ],
)
def test_a_printed_figure_stands_to_the_computed_one(
    about: str, quantity: str, text: str, verdict: Verdict
) -> None:
    """Reproduced as printed, reproduced cut off, or another."""
    found = one(about, quantity, text)
    assert found is not None
    assert (found.verdict, found.order, found.printed) == (verdict, False, False)


@pytest.mark.parametrize(
    ("about", "quantity", "text"),
    [
        ("nowhere", "index", "85,71"),
        ("u1", "reviewed", "3"),
        ("u1", "points:z", "3"),
        ("u1", "rank_in_group", "1"),
        ("region:west", "mean", "80"),
        ("all", "mean:points:z", "80"),
        ("all", "max:z", "2"),
        ("region:north", "max:y", "4"),
        ("all", "above", "2"),
    ],
)
def test_what_is_not_decided_is_not_compared(about: str, quantity: str, text: str) -> None:
    """A unit, criterion, circle or quantity that the result does not have is passed over."""
    assert one(about, quantity, text) is None


def test_a_mean_of_some_is_no_mean_of_all() -> None:
    """Where units are not scored, nothing is said of all of them."""
    assert one("all", "mean", "78,57", units=("u1", "u2")) is None
    assert one("band:A", "count", "1", units=("u1", "u2")) is None
    assert one("all", "ranked_units", "2", units=("u1", "u2")) is None


@pytest.mark.parametrize(("printed", "verdict"), [("9", Verdict.SAME), ("3", Verdict.UNLIKE)])
def test_where_some_are_not_scored_the_order_of_places_is_compared(printed: str, verdict: Verdict) -> None:
    """The better of two is ahead of the other in print, whatever the places are; one alone says nothing."""
    two = compared(result(seen("u1", "rank", "5"), seen("u2", "rank", printed), units=("u1", "u2")))
    assert [(each.verdict, each.order) for each in two] == [(verdict, True), (verdict, True)]
    assert one("u1", "rank", "5", units=("u1", "u2")) is None


def test_a_mean_rate_follows_from_a_printed_mean_of_points() -> None:
    """Where no unit is scored, a printed mean of points gives the mean rate, and the finding says so."""
    grouped, _ = grouped_edition()
    held = [
        seen("group:ward", "mean:points:one", "5,4"),
        seen("group:ward", "mean:rate:one", "90"),
        seen("group:ward", "mean:rate:one", "91"),
        seen("group:office", "mean:rate:one", "90"),
    ]
    found = compared(evolve(scored(grouped, {}, UnitBook([])), observations=tuple(held)))
    assert [(each.figure, each.verdict, each.printed) for each in found] == [
        (F(90), Verdict.SAME, True),
        (F(90), Verdict.UNLIKE, True),
    ]


def test_a_printed_maximum_of_a_group_needs_no_unit() -> None:
    """A group's maximum is the edition's, though nobody is scored; where groups differ all have none."""
    grouped, _ = grouped_edition()
    abouts = ("group:ward", "group:office", "group:none", "all")
    held = [seen(about, "max:one", "6") for about in abouts] + [seen("group:ward", "max:two", "3")]
    found = compared(evolve(scored(grouped, {}, UnitBook([])), observations=tuple(held)))
    assert [(each.observation.about, each.figure, each.verdict) for each in found] == [
        ("group:ward", F(6), Verdict.SAME),
        ("group:office", F(4), Verdict.UNLIKE),
    ]


@pytest.mark.parametrize(
    ("text", "digits"), [("90,00", 2), ("90", 0), ("1.234", 0), ("21.000,5", 1), ("94,9 %", 1), ("0,05%", 2)]
)
def test_the_decimals_printed(text: str, digits: int) -> None:
    """Trailing zeros are decimals, marks of grouping are none."""
    assert printed_digits(seen("u1", "rate", text)) == digits


def test_where_a_class_is_open_neither_it_nor_a_count_of_classes_is_compared() -> None:
    """A printed class is not held against an open one, nor a number of units against classes not known."""
    opened = MORE.replace('in: "[0,80)"}]', 'in: "[0,50)"}]\n  open: [OPEN]')
    opened = opened.replace("OPEN", '{between: [A, B], in: "[50,80)", basis: inferred, note: not published}')
    found = scored(
        sound(TEXT, "7", opened), {n: {"points:x": x, "points:y": y} for n, (x, y) in POINTS.items()}, BOOK
    )
    held = (seen("u1", "class", "Tốt"), seen("u2", "class", "B"), seen("band:A", "count", "1"))
    assert [each.observation.about for each in compared(evolve(found, observations=held))] == ["u1"]


def test_a_finding_is_settled_by_a_reason_where_there_is_a_difference_and_by_none_elsewhere() -> None:
    """A difference without a reason is unsettled, and so is a reason without a difference."""
    found = compared(
        result(
            seen("u1", "rate", "85,72"),
            seen("u1", "rate", "85,72", "not explained"),
            seen("u1", "rate", "85,71"),
            seen("u1", "rate", "85,71", "not explained"),
        )
    )
    assert [each.settled for each in found] == [False, True, True, False]


def test_a_figure_finer_than_the_edition_rounds_is_compared_with_what_it_rounds_to() -> None:
    """With two decimals by the edition, 85,7100 is what it gives, and 85,7143 is not."""
    found = compared(result(seen("u1", "rate", "85,7100"), seen("u1", "rate", "85,7143")))
    assert [each.verdict for each in found] == [Verdict.SAME, Verdict.UNLIKE]


@pytest.mark.parametrize(
    ("about", "quantity", "text", "given"),
    [
        ("u1", "points:x", "3", True),
        ("u1", "max:x", "3", True),
        ("all", "max:y", "4", True),
        ("u1", "index", "85,71", False),
        ("u1", "points", "6", False),
        ("u1", "rank", "1", False),
    ],
)
def test_a_number_compared_with_itself_is_told(about: str, quantity: str, text: str, given: bool) -> None:
    """Points that evidence gives and maxima of the edition are as printed because they were put in so."""
    found = one(about, quantity, text)
    assert found is not None
    assert (found.verdict, found.given) == (Verdict.SAME, given)
    assert found.finding == ("given" if given else "same")


def test_the_index_of_one_leaf_is_its_points_only_where_they_are_the_same_number() -> None:
    """Of one leaf of 100 the rate is the number put in; of one leaf of 7 it is computed from it."""
    for top, points, rate, given in (("100", 45, "45", True), ("7", 7, "100", False)):
        leaf = f"\n  - {{id: x, title: x, max: {top}, {REST}}}\n"
        book = UnitBook([unit("u1")])
        it = scored(sound(leaf, top, "rounding: {index: 2}\n"), {"u1": {"points:x": points}}, book)
        (found,) = compared(evolve(it, observations=(seen("u1", "rate", rate),)))
        assert (found.verdict, found.given) == (Verdict.SAME, given)


def test_a_mean_and_a_count_of_classes_need_a_figure_of_every_unit() -> None:
    """Where one unit's index is withheld the mean of the others is not that of all; the highest is told."""
    given = {name: {"points:x": x, "points:y": y} for name, (x, y) in POINTS.items()}
    given["u3"] = {"points:x": 1}
    held = (seen("all", "mean", "78,57"), seen("band:A", "count", "1"), seen("all", "highest", "85,71"))
    found = compared(evolve(scored(EDITION, given, BOOK), observations=held))
    assert [(each.observation.quantity, each.verdict) for each in found] == [("highest", Verdict.SAME)]


def test_restated_figures_are_compared_among_themselves() -> None:
    """A place printed again later is laid beside the places printed with it, not beside the first ones."""
    later = [
        evolve(seen(unit_, "rank", text), stated_in=Period(2031))
        for unit_, text in (("u1", "2"), ("u2", "1"))
    ]
    first = [seen("u1", "rank", "1"), seen("u2", "rank", "2")]
    found = compared(result(*first, *later, units=("u1", "u2")))
    assert [(each.observation.stated_in, each.verdict, each.order) for each in found] == [
        (None, Verdict.SAME, True),
        (None, Verdict.SAME, True),
        (Period(2031), Verdict.UNLIKE, True),
        (Period(2031), Verdict.UNLIKE, True),
    ]


def test_a_mean_rate_follows_from_the_mean_printed_with_it() -> None:
    """Of two printed means of points the one of the same announcement gives the mean rate."""
    grouped, _ = grouped_edition()
    points, rate = "mean:points:one", "mean:rate:one"
    later = [
        evolve(seen("group:ward", *each), stated_in=Period(2031)) for each in ((points, "3"), (rate, "50"))
    ]
    first = [seen("group:ward", points, "5,4"), seen("group:ward", rate, "90")]
    held = (*later, *first)
    found = compared(evolve(scored(grouped, {}, UnitBook([])), observations=held))
    assert [(each.figure, each.verdict, each.printed) for each in found] == [
        (F(50), Verdict.SAME, True),
        (F(90), Verdict.SAME, True),
    ]
