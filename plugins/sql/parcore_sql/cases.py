"""Aggregates over a unit's cases, for a printed statement: a table of cases, added up unit by unit.

In: a program whose rules go over lists of cases. Out: the same program over fields that hold what the cases
add up to, each with the fold of what one case gives, and the tables that add them up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from parcore.evidence.vocabulary import Vocabulary
from parcore.readings.pair.backend import NARROW, Source, Undecided
from parcore.readings.pair.fold import Answer, Shape, fold_each
from parcore.rules.graph import Aggregate, Div, Division, Field, Node, Over, Peers
from parcore.rules.program import Program, lay_out
from parcore.values import State
from parcore_sql.dialects import Dialect
from parcore_sql.given import NUMBER, STATE, WHOLE, Given, Room, given_of, named, quoted, shapes_of
from parcore_sql.terms import Term, Terms

MOST: Final = 10**9
"""The most cases of a unit; one with more is not decided."""
COUNT: Final = ": count"


@frozen
class Case:
    """An aggregate over a unit's cases, by the name of the field that stands for it."""

    name: str
    kind: str
    over: Over
    body: Program

    @property
    def mean(self) -> bool:
        """Whether it is a sum over a count."""
        return self.over.op is Aggregate.MEAN


@frozen
class CaseRead:
    """What one case gives: its state and its integer over the denominator `k`, and whether it is counted.

    `most` is the largest magnitude of what the cases add up to.
    """

    case: Case
    body: Answer[Term]
    where: Answer[Term] | None
    k: int
    most: int

    @property
    def wide(self) -> bool:
        """Whether what they add up to needs more than 64 bits."""
        return self.most > NARROW

    @property
    def shapes(self) -> Mapping[Source, Shape]:
        """The columns that come of it."""
        total = Shape(frozenset(State), -self.most, self.most, self.k)
        found: dict[Source, Shape] = {Field(self.case.name): total}
        if self.case.mean:
            found[Field(self.case.name + COUNT)] = Shape(frozenset({State.OK}), 1, MOST, 1)
        return found


def without_cases(program: Program) -> tuple[Program, tuple[Case, ...]]:
    """The program over fields that hold its aggregates, and these.

    Raises:
        Undecided: a statistic over peers.
    """
    nodes: list[Node] = []
    inputs: list[tuple[int, ...]] = []
    places: list[int] = []
    cases: list[Case] = []
    for at, node in enumerate(program.nodes):
        if isinstance(node, Over):
            if isinstance(node.domain, Peers):
                raise Undecided("peers")
            kind = node.domain.kind
            name = f"{kind}: {node.op.value} {1 + sum(each.kind == kind for each in cases)}"
            cases.append(Case(name, kind, node, program.bodies[at]))
            own: list[Node] = [Field(name)]
            if node.op is Aggregate.MEAN:
                own += [Field(name + COUNT), Div(Field(name), Field(name + COUNT), Division.STRICT)]
            nodes += own
            inputs += [(), (), (len(nodes) - 3, len(nodes) - 2)][: len(own)]
        else:
            nodes.append(node)
            inputs.append(tuple(places[each] for each in program.inputs[at]))
        places.append(len(nodes) - 1)
    roots = {root: places[at] for root, at in program.roots.items()}
    return evolve(program, nodes=tuple(nodes), inputs=tuple(inputs), roots=roots, bodies={}), tuple(cases)


def given_of_cases(cases: Sequence[Case], vocabulary: Vocabulary, room: Room) -> dict[str, list[Given]]:
    """The columns of the table of each kind of case, for all that is asked of it."""
    kinds = dict.fromkeys(each.kind for each in cases)
    asked = {
        kind: {
            f"{at}": node
            for at, node in enumerate(
                node for each in cases if each.kind == kind for node in each.body.nodes if not node.inputs()
            )
        }
        for kind in kinds
    }
    return {kind: given_of(lay_out(nodes), vocabulary.records[kind], room) for kind, nodes in asked.items()}


def read_case(case: Case, given: Sequence[Given], dialect: Dialect) -> CaseRead:
    """What one case gives, folded.

    Raises:
        Undecided: a number without room, or fractions over wholes that differ from case to case.
    """
    if case.body.bodies:
        raise Undecided(f"lists within {case.kind}")
    answers = fold_each(case.body, shapes_of(given), Terms(*named(given), dialect.limit))
    for answer in answers.values():
        if isinstance(answer, Undecided):
            raise answer
    found = {root: answer for root, answer in answers.items() if not isinstance(answer, Undecided)}
    body = found["body"]
    if case.over.op is Aggregate.COUNT:
        return CaseRead(case, body, found.get("where"), 1, MOST)
    if body.d.operation != "constant":
        raise Undecided(f"{case.kind} whose numbers are fractions over wholes of their own")
    times = MOST if case.over.op in (Aggregate.SUM, Aggregate.MEAN) else 1
    return CaseRead(case, body, found.get("where"), int(body.d.value), max(body.most[0], 1) * times)


def added_up(read: CaseRead, each: str, kind: str) -> Iterator[tuple[str, str]]:
    """The tables that add the cases in the table `each` up, as DuckDB writes them."""
    over, name = read.case.over, read.case.name
    member = "TRUE" if read.where is None else '("where:state" = 0 AND "where:n" <> 0)'
    skip = ", ".join(str(int(state)) for state in sorted(over.skip))
    kept = f'{member} AND "state" NOT IN ({skip})' if skip else member
    number = {Aggregate.MIN: "MIN", Aggregate.MAX: "MAX"}.get(over.op, "SUM")
    columns = [
        f"SUM(CASE WHEN {member} THEN 1 ELSE 0 END) AS members",
        f"SUM(CASE WHEN {kept} THEN 1 ELSE 0 END) AS kept",
        f"MAX({'0' if read.where is None else quoted('where:state')}) AS unknown",
        f'MAX(CASE WHEN {member} THEN "state" ELSE 0 END) AS of_all',
        f'MAX(CASE WHEN {kept} THEN "state" ELSE 0 END) AS of_kept',
    ]
    counting = over.op is Aggregate.COUNT
    if not counting:  # in Spark a sum of BIGINT is one, whatever its size
        columns.append(f'{number}(CASE WHEN {kept} AND "state" = 0 THEN CAST("n" AS {kind}) END) AS n')
    yield f"{name}: added up", f"SELECT unit, {', '.join(columns)} FROM {quoted(each)} GROUP BY unit"
    listed = quoted(read.case.kind + STATE)
    state = f"CASE WHEN {listed} <> 0 THEN {listed} WHEN COALESCE(unknown, 0) <> 0 THEN unknown"
    if counting:
        state += " ELSE COALESCE(of_kept, 0) END"
    else:
        nothing = int(State.NOTHING_AROSE)
        state += f" WHEN COALESCE(members, 0) = 0 THEN {nothing} WHEN kept = 0 THEN of_all ELSE of_kept END"
    ok = f"{listed} = 0 AND COALESCE(unknown, 0) = 0 AND COALESCE(of_kept, 0) = 0"
    total = "COALESCE(kept, 0)" if counting else "COALESCE(n, 0)"
    columns = [
        f"{state} AS {quoted(name + STATE)}",
        f"CAST(CASE WHEN {ok} THEN {total} ELSE 0 END AS {kind}) AS {quoted(name + NUMBER)}",
    ]
    if read.case.mean:
        count = "CASE WHEN COALESCE(kept, 0) > 0 THEN kept ELSE 1 END"
        columns.append(f"CAST({count} AS BIGINT) AS {quoted(name + COUNT + NUMBER)}")
    beneath = f"{quoted(WHOLE)} LEFT JOIN {quoted(f'{name}: added up')} USING (unit)"
    yield name, f"SELECT unit, {', '.join(columns)} FROM {beneath}"
