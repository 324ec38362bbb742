"""The exact reading against a second interpreter, and its totality."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from parcore.readings.exact import evaluate
from parcore.rules.graph import NODES, Node
from parcore.rules.program import lay_out
from parcore.values import State, Value
from tests.readings.oracle import value_of
from tests.strategies import Facts, facts, facts_from, graphs

SCOPES_OF_A_GRAPH = 40


@given(graphs(), st.integers(0, 2**32))
def test_the_exact_reading_is_the_oracle_s(roots: dict[str, Node], seed: int) -> None:
    """On any graph and evidence the exact reading gives what the docstrings of the nodes say."""
    program, random = lay_out(roots), Random(seed)
    for _ in range(SCOPES_OF_A_GRAPH):
        scope = facts_from(random)
        trace = evaluate(program, scope)
        for name, node in roots.items():
            assert trace[name] == value_of(node, scope), (name, scope)


@given(graphs(mixed=True), facts())
def test_evaluation_is_total(roots: dict[str, Node], scope: Facts) -> None:
    """Every node of any graph gets a value, and only `OK` has a number other than 0."""
    program = lay_out(roots)
    trace = evaluate(program, scope)
    assert len(trace.values) == len(program.nodes)
    for each in trace.values:
        assert isinstance(each, Value)
        assert isinstance(each.state, State)
        assert each.state is State.OK or each.number == 0


def test_the_generated_graphs_hold_every_kind_of_node() -> None:
    """The laws of this folder are not vacuous: all kinds of nodes and all states occur in what they try."""
    nodes: Counter[type] = Counter()
    states: Counter[State] = Counter()

    @given(graphs(), st.integers(0, 2**32))
    def gather(roots: dict[str, Node], seed: int) -> None:
        program, random = lay_out(roots), Random(seed)
        nodes.update(type(each) for each in program.nodes)
        for _ in range(SCOPES_OF_A_GRAPH):
            states.update(each.state for each in evaluate(program, facts_from(random)).values)

    gather()
    assert set(nodes) == set(NODES)
    assert set(states) == set(State)
