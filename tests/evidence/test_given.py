"""Points that an appraiser sets for a criterion: which count at a stage, and what is kept of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.diagnostics import Findings
from parcore.documents.table import parse_table
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.sections import Defaults
from parcore.values import State, Value
from tests.evidence.reading import UNITS, read, vocabulary

WORDS = "vocabulary: words\nfields: [{id: x, kind: count, title: X}]\n"
YEAR = Period(2024)


def points(number: int, stage: Stage) -> Datum:
    """Points set for the criterion `c` of unit `a`."""
    return Datum("a", YEAR, "points:c", Value(State.OK, Fraction(number)), str(number), stage)


@given(st.dictionaries(st.sampled_from(Stage), st.integers(0, 9)), st.sampled_from(Stage))
def test_the_latest_points_up_to_the_stage_count(given_: dict[Stage, int], stage: Stage) -> None:
    """What the unit gives itself counts at its own stage alone, and never for want of an appraiser's."""
    evidence = Evidence(points(number, each) for each, number in given_.items())
    known = [each for each in Stage if each in given_ and each.order <= stage.order]
    if stage is not Stage.SELF:
        known = [each for each in known if each is not Stage.SELF]
    found = evidence.given("a", YEAR, "c", stage)
    assert (found and found.value.number) == (given_[known[-1]] if known else None)
    assert evidence.given("a", YEAR, "d", stage) is None
    assert evidence.given("b", YEAR, "c", stage) is None


@pytest.mark.parametrize("form", ["document", "table"])
def test_points_keep_their_reason_and_their_place(form: str) -> None:
    """The note of a row, or beside a value, is the reason; the place is where the points are named."""
    words = vocabulary(WORDS)
    if form == "document":
        value = "{value: 3, stage: appraised, note: Biên bản 12}"
        evidence, codes = read(
            words, f'evidence: words\nperiod: 2024\nunits: {{a: {{"points:c": {value}}}}}\n'
        )
    else:
        findings = Findings()
        reader = EvidenceReader(words, UNITS, findings)
        text = "unit,period,stage,value,note,field\na,2024,appraised,3,Biên bản 12,points:c\n"
        reader.table(parse_table(text, "e.yaml", findings), Defaults())
        evidence, codes = reader.evidence(), [each.code for each in findings]
    assert codes == []
    found = evidence.given("a", YEAR, "c", Stage.FINAL)
    assert found is not None
    assert (found.note, found.value, found.stage) == (
        "Biên bản 12",
        Value(State.OK, Fraction(3)),
        Stage.APPRAISED,
    )
    assert (found.place.file, found.place.line > 0, found.place.column > 0) == ("e.yaml", True, True)


def test_two_points_for_one_criterion_at_one_stage_are_a_conflict() -> None:
    """An override is a statement: within a stage there is one."""
    findings = Findings()
    reader = EvidenceReader(vocabulary(WORDS), UNITS, findings)
    text = "unit,period,field,value,note\na,2024,points:c,3,x\na,2024,points:c,4,y\n"
    reader.table(parse_table(text, "t.csv", findings), Defaults())
    assert [each.code for each in findings] == ["evidence-twice"]
