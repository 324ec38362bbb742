"""Synthetic dossiers: one seed, the same bytes; ten thousand scored as plain arithmetic scores them."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import parcore
from parcore.results.result import Result
from parcore.sources import Basis
from parcore.testing.dossiers import PERIOD, TABLE, files, write
from parcore.values import State

Row = dict[str, str]
NUMBER = 10_000


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A province of ten thousand dossiers."""
    folder = tmp_path_factory.mktemp("province")
    write(folder, 7, NUMBER)
    return folder


@pytest.fixture(scope="module")
def rows(province: Path) -> list[Row]:
    """Its dossiers as the table has them."""
    with (province / TABLE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scored(province: Path, family: str) -> Result:
    """The province under an edition."""
    edition = parcore.load_edition(f"{family}@2018", paths=[province])
    named = "agencies.yaml" if family == "one-stop" else "officials.yaml"
    evidence = parcore.read_evidence(edition, [province / named], paths=[province])
    return parcore.score(edition, evidence, PERIOD, paths=[province])


@pytest.fixture(scope="module")
def agencies(province: Path) -> Result:
    """Its agencies, scored."""
    return scored(province, "one-stop")


def test_one_seed_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    """The command writes what the function gives, whatever the process hashes with; another seed differs."""
    for at, name in enumerate(("one", "two")):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "parcore.testing.dossiers",
                "--seed",
                "3",
                "--number",
                "300",
                "--out",
                name,
            ],
            check=True,
            capture_output=True,
            cwd=tmp_path,
            env={"PYTHONHASHSEED": str(at), "PYTHONUTF8": "1"},
        )
    for name, text in files(3, 300).items():
        assert (tmp_path / "one" / name).read_bytes() == text.encode()
        assert (tmp_path / "two" / name).read_bytes() == text.encode()
    assert files(4, 300) != files(3, 300)


def test_the_generator_needs_no_test_tools() -> None:
    """It runs where hypothesis is not installed."""
    code = "import sys, parcore.testing.dossiers; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_synthetic_data_say_so(province: Path, rows: list[Row], agencies: Result) -> None:
    """Every unit, number and source says that it is of nobody real."""
    assert all(row["unit"].startswith("synthetic-") and row["id"].startswith("SYN-") for row in rows)
    assert all(row["official"].startswith("synthetic-") for row in rows)
    for datum in agencies.evidence:
        assert datum.source is not None
        assert datum.source.basis is Basis.ILLUSTRATIVE
    assert "giả định" in (province / "units.yaml").read_text("utf-8")


def test_ten_thousand_dossiers_have_every_kind_of_case(rows: list[Row]) -> None:
    """Early, exact and late, each outcome, channel and petition, contacts by fault, blanks: all occur."""
    assert len(rows) == NUMBER
    assert len({row["unit"] for row in rows}) == 42
    for column, least in (
        ("channel", 3),
        ("outcome", 3),
        ("conduct_petition", 3),
        ("other_bodies_contacted", 3),
    ):
        assert len({row[column] for row in rows}) == least
    blank = {column for row in rows for column, cell in row.items() if not cell}
    assert blank == {"time_taken", "contacts", "law_bodies_contacted"}
    signs = [
        Decimal(row["time_taken"]).compare(Decimal(row["time_allowed"])) for row in rows if row["time_taken"]
    ]
    assert {int(sign) for sign in signs} == {-1, 0, 1}


# An independent reckoning: plain Python on the table, nothing of the engine.


def time_of(row: Row) -> int | None:
    """−1, 0 or 1: sooner, in time, later; None where it is not known."""
    if not row["time_taken"]:
        return None
    taken, allowed = Decimal(row["time_taken"]), Decimal(row["time_allowed"])
    return (taken > allowed) - (taken < allowed)


def total_time(row: Row) -> int:
    """Indicator 1."""
    return {-1: 2, 0: 1, 1: 0, None: 0}[time_of(row)]


def participants(row: Row) -> int:
    """Indicator 2: the slowest body decides."""
    if int(row["bodies_later"]):
        return 0
    return 1 if int(row["bodies_on_time"]) else 2


def contacts(row: Row) -> int:
    """Indicator 3: more than one contact is 0 but where at most one was not by the applicant's fault."""
    if not row["contacts"]:
        return 0
    count, own = int(row["contacts"]), int(row["contacts"]) - int(row["contacts_by_applicant"])
    return 2 - count if count < 2 else int(own < 2)


def bodies(row: Row) -> int:
    """Indicator 4: only the one-stop unit and bodies that the law charges are 1, any other 0."""
    if not row["law_bodies_contacted"]:
        return 0
    if int(row["other_bodies_contacted"]):
        return 0
    return 1 if row["one_stop_contacted"] == "yes" or int(row["law_bodies_contacted"]) else 2


def attitude(row: Row) -> int:
    """Indicator 7: as indicator 1, and 0 with a petition that stands."""
    return 0 if row["conduct_petition"] == "standing" else total_time(row)


RECKONED: dict[str, Callable[[Row], int]] = {
    "total-time": total_time,
    "participants-time": participants,
    "contacts-to-complete": contacts,
    "bodies-to-contact": bodies,
    "attitude": attitude,
}


def mean(points: list[int]) -> Fraction | None:
    """To one decimal, half up, in whole numbers; None where there is nothing to score on."""
    if not points:
        return None
    return Fraction((20 * sum(points) + len(points)) // (2 * len(points)), 10)


@pytest.mark.parametrize(("family", "column"), [("one-stop", "unit"), ("one-stop-officials", "official")])
def test_ten_thousand_dossiers_are_scored_as_plain_arithmetic_does(
    province: Path, rows: list[Row], family: str, column: str
) -> None:
    """Each of the five indicators of each agency and each official equals the independent reckoning."""
    result = scored(province, family)
    owned: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        owned[row[column]].append(row)
    assert {card.unit.id for card in result.scorecards} == set(owned)
    for card in result.scorecards:
        settled = [row for row in owned[card.unit.id] if row["outcome"] != "pending"]
        for name, points in RECKONED.items():
            assert card.points(name).known == mean([points(row) for row in settled]), (card.unit.id, name)


def test_indicator_9_counts_the_same_ten_thousand(rows: list[Row], agencies: Result) -> None:
    """All dossiers, those online and those of them that failed are counted as a plain count does."""
    for card in agencies.scorecards:
        own = [row for row in rows if row["unit"] == card.unit.id]
        online = [row for row in own if row["channel"] == "online"]
        failed = [row for row in online if row["outcome"] == "overdue" or time_of(row) == 1]
        counts = {"dossiers_received": own, "dossiers_online": online, "dossiers_online_failed": failed}
        for name, wanted in counts.items():
            datum = agencies.evidence.at(card.unit.id, agencies.period, name, agencies.stage)
            assert datum is not None
            if name == "dossiers_online_failed" and any(not row["time_taken"] for row in own):
                assert datum.value.state is State.MISSING
            else:
                assert datum.value.known == len(wanted)


def test_the_order_of_dossiers_changes_nothing(province: Path, tmp_path: Path, agencies: Result) -> None:
    """The table turned upside down gives every agency the same points and class."""
    for path in province.iterdir():
        text = path.read_text("utf-8")
        if path.name == TABLE:
            header, *lines = text.splitlines()
            text = "\n".join([header, *reversed(lines)]) + "\n"
        (tmp_path / path.name).write_text(text, "utf-8")
    turned = scored(tmp_path, "one-stop")
    for card in agencies.scorecards:
        other = turned.card(card.unit.id)
        assert other is not None
        assert other.trace["index:base"] == card.trace["index:base"]
        assert other.class_name == card.class_name


def test_every_step_of_ten_thousand_can_be_computed_again(agencies: Result) -> None:
    """The traces that records share re-compute from what was read, and one stands for each dossier."""
    told = 0
    for card in agencies.scorecards:
        assert card.trace.rerun() == card.trace.values
        told += max(len(members.traces) for members in card.trace.members.values())
    assert told == NUMBER
