"""Tables of records whose files Spark reads: they say what the engine's own reader says of one table."""

from __future__ import annotations

import csv
import re
import shutil
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcore.evidence.evidence import RecordList
from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import Vocabulary
from parcore.values import Value
from parcore_spark.records.again import Again, _Deal, _later, find_again
from parcore_spark.records.cases import Cases, Names
from parcore_spark.records.lists import Lists
from tests.plugins.test_records import (
    _SOUND,
    _TEXTS,
    COLUMNS,
    ROWS,
    Got,
    expected,
    over,
    read,
    values,
    words,
    written,
)
from tests.plugins.test_records_commands import WORDS, later, make_office, say

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["words"]
pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.usefixtures("spark")]

SOME = settings(max_examples=max(settings().max_examples // 20, 3))
"""A table takes Spark a job for each set of fields that is asked of it."""


def parts(folder: Path, rows: list[list[str]], cuts: list[int]) -> None:
    """The rows as one table, and cut into several files of a folder that a text names."""
    (folder / "d.csv").write_text(written(rows), "utf-8")
    (folder / "parts").mkdir()
    for number, (start, stop) in enumerate(pairwise([0, *sorted(cuts), len(rows)])):
        (folder / "parts" / f"part-{number}.csv").write_text(written(rows[start:stop]), "utf-8")
    (folder / "d.spark").write_text("files parts\n", "utf-8")


def bad(folder: Path) -> list[list[str]]:
    """What the quarantine holds, without the names of files and the numbers of lines."""
    with (folder / "aside.csv").open(encoding="utf-8", newline="") as lines:
        return [row[2:] for row in csv.reader(lines)]


def lists(got: Got) -> list[RecordList]:
    """The lists that were read."""
    return list(got.evidence.lists())


def known(got: Got) -> dict[tuple[str, str], Value]:
    """The value of each statement, however it was written."""
    return {key: value for key, (value, *_) in values(got.evidence).items()}


@SOME
@given(st.data(), st.sampled_from(["plain", "undeclared", "vi"]), st.integers(0, 100))
def test_files_on_spark_say_what_one_table_says(
    words: Vocabulary, data: st.DataObject, numbers: str, hostile: int
) -> None:
    """Whatever stands in rows, however they are cut into files: the same are bad, and the same follows."""
    rng = data.draw(st.randoms(use_true_random=False))
    rows = [
        [rng.choice((_TEXTS if rng.randrange(100) < hostile else _SOUND)[name]) for name in COLUMNS]
        for _ in range(rng.randrange(1, 40))
    ]
    cuts = data.draw(st.lists(st.integers(0, len(rows)), max_size=3))
    with TemporaryDirectory() as name:
        folder = Path(name)
        parts(folder, rows, cuts)
        one, wanted = read(words, folder, "d.csv", numbers=numbers), expected(words, folder, numbers)
        aside = bad(folder)
        got = read(words, folder, "d.spark", numbers=numbers)
        assert bad(folder) == aside
        assert set(got.codes) == set(one.codes)
        assert values(got.evidence) == values(wanted.evidence)
        for mine, theirs in zip(lists(got), lists(wanted), strict=True):
            assert (mine.unit, mine.period, list(mine.records)) == (
                theirs.unit, theirs.period, list(theirs.records),
            )  # fmt: skip
            assert mine.records[-1] == theirs.records[-1]
            assert over(got.evidence, mine.unit) == over(wanted.evidence, mine.unit)
        assert [each.set_aside for each in lists(got)] == [each.set_aside for each in lists(one)]


def test_an_id_that_stands_in_two_files_is_found(words: Vocabulary, tmp_path: Path) -> None:
    """A row with the id of a row in an earlier file is bad, and the message names both places."""
    parts(tmp_path, [*ROWS, ROWS[0], ["b", "2", *ROWS[0][2:]]], [3])
    got = read(words, tmp_path, "d.spark")
    sizes = [(each.unit, len(each.records), each.set_aside) for each in lists(got)]
    assert sizes == [("a", 3, 1), ("b", 2, 0)]
    with (tmp_path / "aside.csv").open(encoding="utf-8", newline="") as lines:
        assert list(csv.reader(lines))[1:] == [["part-1.csv", "2", "record-twice", *ROWS[0]]]
    refused = read(words, tmp_path, "d.spark", quarantine=False)
    assert sorted(refused.codes) == ["record-twice", "records-bad"]


def test_a_folder_of_parquet_as_spark_writes_it(
    words: Vocabulary, tmp_path: Path, spark: SparkSession
) -> None:
    """What Spark wrote it reads: parts with a mark of success and sums beside them."""
    columns = "unit STRING, id STRING, channel STRING, taken INT, allowed INT, fee DOUBLE, day DATE"
    (tmp_path / "d.csv").write_text(written(ROWS), "utf-8")
    table = spark.read.csv(str(tmp_path / "d.csv"), schema=columns, header=True)
    table.repartition(2).write.parquet(str(tmp_path / "parts"))
    (tmp_path / "d.spark").write_text("# of one year\n\nfiles = parts\nspark.app.name parcore\n", "utf-8")
    wanted = values(expected(words, tmp_path, "plain").evidence)
    assert values(read(words, tmp_path, "d.spark").evidence) == wanted


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["register-files"]),
        ("spark.app.name parcore", ["register-files"]),
        ("files", ["register-setting"]),
        ("files parts\nmemory 4g\n", ["register-setting"]),
        ("files parts\nfiles other\n", ["register-twice"]),
        ("files none\n", ["file-not-found"]),
        ("files within\n", ["file-unreadable"]),
        ("files d.spark\n", ["bulk-ending"]),
        ("files empty\n", ["file-not-found"]),
        ("files unlike\n", ["bulk-broken"]),
        ("files broken\n", ["table-unreadable"]),
        ("files other\n", ["unknown-field"]),
        ("files \udcff\n", ["file-unreadable"]),
    ],
)
def test_what_cannot_be_read_is_told(words: Vocabulary, tmp_path: Path, text: str, codes: list[str]) -> None:
    """A text that says no files or something else; files that are not there, broken, unlike, of no kind."""
    parts(tmp_path, ROWS, [1])
    (tmp_path / "empty").mkdir()
    (tmp_path / "within" / "period=2024").mkdir(parents=True)
    shutil.copytree(tmp_path / "parts", tmp_path / "unlike")
    (tmp_path / "unlike" / "part-2.csv").write_text("unit,taken\na,1\n", "utf-8")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "part-0.parquet").write_bytes(b"PAR1" * 9)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "part-0.csv").write_text("unit,weight\na,1\n", "utf-8")
    (tmp_path / "d.spark").write_bytes(text.encode("utf-8", "surrogateescape"))
    got = read(words, tmp_path, "d.spark", quarantine=False)
    assert got.codes == codes
    assert not lists(got)


def test_files_are_found_from_any_folder(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers, whose folder is another, are told the whole path; a byte-order mark begins no setting."""
    parts(tmp_path, ROWS, [1])
    (tmp_path / "d.spark").write_bytes(b"\xef\xbb\xbffiles parts\r\n")
    monkeypatch.chdir(tmp_path)
    got = read(words, Path(), "d.spark")
    assert (got.codes, [len(each.records) for each in lists(got)]) == ([], [2, 1])


def test_a_file_that_changes_while_it_is_read_is_refused(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quarantine holds the bad rows that were counted, or the work stops."""
    parts(tmp_path, [*ROWS, ["c", *ROWS[0][1:]]], [1])

    def meanwhile(*asked: Any) -> Again:
        found = find_again(*asked)
        (tmp_path / "parts" / "part-1.csv").write_text(written(ROWS[1:]), "utf-8")
        return found

    monkeypatch.setattr("parcore_spark.records.table.find_again", meanwhile)
    assert read(words, tmp_path, "d.spark").codes == ["records-changed"]


def test_lists_are_fetched_together_as_far_as_they_are_small(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever list is asked for first, or again, it has its own cases; small ones come in one go."""
    parts(tmp_path, [*ROWS, ["b", "9", *ROWS[0][2:]]], [1, 3])
    ran: list[set[tuple[str, Period]]] = []

    def fetch(self: Lists, owners: set[tuple[str, Period]], files: list[int]) -> Any:
        ran.append(owners)
        return fetched(self, owners, files)

    fetched = Lists.fetch
    monkeypatch.setattr(Lists, "fetch", fetch)
    one, two = lists(read(words, tmp_path, "d.spark"))
    for most, fetches in ((4, 3), (3, 4), (1, 4)):
        monkeypatch.setattr("parcore_spark.records.lists.TOGETHER", most)
        ran.clear()
        for each, ids in ((one, ["1", "2"]), (two, ["1", "9"]), (two, ["1", "9"]), (one, ["1", "2"])):
            assert [record.id for record in each.records] == ids
        assert len(ran) == fetches


def test_parquet_and_csv_say_the_same_on_spark(words: Vocabulary, tmp_path: Path) -> None:
    """Files of other kinds give the same where they say the same."""
    parts(tmp_path, ROWS, [])
    wanted = known(read(words, tmp_path, "d.spark"))
    part = tmp_path / "parts" / "part-0"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM read_csv('{part}.csv')) TO '{part}.parquet'")
    part.with_suffix(".csv").unlink()
    assert known(read(words, tmp_path, "d.spark")) == wanted


@pytest.mark.parametrize("command", WORDS)
def test_every_command_reads_files_on_spark(tmp_path: Path, command: str) -> None:
    """What a command says of records on Spark is what it says of the same in one table, bad rows and all."""
    office = make_office(tmp_path / "office", "dossiers.csv")
    (office / "parts").mkdir()
    (office / "dossiers.spark").write_text("files parts\n", "utf-8")
    (office / "later.yaml").write_text(later(office), "utf-8")
    header, *lines = (office / "dossiers.csv").read_text("utf-8").splitlines(keepends=True)
    for number, some in enumerate((lines[:2], lines[2:])):
        (office / "parts" / f"{number}.csv").write_text("".join([header, *some]), "utf-8")
    told: list[str] = []
    for file in ("dossiers.csv", "dossiers.spark"):
        evidence = (office / "evidence.yaml").read_text("utf-8").replace("dossiers.csv", file)
        (office / "evidence.yaml").write_text(evidence, "utf-8")
        out = [str(tmp_path / "sealed.zip")] if command == "seal" else []
        said = say(office, command, *WORDS[command], *out, "--quarantine", str(tmp_path / "aside.csv"))
        # What is sealed has the places.
        told.append(re.sub("[0-9a-f]{64}", "HASH", said.replace(file, "FILE")))
        (tmp_path / "sealed.zip").unlink(missing_ok=True)
    assert told[0] == told[1]


def test_ids_that_only_share_a_number_are_not_the_same() -> None:
    """Rows are brought together by a number of their ids, and told apart by the ids themselves."""
    ids, owner = ["1", "2", "1", "3", "1"], ("a", Period(2024))
    columns = {"owner": np.zeros(5, np.int8), "bad": np.array([False, False, False, False, True])}
    read = [
        Cases(0, 2, pa.table(columns), (owner,), {}),
        Names("d.csv", pa.chunked_array([ids]), np.zeros(5, np.uint64)),
    ]
    owners, alike = SimpleNamespace(value={owner: 0}), SimpleNamespace(value=np.zeros(1, np.uint64))
    dealt = list(_Deal(cast("Any", owners), 2)(read))
    assert [each.tolist() for _, each in dealt] == [[0] * 5]
    (found,) = _later(_Deal(cast("Any", owners), 2, cast("Any", alike))(read))
    assert found.select(["id", "order", "order_min"]).to_pylist() == [{"id": "1", "order": 4, "order_min": 2}]
