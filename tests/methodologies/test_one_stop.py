"""Circular 01/2018/TT-VPCP, agencies: indicators 5, 6, 8 and 9, averages set, classes, what is left out."""

from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.diagnostics import ParcoreError
from parcore.results.result import Result, Scorecard
from parcore.values import State

GIVEN = ("total-time", "participants-time", "contacts-to-complete", "bodies-to-contact", "attitude")
SET = tuple(f"points:{name}" for name in GIVEN)
BEST = dict.fromkeys(SET, "2") | {
    "procedures_in_list": "100",
    "procedures_settled_at_one_stop": "100",
    "procedures_required": "90",
    "procedures_received_at_one_stop": "90",
    "posting": "proper",
    "electronic_publication": "proper",
    "petitions_received": "10",
    "petitions_on_time": "10",
    "petitions_prolonged": "0",
    "procedures_eligible": "100",
    "procedures_online": "20",
    "dossiers_received": "1000",
    "dossiers_online": "300",
    "dossiers_online_failed": "0",
}


def scored(folder: Path, changes: dict[str, str | None], level: str = "province") -> Result:
    """An invented agency of a level, at its best but for the changes (None: left out)."""
    given = BEST | changes
    said = {
        name: f'{{value: {value}, note: "averages alone"}}' for name, value in given.items() if name in SET
    }
    lines = [f"    {name}: {said.get(name, value)}" for name, value in given.items() if value is not None]
    (folder / "evidence.yaml").write_text(
        "\n".join(["evidence: one-stop", "period: 2024", "units:", "  test-agency:", *lines]), "utf-8"
    )
    (folder / "units.yaml").write_text(
        "units: test\nsource: {basis: illustrative}\nmembers:\n"
        f"  - {{id: test-agency, kind: agency, group: {level}, name: Test}}\n",
        "utf-8",
    )
    edition = parcore.load_edition("one-stop@2018", paths=[folder])
    evidence = parcore.read_evidence(edition, [folder / "evidence.yaml"], paths=[folder])
    return parcore.score(edition, evidence, 2024, paths=[folder])


def card_of(result: Result) -> Scorecard:
    """The scorecard of the invented agency."""
    card = result.card("test-agency")
    assert card is not None
    return card


def test_the_best_agency_has_18_of_18(tmp_path: Path) -> None:
    """Every indicator at 2 makes 18 points, the class excellent and the first place."""
    result = scored(tmp_path, {})
    card = card_of(result)
    assert card.trace["index:base"].known == 18
    assert card.class_name == "excellent"
    place = result.place("test-agency")
    assert place is not None
    assert place.place == 1


@pytest.mark.parametrize(
    ("level", "settled", "points"),
    [
        ("ministry", 20, 2),
        ("ministry", 19, 1),
        ("province", 20, 2),
        ("province", 19, 1),
        ("district", 50, 2),
        ("district", 49, 1),
        ("commune", 100, 2),
        ("commune", 99, 1),
    ],
)
def test_indicator_5_by_level(tmp_path: Path, level: str, settled: int, points: int) -> None:
    """The share settled at the one-stop unit pays 2 from 20, 20, 50 and 100 %, the threshold included."""
    result = scored(tmp_path, {"procedures_settled_at_one_stop": str(settled)}, level)
    assert card_of(result).points("one-stop-organisation").known == points


@pytest.mark.parametrize(("settled", "received", "points"), [(0, 90, 1), (19, 90, 1), (0, 89, 0), (19, 0, 0)])
def test_indicator_5_where_the_text_is_clear(
    tmp_path: Path, settled: int, received: int, points: int
) -> None:
    """Under the threshold all procedures received pay 1, and one short of all pays 0."""
    changes: dict[str, str | None] = {
        "procedures_settled_at_one_stop": str(settled),
        "procedures_received_at_one_stop": str(received),
    }
    assert card_of(scored(tmp_path, changes)).points("one-stop-organisation").known == points


@pytest.mark.parametrize(("level", "settled"), [("province", 20), ("district", 50), ("commune", 100)])
def test_indicator_5_where_the_text_contradicts_itself(tmp_path: Path, level: str, settled: int) -> None:
    """At the threshold with a procedure not received, point a says 2 and point c 0: read as 0."""
    changes: dict[str, str | None] = {
        "procedures_settled_at_one_stop": str(settled),
        "procedures_received_at_one_stop": "89",
    }
    assert card_of(scored(tmp_path, changes, level)).points("one-stop-organisation").known == 0


@pytest.mark.parametrize(
    ("posting", "electronic", "points"),
    [
        ("proper", "proper", 2),
        ("proper", "none", 1),
        ("none", "proper", 1),
        ("proper", "improper", 1),
        ("improper", "proper", 1),
        ("improper", "improper", 0),
        ("improper", "none", 0),
        ("none", "improper", 0),
        ("none", "none", 0),
    ],
)
def test_indicator_6(tmp_path: Path, posting: str, electronic: str, points: int) -> None:
    """Both forms proper pay 2, one of them 1 (ours where the other is done wrong), neither 0."""
    changes: dict[str, str | None] = {"posting": posting, "electronic_publication": electronic}
    assert card_of(scored(tmp_path, changes)).points("publication").known == points


@pytest.mark.parametrize(
    ("on_time", "received", "prolonged", "points"),
    [
        (10, 10, 0, 2),
        (9999, 10_000, 0, 1),
        (9, 10, 0, 1),
        (8999, 10_000, 0, 0),
        (0, 10, 0, 0),
        (0, 0, 0, 2),
        (10, 10, 1, 0),
        (9, 10, 1, 0),
        (0, 0, 1, 0),
    ],
)
def test_indicator_8(tmp_path: Path, on_time: int, received: int, prolonged: int, points: int) -> None:
    """All on time or none arisen pay 2, from 90 % 1, less 0; and any prolonged petition makes it 0."""
    changes: dict[str, str | None] = {
        "petitions_on_time": str(on_time),
        "petitions_received": str(received),
        "petitions_prolonged": str(prolonged),
    }
    assert card_of(scored(tmp_path, changes)).points("petitions").known == points


@pytest.mark.parametrize(
    ("offered", "online", "failed", "points"),
    [
        (20, 300, 0, 2),
        (100, 1000, 0, 2),
        (20, 299, 0, 1),
        (20, 150, 0, 1),
        (1, 150, 0, 1),
        (19, 299, 0, 1),
        (20, 149, 0, 0),
        (100, 0, 0, 0),
        (0, 0, 0, 0),
        (0, 300, 0, 0),
        (20, 300, 1, 0),
        (1, 150, 1, 0),
    ],
)
def test_indicator_9_where_the_text_is_clear(
    tmp_path: Path, offered: int, online: int, failed: int, points: int
) -> None:
    """20 % offered and 30 % online pay 2; some offered and from 15 % 1; else, or with one failed, 0."""
    changes: dict[str, str | None] = {
        "procedures_online": str(offered),
        "dossiers_online": str(online),
        "dossiers_online_failed": str(failed),
    }
    assert card_of(scored(tmp_path, changes)).points("online-services").known == points


@pytest.mark.parametrize(("offered", "online"), [(19, 300), (1, 1000), (1, 300)])
def test_indicator_9_where_the_text_is_silent(tmp_path: Path, offered: int, online: int) -> None:
    """With 30 % online, none failed and under 20 % offered no point of the text applies: read as 1."""
    changes: dict[str, str | None] = {"procedures_online": str(offered), "dossiers_online": str(online)}
    assert card_of(scored(tmp_path, changes)).points("online-services").known == 1


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({"procedures_online": "0", "procedures_eligible": "0"}, 0),
        ({"procedures_online": "0", "dossiers_online": "0", "dossiers_received": "0"}, 0),
        ({"dossiers_online": "0", "dossiers_received": "0", "dossiers_online_failed": "1"}, 0),
        ({"dossiers_online": "0", "dossiers_received": "0"}, None),
    ],
)
def test_indicator_9_where_nothing_arose(
    tmp_path: Path, changes: dict[str, str | None], points: int | None
) -> None:
    """Nothing offered is 0 whatever there was to offer; offered and no dossier at all is left out."""
    card = card_of(scored(tmp_path, changes))
    assert card.points("online-services").known == points
    if points is None:
        assert card.points("online-services").state is State.EXCLUDED


@pytest.mark.parametrize(
    ("name", "criterion"),
    [
        *zip(SET, GIVEN, strict=True),
        ("procedures_in_list", "one-stop-organisation"),
        ("procedures_received_at_one_stop", "one-stop-organisation"),
        ("posting", "publication"),
        ("petitions_prolonged", "petitions"),
        ("petitions_received", "petitions"),
        ("dossiers_online", "online-services"),
    ],
)
def test_an_indicator_without_information_is_not_counted(tmp_path: Path, name: str, criterion: str) -> None:
    """By article 15.4.b an indicator not known is left out of points and maximum, and the others stay."""
    card = card_of(scored(tmp_path, {name: None}))
    assert card.points(criterion).state is State.EXCLUDED
    assert card.trace["index:base"].known == 16
    attainable = card.total_attainable
    assert attainable is not None
    assert attainable.known == 16


@pytest.mark.parametrize(
    ("points", "name"),
    [
        ("15", "excellent"),
        ("14.9", "good"),
        ("12", "good"),
        ("11.9", "fair"),
        ("9", "fair"),
        ("8.9", "average"),
        ("6", "average"),
        ("5.9", "weak"),
        ("0", "weak"),
    ],
)
def test_classes_by_points(tmp_path: Path, points: str, name: str) -> None:
    """A class takes its lower edge: 15, 12, 9 and 6 points, each 0.1 below falls one lower."""
    left = Fraction(points)
    changes: dict[str, str | None] = {
        "procedures_settled_at_one_stop": "0",
        "procedures_received_at_one_stop": "0",
        "posting": "none",
        "electronic_publication": "none",
        "petitions_prolonged": "1",
        "dossiers_online_failed": "1",
    }
    for computed, best in (("petitions_prolonged", "0"), ("dossiers_online_failed", "0")):
        if left > 10:
            changes[computed], left = best, left - 2
    if left > 10:
        changes |= {"posting": "proper", "electronic_publication": "proper"}
        left -= 2
    for each in GIVEN:
        given = min(left, Fraction(2))
        changes[f"points:{each}"] = f"{int(given * 10) // 10}.{int(given * 10) % 10}"
        left -= given
    card = card_of(scored(tmp_path, changes))
    assert card.trace["index:base"].known == Fraction(points)
    assert card.class_name == name


def test_classes_stay_where_indicators_are_left_out(tmp_path: Path) -> None:
    """The thresholds are points, not shares: 14 of 14 attainable is good, not excellent."""
    card = card_of(scored(tmp_path, {"posting": None, "petitions_received": None}))
    assert card.trace["index:rate"].known == 100
    assert card.class_name == "good"


@pytest.mark.parametrize("points", ["1.55", "2.1", "-0.1"])
def test_averages_are_set_to_one_decimal_within_2(tmp_path: Path, points: str) -> None:
    """Points set for an averaged indicator are refused off the one decimal or outside 0 to 2."""
    with pytest.raises(ParcoreError):
        scored(tmp_path, {"points:attitude": points})
