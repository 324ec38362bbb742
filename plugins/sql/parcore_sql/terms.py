"""The SQL backend of the pair fold: a column is a term, an expression whose equal parts are one.

Terms are kept, not printed: what they are printed as is decided when it is known how often each is used.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from parcore.readings.pair.backend import Source


@frozen(eq=False)
class Term:
    """An operation on terms, or a leaf; `at` is its position: terms stand after those they use."""

    at: int
    operation: str
    args: tuple[Term, ...] = ()
    value: int | str = 0
    wide: bool = False

    @property
    def leaf(self) -> bool:
        return not self.args


class Terms:
    """The terms of one statement, over columns of these names."""

    def __init__(self, states: Mapping[Source, str], numbers: Mapping[Source, str], limit: int) -> None:
        self.limit: int | None = limit
        self._states, self._numbers = states, numbers
        self._known: dict[object, Term] = {}

    def state(self, source: Source) -> Term:
        return self._term("column", value=self._states[source])

    def number(self, source: Source, *, wide: bool) -> Term:
        return self._term("column", value=self._numbers[source], wide=wide)

    def constant(self, value: int, *, wide: bool) -> Term:
        return self._term("constant", value=int(value), wide=wide)

    def resized(self, a: Term, *, wide: bool) -> Term:
        return self._term("cast", a, wide=wide)

    def add(self, a: Term, b: Term) -> Term:
        return self._term("add", a, b, wide=a.wide)

    def multiply(self, a: Term, b: Term) -> Term:
        return self._term("multiply", a, b, wide=a.wide)

    def floor_divide(self, a: Term, b: Term, *, signed: bool) -> Term:
        """Databases cut off towards zero, which is one too many below it where a rest remains."""
        cut = self._term("divide", a, b, wide=a.wide)
        if not signed:
            return cut
        none, one_less = self.constant(0, wide=a.wide), self.constant(-1, wide=a.wide)
        rest = self._term("rest", a, b, wide=a.wide)
        return self.add(cut, self.choose(self.less(rest, none), one_less, none))

    def larger(self, a: Term, b: Term) -> Term:
        return self._term("larger", a, b, wide=a.wide)

    def less(self, a: Term, b: Term) -> Term:
        return self._term("less", a, b)

    def equal(self, a: Term, b: Term) -> Term:
        return self._term("equal", a, b)

    def both(self, a: Term, b: Term) -> Term:
        return self._term("both", a, b)

    def either(self, a: Term, b: Term) -> Term:
        return self._term("either", a, b)

    def contrary(self, a: Term) -> Term:
        return self._term("contrary", a)

    def choose(self, condition: Term, a: Term, b: Term) -> Term:
        return self._term("choose", condition, a, b, wide=a.wide)

    def _term(self, operation: str, *args: Term, value: int | str = 0, wide: bool = False) -> Term:
        key = (operation, *(each.at for each in args), value, wide)
        return self._known.setdefault(key, Term(len(self._known), operation, args, value, wide))
