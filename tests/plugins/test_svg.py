"""The pictures of `parcore score --format svg`, read back from their XML."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from attrs import evolve

import parcore
from parcore.i18n import LANGUAGES, Text, say
from parcore.numbers import exact_text, parse_exact
from parcore.results.result import Result
from parcore_svg import write
from parcore_svg.drawing import COLOURS, LINE

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>]]>&amp;\"'\x00\x1b\ud800\uffff<!-- é\u202e"


@cache
def result(name: str, period: str, *units: str) -> Result:
    """A result from what is installed."""
    edition = parcore.load_edition(name, period=period)
    return parcore.score(edition, parcore.read_evidence(edition), period, units=units)


def ten_of_2020() -> Result:
    """The ten provinces whose parts are all known for 2020."""
    whole = result("par-index-province", "2020")
    return result("par-index-province", "2020", *(each.unit.id for each in whole.scorecards[:10]))


def nam_dinh() -> Result:
    """Nam Định in 2023, with eight components."""
    return result("par-index-province", "2023", "nam-dinh")


RESULTS: dict[str, Callable[[], Result]] = {
    "ten units": ten_of_2020,
    "one unit": nam_dinh,
    "five units": lambda: result("example", "2024"),
    "one unit, parts excluded": lambda: result("example", "2024", "example-foreign-affairs"),
    "one unit, withheld": lambda: result("par-index-province", "2024", "son-la"),
}
every_result = pytest.mark.parametrize("shape", RESULTS)
every_language = pytest.mark.parametrize("lang", LANGUAGES)


def rectangles(picture: Element) -> dict[str, list[tuple[Fraction, Fraction]]]:
    """Start and width of the bars, by what they say of themselves."""
    found: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for each in picture.iter(f"{SVG}rect"):
        title = each.find(f"{SVG}title")
        if title is not None:
            at = (parse_exact(each.attrib["x"]), parse_exact(each.attrib["width"]))
            found.setdefault(title.text or "", []).append(at)
    return found


def texts(picture: Element) -> set[str]:
    """The lines of text that are drawn."""
    return {each.text or "" for each in picture.iter(f"{SVG}text")}


@every_result
@every_language
def test_names_every_unit_and_component(shape: str, lang: str) -> None:
    """The picture is valid XML; every unit and component stands in it by name, in the language asked for."""
    found = RESULTS[shape]()
    picture = ElementTree.fromstring(write(found, lang))
    drawn = "\n".join(texts(picture))
    assert picture.tag == f"{SVG}svg"
    for name in (
        *(card.unit.name.in_(lang) for card in found.scorecards),
        *(f"{each.code} {each.title.in_(lang)}".strip() for each in found.edition.components),
    ):
        assert name in drawn


@every_result
@every_language
def test_is_told_to_those_who_do_not_see_it(shape: str, lang: str) -> None:
    """Title and description come first, and the description names every unit or component with its figure."""
    found = RESULTS[shape]()
    picture = ElementTree.fromstring(write(found, lang))
    assert (picture.get("role"), picture.get("lang")) == ("img", lang)
    assert [each.tag for each in list(picture)[:2]] == [f"{SVG}title", f"{SVG}desc"]
    told = picture.findtext(f"{SVG}desc") or ""
    if len(found.scorecards) == 1:
        assert all(each.title.in_(lang) in told for each in found.edition.components)
    else:
        assert all(card.unit.name.in_(lang) in told for card in found.scorecards)


def test_an_open_class_is_drawn_as_open() -> None:
    """Where a class is open the picture names both it lies between, and no class of its own."""
    found = nam_dinh()
    cards = [evolve(card, class_name=None, class_open=("A", "B")) for card in found.scorecards]
    picture = ElementTree.fromstring(write(evolve(found, scorecards=tuple(cards)), "en"))
    assert "A … B" in "\n".join(texts(picture))


@every_result
def test_asks_for_nothing_from_outside(shape: str) -> None:
    """There is no script, style sheet, picture or address in it but the name of SVG itself."""
    text = write(RESULTS[shape](), "en")
    tags = {each.tag.removeprefix(SVG) for each in ElementTree.fromstring(text).iter()}
    assert tags <= {"svg", "title", "desc", "rect", "text"}
    assert "href" not in text
    assert "url(" not in text


def test_units_stand_in_rank_order_with_their_index() -> None:
    """Ranks, names and indexes of the ten of 2020 read from top to bottom as the result has them."""
    found = ten_of_2020()
    picture = ElementTree.fromstring(write(found, "vi"))
    lines = [each.text for each in picture.iter(f"{SVG}text")]
    at = -1
    for rank, card in enumerate(found.scorecards, 1):
        name = lines.index(card.unit.name.vi, at + 1)
        assert lines[name - 1] == str(rank)
        assert at < name
        at = name
    assert "91,05" in lines


def test_parts_of_a_bar_are_as_long_as_their_points() -> None:
    """Each part starts where the last one ends, and is its points times the axis, to a thousandth."""
    found = ten_of_2020()
    picture = ElementTree.fromstring(write(found, "en"))
    bars = rectangles(picture)
    axis = next(
        each for each in picture.iter(f"{SVG}rect") if each.get("fill") == LINE and each.get("height") == "1"
    )
    scale = parse_exact(axis.attrib["width"]) / 100
    checked = 0
    for card in found.scorecards:
        name, end = card.unit.name.en, parse_exact(axis.attrib["x"])
        for component in found.edition.components:
            points = card.points(component.id).number
            ((start, width),) = bars[f"{name}, {component.title.en}: {exact_text(points)}"]
            assert start == end
            assert abs(width - points * scale) <= Fraction(1, 1000)
            end, checked = start + width, checked + 1
        base = sum((card.points(each.id).number for each in found.edition.components), Fraction(0))
        ((start, width),) = bars[f"{name}: {exact_text(base)} / 100"]
        assert (start, width) == (parse_exact(axis.attrib["x"]), parse_exact(axis.attrib["width"]))
    assert checked == 40


def test_points_got_and_lost_of_one_unit_are_drawn_to_one_scale() -> None:
    """Got and lost of Nam Định's components are in proportion, and each loss is written beside its bar."""
    found = nam_dinh()
    card = found.scorecards[0]
    picture = ElementTree.fromstring(write(found, "vi"))
    bars, drawn = rectangles(picture), texts(picture)
    scale = sum((width for both in bars.values() for _, width in both), Fraction(0)) / 100
    for component in found.edition.components:
        assert component.max is not None
        points, top = card.points(component.id).number, component.max.of(card.group)
        figures = f"{exact_text(points)} / {exact_text(top)}".replace(".", ",")
        got, lost = bars[f"{component.code} {component.title.vi}: {figures}"]
        assert got[0] + got[1] == lost[0]
        assert abs(got[1] - points * scale) <= Fraction(1, 500)
        assert abs(lost[1] - (top - points) * scale) <= Fraction(1, 500)
        assert f"−{exact_text(top - points)}".replace(".", ",") in drawn
    assert "12,67" in "\n".join(drawn)


def test_published_index_stands_beside_another_one_computed() -> None:
    """Nam Định's printed points sum to 87.33, and the picture says that 87.32 was published."""
    drawn = texts(ElementTree.fromstring(write(nam_dinh(), "en")))
    assert any("87.33 / 100" in line for line in drawn)
    assert any("Published index: 87.32" in line for line in drawn)


def test_unit_without_index_says_why() -> None:
    """A unit whose index is withheld has no rank, and the word for it in place of an index."""
    found = result("example", "2024")
    edition = found.edition
    kept = [each for each in parcore.read_evidence(edition) if each.field != "satisfaction"]
    part = parcore.score(edition, type(found.evidence)(kept), "2024")
    for lang in LANGUAGES:
        drawn = texts(ElementTree.fromstring(write(part, lang)))
        assert say("state-withheld", lang) in drawn
        assert "–" in drawn


@every_language
def test_no_unit_at_all_is_said(lang: str) -> None:
    """A result without scorecards gives a picture that says so."""
    empty = evolve(ten_of_2020(), scorecards=())
    picture = ElementTree.fromstring(write(empty, lang))
    assert (picture.findtext(f"{SVG}desc") or "") in texts(picture)


@pytest.mark.parametrize("shape", ["one unit", "ten units"])
def test_hostile_names_stay_text(shape: str) -> None:
    """Names full of markup and of characters that XML cannot hold change no tag of the picture."""
    found = RESULTS[shape]()
    name = Text(HOSTILE, HOSTILE)
    cards = tuple(evolve(card, unit=evolve(card.unit, name=name)) for card in found.scorecards)
    components = tuple(evolve(each, title=name) for each in found.edition.components)
    edition = evolve(found.edition, title=name, components=components)
    text = write(evolve(found, scorecards=cards, edition=edition), "vi")
    picture, plain = ElementTree.fromstring(text.encode("utf-8")), ElementTree.fromstring(write(found, "vi"))
    tags = {each.tag for each in picture.iter()}
    assert tags == {each.tag for each in plain.iter()}
    assert "<script>alert(1)</script>]]>&amp;\"'\ufffd" in "".join(picture.itertext())


@pytest.mark.parametrize("length", [60, 400])
def test_long_names_stay_in_the_picture(length: int) -> None:
    """A name too long for its place is cut with an ellipsis, and whole in the description."""
    found, long = ten_of_2020(), "Ủy ban " * (length // 7)
    cards = tuple(evolve(card, unit=evolve(card.unit, name=Text(long, long))) for card in found.scorecards)
    picture = ElementTree.fromstring(write(evolve(found, scorecards=cards), "vi"))
    assert any(line.startswith("Ủy ban") and line.endswith("…") for line in texts(picture))
    assert long.strip() in (picture.findtext(f"{SVG}desc") or "")


def test_colours_stand_out_from_the_ground() -> None:
    """Every colour has a contrast of 3 : 1 or more against white, and no two are the same."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(part * share for part, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))

    assert len(set(COLOURS)) == len(COLOURS)
    assert all(1.05 / (luminance(each) + 0.05) >= 3 for each in COLOURS)


def printed(seed: str) -> str:
    """What the command prints for the committed picture, under a seed of Python's hashes."""
    asked = ["--period", "2023", "--unit", "nam-dinh", "--format", "svg", "--lang", "en"]
    done = subprocess.run(
        [sys.executable, "-m", "parcore", "score", "par-index-province", *asked],
        capture_output=True,
        check=False,
        env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1", "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8")


def test_committed_picture_is_what_the_command_prints() -> None:
    """`docs/nam-dinh-2023.svg` is, to the byte, the output of the command, whatever the order of hashes."""
    committed = (ROOT / "docs" / "nam-dinh-2023.svg").read_text("utf-8")
    assert printed("1") == committed
    assert printed("2") == committed
