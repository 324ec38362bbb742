"""What is stated of another index in the place of its number: answered by the edition, or refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from parcore.diagnostics import ParcoreError
from parcore.editions.stated import Read, indices_in
from parcore.values import State
from tests.results.editions import result, sound

F = Fraction
LEAF = (
    "  - {{id: s, title: s, max: 10, measure: {{index: {{name: sipas, of: score{states}}}}},"
    " scale: {{slope: 0.1, cap: 10}}, when: {{missing: zero, unverified: zero, rejected: zero{when}}},"
    " source: {{clause: '1', basis: illustrative}}}}\n"
    "  - {{id: r, title: r, max: 10, measure: {{value: rate}}, scale: proportional,"
    " when: {{missing: zero, unverified: zero, rejected: zero}},"
    " source: {{clause: '1', basis: illustrative}}}}\n"
)
SILENT = sound(LEAF.format(states="", when=""), "20")
ANSWERS = sound(LEAF.format(states=", states: [not_applicable]", when=", not_applicable: exclude"), "20")
SCORE = "index:sipas:score"


def test_a_unit_outside_another_index_is_left_out_of_its_maximum() -> None:
    """A state that the measure declares has the effect that `when` gives it."""
    card = result(ANSWERS, {"u1": {SCORE: State.NOT_APPLICABLE, "rate": F(1, 2)}}).scorecards[0]
    assert card.points("s").state is State.EXCLUDED
    assert (card.trace["index:base"].number, card.trace["index:attainable"].number) == (F(5), F(10))


@pytest.mark.parametrize(
    ("edition", "state"), [(SILENT, State.NOT_APPLICABLE), (ANSWERS, State.NOTHING_AROSE)]
)
def test_a_state_without_an_answer_is_refused(edition: object, state: State) -> None:
    """No unit loses its index in silence: what the edition cannot answer is told with the mend."""
    with pytest.raises(ParcoreError) as caught:
        result(edition, {"u1": {SCORE: state, "rate": F(1, 2)}})  # type: ignore[arg-type]
    assert [each.code for each in caught.value.diagnostics] == ["index-state"]
    assert f"states: [{state.word}]" in caught.value.diagnostics[0].fix("en")


def test_a_missing_index_needs_no_declaration() -> None:
    """That an index was not provided is answered by every edition."""
    (found,) = result(SILENT, {"u1": {SCORE: State.MISSING, "rate": F(1, 2)}}).scorecards
    assert found.points("s").number == 0


def test_every_reading_of_an_index_is_found() -> None:
    """What an edition reads of other indices is found wherever its rules hold it."""
    assert set(indices_in(ANSWERS)) == {Read(SCORE, 0, frozenset({State.NOT_APPLICABLE}))}
