"""Missing evidence: the possible ranks hold what every completion gives."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import parcore
from parcore.evidence.evidence import Evidence
from parcore.evidence.units import UnitBook
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.testing.strategies import Case, completed
from parcore.values import State
from parcore_robust import missing
from parcore_robust.missing import study
from parcore_robust.standing import Span, Study
from tests.results.editions import BOOK, PERIOD, Given, evidence, result, sound

F = Fraction
FEW = settings(max_examples=max(10, settings().max_examples // 4))
POLICIES = """rounding: {index: 1}
classes:
  on: {quantity: rate, rounded: yes}
  bands: [{name: A, in: "[80,100]"}, {name: B, in: "[50,80)"}, {name: C, in: "[0,50)"}]
ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all]}
"""
RANKING = "ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all]}\n"
BY_TOTAL = """adjustments:
  at_least: 0
  at_most: 6
  bonus: {cap: 2, criteria: [{id: plus, title: plus, max: 2, measure: {value: few}, scale: {per: 0.5, cap: 2},
     source: {clause: '3', basis: illustrative}, when: {missing: zero, unverified: zero, rejected: zero}}]}
ranking: {on: {quantity: total, rounded: no}, method: competition, within: [all]}
"""
LEAF = """  - {id: NAME, title: NAME, max: 6, measure: {value: few}, scale: {per: 0.5, cap: 6}, WHEN
     source: {clause: '1', basis: illustrative}}
  - {id: second, title: second, max: 4, measure: {choice: plan}, table: {on_time: 4, late: 2, never: exclude},
     WHEN source: {clause: '2', basis: illustrative}}
"""
ZERO = "when: {missing: zero, unverified: zero, rejected: zero, not_applicable: exclude},"
EDITION = sound(
    LEAF.replace("NAME", "first").replace("WHEN", ZERO, 2).replace(", not_applicable: exclude", "", 1),
    "10",
    POLICIES,
)
HIDDEN = (State.MISSING, State.UNVERIFIED)
FEWS: tuple[Given, ...] = (0, 1, 5, 12)
PLANS: tuple[Given, ...] = ("on_time", "late", "never")


def held(study_: Study, right: Result) -> None:
    """Every place and class of a completion is among those possible."""
    for each in study_.standings:
        place, card = right.place(each.unit.id), right.card(each.unit.id)
        if place is not None:
            assert each.possible is not None
            assert each.possible.best <= place.place <= each.possible.worst, each.unit.id
            assert card is not None
            assert card.class_name in each.classes


facts = st.fixed_dictionaries(
    {"few": st.sampled_from([*FEWS, *HIDDEN]), "plan": st.sampled_from([*PLANS, *HIDDEN])}
)


@given(st.dictionaries(st.sampled_from(["u1", "u2", "u3"]), facts, min_size=1))
def test_every_completion_lies_within_the_possible_ranks(by_unit: dict[str, dict[str, Given]]) -> None:
    """All completions of small evidence, one by one: each rank and class they give is possible."""
    told = study(result(EDITION, by_unit))
    open_ = [(u, name) for u, each in by_unit.items() for name, said in each.items() if said in HIDDEN]
    choices = [FEWS if name == "few" else PLANS for _, name in open_[:4]]
    for settled in product(*choices):
        full = {unit: dict(each) for unit, each in by_unit.items()}
        for (unit, name), value in zip(open_, settled, strict=False):
            full[unit][name] = value
        held(told, score(EDITION, evidence(full), BOOK, PERIOD))


@FEW
@given(completed(units=4), st.integers(0, 15))
def test_completions_of_drawn_editions_lie_within(
    drawn: tuple[Case, dict[str, Evidence]], chosen: int
) -> None:
    """On drawn editions whatever comes in for some of the units gives places that were possible."""
    case, settled = drawn
    found = case.result()
    assume(found.edition.ranking is not None and found.scorecards)
    told = study(found)
    changes = [
        datum
        for at, unit in enumerate(case.units)
        if chosen >> at & 1
        for datum in settled[unit.id]
        if datum.unit == unit.id and datum not in list(case.evidence)
    ]
    right = score(
        case.edition, case.evidence.with_(changes), UnitBook(case.units), case.period, stage=case.stage
    )
    within = told.circle
    for each in told.standings:
        place = right.place(each.unit.id, within)
        if place is not None and each.possible is not None:
            assert each.possible.best <= place.place <= each.possible.worst, each.unit.id


LEAVING = """  - {id: x, title: x, max: 4, measure: {value: few}, scale: {per: 0.5, cap: 4},
     source: {clause: '1', basis: illustrative}, when: {missing: zero, unverified: zero, rejected: zero}}
  - {id: y, title: y, max: 4, measure: {choice: plan}, table: {on_time: 4, late: 1, never: 0},
     source: {clause: '2', basis: illustrative},
     when: {missing: zero, unverified: zero, rejected: zero, not_applicable: EFFECT}}
"""


@pytest.mark.parametrize(("effect", "few", "possible"), [
    ("withhold", 12, Span(1, 2)), ("exclude", 12, Span(2, 2)), ("zero", 12, Span(2, 2)),
])  # fmt: skip
def test_a_unit_that_can_leave_the_ranking_is_before_nobody_for_sure(
    effect: str, few: int, possible: Span
) -> None:
    """Where what comes in can withhold the index of the one ahead, the one behind can be first."""
    edition = sound(LEAVING.replace("EFFECT", effect), "8", POLICIES.partition("classes")[0] + RANKING)
    by_unit: dict[str, dict[str, Given]] = {
        "u1": {"few": few, "plan": State.UNVERIFIED}, "u2": {"few": 0, "plan": "late"},
    }  # fmt: skip
    told = study(result(edition, by_unit))
    assert told.standing("u2").possible == possible
    full: dict[str, dict[str, Given]] = {**by_unit, "u1": {"few": few, "plan": State.NOT_APPLICABLE}}
    place = score(edition, evidence(full), BOOK, PERIOD).place("u2")
    assert place is not None
    assert place.place == possible.best


def test_a_unit_of_which_all_can_be_left_out_is_before_nobody_for_sure() -> None:
    """Where all that a unit has is open and can be excluded, nothing may be left to rank it by."""
    leaf = LEAVING.replace("EFFECT", "exclude").partition("  - {id: y")[2]
    edition = sound("  - {id: y" + leaf, "4", POLICIES.partition("classes")[0] + BY_TOTAL)
    by_unit: dict[str, dict[str, Given]] = {
        "u1": {"few": 4, "plan": State.UNVERIFIED}, "u2": {"few": 0, "plan": "never"},
    }  # fmt: skip
    told = study(result(edition, by_unit))
    full: dict[str, dict[str, Given]] = {**by_unit, "u1": {"few": 4, "plan": State.NOT_APPLICABLE}}
    right = score(edition, evidence(full), BOOK, PERIOD)
    assert right.place("u1") is None
    assert told.standing("u2").possible == Span(1, 2)


def test_nothing_missing_leaves_every_rank() -> None:
    """With whole evidence each possible rank is the rank itself, and the study says that nothing is open."""
    told = study(result(EDITION, {"u1": {"few": 5, "plan": "late"}, "u2": {"few": 1, "plan": "never"}}))
    assert [each.possible for each in told.standings] == [Span(1, 1), Span(2, 2)]
    assert [each.en for each in told.facts] == ["nothing is missing or not appraised"]


def test_the_ends_are_those_of_nothing_and_of_the_maximum() -> None:
    """An open criterion moves the index from what it is without its points to what it is with all of them."""
    told = study(
        result(
            EDITION, {"u1": {"few": State.UNVERIFIED, "plan": "on_time"}, "u2": {"few": 5, "plan": "late"}}
        )
    )
    assert told.record["index"] == {"u1": ["40", "100"], "u2": ["45", "45"]}
    assert told.record["open"] == {"u1": ["first"]}
    assert told.standing("u1").possible == Span(1, 2)
    assert list(told.standing("u1").classes) == ["A", "B", "C"]
    assert list(told.standing("u2").classes) == ["C"]


@pytest.mark.parametrize(
    "gate", ["", ", require: [{every: leaf, points: '>= 1', rounded: no, excluded: passes}]"]
)
def test_classes_by_number_alone_are_told(gate: str) -> None:
    """Where gates can lower a class, the study says that its classes go by the number alone; else not."""
    policies = POLICIES.replace('"[80,100]"', '"[80,100]"' + gate)
    leaves = LEAF.replace("NAME", "first").replace("WHEN", ZERO, 2)
    edition = sound(leaves.replace(", not_applicable: exclude", "", 1), "10", policies)
    told = study(result(edition, {"u1": {"few": State.MISSING, "plan": "late"}}))
    assert any("by the number alone" in each.en for each in told.cautions) == bool(gate)


def test_units_without_evidence_are_told() -> None:
    """A unit of which nothing is known has no rank, and the study says how many such there are."""
    told = study(result(EDITION, {"u1": {"few": 5, "plan": "late"}}))
    assert told.record["without_evidence"] == ["u2", "u3", "u4", "u5"]
    assert any(each.en.startswith("4 units without any evidence") for each in told.cautions)


def test_the_illustrative_departments() -> None:
    """One criterion is missing of all five: only the last keeps its rank whatever comes in."""
    edition = parcore.load_edition("example@2025")
    told = study(parcore.score(edition, parcore.read_evidence(edition), 2024))
    assert [str(each.possible) for each in told.standings] == ["1–2", "1–2", "3–4", "3–4", "5"]


def _at_their_low(self: missing._Reading, card: object, leaves: object, root: str) -> object:
    ends = _ENDS(self, card, leaves, root)  # type: ignore[arg-type]
    return None if ends is None else (ends[0], ends[0])


_ENDS = missing._Reading.ends


def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only the low end of the index is taken, some completion leaves the possible ranks."""
    by_unit: dict[str, dict[str, Given]] = {
        "u1": {"few": State.MISSING, "plan": "late"}, "u2": {"few": 5, "plan": "late"},
    }  # fmt: skip
    full: dict[str, dict[str, Given]] = {**by_unit, "u1": {"few": 12, "plan": "late"}}
    right = score(EDITION, evidence(full), BOOK, PERIOD)
    held(study(result(EDITION, by_unit)), right)
    monkeypatch.setattr(missing._Reading, "ends", _at_their_low)
    with pytest.raises(AssertionError):
        held(study(result(EDITION, by_unit)), right)
