"""The page `docs/rules.md` is a test: each rule on it pays what the table beneath it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import parcore
from parcore.numbers import exact_text
from parcore.values import State

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "rules.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```yaml\n(max: .*?)^```\n\n((?:^\|[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
(VOCABULARY,) = re.findall(r"^```yaml\n(vocabulary: .*?)^```", PAGE, re.MULTILINE | re.DOTALL)
HEAD = """methodology: page
edition: "1"
title: Trang quy tắc
applies: {{from: 2024}}
units: {{kinds: [page-unit]}}
vocabulary: rules
total: {top}
source: {{title: docs/rules.md, basis: illustrative}}
components:
  - id: rule
    title: Quy tắc
    source: {{clause: "1", basis: illustrative}}
"""


def examples() -> list[tuple[str, list[str], list[list[str]]]]:
    """Each rule, its columns and its rows."""
    found = []
    for rule, table in EXAMPLE.findall(PAGE):
        lines = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()]
        found.append((rule, lines[0], lines[2:]))
    return found


EXAMPLES = examples()


def when(rule: str) -> str:
    """The effects of emptiness where the example leaves them out: zero for all that can arise."""
    if "\nwhen:" in rule:
        return ""
    ratio = ", nothing_arose: zero" if "ratio:" in rule else ""
    return f"    when: {{missing: zero, unverified: zero, rejected: zero{ratio}}}\n"


def test_every_rule_of_the_page_has_its_table() -> None:
    """No example stands on the page without stated points."""
    assert len(EXAMPLES) == len(re.findall(r"^```yaml\nmax: ", PAGE, re.MULTILINE))
    assert all(rows for _, _, rows in EXAMPLES)


@pytest.mark.parametrize(("rule", "columns", "rows"), EXAMPLES)
def test_a_rule_pays_what_its_table_says(
    rule: str, columns: list[str], rows: list[list[str]], tmp_path: Path
) -> None:
    """Each row of evidence, scored under the rule as it stands on the page, gives the points beside it."""
    top = re.match(r"max: (\S+)", rule)
    assert top is not None
    body = re.sub(r"^", "    ", rule.strip(), flags=re.MULTILINE) + "\n"
    members = "".join(f"  - {{id: u{at}, kind: page-unit, name: U{at}}}\n" for at in range(len(rows)))
    table = ["unit,period," + ",".join(columns[:-1])]
    table += [f"u{at},2024," + ",".join(row[:-1]) for at, row in enumerate(rows)]
    files = {
        "vocabulary.yaml": VOCABULARY,
        "units.yaml": "units: page\nmembers:\n" + members,
        "edition.yaml": HEAD.format(top=top.group(1)) + body + when(rule),
        "evidence.csv": "\n".join(table) + "\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    edition = parcore.load_edition("page@1", paths=[tmp_path])
    evidence = parcore.read_evidence(edition, [tmp_path / "evidence.csv"], paths=[tmp_path])
    result = parcore.score(edition, evidence, 2024, paths=[tmp_path])
    for at, row in enumerate(rows):
        card = result.card(f"u{at}")
        assert card is not None
        points = card.points("rule")
        assert (exact_text(points.number) if points.state is State.OK else points.state.word) == row[-1]
