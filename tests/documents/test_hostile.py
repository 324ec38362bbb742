"""Documents made to hurt: each is read or refused with a finding, in bounded time and memory.

Each is made in a temporary folder and checked in a process of its own, which the operating system
ends when it takes more than 20 seconds of processor time or 1.5 GB of memory. At the end, random
bytes and random changes of the good documents: whatever they hold, `check` gives findings.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.checking import check, documents_at
from parcore.diagnostics import MOST_FINDINGS, Findings, ParcoreError, Place
from parcore.evidence.sections import Defaults
from parcore.registry import Registry

HERE = Path(__file__).parent
GROUND = HERE / "ground"
SECONDS, BYTES = 20, 1_500 * 2**20

CHILD = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), int(sys.argv[3])))
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[4]), int(sys.argv[4])))
import parcore.registry
parcore.registry.entry_points = lambda **_: ()
from parcore.checking import check, documents_at
from parcore.evidence.sections import Defaults
registry = parcore.registry.Registry((Path(sys.argv[1]),))
found = check(registry, documents_at(Path(sys.argv[2])), Defaults()).findings
longest = max((len(each.render("vi")) for each in found), default=0)
codes = sorted({each.code for each in found})
json.dump({"codes": codes, "listed": len(found), "unlisted": found.unlisted, "longest": longest}, sys.stdout)
"""


def checked(path: Path, ground: Path = GROUND) -> dict:
    """What `check` finds in a file, in a process of its own within the bounds."""
    command = [sys.executable, "-c", CHILD, str(ground), str(path), str(SECONDS), str(BYTES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10 * SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict = json.loads(done.stdout)
    assert found["listed"] <= 500
    assert found["longest"] < 2000
    return found


EDITION = """methodology: thu
edition: "1"
title: T
applies: {from: 2024}
units: {kinds: [department]}
vocabulary: ground
total: unknown
source: {title: T, basis: illustrative}
components:
"""
EVIDENCE = "evidence: ground\nperiod: 2024\nnumbers: plain\n"
LEAF = (
    "  - id: c{at}\n    title: T\n    max: 1\n    when: {{missing: zero, unverified: zero, rejected: zero}}\n"
    "    source: {{basis: illustrative}}\n"
)


def laughs(levels: int) -> str:
    """Anchors that each repeat the one before ten times."""
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return EVIDENCE + "\n".join(lines) + "\n"


def edition(rule: str, count: int) -> str:
    """An edition with as many criteria of one rule."""
    return EDITION + "".join(LEAF.format(at=at) + rule for at in range(count))


def value(text: str) -> str:
    """A rule whose scale has one case with that interval."""
    return f'    measure: {{value: rate}}\n    cases:\n      - {{in: "{text}", points: 1}}\n'


def guard(text: str) -> str:
    """A rule behind a guard with that condition."""
    return f'    measure: {{value: rate}}\n    scale: proportional\n    guard: {{if: "{text}", points: 0}}\n'


def spiral(turns: int) -> str:
    """Anchors that nest the one before, so that the whole is deeper than any place in the file."""
    lines = ["a0: &a0 " + "[" * 30 + "]" * 30]
    lines += [f"a{n}: &a{n} " + "[" * 30 + f"*a{n - 1}" + "]" * 30 for n in range(1, turns)]
    return EVIDENCE + "\n".join(lines) + "\n"


def table(conditions: int) -> str:
    """A rule whose table of conditions cuts three measures into many cells."""
    rows = "".join(
        f"      - {{when: [a > {n}, b > {n}, c > {n}], points: {n % 2}}}\n" for n in range(conditions)
    )
    measures = "{a: {value: money}, b: {value: money}, c: {value: money}}"
    return f"    measures: {measures}\n    table:\n{rows}"


MARKS = "e" + "\u0315" * 9_000 + "\u0323" * 9_000

YAML: dict[str, tuple[Callable[[], str | bytes], set[str]]] = {
    "billion laughs": (lambda: laughs(30), {"yaml-too-large"}),
    "a spiral of anchors": (lambda: spiral(200), {"yaml-too-deep"}),
    "100 MB in one scalar": (lambda: EVIDENCE + "note: " + "x" * 100_000_000, {"file-oversize"}),
    "7 MB in one scalar": (lambda: EVIDENCE + "note: " + "x" * 7_000_000, {"yaml-scalar-too-long"}),
    "7 MB in one key": (lambda: EVIDENCE + "? " + "x" * 7_000_000 + "\n: 1\n", {"yaml-scalar-too-long"}),
    "7 MB in one anchor": (lambda: EVIDENCE + "note: *" + "x" * 7_000_000, {"yaml-alias-unknown"}),
    "7 MB in one tag": (lambda: EVIDENCE + "note: !" + "x" * 7_000_000 + " 1", {"yaml-tag"}),
    "a quote never closed": (lambda: EVIDENCE + 'note: "' + "x\n" * 3_000_000, {"yaml-syntax"}),
    "100 000 lists": (lambda: EVIDENCE + "note: " + "[" * 100_000, {"yaml-too-deep"}),
    "100 000 maps": (lambda: EVIDENCE + "note: " + "{a: " * 100_000, {"yaml-too-deep"}),
    "100 000 lists in a block": (lambda: "- " * 100_000 + "x", {"yaml-too-deep"}),
    "100 000 keys that are maps": (lambda: "? " * 100_000 + "x", {"yaml-too-deep"}),
    "3 000 maps in blocks": (
        lambda: EVIDENCE + "".join(" " * n + "a:\n" for n in range(3_000)),
        {"yaml-too-deep"},
    ),
    "a million NUL bytes": (lambda: b"\x00" * 1_000_000, {"nul-byte"}),
    "a million bytes of no text": (lambda: b"\xff\xfa" * 500_000, {"encoding-not-utf8"}),
    "UTF-32": (lambda: EVIDENCE.encode("utf-32"), {"encoding-utf16"}),
    "UTF-16 without its mark": (lambda: EVIDENCE.encode("utf-16-le"), {"nul-byte"}),
    "nothing but a mark": (lambda: b"\xef\xbb\xbf", {"document-empty"}),
    "a very long list": (lambda: EVIDENCE + "note: [" + "a, " * 2_500_000 + "]", {"yaml-too-large"}),
    "a list as long as may be": (lambda: EVIDENCE + "note: [" + "a, " * 190_000 + "]", {"wrong-shape"}),
    "90 000 duplicate keys": (lambda: EVIDENCE + "note: 1\n" * 90_000, {"duplicate-key"}),
    "200 000 duplicate keys": (lambda: EVIDENCE + "note: 1\n" * 200_000, {"yaml-too-large"}),
    "90 000 unknown keys": (
        lambda: EVIDENCE + "".join(f"nots{n}: 1\n" for n in range(90_000)),
        {"unknown-key"},
    ),
    "60 000 unknown fields": (
        lambda: EVIDENCE + "units:\n  SNV:\n" + "".join(f"    settlet{n}: 1\n" for n in range(60_000)),
        {"unknown-field"},
    ),
    "60 000 unknown units": (
        lambda: EVIDENCE + "units:\n" + "".join(f"  Sở Nội vu {n}: {{on_time: 1}}\n" for n in range(45_000)),
        {"unit-unknown"},
    ),
    "60 000 wrong shapes": (
        lambda: EVIDENCE + "units:\n" + "".join(f"  u{n}: [1]\n" for n in range(60_000)),
        {"wrong-shape"},
    ),
    "60 000 values": (
        lambda: EVIDENCE + "units:\n" + "".join(f"  u{n}: 1\n" for n in range(60_000)),
        {"wrong-shape"},
    ),
    "200 texts of marks out of order": (
        lambda: EVIDENCE + "".join(f"k{n}: {MARKS}\n" for n in range(200)),
        {"marks-too-many"},
    ),
    "10 000 short texts of marks out of order": (
        lambda: EVIDENCE + "".join(f"k{n}: e{MARKS[8_920:9_080]}\n" for n in range(10_000)),
        {"unknown-key"},
    ),
    "a number of 10 000 digits": (
        lambda: EVIDENCE + "units: {SNV: {money: " + "9" * 10_000 + "}}",
        {"not-a-number"},
    ),
    "a number of a million digits": (
        lambda: EVIDENCE + "units: {SNV: {money: " + "9" * 1_000_000 + "}}",
        {"yaml-scalar-too-long"},
    ),
    "numbers with many marks": (
        lambda: (
            EVIDENCE + 'units: {SNV: {money: "' + "1.111" * 4_000 + '", on_time: "' + "1," * 9_000 + '"}}'
        ),
        {"not-a-number"},
    ),
    "years without end": (
        lambda: EDITION.replace("2024", "2" * 19_000) + "  - {}",
        {"wrong-form", "missing-key", "wrong-shape"},
    ),
    "intervals of blanks": (lambda: edition(value("[" + " " * 15_000 + "x"), 400), {"not-an-interval"}),
    "intervals of blanks, short": (lambda: edition(value("[" + " " * 140 + "x"), 3_000), {"not-an-interval"}),
    "intervals of blanks, not in quotes": (
        lambda: edition(value("[0" + " " * 70 + "," + " " * 70), 3_000),
        {"not-an-interval"},
    ),
    "conditions of blanks": (lambda: edition(guard("rate" + " " * 15_000 + "i"), 400), {"not-a-condition"}),
    "conditions of ins": (lambda: edition(guard("a in [" * 80), 5_000), {"not-a-condition"}),
    "conditions of signs": (lambda: edition(guard("rate > " + "-" * 490), 5_000), {"not-a-condition"}),
    "50 000 groups": (
        lambda: (
            EDITION.replace("{kinds: [department]}", f"{{kinds: [k], groups: [{'g, ' * 50_000}]}}")
            + "  - {id: a, title: A, max: 1}\n"
        ),
        {"too-many"},
    ),
    "50 000 cases": (
        lambda: (
            EDITION
            + LEAF.format(at=1)
            + "    measure: {value: money}\n    cases:\n"
            + "".join(f'      - {{in: "[{n},{n + 1})", points: 1}}\n' for n in range(25_000))
        ),
        {"too-many"},
    ),
    "a table cut into a million cells": (lambda: edition(table(80), 1), {"cases-too-many"}),
    "100 tables": (lambda: edition(table(8), 100), {"cases-gap", "cases-overlap"}),
    "4 000 criteria": (lambda: edition(value("[0%,100%]"), 4_000), {"maximum-is-known"}),
}


@pytest.mark.parametrize("name", YAML)
def test_hostile_yaml(name: str, tmp_path: Path) -> None:
    """A YAML document made to hurt is refused with what is wrong, in bounded time and memory."""
    make, codes = YAML[name]
    made = make()
    path = tmp_path / "document.yaml"
    path.write_bytes(made.encode() if isinstance(made, str) else made)
    assert set(checked(path)["codes"]) & codes


CSV: dict[str, tuple[Callable[[], str], set[str]]] = {
    "a million columns": (lambda: "unit,period" + ",x" * 1_000_000 + "\n", {"table-too-wide"}),
    "a million cells in a row": (lambda: "unit,period\nSNV" + ",x" * 1_000_000, {"row-ragged"}),
    "60 MB of commas": (lambda: "," * 60_000_000, {"document-empty"}),
    "50 MB of cells after a header": (lambda: "unit,period\nSNV" + ",1" * 25_000_000, {"row-ragged"}),
    "60 MB of blank lines": (lambda: "\n" * 60_000_000, {"table-too-large"}),
    "100 MB": (lambda: "unit,period\n" + "SNV,2024\n" * 12_000_000, {"file-oversize"}),
    "a huge cell": (lambda: "unit,period\n" + "x" * 1_000_000 + ",2024\n", {"cell-too-long"}),
    "a huge header": (lambda: "x" * 1_000_000 + "\n", {"cell-too-long"}),
    "a quote never closed": (lambda: 'unit,period\n"' + "SNV,2024\n" * 5_000_000, {"cell-too-long"}),
    "a number of a million digits": (
        lambda: "unit,period,money\nSNV,2024," + "9" * 1_000_000,
        {"cell-too-long"},
    ),
    "a number of 10 000 digits": (lambda: "unit,period,money\nSNV,2024," + "9" * 10_000, {"not-a-number"}),
    "three million cells": (
        lambda: "unit,period" + ",x" * 98 + "\n" + ("SNV,2024" + ",1" * 98 + "\n") * 30_000,
        {"table-too-large"},
    ),
    "4 000 columns that nobody knows": (
        lambda: "unit,period" + "".join(f",settlet{n}" for n in range(3_990)) + "\nSNV,2024" + ",1" * 3_990,
        {"unknown-columns"},
    ),
    "4 000 columns of one name": (lambda: "unit" + ",on_time" * 3_990 + "\n", {"duplicate-column"}),
    "200 000 unknown units": (
        lambda: "unit,period,on_time\n" + "".join(f"Sở Nội vu {n},2024,1\n" for n in range(200_000)),
        {"unit-unknown"},
    ),
    "200 000 unknown fields": (
        lambda: "unit,period,field,value\n" + "".join(f"SNV,2024,settlet{n},1\n" for n in range(200_000)),
        {"unknown-field"},
    ),
    "200 000 values for one key": (
        lambda: "unit,period,on_time\n" + "SNV,2024,1\n" * 200_000,
        {"evidence-twice"},
    ),
    "200 000 ragged rows": (lambda: "unit,period,on_time\n" + "SNV\n" * 200_000, {"row-ragged"}),
    "200 000 rows that break an invariant": (
        lambda: (
            "unit,period,on_time,settled\n"
            + "".join(f"SNV,{1900 + n // 12}-{n % 12 + 1:02},2,1\n" for n in range(13_000))
        ),
        {"invariant-broken"},
    ),
    "quotes and more quotes": (
        lambda: "unit,period\n" + '"' * 9_000 + "," + '"' * 9_000 + "\n",
        {"not-a-period"},
    ),
}


@pytest.mark.parametrize("name", CSV)
def test_hostile_csv(name: str, tmp_path: Path) -> None:
    """A table made to hurt is refused with what is wrong, in bounded time and memory."""
    make, codes = CSV[name]
    path = tmp_path / "table.csv"
    path.write_text(make(), "utf-8")
    assert set(checked(path)["codes"]) & codes


def test_a_large_table_is_read(tmp_path: Path) -> None:
    """Five thousand rows of a hundred fields are read in the bounds, without a finding."""
    fields = [f"f{n}" for n in range(100)]
    ground = tmp_path / "ground"
    ground.mkdir()
    specs = "".join(f"  - {{id: {name}, kind: count, title: T}}\n" for name in fields)
    (ground / "vocabulary.yaml").write_text("vocabulary: wide\nfields:\n" + specs, "utf-8")
    members = "".join(f"  - {{id: xa-{n}, kind: xa, name: Xã {n}}}\n" for n in range(5_000))
    (ground / "units.yaml").write_text("units: xa\nmembers:\n" + members, "utf-8")
    rows = "".join(f"Xã {n},2024{',5' * 100}\n" for n in range(5_000))
    path = tmp_path / "table.csv"
    path.write_text("unit,period," + ",".join(fields) + "\n" + rows, "utf-8")
    assert checked(path, ground)["codes"] == []


def test_findings_that_are_not_kept_are_counted_where_work_stops() -> None:
    """Work that is refused says how many findings it does not list."""
    findings = Findings()
    for line in range(3 * MOST_FINDINGS):
        findings.add("period-missing", Place("cases.csv", line + 1))
    with pytest.raises(ParcoreError) as refused:
        findings.raise_errors()
    *listed, last = refused.value.diagnostics
    assert {each.code for each in listed} == {"period-missing"}
    assert (last.code, int(last.values["count"]) + len(listed)) == ("findings-unlisted", 3 * MOST_FINDINGS)


def test_unknown_names_among_thousands_of_units_take_no_long_search(tmp_path: Path) -> None:
    """The nearest of ten thousand names is looked for only as long as findings are listed."""
    ground = tmp_path / "ground"
    ground.mkdir()
    members = "".join(f"  - {{id: xa-{n}, kind: xa, name: Xã Tân Phú {n}}}\n" for n in range(10_000))
    (ground / "units.yaml").write_text("units: xa\nmembers:\n" + members, "utf-8")
    (ground / "vocabulary.yaml").write_text((GROUND / "vocabulary.yaml").read_text("utf-8"), "utf-8")
    path = tmp_path / "table.csv"
    path.write_text(
        "unit,period,on_time\n" + "".join(f"Xa Tan Phu {n},2024,1\n" for n in range(20_000)), "utf-8"
    )
    assert checked(path, ground)["codes"] == ["unit-unknown"]


GOOD = sorted(
    each for folder in ("good", "ground") for each in (HERE / folder).rglob("*.*") if each.is_file()
)
PIECES = [
    "[", "]", "{", "}", "<<", "&a ", "*a", "!!x ", "|", ">", "- ", ": ", "? ", "#", "'", '"', "\n", "\t",
    "  ", "%", "100%", "-1", "0", "1.234", "1,234", "1e9", "9" * 70, "٣", "½", "unknown", "proportional",
    "exclude", "withhold", "substitute", "full", "…", "[0,100%]", "=100%", "(0,0)", "a + b", "0 * on_time",
    "on_time", "on_time <= settled", "rate in [0,1]", "{}", "[]", "{lon: 1}", "points:a", "\ufeff", "\u0301",
    "\x85", "\u2028", "\r", ";", ",", "yes", "", "2024-02-30", "2024-Q5", "final", "missing", "nothing_arose",
    "measure: reported\n", "criteria: []\n", "max: unknown\n", "group", "ground", "../x.csv", "\\0",
]  # fmt: skip


def assert_only_findings(name: str, data: bytes) -> None:
    """Check a file with those bytes; anything but findings is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        for each in check(Registry((GROUND,)), documents_at(path), Defaults()).findings:
            assert each.render("vi")
            assert each.render("en")


@pytest.fixture(autouse=True, scope="module")
def nothing_installed() -> object:
    """No methodology is at hand but what a test names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parcore.registry.entry_points", lambda **_: ())
        patch.delenv("PARCORE_PATH", raising=False)
        yield


@given(name=st.sampled_from(["a.yaml", "a.csv"]), data=st.binary(max_size=300))
def test_random_bytes_give_findings(name: str, data: bytes) -> None:
    """Whatever bytes a file holds, checking it gives findings and nothing else."""
    assert_only_findings(name, data)


@given(
    header=st.sampled_from([EVIDENCE, EDITION, "vocabulary: v\nfields:\n", "units: u\nmembers:\n"]),
    text=st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join),
)
def test_random_pieces_give_findings(header: str, text: str) -> None:
    """Whatever follows the head of a document, checking it gives findings and nothing else."""
    assert_only_findings("a.yaml", (header + text).encode("utf-8", "replace"))


@given(data=st.data())
def test_random_changes_give_findings(data: st.DataObject) -> None:
    """However a good document is cut, doubled or patched, checking it gives findings and nothing else."""
    path = data.draw(st.sampled_from(GOOD))
    text = path.read_bytes().decode("utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 30)))
        piece = data.draw(st.sampled_from(PIECES) | st.just(text[start:end] * 2) | st.text(max_size=3))
        text = text[:start] + piece + text[end:]
    assert_only_findings(path.name, text.encode("utf-8", "replace"))


@given(data=st.data())
def test_swapped_values_give_findings(data: st.DataObject) -> None:
    """Whatever value of a good document is replaced by another piece, checking it gives findings."""
    path = data.draw(st.sampled_from([each for each in GOOD if each.suffix == ".yaml"]))
    lines = path.read_text("utf-8").split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    key, colon, _ = lines[at].partition(": ")
    lines[at] = key + colon + data.draw(st.sampled_from(PIECES))
    assert_only_findings(path.name, "\n".join(lines).encode("utf-8", "replace"))
