"""Formulas: the grammar, and what each gives, against the plainest reading of the words."""

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from parcore.arithmetic import Formula, Name, Number, Operation, formula_text, names_of, parse_formula
from parcore.expressions import MAX_LENGTH, ExpressionError
from parcore.numbers import exact_text
from parcore.rules.combinations import Scored
from parcore.rules.protocols import Measure
from parcore.values import ALWAYS_POSSIBLE, State, Value
from tests.rules.reading import VOCABULARY, Read, read

F = Fraction
FIGURES = {"half": F(1, 2), "three": F(3)}
FIELDS = ("done", "late", "all_of", "few", "rate", "fine", "seats")
NOTHING = State.NOTHING_AROSE


def formulas(names: tuple[str, ...] = (*FIELDS, *FIGURES)) -> st.SearchStrategy[Formula]:
    """Formulas of every shape."""
    numbers_ = st.sampled_from([F(0), F(1), F(2), F(1, 2), F(49, 4), F(100), F(1, 1000)])
    leaf = st.one_of(numbers_.map(Number), st.sampled_from(names).map(Name))

    def joined(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
        two = st.builds(lambda op, a, b: Operation(op, (a, b)), st.sampled_from("+-*/"), inner, inner)
        several = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(two, two, st.builds(Operation, st.sampled_from(["min", "max"]), several))

    return st.recursive(leaf, joined, max_leaves=8)


def field_values(name: str) -> st.SearchStrategy[Value]:
    """Numbers that a field may hold, its ends among them, and every state it may be in."""
    spec = VOCABULARY.fields[name]
    probes = [F(n, d) for d in (1, 2, 3) for n in range(-6, 37)]
    inside = [each for each in probes if each in spec.range]
    empty = [Value(state) for state in (*ALWAYS_POSSIBLE, *sorted(spec.states))]
    known = st.sampled_from(inside).map(lambda each: Value(State.OK, each))
    return st.one_of(known, known, known, st.sampled_from(empty))


def evidence() -> st.SearchStrategy[dict[str, Value]]:
    """A value for each field."""
    return st.fixed_dictionaries({name: field_values(name) for name in FIELDS})


def joined_state(*values: Value) -> State:
    """The largest state."""
    return max(each.state for each in values)


def plain(part: Formula, known: Mapping[str, Value]) -> Value:
    """What a formula gives, from the words of its definition."""
    if isinstance(part, Number):
        return Value(State.OK, part.value)
    if isinstance(part, Name):
        return Value(State.OK, FIGURES[part.name]) if part.name in FIGURES else known[part.name]
    args = [plain(each, known) for each in part.args]
    if part.op in "+-":
        return _plain_sum(part.op, args)
    if part.op == "/":
        moved = any(name not in FIGURES for name in names_of(part.args[1]))
        return _plain_quotient(*args, moved=moved)
    state = joined_state(*args)
    if state is not State.OK:
        return Value(state)
    numbers = [each.number for each in args]
    if part.op == "*":
        return Value(State.OK, numbers[0] * numbers[1])
    return Value(State.OK, min(numbers) if part.op == "min" else max(numbers))


def _plain_sum(op: str, args: list[Value]) -> Value:
    signs = (1, -1 if op == "-" else 1)
    there = [(sign, each) for sign, each in zip(signs, args, strict=True) if each.state is not NOTHING]
    if not there:
        return Value(NOTHING)
    state = joined_state(*(each for _, each in there))
    return Value(state) if state else Value(State.OK, F(sum(sign * each.number for sign, each in there)))


def _plain_quotient(part: Value, whole: Value, *, moved: bool) -> Value:
    empty = whole.state is NOTHING or (whole.state is State.OK and whole.number == 0)
    if moved and empty:
        if part.state is State.ERROR or (part.state is State.OK and part.number):
            return Value(State.ERROR)
        return Value(NOTHING)
    if part.state is State.OK and whole.state is State.OK:
        return Value(State.OK, part.number / whole.number) if whole.number > 0 else Value(State.ERROR)
    if moved and part.state is NOTHING and whole.state is State.OK:
        return Value(State.ERROR)
    return Value(joined_state(part, whole))


def written(formula: Formula) -> Read:
    """A criterion that pays the number of a formula."""
    text = formula_text(formula)
    assume(len(text) <= MAX_LENGTH)
    figures = "".join(f"  {name}: {exact_text(each)}\n" for name, each in FIGURES.items())
    found = read(f"figures:\n{figures}measure: {{formula: '{text}'}}\nscale: {{slope: 1}}\n")
    # A formula without a field, or over a number that is not more than 0, is refused.
    assume(not {"not-a-formula", "formula-divisor"} & found.codes)
    return found


def measured(found: Read) -> Measure:
    """The measure of a criterion."""
    assert isinstance(found.rule, Scored)
    return found.rule.measure


def given_(known: Mapping[str, Value]) -> dict[str, Fraction | int | str | State]:
    """Evidence as a criterion takes it."""
    return {name: each.number if each.state is State.OK else each.state for name, each in known.items()}


@given(formulas(), evidence())
def test_a_formula_is_its_arithmetic(formula: Formula, known: dict[str, Value]) -> None:
    """The graph of a formula gives what the words of its definition give, state for state."""
    found = written(formula)
    assert found.points(**given_(known)) == plain(formula, known)


@given(formulas(), evidence())
@example(
    Operation("+", (Name("seats"), Name("all_of"))),
    {**dict.fromkeys(FIELDS, Value(State.OK)), "seats": Value(NOTHING)},
)
def test_a_formula_stays_in_its_range_and_states(formula: Formula, known: dict[str, Value]) -> None:
    """Every number is in the range that the measure tells, every state among those that it names."""
    found = written(formula)
    measure, value = measured(found), found.points(**given_(known))
    if value.state is State.OK:
        assert value.number in measure.range("")
    else:
        assert value.state in {*measure.states(), *ALWAYS_POSSIBLE, State.ERROR}


@pytest.mark.parametrize(("formula", "bare"), [("done / all_of", True), ("100 * done / all_of", False)])
@pytest.mark.parametrize("more", ["", ", round: 2"])
def test_what_is_reckoned_per_hundred_is_no_share(formula: str, bare: bool, more: str) -> None:
    """A formula with 100 in it is compared with 80 as it stands, rounded or not; a share is not."""
    found = read(
        f"measure: {{formula: {formula}{more}}}\nscale: [{{at_least: 80, points: 10}}, {{otherwise: 0}}]\n"
    )
    assert ("share-bare" in found.codes) == bare


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("done - (late - few)", "done - (late - few)"),
        ("done - (late + few)", "done - (late + few)"),
        ("(done - late) - few", "done - late - few"),
        ("done + (late - few)", "done + late - few"),
        ("done / (late / few)", "done / (late / few)"),
        ("done * (late / few)", "done * (late / few)"),
        ("(done / late) / few", "done / late / few"),
        ("(done + late) * few", "(done + late) * few"),
        ("min(done, late + few) - max(few, 1)", "min(done, late + few) - max(few, 1)"),
    ],
)
def test_a_formula_keeps_the_brackets_that_it_needs(text: str, shown: str) -> None:
    """What is taken off or divided by as a whole stays in brackets, and no others are shown."""
    assert formula_text(parse_formula(text)) == shown


@given(formulas(), evidence())
def test_a_formula_reads_back_as_it_was(formula: Formula, known: dict[str, Value]) -> None:
    """The text of a formula is a formula of the same meaning, and of the same text."""
    text = formula_text(formula)
    assume(len(text) <= MAX_LENGTH)
    again = parse_formula(text)
    assert formula_text(again) == text
    assert plain(again, known) == plain(formula, known)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8 - 3 - 2", F(3)),
        ("8 / 4 / 2", F(1)),
        ("8 - 3 + 2", F(7)),
        ("2 + 3 * 4", F(14)),
        ("(2 + 3) * 4", F(20)),
        ("8 / 4 * 2", F(4)),
        ("2 * (3 - (4 - 5))", F(8)),
        ("-2 + 3", F(1)),
        ("  - 2 * 3", F(-6)),
        ("50% * 4", F(2)),
        ("12.5 %", F(1, 8)),
        ("max(1, 2 + 3, min(9, 8))", F(8)),
        ("min(4)", F(4)),
        ("1/3+1/3+1/3", F(1)),
    ],
)
def test_operations_stand_from_the_left_by_their_rank(text: str, value: Fraction) -> None:
    """Products before sums, each from the left; brackets, per cent and a sign in front as written."""
    assert plain(parse_formula(text), {}) == Value(State.OK, value)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("   ", 0),
        ("a +", 3),
        ("a ++ b", 3),
        ("a ** b", 3),
        ("a // b", 3),
        ("a * -b", 4),
        ("(a", 2),
        ("a)", 1),
        ("a b", 2),
        ("2a", 1),
        ("1e3", 1),
        ("1_000", 1),
        ("0x10", 1),
        ("1.5.2", 3),
        (".5", 0),
        ("min()", 4),
        ("min(a,)", 6),
        ("max(a b)", 6),
        ("abs(a)", 3),
        ("a.real", 1),
        ("a[0]", 1),
        ("__import__('os')", 0),
        ("lambda: a", 6),
        ("a if b else c", 2),
        ("a < b", 2),
        ("A", 0),
        ("a + ١", 4),
        ("a + ²", 4),
        ("a − b", 2),
        ("9" * 61, 0),
        ("a + b\n+ ", 7),
    ],
)
def test_what_is_outside_the_grammar_is_refused_at_its_place(text: str, at: int) -> None:
    """What is no formula, Python or not, is refused with the offset of what was not understood."""
    with pytest.raises(ExpressionError) as found:
        parse_formula(text)
    assert found.value.at == at


@pytest.mark.parametrize("text", ["(" * 200 + "a" + ")" * 200, "min(" * 60 + "a" + ")" * 60, "a" * 501])
def test_what_is_too_long_or_too_deep_is_refused(text: str) -> None:
    """Brackets beyond any use, and texts beyond any formula, are refused."""
    with pytest.raises(ExpressionError):
        parse_formula(text)


@pytest.mark.parametrize("op", "+-*/")
def test_the_longest_formula_is_read(op: str) -> None:
    """A formula of as many terms as the text may hold is read, checked and computed."""
    text = op.join(["few"] * ((MAX_LENGTH + 1) // 4))
    found = read(f"measure: {{formula: '{text}'}}\nscale: {{slope: 1}}\n")
    measure = measured(found)
    assert measure.text().replace(" ", "") == text
    assert F(1) in measure.range("")
    assert found.points(few=2) == plain(parse_formula(text), {"few": Value(State.OK, F(2))})


def test_an_average_of_what_did_not_arise_did_not_arise() -> None:
    """Over a number of the rule a part of which nothing arose is nothing, not bad evidence."""
    found = read("measure: {formula: '(late + all_of) / 2'}\nscale: {slope: 1}\n")
    assert found.points(late=NOTHING, all_of=NOTHING) == Value(NOTHING)
    assert found.points(late=NOTHING, all_of=3) == Value(State.OK, F(3, 2))
    assert NOTHING in measured(found).states()
    constant = read("measure: {formula: '(late + 1) / 2'}\nscale: {slope: 1}\n")
    assert NOTHING not in measured(constant).states()


@pytest.mark.parametrize("divisor", ["0", "(2 - 2)", "(1 - 3)", "(three - 3)", "min(half, 0)"])
def test_a_divisor_that_no_evidence_moves_is_more_than_nothing(divisor: str) -> None:
    """To divide by a number of the rule that is 0 or less is refused: no evidence could mend it."""
    text = (
        f"figures: {{three: 3, half: 50%}}\nmeasure: {{formula: 'done / {divisor}'}}\nscale: {{slope: 1}}\n"
    )
    assert "formula-divisor" in read(text).codes


def test_figures_differ_by_group() -> None:
    """A figure of a formula is the number of each unit group, in its graph and in its range."""
    text = "figures: {goal: {big: 10, small: 5}}\nmeasure: {formula: 'few / goal'}\nscale: {slope: 1}\n"
    found = read(text, groups=("big", "small"))
    measure = measured(found)
    assert found.points("big", few=10).number == F(1)
    assert found.points("small", few=10).number == F(2)
    assert measure.range("big").interval.high == F(12, 10)
    assert measure.range("small").interval.high == F(12, 5)
    assert "word-unused" not in found.codes
