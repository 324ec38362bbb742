"""Claims documents: what is wrong is told at its place, all at once."""

from __future__ import annotations

from fractions import Fraction

import pytest

from parcore.audit.claims import NOWHERE, FigureOf
from parcore.audit.printed import Printing
from parcore.diagnostics import Findings
from parcore.i18n import LANGUAGES
from parcore.numbers import NumberFormat
from tests.audit.claims import document, read

WHOLE = """
title: {vi: Thử, en: Test}
numbers: vi
printing: truncated
against: {edition: par-index-province, period: 2023}
statements:
  - text: "Điểm là 9,05/9,5."
    says:
      got: {printed: "9,05 points", is: {unit: nam-dinh, quantity: "points:steering"}}
      most: 9,5 maximum
  - text: "Năm trước là 9,01."
    source: {title: another paper, basis: reported}
    says:
      before: 9,01 points
unknown:
  change: "[0,1] points"
relations:
  within: got <= most
  change:
    says: {points: got = before + change, per-cent: got = before * (1 + change / 100)}
    note: {vi: hai cách, en: two ways}
"""


def test_a_document_is_read_whole() -> None:
    """Head, statements, sources, numbers, ranges of numbers not printed, relations and readings."""
    findings = Findings()
    claims = read(WHOLE, findings)
    assert claims is not None
    assert not list(findings)
    assert (claims.name, claims.title.en, claims.format) == ("test", "Test", NumberFormat.VI)
    assert claims.printing is Printing.TRUNCATED
    assert claims.numbers["got"].is_ == FigureOf("nam-dinh", "points:steering")
    assert claims.numbers["got"].printed.interval.low == Fraction("9.05")
    assert claims.numbers["before"].statement.other is not None
    assert claims.numbers["change"].statement is NOWHERE
    assert [each.name for each in claims.printed] == ["got", "most", "before"]
    assert [[each.name for each in it.readings] for it in claims.relations] == [[""], ["points", "per-cent"]]
    assert claims.relations[1].note.en == "two ways"


def test_printing_is_unknown_where_nothing_is_said() -> None:
    """Without a word on it, a number may have been rounded or cut off."""
    claims = read("statements: [{text: x, says: {a: 1 points}}]\n")
    assert claims is not None
    assert claims.printing is Printing.UNKNOWN


SAYS = "statements: [{text: x, says: {a: 1 points, b: 2 points}}]\n"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("statements: []\n", ["too-few"]),
        ("statements: [{text: x}]\n", ["missing-key"]),
        ("statements: [{text: x, says: {a: 1 apples}}]\n", ["wrong-form"]),
        ("statements: [{text: x, says: {a: 63}}]\n", ["wrong-shape"]),
        ('statements: [{text: x, says: {a: "[0,1] %"}}]\n', ["wrong-form"]),
        ('statements: [{text: x, says: {a: "1.234 points"}}]\n', ["number-ambiguous"]),
        ('statements: [{text: x, says: {a: "1.2.3 points"}}]\n', ["not-a-number"]),
        (SAYS + 'unknown: {c: "1 %"}\n', ["wrong-form"]),
        (SAYS + 'unknown: {c: "[3,1] %"}\n', ["not-an-interval"]),
        (SAYS + 'unknown: {a: "[0,1] %"}\n', ["duplicate-id"]),
        (SAYS + "relations: {r: a = c}\n", ["claim-unknown"]),
        (SAYS + "relations: {r: a b}\n", ["claim-relation"]),
        (SAYS + "relations: {r: a = b = a}\n", ["claim-relation"]),
        (SAYS + "relations: {r: a = b +}\n", ["claim-relation"]),
        (SAYS + "relations: {r: {says: {one: a = b}}}\n", ["too-few"]),
        (SAYS + "against: {edition: x, period: last}\n", ["not-a-period"]),
        (
            'statements: [{text: x, says: {a: {printed: 1 points, is: {unit: x, quantity: index}}}}]\n',
            ["missing-key"],
        ),
        (
            'statements: [{text: x, says: {a: 1 apples, b: "1.234 points"}}]\nrelations: {r: a = c}\n',
            ["wrong-form"],
        ),
        (
            'statements: [{text: x, says: {a: "1.234 points"}}]\nrelations: {r: a = c}\n',
            ["number-ambiguous", "claim-unknown"],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(text: str, codes: list[str]) -> None:
    """Each mistake has its finding, in sentences of both languages, and the document is refused."""
    findings = Findings()
    assert read(text, findings) is None
    assert [each.code for each in findings] == codes
    for each in findings:
        for lang in LANGUAGES:
            assert "{" not in each.message(lang).replace("{edition, period}", "")


def test_a_name_that_is_not_known_is_told_with_the_nearest() -> None:
    """A slip in a relation is told with the name that was meant, at the relation's place."""
    findings = Findings()
    read(document({"total": "1 points", "part": "1 points"}, {"sum": "totl = part"}), findings)
    (found,) = findings
    assert found.code == "claim-unknown"
    assert found.place.line == 11
    assert "total" in found.fix("en")
