"""A second reckoning of leaves from the very words of their document: ladders, cases, tables, lines."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from parcore.editions.edition import Criterion
from parcore.intervals import parse_interval
from parcore.numbers import ZERO, NumberFormat, parse_number
from parcore.readings.exact import evaluate
from parcore.results.result import Scorecard
from parcore.rules.combinations import ChoiceTable, Guarded, Scored
from parcore.rules.program import lay_out
from parcore.testing.bench import bench_of
from parcore.testing.documents import Plain
from parcore.testing.strategies import Case
from parcore.values import State, Value

_STATES = {"exclude": State.EXCLUDED, "rescale": State.RESCALED, "withhold": State.WITHHELD}
_HOLDS = {
    "at_least": lambda x, y: x >= y,
    "more_than": lambda x, y: x > y,
    "at_most": lambda x, y: x <= y,
    "less_than": lambda x, y: x < y,
}


def pays_as_written(case: Case) -> int:
    """A leaf pays what its text says at the number its measure gives; vacuous without a document."""
    if case.document is None:
        return 0
    bench, made = bench_of(case), 0
    data = {each["id"]: each for each in leaves_of(case.document.edition)}
    for card in bench.result.scorecards:
        for leaf in case.edition.scored:
            rule = leaf.rule
            if isinstance(rule, Guarded) or not isinstance(rule, Scored | ChoiceTable):
                continue
            measure = rule.measure if isinstance(rule, Scored) else rule.choice
            program = lay_out({"it": measure.node(card.group)})
            x = evaluate(program, bench.scope(card.unit.id))["it"].known
            wanted = None if x is None else written_points(data[leaf.id], leaf, card, x)
            if wanted is None:
                continue
            made += 1
            if card.raw(leaf.id) != wanted:
                bench.fail(card, leaf.id, f"a leaf pays what is written at {x}", card.raw(leaf.id), wanted)
    return made


def leaves_of(data: Any) -> Iterator[Plain]:
    """Every criterion's map in a document."""
    if isinstance(data, dict):
        if "id" in data and "max" in data:
            yield data
        for each in data.values():
            yield from leaves_of(each)
    elif isinstance(data, list):
        for each in data:
            yield from leaves_of(each)


def written_points(data: Plain, leaf: Criterion, card: Scorecard, x: Fraction) -> Value | None:
    """What the words pay at a number; None for words that are not reckoned here."""
    top = ZERO if leaf.max is None else leaf.max.of(card.group)
    group = card.group

    def number(of: Any) -> Fraction:
        return parse_number(str(of[group] if isinstance(of, dict) else of), NumberFormat.PLAIN)

    def points(of: Any) -> Value:
        if isinstance(of, str) and of in _STATES:
            return Value(_STATES[of])
        if of == "proportional":
            return Value(State.OK, x * top)
        said = of[group] if isinstance(of, dict) else of
        return Value(State.OK, number(of) * (top if str(said).endswith("%") else 1))

    scale = data.get("scale")
    if "table" in data and isinstance(data["table"], dict):
        return points(list(_options(data, leaf))[int(x)])
    for case in (*data.get("interpret", ()), *data.get("cases", ())):
        interval = case["case"] if "case" in case else case["in"]
        if x in parse_interval(interval[group] if isinstance(interval, dict) else interval):
            return points(case["points"])
    if isinstance(scale, list):
        for step in scale:
            if "otherwise" in step:
                return points(step["otherwise"])
            word = next(each for each in _HOLDS if each in step)
            if _HOLDS[word](x, number(step[word])):
                return points(step["points"])
    if scale == "proportional":
        return points("proportional")
    if isinstance(scale, dict) and "per" in scale:
        return Value(State.OK, min(number(scale["cap"]), number(scale["per"]) * x))
    if isinstance(scale, dict) and "towards" in scale:
        return Value(State.OK, min(top, top * x / number(scale["towards"])))
    if isinstance(scale, dict) and "slope" in scale:
        line = number(scale["slope"]) * x + number(scale["offset"])
        return Value(State.OK, min(line, number(scale["cap"])) if "cap" in scale else line)
    return None


def _options(data: Plain, leaf: Criterion) -> Iterator[Any]:
    assert isinstance(leaf.rule, ChoiceTable)
    return (data["table"][option] for option in leaf.rule.choice.spec.options)
