"""A change split among the factors that made it: the mean, over the orders admitted, of what each adds.

With all orders it is the Shapley value; with the orders in which some factors go together, as one, the
Owen value. The parts add up to the whole change in every case.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from typing import TypeVar

Factor = TypeVar("Factor", bound=Hashable)


def split(
    orders: Sequence[Sequence[Factor]], value: Callable[[frozenset[Factor]], Fraction]
) -> dict[Factor, Fraction]:
    """What each factor adds to `value`, from none of them changed to all of them, in the mean over `orders`.

    Raises:
        ValueError: no order, or orders of different factors.
    """
    if not orders or any(sorted(map(hash, each)) != sorted(map(hash, orders[0])) for each in orders):
        raise ValueError("the orders must be of the same factors")
    parts = dict.fromkeys(orders[0], Fraction(0))
    for order in orders:
        done: frozenset[Factor] = frozenset()
        for factor in order:
            more = done | {factor}
            parts[factor] += (value(more) - value(done)) / len(orders)
            done = more
    return parts
