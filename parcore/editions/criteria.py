"""Criteria of an edition document: each node of the tree, its rule and its effects."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from parcore.documents.reading import (
    both_languages,
    choice_of,
    items_of,
    number_of,
    source_of,
    text_of,
)
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Listing, Mapping, Scalar, Tree
from parcore.editions.cover import check_condition_table, check_scored
from parcore.editions.edition import Criterion, Effect, EffectKind
from parcore.evidence.evidence import Method
from parcore.numbers import ZERO
from parcore.rules.combinations import (
    ChoiceTable,
    ConditionTable,
    Deduction,
    Guard,
    Guarded,
    Part,
    Reported,
    Row,
    Rule,
    Scored,
)
from parcore.rules.conditions import read_condition
from parcore.rules.figures import Award, Context, Figure
from parcore.rules.measures import ChoiceOf, Measure, Sum, read_measure
from parcore.rules.scales import Scale, read_cases, read_scale
from parcore.sources import Source
from parcore.values import ALWAYS_POSSIBLE, EVIDENCE_STATES, State

UNKNOWN: Final = "unknown"
REPORTED: Final = "reported"
RULE_WORDS: Final = ("measure", "table", "deduct")
_STATES: Final = {state.word: state for state in EVIDENCE_STATES}


def read_maximum(tree: Tree, context: Context) -> Figure | None:
    """A maximum: a number, numbers by group, or `unknown` (None)."""
    return None if text_of(tree) == UNKNOWN else context.figure(tree)


def read_criterion(tree: Tree, context: Context) -> Criterion | None:
    """A node of the tree and all under it."""
    if not isinstance(tree, Mapping):
        return None
    criterion = text_of(tree["id"])
    top = read_maximum(tree["max"], context)
    if top is None and text_of(tree["max"]) != UNKNOWN:
        return None
    context = evolve(context, criterion=criterion, top=top)
    node = Criterion(
        id=criterion,
        code=text_of(tree.get("code")),
        title=both_languages(tree["title"]),
        max=top,
        method=choice_of(tree.get("method"), Method, context.findings),
        source=source_of(tree.get("source"), context.findings),
        remainder=text_of(tree.get("remainder")) == "yes",
        place=tree.place_of("id"),
    )
    if "criteria" in tree:
        return _with_children(node, tree, context)
    return _as_leaf(node, tree, context)


def _with_children(node: Criterion, tree: Mapping, context: Context) -> Criterion:
    for word in (*RULE_WORDS, "when", "guard"):
        if word in tree:
            context.findings.add("rule-and-children", tree.place_of(word), criterion=node.id, word=word)
    children = (read_criterion(each, context) for each in items_of(tree["criteria"]))
    return evolve(node, children=tuple(each for each in children if each is not None))


def _as_leaf(node: Criterion, tree: Mapping, context: Context) -> Criterion | None:
    if node.source is None:
        context.findings.add("rule-without-source", node.place, criterion=node.id)
    if not any(word in tree for word in RULE_WORDS):
        context.findings.add("rule-missing", node.place, criterion=node.id, words=", ".join(RULE_WORDS))
        return None
    when_tree = tree.get("when")
    when = _read_when(when_tree, context) if isinstance(when_tree, Mapping) else {}
    context = _with_figures(tree, context)
    rule = _read_rule(tree, when, context)
    if rule is None:
        return None
    if "guard" in tree:
        guards = _read_guards(tree["guard"], context)
        if guards is None:
            return None
        rule = Guarded(guards, rule, context.vocabulary)
    _check_when(node, rule, when, tree, context)
    return evolve(node, rule=rule, when=when)


def _with_figures(tree: Mapping, context: Context) -> Context:
    declared = tree.get("figures")
    if not isinstance(declared, Mapping):
        return context
    read = {name: context.figure(each) for name, each in declared.entries.items()}
    return context.naming({name: figure for name, figure in read.items() if figure is not None})


def _read_rule(tree: Mapping, when: dict[State, Effect], context: Context) -> Rule | None:
    if "deduct" in tree:
        return _deduction(tree["deduct"], context)
    table = tree.get("table")
    if isinstance(table, Listing):
        return _condition_table(tree, table, context)
    measure_tree = tree.get("measure")
    if measure_tree is None:
        context.findings.add("table-without-measure", tree.place_of("table"), criterion=context.criterion)
        return None
    if _is_reported(measure_tree):
        return _reported(measure_tree, when, context)
    measure = read_measure(measure_tree, context)
    if measure is None:
        return None
    if isinstance(measure, ChoiceOf):
        return _choice_table(tree, measure, context)
    return _scored(tree, measure, context)


def _is_reported(tree: Tree) -> bool:
    return text_of(tree) == REPORTED or (isinstance(tree, Mapping) and REPORTED in tree)


def _reported(tree: Tree, when: dict[State, Effect], context: Context) -> Reported:
    options = tree[REPORTED] if isinstance(tree, Mapping) else None
    low = options.get("min") if isinstance(options, Mapping) else None
    step = options.get("step") if isinstance(options, Mapping) else None
    declared = frozenset(when) - set(ALWAYS_POSSIBLE)
    return Reported(
        criterion=context.criterion,
        low=ZERO if low is None else number_of(low, context.findings) or ZERO,
        step=None if step is None else number_of(step, context.findings),
        declared=declared,
    )


def _scored(tree: Mapping, measure: Measure, context: Context) -> Rule | None:
    scale: Scale | None
    if "cases" in tree:
        scale = read_cases(tree["cases"], tree.get("interpret"), context)
    elif "scale" in tree:
        scale = read_scale(tree["scale"], context)
    else:
        context.findings.add("scale-missing", tree.place_of("measure"), criterion=context.criterion)
        return None
    if scale is None:
        return None
    rule = Scored(measure, scale)
    check_scored(rule, tree.place_of("cases" if "cases" in tree else "scale"), context)
    return rule


def _choice_table(tree: Mapping, choice: ChoiceOf, context: Context) -> ChoiceTable | None:
    table = tree.get("table")
    if not isinstance(table, Mapping):
        context.findings.add("choice-without-table", tree.place_of("measure"), field=choice.spec.name)
        return None
    rows: dict[str, Award] = {}
    for option, pays in table.entries.items():
        if option not in choice.spec.options:
            place = table.place_of(option)
            report_unknown(option, list(choice.spec.options), place, context.findings, "option-unknown")
        award = context.award(pays, states=True)
        if award is not None:
            rows[option] = award
    missing = [option for option in choice.spec.options if option not in table]
    if missing:
        context.findings.add("option-without-points", table.place, options=", ".join(missing))
    if missing or len(rows) < len(table.entries):
        return None
    _within_top(list(rows.values()), table, context)
    return ChoiceTable(choice, rows)


def _within_top(awards: list[Award], place: Tree, context: Context) -> None:
    if context.top is None:
        return
    for group in context.groups:
        top = context.top.of(group)
        paid = [award.line(top, group)[1] for award in awards if award.state is None]
        if paid and max(paid) > top:
            context.findings.add("points-over-maximum", place.place, points=max(paid), max=top)
        elif paid and max(paid) < top:
            context.findings.add("maximum-not-paid", place.place, points=max(paid), max=top)


def _condition_table(tree: Mapping, table: Listing, context: Context) -> ConditionTable | None:
    declared = tree.get("measures")
    if not isinstance(declared, Mapping):
        context.findings.add("table-without-measures", table.place, criterion=context.criterion)
        return None
    read = {name: read_measure(each, context) for name, each in declared.entries.items()}
    measures = {name: each for name, each in read.items() if each is not None}
    ours = [_row(each, "case", tuple(measures), context) for each in items_of(tree.get("interpret"))]
    official = [_row(each, "when", tuple(measures), context) for each in table.items]
    rows = [row for row in (*ours, *official) if row is not None]
    if len(measures) < len(read) or len(rows) < len(ours) + len(official):
        return None
    rule = ConditionTable(measures, tuple(rows))
    check_condition_table(rule, len(ours), table.place, context)
    _within_top([row.award for row in rows], table, context)
    return rule


def _row(tree: Tree, word: str, measures: tuple[str, ...], context: Context) -> Row | None:
    if not isinstance(tree, Mapping) or word not in tree or "points" not in tree:
        context.findings.add("case-shape", tree.place, word=word)
        return None
    condition = read_condition(tree[word], context, measures)
    award = context.award(tree["points"])
    if condition is None or award is None:
        return None
    source = source_of(tree, context.findings) if word == "case" else None
    return Row(condition, award, tree.place, source)


def _deduction(tree: Tree, context: Context) -> Deduction | None:
    if not isinstance(tree, Mapping):
        return None
    start, floor = context.figure(tree["from"]), context.figure(tree["floor"])
    parts: list[Part] = []
    for each in items_of(tree["parts"]):
        if not isinstance(each, Mapping):
            continue
        counted = read_measure(Mapping(each.place, {"count": each["per"]}), context)
        points = context.figure(each["points"])
        if isinstance(counted, Sum) and points is not None:
            parts.append(Part(counted, points))
    if start is None or floor is None or len(parts) < len(items_of(tree["parts"])):
        return None
    for group in context.groups:
        if context.top is not None and start.of(group) != context.top.of(group):
            place = tree.place_of("from")
            context.findings.add("deduct-from", place, start=start.of(group), max=context.top.of(group))
        for part in parts:
            if part.points.of(group) < 0:
                context.findings.add("deduct-negative", tree.place_of("parts"))
    return Deduction(start, floor, tuple(parts))


def _read_guards(tree: Tree, context: Context) -> tuple[Guard, ...] | None:
    guards: list[Guard] = []
    for each in tree.items if isinstance(tree, Listing) else (tree,):
        word = "unless" if isinstance(each, Mapping) and "unless" in each else "if"
        if not isinstance(each, Mapping) or word not in each:
            context.findings.add("case-shape", each.place, word="if")
            return None
        condition = read_condition(each[word], context)
        award = context.award(each["points"])
        if condition is None or award is None:
            return None
        source: Source | None = source_of(each, context.findings)
        guards.append(Guard(condition, word == "unless", award, each.place, source))
    return tuple(guards)


def _read_when(tree: Mapping, context: Context) -> dict[State, Effect]:
    when: dict[State, Effect] = {}
    for word, given in tree.entries.items():
        state = _STATES.get(word)
        if state is None:
            report_unknown(word, list(_STATES), tree.place_of(word), context.findings)
            continue
        effect = _read_effect(given, context)
        if effect is None:
            continue
        when[state] = effect
        needs_top = effect.kind in (EffectKind.FULL, EffectKind.EXCLUDE)
        if needs_top and context.top is None:
            context.findings.add("needs-maximum", given.place, criterion=context.criterion)
        pays = effect.kind is EffectKind.FULL or effect.kind is EffectKind.SUBSTITUTE
        if state in ALWAYS_POSSIBLE and pays:
            context.findings.add("hiding-pays", given.place, state=word, effect=effect.kind.value)
    return when


def _read_effect(tree: Tree, context: Context) -> Effect | None:
    if isinstance(tree, Scalar):
        kind = choice_of(tree, EffectKind, context.findings)
        if kind is EffectKind.SUBSTITUTE:
            context.findings.add("substitute-points", tree.place)
            return None
        return None if kind is None else Effect(kind)
    if not isinstance(tree, Mapping):
        return None
    kind = choice_of(tree.get("effect"), EffectKind, context.findings)
    points = tree.get("points")
    if (kind is EffectKind.SUBSTITUTE) != (points is not None):
        context.findings.add("substitute-points", tree.place)
        return None
    figure = None if points is None else context.figure(points)
    return None if kind is None else Effect(kind, figure, source_of(tree, context.findings))


def _check_when(
    node: Criterion, rule: Rule, when: dict[State, Effect], tree: Mapping, context: Context
) -> None:
    place = tree.place_of("when") if "when" in tree else node.place
    possible = set(ALWAYS_POSSIBLE) | rule.states()
    missing = [state.word for state in EVIDENCE_STATES if state in possible and state not in when]
    if missing:
        context.findings.add("when-incomplete", place, criterion=node.id, states=", ".join(missing))
    for state in when:
        if state not in possible:
            at = (
                tree["when"].place
                if not isinstance(tree["when"], Mapping)
                else tree["when"].place_of(state.word)
            )
            context.findings.add("when-unreachable", at, criterion=node.id, state=state.word)
