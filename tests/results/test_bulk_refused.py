"""What wide tables may not say: each fault is refused at its row, with what to do, and counted where many."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from attrs import evolve

from parcore import plugins
from parcore.bulk import named
from parcore.bulk.blocks import in_blocks
from parcore.bulk.named import engine_of
from parcore.bulk.scoring import score_bulk
from parcore.bulk.units import read_units_table
from parcore.diagnostics import Diagnostic, ParcoreError
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import RollUp
from parcore.numbers import NumberFormat
from parcore.readings.pair.backend import Undecided
from parcore.readings.pair.block import Block
from parcore.rules.program import Program
from parcore.values import State, Value
from tests.results.editions import BOOK, PERIOD, sound
from tests.results.wide import WRITERS

F = Fraction
WHEN = "when: {missing: zero, unverified: zero, rejected: zero}, source: {clause: '1', basis: illustrative}"
EDITION = sound(
    f"""
  - {{id: x, title: x, max: 4, measure: {{value: rate}}, scale: proportional, {WHEN}}}
  - {{id: y, title: y, max: 6, measure: {{value: few}}, scale: {{per: 0.5, cap: 6}}, {WHEN}}}
  - {{id: z, title: z, max: 2, measure: {{choice: plan}}, table: {{on_time: 2, late: 1, never: 0}},
      when: {{missing: zero, unverified: zero, rejected: zero, not_applicable: zero}},
      source: {{clause: '1', basis: illustrative}}}}
  - {{id: given, title: given, max: 8, measure: reported, {WHEN}}}
""",
    "20",
)
Cells = Mapping[str, Any]


def refused(folder: Path, *tables: Cells, ending: str = ".parquet", **more: Any) -> list[Diagnostic]:
    """What is found in tables of evidence."""
    with pytest.raises(ParcoreError) as caught:
        scored(folder, *tables, ending=ending, **more)
    return list(caught.value.diagnostics)


def scored(folder: Path, *tables: Cells, ending: str = ".parquet", **more: Any) -> Any:
    """The bulk result of tables of evidence."""
    paths = []
    for at, cells in enumerate(tables):
        paths.append(folder / f"{at}{ending}")
        WRITERS[ending](pa.table(dict(cells)), str(paths[at]))
    return score_bulk(EDITION, engine_of("columns"), paths, BOOK, PERIOD, **more)


def codes(found: list[Diagnostic]) -> list[str]:
    """The codes, in order."""
    return [each.code for each in found]


UNIT = {"unit": ["u1", "u2"]}
DAY = pa.array([0, 1], pa.date32())
FAULTS: list[tuple[str, Cells, int]] = [
    ("unknown-field", {"unit": ["u1"], "fewer": [1]}, 0),
    ("unknown-field", {"unit": ["u1"], "few:state": ["ok"]}, 0),
    ("column-missing", {"few": [1]}, 0),
    ("unit-unknown", {"unit": ["u1", "nobody"], "few": [1, 2]}, 2),
    ("unit-unknown", {"unit": ["u1", None], "few": [1, 2]}, 2),
    ("bulk-twice", {"unit": ["u1", "u2", "u1"], "few": [1, 2, 1]}, 3),
    ("not-a-period", {"unit": ["u1"], "period": ["20x4"], "few": [1]}, 1),
    ("value-out-of-range", {**UNIT, "few": [1, 13]}, 2),
    ("value-out-of-range", {**UNIT, "few": [-1, 2]}, 1),
    ("value-off-step", {**UNIT, "few": [Decimal("1.0"), Decimal("2.5")]}, 2),
    ("value-off-step", {**UNIT, "fine": [Decimal("0.25"), Decimal("0.50")]}, 1),
    ("invariant-broken", {**UNIT, "done": [3, 9], "all_of": [3, 8]}, 2),
    ("bulk-float", {**UNIT, "rate": [0.5, 0.25]}, 0),
    ("bulk-type", {**UNIT, "plan": [0, 1]}, 0),
    ("bulk-type", {**UNIT, "few": DAY}, 0),
    ("bulk-type", {**UNIT, "few": [True, False]}, 0),
    ("bulk-type", {"unit": [["u1"], ["u2"]], "few": [1, 2]}, 0),
    ("bulk-type", {**UNIT, "period": [2025.0, 2025.0], "few": [1, 2]}, 0),
    ("option-unknown", {**UNIT, "plan": ["on_time", "soon"]}, 2),
    ("not-a-choice", {**UNIT, "few": [1, 2], "few:state": ["ok", "lost"]}, 2),
    ("state-and-value", {**UNIT, "few": [1, 2], "few:state": ["missing", "ok"]}, 1),
    ("value-missing", {**UNIT, "few": [1, None], "few:state": [None, "ok"]}, 2),
    ("state-not-declared", {**UNIT, "few": [1, None], "few:state": ["ok", "nothing_arose"]}, 2),
    ("bulk-stage", {**UNIT, "stage": ["final", "self"], "few": [1, 2]}, 2),
    ("bulk-points-set", {**UNIT, "points:y": [1, 2]}, 0),
    ("points-out-of-range", {**UNIT, "points:given": [8, 9]}, 0),
    ("bulk-none", {"unit": ["u1"], "period": ["2023"], "few": [1]}, 0),
    ("bulk-none", {"unit": pa.array([], pa.string()), "few": pa.array([], pa.int64())}, 0),
    ("bulk-none", {each: pa.array([], pa.string()) for each in ("unit", "done", "all_of")}, 0),
]


@pytest.mark.parametrize(("code", "cells", "row"), FAULTS)
def test_a_fault_is_refused_at_its_row(tmp_path: Path, code: str, cells: Cells, row: int) -> None:
    """Each is told with its code, in its file, at the row that has it."""
    found = refused(tmp_path, cells)
    assert codes(found) == [code]
    assert found[0].place.line == row
    assert found[0].message("vi") != found[0].message("en")


TEXTS: list[tuple[str, str, str]] = [
    ("not-a-number", "few", "three"),
    ("number-ambiguous", "few", "1.234"),
    ("value-out-of-range", "few", "-1"),
    ("value-off-step", "few", "2.5"),
    ("percent-not-meant", "few", "5%"),
    ("state-not-declared", "few", "không phát sinh"),
    ("bulk-bound", "few", ">= 3"),
    ("option-unknown", "plan", "soon"),
]


@pytest.mark.parametrize(("code", "field", "text"), TEXTS)
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_cell_of_text_means_what_it_means_in_evidence(
    tmp_path: Path, code: str, field: str, text: str, ending: str
) -> None:
    """Texts are read as cells of evidence tables are, and refused with the same words, in CSV and Parquet."""
    found = refused(tmp_path, {**UNIT, field: ["", text]}, ending=ending)
    assert codes(found) == [code]
    assert found[0].place.line == (3 if ending == ".csv" else 2)
    assert found[0].place.column == 2


def test_many_faults_are_counted(tmp_path: Path) -> None:
    """Three rows are shown, the others counted; so are texts, each row of them."""
    cells = {"unit": list(BOOK.units), "few": [13, 14, 15, 16, 17], "plan": ["a", "b", "c", "d", "d"]}
    found = refused(tmp_path, cells)
    assert codes(found).count("option-unknown") == 3
    assert [each.values["count"] for each in found if each.code == "bulk-more"] == ["2"]
    found = refused(tmp_path, {name: cells[name] for name in ("unit", "few")})
    assert [each.place.line for each in found if each.code == "value-out-of-range"] == [1, 2, 3]
    assert [each.values["count"] for each in found if each.code == "bulk-more"] == ["2"]


def test_two_tables_may_not_state_one_field_of_a_unit(tmp_path: Path) -> None:
    """What is stated in two places is a conflict, though it says the same; other units' is not."""
    found = refused(tmp_path, {**UNIT, "few": [1, 2]}, {"unit": ["u2", "u3"], "few": [2, 3]})
    assert [(each.code, each.values["field"], each.values["count"]) for each in found] == [
        ("bulk-both", "few", "1")
    ]
    assert len(scored(tmp_path, {**UNIT, "few": [1, None]}, {"unit": ["u2"], "few": [2]}).units) == 2


def test_an_invariant_holds_across_tables(tmp_path: Path) -> None:
    """Fields of one invariant may stand in two tables, and are compared."""
    found = refused(tmp_path, {**UNIT, "done": [1, 9]}, {**UNIT, "all_of": [2, 8]})
    assert [(each.code, each.values["unit"]) for each in found] == [("invariant-broken", "u2")]


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    """Another ending, no file, a broken file, ragged rows: each says which."""
    engine = engine_of("columns")

    def code(name: str, text: str | None) -> list[str]:
        path = tmp_path / name
        if text is not None:
            path.write_text(text, "utf-8")
        with pytest.raises(ParcoreError) as caught:
            score_bulk(EDITION, engine, [path], BOOK, PERIOD)
        return [each.code for each in caught.value.diagnostics]

    assert code("a.xlsx", "") == ["bulk-ending"]
    assert code("a.csv", None) == ["file-not-found"]
    assert code("evidence.yaml", "evidence: small") == ["bulk-document"]
    assert code("", None) == ["bulk-document"]
    assert code("a.parquet", "no parquet") == ["bulk-broken"]
    assert code("a.arrow", "no arrow") == ["bulk-broken"]
    assert code("b.csv", "") == ["bulk-broken"]
    assert code("c.csv", "unit,few\nu1,1\nu2\n") == ["row-ragged"]
    assert code("d.csv", "unit,few,few\nu1,1,1\n") == ["duplicate-column"]
    assert code("e.csv", "unit,few,,\nu1,1,,\nu2,\nu3\n") == ["row-ragged"]
    assert code("f.csv", 'unit,few,,\n"u1"u,1,,\n"u2,1,,\n') in (["table-syntax"], ["row-ragged"])
    (tmp_path / "g.csv").write_text("unit,few\nu1,1\n", "utf-16")
    assert code("g.csv", None) == ["encoding-utf16"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("unit,few\nu1,1\nu2,13\n,\n,\n", 3),
        ("unit,few,,\nu1,1\nu2,13,,\n,,,\n", 3),
        ("unit,few\nu1,1,,\nu2,13,,,\n,,\n", 3),
        ("\n\nunit,few\nu1,1\nu2,13\n", 5),
        ("\n \nunit;few;;\nu1;1;;\nu2;13\n", 5),
    ],
)
def test_blank_cells_of_spreadsheets_are_passed_over(tmp_path: Path, text: str, line: int) -> None:
    """Behind the last column, under the last row, before the header; rows are told by their lines still."""
    path = tmp_path / "a.csv"
    path.write_text(text.replace("13", "3"), "utf-8")
    result = score_bulk(EDITION, engine_of("columns"), [path], BOOK, PERIOD)
    assert [unit.id for unit in result.units] == ["u1", "u2"]
    assert [value.number for value in result.column("points:y")[:]] == [F(1, 2), F(3, 2)]
    path.write_text(text, "utf-8")
    with pytest.raises(ParcoreError) as caught:
        score_bulk(EDITION, engine_of("columns"), [path], BOOK, PERIOD)
    assert [(each.code, each.place.line) for each in caught.value.diagnostics] == [
        ("value-out-of-range", line)
    ]


def test_columns_of_unusual_types_are_read(tmp_path: Path) -> None:
    """Decimals of many digits or of tens, texts by view, nulls among distinct texts, no state at all."""
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["on_time", None]))
    words = pa.DictionaryArray.from_arrays(pa.array([1, 0]), pa.array(["missing", None]))
    views = pa.array(["on_time", None], pa.string_view())
    for cells in (
        {"plan": twice, "few": pa.array([Decimal(4), None], pa.decimal256(60, 20)), "few:state": words},
        {"plan": views, "few": pa.array([4, None], pa.uint64()), "few:state": pa.nulls(2)},
    ):
        result = scored(tmp_path, {**UNIT, **cells, "points:given": [1, 1]}, ending=".arrow")
        assert [value.number for value in result.column("points:z")[:]] == [2, 0]
        assert [value.number for value in result.column("points:y")[:]] == [2, 0]
    tens = pa.array([Decimal(10), Decimal(0)], pa.decimal128(3, -1))
    result = scored(tmp_path, {**UNIT, "few": tens}, ending=".arrow")
    assert [value.number for value in result.column("points:y")[:]] == [5, 0]
    large = pa.array([Decimal(10) ** 40, Decimal(0)], pa.decimal256(70, 0))
    found = refused(tmp_path, {**UNIT, "few": large}, ending=".arrow")
    assert [(each.code, each.values["value"]) for each in found] == [("value-out-of-range", "1" + "0" * 40)]


def test_signed_and_unsigned_numbers_of_two_tables_are_one_column(tmp_path: Path) -> None:
    """64 bits of either kind have no common type of 64 bits: they are held whole."""
    for one, two in ((pa.uint64(), pa.int64()), (pa.int64(), pa.uint64())):
        tables: list[Cells] = [
            {"unit": ["u1"], "few": pa.array([3], one)},
            {"unit": ["u2"], "few": pa.array([5], two)},
        ]
        result = scored(tmp_path, *tables)
        assert [value.number for value in result.column("points:y")[:]] == [F(3, 2), F(5, 2)]


def test_cells_are_read_as_numbers_are_written(tmp_path: Path) -> None:
    """By the format declared, percent signs and states in words included; blanks say nothing."""
    path = tmp_path / "e.csv"
    path.write_text(
        '\ufeffunit;few;rate;plan\n"Ủ";;;\nu1;3;12,5%;late\nu2;thiếu số liệu;0,5;\nu3;;;on_time\n', "utf-8"
    )
    book = UnitBook([*BOOK.units.values()])
    with pytest.raises(ParcoreError, match="unit-unknown"):
        score_bulk(EDITION, engine_of("columns"), [path], book, PERIOD, numbers=NumberFormat.VI)
    path.write_text(path.read_text("utf-8").replace('"Ủ";;;\n', "u5;;;\n"), "utf-8")
    found = score_bulk(EDITION, engine_of("columns"), [path], book, PERIOD, numbers=NumberFormat.VI)
    assert [each.id for each in found.units] == ["u1", "u2", "u3"]
    ok = State.OK
    assert found.column("points:x")[:] == [Value(ok, F(1, 2)), Value(ok, F(2)), Value(ok)]
    assert found.column("points:y")[:] == [Value(ok, F(3, 2)), Value(ok), Value(ok)]
    assert found.column("points:z")[:] == [Value(ok, F(1)), Value(ok), Value(ok, F(2))]


def test_units_may_stand_in_a_table(tmp_path: Path) -> None:
    """A table of units names them, with their group and region; an id twice, or no kind, is refused."""
    path = tmp_path / "units.parquet"

    def written(**cells: Any) -> Path:
        WRITERS[".parquet"](pa.table(cells), str(path))
        return path

    book = read_units_table(written(id=["a", "b"], kind=["department"] * 2, region=["n", None]), BOOK)
    table = tmp_path / "e.csv"
    table.write_text("unit,few\nb,4\na,2\nu1,6\n", "utf-8")
    found = score_bulk(EDITION, engine_of("columns"), [table], book, PERIOD)
    assert [(each.id, each.group, each.region) for each in found.units] == [
        ("b", "department", ""), ("a", "department", "n"), ("u1", "department", "")
    ]  # fmt: skip
    assert [each.id for each in found.without_evidence] == ["u2", "u3", "u4", "u5"]
    for code, cells in (
        ("duplicate-id", {"id": ["a", "a"], "kind": ["k", "k"]}),
        ("units-table", {"id": ["a"]}),
        ("value-missing", {"id": ["a", None], "kind": ["k", "k"]}),
        ("bulk-type", {"id": [1.0, 2.0], "kind": ["k", "k"]}),
        ("bulk-type", {"id": ["a", "b"], "kind": [["k"], ["k"]]}),
    ):
        with pytest.raises(ParcoreError, match=code):
            read_units_table(written(**cells), BOOK)


def test_an_engine_knows_its_options() -> None:
    """An engine that is not there, or an option that it has not, is told with those that are."""
    with pytest.raises(ParcoreError, match="duckdb") as caught:
        engine_of("quantum")
    assert [each.code for each in caught.value.diagnostics] == ["engine-unknown"]
    for name in ("columns", "duckdb"):
        with pytest.raises(ParcoreError, match="engine-option"):
            engine_of(name, {"speed": "ludicrous"})


def test_parts_of_a_period_are_not_added_up_in_silence(tmp_path: Path) -> None:
    """Rows of a quarter beside a field that rolls up are refused; of other fields they are other rows."""
    few = evolve(EDITION.vocabulary.fields["few"], rollup=RollUp.MAX)
    fields = {**EDITION.vocabulary.fields, "few": few}
    rolled = evolve(EDITION, vocabulary=evolve(EDITION.vocabulary, fields=fields))
    cells = {"unit": ["u1", "u1"], "period": ["2024", "2024-Q1"], "few": [4, 4]}
    path = tmp_path / "e.parquet"
    WRITERS[".parquet"](pa.table(cells), str(path))
    with pytest.raises(ParcoreError) as caught:
        score_bulk(rolled, engine_of("columns"), [path], BOOK, PERIOD)
    assert [(each.code, each.place.line) for each in caught.value.diagnostics] == [("bulk-parts", 2)]
    assert len(score_bulk(EDITION, engine_of("columns"), [path], BOOK, PERIOD).units) == 1


def test_what_waits_for_its_appraisal_is_told(tmp_path: Path) -> None:
    """A result of unverified evidence has no provisional interval here, and says so."""
    told = scored(tmp_path, {**UNIT, "few": [4, None], "few:state": ["ok", "unverified"]}).notes
    assert codes([*told]) == ["bulk-provisional"]
    assert not scored(tmp_path, {**UNIT, "few": [4, 2]}).notes


def test_a_backend_that_cannot_decide_is_told_of(tmp_path: Path) -> None:
    """What it refuses is read in columns, with the same result, and the reason stands in the notes."""

    def run(program: Program, block: Block) -> Mapping[str, Any]:
        raise Undecided("no room")

    path = tmp_path / "e.parquet"
    WRITERS[".parquet"](pa.table({**UNIT, "few": [4, 2]}), str(path))
    found = score_bulk(EDITION, in_blocks("narrow", run), [path], BOOK, PERIOD)
    assert [(each.code, each.values["why"]) for each in found.notes] == [("engine-undecided", "no room")]
    assert found.column("points:y")[:] == [Value(State.OK, F(2)), Value(State.OK, F(1))]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """No such folder, or no such format."""
    found = scored(tmp_path, {**UNIT, "few": [4, 2]})
    for name, code in (("none/result.parquet", "bulk-unwritten"), ("result.xlsx", "bulk-ending")):
        with pytest.raises(ParcoreError, match=code):
            found.write(tmp_path / name)


def test_an_engine_that_fails_is_told_as_its_plugin() -> None:
    """A factory that raises is the plugin's failure, with its cause; what is no factory is no engine."""

    def broken(options: Mapping[str, str]) -> object:
        raise LookupError("no cluster")

    with pytest.raises(ParcoreError, match="no cluster") as caught:
        plugins._engine("far", "far", broken)({})
    assert [each.code for each in caught.value.diagnostics] == ["plugin-engine"]
    with pytest.raises(TypeError):
        plugins._engine("far", "far", "no factory")


def test_what_an_engine_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Arrow every engine but the exact one says what to install."""
    monkeypatch.setattr(named, "find_spec", lambda _: None)
    with pytest.raises(ParcoreError, match="pip install") as caught:
        engine_of("columns")
    assert [each.code for each in caught.value.diagnostics] == ["bulk-needs"]
