"""The story of a point tells every measure there is, and stumbles over none."""

import pytest

from parcore.evidence.evidence import Stage
from parcore.readings.story import Teller
from parcore.results.scope import UnitScope
from tests.results.editions import PERIOD, Given, card, evidence, sound
from tests.rules.reading import VOCABULARY

WHEN = "missing: zero, unverified: zero, rejected: zero"
GIVEN: dict[str, Given] = {"done": 3, "all_of": 4, "late": 1, "few": 2, "index:sipas:rank": 7}


NOTHING = ", nothing_arose: zero"
ONCE = (
    "deduct: {from: 2, floor: 0, once: [[a, b]], parts: [{id: a, per: few, points: 0.5},"
    " {id: b, measure: {formula: few * 2}, scale: {slope: 0.125}}]}"
)


@pytest.mark.parametrize(
    ("body", "more", "en", "vi"),
    [
        ("measure: {ratio: [done, all_of], round: 1}, scale: proportional", NOTHING, "80 %", "80 %"),
        (
            "measure: {index: {name: sipas, of: rank}}, scale: {through: [[1, 2], [9, 0]]}",
            "",
            "rank = 7",
            "rank = 7",
        ),
        ("measure: {formula: few / 4}, scale: {towards: 3}", "", "few / 4 = 50 %", "few / 4 = 50 %"),
        ("measure: {survey: {answers: {done: 100%, late: 0}}}, scale: proportional", NOTHING, "0.75", "0,75"),
        (ONCE, "", "2 − 1", "2 − 1"),
    ],
)
def test_a_story_is_told_of_every_measure(body: str, more: str, en: str, vi: str) -> None:
    """Formulas, surveys, rounded ratios, other indices and deductions by rule are told with their numbers."""
    source = "source: {clause: '1', basis: illustrative}"
    read = sound(f"  - {{id: x, title: x, max: 2, {source}, when: {{{WHEN}{more}}}, {body}}}\n", "2")
    leaf = read.criterion("x")
    assert leaf is not None
    scope = UnitScope("u1", PERIOD, evidence({"u1": GIVEN}), Stage.FINAL)
    points = card(read, **GIVEN).points("x")
    for lang, told in (("en", en), ("vi", vi)):
        story = " ".join(Teller(leaf, "", VOCABULARY, scope, scope.datum, lang).story(points))
        assert told in story
        assert "points given" not in story
        assert "điểm đã cho" not in story
