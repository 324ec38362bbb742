"""A short run of the fuzzer, and that it finds faults which are planted (long runs: docs/trials.md)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parcore.diagnostics import Findings
from parcore.documents.table import Table
from parcore.evidence import cells
from parcore.evidence.readers import EvidenceReader
from parcore.numbers import NumberFormat, parse_number
from tests.documents.fuzz import HERE, Case, Fuzz, Target, case, nothing_installed
from tests.documents.second import Wrong, number

GROUND = {each.name: each.read_bytes() for each in (HERE / "ground").iterdir()}
EVIDENCE = "evidence: ground\nperiod: 2024\nnumbers: plain\nunits: {SNV: {on_time: 1, settled: 2}}\n"
TABLE = "unit,period,on_time,settled\nSNV,2024,1,2\n"


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """No methodology is at hand but those of a case's folder."""
    with nothing_installed():
        yield


def changed(name: str, before: str, after: str) -> Case:
    """A case made by hand."""
    return Case(Target(name, {**GROUND, name: before.encode()}), after.encode())


def test_no_change_crashes_hangs_or_is_wrongly_accepted(tmp_path: Path) -> None:
    """Some changed documents are refused at their places, the others taken for what they say."""
    fuzz = Fuzz(tmp_path)
    for at in range(80):
        fuzz.run(case(2026, at))
    for words in (": accepted", ": refused"):
        assert sum(count for name, count in fuzz.counts.items() if name.endswith(words)) > 10


def test_a_case_is_made_again_from_its_number() -> None:
    """The same seed and number make the same bytes; another number others."""
    assert case(1, 2) == case(1, 2)
    assert case(1, 2) != case(1, 3)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", EVIDENCE.replace("on_time: 1", "on_time: 1.")),
        ("a.yaml", EVIDENCE.replace("on_time: 1", "on_time: 1e0")),
        ("a.yaml", EVIDENCE.replace("on_time: 1", "on_time: １")),
        ("a.yaml", EVIDENCE.replace("on_time: 1", "on_time: 1_0")),
        ("a.yaml", EVIDENCE.replace("on_time: 1", "on_time: 1, on_time: 2")),
        ("a.yaml", EVIDENCE.replace("on_time: 1", "<<: {on_time: 1}")),
        ("a.csv", TABLE.replace(",1,", ",1.234,").replace(",2\n", ",2.345\n")),
        ("a.csv", TABLE.replace(",1,", ',"1,000",').replace(",2\n", ',"2,000"\n')),
        ("a.csv", TABLE.replace("settled", "on_time")),
        ("a.csv", TABLE.replace("settled", "on_tmie")),
        ("a.csv", TABLE.replace(",2\n", ",2,3\n")),
        ("a.csv", TABLE + "SNV,2024,1,2\n"),
    ],
)
def test_what_may_be_read_in_two_ways_is_refused(name: str, text: str, tmp_path: Path) -> None:
    """A number, key, column or row that could be taken for another is refused, never chosen."""
    fuzz = Fuzz(tmp_path)
    fuzz.run(changed(name, EVIDENCE if name == "a.yaml" else TABLE, text))
    assert fuzz.counts == {"evidence: refused": 1}


def test_what_is_taken_is_tried(tmp_path: Path) -> None:
    """The documents unchanged are accepted, and their statements compared."""
    fuzz = Fuzz(tmp_path)
    for name, text in (("a.yaml", EVIDENCE), ("a.csv", TABLE)):
        fuzz.run(changed(name, text, text))
    assert fuzz.counts["evidence: accepted"] == fuzz.counts["statements as they stand"] == 2


def test_a_key_that_is_passed_over_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Were a repeated key taken in silence, the judge would say so."""
    add = Findings.add

    def silent(self: Findings, code: str, *args: Any, **values: object) -> None:
        if code != "duplicate-key":
            add(self, code, *args, **values)

    monkeypatch.setattr(Findings, "add", silent)
    with pytest.raises(Wrong, match="a key twice"):
        Fuzz(tmp_path).run(
            changed("a.yaml", EVIDENCE, EVIDENCE.replace("on_time: 1", "on_time: 1, on_time: 2"))
        )


def test_a_number_read_otherwise_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Were a point between groups of digits taken as nothing, the judge would say so."""
    monkeypatch.setattr(cells, "_number", lambda text, form: parse_number(text.replace(".", ""), form))
    with pytest.raises(Wrong, match="accepted as count"):
        Fuzz(tmp_path).run(changed("a.csv", TABLE, TABLE.replace(",2\n", ",2.345\n")))


def test_a_column_that_is_passed_over_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Were a column left unread, the judge would say so."""
    fields = EvidenceReader._fields

    def fewer(self: EvidenceReader, table: Table, defaults: Any) -> dict[str, Any]:
        return dict(list(fields(self, table, defaults).items())[1:])

    monkeypatch.setattr(EvidenceReader, "_fields", fewer)
    with pytest.raises(Wrong, match="said"):
        Fuzz(tmp_path).run(changed("a.csv", TABLE, TABLE))


def test_a_number_of_a_rule_that_counts_for_nothing_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Were a number of an edition not looked at, a change of it would be seen to change nothing."""
    before = (HERE / "good" / "shares.yaml").read_text("utf-8")
    after = before.replace("applies: {from: 2024", "applies: {from: 2023", 1)
    assert after != before
    Fuzz(tmp_path / "1").run(changed("shares.yaml", before, after))
    monkeypatch.setattr("parcore.editions.document._years", lambda *_: (2024, None))
    with pytest.raises(Wrong, match="a number is another"):
        Fuzz(tmp_path / "2").run(changed("shares.yaml", before, after))


@pytest.mark.parametrize("written", [each.value for each in NumberFormat])
@pytest.mark.parametrize(
    "text",
    ["0", "7", "-7", "+7", "1.5", "1,5", "1.234", "1,234", "0.125", "1.234,5", "1,234.5", "12.34", "01.234",
     "1.234.567", "1234.5", "5.", ".5", "1e3", "٣", "", "-", "%", "50%", "50 %", "−2", "1 000", "1.23,4",
     "9" * 61],
)  # fmt: skip
def test_both_readers_read_numbers_alike(text: str, written: str) -> None:
    """The second reader's numbers, are the engine's, and it refuses what that refuses."""
    try:
        read = parse_number(text, NumberFormat(written))
    except ValueError:
        read = None
    assert number(text, written) == read
