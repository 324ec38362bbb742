"""Records that lie in a PostgreSQL: the same lists as from a file, in every cell."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest

from parcore.diagnostics import Findings, ParcoreError
from parcore.documents.yaml import parse_yaml
from parcore.evidence.evidence import Evidence
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.sections import Defaults
from parcore.evidence.vocabulary import Vocabulary
from parcore.plugins import tables
from tests.evidence.reading import UNITS, vocabulary
from tests.plugins.test_records import HEAD, ROWS, WORDS
from tests.plugins.test_records_files import AMOUNTS, H


@pytest.fixture
def register(postgres_server: str, tmp_path: Path) -> Iterator[psycopg.Connection[Any]]:
    """A connection to an empty database `register`, named by a file beside the evidence."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS register")
        connection.execute("CREATE DATABASE register")
    own = f"{postgres_server} dbname=register"
    (tmp_path / "d.postgres").write_text(own, "utf-8")
    with psycopg.connect(own, autocommit=True) as connection:
        yield connection


def handed_in(
    words: Vocabulary, folder: Path, file: str, numbers: str = "plain"
) -> tuple[list[str], Evidence]:
    """The codes of what is found in a table, and what was read."""
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings, readers=tables)
    document = parse_yaml(HEAD.format(file=file, numbers=numbers), "e.yaml", findings)
    reader.document(document, folder / "e.yaml", Defaults())
    return [each.code for each in findings], reader.evidence()


def said(evidence: Evidence) -> list[object]:
    """Every list with the texts and values of its records."""
    return [
        (each.unit, str(each.period), one.id, {name: (c.value, c.text) for name, c in one.cells.items()})
        for each in sorted(evidence.lists(), key=lambda each: each.unit)
        for one in each.records
    ]


def test_a_table_of_texts_gives_what_its_csv_gives(register: psycopg.Connection[Any], tmp_path: Path) -> None:
    """The rows of a CSV copied into a table are the same lists."""
    lines = [H.strip().split(","), *ROWS]
    (tmp_path / "d.csv").write_text("".join(",".join(line) + "\n" for line in lines), "utf-8")
    register.execute(f"CREATE TABLE dossiers ({', '.join(f'{name} text' for name in lines[0])})")
    with register.cursor() as cursor, cursor.copy("COPY dossiers FROM STDIN") as copy:
        for row in ROWS:
            copy.write_row(row)
    words = vocabulary(WORDS)
    found, kept = handed_in(words, tmp_path, "d.postgres, table: public.dossiers")
    stated, held = handed_in(words, tmp_path, "d.csv")
    assert found == stated == []
    assert len(said(kept)) == len(ROWS)
    assert said(kept) == said(held)


def test_numbers_keep_every_digit(register: psycopg.Connection[Any], tmp_path: Path) -> None:
    """Numerics of any width are themselves; of a binary float the decimal that is sure counts."""
    register.execute("CREATE TABLE d (unit text, amount numeric, near double precision)")
    register.execute(
        "INSERT INTO d VALUES ('a', 12345678901234567890.000000001, 0.1), ('a', -0.5, 0.1::float8 + 0.2),"
        " ('a', NULL, 1e16), ('a', 1e5, 2.5)"
    )
    register.execute("CREATE VIEW near AS SELECT unit, near AS amount FROM d")
    words = vocabulary(AMOUNTS)
    found, got = handed_in(words, tmp_path, "d.postgres, table: D, unread: [near]", "vi")
    assert found == []
    assert numbers(got) == [
        Fraction("12345678901234567890.000000001"),
        Fraction("-0.5"),
        None,
        Fraction(10**5),
    ]
    found, _ = handed_in(words, tmp_path, "d.postgres, table: near", "vi")
    assert "float-inexact" in found


def numbers(got: Evidence) -> list[Fraction | None]:
    """The amount of each record, None where it has none."""
    every = [each.cells.get("amount") for one in got.lists() for each in one.records]
    return [None if cell is None else cell.value.known for cell in every]


def test_the_one_table_need_not_be_named(register: psycopg.Connection[Any], tmp_path: Path) -> None:
    """Of several the known ones are told, by schema and name."""
    register.execute('CREATE TABLE "Một bảng" (unit text, amount numeric)')
    register.execute("INSERT INTO \"Một bảng\" VALUES ('a', 7)")
    words = vocabulary(AMOUNTS)
    assert numbers(handed_in(words, tmp_path, "d.postgres")[1]) == [7]
    register.execute("CREATE TABLE other (unit text)")
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings, readers=tables)
    document = parse_yaml(HEAD.format(file="d.postgres", numbers="plain"), "e.yaml", findings)
    reader.document(document, tmp_path / "e.yaml", Defaults())
    assert [(each.code, each.values["known"]) for each in findings] == [
        ("table-name-missing", "public.Một bảng, public.other")
    ]


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    """No traceback: the table cannot be read, with the cause in a line."""
    (tmp_path / "d.postgres").write_text(f"host={tmp_path} dbname=none connect_timeout=2", "utf-8")
    found, _ = handed_in(vocabulary(AMOUNTS), tmp_path, "d.postgres")
    assert found == ["table-server"]


def test_without_a_driver_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding names the extra."""
    (tmp_path / "d.postgres").write_text("", "utf-8")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    findings = Findings()
    reader = EvidenceReader(vocabulary(AMOUNTS), UNITS, findings, readers=tables)
    document = parse_yaml(HEAD.format(file="d.postgres", numbers="plain"), "e.yaml", findings)
    try:
        reader.document(document, tmp_path / "e.yaml", Defaults())
    except ParcoreError as error:
        findings.extend(error.diagnostics)
    assert [(each.code, each.values["what"]) for each in findings] == [
        ("table-driver-missing", "parcore-records[postgres]")
    ]
