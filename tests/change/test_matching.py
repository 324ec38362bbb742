"""Which criteria are which: by ids, and by what says that it supersedes them, over several editions."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from parcore.change.matching import Fate, leaf_matches, matches, same
from parcore.editions.edition import Edition
from parcore.results.side_by_side import Standing, differences
from tests.results.editions import result, sound

F = Fraction

RULE = "measure: {value: rate}\nscale: proportional\nwhen: {missing: zero, unverified: zero, rejected: zero}"


def written(year: int, *criteria: str, replaces: str = "") -> Edition:
    """An edition of leaves: an id alone, or with what it supersedes (`b: [a]`)."""
    parts = []
    for each in criteria:
        name, _, said = each.partition(": ")
        more = f"supersedes: {said}\n" if said else ""
        parts.append(
            f"id: {name}\ntitle: {name}\nmax: 1\n{more}{RULE}\nsource: {{clause: x, basis: illustrative}}"
        )
    text = "".join("  - " + part.replace("\n", "\n    ") + "\n" for part in parts)
    return evolve(sound(text, str(len(criteria))), name=str(year), replaces=replaces)


def told(*path: Edition) -> list[tuple[str, str, str]]:
    """Each match: the ids before, the ids after, what became of them."""
    return [
        (",".join(node.id for node in each.first), ",".join(node.id for node in each.second), each.fate.value)
        for each in matches(path)
    ]


def test_an_id_stands_for_the_same_and_a_new_one_for_a_new_criterion() -> None:
    """What both editions have is kept, what one alone has is added or removed."""
    one, two = written(1, "a", "b"), written(2, "b", "c", replaces="test@1")
    assert told(one, two) == [("b", "b", "kept"), ("", "c", "added"), ("a", "", "removed")]


def test_splits_merges_and_new_ids_are_followed() -> None:
    """What supersedes says is what became of a criterion."""
    one = written(1, "a", "b", "c", "d")
    two = written(2, "a1: [a]", "a2: [a]", "bc: [b, c]", "e: [d]", replaces="test@1")
    assert told(one, two) == [("a", "a1,a2", "split"), ("b,c", "bc", "merged"), ("d", "e", "kept")]


def test_a_criterion_that_stays_beside_one_split_off_is_part_of_the_split() -> None:
    """An id that goes on stands for itself, though another supersedes it too."""
    two = written(2, "a", "b: [a]", replaces="test@1")
    assert told(written(1, "a"), two) == [("a", "a,b", "split")]


def test_an_id_used_again_for_something_else_is_no_counterpart() -> None:
    """`supersedes: []` says that a criterion stands for none, though one had its id."""
    two = written(2, "a: []", replaces="test@1")
    assert told(written(1, "a"), two) == [("", "a", "added"), ("a", "", "removed")]


def test_criteria_are_followed_over_several_editions() -> None:
    """A criterion renamed, then split, and merged with another in the end, is one group."""
    one = written(1, "a", "z")
    two = written(2, "b: [a]", "z", replaces="test@1")
    three = written(3, "c: [b]", "d: [b, z]", replaces="test@2")
    assert told(one, two, three) == [("a,z", "c,d", "redrawn")]
    assert told(two, three) == [("b,z", "c,d", "redrawn")]


def test_what_was_away_for_an_edition_is_itself_when_it_returns() -> None:
    """An id that an edition in between lacks is not another criterion."""
    one, three = written(1, "a", "b"), written(3, "a", "b", replaces="test@2")
    two = written(2, "b", replaces="test@1")
    assert told(one, two, three) == [("a", "a", "kept"), ("b", "b", "kept")]


def test_an_id_that_an_edition_on_the_way_gave_to_another_is_not_the_first_ones() -> None:
    """What was used again for something else stays something else in all editions after."""
    one, two = written(1, "a"), written(2, "a: []", replaces="test@1")
    three = written(3, "a", replaces="test@2")
    assert told(one, two, three) == [("", "a", "added"), ("a", "", "removed")]
    away = written(2, "b: []", replaces="test@1")
    back, last = written(3, "a: []", replaces="test@2"), written(4, "a", replaces="test@3")
    assert told(one, away, back, last) == [("", "a", "added"), ("a", "", "removed")]


def test_on_the_way_back_supersedes_says_the_same() -> None:
    """The earlier edition compared with the later: no id is mistaken for that of another criterion."""
    one, two = written(1, "a", "z"), written(2, "b: [a]", "a: []", "y: [z]", "z", replaces="test@1")
    assert told(one, two) == [("a", "b", "kept"), ("", "a", "added"), ("z", "y,z", "split")]
    assert told(two, one) == [("b", "a", "kept"), ("y,z", "z", "merged"), ("a", "", "removed")]


def test_supersedes_counts_for_the_edition_that_is_replaced_alone() -> None:
    """Beside any other edition ids alone tell."""
    other = written(7, "b: [a]", replaces="test@6")
    assert told(written(1, "a", "b"), other) == [("b", "b", "kept"), ("a", "", "removed")]


def test_seen_from_the_other_side_a_split_is_a_merger() -> None:
    """A match turned round is the match of the way back."""
    two = written(2, "a1: [a]", "a2: [a]", replaces="test@1")
    (found,) = matches([written(1, "a"), two])
    assert (found.fate, found.turned.fate) == (Fate.SPLIT, Fate.MERGED)


def test_a_leaf_that_became_a_group_matches_the_leaves_of_the_group() -> None:
    """What is scored is compared with what is scored."""
    group = "  - id: a\n    title: a\n    max: 2\n    criteria:\n" + "".join(
        f"      - id: {name}\n        title: {name}\n        max: 1\n        "
        + RULE.replace("\n", "\n        ")
        + "\n        source: {clause: x, basis: illustrative}\n"
        for name in ("x", "y")
    )
    two = evolve(sound(group, "2"), name="2", replaces="test@1")
    (found,) = leaf_matches([written(1, "a"), two])
    assert [node.id for node in found.second] == ["x", "y"]
    assert found.fate is Fate.SPLIT


def test_scores_are_compared_by_what_a_criterion_became() -> None:
    """One that took another id is one line with its change; an id used again is two criteria."""
    one, two = written(1, "a", "b"), written(2, "c: [a]", "b: []", replaces="test@1")
    first, second = (result(each, {"u1": {"rate": rate}}) for each, rate in ((one, F(1, 2)), (two, F(3, 4))))
    found = [
        (each.criterion.id, each.standing, each.change)
        for each in differences(first, second, same([first.edition, second.edition]))
    ]
    assert found == [
        ("a", Standing.BOTH, F(1, 4)),
        ("b", Standing.ONLY_FIRST, None),
        ("b", Standing.ONLY_SECOND, None),
    ]
    assert [each.criterion.id for each in differences(first, second)] == ["a", "b", "c"]
