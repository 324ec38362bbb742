"""The laws on generated cases: each holds, and each has something to say often enough."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from parcore.evidence.evidence import Evidence
from parcore.registry import Registry
from parcore.testing.bench import bench_of
from parcore.testing.laws import LAWS, provisional_contains
from parcore.testing.strategies import Case, cases, completed

SAYS = {
    "frozen_peers_are_defined": 10,
    "no_index_by_silence": 20,
    "peers_are_reckoned": 20,
    "means_are_reckoned": 20,
    "provisional_contains": 20,
}
"""Of how many cases one at least is not vacuous, for laws of rare corners; for all others of three."""

patient = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def idle(law: str, made: list[int]) -> str:
    """What to say of a law that had nothing to compare in most of its cases, else nothing."""
    full = sum(map(bool, made))
    if full * SAYS.get(law, 3) >= len(made):
        return ""
    return f"{law}: {len(made)} cases, {len(made) - full} vacuous, {sum(made)} comparisons"


def test_every_law_holds() -> None:
    """Whatever edition and evidence are drawn, every law of one case holds, and none of them is empty."""
    made: dict[str, list[int]] = {name: [] for name in LAWS}

    @patient
    @given(cases())
    def hold(case: Case) -> None:
        note(repr(case))
        for name, law in LAWS.items():
            made[name].append(law(case))

    hold()
    assert not [told for law, each in made.items() if (told := idle(law, each))]


def test_a_provisional_index_contains_every_completion() -> None:
    """Whatever an appraiser finds for what is open, the index lies within its provisional bounds."""
    made: list[int] = []

    @patient
    @given(completed())
    def hold(drawn: tuple[Case, dict[str, Evidence]]) -> None:
        case, settled = drawn
        note(repr(case))
        made.append(provisional_contains(case, settled))

    hold()
    assert not idle("provisional_contains", made)


SHIPPED = (
    "example@2024",
    "example@2025",
    "one-stop@2018",
    "par-index-province@2022",
    "ca-mau-2013@2013",
    "service-766@2022",
    "service-766-formulas@2022",
    "dti-province@2022",
    "dti-district@rule-1.2",
    "tay-ninh-2023@2023",
    "one-stop-officials@2018",
)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_law_holds_under_a_shipped_edition(name: str) -> None:
    """An edition written by hand keeps every law on evidence drawn for its own edges."""
    edition = Registry().edition(name)
    tried: Counter[str] = Counter()

    @settings(patient, max_examples=10)
    @given(cases(edition, units=2))
    def hold(case: Case) -> None:
        for law in LAWS:
            tried[law] += LAWS[law](case)

    hold()
    assert tried["hiding_never_pays"]
    assert tried["parents_combine_children"]


@given(st.data())
def test_a_failing_law_names_unit_criterion_and_both_numbers(data: st.DataObject) -> None:
    """What a law says of a fault begins with the law and names the unit and the criterion."""
    case = data.draw(cases(units=1))
    bench = bench_of(case)
    card = bench.result.scorecards[0]
    leaf = next(case.edition.leaves)
    with pytest.raises(AssertionError, match=rf"^a law: unit {card.unit.id}, {leaf.id}: one against two \("):
        bench.fail(card, leaf.id, "a law", "one", "two")
