"""Scales: what an author writes, against the plainest reading of the words."""

import itertools
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.intervals import Interval
from parcore.numbers import exact_text
from parcore.rules.combinations import Scored
from parcore.rules.graph import Piece, Piecewise, const
from parcore.rules.scales import Steps, ordered
from parcore.values import State, Value
from tests import strategies as our
from tests.rules.reading import Read, number, read
from tests.test_intervals import PROBES

F = Fraction
TOP = F(10)
WORDS = {
    "at_least": lambda x, edge: x >= edge,
    "more_than": lambda x, edge: x > edge,
    "at_most": lambda x, edge: x <= edge,
    "less_than": lambda x, edge: x < edge,
}
ANYTHING = "measure: {value: any}\n"


def ok(number_: Fraction | int) -> Value:
    """A number as a value."""
    return Value(State.OK, F(number_))


def awards() -> st.SearchStrategy[tuple[str, Fraction, Fraction]]:
    """What a step pays: its text, and the line of its points over the measure."""
    points = st.sampled_from([F(0), F(1, 2), F(3), F(10)])
    shares = st.sampled_from([0, 50, 75, 100])
    return st.one_of(
        points.map(lambda each: (number(each), F(0), each)),
        shares.map(lambda each: (f"{each}%", F(0), F(each, 100) * TOP)),
        st.just(("proportional", TOP, F(0))),
    )


Rung = tuple[str, Fraction, tuple[str, Fraction, Fraction]]


def rungs() -> st.SearchStrategy[list[Rung]]:
    """Steps of a ladder: a word, an edge and what it pays."""
    one = st.tuples(st.sampled_from(sorted(WORDS)), st.sampled_from(our.EDGES), awards())
    return st.lists(one, max_size=5)


def ladder(steps: list[Rung], otherwise: str) -> Read:
    """A criterion with the ladder on a number."""
    lines = [f"  - {{{word}: {number(edge)}, points: {pays[0]}}}\n" for word, edge, pays in steps]
    return read(ANYTHING + "scale:\n" + "".join(lines) + f"  - {{otherwise: {otherwise}}}\n")


@given(rungs(), awards())
def test_a_ladder_is_its_first_step_that_holds(
    steps: list[Rung], otherwise: tuple[str, Fraction, Fraction]
) -> None:
    """At every edge and on both sides of it a ladder pays what its first step that holds says."""
    found = ladder(steps, otherwise[0])
    for x in PROBES:
        pays = next((pays for word, edge, pays in steps if WORDS[word](x, edge)), otherwise)
        assert found.points(any=x) == ok(pays[1] * x + pays[2]), x


@given(rungs(), awards())
def test_the_pieces_of_a_ladder_are_disjoint_and_cover(
    steps: list[Rung], otherwise: tuple[str, Fraction, Fraction]
) -> None:
    """A ladder desugars to pieces in order, of which exactly one holds any number."""
    rule = ladder(steps, otherwise[0]).rule
    assert isinstance(rule, Scored)
    pieces = rule.scale.at("", TOP)
    assert Piecewise(const(1), pieces).pieces == pieces
    assert all(sum(x in each.interval for each in pieces) == 1 for x in PROBES)


@given(rungs(), awards())
def test_a_step_that_never_decides_is_found(
    steps: list[Rung], otherwise: tuple[str, Fraction, Fraction]
) -> None:
    """`step-unreachable` is found exactly where some step is the first that holds for no number."""
    deciding = {
        next((at for at, (word, edge, _) in enumerate(steps) if WORDS[word](x, edge)), len(steps))
        for x in PROBES
    }
    idle = set(range(len(steps) + 1)) - deciding
    assert ("step-unreachable" in ladder(steps, otherwise[0]).codes) == bool(idle)


@pytest.mark.parametrize("word", WORDS)
def test_an_edge_belongs_where_its_word_says(word: str) -> None:
    """At 80 % exactly the step pays for `at_least` and `at_most`, and not for the others."""
    found = ladder([(word, F(4, 5), ("3", F(0), F(3)))], "0")
    assert found.points(any=F(4, 5)) == ok(3 if word in ("at_least", "at_most") else 0)


def cases(parts: list[tuple[Interval, tuple[str, Fraction, Fraction]]], measure: str, more: str = "") -> Read:
    """A criterion with cases on a measure."""
    lines = [f"  - {{in: '{interval}', points: {pays[0]}}}\n" for interval, pays in parts]
    return read(measure + "cases:\n" + "".join(lines) + more)


@given(our.cuttings(), st.lists(awards(), min_size=12, max_size=12), st.randoms(use_true_random=False))
def test_cases_pay_by_membership(
    parts: list[Interval], paid: list[tuple[str, Fraction, Fraction]], random: Random
) -> None:
    """Of disjoint cases in any order, the one that holds the number pays; in a gap there is no answer."""
    given_ = list(zip(parts, paid, strict=False))
    random.shuffle(given_)
    kept = given_[: max(1, len(given_) - 1)]
    found = cases(kept, ANYTHING)
    assert ("cases-gap" in found.codes) == (len(kept) < len(given_))
    assert "cases-overlap" not in found.codes
    for x in PROBES:
        pays = next((pays for interval, pays in kept if x in interval), None)
        assert found.points(any=x) == (Value(State.ERROR) if pays is None else ok(pays[1] * x + pays[2]))


SMALL = st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans(), st.booleans()).map(
    lambda each: our.made_interval(F(min(each[:2])), each[2], F(max(each[:2])), each[3])
)


@given(
    st.lists(st.tuples(SMALL, awards()), min_size=1, max_size=6),
    st.lists(st.tuples(SMALL, awards()), max_size=2),
)
def test_gaps_and_overlaps_of_a_count_are_those_of_its_whole_numbers(
    official: list[tuple[Interval | None, tuple[str, Fraction, Fraction]]],
    ours: list[tuple[Interval | None, tuple[str, Fraction, Fraction]]],
) -> None:
    """On a count from 0 to 12 the findings are those of looking at each of the thirteen numbers."""
    texts = [(each, pays) for each, pays in official if each is not None]
    settled = [(each, pays) for each, pays in ours if each is not None]
    if not texts:
        return
    lines = [f"  - {{case: '{i}', points: {p[0]}, basis: interpretation, note: ours}}\n" for i, p in settled]
    found = cases(texts, "measure: {value: few}\n", "interpret:\n" + "".join(lines) if lines else "")
    gap = overlap = needless = clash = False
    for n in range(13):
        x = F(n)
        said = [pays[1] * x + pays[2] for each, pays in texts if x in each]
        mine = [pays[1] * x + pays[2] for each, pays in settled if x in each]
        gap |= not said and not mine
        clash |= len(set(mine)) > 1
        overlap |= len(set(said)) > 1 and not mine
        needless |= len(set(said)) == 1 and any(each != said[0] for each in mine)
        if len({*said}) == 1 and not mine:
            assert found.points(few=x) == ok(said[0])
        elif mine:
            assert found.points(few=x) == ok(mine[0])
        elif not said:
            assert found.points(few=x) == Value(State.ERROR)
    assert ("cases-gap" in found.codes) == gap
    assert ("cases-overlap" in found.codes) == overlap
    assert ("interpret-needless" in found.codes) == needless
    assert ("interpret-clash" in found.codes) == clash


def test_the_overlaps_of_can_tho_are_found_with_both_answers() -> None:
    """Cần Thơ KH 157/2025, 5.2: 90 % and 95 % stand in two cases, which pay 2 and 3, then 3 and 4."""
    text = ["[88%,90%]", "[90%,95%]", "[95%,100%)", "=100%"]
    lines = "".join(f"  - {{in: '{each}', points: {at}}}\n" for at, each in enumerate(text, 2))
    low = "  - {in: '[0%,88%)', points: 0}\n"
    found = read(f"measure: {{value: rate}}\ncases:\n{low}{lines}", top="5")
    assert {"cases-overlap"} == found.codes & {"cases-overlap", "cases-gap"}
    settled = "".join(
        f"  - {{case: '={at}%', points: {points}, basis: interpretation, note: the higher}}\n"
        for at, points in ((90, 3), (95, 4))
    )
    ours = read(f"measure: {{value: rate}}\ncases:\n{low}{lines}interpret:\n{settled}", top="5")
    assert not ours.codes
    assert [ours.points(rate=F(x, 100)).number for x in (87, 88, 89, 90, 91, 95, 96, 100)] == [
        0, 2, 2, 3, 3, 4, 4, 5,
    ]  # fmt: skip


def test_from_three_to_four_is_no_gap_of_a_count() -> None:
    """Cases up to 3 and from 4 leave no whole number out, but leave rationals out."""
    body = "cases:\n  - {in: '(…,3]', points: 0}\n  - {in: '[4,…)', points: 10}\n"
    assert not read("measure: {value: few}\n" + body).codes
    assert "cases-gap" in read("measure: {value: any}\n" + body).codes
    assert "cases-gap" in read("measure: {value: fine}\n" + body).codes


def turning_points() -> st.SearchStrategy[list[tuple[Fraction, Fraction]]]:
    """Points of a line that bends, from left to right."""
    xs = st.lists(st.sampled_from(sorted(our.EDGES)), min_size=2, max_size=5, unique=True).map(sorted)
    ys = st.lists(st.sampled_from([F(0), F(1), F(5, 2), F(10)]), min_size=5, max_size=5)
    return st.builds(lambda xs, ys: list(zip(xs, ys, strict=False)), xs, ys)


@given(turning_points(), our.numbers())
def test_through_is_interpolation(points: list[tuple[Fraction, Fraction]], x: Fraction) -> None:
    """Between two points the share of the way is the share of the rise; beyond the ends it is flat."""
    text = ", ".join(f"[{number(at)}, {number(pays)}]" for at, pays in points)
    found = read(ANYTHING + f"scale: {{through: [{text}]}}\n")
    for at in (x, *(each for each, _ in points)):
        if at <= points[0][0]:
            wanted = points[0][1]
        elif at >= points[-1][0]:
            wanted = points[-1][1]
        else:
            (x1, y1), (x2, y2) = next((a, b) for a, b in itertools.pairwise(points) if a[0] <= at <= b[0])
            wanted = y1 + (y2 - y1) * (at - x1) / (x2 - x1)
        assert found.points(any=at) == ok(wanted)


def test_a_share_of_the_way_may_be_a_share_of_the_maximum() -> None:
    """A point of `through` in per cent is a share of the maximum; `proportional` is no point and is found."""
    found = read(
        "measure: {value: rate}\nscale: {through: [['0%', '0%'], ['50%', '20%'], ['100%', '100%']]}\n"
    )
    assert [found.points(rate=F(x, 4)).number for x in range(5)] == [0, 1, 2, 6, 10]
    sloping = read("measure: {value: rate}\nscale: {through: [['0%', '0%'], ['100%', proportional]]}\n")
    assert "not-a-number" in sloping.codes


@given(
    st.sampled_from([F(1, 2), F(1), F(3)]), st.sampled_from([F(0), F(2), F(10), F(7, 2)]), st.integers(0, 30)
)
def test_per_item_is_held_at_its_cap(each: Fraction, cap: Fraction, count: int) -> None:
    """So many points for each item, and never more than the cap."""
    found = read(f"measure: {{count: done}}\nscale: {{per: {number(each)}, cap: {number(cap)}}}\n")
    assert found.points(done=count) == ok(min(each * count, cap))


@given(
    st.sampled_from([F(-3), F(-1, 2), F(0), F(1, 2), F(45)]),
    st.sampled_from([F(-1), F(0), F(5), F(12)]),
    st.one_of(st.none(), st.sampled_from([F(0), F(5), F(10)])),
    our.numbers(),
)
def test_a_line_is_held_at_its_cap(
    slope: Fraction, offset: Fraction, cap: Fraction | None, x: Fraction
) -> None:
    """A line is slope × measure + offset, and never more than its cap, whichever way it runs."""
    more = "" if cap is None else f", cap: {number(cap)}"
    found = read(ANYTHING + f"scale: {{slope: {number(slope)}, offset: {number(offset)}{more}}}\n")
    line = slope * x + offset
    assert found.points(any=x) == ok(line if cap is None else min(line, cap))


@given(our.numbers(), st.sampled_from([F(2), F(1, 2), F(10), F(33, 10)]))
def test_proportional_is_exact(x: Fraction, top: Fraction) -> None:
    """Proportional points are the measure times the maximum, thirds and all."""
    found = read(ANYTHING + "scale: proportional\n", top=number(top))
    assert found.points(any=x) == ok(x * top)


SCALES = st.one_of(
    turning_points().map(
        lambda points: "scale: {through: ["
        + ", ".join(f"[{number(x)}, {number(y)}]" for x, y in points)
        + "]}\n"
    ),
    st.tuples(rungs(), awards()).map(
        lambda both: "scale:\n"
        + "".join(f"  - {{{word}: {number(edge)}, points: {pays[0]}}}\n" for word, edge, pays in both[0])
        + f"  - {{otherwise: {both[1][0]}}}\n"
    ),
    st.sampled_from([
        "scale: proportional\n",
        "scale: {per: '0.5', cap: 10}\n",
        "scale: {per: 3, cap: 10}\n",
        "scale: {slope: 5, offset: 5}\n",
        "scale: {slope: -5, offset: 10}\n",
        "scale: {slope: -5, offset: 20, cap: 10}\n",
        "scale: {slope: 0, offset: 20, cap: 10}\n",
    ]),
)  # fmt: skip

MEASURES = {
    "rate": [F(n, 12) for n in range(13)] + [F(799, 1000), F(1, 1000)],
    "fine": [F(n, 2) for n in range(-4, 9)],
    "few": [F(n) for n in range(13)],
    "any": [*PROBES, F(-(10**6)), F(10**6)],
}


@given(SCALES, st.sampled_from(sorted(MEASURES)))
def test_a_scale_without_findings_stays_between_zero_and_the_maximum(scale: str, measure: str) -> None:
    """Where a check finds nothing, every number that the measure can give pays from 0 to the maximum."""
    found = read(f"measure: {{value: {measure}}}\n" + scale)
    paid = [found.points(**{measure: x}) for x in MEASURES[measure]]
    outside = [each for each in paid if each.state is not State.OK or not 0 <= each.number <= TOP]
    judged = {"points-over-maximum", "points-below-zero", "points-unbounded"} & found.codes
    assert judged or not outside


@given(SCALES, st.sampled_from(["rate", "few", "fine"]))
def test_the_height_of_a_scale_is_judged_by_the_numbers_it_can_meet(scale: str, measure: str) -> None:
    """Points over the maximum or below 0 at a number the measure can give are found."""
    found = read(f"measure: {{value: {measure}}}\n" + scale)
    paid = [found.points(**{measure: x}).number for x in MEASURES[measure]]
    if max(paid) > TOP:
        assert "points-over-maximum" in found.codes
    if min(paid) < 0:
        assert "points-below-zero" in found.codes


@given(st.lists(st.sampled_from([F(0), F(2), F(5), F(10)]), min_size=2, max_size=5).map(sorted))
def test_a_scale_whose_steps_rise_rises(paid: list[Fraction]) -> None:
    """A ladder or line whose steps pay more for more never pays less for more."""
    edges = [F(n, 5) for n in range(len(paid))][::-1]
    steps = "".join(
        f"  - {{at_least: {number(edge)}, points: {number(points)}}}\n"
        for edge, points in zip(edges, paid[::-1], strict=True)
    )
    through = ", ".join(
        f"[{number(edge)}, {number(points)}]" for edge, points in zip(edges[::-1], paid, strict=True)
    )
    for scale in (f"scale:\n{steps}  - {{otherwise: 0}}\n", f"scale: {{through: [{through}]}}\n"):
        found = read(ANYTHING + scale)
        got = [found.points(any=x).number for x in sorted({*PROBES, *edges})]
        assert got == sorted(got)


def test_edges_and_points_may_differ_by_group() -> None:
    """Each group is scored at its own edge, with its own points and maximum."""
    steps = "  - {at_least: {big: 90%, small: 80%}, points: proportional}\n  - {otherwise: 0}\n"
    found = read(
        "measure: {value: rate}\nscale:\n" + steps, top="{big: 10, small: 20}", groups=("big", "small")
    )
    assert not found.codes
    assert [found.points(group, rate=F(17, 20)).number for group in found.groups] == [0, 17]


@pytest.mark.parametrize(
    ("scale", "code"),
    [
        ("scale: [{at_least: 5, points: 10}]", "ladder-open"),
        ("scale: {per: 1}", "per-without-cap"),
        ("scale: {through: [[0, 0]]}", "through-order"),
        ("scale: {through: [[1, 0], [0, 10]]}", "through-order"),
        ("scale: {through: [[0, 0], [0, 10]]}", "through-order"),
        ("scale: {through: [[0, 0, 1], [1, 10]]}", "through-pairs"),
        ("scale: curved", "unknown-scale"),
        ("scale: [{points: 5}, {otherwise: 0}]", "ladder-step"),
        ("cases: [{in: '[0,1]'}]", "case-shape"),
    ],
)
def test_a_scale_that_says_too_little_is_not_read(scale: str, code: str) -> None:
    """An open ladder, an endless count and a line of one point are found and give no rule."""
    found = read(ANYTHING + scale + "\n")
    assert code in found.codes
    assert found.criterion.rule is None


@given(our.cuttings(), st.randoms(use_true_random=False))
def test_pieces_are_put_in_order(parts: list[Interval], random: Random) -> None:
    """Disjoint pieces in any order are put from the smallest numbers to the largest."""
    pieces = [Piece(each) for each in parts]
    shuffled = list(pieces)
    random.shuffle(shuffled)
    assert list(ordered(shuffled)) == pieces


@given(rungs(), awards())
def test_the_step_that_decides_is_the_one_that_pays(
    steps: list[Rung], otherwise: tuple[str, Fraction, Fraction]
) -> None:
    """The step named as deciding at a number pays what the scale pays there."""
    found = ladder(steps, otherwise[0])
    rule = found.rule
    assert isinstance(rule, Scored)
    assert isinstance(rule.scale, Steps)
    for x in PROBES:
        step = rule.scale.step_at("", x)
        assert step is not None
        slope, intercept = step.award.line(TOP, "")
        assert found.points(any=x) == ok(slope * x + intercept)
    assert exact_text(TOP) == "10"
