"""What each effect makes of an empty leaf: its points, what was attainable, and all above it."""

from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import given

from parcore.editions.edition import Edition, Effect, EffectKind
from parcore.results.result import Scorecard
from parcore.rules.figures import Award, AwardKind, Figure
from parcore.rules.policies import Quantity, RoundingPlan
from parcore.values import EVIDENCE_STATES, State, Value
from tests.results.editions import Given, card, edition, editions, sound, statements, with_leaf

F = Fraction
OK = State.OK


def ok(number: Fraction | int) -> Value:
    """A number as a value."""
    return Value(OK, F(number))


def leaf(
    name: str, top: int | str, body: str, when: str = "missing: zero, unverified: zero, rejected: zero"
) -> str:
    """A leaf on one line."""
    source = "source: {clause: '1', basis: illustrative}"
    return f"{{id: {name}, title: {name}, max: {top}, when: {{{when}}}, {source}, {body}}}"


RATE = "measure: {value: rate}, scale: proportional"
FEW = "measure: {value: few}, scale: {per: 1, cap: 3}"
PLAN = "measure: {choice: plan}, table: {on_time: 1, late: 0, never: exclude}"
WHEN_NOTHING = "missing: zero, unverified: zero, rejected: zero, nothing_arose: exclude"
TWO = f"""  - id: one
    title: one
    max: 5
    criteria:
      - {leaf("x", 2, RATE)}
      - {leaf("y", 3, FEW)}
  - {leaf("z", 4, "measure: {ratio: [done, all_of]}, scale: proportional", WHEN_NOTHING)}
"""
TOTAL = 9


def roots(found: Scorecard, *names: str) -> list[tuple[Value, Value | None]]:
    """Points and attainable maxima by id."""
    return [(found.points(each), found.attainable(each)) for each in names]


POINTS = {
    EffectKind.ZERO: ok(0),
    EffectKind.FULL: ok(2),
    EffectKind.SUBSTITUTE: ok(F(3, 2)),
    EffectKind.EXCLUDE: Value(State.EXCLUDED),
    EffectKind.WITHHOLD: Value(State.WITHHELD),
    EffectKind.ERROR: Value(State.ERROR),
}


@pytest.mark.parametrize("state", EVIDENCE_STATES)
@pytest.mark.parametrize("kind", list(POINTS))
def test_what_an_effect_makes_of_a_state(state: State, kind: EffectKind) -> None:
    """Whatever the state, its effect decides points and attainable, of the leaf, its parent and the index."""
    read = sound(TWO, str(TOTAL))
    x = read.criterion("x")
    assert x is not None
    award = Award(AwardKind.POINTS, Figure(F(3, 2))) if kind is EffectKind.SUBSTITUTE else None
    read = with_leaf(read, evolve(x, when={state: Effect(kind, award)}))
    found = card(read, rate=state, few=2, done=1, all_of=2)
    paid = POINTS[kind]
    out = kind is EffectKind.EXCLUDE
    assert found.raw("x") == Value(state)
    assert roots(found, "x", "y", "z", "one") == [
        (paid, Value(State.EXCLUDED) if out else ok(2)),
        (ok(2), ok(3)),
        (ok(2), ok(4)),
        (ok(2) if out else Value(OK, paid.number + 2) if paid.state is OK else paid, ok(3 if out else 5)),
    ]
    base, rate = (found.index(each, rounded=False) for each in (Quantity.BASE, Quantity.RATE))
    attainable = TOTAL - 2 if out else TOTAL
    assert found.total_attainable == ok(attainable)
    if paid.state in (State.WITHHELD, State.ERROR):
        assert base == rate == paid
    else:
        got = paid.number + 4
        assert (base, rate) == (ok(got), ok(F(100) * got / attainable))


@pytest.mark.parametrize("state", EVIDENCE_STATES)
def test_a_state_without_an_effect_is_an_error(state: State) -> None:
    """No state of evidence leaves a leaf: what the edition says nothing of is an error there."""
    read = sound(TWO, str(TOTAL))
    x = read.criterion("x")
    assert x is not None
    found = card(with_leaf(read, evolve(x, when={})), rate=state, few=2, done=1, all_of=2)
    assert (found.points("x"), found.state) == (Value(State.ERROR), State.ERROR)


def test_the_largest_state_of_several_leaves_stands_for_the_index() -> None:
    """Beside an error a withheld leaf counts no more, and an excluded one beside either not at all."""
    read = sound(TWO, str(TOTAL))
    for first, second, state in (
        (EffectKind.WITHHOLD, EffectKind.ERROR, State.ERROR),
        (EffectKind.EXCLUDE, EffectKind.WITHHOLD, State.WITHHELD),
        (EffectKind.EXCLUDE, EffectKind.ZERO, OK),
    ):
        changed = read
        for name, kind in (("x", first), ("y", second)):
            one = changed.criterion(name)
            assert one is not None
            changed = with_leaf(changed, evolve(one, when={State.MISSING: Effect(kind)}))
        assert card(changed, done=1, all_of=2).state is state


EXCLUDABLE = f"""  - id: one
    title: one
    max: 3
    criteria:
      - {leaf("x", 2, "measure: {ratio: [done, all_of]}, scale: proportional", WHEN_NOTHING)}
      - {leaf("y", 1, "measure: {ratio: [done, all_of]}, scale: proportional", WHEN_NOTHING)}
  - {leaf("z", 1, PLAN, "missing: zero, unverified: zero, rejected: zero, not_applicable: exclude")}
"""


def test_an_emptied_parent_drops_from_its_own() -> None:
    """A component of which every leaf is excluded leaves points and maximum; the index is over the rest."""
    found = card(sound(EXCLUDABLE, "4"), done=0, all_of=0, plan="on_time")
    out = Value(State.EXCLUDED)
    assert roots(found, "x", "y", "one", "z") == [(out, out), (out, out), (out, out), (ok(1), ok(1))]
    assert found.total_attainable == ok(1)
    assert found.index(Quantity.RATE, rounded=False) == ok(100)


def test_an_emptied_index_is_withheld_not_zero() -> None:
    """A unit of which nothing is left has no index and no rank."""
    found = card(sound(EXCLUDABLE, "4"), done=0, all_of=0, plan="never")
    assert found.state is State.WITHHELD
    assert found.total_attainable == Value(State.WITHHELD)
    assert found.index(Quantity.RATE, rounded=True) == Value(State.WITHHELD)


def test_a_row_that_excludes_leaves_the_maximum_too() -> None:
    """ "No target assigned: not assessed" as a row of a table takes the leaf out of points and maximum."""
    found = card(sound(EXCLUDABLE, "4"), done=1, all_of=2, plan="never")
    assert roots(found, "z") == [(Value(State.EXCLUDED), Value(State.EXCLUDED))]
    assert found.total_attainable == ok(3)
    assert found.index(Quantity.RATE, rounded=False) == ok(50)


REPORTED = "measure: reported"
UNKNOWN = f"""  - id: one
    title: one
    max: 60
    criteria:
      - {leaf("x", 2, "measure: {ratio: [done, all_of]}, scale: proportional", WHEN_NOTHING)}
      - {leaf("rest", "unknown", REPORTED)}
  - {leaf("z", 40, "measure: {value: rate}, scale: proportional")}
"""


def test_an_unknown_maximum_is_what_is_left_of_its_parent_s() -> None:
    """Where a part's maximum is unknown the parent's attainable is its maximum less what is excluded."""
    read = sound(UNKNOWN, "100")
    whole = card(read, done=1, all_of=1, points_rest=30, rate=1)
    assert roots(whole, "rest", "one") == [(ok(30), None), (ok(32), ok(60))]
    assert whole.total_attainable == ok(100)
    less = card(read, done=0, all_of=0, points_rest=30, rate=1)
    assert roots(less, "one") == [(ok(30), ok(58))]
    assert less.total_attainable == ok(98)
    assert less.index(Quantity.RATE, rounded=False) == ok(F(100) * 70 / 98)


def test_what_is_excluded_deep_under_an_unknown_maximum_leaves_the_total() -> None:
    """A leaf excluded under a component of unknown maximum is taken off the total all the same."""
    components = UNKNOWN.replace("max: 60", "max: unknown")
    read = sound(components, "100")
    assert card(read, done=1, all_of=1, points_rest=30, rate=1).total_attainable == ok(100)
    assert card(read, done=0, all_of=0, points_rest=30, rate=1).total_attainable == ok(98)


@pytest.mark.parametrize(("b", "d", "wrong"), [(4, 2, False), (4, 3, True), (0, 7, True)])
def test_parts_of_unknown_maxima_have_no_more_than_is_left(b: int, d: int, *, wrong: bool) -> None:
    """What a known whole and its known parts leave is the most of the unknown ones: beyond it is an error."""
    leaf = "title: t, measure: reported, source: {clause: '1', basis: illustrative}"
    when = "when: {missing: zero, unverified: zero, rejected: zero}"
    parts = "".join(
        f"      - {{id: {name}, max: {top}, {leaf}, {when}}}\n"
        for name, top in (("a", "4"), ("b", "unknown"), ("d", "unknown"))
    )
    text = f"  - id: g\n    title: g\n    max: 10\n    criteria:\n{parts}"
    found = card(sound(text, "10"), points_a=1, points_b=b, points_d=d)
    assert found.points("g") == (Value(State.ERROR) if wrong else Value(State.OK, F(1 + b + d)))


def test_nothing_is_rated_where_nobody_published_a_maximum() -> None:
    """Where total and parts are unknown there are points and no rate, and no attainable maximum."""
    read = sound(f"  - {leaf('rest', 'unknown', REPORTED)}\n", "unknown")
    found = card(read, points_rest=30)
    assert found.index(Quantity.BASE, rounded=True) == ok(30)
    assert found.index(Quantity.RATE, rounded=True) is None
    assert found.total_attainable is None


def test_a_maximum_that_is_not_known_cannot_be_excluded() -> None:
    """`exclude` and `full` ask for a maximum: without one they are found."""
    for effect in ("exclude", "full"):
        when = f"missing: zero, unverified: zero, rejected: zero, nothing_arose: {effect}"
        _, codes = edition(f"  - {leaf('rest', 'unknown', REPORTED, when)}\n", "unknown")
        assert "needs-maximum" in codes


@given(editions(), statements())
def test_points_and_maximum_are_excluded_together(read: Edition, evidence: dict[str, Given]) -> None:
    """A node is out of the points exactly where it is out of the maximum, and never pays more than it."""
    found = card(read, **evidence)
    for each in read.criteria:
        points, attainable = found.points(each.id), found.attainable(each.id)
        assert attainable is not None
        out = State.RESCALED if points.state is State.RESCALED else State.EXCLUDED
        assert (points.state is out) == (attainable.state is out)
        assert attainable.state in (OK, out)
        assert out is State.EXCLUDED or each.rule is not None  # an emptied group is out, whatever emptied it
        if points.state is OK:
            assert 0 <= points.number <= attainable.number
        else:
            assert points.state in (out, State.WITHHELD, State.ERROR)


@given(editions(sums_only=True), statements())
def test_the_attainable_maximum_is_that_of_the_leaves_that_count(
    read: Edition, evidence: dict[str, Given]
) -> None:
    """Of every parent and the index, the attainable maximum is the sum of its leaves that count."""
    found = card(read, **evidence)
    left = F(0)
    for each in read.criteria:
        counted = [one for one in each.leaves if found.points(one.id).state is not State.EXCLUDED]
        total = sum((one.max.of("") for one in counted if one.max is not None), F(0))
        assert found.attainable(each.id) == (ok(total) if counted else Value(State.EXCLUDED))
        left += total if each in read.components else 0
    assert found.total_attainable == (ok(left) if left else Value(State.WITHHELD))


@given(editions(sums_only=True), statements())
def test_an_unrounded_index_is_the_sum_of_its_leaves(read: Edition, evidence: dict[str, Given]) -> None:
    """Without rounding, the index is the sum of the leaves that count; the rate is per 100 attainable."""
    exact = evolve(read, rounding=RoundingPlan())
    found = card(exact, **evidence)
    base, rate = (found.index(each, rounded=False) for each in (Quantity.BASE, Quantity.RATE))
    values = [found.points(each.id) for each in exact.leaves]
    counted = [each for each in values if each.state is not State.EXCLUDED]
    worst = max((each.state for each in counted), default=State.WITHHELD)
    assert base is not None
    assert rate is not None
    if worst is OK:
        sum_ = sum((each.number for each in counted), F(0))
        assert found.total_attainable is not None
        assert base == ok(sum_)
        assert rate == ok(100 * sum_ / found.total_attainable.number)
    else:
        assert base == rate == Value(worst)
