"""A generated methodology of any size: documents as an author writes them, and evidence for its units."""

from __future__ import annotations

from pathlib import Path
from random import Random

VOCABULARY = """vocabulary: bench
title: Từ vựng đo tốc độ
fields:
{fields}invariants:
{invariants}"""
FIELD = "  - {{id: {name}, kind: {kind}, title: {name}{more}}}\n"
EDITION = """methodology: bench
edition: "1"
title: Bộ chỉ số đo tốc độ
applies: {{from: 2000}}
units: {{kinds: [bench-province]}}
vocabulary: bench
total: {total}
rounding: {{index: 2}}
classes:
  on: {{quantity: rate, rounded: yes}}
  bands: [{{name: A, in: "[90,100]"}}, {{name: B, in: "[80,90)"}}, {{name: C, in: "[0,80)"}}]
ranking: {{on: {{quantity: rate, rounded: no}}, method: competition, within: [all]}}
source: {{title: bench, basis: illustrative}}
components:
{components}"""
UNITS = """units: bench
title: Tỉnh đo tốc độ
source: {{title: bench, basis: illustrative}}
members:
{members}"""
BLOCK = """  - id: block{n}
    title: Lĩnh vực {n}
    max: {top}
    criteria:
{leaves}"""
LEAF = """      - id: c{at}
        code: "1.{at}"
        title: {{vi: Tiêu chí {at}, en: Criterion {at}}}
        max: 2
{rule}
        when: {{missing: zero, unverified: zero, rejected: zero{arising}}}
        source: {{clause: "{at}", basis: illustrative, quote: {{vi: "Từ 80% đến dưới 100%: tỷ lệ × 2"}}}}
"""
RULES = (
    ("""        measure: {{ratio: [part{at}, whole{at}]}}
        scale:
          - {{at_least: 100%, points: 2}}
          - {{at_least: 80%, points: proportional}}
          - {{otherwise: 0}}""", ", nothing_arose: full"),
    ("""        measure: {{ratio: [part{at}, whole{at}]}}
        cases:
          - {{in: "(90%,100%]", points: 2}}
          - {{in: "[70%,90%]", points: 1}}
          - {{in: "[0%,70%)", points: 0}}""", ", nothing_arose: zero"),
    ("""        measure: {{ratio: [part{at}, whole{at}]}}
        scale: {{through: [[0%, 0], [30%, 1], [60%, 2]]}}""", ", nothing_arose: exclude"),
    ("""        measure: {{choice: choice{at}}}
        table: {{on_time: 2, late: 1, never: 0}}""", ""),
    ("""        deduct:
          from: 2
          floor: 0
          parts: [{{per: part{at}, points: 0.01}}, {{per: whole{at}, points: 0.001}}]""", ""),
)  # fmt: skip


def write(folder: Path, criteria: int, units: int, components: int = 8) -> None:
    """Write vocabulary, units, edition and evidence of so many criteria and units."""
    random = Random(2024)
    fields, invariants = "", ""
    blocks: list[list[str]] = [[] for _ in range(components)]
    columns: list[tuple[str, int]] = []
    for at in range(criteria):
        rule, arising = RULES[at % len(RULES)]
        blocks[at % components].append(LEAF.format(at=at, rule=rule.format(at=at), arising=arising))
        if "choice" in rule:
            options = ", options: {on_time: đúng hạn, late: chậm, never: không}"
            fields += FIELD.format(name=f"choice{at}", kind="choice", more=options)
            columns.append((f"choice{at}", 0))
            continue
        fields += FIELD.format(name=f"part{at}", kind="count", more="")
        fields += FIELD.format(name=f"whole{at}", kind="count", more="")
        invariants += f"  - part{at} <= whole{at}\n"
        columns += [(f"whole{at}", 1), (f"part{at}", 2)]
    parts = "".join(
        BLOCK.format(n=n, top=2 * len(block), leaves="".join(block)) for n, block in enumerate(blocks)
    )
    names = [f"bench-unit-{n}" for n in range(units)]
    members = "".join(f"  - {{id: {name}, kind: bench-province, name: {name}}}\n" for name in names)
    texts = {
        "vocabulary.yaml": VOCABULARY.format(fields=fields, invariants=invariants),
        "edition.yaml": EDITION.format(total=2 * criteria, components=parts),
        "units.yaml": UNITS.format(members=members),
        "evidence.yaml": "evidence: bench\ntitle: bench\nnumbers: plain\n"
        "source: {title: bench, basis: illustrative}\ntables: [{file: evidence.csv}]\n",
        "evidence.csv": "\n".join(_rows(names, columns, random)) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")


def _rows(names: list[str], columns: list[tuple[str, int]], random: Random) -> list[str]:
    rows = [",".join(["unit", "period", *(name for name, _ in columns)])]
    for unit in names:
        cells, whole = [unit, "2024"], 0
        for _, kind in columns:
            if kind == 0:
                cells.append(random.choice(["on_time", "late", "never"]))
            elif kind == 1:
                whole = random.choice([0, 7, 120, 9973, 104729])
                cells.append(str(whole))
            else:
                cells.append(str(random.randint(0, whole)))
        rows.append(",".join(cells))
    return rows
