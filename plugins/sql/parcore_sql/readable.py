"""An edition as SQL that an auditor reads and runs alone: a layer or two for each criterion, under its rule.

In: an edition and a dialect. Out: for each unit group a statement over a table `evidence` of plain columns.
The arithmetic is the pair fold's, so it is exact; what bounds its numbers is printed, and a row outside them
says that it is not decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, count
from typing import Final

from attrs import evolve, frozen
from sqlglot import exp, parse_one

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.readings.pair.backend import Undecided
from parcore.readings.pair.fold import Answer, fold_each
from parcore.rules.graph import Field, Round
from parcore.rules.program import Program
from parcore.values import State
from parcore_sql.cases import COUNT, MOST, CaseRead, added_up, given_of_cases, read_case, without_cases
from parcore_sql.dialects import DIALECTS, Dialect, kind
from parcore_sql.given import (
    NUMBER,
    ROOMS,
    STATE,
    WHOLE,
    Given,
    Room,
    case_layers,
    decimal,
    given_of,
    layers,
    named,
    shapes_of,
    short,
)  # fmt: skip
from parcore_sql.groups import SHOWN, Group, above, groups_of, owners, together, used
from parcore_sql.layers import layers_of
from parcore_sql.notes import SHOWN_DIGITS, Notes
from parcore_sql.statement import Printer
from parcore_sql.terms import Term, Terms

_DIGITS: Final = 38
_DECIMALS: Final = 12
"""The digits of a decimal, and how many of them may be decimals of what is shown."""
_LONGEST_NAME: Final = 63
_EXACT: Final = ":exact"
_WIDE: Final = "INT128"


@frozen
class _Read:
    """A program folded over the table of evidence: what it asks, and the answers that have room.

    `cases` are what it asks of lists of cases, each of whose tables has the columns `given_cases`.
    """

    room: Room
    given: Sequence[Given]
    given_cases: Mapping[str, Sequence[Given]]
    cases: Sequence[CaseRead]
    answers: Mapping[str, Answer[Term]]
    refused: Mapping[str, Undecided]


def readable(edition: Edition, dialect: str, lang: str = "en") -> str:
    """The statements of an edition, one for each unit group that it tells apart.

    Raises:
        Undecided: an edition that asks for what no column of a field holds.
        ValueError: a dialect in which nothing has been tried.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"no dialect {dialect!r}; there is {', '.join(DIALECTS)}")
    return "\n\n".join(_statement(edition, each, DIALECTS[dialect], lang) for each in edition.groups)


def _statement(edition: Edition, group: str, dialect: Dialect, lang: str) -> str:
    read = _read(compile_edition(edition, group).program, edition, dialect)
    only = group if len(edition.groups) > 1 else ""
    notes = Notes(edition, only, lang)
    heading = notes.heading(read.room, read.given, read.given_cases, read.refused, dialect)
    writer = _Writer(read, dialect)
    tables = [_table(("",), name, text, dialect) for name, text in _evidence(read, only, edition, dialect)]
    for case in read.cases:
        lines = notes.of_case(case.case)
        for name, text in writer.cases(case):
            tables.append(_table(lines, name, text, dialect))
            lines = [""]
    answers = {root: {"state": a.state, "n": a.n, "d": a.d} for root, a in read.answers.items()}
    for groups in together(groups_of(answers)):
        tables += [_table(("",), name, text, dialect) for name, text in writer.tables(groups, notes)]
    return "\n".join([*heading, "WITH", ",\n".join(tables), *notes.of_result(), f"{writer.last()};", ""])


def _table(lines: Sequence[str], name: str, text: str, dialect: Dialect) -> str:
    kept = "MATERIALIZED " if dialect.keeps else ""
    return "\n".join([*lines, f"{dialect.quoted(name)} AS {kept}(", text, ")"])


def _read(program: Program, edition: Edition, dialect: Dialect) -> _Read:
    """The program within the widest bounds in which all of it has room, or the most of it."""
    whole = _with_decimals(program)
    tried: list[_Read] = []
    for room in ROOMS:
        tried.append(_within(room, whole, edition, dialect))
        if not tried[-1].refused:
            break
    return min(tried, key=lambda each: len(each.refused))


def _within(room: Room, program: Program, edition: Edition, dialect: Dialect) -> _Read:
    program, asked = without_cases(program)
    of_cases = given_of_cases(asked, edition.vocabulary, room)
    cases = [read_case(each, of_cases[each.kind], dialect) for each in asked]
    shapes = {source: shape for each in cases for source, shape in each.shapes.items()}
    given = given_of(program, edition.vocabulary, room, shapes)
    states, numbers = named(given)
    names = {source: source.name for source in shapes if isinstance(source, Field)}
    states = {**states, **{source: name + STATE for source, name in names.items()}}
    numbers = {**numbers, **{source: name + NUMBER for source, name in names.items()}}
    answers = fold_each(program, {**shapes, **shapes_of(given)}, Terms(states, numbers, dialect.limit))
    fit = {root: each for root, each in answers.items() if not isinstance(each, Undecided)}
    refused = {root: each for root, each in answers.items() if isinstance(each, Undecided)}
    needed = {root: each for root, each in refused.items() if not root.startswith("shown:")}
    return _Read(room, given, of_cases, cases, fit, needed)


def _with_decimals(program: Program) -> Program:
    """The program with `shown:<root>`, a decimal, for each root of points and of the index."""
    nodes, inputs, roots = list(program.nodes), list(program.inputs), dict(program.roots)
    for root, at in program.roots.items():
        if root.startswith(("points:", "index:")):
            roots[f"shown:{root}"] = len(nodes)
            nodes.append(Round(nodes[at], SHOWN_DIGITS))
            inputs.append((at,))
    return evolve(program, nodes=tuple(nodes), inputs=tuple(inputs), roots=roots)


def _evidence(read: _Read, group: str, edition: Edition, dialect: Dialect) -> Iterator[tuple[str, str]]:
    vocabulary = edition.vocabulary
    for of, given in read.given_cases.items():
        invariants, rounds = vocabulary.records[of].invariants, dialect.rounds
        for name, text in case_layers(of, given, _WIDE, MOST, invariants, rounds=rounds):
            yield name, _translated(text, dialect)
    kinds, invariants = [*read.given_cases], vocabulary.invariants
    for name, text in layers(read.given, group, _WIDE, kinds, invariants, rounds=dialect.rounds):
        yield name, _translated(text, dialect)


def _translated(text: str, dialect: Dialect) -> str:
    """A statement of DuckDB's, in a dialect."""
    tree = parse_one(text, dialect="duckdb")
    for each in list(tree.find_all(exp.DataType)):
        if each.this == exp.DType.INT128:
            each.replace(dialect.type_of(wide=True).copy())
    return _lines(tree, dialect)


def _lines(select: exp.Expr, dialect: Dialect, notes: Mapping[int, Sequence[str]] | None = None) -> str:
    """A statement with a line for each column, comments above some, and one for each table beneath.

    `notes` are by the position of the column after the first, which is the unit.
    """
    columns = select.expressions
    printed: list[str] = []
    for at, each in enumerate(columns):
        printed += [f"  {line}" for line in (notes or {}).get(at - 1, ())]
        printed.append(f"  {dialect.printed(each)}" + ("," if at < len(columns) - 1 else ""))
    select.set("expressions", [])
    beneath = re.sub(r" (LEFT JOIN|JOIN) ", r"\n\1 ", dialect.printed(select).removeprefix("SELECT"))
    return "\n".join(["SELECT", *printed, beneath.strip()])


class _Names:
    """Names that differ, none so long that a database cuts it off."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def of(self, wanted: str) -> str:
        """The name wanted, with a number behind it where that is taken."""
        return self._free(wanted, chain([""], (f" {at}" for at in count(2))))

    def next(self, wanted: str) -> str:
        """The name wanted, with the next number behind it."""
        return self._free(wanted, (f" {at}" for at in count(1)))

    def _free(self, wanted: str, ends: Iterable[str]) -> str:
        names = (wanted.encode()[: _LONGEST_NAME - len(end)].decode(errors="ignore") + end for end in ends)
        name = next(each for each in names if each not in self._taken)
        self._taken.add(name)
        return name


class _Told:
    """Which comment stands above a column: a criterion's rule the first time, later its title alone."""

    def __init__(self, notes: Notes, order: Sequence[str], of: Mapping[int, str]) -> None:
        self._notes, self._of = notes, of
        self._order = {group: at for at, group in enumerate(order)}
        self._full: set[str] = set()
        self._last = ""

    def sorted(self, terms: Iterable[Term]) -> list[Term]:
        """Terms by the criterion they belong to."""
        return sorted(terms, key=lambda term: (self._order[self._of[term.at]], term.at))

    def above(self, term: Term) -> Sequence[str]:
        """The comment above a column, where the one before is not the same criterion's."""
        group = self._of.get(term.at, self._last)
        if group == self._last:
            return ()
        self._last = group
        lines = self._notes.of(group)
        full = lines if group not in self._full else lines[:1]
        self._full.add(group)
        return full

    def end(self, notes: dict[int, Sequence[str]]) -> dict[int, Sequence[str]]:
        """The comments of a table that is done."""
        self._last = ""
        return notes


class _Writer:
    """Writes groups as tables, and keeps what each term is called and in which table it stands."""

    def __init__(self, read: _Read, dialect: Dialect) -> None:
        self._read, self._dialect = read, dialect
        self._names: dict[int, str] = {}  # of terms
        self._tables: dict[int, str] = {}  # in which they stand
        self._columns = _Names(each for names in named(read.given) for each in names.values())
        self._of_tables = _Names([WHOLE])
        self._homes: dict[str, str] = {}  # of columns that do not stand with the evidence

    def cases(self, read: CaseRead) -> Iterator[tuple[str, str]]:
        """The tables of an aggregate over cases: what each case gives, then what they add up to."""
        name, of = read.case.name, read.case.kind
        results = {"state": read.body.state, "n": read.body.n}
        if read.where is not None:
            results |= {"where:state": read.where.state, "where:n": read.where.n}
        taken = (each for names in named(self._read.given_cases[of]) for each in names.values())
        columns = _Names([*results, *taken])
        each = self._of_tables.of(f"{name}: each")
        yield from self._chain(results, lambda _: columns.next("part"), [f"{of}: whole"], name, each)
        for table, text in added_up(read, each, _WIDE if read.wide else "BIGINT"):
            yield table, _translated(text, self._dialect)
        self._homes |= dict.fromkeys((name + STATE, name + NUMBER, name + COUNT + NUMBER), name)

    def tables(self, groups: Sequence[Group], notes: Notes) -> Iterator[tuple[str, str]]:
        """The tables of some groups, each over the one before; each criterion's columns under its rule."""
        gives = {self._columns.of(name): term for group in groups for name, term in group.gives.items()}
        below = self._below(gives.values())
        own = above(gives, self._names)
        called = {term.at: name for name, term in own.items()}
        of = owners(groups)
        first, last = groups[0].id, groups[-1].id
        table = self._of_tables.of(first if first == last else f"{first} … {last}")

        def name(term: Term) -> str:
            return called.get(term.at) or self._columns.next(f"{of[term.at]}: part")

        told = _Told(notes, [each.id for each in groups], of)
        yield from self._chain(own, name, below, table, table, told)
        for column, term in gives.items():
            self._names[term.at], self._tables[term.at] = column, table

    def _chain(
        self,
        own: Mapping[str, Term],
        name: Callable[[Term], str],
        below: Sequence[str],
        of: str,
        last: str,
        told: _Told | None = None,
    ) -> Iterator[tuple[str, str]]:
        """The tables above `below` that make terms, step by step; the last has them by their names."""
        found = layers_of([*own.values()], name, small=3)
        printer = Printer(found.names, self._dialect, quoted=True)
        for made, carried in zip(found.made, found.carried, strict=True):
            columns: list[exp.Expr] = [printer.named(each) for each in carried]
            notes: dict[int, Sequence[str]] = {}
            for each in made if told is None else told.sorted(made):
                notes[len(columns)] = () if told is None else told.above(each)
                columns.append(_alias(printer.expression(each), found.names[each.at]))
            table = self._of_tables.next(f"{of}: step")
            yield table, self._select(columns, below, notes if told is None else told.end(notes))
            below = [table]
        columns = [_alias(printer.named(term), name) for name, term in own.items()]
        notes = {} if told is None else {at: told.above(term) for at, term in enumerate(own.values())}
        yield last, self._select(columns, below, notes)

    def last(self) -> str:
        """What is shown: of each root a number that is read, the fraction where it is none, its state."""
        columns: list[exp.Expr] = [exp.column("decided")]
        terms: list[Term] = []
        names = _Names(["unit", "decided"])
        for root, answer in self._read.answers.items():
            if root.startswith(SHOWN) and not root.startswith("shown:"):
                for name, expression, beneath in self._shown(root, answer):
                    columns.append(_alias(expression, names.of(name)))
                    terms += beneath
        return self._select(columns, [WHOLE, *(each for each in self._below(terms) if each != WHOLE)])

    def _shown(self, root: str, answer: Answer[Term]) -> Iterator[tuple[str, exp.Expr, Sequence[Term]]]:
        state, n, d = (self._column(each) for each in (answer.state, answer.n, answer.d))
        ok = exp.And(
            this=exp.column("decided"), expression=exp.EQ(this=state, expression=exp.Literal.number(0))
        )
        near = self._read.answers.get(f"shown:{root}")
        beneath = [answer.state, answer.n, answer.d]
        name = short(root, _LONGEST_NAME - len(_EXACT))
        plain = self._decimal(answer)
        if plain is not None:
            yield name, _where(ok, plain), beneath
        else:
            if near is not None and (rounded := self._decimal(near)) is not None:
                yield name, _where(ok, rounded), [near.state, near.n, near.d]
            text = exp.DPipe(this=_as_text(n), expression=exp.Literal.string("/"))
            yield f"{name}{_EXACT}", _where(ok, exp.DPipe(this=text, expression=_as_text(d))), beneath
        words = exp.Case(this=state.copy(), ifs=[
            exp.If(this=exp.Literal.number(int(each)), true=exp.Literal.string(each.word)) for each in State
        ])  # fmt: skip
        yield f"{name}{STATE}", _where(exp.column("decided"), words), beneath

    def _decimal(self, answer: Answer[Term]) -> exp.Expr | None:
        """n / d as a decimal, where d is a constant that is a part of a power of ten."""
        if answer.d.operation != "constant":
            return None
        below = Fraction(1, int(answer.d.value))
        decimals = next((at for at in range(_DECIMALS) if (below * 10**at).denominator == 1), None)
        digits = len(str(answer.most[0]))
        if decimals is None or digits + 2 * decimals + 2 > _DIGITS:
            return None
        number = exp.Cast(this=self._column(answer.n), to=kind(f"DECIMAL({digits + 1}, 0)"))
        if not decimals:
            return number
        part = exp.Literal.string(decimal(int(below * 10**decimals), decimals))
        return exp.Mul(
            this=number, expression=exp.Cast(this=part, to=kind(f"DECIMAL({decimals + 1}, {decimals})"))
        )

    def _column(self, term: Term) -> exp.Expr:
        columns = above({"": term}, self._names)
        return Printer({}, self._dialect, quoted=True).named(columns[""])

    def _below(self, terms: Iterable[Term]) -> list[str]:
        """The tables in which what terms use stands."""
        beneath = used(terms, frozenset(self._names))
        found = dict.fromkeys(
            self._tables.get(each.at, self._homes.get(str(each.value), WHOLE))
            for each in sorted(beneath, key=_at)
        )
        return [*found] or [WHOLE]

    def _select(
        self,
        columns: Sequence[exp.Expr],
        below: Sequence[str],
        notes: Mapping[int, Sequence[str]] | None = None,
    ) -> str:
        first, *rest = (exp.Table(this=exp.to_identifier(each, quoted=True)) for each in below)
        select = exp.Select(expressions=[exp.column("unit"), *columns]).from_(first)
        for each in rest:
            select = select.join(each, using=["unit"], copy=False)
        return _lines(select, self._dialect, notes or {})


def _at(term: Term) -> int:
    return term.at


def _alias(expression: exp.Expr, name: str) -> exp.Expr:
    if isinstance(expression, exp.Column) and expression.name == name:
        return expression
    return exp.alias_(expression, name, quoted=True, copy=False)


def _as_text(expression: exp.Expr) -> exp.Expr:
    return exp.Cast(this=expression.copy(), to=kind("TEXT"))


def _where(condition: exp.Expr, value: exp.Expr) -> exp.Expr:
    """The value where the condition holds; elsewhere there is none."""
    return exp.Case(ifs=[exp.If(this=condition.copy(), true=value)])
