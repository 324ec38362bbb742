"""Briefs: the sentences of announcements, every figure exact, with its unit and its origin."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import parcore
from parcore.cli.report import Briefing
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.sections import Defaults
from parcore.evidence.units import UnitBook
from parcore.i18n import LANGUAGES, Text, _words, words
from parcore.numbers import NumberFormat, parse_number, round_to
from parcore.registry import Registry
from parcore.results.brief.figures import Figure, Measure, Origin
from parcore.results.brief.making import brief
from parcore.results.brief.output import html, markdown, text, to_dict
from parcore.results.brief.statements import Brief, Clause, Kind
from parcore.results.change import Earlier
from parcore.results.output import read_earlier, to_json
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.values import State, Value

F = Fraction
REGISTRY = Registry()
PANEL = Path(__file__).parents[3] / "shared" / "data" / "papi" / "2021.csv"


def made(name: str, period: str, unit: str | None = None, *files: Path) -> Brief:
    """A brief as `parcore report` makes it."""
    return Briefing(REGISTRY, files, Defaults(period=parse_period(period))).brief(name, unit)


def said(found: Brief, kind: Kind | None = None, lang: str = "vi") -> str:
    """The sentences of a brief, or of one kind."""
    return " ".join(each.text(lang) for each in found.statements if kind in (None, each.kind))


def scored(name: str, period: str) -> Result:
    """The evidence that is installed, scored, with what others printed of the period."""
    edition = parcore.load_edition(name, period=period)
    return parcore.score(edition, parcore.read_evidence(edition), period)


PROVINCE = "par-index-province"
NAM_DINH = made(PROVINCE, "2023", "Nam Định")
AN_GIANG = made(PROVINCE, "2020", "An Giang")
HA_NAM = made(PROVINCE, "2021", "Hà Nam")
EXAMPLE = made("example", "2024")
EXAMPLE_UNIT = made("example", "2024", "example-finance")
LOCAL = made("nam-dinh", "2018")
MINISTRIES = made("par-index-ministry", "2020")
NATION = made(PROVINCE, "2023")
BRIEFS = {
    "nam-dinh-2023": NAM_DINH,
    "an-giang-2020": AN_GIANG,
    "ha-nam-2021": HA_NAM,
    "sipas-an-giang-2020": made("sipas", "2020", "An Giang"),
    "sipas-ha-nam-2021": made("sipas@2017", "2021", "Hà Nam"),
    "papi-ha-nam-2021": made("papi", "2021", "Hà Nam"),
    "nation-2023": NATION,
    "nation-2020": made(PROVINCE, "2020"),
    "ministries-2020": MINISTRIES,
    "groups-2018": LOCAL,
    "groups-2020": made("nam-dinh", "2020"),
    "example": EXAMPLE,
    "example-unit": EXAMPLE_UNIT,
    "one-stop": made("one-stop", "2024"),
}
every = pytest.mark.parametrize("found", BRIEFS.values(), ids=BRIEFS)


# What announcements say, with the figures that are in hand

NAM_DINH_2023 = (
    # “Ở chỉ số này, tỉnh đạt 9,05/9,5 điểm, xếp hạng 37/63.”
    ("steering", "đạt 9,05/9,5 điểm", "xếp hạng 37/63"),
    # “công tác kiểm tra về CCHC … mới chỉ đạt 1,62/2 điểm”; “nhiệm vụ được Chính phủ … giao … 1,42/1,5 điểm”
    ("steering", "Công tác kiểm tra CCHC (1,62/2 điểm)", "Thủ tướng Chính phủ giao (1,42/1,5 điểm)"),
    # “Chính quyền điện tử, Chính quyền số đạt mức điểm 12,24/13,5 điểm, xếp thứ 3/63.”
    ("digital-government", "đạt 12,24/13,5 điểm", "xếp hạng 3/63"),
    # “Chỉ số Cải cách TTHC của tỉnh cũng đạt khá với 12,99/13 điểm, xếp thứ 4/63.” “… 0,99/1 điểm”
    ("procedures", "đạt 12,99/13 điểm", "xếp hạng 4/63"),
    ("procedures", "lên Cổng Dịch vụ công quốc gia (0,99/1 điểm)", "mất 0,01 điểm"),
    # “Cải cách chế độ công vụ của tỉnh đạt 13,06/15 điểm, xếp hạng 15/63.”
    ("civil-service", "đạt 13,06/15 điểm", "xếp hạng 15/63"),
    # “Cải cách tài chính công của tỉnh đạt 10,71/12 điểm, xếp hạng 18/63 tỉnh, thành phố.”
    ("public-finance", "đạt 10,71/12 điểm", "xếp hạng 18/63"),
    # “Cải cách thể chế của tỉnh đạt 9,37/10 điểm, xếp hạng 30/63.” “… mới đạt 3,37/4 điểm”
    ("institutions", "đạt 9,37/10 điểm", "xếp hạng 30/63"),
    ("institutions", "do tỉnh ban hành (3,37/4 điểm)", "mất 0,63 điểm"),
    # “… đạt 3,25/6,25 điểm, xếp hạng 60/63”, a misprint of 6,5; “SIPAS … mới đạt 7,85/10 điểm”
    ("impact", "(3,25/6,5 điểm)", "xếp hạng 60/63"),
    ("impact", "(SIPAS) (7,85/10 điểm)", "đạt 11,1/16,5 điểm"),
    # “Cải cách tổ chức bộ máy của tỉnh đạt 8,81/10,5 điểm, xếp hạng 62/63.”
    ("organisation", "đạt 8,81/10,5 điểm", "xếp hạng 62/63"),
)


@pytest.mark.parametrize(("component", "first", "second"), NAM_DINH_2023)
def test_nam_dinh_2023_says_of_each_component_what_its_newspaper_said(
    component: str, first: str, second: str
) -> None:
    """Points of the maximum, the rank, and what lost points; with 6,5 in the place of the misprint."""
    (sentence,) = [
        e.text("vi") for e in NAM_DINH.statements if e.kind is Kind.COMPONENT and e.about == component
    ]
    assert first in sentence
    assert second in sentence


def test_nam_dinh_2023_has_its_index_rank_and_the_change_of_both() -> None:
    """87,32, 29th of 63; up 2,46 percentage points and 5 places on 2022."""
    assert (
        "của Nam Định đạt 87,32%, tăng 2,46 điểm phần trăm so với năm 2022, "
        "xếp hạng 29/63 tỉnh, thành phố (tăng 5 bậc so với năm 2022)"
    ) in said(NAM_DINH, Kind.INDEX)
    # “Trong 8 chỉ số thành phần”; “2 chỉ số đạt mức thấp, đứng trong nhóm cuối bảng xếp hạng”
    assert said(NAM_DINH, Kind.COMPONENTS) == "Bộ chỉ số có 8 chỉ số thành phần."
    assert said(NAM_DINH, Kind.LAST_GROUP).startswith("Có 2 chỉ số thành phần")


def test_the_misprinted_maximum_and_the_sum_of_printed_parts_are_told_once_as_what_differs() -> None:
    """6,25 stands nowhere but where it is told to differ from 6,5; and 87,32 beside 87,33."""
    assert ["6,25" in each.text("vi") for each in NAM_DINH.statements if each.kind is not Kind.UNLIKE] == [
        False for each in NAM_DINH.statements if each.kind is not Kind.UNLIKE
    ]
    unlike = said(NAM_DINH, Kind.UNLIKE)
    assert "công bố là 6,25 điểm, theo bộ chỉ số và số liệu trong tay là 6,5 điểm (in nhầm" in unlike
    assert "công bố là 87,32%, theo bộ chỉ số và số liệu trong tay là 87,33%" in unlike
    assert "a misprint" not in unlike
    assert "a misprint" in said(NAM_DINH, Kind.UNLIKE, "en")


@pytest.mark.parametrize(
    "sentence",
    [
        # “đạt 84,67 điểm, xếp hạng 26/63 … (giảm 15 bậc so năm 2019) và 4/13 … (giảm 1 bậc so năm 2019)”
        (
            "An Giang đạt 84,67%, xếp hạng 26/63 tỉnh, thành phố (giảm 15 bậc so với năm 2019), "
            "xếp hạng 4/13 tỉnh, thành phố khu vực Đồng bằng sông Cửu Long (giảm 1 bậc so với năm 2019)"
        ),
        # “giá trị trung bình là 83.72%, cao hơn 2.57% so với … năm 2019 … cao nhất trong 5 năm gần đây”
        "63 tỉnh, thành phố là 83,72%, tăng 2,57 điểm phần trăm so với năm 2019, cao nhất trong 5 năm",
        # “có 38 đơn vị … cao hơn giá trị trung bình … 58 địa phương đạt Chỉ số CCHC trên 80%”
        "Có 38 tỉnh, thành phố cao hơn giá trị trung bình.",
        "Có 58 tỉnh, thành phố đạt trên 80%.",
        # “Quảng Ninh … 91,04 điểm, cao hơn 0,53 điểm so với … thứ 2 là Hải Phòng, đạt 90,51 điểm”
        (
            "Cao nhất là 91,04%, của Quảng Ninh, cao hơn 0,53 điểm phần trăm so với đơn vị xếp thứ hai là "
            "Hải Phòng (90,51%)"
        ),
        # “tỷ lệ TTHC có phát sinh hồ sơ trực tuyến mới đạt … 34,2% … bình quân 23,03%”; “năm thứ 9 liên tiếp”
        "Tỷ lệ thủ tục trực tuyến: 34,2%.",
        "Tỷ lệ hồ sơ trực tuyến: 23,03%.",
        "Đây là năm thứ 9 công bố",
    ],
)
def test_an_giang_2020_says_what_its_portal_said(sentence: str) -> None:
    """Each sentence of the article whose figures are in hand, with "%" of a change as percentage points."""
    assert sentence in said(AN_GIANG)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        # “81,51 điểm, xếp 60/63 tỉnh, thành phố, giảm 17 bậc so với năm 2020”
        (HA_NAM, "Hà Nam đạt 81,51%, xếp hạng 60/63 tỉnh, thành phố (giảm 17 bậc so với năm 2020)."),
        # “22/43 tiêu chí không đạt điểm tối đa và 03/43 tiêu chí không có điểm gồm: …”
        (HA_NAM, "Có 22/43 tiêu chí không đạt điểm tối đa."),
        (HA_NAM, "Có 3/43 tiêu chí không có điểm, gồm: "),
        (HA_NAM, "trả kết quả giải quyết thủ tục hành chính qua dịch vụ công ích"),
        (HA_NAM, "Mức độ thu hút đầu tư của tỉnh"),
        (HA_NAM, "Mức độ thực hiện các chỉ tiêu phát triển kinh tế - xã hội do HĐND tỉnh giao"),
        # “SIPAS … đạt 88,38 điểm, xếp 19/63 tỉnh, thành phố, giảm 01 bậc so với năm 2020”
        (
            BRIEFS["sipas-ha-nam-2021"],
            "Hà Nam đạt 88,38%, xếp hạng 19/63 tỉnh, thành phố (giảm 1 bậc so với năm 2020).",
        ),
        # “PAPI được 43,28 điểm, xếp thứ 20/60 tỉnh, thành phố”
        (BRIEFS["papi-ha-nam-2021"], "Hà Nam đạt 43,28 điểm, xếp hạng 20/60 tỉnh, thành phố."),
    ],
)
def test_ha_nam_2021_says_what_its_people_s_committee_said(found: Brief, sentence: str) -> None:
    """The three indices with their ranks; the criteria below the maximum and at zero, counted and named."""
    assert sentence in said(found)


@pytest.mark.parametrize(
    "sentence",
    [
        # “17 bộ … 87,56%, tăng 1,93% so với năm 2019; … tăng 12,18% so với năm 2012 … cao nhất trong 9 năm”
        (
            "17 bộ, cơ quan ngang bộ là 87,56%, tăng 1,93 điểm phần trăm so với năm 2019, "
            "tăng 12,18 điểm phần trăm so với năm 2012, cao nhất trong 9 năm."
        ),
        # “có 15/17 bộ … tăng … tăng nhiều nhất là Bộ Giao thông vận tải (+5.40%) … giảm … (-2,19%), … (- 1%)”
        "Có 15/17 bộ, cơ quan ngang bộ tăng, 2/17 bộ, cơ quan ngang bộ giảm so với năm 2019.",
        "Tăng nhiều nhất là Bộ Giao thông vận tải, tăng 5,40 điểm phần trăm.",
        "Bộ Nông nghiệp và Phát triển nông thôn giảm 2,19 điểm phần trăm",
        "Bộ Giáo dục và Đào tạo giảm 1 điểm phần trăm",
        # “3 đơn vị … trên 90%”; “cao nhất ở năm thứ sáu liên tiếp … 95,88%, cao hơn 12,64% … 83,24%”
        "Có 3 bộ, cơ quan ngang bộ đạt trên 90%.",
        "Cao nhất là 95,88%, của Ngân hàng Nhà nước Việt Nam, cao nhất 6 năm liên tiếp.",
        "Thấp nhất là 83,24%, của Bộ Giáo dục và Đào tạo.",
        "Chênh lệch giữa cao nhất và thấp nhất là 12,64 điểm phần trăm.",
    ],
)
def test_ministries_2020_say_what_the_conference_said(sentence: str) -> None:
    """Mean, risers and fallers, the largest riser, first and last and the gap between them."""
    assert sentence in said(MINISTRIES)


@pytest.mark.parametrize(
    "sentence",
    [
        # “khối sở 12,56/13,50 điểm, tăng 3,81%, khối huyện đạt 11,23/12,50 điểm, tăng 5,94%”
        (
            "khối sở đạt bình quân 12,56/13,5 điểm (93,04%), công bố “tăng 3,81%”; "
            "khối huyện đạt bình quân 11,23/12,5 điểm (89,84%), công bố “tăng 5,94%”"
        ),
        # “16/17 sở đạt điểm tối đa (3,0/3,0 điểm), … 04/10 đơn vị đạt điểm tối đa (5,5/5,5 điểm)”
        (
            "khối sở có 16/17 đơn vị đạt điểm tối đa 3/3 điểm (94,12%); "
            "khối huyện có 4/10 đơn vị đạt điểm tối đa 5,5/5,5 điểm (40%)"
        ),
        # “khối sở đạt bình quân 8,32/8,50 điểm, khối huyện … 7,9/9,0 điểm (giảm 2,71% …)”
        (
            "khối sở đạt bình quân 8,32/8,5 điểm (97,88%), công bố “giảm 7,32%”; "
            "khối huyện đạt bình quân 7,9/9 điểm (87,78%), công bố “giảm 2,71%”"
        ),
        # “khối sở đạt 4,87/5,75 điểm (giảm 11,89% …), khối huyện đạt 3,36/4.0 điểm (giảm 16% …)”
        (
            "khối sở đạt bình quân 4,87/5,75 điểm (84,70%), công bố “giảm 11,89%”; "
            "khối huyện đạt bình quân 3,36/4 điểm (84%), công bố “giảm 16%”"
        ),
        # “khối sở đạt 91,85% …, khối huyện đạt 79,49%”; “đều đạt 100%”; “70,73% …, khối huyện đạt 61,88%”
        "khối sở đạt 91,85%, công bố “giảm 7,56%”; khối huyện đạt 79,49%, công bố “giảm 18,29%”",
        "khối sở đạt 100%; khối huyện đạt 100%",
        "khối sở đạt 70,73%, công bố “tăng 4,56%”; khối huyện đạt 61,88%, công bố “tăng 14,88%”",
        "nguồn không nói là phần trăm hay điểm phần trăm",
        # “chỉ số trung bình của khối sở đạt 94,9%”, which 8,32 of 8,50 is not
        "số đã công bố là 94,9%, theo bộ chỉ số và số liệu trong tay là 97,88%, chưa rõ lý do",
    ],
)
def test_local_sets_say_by_group_what_the_announcement_said(sentence: str) -> None:
    """Mean points and shares at the maximum by group; a "%" of unclear meaning only as a quotation."""
    assert sentence in said(LOCAL)


def test_a_period_has_its_classes_and_regions_with_what_was_restated() -> None:
    """Classes with marks and shares, means of regions with their change, a restated mean beside the first."""
    assert "Loại A: 7 tỉnh, thành phố (11,11%), từ 90% trở lên." in said(NATION)
    assert "Đồng bằng sông Hồng: 88,33%, tăng 1,71 điểm phần trăm so với năm 2022." in said(NATION)
    assert "nêu ở trên là 88,33%, cũng được công bố là 88,32%" in said(NATION)


def test_a_change_is_on_the_earlier_figure_as_its_own_announcement_quotes_it() -> None:
    """The release of 2024 quotes 87.45 for 2023, not 87.79: the change is on it, both are told."""
    found = made(PROVINCE, "2024")
    assert "Đông Nam Bộ: 89,44%, tăng 1,99 điểm phần trăm so với năm 2023." in said(found)
    assert "Trung bình (Đông Nam Bộ), năm 2023: mức thay đổi tính trên 87,45%" in said(found, Kind.UNLIKE)
    assert "cũng được công bố là 87,79%" in said(found, Kind.UNLIKE)


def test_a_number_that_no_word_directs_keeps_its_sign() -> None:
    """A change as published and as computed may differ by its sign alone; a word says it elsewhere."""
    figure = Figure(F(-3, 10), Measure.PERCENTAGE_POINTS, Origin.COMPUTED, "all", "change", "2024", 1)
    assert (
        Clause("unlike", {"what": Text("x"), "printed": figure, "ours": figure}).text("en").count("-0.3") == 2
    )
    assert (
        Clause("change-fell", {"change": figure, "before": Text("2023")}).text("vi").startswith(", giảm 0,3 ")
    )


def test_an_earlier_place_among_some_is_no_base_of_a_change() -> None:
    """In 2021 four have evidence: a rank among them is not set beside the published rank among all."""
    briefing = Briefing(REGISTRY, (), Defaults(period=Period(2021)))
    _, earlier = briefing._before(PROVINCE, Period(2021), None, [])
    assert earlier is not None
    assert earlier.rates
    assert not earlier.places


def test_one_unit_is_no_mean_and_no_last() -> None:
    """Of one unit alone no mean, first, last or gap is told."""
    result = scored("example", "2024")
    unit = result.scorecards[0].unit
    own = Evidence([each for each in result.evidence if each.unit == unit.id])
    alone = score(result.edition, own, UnitBook([unit]), result.period)
    assert alone.scorecards
    assert said(brief(alone), Kind.MEAN) + said(brief(alone), Kind.HIGHEST) == ""


def test_no_change_is_told_as_none() -> None:
    """A published change of nothing is neither a rise nor a fall."""
    result = MINISTRIES.result
    seen = [
        evolve(each, value=Value(State.OK, F(0)), text="0")
        if each.quantity == "change" or each.quantity.startswith("mean_change_since")
        else each
        for each in REGISTRY.observations("par-index-ministry")
    ]
    told = said(brief(result.beside(seen), seen))
    assert "không đổi so với năm 2012" in told
    assert "Bộ Giao thông vận tải không đổi" in told
    assert "giảm 0" not in told


def test_a_unit_without_any_figure_is_told_so_by_name() -> None:
    """Nothing in hand of a unit that was asked for: no advice to name one."""
    found = made("one-stop", "2021", "dong-thap-culture")
    assert "No figure of Department of Culture, Sports and Tourism (Dong Thap), 2021, is in hand." in text(
        [found], "en"
    )


def test_english_counts_one_as_it_counts_many_and_has_no_comma_twice() -> None:
    """A count stands behind its noun; clauses follow each other with one comma."""
    found = text([made("one-stop", "2024"), made("tay-ninh-2023", "2023")], "en")
    assert "Units above the mean: 1." in found
    assert "mean 1.6/2 points (80%), 0/1 units at the maximum" in found
    assert "Scores and classes of the departments of Tay Ninh, 2023" in found
    assert ",," not in found
    assert " 1 units" not in found


def test_a_rank_alone_follows_its_unit() -> None:
    """Without an index the sentence goes from the unit to its rank; groups have their names."""
    assert "năm 2017 của Hà Nội xếp hạng 2 trong" in said(made(PROVINCE, "2017", "ha-noi"), Kind.INDEX)
    assert "xếp hạng 1/1 trong khối cấp huyện" in said(made("one-stop", "2024", "illustrative-district"))


# What holds of every brief


def inner(found: Brief) -> Iterator[Figure]:
    """Every figure of a brief with all that it follows from."""
    for figure in found.figures:
        yield from figure.all


@every
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_figure_read_back_is_its_exact_source(found: Brief, lang: str) -> None:
    """The text of a figure, read as a number, is the exact value at the decimals that it is told with."""
    form = NumberFormat.VI if lang == "vi" else NumberFormat.EN
    assert found.figures
    for figure in found.figures:
        told = re.sub(r"[^\d.,]", "", figure.told(lang))
        assert parse_number(told, form) == round_to(abs(figure.value), figure.digits)


@every
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_brief_has_no_number_that_no_statement_holds(found: Brief, lang: str) -> None:
    """Take the figures and the names out of a sentence, and no digit is left."""
    for statement in found.statements:
        for clause in statement.clauses:
            bare = {
                name: Text("—", "—") if isinstance(part, Text) else evolve(part, value=F(0), digits=0)
                for name, part in clause.parts.items()
            }
            assert re.search(r"\d", evolve(clause, parts=bare).text(lang).replace("0", "")) is None


@pytest.mark.parametrize("word", [each for each in words() if each.startswith(("brief-", "measure-"))])
def test_no_template_holds_a_number(word: str) -> None:
    """A template of a brief has no digit in either language."""
    assert not re.search(r"\d", _words()[word].vi + _words()[word].en)


@every
def test_each_figure_has_its_origin(found: Brief) -> None:
    """A published figure has the observation that says it; a derived one follows from published ones."""
    for figure in inner(found):
        assert (figure.observation is not None) == (figure.origin is Origin.PUBLISHED)
        if figure.observation is not None and figure.quantity != "above":
            printed = figure.observation.value.number
            assert figure.value == printed
        if figure.origin is Origin.DERIVED:
            assert {each.origin for each in figure.all} & {Origin.PUBLISHED}
        if figure.origin in (Origin.COMPUTED, Origin.EDITION):
            assert {each.origin for each in figure.all} <= {Origin.COMPUTED, Origin.EDITION}


@every
def test_a_change_of_a_percentage_is_never_told_in_per_cent(found: Brief) -> None:
    """ "giảm 7,32%" stands in quotation marks alone; a change is in points, percentage points or places."""
    unquoted = re.sub("“[^”]*”", "", said(found))
    assert re.findall(r"(?:tăng|giảm|cao hơn|thấp hơn) [\d,]+%", unquoted) == []
    for figure in inner(found):
        if figure.quantity.startswith(("change", "mean_change", "spread", "lead", "lost", "against")):
            assert figure.measure is not Measure.PERCENT


@pytest.mark.parametrize(("name", "period", "unit"), [
    (PROVINCE, "2023", "nam-dinh"), (PROVINCE, "2020", None), ("nam-dinh", "2018", None),
])  # fmt: skip
@settings(max_examples=8, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_a_brief_does_not_depend_on_the_order_of_what_it_reads(
    name: str, period: str, unit: str | None, random: object
) -> None:
    """Observations and statements of evidence in another order give the same sentences."""
    observations = REGISTRY.observations(name)
    edition = REGISTRY.edition(name, parse_period(period))
    evidence = REGISTRY.evidence(name, edition.vocabulary, (), Defaults())

    def told(seen: list, held: Evidence) -> str:
        at = parse_period(period)
        assert at is not None
        result = score(edition, held, REGISTRY.units, at).beside(seen)
        of = None if unit is None else REGISTRY.units.units[unit]
        return text([brief(result, seen, unit=of, regions=REGISTRY.units.regions)], "vi")

    first = told(observations, evidence)
    shuffled, data = list(observations), list(evidence)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(data)  # type: ignore[attr-defined]
    assert told(shuffled, Evidence(data)) == first


# What is not in hand


def test_ranks_and_means_among_units_not_all_in_hand_are_not_said() -> None:
    """Of ten provinces scored of 63 the engine says neither place nor mean, where nobody published them."""
    result = scored(PROVINCE, "2020")
    bare = evolve(result, observations=())
    unit = result.scorecards[0].unit
    found = brief(bare, unit=unit)
    assert {each.measure for each in found.figures} <= {Measure.POINTS, Measure.PERCENT}
    assert [
        each.kind for each in found.statements if each.kind in (Kind.MEAN, Kind.HIGHEST, Kind.LOWEST)
    ] == []
    assert said(found, Kind.INDEX).endswith(f"đạt {unit_index(found)}%.")


def unit_index(found: Brief) -> str:
    """The index of a brief's unit, as it tells it."""
    return next(each.number("vi") for each in found.figures if each.quantity == "index")


def test_places_are_said_where_every_unit_is_in_hand_and_not_where_one_is_missing() -> None:
    """The illustrative five have ranks and a mean; without the evidence of one, none."""
    assert "xếp hạng 5/5 đơn vị" in said(EXAMPLE_UNIT, Kind.INDEX)
    assert "của 5 đơn vị là 75,54%" in said(EXAMPLE, Kind.MEAN)
    result = scored("example", "2024")
    units = [card.unit for card in result.scorecards]
    rest = Evidence([each for each in result.evidence if each.unit != units[0].id])
    less = score(result.edition, rest, REGISTRY.units, result.period)
    found = brief(less, unit=units[1])
    assert less.without_evidence
    assert Measure.RANK not in {each.measure for each in found.figures}
    assert said(found, Kind.MEAN) == ""


def test_what_is_not_in_hand_gives_no_sentence() -> None:
    """A unit of which nothing is known has sentences of all units alone."""
    found = made(PROVINCE, "2023", "Cà Mau")
    assert {each.kind for each in found.statements} & {Kind.INDEX, Kind.COMPONENT, Kind.SHORTFALL} == set()
    assert said(found, Kind.MEAN)


def test_criteria_are_not_counted_where_components_hide_them() -> None:
    """The 37 criteria of 876 are not in hand: no count of those below the maximum is made from components."""
    assert said(NAM_DINH, Kind.SHORTFALL) == ""


def test_criteria_below_the_maximum_are_counted_from_a_scorecard() -> None:
    """Where every criterion is scored, those below the maximum and at zero are counted and named."""
    card = scored("example", "2024").card("example-finance")
    assert card is not None
    leaves = [leaf for leaf in EXAMPLE_UNIT.edition.leaves if leaf.applies(card.group)]
    at_zero = [leaf.title.vi for leaf in leaves if card.points(leaf.id).known == 0]
    assert said(EXAMPLE_UNIT, Kind.AT_ZERO) == (
        f"Có {len(at_zero)}/{len(leaves)} tiêu chí không có điểm, gồm: {'; '.join(at_zero)}."
    )


def test_a_leaf_without_evidence_is_told_with_its_state() -> None:
    """What lost points because nothing was handed in is said to be missing."""
    result = scored("example", "2024")
    card = result.scorecards[0]
    less = Evidence([e for e in result.evidence if (e.unit, e.field) != (card.unit.id, "plan_issued")])
    again = score(result.edition, less, REGISTRY.units, result.period)
    assert any(each.state is State.MISSING for each in again.empty)
    assert "Ban hành kế hoạch (0/1 điểm, thiếu số liệu)" in said(brief(again, unit=card.unit))


# Changes


def test_criteria_are_measured_against_last_year_under_the_same_edition() -> None:
    """Index in percentage points, criteria in points, places; by another edition the index alone."""
    result = scored("example", "2024")
    result = evolve(result, edition=evolve(result.edition, first_year=2023))
    earlier = Earlier.of(result)
    unit = result.scorecards[1].unit
    before = evolve(
        earlier,
        period="2023",
        rates={id_: rate - F("1.25") for id_, rate in earlier.rates.items()},
        places={**earlier.places, unit.id: 4},
        criteria={id_: {c: p - F("0.5") for c, p in of.items()} for id_, of in earlier.criteria.items()},
    )
    found = brief(result, unit=unit, before=Period(2023), earlier=before)
    assert "tăng 1,25 điểm phần trăm so với năm 2023" in said(found, Kind.INDEX)
    assert "(tăng 2 bậc so với năm 2023)" in said(found, Kind.INDEX)
    assert "tăng 0,5 điểm so với năm 2023" in said(found, Kind.COMPONENT)
    assert "Có 5/5 đơn vị tăng, 0/5 đơn vị giảm so với năm 2023." in said(found, Kind.MOVED)
    other = brief(result, unit=unit, before=Period(2023), earlier=evolve(before, edition="example@old"))
    assert "so với năm 2023" in said(other, Kind.INDEX)
    assert "so với" not in said(other, Kind.COMPONENT)


def test_a_published_change_is_on_the_year_before_and_told_of_no_other() -> None:
    """Against 2012 the published 15 places down on 2019 are not told: the two ranks give the change."""
    found = Briefing(REGISTRY, (), Defaults(period=Period(2020))).brief(PROVINCE, "an-giang", Path("2012"))
    assert "xếp hạng 26/63 tỉnh, thành phố (giảm 21 bậc so với năm 2012)" in said(found, Kind.INDEX)
    assert "tăng 1,42 điểm phần trăm so với năm 2012" in said(found, Kind.INDEX)
    assert "2019" not in said(found)
    assert "khu vực Đồng bằng sông Cửu Long (" not in said(found, Kind.INDEX)


def test_an_earlier_result_read_from_its_file_is_the_one_of_the_run(tmp_path: Path) -> None:
    """What is compared of a result, its criteria too, comes back from JSON unchanged."""
    result = scored("example", "2024")
    (tmp_path / "then.json").write_text(to_json(result, "en"), "utf-8")
    assert read_earlier(tmp_path / "then.json") == Earlier.of(result)


# A figure published and computed otherwise


@pytest.mark.skipif(not PANEL.is_file(), reason="the panel is not here")
def test_a_rank_that_the_panel_does_not_give_is_told_beside_its_own() -> None:
    """Hà Nam is printed 20th of 60 with 43,28; the panel gives 22nd with 43,29: both are told."""
    found = made("papi", "2021", "Hà Nam", PANEL)
    assert "đạt 43,28 điểm, xếp hạng 20/60 tỉnh, thành phố." in said(found, Kind.INDEX)
    unlike = said(found, Kind.UNLIKE)
    assert "số đã công bố là 20, theo bộ chỉ số và số liệu trong tay là 22, chưa rõ lý do" in unlike
    assert "số đã công bố là 43,28 điểm, theo bộ chỉ số và số liệu trong tay là 43,29 điểm" in unlike


def test_of_a_figure_published_twice_the_doubted_one_is_told_as_what_differs() -> None:
    """The headline takes another index's rank: the text's 45 is told, and 26 beside it with the reason."""
    found = BRIEFS["sipas-an-giang-2020"]
    assert "xếp hạng 45/63 tỉnh, thành phố, xếp hạng 10/13" in said(found, Kind.INDEX)
    assert "nêu ở trên là 45, cũng được công bố là 26" in said(found, Kind.UNLIKE)


def test_a_place_among_some_is_no_figure_beside_a_published_rank() -> None:
    """Where only the order of those scored can be compared, no rank is told as the engine's."""
    result = scored(PROVINCE, "2020")
    seen = REGISTRY.observations(PROVINCE)
    swap = {"quang-ninh": "2", "hai-phong": "1"}
    changed = [
        evolve(each, value=Value(State.OK, F(swap[each.about])), text=swap[each.about])
        if (each.quantity, each.period, each.about in swap) == ("rank", Period(2020), True)
        else each
        for each in seen
    ]
    again = score(result.edition, result.evidence, REGISTRY.units, result.period).beside(changed)
    found = brief(again, changed, unit=REGISTRY.units.units["quang-ninh"])
    assert "xếp hạng 2/63" in said(found, Kind.INDEX)
    assert "Hạng" not in said(found, Kind.UNLIKE)


def test_a_place_that_the_authority_decides_is_not_told() -> None:
    """A tie that is left open has no rank."""
    result = scored("example", "2024")
    unit = result.scorecards[0].unit
    open_ = {id_: tuple(evolve(p, open=True) for p in held) for id_, held in result.places.items()}
    assert "xếp hạng" not in said(brief(evolve(result, places=open_), unit=unit), Kind.INDEX)


def test_units_at_the_mean_are_not_above_it() -> None:
    """Of five alike none is above the mean, and all are first and last."""
    result = scored("example", "2024")
    first, *others = [card.unit for card in result.scorecards]
    own = [each for each in result.evidence if each.unit == first.id]
    alike = Evidence([*own, *(evolve(each, unit=other.id) for other in others for each in own)])
    same = score(result.edition, alike, REGISTRY.units, result.period)
    found = brief(same, unit=first)
    assert "Có 0 đơn vị cao hơn giá trị trung bình." in said(found, Kind.ABOVE)
    assert "bằng giá trị trung bình" in said(found, Kind.AGAINST_MEAN)
    assert said(found, Kind.HIGHEST).count("minh họa") == 5


def test_points_of_another_edition_s_scale_are_not_compared() -> None:
    """An index in points has a change only where the same edition held in both periods."""
    result = scored("example", "2024")
    unit = result.scorecards[0].unit
    points = evolve(result.edition, total=None)
    earlier = Earlier.of(result)
    for first_year, told in ((2023, True), (2024, False)):
        at = evolve(result, edition=evolve(points, first_year=first_year))
        found = brief(at, unit=unit, before=Period(2023), earlier=earlier)
        own = [each for each in found.figures if each.quantity == "change"]
        assert bool(own) is told


# Forms


@every
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_stands_in_every_form(found: Brief, lang: str) -> None:
    """Text, Markdown, HTML and JSON say the same sentences, JSON with the origin of each figure."""
    sentences = [each.text(lang) for each in found.statements]
    data = json.loads(json.dumps(to_dict(found, lang)))
    held = [each for section in data["sections"] for each in section["statements"]]
    assert [each["text"] for each in held] == sentences
    assert all(figure["origin"] and figure["unit"] for each in held for figure in each["figures"])
    assert all(each in text([found], lang) for each in sentences)
    assert markdown([found], lang).count("\n## ") == len(found.sections) + 1
    assert html([found], lang).count("<h2>") == len(found.sections) + 1


def test_a_brief_of_a_stage_says_so_in_its_title() -> None:
    """What rests on self-assessment is not told as a result."""
    result = evolve(scored("example", "2024"), stage=Stage.SELF)
    assert text([brief(result)], "vi").splitlines()[0].endswith("bước tự chấm")
