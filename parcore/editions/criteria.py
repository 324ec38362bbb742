"""Criteria of an edition document: each node of the tree, how its parts combine, its effects."""

from __future__ import annotations

from attrs import evolve

from parcore.documents.reading import both_languages, choice_of, items_of, source_of, text_of, texts_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.editions.edition import Combine, Criterion, Effect, EffectKind
from parcore.editions.effects import NO_INDEX, check_rows, check_when, read_when
from parcore.editions.leaves import BESIDE, RULE_WORDS, read_leaf
from parcore.editions.sums import UNREAD, check_maxima
from parcore.editions.tree import may_rescale
from parcore.evidence.evidence import Method
from parcore.numbers import ZERO, exact_text
from parcore.rules.figures import Context, Figure
from parcore.values import ALWAYS_POSSIBLE, State

UNKNOWN = "unknown"
_GROUP_WORDS = ("combine", "worth")


def read_maximum(tree: Tree, context: Context) -> Figure | None:
    """A maximum: a number, numbers by group, or `unknown` (None); `UNREAD` where it is none of these."""
    if text_of(tree) == UNKNOWN:
        return None
    top = context.points(tree)
    if top is not None and min(top.of(group) for group in context.groups) < 0:
        context.findings.add("wrong-form", tree.place, value=text_of(tree)[:60], wanted="≥ 0")
        return UNREAD
    return top or UNREAD


def read_criterion(tree: Tree, context: Context) -> Criterion | None:
    """A node of the tree and all under it."""
    if not isinstance(tree, Mapping):
        return None
    criterion = text_of(tree["id"])
    context = _of_groups(tree.get("groups"), context)
    top = read_maximum(tree["max"], context)
    context = evolve(context, criterion=criterion, top=top)
    node = Criterion(
        id=criterion,
        code=text_of(tree.get("code")),
        title=both_languages(tree["title"]),
        max=top,
        method=choice_of(tree.get("method"), Method, context.findings),
        source=source_of(tree.get("source"), context.findings),
        remainder=text_of(tree.get("remainder")) == "yes",
        groups=context.groups if context.restricted else (),
        falls_through=context.falls_through,
        combine=choice_of(tree.get("combine"), Combine, context.findings) or Combine.SUM,
        weight=_weight(tree.get("weight"), context),
        digits=int(text_of(tree["round"])) if "round" in tree else None,
        supersedes=texts_of(tree["supersedes"]) if "supersedes" in tree else None,
        place=tree.place_of("id"),
    )
    if "criteria" in tree:
        return _with_children(node, tree, context)
    return _as_leaf(node, tree, context)


def _of_groups(tree: Tree | None, context: Context) -> Context:
    """The context of a criterion that only some unit groups have."""
    if tree is None:
        return context
    named = texts_of(tree)
    for each, at in zip(named, items_of(tree), strict=True):
        if each not in context.groups:
            known = [group for group in context.groups if group]
            report_unknown(each, known, at.place, context.findings, "unknown-group")
    kept = tuple(group for group in context.groups if group in named)
    return evolve(context, groups=kept, restricted=True) if kept else context


def _weight(tree: Tree | None, context: Context) -> Figure | None:
    weight = None if tree is None else context.points(tree)
    if tree is not None and weight is not None and min(weight.of(group) for group in context.groups) <= 0:
        context.findings.add("wrong-form", tree.place, value=text_of(tree)[:60], wanted="> 0")
        return None
    return weight


def _with_children(node: Criterion, tree: Mapping, context: Context) -> Criterion:
    for word in (*RULE_WORDS, *BESIDE, "when", "guard"):
        if word in tree:
            context.findings.add("rule-and-children", tree.place_of(word), criterion=node.id, word=word)
    if node.remainder:
        context.findings.add("remainder-with-children", tree.place_of("remainder"), criterion=node.id)
    items, first = items_of(tree["criteria"]), node.combine is Combine.FIRST
    lowest = context.leaving_pays or node.combine is Combine.LOWEST
    within = evolve(context, in_group=node.combine is Combine.SUM, leaving_pays=lowest)
    read = [
        read_criterion(each, evolve(within, falls_through=first and at < len(items)))
        for at, each in enumerate(items, 1)
    ]
    node = evolve(node, children=tuple(each for each in read if each is not None))
    check_maxima(node.children, node.max, node.id, tree.place_of("max"), context, node.combine)
    if first:
        _check_first(node, context)
    if node.combine is Combine.LOWEST or any(map(may_rescale, node.children)):
        _check_left_out(node, context)
    for child in node.children:
        if child.weight is not None and node.combine is not Combine.SUM:
            context.findings.add("weight-without-sum", child.place, criterion=child.id)
    if "worth" in tree:
        node = _worth(node, tree["worth"], context)
    return _check_rescaling(node, context)


def _check_first(node: Criterion, context: Context) -> None:
    strict = False
    for child in reversed(node.children):
        if child.children:
            context.findings.add("first-of-leaves", child.place, criterion=child.id)
        missing = child.when.get(State.MISSING)
        if strict and missing is not None and missing.kind not in NO_INDEX:
            # What a later rule withholds for may not be had by hiding what leads to it.
            word, effect = State.MISSING.word, missing.kind.value
            context.findings.add("hiding-escapes", child.place, state=word, effect=effect)
        strict = strict or (child.rule is not None and State.WITHHELD in child.rule.raises())
        strict = strict or any(
            state in child.when and child.when[state].kind in NO_INDEX for state in ALWAYS_POSSIBLE
        )
    if context.penalty:
        _check_first_penalty(node, context)


def _check_first_penalty(node: Criterion, context: Context) -> None:
    """Of penalties of which the first that applies counts, hiding one may not be less than a later one."""
    for at, child in enumerate(node.children):
        missing = child.when.get(State.MISSING)
        if missing is None or missing.kind in NO_INDEX or child.max in (None, UNREAD):
            continue
        for group in context.groups:
            own, *later = [ZERO if x.max is None else x.max.of(group) for x in node.children[at:]]
            if own < (most := max(later, default=ZERO)):
                said = {"max": exact_text(own), "most": exact_text(most)}
                context.findings.add("penalty-order", child.place, criterion=child.id, **said)
                break


def _check_left_out(node: Criterion, context: Context) -> None:
    """No part may be left out by hiding it, on whatever ground, where that raises the points of the group.

    So it is where the worst part counts; and where a group is rescaled, to what its other parts got.
    """
    for child in node.children:
        for state in ALWAYS_POSSIBLE:
            effects = [leaf.when.get(state) for leaf in child.leaves]
            if effects and all(each is not None and each.kind is EffectKind.EXCLUDE for each in effects):
                word, effect = state.word, EffectKind.EXCLUDE.value
                context.findings.add("hiding-pays", child.place, state=word, effect=effect)


def _worth(node: Criterion, tree: Tree, context: Context) -> Criterion:
    """A group whose parts' maxima are scaled to what it is worth in its parent."""
    worth = read_maximum(tree, context)
    if worth is UNREAD or node.max is UNREAD:
        return evolve(node, max=UNREAD)
    if worth is None or node.max is None or node.combine is not Combine.SUM:
        context.findings.add("worth-of-what", tree.place, criterion=node.id)
        return node
    return evolve(node, max=worth, scaled_from=node.max)


def _check_rescaling(node: Criterion, context: Context) -> Criterion:
    """What is rescaled has maxima that are known and more than 0."""
    if not (node.scaled_from or any(map(may_rescale, node.children))) or node.max is UNREAD:
        return node
    for leaf in node.leaves if any(map(may_rescale, node.children)) else ():
        for state in ALWAYS_POSSIBLE:
            # Of a group that is rescaled over what remains, what is left out raises the worth of the rest.
            if state in leaf.when and leaf.when[state].kind is EffectKind.EXCLUDE:
                exclude = EffectKind.EXCLUDE.value
                context.findings.add("hiding-pays", leaf.place, state=state.word, effect=exclude)
    known = [child.max for child in node.children] + [node.max]
    for group in context.groups:
        if any(top is None or (top is not UNREAD and top.of(group) <= 0) for top in known):
            context.findings.add("rescale-needs-maxima", node.place, criterion=node.id)
            break
    return node


def _as_leaf(node: Criterion, tree: Mapping, context: Context) -> Criterion:
    """A leaf; without its rule where that could not be read, so that the sums above it still stand."""
    for word in _GROUP_WORDS:
        if word in tree:
            context.findings.add("word-of-group", tree.place_of(word), word=word, criterion=node.id)
    if node.source is None:
        context.findings.add("rule-without-source", node.place, criterion=node.id)
    if not any(word in tree for word in RULE_WORDS):
        context.findings.add("rule-missing", node.place, criterion=node.id, words=", ".join(RULE_WORDS))
        return node
    when_tree = tree.get("when")
    when = read_when(when_tree, context) if isinstance(when_tree, Mapping) else {}
    if node.max is UNREAD:
        return node
    rule = read_leaf(tree, when, context)
    if rule is None:
        return node
    check_when(node.place, rule, tree, context)
    check_rows(rule, when, node.place, context)
    if context.falls_through:
        # Where it does not apply, the next rule of its parent does: it is out, and that one is in.
        when |= dict.fromkeys((State.NOT_APPLICABLE, State.NOTHING_AROSE), Effect(EffectKind.EXCLUDE))
    return evolve(node, rule=rule, when=when)
