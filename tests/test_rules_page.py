"""The page `docs/rules.md` is a test: each rule on it pays what the table beneath it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import parcore
from parcore.numbers import exact_text
from parcore.values import State

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "rules.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```yaml\n(max: .*?)^```\n\n((?:^\|[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
(VOCABULARY,) = re.findall(r"^```yaml\n(vocabulary: .*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SOURCE = {"clause": "1", "basis": "illustrative"}
HEAD = {
    "methodology": "page",
    "edition": "1",
    "title": "Trang quy tắc",
    "applies": {"from": "2024"},
    "units": {"kinds": ["page-unit"]},
    "vocabulary": "rules",
    "source": {"title": "docs/rules.md", **SOURCE},
}
NOTHING_ARISES = ('"ratio"', '"share"', '"survey"', '"compared"', '"min_max"', '"growth"', " / ")
"""Words of measures of which nothing may have arisen, whatever their fields declare."""


def examples() -> list[tuple[str, list[str], list[list[str]]]]:
    """Each rule, its columns and its rows."""
    found = []
    for rule, table in EXAMPLE.findall(PAGE):
        lines = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()]
        found.append((rule, lines[0], lines[2:]))
    return found


EXAMPLES = examples()


def completed(rule: dict[str, Any], id_: str, *, falls_through: bool = False) -> dict[str, Any]:
    """A criterion with what the page leaves out: id, title, source; of a part, zero for each state."""
    node = {"id": id_, "title": id_, "source": SOURCE, **rule}
    if "criteria" in node:
        *first, last = node["criteria"]
        falls = node.get("combine") == "first"
        children = [completed(each, each["id"], falls_through=falls) for each in first]
        node["criteria"] = [*children, completed(last, last["id"])]
    elif "when" not in node:
        node["when"] = dict.fromkeys(("missing", "unverified", "rejected"), "zero")
        if (
            not falls_through
            and "deduct" not in node
            and any(word in json.dumps(rule) for word in NOTHING_ARISES)
        ):
            node["when"]["nothing_arose"] = "zero"
    return node


def edition_text(rule: str, columns: list[str], rows: list[list[str]]) -> dict[str, Any]:
    """The edition of one rule; a column `group` names its unit groups."""
    component = completed(yaml.load(rule, yaml.BaseLoader), "rule")
    head = HEAD
    if columns[0] == "group":
        head = HEAD | {
            "units": {"kinds": ["page-unit"], "groups": list(dict.fromkeys(row[0] for row in rows))}
        }
    return head | {"total": component.get("worth", component["max"]), "components": [component]}


@pytest.mark.parametrize("rule", [rule for rule, *_ in EXAMPLES])
def test_every_rule_of_the_page_shows_its_effects(rule: str) -> None:
    """A rule on the page is written with its `when`, whole enough to be copied."""
    written = yaml.load(rule, yaml.BaseLoader)
    assert ("when" in written) != ("criteria" in written)


def test_every_rule_of_the_page_has_its_table() -> None:
    """No example stands on the page without stated points."""
    assert len(EXAMPLES) == len(re.findall(r"^```yaml\nmax: ", PAGE, re.MULTILINE))
    assert all(rows for _, _, rows in EXAMPLES)


@pytest.mark.parametrize(("rule", "columns", "rows"), EXAMPLES)
def test_a_rule_pays_what_its_table_says(
    rule: str, columns: list[str], rows: list[list[str]], tmp_path: Path
) -> None:
    """Each row of evidence, scored under the rule as it stands on the page, gives the points beside it."""
    grouped = columns[0] == "group"
    members = "".join(
        f"  - {{id: u{at}, kind: page-unit, name: U{at}{f', group: {row[0]}' if grouped else ''}}}\n"
        for at, row in enumerate(rows)
    )
    table = ["unit,period," + ",".join(columns[grouped:-1])]
    table += [f"u{at},2024," + ",".join(row[grouped:-1]) for at, row in enumerate(rows)]
    evidence_text: dict[str, object] = {"evidence": "page", "tables": ["table.csv"]}
    if columns[0] == "dossiers":
        cases = [(at, each) for at, row in enumerate(rows) for each in row[0].split() if each != "none"]
        table = ["unit,period,outcome", *(f"u{at},2024,{each}" for at, each in cases)]
        without = [f"u{at}" for at, row in enumerate(rows) if row[0] == "none"]
        lists = {"kind": "dossiers", "file": "table.csv", "none": without}
        evidence_text = {"evidence": "page", "period": 2024, "records": [lists]}
    files = {
        "vocabulary.yaml": VOCABULARY,
        "units.yaml": "units: page\nmembers:\n" + members,
        "edition.yaml": yaml.safe_dump(
            edition_text(rule, columns, rows), allow_unicode=True, sort_keys=False
        ),
        "table.csv": "\n".join(table) + "\n",
        "evidence.yaml": yaml.safe_dump(evidence_text, allow_unicode=True, sort_keys=False),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    edition = parcore.load_edition("page@1", paths=[tmp_path])
    evidence = parcore.read_evidence(edition, [tmp_path / "evidence.yaml"], paths=[tmp_path])
    result = parcore.score(edition, evidence, 2024, paths=[tmp_path])
    for at, row in enumerate(rows):
        card = result.card(f"u{at}")
        assert card is not None
        points = card.points("rule")
        assert (exact_text(points.number) if points.state is State.OK else points.state.word) == row[-1]
