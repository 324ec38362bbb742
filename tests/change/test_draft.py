"""Drafts of next year's edition: the parent's text, its rules and ids, without its claims."""

from __future__ import annotations

import re

import pytest
import yaml

from parcore.change.draft import CLAIMS, Draft
from parcore.change.editions import compare
from parcore.diagnostics import Findings
from parcore.documents.spans import changed, entries, without
from parcore.documents.yaml import parse_yaml
from parcore.editions.edition import Edition
from parcore.packages import Document
from parcore.registry import Registry
from parcore.sources import Basis

REGISTRY = Registry()
DOCUMENTS = REGISTRY.edition_documents()


def drafted(document: Document, text: str | None = None, name: str = "next") -> tuple[Edition, str]:
    """The draft that is made from an edition, read, and its text."""
    written = document.path.read_text("utf-8") if text is None else text
    parent = read(written)
    made = Draft(parent, name, (parent.last_year or 2030) + 1).text(written)
    return read(made), made


def read(text: str) -> Edition:
    """The edition of a text that has no findings."""
    findings = Findings()
    edition = REGISTRY.edition_of(parse_yaml(text, "draft.yaml", findings), findings)
    assert [each.render("en") for each in findings] == []
    assert edition is not None
    return edition


def named(key: str) -> Document:
    """The shipped edition of a key."""
    return next(each for each in DOCUMENTS if each.key == key)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.key)
class TestOfEveryShippedEdition:
    """What holds of the draft of any edition."""

    def test_nothing_of_the_rules_differs(self, document: Document) -> None:
        """A draft is its parent by every id, rule and policy, and says whom it replaces."""
        parent, (draft, _) = REGISTRY.load(document), drafted(document)
        change = compare((parent, draft))
        assert (change.criteria, change.policies) == ((), ())
        assert [each.id for each in draft.nodes] == [each.id for each in parent.nodes]
        assert (draft.replaces, draft.last_year, draft.key) == (
            parent.key,
            None,
            f"{parent.methodology}@next",
        )
        assert draft.first_year == (parent.last_year or 2030) + 1

    def test_nothing_is_claimed(self, document: Document) -> None:
        """A draft has no decision, names its parent's nowhere in its title, and no basis in it is a claim."""
        parent, (draft, text) = REGISTRY.load(document), drafted(document)
        claims = "|".join(each.value for each in CLAIMS)
        assert draft.decision is None
        assert re.findall(rf"\bbasis: *[\"']?({claims})\b", text) == []
        assert draft.source.basis is Basis.ILLUSTRATIVE
        assert draft.source.title.startswith(f"Dự thảo {draft.first_year}, theo ")
        if parent.decision is not None:
            assert parent.decision.number not in f"{draft.title.vi} {draft.title.en}"

    def test_every_line_of_the_tree_stays(self, document: Document) -> None:
        """From `components` on only bases differ: comments, order and anchors are the author's."""
        written, (_, text) = document.path.read_text("utf-8"), drafted(document)
        bodies = [each.partition("\ncomponents:")[2].splitlines() for each in (written, text)]
        unlike = [
            (old, new)
            for old, new in zip(*bodies, strict=True)
            if old != new and re.sub(r"\bbasis: (official|reported)", "basis: illustrative", old) != new
        ]
        assert unlike == []

    def test_a_draft_of_a_draft_is_made_too(self, document: Document) -> None:
        """Two autumns in a row: the second draft replaces the first, and quotes its note in turn."""
        first, text = drafted(document)
        second, _ = drafted(document, text, "after")
        assert second.replaces == first.key
        assert second.first_year == 2031
        assert first.note.vi.split() == second.note.vi.split()[-len(first.note.vi.split()) :]


def test_what_the_parent_superseded_is_not_said_again() -> None:
    """`supersedes` speaks of the edition before: a draft that kept it would lose the criterion's own past."""
    document = named("example@2025")
    written = document.path.read_text("utf-8").replace(
        '        code: "1.2"\n', '        supersedes: [tasks]  # was another\n        code: "1.2"\n'
    )
    parent = read(written)
    draft, text = drafted(document, written)
    assert "supersedes: [" not in text
    assert next(each for each in parent.nodes if each.id == "tasks").supersedes == ("tasks",)
    change = compare((parent, draft))
    assert change.criteria == ()


def told_of(edition: Edition) -> tuple[object, ...]:
    """What the head of an edition says, but for its source."""
    title, note = edition.title, edition.note
    return edition.key, edition.replaces, edition.first_year, edition.decision, title, note


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("decision: {number: 892/QĐ-BNV", '"decision": {number: 892/QĐ-BNV'),
        ("applies: {from: 2024, to: 2024}", "applies: # years\n  from: 2024 # first\n  to: 2024 # last"),
        ("source: {title: 892/QĐ-BNV, basis: reported}", "source:\n  # no title\n  basis: reported # why"),
        ("source: {title: 892/QĐ-BNV, basis: reported}", "source: {basis: reported}"),
        ("source: {title: 892/QĐ-BNV, basis: reported}", "source: {title: '892', basis: &b reported}"),
        ("replaces: par-index-province@2022\n", ""),
        ("replaces: par-index-province@2022", "replaces: 'par-index-province@2022' # the last"),
        ('edition: "2024"', "edition: 2024 # its name"),
    ],
)
def test_however_the_head_is_written(old: str, new: str) -> None:
    """Block or flow, quoted or not, with comments or anchors: the same head comes of it."""
    document = named("par-index-province@2024")
    written = document.path.read_text("utf-8")
    plain, _ = drafted(document)
    assert written.count(old) == 1
    other, text = drafted(document, written.replace(old, new))
    assert told_of(other) == told_of(plain)
    assert other.source.title.startswith("Dự thảo 2025, theo ")
    assert other.source.basis is plain.source.basis
    for comment in re.findall(r"# (?:why|the last|its name|years)", new):
        assert comment in text


def test_a_source_of_several_lines_is_named_in_one() -> None:
    """The parent's source is named in the draft's as one line, however it was written."""
    document = named("par-index-province@2024")
    written = document.path.read_text("utf-8")
    old = "source: {title: 892/QĐ-BNV, basis: reported}"
    assert written.count(old) == 1
    draft, _ = drafted(
        document, written.replace(old, "source:\n  title: >\n    892,\n    a copy\n  basis: reported")
    )
    assert draft.source.title == "Dự thảo 2025, theo 892, a copy"


def test_an_edition_without_a_note_says_that_it_is_a_draft() -> None:
    """A draft has its note, in both languages, whether or not the parent had one."""
    draft, _ = drafted(named("example@2025"))
    assert draft.note.en.startswith("A draft for 2031, behind which there is no decision")
    assert draft.note.vi.startswith("Dự thảo 2031, chưa có quyết định nào")


# Texts


def taken_out(text: str, path: tuple[str, ...]) -> object:
    """What YAML reads of a text without one of its entries."""
    return yaml.safe_load(changed(text, [without(text, entries(text)[path])]))


@pytest.mark.parametrize(
    "text",
    [
        "a: {b: 1, c: [2], d: 3}\n",
        "a: {b: 1, c: [2]}\n",
        "a: {c: [2]}\n",
        "a:\n  c: [2] # c\n  b: 1\n",
        "a:\n  b: 1\n  # ấ😀\n  c:\n    - 2\n    - 3",
        "a:\n  b: &x 1\n  c: *x\n  d: 4\n",
        "a:\n  c: >-\n    2\n    3\n\n  # d\n  d: 4\n",
    ],
)
def test_an_entry_is_taken_out_and_nothing_else(text: str) -> None:
    """Without an entry a text reads as its data without that key, however it is written."""
    whole = yaml.safe_load(text)["a"]
    left = {key: value for key, value in whole.items() if key != "c"}
    assert (taken_out(text, ("a", "c")) or {}) == {"a": left or ({} if "{" in text else None)}


def test_an_entry_of_a_list_is_taken_out_from_behind_its_dash() -> None:
    """The first key of an item leaves the dash to the next one."""
    text = "a:\n  - c: [1]\n    b: 2\n  - b: 3\n"
    assert taken_out(text, ("a", "0", "c")) == {"a": [{"b": 2}, {"b": 3}]}


@pytest.mark.parametrize(
    "value",
    [
        "x",
        '"x 😀"',
        "'x'",
        ">-\n    x\n    ấ",
        "&n x",
        "[x, {y: z}]",
        "{x: y}",
        "\n    x: y",
        "\n    - x\n    - y",
    ],
)
def test_a_value_is_found_from_its_first_character_to_its_last(value: str) -> None:
    """What stands at the place of a value is that value, without its anchor, comments or line break."""
    text = f"# ấ😀\nbefore: {{q: 😀}}\nat:\n  key: {value}\n  # after\n  more: *n\n"
    if "&n" not in value:
        text = text.replace("*n", "n")
    found = entries(text)["at", "key"]
    assert text[found.start : found.end] == value.strip().removeprefix("&n ")


def test_paths_count_the_items_of_lists() -> None:
    """A value deep in lists is found by the numbers of their items; what an alias repeats is not."""
    found = entries("a:\n  - {b: &x {c: 1}}\n  - - {d: *x}\n")
    assert set(found) == {("a",), ("a", "0", "b"), ("a", "0", "b", "c"), ("a", "1", "0", "d")}
    assert found["a", "1", "0", "d"].alias
