"""What bounds leave to points: nothing is paid for them, and what they allow is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from parcore.diagnostics import Findings
from parcore.evidence.evidence import Datum, Evidence
from parcore.evidence.invariants import check_invariants
from parcore.evidence.vocabulary import POINTS, FieldKind
from parcore.intervals import Interval
from parcore.results.result import Result, Scorecard
from parcore.results.scoring import score
from parcore.rules.policies import Quantity
from parcore.testing.strategies import Case, cases
from parcore.values import State, Value
from tests.results.editions import BOOK, PERIOD, datum, evidence, sound
from tests.strategies import intervals

F = Fraction
SOURCE = "source: {clause: '1', basis: illustrative}"
WHEN = "when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: zero}"
EDITION = sound(
    f"""
  - {{id: ladder, title: x, max: 2, measure: {{ratio: [done, all_of]}},
      scale: [{{at_least: 80%, points: 2}}, {{at_least: 30%, points: 1}}, {{otherwise: 0}}],
      {WHEN}, {SOURCE}}}
  - {{id: line, title: y, max: 4, measure: {{value: rate}}, scale: proportional,
      when: {{missing: zero, unverified: zero, rejected: zero}}, {SOURCE}}}
""",
    "6",
)


def bound(field: str, low: Fraction | int | None, high: Fraction | int | None) -> Datum:
    """A statement that only bounds a field, its ends included."""
    ends = [None if end is None else F(end) for end in (low, high)]
    cut = Interval(ends[0], ends[0] is not None, ends[1], ends[1] is not None)
    return evolve(datum("u1", field, State.MISSING), text=str(cut), bound=cut)


def scored(*bounds: Datum, **known: Fraction | int) -> Result:
    """The result of one unit with some numbers and some bounds."""
    return score(EDITION, Evidence([*evidence({"u1": known}), *bounds]), BOOK, PERIOD)


def allowed(card: Scorecard) -> Mapping[str, tuple[Fraction, Fraction] | None]:
    """The points that bounds allow, by leaf."""
    return {name: each.points for name, each in card.stated.items()}


@pytest.mark.parametrize(
    ("least", "most", "points"),
    [(184, None, (1, 2)), (245, None, (2, 2)), (None, 91, (0, 0)), (92, 244, (1, 1)), (0, 306, (0, 2))],
)
def test_a_bound_allows_the_points_of_the_numbers_in_it(
    least: int | None, most: int | None, points: tuple[int, int]
) -> None:
    """Of 306 dossiers, 80 % is reached from 245 and 30 % from 92; where both ends are one it is decided."""
    result = scored(bound("done", least, most), all_of=306, rate=1)
    (card,) = result.scorecards
    assert allowed(card) == {"ladder": (F(points[0]), F(points[1]))}
    assert card.stated["ladder"].decided == (points[0] if points[0] == points[1] else None)
    assert card.points("ladder") == Value(State.OK, F(0))
    assert [each.stated for each in result.empty] == [card.stated["ladder"]]


def test_the_index_is_provisional_between_what_bounds_allow() -> None:
    """The index stands as without the leaf; between its ends it counts the points that the bound allows."""
    (card,) = scored(bound("done", 184, None), all_of=306, rate=F(1, 2)).scorecards
    base = card.index(Quantity.BASE, rounded=False)
    assert base is not None
    assert base.known == 2
    assert card.provisional is not None
    assert card.provisional.base == (F(3), F(4))
    assert card.provisional.rate == (F(50), F(200, 3))
    assert card.provisional.bounded == {"ladder"}


def test_a_line_is_as_long_as_its_bound() -> None:
    """A proportional scale gives the points of the bound's ends; a missing number still pays nothing."""
    (card,) = scored(bound("rate", F(4, 5), None), done=9, all_of=9).scorecards
    assert allowed(card) == {"line": (F(16, 5), F(4))}
    assert card.points("line") == Value(State.OK, F(0))


def test_a_bound_tells_nothing_where_something_else_is_hidden() -> None:
    """With its whole missing a part's bound allows no points, and the leaf is not open for it."""
    (card,) = scored(bound("done", 184, None), rate=1).scorecards
    assert allowed(card) == {"ladder": None}
    assert card.provisional is None


def test_a_whole_that_is_bounded_is_at_least_its_part() -> None:
    """Invariants help: a whole of at most 3 with a part of 2 is 2 or 3, and the rate at least two thirds."""
    (card,) = scored(bound("all_of", None, 3), done=2, rate=1).scorecards
    assert allowed(card) == {"ladder": (F(1), F(2))}


def test_a_whole_that_may_be_empty_counts_as_the_edition_says() -> None:
    """Where nothing may have arisen the points of that state are among those allowed."""
    (card,) = scored(bound("all_of", None, 3), done=0, rate=1).scorecards
    assert allowed(card) == {"ladder": (F(0), F(0))}


@st.composite
def inexact(draw: st.DrawFn) -> tuple[Case, list[Datum]]:
    """A case, and bounds in the place of some numbers of one unit, each with its number inside."""
    case = draw(cases(units=2))
    fields = case.edition.vocabulary.fields
    numbers = (FieldKind.COUNT, FieldKind.NUMBER)
    known = [
        each
        for each in case.evidence.of(case.period)
        if each.value.state is State.OK and each.field in fields and fields[each.field].kind in numbers
        and each.period == case.period and each.stage is case.stage and not each.field.startswith(POINTS)
    ]  # fmt: skip
    assume(known)
    unit = draw(st.sampled_from(known)).unit
    mine = [each for each in known if each.unit == unit]
    bounds: list[Datum] = []
    for each in draw(st.lists(st.sampled_from(mine), min_size=1, max_size=3, unique_by=id)):
        left = fields[each.field].range.within(draw(intervals()))
        if left is not None and each.value.number in left:
            bounds.append(evolve(each, value=Value(State.MISSING), bound=left.interval))
    assume(bounds)
    return case, bounds


def test_whatever_the_number_is_it_stands_between_what_its_bound_allows() -> None:
    """With bounds for numbers no leaf has more points, and the numbers' own points are allowed ones."""
    told = []

    @settings(
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    )
    @given(inexact())
    def hold(drawn: tuple[Case, list[Datum]]) -> None:
        case, bounds = drawn
        findings = Findings()
        check_invariants(case.evidence, case.edition.vocabulary, findings)
        assume(not findings.errors)
        unit = bounds[0].unit
        exact = case.result().card(unit)
        after = case.with_evidence(case.evidence.with_(bounds)).result().card(unit)
        assert exact is not None
        assert after is not None
        for id_, stated in after.stated.items():
            if stated.points is None or exact.is_set(id_):
                continue
            points = exact.points(id_).known
            assert points is not None
            assert stated.points[0] <= points <= stated.points[1]
            told.append(stated.decided is not None)
        open_, index = after.provisional, exact.index(Quantity.BASE, rounded=True)
        if open_ is None or open_.base is None or exact.provisional is not None:
            return
        if set(after.stated) <= open_.bounded and index is not None and index.known is not None:
            assert open_.base[0] <= index.known <= open_.base[1]

    hold()
    assert told
