"""The page `docs/emptiness.md`: each state × effect × combination × policy, scored here, never by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from parcore.i18n import say
from parcore.numbers import exact_text
from parcore.results.result import Result
from parcore.rules.policies import Quantity
from parcore.values import ALWAYS_POSSIBLE, EVIDENCE_STATES, State, Value
from tests.results.editions import Given, edition, result, sound

PAGE = Path(__file__).resolve().parent.parent / "docs" / "emptiness.md"
SOURCE = "source: {clause: '1', basis: illustrative}"
GROUND = "{effect: exclude, basis: illustrative, clause: '1'}"
ALWAYS = "missing: zero, unverified: zero, rejected: zero"
EFFECTS = {
    "zero": "zero",
    "full": "full",
    "substitute": "{effect: substitute, points: 1}",
    "exclude": "exclude",
    "rescale": "rescale",
    "withhold": "withhold",
    "error": "error",
}
COMBINATIONS = {
    "sum": ("6", ""),
    "weighted sum (× 2)": ("10", ""),
    "group worth 3": ("6", "worth: 3, "),
    "highest": ("4", "combine: highest, "),
    "lowest": ("4", "combine: lowest, "),
    "first": ("4", "combine: first, "),
}
POLICIES = """rounding: {index: 2}
conversion: {to: 100}
classes:
  on: {quantity: total, rounded: yes}
  bands:
    - name: high
      in: "[70,100]"
      require: [{every: leaf, points: "> 0", rounded: yes, excluded: passes}]
    - {name: low, in: "[0,70)"}
ranking: {on: {quantity: rate, rounded: no}, method: competition, within: [all]}
"""
HEAD = "| combination | x | group | of | index | of | rate | class | place |\n" + "|---" * 9 + "|"


def leaf(name: str, top: str, body: str, when: str, more: str = "") -> str:
    """A leaf on one line."""
    return f"{{id: {name}, title: {name}, max: {top}, {more}when: {{{when}}}, {SOURCE}, {body}}}"


def document(combination: str, effect: str, *, falls: bool = False) -> tuple[str, str]:
    """The components of an edition, and its total: a group of x and y, and z beside it."""
    top, words = COMBINATIONS[combination]
    nothing = "" if falls else f", nothing_arose: {EFFECTS[effect]}"
    missing = EFFECTS[effect] if falls else "zero"
    strict = f"missing: {missing}, unverified: {missing}, rejected: {missing}"
    weight = "weight: 2, " if combination.startswith("weighted") else ""
    x = leaf("x", "4", "measure: {ratio: [done, all_of]}, scale: proportional", strict + nothing, weight)
    least = "4" if combination == "lowest" else "2"
    y = leaf("y", least, f"measure: {{value: few}}, scale: {{per: 0.5, cap: {least}}}", ALWAYS)
    z = leaf("z", "4", "measure: {value: rate}, scale: proportional", ALWAYS)
    text = f"  - {{id: g, title: g, max: {top}, {words}criteria: [{x}, {y}]}}\n  - {z}\n"
    worth = 3 if "worth" in words else int(top)
    return text, str(worth + 4)


@cache
def outcome(combination: str, effect: str, given: str) -> Result | str:
    """Two units, one of them with a state in x; or the codes for which such an edition is refused."""
    falls = combination == "first"
    text, total = document(combination, "zero" if effect == "number" else effect, falls=falls)
    _, codes = edition(text, total, POLICIES)
    if codes:
        return ", ".join(sorted(codes))
    state = State[given.upper()]
    x: dict[str, Given] = {"done": 3, "all_of": 4}
    if state is not State.OK:
        # Of 0 out of 0 nothing arose.
        x = {"done": 0, "all_of": 0} if state is State.NOTHING_AROSE else {"done": state, "all_of": state}
    u1 = {**x, "few": 2, "rate": 1}
    u2: dict[str, Given] = {"done": 5, "all_of": 8, "few": 2, "rate": 1}
    return result(sound(text, total, POLICIES), {"u1": u1, "u2": u2})


def shown(value: Value | None) -> str:
    """A value for a cell."""
    if value is None:
        return "—"
    return exact_text(value.number) if value.state is State.OK else value.state.word


def row(combination: str, label: str, found: Result | str) -> str:
    """A row of the table."""
    if isinstance(found, str):
        return f"| {combination} | {label} | refused: `{found}` | | | | | | |"
    card = found.card("u1")
    assert card is not None
    place = found.place("u1")
    cells = [
        combination, label, shown(card.points("g")), shown(card.attainable("g")),
        shown(card.index(Quantity.BASE, rounded=False)), shown(card.total_attainable),
        shown(card.index(Quantity.RATE, rounded=True)), card.class_name or "—",
        "—" if place is None else f"{place.place}/{place.among}",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def cases(combination: str) -> Iterator[tuple[str, str, str]]:
    """Label, effect and state of each row of a combination."""
    yield "3 of 4", "number", "ok"
    if combination == "first":
        yield "nothing arose: y applies", "zero", "nothing_arose"
        yield from ((f"missing: {effect}", effect, "missing") for effect in ("zero", "withhold", "error"))
        return
    yield from ((f"nothing arose: {effect}", effect, "nothing_arose") for effect in EFFECTS)


def allowed() -> Iterator[str]:
    """What each state may be given: the table of states and effects."""
    yield "| state | " + " | ".join(EFFECTS) + " | exclude, with its ground |"
    yield "|---" * (len(EFFECTS) + 2) + "|"
    for state in EVIDENCE_STATES:
        cells = [answer(state, effect) for effect in (*EFFECTS.values(), GROUND)]
        yield f"| `{state.word}` | " + " | ".join(cells) + " |"


def answer(state: State, effect: str) -> str:
    """Yes, or the code for which an edition is refused that gives a state this effect."""
    others = {each.word: "zero" for each in ALWAYS_POSSIBLE} | {"not_applicable": "zero", state.word: effect}
    if effect in ("withhold", "error") and state in ALWAYS_POSSIBLE:
        others |= {each.word: effect for each in ALWAYS_POSSIBLE}
    body = "measure: {choice: plan}, table: {on_time: 4, late: 1, never: 0}"
    if state is State.NOTHING_AROSE:
        body = "measure: {ratio: [done, all_of]}, scale: proportional"
        del others["not_applicable"]
    when = ", ".join(f"{word}: {given}" for word, given in others.items())
    z = leaf("z", "4", "measure: {value: rate}, scale: proportional", ALWAYS)
    _, codes = edition(
        f"  - {{id: g, title: g, max: 8, criteria: [{leaf('x', '4', body, when)}, {z}]}}\n", "8"
    )
    return "yes" if not codes else ", ".join(f"`{code}`" for code in sorted(codes))


def page() -> str:
    """The page as it must stand."""
    rows = [
        row(combination, label, outcome(combination, effect, state))
        for combination in COMBINATIONS
        for label, effect, state in cases(combination)
    ]
    states = [f"| `{each.word}` | {int(each)} | {say(f'state-{each.word}', 'vi')} |" for each in State]
    return "\n".join([
        "# Emptiness", "",
        "Made by `python -m tests.test_emptiness_page`, which scores every row; a test compares.", "",
        "## States", "",
        "Joining two takes the larger. No state of evidence (1 to 5) leaves a leaf: the edition says what",
        "becomes of it there.", "",
        "| state | order | |", "|---|---|---|", *states, "",
        "## What a state may be given", "",
        "In an edition, by leaf (`when`). What would let a unit gain by hiding its evidence is refused.", "",
        *allowed(), "",
        "## What becomes of it above", "",
        "A component `g` of two leaves, x (at most 4, here 3 or empty) and y (1 of 2; under `lowest` of 4),",
        "beside z (4 of 4). The rate converted to 100 decides the class: `high` from 70, if no leaf has 0",
        "points (one excluded passes). A second unit has 2.5 for x and is otherwise equal; it is ranked.", "",
        HEAD, *rows, "",
    ])  # fmt: skip


def test_the_page_of_emptiness_is_what_the_engine_gives() -> None:
    """Every row of `docs/emptiness.md` is what scoring gives."""
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.test_emptiness_page"


def test_no_leaf_may_be_given_more_for_hiding() -> None:
    """For missing, unverified, rejected `full`, `substitute`, `rescale` and a bare `exclude` are refused."""
    for state in ALWAYS_POSSIBLE:
        refused = {effect for effect, written in EFFECTS.items() if answer(state, written) != "yes"}
        assert refused == {"full", "rescale", "substitute", "exclude"}


def group(combine: str, x: str, y: str = ALWAYS) -> frozenset[str]:
    """The codes found in a group of two leaves, with the effects of emptiness of each."""
    body = "measure: {ratio: [done, all_of]}, scale: proportional"
    leaves = [leaf("x", "2", body, x), leaf("y", "2", "measure: {value: rate}, scale: proportional", y)]
    top = "2" if combine == "lowest" else "4"
    text = f"  - {{id: g, title: g, max: {top}, combine: {combine}, criteria: [{', '.join(leaves)}]}}\n"
    return edition(text, top)[1]


def test_what_is_left_out_may_not_raise_the_rest() -> None:
    """`exclude` of what is missing stands in a sum; not where the lowest counts, or the group is rescaled."""
    grounded = ALWAYS.replace("missing: zero", f"missing: {GROUND}")
    assert group("sum", f"{grounded}, nothing_arose: zero") == frozenset()
    assert group("lowest", f"{grounded}, nothing_arose: zero") == {"hiding-pays"}
    assert group("sum", f"{ALWAYS}, nothing_arose: rescale", grounded) == {"hiding-pays"}
    assert group("sum", f"{ALWAYS}, nothing_arose: rescale") == frozenset()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
