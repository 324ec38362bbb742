"""A trace re-computes: each step again from the evidence recorded, and a changed step is found."""

from collections.abc import Iterator
from fractions import Fraction
from random import Random

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from parcore.readings.exact import AlteredTrace, Members, Trace, evaluate
from parcore.rules.graph import Aggregate, Field, Mul, Node, Over, Peers, Records, Symbol, const
from parcore.rules.program import lay_out
from parcore.values import State, Value
from tests.strategies import Facts, facts, graphs, values

DOSSIERS = Records("dossier")


def tampered(trace: Trace, at: int, value: Value) -> Trace:
    """The trace with another value written at a position."""
    values_ = list(trace.values)
    values_[at] = value
    return evolve(trace, values=tuple(values_))


def is_evidence(node: Node) -> bool:
    """Whether a node's value is read, not computed."""
    return isinstance(node, Field | Symbol)


@given(graphs(), facts())
def test_a_trace_re_computes(roots: dict[str, Node], scope: Facts) -> None:
    """Computing every step again from the recorded evidence gives the recorded values."""
    trace = evaluate(lay_out(roots), scope)
    assert trace.rerun() == trace.values
    assert trace.rerun(lay_out(roots)) == trace.values


@given(graphs(), facts(), st.randoms(use_true_random=False), values())
def test_a_changed_step_is_found(roots: dict[str, Node], scope: Facts, random: Random, other: Value) -> None:
    """Any computed step written otherwise raises, at that very step."""
    trace = evaluate(lay_out(roots), scope)
    computed = [at for at, node in enumerate(trace.program.nodes) if not is_evidence(node)]
    at = random.choice(computed)
    assume(other != trace.values[at])
    with pytest.raises(AlteredTrace) as found:
        tampered(trace, at, other).rerun()
    assert found.value.step == at


@given(graphs(), facts(), st.randoms(use_true_random=False), values())
def test_changed_evidence_is_found_unless_nothing_follows_from_it(
    roots: dict[str, Node], scope: Facts, random: Random, other: Value
) -> None:
    """A reading written otherwise raises wherever a step follows from it; else the trace is its proof."""
    trace = evaluate(lay_out(roots), scope)
    read = [at for at, node in enumerate(trace.program.nodes) if is_evidence(node)]
    assume(read)
    at = random.choice(read)
    assume(other != trace.values[at])
    node = trace.program.nodes[at]
    changed = evaluate(trace.program, Replaced(scope, node, other))
    altered = tampered(trace, at, other)
    if (changed.values, changed.members) == (altered.values, altered.members):
        assert altered.rerun() == altered.values
    else:
        with pytest.raises(AlteredTrace):
            altered.rerun()


class Replaced(Facts):
    """Evidence with one reading replaced, in the unit's own scope alone."""

    def __init__(self, scope: Facts, node: Node, value: Value) -> None:
        super().__init__(scope.fields, scope.choices, scope.groups)
        object.__setattr__(self, "node", node)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "inner", scope)

    node: Node
    value: Value
    inner: Facts

    def field(self, name: str, lag: int) -> Value:
        return self.value if self.node == Field(name, lag) else self.inner.field(name, lag)

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        asked = Symbol(name, options, lag)
        return self.value if self.node == asked else self.inner.symbol(name, options, lag)


def over_records() -> Trace:
    """A sum over two records of a product, then doubled."""
    body = Mul(Field("a"), const(3))
    node = Mul(const(2), Over(Aggregate.SUM, DOSSIERS, body))
    records = tuple(Facts({("a", 0): Value(State.OK, Fraction(x))}) for x in (4, 5))
    return evaluate(lay_out({"root": node}), Facts(groups={DOSSIERS: (State.OK, records)}))


def with_members(trace: Trace, members: Members) -> Trace:
    """The trace with other members at its one aggregate over records."""
    (at,) = trace.members
    return evolve(trace, members={at: members})


def forgeries() -> Iterator[tuple[str, Trace]]:
    """What a forger might change in the members of an aggregate."""
    trace = over_records()
    (members,) = trace.members.values()
    first, second = members.traces
    for at, node in enumerate(first.program.nodes):
        forged = tampered(first, at, Value(State.OK, Fraction(77)))
        yield (
            f"{type(node).__name__} of a record",
            with_members(trace, evolve(members, traces=(forged, second))),
        )
    yield "a record less", with_members(trace, evolve(members, traces=(first,)))
    yield "a record twice", with_members(trace, evolve(members, traces=(first, first)))
    yield "a record more", with_members(trace, evolve(members, traces=(first, second, second)))
    yield "the state", with_members(trace, evolve(members, state=State.MISSING))
    yield "no members", evolve(trace, members={})
    yield (
        "a short record",
        with_members(trace, evolve(members, traces=(evolve(first, values=first.values[:-1]), second))),
    )
    yield "no values", evolve(trace, values=())
    yield "a value less", evolve(trace, values=trace.values[:-1])


@pytest.mark.parametrize(("forgery", "trace"), [pytest.param(*each, id=each[0]) for each in forgeries()])
def test_a_forged_member_is_found(forgery: str, trace: Trace) -> None:
    """A record changed, dropped, repeated or added, or its domain's state changed, is found."""
    assert over_records().rerun() == over_records().values
    with pytest.raises(AlteredTrace):
        trace.rerun()


def test_a_trace_of_another_program_is_found() -> None:
    """Values of one rule are no proof under another: re-run against the edition's own graph they differ."""
    scope = Facts({("a", 0): Value(State.OK, Fraction(4))})
    trace = evaluate(lay_out({"root": Mul(Field("a"), const(3))}), scope)
    with pytest.raises(AlteredTrace):
        trace.rerun(lay_out({"root": Mul(Field("a"), const(4))}))
    with pytest.raises(AlteredTrace):
        trace.rerun(lay_out({"root": Mul(Mul(Field("a"), const(3)), const(1))}))


def test_a_rank_stands_on_the_same_evidence_as_the_points() -> None:
    """A unit's own number in a rank that is not its number elsewhere is found, though each part adds up."""
    a = Field("a")
    program = lay_out({"points": Mul(a, const(2)), "rank": Over(Aggregate.RANK, Peers(), a)})
    peers = (Facts({("a", 0): Value(State.OK, Fraction(5))}),)

    def traced(x: int) -> Trace:
        return evaluate(
            program, Facts({("a", 0): Value(State.OK, Fraction(x))}, groups={Peers(): (State.OK, peers)})
        )

    low, high = traced(4), traced(6)
    assert low["rank"].number == 2
    assert high["rank"].number == 1
    values_ = list(low.values)
    at = program.roots["rank"]
    values_[at] = high.values[at]
    with pytest.raises(AlteredTrace):
        evolve(low, values=tuple(values_), members=high.members).rerun()
