"""Which criteria of one edition are which of another: by their ids, and by what says that it supersedes them.

An id stands for the same thing for ever. Where an edition splits a criterion, merges several or gives
one another id, its criteria say which of the edition replaced they supersede; over several years these
are followed from edition to edition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from itertools import pairwise

from attrs import frozen

from parcore.editions.edition import Criterion, Edition


class Fate(Enum):
    """What became of criteria from one edition to another."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"
    SPLIT = "split"
    MERGED = "merged"
    REDRAWN = "redrawn"


@frozen
class Match:
    """Criteria of one edition and those of another that stand for the same: one each, several, or none."""

    first: tuple[Criterion, ...]
    second: tuple[Criterion, ...]

    @property
    def fate(self) -> Fate:
        """What became of them."""
        match len(self.first), len(self.second):
            case 0, _:
                return Fate.ADDED
            case _, 0:
                return Fate.REMOVED
            case 1, 1:
                return Fate.KEPT
            case 1, _:
                return Fate.SPLIT
            case _, 1:
                return Fate.MERGED
            case _:
                return Fate.REDRAWN

    @property
    def turned(self) -> Match:
        """The same, seen from the other edition."""
        return Match(self.second, self.first)


def matches(path: Sequence[Edition]) -> tuple[Match, ...]:
    """What the criteria of the first edition of a path became in its last, each once.

    In the order of the last edition, those of the first alone at the end. `path` has every edition
    between the two, each replaced by the next, or each the next's replacement; of editions that do not
    replace one another ids alone tell.
    """
    first, last = path[0], path[-1]
    became = {node.id: {node.id} for node in first.nodes}
    for before, after in pairwise(path):
        stands_for = _superseded(before, after)
        became = {id_: {new for new, old in stands_for if old in now} for id_, now in became.items()}
    links = [(old, new) for old, now in became.items() for new in now]
    links += _of_one_id(path, links)
    return tuple(_grouped([*first.nodes], [*last.nodes], links))


def leaf_matches(path: Sequence[Edition]) -> tuple[Match, ...]:
    """As `matches`, of what is scored alone: a leaf that became a group matches the leaves of the group."""
    first, last = path[0], path[-1]
    links = [
        (old.id, new.id)
        for match in matches(path)
        for one in match.first
        for two in match.second
        if one.rule is not None or two.rule is not None
        for old in one.leaves
        for new in two.leaves
    ]
    return tuple(_grouped([*first.scored], [*last.scored], links))


def same(path: Sequence[Edition]) -> dict[str, str]:
    """The scored criteria that became one other: its id in the last edition under that in the first."""
    kept = (match for match in leaf_matches(path) if match.fate is Fate.KEPT)
    return {each.first[0].id: each.second[0].id for each in kept}


def _superseded(before: Edition, after: Edition) -> list[tuple[str, str]]:
    """Each criterion with each of the edition before that it stands for; on the way back too."""
    if before.replaces == after.key and after.replaces != before.key:
        return [(new, old) for old, new in _superseded(after, before)]
    held, replaced = {node.id for node in before.nodes}, after.replaces == before.key
    found: list[tuple[str, str]] = []
    for node in after.nodes:
        said = node.supersedes if replaced and node.supersedes is not None else (node.id,)
        found += [(node.id, old) for old in said if old in held]
    return found


def _of_one_id(path: Sequence[Edition], links: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What has one id in both, was away in between, and of which no edition says what it stands for."""
    olds, news = {old for old, _ in links}, {new for _, new in links}
    back = len(path) > 1 and path[0].replaces == path[1].key
    later = path[:-1] if back else path[1:]
    said = {node.id for each in later for node in each.nodes if node.supersedes is not None}
    free = {node.id for node in path[-1].nodes} - news - said
    return [(node.id, node.id) for node in path[0].nodes if node.id in free and node.id not in olds]


def _grouped(
    firsts: list[Criterion], seconds: list[Criterion], links: Iterable[tuple[str, str]]
) -> list[Match]:
    """The links as groups that no link leaves, in the order of the second's criteria."""
    of_second: dict[str, set[str]] = {node.id: set() for node in seconds}
    of_first: dict[str, set[str]] = {node.id: set() for node in firsts}
    for old, new in links:
        of_second[new].add(old)
        of_first[old].add(new)
    found: list[Match] = []
    seen: set[str] = set()
    for node in seconds:
        if node.id in seen:
            continue
        olds, news = set[str](), {node.id}
        while True:
            reached = {old for new in news for old in of_second[new]}
            more = news | {new for old in reached for new in of_first[old]}
            if reached == olds and more == news:
                break
            olds, news = reached, more
        seen |= news
        found.append(
            Match(
                tuple(each for each in firsts if each.id in olds),
                tuple(each for each in seconds if each.id in news),
            )
        )
    alone = [each for each in firsts if not of_first[each.id]]
    return [*found, *(Match((each,), ()) for each in alone)]
