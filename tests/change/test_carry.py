"""Evidence carried over: sums and means exact, states joined, stages apart, and nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.change.carry import Carried, carry
from parcore.change.joining import Weight, Why
from parcore.diagnostics import Findings, ParcoreError
from parcore.evidence.evidence import Cell, Datum, Evidence, Method, Record, RecordList, Stage
from parcore.evidence.lineage import Label, Lineage
from parcore.evidence.periods import Period
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import RollUp
from parcore.intervals import Interval
from parcore.numbers import exact_text
from parcore.registry import Registry
from parcore.rules.derivations import derive
from parcore.sources import Basis, Source
from parcore.values import State, Value
from tests.evidence.reading import vocabulary
from tests.evidence.test_lineage import chain

WORDS = vocabulary("""vocabulary: words
fields:
  - {id: cases, kind: count, title: Hồ sơ, carry_over: sum, rollup: sum, states: [nothing_arose]}
  - {id: people, kind: count, title: Dân số, carry_over: sum, movement: stock}
  - {id: share, kind: number, unit: "%", range: "[0,100%]", title: Tỷ lệ, carry_over: {weighted_mean: people}}
  - {id: rate, kind: number, unit: "%", range: "[0,100%]", title: Tỷ lệ không có quyền số}
  - {id: score, kind: number, decimals: 2, title: Điểm có hai chữ số}
  - {id: held, kind: number, title: Không gộp, carry_over: none}
  - {id: plan, kind: choice, options: [good, late], title: Kế hoạch}
  - {id: late, kind: count, title: Trễ, derive: {count: dossiers, where: days > 3}}
  - {id: days_in_all, kind: number, decimals: 0, states: [nothing_arose],
     title: Tổng ngày, derive: {sum: days, of: dossiers}}
  - {id: days_each, kind: number, states: [nothing_arose],
     title: Ngày một hồ sơ, derive: {mean: days, of: dossiers}}
  - {id: shortest, kind: number, decimals: 0, states: [nothing_arose],
     title: Ngắn nhất, derive: {min: days, of: dossiers}}
  - {id: longest, kind: number, decimals: 0, states: [nothing_arose],
     title: Dài nhất, derive: {max: days, of: dossiers}}
  - {id: slow, kind: number, unit: "%", range: "[0,100%]", states: [nothing_arose],
     title: Chậm, derive: {share: days > 3, of: dossiers}}
  - {id: usual, kind: number, decimals: 0, states: [nothing_arose],
     title: Thường, derive: {percentile: days, at: 50%, of: dossiers}}
  - {id: lengths, kind: count, title: Số mức, derive: {distinct: days, of: dossiers}}
records:
  - id: dossiers
    fields: [{id: days, kind: count, title: Ngày}]
""")
YEAR, DAY = Period(2000), date(2010, 12, 31)
SOURCE = Source(Basis.ILLUSTRATIVE, "báo cáo")
REGISTRY = Registry()
Said = int | Fraction | State | str


def datum(
    unit: str,
    name: str,
    said: Said,
    stage: Stage = Stage.FINAL,
    period: Period = YEAR,
    source: Source | None = None,
    note: str = "",
) -> Datum:
    """A statement: a number, a state, or the text of a choice."""
    if isinstance(said, State):
        known, text = Value(said), ""
    elif isinstance(said, str):
        known, text = Value(State.OK), said
    else:
        known, text = Value(State.OK, Fraction(said)), exact_text(Fraction(said))
    return Datum(unit, period, name, known, text, stage, source=source, note=note)


def carried(
    data: list[Datum],
    way: tuple[UnitBook, Lineage],
    *,
    weights: Mapping[str, int] | None = None,
    lists: tuple[RecordList, ...] = (),
) -> Carried:
    """The evidence of 2000 on the units of 2010."""
    declared = None if weights is None else {u: Weight(Fraction(n), "a census") for u, n in weights.items()}
    evidence = Evidence(data, lists, {"cases": RollUp.SUM})
    return carry(evidence, WORDS, way[1], way[0], YEAR, DAY, declared)


def value(found: Carried, unit: str, name: str, stage: Stage = Stage.FINAL) -> Value | None:
    """The value that counts of a unit; None where nothing is stated."""
    stated = found.evidence.at(unit, YEAR, name, stage)
    return None if stated is None else stated.value


def reasons(found: Carried) -> set[tuple[str, str, str]]:
    """What is not comparable, and why."""
    return {(each.unit, each.field, each.why.value) for each in found.not_comparable}


MERGER = ("a b", "c")


def test_counts_add_up_and_say_of_which_units() -> None:
    """A declared sum is the sum of the parts, derived, its note naming each, its source theirs."""
    found = carried(
        [datum("a", "cases", 5, source=SOURCE), datum("b", "cases", 7, source=SOURCE)], chain(MERGER)
    )
    (only,) = found.evidence
    assert (only.unit, only.value, only.method, only.source) == (
        "c",
        Value(State.OK, Fraction(12)),
        Method.DERIVED,
        SOURCE,
    )
    assert only.note == "sum of units: a = 5; b = 7"
    assert found.labels == {"c": Label.MERGED}
    assert found.parts == {"c": ("a", "b")}
    assert not found.not_comparable


def test_sources_that_differ_are_not_told_as_one() -> None:
    """The source of a sum is the one of all its parts, or none."""
    other = Source(Basis.ILLUSTRATIVE, "báo cáo khác")
    found = carried(
        [datum("a", "cases", 5, source=SOURCE), datum("b", "cases", 7, source=other)], chain(MERGER)
    )
    assert [each.source for each in found.evidence] == [None]


def test_a_mean_is_weighted_by_its_field_and_exact() -> None:
    """Σ w·x / Σ w, not rounded; its note names the weights and the field they are of."""
    data = [
        datum("a", "share", Fraction(1, 2)), datum("a", "people", 1),
        datum("b", "share", Fraction(1, 3)), datum("b", "people", 6),
    ]  # fmt: skip
    found = carried(data, chain(MERGER))
    assert value(found, "c", "share") == Value(State.OK, Fraction(5, 14))
    assert value(found, "c", "people") == Value(State.OK, Fraction(7))
    note = found.evidence.at("c", YEAR, "share", Stage.FINAL)
    assert note is not None
    assert note.note.startswith("weighted mean of units: a = ")
    assert note.note.endswith("× 6; weight: people")


def test_what_does_not_say_how_it_carries_over_is_withheld() -> None:
    """A rate, a choice that both share, points: not comparable, and no number is made of them."""
    names: dict[str, Said] = {"rate": Fraction(1, 2), "plan": "good", "points:x": 1, "held": 3, "score": 2}
    data = [datum(unit, name, said) for unit in "ab" for name, said in names.items()]
    found = carried(data, chain(MERGER))
    assert reasons(found) == {("c", name, "undeclared") for name in names}
    assert {value(found, "c", name) for name in names} == {Value(State.WITHHELD)}


def test_declared_weights_serve_numbers_that_declare_nothing() -> None:
    """With a user's weights rates and points are means, and say so; what is no such number is not."""
    names: dict[str, tuple[Said, Said]] = {
        "rate": (0, 1),
        "points:x": (1, 4),
        "held": (3, 3),
        "plan": ("good", "good"),
        "score": (1, 2),
    }
    data = [datum(unit, name, said[at]) for at, unit in enumerate("ab") for name, said in names.items()]
    found = carried(data, chain(MERGER), weights={"a": 1, "b": 2})
    assert value(found, "c", "rate") == Value(State.OK, Fraction(2, 3))
    assert value(found, "c", "points:x") == Value(State.OK, Fraction(3))
    assert reasons(found) == {("c", name, "undeclared") for name in ("held", "plan", "score")}
    said = found.evidence.at("c", YEAR, "points:x", Stage.FINAL)
    assert said is not None
    assert said.note == "weighted mean of units: a = 1 × 1; b = 4 × 2; weight: declared (a census)"


def test_points_of_one_part_alone_are_not_those_of_the_whole() -> None:
    """Where nobody set a part's points they are withheld, not missing; where they are missing, missing."""
    weights = {"a": 1, "b": 1}
    found = carried([datum("a", "points:x", 3)], chain(MERGER), weights=weights)
    assert value(found, "c", "points:x") == Value(State.WITHHELD)
    assert reasons(found) == {("c", "points:x", "part")}
    stated = [datum("a", "points:x", 3), datum("b", "points:x", State.MISSING)]
    assert value(carried(stated, chain(MERGER), weights=weights), "c", "points:x") == Value(State.MISSING)


def test_a_weight_that_is_missing_or_zero_in_all_leaves_no_mean() -> None:
    """Without a part's weight, or with weights that add up to 0, there is no mean."""
    data = [datum("a", "rate", 0), datum("b", "rate", 1)]
    assert reasons(carried(data, chain(MERGER), weights={"a": 1})) == {("c", "rate", "weight")}
    assert reasons(carried(data, chain(MERGER), weights={"a": 0, "b": 0})) == {("c", "rate", "no-weight")}
    bare = [datum("a", "share", 0), datum("b", "share", 1), datum("a", "people", 2)]
    found = carried(bare, chain(MERGER))
    assert value(found, "c", "share") == Value(State.MISSING)
    assert ("c", "share", "part") in reasons(found)


@pytest.mark.parametrize(
    ("one", "two", "joined"),
    [
        (5, State.NOTHING_AROSE, 5),
        (State.NOTHING_AROSE, State.NOTHING_AROSE, State.NOTHING_AROSE),
        (5, State.MISSING, State.MISSING),
        (State.UNVERIFIED, State.MISSING, State.MISSING),
        (State.REJECTED, State.MISSING, State.REJECTED),
        (5, None, State.MISSING),
    ],
)
def test_states_join_as_in_roll_up(one: Said, two: Said | None, joined: int | State) -> None:
    """A sum of which one part is missing is missing; what did not arise adds nothing to what did."""
    data = [datum(unit, "cases", said) for unit, said in (("a", one), ("b", two)) if said is not None]
    found = carried(data, chain(MERGER))
    wanted = Value(joined) if isinstance(joined, State) else Value(State.OK, Fraction(joined))
    assert value(found, "c", "cases") == wanted
    part = isinstance(joined, State) and joined > State.NOTHING_AROSE and one == 5
    assert reasons(found) == ({("c", "cases", "part")} if part else set())


def test_a_part_known_by_a_bound_alone_is_missing_and_named() -> None:
    """A number stated by a bound adds up to nothing known; the note tells the bound."""
    bounded = datum("a", "cases", State.MISSING)
    bounded = Datum("a", YEAR, "cases", bounded.value, "> 80", Stage.FINAL, bound=Interval(low=Fraction(80)))
    found = carried([bounded, datum("b", "cases", 3)], chain(MERGER))
    (only,) = found.evidence
    assert (only.value, only.note) == (Value(State.MISSING), "sum of units: a = > 80; b = 3")


def test_intact_units_carry_everything_as_it_is() -> None:
    """Of a unit that is the same territory under another id every statement stands, but for the id."""
    data = [
        datum("a", "rate", Fraction(1, 3), Stage.SELF, note="của đơn vị", source=SOURCE),
        datum("a", "rate", Fraction(1, 4), Stage.APPRAISED),
        datum("a", "plan", "late"),
        datum("a", "points:x", State.REJECTED),
    ]
    found = carried(data, chain(("a", "b"), ("b", "c d"), ("c d", "e")))
    assert not found.not_comparable
    as_b = [Datum("e", d.period, d.field, d.value, d.text, d.stage, d.method, d.source, d.note) for d in data]
    assert list(found.evidence) == as_b


def test_a_unit_without_events_keeps_its_evidence() -> None:
    """Where nothing happened between the two days carrying changes nothing at all."""
    units, lineage = chain(("a", "b"))
    evidence = Evidence([datum("b", "rate", 1, period=Period(2001))])
    found = carry(evidence, WORDS, lineage, units, Period(2001), DAY)
    assert list(found.evidence) == list(evidence)


@pytest.mark.parametrize(
    ("steps", "label"),
    [([("a", "c d")], "split"), ([("a b", "c d")], "redrawn"), ([("", "n"), ("a n", "c")], "redrawn")],
)
def test_nothing_is_divided(steps: list[tuple[str, str]], label: str) -> None:
    """Of a part of a former unit nothing is known, not even a count; of both parts it is said."""
    found = carried([datum("a", "cases", 5), datum("b", "cases", 5)], chain(*steps))
    assert ("c", "cases", label) in reasons(found)
    assert value(found, "c", "cases") == Value(State.WITHHELD)


def test_new_units_units_of_unknown_origin_and_ended_ones_are_told() -> None:
    """A new unit has no past; what ended is named; what no event tells of is not guessed by its name."""
    units, lineage = chain(("a", ""), ("", "n"))
    known = [*units.units.values(), *chain(("x", "y"))[0].units.values()]
    found = carried([datum("a", "cases", 5), datum("x", "cases", 5)], (UnitBook(known), lineage))
    assert reasons(found) == {("n", "", "new"), ("y", "", "unknown")}
    assert found.ended == ("a", "x")
    assert not list(found.evidence)


def test_stages_are_kept_apart() -> None:
    """At each stage the parts count as they would themselves: what only one unit says is not appraised."""
    data = [
        datum("a", "cases", 5, Stage.SELF), datum("a", "cases", 4, Stage.APPRAISED),
        datum("b", "cases", 7, Stage.SELF),
    ]  # fmt: skip
    found = carried(data, chain(MERGER))
    assert value(found, "c", "cases", Stage.SELF) == Value(State.OK, Fraction(12))
    assert value(found, "c", "cases", Stage.FINAL) == Value(State.UNVERIFIED)
    assert [each.why for each in found.lacking(Stage.FINAL)] == [Why.PART]
    assert found.lacking(Stage.SELF) == []


def test_months_before_and_after_a_merger_make_its_year() -> None:
    """Months are carried each by its own day: the year of a merger rolls up from both sides of it."""
    units, lineage = chain(("a b", "c"))
    before = [datum(u, "cases", 2, period=Period(2000, quarter=q)) for u in "ab" for q in (3, 4)]
    after = [datum("c", "cases", 10, period=Period(2001, quarter=q)) for q in (1, 2, 3, 4)]
    evidence = Evidence([*before, *after], (), {"cases": RollUp.SUM})
    found = carry(evidence, WORDS, lineage, units, Period(2001), DAY)
    year = found.evidence.at("c", Period(2001), "cases", Stage.FINAL)
    half = [found.evidence.at("c", Period(2000, quarter=q), "cases", Stage.FINAL) for q in (3, 4)]
    assert year is not None
    assert year.value.number == 40
    assert [each and each.value.number for each in half] == [4, 4]


def listed(unit: str, *days: int, stage: Stage = Stage.FINAL) -> RecordList:
    """A list of dossiers, each of so many days, numbered from 1."""
    cells = [{"days": Cell(Value(State.OK, Fraction(each)), str(each))} for each in days]
    records = tuple(Record(str(at), each) for at, each in enumerate(cells, 1))
    return RecordList(unit, YEAR, "dossiers", records, stage)


def test_lists_are_carried_over_as_their_union() -> None:
    """All dossiers of the parts are those of the whole; a number used in two units stays two dossiers."""
    found = carried([], chain(MERGER), lists=(listed("a", 2, 5), listed("b", 9)))
    union = found.evidence.records("c", YEAR, "dossiers", Stage.FINAL)
    assert union is not None
    assert [each.id for each in union.records] == ["a/1", "a/2", "b/1"]


@pytest.mark.parametrize(
    "name", ["late", "days_in_all", "days_each", "shortest", "longest", "slow", "usual", "lengths"]
)
def test_what_follows_from_lists_is_the_same_before_and_after(name: str) -> None:
    """What follows from the parts' dossiers is what follows from the union, though it may not add up."""
    lists = (
        listed("a", 2, 5),
        listed("b", 9, 5, 4),
        listed("a", 1, stage=Stage.SELF),
        listed("b", 7, stage=Stage.SELF),
    )
    way = chain(MERGER)
    first = carried(list(derive(Evidence([], lists), WORDS, Findings())), way, lists=lists)
    then = derive(carried([], way, lists=lists).evidence, WORDS, Findings())
    for stage in (Stage.SELF, Stage.FINAL):
        one, two = first.evidence.at("c", YEAR, name, stage), then.at("c", YEAR, name, stage)
        assert one is not None
        assert two is not None
        assert one.value.state is State.OK
        assert one.value == two.value


def test_a_mean_over_dossiers_without_all_lists_is_not_comparable() -> None:
    """Where one part handed in no list its mean is not known; the other's is not taken for the whole."""
    lists = (listed("a", 2, 5),)
    found = carried(list(derive(Evidence([], lists), WORDS, Findings())), chain(MERGER), lists=lists)
    datum = found.evidence.at("c", YEAR, "days_each", Stage.FINAL)
    assert datum is not None
    assert datum.value.state is State.WITHHELD
    assert ("c", "days_each", "undeclared") in reasons(found)


def test_a_list_that_a_part_did_not_hand_in_leaves_the_union_missing() -> None:
    """Half of the dossiers are not all of them."""
    found = carried([], chain(MERGER), lists=(listed("a", 2, 5),))
    union = found.evidence.records("c", YEAR, "dossiers", Stage.FINAL)
    assert union is not None
    assert (union.state, union.records) == (State.MISSING, ())
    assert reasons(found) == {("c", "dossiers", "part")}


def test_evidence_is_not_carried_back() -> None:
    """A day before the end of the period is refused: what has merged cannot be divided again."""
    units, lineage = chain(MERGER)
    with pytest.raises(ParcoreError, match="carry-back"):
        carry(Evidence(), WORDS, lineage, units, Period(2005), Period(2004))


COUNTS = st.one_of(
    st.integers(0, 50), st.sampled_from([State.NOTHING_AROSE, State.MISSING, State.UNVERIFIED])
)
STAGES = st.lists(st.sampled_from(list(Stage)), min_size=1, max_size=3, unique=True)


@given(st.data())
def test_carrying_twice_is_carrying_once_and_sums_do_not_depend_on_the_grouping(data: st.DataObject) -> None:
    """Mergers in two steps, in any groups, give what one step does, at every stage and in every state."""
    stated = [
        datum(unit, "cases", data.draw(COUNTS), stage) for unit in "abcd" for stage in data.draw(STAGES)
    ]
    evidence = Evidence(data.draw(st.permutations(stated)))
    middle, two = date(2001, 12, 31), chain(("a b", "e"), ("e c d", "f"))
    once = carry(evidence, WORDS, two[1], two[0], YEAR, DAY).evidence
    half = carry(evidence, WORDS, two[1], two[0], YEAR, middle).evidence
    late = Evidence([Datum(d.unit, Period(2001), *_rest(d)) for d in half])
    twice = carry(late, WORDS, two[1], two[0], Period(2001), DAY).evidence
    other = chain(("c d", "g"), ("a b g", "f"))
    grouped = carry(evidence, WORDS, other[1], other[0], YEAR, DAY).evidence
    for stage in Stage:
        found = [
            each and each.value
            for each in (
                once.at("f", YEAR, "cases", stage),
                twice.at("f", Period(2001), "cases", stage),
                grouped.at("f", YEAR, "cases", stage),
            )
        ]
        assert found[0] == found[1] == found[2]


def _rest(each: Datum) -> tuple[str, Value, str, Stage]:
    return each.field, each.value, each.text, each.stage


@given(st.lists(st.integers(0, 1000), min_size=63, max_size=63))
def test_the_counts_of_63_provinces_add_up_on_34(counts: list[int]) -> None:
    """Counts drawn for the 63 have the same total on the 34, and each of these has that of its parts."""
    old = REGISTRY.units.on(Period(2024).end, ["province"])
    for name, words in (("petitions_received", "one-stop-circular"), ("feedback_received", "service-766")):
        data = [
            datum(unit.id, name, count, period=Period(2024)) for unit, count in zip(old, counts, strict=True)
        ]
        found = carry(
            Evidence(data),
            REGISTRY.vocabularies[words],
            REGISTRY.lineage,
            REGISTRY.units,
            Period(2024),
            Period(2025),
        )
        of = {each.unit: each.value.number for each in data}
        now = {each.unit: each.value.number for each in found.evidence}
        assert len(now) == 34
        assert not found.not_comparable
        assert sum(now.values()) == sum(counts)
        assert now == {unit: sum(of[part] for part in parts) for unit, parts in found.parts.items()}
