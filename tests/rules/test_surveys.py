"""Surveys, against the plainest reading of their words, over every state of emptiness."""

from fractions import Fraction
from itertools import product

import pytest

from parcore.evidence.vocabulary import FieldKind, Vocabulary
from parcore.i18n import Text
from parcore.rules.combinations import Scored
from parcore.rules.protocols import Measure
from parcore.values import ALWAYS_POSSIBLE, State, Value
from tests.rules.reading import COUNTING, Read, read, spec

F = Fraction
NOTHING = State.NOTHING_AROSE
NAMES = ("men_yes", "men_no", "women_yes", "women_no")
WORDS = Vocabulary(
    "survey",
    Text(),
    {each: spec(each, FieldKind.COUNT, COUNTING, *([NOTHING] if each[0] == "m" else [])) for each in NAMES},
)
LINE = "scale: {slope: 1}\n"
ANSWERS = (0, 1, 3, NOTHING, State.MISSING, State.REJECTED)
Answer = int | State


def survey(text: str, groups: tuple[str, ...] = ("",)) -> Read:
    """A criterion that pays the number of a survey."""
    return read(f"measure: {{survey: {text}}}\n{LINE}", vocabulary=WORDS, groups=groups)


def measure_of(found: Read) -> Measure:
    """The measure of a criterion."""
    assert isinstance(found.rule, Scored)
    return found.rule.measure


def plain_rate(answers: dict[str, Answer], worth: dict[str, Fraction], least: int) -> Value:
    """The rate of one group of respondents."""
    there = {name: each for name, each in answers.items() if each is not NOTHING}
    if not there:
        return Value(NOTHING)
    state = max(each if isinstance(each, State) else State.OK for each in there.values())
    if state is not State.OK:
        return Value(state)
    counts = {name: int(each) for name, each in there.items()}
    if sum(counts.values()) < least:
        return Value(State.MISSING)
    if not sum(counts.values()):
        return Value(NOTHING)
    return Value(State.OK, sum((worth[n] * c for n, c in counts.items()), F(0)) / sum(counts.values()))


def plain(rates: list[tuple[int, Value]]) -> Value:
    """The groups' rates, weighted; a group of which nothing arose beside another was not asked."""
    if all(rate.state is NOTHING for _, rate in rates):
        return Value(NOTHING)
    rates = [(w, Value(State.MISSING) if rate.state is NOTHING else rate) for w, rate in rates]
    state = max(rate.state for _, rate in rates)
    if state is not State.OK:
        return Value(state)
    return Value(State.OK, sum((w * rate.number for w, rate in rates), F(0)) / sum(w for w, _ in rates))


@pytest.mark.parametrize("least", [0, 2])
def test_a_survey_is_the_mean_of_its_groups_rates_by_weight(least: int) -> None:
    """Two groups of respondents, weighing 2 to 1: every number, state, range and sample below the least."""
    more = f", at_least: {least}" if least else ""
    found = survey(f"{{answers: {{'yes': 100%, 'no': 20%}}, groups: {{men: 2, women: 1}}{more}}}")
    measure, worth = measure_of(found), {"yes": F(1), "no": F(1, 5)}
    for answers in product(ANSWERS, repeat=4):
        given = dict(zip(NAMES, answers, strict=True))
        rates = [
            (weight, plain_rate({a: given[f"{who}_{a}"] for a in worth}, worth, least))
            for who, weight in (("men", 2), ("women", 1))
        ]
        value = found.points(**given)
        assert value == plain(rates), given
        if value.state is State.OK:
            assert value.number in measure.range("")
        else:
            assert value.state in {*measure.states(), *ALWAYS_POSSIBLE}
    assert set(measure.fields) == set(NAMES)


def test_those_satisfied_count_whole_and_the_rest_not() -> None:
    """`satisfied` of the `answers` listed is worth 100 %, every other 0 %; without groups there is one."""
    found = survey("{satisfied: [men_yes, women_yes], answers: [men_yes, women_yes, men_no]}")
    for answers in product(ANSWERS, repeat=3):
        given = dict(zip(("men_yes", "women_yes", "men_no"), answers, strict=True))
        worth = {"men_yes": F(1), "women_yes": F(1), "men_no": F(0)}
        assert found.points(**given) == plain_rate(given, worth, 0), given


def test_figures_of_a_survey_differ_by_unit_group() -> None:
    """What an answer is worth, the weights and the least sample are those of the unit's group."""
    text = (
        "{answers: {'yes': {big: 100%, small: 50%}, 'no': 0},"
        " groups: {men: {big: 1, small: 3}, women: 1}, at_least: {big: 2, small: 1}}"
    )
    found = survey(text, groups=("big", "small"))
    given = {"men_yes": 1, "men_no": 1, "women_yes": 0, "women_no": 2}
    assert found.points("big", **given) == Value(State.OK, F(1, 4))
    assert found.points("small", **given) == Value(State.OK, F(3, 16))
    assert found.points("big", **{**given, "men_no": 0}) == Value(State.MISSING)
    assert measure_of(found).range("small").interval.high == F(1, 2)


def test_the_formula_of_a_survey_says_the_numbers_of_each_group() -> None:
    """Where an answer's worth or a weight differs by unit group, the formula shows the number of each."""
    found = survey(
        "{answers: {yes: {p: 100%, q: 80%}, no: 0%}, groups: {men: {p: 2, q: 3}, women: 1}}", ("p", "q")
    )
    text = measure_of(found).text()
    assert "{p: 1, q: 0.8} * men_yes" in text
    assert text.endswith("/ ({p: 2, q: 3} + 1)")
