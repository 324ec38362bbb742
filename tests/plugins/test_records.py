"""Tables of records counted in DuckDB: they say what the engine's own reader says, bad rows as well."""

from __future__ import annotations

import csv
import io
import sqlite3
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.evidence.evidence import Cell, Datum, Evidence, RecordList, Stage
from parcore.evidence.invariants import check_invariants
from parcore.evidence.periods import Period
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.sections import Defaults, Quarantine
from parcore.evidence.vocabulary import Vocabulary
from parcore.plugins import tables
from parcore.readings.exact import evaluate
from parcore.results.scope import UnitScope
from parcore.rules.derivations import derivations, derive
from parcore.rules.graph import Aggregate, Cmp, Div, Field, Match, Over, Pick, Records, Symbol, const
from parcore.rules.program import lay_out
from parcore.values import State, Value
from tests.evidence.reading import UNITS, vocabulary

WORDS = """vocabulary: words
fields:
  - {id: all, kind: count, title: A, derive: {count: dossiers}}
  - {id: online, kind: count, title: B, derive: {count: dossiers, where: channel = online}}
  - id: late
    kind: count
    title: C
    derive: {count: dossiers, where: [channel != post, {any: [taken > allowed, {not: fee >= 2}]}]}
  - {id: fees, kind: number, title: D, states: [nothing_arose], derive: {sum: fee + 2 * taken, of: dossiers}}
  - id: mean
    kind: number
    title: E
    states: [nothing_arose]
    derive: {mean: fee, of: dossiers, where: taken > 1}
  - {id: least, kind: number, title: F, states: [nothing_arose], derive: {min: fee, of: dossiers}}
  - {id: most, kind: number, title: G, states: [nothing_arose], derive: {max: fee - taken, of: dossiers}}
  - id: share
    kind: number
    title: H
    states: [nothing_arose]
    derive: {share: taken <= allowed, of: dossiers}
  - id: slow
    kind: number
    title: I
    states: [nothing_arose]
    derive: {percentile: taken, at: 90%, of: dossiers, where: channel = online}
  - {id: days, kind: count, title: J, derive: {distinct: day, of: dossiers}}
records:
  - id: dossiers
    fields:
      - {id: channel, kind: choice, title: C, options: {post: bưu điện, online: trực tuyến}}
      - {id: taken, kind: count, title: T, states: [nothing_arose]}
      - {id: allowed, kind: count, title: X}
      - {id: fee, kind: number, title: F, range: "[0,1000]", decimals: 2, states: [nothing_arose]}
      - {id: day, kind: date, title: Y}
    invariants:
      - taken <= 3 * allowed
"""
YEAR = Period(2024)
HEAD = "evidence: words\nperiod: 2024\nnumbers: {numbers}\nrecords:\n  - {{kind: dossiers, file: {file}}}\n"
COLUMNS = ("unit", "id", "channel", "taken", "allowed", "fee", "day")

_COUNTS = [
    "0",
    "1",
    "2",
    "3",
    "5",
    "9",
    " 4 ",
    "4.0",
    "-1",
    "1.5",
    "x",
    "",
    "không phát sinh",
    "nothing arose",
    "1e3",
    "+2",
]
_TEXTS = {
    "unit": ["a", "b", "a", "b", "A", " b", "c", ""],
    "id": ["", "1", "2", "3", "4", "5", " 1", "7\u00a0", "\x1an", "e\u0301", "é", 'q"', "x,y"],
    "channel": ["post", "TRỰC TUYẾN", unicodedata.normalize("NFD", "bưu điện"), "fax", "", "missing"],
    "taken": _COUNTS,
    "allowed": ["1", "2", "5", "10", *_COUNTS],
    "fee": ["0", "2.5", "2,5", "0.25", "1.234", "1001", "3.333", "NaN", "> 4", "", "rejected", "\u22121"],
    "day": ["2024-01-15", "2024-01-16", "2024-02-30", "15/01/2024", "", "2024-12-31 ", "2024-01-16\n"],
}  # fmt: skip
_SOUND = {
    "unit": ["a", "b"], "id": [""], "channel": ["post", "online", ""], "taken": ["0", "1", "2", "3"],
    "allowed": ["1", "2", "5", "10"], "fee": ["0", "1", "2.5", "0.25"], "day": ["2024-01-15", "2024-01-16"],
}  # fmt: skip


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """A vocabulary of which fields follow from dossiers in every way there is."""
    return vocabulary(WORDS)


@frozen
class Got:
    """What was read: evidence with what follows from its lists, the codes found, the bad rows by number."""

    evidence: Evidence
    codes: list[str]
    bad: dict[int, set[str]]


def written(rows: list[list[str]]) -> str:
    """A table as text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
    return out.getvalue()


def read(
    words: Vocabulary, folder: Path, file: str, *, numbers: str = "plain", quarantine: bool = True
) -> Got:
    """A table as the plugin reads it."""
    aside = folder / "aside.csv"
    defaults = Defaults(quarantine=Quarantine(aside) if quarantine else None)
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings, readers=tables)
    document = HEAD.format(file=file, numbers=numbers)
    reader.document(parse_yaml(document, "e.yaml", findings), folder / "e.yaml", defaults)
    bad: dict[int, set[str]] = {}
    if quarantine and aside.exists():
        with aside.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["row"] != "row":
                    bad.setdefault(int(row["row"]), set()).add(row["reason"])
    evidence = derive(reader.evidence(), words, findings)
    return Got(evidence, [each.code for each in findings], bad)


def expected(words: Vocabulary, folder: Path, numbers: str) -> Got:
    """The same by the engine's own reader, each record of a row with a finding made one that is rejected."""
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings)
    document = HEAD.format(file="d.csv", numbers=numbers)
    reader.document(parse_yaml(document, "e.yaml", findings), folder / "e.yaml", Defaults())
    evidence = reader.evidence()
    check_invariants(evidence, words, findings)
    bad: dict[int, set[str]] = {}
    for each in findings:
        bad.setdefault(each.place.line, set()).add(each.code)
    rejected = dict.fromkeys(words.records["dossiers"].fields, Cell(Value(State.REJECTED)))
    lists: list[RecordList] = []
    for listed in evidence.lists():
        records = [
            evolve(each, cells=rejected) if each.place.line in bad else each for each in listed.records
        ]
        lists.append(evolve(listed, records=tuple(records)))
    return Got(derive(Evidence(lists=lists), words, Findings()), [], bad)


def values(evidence: Evidence) -> dict[tuple[str, str], tuple[Value, str, Stage]]:
    """Each statement by unit and field."""
    return {(each.unit, each.field): (each.value, each.text, each.stage) for each in evidence}


def over(evidence: Evidence, unit: str) -> list[Value]:
    """What rules over each case give: means, the largest, sums, counts; some states left out."""
    channel = Symbol("channel", ("post", "online"))
    ratio = Div(Field("taken"), Field("allowed"))
    points = Pick(((Cmp("=", channel, const(1)), const(2)), (Cmp(">", ratio, const(1)), const(0))), ratio)
    skip = frozenset({State.MISSING, State.REJECTED})
    roots = {
        "mean": Over(Aggregate.MEAN, Records("dossiers"), Match(points, ((State.REJECTED, const(0)),)), skip),
        "most": Over(Aggregate.MAX, Records("dossiers"), points, skip),
        "sum": Over(Aggregate.SUM, Records("dossiers"), Field("fee"), frozenset({State.MISSING})),
        "count": Over(Aggregate.COUNT, Records("dossiers"), ratio, skip, Cmp(">=", Field("fee"), const(0))),
    }
    trace = evaluate(lay_out(roots), UnitScope(unit, YEAR, evidence, Stage.FINAL))
    trace.rerun()
    return [trace[root] for root in roots]


@given(st.data(), st.sampled_from(["plain", "undeclared", "vi"]), st.floats(0, 1))
def test_a_table_says_what_the_own_reader_says_of_it(
    words: Vocabulary, data: st.DataObject, numbers: str, hostile: float
) -> None:
    """Whatever stands in a table: the same rows are bad, for the reader's reasons, and the same follows."""
    rng = data.draw(st.randoms(use_true_random=False))
    share = int(hostile * 100)
    rows = [
        [rng.choice((_TEXTS if rng.randrange(100) < share else _SOUND)[name]) for name in COLUMNS]
        for _ in range(rng.randrange(1, 40))
    ]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "d.csv").write_text(written(rows), "utf-8")
        got, wanted = read(words, folder, "d.csv", numbers=numbers), expected(words, folder, numbers)
        assert set(got.bad) == set(wanted.bad)
        assert all(codes <= wanted.bad[row] for row, codes in got.bad.items())
        assert values(got.evidence) == values(wanted.evidence)
        for one, two in zip(got.evidence.lists(), wanted.evidence.lists(), strict=True):
            assert (one.unit, one.period, list(one.records)) == (two.unit, two.period, list(two.records))
            assert [each.place.line for each in one.records] == [each.place.line for each in two.records]
            assert over(got.evidence, one.unit) == over(wanted.evidence, one.unit)


ROWS = [
    ["a", "1", "online", "3", "5", "2.5", "2024-01-15"],
    ["a", "2", "post", "1", "5", "1", "2024-01-16"],
    ["b", "1", "online", "2", "2", "0", "2024-01-15"],
]


def at(got: Got, name: str, unit: str = "a") -> Datum:
    """The statement of a field."""
    datum = got.evidence.at(unit, YEAR, name, Stage.FINAL)
    assert datum is not None
    return datum


@pytest.mark.parametrize(
    "dressed",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: "\ufeff" + text,
        lambda text: "\n \n" + text,
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace("\n", "\n,,,,,,\n", 2),
        lambda text: text.replace("\nb", ',,\nb'),
        lambda text: text.replace("a,1,", '"a","1",'),
        lambda text: text.replace("a,1,", '"a","1\n1",'),
        lambda text: text.splitlines()[0] + "\n",
        lambda text: text.splitlines()[0],
        lambda text: text.rstrip("\n"),
    ],
)  # fmt: skip
def test_a_table_in_another_dress_says_what_the_own_reader_says(
    words: Vocabulary, tmp_path: Path, dressed: Callable[[str], str]
) -> None:
    """Line ends, delimiters, quotes, blank lines and cells are met as the engine's own reader meets them."""
    (tmp_path / "d.csv").write_bytes(dressed(written(ROWS)).encode())
    got, wanted = read(words, tmp_path, "d.csv"), expected(words, tmp_path, "plain")
    assert got.bad == wanted.bad == {}
    assert values(got.evidence) == values(wanted.evidence)
    ids = [[each.id for each in listed.records] for listed in got.evidence.lists()]
    assert ids == [[each.id for each in listed.records] for listed in wanted.evidence.lists()]


def test_parquet_and_sqlite_say_what_csv_says(words: Vocabulary, tmp_path: Path) -> None:
    """A table gives the same from CSV, Parquet and SQLite; numbers of a typed column have a decimal point."""
    (tmp_path / "d.csv").write_text(written(ROWS), "utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{tmp_path / 'd.csv'}')) TO '{tmp_path / 'd.parquet'}'"
        )
    with sqlite3.connect(tmp_path / "d.sqlite") as base:
        base.execute("CREATE TABLE d (unit, id, channel, taken INTEGER, allowed INTEGER, fee REAL, day TEXT)")
        base.executemany("INSERT INTO d VALUES (?, ?, ?, ?, ?, ?, ?)", ROWS)
    base.close()
    found = [
        read(words, tmp_path, file, numbers=numbers)
        for file, numbers in (("d.csv", "plain"), ("d.parquet", "vi"), ("d.sqlite", "vi"))
    ]
    assert [each.codes for each in found] == [[], [], []]
    assert values(found[0].evidence)
    numbers_of = [{key: value for key, (value, *_) in values(each.evidence).items()} for each in found]
    assert numbers_of[0] == numbers_of[1] == numbers_of[2]
    assert at(found[1], "fees").value.known == Fraction("11.5")


def test_a_database_of_several_tables_must_say_which(words: Vocabulary, tmp_path: Path) -> None:
    """Of a database with two tables the one to read must be named, and the message names them."""
    with sqlite3.connect(tmp_path / "d.sqlite") as base:
        base.execute("CREATE TABLE one (unit)")
        base.execute("CREATE TABLE two (unit)")
    base.close()
    assert read(words, tmp_path, "d.sqlite").codes == ["table-name-missing"]


def test_without_the_plugin_the_message_says_what_to_install(words: Vocabulary, tmp_path: Path) -> None:
    """A table that only a plugin reads is told where there is none; a small CSV needs none."""
    (tmp_path / "d.csv").write_text(written(ROWS), "utf-8")
    (tmp_path / "d.parquet").write_bytes(b"PAR1")
    for file, quarantine, codes in (
        ("d.parquet", None, ["table-reader-missing"]),
        ("d.csv", tmp_path / "aside.csv", ["table-reader-missing"]),
        ("d.csv", None, []),
    ):
        findings = Findings()
        reader = EvidenceReader(words, UNITS, findings)
        document = parse_yaml(HEAD.format(file=file, numbers="plain"), "e.yaml", findings)
        reader.document(
            document,
            tmp_path / "e.yaml",
            Defaults(quarantine=None if quarantine is None else Quarantine(quarantine)),
        )
        assert [each.code for each in findings] == codes


def test_a_file_that_is_none_is_told_with_the_cause(words: Vocabulary, tmp_path: Path) -> None:
    """A file that is not what its ending says is told, in one line, with what its reader says of it."""
    for name in ("d.parquet", "d.sqlite"):
        for data in (b"no table" * 99, written(ROWS).encode()):
            (tmp_path / name).write_bytes(data)
            assert read(words, tmp_path, name).codes == ["table-unreadable"]


def test_a_large_table_is_read_by_the_plugin(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a size on a CSV is counted where it is kept, and says the same; below, it is held."""
    (tmp_path / "d.csv").write_text(written(ROWS), "utf-8")
    small = read(words, tmp_path, "d.csv", quarantine=False)
    monkeypatch.setattr("parcore.evidence.records.LARGE", 10)
    large = read(words, tmp_path, "d.csv", quarantine=False)
    assert [each.counted is None for got in (small, large) for each in got.evidence.lists()] == [
        True, True, False, False,
    ]  # fmt: skip
    assert values(small.evidence) == values(large.evidence)


def test_bad_rows_refuse_a_table_without_a_quarantine(words: Vocabulary, tmp_path: Path) -> None:
    """Without a quarantine each kind of fault is shown at its place, and all bad rows are counted."""
    rows = [
        *ROWS,
        ["a", "3", "fax", "1", "1", "1", ""],
        ["z", "", "", "", "", "", ""],
        ["a", "1", *ROWS[0][2:]],
    ]
    with duckdb.connect() as connection:
        (tmp_path / "d.csv").write_text(written(rows), "utf-8")
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{tmp_path / 'd.csv'}')) TO '{tmp_path / 'd.parquet'}'"
        )
    got = read(words, tmp_path, "d.parquet", quarantine=False)
    assert sorted(got.codes) == ["option-unknown", "record-twice", "records-bad", "unit-unknown"]


def test_a_row_is_bad_by_the_first_reason_that_applies(words: Vocabulary, tmp_path: Path) -> None:
    """No period before no unit, a cell before an invariant, an id that stands twice last; each row once."""
    head, rest = "unit,period,id,channel,taken,allowed,fee,day\n", "1,5,1,"
    lines = [
        f"a,2024,1,online,{rest}", "a,2024,1,online,x,5,1,", "a,2024,1,online,99,1,1,",
        f"a,2024,1,fax,{rest}", "z,,2,online,x,5,1,", "z,soon,2,online,x,5,1,", "z,2024,2,online,x,5,1,",
        "b,2024,1,online,99,1,1001,", "b,2024,3,online,99,1,1,", f"b,2024,3,online,{rest}",
        f"a,2024,1,post,{rest}", f"a,2023,1,post,{rest}", f"z,2024,1,post,{rest}",
    ]  # fmt: skip
    (tmp_path / "d.csv").write_text(head + "\n".join(lines), "utf-8")
    got = read(words, tmp_path, "d.csv")
    assert {line: reason for line, (reason,) in ((line, tuple(each)) for line, each in got.bad.items())} == {
        3: "not-a-number", 4: "invariant-broken", 5: "option-unknown", 6: "unit-unknown", 7: "not-a-period",
        8: "unit-unknown", 9: "value-out-of-range", 10: "invariant-broken", 11: "record-twice",
        12: "record-twice", 14: "unit-unknown",
    }  # fmt: skip
    counts = {
        (each.unit, str(each.period)): (len(each.records), each.set_aside) for each in got.evidence.lists()
    }
    assert counts == {("a", "2024"): (5, 4), ("b", "2024"): (3, 3), ("a", "2023"): (1, 0)}


def test_rows_with_other_cells_than_the_header_are_set_aside(words: Vocabulary, tmp_path: Path) -> None:
    """A row of too few or too many cells is bad and nobody's; blank cells behind the last column are none."""
    text = written(ROWS).splitlines()
    lines = [text[0], "a,1", text[1], text[2] + ",,", text[3] + ",more", ""]
    (tmp_path / "d.csv").write_text("\n".join(lines), "utf-8")
    got = read(words, tmp_path, "d.csv")
    assert got.bad == {2: {"row-ragged"}, 5: {"row-ragged"}}
    assert at(got, "all").value.known == 2
    assert got.evidence.at("b", YEAR, "all", Stage.FINAL) is None
    assert got.codes == ["records-set-aside"]


def test_a_bad_row_is_a_case_that_was_rejected(words: Vocabulary, tmp_path: Path) -> None:
    """A bad row counts among the cases; what reads its fields is rejected, and the note says of how many."""
    (tmp_path / "d.csv").write_text(written([*ROWS, ["a", "3", "online", "x", "1", "1", ""]]), "utf-8")
    got = read(words, tmp_path, "d.csv")
    assert at(got, "all").value.known == 3
    assert at(got, "all").note == "dossiers: 3/3; 1 rejected"
    assert at(got, "online").value == Value(State.REJECTED)
    assert at(got, "online", "b").value.known == 1


def test_a_percentile_is_a_number_that_a_record_has(words: Vocabulary, tmp_path: Path) -> None:
    """The percentile is the least number that so large a share of the records do not exceed."""
    rows = [["a", "", "online", str(n), "50", "1", ""] for n in range(1, 21)]
    (tmp_path / "d.csv").write_text(written(rows), "utf-8")
    got = read(words, tmp_path, "d.csv")
    assert at(got, "slow").value.known == 18
    (slow,) = (each for each in derivations(words, Findings()) if each.spec.name == "slow")
    assert evolve(slow, at=Fraction(1)).of(next(iter(got.evidence.lists()))).value.known == 20
    assert evolve(slow, at=Fraction(1, 100)).of(next(iter(got.evidence.lists()))).value.known == 1
