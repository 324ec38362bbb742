"""Fields that follow from lists of records: what they give, their states, conflicts, what is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.evidence.evidence import Cell, Datum, Evidence, Method, Record, RecordList, Stage
from parcore.evidence.periods import Period
from parcore.evidence.readers import EvidenceReader
from parcore.evidence.sections import Defaults
from parcore.evidence.vocabulary import Vocabulary
from parcore.readings.exact import evaluate
from parcore.results.scope import UnitScope
from parcore.rules.derivations import derivations, derive
from parcore.rules.program import lay_out
from parcore.values import EVIDENCE_STATES, State, Value
from tests.evidence.reading import UNITS, vocabulary

WORDS = """vocabulary: words
fields:
  - {id: all, kind: count, title: A, derive: {count: dossiers}}
  - {id: online, kind: count, title: B, derive: {count: dossiers, where: channel = online}}
  - id: failed
    kind: count
    title: C
    derive: {count: dossiers, where: [channel = online, {any: [taken + extra > 5, {not: fee >= 2}]}]}
  - {id: inside, kind: count, title: D, derive: {count: dossiers, where: "fee in [1,3)"}}
  - id: fees
    kind: number
    title: E
    states: [nothing_arose]
    derive: {sum: fee + 2 * taken, of: dossiers, where: channel != post}
  - id: paid
    kind: number
    title: F
    states: [nothing_arose]
    derive: {sum: fee, of: dossiers}
  - {id: mean, kind: number, title: G, states: [nothing_arose], derive: {mean: fee + taken, of: dossiers}}
  - id: least
    kind: number
    title: H
    states: [nothing_arose]
    derive: {min: fee - extra, of: dossiers, where: taken > 2}
  - {id: most, kind: count, title: I, states: [nothing_arose], derive: {max: taken, of: dossiers}}
  - id: share
    kind: number
    title: J
    states: [nothing_arose]
    derive: {share: {any: [taken > 3, channel = post]}, of: dossiers, where: extra < 3}
  - id: slow
    kind: count
    title: K
    states: [nothing_arose]
    derive: {percentile: taken, at: 60%, of: dossiers, where: channel != post}
  - {id: channels, kind: count, title: L, derive: {distinct: channel, of: dossiers}}
records:
  - id: dossiers
    fields:
      - {id: channel, kind: choice, title: C, options: {post: P, online: O, counter: Q}}
      - {id: taken, kind: count, title: T, states: [nothing_arose]}
      - {id: extra, kind: count, title: X, states: [nothing_arose]}
      - {id: fee, kind: number, title: F, range: "[0,…)", states: [nothing_arose, not_applicable]}
"""
YEAR = Period(2024)
HEAD = "evidence: words\nperiod: 2024\nnumbers: plain\n"


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """A vocabulary of which fields follow from dossiers."""
    return vocabulary(WORDS)


def read(words: Vocabulary, folder: Path, document: str, rows: str) -> tuple[Evidence, list[str]]:
    """Evidence with what its records give, and what was found."""
    (folder / "d.csv").write_text("unit,id,channel,taken,extra,fee\n" + rows, "utf-8")
    findings = Findings()
    reader = EvidenceReader(words, UNITS, findings)
    reader.document(parse_yaml(HEAD + document, "e.yaml", findings), folder / "e.yaml", Defaults())
    return derive(reader.evidence(), words, findings), [each.code for each in findings]


def at(evidence: Evidence, field: str, stage: Stage = Stage.FINAL) -> Datum:
    """What counts of unit `a`."""
    datum = evidence.at("a", YEAR, field, stage)
    assert datum is not None
    return datum


LISTED = "records:\n  - {kind: dossiers, file: d.csv}\n"
ROWS = "a,1,online,3,0,2.5\na,2,online,6,1,1\na,3,post,9,0,4\n"


def test_records_are_counted_and_added_up(words: Vocabulary, tmp_path: Path) -> None:
    """Counts and sums over the records for which the condition holds, exactly, as derived statements."""
    evidence, found = read(words, tmp_path, LISTED, ROWS)
    assert not found
    names = ("all", "online", "failed", "inside", "fees", "paid")
    assert [at(evidence, name).value.known for name in names] == [
        3,
        2,
        1,
        2,
        Fraction("21.5"),
        Fraction("7.5"),
    ]
    assert {at(evidence, name).method for name in names} == {Method.DERIVED}


def test_a_note_says_of_how_many_of_how_many(words: Vocabulary, tmp_path: Path) -> None:
    """The statement names the kind of record, how many count of how many, and the condition."""
    evidence, _ = read(words, tmp_path, LISTED, ROWS)
    assert at(evidence, "online").note == "dossiers: 2/3, channel = online"
    assert at(evidence, "all").note == "dossiers: 3/3"


def test_what_is_not_known_of_one_record_is_not_known_of_all(words: Vocabulary, tmp_path: Path) -> None:
    """A blank hides the count that reads it, and the note names the record; other counts stand."""
    evidence, _ = read(words, tmp_path, LISTED, ROWS + "a,4,,1,1,1\n")
    assert at(evidence, "online").value == Value(State.MISSING)
    assert at(evidence, "online").note == "dossiers: 1/4 missing (4), channel = online"
    assert at(evidence, "all").value.known == 4
    assert at(evidence, "paid").value.known == Fraction("8.5")


def test_an_empty_list_counts_none_and_nothing_arose_of_its_sum(words: Vocabulary, tmp_path: Path) -> None:
    """Of no record the count is 0, and a sum has nothing to add up."""
    evidence, _ = read(words, tmp_path, "records:\n  - {kind: dossiers, none: [A]}\n", "")
    assert at(evidence, "all").value == Value(State.OK)
    assert at(evidence, "fees").value == Value(State.NOTHING_AROSE)


def test_without_a_list_nothing_is_derived(words: Vocabulary, tmp_path: Path) -> None:
    """No list is no statement: the field is missing, or what is stated of it."""
    evidence, _ = read(words, tmp_path, "units: {a: {online: 4}}\n", "")
    assert evidence.at("a", YEAR, "all", Stage.FINAL) is None
    assert at(evidence, "online").value.known == 4


def test_what_a_unit_lists_itself_is_unverified_beyond_that(words: Vocabulary, tmp_path: Path) -> None:
    """A list of the stage self gives statements of that stage; an appraiser's list those of its own."""
    own = "records:\n  - {kind: dossiers, file: d.csv, stage: self}\n"
    evidence, _ = read(words, tmp_path, own, ROWS)
    assert at(evidence, "all", Stage.SELF).value.known == 3
    assert at(evidence, "all").value == Value(State.UNVERIFIED)
    evidence, _ = read(words, tmp_path, own + "  - {kind: dossiers, none: [A], stage: appraised}\n", ROWS)
    assert at(evidence, "all").value.known == 0


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("{all: 3}", []),
        ("{all: 4}", ["derived-differs"]),
        ("{all: {state: rejected}}", ["derived-differs"]),
        ("{all: {value: 4, stage: self}}", []),
        ('{all: "> 2"}', []),
        ('{all: "> 3"}', ["derived-differs"]),
        ("{all: 4, online: 1}", ["derived-differs", "derived-differs"]),
    ],
)
def test_a_statement_that_records_contradict_is_refused(
    words: Vocabulary, tmp_path: Path, stated: str, found: list[str]
) -> None:
    """For one stage a stated value equals what the records give, or both are shown; stages may differ."""
    assert read(words, tmp_path, f"units: {{a: {stated}}}\n" + LISTED, ROWS)[1] == found


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("kind: count, derive: {count: dossier}", "unknown-records"),
        ("kind: number, derive: {count: dossiers}", "derive-not-fitting"),
        ("kind: count, derive: {count: dossiers, where: channel = fax}", "option-unknown"),
        ("kind: count, derive: {count: dossiers, where: fees > 1}", "unknown-name"),
        ("kind: number, derive: {sum: fee, of: dossiers}", "derive-not-fitting"),
        ("kind: count, states: [nothing_arose], derive: {sum: fee, of: dossiers}", "derive-not-fitting"),
        ("kind: number, states: [nothing_arose], derive: {sum: channel, of: dossiers}", "field-kind"),
        (
            "kind: number, decimals: 2, states: [nothing_arose], derive: {mean: fee, of: dossiers}",
            "derive-not-fitting",
        ),
        ("kind: number, derive: {share: channel = post, of: dossiers}", "derive-not-fitting"),
        ("kind: number, derive: {distinct: channel, of: dossiers}", "derive-not-fitting"),
        ("kind: count, derive: {distinct: colour, of: dossiers}", "unknown-field"),
        (
            "kind: number, states: [nothing_arose], derive: {percentile: fee, at: 0%, of: dossiers}",
            "value-out-of-range",
        ),
    ],
)
def test_a_declaration_that_cannot_hold_is_refused(words: Vocabulary, declared: str, code: str) -> None:
    """A kind, field or option that is not there, or a field that cannot hold what is derived, is reported."""
    text = WORDS.replace("records:\n", f"  - {{id: more, title: M, {declared}}}\nrecords:\n")
    findings = Findings()
    found = derivations(vocabulary(text), findings)
    assert [each.code for each in findings] == [code]
    assert len(found) == 12


STATES = st.sampled_from([Value(state) for state in EVIDENCE_STATES])


def cells(most: int) -> st.SearchStrategy[Cell | None]:
    """Mostly numbers, now and then a state, a blank or a field that is not said."""
    numbers = st.integers(0, most).map(lambda n: Value(State.OK, Fraction(n)))
    return st.one_of(numbers, numbers, numbers, STATES).map(Cell) | st.none()


@given(st.data())
def test_what_is_derived_is_what_the_exact_reading_gives(words: Vocabulary, data: st.DataObject) -> None:
    """Each derivation gives of any list what its node gives in the exact reading, in any order of records."""
    options = words.records["dossiers"].fields["channel"].options
    drawn: list[Record] = []
    for id_ in range(data.draw(st.integers(0, 5))):
        said = {name: data.draw(cells(most)) for name, most in (("taken", 6), ("extra", 3), ("fee", 4))}
        said["channel"] = data.draw(cells(2))
        kept = {name: cell for name, cell in said.items() if cell is not None}
        if "channel" in kept and kept["channel"].value.known is not None:
            kept["channel"] = Cell(kept["channel"].value, options[int(kept["channel"].value.number)])
        drawn.append(Record(str(id_), kept))
    listed = RecordList("a", YEAR, "dossiers", tuple(drawn), Stage.FINAL)
    turned = RecordList("a", YEAR, "dossiers", tuple(reversed(drawn)), Stage.FINAL)
    scope = UnitScope("a", YEAR, Evidence(lists=[listed]), Stage.FINAL)
    counted = evolve(listed, counted=listed.tally)
    for each in derivations(words, Findings()):
        assert each.of(turned).value == each.of(listed).value == each.of(counted).value
        if each.node is not None:
            program = lay_out({"it": each.node})
            assert each.of(listed).value == evaluate(program, scope)["it"]
            once = UnitScope("a", YEAR, Evidence(lists=[counted]), Stage.FINAL)
            assert evaluate(program, once)["it"] == evaluate(program, scope)["it"]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(1, 100))
def test_a_percentile_and_distinct_values_are_what_they_are_said_to_be(numbers: list[int], at: int) -> None:
    """No smaller number of a record does for the percentile, and it does; different values count once."""
    text = WORDS.replace("at: 60%", f"at: {at}%")
    said = [{"channel": Fraction(n % 2 + 1), "taken": Fraction(n)} for n in numbers]
    drawn = [Record("", {k: Cell(Value(State.OK, n)) for k, n in each.items()}) for each in said]
    listed = RecordList("a", YEAR, "dossiers", tuple(drawn), Stage.FINAL)
    known = {each.spec.name: each.of(listed) for each in derivations(vocabulary(text), Findings())}
    enough = [n for n in numbers if 100 * sum(each <= n for each in numbers) >= at * len(numbers)]
    assert known["slow"].value == Value(State.OK, Fraction(min(enough)))
    assert known["channels"].value == Value(State.OK, Fraction(len({n % 2 for n in numbers})))
