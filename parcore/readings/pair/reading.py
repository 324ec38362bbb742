"""Reading many scopes at once: by a backend, or, where it cannot decide, by the exact reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from parcore.lazy import Lazy
from parcore.readings.exact import Scope, evaluate
from parcore.readings.pair.backend import Undecided
from parcore.readings.pair.block import Block, block_of
from parcore.rules.program import Program
from parcore.values import State, Value


@frozen(eq=False)
class Values(Lazy[Value]):
    """A root's values as a backend gives them: states, and numbers n / d, made exact where asked for."""

    states: Sequence[int]
    n: Sequence[int]
    d: Sequence[int]

    def __len__(self) -> int:
        return len(self.states)

    def item(self, at: int) -> Value:
        """The value of a scope."""
        return Value(State(self.states[at]), Fraction(int(self.n[at]), int(self.d[at])))


@frozen(eq=False)
class Reading:
    """The values of every root, in the order of the scopes.

    `redone` is how many scopes the exact reading did because the backend could not decide `left` of the
    roots, for which `why` has the reason; `undecided` how many the backend read twice, because floats left
    them open.
    """

    values: Mapping[str, Sequence[Value]]
    redone: int = 0
    why: str = ""
    undecided: int = 0
    left: int = 0

    def __getitem__(self, root: str) -> Sequence[Value]:
        return self.values[root]


Run: TypeAlias = Callable[[Program, Block], Mapping[str, Sequence[Value] | Undecided]]
"""What a backend gives for each root of a program over a block, or why it has no room for it.

Raises `Undecided` where it can give none.
"""


def read(program: Program, scopes: Sequence[Scope], run: Run) -> Reading:
    """Every root in every scope, by the backend or else, for all of them, by the exact reading."""
    if not scopes:
        return Reading(dict.fromkeys(program.roots, ()))
    try:
        given = run(program, block_of(program, scopes))
    except Undecided as refusal:
        given = dict.fromkeys(program.roots, refusal)
    refusals = [each for each in given.values() if isinstance(each, Undecided)]
    traces = [evaluate(program, scope) for scope in scopes] if refusals else []
    values: dict[str, Sequence[Value]] = {
        root: [trace[root] for trace in traces] if isinstance(each, Undecided) else each
        for root, each in given.items()
    }
    return Reading(values, len(traces), str(refusals[0]) if refusals else "", left=len(refusals))
