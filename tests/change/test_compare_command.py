"""`parcore compare`, as a person types it: editions, years, stages, and what they print."""

from __future__ import annotations

import json
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from parcore.change.page import html as as_page
from parcore.change.telling import Section
from parcore.cli import cli
from parcore.diagnostics import ParcoreError
from parcore.numbers import parse_exact

PAPI = Path(__file__).parents[3] / "shared" / "data" / "papi"
PARTS = ("rule", "evidence", "units", "not_comparable", "rounding")


def typed(*words: str) -> Result:
    """What a command did."""
    return CliRunner().invoke(cli, ["compare", *words, "--lang", "en"], catch_exceptions=True)


def told(*words: str) -> dict[str, Any]:
    """What a command printed as JSON."""
    done = typed(*words, "--format", "json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def exact(text: str | None) -> Fraction:
    """A number of the JSON; nothing counts as 0."""
    return Fraction(0) if text is None else parse_exact(text)


def added_up(data: dict[str, Any]) -> int:
    """How many numbers were split; each one's parts are its change."""
    count = 0
    for unit in data["why"]["units"]:
        for each in (unit["index"], *unit["groups"], *unit["criteria"]):
            if each["parts"] is not None:
                parts = sum(exact(each["parts"][name]) for name in PARTS)
                assert parts == exact(each["second"]) - exact(each["first"])
                count += 1
    return count


def test_two_editions_are_compared_without_evidence() -> None:
    """Nothing is scored where neither a period nor evidence is named."""
    data = told("example@2024", "example@2025")
    assert set(data) == {"editions"}
    kinds = {
        each["second"][0]["id"]: each["kinds"] for each in data["editions"]["criteria"] if each["second"]
    }
    assert kinds["on-time"] == ["reweighted", "tightened"]


def test_one_evidence_under_two_editions_owes_nothing_to_work() -> None:
    """The parts add up, and evidence has none."""
    data = told("example@2024", "example@2025", "--period", "2024", "--why")
    assert added_up(data) > 50
    assert {unit["index"]["parts"]["evidence"] for unit in data["why"]["units"]} == {"0"}


def test_two_stages_of_one_edition_owe_nothing_to_the_rule() -> None:
    """Self-assessed and final are compared as two years are."""
    data = told("example@2024", "--period", "2024", "--stage", "self", "--stage", "final", "--why")
    assert "editions" not in data
    assert added_up(data) > 0
    for unit in data["why"]["units"]:
        assert unit["index"]["parts"] is None or unit["index"]["parts"]["rule"] == "0"


@pytest.mark.skipif(not PAPI.is_dir(), reason="the PAPI data set is not at hand")
@pytest.mark.parametrize(
    ("first", "second", "gone"),
    [((2017, "2011"), (2018, "2018"), 8), ((2020, "2019"), (2021, "2021"), 1)],
    ids=["six dimensions to eight", "a column dropped"],
)
def test_papi_is_split_without_rest_where_it_changed(
    first: tuple[int, str], second: tuple[int, str], gone: int
) -> None:
    """Every province scored in both years: residue 0, what has no counterpart named, no part of any rule."""
    words = [f"papi@{first[1]}", f"papi@{second[1]}", "--period", str(first[0]), "--period", str(second[0])]
    files = ["--before", str(PAPI / f"{first[0]}.csv"), "--after", str(PAPI / f"{second[0]}.csv")]
    data = told(*words, *files, "--why")
    units = data["why"]["units"]
    scored = [each for each in units if each["index"]["first"] and each["index"]["second"]]
    assert len(scored) > 55
    assert added_up(data) > 30 * len(scored)
    for each in scored:
        parts = {name: exact(text) for name, text in each["index"]["parts"].items()}
        assert [parts[name] for name in ("rule", "units", "rounding")] == [0, 0, 0]
        alone = [one for one in each["criteria"] if one["not_comparable_because"] is not None]
        assert {one["not_comparable_because"] for one in alone} == {"no-counterpart"}
        # What has no counterpart makes all of the incomparable part: a sum of criteria is a sum of its parts.
        lost = sum(exact(one["second"]) - exact(one["first"]) for one in alone)
        assert parts["not_comparable"] == lost
        kept = [one for one in each["criteria"] if one["not_comparable_because"] is None]
        assert parts["evidence"] == sum(exact(one["second"]) - exact(one["first"]) for one in kept)
    changed = data["editions"]["criteria"]
    leaves = [each for each in changed if set(each["kinds"]) & {"added", "removed"}]
    assert len(leaves) == gone


def test_a_unit_is_told_by_criterion() -> None:
    """`--unit` adds a table of the unit's criteria and groups."""
    done = typed("example@2024", "example@2025", "--period", "2024", "--why", "--unit", "example-health")
    assert done.exit_code == 0
    assert "Reform initiatives" in done.stdout.partition("percentage points")[2]
    assert "the other edition has none" in done.stdout


class Tables(HTMLParser):
    """Counts the tables of a page, and what is open at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.tables, self.open = 0, 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A tag that has an end."""
        self.tables += tag == "table"
        self.open += tag not in ("meta", "br")

    def handle_endtag(self, tag: str) -> None:
        """The end of one."""
        self.open -= 1


class Texts(HTMLParser):
    """The texts in the body of a page, one an element."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.body = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """The body begins."""
        self.body = self.body or tag == "body"

    def handle_data(self, data: str) -> None:
        """A text, entities read."""
        if self.body and data.strip():
            self.texts.append(data)


def test_the_page_has_what_the_terminal_has() -> None:
    """Markdown and HTML hold the same tables, and a text of a document cannot break them."""
    words = ("example@2024", "example@2025", "--period", "2024", "--why")
    markdown, html = (typed(*words, "--format", form).stdout for form in ("markdown", "html"))
    page = Tables()
    page.feed(html)
    assert (page.tables, page.open) == (3, 0)
    for text in ("+0.7307", "Dossiers settled on time", "percentage points"):
        assert text in html
        assert text in markdown


def test_a_page_without_reasons_has_the_units_side_by_side() -> None:
    """With a period, and without --why, a page too tells which units differ and by how much."""
    words = ("example@2024", "example@2025", "--period", "2024")
    markdown, html = (typed(*words, "--format", form).stdout for form in ("markdown", "html"))
    for text in ("Home Affairs (illustrative)", "92.98", "86.18", "The same evidence of 2024"):
        assert text in html
        assert text in markdown


def test_two_periods_side_by_side_are_not_one_evidence(tmp_path: Path) -> None:
    """The table of two years names the years."""
    header = "unit,dossiers_on_time,dossiers_settled\n"
    files: list[str] = []
    for word, on_time in (("--before", 50), ("--after", 60)):
        path = tmp_path / f"{word[2:]}.csv"
        path.write_text(f"{header}example-health,{on_time},100\n", "utf-8")
        files += [word, str(path)]
    done = typed("example@2025", "--period", "2025", "--period", "2026", *files)
    assert done.exit_code == 0, done.output
    assert "example@2025 2025 → example@2025 2026" in done.stdout
    assert "The same evidence" not in done.stdout


def test_no_text_of_a_document_becomes_markup() -> None:
    """Signs, numbers and entities at the beginning of a line or within it are shown as they are."""
    lines = (
        "+ more",
        "- dash",
        "1. one",
        "=== x",
        "&lt;b&gt; & <script>alert(1)</script>",
        "*a* `b` [c](d) | e",
    )
    page = as_page([Section("<i>&amp;", (("x", "a|b"),), ({"x": "+0.5 <b>"},), lines)], "en")
    found = Texts()
    found.feed(page)
    assert found.texts == ["<i>&amp;", "a|b", "+0.5 <b>", *lines]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("example@2024",), "name two editions"),
        (("example@2024", "example@2024", "--period", "2024"), "both sides are the same"),
        (("example@2024", "example@2024"), "both sides are the same"),
        (("example@2024", "example@2025", "papi@2011"), "two sides are compared"),
        (("example@2024", "--period", "2023", "--period", "2024", "--period", "2025"), "two sides"),
    ],
)
def test_what_cannot_be_compared_is_refused_as_a_usage_error(words: tuple[str, ...], said: str) -> None:
    """A command that names no two sides says what to name."""
    done = typed(*words)
    assert done.exit_code == 2
    assert said in done.output


def test_a_unit_of_neither_side_is_refused() -> None:
    """A slip in a unit's name is an error with the nearest name."""
    done = typed("example@2024", "example@2025", "--period", "2024", "--why", "--unit", "example-helth")
    assert isinstance(done.exception, ParcoreError)
    assert "example-health" in done.exception.diagnostics[0].render("en")
