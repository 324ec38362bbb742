"""Measures: the number drawn from evidence, the numbers they say they can give, the states that arise."""

from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.evidence.vocabulary import FieldKind, Vocabulary
from parcore.expressions import Linear, parse_linear
from parcore.i18n import Text
from parcore.intervals import Interval, Range
from parcore.numbers import exact_text
from parcore.readings.exact import evaluate
from parcore.rules.combinations import ChoiceTable, Scored
from parcore.rules.measures import Ratio, Sum
from parcore.rules.program import lay_out
from parcore.rules.protocols import Measure
from parcore.values import ALWAYS_POSSIBLE, EVIDENCE_STATES, State, Value
from tests import strategies as our
from tests.rules.reading import VOCABULARY, facts, invariant, read, spec

F = Fraction
LINE = "scale: {slope: 1}\n"
COUNTS = ("done", "late", "all_of")


def value(measure: str, **evidence: Fraction | int | str | State) -> Value:
    """The measure of a text: its rule pays the measure itself."""
    return read(f"measure: {measure}\n{LINE}").points(**evidence)


def measured(measure: str) -> Measure:
    """The measure of a text."""
    rule = read(f"measure: {measure}\n{LINE}").rule
    assert isinstance(rule, Scored)
    return rule.measure


def counts() -> st.SearchStrategy[dict[str, int]]:
    """Whole numbers for the fields counted."""
    return st.fixed_dictionaries({name: st.sampled_from([0, 1, 2, 3, 10, 97]) for name in COUNTS})


@given(counts(), st.integers(0, 9))
def test_a_value_and_a_count_are_sums(given_: dict[str, int], more: int) -> None:
    """A value or a count is the sum written: factors, constants and repeated fields all count."""
    done, late, all_of = (given_[name] for name in COUNTS)
    assert value("{value: done + 2 * late - all_of}", **given_).number == done + 2 * late - all_of
    assert value(f'{{value: "done + {more}"}}', **given_).number == done + more
    assert value("{count: [done, late, done]}", **given_).number == 2 * done + late
    assert value(f'{{count: ["done + {more}", late]}}', **given_).number == done + more + late


@given(counts())
def test_a_ratio_is_exact_and_over_nothing_is_nothing(given_: dict[str, int]) -> None:
    """A ratio is the fraction itself; 0/0 is nothing arose, and any other part of nothing bad evidence."""
    done, late, all_of = (given_[name] for name in COUNTS)
    got = value("{ratio: [done + late, all_of]}", **given_)
    if all_of:
        assert got == Value(State.OK, F(done + late, all_of))
    else:
        assert got == Value(State.ERROR if done + late else State.NOTHING_AROSE)


@given(counts())
def test_a_share_is_a_part_among_its_terms(given_: dict[str, int]) -> None:
    """A share is the part over the sum of what it is among, itself one of them."""
    done, late, all_of = (given_[name] for name in COUNTS)
    got = value('{share: {of: done, among: [done, late, "all_of + 1"]}}', **given_)
    assert got == Value(State.OK, F(done, done + late + all_of + 1))
    twice = value("{share: {of: done, among: [done, done]}}", **given_)
    assert twice == (Value(State.OK, F(1, 2)) if done else Value(State.NOTHING_AROSE))


@pytest.mark.parametrize("state", EVIDENCE_STATES)
def test_an_empty_field_empties_the_measure(state: State) -> None:
    """An empty field leaves the measure without a number; a term of which nothing arose adds nothing."""
    nothing = state is State.NOTHING_AROSE
    assert value("{value: done + late}", done=state, late=3) == (
        Value(State.OK, F(3)) if nothing else Value(state)
    )
    assert value("{value: done + late}", done=state, late=state) == Value(state)
    assert value("{ratio: [done, all_of]}", done=3, all_of=state).state is (
        State.ERROR if state is State.NOTHING_AROSE else state
    )


@given(
    st.dictionaries(
        st.sampled_from(["few", "fine", "done", "rate"]),
        st.sampled_from([F(-2), F(1), F(3), F(1, 2)]),
        min_size=1,
    ),
    st.sampled_from([F(0), F(1), F(1, 4), F(-3)]),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_a_sum_stays_in_its_range(terms: dict[str, Fraction], constant: Fraction, random: Random) -> None:
    """What fields within their ranges sum to is in the range of the sum, on its grid."""
    linear = Linear(tuple(terms.items()), constant)
    choices = {
        "few": [F(n) for n in range(13)],
        "fine": [F(n, 2) for n in range(-4, 9)],
        "done": [F(0), F(1), F(10**6)],
        "rate": [F(0), F(1), F(1, 3)],
    }
    known = {name: random.choice(each) for name, each in choices.items()}
    got = VOCABULARY.range_of(linear)
    assert linear.value(known) in got


def bounded(low: int | None) -> Vocabulary:
    """Three fields from `low` up."""
    range_ = Range(Interval(None if low is None else F(low), low is not None), F(1))
    return Vocabulary("v", Text(), {name: spec(name, FieldKind.COUNT, range_) for name in ("a", "b", "c")})


SUMS = ("a", "b", "a + b", "2 * a", "a + b + 1", "a - b", "a + 2 * b + c")


@pytest.mark.parametrize("low", [0, 1, -1, None])
@pytest.mark.parametrize(("part", "whole"), list(product(SUMS, SUMS)))
def test_a_ratio_stays_in_its_range(part: str, whole: str, low: int | None) -> None:
    """Every ratio that fields in their ranges can give is in the range that the measure declares."""
    ratio = Ratio(bounded(low), parse_linear(part), parse_linear(whole))
    got = ratio.range("")
    program = lay_out({"ratio": ratio.node("")})
    for numbers in product((-1, 0, 1, 2, 5), repeat=3):
        if low is None or min(numbers) >= low:
            found = evaluate(program, facts(dict(zip("abc", numbers, strict=True))))["ratio"]
            assert found.state is not State.OK or found.number in got, (
                numbers,
                found.number,
                str(got.interval),
            )


def test_an_invariant_holds_a_ratio_at_one() -> None:
    """A ratio ends at 1 where an invariant, either way round, holds the part to its whole."""
    fields = {each: VOCABULARY.fields[each] for each in COUNTS}
    for rule, high in (
        ("done <= all_of", 1),
        ("all_of >= done", 1),
        ("done >= all_of", None),
        ("late <= all_of", None),
    ):
        vocabulary = Vocabulary("v", Text(), fields, (invariant(rule),))
        ratio = Ratio(vocabulary, parse_linear("done"), parse_linear("all_of"))
        assert ratio.range("").interval == Interval(
            F(0), True, None if high is None else F(high), high is not None
        )


@given(our.decimals(2))
def test_a_sum_of_one_field_is_on_its_grid(x: Fraction) -> None:
    """A count is a whole number; half marks stay on halves; a free number is anything."""
    assert (x in VOCABULARY.range_of(parse_linear("few"))) == (x.denominator == 1 and 0 <= x <= 12)
    assert (x in VOCABULARY.range_of(parse_linear("fine"))) == ((2 * x).denominator == 1 and -2 <= x <= 4)
    assert x in VOCABULARY.range_of(parse_linear("any"))


@pytest.mark.parametrize(
    ("measure", "states"),
    [
        ("{value: done}", set()),
        ("{value: late}", {State.NOTHING_AROSE}),
        ("{count: [done, late]}", set()),
        ("{count: [late, late]}", {State.NOTHING_AROSE}),
        ("{value: late + 1}", set()),
        ("{ratio: [done, all_of]}", {State.NOTHING_AROSE}),
        ("{ratio: [done, few]}", {State.NOTHING_AROSE}),
    ],
)
def test_the_states_that_can_arise_are_declared(measure: str, states: set[State]) -> None:
    """Nothing arose of a ratio, and of a sum only where it can of every field and no constant is added."""
    assert measured(measure).states() == states


@given(
    st.fixed_dictionaries({n: st.one_of(st.integers(0, 3), st.sampled_from(ALWAYS_POSSIBLE)) for n in COUNTS})
)
def test_no_other_state_arises(given_: dict[str, int | State]) -> None:
    """From fields in the states they may be in, only declared states come, or an error for bad evidence."""
    for text in (
        "{value: done + late}",
        "{ratio: [done, all_of]}",
        "{share: {of: done, among: [done, late]}}",
    ):
        got = value(text, **given_)
        allowed = {State.OK, State.ERROR, *ALWAYS_POSSIBLE, *measured(text).states()}
        assert got.state in allowed


def test_a_choice_is_a_position_among_its_options() -> None:
    """The numbers of a choice are its positions, on a grid of one, and its states those of its field."""
    rule = read("measure: {choice: plan}\ntable: {on_time: 10, late: 5, never: 0}\n").rule
    assert isinstance(rule, ChoiceTable)
    assert [x for x in range(-1, 5) if F(x) in rule.choice.range("")] == [0, 1, 2]
    assert rule.choice.states() == {State.NOT_APPLICABLE}
    assert isinstance(measured("{value: done}"), Sum)


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        ("{ratio: [done]}", "ratio-of-two"),
        ("{share: {of: late, among: [done]}}", "share-not-among"),
        ("{share: {of: late}}", "share-of-among"),
        ("{value: nothing_of_the_kind}", "unknown-field"),
        ("{value: plan}", "field-kind"),
        ("{count: rate}", "field-kind"),
        ("{choice: done}", "field-kind"),
        ("{mean: done}", "unknown-measure"),
        ("{value: done, count: late}", "measure-one-word"),
        ("{value: done / late}", "not-a-sum"),
        (f"{{value: '{'9' * 61}'}}", "not-a-sum"),
    ],
)
def test_what_is_no_measure_is_found(measure: str, code: str) -> None:
    """A measure of the wrong shape, kind or field is found, and gives no rule."""
    found = read(f"measure: {measure}\n{LINE}")
    assert code in found.codes
    assert found.criterion.rule is None


def test_exact_texts_of_awkward_numbers_are_sums() -> None:
    """A percentage in a sum is its hundredth."""
    assert value('{value: "rate - 50%"}', rate=F(3, 4)).number == F(1, 4)
    assert exact_text(value('{value: "50% * done"}', done=3).number) == "1.5"
