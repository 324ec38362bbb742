"""Relations checked: each alone, then all linear ones together; and what would mend a contradiction.

A relation holds exactly with the numbers as printed, or only through what printing cut off, or not at
all; it is open where intervals alone do not decide (a product of names that stand twice).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import evolve, frozen

from parcore.arithmetic import Formula
from parcore.audit.claims import Claims, FigureOf, Number, Reading, Relation
from parcore.audit.printed import Printed, misprints, parse_printed
from parcore.audit.ranges import Ranges, known_together, linear_of, range_of, range_of_linear
from parcore.audit.together import Constraint, TooMany, conflict, constraint
from parcore.expressions import Linear
from parcore.i18n import Text
from parcore.intervals import EVERYTHING, Interval, above, at_least, at_most, below, exactly, plus, times
from parcore.numbers import ZERO, NumberError

_ALLOWED: Final = {
    "=": exactly(ZERO),
    "<=": at_most(ZERO),
    "<": below(ZERO),
    ">=": at_least(ZERO),
    ">": above(ZERO),
}
"""Where the difference of two sides lies when they compare so."""

MOST_MENDS: Final = 3
"""A contradiction that more misprints of one character could explain is not explained by one."""


class Verdict(Enum):
    """How a relation stands; the worst last."""

    EXACT = "exact"
    ROUNDING = "rounding"
    OPEN = "open"
    CONTRADICTION = "contradiction"


@frozen
class Mend:
    """A misprint of one character that would explain a contradiction: of what number, and what was meant."""

    name: str
    printed: str
    meant: str


@frozen
class Sides:
    """The values each side of a relation can have (None: it may divide by 0), and by how much they miss."""

    left: Interval | None
    right: Interval | None
    miss: Fraction | None = None


@frozen
class Finding:
    """A relation, how it stands and why. `reading` is the one that holds, or all that do not.

    `together` names the relations that cannot all hold, where it is about several; `figure` the figure
    of the engine, where it is about one.
    """

    id: str
    verdict: Verdict
    names: tuple[str, ...]
    text: str
    reading: str = ""
    sides: Sides | None = None
    mends: tuple[Mend, ...] = ()
    together: tuple[str, ...] = ()
    figure: FigureOf | None = None
    note: Text = Text()


@frozen
class Report:
    """What an announcement says, checked. `undecided`: whether the relations could not be taken together."""

    claims: Claims
    findings: tuple[Finding, ...]
    undecided: bool = False

    def count(self, verdict: Verdict) -> int:
        """How many relations stand so."""
        return sum(each.verdict is verdict for each in self.findings)

    @property
    def relations(self) -> int:
        """How many relations were checked, each once."""
        return sum(not each.together for each in self.findings)

    @property
    def contradictions(self) -> tuple[Finding, ...]:
        """What cannot be."""
        return tuple(each for each in self.findings if each.verdict is Verdict.CONTRADICTION)

    @property
    def unspoken(self) -> tuple[Number, ...]:
        """The numbers that no relation speaks of."""
        used = {name for each in self.findings for name in each.names}
        return tuple(each for each in self.claims.printed if each.name not in used)


def audit(claims: Claims, figures: Sequence[Finding] = ()) -> Report:
    """Check the relations of an announcement; `figures` are findings on figures of the engine."""
    found = [_alone(claims, each) for each in claims.relations]
    jointly, undecided = _together(claims, found)
    return Report(claims, (*found, *jointly, *figures), undecided)


# Each alone


def _alone(claims: Claims, relation: Relation) -> Finding:
    order, wide, tight = list(Verdict), claims.wide(relation.names), claims.tight(relation.names)
    judged = [(judge(each, wide, tight), each) for each in relation.readings]
    verdict, reading = min(judged, key=lambda pair: order.index(pair[0]))
    named = reading.name
    if verdict is Verdict.CONTRADICTION:
        named = ", ".join(each.name for each in relation.readings)
    found = Finding(relation.id, verdict, relation.names, reading.text, named, note=relation.note)
    found = evolve(found, sides=_sides(reading, wide))
    if verdict is Verdict.CONTRADICTION:
        found = evolve(found, mends=_mends(claims, relation))
    return found


def judge(reading: Reading, wide: Ranges, tight: Ranges) -> Verdict:
    """How a reading stands for the values its numbers can stand for, and for the printed ones."""
    values, sure = difference(reading, wide)
    if values is not None and not _may_hold(values, reading.op):
        return Verdict.CONTRADICTION
    printed, certain = difference(reading, tight)
    if printed is not None and certain and _may_hold(printed, reading.op):
        return Verdict.EXACT
    return Verdict.ROUNDING if values is not None and sure else Verdict.OPEN


def difference(reading: Reading, ranges: Ranges) -> tuple[Interval | None, bool]:
    """What left less right can be (None: anything), and whether it is the true range."""
    sum_ = linear_difference(reading, ranges)
    if sum_ is not None:
        return range_of_linear(sum_, ranges), True
    left, right = range_of(reading.left, ranges), range_of(reading.right, ranges)
    if left is None or right is None:
        return None, False
    less = Linear((("left", Fraction(1)), ("right", Fraction(-1))))
    return range_of_linear(less, {"left": left, "right": right}), known_together(reading.names, ranges)


def linear_difference(reading: Reading, ranges: Ranges) -> Linear | None:
    """Left less right as a sum of names; None where it is none."""
    left, right = linear_of(reading.left, ranges), linear_of(reading.right, ranges)
    return None if left is None or right is None else left.plus(right, -1)


def _may_hold(values: Interval, op: str) -> bool:
    if op == "!=":
        return values != exactly(ZERO)
    return values.meet(_ALLOWED[op]) is not None


def _sides(reading: Reading, ranges: Ranges) -> Sides:
    left, right = (_side(each, ranges) for each in (reading.left, reading.right))
    values, _ = difference(reading, ranges)
    miss = None
    if values is not None and not _may_hold(values, reading.op):
        ends = [abs(end) for end in (values.low, values.high) if end is not None]
        miss = min(ends) if ends else None
    return Sides(left, right, miss)


def _side(formula: Formula, ranges: Ranges) -> Interval | None:
    sum_ = linear_of(formula, ranges)
    return range_of(formula, ranges) if sum_ is None else range_of_linear(sum_, ranges)


# What would mend it


def _mends(claims: Claims, relation: Relation) -> tuple[Mend, ...]:
    """Misprints of one character under which the relation holds, where they are few; no longer ones first."""
    found = [(longer, each) for name in relation.names for longer, each in _slips(claims, relation, name)]
    shortest = min((longer for longer, _ in found), default=False)
    least = [each for longer, each in found if longer == shortest]
    return tuple(least) if len(least) <= MOST_MENDS else ()


def _slips(claims: Claims, relation: Relation, name: str) -> Iterator[tuple[bool, Mend]]:
    number = claims.numbers[name]
    if number.statement.other is not None or number.printed.value is None:
        return
    wide, tight = claims.wide(relation.names), claims.tight(relation.names)
    hold = [_holding(each, name, wide, tight) for each in relation.readings]
    for longer, text in misprints(number.printed.text):
        try:
            meant = parse_printed(f"{text} {number.printed.unit.value}", claims.format, claims.printing)
        except NumberError:
            continue
        if meant.value is None or not any(each(meant) for each in hold):
            continue
        if not _breaks(claims, relation, name, meant):
            yield longer, Mend(name, number.printed.text, text)


def _breaks(claims: Claims, mended: Relation, name: str, meant: Printed) -> bool:
    """Whether another number in place of one contradicts in a relation that holds now."""
    for relation in claims.relations:
        if relation.id == mended.id or name not in relation.names:
            continue
        wide, tight = claims.wide(relation.names), claims.tight(relation.names)
        now = any(judge(each, wide, tight) is not Verdict.CONTRADICTION for each in relation.readings)
        hold = (_holding(each, name, wide, tight) for each in relation.readings)
        if now and not any(each(meant) for each in hold):
            return True
    return False


def _holding(reading: Reading, name: str, wide: Ranges, tight: Ranges) -> Callable[[Printed], bool]:
    """Says whether a reading surely can hold with another number in place of one of its own."""
    sum_ = linear_difference(reading, {**wide, name: EVERYTHING})
    if sum_ is None:
        sure = (Verdict.EXACT, Verdict.ROUNDING)
        return lambda meant: judge(
            reading, {**wide, name: meant.interval}, {**tight, name: meant.tight}
        ) in sure  # fmt: skip
    factor = exactly(dict(sum_.terms).get(name, ZERO))
    rest = range_of_linear(evolve(sum_, terms=tuple(it for it in sum_.terms if it[0] != name)), wide)
    return lambda meant: _may_hold(plus(times(factor, meant.interval), rest), reading.op)


# All together


def _together(claims: Claims, found: Sequence[Finding]) -> tuple[list[Finding], bool]:
    """The conflicts of relations that hold each alone, no relation in two; and whether it is not known."""
    wide = claims.wide(claims.numbers)
    system = [
        each for one, it in zip(found, claims.relations, strict=True) for each in _constraints(one, it, wide)
    ]
    conflicts: list[Finding] = []
    try:
        while clash := conflict(system, wide):
            ids = tuple(sorted(clash))
            names = dict.fromkeys(n for each in claims.relations if each.id in clash for n in each.names)
            text = "; ".join(each.text for each in found if each.id in clash)
            id_ = " + ".join(ids)
            conflicts.append(Finding(id_, Verdict.CONTRADICTION, tuple(names), text, together=ids))
            system = [each for each in system if not each.of & clash]
    except TooMany:
        return conflicts, True
    return conflicts, False


def _constraints(found: Finding, relation: Relation, wide: Ranges) -> Iterator[Constraint]:
    """A relation that holds alone, in one reading alone, as a constraint; none where it is not linear."""
    holding = [each for each in relation.readings if judge(each, wide, wide) is not Verdict.CONTRADICTION]
    if found.verdict is Verdict.CONTRADICTION or len(holding) != 1 or holding[0].op == "!=":
        return
    sum_ = linear_difference(holding[0], wide)
    if sum_ is not None and sum_.terms:
        yield constraint(sum_, holding[0].op, relation.id)
