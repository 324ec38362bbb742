"""A second reckoning of policies: rounding, classes with gates and quotas, places.

In: a case, and the exact numbers that its policies stand on. Out: laws; no code of `results` decides in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from parcore.editions.compile import nodes_of
from parcore.editions.edition import Criterion, Edition
from parcore.editions.index import BASE, RATE, ROUNDED, TOTAL
from parcore.intervals import Interval
from parcore.numbers import Rounding
from parcore.readings.exact import evaluate
from parcore.results.result import Scorecard
from parcore.rules.graph import Round, Within, const
from parcore.rules.policies import (
    Against,
    Band,
    Border,
    Classes,
    Gate,
    Level,
    Quantity,
    Quota,
    Ranking,
    Reads,
    Ties,
)
from parcore.rules.program import lay_out
from parcore.testing.bench import Bench, bench_of
from parcore.testing.strategies import Case
from parcore.values import State, Value

Key = tuple[Any, ...]
Standing = tuple[str | None, tuple[str, ...]]
"""A unit's class, or the classes between which it is open."""

_ROOTS: Final = {Quantity.BASE: BASE, Quantity.TOTAL: TOTAL, Quantity.RATE: RATE}
_HOLDS: Final = {
    ">=": lambda x, y: x >= y,
    ">": lambda x, y: x > y,
    "<=": lambda x, y: x <= y,
    "<": lambda x, y: x < y,
    "=": lambda x, y: x == y,
}


# Rounding


def plainly_rounded(number: Fraction, digits: int | None, mode: Rounding) -> Fraction:
    """A number at so many decimals; a half upwards unless the mode says else; as it is without digits."""
    if digits is None:
        return number
    scaled = number * Fraction(10) ** digits
    whole = {Rounding.UP: ceil(scaled), Rounding.DOWN: floor(scaled)}.get(
        mode, floor(scaled + Fraction(1, 2))
    )
    return whole / Fraction(10) ** digits


def rounded_as_said(case: Case) -> int:
    """Points and index are rounded where and as the edition says, halves too; and nowhere else."""
    bench, made = bench_of(case), 0
    edition, mode = case.edition, case.edition.rounding.mode
    for card in bench.result.scorecards:
        steps = [(root, root + ROUNDED, [_digits(edition, Level.INDEX)]) for root in (BASE, RATE, TOTAL)]
        for leaf in (each for each in edition.scored if not card.is_set(each.id)):
            whole = any(leaf is each for each in edition.components)
            levels = [Level.LEAF, Level.COMPONENT] if whole else [Level.LEAF]
            digits = [_digits(edition, each) if leaf.digits is None else leaf.digits for each in levels]
            steps.append((f"unrounded:{leaf.id}", f"points:{leaf.id}", digits))
        for before, after, digits in steps:
            if before not in card.trace.program.roots or card.trace[before].known is None:
                continue
            number = exact = card.trace[before].number
            for each in digits:
                number = plainly_rounded(number, each, mode)
                made += 0 if each is None else _halves(bench, card, before, exact, each)
            made += 1
            if card.trace[after] != Value(State.OK, number):
                bench.fail(card, before.rpartition(":")[2], "rounded as the edition says, once",
                           card.trace[after], Value(State.OK, number))  # fmt: skip
    return made


def _digits(edition: Edition, level: Level) -> int | None:
    return edition.rounding.digits.get(level)


def _halves(bench: Bench, card: Scorecard, root: str, exact: Fraction, digits: int) -> int:
    """The halves around a number, rounded as the edition rounds it there."""
    step, mode = 1 / Fraction(10) ** digits, bench.case.edition.rounding.mode
    below = plainly_rounded(exact, digits, Rounding.DOWN)
    for half in (below + step / 2, below + 3 * step / 2):
        program = lay_out({"it": Round(const(half), digits, mode)})
        got, wanted = evaluate(program, bench.scope(card.unit.id))["it"], plainly_rounded(half, digits, mode)
        if got.number != wanted:
            bench.fail(card, root.rpartition(":")[2], f"a half rounded as said ({half})", got, wanted)
    return 2


# Numbers, places


def number_of(case: Case, card: Scorecard, reads: Reads) -> Fraction | None:
    """What a policy reads of a unit: of the exact index, rounded where the policy says so."""
    root = _ROOTS[reads.quantity]
    if root not in card.trace.program.roots or card.trace[TOTAL].state is not State.OK:
        return None
    number = card.trace[root].known
    digits = _digits(case.edition, Level.INDEX) if reads.rounded else None
    return None if number is None else plainly_rounded(number, digits, case.edition.rounding.mode)


def circles_of(cards: Sequence[Scorecard], within: Within) -> dict[str, list[Scorecard]]:
    """The units that are ranked together."""
    found: dict[str, list[Scorecard]] = {}
    for card in cards:
        own = {Within.ALL: "all", Within.GROUP: card.unit.group, Within.REGION: card.unit.region}[within]
        if own:
            found.setdefault("all" if within is Within.ALL else f"{within.value}:{own}", []).append(card)
    return found


def _ranked(case: Case, cards: Sequence[Scorecard], ranking: Ranking) -> list[Scorecard]:
    return [
        card
        for card in cards
        if card.unit.id not in ranking.unranked and number_of(case, card, ranking.on) is not None
    ]


def keys_of(case: Case, cards: Sequence[Scorecard], ranking: Ranking) -> dict[str, Key]:
    """A key for each unit: smaller is better, equal is tied."""
    numbers = {card.unit.id: number_of(case, card, ranking.on) or Fraction(0) for card in cards}
    groups = _together(numbers, ranking)
    found = {}
    for card in cards:
        breaks: list[tuple[bool, Fraction]] = []
        for each in ranking.ties:
            known = card.trace[each.root].known
            number = Fraction(0) if known is None else known
            breaks.append((known is None, number if each.lowest else -number))
        found[card.unit.id] = (groups[card.unit.id], *breaks)
    return found


def _together(numbers: Mapping[str, Fraction], ranking: Ranking) -> dict[str, int]:
    """For each unit how many sets of units, whose numbers count as one, are before its own."""
    near = Fraction(0) if ranking.tolerance is None else ranking.tolerance.of
    chained = ranking.tolerance is not None and ranking.tolerance.against is Against.NEIGHBOUR
    left, found, at = dict(numbers), dict[str, int](), 0
    while left:
        reach = max(left.values())
        tied = {name for name, number in left.items() if reach - number <= near}
        while chained and (low := min(left[name] for name in tied)) < reach:
            reach = low
            tied |= {name for name, number in left.items() if reach - number <= near}
        found |= dict.fromkeys(tied, at)
        left = {name: number for name, number in left.items() if name not in tied}
        at += 1
    return found


def places_are_reckoned(case: Case) -> int:
    """A place is one more than the units (or ranks) ahead in its circle; vacuous without a ranking."""
    bench, made = bench_of(case), 0
    ranking = case.edition.ranking
    if ranking is None:
        return 0
    cards = bench.result.scorecards
    wanted: dict[str, list[tuple[str, int, int, bool]]] = {card.unit.id: [] for card in cards}
    for within in ranking.within:
        for circle, members in circles_of(_ranked(case, cards, ranking), within).items():
            keys = keys_of(case, members, ranking)
            for name, own in keys.items():
                ahead = [each for each in keys.values() if each < own]
                place = 1 + len(set(ahead) if ranking.method is Ties.DENSE else ahead)
                shared = list(keys.values()).count(own) > 1
                decided = not (ranking.authority or ranking.ties or ranking.method is Ties.SEQUENTIAL)
                wanted[name].append((circle, place, len(keys), shared and not decided))
    for card in cards:
        got = sorted((p.circle, p.place, p.among, p.open) for p in bench.result.places.get(card.unit.id, ()))
        made += len(wanted[card.unit.id])
        if got != sorted(wanted[card.unit.id]):
            bench.fail(card, "index", "a place counts those ahead", got, sorted(wanted[card.unit.id]))
    return made


# Classes


def classes_are_reckoned(case: Case) -> int:
    """A class follows from the number said, vetoes, caps, gates and quotas; vacuous without classes."""
    bench, made = bench_of(case), 0
    classes = bench.result.classes
    if classes is None:
        return 0
    wanted: dict[str, Standing] = {}
    for card in bench.result.scorecards:
        number = number_of(case, card, classes.on)
        if number is None or classes.zone(number, card.group) is None:  # an open zone is reckoned nowhere
            wanted[card.unit.id] = _of_unit(case, card, classes, number)
    for quota in classes.quotas:
        _after(quota, wanted, case, bench, classes)
    for card in bench.result.scorecards:
        if card.unit.id in wanted:
            made += 1
            got = card.class_name, card.class_open
            if got != wanted[card.unit.id]:
                law = f"a class is that of its number ({number_of(case, card, classes.on)})"
                bench.fail(card, "index", law, got, wanted[card.unit.id])
    return made


def _best_first(classes: Classes, group: str) -> list[Band]:
    def order(band: Band) -> tuple[bool, Fraction, bool]:
        ends = band.intervals[group]
        return ends.low is not None, ends.low or Fraction(0), not ends.low_in

    return sorted(classes.bands, key=order, reverse=True)


def _inside(number: Fraction, ends: Interval) -> bool:
    if ends.low is not None and (number < ends.low or (number == ends.low and not ends.low_in)):
        return False
    return ends.high is None or number < ends.high or (number == ends.high and ends.high_in)


def _of_unit(case: Case, card: Scorecard, classes: Classes, number: Fraction | None) -> Standing:
    """The class of one unit alone: of its number, or of the lowest limit; the first whose gates hold."""
    bands = _best_first(classes, card.group)
    names = [band.name for band in bands]
    held = [] if number is None else [_inside(number, band.intervals[card.group]) for band in bands]
    at = held.index(True) if True in held else None
    if at is None:
        return None, ()
    limits = [("veto", n, each) for n, each in enumerate(classes.vetoes)]
    limits += [("cap", n, each) for n, each in enumerate(classes.caps)]
    for word, n, limit in limits:
        fact = card.trace[f"{classes.root}:{word}:{n}"]
        if fact.state is not State.OK:
            return None, ()  # what could lower it is hidden
        at = max(at, names.index(limit.at_most)) if fact.number else at
    return _first_passed(case, card, bands[at:]), ()


def _first_passed(case: Case, card: Scorecard, bands: Sequence[Band]) -> str | None:
    held = (band.name for band in bands if all(_passed(case, card, gate) for gate in band.gates))
    return next(held, None)


def _passed(case: Case, card: Scorecard, gate: Gate) -> bool:
    return all(_has(card, gate, node) for node in nodes_of(case.edition, gate.every, card.group))


def _has(card: Scorecard, gate: Gate, node: Criterion) -> bool:
    points = card.points(node.id) if gate.rounded else card.trace[f"unrounded:{node.id}"]
    if points.state in (State.EXCLUDED, State.RESCALED):
        return gate.excluded
    whole = card.attainable(node.id) if gate.share else None
    amount = gate.amount.of(card.group) * (1 if whole is None else whole.number)
    return bool(_HOLDS[gate.op](points.number, amount))


def _after(quota: Quota, found: dict[str, Standing], case: Case, bench: Bench, classes: Classes) -> None:
    """The classes once a quota let in no more than it has room for."""
    ranking = case.edition.ranking
    if ranking is None:
        return
    ranked = _ranked(case, bench.result.scorecards, ranking)
    for members in circles_of(ranked, quota.within).values():
        keys = keys_of(case, members, ranking)
        held = {card.unit.id: set(found[card.unit.id][1] or (found[card.unit.id][0],)) for card in members}
        among = sum(each <= set(quota.of) for each in held.values())
        room = room_of(quota, among)
        best = [card for card in members if found[card.unit.id][0] == quota.name]
        own = [keys[card.unit.id] for card in best]
        for card in best:
            ahead, tied = (sum(each < keys[card.unit.id] for each in own), own.count(keys[card.unit.id]))
            if ahead + tied <= room or (ahead < room and quota.ties is Border.ALL):
                continue
            lower = _dropped(case, card, quota, classes)
            open_ = ahead < room and quota.ties is Border.AUTHORITY
            found[card.unit.id] = (None, (quota.name, lower or "")) if open_ else (lower, ())


def room_of(quota: Quota, among: int) -> int:
    """How many units a quota has room for, of so many that its share is of."""
    room = max(int(plainly_rounded(quota.share * among, 0, quota.rounding)), quota.at_least)
    return room if quota.at_most is None else min(room, quota.at_most)


def _dropped(case: Case, card: Scorecard, quota: Quota, classes: Classes) -> str | None:
    bands = _best_first(classes, card.group)
    names = [band.name for band in bands]
    at = max(names.index(quota.name), names.index(quota.otherwise))
    return _first_passed(case, card, bands[at:])
