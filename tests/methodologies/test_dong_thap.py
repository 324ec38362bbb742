"""Đồng Tháp's inspection of 2021: every figure held as it was printed, inexact ones as bounds."""

from __future__ import annotations

from fractions import Fraction

import pytest

import parcore
from parcore.diagnostics import ParcoreError
from parcore.evidence.evidence import Datum, Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults
from parcore.intervals import Interval, at_least
from parcore.registry import Registry
from parcore.results.result import Result
from parcore.sources import Basis
from parcore.values import State, Value

F = Fraction
NAME = "dong-thap-inspection"
YEAR = Period(2021)
REGISTRY = Registry()
DISTRICTS = ("cao-lanh-city", "thap-muoi", "chau-thanh", "hong-ngu", "lai-vung", "sa-dec")


def held(name: str = NAME) -> Evidence:
    """The evidence that the package holds under a name."""
    known = REGISTRY.vocabularies.get(name) or REGISTRY.edition(name).vocabulary
    return REGISTRY.evidence(name, known, (), Defaults())


def said(unit: str, field: str, name: str = NAME) -> Datum:
    """What is stated of a body."""
    datum = held(name).at(f"dong-thap-{unit}", YEAR, field, Stage.FINAL)
    assert datum is not None
    return datum


@pytest.mark.parametrize(
    ("unit", "field", "number", "sentence"),
    [
        ("culture", "procedures", 147, "46/147"),
        ("culture", "procedures_reviewed", 46, "46/147"),
        ("culture", "procedures_proposed", 26, "26 TTHC"),
        ("culture", "dossiers_received", 306, "306 hồ sơ"),
        ("culture", "dossiers_on_time_rate", 1, "100%"),
        ("culture", "dossiers_late", 0, "không có hồ sơ trễ hạn"),
    ],
)
def test_what_is_printed_as_a_number_is_exact(unit: str, field: str, number: int, sentence: str) -> None:
    """A number of the article is that number, with its sentence and the newspaper as its source."""
    datum = said(unit, field)
    assert datum.value == Value(State.OK, F(number))
    assert datum.bound is None
    assert sentence in datum.note
    assert datum.source is not None
    assert (datum.source.basis, "28/10/2021" in datum.source.title) == (Basis.REPORTED, True)


@pytest.mark.parametrize(
    ("unit", "field", "text", "bound", "basis"),
    [
        ("information", "tasks_done_rate", "> 80%", Interval(F(4, 5), False, F(1), True), Basis.REPORTED),
        ("culture", "procedures_reviewed_rate", "> 31%", Interval(F(31, 100), False, F(1), True),
         Basis.REPORTED),
        ("culture", "dossiers_online_rate", "> 60%", Interval(F(3, 5), False, F(1), True), Basis.REPORTED),
        ("office", "procedures_settled_properly_rate", "> 50%", Interval(F(1, 2), False, F(1), True),
         Basis.INTERPRETATION),
        ("planning", "initiatives", ">= 1", at_least(F(1)), Basis.INFERRED),
        ("cao-lanh-city", "initiatives", ">= 3", at_least(F(3)), Basis.INFERRED),
        ("thap-muoi", "initiatives", ">= 2", at_least(F(2)), Basis.INFERRED),
        ("chau-thanh", "initiatives", ">= 2", at_least(F(2)), Basis.INFERRED),
        ("hong-ngu", "initiatives", ">= 1", at_least(F(1)), Basis.INFERRED),
        ("lai-vung", "initiatives", ">= 1", at_least(F(1)), Basis.INFERRED),
        ("sa-dec", "initiatives", ">= 1", at_least(F(1)), Basis.INFERRED),
    ],
)  # fmt: skip
def test_what_is_not_printed_exactly_is_a_bound(
    unit: str, field: str, text: str, bound: Interval, basis: Basis
) -> None:
    """ "Over 80 %", "most", a list of examples: no number is held, and the bound and its ground are."""
    datum = said(unit, field)
    assert (datum.value, datum.text, datum.bound) == (Value(State.MISSING), text, bound)
    assert datum.source is not None
    assert datum.source.basis is basis
    assert datum.note


def test_every_statement_is_accounted_for() -> None:
    """No number is held that the article does not print, and nothing inexact stands among the exact."""
    evidence = held()
    exact = {d.field: d.value.number for d in evidence if d.value.state is State.OK and d.text[0].isdigit()}
    assert sorted(exact.values()) == [0, 1, 26, 46, 147, 306]
    assert sum(d.bound is not None for d in evidence) == 11
    assert all(d.note and d.source is not None and d.period == YEAR for d in evidence)


def test_the_printed_rate_agrees_with_the_printed_numbers() -> None:
    """46 of 147 procedures are over 31 %, as the article says."""
    bound = said("culture", "procedures_reviewed_rate").bound
    assert bound is not None
    assert (
        said("culture", "procedures_reviewed").value.number / said("culture", "procedures").value.number
        in bound
    )


def test_districts_were_judged_on_paper() -> None:
    """The districts named were inspected on reports alone, the departments on site."""
    found = {d.unit: d.text for d in held() if d.field == "inspected"}
    assert {name: found.pop(f"dong-thap-{name}") for name in DISTRICTS} == dict.fromkeys(
        DISTRICTS, "on_paper"
    )
    assert set(found.values()) == {"on_site"}
    assert len(found) == 5


def scored() -> Result:
    """What circular 01/2018 makes of it."""
    edition = parcore.load_edition("one-stop@2018")
    return parcore.score(edition, held("one-stop"), 2021)


def test_the_share_online_is_derived_from_what_is_printed() -> None:
    """Over 60 % of 306 dossiers are at least 184; none late means none of those online; both are inferred."""
    online = said("culture", "dossiers_online", "one-stop")
    share = said("culture", "dossiers_online_rate").bound
    assert share is not None
    assert online.bound is not None
    assert (online.value.state, online.bound.low) == (State.MISSING, F(184))
    assert F(184, 306) in share
    assert F(183, 306) not in share
    failed = said("culture", "dossiers_online_failed", "one-stop")
    for each in (online, failed):
        assert each.source is not None
        assert each.source.basis is Basis.INFERRED


def test_indicator_9_stands_between_1_and_2_points() -> None:
    """The share online is over 30 % in any case; how many procedures are offered decides, and is not said."""
    card = scored().card("dong-thap-culture")
    assert card is not None
    stated = card.stated["online-services"]
    assert stated.points == (F(1), F(2))
    assert {each.field for each in stated.data} == {
        "procedures_online",
        "procedures_eligible",
        "dossiers_online",
    }
    assert card.points("online-services").state is State.EXCLUDED
    assert card.provisional is not None
    assert (card.provisional.base, card.provisional.rate) == ((F(1), F(2)), (F(50), F(100)))


def test_indicator_9_is_decided_once_a_fifth_of_the_procedures_is_known_to_be_offered() -> None:
    """With at least 30 of at most 147 procedures online the bounds decide: 2 points, still not counted."""
    evidence = held("one-stop")
    known = said("culture", "procedures_online", "one-stop")
    more = Datum(
        known.unit, YEAR, known.field, Value(State.MISSING), ">= 30", Stage.FINAL, bound=at_least(F(30))
    )
    result = parcore.score(parcore.load_edition("one-stop@2018"), evidence.with_([more]), 2021)
    card = result.card(known.unit)
    assert card is not None
    assert card.stated["online-services"].decided == 2
    assert card.points("online-services").state is State.EXCLUDED


def test_complete_is_not_accurate_complete_and_in_time() -> None:
    """ "Posted in full" does not fulfil article 13.6 and does not fail it: indicator 6 has no points."""
    posted = said("information", "electronic_publication", "one-stop")
    assert (posted.value.state, posted.bound) == (State.MISSING, None)
    assert "đầy đủ" in posted.note
    card = scored().card("dong-thap-information")
    assert card is not None
    assert card.raw("publication").state is State.MISSING


def test_no_edition_is_held_and_the_refusal_says_so() -> None:
    """Scoring the inspection is refused with what is held and how to go on."""
    assert NAME in REGISTRY.unruled
    assert (REGISTRY.held(NAME).fields, REGISTRY.held(NAME).statements) == (15, 31)
    with pytest.raises(ParcoreError) as refused:
        REGISTRY.edition(NAME)
    (finding,) = refused.value.diagnostics
    assert finding.code == "edition-none-held"
    assert "15" in finding.message("en")
    assert f"parcore check {NAME}" in finding.fix("vi")


@pytest.mark.parametrize(
    ("unit", "basis"),
    [
        ("culture", Basis.REPORTED),  # "qua kiểm tra thực tế"
        ("finance", Basis.REPORTED),  # the caption of the picture
        ("cao-lanh-city", Basis.REPORTED),
        ("information", Basis.INFERRED),
        ("office", Basis.INFERRED),
        ("planning", Basis.INFERRED),
    ],
)
def test_how_a_body_was_inspected_is_inferred_where_the_article_does_not_say(unit: str, basis: Basis) -> None:
    """That some departments were visited is printed; that these were follows from their results."""
    datum = said(unit, "inspected")
    assert datum.source is not None
    assert datum.source.basis is basis
