"""Statistics over peers, frozen: what is put in the place of their nodes is what the nodes give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from parcore.evidence.units import Unit
from parcore.i18n import Text
from parcore.readings.exact import Scope, evaluate
from parcore.results.population import FrozenScope, Population, freeze, frozen_scopes
from parcore.rules.graph import Aggregate, Domain, Field, Mul, Over, Peers, Within, const, total
from parcore.rules.peers import EMPTY
from parcore.rules.program import lay_out
from parcore.values import EVIDENCE_STATES, State, Value

VALUES = st.one_of(
    st.builds(Value, st.just(State.OK), st.fractions(min_value=-2, max_value=2, max_denominator=3)),
    st.builds(Value, st.sampled_from([*EVIDENCE_STATES, State.ERROR])),
)


@frozen
class Held:
    """A unit's one field, and the peers as the definition asks for them."""

    unit: str
    values: Mapping[str, Value]
    population: Population

    def field(self, name: str, lag: int) -> Value:
        """The unit's value."""
        return self.values[self.unit]

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        """None is asked for."""
        raise AssertionError(name)

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        """The scopes of the peers."""
        assert isinstance(domain, Peers)
        circle = self.population.circle(self.unit, domain)
        return State.OK, [Held(each.id, self.values, self.population) for each in circle]


@st.composite
def populations(draw: st.DrawFn) -> tuple[Population, dict[str, Value]]:
    """Some units in two groups and two regions, some unranked, with values in every state and with ties."""
    names = [f"u{at}" for at in range(draw(st.integers(1, 7)))]
    pair = st.sampled_from(["a", "b"])
    units = tuple(Unit(n, "k", Text(n), group=draw(pair), region=draw(pair)) for n in names)
    unranked = frozenset(draw(st.sets(st.sampled_from(names))))
    return Population(units, unranked), {name: draw(VALUES) for name in names}


@given(
    populations(),
    st.sampled_from(Aggregate),
    st.builds(Peers, st.sampled_from(Within), st.booleans(), st.booleans()),
    st.sampled_from([EMPTY, frozenset[State]()]),
)
def test_a_frozen_statistic_is_the_statistic(
    held: tuple[Population, dict[str, Value]], op: Aggregate, peers: Peers, skip: frozenset[State]
) -> None:
    """For every unit, aggregate and circle the frozen program gives what the definition gives."""
    population, values = held
    statistic = Over(op, peers, Mul(const(2), Field("x")), skip)
    program = lay_out({"it": total(statistic, const(Fraction(1, 2))), "alone": statistic})
    scopes: dict[str, Scope] = {u.id: Held(u.id, values, population) for u in population.units}
    read = freeze(program)
    assert not read.program.bodies
    for unit, scope in frozen_scopes(read, population, scopes, list(values)).items():
        frozen_trace, trace = evaluate(read.program, scope), evaluate(program, scopes[unit])
        assert (frozen_trace["it"], frozen_trace["alone"]) == (trace["it"], trace["alone"])
        assert frozen_trace.rerun() == frozen_trace.values


@frozen
class Choosing:
    """A unit that answers with what it was asked."""

    asked: list[tuple[str, tuple[str, ...], int]]

    def field(self, name: str, lag: int) -> Value:
        """None is asked for."""
        raise AssertionError(name)

    def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
        """The first option."""
        self.asked.append((name, options, lag))
        return Value(State.OK)

    def members(self, domain: Domain) -> tuple[State, Sequence[Scope]]:
        """None is asked for."""
        raise AssertionError(domain)


def test_what_is_no_statistic_is_asked_of_the_unit() -> None:
    """A scope with statistics in it passes on the name, the options and the lag of a choice."""
    asked: list[tuple[str, tuple[str, ...], int]] = []
    scope = FrozenScope(Choosing(asked), {})
    assert scope.symbol("plan", ("a", "b"), 1) == Value(State.OK)
    assert asked == [("plan", ("a", "b"), 1)]


def test_a_program_without_peers_is_left_as_it_is() -> None:
    """Where nothing is measured against peers, nothing is frozen and no scope is wrapped."""
    program = lay_out({"it": Field("x")})
    population = Population((Unit("u", "k", Text("u")),))
    scope = Held("u", {"u": Value(State.OK, Fraction(1))}, population)
    assert freeze(program).program is program
    assert frozen_scopes(freeze(program), population, {"u": scope}, ["u"]) == {"u": scope}
