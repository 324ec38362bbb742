"""Evidence of every kind is sealed and read again: records, parts of a period, stages, points set, peers."""

from __future__ import annotations

import attrs
import pytest

from parcore.evidence.evidence import Datum, Record, RecordList, Stage
from parcore.evidence.units import Unit
from parcore.sources import Source
from tests.audit.bundles import every, json_of, refusal, resealed, second_refusal
from tests.audit.tampering import edited


@pytest.mark.parametrize("stage", list(Stage))
def test_evidence_of_every_kind_is_sealed_and_verified(stage: Stage) -> None:
    """At every stage both verifiers accept what was sealed, whatever kinds of evidence it rests on."""
    files = every(stage)
    assert len(json_of(files, "result.json")["units"]) >= 2
    assert refusal(files) == []
    assert second_refusal(files) == ""


def test_the_kinds_are_there() -> None:
    """Lists, parts of the year, the year before and no earlier, statistics over peers, points set."""
    files = every()
    evidence = json_of(files, "evidence.json")
    periods = {row["period"] for row in evidence["statements"]}
    assert periods == {"2023", "2024", "2024-01", "2024-02", "2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"}
    assert [len(each["records"]) for each in evidence["lists"]] == [3, 1, 0]
    names = [node.get("name", "") for node in json_of(files, "programs/1.json")["nodes"]]
    assert "@peers:1" in names
    assert "given:set" in names
    traces = [json_of(files, path) for path in files if path.startswith("traces/")]
    assert any(len(each["traces"]) == 3 for trace in traces for each in trace["members"].values())
    assert json_of(files, "result.json")["points_set"][0]["reason"] == "Biên bản"


def test_all_that_is_known_of_evidence_is_sealed() -> None:
    """What a statement, a list (held whole), a record or a unit has, the bundle has; its state follows."""
    files = every()
    evidence, units = json_of(files, "evidence.json"), json_of(files, "units.json")
    lists = evidence["lists"]
    for kind, row, out in (
        (Datum, evidence["statements"][0], set()),
        (RecordList, lists[0], {"state", "counted", "set_aside"}),
        (Record, lists[0]["records"][0], set()),
        (Unit, units["units"][0], {"place"}),
        (Source, evidence["statements"][0]["source"], set()),
    ):
        assert {each.name for each in attrs.fields(kind)} - out == set(row)


def test_bounds_and_what_records_give_are_sealed() -> None:
    """A number that is only bounded keeps its bound; a field derived from records is a statement."""
    rows = json_of(every(), "evidence.json")["statements"]
    (bounded,) = (row for row in rows if row["bound"] is not None)
    assert (bounded["value"], bounded["text"]) == ("missing", ">= 50")
    assert bounded["bound"] == {"low": "50", "low_in": True, "high": None, "high_in": False}
    derived = [(row["unit"], row["value"]) for row in rows if row["field"] == "late"]
    assert derived == [("so-noi-vu", "missing"), ("so-tai-chinh", "1"), ("so-xay-dung-a", "0")]


def statement(name: str, **change: object) -> object:
    """Changes a statement of the first unit."""

    def edit(evidence: dict) -> None:
        rows = [each for each in evidence["statements"] if each["unit"] == "so-noi-vu"]
        next(each for each in rows if each["field"] == name).update(change)

    return edit


@pytest.mark.parametrize(
    ("edit", "also_second"),
    [
        (statement("plan", text="late", value="1"), True),
        (statement("money", value="1", text="1"), True),
        (statement("points:set", value="1", text="1"), True),
        (statement("settled", value="9", text="9"), True),
        (statement("plan", stage="self"), True),
        (statement("calls", value="11", text="11"), False),
        (lambda e: e["lists"][0]["records"].pop(), True),
        (lambda e: e["lists"][0]["records"].reverse(), True),
        (lambda e: e["lists"][0]["records"][0]["cells"].pop("outcome"), True),
        (lambda e: e["lists"].pop(), True),
        (lambda e: e["lists"][0].update(stage="self"), True),
        (statement("on_time", value="9", text="9"), True),
        (statement("plan", text="late"), True),
        (statement("money", field="wealth"), True),
        (statement("settled", value="-1", text="-1"), True),
        (statement("plan", value="excluded"), True),
        (statement("plan", unit="nobody"), True),
        (statement("late", value="2", text="2"), False),
        (lambda e: e["statements"].remove(next(r for r in e["statements"] if r["field"] == "late")), False),
        (lambda e: next(r for r in e["statements"] if r["bound"])["bound"].update(low="x"), False),
        (statement("settled", bound={"low": None, "low_in": False, "high": "9", "high_in": True}), False),
    ],
)
def test_evidence_changed_and_sealed_by_the_right_key_is_refused(edit: object, also_second: bool) -> None:
    """Evidence that the traces do not read is refused; by the second verifier where it can see that."""
    given = resealed(edited("evidence.json", edit)(every()))  # type: ignore[arg-type]
    assert refusal(given)
    assert bool(second_refusal(given)) == also_second
