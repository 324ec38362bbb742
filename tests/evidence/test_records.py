"""Lists of cases: how they are read, which list counts at a stage, and how a rule scores each case."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.evidence.evidence import Evidence, RecordList, Stage
from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import Vocabulary
from parcore.readings.exact import evaluate
from parcore.results.scope import UnitScope
from parcore.results.steps import steps
from parcore.rules.graph import Aggregate, Field, Node, Over, Raise, Records, Symbol, Table, const
from parcore.rules.program import lay_out
from parcore.values import State, Value
from tests.evidence.reading import read, vocabulary

WORDS = """vocabulary: words
fields:
  - {id: fee, kind: count, title: Phí}
records:
  - id: dossiers
    title: Hồ sơ
    fields:
      - {id: fee, kind: number, range: "[0,…)", title: Phí}
      - {id: received, kind: date, title: Ngày nhận}
      - id: outcome
        kind: choice
        title: Kết quả
        options: {good: tốt, late: trễ hạn}
        states: [not_applicable]
"""
YEAR = Period(2024)
HEAD = "evidence: words\nperiod: 2024\nrecords:\n"
ONE = HEAD + "  - {kind: dossiers, file: one.csv}\n"
OUTCOME = Symbol("outcome", ("late", "good"))
POINTS = Table(OUTCOME, ((0, const(0)), (1, const(2))))


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """A vocabulary with one kind of record."""
    return vocabulary(WORDS)


def over(evidence: Evidence, op: Aggregate, body: Node, *, stage: Stage = Stage.FINAL, **rest: Node) -> Value:
    """What an aggregate over the dossiers of unit `a` gives."""
    program = lay_out({"it": Over(op, Records("dossiers"), body, **rest)})  # type: ignore[arg-type]
    trace = evaluate(program, UnitScope("a", YEAR, evidence, stage))
    trace.rerun()
    return trace["it"]


def listed(evidence: Evidence, stage: Stage = Stage.FINAL) -> RecordList:
    """The list of unit `a` that counts at a stage."""
    found = evidence.records("a", YEAR, "dossiers", stage)
    assert found is not None
    return found


def test_a_case_holds_its_number_its_values_and_its_place(words: Vocabulary, tmp_path: Path) -> None:
    """A row is a case: numbers exact, choices by id or title, an empty cell not said, a state a state."""
    rows = "unit,id,fee,received,outcome\nA,x1,0.1,2024-01-02,trễ hạn\nA,x2,,,không áp dụng\n"
    evidence, codes = read(words, ONE, tmp_path, one=rows)
    assert codes == []
    first, second = listed(evidence).records
    assert (first.id, first.place.line, first.cells["outcome"].text) == ("x1", 2, "late")
    assert first.cells["fee"].value == Value(State.OK, Fraction(1, 10))
    assert {name: cell.value.state for name, cell in second.cells.items()} == {
        "outcome": State.NOT_APPLICABLE
    }


def test_each_case_is_scored_in_a_scope_of_its_own(words: Vocabulary, tmp_path: Path) -> None:
    """A rule's body sees one case at a time: its choice, its number, the days of the period."""
    rows = "unit,fee,received,outcome\na,3,2024-01-01,good\nb,9,,good\na,4,2024-12-31,late\na,5,,good\n"
    evidence, _ = read(words, ONE, tmp_path, one=rows)
    assert over(evidence, Aggregate.MEAN, POINTS) == Value(State.OK, Fraction(4, 3))
    assert over(evidence, Aggregate.SUM, Field("fee")) == Value(State.OK, Fraction(12))
    first_day = Value(State.OK, Fraction(YEAR.start.toordinal()))
    assert over(evidence, Aggregate.MAX, Field("@period_start")) == first_day


def test_an_empty_cell_is_missing_in_its_case(words: Vocabulary, tmp_path: Path) -> None:
    """What a case does not say is missing there, and hides the whole unless a rule says what it is worth."""
    evidence, _ = read(words, ONE, tmp_path, one="unit,outcome,fee\na,good,1\na,,2\n")
    assert over(evidence, Aggregate.MEAN, POINTS) == Value(State.MISSING)
    assert over(evidence, Aggregate.SUM, Field("received")) == Value(State.MISSING)
    assert over(evidence, Aggregate.SUM, Field("fee")) == Value(State.OK, Fraction(3))


def test_a_case_has_no_period_before_and_no_cases_of_its_own(words: Vocabulary, tmp_path: Path) -> None:
    """A case reads nothing but itself: not the list of the year before, not the unit's fields."""
    document = ONE + "units: {a: {fee: 100}}\n"
    evidence, _ = read(words, document, tmp_path, one="unit,outcome\na,good\n")
    assert over(evidence, Aggregate.SUM, Field("fee")) == Value(State.MISSING)
    assert over(evidence, Aggregate.SUM, Field("outcome", 1)) == Value(State.MISSING)
    inner = Over(Aggregate.COUNT, Records("dossiers"), const(1))
    assert over(evidence, Aggregate.SUM, inner) == Value(State.MISSING)


def test_no_list_is_missing_and_an_empty_list_is_that_nothing_arose(words: Vocabulary) -> None:
    """Who hands nothing in is not told from its records; who hands in an empty list had no case."""
    nothing, _ = read(words, "evidence: words\nperiod: 2024\n")
    assert over(nothing, Aggregate.MEAN, POINTS) == Value(State.MISSING)
    assert over(nothing, Aggregate.COUNT, const(1)) == Value(State.MISSING)
    empty, _ = read(words, HEAD + "  - {kind: dossiers, none: [a]}\n")
    assert over(empty, Aggregate.MEAN, POINTS) == Value(State.NOTHING_AROSE)
    assert over(empty, Aggregate.COUNT, const(1)) == Value(State.OK, Fraction(0))
    assert empty.records("b", YEAR, "dossiers", Stage.FINAL) is None


def test_the_latest_list_counts_whole_and_what_only_the_unit_lists_is_unverified(
    words: Vocabulary, tmp_path: Path
) -> None:
    """A list is never patched: the appraiser's stands for the unit's, and the unit's alone proves nothing."""
    document = HEAD + (
        "  - {kind: dossiers, file: own.csv, stage: self}\n"
        "  - {kind: dossiers, file: appraised.csv, stage: appraised}\n"
        "  - {kind: dossiers, none: [b], stage: self}\n"
    )
    own, appraised = "unit,outcome\na,good\na,good\n", "unit,outcome\na,late\n"
    evidence, codes = read(words, document, tmp_path, own=own, appraised=appraised)
    assert codes == []
    assert len(listed(evidence, Stage.SELF).records) == 2
    assert [len(listed(evidence, stage).records) for stage in (Stage.APPRAISED, Stage.FINAL)] == [1, 1]
    claim = evidence.records("b", YEAR, "dossiers", Stage.FINAL)
    assert claim is not None
    assert (claim.state, claim.records) == (State.UNVERIFIED, ())
    claimed = evidence.records("b", YEAR, "dossiers", Stage.SELF)
    assert claimed is not None
    assert claimed.state is State.OK
    assert over(evidence, Aggregate.MEAN, POINTS, stage=Stage.SELF) == Value(State.OK, Fraction(2))


def test_a_case_listed_twice_is_a_conflict_within_one_stage_alone(words: Vocabulary, tmp_path: Path) -> None:
    """A case's number stands once in a unit's list for a period; other units and periods have their own."""
    rows = "unit,period,id,outcome\na,2024,7,good\nb,2024,7,good\na,2023,7,good\n"
    assert read(words, ONE, tmp_path, one=rows)[1] == []
    assert read(words, ONE, tmp_path, one=rows + "a,2024,7,good\n")[1] == ["record-twice"]


def test_a_list_in_two_tables_is_a_conflict(words: Vocabulary, tmp_path: Path) -> None:
    """Cases need no number, so that a table given twice would count double: one list, one table."""
    rows = "unit,outcome\na,good\n"
    document = ONE + "  - {kind: dossiers, file: two.csv}\n"
    assert read(words, document, tmp_path, one=rows, two=rows)[1] == ["records-twice"]


def test_units_that_hand_in_records_alone_are_spoken_of(words: Vocabulary) -> None:
    """A unit whose evidence is a list is a unit with evidence, and its period one with evidence."""
    evidence, _ = read(words, HEAD + "  - {kind: dossiers, none: [a]}\n")
    assert (evidence.units(YEAR), evidence.periods(), evidence.fields(YEAR)) == (["a"], [YEAR], [])
    assert listed(evidence.with_(())).records == ()


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["good", "late"])), min_size=1), st.randoms())
def test_the_order_of_rows_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str]], random: Random
) -> None:
    """However the rows of a table are ordered, what is made of them together is the same."""
    words, found = vocabulary(WORDS), []
    for _ in range(2):
        table = "unit,fee,outcome\n" + "".join(f"a,{fee},{outcome}\n" for fee, outcome in rows)
        evidence, _codes = read(words, ONE, tmp_path_factory.mktemp("order"), one=table)
        late = Over(Aggregate.SUM, Records("dossiers"), Field("fee"), where=_late()).where
        assert late is not None
        found.append(
            (
                over(evidence, Aggregate.MEAN, POINTS),
                over(evidence, Aggregate.SUM, Field("fee"), where=late),
                over(evidence, Aggregate.MIN, Field("fee")),
            )
        )
        random.shuffle(rows)
    assert found[0] == found[1]
    expected = sum((Fraction(2) for _, outcome in rows if outcome == "good"), Fraction(0)) / len(rows)
    assert found[0][0] == Value(State.OK, expected)


def _late() -> Node:
    return Table(OUTCOME, ((0, const(1)), (1, const(0))))


def test_a_state_met_in_a_case_joins_where_a_rule_does_not_pass_it_over(
    words: Vocabulary, tmp_path: Path
) -> None:
    """A case that a rule excludes is out of the mean; one in another empty state decides it."""
    evidence, _ = read(words, ONE, tmp_path, one="unit,outcome\na,good\na,không áp dụng\n")
    assert over(evidence, Aggregate.MEAN, POINTS) == Value(State.NOT_APPLICABLE)
    skipping = Over(Aggregate.MEAN, Records("dossiers"), POINTS, frozenset({State.NOT_APPLICABLE}))
    trace = evaluate(lay_out({"it": skipping}), UnitScope("a", YEAR, evidence, Stage.FINAL))
    assert trace["it"] == Value(State.OK, Fraction(2))
    assert over(evidence, Aggregate.COUNT, Raise(State.ERROR)).state is State.ERROR


def test_the_steps_name_each_case(words: Vocabulary, tmp_path: Path) -> None:
    """The computation as plain data says what each case gave, by its number."""
    rows = "unit,id,outcome\na,x1,good\na,x2,\na,,late\n"
    evidence, _ = read(words, ONE, tmp_path, one=rows)
    program = lay_out({"it": Over(Aggregate.MEAN, Records("dossiers"), POINTS)})
    trace = evaluate(program, UnitScope("a", YEAR, evidence, Stage.FINAL))
    numbers = [each.id for each in listed(evidence).records]
    (step,) = steps(trace, "it", {"dossiers": numbers})
    assert [(each["case"], each["state"], each["value"]) for each in step["cases"]] == [
        ("x1", "ok", "2"),
        ("x2", "missing", None),
        ("", "ok", "0"),
    ]
