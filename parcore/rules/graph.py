"""The rule graph: the closed set of nodes on which everything stands.

Measures, scales and combinations desugar to these nodes; every reading (exact, integers, SQL,
analysis) is a fold over them and knows nothing else. A node is frozen and compares by content, so
equal parts of a rule are one part; a graph has no cycles, because a node holds its operands.

Every node gives a *value*: a state and a number (`State.OK` has the number, other states have none,
written 0). Evaluation is total: what has no answer is the state `ERROR`, never an exception. Unless
a node says otherwise it is *strict*: its state is the largest of its operands' states, and it has a
number only where that is `OK`. A condition is a value whose number is 1 (true) or 0 (false).

| node | gives |
|---|---|
| `Const`, `Raise` | a number; a state |
| `Field`, `Symbol` | evidence: a number; the position of a choice among its options |
| `Agg` | sum, min, max or count of operands, some states left out |
| `Mul`, `Div` | product; quotient, with what an empty denominator means |
| `Piecewise` | slope × x + intercept on disjoint intervals |
| `Round` | a number at so many decimals |
| `Cmp`, `Logic`, `Not` | conditions |
| `Table`, `Pick`, `Match` | one of several: by key, by the first true condition, by state |
| `Over` | an aggregate over records or over peers, each in its own scope |

Numbers that differ by unit group are constants here: an edition is desugared for each group.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

from attrs import field, frozen
from attrs.validators import in_

from parcore.expressions import HOLDS
from parcore.intervals import Interval
from parcore.numbers import ZERO, Rounding
from parcore.values import State


class Aggregate(Enum):
    """How `Agg` and `Over` make one number of several; `RANK` is for `Over` peers only.

    A mean is not a sum over a count: where all are skipped it has their state.
    """

    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    RANK = "rank"


class Division(Enum):
    """What a quotient a / b means where the denominator is empty (0, or nothing arose).

    `SHARE` (a part of a whole): with a = 0 or an empty a the result is NOTHING_AROSE, so that no
    empty state of a part pays more than another; any other number beside an empty whole is bad
    evidence (ERROR), and so is a part of which nothing arose beside a whole that is not empty. Beside
    a whole that is hidden (unverified, missing, rejected) a part that does not apply decides nothing:
    the whole's state does, so that hiding an empty whole is not taken for what does not apply.
    `BASE` (relative to a base, as growth is): an empty base gives NOTHING_AROSE whatever a number a
    is. `STRICT` (the engine's own quotients, over what is never empty): an empty b is ERROR. Under
    all three, other states join first; then b < 0 is ERROR.
    """

    SHARE = "share"
    BASE = "base"
    STRICT = "strict"


def _exact(value: Fraction | int) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise TypeError(f"{value!r} is no exact number")
    return Fraction(value)


def _no_operands(_: object) -> tuple[Node, ...]:
    return ()


def _numberless(_: object, __: object, skip: frozenset[State]) -> None:
    if State.OK in skip:
        raise ValueError("a number is never skipped")


class Within(Enum):
    """The circle of peers: everyone, the unit's group, or its region."""

    ALL = "all"
    GROUP = "group"
    REGION = "region"


@frozen(cache_hash=True)
class Records:
    """The unit's own records of one kind (dossiers), each a scope of its own."""

    kind: str


@frozen(cache_hash=True)
class Peers:
    """Units of the population, each a scope of its own; with the unit itself or without it."""

    within: Within = Within.ALL
    ranked_only: bool = False
    with_self: bool = True


Domain = Records | Peers


@frozen(cache_hash=True)
class Const:
    """A number of the rule."""

    value: Fraction = field(converter=_exact)

    inputs = _no_operands


@frozen(cache_hash=True)
class Raise:
    """A state without a number."""

    state: State = field(converter=State)

    @state.validator
    def _has_no_number(self, _: object, state: State) -> None:
        if state is State.OK:
            raise ValueError("Raise(OK) has no number to give; use Const")

    inputs = _no_operands


@frozen(cache_hash=True)
class Field:
    """The unit's evidence in a field, `lag` periods back (dates are day numbers).

    A name that starts with `points:` is the points given for a criterion; one that starts with `@`
    belongs to the scope, not to evidence (`@period_start`, `@period_end`: day numbers).
    """

    name: str
    lag: int = 0

    inputs = _no_operands


@frozen(cache_hash=True)
class Symbol:
    """The position (0, 1, …) of the unit's choice among `options`; ERROR where it is none of them."""

    name: str
    options: tuple[str, ...]
    lag: int = 0

    inputs = _no_operands


@frozen(cache_hash=True)
class Agg:
    """Sum, mean, minimum, maximum or count of the operands whose state is not in `skip`.

    The states of the rest join. Where every operand is skipped the result is the largest state
    skipped, but a count is 0. The count is of operands not skipped, whatever their numbers.
    """

    op: Aggregate = field()
    args: tuple[Node, ...] = field()
    skip: frozenset[State] = field(default=frozenset(), validator=_numberless)

    @op.validator
    def _explicit(self, _: object, op: Aggregate) -> None:
        if op is Aggregate.RANK:
            raise ValueError("a rank is over peers: use Over")

    @args.validator
    def _not_empty(self, _: object, args: tuple[Node, ...]) -> None:
        if not args:
            raise ValueError("an aggregate needs an operand")

    def inputs(self) -> tuple[Node, ...]:
        return self.args


@frozen(cache_hash=True)
class Mul:
    """a × b."""

    a: Node
    b: Node

    def inputs(self) -> tuple[Node, ...]:
        return (self.a, self.b)


@frozen(cache_hash=True)
class Div:
    """a / b, where an empty b means what `division` says."""

    a: Node
    b: Node
    division: Division = Division.SHARE

    def inputs(self) -> tuple[Node, ...]:
        return (self.a, self.b)


@frozen(cache_hash=True)
class Piece:
    """slope × x + intercept for x in `interval`."""

    interval: Interval
    slope: Fraction = field(default=ZERO, converter=_exact)
    intercept: Fraction = field(default=ZERO, converter=_exact)


@frozen(cache_hash=True)
class Piecewise:
    """The piece whose interval holds the number; ERROR where none does. Pieces are disjoint, in order."""

    arg: Node
    pieces: tuple[Piece, ...] = field()

    @pieces.validator
    def _disjoint(self, _: object, pieces: tuple[Piece, ...]) -> None:
        for one, two in pairwise(pieces):
            if not one.interval.before(two.interval):
                raise ValueError(f"pieces overlap or are out of order: {one.interval} {two.interval}")

    def inputs(self) -> tuple[Node, ...]:
        return (self.arg,)


@frozen(cache_hash=True)
class Round:
    """The number at `digits` decimals."""

    arg: Node
    digits: int = 0
    mode: Rounding = Rounding.HALF_UP

    def inputs(self) -> tuple[Node, ...]:
        return (self.arg,)


@frozen(cache_hash=True)
class Cmp:
    """Whether a `op` b, exactly; `op` one of <= >= != < > =."""

    op: str = field(validator=in_(HOLDS))
    a: Node
    b: Node

    def inputs(self) -> tuple[Node, ...]:
        return (self.a, self.b)


@frozen(cache_hash=True)
class Logic:
    """All (or, with `every` false, any) of the conditions; strict, so that hiding one never decides."""

    every: bool
    args: tuple[Node, ...]

    def inputs(self) -> tuple[Node, ...]:
        return self.args


@frozen(cache_hash=True)
class Not:
    """The contrary of a condition."""

    arg: Node

    def inputs(self) -> tuple[Node, ...]:
        return (self.arg,)


@frozen(cache_hash=True)
class Table:
    """The row whose key equals the number of `key`; ERROR where none does.

    The state of `key` decides alone where it is not OK; otherwise the row's value is the value,
    state and all. Rows not chosen do not matter.
    """

    key: Node
    rows: tuple[tuple[int, Node], ...] = field()

    @rows.validator
    def _once(self, _: object, rows: tuple[tuple[int, Node], ...]) -> None:
        if len({key for key, _ in rows}) < len(rows):
            raise ValueError("a key stands twice")

    def inputs(self) -> tuple[Node, ...]:
        return (self.key, *(node for _, node in self.rows))


@frozen(cache_hash=True)
class Pick:
    """The value of the first branch whose condition is true, else `otherwise`.

    Conditions are read in order: a state met on the way, before any is true, is the result. So a
    branch placed first (a guard) may decide early, and a later one never hides an earlier state.
    """

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node

    def inputs(self) -> tuple[Node, ...]:
        return (*(node for branch in self.branches for node in branch), self.otherwise)


@frozen(cache_hash=True)
class Match:
    """By the state of `arg`: the node given for that state; `ok`, where given, for a number.

    A state for which nothing is given passes through: no state is ever swallowed by a default.
    """

    arg: Node
    by_state: tuple[tuple[State, Node], ...] = field()
    ok: Node | None = None

    @by_state.validator
    def _once(self, _: object, by_state: tuple[tuple[State, Node], ...]) -> None:
        if len({state for state, _ in by_state} - {State.OK}) < len(by_state):
            raise ValueError("a state stands twice, or is OK")

    def inputs(self) -> tuple[Node, ...]:
        """The state's bearer, then what is given for each state, then what for a number."""
        rest = () if self.ok is None else (self.ok,)
        return (self.arg, *(node for _, node in self.by_state), *rest)


@frozen(cache_hash=True)
class Over:
    """An aggregate of `body` over records or peers, each evaluated in its own scope.

    The domain has a state of its own: records that were never handed in are MISSING, not none, and
    that state joins first, into a count too. `where` keeps the members for which it is true; of a
    domain that is OK and has none left the result is NOTHING_AROSE (a count: 0). `RANK` is 1 + the
    peers whose number is larger than the unit's own, which must itself be OK for there to be a rank.
    """

    op: Aggregate
    domain: Domain
    body: Node
    skip: frozenset[State] = field(default=frozenset(), validator=_numberless)
    where: Node | None = None

    @skip.validator
    def _rank_of_peers(self, _: object, __: frozenset[State]) -> None:
        if self.op is Aggregate.RANK and not isinstance(self.domain, Peers):
            raise ValueError("a rank is over peers")

    inputs = _no_operands


Node: TypeAlias = (
    "Const | Raise | Field | Symbol | Agg | Mul | Div | Piecewise | Round"
    " | Cmp | Logic | Not | Table | Pick | Match | Over"
)
"""Any node; its `inputs()` are the operands evaluated in the same scope, in order."""

NODES: Final = (
    Const, Raise, Field, Symbol, Agg, Mul, Div, Piecewise, Round, Cmp, Logic, Not, Table, Pick, Match, Over,
)  # fmt: skip
"""The closed set. A reading that handles each of these handles every rule there is."""


FALSE: Final = Const(ZERO)


def const(value: Fraction | int) -> Const:
    """A constant; shorthand for desugarings."""
    return Const(Fraction(value))


def total(*args: Node, skip: frozenset[State] = frozenset()) -> Node:
    """The sum of the operands."""
    return args[0] if len(args) == 1 and not skip else Agg(Aggregate.SUM, args, skip)
