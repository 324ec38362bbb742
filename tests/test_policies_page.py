"""The page `docs/policies.md` is a test: each policy on it does what the table beneath it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import parcore
from parcore.numbers import NumberFormat, exact_text
from parcore.results.result import Result, Scorecard
from parcore.rules.policies import Quantity
from parcore.values import Value

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "policies.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```yaml\n([^`]*?)^```\n\n((?:^\|[^\n]*\n)+)", re.MULTILINE)
(VOCABULARY,) = re.findall(r"^```yaml\n(vocabulary: .*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(TREE,) = re.findall(r"^```yaml\ntotal: 100\n(components:.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
HEAD = """methodology: page
edition: "1"
title: Trang chính sách
applies: {from: 2020}
vocabulary: policies
source: {title: docs/policies.md, basis: illustrative}
"""
UNITS = "units: {kinds: [page-unit]}\n"
ANSWERS = ("base", "rate", "total", "bonus", "penalty", "class", "place")


def examples() -> list[tuple[str, list[str], list[list[str]]]]:
    """Each policy, its columns and its rows."""
    found = []
    for policy, table in EXAMPLE.findall(PAGE):
        lines = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()]
        found.append((policy, lines[0], lines[2:]))
    return found


EXAMPLES = examples()


def edition_of(policy: str) -> str:
    """The whole edition: its head, the policy, and what the policy does not say itself."""
    total = "" if re.search(r"^total:", policy, re.MULTILINE) else "total: 100\n"
    units = "" if re.search(r"^units:", policy, re.MULTILINE) else UNITS
    return HEAD + units + total + policy + ("" if "\ncomponents:" in policy else TREE)


def answer(result: Result, card: Scorecard, asked: str) -> str:
    """What a result says, as the page writes it."""
    if asked == "class":
        return " or ".join(card.class_open) or card.class_name or "—"
    if asked == "place":
        place = next(iter(result.places.get(card.unit.id, ())), None)
        return "—" if place is None else f"{place.place} open" if place.open else str(place.place)
    value: Value | None
    value = (
        card.block(asked)
        if asked in ("bonus", "penalty")
        else card.index(Quantity(asked), rounded=True)
    )  # fmt: skip
    return "—" if value is None or value.known is None else exact_text(value.known)


def test_every_policy_of_the_page_has_its_table() -> None:
    """No example stands on the page without units that it is tried on."""
    assert len(EXAMPLES) == len(re.findall(r"^```yaml\n(?!vocabulary|total: 100)", PAGE, re.MULTILINE))
    assert all(rows and set(columns) & set(ANSWERS) for _, columns, rows in EXAMPLES)


@pytest.mark.parametrize(("policy", "columns", "rows"), EXAMPLES)
def test_a_policy_does_what_its_table_says(
    policy: str, columns: list[str], rows: list[list[str]], tmp_path: Path
) -> None:
    """The units of a table, scored together under the policy as it stands, have the answers beside them."""
    given = [at for at, name in enumerate(columns) if name not in (*ANSWERS, "group")]
    groups = [f", group: {row[0]}" if columns[0] == "group" else "" for row in rows]
    members = "".join(
        f"  - {{id: u{at}, kind: page-unit, name: U{at}{group}}}\n" for at, group in enumerate(groups)
    )
    table = ["unit,period," + ",".join(columns[at] for at in given)]
    table += [f"u{n},2024," + ",".join(row[at] for at in given) for n, row in enumerate(rows)]
    files = {
        "vocabulary.yaml": VOCABULARY,
        "units.yaml": "units: page\nmembers:\n" + members,
        "edition.yaml": edition_of(policy),
        "evidence.csv": "\n".join(table) + "\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    edition = parcore.load_edition("page@1", paths=[tmp_path])
    evidence = parcore.read_evidence(
        edition, [tmp_path / "evidence.csv"], numbers=NumberFormat.PLAIN, paths=[tmp_path]
    )
    result = parcore.score(edition, evidence, 2024, paths=[tmp_path])
    asked = [at for at, name in enumerate(columns) if name in ANSWERS]
    for n, row in enumerate(rows):
        card = result.card(f"u{n}")
        assert card is not None
        assert [answer(result, card, columns[at]) for at in asked] == [row[at] for at in asked]
