"""Circular 01/2018/TT-VPCP: indicators 5, 6, 8 and 9 on stated inputs, the classes, what is left out."""

from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.diagnostics import Findings, ParcoreError
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.registry import Registry
from parcore.results.result import Result, Scorecard
from parcore.rules.combinations import ConditionTable, Guarded
from parcore.sources import Basis
from parcore.values import State

LEVELS = ("ministry", "province", "district", "commune")
GIVEN = ("total-time", "participants-time", "contacts-to-complete", "bodies-to-contact", "attitude")
COMPUTED = ("one-stop-organisation", "publication", "petitions", "online-services")
BEST = {f"points:{name}": "2" for name in GIVEN} | {
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
    lines = [f"    {name}: {value}" for name, value in given.items() if value is not None]
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
        *((f"points:{name}", name) for name in GIVEN),
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
def test_averages_are_given_to_one_decimal_within_2(tmp_path: Path, points: str) -> None:
    """Points given for an averaged indicator are refused off the one decimal or outside 0 to 2."""
    with pytest.raises(ParcoreError):
        scored(tmp_path, {"points:attitude": points})


def test_the_illustrative_department() -> None:
    """The packaged case shows a ladder step, a guard and two rules without interpretation: 11.5, fair."""
    edition = parcore.load_edition("one-stop@2018")
    card = parcore.score(edition, parcore.read_evidence(edition), 2024).card("illustrative-department")
    assert card is not None
    assert [card.points(name).known for name in COMPUTED] == [1, 1, 1, 0]
    assert card.trace["index:base"].known == Fraction("11.5")
    assert card.class_name == "fair"


def test_the_packaged_evidence_is_illustrative() -> None:
    """Nothing that the package scores is a figure of a real agency, but for what was printed of Đồng Tháp."""
    edition = parcore.load_edition("one-stop@2018")
    for datum in parcore.read_evidence(edition):
        if datum.unit.startswith("dong-thap-"):
            continue
        assert datum.unit.startswith("illustrative-")
        assert datum.source is not None
        assert datum.source.basis is Basis.ILLUSTRATIVE


def text_of_the_edition() -> str:
    """The edition as it stands in the package."""
    (document,) = Registry().edition_documents("one-stop")
    return document.path.read_text("utf-8")


def without_interpretations(text: str) -> str:
    """The edition's text without what stands under each `interpret`."""
    kept: list[str] = []
    inside: int | None = None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        if line.strip() == "interpret:":
            inside = depth
        elif inside is None or depth <= inside:
            inside = None
            kept.append(line)
    return "\n".join(kept)


def findings_of(text: str) -> Findings:
    """What the checker finds in an edition's text."""
    findings = Findings()
    read_edition(parse_yaml(text, "edition.yaml", findings), Registry().vocabularies, findings)
    return findings


def test_the_text_alone_is_refused_with_its_gap_and_its_overlaps() -> None:
    """Without interpretations the checker finds the overlaps of 5 and 6 and the gap of 9."""
    found = findings_of(without_interpretations(text_of_the_edition()))
    told = {(each.code, each.values["criterion"], each.values.get("answers", "")) for each in found}
    assert told == {
        *(("cases-overlap", f"one-stop-organisation ({level})", "2 | 1") for level in LEVELS),
        *(("cases-overlap", f"one-stop-organisation ({level})", "2 | 0") for level in LEVELS),
        ("cases-overlap", "publication", "2 | 1"),
        ("cases-overlap", "publication", "1 | 0"),
        ("cases-gap", "online-services", ""),
    }


def test_the_edition_is_accepted_whole() -> None:
    """With the interpretations nothing is left unsettled, and none of them overrules a clear text."""
    assert list(findings_of(text_of_the_edition())) == []


def test_every_interpretation_is_marked_and_says_why() -> None:
    """Each row that is ours has the basis interpretation, a clause and a note in both languages."""
    found = []
    for leaf in parcore.load_edition("one-stop@2018").leaves:
        rule = leaf.rule.rule if isinstance(leaf.rule, Guarded) else leaf.rule
        if isinstance(rule, ConditionTable):
            found += [row.source for row in rule.rows if row.source is not None]
    assert len(found) == 5
    for source in found:
        assert source.basis is Basis.INTERPRETATION
        assert source.clause
        assert source.note.vi
        assert source.note.en


@pytest.mark.parametrize("level", LEVELS)
def test_every_official_leaf_quotes_its_clause(level: str) -> None:
    """Each of the nine leaves is official, names its clause, quotes it, and is worth 2 at every level."""
    leaves = list(parcore.load_edition("one-stop@2018").leaves)
    assert [leaf.code for leaf in leaves] == [str(at) for at in range(1, 10)]
    for leaf in leaves:
        assert leaf.source is not None
        assert leaf.source.basis is Basis.OFFICIAL
        assert leaf.source.clause.startswith("Điều 13, khoản")
        assert leaf.source.quote.vi.startswith("a) Điểm 2 khi")
        assert leaf.max is not None
        assert leaf.max.of(level) == 2


def test_quotations_are_the_text_word_for_word() -> None:
    """Every quotation is the source's text; only (…) leaves words out, and run-together words are parted."""
    path = Path(__file__).parents[3] / "shared" / "sources" / "thong-tu-01-2018-dieu-13-15.txt"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    source = "".join(path.read_text("utf-8").split())
    for leaf in parcore.load_edition("one-stop@2018").leaves:
        assert leaf.source is not None
        at = 0
        for part in leaf.source.quote.vi.split("(…)"):
            words = "".join(part.split()).strip(";,.")
            found = source.find(words, at)
            assert found >= 0, (leaf.code, part)
            at = found + len(words)
