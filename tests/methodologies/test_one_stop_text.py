"""Circular 01/2018/TT-VPCP: the text of both editions, its gaps and overlaps, what is shipped beside it."""

from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.records import MeanOver
from parcore.registry import Registry
from parcore.rules.combinations import ConditionTable, Guarded, Rule
from parcore.sources import Basis, Source

LEVELS = ("ministry", "province", "district", "commune")
FAMILIES = ("one-stop", "one-stop-officials")
COMPUTED = ("one-stop-organisation", "publication", "petitions", "online-services")
DISTRICT = "illustrative-district"


def test_the_illustrative_department() -> None:
    """The packaged case shows a ladder step, a guard and two rules without interpretation: 11.5, fair."""
    edition = parcore.load_edition("one-stop@2018")
    card = parcore.score(edition, parcore.read_evidence(edition), 2024).card("illustrative-department")
    assert card is not None
    assert [card.points(name).known for name in COMPUTED] == [1, 1, 1, 0]
    assert card.trace["index:base"].known == Fraction("11.5")
    assert card.class_name == "fair"


def test_the_illustrative_district() -> None:
    """Of eight dossiers one waits, seven are scored; three are online and none of them failed: 12.8, good."""
    edition = parcore.load_edition("one-stop@2018")
    evidence = parcore.read_evidence(edition)
    card = parcore.score(edition, evidence, 2024).card(DISTRICT)
    assert card is not None
    assert [str(card.points(name).known) for name in ("total-time", "contacts-to-complete")] == [
        "9/10",
        "11/10",
    ]
    assert card.points("online-services").known == 2
    assert card.trace["index:base"].known == Fraction("12.8")
    assert card.class_name == "good"


@pytest.mark.parametrize(("official", "points", "name"), [("a", "5", "full"), ("b", "4.4", "most")])
def test_the_illustrative_officials(official: str, points: str, name: str) -> None:
    """The same table read by official: each has four of the district's dossiers."""
    edition = parcore.load_edition("one-stop-officials@2018")
    card = parcore.score(edition, parcore.read_evidence(edition), 2024).card(
        f"illustrative-official-{official}"
    )
    assert card is not None
    assert card.trace["index:base"].known == Fraction(points)
    assert card.class_name == name


@pytest.mark.parametrize("family", FAMILIES)
def test_the_packaged_evidence_is_illustrative(family: str) -> None:
    """Nothing that is scored is of a real agency or official, but for what was printed of Đồng Tháp."""
    edition = parcore.load_edition(f"{family}@2018")
    for datum in parcore.read_evidence(edition):
        if datum.unit.startswith("dong-thap-"):
            continue
        assert datum.unit.startswith("illustrative-")
        assert datum.source is not None
        assert datum.source.basis is Basis.ILLUSTRATIVE


def text_of(family: str) -> str:
    """The edition of a family as it stands in the package."""
    (document,) = Registry().edition_documents(family)
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


OF_DOSSIERS = {
    ("cases-gap", "participants-time", ""),
    ("cases-gap", "contacts-to-complete", ""),
    ("cases-gap", "bodies-to-contact", ""),
    ("cases-overlap", "bodies-to-contact", "1 | 0"),
    ("cases-gap", "attitude", ""),
}


def test_the_text_alone_is_refused_with_its_gaps_and_its_overlaps() -> None:
    """Without interpretations the checker finds gaps in 2, 3, 4, 7 and 9, and overlaps in 4, 5 and 6."""
    found = findings_of(without_interpretations(text_of("one-stop")))
    told = {(each.code, each.values["criterion"], each.values.get("answers", "")) for each in found}
    assert told == {
        *OF_DOSSIERS,
        *(("cases-overlap", f"one-stop-organisation ({level})", "2 | 1") for level in LEVELS),
        *(("cases-overlap", f"one-stop-organisation ({level})", "2 | 0") for level in LEVELS),
        ("cases-overlap", "publication", "2 | 1"),
        ("cases-overlap", "publication", "1 | 0"),
        ("cases-gap", "online-services", ""),
    }


def test_the_officials_text_has_the_same_gaps_and_overlaps() -> None:
    """Of the five indicators of officials the checker finds what it finds of the agencies'."""
    found = findings_of(without_interpretations(text_of("one-stop-officials")))
    assert {(e.code, e.values["criterion"], e.values.get("answers", "")) for e in found} == OF_DOSSIERS


@pytest.mark.parametrize("family", FAMILIES)
def test_each_edition_is_accepted_whole(family: str) -> None:
    """With the interpretations nothing is left unsettled, and none of them overrules a clear text."""
    assert list(findings_of(text_of(family))) == []


def test_the_two_editions_say_the_five_indicators_alike() -> None:
    """What both assess they assess by the same rules, effects, clauses and quotations."""
    agencies, officials = (parcore.load_edition(f"{family}@2018") for family in FAMILIES)
    assert agencies.vocabulary == officials.vocabulary
    for leaf in officials.leaves:
        other = agencies.criterion(leaf.id)
        assert other is not None
        assert leaf.rule is not None
        assert other.rule is not None
        assert leaf.rule.node("", Fraction(2)) == other.rule.node("commune", Fraction(2))
        assert (leaf.title, leaf.when, leaf.source) == (other.title, other.when, other.source)
    assert [leaf.code for leaf in officials.leaves] == ["1", "2", "3", "4", "7"]


def settled_by_us(rule: Rule | None) -> list[Source]:
    """The sources of the rows, and of the guards for what is not settled yet, that are ours."""
    match rule:
        case Guarded():
            guards = [guard.source for guard in rule.guards if guard.source is not None]
            ours = [each for each in guards if each.basis is Basis.INTERPRETATION]
            return [*ours, *settled_by_us(rule.rule)]
        case MeanOver():
            return settled_by_us(rule.rule)
        case ConditionTable():
            return [row.source for row in rule.rows if row.source is not None]
        case _:
            return []


@pytest.mark.parametrize(("family", "rows"), [("one-stop", 5 + 5 + 7), ("one-stop-officials", 5 + 7)])
def test_every_interpretation_is_marked_and_says_why(family: str, rows: int) -> None:
    """Each row and guard that is ours has the basis interpretation, a clause and a note in both languages."""
    found = [
        each for leaf in parcore.load_edition(f"{family}@2018").leaves for each in settled_by_us(leaf.rule)
    ]
    assert len(found) == rows
    for source in found:
        assert source.basis is Basis.INTERPRETATION
        assert source.clause
        assert source.note.vi
        assert source.note.en


@pytest.mark.parametrize("family", FAMILIES)
def test_every_official_leaf_quotes_its_clause(family: str) -> None:
    """Each leaf is official, names its clause, quotes it, and is worth 2 at every level."""
    edition = parcore.load_edition(f"{family}@2018")
    codes = [leaf.code for leaf in edition.leaves]
    assert codes == (list("123456789") if family == "one-stop" else list("12347"))
    for leaf in edition.leaves:
        assert leaf.source is not None
        assert leaf.source.basis is Basis.OFFICIAL
        assert leaf.source.clause.startswith("Điều 13, khoản")
        assert leaf.source.quote.vi.startswith("a) Điểm 2 khi")
        assert leaf.max is not None
        assert [leaf.max.of(group) for group in edition.groups] == [2] * len(edition.groups)


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
