"""Digital transformation index: the weighted index of provinces, and the one rule known of districts."""

from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.numbers import exact_text
from parcore.results.published import Verdict, compared
from parcore.results.result import Result
from parcore.rules.policies import Quantity
from parcore.values import State

WEIGHTS = [100, 100, 100, 100, 100, 200, 150, 150]


def provinces(*evidence: Path) -> Result:
    """Provinces scored for 2022, from the shipped evidence or another."""
    edition = parcore.load_edition("dti-province", period=2022)
    return parcore.score(edition, parcore.read_evidence(edition, evidence), 2022)


def districts(folder: Path, chaired: str, meetings: str) -> Result:
    """One invented district with its meetings."""
    (folder / "units.yaml").write_text(
        "units: u\nmembers: [{id: quan, kind: district, name: Quận}]\n", "utf-8"
    )
    path = folder / "evidence.csv"
    path.write_text(f"unit,period,meetings_chaired,meetings\nquan,2023,{chaired},{meetings}\n", "utf-8")
    edition = parcore.load_edition("dti-district", period=2023)
    evidence = parcore.read_evidence(edition, [path], paths=[folder])
    return parcore.score(edition, evidence, 2023, paths=[folder])


def test_weights_are_those_known_and_sum_to_1000() -> None:
    """The eight pillars weigh 100 five times, 200, 150 and 150, of 1 000 in all."""
    edition = parcore.load_edition("dti-province", period=2022)
    weights = [each.weight_of("") for each in edition.components]
    assert weights == WEIGHTS
    assert edition.total is not None
    assert sum(weights) == edition.total.of("") == 1000


def test_the_prose_names_each_weight() -> None:
    """Every component says by how much it counts in the total: no weight is lost for want of a parent."""
    items = parcore.describe(parcore.load_edition("dti-province", period=2022), "en").items
    said = [f"Points are multiplied by {weight} where the total is summed." for weight in WEIGHTS]
    assert [each.sentences[0] for each in items] == said


def test_da_nang_2022_is_the_published_index() -> None:
    """The weighted sum of Đà Nẵng's eight values is 0.800175, printed 0.8002."""
    result = provinces()
    (card,) = result.scorecards
    for rounded, index in ((False, "0.800175"), (True, "0.8002")):
        total = card.index(Quantity.TOTAL, rounded=rounded)
        assert total is not None
        assert total.known == Fraction(index)
    (found,) = compared(result)
    assert (found.observation.text, found.verdict) == ("0.8002", Verdict.SAME)


def test_equal_indices_share_a_place_and_the_next_is_skipped(tmp_path: Path) -> None:
    """Seventeen provinces of which two are equal to four decimals have the places 1 to 14, 15, 15, 17."""
    edition = parcore.load_edition("dti-province", period=2022)
    registry = parcore.registry.Registry()
    names = [unit.id for unit in registry.units.units.values() if unit.kind == "province"][:17]
    # Invented values: 0.9500 and down by 0.01; the sixteenth 0.00001 under the fifteenth.
    values = [Fraction(95 - n, 100) for n in range(17)]
    rows = []
    for at, name in enumerate(names):
        first = values[14] - Fraction(1, 10000) if at == 15 else values[at]
        rows.append(
            ",".join([name, "2022", exact_text(first), *[exact_text(values[14 if at == 15 else at])] * 7])
        )
    path = tmp_path / "evidence.csv"
    path.write_text(
        "\n".join(["unit,period," + ",".join(f"points:{each.id}" for each in edition.components), *rows])
    )
    places = [place for name in names if (place := provinces(path).place(name)) is not None]
    assert [each.place for each in places] == [*range(1, 16), 15, 17]


def test_a_missing_pillar_leaves_no_index(tmp_path: Path) -> None:
    """With seven pillars of eight there is neither index nor place."""
    path = tmp_path / "evidence.csv"
    head = ",".join(f"points:pillar-{n}" for n in range(1, 8))
    path.write_text(f"unit,period,{head}\nda-nang,2022,1,1,1,1,1,1,1\n", "utf-8")
    result = provinces(path)
    assert result.scorecards[0].state is State.WITHHELD
    assert result.place("da-nang") is None


@pytest.mark.parametrize(
    ("chaired", "meetings", "points"),
    [("3", "4", "15"), ("4", "4", "20"), ("0", "4", "0"), ("1", "3", "20/3")],
)
def test_meetings_chaired_by_the_head(tmp_path: Path, chaired: str, meetings: str, points: str) -> None:
    """Item 1.2 of districts pays meetings chaired / meetings × 20; the rest, so the index, is not known."""
    (card,) = districts(tmp_path, chaired, meetings).scorecards
    assert card.points("meetings-chaired").known == Fraction(points)
    assert card.state is State.WITHHELD
    assert card.total_attainable is None


def test_no_meetings_give_no_points(tmp_path: Path) -> None:
    """What the rule says where there was no meeting is not known: nothing is made up."""
    (card,) = districts(tmp_path, "0", "0").scorecards
    assert card.raw("meetings-chaired").state is State.NOTHING_AROSE
    assert card.points("meetings-chaired").state is State.WITHHELD
