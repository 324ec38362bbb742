"""Deductions of an edition document: the start, the floor, what is taken off, what counts once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingOf
from fractions import Fraction
from typing import Final

from attrs import evolve

from parcore.diagnostics import Place
from parcore.documents.reading import items_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.editions.edition import Effect
from parcore.editions.effects import check_points
from parcore.numbers import ZERO, exact_text
from parcore.rules.combinations import ChoiceTable, ConditionTable, Reported, Rule, Scored
from parcore.rules.deductions import Deduction, Part
from parcore.rules.figures import Award, AwardKind, Context, Figure
from parcore.rules.measures import Sum
from parcore.rules.measuring import read_measure
from parcore.rules.scales import Straight
from parcore.values import State

_RULES: Final = frozenset({"per", "measure", "table"})

RuleReader = Callable[[Mapping, MappingOf[State, Effect], Context], Rule | None]

_COUNTED: Final = ("per", "points", "cap", "id")
_RULED: Final = ("measure", "measures", "table", "cases", "scale", "interpret", "id")


def read_deduction(tree: Tree, context: Context, read_rule: RuleReader) -> Deduction | None:
    """A deduction; what makes no sense of it is reported."""
    if not isinstance(tree, Mapping):
        return None
    start, floor = context.points(tree["from"]), context.points(tree["floor"])
    read = [_part(each, context, read_rule) for each in items_of(tree["parts"])]
    parts = tuple(each for each in read if each is not None)
    if floor is not None:
        check_points(Award(AwardKind.POINTS, floor), tree["floor"].place, context)
    once = tuple(tuple(text_of(id_) for id_ in items_of(group)) for group in items_of(tree.get("once")))
    if (
        start is None
        or floor is None
        or len(parts) < len(read)
        or not _named_once(parts, once, tree, context)
    ):
        return None
    for group in context.groups:
        if floor.of(group) > start.of(group):
            shown, limit = exact_text(floor.of(group)), exact_text(start.of(group))
            context.findings.add("points-over-maximum", tree["floor"].place, points=shown, max=limit)
        if context.top is not None and start.of(group) != context.top.of(group):
            shown, limit = exact_text(start.of(group)), exact_text(context.top.of(group))
            context.findings.add("deduct-from", tree.place_of("from"), start=shown, max=limit)
    deduction = Deduction(start, floor, parts, once)
    _check_untouched(deduction, tree.place_of("parts"), context)
    return deduction


def _check_untouched(deduction: Deduction, place: Place, context: Context) -> None:
    """Whether nothing need be taken off somewhere: else the maximum is never paid."""
    for group in context.groups if context.top is not None else ():
        least = (max(_least(part.rule, group) for part in parts) for parts in deduction.groups())
        start = deduction.start.of(group)
        most = max(start - sum(least, ZERO), deduction.floor.of(group))
        if most < start:
            shown, limit = exact_text(most), exact_text(start)
            context.findings.add("maximum-not-paid", place, points=shown, max=limit)


def _least(rule: Rule, group: str) -> Fraction:
    """What a part takes off at least, wherever it takes anything: never more than the truth."""
    match rule:
        case Scored():
            pieces = rule.pieces(group, ZERO)
            ends = ((each, x) for each in pieces for x in (each.interval.low, each.interval.high))
            known = [each.slope * x + each.intercept for each, x in ends if x is not None]
            return min([*known, *(each.intercept for each in pieces if not each.slope)], default=ZERO)
        case ChoiceTable():
            awards: Iterable[Award] = rule.rows.values()
        case ConditionTable():
            awards = (row.award for row in rule.rows)
        case _:
            return ZERO
    return min((each.line(ZERO, group)[1] for each in awards if each.state is None), default=ZERO)


def _part(tree: Tree, context: Context, read_rule: RuleReader) -> Part | None:
    if not isinstance(tree, Mapping):
        return None
    known = _COUNTED if "per" in tree else _RULED
    for key in tree.entries:
        if key not in known:
            report_unknown(key, list(known), tree.place_of(key), context.findings)
    # What is taken off has no maximum of its own: shares of one are refused where they stand.
    context = evolve(context, top=None, taken_off=True)
    if not _RULES & set(tree.entries):
        context.findings.add("deduct-part", tree.place)
        return None
    rule = _counted(tree, context) if "per" in tree else read_rule(tree, {}, context)
    if isinstance(rule, Reported):
        context.findings.add("deduct-part", tree.place)
        return None
    return None if rule is None else Part(rule, text_of(tree.get("id")))


def _counted(tree: Mapping, context: Context) -> Rule | None:
    """So many points for each of a count, at most `cap`."""
    counted = read_measure(Mapping(tree.place, {"count": tree["per"]}), context)
    points = context.points(tree["points"]) if "points" in tree else None
    cap = context.points(tree["cap"]) if "cap" in tree else None
    if "points" not in tree:
        context.findings.add("missing-key", tree.place, key="points", known=", ".join(_COUNTED))
    if not isinstance(counted, Sum) or points is None or ("cap" in tree and cap is None):
        return None
    lows = [counted.range(group).interval.low for group in context.groups]
    if any(low is None or low < 0 for low in lows):
        context.findings.add("deduct-negative", tree["per"].place)
    if any(each.of(group) < 0 for each in (points, cap) if each is not None for group in context.groups):
        context.findings.add("deduct-negative", tree.place)
    return Scored(counted, Straight(points, Figure(), cap, "per"))


def _named_once(
    parts: tuple[Part, ...], once: tuple[tuple[str, ...], ...], tree: Mapping, context: Context
) -> bool:
    """Each id stands once among the parts, and in one group; each group names two parts or more."""
    ids = [part.id for part in parts if part.id]
    named = [id_ for group in once for id_ in group]
    right = len(set(ids)) == len(ids) and len(set(named)) == len(named) and all(len(g) > 1 for g in once)
    right = right and set(named) <= set(ids)
    if not right:
        context.findings.add("deduct-once", tree.place_of("once") if "once" in tree else tree.place)
    return right
