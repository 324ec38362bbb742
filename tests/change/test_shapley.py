"""The split of a change among factors: it adds up, and depends on nothing but the values."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.change.shapley import split

FACTORS = ("rule", "units", "evidence")
SETS = [frozenset(each) for size in range(4) for each in combinations(FACTORS, size)]
ALL = [*permutations(FACTORS)]

games = st.fixed_dictionaries({each: st.fractions() for each in SETS})
orders = st.lists(st.sampled_from(ALL), min_size=1, max_size=6)


@given(games, orders)
def test_the_parts_add_up_to_the_change_whatever_the_orders(
    game: dict[frozenset[str], Fraction], chosen: list[tuple[str, ...]]
) -> None:
    """Whatever orders are admitted, nothing of the change is left over."""
    parts = split(chosen, game.__getitem__)
    assert sum(parts.values()) == game[frozenset(FACTORS)] - game[frozenset()]


@given(games, st.permutations(ALL))
def test_the_order_in_which_orders_are_listed_makes_no_difference(
    game: dict[frozenset[str], Fraction], shuffled: list[tuple[str, ...]]
) -> None:
    """The same orders in another row give the same parts."""
    assert split(shuffled, game.__getitem__) == split(ALL, game.__getitem__)


@given(games, st.sampled_from(FACTORS))
def test_a_factor_that_changes_nothing_has_no_part(game: dict[frozenset[str], Fraction], idle: str) -> None:
    """A factor that adds nothing to any set of others is given nothing."""
    parts = split(ALL, lambda done: game[done - {idle}])
    assert parts[idle] == 0


@given(games, st.sampled_from([*combinations(FACTORS, 2)]))
def test_factors_that_do_the_same_have_the_same_part(
    game: dict[frozenset[str], Fraction], pair: tuple[str, str]
) -> None:
    """Two factors of which only the number that changed matters share alike."""
    one, two = pair

    def alike(done: frozenset[str]) -> Fraction:
        return game[(done - {one, two}) | {one}] if len(done & {one, two}) == 1 else game[done]

    parts = split(ALL, alike)
    assert parts[one] == parts[two]


@given(games, games, orders)
def test_the_parts_of_a_sum_are_the_sums_of_the_parts(
    one: dict[frozenset[str], Fraction],
    two: dict[frozenset[str], Fraction],
    chosen: list[tuple[str, ...]],
) -> None:
    """What holds of criteria holds of the index that adds them."""
    parts, others = split(chosen, one.__getitem__), split(chosen, two.__getitem__)
    both = split(chosen, lambda done: one[done] + two[done])
    assert both == {factor: parts[factor] + others[factor] for factor in FACTORS}


def test_orders_of_different_factors_are_refused() -> None:
    """Without an order, or with orders of other factors, there is no split."""
    for wrong in ([], [("rule",), ("rule", "units")]):
        with pytest.raises(ValueError, match="same factors"):
            split(wrong, lambda _: Fraction(0))
