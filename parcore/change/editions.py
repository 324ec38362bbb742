"""Two editions compared by what they mean, not by how they are written.

In: the editions from one to another, each replaced by the next. Out: an `EditionChange`: what became of
each criterion, where its rule gives other points, with evidence for it, and which policies differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from fractions import Fraction

from attrs import evolve, frozen

from parcore.change.matching import Fate, Match, matches
from parcore.change.policies import PolicyChange, policies_changed
from parcore.editions.edition import Combine, Criterion, Edition, Effect
from parcore.editions.records import MeanOver
from parcore.readings.analysis.edition import (
    Compared,
    group_in,
    leaves_compared,
    mean_the_same,
    shared_groups,
)
from parcore.readings.analysis.equivalence import Region
from parcore.registry import Registry
from parcore.rules.combinations import Guarded, Rule, reported_of
from parcore.rules.deductions import Deduction
from parcore.values import State


class Kind(Enum):
    """What changed of a criterion.

    The rule of a criterion is `TIGHTENED` where evidence gives the same share of its maximum or a smaller
    one (of a penalty: or a larger one), `RELAXED` where the other way round, `TURNED` where both happen;
    `RULE` where the two cannot be laid side by side, or no evidence was found that tells.
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
    became |= {(name, name) for name in ("", *map(_of_block, ("bonus", "penalty")))}
    changes: list[CriterionChange] = []
    same: list[Criterion] = []
    for match in found:
        change = _criterion(match, first, last, parents, became)
        if change.kinds:
            changes.append(change)
        else:
            same.append(match.second[0])
    return EditionChange(first, last, tuple(changes), tuple(policies_changed(first, last)), tuple(same))


Parents = Mapping[str, str]


def _parents(edition: Edition) -> Parents:
    """Of each criterion the one it stands under, or its block; a component is not there."""
    above = {child.id: node.id for node in edition.nodes for child in node.children}
    return above | {
        item.id: _of_block(name) for name, block in edition.blocks.items() for item in block.items
    }


def _of_block(name: str) -> str:
    """What items of a block stand under: no criterion's id."""
    return f"{name}:"


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
    shared = shared_groups(first, last)
    rules = tuple(_rules(first, one, last, two))
    effects = tuple(_effects(one, two))
    above = parents[0].get(one.id, ""), parents[1].get(two.id, "")
    kinds = [
        *([Kind.RENAMED] if one.id != two.id else []),
        *([Kind.MOVED] if above not in became else []),
        *([Kind.RENUMBERED] if one.code != two.code else []),
        *([Kind.REWORDED] if one.title != two.title else []),
        *([Kind.REWEIGHTED] if _weights(one, shared) != _weights(two, shared) else []),
        *_directions(one, two, first, last, rules),
        *([Kind.EMPTINESS] if effects else []),
        *([Kind.COMBINED] if _combined_otherwise(one, two, became) else []),
        *([Kind.METHOD] if one.method is not two.method else []),
        *([Kind.GROUPS] if _groups(one, shared) != _groups(two, shared) else []),
        *([Kind.ROUNDED] if one.digits != two.digits else []),
    ]
    return CriterionChange(match, tuple(kinds), rules, effects)


def _rules(first: Edition, one: Criterion, last: Edition, two: Criterion) -> Iterator[Compared]:
    """The rules of a leaf where they give other points, and those that could not be compared."""
    if one.rule is None or two.rule is None or _given(one, two):
        return
    if one.max == two.max and _alike(one, two, first, last):
        return
    shared = shared_groups(first, last)
    both = _groups(one, shared) & _groups(two, shared)
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
    if _given(one, two):
        if _steps(one) != _steps(two):
            yield Kind.RULE
        return
    shared, alike = shared_groups(first, last), _alike(one, two, first, last)
    if alike and (one.max is None or _weights(one, shared) == _weights(two, shared)):
        return
    shares = [] if not rules and not alike else list(leaves_compared(first, one, last, two, shares=True))
    signs = {_sign(region) for each in shares for region in each.regions}
    if not shared or _composed(one.rule) or _composed(two.rule) or any(each.why for each in shares):
        signs.add(None)  # what holds of its parts does not settle the whole
    if rules and (one.max is None or two.max is None):
        signs.add(None)  # nothing is known of its share
    off = [_taken_off(node, edition) for node, edition in ((one, first), (two, last))]
    if None in signs or (signs and off[0] is not off[1]):
        if not alike:
            yield Kind.RULE
    elif signs:
        less = {1} if all(off) else {-1}
        yield Kind.TURNED if len(signs) > 1 else Kind.TIGHTENED if signs == less else Kind.RELAXED


def _steps(node: Criterion) -> object:
    """Between which ends and on which steps points are given."""
    given = reported_of(node.rule)
    return None if given is None else (given.low, given.step)


def _taken_off(node: Criterion, edition: Edition) -> bool:
    """Whether its points are taken off the total: it is the smaller ones that are better."""
    penalty = edition.blocks.get("penalty")
    return penalty is not None and any(each.id == node.id for item in penalty.items for each in item.all)


def _combined_otherwise(one: Criterion, two: Criterion, became: set[tuple[str, str]]) -> bool:
    """Whether the points of a node come of its parts in another way, or, of the first, in another order."""
    if (one.combine, bool(one.children)) != (two.combine, bool(two.children)):
        return True
    if one.combine is not Combine.FIRST:
        return False
    order = [at for old in one.children for at, new in enumerate(two.children) if (old.id, new.id) in became]
    return order != sorted(order)


def _composed(rule: Rule) -> bool:
    """Whether a rule is made of others: a deduction, a mean over cases."""
    return isinstance(_inner(rule), Deduction | MeanOver)


def _inner(rule: Rule) -> Rule:
    """A rule without its guards."""
    return rule.rule if isinstance(rule, Guarded) else rule


def _sign(region: Region) -> int | None:
    """Which of two rules gives more throughout a region; None where that is not known."""
    if region.given is None or not region.one_way:
        return None
    one, two = (each.known for each in region.given)
    return None if one is None or two is None or one == two else 1 if two > one else -1


def _alike(one: Criterion, two: Criterion, first: Edition, last: Edition) -> bool:
    """Whether two rules are one graph in every unit group, laid on one maximum."""
    if one.rule is None or two.rule is None:
        return False
    if not mean_the_same(first.vocabulary, last.vocabulary, {*one.rule.fields, *two.rule.fields}):
        return False
    means = {each.records for each in map(_inner, (one.rule, two.rule)) if isinstance(each, MeanOver)}
    held = [[each.vocabulary.records.get(kind) for kind in sorted(means)] for each in (first, last)]
    if held[0] != held[1]:
        return False
    shared = shared_groups(first, last)
    tops = {group: None if one.max is None else one.max.of(group) for group in shared}
    return bool(shared) and all(
        one.rule.node(group_in(first, group), top) == two.rule.node(group_in(last, group), top)
        for group, top in tops.items()
    )


def _effects(one: Criterion, two: Criterion) -> Iterator[Effects]:
    """The states of which the two make different things; whose word it is makes no difference."""
    for state in State:
        held = [each.when.get(state) for each in (one, two)]
        first, second = (None if each is None else (each.kind, each.award) for each in held)
        if first != second and one.rule is not None and two.rule is not None:
            yield Effects(state, *held)


def _weights(node: Criterion, groups: Iterable[str]) -> object:
    """What a criterion counts, by unit group."""
    figures = node.max, node.scaled_from
    of = [group for group in groups if node.applies(group)]
    return [
        *(None if each is None else [each.of(group) for group in of] for each in figures),
        [node.weight_of(group) for group in of],
    ]


def _groups(node: Criterion, groups: Iterable[str]) -> frozenset[str]:
    """Of some unit groups those that have it."""
    return frozenset(group for group in groups if node.applies(group))


def _maximum(nodes: Sequence[Criterion], group: str) -> Fraction | None:
    known = [node.max.of(group) for node in nodes if node.max is not None and node.applies(group)]
    return sum(known, Fraction(0)) if nodes and len(known) == len(nodes) else None


def path_between(editions: Mapping[str, Edition], first: str, second: str) -> tuple[Edition, ...]:
    """The editions from one to another, each replaced by the next (or the other way); else the two alone.

    `editions` are those at hand, by key.
    """
    back, on = _back(editions, second, first), _back(editions, first, second)
    keys = [*reversed(back)] if back[-1] == first else on if on[-1] == second else [first, second]
    return tuple(editions[key] for key in keys)


def _back(editions: Mapping[str, Edition], start: str, end: str) -> list[str]:
    """An edition and those replaced before it, as far as they are known, at most to `end`."""
    back = [start]
    while back[-1] != end and (earlier := editions[back[-1]].replaces) in editions and earlier not in back:
        back.append(earlier)
    return back


def path_of(registry: Registry, first: Edition, second: Edition) -> tuple[Edition, ...]:
    """The same, of the editions that a registry has: only those on the way are loaded.

    Raises:
        ParcoreError: the document of one on the way is refused.
    """
    held = {each.key: each for each in (first, second)}
    known = {each.key: each for each in registry.edition_documents(second.methodology)}
    for start in (second.key, first.key):
        key = start
        while first.key != second.key and (key := held[key].replaces) in known and key not in held:
            held[key] = registry.load(known[key])
        if key in (first.key, second.key):
            break
    return path_between(held, first.key, second.key)
