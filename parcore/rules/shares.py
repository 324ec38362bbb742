"""Thresholds of shares that are written without %: `25` of a ratio is 2 500 %, and hardly meant.

In: a measure and its scale, or one side of a condition. Out: findings. Every share can be written with
its %, `2500%` too, so that nothing that is meant is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from parcore.arithmetic import Formula, Name, Operation, names_of
from parcore.documents.reading import items_of, text_of
from parcore.documents.tree import Mapping, Tree
from parcore.numbers import HUNDRED, ONE, exact_text
from parcore.rules.figures import Context, written
from parcore.rules.formulas import Computed
from parcore.rules.kinds import Kind, kind_of
from parcore.rules.measures import Rounded
from parcore.rules.peers import By, Compared
from parcore.rules.protocols import Measure
from parcore.rules.surveys import Survey

_BARE: Final = re.compile(r"(?<![\w.])(-?[0-9]+(?:\.[0-9]+)?)(?![0-9.]|\s*%)")
_OF_STEP: Final = ("at_least", "more_than", "at_most", "less_than", "in", "case")


def are_shares(measure: Measure, context: Context) -> bool:
    """Whether the numbers of a measure are shares, so that more than 1 is more than all.

    They are where none can be over 1; else by what is measured, for a share has no end of its own.
    """
    highs = [measure.range(group).interval.high for group in context.groups]
    if all(each is not None and each <= ONE for each in highs):
        return True
    match measure:
        case Rounded():
            return are_shares(measure.measure, context)
        case Compared(by=By.QUOTIENT) | Survey():  # 1.2 times the mean; answers worth 100
            return False
        case Computed() if any(_large(each) for each in _numbers(measure)):  # 100 × a / b
            return False
    return kind_of(measure, context.vocabulary) in (Kind.SHARE, Kind.GAP)


def _numbers(measure: Computed) -> Iterator[Fraction]:
    yield from _constants(measure.formula)
    for name in names_of(measure.formula):
        figure = measure.figures.get(name)
        if figure is not None:
            yield from (figure.common, *figure.by_group.values())


def _constants(part: Formula) -> Iterator[Fraction]:
    if isinstance(part, Operation):
        for each in part.args:
            yield from _constants(each)
    elif not isinstance(part, Name):
        yield part.value


def _large(number: Fraction) -> bool:
    return abs(number) > ONE


def check_thresholds(measure: Measure, scale: Iterable[Tree], context: Context) -> None:
    """Report what a scale, or cases and interpretations, compare a share with and write without %."""
    if are_shares(measure, context):
        for tree in scale:
            for threshold in _thresholds(tree):
                report_bare(text_of(threshold), threshold, context)


def _thresholds(tree: Tree) -> Iterator[Tree]:
    """What the measure is compared with, in a ladder, cases, or a map that names its kind."""
    for step in items_of(tree):
        for word in _OF_STEP:
            if isinstance(step, Mapping) and word in step:
                yield from written(step[word])
    if not isinstance(tree, Mapping):
        return
    for pair in items_of(tree.get("through")):
        yield from (each for first in items_of(pair)[:1] for each in written(first))
    words = ("towards", *(("from", "each") if "base" in tree else ()))
    segments = (each for each in items_of(tree.get("segments")) if isinstance(each, Mapping))
    named = [(tree, words), *((each, ("to", "each")) for each in segments)]
    for where, keys in named:
        for key in keys:
            if key in where:
                yield from written(where[key])


def report_bare(text: str, tree: Tree, context: Context) -> None:
    """Report each number over 1 of a text that stands without %, at the place of its tree."""
    for number in _BARE.findall(text):
        if _large(Fraction(number)):
            more = f"{exact_text(Fraction(number) * HUNDRED)}%"
            context.findings.add("share-bare", tree.place, number=number, share=more)
