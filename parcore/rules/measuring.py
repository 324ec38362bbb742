"""The words with which an edition names its measures, and how each is read.

A plugin's measures are read in the same way, after the engine's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from parcore.documents.reading import items_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.evidence.vocabulary import FieldKind
from parcore.expressions import ExpressionError, Linear, parse_linear
from parcore.numbers import ZERO
from parcore.rules.figures import MAX_DIGITS, Context, MeasureReader, digits_of
from parcore.rules.formulas import read_formula
from parcore.rules.indices import read_index
from parcore.rules.measures import NUMERIC, PERIOD_DAYS, ChoiceOf, Days, Growth, Ratio, Rounded, Sum
from parcore.rules.peers import read_compared, read_min_max, read_rank
from parcore.rules.protocols import Measure
from parcore.rules.surveys import read_survey


def _value(tree: Tree, context: Context) -> Measure | None:
    linear = context.sum_of(tree, *NUMERIC)
    return None if linear is None else Sum(context.vocabulary, linear)


def _count(tree: Tree, context: Context) -> Measure | None:
    sums = [context.sum_of(each, FieldKind.COUNT) for each in (items_of(tree) or (tree,))]
    if any(each is None for each in sums):
        return None
    return Sum(context.vocabulary, _added(each for each in sums if each is not None), word="count")


def _added(sums: Iterable[Linear]) -> Linear:
    terms: dict[str, Fraction] = {}
    constant = ZERO
    for each in sums:
        constant += each.constant
        for name, factor in each.terms:
            terms[name] = terms.get(name, ZERO) + factor
    return Linear(tuple(terms.items()), constant)


def _ratio(tree: Tree, context: Context) -> Measure | None:
    items = items_of(tree)
    if len(items) != 2:
        context.findings.add("ratio-of-two", tree.place, has=len(items))
        return None
    part, whole = (context.sum_of(each, *NUMERIC) for each in items)
    return None if part is None or whole is None else Ratio(context.vocabulary, part, whole)


def _share(tree: Tree, context: Context) -> Measure | None:
    if not isinstance(tree, Mapping) or set(tree.entries) != {"of", "among"}:
        context.findings.add("share-of-among", tree.place)
        return None
    part = context.sum_of(tree["of"], *NUMERIC)
    sums = [context.sum_of(each, *NUMERIC) for each in items_of(tree["among"])]
    if part is None or not sums or any(each is None for each in sums):
        return None
    whole = _added(each for each in sums if each is not None)
    if not set(part.names) <= set(whole.names):
        context.findings.add("share-not-among", tree["of"].place, part=part, whole=", ".join(whole.names))
        return None
    return Ratio(context.vocabulary, part, whole)


def _choice(tree: Tree, context: Context) -> Measure | None:
    spec = context.field(tree, FieldKind.CHOICE)
    return None if spec is None else ChoiceOf(spec)


def _days(tree: Tree, context: Context) -> Measure | None:
    if not isinstance(tree, Mapping) or set(tree.entries) != {"from", "to"}:
        context.findings.add("days-from-to", tree.place)
        return None
    start, end = (_day_of(tree[word], context) for word in ("from", "to"))
    return None if start is None or end is None else Days(context.vocabulary, start, end)


def _day_of(tree: Tree, context: Context) -> Linear | None:
    """One date field, or a day of the period with whole days added."""
    try:
        day = parse_linear(text_of(tree))
    except ExpressionError as error:
        context.findings.add("not-a-sum", tree.place, value=text_of(tree)[:60], near=error)
        return None
    if len(day.terms) != 1 or day.terms[0][1] != 1 or day.constant.denominator != 1:
        context.findings.add("days-from-to", tree.place)
        return None
    if day.names[0] in PERIOD_DAYS:
        return day
    return None if context.named(day.names[0], tree.place, FieldKind.DATE) is None else day


def _growth(tree: Tree, context: Context) -> Measure | None:
    spec = context.field(tree, *NUMERIC)
    return None if spec is None else Growth(context.vocabulary, spec)


def _compared(tree: Tree, context: Context) -> Measure | None:
    return read_compared(tree, context, _of_units)


def _min_max(tree: Tree, context: Context) -> Measure | None:
    return read_min_max(tree, context, _of_units)


def _rank(tree: Tree, context: Context) -> Measure | None:
    return read_rank(tree, context, _of_units)


def _of_units(tree: Tree, context: Context) -> Measure | None:
    """A measure that every unit has by itself: no choice, and nothing relative to peers."""
    measure = read_measure(tree, context)
    if isinstance(tree, Mapping) and (RELATIVE & set(tree.entries) or isinstance(measure, ChoiceOf)):
        context.findings.add("peers-of-peers", tree.place)
        return None
    return measure


MEASURES: Final[dict[str, MeasureReader]] = {
    "value": _value,
    "count": _count,
    "ratio": _ratio,
    "share": _share,
    "choice": _choice,
    "days": _days,
    "growth": _growth,
    "survey": read_survey,
    "formula": read_formula,
    "compared": _compared,
    "min_max": _min_max,
    "rank": _rank,
    "index": read_index,
}
"""Every measure an edition can write, by its word (`reported` is a rule of its own)."""

RELATIVE: Final = frozenset({"compared", "min_max", "rank"})
_ROUND: Final = "round"


def read_measure(tree: Tree, context: Context) -> Measure | None:
    """The measure of a map with one word, as `{ratio: [a, b]}`; `round: 4` may stand beside it."""
    if not isinstance(tree, Mapping) or len(set(tree.entries) - {_ROUND}) != 1:
        context.findings.add("measure-one-word", tree.place, known=", ".join(MEASURES))
        return None
    (word,) = set(tree.entries) - {_ROUND}
    reader = MEASURES.get(word)
    if reader is None:
        added = context.more_measures()
        if word not in added:
            known = [*MEASURES, *added]
            report_unknown(word, known, tree.place_of(word), context.findings, "unknown-measure")
            return None
        reader = added[word]
    measure = reader(tree[word], context)
    if measure is None or _ROUND not in tree:
        return measure
    digits = digits_of(tree[_ROUND])
    if isinstance(measure, ChoiceOf) or digits is None:
        value = text_of(tree[_ROUND])[:20] or "{…}"
        context.findings.add("round-digits", tree[_ROUND].place, value=value, limit=MAX_DIGITS)
        return None
    return Rounded(measure, digits)
