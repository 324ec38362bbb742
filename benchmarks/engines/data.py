"""Evidence for the work, drawn with a seed: ordinary, and hard on seven criteria.

Columns of integers, each in the narrowest type that its field needs. All evidence is there: the other engines
have no words for what is missing, unverified or rejected.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np

from benchmarks.engines.work import CRITERIA, FIELDS, HARD, TWINS, WORK, Criterion

Columns: TypeAlias = Mapping[str, Any]
SEED: Final = 2026
NOTHING: Final = 0.01
"""The share of units of which nothing arose, criterion by criterion."""


def ordinary(size: int, seed: int = SEED) -> dict[str, Any]:
    """Evidence as units have it: cases from one to a hundred thousand, amounts from 10^9 to 10^13 đồng."""
    random = np.random.default_rng([seed, size])
    found: dict[str, Any] = {}
    for each in WORK:
        drawn = _DRAWN[each.kind](random, size)
        for name, column in zip(each.names, drawn, strict=True):
            found[name] = column.astype(FIELDS[name])
    return found


def hard(size: int, seed: int = SEED) -> dict[str, Any]:
    """The same, but for three things that floats do not bear.

    Seven criteria lie on edges, one beside them, on halves of a hundredth, empty, and up to 10^15 đồng. One
    unit in ten has percentages without decimals throughout, so that its index may end in a half. One in ten
    has what another unit has, with some criteria that pay alike exchanged, so that the two are level.
    """
    found = ordinary(size, seed)
    random = np.random.default_rng([seed, size, 1])
    for at in HARD:
        each = WORK[at]
        for name, column in zip(each.names, _edged(each, random, size, found), strict=True):
            found[name] = column.astype(FIELDS[name])
    lot = random.random(size)
    _even(found, np.flatnonzero(lot < 0.1), random)
    _level(found, np.flatnonzero(lot > 0.9), random)
    return found


def _spread(random: Any, size: int, low: float, high: float) -> Any:
    """Integers between two powers of ten, each order of magnitude as likely as the next."""
    return np.floor(10 ** random.uniform(low, high, size)).astype(np.int64)


def _share(random: Any, size: int, low: float = 0, high: float = 5) -> tuple[Any, Any]:
    whole = _spread(random, size, low, high)
    whole[random.random(size) < NOTHING] = 0
    part = np.floor(whole * random.beta(6, 1.5, size)).astype(np.int64)
    return np.where(random.random(size) < 0.1, whole, part), whole


def _counts(random: Any, size: int, shares: tuple[float, ...], high: float) -> list[Any]:
    total = _spread(random, size, 0, high)
    total[random.random(size) < NOTHING] = 0
    return list(random.multinomial(total, shares).T)


def _grown(random: Any, size: int) -> tuple[Any, Any]:
    before = _spread(random, size, 9, 13)
    before[random.random(size) < NOTHING] = 0
    return np.floor(before * random.uniform(0.9, 1.3, size)), before


def _asked(random: Any, size: int) -> tuple[Any, Any]:
    checked = np.where(random.random(size) < 0.97, 50, random.integers(30, 50, size))
    return random.binomial(checked, 0.8), checked


_DRAWN: Final[Mapping[str, Any]] = {
    "ladder": _share,
    "cases": _share,
    "line": _share,
    "towards": _share,
    "choice": lambda random, size: (random.choice(4, size, p=(0.7, 0.2, 0.08, 0.02)),),
    "deduct": lambda random, size: (random.poisson(0.3, size), random.poisson(1, size)),
    "count": _asked,
    "formula": lambda random, size: _counts(random, size, (0.2, 0.7, 0.1), 5),
    "growth": _grown,
    "amount": lambda random, size: (_spread(random, size, 9, 13),),
    "increments": lambda random, size: (_spread(random, size, 9, 13),),
    "survey": lambda random, size: _counts(random, size, (0.5, 0.3, 0.15, 0.05), 2.5),
    "money": lambda random, size: _share(random, size, 9, 13),
}


def _halves(most: Fraction) -> list[Fraction]:
    """Points that end in a half of a hundredth."""
    return [Fraction(2 * at + 1, 200) for at in range(int(most * 100))]


def _shares(each: Criterion) -> list[Fraction]:
    """Shares on the edges of a criterion, and those that pay a half of a hundredth."""
    figures, most = each.figures, each.most
    edges = [value for name, value in figures.items() if name != "w"] + [Fraction(1)]
    if each.kind == "cases":
        return edges
    if each.kind == "line":
        a, b = figures["a"], figures["b"]
        low = [2 * a * p / most for p in _halves(most / 2)]
        high = [a + (2 * p / most - 1) * (b - a) for p in _halves(most) if p > most / 2]
        return edges * 20 + low + high
    return edges * 20 + [p / most for p in _halves(most)]


def _edged(each: Criterion, random: Any, size: int, found: Columns) -> tuple[Any, ...]:
    """A criterion's columns: a fifth each on edges or halves, beside them, not so large, empty, as drawn."""
    drawn = tuple(found[name] for name in each.names)
    lot = random.integers(0, 5, size)
    if each.kind in {"amount", "increments"}:
        return (np.where(lot == 4, drawn[0], _amounts(each, random, size) + np.where(lot == 3, -1, 0)),)
    top = 10**15 if each.kind == "money" else 10**9
    part, whole = _parts(each, random, size, np.where(lot < 2, top, 10**4 if top < 10**12 else 10**12))
    part = np.where(lot == 1, np.maximum(part - 1, 0), part)
    part, whole = np.where(lot == 3, 0, part), np.where(lot == 3, 0, whole)
    columns = (np.zeros_like(part), part, whole - part) if each.kind == "formula" else (part, whole)
    return tuple(np.where(lot == 4, old, new) for old, new in zip(drawn, columns, strict=True))


def _parts(each: Criterion, random: Any, size: int, most: Any) -> tuple[Any, Any]:
    shares = _shares(each)
    numerators = np.array([share.numerator for share in shares])
    denominators = np.array([share.denominator for share in shares])
    at = random.integers(0, len(shares), size)
    times = np.maximum((most // denominators[at] * random.random(size)).astype(np.int64), 1)
    return numerators[at] * times, denominators[at] * times


def _amounts(each: Criterion, random: Any, size: int) -> Any:
    figures = each.figures
    if each.kind == "amount":
        return random.choice([int(figures["low"]), int(figures["high"]), 10**15], size)
    base, step = figures["base"] * each.most, figures["add"] * each.most
    exact = [figures["start"] + (p - base) / step * figures["each"] for p in _halves(each.most) if p > base]
    return random.choice([int(amount) for amount in exact if amount.denominator == 1], size)


def _even(found: dict[str, Any], rows: Any, random: Any) -> None:
    """Give rows percentages without decimals: of 100 cases, of 100 answers, of amounts of 100 × 10^10."""
    for each in WORK:
        number = random.integers(30, 101, len(rows))
        columns: tuple[Any, ...]
        if each.kind in {"ladder", "cases", "line", "towards"}:
            columns = (number, 100)
        elif each.kind == "money":
            columns = (number * 10**10, 10**12)
        elif each.kind == "growth":
            columns = ((number + 50) * 10**10, 10**12)
        elif each.kind == "formula":
            columns = (0, number, 100 - number)
        elif each.kind == "survey":
            columns = (number, 100 - number, 0, 0)
        elif each.kind == "increments":
            columns = (int(each.figures["start"]) + number * int(each.figures["each"] / 10),)
        elif each.kind == "choice":
            columns = (number % 3,)
        else:
            continue
        for name, column in zip(each.names, columns, strict=True):
            found[name][rows] = column


def _level(found: dict[str, Any], rows: Any, random: Any) -> None:
    """Give rows what others have, with some pairs of criteria that pay alike exchanged."""
    if not len(rows):
        return
    others = random.integers(0, len(found[next(iter(found))]), len(rows))
    copies = {name: column[others] for name, column in found.items()}
    for at in range(CRITERIA - TWINS):
        swapped = random.random(len(rows)) < 0.5
        for one, two in zip(WORK[at].names, WORK[at + TWINS].names, strict=True):
            left, right = copies[one], copies[two]
            copies[one], copies[two] = np.where(swapped, right, left), np.where(swapped, left, right)
    for name, column in found.items():
        column[rows] = copies[name]


DATA: Final = {"ordinary": ordinary, "hard": hard}


def bytes_of(columns: Columns) -> int:
    """What the columns take in their narrowest exact types."""
    return sum(column.nbytes for column in columns.values())
