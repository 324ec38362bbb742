"""The story of a mean over cases: how many cases have how many points."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.evidence.evidence import Cell, Evidence, Record, RecordList, Stage
from parcore.evidence.vocabulary import Vocabulary
from parcore.i18n import Text
from parcore.readings.story import Teller
from parcore.results.scope import UnitScope
from parcore.results.scoring import score
from parcore.values import State, Value
from tests.results.editions import BOOK, HEAD, PERIOD
from tests.rules.reading import VOCABULARY

DOSSIERS = Vocabulary("dossiers", Text(), {"plan": VOCABULARY.fields["plan"]})
WITH_RECORDS = evolve(VOCABULARY, records={"dossiers": DOSSIERS})
RULE = """  - id: x
    title: x
    max: 2
    mean_over:
      records: dossiers
      measure: {choice: plan}
      table: {on_time: 2, late: 1, never: 0}
      when: {missing: zero, unverified: zero, rejected: zero, not_applicable: exclude}
      round: 1
    when: {missing: zero, unverified: zero, rejected: zero, nothing_arose: full}
    source: {clause: '1', basis: illustrative}
"""


def told(cells: list[str | State], lang: str) -> tuple[str, Value]:
    """The story of the leaf, and its points, where a unit's cases have these outcomes."""
    findings = Findings()
    tree = parse_yaml(HEAD.format(total="2", more="") + RULE, "test.yaml", findings)
    edition = read_edition(tree, {"test": WITH_RECORDS}, findings)
    assert edition is not None
    assert not findings.errors
    options = VOCABULARY.fields["plan"].options

    def cell(said: str | State) -> Cell:
        value = Value(said) if isinstance(said, State) else Value(State.OK, Fraction(options.index(said)))
        return Cell(value, said.word if isinstance(said, State) else said)

    records = tuple(Record(str(at), {"plan": cell(said)}) for at, said in enumerate(cells))
    evidence = Evidence(lists=[RecordList("u1", PERIOD, "dossiers", records, Stage.FINAL)])
    points = score(edition, evidence, BOOK, PERIOD).scorecards[0].points("x")
    scope = UnitScope("u1", PERIOD, evidence, Stage.FINAL)
    leaf = next(edition.leaves)
    return " ".join(Teller(leaf, "", WITH_RECORDS, scope, scope.datum, lang).story(points)), points


def test_cases_are_counted_by_what_they_give() -> None:
    """Best first, those left out last; then the mean, rounded, as the points."""
    cases: list[str | State] = ["on_time", "late", "on_time", "never", State.NOT_APPLICABLE, State.MISSING]
    story, points = told(cases, "en")
    assert "Cases: 6 (2 × 2 points; 1 × 1 point; 2 × 0 points; 1 × left out)." in story
    assert points == Value(State.OK, Fraction(1))
    assert "Points: 1 of 2." in story
    assert "Hồ sơ: 6 (2 × 2 điểm; 1 × 1 điểm; 2 × 0 điểm; 1 × không tính)." in told(cases, "vi")[0]


def test_an_empty_list_and_none_are_told_apart() -> None:
    """Of no case nothing arose; the effect says what becomes of it."""
    story, points = told([], "en")
    assert "Cases: 0 (—)." in story
    assert points == Value(State.OK, Fraction(2))
