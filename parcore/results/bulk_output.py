"""A bulk result in a file: a row for each unit. Numbers stay exact: decimals, or numerator and denominator.

A number that the edition rounds is one decimal column of its digits. Any other is two columns of
integers in lowest terms, `<name>:n` and `<name>:d`; where there is no number both are null. Which of the
two a column is follows from the edition alone (`digits_of`), never from the data or the engine.
"""

from __future__ import annotations

from parcore.editions.edition import Edition
from parcore.editions.index import ROUNDED
from parcore.rules.policies import Level

NUMERATOR, DENOMINATOR = ":n", ":d"


def digits_of(edition: Edition, root: str) -> int | None:
    """The decimals to which the edition rounds a root's numbers; None where it does not round them."""
    if root.endswith(ROUNDED):
        return edition.rounding.digits.get(Level.INDEX)
    criterion = root.removeprefix("points:")
    for component in edition.components:
        for node in component.all:
            if node.id == criterion and root != criterion:
                level = Level.COMPONENT if node is component else Level.CRITERION
                declared = edition.rounding.digits
                of_leaf = declared.get(Level.LEAF) if node.rule is not None else None
                own = declared.get(level) if node is component or node.rule is None else None
                return node.digits if node.digits is not None else own if own is not None else of_leaf
    return None
