"""`explain … --record`: how one case came by its points, and what is said where there is no such case."""

from __future__ import annotations

import json
from fractions import Fraction

from parcore.cli.record import scored_records
from parcore.evidence.sections import Defaults
from parcore.numbers import round_to
from parcore.registry import Registry
from parcore.results.scoring import score
from tests.cli.test_commands import Said
from tests.cli.test_commands import say as run

DISTRICT = "illustrative-district"


def say(*words: str) -> Said:
    """Run `parcore explain one-stop` with some words."""
    return run("explain", "one-stop", *words, "--lang", "en")


def test_a_case_is_told_indicator_by_indicator() -> None:
    """Each indicator that scores dossiers tells the dossier's evidence, its rule, points and clause."""
    said = say(DISTRICT, "--record", "MH-003").out
    paragraphs = said.strip().split("\n\n")
    assert [each.split("\n")[0].rpartition(", ")[2] for each in paragraphs] == ["case MH-003"] * 5
    assert "(time_taken) = 18.5" in paragraphs[0]
    assert "Step: over 0 → 0 points." in paragraphs[0]
    assert "The text does not settle this case" in paragraphs[1]
    assert all("Clause (official): Điều 13, khoản" in each for each in paragraphs)


def test_a_case_that_is_left_out_says_by_which_guard() -> None:
    """A dossier that waits within its time tells the guard that leaves it out."""
    said = say(DISTRICT, "4", "--record", "MH-008").out
    assert "Guard: since how far it is settled is" in said
    assert "our interpretation" in said


def test_every_step_of_a_case_is_given_as_data() -> None:
    """With --format json the case's points stand at the end of its steps."""
    (found,) = json.loads(say(DISTRICT, "3", "--record", "MH-004", "--format", "json").out)
    assert (found["record"], found["criterion"], found["points"]) == ("MH-004", "contacts-to-complete", "1")
    assert found["steps"][-1]["value"] == "1"


def test_the_cases_of_a_unit_make_its_points() -> None:
    """What `--record` tells of each dossier is what the mean was taken of."""
    registry = Registry()
    edition = registry.edition("one-stop@2018")
    evidence = registry.evidence("one-stop", edition.vocabulary, (), Defaults())
    result = score(edition, evidence, registry.units, evidence.periods()[-1])
    found = [scored_records(result, edition.leaves, f"MH-00{at}")[0] for at in range(1, 9)]
    points = [each.trace["points"].known for each in found if each.card.unit.id == DISTRICT]
    known = [each for each in points if each is not None]
    card = result.card(DISTRICT)
    assert card is not None
    assert len(known) == 7
    assert round_to(sum(known, Fraction(0)) / 7, 1) == card.points("total-time").known


def test_an_unknown_case_names_the_nearest() -> None:
    """A number that no case of the unit has is refused, with the nearest that it has."""
    said = say(DISTRICT, "--record", "MH-03")
    assert said.status == 2
    assert "[record-unknown]" in said.err
    assert "MH-0" in said.err.partition("→")[2]


def test_a_unit_without_a_list_has_no_case() -> None:
    """A unit with averages alone has no case to tell of."""
    said = say("illustrative-department", "--record", "MH-003")
    assert said.status == 2
    assert "[record-unknown]" in said.err


def test_a_criterion_that_scores_no_cases_says_which_do() -> None:
    """Where none of the criteria asked for scores cases, those that do are named."""
    said = say(DISTRICT, "8", "--record", "MH-003")
    assert said.status == 2
    assert "[record-none]" in said.err
    assert "bodies-to-contact" in said.err
