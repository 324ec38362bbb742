"""Classes of an edition document: bands, vetoes, caps, quotas; each checked as it is read."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from attrs import evolve

from parcore.diagnostics import Findings, Place
from parcore.documents.reading import choice_of, items_of, number_of, source_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Listing, Mapping, Tree
from parcore.editions.bands import named_class, read_bands
from parcore.editions.edition import Edition
from parcore.editions.leaves import with_figures
from parcore.numbers import Rounding
from parcore.rules.conditions import FIELDS, Names, names_in, read_condition
from parcore.rules.figures import Context
from parcore.rules.graph import Within
from parcore.rules.measuring import read_measure
from parcore.rules.policies import (
    Border,
    Classes,
    Fact,
    Level,
    Limit,
    Quantity,
    Quota,
    Reads,
    Verdict,
)
from parcore.values import ALWAYS_POSSIBLE, EVIDENCE_STATES, State

_STATES: Final = {state.word: state for state in EVIDENCE_STATES}


def read_reads(tree: Tree, findings: Findings) -> Reads | None:
    """What a policy reads: `{quantity: …, rounded: …}`."""
    if not isinstance(tree, Mapping):
        return None
    quantity = choice_of(tree["quantity"], Quantity, findings)
    return None if quantity is None else Reads(quantity, text_of(tree["rounded"]) == "yes")


def read_classes(tree: Tree | None, edition: Edition, context: Context) -> tuple[Classes, ...]:
    """The classes of an edition, one set for all its years or one for each span of them."""
    if tree is None:
        return ()
    sets = tree.items if isinstance(tree, Listing) else (tree,)
    read = [_classes(each, edition, context) for each in sets]
    known = [each for each in read if each is not None]
    for at, one in enumerate(known):
        if one.last is not None and one.first is not None and one.last < one.first:
            context.findings.add("years-reversed", one.place, first=one.first, last=one.last)
        for other in known[:at]:
            year = max(one.first or 0, other.first or 0)
            if one.holds_in(year) and other.holds_in(year):
                shown = year or edition.first_year
                context.findings.add("classes-overlap", one.place, year=shown, first=other.place)
    return tuple(known)


def _classes(tree: Tree, edition: Edition, context: Context) -> Classes | None:
    if not isinstance(tree, Mapping):
        return None
    reads = read_reads(tree["on"], context.findings)
    digits = edition.rounding.digits.get(Level.INDEX) if reads is not None and reads.rounded else None
    step = None if digits is None else Fraction(1, 10**digits)
    read = read_bands(tree["bands"], tree.get("open"), step, edition, context)
    if reads is None or read is None:
        return None  # nothing can be said of bands that were not read
    bands, zones = read
    years = {word: int(text_of(tree[word])) for word in ("from", "to") if word in tree}
    first, last = years.get("from"), years.get("to")
    classes = Classes(reads, bands, zones, first=first, last=last, place=tree.place)
    if zones and "quota" in tree:
        context.findings.add("open-with-quota", tree.place_of("quota"))
    return evolve(
        classes,
        vetoes=_limits(tree.get("vetoes"), "class", classes, context),
        caps=_limits(tree.get("caps"), "at_most", classes, context),
        quotas=_quotas(tree.get("quota"), classes, context),
    )


# Vetoes and caps


def _limits(tree: Tree | None, word: str, classes: Classes, context: Context) -> tuple[Limit, ...]:
    found: list[Limit] = []
    for each in items_of(tree):
        if not isinstance(each, Mapping):
            continue
        said = _words(each["if"])
        fact = _fact(each, said, context)
        name = named_class(each[word], classes.bands, context)
        if name is not None and all(classes.ordered(group)[0].name == name for group in context.groups):
            context.findings.add("limit-idle", each[word].place, name=name)
        for other in found:
            if other.said == said:
                context.findings.add("limit-twice", each.place, said=said, first=other.place)
        if fact is not None and name is not None:
            found.append(Limit(fact, name, said, source_of(each.get("source"), context.findings), each.place))
    return tuple(found)


def _words(tree: Tree) -> str:
    """A condition as written, on one line."""
    if isinstance(tree, Listing):
        return ", ".join(map(_words, tree.items))
    if isinstance(tree, Mapping):
        return "; ".join(f"{word}: ({_words(each)})" for word, each in tree.entries.items())
    return text_of(tree)


def _fact(tree: Mapping, said: str, context: Context) -> Fact | None:
    context, declared = with_figures(tree, context), tree.get("measures")
    read = {} if not isinstance(declared, Mapping) else {
        name: read_measure(each, context) for name, each in declared.entries.items()
    }  # fmt: skip
    measures = {name: each for name, each in read.items() if each is not None}
    if len(measures) < len(read):
        return None
    condition = read_condition(tree["if"], context, Names(measures) if declared is not None else FIELDS)
    if condition is None:
        return None
    fields = context.vocabulary.fields
    possible = frozenset(ALWAYS_POSSIBLE).union(
        *(each.states() for each in measures.values()),
        *(fields[name].states for name in names_in(condition) if not measures and name in fields),
    )
    return Fact(condition, measures, _verdicts(tree, said, possible, context))


def _verdicts(tree: Mapping, said: str, possible: frozenset[State], context: Context) -> dict[State, Verdict]:
    """What empty facts mean; hidden ones may not let the unit off."""
    when = tree["when"]
    given: dict[State, Verdict] = {}
    if not isinstance(when, Mapping):
        return given
    for word, each in when.entries.items():
        state, verdict = _STATES.get(word), choice_of(each, Verdict, context.findings)
        if state is None:
            report_unknown(word, list(_STATES), when.place_of(word), context.findings)
        elif state not in possible:
            context.findings.add("when-unreachable", when.place_of(word), criterion=said, state=word)
        elif verdict is not None:
            given[state] = verdict
            if verdict is Verdict.FAILS and state in ALWAYS_POSSIBLE:
                context.findings.add("fact-forgives", each.place, state=word, verdict=verdict.value)
    missing = [state.word for state in ALWAYS_POSSIBLE if state.word not in when]
    if missing:
        context.findings.add("fact-incomplete", when.place, states=", ".join(missing))
    strict = Verdict.WITHHOLD in (given.get(State.UNVERIFIED), given.get(State.REJECTED))
    if strict and given.get(State.MISSING) is Verdict.HOLDS:
        word = State.MISSING.word
        context.findings.add("fact-forgives", when.place, state=word, verdict=Verdict.HOLDS.value)
    return given


# Quotas


def _quotas(tree: Tree | None, classes: Classes, context: Context) -> tuple[Quota, ...]:
    found: list[Quota] = []
    for each in items_of(tree):
        quota = _quota(each, classes, context) if isinstance(each, Mapping) else None
        if quota is None:
            continue
        for other in found:
            if (other.name, other.within) == (quota.name, quota.within):
                context.findings.add("duplicate-id", quota.place, id=quota.name, first=other.place)
        found.append(quota)
    return tuple(found)


def _quota(tree: Mapping, classes: Classes, context: Context) -> Quota | None:
    findings = context.findings
    name, otherwise = (named_class(tree[word], classes.bands, context) for word in ("class", "otherwise"))
    of = [named_class(each, classes.bands, context) for each in items_of(tree["of"])]
    share = number_of(tree["share"], findings)
    if name is None or otherwise is None or share is None or None in of:
        return None
    least, most = int(text_of(tree.get("at_least")) or 0), text_of(tree.get("at_most"))
    if not 0 < share <= 1:
        findings.add("quota-share", tree["share"].place, share=text_of(tree["share"])[:60])
    if most and int(most) < least:
        findings.add("limits-reversed", tree.place_of("at_least"), low=least, high=most)
    if name not in of:
        findings.add("quota-of", tree.place_of("of"), name=name)
    _next_lower(name, otherwise, tree["otherwise"].place, classes, context)
    return Quota(
        name=name,
        share=share,
        of=tuple(each for each in of if each is not None),
        rounding=choice_of(tree["round"], Rounding, findings) or Rounding.DOWN,
        within=choice_of(tree["within"], Within, findings) or Within.ALL,
        ties=choice_of(tree["ties"], Border, findings) or Border.AUTHORITY,
        otherwise=otherwise,
        at_least=least,
        at_most=int(most) if most else None,
        place=tree.place,
    )


def _next_lower(name: str, otherwise: str, place: Place, classes: Classes, context: Context) -> None:
    """To fall further than to the next class would make fewer points worth more."""
    for group in context.groups:
        order = [band.name for band in classes.ordered(group)]
        if order.index(otherwise) != order.index(name) + 1:
            context.findings.add("class-not-next", place, one=otherwise, two=name)
