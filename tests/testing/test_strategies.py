"""What is drawn: valid editions of every corner, and evidence that fits them."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from parcore.diagnostics import Findings
from parcore.editions.document import read_edition
from parcore.evidence.evidence import Stage
from parcore.evidence.invariants import check_invariants
from parcore.rules.measuring import MEASURES
from parcore.testing.coverage import EXPECTED, drawn, missing
from parcore.testing.documents import Document, tree_of
from parcore.testing.measures import DRAWN
from parcore.testing.strategies import Case, cases, documents, editions
from parcore.values import State

patient = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@patient
@given(documents())
def test_every_document_drawn_is_accepted(document: Document) -> None:
    """The readers find nothing wrong with a drawn document: none is discarded."""
    edition, findings = document.found()
    assert not [each.render("en") for each in findings.errors]
    assert edition is not None
    assert list(edition.leaves)


def test_every_measure_of_the_engine_is_drawn() -> None:
    """A measure that is added to the engine and not here is missed by no test in silence."""
    assert set(DRAWN) == set(MEASURES)


def test_every_corner_of_the_language_occurs() -> None:
    """Of a few hundred cases some have each word, effect, award, policy, node and state there is."""
    found = drawn(300)
    assert not missing(found)
    assert found["evidence", "edge met"] >= found["case", "drawn"]
    assert sum(len(words) for words in EXPECTED.values()) > 120


@patient
@given(cases())
def test_evidence_keeps_what_its_vocabulary_demands(case: Case) -> None:
    """Numbers lie in their ranges, invariants hold at every stage, and states are declared."""
    findings = Findings()
    check_invariants(case.evidence, case.edition.vocabulary, findings)
    assert not [each.render("en") for each in findings.errors]
    for datum in case.evidence:
        spec = case.edition.vocabulary.fields.get(datum.field)
        if spec is None:
            continue
        if datum.value.state is State.OK:
            assert datum.text in spec.options if spec.options else datum.value.number in spec.range
        elif datum.value.state in (State.NOTHING_AROSE, State.NOT_APPLICABLE):
            assert datum.value.state in spec.states


@patient
@given(cases())
def test_a_case_is_scored_and_told(case: Case) -> None:
    """Every case is scored without refusal, and its text has each unit and each statement."""
    result = case.result()
    assert result.scorecards
    told = repr(case)
    assert all(f"{each.unit} {each.period} {each.field} = " in told for each in case.evidence)
    assert all(each.stage in Stage for each in case.evidence)


@given(editions(depth=1, components=1))
def test_editions_may_be_small(edition: object) -> None:
    """Depth and number of components bound what is drawn, for tests that need little."""
    assert len(edition.components) == 1  # type: ignore[attr-defined]


def test_plain_data_is_the_tree_of_its_text() -> None:
    """What is read before a document is whole is read as it will stand in its text."""
    findings = Findings()
    assert read_edition(tree_of({"methodology": "x"}), {}, findings) is None
    assert findings.errors
