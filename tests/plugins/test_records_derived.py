"""What follows from records, worked out by hand: the same of a list that is held and of one that is kept."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from attrs import frozen

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.sections import Defaults, Quarantine
from parcore.evidence.vocabulary import Vocabulary
from parcore.plugins import tables
from parcore.readings.exact import evaluate
from parcore.results.scope import UnitScope
from parcore.rules.derivations import derive
from parcore.rules.graph import Aggregate, Cmp, Field, Match, Over, Pick, Records, Round, Symbol, const
from parcore.rules.program import lay_out
from parcore.values import State, Value
from tests.evidence.reading import UNITS, vocabulary

_WAYS = {
    "count": "count: cases",
    "online": "count: cases, where: way = online",
    "sum": "sum: n, of: cases",
    "mean": "mean: n, of: cases",
    "min": "min: n, of: cases",
    "max": "max: n, of: cases",
    "share": "share: n >= 2, of: cases",
    "share_online": "share: n >= 2, of: cases, where: way = online",
    "p20": "percentile: n, at: 20%, of: cases",
    "p21": "percentile: n, at: 21%, of: cases",
    "p50": "percentile: n, at: 50%, of: cases",
    "p90": "percentile: n, at: 90%, of: cases",
    "p91": "percentile: n, at: 91%, of: cases",
    "p100": "percentile: n, at: 100%, of: cases",
    "distinct": "distinct: n, of: cases",
    "ways": "distinct: way, of: cases",
}
_COUNTS = ("count", "online", "distinct", "ways")
WORDS = (
    "vocabulary: words\nfields:\n"
    + "".join(
        f"  - {{id: {name}, kind: {'count' if name in _COUNTS else 'number'}, title: T,"
        f" {'' if name in _COUNTS else 'states: [nothing_arose], '}derive: {{{way}}}}}\n"
        for name, way in _WAYS.items()
    )
    + """records:
  - id: cases
    fields:
      - {id: n, kind: number, title: N, states: [nothing_arose], range: "[-100,100]"}
      - {id: way, kind: choice, title: W, options: {online: trực tuyến, post: bưu điện}}
"""
)
HEAD = "evidence: words\nperiod: 2024\nnumbers: plain\nrecords:\n  - {kind: cases, file: d.csv, none: [b]}\n"
YEAR = Period(2024)
KEPT = pytest.mark.parametrize("kept", [False, True], ids=["held", "kept"])


@frozen
class Asked:
    """A table of cases: `n` and `way` of each, and what follows."""

    rows: str
    gives: dict[str, object]


NONE, MISSING, REJECTED, UNVERIFIED = (
    State.NOTHING_AROSE, State.MISSING, State.REJECTED, State.UNVERIFIED,
)  # fmt: skip
_UNKNOWN = {name: MISSING for name in _WAYS if name not in ("count", "online", "ways", "share_online")}

TRIED = {
    "ties": Asked(
        "1:online 1:post 2:post 2:post 2:online 3:post 3:post 3:post 3:post 4:online",
        {
            "count": 10, "online": 3, "sum": 24, "mean": Fraction(12, 5), "min": 1, "max": 4,
            "share": Fraction(4, 5), "share_online": Fraction(2, 3), "p20": 1, "p21": 2, "p50": 2, "p90": 3,
            "p91": 4, "p100": 4, "distinct": 4, "ways": 2,
        },
    ),
    "one number in many texts": Asked(
        "1:online 1.0:online 01.00:trực_tuyến +1:TRỰC_TUYẾN -1:online −1:online",
        {
            "count": 6, "online": 6, "sum": 2, "mean": Fraction(1, 3), "min": -1, "max": 1, "share": 0,
            "share_online": 0, "p20": -1, "p21": -1, "p50": 1, "p90": 1, "p91": 1, "p100": 1, "distinct": 2,
            "ways": 1,
        },
    ),
    "one is missing": Asked(
        "1:online :post 3:post",
        _UNKNOWN | {"count": 3, "online": 1, "ways": 2, "share_online": 0},
    ),
    "one is rejected, one unverified, one missing": Asked(
        "1:online rejected:post unverified:post :post",
        dict.fromkeys(_UNKNOWN, REJECTED) | {"count": 4, "online": 1, "ways": 2, "share_online": 0},
    ),
    "of some nothing arose": Asked(
        "không_phát_sinh:online 2:post nothing_arose:post 5:post",
        {
            "count": 4, "online": 1, "sum": 7, "mean": Fraction(7, 2), "min": 2, "max": 5, "share": 1,
            "share_online": NONE, "p20": 2, "p21": 2, "p50": 2, "p90": 5, "p91": 5, "p100": 5, "distinct": 2,
            "ways": 2,
        },
    ),
    "of all nothing arose": Asked(
        "nothing_arose:online nothing_arose:post",
        dict.fromkeys(_WAYS, NONE) | {"count": 2, "online": 1, "distinct": 0, "ways": 2},
    ),
    "of one it is not known whether it counts": Asked(
        "1:online 2: 3:post",
        {
            "count": 3, "online": MISSING, "sum": 6, "mean": 2, "min": 1, "max": 3, "share": Fraction(2, 3),
            "share_online": MISSING, "p20": 1, "p21": 1, "p50": 2, "p90": 3, "p91": 3, "p100": 3,
            "distinct": 3, "ways": MISSING,
        },
    ),
    "the worst of what is not known decides, first or last": Asked(
        "1:rejected 2: 3:post", {"online": REJECTED, "share_online": REJECTED, "ways": REJECTED, "max": 3}
    ),
    "the worst of what is not known decides, last or first": Asked(
        "1: 2:post 3:rejected", {"online": REJECTED, "share_online": REJECTED, "ways": REJECTED, "max": 3}
    ),
    "none meets the condition": Asked(
        "1:post 2:post", {"online": 0, "share_online": NONE, "share": Fraction(1, 2)}
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """Fields that follow in every way from cases with a number and a choice."""
    return vocabulary(WORDS)


def read(
    words: Vocabulary,
    folder: Path,
    rows: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    kept: bool,
    aside: bool = False,
) -> Evidence:
    """What is read of a table, and what follows from it."""
    lines = (row.replace("_", " ").replace(":", ",") for row in rows.split(" "))
    (folder / "d.csv").write_text("unit,n,way\n" + "".join(f"a,{line}\n" for line in lines), "utf-8")
    monkeypatch.setattr("parcore.evidence.records.LARGE", -1 if kept else 2**40)
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings, readers=tables)
    defaults = Defaults(quarantine=Quarantine(folder / "aside.csv") if aside else None)
    reader.document(parse_yaml(HEAD, "e.yaml", findings), folder / "e.yaml", defaults)
    findings.raise_errors()
    evidence = derive(reader.evidence(), words, findings)
    listed = evidence.records("a", YEAR, "cases", Stage.FINAL)
    assert listed is not None
    assert (listed.counted is not None) is kept
    return evidence


def value(evidence: Evidence, name: str, unit: str = "a") -> object:
    """The number of a field, or its state."""
    datum = evidence.at(unit, YEAR, name, Stage.FINAL)
    assert datum is not None
    return datum.value.state if datum.value.known is None else datum.value.known


@KEPT
@pytest.mark.parametrize("name", TRIED)
def test_what_follows_is_what_was_worked_out(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kept: bool
) -> None:
    """Every way to derive a field gives the number or the state worked out by hand."""
    asked = TRIED[name]
    got = read(words, tmp_path, asked.rows, monkeypatch, kept=kept)
    assert {each: value(got, each) for each in asked.gives} == asked.gives


@KEPT
def test_of_no_record_counts_are_0_and_of_the_rest_nothing_arose(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    """A list handed in empty counts none, and of every number of it nothing arose."""
    got = read(words, tmp_path, "1:online", monkeypatch, kept=kept)
    assert {each: value(got, each, "b") for each in _WAYS} == {
        each: 0 if each in _COUNTS else NONE for each in _WAYS
    }


def test_a_bad_row_is_a_rejected_case_in_whatever_reads_it(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each bad row counts once among the cases; whatever reads a field of it is rejected."""
    got = read(words, tmp_path, "1:online x:online 1:fax 2:post", monkeypatch, kept=True, aside=True)
    assert {each: value(got, each) for each in _WAYS} == dict.fromkeys(_WAYS, REJECTED) | {"count": 4}
    (listed,) = (each for each in got.lists() if each.unit == "a")
    assert (listed.set_aside, sum(listed.tally(()).values()), sum(listed.tally(("n",)).values())) == (2, 4, 4)
    assert [each.cells["n"].value.state is REJECTED for each in listed.records] == [False, True, True, False]


@KEPT
def test_each_case_is_scored_as_often_as_it_stands(
    words: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    """A mean over cases, each rounded first, weighs every case once, also where many say the same."""
    got = read(
        words, tmp_path, "1:post 1:post 1:post 1.5:post 1.4:online nothing_arose:post", monkeypatch, kept=kept
    )
    each = Match(Round(Field("n"), 0), ((NONE, const(0)),))
    online = Cmp(">=", Field("n"), const(Fraction("1.4")))
    way = Cmp("=", Symbol("way", ("online", "post")), const(0))
    two = Match(Pick(((way, const(10)),), Field("n")), ((NONE, const(0)),))
    roots = {
        "mean": Over(Aggregate.MEAN, Records("cases"), each),
        "sum": Over(Aggregate.SUM, Records("cases"), each),
        "count": Over(Aggregate.COUNT, Records("cases"), each, where=Match(online, ((NONE, const(0)),))),
        "max": Over(Aggregate.MAX, Records("cases"), each),
        "two fields": Over(Aggregate.SUM, Records("cases"), two),
        "strict": Over(Aggregate.SUM, Records("cases"), Field("n")),
    }
    trace = evaluate(lay_out(roots), UnitScope("a", YEAR, got, Stage.FINAL))
    trace.rerun()
    assert {root: trace[root] for root in roots} == {
        "mean": Value(State.OK, Fraction(1)), "sum": Value(State.OK, Fraction(6)),
        "count": Value(State.OK, Fraction(2)), "max": Value(State.OK, Fraction(2)),
        "two fields": Value(State.OK, Fraction("14.5")), "strict": Value(NONE),
    }  # fmt: skip
