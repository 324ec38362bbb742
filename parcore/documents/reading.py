"""Pieces that every kind of document has: texts, numbers, intervals, sources, choices.

Each function takes a tree whose shape the schema has checked, reports what is wrong at its place,
and gives None (or a neutral value) where it could not be read.
"""

from __future__ import annotations

import re
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Final, TypeVar

from parcore.diagnostics import Findings
from parcore.documents.tree import Listing, Mapping, Scalar, Tree
from parcore.i18n import Text
from parcore.intervals import Interval, IntervalError, parse_interval
from parcore.numbers import NumberError, NumberFormat, parse_number
from parcore.sources import Basis, Source

MAX_INTERVAL: Final = 150
"""Longest text of an interval: two numbers at their longest, and the signs around them."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Choice = TypeVar("Choice", bound=Enum)


def text_of(tree: Tree | None) -> str:
    """A scalar's text; empty for anything else."""
    return tree.text if isinstance(tree, Scalar) else ""


def both_languages(tree: Tree | None) -> Text:
    """A text given once (Vietnamese) or as `{vi: …, en: …}`."""
    if isinstance(tree, Mapping):
        return Text(text_of(tree.get("vi")), text_of(tree.get("en")))
    return Text(vi=text_of(tree))


def number_of(
    tree: Tree, findings: Findings, number_format: NumberFormat = NumberFormat.UNDECLARED
) -> Fraction | None:
    """The exact number a scalar writes."""
    if not isinstance(tree, Scalar):
        findings.add("wrong-shape", tree.place, value="{…}", wanted="number")
        return None
    try:
        return parse_number(tree.text, number_format)
    except NumberError as error:
        report_number(error, tree, findings)
        return None


def report_number(error: NumberError, tree: Scalar, findings: Findings) -> None:
    """Say that a text is no number, that it has two readings, or that another format has one of it."""
    if len(error.readings) > 1:
        both = ", ".join(f"{value} ({name})" for name, value in error.readings)
        findings.add("number-ambiguous", tree.place, value=tree.text[:60], readings=both)
    elif error.mend:
        findings.add("number-other-format", tree.place, value=tree.text[:60], mend=error.mend)
    else:
        findings.add("not-a-number", tree.place, value=tree.text[:60])


def interval_of(tree: Tree, findings: Findings) -> Interval | None:
    """The interval a scalar writes."""
    text = text_of(tree)
    try:
        if len(text) <= MAX_INTERVAL:
            return parse_interval(text)
    except IntervalError:
        pass
    findings.add("not-an-interval", tree.place, value=text[:60])
    return None


def choice_of(tree: Tree | None, kind: type[Choice], findings: Findings) -> Choice | None:
    """The member of an enumeration that a scalar names by its value."""
    if tree is None:
        return None
    try:
        return kind(text_of(tree))
    except ValueError:
        known = ", ".join(str(each.value) for each in kind)
        findings.add("not-a-choice", tree.place, value=text_of(tree)[:60], choices=known)
        return None


def date_of(tree: Tree | None, findings: Findings) -> date | None:
    """A day written 2025-06-30."""
    if tree is None:
        return None
    text = text_of(tree)
    try:
        if _DAY.fullmatch(text):  # Python also takes 20250630 and 2025-W26-1
            return date.fromisoformat(text)
    except ValueError:
        pass
    findings.add("not-a-date", tree.place, value=text[:60])
    return None


def source_of(tree: Tree | None, findings: Findings) -> Source | None:
    """A source with its basis."""
    if not isinstance(tree, Mapping):
        return None
    basis = choice_of(tree.get("basis"), Basis, findings)
    if basis is None:
        return None
    return Source(
        basis=basis,
        title=text_of(tree.get("title")),
        clause=text_of(tree.get("clause")),
        url=text_of(tree.get("url")),
        quote=both_languages(tree.get("quote")),
        note=both_languages(tree.get("note")),
    )


def items_of(tree: Tree | None) -> tuple[Tree, ...]:
    """The items of a list; none for anything else."""
    return tree.items if isinstance(tree, Listing) else ()


def texts_of(tree: Tree | None) -> tuple[str, ...]:
    """The texts of a list of scalars."""
    return tuple(text_of(each) for each in items_of(tree))
