"""Hiding never pays: evidence taken away, left unappraised or rejected never raises points."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.evidence.evidence import Evidence
from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults
from parcore.registry import Registry
from parcore.results.result import Scorecard
from parcore.results.scoring import score
from parcore.rules.policies import Quantity
from parcore.values import ALWAYS_POSSIBLE, State
from tests.results.editions import FIELDS, PERIOD, Given, card, datum, edition, editions, statements

RAISED = "more points by hiding"


def number(found: Scorecard, quantity: Quantity = Quantity.BASE) -> Fraction | None:
    """An index; None where the unit has none."""
    value = found.index(quantity, rounded=False)
    return None if value is None else value.known


def raised(read: Edition, before: Scorecard, after: Scorecard) -> list[str]:
    """The criteria, and the index and rate, that pay more after than before.

    What was withheld had no points to compare with; that it now has some is the edition's own choice.
    """
    more = [
        each.id
        for each in read.criteria
        if before.points(each.id).state is not State.WITHHELD
        and after.points(each.id).number > before.points(each.id).number
    ]
    for quantity in (Quantity.BASE, Quantity.RATE):
        one, two = number(before, quantity), number(after, quantity)
        if one is not None and two is not None and two > one:
            more.append(quantity.value)
    return more


def faultless(read: Edition, found: Scorecard) -> bool:
    """Whether no leaf met bad evidence: from an error, taking the evidence away is a correction."""
    return all(found.raw(each.id).state is not State.ERROR for each in read.leaves)


@given(editions(), statements(), st.sampled_from(FIELDS), st.sampled_from(ALWAYS_POSSIBLE))
def test_hiding_one_field_never_pays(
    read: Edition, evidence: dict[str, Given], field: str, state: State
) -> None:
    """Any field replaced by missing, unverified or rejected raises no criterion, no index and no rate."""
    before = card(read, **evidence)
    assume(faultless(read, before))
    assert not raised(read, before, card(read, **(evidence | {field: state})))


@given(editions(), statements(), st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(ALWAYS_POSSIBLE)))
def test_hiding_several_fields_never_pays(
    read: Edition, evidence: dict[str, Given], hidden: dict[str, State]
) -> None:
    """Hiding several fields at once pays no more than hiding one."""
    before = card(read, **evidence)
    assume(faultless(read, before))
    assert not raised(read, before, card(read, **(evidence | hidden)))


@given(
    editions(),
    statements(),
    st.sampled_from(FIELDS),
    st.sampled_from([State.UNVERIFIED, State.REJECTED]),
)
def test_no_index_is_had_by_leaving_evidence_out(
    read: Edition, evidence: dict[str, Given], field: str, state: State
) -> None:
    """A unit withheld for what is not appraised or is rejected is not let off by not providing it."""
    before = card(read, **(evidence | {field: state}))
    assume(before.state is State.WITHHELD)
    after = card(read, **(evidence | {field: State.MISSING}))
    assert after.state is not State.OK


@given(editions(), statements(), st.sampled_from(FIELDS))
def test_saying_nothing_is_saying_missing(read: Edition, evidence: dict[str, Given], field: str) -> None:
    """A field left out and a field said to be missing are scored alike."""
    left_out = {name: each for name, each in evidence.items() if name != field}
    one, two = card(read, **left_out), card(read, **(evidence | {field: State.MISSING}))
    assert one.trace.values == two.trace.values


@pytest.mark.parametrize("year", [2024, 2025])
def test_hiding_never_pays_under_the_example(year: int) -> None:
    """Under the shipped example no unit gains by hiding any one field, nor any two."""
    registry, period = Registry(), Period(year)
    read = registry.edition(f"example@{year}")
    held = registry.evidence("example", read.vocabulary, (), Defaults())
    data = [each for each in held if each.period == Period(2024)]
    units = sorted({each.unit for each in data})
    fields = sorted({each.field for each in data})
    tried = 0
    for unit in units:
        own: Mapping[str, Given] = {
            each.field: each.text if read.vocabulary.fields[each.field].options else each.value.number
            for each in data
            if each.unit == unit and each.value.state is State.OK
        }

        def scored(given_: Mapping[str, Given], unit: str = unit) -> Scorecard:
            statements_ = [
                datum(unit, field, each, vocabulary=read.vocabulary, period=period)
                for field, each in given_.items()
            ]
            return score(read, Evidence(statements_), registry.units, period).scorecards[0]

        before = scored(own)
        assert faultless(read, before) or year == 2025
        for one, two, state in product(fields, fields, ALWAYS_POSSIBLE):
            assert not raised(read, before, scored({**own, one: state, two: state})), (unit, one, two, state)
            tried += 1
    assert tried == len(units) * len(fields) ** 2 * len(ALWAYS_POSSIBLE)


@pytest.mark.parametrize("state", [each.word for each in ALWAYS_POSSIBLE])
@pytest.mark.parametrize(
    "effect",
    [
        "full",
        "exclude",
        "{effect: substitute, points: 1, basis: interpretation, note: n}",
    ],
)
def test_an_effect_that_makes_hiding_pay_is_found(state: str, effect: str) -> None:
    """Full points, substitute points or a smaller maximum for what is hidden are refused when checked."""
    others = [each.word for each in ALWAYS_POSSIBLE if each.word != state]
    when = ", ".join([f"{state}: {effect}", *(f"{each}: zero" for each in others)])
    _, codes = edition(
        f"""  - {{id: x, title: x, max: 2, when: {{{when}}}, source: {{clause: '1', basis: illustrative}},
     measure: {{value: rate}}, scale: proportional}}
""",
        "2",
    )
    assert "hiding-pays" in codes


def test_hiding_a_penalty_is_found() -> None:
    """Zero for what is hidden would pay more than points below zero: these are refused."""
    _, codes = edition(
        """  - {id: x, title: x, max: 2, when: {missing: zero, unverified: zero, rejected: zero},
     source: {clause: '1', basis: illustrative}, measure: {reported: {min: -2}}}
""",
        "2",
    )
    assert {"hiding-pays", "points-below-zero"} & codes
    assert Period(2024) == PERIOD
