"""Rounding is never called an error, nor an error rounding: the laws of the audit."""

from __future__ import annotations

from fractions import Fraction
from math import trunc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.audit.checks import Verdict
from parcore.audit.together import Constraint, conflict, constraint
from parcore.expressions import Linear
from parcore.intervals import EVERYTHING, Interval
from parcore.numbers import decimal_text, round_to
from tests.audit.claims import checked

F = Fraction
points = st.fractions(min_value=0, max_value=20, max_denominator=10**5) | st.integers(0, 4000).map(
    lambda n: F(n, 200)
)
rules = st.sampled_from(["half_up", "truncated"])


def printed(x: Fraction, rule: str, digits: int) -> str:
    """A number shortened by a rule."""
    if rule == "half_up":
        return decimal_text(round_to(x, digits), digits)
    return decimal_text(F(trunc(x * 10**digits), 10**digits), digits)


@st.composite
def announcements(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str], str]:
    """True parts with maxima, their sum, rates, means, a difference and an order, as printed."""
    parts = draw(st.lists(points, min_size=2, max_size=6))
    maxima = [F(20)] * len(parts)
    declared = draw(st.sampled_from(["unknown", "half_up", "truncated"]))

    def shortened(x: Fraction) -> str:
        rule = draw(rules) if declared == "unknown" else declared
        return printed(x, rule, draw(st.integers(0, 3)))

    names = [f"c{at}" for at in range(len(parts))]
    says = {name: f"{shortened(x)} points" for name, x in zip(names, parts, strict=True)}
    says |= {f"m_{name}": "20 maximum" for name in names}
    says |= {f"r_{name}": f"{shortened(5 * x)} %" for name, x in zip(names, parts, strict=True)}
    total = sum(parts)
    says["total"] = f"{shortened(F(total))} points"
    says["mean"] = f"{shortened(F(total) / len(parts))} points"
    says["n"] = f"{len(parts)} count"
    says["weighted"] = f"{shortened((2 * parts[0] + parts[1]) / 3)} points"
    says["gap"] = f"{shortened(parts[0] - parts[1])} points"
    says["index"] = f"{shortened(100 * F(total) / sum(maxima))} %"
    if total:
        says["share"] = f"{shortened(100 * parts[0] / F(total))} %"
    relations = {
        "total": f"total = {' + '.join(names)}",
        "mean": "n * mean = total",
        "mean-of-parts": f"mean = ({' + '.join(names)}) / n",
        "weighted": "weighted = (2 * c0 + c1) / 3",
        "gap": "gap = c0 - c1",
        "order": "c0 >= c1" if parts[0] >= parts[1] else "c0 < c1",
        "index": f"index = 100 * total / ({' + '.join('m_' + name for name in names)})",
        "highest": f"max({', '.join(names)}) >= mean",
    }
    relations |= {f"rate-{name}": f"r_{name} = 100 * {name} / m_{name}" for name in names}
    if total:
        relations["share"] = "share = 100 * c0 / total"
    return says, relations, declared


@given(announcements())
def test_true_numbers_however_shortened_never_contradict(
    announcement: tuple[dict[str, str], dict[str, str], str],
) -> None:
    """Numbers shortened by any of the rules contradict in no relation, and not in all relations together."""
    says, relations, printing = announcement
    report = checked(says, relations, printing=printing)
    assert [each.id for each in report.contradictions] == []
    assert not report.undecided


@given(st.lists(points, min_size=2, max_size=6), st.integers(0, 3), st.sampled_from([1, -1]), st.data())
def test_a_number_changed_beyond_rounding_always_contradicts(
    parts: list[Fraction], digits: int, sign: int, data: st.DataObject
) -> None:
    """Of a sum, one number moved by more than all numbers together lost in print is always found."""
    names = [f"c{at}" for at in range(len(parts))]
    values = {name: round_to(x, digits) for name, x in zip(names, parts, strict=True)}
    values["total"] = round_to(F(sum(parts)), digits)
    # Each number may be off by half a unit when printed, and by a unit when read.
    values[data.draw(st.sampled_from(sorted(values)))] += sign * F(3 * len(values), 10**digits)
    says = {name: f"{decimal_text(x, digits)} points" for name, x in values.items()}
    report = checked(says, {"sum": f"total = {' + '.join(names)}"})
    assert [each.id for each in report.contradictions] == ["sum"]


@given(points.filter(bool), st.integers(1, 4), st.sampled_from([1, -1]))
def test_a_rate_changed_beyond_rounding_always_contradicts(x: Fraction, digits: int, sign: int) -> None:
    """A rate that differs from points over maximum by more than both lost in print is always found."""
    unit = F(1, 10**digits)
    rate = round_to(5 * x, digits) + sign * 10 * unit
    says = {
        "p": f"{decimal_text(round_to(x, digits), digits)} points",
        "m": "20 maximum",
        "r": f"{decimal_text(rate, digits)} %",
    }
    assert checked(says, {"rate": "r = 100 * p / m"}).findings[0].verdict is Verdict.CONTRADICTION


@given(st.lists(st.integers(1, 999), min_size=1, max_size=5), st.integers(-8, 8))
def test_the_border_between_rounding_and_error_is_exact(parts: list[int], off: int) -> None:
    """Of numbers with two decimals, printed either way, a sum may be off by what they lost, ends left out."""
    total = sum(parts) + off
    if total <= 0:
        return
    says = {f"c{at}": f"{decimal_text(F(n, 100), 2)} points" for at, n in enumerate(parts)}
    says["total"] = f"{decimal_text(F(total, 100), 2)} points"
    (found,) = checked(says, {"sum": f"total = {' + '.join(f'c{at}' for at in range(len(parts)))}"}).findings
    wanted = (
        Verdict.EXACT if not off else Verdict.ROUNDING if _meets(off, len(parts)) else Verdict.CONTRADICTION
    )
    assert found.verdict is wanted


def _meets(off: int, count: int) -> bool:
    """The total in [off − ½, off + 1) meets what the parts sum to, in [−count / 2, count), in last digits."""
    return F(off) - F(1, 2) < count and -F(count, 2) < off + 1


NAM_DINH = {
    "c1": "9.05 points", "c2": "9.37 points", "c3": "12.99 points", "c4": "8.81 points", "c5": "13.06 points",
    "c6": "10.71 points", "c7": "12.24 points", "c8": "3.25 points", "c9": "7.85 points",
}  # fmt: skip


@pytest.mark.parametrize(
    ("total", "verdict"),
    [
        ("87.33", Verdict.EXACT),
        ("87.32", Verdict.ROUNDING),
        ("87.42", Verdict.ROUNDING),
        ("87.43", Verdict.CONTRADICTION),
        ("87.27", Verdict.CONTRADICTION),
    ],
)
def test_printed_parts_may_miss_their_printed_total_by_rounding_alone(total: str, verdict: Verdict) -> None:
    """Parts that sum to 87.33 beside a total of 87.32 pass as rounding; what rounding cannot do does not."""
    says = {**NAM_DINH, "total": f"{total} points"}
    (found,) = checked(says, {"sum": f"total = {' + '.join(NAM_DINH)}"}).findings
    assert found.verdict is verdict


def test_a_contradiction_says_what_each_side_can_be_and_by_how_much_they_miss() -> None:
    """A finding holds both sides' intervals, the least distance, and the one slip that would explain it."""
    says = {"p": "8.32 points", "m": "8.50 maximum", "r": "94.9 %"}
    (found,) = checked(says, {"rate": "r = 100 * p / m"}).findings
    assert found.sides is not None
    assert str(found.sides.left) == "[94.85,95)"
    assert found.sides.right == Interval(F(100) * F("8.315") / F("8.5"), True, F(98), False)
    assert found.sides.miss == F(100) * F("8.315") / F("8.5") - 95
    assert [(each.name, each.meant) for each in found.mends] == [("r", "97.9")]


def test_no_misprint_is_named_where_many_would_do() -> None:
    """Where more than three slips of one character would explain a contradiction, none is put forward."""
    (found,) = checked({"a": "50 count", "b": "40 count"}, {"order": "a <= b"}).findings
    assert found.verdict is Verdict.CONTRADICTION
    assert found.mends == ()


def test_a_misprint_that_would_break_another_relation_is_not_named() -> None:
    """What explains one contradiction by making another explains nothing."""
    says = {"a": "4.33 points", "b": "3.33 points", "t": "7.67 points", "m": "10 maximum", "r": "86.7 %"}
    relations = {"rate": "r = 100 * t / m", "total": "t = a + b"}
    alone, both = checked(says, {"rate": relations["rate"]}), checked(says, relations)
    assert {each.meant for each in alone.findings[0].mends} == {"76.7", "8.67"}
    assert {each.meant for each in both.findings[0].mends} == {"76.7"}


def test_a_bound_is_not_a_value() -> None:
    """“More than 31 %” holds for 46 of 147 and not for 45 of 147."""
    says = {"rate": "> 31 %", "part": "46 count", "other": "45 count", "whole": "147 count"}
    relations = {"yes": "rate = 100 * part / whole", "no": "rate = 100 * other / whole"}
    assert [each.verdict for each in checked(says, relations).findings] == [
        Verdict.EXACT,
        Verdict.CONTRADICTION,
    ]


def test_what_intervals_do_not_decide_is_open() -> None:
    """A product of names that stand twice is not called consistent where nothing shows that it is."""
    says = {"a": "1.0 points", "b": "2.0 points", "c": "0.49 points"}
    (found,) = checked(says, {"share": "c = a / (a + b) + a * 0.15"}).findings
    assert found.verdict is Verdict.OPEN


def test_a_product_that_holds_as_printed_is_not_open() -> None:
    """Printed numbers that satisfy a relation are themselves the proof that it can hold."""
    says = {"a": "1.0 points", "b": "3.0 points", "c": "0.25 points"}
    assert checked(says, {"share": "c = a / (a + b)"}).findings[0].verdict is Verdict.EXACT


def test_relations_that_hold_alone_may_clash_together() -> None:
    """Two relations that no numbers satisfy at once are found, with those two named and no third."""
    says = {"t1": "10.0 points", "t2": "10.4 points", "c": "0.1 points", "d": "5 points"}
    relations = {"one": "x + y = t1", "two": "x + y + c = t2", "other": "d >= c"}
    report = checked(says, relations, {"x": "[0,20] points", "y": "[0,20] points"})
    assert [each.verdict for each in report.findings[:3]] == [Verdict.EXACT] * 3
    (clash,) = report.contradictions
    assert clash.together == ("one", "two")
    assert report.relations == 3


def test_rounding_is_shared_by_relations() -> None:
    """One number cannot be rounded up for one relation and down for another."""
    says = {"a": "1.0 points", "b": "1.0 points", "low": "1.93 points", "high": "2.09 points"}
    relations = {"low": "low = a + b", "high": "high = a + b"}
    report = checked(says, relations, printing="half_up")
    assert [each.verdict for each in report.findings[:2]] == [Verdict.ROUNDING] * 2
    assert [each.together for each in report.contradictions] == [("high", "low")]


@pytest.mark.parametrize(
    ("op", "left", "right", "verdict"),
    [
        ("<", "5 count", "5 count", Verdict.CONTRADICTION),
        ("<=", "5 count", "5 count", Verdict.EXACT),
        (">", "4 count", "5 count", Verdict.CONTRADICTION),
        (">=", "4.9 points", "5.0 points", Verdict.ROUNDING),
        ("<", "5.0 points", "5.0 points", Verdict.ROUNDING),
        ("!=", "5 count", "5 count", Verdict.CONTRADICTION),
        ("!=", "5.0 points", "5.0 points", Verdict.ROUNDING),
    ],
)
def test_every_comparison_is_checked(op: str, left: str, right: str, verdict: Verdict) -> None:
    """Order is checked as equality is, within what printing cut off."""
    assert checked({"a": left, "b": right}, {"order": f"a {op} b"}).findings[0].verdict is verdict


# All together

F_NAMES = ("x", "y", "z")
factors = st.integers(-3, 3).map(F)


@st.composite
def systems(draw: st.DrawFn) -> list[tuple[Linear, str]]:
    """Sums of three names, compared with 0."""
    rows = draw(st.lists(st.tuples(factors, factors, factors, factors), min_size=1, max_size=6))
    return [
        (
            Linear().plus(Linear(tuple(zip(F_NAMES, row[:3], strict=True)), row[3])),
            draw(st.sampled_from(["=", "<=", "<", ">=", ">"])),
        )
        for row in rows
    ]


def constraints(rows: list[tuple[Linear, str]]) -> list[Constraint]:
    """Each row as a relation of its own."""
    return [constraint(sum_, op, str(at)) for at, (sum_, op) in enumerate(rows)]


@given(systems(), factors, factors, factors)
def test_numbers_that_satisfy_all_relations_are_no_conflict(
    rows: list[tuple[Linear, str]], x: Fraction, y: Fraction, z: Fraction
) -> None:
    """Relations moved so that one choice of numbers satisfies them all are never in conflict."""
    known = dict(zip(F_NAMES, (x, y, z), strict=True))
    moved = [
        (sum_.plus(Linear(constant=sum_.value(known) + {"<": 1, ">": -1}.get(op, 0)), -1), op)
        for sum_, op in rows
    ]
    assert conflict(constraints(moved), dict.fromkeys(F_NAMES, EVERYTHING)) == frozenset()


@given(systems(), st.lists(st.integers(1, 3), min_size=6, max_size=6))
def test_relations_whose_sum_says_that_something_is_less_than_itself_conflict(
    rows: list[tuple[Linear, str]], times: list[int]
) -> None:
    """Where multiples of the relations add up to “a positive number is at most 0” there is a conflict."""
    total = Linear()
    for (sum_, op), k in zip(rows, times, strict=False):
        total = total.plus(sum_, -k if ">" in op else k)
    last = Linear().plus(total, -1).plus(Linear(constant=F(1)))
    system = [*rows, (last, "<=")]
    ranges = dict.fromkeys(F_NAMES, EVERYTHING)
    found = conflict(constraints(system), ranges)
    assert found
    inside = [each for each in constraints(system) if each.of <= found]
    for each in inside:
        assert conflict([it for it in inside if it is not each], ranges) == frozenset()


def test_a_system_too_large_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too many inequalities would arise the report says so, and what clashes alone is still found."""
    monkeypatch.setattr("parcore.audit.together.MOST", 2)
    says = {"a": "1.0 points", "b": "1.0 points", "low": "1.93 points", "high": "2.09 points", "c": "9 count"}
    report = checked(says, {"low": "low = a + b", "high": "high <= a + b", "order": "c < 9"})
    assert report.undecided
    assert [each.id for each in report.contradictions] == ["order"]
