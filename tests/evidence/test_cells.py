"""Cells of evidence as people write them: states and options in words, stages in a column."""

from __future__ import annotations

from fractions import Fraction

import pytest

from parcore.diagnostics import Findings, Place
from parcore.documents.table import parse_table
from parcore.documents.tree import Scalar
from parcore.documents.yaml import parse_yaml
from parcore.evidence.bounds import read_given
from parcore.evidence.cells import read_value
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.sections import Defaults
from parcore.evidence.units import Unit, UnitBook
from parcore.evidence.vocabulary import Vocabulary, read_vocabulary
from parcore.i18n import LANGUAGES, Text
from parcore.intervals import parse_bound
from parcore.numbers import NumberFormat
from parcore.values import State, Value

WORDS = """vocabulary: words
fields:
  - {id: done, kind: count, title: Đã làm, states: [nothing_arose]}
  - {id: rate, kind: number, unit: "%", range: "[0,100%]", title: Tỷ lệ}
  - id: plan
    kind: choice
    title: Kế hoạch
    options: {good: {vi: đúng hạn, en: on time}, late: chậm, rejected: bị trả lại}
"""
HERE = Place("cell")


@pytest.fixture
def words() -> Vocabulary:
    """A small vocabulary."""
    findings = Findings()
    found = read_vocabulary(parse_yaml(WORDS, "words", findings), findings)
    assert found is not None
    assert not findings.errors
    return found


def cell(words: Vocabulary, field: str, text: str) -> tuple[Value | None, list[str]]:
    """What a cell gives, and the codes of what was found."""
    findings = Findings()
    name, written = Scalar(HERE, field), Scalar(HERE, text, quoted=True)
    value = read_value(name, written, None, words.fields[field], NumberFormat.UNDECLARED, findings)
    return value, [each.code for each in findings]


@pytest.mark.parametrize("text", ["nothing_arose", "không phát sinh", "Không phát sinh", "nothing arose"])
def test_a_cell_may_hold_the_word_of_a_state(words: Vocabulary, text: str) -> None:
    """An empty state is written by its id or in words of either language, whatever the case."""
    assert cell(words, "done", text) == (Value(State.NOTHING_AROSE), [])


def test_a_state_that_a_field_does_not_declare_is_refused_in_a_cell(words: Vocabulary) -> None:
    """The word of a state does not get round the vocabulary."""
    assert cell(words, "rate", "không phát sinh") == (None, ["state-not-declared"])


@pytest.mark.parametrize(("text", "at"), [("good", 0), ("đúng hạn", 0), ("On time", 0), ("Chậm", 1)])
def test_an_option_is_written_by_its_id_or_its_title(words: Vocabulary, text: str, at: int) -> None:
    """A choice may be written as the vocabulary names it."""
    assert cell(words, "plan", text) == (Value(State.OK, Fraction(at)), [])


def test_an_option_named_like_a_state_is_the_option(words: Vocabulary) -> None:
    """An option's own id comes before the word of a state."""
    assert cell(words, "plan", "rejected") == (Value(State.OK, Fraction(2)), [])


def test_a_percentage_without_its_sign_is_asked_for(words: Vocabulary) -> None:
    """92,35 in a field in per cent is neither 9235 % nor out of range without a hint."""
    assert cell(words, "rate", "92,35") == (None, ["percent-sign"])
    assert cell(words, "rate", "92,35%") == (Value(State.OK, Fraction(9235, 10_000)), [])


def test_a_wide_table_may_say_its_stages(words: Vocabulary) -> None:
    """A column `stage` of a wide table is the stage of its row's statements, and not a field."""
    findings = Findings()
    reader = EvidenceReader(words, UnitBook([Unit("a", "ward", Text("A"))]), findings)
    text = "unit;period;stage;done\nA;2024;self;5\nA;2024;appraised;3\n"
    reader.table(parse_table(text, "t.csv", findings), Defaults())
    assert not list(findings)
    evidence, period = reader.evidence(), Period(2024)
    numbers = {stage: number(evidence, period, stage) for stage in (Stage.SELF, Stage.APPRAISED, Stage.FINAL)}
    assert numbers == {Stage.SELF: 5, Stage.APPRAISED: 3, Stage.FINAL: 3}


def number(evidence: Evidence, period: Period, stage: Stage) -> Fraction | None:
    """What counts of the field at a stage."""
    datum = evidence.at("a", period, "done", stage)
    return None if datum is None else datum.value.known


def test_a_claim_that_nothing_arose_waits_for_its_appraisal(words: Vocabulary) -> None:
    """What only the unit says, a state as much as a number, is unverified beyond its own stage."""
    findings = Findings()
    reader = EvidenceReader(words, UnitBook([Unit("a", "ward", Text("A"))]), findings)
    text = "unit,period,stage,done\na,2024,self,nothing_arose\n"
    reader.table(parse_table(text, "t.csv", findings), Defaults())
    for stage, state in ((Stage.SELF, State.NOTHING_AROSE), (Stage.FINAL, State.UNVERIFIED)):
        datum = reader.evidence().at("a", Period(2024), "done", stage)
        assert datum is not None
        assert datum.value == Value(state)


def test_periods_are_ordered_by_their_last_day_and_the_longest_is_the_latest() -> None:
    """Of periods that end on one day the year comes after the quarter, and the quarter after the month."""
    names = ["2024", "2024-Q4", "2024-12", "2024-Q3", "2024-11", "2023"]
    periods = [found for name in names if (found := parse_period(name)) is not None]
    ordered = [str(each) for each in sorted(periods, key=lambda each: each.order)]
    assert ordered == ["2023", "2024-Q3", "2024-11", "2024-12", "2024-Q4", "2024"]


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("trên 80 %", "> 80%"),
        ("Hơn 80%", "> 80%"),
        ("dưới  80%", "< 80%"),
        ("ít nhất 80%", ">= 80%"),
        ("tối đa 80,5%", "<= 80,5%"),
        ("không quá 80%", "<= 80%"),
        ("từ 80% trở lên", ">= 80%"),
        ("80% trở xuống", "<= 80%"),
        ("over 80%", "> 80%"),
    ],
)
def test_a_bound_in_words_is_told_with_the_sign_to_write(words: Vocabulary, text: str, mend: str) -> None:
    """A bound in words is refused with the same bound by its sign, which is then read as one."""
    findings = Findings()
    spec, at = words.fields["rate"], Scalar(HERE, "rate")
    read_value(at, Scalar(HERE, text), None, spec, NumberFormat.UNDECLARED, findings)
    (found,) = findings
    assert (found.code, found.values["mend"]) == ("bound-in-words", mend)
    assert all(f"`{mend}`" in found.fix(lang) for lang in LANGUAGES)
    given = read_given(at, Scalar(HERE, mend), None, spec, NumberFormat.UNDECLARED, findings)
    assert given is not None
    assert given.bound == parse_bound(mend, NumberFormat.UNDECLARED).meet(spec.range.interval)


@pytest.mark.parametrize(
    "text", ["trên dưới 80%", "trên", "trên mức", "từ 80% đến 90%", "trên 80% trở xuống"]
)
def test_words_that_are_no_one_bound_are_no_number(words: Vocabulary, text: str) -> None:
    """No bound is made of words that do not say just one."""
    assert cell(words, "rate", text) == (None, ["not-a-number"])


def test_a_wrong_option_is_told_with_ids_and_titles(words: Vocabulary) -> None:
    """Options are listed with their titles; the one meant is found by either."""
    findings = Findings()
    for text in ("xyz", "goood", "chậmm"):
        at = Scalar(Place(text), text)
        read_value(at, at, None, words.fields["plan"], NumberFormat.UNDECLARED, findings)
    told = {each.values["key"]: each.values["nearest"] for each in findings}
    assert told["xyz"] == "good (đúng hạn), late (chậm), rejected (bị trả lại)"
    assert told["goood"] == "good (đúng hạn)"
    assert told["chậmm"] == "late (chậm)"
