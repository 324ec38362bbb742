"""Terms as one statement: each layer a common table expression, printed by sqlglot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import frozen
from sqlglot import exp

from parcore.readings.pair.backend import NARROW, Undecided
from parcore_sql.dialects import Dialect, Operation
from parcore_sql.layers import Layers, layers_of
from parcore_sql.terms import Term

TABLE: Final = "block"
UNIT: Final = "unit"
_BYTES: Final = {False: 8, True: 24}
"""What a column takes in a row: a narrow one, and a wide one, whose digits may stand elsewhere."""

_BINARY: Final[Mapping[str, type[exp.Binary]]] = {
    "add": exp.Add,
    "multiply": exp.Mul,
    "less": exp.LT,
    "equal": exp.EQ,
    "both": exp.And,
    "either": exp.Or,
}


class _Printer:
    """Expressions of terms, those bound by their names."""

    def __init__(self, names: Mapping[int, str], dialect: Dialect) -> None:
        self._names = names
        self.dialect = dialect

    def named(self, term: Term) -> exp.Expr:
        """The name of a column or a bound term, else its expression."""
        name = str(term.value) if term.operation == "column" else self._names.get(term.at)
        return self.expression(term) if name is None else exp.column(name)

    def expression(self, term: Term) -> exp.Expr:
        args = [self.named(each) for each in term.args]
        if term.operation in _BINARY:
            return _BINARY[term.operation](this=_wrapped(args[0]), expression=_wrapped(args[1]))
        return _OTHER[term.operation](self, term, args)

    def cast(self, expression: exp.Expr, *, wide: bool) -> exp.Expr:
        return exp.Cast(this=expression, to=self.dialect.type_of(wide=wide))


_Others = Callable[[_Printer, Term, Sequence[exp.Expr]], exp.Expr]


def _constant(printer: _Printer, term: Term, _: Sequence[exp.Expr]) -> exp.Expr:
    if abs(int(term.value)) > NARROW:
        return printer.cast(exp.Literal.string(str(term.value)), wide=True)
    return exp.Literal.number(str(term.value))


def _choose(printer: _Printer, term: Term, args: Sequence[exp.Expr]) -> exp.Expr:
    case = exp.Case(ifs=[exp.If(this=args[0], true=args[1])], default=args[2])
    # Two constants alone would have a type of their own size.
    constant = all(each.operation == "constant" for each in term.args[1:])
    return printer.cast(case, wide=term.wide) if constant else case


_OTHER: Final[Mapping[str, _Others]] = {
    "column": lambda printer, term, _: printer.named(term),
    "constant": _constant,
    "choose": _choose,
    "cast": lambda printer, term, args: printer.cast(args[0], wide=term.wide),
    "contrary": lambda _, __, args: exp.Not(this=_wrapped(args[0])),
    "divide": lambda printer, term, args: _two(printer.dialect.divide, term, args),
    "rest": lambda printer, term, args: _two(printer.dialect.rest, term, args),
    # No column is ever empty.
    "larger": lambda _, __, args: exp.Greatest(this=args[0], expressions=[args[1]], ignore_nulls=True),
}


def _two(operation: Operation, term: Term, args: Sequence[exp.Expr]) -> exp.Expr:
    return operation(_wrapped(args[0]), _wrapped(args[1]), term.wide)


def _wrapped(expression: exp.Expr) -> exp.Expr:
    return exp.Paren(this=expression) if isinstance(expression, exp.Binary | exp.Not) else expression


@frozen
class Statement:
    """SQL that gives `roots`, from the columns `reads` of the block's table."""

    sql: str
    roots: tuple[str, ...]
    reads: tuple[str, ...]


def statement(results: Mapping[str, Mapping[str, Term]], dialect: Dialect) -> Statement:
    """One statement that gives the parts of each root, for each unit of the block.

    Raises:
        Undecided: more columns, bytes or text than the database takes.
    """
    named = {f"{root}:{part}": term for root, parts in results.items() for part, term in parts.items()}
    layers = layers_of(list(named.values()))
    columns = layers.columns
    widths = [
        len(named),
        *(len(each) + len(more) for each, more in zip(layers.made, layers.carried, strict=True)),
    ]
    if 1 + max(len(columns), *widths) > dialect.columns:
        raise Undecided(f"{max(widths)} columns, here {dialect.columns} at most")
    if dialect.row is not None and sum(_BYTES[each.wide] for each in columns) > dialect.row:
        raise Undecided(f"a table of {len(columns)} columns, rows of {dialect.row} bytes at most")
    sql = _printed(named, layers, dialect)
    if len(sql) > dialect.text:
        raise Undecided(f"a statement of {len(sql)} characters, here {dialect.text} at most")
    return Statement(sql, tuple(results), tuple(str(each.value) for each in columns))


def _printed(results: Mapping[str, Term], layers: Layers, dialect: Dialect) -> str:
    printer = _Printer(layers.names, dialect)
    tables: list[exp.CTE] = []
    below = TABLE
    for made, carried in zip(layers.made, layers.carried, strict=True):
        columns = [exp.column(UNIT), *(printer.named(each) for each in carried)]
        columns += [exp.alias_(printer.expression(each), layers.names[each.at], copy=False) for each in made]
        table = exp.Select(expressions=columns).from_(below, copy=False)
        below = f"layer{len(tables)}"
        name = exp.TableAlias(this=exp.to_identifier(below))
        tables.append(exp.CTE(this=table, alias=name, materialized=dialect.materialized or None))
    found = [exp.alias_(printer.named(term), name, quoted=True, copy=False) for name, term in results.items()]
    last = exp.Select(expressions=[exp.column(UNIT), *found]).from_(below, copy=False)
    if tables:
        last.set("with_", exp.With(expressions=tables))
    return last.sql(dialect.sqlglot)
