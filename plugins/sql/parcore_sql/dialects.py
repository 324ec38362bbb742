"""The databases for which statements are printed: what differs between them, a `Dialect` each.

Everywhere narrow integers are BIGINT, conditions stand in CASE alone, nothing is ever NULL, and both operands
of an operation have one width. A database is added by its `Dialect` here, and by a test that runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, TypeAlias

from attrs import frozen
from sqlglot import Dialect as SqlDialect
from sqlglot import exp
from sqlglot.generator import Generator

Operation: TypeAlias = Callable[[exp.Expr, exp.Expr, bool], exp.Expr]
"""Prints an operation on two operands (which may be printed more than once), wide ones or narrow ones.

Operands that are themselves operations come in parentheses.
"""


@frozen
class Dialect:
    """What a database asks for.

    `sqlglot` is its name in sqlglot. `wide` is the type of wide integers and `limit` their largest magnitude.
    `divide` prints a / b, cut off towards zero or any other way in which `rest` makes it whole: the floor is
    `divide`, less one where `rest` is negative (b > 0). `columns` is the most columns of a table or a
    SELECT, `row` the most bytes of a row of a table, `text` the most characters of a statement that it takes
    well. `materialized` says that layers must be kept from being written into each other; `keeps` that it
    knows the word for it, with which statements of many small layers are planned sooner. `rounds` says that
    decimals of different digits are rounded to common ones before they are compared.
    """

    sqlglot: str
    wide: str
    limit: int
    divide: Operation
    rest: Operation
    columns: int
    text: int
    row: int | None = None
    materialized: bool = False
    keeps: bool = False
    rounds: bool = False

    def type_of(self, *, wide: bool) -> exp.DataType:
        """The type of wide integers, or of narrow ones."""
        return kind(self.wide if wide else "BIGINT", self.sqlglot)

    def typed(self, name: str) -> str:
        """What a type of DuckDB's is called."""
        return self.printed(kind(name))

    def quoted(self, name: str) -> str:
        """A name in quotes."""
        return self.printed(exp.to_identifier(name, quoted=True))

    def printed(self, expression: exp.Expr) -> str:
        """An expression that nobody else holds, as text."""
        return _generator(self.sqlglot).generate(expression, copy=False)


@cache
def _generator(sqlglot: str) -> Generator:
    return SqlDialect.get_or_raise(sqlglot).generator()


@cache
def kind(name: str, dialect: str = "duckdb") -> exp.DataType:
    """A type by what a dialect calls it; one object for all, which is printed and not changed."""
    return exp.DataType.build(name, dialect=dialect)


def _cut_off(a: exp.Expr, b: exp.Expr, _: bool) -> exp.Expr:
    return exp.IntDiv(this=a, expression=b)


def _modulo(a: exp.Expr, b: exp.Expr, _: bool) -> exp.Expr:
    return exp.Mod(this=a, expression=b)


def _postgres_cut_off(a: exp.Expr, b: exp.Expr, wide: bool) -> exp.Expr:
    """Of NUMERIC `/` gives decimals and `div` cuts off; of BIGINT `/` cuts off."""
    return (
        exp.Anonymous(this="div", expressions=[a, b]) if wide else exp.Div(this=a, expression=b, typed=True)
    )


def _spark_whole(a: exp.Expr, b: exp.Expr, wide: bool) -> exp.Expr:
    """Of DECIMAL `div` gives a BIGINT, which wraps, and `/` rounds: what it divides is a multiple first."""
    if not wide:
        return exp.IntDiv(this=a, expression=b)
    multiple = exp.Paren(this=exp.Sub(this=a, expression=exp.Mod(this=a.copy(), expression=b.copy())))
    return exp.Cast(this=exp.Div(this=multiple, expression=b, typed=True), to=SPARK.type_of(wide=True))


DUCKDB: Final = Dialect(
    sqlglot="duckdb",
    wide="INT128",
    limit=2**127 - 1,
    divide=_cut_off,
    rest=_modulo,
    columns=4_000,
    text=4_000_000,
    keeps=True,
)

POSTGRES: Final = Dialect(
    sqlglot="postgres",
    wide="NUMERIC",
    limit=10**4000,  # NUMERIC has 131 072 digits; beyond some thousands Python reads it in no text
    divide=_postgres_cut_off,
    rest=_modulo,
    columns=1_600,
    text=4_000_000,
    row=8_000,  # of a page of 8 KB
    materialized=True,
    keeps=True,
)

# A quotient of decimals keeps six decimals, for which six of the 38 digits are set aside. A plan is a tree of
# objects: a statement of millions of characters takes the driver longer than its rows take the executors.
SPARK: Final = Dialect(
    sqlglot="spark",
    wide="DECIMAL(38, 0)",
    limit=10**32 - 1,
    divide=_spark_whole,
    rest=_modulo,
    columns=4_000,
    text=1_000_000,
    rounds=True,
)

DIALECTS: Final[Mapping[str, Dialect]] = {"duckdb": DUCKDB, "postgres": POSTGRES, "spark": SPARK}
"""The databases in which statements have been tried, by the names that users write."""
