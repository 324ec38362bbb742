"""A second reckoning of leaves from the very words of their document: ladders, cases, tables, lines."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from parcore.editions.edition import Criterion
from parcore.editions.records import MeanOver
from parcore.intervals import parse_interval
from parcore.numbers import ZERO, NumberError, NumberFormat, parse_number
from parcore.readings.exact import Scope, evaluate
from parcore.rules.combinations import ChoiceTable, ConditionTable, Guarded, Rule, Scored
from parcore.rules.graph import Records
from parcore.rules.program import lay_out
from parcore.rules.protocols import Measure
from parcore.testing.bench import bench_of
from parcore.testing.documents import Plain
from parcore.testing.rows import Unread, row_of
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
    """A leaf, or a case of a list, pays what its text says at what is measured; vacuous without a text."""
    if case.document is None:
        return 0
    bench, made = bench_of(case), 0
    data = {each["id"]: each for each in leaves_of(case.document.edition)}
    for card in bench.result.scorecards:
        for leaf in (each for each in case.edition.scored if each.id in data):
            for rule, words, scope in _rules(leaf, data[leaf.id], bench.scope(card.unit.id)):
                found = _written(rule, words, leaf, card.group, scope)
                if found is None:
                    continue
                made += 1
                at, wanted = found
                got = card.raw(leaf.id)
                if rule is not leaf.rule:
                    top = None if leaf.max is None else leaf.max.of(card.group)
                    got = evaluate(lay_out({"it": rule.node(card.group, top)}), scope)["it"]
                if got != wanted:
                    bench.fail(card, leaf.id, f"a leaf pays what is written at {at}", got, wanted)
    return made


def _rules(leaf: Criterion, data: Plain, scope: Scope) -> Iterator[tuple[Rule, Plain, Scope]]:
    """A leaf's rule, behind its guards, for the unit or for each of its cases; with its words and scope."""
    rule, scopes = leaf.rule, [scope]
    rule = rule.rule if isinstance(rule, Guarded) else rule
    if isinstance(rule, MeanOver):
        _, members = scope.members(Records(rule.records))
        data, rule, scopes = data["mean_over"], rule.rule, [*members]
        rule = rule.rule if isinstance(rule, Guarded) else rule
    if rule is not None:
        yield from ((rule, data, each) for each in scopes)


def _written(
    rule: Rule, data: Plain, leaf: Criterion, group: str, scope: Scope
) -> tuple[object, Value] | None:
    """What is measured, and what the words pay there; None where a measure is hidden or words are others."""

    def known(measure: Measure) -> Fraction | None:
        return evaluate(lay_out({"it": measure.node(group)}), scope)["it"].known

    try:
        if isinstance(rule, ConditionTable):
            numbers = {name: known(each) for name, each in rule.measures.items()}
            certain = {name: x for name, x in numbers.items() if x is not None}
            if len(certain) < len(numbers):
                return None
            pays = _pays(row_of(data, certain), leaf, group, ZERO)
            return ", ".join(f"{name} = {x}" for name, x in certain.items()), pays
        if not isinstance(rule, Scored | ChoiceTable):
            return None
        x = known(rule.measure if isinstance(rule, Scored) else rule.choice)
        wanted = None if x is None else written_points(data, rule, leaf, group, x)
        return None if wanted is None else (x, wanted)
    except (NumberError, Unread):
        return None


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


def _pays(of: Any, leaf: Criterion, group: str, x: Fraction) -> Value:
    """What the words of an award pay at a number."""
    top = ZERO if leaf.max is None else leaf.max.of(group)
    if isinstance(of, str) and of in _STATES:
        return Value(_STATES[of])
    if of == "proportional":
        return Value(State.OK, x * top)
    said = of[group] if isinstance(of, dict) else of
    return Value(State.OK, _number(of, group) * (top if str(said).endswith("%") else 1))


def _number(of: Any, group: str) -> Fraction:
    return parse_number(str(of[group] if isinstance(of, dict) else of), NumberFormat.PLAIN)


def written_points(data: Plain, rule: Rule, leaf: Criterion, group: str, x: Fraction) -> Value | None:
    """What the words pay at a number; None for words that are not reckoned here.

    Raises:
        NumberError: a number has a name, or is none.
    """
    top = ZERO if leaf.max is None else leaf.max.of(group)

    def number(of: Any) -> Fraction:
        return _number(of, group)

    def points(of: Any) -> Value:
        return _pays(of, leaf, group, x)

    scale = data.get("scale")
    if "table" in data and isinstance(data["table"], dict):
        return points(list(_options(data, rule))[int(x)])
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
        line = number(scale["slope"]) * x + number(scale.get("offset", "0"))
        return Value(State.OK, min(line, number(scale["cap"])) if "cap" in scale else line)
    return None


def _options(data: Plain, rule: Rule) -> Iterator[Any]:
    assert isinstance(rule, ChoiceTable)
    return (data["table"][option] for option in rule.choice.spec.options)
