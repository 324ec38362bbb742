"""Appeals: the statements said to force points do, whatever the others are; a proposal's effect is told."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction

import pytest
from attrs import evolve
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import parcore
from parcore.audit.appeal import Appeal, appeal
from parcore.cli import cli
from parcore.diagnostics import ParcoreError
from parcore.evidence.evidence import Evidence
from parcore.evidence.units import UnitBook
from parcore.evidence.vocabulary import FieldKind
from parcore.results.result import Result
from parcore.results.scoring import score
from parcore.testing.strategies import Case, cases, evidence_for
from parcore.values import State

F = Fraction
DEPARTMENT = "illustrative-department"


def of(name: str, unit: str, criterion: str, period: int) -> Appeal:
    """The appeal of a shipped unit."""
    edition = parcore.load_edition(name)
    result = parcore.score(edition, parcore.read_evidence(edition), period)
    leaf = edition.criterion(criterion)
    assert leaf is not None
    found = appeal(result, unit, leaf)
    assert found is not None
    return found


def test_a_guard_that_holds_forces_the_points_alone() -> None:
    """Two failed online dossiers make 0 points, whatever shares are offered and used."""
    found = of("one-stop@2018", DEPARTMENT, "online-services", 2024)
    assert found.forced_by is not None
    assert [each.field for each in found.forced_by] == ["dossiers_online_failed"]
    assert len(found.read) == 5


def test_a_rate_is_forced_by_both_its_numbers() -> None:
    """Neither of part and whole decides alone."""
    found = of("example@2024", "example-justice", "on-time", 2024)
    assert found.forced_by is not None
    assert [each.field for each in found.forced_by] == ["dossiers_on_time", "dossiers_settled"]


def test_a_unit_that_is_not_scored_has_no_appeal() -> None:
    """Of an unknown unit nothing is said."""
    edition = parcore.load_edition("example@2024")
    result = parcore.score(edition, parcore.read_evidence(edition), 2024)
    assert appeal(result, "nobody", next(edition.leaves)) is None


def test_a_proposal_is_told_with_its_effect_on_index_and_rank() -> None:
    """The command shows points, index and rank now and as proposed."""
    done = CliRunner().invoke(
        cli,
        ["appeal", "example@2024", "example-justice", "2.1", "--set", "example-justice.dossiers_on_time=8000",
         "--format", "json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)
    assert (told["before"]["index"], told["after"]["index"]) == ("91.97", "94.3")
    assert [each["places"][0]["place"] for each in (told["before"], told["after"])] == [2, 1]


def test_a_proposal_that_changes_nothing_says_so() -> None:
    """More dossiers online do not help where failed ones force 0 points."""
    done = CliRunner().invoke(
        cli,
        [
            "appeal",
            "one-stop@2018",
            DEPARTMENT,
            "9",
            "--set",
            f"{DEPARTMENT}.dossiers_online=900",
            "--lang",
            "en",
        ],
    )
    assert done.exit_code == 0, done.output
    assert "What is proposed does not change the points of 9" in done.stdout


def test_an_unknown_criterion_is_refused() -> None:
    """The criteria that there are are named."""
    done = CliRunner().invoke(cli, ["appeal", "example@2024", "example-justice", "9.9", "--lang", "en"])
    assert isinstance(done.exception, ParcoreError)


def rescored(case: Case, evidence: Evidence) -> Result:
    """The case under other evidence."""
    return score(case.edition, evidence, UnitBook(case.units), case.period, stage=case.stage)


@settings(suppress_health_check=list(HealthCheck), max_examples=40)
@given(st.data())
def test_what_is_said_to_force_points_does(data: st.DataObject) -> None:
    """On drawn editions: with the forcing statements kept and all others drawn anew, the points stay."""
    case = data.draw(cases(units=1))
    unit = case.units[0]
    result = rescored(case, case.evidence)
    other = data.draw(evidence_for(case.edition, [unit], stage=case.stage))
    made = Counter[str]()
    for leaf in case.edition.scored:
        found = appeal(result, unit.id, leaf) if leaf.applies(result.scorecards[0].group) else None
        if found is None or found.forced_by is None or len(found.forced_by) == len(found.read):
            continue
        kept = {(each.period, each.field): each for each in found.forced_by}
        read = {(each.period, each.field) for each in found.read}
        drawn = [d for d in other if (d.period, d.field) in read and (d.period, d.field) not in kept]
        numbers = [d for d in drawn if d.value.state is State.OK]
        again = rescored(case, case.evidence.with_([evolve(d, stage=case.stage) for d in numbers]))
        vocabulary = case.edition.vocabulary
        known = {d.field: d.value.number for d in (*kept.values(), *numbers) if d.value.state is State.OK}
        lawful = all(
            rule.holds(known) for rule in vocabulary.invariants if all(name in known for name in rule.names)
        )
        choices = {n for n, s in vocabulary.fields.items() if s.kind is FieldKind.CHOICE}
        if lawful and not choices.intersection(known):
            made["compared"] += 1
            assert again.scorecards[0].points(leaf.id) == found.before.points, (leaf.id, found.forced_by)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_both_languages_tell_it(lang: str) -> None:
    """The page stands in both languages."""
    done = CliRunner().invoke(cli, ["appeal", "one-stop@2018", DEPARTMENT, "9", "--lang", lang])
    assert done.exit_code == 0
    assert {"vi": "Chỉ riêng", "en": "alone force"}[lang] in done.stdout
