"""Roll-up: a year or quarter from the months or quarters in it, as the field declares, and never guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.rollup import Part, roll_up
from parcore.evidence.vocabulary import RollUp, Vocabulary
from parcore.numbers import exact_text
from parcore.values import State, Value
from tests.evidence.reading import read_rows, vocabulary

WORDS = """vocabulary: words
fields:
  - {id: done, kind: count, title: Đã làm, rollup: sum, states: [nothing_arose]}
  - {id: all_of, kind: count, title: Tất cả, rollup: sum}
  - {id: wait, kind: number, unit: "%", range: "[0,100%]", title: Chờ, rollup: mean}
  - {id: posts, kind: count, title: Biên chế, movement: stock, rollup: last}
  - {id: plan, kind: choice, title: Kế hoạch, options: [good, late], rollup: first}
  - {id: alone, kind: count, title: Lẻ}
invariants: [done <= all_of]
"""
YEAR = Period(2024)
MONTHS = tuple(Period(2024, month=each) for each in range(1, 13))
QUARTERS = tuple(Period(2024, quarter=each) for each in range(1, 5))
NUMBERS = st.fractions(-50, 50, max_denominator=6)


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """A vocabulary whose fields roll up each in its way."""
    return vocabulary(WORDS)


def stated(period: Period, value: Fraction | State, stage: Stage = Stage.FINAL, name: str = "x") -> Datum:
    """A statement about unit `a`."""
    if isinstance(value, State):
        return Datum("a", period, name, Value(value), "", stage)
    return Datum("a", period, name, Value(State.OK, value), exact_text(value), stage)


def at(how: RollUp, data: Sequence[Datum], period: Period = YEAR, stage: Stage = Stage.FINAL) -> Datum | None:
    """What counts for unit `a` where its one field rolls up so."""
    return Evidence(data, (), {"x": how}).at("a", period, "x", stage)


def value(how: RollUp, data: Sequence[Datum], period: Period = YEAR, stage: Stage = Stage.FINAL) -> Value:
    """The value that counts; something must."""
    found = at(how, data, period, stage)
    assert found is not None
    return found.value


PLAIN: dict[RollUp, Callable[[Sequence[Fraction]], Fraction]] = {
    RollUp.SUM: lambda numbers: sum(numbers, Fraction(0)),
    RollUp.MEAN: lambda numbers: sum(numbers, Fraction(0)) / len(numbers),
    RollUp.LAST: lambda numbers: numbers[-1],
    RollUp.FIRST: lambda numbers: numbers[0],
    RollUp.MAX: max,
    RollUp.MIN: min,
}


@given(
    st.sampled_from(RollUp),
    st.sampled_from([(MONTHS, YEAR), (QUARTERS, YEAR), (MONTHS[3:6], QUARTERS[1])]),
    st.data(),
)
def test_a_roll_up_is_the_plain_fold_over_the_parts(
    how: RollUp, periods: tuple[tuple[Period, ...], Period], data: st.DataObject
) -> None:
    """Twelve months or four quarters give the year, three months the quarter, exactly, in any order."""
    parts, whole = periods
    numbers = [data.draw(NUMBERS) for _ in parts]
    statements = [stated(each, number) for each, number in zip(parts, numbers, strict=True)]
    expected = Value(State.OK, PLAIN[how](numbers))
    assert value(how, statements, whole) == expected
    assert value(how, data.draw(st.permutations(statements)), whole) == expected


@given(st.sampled_from(RollUp), st.data())
def test_quarters_and_months_may_be_mixed_where_they_cover_the_year(how: RollUp, data: st.DataObject) -> None:
    """A quarter stated for itself counts as three months of it would that are all like it, or sum to it."""
    quarters = data.draw(st.sets(st.sampled_from(QUARTERS)))
    months = {month: data.draw(NUMBERS) for month in MONTHS}
    for quarter in quarters:
        months.update(dict.fromkeys(quarter.parts, months[quarter.parts[0]]))
    alone = [stated(month, number) for month, number in months.items()]
    factor = 3 if how is RollUp.SUM else 1
    mixed = [each for each in alone if each.period.wholes[0] not in quarters]
    mixed += [stated(quarter, months[quarter.parts[0]] * factor) for quarter in quarters]
    assert value(how, mixed) == value(how, alone)


@pytest.mark.parametrize("how", RollUp)
def test_a_missing_part_makes_the_whole_missing(how: RollUp) -> None:
    """Eleven months are no year; no month at all is nothing stated."""
    eleven = [stated(month, Fraction(1)) for month in MONTHS[:-1]]
    assert value(how, eleven) == Value(State.MISSING)
    assert value(how, eleven, QUARTERS[0]).state is State.OK
    assert at(how, []) is None
    assert at(how, eleven, QUARTERS[0].back(1)) is None


@given(
    st.sampled_from(RollUp), st.lists(st.sampled_from([*State][:6]), min_size=4, max_size=4), st.integers()
)
def test_states_of_parts_join_and_no_empty_part_is_taken_for_a_number(
    how: RollUp, states: list[State], number: int
) -> None:
    """The largest state of any part is that of the whole; that nothing arose in some parts is passed over."""
    parts = [
        Part(period, Value(state, Fraction(0 if state else number)), "")
        for period, state in zip(QUARTERS, states, strict=True)
    ]
    value, _ = roll_up(how, parts)
    worst = max(states)
    if worst > State.NOTHING_AROSE:
        assert value == Value(worst)
    elif how in (RollUp.FIRST, RollUp.LAST):
        assert value == parts[0 if how is RollUp.FIRST else -1].value
    else:
        arose = [each for each in states if each is State.OK]
        assert value.state is (State.OK if arose else State.NOTHING_AROSE)
        assert value.number == (number * len(arose) if how is RollUp.SUM else number if arose else 0)


@given(st.sampled_from(RollUp), st.lists(st.fractions(0, 9), min_size=12, max_size=12), st.integers(0, 11))
def test_hiding_a_part_never_gives_a_number(how: RollUp, numbers: list[Fraction], hidden: int) -> None:
    """A part left out, or stated as missing, unverified or rejected, takes the number away."""
    statements = [stated(month, number) for month, number in zip(MONTHS, numbers, strict=True)]
    for state in (State.MISSING, State.UNVERIFIED, State.REJECTED):
        statements[hidden] = stated(MONTHS[hidden], state)
        assert value(how, statements) == Value(state)
    del statements[hidden]
    assert value(how, statements) == Value(State.MISSING)


def test_parts_that_only_the_unit_states_are_unverified() -> None:
    """Stages hold for each part: one self-assessed month leaves the year unverified beyond that stage."""
    statements = [stated(month, Fraction(1)) for month in MONTHS[:-1]]
    statements.append(stated(MONTHS[-1], Fraction(1), Stage.SELF))
    assert value(RollUp.SUM, statements) == Value(State.UNVERIFIED)
    own = [stated(month, Fraction(1), Stage.SELF) for month in MONTHS]
    assert value(RollUp.SUM, own, stage=Stage.SELF) == Value(State.OK, Fraction(12))


def test_what_is_stated_for_the_period_itself_stands() -> None:
    """Parts are asked only where nothing is stated for the whole up to the stage, in any state."""
    statements = [stated(month, Fraction(1)) for month in MONTHS]
    assert value(RollUp.SUM, [*statements, stated(YEAR, State.REJECTED)]) == Value(State.REJECTED)
    late = stated(YEAR, Fraction(7), Stage.FINAL)
    early = [stated(month, Fraction(1), Stage.APPRAISED) for month in MONTHS]
    assert value(RollUp.SUM, [*early, late], stage=Stage.APPRAISED) == Value(State.OK, Fraction(12))
    assert value(RollUp.SUM, [*early, late]) == Value(State.OK, Fraction(7))


def test_the_rolled_value_names_its_parts(words: Vocabulary) -> None:
    """What a year rests on can be traced: each part with what it says, the fold, the place of the first."""
    rows = "".join(f"a,2024-{month:02},wait,{month}%\n" for month in range(1, 12))
    evidence = tabled(words, rows + "a,2024-12,wait,missing\n")
    found = evidence.at("a", QUARTERS[0], "wait", Stage.FINAL)
    assert found is not None
    assert (found.note, found.text) == ("mean: 2024-01 = 1%; 2024-02 = 2%; 2024-03 = 3%", "2%")
    assert found.place.line == 2
    year = evidence.at("a", YEAR, "wait", Stage.FINAL)
    assert year is not None
    assert year.note.endswith("; 2024-11 = 11%; 2024-12 = missing")


def test_choices_and_days_roll_up_with_their_text(words: Vocabulary) -> None:
    """What is picked from the parts, and not computed, keeps its text, by which rules know an option."""
    plans = ["late", *["good"] * 11]
    found = tabled(words, monthly("plan", plans)).at("a", YEAR, "plan", Stage.FINAL)
    assert found is not None
    assert found.text == "late"


def test_a_field_without_a_roll_up_is_not_rolled_up(words: Vocabulary) -> None:
    """That months add up to a year is said, or it is not so."""
    evidence = tabled(words, monthly("alone", ["1"] * 12))
    assert evidence.at("a", YEAR, "alone", Stage.FINAL) is None
    assert evidence.units(YEAR) == []


def test_a_whole_that_its_parts_contradict_is_refused(words: Vocabulary) -> None:
    """A year that is stated beside all of its months must be what they give."""
    rows = monthly("done", ["1"] * 12)
    assert codes(words, rows + "a,2024,done,12\n") == []
    assert codes(words, rows + "a,2024,done,13\n") == ["rollup-differs"]
    assert codes(words, rows.replace("2024-05,done,1", "2024-05,done,missing") + "a,2024,done,13\n") == []


def test_invariants_hold_of_rolled_values_too(words: Vocabulary) -> None:
    """A year of one field by months and of another stated whole is checked like any other."""
    rows = monthly("done", ["1"] * 12)
    assert codes(words, rows + "a,2024,all_of,12\n") == []
    assert codes(words, rows + "a,2024,all_of,11\n") == ["invariant-broken"]


def test_units_with_parts_alone_are_spoken_of_in_the_whole(words: Vocabulary) -> None:
    """A year can be asked for whose months alone are stated; of itself it is not the latest period."""
    evidence = tabled(words, monthly("done", ["1"] * 3))
    assert (evidence.units(YEAR), evidence.fields(YEAR)) == (["a"], ["done"])
    assert evidence.units(QUARTERS[0]) == ["a"]
    assert evidence.units(QUARTERS[1]) == []
    assert evidence.periods() == list(MONTHS[:3])


def test_what_if_replaces_a_value_with_its_parts_and_wholes(words: Vocabulary) -> None:
    """A value assumed for a year stands against no month, and one for a month changes the year."""
    evidence = tabled(words, monthly("done", ["1"] * 12) + "a,2024,done,12\n")
    year = evidence.with_([stated(YEAR, Fraction(99), name="done")])
    assert [each.period for each in year] == [YEAR]
    month = evidence.with_([stated(MONTHS[4], Fraction(5), name="done")])
    found = month.at("a", YEAR, "done", Stage.FINAL)
    assert found is not None
    assert found.value == Value(State.OK, Fraction(16))


def monthly(name: str, texts: Sequence[str]) -> str:
    """Rows of a tidy table, one for each month."""
    return "".join(f"a,2024-{month:02},{name},{text}\n" for month, text in enumerate(texts, 1))


def tabled(words: Vocabulary, rows: str) -> Evidence:
    """The evidence of rows without findings."""
    evidence, found = read_rows(words, rows)
    assert found == []
    return evidence


def codes(words: Vocabulary, rows: str) -> list[str]:
    """The codes of what is found in rows."""
    return read_rows(words, rows)[1]
