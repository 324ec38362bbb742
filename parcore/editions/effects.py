"""What empty states make of a leaf (`when`): read, and checked against the states that can arise."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Final

from parcore.diagnostics import Place
from parcore.documents.reading import choice_of, source_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Scalar, Tree
from parcore.editions.edition import Effect, EffectKind
from parcore.numbers import ZERO, exact_text
from parcore.rules.combinations import Rule
from parcore.rules.figures import Award, Context
from parcore.values import ALWAYS_POSSIBLE, EVIDENCE_STATES, State

NO_INDEX: Final = (EffectKind.WITHHOLD, EffectKind.ERROR)
"""Effects after which a unit has no index."""

_STATES: Final = {state.word: state for state in EVIDENCE_STATES}


def read_when(tree: Mapping, context: Context) -> dict[State, Effect]:
    """The effect of each state that `when` names; what is wrong, or would make hiding pay, is reported."""
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
        needs_top = effect.kind in (EffectKind.FULL, EffectKind.EXCLUDE, EffectKind.RESCALE)
        if needs_top and context.top is None:
            context.findings.add("needs-maximum", given.place, criterion=context.criterion)
        if effect.kind is EffectKind.RESCALE and not context.in_group:
            context.findings.add("rescale-without-group", given.place, criterion=context.criterion)
        if state in ALWAYS_POSSIBLE and _pays(effect, context):
            code = "penalty-forgives" if context.penalty else "hiding-pays"
            context.findings.add(code, given.place, state=word, effect=effect.kind.value)
    _no_escape(when, tree, context)
    return when


def _pays(effect: Effect, context: Context) -> bool:
    """Whether a unit could gain by hiding: by more points of a leaf, or fewer of a penalty."""
    if context.penalty:
        forgives = effect.kind is EffectKind.ZERO and effect.source is None
        return forgives or effect.kind in (EffectKind.EXCLUDE, EffectKind.SUBSTITUTE)
    # Leaving a leaf out of a sum never raises points, but the rate: the author must say on what basis.
    ours_alone = effect.kind is EffectKind.EXCLUDE and (effect.source is None or context.leaving_pays)
    return ours_alone or effect.kind in (EffectKind.FULL, EffectKind.RESCALE, EffectKind.SUBSTITUTE)


def _no_escape(when: dict[State, Effect], tree: Mapping, context: Context) -> None:
    """Whatever is unverified or rejected can be made missing: that must not be the milder way."""
    strict = any(
        state in when and when[state].kind in NO_INDEX for state in (State.UNVERIFIED, State.REJECTED)
    )
    missing = when.get(State.MISSING)
    if strict and missing is not None and missing.kind not in NO_INDEX:
        word = State.MISSING.word
        context.findings.add("hiding-escapes", tree[word].place, state=word, effect=missing.kind.value)


def check_rows(rule: Rule, when: MappingOf[State, Effect], place: Place, context: Context) -> None:
    """What a row or a guard withholds for may not be had by leaving it out: that must not be milder."""
    missing = when.get(State.MISSING)
    if State.WITHHELD in rule.raises() and missing is not None and missing.kind not in NO_INDEX:
        word = State.MISSING.word
        context.findings.add("hiding-escapes", place, state=word, effect=missing.kind.value)


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
    award = None if points is None else context.award(points)
    if points is not None and award is not None:
        check_points(award, points.place, context)
    return None if kind is None else Effect(kind, award, source_of(tree, context.findings))


def check_when(own: Place, rule: Rule, tree: Mapping, context: Context) -> None:
    """Each state that can arise has its effect (perhaps one that could not be read), and no other has."""
    place = tree.place_of("when") if "when" in tree else own
    when = tree.get("when")
    declared = when if isinstance(when, Mapping) else Mapping(place, {})
    possible = set(ALWAYS_POSSIBLE) | rule.states()
    if context.falls_through:
        possible -= {State.NOT_APPLICABLE, State.NOTHING_AROSE}
    missing = [s.word for s in EVIDENCE_STATES if s in possible and s.word not in declared]
    if missing:
        context.findings.add("when-incomplete", place, criterion=context.criterion, states=", ".join(missing))
    for state in EVIDENCE_STATES:
        if state not in possible and state.word in declared:
            at = declared.place_of(state.word)
            context.findings.add("when-unreachable", at, criterion=context.criterion, state=state.word)


def check_points(award: Award, place: Place, context: Context) -> None:
    """Points within [0, maximum], for each group."""
    for group in context.groups if award.state is None else ():
        top = None if context.top is None else context.top.of(group)
        points = award.line(top or ZERO, group)[1]
        if points < 0:
            context.findings.add("points-below-zero", place, criterion=context.criterion)
        if top is not None and points > top:
            shown, limit = exact_text(points), exact_text(top)
            context.findings.add("points-over-maximum", place, points=shown, max=limit)
