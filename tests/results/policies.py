"""Policies drawn at random, and a second reckoning of them from their words alone: no code of `results`.

An edition of two criteria, a bonus and a penalty; `Plan` is what its policies say, `reckoned` what they
make of a population. Where it and the engine differ, one of them or the page on policies is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import floor
from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.evidence.units import UnitBook
from parcore.numbers import exact_text
from parcore.results.result import Result
from parcore.values import State
from tests.results.editions import UNITS, Given, edition, result, unit

F = Fraction
BOOK = UnitBook([unit(name, group) for name, group in zip(UNITS, ("a", "a", "a", "b", "b"), strict=True)])
GROUPS = {each.id: each.group for each in BOOK.units.values()}
BANDS = (("top", 90), ("good", 70), ("fair", 50), ("low", 0))
NAMES = tuple(name for name, _ in BANDS)

TREE = """  - {id: x, title: x, max: 60, when: {missing: zero, unverified: zero, rejected: zero},
     source: {clause: '1', basis: illustrative}, measure: reported}
  - {id: y, title: y, max: 40, source: {clause: '2', basis: illustrative}, measure: reported,
     when: {missing: zero, unverified: zero, rejected: zero, not_applicable: exclude}}
"""
ITEM = (
    "{{id: {id}, title: {id}, max: 4, source: {{clause: '3', basis: illustrative}}, "
    "measure: {{count: [{field}]}}, scale: {{per: 0.5, cap: 4}}, "
    "when: {{missing: {pays}, unverified: {pays}, rejected: {pays}{more}}}}}"
)
FACT = "missing: withhold, unverified: withhold, rejected: withhold"


@frozen
class Plan:
    """What the policies of the edition say."""

    leaf: int | None
    index: int | None
    to: int | None
    adjusted: tuple[int, int, int, int] | None
    class_on: tuple[str, bool]
    gates: tuple[tuple[str, bool, bool] | None, ...]
    limits: bool
    quota: tuple[Fraction, str, int, int | None, str, str] | None
    rank_on: tuple[str, bool]
    method: str
    ties: tuple[str, ...]
    tolerance: tuple[Fraction, str] | None

    def written(self) -> str:
        """The policies as an author writes them."""
        digits = {"leaf": self.leaf, "index": self.index}
        parts = [f"rounding: {_flow({word: n for word, n in digits.items() if n is not None})}"]
        if self.to is not None:
            parts.append(f"conversion: {{to: {self.to}}}")
        if self.adjusted is not None:
            bonus, penalty, low, high = self.adjusted
            one = ITEM.format(id="plus", field="few", pays="zero", more="")
            two = ITEM.format(id="minus", field="late", pays="full", more=", nothing_arose: zero")
            parts.append(
                f"adjustments:\n  at_least: {low}\n  at_most: {high}\n"
                f"  bonus: {{cap: {bonus}, criteria: [{one}]}}\n"
                f"  penalty: {{cap: {penalty}, criteria: [{two}]}}"
            )
        return "\n".join([*parts, *self._classes(), self._ranking()]) + "\n"

    def _classes(self) -> list[str]:
        parts = [f"classes:\n  on: {_reads(self.class_on)}\n  bands:"]
        ends = [None, *(low for _, low in BANDS)]
        for (name, low), high in zip(BANDS, ends, strict=False):
            gate = ""
            asked = dict(zip(NAMES, self.gates, strict=False)).get(name)
            if asked is not None:
                asks, rounded, passes = asked
                how = "passes" if passes else "fails"
                gate = f", require: [{{every: leaf, {asks}, rounded: {_yes(rounded)}, excluded: {how}}}]"
            band = f'"[{low},…)"' if high is None else f'"[{low},{high})"' if low else f'"(…,{high})"'
            parts.append(f"    - {{name: {name}, in: {band}{gate}}}")
        if self.limits:
            parts.append(f"  caps: [{{if: plan = late, at_most: good, when: {{{FACT}}}}}]")
            parts.append(f"  vetoes: [{{if: plan = never, class: low, when: {{{FACT}}}}}]")
        if self.quota is not None:
            share, rounding, least, most, within, ties = self.quota
            limit = "" if most is None else f", at_most: {most}"
            parts.append(
                f"  quota: [{{class: top, share: {exact_text(share)}, of: [top, good], round: {rounding}, "
                f"at_least: {least}{limit}, within: {within}, ties: {ties}, otherwise: good}}]"
            )
        return parts

    def _ranking(self) -> str:
        words = {
            "y": "{by: points, of: y, rounded: no}",
            "few": "{by: value, of: few, best: lowest}",
            "authority": "authority",
        }
        ties = f", ties: [{', '.join(words[each] for each in self.ties)}]" if self.ties else ""
        near = ""
        if self.tolerance is not None:
            of, against = self.tolerance
            near = f", tolerance: {{of: {exact_text(of)}, against: {against}}}"
        on = _reads(self.rank_on)
        return f"ranking: {{on: {on}, method: {self.method}, within: [all, group]{ties}{near}}}"


def _flow(words: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{word}: {each}" for word, each in words.items()) + "}"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _reads(on: tuple[str, bool]) -> str:
    return f"{{quantity: {on[0]}, rounded: {_yes(on[1])}}}"


def plans() -> st.SearchStrategy[Plan]:
    """Policies of every kind, on numbers that the evidence below meets exactly."""
    reads = st.tuples(st.sampled_from(["base", "total", "rate"]), st.booleans())
    digits = st.sampled_from([None, 0, 1])
    quota = st.tuples(
        st.sampled_from([F(1, 5), F(1, 2), F(1)]),
        st.sampled_from(["down", "up"]),
        st.sampled_from([0, 1]),
        st.sampled_from([None, 1, 2]),
        st.sampled_from(["all", "group"]),
        st.sampled_from(["authority", "all", "none"]),
    )
    gate = st.tuples(
        st.sampled_from(['points: "> 0"', "at_least: 50%", 'points: ">= 20"']), st.booleans(), st.booleans()
    )
    return st.builds(
        Plan,
        leaf=digits,
        index=digits,
        to=st.sampled_from([None, 100, 50]),
        adjusted=st.one_of(
            st.none(),
            st.tuples(
                st.sampled_from([1, 3]),
                st.sampled_from([1, 3]),
                st.sampled_from([0, 50]),
                st.sampled_from([91, 103]),
            ),
        ),
        class_on=reads,
        gates=st.tuples(*(st.one_of(st.none(), gate) for _ in ("top", "good"))),
        limits=st.booleans(),
        quota=st.one_of(st.none(), quota),
        rank_on=reads,
        method=st.sampled_from(["competition", "dense", "sequential"]),
        ties=st.sampled_from([(), ("y",), ("few",), ("y", "few"), ("authority",), ("few", "authority")]),
        tolerance=st.one_of(
            st.none(), st.tuples(st.sampled_from([F(1, 2), F(1)]), st.sampled_from(["leader", "neighbour"]))
        ),
    )


def facts() -> st.SearchStrategy[dict[str, Given]]:
    """One unit's evidence: on the edges of bands, roundings, gates, caps and tolerances."""
    halves = ["53.5", "54", "54.5", "55", "60", "0", "0.4", "30", "50.04", "50.05"]
    return st.fixed_dictionaries(
        {
            "points:x": st.sampled_from([*map(F, halves), State.MISSING]),
            "points:y": st.sampled_from(
                [*map(F, ("0", "0.4", "0.5", "19.5", "20", "35", "36", "36.5", "40")), State.NOT_APPLICABLE]
            ),
            "few": st.sampled_from([0, 1, 2, 7, 8, State.MISSING]),
            "late": st.sampled_from([0, 1, 2, 7, State.MISSING, State.NOTHING_AROSE]),
            "plan": st.sampled_from(
                ["on_time", "on_time", "late", "never", State.NOT_APPLICABLE, State.MISSING]
            ),
        }
    )


def populations() -> st.SearchStrategy[dict[str, dict[str, Given]]]:
    """Evidence of some units, copies of each other often enough to tie, or a chain of near numbers."""
    one = st.lists(facts(), min_size=1, max_size=3).flatmap(st.sampled_from)
    near = st.fixed_dictionaries(
        {
            "points:x": st.sampled_from(["53.5", "54", "54.5", "55"]).map(F),
            "few": st.sampled_from([0, 8, State.MISSING]),
        }
    )
    chain = st.tuples(facts(), st.dictionaries(st.sampled_from(UNITS), near, min_size=3)).map(
        lambda drawn: {name: drawn[0] | own for name, own in drawn[1].items()}
    )
    return st.one_of(st.dictionaries(st.sampled_from(UNITS), one, min_size=1, max_size=len(UNITS)), chain)


@cache
def edition_of(plan: Plan) -> Edition:
    """The edition that a plan writes; nothing may be wrong with it."""
    read, codes = edition(TREE, "100", plan.written())
    assert not codes, (codes, plan.written())
    return read


def scored(plan: Plan, by_unit: Mapping[str, Mapping[str, Given]]) -> Result:
    """What the engine makes of it."""
    return result(edition_of(plan), by_unit, BOOK)


# The second reckoning


@frozen
class Reckoned:
    """A unit: its numbers, its class (or those left open), its place and whether that is open, by circle."""

    numbers: dict[tuple[str, bool], Fraction]
    classes: tuple[str, ...]
    places: dict[str, tuple[int, bool]]


def half_up(x: Fraction, digits: int | None) -> Fraction:
    """`x` at so many decimals, a half upwards."""
    return x if digits is None else F(floor(x * 10**digits + F(1, 2)), 10**digits)


def _count(given: Given, otherwise: int) -> Fraction:
    if given is State.NOTHING_AROSE:
        return F(0)
    return F(otherwise) if isinstance(given, State) else min(F(4), F(given) / 2)


def _points(plan: Plan, given: Given, *, rounded: bool) -> Fraction | None:
    if given is State.NOT_APPLICABLE:
        return None
    points = F(0) if isinstance(given, State) else F(given)
    return half_up(points, plan.leaf) if rounded else points


def _numbers(plan: Plan, facts_: Mapping[str, Given]) -> dict[tuple[str, bool], Fraction]:
    x = _points(plan, facts_["points:x"], rounded=True) or F(0)
    y = _points(plan, facts_["points:y"], rounded=True)
    base, attainable = x + (y or 0), 60 + (0 if y is None else 40)
    total = base if plan.to is None else base * plan.to / attainable
    if plan.adjusted is not None:
        bonus, penalty, low, high = plan.adjusted
        total += min(half_up(_count(facts_["few"], 0), plan.leaf), F(bonus))
        total -= min(half_up(_count(facts_["late"], 4), plan.leaf), F(penalty))
        total = F(low) if total < low else F(high) if total > high else total
    exact = {"base": base, "total": total, "rate": base * 100 / attainable}
    return {(word, rounded): half_up(n, plan.index) if rounded else n
            for word, n in exact.items() for rounded in (True, False)}  # fmt: skip


def _class(plan: Plan, facts_: Mapping[str, Given], number: Fraction) -> int | None:
    """A position among the bands; None where the class is withheld."""
    lowest = next(at for at, (_, low) in enumerate(BANDS) if number >= low or not low)
    if plan.limits:
        if facts_["plan"] is State.MISSING:
            return None
        lowest = max(lowest, {"late": 1, "never": 3}.get(str(facts_["plan"]), 0))
    return next(at for at in range(lowest, len(BANDS)) if at > 1 or _passes(plan, at, facts_))


def _passes(plan: Plan, at: int, facts_: Mapping[str, Given]) -> bool:
    asked = plan.gates[at]
    if asked is None:
        return True
    asks, rounded, passes = asked
    for name, top in (("points:x", 60), ("points:y", 40)):
        points = _points(plan, facts_[name], rounded=rounded)
        if points is None:
            held = passes
        elif "%" in asks:
            held = points * 2 >= top
        else:
            held = points > 0 if "> 0" in asks else points >= 20
        if not held:
            return False
    return True


def _groups(plan: Plan, numbers: Mapping[str, Fraction]) -> dict[str, int]:
    """For each unit the position of those whose numbers count as one with its own."""
    near, against = (F(0), "leader") if plan.tolerance is None else plan.tolerance
    left, found, at = dict(numbers), dict[str, int](), 0
    while left:
        most = max(left.values())
        tied = {name for name, n in left.items() if most - n <= near}
        while against == "neighbour":
            more = {name for name, n in left.items() if any(abs(left[one] - n) <= near for one in tied)}
            if more == tied:
                break
            tied = more
        found |= dict.fromkeys(tied, at)
        left = {name: n for name, n in left.items() if name not in tied}
        at += 1
    return found


def _key(plan: Plan, facts_: Mapping[str, Given], group: int) -> tuple[Any, ...]:
    """Smaller is better; equal is tied."""
    key: list[Any] = [group]
    for each in plan.ties:
        if each == "y":
            points = _points(plan, facts_["points:y"], rounded=False)
            key.append((1, 0) if points is None else (0, -points))
        elif each == "few":
            few = facts_["few"]
            key.append((1, 0) if isinstance(few, State) else (0, F(few)))
    return tuple(key)


def reckoned(plan: Plan, by_unit: Mapping[str, Mapping[str, Given]]) -> dict[str, Reckoned]:
    """What the policies make of a population, by their words."""
    numbers = {name: _numbers(plan, each) for name, each in by_unit.items()}
    classes = {name: _class(plan, each, numbers[name][plan.class_on]) for name, each in by_unit.items()}
    places: dict[str, dict[str, tuple[int, bool]]] = {name: {} for name in by_unit}
    names: dict[str, tuple[str, ...]] = {
        name: () if at is None else (NAMES[at],) for name, at in classes.items()
    }
    for circle, members in _circles(by_unit).items():
        groups = _groups(plan, {name: numbers[name][plan.rank_on] for name in members})
        keys = {name: _key(plan, by_unit[name], groups[name]) for name in members}
        for name in members:
            ahead = [keys[other] for other in members if keys[other] < keys[name]]
            shared = sum(key == keys[name] for key in keys.values()) > 1
            place = 1 + len(set(ahead) if plan.method == "dense" else ahead)
            places[name][circle] = place, shared and (bool(plan.ties) or plan.method == "sequential")
        if plan.quota is not None and circle.split(":")[0] == plan.quota[4]:
            good = [name for name in members if _passes(plan, 1, by_unit[name])]
            lower = {name: "good" if name in good else "fair" for name in members}
            names |= _after_quota(plan.quota, {name: classes[name] for name in members}, keys, lower)
    return {name: Reckoned(numbers[name], names[name], places[name]) for name in by_unit}


def _circles(by_unit: Mapping[str, object]) -> dict[str, list[str]]:
    circles = {"all": list(by_unit)}
    for name in by_unit:
        circles.setdefault(f"group:{GROUPS[name]}", []).append(name)
    return circles


def _after_quota(
    quota: tuple[Fraction, str, int, int | None, str, str],
    classes: Mapping[str, int | None],
    keys: Mapping[str, tuple[Any, ...]],
    lower: Mapping[str, str],
) -> dict[str, tuple[str, ...]]:
    share, rounding, least, most, _, ties = quota
    exact = share * sum(at in (0, 1) for at in classes.values())
    room = max(least, floor(exact) if rounding == "down" else -floor(-exact))
    room = room if most is None else min(room, most)
    best = [name for name, at in classes.items() if at == 0]
    found: dict[str, tuple[str, ...]] = {}
    for name in best:
        ahead = sum(keys[other] < keys[name] for other in best)
        tied = sum(keys[other] == keys[name] for other in best)
        if ahead + tied <= room or (ahead < room and ties == "all"):
            continue
        found[name] = ("top", lower[name]) if ahead < room and ties == "authority" else (lower[name],)
    return found


def told(result_: Result) -> dict[str, Reckoned]:
    """The engine's answer in the same words."""
    from parcore.rules.policies import Quantity

    found: dict[str, Reckoned] = {}
    for card in result_.scorecards:
        numbers = {}
        for quantity in Quantity:
            for rounded in (True, False):
                value = card.index(quantity, rounded=rounded)
                assert value is not None
                numbers[quantity.value, rounded] = value.number
        names = card.class_open or (() if card.class_name is None else (card.class_name,))
        places = {each.circle: (each.place, each.open) for each in result_.places.get(card.unit.id, ())}
        found[card.unit.id] = Reckoned(numbers, names, places)
    return found
