"""Policies of an edition document: conversion, adjustments, absent methods, classes, ranking."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from parcore.diagnostics import Findings, Place
from parcore.documents.reading import choice_of, items_of, number_of, source_of, text_of, texts_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.editions.classes import read_classes, read_reads
from parcore.editions.criteria import read_criterion
from parcore.editions.edition import Adjustments, Block, Criterion, Edition
from parcore.editions.sums import UNREAD
from parcore.evidence.evidence import Method
from parcore.evidence.vocabulary import FieldKind
from parcore.numbers import HUNDRED, exact_text, round_to
from parcore.rules.figures import Context, Figure
from parcore.rules.graph import Within
from parcore.rules.policies import (
    Absent,
    Against,
    Classes,
    Level,
    Quantity,
    Ranking,
    TieBreak,
    Ties,
    Tolerance,
)

AUTHORITY: Final = "authority"
_BREAKING: Final = (FieldKind.COUNT, FieldKind.NUMBER, FieldKind.DATE)


def with_policies(edition: Edition, tree: Mapping, context: Context) -> Edition:
    """The edition with the policies that its document lays on the tree; what is wrong is reported."""
    edition = evolve(
        edition,
        conversion=_conversion(tree.get("conversion"), edition, context),
        adjustments=_adjustments(tree.get("adjustments"), edition.rounding.digits.get(Level.INDEX), context),
        absent=_absent(tree.get("absent"), edition, context),
    )
    ranking = _ranking(tree.get("ranking"), edition, context)
    classes = read_classes(tree.get("classes"), edition, context)
    for quota in (quota for each in classes for quota in each.quotas):
        if "ranking" not in tree:
            context.findings.add("quota-without-ranking", quota.place)
    for each in classes:
        _reach(each, edition, context)
    return evolve(edition, ranking=ranking, classes=classes)


def _reach(classes: Classes, edition: Edition, context: Context) -> None:
    """Report classes that the highest number there can be is beyond: the best would have none."""
    for group in context.groups:
        tops: dict[Quantity, Figure | None] = {
            Quantity.BASE: edition.total,
            Quantity.RATE: Figure(HUNDRED),
            Quantity.TOTAL: edition.conversion or edition.total,
        }
        if edition.adjustments is not None:
            tops[Quantity.TOTAL] = edition.adjustments.at_most
        top = tops[classes.on.quantity]
        if top is None or top is UNREAD or not classes.bands:
            continue
        most, digits = top.of(group), edition.rounding.digits.get(Level.INDEX)
        if classes.on.rounded and digits is not None:
            most = round_to(most, digits, edition.rounding.mode)
        if not any(most in band.intervals[group] for band in classes.bands):
            context.findings.add("bands-short", classes.place, number=exact_text(most))


def _conversion(tree: Tree | None, edition: Edition, context: Context) -> Figure | None:
    """To what the attainable maximum is converted; it must be known."""
    if not isinstance(tree, Mapping):
        return None
    to = _over_zero(tree["to"], context)
    if edition.total is None and not all(_attainable(each) for each in edition.components):
        context.findings.add("needs-maximum", tree.place, criterion=edition.key)
    return to


def _over_zero(tree: Tree, context: Context) -> Figure | None:
    figure = context.points(tree)
    if figure is None:
        return None
    if min(figure.of(group) for group in context.groups) <= 0:
        context.findings.add("wrong-form", tree.place, value=text_of(tree)[:60] or "{…}", wanted="> 0")
    return figure


def _attainable(node: Criterion) -> bool:
    """Whether what can be attained at a node is known."""
    if node.max is not None or not node.children:
        return node.max is not None
    return all(_attainable(child) for child in node.children)


def _adjustments(tree: Tree | None, digits: int | None, context: Context) -> Adjustments | None:
    """Bonus and penalty; `digits` are the decimals of the index, which must not round it over its limit."""
    if not isinstance(tree, Mapping):
        return None
    blocks = {word: _block(tree.get(word), word, context) for word in ("bonus", "penalty")}
    if not any(blocks.values()):
        context.findings.add("missing-key", tree.place, key="bonus", known="bonus, penalty")
    low, high = context.points(tree["at_least"]), context.points(tree["at_most"])
    if low is None or high is None:
        return None
    for group in context.groups:
        if low.of(group) > high.of(group):
            one, two = exact_text(low.of(group)), exact_text(high.of(group))
            context.findings.add("limits-reversed", tree.place_of("at_least"), low=one, high=two)
        if digits is not None and (high.of(group) * 10**digits).denominator != 1:
            context.findings.add(
                "limit-finer", tree.place_of("at_most"), limit=exact_text(high.of(group)), digits=digits
            )
    return Adjustments(low, high, blocks["bonus"], blocks["penalty"])


def _block(tree: Tree | None, word: str, context: Context) -> Block | None:
    if not isinstance(tree, Mapping):
        return None
    cap = _over_zero(tree["cap"], context)
    context = evolve(context, penalty=word == "penalty")
    read = [read_criterion(each, context) for each in items_of(tree["criteria"])]
    return Block(cap or Figure(), tuple(each for each in read if each is not None))


def _absent(tree: Tree | None, edition: Edition, context: Context) -> tuple[Absent, ...]:
    found: dict[Method, Absent] = {}
    for each in items_of(tree):
        method = choice_of(each["method"], Method, context.findings) if isinstance(each, Mapping) else None
        source = source_of(each["source"], context.findings) if isinstance(each, Mapping) else None
        if method is None or source is None or not isinstance(each, Mapping):
            continue
        if method in found:
            first = found[method].place
            context.findings.add("duplicate-id", each.place, id=method.value, first=first)
        leaves = [leaf for leaf in edition.leaves if leaf.method is method]
        if not leaves:
            context.findings.add("absent-no-leaf", each["method"].place, method=method.value)
        for leaf in leaves:
            if leaf.max is None:
                context.findings.add("needs-maximum", leaf.place, criterion=leaf.id)
        found.setdefault(method, Absent(method, source, each.place))
    return tuple(found.values())


def _ranking(tree: Tree | None, edition: Edition, context: Context) -> Ranking | None:
    """How an edition ranks."""
    if not isinstance(tree, Mapping):
        return None
    findings = context.findings
    reads = read_reads(tree["on"], findings)
    method = choice_of(tree["method"], Ties, findings)
    within = [choice_of(each, Within, findings) for each in items_of(tree["within"])]
    ties = items_of(tree.get("ties"))
    authority = _authority([text_of(each) for each in ties], [each.place for each in ties], findings)
    named = [each for each in ties if isinstance(each, Mapping)]
    breaks = [_tie_break(each, edition, context) for each in named]
    tolerance = _tolerance(tree.get("tolerance"), findings)
    if reads is None or method is None or None in within or None in breaks:
        return None
    return Ranking(
        on=reads,
        method=method,
        within=tuple(each for each in within if each is not None),
        unranked=texts_of(tree.get("unranked")),
        ties=tuple(each for each in breaks if each is not None),
        authority=authority,
        tolerance=tolerance,
    )


def _authority(words: list[str], places: list[Place], findings: Findings) -> bool:
    for word, place in list(zip(words, places, strict=True))[:-1]:
        if word == AUTHORITY:
            findings.add("authority-not-last", place)
    return AUTHORITY in words


def _tie_break(tree: Mapping, edition: Edition, context: Context) -> TieBreak | None:
    points = text_of(tree["by"]) == "points"
    wanted, other = ("rounded", "best") if points else ("best", "rounded")
    if wanted not in tree or other in tree:
        context.findings.add("tie-shape", tree.place, by=text_of(tree["by"]), wanted=wanted)
        return None
    of = text_of(tree["of"])
    if not points:
        spec = context.field(tree["of"], *_BREAKING)
        return None if spec is None else TieBreak(of, points=False, lowest=text_of(tree["best"]) == "lowest")
    known = [*(each.id for each in edition.criteria), *(each.id for _, each in edition.items)]
    if of not in known:
        meant = edition.criterion(of)
        near = known if meant is None else [meant.id]
        report_unknown(of, near, tree["of"].place, context.findings, "criterion-not-an-id")
        return None
    return TieBreak(of, points=True, rounded=text_of(tree["rounded"]) == "yes")


def _tolerance(tree: Tree | None, findings: Findings) -> Tolerance | None:
    if not isinstance(tree, Mapping):
        return None
    of, against = number_of(tree["of"], findings), choice_of(tree["against"], Against, findings)
    if of is not None and (of <= 0 or text_of(tree["of"]).endswith("%")):
        findings.add("wrong-form", tree["of"].place, value=text_of(tree["of"])[:60], wanted="> 0")
    return None if of is None or against is None else Tolerance(of, against)
