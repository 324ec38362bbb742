"""Small editions, written as an author would and read; evidence for them; their scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import TypeAlias

from attrs import evolve, frozen
from hypothesis import strategies as st

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Criterion, Edition
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit, UnitBook
from parcore.evidence.vocabulary import FieldKind, Vocabulary
from parcore.i18n import Text
from parcore.numbers import exact_text
from parcore.results.result import Result, Scorecard
from parcore.results.scoring import score
from parcore.values import ALWAYS_POSSIBLE, State, Value
from tests.rules.reading import VOCABULARY
from tests.strategies import OPTIONS

F = Fraction
PERIOD = Period(2024)
UNITS = ("u1", "u2", "u3", "u4", "u5")

Given: TypeAlias = "Fraction | int | str | State"
"""A number, an option's name, or a state."""

HEAD = """methodology: test
edition: "1"
title: Test
applies: {{from: 2000}}
units: {{kinds: [department]}}
vocabulary: test
total: {total}
source: {{basis: illustrative, title: test}}
{more}components:
"""


def edition(components: str, total: str, more: str = "") -> tuple[Edition, frozenset[str]]:
    """The edition that a text describes, and the codes of what was found in it."""
    findings = Findings()
    tree = parse_yaml(HEAD.format(total=total, more=more) + components, "test.yaml", findings)
    read = read_edition(tree, {"test": VOCABULARY}, findings)
    assert read is not None, [each.render("en") for each in findings]
    return read, frozenset(each.code for each in findings.errors)


def sound(components: str, total: str, more: str = "") -> Edition:
    """As `edition`, where nothing may be wrong with it."""
    read, codes = edition(components, total, more)
    assert not codes
    return read


def with_leaf(read: Edition, leaf: Criterion) -> Edition:
    """The edition with a leaf in place of the one of its id: for what no reader would let pass."""

    def changed(node: Criterion) -> Criterion:
        return leaf if node.id == leaf.id else evolve(node, children=tuple(map(changed, node.children)))

    return evolve(read, components=tuple(map(changed, read.components)))


def unit(name: str, group: str = "department", region: str = "") -> Unit:
    """A department."""
    return Unit(name, "department", Text(name), group=group, region=region)


BOOK = UnitBook([unit(each) for each in UNITS])


def datum(
    unit_: str,
    field: str,
    given: Given,
    *,
    vocabulary: Vocabulary = VOCABULARY,
    stage: Stage = Stage.FINAL,
    period: Period = PERIOD,
) -> Datum:
    """A statement; a choice has the position of its option."""
    if isinstance(given, State):
        return Datum(unit_, period, field, Value(given), given.word, stage)
    spec = vocabulary.fields.get(field)
    if isinstance(given, str):
        options = spec.options if spec is not None else ()
        return Datum(unit_, period, field, Value(State.OK, F(options.index(given))), given, stage)
    return Datum(unit_, period, field, Value(State.OK, F(given)), exact_text(F(given)), stage)


def evidence(by_unit: Mapping[str, Mapping[str, Given]]) -> Evidence:
    """Evidence by unit and field, at the final stage."""
    return Evidence(
        datum(name, field, given) for name, each in by_unit.items() for field, given in each.items()
    )


def result(read: Edition, by_unit: Mapping[str, Mapping[str, Given]], book: UnitBook = BOOK) -> Result:
    """The scores of units."""
    return score(read, evidence(by_unit), book, PERIOD)


def card(read: Edition, **given: Given) -> Scorecard:
    """The scorecard of one unit."""
    found = result(read, {"u1": {name.replace("points_", "points:"): each for name, each in given.items()}})
    return found.scorecards[0]


ALWAYS = ("missing", "unverified", "rejected")
NOTHING, NO_TASK = ("nothing_arose",), ("not_applicable",)
LEAVES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (("measure: {{ratio: [done, all_of]}}\n"
     "scale: [{{at_least: 80%, points: proportional}}, {{otherwise: 0}}]"), NOTHING),
    ("measure: {{ratio: [done, all_of]}}\nscale: {{through: [[0%, 0%], [30%, 50%], [60%, 100%]]}}", NOTHING),
    ("measure: {{value: few}}\nscale: {{per: {half}, cap: {top}}}", ()),
    ("measure: {{value: rate}}\nscale: proportional", ()),
    ("measure: {{choice: plan}}\ntable: {{on_time: 100%, late: 50%, never: 0}}", NO_TASK),
    ("measure: {{choice: plan}}\ntable: {{on_time: 100%, late: 0, never: exclude}}", NO_TASK),
    (("deduct: {{from: {top}, floor: 0,"
     " parts: [{{per: late, points: 0.5}}, {{per: few, points: 0.25}}]}}"), ()),
    (("guard: {{if: late > 3, points: 0}}\nmeasure: {{value: rate}}\n"
     "scale: [{{more_than: 90%, points: 100%}}, {{at_least: 70%, points: 50%}}, {{otherwise: 0}}]"), ()),
    (("measures: {{x: {{value: rate}}, y: {{ratio: [done, all_of]}}}}\n"
     "table: [{{when: 'x >= 50%', points: 100%}}, {{when: 'x < 50%', points: 0}}]"), NOTHING),
    ("measure: {{formula: 'min(1, (done + 0.5 * late) / (few + 1))'}}\nscale: proportional", NOTHING),
    ("measure: {{formula: '(late + all_of) / 20', round: 1}}\nscale: {{towards: 50%}}", NOTHING),
    ("measure: {{ratio: [done, all_of], round: 1}}\nscale: proportional", NOTHING),
    (("measure: {{survey: {{answers: {{done: 100%, late: 50%, few: 0}}, at_least: 3}}}}\n"
     "scale: [{{at_least: 60%, points: 100%}}, {{otherwise: 0}}]"), NOTHING),
    ("measure: {{survey: {{satisfied: [few], answers: [few, done]}}}}\nscale: proportional", NOTHING),
    ("measure: {{index: {{name: other, of: rank}}}}\nscale: {{through: [[1, 100%], [5, 0%]]}}", ()),
    (("deduct: {{from: {top}, floor: 0, parts: [{{id: x, per: late, points: 0.5}}, {{id: y, measure:"
     " {{value: rate}}, cases: [{{in: '[0,50%)', points: 1}}, {{in: '[50%,100%]', points: 0}}]}},"
     " {{measure: {{choice: plan}}, table: {{on_time: 0, late: 0.25, never: withhold}}}}], once: [[x, y]]}}"),
     NO_TASK),
    (("measure: {{value: rate}}\ncases: [{{in: '(…,50%)', points: 0}}, {{in: '[50%,90%]', points: 50%}},"
     " {{in: '(90%,…)', points: 100%}}]"), ()),
)  # fmt: skip
"""Rules of every kind, under a maximum, and the states that can arise beside those that always can."""


@frozen
class Parent:
    """What a parent asks of its children: whether they may rescale, fall through, and how it withholds."""

    sums: bool = False
    falls: bool = False
    strict: bool | None = None
    tops: tuple[int, ...] = (1, 2, 5)


@st.composite
def leaves(draw: st.DrawFn, name: str, parent: Parent) -> tuple[str, int]:
    """A leaf with effects that an author may declare, and its maximum."""
    mild = [each for each in LEAVES if "withhold" not in each[0]]
    body, arising = draw(st.sampled_from(mild if parent.strict is False else LEAVES))
    top = draw(st.sampled_from(parent.tops))
    always = ["zero"] if parent.strict is False else ["zero", "withhold"]
    effects = {each: draw(st.sampled_from(always)) for each in ALWAYS}
    # What is withheld for another state may not be had by hiding it, nor by hiding what leads to it.
    if "withhold" in effects.values() or "withhold" in body or parent.strict:
        effects["missing"] = "withhold"
    if parent.falls:
        arising = ()
    free = [
        *(["rescale"] if parent.sums else []),
        "zero",
        "full",
        "exclude",
        "withhold",
        "{effect: substitute, points: 1, basis: interpretation, note: n}",
    ]
    effects |= {each: draw(st.sampled_from(free)) for each in arising}
    when = ", ".join(f"{state}: {effect}" for state, effect in effects.items())
    lines = [
        f"id: {name}",
        f"title: {name}",
        f"max: {top}",
        f"when: {{{when}}}",
        "source: {clause: '1', basis: illustrative}",
        *body.format(top=top, half=exact_text(F(top, 2))).split("\n"),
    ]
    return "\n".join(lines), top


def indented(text: str, depth: int) -> str:
    """A map as an item of a list."""
    pad = "  " * depth
    return f"{pad}- " + text.replace("\n", f"\n{pad}  ") + "\n"


ROUNDING = (
    "",
    "rounding: {index: 2}\n",
    "rounding: {leaf: 1, index: 2}\n",
    "rounding: {component: 2, mode: down}\n",
)
POLICIES = """classes:
  on: {quantity: rate, rounded: yes}
  bands: [{name: A, in: "[80,100]"}, {name: B, in: "[50,80)"}, {name: C, in: "[0,50)"}]
ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all, group]}
"""


@st.composite
def editions(draw: st.DrawFn, *, sums_only: bool = False) -> Edition:
    """Sound editions of mixed depth: rules, effects, combinations of every kind, rounding at any level.

    `sums_only`: parents are sums of what is left of their children, and no more.
    """
    names = iter(f"c{at}" for at in range(99))
    parts: list[str] = []
    total = 0
    for _ in range(draw(st.integers(1, 3))):
        text, top = draw(_trees(names, 2, Parent(), sums_only=sums_only))
        parts.append(indented(text, 1))
        total += top
    return _sound("".join(parts), str(total), draw(st.sampled_from(ROUNDING)) + POLICIES)


@cache
def _sound(components: str, total: str, more: str) -> Edition:
    # What is only a matter of taste (a maximum that no step pays) does not make an edition unsound here.
    read, codes = edition(components, total, more)
    assert not codes - {"maximum-not-paid"}, (codes, components)
    return read


@st.composite
def _trees(
    draw: st.DrawFn, names: Iterator[str], depth: int, parent: Parent, *, sums_only: bool
) -> tuple[str, int]:
    name = next(names)
    count = draw(st.integers(0, 2)) if depth and not parent.falls else 0
    if not count:
        return draw(leaves(name, parent))
    word = "plain" if sums_only else draw(st.sampled_from(sorted(_GROUPS)))
    asked = Parent() if sums_only else _GROUPS[word]
    if word == "first":
        asked = evolve(asked, strict=draw(st.booleans()))
    parts: list[tuple[str, int]] = []
    for at in range(count):
        leaf_only = word in ("first", "lowest")
        child = evolve(asked, falls=asked.falls and at + 1 < count)
        parts.append(draw(_trees(names, 0 if leaf_only else depth - 1, child, sums_only=sums_only)))
    weights = [draw(st.sampled_from([1, 1, 2])) if word == "weighted" else 1 for _ in parts]
    tops = [top * weight for (_, top), weight in zip(parts, weights, strict=True)]
    top = sum(tops) if asked.sums or sums_only else max(tops)
    lines = [f"id: {name}", f"title: {name}", f"max: {top}"]
    if word in ("highest", "lowest", "first"):
        lines.append(f"combine: {word}")
    if word == "worth":
        lines.append("worth: 3")
    lines.append("criteria:")
    texts = [
        text if weight == 1 else f"{text}\nweight: {weight}"
        for (text, _), weight in zip(parts, weights, strict=True)
    ]
    children = "".join(indented(text, 1) for text in texts).rstrip("\n")
    return "\n".join([*lines, children]), 3 if word == "worth" else top


_GROUPS = {
    "plain": Parent(sums=True),
    "weighted": Parent(sums=True),
    "worth": Parent(sums=True),
    "highest": Parent(),
    "lowest": Parent(tops=(2,)),
    "first": Parent(falls=True),
}
"""How parents combine, and what each asks of its children."""


def facts_of(fields: Iterable[str]) -> st.SearchStrategy[dict[str, Given]]:
    """A statement for each field: edges of the rules above, empty denominators, every state it may be in."""
    return st.fixed_dictionaries({name: _statements(name) for name in fields})


def _statements(name: str) -> st.SearchStrategy[Given]:
    if name not in VOCABULARY.fields:
        return st.sampled_from([1, 2, 3, 5, 9, *ALWAYS_POSSIBLE])
    spec = VOCABULARY.fields[name]
    known: st.SearchStrategy[Given]
    if spec.kind is FieldKind.CHOICE:
        known = st.sampled_from(OPTIONS)
    elif name == "rate":
        known = st.sampled_from([F(0), F(1, 2), F(7, 10), F(9, 10), F(1, 3), F(1), F(901, 1000)])
    else:
        known = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 8, 10])
    arising = [State.MISSING, State.UNVERIFIED, State.REJECTED, *spec.states]
    return st.one_of(known, known, known, st.sampled_from(arising))


FIELDS = ("done", "all_of", "late", "few", "rate", "plan", "index:other:rank")


def statements() -> st.SearchStrategy[dict[str, Given]]:
    """One unit's evidence, within the invariants of its vocabulary but for a part of an empty whole."""
    return facts_of(FIELDS).map(_kept)


def _kept(given: dict[str, Given]) -> dict[str, Given]:
    done, all_of = given["done"], given["all_of"]
    numbers = not isinstance(done, str | State) and not isinstance(all_of, str | State)
    if numbers and 0 < all_of < done:  # type: ignore[operator]
        return given | {"done": all_of}
    return given


def populations(least: int = 1) -> st.SearchStrategy[dict[str, dict[str, Given]]]:
    """Evidence of some units."""
    return st.dictionaries(st.sampled_from(UNITS), statements(), min_size=least, max_size=len(UNITS))
