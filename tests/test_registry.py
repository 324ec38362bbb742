"""What is at hand: which edition is chosen, what stands twice, what cannot be read, whose evidence it is."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from parcore import api
from parcore.checking import check, documents_at
from parcore.cli.run import Asked, changes, run
from parcore.diagnostics import ParcoreError
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Defaults
from parcore.registry import Registry
from parcore.results.output import read_earlier
from parcore.results.steps import steps

EDITION = """
    methodology: {methodology}
    edition: "{name}"
    title: Thử
    applies: {{from: {first}}}
    units: {{kinds: [ward]}}
    vocabulary: {vocabulary}
    total: 2
    source: {{title: a test, basis: illustrative}}
    components:
      - id: tasks
        title: Nhiệm vụ
        max: 2
        measure: {{ratio: [done, planned]}}
        scale: proportional
        when: {{missing: zero, unverified: zero, rejected: zero, nothing_arose: zero}}
        source: {{clause: "1", basis: illustrative}}
"""

VOCABULARY = """
    vocabulary: {name}
    fields:
      - {{id: planned, kind: count, title: Được giao}}
      - {{id: done, kind: count, title: Đã làm}}
    invariants: [done <= planned]
"""

UNITS = """
    units: wards
    members:
      - {id: a, kind: ward, name: TP. Một}
      - {id: b, kind: ward, name: Phường Hai}
"""

EVIDENCE = """
    evidence: {name}
    period: {period}
    numbers: plain
    units: {{a: {{planned: 8, done: 4}}, b: {{planned: 8, done: 6}}}}
"""


def edition(first: int = 2024, *, methodology: str = "m", name: str = "", vocabulary: str = "v") -> str:
    """An edition of one ratio, in force from a year on."""
    return EDITION.format(
        methodology=methodology, name=name or str(first), first=first, vocabulary=vocabulary
    )


def evidence(period: int = 2024, name: str = "m") -> str:
    """The evidence of two wards."""
    return EVIDENCE.format(name=name, period=period)


def vocabulary(name: str = "v") -> str:
    """A vocabulary of two counts."""
    return VOCABULARY.format(name=name)


SOUND = {"e.yaml": edition(), "v.yaml": vocabulary(), "units.yaml": UNITS, "evidence.yaml": evidence()}


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No methodology is at hand but what a test writes."""
    monkeypatch.setattr("parcore.registry.entry_points", lambda **_: ())
    monkeypatch.delenv("PARCORE_PATH", raising=False)


def room(folder: Path, **files: str) -> Registry:
    """A registry of a folder with the sound documents and others; `name__yaml` is the file `name.yaml`."""
    folder.mkdir(exist_ok=True)
    for name, text in (SOUND | {k.replace("__", "."): v for k, v in files.items()}).items():
        (folder / name).write_text(dedent(text).lstrip("\n"), "utf-8")
    return Registry((folder,))


def codes(error: pytest.ExceptionInfo[ParcoreError]) -> list[str]:
    """The codes of an error."""
    return [each.code for each in error.value.diagnostics]


def checked(registry: Registry) -> list[str]:
    """The places and codes that `check` finds in a registry's folder."""
    (folder,) = registry.paths
    found = check(registry, documents_at(folder), Defaults()).findings
    return [f"{Path(each.place.file).name} {each.code}" for each in found]


def test_an_edition_that_stands_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    """A copy under one key is neither taken nor passed over; another edition of the methodology works."""
    registry = room(tmp_path, copy__yaml=edition(), later__yaml=edition(2025))
    for name, period in (("m@2024", None), ("m", Period(2024))):
        with pytest.raises(ParcoreError, match="edition-duplicate") as error:
            registry.edition(name, period)
        (said,) = (each.render("en") for each in error.value.diagnostics)
        assert "copy.yaml" in said
        assert "e.yaml" in said
    with pytest.raises(ParcoreError, match="edition-duplicate"):
        api.load_edition("m@2024", paths=[tmp_path])
    assert registry.edition("m@2025").key == "m@2025"


def test_an_edition_on_a_vocabulary_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """A vocabulary of one name in two files is refused where it is stood on, and there alone."""
    other = {"w__yaml": vocabulary("w"), "n__yaml": edition(methodology="n", vocabulary="w")}
    registry = room(tmp_path, copy__yaml=vocabulary(), **other)
    with pytest.raises(ParcoreError, match="vocabulary-duplicate"):
        registry.edition("m")
    assert registry.edition("n").key == "n@2024"


def test_a_broken_old_edition_blocks_nobody(tmp_path: Path) -> None:
    """The edition in force is chosen by its years; what is wrong with another is not looked at."""
    old = edition(2020).replace("max: 2", "max: 3")
    unreadable = edition(2021).replace("max: 2", "max: [2")
    until = "applies: {from: 2020, to: 2023}"
    registry = room(
        tmp_path,
        old__yaml=old.replace("applies: {from: 2020}", until),
        unreadable__yaml=unreadable.replace("applies: {from: 2021}", until),
    )
    assert registry.edition("m").key == "m@2024"
    assert registry.edition("m", Period(2024)).key == "m@2024"
    with pytest.raises(ParcoreError, match="maxima"):
        registry.edition("m@2020")


def test_an_edition_whose_years_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    """Nobody is scored under an older edition because the newer one is broken."""
    registry = room(tmp_path, new__yaml=edition(2025).replace("applies: {from: 2025}", "applies: [2025"))
    with pytest.raises(ParcoreError, match="yaml-syntax"):
        registry.edition("m")


@pytest.mark.parametrize(("year", "code"), [(2019, "edition-not-in-force"), (2025, "edition-several")])
def test_one_edition_must_be_in_force(tmp_path: Path, year: int, code: str) -> None:
    """Where none or several are in force for a period, all are named with their years."""
    with pytest.raises(ParcoreError, match=code) as error:
        room(tmp_path, later__yaml=edition(2025)).edition("m", Period(year))
    assert "m@2024" in str(error.value)


def unreadable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let nobody open the files of a name, whoever runs the tests."""
    opened = Path.open

    def refuse(path: Path, *args: object, **options: object) -> object:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without leave to read it ends in its diagnostic, in a folder and by itself."""
    registry = room(tmp_path)
    (tmp_path / "before.json").write_text("{}", "utf-8")
    unreadable(monkeypatch, "e.yaml")
    with pytest.raises(ParcoreError) as error:
        registry.edition("m")
    assert codes(error) == ["file-unreadable"]
    with pytest.raises(ParcoreError, match="file-unreadable"):
        documents_at(tmp_path / "e.yaml")
    unreadable(monkeypatch, "before.json")
    with pytest.raises(ParcoreError, match="file-unreadable"):
        read_earlier(tmp_path / "before.json")


def test_an_unreadable_file_of_a_package_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package with an unreadable file is a failure in the list; the rest is at hand."""
    from importlib.metadata import EntryPoint

    room(tmp_path / "pkg", broken__yaml=edition(2030))
    (tmp_path / "pkg" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = EntryPoint("pkg", "pkg", "parcore.methodologies")
    monkeypatch.setattr("parcore.registry.entry_points", lambda **_: (entry,))
    unreadable(monkeypatch, "broken.yaml")
    registry = room(tmp_path / "folder")
    assert [each.diagnostic.code for each in registry.failures] == ["file-unreadable"]
    assert registry.edition("m").key == "m@2024"


def test_evidence_of_another_methodology_is_refused(tmp_path: Path) -> None:
    """A file headed by another name is refused at its head; one of the vocabulary's name is taken."""
    registry = room(tmp_path)
    read = registry.edition("m")
    for name, refused in (("zzz", True), ("v", False), ("m", False)):
        path = tmp_path / f"given-{name}.yaml"
        path.write_text(dedent(evidence(name=name)).lstrip("\n"), "utf-8")
        if not refused:
            assert registry.evidence("m", read.vocabulary, [path], Defaults()).periods() == [Period(2024)]
            continue
        with pytest.raises(ParcoreError) as error:
            registry.evidence("m", read.vocabulary, [path], Defaults())
        (found,) = error.value.diagnostics
        assert (found.code, found.place.line, found.place.column) == ("evidence-other", 1, 1)


def test_a_folder_of_evidence_is_read_whole(tmp_path: Path) -> None:
    """All evidence documents of a folder are read; a folder without any is told."""
    registry = room(tmp_path / "m")
    given, empty = tmp_path / "given", tmp_path / "empty"
    given.mkdir()
    empty.mkdir()
    for period in (2022, 2023):
        (given / f"{period}.yaml").write_text(dedent(evidence(period)), "utf-8")
    fields = registry.edition("m").vocabulary
    assert registry.evidence("m", fields, [given], Defaults()).periods() == [Period(2022), Period(2023)]
    with pytest.raises(ParcoreError, match="folder-empty"):
        registry.evidence("m", fields, [empty], Defaults())


def test_check_reads_the_evidence_of_a_methodology_together(tmp_path: Path) -> None:
    """What contradicts itself across documents is found by `check` as scoring finds it."""
    registry = room(tmp_path, second__yaml=evidence(name="v").replace("done: 6", "done: 5"))
    assert checked(registry) == ["second.yaml row-twice"] * 2


def test_check_keeps_the_evidence_of_two_methodologies_apart(tmp_path: Path) -> None:
    """Two methodologies on one vocabulary may each have their own figures."""
    other = edition(methodology="n"), evidence(name="n")
    assert checked(room(tmp_path, n__yaml=other[0], second__yaml=other[1])) == []


def test_points_of_no_leaf_are_found(tmp_path: Path) -> None:
    """Points for an id that no edition has as a leaf are a finding, with the nearest id."""
    registry = room(tmp_path, evidence__yaml=evidence().replace("{planned", '{"points:task": 1, planned', 1))
    assert checked(registry) == ["evidence.yaml points-unknown"]
    (found,) = check(registry, documents_at(tmp_path), Defaults()).findings
    assert "tasks" in found.fix("en")


def test_evidence_is_read_under_the_vocabulary_of_the_edition_in_force(tmp_path: Path) -> None:
    """Where a later edition stands on another vocabulary, the evidence's period decides first."""
    fields = vocabulary("w").replace("done", "finished").replace("planned", "wanted")
    later = edition(2025, vocabulary="w").replace("[done, planned]", "[finished, wanted]")
    old = edition().replace("{from: 2024}", "{from: 2024, to: 2024}")
    registry = room(tmp_path, e__yaml=old, later__yaml=later, w__yaml=fields)
    result, _ = run(Asked("m"), registry)
    assert (result.edition.key, len(result.scorecards)) == ("m@2024", 2)


def what_if(registry: Registry, *texts: str) -> list[tuple[str, str, str]]:
    """What `--set` states: unit, field, text."""
    found = changes(texts, registry.edition("m"), registry, Period(2024), Stage.FINAL, Evidence())
    return [(each.unit, each.field, each.text) for each in found]


def test_set_takes_names_with_dots(tmp_path: Path) -> None:
    """The last dot parts unit and field."""
    assert what_if(room(tmp_path), "TP. Một.done=3") == [("a", "done", "3")]


def test_set_twice_is_refused(tmp_path: Path) -> None:
    """Two values for one field of one unit are refused, by whatever names the unit goes."""
    with pytest.raises(ParcoreError) as error:
        what_if(room(tmp_path), "TP. Một.done=3", "a.done=4", "b.done=4")
    assert codes(error) == ["evidence-twice"]


def test_api_takes_names_and_refuses_what_is_not_known(tmp_path: Path) -> None:
    """`score` finds units by name, and refuses unknown units and periods without evidence."""
    room(tmp_path)
    read = api.load_edition("m", paths=[tmp_path])
    given = api.read_evidence(read, paths=[tmp_path])
    result = api.score(read, given, 2024, units=["Phường Hai"], paths=[tmp_path])
    assert [card.unit.id for card in result.scorecards] == ["b"]
    with pytest.raises(ParcoreError, match="unit-unknown"):
        api.score(read, given, 2024, units=["typo"], paths=[tmp_path])
    with pytest.raises(ParcoreError, match="evidence-none"):
        api.score(read, given, 2023, paths=[tmp_path])


def test_steps_name_their_kind_and_keep_their_own_operation(tmp_path: Path) -> None:
    """A step's `node` is its kind; an aggregate's `op` stays its own, and no empty list is printed."""
    result, _ = run(Asked("m"), room(tmp_path))
    trace = result.scorecards[0].trace
    found = [step for root in trace.program.roots for step in steps(trace, root)]
    assert {"field", "div"} <= {step["node"] for step in found}
    assert {step["op"] for step in found if step["node"] == "agg"} <= {"sum", "min", "max", "mean", "count"}
    assert not any(key != "of" and value in ([], [[], []]) for step in found for key, value in step.items())
