"""Policies as sentences: golden ones, written by hand."""

from __future__ import annotations

import pytest

from parcore.editions.edition import Edition
from parcore.readings.prose.annex import describe
from parcore.registry import Registry
from tests import test_policies_page as policies_page

REGISTRY = Registry()

POLICIES = {
    "conversion: {to: 100}": ("Lấy điểm đạt được chia cho điểm có thể đạt rồi quy đổi về thang 100 điểm.",),
    "initiatives": ("Tổng điểm sau khi cộng và trừ không dưới 0 điểm và không quá 102 điểm.",),
    "figures: {most: 30}": (
        (
            "Nếu (a) trên 30 ngày, trong đó (a) là số ngày từ ngày cuối kỳ + 15 ngày đến ngày nộp hồ sơ"
            " tự chấm (số âm là sớm hơn), thì xếp loại not_done;"
            " chưa thẩm định, thiếu số liệu hoặc không được công nhận: coi như có."
        ),
    ),
    "absent:": (
        (
            "Nếu không đơn vị nào có số liệu theo phương pháp khảo sát thì các tiêu chí theo phương pháp đó"
            " không tính vào điểm tối đa của mọi đơn vị (minh họa: khảo sát)."
        ),
    ),
    "from: 2024": (
        (
            "Từ năm 2024, xếp loại theo chỉ số (điểm trên 100 điểm có thể đạt), chưa làm tròn:"
            " A: từ 90 đến 100; B: từ 0 đến dưới 90."
        ),
    ),
    "every: leaf": (
        (
            "Để xếp loại excellent, mọi lĩnh vực phải đạt ít nhất 50 % điểm tối đa (đã làm tròn);"
            " tiêu chí không đánh giá thì coi là đáp ứng."
        ),
        "Đơn vị không đáp ứng thì xuống loại thấp hơn liền kề mà đơn vị đáp ứng.",
    ),
    "head = warned": (
        (
            "Nếu kỷ luật người đứng đầu là cảnh cáo thì xếp loại không cao hơn done;"
            " chưa thẩm định, thiếu số liệu hoặc không được công nhận: đơn vị không được xếp loại."
        ),
    ),
    "at_least: 2, within": (
        (
            "Hạn mức loại excellent: 20 % số đơn vị xếp loại excellent hoặc good, trong tất cả các đơn vị,"
            " làm tròn xuống, ít nhất 2 đơn vị; lấy các đơn vị xếp hạng cao nhất, bằng nhau ở ranh giới thì"
            " cấp có thẩm quyền quyết định; các đơn vị còn lại xếp loại good."
        ),
    ),
    "best: lowest": (
        (
            "Các đơn vị bằng nhau được phân định lần lượt theo: điểm tiêu chí “Hai” (chưa làm tròn), cao hơn"
            " xếp trước; biên chế, thấp hơn xếp trước."
        ),
        "Nếu vẫn bằng nhau thì cấp có thẩm quyền quyết định.",
    ),
    "against: neighbour": ("Chênh lệch không quá 0,001 so với đơn vị liền trên thì coi là bằng nhau.",),
}
"""What stands in a policy of `docs/policies.md`, and the Vietnamese sentences it must have."""


@pytest.mark.parametrize("words", POLICIES)
def test_golden_policies(words: str, policies: list[Edition]) -> None:
    """A policy of the page has the sentences that were written for it by hand."""
    (at,) = [at for at, (policy, _, _) in enumerate(policies_page.EXAMPLES) if words in policy]
    assert set(POLICIES[words]) <= set(describe(policies[at], "vi").policies)


def test_a_penalty_is_taken_off(policies: list[Edition]) -> None:
    """The items of bonus and penalty stand under their caps, and a penalty's points are taken off."""
    (at,) = [at for at, (policy, _, _) in enumerate(policies_page.EXAMPLES) if "initiatives" in policy]
    bonus, penalty = describe(policies[at], "vi").adjustments
    assert (bonus.title, bonus.max, penalty.title, penalty.max) == (
        "Điểm cộng", "tối đa 3 điểm", "Điểm trừ", "tối đa 3 điểm",
    )  # fmt: skip
    assert bonus.parts[0].sentences[1] == "Mỗi trường hợp được 1 điểm, tối đa 5 điểm."
    assert penalty.parts[0].sentences[1:3] == (
        "Mỗi trường hợp trừ 0,5 điểm, trừ tối đa 2 điểm.",
        "Chưa thẩm định, thiếu số liệu hoặc không được công nhận: trừ mức tối đa.",
    )


def test_policies_are_said() -> None:
    """Rounding, classes and ranking stand under the criteria, each with what it reads."""
    assert describe(REGISTRY.edition("example@2025"), "vi").policies == (
        "Làm tròn (chữ số bỏ đi từ 5 trở lên thì làm tròn lên): chỉ số đến 2 chữ số thập phân.",
        (
            "Xếp loại theo chỉ số (điểm trên 100 điểm có thể đạt), đã làm tròn:"
            " A: từ 90 đến 100; B: từ 80 đến dưới 90; C: từ 65 đến dưới 80; D: từ 0 đến dưới 65."
        ),
        (
            "Xếp hạng theo chỉ số (điểm trên 100 điểm có thể đạt), chưa làm tròn, trong tất cả các đơn vị;"
            " các đơn vị bằng nhau đồng hạng, các hạng sau đó bỏ cách (1, 2, 2, 4)."
        ),
    )
