"""Circular 01/2018/TT-VPCP: indicators 1, 2, 3, 4 and 7 on each dossier, their mean, classes of officials."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.diagnostics import ParcoreError
from parcore.evidence.evidence import Stage
from parcore.readings.exact import Members
from parcore.results.result import Scorecard
from parcore.rules.graph import Over
from parcore.values import State, Value

DOSSIER = {
    "channel": "online",
    "outcome": "settled",
    "time_allowed": "10",
    "time_taken": "9",
    "bodies_sooner": "1",
    "bodies_on_time": "0",
    "bodies_later": "0",
    "contacts": "0",
    "contacts_by_applicant": "0",
    "one_stop_contacted": "no",
    "law_bodies_contacted": "0",
    "other_bodies_contacted": "0",
    "conduct_petition": "none",
}
INDICATORS = ("total-time", "participants-time", "contacts-to-complete", "bodies-to-contact", "attitude")
Changes = dict[str, str]

UNITS = """units: test
source: {basis: illustrative}
members:
  - {id: agency, kind: agency, group: province, name: Agency}
  - {id: official, kind: official, name: Official}
"""


def scored(
    folder: Path, dossiers: list[Changes], unit: str = "agency", stage: str = "final", more: str = ""
) -> Scorecard:
    """An agency or an official with these dossiers, each at its best but for its changes."""
    family = "one-stop" if unit == "agency" else "one-stop-officials"
    rows = [",".join([unit, f"D{at}", *(DOSSIER | each).values()]) for at, each in enumerate(dossiers)]
    (folder / "dossiers.csv").write_text(
        "\n".join([",".join(["unit", "id", *DOSSIER]), *rows]) + "\n", "utf-8"
    )
    listed = "file: dossiers.csv" if dossiers else f"none: [{unit}]"
    (folder / "evidence.yaml").write_text(
        f"evidence: {family}\nperiod: 2024\nnumbers: plain\nrecords:\n"
        f"  - {{kind: dossiers, {listed}, stage: {stage}}}\n{more}",
        "utf-8",
    )
    (folder / "units.yaml").write_text(UNITS, "utf-8")
    edition = parcore.load_edition(f"{family}@2018", paths=[folder])
    evidence = parcore.read_evidence(edition, [folder / "evidence.yaml"], paths=[folder])
    card = parcore.score(edition, evidence, 2024, paths=[folder]).card(unit)
    assert card is not None
    return card


def of_each(card: Scorecard, criterion: str) -> list[Value]:
    """What each dossier has under an indicator, in the order of the list."""
    at = next(
        at
        for at in _under(card, card.trace.program.roots[f"raw:{criterion}"])
        if isinstance(card.trace.program.nodes[at], Over)
    )
    members: Members = card.trace.members[at]
    return [each["body"] for each in members.traces]


def _under(card: Scorecard, root: int) -> list[int]:
    found, left = [], [root]
    while left:
        at = left.pop()
        found.append(at)
        left += card.trace.program.inputs[at]
    return found


@pytest.mark.parametrize("unit", ["agency", "official"])
def test_dossiers_at_their_best_have_2_in_each_indicator(tmp_path: Path, unit: str) -> None:
    """Sooner, without contact and petition: 2 points for each of the five indicators."""
    card = scored(tmp_path, [{}, {}], unit)
    assert [card.points(name).known for name in INDICATORS] == [2] * 5


@pytest.mark.parametrize(("taken", "points"), [("9.99", 2), ("0", 2), ("10", 1), ("10.00", 1), ("10.01", 0)])
def test_indicator_1(tmp_path: Path, taken: str, points: int) -> None:
    """Less than the time allowed pays 2, just as much 1, more 0."""
    assert scored(tmp_path, [{"time_taken": taken}]).points("total-time").known == points


@pytest.mark.parametrize(
    ("sooner", "on_time", "later", "points"),
    [
        (1, 0, 0, 2),
        (3, 0, 0, 2),
        (0, 1, 0, 1),
        (0, 2, 0, 1),
        (0, 0, 1, 0),
        (0, 0, 2, 0),
        (1, 1, 0, 1),  # ours: the slower decides
        (1, 0, 1, 0),  # ours: the slowest decides
        (0, 1, 1, 0),  # ours
        (2, 1, 1, 0),  # ours
    ],
)
def test_indicator_2(tmp_path: Path, sooner: int, on_time: int, later: int, points: int) -> None:
    """All bodies sooner pay 2, all just in time 1, all late 0; of unlike ones the slowest decides (ours)."""
    counts = {"bodies_sooner": str(sooner), "bodies_on_time": str(on_time), "bodies_later": str(later)}
    assert scored(tmp_path, [counts]).points("participants-time").known == points


def test_a_dossier_has_at_least_one_body(tmp_path: Path) -> None:
    """A dossier of which no body took part is refused as bad evidence."""
    with pytest.raises(ParcoreError, match="bodies_later >= 1"):
        scored(tmp_path, [{"bodies_sooner": "0"}])


@pytest.mark.parametrize(
    ("contacts", "by_applicant", "points"),
    [
        (0, 0, 2),
        (1, 0, 1),
        (1, 1, 1),
        (2, 0, 0),
        (9, 7, 0),
        (2, 1, 1),  # ours: excepted by point c
        (2, 2, 1),  # ours
        (5, 4, 1),  # ours
    ],
)
def test_indicator_3(tmp_path: Path, contacts: int, by_applicant: int, points: int) -> None:
    """No contact pays 2, one 1, more 0; where at most one was not the applicant's fault 1 (ours)."""
    counts = {"contacts": str(contacts), "contacts_by_applicant": str(by_applicant)}
    assert scored(tmp_path, [counts]).points("contacts-to-complete").known == points


@pytest.mark.parametrize(
    ("one_stop", "by_law", "others", "points"),
    [
        ("no", 0, 0, 2),
        ("yes", 0, 0, 1),
        ("no", 1, 0, 1),
        ("yes", 0, 1, 0),
        ("no", 0, 2, 0),
        ("no", 1, 1, 0),
        ("yes", 1, 1, 0),
        ("yes", 1, 0, 1),  # ours: points b and c both hold
        ("no", 2, 0, 1),  # ours
        ("yes", 2, 0, 1),  # ours
        ("no", 0, 1, 0),  # ours: one body that is not the one-stop unit
    ],
)
def test_indicator_4(tmp_path: Path, one_stop: str, by_law: int, others: int, points: int) -> None:
    """None pays 2, the one-stop unit and what the law adds 1, any other body 0."""
    changes = {
        "one_stop_contacted": one_stop,
        "law_bodies_contacted": str(by_law),
        "other_bodies_contacted": str(others),
    }
    assert scored(tmp_path, [changes]).points("bodies-to-contact").known == points


@pytest.mark.parametrize(
    ("taken", "petition", "points"),
    [
        ("9", "none", 2),
        ("10", "none", 1),
        ("9", "unfounded", 2),
        ("10", "unfounded", 1),
        ("9", "standing", 0),
        ("10", "standing", 0),
        ("11", "standing", 0),
        ("11", "none", 0),  # ours: the text is silent
        ("11", "unfounded", 0),  # ours
    ],
)
def test_indicator_7(tmp_path: Path, taken: str, petition: str, points: int) -> None:
    """Sooner and no petition 2, in time and none 1, with one 0; one found false is none; late is 0 (ours)."""
    changes = {"time_taken": taken, "conduct_petition": petition}
    assert scored(tmp_path, [changes]).points("attitude").known == points


def test_a_dossier_that_waits_within_its_time_is_not_scored(tmp_path: Path) -> None:
    """What is pending leaves each mean, whatever else it says (ours); what is overdue stays in it."""
    pending = {"outcome": "pending", "contacts": "9", "conduct_petition": "standing"}
    card = scored(tmp_path, [{}, pending, {"outcome": "overdue", "time_taken": "30"}])
    for name in INDICATORS:
        assert of_each(card, name)[1] == Value(State.EXCLUDED)
    assert [card.points(name).known for name in ("total-time", "contacts-to-complete")] == [1, 2]


def test_a_blank_costs_its_dossier_its_own_indicator_alone(tmp_path: Path) -> None:
    """A dossier without the information has no points and stays in the mean (ours); its others are scored."""
    card = scored(tmp_path, [{}, {"contacts": ""}])
    assert [card.points(name).known for name in INDICATORS] == [2, 2, 1, 2, 2]


@pytest.mark.parametrize(("late", "points"), [(0, "2"), (1, "1.9"), (3, "1.7"), (19, "0.1"), (20, "0")])
def test_the_mean_is_rounded_to_one_decimal(tmp_path: Path, late: int, points: str) -> None:
    """Article 15.2: all points over all dossiers, to one decimal; of 20 dossiers so many are late."""
    card = scored(tmp_path, [{"time_taken": "11"}] * late + [{}] * (20 - late))
    assert card.points("total-time").known == Fraction(points)


@pytest.mark.parametrize(("late", "points"), [(1, "1.8"), (3, "1.3"), (5, "0.8")])
def test_a_tie_is_rounded_half_up(tmp_path: Path, late: int, points: str) -> None:
    """1.75, 1.25 and 0.75 of 8 dossiers become 1.8, 1.3 and 0.8."""
    card = scored(tmp_path, [{"time_taken": "11"}] * late + [{}] * (8 - late))
    assert card.points("total-time").known == Fraction(points)


@pytest.mark.parametrize("dossiers", [[], [{"outcome": "pending"}]])
def test_without_a_dossier_to_score_the_five_are_left_out(tmp_path: Path, dossiers: list[Changes]) -> None:
    """An empty list, or one of waiting dossiers, leaves nothing to score on (ours): out of the maximum."""
    card = scored(tmp_path, dossiers)
    assert {card.points(name).state for name in INDICATORS} == {State.EXCLUDED}


def test_a_list_that_only_the_unit_handed_in_is_left_out(tmp_path: Path) -> None:
    """At the final stage dossiers and what is counted from them are unverified: not enough to score on."""
    card = scored(tmp_path, [{}], stage=Stage.SELF.value)
    assert {card.points(name).state for name in (*INDICATORS, "online-services")} == {State.EXCLUDED}


ONLINE = "units:\n  agency: {procedures_eligible: 100, procedures_online: 20}\n"


@pytest.mark.parametrize(("online", "points"), [(3, 2), (2, 1), (1, 0), (10, 2)])
def test_indicator_9_counts_the_same_dossiers(tmp_path: Path, online: int, points: int) -> None:
    """Of ten dossiers three online are 30 % and pay 2, two 1, one 0."""
    dossiers = [{"channel": "counter"}] * (10 - online) + [{}] * online
    assert scored(tmp_path, dossiers, more=ONLINE).points("online-services").known == points


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({"time_taken": "10"}, 2),
        ({"time_taken": "10.5"}, 0),
        ({"outcome": "overdue", "time_taken": "11"}, 0),
        ({"outcome": "pending", "time_taken": "2"}, 2),
        ({"channel": "post", "time_taken": "10.5"}, 2),
        ({"time_taken": ""}, None),
    ],
)
def test_one_online_dossier_that_failed_decides_indicator_9(
    tmp_path: Path, changes: Changes, points: int | None
) -> None:
    """Late or overdue online is 0; late by post is not counted; of an unknown time nobody can say."""
    card = scored(tmp_path, [{}, {}, {}, changes], more=ONLINE)
    assert card.points("online-services").known == points


def test_averages_may_be_set_in_the_place_of_dossiers(tmp_path: Path) -> None:
    """Points set with a reason stand, and the mean of the dossiers is still shown."""
    more = 'units:\n  agency:\n    "points:total-time": {value: 1.5, note: Biên bản kiểm tra}\n'
    card = scored(tmp_path, [{}], more=more)
    computed = card.computed("total-time")
    assert card.points("total-time").known == Fraction("1.5")
    assert computed is not None
    assert computed.known == 2


@pytest.mark.parametrize(
    ("points", "name"),
    [("10", "full"), ("5", "full"), ("4.9", "most"), ("3.5", "most"), ("3.4", "part"), ("0", "part")],
)
def test_classes_of_officials(tmp_path: Path, points: str, name: str) -> None:
    """A class takes its lower edge: 5 and 3.5 points, each 0.1 below falls one lower."""
    left, lines = Fraction(points), ["units:", "  official:"]
    for each in INDICATORS:
        given = min(left, Fraction(2))
        tenths = int(given * 10)
        lines.append(f'    "points:{each}": {{value: {tenths // 10}.{tenths % 10}, note: test}}')
        left -= given
    card = scored(tmp_path, [{}], "official", more="\n".join(lines) + "\n")
    assert card.trace["index:base"].known == Fraction(points)
    assert card.class_name == name


@pytest.mark.parametrize("unit", ["agency", "official"])
def test_an_indicator_without_information_on_any_dossier_is_left_out(tmp_path: Path, unit: str) -> None:
    """Article 15.4.b: where no dossier tells what an indicator asks, it is not counted, and not scored 0."""
    unknown = {"bodies_sooner": "", "bodies_on_time": "", "bodies_later": ""}
    card = scored(tmp_path, [unknown, unknown], unit)
    assert card.points("participants-time") == Value(State.EXCLUDED)
    assert card.total_attainable == Value(State.OK, Fraction(8))
    one_known = scored(tmp_path, [unknown, {}], unit)
    assert one_known.points("participants-time") == Value(State.OK, Fraction(1))


def test_a_pending_dossier_does_not_stand_in_for_the_unknown_ones(tmp_path: Path) -> None:
    """One still within its time, one without information: nothing to score, the indicator is left out."""
    card = scored(tmp_path, [{"outcome": "pending"}, {"time_taken": ""}])
    assert card.raw("total-time") == Value(State.MISSING)
    assert card.points("total-time") == Value(State.EXCLUDED)
