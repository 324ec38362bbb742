"""The rule of a leaf: which words it is written with, and how each kind is read and checked."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

from parcore.diagnostics import Place
from parcore.documents.reading import items_of, number_of, source_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Listing, Mapping, Tree
from parcore.editions.cover import check_condition_table, check_scored
from parcore.editions.deductions import read_deduction
from parcore.editions.edition import Effect
from parcore.editions.effects import check_points
from parcore.editions.records import read_mean_over
from parcore.expressions import Compare, Linear
from parcore.numbers import ONE, ZERO, exact_text
from parcore.rules.combinations import (
    ChoiceTable,
    ConditionTable,
    Guard,
    Guarded,
    Reported,
    Row,
    Rule,
    Scored,
    measures_of,
)
from parcore.rules.conditions import Condition, Names, names_in, read_condition, tests_in
from parcore.rules.figures import Award, AwardKind, Context, Figure, sum_node
from parcore.rules.measures import ChoiceOf
from parcore.rules.measuring import MEASURES, read_measure
from parcore.rules.protocols import Measure
from parcore.rules.scales import Scale, read_cases, read_scale
from parcore.rules.shares import check_thresholds
from parcore.values import ALWAYS_POSSIBLE, State

REPORTED: Final = "reported"
RULE_WORDS: Final = ("measure", "table", "deduct", "mean_over")
BESIDE: Final = ("measures", "scale", "cases", "interpret", "figures")
_OPTIONS: Final = ("min", "step")


def read_leaf(tree: Mapping, when: MappingOf[State, Effect], context: Context) -> Rule | None:
    """The rule of a leaf behind its guards; None where it cannot be read, which is reported."""
    context = with_figures(tree, context)
    rule = read_rule(tree, when, context)
    if rule is None:
        return None
    guards = _read_guards(tree["guard"], measures_of(rule), context) if "guard" in tree else ()
    if guards is None:
        return None
    return Guarded(guards, rule, context.vocabulary) if guards else rule


def _check_words(tree: Mapping, context: Context) -> None:
    """Report the words that the kind of rule at hand does not read: none is passed over in silence."""
    conditions = ["figures"] if _names_figures(tree) else []
    if "mean_over" in tree:
        kind, reads = "mean_over", ["mean_over"]
    elif "deduct" in tree:
        kind, reads = "deduct", ["deduct"]
    elif isinstance(tree.get("table"), Listing):
        kind, reads = "table", ["table", "measures", "interpret", "figures"]
    elif "table" in tree:
        kind, reads = "table", ["table", "measure"]
    elif "cases" in tree:
        kind, reads = "cases", ["cases", "measure", "interpret"]
    else:
        kind, reads = "measure", ["measure"] if _is_reported(tree["measure"]) else ["measure", "scale"]
    for word in (*RULE_WORDS, *BESIDE):
        if word in tree and word not in (*reads, *conditions):
            context.findings.add("word-unused", tree.place_of(word), word=word, beside=kind)


def _names_figures(tree: Tree) -> bool:
    """Whether a guard, a condition or a formula stands anywhere under a rule: what figures are for."""
    if not isinstance(tree, Mapping):
        return any(_names_figures(each) for each in items_of(tree))
    return any(word in tree for word in ("guard", "measures", "formula")) or any(
        _names_figures(each) for each in tree.entries.values()
    )


def with_figures(tree: Mapping, context: Context) -> Context:
    """The context with the `figures` that a rule or a fact declares for its conditions and formulas."""
    declared = tree.get("figures")
    if not isinstance(declared, Mapping):
        return context
    _check_names(declared, tree.get("measures"), context)
    read = {name: context.figure(each) for name, each in declared.entries.items()}
    return context.naming({name: figure for name, figure in read.items() if figure is not None})


def _check_names(figures: Mapping, measures: Tree | None, context: Context) -> None:
    """A figure's name is its own: not that of a field, a measure or an option, which it would hide."""
    fields = context.vocabulary.fields
    taken = {*fields, *(option for spec in fields.values() for option in spec.options)}
    taken.update(measures.entries if isinstance(measures, Mapping) else ())
    for name in figures.entries:
        if name in taken:
            context.findings.add("name-taken", figures.place_of(name), name=name)


def read_rule(tree: Mapping, when: MappingOf[State, Effect], context: Context) -> Rule | None:
    """A rule by the words it is written with, its guards apart."""
    _check_words(tree, context)
    if "mean_over" in tree:
        return read_mean_over(tree["mean_over"], context, read_leaf)
    if "deduct" in tree:
        return read_deduction(tree["deduct"], context, read_rule)
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


def _reported(tree: Tree, when: MappingOf[State, Effect], context: Context) -> Reported:
    options = tree[REPORTED] if isinstance(tree, Mapping) else Mapping(tree.place, {})
    if isinstance(tree, Mapping) and len(tree.entries) > 1:
        context.findings.add("measure-one-word", tree.place, known=", ".join(MEASURES))
    if not isinstance(options, Mapping):
        wanted = "{min: 0, step: 0.5}"
        context.findings.add("wrong-shape", options.place, value=text_of(options)[:60], wanted=wanted)
        options = Mapping(options.place, {})
    for key in options.entries:
        if key not in _OPTIONS:
            report_unknown(key, list(_OPTIONS), options.place_of(key), context.findings)
    read = {key: number_of(options[key], context.findings) for key in _OPTIONS if key in options}
    low, step = read.get("min"), read.get("step")
    if step is not None and step <= 0:
        value = text_of(options["step"])
        context.findings.add("wrong-form", options["step"].place, value=value, wanted="step > 0")
    if low is not None:
        check_points(Award(AwardKind.POINTS, Figure(low)), options["min"].place, context)
    declared = frozenset(when) - set(ALWAYS_POSSIBLE)
    return Reported(context.criterion, low or ZERO, step, declared)


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
    check_thresholds(
        measure, [tree[word] for word in ("scale", "cases", "interpret") if word in tree], context
    )
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
        award = _award(pays, context)
        if award is not None:
            rows[option] = award
    missing = [option for option in choice.spec.options if option not in table]
    if missing:
        context.findings.add("option-without-points", table.place, options=", ".join(missing))
    if missing or len(rows) < len(table.entries):
        return None
    _check_reach(list(rows.values()), table.place, context)
    return ChoiceTable(choice, rows)


def _award(tree: Tree, context: Context) -> Award | None:
    """What a row pays: points, or `exclude`, `rescale`, `withhold`; findings where it may not."""
    award = context.award(tree, states=True)
    if award is None:
        return None
    if award.state in (State.EXCLUDED, State.RESCALED) and context.top is None:
        context.without_top(tree.place)
        return None
    if award.state is State.RESCALED and not context.in_group:
        context.findings.add("rescale-without-group", tree.place, criterion=context.criterion)
        return None
    check_points(award, tree.place, context)
    return award


def _check_reach(awards: list[Award], place: Place, context: Context) -> None:
    """Whether a table pays the maximum somewhere, for each group."""
    for group in context.groups if context.top is not None else ():
        top = ZERO if context.top is None else context.top.of(group)
        most = max((award.line(top, group)[1] for award in awards if award.state is None), default=top)
        if most < top:
            shown, limit = exact_text(most), exact_text(top)
            context.findings.add("maximum-not-paid", place, points=shown, max=limit)


def _condition_table(tree: Mapping, table: Listing, context: Context) -> ConditionTable | None:
    declared = tree.get("measures")
    if not isinstance(declared, Mapping):
        context.findings.add("table-without-measures", table.place, criterion=context.criterion)
        return None
    read = {name: read_measure(each, context) for name, each in declared.entries.items()}
    measures = {name: each for name, each in read.items() if each is not None}
    ours = [_row(each, "case", measures, context) for each in items_of(tree.get("interpret"))]
    official = [_row(each, "when", measures, context) for each in table.items]
    rows = [row for row in (*ours, *official) if row is not None]
    if len(measures) < len(read) or len(rows) < len(ours) + len(official):
        return None
    rule = ConditionTable(measures, tuple(rows))
    check_condition_table(rule, len(ours), table.place, context)
    _check_reach([row.award for row in rows], table.place, context)
    return rule


def _row(tree: Tree, word: str, measures: MappingOf[str, Measure], context: Context) -> Row | None:
    if not isinstance(tree, Mapping) or word not in tree or "points" not in tree:
        context.findings.add("case-shape", tree.place, word=word)
        return None
    condition = read_condition(tree[word], context, Names(measures))
    award = _award(tree["points"], context)
    if condition is None or award is None:
        return None
    source = source_of(tree, context.findings) if word == "case" else None
    return Row(condition, award, tree.place, source)


def _read_guards(tree: Tree, measures: MappingOf[str, Measure], context: Context) -> tuple[Guard, ...] | None:
    listed = tree.items if isinstance(tree, Listing) else (tree,)
    read = [_guard(each, measures, context) for each in listed]
    guards = tuple(each for each in read if each is not None)
    return None if len(guards) < len(read) else guards


def _guard(tree: Tree, measures: MappingOf[str, Measure], context: Context) -> Guard | None:
    word = "unless" if isinstance(tree, Mapping) and "unless" in tree else "if"
    if not isinstance(tree, Mapping) or word not in tree:
        context.findings.add("case-shape", tree.place, word="if")
        return None
    if word == "unless" and "if" in tree:
        context.findings.add("word-unused", tree.place_of("if"), word="if", beside=word)
    condition = read_condition(tree[word], context, Names(measures, fields=True))
    award = _award(tree["points"], context)
    if (
        condition is None
        or award is None
        or not _measures_alone(condition, measures, tree[word].place, context)
    ):
        return None
    named = {name: measures[name] for name in names_in(condition) if name in measures}
    source = source_of(tree, context.findings)
    return Guard(condition, word == "unless", award, tree.place, source, named)


def _measures_alone(
    condition: Condition, measures: MappingOf[str, Measure], place: Place, context: Context
) -> bool:
    """A guard compares a measure of its rule with a number, by a name that is no other field's."""
    for test in tests_in(condition):
        names = [name for name in names_in(test) if name in measures]
        one = test.sides(context.groups[0])
        other = names_in(test) != tuple(names) or (isinstance(one, Compare) and bool(one.right.names))
        if names and (other or one.left.name is None):
            context.findings.add("guard-measure", place, condition=test.comparing)
            return False
        for name in names:
            field = sum_node(Linear(((name, ONE),)), context.vocabulary)
            if name in context.vocabulary.fields and measures[name].node(context.groups[0]) != field:
                context.findings.add("guard-name", place, name=name)
                return False
    return True
