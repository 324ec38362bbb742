"""What `check` accepts stays within bounds: points in [0, maximum], an answer for every number."""

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from parcore.diagnostics import Diagnostic, Place, Severity
from parcore.numbers import exact_text
from parcore.readings.exact import evaluate
from parcore.rules.combinations import Scored
from parcore.rules.deductions import Deduction
from parcore.rules.program import lay_out
from parcore.values import ALWAYS_POSSIBLE, State, Value
from tests import strategies as our
from tests.rules.reading import Read, number, read
from tests.rules.test_arithmetic import FIELDS, evidence, given_

F = Fraction
TOP = 10
MEASURES = (
    "{formula: 'few / 12'}",
    "{formula: 'max(0, min(1, done - late))'}",
    "{formula: 'rate * few - fine'}",
    "{formula: '(late + all_of) / (few + 1)'}",
    "{formula: 'seats - few'}",
    "{formula: 'min(seats, few) / 10', round: 1}",
    "{survey: {answers: {done: 100%, late: 50%, few: 0}}}",
    "{survey: {answers: {done: 5, few: 1}, at_least: 2}}",
    "{value: fine, round: 0}",
    "{value: seats + late}",
    "{ratio: [few, seats], round: 1}",
    "{rank: {measure: {value: few}, within: all, who: all, best: highest}}",
    "{min_max: {measure: {value: few}, within: all, inverse: no}}",
    "{compared: {measure: {value: rate}, with: mean_of_rates, by: difference, within: all, who: all, self: no, round: 0}}",  # noqa: E501  # one measure
    "{index: {name: sipas, of: rank}}",
)
EDGES = (F(-2), F(-1), F(0), F(1, 2), F(1), F(2), F(5), F(10))


def edges() -> st.SearchStrategy[str]:
    """Numbers where steps begin and end."""
    return st.sampled_from(EDGES).map(number)


def points() -> st.SearchStrategy[str]:
    """What steps pay."""
    return st.sampled_from(["0", "5", "10", "12", "-1", "50%", "100%", "proportional"])


@st.composite
def ladders(draw: st.DrawFn) -> str:
    """A ladder."""
    words = st.sampled_from(["at_least", "more_than", "at_most", "less_than"])
    rungs = [
        f"{{{draw(words)}: {draw(edges())}, points: {draw(points())}}}"
        for _ in range(draw(st.integers(0, 2)))
    ]
    return f"scale: [{', '.join([*rungs, f'{{otherwise: {draw(points())}}}'])}]"


@st.composite
def cases(draw: st.DrawFn) -> str:
    """Cases that touch, or leave a number out."""
    at = exact_text(draw(st.sampled_from(EDGES)))
    left, right = draw(st.sampled_from([("]", "("), (")", "["), (")", "(")]))
    low = draw(st.sampled_from(["(…", "[-2", "[0", "[1"]))
    high = draw(st.sampled_from(["…)", "1]", "10]"]))
    first, second = draw(points()), draw(points())
    one = f"{{in: '{low},{at}{left}', points: {first}}}"
    return f"cases: [{one}, {{in: '{right}{at},{high}', points: {second}}}]"


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Straight and broken lines."""
    slope, offset, cap = (draw(edges()) for _ in range(3))
    if draw(st.booleans()):
        return f"scale: {{slope: {slope}, offset: {offset}, cap: {cap}}}"
    steps = draw(st.sampled_from(["pro_rata", "whole"]))
    more = f"each: {draw(edges())}, add: {draw(edges())}, cap: {cap}, steps: {steps}"
    return draw(
        st.sampled_from(
            [
                "scale: proportional",
                "scale: {towards: 1}",
                f"scale: {{slope: {slope}, offset: {offset}}}",
                f"scale: {{per: {slope}, cap: {cap}}}",
                f"scale: {{through: [[0, {offset}], [1, {cap}]]}}",
                f"scale: {{base: {offset}, from: {slope}, {more}}}",
            ]
        )
    )


def errors(found: Read) -> set[str]:
    """The codes that refuse a criterion."""
    return {each for each in found.codes if Diagnostic(each, Place("")).severity is Severity.ERROR}


@given(st.sampled_from(MEASURES), st.one_of(ladders(), cases(), lines()), our.facts(), evidence())
def test_what_is_accepted_pays_within_its_maximum(
    measure: str, scale: str, others: our.Facts, known: dict[str, Value]
) -> None:
    """Every number that a measure may give has points, not under 0 and not over the maximum."""
    found = read(f"measure: {measure}\n{scale}\n", top=str(TOP))
    assume(not errors(found) - {"when-incomplete"})
    rule = found.rule
    assert isinstance(rule, Scored)
    pieces = rule.scale.at("", F(TOP))
    range_ = rule.measure.range("")
    probes = [each for each in (*our.EDGES, *our.AWKWARD, *EDGES) if each in range_]
    value = evaluate(lay_out({"it": rule.measure.node("")}), our.Facts(_fields(known), {}, others.groups))
    own = value["it"]
    if own.state is State.OK and not {"rank", "min_max", "compared"} & set(measure.replace("{", " ").split()):
        assert own.number in range_
        probes.append(own.number)
    for x in probes:
        paid = [piece.slope * x + piece.intercept for piece in pieces if x in piece.interval]
        assert len(paid) == 1
        assert 0 <= paid[0] <= TOP


@given(
    st.sampled_from(MEASURES),
    evidence(),
    our.facts(),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(ALWAYS_POSSIBLE), min_size=1),
)
def test_hiding_gives_no_measure_a_number(
    measure: str, known: dict[str, Value], others: our.Facts, hidden: dict[str, State]
) -> None:
    """With peers held fixed, a number is as it was when something is hidden, or there is none."""
    rule = read(f"measure: {measure}\nscale: proportional\n").rule
    assert isinstance(rule, Scored)
    program = lay_out({"it": rule.measure.node("")})

    def value(fields: dict[str, Value]) -> Value:
        return evaluate(program, our.Facts(_fields(fields), {}, others.groups))["it"]

    before = value(known)
    after = value(known | {name: Value(state) for name, state in hidden.items()})
    if after.state is State.OK:
        assert before == after
    elif after.state is State.NOTHING_AROSE:
        assert before.state in (State.NOTHING_AROSE, State.ERROR)


def _fields(known: dict[str, Value]) -> dict[tuple[str, int], Value]:
    return {(name, 0): value for name, value in known.items()}


PARTS = (
    "{per: late, points: 0.5}",
    "{id: x, per: few, points: 1, cap: 3}",
    "{id: y, measure: {value: rate}, cases: [{in: '[0,50%)', points: 3}, {in: '[50%,100%]', points: 0}]}",
    "{id: z, measure: {formula: 'few * 2'}, scale: {slope: 0.25}}",
    "{measure: {survey: {answers: {done: 100%, late: 0}}}, scale: {slope: 2}}",
    "{measure: {ratio: [few, seats]}, scale: {through: [[0, 4], [1, 0]]}}",
    "{measure: {value: fine}, scale: {slope: 0.5, offset: 1}}",
    "{measures: {m: {value: few}}, table: [{when: m < 6, points: 1}, {when: m >= 6, points: 0.5}]}",
)


@given(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=4, unique=True),
    st.booleans(),
    st.sampled_from(["0", "2"]),
    evidence(),
)
def test_a_deduction_is_its_start_less_what_counts(
    parts: list[str], once: bool, floor: str, known: dict[str, Value]
) -> None:
    """Start less each part (of a once-only group the largest), not under the floor; every state joins."""
    named = {each: each[5] for each in parts if each.startswith("{id: ")}
    grouped = [*named] if once and len(named) > 1 else []
    more = f", once: [[{', '.join(named.values())}]]" if grouped else ""
    text = f"{{from: 10, floor: {floor}, parts: [{', '.join(parts)}]{more}}}"
    found = read(f"deduct: {text}\n", top="10")
    rule = found.rule
    assert isinstance(rule, Deduction), found.codes
    values = {part: found_part(part, known) for part in parts}
    taken = [[values[each]] for each in parts if each not in grouped]
    taken += [[values[each] for each in grouped]] if grouped else []
    amounts = [plain_largest(each) for each in taken]
    there = [each for each in amounts if each.state is not State.NOTHING_AROSE]
    state = max((each.state for each in there), default=State.OK)
    value = found.points(**given_(known))
    if state is not State.OK:
        assert value == Value(state)
    else:
        left = 10 - sum((each.number for each in there), F(0))
        assert value == Value(State.OK, max(F(floor), left))
        assert 0 <= value.number <= 10
    assert State.NOTHING_AROSE not in rule.states()


def plain_largest(values: list[Value]) -> Value:
    """The largest of what arose; its states join."""
    there = [each for each in values if each.state is not State.NOTHING_AROSE]
    if not there:
        return Value(State.NOTHING_AROSE)
    state = max(each.state for each in there)
    return Value(state) if state else max(there, key=lambda each: each.number)


def found_part(part: str, known: dict[str, Value]) -> Value:
    """What a part alone takes off: its own rule, read by itself."""
    found = read(f"deduct: {{from: 1000000, floor: 0, parts: [{part}]}}\n", top="1000000")
    assert isinstance(found.rule, Deduction)
    (alone,) = found.rule.parts
    return evaluate(lay_out({"it": alone.rule.node("", None)}), our.Facts(_fields(known)))["it"]


def test_a_floor_above_its_start_is_told() -> None:
    """Though nobody published the maximum, a deduction never pays more than what it starts from."""
    text = "deduct: {from: 5, floor: 7, parts: [{per: few, points: 1}]}\n"
    assert "points-over-maximum" in read(text, top="unknown").codes
