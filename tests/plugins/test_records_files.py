"""Files of records as real systems write them, each in its own way, and every row of them read or told."""

from __future__ import annotations

import csv
import gc
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parcore.diagnostics import Findings, ParcoreError
from parcore.documents.yaml import parse_yaml
from parcore.evidence.evidence import Evidence
from parcore.evidence.invariants import check_invariants
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.sections import Defaults, Quarantine
from parcore.evidence.vocabulary import Vocabulary
from parcore.plugins import tables
from parcore_records.database import Database
from tests.evidence.reading import UNITS, vocabulary
from tests.plugins.test_records import HEAD, ROWS, WORDS, at, read, values, written

H = "unit,id,channel,taken,allowed,fee,day\n"
GOOD = "a,1,online,3,5,2.5,2024-01-15\n"
MORE = "a,2,post,1,5,1,2024-01-16\n"
BAD = "b,2,online,x,2,0,2024-01-15\n"

DRESSED = {
    "a bad cell": H + GOOD + MORE + BAD,
    "quoted line end": H + GOOD.replace("1", '"1\n1"', 1) + BAD,
    "quoted line ends of Windows": (H + GOOD.replace("1", '"1\n1"', 1) + BAD).replace("\n", "\r\n"),
    "blank lines": H + "\n\n" + GOOD + "\n" + BAD,
    "blank lines before the header": "\n \n" + H + GOOD + BAD,
    "a line of delimiters": H + ",,,,,,\n" + GOOD + BAD,
    "a quoted line of blanks": H + '"  ","","","","","",""\n' + BAD,
    "blank cells behind": H + GOOD.replace("\n", ",,\n") + MORE + BAD,
    "too few cells": H + GOOD + "a,3\n" + BAD,
    "too many cells": H + GOOD + "a,3,online,1,1,1,2024-01-15,more\n" + BAD,
    "a quotation mark within": H + GOOD.replace("1", '1"2', 1) + BAD,
    "text behind a quotation mark": H + GOOD.replace("1", '"1"2', 1) + BAD,
    "a space behind a quotation mark": H + GOOD.replace("1", '"1" ', 1) + BAD,
    "a space before a quotation mark": H + GOOD.replace("1", ' "1"', 1) + BAD,
    "a comma behind a space and a quotation mark": H + GOOD.replace("1", ' "1,2"', 1) + BAD,
    "doubled quotation marks": H + GOOD.replace("1", '"1""2"', 1) + BAD,
    "a quotation mark behind a backslash": H + GOOD.replace("1", '"1\\"2"', 1) + BAD,
    "a quotation mark that nothing ends": H + GOOD + MORE.replace("2", '"2', 1) + BAD,
    "a quotation mark that nothing ends in the last row": H + GOOD + 'a,"2,online',
    "a quotation mark that nothing ends in the header": H.replace("id", '"id') + GOOD,
    "a NUL": H + GOOD + MORE.replace("2", "2\0", 1),
    "the header is quoted": '"unit","id","channel","taken","allowed","fee","day"\n' + GOOD + BAD,
    "a line end in the header": H.replace("day", '"day\n"') + GOOD + BAD,
    "spaces in the header": " unit , id,channel ,taken,allowed,fee,day \n" + GOOD + BAD,
    "a column twice": H.replace("allowed", "taken") + GOOD,
    "a column without a name": H.replace("\n", ",\n") + GOOD.replace("\n", ",x\n"),
    "a column in another case": H.replace("unit", "Unit") + GOOD,
    "nothing": "",
    "blank": "\n\n \n",
    "a mark of order alone": "\ufeff",
    "a header alone": H,
    "one column": "unit\na\n\nz\nb\n",
    "leading zeros": H + GOOD.replace("1", "007", 1) + MORE.replace("2", "7", 1),
    "words for nothing": H + "a,1,N/A,NULL,null,NA,-\n",
    "line ends of two kinds": H.replace("\n", "\r\n") + GOOD + BAD,
    "a bare carriage return among line feeds": H + GOOD.replace("1", "1\r2", 1) + BAD,
    "a quoted carriage return": H + GOOD.replace("1", '"1\r2"', 1) + BAD,
    "bare carriage returns": (H + GOOD + BAD).replace("\n", "\r"),
    "bare carriage returns and quotation marks": (H + GOOD.replace("1", '"1"', 1) + BAD).replace("\n", "\r"),
    "other line ends of Unicode": H + GOOD.replace("1", "1\x0b\x0c\x85\u2028", 1) + BAD,
    "a sign of substitution": H + GOOD.replace("1", '"\x1an\x1a0\n\x1a"', 1) + BAD + "\x1a",
    "no last line end": H + GOOD + BAD.strip(),
    "a long cell": H + GOOD.replace("1", "9" * 20_001, 1) + BAD.replace("x", "2"),
    "a long line": H + GOOD.replace("1", "9" * 3_000_000, 1) + BAD.replace("x", "2"),
    "semicolons and decimal commas": (H + GOOD).replace(",", ";").replace("2.5", "2,5"),
    "two forms of one letter": H + GOOD.replace("1", "\u00e9", 1) + MORE.replace("2", "e\u0301", 1),
    "another order": H + BAD.replace("x", "2") + GOOD + MORE,
    "another order and blank cells": H + '"b",1,,9,,,\n' + GOOD + "b,2,,,1,,\n",
    "a row of no unit": H + GOOD.replace("a", "", 1) + MORE,
}  # fmt: skip


def handed_in(
    words: Vocabulary, folder: Path, file: str, numbers: str
) -> tuple[list[tuple[str, int]], Evidence]:
    """What is found in a table, each with its line, and what was read."""
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings, readers=tables)
    document = parse_yaml(HEAD.format(file=file, numbers=numbers), "e.yaml", findings)
    reader.document(document, folder / "e.yaml", Defaults())
    check_invariants(reader.evidence(), words, findings)
    found = [(each.code, each.place.line) for each in findings if each.code != "records-bad"]
    return found, reader.evidence()


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """A vocabulary of which fields follow from dossiers in every way there is."""
    return vocabulary(WORDS)


@pytest.mark.parametrize("dress", DRESSED)
def test_a_large_table_is_split_as_a_small_one(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dress: str
) -> None:
    """However a table is dressed, the plugin finds in it what the engine's own reader does, line for line."""
    (tmp_path / "d.csv").write_bytes(DRESSED[dress].encode())
    numbers = "vi" if "commas" in dress else "plain"
    small, wanted = handed_in(words, tmp_path, "d.csv", numbers)
    monkeypatch.setattr("parcore.evidence.records.LARGE", -1)
    found, got = handed_in(words, tmp_path, "d.csv", numbers)
    assert found == small
    if not small:
        for one, two in zip(got.lists(), wanted.lists(), strict=True):
            assert list(one.records) == list(two.records)
            assert [each.place.line for each in one.records] == [each.place.line for each in two.records]


def test_bytes_that_are_no_text_are_shown_at_their_line(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row with a byte that is no UTF-8 is bad, a header with one and UTF-16 are refused."""
    monkeypatch.setattr("parcore.evidence.records.LARGE", -1)
    latin = b"a,2,b\xe9,1,1,1,\n"
    for data, found in (
        ((H + GOOD).encode() + latin + BAD.encode(), [("encoding-not-utf8", 3), ("not-a-number", 4)]),
        (H.encode().replace(b"day", b"\xe9") + GOOD.encode(), [("encoding-not-utf8", 1)]),
        ((H + GOOD).encode("utf-16"), [("encoding-utf16", 0)]),
    ):  # fmt: skip
        (tmp_path / "d.csv").write_bytes(data)
        assert sorted(handed_in(words, tmp_path, "d.csv", "plain")[0]) == found


def test_a_file_is_read_and_no_other_whose_name_it_matches(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brackets, stars and question marks in a file's name, and `=` in its folder's, stand for themselves."""
    monkeypatch.setattr("parcore.evidence.records.LARGE", -1)
    folder = tmp_path / "taken=9"
    folder.mkdir()
    for other in ("d1", "dd"):
        (folder / f"{other}.csv").write_text(H + MORE + MORE.replace("2", "3", 1), "utf-8")
        pq.write_table(pa.table({"unit": ["b", "b"]}), folder / f"{other}.parquet")
    for name in ("d[1]", "d*", "d?"):
        (folder / f"{name}.csv").write_text(H + GOOD, "utf-8")
        pq.write_table(pa.table({"unit": ["a"]}), folder / f"{name}.parquet")
        for suffix in ("csv", "parquet"):
            found, got = handed_in(words, folder, f'"{name}.{suffix}"', "plain")
            assert (found, [(each.unit, len(each.records)) for each in got.lists()]) == ([], [("a", 1)])


def test_a_file_that_may_not_be_read_is_told(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system refuses a file, its reason is told at the file; a folder is none."""
    (tmp_path / "d.csv").write_text(H + GOOD, "utf-8")

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("parcore.evidence.records.LARGE", -1)
    monkeypatch.setattr("parcore_records.splitting.watched", refused)
    assert handed_in(words, tmp_path, "d.csv", "plain")[0] == [("file-unreadable", 0)]
    (tmp_path / "d.parquet").mkdir()
    assert handed_in(words, tmp_path, "d.parquet", "plain")[0] == [("file-unreadable", 5)]


def database(path: Path, made: str, rows: Sequence[Sequence[object]]) -> None:
    """A database of SQLite with a table `d`."""
    with sqlite3.connect(path) as base:
        base.executescript(made)
        base.executemany(f"INSERT INTO d VALUES ({','.join('?' * len(rows[0]))})", rows)
    base.close()


AMOUNTS = """vocabulary: words
fields:
  - {id: total, kind: number, title: T, states: [nothing_arose], derive: {sum: amount, of: dossiers}}
records:
  - id: dossiers
    fields:
      - {id: amount, kind: number, title: A}
      - {id: day, kind: date, title: D}
      - {id: channel, kind: choice, title: C, options: {yes: "true", no: "false"}}
"""


@pytest.fixture(scope="module")
def amounts() -> Vocabulary:
    """Dossiers with an amount of any decimals, a day and a choice."""
    return vocabulary(AMOUNTS)


def numbers_of(got: Evidence, name: str = "amount") -> list[Fraction | None]:
    """The number of each record in a field; None where it has none."""
    cells = [each.cells.get(name) for one in got.lists() for each in one.records]
    return [None if cell is None else cell.value.known for cell in cells]


@pytest.mark.parametrize("kind", ["", " NUMERIC", " REAL"])
@pytest.mark.parametrize("numbers", ["vi", "undeclared", "en", "plain"])
def test_a_number_of_a_database_is_that_number(
    amounts: Vocabulary, tmp_path: Path, kind: str, numbers: str
) -> None:
    """A number that SQLite holds is no text with a grouping, whatever the column and the document declare."""
    held = [1.234, 0.125, -1.5, 1200, 1e16, 1e-5, 9007199254740993 if not kind.endswith("REAL") else 1, 2**31]
    database(tmp_path / "d.sqlite", f"CREATE TABLE d (unit, amount{kind})", [("a", each) for each in held])
    found, got = handed_in(amounts, tmp_path, "d.sqlite", numbers)
    assert (found, numbers_of(got)) == ([], [Fraction(str(each)) for each in held])


def test_texts_among_numbers_of_a_database_are_read_as_declared(amounts: Vocabulary, tmp_path: Path) -> None:
    """In one column of SQLite a text is read as the document writes numbers, a number as it is; views too."""
    made = "CREATE TABLE d (unit, amount); CREATE VIEW v AS SELECT unit, amount FROM d"
    database(tmp_path / "d.sqlite", made, [("a", "1.234"), ("a", 1.234), ("a", "2,5"), ("a", None)])
    found, got = handed_in(amounts, tmp_path, "d.sqlite, table: V", "vi")
    assert (found, numbers_of(got)) == ([], [1234, Fraction("1.234"), Fraction("2.5"), None])


def test_binary_floats_that_are_not_sure_are_refused(amounts: Vocabulary, tmp_path: Path) -> None:
    """A binary float counts as the decimal that was put in, where that is sure; any other is a bad row."""
    doubles = [0.1, 0.1 + 0.2, 123456789012.345, 1 / 3, float("nan"), float("inf"), 1e16, -0.0]
    singles = pa.array([0.1, 16777216, 1 / 3, 2.5, 0.1234567, None, 1e-5, 999999], pa.float32())
    for name, column in (("double", pa.array(doubles)), ("single", singles)):
        pq.write_table(pa.table({"unit": ["a"] * 8, "amount": column}), tmp_path / f"{name}.parquet")
    database(tmp_path / "d.sqlite", "CREATE TABLE d (unit, amount)", [("a", each) for each in doubles])
    sure = [
        Fraction("0.1"),
        None,
        Fraction("123456789012.345"),
        None,
        None,
        None,
        Fraction(10**16),
        Fraction(0),
    ]
    codes = [("float-inexact", 2), ("float-inexact", 4), ("not-a-number", 5), ("not-a-number", 6)]
    for file, missing in (("double.parquet", 5), ("d.sqlite", 0)):
        found, got = handed_in(amounts, tmp_path, file, "vi")
        assert sorted(found, key=lambda each: each[1]) == [each for each in codes if missing or each[1] != 5]
        assert numbers_of(got) == sure
    found, got = handed_in(amounts, tmp_path, "single.parquet", "vi")
    assert sorted(found) == [("float-inexact", 2), ("float-inexact", 3), ("float-inexact", 5)]
    assert [str(each) for each in numbers_of(got)] == [
        "1/10",
        "None",
        "None",
        "5/2",
        "None",
        "None",
        "1/100000",
        "999999",
    ]


def test_columns_of_every_type_of_parquet(amounts: Vocabulary, tmp_path: Path) -> None:
    """Decimals, days, midnights, truths, dictionaries and texts as bytes are read; a moment is no day."""
    columns = {
        "unit": pa.array([b"a", b"b"]),
        "id": pa.array(["Phường", "x"]).dictionary_encode(),
        "amount": pa.array([Decimal("1.234"), Decimal("12345678901234567890.123")], pa.decimal128(38, 3)),
        "channel": pa.array([True, False]),
        "day": pa.array(["2024-01-15", "2024-02-29"]).cast(pa.timestamp("ns")),
        "unread": pa.array([[1], [2]]),
    }
    pq.write_table(pa.table(columns), tmp_path / "d.parquet")
    found, got = handed_in(amounts, tmp_path, "d.parquet, unread: [unread]", "vi")
    assert (found, [each.id for one in got.lists() for each in one.records]) == ([], ["Phường", "x"])
    assert numbers_of(got) == [Fraction("1.234"), Fraction("12345678901234567890.123")]
    assert numbers_of(got, "day") == [date(2024, 1, 15).toordinal(), date(2024, 2, 29).toordinal()]
    assert [each.cells["channel"].text for one in got.lists() for each in one.records] == ["yes", "no"]
    moments = {
        "moment": pa.array(["2024-01-15T08:30:00"]).cast(pa.timestamp("us")),
        "zone": pa.array([datetime(2024, 1, 15, tzinfo=UTC)]),
        "list": pa.array([["2024-01-15"]]),
        "record": pa.array([{"day": date(2024, 1, 15)}]),
    }
    for name, column in moments.items():
        pq.write_table(pa.table({"unit": ["a"], "day": column}), tmp_path / f"{name}.parquet")
        assert handed_in(amounts, tmp_path, f"{name}.parquet", "vi")[0] == [("not-a-date", 1)]


def test_names_of_columns_in_a_file_are_read_as_a_header_is(amounts: Vocabulary, tmp_path: Path) -> None:
    """Spaces around a column's name, and names that the plugin uses itself, change nothing."""
    table: dict[str, list[object]] = {
        "c1": ["x"],
        " amount ": [1.234],
        "line": ["y"],
        "unit ": ["a"],
        "c0": ["2"],
        "raw": [0],
        'q"q': ["z"],
    }
    pq.write_table(pa.table(table), tmp_path / "d.parquet")
    database(
        tmp_path / "d.sqlite",
        'CREATE TABLE d ("c1", " amount ", "line", "unit ", "c0", "raw", "q""q")',
        [tuple(each for (each,) in table.values())],
    )
    for file in ("d.parquet", "d.sqlite"):
        found, got = handed_in(amounts, tmp_path, f"{file}, unread: [c0, c1, line, raw, 'q\"q']", "vi")
        assert (found, numbers_of(got)) == ([], [Fraction("1.234")])


def test_decimals_too_wide_to_be_exact_are_refused(amounts: Vocabulary, tmp_path: Path) -> None:
    """A column of decimals that DuckDB would turn into floats is refused; unread it is not."""
    wide = pa.array([Decimal("1.00000000000000000000000000000000000000001")], pa.decimal256(60, 41))
    for name in ("amount", "other"):
        pq.write_table(pa.table({"unit": ["a"], name: wide}), tmp_path / f"{name}.parquet")
    assert handed_in(amounts, tmp_path, "amount.parquet", "plain")[0] == [("decimal-too-wide", 1)]
    assert handed_in(amounts, tmp_path, "other.parquet, unread: [other]", "plain")[0] == []


def test_no_row_of_a_database_is_lost(amounts: Vocabulary, tmp_path: Path) -> None:
    """Generated columns, line ends and long texts in cells, rows of NULL, bytes that are no text are told."""
    rows = [
        ("a", '1\r2\n3"', 1),
        ("a", "9" * 3_000_000, 2),
        (None, None, None),
        (" a", b"\xff", 3),
        ("b", b"x", 4),
    ]
    database(
        tmp_path / "d.db",
        "CREATE TABLE d (unit, id, amount, double AS (amount * 2)); CREATE TABLE e (k)",
        rows,
    )
    found, got = handed_in(amounts, tmp_path, "d.db, table: d, unread: [double]", "plain")
    assert sorted(found) == [("cell-too-long", 2), ("encoding-not-utf8", 4)]
    ids = [(one.unit, each.id[:9], each.place.line) for one in got.lists() for each in one.records]
    assert ids == [("a", '1\r2\n3"', 1), ("a", "999999999", 2), ("b", "x", 5)]


def test_the_only_table_of_a_database_is_not_named(amounts: Vocabulary, tmp_path: Path) -> None:
    """What SQLite keeps for itself is no table; rows without a number have the order of their key."""
    made = "CREATE TABLE d (unit, k INTEGER PRIMARY KEY AUTOINCREMENT)"
    database(tmp_path / "d.sqlite", made, [("a", None), ("b", None)])
    assert handed_in(amounts, tmp_path, "d.sqlite, unread: [k]", "plain")[0] == []
    made = "CREATE TABLE d (unit, id, amount, PRIMARY KEY (id)) WITHOUT ROWID"
    database(tmp_path / "e.sqlite", made, [("a", "2", 5), ("a", "1", 7)])
    assert numbers_of(handed_in(amounts, tmp_path, "e.sqlite", "plain")[1]) == [7, 5]


def test_the_quarantine_says_where_rows_begin(words: Vocabulary, tmp_path: Path) -> None:
    """The quarantine has each bad row in order, whole, with the line on which it begins."""
    odd = 'b,"1, ""x""\r\n2",online,x,2,0,2024-01-15\n'
    (tmp_path / "d.csv").write_bytes(
        ("\n" + H + GOOD.replace("1", '"1\n1"', 1) + "\n" + odd + "a,b\n" + BAD).encode()
    )
    read(words, tmp_path, "d.csv")
    with (tmp_path / "aside.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["file", "row", "reason", *H.strip().split(",")],
        ["d.csv", "6", "not-a-number", "b", '1, "x"\r\n2', "online", "x", "2", "0", "2024-01-15"],
        ["d.csv", "8", "row-ragged", "a,b"],
        ["d.csv", "9", "not-a-number", *BAD.strip().split(",")],
    ]


def test_the_quarantine_of_tables_with_other_columns_has_their_headers(
    words: Vocabulary, tmp_path: Path
) -> None:
    """Bad rows of a second table stand under a header of its own where its columns are others."""
    for name, text in (("d", H + BAD), ("e", H + BAD.replace("b", "a", 1)), ("f", "id,unit\n1,z\n")):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    document = "d.csv}\n  - {kind: dossiers, period: 2025, file: e.csv}\n  - {kind: dossiers, file: f.csv"
    read(words, tmp_path, document)
    with (tmp_path / "aside.csv").open(encoding="utf-8", newline="") as file:
        rows = [row[:4] for row in csv.reader(file)]
    assert rows == [
        ["file", "row", "reason", "unit"], ["d.csv", "2", "not-a-number", "b"],
        ["e.csv", "2", "not-a-number", "a"],
        ["file", "row", "reason", "id"], ["f.csv", "2", "unit-unknown", "1"],
    ]  # fmt: skip


def test_a_quarantine_never_takes_the_place_of_another_file(words: Vocabulary, tmp_path: Path) -> None:
    """A file that holds anything but bad rows is not written over, the table itself least of all."""
    (tmp_path / "d.csv").write_text(H + BAD, "utf-8")
    for name in ("d.csv", "notes.txt", "blank.txt"):
        aside = tmp_path / name
        aside.touch()
        before = aside.read_bytes() or b"\n"
        aside.write_bytes(before)
        assert quarantined(words, tmp_path, "d.csv", aside) == ["quarantine-taken"]
        assert aside.read_bytes() == before
    assert quarantined(words, tmp_path, "d.csv", tmp_path / "none" / "bad.csv") == ["quarantine-unwritable"]
    for _ in range(2):
        assert quarantined(words, tmp_path, "d.csv", tmp_path / "bad.csv") == ["records-set-aside"]


def test_the_warning_says_whose_bad_rows_are(words: Vocabulary, tmp_path: Path) -> None:
    """Of the bad rows it is told how many are rejected cases of a unit, and how many are nobody's."""
    (tmp_path / "d.csv").write_text(H + GOOD + BAD + MORE.replace("a", "z", 1) + "a,3\na\n", "utf-8")
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings, readers=tables)
    document = parse_yaml(HEAD.format(file="d.csv", numbers="plain"), "e.yaml", findings)
    reader.document(document, tmp_path / "e.yaml", Defaults(quarantine=Quarantine(tmp_path / "aside.csv")))
    (told,) = findings
    assert told.values["reasons"] == "row-ragged 2, not-a-number 1, unit-unknown 1"
    assert [told.values[each] for each in ("count", "rows", "kept", "lost")] == ["4", "5", "1", "3"]


def quarantined(words: Vocabulary, folder: Path, file: str, aside: Path) -> list[str]:
    """What is found where bad rows go to a file."""
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings, readers=tables)
    document = parse_yaml(HEAD.format(file=file, numbers="plain"), "e.yaml", findings)
    reader.document(document, folder / "e.yaml", Defaults(quarantine=Quarantine(aside)))
    return [each.code for each in findings]


def test_of_each_fault_the_first_rows_are_shown(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a thousand rows with a fault twenty are shown, and all are counted."""
    monkeypatch.setattr("parcore.evidence.records.LARGE", -1)
    rows = [["a", str(n), "online", f"x{n}", "1", "1", ""] for n in range(1000)]
    (tmp_path / "d.csv").write_text(written(rows) + "a\n" * 1000, "utf-8")
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings, readers=tables)
    document = parse_yaml(HEAD.format(file="d.csv", numbers="plain"), "e.yaml", findings)
    reader.document(document, tmp_path / "e.yaml", Defaults())
    shown = [each.code for each in findings]
    assert {code: shown.count(code) for code in shown} == {
        "not-a-number": 20,
        "row-ragged": 20,
        "records-bad": 1,
    }
    (told,) = (each for each in findings if each.code == "records-bad")
    assert (told.values["count"], told.values["rows"]) == ("2000", "2000")


def test_long_work_shows_how_far_it_is(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal a bar names the file or the fields that are read, and changes nothing of the result."""
    (tmp_path / "d.csv").write_text(written(ROWS), "utf-8")
    quiet = values(read(words, tmp_path, "d.csv").evidence)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("parcore_records.database.MANY", 1)
    assert values(read(words, tmp_path, "d.csv").evidence) == quiet
    shown = capsys.readouterr().err
    assert all(each in shown for each in ("d.csv", "channel", "taken, allowed", "100%"))


def test_memory_and_threads_are_those_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds of the surroundings are those of the database, else a gigabyte and two threads."""
    asked = "SELECT current_setting('memory_limit'), current_setting('threads')"
    for name in ("PARCORE_RECORDS_MEMORY", "PARCORE_RECORDS_THREADS"):
        monkeypatch.delenv(name, raising=False)
    assert list(Database(tmp_path).rows(asked)) == [("953.6 MiB", 2)]
    monkeypatch.setenv("PARCORE_RECORDS_MEMORY", "200MB")
    monkeypatch.setenv("PARCORE_RECORDS_THREADS", "1")
    assert list(Database(tmp_path).rows(asked)) == [("190.7 MiB", 1)]


def test_what_fails_later_is_told_too(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database fails when a rule asks it, after reading, that is a finding and no traceback."""
    (tmp_path / "d.csv").write_text(written(ROWS), "utf-8")
    (listed, _) = read(words, tmp_path, "d.csv").evidence.lists()

    def refused(*_: object) -> None:
        raise duckdb.OutOfMemoryException("Out of Memory\nPossible solutions: …")

    monkeypatch.setattr("parcore_records.database.Database._run", refused)
    with pytest.raises(ParcoreError) as told:
        listed.tally(("day", "fee"))
    (found,) = told.value.diagnostics
    assert (found.code, found.values["reason"]) == ("table-unreadable", "Out of Memory")


def test_nothing_is_left_in_the_temporary_folder(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files of a table are gone with the evidence that was read of it, refused or not."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    (tmp_path / "d.csv").write_text(written(ROWS) + '"', "utf-8")
    read(words, tmp_path, "d.csv")
    assert list(temporary.iterdir()) == []
    (tmp_path / "d.csv").write_text(written(ROWS), "utf-8")
    got = read(words, tmp_path, "d.csv")
    assert at(got, "all").value.known == 2
    assert len(list(temporary.iterdir())) == 1
    del got
    gc.collect()
    assert list(temporary.iterdir()) == []
    monkeypatch.setenv("PARCORE_RECORDS_MEMORY", "much")
    assert read(words, tmp_path, "d.csv").codes == ["table-unreadable"]
    assert list(temporary.iterdir()) == []
