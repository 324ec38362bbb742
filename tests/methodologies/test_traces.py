"""Every installed edition, on generated evidence: a score is a proof that can be computed again."""

from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from parcore.editions.edition import Edition
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit, UnitBook
from parcore.evidence.vocabulary import INDEX, FieldKind, FieldSpec, given_field
from parcore.i18n import Text
from parcore.numbers import exact_text
from parcore.packages import Document
from parcore.registry import Registry
from parcore.results.result import Scorecard
from parcore.results.scoring import score
from parcore.rules.combinations import Reported
from parcore.values import ALWAYS_POSSIBLE, EVIDENCE_STATES, State, Value

REGISTRY = Registry()
DOCUMENTS = REGISTRY.edition_documents()
IDS = [f"{each.methodology}@{each.name}" for each in DOCUMENTS]

Given = tuple[str, Value]


def points_given(rule: Reported, top: Fraction | None) -> st.SearchStrategy[Given]:
    """Points on the rule's step within its bounds; up to 100 where nobody knows the maximum."""
    step = rule.step or Fraction(1, 100)
    most = (Fraction(100) if top is None else top) // step
    numbers = st.integers(int(-(-rule.low // step)), int(most)).map(lambda n: n * step)
    return numbers.map(lambda n: (exact_text(n), Value(State.OK, n)))


def field_given(spec: FieldSpec) -> st.SearchStrategy[Given]:
    """A value that the field admits; small counts, so that ties, zeros and whole shares are common."""
    if spec.kind is FieldKind.CHOICE:
        places = st.integers(0, len(spec.options) - 1)
        return places.map(lambda at: (spec.options[at], Value(State.OK, Fraction(at))))
    step = spec.range.step or Fraction(1, 100)
    low, high = spec.range.interval.low, spec.range.interval.high
    least = 0 if low is None else int(-(-low // step))
    most = least + 12 if high is None else int(high // step)
    counts = st.integers(least, most)
    return counts.map(lambda n: (exact_text(n * step), Value(State.OK, n * step)))


EMPTY: st.SearchStrategy[Given | None] = st.one_of(
    st.none(), st.sampled_from(EVIDENCE_STATES).map(lambda state: ("", Value(state)))
)


HIDDEN: st.SearchStrategy[Given | None] = st.one_of(
    st.none(), st.sampled_from(ALWAYS_POSSIBLE).map(lambda state: ("", Value(state)))
)


def keep_invariants(edition: Edition, data: dict[str, Datum]) -> None:
    """Lower the smaller side of each `a <= b` that the drawn evidence breaks."""
    for each in edition.vocabulary.invariants:
        assert each.rule.op == "<="
        small, large = each.rule.left.name, each.rule.right.name
        assert small is not None
        assert large is not None
        if small in data and large in data and State.OK is data[large].value.state:
            value = data[large].value
            if data[small].value.known is not None and data[small].value.number > value.number:
                data[small] = evolve(data[small], value=value, text=data[large].text)


@st.composite
def scorecards(draw: st.DrawFn, edition: Edition, *, lawful: bool = False) -> Scorecard:
    """The scorecard of one invented unit on evidence of which a part, often none, is empty.

    `lawful` evidence keeps the vocabulary's invariants, as all that the readers let in does.
    """
    group = draw(st.sampled_from(edition.groups))
    unit = Unit("drawn", edition.kinds[0], Text("drawn"), group)
    holes = draw(st.sampled_from([0, 0, 1, 3]))
    data: dict[str, Datum] = {}
    for leaf in edition.leaves:
        assert leaf.rule is not None
        for name in leaf.rule.fields:
            if name in data:
                continue
            if isinstance(leaf.rule, Reported):
                values = points_given(leaf.rule, None if leaf.max is None else leaf.max.of(group))
            else:
                spec = edition.vocabulary.fields.get(name) or given_field(name)
                assert spec is not None
                values = field_given(spec)
            hole = draw(st.integers(0, 9)) < holes
            # What another index says of a unit has only the states that a rule answers.
            empty = EMPTY if not name.startswith(INDEX) else HIDDEN
            drawn = draw(empty) if hole else draw(values)
            if drawn is not None:
                stage = draw(st.sampled_from(Stage)) if hole else Stage.FINAL
                text, value = drawn
                data[name] = Datum(unit.id, Period(edition.first_year), name, value, text, stage)
    if lawful:
        keep_invariants(edition, data)
    spoken = Datum(unit.id, Period(edition.first_year), "@spoken", Value(State.OK), "", Stage.FINAL)
    evidence = Evidence([*data.values(), spoken])
    result = score(edition, evidence, UnitBook([unit]), Period(edition.first_year))
    (card,) = result.scorecards
    return card


def test_editions_are_installed() -> None:
    """The properties below speak of every methodology of the house, not of none."""
    families = {each.methodology for each in DOCUMENTS}
    assert families >= {"par-index-province", "par-index-ministry", "one-stop", "ca-mau-2013"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@given(data=st.data())
def test_a_trace_computes_again(document: Document, data: st.DataObject) -> None:
    """Each step of a scorecard follows from the recorded evidence: computed again it is the same."""
    card = data.draw(scorecards(REGISTRY.load(document)))
    assert card.trace.rerun() == card.trace.values


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@given(data=st.data())
def test_points_lie_within_their_maximum(document: Document, data: st.DataObject) -> None:
    """Where a criterion has points they are from 0 to its maximum, and no more than it could attain."""
    edition = REGISTRY.load(document)
    card = data.draw(scorecards(edition, lawful=True))
    for criterion in edition.criteria:
        points = card.points(criterion.id).known
        if points is None:
            continue
        assert points >= 0
        attainable = card.attainable(criterion.id)
        if attainable is not None and attainable.known is not None:
            assert points <= attainable.known
        if criterion.max is not None:
            assert points <= criterion.max.of(card.group)


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
@given(data=st.data())
def test_a_state_of_evidence_never_leaves_a_leaf(document: Document, data: st.DataObject) -> None:
    """Points of a leaf are a number, or left out, withheld or an error: no state of evidence gets past."""
    edition = REGISTRY.load(document)
    card = data.draw(scorecards(edition))
    allowed = {State.OK, State.EXCLUDED, State.WITHHELD, State.ERROR}
    assert {card.points(leaf.id).state for leaf in edition.leaves} <= allowed
