"""The work as an edition: documents as an author writes them, and its program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.engines.work import COMPONENTS, OPTIONS, WORK, Criterion, Style
from parcore.editions.compile import compile_edition
from parcore.registry import Registry
from parcore.rules.program import Program

EDITION = """methodology: engines
edition: "1"
title: Một trăm tiêu chí
applies: {{from: 2000}}
units: {{kinds: [engines-commune]}}
vocabulary: engines
total: 100
rounding: {rounding}
classes:
  on: {{quantity: rate, rounded: yes}}
  bands: [{{name: A, in: "[90,100]"}}, {{name: B, in: "[80,90)"}}, {{name: C, in: "[0,80)"}}]
ranking: {{on: {{quantity: rate, rounded: no}}, method: competition, within: [all]}}
source: {{title: benchmark, basis: illustrative}}
components:
"""
COMPONENT = """  - id: block{at}
    title: Lĩnh vực {at}
    max: {most}
    criteria:
"""
LEAF = """      - id: c{at}
        code: "1.{at}"
        title: Tiêu chí {at}
        max: {most}
        {rule}
        when: {{missing: zero, unverified: zero, rejected: zero{arising}}}
        source: {{clause: "{at}", basis: illustrative}}
"""


def _text(number: Fraction) -> str:
    """An exact decimal."""
    whole = number * 10**6
    assert whole.denominator == 1
    text = f"{int(whole) // 10**6}.{int(whole) % 10**6:06d}".rstrip("0")
    return text.rstrip(".")


def _percent(share: Fraction) -> str:
    return _text(share * 100) + "%"


def _ratio(each: Criterion) -> str:
    part, whole = each.names
    return f"measure: {{ratio: [{part}, {whole}]}}"


def _ladder(each: Criterion) -> tuple[str, ...]:
    return (
        _ratio(each),
        "scale:",
        f"  - {{at_least: 100%, points: {_text(each.most)}}}",
        f"  - {{at_least: {_percent(each.figures['t'])}, points: proportional}}",
        "  - {otherwise: 0}",
    )


def _cases(each: Criterion) -> tuple[str, ...]:
    low, high = _percent(each.figures["low"]), _percent(each.figures["high"])
    return (
        _ratio(each),
        "cases:",
        f'  - {{in: "({high},100%]", points: {_text(each.most)}}}',
        f'  - {{in: "[{low},{high}]", points: {_text(each.most / 2)}}}',
        f'  - {{in: "[0%,{low})", points: 0}}',
    )


def _line(each: Criterion) -> tuple[str, ...]:
    a, b = _percent(each.figures["a"]), _percent(each.figures["b"])
    half, most = _text(each.most / 2), _text(each.most)
    return _ratio(each), f"scale: {{through: [[0%, 0], [{a}, {half}], [{b}, {most}]]}}"


def _choice(each: Criterion) -> tuple[str, ...]:
    half = _text(each.most * each.figures["half"])
    return (
        f"measure: {{choice: {each.names[0]}}}",
        f"table: {{on_time: {_text(each.most)}, late: {half}, never: 0, none: exclude}}",
    )


def _deduct(each: Criterion) -> tuple[str, ...]:
    parts = ", ".join(
        f"{{per: {name}, points: {_text(each.figures[word] * each.most)}}}"
        for name, word in zip(each.names, ("undone", "overdue"), strict=True)
    )
    return (f"deduct: {{from: {_text(each.most)}, floor: 0, parts: [{parts}]}}",)


def _count(each: Criterion) -> tuple[str, ...]:
    confirmed, checked = each.names
    return (
        f"measure: {{count: [{confirmed}]}}",
        f"scale: {{per: {_text(each.figures['per'] * each.most)}, cap: {_text(each.most)}}}",
        f"guard: {{unless: {checked} = 50, points: 0}}",
    )


def _formula(each: Criterion) -> tuple[str, ...]:
    early, done, late = each.names
    share = f"({_text(each.figures['w'])} * {early} + {done}) / ({early} + {done} + {late})"
    return f'measure: {{formula: "min(1, {share})"}}', "scale: proportional"


def _growth(each: Criterion) -> tuple[str, ...]:
    top = f"[{_percent(each.figures['g'])}, {_text(each.most)}]"
    return f"measure: {{growth: {each.names[0]}}}", f"scale: {{through: [[0%, 0], {top}]}}"


def _amount(each: Criterion) -> tuple[str, ...]:
    low, high = _text(each.figures["low"]), _text(each.figures["high"])
    return (
        f"measure: {{value: {each.names[0]}}}",
        "cases:",
        f'  - {{in: "[{high},…)", points: {_text(each.most)}}}',
        f'  - {{in: "[{low},{high})", points: {_text(each.most / 2)}}}',
        f'  - {{in: "(…,{low})", points: 0}}',
    )


def _increments(each: Criterion) -> tuple[str, ...]:
    figures = each.figures
    base, add = _text(figures["base"] * each.most), _text(figures["add"] * each.most)
    scale = f"base: {base}, from: {_text(figures['start'])}, each: {_text(figures['each'])}, add: {add}"
    return (
        f"measure: {{value: {each.names[0]}}}",
        f"scale: {{{scale}, cap: {_text(each.most)}, steps: pro_rata}}",
    )


def _survey(each: Criterion) -> tuple[str, ...]:
    worth = ("100%", _percent(each.figures["fair"]), _percent(each.figures["poor"]), "0%")
    answers = ", ".join(f"{name}: {share}" for name, share in zip(each.names, worth, strict=True))
    return f"measure: {{survey: {{answers: {{{answers}}}}}}}", "scale: proportional"


def _towards(each: Criterion) -> tuple[str, ...]:
    return _ratio(each), f"scale: {{towards: {_percent(each.figures['target'])}}}"


RULES: Final[Mapping[str, Callable[[Criterion], tuple[str, ...]]]] = {
    "ladder": _ladder,
    "cases": _cases,
    "line": _line,
    "towards": _towards,
    "choice": _choice,
    "deduct": _deduct,
    "count": _count,
    "formula": _formula,
    "growth": _growth,
    "amount": _amount,
    "increments": _increments,
    "survey": _survey,
    "money": _ladder,
}
ARISING: Final = {"ladder": "full", "formula": "full", "money": "full", "line": "exclude"} | dict.fromkeys(
    ("cases", "towards", "growth", "survey"), "zero"
)
ROUNDING: Final = {Style.CRITERION: "{leaf: 2, index: 2}", Style.INDEX: "{index: 2}"}


def _leaf(each: Criterion) -> str:
    arising = f", nothing_arose: {ARISING[each.kind]}" if each.kind in ARISING else ""
    rule = "\n        ".join(RULES[each.kind](each))
    return LEAF.format(at=each.at, most=_text(each.most), rule=rule, arising=arising)


def edition_of(style: Style) -> str:
    """The edition's text."""
    text = EDITION.format(rounding=ROUNDING[style])
    for at in range(COMPONENTS):
        mine = [each for each in WORK if each.component == at]
        text += COMPONENT.format(at=at, most=_text(sum((each.most for each in mine), Fraction())))
        text += "".join(_leaf(each) for each in mine)
    return text


def vocabulary_of() -> str:
    """The vocabulary's text: the base of growth is the field itself, a period before."""
    text = "vocabulary: engines\ntitle: Từ vựng\nfields:\n"
    options = ", options: {" + ", ".join(f"{each}: {each}" for each in OPTIONS) + "}"
    invariants = ""
    for each in WORK:
        for name in each.names[: 1 if each.kind == "growth" else None]:
            kind, more = ("choice", options) if each.kind == "choice" else ("count", "")
            text += f"  - {{id: {name}, kind: {kind}, title: {name}{more}}}\n"
        if each.kind in {"ladder", "cases", "line", "towards", "money", "count"}:
            invariants += "  - {} <= {}\n".format(*each.names)
    return f"{text}invariants:\n{invariants}"


UNITS: Final = """units: engines
title: Xã
source: {title: benchmark, basis: illustrative}
members:
  - {id: engines-1, kind: engines-commune, name: Xã 1}
"""


def program_of(style: Style) -> Program:
    """The program that the engine reads."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vocabulary.yaml").write_text(vocabulary_of(), "utf-8")
        (folder / "units.yaml").write_text(UNITS, "utf-8")
        (folder / "edition.yaml").write_text(edition_of(style), "utf-8")
        return compile_edition(Registry((folder,)).edition("engines@1"), "").program
