"""What the law tests generate: numbers on ties, states, intervals that touch, evidence, graphs.

Chance finds too few ties, empty denominators and touching ends; here they are drawn on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any, TypeAlias

from attrs import field, frozen
from hypothesis import strategies as st

from parcore.expressions import HOLDS
from parcore.intervals import Interval, IntervalError, Range
from parcore.numbers import Rounding
from parcore.readings.exact import Scope
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Const,
    Div,
    Division,
    Domain,
    Field,
    Logic,
    Match,
    Mul,
    Node,
    Not,
    Over,
    Peers,
    Pick,
    Piece,
    Piecewise,
    Raise,
    Records,
    Round,
    Symbol,
    Table,
    Within,
)
from parcore.values import EVIDENCE_STATES, State, Value

F = Fraction

EDGES = (F(0), F(1), F(2), F(1, 2), F(-1), F(4, 5), F(9, 10), F(3), F(100))
"""Numbers that rules and evidence share, so that a measure lands exactly on an edge."""

AWKWARD = (F(1, 3), F(333, 1000), F(2, 3), F(-1, 2), F(5, 2), F(2675, 1000), F(-5, 1000), F(10**12 + 1, 3))
"""Ties of half-up rounding, repeating decimals and their near neighbours, amounts beyond 32 bits."""

NEAR = (F(1, 3), F(333, 1000), F(333333, 1000000))
"""Numbers that a tolerance would take for one."""

NUMBERLESS = tuple(state for state in State if state is not State.OK)
OPTIONS = ("on_time", "late", "never")
FIELDS = ("a", "b", "c")
KINDS = ("dossier", "meeting")
DOMAINS: tuple[Domain, ...] = (
    Records("dossier"),
    Records("meeting"),
    Peers(),
    Peers(Within.GROUP, ranked_only=True),
    Peers(Within.REGION, with_self=False),
)


def numbers() -> st.SearchStrategy[Fraction]:
    """Exact numbers: mostly those that meet each other, sometimes any."""
    return st.one_of(
        st.sampled_from(EDGES),
        st.sampled_from(AWKWARD),
        st.integers(-5, 5).map(F),
        st.fractions(-1000, 1000, max_denominator=1000),
    )


def decimals(places: int = 4) -> st.SearchStrategy[Fraction]:
    """Numbers that a decimal writes exactly."""
    return st.builds(
        lambda n, k: F(n, 10**k),
        st.one_of(st.integers(-50, 50), st.integers(-(10**9), 10**9)),
        st.integers(0, places),
    )


def states() -> st.SearchStrategy[State]:
    """Every state there is."""
    return st.sampled_from(State)


def values() -> st.SearchStrategy[Value]:
    """A number as often as not; else one of all states."""
    known = st.builds(Value, st.just(State.OK), numbers())
    return st.one_of(known, st.sampled_from([Value(state) for state in NUMBERLESS]))


def made_interval(
    low: Fraction | None, low_in: bool, high: Fraction | None, high_in: bool
) -> Interval | None:
    """The interval, or None where it would hold nothing."""
    try:
        return Interval(low, low_in, high, high_in)
    except IntervalError:
        return None


@st.composite
def intervals(draw: st.DrawFn, ends: st.SearchStrategy[Fraction] | None = None) -> Interval:
    """Intervals of every shape: points, open and closed ends, half-lines, everything."""
    end = st.one_of(st.none(), st.sampled_from(EDGES) if ends is None else ends)
    low, high = draw(end), draw(end)
    if low is not None and high is not None and low > high:
        low, high = high, low
    same = low is not None and low == high
    return Interval(low, same or draw(st.booleans()), high, same or draw(st.booleans()))


@st.composite
def cuttings(draw: st.DrawFn, least: int = 1, most: int = 6) -> list[Interval]:
    """Disjoint intervals that cover the line, in order; neighbours touch, some are single numbers."""
    cuts = sorted(draw(st.sets(st.sampled_from(EDGES), min_size=least - 1, max_size=most - 1)))
    parts: list[Interval] = []
    low, low_in = None, False
    for cut in cuts:
        mine, alone = draw(st.booleans()), draw(st.booleans())
        parts.append(Interval(low, low_in, cut, mine and not alone))
        if alone:
            parts.append(Interval(cut, True, cut, True))
        low, low_in = cut, not (mine or alone)
    return [*parts, Interval(low, low_in, None, False)]


def ranges() -> st.SearchStrategy[Range]:
    """Ranges of integers, decimals and rationals."""
    steps = st.sampled_from([None, F(1), F(1, 2), F(1, 100), F(3), F(2, 5)])
    return st.builds(Range, intervals(), steps)


Key: TypeAlias = tuple[str, int]


@frozen(eq=False)
class Facts:
    """Evidence of one unit or record, as a scope: fields, the choice made, records and peers."""

    fields: Mapping[Key, Value] = field(factory=dict)
    choices: Mapping[Key, str | State] = field(factory=dict)
    groups: Mapping[Domain, tuple[State, tuple[Facts, ...]]] = field(factory=dict)

    def field(self, name: str, lag: int) -> Value:
        return self.fields.get((name, lag), Value(State.MISSING))

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        choice = self.choices.get((name, lag), State.MISSING)
        if isinstance(choice, State):
            return Value(choice)
        return Value(State.OK, F(options.index(choice))) if choice in options else Value(State.ERROR)

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        return self.groups.get(domain, (State.MISSING, ()))


def facts_from(random: Random, *, depth: int = 1) -> Facts:
    """Evidence by a seeded generator: thousands of cases for one graph, each with ties and gaps."""

    pool = random.choices((EDGES, AWKWARD, NEAR, EDGES + AWKWARD), (5, 1, 2, 2))[0]
    hidden = random.choice((0, 0.1, 0.4))

    def value() -> Value:
        if random.random() < hidden:
            return Value(random.choice(NUMBERLESS))
        return Value(State.OK, random.choice(pool))

    groups: dict[Domain, tuple[State, tuple[Facts, ...]]] = {}
    if depth:
        for domain in DOMAINS:
            state = State.OK if random.random() < 0.8 else random.choice(NUMBERLESS)
            members = tuple(facts_from(random, depth=depth - 1) for _ in range(random.choice((0, 1, 2, 4))))
            groups[domain] = (state, members)
    return Facts(
        {(name, lag): value() for name in FIELDS for lag in (0, 1)},
        {("s", 0): random.choice((*OPTIONS, "other", *NUMBERLESS))},
        groups,
    )


def facts() -> st.SearchStrategy[Facts]:
    """Evidence for the generated graphs."""
    return st.integers(0, 2**32).map(lambda seed: facts_from(Random(seed)))


def skips() -> st.SearchStrategy[frozenset[State]]:
    """States that an aggregate leaves out."""
    return st.one_of(
        st.just(frozenset[State]()),
        st.just(frozenset({State.EXCLUDED})),
        st.frozensets(st.sampled_from(NUMBERLESS), max_size=3),
    )


@frozen
class Pool:
    """What a generated graph is grown from: numbers, and conditions."""

    numbers: list[Node]
    conditions: list[Node]
    domains: Sequence[Domain] = DOMAINS


@st.composite
def graphs(
    draw: st.DrawFn,
    *,
    size: int = 12,
    depth: int = 1,
    mixed: bool = False,
    domains: Sequence[Domain] = DOMAINS,
) -> dict[str, Node]:
    """A graph of all kinds of nodes, grown from shared operands; every node grown is a root.

    `number` and `condition` are the last of each, which use most of the others. `mixed` lets numbers stand
    where conditions belong, which no rule does and no reading may trip over.
    """
    pool = Pool([Field("a"), Field("b"), Symbol("s", OPTIONS)], [], domains)
    pool.conditions.append(Cmp(">=", pool.numbers[0], Const(F(1, 2))))
    makers = [*_NUMBERS, *_CONDITIONS]
    grown: list[Node] = []
    for _ in range(draw(st.integers(size // 2, size))):
        make = draw(st.sampled_from(makers))
        operands = Pool(pool.numbers, pool.numbers + pool.conditions, domains) if mixed else pool
        node = draw(make(operands, depth))
        (pool.conditions if make in _CONDITIONS else pool.numbers).append(node)
        grown.append(node)
    last = {"number": pool.numbers[-1], "condition": pool.conditions[-1]}
    return last | {str(at): node for at, node in enumerate(grown)}


@st.composite
def _leaf(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    return draw(
        st.one_of(
            st.builds(Const, numbers()),
            st.builds(Raise, st.sampled_from(NUMBERLESS)),
            st.builds(Field, st.sampled_from(FIELDS), st.integers(0, 1)),
        )
    )


@st.composite
def _agg(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    op = draw(st.sampled_from([each for each in Aggregate if each is not Aggregate.RANK]))
    args = draw(st.lists(st.sampled_from(pool.numbers), min_size=1, max_size=4))
    return Agg(op, tuple(args), draw(skips()))


@st.composite
def _mul(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    return Mul(draw(st.sampled_from(pool.numbers)), draw(st.sampled_from(pool.numbers)))


@st.composite
def _div(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    one = st.sampled_from(pool.numbers)
    return Div(draw(one), draw(one), draw(st.sampled_from(Division)))


@st.composite
def _piecewise(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    parts = draw(cuttings())
    kept = [each for each in parts if draw(st.integers(0, 9))]
    pieces = tuple(Piece(each, draw(st.sampled_from(EDGES)), draw(st.sampled_from(EDGES))) for each in kept)
    return Piecewise(draw(st.sampled_from(pool.numbers)), pieces)


@st.composite
def _round(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    digits = draw(st.integers(-1, 3))
    return Round(draw(st.sampled_from(pool.numbers)), digits, draw(st.sampled_from(Rounding)))


@st.composite
def _table(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    keys = draw(st.sets(st.integers(-1, 3), max_size=4))
    rows = tuple((key, draw(st.sampled_from(pool.numbers))) for key in sorted(keys))
    return Table(draw(st.sampled_from(pool.numbers)), rows)


@st.composite
def _pick(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    branch = st.tuples(st.sampled_from(pool.conditions), st.sampled_from(pool.numbers))
    return Pick(tuple(draw(st.lists(branch, max_size=3))), draw(st.sampled_from(pool.numbers)))


@st.composite
def _match(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    given = draw(st.sets(st.sampled_from(NUMBERLESS), max_size=4))
    by_state = tuple((state, draw(st.sampled_from(pool.numbers))) for state in sorted(given))
    ok = draw(st.one_of(st.none(), st.sampled_from(pool.numbers)))
    return Match(draw(st.sampled_from(pool.numbers)), by_state, ok)


@st.composite
def _over(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    if not depth:
        return draw(_leaf(pool, depth))
    inner = draw(graphs(size=4, depth=depth - 1))
    op, domain = draw(st.sampled_from(Aggregate)), draw(st.sampled_from(pool.domains))
    if op is Aggregate.RANK and not isinstance(domain, Peers):
        op = Aggregate.COUNT
    where = draw(st.one_of(st.none(), st.just(inner["condition"])))
    return Over(op, domain, inner["number"], draw(skips()), where)


@st.composite
def _cmp(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    one = st.sampled_from(pool.numbers)
    return Cmp(draw(st.sampled_from(sorted(HOLDS))), draw(one), draw(one))


@st.composite
def _logic(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    args = draw(st.lists(st.sampled_from(pool.conditions), min_size=1, max_size=3))
    return Logic(draw(st.booleans()), tuple(args))


@st.composite
def _not(draw: st.DrawFn, pool: Pool, depth: int) -> Node:
    return Not(draw(st.sampled_from(pool.conditions)))


_NUMBERS: list[Any] = [_leaf, _agg, _mul, _div, _piecewise, _round, _table, _pick, _match, _over]
_CONDITIONS: list[Any] = [_cmp, _logic, _not]

EMPTY_EVIDENCE = st.sampled_from(EVIDENCE_STATES)
