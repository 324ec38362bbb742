"""Layouts: tables that a data set writes in its own way, read as they are downloaded."""

from fractions import Fraction
from pathlib import Path

import pytest

from parcore.diagnostics import Findings
from parcore.documents.table import parse_table
from parcore.documents.yaml import parse_yaml
from parcore.evidence.evidence import Datum, Stage
from parcore.evidence.layouts import Layout, layout_of, read_layout
from parcore.evidence.periods import Period
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.sections import Defaults
from parcore.numbers import NumberFormat
from parcore.sources import Basis, Source
from parcore.values import State
from tests.evidence.reading import UNITS, vocabulary

WORDS = vocabulary(
    "vocabulary: words\nfields: [{id: x, kind: number, title: X}, {id: y, kind: count, title: Y}]\n"
)
LAYOUT = """
layout: words
source: {title: A panel, basis: reported}
numbers: plain
blank: missing
unit: Ward
units: {P1: a, P2: b}
fields: {SC1: x, SC2: y}
"""
YEAR = Period(2024)


def layout(text: str = LAYOUT) -> Layout:
    """A layout without findings."""
    findings = Findings()
    found = read_layout(parse_yaml(text, "layout.yaml", findings), findings)
    assert found is not None
    assert not list(findings)
    return found


def read(
    table: str, own: Defaults | None = None, how: str = LAYOUT
) -> tuple[dict[tuple[str, str], Datum], list[str]]:
    """The statements of a table by unit and field, and what was found, by place and code."""
    findings = Findings()
    reader = EvidenceReader(WORDS, UNITS, findings, [layout(how)])
    reader.table(parse_table(table, "t.csv", findings), own or Defaults(period=YEAR))
    data = {(each.unit, each.field): each for each in reader.evidence()}
    return data, [f"{each.place} {each.code}" for each in findings]


def test_codes_of_units_and_columns_are_read_as_what_they_stand_for() -> None:
    """A row is of the unit of its code, a column of its field, in the number format of the layout."""
    data, found = read("Ward,SC1,SC2\nP2,1.250,3\nP1,0.5,4\n")
    assert found == []
    numbers = {key: each.value.number for key, each in data.items()}
    assert numbers == {
        ("b", "x"): Fraction("1.25"), ("b", "y"): 3, ("a", "x"): Fraction("0.5"), ("a", "y"): 4,
    }  # fmt: skip


def test_statements_keep_their_places_and_the_source_of_the_data_set() -> None:
    """A statement's place is its cell; its source is the data set's, unless the document states one."""
    data, _ = read("Ward,SC1,SC2\nP2,1.250,3\n")
    said = data["b", "y"]
    assert str(said.place) == "t.csv:2:10"
    assert said.source is not None
    assert (said.source.title, said.source.basis) == ("A panel", Basis.REPORTED)


@pytest.mark.parametrize(("blank", "state"), [("blank: missing\n", State.MISSING), ("", None)])
def test_a_blank_states_that_a_figure_is_missing_where_the_layout_says_so(
    blank: str, state: State | None
) -> None:
    """With `blank: missing` an empty cell is a statement of the unit; without it, it says nothing."""
    data, found = read("Ward,SC1,SC2\nP1,,\n", how=LAYOUT.replace("blank: missing\n", blank))
    assert found == []
    assert {key: each.value.state for key, each in data.items()} == (
        {} if state is None else {("a", "x"): state, ("a", "y"): state}
    )


def test_unknown_codes_are_told_at_their_places_and_their_rows_left_out() -> None:
    """An unknown code of a unit or column is told where it stands, and nothing is read from it."""
    data, found = read("Ward,SC1,SC9\nP3,1,2\nP1,3,4\n,5,6\n")
    assert found == [
        "t.csv:1:10 layout-column-unknown",
        "t.csv:2:1 unit-code-unknown",
        "t.csv:4:1 unit-code-unknown",
    ]
    assert list(data) == [("a", "x")]


def test_a_name_is_no_code() -> None:
    """Where a data set has codes of its own, an id of ours in their column is refused, not guessed at."""
    data, found = read("Ward,SC1\na,1\n")
    assert found == ["t.csv:2:1 unit-code-unknown"]
    assert data == {}


def test_without_codes_units_and_columns_are_named_as_ever() -> None:
    """A layout without `units` and `fields` only says which column names the unit."""
    data, found = read("Ward,x,z\nA,1,2\n", how="layout: words\nunit: Ward\n")
    assert found == ["t.csv:1:8 unknown-field"]
    assert list(data) == [("a", "x")]


def test_period_and_stage_stand_beside_the_codes() -> None:
    """The columns `period` and `stage` mean in a layout what they mean in any wide table."""
    findings = Findings()
    reader = EvidenceReader(WORDS, UNITS, findings, [layout()])
    table = "period,Ward,stage,SC2\n2023,P1,self,1\n2024,P1,final,2\n"
    reader.table(parse_table(table, "t.csv", findings), Defaults())
    assert not list(findings)
    given = {(str(each.period), each.stage): each.value.number for each in reader.evidence()}
    assert given == {("2023", Stage.SELF): 1, ("2024", Stage.FINAL): 2}


def test_a_data_set_may_name_its_periods_in_a_column_of_its_own() -> None:
    """A layout says which column holds the period, as it says which holds a field."""
    findings = Findings()
    how = layout(LAYOUT.replace("SC1: x", "Year: period"))
    reader = EvidenceReader(WORDS, UNITS, findings, [how])
    reader.table(parse_table("Year,Ward,SC2\n2023,P1,1\n2024,P1,2\n", "t.csv", findings), Defaults())
    assert not list(findings)
    assert {str(d.period): d.value.number for d in reader.evidence()} == {"2023": 1, "2024": 2}


def test_two_columns_for_one_field_are_refused() -> None:
    """Where two columns stand for one field, the second is told, and no figure takes the place of another."""
    data, found = read("Ward,SC1,SC2\nP1,1,2\n", how=LAYOUT.replace("SC2: y", "SC2: x"))
    assert found == ["t.csv:1:10 duplicate-column"]
    assert {key: each.value.number for key, each in data.items()} == {("a", "x"): 1}


def test_what_a_document_declares_goes_before_the_layout() -> None:
    """Number formats of the table and of its columns, by their own names, and its source, stand."""
    source = Source(Basis.ILLUSTRATIVE, title="Ours")
    columns = {"SC1": NumberFormat.PLAIN}
    own = Defaults(period=YEAR, numbers=NumberFormat.VI, columns=columns, source=source)
    data, found = read("Ward;SC1;SC2\nP1;1.250;1.250\n", own)
    assert found == []
    assert {key: each.value.number for key, each in data.items()} == {
        ("a", "x"): Fraction("1.25"),
        ("a", "y"): 1250,
    }
    assert {each.source for each in data.values()} == {source}


def test_a_table_with_a_column_unit_is_in_no_layout() -> None:
    """A table that names units in `unit` is read as ever, though it has the layout's column too."""
    table = parse_table("unit,Ward\na,P1\n", "t.csv", Findings())
    assert layout_of(table, [layout()]) is None
    assert layout_of(parse_table("Ward\nP1\n", "t.csv", Findings()), [layout()]) == layout()


def test_a_document_names_tables_of_both_kinds(tmp_path: Path) -> None:
    """Tables in the layout and plain ones stand in one document, each read in its own way."""
    (tmp_path / "panel.csv").write_text("Ward,SC1\nP1,1.250\n", "utf-8")
    (tmp_path / "plain.csv").write_text("unit,y\nB,3\n", "utf-8")
    findings = Findings()
    reader = EvidenceReader(WORDS, UNITS, findings, [layout()])
    text = "evidence: words\nperiod: 2024\ntables: [{file: panel.csv, columns: {SC1: vi}}, plain.csv]\n"
    reader.document(parse_yaml(text, "e.yaml", findings), tmp_path / "e.yaml", Defaults())
    assert not list(findings)
    assert {(d.unit, d.field): d.value.number for d in reader.evidence()} == {("a", "x"): 1250, ("b", "y"): 3}
