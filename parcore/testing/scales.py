"""Scales of every kind for a measure: built from the numbers it can give, so that each is valid.

Every scale answers for the whole range of its measure, stays within the maximum and reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from hypothesis import strategies as st

from parcore.intervals import Interval, Range
from parcore.numbers import ONE, ZERO
from parcore.rules.protocols import Measure
from parcore.testing.documents import Plain
from parcore.testing.setting import Amount, F, Setting, interval_text, number_text, percent, times, written

UNIT: Final = Range(Interval(ZERO, True, ONE, True)).interval
_WITHIN: Final = (F(1, 2), F(1, 4), F(4, 5), F(9, 10), F(3, 4), F(1, 10))
_BEYOND: Final = tuple(map(F, (1, 2, 3, 5, 10, 20)))
_ANYWHERE: Final = tuple(map(F, (0, 1, -1, 2, 5, -3)))


def edges(range_: Range) -> tuple[Fraction, ...]:
    """Numbers strictly inside a range, on its grid, where a scale may turn."""
    low, high = range_.interval.low, range_.interval.high
    if low is not None and high is not None:
        found = [low + (high - low) * each for each in _WITHIN]
    elif low is not None:
        found = [low + each for each in _BEYOND]
    elif high is not None:
        found = [high - each for each in _BEYOND]
    else:
        found = list(_ANYWHERE)
    if range_.step is not None:
        found = [(each // range_.step) * range_.step for each in found]
    inside = [x for x in found if (low is None or x > low) and (high is None or x < high)]
    return tuple(dict.fromkeys(inside))


def scales(at: Setting, measure: Measure) -> Plain:
    """A scale for a measure, of any kind that fits its range: as the words of a criterion."""
    range_ = measure.range(at.groups[0])
    kinds = [kind for kind, (fits, _) in KINDS.items() if fits(at, range_)]
    return KINDS[at.one_of(*kinds)][1](at, range_)


def _turns(at: Setting, range_: Range, most: int = 3) -> list[Amount]:
    """Some thresholds, rising, each perhaps another for each group."""
    known = edges(range_)
    count = at.draw(st.integers(1, min(most, len(known))))

    def some() -> list[Fraction]:
        chosen = at.draw(st.lists(st.sampled_from(known), min_size=count, max_size=count, unique=True))
        return sorted(chosen)

    if len(at.groups) > 1 and at.chance(3):
        each = {group: some() for group in at.groups}
    else:
        each = dict.fromkeys(at.groups, some())
    return [{group: each[group][n] for group in at.groups} for n in range(count)]


def _number(at: Setting, amount: Amount, range_: Range) -> Any:
    """A threshold as written; in per cent now and then, where the measure is a share."""
    if range_.interval.high == 1 and len(set(amount.values())) == 1 and at.chance(2):
        return percent(next(iter(amount.values())))
    return written(amount)


def _shares(at: Setting, count: int) -> list[Fraction]:
    """What so many steps pay: one of them the maximum."""
    found = [at.share() for _ in range(count)]
    found[at.draw(st.integers(0, count - 1))] = ONE
    return found


def _award(at: Setting, share: Fraction, range_: Range) -> Any:
    proportional = share not in (ZERO, ONE) and at.top is not None and _unit(at, range_) and at.chance(2)
    return "proportional" if proportional else at.pays(share)


def _ladder(at: Setting, range_: Range) -> Plain:
    turns, down = _turns(at, range_), at.chance(3)
    shares = _shares(at, len(turns) + 1)
    words = ("at_most", "less_than") if down else ("at_least", "more_than")
    steps: list[Plain] = [
        {at.one_of(*words): _number(at, turn, range_), "points": _award(at, share, range_)}
        for turn, share in zip(turns if down else turns[::-1], shares, strict=False)
    ]
    return {"scale": [*steps, {"otherwise": at.pays(shares[-1])}]}


def _parts(range_: Range, turns: list[Fraction], closed: list[bool]) -> list[Interval]:
    """Intervals that tile a range, cut at some numbers; `closed`: whether the lower part has its end."""
    whole = range_.interval
    ends: list[tuple[Fraction | None, bool]] = [(whole.low, whole.low is not None)]
    parts = []
    for turn, mine in zip(turns, closed, strict=True):
        parts.append(Interval(*ends[-1], turn, mine))
        ends.append((turn, not mine))
    return [*parts, Interval(*ends[-1], whole.high, whole.high is not None)]


def _cases(at: Setting, range_: Range) -> Plain:
    """Cases that tile the range; or one number that two of them, or none, answer for, and what settles it."""
    turns = _turns(at, range_)
    closed = [at.chance(2) for _ in turns]
    shares = _shares(at, len(turns) + 1)
    by_group = {group: _parts(range_, [turn[group] for turn in turns], closed) for group in at.groups}
    unsettled = at.one_of(None, None, "overlap", "gap") if len(by_group) == 1 else None
    if unsettled is not None and shares[0] != shares[1]:
        return _settled(at, next(iter(by_group.values())), shares, unsettled)
    cases: list[Plain] = []
    for n, share in enumerate(shares):
        each = {group: interval_text(parts[n]) for group, parts in by_group.items()}
        same = len(set(each.values())) == 1
        interval = next(iter(each.values())) if same else each
        cases.append({"in": interval, "points": _award(at, share, range_)})
    order = at.draw(st.permutations(cases))
    return {"cases": order}


def _settled(at: Setting, parts: list[Interval], shares: list[Fraction], word: str) -> Plain:
    """The first two cases both have the number where they meet, or neither; an interpretation settles it."""
    turn, both = parts[0].high, word == "overlap"
    low = Interval(parts[0].low, parts[0].low_in, turn, both)
    high = Interval(turn, both, parts[1].high, parts[1].high_in)
    cases = [
        {"in": interval_text(each), "points": at.pays(share)}
        for each, share in zip([low, high, *parts[2:]], shares, strict=True)
    ]
    ours = {"case": f"={number_text(turn or ZERO)}", "points": at.pays(shares[0]), "basis": "interpretation"}
    return {"cases": cases, "interpret": [ours | {"note": "the lower of the two"}]}


def _proportional(_: Setting, __: Range) -> Plain:
    return {"scale": "proportional"}


def _per(at: Setting, range_: Range) -> Plain:
    """So much for each, up to the maximum, which some number of the range reaches."""
    assert at.top is not None
    high = range_.interval.high
    items = [F(n) for n in (4, 2, 1, 5) if high is None or n <= high] or [F(1, 2)]
    each = dict.fromkeys(at.groups, ONE / at.one_of(*items))
    return {"scale": {"per": written(times(at.top, each)), "cap": written(at.top)}}


def _line(at: Setting, range_: Range) -> Plain:
    """A straight line, rising or falling, from a share of the maximum to all of it."""
    assert at.top is not None
    low, high = range_.interval.low, range_.interval.high
    assert low is not None
    least = at.one_of(ZERO, F(1, 2))
    long = F(4) if high is None else high - low
    falls = high is not None and at.chance(3)
    slope = (least - 1 if falls else 1 - least) / long
    offset = (ONE if falls else least) - slope * low
    figures = [{group: part * top for group, top in at.top.items()} for part in (slope, offset)]
    found: Plain = {"slope": written(figures[0]), "offset": written(figures[1])}
    return {"scale": found | ({"cap": written(at.top)} if high is None or at.chance(2) else {})}


def _through(at: Setting, range_: Range) -> Plain:
    turns = [each[at.groups[0]] for each in _turns(at, range_, 4)]
    turns = turns if len(turns) > 1 else [turns[0] - 1, *turns]
    # The first may lie outside the range: another has all.
    shares = [at.share(), *_shares(at, len(turns) - 1)]
    return {"scale": {"through": [[number_text(x), at.pays(y)] for x, y in zip(turns, shares, strict=True)]}}


def _towards(at: Setting, range_: Range) -> Plain:
    return {"scale": {"towards": _number(at, _turns(at, range_, 1)[0], range_)}}


def _increments(at: Setting, range_: Range) -> Plain:
    """A base, and so much more for each further step: one segment or two."""
    assert at.top is not None
    high = range_.interval.high
    start = at.one_of(*edges(range_))
    count = at.one_of(2, 4, 1)
    each = F(1) if high is None else (high - start) / 8
    base = at.one_of(ZERO, F(1, 2))
    add = (ONE - base) / (2 * count)
    amounts = [written({g: part * top for g, top in at.top.items()}) for part in (base, add, 2 * add)]
    found: Plain = {"base": amounts[0], "from": number_text(start), "cap": written(at.top)}
    found["steps"] = at.one_of("pro_rata", "whole")
    if at.chance(2):
        to = start + each * count
        return {"scale": found | {"segments": [
            {"to": number_text(to), "each": number_text(each), "add": amounts[1]},
            {"each": number_text(each), "add": amounts[1]},
        ]}}  # fmt: skip
    return {"scale": found | {"each": number_text(each), "add": at.one_of(*amounts[1:])}}


def _always(_: Setting, range_: Range) -> bool:
    return bool(edges(range_))


def _unit(_: Setting, range_: Range) -> bool:
    return range_.interval == UNIT


def _topped(at: Setting) -> bool:
    return at.top is not None


def _long(range_: Range) -> bool:
    """Whether a part of the range is written exactly."""
    low, high = range_.interval.low, range_.interval.high
    return low is not None and (high is None or F(10) % (high - low) == 0 or high - low in (F(4), F(8)))


Fits = Callable[[Setting, Range], bool]
KINDS: Final[Mapping[str, tuple[Fits, Callable[[Setting, Range], Plain]]]] = {
    "ladder": (_always, _ladder),
    "cases": (_always, _cases),
    "proportional": (lambda at, r: _topped(at) and _unit(at, r), _proportional),
    "per": (lambda at, r: _topped(at) and r.interval.low == 0, _per),
    "slope": (lambda at, r: _topped(at) and _long(r), _line),
    "through": (_always, _through),
    "towards": (lambda at, r: _topped(at) and r.interval.low == 0 and _always(at, r), _towards),
    "increments": (lambda at, r: _topped(at) and _always(at, r), _increments),
}
"""Each kind of scale: where it fits, and how it is drawn."""
