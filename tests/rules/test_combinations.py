"""Rules: deductions, tables, guards and points given, against the plainest reading of their words."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parcore.numbers import exact_text
from parcore.readings.exact import evaluate
from parcore.rules.combinations import ConditionTable, interpretations
from parcore.rules.program import lay_out
from parcore.values import ALWAYS_POSSIBLE, EVIDENCE_STATES, State, Value
from tests import strategies as our
from tests.rules.reading import facts, number, read

F = Fraction


def ok(number_: Fraction | int) -> Value:
    """A number as a value."""
    return Value(State.OK, F(number_))


@given(
    st.sampled_from([F(6), F(2), F(15)]),
    st.sampled_from([F(0), F(1)]),
    st.sampled_from([F(3, 2), F(1, 4), F(3)]),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_a_deduction_stops_at_its_floor(
    start: Fraction, floor: Fraction, each: Fraction, late: int, done: int
) -> None:
    """Points are taken off a start, so many for each count, and never fall under the floor."""
    parts = f"[{{per: late, points: {number(each)}}}, {{per: [done, few], points: 0.75}}]"
    found = read(
        f"deduct: {{from: {number(start)}, floor: {number(floor)}, parts: {parts}}}\n", top=number(start)
    )
    left = start - each * late - F(3, 4) * (done + 2)
    assert found.points(late=late, done=done, few=2) == ok(max(floor, left))


def test_the_deduction_of_tt_04_2014() -> None:
    """TT 04/2014/TT-TTCP, article 12: of 6, one not done (1,5) and two late (0,75 each) leave 3."""
    parts = "[{per: done, points: 1.5}, {per: late, points: 0.75}]"
    found = read(f"deduct: {{from: 6, floor: 0, parts: {parts}}}\n", top="6")
    assert found.points(done=1, late=2) == ok(3)
    assert found.points(done=4, late=0) == ok(0)
    assert found.points(done=9, late=9) == ok(0)


@pytest.mark.parametrize("state", EVIDENCE_STATES)
def test_no_part_of_a_deduction_hides(state: State) -> None:
    """An empty count leaves the deduction without points, even one at its floor; nothing arose is 0."""
    parts = "[{per: done, points: 1}, {per: late, points: 1}]"
    found = read(f"deduct: {{from: 10, floor: 0, parts: {parts}}}\n")
    nothing = state is State.NOTHING_AROSE
    assert found.points(done=50, late=state) == (ok(0) if nothing else Value(state))
    assert found.points(done=state, late=4) == (ok(6) if nothing else Value(state))


@pytest.mark.parametrize(
    ("plan", "points"),
    [
        ("on_time", ok(10)),
        ("late", ok(F(15, 2))),
        ("never", Value(State.EXCLUDED)),
        ("other", Value(State.ERROR)),
        *((state, Value(state)) for state in EVIDENCE_STATES),
    ],
)
def test_a_choice_pays_what_its_row_says(plan: str | State, points: Value) -> None:
    """Each option pays its points, its share of the maximum or its state; an empty choice stays empty."""
    found = read("measure: {choice: plan}\ntable: {on_time: 10, late: 75%, never: exclude}\n")
    assert found.points(plan=plan) == points


def test_every_option_has_its_points() -> None:
    """An option without points, or points for an option that is none, are found."""
    assert "option-without-points" in read("measure: {choice: plan}\ntable: {on_time: 10, late: 5}\n").codes
    more = "measure: {choice: plan}\ntable: {on_time: 10, late: 5, never: 0, soon: 7}\n"
    assert "option-unknown" in read(more).codes


Comparison = tuple[str, str, Fraction]
SAYS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "{name} < {edge}": lambda x, edge: x < edge,
    "{name} <= {edge}": lambda x, edge: x <= edge,
    "{name} = {edge}": lambda x, edge: x == edge,
    "{name} != {edge}": lambda x, edge: x != edge,
    "{name} > {edge}": lambda x, edge: x > edge,
    "{name} >= {edge}": lambda x, edge: x >= edge,
    "{name} in (…,{edge}]": lambda x, edge: x <= edge,
    "{name} in [{edge},…)": lambda x, edge: x >= edge,
    "{name} in ={edge}": lambda x, edge: x == edge,
}
JOINS: dict[str, Callable[[list[bool]], bool]] = {
    "[{0}]": all,
    "{{all: [{0}]}}": all,
    "{{any: [{0}]}}": any,
    "{{not: {{any: [{0}]}}}}": lambda truths: not any(truths),
    "{{not: [{0}]}}": lambda truths: not all(truths),
}
COMPARISONS = st.tuples(
    st.sampled_from(["x", "y"]),
    st.sampled_from(sorted(SAYS)),
    st.sampled_from([F(0), F(1, 2), F(4, 5), F(1)]),
)
CONDITIONS = st.tuples(st.sampled_from(sorted(JOINS)), st.lists(COMPARISONS, min_size=1, max_size=3))
AWARDS = st.sampled_from([F(0), F(1), F(5), F(10)])
TABLE = """measures: {{x: {{value: rate}}, y: {{ratio: [done, all_of]}}}}
table:
{rows}"""


def condition(join: str, comparisons: list[Comparison]) -> str:
    """A condition as an author writes it."""
    texts = [f"'{says.format(name=name, edge=exact_text(edge))}'" for name, says, edge in comparisons]
    return join.format(", ".join(texts))


def holds(join: str, comparisons: list[Comparison], point: dict[str, Fraction]) -> bool:
    """Whether it holds."""
    return JOINS[join]([SAYS[says](point[name], edge) for name, says, edge in comparisons])


GRID = [F(0), F(1, 4), F(1, 2), F(3, 4), F(4, 5), F(9, 10), F(1)]


@given(st.lists(st.tuples(CONDITIONS, AWARDS), min_size=1, max_size=5))
def test_a_condition_table_is_read_row_by_row(
    rows: list[tuple[tuple[str, list[Comparison]], Fraction]],
) -> None:
    """The first row that holds pays; where none does there is no answer; gaps and overlaps are found.

    The grid has every edge and a number on both sides of it, so looking at it decides.
    """
    lines = "".join(f"  - {{when: {condition(*each)}, points: {number(pays)}}}\n" for each, pays in rows)
    found = read(TABLE.format(rows=lines))
    table = found.rule
    assert isinstance(table, ConditionTable)
    gap = overlap = False
    for x, y in product(GRID, GRID):
        point = {"x": x, "y": y}
        truths = [holds(*each, point) for each, _ in rows]
        assert [row.condition.holds(point, "") for row in table.rows] == truths
        said = [pays for truth, (_, pays) in zip(truths, rows, strict=True) if truth]
        got = found.points(rate=x, done=y.numerator, all_of=y.denominator)
        assert got == (ok(said[0]) if said else Value(State.ERROR))
        gap |= not said
        overlap |= len(set(said)) > 1
    assert ("cases-gap" in found.codes) == gap
    assert ("cases-overlap" in found.codes) == overlap


@pytest.mark.parametrize("state", ALWAYS_POSSIBLE)
def test_no_row_decides_while_a_measure_hides(state: State) -> None:
    """A row that holds for one measure does not pay while another measure has no number."""
    rows = "  - {when: 'x >= 50%', points: 10}\n  - {when: 'x < 50%', points: 0}\n"
    found = read(TABLE.format(rows=rows))
    assert found.points(rate=1, done=1, all_of=2) == ok(10)
    assert found.points(rate=1, done=state, all_of=2) == Value(state)
    assert found.points(rate=state, done=1, all_of=2) == Value(state)
    assert found.points(rate=1, done=0, all_of=0) == Value(State.NOTHING_AROSE)


def test_an_interpretation_decides_before_the_text() -> None:
    """Ours stands before the rows of the text, and is theirs no longer where it holds."""
    rows = "  - {when: 'x >= 50%', points: 10}\n  - {when: 'x <= 50%', points: 5}\n"
    ours = "interpret:\n  - {case: 'x = 50%', points: 10, basis: interpretation, note: the higher}\n"
    assert "cases-overlap" in read(TABLE.format(rows=rows)).codes
    found = read(TABLE.format(rows=rows) + ours)
    assert not {"cases-overlap", "cases-gap", "interpret-needless"} & found.codes
    assert [found.points(rate=F(n, 4), done=1, all_of=2).number for n in (1, 2, 3)] == [5, 10, 10]
    assert isinstance(found.rule, ConditionTable)


JOINED: dict[str, Callable[[int, int], bool]] = {
    "[done > 0, late = 0]": lambda done, late: done > 0 and late == 0,
    "{any: [done > 0, late = 0]}": lambda done, late: done > 0 or late == 0,
    "{all: [done > 0, late = 0]}": lambda done, late: done > 0 and late == 0,
    "{not: {any: [done > 0, late = 0]}}": lambda done, late: not (done > 0 or late == 0),
    "{not: 'done in [1,3]'}": lambda done, _: not 1 <= done <= 3,
    "'done in (0,3)'": lambda done, _: 0 < done < 3,
    "'done in =2'": lambda done, _: done == 2,
    "'done in (…,2]'": lambda done, _: done <= 2,
    "'done in (…,…)'": lambda _, __: True,
    "done + late >= 2 * limit": lambda done, late: done + late >= 4,
    "done - late != 1": lambda done, late: done - late != 1,
    "{any: [{all: [done = 1, late = 1]}, {not: [late < 3]}]}": lambda done, late: (
        (done == 1 and late == 1) or late >= 3
    ),
}


@pytest.mark.parametrize("text", JOINED)
@pytest.mark.parametrize("word", ["if", "unless"])
def test_a_guard_decides_where_its_condition_holds(text: str, word: str) -> None:
    """A guard pays its points where its condition holds (`unless`: does not), else the rule decides."""
    guard = f"guard: {{{word}: {text}, points: 1}}\n"
    found = read(f"figures: {{limit: 2}}\n{guard}measure: {{value: few}}\nscale: {{slope: 1}}\n")
    for done in range(5):
        for late in range(5):
            decides = JOINED[text](done, late) == (word == "if")
            assert found.points(done=done, late=late, few=7) == ok(1 if decides else 7), (done, late)


@pytest.mark.parametrize("text", [each for each in JOINED if "late" in each] + ["'late in (…,…)'"])
@pytest.mark.parametrize("state", ALWAYS_POSSIBLE)
def test_a_guard_does_not_decide_on_what_hides(text: str, state: State) -> None:
    """A guard whose field is hidden gives that state, whatever its other parts say."""
    found = read(f"figures: {{limit: 2}}\nguard: {{if: {text}, points: 1}}\n"
                 "measure: {value: few}\nscale: {slope: 1}\n")  # fmt: skip
    for done in range(3):
        assert found.points(done=done, late=state, few=7) == Value(state)


def test_a_guard_of_which_nothing_arose_does_not_hold() -> None:
    """Where nothing arose that a guard speaks of, its condition does not hold, and the rule decides."""
    body = "measure: {value: few}\nscale: {slope: 1}\n"
    nothing = State.NOTHING_AROSE
    assert read("guard: {if: late > 0, points: 1}\n" + body).points(late=nothing, few=7) == ok(7)
    assert read("guard: {unless: late > 0, points: 1}\n" + body).points(late=nothing, few=7) == ok(1)


@pytest.mark.parametrize("parts", ["late > 0, done > 3", "done > 3, late > 0"])
def test_one_part_of_an_any_is_enough_though_nothing_arose_of_another(parts: str) -> None:
    """A claim that nothing arose of one thing does not undo what a guard finds in another."""
    found = read(
        f"guard: {{if: {{any: [{parts}]}}, points: 1}}\nmeasure: {{value: few}}\nscale: {{slope: 1}}\n"
    )
    assert found.points(late=State.NOTHING_AROSE, done=9, few=7) == ok(1)
    assert found.points(late=State.NOTHING_AROSE, done=0, few=7) == ok(7)
    for state in ALWAYS_POSSIBLE:
        assert found.points(late=State.NOTHING_AROSE, done=state, few=7) == Value(state)


def test_what_settles_a_guard_needs_no_effect() -> None:
    """Nothing arose, of a guard's own field, is no state of the rule: an effect for it is never reached."""
    found = read("guard: {if: late > 0, points: 1}\nmeasure: {value: few}\nscale: {per: 1, cap: 10}\n")
    assert found.rule.states() == frozenset()
    assert not found.codes


def test_guards_are_read_in_order() -> None:
    """The first guard that decides pays, even where the rule has no number."""
    guards = "guard: [{if: late > 2, points: 0}, {if: late > 0, points: 1}]\n"
    found = read(guards + "measure: {value: few}\nscale: {slope: 1}\n")
    assert [found.points(late=n, few=7).number for n in (0, 1, 2, 3)] == [7, 1, 1, 0]
    assert found.points(late=3, few=State.MISSING) == ok(0)
    assert found.points(late=0, few=State.MISSING) == Value(State.MISSING)


def test_a_condition_has_the_threshold_of_the_unit_s_group() -> None:
    """Where a threshold and the points differ by group, a row decides for each group by its own."""
    found = read(
        "figures: {enough: {a: 2, b: 5}}\nmeasures: {m: {value: few}}\n"
        "table: [{when: 'm >= enough', points: {a: 10, b: 8}}, {when: 'm < enough', points: 0}]\n",
        top="{a: 10, b: 8}",
        groups=("a", "b"),
    )
    assert not found.codes
    assert [found.points(group, few=3) for group in ("a", "b")] == [ok(10), ok(0)]
    assert [found.points(group, few=5) for group in ("a", "b")] == [ok(10), ok(8)]


OURS = "basis: interpretation, note: x"
FEW, SCALE = "measure: {value: few}\n", "scale: {per: 1, cap: 10}\n"
ROWS = "measures: {m: {value: few}}\ntable: [{when: m >= 5, points: 10}, {when: m < 4, points: 0}]\n"
SETTLED = f"interpret: [{{{{case: '{{}}', points: 1, {OURS}}}}}]\n"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (FEW + SCALE, 0),
        (
            f"{FEW}cases: [{{in: '[0,4)', points: 0}}, {{in: '[5,12]', points: 10}}]\n{SETTLED.format('=4')}",
            1,
        ),
        (ROWS + SETTLED.format("m = 4"), 1),
        (f"{FEW}{SCALE}guard: [{{if: few > 11, points: 10, {OURS}}}, {{if: few > 10, points: 9}}]\n", 1),
        ("measure: reported\n", 0),
    ],
)
def test_what_is_settled_by_us_is_counted(body: str, count: int) -> None:
    """Of steps, rows and guards those count whose source is an interpretation, and no others."""
    found = read(body)
    assert not found.codes
    assert interpretations(found.rule) == count


def test_of_a_once_only_group_the_largest_is_taken_off() -> None:
    """Of two parts that count once only the larger counts, whichever is first; a part alone counts too."""
    parts = "[{id: a, per: few, points: 1}, {id: b, per: late, points: 2}, {per: done, points: 3}]"
    rule = read(f"deduct: {{from: 10, floor: 0, parts: {parts}, once: [[a, b]]}}\n")
    assert not rule.codes
    assert rule.points(few=1, late=1, done=1) == ok(5)
    assert rule.points(few=4, late=1, done=1) == ok(3)
    assert rule.points(few=4, late=State.NOTHING_AROSE, done=0) == ok(6)


def test_an_option_pays_what_it_pays_the_unit_s_group() -> None:
    """Where the points of an option differ by group, each unit has those of its own."""
    table = "{on_time: {a: 10, b: 8}, late: {a: 1, b: 2}, never: 0}"
    when = "missing: zero, unverified: zero, rejected: zero, not_applicable: zero"
    body = f"measure: {{choice: plan}}\ntable: {table}\n"
    found = read(body, top="{a: 10, b: 8}", when=when, groups=("a", "b"))
    assert not found.codes
    assert [found.points(group, plan="on_time") for group in ("a", "b")] == [ok(10), ok(8)]
    assert [found.points(group, plan="late") for group in ("a", "b")] == [ok(1), ok(2)]


def test_an_option_s_name_is_its_position() -> None:
    """A condition compares a choice with an option's name."""
    found = read("guard: {if: plan != on_time, points: 0}\nmeasure: {value: few}\nscale: {slope: 1}\n")
    assert [found.points(plan=each, few=7).number for each in our.OPTIONS] == [7, 0, 0]


@given(st.sampled_from([F(-1), F(0), F(5), F(10), F(21, 2)]))
def test_points_given_stay_within_their_bounds(points: Fraction) -> None:
    """Points given are the points from the least to the maximum, ends included; beyond, bad evidence."""
    for low, body in ((F(0), "measure: reported\n"), (F(-1), "measure: {reported: {min: -1}}\n")):
        found = read(body)
        got = found.points(**{"points:x": points})
        assert got == (ok(points) if low <= points <= 10 else Value(State.ERROR))
    unknown = read("measure: reported\n", top="unknown")
    assert unknown.points(**{"points:x": points}) == (ok(points) if points >= 0 else Value(State.ERROR))


RULES = {
    "ladder": "measure: {ratio: [done, all_of]}\n"
    "scale: [{at_least: 80%, points: proportional}, {otherwise: 0}]\n",
    "deduction": "deduct: {from: 10, floor: 0, parts: [{per: done, points: 1}, {per: late, points: 2}]}\n",
    "choice": "measure: {choice: plan}\ntable: {on_time: 10, late: 5, never: 0}\n",
    "table": TABLE.format(rows="  - {when: 'x >= 50%', points: 10}\n  - {when: 'x < 50%', points: 0}\n"),
    "guarded": "guard: {if: late > 0, points: 0}\nmeasure: {value: few}\nscale: {per: 1, cap: 10}\n",
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_names_the_fields_it_reads(name: str) -> None:
    """A rule asks for the fields that it names and no other, each once."""
    found = read(RULES[name])
    asked: set[str] = set()
    inner = facts({"done": 1, "all_of": 1, "late": 0, "few": 1, "rate": 1, "plan": "on_time"})

    class Asking(our.Facts):
        def field(self, name: str, lag: int) -> Value:
            asked.add(name)
            return inner.field(name, lag)

        def symbol(self, name: str, options: tuple[str, ...], lag: int) -> Value:
            asked.add(name)
            return inner.symbol(name, options, lag)

    evaluate(lay_out({"x": found.rule.node("", F(10))}), Asking())
    assert asked == set(found.rule.fields)
    assert len(found.rule.fields) == len(set(found.rule.fields))


EVIDENCE = st.fixed_dictionaries(
    {
        **{
            name: st.one_of(st.integers(0, 6), our.EMPTY_EVIDENCE)
            for name in ("done", "all_of", "late", "few")
        },
        "rate": st.one_of(st.sampled_from(GRID), our.EMPTY_EVIDENCE),
        "plan": st.one_of(st.sampled_from(our.OPTIONS), our.EMPTY_EVIDENCE),
    }
)


@given(st.sampled_from(sorted(RULES)), EVIDENCE)
def test_a_rule_pays_from_zero_to_the_maximum_or_says_why_not(
    name: str, evidence: dict[str, Fraction | int | str | State]
) -> None:
    """Within the invariants a rule pays from 0 to its maximum, or has a declared state."""
    done, all_of = (evidence[each] for each in ("done", "all_of"))
    assume(not (isinstance(done, int) and isinstance(all_of, int)) or done <= all_of or not all_of)
    found = read(RULES[name])
    got = found.points(**evidence)
    declared = {each for each in evidence.values() if isinstance(each, State)} | found.rule.states()
    if got.state is State.OK:
        assert 0 <= got.number <= 10
    elif got.state is State.ERROR:
        assert name in ("ladder", "table")  # a part over an empty whole is bad evidence
    else:
        assert got.state in declared
