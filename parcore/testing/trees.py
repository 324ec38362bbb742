"""Trees of criteria: every combination, weights, worth, unknown maxima, rounding; maxima that add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from attrs import evolve, field, frozen

from parcore.numbers import ONE, ZERO, decimals
from parcore.testing.documents import Plain
from parcore.testing.leaves import leaves
from parcore.testing.setting import Amount, F, Setting, plus, times, written

TOPS: Final = tuple(map(F, (1, 2, 4, 10)))
METHODS: Final = ("assessed", "survey", "statistics", "derived", "ministry-only")


@frozen
class Grown:
    """A node's document, and its maximum by group; None where nobody published it."""

    data: Plain
    top: Amount | None


@frozen
class Grove:
    """Grows the nodes of one edition, each under a name of its own."""

    at: Setting
    prefix: str = "c"
    tops: list[Amount] = field(factory=list)
    _names: Iterator[int] = field(factory=lambda: iter(range(1, 10_000)))

    def name(self) -> str:
        """A name that no other node has."""
        return f"{self.prefix}{next(self._names)}"

    def node(self, depth: int) -> Grown:
        """A leaf, or a group of nodes combined somehow."""
        kinds = ["leaf"] if depth == 0 else ["leaf", "sum", "highest", "lowest", "first", "sum"]
        kind = self.at.one_of(*kinds)
        if kind == "leaf":
            return self.leaf(self.at, self.at.amount(lambda: self.at.one_of(*TOPS)))
        return self.sum(depth) if kind == "sum" else self.one_of_parts(kind, depth)

    def leaf(self, at: Setting, top: Amount, kind: str = "") -> Grown:
        """A leaf of a maximum."""
        data = leaves(evolve(at, top=top), self.name(), written(top), kind=kind)
        if at.chance(4):
            data["method"] = at.one_of(*METHODS)
        return self._grown(data, top)

    def unknown(self) -> Grown:
        """A leaf whose points are given under a maximum that nobody published."""
        at = evolve(self.at, top=None)
        data = leaves(at, self.name(), "unknown", kind="reported")
        data["when"] = dict.fromkeys(("missing", "unverified", "rejected"), "zero")
        data.pop("guard", None)
        return Grown(data | ({"remainder": "yes"} if at.chance(2) else {}), None)

    def _grown(self, data: Plain, top: Amount) -> Grown:
        """A node, rounded perhaps: never so that its maximum is rounded too."""
        self.tops.append(top)
        digits = self.at.one_of("2", "1", "0")
        rounds = grain([top]) <= int(digits) and self.at.chance(8)
        return Grown(data | ({"round": digits} if rounds else {}), top)

    def sum(self, depth: int) -> Grown:
        """A group that adds up: weights, a worth of its own, a part that is not known."""
        rescales = self.at.chance(2)
        at = evolve(self.at, in_group=rescales, stays=self.at.stays or rescales)
        name, inner = self.name(), evolve(self, at=at)
        parts = [inner.node(depth - 1) for _ in range(at.one_of(2, 1, 3))]
        total: Amount = dict.fromkeys(at.groups, ZERO)
        for part in parts:
            weight = at.amount(lambda: at.one_of(F(2), F(1, 2))) if at.chance(4) else None
            assert part.top is not None
            if weight is not None:
                part.data["weight"] = written(weight)
            total = plus(total, part.top if weight is None else times(weight, part.top))
        data: Plain = {"id": name, "title": name, "max": written(total)}
        plain = not any(_rescales(part.data) for part in parts)
        if plain and at.chance(6):
            total = plus(total, dict.fromkeys(at.groups, F(3)))
            return self._grown(data | {"max": written(total), **_children([*parts, self.unknown()])}, total)
        if at.chance(4):
            worth = at.amount(lambda: at.one_of(F(5), F(3)))
            # What is left of it where a part is excluded has no end of decimals: nothing rounds it.
            self.tops.append(worth)
            return Grown(data | {"worth": written(worth), **_children(parts)}, worth)
        return self._grown(data | _children(parts), total)

    def one_of_parts(self, combine: str, depth: int) -> Grown:
        """A group of which one part counts: the best, the worst, or the first that applies."""
        at = evolve(self.at, in_group=False)
        name, count, parts = self.name(), self.at.one_of(2, 3), list[Grown]()
        top = at.amount(lambda: at.one_of(*TOPS))
        for n in range(count):
            # One part has the maximum of the group; in the worst of all every one has.
            equal = n == 0 or combine == "lowest" or at.penalty
            more = ONE if equal else at.one_of(ONE, F(1, 2))
            own = {group: more * each for group, each in top.items()}
            falls = combine == "first" and n < count - 1
            inner = evolve(self, at=evolve(at, falls_through=falls, stays=at.stays or combine == "lowest"))
            parts.append(inner.leaf(inner.at, own))
        if combine == "first":
            _firm(parts)
        data: Plain = {"id": name, "title": name, "max": written(top), "combine": combine}
        return self._grown(data | _children(parts), top)


def _firm(parts: list[Grown]) -> None:
    """What a later part withholds may not be had by hiding what leads to it."""
    withheld = ("withhold", "error")
    for at, part in enumerate(parts):
        if any(each.data["when"]["missing"] in withheld for each in parts[at:]):
            part.data["when"]["missing"] = "withhold"


def _children(parts: list[Grown]) -> Plain:
    return {"criteria": [part.data for part in parts]}


def _rescales(data: Any) -> bool:
    return "rescale" in str(data)


def total_of(parts: list[Grown], groups: tuple[str, ...]) -> Amount:
    """The sum of the maxima."""
    found: Amount = dict.fromkeys(groups, ZERO)
    for part in parts:
        assert part.top is not None
        found = plus(found, part.top)
    return found


def grain(tops: Iterable[Amount]) -> int:
    """The decimals that hold some maxima."""
    return max(decimals(each) or 0 for top in tops for each in top.values())
