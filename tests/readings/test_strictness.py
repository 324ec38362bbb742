"""What each node makes of states, as tables: one row, one decision of the design."""

from fractions import Fraction
from itertools import product

import pytest

from parcore.intervals import Interval, at_least, at_most
from parcore.readings.exact import evaluate
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
    const,
)
from parcore.rules.program import lay_out
from parcore.values import EVIDENCE_STATES, State, Value
from tests.strategies import NUMBERLESS, OPTIONS, Facts

OK, NOTHING, MISSING, EXCLUDED, ERROR = (
    State.OK,
    State.NOTHING_AROSE,
    State.MISSING,
    State.EXCLUDED,
    State.ERROR,
)
A, B = Field("a"), Field("b")
DOSSIERS = Records("dossier")


def given(a: Value | int | State, b: Value | int | State = 0, **others: Value | int | State) -> Facts:
    """Evidence of the fields `a`, `b` and more, each a number or a state."""
    named = {"a": a, "b": b, **others}
    return Facts({(name, 0): _value(each) for name, each in named.items()})


def _value(each: Value | int | State | Fraction) -> Value:
    if isinstance(each, Value):
        return each
    return Value(each) if isinstance(each, State) else Value(OK, Fraction(each))


def of(node: Node, scope: Facts) -> Value:
    """What the exact reading gives for a node."""
    return evaluate(lay_out({"root": node}), scope)["root"]


STRICT_NODES: dict[str, Node] = {
    "product": Mul(A, B),
    "sum": Agg(Aggregate.SUM, (A, B)),
    "mean": Agg(Aggregate.MEAN, (A, B)),
    "minimum": Agg(Aggregate.MIN, (A, B)),
    "maximum": Agg(Aggregate.MAX, (A, B)),
    "count": Agg(Aggregate.COUNT, (A, B)),
    "comparison": Cmp("<", A, B),
    "all": Logic(True, (Cmp(">", A, const(0)), Cmp(">", B, const(0)))),
    "any": Logic(False, (Cmp(">", A, const(0)), Cmp(">", B, const(0)))),
    "scale": Piecewise(Mul(A, B), (Piece(Interval()),)),
    "rounding": Round(Mul(A, B), 2),
    "contrary": Not(Cmp("=", A, B)),
    "quotient over a base": Div(A, B, Division.BASE),
}


@pytest.mark.parametrize("name", STRICT_NODES)
def test_a_strict_node_takes_the_largest_state(name: str) -> None:
    """A strict node's state is the largest of its operands' states, in either order, beside any number."""
    node = STRICT_NODES[name]
    for one, two in product((*NUMBERLESS, 1, 2), repeat=2):
        states = [each for each in (one, two) if isinstance(each, State)]
        got = of(node, given(one, two))
        assert got.state is max(states, default=OK), (name, one, two)
        assert got.state is OK or got.number == 0


@pytest.mark.parametrize("every", [True, False])
def test_no_condition_decides_while_another_hides(every: bool) -> None:
    """`all` beside a false condition and `any` beside a true one still take a hidden one's state."""
    settled = Cmp("=", const(1), const(0 if every else 1))
    for state in NUMBERLESS:
        assert of(Logic(every, (settled, Cmp(">", A, const(0)))), given(state)) == Value(state)
        assert of(Logic(every, (Cmp(">", A, const(0)), settled)), given(state)) == Value(state)


SHARE = [
    # a, b, what a / b is
    (0, 0, NOTHING),
    (NOTHING, 0, NOTHING),
    (MISSING, 0, NOTHING),
    (State.REJECTED, 0, NOTHING),
    (State.UNVERIFIED, 0, NOTHING),
    (State.NOT_APPLICABLE, 0, NOTHING),
    (3, 0, ERROR),
    (-3, 0, ERROR),
    (0, NOTHING, NOTHING),
    (NOTHING, NOTHING, NOTHING),
    (MISSING, NOTHING, NOTHING),
    (State.NOT_APPLICABLE, NOTHING, NOTHING),
    (3, NOTHING, ERROR),
    (NOTHING, 3, ERROR),
    (NOTHING, MISSING, MISSING),
    (MISSING, 3, MISSING),
    (3, MISSING, MISSING),
    (0, MISSING, MISSING),
    (3, State.REJECTED, State.REJECTED),
    (MISSING, State.REJECTED, State.REJECTED),
    (State.NOT_APPLICABLE, 3, State.NOT_APPLICABLE),
    (State.NOT_APPLICABLE, State.NOT_APPLICABLE, State.NOT_APPLICABLE),
    # What a unit may hide is never taken for what does not apply: the whole might be 0.
    (State.NOT_APPLICABLE, MISSING, MISSING),
    (State.NOT_APPLICABLE, State.UNVERIFIED, State.UNVERIFIED),
    (State.NOT_APPLICABLE, State.REJECTED, State.REJECTED),
    (EXCLUDED, 0, EXCLUDED),
    (ERROR, 0, ERROR),
    (3, -1, ERROR),
    (0, -1, ERROR),
    (MISSING, -1, MISSING),
    (3, 4, Fraction(3, 4)),
    (0, 4, 0),
    (-3, 4, Fraction(-3, 4)),
]
BASE = [
    (0, 0, NOTHING),
    (3, 0, NOTHING),
    (-3, 0, NOTHING),
    (3, NOTHING, NOTHING),
    (NOTHING, 3, NOTHING),
    (MISSING, 0, MISSING),
    (MISSING, NOTHING, MISSING),
    (3, MISSING, MISSING),
    (3, -2, ERROR),
    (MISSING, -2, MISSING),
    (3, 2, Fraction(3, 2)),
]
STRICT = [
    (3, 0, ERROR),
    (0, 0, ERROR),
    (MISSING, 0, ERROR),
    (3, NOTHING, ERROR),
    (NOTHING, 4, NOTHING),
    (3, MISSING, MISSING),
    (3, -2, ERROR),
    (3, 2, Fraction(3, 2)),
]


@pytest.mark.parametrize(
    ("division", "a", "b", "gives"),
    [
        *((Division.SHARE, *row) for row in SHARE),
        *((Division.BASE, *row) for row in BASE),
        *((Division.STRICT, *row) for row in STRICT),
    ],
)
def test_what_a_quotient_is(
    division: Division, a: int | State, b: int | State, gives: Fraction | int | State
) -> None:
    """A quotient over an empty, a negative and a hidden denominator is what its policy says."""
    assert of(Div(A, B, division), given(a, b)) == _value(gives)


def test_no_empty_state_of_a_part_pays_more_than_another_beside_an_empty_whole() -> None:
    """Beside a whole of 0, a part gives one answer whichever empty state it is in."""
    found = {of(Div(A, B), given(state, 0)) for state in EVIDENCE_STATES}
    assert found == {Value(NOTHING)}


@pytest.mark.parametrize("op", [each for each in Aggregate if each is not Aggregate.RANK])
def test_what_an_aggregate_skips(op: Aggregate) -> None:
    """Skipped operands do not count; when all are, the largest state is left, and a count is 0."""
    skip = frozenset({EXCLUDED, MISSING})
    alone = of(Agg(op, (A,), skip), given(6))
    assert of(Agg(op, (A, B), skip), given(6, EXCLUDED)) == alone
    assert of(Agg(op, (B, A), skip), given(6, MISSING)) == alone
    assert of(Agg(op, (A, B), skip), given(6, NOTHING)) == Value(NOTHING)
    assert of(Agg(op, (A, B), skip), given(EXCLUDED, NOTHING)) == Value(NOTHING)
    emptied = Value(OK) if op is Aggregate.COUNT else Value(EXCLUDED)
    assert of(Agg(op, (A, B), skip), given(MISSING, EXCLUDED)) == emptied


def test_what_aggregates_give() -> None:
    """Sum, mean, minimum, maximum and count of 1, 2 and 2 are 5, 5/3, 1, 2 and 3."""
    three = (const(1), A, const(2))
    got = {op: of(Agg(op, three), given(2)).number for op in Aggregate if op is not Aggregate.RANK}
    assert got == {
        Aggregate.SUM: 5,
        Aggregate.MEAN: Fraction(5, 3),
        Aggregate.MIN: 1,
        Aggregate.MAX: 2,
        Aggregate.COUNT: 3,
    }


def test_match_passes_on_what_is_not_named() -> None:
    """Each named state gives its node, every other state passes through, a number gives `ok` or itself."""
    named = Match(A, ((MISSING, const(7)), (EXCLUDED, Raise(State.WITHHELD))))
    with_ok = Match(A, ((MISSING, const(7)),), const(9))
    for state in NUMBERLESS:
        wanted = {MISSING: Value(OK, Fraction(7)), EXCLUDED: Value(State.WITHHELD)}.get(state, Value(state))
        assert of(named, given(state)) == wanted
    assert of(named, given(3)) == Value(OK, Fraction(3))
    assert of(with_ok, given(3)) == Value(OK, Fraction(9))
    assert of(with_ok, given(EXCLUDED)) == Value(EXCLUDED)


def test_a_guard_decides_early_and_only_a_guard() -> None:
    """A true branch before a hidden one decides; a hidden one before a true one is the result."""
    true, false, hidden = Cmp("=", const(1), const(1)), Cmp("=", const(1), const(0)), Cmp(">", A, const(0))
    for state in NUMBERLESS:
        scope = given(state)
        early = Pick(((true, const(5)), (hidden, const(6))), const(7))
        late = Pick(((hidden, const(6)), (true, const(5))), const(7))
        assert of(early, scope) == Value(OK, Fraction(5))
        assert of(late, scope) == Value(state)
        assert of(Pick(((false, const(5)), (hidden, const(6))), const(7)), scope) == Value(state)
        assert of(Pick(((false, A), (true, const(5))), const(7)), scope) == Value(OK, Fraction(5))
        assert of(Pick(((true, A),), const(7)), scope) == Value(state)
    assert of(Pick((), const(7)), given(0)) == Value(OK, Fraction(7))


def test_rows_not_chosen_do_not_matter() -> None:
    """A table gives the chosen row, state and all, whatever hides in the others; no row is an error."""
    table = Table(A, ((0, const(4)), (1, B)))
    for state in NUMBERLESS:
        assert of(table, given(0, state)) == Value(OK, Fraction(4))
        assert of(table, given(1, state)) == Value(state)
        assert of(table, given(state, 5)) == Value(state)
    assert of(table, given(2)) == Value(ERROR)
    assert of(table, given(_value(Fraction(1, 2)))) == Value(ERROR)


def test_a_choice_is_its_position_or_an_error() -> None:
    """A choice among the options is its position; another text is bad evidence; a state stays."""
    node = Symbol("s", OPTIONS)
    assert of(node, Facts(choices={("s", 0): "late"})) == Value(OK, Fraction(1))
    assert of(node, Facts(choices={("s", 0): "other"})) == Value(ERROR)
    assert of(node, Facts()) == Value(MISSING)
    for state in EVIDENCE_STATES:
        assert of(node, Facts(choices={("s", 0): state})) == Value(state)


def test_a_number_on_no_piece_is_an_error() -> None:
    """A scale answers at both closed ends, and a number in none of its pieces is an error, not 0."""
    scale = Piecewise(A, (Piece(at_most(Fraction(3)), Fraction(2)), Piece(at_least(Fraction(5)))))
    assert [of(scale, given(x)) for x in (3, 4, 5)] == [Value(OK, Fraction(6)), Value(ERROR), Value(OK)]


def over(*members: Facts, state: State = OK) -> Facts:
    """A unit with records, the domain in a state of its own."""
    return Facts(groups={DOSSIERS: (state, members)})


@pytest.mark.parametrize("op", [each for each in Aggregate if each is not Aggregate.RANK])
def test_records_never_handed_in_are_missing_not_none(op: Aggregate) -> None:
    """The state of the domain joins first, into a count too; a domain with no record is empty, a count 0."""
    node = Over(op, DOSSIERS, A)
    for state in NUMBERLESS:
        assert of(node, over(given(1), state=state)) == Value(state)
    assert of(node, Facts()) == Value(MISSING)
    none = Value(OK) if op is Aggregate.COUNT else Value(NOTHING)
    assert of(node, over()) == none
    kept_none = Over(op, DOSSIERS, A, where=Cmp(">", B, const(5)))
    assert of(kept_none, over(given(1, 5))) == none


def test_members_kept_are_those_for_which_the_condition_holds() -> None:
    """`where` keeps what holds, whatever hides in the others' bodies; a hidden condition is the result."""
    node = Over(Aggregate.SUM, DOSSIERS, A, where=Cmp(">", B, const(0)))
    assert of(node, over(given(3, 1), given(MISSING, 0), given(4, 1))) == Value(OK, Fraction(7))
    assert of(node, over(given(3, 1), given(MISSING, 1))) == Value(MISSING)
    for state in NUMBERLESS:
        assert of(node, over(given(3, 1), given(4, state))) == Value(state)
    skipping = Over(Aggregate.SUM, DOSSIERS, A, frozenset({MISSING}), Cmp(">", B, const(0)))
    assert of(skipping, over(given(3, 1), given(MISSING, 1))) == Value(OK, Fraction(3))
    assert of(skipping, over(given(3, 1), given(4, MISSING))) == Value(MISSING)
    assert of(skipping, over(given(MISSING, 1))) == Value(MISSING)


def test_each_member_is_its_own_scope() -> None:
    """A record's field is the record's, not the unit's, and what it lacks is missing there."""
    scope = Facts({("a", 0): Value(OK, Fraction(100))}, groups={DOSSIERS: (OK, (given(2),))})
    assert of(Over(Aggregate.SUM, DOSSIERS, A), scope) == Value(OK, Fraction(2))
    assert of(Over(Aggregate.SUM, DOSSIERS, Field("c")), scope) == Value(MISSING)


@pytest.mark.parametrize(
    ("own", "peers", "place"),
    [
        (5, [5, 7, 3, 9], 3),
        (5, [5, 5], 1),
        (5, [], 1),
        (-1, [0], 2),
        (Fraction(1, 3), [Fraction(333, 1000)], 1),
    ],
)
def test_a_rank_is_one_more_than_those_ahead(own: Fraction, peers: list[Fraction], place: int) -> None:
    """A rank counts the peers whose number is larger, exactly; equal numbers do not push down."""
    node = Over(Aggregate.RANK, Peers(), A)
    scope = Facts({("a", 0): _value(own)}, groups={Peers(): (OK, tuple(given(_value(x)) for x in peers))})
    assert of(node, scope) == Value(OK, Fraction(place))


def test_there_is_no_rank_without_a_number_of_one_s_own() -> None:
    """One's own state joins even where peers in that state are skipped; a peer's joins unless skipped."""
    node = Over(Aggregate.RANK, Peers(), A, frozenset({MISSING}))
    peers: dict[Domain, tuple[State, tuple[Facts, ...]]] = {Peers(): (OK, (given(MISSING), given(9)))}
    assert of(node, Facts({("a", 0): Value(MISSING)}, groups=peers)) == Value(MISSING)
    assert of(node, Facts({("a", 0): Value(OK)}, groups=peers)) == Value(OK, Fraction(2))
    assert of(Over(Aggregate.RANK, Peers(), A), Facts({("a", 0): Value(OK)}, groups=peers)) == Value(MISSING)


def test_constants_and_raised_states_need_no_evidence() -> None:
    """A constant is its number and a raised state that state, in any scope."""
    assert of(Const(Fraction(1, 3)), Facts()) == Value(OK, Fraction(1, 3))
    for state in NUMBERLESS:
        assert of(Raise(state), Facts()) == Value(state)
