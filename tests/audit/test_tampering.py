"""A bundle that was tampered with is refused, by both verifiers, whoever did it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parcore import i18n
from parcore.audit.bundle import MAX_FILE_BYTES, Refused
from parcore.audit.bundle_files import read_bundle, write_bundle
from parcore.audit.verify import verify
from tests.audit.bundles import (
    RESULTS,
    json_of,
    keys,
    refusal,
    resealed,
    sealed,
    second,
    second_refusal,
)
from tests.audit.tampering import ALL, SIGNED_BY_US, edited, place_moved, whole_anew


@pytest.mark.parametrize("name", sorted(ALL))
def test_both_verifiers_refuse_what_was_tampered_with(name: str) -> None:
    """Each tampering is refused, with the code that says what was done, and by the second verifier."""
    tamper, code = ALL[name]
    given = tamper(sealed())
    found = refusal(given)
    assert found, "accepted"
    assert all(each.startswith(code) or each == "bundle-missing" for each in found) or code in found
    assert second_refusal(given) != ""


def test_the_corpus_is_large_and_without_repeats() -> None:
    """More than ninety tamperings, no two of which give the same bytes, none of them the sound bundle."""
    made = []
    for tamper, _ in ALL.values():
        given = tamper(sealed())
        made.append(
            given if isinstance(given, bytes) else json.dumps(sorted((k, v.hex()) for k, v in given.items()))
        )
    assert len(made) >= 90
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_every_step_of_every_trace_counts(name: str) -> None:
    """Any one value of a trace changed and sealed anew by the right key is refused."""
    files = sealed(name)
    path = next(each for each in files if each.startswith("traces/"))
    for at in range(len(json_of(files, path)["values"])):
        given = resealed(edited(path, _set(at))(files))
        if not _unread(files, path, at):
            assert second_refusal(given) != ""
        if at % 9 == 0:
            assert "bundle-differs" in refusal(given)


def _set(at: int) -> Callable[[Any], object]:
    """Writes another value at a step."""
    return lambda trace: trace["values"].__setitem__(at, "7/3")


def _unread(files: dict[str, bytes], path: str, at: int) -> bool:
    """Whether a step reads what the second verifier cannot know: a day, or a statistic over peers."""
    node = json_of(files, json_of(files, path)["program"])["nodes"][at]
    return bool(node["node"] == "field" and node["name"].startswith("@"))


def test_where_the_two_verifiers_differ() -> None:
    """Rules that are not the edition's, and places, are refused by `parcore verify` alone."""
    files = sealed()
    constants = {n["value"] for n in json_of(files, "programs/1.json")["nodes"] if n["node"] == "const"}
    other = whole_anew(files, max(constants), "1/7")
    for given in (place_moved(files), other):
        assert set(refusal(given)) == {"bundle-differs"}
        assert second_refusal(given) == ""
    assert other["result.json"] != files["result.json"]


def test_an_unsigned_bundle_holds_only_where_it_is_asked_for() -> None:
    """Without a signature a bundle is refused, but under `--unsigned`; and that takes no signed one."""
    unsigned = resealed(sealed(), None)
    assert refusal(unsigned) == ["bundle-unsigned"]
    assert refusal(unsigned, unsigned=True) == []
    assert refusal(sealed(), unsigned=True) == ["bundle-signed"]
    assert second_refusal(unsigned) != ""
    assert second_refusal(unsigned, unsigned=True) == ""
    assert second_refusal(sealed(), unsigned=True) != ""


def test_an_unsigned_bundle_is_still_computed_again() -> None:
    """Whoever can rewrite an unsigned bundle must still keep every score to its evidence."""
    for tamper, code in SIGNED_BY_US.values():
        given = tamper(sealed())
        assert isinstance(given, dict)
        found = refusal(resealed(given, None), unsigned=True)
        assert found
        assert code in found or "bundle-missing" in found


def folder(path: Path) -> list[str]:
    """The codes with which a folder is refused, its reading or its verifying."""
    try:
        verify(read_bundle(path), keys()[1])
    except Refused as refused:
        return [each.code for each in refused.diagnostics]
    return []


def second_folder(path: Path) -> str:
    """What the second verifier refuses of a folder."""
    tool = second()
    try:
        tool.verify(tool.read(path), keys()[2])
    except tool.Refused as refused:
        return str(refused)
    return ""


def test_a_folder_is_read_without_leaving_it(tmp_path: Path) -> None:
    """Links, folders in folders and names of another case are refused; nothing is followed."""
    outside = tmp_path / "outside.json"
    outside.write_bytes(sealed()["result.json"])

    def link(at: Path) -> None:
        (at / "result.json").unlink()
        (at / "result.json").symlink_to(outside)

    def linked_folder(at: Path) -> None:
        (at / "traces").rename(tmp_path / "elsewhere")
        (at / "traces").symlink_to(tmp_path / "elsewhere")

    def deep(at: Path) -> None:
        (at / "traces" / "more").mkdir()
        (at / "traces" / "more" / "a.json").write_bytes(b"{}")

    cases = {
        "link": (link, "bundle-link"),
        "linked": (linked_folder, "bundle-link"),
        "deep": (deep, "bundle-path"),
        "case": (lambda at: (at / "result.json").rename(at / "Result.json"), "bundle-path"),
        "hidden": (lambda at: (at / ".hidden").write_bytes(b""), "bundle-path"),
        "larger": (lambda at: (at / "result.json").write_bytes(b"0" * 100_000), "bundle-size"),
    }
    for name, (tamper, code) in cases.items():
        at = tmp_path / name
        write_bundle(sealed(), at)
        assert folder(at) == []
        assert second_folder(at) == ""
        tamper(at)
        assert folder(at) == [code]
        assert second_folder(at) != ""


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    """A file larger than any bundle's is refused by its size, before a byte of it is read."""
    write_bundle(sealed(), tmp_path / "b")
    with (tmp_path / "b" / "result.json").open("r+b") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert folder(tmp_path / "b") == ["bundle-limit"]
    assert "large" in second_folder(tmp_path / "b")


def test_every_refusal_says_what_and_where_in_both_languages() -> None:
    """Each finding of the corpus names its file, and is a filled sentence with a mend in both languages."""
    for name, (tamper, _) in ALL.items():
        given = tamper(sealed())
        if isinstance(given, bytes):
            continue
        with pytest.raises(Refused) as refused:
            verify(given, keys()[1])
        for each in refused.value.diagnostics:
            assert re.fullmatch(r"[a-z./#-]+[0-9]*[a-z./#-]*", each.place.file.split(":")[0]), name
            for lang in i18n.LANGUAGES:
                assert each.message(lang)
                assert each.fix(lang)


def test_a_difference_is_told_at_its_place() -> None:
    """What was changed is named by unit and criterion, with what the bundle says and what it should say."""
    given = resealed(edited("result.json", lambda r: r["units"][0].update(points="1234"))(sealed()))
    with pytest.raises(Refused) as refused:
        verify(given, keys()[1])
    unit = json_of(sealed(), "result.json")["units"][0]
    (said,) = (each.message("en") for each in refused.value.diagnostics)
    assert said.startswith(f"units[{unit['unit']}].points: the bundle says 1234, ")
    assert said.endswith(f" {unit['points']}")


def test_nothing_but_the_bundle_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once read, a bundle is verified without opening a file or asking what is installed."""
    assert refusal(sealed()) == []  # the catalogue and schemas of the engine are read once

    def touched(*_: object, **__: object) -> None:
        raise AssertionError("something outside the bundle")

    for name in ("open", "read_bytes", "read_text", "iterdir", "rglob"):
        monkeypatch.setattr(Path, name, touched)
    monkeypatch.setattr("builtins.open", touched)
    monkeypatch.setattr("parcore.registry.entry_points", touched)
    assert refusal(sealed()) == []
