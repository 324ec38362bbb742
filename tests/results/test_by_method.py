"""The cut by method: the same points as by component, summed another way."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve
from hypothesis import HealthCheck, given, settings

from parcore.evidence.evidence import Evidence, Method
from parcore.results.by_method import MethodPoints, by_method
from parcore.results.scoring import score
from parcore.rules.policies import Quantity
from parcore.testing.bench import bench_of
from parcore.testing.strategies import Case, cases
from parcore.values import State, Value
from tests.results.editions import BOOK, PERIOD, card, datum, edition, sound

F = Fraction
patient = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def leaf(name: str, top: str, method: str = "", more: str = "", pad: str = "  ") -> str:
    """A leaf whose points are given."""
    lines = [
        f"- id: {name}",
        f"  title: {name}",
        f"  max: {top}",
        *([f"  method: {method}"] if method else []),
        *([f"  {more}"] if more else []),
        "  when: {missing: withhold, unverified: withhold, rejected: withhold, not_applicable: exclude}",
        "  source: {clause: '1', basis: illustrative}",
        "  measure: reported",
    ]
    return "".join(f"{pad}{line}\n" for line in lines)


def parent(name: str, top: int, more: str, *children: str) -> str:
    """A component with parts."""
    return f"  - id: {name}\n    title: {name}\n    max: {top}\n{more}    criteria:\n{''.join(children)}"


MIXED = (leaf("a", "4", "survey", pad="      "), leaf("b", "6", "assessed", pad="      "))
ALONE = leaf("c", "5", "survey")


def declared(**maxima: object) -> str:
    """The list `methods` of a document."""
    source = "source: {clause: x, basis: illustrative}"
    return "methods:\n" + "".join(f"  - {{method: {m}, max: {top}, {source}}}\n" for m, top in maxima.items())


def points(cut: tuple[MethodPoints, ...]) -> dict[str, Fraction | None]:
    """The number of each method."""
    return {
        "untold" if each.method is None else each.method.value: each.points and each.points.known
        for each in cut
    }


def test_parts_of_a_component_go_to_their_methods() -> None:
    """A component of two methods is told apart, and leaves of one method add up over components."""
    read = sound(parent("g", 10, "", *MIXED) + ALONE, "15")
    cut = by_method(read, card(read, points_a=3, points_b=2, points_c=5))
    assert cut == (
        MethodPoints(Method.SURVEY, Value(State.OK, F(8)), Value(State.OK, F(9)), F(9)),
        MethodPoints(Method.ASSESSED, Value(State.OK, F(2)), Value(State.OK, F(6)), F(6)),
    )


def test_weights_multiply() -> None:
    """A part counts times its weight, in points and in maxima."""
    weighted = (leaf("a", "4", "survey", "weight: 2", "      "), MIXED[1])
    read = sound(parent("g", 14, "", *weighted), "14")
    survey, _ = by_method(read, card(read, points_a=3, points_b=2))
    assert (survey.points, survey.max) == (Value(State.OK, F(6)), F(8))


def test_a_group_of_which_one_counts_is_not_told_apart() -> None:
    """Where the points of a group are not the sum of its parts', it stays whole, without a method."""
    read = sound(parent("g", 6, "    combine: highest\n", *MIXED) + ALONE, "11")
    cut = by_method(read, card(read, points_a=3, points_b=2, points_c=5))
    assert points(cut) == {"survey": 5, "assessed": None, "untold": 3}
    assert [each.max for each in cut] == [None, None, 6]


def test_points_set_for_a_group_are_not_told_apart() -> None:
    """Points that an appraiser set for a whole group are of no method, however its parts stand."""
    read = sound(parent("g", 10, "", *MIXED) + ALONE, "15")
    data = [datum("u1", f"points:{name}", at) for name, at in {"a": 3, "b": 2, "c": 5, "g": 7}.items()]
    given_ = Evidence(evolve(each, note="biên bản thẩm định") for each in data)
    cut = by_method(read, score(read, given_, BOOK, PERIOD).scorecards[0])
    assert points(cut) == {"survey": 5, "assessed": None, "untold": 7}
    assert [each.max for each in cut] == [9, 6, 10]


def test_a_group_that_rounds_away_is_not_told_apart() -> None:
    """A rounded sum of two methods is split only where rounding moved nothing."""
    read = sound(parent("g", 10, "    round: 0\n", *MIXED), "10")
    moved = by_method(read, card(read, points_a=F("1.3"), points_b=F("2.4")))
    whole = by_method(read, card(read, points_a=F("1.5"), points_b=F("2.5")))
    assert points(moved) == {"survey": None, "assessed": None, "untold": 4}
    assert points(whole) == {"survey": F("1.5"), "assessed": F("2.5")}


def test_what_is_declared_stands_where_leaves_say_nothing() -> None:
    """A declared method that no leaf names has its maximum and no points; the rest is not told apart."""
    read = sound(ALONE + leaf("d", "10"), "15", declared(assessed=8, survey=5, statistics="unknown"))
    cut = by_method(read, card(read, points_c=4, points_d=9))
    assert cut == (
        MethodPoints(Method.ASSESSED, None, None, F(8)),
        MethodPoints(Method.SURVEY, Value(State.OK, F(4)), Value(State.OK, F(5)), F(5)),
        MethodPoints(Method.STATISTICS, None, None, None),
        MethodPoints(None, Value(State.OK, F(9)), Value(State.OK, F(10)), F(10)),
    )


def test_what_is_hidden_or_left_out_is_so_in_its_method() -> None:
    """A withheld leaf withholds its method and no other; an excluded one leaves points and attainable."""
    read = sound(parent("g", 10, "", *MIXED) + ALONE, "15")
    survey, assessed = by_method(read, card(read, points_a=State.MISSING, points_b=2, points_c=5))
    assert (survey.points, assessed.points) == (Value(State.WITHHELD), Value(State.OK, F(2)))
    survey, assessed = by_method(read, card(read, points_a=State.NOT_APPLICABLE, points_b=2, points_c=5))
    assert (survey.points, survey.attainable) == (Value(State.OK, F(5)), Value(State.OK, F(5)))
    assert survey.max == 9


def test_an_edition_without_methods_has_no_cut() -> None:
    """Where no leaf says its method and none is declared there is nothing to show."""
    read = sound(leaf("a", "5"), "5")
    assert by_method(read, card(read, points_a=3)) == ()


def test_declared_maxima_fit_total_and_leaves() -> None:
    """Declared maxima make the total, and the leaves of a method just its own where all leaves say theirs."""
    known = leaf("a", "4", "survey") + leaf("b", "6", "assessed")
    open_ = leaf("a", "4", "survey") + leaf("b", "6")
    for components, maxima, codes in (
        (known, {"survey": 4, "assessed": 6}, set()),
        (known, {"survey": 3, "assessed": 7}, {"method-maximum"}),
        (known, {"survey": 4, "assessed": 5}, {"methods-do-not-add-up", "method-maximum"}),
        (known, {"survey": 4, "statistics": 6}, {"method-maximum"}),
        (known, {"survey": "unknown", "assessed": 6}, set()),
        (known, {"survey": "unknown", "assessed": 10}, {"methods-do-not-add-up", "method-maximum"}),
        (open_, {"survey": 5, "assessed": 5}, set()),
        (open_, {"survey": 3, "assessed": 7}, {"method-maximum"}),
    ):
        assert edition(components, "10", declared(**maxima))[1] == codes, maxima


@patient
@given(cases())
def test_both_cuts_have_the_same_points(case: Case) -> None:
    """Whatever is drawn, points and attainable of all methods add up to those of the index, unrounded."""
    for each in bench_of(case).result.scorecards:
        cut = by_method(case.edition, each)
        base, attainable = each.index(Quantity.BASE, rounded=False), each.total_attainable
        if not cut or base is None or base.known is None:
            continue
        assert sum((p.points.number for p in cut if p.points is not None), F(0)) == base.known
        known = [p.attainable for p in cut if p.points is not None]
        if attainable is not None and all(value is not None for value in known):
            assert sum((value.number for value in known if value is not None), F(0)) == attainable.number
