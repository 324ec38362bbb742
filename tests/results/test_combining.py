"""How children make a parent: every combination of the states of three, against the plainest reading."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product

import pytest
from attrs import frozen

from parcore.diagnostics import Findings
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.units import UnitBook
from parcore.results.result import Scorecard
from parcore.rules.policies import Quantity
from parcore.values import ALWAYS_POSSIBLE, State, Value
from tests.results.editions import HEAD, Given, edition, result, sound, unit
from tests.rules.reading import VOCABULARY

F = Fraction
OK, OUT, RESCALED, WITHHELD = State.OK, State.EXCLUDED, State.RESCALED, State.WITHHELD
NOTHING, NO_TASK = State.NOTHING_AROSE, State.NOT_APPLICABLE
FALLS = (NOTHING, NO_TASK)
NAMES = ("a", "b", "c")


@frozen
class Child:
    """What a child brings: a number or a state, the points it has left, its maximum, its weight."""

    raw: Value
    points: Value
    top: Fraction
    weight: int = 1


Made = tuple[Value, Value]
"""Points and attainable maximum."""


def reported(name: str, top: int | str, when: str, more: str = "", pad: str = "      ") -> str:
    """A leaf whose points are given."""
    lines = [
        f"- id: {name}",
        f"  title: {name}",
        f"  max: {top}",
        *([f"  {more}"] if more else []),
        f"  when: {{{when}}}",
        "  source: {clause: '1', basis: illustrative}",
        "  measure: reported",
    ]
    return "".join(f"{pad}{line}\n" for line in lines)


ALWAYS = "missing: withhold, unverified: withhold, rejected: zero"


def group(words: str, tops: Sequence[int], top: int, whens: Sequence[str], weights: Sequence[int]) -> str:
    """A group of three leaves."""
    more = [f"weight: {each}" if each != 1 else "" for each in weights]
    parts = (reported(*each) for each in zip(NAMES, tops, whens, more, strict=True))
    return f"  - id: g\n    title: g\n    max: {top}\n{words}    criteria:\n" + "".join(parts)


def states_of(top: int) -> tuple[Given, ...]:
    """A child's evidence: none of its points, some, all, and every state."""
    return (0, 1, top, NOTHING, NO_TASK, *ALWAYS_POSSIBLE)


def child(given: Given, top: int, effects: Mapping[State, State], weight: int = 1) -> Child:
    """What a leaf is left with: `effects` says what becomes of the states that leave the maximum."""
    if not isinstance(given, State):
        assert isinstance(given, int)
        return Child(Value(OK, F(given)), Value(OK, F(given)), F(top), weight)
    zero = Value(OK) if given is State.REJECTED else Value(WITHHELD)
    return Child(Value(given), Value(effects[given]) if given in effects else zero, F(top), weight)


def plain_sum(children: Sequence[Child]) -> Made:
    """The sum of what is not out; of the maxima likewise."""
    kept = [each for each in children if each.points.state not in (OUT, RESCALED)]
    if not kept:
        return Value(OUT), Value(OUT)
    top = Value(OK, sum((each.weight * each.top for each in kept), F(0)))
    if any(each.points.state is WITHHELD for each in kept):
        return Value(WITHHELD), top
    return Value(OK, sum((each.weight * each.points.number for each in kept), F(0))), top


def plain_rescaled(worth: Fraction) -> Callable[[Sequence[Child]], Made]:
    """Points × base / attained, where only the excluded leave the base; each point worth so much."""

    def made(children: Sequence[Child]) -> Made:
        points, top = plain_sum(children)
        if top.state is OUT:
            return points, top
        base = worth * sum(
            (each.weight * each.top for each in children if each.points.state is not OUT), F(0)
        )
        if points.state is not OK:
            return points, Value(OK, base)
        return Value(OK, points.number * base / top.number), Value(OK, base)

    return made


def plain_best(pick: Callable[..., Fraction]) -> Callable[[Sequence[Child]], Made]:
    """The highest (or lowest) after effects, of those not excluded; its maximum is that of the rest."""

    def made(children: Sequence[Child]) -> Made:
        kept = [each for each in children if each.points.state is not OUT]
        if not kept:
            return Value(OUT), Value(OUT)
        top = Value(OK, pick(each.top for each in kept))
        if any(each.points.state is WITHHELD for each in kept):
            return Value(WITHHELD), top
        return Value(OK, pick(each.points.number for each in kept)), top

    return made


def plain_first(children: Sequence[Child]) -> Made:
    """The first that neither does not apply nor did not arise; the last whatever it is.

    What is hidden might not have applied: then the largest maximum from there on is attainable.
    """
    for at, each in enumerate(children):
        if each.raw.state in FALLS and at + 1 < len(children):
            continue
        if each.points.state is OUT:
            return Value(OUT), Value(OUT)
        hidden = each.raw.state in ALWAYS_POSSIBLE
        return each.points, Value(OK, max(c.top for c in children[at:]) if hidden else each.top)
    raise AssertionError("a group has children")


@frozen
class Case:
    """A way to combine: its words, the maxima of parts and whole, the effects, the plain reading."""

    words: str
    tops: tuple[int, int, int]
    top: int
    plain: Callable[[Sequence[Child]], Made]
    nothing: str = "exclude"
    no_task: str = "exclude"
    weights: tuple[int, int, int] = (1, 1, 1)
    worth: int = 0
    first: bool = False


CASES = {
    "sum": Case("", (4, 3, 2), 9, plain_sum),
    "weighted": Case("", (4, 3, 2), 15, plain_sum, weights=(2, 1, 2)),
    "rescaled": Case("", (4, 3, 2), 9, plain_rescaled(F(1)), no_task="rescale"),
    "worth": Case("    worth: 6\n", (4, 3, 2), 9, plain_rescaled(F(6, 9)), no_task="rescale", worth=6),
    "worth of weights": Case(
        "    worth: 20\n",
        (4, 3, 2),
        15,
        plain_rescaled(F(20, 15)),
        no_task="rescale",
        weights=(2, 1, 2),
        worth=20,
    ),
    "highest": Case("    combine: highest\n", (4, 3, 2), 4, plain_best(max)),
    "lowest": Case("    combine: lowest\n", (4, 4, 4), 4, plain_best(min)),
    "first": Case("    combine: first\n", (2, 4, 3), 4, plain_first, first=True),
    "first, falling": Case("    combine: first\n", (4, 3, 2), 4, plain_first, first=True),
}
WORDS = {"exclude": OUT, "rescale": RESCALED}


def document(case: Case) -> tuple[Edition, Edition]:
    """The edition of the group alone, and the one of the group beside another leaf of 5."""
    arising = f"{ALWAYS}, nothing_arose: {case.nothing}, not_applicable: {case.no_task}"
    whens = [ALWAYS, ALWAYS, arising] if case.first else [arising] * 3
    text = group(case.words, case.tops, case.top, whens, case.weights)
    counts = case.worth or case.top
    beside = reported("z", 5, ALWAYS, pad="  ")
    return sound(text, str(counts)), sound(text + beside, str(counts + 5))


def cards(read: Edition, case: Case, **more: Given) -> list[tuple[tuple[Given, ...], Scorecard]]:
    """The scorecard of every combination of the evidence of three children."""
    every = [*product(*(states_of(top) for top in case.tops))]
    names = [f"u{at:04}" for at in range(len(every))]
    evidence = {
        name: {f"points:{each}": given for each, given in zip(NAMES, row, strict=True)}
        | {f"points:{each}": given for each, given in more.items()}
        for name, row in zip(names, every, strict=True)
    }
    found = result(read, evidence, UnitBook([unit(each) for each in names]))
    by_name = {each.unit.id: each for each in found.scorecards}
    return [(row, by_name[name]) for name, row in zip(names, every, strict=True)]


def made_of(case: Case, row: Sequence[Given]) -> Made:
    """What the group's words make of its children."""
    effects = {NOTHING: WORDS[case.nothing], NO_TASK: WORDS[case.no_task]}
    children = [
        child(given, top, effects, weight)
        for given, top, weight in zip(row, case.tops, case.weights, strict=True)
    ]
    return case.plain(children)


@pytest.mark.parametrize("name", CASES)
def test_a_group_is_what_its_words_say(name: str) -> None:
    """Points and attainable maximum for every state of each of three children, and what the index makes."""
    case = CASES[name]
    alone, beside = document(case)
    for row, card in cards(alone, case):
        points, top = made_of(case, row)
        assert (card.points("g"), card.attainable("g")) == (points, top), row
        empty = top.state is OUT
        assert card.state is (WITHHELD if empty else points.state), row
    for row, card in cards(beside, case, z=2):
        points, top = made_of(case, row)
        rate = card.index(Quantity.RATE, rounded=False)
        if points.state is WITHHELD:
            assert card.state is WITHHELD, row
            continue
        got = points.number + 2
        out_of = (top.number if top.state is OK else 0) + 5
        assert rate == Value(OK, 100 * got / out_of), row


@pytest.mark.parametrize("name", CASES)
def test_a_group_never_leaves_its_bounds(name: str) -> None:
    """Points lie within 0 and what is attainable, and that within the maximum; all three can be met."""
    case = CASES[name]
    alone, _ = document(case)
    whole = F(case.worth or case.top)
    found = [(card.points("g"), card.attainable("g")) for _, card in cards(alone, case)]
    known = [(p.number, t.number) for p, t in found if t is not None and p.state is OK and t.state is OK]
    assert all(0 <= points <= top <= whole for points, top in known)
    assert {F(0), whole} <= {points for points, _ in known}


@pytest.mark.parametrize("name", CASES)
def test_hiding_a_child_never_pays(name: str) -> None:
    """Any child's evidence taken away, not appraised or rejected raises neither points nor the rate."""
    case = CASES[name]
    _, beside = document(case)
    scored = dict(cards(beside, case, z=2))
    for row, card in scored.items():
        before = card.index(Quantity.RATE, rounded=False)
        for at, state in product(range(3), ALWAYS_POSSIBLE):
            hidden = scored[(*row[:at], state, *row[at + 1 :])]
            after = hidden.index(Quantity.RATE, rounded=False)
            if before is None or after is None or before.state is not OK or after.state is not OK:
                continue
            assert after.number <= before.number, (row, at, state)
            assert hidden.points("g").number <= card.points("g").number, (row, at, state)


def test_parts_with_nothing_to_give_leave_a_rescaled_group_empty() -> None:
    """What is left of a group may have a maximum of 0: it drops from its parent, and is no error."""
    arising = "missing: zero, unverified: zero, rejected: zero, not_applicable: {}"
    inner = (
        "      - id: s\n        title: s\n        max: 3\n        criteria:\n"
        + reported("a", 3, arising.format("exclude"), pad="          ")
        + reported("b", 0, arising.format("exclude"), pad="          ")
    )
    outer = inner + reported("c", 2, arising.format("rescale"))
    read = sound(
        "  - id: g\n    title: g\n    max: 5\n    criteria:\n" + outer + reported("z", 5, ALWAYS, pad="  "),
        "10",
    )
    given: dict[str, Given] = {"points:a": NO_TASK, "points:b": 0, "points:c": NO_TASK, "points:z": 4}
    (card,) = result(read, {"u1": given}).scorecards
    assert (card.points("g"), card.attainable("g")) == (Value(OUT), Value(OUT))
    assert card.index(Quantity.RATE, rounded=False) == Value(OK, F(80))


def test_what_a_later_rule_withholds_for_is_not_had_by_hiding_an_earlier_one() -> None:
    """Under `first`, where a later part withholds, the parts before it withhold what is missing too."""
    zero = "missing: zero, unverified: zero, rejected: zero"
    for first, codes in ((zero, {"hiding-escapes"}), (ALWAYS, set())):
        text = (
            "  - id: g\n    title: g\n    max: 4\n    combine: first\n    criteria:\n"
            + reported("a", 4, first)
            + reported("b", 4, f"{ALWAYS}, not_applicable: exclude")
        )
        assert edition(text, "4")[1] == codes


def test_a_group_rounds_where_it_says() -> None:
    """`round` on a group rounds what its children make, whatever the levels round."""
    case = CASES["worth"]
    arising = f"{ALWAYS}, nothing_arose: zero, not_applicable: rescale"
    text = group("    worth: 6\n    round: 1\n", case.tops, 9, [arising] * 3, (1, 1, 1))
    read = sound(text, "6")
    given: dict[str, Given] = {"points:a": 1, "points:b": 1, "points:c": NO_TASK}
    (card,) = result(read, {"u1": given}).scorecards
    assert card.points("g") == Value(OK, F(17, 10))  # 2 × 6 / 7 = 1.714…


@pytest.mark.parametrize(
    ("never", "when", "codes"),
    [("exclude", "zero", {"maximum-moves"}), ("0", "exclude", {"maximum-moves"}), ("0", "zero", set())],
)
def test_what_may_be_left_of_a_maximum_is_rounded_too(never: str, when: str, codes: set[str]) -> None:
    """Of two parts of 1.5 one may be left out, by its rule or by its effect: 1.5 would be rounded to 2."""
    zero = "missing: zero, unverified: zero, rejected: zero"
    components = f"""
  - id: a
    title: a
    max: 3
    criteria:
      - id: x
        title: x
        max: 1.5
        measure: {{choice: plan}}
        table: {{on_time: 1.5, late: 1, never: {never}}}
        when: {{{zero}, not_applicable: {when}}}
        source: {{clause: '1', basis: illustrative}}
      - id: y
        title: y
        max: 1.5
        measure: {{value: rate}}
        scale: proportional
        when: {{{zero}}}
        source: {{clause: '1', basis: illustrative}}
"""
    assert edition(components, "3", "rounding: {component: 0}\n")[1] == codes


ONE = {"max": "4", "sum": "2", "parts": "1, 2"}


@pytest.mark.parametrize(
    ("more", "tops", "code", "values"),
    [
        ("", (1, 2), "maxima-do-not-add-up", {"max": "4", "sum": "3", "parts": "1 + 2"}),
        ("", ("unknown", 5), "maxima-leave-nothing", {"max": "4", "sum": "5"}),
        ("combine: highest", (1, 2), "maxima-one-counts", ONE | {"combine": "highest"}),
        ("combine: lowest", (1, 2), "lowest-of-unequal", {"parts": "1, 2"}),
    ],
)  # fmt: skip
def test_maxima_that_do_not_fit_are_told_with_their_numbers(
    more: str, tops: tuple[int | str, int], code: str, values: dict[str, str]
) -> None:
    """What is told of maxima names the whole, what its parts make, and each of them."""
    parts = "".join(reported(name, top, ALWAYS) for name, top in zip("ab", tops, strict=True))
    more = f"    {more}\n" if more else ""
    text = (
        HEAD.format(total="4", more="") + f"  - id: g\n    title: g\n    max: 4\n{more}    criteria:\n{parts}"
    )
    findings = Findings()
    read_edition(parse_yaml(text, "test.yaml", findings), {"test": VOCABULARY}, findings)
    (found,) = (each for each in findings if each.code == code)
    assert found.values == {"criterion": "g", **values}
