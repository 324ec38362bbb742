"""Two editions compared by what they mean, not by how they are written.

In: the editions from one to another, each replaced by the next. Out: an `EditionChange`: what became of
each criterion, where its rule gives other points, with evidence for it, and which policies differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from fractions import Fraction

from attrs import evolve, frozen

from parcore.change.matching import Fate, Match, matches
from parcore.editions.edition import Criterion, Edition, Effect
from parcore.editions.records import MeanOver
from parcore.i18n import LANGUAGES, Text
from parcore.readings.analysis.edition import Compared, leaves_compared
from parcore.readings.prose.policies import POLICIES, policy_sentences
from parcore.registry import Registry
from parcore.rules.combinations import Guarded, Rule, reported_of
from parcore.rules.deductions import Deduction
from parcore.values import State


class Kind(Enum):
    """What changed of a criterion.

    The rule of a criterion is `TIGHTENED` where evidence gives the same share of its maximum or a smaller
    one, `RELAXED` where the same or a larger one, `TURNED` where both happen; `RULE` where the two cannot
    be laid side by side, or no evidence was found that tells.
    """

    ADDED = "added"
    REMOVED = "removed"
    SPLIT = "split"
    MERGED = "merged"
    REDRAWN = "redrawn"
    RENAMED = "renamed"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    REWORDED = "reworded"
    REWEIGHTED = "reweighted"
    TIGHTENED = "tightened"
    RELAXED = "relaxed"
    TURNED = "turned"
    RULE = "rule"
    EMPTINESS = "emptiness"
    COMBINED = "combined"
    METHOD = "method"
    GROUPS = "groups"
    ROUNDED = "rounded"


@frozen
class Effects:
    """What an empty state makes of a criterion in two editions."""

    state: State
    first: Effect | None
    second: Effect | None


@frozen
class CriterionChange:
    """One criterion of two editions, or several that stand for the same, and what changed of it.

    `rules` are its rules, part by part, with the regions of evidence where points differ; `effects` are
    the effects of emptiness that differ.
    """

    match: Match
    kinds: tuple[Kind, ...]
    rules: tuple[Compared, ...] = ()
    effects: tuple[Effects, ...] = ()

    @property
    def criterion(self) -> Criterion:
        """The one to name it by: the second edition's, where there is one."""
        return (self.match.second or self.match.first)[0]

    def maxima(self, group: str) -> tuple[Fraction | None, Fraction | None]:
        """The maximum that it has in each edition in a unit group; of several their sum; None: not known."""
        return _maximum(self.match.first, group), _maximum(self.match.second, group)


@frozen
class PolicyChange:
    """A policy that differs: its sentences in both editions."""

    name: str
    first: tuple[Text, ...]
    second: tuple[Text, ...]


@frozen
class EditionChange:
    """What differs between two editions. Criteria that are the same in every respect are in `same`."""

    first: Edition
    second: Edition
    criteria: tuple[CriterionChange, ...]
    policies: tuple[PolicyChange, ...]
    same: tuple[Criterion, ...]

    def counts(self) -> Mapping[Kind, int]:
        """How many criteria changed in each way."""
        kinds = [kind for each in self.criteria for kind in each.kinds]
        return {kind: kinds.count(kind) for kind in Kind if kind in kinds}


def compare(path: Sequence[Edition]) -> EditionChange:
    """Compare the first edition of a path with its last; between them stand those replaced on the way.

    Nothing is decided by sampling: where rules differ is proved for all evidence, and each region has
    evidence for it where some was found.
    """
    first, last = path[0], path[-1]
    found = matches(path)
    parents = _parents(first), _parents(last)
    became = {(old.id, new.id) for match in found for old in match.first for new in match.second}
    changes: list[CriterionChange] = []
    same: list[Criterion] = []
    for match in found:
        change = _criterion(match, first, last, parents, became)
        if change.kinds:
            changes.append(change)
        else:
            same.append(match.second[0])
    return EditionChange(first, last, tuple(changes), tuple(_policies(first, last)), tuple(same))


Parents = Mapping[str, str]


def _parents(edition: Edition) -> Parents:
    """Of each criterion the one it stands under; "" for a component."""
    return {child.id: node.id for node in edition.nodes for child in node.children}


def _criterion(
    match: Match,
    first: Edition,
    last: Edition,
    parents: tuple[Parents, Parents],
    became: set[tuple[str, str]],
) -> CriterionChange:
    if match.fate is not Fate.KEPT:
        return CriterionChange(match, (Kind(match.fate.value),))
    (one,), (two,) = match.first, match.second
    rules = tuple(_rules(first, one, last, two))
    effects = tuple(_effects(one, two))
    above = parents[0].get(one.id, ""), parents[1].get(two.id, "")
    kinds = [
        *([Kind.RENAMED] if one.id != two.id else []),
        *([Kind.MOVED] if above != ("", "") and above not in became else []),
        *([Kind.RENUMBERED] if one.code != two.code else []),
        *([Kind.REWORDED] if one.title != two.title else []),
        *([Kind.REWEIGHTED] if _weights(one, first) != _weights(two, last) else []),
        *_directions(one, two, first, last, rules),
        *([Kind.EMPTINESS] if effects else []),
        *([Kind.COMBINED] if (one.combine, bool(one.children)) != (two.combine, bool(two.children)) else []),
        *([Kind.METHOD] if one.method is not two.method else []),
        *([Kind.GROUPS] if _groups(one, first) != _groups(two, last) else []),
        *([Kind.ROUNDED] if one.digits != two.digits else []),
    ]
    return CriterionChange(match, tuple(kinds), rules, effects)


def _rules(first: Edition, one: Criterion, last: Edition, two: Criterion) -> Iterator[Compared]:
    """The rules of a leaf where they give other points, and those that could not be compared."""
    if one.rule is None or two.rule is None or _given(one, two):
        return
    if one.max == two.max and _alike(one, two, first, last):
        return
    both = _groups(one, first) & _groups(two, last)
    found: list[Compared] = []
    for each in leaves_compared(first, one, last, two):
        if not each.regions and not (each.why and both.issuperset(each.groups)):
            continue
        same = next((at for at, held in enumerate(found) if _but_groups(held) == _but_groups(each)), None)
        if same is None:
            found.append(each)
        else:  # said once, of all unit groups of which it is true
            found[same] = evolve(found[same], groups=(*found[same].groups, *each.groups))
    yield from found


def _but_groups(each: Compared) -> Compared:
    return evolve(each, groups=())


def _given(one: Criterion, two: Criterion) -> bool:
    """Whether points are given in both, whatever the rules behind them are."""
    return reported_of(one.rule) is not None and reported_of(two.rule) is not None


def _directions(
    one: Criterion, two: Criterion, first: Edition, last: Edition, rules: Sequence[Compared]
) -> Iterator[Kind]:
    """Whether a rule pays less or more of its maximum than the other for some evidence."""
    if one.rule is None or two.rule is None:
        if (one.rule is None) != (two.rule is None):
            yield Kind.RULE
        return
    if _given(one, two) or _alike(one, two, first, last):
        return
    if _composed(one.rule) or _composed(two.rule):
        yield Kind.RULE  # what holds of its parts does not settle the whole
        return
    if not rules:
        return
    shares = list(leaves_compared(first, one, last, two, shares=True))
    signs = {_sign(region.given) for each in shares for region in each.regions}
    if None in signs or any(each.why for each in rules):
        yield Kind.RULE
    elif signs:
        yield Kind.TURNED if len(signs) > 1 else Kind.TIGHTENED if signs == {-1} else Kind.RELAXED


def _composed(rule: Rule) -> bool:
    """Whether a rule is made of others: a deduction, a mean over cases."""
    inner = rule.rule if isinstance(rule, Guarded) else rule
    return isinstance(inner, Deduction | MeanOver)


def _sign(given: tuple[object, object] | None) -> int | None:
    if given is None:
        return None
    one, two = (getattr(each, "known", None) for each in given)
    return None if one is None or two is None else (two > one) - (two < one)


def _alike(one: Criterion, two: Criterion, first: Edition, last: Edition) -> bool:
    """Whether two rules are one graph in every unit group, laid on one maximum."""
    if one.rule is None or two.rule is None or first.vocabulary != last.vocabulary:
        return False
    tops = {group: None if one.max is None else one.max.of(group) for group in first.groups}
    return first.groups == last.groups and all(
        one.rule.node(group, top) == two.rule.node(group, top) for group, top in tops.items()
    )


def _effects(one: Criterion, two: Criterion) -> Iterator[Effects]:
    """The states of which the two make different things; whose word it is makes no difference."""
    for state in State:
        held = [each.when.get(state) for each in (one, two)]
        first, second = (None if each is None else (each.kind, each.award) for each in held)
        if first != second and one.rule is not None and two.rule is not None:
            yield Effects(state, *held)


def _weights(node: Criterion, edition: Edition) -> object:
    """What a criterion counts, by unit group."""
    return [
        (None if each is None else [each.of(group) for group in edition.groups])
        for each in (node.max, node.weight, node.scaled_from)
    ]


def _groups(node: Criterion, edition: Edition) -> frozenset[str]:
    return frozenset(group for group in edition.groups if node.applies(group))


def _maximum(nodes: Sequence[Criterion], group: str) -> Fraction | None:
    known = [node.max.of(group) for node in nodes if node.max is not None and node.applies(group)]
    return sum(known, Fraction(0)) if nodes and len(known) == len(nodes) else None


def _policies(first: Edition, last: Edition) -> Iterator[PolicyChange]:
    for name in POLICIES:
        said = [_said(edition, name) for edition in (first, last)]
        if said[0] != said[1]:
            yield PolicyChange(name, *said)


def _said(edition: Edition, name: str) -> tuple[Text, ...]:
    both = (policy_sentences(edition, name, lang) for lang in LANGUAGES)
    return tuple(Text(**dict(zip(LANGUAGES, each, strict=True))) for each in zip(*both, strict=True))


def path_between(editions: Mapping[str, Edition], first: str, second: str) -> tuple[Edition, ...]:
    """The editions from one to another, each replaced by the next; else the two alone.

    `editions` are those at hand, by key.
    """
    back = [second]
    while back[-1] != first and (earlier := editions[back[-1]].replaces) in editions and earlier not in back:
        back.append(earlier)
    keys = [*reversed(back)] if back[-1] == first else [first, second]
    return tuple(editions[key] for key in keys)


def path_of(registry: Registry, first: Edition, second: Edition) -> tuple[Edition, ...]:
    """The same, of the editions that a registry has: only those on the way are loaded.

    Raises:
        ParcoreError: the document of one on the way is refused.
    """
    held, key = {each.key: each for each in (first, second)}, second.key
    known = {each.key: each for each in registry.edition_documents(second.methodology)}
    while (key := held[key].replaces) in known and key not in held:
        held[key] = registry.load(known[key])
    return path_between(held, first.key, second.key)
