"""`parcore seal` and `parcore verify` as a person types them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from parcore.audit.seal_keys import read_signer
from parcore.cli import main
from parcore.diagnostics import ParcoreError
from parcore.registry import Registry
from tests.audit.bundles import OURS, THEIRS, write_keys

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `parcore` in a folder of its own: exit status, what it printed, what it said of errors."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["parcore", *words])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *capsys.readouterr()

    return run


def test_seal_and_verify(run: Command, tmp_path: Path) -> None:
    """Keys are made, a result is sealed and verified, and the same command gives the same bytes."""
    assert run("seal", "--new-key", "office", "--lang", "en")[0] == 0
    for name in ("a.zip", "b.zip"):
        status, out, err = run("seal", "example@2024", "--key", "office.pem", "--out", name)
        assert (status, err) == (0, "")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    status, out, err = run("verify", "a.zip", "--key", "office.pub.pem", "--lang", "en")
    assert (status, err) == (0, "")
    assert "5 units" in out
    status, out, err = run("verify", "a.zip", "--key", "office.pub.pem", "--lang", "vi")
    assert "Gói đúng" in out


def test_exit_status_tells_refused_from_could_not_run(run: Command, tmp_path: Path) -> None:
    """1 where the bundle is refused, 2 where it could not be looked at; each with its code."""
    write_keys(tmp_path, OURS)
    write_keys(tmp_path, THEIRS, "other")
    assert run("seal", "one-stop", "--key", "office.pem", "--out", "b")[0] == 0
    assert run("seal", "one-stop", "--out", "u.zip")[0] == 0
    (tmp_path / "text.zip").write_text("no zip", "utf-8")
    for words, status, code in (
        (("b", "--key", "other.pub.pem"), 1, "bundle-signature"),
        (("b", "--unsigned"), 1, "bundle-signed"),
        (("u.zip", "--key", "office.pub.pem"), 1, "bundle-unsigned"),
        (("u.zip", "--unsigned"), 0, ""),
        (("text.zip", "--key", "office.pub.pem"), 1, "bundle-zip"),
        (("nowhere", "--key", "office.pub.pem"), 2, "file-not-found"),
        (("b", "--key", "none.pem"), 2, "file-not-found"),
        (("b", "--key", "office.pem"), 2, "seal-key"),
        (("b",), 2, ""),
        (("b", "--unsigned", "--key", "office.pub.pem"), 2, ""),
        (("b", "--key", "office.pub.pem", "--earlier", "u.zip"), 1, "revision-none"),
    ):
        found, _, err = run("verify", *words, "--lang", "en")
        assert (found, code in err) == (status, True), (words, err)
        assert "Traceback" not in err
    (tmp_path / "b" / "result.json").write_bytes(b"{}")
    found, _, err = run("verify", "b", "--key", "office.pub.pem", "--lang", "vi")
    assert found == 1
    assert err.startswith("result.json: tệp có 2 byte")


def test_what_cannot_be_sealed(run: Command, tmp_path: Path) -> None:
    """No result, no place for it, a what-if, a revision without its reason: status 2, nothing written."""
    write_keys(tmp_path)
    (tmp_path / "there").mkdir()
    for words in (
        ("example@2024",),
        ("--out", "b"),
        ("example@2024", "--out", "there"),
        ("example@2024", "--out", "b", "--set", "example-health.tasks_done=1"),
        ("example@2024", "--out", "b", "--revises", "there"),
        ("example@2024", "--out", "b", "--reason", "why"),
        ("example@2024", "--out", "b", "--key", "office.pub.pem"),
        ("example@2024", "--new-key", "k"),
        ("--new-key", "office"),
        ("nowhere", "--out", "b"),
    ):
        status, _, err = run("seal", *words)
        assert (status, "Traceback" in err) == (2, False), words
    assert sorted(each.name for each in tmp_path.iterdir()) == ["office.pem", "office.pub.pem", "there"]
    assert not list((tmp_path / "there").iterdir())


def test_an_appeal_from_evidence_to_the_verified_revision(run: Command, tmp_path: Path) -> None:
    """New evidence is scored, sealed as a revision with its reason, and verified beside the first."""
    write_keys(tmp_path)
    (held,) = {d.path.parent for d in Registry().documents("evidence") if d.name == "example"}
    for name in ("evidence.yaml", "evidence.csv"):
        text = (held / name).read_text("utf-8")
        (tmp_path / name).write_text(
            text.replace("finance,2024,late,25,20", "finance,2024,late,25,21"), "utf-8"
        )
    words = ("--key", "office.pem", "--lang", "en", "--out")
    assert run("seal", "example@2024", *words, "first.zip")[0] == 0
    status, out, err = run(
        "seal", "example@2024", "--evidence", "evidence.yaml", *words, "second.zip",
        "--revises", "first.zip", "--reason", "appeal",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert "evidence 1, " in out
    verify = ("verify", "second.zip", "--key", "office.pub.pem", "--lang", "en")
    status, out, _ = run(*verify)
    assert (status, "appeal" in out, "--earlier" in out) == (0, True, True)
    status, out, _ = run(*verify, "--earlier", "first.zip")
    assert (status, "--earlier" in out) == (0, False)
    assert run(*verify, "--earlier", "second.zip")[0] == 1


def test_without_the_library_the_command_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `cryptography` is absent signing ends with `sealed-extra` and the command of pip."""
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(ParcoreError, match="sealed-extra") as error:
        read_signer(Path("office.pem"))
    assert 'pip install "parcore[sealed]"' in str(error.value)


def test_an_unsigned_bundle_needs_no_library(tmp_path: Path) -> None:
    """Sealing without a key, and verifying that, imports no `cryptography`."""
    code = (
        "import sys; sys.modules['cryptography'] = None; from parcore.cli import cli;"
        "cli.main(sys.argv[1:], standalone_mode=False)"
    )
    for words in (["seal", "example@2024", "--out", "b"], ["verify", "b", "--unsigned"]):
        command = [sys.executable, "-c", code, *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
