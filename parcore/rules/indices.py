"""Another index as evidence: its score, points, rank or class.

`{index: {name: sipas, of: rank, period: previous}}`: a field of evidence like any other. With
`states: [not_applicable]` a unit may be said to have none, which `when` then answers.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from attrs import frozen

from parcore.documents.reading import choice_of, items_of, text_of, texts_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.evidence.vocabulary import INDEX, FieldKind, FieldSpec
from parcore.intervals import Range, at_least
from parcore.numbers import ONE, ZERO
from parcore.rules.figures import Context
from parcore.rules.graph import Field, Node
from parcore.rules.measures import ChoiceOf
from parcore.rules.protocols import Measure
from parcore.values import State

STATED: Final = {state.word: state for state in (State.NOT_APPLICABLE, State.NOTHING_AROSE)}
"""The states that an edition may let another index have."""

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


class IndexQuantity(Enum):
    """What of another index: points per 100 attainable, points, the place, or the class."""

    SCORE = "score"
    POINTS = "points"
    RANK = "rank"
    CLASS = "class"


class When(Enum):
    """Of which period: the one that is scored, or the one before."""

    SAME = "same"
    PREVIOUS = "previous"


@frozen
class IndexOf:
    """A number of another index; `stated` are the states that may be stated in its place."""

    methodology: str
    quantity: IndexQuantity
    lag: int
    stated: frozenset[State] = frozenset()

    @property
    def fields(self) -> tuple[str, ...]:
        """The field that carries it."""
        return (field_of(self.methodology, self.quantity),)

    def node(self, group: str) -> Node:
        """The field, of the period asked for."""
        return Field(self.fields[0], self.lag)

    def range(self, group: str) -> Range:
        """From 0; a rank is a whole number from 1."""
        return Range(at_least(ONE), ONE) if self.quantity is IndexQuantity.RANK else Range(at_least(ZERO))

    def states(self) -> frozenset[State]:
        """Those that the edition says may be stated of the index: of a unit that it does not score."""
        return self.stated

    def text(self) -> str:
        """The field, marked ₋₁ where it is the period before."""
        return self.fields[0] + ("₋₁" if self.lag else "")


def field_of(methodology: str, quantity: IndexQuantity) -> str:
    """The field of evidence of another index's quantity."""
    return f"{INDEX}{methodology}:{quantity.value}"


def read_index(tree: Tree, context: Context) -> Measure | None:
    """A quantity of another index; a class with the classes that there are."""
    if not isinstance(tree, Mapping) or not {"name", "of"} <= set(tree.entries) <= {
        "name", "of", "period", "classes", "states",
    }:  # fmt: skip
        context.findings.add("index-shape", tree.place)
        return None
    quantity = choice_of(tree["of"], IndexQuantity, context.findings)
    period = choice_of(tree.get("period"), When, context.findings) if "period" in tree else When.SAME
    classes = texts_of(tree.get("classes"))
    stated = _states(tree.get("states"), context)
    if quantity is None or period is None or stated is None:
        return None
    named = _SLUG.fullmatch(text_of(tree["name"])) is not None and len(set(classes)) == len(classes)
    if not named or (quantity is IndexQuantity.CLASS) != bool(classes):
        context.findings.add("index-shape", tree.place)
        return None
    name, lag = text_of(tree["name"]), int(period is When.PREVIOUS)
    if quantity is not IndexQuantity.CLASS:
        return IndexOf(name, quantity, lag, stated)
    spec = FieldSpec(field_of(name, quantity), FieldKind.CHOICE, options=classes, states=stated)
    return ChoiceOf(spec, lag)


def _states(tree: Tree | None, context: Context) -> frozenset[State] | None:
    """The states that may be stated of an index beside the ones that any evidence can have."""
    read: list[State] = []
    for each in items_of(tree) if tree is not None else ():
        word = text_of(each)
        if word not in STATED:
            report_unknown(word, list(STATED), each.place, context.findings)
            return None
        read.append(STATED[word])
    if tree is not None and not read:
        context.findings.add("index-shape", tree.place)
        return None
    return frozenset(read)
