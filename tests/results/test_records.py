"""Units scored by their lists of cases: a list is a statement like any other, and so is each case."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Cell, Evidence, Record, RecordList, Stage
from parcore.evidence.vocabulary import Vocabulary
from parcore.i18n import Text
from parcore.numbers import exact_text
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.values import State, Value
from tests.results.editions import BOOK, HEAD, PERIOD, datum
from tests.rules.reading import VOCABULARY
from tests.strategies import OPTIONS

F = Fraction
CASES = Vocabulary("dossiers", Text(), {"plan": VOCABULARY.fields["plan"]})
WITH_CASES = evolve(VOCABULARY, records={"dossiers": CASES})
SCORED = """
  - {{id: x, title: x, max: 10, measure: reported,
      when: {{missing: zero, unverified: zero, rejected: zero}},
      source: {{clause: '1', basis: illustrative}}}}
  - id: s
    title: s
    max: {top}
    method: survey
    mean_over:
      records: dossiers
      measure: {{choice: plan}}
      table: {{on_time: {top}, late: 1, never: 0}}
      when: {{missing: zero, unverified: zero, rejected: zero, not_applicable: exclude}}
      round: {digits}
    when: {{missing: zero, unverified: zero, rejected: zero, nothing_arose: exclude}}
    source: {{clause: '1', basis: illustrative}}
"""
NEEDS_ONE = SCORED.replace("      round:", "      needs_one: yes\n      round:")
ABSENT = "absent: [{method: survey, effect: exclude, source: {clause: '9', basis: official}}]\n"


def read(top: str, digits: int, more: str = "", rule: str = SCORED) -> tuple[Edition, list[str]]:
    """An edition with a mean over cases, and the codes of what is wrong with it."""
    findings = Findings()
    text = HEAD.format(total=exact_text(F(top) + 10), more=more) + rule.format(top=top, digits=digits)
    found = read_edition(parse_yaml(text, "test.yaml", findings), {"test": WITH_CASES}, findings)
    assert found is not None
    return found, [each.code for each in findings.errors]


def listed(*said: str | State, unit: str = "u1") -> RecordList:
    """A list of cases, each with what it says."""
    values = [Value(x) if isinstance(x, State) else Value(State.OK, F(OPTIONS.index(x))) for x in said]
    cells = (Cell(value, "" if isinstance(x, State) else x) for value, x in zip(values, said, strict=True))
    records = tuple(Record(str(at), {"plan": cell}) for at, cell in enumerate(cells))
    return RecordList(unit, PERIOD, "dossiers", records, Stage.FINAL)


def scored(edition: Edition, *lists: RecordList) -> Result:
    """The scores of a unit that hands in lists, and points for the rest."""
    return score(edition, Evidence([datum("u1", "points:x", 5)], lists), BOOK, PERIOD)


def test_a_list_handed_in_is_something_of_its_method() -> None:
    """A method is left out for everybody only where nobody hands in a list that its leaves read."""
    edition, codes = read("2", 1, ABSENT)
    assert not codes
    handed_in, nothing = scored(edition, listed("on_time", "never")), scored(edition)
    assert (handed_in.absent, handed_in.scorecards[0].points("s").known) == ((), F(1))
    assert [each.method.value for each in nothing.absent] == ["survey"]


@pytest.mark.parametrize(
    ("said", "raw"),
    [
        ((State.MISSING, State.MISSING), Value(State.MISSING)),
        ((State.MISSING, State.REJECTED), Value(State.REJECTED)),
        ((State.NOT_APPLICABLE, State.MISSING), Value(State.MISSING)),  # left out: nothing is known by it
        ((State.NOT_APPLICABLE, State.NOT_APPLICABLE), Value(State.NOTHING_AROSE)),
        ((State.MISSING, "on_time"), Value(State.OK, F(1))),
        ((State.MISSING, "never"), Value(State.OK)),
        ((), Value(State.NOTHING_AROSE)),
    ],
)
def test_a_mean_that_needs_one_known_case(said: tuple[str | State, ...], raw: Value) -> None:
    """Where of no case anything is known, their state is that of the mean; one that is known is enough."""
    edition, codes = read("2", 1, rule=NEEDS_ONE)
    assert not codes
    assert scored(edition, listed(*said)).scorecards[0].raw("s") == raw


def test_a_case_that_waits_for_its_appraisal_leaves_its_list_open() -> None:
    """A mean over cases of which one is not appraised yet can still come to anything up to its maximum."""
    edition, _ = read("2", 1)
    card = scored(edition, listed("on_time", State.UNVERIFIED)).scorecards[0]
    assert card.provisional is not None
    assert ([each.id for each in card.provisional.leaves], card.provisional.base) == (["s"], (F(5), F(7)))
    assert scored(edition, listed("on_time", State.REJECTED)).scorecards[0].provisional is None


@pytest.mark.parametrize("said", [("on_time", State.UNVERIFIED), (State.UNVERIFIED, "on_time", "never")])
def test_any_case_that_waits_leaves_its_list_open(said: tuple[str | State, ...]) -> None:
    """Wherever in the list the case stands that is not appraised yet."""
    edition, _ = read("2", 1)
    assert scored(edition, listed(*said)).scorecards[0].provisional is not None
