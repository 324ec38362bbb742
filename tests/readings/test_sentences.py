"""Rules as sentences: golden ones, written by hand; every rule with the titles of its fields."""

from __future__ import annotations

import re

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

import parcore
from parcore.editions.edition import Edition
from parcore.evidence.vocabulary import FieldSpec
from parcore.i18n import LANGUAGES
from parcore.intervals import Interval, Range
from parcore.readings.prose.annex import Item, describe
from parcore.readings.prose.conditions import condition_text
from parcore.readings.prose.measures import measure_text
from parcore.readings.prose.words import Speaker
from parcore.registry import Registry
from parcore.rules.combinations import Guarded, Scored
from parcore.rules.graph import Const, Node
from parcore.rules.kinds import Kind
from parcore.rules.measuring import MEASURES
from parcore.rules.protocols import Measure
from parcore.values import State
from tests import strategies as our
from tests.readings.speech import numbers_of, numbers_said
from tests.results.editions import editions
from tests.rules.reading import FIELDS, VOCABULARY, read
from tests.test_rules_page import EXAMPLES

REGISTRY = Registry()

GOLDEN = {
    "table: {on_time: 1, late: 0.5, not_issued: 0}": (
        "Chấm theo: ban hành kế hoạch. Đúng hạn: 1 điểm; chậm: 0,5 điểm; không ban hành: 0 điểm."
    ),
    "none: exclude": (
        "Chấm theo: chỉ tiêu. Đạt: 1 điểm; không đạt: 0 điểm;"
        " không được giao: không đánh giá, không tính vào điểm tối đa."
    ),
    "good: 75%": (
        "Chấm theo: mức hoàn thành. Xuất sắc: 100 % điểm tối đa (6 điểm); tốt: 75 % điểm tối đa (4,5 điểm);"
        " hoàn thành: 50 % điểm tối đa (3 điểm)."
    ),
    '"(90%,…)"': (
        "Chấm theo tỷ lệ số việc đã làm / số việc theo kế hoạch. Trên 90 %: 2 điểm; từ 70 % đến 90 %: 1"
        " điểm; dưới 70 %: 0 điểm."
    ),
    "guard: {if: prolonged > 0": (
        "Trước hết: nếu số việc kéo dài lớn hơn 0 thì 0 điểm. Chấm theo tỷ lệ số việc đã làm / số việc"
        " theo kế hoạch."
        " Đúng 100 %: 2 điểm; từ 90 % đến dưới 100 %: 1 điểm; các trường hợp còn lại: 0 điểm."
        " Không phát sinh: chấm điểm tối đa;"
        " chưa thẩm định, thiếu số liệu hoặc không được công nhận: chấm 0 điểm."
    ),
    '"[88%,90%]"': (
        "Chấm theo tỷ lệ. Từ 88 % đến 90 %: 2 điểm; từ 90 % đến 95 %: 3 điểm;"
        " từ 95 % đến dưới 100 %: 4 điểm; đúng 100 %: 5 điểm; dưới 88 %: 0 điểm."
        " Văn bản chưa rõ ở trường hợp sau, áp dụng: đúng 90 %: 3 điểm"
        " (cách hiểu của chúng tôi: the higher of the two that hold)."
    ),
    "scale: {towards: 80%}": (
        "Chấm theo tỷ lệ số việc đã làm / số việc theo kế hoạch."
        " Từ 80 % trở lên: điểm tối đa (4 điểm); dưới 80 %: điểm tối đa × tỷ lệ / 80 %."
    ),
    "scale: {slope: 45, offset: 5}": "Chấm theo tỷ lệ. Điểm bằng 45 × tỷ lệ + 5.",
    "cap: 25, steps: pro_rata": (
        "Chấm theo số dân. Đến 21.000: 10 điểm; trên mức đó, cứ thêm 1.000 được cộng 0,5 điểm"
        " (tính theo tỷ lệ), tối đa 25 điểm."
    ),
    "cap: 25, steps: whole": "cứ thêm 1.000 được cộng 0,5 điểm (chỉ tính bước trọn), tối đa 25 điểm.",
    "segments:": (
        "Đến 44.000: 10 điểm; tiếp đến 88.000, cứ thêm 8.800 được cộng 2 điểm; tiếp đến 176.000,"
        " cứ thêm 8.800 được cộng 1 điểm; trên mức đó, cứ thêm 8.800 được cộng 0,5 điểm"
        " (tính theo tỷ lệ), tối đa 40 điểm."
    ),
    "{per: done, points: 1.5}": (
        "Tính từ 6 điểm, trừ đi: a) số việc đã làm: mỗi trường hợp trừ 1,5 điểm;"
        " b) số việc chậm: mỗi trường hợp trừ 0,75 điểm. Điểm còn lại không dưới 0 điểm."
    ),
    "once: [[money, delay]]": (
        "b) số việc chậm: mỗi trường hợp trừ 0,5 điểm, trừ tối đa 2 điểm;"
        " c) số việc kéo dài: mỗi trường hợp trừ 1 điểm. Trong các khoản a và b chỉ trừ khoản lớn nhất."
        " Khoản không phát sinh thì không trừ. Điểm còn lại không dưới 0 điểm."
    ),
    "unless: checked = 50": (
        "Trước hết: chỉ chấm tiếp khi số người được kiểm tra bằng 50; nếu không thì 0 điểm."
        " Chấm theo số người xác nhận. Mỗi trường hợp được 0,4 điểm, tối đa 20 điểm."
    ),
    "groups: {council: 2, leaders: 1}": (
        "nhóm council (trọng số 2), mỗi trả lời được tính:"
        " đại biểu hội đồng hài lòng 100 %, đại biểu hội đồng không hài lòng 0 %; nhóm leaders (trọng số 1)"
    ),
    "with: rate_of_totals": (
        "Chấm theo chênh lệch giữa tỷ lệ số việc đã làm / số việc theo kế hoạch và tỷ lệ tính trên tổng"
        " số của tất cả các"
        " đơn vị được xếp hạng (kể cả chính đơn vị). Đến 0 điểm phần trăm: 3 điểm; trên mức đó,"
        " cứ thêm 0,5 điểm phần trăm được cộng 0,25 điểm (tính theo tỷ lệ), tối đa 5 điểm."
    ),
    "less_than: 0, points: 2": (
        "Chấm theo số ngày từ ngày cuối kỳ + 15 ngày đến ngày gửi (số âm là sớm hơn)."
        " Dưới 0 ngày: 2 điểm; đúng 0 ngày: 1 điểm; các trường hợp còn lại: 0 điểm."
    ),
    "online: {value: share_online}": (
        "Chấm theo: (a) tỷ lệ; (b) tỷ lệ hồ sơ trực tuyến; (c) số việc chậm. (a) từ 20 % trở lên và (b)"
        " từ 30 %"
        " trở lên và (c) bằng 0: 2 điểm; (a) trên 0 % và (b) từ 15 % đến dưới 30 % và (c) bằng 0: 1 điểm;"
        " (a) bằng 0 % hoặc (b) dưới 15 % hoặc (c) lớn hơn 0: 0 điểm."
    ),
    "worth: 10": (
        "Tổng trên 20 điểm được quy đổi thành 10 điểm. Phần không đánh giá thì loại ra;"
        " điểm của nhóm được quy đổi theo phần còn lại."
    ),
    "records: dossiers\n  measure": (
        "Chấm riêng từng trường hợp trong “Hồ sơ”. Chấm theo: kết quả."
        " Trước hạn: 2 điểm; đúng hạn: 1 điểm; chậm: 0 điểm. Trường hợp nào chưa thẩm định, thiếu"
        " số liệu hoặc không được công nhận: chấm 0 điểm."
        " Điểm là trung bình cộng điểm của các trường hợp, làm tròn đến 1 chữ số thập phân."
    ),
    "needs_one: yes": (
        "Chấm riêng từng trường hợp trong “Hồ sơ”. Chấm theo: kết quả."
        " Trước hạn: 2 điểm; đúng hạn: 1 điểm; chậm: 0 điểm. Trường hợp nào chưa thẩm định, thiếu"
        " số liệu hoặc không được công nhận: chấm 0 điểm."
        " Điểm là trung bình cộng điểm của các trường hợp, làm tròn đến 1 chữ số thập phân."
        " Không trường hợp nào có đủ số liệu thì không lấy trung bình, coi như không có danh sách."
    ),
    "index: {name: sipas, of: score}": (
        "Chấm theo chỉ số sipas (điểm trên 100 điểm có thể đạt). Điểm bằng 0,1 × chỉ số, tối đa 10 điểm."
    ),
    "index: {name: sipas, of: rank}": (
        "Chấm theo thứ hạng trong bảng xếp hạng chỉ số sipas."
        " Từ hạng 1 đến hạng 10: 3 điểm; từ hạng 11 đến hạng 20: 2 điểm; từ hạng 21 trở xuống: 1 điểm."
    ),
    "measure: {rank: {measure: {ratio": (
        "Chấm theo thứ hạng xếp theo tỷ lệ số việc đã làm / số việc theo kế hoạch, từ cao xuống thấp,"
        " trong tất cả các đơn vị."
        " Từ hạng 1 đến hạng 2: 3 điểm; từ hạng 3 trở xuống: 1 điểm."
    ),
    "with: highest": (
        "Chấm theo tỷ lệ phần trăm của tỷ lệ số việc đã làm / số việc theo kế hoạch so với mức cao nhất"
        " của tất cả các đơn vị"
        " (kể cả chính đơn vị)."
    ),
    "at_least: {department: 90%": (
        "Từ 90 % (department), 80 % (district) trở lên:"
        " 100 % điểm tối đa (4 điểm (department), 6 điểm (district))"
    ),
    "combine: first": (
        "Xét lần lượt “transfer” và “instead”, chỉ lấy điểm của quy tắc đầu tiên áp dụng được."
    ),
    "combine: highest": "Chỉ lấy điểm cao nhất trong “in-mountains” và “with-relics”.",
    "weight: 2,": "Điểm là tổng có trọng số của 2 × “part-1” và “part-2”.",
}
"""What stands in a rule of `docs/rules.md`, and the Vietnamese sentences it must have."""


def said(edition: Edition, lang: str = "vi") -> str:
    """The sentences of an edition with one component."""
    return " ".join(describe(edition, lang).items[0].sentences)


@pytest.mark.parametrize("words", GOLDEN)
def test_golden_sentences(words: str, page: list[Edition]) -> None:
    """A rule of the page has the sentences that were written for it by hand."""
    (at,) = [at for at, (rule, _, _) in enumerate(EXAMPLES) if words in rule]
    assert GOLDEN[words] in said(page[at])


def test_english_sentences(page: list[Edition]) -> None:
    """English has its own number format, and one point is no plural."""
    (at,) = [at for at, (rule, _, _) in enumerate(EXAMPLES) if '"(90%,…)"' in rule]
    text = said(page[at], "en")
    assert "Over 90 %: 2 points; from 70 % to 90 %: 1 point; under 70 %: 0 points." in text
    assert any(
        "Up to 21,000: 10 points; above, each further 1,000 adds 0.5 points" in said(each, "en")
        for each in page
    )


def items(parts: tuple[Item, ...]) -> list[Item]:
    """Every criterion of an annex."""
    return [each for part in parts for each in (part, *items(part.parts))]


def bare(title: str) -> str:
    """A title without regard to its capitals."""
    return title.casefold()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("done > 3", "done lớn hơn 3"),
        ("done < 3", "done nhỏ hơn 3"),
        ("done >= 3", "done từ 3 trở lên"),
        ("done <= 3", "done không quá 3"),
        ("done = 3", "done bằng 3"),
        ("done != 3", "done khác 3"),
        ("3 < done", "done lớn hơn 3"),
        ("3 > done", "done nhỏ hơn 3"),
        ("3 <= done", "done từ 3 trở lên"),
        ("3 = done", "done bằng 3"),
        ("3 != done", "done khác 3"),
        ("3 >= done", "done không quá 3"),
        ("rate > 5%", "rate trên 5 %"),
        ("rate in [5%,90%)", "rate từ 5 % đến dưới 90 %"),
        ("done >= late", "done không nhỏ hơn late"),
        ("done - 2 * late < few + 1", "done − 2 × late nhỏ hơn few + 1"),
        ("plan = late", "plan là late"),
        ("never != plan", "plan không phải là never"),
        ("{not: {any: [done > 3, [late = 0, few = 1]]}}",
         "không phải (done lớn hơn 3 hoặc (late bằng 0 và few bằng 1))"),
    ],
)  # fmt: skip
def test_conditions(written: str, words: str) -> None:
    """A comparison is said by its sense, whichever side the number stands on; what is joined is bracketed."""
    condition = written if written.startswith("{") else f"'{written}'"
    guard = f"guard: {{if: {condition}, points: 0}}\nmeasure: {{value: any}}\nscale: {{slope: 1}}"
    rule = read(guard).rule
    assert isinstance(rule, Guarded)
    fields = {each.name: evolve(each, unit="%" if each.name == "rate" else "") for each in FIELDS}
    speaker = Speaker(evolve(VOCABULARY, fields=fields), "vi")
    assert condition_text(rule.guards[0].condition, speaker) == words


@given(our.intervals(), our.intervals(), st.sampled_from(LANGUAGES), st.sampled_from(Kind))
def test_two_intervals_are_never_said_alike(one: Interval, two: Interval, lang: str, kind: Kind) -> None:
    """Edges, open or closed, are told apart in words."""
    speaker = Speaker(VOCABULARY, lang)
    assert (speaker.interval(one, kind) == speaker.interval(two, kind)) == (one == two)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_is_said_with_the_titles_of_its_fields(lang: str, known: list[Edition]) -> None:
    """Each leaf has a sentence with the title of every field that has one, and no id of such a field."""
    for edition in known:
        by_id = {each.id: each for each in items(describe(edition, lang).items)}
        for leaf in edition.leaves:
            text = " ".join(by_id[leaf.id].sentences)
            assert leaf.rule is not None
            assert text.endswith(".")
            specs = [edition.vocabulary.fields.get(name) for name in leaf.rule.fields]
            for spec in filter(None, specs):
                if spec.title.in_(lang):
                    assert bare(spec.title.in_(lang)) in bare(text), (edition.key, leaf.id)
                    assert "_" not in spec.name or not re.search(rf"\b{spec.name}\b", text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_criterion_is_said_with_its_source_and_maximum(lang: str, known: list[Edition]) -> None:
    """The basis of each sourced criterion stands in its sentences, and its maximum beside its title."""
    for edition in known:
        by_id = {each.id: each for each in items(describe(edition, lang).items)}
        assert list(by_id) == [each.id for each in edition.criteria]
        for each in edition.criteria:
            if each.source is not None:
                basis = parcore.i18n.say(f"basis-{each.source.basis.value}", lang)
                assert f"({basis})" in by_id[each.id].sentences[-1]
            if each.max is not None:
                assert {*numbers_of(each.max, edition.groups[0])} <= numbers_said(by_id[each.id].max, lang)


@given(editions(), st.sampled_from(LANGUAGES))
def test_every_sound_edition_is_said(edition: Edition, lang: str) -> None:
    """An edition of any shape has a sentence for each leaf, and all its policies."""
    annex = describe(edition, lang)
    assert all(each.sentences for each in items(annex.items))
    assert [each.id for each in items(annex.items)] == [each.id for each in edition.criteria]
    assert len(annex.policies) == 3


@given(editions(), st.sampled_from(LANGUAGES))
def test_what_a_criterion_adds_to_its_rule_is_said(edition: Edition, lang: str) -> None:
    """Weights, points in the place of empty evidence and a group's worth stand in the sentences."""
    by_id = {each.id: each for each in items(describe(edition, lang).items)}
    for node in edition.criteria:
        text = numbers_said(" ".join(by_id[node.id].sentences), lang)
        weights = [each.weight for each in node.children]
        assert {*numbers_of((*weights, node.scaled_from, [e.award for e in node.when.values()]))} <= text
        for state in node.when:
            assert parcore.i18n.say(f"state-{state.word}", lang) in bare(" ".join(by_id[node.id].sentences))


WORDS = {
    "value": "{value: done + 2 * late}",
    "count": "{count: [done, late]}",
    "ratio": "{ratio: [done, all_of]}",
    "share": "{share: {of: done, among: [done, late]}}",
    "choice": "{choice: plan}",
    "days": "{days: {from: period_end, to: period_end + 3}}",
    "growth": "{growth: done}",
    "survey": "{survey: {answers: [done, late], satisfied: [done]}}",
    "formula": "{formula: 'done / (late + 1)'}",
    "compared": "{compared: {measure: {value: rate}, with: highest, by: quotient, within: all,"
    " who: all, self: yes}}",
    "min_max": "{min_max: {measure: {value: rate}, within: all, inverse: no}}",
    "rank": "{rank: {measure: {value: rate}, within: all, who: all, best: highest}}",
    "index": "{index: {name: sipas, of: rank, period: previous}}",
}


def test_every_measure_has_words_of_its_own() -> None:
    """Each word for a measure is said otherwise than by its formula, so that none is forgotten."""
    assert set(WORDS) == set(MEASURES)
    for word, body in WORDS.items():
        if word == "choice":
            continue
        rule = read(f"measure: {body}\nscale: {{slope: 1}}").rule
        assert isinstance(rule, Scored)
        plain = word in ("value", "count", "formula")
        for lang in LANGUAGES:
            text = measure_text(rule.measure, Speaker(VOCABULARY, lang))
            assert plain or text != rule.measure.text()
            assert not re.search(r"prose-|₋₁|@", text)


@frozen
class Foreign:
    """A plugin's measure, known by its formula alone."""

    fields: tuple[str, ...] = ("done", "late")

    def node(self, group: str) -> Node:
        """A number."""
        return Const(our.F(1))

    def range(self, group: str) -> Range:
        """Anything."""
        return Range()

    def states(self) -> frozenset[State]:
        """None."""
        return frozenset()

    def text(self) -> str:
        """Its formula."""
        return "half(done; 1234.5) - late"


def test_a_measure_of_a_plugin_is_said_by_its_formula() -> None:
    """A measure that the engine does not know is said as its formula, with titles and the number format."""
    titled = {each.name: evolve(each, title=parcore.i18n.Text(f"Số {each.name}")) for each in FIELDS}
    measure: Measure = Foreign()
    speaker = Speaker(evolve(VOCABULARY, fields=titled), "vi")
    assert measure_text(measure, speaker) == "half(số done; 1.234,5) - số late"


@pytest.mark.parametrize(
    ("title", "within"),
    [
        ("Số hồ sơ", "số hồ sơ"),
        ("TTHC trực tuyến", "TTHC trực tuyến"),
        ("Hà Nội", "Hà Nội"),
        ("Số thủ tục (mức 3, 4)", "“Số thủ tục (mức 3, 4)”"),
    ],
)
def test_a_title_within_a_sentence(title: str, within: str) -> None:
    """A title begins small unless it is a name or an abbreviation; one with marks of its own is quoted."""
    spec = FieldSpec("it", FIELDS[0].kind, title=parcore.i18n.Text(title))
    assert Speaker(evolve(VOCABULARY, fields={"it": spec}), "vi").name("it") == within


def test_numbers_that_differ_by_group_are_listed_by_group() -> None:
    """Where only numbers differ each stands with its groups, in the one sentence of all."""
    (item,) = [each for each in describe(REGISTRY.edition("one-stop@2018"), "vi").items if each.code == "5"]
    assert item.sentences[1] == (
        "(a) từ 20 % (cấp bộ, cấp tỉnh), 50 % (cấp huyện), 100 % (cấp xã) trở lên: 2 điểm;"
        " (b) bằng 100 %: 1 điểm; (b) dưới 100 %: 0 điểm."
    )


def test_the_public_function_gives_the_annex() -> None:
    """`parcore.describe` is the prose reading; it refuses a language that there is not."""
    edition = parcore.load_edition("example@2025")
    assert parcore.describe(edition, "en") == describe(edition, "en")
    with pytest.raises(ValueError, match="'fr'"):
        parcore.describe(edition, "fr")
